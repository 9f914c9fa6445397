/* The whole of a comparison: the same on any number of threads, JSON that reads back, and an
 * end in a sentence when memory runs out at any place.
 */
#include "trodden.h"

static const char MAP[] = "journey shop: Shop\n"
                          "  succeeds when pay happens, worth 10\n"
                          "  over after 30 days of silence\n"
                          "  span lead: from look to pay, usually 2 days, at most 5 days\n"
                          "segment gold: Gold\n"
                          "  when profile plan = \"gold\"\n"
                          "stage find: Find\n"
                          "  touchpoint look: Look\n"
                          "    channel website\n"
                          "  optional 40%\n"
                          "    touchpoint ask: Ask\n"
                          "stage buy: Buy\n"
                          "  takes at most 9 days\n"
                          "  touchpoint pay: Pay\n"
                          "    fails when declined\n"
                          "    comes usually 1 day, at most 2 days\n"
                          "    pain high: it is slow\n"
                          "any time\n"
                          "  touchpoint help: Help\n"
                          "kpi fast: Fast\n"
                          "  measure share of journeys with look that reach pay within 5 days\n"
                          "  target at least 60% by 2025-01-01\n"
                          "action speed: Speed it up\n"
                          "  fixes pain of pay\n";

static struct trod_buf random_log(uint64_t seed, int customers) {
    static const char *const events[] = {"Look", "Ask", "Pay", "Help", "declined", "zzz"};
    struct trod_rng rng = {.seed = seed};
    struct trod_buf log = {0};
    for (int c = 0; c < customers; c++) {
        double day = 200 * trod_rng_unit(&rng);
        const uint64_t n = 1 + trod_rng_below(&rng, 6);
        for (uint64_t i = 0; i < n; i++) {
            trod_buf_format(&log, "c%d %.3f %s !plan=%s city=c%d\n", c, day,
                            events[trod_rng_below(&rng, TROD_COUNT(events))],
                            c % 3 ? "gold" : "tin", c % 7);
            day += 4 * trod_rng_unit(&rng);
        }
    }
    return log;
}

static const trod_str BY[] = {{"segment", 7}, {"city", 4}, {"channel", 7}};

static void threads_change_nothing(void **state) {
    (void)state;
    struct trod_buf log_text = random_log(3, 400), first = {0};
    struct trod_map *map = read_map(MAP);
    struct trod_log *log = read_log(log_text.at);
    const struct trod_compare_options options = {.by = BY, .n_by = 3, .count_unmapped = true};
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct trod_run run = {.n_threads = threads};
        struct trod_compare *compare = NULL;
        struct trod_buf out = {0};
        assert_int_equal(trod_compare_make(map, log, &options, &run, &compare, NULL), TROD_OK);
        assert_int_equal(trod_compare_json(compare, 0, &out, NULL), TROD_OK);
        if (threads == 1) {
            first = out;
            out = (struct trod_buf){0};
        } else {
            assert_int_equal(out.n, first.n);
            assert_memory_equal(out.at, first.at, out.n);
        }
        trod_buf_free(&out);
        trod_compare_free(compare);
    }
    trod_buf_free(&first);
    trod_buf_free(&log_text);
    trod_log_free(log);
    trod_map_free(map);
}

static uint64_t sum_of(const struct trod_json *array, const char *key) {
    uint64_t sum = 0;
    assert_non_null(array);
    for (const struct trod_json *row = array->first; row; row = row->next) {
        const struct trod_json *value = trod_json_get(row, key);
        assert_non_null(value);
        sum += (uint64_t)value->integer;
    }
    return sum;
}

static void json_reads_back(void **state) {
    (void)state;
    struct trod_buf log_text = random_log(5, 120), out = {0};
    struct trodden trodden =
        tread(MAP, log_text.at,
              &(struct trod_compare_options){.by = BY, .n_by = 3, .count_unmapped = true});
    const struct trod_compare *compare = walked(&trodden);
    struct trod_arena *arena = trod_arena_make(0);
    struct trod_json *root = NULL;
    assert_int_equal(trod_compare_json(compare, 0, &out, NULL), TROD_OK);
    assert_int_equal(trod_json_read(trod_buf_str(&out), arena, &root, NULL), TROD_OK);
    assert_int_equal(trod_json_get(root, "journeys")->integer, 120);
    assert_int_equal(sum_of(trod_json_get(root, "paths"), "count"), 120);
    assert_int_equal(trod_json_get(root, "segments")->n, compare->n_segments);
    uint64_t cost = 0, unmapped = 0;
    for (const struct trod_json *path = trod_json_get(root, "paths")->first; path;
         path = path->next) {
        const struct trod_json *steps = trod_json_get(path, "steps");
        cost += (uint64_t)(trod_json_get(path, "cost")->integer *
                           trod_json_get(path, "count")->integer);
        for (const struct trod_json *step = steps->first; step; step = step->next) {
            const bool asked = step->text.at[0] == '?';
            if (asked) unmapped += (uint64_t)trod_json_get(path, "count")->integer;
            if (!asked)
                assert_true(trod_map_touchpoint(compare->map, step->text) != TROD_NO_ID);
        }
    }
    assert_int_equal(cost, compare->complete.cost);
    assert_int_equal(unmapped, sum_of(trod_json_get(root, "unmapped"), "count"));
    trod_buf_clear(&out);
    assert_int_equal(trod_compare_json(compare, 3, &out, NULL), TROD_OK);
    assert_int_equal(trod_json_read(trod_buf_str(&out), arena, &root, NULL), TROD_OK);
    assert_int_equal(trod_json_get(root, "paths")->n, 3);
    trod_arena_free(arena);
    trod_buf_free(&out);
    trod_buf_free(&log_text);
    untread(&trodden);
}

