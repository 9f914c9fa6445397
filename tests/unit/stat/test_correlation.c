/* Correlations, held against their definitions; groups of ranked rows, against the two lists.
 */
#include "arena.h"

static double tau_b(const double *x, const double *y, size_t n, double *agree) {
    double tied_x = 0, tied_y = 0, pairs = 0;
    *agree = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double dx = (x[i] > x[j]) - (x[i] < x[j]), dy = (y[i] > y[j]) - (y[i] < y[j]);
            *agree += dx * dy;
            tied_x += dx == 0;
            tied_y += dy == 0;
            pairs++;
        }
    return *agree / sqrt((pairs - tied_x) * (pairs - tied_y));
}

static double mid_rank(const double *values, size_t n, size_t of) {
    double rank = 0.5;
    for (size_t i = 0; i < n; i++)
        rank += values[i] < values[of] ? 1 : values[i] == values[of] ? 0.5 : 0;
    return rank;
}

static void kendall_and_spearman(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 81};
    for (int round = 0; round < 200; round++) {
        double x[60], y[60], rank_x[60], rank_y[60], agree;
        const size_t n = 4 + trod_rng_below(&rng, 57);
        for (size_t i = 0; i < n; i++) {
            x[i] = round % 2 ? trod_rng_normal(&rng) : (double)trod_rng_below(&rng, 6);
            y[i] = round % 3 ? trod_rng_normal(&rng) : (double)trod_rng_below(&rng, 4) - x[i];
        }
        struct trod_correlation kendall, spearman;
        assert_int_equal(trod_correlation_kendall(x, y, n, arena, &kendall, NULL), TROD_OK);
        assert_int_equal(trod_correlation_spearman(x, y, n, arena, &spearman, NULL), TROD_OK);
        const double want = tau_b(x, y, n, &agree);
        if (isnan(want)) continue;
        assert_near(kendall.value, want, 1e-12);
        for (size_t i = 0; i < n; i++) {
            rank_x[i] = mid_rank(x, n, i);
            rank_y[i] = mid_rank(y, n, i);
        }
        assert_near(spearman.value, trod_correlation_pearson(rank_x, rank_y, n).value, 1e-12);
    }
}

/* With ties, the variance of the pairs that agree is that over all orders of y. */
static void kendall_over_all_orders(void **state) {
    (void)state;
    const double x[] = {1, 1, 2, 3, 3, 3, 4};
    double y[] = {2, 5, 5, 5, 1, 3, 3}, own, square = 0, orders = 0;
    enum { N = 7 };
    struct trod_correlation kendall;
    assert_int_equal(trod_correlation_kendall(x, y, N, arena, &kendall, NULL), TROD_OK);
    tau_b(x, y, N, &own);
    size_t turns[N] = {0}; /* Heap's algorithm */
    for (size_t i = 0;;) {
        if (i == 0) {
            double agree;
            tau_b(x, y, N, &agree);
            square += agree * agree;
            orders++;
            i = 1;
        }
        while (i < N && turns[i] >= i) turns[i++] = 0;
        if (i == N) break;
        const size_t j = i % 2 ? turns[i] : 0;
        const double swap = y[i];
        y[i] = y[j];
        y[j] = swap;
        turns[i]++;
        i = 0;
    }
    assert_true(orders == 5040);
    assert_near(kendall.p, erfc(fabs(own) / sqrt(square / orders) / sqrt(2)), 1e-10);
}

static void pearson_corners(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4, 5}, y[] = {2, 4, 6, 8, 10}, flat[] = {3, 3, 3, 3, 3};
    struct trod_correlation c = trod_correlation_pearson(x, y, 5);
    assert_near(c.value, 1, 1e-15);
    assert_true(c.p < 1e-20);
    assert_true(isnan(trod_correlation_pearson(x, flat, 5).value));
    assert_true(isnan(trod_correlation_pearson(x, y, 0).value));
    assert_true(isnan(trod_correlation_pearson(x, y, 2).p));
    const double noisy[] = {2, 1, 4, 3, 5};
    c = trod_correlation_pearson(x, noisy, 5);
    assert_near(c.value, 0.8, 1e-12);
    assert_near(atanh(c.high) - atanh(c.value), 1.959963984540054 / sqrt(2), 1e-9);
    assert_near(atanh(c.value) - atanh(c.low), 1.959963984540054 / sqrt(2), 1e-9);
    const double bad[] = {1, NAN, 2, 3, 4};
    assert_int_equal(trod_correlation_spearman(x, bad, 5, arena, &c, NULL), TROD_OK);
    assert_true(isnan(c.value));
    assert_int_equal(trod_correlation_kendall(x, flat, 5, arena, &c, NULL), TROD_OK);
    assert_true(isnan(c.value) && isnan(c.p));
    starves(trod_correlation_spearman(x, noisy, 5, arena, &c, NULL));
    starves(trod_correlation_kendall(x, noisy, 5, arena, &c, NULL));
}

