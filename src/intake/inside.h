/* inside: what the files of src/intake share.
 *
 * Bytes come through a *feed* (a window over the expanded file). csv.c, jsonl.c, xes.c and xlsx.c make
 * *rows* of them (cells by column, with their line). A *table* knows the columns of the file
 * and guesses from the first rows what each is for; a *taker* makes events of rows by it and
 * hands them to a *sink*, which is the log's builder or a gatherer's hand. Once the columns are
 * known, the rest of a CSV or JSON lines file is cut into chunks of whole rows, and a *crew* of
 * threads takes them, each with its own taker.
 */
#ifndef INTAKE_INSIDE_H
#define INTAKE_INSIDE_H

#include <stdio.h>

#include "trod/intake.h"
#include "trod/map.h"

enum {
    INTAKE_SMALL = 64 << 10,          /* the same of a file that has no more */
    INTAKE_CHUNK = 1 << 20,           /* bytes read at a time */
    INTAKE_ROW_CEILING = 16 << 20,    /* bytes of one row */
    INTAKE_PADDING = 64,              /* bytes behind the window that may be read */
    INTAKE_SAMPLE_ROWS = 1000,        /* rows that are looked at before the first is taken */
    INTAKE_SAMPLE_CEILING = 16 << 20, /* bytes of them */
    INTAKE_MOST_COLUMNS = 10000,
    INTAKE_NAME_CEILING = 4096, /* bytes of a column's name */
    INTAKE_KEPT_REJECTS = 100,
    INTAKE_REJECT_BYTES = 200, /* of a rejected row that are kept */
};

/* ---- feed.c: a window over the bytes of one file
 * ------------------------------------------------ */

enum intake_coding { INTAKE_UTF8, INTAKE_UTF16LE, INTAKE_UTF16BE };

struct intake_ahead;
/* Bytes window.at + used .. window.at + window.n are there to be looked at. */
struct intake_feed {
    struct trod_source *source;
    struct intake_ahead *ahead; /* reads the source, if it is not NULL */
    const struct trod_run *run;
    const char *name; /* for messages: "standard input" for "-" */
    struct trod_buf window;
    size_t used;
    size_t chunk; /* bytes read at a time; 0: as fits */
    bool ended;   /* nothing follows the window */
    bool plain;   /* the window is ASCII without NUL */
    enum intake_coding coding;
    struct trod_buf raw;      /* UTF-16 that waits to be converted */
    uint64_t n_bytes;         /* expanded, read so far */
    struct trod_error failed; /* what is to be told behind the bytes that were good */
    uint64_t base;            /* place of window.at[0] among the bytes, decoded */
};
TROD_MUST trod_status intake_feed_open(struct intake_feed *feed, struct trod_error *error);
void intake_feed_close(struct intake_feed *feed);
/* Makes the window longer, at its end; `used` bytes at its front are let go. At the end of the
 * file it sets `ended`. Errors: TROD_TOO_MUCH if what is not used yet exceeds the ceiling. */
TROD_MUST trod_status intake_feed_more(struct intake_feed *feed, struct trod_error *error);
/* Reads a chunk behind what is in `into`, decoded, with INTAKE_PADDING bytes of zero after it;
 * at the end of the file sets `ended`. For chunks: the window is left alone. */
TROD_MUST trod_status intake_feed_read(struct intake_feed *feed, struct trod_buf *into,
                                       struct trod_error *error);
/* That a row is above INTAKE_ROW_CEILING, with a way out. */
trod_status intake_row_too_long(struct trod_error *error);
/* From now on the window is UTF-8: skips a byte order mark, converts UTF-16. */
TROD_MUST trod_status intake_feed_decode(struct intake_feed *feed, struct trod_error *error);
/* ASCII without NUL. */
bool intake_is_plain(const char *at, size_t n);
/* Adds a character as UTF-8. */
void intake_character(struct trod_buf *out, uint32_t c);
/* Adds a text of Windows-1252 as UTF-8. */
void intake_latin(struct trod_buf *out, trod_str text);

/* ---- rows ------------------------------------------------------------------------------ */

