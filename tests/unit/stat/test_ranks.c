#include "arena.h"

static void u_counts_pairs(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 51};
    for (int round = 0; round < 300; round++) {
        double a[30], b[30];
        const size_t n_a = 1 + trod_rng_below(&rng, 30), n_b = 1 + trod_rng_below(&rng, 30);
        const uint64_t values = round % 2 ? 5 : 1000;
        for (size_t i = 0; i < n_a; i++) a[i] = (double)trod_rng_below(&rng, values);
        for (size_t i = 0; i < n_b; i++) b[i] = (double)trod_rng_below(&rng, values);
        double u = 0;
        for (size_t i = 0; i < n_a; i++)
            for (size_t j = 0; j < n_b; j++) u += a[i] > b[j] ? 1 : a[i] == b[j] ? 0.5 : 0;
        struct trod_rank_difference d, back;
        assert_int_equal(trod_rank_compare(a, n_a, b, n_b, arena, &d, NULL), TROD_OK);
        assert_int_equal(trod_rank_compare(b, n_b, a, n_a, arena, &back, NULL), TROD_OK);
        assert_true(d.u == u);
        assert_near(d.higher, u / (double)(n_a * n_b), 1e-14);
        assert_near(d.p, back.p, 1e-14);
        assert_true(d.p >= 0 && d.p <= 1);
    }
}

static void rank_corners(void **state) {
    (void)state;
    struct trod_rank_difference d;
    const double same[] = {2, 2, 2}, bad[] = {1, NAN};
    assert_int_equal(trod_rank_compare(same, 3, same, 3, arena, &d, NULL), TROD_OK);
    assert_true(d.p == 1 && d.higher == 0.5);
    assert_int_equal(trod_rank_compare(same, 1, same, 1, arena, &d, NULL), TROD_OK);
    assert_true(d.p == 1);
    assert_int_equal(trod_rank_compare(same, 3, NULL, 0, arena, &d, NULL), TROD_OK);
    assert_true(isnan(d.p) && isnan(d.u));
    assert_int_equal(trod_rank_compare(same, 3, bad, 2, arena, &d, NULL), TROD_OK);
    assert_true(isnan(d.p));
    trod_memory_fail_at(1);
    assert_int_equal(trod_rank_compare(same, 3, same, 3, arena, &d, NULL), TROD_NO_MEMORY);
    trod_memory_fail_at(0);
}

/* The definition: the least of p(k) n / k over k from the own rank on. */
static void false_discovery_by_definition(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 52};
    for (int round = 0; round < 300; round++) {
        double p[20], q[20];
        const size_t n = 1 + trod_rng_below(&rng, 20);
        size_t n_tests = 0;
        for (size_t i = 0; i < n; i++) {
            p[i] = (double)trod_rng_below(&rng, 30) / 29;
            if (trod_rng_below(&rng, 8) == 0) p[i] = NAN;
            n_tests += !isnan(p[i]);
        }
        assert_int_equal(trod_false_discovery(p, n, q, arena, NULL), TROD_OK);
        for (size_t i = 0; i < n; i++) {
            double least = 1;
            for (size_t j = 0; j < n; j++) {
                if (!(p[j] >= p[i])) continue;
                size_t rank = 0;
                for (size_t k = 0; k < n; k++) rank += p[k] <= p[j];
                least = fmin(least, p[j] * (double)n_tests / (double)rank);
            }
            assert_near(q[i], isnan(p[i]) ? (double)NAN : least, 1e-12);
        }
        assert_int_equal(trod_false_discovery(p, n, p, arena, NULL), TROD_OK); /* in place */
        for (size_t i = 0; i < n; i++) assert_near(p[i], q[i], 0);
    }
    assert_int_equal(trod_false_discovery(NULL, 0, NULL, arena, NULL), TROD_OK);
    double p = 0.5, q = 0;
    trod_memory_fail_at(1);
    assert_int_equal(trod_false_discovery(&p, 1, &q, arena, NULL), TROD_NO_MEMORY);
    trod_memory_fail_at(0);
}

/* The p of a hypothesis, closed: the greatest over all sets of hypotheses that hold it. */
static double closed(const double *p, size_t n, size_t own, bool simes) {
    double most = 0;
    for (unsigned set = 0; set < 1u << n; set++) {
        if (!(set >> own & 1)) continue;
        const double size = __builtin_popcount(set);
        double least = 1;
        for (size_t i = 0; i < n; i++) {
            if (!(set >> i & 1)) continue;
            double rank = 0;
            for (size_t j = 0; j < n; j++) rank += (set >> j & 1) && p[j] <= p[i];
            least = fmin(least, size * p[i] / (simes ? rank : 1));
        }
        most = fmax(most, least);
    }
    return most;
}

static void other_rules_by_definition(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 53};
    for (int round = 0; round < 200; round++) {
        double p[8], bh[8], q[8];
        const size_t n = 1 + trod_rng_below(&rng, 8);
        for (size_t i = 0; i < n; i++)
            p[i] = round % 2 ? trod_rng_unit(&rng) * trod_rng_unit(&rng) / 4
                             : (double)trod_rng_below(&rng, 20) / 60;
        assert_int_equal(trod_many_adjust(p, n, TROD_MANY_HOMMEL, q, arena, NULL), TROD_OK);
        for (size_t i = 0; i < n; i++) assert_near(q[i], closed(p, n, i, true), 1e-12);
        assert_int_equal(trod_many_adjust(p, n, TROD_MANY_HOLM, q, arena, NULL), TROD_OK);
        for (size_t i = 0; i < n; i++) assert_near(q[i], closed(p, n, i, false), 1e-12);
        assert_int_equal(trod_many_adjust(p, n, TROD_MANY_BONFERRONI, q, arena, NULL), TROD_OK);
        for (size_t i = 0; i < n; i++) assert_near(q[i], fmin(1, p[i] * (double)n), 1e-12);
        assert_int_equal(trod_many_adjust(p, n, TROD_MANY_HOCHBERG, q, arena, NULL), TROD_OK);
        for (size_t i = 0; i < n; i++) {
            double least = 1;
            for (size_t j = 0; j < n; j++) {
                size_t not_below = 0;
                for (size_t k = 0; k < n; k++) not_below += p[k] > p[j] || k == j;
                if (p[j] >= p[i]) least = fmin(least, p[j] * (double)not_below);
            }
            assert_near(q[i], least, 1e-12);
        }
        double harmonic = 0;
        for (size_t i = 1; i <= n; i++) harmonic += 1 / (double)i;
        assert_int_equal(trod_many_adjust(p, n, TROD_MANY_BH, bh, arena, NULL), TROD_OK);
        assert_int_equal(trod_many_adjust(p, n, TROD_MANY_BY, q, arena, NULL), TROD_OK);
        for (size_t i = 0; i < n; i++)
            if (q[i] < 1) assert_near(q[i], bh[i] * harmonic, 1e-12);
    }
    double p[] = {NAN, 0.01, 0.02}, q[3];
    for (int rule = TROD_MANY_BH; rule <= TROD_MANY_HOMMEL; rule++) {
        assert_int_equal(trod_many_adjust(p, 3, (enum trod_many)rule, q, arena, NULL), TROD_OK);
        assert_true(isnan(q[0]) && q[1] >= 0.01 && q[1] <= 0.03);
    }
    starves(trod_many_adjust(p, 3, TROD_MANY_HOMMEL, q, arena, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(u_counts_pairs),
        cmocka_unit_test(rank_corners),
        cmocka_unit_test(false_discovery_by_definition),
        cmocka_unit_test(other_rules_by_definition),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
