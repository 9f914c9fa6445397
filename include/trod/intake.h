/* intake: events from files and standard input into a log.
 *
 * CSV, JSON lines, XES and sheets of spreadsheets (XLSX: FILE#SHEET, else the first sheet), each plain, .gz or .zst (told by content). Columns for customer,
 * event, time (and journey, end time) are guessed from names and content unless options or a
 * map's `source` lines say; every guess is in the report, in words. A row that cannot be taken
 * is counted and kept with its line and reason (the first hundred), never dropped in silence.
 *
 * Life: 1. trod_intake_make; 2. trod_intake_add for each file, or trod_intake_add_map for all
 * sources of a map; 3. trod_intake_finish gives the log; 4. trod_intake_free ends the report as
 * well.
 *
 * Caveats: a column that names the case ("Case ID", "case:concept:name", "ticket") is what
 * walks: it makes the log's customers, and a column that names the customer is then a fact of
 * them. Columns "case:…" and "(case)…", the attributes of an XES trace and the `profile`
 * columns of a source are facts, as are columns that the map asks for with `profile NAME`, if
 * no source that the map has for the file says otherwise; all others are attributes of the
 * event; a column that is customer, event, time or end is neither. A source without a column
 * that says what happened (a survey) gives events that are called by its id. Without `same
 * person` equal texts are one customer in all files; with it, a customer's text is
 * "COLUMN=VALUE". docs/decisions/0008 has the rest.
 *
 *     struct trod_intake *intake = NULL;
 *     struct trod_log *log = NULL;
 *     trod_status status = trod_intake_make(NULL, NULL, &intake, &error);
 *     if (status == TROD_OK) status = trod_intake_add(intake, "events.csv.gz", NULL, &error);
 *     if (status == TROD_OK) status = trod_intake_finish(intake, &log, &error);
 *     trod_intake_free(intake);
 */
#ifndef TROD_INTAKE_H
#define TROD_INTAKE_H

#include "trod/log.h"

enum trod_format {
    TROD_FORMAT_GUESS,
    TROD_FORMAT_CSV,
    TROD_FORMAT_JSONL,
    TROD_FORMAT_XES,
    TROD_FORMAT_XLSX /* in only */
};

struct trod_intake_options {
    /* Column names; NULL: as the source says, else guessed. `file` options win over `source`
     * lines. */
    const char *customer, *event, *time, *end, *journey, *channel, *worth; /* time "": none */
    const char *time_format;  /* "%d.%m.%Y %H:%M", or one of: iso s ms us ns */
    const char *time_zone;    /* of times that name none; NULL: UTC, and said */
    const char *const *dates; /* one row a customer, one date column a step */
    size_t n_dates;
    const char *const *profile; /* columns that hold facts of the customer, beside the map's */
    size_t n_profile;
    const char *lifecycle; /* keep only events of this lifecycle:transition ("complete") */
    char delimiter;        /* of CSV; 0: found */
    enum trod_format format;
    bool strict;         /* stop at the first row that cannot be taken */
    const char *rejects; /* write every rejected row to this file, with line and reason */
    const char *folder;  /* of the map's files; NULL: where the map lies (map->file) */
    struct trod_gather *gather; /* not NULL: events go there, from all threads of the run, and
                                 * trod_intake_finish gives no log */
};

struct trod_reject {
    trod_str file;
    uint64_t line;
    trod_str reason; /* "the time \"tomorrow\" in column \"ts\" is no time (expected: …)" */
    trod_str row;    /* its first 200 bytes, as one line that is safe to print */
};
/* What was taken from one file and how it was understood. */
struct trod_intake_file {
    trod_str name; /* without its folder; "standard input" of "-" */
    enum trod_format format;
    uint64_t n_bytes;                                 /* expanded */
    uint64_t n_rows, n_events, n_rejected, n_skipped; /* skipped: by --lifecycle */
    trod_str said;    /* one line: "customer = user_id (guessed), event = name, time = ts
                       * (ISO 8601, no zone given: taken as UTC)"; "" of a file without rows */
    trod_str warning; /* "" or "day and month could be swapped …; 3 rows are shorter …" */
};
/* Borrowed from the intake; what it points to changes with each file that is added. */
struct trod_intake_report {
    const struct trod_intake_file *files;
    size_t n_files;
    const struct trod_reject *rejects; /* the first hundred */
    size_t n_rejects;                  /* kept */
    uint64_t n_rejected;               /* in all */
};

struct trod_intake;
/* An intake without any file. Options (NULL: defaults) are copied, `run` (may be NULL) is
 * borrowed. Errors: TROD_BAD_OPTION; TROD_IO if the file for rejected rows cannot be written.
 */
TROD_MUST trod_status trod_intake_make(const struct trod_intake_options *options,
                                       const struct trod_run *run, struct trod_intake **intake,
                                       struct trod_error *error);
void trod_intake_free(struct trod_intake *intake);
/* Takes one file ("-": standard input; "FILE#SHEET": a sheet of a spreadsheet) with the options' columns, else those of the map's
 * `source` that names it (by path or by name; else the only source whose columns it has; map
 * may be NULL), else guesses. A file without rows is a warning in the report. Errors:
 * TROD_BAD_INPUT with file, line and a way out (binary, not XES, columns that cannot be told,
 * --strict), TROD_BAD_OPTION (a column that is not there), TROD_TOO_MUCH (16 MiB a row, 10,000
 * columns, the builder's memory), TROD_NO_FILE, TROD_CANCELLED. After an error the intake is
 * only to be freed. */
TROD_MUST trod_status trod_intake_add(struct trod_intake *intake, const char *name,
                                      const struct trod_map *map, struct trod_error *error);
/* The same of bytes in memory, for tests and fuzzing. */
TROD_MUST trod_status trod_intake_add_bytes(struct trod_intake *intake, trod_str bytes,
                                            const char *name, const struct trod_map *map,
                                            struct trod_error *error);
/* Takes the files of all sources of the map, each by its own lines, and joins people by
 * `same person`. */
TROD_MUST trod_status trod_intake_add_map(struct trod_intake *intake,
                                          const struct trod_map *map, struct trod_error *error);
/* Hands over the log; once. TROD_BAD_INPUT if no row survived, with the reason of the first. */
TROD_MUST trod_status trod_intake_finish(struct trod_intake *intake, struct trod_log **log,
                                         struct trod_error *error);
const struct trod_intake_report *trod_intake_report(const struct trod_intake *intake);

/* ---- Out ------------------------------------------------------------------------------------ */

struct trod_export_options {
    enum trod_format format;              /* CSV, JSONL or XES */
    const struct trod_view_options *view; /* which journeys and events */
};
/* Writes the events of the journeys, customer by customer in the order of the parts, each customer's
 * in order of time. CSV: customer, event, time, end and every field by its name; a fact stands in
 * each row of its customer. Brought in again (facts by `profile`), it is the same log; a customer
 * without an event is lost, and so is which source an event came from. The file is the caller's to
 * close. Memory: that of the run. */
TROD_MUST trod_status trod_export(const struct trod_parts *parts,
                                  const struct trod_export_options *options,
                                  const struct trod_run *run, struct trod_outfile *file,
                                  uint64_t *n_events, struct trod_error *error);

#endif
