/* A hand: rows of one thread into records.
 *
 * Nearly all texts of names and values were met before, lately and by this hand: a small table
 * of its own, keyed by the first sixteen bytes, gives their codes without a lock. The fields
 * that were set in an event are remembered as the way through a tree (a shape), one step a
 * value. The record is written where it stays, value by value; only its front and back have to
 * wait until the next event begins. */
#include "log/gather_hand.h"

enum {
    /* In the chunk when an event begins; beyond it, a record goes aside. */
    EVENT_ROOM = 512,
    LONGEST_ID = 128, /* that is written in place */
    VALUE_ROOM = 16,  /* field of the tail, code */
};

struct trod_hand *gather_hand_make(struct trod_gather *gather) {
    struct trod_arena *const arena = trod_arena_make(GATHER_ARENA_BYTES);
    struct trod_hand *const hand = arena ? TROD_NEW(arena, struct trod_hand) : NULL;
    if (!hand) {
        trod_arena_free(arena);
        return NULL;
    }
    hand->gather = gather;
    hand->arena = arena;
    hand->edges = TROD_NEW_ARRAY(arena, HAND_EDGES, struct hand_edge);
    if (!hand->edges) {
        gather_hand_release(hand);
        return NULL;
    }
    hand->names.slots = &hand->empty;
    for (size_t i = 0; i < HAND_EDGES; i++) hand->edges[i].shape = TROD_NO_ID;
    return hand;
}

struct trod_hand *trod_gather_hand(struct trod_gather *gather) {
    struct trod_hand *const hand = gather_hand_make(gather);
    if (!hand) return NULL;
    pthread_mutex_lock(&gather->lock);
    hand->next = gather->hands;
    gather->hands = hand;
    pthread_mutex_unlock(&gather->lock);
    return hand;
}

void gather_hand_release(struct trod_hand *hand) {
    for (size_t b = 0; b < GATHER_BUCKETS; b++)
        if (hand->streams[b].chunk) trod_arena_free(hand->streams[b].chunk->own);
    trod_buf_free(&hand->event.bytes);
    trod_buf_free(&hand->said.bytes);
    trod_arena_free(hand->arena);
}

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

/* Makes an array on the hand's arena at least n items long; new ones are filled with ones. */
static bool reach(struct trod_hand *hand, void **items, size_t *room, size_t n, size_t size) {
    if (n <= *room) return true;
    size_t more = *room ? *room : 16;
    while (more < n) more *= 2;
    unsigned char *const at = trod_arena_alloc(hand->arena, more, size);
    if (!at) return false;
    if (*room) memcpy(at, *items, *room * size);
    memset(at + *room * size, 0xff, (more - *room) * size);
    *items = at;
    *room = more;
    return true;
}

/* ---- Events ---------------------------------------------------------------------------------
 */

/* What happens seldom is kept out of the way of what happens with every row. */
#define SELDOM static __attribute__((noinline))

SELDOM trod_status find_name(struct trod_hand *hand, trod_str name, uint32_t *code,
                             struct trod_error *error) {
    const struct record_key key = record_key(name);
    const struct hand_slot *const slot = hand_cache_find(&hand->names, key, name);
    if (slot) {
        *code = slot->code;
        return TROD_OK;
    }
    trod_str kept = {NULL, 0};
    const trod_status status = gather_name(hand->gather, name, code, &kept, error);
    if (status != TROD_OK) return status;
    if (!reach(hand, (void **)&hand->name_first, &hand->name_room, (size_t)*code + 1,
               sizeof *hand->name_first))
        return no_memory(error);
    hand_cache_put(&hand->names, hand->arena, key, kept, *code);
    return TROD_OK;
}

SELDOM trod_status new_source(struct trod_hand *hand, uint32_t source,
                              struct trod_error *error) {
    CHECK(source < atomic_load(&hand->gather->n_sources));
    return reach(hand, (void **)&hand->source_first, &hand->source_room, (size_t)source + 1,
                 sizeof *hand->source_first)
               ? TROD_OK
               : no_memory(error);
}

SELDOM trod_status close_aside(struct trod_hand *hand, struct hand_row *row,
                               struct trod_error *error) {
    const trod_status status = hand_row_aside(row, 0, error);
    return status == TROD_OK ? hand_row_commit(hand, row, error) : status;
}

