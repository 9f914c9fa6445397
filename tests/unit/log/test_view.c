#include "../unit.h"

#include <stdlib.h>

#include "small_map.h"

enum { MOST = 400 };

/* The plain way: journeys as lists of events. */
struct plain {
    size_t n_journeys;
    struct plain_journey {
        uint32_t customer;
        size_t n;
        uint64_t events[MOST];
    } journeys[MOST];
};

static const struct random_log small_log = {.n_customers = 9,
                                            .n_names = 8,
                                            .n_events = 160,
                                            .missing_times = 5,
                                            .ends = 30,
                                            .journeys = 60,
                                            .step_us = 4};

static struct trod_log *log_of(uint64_t seed, unsigned missing_times) {
    struct random_log as = small_log;
    struct trod_log *log = NULL;
    as.seed = seed;
    as.missing_times = missing_times;
    assert_ok(random_log_make(&as, &log, NULL));
    return log;
}

static int64_t over_us(const struct trod_log *log, uint64_t i) {
    if (!log->time_us || log->time_us[i] == TROD_NO_TIME) return TROD_NO_TIME;
    if (log->end_us && log->end_us[i] > log->time_us[i]) return log->end_us[i];
    return log->time_us[i];
}

/* True if event i begins a journey of its own, of events begin..i-1 of the same customer. */
static bool begins(const struct trod_log *log, const struct trod_view_options *options,
                   uint64_t begin, uint64_t i, uint32_t customer) {
    if (options->per == TROD_PER_SILENCE) {
        int64_t over = TROD_NO_TIME;
        for (uint64_t k = begin; k < i; k++)
            if (over_us(log, k) > over) over = over_us(log, k);
        return log->time_us && log->time_us[i] != TROD_NO_TIME && over != TROD_NO_TIME &&
               log->time_us[i] > over + options->per_silence_us;
    }
    if (options->per == TROD_PER_START) { /* from browse, whose visits go on for 10 us */
        unsigned fails = 0;
        const unsigned seen = small_seen(log, i, customer, &fails);
        if (!(seen >> BROWSE & 1)) return false;
        for (uint64_t k = i; k > begin; k--) {
            if (small_seen(log, k - 1, customer, &fails) != seen) continue;
            if (!log->time_us || over_us(log, k - 1) == TROD_NO_TIME ||
                log->time_us[i] == TROD_NO_TIME)
                return true;
            return log->time_us[i] > over_us(log, k - 1) + 10;
        }
        return true;
    }
    return false;
}

static const char *journey_of(const struct trod_log *log, uint64_t i) {
    return log->journey && log->journey[i] ? trod_dict_at(log->journeys, log->journey[i] - 1).at
                                           : "";
}

static void split_by_text(const struct trod_log *log, uint32_t c, struct plain *plain) {
    const char *texts[MOST];
    const char *now = "";
    const size_t first = plain->n_journeys;
    for (uint64_t i = log->first[c]; i < log->first[c + 1] && !*now; i++)
        now = journey_of(log, i);
    for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
        if (*journey_of(log, i)) now = journey_of(log, i);
        size_t j = first;
        while (j < plain->n_journeys && strcmp(texts[j - first], now) != 0) j++;
        if (j == plain->n_journeys) {
            texts[j - first] = now;
            plain->journeys[plain->n_journeys++] = (struct plain_journey){.customer = c};
        }
        plain->journeys[j].events[plain->journeys[j].n++] = i;
    }
}

static void split_plainly(const struct trod_log *log, const struct trod_view_options *options,
                          struct plain *plain) {
    plain->n_journeys = 0;
    for (uint32_t c = 0; c < log->n_customers; c++) {
        if (options->per == TROD_PER_CUSTOMER || options->per == TROD_PER_FIELD) {
            split_by_text(log, c, plain);
            continue;
        }
        for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
            if (i == log->first[c] || begins(log, options, log->first[c], i, c))
                plain->journeys[plain->n_journeys++] = (struct plain_journey){.customer = c};
            struct plain_journey *const journey = &plain->journeys[plain->n_journeys - 1];
            journey->events[journey->n++] = i;
        }
    }
}

