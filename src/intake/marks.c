/* Each byte of a block of 64 is compared with the delimiter, the line ends, the quotation mark
 * and the blanks at once, which gives a mask of 64 bits for each. Whether a byte stands inside
 * of quotation marks is the parity of the marks up to it: an exclusive-or over all lower bits,
 * in six shifts. Doubled quotation marks turn the parity twice and need no care. The places are
 * taken out of the mask eight at a time, of which those too many are written over by the next.
 */
#include "intake/marks.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

struct seen {
    uint64_t stops; /* delimiters and line ends */
    uint64_t lines;
    uint64_t quotes;
    uint64_t blanks; /* blanks and tabs that are not the delimiter */
};

static inline uint64_t prefix_xor(uint64_t bits) {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
}

/* Of the last block only n bytes count. */
static inline void seen_cut(struct seen *seen, size_t n) {
    const uint64_t there = (UINT64_C(1) << n) - 1;
    seen->stops &= there;
    seen->lines &= there;
    seen->quotes &= there;
    seen->blanks &= there;
}

static inline uint32_t *flatten(uint64_t bits, uint32_t base, uint32_t *out) {
    uint32_t *const end = out + __builtin_popcountll(bits);
    while (bits) {
        for (unsigned k = 0; k < 8; k++) {
            /* Without bits left this is 63: the highest place of the block. */
            out[k] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
        out += 8;
    }
    return end;
}

static bool is_blank(char c, char delimiter) {
    return (c == ' ' || c == '\t') && c != delimiter;
}

static bool is_stop(char c, char delimiter) {
    return c == delimiter || c == '\n' || c == '\r';
}

static bool opens_behind_blanks(const char *at, size_t i, char delimiter) {
    while (i && is_blank(at[i - 1], delimiter)) i--;
    return i == 0 || is_stop(at[i - 1], delimiter);
}

static bool closes_before_blanks(const char *at, size_t i, size_t n, char delimiter) {
    while (i < n && is_blank(at[i], delimiter)) i++;
    return i == n || is_stop(at[i], delimiter);
}

static void look_plain(const char *at, char delimiter, bool quotes, struct seen *seen) {
    *seen = (struct seen){0};
    for (unsigned i = 0; i < 64; i++) {
        const char c = at[i];
        const uint64_t bit = UINT64_C(1) << i;
        if (c == '\n' || c == '\r') seen->lines |= bit;
        if (is_stop(c, delimiter)) seen->stops |= bit;
        if (quotes && c == '"') seen->quotes |= bit;
        if (is_blank(c, delimiter)) seen->blanks |= bit;
    }
}

#define MARKS_NAME(x) x##_plain
#define MARKS_TARGET
#define MARKS_LOOK look_plain
#include "intake/marks_kernel.h"

static const struct intake_marker plain = {find_plain, scan_plain};

#if defined(__x86_64__)

/* The mask of a comparison in four registers of 16 bytes. */
#define EACH_16(b, with)                                                         \
    ((uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8((b)[0], with)) |       \
     (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8((b)[1], with)) << 16 | \
     (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8((b)[2], with)) << 32 | \
     (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8((b)[3], with)) << 48)

static inline void look_sse2(const char *at, char delimiter, bool quotes, struct seen *seen) {
    __m128i b[4];
    memcpy(b, at, sizeof b);
    const uint64_t cuts = EACH_16(b, _mm_set1_epi8(delimiter));
    seen->lines = EACH_16(b, _mm_set1_epi8('\n')) | EACH_16(b, _mm_set1_epi8('\r'));
    seen->stops = cuts | seen->lines;
    seen->quotes = quotes ? EACH_16(b, _mm_set1_epi8('"')) : 0;
    seen->blanks = (EACH_16(b, _mm_set1_epi8(' ')) | EACH_16(b, _mm_set1_epi8('\t'))) & ~cuts;
}

#define MARKS_NAME(x) x##_sse2
#define MARKS_TARGET
#define MARKS_LOOK look_sse2
#include "intake/marks_kernel.h"

static const struct intake_marker sse2 = {find_sse2, scan_sse2};

#define EACH_32(b, with)                                                         \
    ((uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8((b)[0], with)) | \
     (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8((b)[1], with)) << 32)

__attribute__((target("avx2,bmi,popcnt"))) static inline void
look_avx2(const char *at, char delimiter, bool quotes, struct seen *seen) {
    __m256i b[2];
    memcpy(b, at, sizeof b);
    const uint64_t cuts = EACH_32(b, _mm256_set1_epi8(delimiter));
    seen->lines = EACH_32(b, _mm256_set1_epi8('\n')) | EACH_32(b, _mm256_set1_epi8('\r'));
    seen->stops = cuts | seen->lines;
    seen->quotes = quotes ? EACH_32(b, _mm256_set1_epi8('"')) : 0;
    seen->blanks =
        (EACH_32(b, _mm256_set1_epi8(' ')) | EACH_32(b, _mm256_set1_epi8('\t'))) & ~cuts;
}

#define MARKS_NAME(x) x##_avx2
#define MARKS_TARGET __attribute__((target("avx2,bmi,popcnt")))
#define MARKS_LOOK look_avx2
#include "intake/marks_kernel.h"

static const struct intake_marker avx2 = {find_avx2, scan_avx2};

__attribute__((target("avx512f,avx512bw,bmi,popcnt"))) static inline void
look_avx512(const char *at, char delimiter, bool quotes, struct seen *seen) {
    __m512i b;
    memcpy(&b, at, sizeof b);
    const uint64_t cuts = _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8(delimiter));
    seen->lines = _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('\n')) |
                  _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('\r'));
    seen->stops = cuts | seen->lines;
    seen->quotes = quotes ? _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('"')) : 0;
    seen->blanks = (_mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8(' ')) |
                    _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('\t'))) &
                   ~cuts;
}

#define MARKS_NAME(x) x##_avx512
#define MARKS_TARGET __attribute__((target("avx512f,avx512bw,bmi,popcnt")))
#define MARKS_LOOK look_avx512
#include "intake/marks_kernel.h"

static const struct intake_marker avx512 = {find_avx512, scan_avx512};

#endif

size_t intake_marker_all(const struct intake_marker *list[4]) {
    size_t n = 0;
    list[n++] = &plain;
#if defined(__x86_64__)
    list[n++] = &sse2;
    const bool bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
    if (bits && __builtin_cpu_supports("avx2")) list[n++] = &avx2;
    if (bits && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
        list[n++] = &avx512;
#endif
    return n;
}

const struct intake_marker *intake_marker_choose(void) {
    const struct intake_marker *list[4];
    return list[intake_marker_all(list) - 1];
}
