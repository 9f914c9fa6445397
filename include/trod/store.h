/* store: the log kept in a workspace.
 *
 * A *workspace* is a folder with `.journey` files and a folder `.trod`, which holds:
 *  - `catalogue.db`, SQLite in WAL mode: which column files make the log, its names, fields and
 * sources, the imports, and how many people were forgotten;
 *  - `log/NNNNNNNN.part`, the column files: immutable, read-only mapped, a checksum on every block;
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
/* The log as it is now. Where several sets hold the same customers they are merged as each part
 * is opened. To be freed by trod_parts_free, before or after the store is closed. A column file
 * that is damaged or not there is an error (TROD_BAD_INPUT) of its own parts alone. */
TROD_MUST trod_status trod_store_parts(struct trod_store *store, struct trod_parts **parts,
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
struct trod_store_about {
    trod_str folder;
    const struct trod_store_file *files;
    size_t n_files;
    const struct trod_store_import *imports; /* oldest first; those that compaction has put
                                              * together too */
    size_t n_imports;
    uint64_t n_forgotten; /* people */
    uint64_t n_bytes;
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
/* Takes every file out that was there when the change began (--replace), and all that was
 * numbered: trod_change_parts is empty from then on. Before the first trod_change_add. */
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
/* One set of all. `before` and `after` (may be NULL): files and bytes. */
TROD_MUST trod_status trod_store_compact(struct trod_store *store, const struct trod_run *run,
                                         struct trod_store_about *before,
                                         struct trod_store_about *after,
                                         struct trod_arena *arena, struct trod_error *error);
/* Compacts if there are several sets and nobody else is writing: before questions, which would
 * otherwise put the sets together again each time. TROD_OK also if nothing was done because
 * another process writes, or because the store is open for reading or cannot be written. */
TROD_MUST trod_status trod_store_settle(struct trod_store *store, const struct trod_run *run,
                                        struct trod_error *error);
/* Writes every file that knows the customer anew without it, and drops the names and values
 * that nobody else has; then looks: *n_left is how often the id is still found (0). *n_events:
 * how many of its events are gone; 0 with TROD_OK: nobody of that id was here. */
TROD_MUST trod_status trod_store_forget(struct trod_store *store, trod_str id,
                                        const struct trod_run *run, uint64_t *n_events,
                                        uint64_t *n_left, struct trod_error *error);

/* Test hook: the n-th write, sync, rename or unlink from now (0: none) fails, or the process
 * stops there as if killed. Those of SQLite count in stores that are opened after the first
 * call. Returns what was left of the count before: 0 if it was reached (or there was none). */
uint64_t trod_store_fail_at(uint64_t n, bool kill);

#endif
