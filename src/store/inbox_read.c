/* Reading the inbox. Its rows go through a gatherer, in the order of their numbers and going on
 * from the names of the catalogue: what comes out are parts as an import of the same events
 * would have made them, so that a question, and folding, treat them as one more set of files.
 */
#include "store/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { ROW_BYTES = 1000 }; /* of memory for a row, about: more goes to a file aside */

/* ---- One state of it ---- */

/* Opens the database if it is there by now; store->inbox stays NULL if not. */
static trod_status open_inbox(struct trod_store *store, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *db = NULL;
    bool there = false;
    if (store->inbox) return TROD_OK;
    char *const name = store_path(store->trod, STORE_INBOX_NAME);
    TROD_TRY_ALLOC(name, error);
    if (!trod_file_exists(name)) goto done;
    TROD_TRY(store_db_open(
        name, store->mode == TROD_STORE_READ ? STORE_DB_READ : STORE_DB_WRITE, &db, error));
    TROD_TRY(store_inbox_prepare(db, name, false, &there, error));
    if (there) {
        store->inbox = db;
        db = NULL;
    }
done:
    store_db_close(db);
    free(name);
    return status;
}

trod_status store_inbox_begin(struct trod_store *store, struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t last = 0;
    TROD_TRY(open_inbox(store, error));
    if (!store->inbox) goto done;
    TROD_TRY(store_db_run(store->inbox, "BEGIN", error));
    /* The state is the one of the first row that is read. */
    TROD_TRY(
        store_db_number(store->inbox, "SELECT max(event_id) FROM events", 0, &last, error));
done:
    if (status != TROD_OK) store_inbox_end(store);
    return status;
}

void store_inbox_end(struct trod_store *store) {
    if (store->inbox) store_db_roll_back(store->inbox);
}

trod_status store_inbox_last(struct trod_store *store, uint64_t *last,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t number = 0;
    TROD_TRY(open_inbox(store, error));
    if (store->inbox)
        TROD_TRY(store_db_number(store->inbox, "SELECT max(event_id) FROM events", 0, &number,
                                 error));
    *last = (uint64_t)number;
done:
    return status;
}

/* ---- Rows ---- */

struct row {
    uint64_t number;
    int64_t when_us, time_us, end_us;
    trod_str customer, name, source, fields;
};

static int64_t time_or_none(struct store_query *query, int column) {
    return store_query_is_null(query, column) ? TROD_NO_TIME
                                              : store_query_number(query, column);
}

static const char SELECT[] =
    "SELECT event_id, when_us, customer, name, time_us, end_us, source, fields, checksum"
    " FROM events WHERE event_id > ?1 ORDER BY event_id";

static trod_status damaged(const struct trod_store *store, uint64_t number,
                           struct trod_error *error) {
    trod_fail(error, TROD_BAD_INPUT,
              "event %llu of the inbox %s/" STORE_INBOX_NAME
              " is damaged: its checksum is wrong",
              (unsigned long long)number, store->trod);
    trod_error_hint(error,
                    "take " STORE_INBOX_NAME " from a backup, or move it away: the events "
                    "in the files stay readable");
    return TROD_BAD_INPUT;
}

/* The row that the query is at; it lives until the next. */
static trod_status read_row(const struct trod_store *store, struct store_query *query,
                            struct row *row, struct trod_error *error) {
    *row = (struct row){
        .number = (uint64_t)store_query_number(query, 0),
        .when_us = store_query_number(query, 1),
        .customer = store_query_text(query, 2),
        .name = store_query_text(query, 3),
        .time_us = time_or_none(query, 4),
        .end_us = time_or_none(query, 5),
        .source = store_query_text(query, 6),
        .fields = store_query_text(query, 7),
    };
    const uint64_t sum =
        store_inbox_checksum(row->when_us, row->customer, row->name, row->time_us, row->end_us,
                             row->source, row->fields);
    return sum == (uint64_t)store_query_number(query, 8) ? TROD_OK
                                                         : damaged(store, row->number, error);
}

