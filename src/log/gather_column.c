/* Columns of a part. Values are numbered as they come in the order of the rows, which does not
 * depend on threads: of those that the dictionary knows by a map from its code, of others by
 * their text. A column whose values hardly repeat in the part becomes one of texts, which
 * depends on the rows alone and not on whether the dictionary knew them. */
#include "log/gather_desk.h"

enum {
    TEXT_FROM = 1 << 16, /* distinct values of a part after which a column is looked at */
    FIRST_SLOTS = 1 << 10,
};

struct value_slot {
    uint32_t hash, code; /* 0: free */
};

void desk_column_release(struct desk_column *column) {
    desk_array_free(&column->codes);
    desk_array_free(&column->maps);
    desk_array_free(&column->values);
    desk_array_free(&column->texts);
    desk_array_free(&column->slots);
}

/* The first value of the field in this part. */
static trod_status open_column(struct desk *desk, uint32_t field, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct desk_column *column = desk->columns[field];
    const struct gather_field *const from = desk->gather->fields[field];
    if (!column) {
        column = desk->columns[field] = TROD_NEW(desk->arena, struct desk_column);
        TROD_TRY_ALLOC(column, error);
        column->field = field;
        column->fact = from->fact;
    }
    const uint32_t n = trod_dict_count(from->values), n_map = n < VALUE_ONE ? VALUE_ONE : n;
    column->map = desk_reach(&column->maps, n_map, sizeof *column->map);
    TROD_TRY_ALLOC(column->map, error);
    memset(column->map, 0, (size_t)n_map * sizeof *column->map);
    column->n_map = n_map;
    column->n_values = 0;
    column->n_rows = 0;
    desk->version++;
    column->is_text = column->has_table = false;
    column->open = true;
    desk->opened[desk->n_opened++] = field;
done:
    return status;
}

/* Makes the column at least n rows long; new ones are missing. */
static bool column_reach(struct desk_column *column, uint64_t n) {
    const size_t size = column->is_text ? sizeof(trod_str) : sizeof(uint32_t);
    struct desk_array *const cells = column->is_text ? &column->texts : &column->codes;
    if (n <= column->n_rows) return true;
    char *const at = desk_reach(cells, n, size);
    if (!at) return false;
    memset(at + column->n_rows * size, 0, (size_t)(n - column->n_rows) * size);
    if (!column->is_text) column->code = (void *)at;
    column->n_rows = n;
    return true;
}

static uint32_t hash_of(trod_str text) {
    return (uint32_t)trod_hash64(text.n ? text.at : "", text.n, 0);
}

static bool table_grow(struct desk_column *column, uint32_t n) {
    struct value_slot *const slots = desk_reach(&column->slots, n, sizeof *slots);
    const trod_str *const values = (const void *)column->values.bytes.at;
    if (!slots) return false;
    memset(slots, 0, n * sizeof *slots);
    column->slot_mask = n - 1;
    for (uint32_t v = 0; v < column->n_values; v++) {
        const uint32_t hash = hash_of(values[v]);
        uint32_t at = hash & column->slot_mask;
        while (slots[at].code) at = (at + 1) & column->slot_mask;
        slots[at] = (struct value_slot){hash, v + 1};
    }
    column->has_table = true;
    return true;
}

/* The slot of the text, or the free one where it belongs. */
static struct value_slot *table_find(struct desk_column *column, trod_str text, uint32_t hash) {
    struct value_slot *const slots = (void *)column->slots.bytes.at;
    const trod_str *const values = (const void *)column->values.bytes.at;
    uint32_t at = hash & column->slot_mask;
    for (; slots[at].code; at = (at + 1) & column->slot_mask)
        if (slots[at].hash == hash && trod_str_equal(values[slots[at].code - 1], text)) break;
    return &slots[at];
}

