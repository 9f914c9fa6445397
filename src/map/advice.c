/* advice: what a careful reader would say about a map that has no error.
 *
 * Each rule looks at the checked map alone and says one thing, with its reason and a way out.
 * The rules stand in the order of the map: touchpoints, stages, then the whole; the remarks are
 * sorted by line afterwards.
 */
#include "map/advice.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_STAGES = 8, MOST_TOUCHPOINTS = 40 };

/* ---- Touchpoints ---------------------------------------------------------------------------
 */

static bool has_action(const struct trod_map *map, uint32_t touchpoint_id, uint32_t pain) {
    for (size_t a = 0; a < map->n_actions; a++) {
        const struct trod_action *action = &map->actions[a];
        if (action->status == TROD_ACTION_DROPPED) continue;
        for (size_t f = 0; f < action->n_fixes; f++)
            if (action->fixes[f].touchpoint_id == touchpoint_id &&
                (action->fixes[f].pain == TROD_NO_ID || action->fixes[f].pain == pain))
                return true;
    }
    return false;
}

static void advise_pains(const struct trod_map *map, uint32_t t, struct map_remarks *remarks) {
    const struct trod_touchpoint *touchpoint = &map->touchpoints[t];
    for (uint32_t p = 0; p < touchpoint->n_pains; p++) {
        const struct trod_pain *pain = &touchpoint->pains[p];
        if (has_action(map, t, p)) continue;
        struct trod_remark *remark =
            map_remark(remarks, TROD_ADVICE, "pain-without-action", pain->line, 0,
                       "no action is planned against this pain of %s: \"%s\"",
                       map_show(touchpoint->id).at, map_show(pain->text).at);
        if (pain->id.n)
            map_hint(remarks, remark, "add an action with the line: fixes %s",
                     map_show(pain->id).at);
        else
            map_hint(remarks, remark, "add an action with the line: fixes pain of %s",
                     map_show(touchpoint->id).at);
    }
}

static bool persona_wants(const struct trod_map *map) {
    for (size_t p = 0; p < map->n_personas; p++)
        if (map->personas[p].goals.n || map->personas[p].needs.n) return true;
    return false;
}

static bool is_needed(const struct trod_map *map, const struct trod_touchpoint *touchpoint) {
    if (touchpoint->needs.n || touchpoint->serves.n || persona_wants(map)) return true;
    if (touchpoint->stage_id == TROD_NO_ID) return false;
    const struct trod_stage *stage = &map->stages[touchpoint->stage_id];
    return stage->goals.n || stage->needs.n;
}

static void advise_wishes(const struct trod_touchpoint *touchpoint,
                          struct map_remarks *remarks) {
    bool customer = false, team = false;
    for (size_t w = 0; w < touchpoint->wishes.n; w++)
        if (trod_str_is(touchpoint->wishes.at[w].who, "customer"))
            customer = true;
        else
            team = true;
    if (customer == team) return;
    struct trod_remark *remark =
        map_remark(remarks, TROD_ADVICE, "one-sided-wish", touchpoint->wishes.at[0].line, 0,
                   customer ? "%s says what the customer wishes, and not what any team wishes"
                            : "%s says what a team wishes, and not what the customer wishes",
                   map_show(touchpoint->id).at);
    map_hint(remarks, remark,
             customer ? "add a line: wish TEAM: …" : "add a line: wish customer: …");
}

/* A map in which no touchpoint has a `seen when` is matched by names throughout. */
static bool matches_by_lines(const struct trod_map *map) {
    for (size_t t = 0; t < map->n_touchpoints; t++)
        if (map->touchpoints[t].seen.n) return true;
    return false;
}

static bool source_is_empty(const struct trod_map *map, const struct trod_match *match) {
    if (match->source_id == TROD_NO_ID) return false;
    const struct trod_map_source *source = &map->sources[match->source_id];
    return !source->files.n && !source->server && !source->address.n;
}

