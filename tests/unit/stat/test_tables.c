/* Tables of counts, held against all tables with the same sums, one by one. */
#include "arena.h"

static double log_factorial(double n) {
    double sum = 0;
    for (double i = 2; i <= n; i++) sum += log(i);
    return sum;
}

/* All tables of 3 by 3 with these sums: four counts are free, the others follow. */
static double fisher_by_enumeration(const uint64_t *t) {
    const double rows[] = {(double)(t[0] + t[1] + t[2]), (double)(t[3] + t[4] + t[5]),
                           (double)(t[6] + t[7] + t[8])};
    const double columns[] = {(double)(t[0] + t[3] + t[6]), (double)(t[1] + t[4] + t[7]),
                              (double)(t[2] + t[5] + t[8])};
    double own = 0, no_more = 0, total = 0;
    for (int i = 0; i < 9; i++) own -= log_factorial((double)t[i]);
    for (double a = 0; a <= rows[0]; a++)
        for (double b = 0; a + b <= rows[0]; b++)
            for (double c = 0; c <= rows[1]; c++)
                for (double d = 0; c + d <= rows[1]; d++) {
                    const double x[9] = {a,
                                         b,
                                         rows[0] - a - b,
                                         c,
                                         d,
                                         rows[1] - c - d,
                                         columns[0] - a - c,
                                         columns[1] - b - d,
                                         columns[2] - (rows[0] - a - b) - (rows[1] - c - d)};
                    double weight = 0;
                    bool can_be = true;
                    for (int i = 0; i < 9; i++) {
                        can_be = can_be && x[i] >= 0;
                        if (can_be) weight -= log_factorial(x[i]);
                    }
                    if (!can_be) continue;
                    total += exp(weight);
                    if (weight <= own + 1e-7) no_more += exp(weight);
                }
    return no_more / total;
}

static void fisher_counts_all_tables(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 41};
    for (int round = 0; round < 60; round++) {
        uint64_t table[9], turned[12] = {0};
        for (int i = 0; i < 9; i++) table[i] = trod_rng_below(&rng, round % 3 ? 5 : 9);
        table[4] += 3;
        table[0]++;
        table[8]++;
        double p, other;
        assert_int_equal(trod_fisher_table(table, 3, 3, arena, &p, NULL), TROD_OK);
        assert_near(p, fisher_by_enumeration(table), 1e-9);
        /* Turned about, and with an empty row between: the same. */
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) turned[(j == 2 ? 3 : j) * 3 + i] = table[i * 3 + j];
        assert_int_equal(trod_fisher_table(turned, 4, 3, arena, &other, NULL), TROD_OK);
        assert_near(other, p, 1e-9);
        assert_int_equal(trod_fisher_table(table, 2, 2, arena, &p, NULL), TROD_OK);
        if (!isnan(p))
            assert_near(p, trod_fisher_p(table[0], table[1], table[2], table[3]), 1e-9);
    }
}

/* 2000 people in very unlike groups: neither too small nor too great for a double. */
static void fisher_with_many(void **state) {
    (void)state;
    const uint64_t table[] = {900, 80, 15, 5, 905, 75, 12, 8};
    double p, plain;
    struct trod_table_test test;
    assert_int_equal(trod_fisher_table(table, 2, 4, arena, &p, NULL), TROD_OK);
    assert_int_equal(trod_table_compare(table, 2, 4, arena, &test, NULL, NULL), TROD_OK);
    plain = test.p;
    assert_true(fabs(p - plain) < 0.02);
    const uint64_t wide[36] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
                               9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
    struct trod_error error = {0};
    assert_int_equal(trod_fisher_table(wide, 6, 6, arena, &p, &error), TROD_TOO_MUCH);
    assert_true(isnan(p) && strstr(error.message, "chi-square test"));
}

static void table_corners(void **state) {
    (void)state;
    struct trod_table_test test;
    double residuals[6], p;
    const uint64_t one_row[] = {3, 4, 5, 0, 0, 0}, empty[6] = {0};
    assert_int_equal(trod_table_compare(one_row, 2, 3, arena, &test, residuals, NULL), TROD_OK);
    assert_true(isnan(test.p) && isnan(residuals[0]));
    assert_int_equal(trod_table_compare(empty, 2, 3, arena, &test, NULL, NULL), TROD_OK);
    assert_true(isnan(test.p));
    assert_int_equal(trod_fisher_table(empty, 2, 3, arena, &p, NULL), TROD_OK);
    assert_true(isnan(p));
    /* An empty column is none. */
    const uint64_t with[] = {12, 0, 7, 5, 0, 29}, without[] = {12, 7, 5, 29};
    struct trod_table_test same;
    assert_int_equal(trod_table_compare(with, 2, 3, arena, &test, residuals, NULL), TROD_OK);
    assert_int_equal(trod_table_compare(without, 2, 2, arena, &same, NULL, NULL), TROD_OK);
    assert_true(test.chi_square == same.chi_square && test.df == 1);
    assert_true(test.p_yates == same.p_yates && isnan(residuals[1]));
    /* Of two by two the residual is the root of chi-square. */
    assert_near(residuals[0] * residuals[0], test.chi_square, 1e-12);
    for (uint64_t n = 1; n <= 12; n++) {
        trod_memory_fail_at(n);
        const trod_status status = trod_fisher_table(with, 2, 3, arena, &p, NULL);
        trod_memory_fail_at(0);
        assert_int_equal(status, n <= 11 ? TROD_NO_MEMORY : TROD_OK);
    }
    for (uint64_t n = 1; n <= 5; n++) {
        trod_memory_fail_at(n);
        assert_int_equal(trod_table_compare(with, 2, 3, arena, &test, NULL, NULL),
                         TROD_NO_MEMORY);
        trod_memory_fail_at(0);
    }
}

