/* Shares as others count them: the other intervals, the test for large counts, and one share
 * for several strata, as if their mix had stayed the same. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

static void set_normal(struct trod_share *share, double middle, double of) {
    const double half = STAT_Z * sqrt(middle * (1 - middle) / of);
    share->low = fmax(0, middle - half);
    share->high = fmin(1, middle + half);
}

/* Quantiles of two beta distributions; an end at which nothing is left is 0 or 1. */
static void set_beta(struct trod_share *share, double of_low, double of_high) {
    const double n = (double)share->n, rest = (double)(share->of - share->n);
    const double low_b = rest + 1 - of_low, high_b = rest + 1 - of_high;
    share->low = n + of_low > 0 ? stat_beta_quantile(0.025, n + of_low, low_b) : 0;
    share->high = high_b > 0 ? stat_beta_quantile(0.975, n + of_high, high_b) : 1;
}

struct trod_share trod_share_make_by(uint64_t n, uint64_t of,
                                     enum trod_share_interval interval) {
    struct trod_share share = trod_share_make(n, of);
    if (of == 0) return share;
    const double all = (double)of, z2 = STAT_Z * STAT_Z;
    switch (interval) {
    case TROD_SHARE_WILSON:
        break;
    case TROD_SHARE_WALD:
        set_normal(&share, share.share, all);
        break;
    case TROD_SHARE_AGRESTI_COULL:
        set_normal(&share, ((double)share.n + z2 / 2) / (all + z2), all + z2);
        break;
    case TROD_SHARE_CLOPPER_PEARSON:
        set_beta(&share, 0, 1);
        break;
    case TROD_SHARE_JEFFREYS:
        set_beta(&share, 0.5, 0.5);
        break;
    }
    return share;
}

struct trod_share_difference trod_share_compare_large(struct trod_share a, struct trod_share b,
                                                      bool continuity) {
    const double none = (double)NAN;
    struct trod_share_difference result = {none, none, none, none, false};
    if (a.of == 0 || b.of == 0) return result;
    const double n_a = (double)a.of, n_b = (double)b.of, each = 1 / n_a + 1 / n_b;
    const double pooled = ((double)a.n + (double)b.n) / (n_a + n_b);
    result.difference = a.share - b.share;
    const double apart = fabs(result.difference);
    /* Half a person more or less, but never past each other. */
    const double yates = continuity ? fmin(0.5 * each, apart) : 0;
    const double half =
        STAT_Z * sqrt(a.share * (1 - a.share) / n_a + b.share * (1 - b.share) / n_b) + yates;
    result.low = fmax(-1, result.difference - half);
    result.high = fmin(1, result.difference + half);
    const double error = sqrt(pooled * (1 - pooled) * each);
    result.p = error > 0 ? stat_normal_p((apart - yates) / error) : 1;
    return result;
}

struct trod_figure trod_share_standard(const struct trod_share *strata, const double *weights,
                                       size_t n) {
    struct trod_figure figure = {(double)NAN, (double)NAN, (double)NAN, 0};
    double sum = 0, value = 0, below = 0, above = 0;
    for (size_t i = 0; i < n; i++)
        if (strata[i].of > 0 && weights[i] > 0) sum += weights[i];
    if (!(sum > 0)) return figure;
    for (size_t i = 0; i < n; i++) {
        if (strata[i].of == 0 || !(weights[i] > 0)) continue;
        /* Each stratum's distance to its own Wilson limits, as in Newcombe's difference. */
        const double weight = weights[i] / sum, share = strata[i].share;
        const double down = weight * (share - strata[i].low);
        const double up = weight * (strata[i].high - share);
        value += weight * share;
        below += down * down;
        above += up * up;
        figure.n += strata[i].of;
    }
    figure.value = value;
    figure.low = fmax(0, value - sqrt(below));
    figure.high = fmin(1, value + sqrt(above));
    return figure;
}
