/* The seal of the catalogue: a checksum over all its rows, written with every change. SQLite
 * finds pages that are no pages; a number in a row that has become another one it cannot
 * know. What changes outside of changes (the generation, a scrub that is due) is left out. */
#include <stdio.h>

#include "store/inside.h"

static const struct {
    const char *sql;
    int n_columns;
} TABLES[] = {
    {"SELECT key, value FROM meta WHERE key NOT IN ('generation', 'scrub', 'seal') ORDER BY "
     "key",
     2},
    {"SELECT set_id, made_us FROM sets ORDER BY set_id", 2},
    {"SELECT file_id, set_id, n_bytes, first_hash, last_hash, n_events, n_customers, first_us,"
     " last_us, checksum FROM files ORDER BY file_id",
     10},
    {"SELECT name_id, text FROM names ORDER BY name_id", 2},
    {"SELECT field_id, text, fact FROM fields ORDER BY field_id", 3},
    {"SELECT source_id, text FROM sources ORDER BY source_id", 2},
    {"SELECT set_id, source_id, n_events, first_us, last_us FROM set_sources"
     " ORDER BY set_id, source_id",
     5},
    {"SELECT role, field_id FROM roles ORDER BY role", 2},
    {"SELECT import_id, set_id, when_us, what, n_rows, n_events, n_rejected, n_dropped"
     " FROM imports ORDER BY import_id",
     8},
    {"SELECT hash, when_us FROM forgotten ORDER BY hash", 2},
};

static trod_status seal_table(struct store_db *db, const char *sql, int n_columns,
                              uint64_t *seal, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    TROD_TRY(store_query_make(db, sql, &query, error));
    for (bool row = true;;) {
        TROD_TRY(store_query_next(query, &row, error));
        if (!row) break;
        for (int i = 0; i < n_columns; i++) {
            const trod_str value = store_query_text(query, i); /* a number in decimal */
            *seal = trod_hash64(value.at ? value.at : "", value.n, *seal + !value.at);
        }
    }
    *seal = trod_hash64("", 0, *seal);
done:
    store_query_free(query);
    return status;
}

static trod_status make_seal(struct store_db *db, char text[24], struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t seal = 0;
    for (size_t i = 0; i < TROD_COUNT(TABLES); i++)
        TROD_TRY(seal_table(db, TABLES[i].sql, TABLES[i].n_columns, &seal, error));
    snprintf(text, 24, "%016llx", (unsigned long long)seal);
done:
    return status;
}

trod_status store_seal_write(struct store_db *db, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    char text[24];
    TROD_TRY(make_seal(db, text, error));
    TROD_TRY(store_query_make(db, "INSERT OR REPLACE INTO meta(key, value) VALUES('seal', ?1)",
                              &query, error));
    store_query_set_text(query, 1, trod_str_of(text));
    TROD_TRY(store_query_run(query, error));
done:
    store_query_free(query);
    return status;
}

trod_status store_seal_check(struct store_db *db, bool *right, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_query *query = NULL;
    bool row = false;
    char text[24];
    TROD_TRY(store_db_run(db, "BEGIN", error));
    TROD_TRY(make_seal(db, text, error));
    TROD_TRY(store_query_make(db, "SELECT value FROM meta WHERE key = 'seal'", &query, error));
    TROD_TRY(store_query_next(query, &row, error));
    *right = row && trod_str_is(store_query_text(query, 0), text);
done:
    store_query_free(query);
    store_db_roll_back(db);
    return status;
}
