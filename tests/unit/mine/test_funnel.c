#include "../unit.h"

#include <math.h>

#include "../log/random_log.h"

#include "../log/parts_of.h"
#include "mine/funnel.h"
#include "mine/lapse.h"

/* ---- The plain way: every attempt there is -------------------------------------------------
 */

struct event {
    uint32_t name;
    int64_t time_us; /* TROD_NO_TIME: not known */
};
struct attempt {
    size_t level;
    size_t at[TROD_FUNNEL_STEPS];
};
struct search {
    const struct trod_funnel_options *options;
    const struct event *events;
    size_t n;
    struct attempt now, best;
};

static bool is_step(const struct search *s, size_t i, size_t k) {
    const struct trod_step *const step = &s->options->steps[k];
    if (s->options->within_us && s->events[i].time_us == TROD_NO_TIME) return false;
    for (size_t n = 0; n < step->n; n++)
        if (step->names[n] == s->events[i].name) return true;
    return false;
}

static bool is_any_step(const struct search *s, size_t i) {
    for (size_t k = 0; k < s->options->n_steps; k++)
        if (is_step(s, i, k)) return true;
    return false;
}

static bool is_better(const struct attempt *a, const struct attempt *b) {
    if (a->level != b->level) return a->level > b->level;
    if (a->level == 0) return false;
    if (a->at[a->level - 1] != b->at[a->level - 1])
        return a->at[a->level - 1] < b->at[a->level - 1];
    for (size_t k = a->level - 1; k-- > 0;)
        if (a->at[k] != b->at[k]) return a->at[k] > b->at[k];
    return false;
}

/* Whether event i may be the next step of the attempt at hand. */
static bool goes_on(const struct search *s, size_t i) {
    const size_t k = s->now.level;
    if (!is_step(s, i, k)) return false;
    if (k == 0) return true;
    if (s->options->within_us &&
        s->events[i].time_us - s->events[s->now.at[0]].time_us > s->options->within_us)
        return false;
    for (size_t b = s->now.at[k - 1] + 1; b < i; b++)
        if (s->options->way == TROD_FUNNEL_UNBROKEN && is_any_step(s, b) &&
            !is_step(s, b, k - 1) && !is_step(s, b, k))
            return false;
    return true;
}

/* In an unbroken funnel a repeated step is fine, but A B A B C is no A B C from the first A. */
static bool is_broken(const struct search *s, size_t i) {
    const size_t k = s->now.level;
    if (s->options->way != TROD_FUNNEL_UNBROKEN || k == 0) return false;
    bool next_seen = false;
    for (size_t b = s->now.at[k - 1] + 1; b < i; b++) {
        if (is_step(s, b, k)) next_seen = true;
        if (next_seen && is_step(s, b, k - 1)) return true;
    }
    return false;
}

static void try_all(struct search *s, size_t from) {
    if (is_better(&s->now, &s->best)) s->best = s->now;
    if (s->now.level == s->options->n_steps) return;
    for (size_t i = from; i < s->n; i++) {
        if (!goes_on(s, i) || is_broken(s, i)) continue;
        s->now.at[s->now.level++] = i;
        try_all(s, i + 1);
        s->now.level--;
    }
}

static void try_first(struct search *s) {
    for (size_t k = 0; k < s->options->n_steps; k++) {
        size_t i = 0;
        while (i < s->n && !is_step(s, i, k)) i++;
        if (i == s->n || (k && i <= s->best.at[k - 1])) return;
        if (k && s->options->within_us &&
            s->events[i].time_us - s->events[s->best.at[0]].time_us > s->options->within_us)
            return;
        s->best.at[k] = i;
        s->best.level = k + 1;
    }
}

static bool may_go_on(const struct search *s, int64_t last_us) {
    if (!s->options->within_us || s->best.level == 0 || s->best.level == s->options->n_steps)
        return false;
    for (size_t n = 0; n < s->n; n++) {
        const size_t i = s->options->way == TROD_FUNNEL_FIRST ? n : s->n - 1 - n;
        if (is_step(s, i, 0)) return s->events[i].time_us + s->options->within_us > last_us;
    }
    return false;
}

/* ---- Comparing -----------------------------------------------------------------------------
 */

enum { MOST_JOURNEYS = 600, MOST_EVENTS = 60, MOST_GROUPS = 8 };

struct group {
    uint64_t n, open, reached[TROD_FUNNEL_STEPS];
    size_t n_times[TROD_FUNNEL_STEPS];
    int64_t times[TROD_FUNNEL_STEPS][MOST_JOURNEYS];
};

