/* The door to SQLite: values come back as they were, and failures are told in words. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/sqlite_door.h"
#include "trod/store.h"

struct place {
    char folder[64], name[128];
};

static struct place place_make(void) {
    struct place place = {.folder = "/tmp/trod-sqlite-XXXXXX"};
    assert_non_null(mkdtemp(place.folder));
    snprintf(place.name, sizeof place.name, "%s/catalogue.db", place.folder);
    return place;
}

static void place_free(const struct place *place) {
    char command[200];
    snprintf(command, sizeof command, "rm -r %s", place->folder);
    assert_int_equal(system(command), 0);
}

static void values_come_back(void **state) {
    (void)state;
    const struct place place = place_make();
    struct trod_error error = {0};
    struct store_db *db = NULL;
    assert_int_equal(store_db_open(place.name, STORE_DB_CREATE, &db, &error), TROD_OK);
    assert_int_equal(store_db_run(db, "CREATE TABLE t(n INTEGER, x TEXT)", &error), TROD_OK);
    struct store_query *query = NULL;
    const trod_str texts[] = {TROD_STR("plain"), {"\0\xff\xfe", 3}, {"", 0}, {NULL, 0}};
    assert_int_equal(store_query_make(db, "INSERT INTO t VALUES(?1, ?2)", &query, &error),
                     TROD_OK);
    for (int i = 0; i < 4; i++) {
        store_query_set(query, 1, INT64_MIN + i);
        store_query_set_text(query, 2, texts[i]);
        assert_int_equal(store_query_run(query, &error), TROD_OK);
    }
    store_query_free(query);
    assert_int_equal(store_query_make(db, "SELECT n, x FROM t ORDER BY n", &query, &error),
                     TROD_OK);
    for (int i = 0; i < 4; i++) {
        bool row = false;
        assert_int_equal(store_query_next(query, &row, &error), TROD_OK);
        assert_true(row);
        assert_true(store_query_number(query, 0) == INT64_MIN + i);
        const trod_str text = store_query_text(query, 1);
        assert_true(trod_str_equal(text, texts[i]));
        assert_int_equal(text.at == NULL, i == 3);
    }
    store_query_free(query);
    int64_t number = 0;
    assert_int_equal(store_db_number(db, "SELECT count(*) FROM t", 0, &number, &error),
                     TROD_OK);
    assert_int_equal(number, 4);
    assert_int_equal(store_db_number(db, "PRAGMA synchronous", 0, &number, &error), TROD_OK);
    assert_int_equal(number, 2);
    assert_int_equal(store_db_run(db, "SELEC", &error), TROD_IO);
    store_db_close(db);
    place_free(&place);
}

static void what_is_no_database_is_told(void **state) {
    (void)state;
    const struct place place = place_make();
    struct trod_error error = {0};
    struct store_db *db = NULL;
    assert_int_not_equal(store_db_open(place.name, STORE_DB_READ, &db, &error), TROD_OK);
    assert_non_null(strstr(error.message, "cannot be opened"));
    assert_int_equal(
        trod_file_write(place.name,
                        TROD_STR("this is a letter, and no database at all, however "
                                 "long one looks at it, line by line, over and over, "
                                 "until it has more bytes than a header has"),
                        &error),
        TROD_OK);
    assert_int_equal(store_db_open(place.name, STORE_DB_READ, &db, &error), TROD_BAD_INPUT);
    assert_non_null(strstr(error.message, "damaged"));
    assert_int_equal(store_db_open(place.name, STORE_DB_WRITE, &db, &error), TROD_BAD_INPUT);
    place_free(&place);
}

/* Every step of SQLite that fails leaves the database as it was or as it should be. */
static void each_failing_step_leaves_old_or_new(void **state) {
    (void)state;
    trod_store_fail_at(0, false);
    uint64_t steps = 0;
    for (bool whole = false; !whole;) {
        const struct place place = place_make();
        struct trod_error error = {0};
        struct store_db *db = NULL;
        assert_int_equal(store_db_open(place.name, STORE_DB_CREATE, &db, &error), TROD_OK);
        assert_int_equal(store_db_run(db, "CREATE TABLE t(n); INSERT INTO t VALUES(1)", &error),
                         TROD_OK);
        trod_store_fail_at(++steps, false);
        trod_status status = store_db_run(
            db, "BEGIN IMMEDIATE; UPDATE t SET n = 2; INSERT INTO t VALUES(2); COMMIT", &error);
        store_db_roll_back(db);
        if (status == TROD_OK) status = store_db_checkpoint(db, &error);
        whole = status == TROD_OK;
        trod_store_fail_at(0, false);
        store_db_close(db);
        int64_t n = 0, sum = 0;
        assert_int_equal(store_db_open(place.name, STORE_DB_READ, &db, &error), TROD_OK);
        assert_int_equal(store_db_number(db, "SELECT count(*) FROM t", 0, &n, &error), TROD_OK);
        assert_int_equal(store_db_number(db, "SELECT sum(n) FROM t", 0, &sum, &error), TROD_OK);
        assert_true((n == 1 && sum == 1 && !whole) || (n == 2 && sum == 4));
        store_db_close(db);
        place_free(&place);
    }
    assert_true(steps > 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(what_is_no_database_is_told),
        cmocka_unit_test(each_failing_step_leaves_old_or_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
