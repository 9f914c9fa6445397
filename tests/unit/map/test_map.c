/* The checked map: what each line means. Flow trees are compared as text. */
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maps.h"

/* ---- The flow
 * ----------------------------------------------------------------------------------- */

static void print_flow(const struct trod_map *map, const struct trod_flow *flow,
                       struct trod_buf *out) {
    static const char *const kinds[] = {"-", "", "seq", "xor", "any", "loop"};
    if (flow->id.n) trod_buf_format(out, "%.*s=", TROD_ARG(flow->id));
    if (flow->kind == TROD_FLOW_TOUCHPOINT) {
        trod_buf_add(out, map->touchpoints[flow->touchpoint_id].id);
        if (flow->ends) trod_buf_byte(out, '!');
        return;
    }
    if (flow->stage_id != TROD_NO_ID)
        trod_buf_format(out, "%.*s:", TROD_ARG(map->stages[flow->stage_id].id));
    if (flow->optional) trod_buf_adds(out, "opt");
    if (flow->optional && !isnan(flow->share)) trod_buf_format(out, "%g", flow->share);
    if (!flow->optional) trod_buf_adds(out, kinds[flow->kind]);
    if (flow->most_rounds) trod_buf_format(out, "%u", flow->most_rounds);
    if (flow->kind == TROD_FLOW_SILENT) return;
    trod_buf_byte(out, '(');
    for (size_t i = 0; i < flow->n; i++) {
        if (i) trod_buf_byte(out, ' ');
        print_flow(map, flow->children[i], out);
    }
    trod_buf_byte(out, ')');
}

static void flow_is(const char *text, const char *want) {
    struct trod_buf all = {0}, out = {0};
    trod_buf_adds(&all, "journey j: J\n");
    trod_buf_adds(&all, text);
    struct read read = sound(all.at);
    print_flow(read.map, read.map->flow, &out);
    if (!trod_str_is(trod_buf_str(&out), want))
        fail_msg("the flow is %s, not %s, of\n%s", out.at ? out.at : "", want, text);
    read_release(&read);
    trod_buf_free(&all);
    trod_buf_free(&out);
}

#define T(indent, id) indent "touchpoint " id ": T\n"

static void the_flow_is_a_tree(void **state) {
    (void)state;
    flow_is("", "-");
    flow_is("stage s: S\n", "s:seq(-)");
    flow_is("stage s: S\n" T("  ", "a"), "s:seq(a)");
    flow_is("stage s: S\n" T("  ", "a") T("  ", "b") "stage t: T\n" T("  ", "c"),
            "seq(s:seq(a b) t:seq(c))");
    /* optional stands outside repeats, in whatever order the lines are written */
    flow_is("stage s: S\n" T("  ", "a") "    repeats at most 3 times\n    optional 30%\n",
            "s:seq(opt0.3(loop3(a -) -))");
    flow_is("stage s: S\n" T("  ", "a") "    repeats\n", "s:seq(loop(a -))");
    flow_is("stage s: S\n  optional\n" T("    ", "a") T("    ", "b"), "s:seq(opt(seq(a b) -))");
    flow_is("stage s: S\n  choose\n    way x 30%: X\n" T("      ", "a") "    way y 70%: Y\n",
            "s:seq(xor(x=a y=-))");
    flow_is("stage s: S\n  choose\n    way x: X\n" T("      ", "a") T("      ", "b"),
            "s:seq(x=seq(a b))");
    flow_is("stage s: S\n  any order\n" T("    ", "a") "    choose\n      way x: X\n" T(
                "        ", "b") T("        ", "c") "  touchpoint d: D\n",
            "s:seq(any(a x=seq(b c)) d)");
    flow_is("stage s: S\n  any order\n" T("    ", "a"), "s:seq(a)");
    flow_is("stage s: S\n  repeat at most 2 times\n" T("    ", "a") "    between\n" T(
                "      ", "b") T("      ", "c") T("    ", "d"),
            "s:seq(loop2(seq(a d) seq(b c)))");
    flow_is("stage s: S\n  repeat\n    between\n" T("      ", "b"), "s:seq(loop(- b))");
    flow_is("stage s: S\n  repeat\n", "s:seq(loop(- -))");
    /* round whole stages */
    flow_is("optional\n  stage s: S\n" T("    ", "a") "  stage t: T\n" T(
                "    ", "b") "stage u: U\n" T("  ", "c"),
            "seq(opt(seq(s:seq(a) t:seq(b)) -) u:seq(c))");
    flow_is(
        "repeat\n  stage s: S\n" T("    ", "a") "  between\n    stage t: T\n" T("      ", "b"),
        "loop(s:seq(a) t:seq(b))");
    flow_is("any order\n  stage s: S\n" T("    ",
                                          "a") "  optional\n    stage t: T\n" T("      ", "b"),
            "any(s:seq(a) opt(t:seq(b) -))");
    /* `any time` is no part of it */
    flow_is("any time\n" T("  ", "h") "stage s: S\n" T("  ", "a"), "s:seq(a)");
}