static void without_memory_it_ends_in_a_sentence(void **state) {
    (void)state;
    struct trod_buf log_text = random_log(7, 60);
    struct trod_map *map = read_map(MAP);
    struct trod_log *log = read_log(log_text.at);
    const struct trod_compare_options options = {.by = BY, .n_by = 3};
    bool done = false;
    uint64_t failures = 0;
    for (uint64_t n = 1; !done; n += 1 + n / 40) {
        struct trod_compare *compare = NULL;
        struct trod_error error = {0};
        trod_memory_fail_at(n);
        const trod_status status =
            trod_compare_make(map, log, &options, NULL, &compare, &error);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            done = true;
        } else {
            assert_null(compare);
            assert_true(status == TROD_NO_MEMORY || status == TROD_TOO_MUCH);
            assert_true(error.message[0] != 0);
            failures++;
        }
        trod_compare_free(compare);
    }
    assert_true(failures > 20);
    trod_log_free(log);
    trod_map_free(map);
    trod_buf_free(&log_text);
}

static void a_log_of_nothing_on_the_map(void **state) {
    (void)state;
    struct trod_buf out = {0};
    struct trodden trodden = tread(MAP, "a 0 zzz\nb 1 yyy\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->journeys, 2);
    assert_int_equal(compare->n_findings, 0);
    assert_int_equal(compare->health.on_map.n, 0);
    assert_int_equal(compare->kpis[0].verdict, TROD_NOT_MEASURED);
    assert_int_equal(trod_compare_json(compare, 0, &out, NULL), TROD_OK);
    trod_buf_free(&out);
    untread(&trodden);
}

/* Every promise adds up, and every figure lies in its interval, whatever was trodden. */
static void four_ways_add_up(void **state) {
    (void)state;
    for (uint64_t seed = 20; seed < 40; seed++) {
        struct trod_buf log_text = random_log(seed, 80);
        struct trodden trodden = tread(MAP, log_text.at, NULL);
        const struct trod_compare *compare = walked(&trodden);
        const struct trod_timed *all[] = {&compare->spans[0], &compare->touchpoints[2].comes,
                                          &compare->stages[1].time,
                                          &compare->touchpoints[0].comes};
        for (size_t i = 0; i < TROD_COUNT(all); i++) {
            const struct trod_four_ways *ways = &all[i]->ways;
            assert_int_equal(ways->started,
                             ways->in_time + ways->late + ways->open + ways->gone);
            assert_int_equal(ways->arrived, ways->median_us.n);
            assert_true(ways->arrived_late <= ways->late);
            if (!ways->median_us.given) continue;
            assert_true(ways->median_us.value <= ways->p90_us.value);
            if (isnan(ways->median_us.low)) continue;
            assert_true(ways->median_us.low <= ways->median_us.value);
            assert_true(ways->median_us.value <= ways->median_us.high);
        }
        assert_int_equal(compare->n_lost + compare->n_ended + compare->n_left +
                             compare->n_open + compare->n_unknown + compare->succeeded.n,
                         compare->journeys);
        uint64_t firsts = 0, last = 0;
        for (size_t i = 0; i < compare->firsts.n_touchpoints; i++) {
            firsts += compare->firsts.touchpoints[i].share.n;
        }
        assert_int_equal(firsts, compare->journeys);
        for (size_t s = 0; s < compare->n_stages; s++) {
            const struct trod_stage_result *stage = &compare->stages[s];
            last += stage->stopped + stage->open + stage->ended;
            assert_true(stage->visited <= stage->reached);
            if (s > 0) assert_true(stage->reached <= compare->stages[s - 1].reached);
        }
        assert_int_equal(last, compare->stages[0].reached);
        trod_buf_free(&log_text);
        untread(&trodden);
    }
}

/* A ceiling ends a path, not the comparison. */
static void a_path_that_hits_a_ceiling_is_left_out(void **state) {
    (void)state;
    struct trod_buf log_text = random_log(9, 50), out = {0};
    struct trodden trodden =
        tread(MAP, log_text.at, &(struct trod_compare_options){.align = {.max_states = 1}});
    const struct trod_compare *compare = walked(&trodden);
    assert_true(compare->n_limited > 0);
    assert_non_null(compare->limit);
    assert_int_equal(compare->journeys, 50);
    assert_true(compare->spans[0].ways.started > 0);
    assert_true(compare->touchpoints[0].journeys > 0);
    assert_int_equal(trod_compare_json(compare, 0, &out, NULL), TROD_OK);
    assert_true(trod_str_contains(trod_buf_str(&out), TROD_STR("\"limited\": true")));
    trod_buf_free(&out);
    trod_buf_free(&log_text);
    untread(&trodden);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(json_reads_back),
        cmocka_unit_test(without_memory_it_ends_in_a_sentence),
        cmocka_unit_test(a_log_of_nothing_on_the_map),
        cmocka_unit_test(four_ways_add_up),
        cmocka_unit_test(a_path_that_hits_a_ceiling_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
