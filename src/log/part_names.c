/* The largest of the names, at the speed at which they are read. */
#include "log/part_wide.h"
#include "log/part_head.h"

static uint32_t most_plain(const unsigned char *at, size_t n, unsigned bytes) {
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t name = 0;
        memcpy(&name, at + i * bytes, bytes);
        if (name > most) most = name;
    }
    return most;
}

#if PART_WIDE

TARGET_AVX2 PART_INLINE __m256i larger(__m256i a, __m256i b, unsigned bytes) {
    return bytes == 1   ? _mm256_max_epu8(a, b)
           : bytes == 2 ? _mm256_max_epu16(a, b)
                        : _mm256_max_epu32(a, b);
}

TARGET_AVX2 PART_INLINE uint32_t most_avx2(const unsigned char *at, size_t n, unsigned bytes) {
    enum { STEP = 128 };
    const size_t n_bytes = n * bytes, whole = n_bytes - n_bytes % STEP;
    __m256i most[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(),
                       _mm256_setzero_si256()};
    for (size_t i = 0; i < whole; i += STEP) {
        const __m256i *const from = (const __m256i *)(const void *)(at + i);
        most[0] = larger(most[0], _mm256_loadu_si256(from), bytes);
        most[1] = larger(most[1], _mm256_loadu_si256(from + 1), bytes);
        most[2] = larger(most[2], _mm256_loadu_si256(from + 2), bytes);
        most[3] = larger(most[3], _mm256_loadu_si256(from + 3), bytes);
    }
    unsigned char lanes[32];
    _mm256_storeu_si256(
        (__m256i *)(void *)lanes,
        larger(larger(most[0], most[1], bytes), larger(most[2], most[3], bytes), bytes));
    const uint32_t a = most_plain(lanes, sizeof lanes / bytes, bytes);
    const uint32_t b = most_plain(at + whole, (n_bytes - whole) / bytes, bytes);
    return a > b ? a : b;
}

TARGET_AVX2 static uint32_t most_wide(const unsigned char *at, size_t n, unsigned bytes) {
    return bytes == 1   ? most_avx2(at, n, 1)
           : bytes == 2 ? most_avx2(at, n, 2)
                        : most_avx2(at, n, 4);
}

#endif

uint32_t part_names_most(const unsigned char *at, size_t n, unsigned bytes) {
#if PART_WIDE
    if (part_has_avx2()) return most_wide(at, n, bytes);
#endif
    return most_plain(at, n, bytes);
}
