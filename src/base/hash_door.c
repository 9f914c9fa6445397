/* The door to xxhash (XXH3, seeded). */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "trod/base/hash.h"

uint64_t trod_hash64(const void *at, size_t n, uint64_t seed) {
    return XXH3_64bits_withSeed(at, n, seed);
}

struct trod_hash128 trod_hash128(const void *at, size_t n, uint64_t seed) {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(at, n, seed);
    return (struct trod_hash128){hash.low64, hash.high64};
}
