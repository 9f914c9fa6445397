/* Quantiles of many durations at once, exactly: the values are counted in narrow buckets, which
 * tells the bucket of each order statistic that is asked for; only the values of those few
 * buckets are then put in order. Two passes that read the values straight on, however many
 * quantiles there are. */
#include <math.h>

#include "mine/funnel.h"

__extension__ typedef unsigned __int128 wide;

enum { N_QUANTILES = 5, FEW = 512 };
static const double shares[N_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

static struct trod_lapse lapse_of(size_t n, double mean_us, const double quantiles[]) {
    return (struct trod_lapse){.n = n,
                               .mean_us = mean_us,
                               .p5_us = quantiles[0],
                               .p25_us = quantiles[1],
                               .median_us = quantiles[2],
                               .p75_us = quantiles[3],
                               .p95_us = quantiles[4]};
}

/* An order statistic on the way to be known: the k-th smallest, from 0. */
struct rank {
    size_t k, below; /* so many values lie below its bucket */
    uint32_t bucket;
    int64_t value;
};

/* The values of the buckets that hold a rank, in order, bucket by bucket. */
struct picking {
    uint32_t *count; /* [TROD_GAP_BUCKETS] */
    size_t *place;   /* [TROD_GAP_BUCKETS] 1 + where the next value of it goes; 0: not wanted */
    int64_t *values;
};

static void settle_ranks(const struct picking *picking, struct rank *ranks, size_t n) {
    for (size_t r = 0; r < n; r++) {
        /* `place` has come to the end of the bucket's values. */
        const size_t m = picking->count[ranks[r].bucket];
        int64_t *const at = picking->values + picking->place[ranks[r].bucket] - 1 - m;
        ranks[r].value = trod_select_int64(at, m, ranks[r].k - ranks[r].below);
    }
}

static trod_status lapse_of_many(const int64_t *values, size_t n, double mean_us,
                                 struct trod_arena *scratch, struct trod_lapse *lapse,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct picking picking = {0};
    struct rank ranks[2 * N_QUANTILES];
    picking.count = TROD_NEW_ARRAY(scratch, TROD_GAP_BUCKETS, uint32_t);
    TROD_TRY_ALLOC(picking.count, error);
    picking.place = TROD_NEW_ARRAY(scratch, TROD_GAP_BUCKETS, size_t);
    TROD_TRY_ALLOC(picking.place, error);
    for (size_t i = 0; i < n; i++) picking.count[trod_gap_bucket((uint64_t)values[i])]++;
    double part[N_QUANTILES];
    for (size_t q = 0; q < N_QUANTILES; q++) {
        size_t k = 0;
        trod_quantile_place(n, shares[q], &k, &part[q]);
        ranks[2 * q].k = k;
        ranks[2 * q + 1].k = k + 1 < n ? k + 1 : k;
    }
    size_t below = 0, r = 0, n_wanted = 0;
    for (uint32_t b = 0; b < TROD_GAP_BUCKETS && r < TROD_COUNT(ranks); b++) {
        for (; r < TROD_COUNT(ranks) && ranks[r].k < below + picking.count[b]; r++) {
            ranks[r].bucket = b;
            ranks[r].below = below;
            if (picking.place[b]) continue;
            picking.place[b] = 1 + n_wanted;
            n_wanted += picking.count[b];
        }
        below += picking.count[b];
    }
    picking.values = TROD_NEW_ARRAY(scratch, n_wanted, int64_t);
    TROD_TRY_ALLOC(picking.values, error);
    for (size_t i = 0; i < n; i++) {
        size_t *const place = &picking.place[trod_gap_bucket((uint64_t)values[i])];
        if (*place) picking.values[(*place)++ - 1] = values[i];
    }
    settle_ranks(&picking, ranks, TROD_COUNT(ranks));
    double quantiles[N_QUANTILES];
    for (size_t q = 0; q < N_QUANTILES; q++) {
        const double low = (double)ranks[2 * q].value, high = (double)ranks[2 * q + 1].value;
        quantiles[q] = low + part[q] * (high - low);
    }
    *lapse = lapse_of(n, mean_us, quantiles);
done:
    return status;
}

trod_status mine_lapse(int64_t *values, size_t n, struct trod_arena *scratch,
                       struct trod_lapse *lapse, struct trod_error *error) {
    static const double unknown[N_QUANTILES] = {NAN, NAN, NAN, NAN, NAN};
    if (n == 0) {
        *lapse = lapse_of(0, NAN, unknown);
        return TROD_OK;
    }
    wide sum = 0;
    for (size_t i = 0; i < n; i++) sum += (uint64_t)values[i];
    const double mean_us =
        (double)(uint64_t)(sum / n) + (double)(uint64_t)(sum % n) / (double)n;
    if (n > FEW && n < UINT32_MAX)
        return lapse_of_many(values, n, mean_us, scratch, lapse, error);
    double quantiles[N_QUANTILES];
    for (size_t q = 0; q < N_QUANTILES; q++)
        quantiles[q] = trod_quantile_int64(values, n, shares[q]);
    *lapse = lapse_of(n, mean_us, quantiles);
    return TROD_OK;
}
