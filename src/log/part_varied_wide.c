/* The ways to read varied numbers.
 *
 * Eight numbers at a time: their classes lie in at most four bytes. Plain C takes the bits of
 * one number after the other; the only chain from one to the next is the addition of widths, so
 * a processor overlaps them. With AVX-512 and VBMI the eight widths become eight places by
 * three additions of shifted selves, one VPERMB fetches for each number the eight bytes in
 * which it begins, out of the 64 that all eight lie in (8 * 56 bits and a rest), and one shift
 * by lanes brings them to their ends. With AVX2 the widths take 32 bits each, spread by shifts
 * (as PDEP is slow on some of these machines), and two gathers fetch the eight bytes.
 */
#include "log/part_bits.h"
#include "log/part_varied.h"

/* The classes of the eight numbers from `first` on, the first in the lowest bits. */
PART_INLINE uint32_t classes_at(const struct part_varied *varied, uint64_t first) {
    return part_u32(varied->classes + first / 8 * varied->class_bits);
}

/* ---- Plain C --------------------------------------------------------------------------------
 */

PART_INLINE uint64_t skip(const struct part_varied *varied, uint64_t first, uint32_t n) {
    const unsigned class_bits = varied->class_bits, one = (1u << class_bits) - 1;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i += 8) {
        uint32_t classes = classes_at(varied, first + i);
        const uint32_t now = n - i < 8 ? n - i : 8;
        for (uint32_t k = 0; k < now; k++, classes >>= class_bits)
            bits += varied->width[classes & one];
    }
    return bits;
}

PART_INLINE void decode(const struct part_varied *varied, uint64_t first, uint32_t n,
                        const unsigned char *bits, uint64_t bit, uint64_t *values) {
    const unsigned class_bits = varied->class_bits, one = (1u << class_bits) - 1;
    for (uint32_t i = 0; i < n; i += 8) {
        uint32_t classes = classes_at(varied, first + i);
        for (uint32_t k = 0; k < 8; k++, classes >>= class_bits) {
            const unsigned class = classes & one;
            values[i + k] = part_u64(bits + (bit >> 3)) >> (bit & 7) & varied->ones[class];
            bit += varied->width[class];
        }
    }
}

static uint64_t skip_plain(const struct part_varied *varied, uint64_t first, uint32_t n) {
    return skip(varied, first, n);
}

static void decode_plain(const struct part_varied *varied, uint64_t first, uint32_t n,
                         const unsigned char *bits, uint64_t bit, uint64_t *values) {
    decode(varied, first, n, bits, bit, values);
}

/* Numbers of up to 64 bits, which may reach into a ninth byte. */
static void decode_long(const struct part_varied *varied, uint64_t first, uint32_t n,
                        const unsigned char *bits, uint64_t bit, uint64_t *values) {
    const unsigned class_bits = varied->class_bits, one = (1u << class_bits) - 1;
    for (uint32_t i = 0; i < n; i += 8) {
        uint32_t classes = classes_at(varied, first + i);
        for (uint32_t k = 0; k < 8; k++, classes >>= class_bits) {
            const unsigned class = classes & one, shift = bit & 7;
            const unsigned char *const at = bits + (bit >> 3);
            uint64_t value = part_u64(at) >> shift;
            if (varied->width[class] + shift > 64) value |= (uint64_t)at[8] << (64 - shift);
            values[i + k] = value & varied->ones[class];
            bit += varied->width[class];
        }
    }
}

static const struct part_varied_way way_long = {"long", 64, skip_plain, decode_long};
static const struct part_varied_way way_plain = {"plain", PART_BITS_SHORT, skip_plain,
                                                 decode_plain};

#if PART_WIDE

/* ---- With AVX-512 VBMI ----------------------------------------------------------------------
 */

/* The widths of the eight numbers from `first` on, a byte each. */
TARGET_VBMI PART_INLINE __m128i widths_at(const struct part_varied *varied, uint64_t first,
                                          uint64_t spread, __m128i table) {
    const uint64_t classes = _pdep_u64(classes_at(varied, first), spread);
    return _mm_shuffle_epi8(table, _mm_cvtsi64_si128((int64_t)classes));
}

