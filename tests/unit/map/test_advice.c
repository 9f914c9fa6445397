/* Advice: each piece in a map that deserves it, and none in a map that does not. */
#include <math.h>

#include "maps.h"

/* A map about which there is nothing to say; each case changes one thing. */
#define HEAD                      \
    "journey j: J\n"              \
    "  succeeds when b happens\n" \
    "  over after 12 months of silence\n"
#define STAGE      \
    "stage s: S\n" \
    "  goal know\n"
#define A                 \
    "  touchpoint a: A\n" \
    "    owner Sales\n"   \
    "    feels +1 fine\n"
#define B                 \
    "  touchpoint b: B\n" \
    "    owner Sales\n"
#define SMALL(id)              \
    "  touchpoint " id ": X\n" \
    "    owner Sales\n"        \
    "    delight y\n"
#define CONTENT "content c: C\n"
#define EXPERIMENT(from, to, n)                                                            \
    "experiment e: E\n  at a\n  variant v 50%: c\n  variant w 50%: c\n  measure share of " \
    "journeys with a that reach b\n  expect from " from " to " to "\n  enough " n          \
    " people per variant\n"

static const struct {
    const char *text, *code; /* NULL: nothing is advised */
    unsigned line;
    const char *words;
} cases[] = {
    {HEAD STAGE A B, NULL, 0, NULL},
    /* pains */
    {HEAD STAGE A "    pain high: slow\n" B, "pain-without-action", 9, "`a`: slow"},
    {HEAD STAGE A "    pain high: slow\n" B "action x: X\n  fixes pain of a\n", NULL, 0, NULL},
    {HEAD STAGE A "    pain p high: slow\n" B "action x: X\n  fixes p\n", NULL, 0, NULL},
    {HEAD STAGE A "    pain p high: slow\n    pain low: far\n" B "action x: X\n  fixes p\n",
     "pain-without-action", 10, "fixes pain of a"},
    {HEAD STAGE A "    pain p high: slow\n" B "action x: X\n  fixes p\n  status dropped\n",
     "pain-without-action", 9, "dropped"},
    {HEAD STAGE A "    for n\n      pain high: slow\n" B "persona n: N\n",
     "pain-without-action", 10, "slow"},
    {HEAD STAGE A "    for n\n      pain high: slow\n" B
                  "persona n: N\naction x: X\n  fixes pain of "
                  "a\n",
     NULL, 0, NULL},
    /* needs */
    {HEAD "stage s: S\n" A B "    need x\n", "serves-nothing", 5, "`a` serves no need"},
    {HEAD "stage s: S\n" A "    serves all\n" B "    need x\n", NULL, 0, NULL},
    {HEAD "stage s: S\n" A B "persona n: N\n  need x\n", NULL, 0, NULL},
    {HEAD "  persona m\nstage s: S\n" A "    need x\n" B
          "persona m: M\npersona n: N\n  need x\n",
     "serves-nothing", 10, "`b`"},
    {HEAD STAGE A B "any time\n" SMALL("h"), "serves-nothing", 12, "`h`"},
    /* owners */
    {HEAD STAGE A "  touchpoint b: B\n", "no-owner", 9, "`b`"},
    {HEAD STAGE A "  touchpoint b: B\n    not recorded\n", NULL, 0, NULL},
    /* traces */
    {HEAD STAGE A "    seen when x\n" B, "not-seen", 10, "`not recorded`"},
    {HEAD STAGE A "    seen when x\n" B "    not recorded\n", NULL, 0, NULL},
    {HEAD STAGE A B "    fails when x\nsource web: W\n  server\n  dates B\n", "not-seen", 6,
     "`a`"},
    {HEAD STAGE A B "source w: W\n  file x.csv\n  dates a, B\n", NULL, 0, NULL},
    {HEAD STAGE A "    seen when web x\n" B "    seen when web y\nsource web: W\n  time t\n",
     "source-without-data", 13, "`a`, `b`"},
    {HEAD STAGE A "    seen when web x\n" B "    seen when y\nsource web: W\n  database "
                  "postgres://x\n",
     NULL, 0, NULL},
    /* wishes */
    {HEAD STAGE A "    wish customer: calm\n" B, "one-sided-wish", 9, "wish TEAM"},
    {HEAD STAGE A "    wish Sales: calm\n" B, "one-sided-wish", 9, "only Sales"},
    {HEAD STAGE A "    wish Sales: calm\n    wish customer: calm\n" B, NULL, 0, NULL},
    /* promises */
    {HEAD STAGE A B "promise p: soon\n", "unkept-promise", 11, "keeps p"},
    {HEAD STAGE A "    keeps p\n" B "promise p: soon\n", NULL, 0, NULL},
    /* stages */
    {HEAD STAGE A B "stage t: T\n", "empty-stage", 11, "`t`"},
    {HEAD STAGE A B SMALL("c") SMALL("d") "stage t: T\n  goal x\n" SMALL("e"), "scarce-stage",
     17, "only 1 touchpoint,"},
    {HEAD STAGE A B SMALL("d") "stage t: T\n  goal x\n" SMALL("e"), NULL, 0, NULL},
    {HEAD STAGE B "stage t: T\n  goal x\n" SMALL("e"), "joyless-stage", 4, "`s`"},
    {HEAD STAGE B "    feels 0 calm\n", "joyless-stage", 4, "above 0"},
    {HEAD STAGE B "    feels 0 calm\n    for n\n      feels +1 glad\npersona n: N\n", NULL, 0,
     NULL},
    {HEAD STAGE "  takes at most 2 days\n" A "    comes at most 1 day\n" B
                "    comes at most 1 day\n",
     NULL, 0, NULL},
    {HEAD STAGE "  takes at most 2 days\n" A "    comes at most 1 day\n" B
                "    comes at most 2 days\n",
     "stage-limit-too-short", 6, "at most 2 days"},
    {HEAD STAGE "  takes at most 2 days\n" A
                "    comes at most 1 day\n    repeats at most 3 times\n" B,
     "stage-limit-too-short", 6, "3 days"},
    {HEAD STAGE "  takes at most 2 days\n" A "    comes at most 1 day\n    repeats\n" B, NULL,
     0, NULL},
    {HEAD STAGE "  takes at most 2 days\n" A
                "    comes at most 1 day after a\n    repeats at most 3 "
                "times\n" B,
     NULL, 0, NULL},
    {HEAD STAGE "  takes at most 2 days\n" A
                "    comes at most 1 day after a\n    repeats at most 4 "
                "times\n" B,
     "stage-limit-too-short", 6, "3 days"},
    {HEAD STAGE
     "  takes at most 2 days\n  choose\n    way x: X\n    way y: Y\n      touchpoint a: A\n  "
     "      owner S\n        delight x\n        comes at most 3 days\n" B,
     "stage-limit-too-short", 6, "3 days"},
    {HEAD STAGE "  takes at most 2 days\n" A "    comes at most 1 day\n" B
                "    comes at most 2 days after a\n",
     "stage-limit-too-short", 6, "3 days"},
    {HEAD STAGE "  takes at most 2 days\n" A "    comes at most 1 day\n" B
                "    comes at most 2 days after z\nstage t: T\n  goal x\n" SMALL("z"),
     NULL, 0, NULL},
    {HEAD STAGE "  takes at most 2 working days\n" A "    comes at most 9 days\n" B, NULL, 0,
     NULL},
    /* the journey */
    {"journey j: J\n" STAGE A B, "no-end", 1, "succeeds when"},
    {"journey j: J\n  succeeds when b happens\n" STAGE A B, NULL, 0, NULL},
    {"journey j: J\n  over after 3 months of silence\n" STAGE A B, NULL, 0, NULL},
    {HEAD "  reviewed 2025-01-01, again every 30 days\n" STAGE A B, "review-overdue", 4,
     "2025-01-31"},
    {HEAD "  reviewed 2025-03-03, again every 30 days\n" STAGE A B, NULL, 0, NULL},
    {HEAD "  reviewed 2025-02-08, again every 30 days\n" STAGE A B, NULL, 0, NULL},
    {HEAD "  reviewed 2025-02-07, again every 30 days\n" STAGE A B, "review-overdue", 4,
     "1 day ago"},
    {HEAD "  agreed Ann on 2025-01-01\n  learned 2025-02-01: x\n" STAGE A B,
     "agreement-outdated", 4, "Ann agreed on 2025-01-01"},
    {HEAD "  agreed Ann on 2025-02-01\n  learned 2025-02-01: x\n" STAGE A B, NULL, 0, NULL},
    {HEAD "  agreed Ann on 2025-01-01\n  reviewed 2025-02-01\n" STAGE A B, "agreement-outdated",
     4, "reviewed"},
    /* experiments: 1,863 people a variant see 4 % become 6 % */
    {HEAD STAGE A B CONTENT EXPERIMENT("4%", "6%", "1862"), "experiment-too-small", 18, "1863"},
    {HEAD STAGE A B CONTENT EXPERIMENT("4%", "6%", "1863"), NULL, 0, NULL},
    {HEAD STAGE A B CONTENT EXPERIMENT("6%", "4%", "1862"), "experiment-too-small", 18, "1863"},
    {HEAD STAGE A B CONTENT EXPERIMENT("50%", "60%", "388"), NULL, 0, NULL},
    {HEAD STAGE A B CONTENT EXPERIMENT("50%", "60%", "387"), "experiment-too-small", 18, "388"},
};

