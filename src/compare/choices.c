/* Which way was taken, and what was passed by.
 *
 * A *fork* is a `choose` or an `optional`. The first matched touchpoint inside one of its
 * branches says which was taken (the first time round, inside a `repeat`). A fork of which no
 * branch shows was passed by if the journey was matched with something that lies after it in a
 * sequence, or ended where the map allows it. To have got past it is the base of an `optional`,
 * taken or not; of a `choose` passing it by says that the one way that leaves no trace was
 * taken, if there is exactly one.
 */
#include <math.h>

#include "compare/inner.h"

struct compare_fork {
    uint32_t node;
    uint32_t outer,
        outer_way;       /* the fork round it and the branch that holds it, or COMPARE_NONE */
    uint32_t option;     /* its first option; a way's is option + way, an optional's is this */
    uint32_t silent_way; /* the one way without a trace, or COMPARE_NONE */
    bool measured;       /* some branch leaves a trace */
    const uint32_t *after; /* pairs: leaves that lie after it, from..to-1 */
    uint32_t n_after;      /* pairs */
};

struct builder {
    const struct trod_map *map;
    const struct compare_flow *flow;
    struct trod_arena *arena;
    struct compare_fork *forks;
    size_t n_forks, room_forks;
    struct compare_option *options;
    size_t n_options, room_options;
    uint32_t *fork_of; /* [nodes] */
};

/* The leaves that follow a node in the sequences round it. */
static bool lies_after(struct builder *b, uint32_t id, struct compare_fork *fork) {
    uint32_t *pairs = NULL;
    size_t n = 0, room = 0;
    const struct compare_node *nodes = b->flow->nodes;
    while (nodes[id].parent != COMPARE_NONE) {
        const struct compare_node *parent = &nodes[nodes[id].parent];
        if (parent->flow->kind == TROD_FLOW_SEQUENCE && nodes[id].after < parent->after) {
            if (n > 0 && pairs[n - 1] == nodes[id].after) {
                pairs[n - 1] = parent->after;
            } else if (!TROD_PUSH(b->arena, pairs, n, room, nodes[id].after) ||
                       !TROD_PUSH(b->arena, pairs, n, room, parent->after)) {
                return false;
            }
        }
        id = nodes[id].parent;
    }
    fork->after = pairs;
    fork->n_after = (uint32_t)(n / 2);
    return true;
}

static bool add_options(struct builder *b, const struct compare_node *node,
                        struct compare_fork *fork) {
    fork->option = (uint32_t)b->n_options;
    if (node->flow->optional) {
        const struct compare_node *body = &b->flow->nodes[node->children];
        const uint32_t t = body->first < body->after ? b->flow->at[body->first] : TROD_NO_ID;
        const struct compare_option option = {.id = t == TROD_NO_ID ? (trod_str){NULL, 0}
                                                                    : b->map->touchpoints[t].id,
                                              .title = TROD_STR("taken"),
                                              .designed = node->flow->share};
        fork->measured = body->visible;
        return TROD_PUSH(b->arena, b->options, b->n_options, b->room_options, option);
    }
    unsigned silent = 0;
    uint32_t way = 0;
    for (uint32_t c = node->children; c != COMPARE_NONE; c = b->flow->nodes[c].next, way++) {
        const struct trod_way *as = node->flow->ways ? &node->flow->ways[way] : NULL;
        const struct compare_option option = {.id = as ? as->id : (trod_str){NULL, 0},
                                              .title = as ? as->title : (trod_str){NULL, 0},
                                              .designed = as ? as->share : NAN};
        if (b->flow->nodes[c].visible)
            fork->measured = true;
        else if (++silent == 1)
            fork->silent_way = way;
        if (!TROD_PUSH(b->arena, b->options, b->n_options, b->room_options, option))
            return false;
    }
    if (silent > 1) fork->silent_way = COMPARE_NONE;
    return true;
}

static bool add_forks(struct builder *b) {
    for (uint32_t id = 0; id < b->flow->n_nodes; id++) {
        const struct compare_node *node = &b->flow->nodes[id];
        b->fork_of[id] = COMPARE_NONE;
        if (node->flow->kind != TROD_FLOW_CHOICE || node->children == COMPARE_NONE) continue;
        struct compare_fork fork = {.node = id,
                                    .outer = COMPARE_NONE,
                                    .outer_way = COMPARE_NONE,
                                    .silent_way = COMPARE_NONE};
        for (uint32_t c = id;
             b->flow->nodes[c].parent != COMPARE_NONE && fork.outer == COMPARE_NONE;
             c = b->flow->nodes[c].parent) {
            fork.outer = b->fork_of[b->flow->nodes[c].parent];
            fork.outer_way = b->flow->nodes[c].child;
        }
        if (!lies_after(b, id, &fork) || !add_options(b, node, &fork)) return false;
        b->fork_of[id] = (uint32_t)b->n_forks;
        if (!TROD_PUSH(b->arena, b->forks, b->n_forks, b->room_forks, fork)) return false;
    }
    return true;
}