TARGET_VBMI static uint64_t skip_vbmi(const struct part_varied *varied, uint64_t first,
                                      uint32_t n) {
    const uint64_t spread = UINT64_C(0x0101010101010101) * ((1u << varied->class_bits) - 1);
    const __m128i table = _mm_loadu_si128((const __m128i *)(const void *)varied->width);
    __m128i bits = _mm_setzero_si128();
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8)
        bits = _mm_add_epi64(
            bits, _mm_sad_epu8(_mm_move_epi64(widths_at(varied, first + i, spread, table)),
                               _mm_setzero_si128()));
    return (uint64_t)_mm_cvtsi128_si64(bits) + skip(varied, first + i, n - i);
}

TARGET_VBMI static void decode_vbmi(const struct part_varied *varied, uint64_t first,
                                    uint32_t n, const unsigned char *bits, uint64_t bit,
                                    uint64_t *values) {
    const uint64_t spread = UINT64_C(0x0101010101010101) * ((1u << varied->class_bits) - 1);
    const __m128i table = _mm_loadu_si128((const __m128i *)(const void *)varied->width);
    const __m512i bytes = _mm512_set1_epi64(0x0706050403020100);
    const __m512i each = _mm512_set_epi64(
        0x0e0e0e0e0e0e0e0e, 0x0c0c0c0c0c0c0c0c, 0x0a0a0a0a0a0a0a0a, 0x0808080808080808,
        0x0606060606060606, 0x0404040404040404, 0x0202020202020202, 0);
    for (uint32_t i = 0; i < n; i += 8) {
        const __m128i width = widths_at(varied, first + i, spread, table);
        const __m128i wide = _mm_cvtepu8_epi16(width);
        __m128i sum = _mm_add_epi16(wide, _mm_slli_si128(wide, 2));
        sum = _mm_add_epi16(sum, _mm_slli_si128(sum, 4));
        sum = _mm_add_epi16(sum, _mm_slli_si128(sum, 8));
        const __m128i place =
            _mm_add_epi16(_mm_sub_epi16(sum, wide), _mm_set1_epi16((int16_t)(bit & 7)));
        const __m512i at =
            _mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_srli_epi16(place, 3)), each);
        const __m512i window = _mm512_loadu_si512(bits + (bit >> 3));
        const __m512i eight = _mm512_permutexvar_epi8(_mm512_add_epi8(at, bytes), window);
        const __m512i shift = _mm512_cvtepu16_epi64(_mm_and_si128(place, _mm_set1_epi16(7)));
        const __m512i above =
            _mm512_sllv_epi64(_mm512_set1_epi64(-1), _mm512_cvtepu8_epi64(width));
        const __m512i value = _mm512_andnot_si512(above, _mm512_srlv_epi64(eight, shift));
        _mm512_storeu_si512(values + i, value);
        bit += (unsigned)_mm_extract_epi16(sum, 7);
    }
}

static const struct part_varied_way way_vbmi = {"vbmi", PART_BITS_SHORT, skip_vbmi,
                                                decode_vbmi};

/* ---- With AVX2 ------------------------------------------------------------------------------
 */

/* What unpacks the classes of eight numbers: where each begins, and which widths they stand
 * for. */
struct spreading {
    __m256i shift, one, above, table;
};

TARGET_AVX2 PART_INLINE struct spreading spreading_of(const struct part_varied *varied) {
    const int class_bits = (int)varied->class_bits;
    const __m256i eight = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (struct spreading){
        .shift = _mm256_mullo_epi32(eight, _mm256_set1_epi32(class_bits)),
        .one = _mm256_set1_epi32((1 << class_bits) - 1),
        .above = _mm256_set1_epi32((int32_t)0x80808000u), /* these bytes become 0 */
        .table = _mm256_broadcastsi128_si256(
            _mm_loadu_si128((const __m128i *)(const void *)varied->width))};
}

/* The widths of the eight numbers from `first` on. */
TARGET_AVX2 PART_INLINE __m256i eight_widths(const struct part_varied *varied, uint64_t first,
                                             const struct spreading *by) {
    const __m256i classes = _mm256_set1_epi32((int32_t)classes_at(varied, first));
    const __m256i class = _mm256_and_si256(_mm256_srlv_epi32(classes, by->shift), by->one);
    return _mm256_shuffle_epi8(by->table, _mm256_or_si256(class, by->above));
}

