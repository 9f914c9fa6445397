/* additions: which events a map does not know, and where they belong.
 *
 * Every path is walked with the touchpoint in mind that was seen last. An event that is new to
 * the map counts, once a journey, for the touchpoint that it is first seen behind; the
 * touchpoint with most of these journeys is where it goes.
 */
#include <stdlib.h>

#include "mine/inside.h"

void trod_additions_free(struct trod_additions *additions) {
    if (additions) trod_arena_free(additions->arena);
}

struct adding {
    const struct trod_question *question;
    const struct trod_map *map;
    struct trod_additions *made;
    struct trod_arena *scratch;
    uint32_t *touchpoint_of; /* [names] that claims most of its events, or TROD_NO_ID */
    uint64_t *behind; /* [names * (touchpoints + 1)] journeys; the last: at the beginning */
    uint64_t *journeys, *repeating; /* [names] */
    uint32_t *times;                /* [names] in the path that is walked */
    const uint32_t *rank;
};

/* The touchpoint of each name: that of most of its events. */
static trod_status find_touchpoints(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log *log = NULL;
    struct trod_claimed *claims = NULL;
    const size_t n_touchpoints = adding->map->n_touchpoints;
    const uint32_t n_names = trod_dict_count(adding->made->names);
    uint64_t *const counts =
        TROD_NEW_ARRAY(adding->scratch, (size_t)n_names * n_touchpoints, uint64_t);
    adding->touchpoint_of = TROD_NEW_ARRAY(adding->scratch, n_names, uint32_t);
    if (!counts || !adding->touchpoint_of) TROD_TRY_ALLOC(NULL, error);
    TROD_TRY(trod_log_of_parts(adding->question->parts, 0, adding->question->run, &log, error));
    TROD_TRY(trod_claimed_make(log, adding->map, &claims, error));
    for (uint64_t e = 0; e < log->n_events; e++) {
        const struct trod_claim_set *const set = &claims->sets[claims->seen[e]];
        const uint32_t name =
            trod_dict_find(adding->made->names, trod_dict_at(log->names, log->name[e]));
        if (name != TROD_NO_ID && set->n)
            counts[(size_t)name * n_touchpoints + set->touchpoints[0]]++;
    }
    for (uint32_t name = 0; name < n_names; name++) {
        uint64_t most = 0;
        adding->touchpoint_of[name] = TROD_NO_ID;
        for (size_t t = 0; t < n_touchpoints; t++) {
            const uint64_t n = counts[(size_t)name * n_touchpoints + t];
            if (n <= most) continue;
            most = n;
            adding->touchpoint_of[name] = (uint32_t)t;
        }
    }
done:
    trod_claimed_free(claims);
    trod_log_free(log);
    return status;
}

static void walk_path(struct adding *adding, const struct trod_path *path) {
    const size_t n_touchpoints = adding->map->n_touchpoints;
    size_t last = n_touchpoints;
    for (uint32_t i = 0; i < path->n; i++) {
        const uint32_t name = path->steps[i];
        if (adding->touchpoint_of[name] != TROD_NO_ID) {
            last = adding->touchpoint_of[name];
        } else if (adding->times[name]++ == 0) {
            adding->journeys[name] += path->n_journeys;
            adding->behind[(size_t)name * (n_touchpoints + 1) + last] += path->n_journeys;
        } else if (adding->times[name] == 2) {
            adding->repeating[name] += path->n_journeys;
        }
    }
    for (uint32_t i = 0; i < path->n; i++) adding->times[path->steps[i]] = 0;
    adding->made->n_journeys += path->n_journeys;
}

struct ranked {
    struct trod_addition addition;
    uint32_t rank;
};