/* Values of this column hardly repeat: its codes become texts. */
static bool turn_to_text(struct desk_column *column) {
    const uint64_t n = column->n_rows;
    trod_str *const texts = desk_reach(&column->texts, n, sizeof *texts);
    const trod_str *const values = (const void *)column->values.bytes.at;
    if (!texts) return false;
    for (uint64_t i = 0; i < n; i++)
        texts[i] = column->code[i] ? values[column->code[i] - 1] : (trod_str){NULL, 0};
    column->is_text = true;
    return true;
}

/* Judged whenever the number of values is a power of two: half of those set so far are new. */
static bool hardly_repeats(const struct desk_column *column, uint64_t last_row) {
    const uint32_t n = column->n_values;
    if (n < TEXT_FROM || (n & (n - 1)) != 0) return false;
    uint64_t n_set = 0;
    for (uint64_t i = 0; i <= last_row; i++) n_set += column->code[i] != 0;
    return n > n_set / 2;
}

/* The part's code of a text, new or known; 0 without memory. */
static uint32_t text_code(struct desk_column *column, trod_str text, bool surely_new) {
    struct value_slot *slot = NULL;
    if (!surely_new || column->has_table) {
        const uint32_t n = column->has_table ? column->slot_mask + 1 : FIRST_SLOTS;
        uint32_t more = n;
        while (column->n_values >= more / 2) more *= 2;
        if ((!column->has_table || more > n) && !table_grow(column, more)) return 0;
        const uint32_t hash = hash_of(text);
        slot = table_find(column, text, hash);
        if (slot->code) return slot->code;
        *slot = (struct value_slot){hash, column->n_values + 1};
    }
    trod_str *const values =
        desk_reach(&column->values, (uint64_t)column->n_values + 1, sizeof *values);
    if (!values) return 0;
    values[column->n_values] = text;
    return ++column->n_values;
}

trod_status desk_column_set(struct desk *desk, uint32_t field, const struct record_value *value,
                            uint64_t row, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct gather_field *const from = desk->gather->fields[field];
    struct desk_column *column = desk->columns[field];
    if (!column || !column->open) {
        TROD_TRY(open_column(desk, field, error));
        column = desk->columns[field];
    }
    if (row >= column->n_rows) {
        desk->version++;
        if (!column_reach(column, column->fact ? row + 1 : desk->n_most_rows))
            TROD_TRY_ALLOC(NULL, error);
    }
    const bool coded = value->code != TROD_NO_ID;
    uint32_t code = coded && !column->is_text ? column->map[value->code] : 0;
    if (code) {
        column->code[row] = code;
        goto done;
    }
    const trod_str text = coded ? trod_dict_at(from->values, value->code) : value->text;
    if (column->is_text) {
        ((trod_str *)(void *)column->texts.bytes.at)[row] = text;
        goto done;
    }
    const uint32_t n_before = column->n_values;
    code = text_code(column, text, coded);
    if (code == 0) TROD_TRY_ALLOC(NULL, error);
    if (coded) column->map[value->code] = code;
    column->code[row] = code;
    if (column->n_values > n_before && hardly_repeats(column, row)) {
        desk->version++;
        if (!turn_to_text(column)) TROD_TRY_ALLOC(NULL, error);
    }
done:
    return status;
}

const struct desk_op *desk_ops(struct desk *desk, uint32_t shape) {
    struct desk_shape *const known = &desk->shapes[shape];
    const struct gather_shape *const from = &desk->gather->shapes[shape];
    if (!known->ops) {
        known->ops = TROD_NEW_ARRAY(desk->arena, (size_t)from->n + 1, struct desk_op);
        if (!known->ops) return NULL;
    }
    for (uint32_t k = 0; k < from->n; k++) {
        const struct desk_column *const column = desk->columns[from->fields[k]];
        const bool direct = column && column->open && !column->fact && !column->is_text;
        known->ops[k] = direct ? (struct desk_op){column->map, column->code}
                               : (struct desk_op){desk->nowhere, NULL};
    }
    known->version = desk->version;
    return known->ops;
}

trod_status desk_column_end(struct desk_column *column, uint64_t n_rows,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!column_reach(column, n_rows)) TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}
