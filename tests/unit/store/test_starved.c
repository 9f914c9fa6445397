/* Changes without enough memory or disk. */
#include "crash.h"

#include <signal.h>
#include <sys/resource.h>

/* ---- Memory runs out ---- */

/* An import of what was packed before, so that only the store's own allocations fail. */
static trod_status run_import_starved(struct trod_store *store, uint64_t n,
                                      struct trod_error *error) {
    trod_status status = TROD_OK;
    struct events events = added_events();
    struct trod_parts *parts = NULL;
    struct trod_dict *names = NULL;
    struct trod_change *change = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    struct placed *const placed = place_events(&events);
    assert_int_equal(trod_store_parts(store, &parts, error), TROD_OK);
    const struct trod_parts frame = make_frame(parts, &events, &names);
    const struct trod_packed packed = pack_events(placed, 0, events.n, names, arena);
    const struct trod_store_import note = {.what = TROD_STR("events.csv")};
    trod_memory_fail_at(n);
    TROD_TRY(trod_store_begin(store, 0, &change, error));
    trod_change_distinct(change);
    TROD_TRY(trod_change_add(change, &packed, error));
    TROD_TRY(trod_change_frame(change, &frame, error));
    TROD_TRY(trod_change_note(change, &note, error));
    TROD_TRY(trod_change_commit(change, error));
done:
    trod_change_free(change);
    trod_memory_fail_at(0);
    trod_parts_free(parts);
    trod_dict_free(names);
    trod_arena_free(arena);
    free(placed);
    free(events.at);
    return status;
}

static trod_status run_starved(const struct action *action, struct trod_store *store,
                               uint64_t n, struct trod_error *error) {
    if (action->run == run_import) return run_import_starved(store, n, error);
    trod_memory_fail_at(n);
    const trod_status status = action->run(store, error);
    trod_memory_fail_at(0);
    return status;
}

static void allocations_that_fail(void **state) {
    (void)state;
    struct template template = template_make();
    for (size_t a = 0; a < TROD_COUNT(ACTIONS); a++) {
        struct events new = ACTIONS[a].expected(&template.events);
        unsigned n_failed = 0;
        if (ACTIONS[a].run == run_replace) goto next; /* the same as an import */
        /* Not each of thousands: ever wider steps. */
        for (uint64_t n = 1; n < 20000; n += 1 + n / 6) {
            struct kept kept = copy_of(&template);
            struct trod_error error = {0};
            trod_status status = open_store(&kept, &error);
            if (status == TROD_OK) status = run_starved(&ACTIONS[a], kept.store, n, &error);
            assert_true(status == TROD_OK || status == TROD_NO_MEMORY);
            n_failed += status != TROD_OK;
            trod_store_close(kept.store);
            kept.store = NULL;
            assert_old_or_new(&kept, &template.events, &new, status == TROD_OK);
            kept_free(&kept);
        }
        assert_true(n_failed > 10);
    next:
        free(new.at);
    }
    free(template.events.at);
    kept_free(&template.kept);
}

/* ---- A full disk ---- */

static void files_that_may_not_grow(void **state) {
    (void)state;
    struct template template = template_make();
    struct events new = plus_added(&template.events);
    for (rlim_t most = 0; most <= 40000; most += most < 8000 ? 1000 : 8000) {
        struct kept kept = copy_of(&template);
        struct trod_error error = {0};
        struct rlimit old;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
        const struct rlimit tight = {most, old.rlim_max};
        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        trod_status status = open_store(&kept, &error);
        if (status == TROD_OK) status = run_import(kept.store, &error);
        trod_store_close(kept.store);
        kept.store = NULL;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_true(status == TROD_OK || status == TROD_IO);
        if (status != TROD_OK) assert_true(error.message[0]);
        if (most == 0) assert_int_equal(status, TROD_IO);
        assert_old_or_new(&kept, &template.events, &new, status == TROD_OK);
        kept_free(&kept);
    }
    free(new.at);
    free(template.events.at);
    kept_free(&template.kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_that_fail),
        cmocka_unit_test(files_that_may_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
