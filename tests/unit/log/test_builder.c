#include "../unit.h"

#include <math.h>
#include <stdlib.h>

#include "random_log.h"

static uint32_t customer_of(struct trod_log_builder *builder, const char *id) {
    return trod_log_builder_customer(builder, trod_str_of(id));
}

static void add(struct trod_log_builder *builder, const char *customer, const char *name,
                int64_t time_us) {
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("web"));
    assert_ok(trod_log_builder_event(builder, source, customer_of(builder, customer),
                                     trod_str_of(name), (trod_str){0}, time_us, TROD_NO_TIME,
                                     NULL));
}

static struct trod_log *finish(struct trod_log_builder *builder) {
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    return log;
}

/* The events of a customer as "name name name". */
static const char *names_of(const struct trod_log *log, uint32_t customer) {
    static char text[256];
    size_t n = 0;
    text[0] = '\0';
    for (uint64_t i = log->first[customer]; i < log->first[customer + 1]; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", n ? " " : "",
                              TROD_ARG(trod_dict_at(log->names, log->name[i])));
    return text;
}

static void orders_by_customer_and_time(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    add(builder, "b", "two", 20);
    add(builder, "a", "one", 10);
    add(builder, "b", "three", 20);
    add(builder, "b", "zero", 5);
    struct trod_log *const log = finish(builder);
    assert_int_equal(log->n_events, 4);
    assert_int_equal(log->n_customers, 2);
    assert_str(trod_dict_at(log->customers, 0), "b");
    assert_string_equal(names_of(log, 0), "zero two three");
    assert_string_equal(names_of(log, 1), "one");
    assert_true(log->has_times);
    assert_null(log->end_us);
    assert_null(log->journey);
    assert_null(log->identified);
    assert_int_equal(log->first_us, 5);
    assert_int_equal(log->last_us, 20);
    trod_log_free(log);
}

static void keeps_the_order_without_times(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    add(builder, "a", "one", TROD_NO_TIME);
    add(builder, "b", "x", TROD_NO_TIME);
    add(builder, "a", "two", TROD_NO_TIME);
    struct trod_log *const log = finish(builder);
    assert_false(log->has_times);
    assert_null(log->time_us);
    assert_int_equal(log->first_us, TROD_NO_TIME);
    assert_int_equal(log->sources[0].first_us, TROD_NO_TIME);
    assert_string_equal(names_of(log, 0), "one two");
    trod_log_free(log);
}

/* One without a time stays behind the one added before it. */
static void an_event_without_time_stays_where_it_was_added(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    add(builder, "a", "u", TROD_NO_TIME);
    add(builder, "a", "late", 30);
    add(builder, "a", "v", TROD_NO_TIME);
    add(builder, "a", "early", 10);
    add(builder, "a", "w", TROD_NO_TIME);
    struct trod_log *const log = finish(builder);
    assert_string_equal(names_of(log, 0), "early w u late v");
    assert_int_equal(log->time_us[1], TROD_NO_TIME);
    trod_log_free(log);
}

