/* Looking bytes up in a table of 256 is four shuffles of 64 lanes where the machine has AVX-512
 * VBMI; with AVX2, one shuffle for every 16 entries of the table that are in use, so it pays
 * for small tables; else one look after the other. Which one is asked each time, and answered
 * by a word that the C library read from the processor at the start. */
#include "base/bytes_ways.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_X86 1
#else
#define HAS_X86 0
#endif

static void map_plain(const uint8_t *table, unsigned n_used, const uint8_t *from, size_t n,
                      uint8_t *to) {
    (void)n_used;
    for (size_t i = 0; i < n; i++) to[i] = table[from[i]];
}

/* The bits of 8 bytes that are 0 or 1, the first byte lowest. */
static inline uint64_t bits_of_8(uint64_t bytes) {
    return bytes * UINT64_C(0x0102040810204080) >> 56;
}

static void bits_plain(const uint8_t *at, size_t n, bool any, uint8_t value, uint64_t *words) {
    for (size_t w = 0; w * 64 < n; w++) {
        uint64_t word = 0;
        for (unsigned b = 0; b < 64; b += 8) {
            uint64_t bytes = 0;
            for (unsigned i = 0; i < 8; i++) {
                const size_t place = w * 64 + b + i;
                const bool is = place < n && (any ? at[place] != 0 : at[place] == value);
                bytes |= (uint64_t)is << 8 * i;
            }
            word |= bits_of_8(bytes) << b;
        }
        words[w] = word;
    }
}

/* low..high as a width from low on, which one comparison without a sign tells. */
static void between_plain(const int64_t *at, size_t n, int64_t low, int64_t high,
                          uint64_t *words) {
    const uint64_t width = (uint64_t)high - (uint64_t)low;
    for (size_t w = 0; w * 64 < n; w++) {
        const size_t m = n - w * 64 < 64 ? n - w * 64 : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < m; i++)
            word |= (uint64_t)((uint64_t)at[w * 64 + i] - (uint64_t)low <= width) << i;
        words[w] = high < low ? 0 : word;
    }
}

#if HAS_X86
enum { MOST_AVX2 = 128 }; /* entries: beyond, plain looking up is as quick */

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static void
map_avx512(const uint8_t *table, unsigned n_used, const uint8_t *from, size_t n, uint8_t *to) {
    const __m512i a = _mm512_loadu_si512(table), b = _mm512_loadu_si512(table + 64);
    const __m512i c = _mm512_loadu_si512(table + 128), d = _mm512_loadu_si512(table + 192);
    if (n_used <= 64) {
        for (size_t i = 0; i < n; i += 64)
            _mm512_storeu_si512(to + i,
                                _mm512_permutexvar_epi8(_mm512_loadu_si512(from + i), a));
        return;
    }
    for (size_t i = 0; i < n; i += 64) {
        const __m512i x = _mm512_loadu_si512(from + i);
        const __m512i low = _mm512_permutex2var_epi8(a, x, b);
        const __m512i high = _mm512_permutex2var_epi8(c, x, d);
        _mm512_storeu_si512(to + i, _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(x), high));
    }
}

__attribute__((target("avx2"))) static void
map_avx2(const uint8_t *table, unsigned n_used, const uint8_t *from, size_t n, uint8_t *to) {
    if (n_used > MOST_AVX2) {
        map_plain(table, n_used, from, n, to);
        return;
    }
    __m256i rows[MOST_AVX2 / 16];
    const unsigned n_rows = (n_used + 15) / 16;
    for (unsigned r = 0; r < n_rows; r++)
        rows[r] = _mm256_broadcastsi128_si256(
            _mm_loadu_si128((const __m128i *)(const void *)(table + 16 * r)));
    const __m256i sixteen = _mm256_set1_epi8(16), seven = _mm256_set1_epi8(0x70);
    for (size_t i = 0; i < n; i += 32) {
        /* Row after row: what lies in another one has its top bit set and gives 0. */
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(from + i));
        __m256i found = _mm256_setzero_si256();
        for (unsigned r = 0; r < n_rows; r++) {
            found = _mm256_or_si256(found,
                                    _mm256_shuffle_epi8(rows[r], _mm256_adds_epu8(x, seven)));
            x = _mm256_sub_epi8(x, sixteen);
        }
        _mm256_storeu_si256((__m256i *)(void *)(to + i), found);
    }
}

