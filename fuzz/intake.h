/* What the fuzz targets of intake share: bytes in, and promises that must hold of what comes
 * out. */
#ifndef FUZZ_INTAKE_H
#define FUZZ_INTAKE_H

#include "trod/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static inline void check_log(const struct trod_log *log) {
    CHECK(log->first[0] == 0 && log->first[log->n_customers] == log->n_events);
    for (uint32_t c = 0; c < log->n_customers; c++) {
        CHECK(log->first[c] <= log->first[c + 1]);
        for (uint64_t e = log->first[c]; e < log->first[c + 1]; e++) {
            CHECK(log->name[e] < trod_dict_count(log->names));
            CHECK(trod_dict_at(log->names, log->name[e]).n > 0);
            CHECK(trod_str_utf8(trod_dict_at(log->names, log->name[e]), NULL));
        }
    }
    for (size_t f = 0; f < log->n_fields; f++) {
        const struct trod_field *const field = &log->fields[f];
        const uint64_t n = field->fact ? log->n_customers : log->n_events;
        for (uint64_t i = 0; i < n; i++)
            CHECK(field->code[i] <= trod_dict_count(field->values));
    }
}

/* Every row is an event, skipped or rejected (a row of dates may be several events or none). */
static inline void check_report(const struct trod_intake_report *report) {
    uint64_t n_rejected = 0;
    for (size_t i = 0; i < report->n_files; i++) {
        const struct trod_intake_file *const file = &report->files[i];
        n_rejected += file->n_rejected;
        CHECK(file->n_rows == file->n_events + file->n_skipped + file->n_rejected);
        CHECK(trod_str_utf8(file->said, NULL) && trod_str_utf8(file->warning, NULL));
    }
    CHECK(n_rejected == report->n_rejected);
    CHECK(report->n_rejects == (n_rejected < 100 ? n_rejected : 100));
    for (size_t i = 0; i < report->n_rejects; i++) {
        CHECK(report->rejects[i].reason.n > 0 && report->rejects[i].line > 0);
        CHECK(trod_str_utf8(report->rejects[i].row, NULL));
        CHECK(trod_str_utf8(report->rejects[i].reason, NULL));
    }
}

/* Whether a log came out. */
static inline bool take_named(const struct trod_intake_options *options,
                              const struct trod_map *map, const char *name,
                              const uint8_t *bytes, size_t n) {
    struct trod_error error = {0};
    struct trod_intake *intake = NULL;
    struct trod_log *log = NULL;
    const trod_status made = trod_intake_make(options, NULL, &intake, &error);
    CHECK(made == TROD_OK);
    const trod_str text = {(const char *)bytes, n};
    trod_status status = trod_intake_add_bytes(intake, text, name, map, &error);
    if (status == TROD_OK) {
        check_report(trod_intake_report(intake));
        status = trod_intake_finish(intake, &log, &error);
    }
    CHECK(status == error.code || status == TROD_OK);
    if (status == TROD_OK) check_log(log);
    trod_log_free(log);
    trod_intake_free(intake);
    return status == TROD_OK;
}

static inline void take_all(const struct trod_intake_options *options,
                            const struct trod_map *map, const uint8_t *bytes, size_t n) {
    take_named(options, map, "fuzz", bytes, n);
}

#endif
