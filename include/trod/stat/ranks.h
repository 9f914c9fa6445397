/* ranks: which of two groups tends to be higher, whether two things go together, and what many
 * tests together are worth. */
#ifndef TROD_STAT_RANKS_H
#define TROD_STAT_RANKS_H

#include "trod/stat/figure.h"

/* ---- Two groups ------------------------------------------------------------------------------ */

struct trod_rank_difference {
    double u;             /* pairs in which a value of a is above one of b, ties half */
    double higher;        /* the same as a share of all pairs: 0.5 if neither tends to be higher;
                           * Cliff's delta is 2 * higher - 1 */
    double p;             /* that neither does; with a correction for continuity */
    double p_uncorrected; /* without one */
};
/* Mann and Whitney's test of two groups, by the normal approximation with a correction for ties.
 * All NaN if a group is empty; p is 1 if all values are the same.
 * Time: n log n. Errors: TROD_NO_MEMORY.
 * Source: Mann and Whitney, Ann. Math. Statist. 18 (1947); ties: Lehmann (1975), 1.4. */
TROD_MUST trod_status trod_rank_compare(const double *a, size_t n_a, const double *b, size_t n_b,
                                        struct trod_arena *scratch,
                                        struct trod_rank_difference *difference,
                                        struct trod_error *error);
/* The exact p of the same test: the share of all ways to deal these values to the two groups that
 * put u as far from its middle or farther. NaN if a group is empty.
 * Errors: TROD_NO_MEMORY; TROD_TOO_MUCH for more than it does in about a second (some 400 values
 * with ties, 4000 without).
 * Source: without ties Gauss's polynomials, see Harding, Appl. Statist. 33 (1984); with ties
 * Streitberg and Röhmel (1986). */
TROD_MUST trod_status trod_rank_exact(const double *a, size_t n_a, const double *b, size_t n_b,
                                      struct trod_arena *scratch, double *p,
                                      struct trod_error *error);
/* By how much a is above b: the median of all differences of a pair, with its interval (exact where
 * that is quick, else by the normal approximation; with ties wider than need be). n counts the
 * pairs. Time: (n_a + n_b) * 100, not the number of pairs. Errors: TROD_NO_MEMORY.
 * Source: Hodges and Lehmann, Ann. Math. Statist. 34 (1963); Moses, in Lehmann (1975), 2.3. */
TROD_MUST trod_status trod_rank_shift(const double *a, size_t n_a, const double *b, size_t n_b,
                                      struct trod_arena *scratch, struct trod_figure *shift,
                                      struct trod_error *error);

struct trod_shape_difference {
    double distance; /* greatest difference of the two shares at or below a value: 0 to 1 */
    double p;        /* that the two are alike */
    bool exact;      /* up to a million pairs; else Kolmogorov's limit */
};
/* Kolmogorov and Smirnov's test that two groups are alike in every respect; ties are honoured.
 * Errors: TROD_NO_MEMORY.
 * Source: Smirnov (1939); Schröer and Trenkler, Comput. Statist. Data Anal. 20 (1995). */
TROD_MUST trod_status trod_shape_compare(const double *a, size_t n_a, const double *b,
                                         size_t n_b, struct trod_arena *scratch,
                                         struct trod_shape_difference *difference,
                                         struct trod_error *error);

/* ---- Many groups of the same rows ------------------------------------------------------------ */

/* The rows ranked once, so that each of thousands of groups costs a sum. */
struct trod_ranks {
    size_t n;           /* rows */
    uint64_t n_ranked;  /* rows that have a value */
    const uint32_t *twice; /* [n]: twice the rank (from 1), ties at their middle; 0: no value */
    double ties;        /* the sum of t^3 - t over groups of t equal values */
};
/* Lives on the arena. A NaN is no value. Time: a sort.
 * Errors: TROD_NO_MEMORY; TROD_TOO_MUCH above 2^31 - 1 rows. */
TROD_MUST trod_status trod_ranks_make(const double *values, size_t n, struct trod_arena *arena,
                                      struct trod_ranks *ranks, struct trod_error *error);
