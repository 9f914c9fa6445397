/* What a group of customers sees of the map: see align_group.c. */
#ifndef COMPARE_ALIGN_GROUP_H
#define COMPARE_ALIGN_GROUP_H

#include "compare/align.h"

enum align_plan { ALIGN_BLOCKS, ALIGN_WHOLE, ALIGN_BENT, ALIGN_PLANS };

struct align_extra {     /* how an extra step of a set is told */
    uint32_t touchpoint; /* the first of its touchpoints that tell it so */
    bool not_for, accepted;
    const uint32_t *others; /* all of them, in map order; n is 0 if there is one alone */
    size_t n;
};
struct align_group {
    struct align_rule *rules; /* [n_touchpoints] */
    struct align_kind *kinds; /* [n_kinds]: one per claim set, and the last is unmapped */
    uint32_t n_kinds;
    struct align_extra *extras; /* [n_kinds] */
    struct align_tree *tree;
    const uint32_t *loop_first; /* [n_kinds + 1]: the bounded loops that a step may lie in */
    const uint32_t *loop;
    uint32_t *seen;  /* [n_loops]: most steps of one path that may lie in it */
    uint32_t *count; /* [n_loops], scratch */
    bool tried[ALIGN_PLANS];
    struct align_automaton *automata[ALIGN_PLANS];
};

/* `g` is an index into lay->groups. On the arena. */
TROD_MUST trod_status align_group_make(const struct trod_lay *lay, uint32_t g,
                                       struct trod_arena *arena, struct align_group **group,
                                       struct trod_error *error);
/* The kind of a path's step. */
static inline uint32_t align_group_kind(const struct trod_lay *lay, uint32_t step) {
    return step & TROD_STEP_UNMAPPED ? (uint32_t)lay->claims->n_sets : step;
}
/* The touchpoint that an extra step is told as, where the journey stands at `last_matched` (or
 * TROD_NO_ID): of several that one, the next in map order, or else the last one passed. */
uint32_t align_group_told(const struct align_extra *extra, uint32_t last_matched);
/* How many steps of a path may lie in each bounded loop; until the next call. */
const uint32_t *align_group_count(const struct align_group *group, const struct trod_lay *lay,
                                  const struct trod_laid_path *path);
/* Fewest recorded touchpoints from start to end, of those that are meant for everybody. */
TROD_MUST trod_status align_group_shortest(const struct trod_lay *lay, struct trod_arena *arena,
                                           uint32_t *shortest, struct trod_error *error);

#endif
