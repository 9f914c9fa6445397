/* store: the log kept in a workspace.
 *
 * A *workspace* is a folder with `.journey` files and a folder `.trod`, which holds:
 *  - `catalogue.db`, SQLite in WAL mode: which column files make the log, its names, fields and
 * sources, the imports, and how many people were forgotten;
 *  - `log/NNNNNNNN.part`, the column files: immutable, read-only mapped, a checksum on every block;
 *  - `inbox.db`, SQLite as well: events that came one by one (trod_inbox_put) and are in no column
 *    file yet; every question sees them, and compacting folds them into the files;
 *  - `lock`, held by the one process that writes.
 *
 * What a reader sees is one state of the catalogue. A *change* writes its files aside (names that end
 * in `.new`), syncs and renames them, and enters the catalogue in one transaction. Whatever
 * happens in between, the old state or the new one holds; what no catalogue names is swept by the
 * next writer.
 *
 * Life: 1. trod_store_open; 2. trod_store_parts gives the log as it is now, to ask questions to;
 * 3. trod_store_begin, then trod_change_commit or trod_change_free, to add, replace, compact or
 * forget; 4. trod_store_close. Parts stay readable after a later change.
 */
#ifndef TROD_STORE_H
#define TROD_STORE_H

#include "trod/log.h"

/* The nearest folder upward from `from` (NULL: the current one) that has a `.trod` (the path of
 * the folder that holds it, on the arena); {NULL, 0} if there is none. */
trod_str trod_store_find(const char *from, struct trod_arena *arena);

struct trod_store;
enum trod_store_mode { TROD_STORE_READ, TROD_STORE_WRITE, TROD_STORE_CREATE };
/* Opens the store in FOLDER/.trod; CREATE makes it if it is not there. Nothing is locked yet.
 * Time: does not grow with the events. Errors: TROD_NO_FILE, TROD_BAD_INPUT (a catalogue of a
 * newer trod, or none at all), TROD_IO. */
TROD_MUST trod_status trod_store_open(const char *folder, enum trod_store_mode mode,
                                      const struct trod_run *run, struct trod_store **store,
                                      struct trod_error *error);
void trod_store_close(struct trod_store *store);
/* The log as it is now, files and inbox. Where several sets hold the same customers they are
 * merged as each part is opened. To be freed by trod_parts_free, before or after the store is
 * closed. A column file that is damaged or not there is an error (TROD_BAD_INPUT) of its own
 * parts alone. */
TROD_MUST trod_status trod_store_parts(struct trod_store *store, struct trod_parts **parts,
                                       struct trod_error *error);

/* The same for questions, to which the order of the parts is all one: where few events stand beside
 * a large set, in smaller sets or in the inbox, only the customers that they are about are put
 * together, in parts of their own behind the others (whose first_hash says nothing). n_customers
 * may count a customer twice of whom files and inbox know. */
TROD_MUST trod_status trod_store_parts_quick(struct trod_store *store,
                                             struct trod_parts **parts,
                                             struct trod_error *error);

/* ---- What is in it
 * ---------------------------------------------------------------------------- */

struct trod_store_file {
    trod_str name;
    uint32_t set;
    uint64_t n_bytes, n_events, n_customers;
    int64_t first_us, last_us;
};
struct trod_store_import {
    uint32_t set;
    int64_t when_us;
    trod_str what; /* the files' names as they were given */
    uint64_t n_rows, n_events, n_rejected, n_dropped;
};
/* What is in the inbox and in no file. */
struct trod_store_inbox {
    uint64_t n_events;  /* facts without an event included */
    int64_t oldest_us;  /* when the oldest of them was put in; TROD_NO_TIME if there is none */
    uint64_t n_bytes;   /* of the database, with its log */
};
struct trod_store_about {
    trod_str folder;
    const struct trod_store_file *files;
    size_t n_files;
    const struct trod_store_import *imports; /* oldest first; those that compaction has put
                                              * together too */
    size_t n_imports;
    uint64_t n_forgotten; /* people */
    uint64_t n_bytes;     /* of the column files */
    struct trod_store_inbox inbox;
    uint32_t n_sets; /* above 1: compaction would make questions quicker */
};
/* On the arena. */
TROD_MUST trod_status trod_store_about(struct trod_store *store, struct trod_arena *arena,
                                       struct trod_store_about *about,
                                       struct trod_error *error);

