/* Changes, held against every way to cut a short series; alarms and profiles against their
 * definitions; and how often what is not there is found. */
#include "arena.h"

/* The cost of points from..to-1, one by one. */
static double cost_of(const struct trod_series *s, size_t from, size_t to) {
    if (s->kind == TROD_SERIES_MEANS) {
        double weight = 0, mean = 0, cost = 0;
        for (size_t i = from; i < to; i++) {
            weight += s->weights ? s->weights[i] : 1;
            mean += (s->weights ? s->weights[i] : 1) * s->values[i];
        }
        if (weight == 0) return 0;
        mean /= weight;
        for (size_t i = from; i < to; i++)
            cost += (s->weights ? s->weights[i] : 1) * (s->values[i] - mean) *
                    (s->values[i] - mean);
        return cost;
    }
    double all = 0, cost = 0;
    for (size_t i = from * s->n_columns; i < to * s->n_columns; i++) all += s->values[i];
    for (size_t k = 0; k < s->n_columns; k++) {
        double count = 0;
        for (size_t i = from; i < to; i++) count += s->values[i * s->n_columns + k];
        if (count > 0) cost -= 2 * count * log(count / all);
    }
    return cost;
}

/* Over all sets of cuts. */
static double least_cost(const struct trod_series *s, double penalty, size_t min_points) {
    double least = HUGE_VAL;
    for (unsigned cuts = 0; cuts < 1u << (s->n - 1); cuts++) {
        double cost = 0;
        size_t from = 0;
        bool allowed = true;
        for (size_t i = 1; i <= s->n; i++) {
            if (i < s->n && !(cuts >> (i - 1) & 1)) continue;
            allowed = allowed && i - from >= min_points;
            cost += cost_of(s, from, i) + (i < s->n ? penalty : 0);
            from = i;
        }
        if (allowed) least = fmin(least, cost);
    }
    return least;
}

static void every_cutting(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 91};
    for (int round = 0; round < 150; round++) {
        double values[12 * 3], weights[12];
        const bool means = round % 2, weighted = round % 3 == 0;
        const size_t n = 2 + trod_rng_below(&rng, 10), columns = means ? 1 : 3;
        const size_t min_points = 1 + trod_rng_below(&rng, 3);
        for (size_t i = 0; i < n * columns; i++)
            values[i] = means ? trod_rng_normal(&rng) + (i > n / 2 ? 3 : 0)
                              : (double)trod_rng_below(&rng, i > n ? 20 : 5);
        for (size_t i = 0; i < n; i++) weights[i] = (double)trod_rng_below(&rng, 4);
        const struct trod_series series = {means ? TROD_SERIES_MEANS : TROD_SERIES_MIX, n,
                                           columns, values, weighted && means ? weights : NULL};
        const double penalty = 0.2 + 3 * trod_rng_unit(&rng);
        struct trod_changes changes;
        assert_int_equal(trod_changes_make(&series, penalty, min_points, arena, &changes, NULL),
                         TROD_OK);
        if (n < 2 * min_points) {
            assert_int_equal(changes.n, 0);
            continue;
        }
        assert_near(changes.cost, least_cost(&series, penalty, min_points), 1e-9);
        double cost = 0;
        size_t from = 0;
        for (size_t i = 0; i < changes.n; i++) {
            const struct trod_change *const change = &changes.changes[i];
            assert_true(change->at >= from + min_points && change->at + min_points <= n);
            assert_true(change->at_low <= change->at && change->at <= change->at_high);
            assert_true(change->gain >= penalty - 1e-9);
            cost += cost_of(&series, from, change->at) + penalty;
            from = change->at;
        }
        assert_near(cost + cost_of(&series, from, n), changes.cost, 1e-9);
    }
}

static void one_change(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 92};
    for (int round = 0; round < 100; round++) {
        double values[20], weights[20];
        const size_t n = 2 + trod_rng_below(&rng, 19);
        for (size_t i = 0; i < n; i++) {
            values[i] = 1e6 + trod_rng_normal(&rng);
            weights[i] = (double)(1 + trod_rng_below(&rng, 5));
        }
        const double *const with = round % 2 ? weights : NULL;
        const struct trod_series series = {TROD_SERIES_MEANS, n, 1, values, with};
        double least = HUGE_VAL;
        for (size_t i = 1; i < n; i++)
            least = fmin(least, cost_of(&series, 0, i) + cost_of(&series, i, n));
        const struct trod_change_one one = trod_change_one(values, with, n);
        assert_true(fabs(one.squares - least) < 1e-6);
        assert_true(cost_of(&series, 0, one.at) + cost_of(&series, one.at, n) < least + 1e-6);
        assert_true(fabs(one.squares_without - cost_of(&series, 0, n)) < 1e-6);
    }
    const double flat[] = {2, 2, 2}, bad[] = {1, NAN};
    assert_true(trod_change_one(flat, NULL, 3).at == 0);
    assert_true(trod_change_one(flat, NULL, 3).squares == 0);
    assert_true(isnan(trod_change_one(flat, NULL, 0).squares));
    assert_true(isnan(trod_change_one(bad, NULL, 2).squares));
}

/* Where nothing changed: how many of the series have a change all the same. Where something
 * did: how often it is found, and only it. */
