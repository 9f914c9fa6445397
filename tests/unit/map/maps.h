/* What the tests of maps share: a small sound map, reading a text, and asking the report. */
#ifndef TESTS_MAP_MAPS_H
#define TESTS_MAP_MAPS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trod/map.h"
#include "../unit.h"

struct read {
    struct trod_map *map;
    struct trod_report report;
    struct trod_error error;
    trod_status status;
};

static inline struct read read_map(const char *text, bool advice) {
    struct read read = {0};
    const struct trod_map_options options = {.no_files = true,
                                             .advice = advice,
                                             .today_us = trod_days_from_civil(2025, 3, 10) *
                                                         TROD_DAY_US};
    read.status = trod_map_read_text(trod_str_of(text), "test.journey", &options, &read.map,
                                     &read.report, &read.error);
    return read;
}

static inline void read_release(struct read *read) {
    trod_map_free(read->map);
    trod_report_release(&read->report);
}

static inline void print_report(const struct trod_report *report) {
    for (size_t i = 0; i < report->n; i++)
        fprintf(stderr, "  %u:%u %s: %s. %s\n", report->items[i].line, report->items[i].column,
                report->items[i].code, report->items[i].message, report->items[i].hint);
}

/* The map of a text that must be sound. */
static inline struct read sound(const char *text) {
    struct read read = read_map(text, false);
    if (read.status != TROD_OK) {
        print_report(&read.report);
        fail_msg("the map should be sound: %s\n%s", read.error.message, text);
    }
    return read;
}

static inline const struct trod_remark *remark_of(const struct trod_report *report,
                                                  const char *code) {
    for (size_t i = 0; i < report->n; i++)
        if (strcmp(report->items[i].code, code) == 0) return &report->items[i];
    return NULL;
}

/* Finds a file of the shared data: in $TROD_SHARED, or in a folder `shared` beside the source.
 * Skips the test, loudly, if it is not there. */
static inline void find_shared(const char *file, char name[600]) {
    const char *const said = getenv("TROD_SHARED"), *const root = getenv("TROD_SOURCE_ROOT");
    static const char *const places[] = {"", "/shared", "/../shared", "/../../shared"};
    for (size_t i = 0; i < TROD_COUNT(places); i++) {
        const char *const base = i == 0 ? said : root;
        if (!base) continue;
        snprintf(name, 600, "%s%s/%s", base, places[i], file);
        if (trod_file_exists(name)) return;
    }
    print_message("SKIPPED: the shared data is not here (TROD_SHARED): %s\n", file);
    skip();
}

#endif
