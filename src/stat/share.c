/* Shares. Wilson's interval holds what it promises at every size, also for 0 of 10 and 10 of
 * 10, where the textbook's interval has no width. Two shares are compared by the hybrid of
 * their two Wilson intervals, and tested by the pooled z test where the counts carry it, else
 * exactly. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

double stat_normal_p(double z) {
    return erfc(fabs(z) / sqrt(2));
}

double stat_chi_square_p(double x) {
    return x < 0 ? (double)NAN : erfc(sqrt(x / 2));
}

double stat_log_factorial(double n) {
    int sign;
    return lgamma_r(n + 1, &sign);
}

void stat_log_log(double share, double error, double *low, double *high) {
    *low = *high = (double)NAN;
    if (!(share > 0 && share < 1) || isnan(error)) return;
    const double width = STAT_Z * error / (share * log(share)); /* below 0 */
    const double log_log = log(-log(share));
    *low = exp(-exp(log_log - width));
    *high = exp(-exp(log_log + width));
}

struct trod_share trod_share_make(uint64_t n, uint64_t of) {
    if (n > of) n = of;
    struct trod_share share = {.share = (double)NAN, .low = 0, .high = 1, .n = n, .of = of};
    if (of == 0) return share;
    const double all = (double)of, p = (double)n / all, z2 = STAT_Z * STAT_Z;
    const double middle = (p + z2 / (2 * all)) / (1 + z2 / all);
    const double half =
        STAT_Z / (1 + z2 / all) * sqrt(p * (1 - p) / all + z2 / (4 * all * all));
    share.share = p;
    /* Exactly 0 and 1 at the ends, where rounding would leave a trace. */
    share.low = n == 0 ? 0 : fmax(0, middle - half);
    share.high = n == of ? 1 : fmin(1, middle + half);
    return share;
}

/* The tables with given margins, of which the first cell alone varies, and their weights
 * relative to the most probable one: each follows from its neighbour by a ratio. */
struct margins {
    double row, column, rest; /* of the first row and column, and of the second row */
};

/* weight(i + 1) / weight(i) */
static double ratio_up(const struct margins *m, double i) {
    return (m->row - i) / (i + 1) * (m->column - i) / (m->rest - m->column + i + 1);
}

double trod_fisher_p(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    const struct margins m = {(double)a + (double)b, (double)a + (double)c,
                              (double)c + (double)d};
    const double least = fmax(0, m.column - m.rest), most = fmin(m.row, m.column);
    const double all = m.row + m.rest, x = (double)a;
    double mode = floor((m.row + 1) * (m.column + 1) / (all + 2));
    mode = fmin(most, fmax(least, mode));
    double observed = 1;
    for (double i = mode; i < x; i++) observed *= ratio_up(&m, i);
    for (double i = mode; i > x; i--) observed /= ratio_up(&m, i - 1);

    const double limit = observed * (1 + 1e-7); /* equal ones may differ by rounding */
    const double nothing = observed * 1e-17;
    double no_more = 1 <= limit ? 1 : 0, total = 1, weight = 1;
    for (double i = mode; i < most && weight > nothing; i++) {
        weight *= ratio_up(&m, i);
        total += weight;
        if (weight <= limit) no_more += weight;
    }
    weight = 1;
    for (double i = mode; i > least && weight > nothing; i--) {
        weight /= ratio_up(&m, i - 1);
        total += weight;
        if (weight <= limit) no_more += weight;
    }
    return fmin(1, no_more / total);
}

struct trod_share_difference trod_share_compare(struct trod_share a, struct trod_share b) {
    struct trod_share_difference result = {(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                                           false};
    if (a.of == 0 || b.of == 0) return result;
    result.difference = a.share - b.share;
    result.low = result.difference - hypot(a.share - a.low, b.high - b.share);
    result.high = result.difference + hypot(a.high - a.share, b.share - b.low);
    const double n_a = (double)a.of, n_b = (double)b.of, all = n_a + n_b;
    const double hits = (double)a.n + (double)b.n, pooled = hits / all;
    const double least = fmin(n_a, n_b) * fmin(pooled, 1 - pooled); /* expected count */
    result.exact = least < 5;
    if (result.exact) {
        result.p = trod_fisher_p(a.n, a.of - a.n, b.n, b.of - b.n);
    } else {
        const double error = sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b));
        result.p = stat_normal_p(result.difference / error);
    }
    return result;
}
