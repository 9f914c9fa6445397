/* Designed shares against observed, where journeys begin, and the KPIs against their targets.
 */
#include <math.h>
#include <stdlib.h>

#include "compare/inner.h"

/* ---- Choices
 * ------------------------------------------------------------------------------------ */

struct rows {
    struct trod_arena *arena;
    struct trod_choice_result *at;
    size_t n, room;
};

static bool add_reached_by(struct rows *rows, trod_str id, double designed, uint64_t n,
                           uint64_t of) {
    if (isnan(designed)) return true;
    const struct trod_choice_result row = {.id = id,
                                           .way = TROD_STR("reached"),
                                           .designed = designed,
                                           .share = trod_share_make(n, of)};
    return TROD_PUSH(rows->arena, rows->at, rows->n, rows->room, row);
}

trod_status compare_figure_choices(struct compare_tally *tally, struct trod_compare *compare,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = tally->base;
    struct rows rows = {.arena = compare->arena};
    for (size_t i = 0; i < base->choices.n; i++) {
        const struct compare_option *option = &base->choices.options[i];
        const struct trod_choice_result row = {
            .id = option->id,
            .way = option->title,
            .designed = option->designed,
            .share = trod_share_make(tally->counters[option->hit].journeys,
                                     tally->counters[option->of].journeys)};
        TROD_TRY_ALLOC(TROD_PUSH(rows.arena, rows.at, rows.n, rows.room, row) ? base : NULL,
                       error);
    }
    for (uint32_t t = 0; t < base->n_touchpoints; t++) {
        const struct trod_touchpoint *touchpoint = &base->map->touchpoints[t];
        TROD_TRY_ALLOC(
            add_reached_by(&rows, touchpoint->id, touchpoint->reached_by,
                           tally->counters[compare_counter(base, COMPARE_VISITED, t)].journeys,
                           base->lay->recorded[t] ? tally->journeys : 0)
                ? base
                : NULL,
            error);
    }
    for (size_t s = 0; s < base->map->n_stages; s++) {
        const struct trod_stage *stage = &base->map->stages[s];
        TROD_TRY_ALLOC(add_reached_by(&rows, stage->id, stage->reached_by,
                                      compare->stages[s].reached, tally->journeys)
                           ? base
                           : NULL,
                       error);
    }
    compare->choices = rows.at;
    compare->n_choices = rows.n;
done:
    return status;
}

/* ---- First contact
 * -------------------------------------------------------------------------------- */

struct firsts {
    struct trod_first_result *at;
    size_t n;
};

static int by_share(const void *a, const void *b) {
    const struct trod_first_result *x = a, *y = b;
    if (x->share.n != y->share.n) return x->share.n < y->share.n ? 1 : -1;
    return trod_str_compare(x->name, y->name);
}

static void add_first(struct firsts *firsts, trod_str name, uint64_t n, uint64_t of) {
    if (n == 0) return;
    firsts->at[firsts->n++] =
        (struct trod_first_result){.name = name, .share = trod_share_make(n, of)};
}

static void sort_firsts(struct firsts *firsts) {
    if (firsts->n) qsort(firsts->at, firsts->n, sizeof *firsts->at, by_share);
}

trod_status compare_figure_firsts(struct compare_tally *tally, struct trod_compare *compare,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = tally->base;
    const size_t n = base->n_touchpoints, n_stages = base->map->n_stages;
    const size_t n_channels = trod_dict_count(base->channels);
    const uint64_t of = tally->journeys;
    const trod_str nowhere = TROD_STR("(not on the map)");
    struct firsts touchpoints = {
        .at = TROD_NEW_ARRAY(compare->arena, n + 1, struct trod_first_result)};
    struct firsts stages = {
        .at = TROD_NEW_ARRAY(compare->arena, n_stages + 2, struct trod_first_result)};
    struct firsts channels = {
        .at = TROD_NEW_ARRAY(compare->arena, n_channels + 1, struct trod_first_result)};
    uint64_t *by_stage = TROD_NEW_ARRAY(compare->arena, n_stages + 1, uint64_t);
    TROD_TRY_ALLOC(touchpoints.at && stages.at && channels.at && by_stage ? base : NULL, error);
    for (size_t t = 0; t < n; t++) {
        const struct trod_touchpoint *touchpoint = &base->map->touchpoints[t];
        add_first(&touchpoints, touchpoint->title, tally->firsts[t], of);
        by_stage[touchpoint->stage_id < n_stages ? touchpoint->stage_id : n_stages] +=
            tally->firsts[t];
    }
    add_first(&touchpoints, nowhere, tally->firsts[n], of);
    for (size_t s = 0; s < n_stages; s++) {
        add_first(&stages, base->map->stages[s].title, by_stage[s], of);
    }
    add_first(&stages, TROD_STR("(any time)"), by_stage[n_stages], of);
    add_first(&stages, nowhere, tally->firsts[n], of);
    for (uint32_t c = 0; c < n_channels; c++) {
        add_first(&channels, trod_dict_at(base->channels, c), tally->channels[c], of);
    }
    add_first(&channels, TROD_STR("(not known)"), tally->channels[n_channels], of);
    sort_firsts(&touchpoints);
    sort_firsts(&stages);
    sort_firsts(&channels);
    compare->firsts = (struct trod_firsts){.touchpoints = touchpoints.at,
                                           .stages = stages.at,
                                           .channels = channels.at,
                                           .n_touchpoints = touchpoints.n,
                                           .n_stages = stages.n,
                                           .n_channels = channels.n};
done:
    return status;
}

