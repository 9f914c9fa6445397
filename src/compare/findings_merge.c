/* Findings that are about the same thing, or about the same journeys, become one.
 *
 * The same deviation in several segments: the one that concerns most stays. The same deviation
 * among all and in one segment: the segment's stays if it holds at least half of the journeys,
 * else the one among all, with the segment named in its sentence. A week in which a touchpoint
 * failed stands for its failures if it holds at least half of them.
 *
 * Beyond that the journeys themselves are looked at. If most of the journeys of what is late
 * are those of a finding that explains it, and more than chance would bring together, it is not
 * told again; and a late touchpoint becomes the cause that the late span's sentence names.
 */
#include <math.h>

#include "compare/findings.h"

static const double SAME = 0.6;   /* share of one's journeys that are the other's as well */
static const double CHANCE = 1.5; /* times what independent findings would share */

/* ---- Whose journeys
 * ------------------------------------------------------------------------------ */

static bool needs_watch(const struct finding_candidate *candidate) {
    return candidate->plan != COMPARE_NONE;
}

static bool deviates(const struct compare_base *base, const struct finding_candidate *candidate,
                     size_t j) {
    const struct trod_finding *finding = &candidate->finding;
    const struct trod_laid *laid = &base->lay->journeys[j];
    if (finding->deviation == TROD_FAILED) {
        for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
            if (compare_failed(base, v) != finding->touchpoint_id) continue;
            const int64_t at_us = base->lay->visits[v].begin_us;
            if (finding->since_us == TROD_NO_TIME ||
                (at_us >= finding->since_us && at_us < finding->until_us)) {
                return true;
            }
        }
        return false;
    }
    const uint32_t counter =
        compare_deviation_counter(base, finding->deviation, finding->touchpoint_id, false);
    const struct compare_reading *reading = &base->readings[laid->path];
    const bool cut = base->lay->view->journeys[laid->journey].cut_start;
    for (uint32_t i = 0; i < reading->n_items; i++) {
        const struct compare_item item = reading->items[i];
        if (item.counter != counter || (item.when == COMPARE_WHOLE && cut) ||
            (item.when == COMPARE_CUT && !cut) ||
            (item.when == COMPARE_OVER && !compare_stopped(base, j))) {
            continue;
        }
        return true;
    }
    return false;
}

static bool is_late(const struct compare_watch *watch, uint32_t plan) {
    for (size_t i = 0; i < watch->n_waits; i++) {
        const struct compare_wait *wait = &watch->waits[i];
        if (wait->plan == plan) return wait->arrived && wait->way == COMPARE_LATE;
    }
    return false;
}

static bool has_hits(const struct finding_candidate *candidate) {
    const enum trod_finding_kind kind = candidate->finding.kind;
    return kind != TROD_FINDING_LOSS && kind != TROD_FINDING_CHOICE &&
           (candidate->plan != COMPARE_NONE || candidate->finding.touchpoint_id != TROD_NO_ID);
}

static trod_status find_hits(struct finder *finder, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = finder->base;
    const size_t n_journeys = base->lay->n_journeys;
    struct compare_watch watch;
    bool watching = false;
    TROD_TRY(compare_watch_make(base, finder->scratch, &watch, error));
    for (size_t i = 0; i < finder->n; i++) {
        struct finding_candidate *candidate = &finder->at[i];
        candidate->hits = trod_bits_make(finder->scratch, n_journeys);
        TROD_TRY_ALLOC(candidate->hits.words, error);
        watching = watching || needs_watch(candidate);
    }
    for (size_t j = 0; j < n_journeys; j++) {
        if (watching) compare_watch_journey(&watch, j);
        for (size_t i = 0; i < finder->n; i++) {
            struct finding_candidate *candidate = &finder->at[i];
            if (!has_hits(candidate)) continue;
            const bool hit = needs_watch(candidate) ? is_late(&watch, candidate->plan)
                                                    : deviates(base, candidate, j);
            if (hit) trod_bits_add(&candidate->hits, j);
        }
    }
    for (size_t i = 0; i < finder->n; i++) { /* only the segment's own */
        struct finding_candidate *candidate = &finder->at[i];
        if (candidate->segment == COMPARE_NONE) continue;
        const struct compare_segment *segment = &finder->segments->at[candidate->segment];
        struct trod_bits own = trod_bits_make(finder->scratch, n_journeys);
        TROD_TRY_ALLOC(own.words, error);
        for (size_t k = 0; k < segment->n; k++) {
            if (trod_bits_has(&candidate->hits, segment->journeys[k])) {
                trod_bits_add(&own, segment->journeys[k]);
            }
        }
        candidate->hits = own;
    }
done:
    return status;
}

static double shared(const struct trod_bits *a, const struct trod_bits *b) {
    uint64_t n = 0;
    for (size_t w = 0; w < trod_bits_words(a->n); w++) {
        n += (uint64_t)__builtin_popcountll(a->words[w] & b->words[w]);
    }
    return (double)n;
}

/* Most of the weaker one's journeys are the stronger one's; of two that are late, most of the
 * smaller one's are the other's. */
