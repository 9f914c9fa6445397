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
    const char first = (char)(text.at[0] | 0x20);
    if (first != 'n' && first != 'u' && first != ('\\' | 0x20)) return false;
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

/* Finds who has the id; neighbouring rows are often the same customer's. The id is kept where
 * somebody will ask for it later: to compare it with the next one, or for facts that follow. */
static trod_status find_person(struct intake_taker *taker, trod_str id,
                               struct intake_person *person, struct trod_error *error) {
    const struct intake_table *const table = taker->table;
    if (taker->person.id.at && trod_str_equal(taker->person.id, id)) {
        *person = taker->person;
        return TROD_OK;
    }
    *person = (struct intake_person){.number = TROD_NO_ID, .id = id};
    taker->person.id.at = NULL;
    const trod_status status = intake_sink_person(&taker->sink, person, error);
    const bool joins = table->map && table->map->same_person.n;
    if (status != TROD_OK || (!taker->sink.builder && !table->wish.xes && !joins))
        return status;
    trod_buf_clear(&taker->id);
    trod_buf_add(&taker->id, id);
    if (taker->id.failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    person->id = trod_buf_str(&taker->id);
    taker->person = *person;
    return TROD_OK;
}

/* The customer of a value under its column's name: *person if there is none yet, else joined
 * with it. */
static trod_status join(struct intake_taker *taker, uint64_t place, trod_str column,
                        trod_str value, struct intake_person *person,
                        struct trod_error *error) {
    struct trod_buf *const key = &taker->key;
    trod_buf_clear(key);
    trod_buf_add(key, column);
    trod_buf_byte(key, '=');
    trod_buf_add(key, value);
    if (key->failed) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (!person->id.at) return find_person(taker, trod_buf_str(key), person, error);
    struct intake_person other = {.number = TROD_NO_ID, .id = trod_buf_str(key)};
    const trod_status status = intake_sink_person(&taker->sink, &other, error);
    if (status != TROD_OK) return status;
    return intake_sink_same(&taker->sink, place, person, &other, error);
}

trod_status intake_customer(struct intake_taker *taker, const struct intake_row *row,
                            struct intake_person *found, struct trod_error *error) {
    const struct intake_table *const table = taker->table;
    const uint32_t person = taker->plan.customer;
    const trod_str id = intake_cell(row, person);
    *found = (struct intake_person){.number = TROD_NO_ID};
    const size_t n_same = table->map ? table->map->same_person.n : 0;
    if (n_same == 0) {
        if (id.n == 0 || (!table->wish.xes && is_missing(id))) return TROD_OK;
        if (taker->sink.gather && !table->wish.xes) {
            found->id = id; /* all that a hand asks for */
            return TROD_OK;
        }
        return find_person(taker, id, found, error);
    }
    bool identified = false;
    if (person != INTAKE_NONE && !is_nobody(id)) {
        const struct intake_column *const column = &taker->columns[person];
        const trod_status status = join(taker, row->place, column->name, id, found, error);
        if (status != TROD_OK) return status;
        identified = column->same != n_same - 1;
    }
    const size_t n = row->filled ? row->n_filled : row->n;
    for (size_t i = 0; i < n; i++) {
        const uint32_t k = row->filled ? row->filled[i] : (uint32_t)i;
        const struct intake_column *const column = &taker->columns[k];
        if (column->same == INTAKE_NONE || k == person || is_nobody(row->cells[k])) continue;
        const trod_status status =
            join(taker, row->place, column->name, row->cells[k], found, error);
        if (status != TROD_OK) return status;
        identified |= column->same != n_same - 1;
    }
    found->identified = identified;
    return TROD_OK;
}
