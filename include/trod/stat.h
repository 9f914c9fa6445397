/* stat: numbers, and how sure they are. Knows no journeys.
 *
 * Every interval is two-sided at 95 %, every p value two-sided. What is not defined (no values, no
 * limit that so few values could give) is NaN, never a guess: ask with isnan. Nothing here depends
 * on the number of threads or on the order of the values, except where a comment says so.
 *
 * Functions that need room take a scratch arena and return a status; all others cannot fail.
 * Values that are NaN make a result NaN.
 *
 *     struct trod_share kept = trod_share_make(45, 500), before = trod_share_make(62, 510);
 *     struct trod_share_difference change = trod_share_compare(kept, before);
 *     int64_t took_us[] = {5, 3, 9, 4, 8, 7, 6};
 *     struct trod_figure median = trod_median_int64(took_us, 7);
 *     printf("%.1f %% (%.1f to %.1f)\n", 100 * kept.share, 100 * kept.low, 100 * kept.high);
 *     printf("p %.2g; median %g (%g to %g)\n", change.p, median.value, median.low, median.high);
 */
#ifndef TROD_STAT_H
#define TROD_STAT_H

#include "trod/base.h"

/* A figure with its interval. */
struct trod_figure {
    double value;
    double low, high; /* each NaN where the values do not give it */
    uint64_t n;       /* what it rests on */
};

/* ---- Shares ---------------------------------------------------------------------------------- */

struct trod_share {
    double share, low, high; /* 0 to 1 */
    uint64_t n, of;
};
/* n of so many, with Wilson's interval (without a correction for continuity). Of none: the share is
 * NaN, the interval 0 to 1. A count above `of` is taken as `of`.
 * Source: Wilson, JASA 22 (1927); Newcombe, Statistics in Medicine 17 (1998) 857, method 3. */
struct trod_share trod_share_make(uint64_t n, uint64_t of);

struct trod_share_difference {
    double difference, low, high; /* a minus b, -1 to 1 */
    double p;                     /* that they are the same */
    bool exact;                   /* p is Fisher's */
};
/* Two shares of two groups without a common member. Newcombe's interval; p by the pooled z test, or
 * Fisher's exact test where an expected count is below 5. All NaN if one is of none.
 * Source: Newcombe, Statistics in Medicine 17 (1998) 873, method 10. */
struct trod_share_difference trod_share_compare(struct trod_share a, struct trod_share b);

/* Fisher's exact test of the table {a, b; c, d}: the sum of the probabilities of all tables with
 * these margins that are no more probable. Time: in the smallest margin. */
double trod_fisher_p(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

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
/* The k-th smallest (from 0) of n > k values, which are put into another order. Time: linear. */
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

/* ---- Ranks and many tests -------------------------------------------------------------------- */

struct trod_rank_difference {
    double u;      /* pairs in which a value of a is above one of b, ties half */
    double higher; /* the same as a share of all pairs: 0.5 if neither tends to be higher */
    double p;      /* that neither does */
};
/* Mann and Whitney's test of two groups, by the normal approximation with corrections for ties and
 * for continuity. All NaN if a group is empty; p is 1 if all values are the same.
 * Time: n log n. Errors: TROD_NO_MEMORY. */
TROD_MUST trod_status trod_rank_compare(const double *a, size_t n_a, const double *b, size_t n_b,
                                        struct trod_arena *scratch,
                                        struct trod_rank_difference *difference,
                                        struct trod_error *error);

/* From the p values of n tests to q values: a list of all tests with q of at most 5 % holds, in the
 * long run, at most 5 % false ones. NaN is no test: it stays NaN and does not count.
 * Shapes: p[n], q[n]; they may be the same array. Errors: TROD_NO_MEMORY.
 * Source: Benjamini and Hochberg, JRSS B 57 (1995). */
TROD_MUST trod_status trod_false_discovery(const double *p, size_t n, double *q,
                                           struct trod_arena *scratch, struct trod_error *error);

/* ---- Time until something happens ------------------------------------------------------------ */

/* Observations that may end before anything has happened. */
struct trod_waits {
    size_t n;
    const double *time;     /* how long each was watched, from its own zero */
    const uint8_t *outcome; /* 0: nothing yet when watching ended; 1, 2, …: what happened */
    const double *entered;  /* when watching began, below time; NULL: all at zero */
};
struct trod_survival_step {
    double time;
    uint64_t at_risk, happened, left; /* left: watching ended without an outcome */
    double remaining;                 /* share to which nothing has happened by this time */
    double error;                     /* its standard error (Greenwood) */
    double low, high;                 /* log-log interval; NaN where remaining is 0 or 1 */
};
struct trod_survival {
    struct trod_survival_step *steps; /* one for each distinct time, rising */
    size_t n_steps;
    uint64_t n, n_happened;
};
/* The Kaplan-Meier curve of time until any outcome. Steps live on the arena.
 * Errors: TROD_NO_MEMORY; TROD_BAD_INPUT for a time that is NaN or not above `entered`.
 * Source: Kaplan and Meier, JASA 53 (1958); Kalbfleisch and Prentice (2002), section 1.4.1. */
TROD_MUST trod_status trod_survival_make(const struct trod_waits *waits, struct trod_arena *arena,
                                         struct trod_survival *survival, struct trod_error *error);
/* What remains at a time: the last step at or before it (before all: 1, without interval). */
struct trod_figure trod_survival_at(const struct trod_survival *survival, double time);
/* The time by which it has happened to that share; limits from the curve's own limits (Brookmeyer
 * and Crowley, 1982). Where the curve stays exactly on the share, the middle of that stretch.
 * Each part is NaN where its curve never gets that far. */
struct trod_figure trod_survival_quantile(const struct trod_survival *survival, double share);

struct trod_log_rank {
    double observed_a, expected_a, observed_b, expected_b;
    double chi_square, p; /* one degree of freedom; NaN if nothing can be compared */
};
/* The log-rank test that the curves of two groups are the same. Errors: as trod_survival_make.
 * Source: Mantel (1966); Peto and Peto, JRSS A 135 (1972). */
TROD_MUST trod_status trod_survival_compare(const struct trod_waits *a, const struct trod_waits *b,
                                            struct trod_arena *scratch, struct trod_log_rank *test,
                                            struct trod_error *error);

struct trod_incidence {
    double share;    /* to whom this outcome has happened by the time */
    double variance;
    double low, high; /* log-log interval; NaN where the share is 0 or 1 */
};
/* The cumulative incidence of each of outcomes 1..n_outcomes, the others competing with it (Aalen
 * and Johansen). It is not 1 minus Kaplan-Meier, which takes the others for people who left.
 * Shapes: times[n_times] in any order; incidence[n_outcomes * n_times], by outcome, then time.
 * Beyond the last time watched the last values stay. Errors: as trod_survival_make; TROD_BAD_INPUT
 * for an outcome above n_outcomes, or with `entered`.
 * Source: Aalen and Johansen, Scand. J. Statist. 5 (1978); variance: Gray, Ann. Statist. 16 (1988),
 * with the correction for ties. */
TROD_MUST trod_status trod_incidence_make(const struct trod_waits *waits, unsigned n_outcomes,
                                          const double *times, size_t n_times,
                                          struct trod_arena *scratch,
                                          struct trod_incidence *incidence,
                                          struct trod_error *error);

#endif
