/* Advice: what is not wrong, but could be better. Each piece says why.
 *
 * What belongs to one persona only (`for PERSONA`) counts like the touchpoint's own.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "map/build.h"

#define MOST_US 1e18 /* so that loops in loops still have a time that can be told */

static struct trod_remark *advise(struct map_builder *b, const struct map_item *item,
                                  uint32_t line, const char *code, const char *format, ...)
    TROD_PRINTF(5, 6);
static struct trod_remark *advise(struct map_builder *b, const struct map_item *item,
                                  uint32_t line, const char *code, const char *format, ...) {
    char text[700];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    map_at(b, item);
    return map_remark(b->remarks, TROD_ADVICE, code, line, 0, "%s", text);
}

/* ---- Touchpoints
 * ------------------------------------------------------------------------------- */

/* What each pain has: an action, or only one that was dropped. */
struct remedy {
    bool fixed;
    uint32_t dropped; /* action, or TROD_NO_ID */
};

static void note_fix(struct remedy *remedy, const struct trod_action *action,
                     uint32_t action_id) {
    if (action->status == TROD_ACTION_DROPPED)
        remedy->dropped = action_id;
    else
        remedy->fixed = true;
}

static void advise_pain(struct map_builder *b, const struct map_item *item,
                        const struct trod_pain *pain, const struct remedy *remedy) {
    const trod_str id = map_arg_text(item->node, "id");
    if (remedy->fixed) return;
    const char *const fix = pain->id.n ? "" : "pain of ";
    const struct map_shown target = map_show(pain->id.n ? pain->id : id);
    if (remedy->dropped != TROD_NO_ID)
        map_hint(b->remarks,
                 advise(b, item, pain->line, "pain-without-action",
                        "the only action against this pain of `%s` was dropped (`%s`): %s",
                        map_show(id).at, map_show(b->map->actions[remedy->dropped].id).at,
                        map_show(pain->text).at),
                 "plan another action with `fixes %s%s`, or take the pain out if it is gone",
                 fix, target.at);
    else
        map_hint(b->remarks,
                 advise(b, item, pain->line, "pain-without-action",
                        "no action fixes this pain of `%s`: %s", map_show(id).at,
                        map_show(pain->text).at),
                 "plan one with the line `fixes %s%s`, so that somebody is responsible", fix,
                 target.at);
}

static void advise_pains(struct map_builder *b) {
    const struct trod_map *const map = b->map;
    /* The pains of all touchpoints side by side; first[i] is where those of i begin. */
    size_t *const first = MAP_ROOM(b, map->n_touchpoints + 1, size_t);
    if (!first) return;
    for (size_t i = 0; i < map->n_touchpoints; i++) {
        first[i + 1] = first[i] + map->touchpoints[i].n_pains;
        for (size_t k = 0; k < map->touchpoints[i].n_for_personas; k++)
            first[i + 1] += map->touchpoints[i].for_personas[k].as.n_pains;
    }
    struct remedy *const remedies = MAP_ROOM(b, first[map->n_touchpoints], struct remedy);
    struct remedy *const wholes = MAP_ROOM(b, map->n_touchpoints, struct remedy);
    if (!remedies || !wholes) return;
    for (size_t i = 0; i < first[map->n_touchpoints]; i++) remedies[i].dropped = TROD_NO_ID;
    for (size_t i = 0; i < map->n_touchpoints; i++) wholes[i].dropped = TROD_NO_ID;
    for (uint32_t a = 0; a < map->n_actions; a++)
        for (size_t k = 0; k < map->actions[a].n_fixes; k++) {
            const struct trod_fix fix = map->actions[a].fixes[k];
            if (fix.pain == TROD_NO_ID)
                note_fix(&wholes[fix.touchpoint_id], &map->actions[a], a);
            else if (first[fix.touchpoint_id] + fix.pain < first[fix.touchpoint_id + 1])
                note_fix(&remedies[first[fix.touchpoint_id] + fix.pain], &map->actions[a], a);
        }
    for (size_t i = 0; i < map->n_touchpoints; i++) {
        const struct trod_touchpoint *const touchpoint = &map->touchpoints[i];
        const struct trod_touchpoint *as = touchpoint;
        size_t at = first[i];
        for (size_t k = 0; k <= touchpoint->n_for_personas; k++) {
            for (size_t p = 0; p < as->n_pains; p++, at++) {
                struct remedy one = remedies[at];
                one.fixed = one.fixed || wholes[i].fixed;
                if (one.dropped == TROD_NO_ID) one.dropped = wholes[i].dropped;
                advise_pain(b, &b->items[MAP_IS_TOUCHPOINT].at[i], &as->pains[p], &one);
            }
            if (k < touchpoint->n_for_personas) as = &touchpoint->for_personas[k].as;
        }
    }
}

