/* From the tree to a net. A node stands between two states, and adds only edges out of the one
 * and into the other: so neighbours share a state and still nothing leaks from one into the
 * next. A loop has two states of its own; a bounded loop is written out round by round. An any
 * order is multiplied out if that stays small, and becomes a block of parts if not. All else
 * that makes the net small is left to align_net_reduce. */
#include "compare/align.h"

struct builder {
    const struct align_tree *tree;
    const struct align_build_options *options;
    const struct align_kind *kinds;
    uint32_t n_kinds;
    struct trod_arena *arena;
    struct align_mark *marks;
    size_t n_marks, room_marks;
    size_t n_states; /* of all nets, raw */
    size_t n_blocks;
    unsigned no_blocks;
    struct trod_error *error;
};

/* Where a node stands. */
struct place {
    struct align_net *net;
    uint32_t from, to;
    uint32_t mark;
};

static trod_status build(struct builder *builder, const struct align_node *node,
                         struct place at);

static trod_status no_memory(struct builder *builder) {
    return trod_fail(builder->error, TROD_NO_MEMORY, "there is not enough memory");
}

/* TROD_TOO_MUCH, without a message, when the ceiling is reached. */
static trod_status add_state(struct builder *builder, struct align_net *net, uint32_t *state) {
    if (++builder->n_states > builder->options->max_states) return TROD_TOO_MUCH;
    *state = net->n_states++;
    return TROD_OK;
}

static trod_status add_silent(struct builder *builder, struct align_net *net, uint32_t from,
                              uint32_t to) {
    return align_net_hop(net, from, to, 0, NULL, 0) ? TROD_OK : no_memory(builder);
}

static trod_status build_touchpoint(struct builder *builder, const struct align_node *node,
                                    struct place at) {
    trod_status status = TROD_OK;
    struct align_net *const net = at.net;
    const struct align_rule *const rule = &builder->tree->rules[node->touchpoint];
    if (node->ends) {
        if (net->finish == TROD_NO_ID) TROD_TRY(add_state(builder, net, &net->finish));
        at.to = net->finish;
    }
    const struct align_sync sync = {at.from, at.to, node->touchpoint, at.mark, false};
    if (!rule->absent && !align_net_sync(net, sync)) TROD_TRY(no_memory(builder));
    const bool seen = rule->skip != ALIGN_SKIP_SILENT;
    const int64_t allowed = builder->options->allowed_weighs ? ALIGN_ALLOWED : 0;
    const int64_t weight = rule->skip == ALIGN_SKIP_COSTS ? ALIGN_COST : seen ? allowed : 0;
    if (!align_net_hop(net, at.from, at.to, weight, &node->touchpoint, seen))
        TROD_TRY(no_memory(builder));
done:
    return status;
}

static trod_status build_sequence(struct builder *builder, const struct align_node *node,
                                  struct place at) {
    trod_status status = TROD_OK;
    const uint32_t to = at.to;
    for (size_t i = 0; i < node->n; i++) {
        at.to = to;
        if (i + 1 < node->n) TROD_TRY(add_state(builder, at.net, &at.to));
        TROD_TRY(build(builder, node->children[i], at));
        at.from = at.to;
    }
done:
    return status;
}

/* ---- Loops ------------------------------------------------------------------------------- */

/* Whether some touchpoint of the node may come round more often than the limit at no cost. */
static bool repeat_allowed(const struct builder *builder, const struct align_node *node) {
    if (node->kind == TROD_FLOW_TOUCHPOINT)
        return builder->tree->rules[node->touchpoint].repeat_allowed &&
               !builder->tree->rules[node->touchpoint].absent;
    for (size_t i = 0; i < node->n; i++)
        if (repeat_allowed(builder, node->children[i])) return true;
    return false;
}

/* A circle at the state for every such touchpoint. */
static trod_status allow_repeats(struct builder *builder, const struct align_node *node,
                                 struct align_net *net, uint32_t state, uint32_t mark) {
    trod_status status = TROD_OK;
    if (node->kind == TROD_FLOW_TOUCHPOINT && repeat_allowed(builder, node) &&
        !align_net_sync(net, (struct align_sync){state, state, node->touchpoint, mark, true}))
        return no_memory(builder);
    for (size_t i = 0; i < node->n; i++)
        TROD_TRY(allow_repeats(builder, node->children[i], net, state, mark));
done:
    return status;
}

/* A round of a loop whose limit may be overrun at no cost, with what lies between it and the
 * next. There only rounds in which something has matched may count, or empty ones would be
 * walked for the sake of the limit: so the round stands there twice, before its first match and
 * after it, and only from the second half does the next round begin (at `*next`). In the last
 * round the loop's touchpoints may come again and again there. */
