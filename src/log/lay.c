/* Journeys laid on the map. A journey's events are walked once; each goes on with the visit of
 * the same set of touchpoints, if that one's last event is near enough in time (others may lie
 * between), or begins a visit of its own. Attempts that failed, and events that nobody claims,
 * make visits among themselves in the same way. Where a `lost when` happens the journey ends.
 *
 * The steps of all journeys then lie in one array, and equal paths are counted by
 * trod_tally_make. A set of which some touchpoints are `any time` and some are not stands on
 * the path: the reading is left to the alignment. What succeeds or is lost is so if any
 * touchpoint of the set says so. */
#include <stdlib.h>

#include "log/segments.h"
#include "log/split.h"

/* The visit that was begun last under some key, if it is one of this journey. */
struct slot {
    size_t visit_plus_1;
    int64_t over_us; /* when its last event was over */
};

struct laying {
    const struct trod_log *log;
    const struct trod_claimed *claims;
    const struct trod_view *view;
    const struct trod_map *map;
    struct trod_lay_options options;
    struct log_visits within;
    struct trod_bits off_path; /* sets whose touchpoints are all `any time` */
    struct trod_bits lost, succeeds;
    struct slot *seen, *failed; /* [n_sets] */
    struct slot *unmapped;      /* [names] */
    struct trod_visit *visits;
    size_t n_visits;
    struct trod_laid *journeys;
    uint32_t *steps;
    uint64_t *at;     /* [n_journeys] */
    uint32_t *length; /* [n_journeys] */
    uint32_t *kind;   /* [n_journeys] */
    struct log_groups groups;
    struct trod_lay *lay;
};

/* ---- Visits --------------------------------------------------------------------------------
 */

static enum trod_visit_kind kind_of(const struct laying *laying, uint64_t event) {
    const uint32_t set = laying->claims->seen[event];
    if (set)
        return trod_bits_has(&laying->off_path, set) ? TROD_VISIT_ANY_TIME : TROD_VISIT_SEEN;
    return laying->claims->fails[event] ? TROD_VISIT_FAILED : TROD_VISIT_UNMAPPED;
}

/* Where the visits of the same key are remembered, and for how long they go on. */
static struct slot *slot_of(struct laying *laying, enum trod_visit_kind kind, uint64_t event,
                            int64_t *visit_us) {
    const uint16_t source = laying->log->source[event];
    if (kind == TROD_VISIT_UNMAPPED) {
        *visit_us = laying->within.of_source[source];
        return &laying->unmapped[laying->log->name[event]];
    }
    const bool failed = kind == TROD_VISIT_FAILED;
    const uint32_t set = failed ? laying->claims->fails[event] : laying->claims->seen[event];
    *visit_us = log_visit_us(&laying->within, set, source);
    return failed ? &laying->failed[set] : &laying->seen[set];
}

/* Adds an event to the visits that begin at `first`; returns the visit it belongs to. */
static struct trod_visit *visit_event(struct laying *laying, size_t first, uint64_t event) {
    const struct trod_log *const log = laying->log;
    const enum trod_visit_kind kind = kind_of(laying, event);
    const int64_t begin_us = log->time_us ? log->time_us[event] : TROD_NO_TIME;
    const int64_t over_us = log_over_us(log, event);
    const uint32_t fails = laying->claims->fails[event];
    int64_t visit_us = TROD_NO_TIME;
    struct slot *const slot = slot_of(laying, kind, event, &visit_us);
    struct trod_visit *visit = NULL;
    if (slot->visit_plus_1 > first && log_visit_goes_on(visit_us, slot->over_us, begin_us)) {
        visit = &laying->visits[slot->visit_plus_1 - 1];
        visit->n_events++;
        if (over_us > visit->end_us) visit->end_us = over_us;
        visit->failed = visit->failed || fails;
        if (!visit->failed_set) visit->failed_set = fails;
        if (over_us > slot->over_us) slot->over_us = over_us;
        return visit;
    }
    visit = &laying->visits[laying->n_visits++];
    *visit = (struct trod_visit){
        .kind = kind,
        .failed = fails != 0,
        .set = laying->claims->seen[event],
        .failed_set = fails,
        .name = log->name[event],
        .event = event,
        .n_events = 1,
        .begin_us = begin_us,
        .end_us = over_us,
    };
    *slot = (struct slot){laying->n_visits, over_us};
    return visit;
}

