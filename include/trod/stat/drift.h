/* drift: when something changed, and how long one thing comes after another. */
#ifndef TROD_STAT_DRIFT_H
#define TROD_STAT_DRIFT_H

#include "trod/stat/figure.h"

/* ---- Changes found afterwards ---------------------------------------------------------------- */

/* Points in order of time (days, weeks, journeys), each a mean or a set of counts. */
enum trod_series_kind {
    TROD_SERIES_MEANS, /* one column: a mean, weighing `weights` */
    TROD_SERIES_MIX,   /* some columns: how many of each kind; a share is two: it did, it did not */
};
struct trod_series {
    enum trod_series_kind kind;
    size_t n, n_columns;
    const double *values;  /* [n * n_columns], by point */
    const double *weights; /* [n]: how many values a mean rests on; NULL: 1 each. Not for a mix */
};

/* The one most likely place of a change of mean. */
struct trod_change_one {
    size_t at;                      /* the first point of the new time, 1..n-1; 0 if there is none */
    double mean_before, mean_after;
    double squares, squares_without; /* sum of squared deviations with and without the change */
    double cusum;                   /* greatest absolute sum of deviations from the mean … */
    size_t cusum_at;                /* … over the points before this one */
};
/* Shapes: weights[n], or NULL. Time: linear.
 * Source: Hinkley, Biometrika 57 (1970); Page, Biometrika 41 (1954). */
struct trod_change_one trod_change_one(const double *values, const double *weights, size_t n);

struct trod_change {
    size_t at;             /* the first point of the new time */
    size_t at_low, at_high; /* places that explain the series nearly as well (95 %) */
    double gain;           /* what the change explains: the fall of the cost, before the penalty */
    double p;              /* that so much is gained by chance, at whichever place */
};
struct trod_changes {
    struct trod_change *changes; /* in order of time */
    size_t n;
    double cost;    /* of all pieces, and the penalty for each change */
    double penalty; /* as asked for, or found */
    double spread;  /* how much the points scatter about their piece: the variance of one value, or
                     * how many times as much as counts do by chance alone */
};
/* The changes that make the sum of all costs and penalties least: of a series of means the cost of
 * a piece is its weighted sum of squared deviations, of a mix twice the negative log-likelihood.
 * A penalty of 0 is found: the spread times (columns free + 2) * log n. The spread is that about the
 * pieces, or of neighbours if that is greater; counts spread as chance has it at least.
 * A piece is of min_points or more (0: 1). Lives on the arena. p is no more than rough for points
 * that hang together, or for less than ten.
 * Time: n to n squared. Errors: TROD_NO_MEMORY; TROD_BAD_INPUT for a value that is not finite, or
 * for a negative count or weight.
 * Source: Jackson et al., IEEE Signal Processing Letters 12 (2005); the pruning: Killick, Fearnhead
 * and Eckley, JASA 107 (2012); the penalty: Zhang and Siegmund, Biometrics 63 (2007), without the
 * lengths of the pieces; the spread of neighbours: Rice, Ann. Statist. 12 (1984). */
TROD_MUST trod_status trod_changes_make(const struct trod_series *series, double penalty,
                                        size_t min_points, struct trod_arena *arena,
                                        struct trod_changes *changes, struct trod_error *error);

/* ---- Changes as they come -------------------------------------------------------------------- */

/* Page and Hinkley's alarm that a mean has risen (turn the sign for a fall): fill in the first
 * three, zero the rest. Source: Page, Biometrika 41 (1954); Hinkley, Biometrika 58 (1971). */
struct trod_page_hinkley {
    double allowance;   /* a rise that does not matter */
    double threshold;   /* how much more than that must add up */
    uint64_t min_values; /* no alarm before so many */
    uint64_t n;
    double mean, sum, least;
};
/* True if this value raises the alarm; counting then begins anew with the next. */
bool trod_page_hinkley_add(struct trod_page_hinkley *watch, double value);

/* ---- How long one comes after another -------------------------------------------------------- */

/* Count, mean and spread of the time from each kind of event to each that comes later in the same
 * journey, over all such pairs: the temporal profile, a cheap screen for odd journeys.
 * Source: Stertz, Mangler and Rinderle-Ma, OTM 2021. */
struct trod_profile {
    uint32_t n_kinds;
    struct trod_moments *pairs; /* [from * n_kinds + to]; n is 0 where none came after */
    struct trod_moments *met;   /* [n_kinds]: of the journey being added */
    uint32_t *kinds;
};
/* Lives on the arena. Errors: TROD_NO_MEMORY; TROD_TOO_MUCH above 4096 kinds. */
TROD_MUST trod_status trod_profile_make(uint32_t n_kinds, struct trod_arena *arena,
                                        struct trod_profile *profile, struct trod_error *error);
/* Adds a journey. Units: at, in any unit, which is that of the result. Kinds that are not below
 * n_kinds are passed over. Shapes: kind[n], at[n] in order of time. Time: n times its kinds. */
void trod_profile_add(struct trod_profile *profile, const uint32_t *kind, const int64_t *at,
                      size_t n);

#endif