static int most_frequent_first(const void *a, const void *b) {
    const struct ranked *const x = a, *const y = b;
    if (x->addition.n_journeys != y->addition.n_journeys)
        return x->addition.n_journeys > y->addition.n_journeys ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static struct trod_addition addition_of(const struct adding *adding, uint32_t name) {
    const size_t n_touchpoints = adding->map->n_touchpoints;
    struct trod_addition addition = {.name = name,
                                     .n_journeys = adding->journeys[name],
                                     .n_repeating = adding->repeating[name],
                                     .touchpoint_id = TROD_NO_ID};
    for (size_t t = 0; t <= n_touchpoints; t++) {
        const uint64_t n = adding->behind[(size_t)name * (n_touchpoints + 1) + t];
        if (n <= addition.n_behind) continue;
        addition.n_behind = n;
        addition.touchpoint_id = t < n_touchpoints ? (uint32_t)t : TROD_NO_ID;
    }
    return addition;
}

static trod_status order(struct adding *adding, size_t most, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_additions *const made = adding->made;
    const uint32_t n_names = trod_dict_count(made->names);
    struct ranked *const ranked = TROD_NEW_ARRAY(adding->scratch, n_names, struct ranked);
    size_t n = 0;
    TROD_TRY_ALLOC(ranked, error);
    for (uint32_t name = 0; name < n_names; name++)
        if (adding->journeys[name])
            ranked[n++] = (struct ranked){addition_of(adding, name), adding->rank[name]};
    qsort(ranked, n, sizeof *ranked, most_frequent_first);
    if (most && n > most) n = most;
    struct trod_addition *const at = TROD_NEW_ARRAY(made->arena, n, struct trod_addition);
    TROD_TRY_ALLOC(at, error);
    for (size_t i = 0; i < n; i++) at[i] = ranked[i].addition;
    made->at = at;
    made->n = n;
done:
    return status;
}

/* The times of the follow that leads to it most often. */
static trod_status add_times(struct adding *adding, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_follows *follows = NULL;
    struct trod_addition *const at = (struct trod_addition *)(uintptr_t)adding->made->at;
    if (!adding->question->parts->has_times) return TROD_OK;
    TROD_TRY(trod_follows_make(adding->question, TROD_TIMES_QUICK, &follows, error));
    for (size_t i = 0; i < adding->made->n; i++)
        for (size_t e = 0; e < follows->n_edges && at[i].comes.n == 0; e++)
            if (follows->edges[e].to == at[i].name && follows->edges[e].from != at[i].name)
                at[i].comes = follows->edges[e].times;
done:
    trod_follows_free(follows);
    return status;
}

trod_status trod_additions_make(const struct trod_question *question,
                                const struct trod_map *map, size_t most,
                                struct trod_additions **additions, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_paths *paths = NULL;
    struct adding adding = {.question = question, .map = map};
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    adding.made = TROD_NEW(arena, struct trod_additions);
    if (!adding.made) trod_arena_free(arena);
    TROD_TRY_ALLOC(adding.made, error);
    *adding.made = (struct trod_additions){.names = question->parts->names, .arena = arena};
    adding.scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(adding.scratch, error);
    const uint32_t n_names = trod_dict_count(question->parts->names);
    adding.behind =
        TROD_NEW_ARRAY(adding.scratch, (size_t)n_names * (map->n_touchpoints + 1), uint64_t);
    adding.journeys = TROD_NEW_ARRAY(adding.scratch, n_names, uint64_t);
    adding.repeating = TROD_NEW_ARRAY(adding.scratch, n_names, uint64_t);
    adding.times = TROD_NEW_ARRAY(adding.scratch, n_names, uint32_t);
    if (!adding.behind || !adding.journeys || !adding.repeating || !adding.times)
        TROD_TRY_ALLOC(NULL, error);
    TROD_TRY(mine_rank_names(question->parts->names, adding.scratch, &adding.rank, error));
    TROD_TRY(find_touchpoints(&adding, error));
    TROD_TRY(trod_paths_make(question, 0, &paths, error));
    for (size_t p = 0; p < paths->n_shown; p++) walk_path(&adding, &paths->paths[p]);
    TROD_TRY(order(&adding, most, error));
    TROD_TRY(add_times(&adding, error));
    *additions = adding.made;
    adding.made = NULL;
done:
    trod_paths_free(paths);
    trod_arena_free(adding.scratch);
    trod_additions_free(adding.made);
    return status;
}
