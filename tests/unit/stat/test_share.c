#include <stdio.h>

#include "trod/stat.h"

#include "near.h"

static void intervals_at_the_ends(void **state) {
    (void)state;
    struct trod_share none = trod_share_make(0, 0);
    assert_true(isnan(none.share));
    assert_true(none.low == 0 && none.high == 1);
    struct trod_share no = trod_share_make(0, 10), all = trod_share_make(10, 10);
    assert_true(no.low == 0 && no.share == 0);
    assert_near(no.high, 0.277532799862889, 1e-12);
    assert_true(all.high == 1 && all.share == 1);
    assert_near(all.low, 1 - 0.277532799862889, 1e-12);
    assert_true(trod_share_make(11, 10).n == 10);
}

/* What Wilson's interval is: the shares p for which n of `of` lies within 1.96 standard errors.
 */
static void limits_solve_the_equation(void **state) {
    (void)state;
    for (uint64_t of = 1; of < 60; of += 3) {
        for (uint64_t n = 0; n <= of; n++) {
            const struct trod_share share = trod_share_make(n, of);
            assert_true(0 <= share.low && share.low <= share.share);
            assert_true(share.share <= share.high && share.high <= 1);
            if (n > 0)
                assert_near((share.share - share.low) /
                                sqrt(share.low * (1 - share.low) / (double)of),
                            1.959963984540054, 1e-9);
            if (n < of)
                assert_near((share.high - share.share) /
                                sqrt(share.high * (1 - share.high) / (double)of),
                            1.959963984540054, 1e-9);
        }
    }
}

/* Newcombe's own examples (1998, table II): 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/10. */
static void differences_as_published(void **state) {
    (void)state;
    static const struct {
        uint64_t a, of_a, b, of_b;
        double low, high;
    } cases[] = {{56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090},
                 {6, 7, 2, 7, 0.0582, 0.8062},     {5, 56, 0, 29, -0.0381, 0.1926},
                 {0, 10, 0, 20, -0.1611, 0.2775},  {0, 10, 0, 10, -0.2775, 0.2775},
                 {10, 10, 0, 20, 0.6791, 1.0000},  {10, 10, 0, 10, 0.6075, 1.0000}};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        const struct trod_share_difference d =
            trod_share_compare(trod_share_make(cases[i].a, cases[i].of_a),
                               trod_share_make(cases[i].b, cases[i].of_b));
        assert_true(fabs(d.low - cases[i].low) < 6e-5);
        assert_true(fabs(d.high - cases[i].high) < 6e-5);
    }
    const struct trod_share_difference d =
        trod_share_compare(trod_share_make(1, 2), trod_share_make(0, 0));
    assert_true(isnan(d.p) && isnan(d.difference) && isnan(d.low));
}

static void few_are_tested_exactly(void **state) {
    (void)state;
    struct trod_share_difference d = trod_share_compare(
        trod_share_make(3, 4), trod_share_make(1, 4)); /* the lady and her tea */
    assert_true(d.exact);
    assert_near(d.p, 34.0 / 70, 1e-12);
    d = trod_share_compare(trod_share_make(45, 500), trod_share_make(62, 510));
    assert_false(d.exact);
    assert_near(d.p, 0.103130762759206, 1e-10);
    d = trod_share_compare(trod_share_make(0, 500), trod_share_make(0, 510));
    assert_true(d.exact && d.p == 1 && d.difference == 0);
    d = trod_share_compare(trod_share_make(500, 500), trod_share_make(510, 510));
    assert_true(d.exact && d.p == 1);
}

static double choose(unsigned n, unsigned k) {
    double result = 1;
    for (unsigned i = 0; i < k; i++) result = result * (n - i) / (i + 1);
    return result;
}

