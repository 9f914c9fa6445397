/* Logs that are kept: what was added is read, in one set and in many, and the counts agree with
 * a plain slow answer. */
#include "kept.h"

#include <fcntl.h>

static void an_empty_store_has_no_parts(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct trod_parts *parts = NULL;
    assert_int_equal(trod_store_parts(kept.store, &parts, &error), TROD_OK);
    assert_int_equal(parts->n_parts, 0);
    assert_int_equal(parts->n_events, 0);
    assert_false(parts->has_times);
    trod_parts_free(parts);
    assert_sound(kept.store);
    kept_free(&kept);
}

static void a_set_comes_back(void **state) {
    (void)state;
    for (unsigned n_parts = 1; n_parts <= 7; n_parts += 3) {
        struct kept kept = kept_make();
        struct events events = draw_events(n_parts, 40, 700, 1);
        take_times(&events);
        import_all(kept.store, &events, (struct import_options){.n_parts = n_parts});
        assert_holds(kept.store, &events);
        assert_sound(kept.store);
        struct trod_parts *parts = NULL;
        struct trod_error error = {0};
        assert_int_equal(trod_store_parts(kept.store, &parts, &error), TROD_OK);
        trod_store_close(kept.store); /* parts outlive the store */
        kept.store = NULL;
        assert_int_equal(parts->n_parts, n_parts);
        assert_int_equal(parts->first_hash[0], 0);
        assert_int_equal(parts->n_sources, 3);
        assert_int_equal(parts->sources[1].n_events, events.n);
        assert_int_equal(parts->sources[0].n_events, 0);
        assert_true(parts->sources[0].first_us == TROD_NO_TIME);
        assert_true(parts->sources[1].first_us == parts->first_us);
        assert_true(parts->first_us >= 1700000000 * TROD_SECOND_US);
        assert_int_equal(parts->channel_field, FIELD_CHANNEL);
        assert_int_equal(parts->worth_field, TROD_NO_ID);
        char *const answer = answer_of_parts(parts, &error);
        assert_non_null(answer);
        free(answer);
        trod_parts_free(parts);
        free(events.at);
        kept_free(&kept);
    }
}

static void sets_are_put_together(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct kept kept = kept_make();
        struct trod_rng rng = {.seed = seed};
        struct events all = {0};
        for (unsigned set = 0; set < 4; set++) {
            struct events events =
                draw_events(seed * 100 + set, 10 + (unsigned)trod_rng_below(&rng, 200),
                            1 + (unsigned)trod_rng_below(&rng, 900), set % 3);
            take_times(&events);
            import_all(
                kept.store, &events,
                (struct import_options){.n_parts = 1 + (unsigned)trod_rng_below(&rng, 5)});
            events_add_all(&all, &events);
            assert_holds(kept.store, &all);
            free(events.at);
        }
        assert_sound(kept.store);
        free(all.at);
        kept_free(&kept);
    }
}

static void replacing_leaves_the_new_alone(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct events old = draw_events(1, 50, 500, 0), new = draw_events(2, 60, 300, 2);
    snprintf(old.at[0].name, sizeof old.at[0].name, "an old kind");
    import_all(kept.store, &old, (struct import_options){.n_parts = 2});
    import_all(kept.store, &new, (struct import_options){.n_parts = 3, .clear = true});
    assert_holds(kept.store, &new);
    assert_sound(kept.store);
    struct trod_parts *parts = NULL;
    struct trod_error failure = {0};
    assert_int_equal(trod_store_parts(kept.store, &parts, &failure), TROD_OK);
    assert_int_equal(trod_dict_find(parts->names, TROD_STR("an old kind")), TROD_NO_ID);
    assert_int_equal(trod_dict_count(parts->names), NAMES);
    trod_parts_free(parts);
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_store_about about;
    struct trod_error error = {0};
    assert_int_equal(trod_store_about(kept.store, arena, &about, &error), TROD_OK);
    assert_int_equal(about.n_imports, 1);
    assert_int_equal(about.n_files, 3);
    assert_int_equal(about.n_sets, 1);
    assert_str(about.imports[0].what, "events.csv");
    assert_int_equal(about.imports[0].n_rows, 300);
    trod_arena_free(arena);
    free(old.at);
    free(new.at);
    kept_free(&kept);
}

