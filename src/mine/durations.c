/* Means and quantiles of durations, exactly. The sum is an integer of 128 bits, so the mean
 * does not depend on the order. */
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
