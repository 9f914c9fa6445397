/* The inbox opened for putting in: its tables, and what has to hold before the first event. A row
 * is an event; its number rises for ever, also over a database that was made anew, since the
 * catalogue says up to which number the events are in files. */
#include "store/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
    SCHEMA_VERSION = 1,
    APPLICATION = 0x74726f69, /* "troi" */
    LEAST_DAYS = 7,
};
static const uint64_t MOST_EVENTS = 4000000;

static const char SCHEMA[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE events(event_id INTEGER PRIMARY KEY AUTOINCREMENT, when_us INTEGER NOT NULL,"
    " customer TEXT NOT NULL, name TEXT, time_us INTEGER, end_us INTEGER, source TEXT NOT NULL,"
    " fields BLOB NOT NULL, checksum INTEGER NOT NULL);"
    "CREATE TABLE ids(generation INTEGER NOT NULL, hash TEXT NOT NULL,"
    " PRIMARY KEY(generation, hash)) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('generation', 1), ('since_us', 0);";

/* ---- The tables ---- */

static trod_status make_tables(struct store_db *db, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    uint64_t salt[2] = {0, 0};
    int64_t version = 0;
    char text[40];
    TROD_TRY(store_db_run(db, "BEGIN IMMEDIATE", error));
    TROD_TRY(store_db_number(db, "PRAGMA user_version", 0, &version, error));
    if (version != 0) goto done; /* somebody else was quicker */
    TROD_TRY(store_db_run(db, SCHEMA, error));
    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt) {
        status = trod_fail(error, TROD_IO, "the system gives no random numbers");
        goto done;
    }
    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)salt[0],
             (unsigned long long)salt[1]);
    TROD_TRY(store_query_make(db, "INSERT INTO meta VALUES('salt', ?1)", &query, error));
    store_query_set_text(query, 1, trod_str_of(text));
    TROD_TRY(store_query_run(query, error));
    snprintf(text, sizeof text, "PRAGMA application_id=%d", APPLICATION);
    TROD_TRY(store_db_run(db, text, error));
    snprintf(text, sizeof text, "PRAGMA user_version=%d", SCHEMA_VERSION);
    TROD_TRY(store_db_run(db, text, error));
    TROD_TRY(store_db_run(db, "COMMIT", error));
done:
    store_query_free(query);
    store_db_roll_back(db);
    return status;
}

trod_status store_inbox_prepare(struct store_db *db, const char *name, bool create, bool *there,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t application = 0, version = 0, n_tables = 0;
    *there = false;
    for (int attempt = 0;; attempt++) {
        /* In one transaction: another process may make the tables in between. */
        TROD_TRY(store_db_run(db, "BEGIN", error));
        TROD_TRY(store_db_number(db, "PRAGMA application_id", 0, &application, error));
        TROD_TRY(store_db_number(db, "PRAGMA user_version", 0, &version, error));
        TROD_TRY(
            store_db_number(db, "SELECT count(*) FROM sqlite_schema", 0, &n_tables, error));
        store_db_roll_back(db);
        if (application != 0 || version != 0 || n_tables != 0 || attempt > 0) break;
        if (!create) return TROD_OK; /* making it was cut short, or is on its way */
        TROD_TRY(make_tables(db, error));
    }
    if (application != APPLICATION || version < 1) {
        trod_fail(error, TROD_BAD_INPUT, "%s is not an inbox of trod", name);
        trod_error_hint(error, "move it away; the events in the files stay readable");
        return TROD_BAD_INPUT;
    }
    if (version > SCHEMA_VERSION) {
        trod_fail(error, TROD_BAD_INPUT,
                  "the inbox %s was written by a newer trod (format %lld; this one knows %d)",
                  name, (long long)version, SCHEMA_VERSION);
        trod_error_hint(error, "use the newer trod; nothing was changed");
        return TROD_BAD_INPUT;
    }
    *there = true;
done:
    store_db_roll_back(db);
    return status;
}

static uint64_t add_text(uint64_t sum, trod_str text) {
    return trod_hash64(text.at ? text.at : "", text.n, sum + !text.at);
}

uint64_t store_inbox_checksum(int64_t when_us, trod_str customer, trod_str name,
                              int64_t time_us, int64_t end_us, trod_str source,
                              trod_str fields) {
    const uint64_t times[] = {(uint64_t)when_us, (uint64_t)time_us, (uint64_t)end_us};
    unsigned char bytes[sizeof times];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(times[i / 8] >> i % 8 * 8);
    uint64_t sum = trod_hash64(bytes, sizeof bytes, 0);
    sum = add_text(add_text(sum, customer), name);
    return add_text(add_text(sum, source), fields);
}

/* ---- Opening ---- */

/* Events that are in files leave, and no number is given twice, whatever became of the database
 * meanwhile. */
