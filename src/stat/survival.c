/* Time until something happens, when some are watched for a shorter time than it takes. All
 * three estimates walk the distinct times once, with the number still at risk at each. Who
 * leaves at the time of an outcome is still at risk then. */
#include <math.h>
#include <stdlib.h>

#include "stat/special.h"
#include "trod/stat.h"

struct wait {
    double time;
    uint32_t outcome;
    bool second; /* of the second group */
};

static int by_time(const void *a, const void *b) {
    const double x = ((const struct wait *)a)->time, y = ((const struct wait *)b)->time;
    return (x > y) - (x < y);
}

static int by_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static trod_status copy_waits(const struct trod_waits *waits, bool second, struct wait *into,
                              struct trod_error *error) {
    for (size_t i = 0; i < waits->n; i++) {
        const double time = waits->time[i];
        if (isnan(time) || (waits->entered && !(waits->entered[i] < time)))
            return trod_fail(error, TROD_BAD_INPUT,
                             "observation %zu has no time, or ends before it begins", i + 1);
        into[i] = (struct wait){time, waits->outcome[i], second};
    }
    return TROD_OK;
}

/* Sorted by time. */
static trod_status sorted_waits(const struct trod_waits *waits, struct trod_arena *arena,
                                struct wait **sorted, struct trod_error *error) {
    trod_status status = TROD_OK;
    *sorted = TROD_NEW_ARRAY(arena, waits->n, struct wait);
    TROD_TRY_ALLOC(*sorted, error);
    TROD_TRY(copy_waits(waits, false, *sorted, error));
    qsort(*sorted, waits->n, sizeof **sorted, by_time);
done:
    return status;
}

trod_status trod_survival_make(const struct trod_waits *waits, struct trod_arena *arena,
                               struct trod_survival *survival, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct wait *sorted = NULL;
    double *entered = NULL;
    *survival = (struct trod_survival){.n = waits->n};
    TROD_TRY(sorted_waits(waits, arena, &sorted, error));
    if (waits->entered) {
        entered = TROD_NEW_ARRAY(arena, waits->n, double);
        TROD_TRY_ALLOC(entered, error);
        for (size_t i = 0; i < waits->n; i++) entered[i] = waits->entered[i];
        qsort(entered, waits->n, sizeof *entered, by_double);
    }
    size_t n_steps = 0;
    for (size_t i = 0; i < waits->n; i++)
        n_steps += i == 0 || sorted[i].time != sorted[i - 1].time;
    survival->steps = TROD_NEW_ARRAY(arena, n_steps, struct trod_survival_step);
    TROD_TRY_ALLOC(survival->steps, error);

    double remaining = 1, greenwood = 0;
    size_t n_entered = entered ? 0 : waits->n;
    for (size_t i = 0; i < waits->n;) {
        struct trod_survival_step *const step = &survival->steps[survival->n_steps++];
        step->time = sorted[i].time;
        while (n_entered < waits->n && entered[n_entered] < step->time) n_entered++;
        step->at_risk = n_entered - i;
        for (; i < waits->n && sorted[i].time == step->time; i++) {
            step->happened += sorted[i].outcome > 0;
            step->left += sorted[i].outcome == 0;
        }
        const double risk = (double)step->at_risk, events = (double)step->happened;
        remaining *= 1 - events / risk;
        if (step->happened == step->at_risk) remaining = 0;
        greenwood += events / (risk * (risk - events)); /* infinite once all have gone */
        step->remaining = remaining;
        step->error = remaining > 0 ? remaining * sqrt(greenwood) : (double)NAN;
        stat_log_log(remaining, step->error, &step->low, &step->high);
        survival->n_happened += step->happened;
    }
done:
    return status;
}

struct trod_figure trod_survival_at(const struct trod_survival *survival, double time) {
    struct trod_figure figure = {1, (double)NAN, (double)NAN, survival->n};
    size_t low = 0, high = survival->n_steps; /* steps below `low` are at or before the time */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (survival->steps[middle].time <= time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low) {
        const struct trod_survival_step *const step = &survival->steps[low - 1];
        figure = (struct trod_figure){step->remaining, step->low, step->high, survival->n};
    }
    return figure;
}

