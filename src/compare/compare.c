/* Designed against trodden, end to end.
 *
 * The log's events are claimed by touchpoints, cut into journeys, laid as visits, and the
 * distinct paths aligned with the flow. What each path says is worked out once; then the
 * journeys are added up, first all of them, then those of each segment, side by side on the
 * threads. Findings come last, since they lay the segments against the whole.
 */
#include <stdlib.h>

#include "compare/inner.h"

struct owned {
    struct trod_claimed *claims;
    struct trod_view *view;
    struct trod_lay *lay;
    struct trod_alignment *alignment;
    struct trod_arena *base_arena;
    struct trod_dict *channels;
    struct trod_compare **segments;
    size_t n_segments;
};

void trod_compare_free(struct trod_compare *compare) {
    if (!compare) return;
    struct owned *owned = compare->owned;
    if (owned) {
        for (size_t i = 0; i < owned->n_segments; i++) trod_compare_free(owned->segments[i]);
        trod_align_free(owned->alignment);
        trod_lay_free(owned->lay);
        trod_view_free(owned->view);
        trod_claimed_free(owned->claims);
        trod_dict_free(owned->channels);
        trod_arena_free(owned->base_arena);
    }
    trod_arena_free(compare->arena);
}

static trod_status make_empty(struct trod_compare **compare, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *arena = trod_arena_make(0);
    struct trod_compare *made = arena ? TROD_NEW(arena, struct trod_compare) : NULL;
    TROD_TRY_ALLOC(made, error);
    made->arena = arena;
    *compare = made;
    arena = NULL;
done:
    trod_arena_free(arena);
    return status;
}

/* Claims, view, lay, alignment. */
static trod_status lay_log(const struct trod_map *map, const struct trod_log *log,
                           const struct trod_compare_options *options,
                           const struct trod_run *run, struct owned *owned,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_view_options view =
        options->view ? *options->view : (struct trod_view_options){0};
    struct trod_align_options align = options->align;
    const struct trod_lay_options lay = {.count_unmapped = options->count_unmapped,
                                         .now_us = options->now_us};
    TROD_TRY(trod_claimed_make(log, map, &owned->claims, error));
    if (view.per == TROD_PER_CUSTOMER) {
        view.per = map->per;
        view.per_field = map->per_field;
        view.per_silence_us = map->per_silence_us;
        view.per_start = map->per_start;
    }
    view.claims = owned->claims;
    TROD_TRY(trod_view_make(log, &view, &owned->view, error));
    TROD_TRY(trod_lay_make(owned->claims, owned->view, &lay, &owned->lay, error));
    if (align.memory_bytes == 0 && run && run->memory_bytes > 0) {
        align.memory_bytes = run->memory_bytes / 4;
    }
    TROD_TRY(trod_align_make(owned->lay, &align, run, &owned->alignment, error));
done:
    return status;
}

/* The observed time, and the newest stretch of it against the one before. */
static void set_times(struct compare_base *base, const struct trod_compare_options *options) {
    const struct trod_log *log = base->log;
    base->begin_us = base->end_us = TROD_NO_TIME;
    if (!log->has_times || base->now_us == TROD_NO_TIME || log->first_us == TROD_NO_TIME)
        return;
    base->begin_us = log->first_us;
    base->end_us = base->now_us;
    if (options->view) {
        const int64_t since_us = options->view->since_us, until_us = options->view->until_us;
        if (since_us != 0 && since_us > base->begin_us) base->begin_us = since_us;
        if (until_us != 0 && until_us != TROD_NO_TIME && until_us < base->end_us) {
            base->end_us = until_us;
        }
    }
    const int64_t length_us = base->end_us - base->begin_us;
    const int64_t week_us = 7 * TROD_DAY_US;
    const int64_t stretch_us = length_us >= 8 * week_us       ? 4 * week_us
                               : length_us >= 2 * week_us     ? week_us
                               : length_us >= 2 * TROD_DAY_US ? TROD_DAY_US
                                                              : 0;
    if (stretch_us == 0) return;
    base->period = (struct trod_period){
        .given = true, .from_us = base->end_us - stretch_us, .until_us = base->end_us};
}

