/* Kolmogorov and Smirnov's test of two groups. Every order in which the values could have come
 * is a path on a grid, a step right for one of a, a step up for one of b; its distance is how
 * far the path strays from the diagonal. The share of paths that stray as far is found point by
 * point from those at its left and below. Ties: a path may stray between equal values without
 * being seen. */
#include <math.h>

#include "stat/order.h"
#include "stat/special.h"
#include "trod/stat.h"

enum { MOST_PAIRS = 1000000 };

/* P(stray >= far), `far` being the distance times n_a * n_b; seen[k]: the k-th value of all
 * (from 1) differs from the next. room[n_b + 1]. */
static double stray_share(uint64_t far, uint64_t n_a, uint64_t n_b, const uint8_t *seen,
                          double *room) {
    for (uint64_t i = 0; i <= n_a; i++) {
        for (uint64_t j = 0; j <= n_b; j++) {
            const uint64_t x = i * n_b, y = j * n_a;
            if ((x > y ? x - y : y - x) >= far && seen[i + j])
                room[j] = 1;
            else if (i + j == 0)
                room[j] = 0;
            else
                /* The last of i + j values came from a or from b. */
                room[j] = ((i ? (double)i * room[j] : 0) + (j ? (double)j * room[j - 1] : 0)) /
                          (double)(i + j);
        }
    }
    return room[n_b];
}

/* Kolmogorov's limit; for small z the other form of the same sum, which is quick there. */
static double limit_p(double z) {
    if (!(z > 0)) return 1;
    if (z < 1) {
        const double pi = acos(-1), factor = sqrt(2 * pi) / z;
        double below = 0;
        for (int k = 1; k < 20; k += 2) below += exp(-(double)(k * k) * pi * pi / (8 * z * z));
        return 1 - factor * below;
    }
    double p = 0;
    for (int k = 1; k < 20; k++) p += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * z * z);
    return p;
}

trod_status trod_shape_compare(const double *a, size_t n_a, const double *b, size_t n_b,
                               struct trod_arena *scratch,
                               struct trod_shape_difference *difference,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    *difference = (struct trod_shape_difference){(double)NAN, (double)NAN, false};
    if (n_a == 0 || n_b == 0 || stat_any_nan(a, n_a) || stat_any_nan(b, n_b)) return TROD_OK;
    struct stat_item *of_a = NULL, *of_b = NULL;
    TROD_TRY(stat_order(a, n_a, scratch, &of_a, error));
    TROD_TRY(stat_order(b, n_b, scratch, &of_b, error));
    const double pairs = (double)n_a * (double)n_b;
    difference->exact = pairs <= MOST_PAIRS;
    uint8_t *const seen =
        TROD_NEW_ARRAY(scratch, difference->exact ? n_a + n_b + 1 : 1, uint8_t);
    TROD_TRY_ALLOC(seen, error);
    double *const room = TROD_NEW_ARRAY(scratch, difference->exact ? n_b + 1 : 1, double);
    TROD_TRY_ALLOC(room, error);
    double far = 0; /* whole */
    for (size_t i = 0, j = 0; i < n_a || j < n_b;) {
        const double value = j == n_b || (i < n_a && of_a[i].value <= of_b[j].value)
                                 ? of_a[i].value
                                 : of_b[j].value;
        while (i < n_a && of_a[i].value == value) i++;
        while (j < n_b && of_b[j].value == value) j++;
        far = fmax(far, fabs((double)i * (double)n_b - (double)j * (double)n_a));
        if (difference->exact) seen[i + j] = 1;
    }
    difference->distance = far / pairs;
    if (far == 0)
        difference->p = 1;
    else if (difference->exact)
        difference->p = stray_share((uint64_t)far, n_a, n_b, seen, room);
    else
        difference->p = limit_p(difference->distance * sqrt(pairs / (double)(n_a + n_b)));
done:
    return status;
}
