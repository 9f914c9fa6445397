/* The meaning of a condition. A date is the span of its day, or the instant if it has a time of
 * day, so that every comparison with one is "inside a span of time or not". Numbers compare as
 * numbers, and a text that is none differs from every number. Texts compare byte by byte. `yes`
 * is yes, true and 1, `no` is no, false and 0, in any letter case. */
#include "log/condition.h"

#include <math.h>
#include <stdio.h>

struct log_span log_condition_span(const struct trod_condition *cond) {
    /* A plain date is its day; with a time of day it is the instant. */
    const bool day = trod_str_trim(cond->text).n <= 10;
    const int64_t from_us = cond->time_us, to_us = cond->time_us + (day ? TROD_DAY_US : 1);
    switch (cond->op) {
    case TROD_EQ:
        return (struct log_span){from_us, to_us, false};
    case TROD_NE:
        return (struct log_span){from_us, to_us, true};
    case TROD_LT:
        return (struct log_span){INT64_MIN, from_us, false};
    case TROD_LE:
        return (struct log_span){INT64_MIN, to_us, false};
    case TROD_GT:
        return (struct log_span){to_us, INT64_MAX, false};
    case TROD_GE:
        return (struct log_span){from_us, INT64_MAX, false};
    default:
        return (struct log_span){0, 0, false};
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

static bool meets_date(const struct trod_condition *cond, trod_str value) {
    const struct trod_time_form form = {0};
    const int64_t time_us = trod_time_read(trod_str_trim(value), &form, NULL);
    if (time_us == TROD_NO_TIME) return cond->op == TROD_NE;
    const struct log_span span = log_condition_span(cond);
    return log_span_has(&span, time_us);
}

bool log_condition_meets(const struct trod_condition *cond, trod_str value, double number) {
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
    case TROD_VALUE_DATE:
        return meets_date(cond, value);
    default:
        return meets_order(cond->op, trod_str_compare(value, cond->text));
    }
}

bool log_condition_meets_text(const struct trod_condition *cond, trod_str value) {
    double number = NAN;
    const bool wanted = cond->value == TROD_VALUE_NUMBER || cond->value == TROD_VALUE_BOOL;
    if (wanted && !trod_str_number(trod_str_trim(value), &number)) number = NAN;
    return log_condition_meets(cond, value, number);
}

trod_status log_condition_of_time(const struct trod_condition *cond, struct trod_error *error) {
    if (cond->op == TROD_EXISTS || cond->op == TROD_MISSING) return TROD_OK;
    if (cond->value == TROD_VALUE_DATE && cond->op != TROD_STARTS && cond->op != TROD_ENDS &&
        cond->op != TROD_CONTAINS)
        return TROD_OK;
    trod_fail(error, TROD_BAD_OPTION, "time can only be compared with a date, not with %.*s",
              TROD_ARG(cond->text));
    trod_error_hint(error, "write a date, for example: time >= 2024-03-01");
    return TROD_BAD_OPTION;
}

trod_status log_condition_unknown(const struct trod_condition *cond,
                                  const struct trod_parts_field *fields, size_t n_fields,
                                  struct trod_error *error) {
    const char *const kind = cond->profile ? "customer fact" : "column";
    trod_fail(error, TROD_BAD_OPTION, "the log has no %s \"%.*s\"", kind, TROD_ARG(cond->name));
    trod_str nearest = {0};
    unsigned best = (unsigned)cond->name.n / 2 + 1;
    char names[200] = "";
    size_t n = 0;
    for (size_t f = 0; f < n_fields; f++) {
        if (cond->profile && !fields[f].fact) continue;
        const trod_str name = fields[f].name;
        const unsigned distance = trod_str_equal_fold(name, cond->name)
                                      ? 0
                                      : trod_str_distance(name, cond->name, best);
        if (distance < best) {
            best = distance;
            nearest = name;
        }
        const int more =
            snprintf(names + n, sizeof names - n, "%s%.*s", n ? ", " : "", TROD_ARG(name));
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

trod_status trod_parts_no_field(const struct trod_parts *parts, trod_str name, bool fact_only,
                                struct trod_error *error) {
    const struct trod_condition cond = {.name = name, .profile = fact_only};
    return log_condition_unknown(&cond, parts->fields, parts->n_fields, error);
}
