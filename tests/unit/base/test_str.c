#include "../unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "trod/base.h"

static void compares_and_searches(void **state) {
    (void)state;
    const trod_str none = {NULL, 0};
    assert_true(trod_str_equal(none, TROD_STR("")));
    assert_int_equal(trod_str_compare(none, none), 0);
    assert_true(trod_str_compare(TROD_STR("a"), TROD_STR("ab")) < 0);
    assert_true(trod_str_compare(TROD_STR("b"), TROD_STR("ab")) > 0);
    assert_true(trod_str_compare(TROD_STR("\xff"), TROD_STR("a")) > 0);
    assert_true(trod_str_starts(TROD_STR("abc"), TROD_STR("ab")));
    assert_false(trod_str_starts(TROD_STR("a"), TROD_STR("ab")));
    assert_true(trod_str_starts(none, none));
    assert_true(trod_str_ends(TROD_STR("abc"), TROD_STR("bc")));
    assert_false(trod_str_ends(TROD_STR("c"), TROD_STR("bc")));
    assert_true(trod_str_contains(TROD_STR("abc"), TROD_STR("bc")));
    assert_true(trod_str_contains(none, TROD_STR("")));
    assert_false(trod_str_contains(none, TROD_STR("x")));
    assert_int_equal(trod_str_find(TROD_STR("abc"), 'c'), 2);
    assert_true(trod_str_find(none, 'c') == SIZE_MAX);
    assert_str(trod_str_slice(TROD_STR("abcdef"), 2, 4), "cd");
    assert_str(trod_str_slice(TROD_STR("abc"), 2, 99), "c");
    assert_str(trod_str_slice(TROD_STR("abc"), 5, 99), "");
    assert_str(trod_str_slice(none, 1, 2), "");
    assert_str(trod_str_trim(TROD_STR(" \t\r\na b\n ")), "a b");
    assert_str(trod_str_trim(TROD_STR("  \n ")), "");
    assert_str(trod_str_trim(none), "");
}

static void folds_letter_case(void **state) {
    (void)state;
    assert_true(trod_str_equal_fold(TROD_STR("Hello"), TROD_STR("hELLO")));
    assert_false(trod_str_equal_fold(TROD_STR("Hello"), TROD_STR("hELLO ")));
    assert_true(trod_str_equal_fold(TROD_STR("STRASSE"), TROD_STR("stra\xc3\x9f"
                                                                  "e")));
    assert_true(trod_str_equal_fold(TROD_STR("\xc3\x84RGER"), TROD_STR("\xc3\xa4rger")));
    assert_true(trod_str_equal_fold(TROD_STR("\xce\xa3"), TROD_STR("\xcf\x82")));
    assert_false(trod_str_equal_fold(TROD_STR("a\xff"), TROD_STR("a\xfe")));
    assert_true(trod_str_equal_fold(TROD_STR("A\xff"), TROD_STR("a\xff")));
    assert_false(trod_str_equal_fold(TROD_STR("\xff"), TROD_STR("\xef\xbf\xbd")));
    assert_true(trod_str_equal_fold((trod_str){NULL, 0}, TROD_STR("")));
}

static void reads_numbers(void **state) {
    (void)state;
    static const char *const good[] = {
        "0",
        "-0",
        "1",
        "+1",
        "-12.5",
        ".5",
        "5.",
        "1e3",
        "1E+3",
        "1e-3",
        "00",
        "1.",
        "0.1",
        "0.3",
        "1e22",
        "1e23",
        "1e308",
        "1e-400",
        "4.9e-324",
        "2.2250738585072011e-308",
        "1.7976931348623157e308",
        "9007199254740993",
        "123456789012345678901234567890",
        "0.000000000000000000000000000001234",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "0e999999999999999999999",
        "179769313486231570000000000000000000000000000000000000",
        "10000000000000000000e-19",
        "0.1234567890123456789e5"};
    for (size_t i = 0; i < TROD_COUNT(good); i++) {
        double value = NAN;
        if (!trod_str_number(trod_str_of(good[i]), &value))
            fail_msg("%s was not read", good[i]);
        const double want = strtod(good[i], NULL);
        if (memcmp(&value, &want, sizeof want) != 0)
            fail_msg("%s was read as %.17g", good[i], value);
    }
    static const char *const bad[] = {"",        " 1",  "1 ",    "-",     "+",     ".",
                                      "e5",      "1e",  "1e+",   "0x1",   "nan",   "inf",
                                      "1,5",     "1_0", "--1",   "1.2.3", "1e999", "-1e309",
                                      "1.8e308", "+-1", "1e5.5", "12a"};
    for (size_t i = 0; i < TROD_COUNT(bad); i++) {
        double value = 42;
        if (trod_str_number(trod_str_of(bad[i]), &value)) fail_msg("%s was read", bad[i]);
        assert_true(value == 42);
    }
    double value = 0;
    assert_false(trod_str_number((trod_str){NULL, 0}, &value));
    assert_false(trod_str_number((trod_str){"1\0", 2}, &value));
}

