/* Curves beside each other, held against sums over all observations at each time; fits, against
 * their likelihoods written out. */
#include "arena.h"

enum { MOST = 60 };

struct sample {
    double time[MOST], entered[MOST];
    uint8_t outcome[MOST];
    uint32_t group[MOST], stratum[MOST];
    size_t n;
};

static void draw(struct trod_rng *rng, struct sample *sample, bool late) {
    for (size_t i = 0; i < sample->n; i++) {
        sample->entered[i] = late ? (double)trod_rng_below(rng, 8) : 0;
        sample->time[i] = sample->entered[i] + 1 + (double)trod_rng_below(rng, 12);
        sample->outcome[i] = (uint8_t)trod_rng_below(rng, 3);
        sample->group[i] = (uint32_t)trod_rng_below(rng, 3);
        sample->stratum[i] = (uint32_t)trod_rng_below(rng, 2);
    }
}

/* Observed, expected and variance by the definition, at each whole time of each stratum. */
static void by_definition(const struct sample *s, size_t n_strata, bool peto, double *observed,
                          double *expected, double *variance) {
    for (size_t stratum = 0; stratum < n_strata; stratum++) {
        double remaining = 1;
        for (double time = 1; time < 30; time++) {
            double risk[3] = {0}, events[3] = {0}, all = 0, happened = 0;
            for (size_t i = 0; i < s->n; i++) {
                if (n_strata > 1 && s->stratum[i] != stratum) continue;
                if (s->entered[i] < time && s->time[i] >= time) risk[s->group[i]]++, all++;
                if (s->time[i] == time && s->outcome[i] > 0) events[s->group[i]]++, happened++;
            }
            if (happened == 0) continue;
            const double weight = peto ? remaining : 1;
            remaining *= 1 - happened / all;
            for (size_t g = 0; g < 3; g++) {
                observed[g] += weight * events[g];
                expected[g] += weight * happened * risk[g] / all;
                for (size_t h = 0; all > 1 && h < 3; h++)
                    variance[3 * g + h] += weight * weight * happened * (all - happened) /
                                           (all - 1) * risk[g] / all *
                                           ((g == h) - risk[h] / all);
            }
        }
    }
}

static void log_rank_by_definition(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 101};
    for (int round = 0; round < 80; round++) {
        struct sample s = {.n = MOST};
        const bool late = round % 2, peto = round % 3 == 0, strata = round % 5 == 0;
        draw(&rng, &s, late);
        double observed[3] = {0}, expected[3] = {0}, variance[9] = {0};
        by_definition(&s, strata ? 2 : 1, peto, observed, expected, variance);
        const struct trod_waits waits = {s.n, s.time, s.outcome, late ? s.entered : NULL};
        const struct trod_wait_groups groups = {s.group, 3, strata ? s.stratum : NULL, 2};
        struct trod_log_rank_groups got;
        assert_int_equal(trod_log_rank_make(&waits, &groups,
                                            peto ? TROD_LOG_RANK_PETO : TROD_LOG_RANK_EVEN,
                                            arena, &got, NULL),
                         TROD_OK);
        for (size_t g = 0; g < 3; g++) {
            assert_near(got.observed[g], observed[g], 1e-12);
            assert_near(got.expected[g], expected[g], 1e-12);
            for (size_t h = 0; h < 3; h++)
                assert_near(got.variance[3 * g + h], variance[3 * g + h], 1e-9);
        }
        /* The quadratic form of the last two groups instead of the first two. */
        const double x = observed[1] - expected[1], y = observed[2] - expected[2];
        const double a = variance[4], b = variance[5], d = variance[8];
        assert_near(got.test.statistic,
                    (d * x * x - 2 * b * x * y + a * y * y) / (a * d - b * b), 1e-9);
        assert_true(got.test.df == 2);
    }
}

/* Everything twice, once in each of two strata: distances and variances double. An empty group
 * in between, or other numbers for the groups, change nothing. */
