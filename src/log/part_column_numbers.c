/* Decimal numbers, all with as many digits behind the point, as whole numbers of the last
 * digit. A block squeezes the bytes of (number - least + 1) apart, all lowest bytes, then all
 * second ones: the upper bytes hardly vary. 0 is missing. Where most rows have one number
 * (0.00, or missing) it is kept once for the column: a bit a row says which rows have another,
 * and only those are stored. */
#include "log/part_column.h"

enum {
    BLOCK_LEAST = 0,  /* u64 */
    BLOCK_STORED = 8, /* u32: numbers that are stored */
    BLOCK_BYTES = 12, /* u32: bytes of each */
    BLOCK_HEAD = 16,
    BITMAP_BYTES = COLUMN_MOST_BLOCK_ROWS / 8,
    MOST_DIGITS = 18,
    SMALLER = 3, /* halves of the bytes that squeezing must save, or it is not worth the time */
};

/* ---- Decimals as text ----------------------------------------------------------------------
 */

bool column_number_read(trod_str text, int64_t *number, unsigned *scale) {
    const bool negative = text.n > 0 && text.at[0] == '-';
    const char *const at = text.at + negative;
    const size_t n = text.n - negative;
    if (n == 0 || n > MOST_DIGITS + 1) return false;
    uint64_t value = 0;
    size_t point = n;
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = (unsigned)(unsigned char)at[i] - '0';
        if (digit <= 9) {
            value = value * 10 + digit;
        } else if (at[i] == '.' && point == n) {
            point = i;
        } else {
            return false;
        }
    }
    const size_t n_behind = point == n ? 0 : n - point - 1;
    if (point == 0 || (point > 1 && at[0] == '0') || (point < n && n_behind == 0) ||
        n_behind > COLUMN_MOST_SCALE || n - (point < n) > MOST_DIGITS ||
        (negative && value == 0))
        return false;
    *number = negative ? -(int64_t)value : (int64_t)value;
    *scale = (unsigned)n_behind;
    return true;
}

size_t column_number_write(int64_t number, unsigned scale, char text[COLUMN_NUMBER_ROOM]) {
    char digits[COLUMN_NUMBER_ROOM];
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    unsigned n = 0;
    do {
        digits[n++] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    while (n <= scale) digits[n++] = '0';
    size_t to = 0;
    if (number < 0) text[to++] = '-';
    while (n > scale) text[to++] = digits[--n];
    if (scale) text[to++] = '.';
    while (n > 0) text[to++] = digits[--n];
    return to;
}

/* ---- Packing -------------------------------------------------------------------------------
 */

/* The number that more than half of all are, if there is one. */
static bool find_common(const int64_t *numbers, uint32_t n, int64_t *common) {
    int64_t candidate = 0;
    uint32_t votes = 0, count = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (votes == 0) candidate = numbers[i];
        votes = numbers[i] == candidate ? votes + 1 : votes - 1;
    }
    for (uint32_t i = 0; i < n; i++) count += numbers[i] == candidate;
    *common = candidate;
    return count > n / 2;
}

struct number_block {
    unsigned char bitmap[BITMAP_BYTES];
    uint64_t stored[COLUMN_MOST_BLOCK_ROWS];
    unsigned char bytes[BITMAP_BYTES + 8 * COLUMN_MOST_BLOCK_ROWS];
};

static bool pack_block(struct number_block *block, const int64_t *numbers, uint32_t n,
                       const int64_t *common, struct column_out *out) {
    uint32_t n_stored = 0;
    int64_t least = INT64_MAX;
    memset(block->bitmap, 0, sizeof block->bitmap);
    for (uint32_t i = 0; i < n; i++) {
        const bool kept = !common || numbers[i] != *common;
        block->stored[n_stored] = (uint64_t)numbers[i];
        n_stored += kept;
        block->bitmap[i / 8] |= (unsigned char)(kept << (i & 7));
        if (kept && numbers[i] != INT64_MIN && numbers[i] < least) least = numbers[i];
    }
    uint64_t most = 0;
    for (uint32_t i = 0; i < n_stored; i++) {
        uint64_t *const at = &block->stored[i];
        *at = *at == (uint64_t)INT64_MIN ? 0 : *at - (uint64_t)least + 1;
        if (*at > most) most = *at;
    }
    const unsigned n_bytes = column_bytes(most);
    unsigned char *to = block->bytes;
    if (common) {
        memcpy(to, block->bitmap, (n + 7) / 8);
        to += (n + 7) / 8;
    }
    for (unsigned byte = 0; byte < n_bytes; byte++, to += n_stored)
        for (uint32_t i = 0; i < n_stored; i++)
            to[i] = (unsigned char)(block->stored[i] >> (8 * byte));
    unsigned char head[BLOCK_HEAD];
    part_put_u64(head + BLOCK_LEAST, (uint64_t)least);
    part_put_u32(head + BLOCK_STORED, n_stored);
    part_put_u32(head + BLOCK_BYTES, n_bytes);
    return column_out_block(out, (trod_str){(const char *)head, sizeof head}, block->bytes,
                            (size_t)(to - block->bytes));
}

