/* The door to xxhash (XXH3, 64 bits, seeded). */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "trod/base/hash.h"

uint64_t trod_hash64(const void *at, size_t n, uint64_t seed) {
    return XXH3_64bits_withSeed(at, n, seed);
}
