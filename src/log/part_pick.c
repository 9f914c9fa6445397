/* Some customers of a part as rows, whatever lies between them: each column once for all of
 * them, its dictionary too. */
#include "log/part.h"

struct picker {
    const struct trod_part *part;
    const uint32_t *customers;
    uint32_t n, n_events;
    const uint32_t *first; /* [n + 1] events of what is picked */
    struct trod_arena *arena;
    struct trod_rows *rows;
    struct trod_error *error;
};

static trod_status pick_customers(struct picker *p) {
    trod_status status = TROD_OK;
    trod_str *const id = TROD_NEW_ARRAY(p->arena, p->n, trod_str);
    uint64_t *const hash = TROD_NEW_ARRAY(p->arena, p->n, uint64_t);
    uint32_t *const first = TROD_NEW_ARRAY(p->arena, (size_t)p->n + 1, uint32_t);
    TROD_TRY_ALLOC(id && hash && first, p->error);
    for (uint32_t i = 0; i < p->n; i++) {
        const uint32_t c = p->customers[i];
        TROD_TRY(trod_part_ids(p->part, c, 1, p->arena, &id[i], p->error));
        id[i] = trod_arena_copy(p->arena, id[i]);
        TROD_TRY_ALLOC(id[i].at, p->error);
        hash[i] = trod_customer_hash(id[i]);
        first[i + 1] = first[i] + p->part->first[c + 1] - p->part->first[c];
    }
    p->first = first;
    p->n_events = first[p->n];
    *p->rows = (struct trod_rows){
        .n_customers = p->n, .n_events = p->n_events, .hash = hash, .id = id, .first = first};
done:
    return status;
}

static trod_status pick_events(struct picker *p) {
    trod_status status = TROD_OK;
    const struct trod_part *const part = p->part;
    const size_t room = (size_t)p->n_events + PART_ROOM;
    uint32_t *const name = TROD_NEW_ARRAY(p->arena, room, uint32_t);
    uint32_t *const source = TROD_NEW_ARRAY(p->arena, room, uint32_t);
    int64_t *const time_us = part->tick_us ? TROD_NEW_ARRAY(p->arena, room, int64_t) : NULL;
    int64_t *const end_us = part->has_ends ? TROD_NEW_ARRAY(p->arena, room, int64_t) : NULL;
    TROD_TRY_ALLOC(name && source && (time_us || !part->tick_us) && (end_us || !part->has_ends),
                   p->error);
    for (uint32_t i = 0; i < p->n; i++) {
        const uint32_t c = p->customers[i], from = part->first[c], at = p->first[i];
        const uint32_t n = p->first[i + 1] - at;
        part_names(part, from, n, name + at);
        trod_part_sources(part, from, n, source + at);
        if (time_us) part_times(part, c, 1, time_us + at);
        if (end_us && time_us) part_end_times(part, from, n, time_us + at, end_us + at);
    }
    p->rows->name = name;
    p->rows->source = source;
    p->rows->time_us = time_us;
    p->rows->end_us = time_us ? end_us : NULL;
done:
    return status;
}

/* The rows of the column that belong to picked customer i: `at` in what is picked. */
static void rows_of(const struct picker *p, const struct trod_part_column *column, uint32_t i,
                    uint32_t *from, uint32_t *n, uint32_t *at) {
    *from = column->fact ? p->customers[i] : p->part->first[p->customers[i]];
    *n = column->fact ? 1 : p->first[i + 1] - p->first[i];
    *at = column->fact ? i : p->first[i];
}

/* Only the values that they have stay in the dictionary, and are copied: those of a part may go
 * with it. */
static trod_status keep_used(struct picker *p, const struct trod_part_column *column,
                             uint32_t *code, size_t n_rows, struct trod_rows_column *to) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = p->arena;
    uint32_t *const number = TROD_NEW_ARRAY(arena, (size_t)column->n_values + 1, uint32_t);
    trod_str *values = NULL;
    size_t n = 0, room = 0;
    TROD_TRY_ALLOC(number, p->error);
    for (size_t i = 0; i < n_rows; i++) {
        const uint32_t old = code[i];
        if (old && number[old] == 0) {
            const trod_str value =
                trod_arena_copy(arena, trod_part_value(p->part, column, old));
            TROD_TRY_ALLOC(value.at, p->error);
            TROD_TRY_ALLOC(TROD_PUSH(arena, values, n, room, value), p->error);
            number[old] = (uint32_t)n;
        }
        code[i] = number[old];
    }
    if (!values) TROD_TRY_ALLOC(values = TROD_NEW(arena, trod_str), p->error);
    to->code = code;
    to->values = values;
    to->n_values = (uint32_t)n;
done:
    return status;
}

static trod_status pick_codes(struct picker *p, const struct trod_part_column *column,
                              struct trod_rows_column *to) {
    trod_status status = TROD_OK;
    const size_t n_rows = column->fact ? p->n : p->n_events;
    uint32_t *const code = TROD_NEW_ARRAY(p->arena, n_rows + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(code, p->error);
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t from = 0, n = 0, at = 0;
        rows_of(p, column, i, &from, &n, &at);
        if (n) trod_part_codes(p->part, column, from, n, code + at);
    }
    TROD_TRY(keep_used(p, column, code, n_rows, to));
done:
    return status;
}

static trod_status pick_texts(struct picker *p, const struct trod_part_column *column,
                              struct trod_rows_column *to) {
    trod_status status = TROD_OK;
    const size_t n_rows = column->fact ? p->n : p->n_events;
    trod_str *const text = TROD_NEW_ARRAY(p->arena, n_rows, trod_str);
    TROD_TRY_ALLOC(text, p->error);
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t from = 0, n = 0, at = 0;
        rows_of(p, column, i, &from, &n, &at);
        if (n)
            TROD_TRY(trod_part_texts(p->part, column, from, n, p->arena, text + at, p->error));
    }
    for (size_t i = 0; i < n_rows; i++) {
        if (!text[i].at) continue;
        text[i] = trod_arena_copy(p->arena, text[i]);
        TROD_TRY_ALLOC(text[i].at, p->error);
    }
    to->text = text;
done:
    return status;
}

static trod_status pick_column(struct picker *p, const struct trod_part_column *column,
                               struct trod_rows_column *to) {
    *to = (struct trod_rows_column){.field = column->field, .fact = column->fact};
    return column->kind == TROD_COLUMN_CODES ? pick_codes(p, column, to)
                                             : pick_texts(p, column, to);
}

trod_status trod_part_pick(const struct trod_part *part, const uint32_t *customers, uint32_t n,
                           struct trod_arena *arena, struct trod_rows *rows,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct picker p = {.part = part,
                       .customers = customers,
                       .n = n,
                       .arena = arena,
                       .rows = rows,
                       .error = error};
    TROD_TRY(pick_customers(&p));
    TROD_TRY(pick_events(&p));
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(arena, part->n_columns, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, error);
    for (size_t i = 0; i < part->n_columns; i++)
        TROD_TRY(pick_column(&p, &part->columns[i], &columns[i]));
    rows->columns = columns;
    rows->n_columns = part->n_columns;
done:
    return status;
}