struct intake_row {
    trod_str *cells; /* [n]; a missing one is {NULL, 0} */
    size_t n;
    const uint32_t *filled; /* [n_filled] the columns with a value; NULL: look at all */
    size_t n_filled;
    uint64_t line;  /* of the file, where the row begins; in a chunk: of the chunk, from 1 */
    uint64_t place; /* in the order of intake; the next ones, as many as the row has bytes, are
                     * its too */
    trod_str text;  /* as it stands in the file, for the list of rejected rows */
};
static inline trod_str intake_cell(const struct intake_row *row, uint32_t column) {
    return column < row->n ? row->cells[column] : (trod_str){NULL, 0};
}

/* ---- sink.c: where events go
 * ------------------------------------------------------------------------------------------ */

/* A customer: the builder knows it by its number, a gatherer by its id. */
struct intake_person {
    uint32_t number;
    trod_str id;     /* at == NULL: nobody */
    bool identified; /* known under more than the weakest `same person` column */
};
struct intake_event {
    uint64_t place;
    uint32_t source;
    trod_str name, journey;
    int64_t time_us, end_us;
};
struct intake_sink {
    struct trod_log_builder *builder; /* NULL: a gatherer's */
    struct trod_gather *gather;
    struct trod_hand *hand;
    uint32_t journey_field; /* of a gatherer: where the journey is kept if the file's column of
                             * it is not; else INTAKE_NONE */
    uint32_t identified_field; /* of a gatherer; INTAKE_NONE: the question does not arise */
};
/* The sink of a thread; the caller's is number 0. The builder is for that one alone. */
TROD_MUST trod_status intake_sink_of_thread(struct trod_intake *intake, size_t thread,
                                            struct intake_sink *sink, struct trod_error *error);
uint32_t intake_sink_source(const struct intake_sink *sink, trod_str name);
uint32_t intake_sink_field(const struct intake_sink *sink, trod_str name, bool fact);
/* The field's place among the others is that of this call; from the thread that takes the file.
 */
void intake_sink_declare(const struct intake_sink *sink, uint32_t field);
enum intake_role { INTAKE_CHANNEL, INTAKE_WORTH, INTAKE_JOURNEY };
void intake_sink_role(const struct intake_sink *sink, enum intake_role role, uint32_t field);
/* Finds the person's number by its id, or gives it one. */
TROD_MUST trod_status intake_sink_person(const struct intake_sink *sink,
                                         struct intake_person *person,
                                         struct trod_error *error);
TROD_MUST trod_status intake_sink_same(const struct intake_sink *sink, uint64_t place,
                                       const struct intake_person *a,
                                       const struct intake_person *b, struct trod_error *error);
/* From now on it is asked who is identified, even if nobody is. */
TROD_MUST trod_status intake_sink_ask_identified(struct intake_sink *sink,
                                                 struct trod_error *error);
TROD_MUST trod_status intake_sink_event(const struct intake_sink *sink,
                                        const struct intake_event *event,
                                        const struct intake_person *person,
                                        struct trod_error *error);
/* An attribute of the event added last, or a fact of its customer. */
TROD_MUST static inline trod_status intake_sink_set(const struct intake_sink *sink,
                                                    uint32_t field, trod_str value,
                                                    struct trod_error *error) {
    return sink->gather ? trod_hand_set(sink->hand, field, value, error)
                        : trod_log_builder_set(sink->builder, field, value, error);
}
TROD_MUST trod_status intake_sink_fact(const struct intake_sink *sink, uint64_t place,
                                       const struct intake_person *person, uint32_t field,
                                       trod_str value, struct trod_error *error);

/* ---- table.c: rows to events
 * ---------------------------------------------------------------------- */

#define INTAKE_NONE TROD_NO_ID

/* What a column is called for a file, from the options, else the map's source. */
struct intake_wish {
    trod_str customer, event, time, end, journey, channel, worth;
    trod_str lifecycle;
    trod_str time_format, time_zone;
    struct trod_words dates, profile;
    trod_str event_name;    /* of every event, where no column names it */
    trod_str journey_field; /* `one journey per FIELD` of the map */
    bool no_time;           /* --time "": the order of the file */
    bool xes;               /* an event without a time is taken, a name is a name */
};

enum intake_as { INTAKE_NOTHING, INTAKE_ATTRIBUTE, INTAKE_FACT };

struct intake_column {
    trod_str name;
    enum intake_as as;
    uint32_t field;             /* of the sink, where `as` is not NOTHING */
    uint32_t same;              /* position in the map's `same person`, or INTAKE_NONE */
    struct trod_time_form form; /* of a time, an end or a date */
};

