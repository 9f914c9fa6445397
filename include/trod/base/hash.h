/* hash: xxhash behind a door, and random numbers that are the same for every number of threads.
 */
#ifndef TROD_BASE_HASH_H
#define TROD_BASE_HASH_H

#include "trod/base/str.h"

uint64_t trod_hash64(const void *at, size_t n, uint64_t seed);
struct trod_hash128 {
    uint64_t low, high;
};
struct trod_hash128 trod_hash128(const void *at, size_t n, uint64_t seed);

/* Counter-based random numbers: the i-th draw of a stream is a function of (seed, stream, i)
 * alone, so that work can be cut in any way. Zero `drawn` to start. */
struct trod_rng {
    uint64_t seed;
    uint64_t stream;
    uint64_t drawn;
};
uint64_t trod_rng_u64(struct trod_rng *rng);
/* Uniform in [0, 1). */
double trod_rng_unit(struct trod_rng *rng);
/* Uniform in 0..n-1, without bias; n > 0. */
uint64_t trod_rng_below(struct trod_rng *rng, uint64_t n);
double trod_rng_normal(struct trod_rng *rng);
double trod_rng_exponential(struct trod_rng *rng);

#endif
