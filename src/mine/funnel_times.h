/* funnel_times: the times of all steps of a funnel, kept part by part until all are there. */
#ifndef MINE_FUNNEL_TIMES_H
#define MINE_FUNNEL_TIMES_H

#include <stdatomic.h>

#include "mine/aside.h"
#include "mine/funnel.h"

/* The times of one part, step by step and in these segment by segment. */
struct mine_time_piece {
    uint32_t n_groups;      /* segments of the part's view, the one without a value counted */
    const uint32_t *number; /* [n_groups] the whole's number of each */
    const uint32_t *first[TROD_FUNNEL_STEPS]; /* [n_groups + 1] where those of each begin */
    size_t offset[TROD_FUNNEL_STEPS];         /* bytes, of the step's first */
    const unsigned char *at;                  /* NULL: aside, at `place`, or nothing */
    uint64_t place, tick_us;
    bool is_wide, is_empty;
};
struct mine_times {
    struct mine_time_piece *pieces; /* [n_parts] */
    size_t n_parts;
    unsigned n_steps;
    uint64_t memory_bytes; /* over this, they go aside */
    _Atomic uint64_t n_bytes;
    struct mine_aside aside;
};
/* Life: zeroed, with `aside` initialised; make; keep each part's; open; measure; release.
 * Pieces are on the arena. */
TROD_MUST trod_status mine_times_make(struct mine_times *times, size_t n_parts,
                                      unsigned n_steps, uint64_t memory_bytes,
                                      struct trod_arena *arena, struct trod_error *error);
void mine_times_release(struct mine_times *times);
/* Keeps what part i says, of n_groups segments that have these numbers in the whole. On the
 * arena, which lives as long as the times; `staged` is used. */
TROD_MUST trod_status mine_times_keep(struct mine_times *times, size_t i,
                                      const struct mine_reach *reach, uint32_t n_groups,
                                      const uint32_t *number, uint64_t tick_us,
                                      struct trod_buf *staged, struct trod_arena *arena,
                                      struct trod_error *error);
TROD_MUST trod_status mine_times_open(struct mine_times *times, struct trod_error *error);
/* Lapses of step k: lapses[s][k] of each of n_segments, unless there is only the whole, and
 * lapses[n_segments][k] of all. */
TROD_MUST trod_status mine_times_measure(const struct mine_times *times, unsigned k,
                                         size_t n_segments, bool of_segments,
                                         struct trod_lapse (*lapses)[TROD_FUNNEL_STEPS],
                                         struct trod_error *error);

#endif
