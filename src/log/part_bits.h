/* The ways to unpack numbers of one width: in plain C, and as wide as the machine can. */
#ifndef LOG_PART_BITS_H
#define LOG_PART_BITS_H

#include "log/part.h"
#include "log/part_wide.h"

enum { PART_BITS_SHORT = 56 }; /* numbers that with any shift lie in eight bytes */

struct part_bits_way {
    const char *name;
    void (*u32)(const unsigned char *at, unsigned width, uint64_t from, uint32_t n,
                uint32_t *values);
    void (*u64)(const unsigned char *at, unsigned width, uint64_t base, uint64_t from,
                uint32_t n, uint64_t *values);
};
/* All ways that this machine can go, the quickest first; returns how many. For tests. */
size_t part_bits_ways(const struct part_bits_way *ways[3]);

#endif