__attribute__((target("avx512f,avx512bw"))) static void
bits_avx512(const uint8_t *at, size_t n, bool any, uint8_t value, uint64_t *words) {
    const __m512i v = _mm512_set1_epi8((char)value);
    for (size_t i = 0; i < n; i += 64) {
        const __m512i x = _mm512_loadu_si512(at + i);
        words[i / 64] = any ? _mm512_test_epi8_mask(x, x) : _mm512_cmpeq_epi8_mask(x, v);
    }
    if (n % 64) words[n / 64] &= (UINT64_C(1) << n % 64) - 1;
}

__attribute__((target("avx512f"))) static void
between_avx512(const int64_t *at, size_t n, int64_t low, int64_t high, uint64_t *words) {
    const __m512i l = _mm512_set1_epi64(low), h = _mm512_set1_epi64(high);
    for (size_t w = 0; w * 64 < n; w++) {
        const size_t m = n - w * 64 < 64 ? n - w * 64 : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < m; i += 8) {
            /* Nothing behind the last number is read: it need not be anybody's. */
            const __mmask8 there = (__mmask8)(m - i < 8 ? (1u << (m - i)) - 1 : 0xffu);
            const __m512i x = _mm512_maskz_loadu_epi64(there, at + w * 64 + i);
            const __mmask8 above = _mm512_mask_cmpge_epi64_mask(there, x, l);
            word |= (uint64_t)_mm512_mask_cmple_epi64_mask(above, x, h) << i;
        }
        words[w] = m < 64 ? word & ((UINT64_C(1) << m) - 1) : word;
    }
}

__attribute__((target("avx2"))) static void
between_avx2(const int64_t *at, size_t n, int64_t low, int64_t high, uint64_t *words) {
    const __m256i l = _mm256_set1_epi64x(low), h = _mm256_set1_epi64x(high);
    const size_t whole = n - n % 64;
    for (size_t w = 0; w * 64 < whole; w++) {
        uint64_t out = 0;
        for (size_t i = 0; i < 64; i += 4) {
            const __m256i x =
                _mm256_loadu_si256((const __m256i *)(const void *)(at + w * 64 + i));
            const __m256i is =
                _mm256_or_si256(_mm256_cmpgt_epi64(l, x), _mm256_cmpgt_epi64(x, h));
            out |= (uint64_t)(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(is)) << i;
        }
        words[w] = ~out;
    }
    if (n > whole) between_plain(at + whole, n - whole, low, high, words + whole / 64);
}

static void bits_sse2(const uint8_t *at, size_t n, bool any, uint8_t value, uint64_t *words) {
    const __m128i v = _mm_set1_epi8((char)(any ? 0 : value));
    const uint64_t turn = any ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t word = 0;
        for (unsigned b = 0; b < 64; b += 16) {
            const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(at + i + b));
            const unsigned equal = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, v));
            word |= (uint64_t)equal << b;
        }
        words[i / 64] = word ^ turn;
    }
    if (n % 64) words[n / 64] &= (UINT64_C(1) << n % 64) - 1;
}
#endif

size_t bytes_ways(const struct bytes_way *ways[4]) {
    static const struct bytes_way plain = {"plain", map_plain, bits_plain, between_plain};
    size_t n = 0;
    ways[n++] = &plain;
#if HAS_X86
    static const struct bytes_way sse2 = {"SSE2", map_plain, bits_sse2, between_plain};
    static const struct bytes_way avx2 = {"AVX2", map_avx2, bits_sse2, between_avx2};
    static const struct bytes_way avx512 = {"AVX-512", map_avx512, bits_avx512, between_avx512};
    ways[n++] = &sse2;
    if (__builtin_cpu_supports("avx2")) ways[n++] = &avx2;
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi"))
        ways[n++] = &avx512;
#endif
    return n;
}

static const struct bytes_way *best(void) {
    const struct bytes_way *ways[4] = {0};
    const size_t n = bytes_ways(ways);
    return ways[n - 1];
}

void trod_bytes_map(const uint8_t table[256], unsigned n_used, const uint8_t *from, size_t n,
                    uint8_t *to) {
    best()->map(table, n_used, from, n, to);
}

void trod_bytes_set(const uint8_t *at, size_t n, uint64_t *words) {
    best()->bits(at, n, true, 0, words);
}

void trod_bytes_equal(const uint8_t *at, size_t n, uint8_t value, uint64_t *words) {
    best()->bits(at, n, false, value, words);
}

void trod_int64_between(const int64_t *at, size_t n, int64_t low, int64_t high,
                        uint64_t *words) {
    best()->between(at, n, low, high, words);
}
