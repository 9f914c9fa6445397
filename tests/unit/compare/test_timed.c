/* Promises about time, four ways, counted by hand; and working time against a plain count. */
#include "trodden.h"

#include "compare/inner.h"

static const char MAP[] = "journey shop: Shop\n"
                          "  over after 20 days of silence\n"
                          "  span lead: from look to pay, usually 2 days, at most 5 days\n"
                          "stage find: Find\n"
                          "  touchpoint look: Look\n"
                          "stage buy: Buy\n"
                          "  takes usually 2 days, at most 6 days\n"
                          "  touchpoint ask: Ask\n"
                          "    comes usually 1 day, at most 2 days\n"
                          "  touchpoint pay: Pay\n"
                          "    comes usually 2 days, at most 4 days, at least 1 day\n";
static const char LOG[] = "a 0 Look\na 1 Ask\na 3 Pay\n"
                          "b 0 Look\nb 3 Ask\nb 6 Pay\n"       /* three days, six days */
                          "c 0 Look\nc 1 Ask\n"                /* gone */
                          "d 90 Look\nd 99 Ask\n"              /* late, and late still */
                          "e 99 Look\n"                        /* young */
                          "f 10 Look\nf 11 Ask\nf 11.5 Pay\n"; /* pays too early */
static const struct trod_compare_options LATER = {.now_us = DAY_0_US + 100 * TROD_DAY_US};

static void four_ways_of_each_promise(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP, LOG, &LATER);
    const struct trod_compare *compare = walked(&trodden);
    const struct trod_timed *lead = &compare->spans[0];
    assert_ways(*lead, 6, 2, 2, 1, 1);
    assert_float_equal(lead->ways.median_us.value, DAYS(3), 1);
    assert_float_equal(lead->ways.p90_us.value, DAYS(5.4), 1);
    assert_int_equal(lead->ways.median_us.n, 3);
    assert_true(isnan(lead->ways.median_us.low)); /* too few to tell */
    assert_ways(compare->touchpoints[1].comes, 6, 3, 2, 1, 0);
    assert_ways(compare->touchpoints[2].comes, 5, 3, 0, 1, 1);
    assert_int_equal(compare->touchpoints[2].comes.ways.early, 1);
    assert_ways(compare->stages[1].time, 5, 3, 1, 0, 1);
    assert_deviation(compare, TROD_LATE, "ask", 2, 6);
    assert_deviation(compare, TROD_EARLY, "pay", 1, 3);
    assert_null(compare->touchpoints[0].comes.window);
    untread(&trodden);
}

static void shares_add_up_and_lie_in_their_intervals(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP, LOG, &LATER);
    const struct trod_four_ways *ways = &walked(&trodden)->spans[0].ways;
    const struct trod_share *shares[] = {&ways->share_in_time, &ways->share_late,
                                         &ways->share_open, &ways->share_gone};
    double sum = 0;
    for (size_t i = 0; i < 4; i++) {
        sum += shares[i]->share;
        assert_true(shares[i]->low <= shares[i]->share && shares[i]->share <= shares[i]->high);
        assert_int_equal(shares[i]->of, ways->started);
    }
    assert_float_equal(sum, 1, 1e-12);
    untread(&trodden);
}

