/* Codes of a dictionary. A code takes as many bits as the largest needs, one behind the other,
 * so that any range is read at once; eight codes of w bits begin at a whole byte and fill w
 * bytes, which AVX2 spreads over eight lanes by one shuffle, one shift of its own for each
 * lane, and a mask. Where zstd makes them much smaller (long runs, rare values) they lie in
 * squeezed blocks instead, byte by byte: all lowest bytes of the block, then all second ones.
 */
#include "log/part_column.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* ---- By bits -------------------------------------------------------------------------------
 */

struct spread {
    const unsigned char *at;
    unsigned width;
    uint32_t base, most;
};

static inline uint32_t bounded(const struct spread *from, uint64_t bits) {
    const uint64_t code = bits + from->base;
    return code > from->most ? from->most : (uint32_t)code;
}

static void spread_plain(const struct spread *from, uint64_t first, uint32_t n,
                         uint32_t *codes) {
    const uint64_t mask = (UINT64_C(1) << from->width) - 1;
    uint64_t bit = first * from->width;
    for (uint32_t i = 0; i < n; i++, bit += from->width)
        codes[i] = bounded(from, part_u64(from->at + (bit >> 3)) >> (bit & 7) & mask);
}

#if defined(__x86_64__)
enum { WIDEST_LANE = 25 }; /* such a code lies in four bytes wherever it begins */

/* The eight codes from the group's first byte on. */
__attribute__((target("avx2"))) static void
spread_avx2(const struct spread *from, uint64_t group, uint32_t n_groups, uint32_t *codes) {
    const unsigned w = from->width;
    unsigned char places[32];
    uint32_t shifts[8];
    for (unsigned lane = 0; lane < 8; lane++) {
        const unsigned bit = lane < 4 ? lane * w : (4 * w & 7) + (lane - 4) * w;
        shifts[lane] = bit & 7;
        for (unsigned byte = 0; byte < 4; byte++)
            places[4 * lane + byte] = (unsigned char)((bit >> 3) + byte);
    }
    const __m256i shuffle = _mm256_loadu_si256((const __m256i *)(const void *)places);
    const __m256i shift = _mm256_loadu_si256((const __m256i *)(const void *)shifts);
    const __m256i mask = _mm256_set1_epi32((int)((UINT32_C(1) << w) - 1));
    const __m256i base = _mm256_set1_epi32((int)from->base);
    const __m256i most = _mm256_set1_epi32((int)from->most);
    const unsigned char *at = from->at + group * w;
    const unsigned half = 4 * w >> 3;
    for (uint32_t g = 0; g < n_groups; g++, at += w, codes += 8) {
        const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(at + half));
        __m256i lanes = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
        lanes = _mm256_srlv_epi32(_mm256_shuffle_epi8(lanes, shuffle), shift);
        lanes = _mm256_add_epi32(_mm256_and_si256(lanes, mask), base);
        _mm256_storeu_si256((__m256i *)(void *)codes, _mm256_min_epu32(lanes, most));
    }
}
#endif

static void spread(const struct spread *from, uint64_t first, uint32_t n, uint32_t *codes) {
#if defined(__x86_64__)
    if (from->width <= WIDEST_LANE && n >= 8 && __builtin_cpu_supports("avx2")) {
        const uint32_t before = (uint32_t)(-first & 7);
        spread_plain(from, first, before, codes);
        /* The last group may be cut: room is there for it, and bytes to read. */
        const uint32_t n_groups = (n - before + 7) / 8;
        spread_avx2(from, (first + before) / 8, n_groups, codes + before);
        return;
    }
#endif
    spread_plain(from, first, n, codes);
}

