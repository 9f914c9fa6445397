/* Quantiles by selection. Quickselect with a pivot of nine samples and a three-way split is
 * linear on sorted, reversed and constant values alike; should the pivots be bad time after
 * time, a heap takes over, so that no order of values is slow. Doubles are selected as integers
 * of the same order, made from their bits and back. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

/* Integers, or doubles as integers in their own room: the compiler is told that they may be. */
typedef int64_t __attribute__((may_alias)) key;

enum { SMALL = 24 };

static void sort_small(key *v, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const int64_t value = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > value; j--) v[j] = v[j - 1];
        v[j] = value;
    }
}

static void sift_down(key *v, size_t n, size_t i) {
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= n) return;
        if (child + 1 < n && v[child + 1] > v[child]) child++;
        if (v[child] <= v[i]) return;
        const int64_t value = v[i];
        v[i] = v[child];
        v[child] = value;
        i = child;
    }
}

static void sort_by_heap(key *v, size_t n) {
    for (size_t i = n / 2; i-- > 0;) sift_down(v, n, i);
    for (size_t end = n; end-- > 1;) {
        const int64_t value = v[0];
        v[0] = v[end];
        v[end] = value;
        sift_down(v, end, 0);
    }
}

static int64_t middle_of(int64_t a, int64_t b, int64_t c) {
    if (a > b) {
        const int64_t swap = a;
        a = b;
        b = swap;
    }
    return c < a ? a : c > b ? b : c;
}

static int64_t pivot_of(const key *v, size_t n) {
    const size_t step = n / 9;
    int64_t m[3];
    for (size_t i = 0; i < 3; i++)
        m[i] = middle_of(v[3 * i * step], v[(3 * i + 1) * step], v[(3 * i + 2) * step]);
    return middle_of(m[0], m[1], m[2]);
}

/* Puts the k-th smallest at v[k], none greater before it, none smaller behind it. */
static void select_kth(key *v, size_t n, size_t k) {
    unsigned patience = 0;
    for (size_t left = n; left; left /= 2) patience += 3;
    while (n > SMALL) {
        if (patience-- == 0) {
            sort_by_heap(v, n);
            return;
        }
        const int64_t pivot = pivot_of(v, n);
        size_t less = 0, i = 0, more = n; /* [0, less) < pivot, [less, i) equal, [more, n) > */
        while (i < more) {
            const int64_t value = v[i];
            if (value < pivot) {
                v[i++] = v[less];
                v[less++] = value;
            } else if (value > pivot) {
                v[i] = v[--more];
                v[more] = value;
            } else {
                i++;
            }
        }
        if (k < less) {
            n = less;
        } else if (k >= more) {
            v += more;
            n -= more;
            k -= more;
        } else {
            return;
        }
    }
    sort_small(v, n);
}

/* Doubles as integers of the same order; the same call turns them back. */
static int64_t turn(int64_t bits) {
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double double_of(int64_t turned) {
    const int64_t bits = turn(turned);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* False if one is NaN; the values are then as they were. */
static bool to_keys(double *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i])) return false;
    for (size_t i = 0; i < n; i++) {
        int64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bits = turn(bits);
        memcpy(&values[i], &bits, sizeof bits);
    }
    return true;
}

static void from_keys(double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        values[i] = double_of(bits);
    }
}

/* Type 7. */
void trod_quantile_place(size_t n, double share, size_t *k, double *part) {
    const double h = (double)(n - 1) * fmin(1, fmax(0, share));
    double whole = floor(h);
    *part = h - whole;
    /* A rank that is whole but for rounding is whole. */
    if (*part > 1 - 4e-16 * (h + 1)) {
        whole += 1;
        *part = 0;
    } else if (*part < 4e-16 * (h + 1)) {
        *part = 0;
    }
    *k = (size_t)whole < n ? (size_t)whole : n - 1;
}

typedef double (*value_of)(int64_t of);

