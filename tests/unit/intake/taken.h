/* Texts into logs, and logs back into texts that a test can compare. */
#ifndef TESTS_UNIT_INTAKE_TAKEN_H
#define TESTS_UNIT_INTAKE_TAKEN_H

#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "trod/intake.h"

struct taken {
    trod_status status;
    struct trod_error error;
    struct trod_intake *intake;
    struct trod_log *log; /* NULL unless status is TROD_OK */
    const struct trod_intake_report *report;
    struct trod_buf text; /* of dump() */
};

static inline void taken_finish(struct taken *taken) {
    taken->report = trod_intake_report(taken->intake);
    if (taken->status == TROD_OK)
        taken->status = trod_intake_finish(taken->intake, &taken->log, &taken->error);
    if (taken->status != TROD_OK) {
        assert_int_equal(taken->error.code, taken->status);
        assert_true(taken->error.message[0] != '\0');
        assert_null(taken->log);
    }
}

static inline struct taken taken_begin(const struct trod_intake_options *options) {
    struct taken taken = {0};
    taken.status = trod_intake_make(options, NULL, &taken.intake, &taken.error);
    return taken;
}

static inline void taken_add(struct taken *taken, const char *name, trod_str bytes,
                             const struct trod_map *map) {
    if (taken->status == TROD_OK)
        taken->status = trod_intake_add_bytes(taken->intake, bytes, name, map, &taken->error);
}

static inline struct taken take_bytes(const struct trod_intake_options *options,
                                      const struct trod_map *map, trod_str bytes) {
    struct taken taken = taken_begin(options);
    if (taken.status != TROD_OK) return taken;
    taken_add(&taken, "log", bytes, map);
    taken_finish(&taken);
    return taken;
}

static inline struct taken take(const char *text) {
    return take_bytes(NULL, NULL, trod_str_of(text));
}

static inline struct taken take_with(const struct trod_intake_options *options,
                                     const char *text) {
    return take_bytes(options, NULL, trod_str_of(text));
}

static inline void taken_free(struct taken *taken) {
    trod_log_free(taken->log);
    trod_intake_free(taken->intake);
    trod_buf_free(&taken->text);
}

static inline void dump_fields(const struct trod_log *log, struct trod_buf *out, uint64_t event,
                               uint32_t customer, bool facts) {
    for (uint32_t f = 0; f < log->n_fields; f++) {
        const struct trod_field *const field = &log->fields[f];
        if (field->fact != facts) continue;
        const uint32_t code = field->code[facts ? customer : event];
        if (code == 0) continue;
        const trod_str value = trod_dict_at(field->values, code - 1);
        trod_buf_format(out, " %.*s=%.*s", TROD_ARG(field->name), TROD_ARG(value));
    }
}

/* One line a customer, "id fact=value:", then one an event, "  name @time ..end journey a=b".
 */
static inline const char *dump(struct taken *taken) {
    struct trod_buf *const out = &taken->text;
    trod_buf_clear(out);
    if (taken->status != TROD_OK) {
        trod_buf_format(out, "%s", taken->error.message);
        return out->at;
    }
    const struct trod_log *const log = taken->log;
    for (uint32_t c = 0; c < log->n_customers; c++) {
        trod_buf_format(out, "%.*s", TROD_ARG(trod_dict_at(log->customers, c)));
        if (log->identified) trod_buf_adds(out, log->identified[c] ? " (known)" : " (unknown)");
        dump_fields(log, out, 0, c, true);
        trod_buf_adds(out, ":\n");
        for (uint64_t e = log->first[c]; e < log->first[c + 1]; e++) {
            char at[40];
            trod_buf_format(out, "  %.*s", TROD_ARG(trod_dict_at(log->names, log->name[e])));
            if (log->time_us && log->time_us[e] != TROD_NO_TIME)
                trod_buf_format(out, " @%s", trod_time_write(log->time_us[e], at));
            if (log->end_us && log->end_us[e] != TROD_NO_TIME)
                trod_buf_format(out, " ..%s", trod_time_write(log->end_us[e], at));
            if (log->journey && log->journey[e])
                trod_buf_format(out, " /%.*s",
                                TROD_ARG(trod_dict_at(log->journeys, log->journey[e] - 1)));
            dump_fields(log, out, e, c, false);
            trod_buf_byte(out, '\n');
        }
    }
    return out->at ? out->at : "";
}

/* Takes the text, and compares what came of it. */
#define assert_taken(options, text, expected)               \
    do {                                                    \
        struct taken taken_ = take_with((options), (text)); \
        assert_string_equal(dump(&taken_), (expected));     \
        taken_free(&taken_);                                \
    } while (0)

/* The message must have the part in it. */
#define assert_says(text, part)                                                            \
    do {                                                                                   \
        const char *const says_ = (text);                                                  \
        if (!strstr(says_, (part))) fail_msg("\"%s\" does not say \"%s\"", says_, (part)); \
    } while (0)

#define assert_refused(text, status_, part)         \
    do {                                            \
        struct taken taken_ = take(text);           \
        assert_int_equal(taken_.status, (status_)); \
        assert_says(taken_.error.message, (part));  \
        taken_free(&taken_);                        \
    } while (0)

static inline const char *said(const struct taken *taken) {
    return taken->report->files[0].said.at;
}
static inline const char *warned(const struct taken *taken) {
    return taken->report->files[0].warning.at;
}

/* "2: reason; 5: reason" */
static inline const char *rejects(struct taken *taken) {
    struct trod_buf *const out = &taken->text;
    trod_buf_clear(out);
    for (size_t i = 0; i < taken->report->n_rejects; i++)
        trod_buf_format(out, "%s%llu: %.*s", i ? "; " : "",
                        (unsigned long long)taken->report->rejects[i].line,
                        TROD_ARG(taken->report->rejects[i].reason));
    return out->at ? out->at : "";
}

#endif
