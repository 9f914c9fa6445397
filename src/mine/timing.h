/* timing: how long the edges of a follows graph take. */
#ifndef MINE_TIMING_H
#define MINE_TIMING_H

#include "mine/edges.h"
#include "mine/pick.h"
#include "mine/slots.h"

struct mine_timing {
    const struct trod_question *question;
    struct mine_slots *slots;
    struct mine_edges *edges; /* what is found out is written to its edges */
    bool has_ends;            /* some part has */
    bool exact;
    struct mine_pick *pick; /* its further passes are taken along; NULL: nothing is wanted */
};
TROD_MUST trod_status mine_timing_run(const struct mine_timing *timing,
                                      struct trod_error *error);

/* The two ways: buckets for each edge, or all durations laid together. */
TROD_MUST trod_status mine_timing_by_buckets(const struct mine_timing *timing,
                                             struct trod_error *error);
TROD_MUST trod_status mine_timing_laid(const struct mine_timing *timing, bool waiting,
                                       struct trod_error *error);

/* The durations of a block: what comes before each place, in ticks. */
struct mine_durations_room {
    struct mine_blocks blocks;
    struct mine_edge_room pairs;
    uint64_t *ends; /* of the part's events, where the view lists its events; else NULL */
    uint32_t edge[MINE_BLOCK], edge_waiting[MINE_BLOCK];
    uint64_t gaps[MINE_BLOCK + MINE_ROOM], waiting[MINE_BLOCK + MINE_ROOM];
};
TROD_MUST trod_status mine_durations_part(struct mine_durations_room *room,
                                          const struct mine_timing *timing,
                                          const struct trod_part_view *view,
                                          struct trod_arena *scratch, struct trod_error *error);
/* The next block: edge and gaps, with `waiting` edge_waiting and waiting as well. */
bool mine_durations_next(struct mine_durations_room *room, const struct mine_timing *timing,
                         bool waiting);

#endif
