/* part: the log in the form in which large questions are asked to it.
 *
 * A *part* holds every event of the customers whose hashes lie in one range, ordered by the
 * customer's hash (equal hashes: by id, byte by byte), then by time, then by the order of
 * intake. Nothing about a customer lies outside its part, so a question goes part by part, on
 * as many threads as there are, and adds up. A part is a few *sections* of bytes, packed; the
 * same sections lie in memory (fresh from intake) or in a read-only mapped file (src/store).
 *
 * Life: 1. *rows*, plain arrays in the order above (from a gatherer, or unpacked from parts);
 * 2. trod_part_pack makes sections of them; 3. trod_part_open checks sections, whatever bytes
 * they hold, and gives the part; 4. questions read it through a *part view* (which journeys).
 *
 * Caveats: names, fields and sources are numbered by the log that the parts belong to (struct
 * trod_parts), alike in all of them; the values of a column are numbered by the part alone.
 * Ticks are counted since 1970 UTC; tick_us says how long one is in this part.
 */
#ifndef TROD_LOG_PART_H
#define TROD_LOG_PART_H

#include "trod/map.h"

/* The hash that orders customers. It never changes: files depend on it. */
uint64_t trod_customer_hash(trod_str id);

/* ---- Rows: a part, unpacked
 * ------------------------------------------------------------------ */

struct trod_rows_column {
    uint32_t field;         /* index of trod_parts.fields */
    bool fact;              /* as that field: [n_customers]; else [n_events] */
    const uint32_t *code;   /* 0 is missing, c > 0 is values[c - 1]; NULL: `text` holds */
    const trod_str *values; /* [n_values] distinct */
    uint32_t n_values;
    const trod_str *text; /* where values hardly repeat; at == NULL: missing */
};
struct trod_rows {
    uint32_t n_customers, n_events; /* both below 2^32 - 256 */
    const uint64_t *hash;           /* [n_customers] trod_customer_hash of the id, ascending */
    const trod_str *id;             /* [n_customers] */
    const uint32_t *first;          /* [n_customers + 1] */
    const uint32_t *name;           /* [n_events] */
    const int64_t *time_us;         /* [n_events], TROD_NO_TIME where missing; NULL: no times */
    const int64_t *end_us;         /* the same; NULL: no event has an end. One before its begin,
                                    * or of an event without a time, is not kept */
    const uint32_t *source;         /* [n_events] */
    const struct trod_rows_column *columns; /* by field, ascending */
    size_t n_columns;
};

/* ---- Buckets of times
 * ------------------------------------------------------------------------- */

/* Buckets of durations, 64 to the octave: below 64 each number has its own; further up a bucket
 * is at most 1/64 of its lower edge wide. Bucket b holds trod_gap_edge(b) ..
 * trod_gap_edge(b + 1) - 1; the last, TROD_GAP_BUCKETS - 1, goes to UINT64_MAX. */
#define TROD_GAP_BUCKETS 3776
static inline uint32_t trod_gap_bucket(uint64_t gap) {
    const unsigned octave = 63 - (unsigned)__builtin_clzll(gap | 63);
    return (octave - 5) * 64 + (uint32_t)(gap >> (octave - 5 - (octave > 5)) & 63);
}
static inline uint64_t trod_gap_edge(uint32_t bucket) {
    const unsigned octave = bucket / 64;
    return octave == 0 ? bucket : (UINT64_C(64) + bucket % 64) << (octave - 1);
}

/* ---- Sections
 * -------------------------------------------------------------------------------- */

struct trod_section {
    uint32_t kind;           /* docs/formats/log.md */
    uint32_t field;          /* of a column; else 0 */
    const unsigned char *at; /* 64-byte aligned, 64 readable bytes follow */
    size_t n_bytes;
};
struct trod_packed {
    const struct trod_section *sections; /* by kind, then field */
    size_t n_sections;
    uint64_t first_hash, last_hash;
    int64_t first_us, last_us; /* TROD_NO_TIME without times */
    uint32_t n_customers, n_events;
};
/* Packs rows. On the arena. Errors: TROD_NO_MEMORY, TROD_TOO_MUCH; TROD_BAD_INPUT (rows that are
 * not in their order, as from a damaged part). */
TROD_MUST trod_status trod_part_pack(const struct trod_rows *rows, struct trod_arena *arena,
                                     struct trod_packed *packed, struct trod_error *error);

