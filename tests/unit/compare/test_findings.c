/* Findings: what is planted is found and named; where nothing is planted nothing is found.
 *
 * A small shop is simulated with ten seeds, exactly as its map says, with people dropping out
 * and payments failing now and then; then with one deviation at a time.
 */
#include "trodden.h"

static const char MAP[] = "journey shop: Shop\n"
                          "  succeeds when pay happens\n"
                          "  over after 60 days of silence\n"
                          "  span lead: from look to pay, usually 8 days, at most 21 days\n"
                          "  owner Marketing\n"
                          "segment trade: Couriers and trades\n"
                          "  when profile trade = yes\n"
                          "research talks: Talks\n"
                          "stage find: Find\n"
                          "  takes usually 1 day, at most 30 days\n"
                          "  touchpoint look: Looks around\n"
                          "    channel website\n"
                          "    seen when look\n"
                          "stage try: Try\n"
                          "  takes usually 3 days, at most 6 days\n"
                          "  choose\n"
                          "    way booked 70%: By booking\n"
                          "      touchpoint book: Books\n"
                          "        comes usually 2 days, at most 7 days\n"
                          "        seen when book\n"
                          "    way walk-in 30%: Just so\n"
                          "      touchpoint walk: Walks in\n"
                          "        comes usually 2 days, at most 7 days\n"
                          "        seen when walk\n"
                          "  touchpoint ride: Rides round the park\n"
                          "    comes usually 1 day, at most 3 days\n"
                          "    seen when ride\n"
                          "    owner Sales\n"
                          "    pain high: nobody is free on Saturdays [talks, 4 of 9]\n"
                          "stage buy: Buy\n"
                          "  touchpoint quote: Gets a quote\n"
                          "    comes usually 1 day, at most 4 days\n"
                          "    seen when quote\n"
                          "    owner Office\n"
                          "  touchpoint pay: Pays the deposit\n"
                          "    comes usually 2 days, at most 7 days\n"
                          "    seen when pay\n"
                          "    fails when failed\n"
                          "    owner Till\n"
                          "action saturdays: Work on Saturdays\n"
                          "  fixes pain of ride\n"
                          "  owner Sales\n"
                          "  status started\n";

enum { PEOPLE = 3000, WEEKS = 52, BAD_WEEK = 22 };
struct plant {
    bool skip, late, fail;
    int weeks; /* of failures: beyond the first */
};

static double wait_days(struct trod_rng *rng, double usual, double most) {
    const double sigma = log(most / usual) / 2.0537; /* one in fifty is longer */
    return usual * exp(sigma * trod_rng_normal(rng));
}

static void add_event(struct trod_buf *log, int person, double *day, double wait,
                      const char *event) {
    *day += wait;
    if (*day < WEEKS * 7) trod_buf_format(log, "p%d %.4f %s\n", person, *day, event);
}

static void walk(struct trod_buf *log, int person, const struct plant *plant,
                 struct trod_rng *rng) {
    const bool trade = trod_rng_unit(rng) < 0.25;
    const char *const city[] = {"Rome", "Bonn", "Lyon"};
    double day = WEEKS * 7 * trod_rng_unit(rng);
    trod_buf_format(log, "p%d %.4f look !trade=%s !city=%s\n", person, day,
                    trade ? "yes" : "no", city[trod_rng_below(rng, 3)]);
    if (trod_rng_unit(rng) < 0.35) return;
    add_event(log, person, &day, wait_days(rng, 2, 7),
              trod_rng_unit(rng) < 0.7 ? "book" : "walk");
    if (trod_rng_unit(rng) < 0.12) return;
    if (trod_rng_unit(rng) >= (plant->skip && trade ? 0.4 : 0.02)) {
        add_event(log, person, &day, wait_days(rng, 1, 3), "ride");
    }
    if (trod_rng_unit(rng) < 0.1) return;
    const bool slow = plant->late && trod_rng_unit(rng) < 0.4;
    add_event(log, person, &day, slow ? 18 + 10 * trod_rng_unit(rng) : wait_days(rng, 1, 4),
              "quote");
    if (trod_rng_unit(rng) < 0.1) return;
    day += wait_days(rng, 2, 7);
    const bool bad =
        plant->fail && (int)(day / 7) >= BAD_WEEK && (int)(day / 7) <= BAD_WEEK + plant->weeks;
    if (trod_rng_unit(rng) < (bad ? 0.8 : 0.03)) add_event(log, person, &day, 0, "failed");
    add_event(log, person, &day, 0.01, "pay");
}

