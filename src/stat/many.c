/* What many tests together are worth. Each rule walks the p values in rising order and keeps
 * them rising: those that step up take the least of all from their own on, those that step down
 * the greatest of all up to their own. */
#include <math.h>

#include "stat/order.h"
#include "trod/stat.h"

static double harmonic(size_t n) {
    double sum = 0;
    for (size_t k = n; k > 0; k--) sum += 1 / (double)k;
    return sum;
}

/* From the greatest p down: factor / rank of the false discovery rates, n - rank + 1 of
 * Hochberg. */
static void step_up(const struct stat_item *items, size_t n, enum trod_many rule, double *q) {
    const double factor = (double)n * (rule == TROD_MANY_BY ? harmonic(n) : 1);
    double least = 1;
    for (size_t rank = n; rank > 0; rank--) {
        const double p = items[rank - 1].value;
        least = fmin(least, rule == TROD_MANY_HOCHBERG ? p * (double)(n - rank + 1)
                                                       : p * factor / (double)rank);
        q[items[rank - 1].index] = least;
    }
}

static void step_down(const struct stat_item *items, size_t n, double *q) {
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fmin(1, items[i].value * (double)(n - i)));
        q[items[i].index] = most;
    }
}

/* The closed test of Simes: the greatest, over all subsets that hold the hypothesis, of the
 * subset's p, of which the least favourable one of each size m is made of the m - i greatest p
 * and one below (Wright, Biometrics 48, 1992, appendix). */
static void close_simes(const struct stat_item *items, size_t n, double *all, double *round) {
    double least = HUGE_VAL;
    for (size_t i = 0; i < n; i++)
        least = fmin(least, (double)n * items[i].value / (double)(i + 1));
    for (size_t i = 0; i < n; i++) all[i] = least;
    for (size_t m = n - 1; m >= 2; m--) {
        const size_t head = n - m + 1; /* the values before the m - 1 greatest */
        double tail = HUGE_VAL;
        for (size_t k = 2; k <= m; k++)
            tail = fmin(tail, (double)m * items[head + k - 2].value / (double)k);
        for (size_t i = 0; i < head; i++) round[i] = fmin((double)m * items[i].value, tail);
        for (size_t i = head; i < n; i++) round[i] = round[head - 1];
        for (size_t i = 0; i < n; i++) all[i] = fmax(all[i], round[i]);
    }
    for (size_t i = 0; i < n; i++) all[i] = fmin(1, fmax(all[i], items[i].value));
}

trod_status trod_many_adjust(const double *p, size_t n, enum trod_many rule, double *q,
                             struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct stat_item *const items = TROD_NEW_ARRAY(scratch, n, struct stat_item);
    TROD_TRY_ALLOC(items, error);
    struct stat_item *const room = TROD_NEW_ARRAY(scratch, n, struct stat_item);
    TROD_TRY_ALLOC(room, error);
    size_t n_tests = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i])) items[n_tests++] = (struct stat_item){p[i] + 0.0, i};
        q[i] = p[i];
    }
    stat_order_items(items, n_tests, room);
    if (rule == TROD_MANY_BONFERRONI) {
        for (size_t i = 0; i < n_tests; i++)
            q[items[i].index] = fmin(1, items[i].value * (double)n_tests);
    } else if (rule == TROD_MANY_HOLM) {
        step_down(items, n_tests, q);
    } else if (rule == TROD_MANY_HOMMEL && n_tests > 1) {
        double *const both = TROD_NEW_ARRAY(scratch, 2 * n_tests, double);
        TROD_TRY_ALLOC(both, error);
        close_simes(items, n_tests, both, both + n_tests);
        for (size_t i = 0; i < n_tests; i++) q[items[i].index] = both[i];
    } else if (rule != TROD_MANY_HOMMEL) {
        step_up(items, n_tests, rule, q);
    }
done:
    return status;
}

trod_status trod_false_discovery(const double *p, size_t n, double *q,
                                 struct trod_arena *scratch, struct trod_error *error) {
    return trod_many_adjust(p, n, TROD_MANY_BH, q, scratch, error);
}
