/* discover_mine: the Inductive Miner with its filter for what is rare, over distinct rows.
 *
 * Rows without a step are set aside first: if they are more than noise, what is found in the
 * others is optional. Then the names are parted by a cut of the follows graph; if there is
 * none, by one of the graph without rare follows; if there is none either, a fallback holds the
 * rows. Each part is mined in the same way; a part has fewer names or shorter rows than the
 * whole.
 *
 * Source: S. J. J. Leemans, D. Fahland, W. M. P. van der Aalst: Discovering block-structured
 * process models from event logs containing infrequent behaviour (2013).
 */
#include "mine/discover.h"

enum { MOST_DEPTH = 2000 };

static struct trod_tree *make_label(struct discover_miner *miner, uint32_t name) {
    struct trod_tree *const tree = trod_tree_make(miner->arena, TROD_TREE_LABEL, 0);
    if (tree) tree->label = miner->labels[name];
    return tree;
}

trod_status discover_note_fall(struct discover_miner *miner, enum trod_fallback_kind kind,
                               const uint32_t *names, size_t n, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const copy = TROD_NEW_ARRAY(miner->arena, n, uint32_t);
    TROD_TRY_ALLOC(copy, error);
    if (n) memcpy(copy, names, n * sizeof *names);
    const struct trod_fallback fallback = {kind, copy, n};
    if (!TROD_PUSH(miner->arena, miner->fallbacks, miner->n_fallbacks, miner->room, fallback))
        TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

trod_status discover_close_loop(struct discover_miner *miner, struct trod_tree *tree,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = tree->n;
    if (tree->op != TROD_TREE_LOOP || n == 2) return TROD_OK;
    struct trod_tree *const between =
        trod_tree_make(miner->arena, n > 2 ? TROD_TREE_CHOICE : TROD_TREE_SILENT, n - 1);
    struct trod_tree **const both = TROD_NEW_ARRAY(miner->arena, 2, struct trod_tree *);
    if (!between || !both) TROD_TRY_ALLOC(NULL, error);
    if (n > 2) memcpy(between->children, tree->children + 1, (n - 1) * sizeof *both);
    if (n < 2) between->n = 0;
    both[0] = tree->children[0];
    both[1] = trod_tree_shorten(miner->arena, between);
    TROD_TRY_ALLOC(both[1], error);
    tree->children = both;
    tree->n = 2;
done:
    return status;
}

/* A tree of the op over the bundles, all of which are used up. A loop with several parts
 * between its rounds has a choice of them. */
static trod_status mine_parts(struct discover_miner *miner, enum trod_tree_op op,
                              struct discover_bundle **bundles, size_t n, size_t depth,
                              struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *const made = trod_tree_make(miner->arena, op, n);
    TROD_TRY_ALLOC(made, error);
    for (size_t i = 0; i < n; i++) {
        struct discover_bundle *const bundle = bundles[i];
        bundles[i] = NULL;
        TROD_TRY(discover_bundle_mine(miner, bundle, depth + 1, &made->children[i], error));
    }
    TROD_TRY(discover_close_loop(miner, made, error));
    *tree = trod_tree_shorten(miner->arena, made);
    TROD_TRY_ALLOC(*tree, error);
done:
    for (size_t i = 0; i < n; i++) discover_bundle_free(bundles[i]);
    return status;
}

/* ---- The steps of the search ---------------------------------------------------------------
 */

/* The bundle without rows that have no step, and how many journeys they are. */
static uint64_t drop_empty(struct discover_bundle *bundle, uint64_t *n_journeys) {
    uint64_t n_empty = 0;
    size_t n = 0;
    *n_journeys = 0;
    for (size_t r = 0; r < bundle->n_rows; r++) {
        *n_journeys += bundle->rows[r].n_journeys;
        if (bundle->rows[r].n == 0)
            n_empty += bundle->rows[r].n_journeys;
        else
            bundle->rows[n++] = bundle->rows[r];
    }
    bundle->n_rows = n;
    return n_empty;
}

/* A way that no row took, since each was more of another one, is none. */
static void drop_untaken(struct discover_cut *cut, struct discover_bundle **bundles) {
    uint32_t n = 0;
    for (uint32_t g = 0; g < cut->n_groups; g++) {
        if (bundles[g]->n_rows)
            bundles[n++] = bundles[g];
        else
            discover_bundle_free(bundles[g]);
    }
    cut->n_groups = n;
}

/* Splits by a cut of the graph, or of the graph without what is rare; bundles stays NULL if
 * there is no cut. */
static trod_status split_by_cut(struct discover_miner *miner,
                                const struct discover_bundle *bundle, enum trod_tree_op *op,
                                struct discover_bundle ***bundles, size_t *n,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_graph graph, filtered;
    struct discover_cut cut = {0};
    struct trod_arena *const scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY(discover_graph_make(bundle, scratch, &graph, error));
    TROD_TRY(discover_cut_find(&graph, scratch, &cut, error));
    if (cut.n_groups == 0 && miner->noise > 0) {
        TROD_TRY(discover_graph_filter(&graph, miner->noise, scratch, &filtered, error));
        TROD_TRY(discover_cut_find(&filtered, scratch, &cut, error));
    }
    if (cut.n_groups == 0) goto done;
    struct discover_bundle **const parts =
        TROD_NEW_ARRAY(miner->arena, cut.n_groups, struct discover_bundle *);
    TROD_TRY_ALLOC(parts, error);
    TROD_TRY(discover_split(bundle, &cut, parts, error));
    if (cut.op == TROD_TREE_CHOICE) drop_untaken(&cut, parts);
    *bundles = parts;
    *op = cut.op;
    *n = cut.n_groups;
done:
    trod_arena_free(scratch);
    return status;
}

trod_status discover_flower(struct discover_miner *miner, const uint32_t *names, uint32_t n,
                            struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *choice = trod_tree_make(miner->arena, TROD_TREE_CHOICE, n);
    struct trod_tree *const loop = trod_tree_make(miner->arena, TROD_TREE_LOOP, 2);
    if (!choice || !loop) TROD_TRY_ALLOC(NULL, error);
    for (uint32_t i = 0; i < n; i++) {
        choice->children[i] = make_label(miner, names[i]);
        TROD_TRY_ALLOC(choice->children[i], error);
    }
    loop->children[0] = trod_tree_shorten(miner->arena, choice);
    loop->children[1] = trod_tree_make(miner->arena, TROD_TREE_SILENT, 0);
    if (!loop->children[0] || !loop->children[1]) TROD_TRY_ALLOC(NULL, error);
    *tree = loop;
done:
    return status;
}

static trod_status mine_fall(struct discover_miner *miner, struct discover_bundle **bundle,
                             size_t depth, struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_fall fall;
    TROD_TRY(discover_fall_find(*bundle, miner->run, &fall, error));
    const bool one = fall.kind == TROD_FALLBACK_ONCE || fall.kind == TROD_FALLBACK_ANYWHERE;
    const uint32_t *const names = one ? &(*bundle)->names[fall.name] : (*bundle)->names;
    status = discover_note_fall(miner, fall.kind, names, one ? 1 : (*bundle)->n_names, error);
    if (status != TROD_OK) {
        discover_bundle_free(fall.parts[0]);
        discover_bundle_free(fall.parts[1]);
        goto done;
    }
    if (fall.kind == TROD_FALLBACK_FLOWER) {
        TROD_TRY(discover_flower(miner, names, (*bundle)->n_names, tree, error));
        goto done;
    }
    discover_bundle_free(*bundle);
    *bundle = NULL;
    TROD_TRY(mine_parts(miner, one ? TROD_TREE_ANY_ORDER : TROD_TREE_LOOP, fall.parts,
                        one ? 2 : 1, depth, tree, error));
done:
    return status;
}

trod_status discover_make_optional(struct discover_miner *miner, struct trod_tree **tree,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *const choice = trod_tree_make(miner->arena, TROD_TREE_CHOICE, 2);
    TROD_TRY_ALLOC(choice, error);
    choice->children[0] = trod_tree_make(miner->arena, TROD_TREE_SILENT, 0);
    choice->children[1] = *tree;
    TROD_TRY_ALLOC(choice->children[0], error);
    *tree = trod_tree_shorten(miner->arena, choice);
    TROD_TRY_ALLOC(*tree, error);
done:
    return status;
}

/* Of rows that all have steps. */
static trod_status mine_rows(struct discover_miner *miner, struct discover_bundle **bundle,
                             size_t depth, struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    enum trod_tree_op op = TROD_TREE_SILENT;
    struct discover_bundle **parts = NULL;
    size_t n = 0;
    if ((*bundle)->n_rows == 1 && (*bundle)->rows[0].n == 1) {
        *tree = make_label(miner, (*bundle)->names[0]);
        TROD_TRY_ALLOC(*tree, error);
        goto done;
    }
    TROD_TRY(split_by_cut(miner, *bundle, &op, &parts, &n, error));
    if (!parts) {
        TROD_TRY(mine_fall(miner, bundle, depth, tree, error));
        goto done;
    }
    /* What was split is no longer needed: so the memory does not grow with the depth. */
    discover_bundle_free(*bundle);
    *bundle = NULL;
    TROD_TRY(mine_parts(miner, op, parts, n, depth, tree, error));
done:
    return status;
}

trod_status discover_bundle_mine(struct discover_miner *miner, struct discover_bundle *bundle,
                                 size_t depth, struct trod_tree **tree,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n_journeys = 0;
    if (depth > MOST_DEPTH)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "the log has no simple order: the tree is more than %d deep",
                           MOST_DEPTH));
    if (trod_run_cancelled(miner->run)) TROD_TRY(trod_fail(error, TROD_CANCELLED, "stopped"));
    const uint64_t n_empty = drop_empty(bundle, &n_journeys);
    if (bundle->n_rows == 0) {
        *tree = trod_tree_make(miner->arena, TROD_TREE_SILENT, 0);
        TROD_TRY_ALLOC(*tree, error);
        goto done;
    }
    TROD_TRY(mine_rows(miner, &bundle, depth, tree, error));
    if ((double)n_empty > miner->noise * (double)n_journeys)
        TROD_TRY(discover_make_optional(miner, tree, error));
done:
    discover_bundle_free(bundle);
    return status;
}
