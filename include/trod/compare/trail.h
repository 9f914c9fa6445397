/* trail: the journeys of one customer, laid on a map.
 *
 * What the map says of each visit (as designed, extra, out of order, …), which touchpoints were
 * passed over, and which promised times were kept. Only this customer's events are read: what
 * depends on the whole log comes from its names and counts. So a touchpoint counts as one that
 * leaves a trace if the log has an event of a name that it is seen by, whatever more it asks.
 *
 * Life: 1. trod_customer_find; 2. trod_trail_make; 3. read; 4. trod_trail_free. Customer and
 * map must outlive it.
 */
#ifndef TROD_COMPARE_TRAIL_H
#define TROD_COMPARE_TRAIL_H

#include "trod/compare.h"
#include "trod/mine.h"

enum trod_trail_kind {
    TROD_TRAIL_AS_DESIGNED,
    TROD_TRAIL_SKIPPED, /* has no event */
    TROD_TRAIL_EXTRA,
    TROD_TRAIL_OUT_OF_ORDER,
    TROD_TRAIL_TOO_OFTEN,
    TROD_TRAIL_NOT_FOR,  /* not meant for this customer */
    TROD_TRAIL_ANY_TIME, /* may be used at any time */
    TROD_TRAIL_FAILED,   /* an attempt that failed */
    TROD_TRAIL_UNMAPPED, /* no touchpoint claims it */
    TROD_TRAIL_READ,     /* on the map, but the journey is too long to be read exactly */
};
/* "as designed", "skipped", "extra", "out of order", "repeated too often", "not meant for
 * them", "at any time", "failed", "not on the map", "on the map". */
const char *trod_trail_word(enum trod_trail_kind kind);

/* A visit to a touchpoint, or one that was skipped, in the order in which they came. */
struct trod_trail_step {
    enum trod_trail_kind kind;
    uint32_t touchpoint_id; /* TROD_NO_ID: unmapped */
    uint32_t event,
        n_events; /* its first: index into customer->events; UINT32_MAX if skipped */
    int64_t begin_us, end_us;        /* TROD_NO_TIME if not known */
    bool failed;                     /* an attempt failed on the way */
    bool accepted;                   /* an `accept` line of the map allows it */
    bool late, early;                /* against its `comes` */
    double came_us;                  /* how long it took to come, as the map counts it; NaN */
    const struct trod_window *comes; /* what was promised; NULL: nothing */
};
enum trod_promise_state {
    TROD_PROMISE_KEPT,
    TROD_PROMISE_LATE,
    TROD_PROMISE_OPEN,
    TROD_PROMISE_GONE
};
/* "in time", "late", "awaited", "never came". */
const char *trod_promise_word(enum trod_promise_state state);
/* A promised time that began to run. */
struct trod_trail_promise {
    enum trod_timed_kind of;
    trod_str id, title; /* of the span, touchpoint or stage */
    const struct trod_window *window;
    enum trod_promise_state state;
    bool arrived, accepted, working; /* working: in the team's hours */
    uint32_t n_late, n_early;
    double time_us; /* the longest; of one that has not come: so far */
};
struct trod_trail_journey {
    const struct trod_trail_step *steps;
    uint32_t n_steps;
    const struct trod_trail_promise *promises;
    uint32_t n_promises;
    enum trod_ending ending;
    bool open;     /* may still go on */
    bool finished; /* stands where the map lets a journey end */
    bool limited;  /* too long to be read exactly: nothing is told of skips and order */
    bool cut_start, cut_end; /* so near the log's edge that there may be more beyond */
    uint32_t cost, worst;    /* deviations that cost, and the most there could be; so far */
    uint32_t touchpoint_id;  /* where the customer was seen last; TROD_NO_ID: nowhere on the
                              * map, or at touchpoints of any time alone */
    uint32_t stage_id;       /* its stage; TROD_NO_ID: none */
    int64_t begin_us, end_us, success_us; /* TROD_NO_TIME */
    uint32_t success_touchpoint_id;       /* TROD_NO_ID */
    uint32_t first_event, n_events;       /* the events in it: some between may be another's */
};
struct trod_trail {
    const struct trod_customer *customer;
    const struct trod_map *map;
    int64_t now_us;
    const struct trod_trail_journey *journeys; /* by their begin */
    uint32_t n_journeys;
    /* For each event the journey that it is in, and the step; UINT32_MAX: it comes after the
     * end of a journey that was lost. */
    const uint32_t *journey_of, *step_of; /* [customer->n_events] */
    const bool *segments;                 /* [map->n_segments] those that the customer is in */
    struct trod_arena *arena;             /* owned */
    void *owned;                          /* private */
};
/* `now_us` 0: the newest event of the log. Errors: TROD_NO_MEMORY, TROD_TOO_MUCH,
 * TROD_CANCELLED; TROD_BAD_INPUT (the map makes journeys by a column that the log has not). */
TROD_MUST trod_status trod_trail_make(const struct trod_customer *customer,
                                      const struct trod_map *map, int64_t now_us,
                                      const struct trod_run *run, struct trod_trail **trail,
                                      struct trod_error *error);
void trod_trail_free(struct trod_trail *trail);

/* What there is to say first, in whole sentences; `trail` may be NULL: without a map. On the
 * arena; NULL without memory. */
const char *trod_trail_summary(const struct trod_customer *customer,
                               const struct trod_trail *trail, struct trod_arena *arena);
/* The JSON of schemas/customer.schema.json. `trail` may be NULL. Of the events the first and
 * last `limit` in all; 0: all. */
TROD_MUST trod_status trod_trail_to_json(const struct trod_customer *customer,
                                         const struct trod_trail *trail, size_t limit,
                                         struct trod_buf *out, struct trod_error *error);

#endif
