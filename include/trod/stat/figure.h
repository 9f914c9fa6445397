/* figure: a number with its interval; quantiles and means, and how far they may be off. */
#ifndef TROD_STAT_FIGURE_H
#define TROD_STAT_FIGURE_H

#include "trod/base.h"

/* A figure with its interval. */
struct trod_figure {
    double value;
    double low, high; /* each NaN where the values do not give it */
    uint64_t n;       /* what it rests on */
};

/* ---- Quantiles ------------------------------------------------------------------------------- */

/* The quantile of a share 0..1, by linear interpolation between neighbours (type 7 of Hyndman and
 * Fan: the default of R and NumPy), so that the median of an even count is the mean of the middle
 * two. The values are put into another order. NaN of no values. Time: linear, whatever the order.
 * Source: Hyndman and Fan, American Statistician 50 (1996). */
double trod_quantile(double *values, size_t n, double share);
double trod_quantile_int64(int64_t *values, size_t n, double share);
/* Where such a quantile of n > 0 values lies: `part` of the way from the k-th smallest (from 0) to
 * the next. */
void trod_quantile_place(size_t n, double share, size_t *k, double *part);
/* The k-th smallest (from 0) of n > k values, which are put into another order: it at place k,
 * none greater before it, none smaller behind it. Time: linear. */
int64_t trod_select_int64(int64_t *values, size_t n, size_t k);

/* The same with an exact interval from order statistics, for any distribution: `low` is the
 * greatest of the values that is above the true quantile with a probability of at most 2.5 %, `high`
 * the least that is below it with at most 2.5 %. An end is NaN where no value is far enough out: a
 * median has its interval from 6 values on, the 90 % quantile its `high` from 36 values on.
 * Source: David and Nagaraja, Order Statistics (2003), section 7.1. */
struct trod_figure trod_quantile_figure(double *values, size_t n, double share);
struct trod_figure trod_quantile_figure_int64(int64_t *values, size_t n, double share);
static inline struct trod_figure trod_median(double *values, size_t n) {
    return trod_quantile_figure(values, n, 0.5);
}
static inline struct trod_figure trod_median_int64(int64_t *values, size_t n) {
    return trod_quantile_figure_int64(values, n, 0.5);
}
/* The ranks (1-based) of the two order statistics; 0 where there is none. */
void trod_quantile_ranks(uint64_t n, double share, uint64_t *low, uint64_t *high);

/* ---- Means ----------------------------------------------------------------------------------- */

/* Count, mean and sum of squared deviations, one value at a time or joined from parts (always in
 * the same order, so that sums are the same). Zeroed: no values.
 * Source: Welford, Technometrics 4 (1962); Chan, Golub and LeVeque (1979), eq. 2.1. */
struct trod_moments {
    uint64_t n;
    double mean;
    double squares; /* sum of (value - mean)^2 */
};
void trod_moments_add(struct trod_moments *moments, double value);
void trod_moments_join(struct trod_moments *moments, const struct trod_moments *more);
struct trod_moments trod_moments_of(const double *values, size_t n);
/* The standard deviation, by n - 1; NaN below two values. */
double trod_moments_sd(const struct trod_moments *moments);
/* The mean with the interval of Student's t; without an interval below two values. */
struct trod_figure trod_mean(const struct trod_moments *moments);

struct trod_mean_difference {
    double difference, low, high; /* mean of a minus mean of b */
    double t, df, p;
};
/* Welch's test of two means. All but the difference are NaN below two values on a side, or if
 * neither side varies. Source: Welch, Biometrika 34 (1947). */
struct trod_mean_difference trod_mean_compare(const struct trod_moments *a,
                                              const struct trod_moments *b);

#endif
