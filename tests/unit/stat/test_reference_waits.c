/* Time until something happens, against the figures of R's survival and cmprsk. */
#include "reference.h"

/* The observations of a case; of one group only, if there is one. */
static struct trod_waits waits_of(const struct trod_json *root, const char *group,
                                  double which) {
    double *time, *status, *of = NULL;
    const size_t n = numbers(at(root, "input/time"), &time);
    numbers(at(root, "input/status"), &status);
    if (group) numbers(at(root, group), &of);
    uint8_t *outcome = TROD_NEW_ARRAY(arena, n, uint8_t);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (of && of[i] != which) continue;
        time[kept] = time[i];
        outcome[kept++] = (uint8_t)status[i];
    }
    return (struct trod_waits){kept, time, outcome, NULL};
}

/* A column of 1, 2, … (or 0, 1, …) as group numbers. */
static uint32_t *column_of(const struct trod_json *root, const char *path, double first) {
    double *values;
    const size_t n = numbers(at(root, path), &values);
    uint32_t *const column = TROD_NEW_ARRAY(arena, n, uint32_t);
    for (size_t i = 0; i < n; i++) column[i] = (uint32_t)(values[i] - first);
    return column;
}

static const struct {
    const char *name;
    enum trod_survival_interval interval;
} intervals[] = {{"plain", TROD_SURVIVAL_PLAIN},
                 {"log", TROD_SURVIVAL_LOG},
                 {"log-log", TROD_SURVIVAL_LOG_LOG}};

static const struct trod_json *of_interval(const struct trod_json *root, const char *what,
                                           size_t i) {
    char path[64];
    snprintf(path, sizeof path, "expected/%s_%s", what, intervals[i].name);
    return at(root, path);
}

static void check_curve(const struct trod_json *root, const struct trod_survival *curve,
                        size_t from) {
    static const char *const columns[] = {"time",     "n_risk", "n_event",
                                          "n_censor", "surv",   "std_err_surv"};
    double *want[6], *low[3], *high[3], *hazard;
    for (size_t i = 0; i < 6; i++) {
        char path[64];
        snprintf(path, sizeof path, "expected/curve/%s", columns[i]);
        numbers(at(root, path), &want[i]);
    }
    for (size_t k = 0; k < 3; k++) {
        numbers(at(of_interval(root, "ci95", k), "lower"), &low[k]);
        numbers(at(of_interval(root, "ci95", k), "upper"), &high[k]);
    }
    numbers(at(root, "expected/nelson_aalen_cumhaz"), &hazard);
    for (size_t i = 0; i < curve->n_steps; i++) {
        const struct trod_survival_step *step = &curve->steps[i];
        assert_near(step->time, want[0][from + i], 0);
        assert_near((double)step->at_risk, want[1][from + i], 0);
        assert_near((double)step->happened, want[2][from + i], 0);
        assert_near((double)step->left, want[3][from + i], 0);
        assert_near(step->remaining, want[4][from + i], 1e-6);
        assert_near(step->error, want[5][from + i], 1e-6);
        assert_near(step->cumulative, hazard[from + i], 1e-6);
        for (size_t k = 0; k < 3; k++) {
            double got_low, got_high;
            trod_survival_limits(step, intervals[k].interval, &got_low, &got_high);
            assert_near(got_low, low[k][from + i], 1e-6);
            assert_near(got_high, high[k][from + i], 1e-6);
        }
    }
}

static double of_stratum(const struct trod_json *list, size_t stratum, size_t i,
                         size_t strata) {
    /* est is one row a stratum, or, of one stratum alone, one row a probability */
    return number(strata > 1 ? nth(nth(list, stratum), i) : nth(nth(list, i), 0));
}

static void check_quantiles(const struct trod_json *root, const struct trod_survival *curve,
                            size_t stratum, size_t strata) {
    for (size_t k = 0; k < 3; k++) {
        const struct trod_json *const want = of_interval(root, "quantiles", k);
        double *probs;
        const size_t n = numbers(at(want, "prob"), &probs);
        for (size_t i = 0; i < n; i++) {
            const struct trod_figure figure =
                trod_survival_quantile_by(curve, probs[i], intervals[k].interval);
            assert_near(figure.value, of_stratum(at(want, "est"), stratum, i, strata), 1e-9);
            assert_near(figure.low, of_stratum(at(want, "lower"), stratum, i, strata), 1e-9);
            assert_near(figure.high, of_stratum(at(want, "upper"), stratum, i, strata), 1e-9);
        }
    }
}

