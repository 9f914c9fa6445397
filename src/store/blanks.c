/* What forgetting takes out of the catalogue: texts that only the forgotten person had, what
 * imports were called if that tells who it is, and the counts of the sets. Of the person itself
 * a salted hash stays, so that it can be said how many were forgotten, and nothing else. */
#include <stdio.h>
#include <time.h>

#include "store/forget.h"
#include "store/inbox.h"

static trod_status blank_texts(struct store_db *db, const char *sql, const uint32_t *numbers,
                               size_t n, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(db, sql, &query, error));
    for (size_t i = 0; i < n; i++) {
        store_query_set(query, 1, numbers[i]);
        TROD_TRY(store_query_run(query, error));
    }
done:
    store_query_free(query);
    return status;
}

/* Names of imported files in which the id stands. */
static trod_status blank_imports(struct store_db *db, trod_str id, struct trod_error *error) {
    enum { TELLING_BYTES = 6 };
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    if (id.n < TELLING_BYTES) return TROD_OK;
    TROD_TRY(store_query_make(
        db, "UPDATE imports SET what = '(forgotten)' WHERE instr(what, ?1) > 0", &query,
        error));
    store_query_set_text(query, 1, id);
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

static trod_status note_forgotten(struct store_db *db, trod_str id, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    bool row = false;
    struct timespec now;
    uint64_t salt[2] = {0, 0};
    char text[40];
    TROD_TRY(store_query_make(db, "SELECT value FROM meta WHERE key = 'salt'", &query, error));
    TROD_TRY(store_query_next(query, &row, error));
    const trod_str stored = row ? store_query_text(query, 0) : (trod_str){NULL, 0};
    salt[0] = trod_hash64(stored.at, stored.n, 1);
    salt[1] = trod_hash64(stored.at, stored.n, 2);
    store_query_free(query);
    query = NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(text, sizeof text, "%016llx%016llx",
             (unsigned long long)trod_hash64(id.at, id.n, salt[0]),
             (unsigned long long)trod_hash64(id.at, id.n, salt[1]));
    TROD_TRY(store_query_make(
        db, "INSERT OR REPLACE INTO forgotten(hash, when_us) VALUES(?1, ?2)", &query, error));
    store_query_set_text(query, 1, trod_str_of(text));
    store_query_set(query, 2, (int64_t)now.tv_sec * TROD_SECOND_US);
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

trod_status store_commit_blanks(struct trod_change *change, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_db *const db = change->store->db;
    const struct store_blanks *const blanks = &change->blanks;
    for (size_t i = 0; i < blanks->n_sets; i++)
        TROD_TRY(store_commit_tally(db, blanks->sets[i].set, &blanks->sets[i].tally, error));
    TROD_TRY(blank_texts(db, "UPDATE names SET text = NULL WHERE name_id = ?1", blanks->names,
                         blanks->n_names, error));
    TROD_TRY(blank_texts(db, "UPDATE fields SET text = NULL WHERE field_id = ?1",
                         blanks->fields, blanks->n_fields, error));
    TROD_TRY(blank_texts(db, "UPDATE sources SET text = NULL WHERE source_id = ?1",
                         blanks->sources, blanks->n_sources, error));
    TROD_TRY(blank_imports(db, blanks->id, error));
    TROD_TRY(note_forgotten(db, blanks->id, error));
    TROD_TRY(
        store_db_run(db, "INSERT OR REPLACE INTO meta(key, value) VALUES('scrub', 1)", error));
done:
    return status;
}

trod_status store_scrub(struct trod_store *store, struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t due = 0;
    uint64_t folded = 0;
    TROD_TRY(store_db_number(store->db, "SELECT value FROM meta WHERE key = 'scrub'", 0, &due,
                             error));
    if (!due) return TROD_OK;
    TROD_TRY(store_db_checkpoint(store->db, error));
    TROD_TRY(store_catalogue_folded(store, &folded, error));
    TROD_TRY(store_inbox_sweep(store, folded, error));
    TROD_TRY(store_inbox_scrub(store, error));
    TROD_TRY(store_db_run(store->db, "DELETE FROM meta WHERE key = 'scrub'", error));
done:
    store_db_roll_back(store->db);
    return status;
}
