/* Adding up a set of journeys: all of them, or one segment.
 *
 * A journey gives the items of its path (deviations, bases, choices), what its own visits say
 * (touchpoints, failures, unmapped events, stages) and its waits. Everything is a count of
 * journeys with the number of times beside it and the number of those that succeeded, so that
 * each share can be laid against the outcome. Numbers for medians are kept one a journey.
 */
#include <math.h>

#include "compare/inner.h"

/* Marks of the journey that is being added: each place counts once. */
struct adder {
    struct compare_tally *tally;
    struct compare_watch watch;
    uint64_t *visited, *tried, *failed; /* [touchpoints] 1 + journey */
    uint64_t *named;                    /* [names] */
    uint64_t *staged;                   /* [stages] */
    bool *answers;                      /* [names] of what people said in a survey */
};

bool compare_numbers_add(struct trod_arena *arena, struct compare_numbers *numbers,
                         double value) {
    return TROD_PUSH(arena, numbers->at, numbers->n, numbers->room, value);
}

void compare_sum_add(double *sum, double *rest, double value) {
    const double total = *sum + value;
    *rest += fabs(*sum) >= fabs(value) ? (*sum - total) + value : (value - total) + *sum;
    *sum = total;
}

/* The last visit on the map is what the map calls success, wherever the map expects it. */
static bool ends_in_success(const struct compare_base *base, const struct trod_laid *laid) {
    if (!laid->succeeded || laid->ending == TROD_ENDING_LOST) return false;
    for (size_t v = laid->visit + laid->n_visits; v-- > laid->visit;) {
        const uint32_t t = base->touchpoint[v];
        if (t == TROD_NO_ID || base->role[v] == COMPARE_ANY_TIME) continue;
        for (size_t i = 0; i < base->map->n_succeeds; i++)
            if (compare_in(&base->map->succeeds[i].x, t)) return true;
        return false;
    }
    return false;
}

bool compare_stopped(const struct compare_base *base, size_t journey) {
    const struct trod_laid *laid = &base->lay->journeys[journey];
    if (laid->ending == TROD_ENDING_LOST) return true;
    return !laid->open && !base->readings[laid->path].finished && !ends_in_success(base, laid);
}

/* Over where the map lets a journey end, without the success that the map names: an end as good
 * as another, and not "left". Who is open may still go on, unless nothing more can come. */
static bool ended_rightly(const struct compare_base *base, const struct trod_laid *laid) {
    const struct compare_reading *reading = &base->readings[laid->path];
    if (laid->ending == TROD_ENDING_LEFT || laid->ending == TROD_ENDING_UNKNOWN)
        return reading->finished;
    return laid->ending == TROD_ENDING_OPEN && reading->finished && reading->certain_end;
}

static void count(struct compare_count *counter, bool succeeded, uint64_t times) {
    counter->journeys++;
    counter->times += times;
    counter->succeeded += succeeded;
}

static void add_path(struct compare_tally *tally, size_t j) {
    const struct compare_base *base = tally->base;
    const struct trod_laid *laid = &base->lay->journeys[j];
    const struct compare_reading *reading = &base->readings[laid->path];
    const struct trod_aligned *aligned = &base->alignment->paths[laid->path];
    const bool cut = base->lay->view->journeys[laid->journey].cut_start;
    const bool stopped = compare_stopped(base, j);
    for (uint32_t i = 0; i < reading->n_items; i++) {
        const struct compare_item item = reading->items[i];
        if ((item.when == COMPARE_WHOLE && cut) || (item.when == COMPARE_CUT && !cut) ||
            (item.when == COMPARE_OVER && !stopped)) {
            continue;
        }
        count(&tally->counters[item.counter], laid->succeeded, item.times);
    }
    if (reading->furthest != TROD_NO_ID) {
        count(&tally->furthest[reading->furthest], laid->succeeded, 1);
    }
    count(&tally->groups[base->lay->paths[laid->path].groups], laid->succeeded, 1);
    if (aligned->limited) {
        tally->n_limited++;
        return;
    }
    tally->n_aligned++;
    tally->cost += aligned->cost;
    tally->worst += aligned->worst;
    tally->cost_so_far += aligned->cost_so_far;
    tally->worst_so_far += aligned->worst_so_far;
    tally->exact += aligned->cost == 0;
    tally->exact_so_far += aligned->cost_so_far == 0;
    compare_sum_add(&tally->ratio, &tally->ratio_rest,
                    aligned->worst ? 1.0 - (double)aligned->cost / aligned->worst : 1.0);
    compare_sum_add(&tally->ratio_so_far, &tally->ratio_so_far_rest,
                    aligned->worst_so_far
                        ? 1.0 - (double)aligned->cost_so_far / aligned->worst_so_far
                        : 1.0);
}

