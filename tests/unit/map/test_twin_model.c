/* Sound maps through the public doors: text to map to twin to text to map, and the second map
 * means what the first one means.
 */
#include "maps.h"

#include "random_map.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum { N_MAPS = 600 };

/* ---- What a map means, as one text
 * ------------------------------------------------------------ */

static void say(struct trod_buf *out, const char *what, trod_str text) {
    trod_buf_format(out, " %s=%d<", what, text.at != NULL);
    trod_buf_add(out, text);
    trod_buf_byte(out, '>');
}

static void say_claims(struct trod_buf *out, const char *what,
                       const struct trod_claims *claims) {
    for (size_t i = 0; i < claims->n; i++) {
        const struct trod_claim *const claim = &claims->at[i];
        say(out, what, claim->text);
        say(out, "kind", claim->kind);
        say(out, "research", claim->proof.research);
        say(out, "note", claim->proof.note);
    }
}

static void say_window(struct trod_buf *out, const char *what,
                       const struct trod_window *window) {
    if (window->given)
        trod_buf_format(out, " %s=%d %lld %lld %lld", what, window->working,
                        (long long)window->usual_us, (long long)window->most_us,
                        (long long)window->least_us);
}

static void say_points(struct trod_buf *out, const char *what,
                       const struct trod_points *points) {
    trod_buf_format(out, " %s=", what);
    for (size_t i = 0; i < points->n; i++) trod_buf_format(out, "%u,", points->touchpoints[i]);
}

static void say_matches(struct trod_buf *out, const char *what,
                        const struct trod_match *matches, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct trod_match *const match = &matches[i];
        trod_buf_format(out, " %s(profile=%d source=%u", what, match->profile,
                        match->source_id);
        say(out, "event", match->event);
        for (size_t c = 0; c < match->n_conditions; c++) {
            const struct trod_condition *const cond = &match->conditions[c];
            say(out, "name", cond->name);
            trod_buf_format(out, " op=%d value=%d %.17g %lld %d", cond->op, cond->value,
                            cond->number, (long long)cond->time_us, cond->profile);
            say(out, "text", cond->text);
        }
        if (match->n_narrower) say_matches(out, "and", match->narrower, match->n_narrower);
        trod_buf_byte(out, ')');
    }
}

static void say_flow(struct trod_buf *out, const struct trod_flow *flow, size_t level) {
    trod_buf_byte(out, '\n');
    trod_buf_repeat(out, ' ', level);
    trod_buf_format(out, "flow %d touchpoint=%u stage=%u %d%d%d rounds=%u share=%.17g",
                    flow->kind, flow->touchpoint_id, flow->stage_id, flow->optional, flow->ends,
                    flow->inline_block, flow->most_rounds, flow->share);
    say(out, "id", flow->id);
    for (size_t i = 0; i < flow->n; i++) {
        if (flow->ways) {
            say(out, "way", flow->ways[i].id);
            say(out, "title", flow->ways[i].title);
            trod_buf_format(out, " share=%.17g", flow->ways[i].share);
        }
        say_flow(out, flow->children[i], level + 1);
    }
}

static void say_touchpoint(struct trod_buf *out, const struct trod_touchpoint *touchpoint) {
    say(out, "\ntouchpoint", touchpoint->id);
    say(out, "title", touchpoint->title);
    trod_buf_format(out, " stage=%u any=%d most=%u visit=%lld reached=%.17g",
                    touchpoint->stage_id, touchpoint->any_time, touchpoint->most_times,
                    (long long)touchpoint->visit_us, touchpoint->reached_by);
    say_claims(out, "does", &touchpoint->does);
    say_claims(out, "thinks", &touchpoint->thinks);
    say_window(out, "comes", &touchpoint->comes.window);
    say_window(out, "takes", &touchpoint->takes);
    say_matches(out, "seen", touchpoint->seen.at, touchpoint->seen.n);
    say_matches(out, "fails", touchpoint->fails.at, touchpoint->fails.n);
    for (size_t i = 0; i < touchpoint->channels.n; i++)
        say(out, "channel", touchpoint->channels.at[i]);
    for (size_t i = 0; i < touchpoint->n_pains; i++) {
        say(out, "pain", touchpoint->pains[i].text);
        trod_buf_format(out, " severity=%d", touchpoint->pains[i].severity);
    }
    for (size_t i = 0; i < touchpoint->front.n; i++) {
        say(out, "front", touchpoint->front.at[i].who);
        say(out, "does", touchpoint->front.at[i].text);
    }
    if (touchpoint->feels.given) {
        trod_buf_format(out, " feels=%.17g", touchpoint->feels.level);
        say(out, "word", touchpoint->feels.word);
    }
    trod_buf_format(out, " keeps=%zu only=%zu", touchpoint->keeps.n,
                    touchpoint->only_segments.n);
    for (size_t i = 0; i < touchpoint->n_for_personas; i++)
        say_touchpoint(out, &touchpoint->for_personas[i].as);
}