static void find_ending(const struct laying *laying, const struct trod_journey *journey,
                        bool is_lost, struct trod_laid *laid) {
    const int64_t over_after_us = laying->map->over_after_us;
    const bool known = over_after_us != TROD_NO_TIME && laid->end_us != TROD_NO_TIME &&
                       laying->lay->now_us != TROD_NO_TIME;
    const bool silent = known && laying->lay->now_us > laid->end_us &&
                        laying->lay->now_us - laid->end_us > over_after_us;
    if (is_lost) {
        laid->ending = TROD_ENDING_LOST;
        return;
    }
    laid->open = known ? !silent : journey->cut_end;
    if (laid->succeeded)
        laid->ending = TROD_ENDING_SUCCEEDED;
    else if (known)
        laid->ending = silent ? TROD_ENDING_LEFT : TROD_ENDING_OPEN;
    else
        laid->ending = TROD_ENDING_UNKNOWN;
}

/* How many ends of `accept … until` lie before a journey's begin. */
static uint32_t n_passed(const struct trod_lay *lay, int64_t begin_us) {
    uint32_t n = 0;
    if (begin_us == TROD_NO_TIME) return 0;
    while (n < lay->n_until && lay->until_us[n] <= begin_us) n++;
    return n;
}

/* Adds the steps of the journey's visits to the path. */
static void add_steps(struct laying *laying, size_t j, bool is_lost, uint64_t *n_steps) {
    const struct trod_laid *const laid = &laying->journeys[j];
    laying->at[j] = *n_steps;
    for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
        const struct trod_visit *const visit = &laying->visits[v];
        if (visit->kind == TROD_VISIT_SEEN)
            laying->steps[(*n_steps)++] = visit->set;
        else if (visit->kind == TROD_VISIT_UNMAPPED && laying->options.count_unmapped)
            laying->steps[(*n_steps)++] = TROD_STEP_UNMAPPED | visit->name;
    }
    laying->length[j] = (uint32_t)(*n_steps - laying->at[j]);
    const uint32_t group =
        laying->groups.of[laid->customer] * (uint32_t)(laying->lay->n_until + 1) +
        n_passed(laying->lay, laid->begin_us);
    laying->kind[j] = group * 2 + is_lost;
}

static void lay_journey(struct laying *laying, size_t j, uint64_t *n_steps) {
    const struct trod_journey *const journey = &laying->view->journeys[j];
    struct trod_laid *const laid = &laying->journeys[j];
    *laid = (struct trod_laid){
        .visit = laying->n_visits,
        .customer = journey->customer,
        .journey = j,
        .success_us = TROD_NO_TIME,
        .success_visit = UINT32_MAX,
        .begin_us = TROD_NO_TIME,
        .end_us = TROD_NO_TIME,
    };
    bool is_lost = false;
    for (size_t i = 0; i < journey->n && !is_lost; i++) {
        const uint64_t event = trod_view_event(laying->view, journey, i);
        const struct trod_visit *const visit = visit_event(laying, laid->visit, event);
        const int64_t over_us = log_over_us(laying->log, event);
        if (laid->begin_us == TROD_NO_TIME && laying->log->time_us)
            laid->begin_us = laying->log->time_us[event];
        if (over_us > laid->end_us) laid->end_us = over_us;
        if (visit->set == 0) continue;
        if (!laid->succeeded && trod_bits_has(&laying->succeeds, visit->set)) {
            laid->succeeded = true;
            laid->success_us = visit->begin_us;
            laid->success_visit = (uint32_t)(visit - &laying->visits[laid->visit]);
        }
        is_lost = trod_bits_has(&laying->lost, visit->set);
    }
    laid->n_visits = (uint32_t)(laying->n_visits - laid->visit);
    find_ending(laying, journey, is_lost, laid);
    add_steps(laying, j, is_lost, n_steps);
}