static void strata_add_up(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 102};
    for (int round = 0; round < 40; round++) {
        struct sample s = {.n = MOST / 2};
        draw(&rng, &s, false);
        const struct trod_waits once = {s.n, s.time, s.outcome, NULL};
        struct trod_log_rank_groups rank_once, rank_twice;
        struct trod_group_test gray_once, gray_twice;
        struct trod_wait_groups groups = {s.group, 3, NULL, 0};
        assert_int_equal(
            trod_log_rank_make(&once, &groups, TROD_LOG_RANK_EVEN, arena, &rank_once, NULL),
            TROD_OK);
        assert_int_equal(trod_incidence_compare(&once, &groups, 1, arena, &gray_once, NULL),
                         TROD_OK);
        for (size_t i = 0; i < s.n; i++) {
            s.time[s.n + i] = s.time[i];
            s.outcome[s.n + i] = s.outcome[i];
            s.group[i] = s.group[i] == 2 ? 0 : s.group[i] + 2;
            s.group[s.n + i] = s.group[i];
            s.stratum[i] = 3;
            s.stratum[s.n + i] = 1;
        }
        const struct trod_waits twice = {2 * s.n, s.time, s.outcome, NULL};
        groups = (struct trod_wait_groups){s.group, 5, s.stratum, 4};
        assert_int_equal(
            trod_log_rank_make(&twice, &groups, TROD_LOG_RANK_EVEN, arena, &rank_twice, NULL),
            TROD_OK);
        assert_int_equal(trod_incidence_compare(&twice, &groups, 1, arena, &gray_twice, NULL),
                         TROD_OK);
        assert_near(rank_twice.test.statistic, 2 * rank_once.test.statistic, 1e-9);
        assert_near(gray_twice.statistic, 2 * gray_once.statistic, 1e-9);
        assert_true(gray_once.df == 2 && gray_twice.df == 2);
    }
}

/* Where labels mean nothing, the statistic is as often above 3.84 as it should be, and near the
 * log-rank test where nothing competes. */
static void gray_by_chance(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 103};
    enum { N = 200, ROUNDS = 400 };
    double time[N], mean = 0;
    uint8_t outcome[N];
    uint32_t group[N];
    int above = 0, apart = 0;
    const struct trod_waits waits = {N, time, outcome, NULL};
    const struct trod_wait_groups groups = {group, 2, NULL, 0};
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < N; i++) {
            time[i] = 1 + (double)trod_rng_below(&rng, 50);
            outcome[i] = (uint8_t)trod_rng_below(&rng, round % 2 ? 3 : 2);
            group[i] = trod_rng_below(&rng, 3) == 0;
        }
        struct trod_group_test gray;
        struct trod_log_rank_groups rank;
        assert_int_equal(trod_incidence_compare(&waits, &groups, 1, arena, &gray, NULL),
                         TROD_OK);
        mean += gray.statistic / ROUNDS;
        above += gray.p < 0.05;
        if (round % 2) continue;
        assert_int_equal(
            trod_log_rank_make(&waits, &groups, TROD_LOG_RANK_EVEN, arena, &rank, NULL),
            TROD_OK);
        apart += fabs(gray.statistic - rank.test.statistic) > 0.1 + 0.1 * rank.test.statistic;
    }
    assert_true(mean > 0.8 && mean < 1.25);
    assert_true(above > ROUNDS / 50 && above < ROUNDS / 11);
    assert_true(apart <= ROUNDS / 40);
}

