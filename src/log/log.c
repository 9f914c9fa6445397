/* The finished log. Each column is put into the order of the log and becomes the log's own;
 * where the rows came in that order already, nothing is copied. One column at a time is
 * doubled. */
#include <math.h>

#include "log/inside.h"

void trod_log_free(struct trod_log *log) {
    if (!log) return;
    struct log_owned *const owned = log->owned;
    trod_dict_free(owned->names);
    trod_dict_free(owned->customers);
    trod_dict_free(owned->journeys);
    log_column_free(&owned->first);
    log_column_free(&owned->name);
    log_column_free(&owned->source);
    log_column_free(&owned->time);
    log_column_free(&owned->end);
    log_column_free(&owned->journey);
    for (size_t f = 0; f < owned->n_fields; f++) {
        log_column_free(&owned->codes[f]);
        trod_dict_free(owned->values[f]);
    }
    trod_arena_free(owned->arena);
}

/* Gives every customer its final number: those joined into another get that one's. Where there
 * are such, the texts of the others move into a new dictionary. */
static trod_status number_customers(struct trod_log_builder *builder, uint32_t *number,
                                    uint32_t *n_customers, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(builder->customers);
    struct trod_dict *texts = NULL;
    uint32_t next = 0;
    for (uint32_t c = 0; c < n; c++) {
        const uint32_t root = log_builder_root(builder, c);
        CHECK(root <= c);
        number[c] = root == c ? next++ : number[root];
    }
    *n_customers = next;
    if (next == n) goto done;
    texts = trod_dict_make(0);
    TROD_TRY_ALLOC(texts, error);
    for (uint32_t c = 0; c < n; c++) {
        if (log_builder_root(builder, c) != c) continue;
        if (trod_dict_add(texts, trod_dict_at(builder->customers, c)) == TROD_NO_ID)
            TROD_TRY_ALLOC(NULL, error);
    }
    trod_dict_free(builder->customers);
    builder->customers = texts;
    texts = NULL;
    uint32_t *const customer = log_u32(&builder->customer);
    for (uint64_t i = 0; i < builder->n_events; i++) customer[i] = number[customer[i]];
done:
    trod_dict_free(texts);
    return status;
}

static trod_status take_columns(struct trod_log_builder *builder, struct log_owned *owned,
                                const uint32_t *order, struct trod_error *error) {
    const struct {
        struct log_column *from, *to;
        size_t size;
    } columns[] = {
        {&builder->name, &owned->name, sizeof(uint32_t)},
        {&builder->source, &owned->source, sizeof(uint16_t)},
        {&builder->time, &owned->time, sizeof(int64_t)},
        {&builder->end, &owned->end, sizeof(int64_t)},
        {&builder->journey, &owned->journey, sizeof(uint32_t)},
    };
    trod_status status = TROD_OK;
    log_column_free(&builder->customer);
    for (size_t i = 0; i < TROD_COUNT(columns); i++) {
        if (columns[i].from->bytes.n == 0 && i > 1) continue;
        if (!log_column_permute(columns[i].from, order, builder->n_events, columns[i].size))
            TROD_TRY_ALLOC(NULL, error);
        *columns[i].to = *columns[i].from;
        *columns[i].from = (struct log_column){0};
    }
done:
    return status;
}

/* A fact's codes by final customer: of those joined, what was said last. */
static trod_status take_fact(struct log_field *field, const uint32_t *number,
                             uint32_t n_customers, struct log_column *codes,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_column stamp = {0};
    const size_t n = field->code.bytes.n / sizeof(uint32_t);
    if (!log_column_reach(codes, (uint64_t)n_customers, sizeof(uint32_t)) ||
        !log_column_reach(&stamp, (uint64_t)n_customers, sizeof(uint64_t)))
        TROD_TRY_ALLOC(NULL, error);
    for (size_t c = 0; c < n; c++) {
        const uint64_t said = log_u64(&field->stamp)[c];
        if (said <= log_u64(&stamp)[number[c]]) continue;
        log_u64(&stamp)[number[c]] = said;
        log_u32(codes)[number[c]] = log_u32(&field->code)[c];
    }
done:
    log_column_free(&stamp);
    return status;
}

