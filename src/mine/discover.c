/* discover: from the question to the tree. The paths are counted as for any question, the rare
 * events are taken out of them if that is asked for, and the names are numbered in the order of
 * their bytes, so that the tree does not depend on the order of the log. */
#include "mine/discover.h"

#include <stdlib.h>

const char *trod_fallback_word(enum trod_fallback_kind kind) {
    static const char *const words[] = {
        [TROD_FALLBACK_ONCE] = "once, at any place",
        [TROD_FALLBACK_ANYWHERE] = "at any place",
        [TROD_FALLBACK_ROUNDS] = "rounds from end to beginning",
        [TROD_FALLBACK_BEGINNINGS] = "a round at each beginning",
        [TROD_FALLBACK_FLOWER] = "anything, in any order",
    };
    return words[kind];
}

void trod_discovered_free(struct trod_discovered *discovered) {
    if (!discovered) return;
    trod_paths_free(discovered->paths);
    trod_arena_free(discovered->arena);
}

struct driver {
    const struct trod_question *question;
    const struct trod_discover_options *options;
    struct trod_discovered *made;
    struct discover_miner miner;
    struct trod_arena *scratch;
    uint32_t *names;  /* [n_kept] names in the order of their bytes */
    uint32_t *number; /* [names of the log] place in names, or TROD_NO_ID */
};

/* ---- Names ---------------------------------------------------------------------------------
 */

struct ranked {
    uint32_t name, rank;
};

