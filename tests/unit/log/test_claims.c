#include "../unit.h"

#include <stdlib.h>

#include "small_map.h"

static struct trod_log *log_of(uint64_t seed, uint32_t n_events) {
    const struct random_log as = {.seed = seed,
                                  .n_customers = 12,
                                  .n_names = 8,
                                  .n_events = n_events,
                                  .ends = 30,
                                  .step_us = 3};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    return log;
}

static void equals_the_plain_reading(void **state) {
    (void)state;
    struct small_map small;
    const struct trod_map *const map = small_map_make(&small);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct trod_log *const log = log_of(seed, 150);
        struct trod_claimed *claims = NULL;
        assert_ok(trod_claimed_make(log, map, &claims, NULL));
        uint64_t n_seen[N_SMALL] = {0}, n_failed[N_SMALL] = {0}, n_mapped = 0, n_unmapped = 0;
        for (uint32_t c = 0; c < log->n_customers; c++) {
            for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
                unsigned fails = 0;
                const unsigned seen = small_seen(log, i, c, &fails);
                assert_int_equal(small_mask(&claims->sets[claims->seen[i]]), seen);
                assert_int_equal(small_mask(&claims->sets[claims->fails[i]]), fails);
                n_mapped += seen || fails;
                for (int t = 0; t < N_SMALL; t++) {
                    n_seen[t] += seen >> t & 1;
                    n_failed[t] += fails >> t & 1;
                }
            }
        }
        assert_int_equal(claims->n_mapped_events, n_mapped);
        for (int t = 0; t < N_SMALL; t++) {
            assert_int_equal(claims->n_touchpoint_events[t], n_seen[t]);
            assert_int_equal(claims->n_touchpoint_failures[t], n_failed[t]);
        }
        for (size_t s = 1; s < claims->n_sets; s++) {
            assert_true(small_mask(&claims->sets[s]) != 0);
            assert_int_equal(claims->sets[s].any_time,
                             small_mask(&claims->sets[s]) >> HELP & 1);
            for (size_t i = 1; i < claims->sets[s].n; i++)
                assert_true(claims->sets[s].touchpoints[i - 1] <
                            claims->sets[s].touchpoints[i]);
        }
        for (size_t u = 0; u < claims->n_unmapped; u++) {
            n_unmapped += claims->unmapped[u].n_events;
            if (u)
                assert_true(claims->unmapped[u].n_events <= claims->unmapped[u - 1].n_events);
        }
        assert_int_equal(n_mapped + n_unmapped, log->n_events);
        trod_claimed_free(claims);
        trod_log_free(log);
    }
}

/* ---- Names ---------------------------------------------------------------------------------
 */

static const char *claimed_by(const char *event, const struct trod_touchpoint *touchpoints,
                              size_t n) {
    static char text[64];
    const struct trod_map map = {.touchpoints = touchpoints, .n_touchpoints = n};
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("data/web.csv.gz"));
    const uint32_t customer = trod_log_builder_customer(builder, TROD_STR("a"));
    assert_ok(trod_log_builder_event(builder, source, customer, trod_str_of(event),
                                     (trod_str){0}, 1, TROD_NO_TIME, NULL));
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    struct trod_claimed *claims = NULL;
    assert_ok(trod_claimed_make(log, &map, &claims, NULL));
    size_t length = 0;
    text[0] = '\0';
    const struct trod_claim_set *const set = &claims->sets[claims->seen[0]];
    for (size_t i = 0; i < set->n; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s", i ? " " : "",
                                   TROD_ARG(touchpoints[set->touchpoints[i]].id));
    trod_claimed_free(claims);
    trod_log_free(log);
    return text;
}

