/* Columns of an open part: sections checked so far that every reader stays inside them, and the
 * ways to read them. What is kept once a customer is spread over the customer's events here, a
 * few customers at a time. */
#include "log/part_column.h"

#include "log/part_splice.h"

enum { SPREAD_CUSTOMERS = 512 };

/* ---- Opening
 * --------------------------------------------------------------------------------- */

static const char *check_head(const struct trod_section *section, const struct trod_part *part,
                              struct trod_part_column *to, struct column *column) {
    const unsigned char *const head = section->at;
    if (section->n_bytes < COLUMN_HEAD_BYTES) return "it is too short";
    const unsigned kind = head[COLUMN_KIND], flags = head[COLUMN_FLAGS];
    if (kind > TROD_COLUMN_TEXT) return "its kind is not known";
    if (flags & ~(unsigned)(COLUMN_FACT | COLUMN_BY_CUSTOMER | COLUMN_SQUEEZED | COLUMN_SPARSE |
                            COLUMN_VARIED) ||
        (flags & COLUMN_VARIED && kind != TROD_COLUMN_NUMBER))
        return "its flags are not known";
    to->kind = (enum trod_column_kind)kind;
    to->fact = flags & COLUMN_FACT;
    to->by_customer = flags & COLUMN_BY_CUSTOMER;
    column->squeezed = flags & COLUMN_SQUEEZED;
    column->sparse = flags & COLUMN_SPARSE;
    column->varied = flags & COLUMN_VARIED;
    column->n_rows = part_u32(head + COLUMN_ROWS);
    if ((to->fact && to->by_customer) ||
        column->n_rows != (to->fact || to->by_customer ? part->n_customers : part->n_events))
        return "it does not have a row for each event or customer";
    column->width = head[COLUMN_WIDTH];
    column->scale = to->scale = head[COLUMN_SCALE];
    if (column->width > 32 || column->scale > COLUMN_MOST_SCALE)
        return "its numbers are too wide";
    column->base = part_u32(head + COLUMN_BASE);
    column->common = (int64_t)part_u64(head + COLUMN_COMMON);
    to->least = (int64_t)part_u64(head + COLUMN_LEAST);
    to->most = (int64_t)part_u64(head + COLUMN_MOST);
    column->block_rows = part_u32(head + COLUMN_BLOCK_ROWS);
    if (column->block_rows == 0 || column->block_rows > COLUMN_MOST_BLOCK_ROWS)
        return "its blocks have no size";
    return NULL;
}

/* Where the values, the ends of blocks and the data are. */
static trod_status check_body(const struct trod_section *section, struct trod_arena *arena,
                              struct trod_part_column *to, struct column *column,
                              const char **wrong, struct trod_error *error) {
    trod_status status = TROD_OK;
    const unsigned char *const head = section->at, *at = head + COLUMN_HEAD_BYTES;
    uint64_t left = section->n_bytes - COLUMN_HEAD_BYTES;
    if (to->kind == TROD_COLUMN_CODES) {
        uint64_t n_taken = 0;
        TROD_TRY(column_values_open(head, left, arena, column, &n_taken, wrong, error));
        if (*wrong) goto done;
        to->n_values = column->n_values;
        *wrong = "its codes have no values";
        if (column->base > 1 || column->base > column->n_values) goto done;
        at += n_taken;
        left -= n_taken;
    }
    if (column->varied) {
        *wrong = column_varied_open(head, left, column);
        goto done;
    }
    if (to->kind != TROD_COLUMN_CODES || column->squeezed) {
        column->n_blocks = (uint32_t)(((uint64_t)column->n_rows + column->block_rows - 1) /
                                      column->block_rows);
        *wrong = "its list of blocks is cut short";
        if (8 * (uint64_t)column->n_blocks > left) goto done;
        column->block_ends = at;
        at += 8 * (size_t)column->n_blocks;
        left -= 8 * (uint64_t)column->n_blocks;
    } else {
        *wrong = "its codes are cut short";
        if (part_bits_bytes(column->n_rows, column->width) > left) goto done;
    }
    column->data = at;
    column->n_data = (size_t)left;
    *wrong = NULL;
done:
    return status;
}

