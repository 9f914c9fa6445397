/* Conditions bound to a log. What a condition says of a value (condition.c) is worked out once
 * for every distinct value of its column and kept as a set of codes; asking an event is then
 * one look into the set. Only `time`, whose values are seldom equal, is compared event by
 * event. */
#include <math.h>

#include "log/filter.h"

/* The codes of a dictionary that meet the condition. Code 0 is the missing value, except of the
 * columns in which nothing is missing, whose codes start at the first text. */
static trod_status bind_codes(const struct trod_condition *cond, const struct trod_dict *values,
                              const double *numbers, bool may_miss, struct trod_arena *arena,
                              struct log_test *test, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = values ? trod_dict_count(values) : 0;
    test->codes = trod_bits_make(arena, (size_t)n + may_miss);
    TROD_TRY_ALLOC(test->codes.words, error);
    if (may_miss && cond->op == TROD_MISSING) trod_bits_add(&test->codes, 0);
    for (uint32_t i = 0; i < n; i++) {
        const trod_str value = trod_dict_at(values, i);
        const bool meets = numbers ? log_condition_meets(cond, value, numbers[i])
                                   : log_condition_meets_text(cond, value);
        if (meets) trod_bits_add(&test->codes, (size_t)i + may_miss);
    }
done:
    return status;
}

static trod_status bind_sources(const struct trod_condition *cond, const struct trod_log *log,
                                struct trod_arena *arena, struct log_test *test,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    test->codes = trod_bits_make(arena, log->n_sources);
    TROD_TRY_ALLOC(test->codes.words, error);
    for (size_t s = 0; s < log->n_sources; s++)
        if (log_condition_meets(cond, log->sources[s].name, NAN))
            trod_bits_add(&test->codes, s);
done:
    return status;
}

static trod_status bind_time(const struct trod_condition *cond, const struct trod_log *log,
                             struct log_test *test, struct trod_error *error) {
    const trod_status status = log_condition_of_time(cond, error);
    if (status != TROD_OK) return status;
    test->kind = LOG_TEST_TIME;
    test->time_us = log->time_us;
    test->op = cond->op;
    test->span = log_condition_span(cond);
    return TROD_OK;
}

static trod_status no_column(const struct trod_condition *cond, const struct trod_log *log,
                             struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts_field *const fields =
        TROD_NEW_ARRAY(arena, log->n_fields, struct trod_parts_field);
    TROD_TRY_ALLOC(fields, error);
    for (size_t f = 0; f < log->n_fields; f++)
        fields[f] = (struct trod_parts_field){log->fields[f].name, log->fields[f].fact};
    status = log_condition_unknown(cond, fields, log->n_fields, error);
done:
    return status;
}

trod_status log_test_bind(const struct trod_log *log, const struct trod_condition *cond,
                          bool lenient, struct trod_arena *arena, struct log_test *test,
                          struct trod_error *error) {
    *test = (struct log_test){.kind = LOG_TEST_COLUMN};
    const uint32_t field = trod_log_field(log, cond->name, cond->profile);
    if (field != TROD_NO_ID) {
        const struct trod_field *const from = &log->fields[field];
        test->kind = from->fact ? LOG_TEST_FACT : LOG_TEST_COLUMN;
        test->column = from->code;
        return bind_codes(cond, from->values, from->number, true, arena, test, error);
    }
    if (!cond->profile && trod_str_is(cond->name, "event")) {
        test->column = log->name;
        return bind_codes(cond, log->names, NULL, false, arena, test, error);
    }
    if (!cond->profile && trod_str_is(cond->name, "source")) {
        test->kind = LOG_TEST_SOURCE;
        test->source = log->source;
        return bind_sources(cond, log, arena, test, error);
    }
    if (!cond->profile && trod_str_is(cond->name, "journey") && log->journey) {
        test->column = log->journey;
        return bind_codes(cond, log->journeys, NULL, true, arena, test, error);
    }
    if (!cond->profile && trod_str_is(cond->name, "time")) {
        if (lenient && bind_time(cond, log, test, NULL) == TROD_OK) return TROD_OK;
        if (!lenient) return bind_time(cond, log, test, error);
    }
    if (!lenient) return no_column(cond, log, arena, error);
    /* Of a map, which may speak of columns that this log has not: every value is missing. */
    test->kind = cond->op == TROD_MISSING ? LOG_TEST_ALWAYS : LOG_TEST_NEVER;
    return TROD_OK;
}

bool log_test_holds(const struct log_test *test, uint64_t event, uint32_t customer) {
    switch (test->kind) {
    case LOG_TEST_COLUMN:
        return trod_bits_has(&test->codes, test->column[event]);
    case LOG_TEST_FACT:
        return trod_bits_has(&test->codes, test->column[customer]);
    case LOG_TEST_SOURCE:
        return trod_bits_has(&test->codes, test->source[event]);
    case LOG_TEST_TIME: {
        const int64_t time_us = test->time_us ? test->time_us[event] : TROD_NO_TIME;
        if (time_us == TROD_NO_TIME) return test->op == TROD_MISSING;
        return test->op == TROD_EXISTS || log_span_has(&test->span, time_us);
    }
    case LOG_TEST_ALWAYS:
        return true;
    case LOG_TEST_NEVER:
        break;
    }
    return false;
}

/* ---- Filters -------------------------------------------------------------------------------
 */

struct trod_test {
    enum trod_filter_kind kind;
    struct log_test test;
    const struct trod_test *a, *b;
};

trod_status trod_test_make(const struct trod_log *log, const struct trod_filter *filter,
                           struct trod_arena *arena, const struct trod_test **test,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_test *const made = TROD_NEW(arena, struct trod_test);
    TROD_TRY_ALLOC(made, error);
    made->kind = filter->kind;
    if (filter->kind == TROD_FILTER_COND) {
        TROD_TRY(log_test_bind(log, &filter->cond, false, arena, &made->test, error));
    } else {
        TROD_TRY(trod_test_make(log, filter->a, arena, &made->a, error));
        if (filter->kind != TROD_FILTER_NOT)
            TROD_TRY(trod_test_make(log, filter->b, arena, &made->b, error));
    }
    *test = made;
done:
    return status;
}

bool trod_test_event(const struct trod_test *test, uint64_t event, uint32_t customer) {
    switch (test->kind) {
    case TROD_FILTER_AND:
        return trod_test_event(test->a, event, customer) &&
               trod_test_event(test->b, event, customer);
    case TROD_FILTER_OR:
        return trod_test_event(test->a, event, customer) ||
               trod_test_event(test->b, event, customer);
    case TROD_FILTER_NOT:
        return !trod_test_event(test->a, event, customer);
    case TROD_FILTER_COND:
        break;
    }
    return log_test_holds(&test->test, event, customer);
}