static void matches_by_name(void **state) {
    (void)state;
    const struct trod_touchpoint touchpoints[] = {
        {.id = TROD_STR("a"), .title = TROD_STR("Buys a bike")},
        {.id = TROD_STR("b"), .title = TROD_STR("Buys a bike")},
        {.id = TROD_STR("c"), .title = TROD_STR("a")},
        {.id = TROD_STR("d"), .title = TROD_STR("Calls")},
        {.id = TROD_STR("calls"), .title = TROD_STR("Phones")},
        {.id = TROD_STR("e"), .title = TROD_STR("Writes")},
        {.id = TROD_STR("f"), .title = TROD_STR("Hidden"), .not_recorded = true},
        {.id = TROD_STR("g"), .title = TROD_STR("Seen"), .seen = {&small_e3, 1}},
    };
    const size_t n = TROD_COUNT(touchpoints);
    assert_string_equal(claimed_by("Buys a bike", touchpoints, n), "a b");
    assert_string_equal(claimed_by("a", touchpoints, n), "c"); /* a title before an id */
    assert_string_equal(claimed_by("b", touchpoints, n), "b");
    assert_string_equal(claimed_by("calls", touchpoints, n), "calls");
    assert_string_equal(claimed_by("Calls", touchpoints, n), "d");
    assert_string_equal(claimed_by("CALLS", touchpoints, n), ""); /* two would fit */
    assert_string_equal(claimed_by("WRITES", touchpoints, n), "e");
    assert_string_equal(claimed_by("E", touchpoints, n), "e");
    assert_string_equal(claimed_by("BUYS A BIKE", touchpoints, n), "");
    assert_string_equal(claimed_by("Hidden", touchpoints, n), "");
    assert_string_equal(claimed_by("Seen", touchpoints, n), "");
    assert_string_equal(claimed_by("e3", touchpoints, n), "g");
    assert_string_equal(claimed_by("Seen ", touchpoints, n), "");
}

static void looks_in_the_source_of_a_match(void **state) {
    (void)state;
    const struct trod_match web = {.source = TROD_STR("web"), .event = TROD_STR("x")};
    const struct trod_match shop = {.source = TROD_STR("shop"), .event = TROD_STR("x")};
    const struct trod_touchpoint touchpoints[] = {
        {.id = TROD_STR("on-web"), .seen = {&web, 1}},
        {.id = TROD_STR("in-shop"), .seen = {&shop, 1}},
    };
    /* A log given by hand, none of whose sources is the map's: told apart by names alone. */
    assert_string_equal(claimed_by("x", touchpoints, 2), "on-web in-shop");
    /* The file is called as a source of the map. */
    const struct trod_map_source source = {.id = TROD_STR("web")};
    const struct trod_map map = {
        .touchpoints = touchpoints, .n_touchpoints = 2, .sources = &source, .n_sources = 1};
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t file = trod_log_builder_source(builder, TROD_STR("data/web.csv.gz"));
    const uint32_t till = trod_log_builder_source(builder, TROD_STR("till"));
    const uint32_t customer = trod_log_builder_customer(builder, TROD_STR("a"));
    for (int i = 0; i < 2; i++)
        assert_ok(trod_log_builder_event(builder, i ? till : file, customer, TROD_STR("x"),
                                         (trod_str){0}, i, TROD_NO_TIME, NULL));
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    struct trod_claimed *claims = NULL;
    assert_ok(trod_claimed_make(log, &map, &claims, NULL));
    assert_int_equal(small_mask(&claims->sets[claims->seen[0]]), 1);
    assert_int_equal(small_mask(&claims->sets[claims->seen[1]]), 0);
    trod_claimed_free(claims);
    trod_log_free(log);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    struct small_map small;
    const struct trod_map *const map = small_map_make(&small);
    struct trod_log *const log = log_of(7, 80);
    for (uint64_t n = 1;; n++) {
        struct trod_claimed *claims = NULL;
        trod_memory_fail_at(n);
        const trod_status status = trod_claimed_make(log, map, &claims, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_claimed_free(claims);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(claims);
    }
    trod_log_free(log);
    trod_claimed_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_plain_reading),
        cmocka_unit_test(matches_by_name),
        cmocka_unit_test(looks_in_the_source_of_a_match),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