/* Ends the row: its front and back are known now. */
static inline trod_status close_row(struct trod_hand *hand, struct hand_row *row,
                                    struct trod_error *error) {
    if (!row->begin || row->at - row->begin >= RECORD_LONG - 2)
        return close_aside(hand, row, error);
    hand_row_end(row);
    const uint32_t front = row->front | row->times | (uint32_t)(row->at - row->begin);
    memcpy(row->begin, &front, RECORD_FRONT_BYTES);
    hand_row_done(row, &hand->streams[row->bucket], row->at);
    return TROD_OK;
}

SELDOM unsigned char *put_end(struct hand_row *row, unsigned char *at, int64_t end_us) {
    const uint64_t begin = row->time_us == TROD_NO_TIME ? 0 : (uint64_t)row->time_us;
    const uint64_t lasts = record_zigzag((uint64_t)end_us - begin);
    const unsigned n_end = record_width(lasts);
    *at++ = (unsigned char)n_end;
    row->bits |= UINT32_C(1) << RECORD_END;
    return hand_put(at, lasts, n_end);
}

/* Writes what an event has beside place, time, id and values. */
static inline void put_event(struct hand_row *row, unsigned char *at, uint32_t name,
                             uint32_t source, int64_t end_us) {
    const unsigned n_name = name < 256 ? 1 : record_width(name);
    const unsigned n_source = source == 0 ? 0 : record_width(source);
    at = hand_put(at, name, n_name);
    at = hand_put(at, source, n_source);
    row->bits = (n_name - 1) << RECORD_NAME | n_source << RECORD_SOURCE;
    row->at = end_us == TROD_NO_TIME ? at : put_end(row, at, end_us);
}

/* Writes an id; most are numbers. */
static inline unsigned char *put_id(struct hand_row *row, unsigned char *at, trod_str id) {
    uint64_t number = 0;
    row->rest = at;
    if (record_readable(id) && record_decimal(id, record_key_of(id), &number)) {
        const unsigned n_id = record_width(number);
        row->front = n_id << RECORD_ID;
        return hand_put(at, number, n_id);
    }
    return hand_put_id(row, at, id);
}

SELDOM trod_status begin_aside(struct hand_row *row, uint64_t place, trod_str customer,
                               uint32_t name, uint32_t source, int64_t time_us, int64_t end_us,
                               struct trod_error *error) {
    const trod_status status = hand_row_begin(row, place, customer, time_us, error);
    if (status == TROD_OK) put_event(row, row->at, name, source, end_us);
    return status;
}

trod_status trod_hand_event(struct trod_hand *hand, uint64_t place, uint32_t source,
                            trod_str customer, trod_str name, int64_t time_us, int64_t end_us,
                            struct trod_error *error) {
    struct hand_row *const row = &hand->event;
    trod_status status = TROD_OK;
    uint32_t code = TROD_NO_ID;
    if (row->open) TROD_TRY(close_row(hand, row, error));
    if (source >= hand->source_room) TROD_TRY(new_source(hand, source, error));
    if (name.n <= 16 && record_readable(name)) {
        const struct record_key key = record_key_of(name);
        const struct hand_slot *const slot =
            &hand->names.slots[hand_cache_home(&hand->names, key, name.n)];
        if (((slot->low ^ key.low) | (slot->high ^ key.high) |
             (slot->n_plus_1 ^ (name.n + 1))) == 0)
            code = slot->code;
    }
    if (code == TROD_NO_ID) TROD_TRY(find_name(hand, name, &code, error));
    if (place < hand->name_first[code]) hand->name_first[code] = place;
    if (place < hand->source_first[source]) hand->source_first[source] = place;
    if (customer.n > LONGEST_ID) {
        TROD_TRY(begin_aside(row, place, customer, code, source, time_us, end_us, error));
    } else {
        const unsigned bucket =
            (unsigned)(trod_customer_hash(customer) >> (64 - GATHER_BUCKET_BITS));
        struct hand_stream *const stream = &hand->streams[bucket];
        if (stream->end - stream->at < EVENT_ROOM)
            TROD_TRY(hand_next_chunk(hand, bucket, EVENT_ROOM, error));
        row->open = true;
        row->bucket = (uint8_t)bucket;
        row->shape = row->n_turns = 0;
        row->place = place;
        row->time_us = time_us;
        row->begin = stream->at;
        row->end = stream->end;
        unsigned char *const at = put_id(
            row, hand_put_times(hand, row, stream, row->begin + RECORD_FRONT_BYTES), customer);
        row->back = at;
        put_event(row, at + 2, code, source, end_us);
    }
    hand->n_timed += time_us != TROD_NO_TIME;
    atomic_store_explicit(&hand->n_events,
                          atomic_load_explicit(&hand->n_events, memory_order_relaxed) + 1,
                          memory_order_relaxed);
done:
    return status;
}

