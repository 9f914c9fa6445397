/* What one journey says of each promise about time: spans, `comes`, `takes`, stages.
 *
 * One walk over the visits of the journey keeps the begin of the last visit to each touchpoint
 * and of the one before on the path; every arrival closes a wait. What is left at the end is
 * waited for still: late if the limit has passed, open while the journey may go on, gone when
 * it is over.
 *
 * A journey counts once for each promise: late if it was late any time, and with its longest
 * time, so that "one in ten later than X" and "late" never contradict each other. Times run
 * from begin to begin, as they do in the follows graph; `takes` from begin to end.
 */
#include "compare/inner.h"

struct compare_stay { /* in a stage, by matched visits */
    bool entered, closed, moved_on;
    uint32_t n; /* visits that the time rests on, the one before it among them */
    int64_t from_us, last_us;
};

/* ---- Plans
 * ------------------------------------------------------------------------------------ */

/* The end of the last day on which a line `accept late ID` holds; TROD_NO_TIME: none does. */
static int64_t accepted_until(const struct compare_base *base, uint32_t touchpoint_id,
                              trod_str id) {
    int64_t until_us = TROD_NO_TIME;
    for (size_t i = 0; i < base->map->n_accepts; i++) {
        const struct trod_accept *accept = &base->map->accepts[i];
        if (accept->kind != TROD_ACCEPT_LATE) continue;
        const int64_t end_us =
            accept->until_us == TROD_NO_TIME ? INT64_MAX : accept->until_us + TROD_DAY_US;
        if (touchpoint_id != TROD_NO_ID
                ? accept->touchpoint_id == touchpoint_id
                : accept->touchpoint_id == TROD_NO_ID && trod_str_equal(accept->id, id)) {
            if (until_us == TROD_NO_TIME || end_us > until_us) until_us = end_us;
        }
    }
    return until_us;
}

static void set_window(const struct compare_base *base, struct compare_plan *plan,
                       const struct trod_window *window, uint32_t owner_id) {
    if (!window->given) return;
    plan->window = window;
    if (!window->working || owner_id >= base->map->n_teams) return;
    const struct trod_team *team = &base->map->teams[owner_id];
    const double day_us = compare_working_day_us(team);
    if (day_us <= 0) return;
    plan->team = team;
    if (trod_str_contains(window->text, TROD_STR("working day"))) plan->day_us = day_us;
}

static uint32_t owner_of(const struct compare_base *base, uint32_t touchpoint_id) {
    return touchpoint_id < base->n_touchpoints ? base->map->touchpoints[touchpoint_id].owner_id
                                               : TROD_NO_ID;
}

trod_status compare_plans_make(struct compare_base *base, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *map = base->map;
    const size_t n = map->n_touchpoints;
    base->n_plans = map->n_spans + 2 * n + map->n_stages;
    struct compare_plan *plans =
        TROD_NEW_ARRAY(base->arena, base->n_plans, struct compare_plan);
    TROD_TRY_ALLOC(plans, error);
    for (uint32_t i = 0; i < map->n_spans; i++) {
        const struct trod_span *span = &map->spans[i];
        plans[i] = (struct compare_plan){.kind = TROD_TIMED_SPAN, .at = i};
        const uint32_t last = span->to.n ? span->to.touchpoints[0] : TROD_NO_ID;
        set_window(base, &plans[i], &span->window, owner_of(base, last));
        plans[i].accepted_until_us = accepted_until(base, TROD_NO_ID, span->id);
    }
    for (uint32_t t = 0; t < n; t++) {
        const struct trod_touchpoint *touchpoint = &map->touchpoints[t];
        struct compare_plan *comes = &plans[compare_plan_comes(base, t)];
        struct compare_plan *takes = &plans[compare_plan_takes(base, t)];
        *comes = (struct compare_plan){.kind = TROD_TIMED_COMES, .at = t};
        *takes = (struct compare_plan){.kind = TROD_TIMED_TAKES, .at = t};
        set_window(base, comes, &touchpoint->comes.window, touchpoint->owner_id);
        set_window(base, takes, &touchpoint->takes, touchpoint->owner_id);
        comes->accepted_until_us = takes->accepted_until_us =
            accepted_until(base, t, touchpoint->id);
    }
    for (uint32_t s = 0; s < map->n_stages; s++) {
        const struct trod_stage *stage = &map->stages[s];
        struct compare_plan *plan = &plans[compare_plan_stage(base, s)];
        *plan = (struct compare_plan){
            .kind = TROD_TIMED_STAGE, .at = s, .accepted_until_us = TROD_NO_TIME};
        const uint32_t last =
            stage->touchpoints.n ? stage->touchpoints.at[stage->touchpoints.n - 1] : TROD_NO_ID;
        set_window(base, plan, &stage->takes, owner_of(base, last));
    }
    base->plans = plans;
done:
    return status;
}