static trod_status build_counted_round(struct builder *builder, const struct align_node *loop,
                                       bool last, struct place at, uint32_t *next) {
    trod_status status = TROD_OK;
    uint32_t middle = 0, base[2] = {0, 0};
    struct align_net *const round = align_net_make(builder->arena);
    TROD_TRY_ALLOC(round, builder->error);
    TROD_TRY(add_state(builder, round, &round->start));
    TROD_TRY(add_state(builder, round, &middle));
    TROD_TRY(add_state(builder, round, &round->end));
    builder->no_blocks++;
    status =
        build(builder, loop->children[0], (struct place){round, round->start, middle, at.mark});
    if (status == TROD_OK && !last)
        status = build(builder, loop->children[1],
                       (struct place){round, middle, round->end, at.mark});
    builder->no_blocks--;
    TROD_TRY(status);
    for (int half = 0; half < 2; half++)
        for (uint32_t s = 0; s < round->n_states; s++) {
            uint32_t state = 0;
            TROD_TRY(add_state(builder, at.net, &state));
            if (s == 0) base[half] = state;
        }
    for (int half = 0; half < 2; half++) {
        for (size_t i = 0; i < round->n_syncs; i++) {
            struct align_sync sync = round->syncs[i];
            sync.from += base[half];
            sync.to += base[sync.free ? half : 1];
            if (!align_net_sync(at.net, sync)) TROD_TRY(no_memory(builder));
        }
        for (size_t i = 0; i < round->n_hops; i++) {
            const struct align_hop *const hop = &round->hops[i];
            if (!align_net_hop(at.net, hop->from + base[half], hop->to + base[half],
                               hop->weight, round->skips + hop->skips, hop->n_skips))
                TROD_TRY(no_memory(builder));
        }
        TROD_TRY(add_silent(builder, at.net, middle + base[half], at.to));
    }
    for (uint32_t s = 0; last && s < round->n_states; s++)
        TROD_TRY(allow_repeats(builder, loop, at.net, s + base[1], at.mark));
    TROD_TRY(add_silent(builder, at.net, at.from, round->start + base[0]));
    *next = round->end + base[1];
done:
    return status;
}

static trod_status build_rounds(struct builder *builder, const struct align_node *loop,
                                uint32_t rounds, struct place at) {
    trod_status status = TROD_OK;
    const uint32_t to = at.to, mark = at.mark;
    if (!TROD_PUSH(builder->arena, builder->marks, builder->n_marks, builder->room_marks,
                   (struct align_mark){mark, loop->loop}))
        return no_memory(builder);
    const uint32_t last_mark = (uint32_t)builder->n_marks - 1;
    const bool allowed = repeat_allowed(builder, loop);
    for (uint32_t round = 1; round <= rounds; round++) {
        const bool last = round == rounds;
        at.mark = last ? last_mark : mark;
        at.to = to;
        if (allowed) {
            TROD_TRY(build_counted_round(builder, loop, last, at, &at.from));
            continue;
        }
        TROD_TRY(add_state(builder, at.net, &at.to));
        TROD_TRY(build(builder, loop->children[0], at));
        TROD_TRY(add_silent(builder, at.net, at.to, to));
        if (last) break;
        at.from = at.to;
        TROD_TRY(add_state(builder, at.net, &at.to));
        TROD_TRY(build(builder, loop->children[1], at));
        at.from = at.to;
    }
done:
    return status;
}

static trod_status build_loop(struct builder *builder, const struct align_node *node,
                              struct place at) {
    trod_status status = TROD_OK;
    /* A round without a match is never worth its while, but for the first: a limit above what
     * any path could use is none. */
    if (node->loop != TROD_NO_ID && !builder->options->bend &&
        node->most_rounds <= builder->options->seen[node->loop])
        return build_rounds(builder, node, node->most_rounds, at);
    uint32_t begin = 0, end = 0;
    TROD_TRY(add_state(builder, at.net, &begin));
    TROD_TRY(add_state(builder, at.net, &end));
    TROD_TRY(add_silent(builder, at.net, at.from, begin));
    TROD_TRY(add_silent(builder, at.net, end, at.to));
    TROD_TRY(build(builder, node->children[0], (struct place){at.net, begin, end, at.mark}));
    TROD_TRY(build(builder, node->children[1], (struct place){at.net, end, begin, at.mark}));
done:
    return status;
}

/* ---- Any order --------------------------------------------------------------------------- */