enum curve { CURVE, LOW, HIGH };

/* The limits are those of the curve where it has not moved yet (1), and not there where it has
 * reached 0. */
static double height(const struct trod_survival_step *step, enum curve which) {
    if (which == CURVE || step->remaining == 1) return step->remaining;
    return which == LOW ? step->low : step->high;
}

/* The time at which a curve falls to `level`; the middle of the stretch if it lies on it. */
static double falls_to(const struct trod_survival *survival, enum curve which, double level) {
    const double slack = 1e-8; /* a height that is the level but for rounding */
    for (size_t i = 0; i < survival->n_steps; i++) {
        const double at = height(&survival->steps[i], which);
        if (isnan(at) || at > level + slack) continue;
        const double time = survival->steps[i].time;
        if (at < level - slack) return time;
        size_t end = i + 1;
        while (end < survival->n_steps) {
            const double next = height(&survival->steps[end], which);
            if (!isnan(next) && next < at) break;
            end++;
        }
        const size_t last = end < survival->n_steps ? end : survival->n_steps - 1;
        return (time + survival->steps[last].time) / 2;
    }
    return (double)NAN;
}

struct trod_figure trod_survival_quantile(const struct trod_survival *survival, double share) {
    const double level = 1 - share;
    return (struct trod_figure){falls_to(survival, CURVE, level),
                                falls_to(survival, LOW, level), falls_to(survival, HIGH, level),
                                survival->n};
}

trod_status trod_survival_compare(const struct trod_waits *a, const struct trod_waits *b,
                                  struct trod_arena *scratch, struct trod_log_rank *test,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    *test = (struct trod_log_rank){.chi_square = (double)NAN, .p = (double)NAN};
    const size_t n = a->n + b->n;
    struct wait *const waits = n < a->n ? NULL : TROD_NEW_ARRAY(scratch, n, struct wait);
    TROD_TRY_ALLOC(waits, error);
    TROD_TRY(copy_waits(a, false, waits, error));
    TROD_TRY(copy_waits(b, true, waits + a->n, error));
    if (a->entered || b->entered) {
        status =
            trod_fail(error, TROD_BAD_INPUT, "curves with delayed entry cannot be compared");
        goto done;
    }
    qsort(waits, n, sizeof *waits, by_time);
    double variance = 0, risk_a = (double)a->n, risk_b = (double)b->n;
    for (size_t i = 0; i < n;) {
        double events_a = 0, events_b = 0, gone_a = 0, gone_b = 0;
        const double time = waits[i].time;
        for (; i < n && waits[i].time == time; i++) {
            const bool event = waits[i].outcome > 0;
            events_a += event && !waits[i].second;
            events_b += event && waits[i].second;
            gone_a += !waits[i].second;
            gone_b += waits[i].second;
        }
        const double risk = risk_a + risk_b, events = events_a + events_b;
        test->observed_a += events_a;
        test->observed_b += events_b;
        test->expected_a += events * risk_a / risk;
        test->expected_b += events * risk_b / risk;
        if (risk > 1)
            variance +=
                events * (risk_a / risk) * (risk_b / risk) * (risk - events) / (risk - 1);
        risk_a -= gone_a;
        risk_b -= gone_b;
    }
    if (variance > 0) {
        const double apart = test->observed_a - test->expected_a;
        test->chi_square = apart * apart / variance;
        test->p = stat_chi_square_p(test->chi_square);
    }
done:
    return status;
}

/* The sums of one outcome's variance, as the walk goes on. */
struct variance_sums {
    double square, cross, plain;
};

static void add_variance(struct variance_sums *sums, double jump, double factor,
                         double weight) {
    sums->square += jump * jump * weight;
    sums->cross += factor * jump * weight;
    sums->plain += factor * factor * weight;
}