/* ---- Paths ---------------------------------------------------------------------------------
 */

static int compare_steps(const struct trod_log *log, const struct trod_laid_path *x,
                         const struct trod_laid_path *y) {
    for (uint32_t i = 0; i < x->n && i < y->n; i++) {
        const uint32_t a = x->steps[i], b = y->steps[i];
        if (a == b) continue;
        if (a & b & TROD_STEP_UNMAPPED)
            return trod_str_compare(trod_dict_at(log->names, a & ~TROD_STEP_UNMAPPED),
                                    trod_dict_at(log->names, b & ~TROD_STEP_UNMAPPED));
        return a < b ? -1 : 1;
    }
    return x->n < y->n ? -1 : x->n > y->n;
}

struct path_order {
    struct trod_laid_path path;
    const struct trod_log *log;
    uint32_t was;
};

static int most_frequent_first(const void *a, const void *b) {
    const struct path_order *const x = a, *const y = b;
    if (x->path.n_journeys != y->path.n_journeys)
        return x->path.n_journeys > y->path.n_journeys ? -1 : 1;
    const int steps = compare_steps(x->log, &x->path, &y->path);
    if (steps) return steps;
    if (x->path.groups != y->path.groups) return x->path.groups < y->path.groups ? -1 : 1;
    return x->path.lost - y->path.lost;
}

static trod_status count_paths(struct laying *laying, struct trod_arena *scratch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_lay *const lay = laying->lay;
    struct trod_tally tally = {0};
    const struct trod_sequences sequences = {laying->steps, laying->at, laying->length,
                                             laying->kind, laying->view->n_journeys};
    TROD_TRY(trod_tally_make(&sequences, NULL, scratch, &tally, error));
    struct path_order *const order =
        TROD_NEW_ARRAY(scratch, tally.n_classes, struct path_order);
    TROD_TRY_ALLOC(order, error);
    uint32_t *const number = TROD_NEW_ARRAY(scratch, tally.n_classes, uint32_t);
    TROD_TRY_ALLOC(number, error);
    struct trod_laid_path *const paths =
        TROD_NEW_ARRAY(lay->arena, tally.n_classes, struct trod_laid_path);
    TROD_TRY_ALLOC(paths, error);
    for (size_t p = 0; p < tally.n_classes; p++) {
        const size_t j = tally.example[p];
        order[p] = (struct path_order){
            .path = {.steps = laying->steps + laying->at[j],
                     .n = laying->length[j],
                     .groups = laying->kind[j] / 2,
                     .lost = laying->kind[j] % 2,
                     .n_journeys = tally.count[p]},
            .log = laying->log,
            .was = (uint32_t)p,
        };
    }
    qsort(order, tally.n_classes, sizeof *order, most_frequent_first);
    for (size_t p = 0; p < tally.n_classes; p++) {
        paths[p] = order[p].path;
        number[order[p].was] = (uint32_t)p;
    }
    for (size_t j = 0; j < lay->n_journeys; j++)
        laying->journeys[j].path = number[tally.class_of[j]];
    lay->paths = paths;
    lay->n_paths = tally.n_classes;
done:
    return status;
}

/* ---- All together --------------------------------------------------------------------------
 */

static void mark_sets(const struct trod_claimed *claims, const struct trod_outcome *outcomes,
                      size_t n, struct trod_bits *sets) {
    for (size_t s = 0; s < claims->n_sets; s++)
        for (size_t i = 0; i < claims->sets[s].n; i++)
            for (size_t o = 0; o < n; o++)
                for (size_t p = 0; p < outcomes[o].x.n; p++)
                    if (outcomes[o].x.touchpoints[p] == claims->sets[s].touchpoints[i])
                        trod_bits_add(sets, s);
}

