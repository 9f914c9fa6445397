/* Rows in, columns out. Every text becomes a small number by a dictionary as it comes;
 * neighbours are often equal, so the number given last is tried first. Memory is counted as it
 * is taken, with what sorting will need, so that a ceiling ends in a sentence.
 *
 * Two customers who turn out to be one are joined by union-find under the smaller number; their
 * events come together when the log is finished. Of a fact it is noted when it was said, so
 * that of two joined customers the last word holds. */
#include "log/inside.h"

enum {
    MOST_SOURCES = 60000,
    MOST_FIELDS = 10000,
    /* Customer, name, source, time, and the order while sorting. */
    EVENT_BYTES = 4 + 4 + 2 + 8 + 12,
    TEXT_BYTES = 40, /* of a dictionary beside the text itself */
};

static const uint64_t MEMORY_BYTES = UINT64_C(3) << 30;
/* An order is an array of 32-bit numbers. */
static const uint64_t MOST_EVENTS = UINT32_MAX - 1;

struct trod_log_builder *trod_log_builder_make(uint64_t memory_bytes) {
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    if (!arena) return NULL;
    struct trod_log_builder *const builder = TROD_NEW(arena, struct trod_log_builder);
    if (!builder) {
        trod_arena_free(arena);
        return NULL;
    }
    builder->arena = arena;
    builder->ceiling_bytes = memory_bytes ? memory_bytes : MEMORY_BYTES;
    builder->channel_field = builder->worth_field = builder->last_name = TROD_NO_ID;
    builder->names = trod_dict_make(INT32_MAX); /* a step has a bit of its own */
    builder->customers = trod_dict_make(0);
    builder->sources = trod_dict_make(MOST_SOURCES);
    builder->event_fields = trod_dict_make(MOST_FIELDS);
    builder->fact_fields = trod_dict_make(MOST_FIELDS);
    if (!builder->names || !builder->customers || !builder->sources || !builder->event_fields ||
        !builder->fact_fields) {
        trod_log_builder_free(builder);
        return NULL;
    }
    return builder;
}

void trod_log_builder_free(struct trod_log_builder *builder) {
    if (!builder) return;
    trod_dict_free(builder->names);
    trod_dict_free(builder->customers);
    trod_dict_free(builder->journeys);
    trod_dict_free(builder->sources);
    trod_dict_free(builder->event_fields);
    trod_dict_free(builder->fact_fields);
    for (size_t f = 0; f < builder->n_fields; f++) {
        trod_dict_free(builder->fields[f].values);
        log_column_free(&builder->fields[f].code);
        log_column_free(&builder->fields[f].stamp);
    }
    log_column_free(&builder->customer);
    log_column_free(&builder->name);
    log_column_free(&builder->source);
    log_column_free(&builder->time);
    log_column_free(&builder->end);
    log_column_free(&builder->journey);
    log_column_free(&builder->parent);
    log_column_free(&builder->identified);
    log_column_free(&builder->event_field);
    log_column_free(&builder->fact_field);
    trod_arena_free(builder->arena);
}

/* trod_dict_add, with what it takes counted. */
static uint32_t add_text(struct trod_log_builder *builder, struct trod_dict *dict,
                         trod_str text) {
    const uint32_t before = trod_dict_count(dict);
    const uint32_t id = trod_dict_add(dict, text);
    if (id == before) builder->used_bytes += text.n + TEXT_BYTES;
    return id;
}

/* The code of a text that is likely the one given last. */
static uint32_t add_near(struct trod_log_builder *builder, struct trod_dict *dict,
                         trod_str text, uint32_t last) {
    if (last != TROD_NO_ID && trod_str_equal(trod_dict_at(dict, last), text)) return last;
    return add_text(builder, dict, text);
}

uint32_t trod_log_builder_source(struct trod_log_builder *builder, trod_str name) {
    return trod_dict_add(builder->sources, name);
}