static void add_time(struct group *g, size_t k, const struct search *s, size_t from,
                     size_t to) {
    const int64_t a = s->events[from].time_us, b = s->events[to].time_us;
    if (a != TROD_NO_TIME && b != TROD_NO_TIME) g->times[k][g->n_times[k]++] = b - a;
}

static void add_journey(struct group *g, const struct search *s, int64_t last_us) {
    g->n++;
    g->open += may_go_on(s, last_us);
    for (size_t k = 0; k < s->best.level; k++) {
        g->reached[k]++;
        if (k) add_time(g, k, s, s->best.at[k - 1], s->best.at[k]);
    }
    if (s->best.level == s->options->n_steps)
        add_time(g, 0, s, s->best.at[0], s->best.at[s->best.level - 1]);
}

static void same_lapse(int64_t *times, size_t n, const struct trod_lapse *lapse) {
    assert_int_equal(lapse->n, n);
    if (n == 0) {
        assert_true(isnan(lapse->median_us));
        return;
    }
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)times[i];
    assert_true(fabs(lapse->mean_us - sum / (double)n) < 1e-6 * (1 + sum));
    assert_true(lapse->p5_us == trod_quantile_int64(times, n, 0.05));
    assert_true(lapse->p25_us == trod_quantile_int64(times, n, 0.25));
    assert_true(lapse->median_us == trod_quantile_int64(times, n, 0.5));
    assert_true(lapse->p75_us == trod_quantile_int64(times, n, 0.75));
    assert_true(lapse->p95_us == trod_quantile_int64(times, n, 0.95));
}

static void same_segment(struct group *g, const struct trod_funnel *funnel,
                         const struct trod_funnel_segment *segment) {
    assert_int_equal(segment->n_journeys, g->n);
    assert_int_equal(segment->n_open, g->open);
    for (size_t k = 0; k < funnel->n_steps; k++) {
        const struct trod_funnel_step *const step = &segment->steps[k];
        assert_int_equal(step->n_journeys, g->reached[k]);
        assert_int_equal(step->of_first.of, k ? g->reached[0] : g->n);
        assert_int_equal(step->of_before.of, k ? g->reached[k - 1] : g->n);
        assert_int_equal(step->of_before.n, g->reached[k]);
        if (k) same_lapse(g->times[k], g->n_times[k], &step->since_before);
    }
    same_lapse(g->times[0], g->n_times[0], &segment->whole);
}

static uint32_t first_code(const struct trod_log *log, const struct trod_field *field,
                           const struct trod_view *whole, const struct trod_journey *journey) {
    if (field->fact) return field->code[journey->customer];
    (void)log;
    for (size_t i = 0; i < journey->n; i++) {
        const uint32_t code = field->code[trod_view_event(whole, journey, i)];
        if (code) return code;
    }
    return 0;
}

static void compare(const struct trod_log *log, const struct trod_parts *parts,
                    const struct trod_funnel_options *options, unsigned n_threads) {
    static struct group groups[MOST_GROUPS];
    memset(groups, 0, sizeof groups);
    struct group *const all = &groups[MOST_GROUPS - 1];
    struct trod_view *view = NULL;
    const struct trod_view_options every = {0};
    assert_ok(trod_view_make(log, &every, &view, NULL));
    const uint32_t by = options->by.at ? trod_log_field(log, options->by, false) : TROD_NO_ID;
    for (size_t j = 0; j < view->n_journeys; j++) {
        const struct trod_journey *const journey = &view->journeys[j];
        struct event events[MOST_EVENTS];
        assert_true(journey->n <= MOST_EVENTS);
        for (size_t i = 0; i < journey->n; i++) {
            const uint64_t e = trod_view_event(view, journey, i);
            events[i] =
                (struct event){log->name[e], log->time_us ? log->time_us[e] : TROD_NO_TIME};
        }
        struct search search = {.options = options, .events = events, .n = journey->n};
        if (options->way == TROD_FUNNEL_FIRST)
            try_first(&search);
        else
            try_all(&search, 0);
        add_journey(all, &search, log->last_us);
        if (by != TROD_NO_ID)
            add_journey(&groups[first_code(log, &log->fields[by], view, journey)], &search,
                        log->last_us);
    }
    /* With two threads, in so little memory that all times go aside. */
    const struct trod_run run = {.n_threads = n_threads,
                                 .memory_bytes = n_threads == 2 ? 4 : 0};
    const struct trod_question question = {.parts = parts, .run = &run};
    struct trod_funnel *funnel = NULL;
    struct trod_error error = {0};
    if (trod_funnel_make(&question, options, &funnel, &error) != TROD_OK)
        fail_msg("%s", error.message);
    same_segment(all, funnel, &funnel->all);
    assert_int_equal(funnel->walked.n_journeys, view->n_journeys);
    assert_int_equal(funnel->walked.n_events, log->n_events);
    size_t n_segments = 0;
    for (size_t g = 0; by != TROD_NO_ID && g < MOST_GROUPS - 1; g++)
        n_segments += groups[g].n > 0;
    assert_int_equal(funnel->n_segments, n_segments);
    for (size_t s = 0; s < funnel->n_segments; s++) {
        const struct trod_funnel_segment *const segment = &funnel->segments[s];
        const uint32_t code =
            segment->value.at ? trod_dict_find(log->fields[by].values, segment->value) + 1 : 0;
        same_segment(&groups[code], funnel, segment);
        assert_true(segment->value.at || s + 1 == funnel->n_segments);
        if (s && segment->value.at)
            assert_true(segment[-1].steps->n_journeys >= segment->steps->n_journeys);
    }
    trod_funnel_free(funnel);
    trod_view_free(view);
}

