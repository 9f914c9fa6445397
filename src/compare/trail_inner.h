/* What the files of the trail share. */
#ifndef TROD_COMPARE_TRAIL_INNER_H
#define TROD_COMPARE_TRAIL_INNER_H

#include "compare/inner.h"
#include "trod/compare/trail.h"

/* The customer's events as a log of its own: same order, all fields and sources. */
trod_status trail_log(const struct trod_customer *customer, struct trod_log **log,
                      struct trod_error *error);
/* [map->n_touchpoints] whether the log has events of a name that the touchpoint is seen by, or
 * fails by. On the arena. */
trod_status trail_recorded(const struct trod_parts *parts, const struct trod_map *map,
                           struct trod_arena *arena, const bool **recorded,
                           struct trod_error *error);

#endif
