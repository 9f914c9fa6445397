/* What the files of retention share. */
#ifndef MINE_RETENTION_H
#define MINE_RETENTION_H

#include "mine/inside.h"

/* The periods of a log: period p is from_us[p] .. from_us[p + 1] - 1. */
struct mine_periods {
    const int64_t *from_us; /* [n + 1] */
    uint32_t n;
    uint32_t n_over; /* the first so many are over */
};
TROD_MUST trod_status mine_periods_make(enum trod_every every, int64_t first_us,
                                        int64_t last_us, struct trod_arena *arena,
                                        struct mine_periods *periods, struct trod_error *error);

/* Who came back: cells of a triangle, n_periods rows of n_periods, n_periods - 1, … 1. */
static inline size_t mine_cell(uint32_t n_periods, uint32_t cohort, uint32_t after) {
    return (size_t)cohort * n_periods - (size_t)cohort * (cohort - (cohort > 0)) / 2 + after;
}
static inline size_t mine_cells(uint32_t n_periods) {
    return (size_t)n_periods * (n_periods + 1) / 2;
}

/* What a part says. Segments are numbered by the part's view. */
struct mine_returns {
    uint32_t *began;      /* [n_groups + 1][n_periods] */
    uint32_t *back;       /* [cells], of all */
    uint32_t *group_back; /* [n_groups + 1][n_periods] by k, of periods that are over; NULL
                           * without segments */
    uint64_t n_never;
};
/* Which names begin, and which count as coming back: bit 0 and bit 1 by name. NULL: all do. */
struct mine_kinds {
    const uint8_t *of_name; /* [names of the log, at least 256] */
};
TROD_MUST trod_status mine_returns_of_part(const struct mine_periods *periods,
                                           const struct mine_kinds *kinds,
                                           const struct trod_part_view *view,
                                           struct trod_arena *scratch,
                                           struct mine_returns *returns,
                                           struct trod_error *error);

#endif
