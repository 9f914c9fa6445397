/* What the catalogue keeps of each set: its sources' events and spans. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "store/inside.h"

struct store_tally {
    struct trod_parts_source *sources; /* names are not set */
    size_t n_sources, room;
};
/* Adds a part's events. The tally grows on the arena. */
trod_status store_tally_part(struct store_tally *tally, const struct trod_part *part,
                             struct trod_arena *arena, struct trod_error *error);
trod_status store_tally_add(struct store_tally *tally, const struct store_tally *more,
                            struct trod_arena *arena, struct trod_error *error);

#endif
