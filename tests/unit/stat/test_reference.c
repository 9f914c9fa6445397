/* stat against the figures of R and statsmodels, read where they lie: in the shared data, at
 * $TROD_SHARED or in a folder `shared` beside the source or one above. Skipped without it. */
#include <stdio.h>
#include <stdlib.h>

#include "trod/stat.h"

#include "near.h"

static struct trod_arena *arena;
static char folder[512];

static const struct trod_json *read_case(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    struct trod_buf bytes = {0};
    struct trod_json *root = NULL;
    struct trod_error error = {0};
    if (trod_file_read(path, 16 << 20, &bytes, &error) != TROD_OK ||
        trod_json_read(trod_buf_str(&bytes), arena, &root, &error) != TROD_OK)
        fail_msg("%s: %s", path, error.message);
    trod_buf_free(&bytes);
    return root;
}

/* A member by its path "expected/ci95"; fails if it is not there. */
static const struct trod_json *at(const struct trod_json *root, const char *path) {
    trod_str rest = trod_str_of(path);
    while (rest.n) {
        const size_t end = trod_str_find(rest, '/');
        const trod_str key = trod_str_slice(rest, 0, end);
        rest = end == SIZE_MAX ? (trod_str){NULL, 0} : trod_str_slice(rest, end + 1, rest.n);
        const struct trod_json *member = root->first;
        while (member && !trod_str_equal(member->key, key)) member = member->next;
        if (!member) fail_msg("no %s in %s", path, "the case");
        root = member;
    }
    return root;
}

static const struct trod_json *nth(const struct trod_json *list, size_t i) {
    if (list->kind != TROD_JSON_ARRAY) return list; /* a vector of one may be a scalar */
    const struct trod_json *item = list->first;
    while (i-- > 0 && item) item = item->next;
    assert_non_null(item);
    return item;
}

static double number(const struct trod_json *value) {
    return value->kind == TROD_JSON_NUMBER ? value->number : (double)NAN;
}

static double value_at(const struct trod_json *root, const char *path) {
    return number(at(root, path));
}

static size_t numbers(const struct trod_json *list, double **values) {
    const size_t n = list->kind == TROD_JSON_ARRAY ? list->n : 1;
    *values = TROD_NEW_ARRAY(arena, n, double);
    const struct trod_json *item = list->kind == TROD_JSON_ARRAY ? list->first : list;
    for (size_t i = 0; i < n; i++, item = item->next) (*values)[i] = number(item);
    return n;
}

static void binomial_intervals(void **state) {
    (void)state;
    const struct trod_json *root = read_case("contingency/binom-ci");
    double *k, *n;
    const size_t cases = numbers(at(root, "input/k"), &k);
    assert_int_equal(numbers(at(root, "input/n"), &n), cases);
    for (size_t i = 0; i < cases; i++) {
        const struct trod_json *want = nth(at(root, "expected/wilson"), i);
        const struct trod_share share = trod_share_make((uint64_t)k[i], (uint64_t)n[i]);
        assert_near(share.low, number(nth(want, 0)), 1e-6);
        assert_near(share.high, number(nth(want, 1)), 1e-6);
    }
}

static void two_shares(void **state) {
    (void)state;
    const struct trod_json *root = read_case("contingency/prop2-a");
    double *x, *n;
    numbers(at(root, "input/x"), &x);
    numbers(at(root, "input/n"), &n);
    const struct trod_share_difference d =
        trod_share_compare(trod_share_make((uint64_t)x[0], (uint64_t)n[0]),
                           trod_share_make((uint64_t)x[1], (uint64_t)n[1]));
    assert_near(d.p, value_at(root, "expected/p"), 1e-6);
    /* The reference's interval is Wald's: close to Newcombe's here, not the same. */
    assert_true(fabs(d.low - number(nth(at(root, "expected/ci95_diff"), 0))) < 1e-3);
    assert_true(fabs(d.high - number(nth(at(root, "expected/ci95_diff"), 1))) < 1e-3);

    root = read_case("contingency/table-2x2");
    double *rows[2];
    for (size_t i = 0; i < 2; i++) numbers(nth(at(root, "input/table"), i), &rows[i]);
    const uint64_t a = (uint64_t)rows[0][0], b = (uint64_t)rows[0][1], c = (uint64_t)rows[1][0],
                   e = (uint64_t)rows[1][1];
    assert_near(trod_fisher_p(a, b, c, e), value_at(root, "expected/fisher_p"), 1e-6);
    assert_near(trod_share_compare(trod_share_make(a, a + b), trod_share_make(c, c + e)).p,
                value_at(root, "expected/p"), 1e-6);
}

