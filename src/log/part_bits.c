/* Numbers of one width, one behind the other without a gap. A number is found by its place
 * alone: load the eight bytes in which it begins, shift, mask.
 *
 * Eight numbers take as many bytes as one takes bits, so that in each eight the numbers begin
 * at the same places of their bytes: with vectors, one table of bytes to fetch and one of
 * shifts do for a whole range.
 */
#include "log/part_bits.h"

void part_bits_pack_u32(unsigned char *at, const uint32_t *values, uint32_t n, unsigned width) {
    uint64_t bit = 0;
    for (uint32_t i = 0; i < n; i++, bit += width) {
        unsigned char *const byte = at + (bit >> 3);
        part_put_u64(byte, part_u64(byte) | (uint64_t)values[i] << (bit & 7));
    }
}

void part_bits_pack_u64(unsigned char *at, const uint64_t *values, uint32_t n, unsigned width,
                        uint64_t base) {
    uint64_t bit = 0;
    for (uint32_t i = 0; i < n; i++, bit += width) {
        unsigned char *const byte = at + (bit >> 3);
        const unsigned shift = bit & 7;
        const uint64_t value = values[i] - base;
        part_put_u64(byte, part_u64(byte) | value << shift);
        if (width + shift > 64) byte[8] = (unsigned char)(value >> (64 - shift));
    }
}

static void u32_plain(const unsigned char *at, unsigned width, uint64_t from, uint32_t n,
                      uint32_t *values) {
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t bit = from * width;
    for (uint32_t i = 0; i < n; i++, bit += width)
        values[i] = (uint32_t)(part_u64(at + (bit >> 3)) >> (bit & 7) & mask);
}

static void u64_plain(const unsigned char *at, unsigned width, uint64_t base, uint64_t from,
                      uint32_t n, uint64_t *values) {
    if (width > PART_BITS_SHORT) { /* may reach into a ninth byte */
        for (uint32_t i = 0; i < n; i++) values[i] = base + part_bits_at(at, from + i, width);
        return;
    }
    const uint64_t mask = (UINT64_C(1) << width) - 1;
    uint64_t bit = from * width;
    for (uint32_t i = 0; i < n; i++, bit += width)
        values[i] = base + (part_u64(at + (bit >> 3)) >> (bit & 7) & mask);
}

static const struct part_bits_way way_plain = {"plain", u32_plain, u64_plain};

#if PART_WIDE

/* Where each of `lanes` numbers of `lane_bytes` bytes begins: for byte k of lane i the byte of
 * the window, and how far its lane is to be shifted. */
struct lanes {
    _Alignas(64) uint8_t byte[64];
    _Alignas(64) uint64_t shift64[8];
    _Alignas(64) uint32_t shift32[16];
};

static void make_lanes(struct lanes *lanes, unsigned lane_bytes, unsigned n_lanes,
                       unsigned first_bit, unsigned width) {
    for (unsigned i = 0; i < n_lanes; i++) {
        const unsigned bit = first_bit + i * width;
        for (unsigned k = 0; k < lane_bytes; k++)
            lanes->byte[i * lane_bytes + k] = (uint8_t)(bit / 8 + k);
        if (lane_bytes == 8) {
            lanes->shift64[i] = bit % 8;
        } else {
            lanes->shift32[i] = bit % 8;
        }
    }
}

enum { NARROW = 25 }; /* numbers that with any shift lie in four bytes */

/* ---- With AVX2: a window of 16 bytes for each half ------------------------------------------
 */

/* The second half's window begins at `ahead` bytes, and its bytes are told from there on. */
static unsigned second_half(struct lanes *lanes) {
    const unsigned ahead = lanes->byte[16];
    for (unsigned k = 16; k < 32; k++) lanes->byte[k] = (uint8_t)(lanes->byte[k] - ahead);
    return ahead;
}

TARGET_AVX2 PART_INLINE __m256i load_halves(const unsigned char *at, unsigned ahead) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)at)),
        _mm_loadu_si128((const __m128i *)(const void *)(at + ahead)), 1);
}

TARGET_AVX2 PART_INLINE __m256i load_aligned(const void *at) {
    return _mm256_load_si256((const __m256i *)at);
}

TARGET_AVX2 static void u32_avx2(const unsigned char *at, unsigned width, uint64_t from,
                                 uint32_t n, uint32_t *values) {
    if (width > NARROW) {
        u32_plain(at, width, from, n, values);
        return;
    }
    struct lanes lanes;
    make_lanes(&lanes, 4, 8, (unsigned)(from * width & 7), width);
    const unsigned ahead = second_half(&lanes);
    const __m256i byte = load_aligned(lanes.byte), shift = load_aligned(lanes.shift32);
    const __m256i mask = _mm256_set1_epi32((int32_t)((1u << width) - 1));
    at += from * width >> 3;
    for (uint32_t i = 0; i < n; i += 8, at += width) {
        const __m256i four = _mm256_shuffle_epi8(load_halves(at, ahead), byte);
        _mm256_storeu_si256((__m256i *)(void *)(values + i),
                            _mm256_and_si256(_mm256_srlv_epi32(four, shift), mask));
    }
}