/* The parts stay apart; passing the block without any step is a hop. */
static trod_status build_block(struct builder *builder, struct align_net **parts,
                               size_t n_parts, struct place at) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = builder->arena;
    struct align_block block = {.from = at.from, .to = at.to, .parts = parts};
    block.n_parts = (uint32_t)n_parts;
    uint32_t **const skips = TROD_NEW_ARRAY(arena, n_parts, uint32_t *);
    uint32_t *const n_skips = TROD_NEW_ARRAY(arena, n_parts, uint32_t);
    TROD_TRY_ALLOC(skips, builder->error);
    TROD_TRY_ALLOC(n_skips, builder->error);
    int64_t weight = 0;
    uint32_t n = 0;
    for (size_t k = 0; k < n_parts; k++) {
        int64_t *const exits = TROD_NEW_ARRAY(arena, parts[k]->n_states, int64_t);
        TROD_TRY_ALLOC(exits, builder->error);
        TROD_TRY(align_net_exits(parts[k], exits, arena, builder->error));
        TROD_TRY(align_net_skips(parts[k], exits, parts[k]->start, arena, &skips[k],
                                 &n_skips[k], builder->error));
        weight += exits[parts[k]->start];
        n += n_skips[k];
    }
    uint32_t *const merged = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(merged, builder->error);
    for (uint32_t i = 0; i < n; i++) {
        size_t best = SIZE_MAX;
        for (size_t k = 0; k < n_parts; k++)
            if (n_skips[k] && (best == SIZE_MAX || *skips[k] < *skips[best])) best = k;
        merged[i] = *skips[best]++;
        n_skips[best]--;
    }
    builder->n_blocks++;
    if (!align_net_hop(at.net, at.from, at.to, weight, merged, n) ||
        !TROD_PUSH(arena, at.net->blocks, at.net->n_blocks, at.net->room_blocks, block))
        TROD_TRY(no_memory(builder));
done:
    return status;
}

/* The part of an any order in which a touchpoint lies, or SIZE_MAX. */
static size_t part_of(const struct builder *builder, const struct align_node *node,
                      uint32_t touchpoint) {
    const struct align_node *at = builder->tree->leaf[touchpoint];
    while (at && at->parent != node) at = at->parent;
    return at ? at->place : SIZE_MAX;
}

/* Multiplies the members of one group of parts out to a part; the first is replaced by it, the
 * others are NULL. Nothing happens if that would be too wide. */
static trod_status join(struct builder *builder, struct align_net **parts, const size_t *into,
                        size_t n_parts, size_t group, size_t most) {
    trod_status status = TROD_OK;
    struct align_net **const members =
        TROD_NEW_ARRAY(builder->arena, n_parts, struct align_net *);
    TROD_TRY_ALLOC(members, builder->error);
    size_t n = 0;
    bool nested = false, done = false;
    for (size_t k = 0; k < n_parts; k++) {
        if (into[k] != group) continue;
        members[n++] = parts[k];
        nested |= parts[k]->n_blocks > 0;
    }
    if (n < 2 || nested) goto done;
    struct align_net *const joined = align_net_make(builder->arena);
    TROD_TRY_ALLOC(joined, builder->error);
    TROD_TRY(add_state(builder, joined, &joined->start));
    TROD_TRY(add_state(builder, joined, &joined->end));
    TROD_TRY(align_net_product(joined, members, n, joined->start, joined->end, most, &done,
                               builder->error));
    if (!done) goto done;
    builder->n_states += joined->n_states;
    TROD_TRY(align_net_reduce(joined, builder->error));
    for (size_t k = 0; k < n_parts; k++)
        if (into[k] == group) parts[k] = k == group ? joined : NULL;
done:
    return status;
}

/* A block can only tell steps apart that fit one part: parts between which some kind of step is
 * not decided become one. */
static trod_status join_parts(struct builder *builder, const struct align_node *node,
                              struct align_net **parts, size_t *n_parts, size_t most) {
    trod_status status = TROD_OK;
    size_t *const into = TROD_NEW_ARRAY(builder->arena, *n_parts, size_t);
    TROD_TRY_ALLOC(into, builder->error);
    for (size_t k = 0; k < *n_parts; k++) into[k] = k;
    for (uint32_t k = 0; k < builder->n_kinds; k++) {
        size_t first = SIZE_MAX;
        for (uint32_t i = 0; i < builder->kinds[k].n; i++) {
            const size_t part = part_of(builder, node, builder->kinds[k].touchpoints[i]);
            if (part == SIZE_MAX) continue;
            if (first == SIZE_MAX) first = part;
            const size_t a = into[first], b = into[part];
            for (size_t j = 0; a != b && j < *n_parts; j++)
                if (into[j] == a || into[j] == b) into[j] = a < b ? a : b;
        }
    }
    for (size_t k = 0; k < *n_parts; k++)
        if (into[k] == k) TROD_TRY(join(builder, parts, into, *n_parts, k, most));
    size_t kept = 0;
    for (size_t k = 0; k < *n_parts; k++)
        if (parts[k]) parts[kept++] = parts[k];
    *n_parts = kept;
done:
    return status;
}