static void mark_recorded(const struct trod_claim_set *set, bool *recorded) {
    for (size_t i = 0; i < set->n; i++) recorded[set->touchpoints[i]] = true;
}

/* What leaves a trace among the events that the view keeps. */
static trod_status find_recorded(const struct laying *laying, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_claimed *const claims = laying->claims;
    const size_t n = laying->map->n_touchpoints;
    bool *const recorded = TROD_NEW_ARRAY(laying->lay->arena, n, bool);
    TROD_TRY_ALLOC(recorded, error);
    laying->lay->recorded = recorded;
    if (laying->options.recorded) {
        if (n) memcpy(recorded, laying->options.recorded, n * sizeof *recorded);
        return TROD_OK;
    }
    for (size_t t = 0; t < n && !laying->view->kept.words; t++)
        recorded[t] = claims->n_touchpoint_events[t] || claims->n_touchpoint_failures[t];
    for (size_t e = 0; e < laying->log->n_events && laying->view->kept.words; e++) {
        if (!trod_bits_has(&laying->view->kept, e)) continue;
        mark_recorded(&claims->sets[claims->seen[e]], recorded);
        mark_recorded(&claims->sets[claims->fails[e]], recorded);
    }
done:
    return status;
}

static trod_status mark_kinds(struct laying *laying, struct trod_arena *scratch,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_claimed *const claims = laying->claims;
    const struct trod_map *const map = laying->map;
    laying->off_path = trod_bits_make(scratch, claims->n_sets);
    laying->lost = trod_bits_make(scratch, claims->n_sets);
    laying->succeeds = trod_bits_make(scratch, claims->n_sets);
    if (!laying->off_path.words || !laying->lost.words) TROD_TRY_ALLOC(NULL, error);
    TROD_TRY_ALLOC(laying->succeeds.words, error);
    mark_sets(claims, map->lost, map->n_lost, &laying->lost);
    mark_sets(claims, map->succeeds, map->n_succeeds, &laying->succeeds);
    for (size_t s = 1; s < claims->n_sets; s++) {
        bool all = true;
        for (size_t i = 0; i < claims->sets[s].n; i++)
            all = all && map->touchpoints[claims->sets[s].touchpoints[i]].any_time;
        if (all) trod_bits_add(&laying->off_path, s);
    }
    TROD_TRY(find_recorded(laying, error));
done:
    return status;
}

/* ---- What is accepted until a day -----------------------------------------------------------
 */

static int by_time(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The ends of the days, each once. What a path costs does not depend on `late`. */
static trod_status find_until(struct laying *laying, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *const map = laying->map;
    int64_t *const until_us = TROD_NEW_ARRAY(laying->lay->arena, map->n_accepts, int64_t);
    size_t n = 0, n_kept = 0;
    TROD_TRY_ALLOC(until_us, error);
    for (size_t i = 0; i < map->n_accepts; i++)
        if (map->accepts[i].until_us != TROD_NO_TIME &&
            map->accepts[i].kind != TROD_ACCEPT_LATE)
            until_us[n++] = map->accepts[i].until_us + TROD_DAY_US;
    if (n) qsort(until_us, n, sizeof *until_us, by_time);
    for (size_t i = 0; i < n; i++)
        if (n_kept == 0 || until_us[n_kept - 1] != until_us[i])
            until_us[n_kept++] = until_us[i];
    laying->lay->until_us = until_us;
    laying->lay->n_until = n_kept;
done:
    return status;
}

/* Each set of touchpoints once for each stretch between those days. */
static trod_status spread_groups(struct laying *laying, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_lay *const lay = laying->lay;
    const size_t n_stretches = lay->n_until + 1;
    if (laying->groups.n > UINT32_MAX / 2 / n_stretches)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "the map has too many `accept … until` lines for this log"));
    const size_t n = laying->groups.n * n_stretches;
    struct trod_bits *const groups = TROD_NEW_ARRAY(lay->arena, n, struct trod_bits);
    TROD_TRY_ALLOC(groups, error);
    for (size_t g = 0; g < n; g++) groups[g] = laying->groups.groups[g / n_stretches];
    lay->groups = groups;
    lay->n_groups = n;