/* ---- KPIs
 * -------------------------------------------------------------------------------------------
 */

const char *trod_verdict_word(enum trod_verdict verdict) {
    switch (verdict) {
    case TROD_MET:
        return "met";
    case TROD_MISSED:
        return "missed";
    case TROD_TOO_CLOSE:
        return "too close to tell";
    case TROD_TOO_FEW:
        return "too few to tell";
    case TROD_NO_TARGET:
        return "no target";
    case TROD_NOT_MEASURED:
        return "not measured";
    }
    return "";
}

/* Below this age an open journey without an answer is too young to tell; NaN: none came. */
static double time_to_tell(struct compare_tally *tally, const struct compare_kpi *kpi) {
    struct compare_numbers times = {0};
    for (size_t i = 0; i < kpi->n_tries; i++) {
        if (kpi->tries[i].state != COMPARE_REACHED || isnan(kpi->tries[i].time_us)) continue;
        if (!compare_numbers_add(tally->arena, &times, kpi->tries[i].time_us)) return NAN;
    }
    if (times.n == 0) return NAN;
    return trod_quantile(times.at, times.n, 0.95);
}

static void measure_share(struct compare_tally *tally, const struct compare_kpi *kpi,
                          const struct trod_measure *measure, struct trod_kpi_result *result) {
    uint64_t yes = 0, of = 0, open = 0;
    for (size_t i = 0; i < kpi->n_tries; i++) open += kpi->tries[i].state == COMPARE_NOT_YET;
    const double tell_us =
        open > 0 && measure->within_us == TROD_NO_TIME ? time_to_tell(tally, kpi) : NAN;
    for (size_t i = 0; i < kpi->n_tries; i++) {
        const struct compare_try *try = &kpi->tries[i];
        const bool young =
            isnan(tell_us) ? try->state == COMPARE_NOT_YET : !(try->age_us >= tell_us);
        if (young) {
            result->left_out++;
            continue;
        }
        of++;
        yes += try->state == COMPARE_REACHED;
    }
    if (of == 0) return;
    const struct trod_share share = trod_share_make(yes, of);
    const bool enough = of >= tally->base->few;
    result->value = (struct trod_measured){.given = true,
                                           .value = share.share,
                                           .low = enough ? share.low : NAN,
                                           .high = enough ? share.high : NAN,
                                           .n = of};
}

/* Of a number of independent arrivals: the score interval of a Poisson mean, at 95 %. */
static void number_interval(double n, double *low, double *high) {
    const double z = 1.959963984540054, middle = n + z * z / 2;
    const double half = z * sqrt(n + z * z / 4);
    *low = middle - half > 0 ? middle - half : 0;
    *high = middle + half;
}

/* A number a day, week or month is a rate over the time that was observed; a number in all is
 * what it is. */
static void measure_count(const struct compare_tally *tally, const struct compare_kpi *kpi,
                          const struct trod_measure *measure, struct trod_kpi_result *result) {
    const struct compare_base *base = tally->base;
    double periods = 1.0, low = NAN, high = NAN;
    if (measure->per_us != TROD_NO_TIME) {
        if (base->begin_us == TROD_NO_TIME || base->end_us <= base->begin_us) return;
        periods = (double)(base->end_us - base->begin_us) / (double)measure->per_us;
        number_interval((double)kpi->n, &low, &high);
    }
    result->value = (struct trod_measured){.given = true,
                                           .value = (double)kpi->n / periods,
                                           .low = low / periods,
                                           .high = high / periods,
                                           .n = kpi->n};
}

