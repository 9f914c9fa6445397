/* What the files of src/mine share. */
#ifndef MINE_INSIDE_H
#define MINE_INSIDE_H

#include "trod/mine.h"

#define MINE_ARENA_BYTES ((size_t)1 << 40)

/* Of the durations at[0..n), in us; their order is changed. Time: linear. */
struct trod_durations mine_durations(int64_t *at, uint64_t n);

/* Durations that belong to groups, gathered group by group. */
struct mine_groups {
    uint64_t *first; /* [n_groups + 1] */
    int64_t *values; /* [first[n_groups]] */
    size_t n_groups;
};
/* Groups of the sizes n_of[n_groups], to be filled by mine_groups_put. */
TROD_MUST trod_status mine_groups_make(const uint64_t *n_of, size_t n_groups,
                                       struct trod_arena *arena, struct mine_groups *groups,
                                       struct trod_error *error);
static inline void mine_groups_put(struct mine_groups *groups, size_t group, int64_t value) {
    groups->values[groups->first[group]++] = value;
}
/* Called once, when all is put. durations: [n_groups]. */
TROD_MUST trod_status mine_groups_measure(struct mine_groups *groups,
                                          const struct trod_run *run,
                                          struct trod_durations *durations,
                                          struct trod_error *error);

/* rank[name]: its place among all names of the log byte by byte. On the arena. */
TROD_MUST trod_status mine_rank_names(const struct trod_dict *names, struct trod_arena *arena,
                                      const uint32_t **rank, struct trod_error *error);
/* Every name that occurs in the view; at == NULL without memory. */
struct trod_name_counts mine_count_names(const struct trod_view *view,
                                         struct trod_arena *arena);
/* What is said of the view whatever the question. */
struct trod_picked mine_picked_of_view(const struct trod_view *view);

/* Says that these bytes will be used here and there: larger pages make that quicker. Only what
 * the machine makes of it differs. */
void mine_expect_random(void *at, size_t n_bytes);

#endif
