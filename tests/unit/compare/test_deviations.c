/* Deviations by name, their bases, and the stage table, on logs small enough to count by hand.
 */
#include "trodden.h"

static const char MAP[] = "journey shop: Shop\n"
                          "  over after 10 days of silence\n"
                          "stage find: Find\n"
                          "  touchpoint look: Look\n"
                          "  touchpoint ask: Ask\n"
                          "stage buy: Buy\n"
                          "  touchpoint pay: Pay\n"
                          "    fails when declined\n"
                          "  touchpoint get: Get\n";
static const char LOG[] =
    "a 30 Look\na 31 Ask\na 32 Pay\na 33 Get\n"            /* as designed */
    "b 30 Look\nb 32 Pay\nb 33 Get\n"                      /* no ask */
    "c 30 Look\nc 31 Pay\nc 32 Ask\nc 33 Get\n"            /* pay too soon */
    "d 30 Look\nd 31 Look\nd 32 Ask\nd 33 Pay\nd 34 Get\n" /* looks twice */
    "e 30 Look\ne 31 Ask\n"                                /* stops */
    "f 30 Look\nf 31 Ask\nf 32 declined\nf 33 declined\nf 34 Pay\nf 35 Get\n"
    "g 30 Look\ng 31 zzz\n"
    "first 0 Ask\nfirst 1 Pay\nfirst 2 Get\n"  /* begins before the log */
    "late 50 Ask\nlate 51 Pay\nlate 52 Get\n"; /* does not */
static const struct trod_compare_options LATER = {.now_us = DAY_0_US + 100 * TROD_DAY_US};

static void counts_each_kind_with_its_base(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP, LOG, &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->journeys, 9);
    assert_deviation(compare, TROD_SKIPPED, "ask", 1, 8); /* all but g */
    assert_deviation(compare, TROD_OUT_OF_ORDER, "pay", 1, 7);
    assert_deviation(compare, TROD_EXTRA, "look", 1, 9);
    assert_deviation(compare, TROD_FAILED, "pay", 1, 7);
    assert_int_equal(find_deviation(compare, TROD_FAILED, "pay")->events, 2);
    assert_deviation(compare, TROD_STOPPED_HERE, "ask", 1, 7);
    assert_deviation(compare, TROD_STOPPED_HERE, "look", 1, 7);
    assert_null(find_deviation(compare, TROD_SKIPPED, "pay")); /* it came, out of order */
    assert_null(find_deviation(compare, TROD_EXTRA, "pay"));
    assert_null(find_deviation(compare, TROD_STOPPED_HERE, "get"));
    untread(&trodden);
}

static void a_journey_cut_at_the_start_skips_nothing_before(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP, LOG, &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_true(compare->health.n_cut_start >= 1);
    /* "late" skips look and "first" may have had it: it is not in the base either. */
    assert_deviation(compare, TROD_SKIPPED, "look", 1, 8);
    untread(&trodden);
}

static void unmapped_events_are_named(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP, LOG, &LATER);
    const struct trod_compare *compare = walked(&trodden);
    size_t n = 0;
    for (size_t i = 0; i < compare->n_deviations; i++) {
        if (compare->deviations[i].kind != TROD_UNMAPPED) continue;
        assert_str(compare->deviations[i].event, "zzz");
        assert_int_equal(compare->deviations[i].share.of, 9);
        n++;
    }
    assert_int_equal(n, 1);
    assert_int_equal(compare->health.on_map.n, compare->events - 1);
    untread(&trodden);
}

static void agreement_is_weighted_by_journeys(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP,
                                   "a 0 Look\na 1 Ask\na 2 Pay\na 3 Get\n"
                                   "b 0 Look\nb 1 Ask\nb 2 Pay\nb 3 Get\n"
                                   "c 0 Look\nc 1 Pay\n", /* skips ask; get is missing */
                                   &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->complete.cost, 2);
    assert_int_equal(compare->complete.worst, 8 + 8 + 6);
    assert_float_equal(compare->complete.log, 1 - 2.0 / 22, 1e-12);
    assert_float_equal(compare->complete.mean, (1 + 1 + (1 - 2.0 / 6)) / 3, 1e-12);
    assert_int_equal(compare->complete.exact, 2);
    assert_int_equal(compare->so_far.cost, 1);
    assert_int_equal(compare->so_far.worst, 4 + 4 + 2);
    assert_float_equal(compare->so_far.mean, (1 + 1 + 0.5) / 3, 1e-12);
    untread(&trodden);
}