static void members_are_lists(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 82};
    for (int round = 0; round < 100; round++) {
        const size_t n = 1 + trod_rng_below(&rng, 400);
        double *const values = TROD_NEW_ARRAY(arena, n, double);
        double *const in = TROD_NEW_ARRAY(arena, n, double);
        double *const out = TROD_NEW_ARRAY(arena, n, double);
        struct trod_bits members = trod_bits_make(arena, n);
        size_t n_in = 0, n_out = 0;
        const uint64_t rare = 1 + trod_rng_below(&rng, 20);
        for (size_t i = 0; i < n; i++) {
            values[i] = round % 2 ? trod_rng_normal(&rng) : (double)trod_rng_below(&rng, 9);
            if (trod_rng_below(&rng, 5) == 0) values[i] = NAN;
            const bool member = trod_rng_below(&rng, rare) == 0;
            if (member) trod_bits_add(&members, i);
            if (isnan(values[i])) continue;
            if (member)
                in[n_in++] = values[i];
            else
                out[n_out++] = values[i];
        }
        struct trod_ranks ranks;
        struct trod_rank_difference want;
        assert_int_equal(trod_ranks_make(values, n, arena, &ranks, NULL), TROD_OK);
        assert_int_equal(ranks.n_ranked, n_in + n_out);
        uint64_t n_members, sum;
        trod_ranks_sum(&ranks, &members, &n_members, &sum);
        assert_int_equal(n_members, n_in);
        assert_int_equal(trod_rank_compare(in, n_in, out, n_out, arena, &want, NULL), TROD_OK);
        const struct trod_rank_difference got = trod_ranks_compare(&ranks, n_members, sum);
        assert_near(got.u, want.u, 0);
        assert_near(got.higher, want.higher, 0);
        assert_near(got.p, want.p, 0);
        assert_near(got.p_uncorrected, want.p_uncorrected, 0);
    }
    struct trod_ranks ranks;
    const double values[] = {3, 1, 2};
    starves(trod_ranks_make(values, 3, arena, &ranks, NULL));
    assert_int_equal(trod_ranks_make(NULL, 0, arena, &ranks, NULL), TROD_OK);
    assert_true(isnan(trod_ranks_compare(&ranks, 0, 0).p));
    assert_true(isnan(trod_ranks_compare(&ranks, 1, 2).p));
}

/* Of two groups the statistic is the square of Mann and Whitney's. */
static void groups_of_two(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 83};
    double values[80];
    uint32_t group[80];
    struct trod_group_test test;
    for (int round = 0; round < 50; round++) {
        double a[80], b[80];
        size_t n_a = 0, n_b = 0;
        for (size_t i = 0; i < 80; i++) {
            values[i] = (double)trod_rng_below(&rng, 30);
            group[i] = trod_rng_below(&rng, 3) ? 1 : 4;
            if (group[i] == 1)
                a[n_a++] = values[i];
            else
                b[n_b++] = values[i];
        }
        struct trod_rank_difference d;
        assert_int_equal(trod_ranks_compare_groups(values, group, 80, 5, arena, &test, NULL),
                         TROD_OK);
        assert_int_equal(trod_rank_compare(a, n_a, b, n_b, arena, &d, NULL), TROD_OK);
        assert_true(test.df == 1);
        assert_near(test.p, d.p_uncorrected, 1e-9);
    }
    for (size_t i = 0; i < 80; i++) values[i] = 1;
    assert_int_equal(trod_ranks_compare_groups(values, group, 80, 5, arena, &test, NULL),
                     TROD_OK);
    assert_true(isnan(test.p));
    values[3] = 2;
    assert_int_equal(trod_ranks_compare_groups(values, group, 80, 4, arena, &test, NULL),
                     TROD_BAD_INPUT);
    starves(trod_ranks_compare_groups(values, group, 80, 5, arena, &test, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kendall_and_spearman), cmocka_unit_test(kendall_over_all_orders),
        cmocka_unit_test(pearson_corners),      cmocka_unit_test(members_are_lists),
        cmocka_unit_test(groups_of_two),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