static void advise_traces(const struct trod_map *map, const struct trod_touchpoint *touchpoint,
                          bool by_lines, struct map_remarks *remarks) {
    if (touchpoint->not_recorded) return;
    if (by_lines && !touchpoint->seen.n) {
        struct trod_remark *remark =
            map_remark(remarks, TROD_ADVICE, "cannot-be-seen", touchpoint->line, 0,
                       "nothing says how %s shows in the events", map_show(touchpoint->id).at);
        map_hint(remarks, remark, "add `seen when …`, or `not recorded` if it leaves no trace");
    }
    for (size_t m = 0; m < touchpoint->seen.n; m++)
        if (source_is_empty(map, &touchpoint->seen.at[m])) {
            struct trod_remark *remark = map_remark(
                remarks, TROD_ADVICE, "source-without-data", touchpoint->seen.at[m].line, 0,
                "%s is seen in the source %s, which has no data behind it",
                map_show(touchpoint->id).at, map_show(touchpoint->seen.at[m].source).at);
            map_hint(remarks, remark, "add a line `file …` or `server` to the source");
            return;
        }
}

static void advise_touchpoints(const struct trod_map *map, struct map_remarks *remarks) {
    const bool by_lines = matches_by_lines(map);
    for (uint32_t t = 0; t < map->n_touchpoints; t++) {
        const struct trod_touchpoint *touchpoint = &map->touchpoints[t];
        advise_pains(map, t, remarks);
        if (!is_needed(map, touchpoint))
            map_hint(
                remarks,
                map_remark(remarks, TROD_ADVICE, "serves-nothing", touchpoint->line, 0,
                           "%s serves no need or goal: not one of its own, nor of its stage or "
                           "a persona",
                           map_show(touchpoint->id).at),
                "add `need …` or `serves …`, or ask whether it is there just because");
        if (!touchpoint->owner.n && !touchpoint->not_recorded)
            map_hint(remarks,
                     map_remark(remarks, TROD_ADVICE, "no-owner", touchpoint->line, 0,
                                "nobody owns %s, so nobody will act on what is found there",
                                map_show(touchpoint->id).at),
                     "add a line: owner TEAM");
        advise_traces(map, touchpoint, by_lines, remarks);
        advise_wishes(touchpoint, remarks);
    }
}

/* ---- Stages
 * ---------------------------------------------------------------------------------- */

/* The longest time through a part of the flow, as far as the map bounds it: the "at most" of
 * each `comes` that counts from the touchpoint before. Of a choice the longest way; of any
 * order all of it, one after the other; of a repeat every round that it allows, one if it has
 * no limit. */
static double longest_us(const struct trod_map *map, const struct trod_flow *flow) {
    if (flow->kind == TROD_FLOW_SILENT) return 0;
    if (flow->kind == TROD_FLOW_TOUCHPOINT) {
        const struct trod_comes *comes = &map->touchpoints[flow->touchpoint_id].comes;
        const bool from_before = comes->window.given && !comes->before && comes->after.n == 0;
        return from_before && comes->window.most_us != TROD_NO_TIME
                   ? (double)comes->window.most_us
                   : 0;
    }
    double sum = 0, most = 0;
    for (size_t c = 0; c < flow->n; c++) {
        const double rounds = flow->kind != TROD_FLOW_LOOP || !flow->most_rounds ? (c ? 0 : 1)
                              : c ? (double)flow->most_rounds - 1
                                  : (double)flow->most_rounds;
        const double one = longest_us(map, flow->children[c]);
        sum += flow->kind == TROD_FLOW_LOOP ? rounds * one : one;
        most = fmax(most, one);
    }
    return flow->kind == TROD_FLOW_CHOICE ? most : sum;
}

static const struct trod_flow *flow_of_stage(const struct trod_flow *flow, uint32_t stage_id) {
    if (flow->stage_id == stage_id) return flow;
    for (size_t c = 0; c < flow->n; c++) {
        const struct trod_flow *found = flow_of_stage(flow->children[c], stage_id);
        if (found) return found;
    }
    return NULL;
}

static void advise_limit(const struct trod_map *map, uint32_t s, struct map_remarks *remarks) {
    const struct trod_stage *stage = &map->stages[s];
    const struct trod_flow *flow = flow_of_stage(map->flow, s);
    if (!flow || !stage->takes.given || stage->takes.most_us == TROD_NO_TIME) return;
    const double longest = longest_us(map, flow);
    if (longest <= (double)stage->takes.most_us) return;
    char way[40], limit[40];
    trod_duration_write(longest, way);
    trod_duration_write((double)stage->takes.most_us, limit);
    map_hint(remarks,
             map_remark(remarks, TROD_ADVICE, "stage-limit-too-short", stage->takes.line, 0,
                        "%s may take at most %s, but its touchpoints may come %s after what is "
                        "before it",
                        map_show(stage->id).at, limit, way),
             "raise the limit of the stage, or lower the `comes` of its touchpoints");
}

