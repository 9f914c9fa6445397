#include "../unit.h"

#include <math.h>
#include <stdio.h>

#include "random_log.h"

/* One event with one attribute `x` (and the fact `f`, always "7"). */
static struct trod_log *log_with(const char *value) {
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t x = trod_log_builder_field(builder, TROD_STR("x"), false);
    const uint32_t f = trod_log_builder_field(builder, TROD_STR("f"), true);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("web"));
    const uint32_t customer = trod_log_builder_customer(builder, TROD_STR("a"));
    assert_ok(trod_log_builder_event(builder, source, customer, TROD_STR("pay"), (trod_str){0},
                                     36 * TROD_HOUR_US, TROD_NO_TIME, NULL));
    assert_ok(trod_log_builder_set(builder, x, trod_str_of(value), NULL));
    assert_ok(trod_log_builder_fact(builder, customer, f, TROD_STR("7"), NULL));
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    return log;
}

static bool holds_of(const struct trod_log *log, struct trod_condition cond) {
    struct trod_arena *const arena = trod_arena_make(0);
    const struct trod_filter filter = {.kind = TROD_FILTER_COND, .cond = cond};
    const struct trod_test *test = NULL;
    struct trod_error error = {0};
    if (trod_test_make(log, &filter, arena, &test, &error) != TROD_OK)
        fail_msg("%s", error.message);
    const bool holds = trod_test_event(test, 0, 0);
    trod_arena_free(arena);
    return holds;
}

static bool holds(const char *value, enum trod_op op, struct trod_condition with) {
    struct trod_log *const log = log_with(value);
    with.name = TROD_STR("x");
    with.op = op;
    const bool is = holds_of(log, with);
    trod_log_free(log);
    return is;
}

static struct trod_condition number(double value) {
    return (struct trod_condition){.value = TROD_VALUE_NUMBER, .number = value};
}
static struct trod_condition text(const char *value) {
    return (struct trod_condition){.value = TROD_VALUE_TEXT, .text = trod_str_of(value)};
}
static struct trod_condition yes(bool value) {
    return (struct trod_condition){.value = TROD_VALUE_BOOL, .number = value};
}
static struct trod_condition date(const char *value) {
    const struct trod_time_form form = {0};
    return (struct trod_condition){.value = TROD_VALUE_DATE,
                                   .text = trod_str_of(value),
                                   .time_us = trod_time_read(trod_str_of(value), &form, NULL)};
}

static void compares_numbers(void **state) {
    (void)state;
    assert_true(holds("12.0", TROD_EQ, number(12)));
    assert_true(holds("9", TROD_LT, number(10)));
    assert_false(holds("9", TROD_GE, number(10)));
    assert_true(holds("10", TROD_LE, number(10)));
    assert_true(holds("11", TROD_GT, number(10)));
    assert_false(holds("eleven", TROD_GT, number(10)));
    assert_false(holds("eleven", TROD_EQ, number(11)));
    assert_true(holds("eleven", TROD_NE, number(11)));
    assert_true(holds("12", TROD_NE, number(11)));
    assert_false(holds("11.00", TROD_NE, number(11)));
}

static void compares_texts(void **state) {
    (void)state;
    assert_true(holds("red", TROD_EQ, text("red")));
    assert_false(holds("Red", TROD_EQ, text("red")));
    assert_true(holds("Red", TROD_NE, text("red")));
    assert_true(holds("a", TROD_LT, text("b")));
    assert_false(holds("5.0", TROD_EQ, text("5")));
    assert_true(holds("/cargo/long", TROD_STARTS, text("/cargo")));
    assert_false(holds("/carg", TROD_STARTS, text("/cargo")));
    assert_true(holds("a.pdf", TROD_ENDS, text(".pdf")));
    assert_true(holds("a b c", TROD_CONTAINS, text(" b ")));
    assert_false(holds("abc", TROD_CONTAINS, text("B")));
}

static void compares_yes_and_no(void **state) {
    (void)state;
    static const char *const affirming[] = {"yes", "Yes", "TRUE", "true", "1", "1.0"};
    static const char *const denying[] = {"no", "No", "FALSE", "false", "0"};
    for (size_t i = 0; i < TROD_COUNT(affirming); i++) {
        assert_true(holds(affirming[i], TROD_EQ, yes(true)));
        assert_false(holds(affirming[i], TROD_NE, yes(true)));
        assert_false(holds(affirming[i], TROD_EQ, yes(false)));
    }
    for (size_t i = 0; i < TROD_COUNT(denying); i++) {
        assert_true(holds(denying[i], TROD_EQ, yes(false)));
        assert_false(holds(denying[i], TROD_EQ, yes(true)));
    }
    assert_false(holds("maybe", TROD_EQ, yes(true)));
    assert_false(holds("maybe", TROD_EQ, yes(false)));
    assert_true(holds("maybe", TROD_NE, yes(false)));
}

