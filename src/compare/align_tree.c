/* The flow as the aligner sees it. Touchpoints that leave no trace become silent, silent parts
 * of a sequence or an any order fall away, and nested sequences, choices and any orders become
 * one: the fewer nodes, the smaller the automaton. What remains has every touchpoint at most
 * once. */
#include "compare/align.h"

struct maker {
    struct trod_arena *arena;
    struct align_tree *tree;
    unsigned inside; /* any orders and loops around: there is no `ends here` in them */
};

static struct align_node *node_make(struct maker *maker, enum trod_flow_kind kind) {
    struct align_node *const node = TROD_NEW(maker->arena, struct align_node);
    if (!node) return NULL;
    *node = (struct align_node){.kind = kind, .touchpoint = TROD_NO_ID, .loop = TROD_NO_ID};
    return node;
}

static struct align_node *convert(struct maker *maker, const struct trod_flow *flow);

/* Appends a child to a sequence, choice or any order: itself, or its children if it is the
 * same. */
static bool append(struct maker *maker, struct align_node *node, struct align_node *child,
                   size_t *room) {
    const bool silent = child->kind == TROD_FLOW_SILENT;
    if (silent && node->kind != TROD_FLOW_CHOICE) return true;
    if (silent)
        for (size_t i = 0; i < node->n; i++)
            if (node->children[i]->kind == TROD_FLOW_SILENT) return true;
    if (child->kind == node->kind) {
        for (size_t i = 0; i < child->n; i++)
            if (!append(maker, node, child->children[i], room)) return false;
        return true;
    }
    return TROD_PUSH(maker->arena, node->children, node->n, *room, child);
}

static struct align_node *convert_group(struct maker *maker, const struct trod_flow *flow) {
    struct align_node *const node = node_make(maker, flow->kind);
    if (!node) return NULL;
    size_t room = 0;
    maker->inside += flow->kind == TROD_FLOW_ANY_ORDER;
    for (size_t i = 0; i < flow->n; i++) {
        struct align_node *const child = convert(maker, flow->children[i]);
        if (!child || !append(maker, node, child, &room)) return NULL;
    }
    maker->inside -= flow->kind == TROD_FLOW_ANY_ORDER;
    if (node->n == 0) node->kind = TROD_FLOW_SILENT;
    return node->n == 1 ? node->children[0] : node;
}

static struct align_node *convert_loop(struct maker *maker, const struct trod_flow *flow) {
    struct align_node *const node = node_make(maker, TROD_FLOW_LOOP);
    struct align_node **const children = TROD_NEW_ARRAY(maker->arena, 2, struct align_node *);
    if (!node || !children) return NULL;
    maker->inside++;
    for (size_t i = 0; i < 2; i++) {
        children[i] = i < flow->n ? convert(maker, flow->children[i])
                                  : node_make(maker, TROD_FLOW_SILENT);
        if (!children[i]) return NULL;
    }
    maker->inside--;
    node->children = children;
    node->n = 2;
    node->most_rounds = flow->most_rounds;
    if (children[0]->kind == TROD_FLOW_SILENT && children[1]->kind == TROD_FLOW_SILENT)
        return children[0];
    return node;
}

static struct align_node *convert(struct maker *maker, const struct trod_flow *flow) {
    switch (flow->kind) {
    case TROD_FLOW_SEQUENCE:
    case TROD_FLOW_CHOICE:
    case TROD_FLOW_ANY_ORDER:
        return convert_group(maker, flow);
    case TROD_FLOW_LOOP:
        return convert_loop(maker, flow);
    case TROD_FLOW_TOUCHPOINT:
        break;
    case TROD_FLOW_SILENT:
        return node_make(maker, TROD_FLOW_SILENT);
    }
    const uint32_t touchpoint = flow->touchpoint_id;
    CHECK(touchpoint < maker->tree->n_touchpoints);
    const struct align_rule *const rule = &maker->tree->rules[touchpoint];
    /* A silent end still ends the journey: it stays, even if nothing can be seen of it. */
    const bool ends = flow->ends && !maker->inside;
    const bool unseen = rule->absent && rule->skip == ALIGN_SKIP_SILENT && !ends;
    struct align_node *const node =
        node_make(maker, unseen ? TROD_FLOW_SILENT : TROD_FLOW_TOUCHPOINT);
    if (!node || unseen) return node;
    node->touchpoint = touchpoint;
    node->ends = ends;
    return node;
}