static void kaplan_meier(void **state) {
    (void)state;
    static const char *const cases[] = {"km-lung-all", "km-lung-by-sex", "km-tiny-ties"};
    for (size_t c = 0; c < TROD_COUNT(cases); c++) {
        char name[64];
        snprintf(name, sizeof name, "survival/%s", cases[c]);
        const struct trod_json *root = read_case(name);
        const size_t strata = c == 1 ? 2 : 1;
        size_t from = 0;
        for (size_t s = 0; s < strata; s++) {
            const struct trod_waits waits =
                waits_of(root, strata > 1 ? "input/sex" : NULL, (double)s + 1);
            struct trod_survival curve;
            assert_int_equal(trod_survival_make(&waits, arena, &curve, NULL), TROD_OK);
            check_curve(root, &curve, from);
            from += curve.n_steps;
            check_quantiles(root, &curve, s, strata);
            const struct trod_figure mean =
                trod_survival_mean(&curve, value_at(root, "expected/rmst/tau"));
            assert_near(mean.value, number(nth(at(root, "expected/rmst/rmean"), s)), 1e-6);
            assert_near((mean.high - mean.value) / 1.959963984540054,
                        number(nth(at(root, "expected/rmst/se"), s)), 1e-6);
        }
        assert_int_equal(from, at(root, "expected/curve/time")->n);
    }
}

static void delayed_entry(void **state) {
    (void)state;
    const struct trod_json *root = read_case("survival/km-delayed-entry");
    double *start, *stop, *status, *want[5];
    const size_t n = numbers(at(root, "input/start"), &start);
    numbers(at(root, "input/stop"), &stop);
    numbers(at(root, "input/status"), &status);
    static const char *const columns[] = {"time", "n_risk", "n_event", "surv", "std_err_surv"};
    size_t n_steps = 0;
    for (size_t i = 0; i < 5; i++) {
        char path[64];
        snprintf(path, sizeof path, "expected/%s", columns[i]);
        n_steps = numbers(at(root, path), &want[i]);
    }
    struct trod_survival curve;
    const struct trod_waits waits = {n, stop, outcomes_of(status, n), start};
    assert_int_equal(trod_survival_make(&waits, arena, &curve, NULL), TROD_OK);
    assert_int_equal(curve.n_steps, n_steps);
    for (size_t i = 0; i < n_steps; i++) {
        assert_near(curve.steps[i].time, want[0][i], 0);
        assert_near((double)curve.steps[i].at_risk, want[1][i], 0);
        assert_near((double)curve.steps[i].happened, want[2][i], 0);
        assert_near(curve.steps[i].remaining, want[3][i], 1e-6);
        assert_near(curve.steps[i].error, want[4][i], 1e-6);
    }
}

