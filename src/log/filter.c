/* Conditions bound to a log. What a condition says of a value is worked out once for every
 * distinct value of its column and kept as a set of codes; asking an event is then one look
 * into the set. Only `time`, whose values are seldom equal, is compared event by event: with a
 * date, which is the span of its day, so that every comparison is "inside a span of time or
 * not".
 *
 * A missing value meets `missing` and nothing else. Numbers compare as numbers, and a text that
 * is none differs from every number. Texts compare byte by byte. `yes` is yes, true and 1, `no`
 * is no, false and 0, in any letter case. */
#include <math.h>
#include <stdio.h>

#include "log/filter.h"

/* The instants that a date stands for: from..to, to not included. */
struct span_us {
    int64_t from, to;
};

static struct span_us span_of(const struct trod_condition *cond) {
    /* A plain date is its day; with a time of day it is the instant. */
    const bool day = trod_str_trim(cond->text).n <= 10;
    return (struct span_us){cond->time_us, cond->time_us + (day ? TROD_DAY_US : 1)};
}

static bool meets_time(const struct trod_condition *cond, int64_t time_us) {
    const struct span_us span = span_of(cond);
    switch (cond->op) {
    case TROD_EQ:
        return time_us >= span.from && time_us < span.to;
    case TROD_NE:
        return time_us < span.from || time_us >= span.to;
    case TROD_LT:
        return time_us < span.from;
    case TROD_LE:
        return time_us < span.to;
    case TROD_GT:
        return time_us >= span.to;
    case TROD_GE:
        return time_us >= span.from;
    default:
        return false;
    }
}

static bool meets_order(enum trod_op op, int order) {
    switch (op) {
    case TROD_EQ:
        return order == 0;
    case TROD_NE:
        return order != 0;
    case TROD_LT:
        return order < 0;
    case TROD_LE:
        return order <= 0;
    case TROD_GT:
        return order > 0;
    case TROD_GE:
        return order >= 0;
    default:
        return false;
    }
}

static bool meets_number(const struct trod_condition *cond, double number) {
    if (isnan(number)) return cond->op == TROD_NE;
    return meets_order(cond->op, number < cond->number ? -1 : number > cond->number);
}

static bool meets_bool(const struct trod_condition *cond, trod_str value, double number) {
    const bool yes = cond->number != 0;
    const trod_str word = trod_str_trim(value);
    const bool is = number == (yes ? 1 : 0) ||
                    trod_str_equal_fold(word, yes ? TROD_STR("yes") : TROD_STR("no")) ||
                    trod_str_equal_fold(word, yes ? TROD_STR("true") : TROD_STR("false"));
    return cond->op == TROD_EQ ? is : cond->op == TROD_NE && !is;
}

/* A value that is there. `number` is it as a number, or NaN. */
static bool meets(const struct trod_condition *cond, trod_str value, double number) {
    switch (cond->op) {
    case TROD_EXISTS:
        return true;
    case TROD_MISSING:
        return false;
    case TROD_STARTS:
        return trod_str_starts(value, cond->text);
    case TROD_ENDS:
        return trod_str_ends(value, cond->text);
    case TROD_CONTAINS:
        return trod_str_contains(value, cond->text);
    default:
        break;
    }
    switch (cond->value) {
    case TROD_VALUE_NUMBER:
        return meets_number(cond, number);
    case TROD_VALUE_BOOL:
        return meets_bool(cond, value, number);
    case TROD_VALUE_DATE: {
        const struct trod_time_form form = {0};
        const int64_t time_us = trod_time_read(trod_str_trim(value), &form, NULL);
        return time_us == TROD_NO_TIME ? cond->op == TROD_NE : meets_time(cond, time_us);
    }
    default:
        return meets_order(cond->op, trod_str_compare(value, cond->text));
    }
}

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
        double number = NAN;
        if (numbers)
            number = numbers[i];
        else if (!trod_str_number(trod_str_trim(value), &number))
            number = NAN;
        if (meets(cond, value, number)) trod_bits_add(&test->codes, (size_t)i + may_miss);
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
        if (meets(cond, log->sources[s].name, NAN)) trod_bits_add(&test->codes, s);
done:
    return status;
}

static trod_status bind_time(const struct trod_condition *cond, const struct trod_log *log,
                             struct log_test *test, struct trod_error *error) {
    const bool asks = cond->op == TROD_EXISTS || cond->op == TROD_MISSING;
    if (!asks && (cond->value != TROD_VALUE_DATE || cond->op == TROD_STARTS ||
                  cond->op == TROD_ENDS || cond->op == TROD_CONTAINS)) {
        trod_fail(error, TROD_BAD_OPTION,
                  "time can only be compared with a date, not with %.*s", TROD_ARG(cond->text));
        trod_error_hint(error, "write a date, for example: time >= 2024-03-01");
        return TROD_BAD_OPTION;
    }
    test->kind = LOG_TEST_TIME;
    test->time_us = log->time_us;
    test->cond = cond;
    return TROD_OK;
}

static trod_status no_column(const struct trod_condition *cond, const struct trod_log *log,
                             struct trod_error *error) {
    const char *const kind = cond->profile ? "customer fact" : "column";
    trod_fail(error, TROD_BAD_OPTION, "the log has no %s \"%.*s\"", kind, TROD_ARG(cond->name));
    trod_str nearest = {0};
    unsigned best = (unsigned)cond->name.n / 2 + 1;
    char names[200] = "";
    size_t n = 0;
    for (size_t f = 0; f < log->n_fields; f++) {
        const struct trod_field *const field = &log->fields[f];
        if (cond->profile && !field->fact) continue;
        const unsigned distance = trod_str_equal_fold(field->name, cond->name)
                                      ? 0
                                      : trod_str_distance(field->name, cond->name, best);
        if (distance < best) {
            best = distance;
            nearest = field->name;
        }
        const int more = snprintf(names + n, sizeof names - n, "%s%.*s", n ? ", " : "",
                                  TROD_ARG(field->name));
        if (more > 0 && (size_t)more < sizeof names - n)
            n += (size_t)more;
        else
            names[n] = '\0';
    }
    if (nearest.n)
        trod_error_hint(error, "did you mean \"%.*s\"?", TROD_ARG(nearest));
    else if (n)
        trod_error_hint(error, "there are: %s", names);
    else
        trod_error_hint(error, "its events have no such values; event, source and time can be "
                               "asked for");
    return TROD_BAD_OPTION;
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
    if (!lenient) return no_column(cond, log, error);
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
        if (time_us == TROD_NO_TIME) return test->cond->op == TROD_MISSING;
        return test->cond->op == TROD_EXISTS || meets_time(test->cond, time_us);
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
