/* Exact rank tests, held against all ways to deal the values to the two groups, one by one. */
#include <stdlib.h>

#include "arena.h"

/* U of the values whose bit is set. */
static double u_of(const double *values, size_t n, unsigned chosen) {
    double u = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (chosen >> i & 1 && !(chosen >> j & 1))
                u += values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
    return u;
}

static double distance_of(const double *values, size_t n, size_t n_a, unsigned chosen) {
    double most = 0;
    for (size_t at = 0; at < n; at++) {
        double a = 0, b = 0;
        for (size_t i = 0; i < n; i++) {
            if (values[i] > values[at]) continue;
            if (chosen >> i & 1)
                a += 1 / (double)n_a;
            else
                b += 1 / (double)(n - n_a);
        }
        most = fmax(most, fabs(a - b));
    }
    return most;
}

static void all_deals(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 71};
    for (int round = 0; round < 120; round++) {
        double values[10];
        const size_t n_a = 1 + trod_rng_below(&rng, 5), n_b = 1 + trod_rng_below(&rng, 5);
        const size_t n = n_a + n_b;
        for (size_t i = 0; i < n; i++)
            values[i] = round % 3 ? trod_rng_unit(&rng) : (double)trod_rng_below(&rng, 4) - 1.5;
        const unsigned own = (1u << n_a) - 1;
        const double middle = (double)(n_a * n_b) / 2;
        const double far = fabs(u_of(values, n, own) - middle);
        const double distance = distance_of(values, n, n_a, own);
        double deals = 0, as_far = 0, as_distant = 0;
        for (unsigned chosen = 0; chosen < 1u << n; chosen++) {
            if ((size_t)__builtin_popcount(chosen) != n_a) continue;
            deals++;
            as_far += fabs(u_of(values, n, chosen) - middle) >= far - 1e-9;
            as_distant += distance_of(values, n, n_a, chosen) >= distance - 1e-9;
        }
        double p;
        struct trod_shape_difference shape;
        assert_int_equal(trod_rank_exact(values, n_a, values + n_a, n_b, arena, &p, NULL),
                         TROD_OK);
        assert_near(p, as_far / deals, 1e-12);
        assert_int_equal(
            trod_shape_compare(values, n_a, values + n_a, n_b, arena, &shape, NULL), TROD_OK);
        assert_near(shape.distance, distance, 1e-12);
        assert_near(shape.p, as_distant / deals, 1e-12);
    }
}

static int by_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of all differences, and its limits at the u-th from either end, where u is the
 * least with P(U <= u) >= 2.5 %, from all deals of different values. */
static void all_differences(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 72};
    for (int round = 0; round < 120; round++) {
        double a[7], b[7], all[49];
        const size_t n_a = 1 + trod_rng_below(&rng, 7), n_b = 1 + trod_rng_below(&rng, 7);
        for (size_t i = 0; i < n_a; i++)
            a[i] = round % 2 ? 100 * trod_rng_normal(&rng) : (double)trod_rng_below(&rng, 4);
        for (size_t i = 0; i < n_b; i++)
            b[i] = round % 2 ? 1e-3 * trod_rng_normal(&rng) : (double)trod_rng_below(&rng, 4);
        size_t n = 0;
        for (size_t i = 0; i < n_a; i++)
            for (size_t j = 0; j < n_b; j++) all[n++] = a[i] - b[j];
        qsort(all, n, sizeof *all, by_double);
        double places[14], counts[50] = {0}, deals = 0, sum = 0;
        for (size_t i = 0; i < n_a + n_b; i++) places[i] = (double)i;
        for (unsigned chosen = 0; chosen < 1u << (n_a + n_b); chosen++) {
            if ((size_t)__builtin_popcount(chosen) != n_a) continue;
            counts[(size_t)u_of(places, n_a + n_b, chosen)]++;
            deals++;
        }
        size_t u = 0;
        for (sum = counts[0]; sum / deals < 0.025; sum += counts[u]) u++;
        if (u == 0) u = 1;
        struct trod_figure shift;
        assert_int_equal(trod_rank_shift(a, n_a, b, n_b, arena, &shift, NULL), TROD_OK);
        assert_int_equal(shift.n, n);
        assert_near(shift.value, (all[(n - 1) / 2] + all[n / 2]) / 2, 1e-14);
        assert_true(shift.low == all[u - 1] && shift.high == all[n - u]);
    }
}

