/* Waits in the order of time, as all that asks about them needs them. */
#ifndef STAT_WAITS_H
#define STAT_WAITS_H

#include "stat/order.h"
#include "trod/stat.h"

/* Sorted by time; `index` is the place in `waits`. Errors: TROD_NO_MEMORY; TROD_BAD_INPUT for a
 * time that is NaN or not above `entered`. */
TROD_MUST trod_status stat_waits_order(const struct trod_waits *waits,
                                       struct trod_arena *scratch, struct stat_item **items,
                                       struct trod_error *error);
/* The begins of watching in rising order; only with waits->entered. */
TROD_MUST trod_status stat_waits_entries(const struct trod_waits *waits,
                                         struct trod_arena *scratch, struct stat_item **items,
                                         struct trod_error *error);
/* The same items stratum by stratum: those of stratum s lie at begins[s] … begins[s + 1] - 1.
 * Shapes: begins[max(1, groups->n_strata) + 1]. */
TROD_MUST trod_status stat_waits_strata(const struct trod_wait_groups *groups,
                                        struct stat_item **items, size_t n,
                                        struct trod_arena *scratch, size_t *begins,
                                        struct trod_error *error);
/* Errors: TROD_BAD_INPUT for a group or stratum out of range. */
TROD_MUST trod_status stat_groups_check(const struct trod_wait_groups *groups, size_t n,
                                        struct trod_error *error);
/* distance' * inverse(variance) * distance, over all but the last of the groups that `counts`
 * (by group, above 0) says take part. Room: variance and distance are overwritten. */
struct trod_group_test stat_quadratic(double *distance, double *variance, size_t n_groups,
                                      const double *counts);

#endif
