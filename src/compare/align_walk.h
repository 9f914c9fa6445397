/* The walk's own parts: see align_walk.c. */
#ifndef COMPARE_ALIGN_WALK_H
#define COMPARE_ALIGN_WALK_H

#include "compare/align.h"

#define ALIGN_ANYWHERE UINT32_MAX

struct align_walker;
struct align_part_walker {
    uint32_t part;
    uint32_t exit; /* how many of the part's own steps; ANYWHERE: it never leaves */
    uint32_t length;
    bool advanced; /* by the move at hand */
    enum { ALIGN_REST, ALIGN_TO_NEXT, ALIGN_TO_END } task;
    struct align_walker *walker;
};
struct align_inside { /* one way out of a block */
    uint32_t exit;    /* after this step of the net; ANYWHERE: never */
    uint32_t length;
    struct align_part_walker **parts; /* [n_parts] */
};
struct align_entry { /* a block that the readings are in */
    size_t block;
    uint32_t from; /* the step before which they came in */
    struct align_part_walker **walkers;
    size_t n_walkers, room_walkers;
    struct align_inside *insides;
    size_t n_insides, room_insides;
    struct align_entry *next;
};
struct align_amid { /* within the skips of one hop */
    uint32_t hop, offset;
};
/* All least readings of one net at once. */
struct align_walker {
    struct align_reading *reading;
    uint32_t at; /* the next of its own steps */
    uint32_t *states, n_states;
    uint32_t *stamp, round; /* stamp[s] == round: s is in the set */
    uint32_t *old_states, n_old, *old_stamp;
    struct align_amid *amid;
    size_t n_amid, room_amid;
    struct align_entry *entries;
    struct align_entry *prepared; /* looked into at this step, not entered yet */
    uint32_t *length; /* [n_states]: fewest skips to a step; UINT32_MAX: not known */
    uint32_t *reached, n_reached;
    uint32_t shortest;
};
struct align_walk {
    const struct align_automaton *automaton;
    const struct align_tree *tree;
    struct trod_arena *arena;
    double bytes, most_bytes;
    bool *used_up; /* [n_loops] */
    bool *last;    /* [n_loops]: all matches of the move at hand are in the last round */
    struct trod_error *error;
};

static inline const struct align_net *align_walker_net(const struct align_walker *walker) {
    return walker->reading->steps->net;
}
static inline bool align_walker_holds(const struct align_walker *walker, uint32_t state) {
    return walker->stamp[state] == walker->round;
}
static inline void align_walker_put(struct align_walker *walker, uint32_t state) {
    if (align_walker_holds(walker, state)) return;
    walker->stamp[state] = walker->round;
    walker->states[walker->n_states++] = state;
}
TROD_MUST trod_status align_walk_no_memory(struct align_walk *walk);
/* At its first step, its set closed. */
TROD_MUST trod_status align_walker_make(struct align_walk *walk,
                                        const struct align_steps *steps, uint32_t from,
                                        uint32_t to, bool open, struct align_walker **walker);
/* Adds what silent hops reach, enters blocks and leaves them. */
TROD_MUST trod_status align_walker_close(struct align_walk *walk, struct align_walker *walker);
/* The ways through a block from the walker's step on; for a state that may not be in its set
 * yet. */
TROD_MUST trod_status align_walker_prepare(struct align_walk *walk, struct align_walker *walker,
                                           size_t block, struct align_entry **entry);
/* Fewest skips from each state, and from what the walker is in, until a step can be taken:
 * walker->length, walker->shortest, and the lengths of its entries. */
TROD_MUST trod_status align_walker_measure(struct align_walk *walk,
                                           struct align_walker *walker);

#endif
