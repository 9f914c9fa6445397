/* Decimal numbers without a frame to expand: varied numbers (part_varied.c), one a row; or,
 * where most rows have one number, a bit a row that says which rows have another, and varied
 * numbers of those alone. How many come before a block of rows is kept, so that any row is
 * found by counting a few bits; and a question about a range of numbers asks only those that
 * are stored, and answers the others by words of bits. */
#include "log/part_column.h"
#include "log/part_view.h"

enum { CHUNK = 1024 };

static uint32_t n_blocks_of(uint32_t n) {
    return n / COLUMN_MOST_BLOCK_ROWS + (n % COLUMN_MOST_BLOCK_ROWS != 0);
}

/* Bytes of the table and of the bits. */
static size_t table_bytes(uint32_t n) {
    return ((size_t)n_blocks_of(n) * 4 + 7) / 8 * 8;
}
static size_t bits_bytes(uint32_t n) {
    return trod_bits_words(n) * 8;
}

/* ---- Packing -------------------------------------------------------------------------------
 */

/* What is stored of the numbers: one more than they are above `least`; 0 is missing. */
static uint32_t take_stored(const int64_t *numbers, uint32_t n, const int64_t *common,
                            int64_t least, uint64_t *stored) {
    uint32_t n_stored = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (common && numbers[i] == *common) continue;
        stored[n_stored++] =
            numbers[i] == INT64_MIN ? 0 : (uint64_t)numbers[i] - (uint64_t)least + 1;
    }
    return n_stored;
}

static void fill_bits(const int64_t *numbers, uint32_t n, int64_t common, unsigned char *at) {
    unsigned char *const bits = at + table_bytes(n);
    uint32_t n_before = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i % COLUMN_MOST_BLOCK_ROWS == 0)
            part_put_u32(at + 4 * (size_t)(i / COLUMN_MOST_BLOCK_ROWS), n_before);
        if (numbers[i] == common) continue;
        bits[i / 8] |= (unsigned char)(1u << i % 8);
        n_before++;
    }
}

trod_status column_varied_pack(const int64_t *numbers, uint32_t n, const int64_t *common,
                               int64_t least, size_t most_bytes, struct column_out *out,
                               bool *packed, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct part_varied_plan plan;
    struct trod_arena *const scratch = trod_arena_make((size_t)1 << 40);
    *packed = false;
    TROD_TRY_ALLOC(scratch, error);
    uint64_t *const stored = TROD_NEW_ARRAY(scratch, n, uint64_t);
    TROD_TRY_ALLOC(stored, error);
    const uint32_t n_stored = take_stored(numbers, n, common, least, stored);
    TROD_TRY(part_varied_plan(stored, n_stored, &plan, error));
    const size_t before = common ? table_bytes(n) + bits_bytes(n) : 0;
    if (before + plan.n_bytes > most_bytes) goto done;
    trod_buf_clear(&out->ends);
    trod_buf_clear(&out->blocks);
    TROD_TRY_ALLOC(trod_buf_room(&out->body, before + plan.n_bytes + PART_BEHIND) ? out : NULL,
                   error);
    unsigned char *const at = (unsigned char *)out->body.at + out->body.n;
    memset(at, 0, before + plan.n_bytes + PART_BEHIND);
    if (common) fill_bits(numbers, n, *common, at);
    part_varied_fill(&plan, stored, at + before);
    out->body.n += before + plan.n_bytes;
    out->head[COLUMN_FLAGS] |= COLUMN_VARIED;
    part_put_u32(out->head + COLUMN_VALUES, n_stored);
    part_put_u64(out->head + COLUMN_VALUE_BYTES, plan.n_bytes);
    *packed = true;
done:
    trod_arena_free(scratch);
    return status;
}

/* ---- Opening -------------------------------------------------------------------------------
 */

