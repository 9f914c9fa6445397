/* stat: numbers, and how sure they are. Knows no journeys.
 *
 * Every interval is two-sided at 95 %, every p value two-sided. What is not defined (no values, no
 * limit that so few values could give) is NaN, never a guess: ask with isnan. Nothing here depends
 * on the number of threads or on the order of the values, except where a comment says so.
 *
 * Functions that need room take a scratch arena and return a status; all others cannot fail.
 * Values that are NaN make a result NaN.
 *
 *     struct trod_share kept = trod_share_make(45, 500), before = trod_share_make(62, 510);
 *     struct trod_share_difference change = trod_share_compare(kept, before);
 *     int64_t took_us[] = {5, 3, 9, 4, 8, 7, 6};
 *     struct trod_figure median = trod_median_int64(took_us, 7);
 *     printf("%.1f %% (%.1f to %.1f)\n", 100 * kept.share, 100 * kept.low, 100 * kept.high);
 *     printf("p %.2g; median %g (%g to %g)\n", change.p, median.value, median.low, median.high);
 */
#ifndef TROD_STAT_H
#define TROD_STAT_H

#include "trod/base.h"

#include "trod/stat/figure.h"
#include "trod/stat/share.h"
#include "trod/stat/ranks.h"
#include "trod/stat/waits.h"
#include "trod/stat/drift.h"

#endif
