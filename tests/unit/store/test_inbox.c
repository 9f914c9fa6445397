/* The inbox: what is put in is seen at once, as if it had been imported, and stays when it is
 * folded into files. */
#include "kept.h"

static void fold(struct trod_store *store, uint64_t want) {
    struct trod_error error = {0};
    uint64_t n_events = 0;
    if (trod_store_fold(store, NULL, &n_events, &error) != TROD_OK)
        fail_msg("%s", error.message);
    assert_int_equal(n_events, want);
}

static struct trod_store_inbox about_inbox(struct trod_store *store) {
    struct trod_error error = {0};
    struct trod_store_about about;
    struct trod_arena *const arena = trod_arena_make(0);
    assert_int_equal(trod_store_about(store, arena, &about, &error), TROD_OK);
    trod_arena_free(arena);
    return about.inbox;
}

/* Events of which the first has a value in each column, so that those are numbered as the tests
 * have them. */
static struct events draw_full(uint64_t seed, unsigned n_customers, unsigned n_events) {
    struct events events = draw_events(seed, n_customers, n_events, 0);
    events.at[0].channel = CHANNEL[0];
    snprintf(events.at[0].note, sizeof events.at[0].note, "a note");
    return events;
}

/* ---- Seen, and folded ---- */

static void what_is_put_in_is_in_the_log(void **state) {
    (void)state;
    for (unsigned n_sets = 1; n_sets < 4; n_sets++) {
        struct kept kept = kept_make();
        struct events all = {0};
        for (unsigned set = 0; set < n_sets; set++) {
            struct events events = draw_events(10 + set, 200, 900, set);
            take_times(&events);
            import_all(kept.store, &events, (struct import_options){.n_parts = 3});
            events_add_all(&all, &events);
            free(events.at);
        }
        /* twice: customers of the files, new ones, and new names */
        for (unsigned round = 0; round < 2; round++) {
            struct events late = draw_events(90 + round, 260, 60, 1);
            snprintf(late.at[5].name, sizeof late.at[5].name, "new %u", round);
            put_all(&kept, &late);
            events_add_all(&all, &late);
            assert_holds(kept.store, &all);
            assert_int_equal(about_inbox(kept.store).n_events, 60 * (round + 1));
            assert_sound(kept.store);
            free(late.at);
        }
        /* those of one customer that came in two lots stand as they came */
        for (size_t i = all.n - 120; i < all.n; i++) all.at[i].set = 90;
        fold(kept.store, 120);
        assert_int_equal(about_inbox(kept.store).n_events, 0);
        assert_holds(kept.store, &all);
        assert_sound(kept.store);
        fold(kept.store, 0);
        free(all.at);
        kept_free(&kept);
    }
}

/* An inbox without files, and an open reader. */
static void a_log_may_begin_with_its_inbox(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct events events = draw_full(5, 20, 63);
    put_all(&kept, &events);
    assert_holds(kept.store, &events);
    struct events more = draw_events(6, 20, 63, 0);
    put_all(&kept, &more);
    events_add_all(&events, &more);
    for (size_t i = 0; i < events.n; i++) events.at[i].set = 0;
    assert_holds(kept.store, &events);
    fold(kept.store, 126);
    assert_holds(kept.store, &events);
    free(more.at);
    free(events.at);
    kept_free(&kept);
}

static void numbers_are_never_given_twice(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct events all = {0};
    for (unsigned round = 0; round < 4; round++) {
        struct events events = draw_full(70 + round, 30, 40);
        put_all(&kept, &events);
        events_add_all(&all, &events);
        assert_holds(kept.store, &all);
        fold(kept.store, 40);
        /* the database is lost: what comes next is seen all the same */
        char name[200];
        trod_store_close(kept.store);
        for (size_t i = 0; i < 3; i++) {
            snprintf(name, sizeof name, "%s/.trod/inbox.db%s", kept.folder,
                     (const char *[]){"", "-wal", "-shm"}[i]);
            unlink(name);
        }
        assert_int_equal(
            trod_store_open(kept.folder, TROD_STORE_WRITE, NULL, &kept.store, NULL), TROD_OK);
        free(events.at);
    }
    assert_holds(kept.store, &all);
    free(all.at);
    kept_free(&kept);
}

/* ---- Once ---- */

static void a_message_counts_once(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    uint64_t n_known = 0;
    struct events events = draw_full(8, 30, 100);
    assert_int_equal(put_events(&kept, &events, 9, true, &n_known, &error), TROD_OK);
    assert_int_equal(n_known, 0);
    assert_int_equal(put_events(&kept, &events, 11, true, &n_known, &error), TROD_OK);
    assert_int_equal(n_known, 100);
    assert_holds(kept.store, &events);
    fold(kept.store, 100);
    assert_int_equal(put_events(&kept, &events, 64, true, &n_known, &error), TROD_OK);
    assert_int_equal(n_known, 100);
    assert_holds(kept.store, &events);
    free(events.at);
    kept_free(&kept);
}

/* Events with an id of their own that their customer had: in the files, or before in the inbox.
 */