static void codes_values_and_facts(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t page = trod_log_builder_field(builder, TROD_STR("page"), false);
    const uint32_t fact = trod_log_builder_field(builder, TROD_STR("page"), true);
    assert_int_not_equal(page, fact);
    assert_int_equal(trod_log_builder_field(builder, TROD_STR("page"), false), page);
    add(builder, "a", "x", 2);
    assert_ok(trod_log_builder_set(builder, page, TROD_STR("/b"), NULL));
    add(builder, "a", "x", 1);
    assert_ok(trod_log_builder_set(builder, page, TROD_STR(" 12.5 "), NULL));
    add(builder, "b", "x", 1);
    assert_ok(trod_log_builder_set(builder, page, TROD_STR(""), NULL));
    assert_ok(trod_log_builder_set(builder, fact, TROD_STR("7"), NULL));
    assert_ok(trod_log_builder_fact(builder, 1, fact, TROD_STR(""), NULL));
    trod_log_builder_channel(builder, page);
    struct trod_log *const log = finish(builder);
    assert_int_equal(trod_log_field(log, TROD_STR("page"), false), page);
    assert_int_equal(trod_log_field(log, TROD_STR("page"), true), fact);
    assert_int_equal(trod_log_field(log, TROD_STR("pag"), false), TROD_NO_ID);
    const struct trod_field *const pages = &log->fields[page];
    assert_str(trod_dict_at(pages->values, trod_log_code(log, page, 0, 0) - 1), " 12.5 ");
    assert_true(pages->number[trod_log_code(log, page, 0, 0) - 1] == 12.5);
    assert_true(isnan(pages->number[trod_log_code(log, page, 1, 0) - 1]));
    assert_int_equal(trod_log_code(log, page, 2, 1), 0);
    assert_int_equal(trod_log_code(log, fact, 0, 0), 0);
    assert_true(log->fields[fact].number[trod_log_code(log, fact, 2, 1) - 1] == 7);
    assert_int_equal(log->channel_field, page);
    assert_int_equal(log->worth_field, TROD_NO_ID);
    trod_log_free(log);
}

static void joins_customers(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t city = trod_log_builder_field(builder, TROD_STR("city"), true);
    add(builder, "a", "one", 10);
    assert_ok(trod_log_builder_fact(builder, 0, city, TROD_STR("Rome"), NULL));
    add(builder, "b", "two", 20);
    add(builder, "c", "three", 5);
    assert_ok(trod_log_builder_fact(builder, 2, city, TROD_STR("Oslo"), NULL));
    assert_ok(trod_log_builder_fact(builder, 0, city, TROD_STR("Bonn"), NULL));
    add(builder, "d", "four", 1);
    trod_log_builder_same(builder, 3, 2);
    trod_log_builder_same(builder, 2, 0);
    trod_log_builder_same(builder, 0, 3);
    trod_log_builder_identified(builder, 3);
    struct trod_log *const log = finish(builder);
    assert_int_equal(log->n_customers, 2);
    assert_str(trod_dict_at(log->customers, 0), "a");
    assert_str(trod_dict_at(log->customers, 1), "b");
    assert_string_equal(names_of(log, 0), "four three one");
    assert_string_equal(names_of(log, 1), "two");
    assert_str(trod_dict_at(log->fields[city].values, log->fields[city].code[0] - 1), "Bonn");
    assert_int_equal(log->fields[city].code[1], 0);
    assert_int_equal(log->identified[0], 1);
    assert_int_equal(log->identified[1], 0);
    trod_log_free(log);
}

static void marks_the_question_of_identity(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    trod_log_builder_identified(builder, TROD_NO_ID);
    add(builder, "a", "one", 10);
    struct trod_log *const log = finish(builder);
    assert_non_null(log->identified);
    assert_int_equal(log->identified[0], 0);
    trod_log_free(log);
}

static void an_empty_log_is_a_log(void **state) {
    (void)state;
    struct trod_log *const log = finish(trod_log_builder_make(0));
    assert_int_equal(log->n_events, 0);
    assert_int_equal(log->first[0], 0);
    trod_log_free(log);
    trod_log_free(NULL);
    trod_log_builder_free(NULL);
}

static void says_when_memory_is_too_small(void **state) {
    (void)state;
    struct trod_log_builder *const builder = trod_log_builder_make(1000);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("web"));
    const uint32_t customer = customer_of(builder, "a");
    struct trod_error error = {0};
    trod_status status = TROD_OK;
    for (int i = 0; i < 1000 && status == TROD_OK; i++)
        status = trod_log_builder_event(builder, source, customer, TROD_STR("x"), (trod_str){0},
                                        i, TROD_NO_TIME, &error);
    assert_int_equal(status, TROD_TOO_MUCH);
    assert_true(strlen(error.hint) > 0);
    trod_log_builder_free(builder);
}

/* ---- Random logs against a plain model -----------------------------------------------------
 */