/* ---- Parts
 * ----------------------------------------------------------------------------------- */

enum trod_column_kind {
    TROD_COLUMN_CODES,  /* a dictionary of values and a code a row */
    TROD_COLUMN_NUMBER, /* decimal numbers, all written alike: an integer and a fixed scale */
    TROD_COLUMN_TEXT,   /* texts without a dictionary */
};
struct trod_part_column {
    uint32_t field;
    enum trod_column_kind kind;
    bool fact;        /* one row a customer; else one an event */
    bool by_customer; /* an attribute of events that is the same in all events of each customer,
                       * kept once a customer (trod_part_codes still gives one an event) */
    uint32_t n_values; /* of CODES */
    unsigned scale;    /* of NUMBER: digits behind the point */
    int64_t least, most; /* of NUMBER: every number that is not missing lies between them */
    const void *inner; /* private */
};
struct trod_part {
    uint32_t n_customers, n_events;
    const uint32_t
        *first; /* [n_customers + 1]: events of customer c are first[c]..first[c+1]-1 */
    unsigned name_bytes;  /* 1, 2 or 4 */
    const void *name;     /* [n_events] unsigned of that width; 64 readable bytes follow */
    uint32_t n_names;     /* every name is below it (trod_part_open looks at all of them) */
    uint32_t n_sources;   /* every source is below it */
    int64_t tick_us;      /* 1, 1000 or 1000000; 0: no event has a time */
    const int64_t *start; /* [n_customers] tick of the first dated event (0 if there is none);
                           * NULL without times */
    const uint32_t
        *undated; /* [n_undated] events without a time where others have one, ascending */
    size_t n_undated;
    bool has_ends;
    bool has_spans; /* trod_part_spans knows them; not without times, nor of an old part */
    uint64_t longest_gap; /* ticks; what trod_part_gaps gives is never above, but less than twice
                           * the longest of them. Sums of gaps are safe in what trod_part_pack
                           * made; of doubtful bytes they may wrap: add them as uint64_t */
    const uint32_t *gap_counts; /* [n_gap_counts]: how many gaps lie in each bucket (see
                                 * trod_gap_bucket; in microseconds, whatever the tick) */
    uint32_t n_gap_counts;
    /* trod_part_near knows all gaps of these buckets, which lie around the 95 % of the part's
     * gaps: near_bucket .. near_bucket + n_near_buckets - 1; 0 buckets: it knows none. */
    uint32_t near_bucket, n_near_buckets, n_near;
    int64_t first_us, last_us;
    const struct trod_part_column *columns; /* by field, ascending */
    size_t n_columns;
    const void *inner; /* private */
};
/* Opens sections, whatever they hold: TROD_BAD_INPUT names the section that is damaged. The
 * part lives on the arena and points into the sections, which must outlive it. Cost: small
 * against a question (first events and starts of customers are unpacked, and the names are read
 * once for their largest, after which they lie in the cache). */
TROD_MUST trod_status trod_part_open(const struct trod_section *sections, size_t n_sections,
                                     struct trod_arena *arena, const struct trod_part **part,
                                     struct trod_error *error);
/* Every number in the sections is in its bounds. For `log verify` and for sections of doubtful
 * origin: what trod_part_open lets pass never makes a reader leave its buffers, but may be
 * wrong. */
TROD_MUST trod_status trod_part_check(const struct trod_part *part, struct trod_error *error);

/* gaps[i]: ticks from the dated event before of the same customer to event from + i; 0 for a
 * customer's first and for an undated one. Room for n + 16 is written to. Quick: vectorised,
 * and any `from` is as good; ask for hundreds at a time where you can. */
void trod_part_gaps(const struct trod_part *part, uint32_t from, uint32_t n, uint64_t *gaps);
/* spans[i]: ticks from the first dated event of customer from + i to the last: what its gaps
 * come to. Of a part that has_spans. Room for n + 16. */
void trod_part_spans(const struct trod_part *part, uint32_t from, uint32_t n, uint64_t *spans);
/* The n_near gaps (ticks) of the buckets near the 95 %, ascending. Room for n_near + 16. */
void trod_part_near(const struct trod_part *part, uint64_t *ticks);
/* ends[i]: ticks from begin to end of event from + i; UINT64_MAX if it has no end. Room for n
 * + 16. */