static void a_journey_may_end_early(void **state) {
    (void)state;
    flow_is("stage s: S\n" T("  ", "a") "  choose\n    way x: X\n" T(
                "      ", "b") "        ends here\n    way y: Y\n" T("      ", "c")
                T("  ", "d"),
            "s:seq(a xor(x=b! y=c) d)");
    flow_is("stage s: S\n  choose\n    way y: Y\n" T("      ", "c") "    way x: X\n" T(
                "      ", "b") "        ends here\n" T("  ", "d"),
            "s:seq(xor(y=c x=b!) d)");
    flow_is("stage s: S\n" T("  ", "a") "    optional\n    ends here\n" T("  ", "b"),
            "s:seq(opt(a! -) b)");
    flow_is(
        "stage s: S\n  optional\n" T("    ", "a") "    choose\n      way x: X\n" T(
            "        ",
            "b") "          ends here\n      way y: Y\n" T("        ",
                                                           "c") "          ends here\n" T("  ",
                                                                                          "d"),
        "s:seq(opt(seq(a xor(x=b! y=c!)) -) d)");
    flow_is("optional\n  stage s: S\n" T("    ", "a") "  stage t: T\n" T(
                "    ", "b") "      ends here\nstage u: U\n" T("  ", "c"),
            "seq(opt(seq(s:seq(a) t:seq(b!)) -) u:seq(c))");
}

static void stages_know_their_touchpoints(void **state) {
    (void)state;
    struct read read =
        sound("journey j: J\n"
              "stage s: S\n" T("  ", "a") "any time\n" T(
                  "  ", "h") "stage t: T\n  optional\n" T("    ", "b") T("  ", "c"));
    const struct trod_map *const map = read.map;
    assert_int_equal(map->n_touchpoints, 4);
    assert_int_equal(map->stages[0].touchpoints.n, 1);
    assert_int_equal(map->stages[1].touchpoints.n, 2);
    assert_int_equal(map->stages[1].touchpoints.at[0], trod_map_touchpoint(map, TROD_STR("b")));
    assert_int_equal(map->stages[1].touchpoints.at[1], trod_map_touchpoint(map, TROD_STR("c")));
    assert_true(map->touchpoints[1].any_time);
    assert_int_equal(map->touchpoints[1].stage_id, TROD_NO_ID);
    assert_int_equal(trod_map_stage(map, TROD_STR("t")), 1);
    assert_int_equal(trod_map_stage(map, TROD_STR("a")), TROD_NO_ID);
    assert_int_equal(trod_map_touchpoint(map, TROD_STR("nobody")), TROD_NO_ID);
    read_release(&read);
}

/* ---- Lines and what they mean
 * ------------------------------------------------------------------- */

