/* Choices, first contact, KPIs, the newest stretch, and the same for every segment. */
#include "trodden.h"

static const struct trod_compare_options LATER = {.now_us = DAY_0_US + 100 * TROD_DAY_US};

static const struct trod_choice_result *find_choice(const struct trod_compare *compare,
                                                    const char *id) {
    for (size_t i = 0; i < compare->n_choices; i++) {
        if (trod_str_is(compare->choices[i].id, id)) return &compare->choices[i];
    }
    fail_msg("no choice %s", id);
    return NULL;
}

static void assert_choice(const struct trod_compare *compare, const char *id, double designed,
                          uint64_t n, uint64_t of) {
    const struct trod_choice_result *choice = find_choice(compare, id);
    assert_float_equal(choice->designed, designed, 1e-12);
    assert_int_equal(choice->share.n, n);
    assert_int_equal(choice->share.of, of);
}

static const char SHOP[] = "journey shop: Shop\n"
                           "  over after 20 days of silence\n"
                           "stage find: Find\n"
                           "  touchpoint look: Look\n"
                           "    channel website\n"
                           "  optional 40%\n"
                           "    touchpoint ask: Ask\n"
                           "      channel e-mail, phone\n"
                           "stage buy: Buy\n"
                           "  choose\n"
                           "    way by-card 60%: By card\n"
                           "      touchpoint card: Card\n"
                           "    way in-cash 30%: In cash\n"
                           "      touchpoint cash: Cash\n"
                           "    way free 10%: Free of charge\n"
                           "  touchpoint get: Get\n"
                           "    reached by 80%\n";

static void ways_and_optionals(void **state) {
    (void)state;
    struct trodden trodden = tread(SHOP,
                                   "a 0 Look\na 1 Ask\na 2 Card\na 3 Get\n"
                                   "b 0 Look\nb 2 Card\nb 3 Get\n"
                                   "c 0 Look\nc 2 Cash\nc 3 Get\n"
                                   "d 0 Look\nd 3 Get\n"
                                   "e 0 Look\n",
                                   &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_choice(compare, "ask", 0.4, 1, 4);
    assert_choice(compare, "by-card", 0.6, 2, 4);
    assert_choice(compare, "in-cash", 0.3, 1, 4);
    assert_choice(compare, "free", 0.1, 1, 4);
    assert_choice(compare, "get", 0.8, 4, 5);
    assert_str(find_choice(compare, "ask")->way, "taken");
    assert_str(find_choice(compare, "by-card")->way, "By card");
    untread(&trodden);
}

static void nested_choices_count_only_inside(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage buy: Buy\n"
                              "  choose\n"
                              "    way online 50%: Online\n"
                              "      touchpoint site: Site\n"
                              "      optional 20%\n"
                              "        touchpoint chat: Chat\n"
                              "    way street 50%: Street\n"
                              "      touchpoint counter: Counter\n"
                              "  touchpoint get: Get\n";
    struct trodden trodden = tread(map,
                                   "a 0 Site\na 1 Chat\na 2 Get\nb 0 Site\nb 1 Get\n"
                                   "c 0 Counter\nc 1 Get\nd 0 Site\n",
                                   &LATER);
    assert_choice(walked(&trodden), "chat", 0.2, 1, 2);
    assert_choice(walked(&trodden), "online", 0.5, 3, 4);
    untread(&trodden);
}

/* Who came to the success in a way that the map does not know has not left. */
static void a_success_is_no_loss(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  succeeds when pay happens\n"
                              "  over after 5 days of silence\n"
                              "stage first: First\n"
                              "  touchpoint look: Look\n"
                              "stage second: Second\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint try: Try\n"
                              "stage third: Third\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look\na 1 Pay\nb 0 Look\nb 1 Ask\nb 2 Try\nb 3 Pay\n"
                                   "c 0 Look\n",
                                   &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->succeeded.n, 2);
    assert_int_equal(compare->stages[0].stopped, 1);
    assert_int_equal(compare->stages[0].open, 0);
    assert_int_equal(compare->n_left, 1);
    untread(&trodden);
}

/* Who pays at once may stop there: the part was taken, and what follows is not for them. */
static void an_optional_part_that_ends_the_journey(void **state) {
    (void)state;
    static const char map[] = "journey fine: Fine\n"
                              "stage s: S\n"
                              "  touchpoint caught: Caught\n"
                              "  optional 40%\n"
                              "    touchpoint pay: Pay\n"
                              "      ends here\n"
                              "  touchpoint letter: Letter\n"
                              "  optional 10%\n"
                              "    touchpoint object: Object\n"
                              "  touchpoint late: Late\n";
    struct trodden trodden = tread(map,
                                   "a 0 Caught\na 1 Pay\nb 0 Caught\nb 1 Letter\nb 2 Late\n"
                                   "c 0 Caught\nc 1 Letter\nc 2 Object\nc 3 Late\n"
                                   "d 0 Caught\n",
                                   &LATER);
    assert_choice(walked(&trodden), "pay", 0.4, 1, 3);
    assert_choice(walked(&trodden), "object", 0.1, 1, 2);
    assert_int_equal(walked(&trodden)->n_ended, 3);
    untread(&trodden);
}