/* Places, depths, leaves and bounded loops, from the root down. */
static bool settle(struct maker *maker, struct align_node *node, size_t *room_loops) {
    struct align_tree *const tree = maker->tree;
    if (node->kind == TROD_FLOW_TOUCHPOINT) {
        CHECK(!tree->leaf[node->touchpoint]);
        tree->leaf[node->touchpoint] = node;
        if (tree->rules[node->touchpoint].skip == ALIGN_SKIP_ALLOWED) tree->n_allowed++;
    }
    if (node->kind == TROD_FLOW_LOOP && node->most_rounds > 0) {
        node->loop = (uint32_t)tree->n_loops;
        if (!TROD_PUSH(maker->arena, tree->loops, tree->n_loops, *room_loops, node))
            return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        node->children[i]->parent = node;
        node->children[i]->place = i;
        node->children[i]->depth = node->depth + 1;
        if (!settle(maker, node->children[i], room_loops)) return false;
    }
    return true;
}

/* Least cost of passing a node without any step: to what follows it, and to an `ends here` in
 * it. */
struct passage {
    uint32_t through, ended;
};

static uint32_t sum(uint32_t a, uint32_t b) {
    return a == UINT32_MAX || b == UINT32_MAX ? UINT32_MAX : a + b;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static struct passage pass(const struct align_tree *tree, const struct align_node *node) {
    struct passage whole = {0, UINT32_MAX};
    if (node->kind == TROD_FLOW_TOUCHPOINT) {
        const uint32_t cost = tree->rules[node->touchpoint].skip == ALIGN_SKIP_COSTS;
        return node->ends ? (struct passage){UINT32_MAX, cost}
                          : (struct passage){cost, UINT32_MAX};
    }
    if (node->kind == TROD_FLOW_LOOP) return pass(tree, node->children[0]);
    if (node->kind == TROD_FLOW_CHOICE) whole.through = UINT32_MAX;
    for (size_t i = 0; i < node->n; i++) {
        const struct passage child = pass(tree, node->children[i]);
        if (node->kind == TROD_FLOW_CHOICE) {
            whole.ended = least(whole.ended, child.ended);
            whole.through = least(whole.through, child.through);
        } else {
            whole.ended = least(whole.ended, sum(whole.through, child.ended));
            whole.through = sum(whole.through, child.through);
        }
    }
    return whole;
}

trod_status align_tree_make(const struct trod_flow *flow, const struct align_rule *rules,
                            size_t n_touchpoints, struct trod_arena *arena,
                            struct align_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct align_tree *const made = TROD_NEW(arena, struct align_tree);
    TROD_TRY_ALLOC(made, error);
    made->n_touchpoints = n_touchpoints;
    made->rules = rules;
    made->leaf = TROD_NEW_ARRAY(arena, n_touchpoints, struct align_node *);
    TROD_TRY_ALLOC(made->leaf, error);
    struct maker maker = {.arena = arena, .tree = made};
    made->root = convert(&maker, flow);
    TROD_TRY_ALLOC(made->root, error);
    size_t room_loops = 0;
    if (!settle(&maker, made->root, &room_loops))
        TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
    const struct passage whole = pass(made, made->root);
    made->shortest = least(whole.through, whole.ended);
    *tree = made;
done:
    return status;
}

bool align_tree_within(const struct align_tree *tree, uint32_t touchpoint, uint32_t loop) {
    const struct align_node *node = tree->leaf[touchpoint];
    while (node && node != tree->loops[loop]) node = node->parent;
    return node != NULL;
}

bool align_tree_resets(const struct align_tree *tree, uint32_t touchpoint, uint32_t loop) {
    const struct align_node *a = tree->leaf[touchpoint];
    const struct align_node *b = tree->loops[loop];
    if (!a) return false;
    size_t place_a = 0, place_b = 0;
    while (a != b) {
        if (a->depth >= b->depth) {
            place_a = a->place;
            a = a->parent;
        } else {
            place_b = b->place;
            b = b->parent;
        }
        /* Climbing in turns, each from the deeper side, they meet at the nearest common node.
         */
        CHECK(a && b);
    }
    if (a == tree->loops[loop]) return false; /* it lies in the loop */
    switch (a->kind) {
    case TROD_FLOW_SEQUENCE:
        return place_a < place_b;
    case TROD_FLOW_CHOICE:
    case TROD_FLOW_LOOP:
        return true;
    default:
        return false;
    }
}
