/* The JSON's rows: stages, touchpoints, deviations, KPIs, findings. */
#include <math.h>

#include "compare/json_inner.h"

void json_member_text(struct trod_json_writer *json, const char *key, trod_str value) {
    trod_json_key(json, key);
    trod_json_str(json, value);
}

void json_member_uint(struct trod_json_writer *json, const char *key, uint64_t value) {
    trod_json_key(json, key);
    trod_json_uint(json, value);
}

void json_member_number(struct trod_json_writer *json, const char *key, double value) {
    trod_json_key(json, key);
    trod_json_number(json, value);
}

void json_member_bool(struct trod_json_writer *json, const char *key, bool value) {
    trod_json_key(json, key);
    trod_json_bool(json, value);
}

void json_member_time(struct trod_json_writer *json, const char *key, int64_t time_us) {
    char at[40];
    trod_json_key(json, key);
    trod_json_text(json, time_us == TROD_NO_TIME ? NULL : trod_time_write(time_us, at));
}

void json_share_members(struct trod_json_writer *json, const struct trod_share *share) {
    const bool none = share->of == 0;
    json_member_number(json, "share", none ? NAN : share->share);
    json_member_number(json, "low", none ? NAN : share->low);
    json_member_number(json, "high", none ? NAN : share->high);
    json_member_uint(json, "of", share->of);
}

void json_member_share(struct trod_json_writer *json, const char *key,
                       const struct trod_share *share) {
    trod_json_key(json, key);
    trod_json_flat(json);
    trod_json_object(json);
    json_member_uint(json, "n", share->n);
    json_share_members(json, share);
    trod_json_end_object(json);
}

void json_member_measured(struct trod_json_writer *json, const char *key,
                          const struct trod_measured *measured) {
    trod_json_key(json, key);
    if (!measured->given) {
        trod_json_null(json);
        return;
    }
    trod_json_flat(json);
    trod_json_object(json);
    json_member_number(json, "value", measured->value);
    json_member_number(json, "low", measured->low);
    json_member_number(json, "high", measured->high);
    json_member_uint(json, "n", measured->n);
    trod_json_end_object(json);
}

static void limits(struct trod_json_writer *json, const char *value, const char *low,
                   const char *high, const struct trod_measured *measured) {
    json_member_number(json, value, measured->given ? measured->value : NAN);
    json_member_number(json, low, measured->given ? measured->low : NAN);
    json_member_number(json, high, measured->given ? measured->high : NAN);
}

/* Null if the log has no times. */
static void way_count(struct trod_json_writer *json, const char *key,
                      const struct trod_four_ways *ways, uint64_t count) {
    trod_json_key(json, key);
    if (ways->given)
        trod_json_uint(json, count);
    else
        trod_json_null(json);
}

static void way_share(struct trod_json_writer *json, const char *key,
                      const struct trod_four_ways *ways, const struct trod_share *share) {
    if (ways->given) {
        json_member_share(json, key, share);
        return;
    }
    trod_json_key(json, key);
    trod_json_null(json);
}

void json_ways_members(struct trod_json_writer *json, const struct trod_timed *timed) {
    const struct trod_four_ways *ways = &timed->ways;
    way_count(json, "started", ways, ways->started);
    way_count(json, "in_time", ways, ways->in_time);
    way_count(json, "late", ways, ways->late);
    way_count(json, "open", ways, ways->open);
    way_count(json, "gone", ways, ways->gone);
    way_count(json, "early", ways, ways->early);
    limits(json, "median_us", "median_low_us", "median_high_us", &ways->median_us);
    limits(json, "p90_us", "p90_low_us", "p90_high_us", &ways->p90_us);
    way_count(json, "arrived", ways, ways->arrived);
    way_count(json, "arrived_late", ways, ways->arrived_late);
    way_share(json, "share_in_time", ways, &ways->share_in_time);
    way_share(json, "share_late", ways, &ways->share_late);
    way_share(json, "share_open", ways, &ways->share_open);
    way_share(json, "share_gone", ways, &ways->share_gone);
    json_member_bool(json, "accepted", timed->accepted);
    json_member_bool(json, "working_time", timed->working);
    trod_json_key(json, "window");
    if (!timed->window) {
        trod_json_null(json);
        return;
    }
    trod_json_flat(json);
    trod_json_object(json);
    json_member_text(json, "text", timed->window->text);
    const int64_t sides[] = {timed->window->usual_us, timed->window->most_us,
                             timed->window->least_us};
    static const char *const keys[] = {"usually_us", "at_most_us", "at_least_us"};
    for (size_t i = 0; i < TROD_COUNT(sides); i++) {
        trod_json_key(json, keys[i]);
        if (sides[i] == TROD_NO_TIME)
            trod_json_null(json);
        else
            trod_json_int(json, sides[i]);
    }
    trod_json_end_object(json);
}