static void stages_tell_who_came_and_who_stopped(void **state) {
    (void)state;
    struct trodden trodden =
        tread(MAP, LOG, &(struct trod_compare_options){.now_us = DAY_0_US + 40 * TROD_DAY_US});
    const struct trod_compare *compare = walked(&trodden);
    const struct trod_stage_result *find = &compare->stages[0], *buy = &compare->stages[1];
    assert_int_equal(find->reached, 9);
    assert_int_equal(find->visited, 9);
    assert_int_equal(buy->reached, 7);
    assert_int_equal(buy->visited, 7);
    assert_int_equal(buy->ended, 7);
    assert_int_equal(find->open, 2); /* e and g were seen nine days ago */
    assert_int_equal(find->stopped, 0);
    assert_int_equal(
        find->stopped + find->open + find->ended + buy->stopped + buy->open + buy->ended, 9);
    untread(&trodden);
    trodden = tread(MAP, LOG, &LATER);
    assert_int_equal(walked(&trodden)->stages[0].stopped, 2);
    untread(&trodden);
}

static void an_accepted_deviation_is_counted_apart(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  accept skipped ask because \"we tell them\"\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden =
        tread(map, "a 0 Look\na 1 Pay\nb 0 Look\nb 1 Ask\nb 2 Pay\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_deviation(compare, TROD_SKIPPED, "ask", 1, 2);
    assert_true(find_deviation(compare, TROD_SKIPPED, "ask")->accepted);
    assert_int_equal(compare->so_far.cost, 0);
    untread(&trodden);
}

static void too_often_and_not_for_them(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "segment gold: Gold\n"
                              "  when profile plan = \"gold\"\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "    repeats at most 2 times\n"
                              "  touchpoint lounge: Lounge\n"
                              "    only for gold\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden =
        tread(map,
              "a 0 Look !plan=gold\na 1 Look\na 2 Look\na 3 Lounge\na 4 Pay\n"
              "b 0 Look !plan=none\nb 1 Lounge\nb 2 Pay\n"
              "c 0 Look !plan=none\nc 2 Pay\n"
              "d 0 Look !plan=gold\nd 2 Pay\n",
              NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_deviation(compare, TROD_TOO_OFTEN, "look", 1, 4);
    assert_deviation(compare, TROD_NOT_FOR, "lounge", 1, 2);
    assert_deviation(compare, TROD_SKIPPED, "lounge", 1, 2); /* d, of those it is for */
    untread(&trodden);
}

static void success_is_laid_beside(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  succeeds when pay happens, worth 40\n"
                              "  over after 10 days of silence\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint try: Try\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look\na 1 Ask\na 2 Try\na 3 Pay\n"
                                   "b 0 Look\nb 1 Ask\nb 2 Try\nb 3 Pay\n"
                                   "c 0 Look\nc 2 Try\n"
                                   "d 0 Look\nd 2 Try\nd 3 Pay\n",
                                   &LATER);
    const struct trod_compare *compare = walked(&trodden);
    const struct trod_deviation *skipped = find_deviation(compare, TROD_SKIPPED, "ask");
    assert_non_null(skipped);
    assert_true(skipped->success.given);
    assert_float_equal(skipped->success.value, 0.5, 1e-12);
    assert_int_equal(skipped->success.n, 2);
    assert_float_equal(skipped->success_others.value, 1, 1e-12);
    assert_int_equal(skipped->success_others.n, 2);
    assert_int_equal(compare->succeeded.n, 3);
    assert_float_equal(compare->worth, 120, 1e-9);
    assert_int_equal(compare->n_left, 1);
    untread(&trodden);
}

static void what_leaves_no_trace_is_never_skipped(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint talk: Talk\n"
                              "  touchpoint read: Read\n"
                              "    not recorded\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map, "a 0 Look\na 1 Pay\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_null(find_deviation(compare, TROD_SKIPPED, "talk"));
    assert_null(find_deviation(compare, TROD_SKIPPED, "read"));
    assert_false(compare->touchpoints[1].recorded);
    assert_int_equal(compare->touchpoints[1].share.of, 0);
    assert_int_equal(compare->health.n_touchpoints_unrecorded, 1); /* talk; read is known */
    assert_int_equal(compare->complete.cost, 0);
    untread(&trodden);
}

static void unmapped_events_count_after_the_end_too(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  lost when cancel happens\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint pay: Pay\n"
                              "any time\n"
                              "  touchpoint cancel: Cancel\n";
    struct trodden trodden =
        tread(map, "a 0 Look\na 1 zzz\na 2 Cancel\na 3 zzz\na 4 Pay\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    for (size_t i = 0; i < compare->n_deviations; i++) {
        if (compare->deviations[i].kind != TROD_UNMAPPED) continue;
        assert_int_equal(compare->deviations[i].events, 2);
        assert_int_equal(compare->deviations[i].journeys, 1);
    }
    assert_int_equal(compare->n_lost, 1);
    assert_int_equal(compare->touchpoints[1].journeys, 0); /* what follows is not laid */
    assert_null(find_deviation(compare, TROD_SKIPPED, "pay"));
    assert_deviation(compare, TROD_STOPPED_HERE, "look", 1, 1);
    untread(&trodden);
}

static void an_accepted_lateness_is_counted_apart(void **state) {
    (void)state;
    static const char map[] =
        "journey shop: Shop\n"
        "  accept late pay because \"the bank is slow\" until 2024-06-30\n"
        "stage find: Find\n"
        "  touchpoint look: Look\n"
        "  touchpoint pay: Pay\n"
        "    comes at most 1 day\n";
    struct trodden trodden = tread(map, "a 0 Look\na 3 Pay\nb 0 Look\nb 1 Pay\n", &LATER);
    assert_true(find_deviation(walked(&trodden), TROD_LATE, "pay")->accepted);
    untread(&trodden);
    /* However late it is now: what counts is when they began. 181 is 30 June. */
    trodden = tread(map,
                    "a 0 Look\na 3 Pay\nb 0 Look\nb 1 Pay\nc 181.9 Look\nc 185 Pay\n"
                    "d 182 Look\nd 185 Pay\n",
                    &(struct trod_compare_options){.now_us = DAY_0_US + 300 * TROD_DAY_US});
    const struct trod_compare *compare = walked(&trodden);
    const struct trod_deviation *late = find_deviation(compare, TROD_LATE, "pay");
    assert_true(late->accepted);
    assert_int_equal(late->journeys, 2);
    assert_int_equal(compare->n_deviations, 2);
    assert_false(compare->deviations[1].accepted);
    assert_int_equal(compare->deviations[1].journeys, 1);
    assert_int_equal(compare->touchpoints[1].comes.ways.arrived_late, 3);
    assert_int_equal(compare->touchpoints[1].comes.ways.allowed, 2);
    assert_false(compare->touchpoints[1].comes.accepted);
    untread(&trodden);
}

/* The same steps, before and after the day until which the skip is accepted. */
static void what_is_accepted_until_a_day_costs_after_it(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  accept skipped ask until 2024-02-29\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look\na 90 Pay\nb 59.9 Look\nb 61 Pay\n"
                                   "c 60 Look\nc 61 Pay\nd 0 Look\nd 1 Ask\nd 2 Pay\n",
                                   NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->n_deviations, 2);
    assert_true(compare->deviations[0].accepted);
    assert_int_equal(compare->deviations[0].journeys, 2);
    assert_false(compare->deviations[1].accepted);
    assert_int_equal(compare->deviations[1].journeys, 1);
    assert_int_equal(compare->complete.cost, 1);
    untread(&trodden);
}

