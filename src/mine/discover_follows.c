/* discover_follows: the Inductive Miner over the follows graph alone. The log is read once,
 * however many paths it has; what is split is the graph.
 *
 * A part of a sequence begins where the parts before it lead to, and ends where it leads to
 * those behind; the follows that pass over it say how many journeys do. What a graph cannot
 * tell is left as it is: whether a part of any order is missing in a journey, and how often. So
 * not every journey need fit what is found here.
 *
 * Source: S. J. J. Leemans, D. Fahland, W. M. P. van der Aalst: Scalable process discovery and
 * conformance checking (2018), the directly-follows framework.
 */
#include "mine/discover.h"

enum { MOST_DEPTH = 2000 };

struct share { /* of the names, a graph of their own */
    struct discover_graph graph;
    uint32_t *names;
    uint64_t n_skip; /* journeys that pass over it */
};

static trod_status mine_share(struct discover_miner *miner, const struct share *share,
                              size_t depth, struct trod_tree **tree, struct trod_error *error);

/* ---- Splitting -----------------------------------------------------------------------------
 */

/* Adds to share g what the follow from a to b says about it; `at` numbers names within groups.
 */
static void split_follow(const struct discover_graph *graph, const struct discover_cut *cut,
                         const uint32_t *at, struct share *shares, uint32_t a, uint32_t b) {
    const uint32_t x = cut->group[a], y = cut->group[b];
    const uint64_t n = graph->follows[(size_t)a * graph->n + b];
    if (x == y) {
        shares[x].graph.follows[(size_t)at[a] * shares[x].graph.n + at[b]] = n;
        return;
    }
    const bool on = cut->op == TROD_TREE_SEQUENCE && x < y;
    if (on || cut->op == TROD_TREE_CHOICE ||
        (cut->op == TROD_TREE_LOOP && (x == 0 || y == 0))) {
        /* What is done in a loop begins and ends where journeys do. */
        if (cut->op != TROD_TREE_LOOP || x > 0) shares[x].graph.ends[at[a]] += n;
        if (cut->op != TROD_TREE_LOOP || y > 0) shares[y].graph.starts[at[b]] += n;
    }
    for (uint32_t g = x + 1; on && g < y; g++) shares[g].n_skip += n;
}

static void split_ends(const struct discover_graph *graph, const struct discover_cut *cut,
                       const uint32_t *at, struct share *shares, uint32_t a) {
    const uint32_t x = cut->group[a];
    shares[x].graph.starts[at[a]] += graph->starts[a];
    shares[x].graph.ends[at[a]] += graph->ends[a];
    if (cut->op != TROD_TREE_SEQUENCE) return;
    for (uint32_t g = 0; g < x; g++) shares[g].n_skip += graph->starts[a];
    for (uint32_t g = x + 1; g < cut->n_groups; g++) shares[g].n_skip += graph->ends[a];
}

static trod_status split_share(const struct share *share, const struct discover_cut *cut,
                               struct trod_arena *arena, struct share **made,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = share->graph.n;
    struct share *const shares = TROD_NEW_ARRAY(arena, cut->n_groups, struct share);
    uint32_t *const at = TROD_NEW_ARRAY(arena, n, uint32_t);
    if (!shares || !at) TROD_TRY_ALLOC(NULL, error);
    for (uint32_t a = 0; a < n; a++) at[a] = shares[cut->group[a]].graph.n++;
    for (uint32_t g = 0; g < cut->n_groups; g++) {
        const uint32_t k = shares[g].graph.n;
        shares[g].names = TROD_NEW_ARRAY(arena, k, uint32_t);
        TROD_TRY_ALLOC(shares[g].names, error);
        TROD_TRY(discover_graph_empty(k, arena, &shares[g].graph, error));
    }
    for (uint32_t a = 0; a < n; a++) {
        shares[cut->group[a]].names[at[a]] = share->names[a];
        split_ends(&share->graph, cut, at, shares, a);
        for (uint32_t b = 0; b < n; b++)
            if (share->graph.follows[(size_t)a * n + b])
                split_follow(&share->graph, cut, at, shares, a, b);
    }
    *made = shares;
done:
    return status;
}

/* ---- Trees ---------------------------------------------------------------------------------
 */