/* ---- The tests -----------------------------------------------------------------------------
 */

static void equals_every_attempt_there_is(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        const struct random_log as = {.seed = seed,
                                      .n_customers = 60,
                                      .n_names = seed % 4 == 0 ? 300 : 6,
                                      .n_events = seed % 4 == 0 ? 1200 : 500,
                                      .missing_times = seed % 7 == 0 ? 100 : seed % 3 * 10,
                                      .journeys = seed % 5 == 0 ? 60 : 0,
                                      .step_us = TROD_HOUR_US};
        struct trod_log *log = NULL;
        assert_ok(random_log_make(&as, &log, NULL));
        struct trod_parts *const parts = parts_of(log, 1 + seed % 3);
        struct trod_rng rng = {.seed = seed, .stream = 3};
        for (unsigned i = 0; i < 12; i++) {
            uint32_t names[5][3];
            struct trod_step steps[5];
            const bool apart = i % 3 == 1; /* no name in two steps */
            const uint32_t n_names = trod_dict_count(log->names);
            const size_t n_steps = 2 + trod_rng_below(&rng, apart ? 3 : 4);
            for (size_t k = 0; k < n_steps; k++) {
                const size_t n = apart ? 1 : 1 + trod_rng_below(&rng, seed % 4 == 0 ? 3 : 2);
                for (size_t m = 0; m < n; m++)
                    names[k][m] = apart ? (uint32_t)((i + k) % n_names)
                                        : (uint32_t)trod_rng_below(&rng, n_names);
                steps[k] = (struct trod_step){names[k], n};
            }
            static const char *const fields[] = {"colour", "city"};
            const struct trod_funnel_options options = {
                .steps = steps,
                .n_steps = n_steps,
                .within_us = log->has_times && trod_rng_below(&rng, 2)
                                 ? (int64_t)trod_rng_below(&rng, 30) * TROD_HOUR_US
                                 : 0,
                .way = apart && i % 2 ? TROD_FUNNEL_UNBROKEN
                       : i % 3 == 2   ? TROD_FUNNEL_FIRST
                                      : TROD_FUNNEL_ORDERED,
                .by = i % 2 ? trod_str_of(fields[i / 2 % 2]) : (trod_str){NULL, 0}};
            compare(log, parts, &options, 1 + i % 2);
        }
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

/* A log of one customer: one letter an event, an hour apart, or at once after a '='. */
static struct trod_parts *parts_of_letters(const char *letters, struct trod_log **log) {
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("s"));
    const uint32_t customer = trod_log_builder_customer(builder, TROD_STR("ann"));
    for (const char *name = "ABCDx"; *name; name++) /* the same numbers in every log */
        assert_ok(trod_log_builder_event(
            builder, source, trod_log_builder_customer(builder, TROD_STR("z")),
            (trod_str){name, 1}, (trod_str){0}, TROD_NO_TIME, TROD_NO_TIME, NULL));
    int64_t time_us = 0;
    for (const char *at = letters; *at; at++) {
        if (*at == '=') {
            time_us -= TROD_HOUR_US;
            continue;
        }
        assert_ok(trod_log_builder_event(builder, source, customer, (trod_str){at, 1},
                                         (trod_str){0}, time_us, TROD_NO_TIME, NULL));
        time_us += TROD_HOUR_US;
    }
    assert_ok(trod_log_builder_finish(builder, log, NULL));
    trod_log_builder_free(builder);
    return parts_of(*log, 1);
}

