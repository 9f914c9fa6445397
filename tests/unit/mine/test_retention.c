#include "../unit.h"

#include <math.h>

#include "../log/random_log.h"

#include "../log/parts_of.h"
#include "mine/retention.h"
#include "trod/stat.h"

enum { MOST_PERIODS = 500, MOST_GROUPS = 8 };

/* ---- The plain way -------------------------------------------------------------------------
 */

static int64_t start_of(enum trod_every every, int64_t time_us) {
    struct trod_civil civil = trod_civil_from_us(time_us);
    int64_t day = trod_days_from_civil(civil.year, civil.month, civil.day);
    if (every == TROD_EVERY_WEEK) day -= civil.weekday;
    if (every == TROD_EVERY_MONTH) day = trod_days_from_civil(civil.year, civil.month, 1);
    return day * TROD_DAY_US;
}

struct group {
    uint64_t began[MOST_PERIODS], back[MOST_PERIODS][MOST_PERIODS];
};
struct plain {
    const struct trod_log *log;
    const struct trod_retention_options *options;
    int64_t from_us[MOST_PERIODS];
    size_t n;
    uint64_t n_never;
    struct group groups[MOST_GROUPS];
};

static size_t period_of(const struct plain *plain, int64_t time_us) {
    const int64_t from_us = start_of(plain->options->every, time_us);
    size_t p = 0;
    while (plain->from_us[p] != from_us) p++;
    return p;
}

static bool is_of(const struct trod_step *step, uint32_t name) {
    for (size_t i = 0; step && i < step->n; i++)
        if (step->names[i] == name) return true;
    return !step;
}

/* Every event of a customer, in the order of time, then of the log. */
static void add_customer(struct plain *plain, const struct trod_view *view, size_t from,
                         size_t to, struct group *group) {
    const struct trod_log *const log = plain->log;
    bool begun = false, seen[MOST_PERIODS] = {false};
    uint64_t first = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t j = from; j < to; j++) {
            for (size_t i = 0; i < view->journeys[j].n; i++) {
                const uint64_t e = trod_view_event(view, &view->journeys[j], i);
                if (!log->time_us || log->time_us[e] == TROD_NO_TIME) continue;
                if (pass == 0 && is_of(plain->options->begin, log->name[e])) {
                    /* The log stands in order of time: the least number is the earliest. */
                    if (!begun || e < first) first = e;
                    begun = true;
                }
                if (pass == 1 && begun && e > first &&
                    is_of(plain->options->back, log->name[e]))
                    seen[period_of(plain, log->time_us[e])] = true;
            }
        }
    }
    if (!begun) {
        plain->n_never++;
        return;
    }
    const size_t cohort = period_of(plain, log->time_us[first]);
    group->began[cohort]++;
    for (size_t p = cohort; p < plain->n; p++) group->back[cohort][p - cohort] += seen[p];
}

static uint32_t code_of(const struct plain *plain, uint32_t by, const struct trod_view *whole,
                        const struct trod_journey *journey) {
    const struct trod_field *const field = &plain->log->fields[by];
    if (field->fact) return field->code[journey->customer];
    for (size_t j = 0; j < whole->n_journeys; j++) {
        bool same = false;
        for (size_t i = 0; i < whole->journeys[j].n; i++)
            same = same || trod_view_event(whole, &whole->journeys[j], i) ==
                               trod_view_event(whole, journey, 0);
        if (!same) continue;
        for (size_t i = 0; i < whole->journeys[j].n; i++) {
            const uint32_t code = field->code[trod_view_event(whole, &whole->journeys[j], i)];
            if (code) return code;
        }
    }
    return 0;
}

static void same_retained(const struct plain *plain, const struct group *group,
                          const struct trod_retained *retained) {
    uint64_t n = 0;
    for (size_t p = 0; p < plain->n; p++) n += group->began[p];
    assert_int_equal(retained->n_customers, n);
    uint32_t k = 0;
    for (;; k++) {
        uint64_t of = 0, back = 0;
        for (size_t p = 0; p + k + 1 < plain->n; p++) {
            of += group->began[p];
            back += group->back[p][k];
        }
        if (of == 0) break;
        assert_true(k < retained->n_after);
        assert_int_equal(retained->after[k].of, of);
        assert_int_equal(retained->after[k].n, back);
    }
    assert_int_equal(retained->n_after, k);
}