/* Of each lane the sum of those up to it. */
TARGET_AVX2 PART_INLINE __m256i sums_of(__m256i width) {
    __m256i sum = _mm256_add_epi32(width, _mm256_slli_si256(width, 4));
    sum = _mm256_add_epi32(sum, _mm256_slli_si256(sum, 8));
    const __m256i low = _mm256_permutevar8x32_epi32(sum, _mm256_set1_epi32(3));
    return _mm256_add_epi32(sum, _mm256_blend_epi32(_mm256_setzero_si256(), low, 0xf0));
}

TARGET_AVX2 static uint64_t skip_avx2(const struct part_varied *varied, uint64_t first,
                                      uint32_t n) {
    const struct spreading by = spreading_of(varied);
    __m256i bits = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8)
        bits = _mm256_add_epi64(bits, _mm256_sad_epu8(eight_widths(varied, first + i, &by),
                                                      _mm256_setzero_si256()));
    uint64_t sums[4];
    _mm256_storeu_si256((__m256i *)(void *)sums, bits);
    return sums[0] + sums[1] + sums[2] + sums[3] + skip(varied, first + i, n - i);
}

/* Four numbers that begin at these places and have these widths. */
TARGET_AVX2 PART_INLINE __m256i four_numbers(const unsigned char *bits, __m128i place,
                                             __m128i width) {
    const __m256i eight = _mm256_i32gather_epi64((const long long *)(const void *)bits,
                                                 _mm_srli_epi32(place, 3), 1);
    const __m256i shift = _mm256_cvtepu32_epi64(_mm_and_si128(place, _mm_set1_epi32(7)));
    const __m256i above =
        _mm256_sllv_epi64(_mm256_set1_epi64x(-1), _mm256_cvtepu32_epi64(width));
    return _mm256_andnot_si256(above, _mm256_srlv_epi64(eight, shift));
}

TARGET_AVX2 static void decode_avx2(const struct part_varied *varied, uint64_t first,
                                    uint32_t n, const unsigned char *bits, uint64_t bit,
                                    uint64_t *values) {
    const struct spreading by = spreading_of(varied);
    for (uint32_t i = 0; i < n; i += 8) {
        const __m256i width = eight_widths(varied, first + i, &by), sum = sums_of(width);
        const __m256i place = _mm256_add_epi32(_mm256_sub_epi32(sum, width),
                                               _mm256_set1_epi32((int32_t)(bit & 7)));
        const unsigned char *const at = bits + (bit >> 3);
        __m256i *const to = (__m256i *)(void *)(values + i);
        _mm256_storeu_si256(
            to, four_numbers(at, _mm256_castsi256_si128(place), _mm256_castsi256_si128(width)));
        _mm256_storeu_si256(to + 1, four_numbers(at, _mm256_extracti128_si256(place, 1),
                                                 _mm256_extracti128_si256(width, 1)));
        bit += (uint32_t)_mm256_extract_epi32(sum, 7);
    }
}

static const struct part_varied_way way_avx2 = {"avx2", PART_BITS_SHORT, skip_avx2,
                                                decode_avx2};

size_t part_varied_ways(const struct part_varied_way *ways[PART_VARIED_WAYS]) {
    size_t n = 0;
    if (part_has_vbmi()) ways[n++] = &way_vbmi;
    if (part_has_avx2()) ways[n++] = &way_avx2;
    ways[n++] = &way_plain;
    ways[n++] = &way_long;
    return n;
}

#else

size_t part_varied_ways(const struct part_varied_way *ways[PART_VARIED_WAYS]) {
    ways[0] = &way_plain;
    ways[1] = &way_long;
    return 2;
}

#endif

const struct part_varied_way *part_varied_best(unsigned widest) {
    const struct part_varied_way *ways[PART_VARIED_WAYS];
    const size_t n = part_varied_ways(ways);
    for (size_t i = 0; i < n; i++)
        if (widest <= ways[i]->widest) return ways[i];
    return &way_long;
}
