/* Paths: the distinct sequences of event names. Some journeys are looked at to guess what is
 * frequent (paths_look.c), all are counted by keys (paths_count.c), long ones that seem to be
 * alike are compared (paths_show.c), and those that are shown are measured (paths_measure.c).
 * Ties are ordered by the names' bytes, for which every name gets its rank once. */
#include "mine/paths.h"

#include <stdlib.h>

#include "mine/pairs.h"

struct path_order {
    struct trod_path path;
    const struct mine_shown *shown;
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

static uint32_t name_in(const unsigned char *names, unsigned width, size_t i) {
    uint32_t name = 0; /* the machine's low bytes come first (src/log/part.h) */
    memcpy(&name, names + i * width, width);
    return name;
}

/* The steps of a path that may be shown. */
static trod_status spell(const struct mine_pathing *pathing, const struct mine_shown *shown,
                         struct trod_arena *arena, struct trod_path *path,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_class *const class = &pathing->counted.classes[shown->class];
    const unsigned width = pathing->width;
    unsigned char key[MINE_KEY_BYTES];
    memcpy(key, &class->key, sizeof key);
    uint32_t n = shown->n;
    if (!class->is_long)
        while (n < MINE_KEY_BYTES / width && name_in(key, width, n)) n++;
    uint32_t *const steps = TROD_NEW_ARRAY(arena, n, uint32_t);
    TROD_TRY_ALLOC(steps, error);
    for (uint32_t i = 0; i < n; i++)
        steps[i] =
            class->is_long ? name_in(shown->names, width, i) : name_in(key, width, i) - 1;
    path->steps = steps;
    path->n = n;
    path->n_journeys = class->n;
done:
    return status;
}

static trod_status order_paths(struct mine_pathing *pathing, const struct mine_showing *showing,
                               const uint32_t *rank, struct trod_paths *made,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct path_order *const order =
        TROD_NEW_ARRAY(pathing->scratch, showing->n, struct path_order);
    TROD_TRY_ALLOC(order, error);
    for (size_t p = 0; p < showing->n; p++) {
        order[p].shown = &showing->shown[p];
        order[p].rank = rank;
        TROD_TRY(spell(pathing, order[p].shown, made->arena, &order[p].path, error));
    }
    if (showing->n) qsort(order, showing->n, sizeof *order, most_frequent_first);
    const size_t n = pathing->top && pathing->top < showing->n ? pathing->top : showing->n;
    const struct mine_shown **const shown =
        TROD_NEW_ARRAY(pathing->scratch, n, const struct mine_shown *);
    TROD_TRY_ALLOC(shown, error);
    for (size_t p = 0; p < n; p++) shown[p] = order[p].shown;
    struct trod_durations *const lasts =
        TROD_NEW_ARRAY(pathing->scratch, n, struct trod_durations);
    TROD_TRY_ALLOC(lasts, error);
    TROD_TRY(mine_paths_measure(pathing, shown, n, lasts, error));
    struct trod_path *const paths = TROD_NEW_ARRAY(made->arena, n, struct trod_path);
    TROD_TRY_ALLOC(paths, error);
    for (size_t p = 0; p < n; p++) {
        paths[p] = order[p].path;
        paths[p].lasts = lasts[p];
    }
    made->paths = paths;
    made->n_shown = n;
    made->n_paths = pathing->counted.n_distinct;
done:
    return status;
}

/* Counts and shows with one hash; *collided: it will not do. */
static trod_status find_paths(struct mine_pathing *pathing, struct trod_paths *made,
                              bool *collided, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_showing showing = {0};
    const uint32_t *rank = NULL;
    TROD_TRY(mine_paths_begin(pathing, error));
    TROD_TRY(mine_paths_count(pathing, error));
    TROD_TRY(mine_paths_show(pathing, pathing->scratch, &showing, error));
    *collided = showing.collided;
    if (*collided) goto done;
    TROD_TRY(mine_rank_names(pathing->question->parts->names, pathing->scratch, &rank, error));
    TROD_TRY(mine_nodes_order(pathing->n_events, pathing->starts, pathing->ends,
                              pathing->n_names, rank, made->arena, &made->nodes, error));
    TROD_TRY(order_paths(pathing, &showing, rank, made, error));
    made->picked = *mine_picked(pathing->pick);
    made->lasts = mine_spread_of(&pathing->lasts, 0);
done:
    mine_paths_release(pathing);
    return status;
}

trod_status mine_paths_make(const struct trod_question *question, size_t top,
                            const struct mine_paths_how *how, struct trod_paths **paths,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_paths *made = NULL;
    bool collided = false;
    *paths = NULL;
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_paths);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_paths){.names = question->parts->names, .arena = arena};
    struct mine_pathing pathing = {.question = question, .top = top, .how = *how};
    TROD_TRY(find_paths(&pathing, made, &collided, error));
    if (collided) {
        pathing = (struct mine_pathing){
            .question = question, .top = top, .how = {mine_hash_long_again, how->front_from}};
        TROD_TRY(find_paths(&pathing, made, &collided, error));
    }
    if (collided)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT,
                           "different paths have the same hash, twice over: somebody has made "
                           "this log so that its paths cannot be counted"));
    *paths = made;
    made = NULL;
done:
    trod_paths_free(made);
    return status;
}

trod_status trod_paths_make(const struct trod_question *question, size_t top,
                            struct trod_paths **paths, struct trod_error *error) {
    static const struct mine_paths_how HOW = {mine_hash_long, UINT64_C(1) << 17};
    return mine_paths_make(question, top, &HOW, paths, error);
}

void trod_paths_free(struct trod_paths *paths) {
    if (paths) trod_arena_free(paths->arena);
}