/* The events of `more` that none of `all` is equal to, by id or by everything. */
static size_t add_unknown(struct events *all, const struct events *more, bool by_id) {
    const size_t before = all->n;
    for (size_t i = 0; i < more->n; i++) {
        const struct event *const a = &more->at[i];
        bool known = false;
        for (size_t k = 0; k < before && !known; k++) {
            const struct event *const b = &all->at[k];
            if (strcmp(a->customer, b->customer) != 0) continue;
            known = by_id ? a->eid[0] && strcmp(a->eid, b->eid) == 0
                          : strcmp(a->name, b->name) == 0 && a->time_us == b->time_us &&
                                a->channel == b->channel && strcmp(a->eid, b->eid) == 0 &&
                                strcmp(a->note, b->note) == 0;
        }
        if (!known) events_add(all, *a);
    }
    return more->n - (all->n - before);
}

static void known_events_are_not_added_twice(void **state) {
    (void)state;
    for (int by_id = 0; by_id < 2; by_id++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            struct kept kept = kept_make();
            struct trod_error error = {0};
            struct events all = {0};
            for (unsigned set = 0; set < 4; set++) {
                /* sets 2 and 3 have half of set 0 again, and change notes here and there */
                struct events events = draw_events(seed * 10 + set, 30, 300, set % 3);
                struct events again = draw_events(seed * 10, 30, set >= 2 ? 150 : 0, 0);
                for (size_t i = 0; i < again.n; i += 3) again.at[i].note[0] = '\0';
                for (size_t i = 1; i < again.n; i += 9) again.at[i].eid[0] = '\0';
                events_add_all(&events, &again);
                struct import_options options = {
                    .n_parts = 2, .by_id = by_id, .distinct = !by_id};
                assert_int_equal(import_events(kept.store, &events, &options, &error), TROD_OK);
                const size_t n_known = add_unknown(&all, &events, by_id);
                assert_int_equal(options.n_dropped, n_known);
                assert_true(set < 2 || n_known > 50);
                assert_holds(kept.store, &all);
                free(events.at);
                free(again.at);
            }
            assert_sound(kept.store);
            free(all.at);
            kept_free(&kept);
        }
}

/* A few new customers beside many old ones, and many beside few: looked up or walked. */
static void few_and_many_customers_meet(void **state) {
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        struct kept kept = kept_make();
        struct events many = draw_events(5, 3000, 9000, 0), few = draw_events(5, 3000, 12, 1);
        struct events all = {0};
        const struct events *const order[] = {turn ? &few : &many, turn ? &many : &few};
        for (int i = 0; i < 2; i++) {
            struct import_options options = {.n_parts = 1, .by_id = true};
            struct trod_error error = {0};
            assert_int_equal(import_events(kept.store, order[i], &options, &error), TROD_OK);
            assert_int_equal(options.n_dropped, i == 0 ? 0 : few.n);
            add_unknown(&all, order[i], true);
        }
        assert_holds(kept.store, &all);
        assert_sound(kept.store);
        free(many.at);
        free(few.at);
        free(all.at);
        kept_free(&kept);
    }
}

static void a_change_without_commit_leaves_nothing(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events old = draw_events(1, 50, 500, 0), more = draw_events(2, 60, 300, 2);
    import_all(kept.store, &old, (struct import_options){.n_parts = 2});
    struct trod_change *change = NULL;
    struct trod_dict *names = NULL;
    assert_int_equal(trod_store_begin(kept.store, 0, &change, &error), TROD_OK);
    make_frame(NULL, &more, &names);
    assert_int_equal(add_events(change, &more, names, 3, &error), TROD_OK);
    trod_change_free(change);
    trod_dict_free(names);
    assert_holds(kept.store, &old);
    assert_sound(kept.store);
    char command[200];
    snprintf(command, sizeof command, "test $(ls %s/.trod/log | wc -l) = 2", kept.folder);
    assert_int_equal(system(command), 0);
    free(old.at);
    free(more.at);
    kept_free(&kept);
}

