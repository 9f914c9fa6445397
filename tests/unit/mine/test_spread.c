#include "../unit.h"

#include <math.h>

#include "mine/spread.h"
#include "trod/stat.h"

enum { N_GROUPS = 5, N = 300000, PIECE = 5000 };

static struct trod_arena *arena;
static struct trod_error error;

struct drawn {
    uint64_t tick_us, longest; /* ticks */
    uint32_t *group;           /* [N], N_GROUPS: none */
    uint64_t *at;              /* [N] */
    int64_t *of[N_GROUPS];     /* microseconds of each group */
    size_t n[N_GROUPS];
};

/* Values of all sizes up to a length, and (group 0) one value very often. */
static void draw(struct drawn *d, uint64_t seed, uint64_t tick_us, unsigned longest_bits) {
    struct trod_rng rng = {.seed = seed};
    d->tick_us = tick_us;
    d->longest = UINT64_MAX >> (64 - longest_bits);
    d->group = TROD_NEW_ARRAY(arena, N, uint32_t);
    d->at = TROD_NEW_ARRAY(arena, N, uint64_t);
    for (size_t g = 0; g < N_GROUPS; g++) d->of[g] = TROD_NEW_ARRAY(arena, N, int64_t);
    memset(d->n, 0, sizeof d->n);
    for (size_t i = 0; i < N; i++) {
        const uint32_t group = (uint32_t)trod_rng_below(&rng, 2 * N_GROUPS);
        d->group[i] = group < N_GROUPS + 1 ? group : 0;
        const unsigned bits =
            d->group[i] == 0 ? 0 : (unsigned)trod_rng_below(&rng, longest_bits + 1);
        d->at[i] = bits ? trod_rng_u64(&rng) >> (64 - bits) : 0;
        if (d->group[i] == 0) d->at[i] = trod_rng_below(&rng, 100) ? 3 : 4;
        if (d->group[i] == N_GROUPS) continue;
        d->of[d->group[i]][d->n[d->group[i]]++] = (int64_t)(d->at[i] * tick_us);
    }
}

static void expect(const struct mine_spread *spread, const struct drawn *d, double near) {
    for (uint32_t g = 0; g < N_GROUPS; g++) {
        const struct trod_durations found = mine_spread_of(spread, g);
        double sum = 0;
        for (size_t i = 0; i < d->n[g]; i++) sum += (double)d->of[g][i];
        assert_int_equal(found.n, d->n[g]);
        const double mean = sum / (double)d->n[g];
        assert_true(fabs(found.mean_us - mean) <= 1e-9 * mean);
        const double median = trod_quantile_int64(d->of[g], d->n[g], 0.5);
        const double p95 = trod_quantile_int64(d->of[g], d->n[g], 0.95);
        assert_true(fabs(found.median_us - median) <= near * median);
        assert_true(fabs(found.p95_us - p95) <= near * p95);
    }
}

/* Quick ones are within 1 %, exact ones are exact: of two trays, whatever the tick, and however
 * often a bucket is hit. */
static void quantiles(void **state) {
    (void)state;
    static const struct {
        uint64_t tick_us;
        unsigned longest_bits;
    } cases[] = {{1, 3}, {1, 10}, {1, 40}, {1, 62}, {1000, 36}, {1000, 50}, {1000000, 26}};
    for (size_t c = 0; c < TROD_COUNT(cases); c++) {
        arena = trod_arena_make((size_t)1 << 30);
        struct drawn d;
        draw(&d, c, cases[c].tick_us, cases[c].longest_bits);
        struct mine_spread spread;
        struct mine_tray trays[2];
        struct mine_tray *const both[2] = {&trays[0], &trays[1]};
        assert_int_equal(
            mine_spread_make(N_GROUPS, d.longest * d.tick_us, 1 << 20, &spread, &error),
            TROD_OK);
        for (size_t t = 0; t < 2; t++)
            assert_int_equal(mine_tray_make(&spread, arena, &trays[t], &error), TROD_OK);
        for (size_t i = 0; i < N; i += PIECE) {
            struct mine_tray *const tray = &trays[i / PIECE % 3 == 0];
            assert_int_equal(
                mine_tray_put(tray, d.group + i, d.at + i, PIECE, d.tick_us, &error), TROD_OK);
            mine_tray_part(tray, d.tick_us);
        }
        assert_int_equal(mine_spread_close(&spread, both, 2, &error), TROD_OK);
        assert_true(d.n[0] > UINT16_MAX);
        expect(&spread, &d, 0.01);
        for (bool more = true;;) {
            assert_int_equal(mine_spread_more(&spread, &more, &error), TROD_OK);
            if (!more) break;
            mine_spread_catch(&spread, d.group, d.at, N, d.tick_us);
            assert_int_equal(
                mine_spread_caught(&spread, &(struct trod_run){.n_threads = 1}, &error),
                TROD_OK);
        }
        expect(&spread, &d, 1e-12);
        mine_spread_release(&spread);
        trod_arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(quantiles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
