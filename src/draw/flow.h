/* flow: the map's tree as columns from left to right, and the blocks that span them. */
#ifndef TROD_DRAW_FLOW_H
#define TROD_DRAW_FLOW_H

#include "trod/map.h"

struct draw_column {
    uint32_t
        touchpoint_id; /* TROD_NO_ID: nothing happens here (an empty way, an empty stage) */
    size_t slot;       /* stage slot */
    bool leads;        /* a line leads from the column before it: it comes next */
    bool way_begins;   /* first column of a choice's second or later way */
    unsigned opens,
        closes;  /* blocks that begin and end here, of those with a frame of their own */
    double x, w; /* set by the layout */
};
/* A stage, or (stage_id TROD_NO_ID) touchpoints outside every stage. */
struct draw_slot {
    uint32_t stage_id;
    size_t first, n; /* columns */
    double x, w;     /* set by the layout */
};
enum draw_block_kind {
    DRAW_BLOCK_WAY, /* one way of a choice */
    DRAW_BLOCK_OPTIONAL,
    DRAW_BLOCK_ANY_ORDER,
    DRAW_BLOCK_REPEAT,
    DRAW_BLOCK_BETWEEN, /* what lies between two rounds of a repeat */
};
struct draw_block {
    enum draw_block_kind kind;
    const struct trod_flow *flow;
    size_t way;         /* index, of a way */
    size_t first, last; /* columns, both included */
    unsigned height;    /* 1: nothing nested inside; else one more than the highest inside */
    bool over_stages;   /* a whole stage lies inside: drawn above the band of stages */
};
struct draw_flow {
    struct draw_column *columns;
    size_t n_columns, columns_room;
    struct draw_slot *slots;
    size_t n_slots, slots_room;
    struct draw_block *blocks; /* outer before inner, in the order of the file */
    size_t n_blocks, blocks_room;
    unsigned most_height, most_over; /* of the blocks inside stages, and of those over them */
};

/* The columns and blocks of the map's flow, on the arena. Errors: TROD_NO_MEMORY. Time: linear.
 */
TROD_MUST trod_status draw_flow_make(const struct trod_map *map, struct trod_arena *arena,
                                     struct draw_flow *flow, struct trod_error *error);

#endif
