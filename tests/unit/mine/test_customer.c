/* One customer, against the plain columns of the same log. */
#include "../unit.h"

#include <string.h>

#include "../log/random_log.h"

#include "../log/parts_of.h"
#include "trod/mine/customer.h"

static const struct random_log LOGS[] = {
    {.seed = 1, .n_customers = 60, .n_names = 5, .n_events = 900, .step_us = 3600000000},
    {.seed = 2,
     .n_customers = 9,
     .n_names = 300,
     .n_events = 700,
     .missing_times = 20,
     .ends = 40,
     .journeys = 60,
     .step_us = 1},
    {.seed = 3, .n_customers = 20, .n_names = 3, .n_events = 50, .missing_times = 100},
};

static trod_str value_of(const struct trod_field *field, uint32_t row) {
    return field->code[row] ? trod_dict_at(field->values, field->code[row] - 1) : (trod_str){0};
}

static trod_str column_of(const struct trod_customer *customer, uint32_t field, uint32_t i) {
    for (size_t k = 0; k < customer->n_columns; k++)
        if (customer->columns[k].field == field) return customer->columns[k].text[i];
    return (trod_str){0};
}

static trod_str fact_of(const struct trod_customer *customer, uint32_t field) {
    for (size_t k = 0; k < customer->n_facts; k++)
        if (customer->facts[k].field == field) return customer->facts[k].text;
    return (trod_str){0};
}

static void expect_events(const struct trod_log *log, uint32_t c,
                          const struct trod_customer *customer) {
    int64_t before_us = TROD_NO_TIME;
    assert_int_equal(customer->n_events, log->first[c + 1] - log->first[c]);
    for (uint32_t i = 0; i < customer->n_events; i++) {
        const struct trod_customer_event *const event = &customer->events[i];
        const uint64_t e = log->first[c] + i;
        const int64_t time_us = log->time_us ? log->time_us[e] : TROD_NO_TIME;
        assert_true(trod_str_equal(trod_dict_at(customer->parts->names, event->name),
                                   trod_dict_at(log->names, log->name[e])));
        assert_int_equal(event->source, log->source[e]);
        assert_true(event->time_us == time_us);
        assert_true(event->end_us == (log->end_us ? log->end_us[e] : TROD_NO_TIME));
        if (time_us == TROD_NO_TIME || before_us == TROD_NO_TIME)
            assert_true(event->gap_us == TROD_NO_TIME);
        else
            assert_true(event->gap_us == time_us - before_us);
        if (time_us != TROD_NO_TIME) before_us = time_us;
        for (uint32_t f = 0; f < log->n_fields; f++)
            if (!log->fields[f].fact)
                assert_true(trod_str_equal(column_of(customer, f, i),
                                           value_of(&log->fields[f], (uint32_t)e)));
    }
    assert_true(customer->last_us == before_us);
    for (uint32_t f = 0; f < log->n_fields; f++)
        if (log->fields[f].fact)
            assert_true(trod_str_equal(fact_of(customer, f), value_of(&log->fields[f], c)));
}

static void everybody_is_found(void **state) {
    (void)state;
    for (size_t r = 0; r < TROD_COUNT(LOGS); r++) {
        struct trod_error error = {0};
        struct trod_log *log = NULL;
        struct trod_customer *customer = NULL;
        assert_ok(random_log_make(&LOGS[r], &log, &error));
        struct trod_parts *const parts = parts_of(log, 3);
        for (uint32_t c = 0; c < log->n_customers; c++) {
            assert_ok(
                trod_customer_find(parts, trod_dict_at(log->customers, c), &customer, &error));
            assert_non_null(customer);
            assert_true(trod_str_equal(customer->id, trod_dict_at(log->customers, c)));
            expect_events(log, c, customer);
            trod_customer_free(customer);
        }
        assert_ok(trod_customer_find(parts, TROD_STR("nobody"), &customer, &error));
        assert_null(customer);
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

/* Customers with the value, and whether `id` is one of them. */
static uint64_t count_with(const struct trod_log *log, uint32_t f, trod_str value, trod_str id,
                           bool *is_one) {
    uint64_t n = 0;
    *is_one = false;
    for (uint32_t c = 0; c < log->n_customers; c++) {
        bool has = false;
        for (uint64_t e = log->first[c]; e < log->first[c + 1]; e++) {
            const uint32_t row = log->fields[f].fact ? c : (uint32_t)e;
            has = has || trod_str_equal(value_of(&log->fields[f], row), value);
        }
        n += has;
        if (has && trod_str_equal(trod_dict_at(log->customers, c), id)) *is_one = true;
    }
    return n;
}

static void a_value_names_its_customers(void **state) {
    (void)state;
    static const char *const values[][2] = {
        {"colour", "red"}, {"amount", "3"}, {"city", "Oslo"}, {"colour", "pink"}};
    for (size_t r = 0; r < TROD_COUNT(LOGS); r++) {
        struct trod_error error = {0};
        struct trod_log *log = NULL;
        struct trod_arena *const arena = trod_arena_make(0);
        assert_ok(random_log_make(&LOGS[r], &log, &error));
        struct trod_parts *const parts = parts_of(log, 3);
        for (size_t v = 0; v < TROD_COUNT(values); v++) {
            const uint32_t field = trod_log_field(log, trod_str_of(values[v][0]), false);
            const trod_str value = trod_str_of(values[v][1]);
            trod_str id;
            uint64_t n = 0;
            bool is_one;
            assert_ok(
                trod_customer_by_value(parts, field, value, NULL, arena, &id, &n, &error));
            assert_int_equal(n, count_with(log, field, value, id, &is_one));
            assert_int_equal(is_one, n > 0);
        }
        trod_parts_free(parts);
        trod_log_free(log);
        trod_arena_free(arena);
    }
}

static void the_shape_of_ids_shows_none(void **state) {
    (void)state;
    struct trod_error error = {0};
    struct trod_log *log = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    trod_str shape, column;
    assert_ok(random_log_make(
        &(struct random_log){.seed = 1, .n_customers = 1, .n_names = 1, .n_events = 1}, &log,
        &error));
    struct trod_parts *const parts = parts_of(log, 1);
    assert_ok(trod_customer_shape(parts, arena, &shape, &error));
    assert_str(shape, "a9"); /* c0 */
    assert_ok(trod_customer_column_of_ids(parts, arena, &column, &error));
    assert_null(column.at);
    trod_parts_free(parts);
    trod_log_free(log);
    trod_arena_free(arena);
}

/* Without memory at any point there is an error and no leak. */
static void memory_may_end_anywhere(void **state) {
    (void)state;
    struct trod_error error = {0};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&LOGS[1], &log, &error));
    struct trod_parts *const parts = parts_of(log, 2);
    const trod_str id = trod_dict_at(log->customers, 0);
    trod_status status = TROD_NO_MEMORY;
    for (uint64_t n = 1; status != TROD_OK; n++) {
        struct trod_customer *customer = NULL;
        trod_memory_fail_at(n);
        status = trod_customer_find(parts, id, &customer, &error);
        trod_memory_fail_at(0);
        assert_true(status == TROD_OK || status == TROD_NO_MEMORY);
        assert_true((status == TROD_OK) == (customer != NULL));
        trod_customer_free(customer);
        assert_true(n < 1000);
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_found),
        cmocka_unit_test(a_value_names_its_customers),
        cmocka_unit_test(the_shape_of_ids_shows_none),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
