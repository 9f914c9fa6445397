/* Columns that grow. A column is as long as the last item that was set in it; all before it
 * that were not set are zero. A column that grows in place becomes the log's own when its order
 * is that of adding, without a copy. */
#include "log/inside.h"

bool log_column_reach(struct log_column *column, uint64_t n, size_t size) {
    struct trod_buf *const bytes = &column->bytes;
    bytes->ceiling = LOG_ARENA_BYTES;
    const size_t needed = (size_t)n * size;
    if (needed <= bytes->n) return true;
    if (!trod_buf_room(bytes, needed - bytes->n)) return false;
    memset(bytes->at + bytes->n, 0, needed - bytes->n);
    bytes->n = needed;
    return true;
}

void log_column_free(struct log_column *column) {
    trod_buf_free(&column->bytes);
}

bool log_column_permute(struct log_column *column, const uint32_t *order, uint64_t n,
                        size_t size) {
    if (!log_column_reach(column, n, size)) return false;
    if (!order || n == 0) return true;
    struct log_column to = {0};
    to.bytes.ceiling = LOG_ARENA_BYTES;
    if (!trod_buf_room(&to.bytes, (size_t)n * size)) return false;
    to.bytes.n = (size_t)n * size;
    if (size == sizeof(uint64_t)) {
        for (uint64_t i = 0; i < n; i++) log_u64(&to)[i] = log_u64(column)[order[i]];
    } else if (size == sizeof(uint32_t)) {
        for (uint64_t i = 0; i < n; i++) log_u32(&to)[i] = log_u32(column)[order[i]];
    } else {
        CHECK(size == sizeof(uint16_t));
        for (uint64_t i = 0; i < n; i++) log_u16(&to)[i] = log_u16(column)[order[i]];
    }
    log_column_free(column);
    *column = to;
    return true;
}
