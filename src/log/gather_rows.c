/* The rows of a part, from the records in their order. Each record is visited once, wherever it
 * lies; it is asked for a few records ahead, so that the memory answers in time. A customer's
 * facts are those said last by place, by its events or by themselves. */
#include <stdlib.h>

#include "log/gather_desk.h"

enum { AHEAD = 12 };

void desk_begin(struct desk *desk, uint64_t n_most_rows) {
    for (uint32_t i = 0; i < desk->n_opened; i++) desk->columns[desk->opened[i]]->open = false;
    desk->n_opened = 0;
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
                       const unsigned char *record, uint64_t place, struct trod_error *error) {
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
    } else if (place < column->said_place ||
               (place == column->said_place && record != column->said_record &&
                trod_str_compare(said_text(desk, field, value),
                                 said_text(desk, field, column->said)) < 0)) {
        goto done;
    }
    column->said = value;
    column->said_record = record;
    column->said_place = place;
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

/* For a record that makes no row: its facts alone are read. */
static const uint32_t NO_ROW = UINT32_MAX;

/* The values of a record: of the fields of its shape, then of its tail. */
static trod_status read_values(struct desk *desk, const unsigned char *at, uint32_t head,
                               const unsigned char *record, uint64_t place, uint32_t row,
                               struct trod_error *error) {
    const struct gather_shape *const shape = &desk->gather->shapes[record_shape(record, head)];
    const unsigned char *const end = record + record_length(record, head);
    trod_status status = TROD_OK;
    struct record_value value = {0};
    for (uint32_t k = 0; at < end; k++) {
        const uint32_t field = record_field(shape, k, &at);
        struct desk_column *const column = desk->columns[field];
        const unsigned char *const begin = at;
        at = record_value(at, &value);
        if (row != NO_ROW && column && column->open && !column->fact && !column->is_text &&
            value.code < column->n_map && column->map[value.code]) {
            column->code[row] = column->map[value.code];
            column->n_set++;
        } else if (desk->gather->fields[field]->fact) {
            TROD_TRY(say(desk, field, begin, record, place, error));
        } else if (row != NO_ROW) {
            TROD_TRY(desk_column_set(desk, field, &value, row, error));
        }
    }
done:
    return status;
}

static trod_status add_event(struct desk *desk, struct rows_at *at,
                             const struct desk_entry *entry, struct trod_error *error) {
    const unsigned char *record = entry->at;
    const uint32_t head = record_u32(record), row = desk->n_rows;
    struct record_event event;
    const unsigned char *const values =
        record_event(record_rest(record, head), head, entry->time_us, &event);
    at->name[row] = desk->gather->name_number[event.name];
    at->source[row] = event.source;
    at->time[row] = entry->time_us;
    desk->has_time |= entry->time_us != TROD_NO_TIME;
    if (at->end) {
        at->end[row] = event.end_us;
    } else if (event.end_us != TROD_NO_TIME) {
        const trod_status status = first_end(desk, at, row, event.end_us, error);
        if (status != TROD_OK) return status;
    }
    return read_values(desk, values, head, record, entry->place, row, error);
}

/* A record that makes no row says facts of its customer all the same. */
static trod_status add_facts(struct desk *desk, const struct desk_entry *entry,
                             struct trod_error *error) {
    const unsigned char *const record = entry->at;
    const uint32_t head = record_u32(record);
    struct record_event event;
    const unsigned char *at = record_rest(record, head);
    if (!record_has(head, RECORD_FACT)) at = record_event(at, head, entry->time_us, &event);
    return read_values(desk, at, head, record, entry->place, NO_ROW, error);
}

trod_status desk_add(struct desk *desk, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct rows_at at;
    TROD_TRY(make_room(desk, &at, error));
    const struct desk_customer *const customers = (const void *)desk->customers.bytes.at;
    const struct desk_rank *const ranks = (const void *)desk->ranks.bytes.at;
    struct desk_entry *const events = (void *)desk->events.entries.bytes.at;
    const struct desk_entry *const facts = (const void *)desk->facts.entries.bytes.at;
    const uint32_t n_events = desk->events.n;
    const bool by_id = desk->gather->id_field_code != TROD_NO_ID;
    for (uint32_t r = 0; r < desk->n_ranks; r++) {
        const struct desk_customer *const customer = &customers[ranks[r].customer];
        const uint32_t c = desk->n_row_customers++, begin = customer->event_at;
        at.hash[c] = customer->hash;
        at.first[c] = desk->n_rows;
        char digits[RECORD_DIGITS];
        at.id[c] = trod_arena_copy(desk->scratch, desk_id(customer, digits));
        TROD_TRY_ALLOC(at.id[c].at, error);
        uint32_t n_kept = customer->n_events;
        if (by_id && n_kept > 1) TROD_TRY(desk_drop_ids(desk, events + begin, &n_kept, error));
        for (uint32_t i = begin; i < begin + n_kept; i++) {
            if (i + AHEAD < n_events) __builtin_prefetch(events[i + AHEAD].at);
            TROD_TRY(add_event(desk, &at, &events[i], error));
            desk->n_rows++;
        }
        for (uint32_t i = begin + n_kept; i < begin + customer->n_events; i++)
            TROD_TRY(add_facts(desk, &events[i], error));
        for (uint32_t i = customer->fact_at; i < customer->fact_at + customer->n_facts; i++)
            TROD_TRY(add_facts(desk, &facts[i], error));
        if (desk->gather->distinct) TROD_TRY(desk_drop_equal(desk, at.first[c], error));
        if (desk->n_touched) TROD_TRY(end_facts(desk, c, error));
    }
done:
    return status;
}

static void widen(struct desk_span *span, int64_t time_us) {
    span->n_events++;
    if (time_us == TROD_NO_TIME) return;
    if (span->first_us == TROD_NO_TIME || time_us < span->first_us) span->first_us = time_us;
    if (time_us > span->last_us) span->last_us = time_us; /* TROD_NO_TIME is the least */
}

/* Counts the sources, and gives them their final numbers. */
static void end_sources(struct desk *desk) {
    uint32_t *const source = (void *)desk->source.bytes.at;
    const int64_t *const time = (const void *)desk->time.bytes.at;
    for (uint32_t i = 0; i < desk->n_rows; i++) {
        widen(&desk->spans[source[i]], time[i]);
        source[i] = desk->gather->source_number[source[i]];
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