/* Whether one of those who walk this journey has a goal or a need: of all, if it names none. */
static bool personas_want(const struct trod_map *map) {
    const size_t n = map->journey_personas.n;
    for (size_t i = 0; i < (n ? n : map->n_personas); i++) {
        const struct trod_persona *const persona =
            &map->personas[n ? map->journey_personas.at[i] : i];
        if (persona->goals.n || persona->needs.n) return true;
    }
    return false;
}

static bool serves(const struct trod_map *map, const struct trod_touchpoint *touchpoint,
                   bool personas) {
    if (personas || touchpoint->needs.n || touchpoint->serves.n) return true;
    for (size_t i = 0; i < touchpoint->n_for_personas; i++)
        if (touchpoint->for_personas[i].as.needs.n || touchpoint->for_personas[i].as.serves.n)
            return true;
    if (touchpoint->stage_id == TROD_NO_ID) return false;
    const struct trod_stage *const stage = &map->stages[touchpoint->stage_id];
    return stage->goals.n || stage->needs.n;
}

/* Who has a wish here, of the two sides. */
static void advise_wishes(struct map_builder *b, const struct map_item *item,
                          const struct trod_touchpoint *touchpoint) {
    const struct trod_act *customer = NULL, *team = NULL;
    const struct trod_touchpoint *as = touchpoint;
    for (size_t k = 0; k <= touchpoint->n_for_personas; k++) {
        for (size_t i = 0; i < as->wishes.n; i++)
            if (as->wishes.at[i].team_id == TROD_NO_ID)
                customer = &as->wishes.at[i];
            else
                team = &as->wishes.at[i];
        if (k < touchpoint->n_for_personas) as = &touchpoint->for_personas[k].as;
    }
    if (customer && !team)
        map_hint(b->remarks,
                 advise(b, item, customer->line, "one-sided-wish",
                        "only the customer has a wish at `%s`", map_show(touchpoint->id).at),
                 "say what the team there wishes too (wish TEAM: …), so that the two can be "
                 "weighed");
    if (team && !customer)
        map_hint(
            b->remarks,
            advise(b, item, team->line, "one-sided-wish", "only %s has a wish at `%s`",
                   map_show(team->who).at, map_show(touchpoint->id).at),
            "say what the customer wishes there too (wish customer: …), so that the two can "
            "be weighed");
}

/* The columns of dates: each is an event of that name. NULL without memory. */
static struct trod_dict *date_columns(struct map_builder *b) {
    struct trod_dict *const names = trod_dict_make(0);
    if (!names) b->no_memory = true;
    for (size_t i = 0; i < b->map->n_sources && names; i++)
        for (size_t k = 0; k < b->map->sources[i].dates.n; k++)
            map_number_of(b, names, b->map->sources[i].dates.at[k], true);
    return names;
}

static bool is_column(struct map_builder *b, struct trod_dict *names, trod_str name) {
    return map_number_of(b, names, name, false) != TROD_NO_ID;
}

