/* share: how many of how many, two of them beside each other, and tables of counts. */
#ifndef TROD_STAT_SHARE_H
#define TROD_STAT_SHARE_H

#include "trod/stat/figure.h"

struct trod_share {
    double share, low, high; /* 0 to 1 */
    uint64_t n, of;
};
/* n of so many, with Wilson's interval (without a correction for continuity). Of none: the share is
 * NaN, the interval 0 to 1. A count above `of` is taken as `of`.
 * Source: Wilson, JASA 22 (1927); Newcombe, Statistics in Medicine 17 (1998) 857, method 3. */
struct trod_share trod_share_make(uint64_t n, uint64_t of);

/* The other intervals in use, to be held against what others print. */
enum trod_share_interval {
    TROD_SHARE_WILSON,
    TROD_SHARE_WALD,            /* the textbook's: too narrow for few, none for 0 of n */
    TROD_SHARE_AGRESTI_COULL,   /* Agresti and Coull, American Statistician 52 (1998) */
    TROD_SHARE_CLOPPER_PEARSON, /* never too narrow: Clopper and Pearson, Biometrika 26 (1934) */
    TROD_SHARE_JEFFREYS,        /* Brown, Cai and DasGupta, Statistical Science 16 (2001) */
};
struct trod_share trod_share_make_by(uint64_t n, uint64_t of, enum trod_share_interval interval);

struct trod_share_difference {
    double difference, low, high; /* a minus b, -1 to 1 */
    double p;                     /* that they are the same */
    bool exact;                   /* p is Fisher's */
};
/* Two shares of two groups without a common member. Newcombe's interval; p by the pooled z test, or
 * Fisher's exact test where an expected count is below 5. All NaN if one is of none.
 * Time: constant, or in the smaller count for Fisher's.
 * Source: Newcombe, Statistics in Medicine 17 (1998) 873, method 10. */
struct trod_share_difference trod_share_compare(struct trod_share a, struct trod_share b);
/* The same for large counts only, as most programs print it: Wald's interval and the pooled test,
 * both with Yates's correction if `continuity`. */
struct trod_share_difference trod_share_compare_large(struct trod_share a, struct trod_share b,
                                                      bool continuity);
/* One share for several strata, each weighing `weights` (any positive scale) whatever its own
 * size, so that a change of the mix of strata is not a change of the share. Wilson's variances
 * give the interval. Strata of none, or without weight, are left out; of none at all: NaN.
 * Source: direct standardisation; Newcombe (2012), Confidence Intervals for Proportions, 9.4. */
struct trod_figure trod_share_standard(const struct trod_share *strata, const double *weights,
                                       size_t n);

/* ---- Tables of two by two -------------------------------------------------------------------- */

/* Fisher's exact test of the table {a, b; c, d}: the sum of the probabilities of all tables with
 * these margins that are no more probable. Time: in the smallest margin. */
double trod_fisher_p(uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* The odds ratio ad/bc with Woolf's interval; 0 or infinite, without interval, where a count is 0.
 * Source: Woolf, Annals of Human Genetics 19 (1955). */
struct trod_figure trod_odds_ratio(uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* The odds ratio that makes this table most probable, given its margins, with the exact interval.
 * Time: in the smallest margin, some hundred times.
 * Source: Cornfield, Proc. Third Berkeley Symposium 4 (1956). */
struct trod_figure trod_fisher_odds(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

struct trod_two_by_two {
    uint64_t a, b, c, d; /* rows {a, b} and {c, d} */
};
struct trod_odds {
    double ratio, low, high; /* common to all strata */
    double chi_square, p;    /* that it is 1; one degree of freedom, without continuity */
};
/* Two groups compared stratum by stratum: a difference that the mix of strata explains is none.
 * NaN if no stratum has both groups and both results.
 * Source: Cochran, Biometrics 10 (1954); Mantel and Haenszel, JNCI 22 (1959); the interval: Robins,
 * Breslow and Greenland, Biometrics 42 (1986). */
struct trod_odds trod_odds_adjusted(const struct trod_two_by_two *strata, size_t n);

/* ---- Tables of any size ---------------------------------------------------------------------- */

struct trod_table_test {
    double chi_square, df, p;      /* Pearson's: that rows and columns know nothing of each other */
    double chi_square_yates, p_yates; /* corrected for continuity; NaN but for two by two */
    double g, g_p;                 /* the likelihood ratio, of as many degrees of freedom */
    double cramers_v;              /* how strong: 0 to 1 */
    double least_expected;         /* below 5, p is rough: ask trod_fisher_table */
};
/* Shapes: counts[n_rows * n_columns] by row; residuals too, or NULL: how many standard errors each
 * count is off (Haberman's adjusted residuals). Empty rows and columns are left out; all is NaN if
 * less than two of either are left. Errors: TROD_NO_MEMORY.
 * Source: Pearson (1900); Wilks (1938); Cramér (1946), 21.9; Haberman, Biometrics 29 (1973). */
TROD_MUST trod_status trod_table_compare(const uint64_t *counts, size_t n_rows,
                                         size_t n_columns, struct trod_arena *scratch,
                                         struct trod_table_test *test, double *residuals,
                                         struct trod_error *error);
/* Fisher's exact test of a table of any size. Errors: TROD_NO_MEMORY; TROD_TOO_MUCH if that many
 * tables have these margins that it would take minutes.
 * Source: Freeman and Halton, Biometrika 38 (1951); the bounds: Mehta and Patel, JASA 78 (1983). */
TROD_MUST trod_status trod_fisher_table(const uint64_t *counts, size_t n_rows, size_t n_columns,
                                        struct trod_arena *scratch, double *p,
                                        struct trod_error *error);

#endif