/* Steps one outcome over a distinct time: `own` of it and `others` of the rest happen to `risk`
 * people; `before` and `after` remain without any outcome. */
static void step_incidence(struct trod_incidence *now, struct variance_sums *sums, double own,
                           double others, double risk, double before, double after) {
    if (own > 0) now->share += before * own / risk;
    const double factor = after > 0 ? 1 / after : 0;
    const double scale = before * before / (risk * risk);
    if (others > 0 && after > 0) {
        const double ties = others > 1 ? 1 - (others - 1) / (risk - 1) : 1;
        add_variance(sums, now->share * factor, factor, ties * others * scale);
    }
    if (own > 0) {
        const double ties = own > 1 ? 1 - (own - 1) / (risk - 1) : 1;
        add_variance(sums, 1 + now->share * factor, factor, ties * own * scale);
        const double share = now->share;
        now->variance = sums->square + share * share * sums->plain - 2 * share * sums->cross;
    }
}

static void store_incidence(const struct trod_incidence *now, struct trod_incidence *into) {
    *into = *now;
    stat_log_log(now->share, sqrt(fmax(0, now->variance)), &into->low, &into->high);
}

/* Walks the times for one outcome and stores what is asked for, times in rising order. */
static void walk_incidence(const struct wait *waits, size_t n, unsigned outcome,
                           const size_t *order, const double *times, size_t n_times,
                           struct trod_incidence *incidence) {
    struct trod_incidence now = {0};
    struct variance_sums sums = {0};
    double before = 1;
    size_t asked = 0;
    for (size_t i = 0; i < n;) {
        const double time = waits[i].time, risk = (double)(n - i);
        while (asked < n_times && times[order[asked]] < time)
            store_incidence(&now, &incidence[order[asked++]]);
        double own = 0, others = 0;
        for (; i < n && waits[i].time == time; i++) {
            own += waits[i].outcome == outcome;
            others += waits[i].outcome != outcome && waits[i].outcome > 0;
        }
        const double after = before * (risk - own - others) / risk;
        if (own + others > 0) step_incidence(&now, &sums, own, others, risk, before, after);
        before = after;
    }
    while (asked < n_times) store_incidence(&now, &incidence[order[asked++]]);
}

struct asked {
    double time;
    size_t index;
};

static int by_asked(const void *a, const void *b) {
    return by_double(&((const struct asked *)a)->time, &((const struct asked *)b)->time);
}

trod_status trod_incidence_make(const struct trod_waits *waits, unsigned n_outcomes,
                                const double *times, size_t n_times, struct trod_arena *scratch,
                                struct trod_incidence *incidence, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct wait *sorted = NULL;
    struct asked *const asked = TROD_NEW_ARRAY(scratch, n_times, struct asked);
    TROD_TRY_ALLOC(asked, error);
    size_t *const order = TROD_NEW_ARRAY(scratch, n_times, size_t);
    TROD_TRY_ALLOC(order, error);
    TROD_TRY(sorted_waits(waits, scratch, &sorted, error));
    for (size_t i = 0; i < waits->n && status == TROD_OK; i++)
        if (waits->outcome[i] > n_outcomes)
            status = trod_fail(error, TROD_BAD_INPUT, "observation %zu has outcome %d of %u",
                               i + 1, waits->outcome[i], n_outcomes);
    if (waits->entered)
        status = trod_fail(error, TROD_BAD_INPUT, "delayed entry is not provided for here");
    if (status != TROD_OK) goto done;
    for (size_t i = 0; i < n_times; i++) asked[i] = (struct asked){times[i], i};
    qsort(asked, n_times, sizeof *asked, by_asked);
    for (size_t i = 0; i < n_times; i++) order[i] = asked[i].index;
    for (unsigned k = 0; k < n_outcomes; k++)
        walk_incidence(sorted, waits->n, k + 1, order, times, n_times, incidence + k * n_times);
done:
    return status;
}
