/* One customer on the map. The customer's events become a log of their own, which goes the way
 * of every log: claims, journeys, visits, alignment. Then moves and visits are laid into one
 * row: a skip stands where the aligner left a touchpoint out, right before the next step. A
 * skip and an extra of the same touchpoint in one journey are one thing, as in every
 * comparison: it came, but out of order; so the skip goes. */
#include <math.h>

#include "compare/trail_inner.h"

enum { NOWHERE = UINT32_MAX };

struct owned {
    struct trod_log *log;
    struct trod_claimed *claims;
    struct trod_view *view;
    struct trod_lay *lay;
    struct trod_alignment *alignment;
    struct trod_arena *arena; /* of the base */
};

struct trailing {
    struct trod_trail *trail;
    struct owned *owned;
    struct compare_base base;
    struct compare_watch watch;
    struct trod_trail_journey *journeys;
    uint32_t *journey_of, *step_of;
    uint32_t *step_of_visit;       /* [lay->n_visits] */
    struct trod_trail_step *steps; /* of the journey at hand */
    uint32_t n_steps;
    const struct trod_laid *laid;
};

void trod_trail_free(struct trod_trail *trail) {
    if (!trail) return;
    struct owned *const owned = trail->owned;
    if (owned) {
        trod_align_free(owned->alignment);
        trod_lay_free(owned->lay);
        trod_view_free(owned->view);
        trod_claimed_free(owned->claims);
        trod_log_free(owned->log);
        trod_arena_free(owned->arena);
    }
    trod_arena_free(trail->arena);
}

/* ---- On the map ----------------------------------------------------------------------------
 */

static trod_status lay_customer(const struct trod_customer *customer,
                                const struct trod_map *map, int64_t now_us,
                                const struct trod_run *run, struct owned *owned,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = customer->parts;
    const bool *recorded = NULL;
    struct trod_log_edges edges = {.first_us = parts->first_us, .last_us = parts->last_us};
    const struct trod_align_options align = {0};
    TROD_TRY(trod_parts_gap(parts, &edges.gap_us, error));
    TROD_TRY(trail_recorded(parts, map, owned->arena, &recorded, error));
    TROD_TRY(trail_log(customer, &owned->log, error));
    TROD_TRY(trod_claimed_make(owned->log, map, &owned->claims, error));
    const struct trod_view_options view = {.per = map->per,
                                           .per_field = map->per_field,
                                           .per_silence_us = map->per_silence_us,
                                           .per_start = map->per_start,
                                           .claims = owned->claims,
                                           .edges = &edges};
    const struct trod_lay_options lay = {.now_us = now_us             ? now_us
                                                   : parts->has_times ? parts->last_us
                                                                      : 0,
                                         .recorded = recorded};
    TROD_TRY(trod_view_make(owned->log, &view, &owned->view, error));
    TROD_TRY(trod_lay_make(owned->claims, owned->view, &lay, &owned->lay, error));
    TROD_TRY(trod_align_make(owned->lay, &align, run, &owned->alignment, error));
done:
    return status;
}

static trod_status make_base(struct trailing *t, const struct trod_run *run,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct compare_base *const base = &t->base;
    const struct trod_map *const map = t->trail->map;
    *base = (struct compare_base){.map = map,
                                  .log = t->owned->log,
                                  .lay = t->owned->lay,
                                  .alignment = t->owned->alignment,
                                  .now_us = t->owned->lay->now_us,
                                  .n_touchpoints = map->n_touchpoints,
                                  .begin_us = TROD_NO_TIME,
                                  .end_us = TROD_NO_TIME,
                                  .arena = t->owned->arena};
    base->n_counters = compare_counter(base, COMPARE_N_COUNTED, 0);
    TROD_TRY(compare_flow_make(map, base->lay->recorded, base->arena, &base->flow, error));
    TROD_TRY(compare_choices_make(map, &base->flow, &base->n_counters, base->arena,
                                  &base->choices, error));
    TROD_TRY(compare_plans_make(base, error));
    TROD_TRY(compare_readings_make(base, run, error));
    TROD_TRY(compare_watch_make(base, base->arena, &t->watch, error));
done:
    return status;
}

/* ---- Steps ---------------------------------------------------------------------------------
 */

static enum trod_trail_kind kind_of(const struct trailing *t, size_t v,
                                    const struct trod_move *move) {
    if (move && move->kind == TROD_MOVE_EXTRA && t->base.role[v] == COMPARE_EXTRA) {
        return move->not_for     ? TROD_TRAIL_NOT_FOR
               : move->too_often ? TROD_TRAIL_TOO_OFTEN
                                 : TROD_TRAIL_EXTRA;
    }
    switch ((enum compare_role)t->base.role[v]) {
    case COMPARE_MATCHED:
        return move ? TROD_TRAIL_AS_DESIGNED : TROD_TRAIL_READ;
    case COMPARE_EXTRA:
        return TROD_TRAIL_EXTRA;
    case COMPARE_ANY_TIME:
        return TROD_TRAIL_ANY_TIME;
    case COMPARE_FAILED:
        return TROD_TRAIL_FAILED;
    case COMPARE_UNMAPPED:
        break;
    }
    return TROD_TRAIL_UNMAPPED;
}

