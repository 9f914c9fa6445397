/* waits: time until something happens, where some are still waiting when watching ends, and where
 * one thing may come before another. */
#ifndef TROD_STAT_WAITS_H
#define TROD_STAT_WAITS_H

#include "trod/stat/ranks.h"

/* ---- Curves ---------------------------------------------------------------------------------- */

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
    double cumulative;                /* hazard so far: Nelson (1972), Aalen (1978) */
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

/* The interval of a step by another rule, as other programs print it; NaN where remaining is 0, and
 * both 1 where nothing has happened yet. Source: Kalbfleisch and Prentice (2002), section 1.4. */
enum trod_survival_interval {
    TROD_SURVIVAL_LOG_LOG, /* the curve's own; stays within 0 and 1 */
    TROD_SURVIVAL_LOG,     /* of the logarithm, cut at 1 */
    TROD_SURVIVAL_PLAIN,   /* of the share itself, cut at 0 and 1 */
};
void trod_survival_limits(const struct trod_survival_step *step,
                          enum trod_survival_interval interval, double *low, double *high);
/* As trod_survival_quantile, with limits from that interval. */
struct trod_figure trod_survival_quantile_by(const struct trod_survival *survival, double share,
                                             enum trod_survival_interval interval);
/* The mean time, none counted beyond `until`: the area under the curve, with a normal interval. The
 * curve goes on as it ended beyond the last time watched. NaN of nobody or of no time.
 * Source: Meier (1975); Klein and Moeschberger (2003), section 4.5. */
struct trod_figure trod_survival_mean(const struct trod_survival *survival, double until);

/* ---- Curves beside each other ---------------------------------------------------------------- */

struct trod_log_rank {
    double observed_a, expected_a, observed_b, expected_b;
    double chi_square, p; /* one degree of freedom; NaN if nothing can be compared */
};
/* The log-rank test that the curves of two groups are the same. Errors: as trod_survival_make.
 * Source: Mantel (1966); Peto and Peto, JRSS A 135 (1972). */
TROD_MUST trod_status trod_survival_compare(const struct trod_waits *a, const struct trod_waits *b,
                                            struct trod_arena *scratch, struct trod_log_rank *test,
                                            struct trod_error *error);

/* To which group each observation belongs, and to which stratum: groups are compared within strata
 * only, so that a difference that the mix of strata explains is none. */
struct trod_wait_groups {
    const uint32_t *group; /* [waits->n], below n_groups */
    uint32_t n_groups;
    const uint32_t *stratum; /* [waits->n], below n_strata; NULL: one stratum */
    uint32_t n_strata;
};
enum trod_log_rank_weight {
    TROD_LOG_RANK_EVEN, /* every time counts the same: Mantel, Cancer Chemother. Rep. 50 (1966) */
    TROD_LOG_RANK_PETO, /* early times count more: Peto and Peto, JRSS A 135 (1972) */
};
struct trod_log_rank_groups {
    struct trod_group_test test;
    double *observed, *expected; /* [n_groups], weighted */
    double *variance;            /* [n_groups * n_groups] of observed - expected */
};
/* The log-rank test that the curves of all groups are the same, of any outcome. Groups without
 * anybody, or in which nothing could happen, do not count; NaN below two others. Lives on the arena.
 * Errors: as trod_survival_make; TROD_BAD_INPUT for a group or stratum out of range.
 * Source: Harrington and Fleming, Biometrika 69 (1982); the strata: Peto et al. (1977). */
TROD_MUST trod_status trod_log_rank_make(const struct trod_waits *waits,
                                         const struct trod_wait_groups *groups,
                                         enum trod_log_rank_weight weight,
                                         struct trod_arena *arena,
                                         struct trod_log_rank_groups *result,
                                         struct trod_error *error);

/* The waits ordered once, so that each of thousands of groups costs a walk over its members. */
struct trod_wait_ranks {
    size_t n;
    const double *expected;      /* [n]: the hazard of all until the time of each */
    struct trod_bits happened;   /* to whom anything happened */
    const uint32_t *place;       /* [n]: how many times of events are at or before the own */
    size_t n_times;              /* distinct times of events */
    const double *at_risk;       /* [n_times]: how many of all */
    const double *spread;        /* [n_times]: events * (risk - events) / (risk - 1) */
    double squares;              /* the sum of (happened - expected)^2 */
};
/* Lives on the arena. Time: a sort. Errors: as trod_survival_make; TROD_BAD_INPUT with `entered`;
 * TROD_TOO_MUCH above 2^32 - 2 observations. */
TROD_MUST trod_status trod_wait_ranks_make(const struct trod_waits *waits,
                                           struct trod_arena *arena,
                                           struct trod_wait_ranks *ranks,
                                           struct trod_error *error);
