/* The ways to read varied numbers: in plain C, and as wide as the machine can. */
#ifndef LOG_PART_VARIED_H
#define LOG_PART_VARIED_H

#include "log/part.h"

enum { PART_VARIED_WIDTHS = 65, PART_VARIED_WAYS = 4 };

struct part_varied_way {
    const char *name;
    unsigned widest; /* for widths up to this */
    /* The bits of the n numbers from `first` on; first % 8 == 0. */
    uint64_t (*skip)(const struct part_varied *varied, uint64_t first, uint32_t n);
    /* The n numbers from `first` on (first % 8 == 0), whose bits begin at bit `bit` of `bits`.
     * Writes up to the next whole eight. */
    void (*decode)(const struct part_varied *varied, uint64_t first, uint32_t n,
                   const unsigned char *bits, uint64_t bit, uint64_t *values);
};
/* The quickest way on this machine for numbers of at most that many bits. */
const struct part_varied_way *part_varied_best(unsigned widest);
/* All ways that this machine can go, the quickest first; returns how many. */
size_t part_varied_ways(const struct part_varied_way *ways[PART_VARIED_WAYS]);
/* For each number of bits the class that holds it in the fewest. */
void part_varied_classes(const uint8_t width[16], unsigned class_bits,
                         uint8_t class_of[PART_VARIED_WIDTHS]);

#endif
