/* spread: means and quantiles of very many durations that belong to few groups.
 *
 * The first pass counts each group's values in buckets (at most 1/50 wide, so that the middle
 * of one is within 1 % of all that is in it) and adds them up; medians and 95 % are then known
 * within 1 %. To know them exactly, further passes *catch* the values that lie in the buckets
 * of the order statistics, and nothing else. Where even those are too many for the memory, a
 * pass counts them in a thousand narrower buckets first.
 *
 * Life: 1. mine_spread_make; 2. a *tray* for each thread, into which the values of all parts
 * are put; 3. mine_spread_close; 4. for exact figures, while mine_spread_more says so: all
 * values once more to mine_spread_catch, then mine_spread_caught; 5. mine_spread_of each group;
 * 6. mine_spread_release.
 */
#ifndef MINE_SPREAD_H
#define MINE_SPREAD_H

#include <stdatomic.h>

#include "mine/inside.h"

__extension__ typedef unsigned __int128 mine_wide;

enum { MINE_RANKS = 2 }; /* of a group: the median and 95 % */

struct mine_rank; /* an order statistic on its way to be known */
struct mine_window {
    uint64_t lo, reach; /* values lo..lo + reach are looked for */
};
/* Buckets: an octave is cut into 256 cells, and those are put together as far as 1/50 allows.
 */
enum { MINE_CELLS = 256, MINE_OCTAVE = 38 }; /* MINE_OCTAVE: buckets of an octave */
struct mine_buckets {
    uint8_t of_cell[MINE_CELLS];          /* which bucket of the octave */
    uint16_t first_cell[MINE_OCTAVE + 1]; /* of a bucket */
};
struct mine_spread {
    struct mine_buckets cut;
    uint32_t n_groups;
    size_t n_buckets, stride; /* of a group; stride: rounded up */
    uint64_t memory_bytes;    /* for what is caught */
    uint64_t longest_us;
    bool over;                   /* a value is above longest_us after all */
    uint64_t tick_us;            /* every value is a multiple; 0: there is none */
    uint64_t *n;                 /* [n_groups] values */
    mine_wide *sum_us;           /* [n_groups] */
    struct mine_rank *ranks;     /* [n_groups][MINE_RANKS] */
    struct mine_window *windows; /* [n_groups + 1][MINE_RANKS] of this pass */
    struct trod_arena *arena;    /* owned */
    struct trod_arena *pass;     /* owned: of this pass */
};
/* No value should be above longest_us: such a one counts as if it were about that. */
TROD_MUST trod_status mine_spread_make(uint32_t n_groups, uint64_t longest_us,
                                       uint64_t memory_bytes, struct mine_spread *spread,
                                       struct trod_error *error);
void mine_spread_release(struct mine_spread *spread);
/* Bytes of a tray for so many groups. */
uint64_t mine_tray_bytes(uint32_t n_groups, uint64_t longest_us);

/* What one thread has counted. What belongs nowhere goes to group n_groups. */
struct mine_tray {
    const struct mine_spread *spread;
    struct trod_arena *arena;
    uint16_t *buckets;       /* [n_groups + 1][stride] */
    uint32_t *carries;       /* the same: how often a bucket has passed 2^16 */
    uint64_t *sums;          /* [n_groups + 1] of ticks, since the part began */
    mine_wide *sum_us;       /* [n_groups + 1] */
    uint64_t n_summed, bits; /* in sums: how many, and the bits of all of them */
    uint64_t tick_us;        /* the shortest of the parts' */
    bool over;               /* as of the spread */
};
TROD_MUST trod_status mine_tray_make(const struct mine_spread *spread, struct trod_arena *arena,
                                     struct mine_tray *tray, struct trod_error *error);
/* Puts the values at[i] * tick_us into groups group[i]; n at most 2^20. */
TROD_MUST trod_status mine_tray_put(struct mine_tray *tray, const uint32_t *group,
                                    const uint64_t *at, uint32_t n, uint64_t tick_us,
                                    struct trod_error *error);
/* At the end of each part. */
void mine_tray_part(struct mine_tray *tray, uint64_t tick_us);

/* Adds up the trays, which are spent then. */
TROD_MUST trod_status mine_spread_close(struct mine_spread *spread,
                                        struct mine_tray *const *trays, size_t n,
                                        struct trod_error *error);
/* Prepares the next pass; *more is false if all is known. */
TROD_MUST trod_status mine_spread_more(struct mine_spread *spread, bool *more,
                                       struct trod_error *error);
/* From any thread, the same values as were put. */
void mine_spread_catch(struct mine_spread *spread, const uint32_t *group, const uint64_t *at,
                       uint32_t n, uint64_t tick_us);
TROD_MUST trod_status mine_spread_caught(struct mine_spread *spread, const struct trod_run *run,
                                         struct trod_error *error);
/* The mean is exact always; quantiles once mine_spread_more has said that all is known, else
 * within 1 %. */
struct trod_durations mine_spread_of(const struct mine_spread *spread, uint32_t group);

#endif
