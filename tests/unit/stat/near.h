/* Doubles that agree to a tolerance: relative, or absolute near zero; NaN agrees with NaN. */
#ifndef TESTS_STAT_NEAR_H
#define TESTS_STAT_NEAR_H

#include <math.h>

#include "../unit.h"

static inline bool near(double got, double want, double relative) {
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    return got == want || fabs(got - want) <= relative * fabs(want) ||
           fabs(got - want) <= 1e-12;
}
#define assert_near(got, want, relative)                                                    \
    do {                                                                                    \
        const double got_ = (got), want_ = (want);                                          \
        if (!near(got_, want_, relative)) fail_msg(#got ": %.17g, not %.17g", got_, want_); \
    } while (0)

#endif
