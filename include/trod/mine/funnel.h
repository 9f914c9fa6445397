/* funnel: how far journeys get along steps in a given order.
 *
 * A *step* is an event of one of a few names. An *attempt* at a funnel of the steps 1 to n is,
 * in one journey, an event of step 1, a later one of step 2, and so on as far as it gets; any
 * events may lie between. With a window, no event of the attempt is later than so long after
 * its first. A journey *reaches* step k if some attempt of it gets there, wherever that begins.
 *
 * The rules that others leave open:
 *  - Later means later in the log's order. Events of equal times stand in the order of the
 *    files, so that a step at the same time as the step before counts if it was recorded after
 *    it. An event is never two steps of one attempt.
 *  - The window includes its end: an event exactly so long after the first is in.
 *  - The *best attempt* of a journey is the one that gets furthest; of those the one that gets
 *    there first; and going back from there, each step is the last one that lies before the
 * next. Times between steps are those of the best attempt, so a journey counts once.
 *  - An event without a time keeps its place; where there is a window it is no step, because
 *    nobody can say whether it lies inside.
 *
 * Ways: TROD_FUNNEL_ORDERED is the above. TROD_FUNNEL_UNBROKEN lets no event of another step of
 * the funnel lie between two steps: it breaks the attempt off. Repetitions of the step before
 * are fine, and so is every event that is no step. No name may belong to two steps then.
 * TROD_FUNNEL_FIRST looks at the first event of each step in the journey alone: step k is
 * reached if the first events of the steps 1 to k come in this order (and in the window).
 */
#ifndef TROD_MINE_FUNNEL_H
#define TROD_MINE_FUNNEL_H

#include "trod/stat.h"

enum { TROD_FUNNEL_STEPS = 32 }; /* at most */

/* The journeys that a question was put to. */
struct trod_walked {
    uint64_t n_journeys, n_events, n_customers, n_left_out;
};
struct trod_step {
    const uint32_t *names;
    size_t n;
};
enum trod_funnel_way { TROD_FUNNEL_ORDERED, TROD_FUNNEL_UNBROKEN, TROD_FUNNEL_FIRST };
struct trod_funnel_options {
    const struct trod_step *steps; /* [n_steps] */
    size_t n_steps;                /* 2 to TROD_FUNNEL_STEPS */
    int64_t within_us;             /* 0: no window */
    enum trod_funnel_way way;
    trod_str by; /* an attribute or fact: segments by its value; missing: none */
};
/* Durations with more of their quantiles; all are exact. */
struct trod_lapse {
    uint64_t n; /* 0: nothing is known, and the rest is NaN */
    double mean_us, p5_us, p25_us, median_us, p75_us, p95_us;
};
struct trod_funnel_step {
    uint64_t n_journeys;         /* that reach it */
    struct trod_share of_first;  /* of those that reach step 1 (of step 1: of all journeys) */
    struct trod_share of_before; /* of those that reach the step before (of step 1: the same) */
    struct trod_lapse since_before; /* from the step before, in the best attempt */
};
struct trod_funnel_segment {
    trod_str value; /* missing: journeys without a value; of the whole: missing too */
    uint64_t n_journeys;
    const struct trod_funnel_step *steps; /* [n_steps] */
    struct trod_lapse whole; /* from step 1 to the last one, of those that reach it */
    uint64_t n_open; /* journeys that have not reached the last step, but whose window for that
                      * is not over when the log ends; 0 without a window */
};
struct trod_funnel {
    struct trod_walked walked;
    const struct trod_dict *names; /* the log's */
    const struct trod_step *steps; /* [n_steps] */
    size_t n_steps;
    int64_t within_us;
    enum trod_funnel_way way;
    trod_str by;
    struct trod_funnel_segment all;
    const struct trod_funnel_segment *segments; /* by the journeys that reach step 1, then by
                                                 * all of it, most first, ties by value; what
                                                 * has no value is last */
    size_t n_segments;
    struct trod_arena *arena; /* owned */
};
/* Errors: TROD_BAD_OPTION (steps that cannot be; a window in a log without times; `by` is no
 * column, with the nearest one), TROD_TOO_MUCH (above 10,000 segments). Time: linear in the
 * events, about 2 ns each. */
TROD_MUST trod_status trod_funnel_make(const struct trod_question *question,
                                       const struct trod_funnel_options *options,
                                       struct trod_funnel **funnel, struct trod_error *error);
void trod_funnel_free(struct trod_funnel *funnel);
/* schemas/funnel.schema.json */
TROD_MUST trod_status trod_funnel_to_json(const struct trod_funnel *funnel,
                                          struct trod_buf *out, struct trod_error *error);
/* A row for each segment and step. */
TROD_MUST trod_status trod_funnel_to_csv(const struct trod_funnel *funnel, struct trod_buf *out,
                                         struct trod_error *error);

#endif
