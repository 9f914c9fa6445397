/* The first row of a table: the names of its columns. Names that stand twice, or are missing,
 * get one of their own. */
#include "intake/inside.h"

static bool has_letter(trod_str text) {
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        if (c >= 0x80 || (unsigned char)((c | 0x20) - 'a') < 26) return true;
    }
    return false;
}

/* A first line without a letter in it, or with a time, is data. */
static trod_status check_header(const trod_str *cells, size_t n, struct trod_error *error) {
    bool letters = false, is_time = false;
    for (size_t i = 0; i < n; i++) {
        const struct trod_time_form guess = {0};
        letters |= has_letter(cells[i]);
        is_time |= trod_time_read(cells[i], &guess, NULL) != TROD_NO_TIME;
    }
    if (letters && !is_time) return TROD_OK;
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT,
                  "the first line holds no names of columns: it begins with \"%.*s\"",
                  (int)(cells[0].n < 40 ? cells[0].n : 40), cells[0].at);
    trod_error_hint(error,
                    "put a header before it, one row an event, such as customer,event,time");
    return status;
}

/* Adds a column of that name, or NAME#2 …, or "column 7" where it is empty. */
static trod_status add_column(struct intake_table *table, struct trod_dict *names,
                              trod_str cell, size_t i, struct trod_error *error) {
    trod_str name = trod_str_trim(cell);
    if (name.n == 0) name = trod_arena_format(table->arena, "column %zu", i + 1);
    const trod_str first = name;
    for (unsigned k = 2; name.at && trod_dict_find(names, name) != TROD_NO_ID; k++)
        name = trod_arena_format(table->arena, "%.*s#%u", TROD_ARG(first), k);
    if (!name.at || trod_dict_add(names, name) == TROD_NO_ID)
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    uint32_t column = 0;
    return intake_table_column(table, name, INTAKE_ATTRIBUTE, &column, error);
}

trod_status intake_table_header(struct intake_table *table, const trod_str *cells, size_t n,
                                struct trod_error *error) {
    trod_status status = check_header(cells, n, error);
    if (status != TROD_OK) return status;
    struct trod_dict *const names = trod_dict_make(0);
    TROD_TRY_ALLOC(names, error);
    for (size_t i = 0; i < n; i++) TROD_TRY(add_column(table, names, cells[i], i, error));
done:
    trod_dict_free(names);
    return status;
}