/* ---- Values ---------------------------------------------------------------------------------
 */

SELDOM trod_status new_fields(struct trod_hand *hand, uint32_t field,
                              struct trod_error *error) {
    CHECK(field < atomic_load(&hand->gather->n_fields));
    uint32_t more = hand->n_fields ? hand->n_fields * 2 : 16;
    while (more <= field) more *= 2;
    struct hand_field *const fields = TROD_NEW_ARRAY(hand->arena, more, struct hand_field);
    if (!fields) return no_memory(error);
    if (hand->n_fields) memcpy(fields, hand->fields, hand->n_fields * sizeof *fields);
    for (uint32_t f = hand->n_fields; f < more; f++) {
        fields[f].first_place = UINT64_MAX;
        fields[f].cache.slots = &hand->empty;
    }
    hand->fields = fields;
    hand->n_fields = more;
    return TROD_OK;
}

/* The edge is not the one that was taken last. */
SELDOM void new_edge(struct trod_hand *hand, struct hand_edge *edge, uint32_t shape,
                     uint32_t field) {
    *edge = (struct hand_edge){shape, field, gather_shape_next(hand->gather, shape, field), 0};
}

/* Enters the field into the row's shape, or into its tail. */
static inline void step(struct trod_hand *hand, struct hand_row *row, uint32_t field) {
    if (!(row->bits >> RECORD_TAIL & 1)) {
        struct hand_edge *const edge = &hand->edges[hand_edge_home(row->shape, field)];
        if (edge->shape != row->shape || edge->field != field)
            new_edge(hand, edge, row->shape, field);
        if (edge->next) {
            row->shape = edge->next;
            return;
        }
        row->bits |= UINT32_C(1) << RECORD_TAIL;
    }
    row->at[0] = (unsigned char)field;
    row->at[1] = (unsigned char)(field >> 8);
    row->at += 2;
}

static inline unsigned char *put_code(unsigned char *at, uint32_t code) {
    if (code < VALUE_ONE) {
        *at = (unsigned char)code;
        return at + 1;
    }
    if (code < VALUE_THREE_FROM) {
        code -= VALUE_TWO_FROM;
        at[0] = (unsigned char)(VALUE_ONE | code >> 8);
        at[1] = (unsigned char)code;
        return at + 2;
    }
    code -= VALUE_THREE_FROM;
    at[0] = (unsigned char)(VALUE_TWO | code >> 16);
    at[1] = (unsigned char)code;
    at[2] = (unsigned char)(code >> 8);
    return at + 3;
}

SELDOM trod_status put_text(struct hand_row *row, trod_str text, struct trod_error *error) {
    if ((size_t)(row->end - row->at) < VALUE_ROOM + text.n) {
        const trod_status status = hand_row_aside(row, VALUE_ROOM + text.n, error);
        if (status != TROD_OK) return status;
    }
    unsigned char *at = row->at;
    if (text.n < 256) {
        *at++ = VALUE_SHORT;
        *at++ = (unsigned char)text.n;
    } else {
        *at++ = VALUE_LONG;
        at = hand_put(at, text.n, 4);
    }
    memcpy(at, text.at, text.n);
    row->at = at + text.n;
    return TROD_OK;
}

/* A value that was not met lately. */
SELDOM trod_status new_value(struct trod_hand *hand, struct hand_row *row, uint32_t field,
                             struct record_key key, trod_str value, struct trod_error *error) {
    struct hand_field *const mine = &hand->fields[field];
    struct gather_field *const shared = hand->gather->fields[field];
    trod_str kept = {NULL, 0};
    const uint32_t code = gather_value(hand->gather, shared, value, mine->n_sets, &kept);
    mine->n_sets = 0;
    mine->raw = atomic_load_explicit(&shared->raw, memory_order_relaxed);
    if (code == TROD_NO_ID) return put_text(row, value, error);
    hand_cache_put(&mine->cache, hand->arena, key, kept, code);
    row->at = put_code(row->at, code);
    return TROD_OK;
}

