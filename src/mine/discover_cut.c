/* discover_cut: the four ways to part the names of a follows graph.
 *
 *   choice     parts that no follow connects
 *   sequence   parts of which each reaches those behind it and none before it; then parts that
 *              may be skipped take their neighbours in, as far as the graph says that these
 *              belong together (the strict sequence)
 *   any order  parts whose names follow one another both ways, pair by pair, and in each of
 *              which a journey can begin and end
 *   loop       what is done holds all beginnings and ends; another part is what lies between
 * two rounds, if it is entered from ends alone and left to beginnings alone, and from and to
 * all of them
 *
 * Source: S. J. J. Leemans, Robust Process Mining with Guarantees (2017), sections 6.1 and 6.6.
 */
#include <stdlib.h>

#include "mine/discover.h"

struct cutter {
    const struct discover_graph *graph;
    struct trod_arena *arena;
    uint32_t *root; /* [n] sets of names: each points towards the set's first */
};

static uint32_t root_of(struct cutter *cutter, uint32_t a) {
    while (cutter->root[a] != a) a = cutter->root[a] = cutter->root[cutter->root[a]];
    return a;
}

static void join(struct cutter *cutter, uint32_t a, uint32_t b) {
    a = root_of(cutter, a);
    b = root_of(cutter, b);
    if (a < b)
        cutter->root[b] = a;
    else
        cutter->root[a] = b;
}

static void begin(struct cutter *cutter) {
    for (uint32_t a = 0; a < cutter->graph->n; a++) cutter->root[a] = a;
}

static inline bool follows(const struct discover_graph *graph, uint32_t from, uint32_t to) {
    return graph->follows[(size_t)from * graph->n + to] != 0;
}

/* The sets as groups, in the order of their first names. */
static void number_sets(struct cutter *cutter, struct discover_cut *cut) {
    cut->n_groups = 0;
    for (uint32_t a = 0; a < cutter->graph->n; a++) {
        const uint32_t root = root_of(cutter, a);
        cut->group[a] = root == a ? cut->n_groups++ : cut->group[root];
    }
}

static bool is_cut(struct discover_cut *cut, enum trod_tree_op op) {
    cut->op = op;
    if (cut->n_groups < 2) cut->n_groups = 0;
    return cut->n_groups > 0;
}

/* ---- Choice --------------------------------------------------------------------------------
 */

static bool cut_choice(struct cutter *cutter, struct discover_cut *cut) {
    const struct discover_graph *const graph = cutter->graph;
    begin(cutter);
    for (uint32_t a = 0; a < graph->n; a++)
        for (uint32_t b = 0; b < graph->n; b++)
            if (follows(graph, a, b)) join(cutter, a, b);
    number_sets(cutter, cut);
    return is_cut(cut, TROD_TREE_CHOICE);
}

/* ---- Sequence ------------------------------------------------------------------------------
 */

/* reach[a * n_words ..]: what can come after a. */
static uint64_t *reach_of(const struct cutter *cutter, size_t n_words) {
    const struct discover_graph *const graph = cutter->graph;
    uint64_t *const reach = TROD_NEW_ARRAY(cutter->arena, graph->n * n_words, uint64_t);
    for (uint32_t a = 0; reach && a < graph->n; a++)
        for (uint32_t b = 0; b < graph->n; b++)
            if (follows(graph, a, b)) reach[a * n_words + (b >> 6)] |= UINT64_C(1) << (b & 63);
    for (uint32_t k = 0; reach && k < graph->n; k++)
        for (uint32_t a = 0; a < graph->n; a++) {
            if (!(reach[a * n_words + (k >> 6)] >> (k & 63) & 1)) continue;
            for (size_t w = 0; w < n_words; w++)
                reach[a * n_words + w] |= reach[k * n_words + w];
        }
    return reach;
}

struct place {
    uint32_t group;
    int64_t key;
};

