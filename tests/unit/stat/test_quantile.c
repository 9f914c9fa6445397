#include <stdio.h>
#include <stdlib.h>

#include "trod/stat.h"

#include "near.h"

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double by_sorting(double *values, size_t n, double share) {
    qsort(values, n, sizeof *values, by_value);
    const double h = (double)(n - 1) * share;
    const size_t k = (size_t)floor(h + 1e-9);
    const double part = fmax(0, h - (double)k);
    return k + 1 < n ? values[k] + part * (values[k + 1] - values[k]) : values[k];
}

enum shape { RANDOM, SORTED, REVERSED, CONSTANT, FEW, ORGAN, SAW, N_SHAPES };

static double shaped(enum shape shape, size_t i, size_t n, struct trod_rng *rng) {
    switch (shape) {
    case SORTED:
        return (double)i;
    case REVERSED:
        return -(double)i;
    case CONSTANT:
        return 7;
    case FEW:
        return (double)trod_rng_below(rng, 3);
    case ORGAN:
        return (double)(i < n / 2 ? i : n - i);
    case SAW:
        return (double)(i % 17);
    default:
        return trod_rng_normal(rng) * 1e6;
    }
}

static void agrees_with_sorting(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 31};
    static double values[3000], copy[3000];
    static int64_t whole[3000];
    for (int round = 0; round < 700; round++) {
        const size_t n = 1 + trod_rng_below(&rng, round % 7 ? 60 : 3000);
        const enum shape shape = (enum shape)(round % N_SHAPES);
        for (size_t i = 0; i < n; i++) {
            values[i] = floor(shaped(shape, i, n, &rng));
            copy[i] = values[i];
            whole[i] = (int64_t)values[i];
        }
        const double share = round % 5 == 0 ? 0.5 : round % 5 == 1 ? 0.95 : trod_rng_unit(&rng);
        const double want = by_sorting(copy, n, share);
        assert_near(trod_quantile(values, n, share), want, 1e-12);
        assert_near(trod_quantile_int64(whole, n, share), want, 1e-12);
        /* The values are all still there. */
        qsort(values, n, sizeof *values, by_value);
        for (size_t i = 0; i < n; i++) assert_true(values[i] == copy[i]);
    }
}

static void corners(void **state) {
    (void)state;
    assert_true(isnan(trod_quantile(NULL, 0, 0.5)));
    assert_true(isnan(trod_quantile_int64(NULL, 0, 0.5)));
    assert_true(isnan(trod_median(NULL, 0).value));
    double one[] = {5};
    assert_true(trod_quantile(one, 1, 0) == 5 && trod_quantile(one, 1, 1) == 5);
    double four[] = {4, -1, 10, 2};
    assert_true(trod_quantile(four, 4, 0.5) == 3);
    assert_true(trod_quantile(four, 4, 0) == -1);
    assert_true(trod_quantile(four, 4, 1) == 10);
    assert_true(trod_quantile(four, 4, -5) == -1);
    assert_true(trod_quantile(four, 4, 5) == 10);
    assert_true(isnan(trod_quantile(four, 4, NAN)));
    double odd[] = {INFINITY, -INFINITY, -0.0, 3, 0.0};
    assert_true(trod_quantile(odd, 5, 0.5) == 0);
    assert_true(trod_quantile(odd, 5, 1) == INFINITY);
    double bad[] = {1, NAN, 2};
    assert_true(isnan(trod_quantile(bad, 3, 0.5)));
    assert_true(bad[0] == 1 && bad[2] == 2);
    int64_t wide[] = {INT64_MAX, INT64_MIN};
    assert_near(trod_quantile_int64(wide, 2, 0.5), 0, 1);
}

static double choose(unsigned n, unsigned k) {
    double result = 1;
    for (unsigned i = 0; i < k; i++) result = result * (n - i) / (i + 1);
    return result;
}

