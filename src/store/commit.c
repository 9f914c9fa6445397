/* Entering a change in the catalogue: one transaction, in which rows go that nothing refers to
 * any more before what they refer to. */
#include <time.h>

#include "store/change.h"

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TROD_SECOND_US + now.tv_nsec / 1000;
}

static void set_time(struct store_query *query, int parameter, int64_t time_us) {
    if (time_us == TROD_NO_TIME)
        store_query_set_null(query, parameter);
    else
        store_query_set(query, parameter, time_us);
}

/* Runs a statement with one number. */
static trod_status run_with(struct store_db *db, const char *sql, int64_t number,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(db, sql, &query, error));
    store_query_set(query, 1, number);
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

static trod_status write_meta(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    const struct store_state *const state = &change->parts->state;
    const bool anew = change->cleared || change->merging;
    const uint64_t n_customers =
        (anew ? 0 : state->n_customers - change->blanks.n_customers) + change->n_new_customers;
    TROD_TRY(
        store_db_run(db, "UPDATE meta SET value = value + 1 WHERE key = 'generation'", error));
    TROD_TRY(run_with(db, "UPDATE meta SET value = ?1 WHERE key = 'next_file'",
                      (int64_t)change->next_file, error));
    TROD_TRY(run_with(db, "UPDATE meta SET value = ?1 WHERE key = 'next_set'",
                      (int64_t)change->set + 1, error));
    TROD_TRY(run_with(db, "UPDATE meta SET value = ?1 WHERE key = 'n_customers'",
                      (int64_t)n_customers, error));
    if (change->folded > state->folded)
        TROD_TRY(run_with(db, "INSERT OR REPLACE INTO meta(key, value) VALUES('folded', ?1)",
                          (int64_t)change->folded, error));
done:
    return status;
}

static trod_status write_old_files(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    const struct store_state *const state = &change->parts->state;
    struct store_query *gone = NULL, *moved = NULL;
    TROD_TRY(store_query_make(db, "DELETE FROM files WHERE file_id = ?1", &gone, error));
    TROD_TRY(
        store_query_make(db, "UPDATE files SET set_id = ?2 WHERE file_id = ?1", &moved, error));
    for (size_t i = 0; i < state->n_files; i++) {
        if (change->fates[i] == STORE_KEEP) continue;
        struct store_query *const query = change->fates[i] == STORE_OUT ? gone : moved;
        store_query_set(query, 1, (int64_t)state->files[i].number);
        if (query == moved) store_query_set(query, 2, change->set);
        TROD_TRY(store_query_run(query, error));
    }
done:
    store_query_free(gone);
    store_query_free(moved);
    return status;
}

static trod_status write_new_files(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(
        change->store->db,
        "INSERT INTO files(file_id, set_id, n_bytes, first_hash, last_hash, n_events,"
        " n_customers, first_us, last_us, checksum)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &query, error));
    for (size_t i = 0; i < change->n_added; i++) {
        const struct store_file *const file = &change->added[i];
        store_query_set(query, 1, (int64_t)file->number);
        store_query_set(query, 2, file->set);
        store_query_set(query, 3, (int64_t)file->n_bytes);
        store_query_set(query, 4, (int64_t)file->first_hash);
        store_query_set(query, 5, (int64_t)file->last_hash);
        store_query_set(query, 6, (int64_t)file->n_events);
        store_query_set(query, 7, (int64_t)file->n_customers);
        set_time(query, 8, file->first_us);
        set_time(query, 9, file->last_us);
        store_query_set(query, 10, (int64_t)file->checksum);
        TROD_TRY(store_query_run(query, error));
    }
done:
    store_query_free(query);
    return status;
}

/* Sets that were there leave when all is put together or replaced. */
static trod_status write_old_sets(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    const int64_t set = change->set;
    if (!change->cleared && !change->merging) return TROD_OK;
    TROD_TRY(run_with(db,
                      change->merging ? "UPDATE imports SET set_id = ?1 WHERE set_id <> ?1"
                                      : "DELETE FROM imports WHERE set_id <> ?1",
                      set, error));
    TROD_TRY(run_with(db, "DELETE FROM set_sources WHERE set_id <> ?1", set, error));
    TROD_TRY(run_with(db, "DELETE FROM sets WHERE set_id <> ?1", set, error));
    if (change->cleared) /* what is new is numbered from 0 */
        TROD_TRY(store_db_run(db,
                              "DELETE FROM roles; DELETE FROM fields; DELETE FROM names;"
                              "DELETE FROM sources",
                              error));
done:
    return status;
}

trod_status store_commit_tally(struct store_db *db, uint32_t set,
                               const struct store_tally *tally, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(run_with(db, "DELETE FROM set_sources WHERE set_id = ?1", set, error));
    TROD_TRY(store_query_make(db,
                              "INSERT INTO set_sources(set_id, source_id, n_events, first_us,"
                              " last_us) VALUES(?1, ?2, ?3, ?4, ?5)",
                              &query, error));
    for (size_t i = 0; i < tally->n_sources; i++) {
        const struct trod_parts_source *const source = &tally->sources[i];
        if (source->n_events == 0) continue;
        store_query_set(query, 1, set);
        store_query_set(query, 2, (int64_t)i);
        store_query_set(query, 3, (int64_t)source->n_events);
        set_time(query, 4, source->first_us);
        set_time(query, 5, source->last_us);
        TROD_TRY(store_query_run(query, error));
    }
done:
    store_query_free(query);
    return status;
}

/* Texts under the numbers from `first` on. */
static trod_status write_texts(struct store_db *db, const char *sql, size_t first,
                               const trod_str *texts, size_t n, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(db, sql, &query, error));
    for (size_t i = 0; i < n; i++) {
        store_query_set(query, 1, (int64_t)(first + i));
        store_query_set_text(query, 2, texts[i]);
        TROD_TRY(store_query_run(query, error));
    }
done:
    store_query_free(query);
    return status;
}

