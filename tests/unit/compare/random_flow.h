/* Random flows with every touchpoint at most once, and traces for them. */
#ifndef TESTS_RANDOM_FLOW_H
#define TESTS_RANDOM_FLOW_H

#include <math.h>

#include "trod/base/hash.h"
#include "trod/map.h"

struct random_flow {
    struct trod_arena *arena;
    struct trod_rng rng;
    uint32_t n_touchpoints, most; /* so far; at most */
    bool ends, bounded;
};

static uint32_t random_below(struct random_flow *r, uint32_t n) {
    return (uint32_t)trod_rng_below(&r->rng, n);
}

static struct trod_flow *random_node(struct random_flow *r, enum trod_flow_kind kind,
                                     size_t n) {
    struct trod_flow *const flow = TROD_NEW(r->arena, struct trod_flow);
    flow->kind = kind;
    flow->children = TROD_NEW_ARRAY(r->arena, n, const struct trod_flow *);
    flow->n = n;
    flow->share = NAN;
    flow->touchpoint_id = flow->stage_id = TROD_NO_ID;
    return flow;
}

/* `tail`: nothing of its way follows it, so it may end the journey. */
static struct trod_flow *random_flow_make(struct random_flow *r, int depth, bool tail,
                                          bool inside) {
    const uint32_t draw = random_below(r, 100);
    if (depth == 0 || draw < 18 || r->n_touchpoints >= r->most) {
        if (r->n_touchpoints >= r->most || draw % 9 == 8)
            return random_node(r, TROD_FLOW_SILENT, 0);
        struct trod_flow *const leaf = random_node(r, TROD_FLOW_TOUCHPOINT, 0);
        leaf->touchpoint_id = r->n_touchpoints++;
        leaf->ends = r->ends && tail && !inside && random_below(r, 3) == 0;
        return leaf;
    }
    if (draw < 45) {
        const size_t n = 2 + random_below(r, 3);
        struct trod_flow *const flow = random_node(r, TROD_FLOW_SEQUENCE, n);
        for (size_t i = 0; i < n; i++)
            flow->children[i] = random_flow_make(r, depth - 1, tail && i + 1 == n, inside);
        return flow;
    }
    if (draw < 65) {
        const size_t n = 2 + random_below(r, 2);
        struct trod_flow *const flow = random_node(r, TROD_FLOW_CHOICE, n);
        for (size_t i = 0; i < n; i++)
            flow->children[i] = i + 1 == n && random_below(r, 2)
                                    ? random_node(r, TROD_FLOW_SILENT, 0)
                                    : random_flow_make(r, depth - 1, true, inside);
        return flow;
    }
    if (draw < 82) {
        const size_t n = 2 + random_below(r, 2);
        struct trod_flow *const flow = random_node(r, TROD_FLOW_ANY_ORDER, n);
        for (size_t i = 0; i < n; i++)
            flow->children[i] = random_flow_make(r, depth - 1, false, true);
        return flow;
    }
    struct trod_flow *const flow = random_node(r, TROD_FLOW_LOOP, 2);
    flow->children[0] = random_flow_make(r, depth - 1, false, true);
    flow->children[1] = random_below(r, 2) ? random_node(r, TROD_FLOW_SILENT, 0)
                                           : random_flow_make(r, depth - 1, false, true);
    flow->most_rounds = r->bounded ? random_below(r, 4) : 0;
    return flow;
}

/* Words of a flow, for a failed test. */
static void flow_print(struct trod_buf *out, const struct trod_flow *flow) {
    static const char *const words[] = {"tau", "", "->", "X", "+", "*"};
    if (flow->kind == TROD_FLOW_TOUCHPOINT) {
        trod_buf_format(out, "%u%s", flow->touchpoint_id, flow->ends ? "!" : "");
        return;
    }
    trod_buf_adds(out, words[flow->kind]);
    if (flow->kind == TROD_FLOW_LOOP && flow->most_rounds)
        trod_buf_format(out, "%u", flow->most_rounds);
    if (flow->n) trod_buf_adds(out, "(");
    for (size_t i = 0; i < flow->n; i++) {
        if (i) trod_buf_adds(out, ", ");
        flow_print(out, flow->children[i]);
    }
    if (flow->n) trod_buf_adds(out, ")");
}

#endif
