/* One condition bound to a log: shared by filters, claims and segments. */
#ifndef LOG_FILTER_H
#define LOG_FILTER_H

#include "log/condition.h"

enum log_test_kind {
    LOG_TEST_COLUMN, /* codes by event */
    LOG_TEST_FACT,   /* codes by customer */
    LOG_TEST_SOURCE,
    LOG_TEST_TIME,
    LOG_TEST_ALWAYS,
    LOG_TEST_NEVER,
};
struct log_test {
    enum log_test_kind kind;
    const uint32_t *column;
    const uint16_t *source;
    const int64_t *time_us;
    enum trod_op op; /* of a time, with its span */
    struct log_span span;
    struct trod_bits codes; /* those that meet it */
};
/* Binds a condition. A name that the log has not is
 * TROD_BAD_OPTION with the nearest one; with `lenient` all its values are missing. */
TROD_MUST trod_status log_test_bind(const struct trod_log *log,
                                    const struct trod_condition *cond, bool lenient,
                                    struct trod_arena *arena, struct log_test *test,
                                    struct trod_error *error);
bool log_test_holds(const struct log_test *test, uint64_t event, uint32_t customer);

#endif