static void where_journeys_begin(void **state) {
    (void)state;
    struct trodden trodden = tread(SHOP,
                                   "a 0 Look\na 2 Card\na 3 Get\nb 0 zzz\nb 1 Look\nb 2 Get\n"
                                   "c 0 Ask\nc 2 Cash\nd 0 zzz\n",
                                   &LATER);
    const struct trod_firsts *firsts = &walked(&trodden)->firsts;
    assert_int_equal(firsts->n_touchpoints, 3);
    assert_str(firsts->touchpoints[0].name, "Look");
    assert_int_equal(firsts->touchpoints[0].share.n, 2);
    assert_int_equal(firsts->touchpoints[0].share.of, 4);
    assert_str(firsts->touchpoints[1].name, "(not on the map)");
    assert_str(firsts->channels[0].name, "website");
    assert_str(firsts->channels[2].name, "e-mail, phone");
    assert_str(firsts->stages[0].name, "Find");
    assert_int_equal(firsts->stages[0].share.n, 3);
    untread(&trodden);
}

static const char KPIS[] =
    "journey shop: Shop\n"
    "  over after 20 days of silence\n"
    "stage find: Find\n"
    "  touchpoint look: Look\n"
    "  touchpoint ask: Ask\n"
    "  touchpoint pay: Pay\n"
    "kpi fast: Fast\n"
    "  measure share of journeys with look that reach pay within 5 days\n"
    "  target at least 60% by 2025-01-01\n"
    "kpi ever: Ever\n"
    "  measure share of journeys that reach pay\n"
    "kpi weekly: Weekly\n"
    "  measure number of journeys with pay a week\n"
    "  target at least 1 by 2025-01-01\n"
    "kpi took: Took\n"
    "  measure median time from look to pay\n"
    "  target at most 5 days by 2025-01-01\n"
    "kpi basket: Basket\n"
    "  measure mean of amount at pay\n"
    "kpi all: All\n"
    "  measure sum of amount at pay\n";
static const char KPI_LOG[] = "a 0 Look\na 1 Ask\na 2 Pay amount=10\n"
                              "b 0 Look\nb 9 Pay amount=30\n"
                              "c 0 Look\n"
                              "d 97 Look\nd 98 Pay amount=50\n" /* its five days are not up */
                              "e 97 Look\n"                     /* open */
                              "f 70 Ask\nf 71 Pay\n";           /* without look */

static void each_kind_of_measure(void **state) {
    (void)state;
    struct trodden trodden = tread(KPIS, KPI_LOG, &LATER);
    const struct trod_kpi_result *kpis = walked(&trodden)->kpis;
    assert_float_equal(kpis[0].value.value, 1.0 / 3, 1e-12);
    assert_int_equal(kpis[0].value.n, 3);
    assert_int_equal(kpis[0].left_out, 2);
    assert_int_equal(kpis[0].verdict, TROD_TOO_FEW);
    /* Of the six, d and e began less long ago than 95 % of those who paid needed. */
    assert_int_equal(kpis[1].left_out, 2);
    assert_float_equal(kpis[1].value.value, 3.0 / 4, 1e-12);
    assert_float_equal(kpis[2].value.value, 4.0 * 7 / 100, 1e-9);
    assert_int_equal(kpis[2].verdict, TROD_MISSED);
    assert_float_equal(kpis[3].value.value, DAYS(2), 1);
    assert_int_equal(kpis[3].value.n, 3);
    assert_float_equal(kpis[4].value.value, 30, 1e-9);
    assert_int_equal(kpis[4].verdict, TROD_NO_TARGET);
    assert_float_equal(kpis[5].value.value, 90, 1e-9);
    untread(&trodden);
}

