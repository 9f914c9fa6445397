/* pairs: how often each pair of names comes right after another, by segment. */
#ifndef MINE_PAIRS_H
#define MINE_PAIRS_H

#include "mine/walk.h"

/* What was counted, for one segment. */
struct mine_pair {
    uint32_t from, to;
    uint64_t n;
};
struct mine_pairs {
    struct mine_pair *at;
    size_t n;
    uint64_t *starts, *ends; /* [n_names] */
    uint64_t n_journeys, n_events;
};

struct mine_counting;
/* Life: make; a counter for each thread, and parts through them; finish; free. `n_slots` is how
 * many segments there may be, 1 without segments; n_events guesses how much is to be counted.
 */
TROD_MUST trod_status mine_counting_make(uint32_t n_names, uint64_t n_events, uint32_t n_slots,
                                         struct trod_arena *arena,
                                         struct mine_counting **counting,
                                         struct trod_error *error);
void mine_counting_free(struct mine_counting *counting);
struct mine_counter; /* of a member */
TROD_MUST trod_status mine_counter_begin(struct mine_counting *counting,
                                         struct trod_arena *arena,
                                         struct mine_counter **counter,
                                         struct trod_error *error);
TROD_MUST trod_status mine_counter_part(struct mine_counter *counter,
                                        const struct trod_part_view *view,
                                        const uint32_t *slot_of, struct trod_error *error);
/* Adds up what the counters have, which are spent then. pairs: [n_slots] of the first slots,
 * each in any order, on the arena. */
TROD_MUST trod_status mine_counting_finish(struct mine_counting *counting,
                                           struct mine_counter *const *counters, size_t n,
                                           uint32_t n_slots, struct trod_arena *arena,
                                           struct mine_pairs *pairs, struct trod_error *error);

/* The names that occur. On the arena. */
TROD_MUST trod_status mine_nodes_make(const struct mine_pairs *pairs, uint32_t n_names,
                                      const uint32_t *rank, struct trod_arena *arena,
                                      struct trod_name_counts *nodes, struct trod_error *error);
/* The same from how often each of n_names occurs, begins and ends. */
TROD_MUST trod_status mine_nodes_order(const uint64_t *n_events, const uint64_t *starts,
                                       const uint64_t *ends, uint32_t n_names,
                                       const uint32_t *rank, struct trod_arena *arena,
                                       struct trod_name_counts *nodes,
                                       struct trod_error *error);

#endif