SELDOM trod_status set(struct trod_hand *hand, struct hand_row *row, uint32_t field,
                       trod_str value, struct trod_error *error) {
    if (field >= hand->n_fields) {
        const trod_status status = new_fields(hand, field, error);
        if (status != TROD_OK) return status;
    }
    struct hand_field *const mine = &hand->fields[field];
    if (row->place <= mine->first_place) {
        if (row->place < mine->first_place) mine->first_turn = row->n_turns;
        mine->first_place = row->place;
    }
    row->n_turns++;
    if (value.n == 0) return TROD_OK;
    if (row->end - row->at < VALUE_ROOM) {
        const trod_status status = hand_row_aside(row, VALUE_ROOM, error);
        if (status != TROD_OK) return status;
    }
    step(hand, row, field);
    mine->n_sets++;
    if (mine->raw) return put_text(row, value, error);
    const struct record_key key = record_key(value);
    const struct hand_slot *const slot = hand_cache_find(&mine->cache, key, value);
    if (!slot) return new_value(hand, row, field, key, value, error);
    row->at = put_code(row->at, slot->code);
    return TROD_OK;
}

trod_status trod_hand_set(struct trod_hand *hand, uint32_t field, trod_str value,
                          struct trod_error *error) {
    struct hand_row *const row = &hand->event;
    /* What nearly always happens: a short text that was met, in the order of fields in which
     * they were set before. */
    if (field < hand->n_fields && value.n == 0 && row->open &&
        row->place > hand->fields[field].first_place) {
        row->n_turns++;
        return TROD_OK;
    }
    if (field < hand->n_fields && value.n <= 16 && record_readable(value)) {
        struct hand_field *const mine = &hand->fields[field];
        const struct hand_edge *const edge = &hand->edges[hand_edge_home(row->shape, field)];
        const struct record_key key = record_key_of(value);
        const struct hand_slot *const slot =
            &mine->cache.slots[hand_cache_home(&mine->cache, key, value.n)];
        const uint64_t differs = (slot->low ^ key.low) | (slot->high ^ key.high) |
                                 (slot->n_plus_1 ^ (value.n + 1)) | (edge->shape ^ row->shape) |
                                 (edge->field ^ field) |
                                 (row->bits & UINT32_C(1) << RECORD_TAIL);
        if (differs == 0 && slot->code < VALUE_ONE && edge->next &&
            row->place > mine->first_place && row->end - row->at >= VALUE_ROOM && row->open) {
            *row->at++ = (unsigned char)slot->code;
            row->shape = edge->next;
            row->n_turns++;
            mine->n_sets++;
            return TROD_OK;
        }
    }
    CHECK(row->open);
    return set(hand, row, field, value, error);
}

trod_status trod_hand_fact(struct trod_hand *hand, uint64_t place, trod_str customer,
                           uint32_t field, trod_str value, struct trod_error *error) {
    struct hand_row *const row = &hand->said;
    trod_status status = TROD_OK;
    uint64_t id = 0;
    const bool is_text = !record_decimal(customer, record_key(customer), &id);
    trod_str known = {NULL, 0};
    if (row->open && row->id_is_text) record_id_text(row->rest, &known);
    const bool same = row->open && row->place == place && row->id_is_text == is_text &&
                      (is_text ? trod_str_equal(known, customer) : row->id == id);
    if (!same) {
        /* The event that was added last may end where this record is to stand. */
        if (row->open && hand->event.open && hand->event.bucket == row->bucket)
            TROD_TRY(hand_row_aside(&hand->event, 0, error));
        if (row->open) TROD_TRY(hand_row_commit(hand, row, error));
        TROD_TRY(hand_row_begin(row, place, customer, TROD_NO_TIME, error));
        row->front |= UINT32_C(1) << RECORD_FACT;
    }
    status = set(hand, row, field, value, error);
done:
    return status;
}

trod_status gather_hand_close(struct trod_hand *hand, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (hand->event.open) TROD_TRY(close_row(hand, &hand->event, error));
    if (hand->said.open) TROD_TRY(hand_row_commit(hand, &hand->said, error));
    for (unsigned b = 0; b < GATHER_BUCKETS; b++) TROD_TRY(hand_next_chunk(hand, b, 0, error));
done:
    return status;
}
