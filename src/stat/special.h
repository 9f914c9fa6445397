/* Distribution functions, by Boost.Math behind special_door.cpp. NaN for what is not defined.
 */
#ifndef STAT_SPECIAL_H
#define STAT_SPECIAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the normal distribution: P(|Z| > 1.95996…) = 5 %. */
#define STAT_Z 1.959963984540054

/* P(|T| > |t|) of Student's t, and the t with P(|T| > t) = 5 %. */
double stat_student_p(double t, double df);
double stat_student_limit(double df);
/* P(B <= k) of n trials that succeed with `share`. */
double stat_binomial_cdf(uint64_t k, uint64_t n, double share);
/* P(X > x) of chi-square with any degrees of freedom. */
double stat_chi_square_tail(double x, double df);
/* P(X > x) of Fisher's F; of chi-square / df where df_below is infinite. */
double stat_f_tail(double x, double df, double df_below);
/* The x with P(X <= x) = p of the beta distribution. */
double stat_beta_quantile(double p, double a, double b);
/* The z with P(Z <= z) = p. */
double stat_normal_quantile(double p);

#ifdef __cplusplus
}
#endif

/* P(|Z| > |z|), and P(X > x) of chi-square with one degree of freedom. */
double stat_normal_p(double z);
double stat_chi_square_p(double x);
/* The log-log interval of a share strictly between 0 and 1 with this standard error; NaN else.
 */
void stat_log_log(double share, double error, double *low, double *high);
/* The logarithm of n!, also of a fraction. */
double stat_log_factorial(double n);

#endif