done:
    return status;
}

static trod_status make_room(struct laying *laying, struct trod_arena *scratch,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = laying->lay->arena;
    const size_t n_events = (size_t)laying->view->n_events;
    const size_t n_journeys = laying->view->n_journeys;
    const size_t n_names = trod_dict_count(laying->log->names);
    laying->seen = TROD_NEW_ARRAY(scratch, laying->claims->n_sets, struct slot);
    TROD_TRY_ALLOC(laying->seen, error);
    laying->failed = TROD_NEW_ARRAY(scratch, laying->claims->n_sets, struct slot);
    TROD_TRY_ALLOC(laying->failed, error);
    laying->unmapped = TROD_NEW_ARRAY(scratch, n_names, struct slot);
    TROD_TRY_ALLOC(laying->unmapped, error);
    laying->at = TROD_NEW_ARRAY(scratch, n_journeys, uint64_t);
    TROD_TRY_ALLOC(laying->at, error);
    laying->length = TROD_NEW_ARRAY(scratch, n_journeys, uint32_t);
    TROD_TRY_ALLOC(laying->length, error);
    laying->kind = TROD_NEW_ARRAY(scratch, n_journeys, uint32_t);
    TROD_TRY_ALLOC(laying->kind, error);
    laying->journeys = TROD_NEW_ARRAY(arena, n_journeys, struct trod_laid);
    TROD_TRY_ALLOC(laying->journeys, error);
    /* At most one visit and one step an event; what is not used is never touched. */
    laying->steps = TROD_NEW_ARRAY(arena, n_events, uint32_t);
    TROD_TRY_ALLOC(laying->steps, error);
    laying->visits = TROD_NEW_ARRAY(arena, n_events, struct trod_visit);
    TROD_TRY_ALLOC(laying->visits, error);
done:
    return status;
}

trod_status trod_lay_make(const struct trod_claimed *claims, const struct trod_view *view,
                          const struct trod_lay_options *options, struct trod_lay **lay,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_lay *made = NULL;
    struct trod_arena *scratch = NULL;
    *lay = NULL;
    CHECK(claims->log == view->log && claims->n_sets < TROD_STEP_UNMAPPED);
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_lay);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_lay){.claims = claims, .view = view, .arena = arena};
    made->now_us = options->now_us ? options->now_us : claims->log->last_us;
    if (!claims->log->has_times) made->now_us = TROD_NO_TIME;
    made->n_journeys = view->n_journeys;
    scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    struct laying laying = {.log = claims->log,
                            .claims = claims,
                            .view = view,
                            .map = claims->map,
                            .options = *options,
                            .lay = made};
    TROD_TRY(log_visits_make(claims, scratch, &laying.within, error));
    TROD_TRY(mark_kinds(&laying, scratch, error));
    TROD_TRY(log_segments_make(claims->log, claims->map, arena, &made->in_segment, error));
    TROD_TRY(log_groups_make(claims->log, claims->map, made->in_segment, arena, &laying.groups,
                             error));
    TROD_TRY(find_until(&laying, error));
    TROD_TRY(spread_groups(&laying, error));
    TROD_TRY(make_room(&laying, scratch, error));
    uint64_t n_steps = 0;
    for (size_t j = 0; j < view->n_journeys; j++) lay_journey(&laying, j, &n_steps);
    TROD_TRY(count_paths(&laying, scratch, error));
    made->visits = laying.visits;
    made->n_visits = laying.n_visits;
    made->journeys = laying.journeys;
    *lay = made;
    made = NULL;
done:
    trod_arena_free(scratch);
    trod_lay_free(made);
    return status;
}

void trod_lay_free(struct trod_lay *lay) {
    if (lay) trod_arena_free(lay->arena);
}