static void add_visit(struct trailing *t, size_t v, const struct trod_move *move) {
    const struct trod_visit *const visit = &t->base.lay->visits[v];
    const enum trod_trail_kind kind = kind_of(t, v, move);
    t->step_of_visit[v] = t->n_steps;
    t->steps[t->n_steps++] = (struct trod_trail_step){
        .kind = kind,
        .touchpoint_id =
            kind == TROD_TRAIL_FAILED ? compare_failed(&t->base, v) : t->base.touchpoint[v],
        .event = (uint32_t)visit->event,
        .n_events = visit->n_events,
        .begin_us = visit->begin_us,
        .end_us = visit->end_us,
        .failed = visit->failed,
        .accepted = move && move->accepted,
        .came_us = NAN,
    };
}

static void add_skip(struct trailing *t, const struct trod_move *move) {
    t->steps[t->n_steps++] = (struct trod_trail_step){.kind = TROD_TRAIL_SKIPPED,
                                                      .touchpoint_id = move->touchpoint_id,
                                                      .event = NOWHERE,
                                                      .begin_us = TROD_NO_TIME,
                                                      .end_us = TROD_NO_TIME,
                                                      .accepted = move->accepted,
                                                      .came_us = NAN};
}

/* Whether the visit is one of the path's steps. */
static bool is_step(const struct trailing *t, size_t v) {
    return t->base.lay->visits[v].kind == TROD_VISIT_SEEN;
}

static void add_steps(struct trailing *t, const struct trod_journey *journey) {
    const struct trod_aligned *const aligned = &t->base.alignment->paths[t->laid->path];
    size_t v = t->laid->visit;
    const size_t end = v + t->laid->n_visits;
    bool begun = false;
    for (uint32_t m = 0; m < aligned->n_moves && !aligned->limited; m++) {
        const struct trod_move *const move = &aligned->moves[m];
        if (move->kind == TROD_MOVE_SKIPPED) {
            /* What lies before the log's begin is not known to be missing. */
            if (begun || !journey->cut_start) add_skip(t, move);
            continue;
        }
        begun = true;
        for (; v < end && !is_step(t, v); v++) add_visit(t, v, NULL);
        if (v < end) add_visit(t, v++, move);
    }
    for (; v < end; v++) add_visit(t, v, NULL);
}

/* What was skipped here and came elsewhere came out of order: as many of both are one thing. */
static trod_status pair_skips(struct trailing *t, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = 2 * t->base.n_touchpoints;
    uint32_t *const skips = TROD_NEW_ARRAY(t->owned->arena, n, uint32_t);
    uint32_t *const extras = TROD_NEW_ARRAY(t->owned->arena, n, uint32_t);
    uint32_t *const place = TROD_NEW_ARRAY(t->owned->arena, t->n_steps, uint32_t);
    TROD_TRY_ALLOC(skips && extras && place ? skips : NULL, error);
    for (uint32_t i = 0; i < t->n_steps; i++) {
        const struct trod_trail_step *const step = &t->steps[i];
        const size_t key = 2 * (size_t)step->touchpoint_id + step->accepted;
        if (step->kind == TROD_TRAIL_SKIPPED) skips[key]++;
        if (step->kind == TROD_TRAIL_EXTRA) extras[key]++;
    }
    for (size_t k = 0; k < n; k++)
        skips[k] = extras[k] = skips[k] < extras[k] ? skips[k] : extras[k];
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < t->n_steps; i++) {
        struct trod_trail_step *const step = &t->steps[i];
        const size_t key = 2 * (size_t)step->touchpoint_id + step->accepted;
        if (step->kind == TROD_TRAIL_SKIPPED && skips[key]) {
            skips[key]--;
            continue;
        }
        if (step->kind == TROD_TRAIL_EXTRA && extras[key]) {
            extras[key]--;
            step->kind = TROD_TRAIL_OUT_OF_ORDER;
        }
        place[i] = n_kept;
        t->steps[n_kept++] = *step;
    }
    t->n_steps = n_kept;
    for (size_t v = t->laid->visit; v < t->laid->visit + t->laid->n_visits; v++)
        t->step_of_visit[v] = place[t->step_of_visit[v]];
done:
    return status;
}

/* ---- Promised times ------------------------------------------------------------------------
 */

