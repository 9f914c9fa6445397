/* The values of codes: their ends, then the texts one behind the other, read where they lie.
 * Many of them lie squeezed, with lengths in place of ends, and are expanded when the first is
 * asked for, into memory that was set aside when the part was opened (so that asking cannot
 * fail); the thread that comes first does it, others wait. */
#include <sched.h>

#include "log/part_column.h"

enum {
    SMALL_BYTES = 4096,
    MOST_RATIO = 64, /* so that no few bytes ask for much memory */
    STAGE_SQUEEZED = 0,
    STAGE_EXPANDING,
    STAGE_READY,
};

struct column_values {
    atomic_int stage;
    const unsigned char *frame;
    size_t n_frame;
    unsigned char *room; /* ends, then texts; 0 throughout if the frame is damaged */
    bool damaged;
};

/* ---- Packing -------------------------------------------------------------------------------
 */

static bool add_plain(const trod_str *values, uint32_t n, bool lengths, struct trod_buf *to) {
    uint32_t end = 0;
    if (!trod_buf_room(to, 4 * (size_t)n)) return false;
    for (uint32_t i = 0; i < n; i++) {
        end += (uint32_t)values[i].n;
        const uint32_t number = lengths ? (uint32_t)values[i].n : end;
        trod_buf_add(to, (trod_str){(const char *)&number, sizeof number});
    }
    for (uint32_t i = 0; i < n; i++) trod_buf_add(to, values[i]);
    return !to->failed;
}

/* Squeezes the values into out->room if that pays. */
static trod_status squeeze(const trod_str *values, uint32_t n, struct column_out *out,
                           size_t n_plain, size_t *n_frame, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf plain = {.ceiling = (size_t)1 << 40};
    *n_frame = 0;
    if (n_plain <= SMALL_BYTES) goto done;
    if (!add_plain(values, n, true, &plain)) TROD_TRY_ALLOC(NULL, error);
    if (!column_out_squeeze(out, plain.at, plain.n, n_frame)) TROD_TRY_ALLOC(NULL, error);
    if (*n_frame > n_plain / 4 * 3 || *n_frame * MOST_RATIO < n_plain) *n_frame = 0;
done:
    trod_buf_free(&plain);
    return status;
}

trod_status column_values_pack(const trod_str *values, uint32_t n, struct column_out *out,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n_bytes = 0;
    size_t n_frame = 0;
    for (uint32_t i = 0; i < n; i++) n_bytes += values[i].n;
    if (n_bytes > UINT32_MAX)
        return trod_fail(error, TROD_TOO_MUCH,
                         "the values of a column take more than 4 GB in one part of the log");
    TROD_TRY(squeeze(values, n, out, (size_t)n_bytes + 4 * (size_t)n, &n_frame, error));
    if (n_frame) {
        trod_buf_add(&out->body, (trod_str){out->room.at, n_frame});
    } else if (!add_plain(values, n, false, &out->body)) {
        TROD_TRY_ALLOC(NULL, error);
    }
    if (out->body.failed) TROD_TRY_ALLOC(NULL, error);
    part_put_u32(out->head + COLUMN_VALUES, n);
    part_put_u64(out->head + COLUMN_VALUE_BYTES, n_bytes);
    part_put_u64(out->head + COLUMN_VALUE_FRAME, n_frame);
done:
    return status;
}

/* ---- Reading -------------------------------------------------------------------------------
 */

trod_status column_values_open(const unsigned char *head, uint64_t left,
                               struct trod_arena *arena, struct column *column,
                               uint64_t *n_taken, const char **wrong,
                               struct trod_error *error) {
    enum { PADDED = 64 };
    trod_status status = TROD_OK;
    const uint64_t n = part_u32(head + COLUMN_VALUES);
    const uint64_t n_bytes = part_u64(head + COLUMN_VALUE_BYTES);
    const uint64_t n_frame = part_u64(head + COLUMN_VALUE_FRAME);
    *wrong = "its values are too long";
    if (n_bytes > UINT32_MAX || n >= UINT32_MAX || n_frame > left) goto done;
    const uint64_t n_plain = 4 * n + n_bytes;
    *n_taken = ((n_frame ? n_frame : n_plain) + PADDED - 1) / PADDED * PADDED;
    *wrong = "its values are cut short";
    if (*n_taken > left || (n_frame && n_plain / MOST_RATIO > n_frame)) goto done;
    *wrong = NULL;
    column->n_values = (uint32_t)n;
    column->n_value_bytes = (size_t)n_bytes;
    column->value_ends = head + COLUMN_HEAD_BYTES;
    if (n_frame == 0) goto done;
    column->lazy = TROD_NEW(arena, struct column_values);
    TROD_TRY_ALLOC(column->lazy, error);
    column->lazy->frame = head + COLUMN_HEAD_BYTES;
    column->lazy->n_frame = (size_t)n_frame;
    column->lazy->room = TROD_NEW_ARRAY(arena, n_plain, unsigned char);
    TROD_TRY_ALLOC(column->lazy->room, error);
    column->value_ends = column->lazy->room;
done:
    return status;
}

static void expand(const struct column *column) {
    struct column_values *const lazy = column->lazy;
    const size_t n_plain = 4 * (size_t)column->n_values + column->n_value_bytes;
    struct trod_unsqueezer *const tool = column_tool_take(column->tool);
    uint64_t end = 0;
    lazy->damaged = !trod_unsqueeze(tool, lazy->frame, lazy->n_frame, lazy->room, n_plain);
    column_tool_give(column->tool, tool);
    for (uint32_t i = 0; i < column->n_values && !lazy->damaged; i++) {
        unsigned char *const at = lazy->room + 4 * (size_t)i;
        end += part_u32(at);
        if (end > column->n_value_bytes) lazy->damaged = true;
        part_put_u32(at, (uint32_t)end);
    }
    if (lazy->damaged) memset(lazy->room, 0, n_plain);
}

static void make_ready(const struct column *column) {
    struct column_values *const lazy = column->lazy;
    if (!lazy || atomic_load_explicit(&lazy->stage, memory_order_acquire) == STAGE_READY)
        return;
    int stage = STAGE_SQUEEZED;
    if (atomic_compare_exchange_strong(&lazy->stage, &stage, STAGE_EXPANDING)) {
        expand(column);
        atomic_store_explicit(&lazy->stage, STAGE_READY, memory_order_release);
        return;
    }
    while (atomic_load_explicit(&lazy->stage, memory_order_acquire) != STAGE_READY)
        sched_yield();
}

trod_str column_value(const struct column *column, uint32_t code) {
    const trod_str none = {"", 0};
    if (code == 0 || code > column->n_values) return none;
    make_ready(column);
    const unsigned char *const end = column->value_ends + 4 * ((size_t)code - 1);
    const uint32_t to = part_u32(end), from = code > 1 ? part_u32(end - 4) : 0;
    if (from > to || to > column->n_value_bytes) return none;
    const char *const values = (const char *)column->value_ends + 4 * (size_t)column->n_values;
    return (trod_str){values + from, to - from};
}

bool column_values_check(const struct column *column) {
    make_ready(column);
    if (column->lazy && column->lazy->damaged) return false;
    uint32_t before = 0;
    for (uint32_t i = 0; i < column->n_values; i++) {
        const uint32_t end = part_u32(column->value_ends + 4 * (size_t)i);
        if (end < before) return false;
        before = end;
    }
    return before == column->n_value_bytes;
}