static void numbers_agree_with_the_c_library(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 1};
    for (int i = 0; i < 20000; i++) {
        char text[64];
        uint64_t bits = trod_rng_u64(&rng);
        double want;
        memcpy(&want, &bits, 8);
        if (!isfinite(want)) continue;
        snprintf(text, sizeof text, "%.*g", 1 + (int)trod_rng_below(&rng, 25), want);
        const double expected = strtod(text, NULL);
        double value = 0;
        if (!isfinite(expected)) {
            assert_false(trod_str_number(trod_str_of(text), &value));
            continue;
        }
        assert_true(trod_str_number(trod_str_of(text), &value));
        if (value != expected) fail_msg("%s was read as %.17g", text, value);
        char written[32];
        trod_number_write(want, written);
        if (strtod(written, NULL) != want) fail_msg("%.17g was written as %s", want, written);
    }
}

static void a_number_of_a_million_digits(void **state) {
    (void)state;
    const size_t n = 1000000;
    char *text = malloc(n);
    memset(text, '9', n);
    double value = 0;
    assert_false(trod_str_number((trod_str){text, n}, &value));
    text[1] = '.';
    assert_true(trod_str_number((trod_str){text, n}, &value));
    assert_true(value == 10.0);
    free(text);
}

static void reads_integers(void **state) {
    (void)state;
    int64_t value = 0;
    assert_true(trod_str_int64(TROD_STR("9223372036854775807"), &value));
    assert_true(value == INT64_MAX);
    assert_true(trod_str_int64(TROD_STR("-9223372036854775808"), &value));
    assert_true(value == INT64_MIN);
    assert_false(trod_str_int64(TROD_STR("9223372036854775808"), &value));
    assert_false(trod_str_int64(TROD_STR("-9223372036854775809"), &value));
    assert_false(trod_str_int64(TROD_STR("99999999999999999999999"), &value));
    assert_true(trod_str_int64(TROD_STR("+007"), &value));
    assert_int_equal(value, 7);
    assert_false(trod_str_int64(TROD_STR(""), &value));
    assert_false(trod_str_int64(TROD_STR("-"), &value));
    assert_false(trod_str_int64(TROD_STR("1.0"), &value));
    assert_false(trod_str_int64((trod_str){NULL, 0}, &value));
}

static void checks_utf8(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t n, bad_at;
    } cases[] = {
        {"", 0, SIZE_MAX},
        {"plain ASCII text of some length", 31, SIZE_MAX},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\xb2", 9, SIZE_MAX},
        {"12345678\0", 9, 8},
        {"a\0b", 3, 1},
        {"\xc0\x80", 2, 0},         /* overlong */
        {"\xe0\x80\x80", 3, 0},     /* overlong */
        {"\xe0\x9f\xbf", 3, 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 4, 0}, /* overlong */
        {"\xed\xa0\x80", 3, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* above U+10FFFF */
        {"\xf4\x8f\xbf\xbf", 4, SIZE_MAX},
        {"abcdefghij\xe2\x82", 12, 10},
        {"abcdefgh\x80", 9, 8},
        {"\xff", 1, 0},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        size_t bad_at = SIZE_MAX;
        const bool good = trod_str_utf8((trod_str){cases[i].text, cases[i].n}, &bad_at);
        assert_int_equal(good, cases[i].bad_at == SIZE_MAX);
        assert_true(bad_at == cases[i].bad_at);
    }
    assert_true(trod_str_utf8((trod_str){NULL, 0}, NULL));
}

static void decodes_what_it_encodes(void **state) {
    (void)state;
    for (int32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 7) {
        if (c >= 0xd800 && c < 0xe000) continue;
        char at[4];
        size_t n;
        if (c < 0x80) {
            at[0] = (char)c, n = 1;
        } else if (c < 0x800) {
            at[0] = (char)(0xc0 | c >> 6), at[1] = (char)(0x80 | (c & 63)), n = 2;
        } else if (c < 0x10000) {
            at[0] = (char)(0xe0 | c >> 12), at[1] = (char)(0x80 | (c >> 6 & 63));
            at[2] = (char)(0x80 | (c & 63)), n = 3;
        } else {
            at[0] = (char)(0xf0 | c >> 18), at[1] = (char)(0x80 | (c >> 12 & 63));
            at[2] = (char)(0x80 | (c >> 6 & 63)), at[3] = (char)(0x80 | (c & 63)), n = 4;
        }
        size_t offset = 0;
        assert_int_equal(trod_str_next((trod_str){at, n}, &offset), c);
        assert_int_equal(offset, n);
        assert_int_equal(trod_str_next((trod_str){at, n}, &offset), -1);
        if (n > 1) { /* cut short: each byte stands for itself */
            offset = 0;
            assert_int_equal(trod_str_next((trod_str){at, n - 1}, &offset), 0xfffd);
            assert_int_equal(offset, 1);
        }
    }
}

