/* edges: the pairs that were counted, numbered, and found again. */
#ifndef MINE_EDGES_H
#define MINE_EDGES_H

#include "mine/pairs.h"

/* The edges of all segments in a row: segment s has first[s] .. first[s + 1] - 1, most frequent
 * first. */
struct mine_edges {
    uint32_t n_names, n_slots, n; /* n < 2^32 - 1 */
    struct trod_follows_edge *at; /* [n] */
    uint32_t *first;              /* [n_slots + 1] */
    /* How they are found: a matrix for each segment, or a table of all. */
    uint32_t **matrix;      /* [n_slots][n_names * n_names + 1]; NULL: by the table */
    struct mine_edge_slot { /* [1 << table_bits] */
        uint64_t pair;      /* from << 32 | to */
        uint32_t slot, edge_plus_1;
    } * table;
    unsigned table_bits;
};
/* Sorts the pairs by count, ties by the names' ranks. On the arena. Errors: TROD_TOO_MUCH. */
TROD_MUST trod_status mine_edges_make(const struct mine_pairs *pairs, uint32_t n_slots,
                                      uint32_t n_names, const uint32_t *rank,
                                      struct trod_arena *arena, struct mine_edges *edges,
                                      struct trod_error *error);
/* Makes that mine_block_edges finds them. On the arena. */
TROD_MUST trod_status mine_edges_index(struct mine_edges *edges, struct trod_arena *scratch,
                                       struct trod_error *error);
/* edge[i] of place i of the block: the edge that ends there, edges->n where none does, where it
 * is not of a stretch, or where one of its events has no time. Room for MINE_BLOCK. */
struct mine_edge_room {
    union {
        uint16_t u16[MINE_BLOCK];
        uint32_t u32[MINE_BLOCK];
        uint64_t u64[MINE_BLOCK];
    } pairs;
};
void mine_block_edges(const struct mine_edges *edges, const struct mine_blocks *blocks,
                      struct mine_edge_room *room, uint32_t *edge);

#endif