static trod_status write_roles(struct trod_change *change, struct trod_error *error) {
    static const char *const SQL[] = {
        "INSERT INTO roles(role, field_id) VALUES('channel', ?1)",
        "INSERT INTO roles(role, field_id) VALUES('worth', ?1)",
        "INSERT INTO roles(role, field_id) VALUES('journey', ?1)",
        "INSERT INTO roles(role, field_id) VALUES('id', ?1)",
    };
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    TROD_TRY(store_db_run(db, "DELETE FROM roles", error));
    for (size_t i = 0; i < TROD_COUNT(SQL); i++)
        if (change->roles[i] != TROD_NO_ID)
            TROD_TRY(run_with(db, SQL[i], change->roles[i], error));
done:
    return status;
}

static trod_status write_frame(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    const struct trod_parts *const from = trod_change_parts(change);
    struct store_query *query = NULL;
    if (!change->has_frame) return TROD_OK;
    TROD_TRY(write_texts(db, "INSERT INTO names(name_id, text) VALUES(?1, ?2)",
                         trod_dict_count(from->names), change->names, change->n_names, error));
    TROD_TRY(write_texts(db, "INSERT INTO sources(source_id, text) VALUES(?1, ?2)",
                         from->n_sources, change->sources, change->n_sources, error));
    TROD_TRY(store_query_make(db, "INSERT INTO fields(field_id, text, fact) VALUES(?1, ?2, ?3)",
                              &query, error));
    for (size_t i = 0; i < change->n_fields; i++) {
        store_query_set(query, 1, (int64_t)(from->n_fields + i));
        store_query_set_text(query, 2, change->fields[i].name);
        store_query_set(query, 3, change->fields[i].fact);
        TROD_TRY(store_query_run(query, error));
    }
    TROD_TRY(write_roles(change, error));
done:
    store_query_free(query);
    return status;
}

static void set_import(struct store_query *query, const struct trod_store_import *import) {
    store_query_set(query, 1, import->set);
    store_query_set(query, 2, import->when_us);
    store_query_set_text(query, 3, import->what);
    store_query_set(query, 4, (int64_t)import->n_rows);
    store_query_set(query, 5, (int64_t)import->n_events);
    store_query_set(query, 6, (int64_t)import->n_rejected);
    store_query_set(query, 7, (int64_t)import->n_dropped);
}

/* The inbox is folded again and again: that is one import for as long as no other comes in
 * between. */
static trod_status add_to_last(struct store_db *db, const struct trod_store_import *import,
                               bool *added, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(
        db,
        "UPDATE imports SET set_id = ?1, when_us = ?2, n_rows = n_rows + ?4,"
        " n_events = n_events + ?5, n_rejected = n_rejected + ?6, n_dropped = n_dropped + ?7"
        " WHERE import_id = (SELECT max(import_id) FROM imports) AND what = ?3",
        &query, error));
    set_import(query, import);
    TROD_TRY(store_query_run(query, error));
    *added = store_db_changes(db) > 0;
done:
    store_query_free(query);
    return status;
}

static trod_status write_imports(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    struct store_query *query = NULL;
    const bool folds = !change->cleared && change->folded > change->parts->state.folded;
    TROD_TRY(store_query_make(db,
                              "INSERT INTO imports(set_id, when_us, what, n_rows, n_events,"
                              " n_rejected, n_dropped) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                              &query, error));
    for (size_t i = 0; i < change->n_imports; i++) {
        bool added = false;
        if (folds) TROD_TRY(add_to_last(db, &change->imports[i], &added, error));
        if (added) continue;
        set_import(query, &change->imports[i]);
        TROD_TRY(store_query_run(query, error));
    }
done:
    store_query_free(query);
    return status;
}

static trod_status write_set(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    bool used = change->n_imports > 0 || change->merging;
    for (size_t i = 0; i < change->n_added; i++) used |= change->added[i].set == change->set;
    if (!used) return TROD_OK;
    TROD_TRY(store_query_make(
        change->store->db, "INSERT INTO sets(set_id, made_us) VALUES(?1, ?2)", &query, error));
    store_query_set(query, 1, change->set);
    store_query_set(query, 2, now_us());
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

trod_status store_commit(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    TROD_TRY(store_db_run(db, "BEGIN IMMEDIATE", error));
    TROD_TRY(write_meta(change, error));
    TROD_TRY(write_set(change, error));
    TROD_TRY(write_old_files(change, error));
    TROD_TRY(write_old_sets(change, error));
    TROD_TRY(write_new_files(change, error));
    TROD_TRY(write_frame(change, error));
    TROD_TRY(store_commit_tally(db, change->set, &change->tally, error));
    TROD_TRY(write_imports(change, error));
    if (change->blanks.id.at) TROD_TRY(store_commit_blanks(change, error));
    TROD_TRY(store_seal_write(db, error));
    TROD_TRY(store_db_run(db, "COMMIT", error));
done:
    store_db_roll_back(db);
    return status;
}