static void note_arrival(void *owner, const struct compare_arrival *arrival) {
    struct trailing *const t = owner;
    const struct compare_plan *const plan = &t->base.plans[arrival->plan];
    if (plan->kind != TROD_TIMED_COMES || !arrival->window || !arrival->window->given) return;
    size_t v = arrival->visit;
    if (t->base.map->touchpoints[plan->at].comes.before)
        while (v > t->laid->visit && (t->base.touchpoint[v] != plan->at ||
                                      t->base.lay->visits[v].begin_us != arrival->from_us))
            v--;
    struct trod_trail_step *const step = &t->steps[t->step_of_visit[v]];
    if (step->touchpoint_id != plan->at) return;
    step->late = arrival->late;
    step->early = arrival->early;
    step->came_us = arrival->time_us;
    step->comes = arrival->window;
}

static enum trod_promise_state state_of(const struct compare_wait *wait) {
    switch (wait->way) {
    case COMPARE_LATE:
        return TROD_PROMISE_LATE;
    case COMPARE_OPEN:
        return TROD_PROMISE_OPEN;
    case COMPARE_GONE:
        return TROD_PROMISE_GONE;
    default:
        return TROD_PROMISE_KEPT;
    }
}

static void name_promise(const struct trod_map *map, const struct compare_plan *plan,
                         struct trod_trail_promise *promise) {
    if (plan->kind == TROD_TIMED_SPAN) {
        promise->id = promise->title = map->spans[plan->at].id;
    } else if (plan->kind == TROD_TIMED_STAGE) {
        promise->id = map->stages[plan->at].id;
        promise->title = map->stages[plan->at].title;
    } else {
        promise->id = map->touchpoints[plan->at].id;
        promise->title = map->touchpoints[plan->at].title;
    }
}

/* In the order of the map: spans, touchpoints, stages. */
static trod_status add_promises(struct trailing *t, size_t j,
                                struct trod_trail_journey *journey, struct trod_error *error) {
    trod_status status = TROD_OK;
    t->watch.arrived = note_arrival;
    t->watch.owner = t;
    compare_watch_journey(&t->watch, j);
    struct trod_trail_promise *const promises =
        TROD_NEW_ARRAY(t->trail->arena, t->watch.n_waits, struct trod_trail_promise);
    TROD_TRY_ALLOC(promises, error);
    for (uint32_t p = 0; p < t->base.n_plans; p++) {
        const struct compare_plan *const plan = &t->base.plans[p];
        if (t->watch.slot[p] == 0) continue;
        const struct compare_wait *const wait = &t->watch.waits[t->watch.slot[p] - 1];
        const struct trod_window *const window =
            compare_window_for(&t->base, plan, t->laid->customer);
        if (!window || !window->given || wait->way == COMPARE_NOT_STARTED) continue;
        struct trod_trail_promise *const promise = &promises[journey->n_promises++];
        *promise = (struct trod_trail_promise){
            .of = plan->kind,
            .window = window,
            .state = state_of(wait),
            .arrived = wait->arrived,
            .accepted =
                wait->way == COMPARE_LATE && compare_late_accepted(plan, t->laid->begin_us),
            .working = plan->team != NULL,
            .n_late = wait->n_late,
            .n_early = wait->n_early,
            .time_us = wait->time_us,
        };
        name_promise(t->base.map, plan, promise);
    }
    journey->promises = promises;
done:
    return status;
}

/* ---- Journeys ------------------------------------------------------------------------------
 */

/* Which step each event belongs to: the visit that began last of those of its kind. */
static void place_events(struct trailing *t, size_t j, const struct trod_journey *journey) {
    const struct trod_claimed *const claims = t->owned->claims;
    const struct trod_lay *const lay = t->base.lay;
    const size_t end = t->laid->visit + t->laid->n_visits;
    size_t begun = t->laid->visit; /* visits before have begun */
    for (uint32_t i = 0; i < journey->n; i++) {
        const uint64_t event = trod_view_event(t->owned->view, journey, i);
        t->journey_of[event] = (uint32_t)j;
        t->step_of[event] = NOWHERE;
        while (begun < end && lay->visits[begun].event <= event) begun++;
        for (size_t v = begun; v-- > t->laid->visit;) {
            const struct trod_visit *const visit = &lay->visits[v];
            const bool same = claims->seen[event] ? visit->set == claims->seen[event]
                              : claims->fails[event]
                                  ? visit->kind == TROD_VISIT_FAILED &&
                                        visit->failed_set == claims->fails[event]
                                  : visit->kind == TROD_VISIT_UNMAPPED &&
                                        visit->name == t->owned->log->name[event];
            if (!same) continue;
            /* Behind the end of a lost journey nothing is visited. */
            if (visit->n_events > 1 || visit->event == event)
                t->step_of[event] = t->step_of_visit[v];
            break;
        }
    }
}

