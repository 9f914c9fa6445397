/* From a tally to the figures of a comparison: outcomes, agreement, promises, stages,
 * touchpoints, health. Every share carries its base, every share and median its interval; where
 * there is nothing to rest a figure on it is absent, never 0.
 */
#include <math.h>

#include "compare/inner.h"

struct trod_measured compare_absent(void) {
    return (struct trod_measured){.value = NAN, .low = NAN, .high = NAN};
}

struct trod_measured compare_measured(struct trod_figure figure, uint64_t few) {
    const bool enough = figure.n >= few;
    return (struct trod_measured){.given = figure.n > 0,
                                  .value = figure.value,
                                  .low = enough ? figure.low : NAN,
                                  .high = enough ? figure.high : NAN,
                                  .n = figure.n};
}

struct trod_measured compare_quantile(struct compare_numbers *numbers, double q, uint64_t few) {
    return compare_measured(trod_quantile_figure(numbers->at, numbers->n, q), few);
}

static struct trod_fitness fitness_of(const struct compare_tally *tally, bool so_far) {
    struct trod_fitness fitness = {.cost = so_far ? tally->cost_so_far : tally->cost,
                                   .worst = so_far ? tally->worst_so_far : tally->worst,
                                   .exact = so_far ? tally->exact_so_far : tally->exact,
                                   .log = NAN,
                                   .mean = NAN};
    if (tally->n_aligned == 0) return fitness;
    fitness.log = fitness.worst ? 1.0 - (double)fitness.cost / (double)fitness.worst : 1.0;
    fitness.mean = (so_far ? tally->ratio_so_far + tally->ratio_so_far_rest
                           : tally->ratio + tally->ratio_rest) /
                   (double)tally->n_aligned;
    return fitness;
}

struct trod_timed compare_figure_timed(struct compare_tally *tally, size_t plan_id) {
    const struct compare_base *base = tally->base;
    const struct compare_plan *plan = &base->plans[plan_id];
    struct compare_promise *promise = &tally->promises[plan_id];
    struct trod_timed timed = {.kind = plan->kind,
                               .window = plan->window,
                               .accepted = compare_late_accepted(plan, base->now_us),
                               .working = plan->team != NULL};
    struct trod_four_ways *ways = &timed.ways;
    switch (plan->kind) {
    case TROD_TIMED_SPAN:
        timed.id = timed.title = base->map->spans[plan->at].id;
        break;
    case TROD_TIMED_COMES:
    case TROD_TIMED_TAKES:
        timed.id = base->map->touchpoints[plan->at].id;
        timed.title = base->map->touchpoints[plan->at].title;
        break;
    case TROD_TIMED_STAGE:
        timed.id = base->map->stages[plan->at].id;
        timed.title = base->map->stages[plan->at].title;
        break;
    }
    ways->given = base->log->has_times;
    ways->in_time = promise->ways[COMPARE_IN_TIME];
    ways->late = promise->ways[COMPARE_LATE];
    ways->open = promise->ways[COMPARE_OPEN];
    ways->gone = promise->ways[COMPARE_GONE];
    ways->started = ways->in_time + ways->late + ways->open + ways->gone;
    ways->early = promise->early;
    ways->arrived_late = promise->arrived_late;
    ways->allowed = promise->allowed;
    ways->arrived = ways->in_time + ways->arrived_late;
    ways->share_in_time = trod_share_make(ways->in_time, ways->started);
    ways->share_late = trod_share_make(ways->late, ways->started);
    ways->share_open = trod_share_make(ways->open, ways->started);
    ways->share_gone = trod_share_make(ways->gone, ways->started);
    ways->median_us = compare_quantile(&promise->times, 0.5, base->few);
    ways->p90_us = compare_quantile(&promise->times, 0.9, base->few);
    return timed;
}

static trod_status figure_spans(struct compare_tally *tally, struct trod_compare *compare,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = tally->base->map->n_spans;
    struct trod_timed *spans = TROD_NEW_ARRAY(compare->arena, n, struct trod_timed);
    TROD_TRY_ALLOC(spans, error);
    for (size_t i = 0; i < n; i++) spans[i] = compare_figure_timed(tally, i);
    compare->spans = spans;
    compare->n_spans = n;
done:
    return status;
}

static trod_status figure_stages(struct compare_tally *tally, struct trod_compare *compare,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = tally->base;
    const size_t n = base->map->n_stages;
    struct trod_stage_result *stages =
        TROD_NEW_ARRAY(compare->arena, n, struct trod_stage_result);
    TROD_TRY_ALLOC(stages, error);
    uint64_t reached = 0;
    for (size_t s = n; s-- > 0;) {
        const struct compare_place *place = &tally->stages[s];
        struct trod_stage_result *stage = &stages[s];
        reached += tally->furthest_stage[s];
        *stage = (struct trod_stage_result){.stage_id = (uint32_t)s,
                                            .reached = reached,
                                            .visited = place->visited,
                                            .stopped = place->stopped,
                                            .open = place->open,
                                            .ended = place->ended};
        stage->share_reached = trod_share_make(reached, tally->journeys);
        stage->share_stopped = trod_share_make(place->stopped, reached);
        stage->time = compare_figure_timed(tally, compare_plan_stage(base, (uint32_t)s));
        stage->median_us = stage->time.ways.median_us;
    }
    compare->stages = stages;
    compare->n_stages = n;
done:
    return status;
}