struct trod_store_damage {
    trod_str file;
    uint64_t block; /* of the file, from 0; UINT64_MAX: the whole file */
    trod_str
        what; /* "its checksum is wrong", "it is 4,096 bytes shorter than the catalogue says" */
};
/* Reads every byte of every file: checksums, bounds, order, and that the catalogue agrees. */
TROD_MUST trod_status trod_store_verify(struct trod_store *store, struct trod_arena *arena,
                                        const struct trod_store_damage **damage,
                                        size_t *n_damage, struct trod_error *error);

/* ---- Changes
 * ----------------------------------------------------------------------------------- */

struct trod_change;
/* Takes the writer's lock (waits up to `wait_us`; TROD_BUSY then says which process holds it
 * and since when) and sweeps what an interrupted change left. The store must be open for
 * writing. */
TROD_MUST trod_status trod_store_begin(struct trod_store *store, int64_t wait_us,
                                       struct trod_change **change, struct trod_error *error);
/* Ends a change; without commit, nothing of it remains. */
void trod_change_free(struct trod_change *change);
/* The log as the change found it (names and fields to go on from). Owned by the change. */
const struct trod_parts *trod_change_parts(const struct trod_change *change);
/* Writes a part to a file aside; from any thread. What is added in one change is one *set*: its
 * parts have no customer in common. */
TROD_MUST trod_status trod_change_add(struct trod_change *change,
                                      const struct trod_packed *packed,
                                      struct trod_error *error);
/* Takes every file out that was there when the change began (--replace), the events that were in
 * the inbox then, and all that was numbered: trod_change_parts is empty from then on. Before the
 * first trod_change_add. */
void trod_change_clear(struct trod_change *change);
/* Before the first trod_change_add: events that equal one of their customer's in the log (name,
 * times, every attribute) are not added. Without it, those alone whose own id (the log's
 * id_field) their customer had before. */
void trod_change_distinct(struct trod_change *change);
/* Events that were not added so far, for they were there before. */
uint64_t trod_change_dropped(const struct trod_change *change);
/* Names, fields, sources and roles as `frame` has them (it must go on from trod_change_parts).
 */
TROD_MUST trod_status trod_change_frame(struct trod_change *change,
                                        const struct trod_parts *frame,
                                        struct trod_error *error);
TROD_MUST trod_status trod_change_note(struct trod_change *change,
                                       const struct trod_store_import *import,
                                       struct trod_error *error);
/* Syncs, renames, and enters the catalogue in one transaction. */
TROD_MUST trod_status trod_change_commit(struct trod_change *change, struct trod_error *error);

/* How long compacting and forgetting wait for another process that writes (else 5 seconds). */
void trod_store_wait(struct trod_store *store, int64_t wait_us);
/* The events of the inbox become a set of files, as an import of them would, in one transaction;
 * *n_events: how many were new. */
TROD_MUST trod_status trod_store_fold(struct trod_store *store, const struct trod_run *run,
                                      uint64_t *n_events, struct trod_error *error);
/* Folds the inbox, then makes one set of all. `before` and `after` (may be NULL): files, bytes and
 * inbox. */
TROD_MUST trod_status trod_store_compact(struct trod_store *store, const struct trod_run *run,
                                         struct trod_store_about *before,
                                         struct trod_store_about *after,
                                         struct trod_arena *arena, struct trod_error *error);
/* Compacts if the log lies in several sets, or much is in the inbox, and nobody else is writing:
 * before questions, which would otherwise put them together again each time. Few events beside a
 * large set stay where they are. TROD_OK also if nothing was done because another process writes,
 * or because the store is open for reading, cannot be written or is damaged. */