/* What `events` takes out of the log leaves no trace in it, and is not skipped. */
static void what_is_filtered_out_is_not_skipped(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint pay: Pay\n";
    static const char log[] = "a 0 Look\na 1 Ask\na 2 Pay\nb 0 Look\nb 2 Pay\n"
                              "c 5 Look\nc 6 Ask\nc 7 Pay\n";
    struct trod_error error = {0};
    struct trod_arena *arena = trod_arena_make(0);
    const struct trod_filter *filter = NULL;
    assert_int_equal(trod_filter_read(TROD_STR("event != Ask"), arena, &filter, &error),
                     TROD_OK);
    struct trod_view_options view = {.events = filter};
    const struct trod_compare_options options = {.view = &view};
    struct trodden trodden = tread(map, log, &options);
    assert_false(walked(&trodden)->touchpoints[1].recorded);
    assert_int_equal(walked(&trodden)->n_deviations, 0);
    assert_int_equal(walked(&trodden)->health.n_touchpoints_unrecorded, 1);
    untread(&trodden);
    /* Journeys that are not picked leave their trace all the same. */
    view.since_us = DAY_0_US + 4 * TROD_DAY_US;
    assert_int_equal(trod_filter_read(TROD_STR("event != Pay"), arena, &filter, &error),
                     TROD_OK);
    view.events = filter;
    trodden = tread(map, "a 0 Look\na 1 Ask\nc 5 Look\nc 7 Pay\n", &options);
    assert_true(walked(&trodden)->touchpoints[1].recorded);
    assert_false(walked(&trodden)->touchpoints[2].recorded);
    untread(&trodden);
    trod_arena_free(arena);
}

