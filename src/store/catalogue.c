/* The catalogue: which column files make the log, and all that is numbered in them. Texts are
 * kept byte by byte. A name that only a forgotten person had keeps its number and loses its
 * text. Hashes and checksums are stored as SQLite's signed integers of the same 64 bits. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "store/inside.h"

enum { SCHEMA_VERSION = 1, APPLICATION = 0x74726f64 /* "trod" */ };

static const char SCHEMA[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE sets(set_id INTEGER PRIMARY KEY, made_us INTEGER NOT NULL);"
    "CREATE TABLE files(file_id INTEGER PRIMARY KEY,"
    " set_id INTEGER NOT NULL REFERENCES sets, n_bytes INTEGER NOT NULL,"
    " first_hash INTEGER NOT NULL, last_hash INTEGER NOT NULL, n_events INTEGER NOT NULL,"
    " n_customers INTEGER NOT NULL, first_us INTEGER, last_us INTEGER,"
    " checksum INTEGER NOT NULL);"
    "CREATE TABLE names(name_id INTEGER PRIMARY KEY, text TEXT);"
    "CREATE TABLE fields(field_id INTEGER PRIMARY KEY, text TEXT, fact INTEGER NOT NULL);"
    "CREATE TABLE sources(source_id INTEGER PRIMARY KEY, text TEXT);"
    "CREATE TABLE set_sources(set_id INTEGER NOT NULL REFERENCES sets,"
    " source_id INTEGER NOT NULL REFERENCES sources, n_events INTEGER NOT NULL,"
    " first_us INTEGER, last_us INTEGER, PRIMARY KEY(set_id, source_id)) WITHOUT ROWID;"
    "CREATE TABLE roles(role TEXT PRIMARY KEY, field_id INTEGER NOT NULL REFERENCES fields)"
    " WITHOUT ROWID;"
    "CREATE TABLE imports(import_id INTEGER PRIMARY KEY, set_id INTEGER NOT NULL"
    " REFERENCES sets, when_us INTEGER NOT NULL, what TEXT, n_rows INTEGER NOT NULL,"
    " n_events INTEGER NOT NULL, n_rejected INTEGER NOT NULL, n_dropped INTEGER NOT NULL);"
    "CREATE TABLE forgotten(hash BLOB PRIMARY KEY, when_us INTEGER NOT NULL) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('generation', 0), ('next_file', 1), ('next_set', 1),"
    " ('n_customers', 0);";

void store_file_name(uint64_t number, char name[STORE_NAME_BYTES]) {
    snprintf(name, STORE_NAME_BYTES, "%08llu.part", (unsigned long long)number);
}

/* ---- Making ---- */

static trod_status make_tables(struct store_db *db, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    uint64_t salt[2] = {0, 0};
    int64_t version = 0;
    TROD_TRY(store_db_run(db, "BEGIN IMMEDIATE", error));
    TROD_TRY(store_db_number(db, "PRAGMA user_version", 0, &version, error));
    if (version != 0) goto done; /* somebody else was quicker */
    TROD_TRY(store_db_run(db, SCHEMA, error));
    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt) {
        status = trod_fail(error, TROD_IO, "the system gives no random numbers");
        goto done;
    }
    TROD_TRY(store_query_make(db, "INSERT INTO meta VALUES('salt', ?1)", &query, error));
    char text[40];
    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)salt[0],
             (unsigned long long)salt[1]);
    store_query_set_text(query, 1, trod_str_of(text));
    TROD_TRY(store_query_run(query, error));
    TROD_TRY(store_seal_write(db, error));
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

