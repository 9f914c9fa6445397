/* inside: what the files of src/intake share.
 *
 * Bytes come through a *feed* (a window over the expanded file). csv.c, jsonl.c and xes.c make
 * *rows* of them (cells by column, with their line), and a *table* makes events of rows: it
 * knows the columns, guesses from the first rows what each is for, and hands the events to the
 * log's builder.
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

/* Bytes window.at + used .. window.at + window.n are there to be looked at. */
struct intake_feed {
    struct trod_source *source;
    const struct trod_run *run;
    const char *name; /* for messages: "standard input" for "-" */
    struct trod_buf window;
    size_t used;
    size_t chunk; /* bytes read at a time */
    bool ended;   /* nothing follows the window */
    bool plain;   /* the window is ASCII without NUL */
    enum intake_coding coding;
    struct trod_buf raw; /* UTF-16 that waits to be converted */
    uint64_t n_bytes;    /* expanded, read so far */
};
TROD_MUST trod_status intake_feed_open(struct intake_feed *feed, struct trod_error *error);
void intake_feed_close(struct intake_feed *feed);
/* Makes the window longer, at its end; `used` bytes at its front are let go. At the end of the
 * file it sets `ended`. Errors: TROD_TOO_MUCH if what is not used yet exceeds the ceiling. */
TROD_MUST trod_status intake_feed_more(struct intake_feed *feed, struct trod_error *error);
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
    uint64_t line; /* of the file, where the row begins */
    trod_str text; /* as it stands in the file, for the list of rejected rows */
};
static inline trod_str intake_cell(const struct intake_row *row, uint32_t column) {
    return column < row->n ? row->cells[column] : (trod_str){NULL, 0};
}

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
    uint32_t field;             /* of the builder, where `as` is not NOTHING */
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
    uint32_t builder_source;
    struct trod_zone *zone;     /* of times that name none; NULL: UTC */
    struct trod_time_form form; /* as the options or the source say; GUESS: nobody says */
    bool decided;               /* the columns' parts are known */
    struct intake_row *sample;  /* rows that wait for that */
    size_t n_sample, room_sample, sample_bytes;
    struct trod_arena *sample_arena;
    struct trod_buf key;    /* scratch */
    uint32_t last_customer; /* the customer of the row before, and its id */
    struct trod_buf last_id;
    bool naive; /* a time named no zone */
    uint64_t n_short, n_latin, n_undated, n_backwards, n_bad_ends;
    bool timed;                  /* some event has a time */
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
/* A new column; the name is copied. `as`: a fact whatever its name, an attribute unless its
 * name says more, or no field of the log at all. */
TROD_MUST trod_status intake_table_column(struct intake_table *table, trod_str name,
                                          enum intake_as as, uint32_t *column,
                                          struct trod_error *error);
/* The column of that name: exactly, else with case, blanks and "_" aside if only one fits. */
uint32_t intake_table_find(const struct intake_table *table, trod_str name);
/* Once the columns' parts are known (XES: at once): enters the source into the log. */
TROD_MUST trod_status intake_table_begin(struct intake_table *table, struct trod_error *error);
/* Takes a row, or keeps it until the first rows have shown what the columns are. */
TROD_MUST trod_status intake_table_row(struct intake_table *table, const struct intake_row *row,
                                       struct trod_error *error);
/* After the last row. */
TROD_MUST trod_status intake_table_end(struct intake_table *table, struct trod_error *error);
/* Counts a row that cannot be taken. With `strict` it is an error. */
TROD_MUST trod_status intake_reject(struct trod_intake *intake, struct trod_intake_file *file,
                                    const struct intake_row *row, struct trod_error *error,
                                    const char *reason, ...) TROD_PRINTF(5, 6);

/* Puts the kept ones from `first` on, all of one file, in the order of their lines: a row that is
 * none is rejected before those that wait for the guess. */
void intake_order_rejects(struct trod_intake *intake, size_t first);

/* take.c: one row to its events. */
TROD_MUST trod_status intake_take(struct intake_table *table, const struct intake_row *row,
                                  struct trod_error *error);
/* Facts (and nothing else) of the customer whose event was taken last. */
TROD_MUST trod_status intake_take_facts(struct intake_table *table,
                                        const struct intake_row *row, struct trod_error *error);
/* people.c: whose row it is; INTAKE_NONE if no column says. */
TROD_MUST trod_status intake_customer(struct intake_table *table, const struct intake_row *row,
                                      uint32_t *customer, struct trod_error *error);

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

/* ---- the intake
 * -------------------------------------------------------------------------------------- */

struct trod_intake {
    struct trod_intake_options options; /* texts copied */
    const struct trod_run *run;
    struct trod_arena *arena; /* the report lives here */
    struct trod_log_builder *builder;
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
};

#endif