static const char *const full =
    "journey j: A \"journey\" # with signs: all text\n"
    "  state to-be\n"
    "  as-is now.journey\n"
    "  for sales\n"
    "  used on Mondays\n"
    "  scope all of it\n"
    "    | and more\n"
    "  objective twice as fast [talks, 6 of 9, p. 3]\n"
    "  persona anna\n"
    "  owner Marketing\n"
    "  reviewed 2025-03-03, again every 30 days\n"
    "  agreed Anna Lind on 2025-03-04\n"
    "  learned 2025-02-11: people call: they do not write\n"
    "  span lead: from a or b to c, usually 2 weeks, at most 5 weeks [talks]\n"
    "  one journey after 6 months of silence\n"
    "  succeeds when b or c happens, worth 4200\n"
    "  lost when d happens\n"
    "  over after 15 months of silence\n"
    "  accept late lead because of the strike until 2025-04-01\n"
    "  accept skipped a\n"
    "  expects 40 journeys a week\n"
    "  consent profile mail = yes for e-mail\n"
    "    and shop signup with kind starts \"n\"\n"
    "  at most 4 messages in 1 month\n"
    "  quiet 20:00 to 07:30\n"
    "persona anna: Anna\n"
    "  goal first\n"
    "  goal second [talks]\n"
    "  need emotional: calm\n"
    "  says\n"
    "    | one\n"
    "    |  two\n"
    "  segment big\n"
    "segment big: Big ones\n"
    "  when profile staff >= 50\n"
    "  when shop order with total > 1e3 and since < 2024-01-31 and vip = no and note missing\n"
    "research talks: Talks\n"
    "  kind focus group\n"
    "team sales: Sales\n"
    "  hours mon-fri 09:00-18:00\n"
    "  hours sat 10:00-12:30\n"
    "  people 4\n"
    "  cost 45.5 an hour\n"
    "promise soon: within a day\n"
    "offer gift: A gift\n"
    "  at c\n"
    "  for anna\n"
    "  at most 20 a week\n"
    "source shop: Shop\n"
    "  file a.csv, b-*.csv\n"
    "  time \"booked at\" as \"%d.%m.%Y\" in Europe/Rome\n"
    "  dates ordered, \"sent, all\"\n"
    "  rating stars from 1 to 5\n"
    "  one visit within 30 min\n"
    "same person email, phone\n"
    "stage s: Start\n"
    "  goal know\n"
    "  takes usually 5 days, at most 14 days\n"
    "  becomes lead\n"
    "  reached by 40%\n"
    "  touchpoint a: Looks\n"
    "    channel web, \"shop, upstairs\"\n"
    "    feels -1.5 unsure [talks]\n"
    "    pain slow high: it is slow\n"
    "    pain low: it hurts\n"
    "    front Sales: smiles: always\n"
    "    wish customer: peace\n"
    "    wish sales: quick answers\n"
    "    system till, website\n"
    "    owner SALES\n"
    "    from company\n"
    "    seen when shop view with page starts \"/a\"\n"
    "      and shop view with seconds > 30\n"
    "    seen when \"page view\"\n"
    "    fails when shop error\n"
    "    comes usually 2 working days, at most 3 working days after c or a\n"
    "    takes at most 1.5 h\n"
    "    one visit within 10 min\n"
    "    reached by 12.5%\n"
    "    keeps soon\n"
    "    content leaflet\n"
    "    only for anna, big\n"
    "    for anna\n"
    "      feels +2 glad\n"
    "      pain own: only hers\n"
    "    note Ben 2025-02-11: ask\n"
    "  touchpoint b: Buys\n"
    "    comes at least 1 day, at most 2 days before c\n"
    "  touchpoint c: Comes back\n"
    "    comes at least 1 day, usually 1 day, at most 1 day\n"
    "    not recorded\n"
    "  touchpoint d: Asks for the money\n"
    "    pain: it is far\n"
    "content leaflet: Leaflet\n"
    "  file leaflet.md\n"
    "  for anna, big\n"
    "kpi k: K\n"
    "  measure 90% time from a to b or c\n"
    "  target at most 3 weeks by 2025-09-30\n"
    "kpi l: L\n"
    "  measure number of journeys with a a week\n"
    "action act: Act\n"
    "  fixes pain of a\n"
    "  fixes own\n"
    "  moves k, l\n"
    "  due 2025-04-15\n"
    "  status started\n"
    "score heat: Heat\n"
    "  +5 when a happens\n"
    "  -2.5 when 21 days pass without a touchpoint\n"
    "  +9 when a or b happened 3 times within 2 days\n"
    "  halves every 14 days\n"
    "  ready at 40, tell Sales\n"
    "rule r: R\n"
    "  when a happened and none of b or c within 3 days\n"
    "  only if profile staff > 3\n"
    "  send leaflet by E-Mail\n"
    "  wait 2 h\n"
    "  not between 22:00 and 24:00\n"
    "  until b happens\n"
    "  until c happens\n"
    "experiment e: E\n"
    "  at a\n"
    "  variant v 50%: leaflet\n"
    "  variant w 50%: leaflet\n"
    "  measure share of journeys with a that reach b within 7 days\n"
    "  expect from 4% to 6%\n"
    "  guard mean of stars at c at least 4.5\n"
    "  enough 1900 people per variant, or 8 weeks\n"
    "x-tool anything\n"
    "  goes: here\n";