void trod_part_ends(const struct trod_part *part, uint32_t from, uint32_t n, uint64_t *ends);
void trod_part_sources(const struct trod_part *part, uint32_t from, uint32_t n,
                       uint32_t *sources);
/* The column of that field, or NULL. */
const struct trod_part_column *trod_part_column(const struct trod_part *part, uint32_t field);
/* What cannot be read of a damaged column is missing; a code is never above n_values. Where many
 * rows are wanted, ask for some thousand at once: a column may lie in blocks of up to 8,192.
 *
 * Of a CODES column: the codes of rows from..from+n-1 (events, or customers of a fact). Room n
 * + 16. With `by_customer`, trod_part_customer_codes gives one a customer. */
void trod_part_codes(const struct trod_part *part, const struct trod_part_column *column,
                     uint32_t from, uint32_t n, uint32_t *codes);
void trod_part_customer_codes(const struct trod_part *part,
                              const struct trod_part_column *column, uint32_t from, uint32_t n,
                              uint32_t *codes);
/* The value of a code > 0; lives as long as the part. The first time, a large dictionary is
 * expanded. */
trod_str trod_part_value(const struct trod_part *part, const struct trod_part_column *column,
                         uint32_t code);
/* Of a NUMBER column: value * 10^scale; INT64_MIN is missing. */
void trod_part_numbers(const struct trod_part *part, const struct trod_part_column *column,
                       uint32_t from, uint32_t n, int64_t *numbers);
/* Of any column: the texts, on the arena (or pointing into the part); {NULL, 0} is missing. */
TROD_MUST trod_status trod_part_texts(const struct trod_part *part,
                                      const struct trod_part_column *column, uint32_t from,
                                      uint32_t n, struct trod_arena *arena, trod_str *texts,
                                      struct trod_error *error);
/* The customer of that id, or TROD_NO_ID. A few microseconds. */
uint32_t trod_part_find(const struct trod_part *part, trod_str id);
TROD_MUST trod_status trod_part_ids(const struct trod_part *part, uint32_t from, uint32_t n,
                                    struct trod_arena *arena, trod_str *ids,
                                    struct trod_error *error);
/* The first customer whose hash is at least that; n_customers if none. */
uint32_t trod_part_seek(const struct trod_part *part, uint64_t hash);

/* A part opened at a glance, for trod_part_find and trod_part_single alone: a few microseconds,
 * whatever its size, for nothing is unpacked beforehand (first, start and the counts of gaps are
 * NULL, and names are looked at as they are read). `tool` may serve many parts and threads. */
struct trod_part_tool;
/* On the arena; NULL without memory. */
struct trod_part_tool *trod_part_tool_make(struct trod_arena *arena);
TROD_MUST trod_status trod_part_glance(const struct trod_section *sections, size_t n_sections,
                                       struct trod_part_tool *tool, struct trod_arena *arena,
                                       const struct trod_part **part, struct trod_error *error);
/* The rows of one customer, every column as texts; n_customers is 0 if the part has nobody of
 * that id. On the arena; texts may point into the part. */
TROD_MUST trod_status trod_part_single(const struct trod_part *part, trod_str id,
                                       struct trod_arena *arena, struct trod_rows *rows,
                                       struct trod_error *error);

/* Adds how many gaps lie in each bucket (see trod_gap_bucket; in microseconds). */
void trod_part_add_gaps(const struct trod_part *part, uint64_t counts[TROD_GAP_BUCKETS]);

/* Customers from..from+n-1 as rows. On the arena. */
TROD_MUST trod_status trod_part_unpack(const struct trod_part *part, uint32_t from, uint32_t n,
                                       struct trod_arena *arena, struct trod_rows *rows,
                                       struct trod_error *error);

/* Those customers alone (ascending). On the arena, texts too. */
TROD_MUST trod_status trod_part_pick(const struct trod_part *part, const uint32_t *customers,
                                     uint32_t n, struct trod_arena *arena,
                                     struct trod_rows *rows, struct trod_error *error);
/* The part without those customers (ascending; borrowed, as is the part, for as long): questions
 * read it like any other. On the arena. Cost: names are copied, and little else is done. */