static struct trodden simulate(uint64_t seed, const struct plant *plant) {
    static const trod_str by[] = {{"segment", 7}, {"city", 4}};
    struct trod_buf log = {0};
    struct trod_rng rng = {.seed = seed, .stream = 9};
    for (int i = 0; i < PEOPLE; i++) walk(&log, i, plant, &rng);
    struct trodden trodden =
        tread(MAP, log.at, &(struct trod_compare_options){.by = by, .n_by = 2});
    trod_buf_free(&log);
    return trodden;
}

static const struct trod_finding *find(const struct trod_compare *compare,
                                       enum trod_finding_kind kind) {
    const struct trod_finding *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < compare->n_findings; i++) {
        if (compare->findings[i].kind != kind) continue;
        if (!found) found = &compare->findings[i];
        n++;
    }
    if (n > 1) {
        for (size_t i = 0; i < compare->n_findings; i++) {
            print_message("%.*s\n", TROD_ARG(compare->findings[i].sentence));
        }
        fail_msg("%zu findings of one kind", n);
    }
    return found;
}

static void assert_contains(trod_str text, const char *part) {
    if (!trod_str_contains(text, trod_str_of(part))) {
        fail_msg("\"%.*s\" lacks \"%s\"", TROD_ARG(text), part);
    }
}

static void nothing_planted_nothing_found(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 15; seed++) {
        struct trodden trodden = simulate(seed, &(struct plant){0});
        const struct trod_compare *compare = walked(&trodden);
        assert_null(find(compare, TROD_FINDING_SEGMENT));
        assert_null(find(compare, TROD_FINDING_BURST));
        assert_null(find(compare, TROD_FINDING_LATE));
        assert_null(find(compare, TROD_FINDING_DEVIATION));
        assert_null(find(compare, TROD_FINDING_CHOICE));
        assert_true(compare->n_good > 0);
        untread(&trodden);
    }
}

static void a_segment_that_skips(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct trodden trodden = simulate(seed, &(struct plant){.skip = true});
        const struct trod_compare *compare = walked(&trodden);
        const struct trod_finding *finding = find(compare, TROD_FINDING_SEGMENT);
        assert_non_null(finding);
        assert_int_equal(finding->deviation, TROD_SKIPPED);
        assert_str(finding->value, "Couriers and trades");
        assert_contains(finding->sentence, "Couriers and trades");
        assert_contains(finding->sentence, "skip \u201cRides round the park\u201d (others: ");
        assert_str(finding->team, "Sales");
        assert_str(finding->quote, "nobody is free on Saturdays");
        assert_str(finding->proof.research, "talks");
        assert_int_equal(finding->action_id, 0);
        assert_true(finding->share.low > finding->others.high);
        assert_null(find(compare, TROD_FINDING_BURST));
        assert_null(find(compare, TROD_FINDING_LATE));
        assert_null(find(compare, TROD_FINDING_DEVIATION)); /* told by the segment */
        untread(&trodden);
    }
}

static void a_span_that_is_late(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct trodden trodden = simulate(seed, &(struct plant){.late = true});
        const struct trod_compare *compare = walked(&trodden);
        const struct trod_finding *finding = find(compare, TROD_FINDING_LATE);
        assert_non_null(finding);
        assert_str(finding->span, "lead");
        assert_contains(finding->sentence, "21 days");
        assert_contains(finding->sentence, "Gets a quote");
        assert_str(finding->team, "Office"); /* whose wait it is */
        assert_null(find(compare, TROD_FINDING_SEGMENT));
        assert_null(find(compare, TROD_FINDING_BURST));
        untread(&trodden);
    }
}

static void a_week_in_which_payments_fail(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct trodden trodden = simulate(seed, &(struct plant){.fail = true});
        const struct trod_compare *compare = walked(&trodden);
        const struct trod_finding *finding = find(compare, TROD_FINDING_BURST);
        assert_non_null(finding);
        assert_int_equal(finding->since_us, DAY_0_US + BAD_WEEK * 7 * TROD_DAY_US);
        assert_int_equal(finding->until_us, finding->since_us + 7 * TROD_DAY_US);
        assert_contains(finding->sentence,
                        "In the week of 3 June 2024 \u201cPays the deposit\u201d");
        assert_null(find(compare, TROD_FINDING_SEGMENT));
        assert_null(find(compare, TROD_FINDING_LATE));
        untread(&trodden);
    }
}

