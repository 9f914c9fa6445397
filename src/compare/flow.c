/* The flow as numbered nodes, and what it says about the next touchpoint.
 *
 * The tree is copied into an array, parents before children, with the facts that questions
 * need: whether a part may pass without a trace, whether it shows at all, whether a journey may
 * rightly end inside it. From a touchpoint the walk climbs to the root: in every sequence on
 * the way the later children are what comes next, until one of them cannot be passed by. A
 * touchpoint met on that walk that nobody can avoid is *due*: whoever stands before it is
 * waiting for it, and counts among those who started its `comes` window. Inside `any order`
 * nothing is due, because what the other branches still hold is not known.
 */
#include "compare/inner.h"

/* A run of parts that may all be passed by is looked through this far. */
enum { MOST_PASSED = 1000, MOST_DEPTH = 512 };

struct builder {
    const struct trod_map *map;
    const bool *recorded;
    struct trod_arena *arena;
    struct compare_node *nodes;
    size_t n, room;
    uint32_t n_leaves;
    uint32_t *leaf, *node, *at;
    bool failed;
};

static bool restricted(const struct trod_touchpoint *touchpoint) {
    return touchpoint->only_personas.n > 0 || touchpoint->only_segments.n > 0;
}

static uint32_t add_node(struct builder *b, const struct trod_flow *flow, uint32_t parent,
                         uint32_t child) {
    const uint32_t id = (uint32_t)b->n;
    const struct compare_node node = {.flow = flow,
                                      .parent = parent,
                                      .child = child,
                                      .first = b->n_leaves,
                                      .children = COMPARE_NONE,
                                      .next = COMPARE_NONE};
    if (!TROD_PUSH(b->arena, b->nodes, b->n, b->room, node)) {
        b->failed = true;
        return COMPARE_NONE;
    }
    return id;
}

static void finish_leaf(struct builder *b, struct compare_node *node, uint32_t id) {
    const uint32_t t = node->flow->touchpoint_id;
    b->at[b->n_leaves] = t;
    b->leaf[t] = b->n_leaves++;
    b->node[t] = id;
    node->visible = b->recorded[t];
    node->nullable = !b->recorded[t] || restricted(&b->map->touchpoints[t]);
    node->can_end = node->flow->ends;
}

/* Facts of a block from its children's. */
static void finish_block(struct builder *b, struct compare_node *node) {
    const enum trod_flow_kind kind = node->flow->kind;
    bool all = true, any = false;
    for (uint32_t c = node->children; c != COMPARE_NONE; c = b->nodes[c].next) {
        const struct compare_node *child = &b->nodes[c];
        all = all && child->nullable;
        any = any || child->nullable;
        node->visible = node->visible || child->visible;
        node->can_end = node->can_end || child->can_end;
    }
    if (kind == TROD_FLOW_CHOICE)
        node->nullable = any;
    else if (kind == TROD_FLOW_LOOP) {
        node->nullable = node->children == COMPARE_NONE || b->nodes[node->children].nullable;
    } else
        node->nullable = all; /* sequence, any order, silent */
}

static uint32_t copy_tree(struct builder *b, const struct trod_flow *flow, uint32_t parent,
                          uint32_t child, unsigned depth) {
    CHECK(depth < MOST_DEPTH);
    const uint32_t id = add_node(b, flow, parent, child);
    if (b->failed) return COMPARE_NONE;
    if (flow->kind == TROD_FLOW_TOUCHPOINT) {
        finish_leaf(b, &b->nodes[id], id);
    } else {
        uint32_t before = COMPARE_NONE;
        for (size_t i = 0; i < flow->n; i++) {
            const uint32_t c = copy_tree(b, flow->children[i], id, (uint32_t)i, depth + 1);
            if (b->failed) return COMPARE_NONE;
            if (before == COMPARE_NONE)
                b->nodes[id].children = c;
            else
                b->nodes[before].next = c;
            before = c;
        }
        finish_block(b, &b->nodes[id]);
    }
    b->nodes[id].after = b->n_leaves;
    return id;
}

struct due {
    struct trod_arena *arena;
    const struct compare_node *nodes;
    const struct trod_map *map;
    uint32_t *ids;
    size_t n, room;
    bool failed;
};

/* Adds what nobody can avoid meeting first on entering this node. */
static void due_first(struct due *due, uint32_t id) {
    const struct compare_node *node = &due->nodes[id];
    if (node->nullable) return;
    switch (node->flow->kind) {
    case TROD_FLOW_TOUCHPOINT: {
        const uint32_t t = node->flow->touchpoint_id;
        const struct trod_comes *comes = &due->map->touchpoints[t].comes;
        if (!comes->window.given || comes->before || comes->after.n > 0) return;
        if (!TROD_PUSH(due->arena, due->ids, due->n, due->room, t)) due->failed = true;
        return;
    }
    case TROD_FLOW_SEQUENCE:
        for (uint32_t c = node->children; c != COMPARE_NONE; c = due->nodes[c].next) {
            due_first(due, c);
            if (!due->nodes[c].nullable || due->nodes[c].can_end) return;
        }
        return;
    case TROD_FLOW_ANY_ORDER:
        for (uint32_t c = node->children; c != COMPARE_NONE; c = due->nodes[c].next) {
            due_first(due, c);
        }
        return;
    case TROD_FLOW_LOOP:
        due_first(due, node->children);
        return;
    case TROD_FLOW_CHOICE:
    case TROD_FLOW_SILENT:
        return;
    }
}

/* Climbs from the leaf of a touchpoint; returns whether nothing that leaves a trace can follow.
 */
