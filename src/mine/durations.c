/* Means and quantiles of durations, exactly. The sum is an integer of 128 bits, so the mean
 * does not depend on the order. Durations of many groups are counted first, then laid together
 * group by group, and each group is measured by itself, on as many threads as there are. */
#include <math.h>

#include "mine/inside.h"
#include "trod/stat.h"

__extension__ typedef __int128 wide;

struct trod_durations mine_durations(int64_t *at, uint64_t n) {
    if (n == 0) return (struct trod_durations){0, NAN, NAN, NAN};
    wide sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += at[i];
    const double whole = (double)(int64_t)(sum / (wide)n);
    const double rest = (double)(int64_t)(sum % (wide)n) / (double)n;
    return (struct trod_durations){
        .n = n,
        .mean_us = whole + rest,
        .median_us = trod_quantile_int64(at, (size_t)n, 0.5),
        .p95_us = trod_quantile_int64(at, (size_t)n, 0.95),
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
