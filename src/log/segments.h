/* Who is in which segment, and for whom which touchpoint is meant. */
#ifndef LOG_SEGMENTS_H
#define LOG_SEGMENTS_H

#include "log/match.h"

/* [n_customers * map->n_segments]: 1 if the customer is in the segment. A customer is in a
 * segment if any of its `when` holds: of a match with an event, for any of the customer's
 * events in the whole log. On the arena. */
TROD_MUST trod_status log_segments_make(const struct trod_log *log, const struct trod_map *map,
                                        struct trod_arena *arena, const uint8_t **in_segment,
                                        struct trod_error *error);
/* The distinct sets of touchpoints that are meant for a customer, and which is whose. */
struct log_groups {
    const struct trod_bits *groups;
    size_t n;
    const uint32_t *of; /* [n_customers] */
};
TROD_MUST trod_status log_groups_make(const struct trod_log *log, const struct trod_map *map,
                                      const uint8_t *in_segment, struct trod_arena *arena,
                                      struct log_groups *groups, struct trod_error *error);

#endif
