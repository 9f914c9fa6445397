/* The gatherer: what its hands share while events come. Names, fields, sources and shapes are
 * numbered under one lock, the values of each field under a lock of its own; a hand asks only
 * for what it has not met lately.
 *
 * A dictionary pays as long as its texts come again. A field whose dictionary has become large
 * while fewer than four events in five found their value in it keeps its further values as
 * they are. */
#include "log/gather.h"
#include "log/gather_hand.h"

#include "log/gather_join.h"
#include "log/gather_record.h"

enum {
    FIRST_JUDGED = 1 << 16, /* distinct values after which a dictionary is looked at */
    LONGEST_VALUE = 1024,   /* in a dictionary */
    LEAST_PART_EVENTS = 1 << 15,
};
static const uint64_t MEMORY_BYTES = UINT64_C(3) << 30, LEAST_BYTES = UINT64_C(64) << 20;

static bool begin_like(struct trod_gather *gather) {
    const struct trod_parts *const like = gather->like;
    if (!like) return true;
    for (uint32_t i = 0; i < trod_dict_count(like->names); i++)
        if (trod_dict_add(gather->names, trod_dict_at(like->names, i)) != i) return false;
    for (size_t s = 0; s < like->n_sources; s++)
        if (trod_gather_source(gather, like->sources[s].name) != s) return false;
    for (size_t f = 0; f < like->n_fields; f++)
        if (trod_gather_field(gather, like->fields[f].name, like->fields[f].fact) != f)
            return false;
    gather->roles[TROD_ROLE_CHANNEL] = like->channel_field;
    gather->roles[TROD_ROLE_WORTH] = like->worth_field;
    gather->roles[TROD_ROLE_JOURNEY] = like->journey_field;
    return true;
}

static bool begin(struct trod_gather *gather, const struct trod_gather_options *options) {
    gather->names = trod_dict_make(INT32_MAX); /* a step has a bit of its own */
    gather->sources = trod_dict_make(GATHER_MOST_SOURCES);
    gather->event_fields = trod_dict_make(GATHER_MOST_FIELDS);
    gather->fact_fields = trod_dict_make(GATHER_MOST_FIELDS);
    gather->edges = trod_dict_make(GATHER_SHAPES - 1);
    gather->event_field = TROD_NEW_ARRAY(gather->arena, GATHER_MOST_FIELDS, uint32_t);
    gather->fact_field = TROD_NEW_ARRAY(gather->arena, GATHER_MOST_FIELDS, uint32_t);
    gather->fields = TROD_NEW_ARRAY(gather->arena, GATHER_MOST_FIELDS, struct gather_field *);
    gather->shapes = TROD_NEW_ARRAY(gather->arena, GATHER_SHAPES, struct gather_shape);
    gather->id_field = options->id_field
                           ? trod_arena_copy(gather->arena, trod_str_of(options->id_field))
                           : (trod_str){0};
    if (!gather->names || !gather->sources || !gather->event_fields || !gather->fact_fields ||
        !gather->edges || !gather->event_field || !gather->fact_field || !gather->fields ||
        !gather->shapes || (options->id_field && !gather->id_field.at))
        return false;
    /* What is not for chunks: the tables of hands and the dictionaries. */
    return gather_pool_init(&gather->pool, gather->memory_bytes / 8 * 6,
                            trod_run_threads(gather->run), options->folder) &&
           begin_like(gather);
}