static void each_piece_of_advice(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        struct read read = read_map(cases[i].text, true);
        const size_t want = cases[i].code ? 1 : 0;
        const struct trod_remark *const found =
            cases[i].code ? remark_of(&read.report, cases[i].code) : NULL;
        const bool good =
            read.status == TROD_OK && read.report.n == want && read.report.n_advice == want &&
            (!want ||
             (found && found->weight == TROD_ADVICE && found->line == cases[i].line &&
              (strstr(found->message, cases[i].words) || strstr(found->hint, cases[i].words))));
        if (!good) {
            print_report(&read.report);
            fail_msg("case %zu: wanted %s at %u with \"%s\" in\n%s", i,
                     cases[i].code ? cases[i].code : "nothing", cases[i].line,
                     cases[i].words ? cases[i].words : "", cases[i].text);
        }
        if (found) assert_true(found->hint[0] != '\0');
        read_release(&read);
    }
}

static void large_maps_lose_their_readers(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "journey j: J\n  over after 1 year of silence\n");
    for (int s = 0; s < 9; s++) {
        trod_buf_format(&text, "stage s%d: S\n  goal x\n", s);
        for (int t = 0; t < 5; t++)
            trod_buf_format(&text, "  touchpoint t%d-%d: T\n    owner x\n    delight y\n", s,
                            t);
    }
    struct read read = read_map(text.at, true);
    assert_int_equal(read.report.n_advice, 2);
    assert_non_null(strstr(remark_of(&read.report, "many-stages")->message, "9 stages"));
    assert_non_null(
        strstr(remark_of(&read.report, "many-touchpoints")->message, "45 touchpoints"));
    read_release(&read);
    trod_buf_free(&text);
}