static void advise_touchpoints(struct map_builder *b) {
    const struct trod_map *const map = b->map;
    const bool personas = personas_want(map);
    /* A map without sources and matches is for an existing log, whose events bear the titles.
     */
    bool by_lines = map->n_sources > 0;
    struct trod_dict *const dates = date_columns(b);
    if (!dates) return;
    for (size_t i = 0; i < map->n_touchpoints; i++)
        by_lines = by_lines || map->touchpoints[i].seen.n;
    for (size_t i = 0; i < map->n_touchpoints; i++) {
        const struct trod_touchpoint *const touchpoint = &map->touchpoints[i];
        const struct map_item *const item = &b->items[MAP_IS_TOUCHPOINT].at[i];
        const struct map_shown id = map_show(touchpoint->id);
        if (!serves(map, touchpoint, personas))
            map_hint(
                b->remarks,
                advise(b, item, touchpoint->line, "serves-nothing",
                       "`%s` serves no need and no goal: not its own, not its stage's, not a "
                       "persona's",
                       id.at),
                "say what it is good for (serves …, need …, or a goal of its stage); if it is "
                "for nothing, it can go");
        if (touchpoint->owner.n == 0 && !touchpoint->not_recorded)
            map_hint(b->remarks,
                     advise(b, item, touchpoint->line, "no-owner", "nobody owns `%s`", id.at),
                     "name the team that answers for it: owner TEAM");
        if (by_lines && touchpoint->seen.n == 0 && !touchpoint->not_recorded &&
            !is_column(b, dates, touchpoint->title) && !is_column(b, dates, touchpoint->id))
            map_hint(
                b->remarks,
                advise(b, item, touchpoint->line, "not-seen",
                       "nothing says how `%s` is seen in the events", id.at),
                "add `seen when`, or `not recorded` if it leaves no trace; as it stands, only "
                "an event with its very title or id counts");
        advise_wishes(b, item, touchpoint);
    }
    trod_dict_free(dates);
}

/* ---- Promises, sources
 * ------------------------------------------------------------------------- */

static void advise_promises(struct map_builder *b) {
    const struct trod_map *const map = b->map;
    struct trod_bits kept = trod_bits_make(b->arena, map->n_promises);
    if (!kept.words) {
        b->no_memory = true;
        return;
    }
    for (size_t i = 0; i < map->n_touchpoints; i++)
        for (size_t k = 0; k < map->touchpoints[i].keeps.n; k++)
            trod_bits_add(&kept, map->touchpoints[i].keeps.at[k]);
    for (size_t i = 0; i < map->n_promises; i++)
        if (!trod_bits_has(&kept, i))
            map_hint(b->remarks,
                     advise(b, &b->items[MAP_IS_PROMISE].at[i], map->promises[i].line,
                            "unkept-promise", "no touchpoint keeps the promise `%s`",
                            map_show(map->promises[i].id).at),
                     "add `keeps %s` to the touchpoint where customers notice it",
                     map_show(map->promises[i].id).at);
}

/* The touchpoints that are seen in a source: how many, and the first few. */
struct seen_in {
    size_t n;
    uint32_t first[3];
};

static void advise_sources(struct map_builder *b) {
    const struct trod_map *const map = b->map;
    struct seen_in *const seen = MAP_ROOM(b, map->n_sources, struct seen_in);
    if (!seen) return;
    for (uint32_t t = 0; t < map->n_touchpoints; t++)
        for (size_t k = 0; k < map->touchpoints[t].seen.n; k++) {
            const uint32_t source_id = map->touchpoints[t].seen.at[k].source_id;
            if (source_id == TROD_NO_ID) continue;
            struct seen_in *const in = &seen[source_id];
            if (in->n && in->n <= TROD_COUNT(in->first) && in->first[in->n - 1] == t) continue;
            if (in->n < TROD_COUNT(in->first)) in->first[in->n] = t;
            in->n++;
        }
    for (size_t i = 0; i < map->n_sources; i++) {
        const struct trod_map_source *const source = &map->sources[i];
        if (source->files.n || source->server || source->address.n || seen[i].n == 0) continue;
        char names[300] = "";
        size_t n = 0;
        for (size_t k = 0; k < seen[i].n && k < TROD_COUNT(seen[i].first); k++)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s`%.64s`", k ? ", " : "",
                                  map_show(map->touchpoints[seen[i].first[k]].id).at);
        map_hint(b->remarks,
                 advise(b, &b->items[MAP_IS_SOURCE].at[i], source->line, "source-without-data",
                        "the source `%s` has no file, server or database behind it, so nothing "
                        "can be seen there of %s%s",
                        map_show(source->id).at, names,
                        seen[i].n > TROD_COUNT(seen[i].first) ? " and others" : ""),
                 "say where its events are: file …, server, or database …");
    }
}

