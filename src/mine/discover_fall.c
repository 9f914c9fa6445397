/* discover_fall: what holds a log in which there is no cut, the least generous first.
 *
 *   once         one name is in every row exactly once: it stands beside the rest
 *   anywhere     without one name the rest has a cut: the name stands beside the rest
 *   rounds       cut the rows where a beginning comes right after an end
 *   beginnings   cut the rows at each beginning
 *   flower       anything goes
 *
 * The cut without a name needs only its graph: who follows whom when the name is looked through
 * is counted while the rows are read once, for all names together.
 */
#include "mine/discover.h"

enum { MOST_BITS_NAMES = 300 };

/* ---- One name beside the others ------------------------------------------------------------
 */

/* The name alone, and the others without it. */
static trod_status set_aside(const struct discover_bundle *bundle, uint32_t name,
                             struct discover_bundle *parts[2], struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_cut cut = {.op = TROD_TREE_ANY_ORDER, .n_groups = 2};
    struct trod_arena *const scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    cut.group = TROD_NEW_ARRAY(scratch, bundle->n_names, uint32_t);
    TROD_TRY_ALLOC(cut.group, error);
    for (uint32_t a = 0; a < bundle->n_names; a++) cut.group[a] = a != name;
    TROD_TRY(discover_split(bundle, &cut, parts, error));
done:
    trod_arena_free(scratch);
    return status;
}

/* The first name that is in every row exactly once, or TROD_NO_ID. */
static trod_status find_once(const struct discover_bundle *bundle, struct trod_arena *arena,
                             uint32_t *name, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const counts = TROD_NEW_ARRAY(arena, bundle->n_names, uint32_t);
    bool *const out = TROD_NEW_ARRAY(arena, bundle->n_names, bool);
    TROD_TRY_ALLOC(counts, error);
    TROD_TRY_ALLOC(out, error);
    for (size_t r = 0; r < bundle->n_rows; r++) {
        const struct discover_row *const row = &bundle->rows[r];
        for (uint32_t i = 0; i < row->n; i++) counts[row->steps[i]]++;
        for (uint32_t a = 0; a < bundle->n_names; a++) {
            out[a] |= counts[a] != 1;
            counts[a] = 0;
        }
    }
    *name = TROD_NO_ID;
    for (uint32_t a = bundle->n_names; a-- > 0;)
        if (!out[a]) *name = a;
done:
    return status;
}

/* What comes together when a name is looked through. TROD_NO_ID is the edge of a row. */
struct bridge {
    uint32_t from, to;
};
struct bridges {
    struct bridge *at;
    size_t n, room;
};

/* Whether name has this bridge already; `known` has a bit for each that there can be, unless
 * there are too many names for that. */
static bool know_bridge(const struct bridges *bridges, struct trod_bits *known, size_t n,
                        uint32_t name, struct bridge bridge) {
    if (known->words) {
        const size_t from = bridge.from == TROD_NO_ID ? n : bridge.from;
        const size_t to = bridge.to == TROD_NO_ID ? n : bridge.to;
        const size_t bit = (name * (n + 1) + from) * (n + 1) + to;
        const bool is_known = trod_bits_has(known, bit);
        trod_bits_add(known, bit);
        return is_known;
    }
    for (size_t i = 0; i < bridges->n; i++)
        if (bridges->at[i].from == bridge.from && bridges->at[i].to == bridge.to) return true;
    return false;
}

/* For each name its bridges. */
static struct bridges *find_bridges(const struct discover_bundle *bundle,
                                    struct trod_arena *arena) {
    struct bridges *const all = TROD_NEW_ARRAY(arena, bundle->n_names, struct bridges);
    const size_t n = bundle->n_names;
    struct trod_bits known = {0};
    if (n <= MOST_BITS_NAMES) {
        known = trod_bits_make(arena, n * (n + 1) * (n + 1));
        if (!known.words) return NULL;
    }
    for (size_t r = 0; all && r < bundle->n_rows; r++) {
        const struct discover_row *const row = &bundle->rows[r];
        for (uint32_t i = 0, next; i < row->n; i = next) {
            for (next = i + 1; next < row->n && row->steps[next] == row->steps[i];) next++;
            const struct bridge bridge = {i ? row->steps[i - 1] : TROD_NO_ID,
                                          next < row->n ? row->steps[next] : TROD_NO_ID};
            struct bridges *const of = &all[row->steps[i]];
            if (know_bridge(of, &known, n, row->steps[i], bridge)) continue;
            if (!TROD_PUSH(arena, of->at, of->n, of->room, bridge)) return NULL;
        }
    }
    return all;
}

