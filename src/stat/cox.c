/* Cox's proportional hazards. Each time something happens, those still there are weighed by
 * their hazard, and the one to whom it happened is held against the mean of the others: what is
 * left over is the slope of the likelihood, and it is climbed by Newton's steps, halved where
 * one overshoots. Columns are centred and scaled beforehand so that dates and shares climb
 * alike. One walk from the last time to the first gives likelihood, slope and curvature. */
#include <math.h>

#include "stat/special.h"
#include "stat/waits.h"

enum { MOST_ROUNDS = 60 };
#define MOST_FLAT \
    1e7 /* how much less sure a coefficient may get on the way up: else there is no top */

struct model {
    const struct trod_waits *waits;
    const struct stat_item *items; /* by time */
    double *rows;                  /* [n * p], centred and scaled, in the order of items */
    double *middle, *unit;         /* of each column */
    size_t p;
    enum trod_cox_ties ties;
    double *linear; /* [n] */
    double likelihood;
    double *slope, *curve;          /* [p], [p * p] */
    double *sum, *square;           /* of those at risk */
    double *tied_sum, *tied_square; /* of those to whom it happened at this time */
    double *mean;
};

static void add_row(const double *row, double weight, size_t p, double *sum, double *square) {
    for (size_t i = 0; i < p; i++) {
        sum[i] += weight * row[i];
        for (size_t j = 0; j <= i; j++) square[i * p + j] += weight * row[i] * row[j];
    }
}

/* One event's share of everything: those at risk less `part` of those tied with it. */
static void add_event(struct model *m, double at_risk, double tied, double part) {
    const double all = at_risk - part * tied;
    m->likelihood -= log(all);
    for (size_t i = 0; i < m->p; i++) {
        m->mean[i] = (m->sum[i] - part * m->tied_sum[i]) / all;
        m->slope[i] -= m->mean[i];
        for (size_t j = 0; j <= i; j++)
            m->curve[i * m->p + j] +=
                (m->square[i * m->p + j] - part * m->tied_square[i * m->p + j]) / all -
                m->mean[i] * m->mean[j];
    }
}

static void zero(double *values, size_t n) {
    for (size_t i = 0; i < n; i++) values[i] = 0;
}

/* Likelihood, slope and curvature at these coefficients. */
static void look(struct model *m, const double *beta) {
    const size_t n = m->waits->n, p = m->p;
    double greatest = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        double linear = 0;
        for (size_t k = 0; k < p; k++) linear += beta[k] * m->rows[i * p + k];
        m->linear[i] = linear;
        greatest = fmax(greatest, linear);
    }
    m->likelihood = 0;
    zero(m->slope, p);
    zero(m->curve, p * p);
    zero(m->sum, p);
    zero(m->square, p * p);
    double at_risk = 0;
    for (size_t end = n; end > 0;) {
        size_t begin = end;
        size_t events = 0;
        double tied = 0;
        zero(m->tied_sum, p);
        zero(m->tied_square, p * p);
        for (; begin > 0 && m->items[begin - 1].value == m->items[end - 1].value; begin--) {
            const double *const row = m->rows + (begin - 1) * p;
            /* All weights alike could be too great for a double. */
            const double weight = exp(m->linear[begin - 1] - greatest);
            at_risk += weight;
            add_row(row, weight, p, m->sum, m->square);
            if (m->waits->outcome[m->items[begin - 1].index] == 0) continue;
            events++;
            tied += weight;
            add_row(row, weight, p, m->tied_sum, m->tied_square);
            m->likelihood += m->linear[begin - 1] - greatest;
            for (size_t k = 0; k < p; k++) m->slope[k] += row[k];
        }
        for (size_t e = 0; e < events; e++)
            add_event(m, at_risk, tied,
                      m->ties == TROD_COX_EFRON ? (double)e / (double)events : 0);
        end = begin;
    }
}

/* Concordance: from the last time to the first, how many of those who were watched longer have
 * a lower, the same or a higher hazard; counted in a tree of sums over the ranks. */