uint32_t trod_log_builder_field(struct trod_log_builder *builder, trod_str name, bool fact) {
    struct trod_dict *const dict = fact ? builder->fact_fields : builder->event_fields;
    struct log_column *const places = fact ? &builder->fact_field : &builder->event_field;
    const uint32_t known = trod_dict_find(dict, name);
    if (known != TROD_NO_ID) return log_u32(places)[known];
    if (builder->n_fields >= MOST_FIELDS) return TROD_NO_ID;
    const uint32_t count = trod_dict_count(dict);
    if (!log_column_reach(places, (uint64_t)count + 1, sizeof(uint32_t))) return TROD_NO_ID;
    struct log_field field = {.fact = fact, .last = TROD_NO_ID};
    field.name = trod_arena_copy(builder->arena, name);
    if (!field.name.at) return TROD_NO_ID;
    if (!trod_arena_grow(builder->arena, (void **)&builder->fields, builder->n_fields,
                         &builder->fields_room, sizeof field))
        return TROD_NO_ID;
    field.values = trod_dict_make(UINT32_MAX - 2);
    if (!field.values) return TROD_NO_ID;
    if (trod_dict_add(dict, name) == TROD_NO_ID) {
        trod_dict_free(field.values);
        return TROD_NO_ID;
    }
    log_u32(places)[count] = (uint32_t)builder->n_fields;
    builder->fields[builder->n_fields] = field;
    return (uint32_t)builder->n_fields++;
}

uint32_t trod_log_builder_customer(struct trod_log_builder *builder, trod_str id) {
    return add_text(builder, builder->customers, id);
}

uint32_t log_builder_root(struct trod_log_builder *builder, uint32_t customer) {
    uint32_t *const parent = log_u32(&builder->parent);
    const size_t n = builder->parent.bytes.n / sizeof(uint32_t);
    /* A parent is stored plus one, so that zero, the default, is "none". */
    while (customer < n && parent[customer]) {
        const uint32_t up = parent[customer] - 1;
        if (parent[up]) parent[customer] = parent[up];
        customer = up;
    }
    return customer;
}

void trod_log_builder_same(struct trod_log_builder *builder, uint32_t a, uint32_t b) {
    const uint32_t n = trod_dict_count(builder->customers);
    CHECK(a < n && b < n);
    const uint32_t more = a > b ? a : b;
    if (!log_column_reach(&builder->parent, (uint64_t)more + 1, sizeof(uint32_t))) {
        builder->failed = true;
        return;
    }
    a = log_builder_root(builder, a);
    b = log_builder_root(builder, b);
    if (a != b) log_u32(&builder->parent)[a > b ? a : b] = (a > b ? b : a) + 1;
}

void trod_log_builder_identified(struct trod_log_builder *builder, uint32_t customer) {
    builder->identity_known = true;
    if (customer == TROD_NO_ID) return;
    CHECK(customer < trod_dict_count(builder->customers));
    if (log_column_reach(&builder->identified, (uint64_t)customer + 1, 1))
        log_u8(&builder->identified)[customer] = 1;
    else
        builder->failed = true;
}

static trod_status too_much(const struct trod_log_builder *builder, struct trod_error *error) {
    trod_fail(error, TROD_TOO_MUCH, "the log needs more than %.1f GB of memory (at event %llu)",
              (double)builder->ceiling_bytes / 1e9, (unsigned long long)builder->n_events);
    trod_error_hint(error,
                    "raise it with --memory, or leave out columns that no question needs");
    return TROD_TOO_MUCH;
}

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

/* The ends of the events, from the first event that has one. */
static bool set_end(struct trod_log_builder *builder, uint64_t i, int64_t end_us) {
    if (end_us == TROD_NO_TIME && builder->end.bytes.n == 0) return true;
    uint64_t from = builder->end.bytes.n / sizeof(int64_t);
    if (!log_column_reach(&builder->end, i + 1, sizeof(int64_t))) return false;
    int64_t *const end = log_i64(&builder->end);
    builder->used_bytes += (i + 1 - (from <= i ? from : i)) * sizeof(int64_t);
    for (; from < i; from++) end[from] = TROD_NO_TIME;
    end[i] = end_us;
    return true;
}

static bool set_journey(struct trod_log_builder *builder, uint64_t i, trod_str journey) {
    if (journey.n == 0 && !builder->journeys) return true;
    if (!builder->journeys) {
        builder->journeys = trod_dict_make(UINT32_MAX - 2);
        if (!builder->journeys) return false;
        builder->used_bytes += i * sizeof(uint32_t);
    }
    if (!log_column_reach(&builder->journey, i + 1, sizeof(uint32_t))) return false;
    uint32_t *const codes = log_u32(&builder->journey);
    uint32_t code = 0;
    if (journey.n) {
        const uint32_t last = i && codes[i - 1] ? codes[i - 1] - 1 : TROD_NO_ID;
        code = add_near(builder, builder->journeys, journey, last) + 1;
        if (code == 0) return false;
    }
    codes[i] = code;
    builder->used_bytes += sizeof(uint32_t);
    return true;
}

