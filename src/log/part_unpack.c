/* A part, or some of its customers, as rows again: for merging parts and for writing them out.
 * Columns with a dictionary keep it (with values that none of these customers may have); the
 * others become texts. */
#include "log/part.h"

struct unpacker {
    const struct trod_part *part;
    uint32_t from, n;      /* customers */
    uint32_t event, n_all; /* their events */
    struct trod_arena *arena;
    struct trod_rows *rows;
    struct trod_error *error;
};

static trod_status unpack_customers(struct unpacker *u) {
    trod_status status = TROD_OK;
    trod_str *const id = TROD_NEW_ARRAY(u->arena, u->n, trod_str);
    TROD_TRY_ALLOC(id, u->error);
    uint64_t *const hash = TROD_NEW_ARRAY(u->arena, u->n, uint64_t);
    TROD_TRY_ALLOC(hash, u->error);
    uint32_t *const first = TROD_NEW_ARRAY(u->arena, (size_t)u->n + 1, uint32_t);
    TROD_TRY_ALLOC(first, u->error);
    TROD_TRY(trod_part_ids(u->part, u->from, u->n, u->arena, id, u->error));
    for (uint32_t c = 0; c < u->n; c++) hash[c] = trod_customer_hash(id[c]);
    for (uint32_t c = 0; c <= u->n; c++) first[c] = u->part->first[u->from + c] - u->event;
    u->rows->id = id;
    u->rows->hash = hash;
    u->rows->first = first;
done:
    return status;
}

static trod_status unpack_names(struct unpacker *u) {
    trod_status status = TROD_OK;
    uint32_t *const name = TROD_NEW_ARRAY(u->arena, u->n_all, uint32_t);
    TROD_TRY_ALLOC(name, u->error);
    part_names(u->part, u->event, u->n_all, name);
    u->rows->name = name;
    uint32_t *const source = TROD_NEW_ARRAY(u->arena, (size_t)u->n_all + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(source, u->error);
    trod_part_sources(u->part, u->event, u->n_all, source);
    u->rows->source = source;
done:
    return status;
}

static trod_status unpack_times(struct unpacker *u) {
    trod_status status = TROD_OK;
    int64_t *const time_us = TROD_NEW_ARRAY(u->arena, (size_t)u->n_all + PART_ROOM, int64_t);
    TROD_TRY_ALLOC(time_us, u->error);
    part_times(u->part, u->from, u->n, time_us);
    u->rows->time_us = time_us;
    if (!u->part->has_ends) goto done;
    int64_t *const end_us = TROD_NEW_ARRAY(u->arena, (size_t)u->n_all + PART_ROOM, int64_t);
    TROD_TRY_ALLOC(end_us, u->error);
    part_end_times(u->part, u->event, u->n_all, time_us, end_us);
    u->rows->end_us = end_us;
done:
    return status;
}

static trod_status unpack_column(struct unpacker *u, const struct trod_part_column *from,
                                 struct trod_rows_column *to) {
    trod_status status = TROD_OK;
    const uint32_t begin = from->fact ? u->from : u->event;
    const uint32_t n = from->fact ? u->n : u->n_all;
    *to = (struct trod_rows_column){.field = from->field, .fact = from->fact};
    if (from->kind != TROD_COLUMN_CODES) {
        trod_str *const text = TROD_NEW_ARRAY(u->arena, n, trod_str);
        TROD_TRY_ALLOC(text, u->error);
        TROD_TRY(trod_part_texts(u->part, from, begin, n, u->arena, text, u->error));
        to->text = text;
        goto done;
    }
    uint32_t *const code = TROD_NEW_ARRAY(u->arena, (size_t)n + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(code, u->error);
    trod_part_codes(u->part, from, begin, n, code);
    trod_str *const values = TROD_NEW_ARRAY(u->arena, from->n_values, trod_str);
    TROD_TRY_ALLOC(values, u->error);
    for (uint32_t v = 0; v < from->n_values; v++)
        values[v] = trod_part_value(u->part, from, v + 1);
    to->code = code;
    to->values = values;
    to->n_values = from->n_values;
done:
    return status;
}

trod_status trod_part_unpack(const struct trod_part *part, uint32_t from, uint32_t n,
                             struct trod_arena *arena, struct trod_rows *rows,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    CHECK(from <= part->n_customers && n <= part->n_customers - from);
    struct unpacker u = {.part = part,
                         .from = from,
                         .n = n,
                         .event = part->first[from],
                         .n_all = part->first[from + n] - part->first[from],
                         .arena = arena,
                         .rows = rows,
                         .error = error};
    *rows = (struct trod_rows){.n_customers = n, .n_events = u.n_all};
    TROD_TRY(unpack_customers(&u));
    TROD_TRY(unpack_names(&u));
    if (part->tick_us) TROD_TRY(unpack_times(&u));
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(arena, part->n_columns, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, error);
    for (size_t i = 0; i < part->n_columns; i++)
        TROD_TRY(unpack_column(&u, &part->columns[i], &columns[i]));
    rows->columns = columns;
    rows->n_columns = part->n_columns;
done:
    return status;
}