static void age_needs_a_day(void **state) {
    (void)state;
    const char *const text = HEAD "  reviewed 2020-01-01, again every 30 days\n" STAGE A B;
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    const struct trod_map_options options = {.no_files = true, .advice = true};
    assert_int_equal(trod_map_read_text(trod_str_of(text), "t", &options, &map, &report, NULL),
                     TROD_OK);
    assert_int_equal(report.n, 0);
    trod_map_free(map);
    trod_report_release(&report);
}

/* The example of the language: three pains have no action, and nothing else is to be said. */
static void the_example(void **state) {
    (void)state;
    char name[600];
    find_shared("data/maps/own/cargo-bike.journey", name);
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    const struct trod_map_options options = {.no_files = true,
                                             .advice = true,
                                             .today_us = trod_days_from_civil(2025, 3, 10) *
                                                         TROD_DAY_US};
    assert_int_equal(trod_map_read(name, &options, &map, &report, NULL), TROD_OK);
    assert_int_equal(report.n, 3);
    static const char *const pains[] = {"`question`", "`test-ride`", "`first-service`"};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(report.items[i].code, "pain-without-action");
        assert_non_null(strstr(report.items[i].message, pains[i]));
    }
    assert_int_equal(map->n_touchpoints, 16);
    assert_int_equal(map->n_stages, 6);
    trod_map_free(map);
    trod_report_release(&report);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_piece_of_advice),
        cmocka_unit_test(large_maps_lose_their_readers),
        cmocka_unit_test(age_needs_a_day),
        cmocka_unit_test(the_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
