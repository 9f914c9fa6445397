/* log: the journeys as trodden.
 *
 * Four things, each made from the one before and never changing afterwards:
 *  1. the *log*: events in columns, ordered by customer, then time, then the order of intake;
 *  2. *claims*: for every event, which touchpoints of a map it may be the trace of;
 *  3. a *view*: which journeys a question is about, as slices of the log, nothing copied;
 *  4. the *lay*: each journey as visits to touchpoints.
 * `flow` and `paths` need only 1 and 3 (event names stand for touchpoints).
 *
 * Caveats: names are ids into log->names. Attribute codes: 0 is "missing", c > 0 is the text
 * trod_dict_at(field->values, c - 1). Customers are numbered in the order of their first row; the
 * columns are ordered by that number.
 *
 *     struct trod_log *log = NULL;
 *     struct trod_log_builder *builder = trod_log_builder_make(0);
 *     const uint32_t shop = trod_log_builder_source(builder, TROD_STR("shop"));
 *     const uint32_t ann = trod_log_builder_customer(builder, TROD_STR("ann"));
 *     if (trod_log_builder_event(builder, shop, ann, TROD_STR("test ride"), (trod_str){0},
 *                                TROD_NO_TIME, TROD_NO_TIME, &error) == TROD_OK &&
 *         trod_log_builder_finish(builder, &log, &error) == TROD_OK)
 *         printf("%llu events\n", (unsigned long long)log->n_events);
 *     trod_log_builder_free(builder);
 *     trod_log_free(log);
 */
#ifndef TROD_LOG_H
#define TROD_LOG_H

#include "trod/map.h"

/* ---- The log ------------------------------------------------------------------------------- */

struct trod_field {
    trod_str name;                /* as in the file's header; the second equal one is NAME#2 */
    bool fact;                    /* of the customer; else of the event */
    const uint32_t *code;         /* [n_events], or [n_customers] of a fact; 0: missing */
    const struct trod_dict *values;
    const double *number;         /* [count of values]: the value as a number, or NaN */
};
struct trod_log_source {
    trod_str name;                /* the map's source id, or the file's name */
    uint64_t n_events;
    int64_t first_us, last_us;    /* TROD_NO_TIME if it has no times */
};
struct trod_log {
    uint64_t n_events;
    uint32_t n_customers;
    bool has_times;               /* false: the order is that of the file, every time is missing */
    const uint64_t *first;        /* [n_customers + 1]: events of customer c are first[c]..first[c+1]-1 */
    const uint32_t *name;         /* [n_events] */
    const int64_t *time_us;       /* [n_events]; NULL if !has_times */
    const int64_t *end_us;        /* [n_events], TROD_NO_TIME where missing; NULL if no event has one */
    const uint16_t *source;       /* [n_events] */
    const uint32_t *journey;      /* [n_events] code of the journey column (0: missing); NULL if none */
    const struct trod_dict *names;
    const struct trod_dict *customers; /* id texts; never shown without --ids */
    const struct trod_dict *journeys;  /* texts of the journey column; NULL if none */
    const struct trod_field *fields;
    size_t n_fields;
    const struct trod_log_source *sources;
    size_t n_sources;
    uint32_t channel_field;       /* index of the field that a source named as its channel, or TROD_NO_ID */
    uint32_t worth_field;
    const uint8_t *identified;    /* [n_customers] 1: known under more than the weakest `same person`
                                   * column; NULL: the question does not arise */
    int64_t first_us, last_us;    /* earliest and newest time; TROD_NO_TIME without times */
    void *owned;                  /* private */
};
void trod_log_free(struct trod_log *log);
/* Index of the event attribute or fact of that name (an attribute first unless fact_only), or
 * TROD_NO_ID. */
uint32_t trod_log_field(const struct trod_log *log, trod_str name, bool fact_only);
/* The code of a field for an event (of its customer for a fact). */
uint32_t trod_log_code(const struct trod_log *log, uint32_t field, uint64_t event, uint32_t customer);

/* Building a log, row by row in any order. */
struct trod_log_builder;
struct trod_log_builder *trod_log_builder_make(uint64_t memory_bytes); /* 0: 3 GiB */
void trod_log_builder_free(struct trod_log_builder *builder);
/* Adds a source or a field; the same name (and kind) gives the same number. TROD_NO_ID without
 * memory, or above 60,000 sources or 10,000 fields. */
uint32_t trod_log_builder_source(struct trod_log_builder *builder, trod_str name);
uint32_t trod_log_builder_field(struct trod_log_builder *builder, trod_str name, bool fact);
/* The customer of that id, new or known. */
uint32_t trod_log_builder_customer(struct trod_log_builder *builder, trod_str id);
/* Two customers are one person: the smaller number stands for both. */
void trod_log_builder_same(struct trod_log_builder *builder, uint32_t a, uint32_t b);
/* The customer is known under more than the weakest `same person` column. TROD_NO_ID marks nobody
 * and says that the question arises, so that log->identified is there even if all are unknown. */
