/* Gray's test: does one outcome, with others competing, come to all groups alike? As in a
 * log-rank test, what happened to a group is held against what would have happened if all were
 * alike, time by time. But those to whom something else has happened stay in the count of those
 * whom it could still have taken: a group of `risk` people of whom `free` is the share that is
 * left counts as risk / free * (1 - incidence so far). The variance follows the two kinds of
 * jumps, of this outcome and of the others, through everything that they move later on; it
 * needs one walk, with three sums that grow by each group. Notation of Gray, Ann. Statist. 16
 * (1988), section 3. */
#include <math.h>

#include "stat/special.h"
#include "stat/waits.h"

/* One group on the walk. */
struct member {
    double risk;
    double free_before, free_after;   /* share without any outcome */
    double share_before, share_after; /* incidence of the outcome asked for */
    double own, others;               /* happened at this time */
    double gone;
};

struct gray {
    uint32_t n_groups;
    struct member *members;
    double *score;    /* by group: observed - expected */
    double *variance; /* by group and group */
    double *drift;   /* by group and group: how a group's score has leaned on another's curve */
    double *now;     /* the same, of this time alone */
    double *plain;   /* by group: the sum of squared jumps */
    double *crossed; /* by group and group: the same, times what they moved at once */
    double share;    /* pooled incidence before this time */
};

/* A jump of group k moves the score of i by `moved`(i) at once and, through its curve, by
 * `later` times everything that leans on it from now on. */
static void add_jump(struct gray *gray, uint32_t k, double later, double weight,
                     const double *moved) {
    const uint32_t n = gray->n_groups;
    gray->plain[k] += later * later * weight;
    for (uint32_t i = 0; i < n; i++) {
        gray->crossed[i * n + k] += moved[i] * later * weight;
        for (uint32_t j = 0; j < n; j++)
            gray->variance[i * n + j] += moved[i] * moved[j] * weight;
    }
}

/* One time at which something happened. `moved` has room for each group. */
static void step(struct gray *gray, double *moved) {
    const uint32_t n = gray->n_groups;
    double total = 0, own = 0, could = 0; /* could: whom it could have taken, of all groups */
    for (uint32_t k = 0; k < n; k++) {
        struct member *const m = &gray->members[k];
        own += m->own;
        if (!(m->risk > 0)) continue;
        m->free_after = m->free_before * (m->risk - m->own - m->others) / m->risk;
        m->share_after = m->share_before + m->free_before * m->own / m->risk;
        total += m->risk / m->free_before;
        could += m->risk / m->free_before * (1 - m->share_before);
    }
    const double share_after = gray->share + own / total, left = 1 - gray->share;
    for (uint32_t i = 0; i < n; i++) {
        const struct member *const m = &gray->members[i];
        if (!(m->risk > 0)) continue;
        const double part = m->risk / m->free_before;
        gray->score[i] += m->own - own * part * (1 - m->share_before) / could;
        for (uint32_t j = 0; j < n; j++) {
            const struct member *const other = &gray->members[j];
            gray->now[i * n + j] = 0;
            if (!(other->risk > 0)) continue;
            const double other_part = other->risk / other->free_before;
            gray->now[i * n + j] =
                i == j ? part * (1 - part / total) : -part * other_part / total;
            gray->drift[i * n + j] += gray->now[i * n + j] * own / (total * left);
        }
    }
    for (uint32_t k = 0; k < n; k++) {
        const struct member *const m = &gray->members[k];
        if (!(m->risk > 0)) continue;
        const double ahead = m->free_after > 0 ? (1 - share_after) / m->free_after : 0;
        if (own > 0) {
            const double later = 1 - ahead;
            const double ties = own > 1 ? 1 - (own - 1) / (total * m->free_before - 1) : 1;
            for (uint32_t i = 0; i < n; i++)
                moved[i] = gray->members[i].risk > 0
                               ? gray->now[i * n + k] - later * gray->drift[i * n + k]
                               : -later * gray->drift[i * n + k];
            add_jump(gray, k, later, ties * m->free_before * own / (total * m->risk), moved);
        }
        if (m->others > 0 && m->free_after > 0) {
            const double ties = m->others > 1 ? 1 - (m->others - 1) / (m->risk - 1) : 1;
            const double scale = m->free_before / m->risk;
            for (uint32_t i = 0; i < n; i++) moved[i] = ahead * gray->drift[i * n + k];
            /* The signs of both are turned: only products count. */
            add_jump(gray, k, -ahead, ties * scale * scale * m->others, moved);
        }
    }
    gray->share = share_after;
    for (uint32_t k = 0; k < n; k++) {
        struct member *const m = &gray->members[k];
        if (!(m->risk > 0)) continue;
        m->free_before = m->free_after;
        m->share_before = m->share_after;
    }
}

