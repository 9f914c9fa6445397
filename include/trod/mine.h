/* mine: the paths that people really take.
 *
 * Questions to a log in parts (trod/log/part.h), all of event names alone, without a map:
 *  - the *follows graph*: how often one event comes right after another in a journey, and how
 *    long that takes;
 *  - the *paths*: the distinct sequences of events, with the number of journeys that took each.
 *
 * Life: 1. trod_…_make; 2. read, or write as JSON or CSV; 3. its _free. Results own what they
 * show but for the texts of names, which are the log's: the parts must outlive them. Nothing
 * depends on the number of threads, nor on the order of the log's rows beyond what equal times
 * leave open, nor on how the log lies in parts.
 *
 * Caveats: names are ids into parts->names. A time that is not known is absent (n == 0), never
 * 0. Waiting is from the end of the former event to the begin of the next, and 0 if the next
 * began before that; it is known only where the log has ends.
 *
 *     const struct trod_question question = {.parts = parts};
 *     struct trod_follows *follows = NULL;
 *     if (trod_follows_make(&question, TROD_TIMES_EXACT, &follows, &error) == TROD_OK)
 *         for (size_t i = 0; i < follows->n_edges; i++)
 *             printf("%g us\n", follows->edges[i].times.median_us);
 *     trod_follows_free(follows);
 */
#ifndef TROD_MINE_H
#define TROD_MINE_H

#include "trod/log.h"

/* What every question begins with: the log, which of its journeys, and what the work may cost.
 * Journeys are one a customer, or one a value of the log's journey column. */
struct trod_question {
    const struct trod_parts *parts;
    struct trod_view_options view; /* which journeys */
    const struct trod_run *run;    /* may be NULL */
};
enum trod_timing {
    TROD_TIMES_EXACT, /* order statistics, exactly: two passes */
    TROD_TIMES_QUICK, /* quantiles within 1 % of the exact ones, one pass */
    TROD_TIMES_NONE,  /* counts alone */
};
/* What is said about the journeys whatever the question. */
struct trod_picked {
    uint64_t n_journeys, n_events, n_customers, n_left_out;
    bool has_times;
    int64_t first_us, last_us;       /* of the events in them; TROD_NO_TIME if none has one */
    uint64_t n_cut_start, n_cut_end; /* begin or end so near the log's edges that they may be
                                      * cut; 0 without times */
    int64_t gap_us; /* "near": as trod_view.gap_us; TROD_NO_TIME if not known */
};

/* An event name as it occurs in the journeys that were picked. */
struct trod_name_count {
    uint32_t name;
    uint64_t n_events;
    uint64_t n_starts, n_ends; /* journeys that begin, that end with it */
};
/* Every name that occurs: most frequent first, ties by the names byte by byte. */
struct trod_name_counts {
    const struct trod_name_count *at;
    size_t n;
};

/* Of durations. Quantiles are interpolated between order statistics (R's type 7: the median of
 * an even count is the mean of the middle two). */
struct trod_durations {
    uint64_t n; /* 0: nothing is known, and the rest is NaN */
    double mean_us, median_us, p95_us;
};

/* ---- The follows graph ---------------------------------------------------------------------
 */

struct trod_follows_edge {
    uint32_t from, to;
    uint64_t n;
    struct trod_durations times;   /* from begin to begin */
    struct trod_durations waiting; /* from end to begin */
};
struct trod_follows {
    struct trod_picked picked;
    const struct trod_dict *names; /* the log's */
    struct trod_name_counts nodes;
    const struct trod_follows_edge
        *edges; /* most frequent first, ties by from, then to, bytewise */
    size_t n_edges;
    enum trod_timing
        timing;       /* QUICK: quantiles within 1 %; means and counts are exact always */
    bool has_waiting; /* some edge has a waiting time */
    struct trod_arena *arena; /* owned */
};
/* Time: linear in the events: about 1 ns an event and thread for TROD_TIMES_NONE. */
TROD_MUST trod_status trod_follows_make(const struct trod_question *question,
                                        enum trod_timing timing, struct trod_follows **follows,
                                        struct trod_error *error);