trod_status store_catalogue_prepare(struct trod_store *store, bool create,
                                    struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t application = 0, version = 0, n_tables = 0;
    for (int attempt = 0;; attempt++) {
        /* In one transaction: another process may make the tables in between. */
        TROD_TRY(store_db_run(store->db, "BEGIN", error));
        TROD_TRY(store_db_number(store->db, "PRAGMA application_id", 0, &application, error));
        TROD_TRY(store_db_number(store->db, "PRAGMA user_version", 0, &version, error));
        TROD_TRY(store_db_number(store->db, "SELECT count(*) FROM sqlite_schema", 0, &n_tables,
                                 error));
        store_db_roll_back(store->db);
        const bool empty = application == 0 && version == 0 && n_tables == 0;
        if (!empty || attempt > 0) break;
        if (!create) { /* making it was cut short, or it is on its way */
            trod_fail(error, TROD_NO_FILE, "%s holds no log yet", store->trod);
            trod_error_hint(error, "\"trod import FILE\" begins one");
            return TROD_NO_FILE;
        }
        TROD_TRY(make_tables(store->db, error));
    }
    if (application != APPLICATION || version < 1) {
        trod_fail(error, TROD_BAD_INPUT, "%s/catalogue.db is not a catalogue of trod",
                  store->trod);
        trod_error_hint(error, "move it away, and import the events anew");
        return TROD_BAD_INPUT;
    }
    if (version > SCHEMA_VERSION) {
        trod_fail(error, TROD_BAD_INPUT,
                  "the log in %s was written by a newer trod (format %lld; this one knows %d)",
                  store->trod, (long long)version, SCHEMA_VERSION);
        trod_error_hint(error, "use the newer trod; nothing was changed");
        return TROD_BAD_INPUT;
    }
done:
    store_db_roll_back(store->db);
    return status;
}

trod_status store_catalogue_touch(struct trod_store *store, struct trod_error *error) {
    const trod_status status = store_db_run(
        store->db, "UPDATE meta SET value = value + 1 WHERE key = 'generation'", error);
    if (status != TROD_OK) store_db_roll_back(store->db);
    return status;
}

/* ---- Reading ---- */

trod_status store_catalogue_folded(struct trod_store *store, uint64_t *folded,
                                   struct trod_error *error) {
    int64_t number = 0;
    const trod_status status = store_db_number(
        store->db, "SELECT value FROM meta WHERE key = 'folded'", 0, &number, error);
    *folded = (uint64_t)number;
    return status;
}

static int64_t time_or_none(struct store_query *query, int column) {
    return store_query_is_null(query, column) ? TROD_NO_TIME
                                              : store_query_number(query, column);
}