trod_status part_columns_open(const struct trod_section *sections, size_t n_sections,
                              struct trod_part_tool *tool, struct trod_part *part,
                              struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const bool own = !tool;
    size_t n = 0;
    for (size_t i = 0; i < n_sections; i++)
        n += sections[i].kind >= PART_COLUMN && sections[i].kind <= PART_COLUMN_LAST;
    struct trod_part_column *const columns = TROD_NEW_ARRAY(arena, n, struct trod_part_column);
    TROD_TRY_ALLOC(columns, error);
    struct column *const inner = TROD_NEW_ARRAY(arena, n, struct column);
    TROD_TRY_ALLOC(inner, error);
    if (own) {
        TROD_TRY_ALLOC(tool = TROD_NEW(arena, struct trod_part_tool), error);
        atomic_flag_clear(&tool->taken);
    }
    size_t to = 0;
    for (size_t i = 0; i < n_sections; i++) {
        const struct trod_section *const section = &sections[i];
        if (section->kind < PART_COLUMN || section->kind > PART_COLUMN_LAST) continue;
        const char *wrong = NULL;
        if (section->kind != PART_COLUMN) wrong = "its kind is not known";
        if (to > 0 && columns[to - 1].field >= section->field)
            wrong = "it does not stand in its place";
        if (!wrong) wrong = check_head(section, part, &columns[to], &inner[to]);
        if (!wrong)
            TROD_TRY(check_body(section, arena, &columns[to], &inner[to], &wrong, error));
        if (wrong) return part_damaged(error, section->kind, section->field, wrong);
        inner[to].section_kind = section->kind;
        inner[to].tool = tool;
        if (own && (inner[to].n_blocks > 0 || inner[to].lazy) && !tool->room) {
            tool->room = TROD_NEW_ARRAY(arena, trod_unsqueezer_bytes(), char);
            TROD_TRY_ALLOC(tool->room, error);
        }
        columns[to].field = inner[to].field = section->field;
        columns[to].inner = &inner[to];
        to++;
    }
    part->columns = columns;
    part->n_columns = n;
done:
    return status;
}

trod_status part_columns_check(const struct trod_part *part, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = 0; i < part->n_columns; i++) {
        const struct trod_part_column *const at = &part->columns[i];
        const struct column *const column = at->inner;
        bool good = true;
        if (at->kind == TROD_COLUMN_CODES) {
            good = column_codes_check(column);
        } else if (at->kind == TROD_COLUMN_NUMBER) {
            good = column_numbers_check(column, at->least, at->most);
        } else {
            for (uint32_t row = 0; row < column->n_rows; row += COLUMN_MOST_BLOCK_ROWS) {
                trod_str texts[COLUMN_MOST_BLOCK_ROWS];
                const uint32_t left = column->n_rows - row;
                trod_arena_reset(scratch);
                TROD_TRY(column_texts_read(
                    column, row, left < COLUMN_MOST_BLOCK_ROWS ? left : COLUMN_MOST_BLOCK_ROWS,
                    scratch, texts, error));
            }
        }
        if (!good)
            TROD_TRY(part_damaged(error, column->section_kind, column->field,
                                  "a block or a value cannot be read"));
    }
done:
    trod_arena_free(scratch);
    return status;
}

struct trod_part_tool *trod_part_tool_make(struct trod_arena *arena) {
    struct trod_part_tool *const tool = TROD_NEW(arena, struct trod_part_tool);
    if (!tool) return NULL;
    atomic_flag_clear(&tool->taken);
    tool->room = TROD_NEW_ARRAY(arena, trod_unsqueezer_bytes(), char);
    return tool->room ? tool : NULL;
}

struct trod_unsqueezer *column_tool_take(struct trod_part_tool *tool) {
    if (atomic_flag_test_and_set_explicit(&tool->taken, memory_order_acquire)) return NULL;
    if (!tool->unsqueezer)
        tool->unsqueezer = trod_unsqueezer_make(tool->room, trod_unsqueezer_bytes());
    if (!tool->unsqueezer) atomic_flag_clear(&tool->taken);
    return tool->unsqueezer;
}

void column_tool_give(struct trod_part_tool *tool, struct trod_unsqueezer *unsqueezer) {
    if (unsqueezer) atomic_flag_clear_explicit(&tool->taken, memory_order_release);
}