void json_member_window(struct trod_json_writer *json, const char *key,
                        const struct trod_timed *timed) {
    trod_json_key(json, key);
    if (!timed->window) {
        trod_json_null(json);
        return;
    }
    trod_json_object(json);
    json_ways_members(json, timed);
    trod_json_end_object(json);
}

void json_stages(struct trod_json_writer *json, const struct trod_compare *compare) {
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_stages; i++) {
        const struct trod_stage_result *stage = &compare->stages[i];
        trod_json_object(json);
        json_member_text(json, "id", compare->map->stages[stage->stage_id].id);
        json_member_text(json, "title", compare->map->stages[stage->stage_id].title);
        json_member_uint(json, "reached", stage->reached);
        json_member_uint(json, "visited", stage->visited);
        json_member_uint(json, "stopped", stage->stopped);
        json_member_uint(json, "open", stage->open);
        json_member_uint(json, "ended", stage->ended);
        json_member_share(json, "share_reached", &stage->share_reached);
        json_member_share(json, "share_stopped", &stage->share_stopped);
        json_member_measured(json, "time_us", &stage->median_us);
        json_member_window(json, "takes", &stage->time);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

void json_touchpoints(struct trod_json_writer *json, const struct trod_compare *compare) {
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_touchpoints; i++) {
        const struct trod_touchpoint_result *result = &compare->touchpoints[i];
        const struct trod_touchpoint *touchpoint =
            &compare->map->touchpoints[result->touchpoint_id];
        trod_json_object(json);
        json_member_text(json, "id", touchpoint->id);
        json_member_text(json, "title", touchpoint->title);
        json_member_bool(json, "recorded", result->recorded);
        json_member_bool(json, "any_time", touchpoint->any_time);
        json_member_uint(json, "journeys", result->journeys);
        json_member_uint(json, "visits", result->visits);
        json_member_uint(json, "events", result->events);
        json_member_share(json, "share", &result->share);
        json_member_uint(json, "failed_journeys", result->failed_journeys);
        json_member_uint(json, "failed_events", result->failed_events);
        json_member_share(json, "share_failed", &result->share_failed);
        json_member_measured(json, "since_previous_us", &result->median_comes_us);
        json_member_window(json, "comes", &result->comes);
        json_member_window(json, "takes", &result->takes);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static void action(struct trod_json_writer *json, const struct trod_map *map,
                   uint32_t action_id) {
    static const char *const words[] = {"open", "started", "done", "dropped"};
    trod_json_key(json, "action");
    if (action_id >= map->n_actions) {
        trod_json_null(json);
        return;
    }
    trod_json_flat(json);
    trod_json_object(json);
    json_member_text(json, "id", map->actions[action_id].id);
    json_member_text(json, "title", map->actions[action_id].title);
    trod_json_key(json, "status");
    trod_json_text(json, words[map->actions[action_id].status]);
    trod_json_end_object(json);
}

static void touchpoint_id(struct trod_json_writer *json, const struct trod_map *map,
                          uint32_t t) {
    json_member_text(json, "touchpoint",
                     t < map->n_touchpoints ? map->touchpoints[t].id : (trod_str){NULL, 0});
}

void json_deviations(struct trod_json_writer *json, const struct trod_compare *compare) {
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        trod_json_object(json);
        trod_json_key(json, "kind");
        trod_json_text(json, trod_deviation_word(deviation->kind));
        touchpoint_id(json, compare->map, deviation->touchpoint_id);
        json_member_text(json, "event", deviation->event);
        json_member_uint(json, "journeys", deviation->journeys);
        json_member_uint(json, "events", deviation->events);
        json_share_members(json, &deviation->share);
        trod_json_key(json, "base");
        trod_json_text(json, trod_deviation_base(deviation->kind));
        json_member_bool(json, "accepted", deviation->accepted);
        json_member_measured(json, "success", &deviation->success);
        json_member_measured(json, "success_others", &deviation->success_others);
        action(json, compare->map, deviation->action_id);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

void json_kpis(struct trod_json_writer *json, const struct trod_compare *compare) {
    static const char *const units[] = {"number", "share", "duration_us"};
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_kpis; i++) {
        const struct trod_kpi_result *result = &compare->kpis[i];
        const struct trod_kpi *kpi = &compare->map->kpis[result->kpi_id];
        const struct trod_measured *value = &result->value;
        trod_json_object(json);
        json_member_text(json, "id", kpi->id);
        json_member_text(json, "title", kpi->title);
        json_member_text(json, "measure",
                         kpi->measure.text.n ? kpi->measure.text : (trod_str){NULL, 0});
        trod_json_key(json, "unit");
        trod_json_text(json, units[result->unit]);
        json_member_number(json, "value", value->given ? value->value : NAN);
        json_member_number(json, "low", value->given ? value->low : NAN);
        json_member_number(json, "high", value->given ? value->high : NAN);
        json_member_uint(json, "of", value->given ? value->n : 0);
        json_member_uint(json, "left_out", result->left_out);
        trod_json_key(json, "target");
        if (kpi->target.given) {
            trod_json_flat(json);
            trod_json_object(json);
            json_member_text(json, "text", kpi->target.text);
            json_member_bool(json, "at_least", kpi->target.at_least);
            json_member_number(json, "value", kpi->target.value);
            json_member_time(json, "by", kpi->target.by_us);
            trod_json_end_object(json);
        } else {
            trod_json_null(json);
        }
        json_member_text(json, "was", kpi->now.n ? kpi->now : (trod_str){NULL, 0});
        json_member_text(json, "owner", kpi->owner.n ? kpi->owner : (trod_str){NULL, 0});
        trod_json_key(json, "verdict");
        trod_json_text(json, trod_verdict_word(result->verdict));
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static void finding(struct trod_json_writer *json, const struct trod_compare *compare,
                    const struct trod_finding *finding) {
    static const char *const kinds[] = {"deviation", "segment", "late",
                                        "burst",     "loss",    "choice"};
    const struct trod_map *map = compare->map;
    const trod_str missing = {NULL, 0};
    const bool deviates =
        finding->kind != TROD_FINDING_LOSS && finding->kind != TROD_FINDING_CHOICE;
    trod_json_object(json);
    trod_json_key(json, "kind");
    trod_json_text(json, kinds[finding->kind]);
    json_member_text(json, "sentence", finding->sentence);
    trod_json_key(json, "deviation");
    trod_json_text(json, deviates ? trod_deviation_word(finding->deviation) : NULL);
    touchpoint_id(json, map, finding->touchpoint_id);
    json_member_text(json, "stage",
                     finding->stage_id < map->n_stages ? map->stages[finding->stage_id].id
                                                       : missing);
    json_member_text(json, "span", finding->span.n ? finding->span : missing);
    json_member_text(json, "by", finding->by.n ? finding->by : missing);
    json_member_text(json, "value", finding->by.n ? finding->value : missing);
    json_member_time(json, "since", finding->since_us);
    json_member_time(json, "until", finding->until_us);
    json_member_uint(json, "people", finding->people);
    json_share_members(json, &finding->share);
    trod_json_key(json, "others");
    if (finding->others.of > 0) {
        trod_json_flat(json);
        trod_json_object(json);
        json_share_members(json, &finding->others);
        trod_json_end_object(json);
    } else {
        trod_json_null(json);
    }
    json_member_number(json, "p", finding->p);
    json_member_number(json, "worth", finding->worth);
    json_member_text(json, "team", finding->team.n ? finding->team : missing);
    json_member_text(json, "quote", finding->quote.n ? finding->quote : missing);
    json_member_text(json, "proof",
                     finding->proof.research.n ? finding->proof.research : missing);
    json_member_text(json, "proof_note", finding->proof.note.n ? finding->proof.note : missing);
    action(json, map, finding->action_id);
    trod_json_end_object(json);
}

void json_findings(struct trod_json_writer *json, const struct trod_compare *compare) {
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_findings; i++)
        finding(json, compare, &compare->findings[i]);
    trod_json_end_array(json);
}