static void add_failure(struct adder *adder, uint32_t t, uint64_t mark, bool succeeded) {
    struct compare_tally *tally = adder->tally;
    struct compare_count *failed =
        &tally->counters[compare_deviation_counter(tally->base, TROD_FAILED, t, false)];
    if (adder->failed[t] != mark) count(failed, succeeded, 0);
    adder->failed[t] = mark;
    failed->times++;
    if (adder->tried[t] != mark) {
        count(&tally->counters[compare_counter(tally->base, COMPARE_TRIED, t)], succeeded, 0);
    }
    adder->tried[t] = mark;
}

static void add_visit(struct adder *adder, uint32_t t, const struct trod_visit *visit,
                      uint64_t mark, bool succeeded) {
    struct compare_tally *tally = adder->tally;
    const struct compare_base *base = tally->base;
    struct compare_count *visited = &tally->counters[compare_counter(base, COMPARE_VISITED, t)];
    if (adder->visited[t] != mark) count(visited, succeeded, 0);
    adder->visited[t] = mark;
    visited->times++;
    tally->counters[compare_counter(base, COMPARE_EVENTS, t)].times += visit->n_events;
    if (adder->tried[t] != mark) {
        count(&tally->counters[compare_counter(base, COMPARE_TRIED, t)], succeeded, 0);
    }
    adder->tried[t] = mark;
}

static void add_stages(struct adder *adder, size_t j, uint32_t furthest) {
    struct compare_tally *tally = adder->tally;
    const struct compare_base *base = tally->base;
    const struct trod_laid *laid = &base->lay->journeys[j];
    const struct compare_reading *reading = &base->readings[laid->path];
    if (furthest != TROD_NO_ID) tally->furthest_stage[furthest]++;
    if (reading->last_matched == TROD_NO_ID) return;
    const uint32_t s = base->map->touchpoints[reading->last_matched].stage_id;
    if (s >= base->map->n_stages) return;
    if (compare_stopped(base, j))
        tally->stages[s].stopped++;
    else if (reading->finished || ends_in_success(base, laid))
        tally->stages[s].ended++;
    else
        tally->stages[s].open++;
}

static void add_visits(struct adder *adder, size_t j) {
    struct compare_tally *tally = adder->tally;
    const struct compare_base *base = tally->base;
    const struct trod_laid *laid = &base->lay->journeys[j];
    const uint64_t mark = (uint64_t)j + 1;
    uint32_t furthest = TROD_NO_ID;
    for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
        const struct trod_visit *visit = &base->lay->visits[v];
        const uint32_t t = base->touchpoint[v];
        const uint32_t failed = compare_failed(base, v);
        if (failed != TROD_NO_ID) add_failure(adder, failed, mark, laid->succeeded);
        if (t == TROD_NO_ID) continue;
        add_visit(adder, t, visit, mark, laid->succeeded);
        const uint32_t s = base->map->touchpoints[t].stage_id;
        if (s >= base->map->n_stages || base->role[v] == COMPARE_ANY_TIME) continue;
        if (adder->staged[s] != mark) tally->stages[s].visited++;
        adder->staged[s] = mark;
        if (furthest == TROD_NO_ID || s > furthest) furthest = s;
    }
    add_stages(adder, j, furthest);
}

