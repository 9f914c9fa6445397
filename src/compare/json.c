/* The comparison as JSON: schemas/compare.schema.json says what each key means.
 *
 * A figure that rests on no journey is null, never 0. A segment has the same keys as the whole
 * but for what only the whole has: findings, segments, paths and the health of the data.
 */
#include <math.h>
#include <stdlib.h>

#include "compare/json_inner.h"

static void fitness(struct trod_json_writer *json, const char *key,
                    const struct trod_fitness *of) {
    trod_json_key(json, key);
    trod_json_flat(json);
    trod_json_object(json);
    json_member_number(json, "log", of->log);
    json_member_number(json, "mean", of->mean);
    json_member_uint(json, "cost", of->cost);
    json_member_uint(json, "worst", of->worst);
    json_member_uint(json, "exact", of->exact);
    trod_json_end_object(json);
}

static void outcomes(struct trod_json_writer *json, const struct trod_compare *compare) {
    trod_json_key(json, "outcomes");
    trod_json_object(json);
    if (compare->succeeds_known)
        json_member_share(json, "succeeded", &compare->succeeded);
    else {
        trod_json_key(json, "succeeded");
        trod_json_null(json);
    }
    json_member_uint(json, "lost", compare->n_lost);
    json_member_uint(json, "lost_after_success", compare->n_lost_after_success);
    json_member_uint(json, "ended", compare->n_ended);
    json_member_uint(json, "left", compare->n_left);
    json_member_uint(json, "open", compare->n_open);
    json_member_uint(json, "last_seen", compare->n_unknown);
    json_member_number(json, "worth", compare->worth);
    trod_json_end_object(json);
}

static void period(struct trod_json_writer *json, const struct trod_period *of) {
    trod_json_key(json, "period");
    if (!of->given) {
        trod_json_null(json);
        return;
    }
    trod_json_flat(json);
    trod_json_object(json);
    json_member_time(json, "from", of->from_us);
    json_member_time(json, "until", of->until_us);
    json_member_uint(json, "began", of->began);
    json_member_uint(json, "began_before", of->began_before);
    json_member_uint(json, "succeeded", of->succeeded);
    json_member_uint(json, "succeeded_before", of->succeeded_before);
    trod_json_end_object(json);
}