TROD_MUST trod_status trod_store_settle(struct trod_store *store, const struct trod_run *run,
                                        struct trod_error *error);
/* Writes every file that knows the customer anew without it, and drops the names and values
 * that nobody else has; then looks: *n_left is how often the id is still found (0). *n_events:
 * how many of its events are gone; 0 with TROD_OK: nobody of that id was here, or one of whom
 * the log had facts alone (see trod_store_knows). */
TROD_MUST trod_status trod_store_forget(struct trod_store *store, trod_str id,
                                        const struct trod_run *run, uint64_t *n_events,
                                        uint64_t *n_left, struct trod_error *error);
/* Whether the log knows anybody of that id, be it by facts alone. */
TROD_MUST trod_status trod_store_knows(struct trod_store *store, trod_str id, bool *known,
                                       struct trod_error *error);

/* ---- The inbox
 * --------------------------------------------------------------------------------- */

/* Takes events one by one or by the thousand, beside the files and without their lock: what
 * trod_inbox_put has answered is on the disk, is seen by every question asked afterwards, and is
 * counted once. From any process; a trod_inbox is for one thread at a time.
 *
 * Life: 1. trod_inbox_open; 2. trod_inbox_put, again and again; 3. trod_inbox_close. */
struct trod_inbox;
struct trod_inbox_options {
    unsigned n_days;      /* how long message ids are known, at least; 0: 7 */
    uint64_t most_events; /* that wait for being folded; 0: 4 million */
    bool create;          /* makes the workspace if it is not there */
};
struct trod_inbox_value {
    trod_str name, value; /* an empty value is none */
    bool fact;            /* of the customer; else of the event */
};
struct trod_inbox_event {
    trod_str customer;
    trod_str name;   /* at == NULL: facts alone, without an event */
    int64_t time_us; /* TROD_NO_TIME: none */
    int64_t end_us;  /* the same */
    trod_str source; /* where it comes from, as a file's name is of an import */
    trod_str message_id; /* at == NULL: none */
    const struct trod_inbox_value *values;
    size_t n_values;
};
enum {
    TROD_INBOX_TEXT = 1 << 20,   /* bytes of all texts of an event, at most */
    TROD_INBOX_VALUES = 1000,    /* of an event, at most */
    TROD_INBOX_BATCH = 100000,   /* events at once, at most */
};
struct trod_inbox_answer {
    uint64_t n_kept;  /* on the disk now */
    uint64_t n_known; /* dropped, for their message id came before */
};
/* Opens the inbox of FOLDER/.trod, and makes it if it is not there. Errors: as trod_store_open. */
TROD_MUST trod_status trod_inbox_open(const char *folder,
                                      const struct trod_inbox_options *options,
                                      struct trod_inbox **inbox, struct trod_error *error);
void trod_inbox_close(struct trod_inbox *inbox);
/* What is wrong with an event, if anything: TROD_BAD_INPUT (no customer, a time out of the years
 * 1 to 9999), TROD_TOO_MUCH. */
TROD_MUST trod_status trod_inbox_check(const struct trod_inbox_event *event,
                                       struct trod_error *error);
/* Puts all of them in, or (an error) none: returns when they are synced. Errors: as
 * trod_inbox_check; TROD_TOO_MUCH (the inbox is full until somebody folds it; more columns or
 * sources than a log may have); TROD_BUSY; TROD_IO.
 * Time: of a sync, and a few microseconds an event. */
TROD_MUST trod_status trod_inbox_put(struct trod_inbox *inbox,
                                     const struct trod_inbox_event *events, size_t n,
                                     struct trod_inbox_answer *answer, struct trod_error *error);

/* Test hook: the n-th write, sync, rename or unlink from now (0: none) fails, or the process
 * stops there as if killed. Those of SQLite count in stores that are opened after the first
 * call. Returns what was left of the count before: 0 if it was reached (or there was none). */
uint64_t trod_store_fail_at(uint64_t n, bool kill);

#endif