static void gather_bits(unsigned char *at, const uint32_t *codes, uint32_t n, uint32_t base,
                        unsigned width) {
    uint64_t held = 0;
    unsigned n_held = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t code = codes[i] - base;
        held |= code << n_held;
        n_held += width;
        if (n_held < 64) continue;
        part_put_u64(at, held);
        at += 8;
        n_held -= 64;
        held = n_held ? code >> (width - n_held) : 0;
    }
    for (; n_held > 0; n_held = n_held > 8 ? n_held - 8 : 0, held >>= 8)
        *at++ = (unsigned char)held;
}

/* ---- Packing -------------------------------------------------------------------------------
 */

static void split_bytes(const uint32_t *codes, uint32_t n, uint32_t base, unsigned n_bytes,
                        unsigned char *at) {
    for (unsigned byte = 0; byte < n_bytes; byte++, at += n)
        for (uint32_t i = 0; i < n; i++)
            at[i] = (unsigned char)((codes[i] - base) >> (8 * byte));
}

/* Squeezes every `step`th block. */
static trod_status squeeze(const uint32_t *codes, uint32_t n, uint32_t base, unsigned n_bytes,
                           uint32_t step, struct column_out *out, struct trod_error *error) {
    unsigned char room[4 * COLUMN_MOST_BLOCK_ROWS];
    for (uint64_t at = 0; at < n; at += (uint64_t)step * COLUMN_MOST_BLOCK_ROWS) {
        const uint32_t left = n - (uint32_t)at;
        const uint32_t rows = left < COLUMN_MOST_BLOCK_ROWS ? left : COLUMN_MOST_BLOCK_ROWS;
        split_bytes(codes + at, rows, base, n_bytes, room);
        if (!column_out_block(out, (trod_str){0}, room, (size_t)rows * n_bytes))
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    return TROD_OK;
}

/* Bytes that all would take squeezed, from a few blocks. */
static trod_status guess_squeezed(const uint32_t *codes, uint32_t n, uint32_t base,
                                  unsigned n_bytes, struct column_out *out, double *guess,
                                  struct trod_error *error) {
    enum { TRIED = 8 };
    trod_status status = TROD_OK;
    const uint32_t n_blocks = (n + COLUMN_MOST_BLOCK_ROWS - 1) / COLUMN_MOST_BLOCK_ROWS;
    const uint32_t step = (n_blocks + TRIED - 1) / TRIED;
    TROD_TRY(squeeze(codes, n, base, n_bytes, step ? step : 1, out, error));
    const uint32_t tried = (uint32_t)(out->ends.n / sizeof(uint64_t));
    *guess = tried ? (double)(out->blocks.n + out->ends.n) * n_blocks / tried : 0;
    trod_buf_clear(&out->blocks);
    trod_buf_clear(&out->ends);
done:
    return status;
}

trod_status column_codes_pack(const uint32_t *codes, uint32_t n, const trod_str *values,
                              uint32_t n_values, struct column_out *out,
                              struct trod_error *error) {
    enum { HOT_VALUES = 256, SMALL_BYTES = 256 /* not worth squeezing */ };
    trod_status status = TROD_OK;
    uint32_t base = n ? 1 : 0;
    for (uint32_t i = 0; i < n && base; i++) base = codes[i] > 0;
    const unsigned width = part_width(n_values - (n_values ? base : 0));
    const uint64_t n_bytes = part_bits_bytes(n, width);
    TROD_TRY(column_values_pack(values, n_values, out, error));
    double guess = 0;
    const unsigned code_bytes = (width + 7) / 8;
    const bool tried = n_bytes > SMALL_BYTES;
    if (tried) TROD_TRY(guess_squeezed(codes, n, base, code_bytes, out, &guess, error));
    /* Of what is asked for often, quick reading is worth more than bytes. */
    const double share = n_values <= HOT_VALUES ? 0.25 : 0.75;
    const bool squeezed = tried && guess < share * (double)n_bytes;
    out->head[COLUMN_KIND] = TROD_COLUMN_CODES;
    out->head[COLUMN_WIDTH] = (unsigned char)width;
    part_put_u32(out->head + COLUMN_BASE, base);
    part_put_u32(out->head + COLUMN_BLOCK_ROWS, COLUMN_MOST_BLOCK_ROWS);
    if (squeezed) {
        out->head[COLUMN_FLAGS] |= COLUMN_SQUEEZED;
        TROD_TRY(squeeze(codes, n, base, code_bytes, 1, out, error));
    } else if (width) {
        if (!trod_buf_room(&out->blocks, n_bytes + 8)) TROD_TRY_ALLOC(NULL, error);
        gather_bits((unsigned char *)out->blocks.at, codes, n, base, width);
        out->blocks.n = n_bytes;
    }
done:
    return status;
}

/* ---- Reading -------------------------------------------------------------------------------
 */

static bool read_block(const struct column *column, struct trod_unsqueezer *tool,
                       uint32_t block, unsigned char *bytes) {
    const trod_str from = column_block(column, block);
    const size_t n = (size_t)column_block_rows(column, block) * ((column->width + 7) / 8);
    return from.at && trod_unsqueeze(tool, from.at, from.n, bytes, n);
}

static void read_squeezed(const struct column *column, uint32_t from, uint32_t n,
                          uint32_t *codes) {
    unsigned char bytes[4 * COLUMN_MOST_BLOCK_ROWS];
    const unsigned n_bytes = (column->width + 7) / 8;
    struct trod_unsqueezer *const tool = column_tool_take(column->tool);
    for (const uint32_t end = from + n; from < end;) {
        const uint32_t block = from / column->block_rows;
        const uint32_t skipped = from % column->block_rows;
        const uint32_t rows = column_block_rows(column, block);
        const uint32_t some = rows - skipped < end - from ? rows - skipped : end - from;
        memset(codes, 0, some * sizeof *codes);
        if (read_block(column, tool, block, bytes)) {
            for (unsigned byte = 0; byte < n_bytes; byte++) {
                const unsigned char *const at = bytes + (size_t)byte * rows + skipped;
                for (uint32_t i = 0; i < some; i++) codes[i] |= (uint32_t)at[i] << (8 * byte);
            }
            for (uint32_t i = 0; i < some; i++) {
                const uint32_t most = column->n_values - column->base;
                codes[i] = (codes[i] < most ? codes[i] : most) + column->base;
            }
        }
        codes += some;
        from += some;
    }
    column_tool_give(column->tool, tool);
}

void column_codes_read(const struct column *column, uint32_t from, uint32_t n,
                       uint32_t *codes) {
    if (column->width == 0) {
        for (uint32_t i = 0; i < n; i++) codes[i] = column->base;
    } else if (column->squeezed) {
        read_squeezed(column, from, n, codes);
    } else {
        const struct spread bits = {column->data, column->width, column->base,
                                    column->n_values};
        spread(&bits, from, n, codes);
    }
}

static bool check_squeezed(const struct column *column, uint64_t most) {
    unsigned char bytes[4 * COLUMN_MOST_BLOCK_ROWS];
    struct trod_unsqueezer *const tool = column_tool_take(column->tool);
    bool good = true;
    for (uint32_t block = 0; good && block < column->n_blocks; block++) {
        good = read_block(column, tool, block, bytes);
        const uint32_t rows = column_block_rows(column, block);
        for (uint32_t i = 0; good && i < rows; i++) {
            uint64_t code = 0;
            for (unsigned byte = 0; 8 * byte < column->width; byte++)
                code |= (uint64_t)bytes[(size_t)byte * rows + i] << (8 * byte);
            good = code <= most;
        }
    }
    column_tool_give(column->tool, tool);
    return good;
}

bool column_codes_check(const struct column *column) {
    if (!column_values_check(column)) return false;
    if (column->width == 0) return true;
    const uint64_t most = column->n_values - column->base;
    if (column->squeezed) return check_squeezed(column, most);
    for (uint32_t i = 0; i < column->n_rows; i++)
        if (part_bits_at(column->data, i, column->width) > most) return false;
    return true;
}