TROD_MUST trod_status trod_part_without(const struct trod_part *part, const uint32_t *gone,
                                        uint32_t n_gone, struct trod_arena *arena,
                                        const struct trod_part **left,
                                        struct trod_error *error);

/* Puts rows of several parts together, older ones first: customers by hash, equal ones as one,
 * their events by time (equal times: older rows first), facts from the newest that has one.
 * With `id_field` (or TROD_NO_ID) an event whose id its customer had before is dropped; with
 * `distinct` one that equals an earlier one in name, times and all attributes. `without` (may
 * be NULL) is a customer that is left out. Counts what was dropped. On the arena; texts go on
 * lying where the rows have them. */
struct trod_rows_options {
    uint32_t id_field;
    bool distinct;
    const trod_str *without;
    size_t n_without;
};
TROD_MUST trod_status trod_rows_merge(const struct trod_rows *const *rows, size_t n,
                                      const struct trod_rows_options *options,
                                      struct trod_arena *arena, struct trod_rows *merged,
                                      uint64_t *n_dropped, struct trod_error *error);

/* ---- A log as parts
 * -------------------------------------------------------------------------- */

struct trod_parts_field {
    trod_str name;
    bool fact;
};
struct trod_parts_source {
    trod_str name;
    uint64_t n_events;
    int64_t first_us, last_us;
};
/* The whole log: parts that have no customer in common, in the order of their hashes. */
struct trod_parts {
    const struct trod_dict *names;
    const struct trod_parts_field *fields;
    size_t n_fields;
    const struct trod_parts_source *sources;
    size_t n_sources;
    uint32_t channel_field, worth_field, journey_field; /* or TROD_NO_ID */
    uint32_t
        id_field; /* of the events' own ids, by which a second import is known, or TROD_NO_ID */
    uint64_t n_events, n_customers;
    bool has_times;
    int64_t first_us, last_us; /* TROD_NO_TIME without times */
    size_t n_parts;
    const uint64_t
        *first_hash; /* [n_parts]: part i holds hashes first_hash[i] .. first_hash[i+1]-1 */
    /* Opens part i; from any thread. It lives until `scratch` is reset or freed (and may live
     * in it). */
    trod_status (*open)(void *owner, size_t i, struct trod_arena *scratch,
                        const struct trod_part **part, struct trod_error *error);
    /* trod_parts_single and trod_parts_gap, where there is a way that opens no part; from any
     * thread. May be NULL. */
    trod_status (*single)(void *owner, trod_str id, struct trod_arena *arena,
                          struct trod_rows *rows, struct trod_error *error);
    trod_status (*gaps)(void *owner, uint64_t counts[TROD_GAP_BUCKETS],
                        struct trod_error *error);
    void (*release)(void *owner); /* called by trod_parts_free; may be NULL */
    void *owner;
    struct trod_arena *arena; /* owned; this struct lives on it */
};
void trod_parts_free(struct trod_parts *parts);
/* Parts in memory. Of `frame` the names, fields, sources and the special fields are copied (its
 * counts, times and parts are not looked at: they are added up from what was packed); `packed`,
 * in the order of hashes, is copied too. */
TROD_MUST trod_status trod_parts_of_packed(const struct trod_parts *frame,
                                           const struct trod_packed *packed, size_t n,
                                           struct trod_parts **parts,
                                           struct trod_error *error);
/* Index of the event attribute or fact of that name (an attribute first unless fact_only), or
 * TROD_NO_ID. */
uint32_t trod_parts_field(const struct trod_parts *parts, trod_str name, bool fact_only);
/* TROD_BAD_OPTION: the log has no such column (or fact), with the nearest one, or all. */
TROD_MUST trod_status trod_parts_no_field(const struct trod_parts *parts, trod_str name,
                                          bool fact_only, struct trod_error *error);
/* Readers index by the numbers of names, sources and fields, which are the log's: TROD_BAD_INPUT
 * if an open part goes beyond them. Whoever opens parts of doubtful bytes asks this first. */
TROD_MUST trod_status trod_part_fits(const struct trod_part *part,
                                     const struct trod_parts *parts, struct trod_error *error);
/* Calls work(owner, i, part, scratch) for each part, on all threads of the run; the scratch
 * arena is empty at each call and the part lives in it. What `work` writes must be per i, or be
 * added under its own lock in a way that no order matters. */
