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
/* Loops that the compiler turns into vector code are compiled twice: for any processor, and for
 * those with AVX2, where mine_is_wide(). What they find is the same. */
#define MINE_EACH_WIDTH static inline __attribute__((always_inline))
#if defined(__x86_64__)
#define MINE_WIDE __attribute__((target("avx2")))
static inline bool mine_is_wide(void) {
    return __builtin_cpu_supports("avx2");
}
#else
#define MINE_WIDE
static inline bool mine_is_wide(void) {
    return false;
}
#endif
/* Says that these bytes will be used here and there: larger pages make that quicker. Only what
 * the machine makes of it differs. */
void mine_expect_random(void *at, size_t n_bytes);

#endif
