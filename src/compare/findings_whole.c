/* What is amiss among all journeys: promises that too many overrun, deviations that too many
 * share, stages where many stop, choices far from the design.
 *
 * Each is laid against a floor that nobody need act on, and counts only if its interval lies
 * beyond it. What is expected by the design (a later stage that fewer should reach) is no loss.
 * Lateness is judged by those who arrived: among those who have not, who waits and who has
 * quietly gone cannot be told apart before `over after` is up.
 */
#include <math.h>

#include "compare/findings.h"

static void try_late(struct finder *finder, const struct trod_timed *timed, uint32_t plan) {
    const struct compare_base *base = finder->base;
    if (!timed->window || timed->window->most_us == TROD_NO_TIME || timed->accepted) return;
    const struct trod_share share =
        trod_share_make(timed->ways.arrived_late - timed->ways.allowed, timed->ways.arrived);
    const struct trod_share *late = &share;
    if (late->of < base->few) return;
    struct finding_candidate candidate = findings_blank(TROD_FINDING_LATE);
    struct trod_finding *finding = &candidate.finding;
    finding->deviation = TROD_LATE;
    if (timed->kind == TROD_TIMED_SPAN) finding->span = timed->id;
    if (timed->kind == TROD_TIMED_STAGE) finding->stage_id = base->plans[plan].at;
    if (timed->kind == TROD_TIMED_COMES || timed->kind == TROD_TIMED_TAKES) {
        finding->touchpoint_id = base->plans[plan].at;
    }
    finding->people = late->n;
    finding->share = *late;
    findings_weigh(finder, finding, FINDINGS_LATE);
    candidate.plan = plan;
    candidate.p = findings_above(late, FINDINGS_LATE);
    candidate.worthy = late->low > FINDINGS_LATE && late->n >= FINDINGS_PEOPLE;
    findings_add(finder, &candidate);
}

static void try_promises(struct finder *finder) {
    const struct compare_base *base = finder->base;
    const struct trod_compare *compare = finder->compare;
    for (uint32_t i = 0; i < compare->n_spans; i++) try_late(finder, &compare->spans[i], i);
    for (uint32_t t = 0; t < compare->n_touchpoints; t++) {
        try_late(finder, &compare->touchpoints[t].comes, compare_plan_comes(base, t));
        try_late(finder, &compare->touchpoints[t].takes, compare_plan_takes(base, t));
    }
    for (uint32_t s = 0; s < compare->n_stages; s++) {
        try_late(finder, &compare->stages[s].time, compare_plan_stage(base, s));
    }
}

static bool concerns_all(enum trod_deviation_kind kind) {
    return kind != TROD_UNMAPPED && kind != TROD_LATE && kind != TROD_STOPPED_HERE;
}

static void try_deviations(struct finder *finder) {
    const struct trod_compare *compare = finder->compare;
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        const struct trod_share *share = &deviation->share;
        if (deviation->accepted || !concerns_all(deviation->kind)) continue;
        if (share->of < compare->few) continue;
        struct finding_candidate candidate = findings_blank(TROD_FINDING_DEVIATION);
        candidate.finding.deviation = deviation->kind;
        candidate.finding.touchpoint_id = deviation->touchpoint_id;
        candidate.finding.people = deviation->journeys;
        candidate.finding.share = *share;
        findings_weigh(finder, &candidate.finding, FINDINGS_DEVIATION);
        candidate.p = findings_above(share, FINDINGS_DEVIATION);
        candidate.worthy = share->low > FINDINGS_DEVIATION && share->n >= FINDINGS_PEOPLE;
        findings_add(finder, &candidate);
    }
}

/* The touchpoint of the stage after which most stopped. */
static uint32_t most_stopped(const struct trod_compare *compare, uint32_t stage_id,
                             struct trod_share *share) {
    for (size_t i = 0; i < compare->n_deviations; i++) { /* most journeys first */
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->kind != TROD_STOPPED_HERE) continue;
        if (compare->map->touchpoints[deviation->touchpoint_id].stage_id != stage_id) continue;
        *share = deviation->share;
        return deviation->touchpoint_id;
    }
    return TROD_NO_ID;
}