static void members_are_lists(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 104};
    for (int round = 0; round < 60; round++) {
        const size_t n = 1 + trod_rng_below(&rng, 300);
        double *const time = TROD_NEW_ARRAY(arena, n, double);
        double *const times[2] = {TROD_NEW_ARRAY(arena, n, double),
                                  TROD_NEW_ARRAY(arena, n, double)};
        uint8_t *const outcome = TROD_NEW_ARRAY(arena, n, uint8_t);
        uint8_t *const outcomes[2] = {TROD_NEW_ARRAY(arena, n, uint8_t),
                                      TROD_NEW_ARRAY(arena, n, uint8_t)};
        struct trod_bits members = trod_bits_make(arena, n);
        size_t counts[2] = {0};
        for (size_t i = 0; i < n; i++) {
            time[i] = round % 2 ? trod_rng_exponential(&rng) : (double)trod_rng_below(&rng, 9);
            outcome[i] = (uint8_t)trod_rng_below(&rng, 3);
            const size_t which = trod_rng_below(&rng, 3) > 0;
            if (which == 0) trod_bits_add(&members, i);
            times[which][counts[which]] = time[i];
            outcomes[which][counts[which]++] = outcome[i];
        }
        struct trod_wait_ranks ranks;
        struct trod_log_rank want;
        const struct trod_waits a = {counts[0], times[0], outcomes[0], NULL},
                                b = {counts[1], times[1], outcomes[1], NULL};
        assert_int_equal(trod_wait_ranks_make(&(struct trod_waits){n, time, outcome, NULL},
                                              arena, &ranks, NULL),
                         TROD_OK);
        assert_int_equal(trod_survival_compare(&a, &b, arena, &want, NULL), TROD_OK);
        uint32_t *const room = TROD_NEW_ARRAY(arena, ranks.n_times + 1, uint32_t);
        const struct trod_log_rank got = trod_wait_ranks_compare(&ranks, &members, room);
        assert_near(got.observed_a, want.observed_a, 0);
        assert_near(got.observed_b, want.observed_b, 0);
        assert_near(got.expected_a, want.expected_a, 1e-9);
        assert_true(fabs(got.expected_b - want.expected_b) < 1e-9);
        assert_near(got.chi_square, want.chi_square, 1e-7);
    }
}

/* The sieve's variance is that over all sets of five out of ten. */
static void sieve_over_all_sets(void **state) {
    (void)state;
    const double time[] = {1, 2, 2, 3, 4, 4, 5, 6, 7, 7};
    const uint8_t outcome[] = {1, 1, 0, 2, 1, 1, 0, 1, 0, 1};
    struct trod_wait_ranks ranks;
    const struct trod_waits waits = {10, time, outcome, NULL};
    assert_int_equal(trod_wait_ranks_make(&waits, arena, &ranks, NULL), TROD_OK);
    struct trod_bits members = trod_bits_make(arena, 10);
    double square = 0, sets = 0, first_apart = 0;
    for (unsigned set = 0; set < 1024; set++) {
        if (__builtin_popcount(set) != 5) continue;
        members.words[0] = set;
        uint64_t n, observed;
        double expected;
        trod_wait_ranks_sum(&ranks, &members, &n, &observed, &expected);
        const double apart = (double)observed - expected;
        if (sets == 0) first_apart = apart;
        square += apart * apart;
        sets++;
    }
    members.words[0] = 31; /* the first such set */
    uint64_t n, observed;
    double expected;
    trod_wait_ranks_sum(&ranks, &members, &n, &observed, &expected);
    const struct trod_log_rank sieve = trod_wait_ranks_sieve(&ranks, n, observed, expected);
    assert_near(sieve.chi_square, first_apart * first_apart / (square / sets), 1e-12);
    assert_true(isnan(trod_wait_ranks_sieve(&ranks, 0, 0, 0).p));
    starves(trod_wait_ranks_make(&waits, arena, &ranks, NULL));
    const double entered[10] = {0};
    const struct trod_waits late = {10, time, outcome, entered};
    assert_int_equal(trod_wait_ranks_make(&late, arena, &ranks, NULL), TROD_BAD_INPUT);
}

/* ---- Fits ---- */

/* Cox's likelihood written out: each event against all who are there, ties by Efron or Breslow.
 */
static double cox_likelihood(const struct sample *s, const double *const *columns,
                             const double *beta, bool efron) {
    double sum = 0;
    for (double time = 1; time < 30; time++) {
        double risk = 0, tied = 0, events = 0;
        for (size_t i = 0; i < s->n; i++) {
            const double linear = beta[0] * columns[0][i] + beta[1] * columns[1][i];
            if (s->time[i] >= time) risk += exp(linear);
            if (s->time[i] != time || s->outcome[i] == 0) continue;
            tied += exp(linear);
            sum += linear;
            events++;
        }
        for (double e = 0; e < events; e++) sum -= log(risk - (efron ? e / events * tied : 0));
    }
    return sum;
}

