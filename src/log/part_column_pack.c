/* How a column is packed. First the rows: an attribute that never changes within a customer is
 * kept once a customer. Then the kind. Values that repeat get a dictionary, numbered in the
 * order in which they come first, so that the bytes depend on the rows alone and a value that
 * no row has is gone. Many distinct numbers, all written alike, are kept as numbers; texts that
 * hardly repeat as texts. Rows that come as text are numbered by a hash table until they prove
 * to be too many. */
#include "log/part_column.h"

enum {
    FEW_VALUES = 256,    /* so many always have codes */
    MANY_NUMBERS = 4096, /* whole numbers above which they are kept as numbers */
    LEAST_REPEATED = 4,  /* values that come less often than this are texts */
    PADDED = 64,
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

bool column_out_squeeze(struct column_out *out, const void *at, size_t n, size_t *n_to) {
    trod_buf_clear(&out->room);
    if (!trod_buf_room(&out->room, trod_squeeze_room(n))) return false;
    if (!out->squeezer && !(out->squeezer = trod_squeezer_make(COLUMN_SQUEEZE_LEVEL)))
        return false;
    *n_to = trod_squeeze(out->squeezer, at, n, out->room.at, trod_squeeze_room(n));
    return *n_to > 0;
}

bool column_out_block(struct column_out *out, trod_str before, const void *at, size_t n) {
    size_t n_to = 0;
    if (!column_out_squeeze(out, at, n, &n_to)) return false;
    trod_buf_add(&out->blocks, before);
    trod_buf_add(&out->blocks, (trod_str){out->room.at, n_to});
    const uint64_t end = out->blocks.n;
    trod_buf_add(&out->ends, (trod_str){(const char *)&end, sizeof end});
    return !out->blocks.failed && !out->ends.failed;
}

/* ---- Rows: once a customer where that says all ----------------------------------------------
 */

static bool same_text(trod_str a, trod_str b) {
    return !a.at == !b.at && trod_str_equal(a, b);
}

static bool same_row(const struct column_rows *from, uint32_t a, uint32_t b) {
    return from->code ? from->code[a] == from->code[b]
                      : same_text(from->text[a], from->text[b]);
}

static bool is_by_customer(const struct trod_rows *rows, const struct column_rows *from) {
    for (uint32_t c = 0; c < rows->n_customers; c++)
        for (uint32_t i = rows->first[c]; i + 1 < rows->first[c + 1]; i++)
            if (!same_row(from, i, i + 1)) return false;
    return rows->n_events > 0;
}

static trod_status take_rows(const struct trod_rows *rows,
                             const struct trod_rows_column *column, struct trod_arena *scratch,
                             struct column_rows *taken, struct trod_error *error) {
    trod_status status = TROD_OK;
    *taken = (struct column_rows){.n = column->fact ? rows->n_customers : rows->n_events,
                                  .field = column->field,
                                  .flags = column->fact ? COLUMN_FACT : 0,
                                  .code = column->code,
                                  .values = column->values,
                                  .n_values = column->n_values,
                                  .text = column->code ? NULL : column->text};
    if (column->fact || !is_by_customer(rows, taken)) goto done;
    const size_t n = rows->n_customers;
    if (taken->code) {
        uint32_t *const code = TROD_NEW_ARRAY(scratch, n, uint32_t);
        TROD_TRY_ALLOC(code, error);
        for (uint32_t c = 0; c < n; c++)
            code[c] = rows->first[c] < rows->first[c + 1] ? taken->code[rows->first[c]] : 0;
        taken->code = code;
    } else {
        trod_str *const text = TROD_NEW_ARRAY(scratch, n, trod_str);
        TROD_TRY_ALLOC(text, error);
        for (uint32_t c = 0; c < n; c++)
            if (rows->first[c] < rows->first[c + 1]) text[c] = taken->text[rows->first[c]];
        taken->text = text;
    }
    taken->n = rows->n_customers;
    taken->flags |= COLUMN_BY_CUSTOMER;
done:
    return status;
}

/* ---- A dictionary
 * ---------------------------------------------------------------------------- */

struct coded {
    uint32_t *code; /* NULL: the values are too many */
    trod_str *values;
    uint32_t n_values, n_present;
};

/* Numbers the values anew, as they come. */
static trod_status renumber(const struct column_rows *rows, struct trod_arena *scratch,
                            struct coded *coded, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const map = TROD_NEW_ARRAY(scratch, (size_t)rows->n_values + 1, uint32_t);
    TROD_TRY_ALLOC(map, error);
    coded->code = TROD_NEW_ARRAY(scratch, rows->n, uint32_t);
    TROD_TRY_ALLOC(coded->code, error);
    coded->values = TROD_NEW_ARRAY(scratch, rows->n_values, trod_str);
    TROD_TRY_ALLOC(coded->values, error);
    for (uint32_t i = 0; i < rows->n; i++) {
        const uint32_t code = rows->code[i];
        if (code && !map[code]) {
            coded->values[coded->n_values++] = rows->values[code - 1];
            map[code] = coded->n_values;
        }
        coded->code[i] = map[code];
        coded->n_present += code > 0;
    }
done:
    return status;
}

/* Values by hash, in open addressing; it stays small where they are few. */
struct slot {
    uint32_t hash, code; /* code 0: free */
};
struct slots {
    struct slot *at;
    size_t mask;
};

static bool grow(struct slots *slots, struct trod_arena *scratch) {
    const size_t n = slots->at ? 2 * (slots->mask + 1) : 1024;
    const struct slots old = *slots;
    *slots = (struct slots){TROD_NEW_ARRAY(scratch, n, struct slot), n - 1};
    if (!slots->at) return false;
    for (size_t i = 0; old.at && i <= old.mask; i++) {
        if (!old.at[i].code) continue;
        size_t to = old.at[i].hash & slots->mask;
        while (slots->at[to].code) to = (to + 1) & slots->mask;
        slots->at[to] = old.at[i];
    }
    return true;
}

/* The slot that has the text, or the free one where it belongs. */
static struct slot *slot_of(const struct slots *slots, const trod_str *values, trod_str text,
                            uint32_t hash) {
    for (size_t at = hash & slots->mask;; at = (at + 1) & slots->mask) {
        struct slot *const slot = &slots->at[at];
        if (!slot->code || (slot->hash == hash && trod_str_equal(text, values[slot->code - 1])))
            return slot;
    }
}

/* Values above which rows that come as text get no dictionary. */
static uint32_t most_values(uint32_t n) {
    const uint32_t share = n / LEAST_REPEATED;
    return share > FEW_VALUES ? share : FEW_VALUES;
}

static trod_status number_texts(const struct column_rows *rows, struct trod_arena *scratch,
                                struct coded *coded, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t most = most_values(rows->n);
    struct slots slots = {0};
    if (!grow(&slots, scratch)) return no_memory(error);
    uint32_t *const code = TROD_NEW_ARRAY(scratch, rows->n, uint32_t);
    TROD_TRY_ALLOC(code, error);
    coded->values = TROD_NEW_ARRAY(scratch, most, trod_str);
    TROD_TRY_ALLOC(coded->values, error);
    for (uint32_t i = 0; i < rows->n; i++) {
        const trod_str text = rows->text[i];
        if (!text.at) continue;
        coded->n_present++;
        if (i && code[i - 1] && trod_str_equal(text, coded->values[code[i - 1] - 1])) {
            code[i] = code[i - 1];
            continue;
        }
        const uint32_t hash = (uint32_t)trod_hash64(text.at, text.n, 0);
        struct slot *const slot = slot_of(&slots, coded->values, text, hash);
        if (!slot->code) {
            if (coded->n_values == most) goto done;
            coded->values[coded->n_values++] = text;
            *slot = (struct slot){hash, coded->n_values};
        }
        code[i] = slot->code;
        if (coded->n_values > slots.mask / 2 && !grow(&slots, scratch)) return no_memory(error);
    }
    coded->code = code;
done:
    return status;
}

/* True if a dictionary pays. */
static bool repeats(const struct coded *coded) {
    return coded->code && (coded->n_values <= FEW_VALUES ||
                           coded->n_values <= coded->n_present / LEAST_REPEATED);
}

/* ---- The kind
 * -------------------------------------------------------------------------------- */

/* Reads texts as numbers of one scale; false if one is none. */
static bool read_numbers(const trod_str *texts, uint32_t n, int64_t *numbers, unsigned *scale) {
    bool first = true;
    *scale = 0;
    for (uint32_t i = 0; i < n; i++) {
        numbers[i] = INT64_MIN;
        if (!texts[i].at) continue;
        unsigned its = 0;
        if (!column_number_read(texts[i], &numbers[i], &its)) return false;
        if (!first && its != *scale) return false;
        first = false;
        *scale = its;
    }
    return !first;
}

/* Packs as numbers if the values are; *packed says whether. */
static trod_status try_numbers(const struct column_rows *rows, const struct coded *coded,
                               struct trod_arena *scratch, struct column_out *out, bool *packed,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    unsigned scale = 0;
    *packed = false;
    if (coded->code && coded->n_values <= FEW_VALUES) goto done;
    const uint32_t n = coded->code ? coded->n_values : rows->n;
    int64_t *const read = TROD_NEW_ARRAY(scratch, n, int64_t);
    TROD_TRY_ALLOC(read, error);
    if (!read_numbers(coded->code ? coded->values : rows->text, n, read, &scale)) goto done;
    if (scale == 0 && coded->n_values <= MANY_NUMBERS && repeats(coded)) goto done;
    int64_t *numbers = read;
    if (coded->code) {
        numbers = TROD_NEW_ARRAY(scratch, rows->n, int64_t);
        TROD_TRY_ALLOC(numbers, error);
        for (uint32_t i = 0; i < rows->n; i++)
            numbers[i] = coded->code[i] ? read[coded->code[i] - 1] : INT64_MIN;
    }
    *packed = true;
    status = column_numbers_pack(numbers, rows->n, scale, out, error);
done:
    return status;
}

static trod_status pack_texts(const struct column_rows *rows, struct trod_arena *scratch,
                              struct column_out *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (rows->text) return column_texts_pack(rows->text, rows->n, out, error);
    trod_str *const texts = TROD_NEW_ARRAY(scratch, rows->n, trod_str);
    TROD_TRY_ALLOC(texts, error);
    for (uint32_t i = 0; i < rows->n; i++) {
        if (rows->code[i] == 0) continue;
        texts[i] = rows->values[rows->code[i] - 1];
        if (!texts[i].at) texts[i].at = "";
    }
    status = column_texts_pack(texts, rows->n, out, error);
done:
    return status;
}

static trod_status pack_rows(const struct column_rows *rows, struct trod_arena *scratch,
                             struct column_out *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct coded coded = {0};
    bool packed = false;
    if (rows->code) {
        TROD_TRY(renumber(rows, scratch, &coded, error));
    } else {
        TROD_TRY(number_texts(rows, scratch, &coded, error));
    }
    TROD_TRY(try_numbers(rows, &coded, scratch, out, &packed, error));
    if (packed) goto done;
    if (repeats(&coded))
        status =
            column_codes_pack(coded.code, rows->n, coded.values, coded.n_values, out, error);
    else
        status = pack_texts(rows, scratch, out, error);
done:
    return status;
}

/* ---- The section
 * ----------------------------------------------------------------------------- */

static trod_status write_section(const struct column_rows *rows, struct column_out *out,
                                 struct part_out *part, struct trod_error *error) {
    out->head[COLUMN_FLAGS] |= (unsigned char)rows->flags;
    part_put_u32(out->head + COLUMN_ROWS, rows->n);
    const size_t n_body = (out->body.n + PADDED - 1) / PADDED * PADDED;
    const size_t n_bytes = COLUMN_HEAD_BYTES + n_body + out->ends.n + out->blocks.n;
    unsigned char *at = part_out_add(part, PART_COLUMN, rows->field, n_bytes);
    if (!at) return no_memory(error);
    memcpy(at, out->head, COLUMN_HEAD_BYTES);
    at += COLUMN_HEAD_BYTES;
    if (out->body.n) memcpy(at, out->body.at, out->body.n);
    at += n_body;
    if (out->ends.n) memcpy(at, out->ends.at, out->ends.n);
    if (out->blocks.n) memcpy(at + out->ends.n, out->blocks.at, out->blocks.n);
    return TROD_OK;
}

trod_status part_column_pack(const struct trod_rows *rows,
                             const struct trod_rows_column *column, struct part_out *out,
                             struct trod_error *error) {
    static const size_t ceiling = (size_t)1 << 40;
    trod_status status = TROD_OK;
    struct column_out made = {.body.ceiling = ceiling,
                              .blocks.ceiling = ceiling,
                              .ends.ceiling = ceiling,
                              .room.ceiling = ceiling};
    struct column_rows taken;
    struct trod_arena *const scratch = trod_arena_make(ceiling);
    TROD_TRY_ALLOC(scratch, error);
    CHECK(column->code || column->text || rows->n_customers == 0 ||
          (!column->fact && rows->n_events == 0));
    TROD_TRY(take_rows(rows, column, scratch, &taken, error));
    TROD_TRY(pack_rows(&taken, scratch, &made, error));
    TROD_TRY(write_section(&taken, &made, out, error));
done:
    trod_squeezer_free(made.squeezer);
    trod_buf_free(&made.body);
    trod_buf_free(&made.blocks);
    trod_buf_free(&made.ends);
    trod_buf_free(&made.room);
    trod_arena_free(scratch);
    return status;
}