/* With ties and without, many values give what the normal approximation gives. */
static void many_values(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 73};
    double a[150], b[150], p;
    for (int tied = 0; tied < 2; tied++) {
        for (size_t i = 0; i < 150; i++) {
            a[i] = trod_rng_normal(&rng) + 0.2;
            b[i] = trod_rng_normal(&rng);
            if (tied) a[i] = rint(3 * a[i]), b[i] = rint(3 * b[i]);
        }
        const size_t n = tied ? 60 : 150;
        struct trod_rank_difference d;
        assert_int_equal(trod_rank_compare(a, n, b, n, arena, &d, NULL), TROD_OK);
        assert_int_equal(trod_rank_exact(a, n, b, n, arena, &p, NULL), TROD_OK);
        assert_true(fabs(p - d.p) < 0.003);
    }
    /* 100,000 pairs of a hundred thousand: the shift that was put in. */
    enum { MANY = 100000 };
    double *const x = TROD_NEW_ARRAY(arena, MANY, double);
    double *const y = TROD_NEW_ARRAY(arena, MANY, double);
    for (size_t i = 0; i < MANY; i++) {
        x[i] = trod_rng_exponential(&rng) + 3;
        y[i] = trod_rng_exponential(&rng);
    }
    struct trod_figure shift;
    assert_int_equal(trod_rank_shift(x, MANY, y, MANY, arena, &shift, NULL), TROD_OK);
    assert_true(shift.low < 3 && shift.high > 3 && shift.high - shift.low < 0.05);
    /* 500 by 500 pairs of whole numbers, and of others: against all of them in order. */
    enum { SIDE = 500 };
    double *const all = TROD_NEW_ARRAY(arena, SIDE * SIDE, double);
    for (int whole = 0; whole < 2; whole++) {
        for (size_t i = 0; i < SIDE; i++) {
            x[i] = whole ? (double)trod_rng_below(&rng, 12) : 1e3 * trod_rng_normal(&rng);
            y[i] = whole ? (double)trod_rng_below(&rng, 12) : trod_rng_exponential(&rng);
        }
        for (size_t i = 0; i < SIDE * SIDE; i++) all[i] = x[i / SIDE] - y[i % SIDE];
        qsort(all, SIDE * SIDE, sizeof *all, by_double);
        assert_int_equal(trod_rank_shift(x, SIDE, y, SIDE, arena, &shift, NULL), TROD_OK);
        assert_near(shift.value, (all[SIDE * SIDE / 2 - 1] + all[SIDE * SIDE / 2]) / 2, 1e-14);
        const double spread = sqrt(SIDE * SIDE * (2.0 * SIDE + 1) / 12);
        const size_t u = (size_t)rint(SIDE * SIDE / 2.0 - 1.959963984540054 * spread);
        assert_true(shift.low == all[u - 1] && shift.high == all[SIDE * SIDE - u]);
    }
    for (size_t i = 0; i < MANY; i++) {
        x[i] = trod_rng_exponential(&rng) + 3;
        y[i] = trod_rng_exponential(&rng);
    }
    struct trod_error error = {0};
    assert_int_equal(trod_rank_exact(x, MANY, y, MANY, arena, &p, &error), TROD_TOO_MUCH);
    assert_true(isnan(p) && strstr(error.message, "normal approximation"));
    struct trod_shape_difference shape;
    assert_int_equal(trod_shape_compare(x, 5000, y, 5000, arena, &shape, NULL), TROD_OK);
    assert_true(!shape.exact && shape.p < 1e-12);
    for (size_t i = 0; i < MANY; i++) x[i] -= 3;
    assert_int_equal(trod_shape_compare(x, 1500, y, 1500, arena, &shape, NULL), TROD_OK);
    const double limit = shape.p;
    assert_true(!shape.exact);
    assert_int_equal(trod_shape_compare(x, 1000, y, 1000, arena, &shape, NULL), TROD_OK);
    assert_true(shape.exact && limit > 0.001 && shape.p > 0.001);
}

static void corners(void **state) {
    (void)state;
    const double same[] = {2, 2, 2}, bad[] = {1, NAN}, zeros[] = {0.0, -0.0};
    double p = 0;
    struct trod_figure shift;
    struct trod_shape_difference shape;
    assert_int_equal(trod_rank_exact(same, 3, same, 3, arena, &p, NULL), TROD_OK);
    assert_true(p == 1);
    assert_int_equal(trod_rank_exact(same, 1, same, 1, arena, &p, NULL), TROD_OK);
    assert_true(p == 1);
    assert_int_equal(trod_rank_exact(same, 3, bad, 2, arena, &p, NULL), TROD_OK);
    assert_true(isnan(p));
    assert_int_equal(trod_rank_shift(same, 3, same, 0, arena, &shift, NULL), TROD_OK);
    assert_true(isnan(shift.value) && shift.n == 0);
    assert_int_equal(trod_rank_shift(zeros, 2, zeros, 2, arena, &shift, NULL), TROD_OK);
    assert_true(shift.value == 0 && shift.low == 0 && shift.high == 0);
    assert_int_equal(trod_shape_compare(same, 3, same, 2, arena, &shape, NULL), TROD_OK);
    assert_true(shape.distance == 0 && shape.p == 1);
    assert_int_equal(trod_shape_compare(zeros, 1, zeros + 1, 1, arena, &shape, NULL), TROD_OK);
    assert_true(shape.distance == 0);
    assert_int_equal(trod_shape_compare(same, 3, bad, 2, arena, &shape, NULL), TROD_OK);
    assert_true(isnan(shape.p));
    const double tied[] = {1, 2, 2, 3}, untied[] = {5, 6, 7, 8};
    starves(trod_rank_exact(tied, 4, tied, 4, arena, &p, NULL));
    starves(trod_rank_exact(tied, 1, untied, 4, arena, &p, NULL));
    starves(trod_rank_shift(tied, 4, tied, 4, arena, &shift, NULL));
    starves(trod_shape_compare(tied, 4, tied, 4, arena, &shape, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_deals),
        cmocka_unit_test(all_differences),
        cmocka_unit_test(many_values),
        cmocka_unit_test(corners),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
