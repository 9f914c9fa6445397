/* Maps to draw, and a comparison made by hand, for the tests of draw. */
#ifndef TESTS_DRAW_MAPS_H
#define TESTS_DRAW_MAPS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit.h"
#include "draw/picture.h"

static const char map_least[] = "journey tea: A cup of tea\n"
                                "stage order: Order\n"
                                "  touchpoint ask: Asks for tea\n"
                                "    channel counter\n"
                                "    feels 0 thirsty\n"
                                "  touchpoint pay: Pays\n"
                                "    feels -1 slow queue\n"
                                "    pain low: the card reader is slow\n"
                                "stage drink: Drink\n"
                                "  touchpoint sip: Drinks it\n"
                                "    feels +2 warm\n";

/* Every block of the flow, some inside others. */
static const char map_nested[] =
    "journey nest: Everything that bends the flow\n"
    "  owner Lab\n"
    "  reviewed 2025-03-03\n"
    "  persona ann, bob\n"
    "  span first-to-sign: from guide to sign, usually 1 week, at most 3 weeks\n"
    "persona ann: Ann, careful buyer\n"
    "  goal to be sure before paying\n"
    "  says \"Show me the small print.\" [talks]\n"
    "persona bob: Bob, always in a hurry\n"
    "  goal to be done by lunch\n"
    "research talks: Nine talks\n"
    "  kind interview\n"
    "  people 9\n"
    "stage one: Find\n"
    "  goal know what there is\n"
    "  any order\n"
    "    touchpoint guide: Reads the guide\n"
    "      channel website, letter\n"
    "      feels +1 curious [talks, 6 of 9]\n"
    "    choose\n"
    "      way call 40%: By phone, talking to a person at the branch\n"
    "        touchpoint phone: Calls the branch\n"
    "          channel phone\n"
    "          feels -1 on hold\n"
    "          repeats at most 3 times\n"
    "      way visit 50%: In person\n"
    "        touchpoint walk: Visits the branch\n"
    "          feels +2 welcomed\n"
    "        touchpoint leaflet: Takes a leaflet\n"
    "          optional 30%\n"
    "          feels 0 calm\n"
    "      way none 10%: Not at all\n"
    "    optional 20%\n"
    "      touchpoint friend: Asks a friend\n"
    "        feels +1 reassured\n"
    "optional\n"
    "  stage two: Try\n"
    "    repeat at most 4 times\n"
    "      any order\n"
    "        touchpoint demo: Opens the demo\n"
    "          feels +1 playful\n"
    "          for bob\n"
    "            feels -2 bored\n"
    "            does yawns\n"
    "        optional\n"
    "          touchpoint film: Watches the film\n"
    "      between\n"
    "        touchpoint nudge: Gets a reminder\n"
    "          channel sms\n"
    "          feels -1 nagged\n"
    "stage three: Buy\n"
    "  choose\n"
    "    way give-up 35%: Gives up\n"
    "      touchpoint no: Says no thank you\n"
    "        feels -2 disappointed\n"
    "        ends here\n"
    "    way go-on 65%: Goes on\n"
    "      touchpoint sign: Signs\n"
    "        moment of truth  the pen is out\n"
    "        feels +1 relieved\n"
    "        comes usually 2 days, at most 5 days after guide\n"
    "        front Clerk: reads it aloud\n"
    "        back Office: files it\n"
    "        support Law: keeps the form up to date\n"
    "        pain medium: the pen does not write\n"
    "  repeat\n"
    "    touchpoint unpack: Unpacks the box\n"
    "      channel home delivery\n"
    "      feels +2 delighted\n"
    "      takes usually 10 min, at most 1 h\n"
    "any time\n"
    "  touchpoint help: Calls the helpline\n"
    "    channel phone\n"
    "    feels -1 annoyed\n"
    "    pain high: nobody answers after six\n"
    "  touchpoint moan: Complains\n"
    "    does writes a long letter\n"
    "kpi signed: Who signs\n"
    "  measure share of journeys with guide that reach sign\n"
    "  target at least 40% by 2026-01-01\n"
    "action pens: Buy better pens\n"
    "  fixes pain of sign\n"
    "  owner Office\n"
    "  status started\n";

