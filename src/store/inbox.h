/* The inbox, as the files of src/store see it: the table that trod_inbox_put fills, and how the
 * log reads it. */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "store/inside.h"

#define STORE_INBOX_NAME "inbox.db"

struct trod_inbox {
    struct store_db *db;
    struct store_query *put, *note, *look;
    uint64_t salt[2];
    unsigned n_days;
    uint64_t most_events;
    int64_t generation; /* of message ids, as the last put found it */
    struct trod_dict *columns, *sources; /* that came by, as many as a log may have */
};

/* Makes the tables if `create` and nothing is there; says whether this trod can read them.
 * *there: it has tables. */
trod_status store_inbox_prepare(struct store_db *db, const char *name, bool create, bool *there,
                                struct trod_error *error);
/* What a row says, in one number, but for its own. */
uint64_t store_inbox_checksum(int64_t when_us, trod_str customer, trod_str name,
                              int64_t time_us, int64_t end_us, trod_str source,
                              trod_str fields);

/* One state of the inbox is held from store_inbox_begin to store_inbox_end. A reader begins
 * before it reads the catalogue: what leaves the inbox afterwards is in files of a later state,
 * and what is in the files of the state that it reads is told by state.folded. */
trod_status store_inbox_begin(struct trod_store *store, struct trod_error *error);
void store_inbox_end(struct trod_store *store);
/* The number of the last event put in; 0: none. */
trod_status store_inbox_last(struct trod_store *store, uint64_t *last,
                             struct trod_error *error);
/* The events behind `folded` as parts that go on from `like`; *gather is NULL if there are
 * none. Errors: TROD_BAD_INPUT (a row is damaged). */
struct store_inbox_rows {
    struct trod_gather *gather; /* its frame is the log's; to be freed */
    struct trod_packed *packed; /* on the arena, by hash */
    size_t n_packed;
    uint64_t n_rows, last; /* `last`: the number of the last row */
};
trod_status store_inbox_read(struct trod_store *store, uint64_t folded,
                             const struct trod_parts *like, struct trod_arena *arena,
                             struct store_inbox_rows *rows, struct trod_error *error);
/* Deletes the rows up to `folded`, which are in files. */
trod_status store_inbox_sweep(struct trod_store *store, uint64_t folded,
                              struct trod_error *error);
/* Deletes the rows of a customer, and counts its events. */
trod_status store_inbox_forget(struct trod_store *store, trod_str id, uint64_t *n_events,
                               struct trod_error *error);
/* What lies behind `folded`. */
trod_status store_inbox_about(struct trod_store *store, uint64_t folded,
                              struct trod_store_inbox *about, struct trod_error *error);
/* Reads every row. *what: what is wrong, on the arena; at == NULL: nothing. */
trod_status store_inbox_verify(struct trod_store *store, struct trod_arena *arena,
                               trod_str *what, struct trod_error *error);
/* Moves SQLite's log into the database and empties it. */
trod_status store_inbox_scrub(struct trod_store *store, struct trod_error *error);

#endif