static void compare(const struct trod_log *log, const struct trod_parts *parts,
                    const struct trod_retention_options *options,
                    const struct trod_filter *where, unsigned n_threads) {
    static struct plain plain;
    memset(&plain, 0, sizeof plain);
    plain.log = log;
    plain.options = options;
    for (int64_t us = start_of(options->every, log->first_us); us <= log->last_us;) {
        plain.from_us[plain.n++] = us;
        while (start_of(options->every, us) == plain.from_us[plain.n - 1]) us += TROD_DAY_US;
    }
    struct trod_view *view = NULL;
    const struct trod_view_options picked = {.where = where};
    assert_ok(trod_view_make(log, &picked, &view, NULL));
    const uint32_t by = options->by.at ? trod_log_field(log, options->by, false) : TROD_NO_ID;
    struct group *const all = &plain.groups[MOST_GROUPS - 1];
    for (size_t j = 0; j < view->n_journeys;) {
        size_t to = j;
        while (to < view->n_journeys &&
               view->journeys[to].customer == view->journeys[j].customer)
            to++;
        add_customer(&plain, view, j, to, all);
        if (by != TROD_NO_ID) {
            const uint64_t n_never = plain.n_never;
            add_customer(&plain, view, j, to,
                         &plain.groups[code_of(&plain, by, view, &view->journeys[j])]);
            plain.n_never = n_never;
        }
        j = to;
    }
    const struct trod_run run = {.n_threads = n_threads};
    const struct trod_question question = {
        .parts = parts, .view = {.where = where}, .run = &run};
    struct trod_retention *retention = NULL;
    struct trod_error error = {0};
    if (trod_retention_make(&question, options, &retention, &error) != TROD_OK)
        fail_msg("%s", error.message);
    assert_int_equal(retention->n_never, plain.n_never);
    assert_int_equal(retention->walked.n_customers, view->n_customers);
    assert_int_equal(retention->n_began + retention->n_never, view->n_customers);
    same_retained(&plain, all, &retention->all);
    size_t c = 0;
    for (size_t p = 0; p < plain.n; p++) {
        if (all->began[p] == 0) continue;
        const struct trod_cohort *const cohort = &retention->cohorts[c++];
        assert_int_equal(cohort->from_us, plain.from_us[p]);
        assert_int_equal(cohort->n_customers, all->began[p]);
        assert_int_equal(cohort->n_after, plain.n - p);
        assert_int_equal(cohort->n_over, plain.n - 1 - p);
        for (size_t k = 0; p + k < plain.n; k++)
            assert_int_equal(cohort->n_back[k], all->back[p][k]);
    }
    assert_int_equal(retention->n_cohorts, c);
    size_t n_segments = 0;
    for (size_t g = 0; by != TROD_NO_ID && g + 1 < MOST_GROUPS; g++)
        for (size_t p = 0; p < plain.n; p++)
            if (plain.groups[g].began[p]) {
                n_segments++;
                break;
            }
    assert_int_equal(retention->n_segments, n_segments);
    for (size_t s = 0; s < retention->n_segments; s++) {
        const struct trod_retained *const segment = &retention->segments[s];
        same_retained(
            &plain,
            &plain.groups[segment->value.at
                              ? trod_dict_find(log->fields[by].values, segment->value) + 1
                              : 0],
            segment);
    }
    trod_retention_free(retention);
    trod_view_free(view);
}

/* ---- The tests -----------------------------------------------------------------------------
 */

