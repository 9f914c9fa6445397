/* Varied numbers read as wide as the machine can. */
#include "log/part_varied.h"

const struct part_varied_way *part_varied_best(unsigned widest) {
    (void)widest;
    return &part_varied_plain;
}

size_t part_varied_ways(const struct part_varied_way *ways[4]) {
    ways[0] = &part_varied_plain;
    return 1;
}