static bool climb(struct due *due, uint32_t id) {
    bool last = true, looking = true;
    unsigned passed = 0;
    if (due->nodes[id].flow->ends) return true;
    while (due->nodes[id].parent != COMPARE_NONE) {
        const struct compare_node *node = &due->nodes[id];
        const struct compare_node *parent = &due->nodes[node->parent];
        switch (parent->flow->kind) {
        case TROD_FLOW_SEQUENCE:
            for (uint32_t c = node->next; c != COMPARE_NONE; c = due->nodes[c].next) {
                const struct compare_node *later = &due->nodes[c];
                if (later->visible) last = false;
                if (looking) due_first(due, c);
                if (++passed > MOST_PASSED) return false;
                if (!later->nullable || later->can_end) looking = false;
                if (!looking && !last) return false;
            }
            break;
        case TROD_FLOW_ANY_ORDER:
            looking = false;
            for (uint32_t c = parent->children; c != COMPARE_NONE; c = due->nodes[c].next) {
                if (c != id && due->nodes[c].visible) last = false;
            }
            break;
        case TROD_FLOW_LOOP:
            last = false;
            if (node->child > 0) {
                if (looking) due_first(due, parent->children);
                looking = false;
            }
            break;
        default:
            break;
        }
        if (!looking && !last) return false;
        id = node->parent;
    }
    return last;
}

/* Whether nobody who enters `id` leaves it without the touchpoint's trace. */
static bool mandatory(const struct compare_flow *flow, uint32_t id, uint32_t t) {
    uint32_t at = flow->node[t];
    if (flow->nodes[at].nullable) return false;
    for (; at != id; at = flow->nodes[at].parent) {
        if (flow->nodes[flow->nodes[at].parent].flow->kind == TROD_FLOW_CHOICE) return false;
        if (flow->nodes[flow->nodes[at].parent].can_end) return false;
    }
    return true;
}

bool compare_flow_must_follow(const struct compare_flow *flow, uint32_t from, uint32_t to) {
    uint32_t id = flow->node[from];
    if (id == COMPARE_NONE || flow->node[to] == COMPARE_NONE || from == to) return false;
    for (; flow->nodes[id].parent != COMPARE_NONE; id = flow->nodes[id].parent) {
        const struct compare_node *node = &flow->nodes[id];
        if (node->can_end) return false;
        if (flow->nodes[node->parent].flow->kind != TROD_FLOW_SEQUENCE) continue;
        for (uint32_t c = node->next; c != COMPARE_NONE; c = flow->nodes[c].next) {
            const struct compare_node *later = &flow->nodes[c];
            if (flow->leaf[to] >= later->first && flow->leaf[to] < later->after) {
                return mandatory(flow, c, to);
            }
            if (later->can_end) return false;
        }
    }
    return false;
}

/* Whether all that must come in the touchpoint's stage has come when it is met. */
static bool closes_stage(const struct compare_node *nodes, uint32_t id) {
    while (nodes[id].parent != COMPARE_NONE && nodes[id].flow->stage_id == TROD_NO_ID) {
        const struct compare_node *parent = &nodes[nodes[id].parent];
        if (parent->flow->kind == TROD_FLOW_SEQUENCE && !nodes[id].can_end) {
            for (uint32_t c = nodes[id].next; c != COMPARE_NONE; c = nodes[c].next) {
                if (!nodes[c].nullable) return false;
            }
        } else if (parent->flow->kind == TROD_FLOW_ANY_ORDER) {
            for (uint32_t c = parent->children; c != COMPARE_NONE; c = nodes[c].next) {
                if (c != id && !nodes[c].nullable) return false;
            }
        } else if (parent->flow->kind == TROD_FLOW_LOOP && nodes[id].child > 0) {
            return false;
        }
        id = nodes[id].parent;
    }
    return true;
}

trod_status compare_flow_make(const struct trod_map *map, const bool *recorded,
                              struct trod_arena *arena, struct compare_flow *flow,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = map->n_touchpoints;
    struct builder b = {.map = map, .recorded = recorded, .arena = arena};
    struct due due = {.arena = arena, .map = map};
    b.leaf = TROD_NEW_ARRAY(arena, n, uint32_t);
    b.node = TROD_NEW_ARRAY(arena, n, uint32_t);
    b.at = TROD_NEW_ARRAY(arena, n, uint32_t);
    struct trod_ids *list = TROD_NEW_ARRAY(arena, n, struct trod_ids);
    bool *last = TROD_NEW_ARRAY(arena, n, bool);
    bool *closes = TROD_NEW_ARRAY(arena, n, bool);
    TROD_TRY_ALLOC(b.leaf && b.node && b.at && list && last && closes ? arena : NULL, error);
    for (size_t t = 0; t < n; t++) b.leaf[t] = b.node[t] = COMPARE_NONE;
    copy_tree(&b, map->flow, COMPARE_NONE, 0, 0);
    TROD_TRY_ALLOC(b.failed ? NULL : arena, error);
    due.nodes = b.nodes;
    for (size_t t = 0; t < n; t++) {
        if (b.node[t] == COMPARE_NONE) continue;
        due.ids = NULL;
        due.n = due.room = 0;
        last[t] = climb(&due, b.node[t]);
        closes[t] = closes_stage(b.nodes, b.node[t]);
        TROD_TRY_ALLOC(due.failed ? NULL : arena, error);
        list[t] = (struct trod_ids){due.ids, due.n};
    }
    *flow = (struct compare_flow){.nodes = b.nodes,
                                  .n_nodes = b.n,
                                  .leaf = b.leaf,
                                  .node = b.node,
                                  .at = b.at,
                                  .due = list,
                                  .last = last,
                                  .closes = closes};
done:
    return status;
}