static trod_status mine_groups(struct discover_miner *miner, struct trod_arena *arena,
                               const struct share *share, const struct discover_cut *cut,
                               size_t depth, struct trod_tree **tree,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct share *shares = NULL;
    struct trod_tree *const made = trod_tree_make(miner->arena, cut->op, cut->n_groups);
    TROD_TRY_ALLOC(made, error);
    TROD_TRY(split_share(share, cut, arena, &shares, error));
    for (uint32_t g = 0; g < cut->n_groups; g++)
        TROD_TRY(mine_share(miner, &shares[g], depth + 1, &made->children[g], error));
    TROD_TRY(discover_close_loop(miner, made, error));
    *tree = trod_tree_shorten(miner->arena, made);
    TROD_TRY_ALLOC(*tree, error);
done:
    return status;
}

/* Without the follows from an end to a beginning; false if there are none. */
static trod_status cut_rounds(const struct share *share, struct trod_arena *arena,
                              struct share *once, bool *some, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct discover_graph *const graph = &share->graph;
    const size_t n = graph->n;
    *once = (struct share){.names = share->names};
    *some = false;
    TROD_TRY(discover_graph_filter(graph, 0, arena, &once->graph, error));
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            if (!graph->ends[a] || !graph->starts[b] || !graph->follows[a * n + b]) continue;
            once->graph.follows[a * n + b] = 0;
            *some = true;
        }
done:
    return status;
}

static trod_status mine_no_cut(struct discover_miner *miner, struct trod_arena *arena,
                               const struct share *share, size_t depth, struct trod_tree **tree,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct share once;
    bool some = false;
    TROD_TRY(cut_rounds(share, arena, &once, &some, error));
    TROD_TRY(discover_note_fall(miner, some ? TROD_FALLBACK_ROUNDS : TROD_FALLBACK_FLOWER,
                                share->names, share->graph.n, error));
    if (!some) {
        TROD_TRY(discover_flower(miner, share->names, share->graph.n, tree, error));
        goto done;
    }
    struct trod_tree *const loop = trod_tree_make(miner->arena, TROD_TREE_LOOP, 2);
    TROD_TRY_ALLOC(loop, error);
    TROD_TRY(mine_share(miner, &once, depth + 1, &loop->children[0], error));
    loop->children[1] = trod_tree_make(miner->arena, TROD_TREE_SILENT, 0);
    TROD_TRY_ALLOC(loop->children[1], error);
    *tree = trod_tree_shorten(miner->arena, loop);
    TROD_TRY_ALLOC(*tree, error);
done:
    return status;
}

static trod_status mine_share(struct discover_miner *miner, const struct share *share,
                              size_t depth, struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_cut cut = {0};
    struct discover_graph filtered;
    uint64_t n_begun = 0;
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    if (depth > MOST_DEPTH)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "the log has no simple order"));
    if (trod_run_cancelled(miner->run)) TROD_TRY(trod_fail(error, TROD_CANCELLED, "stopped"));
    for (uint32_t a = 0; a < share->graph.n; a++) n_begun += share->graph.starts[a];
    if (share->graph.n == 1 && share->graph.follows[0] == 0) {
        *tree = trod_tree_make(miner->arena, TROD_TREE_LABEL, 0);
        TROD_TRY_ALLOC(*tree, error);
        (*tree)->label = miner->labels[share->names[0]];
    } else {
        TROD_TRY(discover_cut_find(&share->graph, arena, &cut, error));
        if (cut.n_groups == 0 && miner->noise > 0) {
            TROD_TRY(
                discover_graph_filter(&share->graph, miner->noise, arena, &filtered, error));
            TROD_TRY(discover_cut_find(&filtered, arena, &cut, error));
        }
        if (cut.n_groups)
            TROD_TRY(mine_groups(miner, arena, share, &cut, depth, tree, error));
        else
            TROD_TRY(mine_no_cut(miner, arena, share, depth, tree, error));
    }
    if ((double)share->n_skip > miner->noise * (double)(share->n_skip + n_begun))
        TROD_TRY(discover_make_optional(miner, tree, error));
done:
    trod_arena_free(arena);
    return status;
}

trod_status discover_graph_mine(struct discover_miner *miner,
                                const struct discover_graph *graph, struct trod_tree **tree,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct share all = {.graph = *graph};
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    all.names = TROD_NEW_ARRAY(arena, graph->n, uint32_t);
    TROD_TRY_ALLOC(all.names, error);
    for (uint32_t a = 0; a < graph->n; a++) all.names[a] = a;
    TROD_TRY(mine_share(miner, &all, 0, tree, error));
done:
    trod_arena_free(arena);
    return status;
}