static int by_key(const void *a, const void *b) {
    const struct place *const x = a, *const y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

/* Groups in the order in which they reach one another. */
static bool order_groups(struct cutter *cutter, const uint64_t *reach, size_t n_words,
                         struct discover_cut *cut) {
    const uint32_t n = cutter->graph->n;
    struct place *const places = TROD_NEW_ARRAY(cutter->arena, cut->n_groups, struct place);
    uint32_t *const at = TROD_NEW_ARRAY(cutter->arena, cut->n_groups, uint32_t);
    if (!places || !at) return false;
    for (uint32_t a = 0; a < n; a++) {
        if (root_of(cutter, a) != a) continue;
        struct place *const place = &places[cut->group[a]];
        place->group = cut->group[a];
        for (uint32_t b = 0; b < n; b++) {
            place->key += (int64_t)(reach[b * n_words + (a >> 6)] >> (a & 63) & 1);
            place->key -= (int64_t)(reach[a * n_words + (b >> 6)] >> (b & 63) & 1);
        }
    }
    qsort(places, cut->n_groups, sizeof *places, by_key);
    for (uint32_t g = 0; g < cut->n_groups; g++) at[places[g].group] = g;
    for (uint32_t a = 0; a < n; a++) cut->group[a] = at[cut->group[a]];
    return true;
}

/* Whether a journey can pass group p by: from before it to behind it. */
static bool is_skippable(const struct discover_graph *graph, const struct discover_cut *cut,
                         uint32_t p) {
    for (uint32_t a = 0; a < graph->n; a++) {
        if (cut->group[a] > p && graph->starts[a]) return true;
        if (cut->group[a] >= p) continue;
        if (graph->ends[a]) return true;
        for (uint32_t b = 0; b < graph->n; b++)
            if (cut->group[b] > p && follows(graph, a, b)) return true;
    }
    return false;
}

static void take_in(const struct discover_graph *graph, struct discover_cut *cut, uint32_t into,
                    uint32_t from) {
    for (uint32_t a = 0; a < graph->n; a++)
        if (cut->group[a] == from) cut->group[a] = into;
}

/* `from`: the earliest group from which a group is entered, -1 a beginning; `to`: the last one
 * to which it is left, n_groups an end. */
static bool find_borders(const struct cutter *cutter, const struct discover_cut *cut,
                         int64_t **from, int64_t **to) {
    const struct discover_graph *const graph = cutter->graph;
    const int64_t n = cut->n_groups;
    *from = TROD_NEW_ARRAY(cutter->arena, cut->n_groups, int64_t);
    *to = TROD_NEW_ARRAY(cutter->arena, cut->n_groups, int64_t);
    if (!*from || !*to) return false;
    for (uint32_t g = 0; g < cut->n_groups; g++) {
        (*from)[g] = n;
        (*to)[g] = -1;
    }
    for (uint32_t a = 0; a < graph->n; a++) {
        const uint32_t x = cut->group[a];
        if (graph->starts[a]) (*from)[x] = -1;
        if (graph->ends[a]) (*to)[x] = n;
        for (uint32_t b = 0; b < graph->n; b++) {
            const uint32_t y = cut->group[b];
            if (!follows(graph, a, b)) continue;
            if (x < (*from)[y]) (*from)[y] = x;
            if (y > (*to)[x]) (*to)[x] = y;
        }
    }
    return true;
}

static bool make_strict(struct cutter *cutter, struct discover_cut *cut) {
    const struct discover_graph *const graph = cutter->graph;
    const uint32_t n = cut->n_groups;
    int64_t *from, *to;
    uint32_t *const at = TROD_NEW_ARRAY(cutter->arena, n, uint32_t);
    if (!at || !find_borders(cutter, cut, &from, &to)) return false;
    for (uint32_t p = 0; p < n; p++) {
        if (!is_skippable(graph, cut, p)) continue;
        for (uint32_t q = p; q-- > 0 && to[q] <= p;) take_in(graph, cut, p, q);
        for (uint32_t q = p + 1; q < n && from[q] >= p; q++) take_in(graph, cut, p, q);
    }
    for (uint32_t a = 0; a < graph->n; a++) at[cut->group[a]] = 1;
    cut->n_groups = 0;
    for (uint32_t g = 0; g < n; g++)
        if (at[g]) at[g] = cut->n_groups++;
    for (uint32_t a = 0; a < graph->n; a++) cut->group[a] = at[cut->group[a]];
    return true;
}

static trod_status cut_sequence(struct cutter *cutter, struct discover_cut *cut,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = cutter->graph->n;
    const size_t n_words = trod_bits_words(n);
    const uint64_t *const reach = reach_of(cutter, n_words);
    TROD_TRY_ALLOC(reach, error);
    begin(cutter);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a + 1; b < n; b++) {
            const bool there = reach[a * n_words + (b >> 6)] >> (b & 63) & 1;
            const bool back = reach[b * n_words + (a >> 6)] >> (a & 63) & 1;
            if (there == back) join(cutter, a, b);
        }
    number_sets(cutter, cut);
    if (!is_cut(cut, TROD_TREE_SEQUENCE)) goto done;
    if (!order_groups(cutter, reach, n_words, cut) || !make_strict(cutter, cut))
        TROD_TRY_ALLOC(NULL, error);
    (void)is_cut(cut, TROD_TREE_SEQUENCE);
done:
    return status;
}

/* ---- Any order -----------------------------------------------------------------------------
 */

struct part {
    uint32_t root, n;
    bool starts, ends;
};

static int smallest_first(const void *a, const void *b) {
    const struct part *const x = a, *const y = b;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
    return x->root < y->root ? -1 : x->root > y->root;
}