static void tree_add(uint32_t *tree, size_t n, size_t i) {
    for (i++; i <= n; i += i & -i) tree[i - 1]++;
}

static uint64_t tree_below(const uint32_t *tree, size_t i) {
    uint64_t sum = 0;
    for (; i > 0; i -= i & -i) sum += tree[i - 1];
    return sum;
}

static trod_status concordance(const struct model *m, struct trod_arena *scratch, double *share,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = m->waits->n;
    struct stat_item *order = NULL;
    uint32_t *const rank = TROD_NEW_ARRAY(scratch, n, uint32_t);
    TROD_TRY_ALLOC(rank, error);
    uint32_t *const tree = TROD_NEW_ARRAY(scratch, n, uint32_t);
    TROD_TRY_ALLOC(tree, error);
    TROD_TRY(stat_order(m->linear, n, scratch, &order, error));
    uint32_t ranks = 0;
    for (size_t i = 0; i < n; i++) {
        ranks += i > 0 && order[i].value != order[i - 1].value;
        rank[order[i].index] = ranks;
    }
    double agree = 0, same = 0, all = 0;
    uint64_t longer = 0;
    for (size_t end = n; end > 0;) {
        size_t begin = end;
        while (begin > 0 && m->items[begin - 1].value == m->items[end - 1].value) begin--;
        /* Who was watched to this very time without an outcome has waited longer. */
        for (unsigned happened = 0; happened < 2; happened++) {
            for (size_t i = begin; happened && i < end; i++) {
                if (m->waits->outcome[m->items[i].index] == 0) continue;
                const uint64_t lower = tree_below(tree, rank[i]);
                const uint64_t not_higher = tree_below(tree, rank[i] + 1);
                agree += (double)lower;
                same += (double)(not_higher - lower);
                all += (double)longer;
            }
            for (size_t i = begin; i < end; i++) {
                if ((m->waits->outcome[m->items[i].index] > 0) != happened) continue;
                tree_add(tree, n, rank[i]);
                longer++;
            }
        }
        end = begin;
    }
    *share = all > 0 ? (agree + same / 2) / all : (double)NAN;
done:
    return status;
}

static trod_status fill_rows(struct model *m, const double *const *columns,
                             struct trod_error *error) {
    const size_t n = m->waits->n;
    for (size_t k = 0; k < m->p; k++) {
        const struct trod_moments moments = trod_moments_of(columns[k], n);
        const double sd = trod_moments_sd(&moments);
        if (!(sd > 0) || isinf(sd))
            return trod_fail(error, TROD_BAD_INPUT,
                             "column %zu is the same for all, or has no numbers", k + 1);
        m->middle[k] = moments.mean;
        m->unit[k] = sd;
        for (size_t i = 0; i < n; i++)
            m->rows[i * m->p + k] = (columns[k][m->items[i].index] - moments.mean) / sd;
    }
    return TROD_OK;
}

static trod_status make_model(struct model *m, struct trod_arena *arena,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = m->waits->n, p = m->p;
    struct {
        double **into;
        size_t n;
    } const wanted[] = {
        {&m->rows, n * p}, {&m->middle, p},          {&m->unit, p}, {&m->linear, n},
        {&m->slope, p},    {&m->curve, p * p},       {&m->sum, p},  {&m->square, p * p},
        {&m->tied_sum, p}, {&m->tied_square, p * p}, {&m->mean, p}};
    for (size_t i = 0; i < TROD_COUNT(wanted); i++) {
        *wanted[i].into = TROD_NEW_ARRAY(arena, wanted[i].n, double);
        TROD_TRY_ALLOC(*wanted[i].into, error);
    }
done:
    return status;
}

static trod_status no_top(struct trod_error *error) {
    return trod_fail(
        error, TROD_BAD_INPUT,
        "the columns say the same as each other, or part those to whom it happened "
        "from the others altogether");
}