static void compares_dates(void **state) {
    (void)state;
    assert_true(holds("2024-03-01", TROD_EQ, date("2024-03-01")));
    assert_true(holds("2024-03-01T23:59:00Z", TROD_EQ, date("2024-03-01")));
    assert_false(holds("2024-03-02", TROD_EQ, date("2024-03-01")));
    assert_true(holds("2024-03-01T10:00:00Z", TROD_LE, date("2024-03-01")));
    assert_false(holds("2024-03-01T10:00:00Z", TROD_GT, date("2024-03-01")));
    assert_true(holds("2024-03-02T00:00:00+00:00", TROD_GT, date("2024-03-01")));
    assert_true(holds("2024-03-01T01:00:00+02:00", TROD_LT, date("2024-03-01")));
    assert_true(holds("2024-03-01", TROD_GE, date("2024-03-01")));
    assert_true(holds("2024-03-01T10:00:01Z", TROD_GT, date("2024-03-01T10:00:00Z")));
    assert_false(holds("soon", TROD_GE, date("2024-03-01")));
    assert_true(holds("soon", TROD_NE, date("2024-03-01")));
}

static void a_missing_value_meets_missing_alone(void **state) {
    (void)state;
    assert_true(holds("", TROD_MISSING, number(0)));
    assert_false(holds("", TROD_EXISTS, number(0)));
    assert_false(holds("", TROD_NE, number(0)));
    assert_false(holds("", TROD_NE, text("a")));
    assert_false(holds("", TROD_EQ, yes(false)));
    assert_false(holds("a", TROD_MISSING, number(0)));
    assert_true(holds("a", TROD_EXISTS, number(0)));
}

static void knows_the_parts_of_an_event(void **state) {
    (void)state;
    struct trod_log *const log = log_with("red");
    struct trod_condition cond = text("pay");
    cond.name = TROD_STR("event");
    assert_true(holds_of(log, cond));
    cond = text("web");
    cond.name = TROD_STR("source");
    assert_true(holds_of(log, cond));
    cond.op = TROD_NE;
    assert_false(holds_of(log, cond));
    cond = date("1970-01-02");
    cond.name = TROD_STR("time");
    assert_true(holds_of(log, cond));
    cond.op = TROD_GT;
    assert_false(holds_of(log, cond));
    cond.op = TROD_EXISTS;
    assert_true(holds_of(log, cond));
    cond = number(7);
    cond.name = TROD_STR("f");
    assert_true(holds_of(log, cond));
    cond.profile = true;
    assert_true(holds_of(log, cond));
    trod_log_free(log);
}

static void names_the_nearest_column(void **state) {
    (void)state;
    struct trod_log *const log = log_with("red");
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_filter filter = {.kind = TROD_FILTER_COND, .cond = number(1)};
    const struct trod_test *test = NULL;
    struct trod_error error = {0};
    filter.cond.name = TROD_STR("X");
    assert_int_equal(trod_test_make(log, &filter, arena, &test, &error), TROD_BAD_OPTION);
    assert_string_equal(error.hint, "did you mean \"x\"?");
    filter.cond.profile = true;
    assert_int_equal(trod_test_make(log, &filter, arena, &test, &error), TROD_BAD_OPTION);
    assert_string_equal(error.message, "the log has no customer fact \"X\"");
    assert_string_equal(error.hint, "there are: f");
    filter.cond = number(1);
    filter.cond.name = TROD_STR("time");
    assert_int_equal(trod_test_make(log, &filter, arena, &test, &error), TROD_BAD_OPTION);
    trod_arena_free(arena);
    trod_log_free(log);
}

static void joins_conditions(void **state) {
    (void)state;
    struct trod_log *const log = log_with("5");
    struct trod_arena *const arena = trod_arena_make(0);
    for (int bits = 0; bits < 4; bits++) {
        struct trod_filter a = {.cond = number(bits & 1 ? 5 : 6)};
        struct trod_filter b = {.cond = number(bits & 2 ? 5 : 6)};
        a.cond.name = b.cond.name = TROD_STR("x");
        const struct trod_filter and = {.kind = TROD_FILTER_AND, .a = &a, .b = &b};
        const struct trod_filter or = {.kind = TROD_FILTER_OR, .a = &a, .b = &b};
        const struct trod_filter not = {.kind = TROD_FILTER_NOT, .a = &a};
        const struct trod_test *test = NULL;
        assert_ok(trod_test_make(log, &and, arena, &test, NULL));
        assert_int_equal(trod_test_event(test, 0, 0), bits == 3);
        assert_ok(trod_test_make(log, & or, arena, &test, NULL));
        assert_int_equal(trod_test_event(test, 0, 0), bits != 0);
        assert_ok(trod_test_make(log, &not, arena, &test, NULL));
        assert_int_equal(trod_test_event(test, 0, 0), !(bits & 1));
    }
    trod_arena_free(arena);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_numbers),
        cmocka_unit_test(compares_texts),
        cmocka_unit_test(compares_yes_and_no),
        cmocka_unit_test(compares_dates),
        cmocka_unit_test(a_missing_value_meets_missing_alone),
        cmocka_unit_test(knows_the_parts_of_an_event),
        cmocka_unit_test(names_the_nearest_column),
        cmocka_unit_test(joins_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