static int ascending(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t gap_of(const struct trod_log *log, const struct plain *plain) {
    int64_t gaps[MOST];
    size_t n = 0;
    for (size_t j = 0; j < plain->n_journeys && log->time_us; j++)
        for (size_t i = 1; i < plain->journeys[j].n; i++) {
            const int64_t a = log->time_us[plain->journeys[j].events[i - 1]];
            const int64_t b = log->time_us[plain->journeys[j].events[i]];
            if (a != TROD_NO_TIME && b != TROD_NO_TIME) gaps[n++] = b - a;
        }
    if (n == 0) return log->has_times ? 0 : TROD_NO_TIME;
    qsort(gaps, n, sizeof *gaps, ascending);
    return gaps[(95 * n + 99) / 100 - 1];
}

static bool is_colour(const struct trod_log *log, uint64_t i, uint32_t customer,
                      const char *colour) {
    return trod_str_is(small_value(log, "colour", i, customer), colour);
}

/* Compares the view with the plain journeys that meet the options: colour red somewhere, green
 * events alone, and a start in the span. */
static void compare(const struct trod_log *log, const struct plain *plain,
                    const struct trod_view_options *options, const struct trod_view *view) {
    size_t n = 0, n_left_out = 0, n_cut = 0, n_customers = 0;
    uint64_t n_events = 0;
    const int64_t gap_us = gap_of(log, plain);
    assert_int_equal(view->gap_us, gap_us);
    for (size_t j = 0; j < plain->n_journeys; j++) {
        const struct plain_journey *const journey = &plain->journeys[j];
        int64_t first_us = TROD_NO_TIME, last_us = TROD_NO_TIME;
        bool red = false;
        uint64_t kept[MOST];
        size_t n_kept = 0;
        for (size_t i = 0; i < journey->n; i++) {
            const uint64_t event = journey->events[i];
            const int64_t time_us = log->time_us ? log->time_us[event] : TROD_NO_TIME;
            if (first_us == TROD_NO_TIME) first_us = time_us;
            if (time_us != TROD_NO_TIME) last_us = time_us;
            red = red || is_colour(log, event, journey->customer, "red");
            if (!options->events || is_colour(log, event, journey->customer, "green"))
                kept[n_kept++] = event;
        }
        if ((options->where && !red) || n_kept == 0 ||
            (options->since_us && first_us < options->since_us) ||
            (options->until_us &&
             (first_us == TROD_NO_TIME || first_us >= options->until_us))) {
            n_left_out++;
            continue;
        }
        assert_true(n < view->n_journeys);
        const struct trod_journey *const seen = &view->journeys[n++];
        assert_int_equal(seen->customer, journey->customer);
        assert_int_equal(seen->n, n_kept);
        for (size_t i = 0; i < n_kept; i++)
            assert_int_equal(trod_view_event(view, seen, i), kept[i]);
        const bool timed = first_us != TROD_NO_TIME;
        assert_int_equal(seen->cut_start, timed && first_us - log->first_us <= gap_us);
        assert_int_equal(seen->cut_end, timed && log->last_us - last_us <= gap_us);
        n_cut += seen->cut_start + seen->cut_end;
        n_events += n_kept;
        n_customers += n == 1 || seen[-1].customer != seen->customer;
    }
    assert_int_equal(view->n_journeys, n);
    assert_int_equal(view->n_left_out, n_left_out);
    assert_int_equal(view->n_events, n_events);
    assert_int_equal(view->n_customers, n_customers);
    assert_int_equal(view->n_cut_start + view->n_cut_end, n_cut);
}

static void equals_the_plain_way(void **state) {
    (void)state;
    struct plain *const plain = calloc(1, sizeof *plain);
    struct small_map small;
    const struct trod_map *const map = small_map_make(&small);
    static const uint32_t browse = BROWSE;
    const struct trod_filter red = {.kind = TROD_FILTER_COND, .cond = small_red};
    const struct trod_filter green = {.kind = TROD_FILTER_COND, .cond = small_green};
    for (uint64_t seed = 1; seed <= 48; seed++) {
        struct trod_log *const log = log_of(seed, seed % 8 == 0 ? 100 : seed % 3 * 5);
        struct trod_claimed *claims = NULL;
        assert_ok(trod_claimed_make(log, map, &claims, NULL));
        for (unsigned kind = 0; kind < 4 * 8; kind++) {
            const bool span = kind >> 4 & 1 && log->has_times;
            const struct trod_view_options options = {
                .per = (enum trod_per_kind[]){TROD_PER_CUSTOMER, TROD_PER_FIELD,
                                              TROD_PER_SILENCE, TROD_PER_START}[kind & 3],
                .per_silence_us = 20,
                .claims = claims,
                .per_start = {.touchpoints = &browse, .n = 1},
                .where = kind >> 2 & 1 ? &red : NULL,
                .events = kind >> 3 & 1 ? &green : NULL,
                .since_us = span ? 30 : 0,
                .until_us = span ? 120 : 0,
            };
            struct trod_view *view = NULL;
            assert_ok(trod_view_make(log, &options, &view, NULL));
            split_plainly(log, &options, plain);
            compare(log, plain, &options, view);
            trod_view_free(view);
        }
        trod_claimed_free(claims);
        trod_log_free(log);
    }
    free(plain);
}

static void says_what_it_cannot_do(void **state) {
    (void)state;
    struct trod_log *log = log_of(8, 100);
    struct trod_view *view = NULL;
    struct trod_error error = {0};
    const struct trod_view_options since = {.since_us = 5};
    assert_int_equal(trod_view_make(log, &since, &view, &error), TROD_BAD_OPTION);
    trod_log_free(log);
    struct random_log as = small_log;
    as.journeys = 0;
    assert_ok(random_log_make(&as, &log, NULL));
    assert_null(log->journey);
    const struct trod_view_options field = {.per = TROD_PER_FIELD,
                                            .per_field = TROD_STR("order_id")};
    assert_int_equal(trod_view_make(log, &field, &view, &error), TROD_BAD_INPUT);
    assert_null(view);
    trod_log_free(log);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    struct trod_log *const log = log_of(3, 5);
    const struct trod_filter red = {.kind = TROD_FILTER_COND, .cond = small_red};
    const struct trod_view_options options = {.where = &red, .events = &red};
    for (uint64_t n = 1;; n++) {
        struct trod_view *view = NULL;
        trod_memory_fail_at(n);
        const trod_status status = trod_view_make(log, &options, &view, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_view_free(view);
            assert_true(n > 10);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(view);
    }
    trod_log_free(log);
    trod_view_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_plain_way),
        cmocka_unit_test(says_what_it_cannot_do),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
