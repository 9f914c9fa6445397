/* The follows graph. One walk over the journeys finds the pairs of neighbours by open
 * addressing (they are few, so the table stays in the cache) and keeps for each event the
 * number of the pair that it ends. With the pairs counted, a second walk lays the durations of
 * each pair together, and each pair is then measured by itself, on as many threads as there
 * are. */
#include <stdlib.h>

#include "mine/inside.h"

enum { FIRST_SLOTS = 256 };

struct pair_table {
    struct trod_arena *arena;
    uint32_t *slots; /* edge + 1 */
    size_t mask;
    struct trod_follows_edge *edges;
    size_t n, room;
};

static size_t place_of(const struct pair_table *table, uint32_t from, uint32_t to) {
    uint64_t hash = ((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    for (size_t at = hash & table->mask;; at = (at + 1) & table->mask) {
        if (!table->slots[at]) return at;
        const struct trod_follows_edge *const edge = &table->edges[table->slots[at] - 1];
        if (edge->from == from && edge->to == to) return at;
    }
}

static bool grow(struct pair_table *table) {
    const size_t n = (table->mask + 1) * 2;
    uint32_t *const slots = TROD_NEW_ARRAY(table->arena, n, uint32_t);
    if (!slots) return false;
    table->slots = slots;
    table->mask = n - 1;
    for (size_t e = 0; e < table->n; e++)
        slots[place_of(table, table->edges[e].from, table->edges[e].to)] = (uint32_t)e + 1;
    return true;
}

/* The number of the pair; UINT32_MAX without memory. */
static uint32_t edge_of(struct pair_table *table, uint32_t from, uint32_t to) {
    size_t at = place_of(table, from, to);
    if (table->slots[at]) return table->slots[at] - 1;
    if (table->n >= UINT32_MAX - 1) return UINT32_MAX;
    if (table->n >= table->mask / 2) {
        if (!grow(table)) return UINT32_MAX;
        at = place_of(table, from, to);
    }
    const struct trod_follows_edge edge = {.from = from, .to = to};
    if (!TROD_PUSH(table->arena, table->edges, table->n, table->room, edge)) return UINT32_MAX;
    table->slots[at] = (uint32_t)table->n;
    return (uint32_t)table->n - 1;
}

/* How long it took from event a to the next, b; TROD_NO_TIME if that is not known. */
static int64_t time_between(const struct trod_log *log, uint64_t a, uint64_t b) {
    if (!log->time_us || log->time_us[a] == TROD_NO_TIME || log->time_us[b] == TROD_NO_TIME)
        return TROD_NO_TIME;
    return log->time_us[b] - log->time_us[a];
}

static int64_t waiting_between(const struct trod_log *log, uint64_t a, uint64_t b) {
    if (!log->end_us || !log->time_us || log->end_us[a] == TROD_NO_TIME ||
        log->time_us[b] == TROD_NO_TIME)
        return TROD_NO_TIME;
    return log->time_us[b] > log->end_us[a] ? log->time_us[b] - log->end_us[a] : 0;
}

struct counting {
    const struct trod_view *view;
    struct pair_table table;
    uint32_t *edge;               /* [n_events] the pair that a place in the journeys ends */
    uint64_t *n_timed, *n_waited; /* [edges] */
};

static trod_status count_pairs(struct counting *counting, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_view *const view = counting->view;
    const struct trod_log *const log = view->log;
    uint64_t place = 0;
    for (size_t j = 0; j < view->n_journeys; j++) {
        const struct trod_journey *const journey = &view->journeys[j];
        uint64_t before = trod_view_event(view, journey, 0);
        place++;
        for (uint32_t i = 1; i < journey->n; i++) {
            const uint64_t event = trod_view_event(view, journey, i);
            const uint32_t e = edge_of(&counting->table, log->name[before], log->name[event]);
            if (e == UINT32_MAX) TROD_TRY_ALLOC(NULL, error);
            counting->edge[place++] = e;
            counting->table.edges[e].n++;
            before = event;
        }
    }
done:
    return status;
}

/* Walks the pairs again: with groups, puts their durations there; without, counts them. */
static void walk_durations(struct counting *counting, struct mine_groups *times,
                           struct mine_groups *waiting) {
    const struct trod_view *const view = counting->view;
    uint64_t place = 0;
    for (size_t j = 0; j < view->n_journeys; j++) {
        const struct trod_journey *const journey = &view->journeys[j];
        uint64_t before = trod_view_event(view, journey, 0);
        place++;
        for (uint32_t i = 1; i < journey->n; i++) {
            const uint64_t event = trod_view_event(view, journey, i);
            const uint32_t e = counting->edge[place++];
            const int64_t took = time_between(view->log, before, event);
            const int64_t waited = waiting_between(view->log, before, event);
            if (times) {
                if (took != TROD_NO_TIME) mine_groups_put(times, e, took);
                if (waited != TROD_NO_TIME) mine_groups_put(waiting, e, waited);
            } else {
                counting->n_timed[e] += took != TROD_NO_TIME;
                counting->n_waited[e] += waited != TROD_NO_TIME;
            }
            before = event;
        }
    }
}

static trod_status measure(struct counting *counting, const struct trod_run *run,
                           struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = counting->table.n;
    struct mine_groups times = {0}, waiting = {0};
    counting->n_timed = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(counting->n_timed, error);
    counting->n_waited = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(counting->n_waited, error);
    struct trod_durations *const durations = TROD_NEW_ARRAY(scratch, n, struct trod_durations);
    TROD_TRY_ALLOC(durations, error);
    walk_durations(counting, NULL, NULL);
    TROD_TRY(mine_groups_make(counting->n_timed, n, scratch, &times, error));
    TROD_TRY(mine_groups_make(counting->n_waited, n, scratch, &waiting, error));
    walk_durations(counting, &times, &waiting);
    TROD_TRY(mine_groups_measure(&times, run, durations, error));
    for (size_t e = 0; e < n; e++) counting->table.edges[e].times = durations[e];
    TROD_TRY(mine_groups_measure(&waiting, run, durations, error));
    for (size_t e = 0; e < n; e++) counting->table.edges[e].waiting = durations[e];
done:
    return status;
}

struct edge_order {
    struct trod_follows_edge edge;
    uint32_t from, to; /* ranks of the names */
};

static int most_frequent_first(const void *a, const void *b) {
    const struct edge_order *const x = a, *const y = b;
    if (x->edge.n != y->edge.n) return x->edge.n > y->edge.n ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

static trod_status sort_edges(const struct counting *counting, struct trod_arena *scratch,
                              struct trod_follows *follows, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = counting->table.n;
    const uint32_t *rank = NULL;
    TROD_TRY(mine_rank_names(follows->names, scratch, &rank, error));
    struct edge_order *const order = TROD_NEW_ARRAY(scratch, n, struct edge_order);
    TROD_TRY_ALLOC(order, error);
    struct trod_follows_edge *const edges =
        TROD_NEW_ARRAY(follows->arena, n, struct trod_follows_edge);
    TROD_TRY_ALLOC(edges, error);
    for (size_t e = 0; e < n; e++) {
        const struct trod_follows_edge *const edge = &counting->table.edges[e];
        order[e] = (struct edge_order){*edge, rank[edge->from], rank[edge->to]};
    }
    qsort(order, n, sizeof *order, most_frequent_first);
    for (size_t e = 0; e < n; e++) {
        edges[e] = order[e].edge;
        if (edges[e].waiting.n) follows->has_waiting = true;
    }
    follows->edges = edges;
    follows->n_edges = n;
done:
    return status;
}

trod_status trod_follows_of_view(const struct trod_view *view, const struct trod_run *run,
                                 struct trod_follows **follows, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_follows *made = NULL;
    *follows = NULL;
    struct trod_arena *const scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_follows);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_follows){
        .picked = mine_picked_of_view(view), .names = view->log->names, .arena = arena};
    made->nodes = mine_count_names(view, arena);
    TROD_TRY_ALLOC(made->nodes.at, error);
    struct counting counting = {.view = view,
                                .table = {.arena = scratch, .mask = FIRST_SLOTS - 1}};
    counting.table.slots = TROD_NEW_ARRAY(scratch, FIRST_SLOTS, uint32_t);
    TROD_TRY_ALLOC(counting.table.slots, error);
    counting.edge = TROD_NEW_ARRAY(scratch, (size_t)view->n_events, uint32_t);
    TROD_TRY_ALLOC(counting.edge, error);
    TROD_TRY(count_pairs(&counting, error));
    TROD_TRY(measure(&counting, run, scratch, error));
    TROD_TRY(sort_edges(&counting, scratch, made, error));
    *follows = made;
    made = NULL;
done:
    trod_arena_free(scratch);
    trod_follows_free(made);
    return status;
}
