/* Whose row it is. Without `same person` that is the text of the customer's column. With it, a
 * value is known under its column ("email=a@b.c"), and all values that stand in one row are one
 * person, across all files; the log's builder joins them. Values that stand for nobody ("null",
 * "unknown") would join everybody and are left out. */
#include "intake/inside.h"

/* No customer's name, but a program's word for none. ("NA" may well be a case between "MZ" and
 * "NB".) */
static bool is_missing(trod_str text) {
    static const char *const words[] = {"null", "NULL", "undefined", "NaN",
                                        "nan",  "\\N",  "None"};
    if (text.n == 0) return true;
    if (text.n > 9) return false;
    for (size_t i = 0; i < TROD_COUNT(words); i++)
        if (trod_str_is(text, words[i])) return true;
    return false;
}

static bool is_nobody(trod_str text) {
    static const char *const words[] = {"0", "unknown", "anonymous", "(not set)", "guest"};
    if (is_missing(text) || intake_is_void(text)) return true;
    for (size_t i = 0; i < TROD_COUNT(words); i++)
        if (trod_str_equal_fold(text, trod_str_of(words[i]))) return true;
    return false;
}

static trod_status add_customer(struct intake_table *table, trod_str id, uint32_t *customer,
                                struct trod_error *error) {
    /* Neighbouring rows are often the same customer's. */
    if (table->last_customer != INTAKE_NONE &&
        trod_str_equal(trod_buf_str(&table->last_id), id)) {
        *customer = table->last_customer;
        return TROD_OK;
    }
    *customer = trod_log_builder_customer(table->intake->builder, id);
    trod_buf_clear(&table->last_id);
    trod_buf_add(&table->last_id, id);
    table->last_customer = table->last_id.failed ? INTAKE_NONE : *customer;
    if (*customer != TROD_NO_ID) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory for so many customers");
}

/* The customer of a value under its column's name, joined with *customer. */
static trod_status join(struct intake_table *table, trod_str column, trod_str value,
                        uint32_t *customer, struct trod_error *error) {
    struct trod_buf *const key = &table->key;
    trod_buf_clear(key);
    trod_buf_add(key, column);
    trod_buf_byte(key, '=');
    trod_buf_add(key, value);
    if (key->failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    uint32_t id = INTAKE_NONE;
    const trod_status status = add_customer(table, trod_buf_str(key), &id, error);
    if (status != TROD_OK) return status;
    if (*customer != INTAKE_NONE && *customer != id)
        trod_log_builder_same(table->intake->builder, *customer, id);
    if (*customer == INTAKE_NONE) *customer = id;
    return TROD_OK;
}

trod_status intake_customer(struct intake_table *table, const struct intake_row *row,
                            uint32_t *customer, struct trod_error *error) {
    const uint32_t person = table->plan.customer;
    const trod_str id = intake_cell(row, person);
    *customer = INTAKE_NONE;
    const size_t n_same = table->map ? table->map->same_person.n : 0;
    if (n_same == 0) {
        if (id.n == 0 || (!table->wish.xes && is_missing(id))) return TROD_OK;
        return add_customer(table, id, customer, error);
    }
    bool identified = false;
    if (person != INTAKE_NONE && !is_nobody(id)) {
        const struct intake_column *const column = &table->columns[person];
        const trod_status status = join(table, column->name, id, customer, error);
        if (status != TROD_OK) return status;
        identified = column->same != n_same - 1;
    }
    const size_t n = row->filled ? row->n_filled : row->n;
    for (size_t i = 0; i < n; i++) {
        const uint32_t k = row->filled ? row->filled[i] : (uint32_t)i;
        const struct intake_column *const column = &table->columns[k];
        if (column->same == INTAKE_NONE || k == person || is_nobody(row->cells[k])) continue;
        const trod_status status = join(table, column->name, row->cells[k], customer, error);
        if (status != TROD_OK) return status;
        identified |= column->same != n_same - 1;
    }
    if (identified && *customer != INTAKE_NONE)
        trod_log_builder_identified(table->intake->builder, *customer);
    return TROD_OK;
}