void trod_log_builder_identified(struct trod_log_builder *builder, uint32_t customer);
/* Adds an event. `journey` may be missing. Errors: TROD_TOO_MUCH (memory), TROD_NO_MEMORY. */
TROD_MUST trod_status trod_log_builder_event(struct trod_log_builder *builder, uint32_t source,
                                             uint32_t customer, trod_str name, trod_str journey,
                                             int64_t time_us, int64_t end_us,
                                             struct trod_error *error);
/* A value of the event added last, or a fact of its customer if the field is one. An empty text is
 * missing. */
TROD_MUST trod_status trod_log_builder_set(struct trod_log_builder *builder, uint32_t field,
                                           trod_str value, struct trod_error *error);
/* A fact; the last one that is not empty holds. */
TROD_MUST trod_status trod_log_builder_fact(struct trod_log_builder *builder, uint32_t customer,
                                            uint32_t field, trod_str value,
                                            struct trod_error *error);
void trod_log_builder_channel(struct trod_log_builder *builder, uint32_t field);
void trod_log_builder_worth(struct trod_log_builder *builder, uint32_t field);
uint64_t trod_log_builder_count(const struct trod_log_builder *builder);
/* Sorts (stable: equal times keep the order of adding; a log in which no event has a time keeps
 * the order of adding; where some events have one, one without stands where it was added among its
 * customer's) and hands over the log. The builder is spent afterwards and still to be freed. A
 * customer without an event stays, with its facts. */
TROD_MUST trod_status trod_log_builder_finish(struct trod_log_builder *builder,
                                              struct trod_log **log, struct trod_error *error);

/* ---- Filters over the log ------------------------------------------------------------------ */

/* A filter bound to a log: names found, texts turned into codes. A name that the log has not is an
 * error (TROD_BAD_OPTION) with the nearest one. A name is a column of the events, else a fact, else
 * one of `event`, `source`, `journey`, `time`. A missing value meets `missing` alone: not even "!=".
 * Numbers compare as numbers (a text that is none differs from each), texts byte by byte; a date
 * without a time of day is that whole day in UTC: "= D" on it, "<= D" to its end, "> D" after it.
 * yes is yes, true or 1, no is no, false or 0, letter case aside. On the arena; the filter must
 * live as long. */
struct trod_test;
TROD_MUST trod_status trod_test_make(const struct trod_log *log, const struct trod_filter *filter,
                                     struct trod_arena *arena, const struct trod_test **test,
                                     struct trod_error *error);
bool trod_test_event(const struct trod_test *test, uint64_t event, uint32_t customer);

/* ---- Claims: events on the map --------------------------------------------------------------- */

/* A set of touchpoints that an event may be the trace of. */
struct trod_claim_set {
    const uint32_t *touchpoints; /* ascending, in map order */
    size_t n;
    bool any_time;               /* one of them is an `any time` touchpoint */
};
struct trod_unmapped {
    uint32_t name; /* id into log->names */
    uint64_t n_events;
};
struct trod_claimed {
    const struct trod_log *log;
    const struct trod_map *map;
    const uint32_t *seen;  /* [n_events]: index into sets; 0 is the empty set (nobody claims it) */
    const uint32_t *fails; /* [n_events]: the set of touchpoints whose attempt failed here; 0: none */
    const struct trod_claim_set *sets; /* sets[0] is empty */
    size_t n_sets;
    const uint64_t *n_touchpoint_events;   /* [map->n_touchpoints] seen in the whole log */
    const uint64_t *n_touchpoint_failures; /* [map->n_touchpoints] failed in the whole log */
    const struct trod_unmapped *unmapped; /* most frequent first, ties by name */
    size_t n_unmapped;
    uint64_t n_mapped_events; /* seen or failed */
    struct trod_arena *arena; /* owned */
};
/* Applies `seen when`, `fails when`, else name match (title exactly; else id; else either with
 * letter case aside if only one touchpoint fits). An event that some `seen when` claims is not
 * matched by name, nor is a touchpoint that has a `seen when` or is `not recorded`. An event that
 * `fails when` claims for a touchpoint is not that touchpoint's by name. A map may speak of
 * columns and events that this log has not: such a value is missing, and a missing value meets
 * `missing` alone. A match that names a source looks only in the log's sources of that name (or
 * whose file is named so); in every one if none of the log's sources is the map's. */