trod_str column_block(const struct column *column, uint32_t block) {
    const unsigned char *const end = column->block_ends + 8 * (size_t)block;
    const uint64_t to = part_u64(end), from = block ? part_u64(end - 8) : 0;
    if (from > to || to > column->n_data) return (trod_str){0};
    return (trod_str){(const char *)column->data + from, (size_t)(to - from)};
}

/* ---- Reading
 * --------------------------------------------------------------------------------- */

const struct trod_part_column *trod_part_column(const struct trod_part *part, uint32_t field) {
    size_t low = 0, high = part->n_columns;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (part->columns[middle].field < field) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < part->n_columns && part->columns[low].field == field ? &part->columns[low]
                                                                      : NULL;
}

/* Some customers and the piece of their events that was asked for. */
struct piece {
    uint32_t customer, n_customers;
    uint32_t from, end; /* events, counted from the part's first */
};

/* The next piece of events *from .. end - 1, which moves on; false at the end. */
static bool next_piece(const struct trod_part *part, uint32_t *from, uint32_t end,
                       struct piece *piece) {
    if (*from >= end) return false;
    const uint32_t first = part_customer_of(part, *from);
    uint32_t last = first;
    while (last - first < SPREAD_CUSTOMERS && part->first[last] < end) last++;
    const uint32_t to = part->first[last] < end ? part->first[last] : end;
    *piece = (struct piece){first, last - first, *from, to};
    *from = to;
    return true;
}

static void spread_codes(const struct trod_part *part, const struct piece *piece,
                         const uint32_t *of_customer, uint32_t *codes) {
    enum { LANES = PART_ROOM }; /* written at once: room is there behind */
    uint32_t *at = codes, event = piece->from;
    for (uint32_t c = 0; c < piece->n_customers; c++) {
        const uint32_t next = part->first[piece->customer + c + 1];
        const uint32_t stop = next < piece->end ? next : piece->end;
        uint32_t k = 0;
        do { /* once for most customers, so that the turn is foreseen */
            for (uint32_t lane = 0; lane < LANES; lane++) at[k + lane] = of_customer[c];
            k += LANES;
        } while (k < stop - event);
        at += stop - event;
        event = stop;
    }
}

/* What is passed over of the column's rows. */
static const struct part_cuts *cuts_of(const struct part_splice *splice,
                                       const struct trod_part_column *column) {
    return column->fact ? &splice->customers : &splice->events;
}

void trod_part_codes(const struct trod_part *part, const struct trod_part_column *column,
                     uint32_t from, uint32_t n, uint32_t *codes) {
    CHECK(column->kind == TROD_COLUMN_CODES);
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(cuts_of(splice, column), from, n, stretch, done)
        trod_part_codes(splice->whole, column, stretch.from, stretch.n, codes + done);
        return;
    }
    if (!column->by_customer) {
        column_codes_read(column->inner, from, n, codes);
        return;
    }
    uint32_t of_customer[SPREAD_CUSTOMERS + PART_ROOM];
    struct piece piece;
    for (uint32_t at = from; next_piece(part, &at, from + n, &piece);) {
        column_codes_read(column->inner, piece.customer, piece.n_customers, of_customer);
        spread_codes(part, &piece, of_customer, codes + (piece.from - from));
    }
}

void trod_part_customer_codes(const struct trod_part *part,
                              const struct trod_part_column *column, uint32_t from, uint32_t n,
                              uint32_t *codes) {
    CHECK(column->kind == TROD_COLUMN_CODES && (column->by_customer || column->fact));
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(&splice->customers, from, n, stretch, done)
        column_codes_read(column->inner, stretch.from, stretch.n, codes + done);
        return;
    }
    column_codes_read(column->inner, from, n, codes);
}

trod_str trod_part_value(const struct trod_part *part, const struct trod_part_column *column,
                         uint32_t code) {
    (void)part;
    return column_value(column->inner, code);
}

