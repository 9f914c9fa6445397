/* The rows of a part, from the records in their order. Each record is visited once, wherever it
 * lies; it is asked for a few records ahead, so that the memory answers in time. A customer's
 * facts are those said last by place, by its events or by themselves. */
#include <stdlib.h>

#include "log/gather_desk.h"

enum { AHEAD = 12 };

void desk_begin(struct desk *desk, uint64_t n_most_rows) {
    for (uint32_t i = 0; i < desk->n_opened; i++) desk->columns[desk->opened[i]]->open = false;
    desk->n_opened = 0;
    desk->version++;
    desk->n_most_rows = n_most_rows;
    desk->n_row_customers = desk->n_rows = 0;
    desk->has_time = desk->has_end = false;
    desk->n_dropped = 0;
    trod_arena_reset(desk->scratch);
}

/* Arrays as long as the part. */
struct rows_at {
    uint32_t *name, *source;
    int64_t *time, *end;
    uint64_t *hash;
    trod_str *id;
    uint32_t *first;
};

static trod_status make_room(struct desk *desk, struct rows_at *at, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint64_t n_rows = (uint64_t)desk->n_rows + desk->events.n;
    const uint64_t n_customers = (uint64_t)desk->n_row_customers + desk->n_ranks;
    const uint64_t n = n_rows > desk->n_most_rows ? n_rows : desk->n_most_rows;
    if (n_rows > UINT32_MAX - 1024)
        return trod_fail(error, TROD_TOO_MUCH, "too many events fall to one part of the log");
    at->name = desk_reach(&desk->name, n, sizeof *at->name);
    TROD_TRY_ALLOC(at->name, error);
    at->source = desk_reach(&desk->source, n, sizeof *at->source);
    TROD_TRY_ALLOC(at->source, error);
    at->time = desk_reach(&desk->time, n, sizeof *at->time);
    TROD_TRY_ALLOC(at->time, error);
    at->hash = desk_reach(&desk->hash, n_customers + 1, sizeof *at->hash);
    TROD_TRY_ALLOC(at->hash, error);
    at->id = desk_reach(&desk->id, n_customers + 1, sizeof *at->id);
    TROD_TRY_ALLOC(at->id, error);
    at->first = desk_reach(&desk->first, n_customers + 1, sizeof *at->first);
    TROD_TRY_ALLOC(at->first, error);
    at->end = desk->has_end ? (void *)desk->end.bytes.at : NULL;
done:
    return status;
}

/* The first end in the part: events before have none. */
static trod_status first_end(struct desk *desk, struct rows_at *at, uint32_t row,
                             int64_t end_us, struct trod_error *error) {
    trod_status status = TROD_OK;
    at->end = desk_reach(&desk->end, desk->n_most_rows, sizeof *at->end);
    TROD_TRY_ALLOC(at->end, error);
    for (uint32_t i = 0; i < row; i++) at->end[i] = TROD_NO_TIME;
    at->end[row] = end_us;
    desk->has_end = true;
done:
    return status;
}

static trod_str said_text(const struct desk *desk, uint32_t field, const unsigned char *said) {
    struct record_value value;
    record_value(said, &value);
    return value.code == TROD_NO_ID
               ? value.text
               : trod_dict_at(desk->gather->fields[field]->values, value.code);
}

/* A value of a fact: kept until all of the customer's are seen. Of two that were said in the
 * same place by different records, in any order, it is the larger text. */
static trod_status say(struct desk *desk, uint32_t field, const unsigned char *value,
                       const struct desk_entry *entry, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct desk_column *column = desk->columns[field];
    if (!column) {
        column = desk->columns[field] = TROD_NEW(desk->arena, struct desk_column);
        TROD_TRY_ALLOC(column, error);
        column->field = field;
        column->fact = true;
    }
    if (!column->said) {
        uint32_t *const touched =
            desk_reach(&desk->touched, (uint64_t)desk->n_touched + 1, sizeof *touched);
        TROD_TRY_ALLOC(touched, error);
        touched[desk->n_touched++] = field;
    } else if (entry->place < column->said_place ||
               (entry->place == column->said_place && entry->at != column->said_record &&
                trod_str_compare(said_text(desk, field, value),
                                 said_text(desk, field, column->said)) < 0)) {
        goto done;
    }
    column->said = value;
    column->said_record = entry->at;
    column->said_place = entry->place;
done:
    return status;
}

