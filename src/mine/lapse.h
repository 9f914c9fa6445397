/* lapse: means and quantiles of very many durations that lie in slices. */
#ifndef MINE_LAPSE_H
#define MINE_LAPSE_H

#include "mine/inside.h"

__extension__ typedef unsigned __int128 mine_lapse_wide;

/* at[i] * tick_us, which is below 2^63. */
struct mine_slice {
    const void *at; /* [n] uint64_t if it is wide, else uint32_t */
    size_t n;
    uint64_t tick_us;
    bool is_wide;
};
struct mine_lapse_counts {
    uint64_t n;
    mine_lapse_wide sum_us;
    uint64_t bucket[TROD_GAP_BUCKETS];
};
/* Counts values, on top of what was counted. */
void mine_lapse_count(const struct mine_slice *slices, size_t n_slices,
                      struct mine_lapse_counts *counts);
void mine_lapse_add(struct mine_lapse_counts *to, const struct mine_lapse_counts *from);
/* Exactly, of slices that were counted, in any order. `scratch` is used and not emptied: for a
 * twentieth of the values, mostly. Time: linear. */
TROD_MUST trod_status mine_lapse_of(const struct mine_lapse_counts *counts,
                                    const struct mine_slice *slices, size_t n_slices,
                                    struct trod_arena *scratch, struct trod_lapse *lapse,
                                    struct trod_error *error);
/* The same of at most MINE_LAPSE_FEW values, which need not be counted. */
enum { MINE_LAPSE_FEW = 512 };
void mine_lapse_few(const struct mine_slice *slices, size_t n_slices, struct trod_lapse *lapse);

#endif
