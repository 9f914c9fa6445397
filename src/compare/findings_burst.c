/* Stretches of time in which a touchpoint failed far more often than otherwise.
 *
 * The log's time is cut into weeks from Monday to Sunday (days, if it covers less than four
 * weeks). For each touchpoint a journey counts once a week: it tried, and it failed at least
 * once. Every week is tried against all the others; neighbouring weeks that stand out are one
 * stretch, and are laid against the weeks that do not stand out.
 */
#include <math.h>

#include "compare/findings.h"

struct week {
    uint64_t tried, failed;
    uint64_t marked_tried, marked_failed; /* 1 + journey */
    bool stands_out;
};

static int64_t floor_div(int64_t a, int64_t b) {
    const int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

/* 1970-01-05 was a Monday. */
static int64_t cell_of(int64_t time_us, int64_t length_us) {
    return floor_div(time_us - 4 * TROD_DAY_US, length_us);
}
static int64_t cell_begin(int64_t cell, int64_t length_us) {
    return cell * length_us + 4 * TROD_DAY_US;
}

struct scan {
    struct finder *finder;
    uint32_t touchpoint_id;
    int64_t first_cell, length_us;
    size_t n;
    struct week *weeks;
};

static void count_journey(struct scan *scan, size_t j) {
    const struct compare_base *base = scan->finder->base;
    const struct trod_laid *laid = &base->lay->journeys[j];
    for (size_t v = laid->visit; v < laid->visit + laid->n_visits; v++) {
        const bool failed = compare_failed(base, v) == scan->touchpoint_id;
        if (!failed && base->touchpoint[v] != scan->touchpoint_id) continue;
        const int64_t at_us = base->lay->visits[v].begin_us;
        if (at_us == TROD_NO_TIME) continue;
        const int64_t cell = cell_of(at_us, scan->length_us) - scan->first_cell;
        if (cell < 0 || (uint64_t)cell >= scan->n) continue;
        struct week *week = &scan->weeks[cell];
        if (week->marked_tried != j + 1) week->tried++;
        week->marked_tried = j + 1;
        if (!failed) continue;
        if (week->marked_failed != j + 1) week->failed++;
        week->marked_failed = j + 1;
    }
}

static bool stands_out(const struct trod_share *week, const struct trod_share *rest,
                       const struct trod_share_difference *difference) {
    return difference->difference >= FINDINGS_DIFFERENCE &&
           difference->low >= FINDINGS_DIFFERENCE / 2 &&
           week->share >= FINDINGS_RATIO * rest->share && week->n >= FINDINGS_WEEK_PEOPLE &&
           difference->p <= FINDINGS_LEVEL;
}

/* Adds the stretch weeks[from..to] with the smallest p of its weeks. */
static void add_stretch(struct scan *scan, size_t from, size_t to, double p,
                        const struct trod_share *others) {
    struct finder *finder = scan->finder;
    uint64_t tried = 0, failed = 0;
    for (size_t w = from; w <= to; w++) {
        tried += scan->weeks[w].tried;
        failed += scan->weeks[w].failed;
    }
    struct finding_candidate candidate = findings_blank(TROD_FINDING_BURST);
    struct trod_finding *finding = &candidate.finding;
    finding->deviation = TROD_FAILED;
    finding->touchpoint_id = scan->touchpoint_id;
    finding->since_us = cell_begin(scan->first_cell + (int64_t)from, scan->length_us);
    finding->until_us = cell_begin(scan->first_cell + (int64_t)to + 1, scan->length_us);
    finding->people = failed;
    finding->share = trod_share_make(failed, tried);
    finding->others = *others;
    findings_weigh(finder, finding, others->share);
    candidate.p = p;
    candidate.worthy = candidate.compares = true;
    findings_add(finder, &candidate);
}

static void judge_weeks(struct scan *scan) {
    uint64_t tried = 0, failed = 0, tried_quiet = 0, failed_quiet = 0;
    double *p = TROD_NEW_ARRAY(scan->finder->scratch, scan->n, double);
    if (!p) {
        scan->finder->failed = true;
        return;
    }
    for (size_t w = 0; w < scan->n; w++) {
        tried += scan->weeks[w].tried;
        failed += scan->weeks[w].failed;
    }
    for (size_t w = 0; w < scan->n; w++) {
        struct week *week = &scan->weeks[w];
        const struct trod_share in = trod_share_make(week->failed, week->tried);
        const struct trod_share rest =
            trod_share_make(failed - week->failed, tried - week->tried);
        p[w] = NAN;
        if (in.of >= FINDINGS_WEEK_PEOPLE && rest.of > 0) {
            const struct trod_share_difference difference = trod_share_compare(in, rest);
            p[w] = difference.p;
            week->stands_out = stands_out(&in, &rest, &difference);
        }
        if (!week->stands_out) {
            tried_quiet += week->tried;
            failed_quiet += week->failed;
            struct finding_candidate tried_only = findings_blank(TROD_FINDING_BURST);
            tried_only.p = p[w];
            tried_only.compares = true;
            findings_add(scan->finder, &tried_only);
        }
    }
    const struct trod_share others = trod_share_make(failed_quiet, tried_quiet);
    for (size_t w = 0; w < scan->n; w++) {
        if (!scan->weeks[w].stands_out || others.of == 0) continue;
        size_t to = w;
        double best = p[w];
        while (to + 1 < scan->n && scan->weeks[to + 1].stands_out) {
            to++;
            if (p[to] < best) best = p[to];
        }
        add_stretch(scan, w, to, best, &others);
        w = to;
    }
}

trod_status findings_bursts(struct finder *finder, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct compare_base *base = finder->base;
    const struct trod_compare *compare = finder->compare;
    const int64_t first_us = base->log->first_us, last_us = base->log->last_us;
    const int64_t week_us = 7 * TROD_DAY_US;
    if (!base->log->has_times || first_us == TROD_NO_TIME) return TROD_OK;
    const int64_t length_us = last_us - first_us >= 4 * week_us ? week_us : TROD_DAY_US;
    const int64_t first_cell = cell_of(first_us, length_us);
    const size_t n = (size_t)(cell_of(last_us, length_us) - first_cell) + 1;
    if (n < 2 || n > 100000) return TROD_OK;
    for (uint32_t t = 0; t < compare->n_touchpoints; t++) {
        if (compare->touchpoints[t].failed_journeys < FINDINGS_WEEK_PEOPLE) continue;
        struct scan scan = {.finder = finder,
                            .touchpoint_id = t,
                            .first_cell = first_cell,
                            .length_us = length_us,
                            .n = n};
        scan.weeks = TROD_NEW_ARRAY(finder->scratch, n, struct week);
        TROD_TRY_ALLOC(scan.weeks, error);
        for (size_t j = 0; j < base->lay->n_journeys; j++) count_journey(&scan, j);
        judge_weeks(&scan);
    }
done:
    return status;
}