static void firsts(struct trod_json_writer *json, const char *key,
                   const struct trod_first_result *rows, size_t n) {
    trod_json_key(json, key);
    trod_json_array(json);
    for (size_t i = 0; i < n; i++) {
        trod_json_flat(json);
        trod_json_object(json);
        json_member_text(json, "name", rows[i].name);
        json_member_uint(json, "journeys", rows[i].share.n);
        json_share_members(json, &rows[i].share);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static int by_events(const void *a, const void *b) {
    const struct trod_deviation *const *x = a, *const *y = b;
    if ((*x)->events != (*y)->events) return (*x)->events < (*y)->events ? 1 : -1;
    return trod_str_compare((*x)->event, (*y)->event);
}

static trod_status unmapped(struct trod_json_writer *json, const struct trod_compare *compare,
                            struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n = 0;
    const struct trod_deviation **rows =
        TROD_NEW_ARRAY(scratch, compare->n_deviations, const struct trod_deviation *);
    TROD_TRY_ALLOC(rows, error);
    for (size_t i = 0; i < compare->n_deviations; i++) {
        if (compare->deviations[i].kind == TROD_UNMAPPED) rows[n++] = &compare->deviations[i];
    }
    if (n) qsort(rows, n, sizeof(void *), by_events);
    trod_json_key(json, "unmapped");
    trod_json_array(json);
    for (size_t i = 0; i < n; i++) {
        trod_json_flat(json);
        trod_json_object(json);
        json_member_text(json, "event", rows[i]->event);
        json_member_uint(json, "count", rows[i]->events);
        json_member_uint(json, "journeys", rows[i]->journeys);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
done:
    return status;
}

/* What a segment has as well as the whole. */
static trod_status members(struct trod_json_writer *json, const struct trod_compare *compare,
                           struct trod_arena *scratch, struct trod_error *error) {
    json_member_uint(json, "journeys", compare->journeys);
    json_member_uint(json, "events", compare->events);
    json_member_uint(json, "customers", compare->customers);
    outcomes(json, compare);
    period(json, &compare->period);
    trod_json_key(json, "fitness");
    trod_json_object(json);
    fitness(json, "complete", &compare->complete);
    fitness(json, "so_far", &compare->so_far);
    trod_json_end_object(json);
    json_member_uint(json, "limited_journeys", compare->n_limited);
    trod_json_key(json, "spans");
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_spans; i++) {
        trod_json_object(json);
        json_member_text(json, "id", compare->spans[i].id);
        json_ways_members(json, &compare->spans[i]);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
    trod_json_key(json, "kpis");
    json_kpis(json, compare);
    trod_json_key(json, "stages");
    json_stages(json, compare);
    trod_json_key(json, "touchpoints");
    json_touchpoints(json, compare);
    trod_json_key(json, "deviations");
    json_deviations(json, compare);
    trod_json_key(json, "choices");
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_choices; i++) {
        trod_json_flat(json);
        trod_json_object(json);
        json_member_text(json, "id", compare->choices[i].id);
        json_member_text(json, "way", compare->choices[i].way);
        json_member_number(json, "designed", compare->choices[i].designed);
        json_member_uint(json, "journeys", compare->choices[i].share.n);
        json_share_members(json, &compare->choices[i].share);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
    trod_json_key(json, "first_contact");
    trod_json_object(json);
    firsts(json, "touchpoints", compare->firsts.touchpoints, compare->firsts.n_touchpoints);
    firsts(json, "stages", compare->firsts.stages, compare->firsts.n_stages);
    firsts(json, "channels", compare->firsts.channels, compare->firsts.n_channels);
    trod_json_end_object(json);
    return unmapped(json, compare, scratch, error);
}

static void health(struct trod_json_writer *json, const struct trod_health *of) {
    trod_json_key(json, "health");
    trod_json_object(json);
    trod_json_key(json, "sources");
    trod_json_array(json);
    for (size_t i = 0; i < of->n_sources; i++) {
        trod_json_flat(json);
        trod_json_object(json);
        json_member_text(json, "name", of->sources[i].name);
        json_member_uint(json, "events", of->sources[i].n_events);
        json_member_time(json, "first", of->sources[i].first_us);
        json_member_time(json, "last", of->sources[i].last_us);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
    json_member_share(json, "events_on_map", &of->on_map);
    json_member_share(json, "customers_never_identified", &of->never_identified);
    json_member_uint(json, "journeys_cut_at_start", of->n_cut_start);
    json_member_uint(json, "journeys_cut_at_end", of->n_cut_end);
    json_member_uint(json, "touchpoints_not_recorded", of->n_touchpoints_unrecorded);
    trod_json_end_object(json);
}

/* The touchpoint that each step was read as; NULL without a reading of it. */
static const struct trod_touchpoint *step_touchpoint(const struct trod_compare *compare,
                                                     const struct trod_aligned *aligned,
                                                     const struct trod_laid_path *path,
                                                     uint32_t s, uint32_t *move) {
    while (*move < aligned->n_moves && (aligned->moves[*move].kind == TROD_MOVE_SKIPPED ||
                                        aligned->moves[*move].step < s)) {
        (*move)++;
    }
    uint32_t t = TROD_NO_ID;
    if (*move < aligned->n_moves && aligned->moves[*move].step == s) {
        t = aligned->moves[*move].touchpoint_id;
    } else if (compare->lay->claims->sets[path->steps[s]].n > 0) {
        t = compare->lay->claims->sets[path->steps[s]].touchpoints[0];
    }
    return t < compare->map->n_touchpoints ? &compare->map->touchpoints[t] : NULL;
}

static void path_steps(struct trod_json_writer *json, const struct trod_compare *compare,
                       const struct trod_aligned *aligned, const struct trod_laid_path *path,
                       struct trod_buf *name) {
    uint32_t move = 0;
    trod_json_key(json, "steps");
    trod_json_array(json);
    for (uint32_t s = 0; s < path->n; s++) {
        if (path->steps[s] & TROD_STEP_UNMAPPED) {
            const uint32_t id = path->steps[s] & ~TROD_STEP_UNMAPPED;
            trod_buf_clear(name);
            trod_buf_byte(name, '?');
            trod_buf_add(name, trod_dict_at(compare->log->names, id));
            trod_json_str(json, trod_buf_str(name));
            continue;
        }
        const struct trod_touchpoint *touchpoint =
            step_touchpoint(compare, aligned, path, s, &move);
        trod_json_str(json, touchpoint ? touchpoint->id : (trod_str){NULL, 0});
    }
    trod_json_end_array(json);
}

static void paths(struct trod_json_writer *json, const struct trod_compare *compare,
                  size_t n_paths) {
    const struct trod_lay *lay = compare->lay;
    struct trod_buf name = {0};
    const size_t n = n_paths == 0 || n_paths > lay->n_paths ? lay->n_paths : n_paths;
    json_member_uint(json, "n_paths", lay->n_paths);
    trod_json_key(json, "paths");
    trod_json_array(json);
    for (size_t p = 0; p < n; p++) {
        const struct trod_aligned *aligned = &compare->alignment->paths[p];
        trod_json_flat(json);
        trod_json_object(json);
        json_member_uint(json, "count", lay->paths[p].n_journeys);
        json_member_number(json, "cost",
                           aligned->limited ? (double)NAN : (double)aligned->cost);
        json_member_number(json, "cost_so_far",
                           aligned->limited ? (double)NAN : (double)aligned->cost_so_far);
        json_member_bool(json, "finished", aligned->finished);
        json_member_bool(json, "limited", aligned->limited);
        path_steps(json, compare, aligned, &lay->paths[p], &name);
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
    json->out->failed = json->out->failed || name.failed;
    trod_buf_free(&name);
}

static trod_status segments(struct trod_json_writer *json, const struct trod_compare *compare,
                            struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_json_key(json, "segments");
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_segments; i++) {
        const struct trod_segment_result *segment = &compare->segments[i];
        trod_json_object(json);
        json_member_text(json, "by", segment->by);
        json_member_text(json, "value", segment->value);
        TROD_TRY(members(json, segment->compare, scratch, error));
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
done:
    return status;
}

trod_status trod_compare_json(const struct trod_compare *compare, size_t n_paths,
                              struct trod_buf *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_json_writer writer = {.out = out}, *json = &writer;
    struct trod_arena *scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    trod_json_object(json);
    json_member_text(json, "map", compare->map->id);
    json_member_text(json, "title", compare->map->title);
    json_member_time(json, "now", compare->now_us);
    json_member_uint(json, "few", compare->few);
    TROD_TRY(members(json, compare, scratch, error));
    trod_json_key(json, "method");
    trod_json_text(json, compare->method);
    trod_json_key(json, "limit");
    trod_json_text(json, compare->limit);
    trod_json_key(json, "findings");
    json_findings(json, compare);
    trod_json_key(json, "good");
    trod_json_array(json);
    for (size_t i = 0; i < compare->n_good; i++) trod_json_str(json, compare->good[i]);
    trod_json_end_array(json);
    TROD_TRY(segments(json, compare, scratch, error));
    health(json, &compare->health);
    paths(json, compare, n_paths);
    trod_json_end_object(json);
    trod_buf_byte(out, '\n');
    if (out->failed) {
        status = trod_fail(error, TROD_TOO_MUCH, "the JSON is larger than 1 GiB");
        trod_error_hint(error, "ask for fewer paths: --paths 100");
    }
done:
    trod_arena_free(scratch);
    return status;
}
