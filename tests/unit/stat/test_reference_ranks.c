/* Two samples, several and correlations against the figures of R. */
#include "reference.h"

static void means(const double *x, size_t n_x, const double *y, size_t n_y,
                  const struct trod_json *want) {
    const struct trod_moments a = trod_moments_of(x, n_x), b = trod_moments_of(y, n_y);
    const struct trod_mean_difference difference = trod_mean_compare(&a, &b);
    assert_near(difference.t, value_at(want, "welch_t"), 1e-6);
    assert_near(difference.df, value_at(want, "welch_df"), 1e-6);
    assert_near(difference.p, value_at(want, "welch_p"), 1e-6);
    assert_near(difference.low, number(nth(at(want, "welch_ci95"), 0)), 1e-6);
    assert_near(difference.high, number(nth(at(want, "welch_ci95"), 1)), 1e-6);
}

/* The same rows once more, ranked beforehand, the first sample as a set. */
static void as_members(const double *x, size_t n_x, const double *y, size_t n_y,
                       const struct trod_rank_difference *want) {
    double *const all = TROD_NEW_ARRAY(arena, n_x + n_y, double);
    memcpy(all, x, n_x * sizeof *all);
    memcpy(all + n_x, y, n_y * sizeof *all);
    struct trod_ranks ranks;
    assert_int_equal(trod_ranks_make(all, n_x + n_y, arena, &ranks, NULL), TROD_OK);
    struct trod_bits members = trod_bits_make(arena, n_x + n_y);
    for (size_t i = 0; i < n_x; i++) trod_bits_add(&members, i);
    uint64_t n, sum;
    trod_ranks_sum(&ranks, &members, &n, &sum);
    assert_int_equal(n, n_x);
    const struct trod_rank_difference got = trod_ranks_compare(&ranks, n, sum);
    assert_true(got.u == want->u && got.p == want->p);
}

static void two_samples(void **state) {
    (void)state;
    static const char *const cases[] = {"mw-n80", "mw-no-ties", "mw-ties", "mw-ties-2"};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        char name[64];
        snprintf(name, sizeof name, "two-sample/%s", cases[i]);
        const struct trod_json *root = read_case(name), *want = at(root, "expected");
        double *x, *y, exact;
        const size_t n_x = numbers(at(root, "input/x"), &x),
                     n_y = numbers(at(root, "input/y"), &y);
        struct trod_rank_difference ranks;
        assert_int_equal(trod_rank_compare(x, n_x, y, n_y, arena, &ranks, NULL), TROD_OK);
        assert_near(ranks.u, value_at(want, "W"), 1e-9);
        assert_near(ranks.p, value_at(want, "p_normal_cc"), 1e-6);
        assert_near(ranks.p_uncorrected, value_at(want, "p_normal"), 1e-6);
        assert_near(2 * ranks.higher - 1, value_at(want, "cliff_delta"), 1e-9);
        assert_near(ranks.higher, value_at(want, "prob_superiority"), 1e-9);
        as_members(x, n_x, y, n_y, &ranks);
        assert_int_equal(trod_rank_exact(x, n_x, y, n_y, arena, &exact, NULL), TROD_OK);
        struct trod_figure shift;
        assert_int_equal(trod_rank_shift(x, n_x, y, n_y, arena, &shift, NULL), TROD_OK);
        assert_near(shift.value, value_at(want, "hodges_lehmann"), 1e-6);
        /* R has neither with ties; ours are held against enumeration in test_rank_exact. */
        if (!isnan(value_at(want, "p_exact"))) {
            assert_near(exact, value_at(want, "p_exact"), 1e-6);
            assert_near(shift.low, number(nth(at(want, "hl_ci95_exact"), 0)), 1e-6);
            assert_near(shift.high, number(nth(at(want, "hl_ci95_exact"), 1)), 1e-6);
        }
        struct trod_shape_difference shape;
        assert_int_equal(trod_shape_compare(x, n_x, y, n_y, arena, &shape, NULL), TROD_OK);
        assert_near(shape.distance, value_at(want, "ks_D"), 1e-6);
        assert_near(shape.p, value_at(want, "ks_p"), 1e-6);
        assert_true(shape.exact);
        means(x, n_x, y, n_y, want);
    }
}

static void several_groups(void **state) {
    (void)state;
    const struct trod_json *root = read_case("two-sample/kruskal-airquality");
    double *values, *of;
    const size_t n = numbers(at(root, "input/value"), &values);
    assert_int_equal(numbers(at(root, "input/group"), &of), n);
    uint32_t *const group = TROD_NEW_ARRAY(arena, n, uint32_t);
    for (size_t i = 0; i < n; i++) group[i] = (uint32_t)of[i];
    struct trod_group_test test;
    assert_int_equal(trod_ranks_compare_groups(values, group, n, 20, arena, &test, NULL),
                     TROD_OK);
    assert_near(test.statistic, value_at(root, "expected/H"), 1e-6);
    assert_near(test.df, value_at(root, "expected/df"), 0);
    assert_near(test.p, value_at(root, "expected/p"), 1e-6);
}

static void correlations(void **state) {
    (void)state;
    static const char *const cases[] = {"two-sample/cor-mtcars", "two-sample/cor-swiss"};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        const struct trod_json *root = read_case(cases[i]), *want = at(root, "expected");
        double *x, *y;
        const size_t n = numbers(at(root, "input/x"), &x);
        assert_int_equal(numbers(at(root, "input/y"), &y), n);
        const struct trod_correlation pearson = trod_correlation_pearson(x, y, n);
        struct trod_correlation spearman, kendall;
        assert_int_equal(trod_correlation_spearman(x, y, n, arena, &spearman, NULL), TROD_OK);
        assert_int_equal(trod_correlation_kendall(x, y, n, arena, &kendall, NULL), TROD_OK);
        assert_near(pearson.value, value_at(want, "pearson"), 1e-6);
        assert_near(pearson.p, value_at(want, "pearson_p"), 1e-6);
        assert_near(spearman.value, value_at(want, "spearman"), 1e-6);
        assert_near(kendall.value, value_at(want, "kendall_tau_b"), 1e-6);
    }
}

static void all_cases(void **state) {
    (void)state;
    static const char *const names[] = {"cor-mtcars", "cor-swiss",  "kruskal-airquality",
                                        "mw-n80",     "mw-no-ties", "mw-ties",
                                        "mw-ties-2"};
    every_case_is_tested("two-sample", names, TROD_COUNT(names));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_samples),
        cmocka_unit_test(several_groups),
        cmocka_unit_test(correlations),
        cmocka_unit_test(all_cases),
    };
    RUN_REFERENCE_TESTS(tests);
}