static void what_the_files_know_by_its_id_is_dropped(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct events events = draw_events(9, 40, 300, 0);
    import_all(kept.store, &events, (struct import_options){.n_parts = 2, .by_id = true});
    struct events late = draw_events(10, 40, 20, 1), again = {0};
    events_add_all(&again, &late);
    for (size_t i = 0; i < 50; i++) events_add(&again, events.at[i * 5]);
    events_add_all(&again, &late);
    put_all(&kept, &again);
    events_add_all(&events, &late);
    assert_holds(kept.store, &events);
    fold(kept.store, 20);
    assert_holds(kept.store, &events);
    assert_sound(kept.store);
    free(again.at);
    free(late.at);
    free(events.at);
    kept_free(&kept);
}

/* ---- Replaced, compacted, forgotten ---- */

static void replacing_takes_the_inbox_too(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct events events = draw_events(11, 40, 100, 0), late = draw_events(12, 40, 50, 1);
    import_all(kept.store, &events, (struct import_options){0});
    put_all(&kept, &late);
    import_all(kept.store, &events, (struct import_options){.clear = true});
    assert_holds(kept.store, &events);
    put_all(&kept, &late);
    events_add_all(&events, &late);
    assert_holds(kept.store, &events);
    free(late.at);
    free(events.at);
    kept_free(&kept);
}

static void compacting_folds(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_store_about before, after;
    struct events all = draw_events(13, 40, 100, 0), late = draw_events(14, 50, 50, 1);
    import_all(kept.store, &all, (struct import_options){.n_parts = 2});
    put_all(&kept, &late);
    events_add_all(&all, &late);
    fold(kept.store, 50);
    for (size_t i = 0; i < late.n; i++) late.at[i].time_us += TROD_SECOND_US;
    put_all(&kept, &late);
    events_add_all(&all, &late);
    assert_int_equal(trod_store_compact(kept.store, NULL, &before, &after, arena, &error),
                     TROD_OK);
    assert_int_equal(before.inbox.n_events, 50);
    assert_int_equal(after.n_imports, 2); /* the file, and the inbox */
    assert_int_equal(after.imports[1].n_events, 100);
    assert_true(before.inbox.oldest_us != TROD_NO_TIME);
    assert_int_equal(after.inbox.n_events, 0);
    assert_int_equal(after.n_sets, 1);
    assert_holds(kept.store, &all);
    trod_arena_free(arena);
    free(late.at);
    free(all.at);
    kept_free(&kept);
}

static void nothing_is_left_of_a_person(void **state) {
    (void)state;
    static const char SECRET[] = "ann-the-secret-one";
    for (int in_files = 0; in_files < 2; in_files++) {
        struct kept kept = kept_make();
        struct trod_error error = {0};
        struct events all = draw_events(15, 40, 100, 0), late = draw_events(16, 40, 30, 1);
        struct event ann = late.at[3];
        snprintf(ann.customer, sizeof ann.customer, "%s", SECRET);
        snprintf(ann.name, sizeof ann.name, "her secret act");
        events_add(&late, ann);
        struct events first = {0};
        events_add_all(&first, &all);
        if (in_files) events_add(&first, ann);
        import_all(kept.store, &first, (struct import_options){0});
        put_all(&kept, &late);
        assert_true(grep(&kept, SECRET) > 0);
        late.n--;
        events_add_all(&all, &late);
        uint64_t n_events = 0, n_left = 0;
        assert_int_equal(trod_store_forget(kept.store, trod_str_of(SECRET), NULL, &n_events,
                                           &n_left, &error),
                         TROD_OK);
        assert_int_equal(n_events, 1 + in_files);
        assert_int_equal(n_left, 0);
        assert_int_equal(grep(&kept, SECRET), 0);
        assert_int_equal(grep(&kept, "her secret act"), 0);
        assert_holds(kept.store, &all);
        assert_sound(kept.store);
        free(first.at);
        free(late.at);
        free(all.at);
        kept_free(&kept);
    }
}

/* ---- Ceilings and damage ---- */