struct intake_sight;

/* Columns by what they are for; INTAKE_NONE where there is none. */
struct intake_plan {
    uint32_t customer, event, time, end, journey, lifecycle, channel, worth;
    uint32_t *dates;
    size_t n_dates;
    uint32_t fact; /* names the customer where the case makes the journey */
    bool by_case;  /* `customer` is the column of the case */
    bool guessed_customer, guessed_event, guessed_time, guessed_end, guessed_channel,
        guessed_worth;
};

/* ---- A taker: makes events of rows, on one thread
 * ------------------------------------------------------------------------------------------ */

struct intake_counts {
    uint64_t n_rows, n_events, n_rejected, n_skipped;
    uint64_t n_short, n_latin, n_undated, n_backwards, n_bad_ends;
    bool naive; /* a time named no zone */
    bool timed; /* some event has a time */
};
/* Rejected rows of a chunk, until those of the chunks before it are entered. */
struct intake_late {
    struct trod_buf items; /* struct intake_late_row each */
    struct trod_buf texts; /* reason, then row */
    uint64_t n;
};
struct intake_taker {
    struct intake_table *table;
    struct intake_sink sink;
    /* The table's, as they were when they were looked at: another thread may add columns. */
    const struct intake_column *columns;
    size_t n_columns;
    struct intake_plan plan;
    struct intake_counts counts; /* not yet told to the table */
    struct intake_late *late;    /* NULL: rejected rows are entered at once */
    struct trod_buf key;         /* scratch */
    struct trod_buf id;          /* of `person`, where it is not in the row */
    struct intake_person person; /* of the row before */
};

struct intake_table {
    struct trod_intake *intake;
    struct trod_intake_file *file;
    const struct trod_map *map;           /* may be NULL */
    const struct trod_map_source *source; /* the one whose columns hold; NULL: none */
    bool source_given;                    /* the source is not to be looked for */
    struct intake_wish wish;
    struct trod_arena *arena; /* as long as the file is read */
    struct intake_column *columns;
    size_t n_columns, room_columns;
    struct intake_plan plan;
    struct intake_kept { /* columns that are fields, once they are known; late ones are not here
                          */
        uint32_t column, field;
    } * kept;
    size_t n_kept;
    uint32_t sink_source;
    uint64_t file_place;        /* in the order of intake */
    uint32_t journey_field;     /* see struct intake_sink */
    struct trod_zone *zone;     /* of times that name none; NULL: UTC */
    struct trod_time_form form; /* as the options or the source say; GUESS: nobody says */
    bool decided;               /* the columns' parts are known */
    struct intake_row *sample;  /* rows that wait for that */
    size_t n_sample, room_sample, sample_bytes;
    struct trod_arena *sample_arena;
    struct intake_taker taker;   /* of the rows that are taken one by one */
    struct intake_counts counts; /* of all rows */
    struct intake_sight *sights; /* [n_columns] of the sample; NULL: nobody looked */
    trod_str delimiter_said;     /* "" or ", separated by \";\"" */
    trod_str note;               /* what the guess has to say, "" */
};
TROD_MUST trod_status intake_table_init(struct intake_table *table, struct trod_intake *intake,
                                        struct trod_intake_file *file,
                                        const struct trod_map *map,
                                        const struct trod_map_source *source,
                                        struct trod_error *error);
void intake_table_release(struct intake_table *table);
/* A new column, which takers see when they look again; the name is copied. `as`: a fact
 * whatever its name, an attribute unless its name says more, or no field of the log at all. */
TROD_MUST trod_status intake_table_column(struct intake_table *table, trod_str name,
                                          enum intake_as as, uint32_t *column,
                                          struct trod_error *error);
/* header.c: columns by the cells of the first row: NAME, or NAME#2 …, or "column 7" where it is empty.
 * TROD_BAD_INPUT if they are no names. */
TROD_MUST trod_status intake_table_header(struct intake_table *table, const trod_str *cells,
                                          size_t n, struct trod_error *error);
/* The column of that name: exactly, else with case, blanks and "_" aside if only one fits. */
uint32_t intake_table_find(const struct intake_table *table, trod_str name);
/* Once the column of the journey is known: sees to it that a gatherer knows it, too. */
TROD_MUST trod_status intake_table_journey(struct intake_table *table,
                                           struct trod_error *error);