const char *column_varied_open(const unsigned char *head, uint64_t n_left,
                               struct column *column) {
    const unsigned char *const at = head + COLUMN_HEAD_BYTES;
    const uint32_t n = column->n_rows, n_stored = part_u32(head + COLUMN_VALUES);
    const uint64_t n_bytes = part_u64(head + COLUMN_VALUE_BYTES);
    const uint64_t before = column->sparse ? table_bytes(n) + bits_bytes(n) : 0;
    if (n_stored > n || (!column->sparse && n_stored != n)) return "it stores too many numbers";
    if (before > n_left || n_bytes > n_left - before) return "its numbers are cut short";
    column->least = (int64_t)part_u64(head + COLUMN_LEAST);
    column->ranks = at;
    column->bits = at + table_bytes(n);
    if (!part_varied_open(at + before, (size_t)n_bytes, n_stored, &column->stored))
        return "its numbers are not as many as they should be";
    return NULL;
}

/* ---- Reading -------------------------------------------------------------------------------
 */

/* The word of bits of rows 64 * w .. 64 * w + 63; none behind the last row. */
static uint64_t word_at(const struct column *column, uint32_t w) {
    const uint64_t word = part_u64(column->bits + 8 * (size_t)w);
    const uint32_t left = column->n_rows - 64 * w;
    return left < 64 ? word & ((UINT64_C(1) << left) - 1) : word;
}

