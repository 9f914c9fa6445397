/* intake: events from files and standard input into a log.
 *
 * CSV, JSON lines and XES, each plain, .gz or .zst (told by content). Columns for customer, event,
 * time (and journey, end time) are guessed from names and content unless options or a map's
 * `source` lines say; every guess is in the report, in words. A row that cannot be taken is
 * counted and kept with its line and reason (the first hundred), never dropped in silence.
 *
 * Life: 1. trod_intake_make; 2. trod_intake_file for each file, or trod_intake_map for all sources
 * of a map; 3. trod_intake_finish gives the log; 4. trod_intake_free ends the report as well.
 */
#ifndef TROD_INTAKE_H
#define TROD_INTAKE_H

#include "trod/log.h"

enum trod_format { TROD_FORMAT_GUESS, TROD_FORMAT_CSV, TROD_FORMAT_JSONL, TROD_FORMAT_XES };

struct trod_intake_options {
    /* Column names; NULL: as the source says, else guessed. `file` options win over `source` lines. */
    const char *customer, *event, *time, *end, *journey, *channel, *worth;
    const char *time_format;     /* "%d.%m.%Y %H:%M", or one of: iso s ms us ns */
    const char *time_zone;       /* of times that name none; NULL: UTC, and said */
    const char *const *dates;    /* one row a customer, one date column a step */
    size_t n_dates;
    const char *lifecycle;       /* keep only events of this lifecycle:transition ("complete") */
    char delimiter;              /* of CSV; 0: found */
    enum trod_format format;
    bool strict;                 /* stop at the first row that cannot be taken */
    const char *rejects;         /* write every rejected row to this file, with line and reason */
    const char *folder;          /* folder of the map, for its sources' files; NULL: "." */
};

struct trod_reject {
    trod_str file;
    uint64_t line;
    trod_str reason; /* "the time \"tomorrow\" is no time" */
    trod_str row;    /* its first 200 bytes */
};
/* What was taken from one file and how it was understood. */
struct trod_intake_file {
    trod_str name;
    enum trod_format format;
    uint64_t n_bytes;      /* expanded */
    uint64_t n_rows, n_events, n_rejected, n_skipped; /* skipped: by --lifecycle */
    trod_str said;         /* one line: "customer = user_id (guessed), event = name, time = ts (ISO 8601, UTC assumed)" */
    trod_str warning;      /* "" or e.g. "day and month could be swapped …; say --time-format" */
};
struct trod_intake_report {
    const struct trod_intake_file *files;
    size_t n_files;
    const struct trod_reject *rejects; /* the first hundred */
    size_t n_rejects;                  /* kept */
    uint64_t n_rejected;               /* in all */
};

struct trod_intake;
TROD_MUST trod_status trod_intake_make(const struct trod_intake_options *options,
                                       const struct trod_run *run, struct trod_intake **intake,
                                       struct trod_error *error);
void trod_intake_free(struct trod_intake *intake);
/* Takes one file ("-": standard input) with the options' columns, else the matching `source` of the
 * map (by its file lines; map may be NULL), else guesses. */
TROD_MUST trod_status trod_intake_add(struct trod_intake *intake, const char *name,
                                      const struct trod_map *map, struct trod_error *error);
/* The same of bytes in memory, for tests and fuzzing. */
TROD_MUST trod_status trod_intake_add_bytes(struct trod_intake *intake, trod_str bytes,
                                            const char *name, const struct trod_map *map,
                                            struct trod_error *error);
/* Takes the files of all sources of the map, each by its own lines, and joins people by
 * `same person`. */
TROD_MUST trod_status trod_intake_add_map(struct trod_intake *intake, const struct trod_map *map,
                                          struct trod_error *error);
/* Hands over the log. TROD_BAD_INPUT if no row survived, with the reason of the first. */
TROD_MUST trod_status trod_intake_finish(struct trod_intake *intake, struct trod_log **log,
                                         struct trod_error *error);
const struct trod_intake_report *trod_intake_report(const struct trod_intake *intake);

#endif