static void compaction_changes_no_answer(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct kept kept = kept_make();
        struct trod_error error = {0};
        struct trod_arena *const arena = trod_arena_make(0);
        struct trod_store_about before, after;
        struct events all = {0};
        for (unsigned set = 0; set < 3; set++) {
            struct events events = draw_events(seed * 100 + set, 80, 600, set);
            take_times(&events);
            import_all(kept.store, &events, (struct import_options){.n_parts = 1 + set * 3});
            events_add_all(&all, &events);
            free(events.at);
        }
        const struct trod_run run = {.n_threads = 2};
        assert_int_equal(trod_store_compact(kept.store, &run, &before, &after, arena, &error),
                         TROD_OK);
        assert_int_equal(before.n_sets, 3);
        assert_int_equal(before.n_files, 12);
        assert_int_equal(after.n_sets, 1);
        assert_int_equal(after.n_files, 1);
        assert_int_equal(after.n_imports, 3);
        assert_int_equal(after.imports[0].set, after.files[0].set);
        assert_holds(kept.store, &all);
        assert_sound(kept.store);
        /* again: nothing to do */
        assert_int_equal(trod_store_compact(kept.store, &run, &before, &after, arena, &error),
                         TROD_OK);
        assert_true(trod_str_equal(before.files[0].name, after.files[0].name));
        free(all.at);
        trod_arena_free(arena);
        kept_free(&kept);
    }
}

static void settling_compacts_where_that_can_be_done(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_store_about about;
    struct events all = {0};
    for (unsigned set = 0; set < 2; set++) {
        struct events events = draw_events(set + 1, 80, 200, set);
        import_all(kept.store, &events, (struct import_options){0});
        events_add_all(&all, &events);
        free(events.at);
    }
    struct trod_store *reader = NULL;
    struct trod_change *change = NULL;
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_READ, NULL, &reader, &error),
                     TROD_OK);
    assert_int_equal(trod_store_settle(reader, NULL, &error), TROD_OK);
    assert_int_equal(trod_store_about(reader, arena, &about, &error), TROD_OK);
    assert_int_equal(about.n_sets, 2);
    trod_store_close(reader);
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_WRITE, NULL, &reader, &error),
                     TROD_OK);
    assert_int_equal(trod_store_begin(kept.store, 0, &change, &error), TROD_OK);
    assert_int_equal(trod_store_settle(reader, NULL, &error), TROD_OK);
    assert_int_equal(trod_store_about(reader, arena, &about, &error), TROD_OK);
    assert_int_equal(about.n_sets, 2);
    trod_change_free(change);
    assert_int_equal(trod_store_settle(reader, NULL, &error), TROD_OK);
    assert_int_equal(trod_store_about(reader, arena, &about, &error), TROD_OK);
    assert_int_equal(about.n_sets, 1);
    assert_holds(reader, &all);
    trod_store_close(reader);
    trod_arena_free(arena);
    free(all.at);
    kept_free(&kept);
}

static void parts_stay_readable_after_a_change(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events old = draw_events(1, 50, 500, 0), new = draw_events(2, 60, 300, 2);
    import_all(kept.store, &old, (struct import_options){.n_parts = 2});
    struct trod_parts *parts = NULL;
    assert_int_equal(trod_store_parts(kept.store, &parts, &error), TROD_OK);
    import_all(kept.store, &new, (struct import_options){.clear = true});
    char *const is = answer_of_parts(parts, &error), *const want = answer_of_events(&old);
    assert_string_equal(is, want);
    free(is);
    free(want);
    trod_parts_free(parts);
    free(old.at);
    free(new.at);
    kept_free(&kept);
}