static const uint32_t ABCD[] = {0, 1, 2, 3};
static const struct trod_step steps_abcd[] = {
    {&ABCD[0], 1}, {&ABCD[1], 1}, {&ABCD[2], 1}, {&ABCD[3], 1}};

/* How many steps of A B C (D) ann reaches; *hours from the first to the last one. */
static size_t reach(const char *letters, size_t n_steps, int64_t hours_within,
                    enum trod_funnel_way way, double *hours) {
    struct trod_log *log = NULL;
    struct trod_parts *const parts = parts_of_letters(letters, &log);
    const struct trod_filter where = {.kind = TROD_FILTER_COND,
                                      .cond = {.name = TROD_STR("time"), .op = TROD_EXISTS}};
    const struct trod_question question = {.parts = parts, .view = {.where = &where}};
    const struct trod_funnel_options options = {.steps = steps_abcd,
                                                .n_steps = n_steps,
                                                .within_us = hours_within * TROD_HOUR_US,
                                                .way = way};
    struct trod_funnel *funnel = NULL;
    assert_ok(trod_funnel_make(&question, &options, &funnel, NULL));
    assert_int_equal(funnel->all.n_journeys, 1);
    size_t n = 0;
    while (n < n_steps && funnel->all.steps[n].n_journeys) n++;
    *hours = funnel->all.whole.median_us / (double)TROD_HOUR_US;
    trod_funnel_free(funnel);
    trod_parts_free(parts);
    trod_log_free(log);
    return n;
}

static void keeps_the_rules_that_are_written(void **state) {
    (void)state;
    double hours = 0;
    static const struct {
        const char *letters;
        int64_t within;
        enum trod_funnel_way way;
        size_t reached;
        double hours;
    } cases[] = {
        {"ABC", 0, TROD_FUNNEL_ORDERED, 3, 2},
        {"AxxBxC", 0, TROD_FUNNEL_ORDERED, 3, 5},
        {"ABC", 2, TROD_FUNNEL_ORDERED, 3, 2}, /* the window's end is in it */
        {"AxBC", 2, TROD_FUNNEL_ORDERED, 2, NAN},
        {"ABxABC", 0, TROD_FUNNEL_ORDERED, 3, 2}, /* the last A and B before C */
        {"AxxxABC", 2, TROD_FUNNEL_ORDERED, 3, 2},
        {"ABAC", 0, TROD_FUNNEL_ORDERED, 3, 3}, /* the second A has no B */
        {"ABCxxABC", 0, TROD_FUNNEL_ORDERED, 3, 2},
        {"ACB", 0, TROD_FUNNEL_ORDERED, 2, NAN},
        {"A=B=C", 1, TROD_FUNNEL_ORDERED, 3, 0}, /* equal times in the order of the log */
        {"B=A=C", 1, TROD_FUNNEL_ORDERED, 1, NAN},
        {"C=B=A", 1, TROD_FUNNEL_ORDERED, 1, NAN},
        {"BC", 0, TROD_FUNNEL_ORDERED, 0, NAN},
        {"AxBxC", 0, TROD_FUNNEL_UNBROKEN, 3, 4}, /* no step between */
        {"AABBC", 0, TROD_FUNNEL_UNBROKEN, 3, 3}, /* repetitions are fine */
        {"ACBC", 0, TROD_FUNNEL_UNBROKEN, 1, NAN},
        {"ABAC", 0, TROD_FUNNEL_UNBROKEN, 2, NAN},
        {"ABABC", 0, TROD_FUNNEL_UNBROKEN, 3, 2},
        {"AxxBC", 3, TROD_FUNNEL_UNBROKEN, 2, NAN},
        {"ABC", 0, TROD_FUNNEL_FIRST, 3, 2},
        {"BABC", 0, TROD_FUNNEL_FIRST, 1, NAN}, /* the first B comes before A */
        {"AABBC", 0, TROD_FUNNEL_FIRST, 3, 4},
        {"AxxABC", 3, TROD_FUNNEL_FIRST, 1, NAN},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        const size_t n = reach(cases[i].letters, 3, cases[i].within, cases[i].way, &hours);
        if (n != cases[i].reached) fail_msg("case %zu: %s reaches %zu", i, cases[i].letters, n);
        if (isnan(cases[i].hours) ? !isnan(hours) : hours != cases[i].hours)
            fail_msg("case %zu: %s in %g hours", i, cases[i].letters, hours);
    }
}