/* Without `over after` nobody is known to have left. */
static void without_over_after_the_young_are_open(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  span lead: from look to pay, at most 5 days\n"
                              "  span ever: from look to pay, usually 5 days\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden =
        tread(map,
              "a 0 Look\na 1 Pay\nb 0 Look\nc 97 Look\nd 50 Look\nd 60 Pay\n"
              "e 98 Look\ne 99 Pay\n",
              &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_ways(compare->spans[0], 5, 2, 1, 1, 1);
    assert_int_equal(compare->spans[1].ways.late, 0); /* no limit, nobody late */
    untread(&trodden);
    /* Past the limit: b was not seen again. c is nearer to the log's end than such times are
     * apart, so it may still come, and is late. f is younger than the limit. */
    trodden = tread(map,
                    "a 0 Look\na 30 Pay\nb 10 Look\nc 80 Look\nf 98 Look\n"
                    "e 60 Look\ne 100 Pay\n",
                    NULL);
    assert_ways(walked(&trodden)->spans[0], 5, 0, 3, 1, 1);
    assert_int_equal(walked(&trodden)->spans[0].ways.arrived_late, 2);
    untread(&trodden);
}

static void after_and_before_another(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  over after 20 days of silence\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint reply: Reply\n"
                              "    comes at most 3 days after look\n"
                              "  touchpoint remind: Remind\n"
                              "    comes at most 1 day before pay\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look\na 1 Ask\na 2 Reply\na 3 Remind\na 3.5 Pay\n"
                                   "b 0 Look\nb 3 Ask\nb 4 Reply\nb 5 Remind\nb 9 Pay\n"
                                   "c 0 Look\nc 1 Ask\n"
                                   "d 99 Look\n",
                                   &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_ways(compare->touchpoints[2].comes, 4, 1, 1, 1, 1);
    assert_ways(compare->touchpoints[3].comes, 2, 1, 1, 0, 0);
    untread(&trodden);
}

static void an_end_that_is_right_is_gone_not_late(void **state) {
    (void)state;
    static const char map[] = "journey loan: Loan\n"
                              "  over after 90 days of silence\n"
                              "  span pay-out: from apply to paid, at most 5 days\n"
                              "stage decide: Decide\n"
                              "  touchpoint apply: Apply\n"
                              "  choose\n"
                              "    way no 50%: No\n"
                              "      touchpoint declined: Declined\n"
                              "        ends here\n"
                              "    way yes 50%: Yes\n"
                              "      touchpoint accepted: Accepted\n"
                              "  touchpoint paid: Paid\n";
    struct trodden trodden = tread(map,
                                   "a 50 Apply\na 51 Declined\n"
                                   "b 50 Apply\nb 51 Accepted\n"
                                   "c 50 Apply\nc 51 Accepted\nc 52 Paid\n",
                                   &LATER);
    const struct trod_compare *compare = walked(&trodden);
    assert_ways(compare->spans[0], 3, 1, 1, 0, 1);
    assert_int_equal(compare->stages[0].ended, 2);
    assert_int_equal(compare->complete.cost, 1);
    untread(&trodden);
}

static void how_long_a_visit_lasts(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "    one visit within 1 h\n"
                              "    takes at most 1 h\n"
                              "  touchpoint pay: Pay\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look\na 0.02 Look\na 0.04 Look\na 0.06 Look\na 1 Pay\n"
                                   "b 0 Look\nb 0.01 Look\n"
                                   "c 0 Look\n", /* one event says nothing of how long */
                                   NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_ways(compare->touchpoints[0].takes, 2, 1, 1, 0, 0);
    assert_int_equal(compare->touchpoints[0].visits, 3);
    assert_int_equal(compare->touchpoints[0].events, 7);
    untread(&trodden);
}

static void without_times_nothing_is_zero(void **state) {
    (void)state;
    struct trodden trodden = tread(MAP, "a - Look\na - Ask\nb - Look\n", NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_false(compare->spans[0].ways.given);
    assert_int_equal(compare->spans[0].ways.started, 0);
    assert_false(compare->spans[0].ways.median_us.given);
    assert_false(compare->period.given);
    assert_null(find_deviation(compare, TROD_LATE, "ask"));
    struct trod_buf json = {0};
    assert_int_equal(trod_compare_json(compare, 0, &json, NULL), TROD_OK);
    assert_true(trod_str_contains(trod_buf_str(&json), TROD_STR("\"arrived\": null")));
    assert_true(trod_str_contains(trod_buf_str(&json), TROD_STR("\"share_late\": null")));
    assert_false(trod_str_contains(trod_buf_str(&json), TROD_STR("\"arrived\": 0")));
    trod_buf_free(&json);
    untread(&trodden);
}

static void a_persona_has_a_window_of_its_own(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  over after 20 days of silence\n"
                              "persona carl: Carl the courier\n"
                              "  segment trade\n"
                              "segment trade: Trade\n"
                              "  when profile trade = yes\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "  touchpoint ask: Ask\n"
                              "    comes at most 5 days\n"
                              "    for carl\n"
                              "      comes at most 1 day\n";
    struct trodden trodden = tread(map,
                                   "a 0 Look !trade=yes\na 3 Ask\n"
                                   "b 0 Look !trade=no\nb 3 Ask\n"
                                   "c 97 Look !trade=yes\nd 97 Look !trade=no\n",
                                   &LATER);
    assert_ways(walked(&trodden)->touchpoints[1].comes, 4, 1, 2, 1, 0);
    untread(&trodden);
}

/* Working minutes counted one by one. */
static int64_t plain_working_us(const struct trod_team *team, int64_t from_us, int64_t to_us) {
    int64_t sum = 0;
    for (int64_t at = from_us; at < to_us; at += TROD_MINUTE_US) {
        const struct trod_civil civil = trod_civil_from_us(at);
        const int minute = civil.hour * 60 + civil.minute;
        bool off = false;
        for (size_t i = 0; i < team->n_holidays; i++) {
            off = off ||
                  team->holidays[i] == trod_days_from_civil(civil.year, civil.month, civil.day);
        }
        for (size_t i = 0; i < team->n_hours && !off; i++) {
            const struct trod_hours *hours = &team->hours[i];
            if ((hours->weekdays >> civil.weekday & 1) && minute >= hours->from_min &&
                minute < hours->to_min) {
                sum += TROD_MINUTE_US;
            }
        }
    }
    return sum;
}

static void working_time_is_the_plain_count(void **state) {
    (void)state;
    const struct trod_hours hours[] = {
        {0x1f, 9 * 60, 12 * 60}, {0x1f, 13 * 60, 18 * 60}, {0x20, 10 * 60, 14 * 60}};
    const int64_t holidays[] = {19725, 19733, 19760};
    const struct trod_team team = {
        .hours = hours, .n_hours = 3, .holidays = holidays, .n_holidays = 3};
    struct trod_rng rng = {.seed = 5};
    for (int i = 0; i < 300; i++) {
        const int64_t from_us =
            DAY_0_US + (int64_t)trod_rng_below(&rng, 60 * 24 * 60) * TROD_MINUTE_US;
        const int64_t to_us =
            from_us + (int64_t)trod_rng_below(&rng, 40 * 24 * 60) * TROD_MINUTE_US;
        assert_int_equal(compare_working_us(&team, from_us, to_us),
                         plain_working_us(&team, from_us, to_us));
    }
    assert_float_equal(compare_working_day_us(&team), 44.0 / 6 * (double)TROD_HOUR_US, 1);
}

static void working_days_are_the_teams(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "  over after 90 days of silence\n"
                              "team sales: Sales\n"
                              "  hours mon-fri 09:00-17:00\n"
                              "stage find: Find\n"
                              "  touchpoint ask: Ask\n"
                              "  touchpoint reply: Reply\n"
                              "    comes at most 2 working days\n"
                              "    owner Sales\n";
    /* Friday noon to Tuesday 11:00 is 5 + 8 + 2 hours: in time. To 13:00 it is 17: late. */
    struct trodden trodden = tread(map,
                                   "a 4.5 Ask\na 8.4583334 Reply\n"
                                   "b 4.5 Ask\nb 8.5416667 Reply\n",
                                   NULL);
    const struct trod_compare *compare = walked(&trodden);
    assert_ways(compare->touchpoints[1].comes, 2, 1, 1, 0, 0);
    assert_true(compare->touchpoints[1].comes.working);
    untread(&trodden);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_ways_of_each_promise),
        cmocka_unit_test(shares_add_up_and_lie_in_their_intervals),
        cmocka_unit_test(without_over_after_the_young_are_open),
        cmocka_unit_test(after_and_before_another),
        cmocka_unit_test(an_end_that_is_right_is_gone_not_late),
        cmocka_unit_test(how_long_a_visit_lasts),
        cmocka_unit_test(without_times_nothing_is_zero),
        cmocka_unit_test(a_persona_has_a_window_of_its_own),
        cmocka_unit_test(working_time_is_the_plain_count),
        cmocka_unit_test(working_days_are_the_teams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