/* Mean and tails of the first count at these odds, by the definition. */
static void count_at(const uint64_t *t, double odds, double *mean, double *to, double *from) {
    const double row = (double)(t[0] + t[1]), column = (double)(t[0] + t[2]),
                 rest = (double)(t[2] + t[3]), seen = (double)t[0];
    double total = 0;
    *mean = *to = *from = 0;
    for (double i = fmax(0, column - rest); i <= fmin(row, column); i++) {
        const double weight =
            exp(i * log(odds) - log_factorial(i) - log_factorial(row - i) -
                log_factorial(column - i) - log_factorial(rest - column + i) +
                log_factorial(row) + log_factorial(rest) - log_factorial(row + rest));
        total += weight;
        *mean += i * weight;
        if (i <= seen) *to += weight;
        if (i >= seen) *from += weight;
    }
    *mean /= total;
    *to /= total;
    *from /= total;
}

static void odds_by_definition(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 42};
    for (int round = 0; round < 100; round++) {
        uint64_t t[4];
        for (int i = 0; i < 4; i++) t[i] = trod_rng_below(&rng, round % 2 ? 6 : 60);
        const struct trod_figure odds = trod_fisher_odds(t[0], t[1], t[2], t[3]);
        if (isnan(odds.value)) {
            assert_true(t[0] + t[1] == 0 || t[2] + t[3] == 0 || t[0] + t[2] == 0 ||
                        t[1] + t[3] == 0);
            continue;
        }
        double mean, to, from;
        if (odds.value > 0 && !isinf(odds.value)) {
            count_at(t, odds.value, &mean, &to, &from);
            assert_near(mean, (double)t[0], 1e-9);
        }
        if (odds.low > 0) {
            count_at(t, odds.low, &mean, &to, &from);
            assert_near(from, 0.025, 1e-9);
        } else {
            assert_true(odds.value == 0);
        }
        if (!isinf(odds.high)) {
            count_at(t, odds.high, &mean, &to, &from);
            assert_near(to, 0.025, 1e-9);
        } else {
            assert_true(isinf(odds.value));
        }
        /* The other way round the odds are turned. */
        const struct trod_figure turned = trod_fisher_odds(t[1], t[0], t[3], t[2]);
        assert_near(turned.low, 1 / odds.high, 1e-9);
    }
    const struct trod_figure plain = trod_odds_ratio(12, 7, 5, 29);
    assert_near(plain.value, 12.0 * 29 / 35, 1e-14);
    assert_near(log(plain.high) - log(plain.low),
                2 * 1.959963984540054 * sqrt(1.0 / 12 + 1.0 / 7 + 1.0 / 5 + 1.0 / 29), 1e-12);
    assert_true(isinf(trod_odds_ratio(1, 0, 1, 1).value));
    assert_true(isnan(trod_odds_ratio(1, 0, 1, 1).low));
}

/* Berkeley's admissions of 1973: men and women in six departments, the textbook's case of a
 * difference that the mix explains. */
static void odds_within_strata(void **state) {
    (void)state;
    const struct trod_two_by_two berkeley[] = {{512, 313, 89, 19},   {353, 207, 17, 8},
                                               {120, 205, 202, 391}, {138, 279, 131, 244},
                                               {53, 138, 94, 299},   {22, 351, 24, 317}};
    struct trod_odds odds = trod_odds_adjusted(berkeley, 6);
    assert_near(odds.ratio, 0.9046968, 1e-6);
    assert_near(odds.low, 0.7719074, 1e-6);
    assert_near(odds.high, 1.0603298, 1e-6);
    /* Of one stratum: the plain odds ratio, and chi-square but for (n - 1) / n. */
    odds = trod_odds_adjusted(berkeley, 1);
    const uint64_t first[] = {512, 313, 89, 19};
    struct trod_table_test test;
    assert_int_equal(trod_table_compare(first, 2, 2, arena, &test, NULL, NULL), TROD_OK);
    assert_near(odds.chi_square, test.chi_square * 932 / 933, 1e-12);
    assert_near(odds.ratio, 512.0 * 19 / (313 * 89), 1e-12);
    assert_near(odds.low, trod_odds_ratio(512, 313, 89, 19).low, 1e-12);
    const struct trod_two_by_two one_sided[] = {{5, 5, 0, 0}, {3, 0, 4, 0}};
    assert_true(isnan(trod_odds_adjusted(one_sided, 2).p));
    assert_true(isnan(trod_odds_adjusted(NULL, 0).p));
}

static void standard_shares(void **state) {
    (void)state;
    const struct trod_share strata[] = {trod_share_make(10, 100), trod_share_make(60, 100),
                                        trod_share_make(0, 0)};
    const double even[] = {1, 1, 5}, only_first[] = {3, 0, 0};
    struct trod_figure figure = trod_share_standard(strata, even, 3);
    assert_near(figure.value, 0.35, 1e-14);
    assert_int_equal(figure.n, 200);
    assert_true(figure.low > 0.27 && figure.low < 0.35 && figure.high < 0.43);
    figure = trod_share_standard(strata, only_first, 3);
    assert_near(figure.low, strata[0].low, 1e-14);
    assert_near(figure.high, strata[0].high, 1e-14);
    assert_true(isnan(trod_share_standard(strata + 2, even, 1).value));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fisher_counts_all_tables),
        cmocka_unit_test(fisher_with_many),
        cmocka_unit_test(table_corners),
        cmocka_unit_test(odds_by_definition),
        cmocka_unit_test(odds_within_strata),
        cmocka_unit_test(standard_shares),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
