/* Are several curves the same? At each time at which something happens, those still there share
 * it by their numbers if the groups are alike; what each group had more or less than that is
 * added up over all times, and held against how much it would vary by chance. Strata are walked
 * one by one: whoever is compared is compared within a stratum. */
#include <math.h>

#include "stat/special.h"
#include "stat/waits.h"

trod_status stat_groups_check(const struct trod_wait_groups *groups, size_t n,
                              struct trod_error *error) {
    for (size_t i = 0; i < n; i++)
        if (groups->group[i] >= groups->n_groups ||
            (groups->stratum && groups->stratum[i] >= groups->n_strata))
            return trod_fail(error, TROD_BAD_INPUT,
                             "observation %zu is of group %u of %u, or of no stratum", i + 1,
                             groups->group[i], groups->n_groups);
    return TROD_OK;
}

trod_status stat_waits_strata(const struct trod_wait_groups *groups, struct stat_item **items,
                              size_t n, struct trod_arena *scratch, size_t *begins,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t *const stratum = groups->stratum;
    if (!stratum) {
        begins[0] = 0;
        begins[1] = n;
        return TROD_OK;
    }
    struct stat_item *const sorted = TROD_NEW_ARRAY(scratch, n, struct stat_item);
    TROD_TRY_ALLOC(sorted, error);
    for (size_t s = 0; s <= groups->n_strata; s++) begins[s] = 0;
    for (size_t i = 0; i < n; i++) begins[stratum[i] + 1]++;
    for (size_t s = 0; s < groups->n_strata; s++) begins[s + 1] += begins[s];
    for (size_t i = 0; i < n; i++) sorted[begins[stratum[(*items)[i].index]]++] = (*items)[i];
    /* Each begin has moved to the next one. */
    for (size_t s = groups->n_strata; s > 0; s--) begins[s] = begins[s - 1];
    begins[0] = 0;
    *items = sorted;
done:
    return status;
}

struct trod_group_test stat_quadratic(double *distance, double *variance, size_t n_groups,
                                      const double *counts) {
    struct trod_group_test test = {(double)NAN, (double)NAN, (double)NAN};
    size_t n = 0;
    for (size_t i = 0; i < n_groups; i++) n += counts[i] > 0;
    if (n < 2) return test;
    /* The distances add up to nothing, so that one group says nothing new. */
    const size_t kept = n - 1;
    size_t row = 0;
    for (size_t i = 0; i < n_groups && row < kept; i++) {
        if (!(counts[i] > 0)) continue;
        size_t column = 0;
        for (size_t j = 0; j < n_groups && column < kept; j++)
            if (counts[j] > 0) variance[row * kept + column++] = variance[i * n_groups + j];
        distance[row++] = distance[i];
    }
    /* The solution comes out in the place of a copy. */
    double *const solved = variance + kept * kept;
    for (size_t i = 0; i < kept; i++) solved[i] = distance[i];
    if (!stat_solve(variance, solved, kept, NULL)) return test;
    test.statistic = 0;
    for (size_t i = 0; i < kept; i++) test.statistic += distance[i] * solved[i];
    test.df = (double)kept;
    test.p = stat_chi_square_tail(test.statistic, test.df);
    return test;
}

/* The sums on the way. */
struct sums {
    uint32_t n_groups;
    double *risk, *events, *gone; /* by group */
    double *observed, *expected, *variance;
};

static void step(struct sums *sums, double weight) {
    const uint32_t n = sums->n_groups;
    double risk = 0, events = 0;
    for (uint32_t g = 0; g < n; g++) {
        risk += sums->risk[g];
        events += sums->events[g];
    }
    const double varies =
        risk > 1 ? weight * weight * events * (risk - events) / (risk - 1) : 0;
    for (uint32_t g = 0; g < n; g++) {
        const double share = sums->risk[g] / risk;
        sums->observed[g] += weight * sums->events[g];
        sums->expected[g] += weight * events * share;
        for (uint32_t h = 0; h < n; h++)
            sums->variance[(size_t)g * n + h] +=
                varies * share * ((g == h) - sums->risk[h] / risk);
    }
}