/* The waits of the journey; `comes` ones are deviations as well. */
static bool add_waits(struct adder *adder, size_t j) {
    struct compare_tally *tally = adder->tally;
    const struct compare_base *base = tally->base;
    const bool succeeded = base->lay->journeys[j].succeeded;
    const int64_t begin_us = base->lay->journeys[j].begin_us;
    compare_watch_journey(&adder->watch, j);
    for (size_t i = 0; i < adder->watch.n_waits; i++) {
        const struct compare_wait *wait = &adder->watch.waits[i];
        const struct compare_plan *plan = &base->plans[wait->plan];
        struct compare_promise *promise = &tally->promises[wait->plan];
        if (wait->way == COMPARE_NOT_STARTED) continue;
        promise->ways[wait->way]++;
        const bool accepted = compare_late_accepted(plan, begin_us);
        promise->arrived_late += wait->way == COMPARE_LATE && wait->arrived;
        promise->allowed += wait->way == COMPARE_LATE && wait->arrived && accepted;
        promise->early += wait->way == COMPARE_IN_TIME && wait->n_early > 0;
        if (wait->arrived &&
            !compare_numbers_add(tally->arena, &promise->times, wait->time_us)) {
            return false;
        }
        if (plan->kind != TROD_TIMED_COMES) continue;
        const uint32_t t = plan->at;
        count(&tally->counters[compare_counter(base, COMPARE_WAITED, t)], succeeded, 1);
        if (wait->arrived) {
            count(&tally->counters[compare_counter(base, COMPARE_CAME, t)], succeeded, 1);
        }
        if (wait->n_late > 0) {
            count(&tally->counters[compare_deviation_counter(base, TROD_LATE, t, accepted)],
                  succeeded, wait->n_late);
        }
        if (wait->n_early > 0) {
            count(&tally->counters[compare_deviation_counter(base, TROD_EARLY, t, false)],
                  succeeded, wait->n_early);
        }
    }
    return true;
}

/* What a success is worth: the log's own column, else the map's figure. */
static double worth_of(const struct compare_base *base, const struct trod_laid *laid) {
    if (!laid->succeeded || laid->success_visit >= laid->n_visits) return 0;
    const size_t v = laid->visit + laid->success_visit;
    const struct trod_visit *visit = &base->lay->visits[v];
    if (base->log->worth_field != TROD_NO_ID) {
        const struct trod_field *field = &base->log->fields[base->log->worth_field];
        const uint32_t code =
            trod_log_code(base->log, base->log->worth_field, visit->event, laid->customer);
        if (code && !isnan(field->number[code - 1])) return field->number[code - 1];
    }
    for (size_t i = 0; i < base->map->n_succeeds; i++) {
        const struct trod_outcome *outcome = &base->map->succeeds[i];
        if (compare_in(&outcome->x, base->touchpoint[v]) && !isnan(outcome->worth)) {
            return outcome->worth;
        }
    }
    return 0;
}

static void add_period(struct compare_tally *tally, const struct trod_laid *laid) {
    const struct trod_period *period = &tally->base->period;
    if (!period->given) return;
    const int64_t length_us = period->until_us - period->from_us;
    const int64_t before_us = period->from_us - length_us;
    if (laid->begin_us > period->from_us)
        tally->began++;
    else if (laid->begin_us > before_us)
        tally->began_before++;
    if (!laid->succeeded || laid->success_us == TROD_NO_TIME) return;
    if (laid->success_us > period->from_us)
        tally->succeeded_now++;
    else if (laid->success_us > before_us)
        tally->succeeded_before++;
}

/* Events that nobody claims, those after a `lost when` too. What people answered in a survey is
 * no step, and needs no place on the map. */
static void add_events(struct adder *adder, size_t j) {
    struct compare_tally *tally = adder->tally;
    const struct compare_base *base = tally->base;
    const struct trod_laid *laid = &base->lay->journeys[j];
    const struct trod_journey *journey = &base->lay->view->journeys[laid->journey];
    tally->events += journey->n;
    for (uint32_t i = 0; i < journey->n; i++) {
        const uint64_t event = trod_view_event(base->lay->view, journey, i);
        if (base->lay->claims->seen[event] || base->lay->claims->fails[event]) {
            tally->mapped++;
            continue;
        }
        const uint32_t name = base->log->name[event];
        if (adder->answers[name]) {
            tally->answers++;
            continue;
        }
        if (adder->named[name] != j + 1) count(&tally->unmapped[name], laid->succeeded, 0);
        adder->named[name] = j + 1;
        tally->unmapped[name].times++;
    }
}

/* The names under which answers to a survey stand in the log: the source's id. */
static void find_answers(const struct compare_base *base, bool *answers) {
    for (size_t i = 0; i < base->map->n_sources; i++) {
        const struct trod_map_source *source = &base->map->sources[i];
        const bool asks = source->rating.n || source->words.n || source->about.n;
        if (!asks || source->event.n || source->dates.n) continue;
        const uint32_t name = trod_dict_find(base->log->names, source->id);
        if (name != TROD_NO_ID) answers[name] = true;
    }
}