static size_t read_u32(const char *at) {
    const unsigned char *const bytes = (const unsigned char *)at;
    return (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 |
           (size_t)bytes[3] << 24;
}

/* Takes the next value off the front of the fields; false at their end, or where they are none.
 */
static bool next_field(trod_str *fields, struct trod_inbox_value *value) {
    enum { HEAD = 9 };
    if (fields->n < HEAD) return false;
    const size_t n = read_u32(fields->at + 1), m = read_u32(fields->at + 5);
    if (n > fields->n - HEAD || m > fields->n - HEAD - n) return false;
    *value = (struct trod_inbox_value){.fact = fields->at[0] != 0,
                                       .name = {fields->at + HEAD, n},
                                       .value = {fields->at + HEAD + n, m}};
    *fields = trod_str_slice(*fields, HEAD + n + m, fields->n);
    return true;
}

/* ---- Into a gatherer ---- */

struct gathering {
    struct trod_store *store;
    struct trod_gather *gather;
    struct trod_hand *hand;
    struct trod_arena *arena;
    struct store_inbox_rows *rows;
    size_t room;
};

static trod_status too_many(const char *what, struct trod_error *error) {
    trod_fail(error, TROD_TOO_MUCH, "the log has too many %s", what);
    trod_error_hint(error, "60,000 sources and 10,000 columns are the most; without "
                           STORE_INBOX_NAME " the log is that of its files");
    return TROD_TOO_MUCH;
}

static trod_status take_row(struct gathering *gathering, const struct row *row,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_hand *const hand = gathering->hand;
    trod_str fields = row->fields;
    struct trod_inbox_value value;
    if (row->name.at) {
        const uint32_t source = trod_gather_source(gathering->gather, row->source);
        if (source == TROD_NO_ID) return too_many("sources", error);
        TROD_TRY(trod_hand_event(hand, row->number, source, row->customer, row->name,
                                 row->time_us, row->end_us, error));
    }
    while (next_field(&fields, &value)) {
        const uint32_t field =
            trod_gather_field(gathering->gather, value.name, value.fact || !row->name.at);
        if (field == TROD_NO_ID) return too_many("columns", error);
        TROD_TRY(row->name.at ? trod_hand_set(hand, field, value.value, error)
                              : trod_hand_fact(hand, row->number, row->customer, field,
                                               value.value, error));
    }
done:
    return status;
}

/* As intake does: what is called the channel is it, if the log has none. */
static void find_channel(struct trod_gather *gather, const struct trod_parts *like,
                         trod_str name, bool fact) {
    if (!fact && like->channel_field == TROD_NO_ID && trod_str_is(name, "channel"))
        trod_gather_role(gather, TROD_ROLE_CHANNEL, trod_gather_field(gather, name, false));
}

static trod_status take_rows(struct gathering *gathering, uint64_t folded,
                             const struct trod_parts *like, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_store *const store = gathering->store;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(store->inbox, SELECT, &query, error));
    store_query_set(query, 1, (int64_t)folded);
    for (bool more = true;;) {
        struct row row;
        struct trod_inbox_value value;
        TROD_TRY(store_query_next(query, &more, error));
        if (!more) break;
        TROD_TRY(read_row(store, query, &row, error));
        TROD_TRY(take_row(gathering, &row, error));
        for (trod_str fields = row.fields; row.name.at && next_field(&fields, &value);)
            find_channel(gathering->gather, like, value.name, value.fact);
        gathering->rows->n_rows++;
        gathering->rows->last = row.number;
    }
done:
    store_query_free(query);
    return status;
}

/* Copies what is packed, aligned and with room behind as sections want it. */
static trod_status keep_part(void *owner, size_t i, const struct trod_packed *packed,
                             struct trod_error *error) {
    enum { LINE = 64 };
    trod_status status = TROD_OK;
    struct gathering *const gathering = owner;
    struct trod_arena *const arena = gathering->arena;
    struct store_inbox_rows *const rows = gathering->rows;
    struct trod_packed copy = *packed;
    (void)i;
    struct trod_section *const sections =
        TROD_NEW_ARRAY(arena, packed->n_sections, struct trod_section);
    TROD_TRY_ALLOC(sections, error);
    for (size_t s = 0; s < packed->n_sections; s++) {
        unsigned char *const room =
            trod_arena_alloc(arena, packed->sections[s].n_bytes + 2 * LINE, 1);
        TROD_TRY_ALLOC(room, error);
        unsigned char *const at = room + (LINE - (uintptr_t)room % LINE) % LINE;
        sections[s] = packed->sections[s];
        memcpy(at, packed->sections[s].at, packed->sections[s].n_bytes);
        sections[s].at = at;
    }
    copy.sections = sections;
    TROD_TRY_ALLOC(TROD_PUSH(arena, rows->packed, rows->n_packed, gathering->room, copy),
                   error);
done:
    return status;
}

static int by_hash(const void *a, const void *b) {
    const struct trod_packed *const x = a, *const y = b;
    return x->first_hash < y->first_hash ? -1 : x->first_hash > y->first_hash;
}

trod_status store_inbox_read(struct trod_store *store, uint64_t folded,
                             const struct trod_parts *like, struct trod_arena *arena,
                             struct store_inbox_rows *rows, struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t last = 0;
    struct gathering gathering = {.store = store, .arena = arena, .rows = rows};
    *rows = (struct store_inbox_rows){.last = folded};
    if (!store->inbox) return TROD_OK;
    TROD_TRY(
        store_db_number(store->inbox, "SELECT max(event_id) FROM events", 0, &last, error));
    if ((uint64_t)last <= folded) return TROD_OK;
    const uint64_t n_rows = (uint64_t)last - folded;
    const uint64_t most = store->run && store->run->memory_bytes ? store->run->memory_bytes
                                                                 : (uint64_t)4 << 30;
    const uint64_t enough = ((uint64_t)64 << 20) + n_rows * ROW_BYTES;
    const struct trod_gather_options options = {
        .memory_bytes = enough < most ? enough : most,
        .like = like,
        .id_field = like->id_field == TROD_NO_ID ? NULL : like->fields[like->id_field].name.at,
    };
    TROD_TRY(trod_gather_make(&options, NULL, &gathering.gather, error));
    TROD_TRY_ALLOC(gathering.hand = trod_gather_hand(gathering.gather), error);
    TROD_TRY(take_rows(&gathering, folded, like, error));
    TROD_TRY(trod_gather_each(gathering.gather, keep_part, &gathering, error));
    if (rows->n_packed) qsort(rows->packed, rows->n_packed, sizeof *rows->packed, by_hash);
    rows->gather = gathering.gather;
    gathering.gather = NULL;
done:
    trod_gather_free(gathering.gather);
    return status;
}