TROD_MUST trod_status trod_claimed_make(const struct trod_log *log, const struct trod_map *map,
                                       struct trod_claimed **claims, struct trod_error *error);
void trod_claimed_free(struct trod_claimed *claims);

/* ---- Views: which journeys -------------------------------------------------------------------- */

/* A journey is picked whole: `where` asks each of its events (all of the condition of one and the
 * same event), since and until its first time; then `events` takes events out, and a journey of
 * which nothing stays is left out.
 *
 * Per customer: by the log's journey column if it has one, else one a customer. Per field: an event
 * in which the field is missing belongs to the journey that the customer was last seen in, one
 * before the first value to the first journey; a field that the log has not is the journey column,
 * and without one TROD_BAD_INPUT. Per silence: from the end (else the begin) of what came before to
 * the next begin. Per start: each new *visit* of X begins a journey; what lies before the first is
 * one too. */
/* What the whole log is like, where only some of its customers are at hand. */
struct trod_log_edges {
    int64_t first_us, last_us; /* its earliest and newest time */
    int64_t gap_us;            /* as trod_view.gap_us */
};
struct trod_view_options {
    const struct trod_filter *where;  /* journeys with an event that meets it; NULL: all */
    const struct trod_filter *events; /* keep only these events; NULL: all */
    int64_t since_us, until_us;       /* journeys that start at or after / before; 0 or TROD_NO_TIME: open */
    enum trod_per_kind per;           /* what makes a new journey of the same customer */
    trod_str per_field;
    int64_t per_silence_us;
    const struct trod_claimed *claims; /* needed for TROD_PER_START */
    struct trod_points per_start;
    const struct trod_log_edges *edges; /* NULL: those of the log at hand */
};
struct trod_journey {
    uint32_t customer;
    uint32_t n;      /* events, > 0 */
    uint64_t at;     /* first event: index into the log, or into view->events if that is not NULL */
    bool cut_start;  /* begins so near the log's edge that its real beginning may lie before it */
    bool cut_end;    /* ends so near the log's end that it may still be going on */
};
struct trod_view {
    const struct trod_log *log;
    const struct trod_journey *journeys; /* by customer, then by start */
    size_t n_journeys;
    const uint64_t *events; /* indirection where slices are not whole; NULL: journeys index the log */
    uint64_t n_events;      /* in all journeys */
    uint32_t n_customers;   /* with at least one journey */
    uint64_t n_left_out;    /* journeys that the options left out */
    uint64_t n_cut_start, n_cut_end;
    struct trod_bits kept;  /* which of the log's events `events` keeps, whatever was picked; without
                             * words: all */
    int64_t gap_us;         /* "near" above: the smallest time that 95 % of the times between
                             * successive events of all the log's journeys do not exceed, whatever
                             * was picked; TROD_NO_TIME without times */
    struct trod_arena *arena; /* owned */
};
TROD_MUST trod_status trod_view_make(const struct trod_log *log,
                                     const struct trod_view_options *options,
                                     struct trod_view **view, struct trod_error *error);
void trod_view_free(struct trod_view *view);
/* The i-th event of a journey, as an index into the log's columns. */
static inline uint64_t trod_view_event(const struct trod_view *view, const struct trod_journey *journey,
                                       size_t i) {
    return view->events ? view->events[journey->at + i] : journey->at + i;
}

/* ---- Counting equal sequences ----------------------------------------------------------------- */

struct trod_sequences {
    const uint32_t *steps;
    const uint64_t *at;     /* [n] first step of a sequence: index into steps */
    const uint32_t *length; /* [n] */
    const uint32_t *kind;   /* [n] sequences of different kinds are never equal; NULL: all alike */
    size_t n;               /* below 2^32 - 1 */
};
struct trod_tally {
    const uint32_t *class_of; /* [n] */
    size_t n_classes;
    const size_t *example;    /* [n_classes] the first sequence of the class */
    const uint64_t *count;    /* [n_classes] */
};
/* Tells equal sequences from different ones, exactly. Time: linear in the steps. On the arena; the
 * same for any number of threads (run may be NULL: one). */
TROD_MUST trod_status trod_tally_make(const struct trod_sequences *sequences,
                                      const struct trod_run *run, struct trod_arena *arena,
                                      struct trod_tally *tally, struct trod_error *error);

/* ---- The lay: journeys as visits to touchpoints ----------------------------------------------- */

/* A visit goes on when the next event of the same set of touchpoints begins within the time of `one
 * visit within` after the last one was over (also if others lie between): the longest time that a
 * touchpoint of the set says, else that of the event's source. Failed attempts make visits among
 * themselves by the set that failed, unmapped events by their name. */
