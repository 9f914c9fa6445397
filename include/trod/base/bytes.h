/* bytes: columns of bytes and of whole numbers, many at a time, by the widest instructions that
 * the machine has.
 */
#ifndef TROD_BASE_BYTES_H
#define TROD_BASE_BYTES_H

#include "trod/base/status.h"

/* to[i] = table[from[i]]. Shapes: n; 64 bytes behind `from` may be read and 64 behind `to` are
 * written. `n_used`: every from[i] is below it (256: anything); fewer are quicker. */
void trod_bytes_map(const uint8_t table[256], unsigned n_used, const uint8_t *from, size_t n,
                    uint8_t *to);
/* Bit i of words says whether at[i] is not 0, or is `value`. Shapes: (n + 63) / 64 words, the
 * bits from n on are 0; 64 bytes behind `at` may be read. */
void trod_bytes_set(const uint8_t *at, size_t n, uint64_t *words);
void trod_bytes_equal(const uint8_t *at, size_t n, uint8_t value, uint64_t *words);
/* The same of whole numbers: whether at[i] is in low..high. Shapes: n, (n + 63) / 64 words;
 * nothing behind `at` is read. */
void trod_int64_between(const int64_t *at, size_t n, int64_t low, int64_t high,
                        uint64_t *words);

#endif
