/* The ways to work on columns of bytes: in plain C, and as wide as the machine can. */
#ifndef BASE_BYTES_WAYS_H
#define BASE_BYTES_WAYS_H

#include "trod/base/bytes.h"

struct bytes_way {
    const char *name;
    void (*map)(const uint8_t *table, unsigned n_used, const uint8_t *from, size_t n,
                uint8_t *to);
    /* Of bytes that are not 0 (any), or are `value`. */
    void (*bits)(const uint8_t *at, size_t n, bool any, uint8_t value, uint64_t *words);
    void (*between)(const int64_t *at, size_t n, int64_t low, int64_t high, uint64_t *words);
};
/* All ways that this machine can go, the quickest last; returns how many. */
size_t bytes_ways(const struct bytes_way *ways[4]);

#endif