static void the_journey_is_read(void **state) {
    (void)state;
    struct read read = sound(full);
    const struct trod_map *const map = read.map;
    assert_str(map->title, "A \"journey\" # with signs: all text");
    assert_int_equal(map->state, TROD_TO_BE);
    assert_str(map->as_is, "now.journey");
    assert_str(map->scope, "all of it\nand more");
    assert_str(map->objectives.at[0].text, "twice as fast");
    assert_str(map->objectives.at[0].proof.research, "talks");
    assert_str(map->objectives.at[0].proof.note, "6 of 9, p. 3");
    assert_int_equal(map->objectives.at[0].proof.research_id, 0);
    assert_int_equal(map->journey_personas.n, 1);
    assert_int_equal(map->review_every_us, 30 * TROD_DAY_US);
    assert_str(map->agreed[0].name, "Anna Lind");
    assert_str(map->learned[0].text, "people call: they do not write");
    assert_int_equal(map->spans[0].from.n, 2);
    assert_str(map->spans[0].from.text, "a or b");
    assert_str(map->spans[0].window.text, "usually 2 weeks, at most 5 weeks");
    assert_int_equal(map->spans[0].window.most_us, 35 * TROD_DAY_US);
    assert_str(map->spans[0].window.proof.research, "talks");
    assert_int_equal(map->per, TROD_PER_SILENCE);
    assert_int_equal(map->per_silence_us, 180 * TROD_DAY_US);
    assert_true(map->succeeds[0].worth == 4200);
    assert_true(isnan(map->lost[0].worth));
    assert_int_equal(map->over_after_us, 450 * TROD_DAY_US);
    assert_int_equal(map->accepts[0].kind, TROD_ACCEPT_LATE);
    assert_int_equal(map->accepts[0].touchpoint_id, TROD_NO_ID);
    assert_str(map->accepts[0].because, "of the strike");
    assert_int_equal(map->accepts[1].touchpoint_id, 0);
    assert_int_equal(map->accepts[1].until_us, TROD_NO_TIME);
    assert_int_equal(map->expects_per_us, 7 * TROD_DAY_US);
    assert_str(map->consents[0].channel, "e-mail");
    assert_true(map->consents[0].match.profile);
    assert_int_equal(map->consents[0].match.n_narrower, 1);
    assert_str(map->consents[0].match.narrower[0].event, "signup");
    assert_int_equal(map->limits[0].n, 4);
    assert_int_equal(map->quiet[0].to_min, 450);
    assert_int_equal(map->same_person.n, 2);
    read_release(&read);
}

static void people_and_sources_are_read(void **state) {
    (void)state;
    struct read read = sound(full);
    const struct trod_map *const map = read.map;
    const struct trod_persona *const anna = &map->personas[0];
    assert_int_equal(anna->goals.n, 2);
    assert_str(anna->needs.at[0].kind, "emotional");
    assert_str(anna->needs.at[0].text, "calm");
    assert_str(anna->says.at[0].text, "one\n two");
    assert_int_equal(anna->segment_id, 0);
    const struct trod_match *const match = &map->segments[0].when.at[1];
    assert_int_equal(match->n_conditions, 4);
    assert_int_equal(match->conditions[0].op, TROD_GT);
    assert_true(match->conditions[0].number == 1000);
    assert_int_equal(match->conditions[1].value, TROD_VALUE_DATE);
    assert_int_equal(match->conditions[1].time_us,
                     trod_days_from_civil(2024, 1, 31) * TROD_DAY_US);
    assert_int_equal(match->conditions[2].value, TROD_VALUE_BOOL);
    assert_true(match->conditions[2].number == 0);
    assert_int_equal(match->conditions[3].op, TROD_MISSING);
    assert_true(map->segments[0].when.at[0].conditions[0].profile);
    assert_int_equal(map->n_teams, 2); /* Sales (also "sales" and "SALES"), Marketing */
    assert_str(map->teams[0].id, "sales");
    assert_int_equal(map->teams[0].hours[0].weekdays, 31);
    assert_int_equal(map->teams[0].hours[1].to_min, 750);
    assert_true(map->teams[0].cost == 45.5);
    assert_int_equal(map->teams[1].line, 0);
    assert_int_equal(map->n_systems, 2);
    assert_int_equal(map->offers[0].touchpoint_id, 2);
    assert_true(map->offers[0].most_a_week == 20);
    const struct trod_map_source *const shop = &map->sources[0];
    assert_int_equal(shop->files.n, 2);
    assert_str(shop->time, "booked at");
    assert_str(shop->time_format, "%d.%m.%Y");
    assert_str(shop->time_zone, "Europe/Rome");
    assert_str(shop->dates.at[1], "sent, all");
    assert_true(shop->rating_to == 5);
    assert_int_equal(shop->visit_us, 30 * TROD_MINUTE_US);
    read_release(&read);
}

