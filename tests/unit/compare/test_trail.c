/* One customer on the map: by hand, and all customers of random logs against the comparison of
 * the whole log, which must say the same of them together. */
#include "trodden.h"

#include "../log/parts_of.h"

#include "trod/compare.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

static const char MAP[] = "journey shop: Shop\n"
                          "  over after 10 days of silence\n"
                          "  succeeds when pay happens\n"
                          "  lost when leave happens\n"
                          "  accept skipped ask\n"
                          "  span whole: from look to get, at most 6 days\n"
                          "segment de: German\n"
                          "  when profile country = \"DE\"\n"
                          "stage find: Find\n"
                          "  takes at most 3 days\n"
                          "  touchpoint look: Look\n"
                          "    one visit within 6 h\n"
                          "    takes at most 1 h\n"
                          "  touchpoint ask: Ask\n"
                          "    comes at least 12 h, at most 2 days\n"
                          "  optional 50%\n"
                          "    touchpoint film: Film\n"
                          "stage buy: Buy\n"
                          "  touchpoint pay: Pay\n"
                          "    fails when declined\n"
                          "    comes at most 4 days after look\n"
                          "  choose\n"
                          "    way by-post: By post\n"
                          "      touchpoint get: Get\n"
                          "        seen when parcel with size = \"big\"\n"
                          "        comes at most 2 days before rate\n"
                          "    way at-shop: At the shop\n"
                          "      touchpoint fetch: Fetch\n"
                          "        only for de\n"
                          "  touchpoint rate: Rate\n"
                          "    repeats at most 2 times\n"
                          "any time\n"
                          "  touchpoint help: Help\n"
                          "  touchpoint leave: Leave\n";

/* ---- Against the whole ---------------------------------------------------------------------
 */

static char *draw_log(uint64_t seed, unsigned n_customers) {
    static const char *const WAY[] = {
        "Look", "Ask", "Film", "declined", "Pay", "parcel size=big", "Fetch", "Rate"};
    static const char *const OTHER[] = {
        "Look", "Help", "Rate", "zzz", "Pay", "Ask", "parcel size=small", "Leave", "Fetch"};
    struct trod_rng rng = {.seed = seed};
    struct trod_buf log = {0};
    for (unsigned c = 0; c < n_customers; c++) {
        double day = 400 * trod_rng_unit(&rng);
        bool any = false;
        for (size_t k = 0; k < TROD_COUNT(WAY); k++) {
            const double what = trod_rng_unit(&rng);
            if (what < 0.25 || (any && what > 0.97)) continue;
            const char *event =
                what < 0.4 ? OTHER[trod_rng_below(&rng, TROD_COUNT(OTHER))] : WAY[k];
            const double scale = trod_rng_unit(&rng);
            day += scale < 0.2 ? scale / 10 : 3 * trod_rng_unit(&rng);
            trod_buf_format(&log, "c%u %.6f %s%s\n", c, day, event,
                            c % 2 ? " !country=DE" : " !country=FR");
            any = true;
        }
        if (!any) trod_buf_format(&log, "c%u %.6f Look\n", c, day);
    }
    assert_false(log.failed);
    return log.at;
}

struct summed {
    uint64_t journeys, n_endings[TROD_ENDING_OPEN + 1], cost, worst;
    uint64_t deviations[TROD_NOT_FOR + 1][32][2], times[TROD_NOT_FOR + 1][32][2];
    uint64_t ways[4][32][4]; /* by kind of promise, by number, by state */
};

static int deviation_of(const struct trod_trail_step *step) {
    switch (step->kind) {
    case TROD_TRAIL_SKIPPED:
        return TROD_SKIPPED;
    case TROD_TRAIL_EXTRA:
        return TROD_EXTRA;
    case TROD_TRAIL_OUT_OF_ORDER:
        return TROD_OUT_OF_ORDER;
    case TROD_TRAIL_TOO_OFTEN:
        return TROD_TOO_OFTEN;
    case TROD_TRAIL_NOT_FOR:
        return TROD_NOT_FOR;
    case TROD_TRAIL_FAILED:
        return TROD_FAILED;
    default:
        return -1;
    }
}

static uint32_t number_of(const struct trod_map *map,
                          const struct trod_trail_promise *promise) {
    if (promise->of == TROD_TIMED_STAGE) return trod_map_stage(map, promise->id);
    return promise->of == TROD_TIMED_SPAN ? 0 : trod_map_touchpoint(map, promise->id);
}