/* What leaned on each curve in the end meets what moved it. */
static void finish(struct gray *gray, double *score, double *variance) {
    const uint32_t n = gray->n_groups;
    for (uint32_t i = 0; i < n; i++) {
        score[i] += gray->score[i];
        for (uint32_t j = 0; j < n; j++) {
            double sum = gray->variance[i * n + j];
            for (uint32_t k = 0; k < n; k++) {
                const double to_i = gray->drift[i * n + k], to_j = gray->drift[j * n + k];
                sum += to_i * to_j * gray->plain[k] + to_i * gray->crossed[j * n + k] +
                       to_j * gray->crossed[i * n + k];
            }
            variance[i * n + j] += sum;
        }
    }
}

/* One stratum, its items by time. */
static void walk(struct gray *gray, const struct trod_waits *waits, const uint32_t *group,
                 unsigned outcome, const struct stat_item *items, size_t n, double *moved) {
    for (size_t i = 0; i < n; i++) gray->members[group[items[i].index]].risk++;
    for (uint32_t k = 0; k < gray->n_groups; k++) gray->members[k].free_before = 1;
    for (size_t i = 0; i < n;) {
        const double time = items[i].value;
        bool any = false;
        for (uint32_t k = 0; k < gray->n_groups; k++)
            gray->members[k].own = gray->members[k].others = gray->members[k].gone = 0;
        for (; i < n && items[i].value == time; i++) {
            struct member *const m = &gray->members[group[items[i].index]];
            const unsigned what = waits->outcome[items[i].index];
            m->gone++;
            m->own += what == outcome;
            m->others += what != outcome && what > 0;
            any = any || what > 0;
        }
        if (any) step(gray, moved);
        for (uint32_t k = 0; k < gray->n_groups; k++)
            gray->members[k].risk -= gray->members[k].gone;
    }
}

trod_status trod_incidence_compare(const struct trod_waits *waits,
                                   const struct trod_wait_groups *groups, unsigned outcome,
                                   struct trod_arena *scratch, struct trod_group_test *test,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    *test = (struct trod_group_test){(double)NAN, (double)NAN, (double)NAN};
    struct stat_item *items = NULL;
    const size_t n_strata = groups->stratum ? groups->n_strata : 1, n = groups->n_groups;
    TROD_TRY(stat_groups_check(groups, waits->n, error));
    TROD_TRY(stat_waits_order(waits, scratch, &items, error));
    if (waits->entered) {
        status = trod_fail(error, TROD_BAD_INPUT, "delayed entry is not provided for here");
        goto done;
    }
    size_t *const begins = TROD_NEW_ARRAY(scratch, n_strata + 1, size_t);
    TROD_TRY_ALLOC(begins, error);
    TROD_TRY(stat_waits_strata(groups, &items, waits->n, scratch, begins, error));
    /* One block for all sums: four by group and group, and some by group. */
    double *const score = TROD_NEW_ARRAY(scratch, n, double);
    TROD_TRY_ALLOC(score, error);
    double *const variance = TROD_NEW_ARRAY(scratch, n * n, double);
    TROD_TRY_ALLOC(variance, error);
    double *const sums = TROD_NEW_ARRAY(scratch, 4 * n * n + 3 * n, double);
    TROD_TRY_ALLOC(sums, error);
    double *const people = TROD_NEW_ARRAY(scratch, n, double);
    TROD_TRY_ALLOC(people, error);
    struct member *const members = TROD_NEW_ARRAY(scratch, n, struct member);
    TROD_TRY_ALLOC(members, error);
    for (size_t i = 0; i < waits->n; i++) people[groups->group[i]]++;
    for (size_t s = 0; s < n_strata; s++) {
        memset(sums, 0, (4 * n * n + 3 * n) * sizeof *sums);
        memset(members, 0, n * sizeof *members);
        double *const lists = sums + 4 * n * n;
        struct gray gray = {.n_groups = groups->n_groups,
                            .members = members,
                            .variance = sums,
                            .drift = sums + n * n,
                            .now = sums + 2 * n * n,
                            .crossed = sums + 3 * n * n,
                            .score = lists,
                            .plain = lists + n};
        walk(&gray, waits, groups->group, outcome, items + begins[s], begins[s + 1] - begins[s],
             lists + 2 * n);
        finish(&gray, score, variance);
    }
    *test = stat_quadratic(score, variance, n, people);
done:
    return status;
}