/* How many members there are, to how many it happened, and to how many it should have.
 * Time: a word of 64 at a time. */
void trod_wait_ranks_sum(const struct trod_wait_ranks *ranks, const struct trod_bits *members,
                         uint64_t *n_members, uint64_t *observed, double *expected);
/* The log-rank test of such a group (a) against all others (b), with the variance over all ways to
 * choose that many members, for a first sieve: near the test below unless the two were watched for
 * very unlike times. Time: constant.
 * Source: Peto and Peto, JRSS A 135 (1972), section 4. */
struct trod_log_rank trod_wait_ranks_sieve(const struct trod_wait_ranks *ranks,
                                           uint64_t n_members, uint64_t observed,
                                           double expected);
/* The same as trod_survival_compare of the members and the others. Shapes: room[n_times + 1], which
 * need not be cleared. Time: the members and n_times. */
struct trod_log_rank trod_wait_ranks_compare(const struct trod_wait_ranks *ranks,
                                             const struct trod_bits *members, uint32_t *room);

/* ---- Outcomes that compete ------------------------------------------------------------------- */

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

/* Gray's test that one outcome's cumulative incidence is the same in all groups, others competing
 * with it. Groups without anybody do not count; NaN below two others, or if it never happened.
 * Errors: as trod_log_rank_make; TROD_BAD_INPUT with `entered`.
 * Source: Gray, Ann. Statist. 16 (1988), with rho = 0. */
TROD_MUST trod_status trod_incidence_compare(const struct trod_waits *waits,
                                             const struct trod_wait_groups *groups,
                                             unsigned outcome, struct trod_arena *scratch,
                                             struct trod_group_test *test,
                                             struct trod_error *error);

/* ---- What goes with sooner or later ---------------------------------------------------------- */

enum trod_cox_ties {
    TROD_COX_EFRON,   /* Efron, JASA 72 (1977) */
    TROD_COX_BRESLOW, /* Breslow, Biometrics 30 (1974) */
};
struct trod_cox_term {
    double value, low, high; /* per unit of the column: the logarithm of the hazard ratio */
    double error, p;         /* standard error, and Wald's test that it is 0 */
};
struct trod_cox {
    struct trod_cox_term *terms; /* [n_columns] */
    double log_likelihood_none, log_likelihood;
    double likelihood_ratio, score, df, p; /* that all are 0; p of the likelihood ratio */
    double concordance; /* share of pairs that can be ordered in which the one with the greater
                         * hazard was first; ties of hazard half */
    unsigned n_rounds;
};
/* Cox's proportional hazards of any outcome. Lives on the arena. Shapes: columns[n_columns][n].
 * Errors: as trod_survival_make; TROD_BAD_INPUT with `entered`, for a column that is NaN or says the
 * same as others, where nothing happened, or where a column parts those to whom it happened from the
 * others altogether.
 * Source: Cox, JRSS B 34 (1972); concordance: Harrell et al., JAMA 247 (1982). */
TROD_MUST trod_status trod_cox_make(const struct trod_waits *waits,
                                    const double *const *columns, size_t n_columns,
                                    enum trod_cox_ties ties, struct trod_arena *arena,
                                    struct trod_cox *cox, struct trod_error *error);

/* A curve of a known shape: log time = location + scale * error. */
enum trod_wait_shape {
    TROD_WAIT_EXPONENTIAL,  /* the hazard is always the same: scale 1 */
    TROD_WAIT_WEIBULL,      /* it falls (scale above 1) or rises; of the extreme value's error */
    TROD_WAIT_LOG_NORMAL,   /* of the normal error */
    TROD_WAIT_LOG_LOGISTIC, /* of the logistic error */
};
struct trod_wait_fit {
    enum trod_wait_shape shape;
    double location, scale;
    double log_likelihood, aic; /* of times, not of their logarithms; the least aic fits best */
};
/* The most likely such curve. Errors: TROD_BAD_INPUT with `entered`, for a time that is not above 0,
 * where nothing happened, or where (but for the exponential) all happened at one time.
 * Source: Kalbfleisch and Prentice (2002), chapter 3; that there is one maximum: Burridge, JRSS B 43
 * (1981). */
TROD_MUST trod_status trod_wait_fit_make(const struct trod_waits *waits,
                                         enum trod_wait_shape shape, struct trod_wait_fit *fit,
                                         struct trod_error *error);
/* What remains at a time by that curve, and the time by which it has happened to that share. */
double trod_wait_fit_remaining(const struct trod_wait_fit *fit, double time);
double trod_wait_fit_quantile(const struct trod_wait_fit *fit, double share);

#endif
