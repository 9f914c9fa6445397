/* Quantiles of many durations at once, exactly: the values are counted in narrow buckets, which
 * tells the bucket of each order statistic that is asked for; only the values of those few
 * buckets are then put in order. Two passes that read the values straight on, however many
 * quantiles there are, and wherever the values lie. What has been counted of segments serves
 * for all of them together. */
#include "mine/lapse.h"

#include <math.h>

enum { N_QUANTILES = 5 };
static const double shares[N_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

static struct trod_lapse lapse_of(uint64_t n, double mean_us, const double quantiles[]) {
    return (struct trod_lapse){.n = n,
                               .mean_us = mean_us,
                               .p5_us = quantiles[0],
                               .p25_us = quantiles[1],
                               .median_us = quantiles[2],
                               .p75_us = quantiles[3],
                               .p95_us = quantiles[4]};
}

static double mean_of(uint64_t n, mine_lapse_wide sum_us) {
    if (n == 0) return NAN;
    return (double)(uint64_t)(sum_us / n) + (double)(uint64_t)(sum_us % n) / (double)n;
}

/* ---- Counting -------------------------------------------------------------------------------
 */

#define EACH_VALUE(slice, us, ...)                    \
    do {                                              \
        const uint64_t tick_us = (slice)->tick_us;    \
        if ((slice)->is_wide) {                       \
            const uint64_t *const at = (slice)->at;   \
            for (size_t v = 0; v < (slice)->n; v++) { \
                const uint64_t us = at[v] * tick_us;  \
                __VA_ARGS__                           \
            }                                         \
        } else {                                      \
            const uint32_t *const at = (slice)->at;   \
            for (size_t v = 0; v < (slice)->n; v++) { \
                const uint64_t us = at[v] * tick_us;  \
                __VA_ARGS__                           \
            }                                         \
        }                                             \
    } while (0)

void mine_lapse_count(const struct mine_slice *slices, size_t n_slices,
                      struct mine_lapse_counts *counts) {
    for (size_t s = 0; s < n_slices; s++) {
        const struct mine_slice *const slice = &slices[s];
        uint64_t *const bucket = counts->bucket;
        mine_lapse_wide sum = 0;
        EACH_VALUE(slice, us, {
            bucket[trod_gap_bucket(us)]++;
            sum += us;
        });
        counts->sum_us += sum;
        counts->n += slice->n;
    }
}

void mine_lapse_add(struct mine_lapse_counts *to, const struct mine_lapse_counts *from) {
    for (size_t b = 0; b < TROD_GAP_BUCKETS; b++) to->bucket[b] += from->bucket[b];
    to->sum_us += from->sum_us;
    to->n += from->n;
}

/* ---- Quantiles ------------------------------------------------------------------------------
 */

/* An order statistic on the way to be known: the k-th smallest, from 0. */
struct rank {
    size_t k;
    uint64_t below; /* so many values lie below its bucket */
    uint32_t bucket;
    int64_t value;
};

/* The values of the buckets that hold a rank, in order, bucket by bucket. */
struct picking {
    const uint64_t *count; /* [TROD_GAP_BUCKETS] */
    size_t *place; /* [TROD_GAP_BUCKETS] 1 + where the next value of it goes; 0: not wanted */
    int64_t *values;
};

static void settle_ranks(const struct picking *picking, struct rank *ranks, size_t n) {
    for (size_t r = 0; r < n; r++) {
        /* `place` has come to the end of the bucket's values. */
        const size_t m = (size_t)picking->count[ranks[r].bucket];
        int64_t *const at = picking->values + picking->place[ranks[r].bucket] - 1 - m;
        ranks[r].value = trod_select_int64(at, m, (size_t)(ranks[r].k - ranks[r].below));
    }
}

void mine_lapse_few(const struct mine_slice *slices, size_t n_slices,
                    struct trod_lapse *lapse) {
    int64_t values[MINE_LAPSE_FEW];
    size_t n = 0;
    mine_lapse_wide sum_us = 0;
    double quantiles[N_QUANTILES];
    for (size_t s = 0; s < n_slices; s++)
        EACH_VALUE(&slices[s], us, {
            CHECK(n < MINE_LAPSE_FEW);
            values[n++] = (int64_t)us;
            sum_us += us;
        });
    for (size_t q = 0; q < N_QUANTILES; q++)
        quantiles[q] = n ? trod_quantile_int64(values, n, shares[q]) : NAN;
    *lapse = lapse_of(n, mean_of(n, sum_us), quantiles);
}

trod_status mine_lapse_of(const struct mine_lapse_counts *counts,
                          const struct mine_slice *slices, size_t n_slices,
                          struct trod_arena *scratch, struct trod_lapse *lapse,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    static const double unknown[N_QUANTILES] = {NAN, NAN, NAN, NAN, NAN};
    struct picking picking = {.count = counts->bucket};
    struct rank ranks[2 * N_QUANTILES];
    double part[N_QUANTILES], quantiles[N_QUANTILES];
    const uint64_t n = counts->n;
    *lapse = lapse_of(0, NAN, unknown);
    if (n == 0) return TROD_OK;
    picking.place = TROD_NEW_ARRAY(scratch, TROD_GAP_BUCKETS, size_t);
    TROD_TRY_ALLOC(picking.place, error);
    for (size_t q = 0; q < N_QUANTILES; q++) {
        size_t k = 0;
        trod_quantile_place((size_t)n, shares[q], &k, &part[q]);
        ranks[2 * q].k = k;
        ranks[2 * q + 1].k = k + 1 < n ? k + 1 : k;
    }
    size_t r = 0, n_wanted = 0;
    uint64_t below = 0;
    for (uint32_t b = 0; b < TROD_GAP_BUCKETS && r < TROD_COUNT(ranks); b++) {
        for (; r < TROD_COUNT(ranks) && ranks[r].k < below + picking.count[b]; r++) {
            ranks[r].bucket = b;
            ranks[r].below = below;
            if (picking.place[b]) continue;
            picking.place[b] = 1 + n_wanted;
            n_wanted += (size_t)picking.count[b];
        }
        below += picking.count[b];
    }
    picking.values = TROD_NEW_ARRAY(scratch, n_wanted, int64_t);
    TROD_TRY_ALLOC(picking.values, error);
    for (size_t s = 0; s < n_slices; s++) {
        const struct mine_slice *const slice = &slices[s];
        EACH_VALUE(slice, us, {
            size_t *const place = &picking.place[trod_gap_bucket(us)];
            if (*place) picking.values[(*place)++ - 1] = (int64_t)us;
        });
    }
    settle_ranks(&picking, ranks, TROD_COUNT(ranks));
    for (size_t q = 0; q < N_QUANTILES; q++) {
        const double low = (double)ranks[2 * q].value, high = (double)ranks[2 * q + 1].value;
        quantiles[q] = low + part[q] * (high - low);
    }
    *lapse = lapse_of(n, mean_of(n, counts->sum_us), quantiles);
done:
    return status;
}
