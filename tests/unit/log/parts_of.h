/* A log in plain columns as parts, to hold questions to the one against those to the other. */
#ifndef TESTS_PARTS_OF_H
#define TESTS_PARTS_OF_H

#include <stdlib.h>

#include "trod/log.h"

struct parts_customer {
    uint64_t hash;
    trod_str id;
    uint32_t customer;
};
static int parts_by_hash(const void *a, const void *b) {
    const struct parts_customer *const x = a, *const y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return trod_str_compare(x->id, y->id);
}

/* Texts where values hardly repeat, else codes. */
static struct trod_rows_column parts_column(const struct trod_field *field, uint32_t index,
                                            const uint32_t *row, uint32_t n,
                                            struct trod_arena *arena) {
    struct trod_rows_column column = {.field = index, .fact = field->fact};
    const uint32_t n_values = trod_dict_count(field->values);
    trod_str *const values = TROD_NEW_ARRAY(arena, n_values, trod_str);
    for (uint32_t v = 0; v < n_values; v++) values[v] = trod_dict_at(field->values, v);
    if (n_values > n / 2) {
        trod_str *const text = TROD_NEW_ARRAY(arena, n, trod_str);
        for (uint32_t i = 0; i < n; i++)
            if (field->code[row[i]]) text[i] = values[field->code[row[i]] - 1];
        column.text = text;
        return column;
    }
    uint32_t *const code = TROD_NEW_ARRAY(arena, n, uint32_t);
    for (uint32_t i = 0; i < n; i++) code[i] = field->code[row[i]];
    column.code = code;
    column.values = values;
    column.n_values = n_values;
    return column;
}

/* Customers order[0..n-1] packed. */
static void parts_pack(const struct trod_log *log, const struct parts_customer *order,
                       uint32_t n, struct trod_arena *arena, struct trod_packed *packed) {
    uint64_t *const hash = TROD_NEW_ARRAY(arena, n, uint64_t);
    trod_str *const id = TROD_NEW_ARRAY(arena, n, trod_str);
    uint32_t *const first = TROD_NEW_ARRAY(arena, n + 1, uint32_t);
    uint32_t *const customer = TROD_NEW_ARRAY(arena, n, uint32_t);
    for (uint32_t c = 0; c < n; c++) {
        hash[c] = order[c].hash;
        id[c] = order[c].id;
        customer[c] = order[c].customer;
        first[c + 1] =
            first[c] + (uint32_t)(log->first[customer[c] + 1] - log->first[customer[c]]);
    }
    const uint32_t n_events = first[n];
    uint32_t *const event = TROD_NEW_ARRAY(arena, n_events, uint32_t);
    uint32_t *const name = TROD_NEW_ARRAY(arena, n_events, uint32_t);
    uint32_t *const source = TROD_NEW_ARRAY(arena, n_events, uint32_t);
    int64_t *const time_us = TROD_NEW_ARRAY(arena, n_events, int64_t);
    int64_t *const end_us = TROD_NEW_ARRAY(arena, n_events, int64_t);
    bool has_ends = false;
    for (uint32_t c = 0; c < n; c++)
        for (uint32_t i = first[c]; i < first[c + 1]; i++) {
            const uint64_t e = log->first[customer[c]] + (i - first[c]);
            event[i] = (uint32_t)e;
            name[i] = log->name[e];
            source[i] = log->source[e];
            time_us[i] = log->time_us ? log->time_us[e] : TROD_NO_TIME;
            end_us[i] = log->end_us ? log->end_us[e] : TROD_NO_TIME;
            has_ends = has_ends || end_us[i] != TROD_NO_TIME;
        }
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(arena, log->n_fields + 1, struct trod_rows_column);
    size_t n_columns = 0;
    for (uint32_t f = 0; f < log->n_fields; f++)
        columns[n_columns++] =
            parts_column(&log->fields[f], f, log->fields[f].fact ? customer : event,
                         log->fields[f].fact ? n : n_events, arena);
    const struct trod_field journey = {.code = log->journey, .values = log->journeys};
    if (log->journey)
        columns[n_columns++] =
            parts_column(&journey, (uint32_t)log->n_fields, event, n_events, arena);
    const struct trod_rows rows = {.n_customers = n,
                                   .n_events = n_events,
                                   .hash = hash,
                                   .id = id,
                                   .first = first,
                                   .name = name,
                                   .time_us = log->time_us ? time_us : NULL,
                                   .end_us = has_ends ? end_us : NULL,
                                   .source = source,
                                   .columns = columns,
                                   .n_columns = n_columns};
    struct trod_error error = {0};
    if (trod_part_pack(&rows, arena, packed, &error) != TROD_OK) fail_msg("%s", error.message);
}

/* The log in n_parts parts. The log's journey column is a field "visit id". */
static struct trod_parts *parts_of(const struct trod_log *log, uint32_t n_parts) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct parts_customer *const order =
        TROD_NEW_ARRAY(arena, log->n_customers, struct parts_customer);
    for (uint32_t c = 0; c < log->n_customers; c++) {
        const trod_str id = trod_dict_at(log->customers, c);
        order[c] = (struct parts_customer){trod_customer_hash(id), id, c};
    }
    qsort(order, log->n_customers, sizeof *order, parts_by_hash);
    struct trod_packed *const packed = TROD_NEW_ARRAY(arena, n_parts, struct trod_packed);
    for (uint32_t i = 0; i < n_parts; i++) {
        const uint32_t from = (uint32_t)((uint64_t)log->n_customers * i / n_parts);
        const uint32_t to = (uint32_t)((uint64_t)log->n_customers * (i + 1) / n_parts);
        parts_pack(log, order + from, to - from, arena, &packed[i]);
    }
    struct trod_parts_field *const fields =
        TROD_NEW_ARRAY(arena, log->n_fields + 1, struct trod_parts_field);
    for (size_t f = 0; f < log->n_fields; f++)
        fields[f] = (struct trod_parts_field){log->fields[f].name, log->fields[f].fact};
    fields[log->n_fields] = (struct trod_parts_field){TROD_STR("visit id"), false};
    struct trod_parts_source *const sources =
        TROD_NEW_ARRAY(arena, log->n_sources, struct trod_parts_source);
    for (size_t s = 0; s < log->n_sources; s++)
        sources[s] =
            (struct trod_parts_source){log->sources[s].name, log->sources[s].n_events,
                                       log->sources[s].first_us, log->sources[s].last_us};
    const struct trod_parts frame = {.names = log->names,
                                     .fields = fields,
                                     .n_fields = log->n_fields + (log->journey != NULL),
                                     .sources = sources,
                                     .n_sources = log->n_sources,
                                     .channel_field = log->channel_field,
                                     .worth_field = log->worth_field,
                                     .journey_field =
                                         log->journey ? (uint32_t)log->n_fields : TROD_NO_ID,
                                     .id_field = TROD_NO_ID};
    struct trod_parts *parts = NULL;
    struct trod_error error = {0};
    if (trod_parts_of_packed(&frame, packed, n_parts, &parts, &error) != TROD_OK)
        fail_msg("%s", error.message);
    trod_arena_free(arena);
    return parts;
}

#endif
