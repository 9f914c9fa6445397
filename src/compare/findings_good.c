/* What goes well: promises kept, KPIs that meet their target, stages that nobody leaves, and
 * touchpoints that nobody skips. At most a few sentences, and only where enough people stand
 * behind them.
 */
#include <math.h>

#include "compare/findings.h"

enum { MOST_GOOD = 5 };

struct praise {
    const struct compare_base *base;
    struct trod_compare *compare;
    trod_str *at;
    size_t n;
    bool failed;
};

static void add(struct praise *praise, struct trod_buf *out) {
    findings_begin(out);
    if (praise->n < MOST_GOOD && out->n > 0) {
        praise->at[praise->n] = trod_arena_copy(praise->compare->arena, trod_buf_str(out));
        if (!praise->at[praise->n].at || out->failed) praise->failed = true;
        praise->n++;
    }
    trod_buf_free(out);
}

/* "4,580" */
static void add_count(struct trod_buf *out, uint64_t n) {
    if (n >= 1000) {
        add_count(out, n / 1000);
        trod_buf_format(out, ",%03u", (unsigned)(n % 1000));
    } else {
        trod_buf_format(out, "%u", (unsigned)n);
    }
}

static void praise_spans(struct praise *praise) {
    for (size_t i = 0; i < praise->compare->n_spans; i++) {
        const struct trod_timed *timed = &praise->compare->spans[i];
        const struct trod_four_ways *ways = &timed->ways;
        const struct trod_share kept = trod_share_make(ways->in_time, ways->arrived);
        if (!timed->window || timed->window->most_us == TROD_NO_TIME) continue;
        if (kept.of < praise->base->few || !(kept.share > 0.9)) continue;
        struct trod_buf out = {0};
        char at[40];
        findings_title(&out, timed->id);
        trod_buf_adds(&out, " is kept: ");
        findings_percent(&out, &kept);
        trod_buf_format(&out, " of those who arrive need no more than %.*s.",
                        TROD_ARG(findings_limit(timed->window, at)));
        add(praise, &out);
    }
}

static void praise_kpis(struct praise *praise) {
    const struct trod_map *map = praise->base->map;
    for (size_t i = 0; i < praise->compare->n_kpis; i++) {
        const struct trod_kpi_result *result = &praise->compare->kpis[i];
        const struct trod_kpi *kpi = &map->kpis[result->kpi_id];
        if (result->verdict != TROD_MET) continue;
        struct trod_buf out = {0};
        char at[40];
        findings_title(&out, kpi->title);
        trod_buf_adds(&out, " meets its target: ");
        if (result->unit == TROD_UNIT_SHARE) {
            const double percent = 100.0 * result->value.value;
            trod_buf_format(&out, percent > 99 && percent < 100 ? "%.1f %%" : "%.0f %%",
                            fmin(percent, percent < 100 ? 99.9 : 100));
        } else if (result->unit == TROD_UNIT_DURATION) {
            trod_buf_adds(&out, trod_duration_write(result->value.value, at));
        } else {
            trod_buf_format(&out, "%.4g", result->value.value);
        }
        if (kpi->target.text.n) trod_buf_format(&out, " (%.*s)", TROD_ARG(kpi->target.text));
        trod_buf_adds(&out, ".");
        add(praise, &out);
    }
}

/* Neither the first stage, where a journey that stops early is hardly one at all, nor the last,
 * where all of them stop. */
static void praise_stages(struct praise *praise) {
    const struct trod_stage_result *best = NULL;
    for (size_t s = 1; s + 1 < praise->compare->n_stages; s++) {
        const struct trod_stage_result *stage = &praise->compare->stages[s];
        if (stage->share_stopped.of < praise->base->few) continue;
        if (!(stage->share_stopped.high < 0.05)) continue;
        if (!best || stage->reached > best->reached) best = stage;
    }
    if (!best) return;
    struct trod_buf out = {0};
    const bool none = best->share_stopped.n == 0;
    trod_buf_adds(&out, none ? "None of the " : "Of the ");
    add_count(&out, best->reached);
    trod_buf_adds(&out, " who reach ");
    findings_title(&out, praise->base->map->stages[best->stage_id].title);
    trod_buf_byte(&out, ' ');
    if (!none) {
        findings_percent(&out, &best->share_stopped);
        trod_buf_byte(&out, ' ');
    }
    trod_buf_adds(&out, !praise->compare->left_known ? (none ? "is last seen" : "are last seen")
                        : none                       ? "leaves"
                                                     : "leave");
    trod_buf_adds(&out, " there.");
    add(praise, &out);
}

static bool succeeds(const struct trod_map *map, uint32_t t) {
    for (size_t i = 0; i < map->n_succeeds; i++)
        if (compare_in(&map->succeeds[i].x, t)) return true;
    return false;
}

/* The touchpoint on the way of most that nobody skips; a moment of truth before others. */
static void praise_touchpoints(struct praise *praise) {
    const struct trod_compare *compare = praise->compare;
    const struct trod_map *map = praise->base->map;
    const struct trod_touchpoint_result *best = NULL;
    for (size_t t = 0; t < compare->n_touchpoints; t++) {
        const struct trod_touchpoint_result *result = &compare->touchpoints[t];
        const uint32_t node = praise->base->flow.node[t];
        if (!result->recorded || node == COMPARE_NONE || map->touchpoints[t].truths.n == 0)
            continue;
        if (praise->base->flow.nodes[node].nullable || result->journeys < compare->few)
            continue;
        if (succeeds(map, (uint32_t)t)) continue; /* who does not get there, did not succeed */
        bool skipped = false;
        for (size_t i = 0; i < compare->n_deviations; i++) {
            const struct trod_deviation *deviation = &compare->deviations[i];
            skipped = skipped ||
                      ((deviation->kind == TROD_SKIPPED || deviation->kind == TROD_FAILED) &&
                       deviation->touchpoint_id == t);
        }
        if (!skipped && (!best || result->journeys > best->journeys)) best = result;
    }
    if (!best) return;
    struct trod_buf out = {0};
    trod_buf_adds(&out, "Nobody skips ");
    findings_title(&out, map->touchpoints[best->touchpoint_id].title);
    trod_buf_adds(&out, ", a moment of truth.");
    add(praise, &out);
}

trod_status findings_good(const struct compare_base *base, struct trod_compare *compare,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct praise praise = {.base = base, .compare = compare};
    praise.at = TROD_NEW_ARRAY(compare->arena, MOST_GOOD, trod_str);
    TROD_TRY_ALLOC(praise.at, error);
    praise_spans(&praise);
    praise_kpis(&praise);
    praise_stages(&praise);
    praise_touchpoints(&praise);
    TROD_TRY_ALLOC(praise.failed ? NULL : compare, error);
    compare->good = praise.at;
    compare->n_good = praise.n;
done:
    return status;
}