static void equals_the_plain_way(void **state) {
    (void)state;
    static const int64_t steps_us[] = {TROD_HOUR_US, 11 * TROD_HOUR_US, 8 * TROD_DAY_US};
    const struct trod_filter red = {.kind = TROD_FILTER_COND,
                                    .cond = {.name = TROD_STR("colour"),
                                             .op = TROD_EQ,
                                             .value = TROD_VALUE_TEXT,
                                             .text = TROD_STR("red")}};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        const struct random_log as = {.seed = seed,
                                      .n_customers = 30,
                                      .n_names = seed % 6 == 0 ? 300 : 5,
                                      .n_events = 200,
                                      .missing_times = seed % 4 * 15,
                                      .journeys = seed % 3 == 0 ? 60 : 0,
                                      .step_us = steps_us[seed % TROD_COUNT(steps_us)]};
        struct trod_log *log = NULL;
        assert_ok(random_log_make(&as, &log, NULL));
        struct trod_parts *const parts = parts_of(log, 1 + seed % 3);
        for (unsigned i = 0; i < 12; i++) {
            const uint32_t names[] = {i % 5, (i + 2) % 5};
            const struct trod_step begin = {names, 1}, back = {names + 1, 1 + (i == 7)};
            static const char *const fields[] = {"colour", "city"};
            const struct trod_retention_options options = {
                .every = (enum trod_every)(i % 3),
                .begin = i / 3 & 1 ? &begin : NULL,
                .back = i / 6 & 1 ? (i == 7 ? &(struct trod_step){names, 2} : &back) : NULL,
                .by = i % 4 == 1 ? trod_str_of(fields[seed % 2]) : (trod_str){NULL, 0}};
            compare(log, parts, &options, i == 5 ? &red : NULL, 1 + i % 2);
        }
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

/* Weeks begin on Monday, months on their first day, and leap days are days. */
static void knows_the_calendar(void **state) {
    (void)state;
    struct trod_arena *const arena = trod_arena_make(0);
    struct mine_periods periods;
    const int64_t new_year_us = trod_days_from_civil(2024, 1, 1) * TROD_DAY_US; /* a Monday */
    assert_ok(mine_periods_make(TROD_EVERY_WEEK, new_year_us - 1, new_year_us, arena, &periods,
                                NULL));
    assert_int_equal(periods.n, 2);
    assert_int_equal(periods.n_over, 1);
    assert_int_equal(periods.from_us[1], new_year_us);
    assert_int_equal(periods.from_us[0], new_year_us - 7 * TROD_DAY_US);
    assert_ok(mine_periods_make(TROD_EVERY_MONTH, new_year_us, new_year_us + 60 * TROD_DAY_US,
                                arena, &periods, NULL));
    assert_int_equal(periods.n, 3);
    assert_int_equal(periods.from_us[2], new_year_us + 60 * TROD_DAY_US); /* 1 March 2024 */
    assert_ok(mine_periods_make(TROD_EVERY_DAY, -1, 0, arena, &periods, NULL));
    assert_int_equal(periods.n, 2);
    assert_int_equal(periods.from_us[0], -TROD_DAY_US);
    assert_ok(mine_periods_make(TROD_EVERY_MONTH, -1, -1, arena, &periods, NULL));
    assert_int_equal(periods.from_us[0], trod_days_from_civil(1969, 12, 1) * TROD_DAY_US);
    assert_int_equal(periods.from_us[1], 0);
    struct trod_error error = {0};
    assert_int_equal(
        mine_periods_make(TROD_EVERY_DAY, 0, 2000 * TROD_DAY_US, arena, &periods, &error),
        TROD_TOO_MUCH);
    assert_true(error.hint[0]);
    assert_ok(
        mine_periods_make(TROD_EVERY_DAY, 0, 2000 * TROD_DAY_US - 1, arena, &periods, NULL));
    trod_arena_free(arena);
}

static void cells_do_not_touch(void **state) {
    (void)state;
    for (uint32_t n = 1; n < 9; n++) {
        size_t at = 0;
        for (uint32_t c = 0; c < n; c++)
            for (uint32_t k = 0; c + k < n; k++) assert_int_equal(mine_cell(n, c, k), at++);
        assert_int_equal(mine_cells(n), at);
    }
}

static void says_what_it_cannot_do(void **state) {
    (void)state;
    const struct random_log untimed = {
        .seed = 1, .n_customers = 3, .n_names = 2, .n_events = 9, .missing_times = 100};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&untimed, &log, NULL));
    struct trod_parts *const parts = parts_of(log, 1);
    const struct trod_question question = {.parts = parts};
    const struct trod_retention_options options = {.every = TROD_EVERY_WEEK};
    struct trod_retention *retention = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_retention_make(&question, &options, &retention, &error),
                     TROD_BAD_OPTION);
    assert_null(retention);
    trod_parts_free(parts);
    trod_log_free(log);
}

static void knows_only_events_of_the_log(void **state) {
    (void)state;
    const struct random_log as = {.seed = 1,
                                  .n_customers = 3,
                                  .n_names = 2,
                                  .n_events = 9,
                                  .journeys = 50,
                                  .step_us = TROD_DAY_US};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    struct trod_parts *const parts = parts_of(log, 1);
    const struct trod_question question = {.parts = parts};
    const uint32_t nobody = TROD_NO_ID;
    const struct trod_step step = {&nobody, 1};
    struct trod_retention *retention = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_retention_make(&question,
                                         &(struct trod_retention_options){.begin = &step},
                                         &retention, &error),
                     TROD_BAD_OPTION);
    assert_int_equal(trod_retention_make(&question,
                                         &(struct trod_retention_options){.back = &step},
                                         &retention, &error),
                     TROD_BAD_OPTION);
    assert_null(retention);
    trod_parts_free(parts);
    trod_log_free(log);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    const struct random_log as = {.seed = 3,
                                  .n_customers = 9,
                                  .n_names = 5,
                                  .n_events = 120,
                                  .journeys = 50,
                                  .step_us = TROD_DAY_US};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    struct trod_parts *const parts = parts_of(log, 2);
    const uint32_t name = 1;
    const struct trod_step step = {&name, 1};
    const struct trod_question question = {.parts = parts};
    const struct trod_retention_options options = {.begin = &step, .by = TROD_STR("colour")};
    for (uint64_t n = 1;; n++) {
        struct trod_retention *retention = NULL;
        trod_memory_fail_at(n);
        const trod_status status = trod_retention_make(&question, &options, &retention, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_retention_free(retention);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(retention);
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_plain_way),
        cmocka_unit_test(knows_the_calendar),
        cmocka_unit_test(cells_do_not_touch),
        cmocka_unit_test(says_what_it_cannot_do),
        cmocka_unit_test(knows_only_events_of_the_log),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
