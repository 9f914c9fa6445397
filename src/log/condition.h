/* What one condition says of one value: the one place where that is decided, for filters over
 * the log, over parts, for claims and for segments. */
#ifndef LOG_CONDITION_H
#define LOG_CONDITION_H

#include "trod/log.h"

/* True if a value that is there meets the condition (a missing one meets `missing` alone).
 * `number` is the value as a number, or NaN. */
bool log_condition_meets(const struct trod_condition *cond, trod_str value, double number);
/* The same of a text that is its own number, if it is one. */
bool log_condition_meets_text(const struct trod_condition *cond, trod_str value);

/* The instants that meet a condition with a date: from..to, to not included, or all others. */
struct log_span {
    int64_t from_us, to_us;
    bool others;
};
struct log_span log_condition_span(const struct trod_condition *cond);
static inline bool log_span_has(const struct log_span *span, int64_t time_us) {
    return (time_us >= span->from_us && time_us < span->to_us) != span->others;
}

/* TROD_BAD_OPTION if `time` cannot be asked that. */
TROD_MUST trod_status log_condition_of_time(const struct trod_condition *cond,
                                            struct trod_error *error);
/* Says that there is no such column, with the nearest one. */
TROD_MUST trod_status log_condition_unknown(const struct trod_condition *cond,
                                            const struct trod_parts_field *fields,
                                            size_t n_fields, struct trod_error *error);

#endif