/* ---- One journey
 * -------------------------------------------------------------------------------- */

trod_status compare_watch_make(const struct compare_base *base, struct trod_arena *arena,
                               struct compare_watch *watch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = base->n_touchpoints;
    struct compare_tie *after = TROD_NEW_ARRAY(arena, n, struct compare_tie);
    struct compare_tie *before = TROD_NEW_ARRAY(arena, n, struct compare_tie);
    *watch = (struct compare_watch){.base = base, .after = after, .before = before};
    watch->waits = TROD_NEW_ARRAY(arena, base->n_plans, struct compare_wait);
    watch->slot = TROD_NEW_ARRAY(arena, base->n_plans, uint32_t);
    watch->last_us = TROD_NEW_ARRAY(arena, n, int64_t);
    watch->open_us = TROD_NEW_ARRAY(arena, n, int64_t);
    watch->touched = TROD_NEW_ARRAY(arena, n, uint32_t);
    watch->stays = TROD_NEW_ARRAY(arena, base->map->n_stages, struct compare_stay);
    watch->entered = TROD_NEW_ARRAY(arena, base->map->n_stages, uint32_t);
    TROD_TRY_ALLOC(after && before && watch->waits && watch->slot && watch->last_us &&
                           watch->open_us && watch->touched && watch->stays && watch->entered
                       ? arena
                       : NULL,
                   error);
    for (uint32_t t = 0; t < n; t++) {
        const struct trod_comes *comes = &base->map->touchpoints[t].comes;
        watch->last_us[t] = watch->open_us[t] = TROD_NO_TIME;
        if (!comes->window.given || comes->after.n == 0) continue;
        bool *must = TROD_NEW_ARRAY(arena, comes->after.n, bool);
        TROD_TRY_ALLOC(must, error);
        for (size_t i = 0; i < comes->after.n; i++) {
            const uint32_t x = comes->after.touchpoints[i];
            must[i] = comes->before ? compare_flow_must_follow(&base->flow, t, x)
                                    : compare_flow_must_follow(&base->flow, x, t);
        }
        const struct compare_tie tie = {.touchpoint_id = t, .must = must};
        if (comes->before)
            before[watch->n_before++] = tie;
        else
            after[watch->n_after++] = tie;
    }
done:
    return status;
}

static struct compare_wait *wait_of(struct compare_watch *watch, uint32_t plan) {
    if (watch->slot[plan] == 0) {
        watch->waits[watch->n_waits] = (struct compare_wait){.plan = plan};
        watch->slot[plan] = (uint32_t)++watch->n_waits;
    }
    return &watch->waits[watch->slot[plan] - 1];
}

const struct trod_window *compare_window_for(const struct compare_base *base,
                                             const struct compare_plan *plan,
                                             uint32_t customer) {
    if (plan->kind != TROD_TIMED_COMES && plan->kind != TROD_TIMED_TAKES) return plan->window;
    const struct trod_map *map = base->map;
    const struct trod_touchpoint *touchpoint = &map->touchpoints[plan->at];
    for (size_t i = 0; i < touchpoint->n_for_personas; i++) {
        const struct trod_touchpoint_for *own = &touchpoint->for_personas[i];
        const struct trod_window *window =
            plan->kind == TROD_TIMED_COMES ? &own->as.comes.window : &own->as.takes;
        const uint32_t segment = own->persona_id < map->n_personas
                                     ? map->personas[own->persona_id].segment_id
                                     : TROD_NO_ID;
        if (window->given && segment < map->n_segments && base->lay->in_segment &&
            base->lay->in_segment[(size_t)customer * map->n_segments + segment]) {
            return window;
        }
    }
    return plan->window;
}