/* A sum is what it is: whole numbers add up to a whole number, and it has no interval. */
static void a_sum_is_exact(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint pay: Pay\n"
                              "kpi all: All\n"
                              "  measure sum of amount at pay\n"
                              "  target at least 4008 by 2025-01-01\n";
    struct trod_buf log = {0};
    for (int i = 0; i < 334; i++)
        trod_buf_format(&log, "c%d %d Pay amount=%d\n", i, i % 50, i % 3 ? 17 : 2);
    struct trodden trodden = tread(map, log.at, NULL);
    const struct trod_kpi_result *all = &walked(&trodden)->kpis[0];
    assert_true(all->value.value == 222 * 17 + 112 * 2);
    assert_true(isnan(all->value.low) && isnan(all->value.high));
    assert_int_equal(all->verdict, TROD_MISSED);
    untread(&trodden);
    trod_buf_clear(&log);
    for (int i = 0; i < 1000; i++)
        trod_buf_format(&log, "c%d %d Pay amount=%s\n", i, i % 50, i % 2 ? "0.1" : "1e15");
    trodden = tread(map, log.at, NULL);
    assert_true(walked(&trodden)->kpis[0].value.value == 5e17 + 50);
    assert_int_equal(walked(&trodden)->kpis[0].verdict, TROD_MET);
    untread(&trodden);
    trod_buf_free(&log);
}

/* As in the table of stages: whoever came to a later one has reached it. */
static void a_stage_is_reached_by_those_beyond_it(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "stage ask: Ask\n"
                              "  reached by 50%\n"
                              "  touchpoint talk: Talk\n"
                              "    reached by 40%\n"
                              "stage buy: Buy\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden =
        tread(map, "a 0 Look\na 1 Talk\na 2 Pay\nb 0 Look\nb 1 Pay\nc 0 Look\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_choice(compare, "ask", 0.5, 2, 3);
    assert_int_equal(find_choice(compare, "ask")->share.n, compare->stages[1].reached);
    assert_choice(compare, "talk", 0.4, 1, 3);
    untread(&trodden);
}

static void a_verdict_needs_the_whole_interval(void **state) {
    (void)state;
    struct trod_buf log = {0};
    for (int i = 0; i < 100; i++) {
        trod_buf_format(&log, "c%d %d Look\n", i, i % 50);
        if (i < 60) trod_buf_format(&log, "c%d %d Pay\n", i, i % 50 + 1);
    }
    struct trodden trodden = tread(KPIS, log.at, &LATER);
    const struct trod_kpi_result *fast = &walked(&trodden)->kpis[0];
    assert_float_equal(fast->value.value, 0.6, 1e-12);
    assert_int_equal(fast->verdict, TROD_TOO_CLOSE); /* exactly on the target */
    assert_int_equal(walked(&trodden)->kpis[3].verdict, TROD_MET);
    untread(&trodden);
    trod_buf_clear(&log);
    for (int i = 0; i < 100; i++) {
        trod_buf_format(&log, "c%d %d Look\n", i, i % 50);
        if (i < 40) trod_buf_format(&log, "c%d %d Pay\n", i, i % 50 + 1);
    }
    trodden = tread(KPIS, log.at, &LATER);
    assert_int_equal(walked(&trodden)->kpis[0].verdict, TROD_MISSED);
    untread(&trodden);
    trod_buf_free(&log);
}

static void the_newest_stretch_against_the_one_before(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  succeeds when pay happens\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look\na 50 Pay\nb 45 Look\nc 80 Look\nc 81 Pay\n"
                                   "d 90 Look\ne 95 Look\ne 99 Pay\n",
                                   &LATER);
    const struct trod_period *period = &walked(&trodden)->period;
    assert_true(period->given);
    assert_int_equal(period->until_us - period->from_us, 28 * TROD_DAY_US);
    assert_int_equal(period->began, 3);
    assert_int_equal(period->began_before, 1);
    assert_int_equal(period->succeeded, 2);
    assert_int_equal(period->succeeded_before, 1);
    untread(&trodden);
}

static const struct trod_segment_result *find_segment(const struct trod_compare *compare,
                                                      const char *value) {
    for (size_t i = 0; i < compare->n_segments; i++) {
        if (trod_str_is(compare->segments[i].value, value)) return &compare->segments[i];
    }
    fail_msg("no segment %s", value);
    return NULL;
}