/* How many of the members have a value, and the sum of their `twice`.
 * Shapes: members of 0..ranks->n-1. Time: a word of 64 rows at a time. */
void trod_ranks_sum(const struct trod_ranks *ranks, const struct trod_bits *members,
                    uint64_t *n_members, uint64_t *twice_sum);
/* Mann and Whitney's test of such a group against the rest of the rows that have a value, the same
 * as trod_rank_compare of the two. Time: constant. */
struct trod_rank_difference trod_ranks_compare(const struct trod_ranks *ranks,
                                               uint64_t n_members, uint64_t twice_sum);

/* A test of several groups at once. */
struct trod_group_test {
    double statistic, df, p;
};
/* Kruskal and Wallis's test that no group tends to be higher, corrected for ties.
 * Shapes: values[n], group[n] below n_groups; empty groups do not count. NaN below two groups, or
 * if all values are the same. Errors: TROD_NO_MEMORY; TROD_BAD_INPUT for a group out of range.
 * Source: Kruskal and Wallis, JASA 47 (1952). */
TROD_MUST trod_status trod_ranks_compare_groups(const double *values, const uint32_t *group,
                                                size_t n, uint32_t n_groups,
                                                struct trod_arena *scratch,
                                                struct trod_group_test *test,
                                                struct trod_error *error);

/* ---- Going together -------------------------------------------------------------------------- */

struct trod_correlation {
    double value;     /* -1 to 1 */
    double low, high; /* by Fisher's z; NaN below 4 pairs, and for Kendall's tau */
    double p;         /* that they do not go together */
};
/* All are NaN where one of the two does not vary or a value is NaN. Shapes: x[n], y[n]. */

/* Pearson's, p by Student's t. Source: Fisher, Metron 1 (1921). */
struct trod_correlation trod_correlation_pearson(const double *x, const double *y, size_t n);
/* Spearman's: Pearson's of the ranks, ties at their middle. The interval is widened as Bonett and
 * Wright (2000) say. Errors: TROD_NO_MEMORY. */
TROD_MUST trod_status trod_correlation_spearman(const double *x, const double *y, size_t n,
                                                struct trod_arena *scratch,
                                                struct trod_correlation *correlation,
                                                struct trod_error *error);
/* Kendall's tau-b, p by the normal approximation with ties. Time: n log n. Errors: TROD_NO_MEMORY.
 * Source: Kendall, Rank Correlation Methods (1970), chapters 3 and 4; Knight, JASA 61 (1966). */
TROD_MUST trod_status trod_correlation_kendall(const double *x, const double *y, size_t n,
                                               struct trod_arena *scratch,
                                               struct trod_correlation *correlation,
                                               struct trod_error *error);

/* ---- Many tests ------------------------------------------------------------------------------ */

/* From the p values of n tests to q values: a list of all tests with q of at most 5 % holds, in the
 * long run, at most 5 % false ones. NaN is no test: it stays NaN and does not count.
 * Shapes: p[n], q[n]; they may be the same array. Errors: TROD_NO_MEMORY.
 * Source: Benjamini and Hochberg, JRSS B 57 (1995). */
TROD_MUST trod_status trod_false_discovery(const double *p, size_t n, double *q,
                                           struct trod_arena *scratch, struct trod_error *error);

enum trod_many {
    TROD_MANY_BH,         /* at most 5 % of those kept are false: trod_false_discovery */
    TROD_MANY_BY,         /* the same however the tests hang together: Benjamini and Yekutieli,
                           * Ann. Statist. 29 (2001) */
    TROD_MANY_BONFERRONI, /* from here on: no false one at all, with 95 % */
    TROD_MANY_HOLM,       /* Holm, Scand. J. Statist. 6 (1979) */
    TROD_MANY_HOCHBERG,   /* Hochberg, Biometrika 75 (1988) */
    TROD_MANY_HOMMEL,     /* Hommel, Biometrika 75 (1988): time n squared */
};
/* The same by another rule. */
TROD_MUST trod_status trod_many_adjust(const double *p, size_t n, enum trod_many rule, double *q,
                                       struct trod_arena *scratch, struct trod_error *error);

#endif