trod_status trod_gather_make(const struct trod_gather_options *options,
                             const struct trod_run *run, struct trod_gather **gather,
                             struct trod_error *error) {
    static const struct trod_gather_options none = {0};
    trod_status status = TROD_OK;
    if (!options) options = &none;
    *gather = NULL;
    struct trod_arena *const arena = trod_arena_make(GATHER_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    struct trod_gather *const made = TROD_NEW(arena, struct trod_gather);
    if (!made) {
        trod_arena_free(arena);
        TROD_TRY_ALLOC(NULL, error);
    }
    made->arena = arena;
    made->run = run;
    made->memory_bytes = options->memory_bytes ? options->memory_bytes : MEMORY_BYTES;
    made->dict_bytes =
        (made->memory_bytes > LEAST_BYTES ? made->memory_bytes : LEAST_BYTES) / 4;
    made->least_events = LEAST_PART_EVENTS;
    made->like = options->like;
    made->distinct = options->distinct;
    made->roles[0] = made->roles[1] = made->roles[2] = TROD_NO_ID;
    pthread_mutex_init(&made->lock, NULL);
    if (!begin(made, options)) {
        trod_gather_free(made);
        TROD_TRY_ALLOC(NULL, error);
    }
    *gather = made;
done:
    return status;
}

void trod_gather_free(struct trod_gather *gather) {
    if (!gather) return;
    for (struct trod_hand *hand = gather->hands; hand;) {
        struct trod_hand *const next = hand->next;
        gather_hand_release(hand);
        hand = next;
    }
    const uint32_t n_fields = atomic_load(&gather->n_fields);
    for (uint32_t f = 0; f < n_fields; f++) {
        pthread_mutex_destroy(&gather->fields[f]->lock);
        trod_dict_free(gather->fields[f]->values);
    }
    gather_pool_release(&gather->pool);
    gather_frame_release(gather);
    gather_join_free(gather->join);
    trod_dict_free(gather->names);
    trod_dict_free(gather->sources);
    trod_dict_free(gather->event_fields);
    trod_dict_free(gather->fact_fields);
    trod_dict_free(gather->edges);
    pthread_mutex_destroy(&gather->lock);
    trod_arena_free(gather->arena);
}

uint32_t trod_gather_source(struct trod_gather *gather, trod_str name) {
    pthread_mutex_lock(&gather->lock);
    const uint32_t source = trod_dict_add(gather->sources, name);
    atomic_store(&gather->n_sources, trod_dict_count(gather->sources));
    pthread_mutex_unlock(&gather->lock);
    return source;
}

static uint32_t add_field(struct trod_gather *gather, trod_str name, bool fact) {
    struct trod_dict *const dict = fact ? gather->fact_fields : gather->event_fields;
    uint32_t *const numbers = fact ? gather->fact_field : gather->event_field;
    const uint32_t known = trod_dict_find(dict, name);
    if (known != TROD_NO_ID) return numbers[known];
    const uint32_t n_fields = atomic_load(&gather->n_fields);
    if (n_fields >= GATHER_MOST_FIELDS) return TROD_NO_ID;
    struct gather_field *const field = TROD_NEW(gather->arena, struct gather_field);
    struct trod_dict *const values = field ? trod_dict_make(VALUE_CODES) : NULL;
    const uint32_t id = values ? trod_dict_add(dict, name) : TROD_NO_ID;
    if (id == TROD_NO_ID) {
        trod_dict_free(values);
        return TROD_NO_ID;
    }
    field->name = trod_dict_at(dict, id);
    field->fact = fact;
    field->values = values;
    pthread_mutex_init(&field->lock, NULL);
    numbers[id] = n_fields;
    gather->fields[n_fields] = field;
    atomic_store(&gather->n_fields, n_fields + 1);
    return n_fields;
}

uint32_t trod_gather_field(struct trod_gather *gather, trod_str name, bool fact) {
    pthread_mutex_lock(&gather->lock);
    const uint32_t field = add_field(gather, name, fact);
    pthread_mutex_unlock(&gather->lock);
    return field;
}

void trod_gather_declare(struct trod_gather *gather, uint32_t field) {
    if (field == TROD_NO_ID) return;
    pthread_mutex_lock(&gather->lock);
    struct gather_field *const known = gather->fields[field];
    if (!known->declared) known->declared = ++gather->n_declared;
    pthread_mutex_unlock(&gather->lock);
}

void trod_gather_role(struct trod_gather *gather, enum trod_gather_role role, uint32_t field) {
    pthread_mutex_lock(&gather->lock);
    gather->roles[role] = field;
    pthread_mutex_unlock(&gather->lock);
}

trod_status gather_name(struct trod_gather *gather, trod_str name, uint32_t *code,
                        trod_str *kept, struct trod_error *error) {
    trod_status status = TROD_OK;
    pthread_mutex_lock(&gather->lock);
    const bool full = trod_dict_bytes(gather->names) > gather->dict_bytes;
    *code = full ? trod_dict_find(gather->names, name) : trod_dict_add(gather->names, name);
    if (*code != TROD_NO_ID) {
        *kept = trod_dict_at(gather->names, *code);
    } else if (full) {
        status = trod_fail(error, TROD_TOO_MUCH, "there are more than %u different event names",
                           trod_dict_count(gather->names));
        trod_error_hint(error,
                        "is the column of event names really that? If so, raise --memory");
    } else {
        status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    pthread_mutex_unlock(&gather->lock);
    return status;
}

uint32_t gather_value(struct trod_gather *gather, struct gather_field *field, trod_str value,
                      uint32_t n_sets, trod_str *kept) {
    pthread_mutex_lock(&field->lock);
    struct trod_dict *const values = field->values;
    field->n_sets += n_sets;
    uint32_t id = trod_dict_find(values, value);
    if (id == TROD_NO_ID && value.n <= LONGEST_VALUE && !atomic_load(&field->raw)) {
        const uint32_t n = trod_dict_count(values);
        const bool judged = n >= FIRST_JUDGED && (n & (n - 1)) == 0;
        if ((judged && field->n_sets / 5 < n) || n + 1 >= VALUE_CODES ||
            trod_dict_bytes(values) > gather->memory_bytes / 16) {
            atomic_store(&field->raw, true);
        } else {
            id = trod_dict_add(values, value);
            if (id == TROD_NO_ID) atomic_store(&field->raw, true);
        }
    }
    if (id != TROD_NO_ID) *kept = trod_dict_at(values, id);
    pthread_mutex_unlock(&field->lock);
    return id;
}

uint32_t gather_shape_next(struct trod_gather *gather, uint32_t shape, uint32_t field) {
    const uint32_t edge[2] = {shape, field};
    const trod_str key = {(const char *)edge, sizeof edge};
    pthread_mutex_lock(&gather->lock);
    uint32_t id = trod_dict_find(gather->edges, key);
    if (id == TROD_NO_ID) {
        const struct gather_shape *const from = &gather->shapes[shape];
        uint16_t *const fields = TROD_NEW_ARRAY(gather->arena, (size_t)from->n + 1, uint16_t);
        if (fields) id = trod_dict_add(gather->edges, key);
        if (id != TROD_NO_ID) {
            if (from->n) memcpy(fields, from->fields, from->n * sizeof *fields);
            fields[from->n] = (uint16_t)field;
            gather->shapes[id + 1] = (struct gather_shape){from->n + 1, fields};
        }
    }
    pthread_mutex_unlock(&gather->lock);
    return id == TROD_NO_ID ? 0 : id + 1;
}

uint64_t trod_gather_count(const struct trod_gather *gather) {
    if (gather->closed) return gather->n_events;
    uint64_t n = 0;
    pthread_mutex_t *const lock = &((struct trod_gather *)(uintptr_t)gather)->lock;
    pthread_mutex_lock(lock);
    for (const struct trod_hand *hand = gather->hands; hand; hand = hand->next)
        n += atomic_load_explicit(&hand->n_events, memory_order_relaxed);
    pthread_mutex_unlock(lock);
    return n;
}

uint64_t trod_gather_dropped(const struct trod_gather *gather) {
    return gather->n_dropped;
}