static void say_plans(struct trod_buf *out, const struct trod_map *map) {
    for (size_t i = 0; i < map->n_kpis; i++) {
        const struct trod_kpi *const kpi = &map->kpis[i];
        say(out, "\nkpi", kpi->id);
        trod_buf_format(out, " %d %d %.17g %lld %.17g %lld", kpi->measure.kind,
                        kpi->measure.statistic, kpi->measure.quantile,
                        (long long)kpi->measure.within_us, kpi->target.value,
                        (long long)kpi->target.by_us);
        say_points(out, "with", &kpi->measure.with);
        say_points(out, "to", &kpi->measure.to);
    }
    for (size_t i = 0; i < map->n_scores; i++)
        for (size_t r = 0; r < map->scores[i].n_rules; r++) {
            const struct trod_score_rule *const rule = &map->scores[i].rules[r];
            trod_buf_format(out, "\nscore %.17g %d %u %lld", rule->points, rule->when.kind,
                            rule->when.times, (long long)rule->when.within_us);
            say_points(out, "x", &rule->when.x);
        }
    for (size_t i = 0; i < map->n_rules; i++) {
        say(out, "\nrule", map->rules[i].id);
        say(out, "channel", map->rules[i].channel);
        say_points(out, "x", &map->rules[i].when.x);
        say_points(out, "none", &map->rules[i].when.none_of);
        say_matches(out, "if", map->rules[i].only_if.at, map->rules[i].only_if.n);
    }
}

static void say_map(struct trod_buf *out, const struct trod_map *map) {
    say(out, "journey", map->id);
    trod_buf_format(out, " %d %lld %lld %zu %.17g %lld", map->state,
                    (long long)map->reviewed_us, (long long)map->review_every_us,
                    map->n_succeeds, map->succeeds[0].worth, (long long)map->over_after_us);
    for (size_t i = 0; i < map->n_spans; i++) {
        say(out, "\nspan", map->spans[i].id);
        say_points(out, "from", &map->spans[i].from);
        say_points(out, "to", &map->spans[i].to);
        say_window(out, "window", &map->spans[i].window);
    }
    for (size_t i = 0; i < map->n_accepts; i++) say(out, "\naccept", map->accepts[i].because);
    for (size_t i = 0; i < map->n_consents; i++) {
        say_matches(out, "\nconsent", &map->consents[i].match, 1);
        say(out, "channel", map->consents[i].channel);
    }
    for (size_t i = 0; i < map->n_personas; i++) {
        say(out, "\npersona", map->personas[i].title);
        say_claims(out, "goal", &map->personas[i].goals);
        say_claims(out, "need", &map->personas[i].needs);
    }
    for (size_t i = 0; i < map->n_segments; i++)
        say_matches(out, "\nsegment", map->segments[i].when.at, map->segments[i].when.n);
    for (size_t i = 0; i < map->n_sources; i++) {
        say(out, "\nsource", map->sources[i].title);
        for (size_t f = 0; f < map->sources[i].files.n; f++)
            say(out, "file", map->sources[i].files.at[f]);
        say(out, "format", map->sources[i].time_format);
        say(out, "zone", map->sources[i].time_zone);
    }
    for (size_t i = 0; i < map->n_stages; i++) {
        say(out, "\nstage", map->stages[i].title);
        say_window(out, "takes", &map->stages[i].takes);
    }
    for (size_t i = 0; i < map->n_touchpoints; i++) say_touchpoint(out, &map->touchpoints[i]);
    say_plans(out, map);
    say_flow(out, map->flow, 0);
}