static bool is_joyless(const struct trod_map *map, const struct trod_stage *stage) {
    for (size_t i = 0; i < stage->touchpoints.n; i++) {
        const struct trod_touchpoint *touchpoint = &map->touchpoints[stage->touchpoints.at[i]];
        if (touchpoint->delights.n) return false;
        if (touchpoint->feels.given && touchpoint->feels.level > 0) return false;
        for (size_t p = 0; p < touchpoint->n_for_personas; p++) {
            const struct trod_touchpoint *as = &touchpoint->for_personas[p].as;
            if (as->delights.n || (as->feels.given && as->feels.level > 0)) return false;
        }
    }
    return true;
}

static bool is_scarce(const struct trod_map *map, uint32_t s) {
    double sum = 0;
    unsigned n = 0;
    if (s > 0) sum += (double)map->stages[s - 1].touchpoints.n, n++;
    if (s + 1 < map->n_stages) sum += (double)map->stages[s + 1].touchpoints.n, n++;
    return n && (double)map->stages[s].touchpoints.n < sum / n / 3;
}

/* Whether the map speaks of feelings at all: a bare flow is not scolded stage by stage. */
static bool has_feelings(const struct trod_map *map) {
    for (size_t t = 0; t < map->n_touchpoints; t++)
        if (map->touchpoints[t].feels.given || map->touchpoints[t].delights.n) return true;
    return false;
}

static void advise_stages(const struct trod_map *map, struct map_remarks *remarks) {
    const bool feelings = has_feelings(map);
    for (uint32_t s = 0; s < map->n_stages; s++) {
        const struct trod_stage *stage = &map->stages[s];
        const struct map_shown shown = map_show(stage->id);
        const char *const name = shown.at;
        if (!stage->touchpoints.n) {
            map_hint(remarks,
                     map_remark(remarks, TROD_ADVICE, "empty-stage", stage->line, 0,
                                "the stage %s has no touchpoint", name),
                     "add one, or take the stage out");
            continue;
        }
        if (is_scarce(map, s))
            map_hint(remarks,
                     map_remark(
                         remarks, TROD_ADVICE, "scarce-stage", stage->line, 0,
                         "the stage %s is scarce: it has fewer than a third of the touchpoints "
                         "of the stages beside it",
                         name),
                     "ask what the customer does there all that time");
        if (feelings && is_joyless(map, stage))
            map_hint(remarks,
                     map_remark(remarks, TROD_ADVICE, "joyless-stage", stage->line, 0,
                                "the stage %s has no delight and no feeling above 0", name),
                     "is there nothing in it that the customer will like?");
        advise_limit(map, s, remarks);
    }
}

/* ---- The whole map
 * ----------------------------------------------------------------------------- */

static void advise_promises(const struct trod_map *map, struct map_remarks *remarks) {
    for (uint32_t p = 0; p < map->n_promises; p++) {
        bool kept = false;
        for (size_t t = 0; t < map->n_touchpoints; t++)
            for (size_t k = 0; k < map->touchpoints[t].keeps.n; k++)
                kept |= map->touchpoints[t].keeps.at[k] == p;
        if (kept) continue;
        map_hint(remarks,
                 map_remark(remarks, TROD_ADVICE, "promise-not-kept", map->promises[p].line, 0,
                            "no touchpoint keeps the promise %s",
                            map_show(map->promises[p].id).at),
                 "add `keeps %s` to the touchpoint that fulfils it",
                 map_show(map->promises[p].id).at);
    }
}