static void log_rank(void **state) {
    (void)state;
    static const char *const cases[] = {"survival/logrank-lung-sex",
                                        "survival/logrank-lung-sex-stratified"};
    for (size_t c = 0; c < TROD_COUNT(cases); c++) {
        const struct trod_json *root = read_case(cases[c]);
        const struct trod_waits waits = waits_of(root, NULL, 0);
        const struct trod_wait_groups groups = {
            .group = column_of(root, "input/sex", 1),
            .n_groups = 2,
            .stratum = c == 1 ? column_of(root, "input/ecog", 0) : NULL,
            .n_strata = 5};
        for (unsigned w = 0; w < 2; w++) {
            const struct trod_json *want =
                at(root, w == 0 ? "expected/logrank" : "expected/peto_peto");
            struct trod_log_rank_groups result;
            assert_int_equal(
                trod_log_rank_make(&waits, &groups,
                                   w == 0 ? TROD_LOG_RANK_EVEN : TROD_LOG_RANK_PETO, arena,
                                   &result, NULL),
                TROD_OK);
            near_all(at(want, "observed"), result.observed, 2, 1e-6);
            near_all(at(want, "expected"), result.expected, 2, 1e-6);
            for (size_t i = 0; i < 2; i++)
                near_all(nth(at(want, "var"), i), result.variance + 2 * i, 2, 1e-6);
            assert_near(result.test.statistic, value_at(want, "chisq"), 1e-6);
            assert_near(result.test.df, value_at(want, "df"), 0);
            assert_near(result.test.p, value_at(want, "p"), 1e-6);
        }
        if (c == 1) continue;
        /* The short forms: two lists, and a set among rows ordered beforehand. */
        const struct trod_json *want = at(root, "expected/logrank");
        const struct trod_waits a = waits_of(root, "input/sex", 1),
                                b = waits_of(root, "input/sex", 2);
        struct trod_log_rank test;
        assert_int_equal(trod_survival_compare(&a, &b, arena, &test, NULL), TROD_OK);
        assert_near(test.chi_square, value_at(want, "chisq"), 1e-6);
        struct trod_wait_ranks ranks;
        assert_int_equal(trod_wait_ranks_make(&waits, arena, &ranks, NULL), TROD_OK);
        struct trod_bits men = trod_bits_make(arena, waits.n);
        for (size_t i = 0; i < waits.n; i++)
            if (groups.group[i] == 0) trod_bits_add(&men, i);
        test = trod_wait_ranks_compare(&ranks, &men,
                                       TROD_NEW_ARRAY(arena, ranks.n_times + 1, uint32_t));
        assert_near(test.observed_a, number(nth(at(want, "observed"), 0)), 1e-9);
        assert_near(test.expected_a, number(nth(at(want, "expected"), 0)), 1e-6);
        assert_near(test.observed_b, number(nth(at(want, "observed"), 1)), 1e-9);
        assert_near(test.expected_b, number(nth(at(want, "expected"), 1)), 1e-6);
        assert_near(test.chi_square, value_at(want, "chisq"), 1e-6);
        assert_near(test.p, value_at(want, "p"), 1e-6);
    }
}

static void competing_outcomes(void **state) {
    (void)state;
    const struct trod_json *root = read_case("survival/competing-mgus2");
    double *time, *event, *times;
    const size_t n = numbers(at(root, "input/time"), &time);
    numbers(at(root, "input/event"), &event);
    const uint32_t *const sex = column_of(root, "input/sex", 0);
    const size_t n_times = numbers(at(root, "expected/times"), &times);
    for (size_t group = 0; group < 2; group++) {
        double *own = TROD_NEW_ARRAY(arena, n, double);
        uint8_t *outcome = TROD_NEW_ARRAY(arena, n, uint8_t);
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            if (sex[i] != group) continue;
            own[kept] = time[i];
            outcome[kept++] = (uint8_t)event[i];
        }
        struct trod_incidence incidence[2 * 16];
        const struct trod_waits waits = {kept, own, outcome, NULL};
        assert_int_equal(trod_incidence_make(&waits, 2, times, n_times, arena, incidence, NULL),
                         TROD_OK);
        /* Curves lie as "0 1", "1 1", "0 2", "1 2": group, then event. */
        for (size_t k = 0; k < 2; k++) {
            for (size_t t = 0; t < n_times; t++) {
                const struct trod_incidence *got = &incidence[k * n_times + t];
                assert_near(got->share,
                            number(nth(nth(at(root, "expected/cif"), 2 * k + group), t)), 1e-6);
                assert_near(got->variance,
                            number(nth(nth(at(root, "expected/var"), 2 * k + group), t)), 1e-6);
            }
        }
        /* 1 - Kaplan-Meier of the first, the others taken for leavers, is more. */
        for (size_t i = 0; i < kept; i++) outcome[i] = outcome[i] == 1;
        struct trod_survival curve;
        assert_int_equal(trod_survival_make(&waits, arena, &curve, NULL), TROD_OK);
        assert_true(1 - trod_survival_at(&curve, times[n_times - 1]).value >
                    incidence[n_times - 1].share);
    }
    const struct trod_waits all = {n, time, outcomes_of(event, n), NULL};
    for (unsigned k = 0; k < 2; k++) {
        struct trod_group_test test;
        const struct trod_wait_groups groups = {sex, 2, NULL, 0};
        assert_int_equal(trod_incidence_compare(&all, &groups, k + 1, arena, &test, NULL),
                         TROD_OK);
        assert_near(test.statistic, number(nth(at(root, "expected/gray_stat"), k)), 1e-6);
        assert_near(test.df, number(nth(at(root, "expected/gray_df"), k)), 0);
        assert_near(test.p, number(nth(at(root, "expected/gray_p"), k)), 1e-6);
    }
}