/* ---- Stages
 * ------------------------------------------------------------------------------------ */

static bool pleases(const struct trod_touchpoint *touchpoint) {
    const struct trod_touchpoint *as = touchpoint;
    for (size_t k = 0; k <= touchpoint->n_for_personas; k++) {
        if (as->delights.n || (as->feels.given && as->feels.level > 0)) return true;
        if (k < touchpoint->n_for_personas) as = &touchpoint->for_personas[k].as;
    }
    return false;
}

static double n_around(const struct trod_map *map, size_t stage) {
    const bool before = stage > 0, after = stage + 1 < map->n_stages;
    const double a = before ? (double)map->stages[stage - 1].touchpoints.n : 0;
    const double z = after ? (double)map->stages[stage + 1].touchpoints.n : 0;
    return before && after ? (a + z) / 2 : a + z;
}

static void advise_stage(struct map_builder *b, size_t i) {
    const struct trod_map *const map = b->map;
    const struct trod_stage *const stage = &map->stages[i];
    const struct map_item *const item = &b->items[MAP_IS_STAGE].at[i];
    const struct map_shown id = map_show(stage->id);
    const size_t n = stage->touchpoints.n;
    if (n == 0) {
        map_hint(
            b->remarks,
            advise(b, item, stage->line, "empty-stage", "the stage `%s` has no touchpoint",
                   id.at),
            "customers meet nobody and nothing there; add a touchpoint, or join it with its "
            "neighbour");
        return;
    }
    const double around = n_around(map, i);
    if ((double)n < around / 3)
        map_hint(
            b->remarks,
            advise(b, item, stage->line, "scarce-stage",
                   "the stage `%s` has only %zu touchpoint%s, the stages beside it have %g%s",
                   id.at, n, n == 1 ? "" : "s", around,
                   i > 0 && i + 1 < map->n_stages ? " in the middle" : ""),
            "look whether customers are left alone there, or whether touchpoints are missing "
            "from the map");
    for (size_t k = 0; k < n; k++)
        if (pleases(&map->touchpoints[stage->touchpoints.at[k]])) return;
    map_hint(b->remarks,
             advise(b, item, stage->line, "joyless-stage",
                    "nothing in the stage `%s` delights, and no feeling there is above 0",
                    id.at),
             "find one moment that customers will like to remember: delight …, or feels +1 …");
}

/* The longest time from the beginning of a stage to the end of a part of it, by the `at most`
 * of every `comes`. arrived[i] is when touchpoint i came last. */
static double longest_way(const struct trod_map *map, const struct trod_flow *flow, double us,
                          double *arrived, int n_loops) {
    double end = us;
    switch (flow->kind) {
    case TROD_FLOW_SILENT:
        return us;
    case TROD_FLOW_TOUCHPOINT: {
        const struct trod_comes *const comes = &map->touchpoints[flow->touchpoint_id].comes;
        const bool bounded = comes->window.given && comes->window.most_us != TROD_NO_TIME;
        if (bounded && comes->after.n == 0) end = us + (double)comes->window.most_us;
        if (bounded && !comes->before)
            for (size_t i = 0; i < comes->after.n; i++) {
                /* Counted from a touchpoint of another stage, it cannot be placed in this one.
                 */
                const double from = arrived[comes->after.touchpoints[i]];
                if (!isnan(from)) end = fmax(end, from + (double)comes->window.most_us);
            }
        arrived[flow->touchpoint_id] = end;
        return end;
    }
    case TROD_FLOW_SEQUENCE:
    case TROD_FLOW_ANY_ORDER: /* at worst one after the other */
        for (size_t i = 0; i < flow->n; i++)
            end = longest_way(map, flow->children[i], end, arrived, n_loops);
        return end;
    case TROD_FLOW_CHOICE:
        for (size_t i = 0; i < flow->n; i++)
            end = fmax(end, longest_way(map, flow->children[i], us, arrived, n_loops));
        return end;
    case TROD_FLOW_LOOP: {
        end = longest_way(map, flow->children[0], us, arrived, n_loops + 1);
        if (flow->most_rounds < 2) return end;
        /* The second round shows what each further one adds; deep inside loops, take the first.
         */
        double further = end - us;
        if (n_loops < 4) {
            const double between =
                longest_way(map, flow->children[1], end, arrived, n_loops + 1);
            further = longest_way(map, flow->children[0], between, arrived, n_loops + 1) - end;
        }
        return end + further * (flow->most_rounds - 1);
    }
    }
    return end;
}