static trod_status build_any_order(struct builder *builder, const struct align_node *node,
                                   struct place at) {
    trod_status status = TROD_OK;
    const struct align_build_options *const options = builder->options;
    struct align_net **const parts =
        TROD_NEW_ARRAY(builder->arena, node->n, struct align_net *);
    TROD_TRY_ALLOC(parts, builder->error);
    bool nested = false, done = false;
    for (size_t k = 0; k < node->n; k++) {
        struct align_net *const part = align_net_make(builder->arena);
        TROD_TRY_ALLOC(part, builder->error);
        TROD_TRY(add_state(builder, part, &part->start));
        TROD_TRY(add_state(builder, part, &part->end));
        TROD_TRY(build(builder, node->children[k],
                       (struct place){part, part->start, part->end, at.mark}));
        TROD_TRY(align_net_reduce(part, builder->error));
        nested |= part->n_blocks > 0;
        parts[k] = part;
    }
    const bool blocks = !options->no_blocks && !builder->no_blocks;
    const size_t left = options->max_states - builder->n_states;
    const size_t most = blocks && options->wide_states < left ? options->wide_states : left;
    if (!nested) {
        const uint32_t before = at.net->n_states;
        TROD_TRY(align_net_product(at.net, parts, node->n, at.from, at.to, most, &done,
                                   builder->error));
        builder->n_states += at.net->n_states - before;
        if (!done && !blocks) return TROD_TOO_MUCH;
    }
    if (!done) {
        size_t n_parts = node->n;
        TROD_TRY(join_parts(builder, node, parts, &n_parts, most));
        TROD_TRY(build_block(builder, parts, n_parts, at));
    }
done:
    return status;
}

static trod_status build(struct builder *builder, const struct align_node *node,
                         struct place at) {
    trod_status status = TROD_OK;
    switch (node->kind) {
    case TROD_FLOW_SILENT:
        return add_silent(builder, at.net, at.from, at.to);
    case TROD_FLOW_TOUCHPOINT:
        return build_touchpoint(builder, node, at);
    case TROD_FLOW_SEQUENCE:
        return build_sequence(builder, node, at);
    case TROD_FLOW_LOOP:
        return build_loop(builder, node, at);
    case TROD_FLOW_ANY_ORDER:
        return build_any_order(builder, node, at);
    case TROD_FLOW_CHOICE:
        break;
    }
    for (size_t i = 0; i < node->n; i++) TROD_TRY(build(builder, node->children[i], at));
done:
    return status;
}

/* ---- The whole --------------------------------------------------------------------------- */

static size_t count_states(const struct align_net *net) {
    size_t n = net->n_states;
    for (size_t b = 0; b < net->n_blocks; b++)
        for (uint32_t p = 0; p < net->blocks[b].n_parts; p++)
            n += count_states(net->blocks[b].parts[p]);
    return n;
}

trod_status align_automaton_make(const struct align_tree *tree, const struct align_kind *kinds,
                                 uint32_t n_kinds, const struct align_build_options *options,
                                 struct trod_arena *arena, struct align_automaton **automaton,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct builder builder = {.tree = tree,
                              .options = options,
                              .kinds = kinds,
                              .n_kinds = n_kinds,
                              .arena = arena,
                              .error = error};
    *automaton = NULL;
    struct align_automaton *const made = TROD_NEW(arena, struct align_automaton);
    TROD_TRY_ALLOC(made, error);
    struct align_net *const root = align_net_make(arena);
    TROD_TRY_ALLOC(root, error);
    if (!TROD_PUSH(arena, builder.marks, builder.n_marks, builder.room_marks,
                   (struct align_mark){0, TROD_NO_ID}))
        TROD_TRY(no_memory(&builder));
    TROD_TRY(add_state(&builder, root, &root->start));
    TROD_TRY(add_state(&builder, root, &root->end));
    TROD_TRY(build(&builder, tree->root, (struct place){root, root->start, root->end, 0}));
    if (root->finish != TROD_NO_ID) {
        TROD_TRY(add_silent(&builder, root, root->end, root->finish));
        root->end = root->finish;
    }
    TROD_TRY(align_net_reduce(root, error));
    TROD_TRY(align_net_finish(root, kinds, n_kinds, error));
    *made = (struct align_automaton){.root = root,
                                     .marks = builder.marks,
                                     .n_marks = builder.n_marks,
                                     .kinds = kinds,
                                     .n_kinds = n_kinds,
                                     .bends = options->bend,
                                     .n_blocks = builder.n_blocks,
                                     .n_states = count_states(root)};
    *automaton = made;
done:
    return status == TROD_TOO_MUCH ? TROD_OK : status;
}

bool align_mark_has(const struct align_automaton *automaton, uint32_t mark, uint32_t loop) {
    for (; mark; mark = automaton->marks[mark].parent)
        if (automaton->marks[mark].loop == loop) return true;
    return false;
}
