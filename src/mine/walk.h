/* walk: one pass over a log in parts, and the journeys of a part view in blocks of places.
 *
 * A *crew* is what the threads of a pass keep for themselves: each thread that works on a part
 * takes a member that is free, so there are never more than threads, and what all of them have
 * is added up when the pass is over. Sums of whole numbers do not depend on who added what.
 */
#ifndef MINE_WALK_H
#define MINE_WALK_H

#include <pthread.h>

#include "mine/inside.h"

/* ---- A pass
 * ------------------------------------------------------------------------------------- */

enum { MINE_CREW = 64 }; /* no run has more threads */

struct mine_member {
    struct trod_arena *arena; /* lives as long as the crew */
    void *own;                /* zeroed when it begins */
    bool busy;
};
struct mine_crew {
    pthread_mutex_t lock;
    struct mine_member members[MINE_CREW];
    size_t n;
};
void mine_crew_init(struct mine_crew *crew);
void mine_crew_release(struct mine_crew *crew);
/* A member that no other thread has, and back; for work that is no pass. With an arena and
 * n_bytes of its own when it is new, and *fresh is set then. */
TROD_MUST trod_status mine_crew_take(struct mine_crew *crew, size_t n_bytes,
                                     struct mine_member **member, bool *fresh,
                                     struct trod_error *error);
void mine_crew_leave(struct mine_crew *crew, struct mine_member *member);

struct mine_pass {
    const struct trod_question *question;
    uint32_t by;    /* field of the segments, or TROD_NO_ID */
    size_t n_bytes; /* of a member's own */
    /* Called once for each member before its first part; may be NULL. */
    trod_status (*begin)(void *owner, struct mine_member *member, struct trod_error *error);
    trod_status (*part)(void *owner, struct mine_member *member,
                        const struct trod_part_view *view, struct trod_arena *scratch,
                        struct trod_error *error);
    /* The same for who wants to know which part it is; one of the two is NULL. */
    trod_status (*part_at)(void *owner, struct mine_member *member, size_t i,
                           const struct trod_part_view *view, struct trod_arena *scratch,
                           struct trod_error *error);
    void *owner;
};
/* Walks all parts, with a crew that is initialised and empty, or has walked a pass of the same
 * n_bytes before. */
TROD_MUST trod_status mine_pass(const struct mine_pass *pass, struct mine_crew *crew,
                                struct trod_error *error);

/* What a run may take, and the longest that anything in the log can take. */
static inline uint64_t mine_memory(const struct trod_run *run) {
    return run && run->memory_bytes ? run->memory_bytes : UINT64_C(4) << 30;
}
static inline uint64_t mine_span_us(const struct trod_parts *parts) {
    return parts->has_times ? (uint64_t)parts->last_us - (uint64_t)parts->first_us : 0;
}

/* ---- Blocks
 * ------------------------------------------------------------------------------------- */

enum { MINE_BLOCK = 2048, MINE_ROOM = 16 }; /* places of a block; room behind what is read */

/* Neighbouring journeys of one segment: places from..to-1, counted from the block's first. */
struct mine_stretch {
    uint16_t from, to;
    uint32_t slot;
};
/* The places of a view in blocks, as far as there are journeys. Life: zeroed but for the first
 * four; then mine_blocks_next until it is false. */
struct mine_blocks {
    const struct trod_part_view *view;
    const uint32_t *slot_of; /* [view->n_groups + 1] the slot of a segment, UINT32_MAX: journeys
                              * of it are passed over; NULL: all are of slot 0 */
    struct trod_bits undated; /* places without a time; words == NULL: none is */
    uint32_t reached;         /* first journey with a place behind the last block */
    uint32_t from, n;         /* the block */
    uint32_t first, end;      /* the journeys with a place in it */
    size_t n_stretches;
    struct mine_stretch stretches[MINE_BLOCK + 1];
};
bool mine_blocks_next(struct mine_blocks *blocks);
static inline uint32_t mine_slot_of(const struct mine_blocks *blocks, uint32_t journey) {
    return blocks->slot_of ? blocks->slot_of[blocks->view->group[journey]] : 0;
}
/* The places of the view's part that have no time, if some have one. On the arena. */
TROD_MUST trod_status mine_undated(const struct trod_part_view *view, struct trod_arena *arena,
                                   struct trod_bits *undated, struct trod_error *error);

/* The pair that ends at each place of a block: from * n_names + to. What no pair ends at (a
 * journey's first event) gets `none`. Room for MINE_BLOCK. The 16-bit kind is for logs whose
 * pairs and `none` fit, and names of one byte. */
void mine_block_pairs_u16(const struct mine_blocks *blocks, uint32_t n_names, uint16_t none,
                          uint16_t *pairs);
void mine_block_pairs_u32(const struct mine_blocks *blocks, uint32_t n_names, uint32_t none,
                          uint32_t *pairs);
/* from << 32 | to, UINT64_MAX: none. */
void mine_block_pairs_u64(const struct mine_blocks *blocks, uint64_t *pairs);

static inline uint32_t mine_name_at(const struct trod_part_view *view, uint32_t place) {
    switch (view->name_bytes) {
    case 1:
        return ((const uint8_t *)view->name)[place];
    case 2:
        return ((const uint16_t *)view->name)[place];
    default:
        return ((const uint32_t *)view->name)[place];
    }
}

#endif
