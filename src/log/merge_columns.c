/* Columns while rows are merged. Where all rows have codes, their dictionaries become one, and
 * two values are the same if their new codes are; where some rows have plain texts, the merged
 * column has. */
#include "log/merge.h"

/* ---- One column of many
 * ---------------------------------------------------------------------- */

static bool is_known(const struct merge *merge, uint32_t field) {
    for (size_t i = 0; i < merge->n_columns; i++)
        if (merge->columns[i].field == field) return true;
    return false;
}

/* The fields that any rows have, ascending. */
static trod_status list_columns(struct merge *merge, struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t room = 0;
    for (size_t s = 0; s < merge->n_sets; s++) {
        const struct trod_rows *const set = merge->sets[s];
        for (size_t k = 0; k < set->n_columns; k++) {
            const struct trod_rows_column *const from = &set->columns[k];
            if (is_known(merge, from->field)) continue;
            const struct merge_column column = {
                .field = from->field, .fact = from->fact, .coded = true};
            if (!TROD_PUSH(merge->scratch, merge->columns, merge->n_columns, room, column))
                TROD_TRY_ALLOC(NULL, error);
            size_t at = merge->n_columns - 1;
            for (; at > 0 && merge->columns[at - 1].field > column.field; at--)
                merge->columns[at] = merge->columns[at - 1];
            merge->columns[at] = column;
        }
    }
done:
    return status;
}

static const struct trod_rows_column *find(const struct trod_rows *rows, uint32_t field,
                                           bool fact) {
    for (size_t k = 0; k < rows->n_columns; k++)
        if (rows->columns[k].field == field && rows->columns[k].fact == fact)
            return &rows->columns[k];
    return NULL;
}

