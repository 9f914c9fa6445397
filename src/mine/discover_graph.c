/* discover_graph: which name follows which in a bundle, how often, and what is left of it
 * without the rare. A full matrix: there are few names, and every cut looks at all pairs. */
#include "mine/discover.h"

trod_status discover_graph_empty(uint32_t n, struct trod_arena *arena,
                                 struct discover_graph *graph, struct trod_error *error) {
    trod_status status = TROD_OK;
    *graph = (struct discover_graph){.n = n};
    graph->follows = TROD_NEW_ARRAY(arena, (size_t)n * n, uint64_t);
    TROD_TRY_ALLOC(graph->follows, error);
    graph->starts = TROD_NEW_ARRAY(arena, n, uint64_t);
    TROD_TRY_ALLOC(graph->starts, error);
    graph->ends = TROD_NEW_ARRAY(arena, n, uint64_t);
    TROD_TRY_ALLOC(graph->ends, error);
done:
    return status;
}

trod_status discover_graph_make(const struct discover_bundle *bundle, struct trod_arena *arena,
                                struct discover_graph *graph, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = bundle->n_names;
    TROD_TRY(discover_graph_empty(bundle->n_names, arena, graph, error));
    for (size_t r = 0; r < bundle->n_rows; r++) {
        const struct discover_row *const row = &bundle->rows[r];
        if (row->n == 0) continue;
        graph->starts[row->steps[0]] += row->n_journeys;
        graph->ends[row->steps[row->n - 1]] += row->n_journeys;
        for (uint32_t i = 1; i < row->n; i++)
            graph->follows[row->steps[i - 1] * n + row->steps[i]] += row->n_journeys;
    }
done:
    return status;
}

trod_status discover_graph_filter(const struct discover_graph *graph, double noise,
                                  struct trod_arena *arena, struct discover_graph *filtered,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = graph->n;
    TROD_TRY(discover_graph_empty(graph->n, arena, filtered, error));
    for (size_t a = 0; a < n; a++) {
        uint64_t most = graph->ends[a];
        for (size_t b = 0; b < n; b++)
            if (graph->follows[a * n + b] > most) most = graph->follows[a * n + b];
        for (size_t b = 0; b < n; b++) {
            const uint64_t count = graph->follows[a * n + b];
            if ((double)count > noise * (double)most) filtered->follows[a * n + b] = count;
        }
        filtered->starts[a] = graph->starts[a];
        filtered->ends[a] = graph->ends[a];
    }
done:
    return status;
}