static bool same_journeys(const struct finding_candidate *strong,
                          const struct finding_candidate *weak) {
    const double n_strong = (double)trod_bits_count(&strong->hits);
    const double n_weak = (double)trod_bits_count(&weak->hits);
    if (n_strong == 0 || n_weak == 0) return false;
    const bool late = strong->plan != COMPARE_NONE && weak->plan != COMPARE_NONE;
    const double of = late && n_strong < n_weak ? n_strong : n_weak;
    const double both = shared(&strong->hits, &weak->hits);
    return both >= SAME * of && both * (double)weak->hits.n >= CHANCE * n_strong * n_weak;
}

/* ---- The same subject
 * -------------------------------------------------------------------------------- */

static bool same_subject(const struct finding_candidate *a, const struct finding_candidate *b) {
    if (a->plan != COMPARE_NONE || b->plan != COMPARE_NONE) return a->plan == b->plan;
    return a->finding.deviation == b->finding.deviation &&
           a->finding.touchpoint_id == b->finding.touchpoint_id;
}

static bool is_whole(const struct finding_candidate *candidate) {
    return candidate->finding.kind == TROD_FINDING_LATE ||
           candidate->finding.kind == TROD_FINDING_DEVIATION;
}

static void merge_segments(struct finder *finder) {
    for (size_t i = 0; i < finder->n; i++) {
        struct finding_candidate *a = &finder->at[i];
        if (a->dropped || a->finding.kind != TROD_FINDING_SEGMENT) continue;
        for (size_t k = i + 1; k < finder->n && !a->dropped; k++) {
            struct finding_candidate *b = &finder->at[k];
            if (b->dropped || b->finding.kind != TROD_FINDING_SEGMENT || !same_subject(a, b)) {
                continue;
            }
            if (b->finding.worth > a->finding.worth)
                a->dropped = true;
            else
                b->dropped = true;
        }
    }
}

static void merge_whole(struct finder *finder) {
    for (size_t i = 0; i < finder->n; i++) {
        struct finding_candidate *whole = &finder->at[i];
        if (whole->dropped || !is_whole(whole)) continue;
        for (size_t k = 0; k < finder->n; k++) {
            struct finding_candidate *part = &finder->at[k];
            if (part->dropped || !same_subject(whole, part)) continue;
            const bool most = 2 * part->finding.people >= whole->finding.people;
            if (part->finding.kind == TROD_FINDING_BURST && most) whole->dropped = true;
            if (part->finding.kind != TROD_FINDING_SEGMENT) continue;
            if (most) {
                whole->dropped = true;
            } else {
                whole->most = part->segment;
                whole->most_share = part->finding.share;
                part->dropped = true;
            }
        }
    }
}

/* ---- The same journeys
 * ---------------------------------------------------------------------------------- */

/* What explains comes before what follows from it. */
static int rank(const struct finder *finder, const struct finding_candidate *candidate) {
    const bool late = candidate->plan != COMPARE_NONE;
    if (candidate->finding.kind == TROD_FINDING_BURST) return 0;
    if (candidate->finding.kind == TROD_FINDING_SEGMENT && !late) return 1;
    if (!late) return 3;
    switch (finder->base->plans[candidate->plan].kind) {
    case TROD_TIMED_SPAN:
        return 2;
    case TROD_TIMED_COMES:
        return 4;
    case TROD_TIMED_STAGE:
        return 5;
    case TROD_TIMED_TAKES:
        return 6;
    }
    return 7;
}

static bool may_tell(const struct finder *finder, const struct finding_candidate *strong,
                     const struct finding_candidate *weak) {
    const int a = rank(finder, strong), b = rank(finder, weak);
    const bool segments = strong->finding.kind == TROD_FINDING_SEGMENT &&
                          weak->finding.kind == TROD_FINDING_SEGMENT;
    if (weak->finding.kind == TROD_FINDING_BURST) return false;
    if (weak->plan == COMPARE_NONE && !segments)
        return false; /* deviations stand for themselves */
    if (a != b) return a < b;
    return strong->finding.worth > weak->finding.worth;
}

static void note_cause(struct finder *finder, struct finding_candidate *span,
                       const struct finding_candidate *part) {
    if (part->plan == COMPARE_NONE) return;
    const struct compare_plan *plan = &finder->base->plans[part->plan];
    if (plan->kind != TROD_TIMED_COMES || span->finding.span.n == 0) return;
    if (span->cause != TROD_NO_ID && span->cause_share.n >= part->finding.share.n) return;
    span->cause = plan->at;
    span->cause_share = part->finding.share;
}

trod_status findings_merge(struct finder *finder, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(find_hits(finder, error));
    merge_segments(finder);
    merge_whole(finder);
    for (size_t i = 0; i < finder->n; i++) {
        struct finding_candidate *weak = &finder->at[i];
        if (weak->dropped || !has_hits(weak)) continue;
        struct finding_candidate *teller = NULL;
        for (size_t k = 0; k < finder->n; k++) {
            struct finding_candidate *strong = &finder->at[k];
            if (k == i || strong->dropped || !has_hits(strong)) continue;
            if (!may_tell(finder, strong, weak) || !same_journeys(strong, weak)) continue;
            if (!teller || rank(finder, strong) < rank(finder, teller)) teller = strong;
        }
        if (!teller) continue;
        note_cause(finder, teller, weak);
        weak->dropped = true;
    }
done:
    return status;
}
