/* Do two things go together? Pearson asks for a straight line, Spearman for a line of the
 * ranks, Kendall for pairs that agree. Pairs that disagree are the swaps a merge sort makes, so
 * that none need be compared (Knight). */
#include <math.h>

#include "stat/order.h"
#include "stat/special.h"
#include "trod/stat.h"

static const struct trod_correlation NOTHING = {(double)NAN, (double)NAN, (double)NAN,
                                                (double)NAN};

/* Fisher's z is near normal with variance widen / (n - 3). */
static struct trod_correlation correlation_of(double value, size_t n, double widen) {
    struct trod_correlation result = {value, (double)NAN, (double)NAN, (double)NAN};
    if (n < 3) return result;
    const double df = (double)n - 2, rest = 1 - value * value;
    result.p = rest > 0 ? stat_student_p(value * sqrt(df / rest), df) : 0;
    if (n < 4) return result;
    const double z = atanh(value), half = STAT_Z * sqrt(widen / ((double)n - 3));
    result.low = tanh(z - half);
    result.high = tanh(z + half);
    return result;
}

/* NaN where one does not vary. */
static double pearson_of(const double *x, const double *y, size_t n) {
    double mean_x = 0, mean_y = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += (x[i] - mean_x) / (double)(i + 1);
        mean_y += (y[i] - mean_y) / (double)(i + 1);
    }
    double xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        const double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    if (!(xx > 0 && yy > 0)) return (double)NAN;
    return fmax(-1, fmin(1, xy / (sqrt(xx) * sqrt(yy))));
}

struct trod_correlation trod_correlation_pearson(const double *x, const double *y, size_t n) {
    const double value = pearson_of(x, y, n);
    return isnan(value) ? NOTHING : correlation_of(value, n, 1);
}

trod_status trod_correlation_spearman(const double *x, const double *y, size_t n,
                                      struct trod_arena *scratch,
                                      struct trod_correlation *correlation,
                                      struct trod_error *error) {
    trod_status status = TROD_OK;
    *correlation = NOTHING;
    if (stat_any_nan(x, n) || stat_any_nan(y, n)) return TROD_OK;
    const double *const columns[2] = {x, y};
    double *ranks[2];
    uint64_t *const twice = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(twice, error);
    for (unsigned c = 0; c < 2; c++) {
        struct stat_item *items = NULL;
        ranks[c] = TROD_NEW_ARRAY(scratch, n, double);
        TROD_TRY_ALLOC(ranks[c], error);
        TROD_TRY(stat_order(columns[c], n, scratch, &items, error));
        stat_twice_ranks(items, n, twice);
        for (size_t i = 0; i < n; i++) ranks[c][i] = (double)twice[i] / 2;
    }
    const double value = pearson_of(ranks[0], ranks[1], n);
    if (!isnan(value)) *correlation = correlation_of(value, n, 1 + value * value / 2);
done:
    return status;
}

/* The sums over groups of t equal values that tau-b and its variance ask for. */
struct tie_sums {
    double pairs;   /* t (t - 1) / 2 */
    double triples; /* t (t - 1) (t - 2) */
    double spread;  /* t (t - 1) (2 t + 5) */
};

static void add_tie(struct tie_sums *sums, double t) {
    sums->pairs += t * (t - 1) / 2;
    sums->triples += t * (t - 1) * (t - 2);
    sums->spread += t * (t - 1) * (2 * t + 5);
}

static struct tie_sums ties_of(const struct stat_item *items, size_t n) {
    struct tie_sums sums = {0};
    for (size_t begin = 0; begin < n;) {
        size_t end = begin + 1;
        while (end < n && items[end].value == items[begin].value) end++;
        add_tie(&sums, (double)(end - begin));
        begin = end;
    }
    return sums;
}

/* Sorts by merging; returns how many pairs stood in falling order. */
static uint64_t merge_swaps(double *values, size_t n, double *room) {
    uint64_t swaps = 0;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t begin = 0; begin + width < n; begin += 2 * width) {
            const size_t middle = begin + width;
            const size_t end = middle + width < n ? middle + width : n;
            size_t i = begin, j = middle, k = begin;
            while (i < middle && j < end) {
                if (values[j] < values[i]) {
                    swaps += middle - i;
                    room[k++] = values[j++];
                } else {
                    room[k++] = values[i++];
                }
            }
            while (i < middle) room[k++] = values[i++];
            memcpy(values + begin, room + begin, (k - begin) * sizeof *values);
        }
    }
    return swaps;
}

trod_status trod_correlation_kendall(const double *x, const double *y, size_t n,
                                     struct trod_arena *scratch,
                                     struct trod_correlation *correlation,
                                     struct trod_error *error) {
    trod_status status = TROD_OK;
    *correlation = NOTHING;
    if (stat_any_nan(x, n) || stat_any_nan(y, n)) return TROD_OK;
    struct stat_item *by_y = NULL;
    struct stat_item *const by_x = TROD_NEW_ARRAY(scratch, n, struct stat_item);
    TROD_TRY_ALLOC(by_x, error);
    double *const values = TROD_NEW_ARRAY(scratch, n, double);
    TROD_TRY_ALLOC(values, error);
    double *const room = TROD_NEW_ARRAY(scratch, n, double);
    TROD_TRY_ALLOC(room, error);
    TROD_TRY(stat_order(y, n, scratch, &by_y, error));
    const struct tie_sums of_y = ties_of(by_y, n);
    /* By x, and by y where x is the same: the second sort leaves equal ones in y's order. */
    for (size_t i = 0; i < n; i++)
        by_x[i] = (struct stat_item){x[by_y[i].index] + 0.0, by_y[i].index};
    stat_order_items(by_x, n, by_y);
    const struct tie_sums of_x = ties_of(by_x, n);
    double same = 0; /* pairs that are tied in both */
    for (size_t begin = 0; begin < n;) {
        size_t end = begin + 1;
        while (end < n && by_x[end].value == by_x[begin].value &&
               y[by_x[end].index] == y[by_x[begin].index])
            end++;
        same += (double)(end - begin) * ((double)(end - begin) - 1) / 2;
        begin = end;
    }
    for (size_t i = 0; i < n; i++) values[i] = y[by_x[i].index];
    const double against = (double)merge_swaps(values, n, room);
    const double all = (double)n, pairs = all * (all - 1) / 2;
    const double agree = pairs - of_x.pairs - of_y.pairs + same - 2 * against;
    const double untied_x = pairs - of_x.pairs, untied_y = pairs - of_y.pairs;
    if (!(untied_x > 0 && untied_y > 0)) goto done;
    correlation->value = agree / (sqrt(untied_x) * sqrt(untied_y));
    if (n < 3) goto done;
    const double variance = (all * (all - 1) * (2 * all + 5) - of_x.spread - of_y.spread) / 18 +
                            2 * of_x.pairs * of_y.pairs / (all * (all - 1)) +
                            of_x.triples * of_y.triples / (9 * all * (all - 1) * (all - 2));
    correlation->p = variance > 0 ? stat_normal_p(agree / sqrt(variance)) : (double)NAN;
done:
    return status;
}