/* Where the customer was seen last: on the way, whether it was their turn there or not. */
static uint32_t last_of(const struct trailing *t) {
    for (uint32_t i = t->n_steps; i-- > 0;) {
        const struct trod_trail_step *const step = &t->steps[i];
        if (step->kind != TROD_TRAIL_SKIPPED && step->kind != TROD_TRAIL_FAILED &&
            step->kind != TROD_TRAIL_ANY_TIME && step->touchpoint_id != TROD_NO_ID)
            return step->touchpoint_id;
    }
    return TROD_NO_ID;
}

static trod_status add_journey(struct trailing *t, size_t j, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_journey *const journey = &t->owned->view->journeys[j];
    const struct trod_laid *const laid = t->laid = &t->base.lay->journeys[j];
    const struct trod_aligned *const aligned = &t->base.alignment->paths[laid->path];
    const struct compare_reading *const reading = &t->base.readings[laid->path];
    struct trod_trail_journey *const to = &t->journeys[j];
    const size_t most = (size_t)laid->n_visits + aligned->n_moves;
    t->steps = TROD_NEW_ARRAY(t->trail->arena, most, struct trod_trail_step);
    t->n_steps = 0;
    TROD_TRY_ALLOC(t->steps, error);
    add_steps(t, journey);
    TROD_TRY(pair_skips(t, error));
    *to = (struct trod_trail_journey){
        .steps = t->steps,
        .n_steps = t->n_steps,
        .ending = laid->ending,
        .open = laid->open,
        .finished = reading->finished,
        .limited = aligned->limited,
        .cut_start = journey->cut_start,
        .cut_end = journey->cut_end,
        .cost = aligned->cost_so_far,
        .worst = aligned->worst_so_far,
        .touchpoint_id = last_of(t),
        .stage_id = TROD_NO_ID,
        .begin_us = laid->begin_us,
        .end_us = laid->end_us,
        .success_us = laid->success_us,
        .success_touchpoint_id = TROD_NO_ID,
        .first_event = (uint32_t)trod_view_event(t->owned->view, journey, 0),
        .n_events = journey->n,
    };
    if (to->touchpoint_id != TROD_NO_ID)
        to->stage_id = t->base.map->touchpoints[to->touchpoint_id].stage_id;
    if (laid->success_visit != UINT32_MAX)
        to->success_touchpoint_id = t->base.touchpoint[laid->visit + laid->success_visit];
    TROD_TRY(add_promises(t, j, to, error));
    place_events(t, j, journey);
done:
    return status;
}

static trod_status add_journeys(struct trailing *t, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_trail *const trail = t->trail;
    const struct trod_lay *const lay = t->base.lay;
    const size_t n_events = trail->customer->n_events;
    t->journeys = TROD_NEW_ARRAY(trail->arena, lay->n_journeys, struct trod_trail_journey);
    t->journey_of = TROD_NEW_ARRAY(trail->arena, n_events, uint32_t);
    t->step_of = TROD_NEW_ARRAY(trail->arena, n_events, uint32_t);
    t->step_of_visit = TROD_NEW_ARRAY(t->owned->arena, lay->n_visits, uint32_t);
    TROD_TRY_ALLOC(
        t->journeys && t->journey_of && t->step_of && t->step_of_visit ? trail : NULL, error);
    for (size_t j = 0; j < lay->n_journeys; j++) TROD_TRY(add_journey(t, j, error));
    bool *const segments = TROD_NEW_ARRAY(trail->arena, trail->map->n_segments, bool);
    TROD_TRY_ALLOC(segments, error);
    for (size_t s = 0; s < trail->map->n_segments && lay->in_segment; s++)
        segments[s] = lay->in_segment[s] != 0;
    trail->journeys = t->journeys;
    trail->n_journeys = (uint32_t)lay->n_journeys;
    trail->journey_of = t->journey_of;
    trail->step_of = t->step_of;
    trail->segments = segments;
done:
    return status;
}

trod_status trod_trail_make(const struct trod_customer *customer, const struct trod_map *map,
                            int64_t now_us, const struct trod_run *run,
                            struct trod_trail **trail, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_trail *made = NULL;
    *trail = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_trail);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_trail){.customer = customer, .map = map, .arena = arena};
    struct owned *const owned = TROD_NEW(arena, struct owned);
    TROD_TRY_ALLOC(owned, error);
    made->owned = owned;
    owned->arena = trod_arena_make(0);
    TROD_TRY_ALLOC(owned->arena, error);
    struct trailing t = {.trail = made, .owned = owned};
    TROD_TRY(lay_customer(customer, map, now_us, run, owned, error));
    made->now_us = owned->lay->now_us;
    TROD_TRY(make_base(&t, run, error));
    TROD_TRY(add_journeys(&t, error));
    *trail = made;
    made = NULL;
done:
    trod_trail_free(made);
    return status;
}
