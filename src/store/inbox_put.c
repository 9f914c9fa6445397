/* Putting events into the inbox: one transaction of SQLite for all that are put at once, synced
 * when it returns.
 *
 * Message ids are kept as salted hashes, in generations of as many days as they have to be known:
 * an id is looked up in this generation and in the one before, and older ones are deleted a slice
 * at a time, so that no put has to wait for all of them. */
#include <stdio.h>
#include <time.h>

#include "store/inbox.h"

enum { SLICE = 10000 /* expired ids deleted by one put */ };

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TROD_SECOND_US + now.tv_nsec / 1000;
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

static trod_status too_many(const char *what, struct trod_error *error) {
    trod_fail(error, TROD_TOO_MUCH, "the events have too many different %s", what);
    trod_error_hint(error, "a column stands for what many events have; write what is different in "
                           "each as its value");
    return TROD_TOO_MUCH;
}

static trod_status know_columns(struct trod_inbox *inbox, const struct trod_inbox_event *event,
                                struct trod_error *error) {
    for (size_t i = 0; i < event->n_values; i++)
        if (trod_dict_add(inbox->columns, event->values[i].name) == TROD_NO_ID)
            return too_many("columns", error);
    const trod_str source = event->source.at ? event->source : TROD_STR("");
    return trod_dict_add(inbox->sources, source) == TROD_NO_ID ? too_many("sources", error)
                                                               : TROD_OK;
}

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
    for (size_t i = 0; i < n; i++) {
        TROD_TRY(trod_inbox_check(&events[i], error));
        TROD_TRY(know_columns(inbox, &events[i], error));
    }
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