TROD_MUST trod_status
trod_parts_each(const struct trod_parts *parts, const struct trod_run *run,
                trod_status (*work)(void *owner, size_t i, const struct trod_part *part,
                                    struct trod_arena *scratch, struct trod_error *error),
                void *owner, struct trod_error *error);
/* All that the log knows of one customer, every column as texts; n_customers is 0 if there is
 * nobody of that id. On the arena; texts may point into the log. Reads what is about the customer
 * alone: some microseconds. */
TROD_MUST trod_status trod_parts_single(const struct trod_parts *parts, trod_str id,
                                        struct trod_arena *arena, struct trod_rows *rows,
                                        struct trod_error *error);
/* The time that 95 % of the times between a customer's events do not exceed, or up to 1/64 more;
 * TROD_NO_TIME if there are none. From counts that lie in the parts: no event is read. */
TROD_MUST trod_status trod_parts_gap(const struct trod_parts *parts, int64_t *gap_us,
                                     struct trod_error *error);
/* The log in plain columns, for the questions that want it so (claims, lay, compare). Customers
 * are numbered in the parts' order. Errors: TROD_TOO_MUCH above `memory_bytes` (0: 3 GiB). */
struct trod_log;
TROD_MUST trod_status trod_log_of_parts(const struct trod_parts *parts, uint64_t memory_bytes,
                                        const struct trod_run *run, struct trod_log **log,
                                        struct trod_error *error);

/* ---- Part views: which journeys
 * ---------------------------------------------------------------- */

/* The journeys of a part that a question is about, by the rules of trod_view_make (`where`
 * picks whole journeys, `since` and `until` by their start, `events` takes events out, one
 * journey a customer or one a value of the log's journey column). Without `events`, nothing is
 * copied. */
struct trod_part_view {
    const struct trod_part *part;
    uint32_t n_journeys;
    const uint32_t *begin,
        *end;                 /* [n_journeys] places: events begin[j]..end[j]-1, begin < end */
    const uint32_t *customer; /* [n_journeys]; NULL: journey j is customer j's */
    unsigned name_bytes;
    const void *name;      /* [n_places] as in the part; 64 readable bytes follow */
    const uint32_t *event; /* [n_places] the part's event; NULL: the place is the event */
    uint32_t n_places;
    bool whole; /* every place is in one of the journeys, and begin[j + 1] == end[j] */
    const int64_t *start;  /* [n_journeys] tick of its first dated place (0 if there is none); NULL
                            * without times */
    const uint32_t *group; /* [n_journeys] its segment: 0 is missing, g > 0 is groups[g - 1];
                            * NULL without `by` */
    const trod_str *groups;
    uint32_t n_groups;
    uint64_t n_events;          /* in all journeys */
    uint32_t n_customers;       /* with at least one */
    uint64_t n_left_out;        /* journeys that the options left out */
    const uint64_t *place_gaps; /* private */
};
struct trod_view_options;
/* `by`: a field whose value at the journey's first event that has one (`events` aside; or the
 * customer's fact) is its segment; TROD_NO_ID: none. Of options, `per` is TROD_PER_CUSTOMER.
 * Errors: TROD_BAD_OPTION (the filter speaks of a column that
 * the log has not, with the nearest one). On the arena. */
TROD_MUST trod_status trod_part_view_make(const struct trod_parts *parts,
                                          const struct trod_part *part,
                                          const struct trod_view_options *options, uint32_t by,
                                          struct trod_arena *arena,
                                          const struct trod_part_view **view,
                                          struct trod_error *error);
/* gaps[i]: ticks from the dated event before in the same journey to place from + i; 0 at a
 * journey's first. Room for n + 16. */
void trod_part_view_gaps(const struct trod_part_view *view, uint32_t from, uint32_t n,
                         uint64_t *gaps);

/* ---- Gathering: rows from anywhere into parts
 * ---------------------------------------------------- */

/* Takes events in any order, from several threads, and makes parts of them: rows go to buckets
 * by the customer's hash, over `memory_bytes` to a file aside (in `folder`, unlinked at once),
 * and each bucket is sorted and packed by itself.
 *
 * Life: 1. trod_gather_make; 2. one *hand* a thread (trod_gather_hand), events through it; 3.
 * all hands done: trod_gather_finish, or trod_gather_each; 4. trod_gather_free. */
