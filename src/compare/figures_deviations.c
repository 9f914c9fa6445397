/* Deviations by name, each with its base and with the success of those who had it and of those
 * who got that far without it.
 */
#include <math.h>
#include <stdlib.h>

#include "compare/inner.h"

const char *trod_deviation_word(enum trod_deviation_kind kind) {
    switch (kind) {
    case TROD_SKIPPED:
        return "skipped";
    case TROD_EXTRA:
        return "extra";
    case TROD_OUT_OF_ORDER:
        return "out of order";
    case TROD_FAILED:
        return "failed";
    case TROD_TOO_OFTEN:
        return "repeated too often";
    case TROD_LATE:
        return "late";
    case TROD_EARLY:
        return "early";
    case TROD_STOPPED_HERE:
        return "stopped here";
    case TROD_UNMAPPED:
        return "unmapped";
    case TROD_NOT_FOR:
        return "not meant for them";
    }
    return "";
}

const char *trod_deviation_base(enum trod_deviation_kind kind) {
    switch (kind) {
    case TROD_SKIPPED:
    case TROD_OUT_OF_ORDER:
        return "of those who got past it";
    case TROD_EXTRA:
        return "of those who got that far";
    case TROD_FAILED:
        return "of those who tried it";
    case TROD_TOO_OFTEN:
        return "of those who had it";
    case TROD_LATE:
        return "of those who were waiting for it";
    case TROD_EARLY:
        return "of those who came";
    case TROD_STOPPED_HERE:
        return "of those who were there";
    case TROD_UNMAPPED:
        return "of all journeys";
    case TROD_NOT_FOR:
        return "of those it is not meant for";
    }
    return "";
}

struct lister {
    struct compare_tally *tally;
    struct trod_compare *compare;
    struct compare_count *reached; /* [touchpoints] visited it or anything later */
    struct trod_deviation *items;
    size_t n, room;
};

static struct trod_measured share_measured(uint64_t n, uint64_t of) {
    const struct trod_share share = trod_share_make(n, of);
    if (of == 0) return compare_absent();
    return (struct trod_measured){
        .given = true, .value = share.share, .low = share.low, .high = share.high, .n = of};
}

static struct compare_count base_of(const struct lister *lister, enum trod_deviation_kind kind,
                                    uint32_t t) {
    const struct compare_tally *tally = lister->tally;
    const struct compare_base *base = tally->base;
    enum compare_counted what = COMPARE_PASSED;
    switch (kind) {
    case TROD_SKIPPED:
    case TROD_OUT_OF_ORDER:
        what = COMPARE_PASSED;
        break;
    case TROD_EXTRA:
        return lister->reached[t];
    case TROD_FAILED:
        what = COMPARE_TRIED;
        break;
    case TROD_TOO_OFTEN:
        what = COMPARE_VISITED;
        break;
    case TROD_LATE:
        what = COMPARE_WAITED;
        break;
    case TROD_EARLY:
        what = COMPARE_CAME;
        break;
    case TROD_STOPPED_HERE:
        what = COMPARE_MET;
        break;
    case TROD_NOT_FOR: {
        struct compare_count others = {0};
        for (size_t g = 0; g < base->lay->n_groups; g++) {
            if (trod_bits_has(&base->lay->groups[g], t)) continue;
            others.journeys += tally->groups[g].journeys;
            others.succeeded += tally->groups[g].succeeded;
        }
        return others;
    }
    case TROD_UNMAPPED:
        return (struct compare_count){.journeys = tally->journeys,
                                      .succeeded = tally->succeeded};
    }
    return tally->counters[compare_counter(base, what, t)];
}

/* The first action that somebody is still to do about a pain of the touchpoint, or has done. */
uint32_t compare_action_at(const struct trod_map *map, uint32_t touchpoint_id) {
    for (uint32_t a = 0; a < map->n_actions; a++) {
        const struct trod_action *action = &map->actions[a];
        if (action->status == TROD_ACTION_DROPPED) continue;
        for (size_t f = 0; f < action->n_fixes; f++) {
            if (action->fixes[f].touchpoint_id == touchpoint_id) return a;
        }
    }
    return TROD_NO_ID;
}