static void cox_is_the_top(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 105};
    for (int round = 0; round < 40; round++) {
        struct sample s = {.n = MOST};
        draw(&rng, &s, false);
        double first[MOST], second[MOST];
        for (size_t i = 0; i < s.n; i++) {
            first[i] = 2000 + trod_rng_normal(&rng) - 0.1 * s.time[i];
            second[i] = (double)trod_rng_below(&rng, 2);
        }
        const double *const columns[] = {first, second};
        const bool efron = round % 2;
        struct trod_cox cox;
        const struct trod_waits waits = {s.n, s.time, s.outcome, NULL};
        assert_int_equal(trod_cox_make(&waits, columns, 2,
                                       efron ? TROD_COX_EFRON : TROD_COX_BRESLOW, arena, &cox,
                                       NULL),
                         TROD_OK);
        for (size_t i = 0; i < s.n; i++) first[i] -= 2000; /* exp(2000) is too much here */
        double beta[] = {cox.terms[0].value, cox.terms[1].value}, none[2] = {0};
        const double top = cox_likelihood(&s, columns, beta, efron);
        assert_near(cox.log_likelihood, top, 1e-10);
        assert_near(cox.log_likelihood_none, cox_likelihood(&s, columns, none, efron), 1e-10);
        double curve[4];
        const double h = 1e-3;
        for (size_t k = 0; k < 4; k++) {
            /* Second differences: the information, whose inverse has the errors. */
            double four[4];
            for (int c = 0; c < 4; c++) {
                double moved[] = {beta[0], beta[1]};
                moved[k / 2] += c & 1 ? h : -h;
                moved[k % 2] += c & 2 ? h : -h;
                four[c] = cox_likelihood(&s, columns, moved, efron);
                assert_true(four[c] <= top + 1e-9);
            }
            curve[k] = -(four[3] - four[1] - four[2] + four[0]) / (4 * h * h);
        }
        const double determinant = curve[0] * curve[3] - curve[1] * curve[2];
        assert_near(cox.terms[0].error, sqrt(curve[3] / determinant), 1e-3);
        assert_near(cox.terms[1].error, sqrt(curve[0] / determinant), 1e-3);
        double agree = 0, pairs = 0;
        for (size_t i = 0; i < s.n; i++)
            for (size_t j = 0; j < s.n; j++) {
                if (s.outcome[i] == 0 || s.time[j] < s.time[i] ||
                    (s.time[j] == s.time[i] && s.outcome[j] > 0))
                    continue;
                const double a = beta[0] * first[i] + beta[1] * second[i],
                             b = beta[0] * first[j] + beta[1] * second[j];
                agree += a > b ? 1 : a == b ? 0.5 : 0;
                pairs++;
            }
        assert_near(cox.concordance, agree / pairs, 1e-12);
    }
}

static void cox_corners(void **state) {
    (void)state;
    const double time[] = {1, 2, 3, 4, 5, 6}, x[] = {1, 0, 1, 1, 0, 1}, flat[6] = {0},
                 parts[] = {1, 1, 1, 0, 0, 0}, bad[] = {1, NAN, 2, 3, 1, 2};
    const double *one[] = {x, x};
    const uint8_t all[] = {1, 1, 1, 1, 1, 0}, none[6] = {0}, first[] = {1, 1, 1, 0, 0, 0};
    struct trod_waits waits = {6, time, all, NULL};
    struct trod_cox cox;
    struct trod_error error = {0};
    assert_int_equal(trod_cox_make(&waits, one, 1, TROD_COX_EFRON, arena, &cox, NULL), TROD_OK);
    assert_int_equal(trod_cox_make(&waits, one, 2, TROD_COX_EFRON, arena, &cox, &error),
                     TROD_BAD_INPUT); /* twice the same */
    one[0] = flat;
    assert_int_equal(trod_cox_make(&waits, one, 1, TROD_COX_EFRON, arena, &cox, &error),
                     TROD_BAD_INPUT);
    assert_string_equal(error.message, "column 1 is the same for all, or has no numbers");
    one[0] = bad;
    assert_int_equal(trod_cox_make(&waits, one, 1, TROD_COX_EFRON, arena, &cox, &error),
                     TROD_BAD_INPUT);
    one[0] = parts;
    waits.outcome = first;
    assert_int_equal(trod_cox_make(&waits, one, 1, TROD_COX_EFRON, arena, &cox, &error),
                     TROD_BAD_INPUT);
    waits.outcome = none;
    assert_int_equal(trod_cox_make(&waits, one, 1, TROD_COX_EFRON, arena, &cox, &error),
                     TROD_BAD_INPUT);
    waits.outcome = all;
    one[0] = x;
    starves(trod_cox_make(&waits, one, 1, TROD_COX_EFRON, arena, &cox, NULL));
}

