#include "arena.h"

static struct trod_survival curve_of(const struct trod_waits *waits) {
    struct trod_survival survival;
    struct trod_error error = {0};
    if (trod_survival_make(waits, arena, &survival, &error) != TROD_OK)
        fail_msg("%s", error.message);
    return survival;
}

/* Freireich's patients on 6-MP, worked out by hand in every textbook. */
static void the_textbook(void **state) {
    (void)state;
    const double time[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                           17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
    const uint8_t outcome[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};
    const struct trod_survival curve = curve_of(&(struct trod_waits){21, time, outcome, NULL});
    assert_int_equal(curve.n_steps, 16);
    assert_int_equal(curve.n_happened, 9);
    assert_true(curve.steps[0].time == 6 && curve.steps[0].at_risk == 21);
    assert_true(curve.steps[0].happened == 3 && curve.steps[0].left == 1);
    assert_near(curve.steps[0].remaining, 18.0 / 21, 1e-14);
    assert_near(trod_survival_at(&curve, 10).value, 0.752941176470588, 1e-12);
    assert_near(trod_survival_at(&curve, 22.5).value, 0.537815126050420, 1e-12);
    assert_near(trod_survival_at(&curve, 100).value, 0.448179271708683, 1e-12);
    assert_true(trod_survival_at(&curve, 5).value == 1);
    assert_true(isnan(trod_survival_at(&curve, 5).low));
    const struct trod_figure median = trod_survival_quantile(&curve, 0.5);
    assert_true(median.value == 23 && median.low == 13 && isnan(median.high));
    assert_true(isnan(trod_survival_quantile(&curve, 0.9).value));
}

static void with_nobody_leaving_it_is_the_share(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 61};
    double time[50];
    uint8_t outcome[50];
    for (size_t i = 0; i < 50; i++) {
        time[i] = (double)trod_rng_below(&rng, 20);
        outcome[i] = 1;
    }
    const struct trod_survival curve = curve_of(&(struct trod_waits){50, time, outcome, NULL});
    for (double t = -1; t < 21; t += 0.5) {
        int left = 0;
        for (size_t i = 0; i < 50; i++) left += time[i] > t;
        const struct trod_figure figure = trod_survival_at(&curve, t);
        assert_near(figure.value, left / 50.0, 1e-12);
        if (left > 0 && left < 50) {
            assert_true(figure.low < figure.value && figure.value < figure.high);
            assert_true(figure.low > 0 && figure.high < 1);
        }
    }
    const struct trod_survival_step *last = &curve.steps[curve.n_steps - 1];
    assert_true(last->remaining == 0 && isnan(last->low) && isnan(last->error));
}

/* 1 to 4, all happened: at 2 exactly half remain, until 3. */
static void a_flat_stretch_has_its_middle(void **state) {
    (void)state;
    const double time[] = {1, 2, 3, 4};
    const uint8_t outcome[] = {1, 1, 1, 1}, half[] = {1, 1, 0, 0};
    struct trod_survival curve = curve_of(&(struct trod_waits){4, time, outcome, NULL});
    assert_true(trod_survival_quantile(&curve, 0.5).value == 2.5);
    assert_true(trod_survival_quantile(&curve, 1).value == 4);
    curve = curve_of(&(struct trod_waits){4, time, half, NULL});
    assert_true(trod_survival_quantile(&curve, 0.5).value == 3); /* between 2 and the end, 4 */
}

static void survival_corners(void **state) {
    (void)state;
    struct trod_survival curve = curve_of(&(struct trod_waits){0});
    assert_int_equal(curve.n_steps, 0);
    assert_true(trod_survival_at(&curve, 1).value == 1);
    assert_true(isnan(trod_survival_quantile(&curve, 0.5).value));
    double time[] = {3, NAN, 2};
    const double entered[] = {1, 2, 2};
    const uint8_t outcome[] = {1, 1, 1};
    struct trod_error error = {0};
    assert_int_equal(
        trod_survival_make(&(struct trod_waits){3, time, outcome, NULL}, arena, &curve, &error),
        TROD_BAD_INPUT);
    time[1] = 5;
    assert_int_equal(trod_survival_make(&(struct trod_waits){3, time, outcome, entered}, arena,
                                        &curve, &error),
                     TROD_BAD_INPUT);
    assert_string_equal(error.message, "observation 3 has no time, or ends before it begins");
    for (uint64_t n = 1; n <= 2; n++) {
        trod_memory_fail_at(n);
        assert_int_equal(trod_survival_make(&(struct trod_waits){2, time, outcome, NULL}, arena,
                                            &curve, NULL),
                         TROD_NO_MEMORY);
        trod_memory_fail_at(0);
    }
}