static void the_same_for_every_value(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "segment gold: Gold\n"
                              "  when profile plan = \"gold\"\n"
                              "segment old: Old\n"
                              "  when profile age > 60\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint pay: Pay\n";
    static const char log[] = "a 0 Look !plan=gold !age=70 via=web\na 1 Pay\n"
                              "b 0 Look !plan=tin\nb 1 Ask via=shop\nb 2 Pay\n"
                              "c 0 Look !plan=gold via=web\nc 1 Ask via=shop\nc 2 Pay\n"
                              "d 0 Look !age=80\nd 1 Pay\n";
    const trod_str by[] = {TROD_STR("plan"), TROD_STR("segment"), TROD_STR("via")};
    struct trodden trodden =
        tread(map, log, &(struct trod_compare_options){.by = by, .n_by = 3, .most_values = 1});
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(find_segment(compare, "gold")->compare->journeys, 2);
    assert_int_equal(find_segment(compare, "(other)")->compare->journeys, 1);
    assert_int_equal(compare->segments[2].compare->journeys, 1);
    assert_str(compare->segments[2].value, "(none)");
    assert_int_equal(find_segment(compare, "Gold")->compare->journeys, 2);
    assert_int_equal(find_segment(compare, "Old")->compare->journeys, 2); /* a is in both */
    assert_int_equal(find_segment(compare, "web")->compare->journeys, 2);
    assert_str(compare->segments[7].value, "(other)"); /* b has its value from a later event */
    assert_int_equal(compare->segments[7].compare->journeys, 1);
    assert_deviation(find_segment(compare, "gold")->compare, TROD_SKIPPED, "ask", 1, 2);
    assert_int_equal(find_segment(compare, "gold")->compare->n_segments, 0);
    untread(&trodden);
}

static void a_field_that_is_not_there(void **state) {
    (void)state;
    const trod_str by[] = {TROD_STR("plann")};
    struct trodden trodden =
        tread(SHOP, "a 0 Look !plan=x\n", &(struct trod_compare_options){.by = by, .n_by = 1});
    assert_int_equal(trodden.status, TROD_BAD_OPTION);
    assert_string_equal(trodden.error.hint, "did you mean \"plan\"?");
    untread(&trodden);
}

/* Values that exclude each other add up to the whole, whatever the log. */
static void segments_add_up(void **state) {
    (void)state;
    static const char *const events[] = {"Look", "Ask", "Card", "Cash", "Get", "zzz"};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct trod_rng rng = {.seed = seed};
        struct trod_buf log = {0};
        for (int c = 0; c < 60; c++) {
            const uint64_t n = 1 + trod_rng_below(&rng, 6);
            const double day = 60 * trod_rng_unit(&rng);
            for (uint64_t i = 0; i < n; i++) {
                trod_buf_format(&log, "c%d %.3f %s v=%d\n", c, day + (double)i * 2,
                                events[trod_rng_below(&rng, TROD_COUNT(events))],
                                (int)trod_rng_below(&rng, 4));
            }
        }
        const trod_str by[] = {TROD_STR("v")};
        struct trodden trodden =
            tread(SHOP, log.at,
                  &(struct trod_compare_options){.by = by, .n_by = 1, .most_values = 2});
        const struct trod_compare *whole = walked(&trodden);
        uint64_t journeys = 0, events_n = 0, cost = 0, skipped = 0, base = 0, stopped = 0;
        const struct trod_deviation *ask = find_deviation(whole, TROD_SKIPPED, "get");
        for (size_t i = 0; i < whole->n_segments; i++) {
            const struct trod_compare *part = whole->segments[i].compare;
            const struct trod_deviation *same = find_deviation(part, TROD_SKIPPED, "get");
            journeys += part->journeys;
            events_n += part->events;
            cost += part->complete.cost;
            skipped += same ? same->journeys : 0;
            base += part->touchpoints[4].journeys;
            stopped += part->stages[0].stopped;
            for (size_t k = 0; k < part->n_deviations; k++) {
                const struct trod_share *share = &part->deviations[k].share;
                assert_true(share->n <= share->of);
                assert_true(share->low <= share->share && share->share <= share->high);
            }
        }
        assert_int_equal(journeys, whole->journeys);
        assert_int_equal(events_n, whole->events);
        assert_int_equal(cost, whole->complete.cost);
        assert_int_equal(skipped, ask ? ask->journeys : 0);
        assert_int_equal(base, whole->touchpoints[4].journeys);
        assert_int_equal(stopped, whole->stages[0].stopped);
        untread(&trodden);
        trod_buf_free(&log);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_and_optionals),
        cmocka_unit_test(nested_choices_count_only_inside),
        cmocka_unit_test(a_success_is_no_loss),
        cmocka_unit_test(an_optional_part_that_ends_the_journey),
        cmocka_unit_test(where_journeys_begin),
        cmocka_unit_test(each_kind_of_measure),
        cmocka_unit_test(a_sum_is_exact),
        cmocka_unit_test(a_stage_is_reached_by_those_beyond_it),
        cmocka_unit_test(a_verdict_needs_the_whole_interval),
        cmocka_unit_test(the_newest_stretch_against_the_one_before),
        cmocka_unit_test(the_same_for_every_value),
        cmocka_unit_test(a_field_that_is_not_there),
        cmocka_unit_test(segments_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