static trod_status join_values(const struct merge *merge, struct merge_column *column,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t room = 0;
    struct trod_dict *const dict = trod_dict_make(0);
    TROD_TRY_ALLOC(dict, error);
    for (size_t s = 0; s < merge->n_sets; s++) {
        const struct trod_rows_column *const from = column->from[s];
        if (!from) continue;
        uint32_t *const map =
            TROD_NEW_ARRAY(merge->scratch, (size_t)from->n_values + 1, uint32_t);
        TROD_TRY_ALLOC(map, error);
        for (uint32_t v = 0; v < from->n_values; v++) {
            const uint32_t id = trod_dict_add(dict, from->values[v]);
            if (id == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
            map[v + 1] = id + 1;
            if (id < column->n_values) continue;
            if (!trod_arena_grow(merge->arena, (void **)&column->values, column->n_values,
                                 &room, sizeof *column->values))
                TROD_TRY_ALLOC(NULL, error);
            column->values[column->n_values++] = from->values[v];
        }
        column->map[s] = map;
    }
done:
    trod_dict_free(dict);
    return status;
}

trod_status merge_columns_make(struct merge *merge, const struct trod_rows_options *options,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(list_columns(merge, error));
    for (size_t i = 0; i < merge->n_columns; i++) {
        struct merge_column *const column = &merge->columns[i];
        column->from =
            TROD_NEW_ARRAY(merge->scratch, merge->n_sets, const struct trod_rows_column *);
        TROD_TRY_ALLOC(column->from, error);
        column->map = TROD_NEW_ARRAY(merge->scratch, merge->n_sets, uint32_t *);
        TROD_TRY_ALLOC(column->map, error);
        for (size_t s = 0; s < merge->n_sets; s++) {
            column->from[s] = find(merge->sets[s], column->field, column->fact);
            if (column->from[s] && !column->from[s]->code) column->coded = false;
        }
        if (column->coded) TROD_TRY(join_values(merge, column, error));
        if (!column->fact && column->field == options->id_field) merge->id_column = column;
    }
    merge->distinct = options->distinct;
done:
    return status;
}

static uint32_t code_at(const struct merge_column *column, uint32_t set, uint32_t row) {
    const struct trod_rows_column *const from = column->from[set];
    return from ? column->map[set][from->code[row]] : 0;
}

static trod_str text_at(const struct merge_column *column, uint32_t set, uint32_t row) {
    const struct trod_rows_column *const from = column->from[set];
    if (!from) return (trod_str){0};
    if (!from->code) return from->text[row];
    if (from->code[row] == 0) return (trod_str){0};
    const trod_str value = from->values[from->code[row] - 1];
    return value.at ? value : TROD_STR("");
}

/* ---- The merged rows
 * --------------------------------------------------------------------------- */

/* The newest piece of a customer whose fact is there. */
static const struct piece *piece_of_fact(const struct merge *merge,
                                         const struct merge_column *column, uint32_t customer) {
    for (uint64_t p = merge->first_piece[customer + 1]; p-- > merge->first_piece[customer];) {
        const struct piece *const piece = &merge->pieces[p];
        if (text_at(column, piece->set, piece->customer).at) return piece;
    }
    return NULL;
}

static void fill_facts(const struct merge *merge, const struct merge_column *column,
                       uint32_t *code, trod_str *text) {
    for (uint32_t c = 0; c < merge->n_customers; c++) {
        const struct piece *const piece = piece_of_fact(merge, column, c);
        if (!piece) continue;
        if (code) {
            code[c] = code_at(column, piece->set, piece->customer);
        } else {
            text[c] = text_at(column, piece->set, piece->customer);
        }
    }
}

static void fill_rows(const struct merge *merge, const struct merge_column *column,
                      uint32_t *code, trod_str *text) {
    uint32_t at = 0;
    for (uint32_t r = 0; r < merge->n_runs; r++) {
        const struct run run = merge->runs[r];
        const struct trod_rows_column *const from = column->from[run.set];
        if (code && from) {
            const uint32_t *const map = column->map[run.set];
            for (uint32_t i = 0; i < run.n; i++) code[at + i] = map[from->code[run.begin + i]];
        } else if (from) {
            for (uint32_t i = 0; i < run.n; i++)
                text[at + i] = text_at(column, run.set, run.begin + i);
        }
        at += run.n;
    }
}

static trod_status fill_column(const struct merge *merge, const struct merge_column *column,
                               struct trod_rows_column *to, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = column->fact ? merge->n_customers : merge->n_events;
    uint32_t *code = NULL;
    trod_str *text = NULL;
    if (column->coded) {
        code = TROD_NEW_ARRAY(merge->arena, n, uint32_t);
        TROD_TRY_ALLOC(code, error);
    } else {
        text = TROD_NEW_ARRAY(merge->arena, n, trod_str);
        TROD_TRY_ALLOC(text, error);
    }
    if (column->fact) {
        fill_facts(merge, column, code, text);
    } else {
        fill_rows(merge, column, code, text);
    }
    *to = (struct trod_rows_column){.field = column->field,
                                    .fact = column->fact,
                                    .code = code,
                                    .values = column->values,
                                    .n_values = column->n_values,
                                    .text = text};
done:
    return status;
}

trod_status merge_columns_fill(const struct merge *merge, struct trod_rows *merged,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(merge->arena, merge->n_columns, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, error);
    for (size_t i = 0; i < merge->n_columns; i++)
        TROD_TRY(fill_column(merge, &merge->columns[i], &columns[i], error));
    merged->columns = columns;
    merged->n_columns = merge->n_columns;
done:
    return status;
}

/* ---- What was seen before
 * ------------------------------------------------------------------------ */

trod_status merge_seen_make(const struct merge *merge, struct seen *seen,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n = 16;
    while (n < 2 * merge->longest) n *= 2;
    seen->slots = TROD_NEW_ARRAY(merge->scratch, n, struct place);
    TROD_TRY_ALLOC(seen->slots, error);
done:
    return status;
}

void merge_seen_clear(struct seen *seen, uint64_t n) {
    if (!seen->slots) return;
    seen->mask = 15;
    while (seen->mask + 1 < 2 * n) seen->mask = 2 * seen->mask + 1;
    memset(seen->slots, 0xff, (seen->mask + 1) * sizeof *seen->slots);
}

static bool same_text(trod_str a, trod_str b) {
    return !a.at == !b.at && trod_str_equal(a, b);
}

bool merge_seen_id(const struct merge *merge, struct seen *seen, struct place place) {
    if (!seen->slots) return false;
    const trod_str id = text_at(merge->id_column, place.set, place.event);
    if (id.n == 0) return false;
    uint64_t at = trod_hash64(id.at, id.n, 0) & seen->mask;
    for (; seen->slots[at].set != UINT32_MAX; at = (at + 1) & seen->mask) {
        const struct place other = seen->slots[at];
        if (trod_str_equal(text_at(merge->id_column, other.set, other.event), id)) return true;
    }
    seen->slots[at] = place;
    return false;
}

static int64_t time_at(const struct merge *merge, struct place place, bool end) {
    const struct trod_rows *const from = merge->sets[place.set];
    const int64_t *const times = end ? from->end_us : from->time_us;
    return times ? times[place.event] : TROD_NO_TIME;
}

static uint64_t stir(uint64_t hash, uint64_t with) {
    hash = (hash ^ with) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t hash_row(const struct merge *merge, struct place place) {
    uint64_t hash = stir(0, merge->sets[place.set]->name[place.event]);
    hash = stir(hash, (uint64_t)time_at(merge, place, false));
    for (size_t i = 0; i < merge->n_columns; i++) {
        const struct merge_column *const column = &merge->columns[i];
        if (column->fact) continue;
        if (column->coded) {
            hash = stir(hash, code_at(column, place.set, place.event));
        } else {
            const trod_str text = text_at(column, place.set, place.event);
            hash = stir(hash, text.at ? trod_hash64(text.at, text.n, 1) : 0);
        }
    }
    return hash;
}

static bool same_row(const struct merge *merge, struct place a, struct place b) {
    if (merge->sets[a.set]->name[a.event] != merge->sets[b.set]->name[b.event] ||
        time_at(merge, a, false) != time_at(merge, b, false) ||
        time_at(merge, a, true) != time_at(merge, b, true))
        return false;
    for (size_t i = 0; i < merge->n_columns; i++) {
        const struct merge_column *const column = &merge->columns[i];
        if (column->fact) continue;
        if (column->coded) {
            if (code_at(column, a.set, a.event) != code_at(column, b.set, b.event))
                return false;
        } else if (!same_text(text_at(column, a.set, a.event),
                              text_at(column, b.set, b.event))) {
            return false;
        }
    }
    return true;
}

bool merge_seen_row(const struct merge *merge, struct seen *seen, struct place place) {
    if (!seen->slots) return false;
    uint64_t at = hash_row(merge, place) & seen->mask;
    for (; seen->slots[at].set != UINT32_MAX; at = (at + 1) & seen->mask)
        if (same_row(merge, seen->slots[at], place)) return true;
    seen->slots[at] = place;
    return false;
}