static void a_second_writer_is_told_who_writes(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct trod_store *second = NULL;
    struct trod_change *change = NULL, *another = NULL;
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_WRITE, NULL, &second, &error),
                     TROD_OK);
    assert_int_equal(trod_store_begin(kept.store, 0, &change, &error), TROD_OK);
    assert_int_equal(trod_store_begin(second, 30000, &another, &error), TROD_BUSY);
    char process[40];
    snprintf(process, sizeof process, "process %ld on ", (long)getpid());
    assert_non_null(strstr(error.message, process));
    assert_non_null(strstr(error.message, " since 20"));
    trod_change_free(change);
    assert_int_equal(trod_store_begin(second, 0, &another, &error), TROD_OK);
    trod_change_free(another);
    trod_store_close(second);
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_READ, NULL, &second, &error),
                     TROD_OK);
    assert_int_equal(trod_store_begin(second, 0, &another, &error), TROD_BAD_OPTION);
    trod_store_close(second);
    kept_free(&kept);
}

static void stores_are_found_upward(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_error error = {0};
    char below[128], here[4096];
    snprintf(below, sizeof below, "mkdir -p %s/a/b/c", kept.folder);
    assert_int_equal(system(below), 0);
    snprintf(below, sizeof below, "%s/a/b/c", kept.folder);
    assert_str(trod_store_find(below, arena), kept.folder);
    assert_str(trod_store_find(kept.folder, arena), kept.folder);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(below), 0);
    assert_str(trod_store_find(NULL, arena), kept.folder);
    assert_int_equal(chdir(here), 0);
    assert_null(trod_store_find("/tmp/there is no such folder", arena).at);
    struct trod_store *none = NULL;
    assert_int_equal(trod_store_open(below, TROD_STORE_READ, NULL, &none, &error),
                     TROD_NO_FILE);
    assert_non_null(strstr(error.hint, "trod import"));
    trod_arena_free(arena);
    kept_free(&kept);
}

static void a_newer_catalogue_is_refused_politely(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    char command[300];
    trod_store_close(kept.store);
    kept.store = NULL;
    /* user_version stands at byte 60, the application's number at 68 */
    snprintf(command, sizeof command,
             "printf '\\000\\000\\000\\011' | dd of=%s/.trod/catalogue.db bs=1 seek=60 "
             "conv=notrunc status=none",
             kept.folder);
    assert_int_equal(system(command), 0);
    for (int mode = TROD_STORE_READ; mode <= TROD_STORE_CREATE; mode++) {
        assert_int_equal(
            trod_store_open(kept.folder, (enum trod_store_mode)mode, NULL, &kept.store, &error),
            TROD_BAD_INPUT);
        assert_non_null(strstr(error.message, "newer trod (format 9; this one knows 1)"));
    }
    snprintf(
        command, sizeof command,
        "printf 'abcd' | dd of=%s/.trod/catalogue.db bs=1 seek=68 conv=notrunc status=none",
        kept.folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_READ, NULL, &kept.store, &error),
                     TROD_BAD_INPUT);
    assert_non_null(strstr(error.message, "not a catalogue of trod"));
    kept.store = NULL;
    kept_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_store_has_no_parts),
        cmocka_unit_test(a_set_comes_back),
        cmocka_unit_test(sets_are_put_together),
        cmocka_unit_test(replacing_leaves_the_new_alone),
        cmocka_unit_test(known_events_are_not_added_twice),
        cmocka_unit_test(few_and_many_customers_meet),
        cmocka_unit_test(a_change_without_commit_leaves_nothing),
        cmocka_unit_test(compaction_changes_no_answer),
        cmocka_unit_test(settling_compacts_where_that_can_be_done),
        cmocka_unit_test(parts_stay_readable_after_a_change),
        cmocka_unit_test(a_second_writer_is_told_who_writes),
        cmocka_unit_test(stores_are_found_upward),
        cmocka_unit_test(a_newer_catalogue_is_refused_politely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