/* ---- Taking out ---- */

static trod_status run_with(struct store_db *db, const char *sql, uint64_t number,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(db, sql, &query, error));
    store_query_set(query, 1, (int64_t)number);
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

trod_status store_inbox_sweep(struct trod_store *store, uint64_t folded,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t first = 0;
    TROD_TRY(open_inbox(store, error));
    if (!store->inbox) goto done;
    TROD_TRY(store_db_number(store->inbox, "SELECT min(event_id) FROM events", INT64_MAX,
                             &first, error));
    if (first > (int64_t)folded) goto done;
    TROD_TRY(run_with(store->inbox, "DELETE FROM events WHERE event_id <= ?1", folded, error));
done:
    if (store->inbox) store_db_roll_back(store->inbox);
    return status;
}

trod_status store_inbox_forget(struct trod_store *store, trod_str id, uint64_t *n_events,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    bool row = false;
    *n_events = 0;
    TROD_TRY(open_inbox(store, error));
    if (!store->inbox) goto done;
    TROD_TRY(store_db_run(store->inbox, "BEGIN IMMEDIATE", error));
    TROD_TRY(store_query_make(store->inbox,
                              "SELECT count(name), count(*) FROM events WHERE customer = ?1",
                              &query, error));
    store_query_set_text(query, 1, id);
    TROD_TRY(store_query_next(query, &row, error));
    const bool any = row && store_query_number(query, 1) > 0;
    if (row) *n_events = (uint64_t)store_query_number(query, 0);
    store_query_free(query);
    query = NULL;
    if (!any) goto done;
    TROD_TRY(store_query_make(store->inbox, "DELETE FROM events WHERE customer = ?1", &query,
                              error));
    store_query_set_text(query, 1, id);
    TROD_TRY(store_query_run(query, error));
    TROD_TRY(store_db_run(store->inbox, "COMMIT", error));
done:
    store_query_free(query);
    if (store->inbox) store_db_roll_back(store->inbox);
    return status;
}

trod_status store_inbox_scrub(struct trod_store *store, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(open_inbox(store, error));
    if (store->inbox) TROD_TRY(store_db_checkpoint(store->inbox, error));
done:
    return status;
}

/* ---- What is in it ---- */

static uint64_t bytes_of(const struct trod_store *store, const char *ending) {
    char name[sizeof STORE_INBOX_NAME + 8];
    uint64_t n = 0;
    snprintf(name, sizeof name, "%s%s", STORE_INBOX_NAME, ending);
    char *const path = store_path(store->trod, name);
    struct stat about;
    if (path && stat(path, &about) == 0) n = (uint64_t)about.st_size;
    free(path);
    return n;
}

trod_status store_inbox_about(struct trod_store *store, uint64_t folded,
                              struct trod_store_inbox *about, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    bool row = false;
    *about = (struct trod_store_inbox){.oldest_us = TROD_NO_TIME};
    TROD_TRY(open_inbox(store, error));
    if (!store->inbox) goto done;
    TROD_TRY(store_query_make(store->inbox,
                              "SELECT count(*), min(when_us) FROM events WHERE event_id > ?1",
                              &query, error));
    store_query_set(query, 1, (int64_t)folded);
    TROD_TRY(store_query_next(query, &row, error));
    about->n_events = row ? (uint64_t)store_query_number(query, 0) : 0;
    about->oldest_us = row ? time_or_none(query, 1) : TROD_NO_TIME;
    about->n_bytes = bytes_of(store, "") + bytes_of(store, "-wal");
done:
    store_query_free(query);
    return status;
}

trod_status store_inbox_verify(struct trod_store *store, struct trod_arena *arena,
                               trod_str *what, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    *what = (trod_str){NULL, 0};
    TROD_TRY(open_inbox(store, error));
    if (!store->inbox) goto done;
    TROD_TRY(store_db_check(store->inbox, arena, what, error));
    if (what->at) goto done;
    TROD_TRY(store_query_make(store->inbox, SELECT, &query, error));
    store_query_set(query, 1, 0);
    for (bool more = true;;) {
        struct row row;
        TROD_TRY(store_query_next(query, &more, error));
        if (!more) break;
        if (read_row(store, query, &row, NULL) == TROD_OK) continue;
        *what = trod_arena_format(arena, "the checksum of event %llu is wrong",
                                  (unsigned long long)row.number);
        TROD_TRY_ALLOC(what->at, error);
        break;
    }
done:
    store_query_free(query);
    return status;
}