trod_status trod_log_builder_event(struct trod_log_builder *builder, uint32_t source,
                                   uint32_t customer, trod_str name, trod_str journey,
                                   int64_t time_us, int64_t end_us, struct trod_error *error) {
    CHECK(source < trod_dict_count(builder->sources));
    CHECK(customer < trod_dict_count(builder->customers));
    const uint64_t i = builder->n_events;
    if (builder->used_bytes > builder->ceiling_bytes) return too_much(builder, error);
    if (i >= MOST_EVENTS)
        return trod_fail(error, TROD_TOO_MUCH, "a log holds at most %llu events",
                         (unsigned long long)MOST_EVENTS);
    const uint32_t name_id = add_near(builder, builder->names, name, builder->last_name);
    if (name_id == TROD_NO_ID) return no_memory(error);
    builder->last_name = name_id;
    if (!log_column_reach(&builder->customer, i + 1, sizeof(uint32_t)) ||
        !log_column_reach(&builder->name, i + 1, sizeof(uint32_t)) ||
        !log_column_reach(&builder->source, i + 1, sizeof(uint16_t)) ||
        !log_column_reach(&builder->time, i + 1, sizeof(int64_t)) ||
        !set_end(builder, i, end_us) || !set_journey(builder, i, journey))
        return no_memory(error);
    log_u32(&builder->customer)[i] = customer;
    log_u32(&builder->name)[i] = name_id;
    log_u16(&builder->source)[i] = (uint16_t)source;
    log_i64(&builder->time)[i] = time_us;
    builder->n_timed += time_us != TROD_NO_TIME;
    builder->used_bytes += EVENT_BYTES;
    builder->n_events++;
    return TROD_OK;
}

trod_status trod_log_builder_set(struct trod_log_builder *builder, uint32_t field,
                                 trod_str value, struct trod_error *error) {
    CHECK(field < builder->n_fields && builder->n_events > 0);
    struct log_field *const to = &builder->fields[field];
    const uint64_t i = builder->n_events - 1;
    if (to->fact)
        return trod_log_builder_fact(builder, log_u32(&builder->customer)[i], field, value,
                                     error);
    if (value.n == 0) return TROD_OK;
    if (builder->used_bytes > builder->ceiling_bytes) return too_much(builder, error);
    to->last = add_near(builder, to->values, value, to->last);
    if (to->last == TROD_NO_ID) return no_memory(error);
    const size_t before = to->code.bytes.n;
    if (!log_column_reach(&to->code, i + 1, sizeof(uint32_t))) return no_memory(error);
    builder->used_bytes += to->code.bytes.n - before;
    log_u32(&to->code)[i] = to->last + 1;
    return TROD_OK;
}

trod_status trod_log_builder_fact(struct trod_log_builder *builder, uint32_t customer,
                                  uint32_t field, trod_str value, struct trod_error *error) {
    CHECK(field < builder->n_fields && builder->fields[field].fact);
    CHECK(customer < trod_dict_count(builder->customers));
    struct log_field *const to = &builder->fields[field];
    if (value.n == 0) return TROD_OK;
    if (builder->used_bytes > builder->ceiling_bytes) return too_much(builder, error);
    to->last = add_near(builder, to->values, value, to->last);
    if (to->last == TROD_NO_ID) return no_memory(error);
    const size_t before = to->code.bytes.n + to->stamp.bytes.n;
    if (!log_column_reach(&to->code, (uint64_t)customer + 1, sizeof(uint32_t)) ||
        !log_column_reach(&to->stamp, (uint64_t)customer + 1, sizeof(uint64_t)))
        return no_memory(error);
    builder->used_bytes += to->code.bytes.n + to->stamp.bytes.n - before;
    log_u32(&to->code)[customer] = to->last + 1;
    log_u64(&to->stamp)[customer] = ++builder->n_said;
    return TROD_OK;
}

void trod_log_builder_channel(struct trod_log_builder *builder, uint32_t field) {
    builder->channel_field = field;
}

void trod_log_builder_worth(struct trod_log_builder *builder, uint32_t field) {
    builder->worth_field = field;
}

uint64_t trod_log_builder_count(const struct trod_log_builder *builder) {
    return builder->n_events;
}
