#include "../unit.h"

#include "trod/base.h"

static void fills_and_returns(void **state) {
    (void)state;
    struct trod_error error = {.line = 7, .hint = "old"};
    assert_int_equal(trod_fail(&error, TROD_BAD_INPUT, "%d apples", 3), TROD_BAD_INPUT);
    assert_int_equal(error.code, TROD_BAD_INPUT);
    assert_string_equal(error.message, "3 apples");
    assert_string_equal(error.hint, "");
    assert_int_equal(error.line, 0);
    assert_int_equal(trod_fail(NULL, TROD_IO, "x"), TROD_IO);
}

static void an_argument_may_be_the_old_message(void **state) {
    (void)state;
    struct trod_error error = {0};
    (void)trod_fail(&error, TROD_IO, "inner");
    (void)trod_fail(&error, TROD_IO, "outer: %s", error.message);
    assert_string_equal(error.message, "outer: inner");
}

static void texts_are_safe_to_print(void **state) {
    (void)state;
    struct trod_error error = {0};
    (void)trod_fail(&error, TROD_IO,
                    "a\x1b[31mb\nc\xff"
                    "d\xc2\x9b"
                    "e\xe2\x80\xae"
                    "f\xc3\xa9");
    assert_string_equal(error.message, "a?[31mb c?d?e?f\xc3\xa9");
}

static void long_texts_are_cut_between_characters(void **state) {
    (void)state;
    for (int shift = 0; shift < 4; shift++) {
        char text[2000];
        memset(text, 'x', (size_t)shift);
        for (int i = shift; i + 3 < 1996; i += 3) memcpy(text + i, "\xe2\x82\xac", 4);
        struct trod_error error = {0};
        (void)trod_fail(&error, TROD_IO, "%s", text);
        const trod_str message = trod_str_of(error.message);
        assert_true(message.n > 500 && message.n < 512);
        assert_true(trod_str_utf8(message, NULL));
        assert_true(trod_str_ends(message, TROD_STR("\xe2\x80\xa6")));
        trod_error_hint(&error, "%s", text);
        assert_true(trod_str_utf8(trod_str_of(error.hint), NULL));
    }
    char exact[512];
    memset(exact, 'y', 511);
    exact[511] = '\0';
    struct trod_error error = {0};
    (void)trod_fail(&error, TROD_IO, "%s", exact);
    assert_string_equal(error.message, exact);
}

static void places_add_up(void **state) {
    (void)state;
    struct trod_error error = {0};
    (void)trod_fail(&error, TROD_BAD_INPUT, "x");
    trod_error_place(&error, "a.csv", 3, 0);
    trod_error_place(&error, "", 0, 9);
    assert_string_equal(error.file, "a.csv");
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 9);
    trod_error_place(NULL, "a", 1, 1);
    trod_error_hint(NULL, "x");
    char name[1000];
    memset(name, 'd', 995);
    strcpy(name + 995, ".csv");
    trod_error_place(&error, name, 0, 0);
    assert_true(trod_str_ends(trod_str_of(error.file), TROD_STR("dd.csv")));
    assert_true(trod_str_starts(trod_str_of(error.file), TROD_STR("\xe2\x80\xa6")));
    assert_int_equal(strlen(error.file), 255);
}

static void exit_statuses(void **state) {
    (void)state;
    assert_int_equal(trod_status_exit(TROD_OK), 0);
    assert_int_equal(trod_status_exit(TROD_TOO_MUCH), 2);
    assert_int_equal(trod_status_exit(TROD_NO_FILE), 2);
    assert_int_equal(trod_status_exit(TROD_IO), 3);
    assert_int_equal(trod_status_exit(TROD_NO_MEMORY), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_and_returns),
        cmocka_unit_test(an_argument_may_be_the_old_message),
        cmocka_unit_test(texts_are_safe_to_print),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(places_add_up),
        cmocka_unit_test(exit_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