struct row {
    uint32_t customer, number;
    char name[8], colour[8];
    int64_t time_us, end_us;
};

static int by_customer_time_number(const void *a, const void *b) {
    const struct row *const x = a, *const y = b;
    if (x->customer != y->customer) return x->customer < y->customer ? -1 : 1;
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void equals_a_plain_sort(void **state) {
    (void)state;
    enum { MOST = 600 };
    struct row *const rows = calloc(MOST, sizeof *rows);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct trod_rng rng = {.seed = seed};
        const uint32_t n = 1 + (uint32_t)trod_rng_below(&rng, MOST);
        const uint32_t n_customers = 1 + (uint32_t)trod_rng_below(&rng, 20);
        struct trod_log_builder *const builder = trod_log_builder_make(0);
        const uint32_t colour = trod_log_builder_field(builder, TROD_STR("colour"), false);
        for (uint32_t i = 0; i < n; i++) {
            char id[16];
            struct row *const row = &rows[i];
            snprintf(id, sizeof id, "%u", (unsigned)trod_rng_below(&rng, n_customers));
            *row = (struct row){.number = i, .customer = customer_of(builder, id)};
            snprintf(row->name, sizeof row->name, "n%u", (unsigned)trod_rng_below(&rng, 9));
            if (trod_rng_below(&rng, 2))
                snprintf(row->colour, sizeof row->colour, "c%u",
                         (unsigned)trod_rng_below(&rng, 3));
            row->time_us = (int64_t)trod_rng_below(&rng, 40) - 20;
            row->end_us = trod_rng_below(&rng, 3) ? TROD_NO_TIME : row->time_us + 3;
            const uint32_t source = trod_log_builder_source(builder, TROD_STR("web"));
            assert_ok(trod_log_builder_event(builder, source, row->customer,
                                             trod_str_of(row->name), (trod_str){0},
                                             row->time_us, row->end_us, NULL));
            assert_ok(trod_log_builder_set(builder, colour, trod_str_of(row->colour), NULL));
        }
        struct trod_log *const log = finish(builder);
        qsort(rows, n, sizeof *rows, by_customer_time_number);
        uint32_t customer = 0;
        for (uint32_t i = 0; i < n; i++) {
            while (i >= log->first[customer + 1]) customer++;
            assert_int_equal(customer, rows[i].customer);
            assert_int_equal(log->time_us[i], rows[i].time_us);
            if (log->end_us)
                assert_int_equal(log->end_us[i], rows[i].end_us);
            else
                assert_int_equal(rows[i].end_us, TROD_NO_TIME);
            assert_str(trod_dict_at(log->names, log->name[i]), rows[i].name);
            const uint32_t code = log->fields[colour].code[i];
            if (code == 0)
                assert_string_equal(rows[i].colour, "");
            else
                assert_str(trod_dict_at(log->fields[colour].values, code - 1), rows[i].colour);
        }
        assert_int_equal(log->first[log->n_customers], n);
        trod_log_free(log);
    }
    free(rows);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    const struct random_log as = {.seed = 3,
                                  .n_customers = 5,
                                  .n_names = 4,
                                  .n_events = 60,
                                  .ends = 20,
                                  .missing_times = 10,
                                  .journeys = 30,
                                  .step_us = 7};
    for (uint64_t n = 1;; n++) {
        struct trod_log *log = NULL;
        trod_memory_fail_at(n);
        const trod_status status = random_log_make(&as, &log, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_log_free(log);
            assert_true(n > 30);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_by_customer_and_time),
        cmocka_unit_test(keeps_the_order_without_times),
        cmocka_unit_test(an_event_without_time_stays_where_it_was_added),
        cmocka_unit_test(codes_values_and_facts),
        cmocka_unit_test(joins_customers),
        cmocka_unit_test(marks_the_question_of_identity),
        cmocka_unit_test(an_empty_log_is_a_log),
        cmocka_unit_test(says_when_memory_is_too_small),
        cmocka_unit_test(equals_a_plain_sort),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