static void an_event_is_never_two_steps_of_one_attempt(void **state) {
    (void)state;
    struct trod_log *log = NULL;
    struct trod_parts *const parts = parts_of_letters("AxA", &log);
    const struct trod_step twice[] = {{ABCD, 1}, {ABCD, 1}, {ABCD, 1}};
    const struct trod_question question = {.parts = parts};
    struct trod_funnel *funnel = NULL;
    const struct trod_funnel_options options = {.steps = twice, .n_steps = 3};
    assert_ok(trod_funnel_make(&question, &options, &funnel, NULL));
    assert_int_equal(funnel->all.steps[0].n_journeys, 2);
    assert_int_equal(funnel->all.steps[1].n_journeys, 1);
    assert_int_equal(funnel->all.steps[2].n_journeys, 0);
    trod_funnel_free(funnel);
    trod_parts_free(parts);
    trod_log_free(log);
}

static void says_what_it_cannot_do(void **state) {
    (void)state;
    struct trod_log *log = NULL;
    struct trod_parts *const parts = parts_of_letters("ABC", &log);
    const struct trod_question question = {.parts = parts};
    struct trod_funnel *funnel = NULL;
    struct trod_error error = {0};
    const struct trod_step twice[] = {{ABCD, 2}, {&ABCD[1], 1}};
    const uint32_t nobody = TROD_NO_ID;
    const struct trod_step unknown[] = {{ABCD, 1}, {&nobody, 1}};
    const struct trod_funnel_options wrong[] = {
        {.steps = steps_abcd, .n_steps = 1},
        {.steps = steps_abcd, .n_steps = TROD_FUNNEL_STEPS + 1},
        {.steps = steps_abcd, .n_steps = 3, .within_us = -1},
        {.steps = steps_abcd, .n_steps = 3, .by = TROD_STR("color")},
        {.steps = twice, .n_steps = 2, .way = TROD_FUNNEL_UNBROKEN},
        {.steps = unknown, .n_steps = 2},
    };
    for (size_t i = 0; i < TROD_COUNT(wrong); i++) {
        assert_int_equal(trod_funnel_make(&question, &wrong[i], &funnel, &error),
                         TROD_BAD_OPTION);
        assert_null(funnel);
        assert_true(error.message[0]);
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

/* Quantiles of many values, against those of a sorted copy. */
static void measures_many_values(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 8};
    struct trod_arena *const arena = trod_arena_make(0), *const scratch = trod_arena_make(0);
    for (unsigned round = 0; round < 60; round++) {
        const size_t n = 1 + trod_rng_below(&rng, 4000);
        int64_t *const values = TROD_NEW_ARRAY(arena, n, int64_t);
        int64_t *const copy = TROD_NEW_ARRAY(arena, n, int64_t);
        const uint64_t most = UINT64_C(1) << trod_rng_below(&rng, 50);
        for (size_t i = 0; i < n; i++)
            copy[i] = values[i] = (int64_t)trod_rng_below(&rng, most);
        struct trod_lapse lapse;
        const struct mine_slice slices[2] = {{values, n / 3, 1, true},
                                             {values + n / 3, n - n / 3, 1, true}};
        struct mine_lapse_counts counts = {0};
        mine_lapse_count(slices, 2, &counts);
        assert_ok(mine_lapse_of(&counts, slices, 2, scratch, &lapse, NULL));
        same_lapse(copy, n, &lapse);
        trod_arena_reset(scratch);
    }
    trod_arena_free(scratch);
    trod_arena_free(arena);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    const struct random_log as = {
        .seed = 3, .n_customers = 9, .n_names = 5, .n_events = 200, .step_us = TROD_HOUR_US};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    struct trod_parts *const parts = parts_of(log, 2);
    const struct trod_question question = {.parts = parts};
    const struct trod_funnel_options options = {.steps = steps_abcd,
                                                .n_steps = 3,
                                                .within_us = 20 * TROD_HOUR_US,
                                                .by = TROD_STR("colour")};
    for (uint64_t n = 1;; n++) {
        struct trod_funnel *funnel = NULL;
        trod_memory_fail_at(n);
        const trod_status status = trod_funnel_make(&question, &options, &funnel, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_funnel_free(funnel);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(funnel);
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_every_attempt_there_is),
        cmocka_unit_test(keeps_the_rules_that_are_written),
        cmocka_unit_test(an_event_is_never_two_steps_of_one_attempt),
        cmocka_unit_test(says_what_it_cannot_do),
        cmocka_unit_test(measures_many_values),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
