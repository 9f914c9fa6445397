/* Drift and timing against the reference figures. */
#include "reference.h"

static void one_change(void **state) {
    (void)state;
    const struct trod_json *root = read_case("drift/changepoint-nile"),
                           *want = at(root, "expected");
    double *y;
    const size_t n = numbers(at(root, "input/y"), &y);
    const struct trod_change_one one = trod_change_one(y, NULL, n);
    assert_int_equal(one.at, (size_t)value_at(want, "last_index_of_first_segment_1based"));
    assert_int_equal(1870 + one.at, (size_t)value_at(want, "year"));
    assert_near(one.mean_before, value_at(want, "mean_before"), 1e-9);
    assert_near(one.mean_after, value_at(want, "mean_after"), 1e-9);
    assert_near(one.squares, value_at(want, "rss_min"), 1e-9);
    assert_near(one.squares_without, value_at(want, "rss_null"), 1e-9);
    assert_near(one.cusum, value_at(want, "cusum_max_abs"), 1e-9);
    assert_int_equal(one.cusum_at, (size_t)value_at(want, "cusum_argmax_1based"));
    /* The general way finds the same, with a penalty of its own. */
    struct trod_changes changes;
    const struct trod_series series = {TROD_SERIES_MEANS, n, 1, y, NULL};
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, NULL), TROD_OK);
    assert_int_equal(changes.n, 1);
    assert_int_equal(changes.changes[0].at, one.at);
    assert_near(changes.changes[0].gain, one.squares_without - one.squares, 1e-9);
}

static void best_cutting(void **state) {
    (void)state;
    const struct trod_json *root = read_case("drift/optpart");
    double *x, *want;
    const size_t n = numbers(at(root, "input/x"), &x);
    const size_t n_want = numbers(at(root, "expected/changepoints"), &want);
    const struct trod_series series = {TROD_SERIES_MEANS, n, 1, x, NULL};
    struct trod_changes changes;
    assert_int_equal(
        trod_changes_make(&series, value_at(root, "input/penalty"), 0, arena, &changes, NULL),
        TROD_OK);
    assert_int_equal(changes.n, n_want);
    for (size_t i = 0; i < n_want; i++) assert_near((double)changes.changes[i].at, want[i], 0);
    assert_near(changes.cost, value_at(root, "expected/total_cost"), 1e-9);
}

static void page_hinkley(void **state) {
    (void)state;
    const struct trod_json *root = read_case("drift/page-hinkley");
    double *x, *want;
    const size_t n = numbers(at(root, "input/x"), &x);
    const size_t n_want = numbers(at(root, "expected/detections_0based"), &want);
    struct trod_page_hinkley watch = {.allowance = value_at(root, "input/delta"),
                                      .threshold = value_at(root, "input/lambda"),
                                      .min_values =
                                          (uint64_t)value_at(root, "input/min_instances")};
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (!trod_page_hinkley_add(&watch, x[i])) continue;
        assert_true(found < n_want && want[found] == (double)i);
        found++;
    }
    assert_int_equal(found, n_want);
}

static void temporal_profile(void **state) {
    (void)state;
    const struct trod_json *root = read_case("timing/temporal-profile"),
                           *want = at(root, "expected/profile");
    enum { KINDS = 3 };
    struct trod_profile profile;
    assert_int_equal(trod_profile_make(KINDS, arena, &profile, NULL), TROD_OK);
    for (const struct trod_json *trace = at(root, "input/traces")->first; trace;
         trace = trace->next) {
        uint32_t kind[16];
        int64_t when[16];
        size_t n = 0;
        for (const struct trod_json *event = trace->first; event; event = event->next) {
            kind[n] = (uint32_t)(nth(event, 0)->text.at[0] - 'a');
            when[n++] = (int64_t)number(nth(event, 1));
        }
        trod_profile_add(&profile, kind, when, n);
    }
    size_t pairs = 0;
    for (size_t i = 0; i < KINDS * KINDS; i++) {
        const struct trod_moments *const pair = &profile.pairs[i];
        if (pair->n == 0) continue;
        pairs++;
        char name[4] = {(char)('a' + i / KINDS), '>', (char)('a' + i % KINDS), 0};
        const struct trod_json *const one = at(want, name);
        assert_near((double)pair->n, value_at(one, "n"), 0);
        assert_near(pair->mean, value_at(one, "mean"), 1e-9);
        assert_near(sqrt(pair->squares / (double)pair->n), value_at(one, "sd_population"),
                    1e-9);
        /* Of one value the reference says 0 where we say that it is not defined. */
        if (pair->n > 1)
            assert_near(trod_moments_sd(pair), value_at(one, "sd_sample"), 1e-9);
        else
            assert_true(isnan(trod_moments_sd(pair)));
    }
    assert_int_equal(pairs, want->n);
}

static void all_cases(void **state) {
    (void)state;
    static const char *const drift[] = {"changepoint-nile", "optpart", "page-hinkley"};
    static const char *const timing[] = {"temporal-profile"};
    every_case_is_tested("drift", drift, TROD_COUNT(drift));
    every_case_is_tested("timing", timing, TROD_COUNT(timing));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_change),   cmocka_unit_test(best_cutting),
        cmocka_unit_test(page_hinkley), cmocka_unit_test(temporal_profile),
        cmocka_unit_test(all_cases),
    };
    RUN_REFERENCE_TESTS(tests);
}
