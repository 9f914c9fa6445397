/* Outcomes that compete. The incidence of one outcome grows, at each time, by the share of
 * those who are left that it takes, times the share to whom nothing at all has happened yet. */
#include <math.h>

#include "stat/special.h"
#include "stat/waits.h"

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
static void walk_incidence(const struct trod_waits *waits, const struct stat_item *items,
                           unsigned outcome, const struct stat_item *asked, size_t n_asked,
                           struct trod_incidence *incidence) {
    struct trod_incidence now = {0};
    struct variance_sums sums = {0};
    double before = 1;
    size_t next = 0;
    for (size_t i = 0; i < waits->n;) {
        const double time = items[i].value, risk = (double)(waits->n - i);
        for (; next < n_asked && asked[next].value < time; next++)
            store_incidence(&now, &incidence[asked[next].index]);
        double own = 0, others = 0;
        for (; i < waits->n && items[i].value == time; i++) {
            const unsigned what = waits->outcome[items[i].index];
            own += what == outcome;
            others += what != outcome && what > 0;
        }
        const double after = before * (risk - own - others) / risk;
        if (own + others > 0) step_incidence(&now, &sums, own, others, risk, before, after);
        before = after;
    }
    for (; next < n_asked; next++) store_incidence(&now, &incidence[asked[next].index]);
}

trod_status trod_incidence_make(const struct trod_waits *waits, unsigned n_outcomes,
                                const double *times, size_t n_times, struct trod_arena *scratch,
                                struct trod_incidence *incidence, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct stat_item *items = NULL, *asked = NULL;
    TROD_TRY(stat_waits_order(waits, scratch, &items, error));
    for (size_t i = 0; i < waits->n && status == TROD_OK; i++)
        if (waits->outcome[i] > n_outcomes)
            status = trod_fail(error, TROD_BAD_INPUT, "observation %zu has outcome %d of %u",
                               i + 1, waits->outcome[i], n_outcomes);
    if (waits->entered)
        status = trod_fail(error, TROD_BAD_INPUT, "delayed entry is not provided for here");
    if (status != TROD_OK) goto done;
    TROD_TRY(stat_order(times, n_times, scratch, &asked, error));
    for (unsigned k = 0; k < n_outcomes; k++)
        walk_incidence(waits, items, k + 1, asked, n_times, incidence + k * n_times);
done:
    return status;
}