static void advise_limits(struct map_builder *b, const struct trod_flow *flow,
                          double *arrived) {
    const struct trod_map *const map = b->map;
    if (flow->stage_id == TROD_NO_ID) {
        for (size_t i = 0; i < flow->n; i++) advise_limits(b, flow->children[i], arrived);
        return;
    }
    const struct trod_stage *const stage = &map->stages[flow->stage_id];
    if (stage->takes.most_us == TROD_NO_TIME || !stage->takes.given || stage->takes.working)
        return;
    for (size_t i = 0; i < stage->touchpoints.n; i++) arrived[stage->touchpoints.at[i]] = NAN;
    const double us = fmin(longest_way(map, flow, 0, arrived, 0), MOST_US);
    for (size_t i = 0; i < stage->touchpoints.n; i++) arrived[stage->touchpoints.at[i]] = NAN;
    if (us <= (double)stage->takes.most_us) return;
    char way[40];
    const double days = us / (double)TROD_DAY_US;
    if (days == floor(days) && days < 1e6)
        snprintf(way, sizeof way, "%.0f day%s", days, days == 1 ? "" : "s");
    else
        trod_duration_write(us, way);
    map_hint(
        b->remarks,
        advise(b, &b->items[MAP_IS_STAGE].at[flow->stage_id], stage->takes.line,
               "stage-limit-too-short",
               "the stage `%s` is to take %s, but the longest way through it may take %s",
               map_show(stage->id).at, map_show(stage->takes.text).at, way),
        "lengthen its `takes`, or shorten a `comes` in it; customers who are in time at every "
        "touchpoint would be late at the end");
}

static void advise_stages(struct map_builder *b) {
    for (size_t i = 0; i < b->map->n_stages; i++) advise_stage(b, i);
    double *const arrived = MAP_ROOM(b, b->map->n_touchpoints, double);
    if (!arrived) return;
    for (size_t i = 0; i < b->map->n_touchpoints; i++) arrived[i] = NAN;
    advise_limits(b, b->map->flow, arrived);
}

/* ---- The journey
 * ------------------------------------------------------------------------------- */

static void advise_review(struct map_builder *b, const struct map_item *journey) {
    const struct trod_map *const map = b->map;
    const int64_t today_us = b->options->today_us;
    if (map->reviewed_us == TROD_NO_TIME || map->review_every_us == TROD_NO_TIME ||
        today_us == TROD_NO_TIME || today_us == 0)
        return;
    /* Whole days: on the day itself it is not overdue. */
    const int64_t due_us = map->reviewed_us + map->review_every_us;
    const int64_t late_us = (today_us / TROD_DAY_US - due_us / TROD_DAY_US) * TROD_DAY_US;
    if (late_us <= 0) return;
    char due[40], ago[40];
    map_hint(
        b->remarks,
        advise(b, journey, map_child(journey->node, "reviewed")->line, "review-overdue",
               "the review of this map was due on %s, %s ago", trod_date_write(due_us, due),
               trod_duration_write((double)late_us, ago)),
        "look through the map with its readers, then write today's date behind `reviewed`");
}