/* Half an eight at a time: two tables in turn. */
TARGET_AVX2 static void u64_avx2(const unsigned char *at, unsigned width, uint64_t base,
                                 uint64_t from, uint32_t n, uint64_t *values) {
    if (width > PART_BITS_SHORT) {
        u64_plain(at, width, base, from, n, values);
        return;
    }
    struct lanes lanes[2];
    const unsigned first_bit = (unsigned)(from * width & 7);
    const unsigned half_bit = first_bit + 4 * width;
    make_lanes(&lanes[0], 8, 4, first_bit, width);
    make_lanes(&lanes[1], 8, 4, half_bit & 7, width);
    const unsigned ahead[2] = {second_half(&lanes[0]), second_half(&lanes[1])};
    const __m256i mask = _mm256_set1_epi64x((int64_t)((UINT64_C(1) << width) - 1));
    const __m256i above = _mm256_set1_epi64x((int64_t)base);
    at += from * width >> 3;
    for (uint32_t i = 0; i < n; i += 4) {
        const unsigned half = i / 4 & 1;
        const unsigned char *const window = half ? at + half_bit / 8 : at;
        const __m256i eight = _mm256_shuffle_epi8(load_halves(window, ahead[half]),
                                                  load_aligned(lanes[half].byte));
        const __m256i value =
            _mm256_and_si256(_mm256_srlv_epi64(eight, load_aligned(lanes[half].shift64)), mask);
        _mm256_storeu_si256((__m256i *)(void *)(values + i), _mm256_add_epi64(value, above));
        if (half) at += width;
    }
}

static const struct part_bits_way way_avx2 = {"avx2", u32_avx2, u64_avx2};

/* ---- With AVX-512 VBMI: a window of 64 bytes ------------------------------------------------
 */

TARGET_VBMI static void u32_vbmi(const unsigned char *at, unsigned width, uint64_t from,
                                 uint32_t n, uint32_t *values) {
    if (width > NARROW) {
        u32_plain(at, width, from, n, values);
        return;
    }
    struct lanes lanes;
    make_lanes(&lanes, 4, 16, (unsigned)(from * width & 7), width);
    const __m512i byte = _mm512_load_si512(lanes.byte);
    const __m512i shift = _mm512_load_si512(lanes.shift32);
    const __m512i mask = _mm512_set1_epi32((int32_t)((1u << width) - 1));
    at += from * width >> 3;
    for (uint32_t i = 0; i < n; i += 16, at += 2 * (size_t)width) {
        const __m512i four = _mm512_permutexvar_epi8(byte, _mm512_loadu_si512(at));
        _mm512_storeu_si512(values + i, _mm512_and_si512(_mm512_srlv_epi32(four, shift), mask));
    }
}

TARGET_VBMI static void u64_vbmi(const unsigned char *at, unsigned width, uint64_t base,
                                 uint64_t from, uint32_t n, uint64_t *values) {
    if (width > PART_BITS_SHORT) {
        u64_plain(at, width, base, from, n, values);
        return;
    }
    struct lanes lanes;
    make_lanes(&lanes, 8, 8, (unsigned)(from * width & 7), width);
    const __m512i byte = _mm512_load_si512(lanes.byte);
    const __m512i shift = _mm512_load_si512(lanes.shift64);
    const __m512i mask = _mm512_set1_epi64((int64_t)((UINT64_C(1) << width) - 1));
    const __m512i above = _mm512_set1_epi64((int64_t)base);
    at += from * width >> 3;
    for (uint32_t i = 0; i < n; i += 8, at += width) {
        const __m512i eight = _mm512_permutexvar_epi8(byte, _mm512_loadu_si512(at));
        const __m512i value = _mm512_and_si512(_mm512_srlv_epi64(eight, shift), mask);
        _mm512_storeu_si512(values + i, _mm512_add_epi64(value, above));
    }
}

static const struct part_bits_way way_vbmi = {"vbmi", u32_vbmi, u64_vbmi};

size_t part_bits_ways(const struct part_bits_way *ways[3]) {
    size_t n = 0;
    if (part_has_vbmi()) ways[n++] = &way_vbmi;
    if (part_has_avx2()) ways[n++] = &way_avx2;
    ways[n++] = &way_plain;
    return n;
}

static const struct part_bits_way *best_way(void) {
    return part_has_vbmi() ? &way_vbmi : part_has_avx2() ? &way_avx2 : &way_plain;
}

#else

size_t part_bits_ways(const struct part_bits_way *ways[3]) {
    ways[0] = &way_plain;
    return 1;
}

static const struct part_bits_way *best_way(void) {
    return &way_plain;
}

#endif

enum { FEW = 32 }; /* fewer are not worth a table */

void part_bits_u32(const unsigned char *at, unsigned width, uint64_t from, uint32_t n,
                   uint32_t *values) {
    if (n < FEW) {
        u32_plain(at, width, from, n, values);
    } else {
        best_way()->u32(at, width, from, n, values);
    }
}

void part_bits_u64(const unsigned char *at, unsigned width, uint64_t base, uint64_t from,
                   uint32_t n, uint64_t *values) {
    if (n < FEW) {
        u64_plain(at, width, base, from, n, values);
    } else {
        best_way()->u64(at, width, base, from, n, values);
    }
}