static void try_loss(struct finder *finder, struct finding_candidate *candidate,
                     const struct trod_share *stopped) {
    if (stopped->of < finder->base->few) return;
    candidate->finding.deviation = TROD_STOPPED_HERE;
    candidate->finding.people = stopped->n;
    candidate->finding.share = *stopped;
    findings_weigh(finder, &candidate->finding, FINDINGS_LOSS);
    candidate->p = findings_above(stopped, FINDINGS_LOSS);
    candidate->worthy = stopped->low > FINDINGS_LOSS && stopped->n >= FINDINGS_PEOPLE;
    findings_add(finder, candidate);
}

/* By stage; on a map of one stage by touchpoint. */
static void try_losses(struct finder *finder) {
    const struct trod_compare *compare = finder->compare;
    const struct trod_map *map = compare->map;
    for (uint32_t s = 0; s < compare->n_stages && map->n_stages > 1; s++) {
        const struct trod_stage_result *stage = &compare->stages[s];
        if (s + 1 < map->n_stages && !isnan(map->stages[s + 1].reached_by) &&
            compare->stages[s + 1].share_reached.high >= map->stages[s + 1].reached_by) {
            continue; /* as many go on as were meant to */
        }
        struct finding_candidate candidate = findings_blank(TROD_FINDING_LOSS);
        candidate.finding.stage_id = s;
        candidate.cause = most_stopped(compare, s, &candidate.cause_share);
        try_loss(finder, &candidate, &stage->share_stopped);
    }
    for (size_t i = 0; i < compare->n_deviations && map->n_stages <= 1; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->kind != TROD_STOPPED_HERE) continue;
        struct finding_candidate candidate = findings_blank(TROD_FINDING_LOSS);
        candidate.finding.touchpoint_id = deviation->touchpoint_id;
        try_loss(finder, &candidate, &deviation->share);
    }
}

/* Of the ways of one `choose` only the one that is farthest from its share is told: the others
 * are the same people seen from the other side. */
static bool farthest_way(const struct finder *finder, uint32_t option) {
    const struct compare_choices *choices = &finder->base->choices;
    const struct trod_choice_result *rows = finder->compare->choices;
    if (option >= choices->n) return true;
    const double own = fabs(rows[option].share.share - rows[option].designed);
    for (uint32_t i = 0; i < choices->n; i++) {
        if (i == option || choices->options[i].of != choices->options[option].of) continue;
        const double other = fabs(rows[i].share.share - rows[i].designed);
        if (other > own || (other == own && i < option)) return false;
    }
    return true;
}

static void try_choices(struct finder *finder) {
    const struct trod_compare *compare = finder->compare;
    for (uint32_t i = 0; i < compare->n_choices; i++) {
        const struct trod_choice_result *choice = &compare->choices[i];
        const struct trod_share *share = &choice->share;
        if (isnan(choice->designed) || share->of < compare->few) continue;
        struct finding_candidate candidate = findings_blank(TROD_FINDING_CHOICE);
        const double d = choice->designed;
        const double se = sqrt(d * (1 - d) / (double)share->of);
        const double distance = fabs(share->share - d);
        candidate.option = i;
        candidate.designed = d;
        candidate.finding.touchpoint_id = trod_map_touchpoint(compare->map, choice->id);
        candidate.finding.stage_id = trod_map_stage(compare->map, choice->id);
        candidate.finding.span = (trod_str){NULL, 0};
        candidate.finding.people = (uint64_t)(distance * (double)share->of + 0.5);
        candidate.finding.share = *share;
        candidate.finding.worth =
            distance * distance * (double)share->of / (double)compare->journeys;
        candidate.p = se > 0 ? erfc(distance / se / sqrt(2.0)) : (distance > 0 ? 0.0 : 1.0);
        candidate.worthy = farthest_way(finder, i) && distance >= FINDINGS_CHOICE &&
                           candidate.finding.people >= FINDINGS_PEOPLE &&
                           (share->low > d || share->high < d);
        findings_add(finder, &candidate);
    }
}

void findings_whole(struct finder *finder) {
    if (finder->compare->journeys == 0) return;
    try_promises(finder);
    try_deviations(finder);
    try_losses(finder);
    try_choices(finder);
}