/* The last change that the map itself tells: what was learned, or reviewed. */
static void advise_agreements(struct map_builder *b, const struct map_item *journey) {
    const struct trod_map *const map = b->map;
    int64_t last_us = map->reviewed_us;
    const char *what = "reviewed";
    for (size_t i = 0; i < map->n_learned; i++)
        if (map->learned[i].on_us > last_us) {
            last_us = map->learned[i].on_us;
            what = "changed by what was learned";
        }
    for (size_t i = 0; i < map->n_agreed; i++) {
        if (map->agreed[i].on_us == TROD_NO_TIME || map->agreed[i].on_us >= last_us) continue;
        char agreed[40], last[40];
        map_hint(b->remarks,
                 advise(b, journey, map->agreed[i].line, "agreement-outdated",
                        "%s agreed on %s, but the map was %s on %s",
                        map_show(map->agreed[i].name).at,
                        trod_date_write(map->agreed[i].on_us, agreed), what,
                        trod_date_write(last_us, last)),
                 "ask again, and write the new date");
    }
}

static void advise_journey(struct map_builder *b) {
    const struct trod_map *const map = b->map;
    if (b->items[MAP_IS_JOURNEY].n == 0) return;
    const struct map_item *const journey = &b->items[MAP_IS_JOURNEY].at[0];
    const uint32_t line = journey->node->line;
    if (map->over_after_us == TROD_NO_TIME && map->n_succeeds == 0)
        map_hint(
            b->remarks,
            advise(b, journey, line, "no-end",
                   "the map says neither when a journey succeeds nor when it is over"),
            "add `succeeds when X happens`, and `over after TIME of silence`; without them "
            "nobody can be said to have arrived or to have left");
    if (map->n_stages > 8)
        map_hint(
            b->remarks,
            advise(b, journey, line, "many-stages", "the map has %zu stages", map->n_stages),
            "with more than 8, readers lose the thread; join stages, or split the map in two");
    if (map->n_touchpoints > 40)
        map_hint(
            b->remarks,
            advise(b, journey, line, "many-touchpoints", "the map has %zu touchpoints",
                   map->n_touchpoints),
            "with more than 40, nobody reads it to the end; split the map, or leave out what "
            "decides nothing");
    advise_review(b, journey);
    advise_agreements(b, journey);
}

/* ---- Experiments
 * ------------------------------------------------------------------------------- */

/* People per variant for a change of a share to be seen: two-sided 5 %, power 80 %. Source:
 * Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, 3rd ed., (4.14). */
static double people_needed(double from, double to) {
    const double z_a = 1.959963984540054, z_b = 0.8416212335729143;
    const double mean = (from + to) / 2;
    const double a = z_a * sqrt(2 * mean * (1 - mean));
    const double c = z_b * sqrt(from * (1 - from) + to * (1 - to));
    return ceil((a + c) * (a + c) / ((to - from) * (to - from)));
}

static void advise_experiments(struct map_builder *b) {
    for (size_t i = 0; i < b->map->n_experiments; i++) {
        const struct trod_experiment *const one = &b->map->experiments[i];
        if (one->measure.kind != TROD_MEASURE_SHARE || one->enough_people == 0 ||
            isnan(one->expect_from) || isnan(one->expect_to) ||
            one->expect_from == one->expect_to)
            continue;
        const double needed = people_needed(one->expect_from, one->expect_to);
        if ((double)one->enough_people >= needed) continue;
        const struct map_item *const item = &b->items[MAP_IS_EXPERIMENT].at[i];
        map_hint(b->remarks,
                 advise(b, item, map_child(item->node, "enough")->line, "experiment-too-small",
                        "%u people per variant are too few to see a change from %g%% to %g%%",
                        one->enough_people, one->expect_from * 100, one->expect_to * 100),
                 "plan %.0f per variant, to see it 4 times in 5 (two-sided 5 %%, power 80 %%)",
                 needed);
    }
}

void map_advise(struct map_builder *b) {
    advise_journey(b);
    advise_sources(b);
    advise_promises(b);
    advise_stages(b);
    advise_touchpoints(b);
    advise_pains(b);
    advise_experiments(b);
}
