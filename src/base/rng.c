/* Random numbers by counting: Philox 2x64 with 10 rounds. The draw is a keyed mixing of
 * (number of the draw, stream) under the seed, so any thread can make any draw without those
 * before it.
 * Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011, section 3.3; bounded numbers: Lemire, "Fast random integer generation in an interval",
 * ACM TOMACS 29 (2019), algorithm 5. */
#include <math.h>

#include "trod/base/hash.h"

static const uint64_t MULTIPLIER = UINT64_C(0xD2B74407B1CE6E93);
static const uint64_t STEP = UINT64_C(0x9E3779B97F4A7C15); /* the golden ratio, for the key */

__extension__ typedef unsigned __int128 wide;

uint64_t trod_rng_u64(struct trod_rng *rng) {
    uint64_t low = rng->drawn++, high = rng->stream, key = rng->seed;
    for (int round = 0; round < 10; round++) {
        const wide product = (wide)low * MULTIPLIER;
        const uint64_t mixed = (uint64_t)(product >> 64) ^ key ^ high;
        high = (uint64_t)product;
        low = mixed;
        key += STEP;
    }
    return low;
}

double trod_rng_unit(struct trod_rng *rng) {
    return (double)(trod_rng_u64(rng) >> 11) * 0x1p-53;
}

uint64_t trod_rng_below(struct trod_rng *rng, uint64_t n) {
    wide product = (wide)trod_rng_u64(rng) * n;
    if ((uint64_t)product < n) {
        const uint64_t unfair = (0 - n) % n;
        while ((uint64_t)product < unfair) product = (wide)trod_rng_u64(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

double trod_rng_normal(struct trod_rng *rng) {
    const double radius = sqrt(-2 * log(1 - trod_rng_unit(rng)));
    return radius * cos(2 * 3.14159265358979323846 * trod_rng_unit(rng));
}

double trod_rng_exponential(struct trod_rng *rng) {
    return -log(1 - trod_rng_unit(rng));
}
