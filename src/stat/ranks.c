/* Tests on ranks, and what many tests together are worth. Both sort indices, so that the values
 * stay where they are; ties share the middle of their ranks. */
#include <math.h>
#include <stdlib.h>

#include "stat/special.h"
#include "trod/stat.h"

struct item {
    double value;
    size_t index;
};

static int by_value(const void *a, const void *b) {
    const struct item *const x = a, *const y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

trod_status trod_rank_compare(const double *a, size_t n_a, const double *b, size_t n_b,
                              struct trod_arena *scratch,
                              struct trod_rank_difference *difference,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const double none = (double)NAN;
    *difference = (struct trod_rank_difference){none, none, none};
    if (n_a == 0 || n_b == 0) return TROD_OK;
    const size_t n = n_a + n_b;
    struct item *const items = n < n_a ? NULL : TROD_NEW_ARRAY(scratch, n, struct item);
    TROD_TRY_ALLOC(items, error);
    for (size_t i = 0; i < n; i++) {
        items[i] = (struct item){i < n_a ? a[i] : b[i - n_a], i};
        if (isnan(items[i].value)) return TROD_OK;
    }
    qsort(items, n, sizeof *items, by_value);
    double ranks_a = 0, ties = 0;
    for (size_t begin = 0; begin < n;) {
        size_t end = begin, of_a = 0;
        for (; end < n && items[end].value == items[begin].value; end++)
            of_a += items[end].index < n_a;
        const double tied = (double)(end - begin);
        ranks_a += (double)of_a * ((double)(begin + end) + 1) / 2;
        ties += tied * (tied * tied - 1);
        begin = end;
    }
    const double x = (double)n_a, y = (double)n_b, all = (double)n;
    difference->u = ranks_a - x * (x + 1) / 2;
    difference->higher = difference->u / (x * y);
    const double variance = x * y / 12 * (all + 1 - ties / (all * (all - 1)));
    const double apart = fmax(0, fabs(difference->u - x * y / 2) - 0.5);
    difference->p = variance > 0 ? stat_normal_p(apart / sqrt(variance)) : 1;
done:
    return status;
}

trod_status trod_false_discovery(const double *p, size_t n, double *q,
                                 struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct item *const items = TROD_NEW_ARRAY(scratch, n, struct item);
    TROD_TRY_ALLOC(items, error);
    size_t n_tests = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(p[i])) items[n_tests++] = (struct item){p[i], i};
        q[i] = p[i];
    }
    qsort(items, n_tests, sizeof *items, by_value);
    double least = 1;
    for (size_t rank = n_tests; rank > 0; rank--) {
        least = fmin(least, items[rank - 1].value * (double)n_tests / (double)rank);
        q[items[rank - 1].index] = least;
    }
done:
    return status;
}
