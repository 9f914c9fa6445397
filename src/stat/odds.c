/* Tables of two by two as odds. With all margins given, the first count alone varies, and its
 * distribution is known but for the odds ratio: the value that makes what was seen most
 * probable is the estimate, and those that make it just too improbable on either side are the
 * limits. All three are found by halving, since mean and tails move one way with the odds
 * ratio. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

/* The first count lies in [least, most]; its weight at i + 1 is ratio(i) * odds times that at
 * i. */
struct margins {
    double row, column, rest; /* of the first row and column, and of the second row */
    double least, most;
};

static double ratio_up(const struct margins *m, double i) {
    return (m->row - i) / (i + 1) * (m->column - i) / (m->rest - m->column + i + 1);
}

/* Of the count at these odds: its mean, and the shares at or below and at or above `count`. */
struct spread {
    double mean, to, from;
};

static struct spread spread_at(const struct margins *m, double log_odds, double count) {
    /* The ratios fall with i: the most probable count is where they pass 1. */
    double low = m->least, high = m->most;
    while (low < high) {
        const double middle = floor((low + high) / 2);
        if (log(ratio_up(m, middle)) + log_odds > 0)
            low = middle + 1;
        else
            high = middle;
    }
    const double mode = low, nothing = 1e-18;
    double total = 0, mean = 0, to = 0, from = 0, weight = 1;
    for (double i = mode; i <= m->most && weight > nothing; i++) {
        total += weight;
        mean += weight * (i - mode);
        to += i <= count ? weight : 0;
        from += i >= count ? weight : 0;
        weight *= exp(log(ratio_up(m, i)) + log_odds);
    }
    weight = 1;
    for (double i = mode; i > m->least && weight > nothing;) {
        weight /= exp(log(ratio_up(m, i - 1)) + log_odds);
        i--;
        total += weight;
        mean += weight * (i - mode);
        to += i <= count ? weight : 0;
        from += i >= count ? weight : 0;
    }
    return (struct spread){mode + mean / total, to / total, from / total};
}

enum wanted { MEAN, LOW, HIGH };

/* The odds at which the mean is the count, or a tail beyond it is 2.5 %. */
static double solve(const struct margins *m, double count, enum wanted wanted) {
    double low = -745, high = 745;
    for (int i = 0; i < 80 && high - low > 1e-13 * fabs(low); i++) {
        const double middle = (low + high) / 2;
        const struct spread spread = spread_at(m, middle, count);
        const bool too_high = wanted == MEAN  ? spread.mean > count
                              : wanted == LOW ? spread.from > 0.025
                                              : spread.to < 0.025;
        if (too_high)
            high = middle;
        else
            low = middle;
    }
    return exp((low + high) / 2);
}

struct trod_figure trod_fisher_odds(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    struct trod_figure figure = {(double)NAN, (double)NAN, (double)NAN, a + b + c + d};
    struct margins m = {.row = (double)a + (double)b,
                        .column = (double)a + (double)c,
                        .rest = (double)c + (double)d};
    m.least = fmax(0, m.column - m.rest);
    m.most = fmin(m.row, m.column);
    if (!(m.least < m.most)) return figure;
    const double count = (double)a;
    const bool at_least = count == m.least, at_most = count == m.most;
    figure.value = at_least ? 0 : at_most ? HUGE_VAL : solve(&m, count, MEAN);
    figure.low = at_least ? 0 : solve(&m, count, LOW);
    figure.high = at_most ? HUGE_VAL : solve(&m, count, HIGH);
    return figure;
}

struct trod_figure trod_odds_ratio(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
    struct trod_figure figure = {(double)NAN, (double)NAN, (double)NAN, a + b + c + d};
    figure.value = (double)a * (double)d / ((double)b * (double)c);
    if (a == 0 || b == 0 || c == 0 || d == 0) return figure;
    const double error = sqrt(1 / (double)a + 1 / (double)b + 1 / (double)c + 1 / (double)d);
    figure.low = figure.value * exp(-STAT_Z * error);
    figure.high = figure.value * exp(STAT_Z * error);
    return figure;
}

struct trod_odds trod_odds_adjusted(const struct trod_two_by_two *strata, size_t n) {
    struct trod_odds odds = {(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    double apart = 0, variance = 0, up = 0, down = 0;
    double up_up = 0, crossed = 0,
           down_down = 0; /* the sums of Robins, Breslow and Greenland */
    for (size_t i = 0; i < n; i++) {
        const double a = (double)strata[i].a, b = (double)strata[i].b, c = (double)strata[i].c,
                     d = (double)strata[i].d, all = a + b + c + d;
        if (all < 2) continue;
        apart += a - (a + b) * (a + c) / all;
        variance += (a + b) * (c + d) / all * (a + c) * (b + d) / (all * (all - 1));
        const double agree = (a + d) / all, differ = (b + c) / all;
        const double r = a * d / all, s = b * c / all;
        up += r;
        down += s;
        up_up += agree * r;
        crossed += agree * s + differ * r;
        down_down += differ * s;
    }
    if (!(variance > 0)) return odds;
    odds.chi_square = apart * apart / variance;
    odds.p = stat_chi_square_p(odds.chi_square);
    odds.ratio = up / down;
    if (!(up > 0 && down > 0)) return odds;
    const double error =
        sqrt(up_up / (2 * up * up) + crossed / (2 * up * down) + down_down / (2 * down * down));
    odds.low = odds.ratio * exp(-STAT_Z * error);
    odds.high = odds.ratio * exp(STAT_Z * error);
    return odds;
}