trod_status column_numbers_pack(const int64_t *numbers, uint32_t n, unsigned scale,
                                struct column_out *out, struct trod_error *error) {
    struct number_block block;
    int64_t common = INT64_MIN, least = INT64_MAX, most = INT64_MIN;
    const bool sparse = find_common(numbers, n, &common);
    for (uint32_t i = 0; i < n; i++) {
        if (numbers[i] == INT64_MIN) continue;
        if (numbers[i] < least) least = numbers[i];
        if (numbers[i] > most) most = numbers[i];
    }
    out->head[COLUMN_KIND] = TROD_COLUMN_NUMBER;
    out->head[COLUMN_SCALE] = (unsigned char)scale;
    if (sparse) {
        out->head[COLUMN_FLAGS] |= COLUMN_SPARSE;
        part_put_u64(out->head + COLUMN_COMMON, (uint64_t)common);
    }
    part_put_u64(out->head + COLUMN_LEAST, (uint64_t)least);
    part_put_u64(out->head + COLUMN_MOST, (uint64_t)most);
    part_put_u32(out->head + COLUMN_BLOCK_ROWS, COLUMN_MOST_BLOCK_ROWS);
    for (uint32_t at = 0; at < n; at += COLUMN_MOST_BLOCK_ROWS) {
        const uint32_t rows = n - at < COLUMN_MOST_BLOCK_ROWS ? n - at : COLUMN_MOST_BLOCK_ROWS;
        if (!pack_block(&block, numbers + at, rows, sparse ? &common : NULL, out))
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    bool packed = false;
    return column_varied_pack(numbers, n, sparse ? &common : NULL, least,
                              (out->blocks.n + out->ends.n) * SMALLER / 2, out, &packed, error);
}

/* ---- Reading -------------------------------------------------------------------------------
 */

/* What the head of a block says, when its bytes are expanded. */
struct number_head {
    uint64_t less_1;
    uint32_t n_stored, n_bytes, n_bitmap;
};

/* Expands a block; false if it is damaged. */
static bool expand_block(const struct column *column, struct trod_unsqueezer *tool, uint32_t i,
                         unsigned char *bytes, struct number_head *says) {
    const trod_str from = column_block(column, i);
    const uint32_t n = column_block_rows(column, i);
    if (!from.at || from.n < BLOCK_HEAD) return false;
    const unsigned char *const head = (const unsigned char *)from.at;
    *says = (struct number_head){.less_1 = part_u64(head + BLOCK_LEAST) - 1,
                                 .n_stored = part_u32(head + BLOCK_STORED),
                                 .n_bytes = part_u32(head + BLOCK_BYTES),
                                 .n_bitmap = column->sparse ? (n + 7) / 8 : 0};
    if (says->n_bytes > 8 || says->n_stored > n || (!column->sparse && says->n_stored != n))
        return false;
    return trod_unsqueeze(tool, head + BLOCK_HEAD, from.n - BLOCK_HEAD, bytes,
                          says->n_bitmap + (size_t)says->n_stored * says->n_bytes);
}

/* How many of the first n_bits bits are set. */
static uint32_t count_set(const unsigned char *bits, uint32_t n_bits) {
    uint32_t n = 0, byte = 0;
    for (; byte + 8 <= n_bits / 8; byte += 8)
        n += (uint32_t)__builtin_popcountll(part_u64(bits + byte));
    for (; byte < n_bits / 8; byte++) n += (uint32_t)__builtin_popcount(bits[byte]);
    if (n_bits % 8) n += (uint32_t)__builtin_popcount(bits[byte] & ((1u << n_bits % 8) - 1));
    return n;
}

/* Reads a few rows of a block; false if it is damaged. */
static bool read_rows(const struct column *column, struct trod_unsqueezer *tool, uint32_t i,
                      uint32_t from, uint32_t n, unsigned char *bytes, int64_t *numbers) {
    struct number_head says;
    if (!expand_block(column, tool, i, bytes, &says)) return false;
    const unsigned char *const at = bytes + says.n_bitmap;
    uint32_t used = from;
    if (column->sparse) { /* how many are stored before, and whether the bits are right at all */
        const uint32_t rows = column_block_rows(column, i);
        if (count_set(bytes, 8 * says.n_bitmap) != says.n_stored ||
            count_set(bytes, rows) != says.n_stored)
            return false;
        used = count_set(bytes, from);
    }
    for (uint32_t row = from; row < from + n; row++) {
        uint64_t stored = 0;
        if (column->sparse && !(bytes[row / 8] >> row % 8 & 1)) {
            *numbers++ = column->common;
            continue;
        }
        for (uint32_t byte = 0; byte < says.n_bytes; byte++)
            stored |= (uint64_t)at[(size_t)byte * says.n_stored + used] << (8 * byte);
        *numbers++ = (int64_t)(stored ? stored + says.less_1 : (uint64_t)INT64_MIN);
        used++;
    }
    return true;
}

/* Reads a whole block; false if it is damaged. */
static bool read_block(const struct column *column, struct trod_unsqueezer *tool, uint32_t i,
                       struct number_block *block, int64_t *numbers) {
    struct number_head says;
    if (!expand_block(column, tool, i, block->bytes, &says)) return false;
    const uint32_t n = column_block_rows(column, i);
    const uint64_t less_1 = says.less_1;
    const uint32_t n_stored = says.n_stored, n_bytes = says.n_bytes;
    const uint32_t n_bitmap = says.n_bitmap;
    uint64_t *const stored = block->stored;
    const unsigned char *at = block->bytes + n_bitmap;
    memset(stored, 0, n_stored * sizeof *stored);
    for (unsigned byte = 0; byte < n_bytes; byte++, at += n_stored)
        for (uint32_t k = 0; k < n_stored; k++) stored[k] |= (uint64_t)at[k] << (8 * byte);
    for (uint32_t k = 0; k < n_stored; k++)
        stored[k] = stored[k] ? stored[k] + less_1 : (uint64_t)INT64_MIN;
    if (!column->sparse) {
        memcpy(numbers, stored, n * sizeof *numbers);
        return true;
    }
    uint32_t used = 0;
    for (uint32_t k = 0; k < n; k++) numbers[k] = column->common;
    for (uint32_t byte = 0; byte < n_bitmap; byte++) {
        for (unsigned bits = block->bytes[byte]; bits; bits &= bits - 1) {
            const uint32_t row = 8 * byte + (unsigned)__builtin_ctz(bits);
            if (row >= n || used >= n_stored) return false;
            numbers[row] = (int64_t)stored[used++];
        }
    }
    return used == n_stored;
}

void column_numbers_read(const struct column *column, uint32_t from, uint32_t n,
                         int64_t *numbers) {
    struct number_block block;
    int64_t whole[COLUMN_MOST_BLOCK_ROWS];
    if (column->varied) {
        column_varied_read(column, from, n, numbers);
        return;
    }
    struct trod_unsqueezer *const tool = column_tool_take(column->tool);
    for (const uint32_t end = from + n; from < end;) {
        const uint32_t i = from / column->block_rows, skipped = from % column->block_rows;
        const uint32_t rows = column_block_rows(column, i);
        const uint32_t some = rows - skipped < end - from ? rows - skipped : end - from;
        const bool few = some < rows / 8;
        int64_t *const to = few || some == rows ? numbers : whole;
        if (!(few ? read_rows(column, tool, i, skipped, some, block.bytes, to)
                  : read_block(column, tool, i, &block, to))) {
            for (uint32_t k = 0; k < some; k++) numbers[k] = INT64_MIN;
        } else if (to == whole) {
            memcpy(numbers, whole + skipped, some * sizeof *numbers);
        }
        numbers += some;
        from += some;
    }
    column_tool_give(column->tool, tool);
}

bool column_numbers_check(const struct column *column, int64_t least, int64_t most) {
    struct number_block block;
    int64_t numbers[COLUMN_MOST_BLOCK_ROWS];
    if (column->varied) return column_varied_check(column, least, most);
    struct trod_unsqueezer *const tool = column_tool_take(column->tool);
    bool good = true;
    for (uint32_t i = 0; good && i < column->n_blocks; i++) {
        good = read_block(column, tool, i, &block, numbers);
        const uint32_t n = column_block_rows(column, i);
        for (uint32_t k = 0; good && k < n; k++)
            good = numbers[k] == INT64_MIN || (numbers[k] >= least && numbers[k] <= most);
    }
    column_tool_give(column->tool, tool);
    return good;
}
