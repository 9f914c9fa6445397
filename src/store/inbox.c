/* Putting events into the inbox: one transaction of SQLite for all that are put at once, synced
 * when it returns. A row is an event; its number rises for ever, also over a database that was
 * made anew, since the catalogue says up to which number the events are in files.
 *
 * Message ids are kept as salted hashes, in generations of as many days as they have to be
 * known: an id is looked up in this generation and in the one before, and older ones are
 * deleted a slice at a time, so that no put has to wait for all of them. */
#include "store/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

enum {
    SCHEMA_VERSION = 1,
    APPLICATION = 0x74726f69, /* "troi" */
    LEAST_DAYS = 7,
    SLICE = 10000, /* expired ids deleted by one put */
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

struct trod_inbox {
    struct store_db *db;
    struct store_query *put, *note, *look;
    uint64_t salt[2];
    unsigned n_days;
    uint64_t most_events;
    int64_t generation; /* of message ids, as the last put found it */
};

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TROD_SECOND_US + now.tv_nsec / 1000;
}

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
        TROD_TRY(store_db_number(db, "PRAGMA application_id", 0, &application, error));
        TROD_TRY(store_db_number(db, "PRAGMA user_version", 0, &version, error));
        TROD_TRY(
            store_db_number(db, "SELECT count(*) FROM sqlite_schema", 0, &n_tables, error));
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
    free(inbox);
}

/* ---- Looking at an event ---- */

static bool is_a_time(int64_t time_us) {
    static const int64_t FIRST_DAY = -719162, DAYS = 3652059; /* of the years 1 to 9999 */
    return time_us == TROD_NO_TIME ||
           (time_us >= FIRST_DAY * TROD_DAY_US && time_us < (FIRST_DAY + DAYS) * TROD_DAY_US);
}

static trod_status bad_event(struct trod_error *error, const char *what, const char *hint) {
    trod_fail(error, TROD_BAD_INPUT, "%s", what);
    trod_error_hint(error, "%s", hint);
    return TROD_BAD_INPUT;
}

trod_status trod_inbox_check(const struct trod_inbox_event *event, struct trod_error *error) {
    uint64_t n_bytes =
        (uint64_t)event->customer.n + event->name.n + event->source.n + event->message_id.n;
    if (event->customer.n == 0)
        return bad_event(error, "the event does not say whose it is",
                         "give each event the id of its customer");
    if (event->name.at && event->name.n == 0)
        return bad_event(error, "the event does not say what happened",
                         "give each event a name, or its facts alone");
    if (!is_a_time(event->time_us) || !is_a_time(event->end_us))
        return bad_event(error, "a time of the event is not in the years 1 to 9999",
                         "look whether seconds, milliseconds and microseconds are mixed up");
    if (event->n_values > TROD_INBOX_VALUES) {
        trod_fail(error, TROD_TOO_MUCH, "the event has %zu values; %d are the most",
                  event->n_values, TROD_INBOX_VALUES);
        trod_error_hint(error, "leave out those that no question needs");
        return TROD_TOO_MUCH;
    }
    for (size_t i = 0; i < event->n_values; i++) {
        const struct trod_inbox_value *const value = &event->values[i];
        n_bytes += (uint64_t)value->name.n + value->value.n;
        if (value->name.n == 0)
            return bad_event(error, "a value of the event has no name", "name every value");
    }
    if (n_bytes > TROD_INBOX_TEXT) {
        trod_fail(error, TROD_TOO_MUCH, "the event has %llu bytes; %d are the most",
                  (unsigned long long)n_bytes, TROD_INBOX_TEXT);
        trod_error_hint(error, "leave out long texts that no question needs");
        return TROD_TOO_MUCH;
    }
    return TROD_OK;
}

/* ---- Putting ---- */

static void put_u32(struct trod_buf *buf, size_t number) {
    for (int i = 0; i < 4; i++) trod_buf_byte(buf, (char)(unsigned char)(number >> i * 8));
}

/* Each value: 0, or 1 of a fact; the lengths of name and value, little-endian; both texts. */
static void write_fields(struct trod_buf *buf, const struct trod_inbox_event *event) {
    trod_buf_clear(buf);
    for (size_t i = 0; i < event->n_values; i++) {
        const struct trod_inbox_value *const value = &event->values[i];
        if (value->value.n == 0) continue;
        trod_buf_byte(buf, value->fact ? 1 : 0);
        put_u32(buf, value->name.n);
        put_u32(buf, value->value.n);
        trod_buf_add(buf, value->name);
        trod_buf_add(buf, value->value);
    }
}

static void set_time(struct store_query *query, int parameter, int64_t time_us) {
    if (time_us == TROD_NO_TIME)
        store_query_set_null(query, parameter);
    else
        store_query_set(query, parameter, time_us);
}

/* True in *known if the id came before; else it is remembered. */
static trod_status know_id(struct trod_inbox *inbox, trod_str id, bool *known,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    char text[40];
    *known = false;
    if (!id.at) return TROD_OK;
    snprintf(text, sizeof text, "%016llx%016llx",
             (unsigned long long)trod_hash64(id.at, id.n, inbox->salt[0]),
             (unsigned long long)trod_hash64(id.at, id.n, inbox->salt[1]));
    store_query_set(inbox->look, 1, inbox->generation - 1);
    store_query_set_text(inbox->look, 2, trod_str_of(text));
    TROD_TRY(store_query_next(inbox->look, known, error));
    if (*known) {
        TROD_TRY(store_query_run(inbox->look, error)); /* to its end, which lets go of it */
        return TROD_OK;
    }
    store_query_set(inbox->note, 1, inbox->generation);
    store_query_set_text(inbox->note, 2, trod_str_of(text));
    TROD_TRY(store_query_run(inbox->note, error));
    *known = store_db_changes(inbox->db) == 0;
done:
    return status;
}

