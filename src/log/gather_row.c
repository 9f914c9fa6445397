/* Records on their way into chunks. Nearly all are written where they stay (gather_hand.c); one
 * that is too long for the rest of its chunk, and one that would stand in another's way, is
 * made aside and copied when it is whole. */
#include "log/gather_hand.h"

static const size_t LONGEST_RECORD = (size_t)256 << 20;

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

/* ---- The cache ------------------------------------------------------------------------------
 */

enum { FIRST_CACHE = 64, LAST_CACHE = 1 << 15, SPARE = 8 };

/* Puts a slot into the first free place, or over the one at home. */
static void place_slot(struct hand_cache *cache, const struct hand_slot *slot) {
    const struct record_key key = {slot->low, slot->high};
    const uint32_t home = hand_cache_home(cache, key, slot->n_plus_1 - 1);
    for (uint32_t i = 0; i < HAND_PROBES; i++) {
        struct hand_slot *const at = &cache->slots[(home + i) & cache->mask];
        if (at->n_plus_1) continue;
        *at = *slot;
        cache->n_filled++;
        return;
    }
    cache->slots[home] = *slot;
}

void hand_cache_put(struct hand_cache *cache, struct trod_arena *arena, struct record_key key,
                    trod_str kept, uint32_t code) {
    const uint32_t n = cache->mask ? cache->mask + 1 : 0;
    /* Few filled, so that most texts are found where they are looked for first. */
    if (cache->n_filled >= n / SPARE && n < LAST_CACHE) {
        const uint32_t more = n ? n * 2 : FIRST_CACHE;
        struct hand_slot *const slots = TROD_NEW_ARRAY(arena, more, struct hand_slot);
        if (slots) {
            const struct hand_slot *const old = cache->slots;
            *cache = (struct hand_cache){.slots = slots, .mask = more - 1};
            for (uint32_t i = 0; i < n; i++)
                if (old[i].n_plus_1) place_slot(cache, &old[i]);
        }
    }
    if (cache->mask == 0 || kept.n >= UINT32_MAX) return;
    place_slot(cache, &(struct hand_slot){.low = key.low,
                                          .high = key.high,
                                          .text = kept.at,
                                          .n_plus_1 = (uint32_t)kept.n + 1,
                                          .code = code});
}

/* ---- Chunks ---------------------------------------------------------------------------------
 */

trod_status hand_next_chunk(struct trod_hand *hand, unsigned bucket, size_t room,
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

void hand_finer_unit(struct trod_hand *hand, struct hand_row *row) {
    for (;; hand->unit++) {
        const int64_t unit_us = hand->unit == 0 ? 1000000 : hand->unit == 1 ? 1000 : 1;
        row->unit_time = (uint64_t)(row->time_us / unit_us);
        if (row->time_us % unit_us == 0) return;
        for (size_t b = 0; b < GATHER_BUCKETS; b++) hand->streams[b].last_time *= 1000;
    }
}

unsigned char *hand_put_id(struct hand_row *row, unsigned char *at, trod_str id) {
    row->id_is_text = !record_decimal(id, record_key(id), &row->id);
    if (!row->id_is_text) {
        const unsigned n_id = record_width(row->id);
        row->front = n_id << RECORD_ID;
        return hand_put(at, row->id, n_id);
    }
    row->front = (uint32_t)RECORD_TEXT << RECORD_ID;
    if (id.n < 255) {
        *at++ = (unsigned char)id.n;
    } else {
        *at++ = 255;
        at = hand_put(at, id.n, 4);
    }
    if (id.n) memcpy(at, id.at, id.n);
    return at + id.n;
}

/* ---- Aside ----------------------------------------------------------------------------------
 */

/* Room for n bytes more in a row that is aside. */
static trod_status reach(struct hand_row *row, size_t n, struct trod_error *error) {
    const size_t used = row->at ? (size_t)(row->at - row->rest) : 0;
    const size_t n_id = row->back ? (size_t)(row->back - row->rest) : 0;
    row->bytes.ceiling = LONGEST_RECORD;
    row->bytes.failed = false;
    row->bytes.n = used;
    if (n > LONGEST_RECORD - used)
        return trod_fail(error, TROD_TOO_MUCH, "an event holds more than %zu MB",
                         LONGEST_RECORD >> 20);
    if (!trod_buf_room(&row->bytes, n)) return no_memory(error);
    row->rest = (unsigned char *)row->bytes.at;
    row->at = row->rest + used;
    row->back = row->rest + n_id;
    row->end = row->rest + row->bytes.room - 1;
    return TROD_OK;
}

trod_status hand_row_aside(struct hand_row *row, size_t n, struct trod_error *error) {
    if (row->begin) {
        const unsigned char *const from = row->rest;
        const size_t used = (size_t)(row->at - from), n_id = (size_t)(row->back - from);
        row->rest = row->at = row->back = NULL;
        const trod_status status = reach(row, used + n + RECORD_FIXED, error);
        if (status != TROD_OK) return status;
        memcpy(row->rest, from, used);
        row->at = row->rest + used;
        row->back = row->rest + n_id;
        row->begin = NULL;
    }
    return reach(row, n + RECORD_FIXED, error);
}

trod_status hand_row_begin(struct hand_row *row, uint64_t place, trod_str customer,
                           int64_t time_us, struct trod_error *error) {
    row->begin = row->rest = row->at = row->back = NULL;
    row->open = false;
    const trod_status status = reach(row, customer.n + RECORD_FIXED, error);
    if (status != TROD_OK) return status;
    row->at = hand_put_id(row, row->at, customer);
    row->back = row->at;
    row->at += 2;
    row->bits = 0;
    row->bucket = (uint8_t)(trod_customer_hash(customer) >> (64 - GATHER_BUCKET_BITS));
    row->place = place;
    row->time_us = time_us;
    row->shape = row->n_turns = 0;
    row->open = true;
    return TROD_OK;
}

trod_status hand_row_commit(struct trod_hand *hand, struct hand_row *row,
                            struct trod_error *error) {
    struct hand_stream *const stream = &hand->streams[row->bucket];
    hand_row_end(row);
    row->open = false;
    const size_t n_rest = (size_t)(row->at - row->rest), most = RECORD_FIXED + n_rest;
    if ((size_t)(stream->end - stream->at) < most) {
        const trod_status status = hand_next_chunk(hand, row->bucket, most, error);
        if (status != TROD_OK) return status;
    }
    unsigned char *const begin = stream->at;
    const bool is_long = most >= RECORD_LONG;
    unsigned char *at =
        hand_put_times(hand, row, stream, begin + RECORD_FRONT_BYTES + (is_long ? 4 : 0));
    memcpy(at, row->rest, n_rest);
    at += n_rest;
    const uint32_t length = (uint32_t)(at - begin);
    const uint32_t front = row->front | row->times | (is_long ? RECORD_LONG : length);
    memcpy(begin, &front, RECORD_FRONT_BYTES);
    if (is_long) memcpy(begin + RECORD_FRONT_BYTES, &length, sizeof length);
    hand_row_done(row, stream, at);
    return TROD_OK;
}