static void sum_journey(const struct trod_map *map, const struct trod_trail_journey *journey,
                        struct summed *sum) {
    uint32_t n[TROD_NOT_FOR + 1][32][2] = {0};
    sum->journeys++;
    sum->n_endings[journey->ending]++;
    sum->cost += journey->cost;
    sum->worst += journey->worst;
    assert_false(journey->limited);
    for (uint32_t s = 0; s < journey->n_steps; s++) {
        const int kind = deviation_of(&journey->steps[s]);
        if (kind >= 0) n[kind][journey->steps[s].touchpoint_id][journey->steps[s].accepted]++;
    }
    for (int kind = 0; kind <= TROD_NOT_FOR; kind++)
        for (size_t t = 0; t < map->n_touchpoints; t++)
            for (int accepted = 0; accepted < 2; accepted++) {
                sum->deviations[kind][t][accepted] += n[kind][t][accepted] > 0;
                sum->times[kind][t][accepted] += n[kind][t][accepted];
            }
    for (uint32_t p = 0; p < journey->n_promises; p++) {
        const struct trod_trail_promise *const promise = &journey->promises[p];
        sum->ways[promise->of][number_of(map, promise)][promise->state]++;
    }
}

/* Each event is in a step of its journey, and in it once. */
static void check_events(const struct trod_trail *trail) {
    for (uint32_t i = 0; i < trail->customer->n_events; i++) {
        const uint32_t j = trail->journey_of[i], s = trail->step_of[i];
        assert_true(j < trail->n_journeys);
        if (s == UINT32_MAX) {
            assert_int_equal(trail->journeys[j].ending, TROD_ENDING_LOST);
            continue;
        }
        assert_true(s < trail->journeys[j].n_steps);
        assert_true(trail->journeys[j].steps[s].event <= i);
    }
    for (uint32_t j = 0; j < trail->n_journeys; j++)
        for (uint32_t s = 0; s < trail->journeys[j].n_steps; s++) {
            const struct trod_trail_step *const step = &trail->journeys[j].steps[s];
            uint32_t n = 0;
            for (uint32_t i = 0; i < trail->customer->n_events; i++)
                n += trail->journey_of[i] == j && trail->step_of[i] == s;
            assert_int_equal(n, step->n_events);
            if (step->kind != TROD_TRAIL_SKIPPED)
                assert_int_equal(trail->step_of[step->event], s);
        }
}

static void sum_customers(const struct trodden *trodden, const struct trod_parts *parts,
                          int64_t now_us, struct summed *sum) {
    struct trod_error error = {0};
    for (uint32_t c = 0; c < trodden->log->n_customers; c++) {
        struct trod_customer *customer = NULL;
        struct trod_trail *trail = NULL;
        assert_ok(trod_customer_find(parts, trod_dict_at(trodden->log->customers, c), &customer,
                                     &error));
        assert_non_null(customer);
        assert_ok(trod_trail_make(customer, trodden->map, now_us, NULL, &trail, &error));
        for (uint32_t j = 0; j < trail->n_journeys; j++)
            sum_journey(trodden->map, &trail->journeys[j], sum);
        check_events(trail);
        trod_trail_free(trail);
        trod_customer_free(customer);
    }
}

static void compare_ways(const struct trod_timed *timed, const uint64_t ways[4]) {
    if (!timed->window) return;
    assert_int_equal(timed->ways.in_time, ways[TROD_PROMISE_KEPT]);
    assert_int_equal(timed->ways.late, ways[TROD_PROMISE_LATE]);
    assert_int_equal(timed->ways.open, ways[TROD_PROMISE_OPEN]);
    assert_int_equal(timed->ways.gone, ways[TROD_PROMISE_GONE]);
}

static void compare_sums(const struct trod_compare *compare, const struct summed *sum) {
    uint64_t n_deviations = 0, n_summed = 0;
    assert_int_equal(sum->journeys, compare->journeys);
    assert_int_equal(sum->n_endings[TROD_ENDING_LOST], compare->n_lost);
    assert_int_equal(sum->cost, compare->so_far.cost);
    assert_int_equal(sum->worst, compare->so_far.worst);
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *const deviation = &compare->deviations[i];
        const enum trod_deviation_kind kind = deviation->kind;
        if (kind == TROD_UNMAPPED || kind == TROD_LATE || kind == TROD_EARLY ||
            kind == TROD_STOPPED_HERE)
            continue;
        const uint32_t t = deviation->touchpoint_id;
        n_deviations += deviation->journeys;
        assert_int_equal(sum->deviations[kind][t][deviation->accepted], deviation->journeys);
        if (kind != TROD_FAILED)
            assert_int_equal(sum->times[kind][t][deviation->accepted], deviation->events);
    }
    for (int kind = 0; kind <= TROD_NOT_FOR; kind++)
        for (size_t t = 0; t < compare->map->n_touchpoints; t++)
            n_summed += sum->deviations[kind][t][0] + sum->deviations[kind][t][1];
    assert_int_equal(n_summed, n_deviations);
    compare_ways(&compare->spans[0], sum->ways[TROD_TIMED_SPAN][0]);
    for (size_t t = 0; t < compare->n_touchpoints; t++) {
        const struct trod_touchpoint_result *const at = &compare->touchpoints[t];
        compare_ways(&at->comes, sum->ways[TROD_TIMED_COMES][at->touchpoint_id]);
        compare_ways(&at->takes, sum->ways[TROD_TIMED_TAKES][at->touchpoint_id]);
    }
    for (size_t s = 0; s < compare->n_stages; s++)
        compare_ways(&compare->stages[s].time,
                     sum->ways[TROD_TIMED_STAGE][compare->stages[s].stage_id]);
}