/* Texts that want to break the picture. */
static const char map_hostile[] =
    "journey hard: "
    "SupercalifragilisticexpialidociousSupercalifragilisticexpialidociousSupercalifragilistic"
    "expialidociousSupercalifragilisticexpialidociousSupercalifragilisticexpialidocious\n"
    "  scope أهلا وسهلا بكم في رحلة العميل الطويلة جدا أهلا وسهلا بكم في رحلة العميل الطويلة\n"
    "stage s: DonaudampfschifffahrtsgesellschaftskapitänDonaudampfschifffahrtsgesellschafts\n"
    "  takes usually 1 day, at most 3 days\n"
    "  touchpoint a: "
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxx\n"
    "    channel 店铺, wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\n"
    "    does 客户询问送货时间，然后等待很长时间，最后收到一个没有人期待的答复。客户询问送货时间。\n"
    "    feels +2 overwhelmedoverwhelmedoverwhelmedoverwhelmedoverwhelmedoverwhelmedoverwhelmed\n"
    "  touchpoint b: مرحبا بالعالم، هذا عنوان طويل جدا لنقطة اتصال\n"
    "    does 👩‍👩‍👧‍👦👍🏽 family <b>bold</b> & \"quoted\" ]]> 🇩🇪🇫🇷🇮🇹 ok --> \xE2\x80\xAEturned\n"
    "    feels -2 hmm\n"
    "    pain high: long long long long long long long long long long long long long long long "
    "long long long long long long long long long long long long long long long long long long "
    "long long long long long long long long long long long long long long long long long end\n"
    "  touchpoint c: A\n"
    "    front TeamWithAVeryLongNameIndeedThatNeverEndsTeamWithAVeryLongNameIndeed: t\n"
    "    thinks wwwwwwwwwwwwwwwwwwwwww wwwwwwwwwwwwwwwwwwwwww wwwwwwwwwwwwwwwwwwwwww\n";

__attribute__((unused)) static struct trod_map *read_map(const char *text) {
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    struct trod_error error = {0};
    const struct trod_map_options options = {.no_files = true};
    trod_status status =
        trod_map_read_text(trod_str_of(text), "test.journey", &options, &map, &report, &error);
    for (size_t i = 0; status && i < report.n; i++)
        fprintf(stderr, "%u: %s\n", report.items[i].line, report.items[i].message);
    trod_report_release(&report);
    assert_int_equal(status, TROD_OK);
    return map;
}

/* The map of the example in the source tree. */
__attribute__((unused)) static struct trod_map *read_example(void) {
    char name[4096];
    const char *root = getenv("TROD_SOURCE_ROOT");
    snprintf(name, sizeof name, "%s/examples/cargo-bike/cargo-bike.journey", root ? root : ".");
    struct trod_map *map = NULL;
    const struct trod_map_options options = {.no_files = true};
    assert_int_equal(trod_map_read(name, &options, &map, NULL, NULL), TROD_OK);
    return map;
}

/* A comparison in which every touchpoint has figures; its parts are freed by free_compare. */
static struct trod_four_ways ways_of(uint64_t started, double usual_us) {
    struct trod_four_ways ways = {.started = started};
    ways.in_time = started * 6 / 10;
    ways.late = started / 4;
    ways.open = started / 10;
    ways.gone = started - ways.in_time - ways.late - ways.open;
    ways.share_in_time = trod_share_make(ways.in_time, started);
    ways.share_late = trod_share_make(ways.late, started);
    ways.share_open = trod_share_make(ways.open, started);
    ways.share_gone = trod_share_make(ways.gone, started);
    ways.median_us = (struct trod_measured){true, usual_us, usual_us, usual_us, started};
    ways.p90_us = (struct trod_measured){true, 9 * usual_us, usual_us, usual_us, started};
    return ways;
}