/* A duration as the plan counts it: by the clock or by the team's hours. */
static double elapsed_us(const struct compare_plan *plan, int64_t from_us, int64_t to_us) {
    if (!plan->team) return (double)(to_us - from_us);
    const double worked = (double)compare_working_us(plan->team, from_us, to_us);
    return plan->day_us > 0 ? worked * ((double)TROD_DAY_US / plan->day_us) : worked;
}

static double limit_us(const struct compare_plan *plan, int64_t limit) {
    if (plan->day_us > 0 && limit % TROD_DAY_US != 0) {
        return (double)limit * ((double)TROD_DAY_US / plan->day_us);
    }
    return (double)limit;
}

static void arrive(struct compare_watch *watch, uint32_t plan_id, uint32_t customer,
                   int64_t from_us, int64_t to_us) {
    if (from_us == TROD_NO_TIME || to_us == TROD_NO_TIME || to_us < from_us) return;
    const struct compare_plan *plan = &watch->base->plans[plan_id];
    const struct trod_window *window = compare_window_for(watch->base, plan, customer);
    const double time_us = elapsed_us(plan, from_us, to_us);
    struct compare_wait *wait = wait_of(watch, plan_id);
    if (!wait->arrived || time_us > wait->time_us) wait->time_us = time_us;
    wait->arrived = true;
    if (wait->way == COMPARE_NOT_STARTED) wait->way = COMPARE_IN_TIME;
    const bool late = window && window->most_us != TROD_NO_TIME &&
                      time_us > limit_us(plan, window->most_us);
    const bool early = window && window->least_us != TROD_NO_TIME &&
                       time_us < limit_us(plan, window->least_us);
    if (late) wait->way = COMPARE_LATE;
    wait->n_late += late;
    wait->n_early += early;
    const struct compare_arrival arrival = {.plan = plan_id,
                                            .visit = watch->visit,
                                            .from_us = from_us,
                                            .to_us = to_us,
                                            .time_us = time_us,
                                            .window = window,
                                            .late = late,
                                            .early = early};
    if (watch->arrived) watch->arrived(watch->owner, &arrival);
}

/* Not arrived: still waiting since from_us. */
static void waiting(struct compare_watch *watch, uint32_t plan_id, const struct trod_laid *laid,
                    int64_t from_us) {
    const struct compare_base *base = watch->base;
    if (from_us == TROD_NO_TIME || base->now_us == TROD_NO_TIME) return;
    const struct compare_plan *plan = &base->plans[plan_id];
    const struct trod_window *window = compare_window_for(base, plan, laid->customer);
    const bool certain_end = base->readings[laid->path].certain_end;
    const double time_us = base->now_us > from_us ? elapsed_us(plan, from_us, base->now_us) : 0;
    const bool limited = window && window->most_us != TROD_NO_TIME;
    const bool passed = limited && time_us > limit_us(plan, window->most_us);
    /* Without `over after` nobody is known to have left: whoever is younger than the limit may
     * still come. */
    const bool unknown = base->map->over_after_us == TROD_NO_TIME &&
                         laid->ending != TROD_ENDING_LOST && limited && !passed;
    const bool open = !certain_end && (laid->open || unknown);
    struct compare_wait *wait = wait_of(watch, plan_id);
    if (wait->arrived) return;
    wait->time_us = time_us;
    wait->way = !open ? COMPARE_GONE : passed ? COMPARE_LATE : COMPARE_OPEN;
    wait->n_late = wait->way == COMPARE_LATE;
}

static void note_visit(struct compare_watch *watch, uint32_t t, int64_t begin_us) {
    if (begin_us == TROD_NO_TIME) return;
    if (watch->last_us[t] == TROD_NO_TIME && watch->open_us[t] == TROD_NO_TIME) {
        watch->touched[watch->n_touched++] = t;
    }
    watch->last_us[t] = begin_us;
}