/* How many bits are set; the processors that trod is built for have no instruction for it. */
static inline uint32_t count_ones(uint64_t word) {
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* How many numbers are stored before a row that begins a word; of damaged bytes, anything. */
static uint32_t rank_of(const struct column *column, uint32_t row) {
    const uint32_t block = row / COLUMN_MOST_BLOCK_ROWS;
    uint32_t rank = part_u32(column->ranks + 4 * (size_t)block);
    for (uint32_t w = block * (COLUMN_MOST_BLOCK_ROWS / 64); w < row / 64; w++)
        rank += count_ones(word_at(column, w));
    return rank;
}

/* Stored numbers from .. from + n - 1 as they are. Room for n + PART_ROOM. */
static void read_stored(const struct column *column, uint32_t from, uint32_t n,
                        uint64_t *numbers) {
    const uint64_t less_1 = (uint64_t)column->least - 1;
    part_varied_read(&column->stored, from, n, numbers);
    for (uint32_t i = 0; i < n; i++)
        numbers[i] = numbers[i] ? numbers[i] + less_1 : (uint64_t)INT64_MIN;
}

/* The numbers that are stored of a few words of rows; false if they are damaged. *rank: how
 * many are stored before, and goes on. */
static bool read_words(const struct column *column, uint32_t row, uint32_t n_words,
                       uint64_t *words, uint64_t *stored, uint32_t *rank) {
    uint32_t n_stored = 0;
    for (uint32_t w = 0; w < n_words; w++) {
        words[w] = word_at(column, row / 64 + w);
        n_stored += count_ones(words[w]);
    }
    const uint32_t from = *rank;
    *rank += n_stored;
    if (from > column->stored.n || n_stored > column->stored.n - from) return false;
    read_stored(column, from, n_stored, stored);
    return true;
}

static void read_dense(const struct column *column, uint32_t from, uint32_t n,
                       int64_t *numbers) {
    uint64_t chunk[CHUNK + PART_ROOM];
    for (uint32_t at = 0; at < n; at += CHUNK) {
        const uint32_t now = n - at < CHUNK ? n - at : CHUNK;
        read_stored(column, from + at, now, chunk);
        memcpy(numbers + at, chunk, now * sizeof *numbers);
    }
}

void column_varied_read(const struct column *column, uint32_t from, uint32_t n,
                        int64_t *numbers) {
    uint64_t words[CHUNK / 64], stored[CHUNK + PART_ROOM];
    if (!column->sparse) {
        read_dense(column, from, n, numbers);
        return;
    }
    uint32_t rank = n ? rank_of(column, from) : 0;
    for (const uint32_t end = from + n; from < end;) {
        const uint32_t row = from & ~(uint32_t)63;
        const uint32_t now = end - row < CHUNK ? end - row : CHUNK, n_words = (now + 63) / 64;
        uint32_t used = 0;
        const bool sound = read_words(column, row, n_words, words, stored, &rank);
        for (uint32_t i = from; i < row + now; i++)
            numbers[i - from] = sound ? column->common : INT64_MIN;
        for (uint32_t w = 0; sound && w < n_words; w++) {
            for (uint64_t word = words[w]; word; word &= word - 1, used++) {
                const uint32_t at = row + 64 * w + (unsigned)__builtin_ctzll(word);
                if (at >= from && at < row + now) numbers[at - from] = (int64_t)stored[used];
            }
        }
        numbers += row + now - from;
        from = row + now;
    }
}

bool column_varied_check(const struct column *column, int64_t least, int64_t most) {
    uint64_t chunk[CHUNK + PART_ROOM];
    const uint32_t n = column->n_rows, n_stored = column->stored.n;
    uint64_t n_before = 0;
    if (column->least != least || !part_varied_check(&column->stored)) return false;
    for (uint32_t w = 0; column->sparse && w < trod_bits_words(n); w++) {
        const uint32_t block = w / (COLUMN_MOST_BLOCK_ROWS / 64);
        if (w % (COLUMN_MOST_BLOCK_ROWS / 64) == 0 &&
            part_u32(column->ranks + 4 * (size_t)block) != n_before)
            return false;
        n_before += count_ones(part_u64(column->bits + 8 * (size_t)w));
    }
    if (column->sparse && n_before != n_stored) return false;
    for (uint32_t at = 0; at < n_stored; at += CHUNK) {
        const uint32_t now = n_stored - at < CHUNK ? n_stored - at : CHUNK;
        read_stored(column, at, now, chunk);
        for (uint32_t i = 0; i < now; i++)
            if ((int64_t)chunk[i] != INT64_MIN &&
                ((int64_t)chunk[i] < least || (int64_t)chunk[i] > most))
                return false;
    }
    return !column->sparse || n_stored == n || column->common == INT64_MIN ||
           (column->common >= least && column->common <= most);
}

/* ---- Asking --------------------------------------------------------------------------------
 */

/* Whether a number (or its being missing) is in the range. */
static bool lies_in(const struct log_range *range, int64_t number) {
    if (number == INT64_MIN) return range->missing;
    return (number >= range->low && number <= range->high) != range->others;
}

bool column_varied_bits(const struct column *column, uint32_t from, uint32_t n,
                        const struct log_range *range, uint64_t *words) {
    uint64_t has[CHUNK / 64], stored[CHUNK + PART_ROOM], yes[CHUNK / 64];
    if (!column->varied || !column->sparse || from % 64) return false;
    const uint64_t others = lies_in(range, column->common) ? UINT64_MAX : 0;
    const uint64_t missing = range->missing ? UINT64_MAX : 0;
    uint32_t rank = n ? rank_of(column, from) : 0;
    for (uint32_t at = 0; at < n; at += CHUNK, words += CHUNK / 64) {
        const uint32_t now = n - at < CHUNK ? n - at : CHUNK, n_words = (now + 63) / 64;
        const uint32_t before = rank;
        uint32_t used = 0;
        if (!read_words(column, from + at, n_words, has, stored, &rank)) {
            for (uint32_t w = 0; w < n_words; w++) words[w] = missing;
            continue;
        }
        log_range_bits(range, (const int64_t *)stored, rank - before, yes);
        for (uint32_t w = 0; w < n_words; w++) {
            uint64_t of = others & ~has[w];
            for (uint64_t word = has[w]; word; word &= word - 1, used++)
                of |= (word & -word) & -(yes[used / 64] >> used % 64 & 1);
            words[w] = of;
        }
    }
    return true;
}