enum trod_visit_kind {
    TROD_VISIT_SEEN,     /* claimed by `set`; may have failed as well (`failed`). A set with some
                          * `any time` touchpoints and some others is of this kind */
    TROD_VISIT_FAILED,   /* only an attempt that failed: costs nothing, not on the path */
    TROD_VISIT_ANY_TIME, /* `any time` touchpoints alone: not on the path */
    TROD_VISIT_UNMAPPED, /* nobody claims it: not on the path unless unmapped events count */
};
struct trod_visit {
    enum trod_visit_kind kind; /* visits stand in the order of their first events */
    bool failed;
    uint32_t set;     /* index into claims->sets; of an unmapped one: 0 */
    uint32_t failed_set; /* sets index of `fails`; 0: none */
    uint32_t name;    /* event name of the first event */
    uint64_t event;   /* first event, index into the log */
    uint32_t n_events;
    int64_t begin_us, end_us; /* from the first event's begin to the last one's end (or begin) */
};
enum trod_ending {
    TROD_ENDING_UNKNOWN,   /* no `over after`: last seen here */
    TROD_ENDING_SUCCEEDED, /* a `succeeds when` happened; the journey may well go on */
    TROD_ENDING_LOST,      /* a `lost when` happened; the visits after it are not laid */
    TROD_ENDING_LEFT,      /* silent for longer than `over after` */
    TROD_ENDING_OPEN,      /* younger than that */
};
struct trod_laid {
    size_t visit;      /* first visit, index into lay->visits */
    uint32_t n_visits;
    uint32_t customer;
    size_t journey;    /* index into view->journeys */
    uint32_t path;     /* index into lay->paths */
    enum trod_ending ending; /* LOST before SUCCEEDED before LEFT, OPEN, UNKNOWN */
    bool open;         /* may still go on: younger than `over after`, or (without it) cut_end */
    int64_t success_us; /* begin of the visit that succeeded first, TROD_NO_TIME if none or no
                         * times. A set succeeds, or is lost, if one of its touchpoints does */
    bool succeeded;
    uint32_t success_visit; /* index within the journey; UINT32_MAX if none */
    int64_t begin_us, end_us;
};
/* A distinct sequence of steps together with the `only for` groups of those who walk it. A step is a
 * set of touchpoints, or, with count_unmapped, TROD_STEP_UNMAPPED | event name id. */
#define TROD_STEP_UNMAPPED UINT32_C(0x80000000)
struct trod_laid_path {
    const uint32_t *steps;
    uint32_t n;
    uint32_t groups;    /* index into lay->groups: who they are and when they began */
    bool lost;          /* walked to a `lost when`: the journey is over there */
    uint64_t n_journeys;
};
struct trod_lay_options {
    bool count_unmapped;
    int64_t now_us;     /* 0: the newest event of the log */
    const bool *recorded; /* [map->n_touchpoints] as trod_lay.recorded, where the log at hand is
                           * not the whole; NULL: by the log at hand */
};
struct trod_lay {
    const struct trod_claimed *claims;
    const struct trod_view *view;
    int64_t now_us;              /* TROD_NO_TIME without times */
    const struct trod_visit *visits;
    size_t n_visits;
    const struct trod_laid *journeys; /* [view->n_journeys], same order */
    size_t n_journeys;
    const struct trod_laid_path *paths; /* most frequent first, ties by steps then groups */
    size_t n_paths;
    /* What is meant for a customer: bit t of groups[g] is set if touchpoint t has no `only for` or
     * the customer is in one of its segments (its personas' segments). At least one group, unless
     * a log without customers meets a map with `only for`. */
    const struct trod_bits *groups;
    size_t n_groups;
    /* The ends of the days of `accept … until`, ascending: what is accepted of a journey depends
     * on how many of them lie before its begin. Each set of touchpoints makes n_until + 1 groups,
     * and groups[g] is of journeys that began after g % (n_until + 1) of them. */
    const int64_t *until_us;
    size_t n_until;
    /* in_segment[customer * map->n_segments + s]: 1 if the customer is in segment s: a fact of
     * them, or any of their events in the whole log, meets one of its `when`. */
    const uint8_t *in_segment;
    const bool *recorded;  /* [map->n_touchpoints]: some event of the whole log that the view's
                            * `events` keeps is its trace, were it a failed attempt */
    struct trod_arena *arena; /* owned */
};
/* Lays each journey of the view on the map: visits merged by `one visit within` (of the touchpoint,
 * else of the source), failures, `any time`, `lost when`, endings. */
TROD_MUST trod_status trod_lay_make(const struct trod_claimed *claims, const struct trod_view *view,
                                    const struct trod_lay_options *options, struct trod_lay **lay,
                                    struct trod_error *error);
void trod_lay_free(struct trod_lay *lay);

#include "trod/log/part.h"

#endif
