/* Means and quantiles of durations, exactly. The sum is an integer of 128 bits, so the mean
 * does not depend on the order. A quantile needs one or two order statistics, which are found
 * by quickselect: part by a pivot in three, go on in the part that holds the place. The pivot
 * is drawn at random, but always in the same way. */
#include <math.h>

#include "mine/inside.h"

__extension__ typedef __int128 wide;

/* Puts the k-th smallest at at[k], what is smaller before it and what is greater behind. */
static void place(int64_t *at, uint64_t n, uint64_t k) {
    struct trod_rng rng = {.seed = n};
    uint64_t low = 0, high = n; /* k is in low..high-1 */
    while (high - low > 1) {
        const int64_t pivot = at[low + trod_rng_below(&rng, high - low)];
        uint64_t less = low, i = low, more = high;
        while (i < more) {
            const int64_t value = at[i];
            if (value < pivot) {
                at[i++] = at[less];
                at[less++] = value;
            } else if (value > pivot) {
                at[i] = at[--more];
                at[more] = value;
            } else {
                i++;
            }
        }
        if (k < less)
            high = less;
        else if (k >= more)
            low = more;
        else
            return;
    }
}

/* The quantile of `percent`, of n > 0 values. */
static double quantile(int64_t *at, uint64_t n, unsigned percent) {
    const uint64_t hundredths = (n - 1) * percent;
    const uint64_t k = hundredths / 100;
    place(at, n, k);
    if (hundredths % 100 == 0) return (double)at[k];
    int64_t next = at[k + 1];
    for (uint64_t i = k + 2; i < n; i++)
        if (at[i] < next) next = at[i];
    const double share = (double)(hundredths % 100) / 100;
    return (double)at[k] + share * (double)(next - at[k]);
}

struct trod_durations mine_durations(int64_t *at, uint64_t n) {
    if (n == 0) return (struct trod_durations){0, NAN, NAN, NAN};
    wide sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += at[i];
    const double whole = (double)(int64_t)(sum / (wide)n);
    const double rest = (double)(int64_t)(sum % (wide)n) / (double)n;
    return (struct trod_durations){
        .n = n,
        .mean_us = whole + rest,
        .median_us = quantile(at, n, 50),
        .p95_us = quantile(at, n, 95),
    };
}

/* ---- Groups --------------------------------------------------------------------------------
 */

trod_status mine_groups_make(const uint64_t *n_of, size_t n_groups, struct trod_arena *arena,
                             struct mine_groups *groups, struct trod_error *error) {
    trod_status status = TROD_OK;
    groups->n_groups = n_groups;
    groups->first = TROD_NEW_ARRAY(arena, n_groups + 1, uint64_t);
    TROD_TRY_ALLOC(groups->first, error);
    uint64_t n = 0;
    for (size_t g = 0; g < n_groups; g++) {
        groups->first[g] = n;
        n += n_of[g];
    }
    groups->first[n_groups] = n;
    groups->values = TROD_NEW_ARRAY(arena, (size_t)n, int64_t);
    TROD_TRY_ALLOC(groups->values, error);
done:
    return status;
}

struct measuring {
    struct mine_groups *groups;
    struct trod_durations *durations;
};

/* After putting, first[g] is the end of group g, and so the begin of group g + 1. */
static trod_status measure_group(void *owner, size_t g, struct trod_error *error) {
    (void)error;
    const struct measuring *const measuring = owner;
    const uint64_t begin = g ? measuring->groups->first[g - 1] : 0;
    const uint64_t end = measuring->groups->first[g];
    measuring->durations[g] = mine_durations(measuring->groups->values + begin, end - begin);
    return TROD_OK;
}

trod_status mine_groups_measure(struct mine_groups *groups, const struct trod_run *run,
                                struct trod_durations *durations, struct trod_error *error) {
    struct measuring measuring = {groups, durations};
    return trod_run_each(run, groups->n_groups, measure_group, &measuring, error);
}