static void touchpoints_are_read(void **state) {
    (void)state;
    struct read read = sound(full);
    const struct trod_map *const map = read.map;
    const struct trod_touchpoint *const a = &map->touchpoints[0];
    assert_int_equal(a->channels.n, 2);
    assert_str(a->channels.at[1], "shop, upstairs");
    assert_true(a->feels.level == -1.5);
    assert_str(a->feels.word, "unsure");
    assert_int_equal(a->n_pains, 2);
    assert_int_equal(a->pains[0].severity, 3);
    assert_str(a->pains[0].id, "slow");
    assert_str(a->front.at[0].text, "smiles: always");
    assert_int_equal(a->front.at[0].team_id, 0);
    assert_int_equal(a->owner_id, 0);
    assert_int_equal(a->wishes.at[0].team_id, TROD_NO_ID);
    assert_int_equal(a->wishes.at[1].team_id, 0);
    assert_int_equal(a->from, TROD_WHO_COMPANY);
    assert_int_equal(a->seen.n, 2);
    assert_int_equal(a->seen.at[0].source_id, 0);
    assert_int_equal(a->seen.at[0].n_narrower, 1);
    assert_str(a->seen.at[0].text, "shop view with page starts \"/a\"");
    assert_str(a->seen.at[1].event, "page view");
    assert_int_equal(a->seen.at[1].source_id, TROD_NO_ID);
    assert_true(a->comes.window.working);
    assert_int_equal(a->comes.window.usual_us, 2 * TROD_DAY_US);
    assert_int_equal(a->comes.after.n, 2);
    assert_false(a->comes.before);
    assert_int_equal(a->takes.most_us, 90 * TROD_MINUTE_US);
    assert_true(a->reached_by == 0.125);
    assert_int_equal(a->only_personas.n, 1);
    assert_int_equal(a->only_segments.n, 1);
    assert_int_equal(a->n_for_personas, 1);
    assert_true(a->for_personas[0].as.feels.level == 2);
    assert_int_equal(a->for_personas[0].as.takes.given, false);
    assert_str(a->notes.at[0].kind, "Ben, 2025-02-11");
    assert_true(map->touchpoints[1].comes.before);
    assert_int_equal(map->touchpoints[1].comes.window.least_us, TROD_DAY_US);
    assert_true(map->touchpoints[2].not_recorded);
    assert_true(isnan(map->touchpoints[2].reached_by));
    assert_int_equal(map->touchpoints[2].visit_us, TROD_NO_TIME);
    assert_int_equal(map->touchpoints[3].pains[0].severity, 0);
    read_release(&read);
}