static trod_status end_facts(struct desk *desk, uint32_t customer, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t *const touched = (const void *)desk->touched.bytes.at;
    for (uint32_t i = 0; i < desk->n_touched; i++) {
        struct record_value value;
        record_value(desk->columns[touched[i]]->said, &value);
        desk->columns[touched[i]]->said = NULL;
        TROD_TRY(desk_column_set(desk, touched[i], &value, customer, error));
    }
    desk->n_touched = 0;
done:
    return status;
}

/* A value that is not of one byte, or the first of its kind, or a fact's. Those of a record
 * that makes no row are passed over but for facts. */
static const uint32_t NO_ROW = UINT32_MAX;

static trod_status read_value(struct desk *desk, uint32_t field, const unsigned char **at,
                              const struct desk_entry *entry, uint32_t row,
                              struct trod_error *error) {
    const struct desk_column *const column = desk->columns[field];
    const unsigned char *const begin = *at;
    struct record_value value = {0};
    *at = record_value(begin, &value);
    if (desk->gather->fields[field]->fact) return say(desk, field, begin, entry, error);
    if (row == NO_ROW) return TROD_OK;
    if (column && column->open && !column->is_text && value.code < column->n_map &&
        column->map[value.code]) {
        column->code[row] = column->map[value.code];
        return TROD_OK;
    }
    return desk_column_set(desk, field, &value, row, error);
}

/* The values of an event, from `at` on: of the fields of its shape, then of its tail. */
static trod_status read_values(struct desk *desk, const unsigned char *at,
                               const struct desk_entry *entry, uint32_t row,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t shape = record_shape(entry->at);
    const struct desk_shape *const known = &desk->shapes[shape];
    const struct gather_shape *const fields = &desk->gather->shapes[shape];
    const uint32_t n = fields->n;
    const struct desk_op *ops = known->ops;
    if (known->version != desk->version) ops = desk_ops(desk, shape);
    TROD_TRY_ALLOC(ops, error);
    for (uint32_t k = 0; k < n; k++) {
        const unsigned first = *at;
        const uint32_t code = first < VALUE_ONE ? ops[k].map[first] : 0;
        if (code) {
            ops[k].cells[row] = code;
            at++;
            continue;
        }
        TROD_TRY(read_value(desk, fields->fields[k], &at, entry, row, error));
        if (known->version != desk->version) ops = desk_ops(desk, shape);
    }
    if (!record_has_tail(entry->at)) goto done;
    for (uint32_t field = 0; (field = record_u16(at)) != RECORD_TAIL_END;) {
        at += 2;
        TROD_TRY(read_value(desk, field, &at, entry, row, error));
    }
done:
    return status;
}

static inline trod_status add_event(struct desk *desk, struct rows_at *at,
                                    const struct desk_entry *entry, struct trod_error *error) {
    const uint32_t row = desk->n_rows;
    struct record_event event;
    const unsigned char *const values = record_event(entry->at, entry->time_us, &event);
    at->name[row] = desk->gather->name_number[event.name];
    at->source[row] = desk->gather->source_number[event.source];
    at->time[row] = entry->time_us;
    if (at->end) {
        at->end[row] = event.end_us;
    } else if (event.end_us != TROD_NO_TIME) {
        const trod_status status = first_end(desk, at, row, event.end_us, error);
        if (status != TROD_OK) return status;
    }
    return read_values(desk, values, entry, row, error);
}

/* A record that makes no row says facts of its customer all the same. */
static trod_status add_facts(struct desk *desk, const struct desk_entry *entry, bool is_event,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct record_event event;
    const unsigned char *values = entry->at + 2;
    if (is_event) values = record_event(entry->at, entry->time_us, &event);
    struct record_walk walk = record_walk(desk->gather, entry->at, values);
    for (uint32_t field = 0; record_step(&walk, &field);)
        TROD_TRY(read_value(desk, field, &walk.at, entry, NO_ROW, error));
done:
    return status;
}