static void log_rank_corners(void **state) {
    (void)state;
    const double time[] = {1, 2, 3, 4, 5, 6};
    const uint8_t all[] = {1, 1, 1, 1, 1, 1}, none[6] = {0};
    struct trod_log_rank test;
    struct trod_waits a = {3, time, all, NULL}, b = {3, time + 3, all, NULL};
    assert_int_equal(trod_survival_compare(&a, &b, arena, &test, NULL), TROD_OK);
    assert_true(test.observed_a == 3 && test.observed_b == 3);
    assert_near(test.expected_a, 3.0 / 6 + 2.0 / 5 + 1.0 / 4, 1e-14);
    assert_near(test.expected_a + test.expected_b, 6, 1e-14);
    const double variance = 9.0 / 36 + 6.0 / 25 + 3.0 / 16;
    assert_near(test.chi_square, (3 - 1.15) * (3 - 1.15) / variance, 1e-12);
    assert_int_equal(trod_survival_compare(&a, &a, arena, &test, NULL), TROD_OK);
    assert_near(test.p, 1, 1e-12);
    a.outcome = b.outcome = none;
    assert_int_equal(trod_survival_compare(&a, &b, arena, &test, NULL), TROD_OK);
    assert_true(isnan(test.p) && test.observed_a == 0);
    b.n = 0;
    a.outcome = all;
    assert_int_equal(trod_survival_compare(&a, &b, arena, &test, NULL), TROD_OK);
    assert_true(isnan(test.p));
}

static void incidences_add_up(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 62};
    for (int round = 0; round < 50; round++) {
        enum { N = 80, TIMES = 5 };
        double time[N];
        uint8_t outcome[N];
        for (size_t i = 0; i < N; i++) {
            time[i] = (double)(1 + trod_rng_below(&rng, 30));
            outcome[i] = (uint8_t)trod_rng_below(&rng, 4);
        }
        const double times[TIMES] = {30, 0, 12.5, 5, 100};
        struct trod_incidence incidence[3 * TIMES];
        const struct trod_waits waits = {N, time, outcome, NULL};
        assert_int_equal(trod_incidence_make(&waits, 3, times, TIMES, arena, incidence, NULL),
                         TROD_OK);
        const struct trod_survival curve = curve_of(&waits);
        for (size_t t = 0; t < TIMES; t++) {
            double sum = 0;
            for (size_t k = 0; k < 3; k++) {
                const struct trod_incidence *one = &incidence[k * TIMES + t];
                sum += one->share;
                if (one->share > 0 && one->share < 1)
                    assert_true(one->low < one->share && one->share < one->high);
                assert_true(one->variance >= 0);
            }
            assert_near(sum, 1 - trod_survival_at(&curve, times[t]).value, 1e-12);
        }
        assert_true(incidence[1].share == 0 && isnan(incidence[1].low));
        assert_true(incidence[0].share == incidence[4].share);
    }
    const double time[] = {1, 2};
    const uint8_t outcome[] = {1, 5};
    struct trod_incidence one[2];
    assert_int_equal(trod_incidence_make(&(struct trod_waits){2, time, outcome, NULL}, 2, time,
                                         1, arena, one, NULL),
                     TROD_BAD_INPUT);
    assert_int_equal(trod_incidence_make(&(struct trod_waits){0}, 2, time, 1, arena, one, NULL),
                     TROD_OK);
    assert_true(one[0].share == 0 && one[1].share == 0);
}

/* With one outcome and nobody leaving, the variance is that of a share. */
static void incidence_variance_of_a_share(void **state) {
    (void)state;
    enum { N = 40 };
    double time[N];
    uint8_t outcome[N];
    for (size_t i = 0; i < N; i++) {
        time[i] = (double)i + 1;
        outcome[i] = i % 3 == 0 ? 2 : 1;
    }
    const double at = 20.5;
    struct trod_incidence incidence[2];
    assert_int_equal(trod_incidence_make(&(struct trod_waits){N, time, outcome, NULL}, 2, &at,
                                         1, arena, incidence, NULL),
                     TROD_OK);
    for (size_t k = 0; k < 2; k++) {
        const double share = incidence[k].share;
        assert_near(incidence[k].variance, share * (1 - share) / N, 0.06);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbook),
        cmocka_unit_test(with_nobody_leaving_it_is_the_share),
        cmocka_unit_test(a_flat_stretch_has_its_middle),
        cmocka_unit_test(survival_corners),
        cmocka_unit_test(log_rank_corners),
        cmocka_unit_test(incidences_add_up),
        cmocka_unit_test(incidence_variance_of_a_share),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
