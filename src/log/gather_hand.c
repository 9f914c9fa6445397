/* A hand: rows of one thread into records.
 *
 * Nearly all texts of names and values were met before, lately and by this hand: a small table
 * of its own, keyed by the first sixteen bytes, gives their codes without a lock. The fields
 * that were set in an event are remembered as the way through a tree (a shape), one step a
 * value. The record is written when the next event begins, by which time its values are known.
 */
#include "log/gather.h"
#include "log/gather_record.h"

static const size_t LONGEST_RECORD = (size_t)256 << 20;

struct trod_hand *gather_hand_make(struct trod_gather *gather) {
    struct trod_arena *const arena = trod_arena_make(GATHER_ARENA_BYTES);
    struct trod_hand *const hand = arena ? TROD_NEW(arena, struct trod_hand) : NULL;
    if (!hand) {
        trod_arena_free(arena);
        return NULL;
    }
    hand->gather = gather;
    hand->arena = arena;
    hand->event.values.ceiling = hand->said.values.ceiling = LONGEST_RECORD;
    hand->edges = TROD_NEW_ARRAY(arena, HAND_EDGES, struct hand_edge);
    if (!hand->edges || !trod_buf_room(&hand->event.values, 64) ||
        !trod_buf_room(&hand->said.values, 64)) {
        gather_hand_release(hand);
        return NULL;
    }
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
    trod_buf_free(&hand->event.id_text);
    trod_buf_free(&hand->event.values);
    trod_buf_free(&hand->said.id_text);
    trod_buf_free(&hand->said.values);
    trod_arena_free(hand->arena);
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

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

/* ---- Codes of texts that were met lately ----------------------------------------------------
 */

enum { PROBES = 4 };

static inline uint32_t slot_of(const struct hand_cache *cache, struct record_key key,
                               size_t n) {
    const uint64_t mixed = (key.low ^ (key.high + n) * UINT64_C(0x9e3779b97f4a7c15)) *
                           UINT64_C(0xd1342543de82ef95);
    return (uint32_t)(mixed >> 32) & cache->mask;
}

static inline uint32_t cache_find(const struct hand_cache *cache, struct record_key key,
                                  trod_str text) {
    if (!cache->slots) return TROD_NO_ID;
    const uint32_t home = slot_of(cache, key, text.n);
    for (uint32_t i = 0; i < PROBES; i++) {
        const struct hand_slot *const slot = &cache->slots[(home + i) & cache->mask];
        if (slot->low == key.low && slot->high == key.high && slot->n == text.n && slot->text &&
            (text.n <= 16 || memcmp(slot->text + 16, text.at + 16, text.n - 16) == 0))
            return slot->code;
    }
    return TROD_NO_ID;
}

/* Puts a slot into the first free place, or over the one at home. */
static void cache_place(struct hand_cache *cache, const struct hand_slot *slot) {
    const uint32_t home = slot_of(cache, (struct record_key){slot->low, slot->high}, slot->n);
    for (uint32_t i = 0; i < PROBES; i++) {
        struct hand_slot *const at = &cache->slots[(home + i) & cache->mask];
        if (at->text) continue;
        *at = *slot;
        cache->n_filled++;
        return;
    }
    cache->slots[home] = *slot;
}

static void cache_put(struct hand_cache *cache, struct trod_arena *arena, struct record_key key,
                      trod_str kept, uint32_t code) {
    const uint32_t n = cache->slots ? cache->mask + 1 : 0;
    if (cache->n_filled >= n / 4 && n < HAND_LAST_CACHE) {
        const uint32_t more = n ? n * 2 : HAND_FIRST_CACHE;
        struct hand_slot *const slots = TROD_NEW_ARRAY(arena, more, struct hand_slot);
        if (slots) {
            const struct hand_slot *const old = cache->slots;
            *cache = (struct hand_cache){.slots = slots, .mask = more - 1};
            for (uint32_t i = 0; i < n; i++)
                if (old[i].text) cache_place(cache, &old[i]);
        }
    }
    if (!cache->slots) return;
    cache_place(cache, &(struct hand_slot){.low = key.low,
                                           .high = key.high,
                                           .text = kept.at,
                                           .n = (uint32_t)kept.n,
                                           .code = code});
}

static trod_status name_code(struct trod_hand *hand, trod_str name, uint32_t *code,
                             struct trod_error *error) {
    const struct record_key key = record_key(name);
    *code = cache_find(&hand->names, key, name);
    if (*code != TROD_NO_ID) return TROD_OK;
    trod_str kept = {NULL, 0};
    const trod_status status = gather_name(hand->gather, name, code, &kept, error);
    if (status != TROD_OK) return status;
    if (!reach(hand, (void **)&hand->name_first, &hand->name_room, (size_t)*code + 1,
               sizeof *hand->name_first))
        return no_memory(error);
    cache_put(&hand->names, hand->arena, key, kept, *code);
    return TROD_OK;
}

/* ---- Records --------------------------------------------------------------------------------
 */

static trod_status next_chunk(struct trod_hand *hand, unsigned bucket, size_t room,
                              struct trod_error *error) {
    struct gather_pool *const pool = &hand->gather->pool;
    struct hand_stream *const stream = &hand->streams[bucket];
    if (stream->chunk) {
        struct gather_chunk *const full = stream->chunk;
        full->n_bytes = (uint32_t)(stream->at - full->at);
        full->n_records = stream->n_records;
        *stream = (struct hand_stream){0};
        const trod_status status =
            gather_chunk_give(pool, hand->first_bucket + bucket, full, error);
        if (status != TROD_OK) return status;
    }
    if (room == 0) return TROD_OK;
    const trod_status status = gather_chunk_take(pool, room, &stream->chunk, error);
    if (status != TROD_OK) return status;
    stream->at = stream->chunk->at;
    stream->end = stream->at + stream->chunk->room;
    return TROD_OK;
}

/* Times in the unit of the hand, which becomes finer if it has to. */
static uint64_t in_unit(struct trod_hand *hand, int64_t time_us) {
    for (;; hand->unit++) {
        if (hand->unit == 2) return (uint64_t)time_us;
        if (hand->unit == 1 && time_us % 1000 == 0) return (uint64_t)(time_us / 1000);
        if (hand->unit == 0 && time_us % 1000000 == 0) return (uint64_t)(time_us / 1000000);
        for (size_t b = 0; b < GATHER_BUCKETS; b++) hand->streams[b].last_time *= 1000;
    }
}

static inline unsigned char *put_number(unsigned char *at, uint64_t number, unsigned n) {
    memcpy(at, &number, sizeof number);
    return at + n;
}

/* Writes what stands between the shape and the values. */
static unsigned char *put_front(struct trod_hand *hand, const struct hand_row *row,
                                struct hand_stream *stream, unsigned char *at, uint32_t *head) {
    const uint64_t place = record_zigzag(row->place - stream->last_place);
    stream->last_place = row->place;
    const unsigned n_place = record_width(place);
    at = put_number(at, place, n_place);
    unsigned n_time = RECORD_NONE;
    if (row->time_us != TROD_NO_TIME) {
        const uint64_t now = in_unit(hand, row->time_us);
        const uint64_t time = record_zigzag(now - stream->last_time);
        stream->last_time = now;
        n_time = record_width(time);
        at = put_number(at, time, n_time);
    }
    unsigned n_id = RECORD_TEXT;
    if (row->id_is_text) {
        const uint32_t n = (uint32_t)row->id_text.n;
        at = put_number(at, n < 255 ? n : 255, 1);
        if (n >= 255) at = put_number(at, n, 4);
        memcpy(at, row->id_text.at, n);
        at += n;
    } else {
        n_id = record_width(row->id);
        at = put_number(at, row->id, n_id);
    }
    *head = n_place << RECORD_PLACE | n_time << RECORD_TIME | n_id << RECORD_ID |
            hand->unit << RECORD_UNIT;
    if (row->fact) {
        *head |= UINT32_C(1) << RECORD_FACT;
        return at;
    }
    const unsigned n_name = row->name < 256 ? 1 : record_width(row->name);
    at = put_number(at, row->name, n_name);
    const unsigned n_source = record_width(row->source);
    at = put_number(at, row->source, n_source);
    *head |= (n_name - 1) << RECORD_NAME | n_source << RECORD_SOURCE;
    if (row->end_us != TROD_NO_TIME) {
        const uint64_t begin = row->time_us == TROD_NO_TIME ? 0 : (uint64_t)row->time_us;
        const uint64_t lasts = record_zigzag((uint64_t)row->end_us - begin);
        const unsigned n_end = record_width(lasts);
        at = put_number(at, n_end, 1);
        at = put_number(at, lasts, n_end);
        *head |= UINT32_C(1) << RECORD_END;
    }
    return at;
}

trod_status gather_row_close(struct trod_hand *hand, struct hand_row *row,
                             struct trod_error *error) {
    struct hand_stream *const stream = &hand->streams[row->bucket];
    const size_t n_values = row->values.n;
    const size_t most = RECORD_FIXED + (row->id_is_text ? row->id_text.n + 5 : 0) + n_values;
    row->open = false;
    if ((size_t)(stream->end - stream->at) < most) {
        if (most > LONGEST_RECORD)
            return trod_fail(error, TROD_TOO_MUCH, "an event holds more than %zu MB",
                             LONGEST_RECORD >> 20);
        const trod_status status = next_chunk(hand, row->bucket, most, error);
        if (status != TROD_OK) return status;
    }
    unsigned char *const begin = stream->at;
    const bool is_long = most >= RECORD_LONG;
    uint32_t head = 0;
    unsigned char *at = put_front(hand, row, stream, begin + (is_long ? 9 : 5), &head);
    if (n_values <= 16) {
        memcpy(at, row->values.at, 16);
    } else {
        memcpy(at, row->values.at, n_values);
    }
    at += n_values;
    const uint32_t length = (uint32_t)(at - begin);
    head |= (is_long ? RECORD_LONG : length) | (uint32_t)row->tail << RECORD_TAIL |
            row->shape >> 8 << RECORD_SHAPE;
    memcpy(begin, &head, sizeof head);
    begin[4] = (unsigned char)row->shape;
    if (is_long) memcpy(begin + 5, &length, sizeof length);
    stream->at = at;
    stream->n_records++;
    return TROD_OK;
}

trod_status gather_row_open(struct hand_row *row, uint64_t place, trod_str customer,
                            struct trod_error *error) {
    const struct record_key key = record_key(customer);
    row->id_is_text = !record_decimal(customer, key, &row->id);
    if (row->id_is_text) {
        trod_buf_clear(&row->id_text);
        trod_buf_add(&row->id_text, customer);
        if (row->id_text.failed || !row->id_text.at) return no_memory(error);
    }
    row->bucket = (unsigned)(trod_customer_hash(customer) >> (64 - GATHER_BUCKET_BITS));
    row->place = place;
    row->shape = row->n_turns = 0;
    row->tail = false;
    row->values.n = 0;
    row->open = true;
    return TROD_OK;
}

/* ---- Values ---------------------------------------------------------------------------------
 */

static trod_status field_of(struct trod_hand *hand, uint32_t field, struct hand_field **found,
                            struct trod_error *error) {
    if (field >= hand->n_fields) {
        CHECK(field < atomic_load(&hand->gather->n_fields));
        uint32_t more = hand->n_fields ? hand->n_fields * 2 : 16;
        while (more <= field) more *= 2;
        struct hand_field *const fields = TROD_NEW_ARRAY(hand->arena, more, struct hand_field);
        if (!fields) return no_memory(error);
        if (hand->n_fields) memcpy(fields, hand->fields, hand->n_fields * sizeof *fields);
        for (uint32_t f = hand->n_fields; f < more; f++) fields[f].first_place = UINT64_MAX;
        hand->fields = fields;
        hand->n_fields = more;
    }
    *found = &hand->fields[field];
    return TROD_OK;
}

/* Enters the field into the row's shape, or into its tail. */
static void row_step(struct trod_hand *hand, struct hand_row *row, uint32_t field) {
    if (!row->tail) {
        struct hand_edge *const edge =
            &hand->edges[(row->shape * 31 + field) & (HAND_EDGES - 1)];
        if (edge->shape != row->shape || edge->field != field) {
            const uint32_t next = gather_shape_next(hand->gather, row->shape, field);
            *edge = (struct hand_edge){row->shape, field, next};
        }
        if (edge->next) {
            row->shape = edge->next;
            return;
        }
        row->tail = true;
    }
    memcpy(row->values.at + row->values.n, &(uint16_t){(uint16_t)field}, 2);
    row->values.n += 2;
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

static unsigned char *put_text(unsigned char *at, trod_str text) {
    if (text.n < 256) {
        *at++ = VALUE_SHORT;
        at = put_number(at, text.n, 1);
    } else {
        *at++ = VALUE_LONG;
        at = put_number(at, text.n, 4);
    }
    memcpy(at, text.at, text.n);
    return at + text.n;
}

static uint32_t value_code(struct trod_hand *hand, struct hand_field *mine, uint32_t field,
                           trod_str value) {
    if (mine->raw) return TROD_NO_ID;
    const struct record_key key = record_key(value);
    mine->n_sets++;
    uint32_t code = cache_find(&mine->cache, key, value);
    if (code != TROD_NO_ID) return code;
    struct gather_field *const shared = hand->gather->fields[field];
    trod_str kept = {NULL, 0};
    code = gather_value(hand->gather, shared, value, mine->n_sets, &kept);
    mine->n_sets = 0;
    mine->raw = atomic_load_explicit(&shared->raw, memory_order_relaxed);
    if (code != TROD_NO_ID) cache_put(&mine->cache, hand->arena, key, kept, code);
    return code;
}

static trod_status row_set(struct trod_hand *hand, struct hand_row *row, uint32_t field,
                           trod_str value, struct trod_error *error) {
    struct hand_field *mine = NULL;
    if (field >= hand->n_fields || !hand->fields) {
        const trod_status status = field_of(hand, field, &mine, error);
        if (status != TROD_OK) return status;
    }
    mine = &hand->fields[field];
    if (row->place <= mine->first_place) {
        if (row->place < mine->first_place) mine->first_turn = row->n_turns;
        mine->first_place = row->place;
    }
    row->n_turns++;
    if (value.n == 0) return TROD_OK;
    const size_t room = row->values.room - row->values.n;
    if (room < 32 || room - 32 < value.n) {
        if (!trod_buf_room(&row->values, value.n + 32))
            return value.n + 32 > LONGEST_RECORD - row->values.n
                       ? trod_fail(error, TROD_TOO_MUCH, "an event holds more than %zu MB",
                                   LONGEST_RECORD >> 20)
                       : no_memory(error);
    }
    row_step(hand, row, field);
    const uint32_t code = value_code(hand, mine, field, value);
    unsigned char *const at = (unsigned char *)row->values.at + row->values.n;
    const unsigned char *const end =
        code == TROD_NO_ID ? put_text(at, value) : put_code(at, code);
    row->values.n += (size_t)(end - at);
    return TROD_OK;
}

/* ---- The front ------------------------------------------------------------------------------
 */

trod_status trod_hand_event(struct trod_hand *hand, uint64_t place, uint32_t source,
                            trod_str customer, trod_str name, int64_t time_us, int64_t end_us,
                            struct trod_error *error) {
    struct hand_row *const row = &hand->event;
    trod_status status = TROD_OK;
    if (row->open) TROD_TRY(gather_row_close(hand, row, error));
    if (source >= hand->source_room) {
        CHECK(source < atomic_load(&hand->gather->n_sources));
        if (!reach(hand, (void **)&hand->source_first, &hand->source_room, (size_t)source + 1,
                   sizeof *hand->source_first))
            return no_memory(error);
    }
    TROD_TRY(name_code(hand, name, &row->name, error));
    TROD_TRY(gather_row_open(row, place, customer, error));
    row->source = source;
    row->time_us = time_us;
    row->end_us = end_us;
    if (place < hand->name_first[row->name]) hand->name_first[row->name] = place;
    if (place < hand->source_first[source]) hand->source_first[source] = place;
    hand->n_timed += time_us != TROD_NO_TIME;
    atomic_store_explicit(&hand->n_events,
                          atomic_load_explicit(&hand->n_events, memory_order_relaxed) + 1,
                          memory_order_relaxed);
done:
    return status;
}

trod_status trod_hand_set(struct trod_hand *hand, uint32_t field, trod_str value,
                          struct trod_error *error) {
    CHECK(hand->event.open);
    return row_set(hand, &hand->event, field, value, error);
}

trod_status trod_hand_fact(struct trod_hand *hand, uint64_t place, trod_str customer,
                           uint32_t field, trod_str value, struct trod_error *error) {
    struct hand_row *const row = &hand->said;
    trod_status status = TROD_OK;
    uint64_t id = 0;
    const bool is_text = !record_decimal(customer, record_key(customer), &id);
    const bool same =
        row->open && row->place == place && row->id_is_text == is_text &&
        (is_text ? trod_str_equal(trod_buf_str(&row->id_text), customer) : row->id == id);
    if (!same) {
        if (row->open) TROD_TRY(gather_row_close(hand, row, error));
        TROD_TRY(gather_row_open(row, place, customer, error));
        row->fact = true;
        row->time_us = row->end_us = TROD_NO_TIME;
    }
    status = row_set(hand, row, field, value, error);
done:
    return status;
}

trod_status gather_hand_close(struct trod_hand *hand, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (hand->event.open) TROD_TRY(gather_row_close(hand, &hand->event, error));
    if (hand->said.open) TROD_TRY(gather_row_close(hand, &hand->said, error));
    for (unsigned b = 0; b < GATHER_BUCKETS; b++) TROD_TRY(next_chunk(hand, b, 0, error));
done:
    return status;
}