static void add_journey(struct compare_tally *tally, size_t j, uint32_t *customer) {
    const struct compare_base *base = tally->base;
    const struct trod_laid *laid = &base->lay->journeys[j];
    const struct trod_journey *journey = &base->lay->view->journeys[laid->journey];
    tally->journeys++;
    if (laid->customer != *customer) {
        *customer = laid->customer;
        tally->customers++;
        tally->unidentified += base->log->identified && !base->log->identified[laid->customer];
    }
    tally->succeeded += laid->succeeded;
    if (ended_rightly(base, laid))
        tally->n_ended++;
    else
        tally->n_endings[laid->ending]++;
    tally->n_cut_start += journey->cut_start;
    tally->n_cut_end += journey->cut_end;
    tally->n_lost_after_success += laid->ending == TROD_ENDING_LOST && laid->succeeded;
    compare_sum_add(&tally->worth, &tally->worth_rest, worth_of(base, laid));
    tally->firsts[base->first[j] == TROD_NO_ID ? base->n_touchpoints : base->first[j]]++;
    tally->channels[base->channel[j] == TROD_NO_ID ? trod_dict_count(base->channels)
                                                   : base->channel[j]]++;
    add_period(tally, laid);
}

trod_status compare_tally_make(const struct compare_base *base, const size_t *journeys,
                               size_t n, struct trod_arena *arena, struct compare_tally *tally,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_touchpoints = base->n_touchpoints, n_stages = base->map->n_stages;
    const size_t n_names = trod_dict_count(base->log->names);
    struct trod_arena *scratch = trod_arena_make(0);
    struct adder adder = {.tally = tally};
    uint32_t customer = TROD_NO_ID;
    *tally = (struct compare_tally){.base = base, .arena = arena};
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY(compare_watch_make(base, scratch, &adder.watch, error));
    adder.visited = TROD_NEW_ARRAY(scratch, n_touchpoints, uint64_t);
    adder.tried = TROD_NEW_ARRAY(scratch, n_touchpoints, uint64_t);
    adder.failed = TROD_NEW_ARRAY(scratch, n_touchpoints, uint64_t);
    adder.named = TROD_NEW_ARRAY(scratch, n_names, uint64_t);
    adder.staged = TROD_NEW_ARRAY(scratch, n_stages, uint64_t);
    adder.answers = TROD_NEW_ARRAY(scratch, n_names, bool);
    TROD_TRY_ALLOC(adder.visited && adder.tried && adder.failed && adder.named &&
                           adder.staged && adder.answers
                       ? scratch
                       : NULL,
                   error);
    find_answers(base, adder.answers);
    tally->counters = TROD_NEW_ARRAY(arena, base->n_counters, struct compare_count);
    tally->furthest = TROD_NEW_ARRAY(arena, n_touchpoints, struct compare_count);
    tally->groups = TROD_NEW_ARRAY(arena, base->lay->n_groups, struct compare_count);
    tally->promises = TROD_NEW_ARRAY(arena, base->n_plans, struct compare_promise);
    tally->stages = TROD_NEW_ARRAY(arena, n_stages, struct compare_place);
    tally->furthest_stage = TROD_NEW_ARRAY(arena, n_stages, uint64_t);
    tally->firsts = TROD_NEW_ARRAY(arena, n_touchpoints + 1, uint64_t);
    tally->channels = TROD_NEW_ARRAY(arena, trod_dict_count(base->channels) + 1, uint64_t);
    tally->unmapped = TROD_NEW_ARRAY(arena, n_names, struct compare_count);
    tally->kpis = TROD_NEW_ARRAY(arena, base->map->n_kpis, struct compare_kpi);
    TROD_TRY_ALLOC(tally->counters && tally->furthest && tally->groups && tally->promises &&
                           tally->stages && tally->furthest_stage && tally->firsts &&
                           tally->channels && tally->unmapped && tally->kpis
                       ? arena
                       : NULL,
                   error);
    for (size_t i = 0; i < n; i++) {
        const size_t j = journeys ? journeys[i] : i;
        add_journey(tally, j, &customer);
        add_events(&adder, j);
        add_path(tally, j);
        add_visits(&adder, j);
        TROD_TRY_ALLOC(add_waits(&adder, j) && compare_kpis_add(tally, j) ? arena : NULL,
                       error);
    }
done:
    trod_arena_free(scratch);
    return status;
}
