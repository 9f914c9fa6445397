/* Means and quantiles of durations, exactly. The sum is an integer of 128 bits, so the mean
 * does not depend on the order. */
#include <math.h>

#include "mine/inside.h"
#include "trod/stat.h"

__extension__ typedef __int128 wide;

/* A quantile by type 7 of n values, of which the first `known` are no greater than any behind.
 */
static double quantile_of(int64_t *at, size_t n, size_t known, double share) {
    size_t k = 0;
    double part = 0;
    trod_quantile_place(n, share, &k, &part);
    if (k < known) known = 0;
    const double low = (double)trod_select_int64(at + known, n - known, k - known);
    if (part == 0) return low;
    int64_t next = at[k + 1];
    for (size_t i = k + 2; i < n; i++)
        if (at[i] < next) next = at[i];
    const double high = (double)next;
    return low == high ? low : low + part * (high - low);
}

struct trod_durations mine_durations(int64_t *at, uint64_t n) {
    if (n == 0) return (struct trod_durations){0, NAN, NAN, NAN};
    wide sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += at[i];
    const double whole = (double)(int64_t)(sum / (wide)n);
    const double rest = (double)(int64_t)(sum % (wide)n) / (double)n;
    /* After the median, the upper half lies behind it. */
    const double median_us = quantile_of(at, (size_t)n, 0, 0.5);
    return (struct trod_durations){
        .n = n,
        .mean_us = whole + rest,
        .median_us = median_us,
        .p95_us = quantile_of(at, (size_t)n, (size_t)(n - 1) / 2, 0.95),
    };
}
