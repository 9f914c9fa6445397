/* Means and how far they may be off. Deviations are summed about a running mean, which keeps
 * the digits that a plain sum of squares loses. */
#include <math.h>

#include "stat/special.h"
#include "trod/stat.h"

void trod_moments_add(struct trod_moments *moments, double value) {
    moments->n++;
    const double before = value - moments->mean;
    moments->mean += before / (double)moments->n;
    moments->squares += before * (value - moments->mean);
}

void trod_moments_join(struct trod_moments *moments, const struct trod_moments *more) {
    if (more->n == 0) return;
    if (moments->n == 0) {
        *moments = *more;
        return;
    }
    const double n_a = (double)moments->n, n_b = (double)more->n;
    const double apart = more->mean - moments->mean;
    moments->mean += apart * (n_b / (n_a + n_b));
    moments->squares += more->squares + apart * apart * (n_a * n_b / (n_a + n_b));
    moments->n += more->n;
}

struct trod_moments trod_moments_of(const double *values, size_t n) {
    struct trod_moments moments = {0};
    for (size_t i = 0; i < n; i++) trod_moments_add(&moments, values[i]);
    return moments;
}

double trod_moments_sd(const struct trod_moments *moments) {
    if (moments->n < 2) return (double)NAN;
    return sqrt(moments->squares / (double)(moments->n - 1));
}

struct trod_figure trod_mean(const struct trod_moments *moments) {
    struct trod_figure figure = {(double)NAN, (double)NAN, (double)NAN, moments->n};
    if (moments->n == 0) return figure;
    figure.value = moments->mean;
    if (moments->n < 2) return figure;
    const double half = stat_student_limit((double)moments->n - 1) * trod_moments_sd(moments) /
                        sqrt((double)moments->n);
    figure.low = figure.value - half;
    figure.high = figure.value + half;
    return figure;
}

struct trod_mean_difference trod_mean_compare(const struct trod_moments *a,
                                              const struct trod_moments *b) {
    const double none = (double)NAN;
    struct trod_mean_difference result = {none, none, none, none, none, none};
    if (a->n == 0 || b->n == 0) return result;
    result.difference = a->mean - b->mean;
    if (a->n < 2 || b->n < 2) return result;
    const double n_a = (double)a->n, n_b = (double)b->n;
    const double of_a = a->squares / (n_a - 1) / n_a, of_b = b->squares / (n_b - 1) / n_b;
    const double both = of_a + of_b;
    if (!(both > 0)) return result;
    result.df = both * both / (of_a * of_a / (n_a - 1) + of_b * of_b / (n_b - 1));
    result.t = result.difference / sqrt(both);
    result.p = stat_student_p(result.t, result.df);
    const double half = stat_student_limit(result.df) * sqrt(both);
    result.low = result.difference - half;
    result.high = result.difference + half;
    return result;
}
