/* Texts that hardly repeat. A block squeezes the lengths (each plus one; 0 is missing), byte by
 * byte apart, and behind them the texts. Blocks have as many rows as make about 64 KiB, so that
 * one row costs no more than that. */
#include "log/part_column.h"

enum {
    BLOCK_BYTES = 0,   /* u32: of the lengths and texts */
    BLOCK_LENGTHS = 4, /* u32: bytes of a length */
    BLOCK_HEAD = 8,
    WANTED_BYTES = 64 << 10,
    FEWEST_ROWS = 16,
};
static const uint64_t MOST_BYTES = UINT64_C(1) << 30;

static uint32_t choose_rows(const trod_str *texts, uint32_t n) {
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < n; i++) n_bytes += texts[i].n + 1;
    uint32_t rows = COLUMN_MOST_BLOCK_ROWS;
    while (rows > FEWEST_ROWS && n_bytes * rows / (n ? n : 1) > WANTED_BYTES) rows /= 2;
    return rows;
}

static trod_status pack_block(const trod_str *texts, uint32_t n, struct trod_buf *bytes,
                              struct column_out *out, struct trod_error *error) {
    uint64_t longest = 0, n_texts = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (texts[i].n > longest) longest = texts[i].n;
        n_texts += texts[i].n;
    }
    const unsigned n_lengths = column_bytes(longest + 1);
    const uint64_t n_bytes = (uint64_t)n * n_lengths + n_texts;
    if (n_bytes > MOST_BYTES)
        return trod_fail(error, TROD_TOO_MUCH,
                         "the texts of %u neighbouring rows of a column take more than 1 GB",
                         (unsigned)n);
    trod_buf_clear(bytes);
    for (unsigned byte = 0; byte < n_lengths; byte++) {
        for (uint32_t i = 0; i < n; i++) {
            const uint64_t length = texts[i].at ? texts[i].n + 1 : 0;
            trod_buf_byte(bytes, (char)(unsigned char)(length >> (8 * byte)));
        }
    }
    for (uint32_t i = 0; i < n; i++) trod_buf_add(bytes, texts[i]);
    unsigned char head[BLOCK_HEAD];
    part_put_u32(head + BLOCK_BYTES, (uint32_t)n_bytes);
    part_put_u32(head + BLOCK_LENGTHS, n_lengths);
    if (bytes->failed || !column_out_block(out, (trod_str){(const char *)head, sizeof head},
                                           bytes->at, bytes->n))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return TROD_OK;
}

trod_status column_texts_pack(const trod_str *texts, uint32_t n, struct column_out *out,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf bytes = {.ceiling = (size_t)MOST_BYTES + 1};
    const uint32_t block_rows = choose_rows(texts, n);
    out->head[COLUMN_KIND] = TROD_COLUMN_TEXT;
    part_put_u32(out->head + COLUMN_BLOCK_ROWS, block_rows);
    for (uint32_t at = 0; at < n; at += block_rows)
        TROD_TRY(pack_block(texts + at, n - at < block_rows ? n - at : block_rows, &bytes, out,
                            error));
done:
    trod_buf_free(&bytes);
    return status;
}

/* Reads a whole block onto the arena; *damaged if it cannot be. */
static trod_status read_block(const struct column *column, struct trod_unsqueezer *tool,
                              uint32_t i, struct trod_arena *arena, trod_str *texts,
                              bool *damaged, struct trod_error *error) {
    trod_status status = TROD_OK;
    const trod_str from = column_block(column, i);
    const uint32_t n = column_block_rows(column, i);
    *damaged = true;
    if (!from.at || from.n < BLOCK_HEAD) goto done;
    const unsigned char *const head = (const unsigned char *)from.at;
    const uint32_t n_bytes = part_u32(head + BLOCK_BYTES);
    const uint32_t n_lengths = part_u32(head + BLOCK_LENGTHS);
    if (n_lengths > 4 || n_bytes > MOST_BYTES || n_bytes < (uint64_t)n * n_lengths ||
        trod_unsqueezed_bytes(head + BLOCK_HEAD, from.n - BLOCK_HEAD) != n_bytes)
        goto done;
    unsigned char *const bytes = TROD_NEW_ARRAY(arena, n_bytes, unsigned char);
    TROD_TRY_ALLOC(bytes, error);
    if (!trod_unsqueeze(tool, head + BLOCK_HEAD, from.n - BLOCK_HEAD, bytes, n_bytes))
        goto done;
    const unsigned char *at = bytes + (size_t)n * n_lengths;
    const unsigned char *const end = bytes + n_bytes;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t length = 0;
        for (unsigned byte = 0; byte < n_lengths; byte++)
            length |= (uint32_t)bytes[(size_t)byte * n + k] << (8 * byte);
        texts[k] = (trod_str){0};
        if (length == 0) continue;
        if (length - 1 > (size_t)(end - at)) goto done;
        texts[k] = (trod_str){(const char *)at, length - 1};
        at += length - 1;
    }
    *damaged = at != end;
done:
    return status;
}

trod_status column_texts_read(const struct column *column, uint32_t from, uint32_t n,
                              struct trod_arena *arena, trod_str *texts,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str whole[COLUMN_MOST_BLOCK_ROWS];
    struct trod_unsqueezer *const tool = column_tool_take(column->tool);
    for (const uint32_t end = from + n; from < end;) {
        const uint32_t i = from / column->block_rows, skipped = from % column->block_rows;
        const uint32_t rows = column_block_rows(column, i);
        const uint32_t some = rows - skipped < end - from ? rows - skipped : end - from;
        bool damaged = false;
        TROD_TRY(read_block(column, tool, i, arena, whole, &damaged, error));
        if (damaged)
            TROD_TRY(part_damaged(error, column->section_kind, column->field,
                                  "a block of texts cannot be read"));
        memcpy(texts, whole + skipped, some * sizeof *texts);
        texts += some;
        from += some;
    }
done:
    column_tool_give(column->tool, tool);
    return status;
}