/* Climbs from 0; beta and the inverse of the curvature come out. `room`: twice the columns. */
static trod_status climb(struct model *m, double *beta, double *inverse, double *room,
                         struct trod_cox *cox, struct trod_error *error) {
    const size_t p = m->p;
    double *const tried = room, *const at_first = room + p;
    look(m, beta);
    cox->log_likelihood_none = m->likelihood;
    double likelihood = m->likelihood;
    for (unsigned round = 0; round < MOST_ROUNDS; round++) {
        for (size_t k = 0; k < p; k++) tried[k] = m->slope[k];
        double *const slope = m->mean; /* free between looks */
        for (size_t k = 0; k < p; k++) slope[k] = m->slope[k];
        if (!stat_solve(m->curve, tried, p, inverse)) return no_top(error);
        if (round == 0)
            for (size_t k = 0; k < p; k++) {
                cox->score += slope[k] * tried[k];
                at_first[k] = inverse[k * p + k];
            }
        double rise = 0; /* what the step promises */
        for (size_t k = 0; k < p; k++) rise += slope[k] * tried[k];
        cox->n_rounds = round + 1;
        for (size_t k = 0; k < p; k++)
            if (!(inverse[k * p + k] < MOST_FLAT * at_first[k])) return no_top(error);
        if (rise < 1e-13 * fmax(1, fabs(likelihood))) break;
        double part = 1;
        for (unsigned halved = 0; halved < 40; halved++, part /= 2) {
            for (size_t k = 0; k < p; k++) beta[k] += part * tried[k];
            look(m, beta);
            if (m->likelihood >= likelihood) break;
            for (size_t k = 0; k < p; k++) beta[k] -= part * tried[k];
        }
        if (!(m->likelihood >= likelihood)) look(m, beta); /* nothing more to gain */
        likelihood = m->likelihood;
    }
    cox->log_likelihood = likelihood;
    return TROD_OK;
}

trod_status trod_cox_make(const struct trod_waits *waits, const double *const *columns,
                          size_t n_columns, enum trod_cox_ties ties, struct trod_arena *arena,
                          struct trod_cox *cox, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t p = n_columns;
    struct stat_item *items = NULL;
    *cox = (struct trod_cox){.df = (double)p};
    struct model m = {.waits = waits, .p = p, .ties = ties};
    size_t n_happened = 0;
    for (size_t i = 0; i < waits->n; i++) n_happened += waits->outcome[i] > 0;
    if (waits->entered)
        return trod_fail(error, TROD_BAD_INPUT, "delayed entry is not provided for here");
    if (n_happened == 0 || p == 0)
        return trod_fail(error, TROD_BAD_INPUT, "nothing happened, or there is no column");
    TROD_TRY(stat_waits_order(waits, arena, &items, error));
    m.items = items;
    TROD_TRY(make_model(&m, arena, error));
    TROD_TRY(fill_rows(&m, columns, error));
    double *const beta = TROD_NEW_ARRAY(arena, 3 * p, double);
    TROD_TRY_ALLOC(beta, error);
    double *const inverse = TROD_NEW_ARRAY(arena, p * p, double);
    TROD_TRY_ALLOC(inverse, error);
    cox->terms = TROD_NEW_ARRAY(arena, p, struct trod_cox_term);
    TROD_TRY_ALLOC(cox->terms, error);
    TROD_TRY(climb(&m, beta, inverse, beta + p, cox, error));
    for (size_t k = 0; k < p; k++) {
        struct trod_cox_term *const term = &cox->terms[k];
        term->value = beta[k] / m.unit[k];
        term->error = sqrt(inverse[k * p + k]) / m.unit[k];
        term->low = term->value - STAT_Z * term->error;
        term->high = term->value + STAT_Z * term->error;
        term->p = stat_normal_p(term->value / term->error);
    }
    cox->likelihood_ratio = fmax(0, 2 * (cox->log_likelihood - cox->log_likelihood_none));
    cox->p = stat_chi_square_tail(cox->likelihood_ratio, cox->df);
    TROD_TRY(concordance(&m, arena, &cox->concordance, error));
done:
    return status;
}