static double fit_likelihood(const struct trod_wait_fit *fit, const double *time,
                             const uint8_t *outcome, size_t n) {
    double sum = 0;
    const double h = 1e-4;
    for (size_t i = 0; i < n; i++)
        sum += log(outcome[i] ? (trod_wait_fit_remaining(fit, time[i] - h) -
                                 trod_wait_fit_remaining(fit, time[i] + h)) /
                                    (2 * h)
                              : trod_wait_fit_remaining(fit, time[i]));
    return sum;
}

static void fits_are_the_top(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 106};
    for (int round = 0; round < 40; round++) {
        double time[50];
        uint8_t outcome[50];
        for (size_t i = 0; i < 50; i++) {
            time[i] = 1 + 5 * trod_rng_exponential(&rng);
            outcome[i] = (uint8_t)trod_rng_below(&rng, 3);
        }
        const struct trod_waits waits = {50, time, outcome, NULL};
        for (int shape = TROD_WAIT_EXPONENTIAL; shape <= TROD_WAIT_LOG_LOGISTIC; shape++) {
            struct trod_wait_fit fit;
            assert_int_equal(
                trod_wait_fit_make(&waits, (enum trod_wait_shape)shape, &fit, NULL), TROD_OK);
            assert_near(fit_likelihood(&fit, time, outcome, 50), fit.log_likelihood, 1e-6);
            for (int c = 0; c < 4; c++) {
                struct trod_wait_fit moved = fit;
                if (c < 2)
                    moved.location += c % 2 ? 0.05 : -0.05;
                else if (shape != TROD_WAIT_EXPONENTIAL)
                    moved.scale *= c % 2 ? 1.05 : 0.95;
                assert_true(fit_likelihood(&moved, time, outcome, 50) <
                            fit.log_likelihood + (c < 2 ? 0 : 1e-4));
            }
            for (double share = 0.1; share < 1; share += 0.2)
                assert_near(
                    1 - trod_wait_fit_remaining(&fit, trod_wait_fit_quantile(&fit, share)),
                    share, 1e-9);
        }
    }
}

static void fits_in_closed_form(void **state) {
    (void)state;
    const double time[] = {3, 1, 20, 8, 5, 1e9};
    const uint8_t all[] = {1, 1, 1, 1, 1, 1}, none[6] = {0};
    struct trod_wait_fit fit;
    struct trod_waits waits = {5, time, all, NULL};
    double logs[5];
    for (size_t i = 0; i < 5; i++) logs[i] = log(time[i]);
    const struct trod_moments moments = trod_moments_of(logs, 5);
    assert_int_equal(trod_wait_fit_make(&waits, TROD_WAIT_LOG_NORMAL, &fit, NULL), TROD_OK);
    assert_near(fit.location, moments.mean, 1e-10);
    assert_near(fit.scale, sqrt(moments.squares / 5), 1e-8);
    assert_int_equal(trod_wait_fit_make(&waits, TROD_WAIT_EXPONENTIAL, &fit, NULL), TROD_OK);
    assert_near(exp(fit.location), 37.0 / 5, 1e-12);
    assert_near(trod_wait_fit_remaining(&fit, 7.4), exp(-1), 1e-12);
    assert_true(trod_wait_fit_quantile(&fit, 0) == 0 && isinf(trod_wait_fit_quantile(&fit, 1)));
    struct trod_error error = {0};
    const double same[] = {4, 4, 4, 4, 4};
    waits.time = same;
    for (int shape = TROD_WAIT_WEIBULL; shape <= TROD_WAIT_LOG_LOGISTIC; shape++)
        assert_int_equal(trod_wait_fit_make(&waits, (enum trod_wait_shape)shape, &fit, &error),
                         TROD_BAD_INPUT);
    waits.outcome = none;
    assert_int_equal(trod_wait_fit_make(&waits, TROD_WAIT_WEIBULL, &fit, &error),
                     TROD_BAD_INPUT);
    assert_string_equal(error.message, "nothing happened to anybody");
    const double zero[] = {1, 0};
    waits = (struct trod_waits){2, zero, all, NULL};
    assert_int_equal(trod_wait_fit_make(&waits, TROD_WAIT_WEIBULL, &fit, &error),
                     TROD_BAD_INPUT);
    /* A tail that is too thin for a double, and one far out. */
    waits = (struct trod_waits){6, time, all, NULL};
    for (int shape = TROD_WAIT_EXPONENTIAL; shape <= TROD_WAIT_LOG_LOGISTIC; shape++)
        assert_int_equal(trod_wait_fit_make(&waits, (enum trod_wait_shape)shape, &fit, NULL),
                         TROD_OK);
}