static int64_t latest(const struct compare_watch *watch, const struct trod_points *points) {
    int64_t latest_us = TROD_NO_TIME;
    for (size_t i = 0; i < points->n; i++) {
        const int64_t at_us = watch->last_us[points->touchpoints[i]];
        if (at_us > latest_us) latest_us = at_us;
    }
    return latest_us;
}

static bool lasts(const struct compare_base *base, const struct trod_visit *visit) {
    if (visit->begin_us == TROD_NO_TIME || visit->end_us == TROD_NO_TIME) return false;
    if (visit->n_events > 1 || visit->end_us > visit->begin_us) return true;
    return base->log->end_us && base->log->end_us[visit->event] != TROD_NO_TIME;
}

static void stay(struct compare_watch *watch, uint32_t t, int64_t before_us, int64_t begin_us) {
    const struct compare_base *base = watch->base;
    const uint32_t s = base->map->touchpoints[t].stage_id;
    if (s >= base->map->n_stages) return;
    if (watch->stage != TROD_NO_ID && watch->stage != s)
        watch->stays[watch->stage].moved_on = true;
    watch->stage = s;
    struct compare_stay *stay = &watch->stays[s];
    if (!stay->entered) {
        const bool before = before_us != TROD_NO_TIME;
        *stay = (struct compare_stay){
            .entered = true, .n = before, .from_us = before ? before_us : begin_us};
        watch->entered[watch->n_entered++] = s;
    }
    stay->n++;
    stay->last_us = begin_us;
    stay->moved_on = false;
    stay->closed = base->flow.closes[t];
}

static void visit_on_map(struct compare_watch *watch, const struct trod_laid *laid, size_t v,
                         int64_t *before_us) {
    const struct compare_base *base = watch->base;
    const uint32_t t = base->touchpoint[v];
    const struct trod_visit *visit = &base->lay->visits[v];
    const struct trod_comes *comes = &base->map->touchpoints[t].comes;
    const uint32_t plan = compare_plan_comes(base, t);
    const bool own = comes->window.given && comes->after.n > 0;
    if (!own)
        arrive(watch, plan, laid->customer, *before_us, visit->begin_us);
    else if (!comes->before) {
        arrive(watch, plan, laid->customer, latest(watch, &comes->after), visit->begin_us);
    }
    for (size_t i = 0; i < watch->n_before; i++) {
        const uint32_t b = watch->before[i].touchpoint_id;
        if (watch->open_us[b] == TROD_NO_TIME) continue;
        if (!compare_in(&base->map->touchpoints[b].comes.after, t)) continue;
        arrive(watch, compare_plan_comes(base, b), laid->customer, watch->open_us[b],
               visit->begin_us);
        watch->open_us[b] = TROD_NO_TIME;
    }
    if (lasts(base, visit)) {
        arrive(watch, compare_plan_takes(base, t), laid->customer, visit->begin_us,
               visit->end_us);
    }
    if (base->role[v] == COMPARE_MATCHED) stay(watch, t, *before_us, visit->begin_us);
    note_visit(watch, t, visit->begin_us);
    if (own && comes->before) watch->open_us[t] = visit->begin_us;
    if (base->role[v] != COMPARE_ANY_TIME) *before_us = visit->begin_us;
}

static bool meant(const struct compare_base *base, const struct trod_laid *laid, uint32_t t) {
    const struct trod_touchpoint *touchpoint = &base->map->touchpoints[t];
    if (!base->lay->recorded[t]) return false;
    if (touchpoint->only_personas.n == 0 && touchpoint->only_segments.n == 0) return true;
    return trod_bits_has(&base->lay->groups[base->lay->paths[laid->path].groups], t);
}