struct trod_gather;
struct trod_gather_options {
    uint64_t memory_bytes;         /* 0: 3 GiB */
    const char *folder;            /* for what does not fit; NULL: TMPDIR, else /tmp */
    const struct trod_parts *like; /* names, fields and sources begin as those; NULL: empty */
    bool distinct;                 /* equal events of a customer are one */
    const char *id_field;          /* the attribute that is an event's own id; NULL: none */
};
TROD_MUST trod_status trod_gather_make(const struct trod_gather_options *options,
                                       const struct trod_run *run, struct trod_gather **gather,
                                       struct trod_error *error);
void trod_gather_free(struct trod_gather *gather);
/* Numbers of sources and fields; from any thread; TROD_NO_ID without memory, or above 60,000
 * sources or 10,000 fields. */
uint32_t trod_gather_source(struct trod_gather *gather, trod_str name);
uint32_t trod_gather_field(struct trod_gather *gather, trod_str name, bool fact);
/* Fields are numbered in the order in which they are declared, by one thread; those that are not
 * come after them, in the order of their first values. */
void trod_gather_declare(struct trod_gather *gather, uint32_t field);
enum trod_gather_role { TROD_ROLE_CHANNEL, TROD_ROLE_WORTH, TROD_ROLE_JOURNEY };
void trod_gather_role(struct trod_gather *gather, enum trod_gather_role role, uint32_t field);

/* The fact that says of a customer that it is known under more than the weakest `same person`
 * column; where the log has such a field, the question arises (log->identified). */
#define TROD_IDENTIFIED_FACT "trod:identified"

struct trod_hand;
/* A hand for one thread at a time; freed with the gatherer. NULL without memory. */
struct trod_hand *trod_gather_hand(struct trod_gather *gather);
/* Adds an event. `place` orders events of equal times (and facts) as the files had them: no two
 * rows of the log have the same, and it need not rise. A journey column's value is set like any
 * other. Errors: TROD_TOO_MUCH, TROD_NO_MEMORY, TROD_IO. */
TROD_MUST trod_status trod_hand_event(struct trod_hand *hand, uint64_t place, uint32_t source,
                                      trod_str customer, trod_str name, int64_t time_us,
                                      int64_t end_us, struct trod_error *error);
/* A value of the event added last, or (a fact) of its customer: the last by place that is not
 * empty holds. */
TROD_MUST trod_status trod_hand_set(struct trod_hand *hand, uint32_t field, trod_str value,
                                    struct trod_error *error);
/* A fact without an event. */
TROD_MUST trod_status trod_hand_fact(struct trod_hand *hand, uint64_t place, trod_str customer,
                                     uint32_t field, trod_str value, struct trod_error *error);
/* Two ids are one person; the id that came first by place stands for both. */
TROD_MUST trod_status trod_hand_same(struct trod_hand *hand, uint64_t place, trod_str a,
                                     trod_str b, struct trod_error *error);
uint64_t trod_gather_count(const struct trod_gather *gather);

/* Packs part by part and hands each to `take`, from several threads, in any order; parts are
 * numbered by their hashes, and one to which nobody falls is left out (an empty log has none).
 * The packed sections live only during the call. Once for a gatherer. */
TROD_MUST trod_status trod_gather_each(struct trod_gather *gather,
                                       trod_status (*take)(void *owner, size_t i,
                                                           const struct trod_packed *packed,
                                                           struct trod_error *error),
                                       void *owner, struct trod_error *error);
/* The log's frame after trod_gather_each: names, fields and sources, numbered by the places at
 * which they were met first (behind those of `like`), whatever the threads did; counts and times
 * of what was gathered, without those of `like`. Its `open` is NULL. Owned by the gatherer. */
const struct trod_parts *trod_gather_frame(const struct trod_gather *gather);
/* The parts in memory; the gatherer may be freed afterwards. */
TROD_MUST trod_status trod_gather_finish(struct trod_gather *gather, struct trod_parts **parts,
                                         struct trod_error *error);
/* After that: the id that stands for this one (see trod_hand_same); the same if none does. Owned by
 * the gatherer. */
trod_str trod_gather_stands(const struct trod_gather *gather, trod_str id);
/* Events dropped as known before (ids, distinct). */
uint64_t trod_gather_dropped(const struct trod_gather *gather);

#endif
