/* retention: of those who began in a week, how many come back in each later one.
 *
 * A customer *begins* with the first event of a journey that was picked (or the first of some
 * named events); those who begin in the same period make a *cohort*. A customer comes back in
 * the k-th period after that if some later event (or one of some named events) lies in it; k ==
 * 0 is the period in which they began. Periods are weeks from Monday on, days, or months, in
 * UTC.
 *
 * Caveats: a period is over if the log has an event after it. What is not over is not counted:
 * neither as come back nor as lost. Whoever was there before the log begins seems to begin in
 * its first periods. Events without a time are passed over.
 */
#ifndef TROD_MINE_RETENTION_H
#define TROD_MINE_RETENTION_H

#include "trod/mine/funnel.h"

enum trod_every { TROD_EVERY_WEEK, TROD_EVERY_DAY, TROD_EVERY_MONTH };
enum { TROD_RETENTION_PERIODS = 2000 }; /* at most */

struct trod_retention_options {
    enum trod_every every;
    const struct trod_step *begin; /* NULL: any event */
    const struct trod_step *back;  /* NULL: any event */
    trod_str by;                   /* an attribute or fact of segments; missing: none */
};
struct trod_cohort {
    int64_t from_us; /* where its period begins */
    uint64_t n_customers;
    const uint64_t *n_back; /* [n_after] who come back in the k-th period after; the last may be
                             * of a period that is not over */
    uint32_t n_after;
    uint32_t n_over; /* n_back[0..n_over-1] are of periods that are over */
};
/* Cohorts taken together. */
struct trod_retained {
    trod_str value; /* of a segment; missing: customers without a value; of all: missing too */
    uint64_t n_customers;
    const struct trod_share *after; /* [n_after] of those whose k-th period is over */
    uint32_t n_after;
};
struct trod_retention {
    struct trod_walked walked;
    const struct trod_dict *names; /* the log's */
    enum trod_every every;
    const struct trod_step *begin, *back; /* as in the options */
    trod_str by;
    uint64_t n_began, n_never;         /* customers who began, and who never did */
    const struct trod_cohort *cohorts; /* by time; those with a customer */
    size_t n_cohorts;
    struct trod_retained all;
    const struct trod_retained *segments; /* most customers first, ties by value; customers
                                           * without a value last */
    size_t n_segments;
    struct trod_arena *arena; /* owned */
};
/* Errors: TROD_BAD_OPTION (a log without times; `by` is no column, with the nearest one),
 * TROD_TOO_MUCH (above 2,000 periods, or 1,000 segments). Time: linear in the events, about 2
 * ns each. */
TROD_MUST trod_status trod_retention_make(const struct trod_question *question,
                                          const struct trod_retention_options *options,
                                          struct trod_retention **retention,
                                          struct trod_error *error);
void trod_retention_free(struct trod_retention *retention);
/* schemas/retention.schema.json */
TROD_MUST trod_status trod_retention_to_json(const struct trod_retention *retention,
                                             struct trod_buf *out, struct trod_error *error);
/* A row for each cohort and period; of segments, for each segment and period. */
TROD_MUST trod_status trod_retention_to_csv(const struct trod_retention *retention,
                                            struct trod_buf *out, struct trod_error *error);

#endif
