/* Exact answers of rank tests: in how many ways can the same values be dealt to two groups so
 * that the outcome is as far out? Without ties the ways are the coefficients of a quotient of
 * polynomials; with ties they are counted value by value. The median of all differences of a
 * pair is found without making them: how many lie below a guess is counted in one walk over
 * both sorted groups, and the guess is halved bit by bit. */
#include <math.h>

#include "stat/order.h"
#include "stat/special.h"
#include "trod/stat.h"

/* More ways than a double can count, or more steps than this: no exact answer. */
#define MOST_LOG_WAYS 700.0
#define MOST_STEPS 4e8
#define MOST_QUICK_STEPS 2e7
enum { LISTED = 1 << 16 }; /* so many differences are made at a time */

static double log_ways(double a, double b) {
    return stat_log_factorial(a + b) - stat_log_factorial(a) - stat_log_factorial(b);
}

/* ways[u], u = 0 … half of a * b, in which a of a + b values without ties have that U: the
 * product of (1 - x^(b + i)) / (1 - x^i), i = 1 … a. NULL without memory. */
static double *ways_untied(size_t a, size_t b, size_t half, struct trod_arena *scratch) {
    double *const ways = TROD_NEW_ARRAY(scratch, half + 1, double);
    if (!ways) return NULL;
    ways[0] = 1;
    for (size_t i = 1; i <= a; i++) {
        for (size_t u = half; u >= b + i; u--) ways[u] -= ways[u - b - i];
        for (size_t u = i; u <= half; u++) ways[u] += ways[u - i];
        /* What is beyond the product's degree is rounding. */
        for (size_t u = i * b + 1; u <= half; u++) ways[u] = 0;
    }
    return ways;
}

/* P(U <= u) for u of at most half of the pairs. */
static double tail_untied(const double *ways, size_t a, size_t b, size_t u) {
    double sum = 0;
    for (size_t i = 0; i <= u; i++) sum += ways[i];
    return sum / exp(log_ways((double)a, (double)b));
}

/* The values of both groups as ranks. */
struct dealt {
    size_t few, n;   /* of the smaller group, and of both */
    uint64_t *ranks; /* whole steps above the least rank, rising */
    uint64_t sum;    /* of the smaller group */
    bool tied;
};

/* `by_group` holds twice the ranks by place: of a, then of b. */
static void deal(struct dealt *dealt, uint64_t *by_group, size_t n_a,
                 const struct stat_item *items) {
    const size_t n = dealt->n;
    const uint64_t least = by_group[items[0].index];
    uint64_t parity = 0;
    for (size_t i = 0; i < n; i++) parity |= by_group[i] - least;
    const unsigned shift = parity & 1 ? 0 : 1;
    const bool a_is_few = n_a == dealt->few;
    for (size_t i = 0; i < n; i++) {
        const uint64_t rank = (by_group[items[i].index] - least) >> shift;
        dealt->ranks[i] = rank;
        if ((items[i].index < n_a) == a_is_few) dealt->sum += rank;
        dealt->tied = dealt->tied || (i > 0 && rank == dealt->ranks[i - 1]);
    }
}

/* The share of the ways to choose `few` of the ranks whose sum is as far from the mean or
 * farther: ways[j * width + s] counts the choices of j ranks so far with sum s. */
static trod_status share_tied(const struct dealt *dealt, struct trod_arena *scratch, double *p,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = dealt->n, few = dealt->few;
    uint64_t most = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        all += dealt->ranks[i];
        if (i >= n - few) most += dealt->ranks[i];
    }
    if ((double)n * (double)few * (double)most > MOST_STEPS) {
        status = trod_fail(error, TROD_TOO_MUCH,
                           "%zu values are too many for the exact test; the normal "
                           "approximation is good there",
                           n);
        goto done;
    }
    const size_t width = (size_t)most + 1;
    double *const ways = TROD_NEW_ARRAY(scratch, (few + 1) * width, double);
    TROD_TRY_ALLOC(ways, error);
    ways[0] = 1;
    for (size_t i = 0; i < n; i++) {
        const size_t rank = (size_t)dealt->ranks[i];
        for (size_t j = i + 1 < few ? i + 1 : few; j > 0; j--) {
            double *const to = ways + j * width + rank;
            const double *const from = to - width - rank;
            for (size_t s = 0; s + rank < width; s++) to[s] += from[s];
        }
    }
    /* Compared as whole numbers: n times the distance from the mean. */
    const double mean = (double)few * (double)all;
    const double observed = fabs((double)n * (double)dealt->sum - mean);
    double out = 0, total = 0;
    for (size_t s = 0; s < width; s++) {
        total += ways[few * width + s];
        if (fabs((double)n * (double)s - mean) >= observed) out += ways[few * width + s];
    }
    *p = out / total;
