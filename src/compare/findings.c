/* Findings, from all that was tried to the few that somebody should act on.
 *
 * Gather, judge in one family, merge what is about the same journeys, put in order, word. The
 * order is by worth: the people concerned times the distance from what would have to be
 * expected. But five findings of one kind say less than five different things: the best of each
 * kind comes first, then the rest.
 */
#include <math.h>
#include <stdlib.h>

#include "compare/findings.h"

enum { MOST_FINDINGS = 50, MOST_CANDIDATES = 200 };

struct finding_candidate findings_blank(enum trod_finding_kind kind) {
    return (struct finding_candidate){.finding = {.kind = kind,
                                                  .touchpoint_id = TROD_NO_ID,
                                                  .stage_id = TROD_NO_ID,
                                                  .since_us = TROD_NO_TIME,
                                                  .until_us = TROD_NO_TIME,
                                                  .action_id = TROD_NO_ID,
                                                  .p = NAN},
                                      .p = NAN,
                                      .plan = COMPARE_NONE,
                                      .segment = COMPARE_NONE,
                                      .option = COMPARE_NONE,
                                      .cause = TROD_NO_ID,
                                      .most = COMPARE_NONE,
                                      .designed = NAN};
}

void findings_add(struct finder *finder, const struct finding_candidate *candidate) {
    if (!TROD_PUSH(finder->scratch, finder->at, finder->n, finder->room, *candidate)) {
        finder->failed = true;
    }
}

void findings_weigh(const struct finder *finder, struct trod_finding *finding,
                    double expected) {
    finding->worth = (double)finding->people * (finding->share.share - expected) /
                     (double)finder->compare->journeys;
}

double findings_above(const struct trod_share *share, double floor) {
    if (share->of == 0) return NAN;
    const double z = (share->share - floor) / sqrt(floor * (1 - floor) / (double)share->of);
    return 0.5 * erfc(z / sqrt(2.0));
}

static int by_worth(const void *a, const void *b) {
    const struct trod_finding *x = &((const struct finding_candidate *)a)->finding;
    const struct trod_finding *y = &((const struct finding_candidate *)b)->finding;
    if (x->worth != y->worth) return x->worth < y->worth ? 1 : -1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->deviation != y->deviation) return x->deviation < y->deviation ? -1 : 1;
    if (x->touchpoint_id != y->touchpoint_id)
        return x->touchpoint_id < y->touchpoint_id ? -1 : 1;
    if (x->stage_id != y->stage_id) return x->stage_id < y->stage_id ? -1 : 1;
    if (x->since_us != y->since_us) return x->since_us < y->since_us ? -1 : 1;
    int order = trod_str_compare(x->span, y->span);
    if (order == 0) order = trod_str_compare(x->by, y->by);
    return order != 0 ? order : trod_str_compare(x->value, y->value);
}

/* Keeps what is sure in the family and large enough. */
static trod_status judge(struct finder *finder, struct trod_error *error) {
    trod_status status = TROD_OK;
    double *p = TROD_NEW_ARRAY(finder->scratch, finder->n, double);
    size_t n_compared = 0;
    TROD_TRY_ALLOC(p, error);
    for (size_t i = 0; i < finder->n; i++) {
        p[i] = finder->at[i].p;
        n_compared += finder->at[i].compares && !isnan(p[i]);
    }
    TROD_TRY(trod_false_discovery(p, finder->n, p, finder->scratch, error));
    size_t kept = 0;
    for (size_t i = 0; i < finder->n; i++) {
        struct finding_candidate candidate = finder->at[i];
        candidate.finding.p = p[i];
        if (!candidate.worthy || !(p[i] <= FINDINGS_LEVEL)) continue;
        if (candidate.compares && !(candidate.p * (double)n_compared <= FINDINGS_ALONE))
            continue;
        finder->at[kept++] = candidate;
    }
    finder->n = kept;
    if (kept > MOST_CANDIDATES) {
        qsort(finder->at, kept, sizeof *finder->at, by_worth);
        finder->n = MOST_CANDIDATES;
    }
done:
    return status;
}

/* The best of each kind first, then the rest. An uneven choice of ways comes after what went
 * wrong. */
static void put_in_order(struct finder *finder, struct finding_candidate *out, size_t *n_out) {
    bool seen[TROD_FINDING_CHOICE + 1] = {false};
    size_t n = 0;
    if (finder->n) qsort(finder->at, finder->n, sizeof *finder->at, by_worth);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < finder->n; i++) {
            struct finding_candidate *candidate = &finder->at[i];
            if (candidate->dropped) continue;
            const enum trod_finding_kind kind = candidate->finding.kind;
            if (pass == 0 && (seen[kind] || kind == TROD_FINDING_CHOICE)) continue;
            seen[kind] = true;
            candidate->dropped = true; /* taken */
            out[n++] = *candidate;
        }
    }
    *n_out = n;
}

trod_status compare_findings_make(const struct compare_base *base,
                                  const struct compare_segments *segments,
                                  struct trod_compare *compare, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *scratch = trod_arena_make(0);
    struct finder finder = {
        .base = base, .segments = segments, .compare = compare, .scratch = scratch};
    TROD_TRY_ALLOC(scratch, error);
    findings_whole(&finder);
    findings_segments(&finder);
    TROD_TRY(findings_bursts(&finder, error));
    TROD_TRY_ALLOC(finder.failed ? NULL : scratch, error);
    TROD_TRY(judge(&finder, error));
    TROD_TRY(findings_merge(&finder, error));
    size_t n = 0;
    struct finding_candidate *order =
        TROD_NEW_ARRAY(scratch, finder.n, struct finding_candidate);
    struct trod_finding *findings =
        TROD_NEW_ARRAY(compare->arena, MOST_FINDINGS, struct trod_finding);
    TROD_TRY_ALLOC(order && findings ? scratch : NULL, error);
    put_in_order(&finder, order, &n);
    if (n > MOST_FINDINGS) n = MOST_FINDINGS;
    for (size_t i = 0; i < n; i++) {
        TROD_TRY(findings_word(&finder, &order[i], error));
        findings[i] = order[i].finding;
    }
    compare->findings = findings;
    compare->n_findings = n;
    status = findings_good(base, compare, error);
done:
    trod_arena_free(scratch);
    return status;
}