static void all_customers_are_the_whole(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        const int64_t now_us = DAY_0_US + 405 * TROD_DAY_US;
        const struct trod_compare_options options = {.now_us = now_us};
        char *const text = draw_log(seed, 200);
        struct trodden trodden = tread(MAP, text, &options);
        struct summed *const sum = calloc(1, sizeof *sum);
        struct trod_parts *const parts = parts_of(trodden.log, 1 + (uint32_t)seed % 4);
        walked(&trodden);
        sum_customers(&trodden, parts, now_us, sum);
        compare_sums(trodden.compare, sum);
        trod_parts_free(parts);
        free(sum);
        untread(&trodden);
        free(text);
    }
}

/* ---- By hand -------------------------------------------------------------------------------
 */

struct alone {
    struct trodden trodden;
    struct trod_parts *parts;
    struct trod_customer *customer;
    struct trod_trail *trail;
    struct trod_arena *arena;
};

static struct alone walk_alone(const char *map, const char *log, const char *id) {
    struct alone alone = {.trodden = {.map = read_map(map), .log = read_log(log)}};
    struct trod_error error = {0};
    alone.parts = parts_of(alone.trodden.log, 2);
    alone.arena = trod_arena_make(0);
    assert_ok(trod_customer_find(alone.parts, trod_str_of(id), &alone.customer, &error));
    assert_non_null(alone.customer);
    assert_ok(
        trod_trail_make(alone.customer, alone.trodden.map, 0, NULL, &alone.trail, &error));
    return alone;
}

static void alone_free(struct alone *alone) {
    trod_trail_free(alone->trail);
    trod_customer_free(alone->customer);
    trod_parts_free(alone->parts);
    trod_arena_free(alone->arena);
    untread(&alone->trodden);
}

static const char SMALL[] = "journey shop: Shop\n"
                            "stage all: All\n"
                            "  touchpoint look: Look\n"
                            "  touchpoint ask: Ask\n"
                            "    comes at most 1 day\n"
                            "  touchpoint pay: Pay\n"
                            "  touchpoint get: Get\n";
static const char BEFORE[] = "z 0 Look\nz 0.1 Ask\nz 0.2 Pay\nz 0.3 Get\n";

static void a_skip_stands_before_the_next_step(void **state) {
    (void)state;
    char log[400];
    snprintf(log, sizeof log, "%sa 30 Look\na 31 zzz\na 32 Pay\na 33 Get\n", BEFORE);
    struct alone alone = walk_alone(SMALL, log, "a");
    assert_int_equal(alone.trail->n_journeys, 1);
    const struct trod_trail_journey *const journey = alone.trail->journeys;
    static const enum trod_trail_kind want[] = {TROD_TRAIL_AS_DESIGNED, TROD_TRAIL_SKIPPED,
                                                TROD_TRAIL_UNMAPPED, TROD_TRAIL_AS_DESIGNED,
                                                TROD_TRAIL_AS_DESIGNED};
    assert_int_equal(journey->n_steps, TROD_COUNT(want));
    for (size_t i = 0; i < TROD_COUNT(want); i++)
        assert_int_equal(journey->steps[i].kind, want[i]);
    assert_int_equal(journey->cost, 1);
    assert_true(journey->finished);
    assert_int_equal(journey->touchpoint_id, 3);
    assert_non_null(strstr(trod_trail_summary(alone.customer, alone.trail, alone.arena),
                           "Ask was skipped"));
    alone_free(&alone);
}

static void what_comes_late_is_marked(void **state) {
    (void)state;
    char log[400];
    snprintf(log, sizeof log, "%sa 30 Look\na 32 Ask\n", BEFORE);
    struct alone alone = walk_alone(SMALL, log, "a");
    const struct trod_trail_step *const ask = &alone.trail->journeys->steps[1];
    assert_true(ask->late);
    assert_float_equal(ask->came_us, DAYS(2), 1);
    assert_str(ask->comes->text, "at most 1 day");
    assert_int_equal(alone.trail->journeys->n_promises, 1);
    assert_int_equal(alone.trail->journeys->promises->state, TROD_PROMISE_LATE);
    alone_free(&alone);
}

/* What the log never has leaves no trace, so nobody skips it. */
static void what_is_nowhere_is_not_skipped(void **state) {
    (void)state;
    struct alone alone = walk_alone(SMALL, "z 0 Look\nz 0.1 Pay\na 30 Look\na 31 Pay\n", "a");
    assert_int_equal(alone.trail->journeys->n_steps, 2);
    assert_int_equal(alone.trail->journeys->cost, 0);
    alone_free(&alone);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_customers_are_the_whole),
        cmocka_unit_test(a_skip_stands_before_the_next_step),
        cmocka_unit_test(what_comes_late_is_marked),
        cmocka_unit_test(what_is_nowhere_is_not_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
