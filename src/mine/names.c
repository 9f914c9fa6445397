/* The names of the events: how often each occurs, begins and ends a journey, and their order.
 */
#include <stdlib.h>

#include "mine/pairs.h"

struct ranked {
    trod_str text;
    uint32_t name;
};

static int by_text(const void *a, const void *b) {
    const struct ranked *const x = a, *const y = b;
    return trod_str_compare(x->text, y->text);
}

trod_status mine_rank_names(const struct trod_dict *names, struct trod_arena *arena,
                            const uint32_t **rank, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(names);
    struct ranked *const ranked = TROD_NEW_ARRAY(arena, n, struct ranked);
    TROD_TRY_ALLOC(ranked, error);
    uint32_t *const of = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(of, error);
    for (uint32_t name = 0; name < n; name++)
        ranked[name] = (struct ranked){trod_dict_at(names, name), name};
    qsort(ranked, n, sizeof *ranked, by_text);
    for (uint32_t i = 0; i < n; i++) of[ranked[i].name] = i;
    *rank = of;
done:
    return status;
}

struct ranked_count {
    struct trod_name_count count;
    uint32_t rank;
};

static int most_frequent_ranked(const void *a, const void *b) {
    const struct ranked_count *const x = a, *const y = b;
    if (x->count.n_events != y->count.n_events)
        return x->count.n_events > y->count.n_events ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

trod_status mine_nodes_order(const uint64_t *n_events, const uint64_t *starts,
                             const uint64_t *ends, uint32_t n_names, const uint32_t *rank,
                             struct trod_arena *arena, struct trod_name_counts *nodes,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct ranked_count *const order = TROD_NEW_ARRAY(arena, n_names, struct ranked_count);
    TROD_TRY_ALLOC(order, error);
    size_t n = 0;
    for (uint32_t name = 0; name < n_names; name++)
        if (n_events[name])
            order[n++] = (struct ranked_count){{name, n_events[name], starts[name], ends[name]},
                                               rank[name]};
    qsort(order, n, sizeof *order, most_frequent_ranked);
    struct trod_name_count *const at = TROD_NEW_ARRAY(arena, n, struct trod_name_count);
    TROD_TRY_ALLOC(at, error);
    for (size_t i = 0; i < n; i++) at[i] = order[i].count;
    *nodes = (struct trod_name_counts){at, n};
done:
    return status;
}

/* Every event is the first of a pair, or the last of its journey. */
trod_status mine_nodes_make(const struct mine_pairs *pairs, uint32_t n_names,
                            const uint32_t *rank, struct trod_arena *arena,
                            struct trod_name_counts *nodes, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *const n_events = TROD_NEW_ARRAY(arena, n_names, uint64_t);
    TROD_TRY_ALLOC(n_events, error);
    memcpy(n_events, pairs->ends, n_names * sizeof *n_events);
    for (size_t i = 0; i < pairs->n; i++) n_events[pairs->at[i].from] += pairs->at[i].n;
    TROD_TRY(mine_nodes_order(n_events, pairs->starts, pairs->ends, n_names, rank, arena, nodes,
                              error));
done:
    return status;
}
