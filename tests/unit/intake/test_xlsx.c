#include "../unit.h"

#include "intake/xlsx.h"

static void formats(void **state) {
    static const char *const dates[] = {"yyyy\\-mm\\-dd", "[$-409]h:mm AM/PM", "D.M.YY",
                                        "[h]:mm:ss", "mmm"};
    static const char *const numbers[] = {
        "General",  "0.00", "[Red]0.00",       "0\" days\"", "0\\d", "_d0_s", "#,##0 [$USD]",
        "0.00E+00", "*h0",  "0.0;[Red]-0.0;@", "\"yyyy",     "",     "\\"};
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(dates); i++)
        assert_true(intake_xlsx_is_date_format(trod_str_of(dates[i])));
    for (size_t i = 0; i < TROD_COUNT(numbers); i++)
        assert_false(intake_xlsx_is_date_format(trod_str_of(numbers[i])));
    static const int64_t ids[] = {14, 22, 45, 47}, others[] = {-1, 0, 13, 23, 44, 48, 49, 164};
    for (size_t i = 0; i < TROD_COUNT(ids); i++) assert_true(intake_xlsx_is_date_id(ids[i]));
    for (size_t i = 0; i < TROD_COUNT(others); i++)
        assert_false(intake_xlsx_is_date_id(others[i]));
}

static void dates(void **state) {
    static const struct {
        double serial;
        bool since_1904;
        const char *text;
    } cases[] = {{1, false, "1900-01-01T00:00:00"},
                 {59, false, "1900-02-28T00:00:00"},
                 {61, false, "1900-03-01T00:00:00"},
                 {45352.25, false, "2024-03-01T06:00:00"},
                 {45352.999999999, false, "2024-03-02T00:00:00"},
                 {45352.000000011574, false, "2024-03-01T00:00:00.001"},
                 {43890, true, "2024-03-01T00:00:00"},
                 {0, true, "1904-01-01T00:00:00"},
                 {0.5, false, "12:00:00"},
                 {2958465.5, false, "9999-12-31T12:00:00"},
                 {2958466, false, ""},
                 {2958465, true, ""},
                 {-1, false, ""},
                 {1e300, false, ""}};
    char at[40];
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        assert_string_equal(intake_xlsx_date(cases[i].serial, cases[i].since_1904, at),
                            cases[i].text);
    }
}

static void references(void **state) {
    size_t column = 0;
    (void)state;
    assert_true(intake_xlsx_column(TROD_STR("A1"), &column));
    assert_int_equal(column, 0);
    assert_true(intake_xlsx_column(TROD_STR("AB12"), &column));
    assert_int_equal(column, 27);
    assert_true(intake_xlsx_column(TROD_STR("XFD1"), &column));
    assert_int_equal(column, 16383);
    assert_false(intake_xlsx_column(TROD_STR("XFE1"), &column));
    assert_false(intake_xlsx_column(TROD_STR("ZZZZ1"), &column));
    assert_false(intake_xlsx_column(TROD_STR("12"), &column));
    assert_false(intake_xlsx_column(TROD_STR(""), &column));
}

static void escapes(void **state) {
    static const char *const cases[][2] = {{"a_x0026_b", "a&b"},
                                           {"_x00e9_", "\xc3\xa9"},
                                           {"_x005F_x0041_", "_x0041_"},
                                           {"_xd800_", "_xd800_"},
                                           {"_x0000_", "_x0000_"},
                                           {"_x00", "_x00"},
                                           {"_", "_"},
                                           {"", ""}};
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        struct trod_buf out = {0};
        intake_xlsx_unescape(&out, trod_str_of(cases[i][0]));
        assert_true(trod_str_is(trod_buf_str(&out), cases[i][1]));
        trod_buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats),
        cmocka_unit_test(dates),
        cmocka_unit_test(references),
        cmocka_unit_test(escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