static void counts_cells(void **state) {
    (void)state;
    assert_int_equal(trod_str_cells(TROD_STR("abc")), 3);
    assert_int_equal(trod_str_cells(TROD_STR("\xe6\x97\xa5\xe6\x9c\xac")), 4);
    assert_int_equal(trod_str_cells(TROD_STR("e\xcc\x81")), 1);
    assert_int_equal(trod_str_cells(TROD_STR("\xff")), 1);
    assert_int_equal(trod_str_cells((trod_str){NULL, 0}), 0);
    assert_str(trod_str_cut_cells(TROD_STR("\xe6\x97\xa5\xe6\x9c\xac"), 3), "\xe6\x97\xa5");
    assert_str(trod_str_cut_cells(TROD_STR("e\xcc\x81x"), 1), "e\xcc\x81");
    assert_str(trod_str_cut_cells(TROD_STR("abc"), 0), "");
    assert_str(trod_str_cut_cells(TROD_STR("abc"), 9), "abc");
}

/* Optimal string alignment by plain recursion. */
static unsigned distance_by_recursion(const char *a, const char *b) {
    if (!*a) return (unsigned)strlen(b);
    if (!*b) return (unsigned)strlen(a);
    unsigned best = distance_by_recursion(a + 1, b + 1) + (*a != *b);
    const unsigned drop = distance_by_recursion(a + 1, b) + 1;
    const unsigned add = distance_by_recursion(a, b + 1) + 1;
    if (drop < best) best = drop;
    if (add < best) best = add;
    if (a[1] && b[1] && a[0] == b[1] && a[1] == b[0]) {
        const unsigned swap = distance_by_recursion(a + 2, b + 2) + 1;
        if (swap < best) best = swap;
    }
    return best;
}

static void measures_edit_distance(void **state) {
    (void)state;
    assert_int_equal(trod_str_distance(TROD_STR("stage"), TROD_STR("stgae"), 3), 1);
    assert_int_equal(trod_str_distance(TROD_STR("touchpoint"), TROD_STR("tochpiont"), 3), 2);
    assert_int_equal(trod_str_distance(TROD_STR("abc"), TROD_STR("xyz"), 1), 2);
    assert_int_equal(trod_str_distance(TROD_STR("\xc3\xa9t\xc3\xa9"), TROD_STR("ete"), 5), 2);
    assert_int_equal(trod_str_distance((trod_str){NULL, 0}, TROD_STR("ab"), 5), 2);
    assert_int_equal(trod_str_distance((trod_str){NULL, 0}, (trod_str){NULL, 0}, 0), 0);
    struct trod_rng rng = {.seed = 2};
    for (int i = 0; i < 2000; i++) {
        char a[7], b[7];
        const size_t n = trod_rng_below(&rng, 7), m = trod_rng_below(&rng, 7);
        for (size_t j = 0; j < n; j++) a[j] = (char)('a' + trod_rng_below(&rng, 3));
        for (size_t j = 0; j < m; j++) b[j] = (char)('a' + trod_rng_below(&rng, 3));
        a[n] = b[m] = '\0';
        const unsigned want = distance_by_recursion(a, b);
        for (unsigned limit = 0; limit < 8; limit++) {
            const unsigned got = trod_str_distance(trod_str_of(a), trod_str_of(b), limit);
            if (got != (want > limit ? limit + 1 : want))
                fail_msg("%s %s limit %u: %u, not %u", a, b, limit, got, want);
        }
    }
    char longs[2][3000];
    memset(longs[0], 'x', 3000);
    memset(longs[1], 'x', 3000);
    assert_int_equal(
        trod_str_distance((trod_str){longs[0], 3000}, (trod_str){longs[1], 3000}, 2), 0);
    assert_int_equal(trod_str_distance((trod_str){longs[0], 3000}, TROD_STR("y"), 2), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_and_searches),
        cmocka_unit_test(folds_letter_case),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(numbers_agree_with_the_c_library),
        cmocka_unit_test(a_number_of_a_million_digits),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(checks_utf8),
        cmocka_unit_test(decodes_what_it_encodes),
        cmocka_unit_test(counts_cells),
        cmocka_unit_test(measures_edit_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