static double integer_value(int64_t of) {
    return (double)of;
}

static double quantile_of(key *keys, size_t n, double share, value_of value) {
    size_t k = 0;
    double part = 0;
    trod_quantile_place(n, share, &k, &part);
    select_kth(keys, n, k);
    const double low = value(keys[k]);
    if (part == 0) return low;
    int64_t next = keys[k + 1];
    for (size_t i = k + 2; i < n; i++)
        if (keys[i] < next) next = keys[i];
    const double high = value(next);
    return low == high ? low : low + part * (high - low);
}

int64_t trod_select_int64(int64_t *values, size_t n, size_t k) {
    select_kth(values, n, k);
    return values[k];
}

double trod_quantile_int64(int64_t *values, size_t n, double share) {
    if (n == 0 || isnan(share)) return (double)NAN;
    return quantile_of(values, n, share, integer_value);
}

double trod_quantile(double *values, size_t n, double share) {
    if (n == 0 || isnan(share) || !to_keys(values, n)) return (double)NAN;
    const double result = quantile_of((key *)values, n, share, double_of);
    from_keys(values, n);
    return result;
}

/* The least k with P(B <= k) >= chance, B of n trials: from the normal approximation, corrected
 * step by step with doubling strides. */
static uint64_t binomial_quantile(uint64_t n, double share, double chance, double z) {
    const double mean = (double)n * share, spread = sqrt(mean * (1 - share));
    const double guess = fmin((double)n, fmax(0, floor(mean + z * spread)));
    uint64_t low = (uint64_t)guess, high = low; /* wanted: cdf(low - 1) < chance <= cdf(high) */
    for (uint64_t step = 1; low > 0 && stat_binomial_cdf(low - 1, n, share) >= chance;
         step *= 2)
        low = low > step ? low - step : 0;
    for (uint64_t step = 1; high < n && stat_binomial_cdf(high, n, share) < chance; step *= 2)
        high = n - high > step ? high + step : n;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (stat_binomial_cdf(middle, n, share) >= chance)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void trod_quantile_ranks(uint64_t n, double share, uint64_t *low, uint64_t *high) {
    *low = *high = 0;
    if (n == 0 || !(share > 0 && share < 1)) return;
    /* low: the greatest l with P(B <= l - 1) <= 2.5 %; high: the least u with P(B >= u) <= 2.5
     * % */
    const uint64_t l = binomial_quantile(n, share, 0.025, -STAT_Z);
    *low = stat_binomial_cdf(l, n, share) <= 0.025 ? l + 1 : l;
    const uint64_t u = binomial_quantile(n, share, 0.975, STAT_Z) + 1;
    *high = u <= n ? u : 0;
}

static struct trod_figure figure_of(key *keys, size_t n, double share, value_of value) {
    struct trod_figure figure = {(double)NAN, (double)NAN, (double)NAN, n};
    uint64_t low = 0, high = 0;
    trod_quantile_ranks(n, share, &low, &high);
    figure.value = quantile_of(keys, n, share, value);
    if (low) {
        select_kth(keys, n, (size_t)low - 1);
        figure.low = value(keys[low - 1]);
    }
    if (high) {
        select_kth(keys, n, (size_t)high - 1);
        figure.high = value(keys[high - 1]);
    }
    return figure;
}

struct trod_figure trod_quantile_figure_int64(int64_t *values, size_t n, double share) {
    if (n == 0 || isnan(share))
        return (struct trod_figure){(double)NAN, (double)NAN, (double)NAN, n};
    return figure_of(values, n, share, integer_value);
}

struct trod_figure trod_quantile_figure(double *values, size_t n, double share) {
    if (n == 0 || isnan(share) || !to_keys(values, n))
        return (struct trod_figure){(double)NAN, (double)NAN, (double)NAN, n};
    const struct trod_figure figure = figure_of((key *)values, n, share, double_of);
    from_keys(values, n);
    return figure;
}