/* Smallest first, a part without a beginning or an end joins the one before it. */
static void join_unfinished(struct cutter *cutter, struct part *parts, size_t n) {
    for (size_t i = 0; i < n && n > 1;) {
        if (parts[i].starts && parts[i].ends) {
            i++;
            continue;
        }
        const size_t into = i ? i - 1 : 1;
        join(cutter, parts[i].root, parts[into].root);
        parts[into].starts |= parts[i].starts;
        parts[into].ends |= parts[i].ends;
        memmove(&parts[i], &parts[i + 1], (--n - i) * sizeof *parts);
    }
}

static trod_status cut_any_order(struct cutter *cutter, struct discover_cut *cut,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct discover_graph *const graph = cutter->graph;
    begin(cutter);
    for (uint32_t a = 0; a < graph->n; a++)
        for (uint32_t b = a + 1; b < graph->n; b++)
            if (!follows(graph, a, b) || !follows(graph, b, a)) join(cutter, a, b);
    number_sets(cutter, cut);
    if (!is_cut(cut, TROD_TREE_ANY_ORDER)) goto done;
    struct part *const parts = TROD_NEW_ARRAY(cutter->arena, cut->n_groups, struct part);
    TROD_TRY_ALLOC(parts, error);
    for (uint32_t a = 0; a < graph->n; a++) {
        struct part *const part = &parts[cut->group[a]];
        part->root = root_of(cutter, a);
        part->n++;
        part->starts |= graph->starts[a] != 0;
        part->ends |= graph->ends[a] != 0;
    }
    qsort(parts, cut->n_groups, sizeof *parts, smallest_first);
    join_unfinished(cutter, parts, cut->n_groups);
    number_sets(cutter, cut);
    (void)is_cut(cut, TROD_TREE_ANY_ORDER);
done:
    return status;
}

/* ---- Loop ----------------------------------------------------------------------------------
 */

/* A name that goes on to a beginning goes on to all of them, or is part of what is done; the
 * same for ends that go on to it. */
static bool is_complete(const struct discover_graph *graph, uint32_t a) {
    bool some_start = false, all_starts = true, some_end = false, all_ends = true;
    for (uint32_t b = 0; b < graph->n; b++) {
        if (graph->starts[b]) {
            some_start |= follows(graph, a, b);
            all_starts &= follows(graph, a, b);
        }
        if (graph->ends[b]) {
            some_end |= follows(graph, b, a);
            all_ends &= follows(graph, b, a);
        }
    }
    return (!some_start || all_starts) && (!some_end || all_ends);
}

static bool cut_loop(struct cutter *cutter, struct discover_cut *cut) {
    const struct discover_graph *const graph = cutter->graph;
    uint32_t done = TROD_NO_ID;
    begin(cutter);
    for (uint32_t a = 0; a < graph->n; a++) {
        if (!graph->starts[a] && !graph->ends[a]) continue;
        if (done != TROD_NO_ID) join(cutter, done, a);
        done = a;
    }
    if (done == TROD_NO_ID) return false;
    for (uint32_t a = 0; a < graph->n; a++)
        for (uint32_t b = 0; b < graph->n; b++) {
            if (!follows(graph, a, b)) continue;
            const bool edge_a = graph->starts[a] || graph->ends[a];
            const bool edge_b = graph->starts[b] || graph->ends[b];
            const bool inner = !edge_a && !edge_b;
            const bool from_start = graph->starts[a] && !graph->ends[a];
            const bool to_end = graph->ends[b] && !graph->starts[b];
            if (inner || from_start || to_end) join(cutter, a, b);
        }
    for (uint32_t a = 0; a < graph->n; a++)
        if (root_of(cutter, a) != root_of(cutter, done) && !is_complete(graph, a))
            join(cutter, done, a);
    /* What is done comes first. */
    const uint32_t first = root_of(cutter, done);
    cut->group[first] = 0;
    cut->n_groups = 1;
    for (uint32_t a = 0; a < graph->n; a++)
        if (root_of(cutter, a) == a && a != first) cut->group[a] = cut->n_groups++;
    for (uint32_t a = 0; a < graph->n; a++) cut->group[a] = cut->group[root_of(cutter, a)];
    return is_cut(cut, TROD_TREE_LOOP);
}

/* ---- The first of them ---------------------------------------------------------------------
 */

trod_status discover_cut_find(const struct discover_graph *graph, struct trod_arena *arena,
                              struct discover_cut *cut, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct cutter cutter = {.graph = graph, .arena = arena};
    cutter.root = TROD_NEW_ARRAY(arena, graph->n, uint32_t);
    TROD_TRY_ALLOC(cutter.root, error);
    *cut = (struct discover_cut){.group = TROD_NEW_ARRAY(arena, graph->n, uint32_t)};
    TROD_TRY_ALLOC(cut->group, error);
    if (cut_choice(&cutter, cut)) goto done;
    TROD_TRY(cut_sequence(&cutter, cut, error));
    if (cut->n_groups) goto done;
    TROD_TRY(cut_any_order(&cutter, cut, error));
    if (cut->n_groups) goto done;
    if (!cut_loop(&cutter, cut)) cut->n_groups = 0;
done:
    return status;
}