static void advise_age(const struct trod_map *map, const struct trod_map_options *options,
                       struct map_remarks *remarks) {
    const int64_t today_us = options->today_us;
    char day[40];
    if (today_us > 0 && map->reviewed_us != TROD_NO_TIME &&
        map->review_every_us != TROD_NO_TIME &&
        map->reviewed_us + map->review_every_us < today_us)
        map_hint(remarks,
                 map_remark(remarks, TROD_ADVICE, "review-overdue", 0, 0,
                            "the map was to be reviewed again by %s",
                            trod_date_write(map->reviewed_us + map->review_every_us, day)),
                 "look at it together, then change the line `reviewed`");
    int64_t changed_us = TROD_NO_TIME;
    for (size_t l = 0; l < map->n_learned; l++)
        if (map->learned[l].on_us > changed_us) changed_us = map->learned[l].on_us;
    for (size_t a = 0; a < map->n_agreed; a++)
        if (map->agreed[a].on_us < changed_us)
            map_hint(remarks,
                     map_remark(remarks, TROD_ADVICE, "agreement-outdated", map->agreed[a].line,
                                0, "%s agreed before the map was last changed, on %s",
                                map_show(map->agreed[a].name).at,
                                trod_date_write(changed_us, day)),
                     "ask again, then change the date");
}

static void advise_size(const struct trod_map *map, struct map_remarks *remarks) {
    const char *hint =
        "draw a map for each part of the journey: one that is too wide is out of date "
        "before it is finished";
    if (map->n_stages > MOST_STAGES)
        map_hint(remarks,
                 map_remark(
                     remarks, TROD_ADVICE, "too-many-stages", map->stages[MOST_STAGES].line, 0,
                     "the map has %zu stages, which is more than people can keep in mind "
                     "(at most %d)",
                     map->n_stages, MOST_STAGES),
                 "%s", hint);
    if (map->n_touchpoints > MOST_TOUCHPOINTS)
        map_hint(remarks,
                 map_remark(
                     remarks, TROD_ADVICE, "too-many-touchpoints",
                     map->touchpoints[MOST_TOUCHPOINTS].line, 0,
                     "the map has %zu touchpoints, which is more than fits on a wall (at most "
                     "%d)",
                     map->n_touchpoints, MOST_TOUCHPOINTS),
                 "%s", hint);
}

static void advise_endings(const struct trod_map *map, struct map_remarks *remarks) {
    if (!map->n_succeeds)
        map_hint(remarks,
                 map_remark(
                     remarks, TROD_ADVICE, "no-success", 0, 0,
                     "nothing says when a journey has succeeded, so success cannot be counted"),
                 "add to the journey: succeeds when TOUCHPOINT happens");
    if (map->over_after_us == TROD_NO_TIME)
        map_hint(
            remarks,
            map_remark(
                remarks, TROD_ADVICE, "no-end", 0, 0,
                "nothing says when a silent journey is over, so nobody can be said to have "
                "left"),
            "add to the journey: over after TIME of silence");
}

/* People a variant needs to tell one share from another: two-sided 5 %, power 80 %, normal
 * approximation with the pooled variance under "no difference". */
static double people_needed(double from, double to) {
    const double pooled = (from + to) / 2, difference = to - from;
    const double root = 1.959964 * sqrt(2 * pooled * (1 - pooled)) +
                        0.841621 * sqrt(from * (1 - from) + to * (1 - to));
    return ceil(root * root / (difference * difference));
}

static void advise_experiments(const struct trod_map *map, struct map_remarks *remarks) {
    for (size_t e = 0; e < map->n_experiments; e++) {
        const struct trod_experiment *experiment = &map->experiments[e];
        const double from = experiment->expect_from, to = experiment->expect_to;
        if (experiment->measure.kind != TROD_MEASURE_SHARE || !experiment->enough_people)
            continue;
        if (!(from >= 0 && from <= 1 && to >= 0 && to <= 1) || from == to) continue;
        const double needed = people_needed(from, to);
        if ((double)experiment->enough_people >= needed) continue;
        map_hint(remarks,
                 map_remark(
                     remarks, TROD_ADVICE, "experiment-too-small", experiment->line, 0,
                     "the experiment %s stops at %u people a variant, too few to tell %.3g %% "
                     "from %.3g %%",
                     map_show(experiment->id).at, experiment->enough_people, from * 100,
                     to * 100),
                 "that takes %.0f people a variant (to see it four times out of five)", needed);
    }
}

void map_advise(const struct trod_map *map, const struct trod_map_options *options,
                struct map_remarks *remarks) {
    advise_touchpoints(map, remarks);
    advise_stages(map, remarks);
    advise_promises(map, remarks);
    advise_endings(map, remarks);
    advise_age(map, options, remarks);
    advise_size(map, remarks);
    advise_experiments(map, remarks);
}
