/* Time until something happens, with people for whom nothing has happened yet. Times are sorted
 * once; then one walk from the first to the last keeps count of who is still there. Whoever
 * stops being watched at the very time at which something happens to others was still there
 * then. */
#include <math.h>

#include "stat/special.h"
#include "stat/waits.h"

trod_status stat_waits_order(const struct trod_waits *waits, struct trod_arena *scratch,
                             struct stat_item **items, struct trod_error *error) {
    for (size_t i = 0; i < waits->n; i++)
        if (isnan(waits->time[i]) || (waits->entered && !(waits->entered[i] < waits->time[i])))
            return trod_fail(error, TROD_BAD_INPUT,
                             "observation %zu has no time, or ends before it begins", i + 1);
    return stat_order(waits->time, waits->n, scratch, items, error);
}

trod_status stat_waits_entries(const struct trod_waits *waits, struct trod_arena *scratch,
                               struct stat_item **items, struct trod_error *error) {
    return stat_order(waits->entered, waits->n, scratch, items, error);
}

trod_status trod_survival_make(const struct trod_waits *waits, struct trod_arena *arena,
                               struct trod_survival *survival, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct stat_item *items = NULL, *entries = NULL;
    *survival = (struct trod_survival){.n = waits->n};
    TROD_TRY(stat_waits_order(waits, arena, &items, error));
    if (waits->entered) TROD_TRY(stat_waits_entries(waits, arena, &entries, error));
    size_t n_steps = 0;
    for (size_t i = 0; i < waits->n; i++)
        n_steps += i == 0 || items[i].value != items[i - 1].value;
    survival->steps = TROD_NEW_ARRAY(arena, n_steps, struct trod_survival_step);
    TROD_TRY_ALLOC(survival->steps, error);

    double remaining = 1, greenwood = 0, cumulative = 0;
    size_t n_entered = entries ? 0 : waits->n;
    for (size_t i = 0; i < waits->n;) {
        struct trod_survival_step *const step = &survival->steps[survival->n_steps++];
        step->time = items[i].value;
        while (n_entered < waits->n && entries[n_entered].value < step->time) n_entered++;
        step->at_risk = n_entered - i;
        for (; i < waits->n && items[i].value == step->time; i++) {
            const bool happened = waits->outcome[items[i].index] > 0;
            step->happened += happened;
            step->left += !happened;
        }
        const double risk = (double)step->at_risk, events = (double)step->happened;
        remaining *= 1 - events / risk;
        if (step->happened == step->at_risk) remaining = 0;
        greenwood += events / (risk * (risk - events)); /* infinite once all have gone */
        cumulative += events / risk;
        step->remaining = remaining;
        step->cumulative = cumulative;
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

void trod_survival_limits(const struct trod_survival_step *step,
                          enum trod_survival_interval interval, double *low, double *high) {
    const double remaining = step->remaining;
    *low = *high = (double)NAN;
    if (interval == TROD_SURVIVAL_LOG_LOG) {
        *low = step->low;
        *high = step->high;
    } else if (interval == TROD_SURVIVAL_LOG && remaining > 0) {
        const double factor = exp(STAT_Z * step->error / remaining);
        *low = remaining / factor;
        *high = fmin(1, remaining * factor);
    } else if (remaining > 0) {
        *low = fmax(0, remaining - STAT_Z * step->error);
        *high = fmin(1, remaining + STAT_Z * step->error);
    }
}

enum curve { CURVE, LOW, HIGH };

/* The limits are those of the curve where it has not moved yet (1), and not there where it has
 * reached 0. */
static double height(const struct trod_survival_step *step, enum curve which,
                     enum trod_survival_interval interval) {
    if (which == CURVE || step->remaining == 1) return step->remaining;
    double low, high;
    trod_survival_limits(step, interval, &low, &high);
    return which == LOW ? low : high;
}

/* The time at which a curve falls to `level`; the middle of the stretch if it lies on it. */
static double falls_to(const struct trod_survival *survival, enum curve which,
                       enum trod_survival_interval interval, double level) {
    const double slack = 1e-8; /* a height that is the level but for rounding */
    for (size_t i = 0; i < survival->n_steps; i++) {
        const double at = height(&survival->steps[i], which, interval);
        if (isnan(at) || at > level + slack) continue;
        const double time = survival->steps[i].time;
        if (at < level - slack) return time;
        size_t end = i + 1;
        while (end < survival->n_steps) {
            const double next = height(&survival->steps[end], which, interval);
            if (!isnan(next) && next < at) break;
            end++;
        }
        const size_t last = end < survival->n_steps ? end : survival->n_steps - 1;
        return (time + survival->steps[last].time) / 2;
    }
    return (double)NAN;
}

struct trod_figure trod_survival_quantile_by(const struct trod_survival *survival, double share,
                                             enum trod_survival_interval interval) {
    const double level = 1 - share;
    return (struct trod_figure){falls_to(survival, CURVE, interval, level),
                                falls_to(survival, LOW, interval, level),
                                falls_to(survival, HIGH, interval, level), survival->n};
}

struct trod_figure trod_survival_quantile(const struct trod_survival *survival, double share) {
    return trod_survival_quantile_by(survival, share, TROD_SURVIVAL_LOG_LOG);
}

struct trod_figure trod_survival_mean(const struct trod_survival *survival, double until) {
    struct trod_figure figure = {(double)NAN, (double)NAN, (double)NAN, survival->n};
    if (survival->n == 0 || !(until > 0) || isinf(until)) return figure;
    /* From the last step back: the area behind a step is what its error moves. */
    double area = 0, variance = 0, end = until;
    for (size_t i = survival->n_steps; i-- > 0;) {
        const struct trod_survival_step *const step = &survival->steps[i];
        if (!(step->time < until)) continue;
        const double time = fmax(0, step->time);
        area += (end - time) * step->remaining;
        end = time;
        const double risk = (double)step->at_risk, events = (double)step->happened;
        if (events < risk) variance += area * area * events / (risk * (risk - events));
    }
    area += end;
    figure.value = area;
    figure.low = fmax(0, area - STAT_Z * sqrt(variance));
    figure.high = area + STAT_Z * sqrt(variance);
    return figure;
}