done:
    return status;
}

trod_status trod_rank_exact(const double *a, size_t n_a, const double *b, size_t n_b,
                            struct trod_arena *scratch, double *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    *p = (double)NAN;
    if (n_a == 0 || n_b == 0 || stat_any_nan(a, n_a) || stat_any_nan(b, n_b)) return TROD_OK;
    struct dealt dealt = {.few = n_a < n_b ? n_a : n_b, .n = n_a + n_b};
    struct stat_item *items = NULL;
    double *const values = TROD_NEW_ARRAY(scratch, dealt.n, double);
    TROD_TRY_ALLOC(values, error);
    uint64_t *const twice = TROD_NEW_ARRAY(scratch, dealt.n, uint64_t);
    TROD_TRY_ALLOC(twice, error);
    dealt.ranks = TROD_NEW_ARRAY(scratch, dealt.n, uint64_t);
    TROD_TRY_ALLOC(dealt.ranks, error);
    memcpy(values, a, n_a * sizeof *values);
    memcpy(values + n_a, b, n_b * sizeof *values);
    TROD_TRY(stat_order(values, dealt.n, scratch, &items, error));
    stat_twice_ranks(items, dealt.n, twice);
    deal(&dealt, twice, n_a, items);
    const size_t many = dealt.n - dealt.few;
    const double pairs = (double)dealt.few * (double)many;
    if (log_ways((double)dealt.few, (double)many) > MOST_LOG_WAYS ||
        (!dealt.tied && pairs * (double)dealt.few > MOST_STEPS)) {
        status = trod_fail(error, TROD_TOO_MUCH,
                           "%zu values are too many for the exact test; the normal "
                           "approximation is good there",
                           dealt.n);
    } else if (dealt.tied) {
        status = share_tied(&dealt, scratch, p, error);
    } else {
        const size_t n_pairs = dealt.few * many, half = n_pairs / 2;
        const size_t u = (size_t)dealt.sum - dealt.few * (dealt.few - 1) / 2;
        const size_t out = u < n_pairs - u ? u : n_pairs - u;
        const double *const ways = ways_untied(dealt.few, many, half, scratch);
        TROD_TRY_ALLOC(ways, error);
        *p = fmin(1, 2 * tail_untied(ways, dealt.few, many, out));
    }
done:
    return status;
}

/* ---- The median of all differences ---- */

struct pairs {
    const struct stat_item *a, *b; /* rising */
    size_t n_a, n_b;
};

/* How many differences a - b are at most `limit`. */
static uint64_t count_to(const struct pairs *pairs, double limit) {
    uint64_t count = 0;
    size_t above = 0; /* of b: a - b[j] > limit for j < above */
    for (size_t i = 0; i < pairs->n_a; i++) {
        while (above < pairs->n_b && pairs->a[i].value - pairs->b[above].value > limit) above++;
        count += pairs->n_b - above;
    }
    return count;
}