static void plans_are_read(void **state) {
    (void)state;
    struct read read = sound(full);
    const struct trod_map *const map = read.map;
    assert_int_equal(map->kpis[0].measure.kind, TROD_MEASURE_TIME);
    assert_int_equal(map->kpis[0].measure.statistic, TROD_QUANTILE);
    assert_true(map->kpis[0].measure.quantile == 0.9);
    assert_int_equal(map->kpis[0].measure.to.n, 2);
    assert_int_equal(map->kpis[0].target.unit, TROD_UNIT_DURATION);
    assert_false(map->kpis[0].target.at_least);
    assert_str(map->kpis[0].target.text, "at most 3 weeks by 2025-09-30");
    /* 30 September 2025, 0:00 UTC */
    assert_int_equal(map->kpis[0].target.by_us, INT64_C(1759190400) * 1000000);
    assert_int_equal(map->kpis[1].measure.kind, TROD_MEASURE_COUNT);
    assert_int_equal(map->kpis[1].measure.per_us, 7 * TROD_DAY_US);
    assert_int_equal(map->kpis[1].measure.with.n, 1);
    assert_int_equal(map->actions[0].n_fixes, 2);
    assert_int_equal(map->actions[0].fixes[0].pain, TROD_NO_ID);
    assert_int_equal(map->actions[0].fixes[1].touchpoint_id, 0);
    assert_int_equal(map->actions[0].fixes[1].pain, 2); /* behind the touchpoint's own two */
    assert_int_equal(map->actions[0].moves.n, 2);
    assert_int_equal(map->actions[0].status, TROD_ACTION_STARTED);
    assert_int_equal(trod_map_action_for(map, 0, 1), 0);
    assert_int_equal(trod_map_action_for(map, 3, 0), TROD_NO_ID);
    assert_true(map->scores[0].rules[1].points == -2.5);
    assert_int_equal(map->scores[0].rules[1].when.kind, TROD_WHEN_PASS_WITHOUT);
    assert_int_equal(map->scores[0].rules[1].when.x.n, 0);
    assert_int_equal(map->scores[0].rules[2].when.times, 3);
    assert_str(map->scores[0].rules[2].when.text, "a or b happened 3 times within 2 days");
    assert_str(map->scores[0].tell, "Sales");
    assert_int_equal(map->rules[0].when.kind, TROD_WHEN_NONE_OF);
    assert_int_equal(map->rules[0].when.none_of.n, 2);
    assert_int_equal(map->rules[0].until.n, 2);
    assert_str(map->rules[0].until.text, "b or c");
    assert_int_equal(map->rules[0].not_between[0].to_min, 1440);
    assert_int_equal(map->experiments[0].n_variants, 2);
    assert_true(map->experiments[0].expect_to == 0.06);
    assert_str(map->experiments[0].guards[0].measure.text, "mean of stars at c");
    assert_true(map->experiments[0].guards[0].limit.value == 4.5);
    assert_int_equal(map->experiments[0].enough_people, 1900);
    assert_int_equal(map->experiments[0].enough_us, 56 * TROD_DAY_US);
    read_release(&read);
}

static void escapes_are_read(void **state) {
    (void)state;
    struct read read = sound("journey j: J \\[draft]\n"
                             "stage s:\n"
                             "  |  outer blanks \n"
                             "  | two lines\n"
                             "stage t: Own\n"
                             "  | a description\n"
                             "  touchpoint a: [See There]\n"
                             "    does x [no proof: a colon]\n"
                             "    does y [r,  two  of three ]\n"
                             "    does C:\\dir\\\n"
                             "    does z\\\\[r]\n"
                             "    does two \\\\\\[r]\n"
                             "research r: R\n");
    const struct trod_map *const map = read.map;
    assert_str(map->title, "J [draft]");
    assert_str(map->stages[0].title, " outer blanks \ntwo lines");
    assert_str(map->stages[1].title, "Own");
    const struct trod_touchpoint *const a = &map->touchpoints[0];
    assert_str(a->title, "[See There]");
    assert_str(a->does.at[0].text, "x [no proof: a colon]");
    assert_str(a->does.at[1].text, "y");
    assert_str(a->does.at[1].proof.note, "two  of three");
    assert_str(a->does.at[2].text, "C:\\dir\\");
    assert_str(a->does.at[3].text, "z\\");
    assert_str(a->does.at[3].proof.research, "r");
    assert_str(a->does.at[4].text, "two \\[r]");
    assert_int_equal(a->does.at[4].proof.research.n, 0);
    read_release(&read);
}

/* ---- Files
 * -------------------------------------------------------------------------------------- */

static void write_file(const char *name, const char *text) {
    assert_int_equal(trod_file_write(name, trod_str_of(text), NULL), TROD_OK);
}

