/* Paths: the distinct sequences of event names. Where journeys are whole slices of the log, its
 * column of names is the sequences' array and nothing is copied; else the names are gathered
 * first. Equal sequences are told by trod_tally_make. Ties are ordered by the names' bytes, for
 * which every name gets its rank once. */
#include <stdlib.h>

#include "mine/inside.h"

struct walking {
    const struct trod_view *view;
    struct trod_arena *scratch;
    const uint32_t *steps;
    uint64_t *at;     /* [n_journeys] */
    uint32_t *length; /* [n_journeys] */
    struct trod_tally tally;
};

static trod_status gather(struct walking *walking, struct trod_arena *arena,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_view *const view = walking->view;
    walking->at = TROD_NEW_ARRAY(walking->scratch, view->n_journeys, uint64_t);
    TROD_TRY_ALLOC(walking->at, error);
    walking->length = TROD_NEW_ARRAY(walking->scratch, view->n_journeys, uint32_t);
    TROD_TRY_ALLOC(walking->length, error);
    walking->steps = view->log->name;
    for (size_t j = 0; j < view->n_journeys; j++) {
        walking->at[j] = view->journeys[j].at;
        walking->length[j] = view->journeys[j].n;
    }
    if (!view->events) goto done;
    uint32_t *const steps = TROD_NEW_ARRAY(arena, (size_t)view->n_events, uint32_t);
    TROD_TRY_ALLOC(steps, error);
    uint64_t n = 0;
    for (size_t j = 0; j < view->n_journeys; j++) {
        walking->at[j] = n;
        for (uint32_t i = 0; i < view->journeys[j].n; i++)
            steps[n++] = view->log->name[trod_view_event(view, &view->journeys[j], i)];
    }
    walking->steps = steps;
done:
    return status;
}

/* From the first event of the journey to the last; TROD_NO_TIME if one of them has no time. */
static int64_t lasts(const struct trod_view *view, const struct trod_journey *journey) {
    const int64_t *const time_us = view->log->time_us;
    if (!time_us) return TROD_NO_TIME;
    const int64_t from_us = time_us[trod_view_event(view, journey, 0)];
    const int64_t to_us = time_us[trod_view_event(view, journey, journey->n - 1)];
    return from_us == TROD_NO_TIME || to_us == TROD_NO_TIME ? TROD_NO_TIME : to_us - from_us;
}

/* How long the journeys of each path, and all of them, last. */
static trod_status measure(struct walking *walking, const struct trod_run *run,
                           struct trod_durations *durations, struct trod_paths *paths,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_view *const view = walking->view;
    const struct trod_tally *const tally = &walking->tally;
    struct mine_groups groups = {0};
    uint64_t *const n_of = TROD_NEW_ARRAY(walking->scratch, tally->n_classes, uint64_t);
    TROD_TRY_ALLOC(n_of, error);
    for (size_t j = 0; j < view->n_journeys; j++)
        n_of[tally->class_of[j]] += lasts(view, &view->journeys[j]) != TROD_NO_TIME;
    TROD_TRY(mine_groups_make(n_of, tally->n_classes, walking->scratch, &groups, error));
    const uint64_t n = groups.first[tally->n_classes];
    for (size_t j = 0; j < view->n_journeys; j++) {
        const int64_t lasts_us = lasts(view, &view->journeys[j]);
        if (lasts_us != TROD_NO_TIME) mine_groups_put(&groups, tally->class_of[j], lasts_us);
    }
    TROD_TRY(mine_groups_measure(&groups, run, durations, error));
    paths->lasts = mine_durations(groups.values, n);
done:
    return status;
}

struct path_order {
    struct trod_path path;
    const uint32_t *rank;
};

static int most_frequent_first(const void *a, const void *b) {
    const struct path_order *const x = a, *const y = b;
    if (x->path.n_journeys != y->path.n_journeys)
        return x->path.n_journeys > y->path.n_journeys ? -1 : 1;
    for (uint32_t i = 0; i < x->path.n && i < y->path.n; i++) {
        const uint32_t p = x->rank[x->path.steps[i]], q = x->rank[y->path.steps[i]];
        if (p != q) return p < q ? -1 : 1;
    }
    return x->path.n < y->path.n ? -1 : x->path.n > y->path.n;
}

static trod_status sort_paths(struct walking *walking, const struct trod_run *run,
                              struct trod_paths *made, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = walking->tally.n_classes;
    const uint32_t *rank = NULL;
    TROD_TRY(mine_rank_names(made->names, walking->scratch, &rank, error));
    struct trod_durations *const durations =
        TROD_NEW_ARRAY(walking->scratch, n, struct trod_durations);
    TROD_TRY_ALLOC(durations, error);
    TROD_TRY(measure(walking, run, durations, made, error));
    struct path_order *const order = TROD_NEW_ARRAY(walking->scratch, n, struct path_order);
    TROD_TRY_ALLOC(order, error);
    struct trod_path *const paths = TROD_NEW_ARRAY(made->arena, n, struct trod_path);
    TROD_TRY_ALLOC(paths, error);
    for (size_t p = 0; p < n; p++) {
        const size_t j = walking->tally.example[p];
        order[p] = (struct path_order){
            .path = {.steps = walking->steps + walking->at[j],
                     .n = walking->length[j],
                     .n_journeys = walking->tally.count[p],
                     .lasts = durations[p]},
            .rank = rank,
        };
    }
    qsort(order, n, sizeof *order, most_frequent_first);
    for (size_t p = 0; p < n; p++) paths[p] = order[p].path;
    made->paths = paths;
    made->n_shown = n;
    made->n_paths = n;
done:
    return status;
}

trod_status trod_paths_of_view(const struct trod_view *view, const struct trod_run *run,
                               struct trod_paths **paths, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_paths *made = NULL;
    struct walking walking = {.view = view};
    *paths = NULL;
    walking.scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(walking.scratch, error);
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_paths);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_paths){
        .picked = mine_picked_of_view(view), .names = view->log->names, .arena = arena};
    made->nodes = mine_count_names(view, arena);
    TROD_TRY_ALLOC(made->nodes.at, error);
    TROD_TRY(gather(&walking, arena, error));
    const struct trod_sequences sequences = {walking.steps, walking.at, walking.length, NULL,
                                             view->n_journeys};
    TROD_TRY(trod_tally_make(&sequences, run, walking.scratch, &walking.tally, error));
    TROD_TRY(sort_paths(&walking, run, made, error));
    *paths = made;
    made = NULL;
done:
    trod_arena_free(walking.scratch);
    trod_paths_free(made);
    return status;
}
