/* Values in rising order, each with the place it came from; and sums over sets of rows. */
#ifndef STAT_ORDER_H
#define STAT_ORDER_H

#include "trod/base.h"

struct stat_item {
    double value; /* never -0 */
    size_t index;
};
/* The n values in rising order, equal ones in the order they came; none may be NaN.
 * Time: linear for many, n log n for few. Errors: TROD_NO_MEMORY. */
TROD_MUST trod_status stat_order(const double *values, size_t n, struct trod_arena *scratch,
                                 struct stat_item **items, struct trod_error *error);
/* The same of items that are there already, with room for as many. */
void stat_order_items(struct stat_item *items, size_t n, struct stat_item *room);
/* Twice the rank (from 1) of each value, ties at their middle, and the sum of t^3 - t over
 * ties. Shapes: twice[n]. */
double stat_twice_ranks(const struct stat_item *items, size_t n, uint64_t *twice);

bool stat_any_nan(const double *values, size_t n);

/* Solves a * x = b for a symmetric positive definite a of n by n (by row), which becomes its
 * Cholesky factor; b becomes x. False if it is not definite: then one column says the same as
 * others. `inverse` (n by n) is filled unless NULL. */
bool stat_solve(double *a, double *b, size_t n, double *inverse);

#endif
