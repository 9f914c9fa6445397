/* What the files of src/mine share. */
#ifndef MINE_INSIDE_H
#define MINE_INSIDE_H

#include "trod/mine.h"

#define MINE_ARENA_BYTES ((size_t)1 << 40)

/* Of the durations at[0..n), in us; their order is changed. Time: linear. */
struct trod_durations mine_durations(int64_t *at, uint64_t n);

/* rank[name]: its place among all names of the log byte by byte. On the arena. */
TROD_MUST trod_status mine_rank_names(const struct trod_dict *names, struct trod_arena *arena,
                                      const uint32_t **rank, struct trod_error *error);
/* Says that these bytes will be used here and there: larger pages make that quicker. Only what
 * the machine makes of it differs. */
void mine_expect_random(void *at, size_t n_bytes);

#endif