static void neighbouring_weeks_are_one_stretch(void **state) {
    (void)state;
    struct trodden trodden = simulate(3, &(struct plant){.fail = true, .weeks = 7});
    const struct trod_compare *compare = walked(&trodden);
    const struct trod_finding *finding = find(compare, TROD_FINDING_BURST);
    assert_non_null(finding);
    assert_int_equal(finding->until_us - finding->since_us, 8 * 7 * TROD_DAY_US);
    assert_contains(finding->sentence, "From 3 June 2024 to 28 July 2024");
    assert_null(find(compare, TROD_FINDING_DEVIATION)); /* it stands for nearly all of them */
    assert_true(compare->touchpoints[5].share_failed.low > 0.05);
    untread(&trodden);
}

static void all_three_stand_among_the_first_five(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct trodden trodden =
            simulate(seed, &(struct plant){.skip = true, .late = true, .fail = true});
        const struct trod_compare *compare = walked(&trodden);
        bool seen[TROD_FINDING_CHOICE + 1] = {false};
        for (size_t i = 0; i < compare->n_findings && i < 5; i++) {
            seen[compare->findings[i].kind] = true;
        }
        assert_true(seen[TROD_FINDING_SEGMENT]);
        assert_true(seen[TROD_FINDING_LATE]);
        assert_true(seen[TROD_FINDING_BURST]);
        untread(&trodden);
    }
}

/* Hardly anybody pays by card though a quarter should: those concerned are the ones who do not.
 */
static void people_of_a_choice_took_another_way(void **state) {
    (void)state;
    static const char map[] = "journey shop: Shop\n"
                              "stage find: Find\n"
                              "  touchpoint look: Look\n"
                              "stage talk: Talk\n"
                              "  touchpoint ask: Ask\n"
                              "stage buy: Buy\n"
                              "  choose\n"
                              "    way by-card 25%: By card\n"
                              "      touchpoint card: Card\n"
                              "    way in-cash 75%: In cash\n"
                              "      touchpoint cash: Cash\n";
    struct trod_buf log = {0};
    for (int i = 0; i < 1200; i++)
        trod_buf_format(&log, "c%d %d Look\nc%d %d Ask\nc%d %d %s\n", i, i % 50, i, i % 50 + 1,
                        i, i % 50 + 2, i == 7 ? "Card" : "Cash");
    struct trodden trodden = tread(map, log.at, NULL);
    const struct trod_compare *compare = walked(&trodden);
    const struct trod_finding *finding = find(compare, TROD_FINDING_CHOICE);
    assert_non_null(finding);
    assert_int_equal(finding->people, 299); /* 300 should, 1 does */
    assert_contains(finding->sentence, "the map expects");
    bool praised = false;
    for (size_t i = 0; i < compare->n_good; i++) {
        assert_false(trod_str_contains(compare->good[i], TROD_STR("Find")));
        praised = praised ||
                  trod_str_is(compare->good[i], "None of the 1,200 who reach \u201cTalk\u201d "
                                                "is last seen there.");
    }
    assert_true(praised);
    untread(&trodden);
    /* Of 40 people five are too few to be told, however far from the design. */
    trod_buf_clear(&log);
    for (int i = 0; i < 40; i++)
        trod_buf_format(&log, "c%d %d Look\nc%d %d Ask\nc%d %d %s\n", i, i % 50, i, i % 50 + 1,
                        i, i % 50 + 2, i < 1 ? "Card" : "Cash");
    trodden = tread(map, log.at, NULL);
    assert_null(find(walked(&trodden), TROD_FINDING_CHOICE));
    untread(&trodden);
    trod_buf_free(&log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_planted_nothing_found),
        cmocka_unit_test(a_segment_that_skips),
        cmocka_unit_test(a_span_that_is_late),
        cmocka_unit_test(a_week_in_which_payments_fail),
        cmocka_unit_test(neighbouring_weeks_are_one_stretch),
        cmocka_unit_test(people_of_a_choice_took_another_way),
        cmocka_unit_test(all_three_stand_among_the_first_five),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