/* Who succeeded and was lost afterwards is counted once among the endings. */
static void lost_after_a_success(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  succeeds when pay happens\n"
                              "  lost when back happens\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  optional\n"
                              "    touchpoint pay: Pay\n"
                              "  optional\n"
                              "    touchpoint back: Back\n";
    struct trodden trodden = tread(
        map, "a 0 Look\na 1 Pay\na 2 Back\nb 0 Look\nb 1 Back\nc 0 Look\nc 1 Pay\n", &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->succeeded.n, 2);
    assert_int_equal(compare->n_lost, 2);
    assert_int_equal(compare->n_lost_after_success, 1);
    assert_int_equal(compare->succeeded.n - compare->n_lost_after_success + compare->n_lost +
                         compare->n_left + compare->n_open + compare->n_unknown +
                         compare->n_ended,
                     compare->journeys);
    untread(&trodden);
}

/* An event that the flow and a touchpoint at any time both claim is no deviation anywhere. */
static void what_may_come_any_time_is_never_extra(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint call: Call\n"
                              "    seen when phone\n"
                              "  touchpoint pay: Pay\n"
                              "any time\n"
                              "  touchpoint help: Help\n"
                              "    seen when phone\n";
    struct trodden trodden =
        tread(map, "a 0 phone\na 1 Look\na 2 phone\na 3 Pay\na 4 phone\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_int_equal(compare->complete.cost, 0);
    assert_int_equal(compare->n_deviations, 0);
    assert_int_equal(compare->touchpoints[1].visits, 1);
    assert_int_equal(compare->touchpoints[3].visits, 2);
    untread(&trodden);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_each_kind_with_its_base),
        cmocka_unit_test(a_journey_cut_at_the_start_skips_nothing_before),
        cmocka_unit_test(unmapped_events_are_named),
        cmocka_unit_test(agreement_is_weighted_by_journeys),
        cmocka_unit_test(stages_tell_who_came_and_who_stopped),
        cmocka_unit_test(an_accepted_deviation_is_counted_apart),
        cmocka_unit_test(too_often_and_not_for_them),
        cmocka_unit_test(success_is_laid_beside),
        cmocka_unit_test(what_may_come_any_time_is_never_extra),
        cmocka_unit_test(unmapped_events_count_after_the_end_too),
        cmocka_unit_test(an_accepted_lateness_is_counted_apart),
        cmocka_unit_test(what_is_accepted_until_a_day_costs_after_it),
        cmocka_unit_test(what_is_filtered_out_is_not_skipped),
        cmocka_unit_test(lost_after_a_success),
        cmocka_unit_test(what_leaves_no_trace_is_never_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