/* SQLite would order the hashes as signed numbers. */
static int by_set_and_hash(const void *a, const void *b) {
    const struct store_file *const x = a, *const y = b;
    if (x->set != y->set) return x->set < y->set ? -1 : 1;
    if (x->first_hash != y->first_hash) return x->first_hash < y->first_hash ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static trod_status read_files(struct store_db *db, struct trod_arena *arena,
                              struct store_state *state, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    struct store_file *files = NULL;
    size_t room = 0, sets_room = 0;
    uint32_t *sets = NULL;
    TROD_TRY(store_query_make(db,
                              "SELECT file_id, set_id, n_bytes, first_hash, last_hash,"
                              " n_events, n_customers, first_us, last_us, checksum FROM files",
                              &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        const struct store_file file = {
            .number = (uint64_t)store_query_number(query, 0),
            .set = (uint32_t)store_query_number(query, 1),
            .n_bytes = (uint64_t)store_query_number(query, 2),
            .first_hash = (uint64_t)store_query_number(query, 3),
            .last_hash = (uint64_t)store_query_number(query, 4),
            .n_events = (uint64_t)store_query_number(query, 5),
            .n_customers = (uint64_t)store_query_number(query, 6),
            .first_us = time_or_none(query, 7),
            .last_us = time_or_none(query, 8),
            .checksum = (uint64_t)store_query_number(query, 9),
        };
        TROD_TRY_ALLOC(TROD_PUSH(arena, files, state->n_files, room, file), error);
    }
    store_query_free(query);
    query = NULL;
    TROD_TRY(store_query_make(db, "SELECT set_id FROM sets ORDER BY set_id", &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        const uint32_t set = (uint32_t)store_query_number(query, 0);
        TROD_TRY_ALLOC(TROD_PUSH(arena, sets, state->n_sets, sets_room, set), error);
    }
    if (state->n_files) qsort(files, state->n_files, sizeof *files, by_set_and_hash);
    state->files = files;
    state->sets = sets;
done:
    store_query_free(query);
    return status;
}

static trod_status out_of_order(const struct trod_store *store, const char *table,
                                struct trod_error *error) {
    trod_fail(error, TROD_BAD_INPUT,
              "the catalogue %s/catalogue.db is damaged: its table "
              "\"%s\" has a gap",
              store->trod, table);
    trod_error_hint(error, "take the folder .trod from a backup, or move it away and import "
                           "the events anew");
    return TROD_BAD_INPUT;
}

static trod_status read_names(const struct trod_store *store, struct store_state *state,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY_ALLOC(state->names = trod_dict_make(0), error);
    TROD_TRY(store_query_make(store->db, "SELECT name_id, text FROM names ORDER BY name_id",
                              &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        const uint32_t want = trod_dict_count(state->names);
        trod_str text = store_query_text(query, 1);
        char forgotten[40];
        if (!text.at) {
            snprintf(forgotten, sizeof forgotten, "(forgotten %u)", want);
            text = trod_str_of(forgotten);
        }
        const uint32_t id = trod_dict_add(state->names, text);
        TROD_TRY_ALLOC(id != TROD_NO_ID, error);
        if (store_query_number(query, 0) != want || id != want) {
            status = out_of_order(store, "names", error);
            goto done;
        }
    }
done:
    store_query_free(query);
    return status;
}

static trod_status read_fields(const struct trod_store *store, struct trod_arena *arena,
                               struct store_state *state, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    size_t room = 0;
    TROD_TRY(store_query_make(
        store->db, "SELECT field_id, text, fact FROM fields ORDER BY field_id", &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        if (store_query_number(query, 0) != (int64_t)state->n_fields) {
            status = out_of_order(store, "fields", error);
            goto done;
        }
        const trod_str text = store_query_text(query, 1);
        const struct trod_parts_field field = {
            .name = text.at ? trod_arena_copy(arena, text)
                            : trod_arena_format(arena, "(forgotten %zu)", state->n_fields),
            .fact = store_query_number(query, 2) != 0,
        };
        TROD_TRY_ALLOC(field.name.at, error);
        TROD_TRY_ALLOC(TROD_PUSH(arena, state->fields, state->n_fields, room, field), error);
    }
done:
    store_query_free(query);
    return status;
}

void store_span_add(int64_t *first_us, int64_t *last_us, int64_t more_first_us,
                    int64_t more_last_us) {
    if (more_first_us == TROD_NO_TIME) return;
    if (*first_us == TROD_NO_TIME || more_first_us < *first_us) *first_us = more_first_us;
    if (*last_us == TROD_NO_TIME || more_last_us > *last_us) *last_us = more_last_us;
}

static trod_status read_sources(const struct trod_store *store, struct trod_arena *arena,
                                struct store_state *state, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    struct store_source *set_sources = NULL;
    size_t room = 0, set_room = 0;
    TROD_TRY(store_query_make(
        store->db, "SELECT source_id, text FROM sources ORDER BY source_id", &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        if (store_query_number(query, 0) != (int64_t)state->n_sources) {
            status = out_of_order(store, "sources", error);
            goto done;
        }
        const trod_str text = store_query_text(query, 1);
        const struct trod_parts_source source = {
            .name = text.at ? trod_arena_copy(arena, text)
                            : trod_arena_format(arena, "(forgotten %zu)", state->n_sources),
            .first_us = TROD_NO_TIME,
            .last_us = TROD_NO_TIME,
        };
        TROD_TRY_ALLOC(source.name.at, error);
        TROD_TRY_ALLOC(TROD_PUSH(arena, state->sources, state->n_sources, room, source), error);
    }
    store_query_free(query);
    query = NULL;
    TROD_TRY(store_query_make(store->db,
                              "SELECT set_id, source_id, n_events, first_us, last_us"
                              " FROM set_sources ORDER BY set_id, source_id",
                              &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        const struct store_source of_set = {
            .set = (uint32_t)store_query_number(query, 0),
            .source = (uint32_t)store_query_number(query, 1),
            .n_events = (uint64_t)store_query_number(query, 2),
            .first_us = time_or_none(query, 3),
            .last_us = time_or_none(query, 4),
        };
        if (of_set.source >= state->n_sources) {
            status = out_of_order(store, "sources", error);
            goto done;
        }
        struct trod_parts_source *const source = &state->sources[of_set.source];
        source->n_events += of_set.n_events;
        store_span_add(&source->first_us, &source->last_us, of_set.first_us, of_set.last_us);
        TROD_TRY_ALLOC(TROD_PUSH(arena, set_sources, state->n_set_sources, set_room, of_set),
                       error);
    }
    state->set_sources = set_sources;
done:
    store_query_free(query);
    return status;
}

static trod_status read_roles(struct store_db *db, struct store_state *state,
                              struct trod_error *error) {
    static const char *const NAMES[] = {"channel", "worth", "journey", "id"};
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    for (size_t i = 0; i < TROD_COUNT(NAMES); i++) state->roles[i] = TROD_NO_ID;
    TROD_TRY(store_query_make(db, "SELECT role, field_id FROM roles", &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        const int64_t field = store_query_number(query, 1);
        for (size_t i = 0; i < TROD_COUNT(NAMES); i++)
            if (trod_str_is(store_query_text(query, 0), NAMES[i]) && field >= 0 &&
                (uint64_t)field < state->n_fields)
                state->roles[i] = (uint32_t)field;
    }
done:
    store_query_free(query);
    return status;
}

static trod_status read_meta(struct trod_store *store, struct store_state *state,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = store->db;
    int64_t next_file = 0, next_set = 0, n_customers = 0;
    TROD_TRY(store_db_number(db, "SELECT value FROM meta WHERE key = 'generation'", 0,
                             &state->generation, error));
    TROD_TRY(store_db_number(db, "SELECT value FROM meta WHERE key = 'next_file'", 1,
                             &next_file, error));
    TROD_TRY(store_db_number(db, "SELECT value FROM meta WHERE key = 'next_set'", 1, &next_set,
                             error));
    TROD_TRY(store_db_number(db, "SELECT value FROM meta WHERE key = 'n_customers'", 0,
                             &n_customers, error));
    TROD_TRY(store_catalogue_folded(store, &state->folded, error));
    state->next_file = (uint64_t)next_file;
    state->next_set = (uint32_t)next_set;
    state->n_customers = (uint64_t)n_customers;
done:
    return status;
}

trod_status store_catalogue_read(struct trod_store *store, struct trod_arena *arena,
                                 struct store_state *state, struct trod_error *error) {
    trod_status status = TROD_OK;
    *state = (struct store_state){0};
    TROD_TRY(store_db_run(store->db, "BEGIN", error));
    TROD_TRY(read_meta(store, state, error));
    TROD_TRY(read_files(store->db, arena, state, error));
    TROD_TRY(read_names(store, state, error));
    TROD_TRY(read_fields(store, arena, state, error));
    TROD_TRY(read_sources(store, arena, state, error));
    TROD_TRY(read_roles(store->db, state, error));
    TROD_TRY(store_db_run(store->db, "COMMIT", error));
done:
    store_db_roll_back(store->db);
    if (status != TROD_OK) {
        trod_dict_free(state->names);
        state->names = NULL;
    }
    return status;
}