static struct trod_timed timed_of(const struct trod_window *window, uint64_t started) {
    struct trod_timed timed = {.window = window->given ? window : NULL};
    if (window->given) timed.ways = ways_of(started, 1.1 * (double)window->usual_us);
    return timed;
}

__attribute__((unused)) static struct trod_compare *make_compare(const struct trod_map *map, uint64_t journeys) {
    struct trod_compare *compare = calloc(1, sizeof *compare);
    struct trod_touchpoint_result *points = calloc(map->n_touchpoints, sizeof *points);
    struct trod_deviation *deviations = calloc(map->n_touchpoints * 8, sizeof *deviations);
    struct trod_stage_result *stages = calloc(map->n_stages, sizeof *stages);
    struct trod_timed *spans = calloc(map->n_spans + 1, sizeof *spans);
    struct trod_kpi_result *kpis = calloc(map->n_kpis + 1, sizeof *kpis);
    assert_true(compare && points && deviations && stages && spans && kpis);
    *compare = (struct trod_compare){
        .map = map, .journeys = journeys, .few = 20, .succeeds_known = true, .left_known = true};
    compare->succeeded = trod_share_make(journeys / 3, journeys);
    for (size_t i = 0; i < map->n_touchpoints; i++) {
        uint64_t n = journeys - journeys * i / (map->n_touchpoints + 1);
        points[i] = (struct trod_touchpoint_result){
            .touchpoint_id = (uint32_t)i,
            .recorded = !map->touchpoints[i].not_recorded,
            .journeys = n,
            .share = trod_share_make(n, journeys),
            .comes = timed_of(&map->touchpoints[i].comes.window, n),
            .takes = timed_of(&map->touchpoints[i].takes, n),
        };
        for (int kind = TROD_SKIPPED; kind <= TROD_STOPPED_HERE; kind++)
            deviations[compare->n_deviations++] = (struct trod_deviation){
                .kind = (enum trod_deviation_kind)kind,
                .touchpoint_id = (uint32_t)i,
                .journeys = n / 5,
                .events = n / 5,
                .share = trod_share_make(n / 5, n),
                .action_id = TROD_NO_ID,
            };
    }
    for (size_t i = 0; i < map->n_stages; i++) {
        stages[i] = (struct trod_stage_result){
            .stage_id = (uint32_t)i, .reached = journeys / 2, .stopped = journeys / 9};
        stages[i].share_reached = trod_share_make(stages[i].reached, journeys);
        stages[i].share_stopped = trod_share_make(stages[i].stopped, stages[i].reached);
        stages[i].time = timed_of(&map->stages[i].takes, journeys / 2);
    }
    for (size_t i = 0; i < map->n_spans; i++) {
        spans[i] = timed_of(&map->spans[i].window, journeys);
        spans[i].id = map->spans[i].id;
    }
    for (size_t i = 0; i < map->n_kpis; i++)
        kpis[i] = (struct trod_kpi_result){.kpi_id = (uint32_t)i,
                                           .unit = TROD_UNIT_SHARE,
                                           .value = {true, 0.25, 0.2, 0.3, journeys},
                                           .verdict = TROD_MISSED};
    compare->touchpoints = points;
    compare->n_touchpoints = map->n_touchpoints;
    compare->deviations = deviations;
    compare->stages = stages;
    compare->n_stages = map->n_stages;
    compare->spans = spans;
    compare->n_spans = map->n_spans;
    compare->kpis = kpis;
    compare->n_kpis = map->n_kpis;
    return compare;
}

__attribute__((unused)) static void free_compare(struct trod_compare *compare) {
    union {
        const void *borrowed;
        void *owned;
    } parts[] = {{compare->touchpoints}, {compare->deviations}, {compare->stages},
                 {compare->spans},       {compare->kpis}};
    for (size_t i = 0; i < TROD_COUNT(parts); i++) free(parts[i].owned);
    free(compare);
}

#endif