/* Once the columns' parts are known (XES: at once): enters the source into the log. */
TROD_MUST trod_status intake_table_begin(struct intake_table *table, struct trod_error *error);
/* Takes a row, or keeps it until the first rows have shown what the columns are. */
TROD_MUST trod_status intake_table_row(struct intake_table *table, const struct intake_row *row,
                                       struct trod_error *error);
/* The place of a row, by its own in the file. */
static inline uint64_t intake_table_place(const struct intake_table *table, uint64_t at) {
    return table->file_place + at;
}
/* Adds what was counted to the file's figures, and zeroes it. */
void intake_table_count(struct intake_table *table, struct intake_counts *counts);
/* After the last row. */
TROD_MUST trod_status intake_table_end(struct intake_table *table, struct trod_error *error);

/* ---- reject.c: rows that cannot be taken
 * ------------------------------------------------------------------------------------------ */

/* Counts the row. With `strict` it is an error. */
TROD_MUST trod_status intake_reject(struct intake_taker *taker, const struct intake_row *row,
                                    struct trod_error *error, const char *reason, ...)
    TROD_PRINTF(4, 5);
/* Puts the kept ones from `first` on, all of one file, in the order of their lines: a row that
 * is none is rejected before those that wait for the guess. */
void intake_order_rejects(struct trod_intake *intake, size_t first);
/* Enters those that waited, `line` being the number of the chunk's first line. */
TROD_MUST trod_status intake_rejects_flush(struct trod_intake *intake,
                                           struct trod_intake_file *file,
                                           struct intake_late *late, uint64_t line,
                                           struct trod_error *error);
void intake_late_release(struct intake_late *late);

/* ---- take.c: one row to its events
 * ------------------------------------------------------------------------------------------ */

/* A taker of the table's rows, that hands events to the sink. */
void intake_taker_init(struct intake_taker *taker, struct intake_table *table,
                       struct intake_sink sink);
void intake_taker_release(struct intake_taker *taker);
/* Looks at the table's columns anew. */
void intake_taker_look(struct intake_taker *taker);
TROD_MUST trod_status intake_take(struct intake_taker *taker, const struct intake_row *row,
                                  struct trod_error *error);
/* Facts (and nothing else) of the customer whose event was taken last. */
TROD_MUST trod_status intake_take_facts(struct intake_taker *taker,
                                        const struct intake_row *row, struct trod_error *error);
/* people.c: whose row it is; person->id.at is NULL if no column says. The id lives until the
 * next call. */
TROD_MUST trod_status intake_customer(struct intake_taker *taker, const struct intake_row *row,
                                      struct intake_person *person, struct trod_error *error);

/* ---- sample.c: what the first rows show of a column
 * ----------------------------------------------- */

struct intake_sight {
    size_t n_filled, n_distinct;
    size_t n_mail; /* values that look like addresses of e-mail */
    bool looked_for_time;
    bool is_time; /* at least four in five values are read by `form` */
    bool is_number;
    bool ambiguous;    /* day and month could be swapped */
    double share_time; /* of the filled values that `form` reads */
    struct trod_time_form form;
    trod_str odd; /* the first value that is no time */
};
TROD_MUST trod_status intake_sight_make(const struct intake_table *table,
                                        struct intake_sight **sights, struct trod_error *error);
/* Looks whether the column holds times. */
TROD_MUST trod_status intake_sight_time(const struct intake_table *table, uint32_t column,
                                        struct intake_sight *sight, struct trod_error *error);
/* A text that stands for "no time": empty, NULL, NaT, N/A … */
bool intake_is_void(trod_str text);
/* Share of the sampled rows (with both) in which time column b is not before a. */
double intake_sight_ordered(const struct intake_table *table, const struct intake_sight *sights,
                            uint32_t a, uint32_t b);
/* True if, in the sample, each value of column a goes with one value of column b. */
TROD_MUST trod_status intake_sight_constant(const struct intake_table *table, uint32_t a,
                                            uint32_t b, bool *constant,
                                            struct trod_error *error);

/* ---- guess.c: which column is what
 * ---------------------------------------------------------------- */