static int64_t rank_of_double(double value) {
    int64_t bits;
    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double double_of_rank(int64_t rank) {
    const int64_t bits = rank < 0 ? rank ^ INT64_MAX : rank;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The differences above `low` and at most `high`, in no order. */
static size_t list_between(const struct pairs *pairs, double low, double high, double *room) {
    size_t n = 0, above_low = 0, above_high = 0;
    for (size_t i = 0; i < pairs->n_a; i++) {
        const double a = pairs->a[i].value;
        while (above_high < pairs->n_b && a - pairs->b[above_high].value > high) above_high++;
        while (above_low < pairs->n_b && a - pairs->b[above_low].value > low) above_low++;
        for (size_t j = above_high; j < above_low; j++) room[n++] = a - pairs->b[j].value;
    }
    return n;
}

/* The k-th smallest difference (from 1): the least double that so many are not above. Once few
 * enough are left between the bounds, they are made and chosen from. room: LISTED. */
static double nth_difference(const struct pairs *pairs, uint64_t k, double *room) {
    int64_t low = rank_of_double(pairs->a[0].value - pairs->b[pairs->n_b - 1].value);
    int64_t high = rank_of_double(pairs->a[pairs->n_a - 1].value - pairs->b[0].value);
    uint64_t to_low = 0,
             to_high = (uint64_t)pairs->n_a * pairs->n_b; /* not above low - 1, high */
    while (low < high && to_high - to_low > LISTED) {
        /* The middle without overflow, rounded down. */
        const int64_t middle = (low & high) + ((low ^ high) >> 1);
        const uint64_t count = count_to(pairs, double_of_rank(middle));
        if (count >= k) {
            high = middle;
            to_high = count;
        } else {
            low = middle + 1;
            to_low = count;
        }
    }
    if (low == high) return double_of_rank(low) + 0.0;
    const double below = to_low > 0 ? double_of_rank(low - 1) : -HUGE_VAL;
    const size_t n = list_between(pairs, below, double_of_rank(high), room);
    const double share = n > 1 ? (double)(k - 1 - to_low) / (double)(n - 1) : 0;
    return trod_quantile(room, n, share) + 0.0;
}

/* The least u with P(U <= u) >= 2.5 %, at least 1. */
static trod_status quantile_of_u(size_t a, size_t b, struct trod_arena *scratch, uint64_t *u,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t few = a < b ? a : b, many = a + b - few;
    const double pairs = (double)a * (double)b;
    *u = 0;
    if (log_ways((double)a, (double)b) > MOST_LOG_WAYS ||
        pairs * (double)few > MOST_QUICK_STEPS) {
        const double spread = sqrt(pairs * ((double)a + (double)b + 1) / 12);
        *u = (uint64_t)fmax(1, rint(pairs / 2 - STAT_Z * spread));
        goto done;
    }
    const double *const ways = ways_untied(few, many, few * many / 2, scratch);
    TROD_TRY_ALLOC(ways, error);
    const double wanted = 0.025 * exp(log_ways((double)a, (double)b));
    /* Rounding must not push a share that is 2.5 % below it. */
    for (double sum = ways[0]; sum < wanted * (1 - 1e-12) && *u < few * many / 2;)
        sum += ways[++*u];
    if (*u == 0) *u = 1;
done:
    return status;
}

trod_status trod_rank_shift(const double *a, size_t n_a, const double *b, size_t n_b,
                            struct trod_arena *scratch, struct trod_figure *shift,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    *shift = (struct trod_figure){(double)NAN, (double)NAN, (double)NAN, 0};
    if (n_a == 0 || n_b == 0 || stat_any_nan(a, n_a) || stat_any_nan(b, n_b)) return TROD_OK;
    struct stat_item *of_a = NULL, *of_b = NULL;
    TROD_TRY(stat_order(a, n_a, scratch, &of_a, error));
    TROD_TRY(stat_order(b, n_b, scratch, &of_b, error));
    const struct pairs pairs = {of_a, of_b, n_a, n_b};
    const uint64_t n = (uint64_t)n_a * n_b;
    double *const room = TROD_NEW_ARRAY(scratch, n < LISTED ? (size_t)n : LISTED, double);
    TROD_TRY_ALLOC(room, error);
    uint64_t u = 0;
    TROD_TRY(quantile_of_u(n_a, n_b, scratch, &u, error));
    shift->n = n;
    shift->value = nth_difference(&pairs, (n + 1) / 2, room);
    if (n % 2 == 0) {
        const double next = nth_difference(&pairs, n / 2 + 1, room);
        if (next != shift->value) shift->value = (shift->value + next) / 2;
    }
    shift->low = nth_difference(&pairs, u, room);
    shift->high = nth_difference(&pairs, n - u + 1, room);
done:
    return status;
}
