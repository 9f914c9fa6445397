/* Doubles as decimal text, by the standard library of C++ (behind json_door.cpp): read with
 * correct rounding, written with the fewest digits that read back the same. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The whole of an unsigned decimal as a double; false if it is none or out of range. */
bool base_number_read(const char *at, size_t n, double *value);
/* The shortest significant digits of a finite value above 0, without a point, and the power of
 * ten of the first: 1250 is "125" and 3. Room for 17 digits. Returns their number. */
int base_number_digits(double value, char digits[32], int *power);

#ifdef __cplusplus
}
#endif

#endif
