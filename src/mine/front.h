/* front: the paths that are likely to be frequent, so that most journeys are only counted.
 *
 * A look at some journeys says which paths are frequent. Their keys lie in a small table, one
 * to a slot: whoever walks them is counted there, and those that may be shown keep how long
 * their journeys last. All others go to the bins (bins.h). Whatever the guess is, the answer is
 * the same; a good one is quicker.
 */
#ifndef MINE_FRONT_H
#define MINE_FRONT_H

#include "mine/walk.h"

/* A path: of a short one its names, of a long one a hash (bins.h). Never {0, 0} of a short. */
struct mine_key {
    uint64_t a, b;
};
/* Where a key belongs: bins by the upper bits, places in tables by the others. */
static inline uint64_t mine_key_place(struct mine_key key) {
    __extension__ typedef unsigned __int128 wide;
    const wide product =
        (wide)(key.a ^ UINT64_C(0xa0761d6478bd642f)) * (key.b ^ UINT64_C(0xe7037ed1a0b428db));
    const uint64_t mixed = (uint64_t)product ^ (uint64_t)(product >> 64);
    return (mixed ^ key.a) * UINT64_C(0x9e3779b97f4a7c15);
}

#define MINE_NO_SPAN UINT64_MAX /* how long a journey lasts is not known */

/* ---- Room
 * --------------------------------------------------------------------------------------- */

/* Pieces of memory from ever larger ones. Zeroed but for the arena. */
struct mine_slab {
    struct trod_arena *arena;
    unsigned char *at;
    size_t left, next;
};
/* 64-byte aligned, zeroed; n_bytes a multiple of 64. NULL without memory. */
void *mine_slab_take(struct mine_slab *slab, size_t n_bytes);

/* A growing list of numbers. */
enum { MINE_SHEET = 8184 };
struct mine_sheet {
    struct mine_sheet *before;
    size_t n;
    uint64_t at[MINE_SHEET];
    uint64_t padding[6];
};
struct mine_sheets {
    struct mine_slab slab;
    struct mine_sheet *last;
};
/* Room for n more, n far below MINE_SHEET, in sheets->last. */
TROD_MUST trod_status mine_sheets_room(struct mine_sheets *sheets, size_t n,
                                       struct trod_error *error);

/* ---- The front
 * ---------------------------------------------------------------------------------- */

enum { MINE_FRONT_BITS = 11, MINE_FRONT = 1 << MINE_FRONT_BITS };
struct mine_front {
    uint64_t turn;         /* an odd number */
    struct mine_key *keys; /* [MINE_FRONT]; {0, 0}: none */
    uint8_t *timed;        /* [MINE_FRONT + 1] 1: durations are kept */
    bool any_timed;
};
static inline uint32_t mine_front_slot(const struct mine_front *front, uint64_t place) {
    return (uint32_t)(place * front->turn >> (64 - MINE_FRONT_BITS));
}
/* Short paths, the most frequent first, of which the first n_timed keep durations. On the
 * arena. */
TROD_MUST trod_status mine_front_make(const struct mine_key *keys, size_t n, size_t n_timed,
                                      struct trod_arena *arena, struct mine_front *front,
                                      struct trod_error *error);

/* What one thread has counted. */
struct mine_tally {
    uint64_t *n; /* [MINE_FRONT + 1] journeys; the last is for those of no slot */
    /* slot << MINE_TIME_BITS | us, of the timed ones whose duration is known */
    struct mine_sheets times;
    bool over; /* a duration was too long for that */
};
enum { MINE_TIME_BITS = 64 - MINE_FRONT_BITS };
TROD_MUST trod_status mine_tally_make(struct trod_arena *arena, struct mine_tally *tally,
                                      struct trod_error *error);
/* The tallies added up: n[slot] journeys, of which the durations of a timed slot are values[
 * first[slot] .. first[slot + 1] - 1] (us), in no certain order. On the arena. */
struct mine_tallied {
    uint64_t *n;   /* [MINE_FRONT] */
    size_t *first; /* [MINE_FRONT + 1] */
    int64_t *values;
    bool over;
};
TROD_MUST trod_status mine_tally_add(struct mine_tally *const *tallies, size_t n,
                                     const struct trod_run *run, struct trod_arena *arena,
                                     struct mine_tallied *tallied, struct trod_error *error);

#endif