static void errors(void **state) {
    (void)state;
    const double time[] = {1, 2, 3, 4}, late[4] = {0};
    const uint8_t outcome[] = {1, 2, 0, 1};
    const uint32_t group[] = {0, 1, 0, 1}, stratum[] = {0, 0, 1, 2};
    struct trod_waits waits = {4, time, outcome, NULL};
    struct trod_wait_groups groups = {group, 1, NULL, 0};
    struct trod_log_rank_groups result;
    struct trod_group_test test;
    struct trod_error error = {0};
    assert_int_equal(
        trod_log_rank_make(&waits, &groups, TROD_LOG_RANK_EVEN, arena, &result, &error),
        TROD_BAD_INPUT);
    groups = (struct trod_wait_groups){group, 2, stratum, 2};
    assert_int_equal(trod_incidence_compare(&waits, &groups, 1, arena, &test, &error),
                     TROD_BAD_INPUT);
    groups.n_strata = 3;
    starves(trod_log_rank_make(&waits, &groups, TROD_LOG_RANK_EVEN, arena, &result, NULL));
    starves(trod_incidence_compare(&waits, &groups, 1, arena, &test, NULL));
    groups.stratum = NULL;
    assert_int_equal(trod_incidence_compare(&waits, &groups, 9, arena, &test, NULL), TROD_OK);
    assert_true(isnan(test.p)); /* it never happened */
    waits.entered = late;
    assert_int_equal(trod_incidence_compare(&waits, &groups, 1, arena, &test, &error),
                     TROD_BAD_INPUT);
    waits.n = 0;
    assert_int_equal(
        trod_log_rank_make(&waits, &groups, TROD_LOG_RANK_EVEN, arena, &result, NULL), TROD_OK);
    assert_true(isnan(result.test.p));
    groups.n_groups = 0;
    assert_int_equal(
        trod_log_rank_make(&waits, &groups, TROD_LOG_RANK_EVEN, arena, &result, NULL), TROD_OK);
}

static void restricted_mean(void **state) {
    (void)state;
    const double time[] = {1, 2, 3, 4};
    const uint8_t all[] = {1, 1, 1, 1};
    struct trod_survival curve;
    assert_int_equal(
        trod_survival_make(&(struct trod_waits){4, time, all, NULL}, arena, &curve, NULL),
        TROD_OK);
    /* Nobody leaves: the plain mean, with the error of a mean by n. */
    struct trod_figure mean = trod_survival_mean(&curve, 10);
    assert_near(mean.value, 2.5, 1e-14);
    assert_near((mean.high - 2.5) / 1.959963984540054, sqrt(5.0 / 16), 1e-12);
    assert_near(trod_survival_mean(&curve, 2.5).value, (1 + 2 + 2.5 + 2.5) / 4, 1e-14);
    assert_true(isnan(trod_survival_mean(&curve, 0).value));
    assert_true(trod_survival_mean(&curve, 0.5).value == 0.5);
    assert_near(curve.steps[3].cumulative, 1.0 / 4 + 1.0 / 3 + 1.0 / 2 + 1, 1e-14);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_rank_by_definition),
        cmocka_unit_test(strata_add_up),
        cmocka_unit_test(gray_by_chance),
        cmocka_unit_test(members_are_lists),
        cmocka_unit_test(sieve_over_all_sets),
        cmocka_unit_test(cox_is_the_top),
        cmocka_unit_test(cox_corners),
        cmocka_unit_test(fits_are_the_top),
        cmocka_unit_test(fits_in_closed_form),
        cmocka_unit_test(errors),
        cmocka_unit_test(restricted_mean),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