static void quantiles(void **state) {
    (void)state;
    const struct trod_json *root = read_case("descriptive/quantile-12");
    double *x, *probs, *want;
    const size_t n = numbers(at(root, "input/x"), &x);
    const size_t n_probs = numbers(at(root, "input/probs"), &probs);
    numbers(at(root, "expected/type7"), &want);
    for (size_t i = 0; i < n_probs; i++)
        assert_near(trod_quantile(x, n, probs[i]), want[i], 1e-9);
}

static void many_tests(void **state) {
    (void)state;
    static const char *const cases[] = {"padjust-15", "padjust-single", "padjust-ties"};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        char name[64];
        snprintf(name, sizeof name, "multiple-testing/%s", cases[i]);
        const struct trod_json *root = read_case(name);
        double *p, *q, *want;
        const size_t n = numbers(at(root, "input/p"), &p);
        assert_int_equal(numbers(at(root, "expected/BH"), &want), n);
        q = TROD_NEW_ARRAY(arena, n, double);
        assert_int_equal(trod_false_discovery(p, n, q, arena, NULL), TROD_OK);
        for (size_t k = 0; k < n; k++) assert_near(q[k], want[k], 1e-9);
    }
}

static void two_samples(void **state) {
    (void)state;
    static const char *const cases[] = {"mw-n80", "mw-no-ties", "mw-ties", "mw-ties-2"};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        char name[64];
        snprintf(name, sizeof name, "two-sample/%s", cases[i]);
        const struct trod_json *root = read_case(name);
        double *x, *y;
        const size_t n_x = numbers(at(root, "input/x"), &x),
                     n_y = numbers(at(root, "input/y"), &y);
        struct trod_rank_difference ranks;
        assert_int_equal(trod_rank_compare(x, n_x, y, n_y, arena, &ranks, NULL), TROD_OK);
        assert_near(ranks.u, value_at(root, "expected/W"), 1e-9);
        assert_near(ranks.p, value_at(root, "expected/p_normal_cc"), 1e-6);
        assert_near(2 * ranks.higher - 1, value_at(root, "expected/cliff_delta"), 1e-9);
        assert_near(ranks.higher, value_at(root, "expected/prob_superiority"), 1e-9);
        const struct trod_moments a = trod_moments_of(x, n_x), b = trod_moments_of(y, n_y);
        const struct trod_mean_difference means = trod_mean_compare(&a, &b);
        assert_near(means.t, value_at(root, "expected/welch_t"), 1e-6);
        assert_near(means.df, value_at(root, "expected/welch_df"), 1e-6);
        assert_near(means.p, value_at(root, "expected/welch_p"), 1e-6);
        assert_near(means.low, number(nth(at(root, "expected/welch_ci95"), 0)), 1e-6);
        assert_near(means.high, number(nth(at(root, "expected/welch_ci95"), 1)), 1e-6);
    }
}

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

static void check_curve(const struct trod_json *root, const struct trod_survival *curve,
                        size_t from) {
    static const char *const columns[] = {"time",     "n_risk", "n_event",
                                          "n_censor", "surv",   "std_err_surv"};
    double *want[6], *low, *high;
    for (size_t i = 0; i < 6; i++) {
        char path[64];
        snprintf(path, sizeof path, "expected/curve/%s", columns[i]);
        numbers(at(root, path), &want[i]);
    }
    numbers(at(root, "expected/ci95_log-log/lower"), &low);
    numbers(at(root, "expected/ci95_log-log/upper"), &high);
    for (size_t i = 0; i < curve->n_steps; i++) {
        const struct trod_survival_step *step = &curve->steps[i];
        assert_near(step->time, want[0][from + i], 0);
        assert_near((double)step->at_risk, want[1][from + i], 0);
        assert_near((double)step->happened, want[2][from + i], 0);
        assert_near((double)step->left, want[3][from + i], 0);
        assert_near(step->remaining, want[4][from + i], 1e-6);
        assert_near(step->error, want[5][from + i], 1e-6);
        assert_near(step->low, low[from + i], 1e-6);
        assert_near(step->high, high[from + i], 1e-6);
    }
}

static double of_stratum(const struct trod_json *list, size_t stratum, size_t i,
                         size_t strata) {
    /* est is one row a stratum, or, of one stratum alone, one row a probability */
    return number(strata > 1 ? nth(nth(list, stratum), i) : nth(nth(list, i), 0));
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
            double *probs;
            const size_t n = numbers(at(root, "expected/quantiles_log-log/prob"), &probs);
            for (size_t i = 0; i < n; i++) {
                const struct trod_figure figure = trod_survival_quantile(&curve, probs[i]);
                const struct trod_json *want = at(root, "expected/quantiles_log-log");
                assert_near(figure.value, of_stratum(at(want, "est"), s, i, strata), 1e-9);
                assert_near(figure.low, of_stratum(at(want, "lower"), s, i, strata), 1e-9);
                assert_near(figure.high, of_stratum(at(want, "upper"), s, i, strata), 1e-9);
            }
        }
    }
}