/* A new generation of message ids where this one is old enough, and a slice less of those that
 * need not be known any more. */
static trod_status turn_generation(struct trod_inbox *inbox, int64_t when_us,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    int64_t since_us = 0, oldest = 0;
    TROD_TRY(store_db_number(inbox->db, "SELECT value FROM meta WHERE key = 'generation'", 1,
                             &inbox->generation, error));
    TROD_TRY(store_db_number(inbox->db, "SELECT value FROM meta WHERE key = 'since_us'", 0,
                             &since_us, error));
    if (when_us - since_us >= (int64_t)inbox->n_days * TROD_DAY_US) {
        if (since_us != 0) inbox->generation++;
        TROD_TRY(store_query_make(
            inbox->db, "INSERT OR REPLACE INTO meta VALUES('generation', ?1), ('since_us', ?2)",
            &query, error));
        store_query_set(query, 1, inbox->generation);
        store_query_set(query, 2, when_us);
        TROD_TRY(store_query_run(query, error));
        store_query_free(query);
        query = NULL;
    }
    TROD_TRY(store_db_number(inbox->db, "SELECT min(generation) FROM ids", INT64_MAX, &oldest,
                             error));
    if (oldest >= inbox->generation - 1) goto done;
    TROD_TRY(store_query_make(inbox->db,
                              "DELETE FROM ids WHERE generation = ?1 AND hash IN"
                              " (SELECT hash FROM ids WHERE generation = ?1 LIMIT ?2)",
                              &query, error));
    store_query_set(query, 1, oldest);
    store_query_set(query, 2, SLICE);
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

static trod_status has_room(struct trod_inbox *inbox, size_t n, struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t first = 0, last = 0;
    TROD_TRY(store_db_number(inbox->db, "SELECT min(event_id) FROM events", 1, &first, error));
    TROD_TRY(store_db_number(inbox->db, "SELECT max(event_id) FROM events", 0, &last, error));
    if ((uint64_t)(last - first + 1) + n <= inbox->most_events) return TROD_OK;
    trod_fail(error, TROD_TOO_MUCH,
              "the inbox is full: %lld events wait for being put into the files",
              (long long)(last - first + 1));
    trod_error_hint(error, "\"trod log compact\" puts them there; then send these again");
    return TROD_TOO_MUCH;
done:
    return status;
}

static trod_status put_event(struct trod_inbox *inbox, const struct trod_inbox_event *event,
                             int64_t when_us, struct trod_buf *fields,
                             struct trod_inbox_answer *answer, struct trod_error *error) {
    trod_status status = TROD_OK;
    bool known = false;
    TROD_TRY(know_id(inbox, event->message_id, &known, error));
    if (known) {
        answer->n_known++;
        return TROD_OK;
    }
    write_fields(fields, event);
    TROD_TRY_ALLOC(!fields->failed, error);
    const trod_str source = event->source.at ? event->source : TROD_STR("");
    store_query_set(inbox->put, 1, when_us);
    store_query_set_text(inbox->put, 2, event->customer);
    store_query_set_text(inbox->put, 3, event->name);
    set_time(inbox->put, 4, event->time_us);
    set_time(inbox->put, 5, event->end_us);
    store_query_set_text(inbox->put, 6, source);
    store_query_set_bytes(inbox->put, 7, trod_buf_str(fields));
    store_query_set(inbox->put, 8,
                    (int64_t)store_inbox_checksum(when_us, event->customer, event->name,
                                                  event->time_us, event->end_us, source,
                                                  trod_buf_str(fields)));
    TROD_TRY(store_query_run(inbox->put, error));
    answer->n_kept++;
done:
    return status;
}

/* A commit that failed may lie whole in SQLite's log, and come to life in a crash: what is
 * written next takes its place. */
static void take_back(struct trod_inbox *inbox) {
    store_db_roll_back(inbox->db);
    if (store_db_run(inbox->db, "UPDATE meta SET value = value WHERE key = 'generation'",
                     NULL) != TROD_OK)
        store_db_roll_back(inbox->db);
}

trod_status trod_inbox_put(struct trod_inbox *inbox, const struct trod_inbox_event *events,
                           size_t n, struct trod_inbox_answer *answer,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_inbox_answer found = {0};
    struct trod_buf fields = {0};
    *answer = found;
    if (n > TROD_INBOX_BATCH) {
        trod_fail(error, TROD_TOO_MUCH, "%zu events at once; %d are the most", n,
                  TROD_INBOX_BATCH);
        trod_error_hint(error, "send them in smaller lots");
        return TROD_TOO_MUCH;
    }
    for (size_t i = 0; i < n; i++) TROD_TRY(trod_inbox_check(&events[i], error));
    if (n == 0) goto done;
    const int64_t when_us = now_us();
    TROD_TRY(store_db_run(inbox->db, "BEGIN IMMEDIATE", error));
    TROD_TRY(has_room(inbox, n, error));
    TROD_TRY(turn_generation(inbox, when_us, error));
    for (size_t i = 0; i < n; i++)
        TROD_TRY(put_event(inbox, &events[i], when_us, &fields, &found, error));
    status = store_db_run(inbox->db, "COMMIT", error);
    if (status == TROD_OK)
        *answer = found;
    else
        take_back(inbox);
done:
    store_db_roll_back(inbox->db);
    trod_buf_free(&fields);
    return status;
}
