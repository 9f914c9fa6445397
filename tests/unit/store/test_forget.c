/* People who are forgotten: nothing of them is left, not even where nobody would look. */
#include "kept.h"

static struct events without(const struct events *events, const char *customer) {
    struct events left = {0};
    for (size_t i = 0; i < events->n; i++)
        if (strcmp(events->at[i].customer, customer) != 0) events_add(&left, events->at[i]);
    return left;
}

static struct event secret_event(const char *customer, const char *name, unsigned day) {
    struct event event = {.channel = "ann.secret@example.org",
                          .time_us = (int64_t)(1600000000 + day * 86400) * TROD_SECOND_US,
                          .source = 2,
                          .set = 99};
    snprintf(event.customer, sizeof event.customer, "%s", customer);
    snprintf(event.name, sizeof event.name, "%s", name);
    snprintf(event.eid, sizeof event.eid, "secret-eid-%u", day);
    snprintf(event.note, sizeof event.note, "secret note %u of ann", day);
    return event;
}

static trod_str name_at(struct trod_store *store, struct trod_arena *arena, const char *text) {
    struct trod_parts *parts = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_store_parts(store, &parts, &error), TROD_OK);
    trod_str found = {NULL, 0};
    for (uint32_t i = 0; i < trod_dict_count(parts->names); i++)
        if (trod_str_contains(trod_dict_at(parts->names, i), trod_str_of(text)))
            found = trod_arena_copy(arena, trod_dict_at(parts->names, i));
    trod_parts_free(parts);
    return found;
}

static void nothing_is_left_of_a_person(void **state) {
    (void)state;
    for (int compacted = 0; compacted < 2; compacted++) {
        struct kept kept = kept_make();
        struct trod_error error = {0};
        struct trod_arena *const arena = trod_arena_make(0);
        struct events all = {0};
        for (unsigned set = 0; set < 3; set++) {
            struct events events = draw_events(10 + set, 60, 500, set % 2);
            if (set != 1) {
                for (unsigned i = 0; i < 5; i++)
                    events_add(&events,
                               secret_event("ann-the-secret-one",
                                            i ? "look" : "secret kind of event", set * 10 + i));
            }
            for (size_t i = 0; i < events.n; i++) events.at[i].set = set;
            import_all(kept.store, &events, (struct import_options){.n_parts = 3});
            events_add_all(&all, &events);
            free(events.at);
        }
        if (compacted)
            assert_int_equal(trod_store_compact(kept.store, NULL, NULL, NULL, arena, &error),
                             TROD_OK);
        assert_true(grep(&kept, "secret kind of event") > 0);
        struct events left = without(&all, "ann-the-secret-one");
        uint64_t n_events = 0, n_left = 0;
        assert_int_equal(trod_store_forget(kept.store, TROD_STR("ann-the-secret-one"), NULL,
                                           &n_events, &n_left, &error),
                         TROD_OK);
        assert_int_equal(n_events, 10);
        assert_int_equal(n_left, 0);
        assert_holds(kept.store, &left);
        assert_sound(kept.store);
        assert_int_equal(grep(&kept, "secret"), 0);
        assert_int_equal(grep(&kept, "third"), 0); /* the source that she alone had */
        assert_true(grep(&kept, "calls") > 0);
        assert_true(grep(&kept, "visit") > 0);
        assert_str(name_at(kept.store, arena, "forgotten"), "(forgotten 6)");
        struct trod_store_about about;
        assert_int_equal(trod_store_about(kept.store, arena, &about, &error), TROD_OK);
        assert_int_equal(about.n_forgotten, 1);
        assert_int_equal(about.n_sets, compacted ? 1 : 3);
        /* once more: nobody of that id */
        assert_int_equal(trod_store_forget(kept.store, TROD_STR("ann-the-secret-one"), NULL,
                                           &n_events, &n_left, &error),
                         TROD_OK);
        assert_int_equal(n_events, 0);
        assert_int_equal(n_left, 0);
        /* the next import goes on from the numbers that are there */
        struct events more = draw_events(77, 60, 100, 0);
        import_all(kept.store, &more, (struct import_options){0});
        events_add_all(&left, &more);
        assert_holds(kept.store, &left);
        assert_sound(kept.store);
        free(more.at);
        free(left.at);
        free(all.at);
        trod_arena_free(arena);
        kept_free(&kept);
    }
}