static void wolves(void **state) {
    (void)state;
    enum { ROUNDS = 300, N = 60 };
    struct trod_rng rng = {.seed = 93};
    for (int kind = 0; kind < 3; kind++) {
        int cried = 0, found = 0, held = 0, small = 0;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            const bool planted = round >= ROUNDS;
            double values[N * 2], weights[N];
            for (size_t i = 0; i < N; i++) {
                const bool after = planted && i >= 40;
                const double of = 50 + (double)trod_rng_below(&rng, 100);
                weights[i] = of;
                if (kind == 0) { /* means of that many values */
                    values[i] = 5 + (after ? 0.3 : 0) + trod_rng_normal(&rng) / sqrt(of);
                } else { /* shares; once over with twice the scatter of chance */
                    double yes = 0, share = after ? 0.42 : 0.3;
                    if (kind == 2) share += 0.045 * trod_rng_normal(&rng);
                    for (double k = 0; k < of; k++) yes += trod_rng_unit(&rng) < share;
                    values[2 * i] = yes;
                    values[2 * i + 1] = of - yes;
                }
            }
            const struct trod_series series = {kind ? TROD_SERIES_MIX : TROD_SERIES_MEANS, N,
                                               kind ? 2 : 1, values, kind ? NULL : weights};
            struct trod_changes changes;
            assert_int_equal(trod_changes_make(&series, 0, 3, arena, &changes, NULL), TROD_OK);
            if (!planted) {
                cried += changes.n > 0;
                bool sure = false;
                for (size_t i = 0; i < changes.n; i++)
                    sure = sure || changes.changes[i].p < 0.01;
                small += sure;
                continue;
            }
            found +=
                changes.n == 1 && changes.changes[0].at >= 37 && changes.changes[0].at <= 43;
            held += changes.n == 1 && changes.changes[0].at_low <= 40 &&
                    changes.changes[0].at_high >= 40;
        }
        assert_true(cried <= ROUNDS / 20 && small <= ROUNDS / 40);
        assert_true(found >= ROUNDS * 90 / 100 && held >= ROUNDS * 90 / 100);
    }
}

static void change_corners(void **state) {
    (void)state;
    const double values[] = {1, 1, 1, 9, 9, 9}, bad[] = {1, NAN}, below[] = {1, -1};
    struct trod_changes changes;
    struct trod_series series = {TROD_SERIES_MEANS, 6, 1, values, NULL};
    /* No scatter at all: the change is certain. */
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, NULL), TROD_OK);
    assert_true(changes.n == 1 && changes.changes[0].at == 3);
    series.n = 3;
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, NULL), TROD_OK);
    assert_true(changes.n == 0 && changes.cost == 0);
    series.n = 0;
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, NULL), TROD_OK);
    assert_true(changes.n == 0);
    series.n = 1;
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, NULL), TROD_OK);
    struct trod_error error = {0};
    series = (struct trod_series){TROD_SERIES_MEANS, 2, 1, bad, NULL};
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, &error), TROD_BAD_INPUT);
    assert_string_equal(error.message, "point 2 of the series is no number with a weight");
    series = (struct trod_series){TROD_SERIES_MIX, 1, 2, below, NULL};
    assert_int_equal(trod_changes_make(&series, 0, 0, arena, &changes, &error), TROD_BAD_INPUT);
    assert_string_equal(error.message, "point 1 of the series is no set of counts");
    series = (struct trod_series){TROD_SERIES_MEANS, 6, 1, values, NULL};
    starves(trod_changes_make(&series, 0, 0, arena, &changes, NULL));
}

static void profile_of_all_pairs(void **state) {
    (void)state;
    enum { KINDS = 4, JOURNEYS = 30 };
    struct trod_rng rng = {.seed = 94};
    struct trod_profile profile;
    struct trod_moments want[KINDS * KINDS] = {0};
    assert_int_equal(trod_profile_make(KINDS, arena, &profile, NULL), TROD_OK);
    for (int journey = 0; journey < JOURNEYS; journey++) {
        uint32_t kind[12];
        int64_t at[12], now = INT64_C(1700000000000000);
        const size_t n = trod_rng_below(&rng, 13);
        for (size_t i = 0; i < n; i++) {
            kind[i] = (uint32_t)trod_rng_below(&rng, KINDS + 1);
            at[i] = now += (int64_t)trod_rng_below(&rng, 1000);
        }
        trod_profile_add(&profile, kind, at, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                if (kind[i] < KINDS && kind[j] < KINDS)
                    trod_moments_add(&want[kind[i] * KINDS + kind[j]], (double)(at[j] - at[i]));
    }
    for (size_t i = 0; i < KINDS * KINDS; i++) {
        assert_int_equal(profile.pairs[i].n, want[i].n);
        assert_near(profile.pairs[i].mean, want[i].mean, 1e-12);
        assert_near(profile.pairs[i].squares, want[i].squares, 1e-9);
    }
    starves(trod_profile_make(KINDS, arena, &profile, NULL));
    assert_int_equal(trod_profile_make(5000, arena, &profile, NULL), TROD_TOO_MUCH);
}

static void alarms(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 95};
    struct trod_page_hinkley watch = {.allowance = 0.3, .threshold = 20, .min_values = 10};
    size_t alarms = 0, at = 0;
    for (size_t i = 0; i < 400; i++)
        if (trod_page_hinkley_add(&watch, trod_rng_normal(&rng) + (i < 200 ? 0 : 2))) {
            alarms++;
            at = i;
            assert_true(watch.n == 0);
        }
    assert_true(alarms == 1 && at > 200 && at < 230);
    watch = (struct trod_page_hinkley){.min_values = 3};
    assert_false(trod_page_hinkley_add(&watch, 1));
    assert_false(trod_page_hinkley_add(&watch, 2)); /* too few */
    assert_true(trod_page_hinkley_add(&watch, 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cutting),
        cmocka_unit_test(one_change),
        cmocka_unit_test(wolves),
        cmocka_unit_test(change_corners),
        cmocka_unit_test(profile_of_all_pairs),
        cmocka_unit_test(alarms),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