void trod_follows_free(struct trod_follows *follows);

/* The graph of each segment of the journeys: of those whose `field` (a column of events, at the
 * journey's first event that has a value; else a fact of the customer) is the same. */
struct trod_follows_segment {
    trod_str value; /* at == NULL: journeys without a value */
    uint64_t n_journeys, n_events;
    struct trod_name_counts nodes;
    const struct trod_follows_edge *edges; /* as above */
    size_t n_edges;
    bool has_waiting;
};
struct trod_follows_by {
    struct trod_picked picked; /* of all journeys, whatever their segment */
    const struct trod_dict *names;
    trod_str field;
    const struct trod_follows_segment
        *segments; /* most journeys first, ties by value, the one
                    * without a value last; if values were given,
                    * these in their order, even without journeys */
    size_t n_segments;
    enum trod_timing timing;
    struct trod_arena *arena; /* owned */
};
/* Of the segments values[0..n_values), different from one another; n_values == 0: of all.
 * Errors: TROD_BAD_OPTION (the log has no such field), TROD_TOO_MUCH above 1,000 segments. */
TROD_MUST trod_status trod_follows_by_make(const struct trod_question *question, trod_str field,
                                           const trod_str *values, size_t n_values,
                                           enum trod_timing timing, struct trod_follows_by **by,
                                           struct trod_error *error);
void trod_follows_by_free(struct trod_follows_by *by);

/* The first `top` edges (0: all) between all nodes, as JSON (schemas/flow.schema.json). */
TROD_MUST trod_status trod_follows_to_json(const struct trod_follows *follows, size_t top,
                                           struct trod_buf *out, struct trod_error *error);
TROD_MUST trod_status trod_follows_to_csv(const struct trod_follows *follows, size_t top,
                                          struct trod_buf *out, struct trod_error *error);
/* The same of each segment (schemas/flow-by.schema.json; in CSV the segment is a column). */
TROD_MUST trod_status trod_follows_by_to_json(const struct trod_follows_by *by, size_t top,
                                              struct trod_buf *out, struct trod_error *error);
TROD_MUST trod_status trod_follows_by_to_csv(const struct trod_follows_by *by, size_t top,
                                             struct trod_buf *out, struct trod_error *error);

/* ---- Paths ---------------------------------------------------------------------------------
 */

struct trod_path {
    const uint32_t *steps; /* names */
    uint32_t n;
    uint64_t n_journeys;
    struct trod_durations lasts; /* from the first event's begin to the last one's */
};
struct trod_paths {
    struct trod_picked picked;
    const struct trod_dict *names; /* the log's */
    struct trod_name_counts nodes;
    const struct trod_path *paths; /* [n_shown] most frequent first, ties by the steps as lists
                                    * of names */
    size_t n_shown;
    uint64_t n_paths;            /* distinct ones in all */
    struct trod_durations lasts; /* of all journeys */
    struct trod_arena *arena;    /* owned */
};
/* The `top` most frequent paths (0: all), and how many there are. Exact: equal hashes are
 * compared step by step. Time: linear in the events. */
TROD_MUST trod_status trod_paths_make(const struct trod_question *question, size_t top,
                                      struct trod_paths **paths, struct trod_error *error);
void trod_paths_free(struct trod_paths *paths);
/* The first `top` paths (0: all that were made), as JSON (schemas/paths.schema.json). */
TROD_MUST trod_status trod_paths_to_json(const struct trod_paths *paths, size_t top,
                                         struct trod_buf *out, struct trod_error *error);
TROD_MUST trod_status trod_paths_to_csv(const struct trod_paths *paths, size_t top,
                                        struct trod_buf *out, struct trod_error *error);

#include "trod/mine/additions.h"
#include "trod/mine/customer.h"
#include "trod/mine/discover.h"
#include "trod/mine/draft.h"
#include "trod/mine/funnel.h"
#include "trod/mine/retention.h"

#endif