static void includes_and_files(void **state) {
    (void)state;
    char folder[] = "/tmp/trod-map-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("sub", 0700), 0);
    write_file("a.journey", "journey j: J\n"
                            "  include sub/sources.journey\n"
                            "  succeeds when a happens\n"
                            "stage s: S\n"
                            "  touchpoint a: A\n"
                            "    seen when web x\n"
                            "    owner Sales\n");
    write_file("sub/sources.journey",
               "source web: Web\n  file *.csv\nteam sales: Sales\n  holidays "
               "days.txt\nsegment g: G\n  when web y\n");
    write_file("sub/x.csv", "a\n");
    write_file("sub/days.txt", "# 2025\n2025-12-25 Christmas\n\n2025-01-01, New Year\n");
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    const struct trod_map_options options = {.advice = true};
    const trod_status status = trod_map_read("a.journey", &options, &map, &report, NULL);
    print_report(&report);
    assert_int_equal(status, TROD_OK);
    assert_int_equal(map->n_sources, 1);
    assert_int_equal(map->touchpoints[0].seen.at[0].source_id, 0);
    assert_int_equal(map->teams[0].n_holidays, 2);
    assert_int_equal(map->teams[0].holidays[0], trod_days_from_civil(2025, 1, 1));
    trod_map_free(map);
    trod_report_release(&report);

    /* what is missing, wrong or twice, with the file in which it stands */
    write_file("sub/sources.journey",
               "source web: Web\n  file *.json\nteam sales: Sales\n  holidays "
               "days.txt\nstage s: Twice\n");
    write_file("sub/days.txt", "Christmas\n");
    report = (struct trod_report){0};
    assert_int_equal(trod_map_read("a.journey", &options, &map, &report, NULL), TROD_BAD_INPUT);
    assert_int_equal(report.n_errors, 3);
    assert_str(remark_of(&report, "missing-file")->file, "sub/sources.journey");
    assert_int_equal(remark_of(&report, "missing-file")->line, 2);
    assert_non_null(strstr(remark_of(&report, "bad-holiday")->message, "line 1"));
    assert_non_null(strstr(remark_of(&report, "id-twice")->hint, "sub/sources.journey"));
    trod_report_release(&report);

    /* what only pictures need may be missing, but not what changes the meaning */
    report = (struct trod_report){0};
    write_file("b.journey", "journey k: K\n  include sub/more.journey\n  as-is gone.journey\n");
    write_file("sub/more.journey", "team sales: Sales\n  holidays none.txt\n");
    const struct trod_map_options missing_ok = {.missing_ok = true};
    assert_int_equal(trod_map_read("b.journey", &missing_ok, &map, &report, NULL),
                     TROD_BAD_INPUT);
    assert_int_equal(report.n, 1);
    assert_non_null(strstr(report.items[0].message, "none.txt"));
    trod_report_release(&report);

    /* without files an id that an include may define is not dangling */
    report = (struct trod_report){0};
    const struct trod_map_options no_files = {.no_files = true};
    assert_int_equal(trod_map_read("a.journey", &no_files, &map, &report, NULL), TROD_OK);
    assert_int_equal(map->touchpoints[0].seen.at[0].source_id, TROD_NO_ID);
    assert_str(map->touchpoints[0].seen.at[0].source, "web");
    trod_map_free(map);
    trod_report_release(&report);

    write_file("a.journey",
               "journey j: J\n  include a.journey\n  include none.journey\n  as-is "
               "gone.journey\n");
    report = (struct trod_report){0};
    assert_int_equal(trod_map_read("a.journey", &options, &map, &report, NULL), TROD_BAD_INPUT);
    assert_int_equal(report.n_errors, 3);
    assert_non_null(remark_of(&report, "include"));
    trod_report_release(&report);
    struct trod_error error = {0};
    assert_int_equal(trod_map_read("none.journey", &options, &map, NULL, &error), TROD_NO_FILE);
    static const char *const made[] = {
        "a.journey",    "b.journey", "sub/sources.journey", "sub/more.journey", "sub/x.csv",
        "sub/days.txt", "sub"};
    for (size_t i = 0; i < TROD_COUNT(made); i++) assert_int_equal(remove(made[i]), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flow_is_a_tree),
        cmocka_unit_test(a_journey_may_end_early),
        cmocka_unit_test(stages_know_their_touchpoints),
        cmocka_unit_test(the_journey_is_read),
        cmocka_unit_test(people_and_sources_are_read),
        cmocka_unit_test(touchpoints_are_read),
        cmocka_unit_test(plans_are_read),
        cmocka_unit_test(escapes_are_read),
        cmocka_unit_test(includes_and_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