static void delayed_entry(void **state) {
    (void)state;
    const struct trod_json *root = read_case("survival/km-delayed-entry");
    double *start, *stop, *status, *want[5];
    const size_t n = numbers(at(root, "input/start"), &start);
    numbers(at(root, "input/stop"), &stop);
    numbers(at(root, "input/status"), &status);
    uint8_t *outcome = TROD_NEW_ARRAY(arena, n, uint8_t);
    for (size_t i = 0; i < n; i++) outcome[i] = (uint8_t)status[i];
    static const char *const columns[] = {"time", "n_risk", "n_event", "surv", "std_err_surv"};
    size_t n_steps = 0;
    for (size_t i = 0; i < 5; i++) {
        char path[64];
        snprintf(path, sizeof path, "expected/%s", columns[i]);
        n_steps = numbers(at(root, path), &want[i]);
    }
    struct trod_survival curve;
    assert_int_equal(
        trod_survival_make(&(struct trod_waits){n, stop, outcome, start}, arena, &curve, NULL),
        TROD_OK);
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
    const struct trod_json *root = read_case("survival/logrank-lung-sex");
    const struct trod_waits a = waits_of(root, "input/sex", 1),
                            b = waits_of(root, "input/sex", 2);
    struct trod_log_rank test;
    assert_int_equal(trod_survival_compare(&a, &b, arena, &test, NULL), TROD_OK);
    const struct trod_json *want = at(root, "expected/logrank");
    assert_near(test.observed_a, number(nth(at(want, "observed"), 0)), 1e-9);
    assert_near(test.observed_b, number(nth(at(want, "observed"), 1)), 1e-9);
    assert_near(test.expected_a, number(nth(at(want, "expected"), 0)), 1e-6);
    assert_near(test.expected_b, number(nth(at(want, "expected"), 1)), 1e-6);
    assert_near(test.chi_square, value_at(want, "chisq"), 1e-6);
    assert_near(test.p, value_at(want, "p"), 1e-6);
}

static void competing_outcomes(void **state) {
    (void)state;
    const struct trod_json *root = read_case("survival/competing-mgus2");
    double *time, *event, *sex, *times;
    const size_t n = numbers(at(root, "input/time"), &time);
    numbers(at(root, "input/event"), &event);
    numbers(at(root, "input/sex"), &sex);
    const size_t n_times = numbers(at(root, "expected/times"), &times);
    for (size_t group = 0; group < 2; group++) {
        double *own = TROD_NEW_ARRAY(arena, n, double);
        uint8_t *outcome = TROD_NEW_ARRAY(arena, n, uint8_t);
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            if (sex[i] != (double)group) continue;
            own[kept] = time[i];
            outcome[kept++] = (uint8_t)event[i];
        }
        struct trod_incidence incidence[2 * 16];
        assert_int_equal(trod_incidence_make(&(struct trod_waits){kept, own, outcome, NULL}, 2,
                                             times, n_times, arena, incidence, NULL),
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
    }
}

static bool find_folder(void) {
    static const char *const places[] = {"%s/reference/stats", "%s/../shared/reference/stats",
                                         "%s/../../shared/reference/stats"};
    for (size_t i = 0; i < TROD_COUNT(places); i++) {
        const char *base = getenv(i == 0 ? "TROD_SHARED" : "TROD_SOURCE_ROOT");
        if (!base) continue;
        char name[sizeof folder];
        snprintf(name, sizeof name, "%.400s", base);
        const size_t n = strlen(name);
        snprintf(folder, sizeof folder, "%.*s%s", (int)n, name, places[i] + 2);
        if (trod_file_exists(folder)) return true;
    }
    return false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binomial_intervals), cmocka_unit_test(two_shares),
        cmocka_unit_test(quantiles),          cmocka_unit_test(many_tests),
        cmocka_unit_test(two_samples),        cmocka_unit_test(kaplan_meier),
        cmocka_unit_test(delayed_entry),      cmocka_unit_test(log_rank),
        cmocka_unit_test(competing_outcomes),
    };
    if (!find_folder()) {
        fprintf(stderr,
                "SKIPPED: %zu reference tests of stat, for want of the shared data "
                "(TROD_SHARED)\n",
                TROD_COUNT(tests));
        return 77; /* Meson's sign for "skipped" */
    }
    arena = trod_arena_make(0);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    trod_arena_free(arena);
    return failed;
}