static int by_rank(const void *a, const void *b) {
    const struct ranked *const x = a, *const y = b;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static trod_status pick_names(struct driver *driver, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_discovered *const made = driver->made;
    const size_t most = driver->options->most_names;
    const uint32_t n_all = trod_dict_count(made->names);
    const uint32_t *rank = NULL;
    const size_t n = most && most < made->nodes.n ? most : made->nodes.n;
    if (n > DISCOVER_MOST_NAMES) {
        status =
            trod_fail(error, TROD_TOO_MUCH,
                      "the log has %zu different events; a map is discovered of at most %d", n,
                      DISCOVER_MOST_NAMES);
        trod_error_hint(error, "say --keep 30 to look at the 30 most frequent alone");
        goto done;
    }
    TROD_TRY(mine_rank_names(made->names, driver->scratch, &rank, error));
    struct ranked *const order = TROD_NEW_ARRAY(driver->scratch, n, struct ranked);
    uint32_t *const kept = TROD_NEW_ARRAY(made->arena, n, uint32_t);
    driver->names = TROD_NEW_ARRAY(made->arena, n, uint32_t);
    driver->number = TROD_NEW_ARRAY(driver->scratch, n_all, uint32_t);
    trod_str *const labels = TROD_NEW_ARRAY(made->arena, n, trod_str);
    if (!order || !kept || !driver->names || !driver->number || !labels)
        TROD_TRY_ALLOC(NULL, error);
    for (size_t i = 0; i < n; i++) {
        kept[i] = made->nodes.at[i].name;
        order[i] = (struct ranked){kept[i], rank[kept[i]]};
    }
    qsort(order, n, sizeof *order, by_rank);
    memset(driver->number, 0xff, n_all * sizeof *driver->number);
    for (size_t i = 0; i < n; i++) {
        driver->names[i] = order[i].name;
        driver->number[order[i].name] = (uint32_t)i;
        labels[i] = trod_dict_at(made->names, order[i].name);
    }
    driver->miner.labels = labels;
    made->kept = kept;
    made->n_kept = n;
done:
    return status;
}

/* ---- From paths ----------------------------------------------------------------------------
 */

static trod_status take_paths(struct driver *driver, const struct trod_paths *paths,
                              struct discover_bundle **bundle, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_rows rows = {0};
    uint32_t longest = 0;
    for (size_t p = 0; p < paths->n_shown; p++)
        if (paths->paths[p].n > longest) longest = paths->paths[p].n;
    uint16_t *const steps = TROD_NEW_ARRAY(driver->scratch, longest, uint16_t);
    uint32_t *const ids = TROD_NEW_ARRAY(driver->scratch, driver->made->n_kept, uint32_t);
    if (!steps || !ids) TROD_TRY_ALLOC(NULL, error);
    for (uint32_t i = 0; i < driver->made->n_kept; i++) ids[i] = i;
    TROD_TRY(discover_rows_begin(&rows, error));
    for (size_t p = 0; p < paths->n_shown; p++) {
        const struct trod_path *const path = &paths->paths[p];
        uint32_t n = 0;
        for (uint32_t i = 0; i < path->n; i++)
            if (driver->number[path->steps[i]] != TROD_NO_ID)
                steps[n++] = (uint16_t)driver->number[path->steps[i]];
        if (n == 0)
            driver->made->n_empty += path->n_journeys;
        else
            TROD_TRY(discover_rows_add(&rows, steps, n, path->n_journeys, error));
    }
    driver->made->n_paths = rows.bundle->n_rows;
    TROD_TRY(discover_rows_end(&rows, ids, (uint32_t)driver->made->n_kept, bundle, error));
done:
    discover_rows_drop(&rows);
    return status;
}

static trod_status copy_nodes(struct trod_discovered *made,
                              const struct trod_name_counts *nodes, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_name_count *const at =
        TROD_NEW_ARRAY(made->arena, nodes->n, struct trod_name_count);
    TROD_TRY_ALLOC(at, error);
    if (nodes->n) memcpy(at, nodes->at, nodes->n * sizeof *at);
    made->nodes = (struct trod_name_counts){at, nodes->n};
done:
    return status;
}

/* ---- From follows -------------------------------------------------------------------------
 */

static trod_status take_follows(struct driver *driver, const struct trod_follows *follows,
                                struct discover_graph *graph, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = (uint32_t)driver->made->n_kept;
    TROD_TRY(discover_graph_empty(n, driver->scratch, graph, error));
    for (size_t i = 0; i < follows->nodes.n; i++) {
        const struct trod_name_count *const node = &follows->nodes.at[i];
        const uint32_t a = driver->number[node->name];
        if (a == TROD_NO_ID) continue;
        graph->starts[a] = node->n_starts;
        graph->ends[a] = node->n_ends;
    }
    for (size_t e = 0; e < follows->n_edges; e++) {
        const uint32_t a = driver->number[follows->edges[e].from];
        const uint32_t b = driver->number[follows->edges[e].to];
        if (a != TROD_NO_ID && b != TROD_NO_ID)
            graph->follows[(size_t)a * n + b] = follows->edges[e].n;
    }
done:
    return status;
}

static trod_status discover_follows(struct driver *driver, struct trod_tree **tree,
                                    struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_follows *follows = NULL;
    struct discover_graph graph;
    if (driver->options->most_names)
        TROD_TRY(
            trod_fail(error, TROD_BAD_OPTION,
                      "events cannot be taken out of what follows what (--keep): that needs "
                      "the paths"));
    TROD_TRY(trod_follows_make(driver->question, TROD_TIMES_NONE, &follows, error));
    driver->made->picked = follows->picked;
    driver->made->by_follows = true;
    TROD_TRY(copy_nodes(driver->made, &follows->nodes, error));
    if (follows->nodes.n == 0)
        TROD_TRY(
            trod_fail(error, TROD_BAD_INPUT, "there is no journey to discover a map from"));
    TROD_TRY(pick_names(driver, error));
    TROD_TRY(take_follows(driver, follows, &graph, error));
    TROD_TRY(discover_graph_mine(&driver->miner, &graph, tree, error));
done:
    trod_follows_free(follows);
    return status;
}

/* ---- From paths, or not -------------------------------------------------------------------
 */

static trod_status discover_paths(struct driver *driver, struct trod_tree **tree,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_paths *paths = NULL;
    struct discover_bundle *bundle = NULL;
    status = trod_paths_make(driver->question, 0, &paths, error);
    if (status == TROD_TOO_MUCH && !driver->options->most_names)
        return discover_follows(driver, tree, error);
    TROD_TRY(status);
    driver->made->picked = paths->picked;
    TROD_TRY(copy_nodes(driver->made, &paths->nodes, error));
    if (paths->n_shown == 0)
        TROD_TRY(
            trod_fail(error, TROD_BAD_INPUT, "there is no journey to discover a map from"));
    TROD_TRY(pick_names(driver, error));
    TROD_TRY(take_paths(driver, paths, &bundle, error));
    driver->made->paths = paths;
    paths = NULL;
    TROD_TRY(discover_bundle_mine(&driver->miner, bundle, 0, tree, error));
done:
    trod_paths_free(paths);
    return status;
}

/* ---- The whole -----------------------------------------------------------------------------
 */

static void mark_used(const struct driver *driver, const struct trod_tree *tree, bool *used) {
    for (size_t i = 0; i < tree->n; i++) mark_used(driver, tree->children[i], used);
    if (tree->op != TROD_TREE_LABEL) return;
    for (size_t i = 0; i < driver->made->n_kept; i++)
        if (driver->miner.labels[i].at == tree->label.at) used[i] = true;
}

/* The names that are nowhere in the tree, and the fallbacks in names of the log. */
static trod_status finish(struct driver *driver, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_discovered *const made = driver->made;
    bool *const used = TROD_NEW_ARRAY(driver->scratch, made->n_kept, bool);
    uint32_t *const noise = TROD_NEW_ARRAY(made->arena, made->n_kept, uint32_t);
    if (!used || !noise) TROD_TRY_ALLOC(NULL, error);
    mark_used(driver, made->tree, used);
    for (size_t i = 0; i < made->n_kept; i++)
        if (!used[driver->number[made->kept[i]]]) noise[made->n_noise++] = made->kept[i];
    made->noise = noise;
    for (size_t i = 0; i < driver->miner.n_fallbacks; i++) {
        uint32_t *const names = (uint32_t *)(uintptr_t)driver->miner.fallbacks[i].names;
        for (size_t k = 0; k < driver->miner.fallbacks[i].n; k++)
            names[k] = driver->names[names[k]];
    }
    made->fallbacks = driver->miner.fallbacks;
    made->n_fallbacks = driver->miner.n_fallbacks;
done:
    return status;
}

trod_status trod_discover_make(const struct trod_question *question,
                               const struct trod_discover_options *options,
                               struct trod_discovered **discovered, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct driver driver = {.question = question, .options = options};
    struct trod_tree *tree = NULL;
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    driver.made = TROD_NEW(arena, struct trod_discovered);
    if (!driver.made) trod_arena_free(arena);
    TROD_TRY_ALLOC(driver.made, error);
    *driver.made = (struct trod_discovered){.names = question->parts->names, .arena = arena};
    driver.scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(driver.scratch, error);
    driver.miner =
        (struct discover_miner){.run = question->run, .noise = options->noise, .arena = arena};
    TROD_TRY(options->by_follows ? discover_follows(&driver, &tree, error)
                                 : discover_paths(&driver, &tree, error));
    driver.made->tree = tree;
    TROD_TRY(finish(&driver, error));
    *discovered = driver.made;
    driver.made = NULL;
done:
    trod_arena_free(driver.scratch);
    trod_discovered_free(driver.made);
    return status;
}
