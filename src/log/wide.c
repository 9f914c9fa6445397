/* The log in plain columns, from parts. Part by part, in their order, each is unpacked behind
 * what is there; a part's dictionary becomes numbers of the log's own once, and its codes are
 * then looked up. The journey column is a field like any other as well, and who is identified
 * is none, as in a log that was built row by row; an empty text is missing there as here. */
#include <math.h>

#include "log/inside.h"
#include "log/part.h"

enum { TEXT_BYTES = 40 /* of a dictionary beside the text itself */ };
static const uint64_t MEMORY_BYTES = UINT64_C(3) << 30;

struct wide {
    const struct trod_parts *parts;
    uint64_t ceiling_bytes;
    struct trod_log *log;
    struct log_owned *owned;
    uint64_t n_events, n_dated;
    uint32_t n_customers;
    uint32_t *field;            /* [parts->n_fields] of the log's */
    struct trod_arena *scratch; /* of one part */
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

/* ---- The frame
 * ------------------------------------------------------------------------------- */

static trod_status make_log(struct wide *wide, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    struct trod_log *const log = TROD_NEW(arena, struct trod_log);
    wide->owned = log ? TROD_NEW(arena, struct log_owned) : NULL;
    if (!wide->owned) {
        trod_arena_free(arena);
        return no_memory(error);
    }
    wide->log = log;
    wide->owned->arena = arena;
    log->owned = wide->owned;
    wide->owned->names = trod_dict_make(INT32_MAX);
    TROD_TRY_ALLOC(wide->owned->names, error);
    wide->owned->customers = trod_dict_make(0);
    TROD_TRY_ALLOC(wide->owned->customers, error);
    for (uint32_t i = 0; i < trod_dict_count(wide->parts->names); i++)
        if (trod_dict_add(wide->owned->names, trod_dict_at(wide->parts->names, i)) != i)
            TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

static uint32_t new_field(const struct wide *wide, uint32_t field) {
    return field < wide->parts->n_fields ? wide->field[field] : TROD_NO_ID;
}

static trod_status make_fields(struct wide *wide, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = wide->parts;
    struct log_owned *const owned = wide->owned;
    struct trod_arena *const arena = owned->arena;
    struct trod_field *const fields = TROD_NEW_ARRAY(arena, parts->n_fields, struct trod_field);
    TROD_TRY_ALLOC(fields, error);
    wide->field = TROD_NEW_ARRAY(arena, parts->n_fields, uint32_t);
    TROD_TRY_ALLOC(wide->field, error);
    owned->codes = TROD_NEW_ARRAY(arena, parts->n_fields, struct log_column);
    TROD_TRY_ALLOC(owned->codes, error);
    owned->values = TROD_NEW_ARRAY(arena, parts->n_fields, struct trod_dict *);
    TROD_TRY_ALLOC(owned->values, error);
    for (size_t f = 0; f < parts->n_fields; f++) {
        const size_t to = owned->n_fields;
        owned->values[to] = trod_dict_make(UINT32_MAX - 2);
        TROD_TRY_ALLOC(owned->values[to], error);
        owned->n_fields++;
        fields[to].name = trod_arena_copy(arena, parts->fields[f].name);
        TROD_TRY_ALLOC(fields[to].name.at, error);
        fields[to].fact = parts->fields[f].fact;
        wide->field[f] = (uint32_t)to;
    }
    wide->log->fields = fields;
    wide->log->n_fields = owned->n_fields;
    wide->log->channel_field = new_field(wide, parts->channel_field);
    wide->log->worth_field = new_field(wide, parts->worth_field);
done:
    return status;
}

/* ---- A part
 * ---------------------------------------------------------------------------------- */

static uint64_t used_bytes(const struct wide *wide) {
    const struct log_owned *const owned = wide->owned;
    uint64_t n = owned->name.bytes.n + owned->source.bytes.n + owned->time.bytes.n +
                 owned->end.bytes.n + owned->first.bytes.n + trod_dict_bytes(owned->customers);
    for (size_t f = 0; f < owned->n_fields; f++)
        n += owned->codes[f].bytes.n + trod_dict_bytes(owned->values[f]);
    return n;
}

static trod_status check_room(const struct wide *wide, const struct trod_part *part,
                              struct trod_error *error) {
    uint64_t each = sizeof(uint32_t) + sizeof(uint16_t) + sizeof(int64_t);
    if (part->has_ends) each += sizeof(int64_t);
    for (size_t i = 0; i < part->n_columns; i++)
        each += part->columns[i].fact ? 0 : sizeof(uint32_t);
    const uint64_t more = part->n_events * each + part->n_customers * (uint64_t)TEXT_BYTES;
    if (used_bytes(wide) + more <= wide->ceiling_bytes) return TROD_OK;
    trod_fail(error, TROD_TOO_MUCH, "the log needs more than %.1f GB of memory (at event %llu)",
              (double)wide->ceiling_bytes / 1e9,
              (unsigned long long)(wide->n_events + part->n_events));
    trod_error_hint(error,
                    "raise it with --memory, or leave out columns that no question needs");
    return TROD_TOO_MUCH;
}

static trod_status add_customers(struct wide *wide, const struct trod_part *part,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_owned *const owned = wide->owned;
    const uint64_t n = (uint64_t)wide->n_customers + part->n_customers;
    if (n >= UINT32_MAX - 1)
        return trod_fail(error, TROD_TOO_MUCH, "a log holds at most four billion customers");
    trod_str *const ids = TROD_NEW_ARRAY(wide->scratch, part->n_customers, trod_str);
    TROD_TRY_ALLOC(ids, error);
    TROD_TRY(trod_part_ids(part, 0, part->n_customers, wide->scratch, ids, error));
    if (!log_column_reach(&owned->first, n + 1, sizeof(uint64_t))) return no_memory(error);
    for (uint32_t c = 0; c < part->n_customers; c++) {
        const uint32_t id = trod_dict_add(owned->customers, ids[c]);
        if (id == TROD_NO_ID) return no_memory(error);
        if (id != wide->n_customers + c)
            return trod_fail(error, TROD_BAD_INPUT,
                             "the log is damaged: a customer stands in it twice");
        log_u64(&owned->first)[id + 1] = wide->n_events + part->first[c + 1];
    }
done:
    return status;
}

static trod_status add_ends(struct wide *wide, const struct trod_part *part,
                            struct trod_error *error) {
    struct log_column *const end = &wide->owned->end;
    if (!part->has_ends && end->bytes.n == 0) return TROD_OK;
    uint64_t from = end->bytes.n / sizeof(int64_t);
    const uint64_t n = wide->n_events + part->n_events;
    if (!log_column_reach(end, n + PART_ROOM, sizeof(int64_t))) return no_memory(error);
    end->bytes.n = (size_t)n * sizeof(int64_t);
    for (; from < n; from++) log_i64(end)[from] = TROD_NO_TIME;
    if (part->has_ends)
        part_end_times(part, 0, part->n_events, log_i64(&wide->owned->time) + wide->n_events,
                       log_i64(end) + wide->n_events);
    return TROD_OK;
}

static trod_status add_sources(struct wide *wide, const struct trod_part *part,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const sources =
        TROD_NEW_ARRAY(wide->scratch, (size_t)part->n_events + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(sources, error);
    trod_part_sources(part, 0, part->n_events, sources);
    uint16_t *const to = log_u16(&wide->owned->source) + wide->n_events;
    for (uint32_t i = 0; i < part->n_events; i++) {
        if (sources[i] >= wide->parts->n_sources)
            return trod_fail(error, TROD_BAD_INPUT,
                             "the log is damaged: an event has a source that there is not");
        to[i] = (uint16_t)sources[i];
    }
done:
    return status;
}

static trod_status add_events(struct wide *wide, const struct trod_part *part,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_owned *const owned = wide->owned;
    const uint64_t n = wide->n_events + part->n_events;
    if (n >= UINT32_MAX - 1)
        return trod_fail(error, TROD_TOO_MUCH, "a log in memory holds at most %llu events",
                         (unsigned long long)UINT32_MAX - 1);
    if (part->n_names > trod_dict_count(owned->names))
        return trod_fail(error, TROD_BAD_INPUT,
                         "the log is damaged: an event has a name that there is not");
    if (!log_column_reach(&owned->name, n, sizeof(uint32_t)) ||
        !log_column_reach(&owned->source, n, sizeof(uint16_t)) ||
        !log_column_reach(&owned->time, n + PART_ROOM, sizeof(int64_t)))
        return no_memory(error);
    owned->time.bytes.n = (size_t)n * sizeof(int64_t);
    part_names(part, 0, part->n_events, log_u32(&owned->name) + wide->n_events);
    int64_t *const time_us = log_i64(&owned->time) + wide->n_events;
    part_times(part, 0, part->n_customers, time_us);
    for (uint32_t i = 0; i < part->n_events; i++) wide->n_dated += time_us[i] != TROD_NO_TIME;
    TROD_TRY(add_ends(wide, part, error));
    TROD_TRY(add_sources(wide, part, error));
done:
    return status;
}

/* ---- Columns
 * ---------------------------------------------------------------------------------- */

/* The code of a text in the log, TROD_NO_ID without memory. */
static uint32_t code_of(struct trod_dict *values, trod_str text) {
    if (text.n == 0) return 0;
    const uint32_t id = trod_dict_add(values, text);
    return id == TROD_NO_ID ? TROD_NO_ID : id + 1;
}

static trod_status add_codes(struct wide *wide, const struct trod_part *part,
                             const struct trod_part_column *column, struct trod_dict *values,
                             uint32_t n, uint32_t *to, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const map = TROD_NEW_ARRAY(wide->scratch, (size_t)column->n_values + 1, uint32_t);
    TROD_TRY_ALLOC(map, error);
    for (uint32_t code = 1; code <= column->n_values; code++) {
        map[code] = code_of(values, trod_part_value(part, column, code));
        if (map[code] == TROD_NO_ID) return no_memory(error);
    }
    trod_part_codes(part, column, 0, n, to);
    for (uint32_t i = 0; i < n; i++) to[i] = map[to[i]];
done:
    return status;
}

static trod_status add_texts(struct wide *wide, const struct trod_part *part,
                             const struct trod_part_column *column, struct trod_dict *values,
                             uint32_t n, uint32_t *to, struct trod_error *error) {
    enum { AT_ONCE = 8192 };
    trod_status status = TROD_OK;
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    for (uint32_t from = 0; from < n; from += AT_ONCE) {
        trod_str texts[AT_ONCE];
        const uint32_t some = n - from < AT_ONCE ? n - from : AT_ONCE;
        trod_arena_reset(arena);
        TROD_TRY(trod_part_texts(part, column, from, some, arena, texts, error));
        for (uint32_t i = 0; i < some; i++) {
            const bool again = i > 0 && trod_str_equal(texts[i], texts[i - 1]);
            to[from + i] = again ? to[from + i - 1] : code_of(values, texts[i]);
            if (to[from + i] == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
        }
    }
    (void)wide;
done:
    trod_arena_free(arena);
    return status;
}

static trod_status add_column(struct wide *wide, const struct trod_part *part,
                              const struct trod_part_column *column, struct trod_error *error) {
    struct log_owned *const owned = wide->owned;
    if (column->field >= wide->parts->n_fields ||
        column->fact != wide->parts->fields[column->field].fact)
        return trod_fail(error, TROD_BAD_INPUT,
                         "the log is damaged: column %u is none of its fields", column->field);
    const uint32_t field = wide->field[column->field];
    struct log_column *const codes = &owned->codes[field];
    struct trod_dict *const values = owned->values[field];
    const uint64_t from = column->fact ? wide->n_customers : wide->n_events;
    const uint32_t n = column->fact ? part->n_customers : part->n_events;
    if (!log_column_reach(codes, from + n + PART_ROOM, sizeof(uint32_t)))
        return no_memory(error);
    codes->bytes.n = (size_t)(from + n) * sizeof(uint32_t);
    uint32_t *const to = log_u32(codes) + from;
    return column->kind == TROD_COLUMN_CODES
               ? add_codes(wide, part, column, values, n, to, error)
               : add_texts(wide, part, column, values, n, to, error);
}

static trod_status add_part(struct wide *wide, const struct trod_part *part,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(check_room(wide, part, error));
    TROD_TRY(add_customers(wide, part, error));
    TROD_TRY(add_events(wide, part, error));
    for (size_t i = 0; i < part->n_columns; i++)
        TROD_TRY(add_column(wide, part, &part->columns[i], error));
    wide->n_events += part->n_events;
    wide->n_customers += part->n_customers;
done:
    return status;
}

/* ---- The whole
 * -------------------------------------------------------------------------------- */

static trod_status finish_fields(struct wide *wide, struct trod_field *fields,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_owned *const owned = wide->owned;
    for (size_t f = 0; f < owned->n_fields; f++) {
        const uint64_t n = fields[f].fact ? wide->n_customers : wide->n_events;
        if (!log_column_reach(&owned->codes[f], n, sizeof(uint32_t))) return no_memory(error);
        fields[f].code = log_u32(&owned->codes[f]);
        fields[f].values = owned->values[f];
        TROD_TRY(log_read_numbers(owned->values[f], owned->arena, &fields[f].number, error));
    }
done:
    return status;
}

static void finish_journeys(const struct wide *wide) {
    struct trod_log *const log = wide->log;
    const uint32_t field = new_field(wide, wide->parts->journey_field);
    if (field == TROD_NO_ID || log->fields[field].fact) return;
    if (trod_dict_count(log->fields[field].values) == 0) return;
    log->journey = log->fields[field].code;
    log->journeys = log->fields[field].values;
}

static uint32_t one_less(uint32_t field, uint32_t gone) {
    return field == TROD_NO_ID || field < gone ? field : field - 1;
}

/* Takes the fact that says who is identified out of the fields. */
static trod_status finish_identified(struct wide *wide, struct trod_field *fields,
                                     struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log *const log = wide->log;
    const uint32_t gone = trod_log_field(log, TROD_STR(TROD_IDENTIFIED_FACT), true);
    if (gone == TROD_NO_ID) return TROD_OK;
    uint8_t *const identified = TROD_NEW_ARRAY(wide->owned->arena, log->n_customers, uint8_t);
    TROD_TRY_ALLOC(identified, error);
    for (uint32_t c = 0; c < log->n_customers; c++) identified[c] = fields[gone].code[c] != 0;
    log->identified = identified;
    log->n_fields--;
    memmove(fields + gone, fields + gone + 1, (log->n_fields - gone) * sizeof *fields);
    log->channel_field = one_less(log->channel_field, gone);
    log->worth_field = one_less(log->worth_field, gone);
done:
    return status;
}

static trod_status finish(struct wide *wide, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log *const log = wide->log;
    struct log_owned *const owned = wide->owned;
    if (!log_column_reach(&owned->first, (uint64_t)wide->n_customers + 1, sizeof(uint64_t)))
        return no_memory(error);
    log->n_events = wide->n_events;
    log->n_customers = wide->n_customers;
    log->has_times = wide->n_dated > 0;
    log->first = log_u64(&owned->first);
    log->name = log_u32(&owned->name);
    log->source = log_u16(&owned->source);
    if (!log->has_times) log_column_free(&owned->time);
    log->time_us = log->has_times ? log_i64(&owned->time) : NULL;
    log->end_us = owned->end.bytes.n ? log_i64(&owned->end) : NULL;
    log->names = owned->names;
    log->customers = owned->customers;
    /* The fields are on the log's own arena and not handed out yet. */
    struct trod_field *const fields =
        TROD_NEW_ARRAY(owned->arena, owned->n_fields, struct trod_field);
    TROD_TRY_ALLOC(fields, error);
    if (owned->n_fields) memcpy(fields, log->fields, owned->n_fields * sizeof *fields);
    log->fields = fields;
    TROD_TRY(finish_fields(wide, fields, error));
    finish_journeys(wide);
    TROD_TRY(finish_identified(wide, fields, error));
    const size_t n = wide->parts->n_sources;
    trod_str *const names = TROD_NEW_ARRAY(wide->scratch, n, trod_str);
    TROD_TRY_ALLOC(names, error);
    for (size_t s = 0; s < n; s++) names[s] = wide->parts->sources[s].name;
    TROD_TRY(log_count_sources(log, names, n, error));
done:
    return status;
}

trod_status trod_log_of_parts(const struct trod_parts *parts, uint64_t memory_bytes,
                              const struct trod_run *run, struct trod_log **log,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct wide wide = {.parts = parts,
                        .ceiling_bytes = memory_bytes ? memory_bytes : MEMORY_BYTES};
    *log = NULL;
    if (parts->n_sources > UINT16_MAX)
        return trod_fail(error, TROD_TOO_MUCH, "a log has at most %u sources", UINT16_MAX);
    wide.scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(wide.scratch, error);
    TROD_TRY(make_log(&wide, error));
    TROD_TRY(make_fields(&wide, error));
    for (size_t i = 0; i < parts->n_parts; i++) {
        const struct trod_part *part = NULL;
        trod_arena_reset(wide.scratch);
        if (trod_run_cancelled(run)) {
            status = trod_fail(error, TROD_CANCELLED, "stopped on request");
            goto done;
        }
        TROD_TRY(parts->open(parts->owner, i, wide.scratch, &part, error));
        TROD_TRY(add_part(&wide, part, error));
        if (run && run->progress)
            run->progress(run->owner, "unpacking", wide.n_events, parts->n_events);
    }
    TROD_TRY(finish(&wide, error));
    *log = wide.log;
    wide.log = NULL;
done:
    trod_log_free(wide.log);
    trod_arena_free(wide.scratch);
    return status;
}