static void everybody_can_be_forgotten(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events left = {0};
    for (unsigned set = 0; set < 2; set++) {
        struct events events = draw_events(20 + set, 9, 60, set);
        import_all(kept.store, &events, (struct import_options){.n_parts = 2});
        events_add_all(&left, &events);
        free(events.at);
    }
    while (left.n) {
        char id[24];
        snprintf(id, sizeof id, "%s", left.at[0].customer);
        struct events fewer = without(&left, id);
        uint64_t n_events = 0, n_left = 0;
        assert_int_equal(
            trod_store_forget(kept.store, trod_str_of(id), NULL, &n_events, &n_left, &error),
            TROD_OK);
        assert_int_equal(n_events, left.n - fewer.n);
        assert_int_equal(n_left, 0);
        free(left.at);
        left = fewer;
        assert_holds(kept.store, &left);
        assert_sound(kept.store);
        assert_int_equal(grep(&kept, id), 0);
    }
    assert_int_equal(grep(&kept, "visit"), 0);
    free(left.at);
    kept_free(&kept);
}

/* What others have stays, and is told. */
static void what_others_say_of_a_person_is_counted(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct events events = draw_events(3, 20, 100, 0);
    struct event friend = secret_event("bob-who-speaks", "look", 1);
    snprintf(friend.note, sizeof friend.note, "met ann-the-one");
    events_add(&events, friend);
    events_add(&events, secret_event("ann-the-one", "look", 2));
    import_all(kept.store, &events, (struct import_options){0});
    uint64_t n_events = 0, n_left = 0;
    assert_int_equal(trod_store_forget(kept.store, TROD_STR("ann-the-one"), NULL, &n_events,
                                       &n_left, &error),
                     TROD_OK);
    assert_int_equal(n_events, 1);
    assert_true(n_left >= 1);
    /* and an id of few bytes is looked for among the customers alone */
    events_add(&events, secret_event("7", "look", 2));
    import_all(kept.store, &events, (struct import_options){.clear = true});
    assert_int_equal(
        trod_store_forget(kept.store, TROD_STR("7"), NULL, &n_events, &n_left, &error),
        TROD_OK);
    assert_int_equal(n_events, 1);
    assert_int_equal(n_left, 0);
    free(events.at);
    kept_free(&kept);
}

static trod_status take_part(void *owner, size_t i, const struct trod_packed *packed,
                             struct trod_error *error) {
    (void)i;
    return trod_change_add(owner, packed, error);
}

/* Somebody of whom there are facts and no event. */
static void keep_facts(struct trod_store *store, const char *id) {
    struct trod_error error = {0};
    struct trod_change *change = NULL;
    struct trod_gather *gather = NULL;
    assert_int_equal(trod_store_begin(store, 0, &change, &error), TROD_OK);
    const struct trod_gather_options options = {.like = trod_change_parts(change)};
    assert_int_equal(trod_gather_make(&options, NULL, &gather, &error), TROD_OK);
    struct trod_hand *const hand = trod_gather_hand(gather);
    const uint32_t source = trod_gather_source(gather, TROD_STR("crm"));
    const uint32_t field = trod_gather_field(gather, TROD_STR("city"), true);
    assert_int_equal(trod_hand_event(hand, 0, source, TROD_STR("somebody else"),
                                     TROD_STR("look"), TROD_NO_TIME, TROD_NO_TIME, &error),
                     TROD_OK);
    assert_int_equal(
        trod_hand_fact(hand, 1, trod_str_of(id), field, TROD_STR("secretville"), &error),
        TROD_OK);
    assert_int_equal(trod_gather_each(gather, take_part, change, &error), TROD_OK);
    assert_int_equal(trod_change_frame(change, trod_gather_frame(gather), &error), TROD_OK);
    assert_int_equal(trod_change_commit(change, &error), TROD_OK);
    trod_gather_free(gather);
    trod_change_free(change);
}

static bool knows(struct trod_store *store, const char *id) {
    struct trod_error error = {0};
    bool known = false;
    assert_int_equal(trod_store_knows(store, trod_str_of(id), &known, &error), TROD_OK);
    return known;
}

static void who_is_known_by_facts_alone_is_forgotten(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    uint64_t n_events = 0, n_left = 0;
    keep_facts(kept.store, "ann-the-quiet-one");
    assert_true(knows(kept.store, "ann-the-quiet-one"));
    assert_false(knows(kept.store, "nobody at all"));
    assert_true(grep(&kept, "secretville") > 0);
    assert_int_equal(trod_store_forget(kept.store, TROD_STR("ann-the-quiet-one"), NULL,
                                       &n_events, &n_left, &error),
                     TROD_OK);
    assert_int_equal(n_events, 0);
    assert_int_equal(n_left, 0);
    assert_int_equal(grep(&kept, "secretville"), 0);
    assert_false(knows(kept.store, "ann-the-quiet-one"));
    assert_true(knows(kept.store, "somebody else"));
    assert_sound(kept.store);
    kept_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_of_a_person),
        cmocka_unit_test(everybody_can_be_forgotten),
        cmocka_unit_test(what_others_say_of_a_person_is_counted),
        cmocka_unit_test(who_is_known_by_facts_alone_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