void trod_part_numbers(const struct trod_part *part, const struct trod_part_column *column,
                       uint32_t from, uint32_t n, int64_t *numbers) {
    CHECK(column->kind == TROD_COLUMN_NUMBER);
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(cuts_of(splice, column), from, n, stretch, done)
        trod_part_numbers(splice->whole, column, stretch.from, stretch.n, numbers + done);
        return;
    }
    if (!column->by_customer) {
        column_numbers_read(column->inner, from, n, numbers);
        return;
    }
    int64_t of_customer[SPREAD_CUSTOMERS];
    struct piece piece;
    for (uint32_t at = from; next_piece(part, &at, from + n, &piece);) {
        column_numbers_read(column->inner, piece.customer, piece.n_customers, of_customer);
        for (uint32_t c = 0, event = piece.from; c < piece.n_customers; c++) {
            const uint32_t next = part->first[piece.customer + c + 1];
            for (; event < next && event < piece.end; event++)
                numbers[event - from] = of_customer[c];
        }
    }
}

static trod_status code_texts(const struct column *column, uint32_t from, uint32_t n,
                              trod_str *texts) {
    uint32_t codes[SPREAD_CUSTOMERS + PART_ROOM];
    for (uint32_t done = 0; done < n;) {
        const uint32_t some = n - done < SPREAD_CUSTOMERS ? n - done : SPREAD_CUSTOMERS;
        column_codes_read(column, from + done, some, codes);
        for (uint32_t i = 0; i < some; i++)
            texts[done + i] = codes[i] ? column_value(column, codes[i]) : (trod_str){0};
        done += some;
    }
    return TROD_OK;
}

static trod_status number_texts(const struct column *column, uint32_t from, uint32_t n,
                                struct trod_arena *arena, trod_str *texts,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t *const numbers = TROD_NEW_ARRAY(arena, n, int64_t);
    TROD_TRY_ALLOC(numbers, error);
    column_numbers_read(column, from, n, numbers);
    char *const room = TROD_NEW_ARRAY(arena, (size_t)n * COLUMN_NUMBER_ROOM, char);
    TROD_TRY_ALLOC(room, error);
    char *at = room;
    for (uint32_t i = 0; i < n; i++) {
        texts[i] = (trod_str){0};
        if (numbers[i] == INT64_MIN) continue;
        if (i > 0 && numbers[i] == numbers[i - 1]) {
            texts[i] = texts[i - 1];
            continue;
        }
        texts[i] = (trod_str){at, column_number_write(numbers[i], column->scale, at)};
        at += texts[i].n;
    }
done:
    return status;
}

static trod_status row_texts(const struct trod_part_column *column, uint32_t from, uint32_t n,
                             struct trod_arena *arena, trod_str *texts,
                             struct trod_error *error) {
    if (column->kind == TROD_COLUMN_CODES) return code_texts(column->inner, from, n, texts);
    if (column->kind == TROD_COLUMN_NUMBER)
        return number_texts(column->inner, from, n, arena, texts, error);
    return column_texts_read(column->inner, from, n, arena, texts, error);
}

trod_status trod_part_texts(const struct trod_part *part, const struct trod_part_column *column,
                            uint32_t from, uint32_t n, struct trod_arena *arena,
                            trod_str *texts, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(cuts_of(splice, column), from, n, stretch, done)
        if (status == TROD_OK)
            status = trod_part_texts(splice->whole, column, stretch.from, stretch.n, arena,
                                     texts + done, error);
        return status;
    }
    if (!column->by_customer || n == 0) return row_texts(column, from, n, arena, texts, error);
    const uint32_t first = part_customer_of(part, from);
    const uint32_t n_customers = part_customer_of(part, from + n - 1) - first + 1;
    trod_str *const of_customer = TROD_NEW_ARRAY(arena, n_customers, trod_str);
    TROD_TRY_ALLOC(of_customer, error);
    TROD_TRY(row_texts(column, first, n_customers, arena, of_customer, error));
    for (uint32_t c = 0, event = from; c < n_customers; c++)
        for (; event < part->first[first + c + 1] && event < from + n; event++)
            texts[event - from] = of_customer[c];
done:
    return status;
}

trod_status part_column_single(const struct trod_part_column *column, uint32_t customer,
                               uint32_t event, uint32_t n, struct trod_arena *arena,
                               trod_str *texts, struct trod_error *error) {
    if (column->fact) return row_texts(column, customer, 1, arena, texts, error);
    if (!column->by_customer) return row_texts(column, event, n, arena, texts, error);
    if (n == 0) return TROD_OK;
    const trod_status status = row_texts(column, customer, 1, arena, texts, error);
    for (uint32_t i = 1; status == TROD_OK && i < n; i++) texts[i] = texts[0];
    return status;
}