trod_status desk_add(struct desk *desk, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct rows_at at;
    TROD_TRY(make_room(desk, &at, error));
    const struct desk_customer *const customers = (const void *)desk->customers.bytes.at;
    const struct desk_rank *const ranks = (const void *)desk->ranks.bytes.at;
    struct desk_entry *const events = (void *)desk->events.entries.bytes.at;
    const struct desk_entry *fact = (const void *)desk->facts.entries.bytes.at;
    const uint32_t *const n_events = (const void *)desk->events.counts.bytes.at;
    const uint32_t *const n_facts = (const void *)desk->facts.counts.bytes.at;
    const struct desk_entry *const end = events + desk->events.n;
    const bool by_id = desk->gather->id_field_code != TROD_NO_ID;
    struct desk_entry *event = events;
    for (uint32_t r = 0; r < desk->n_ranks; r++) {
        const uint32_t customer = ranks[r].customer, c = desk->n_row_customers++;
        char digits[RECORD_DIGITS];
        at.hash[c] = ranks[r].hash;
        at.first[c] = desk->n_rows;
        at.id[c] = trod_arena_copy(desk->scratch, desk_id(&customers[customer], digits));
        TROD_TRY_ALLOC(at.id[c].at, error);
        uint32_t n_kept = n_events[customer];
        if (by_id && n_kept > 1) TROD_TRY(desk_drop_ids(desk, event, &n_kept, error));
        for (uint32_t i = 0; i < n_events[customer]; i++, event++) {
            if (end - event > AHEAD) __builtin_prefetch(event[AHEAD].at);
            if (i < n_kept) {
                TROD_TRY(add_event(desk, &at, event, error));
                desk->n_rows++;
            } else {
                TROD_TRY(add_facts(desk, event, true, error));
            }
        }
        for (uint32_t i = 0; i < n_facts[customer]; i++, fact++)
            TROD_TRY(add_facts(desk, fact, false, error));
        if (desk->gather->distinct) TROD_TRY(desk_drop_equal(desk, at.first[c], error));
        if (desk->n_touched) TROD_TRY(end_facts(desk, c, error));
    }
done:
    return status;
}

/* Counts the events of each source, and looks whether one has a time. */
static void end_sources(struct desk *desk) {
    const uint32_t *const source = (const void *)desk->source.bytes.at;
    const int64_t *const time = (const void *)desk->time.bytes.at;
    for (uint32_t i = 0; i < desk->n_rows;) {
        const uint32_t now = source[i], begin = i;
        int64_t first_us = INT64_MAX, last_us = TROD_NO_TIME; /* the least of all */
        for (; i < desk->n_rows && source[i] == now; i++) {
            if (time[i] > last_us) last_us = time[i];
            if (time[i] < first_us && time[i] != TROD_NO_TIME) first_us = time[i];
        }
        struct desk_span *const span = &desk->spans[now];
        span->n_events += i - begin;
        if (last_us == TROD_NO_TIME) continue;
        desk->has_time = true;
        if (span->first_us == TROD_NO_TIME || first_us < span->first_us)
            span->first_us = first_us;
        if (last_us > span->last_us) span->last_us = last_us;
    }
}

static int compare_columns(const void *left, const void *right) {
    const uint32_t a = ((const struct trod_rows_column *)left)->field;
    const uint32_t b = ((const struct trod_rows_column *)right)->field;
    return a < b ? -1 : a > b;
}

trod_status desk_rows(struct desk *desk, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct rows_at at;
    desk->events.n = desk->n_ranks = 0;
    TROD_TRY(make_room(desk, &at, error));
    at.first[desk->n_row_customers] = desk->n_rows;
    struct trod_rows_column *const columns =
        desk_reach(&desk->row_columns, desk->n_opened, sizeof *columns);
    TROD_TRY_ALLOC(columns, error);
    end_sources(desk);
    for (uint32_t i = 0; i < desk->n_opened; i++) {
        struct desk_column *const column = desk->columns[desk->opened[i]];
        TROD_TRY(desk_column_end(column, column->fact ? desk->n_row_customers : desk->n_rows,
                                 error));
        columns[i] = (struct trod_rows_column){
            .field = desk->gather->field_number[column->field],
            .fact = column->fact,
            .code = column->is_text ? NULL : column->code,
            .values = column->is_text ? NULL : (const void *)column->values.bytes.at,
            .n_values = column->is_text ? 0 : column->n_values,
            .text = column->is_text ? (const void *)column->texts.bytes.at : NULL,
        };
    }
    if (desk->n_opened) qsort(columns, desk->n_opened, sizeof *columns, compare_columns);
    desk->rows = (struct trod_rows){
        .n_customers = desk->n_row_customers,
        .n_events = desk->n_rows,
        .hash = at.hash,
        .id = at.id,
        .first = at.first,
        .name = at.name,
        .time_us = desk->has_time ? at.time : NULL,
        .end_us = at.end,
        .source = at.source,
        .columns = columns,
        .n_columns = desk->n_opened,
    };
done:
    return status;
}
