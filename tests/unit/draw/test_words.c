/* Figures as people read them: no more decimals than it takes, and never so few that two
 * different figures read alike. */
#include <math.h>

#include "../unit.h"
#include "draw/page_text.h"
#include "draw/words.h"

static struct trod_buf said;

static const char *done(void) {
    static char at[200];
    const trod_str text = trod_buf_str(&said);
    assert_true(text.n < sizeof at);
    memcpy(at, text.at ? text.at : "", text.n);
    at[text.n] = '\0';
    trod_buf_free(&said);
    return at;
}

static const char *percent(double share) {
    words_percent(&said, share);
    return done();
}

static const char *share(uint64_t n, uint64_t of) {
    words_share(&said, trod_share_make(n, of), 20);
    return done();
}

static void test_percent(void **state) {
    (void)state;
    assert_string_equal(percent(NAN), "–");
    assert_string_equal(percent(0), "0 %");
    assert_string_equal(percent(0.0004), "≤0.1 %");
    assert_string_equal(percent(0.004), "0.4 %");
    assert_string_equal(percent(0.46), "46 %");
    assert_string_equal(percent(0.9999), "99.9 %");
    assert_string_equal(percent(1), "100 %");
}

static void test_share(void **state) {
    (void)state;
    assert_string_equal(share(3, 7), "too few to tell (3 of 7)");
    assert_string_equal(share(42, 100), "42 % (33 to 52 %)");
    /* Ends that would read alike get decimals; so does the share between them. */
    assert_string_equal(share(58731, 76075), "77.2 % (76.9 to 77.5 %)");
    assert_string_equal(share(145, 80016), "0.18 % (0.15 to 0.21 %)");
    /* Where no two decimals tell them apart, there is nothing to bracket. */
    words_share(&said,
                (struct trod_share){.n = 5, .of = 10, .share = .5, .low = .5, .high = .5}, 1);
    assert_string_equal(done(), "50.00 %");
}

static struct trod_kpi kpi(bool at_least, enum trod_unit unit, double value, const char *text) {
    return (struct trod_kpi){.target = {.given = true,
                                        .at_least = at_least,
                                        .unit = unit,
                                        .value = value,
                                        .text = trod_str_of(text)}};
}

static const char *measured(const struct trod_kpi *as, double value) {
    words_kpi(&said, as, as->target.unit, value);
    return done();
}

static void test_kpi(void **state) {
    (void)state;
    const double day_us = 864e8;
    const struct trod_kpi days =
        kpi(false, TROD_UNIT_DURATION, 90 * day_us, "at most 90 days by 2025-12-31");
    assert_string_equal(measured(&days, 88 * day_us), "88 days");
    assert_string_equal(measured(&days, 150 * day_us), "150 days");
    assert_string_equal(measured(&days, 90.3 * day_us),
                        "90.3 days"); /* not "90 days", missed */
    assert_string_equal(measured(&days, 1 * day_us), "1 day");
    assert_string_equal(measured(&days, day_us / 24), "1 h"); /* too short for days */
    words_target(&said, &days.target);
    assert_string_equal(done(), "at most 90 days");
    const struct trod_kpi seconds = kpi(false, TROD_UNIT_DURATION, 45e6, "at most 45 s");
    assert_string_equal(measured(&seconds, 73e6), "73 s");
    const struct trod_kpi rate = kpi(true, TROD_UNIT_SHARE, 0.98, "at least 98% by 2025-12-31");
    assert_string_equal(measured(&rate, 0.976), "97.6 %");
    assert_string_equal(measured(&rate, 0.97), "97 %");
    assert_string_equal(measured(&rate, 0.996), "99.6 %");
    assert_string_equal(measured(&rate, 1), "100 %");
    words_target(&said, &rate.target);
    assert_string_equal(done(), "at least 98 %");
}

static void test_window(void **state) {
    (void)state;
    const struct trod_window window = {.given = true,
                                       .most_us = 300 * INT64_C(86400000000),
                                       .text = TROD_STR("usually 2 weeks, at most 10 months")};
    words_window(&said, &window, true);
    assert_string_equal(done(), "10 months"); /* as written, not "9.9 months" */
    words_window(&said, &window, false);
    assert_string_equal(done(), "usually 2 weeks, at most 10 months");
}

static void test_times(void **state) {
    (void)state;
    struct trod_measured time = {.given = true, .value = 6e6, .low = 5e6, .high = 7e6};
    words_measured_time(&said, &time);
    assert_string_equal(done(), "6 s (5 to 7 s)");
    time.low = 6.01e6;
    time.high = 6.02e6;
    words_measured_time(&said, &time);
    assert_string_equal(done(), "6 s");
}

static void test_page(void **state) {
    (void)state;
    /* A number and its "%" stay together. */
    struct page page = {.out = &said, .width = 20};
    page_beside(&page, 0, PAGE_PLAIN, "", TROD_STR("the map expects 75 %."), 0);
    assert_string_equal(done(), "the map expects\n75 %.\n");
    /* Columns do not run together, however long the words. */
    const struct page_cell row[] = {{TROD_STR("repeated too often"), 18, false, PAGE_PLAIN},
                                    {TROD_STR("The ride"), 9, false, PAGE_PLAIN},
                                    {TROD_STR("44"), 5, true, PAGE_PLAIN}};
    page_row(&page, row, TROD_COUNT(row));
    assert_string_equal(done(), "repeated too oft… The ride    44\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percent), cmocka_unit_test(test_share),
        cmocka_unit_test(test_kpi),     cmocka_unit_test(test_window),
        cmocka_unit_test(test_times),   cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