static void proportional_hazards(void **state) {
    (void)state;
    const struct trod_json *root = read_case("survival/cox-lung");
    const struct trod_waits waits = waits_of(root, NULL, 0);
    static const char *const names[] = {"input/age", "input/sex", "input/ecog"};
    double *columns[3];
    for (size_t i = 0; i < 3; i++) numbers(at(root, names[i]), &columns[i]);
    for (unsigned way = 0; way < 2; way++) {
        const struct trod_json *want =
            at(root, way == 0 ? "expected/efron" : "expected/breslow");
        struct trod_cox cox;
        assert_int_equal(trod_cox_make(&waits, (const double *const *)columns, 3,
                                       way == 0 ? TROD_COX_EFRON : TROD_COX_BRESLOW, arena,
                                       &cox, NULL),
                         TROD_OK);
        for (size_t i = 0; i < 3; i++) {
            assert_near(cox.terms[i].value, number(nth(at(want, "coef"), i)), 1e-6);
            assert_near(cox.terms[i].error, number(nth(at(want, "se"), i)), 1e-6);
            assert_near(cox.terms[i].p, number(nth(at(want, "p"), i)), 1e-5);
        }
        assert_near(cox.log_likelihood_none, number(nth(at(want, "loglik"), 0)), 1e-9);
        assert_near(cox.log_likelihood, number(nth(at(want, "loglik"), 1)), 1e-9);
        assert_near(cox.likelihood_ratio, value_at(want, "lr"), 1e-6);
        assert_near(cox.score, value_at(want, "score"), 1e-6);
        assert_near(cox.concordance, value_at(want, "concordance"), 1e-9);
    }
}

static void known_shapes(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum trod_wait_shape shape;
    } shapes[] = {{"exponential", TROD_WAIT_EXPONENTIAL},
                  {"weibull", TROD_WAIT_WEIBULL},
                  {"lognormal", TROD_WAIT_LOG_NORMAL},
                  {"loglogistic", TROD_WAIT_LOG_LOGISTIC}};
    const struct trod_json *root = read_case("survival/aft-lung");
    const struct trod_waits waits = waits_of(root, NULL, 0);
    assert_int_equal(at(root, "expected")->n, TROD_COUNT(shapes));
    for (size_t i = 0; i < TROD_COUNT(shapes); i++) {
        const struct trod_json *want = at(at(root, "expected"), shapes[i].name);
        struct trod_wait_fit fit;
        assert_int_equal(trod_wait_fit_make(&waits, shapes[i].shape, &fit, NULL), TROD_OK);
        assert_near(fit.log_likelihood, value_at(want, "loglik"), 1e-9);
        assert_near(fit.aic, value_at(want, "aic"), 1e-9);
        assert_near(fit.location, value_at(want, "intercept"), 1e-5);
        assert_near(fit.scale, value_at(want, "scale"), 1e-5);
    }
}

static void all_cases(void **state) {
    (void)state;
    static const char *const names[] = {
        "aft-lung",         "competing-mgus2",  "cox-lung",
        "km-lung-all",      "km-lung-by-sex",   "km-tiny-ties",
        "km-delayed-entry", "logrank-lung-sex", "logrank-lung-sex-stratified"};
    every_case_is_tested("survival", names, TROD_COUNT(names));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kaplan_meier),
        cmocka_unit_test(delayed_entry),
        cmocka_unit_test(log_rank),
        cmocka_unit_test(competing_outcomes),
        cmocka_unit_test(proportional_hazards),
        cmocka_unit_test(known_shapes),
        cmocka_unit_test(all_cases),
    };
    RUN_REFERENCE_TESTS(tests);
}