/* Fills table->plan from the wish, else from names and content. */
TROD_MUST trod_status intake_guess(struct intake_table *table, struct trod_error *error);
/* True for "case:…" and "(case)…": a fact of the case. */
bool intake_is_case_column(trod_str name);
/* Position of a column's name among those of a part: 0 is the surest, -1 is none of them. */
enum intake_part {
    INTAKE_PART_CASE,
    INTAKE_PART_CUSTOMER,
    INTAKE_PART_VISIT, /* walks where there is no customer: a session, an order */
    INTAKE_PART_EVENT,
    INTAKE_PART_VAGUE_EVENT, /* where few values repeat: a type, a name */
    INTAKE_PART_TIME,
    INTAKE_PART_BEGIN,
    INTAKE_PART_END,
};
enum { INTAKE_RANK_NESTED = 200 }; /* below: the whole name is one of them */
int intake_rank(enum intake_part part, trod_str name);
/* Letters and digits in lower case; "_", "-", "." and blanks left out; at most 63 bytes. */
size_t intake_plain_name(trod_str name, char at[64]);

/* ---- said.c
 * ------------------------------------------------------------------------------------------ */

TROD_MUST trod_status intake_say(struct intake_table *table, struct trod_error *error);
/* The names of the columns, quoted where needed, cut at `room`. */
void intake_list_columns(const struct intake_table *table, char *at, size_t room);
/* What is meant by a way of writing times. */
const char *intake_form_words(const struct trod_time_form *form);

/* ---- source.c: what the map says
 * --------------------------------------------------------------------- */

/* The map's source whose file lines name this file; NULL: none. */
const struct trod_map_source *intake_source_of_file(const struct trod_map *map,
                                                    const char *name);
/* Once the columns are known: the only source whose columns are all here; NULL: none or
 * several. */
const struct trod_map_source *intake_source_of_columns(const struct trod_map *map,
                                                       const struct intake_table *table);
/* Takes one file, by the columns of `source` if that is not NULL. */
TROD_MUST trod_status intake_add_file(struct trod_intake *intake, const char *name,
                                      const struct trod_map *map,
                                      const struct trod_map_source *source,
                                      struct trod_error *error);
/* Fills table->wish from options and source, and opens its zone. */
TROD_MUST trod_status intake_wish_make(struct intake_table *table, struct trod_error *error);

/* ---- formats
 * ----------------------------------------------------------------------------------------- */

TROD_MUST trod_status intake_csv(struct intake_table *table, struct intake_feed *feed,
                                 struct trod_error *error);
TROD_MUST trod_status intake_jsonl(struct intake_table *table, struct intake_feed *feed,
                                   struct trod_error *error);
TROD_MUST trod_status intake_xes(struct intake_table *table, struct intake_feed *feed,
                                 struct trod_error *error);
/* The sheet of that name; {NULL, 0}: the first. Then feed->n_bytes is what it expands to. */
TROD_MUST trod_status intake_xlsx(struct intake_table *table, struct intake_feed *feed,
                                  trod_str sheet, struct trod_error *error);

/* ---- the intake
 * -------------------------------------------------------------------------------------- */

struct trod_intake {
    struct trod_intake_options options; /* texts copied */
    const struct trod_run *run;
    struct trod_arena *arena; /* the report lives here */
    struct trod_log_builder *builder;
    struct intake_sink sink;  /* of the thread that calls */
    struct trod_hand **hands; /* a thread */
    size_t n_hands, room_hands;
    uint32_t journey_field; /* of a gatherer's journeys, or INTAKE_NONE */
    struct trod_intake_file *files;
    size_t n_files, room_files;
    struct trod_reject rejects[INTAKE_KEPT_REJECTS];
    size_t n_rejects;
    uint64_t n_rejected;
    FILE *rejects_file;
    struct intake_place { /* of a file that was named: its device and number there */
        uint64_t device, number;
    } * places;
    size_t n_places, room_places;
    bool is_again; /* the file that is being read was read before */
    struct trod_intake_report report;
    bool finished;
    size_t chunk_bytes, sample_rows; /* for tests; 0: as usual */
};
/* For tests: bytes that are read at a time (4 or more), and rows that are looked at before the
 * first is taken. */
void intake_set_pieces(struct trod_intake *intake, size_t chunk_bytes, size_t sample_rows);

#endif