static void what_is_no_event_is_refused(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct trod_inbox *inbox = NULL;
    struct trod_inbox_answer answer;
    const struct trod_inbox_options options = {.most_events = 3};
    char *const large = malloc(TROD_INBOX_TEXT);
    memset(large, 'x', TROD_INBOX_TEXT);
    const struct trod_inbox_value value = {TROD_STR("a"), TROD_STR("b"), false};
    const struct trod_inbox_value nameless = {TROD_STR(""), TROD_STR("b"), false};
    const struct trod_inbox_event good = {
        .customer = TROD_STR("c"), .name = TROD_STR("n"), .time_us = 5, .end_us = TROD_NO_TIME};
    struct trod_inbox_event bad[6];
    for (size_t i = 0; i < TROD_COUNT(bad); i++) bad[i] = good;
    bad[0].customer = TROD_STR("");
    bad[1].name = TROD_STR("");
    bad[2].time_us = INT64_MAX;
    bad[3].n_values = TROD_INBOX_VALUES + 1;
    bad[4].customer = (trod_str){large, TROD_INBOX_TEXT};
    bad[5].values = &nameless;
    bad[5].n_values = 1;
    assert_int_equal(trod_inbox_open(kept.folder, &options, &inbox, &error), TROD_OK);
    for (size_t i = 0; i < TROD_COUNT(bad); i++) {
        const struct trod_inbox_event both[] = {good, bad[i]};
        assert_int_not_equal(trod_inbox_put(inbox, both, 2, &answer, &error), TROD_OK);
        assert_true(error.message[0] && error.hint[0]);
        assert_int_equal(answer.n_kept, 0);
    }
    assert_int_equal(about_inbox(kept.store).n_events, 0);
    struct trod_inbox_event fact = good;
    fact.name = (trod_str){NULL, 0};
    fact.values = &value;
    fact.n_values = 1;
    const struct trod_inbox_event three[] = {good, fact, good};
    assert_int_equal(trod_inbox_put(inbox, three, 3, &answer, &error), TROD_OK);
    assert_int_equal(answer.n_kept, 3);
    assert_int_equal(trod_inbox_put(inbox, three, 1, &answer, &error), TROD_TOO_MUCH);
    assert_non_null(strstr(error.hint, "trod log compact"));
    fold(kept.store, 2);
    assert_int_equal(trod_inbox_put(inbox, three, 1, &answer, &error), TROD_OK);
    trod_inbox_close(inbox);
    free(large);
    kept_free(&kept);
}

/* So many columns that no question could be answered any more are refused before. */
static void columns_have_a_ceiling(void **state) {
    (void)state;
    enum { VALUES = 900 };
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct trod_inbox *inbox = NULL;
    struct trod_inbox_answer answer;
    static struct trod_inbox_value values[VALUES];
    static char names[VALUES][24];
    trod_status status = TROD_OK;
    assert_int_equal(trod_inbox_open(kept.folder, NULL, &inbox, &error), TROD_OK);
    for (int round = 0; round < 20 && status == TROD_OK; round++) {
        for (int i = 0; i < VALUES; i++) {
            snprintf(names[i], sizeof names[i], "column %d-%d", round, i);
            values[i] = (struct trod_inbox_value){trod_str_of(names[i]), TROD_STR("x"),
                                                  i % 2 == 0};
        }
        const struct trod_inbox_event event = {.customer = TROD_STR("c"),
                                               .name = TROD_STR("n"),
                                               .time_us = 5,
                                               .end_us = TROD_NO_TIME,
                                               .values = values,
                                               .n_values = VALUES};
        status = trod_inbox_put(inbox, &event, 1, &answer, &error);
    }
    assert_int_equal(status, TROD_TOO_MUCH);
    assert_non_null(strstr(error.message, "columns"));
    trod_inbox_close(inbox);
    struct trod_parts *parts = NULL;
    assert_int_equal(trod_store_parts(kept.store, &parts, &error), TROD_OK);
    assert_true(parts->n_events > 0);
    trod_parts_free(parts);
    kept_free(&kept);
}

static void a_changed_byte_is_found(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events late = draw_events(17, 20, 50, 1);
    put_all(&kept, &late);
    trod_store_close(kept.store);
    char name[200];
    struct trod_buf bytes = {0};
    snprintf(name, sizeof name, "%s/.trod/inbox.db", kept.folder);
    assert_int_equal(trod_file_read(name, 1 << 28, &bytes, &error), TROD_OK);
    char *const at = memmem(bytes.at, bytes.n, late.at[20].eid, strlen(late.at[20].eid));
    assert_non_null(at);
    *at = 'X';
    assert_int_equal(trod_file_write(name, trod_buf_str(&bytes), &error), TROD_OK);
    trod_buf_free(&bytes);
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_WRITE, NULL, &kept.store, &error),
                     TROD_OK);
    struct trod_arena *const arena = trod_arena_make(0);
    const struct trod_store_damage *damage = NULL;
    size_t n = 0;
    assert_int_equal(trod_store_verify(kept.store, arena, &damage, &n, &error), TROD_OK);
    assert_int_equal(n, 1);
    assert_true(trod_str_is(damage[0].file, "inbox.db"));
    struct trod_parts *parts = NULL;
    assert_int_equal(trod_store_parts(kept.store, &parts, &error), TROD_BAD_INPUT);
    assert_non_null(strstr(error.message, "inbox"));
    trod_arena_free(arena);
    free(late.at);
    kept_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_in_is_in_the_log),
        cmocka_unit_test(a_log_may_begin_with_its_inbox),
        cmocka_unit_test(numbers_are_never_given_twice),
        cmocka_unit_test(a_message_counts_once),
        cmocka_unit_test(what_the_files_know_by_its_id_is_dropped),
        cmocka_unit_test(replacing_takes_the_inbox_too),
        cmocka_unit_test(compacting_folds),
        cmocka_unit_test(nothing_is_left_of_a_person),
        cmocka_unit_test(what_is_no_event_is_refused),
        cmocka_unit_test(columns_have_a_ceiling),
        cmocka_unit_test(a_changed_byte_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