static void fisher_sums_all_tables(void **state) {
    (void)state;
    for (unsigned row = 0; row <= 9; row++) {
        for (unsigned other = 0; other <= 9; other++) {
            for (unsigned column = 0; column <= row + other; column++) {
                for (unsigned a = 0; a <= row && a <= column; a++) {
                    if (column - a > other) continue;
                    const double own = choose(row, a) * choose(other, column - a);
                    double sum = 0;
                    for (unsigned i = 0; i <= row && i <= column; i++) {
                        if (column - i > other) continue;
                        const double weight = choose(row, i) * choose(other, column - i);
                        if (weight <= own * (1 + 1e-9)) sum += weight;
                    }
                    const double p =
                        trod_fisher_p(a, row - a, column - a, other - (column - a));
                    assert_near(p, sum / choose(row + other, column), 1e-9);
                }
            }
        }
    }
    /* Large tables: small p values, and none that overflows. */
    const double small = trod_fisher_p(2000000, 0, 0, 2000000);
    assert_true(small >= 0 && small < 1e-300);
    assert_near(trod_fisher_p(0, 1000000, 3, 1000000), 0.25, 1e-5);
}

/* P(B <= k) of n trials. */
static double binomial_to(uint64_t k, uint64_t n, double share) {
    double sum = 0;
    for (uint64_t i = 0; i <= k; i++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) +
                   (double)i * log(share) + (double)(n - i) * log1p(-share));
    return sum;
}

static void other_intervals(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= 40; n += 3) {
        for (uint64_t k = 0; k <= n; k++) {
            struct trod_share share = trod_share_make_by(k, n, TROD_SHARE_CLOPPER_PEARSON);
            if (k > 0) assert_near(1 - binomial_to(k - 1, n, share.low), 0.025, 1e-9);
            if (k < n) assert_near(binomial_to(k, n, share.high), 0.025, 1e-9);
            assert_true(k > 0 || share.low == 0);
            assert_true(k < n || share.high == 1);
            /* Jeffreys's lies within it, and turns with the share. */
            const struct trod_share bayes = trod_share_make_by(k, n, TROD_SHARE_JEFFREYS),
                                    turned = trod_share_make_by(n - k, n, TROD_SHARE_JEFFREYS);
            assert_true(bayes.low >= share.low && bayes.high <= share.high);
            assert_near(bayes.low, 1 - turned.high, 1e-9);
            /* Agresti and Coull's has Wilson's middle, and is wider. */
            const struct trod_share wilson = trod_share_make_by(k, n, TROD_SHARE_WILSON);
            share = trod_share_make_by(k, n, TROD_SHARE_AGRESTI_COULL);
            assert_true(share.low <= wilson.low + 1e-12 && share.high >= wilson.high - 1e-12);
            share = trod_share_make_by(k, n, TROD_SHARE_WALD);
            if (share.low > 0 && share.high < 1)
                assert_near((share.low + share.high) / 2, share.share, 1e-12);
        }
    }
    assert_true(isnan(trod_share_make_by(0, 0, TROD_SHARE_JEFFREYS).share));
}

static void large_counts(void **state) {
    (void)state;
    const struct trod_share a = trod_share_make(30, 100), b = trod_share_make(20, 80);
    const struct trod_share_difference d = trod_share_compare_large(a, b, false),
                                       c = trod_share_compare_large(a, b, true);
    assert_near(d.difference, 0.05, 1e-12);
    assert_near(d.high - 0.05, 1.959963984540054 * sqrt(0.3 * 0.7 / 100 + 0.25 * 0.75 / 80),
                1e-9);
    assert_near(c.high - d.high, 0.5 / 100 + 0.5 / 80, 1e-9);
    const double error = sqrt(50.0 / 180 * (130.0 / 180) * (1.0 / 100 + 1.0 / 80));
    assert_near(d.p, erfc(0.05 / error / sqrt(2)), 1e-12);
    assert_near(c.p, erfc((0.05 - 0.5 / 100 - 0.5 / 80) / error / sqrt(2)), 1e-12);
    /* The correction does not go past nothing; where nobody did it, nothing differs. */
    const struct trod_share none = trod_share_make(0, 50);
    assert_near(trod_share_compare_large(a, trod_share_make(24, 80), true).p, 1, 1e-12);
    assert_true(trod_share_compare_large(none, none, false).p == 1);
    assert_true(isnan(trod_share_compare_large(none, trod_share_make(0, 0), false).p));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_at_the_ends),
        cmocka_unit_test(limits_solve_the_equation),
        cmocka_unit_test(differences_as_published),
        cmocka_unit_test(few_are_tested_exactly),
        cmocka_unit_test(fisher_sums_all_tables),
        cmocka_unit_test(other_intervals),
        cmocka_unit_test(large_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