static trod_status catch_up(struct store_db *db, uint64_t folded, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    int64_t last = 0, n_old = 0;
    TROD_TRY(store_db_run(db, "BEGIN IMMEDIATE", error));
    TROD_TRY(store_db_number(db, "SELECT seq FROM sqlite_sequence WHERE name = 'events'", -1,
                             &last, error));
    TROD_TRY(store_db_number(db, "SELECT min(event_id) FROM events", INT64_MAX, &n_old, error));
    if (n_old <= (int64_t)folded) {
        TROD_TRY(
            store_query_make(db, "DELETE FROM events WHERE event_id <= ?1", &query, error));
        store_query_set(query, 1, (int64_t)folded);
        TROD_TRY(store_query_run(query, error));
        store_query_free(query);
        query = NULL;
    }
    if (last < (int64_t)folded) {
        TROD_TRY(store_query_make(db,
                                  last < 0 ? "INSERT INTO sqlite_sequence VALUES('events', ?1)"
                                           : "UPDATE sqlite_sequence SET seq = ?1"
                                             " WHERE name = 'events'",
                                  &query, error));
        store_query_set(query, 1, (int64_t)folded);
        TROD_TRY(store_query_run(query, error));
    }
    TROD_TRY(store_db_run(db, "COMMIT", error));
done:
    store_query_free(query);
    store_db_roll_back(db);
    return status;
}

static trod_status read_salt(struct trod_inbox *inbox, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    bool row = false;
    TROD_TRY(store_query_make(inbox->db, "SELECT value FROM meta WHERE key = 'salt'", &query,
                              error));
    TROD_TRY(store_query_next(query, &row, error));
    const trod_str salt = row ? store_query_text(query, 0) : (trod_str){NULL, 0};
    inbox->salt[0] = trod_hash64(salt.at ? salt.at : "", salt.n, 1);
    inbox->salt[1] = trod_hash64(salt.at ? salt.at : "", salt.n, 2);
done:
    store_query_free(query);
    return status;
}

/* A log has 10,000 columns at most (of events and of customers), and 60,000 sources: whoever puts
 * in more is told so, before no question can be answered any more. */
static trod_status make_ceilings(struct trod_inbox *inbox, struct trod_store *store,
                                 struct trod_error *error) {
    enum { MOST_COLUMNS = 9000, LEAST_COLUMNS = 500, MOST_SOURCES = 20000 };
    trod_status status = TROD_OK;
    int64_t n = 0;
    TROD_TRY(store_db_number(store->db, "SELECT count(*) FROM fields", 0, &n, error));
    const int64_t left = (MOST_COLUMNS - n) / 2;
    inbox->columns =
        trod_dict_make(left > LEAST_COLUMNS ? (uint32_t)left : (uint32_t)LEAST_COLUMNS);
    inbox->sources = trod_dict_make(MOST_SOURCES);
    TROD_TRY_ALLOC(inbox->columns && inbox->sources, error);
done:
    return status;
}

static trod_status prepare_queries(struct trod_inbox *inbox, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(store_query_make(
        inbox->db,
        "INSERT INTO events(when_us, customer, name, time_us, end_us, source, fields, checksum)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &inbox->put, error));
    TROD_TRY(store_query_make(inbox->db,
                              "INSERT OR IGNORE INTO ids(generation, hash) VALUES(?1, ?2)",
                              &inbox->note, error));
    TROD_TRY(store_query_make(inbox->db,
                              "SELECT 1 FROM ids WHERE generation = ?1 AND hash = ?2",
                              &inbox->look, error));
done:
    return status;
}

trod_status trod_inbox_open(const char *folder, const struct trod_inbox_options *options,
                            struct trod_inbox **inbox, struct trod_error *error) {
    static const struct trod_inbox_options none = {0};
    trod_status status = TROD_OK;
    struct trod_store *store = NULL;
    char *name = NULL;
    bool there = false;
    uint64_t folded = 0;
    if (!options) options = &none;
    struct trod_inbox *const made = calloc(1, sizeof *made);
    TROD_TRY_ALLOC(made, error);
    made->n_days = options->n_days ? options->n_days : LEAST_DAYS;
    made->most_events = options->most_events ? options->most_events : MOST_EVENTS;
    TROD_TRY(trod_store_open(folder, options->create ? TROD_STORE_CREATE : TROD_STORE_WRITE,
                             NULL, &store, error));
    TROD_TRY_ALLOC(name = store_path(store->trod, STORE_INBOX_NAME), error);
    TROD_TRY(store_db_open(name, STORE_DB_CREATE, &made->db, error));
    TROD_TRY(store_inbox_prepare(made->db, name, true, &there, error));
    TROD_TRY(store_catalogue_folded(store, &folded, error));
    TROD_TRY(catch_up(made->db, folded, error));
    TROD_TRY(read_salt(made, error));
    TROD_TRY(make_ceilings(made, store, error));
    TROD_TRY(prepare_queries(made, error));
    *inbox = made;
done:
    free(name);
    trod_store_close(store);
    if (status != TROD_OK) trod_inbox_close(made);
    return status;
}

void trod_inbox_close(struct trod_inbox *inbox) {
    if (!inbox) return;
    store_query_free(inbox->put);
    store_query_free(inbox->note);
    store_query_free(inbox->look);
    store_db_close(inbox->db);
    trod_dict_free(inbox->columns);
    trod_dict_free(inbox->sources);
    free(inbox);
}