static trod_status figure_touchpoints(struct compare_tally *tally, struct trod_compare *compare,
                                      struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = tally->base;
    const size_t n = base->n_touchpoints;
    struct trod_touchpoint_result *results =
        TROD_NEW_ARRAY(compare->arena, n, struct trod_touchpoint_result);
    TROD_TRY_ALLOC(results, error);
    for (uint32_t t = 0; t < n; t++) {
        const struct compare_count *visited =
            &tally->counters[compare_counter(base, COMPARE_VISITED, t)];
        const struct compare_count *tried =
            &tally->counters[compare_counter(base, COMPARE_TRIED, t)];
        const struct compare_count *failed =
            &tally->counters[compare_deviation_counter(base, TROD_FAILED, t, false)];
        struct trod_touchpoint_result *result = &results[t];
        *result = (struct trod_touchpoint_result){
            .touchpoint_id = t,
            .recorded = base->lay->recorded[t],
            .journeys = visited->journeys,
            .visits = visited->times,
            .events = tally->counters[compare_counter(base, COMPARE_EVENTS, t)].times,
            .share = trod_share_make(visited->journeys,
                                     base->lay->recorded[t] ? tally->journeys : 0),
            .failed_journeys = failed->journeys,
            .failed_events = failed->times,
            .share_failed = trod_share_make(failed->journeys, tried->journeys)};
        result->comes = compare_figure_timed(tally, compare_plan_comes(base, t));
        result->takes = compare_figure_timed(tally, compare_plan_takes(base, t));
        result->median_comes_us = result->comes.ways.median_us;
    }
    compare->touchpoints = results;
    compare->n_touchpoints = n;
done:
    return status;
}

static void figure_health(struct compare_tally *tally, struct trod_compare *compare) {
    const struct compare_base *base = tally->base;
    struct trod_health *health = &compare->health;
    *health = (struct trod_health){.sources = base->log->sources,
                                   .n_sources = base->log->n_sources,
                                   .n_cut_start = tally->n_cut_start,
                                   .n_cut_end = tally->n_cut_end};
    health->on_map = trod_share_make(tally->mapped, tally->events - tally->answers);
    health->never_identified =
        trod_share_make(tally->unidentified, base->log->identified ? tally->customers : 0);
    for (size_t t = 0; t < base->n_touchpoints; t++) {
        health->n_touchpoints_unrecorded +=
            !base->lay->recorded[t] && !base->map->touchpoints[t].not_recorded;
    }
}

static bool any_worth(const struct compare_base *base) {
    for (size_t i = 0; i < base->map->n_succeeds; i++) {
        if (!isnan(base->map->succeeds[i].worth)) return true;
    }
    return base->map->n_succeeds > 0 && base->log->worth_field != TROD_NO_ID;
}

static void figure_outcomes(struct compare_tally *tally, struct trod_compare *compare) {
    const struct compare_base *base = tally->base;
    compare->map = base->map;
    compare->log = base->log;
    compare->now_us = base->now_us;
    compare->few = base->few;
    compare->journeys = tally->journeys;
    compare->events = tally->events;
    compare->customers = tally->customers;
    compare->succeeds_known = base->map->n_succeeds > 0;
    compare->left_known = base->map->over_after_us != TROD_NO_TIME;
    compare->succeeded =
        trod_share_make(tally->succeeded, compare->succeeds_known ? tally->journeys : 0);
    compare->n_lost = tally->n_endings[TROD_ENDING_LOST];
    compare->n_lost_after_success = tally->n_lost_after_success;
    compare->n_ended = tally->n_ended;
    compare->n_left = tally->n_endings[TROD_ENDING_LEFT];
    compare->n_open = tally->n_endings[TROD_ENDING_OPEN];
    compare->n_unknown = tally->n_endings[TROD_ENDING_UNKNOWN];
    compare->worth = any_worth(base) ? tally->worth + tally->worth_rest : NAN;
    compare->complete = fitness_of(tally, false);
    compare->so_far = fitness_of(tally, true);
    compare->method = base->alignment->method;
    compare->n_limited = tally->n_limited;
    compare->limit = tally->n_limited > 0 ? base->alignment->limit : NULL;
    compare->period = base->period;
    compare->period.began = tally->began;
    compare->period.began_before = tally->began_before;
    compare->period.succeeded = tally->succeeded_now;
    compare->period.succeeded_before = tally->succeeded_before;
}

trod_status compare_figures(struct compare_tally *tally, struct trod_compare *compare,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    figure_outcomes(tally, compare);
    figure_health(tally, compare);
    TROD_TRY(figure_spans(tally, compare, error));
    TROD_TRY(figure_stages(tally, compare, error));
    TROD_TRY(figure_touchpoints(tally, compare, error));
    TROD_TRY(compare_figure_deviations(tally, compare, error));
    TROD_TRY(compare_figure_choices(tally, compare, error));
    TROD_TRY(compare_figure_firsts(tally, compare, error));
    TROD_TRY(compare_figure_kpis(tally, compare, error));
done:
    return status;
}
