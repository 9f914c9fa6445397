/* What the files of reach share: a part while its journeys are walked, block by block. */
#ifndef MINE_REACH_H
#define MINE_REACH_H

#include "mine/funnel.h"
#include "mine/walk.h"

struct mine_step_event {
    uint32_t mask; /* of steps */
    uint32_t at;   /* place in the block */
};
struct mine_walking {
    const struct mine_steps *steps;
    const struct trod_part_view *view;
    struct mine_reach *reach;
    bool windowed;
    uint64_t within;           /* ticks */
    int64_t open_from;         /* an attempt that begins after this tick is not over yet */
    uint8_t first[256];        /* by class: 1 if it is step 1 */
    uint8_t second[256];       /* step 2 */
    struct trod_bits undated;  /* places; without words: none */
    uint32_t base;             /* the block's first place */
    uint8_t *classes;          /* [room + 64] of the block */
    uint8_t *answers;          /* the same */
    uint64_t *any, *one, *two; /* bits of the block */
    uint64_t *step[TROD_FUNNEL_STEPS]; /* bits of each step, if the bits alone are asked */
    bool quick;
    const uint64_t *spans; /* as mine_spans has them, with a window */
    uint32_t *listed;      /* [room + 1] journeys of the block that are to be walked */
    uint32_t n_listed;
    uint64_t *clock; /* [room + 16] ticks since some moment, alike within a journey */
    struct mine_step_event *events; /* step events of one journey */
    uint32_t room;
};

struct mine_attempt {
    unsigned level;
    uint32_t at[TROD_FUNNEL_STEPS]; /* places of its steps */
};

/* Bits begin..begin+n-1, 0 < n <= 64, from bit 0 on. One word behind the last is readable. */
static inline uint64_t mine_few_bits(const uint64_t *bits, uint32_t begin, uint32_t n) {
    const uint32_t word = begin / 64, shift = begin % 64;
    return (bits[word] >> shift | bits[word + 1] << 1 << (63 - shift)) & UINT64_MAX >> (64 - n);
}

/* The best attempt of the journey at begin..end-1 of the block, whatever the way. */
void mine_best_attempt(const struct mine_walking *w, uint32_t begin, uint32_t end,
                       struct mine_attempt *best);

#endif
