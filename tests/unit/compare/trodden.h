/* A map and a log written as text, and the comparison of the two.
 *
 * A line of the log is: customer, day (a number, fractions allowed), event, then NAME=VALUE for
 * an attribute or !NAME=VALUE for a fact of the customer, all apart by spaces; an underscore in
 * an event or a value stands for a space. Day 0 is Monday, 1 January 2024.
 */
#ifndef TRODDEN_H
#define TRODDEN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#include "trod/compare.h"

#define DAY_0_US (INT64_C(19723) * TROD_DAY_US)
#define DAYS(n) ((double)(n) * (double)TROD_DAY_US)

struct trodden {
    struct trod_map *map;
    struct trod_log *log;
    struct trod_compare *compare;
    struct trod_error error;
    trod_status status;
};

static inline trod_str spaced(char *text) {
    for (char *c = text; *c; c++) {
        if (*c == '_') *c = ' ';
    }
    return trod_str_of(text);
}

static inline void add_line(struct trod_log_builder *builder, char *line) {
    char *rest = NULL;
    char *customer = strtok_r(line, " ", &rest);
    char *day = strtok_r(NULL, " ", &rest), *event = strtok_r(NULL, " ", &rest);
    if (!customer) return;
    assert_non_null(event);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("shop"));
    const uint32_t c = trod_log_builder_customer(builder, trod_str_of(customer));
    const int64_t at_us = strcmp(day, "-") == 0
                              ? TROD_NO_TIME
                              : DAY_0_US + (int64_t)(atof(day) * (double)TROD_DAY_US);
    assert_int_equal(trod_log_builder_event(builder, source, c, spaced(event),
                                            (trod_str){NULL, 0}, at_us, TROD_NO_TIME, NULL),
                     TROD_OK);
    for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        const bool fact = *word == '!';
        char *equals = strchr(word, '=');
        assert_non_null(equals);
        *equals = 0;
        const uint32_t field = trod_log_builder_field(builder, trod_str_of(word + fact), fact);
        const trod_str value = spaced(equals + 1);
        if (fact) {
            assert_int_equal(trod_log_builder_fact(builder, c, field, value, NULL), TROD_OK);
        } else {
            assert_int_equal(trod_log_builder_set(builder, field, value, NULL), TROD_OK);
        }
    }
}

static inline struct trod_log *read_log(const char *text) {
    struct trod_log_builder *builder = trod_log_builder_make(0);
    struct trod_log *log = NULL;
    struct trod_error error = {0};
    char *copy = strdup(text), *rest = NULL;
    assert_non_null(builder);
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        add_line(builder, line);
    }
    if (trod_log_builder_finish(builder, &log, &error) != TROD_OK)
        fail_msg("%s", error.message);
    trod_log_builder_free(builder);
    free(copy);
    return log;
}

static inline struct trod_map *read_map(const char *text) {
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    struct trod_error error = {0};
    const struct trod_map_options options = {.no_files = true};
    if (trod_map_read_text(trod_str_of(text), "test.journey", &options, &map, &report,
                           &error) != TROD_OK) {
        for (size_t i = 0; i < report.n; i++) {
            print_message("%u: %s\n", report.items[i].line, report.items[i].message);
        }
        fail_msg("%s", error.message);
    }
    trod_report_release(&report);
    return map;
}

/* `options` may be NULL. */
static inline struct trodden tread(const char *map, const char *log,
                                   const struct trod_compare_options *options) {
    struct trodden trodden = {.map = read_map(map), .log = read_log(log)};
    trodden.status = trod_compare_make(trodden.map, trodden.log, options, NULL,
                                       &trodden.compare, &trodden.error);
    return trodden;
}

static inline const struct trod_compare *walked(const struct trodden *trodden) {
    if (trodden->status != TROD_OK) fail_msg("%s", trodden->error.message);
    return trodden->compare;
}

static inline void untread(struct trodden *trodden) {
    trod_compare_free(trodden->compare);
    trod_log_free(trodden->log);
    trod_map_free(trodden->map);
}

/* The deviation of that kind at that touchpoint, or NULL. */
static inline const struct trod_deviation *find_deviation(const struct trod_compare *compare,
                                                          enum trod_deviation_kind kind,
                                                          const char *touchpoint) {
    const uint32_t t = trod_map_touchpoint(compare->map, trod_str_of(touchpoint));
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->kind == kind && deviation->touchpoint_id == t) return deviation;
    }
    return NULL;
}

#define assert_deviation(compare, kind, touchpoint, n_, of_)                             \
    do {                                                                                 \
        const struct trod_deviation *found_ = find_deviation(compare, kind, touchpoint); \
        if (!found_) fail_msg("%s %s: none", trod_deviation_word(kind), touchpoint);     \
        assert_int_equal(found_->journeys, n_);                                          \
        assert_int_equal(found_->share.of, of_);                                         \
    } while (0)
#define assert_ways(timed_, started_, in_time_, late_, open_, gone_) \
    do {                                                             \
        const struct trod_four_ways *ways_ = &(timed_).ways;         \
        assert_int_equal(ways_->started, started_);                  \
        assert_int_equal(ways_->in_time, in_time_);                  \
        assert_int_equal(ways_->late, late_);                        \
        assert_int_equal(ways_->open, open_);                        \
        assert_int_equal(ways_->gone, gone_);                        \
    } while (0)

#endif