static bool add(struct lister *lister, struct trod_deviation deviation,
                const struct compare_count *hit, const struct compare_count *of) {
    deviation.journeys = hit->journeys;
    deviation.events = hit->times;
    deviation.share = trod_share_make(hit->journeys, of->journeys);
    deviation.success = deviation.success_others = compare_absent();
    if (lister->compare->succeeds_known && deviation.kind != TROD_STOPPED_HERE) {
        deviation.success = share_measured(hit->succeeded, hit->journeys);
        deviation.success_others =
            share_measured(of->succeeded - hit->succeeded, of->journeys - hit->journeys);
    }
    return TROD_PUSH(lister->compare->arena, lister->items, lister->n, lister->room, deviation);
}

static bool list_touchpoint(struct lister *lister, enum trod_deviation_kind kind, uint32_t t) {
    const struct compare_tally *tally = lister->tally;
    for (unsigned accepted = 0; accepted < 2; accepted++) {
        const struct compare_count *hit =
            &tally->counters[compare_deviation_counter(tally->base, kind, t, accepted)];
        if (hit->journeys == 0) continue;
        const struct compare_count of = base_of(lister, kind, t);
        const struct trod_deviation deviation = {.kind = kind,
                                                 .touchpoint_id = t,
                                                 .accepted = accepted,
                                                 .action_id =
                                                     compare_action_at(tally->base->map, t)};
        if (!add(lister, deviation, hit, &of)) return false;
    }
    return true;
}

static bool list_unmapped(struct lister *lister) {
    const struct compare_tally *tally = lister->tally;
    const struct compare_count of = base_of(lister, TROD_UNMAPPED, 0);
    for (uint32_t name = 0; name < trod_dict_count(tally->base->log->names); name++) {
        if (tally->unmapped[name].journeys == 0) continue;
        const struct trod_deviation deviation = {
            .kind = TROD_UNMAPPED,
            .touchpoint_id = TROD_NO_ID,
            .event = trod_dict_at(tally->base->log->names, name),
            .action_id = TROD_NO_ID};
        if (!add(lister, deviation, &tally->unmapped[name], &of)) return false;
    }
    return true;
}

static int by_journeys(const void *a, const void *b) {
    const struct trod_deviation *x = a, *y = b;
    if (x->journeys != y->journeys) return x->journeys < y->journeys ? 1 : -1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->touchpoint_id != y->touchpoint_id)
        return x->touchpoint_id < y->touchpoint_id ? -1 : 1;
    const int names = trod_str_compare(x->event, y->event);
    return names != 0 ? names : (int)x->accepted - (int)y->accepted;
}

trod_status compare_figure_deviations(struct compare_tally *tally, struct trod_compare *compare,
                                      struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = tally->base->n_touchpoints;
    struct lister lister = {.tally = tally, .compare = compare};
    lister.reached = TROD_NEW_ARRAY(compare->arena, n, struct compare_count);
    TROD_TRY_ALLOC(lister.reached, error);
    struct compare_count later = {0};
    for (size_t t = n; t-- > 0;) {
        later.journeys += tally->furthest[t].journeys;
        later.succeeded += tally->furthest[t].succeeded;
        lister.reached[t] = later;
    }
    for (uint32_t t = 0; t < n; t++) {
        for (int kind = TROD_SKIPPED; kind <= TROD_NOT_FOR; kind++) {
            if (kind == TROD_UNMAPPED) continue;
            TROD_TRY_ALLOC(list_touchpoint(&lister, (enum trod_deviation_kind)kind, t) ? compare
                                                                                       : NULL,
                           error);
        }
    }
    TROD_TRY_ALLOC(list_unmapped(&lister) ? compare : NULL, error);
    if (lister.n) qsort(lister.items, lister.n, sizeof *lister.items, by_journeys);
    compare->deviations = lister.items;
    compare->n_deviations = lister.n;
done:
    return status;
}