trod_status log_read_numbers(const struct trod_dict *values, struct trod_arena *arena,
                             const double **numbers, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(values);
    double *const at = TROD_NEW_ARRAY(arena, n, double);
    TROD_TRY_ALLOC(at, error);
    for (uint32_t i = 0; i < n; i++)
        if (!trod_str_number(trod_str_trim(trod_dict_at(values, i)), &at[i])) at[i] = NAN;
    *numbers = at;
done:
    return status;
}

static trod_status take_fields(struct trod_log_builder *builder, struct trod_log *log,
                               const uint32_t *order, const uint32_t *number,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_owned *const owned = log->owned;
    const size_t n = builder->n_fields;
    struct trod_field *const fields = TROD_NEW_ARRAY(owned->arena, n, struct trod_field);
    TROD_TRY_ALLOC(fields, error);
    owned->codes = TROD_NEW_ARRAY(owned->arena, n, struct log_column);
    TROD_TRY_ALLOC(owned->codes, error);
    owned->values = TROD_NEW_ARRAY(owned->arena, n, struct trod_dict *);
    TROD_TRY_ALLOC(owned->values, error);
    owned->n_fields = n;
    for (size_t f = 0; f < n; f++) {
        struct log_field *const from = &builder->fields[f];
        owned->values[f] = from->values;
        from->values = NULL;
        if (from->fact) {
            TROD_TRY(take_fact(from, number, log->n_customers, &owned->codes[f], error));
            log_column_free(&from->code);
            log_column_free(&from->stamp);
        } else {
            if (!log_column_permute(&from->code, order, builder->n_events, sizeof(uint32_t)))
                TROD_TRY_ALLOC(NULL, error);
            owned->codes[f] = from->code;
            from->code = (struct log_column){0};
        }
        fields[f] = (struct trod_field){
            .name = trod_arena_copy(owned->arena, from->name),
            .fact = from->fact,
            .code = log_u32(&owned->codes[f]),
            .values = owned->values[f],
        };
        TROD_TRY_ALLOC(fields[f].name.at, error);
        TROD_TRY(log_read_numbers(owned->values[f], owned->arena, &fields[f].number, error));
    }
    log->fields = fields;
    log->n_fields = n;
done:
    return status;
}

static trod_status take_identity(struct trod_log_builder *builder, struct trod_log *log,
                                 const uint32_t *number, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!builder->identity_known) goto done;
    uint8_t *const identified =
        TROD_NEW_ARRAY(((struct log_owned *)log->owned)->arena, log->n_customers, uint8_t);
    TROD_TRY_ALLOC(identified, error);
    for (size_t c = 0; c < builder->identified.bytes.n; c++)
        if (log_u8(&builder->identified)[c]) identified[number[c]] = 1;
    log->identified = identified;
done:
    return status;
}

static void widen(int64_t *first_us, int64_t *last_us, int64_t time_us) {
    if (time_us == TROD_NO_TIME) return;
    if (*first_us == TROD_NO_TIME || time_us < *first_us) *first_us = time_us;
    if (*last_us == TROD_NO_TIME || time_us > *last_us) *last_us = time_us;
}

trod_status log_count_sources(struct trod_log *log, const trod_str *names, size_t n,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = ((struct log_owned *)log->owned)->arena;
    struct trod_log_source *const sources = TROD_NEW_ARRAY(arena, n, struct trod_log_source);
    TROD_TRY_ALLOC(sources, error);
    for (size_t s = 0; s < n; s++) {
        sources[s].name = trod_arena_copy(arena, names[s]);
        TROD_TRY_ALLOC(sources[s].name.at, error);
        sources[s].first_us = sources[s].last_us = TROD_NO_TIME;
    }
    for (uint64_t i = 0; i < log->n_events; i++) {
        struct trod_log_source *const source = &sources[log->source[i]];
        source->n_events++;
        if (log->time_us) widen(&source->first_us, &source->last_us, log->time_us[i]);
    }
    log->first_us = log->last_us = TROD_NO_TIME;
    for (size_t s = 0; s < n; s++) {
        widen(&log->first_us, &log->last_us, sources[s].first_us);
        widen(&log->first_us, &log->last_us, sources[s].last_us);
    }
    log->sources = sources;
    log->n_sources = n;
done:
    return status;
}

