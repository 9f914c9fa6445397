#include <stdio.h>
#include <stdlib.h>

#include "trod/stat.h"

#include "near.h"

static void means_and_deviations(void **state) {
    (void)state;
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct trod_moments moments = trod_moments_of(values, 8);
    assert_true(moments.n == 8 && moments.mean == 5);
    assert_near(trod_moments_sd(&moments), sqrt(32.0 / 7), 1e-14);
    struct trod_figure mean = trod_mean(&moments);
    assert_near(mean.high - mean.value, 2.3646242515927844 * sqrt(32.0 / 7 / 8), 1e-12);
    assert_near(mean.value - mean.low, mean.high - mean.value, 1e-12);
    moments = trod_moments_of(values, 1);
    assert_true(isnan(trod_moments_sd(&moments)));
    mean = trod_mean(&moments);
    assert_true(mean.value == 2 && isnan(mean.low) && isnan(mean.high));
    moments = trod_moments_of(NULL, 0);
    assert_true(isnan(trod_mean(&moments).value));
}

static void digits_are_kept(void **state) {
    (void)state;
    struct trod_moments moments = {0};
    for (int i = 0; i < 30000; i++) trod_moments_add(&moments, 1e12 + i % 3);
    assert_near(moments.mean, 1e12 + 1, 1e-15);
    assert_near(trod_moments_sd(&moments), sqrt(20000.0 / 29999), 1e-6);
}

static void parts_join(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 41};
    double values[1000];
    for (size_t i = 0; i < 1000; i++) values[i] = trod_rng_normal(&rng) * 3 + 100;
    const struct trod_moments whole = trod_moments_of(values, 1000);
    struct trod_moments joined = {0};
    for (size_t at = 0; at < 1000;) {
        const size_t n = trod_rng_below(&rng, 200);
        const size_t take = n < 1000 - at ? n : 1000 - at;
        const struct trod_moments part = trod_moments_of(values + at, take);
        trod_moments_join(&joined, &part);
        at += take;
    }
    assert_true(joined.n == 1000);
    assert_near(joined.mean, whole.mean, 1e-13);
    assert_near(joined.squares, whole.squares, 1e-11);
}

static void welch_corners(void **state) {
    (void)state;
    const double same[] = {3, 3, 3}, other[] = {4, 4}, one[] = {5};
    const struct trod_moments a = trod_moments_of(same, 3), b = trod_moments_of(other, 2);
    const struct trod_moments c = trod_moments_of(one, 1), none = {0};
    struct trod_mean_difference d = trod_mean_compare(&a, &b);
    assert_true(d.difference == -1 && isnan(d.p) && isnan(d.low));
    d = trod_mean_compare(&a, &c);
    assert_true(d.difference == -2 && isnan(d.p));
    assert_true(isnan(trod_mean_compare(&a, &none).difference));
}

/* The mean's interval of normal values holds the true mean about 95 times of 100. */
static void intervals_cover(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 42};
    int held = 0, found = 0;
    enum { ROUNDS = 4000 };
    for (int round = 0; round < ROUNDS; round++) {
        struct trod_moments a = {0}, b = {0};
        for (int i = 0; i < 6; i++) trod_moments_add(&a, trod_rng_normal(&rng) + 1);
        for (int i = 0; i < 9; i++) trod_moments_add(&b, trod_rng_normal(&rng) * 4 + 1);
        const struct trod_figure mean = trod_mean(&a);
        held += mean.low <= 1 && 1 <= mean.high;
        found += trod_mean_compare(&a, &b).p < 0.05;
    }
    assert_true(abs(held - 3800) < 70);
    assert_true(abs(found - 200) < 70);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_and_deviations), cmocka_unit_test(digits_are_kept),
        cmocka_unit_test(parts_join),           cmocka_unit_test(welch_corners),
        cmocka_unit_test(intervals_cover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