/* The graph of the rows without one name; `graph` is that of all. Counts do not matter. */
static void bypass(const struct discover_graph *graph, uint32_t name,
                   const struct bridges *bridges, struct discover_graph *without) {
    const uint32_t n = graph->n, less = without->n;
    for (uint32_t a = 0; a < less; a++) {
        const uint32_t x = a + (a >= name);
        const uint64_t *const row = &graph->follows[(size_t)x * n];
        uint64_t *const to = &without->follows[(size_t)a * less];
        memcpy(to, row, name * sizeof *row);
        memcpy(to + name, row + name + 1, (less - name) * sizeof *row);
        without->starts[a] = graph->starts[x];
        without->ends[a] = graph->ends[x];
    }
    for (size_t i = 0; i < bridges->n; i++) {
        const uint32_t from = bridges->at[i].from, to = bridges->at[i].to;
        const uint32_t x = from - (from != TROD_NO_ID && from > name);
        const uint32_t y = to - (to != TROD_NO_ID && to > name);
        if (from == TROD_NO_ID && to != TROD_NO_ID) without->starts[y] = 1;
        if (to == TROD_NO_ID && from != TROD_NO_ID) without->ends[x] = 1;
        if (from != TROD_NO_ID && to != TROD_NO_ID) without->follows[(size_t)x * less + y] = 1;
    }
}

/* The first name without which there is a cut, or TROD_NO_ID. */
static trod_status find_anywhere(const struct discover_bundle *bundle,
                                 const struct trod_run *run, struct trod_arena *arena,
                                 uint32_t *name, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_graph graph, without = {.n = bundle->n_names - 1};
    struct discover_cut cut = {0};
    struct trod_arena *scratch = NULL;
    *name = TROD_NO_ID;
    if (bundle->n_names < 2) goto done;
    const struct bridges *const bridges = find_bridges(bundle, arena);
    TROD_TRY_ALLOC(bridges, error);
    TROD_TRY(discover_graph_make(bundle, arena, &graph, error));
    without.follows = TROD_NEW_ARRAY(arena, (size_t)without.n * without.n, uint64_t);
    without.starts = TROD_NEW_ARRAY(arena, without.n, uint64_t);
    without.ends = TROD_NEW_ARRAY(arena, without.n, uint64_t);
    scratch = trod_arena_make(MINE_ARENA_BYTES);
    if (!without.follows || !without.starts || !without.ends) TROD_TRY_ALLOC(NULL, error);
    TROD_TRY_ALLOC(scratch, error);
    for (uint32_t a = 0; a < bundle->n_names && *name == TROD_NO_ID; a++) {
        if (trod_run_cancelled(run)) TROD_TRY(trod_fail(error, TROD_CANCELLED, "stopped"));
        bypass(&graph, a, &bridges[a], &without);
        TROD_TRY(discover_cut_find(&without, scratch, &cut, error));
        if (cut.n_groups) *name = a;
        trod_arena_reset(scratch);
    }
done:
    trod_arena_free(scratch);
    return status;
}

/* ---- Rounds --------------------------------------------------------------------------------
 */

/* The rows cut before each beginning (`strict`: that comes after an end); NULL if that cuts
 * none. */
static trod_status cut_rounds(const struct discover_bundle *bundle, struct trod_arena *arena,
                              bool strict, struct discover_bundle **made,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_graph graph;
    struct discover_rows rows = {0};
    bool some = false;
    TROD_TRY(discover_graph_make(bundle, arena, &graph, error));
    TROD_TRY(discover_rows_begin(&rows, error));
    for (size_t r = 0; r < bundle->n_rows; r++) {
        const struct discover_row *const row = &bundle->rows[r];
        uint32_t from = 0;
        for (uint32_t i = 1; i <= row->n; i++) {
            if (i < row->n &&
                (!graph.starts[row->steps[i]] || (strict && !graph.ends[row->steps[i - 1]])))
                continue;
            some |= i < row->n;
            TROD_TRY(
                discover_rows_add(&rows, row->steps + from, i - from, row->n_journeys, error));
            from = i;
        }
    }
    if (some) TROD_TRY(discover_rows_end(&rows, bundle->names, bundle->n_names, made, error));
done:
    discover_rows_drop(&rows);
    return status;
}

trod_status discover_fall_find(const struct discover_bundle *bundle, const struct trod_run *run,
                               struct discover_fall *fall, struct trod_error *error) {
    trod_status status = TROD_OK;
    *fall = (struct discover_fall){.kind = TROD_FALLBACK_ONCE};
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(find_once(bundle, arena, &fall->name, error));
    if (fall->name == TROD_NO_ID) {
        fall->kind = TROD_FALLBACK_ANYWHERE;
        TROD_TRY(find_anywhere(bundle, run, arena, &fall->name, error));
    }
    if (fall->name != TROD_NO_ID) {
        TROD_TRY(set_aside(bundle, fall->name, fall->parts, error));
        goto done;
    }
    fall->kind = TROD_FALLBACK_ROUNDS;
    TROD_TRY(cut_rounds(bundle, arena, true, &fall->parts[0], error));
    if (fall->parts[0]) goto done;
    fall->kind = TROD_FALLBACK_BEGINNINGS;
    TROD_TRY(cut_rounds(bundle, arena, false, &fall->parts[0], error));
    if (!fall->parts[0]) fall->kind = TROD_FALLBACK_FLOWER;
done:
    trod_arena_free(arena);
    return status;
}