static trod_status take_sources(const struct trod_log_builder *builder, struct trod_log *log,
                                struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(builder->sources);
    trod_str *const names = TROD_NEW_ARRAY(scratch, n, trod_str);
    TROD_TRY_ALLOC(names, error);
    for (uint32_t s = 0; s < n; s++) names[s] = trod_dict_at(builder->sources, s);
    status = log_count_sources(log, names, n, error);
done:
    return status;
}

static void point(struct trod_log_builder *builder, struct trod_log *log) {
    struct log_owned *const owned = log->owned;
    log->n_events = builder->n_events;
    log->has_times = builder->n_timed > 0;
    log->name = log_u32(&owned->name);
    log->source = log_u16(&owned->source);
    log->time_us = log->has_times ? log_i64(&owned->time) : NULL;
    log->end_us = owned->end.bytes.n ? log_i64(&owned->end) : NULL;
    log->journey = owned->journey.bytes.n ? log_u32(&owned->journey) : NULL;
    log->names = owned->names = builder->names;
    log->customers = owned->customers = builder->customers;
    log->journeys = owned->journeys = builder->journeys;
    builder->names = builder->customers = builder->journeys = NULL;
    log->channel_field = builder->channel_field;
    log->worth_field = builder->worth_field;
}

trod_status trod_log_builder_finish(struct trod_log_builder *builder, struct trod_log **log,
                                    struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_log *made = NULL;
    struct trod_arena *scratch = NULL;
    *log = NULL;
    CHECK(builder->customers);
    if (builder->failed) TROD_TRY_ALLOC(NULL, error);
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_log);
    struct log_owned *const owned = made ? TROD_NEW(arena, struct log_owned) : NULL;
    if (!owned) {
        made = NULL;
        trod_arena_free(arena);
        TROD_TRY_ALLOC(NULL, error);
    }
    owned->arena = arena;
    made->owned = owned;
    scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);

    uint32_t *const number =
        TROD_NEW_ARRAY(scratch, trod_dict_count(builder->customers), uint32_t);
    TROD_TRY_ALLOC(number, error);
    TROD_TRY(number_customers(builder, number, &made->n_customers, error));
    if (builder->n_timed == 0) log_column_free(&builder->time);
    uint64_t *const first = TROD_NEW_ARRAY(arena, (size_t)made->n_customers + 1, uint64_t);
    TROD_TRY_ALLOC(first, error);
    made->first = first;
    const uint32_t *order = NULL;
    TROD_TRY(log_order(log_u32(&builder->customer), made->n_customers, log_i64(&builder->time),
                       builder->n_events, scratch, first, &order, error));
    TROD_TRY(take_columns(builder, owned, order, error));
    point(builder, made);
    TROD_TRY(take_fields(builder, made, order, number, error));
    TROD_TRY(take_identity(builder, made, number, error));
    TROD_TRY(take_sources(builder, made, scratch, error));
    *log = made;
    made = NULL;
done:
    trod_arena_free(scratch);
    trod_log_free(made);
    return status;
}

uint32_t trod_log_field(const struct trod_log *log, trod_str name, bool fact_only) {
    uint32_t fact = TROD_NO_ID;
    for (size_t f = 0; f < log->n_fields; f++) {
        if (!trod_str_equal(log->fields[f].name, name)) continue;
        if (!log->fields[f].fact && !fact_only) return (uint32_t)f;
        if (log->fields[f].fact) fact = (uint32_t)f;
    }
    return fact;
}

uint32_t trod_log_code(const struct trod_log *log, uint32_t field, uint64_t event,
                       uint32_t customer) {
    const struct trod_field *const from = &log->fields[field];
    return from->code[from->fact ? customer : event];
}