/* What the journey waits for at its end. */
static void wait_at_end(struct compare_watch *watch, const struct trod_laid *laid,
                        uint32_t last, int64_t last_us) {
    const struct compare_base *base = watch->base;
    if (last != TROD_NO_ID && base->flow.node[last] != COMPARE_NONE) {
        const struct trod_ids *due = &base->flow.due[last];
        for (size_t i = 0; i < due->n; i++) {
            const uint32_t t = due->at[i];
            if (watch->last_us[t] != TROD_NO_TIME || !meant(base, laid, t)) continue;
            waiting(watch, compare_plan_comes(base, t), laid, last_us);
        }
    }
    for (size_t i = 0; i < watch->n_after; i++) {
        const uint32_t t = watch->after[i].touchpoint_id;
        const struct trod_points *after = &base->map->touchpoints[t].comes.after;
        if (watch->last_us[t] != TROD_NO_TIME || !meant(base, laid, t)) continue;
        const int64_t since_us = latest(watch, after);
        for (size_t k = 0; k < after->n && since_us != TROD_NO_TIME; k++) {
            if (watch->last_us[after->touchpoints[k]] != since_us) continue;
            if (watch->after[i].must[k]) {
                waiting(watch, compare_plan_comes(base, t), laid, since_us);
            }
            break;
        }
    }
    for (size_t i = 0; i < watch->n_before; i++) {
        const uint32_t t = watch->before[i].touchpoint_id;
        if (!watch->before[i].must[0]) continue;
        waiting(watch, compare_plan_comes(base, t), laid, watch->open_us[t]);
    }
}

static void watch_span(struct compare_watch *watch, const struct trod_laid *laid, uint32_t s) {
    const struct compare_base *base = watch->base;
    const struct trod_span *span = &base->map->spans[s];
    int64_t from_us = TROD_NO_TIME;
    bool begun = false;
    for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
        const uint32_t t = base->touchpoint[v];
        if (t == TROD_NO_ID) continue;
        const int64_t begin_us = base->lay->visits[v].begin_us;
        if (begun && compare_in(&span->to, t)) {
            arrive(watch, s, laid->customer, from_us, begin_us);
            return;
        }
        if (!begun && compare_in(&span->from, t)) {
            begun = true;
            from_us = begin_us;
        }
    }
    if (begun) waiting(watch, s, laid, from_us);
}

static void watch_stages(struct compare_watch *watch, const struct trod_laid *laid) {
    const struct compare_base *base = watch->base;
    const bool finished = base->readings[laid->path].finished;
    for (size_t i = 0; i < watch->n_entered; i++) {
        const uint32_t s = watch->entered[i];
        const struct compare_stay *stay = &watch->stays[s];
        const uint32_t plan = compare_plan_stage(base, s);
        const bool through = stay->closed || stay->moved_on || finished;
        if (through && stay->n > 1) {
            arrive(watch, plan, laid->customer, stay->from_us, stay->last_us);
        } else if (!through) {
            waiting(watch, plan, laid, stay->from_us);
        }
    }
}

void compare_watch_journey(struct compare_watch *watch, size_t journey) {
    const struct compare_base *base = watch->base;
    const struct trod_laid *laid = &base->lay->journeys[journey];
    int64_t before_us = TROD_NO_TIME;
    uint32_t last = TROD_NO_ID;
    for (size_t i = 0; i < watch->n_waits; i++) watch->slot[watch->waits[i].plan] = 0;
    for (size_t i = 0; i < watch->n_touched; i++) {
        watch->last_us[watch->touched[i]] = watch->open_us[watch->touched[i]] = TROD_NO_TIME;
    }
    for (size_t i = 0; i < watch->n_entered; i++)
        watch->stays[watch->entered[i]].entered = false;
    watch->n_waits = watch->n_touched = watch->n_entered = 0;
    watch->stage = TROD_NO_ID;
    if (!base->log->has_times) return;
    for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
        if (base->touchpoint[v] == TROD_NO_ID) continue;
        watch->visit = v;
        visit_on_map(watch, laid, v, &before_us);
        if (base->role[v] != COMPARE_ANY_TIME) last = base->touchpoint[v];
    }
    for (uint32_t s = 0; s < base->map->n_spans; s++) watch_span(watch, laid, s);
    watch_stages(watch, laid);
    wait_at_end(watch, laid, last, before_us);
}