static void walk(struct sums *sums, const struct trod_waits *waits, const uint32_t *group,
                 enum trod_log_rank_weight weight, const struct stat_item *items,
                 const struct stat_item *entries, size_t n) {
    const uint32_t n_groups = sums->n_groups;
    for (uint32_t g = 0; g < n_groups; g++) sums->risk[g] = 0;
    size_t entered = 0;
    if (!entries)
        for (; entered < n; entered++) sums->risk[group[items[entered].index]]++;
    double remaining = 1; /* just before each time */
    for (size_t i = 0; i < n;) {
        const double time = items[i].value;
        for (; entered < n && entries[entered].value < time; entered++)
            sums->risk[group[entries[entered].index]]++;
        for (uint32_t g = 0; g < n_groups; g++) sums->events[g] = sums->gone[g] = 0;
        double events = 0, risk = 0;
        for (; i < n && items[i].value == time; i++) {
            const uint32_t g = group[items[i].index];
            const bool happened = waits->outcome[items[i].index] > 0;
            sums->gone[g]++;
            sums->events[g] += happened;
            events += happened;
        }
        if (events > 0) {
            step(sums, weight == TROD_LOG_RANK_PETO ? remaining : 1);
            for (uint32_t g = 0; g < n_groups; g++) risk += sums->risk[g];
            remaining *= 1 - events / risk;
        }
        for (uint32_t g = 0; g < n_groups; g++) sums->risk[g] -= sums->gone[g];
    }
}

trod_status trod_log_rank_make(const struct trod_waits *waits,
                               const struct trod_wait_groups *groups,
                               enum trod_log_rank_weight weight, struct trod_arena *arena,
                               struct trod_log_rank_groups *result, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct stat_item *items = NULL, *entries = NULL;
    const size_t n_strata = groups->stratum ? groups->n_strata : 1, n = groups->n_groups;
    TROD_TRY(stat_groups_check(groups, waits->n, error));
    TROD_TRY(stat_waits_order(waits, arena, &items, error));
    size_t *const begins = TROD_NEW_ARRAY(arena, n_strata + 1, size_t);
    TROD_TRY_ALLOC(begins, error);
    TROD_TRY(stat_waits_strata(groups, &items, waits->n, arena, begins, error));
    if (waits->entered) {
        TROD_TRY(stat_waits_entries(waits, arena, &entries, error));
        TROD_TRY(stat_waits_strata(groups, &entries, waits->n, arena, begins, error));
    }
    double *const by_group = TROD_NEW_ARRAY(arena, 6 * n, double);
    TROD_TRY_ALLOC(by_group, error);
    result->variance = TROD_NEW_ARRAY(arena, n * n, double);
    TROD_TRY_ALLOC(result->variance, error);
    double *const room = TROD_NEW_ARRAY(arena, n * n, double);
    TROD_TRY_ALLOC(room, error);
    result->observed = by_group;
    result->expected = by_group + n;
    struct sums sums = {.n_groups = groups->n_groups,
                        .risk = by_group + 2 * n,
                        .events = by_group + 3 * n,
                        .gone = by_group + 4 * n,
                        .observed = result->observed,
                        .expected = result->expected,
                        .variance = result->variance};
    for (size_t s = 0; s < n_strata; s++)
        walk(&sums, waits, groups->group, weight, items + begins[s],
             entries ? entries + begins[s] : NULL, begins[s + 1] - begins[s]);
    double *const distance = by_group + 5 * n;
    for (size_t g = 0; g < n; g++) distance[g] = result->observed[g] - result->expected[g];
    memcpy(room, result->variance, n * n * sizeof *room);
    result->test = stat_quadratic(distance, room, n, result->expected);
done:
    return status;
}

/* Two groups that lie apart, laid end to end. */
trod_status trod_survival_compare(const struct trod_waits *a, const struct trod_waits *b,
                                  struct trod_arena *scratch, struct trod_log_rank *test,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    *test = (struct trod_log_rank){.chi_square = (double)NAN, .p = (double)NAN};
    const size_t n = a->n + b->n;
    const bool late = a->entered || b->entered;
    double *const time = n < a->n ? NULL : TROD_NEW_ARRAY(scratch, n, double);
    TROD_TRY_ALLOC(time, error);
    double *const entered = TROD_NEW_ARRAY(scratch, late ? n : 0, double);
    TROD_TRY_ALLOC(entered, error);
    uint8_t *const outcome = TROD_NEW_ARRAY(scratch, n, uint8_t);
    TROD_TRY_ALLOC(outcome, error);
    uint32_t *const group = TROD_NEW_ARRAY(scratch, n, uint32_t);
    TROD_TRY_ALLOC(group, error);
    for (size_t i = 0; i < n; i++) {
        const struct trod_waits *const from = i < a->n ? a : b;
        const size_t k = i < a->n ? i : i - a->n;
        time[i] = from->time[k];
        outcome[i] = from->outcome[k];
        group[i] = i >= a->n;
        if (late) entered[i] = from->entered ? from->entered[k] : -HUGE_VAL;
    }
    const struct trod_waits both = {n, time, outcome, late ? entered : NULL};
    const struct trod_wait_groups groups = {group, 2, NULL, 0};
    struct trod_log_rank_groups result;
    TROD_TRY(trod_log_rank_make(&both, &groups, TROD_LOG_RANK_EVEN, scratch, &result, error));
    *test =
        (struct trod_log_rank){result.observed[0], result.expected[0],    result.observed[1],
                               result.expected[1], result.test.statistic, result.test.p};
done:
    return status;
}