static void measure_numbers(const struct compare_tally *tally, struct compare_kpi *kpi,
                            const struct trod_measure *measure,
                            struct trod_kpi_result *result) {
    const uint64_t few = tally->base->few;
    struct compare_numbers *numbers = &kpi->values;
    if (numbers->n == 0) return;
    if (measure->statistic == TROD_MEDIAN || measure->statistic == TROD_QUANTILE) {
        const double q = measure->statistic == TROD_MEDIAN ? 0.5 : measure->quantile;
        result->value = compare_quantile(numbers, q, few);
        return;
    }
    const struct trod_moments moments = trod_moments_of(numbers->at, numbers->n);
    if (measure->statistic == TROD_MEAN) {
        result->value = compare_measured(trod_mean(&moments), few);
        return;
    }
    double sum = 0, rest = 0;
    for (size_t i = 0; i < numbers->n; i++) compare_sum_add(&sum, &rest, numbers->at[i]);
    result->value = (struct trod_measured){
        .given = true, .value = sum + rest, .low = NAN, .high = NAN, .n = numbers->n};
}

static bool recorded(const struct compare_base *base, const struct trod_points *points) {
    for (size_t i = 0; i < points->n; i++) {
        if (base->lay->recorded[points->touchpoints[i]]) return true;
    }
    return points->n == 0;
}

static enum trod_verdict judge(const struct trod_kpi *kpi, const struct trod_kpi_result *result,
                               uint64_t few) {
    const struct trod_target *target = &kpi->target;
    const struct trod_measured *value = &result->value;
    if (!value->given) return TROD_NOT_MEASURED;
    if (!target->given) return TROD_NO_TARGET;
    const struct trod_measure *measure = &kpi->measure;
    const bool counted = measure->kind == TROD_MEASURE_COUNT;
    /* A sum, and a number in all, are not estimates. */
    const bool exact =
        counted ? measure->per_us == TROD_NO_TIME
                : measure->kind == TROD_MEASURE_FIELD && measure->statistic == TROD_SUM;
    const double low = exact ? value->value : value->low;
    const double high = exact ? value->value : value->high;
    if ((!counted && value->n < few) || isnan(low) || isnan(high)) return TROD_TOO_FEW;
    if (target->at_least) {
        if (low >= target->value) return TROD_MET;
        return high < target->value ? TROD_MISSED : TROD_TOO_CLOSE;
    }
    if (high <= target->value) return TROD_MET;
    return low > target->value ? TROD_MISSED : TROD_TOO_CLOSE;
}

trod_status compare_figure_kpis(struct compare_tally *tally, struct trod_compare *compare,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = tally->base;
    const size_t n = base->map->n_kpis;
    struct trod_kpi_result *results = TROD_NEW_ARRAY(compare->arena, n, struct trod_kpi_result);
    TROD_TRY_ALLOC(results, error);
    for (size_t k = 0; k < n; k++) {
        const struct trod_kpi *kpi = &base->map->kpis[k];
        const struct trod_measure *measure = &kpi->measure;
        struct trod_kpi_result *result = &results[k];
        *result = (struct trod_kpi_result){.kpi_id = (uint32_t)k, .value = compare_absent()};
        result->verdict = TROD_NOT_MEASURED;
        result->unit = measure->kind == TROD_MEASURE_SHARE  ? TROD_UNIT_SHARE
                       : measure->kind == TROD_MEASURE_TIME ? TROD_UNIT_DURATION
                                                            : TROD_UNIT_NUMBER;
        if (measure->text.n == 0 || !recorded(base, &measure->with) ||
            !recorded(base, &measure->from) || !recorded(base, &measure->to)) {
            continue;
        }
        switch (measure->kind) {
        case TROD_MEASURE_SHARE:
            measure_share(tally, &tally->kpis[k], measure, result);
            break;
        case TROD_MEASURE_COUNT:
            measure_count(tally, &tally->kpis[k], measure, result);
            break;
        case TROD_MEASURE_TIME:
        case TROD_MEASURE_FIELD:
            measure_numbers(tally, &tally->kpis[k], measure, result);
            break;
        }
        result->verdict = judge(kpi, result, base->few);
    }
    compare->kpis = results;
    compare->n_kpis = n;
done:
    return status;
}
