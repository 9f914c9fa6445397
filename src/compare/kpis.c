/* KPIs: what one journey says of each sentence that is measured.
 *
 * A share asks for each journey with X whether it came to Y afterwards. With `within TIME` the
 * journeys whose time is not yet up are left out, those that were quick among them, since
 * keeping only the quick ones of the young would flatter the figure. Without `within` a journey
 * that is still open has no answer yet; figures.c says how those are left out.
 *
 * A time is from the first X to the first Y after it; a field is read at every visit to X.
 */
#include <math.h>

#include "compare/inner.h"

/* The first visit to one of the points at or after `from`; laid->n_visits if none. */
static uint32_t find_visit(const struct compare_base *base, const struct trod_laid *laid,
                           const struct trod_points *points, uint32_t from) {
    for (uint32_t i = from; i < laid->n_visits; i++) {
        const uint32_t t = base->touchpoint[laid->visit + i];
        if (t != TROD_NO_ID && compare_in(points, t)) return i;
    }
    return laid->n_visits;
}

static int64_t begin_of(const struct compare_base *base, const struct trod_laid *laid,
                        uint32_t visit) {
    return base->lay->visits[laid->visit + visit].begin_us;
}

static bool add_share(struct compare_tally *tally, struct compare_kpi *kpi,
                      const struct trod_measure *measure, const struct trod_laid *laid) {
    const struct compare_base *base = tally->base;
    uint32_t after = 0;
    int64_t start_us = laid->begin_us;
    if (measure->with.n > 0) {
        const uint32_t with = find_visit(base, laid, &measure->with, 0);
        if (with == laid->n_visits) return true;
        start_us = begin_of(base, laid, with);
        after = with + 1;
    }
    const uint32_t to = find_visit(base, laid, &measure->to, after);
    const bool reached = to < laid->n_visits;
    struct compare_try try = {.time_us = NAN, .state = COMPARE_REACHED};
    if (start_us != TROD_NO_TIME) {
        const int64_t end_us = reached ? begin_of(base, laid, to) : base->now_us;
        if (end_us != TROD_NO_TIME) try.time_us = (double)(end_us - start_us);
    }
    if (measure->within_us != TROD_NO_TIME) {
        if (isnan(try.time_us) || base->now_us == TROD_NO_TIME) return true;
        if ((double)(base->now_us - start_us) < (double)measure->within_us) {
            try.state = COMPARE_NOT_YET;
        } else if (!reached || try.time_us > (double)measure->within_us) {
            try.state = COMPARE_NOT_REACHED;
        }
    } else if (!reached) {
        const bool over = !laid->open || base->readings[laid->path].certain_end;
        try.state = over ? COMPARE_NOT_REACHED : COMPARE_NOT_YET;
    }
    try.age_us = base->now_us != TROD_NO_TIME && start_us != TROD_NO_TIME
                     ? (double)(base->now_us - start_us)
                     : NAN;
    return TROD_PUSH(tally->arena, kpi->tries, kpi->n_tries, kpi->room_tries, try);
}

static bool add_time(struct compare_tally *tally, struct compare_kpi *kpi,
                     const struct trod_measure *measure, const struct trod_laid *laid) {
    const struct compare_base *base = tally->base;
    const uint32_t from = find_visit(base, laid, &measure->from, 0);
    if (from == laid->n_visits) return true;
    const uint32_t to = find_visit(base, laid, &measure->to, from + 1);
    if (to == laid->n_visits) return true;
    const int64_t from_us = begin_of(base, laid, from), to_us = begin_of(base, laid, to);
    if (from_us == TROD_NO_TIME || to_us == TROD_NO_TIME) return true;
    return compare_numbers_add(tally->arena, &kpi->values, (double)(to_us - from_us));
}

static bool add_field(struct compare_tally *tally, struct compare_kpi *kpi,
                      const struct trod_measure *measure, const struct trod_laid *laid) {
    const struct compare_base *base = tally->base;
    const uint32_t field = trod_log_field(base->log, measure->field, false);
    if (field == TROD_NO_ID) return true;
    for (uint32_t i = find_visit(base, laid, &measure->to, 0); i < laid->n_visits;
         i = find_visit(base, laid, &measure->to, i + 1)) {
        const uint64_t event = base->lay->visits[laid->visit + i].event;
        const uint32_t code = trod_log_code(base->log, field, event, laid->customer);
        if (code == 0) continue;
        const double value = base->log->fields[field].number[code - 1];
        if (isnan(value)) continue;
        if (!compare_numbers_add(tally->arena, &kpi->values, value)) return false;
    }
    return true;
}

bool compare_kpis_add(struct compare_tally *tally, size_t journey) {
    const struct compare_base *base = tally->base;
    const struct trod_laid *laid = &base->lay->journeys[journey];
    for (size_t k = 0; k < base->map->n_kpis; k++) {
        const struct trod_measure *measure = &base->map->kpis[k].measure;
        struct compare_kpi *kpi = &tally->kpis[k];
        if (measure->text.n == 0) continue;
        bool fine = true;
        switch (measure->kind) {
        case TROD_MEASURE_SHARE:
            fine = add_share(tally, kpi, measure, laid);
            break;
        case TROD_MEASURE_TIME:
            fine = add_time(tally, kpi, measure, laid);
            break;
        case TROD_MEASURE_FIELD:
            fine = add_field(tally, kpi, measure, laid);
            break;
        case TROD_MEASURE_COUNT:
            kpi->n += measure->with.n == 0 ||
                      find_visit(base, laid, &measure->with, 0) < laid->n_visits;
            break;
        }
        if (!fine) return false;
    }
    return true;
}