static double binomial_cdf(unsigned k, unsigned n, double share) {
    double sum = 0;
    for (unsigned i = 0; i <= k; i++)
        sum += choose(n, i) * pow(share, i) * pow(1 - share, n - i);
    return sum;
}

static void ranks_by_counting(void **state) {
    (void)state;
    static const double shares[] = {0.1, 0.25, 0.5, 0.9, 0.95};
    for (unsigned n = 1; n < 120; n++) {
        for (size_t s = 0; s < TROD_COUNT(shares); s++) {
            uint64_t low = 0, high = 0, want_low = 0, want_high = 0;
            for (unsigned l = 1; l <= n; l++)
                if (binomial_cdf(l - 1, n, shares[s]) <= 0.025) want_low = l;
            for (unsigned u = n; u >= 1; u--)
                if (1 - binomial_cdf(u - 1, n, shares[s]) <= 0.025) want_high = u;
            trod_quantile_ranks(n, shares[s], &low, &high);
            if (low != want_low || high != want_high)
                fail_msg("n %u share %g: %d %d, not %d %d", n, shares[s], (int)low, (int)high,
                         (int)want_low, (int)want_high);
        }
    }
    uint64_t low = 0, high = 0;
    trod_quantile_ranks(5, 0.5, &low, &high);
    assert_true(low == 0 && high == 0);
    trod_quantile_ranks(6, 0.5, &low, &high);
    assert_true(low == 1 && high == 6);
    trod_quantile_ranks(35, 0.9, &low, &high);
    assert_true(high == 0);
    trod_quantile_ranks(36, 0.9, &low, &high);
    assert_true(high == 36);
    trod_quantile_ranks(100000000, 0.5, &low, &high); /* n/2 -+ 1.96 sqrt(n)/2 */
    assert_true(llabs((long long)low - 49990200) < 3 && llabs((long long)high - 50009801) < 3);
    trod_quantile_ranks(0, 0.5, &low, &high);
    assert_true(low == 0 && high == 0);
    trod_quantile_ranks(10, 1, &low, &high);
    assert_true(low == 0 && high == 0);
}

/* The interval of the median of a known distribution holds it about 95 times of 100. */
static void intervals_cover(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 32};
    int held = 0;
    enum { ROUNDS = 4000 };
    for (int round = 0; round < ROUNDS; round++) {
        double values[25];
        for (size_t i = 0; i < 25; i++) values[i] = trod_rng_exponential(&rng);
        const struct trod_figure median = trod_median(values, 25);
        assert_true(median.low <= median.value && median.value <= median.high);
        assert_true(median.n == 25);
        held += median.low <= log(2) && log(2) <= median.high;
    }
    assert_true(held > 0.945 * ROUNDS && held < 0.975 * ROUNDS); /* 95.7 % by the binomial */
    int64_t few[] = {1, 2, 3, 4, 5};
    const struct trod_figure median = trod_median_int64(few, 5);
    assert_true(median.value == 3 && isnan(median.low) && isnan(median.high));
}

static void no_order_is_slow(void **state) {
    (void)state;
    enum { N = 1000000 };
    int64_t *values = malloc(N * sizeof *values);
    struct trod_rng rng = {.seed = 33};
    for (int shape = 0; shape < N_SHAPES; shape++) {
        for (size_t i = 0; i < N; i++)
            values[i] = (int64_t)shaped((enum shape)shape, i, N, &rng);
        const int64_t begin_us = trod_clock_us();
        (void)trod_quantile_int64(values, N, 0.5);
        const int64_t took_us = trod_clock_us() - begin_us;
        print_message("shape %d: %d us\n", shape, (int)took_us);
        assert_true(took_us < 1000000);
    }
    free(values);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_sorting), cmocka_unit_test(corners),
        cmocka_unit_test(ranks_by_counting),   cmocka_unit_test(intervals_cover),
        cmocka_unit_test(no_order_is_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
