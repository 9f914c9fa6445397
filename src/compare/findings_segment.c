/* What is more frequent in one segment than in the rest.
 *
 * Every deviation and every promise is tried in every segment: the segment's share against that
 * of all the others, which is the whole less the segment. Only the segment that has more of it
 * is worth naming. "(other)" is nobody that one could go to.
 */
#include <math.h>

#include "compare/findings.h"

static struct trod_share rest_of(const struct trod_share *whole,
                                 const struct trod_share *part) {
    return trod_share_make(whole->n - part->n, whole->of - part->of);
}

static void try_share(struct finder *finder, uint32_t segment, const struct trod_share *part,
                      const struct trod_share *whole, struct finding_candidate *candidate) {
    const uint64_t few = finder->base->few;
    if (part->n > whole->n || part->of > whole->of) return;
    const struct trod_share rest = rest_of(whole, part);
    if (part->of < few || rest.of < few) return;
    const struct trod_share_difference difference = trod_share_compare(*part, rest);
    struct trod_finding *finding = &candidate->finding;
    finding->by = finder->segments->at[segment].by;
    finding->value = finder->segments->at[segment].value;
    finding->people = part->n;
    finding->share = *part;
    finding->others = rest;
    findings_weigh(finder, finding, rest.share);
    candidate->segment = segment;
    candidate->p = difference.p;
    candidate->worthy = difference.difference >= FINDINGS_DIFFERENCE &&
                        difference.low >= FINDINGS_DIFFERENCE / 2 &&
                        part->share >= FINDINGS_RATIO * rest.share &&
                        part->n >= FINDINGS_PEOPLE;
    candidate->compares = true;
    findings_add(finder, candidate);
}

static const struct trod_deviation *same_in(const struct trod_compare *compare,
                                            const struct trod_deviation *deviation) {
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *other = &compare->deviations[i];
        if (other->kind == deviation->kind &&
            other->touchpoint_id == deviation->touchpoint_id &&
            other->accepted == deviation->accepted) {
            return other;
        }
    }
    return NULL;
}

static void try_timed(struct finder *finder, uint32_t segment, const struct trod_timed *part,
                      const struct trod_timed *whole, uint32_t plan) {
    if (!whole->window || whole->window->most_us == TROD_NO_TIME || whole->accepted) return;
    struct finding_candidate candidate = findings_blank(TROD_FINDING_SEGMENT);
    candidate.finding.deviation = TROD_LATE;
    candidate.plan = plan;
    if (whole->kind == TROD_TIMED_SPAN)
        candidate.finding.span = whole->id;
    else if (whole->kind == TROD_TIMED_STAGE) {
        candidate.finding.stage_id = finder->base->plans[plan].at;
    } else {
        candidate.finding.touchpoint_id = finder->base->plans[plan].at;
    }
    const struct trod_share late = trod_share_make(part->ways.arrived_late, part->ways.arrived);
    const struct trod_share all =
        trod_share_make(whole->ways.arrived_late, whole->ways.arrived);
    try_share(finder, segment, &late, &all, &candidate);
}

static void try_segment(struct finder *finder, uint32_t segment) {
    const struct compare_base *base = finder->base;
    const struct trod_compare *whole = finder->compare;
    const struct trod_compare *part = whole->segments[segment].compare;
    for (size_t i = 0; i < whole->n_deviations; i++) {
        const struct trod_deviation *deviation = &whole->deviations[i];
        if (deviation->accepted || deviation->kind == TROD_UNMAPPED) continue;
        if (deviation->kind == TROD_LATE) continue; /* with the promises below */
        const struct trod_deviation *same = same_in(part, deviation);
        if (!same) continue;
        struct finding_candidate candidate = findings_blank(TROD_FINDING_SEGMENT);
        candidate.finding.deviation = deviation->kind;
        candidate.finding.touchpoint_id = deviation->touchpoint_id;
        try_share(finder, segment, &same->share, &deviation->share, &candidate);
    }
    for (uint32_t i = 0; i < whole->n_spans; i++) {
        try_timed(finder, segment, &part->spans[i], &whole->spans[i], i);
    }
    for (uint32_t t = 0; t < whole->n_touchpoints; t++) {
        try_timed(finder, segment, &part->touchpoints[t].comes, &whole->touchpoints[t].comes,
                  compare_plan_comes(base, t));
        try_timed(finder, segment, &part->touchpoints[t].takes, &whole->touchpoints[t].takes,
                  compare_plan_takes(base, t));
    }
    for (uint32_t s = 0; s < whole->n_stages; s++) {
        try_timed(finder, segment, &part->stages[s].time, &whole->stages[s].time,
                  compare_plan_stage(base, s));
    }
}

void findings_segments(struct finder *finder) {
    for (uint32_t i = 0; i < finder->segments->n; i++) {
        const struct compare_segment *segment = &finder->segments->at[i];
        if (segment->rest && trod_str_is(segment->value, "(other)")) continue;
        try_segment(finder, i);
    }
}