static trod_status make_base(const struct trod_map *map, const struct trod_log *log,
                             const struct trod_compare_options *options,
                             const struct trod_run *run, struct owned *owned,
                             struct compare_base *base, struct trod_error *error) {
    trod_status status = TROD_OK;
    owned->base_arena = trod_arena_make(0);
    TROD_TRY_ALLOC(owned->base_arena, error);
    *base = (struct compare_base){.map = map,
                                  .log = log,
                                  .lay = owned->lay,
                                  .alignment = owned->alignment,
                                  .now_us = owned->lay->now_us,
                                  .few = options->few ? options->few : 20,
                                  .n_touchpoints = map->n_touchpoints,
                                  .arena = owned->base_arena};
    set_times(base, options);
    base->n_counters = compare_counter(base, COMPARE_N_COUNTED, 0);
    TROD_TRY(compare_flow_make(map, owned->lay->recorded, base->arena, &base->flow, error));
    TROD_TRY(compare_choices_make(map, &base->flow, &base->n_counters, base->arena,
                                  &base->choices, error));
    TROD_TRY(compare_plans_make(base, error));
    TROD_TRY(compare_readings_make(base, run, error));
    status = compare_firsts_make(base, error);
    owned->channels = base->channels;
done:
    return status;
}

static trod_status add_up(const struct compare_base *base, const size_t *journeys, size_t n,
                          struct trod_compare *compare, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct compare_tally tally;
    struct trod_arena *scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY(compare_tally_make(base, journeys, n, scratch, &tally, error));
    TROD_TRY(compare_figures(&tally, compare, error));
done:
    trod_arena_free(scratch);
    return status;
}

/* ---- Segments, side by side
 * ----------------------------------------------------------------------- */

struct side {
    const struct compare_base *base;
    const struct compare_segments *segments;
    struct trod_compare **compares;
};

static trod_status compare_one(void *owner, size_t i, struct trod_error *error) {
    const struct side *side = owner;
    const struct compare_segment *segment = &side->segments->at[i];
    trod_status status = make_empty(&side->compares[i], error);
    if (status != TROD_OK) return status;
    return add_up(side->base, segment->journeys, segment->n, side->compares[i], error);
}

static trod_status make_segments(const struct compare_base *base,
                                 const struct compare_segments *segments,
                                 const struct trod_run *run, struct owned *owned,
                                 struct trod_compare *compare, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct side side = {.base = base, .segments = segments};
    struct trod_segment_result *results =
        TROD_NEW_ARRAY(compare->arena, segments->n, struct trod_segment_result);
    owned->segments = TROD_NEW_ARRAY(compare->arena, segments->n, struct trod_compare *);
    TROD_TRY_ALLOC(results && owned->segments ? compare : NULL, error);
    owned->n_segments = segments->n;
    side.compares = owned->segments;
    TROD_TRY(trod_run_each(run, segments->n, compare_one, &side, error));
    for (size_t i = 0; i < segments->n; i++) {
        results[i] = (struct trod_segment_result){.by = segments->at[i].by,
                                                  .value = segments->at[i].value,
                                                  .compare = owned->segments[i]};
    }
    compare->segments = results;
    compare->n_segments = segments->n;
done:
    return status;
}

trod_status trod_compare_make(const struct trod_map *map, const struct trod_log *log,
                              const struct trod_compare_options *options,
                              const struct trod_run *run, struct trod_compare **compare,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_compare_options defaults = {0};
    struct trod_compare *made = NULL;
    struct compare_base base;
    struct compare_segments segments = {0};
    struct trod_arena *scratch = trod_arena_make(0);
    *compare = NULL;
    if (!options) options = &defaults;
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY(make_empty(&made, error));
    struct owned *owned = TROD_NEW(made->arena, struct owned);
    TROD_TRY_ALLOC(owned, error);
    made->owned = owned;
    TROD_TRY(lay_log(map, log, options, run, owned, error));
    TROD_TRY(make_base(map, log, options, run, owned, &base, error));
    TROD_TRY(add_up(&base, NULL, base.lay->n_journeys, made, error));
    const size_t most_values = options->most_values ? options->most_values : 20;
    for (size_t i = 0; i < options->n_by; i++) {
        /* The field's name outlives the caller's options. */
        const trod_str by = trod_arena_copy(made->arena, options->by[i]);
        TROD_TRY_ALLOC(by.at, error);
        TROD_TRY(compare_segments_add(&base, by, most_values, scratch, &segments, error));
    }
    TROD_TRY(make_segments(&base, &segments, run, owned, made, error));
    TROD_TRY(compare_findings_make(&base, &segments, made, error));
    made->lay = owned->lay;
    made->alignment = owned->alignment;
    *compare = made;
    made = NULL;
done:
    trod_compare_free(made);
    trod_arena_free(scratch);
    return status;
}