/* ---- The tests
 * -------------------------------------------------------------------------------- */

static struct trod_map *map_of(trod_str text, struct trod_buf *meaning) {
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    const struct trod_map_options options = {.no_files = true};
    if (trod_map_read_text(text, "a.journey", &options, &map, &report, NULL) != TROD_OK) {
        print_report(&report);
        fail_msg("this map should be sound:\n%.*s", TROD_ARG(text));
    }
    trod_report_release(&report);
    say_map(meaning, map);
    return map;
}

static void a_sound_map_keeps_its_meaning(void **state) {
    (void)state;
    struct random_map random = {0};
    for (uint64_t seed = 1; seed <= N_MAPS; seed++) {
        struct trod_buf twin = {0}, text = {0}, canonical = {0}, before = {0}, after = {0};
        struct trod_error error = {0};
        random_map(&random, seed);
        const trod_str first = trod_buf_str(&random.doc.out);
        struct trod_map *const map = map_of(first, &before);
        assert_ok(trod_map_to_json(map, &twin, &error));
        if (trod_map_from_json(trod_buf_str(&twin), "a.json", &text, &error) != TROD_OK)
            fail_msg("seed %llu: %s. %s", (unsigned long long)seed, error.message, error.hint);
        assert_ok(trod_map_format(first, "a.journey", &canonical, &error));
        assert_string_equal(canonical.at, text.at);
        struct trod_map *const again = map_of(trod_buf_str(&text), &after);
        assert_string_equal(before.at, after.at);
        assert_true(map->n_touchpoints == random.n_touchpoints &&
                    map->n_stages == random.n_stages);
        trod_map_free(map);
        trod_map_free(again);
        trod_buf_free(&twin);
        trod_buf_free(&text);
        trod_buf_free(&canonical);
        trod_buf_free(&before);
        trod_buf_free(&after);
    }
    trod_buf_free(&random.doc.out);
}

/* The line of the text and its path in the twin. */
static void finds_the_path_of_a_line(void **state) {
    (void)state;
    static const struct {
        uint32_t line;
        const char *path;
    } cases[] = {
        {1, "$.lines[0].comment"},
        {2, "$.lines[1].journey"},
        {3, "$.lines[1].journey.lines[0][\"succeeds when\"]"},
        {4, "$.lines[2].blank"},
        {5, "$.lines[3].stage"},
        {6, "$.lines[3].stage.lines[0].touchpoint"},
        {7, "$.lines[3].stage.lines[0].touchpoint.lines[0].does"},
        {8, "$.lines[3].stage.lines[0].touchpoint.lines[0].does.lines[0].long"},
        {9, "$.lines[3].stage.lines[0].touchpoint.lines[1].owner"},
        {10, "$.lines[3].stage.lines[1].touchpoint"},
        {11, "$.lines[4].stage"},
        {12, ""},
        {0, ""},
    };
    struct read read = sound("# a map\njourney j: J\n  succeeds when t happens\n\nstage s: S\n"
                             "  touchpoint t: T\n    does  \n      | x\n    owner  Sales\n"
                             "  touchpoint u: U\nstage v: V\n");
    struct trod_buf twin = {0};
    uint32_t lines[TROD_COUNT(cases)];
    trod_str paths[TROD_COUNT(cases)];
    assert_ok(trod_map_to_json(read.map, &twin, NULL));
    for (size_t i = 0; i < TROD_COUNT(cases); i++) lines[i] = cases[i].line;
    assert_ok(trod_map_json_paths(trod_buf_str(&twin), lines, TROD_COUNT(cases),
                                  read.map->arena, paths, NULL));
    for (size_t i = 0; i < TROD_COUNT(cases); i++) assert_str(paths[i], cases[i].path);
    trod_buf_free(&twin);
    read_release(&read);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_map_keeps_its_meaning),
        cmocka_unit_test(finds_the_path_of_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