/* For each touchpoint the forks round it. */
static bool add_rounds(struct builder *b, struct compare_choices *choices) {
    const size_t n = b->map->n_touchpoints;
    uint32_t *first = TROD_NEW_ARRAY(b->arena, n + 1, uint32_t);
    struct compare_round *rounds = NULL;
    size_t n_rounds = 0, room = 0;
    if (!first) return false;
    for (size_t t = 0; t < n; t++) {
        first[t] = (uint32_t)n_rounds;
        uint32_t id = b->flow->node[t];
        if (id == COMPARE_NONE) continue;
        for (; b->flow->nodes[id].parent != COMPARE_NONE; id = b->flow->nodes[id].parent) {
            const uint32_t fork = b->fork_of[b->flow->nodes[id].parent];
            if (fork == COMPARE_NONE) continue;
            const struct compare_round round = {fork, b->flow->nodes[id].child};
            if (!TROD_PUSH(b->arena, rounds, n_rounds, room, round)) return false;
        }
    }
    first[n] = (uint32_t)n_rounds;
    choices->first_round = first;
    choices->rounds = rounds;
    return true;
}

trod_status compare_choices_make(const struct trod_map *map, const struct compare_flow *flow,
                                 uint32_t *n_counters, struct trod_arena *arena,
                                 struct compare_choices *choices, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct builder b = {.map = map, .flow = flow, .arena = arena};
    b.fork_of = TROD_NEW_ARRAY(arena, flow->n_nodes, uint32_t);
    TROD_TRY_ALLOC(b.fork_of, error);
    TROD_TRY_ALLOC(add_forks(&b) && add_rounds(&b, choices) ? arena : NULL, error);
    for (size_t f = 0; f < b.n_forks; f++) {
        const struct compare_fork *fork = &b.forks[f];
        const bool optional = flow->nodes[fork->node].flow->optional;
        const size_t n = optional ? 1 : flow->nodes[fork->node].flow->n;
        const uint32_t of = (*n_counters)++;
        for (size_t i = 0; i < n; i++) {
            b.options[fork->option + i].hit = (*n_counters)++;
            b.options[fork->option + i].of = of;
            b.options[fork->option + i].optional = optional;
        }
    }
    choices->options = b.options;
    choices->n = b.n_options;
    choices->forks = b.forks;
    choices->n_forks = b.n_forks;
done:
    return status;
}

static bool any_after(const struct compare_fork *fork, const uint32_t *leaves, size_t n,
                      uint32_t highest) {
    if (fork->n_after == 0 || highest < fork->after[0]) return false;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t p = 0; p < fork->n_after; p++) {
            if (leaves[i] >= fork->after[2 * p] && leaves[i] < fork->after[2 * p + 1])
                return true;
        }
    }
    return false;
}

void compare_choices_read(const struct compare_base *base, const uint32_t *matched, size_t n,
                          bool finished, uint32_t *leaves, uint32_t *taken,
                          void (*count)(void *owner, uint32_t counter), void *owner) {
    const struct compare_choices *choices = &base->choices;
    uint32_t highest = 0;
    for (size_t f = 0; f < choices->n_forks; f++) taken[f] = COMPARE_NONE;
    for (size_t i = 0; i < n; i++) {
        const uint32_t t = matched[i];
        leaves[i] = base->flow.leaf[t];
        if (leaves[i] > highest) highest = leaves[i];
        for (uint32_t r = choices->first_round[t]; r < choices->first_round[t + 1]; r++) {
            const struct compare_round round = choices->rounds[r];
            if (taken[round.fork] == COMPARE_NONE) taken[round.fork] = round.way;
        }
    }
    /* An `ends here` leaves what follows it out, not passed by; an optional part that ends in
     * one was taken all the same. */
    const bool ended = finished && n > 0;
    if (n > 0 && base->flow.nodes[base->flow.node[matched[n - 1]]].can_end) finished = false;
    for (size_t f = 0; f < choices->n_forks; f++) {
        const struct compare_fork *fork = &choices->forks[f];
        const bool optional = base->flow.nodes[fork->node].flow->optional;
        if (!fork->measured) continue;
        /* Whoever stops right at an optional part is not counted: those who stop without having
         * taken it cannot be told from those who would have. */
        if (taken[f] == COMPARE_NONE || optional) {
            if (fork->outer != COMPARE_NONE && taken[fork->outer] != fork->outer_way) continue;
            const bool past = taken[f] == COMPARE_NONE ? finished && n > 0 : ended;
            const bool passed = past || any_after(fork, leaves, n, highest);
            if (!passed) continue;
            if (!optional) taken[f] = fork->silent_way;
            if (!optional && taken[f] == COMPARE_NONE) continue;
        }
        count(owner, choices->options[fork->option].of);
        if (taken[f] != COMPARE_NONE) {
            count(owner, choices->options[fork->option + (optional ? 0 : taken[f])].hit);
        }
    }
}
