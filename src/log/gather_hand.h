/* A hand: rows of one thread into records. */
#ifndef LOG_GATHER_HAND_H
#define LOG_GATHER_HAND_H

#include "log/gather.h"
#include "log/gather_record.h"

/* ---- Codes of texts that were met lately ---------------------------------------------------
 */

/* A text and its code. */
struct hand_slot {
    uint64_t low, high; /* its first 16 bytes, zeroed behind its end */
    const char *text;
    uint32_t n_plus_1; /* 0: an empty slot */
    uint32_t code;
};
struct hand_cache {
    struct hand_slot *slots; /* [mask + 1]; at first one that stays empty */
    uint32_t mask, n_filled;
};
enum { HAND_PROBES = 4 };

static inline uint32_t hand_cache_home(const struct hand_cache *cache, struct record_key key,
                                       size_t n) {
    const uint64_t mixed = (key.low ^ (key.high + n) * UINT64_C(0x9e3779b97f4a7c15)) *
                           UINT64_C(0xd1342543de82ef95);
    return (uint32_t)(mixed >> 32) & cache->mask;
}
static inline bool hand_slot_is(const struct hand_slot *slot, struct record_key key,
                                trod_str text) {
    return ((slot->low ^ key.low) | (slot->high ^ key.high) |
            (slot->n_plus_1 ^ (text.n + 1))) == 0 &&
           (text.n <= 16 || memcmp(slot->text + 16, text.at + 16, text.n - 16) == 0);
}
/* The slot of the text, or NULL. */
static inline const struct hand_slot *hand_cache_find(const struct hand_cache *cache,
                                                      struct record_key key, trod_str text) {
    const uint32_t home = hand_cache_home(cache, key, text.n);
    for (uint32_t i = 0; i < HAND_PROBES; i++) {
        const struct hand_slot *const slot = &cache->slots[(home + i) & cache->mask];
        if (hand_slot_is(slot, key, text)) return slot;
    }
    return NULL;
}
/* Remembers a text; `kept` lives as long as the hand. */
void hand_cache_put(struct hand_cache *cache, struct trod_arena *arena, struct record_key key,
                    trod_str kept, uint32_t code);

/* ---- The hand -------------------------------------------------------------------------------
 */

struct hand_field {
    struct hand_cache cache;
    uint64_t first_place; /* the smallest place of a row that set it */
    uint32_t first_turn;  /* as which of its row's */
    uint32_t n_sets;      /* since the dictionary was asked last */
    bool raw;             /* values are not coded: the cache is empty */
    uint64_t unused[3];   /* one line of the processor's cache */
};
enum { HAND_PAIRS = 1024, HAND_EDGES = 1024 };
/* Where a hand writes records of a bucket. */
struct hand_stream {
    unsigned char *at, *end;
    uint64_t last_place, last_time; /* the time in the hand's unit */
    struct gather_chunk *chunk;
    uint32_t n_records;
};
struct hand_edge {
    uint32_t shape, field;
    uint32_t next; /* 0: the field goes to the tail */
    uint32_t unused;
};
static inline uint32_t hand_edge_home(uint32_t shape, uint32_t field) {
    return (shape * 32 + field) & (HAND_EDGES - 1);
}
/* Two ids that were said to be one person, and where at the earliest. */
struct hand_pair {
    trod_str a, b;
    uint64_t place;
};

/* The record that is being made. Its place is at the end of its stream, as long as it fits into
 * the chunk; else it is aside, without what stands before the id, until it is whole. */
struct hand_row {
    bool open, id_is_text;
    uint8_t bucket;
    uint32_t front; /* its bits of the id, and whether it is a fact */
    uint32_t times; /* its bits of place and time, if it is in the stream */
    uint32_t bits;  /* the back but for the shape */
    uint32_t shape, n_turns;
    uint64_t place;
    int64_t time_us;
    uint64_t unit_time;   /* the time in the hand's unit */
    unsigned char *begin; /* in the stream; NULL: aside */
    unsigned char *rest;  /* the id, and what follows it */
    unsigned char *back;
    unsigned char *at, *end;
    struct trod_buf bytes; /* aside */
    uint64_t id;
};
struct trod_hand {
    struct hand_row event; /* the event added last */
    struct trod_gather *gather;
    struct hand_cache names;
    uint64_t *name_first; /* [name_room] by code: the smallest place */
    size_t name_room;
    uint64_t *source_first; /* [source_room] */
    size_t source_room;
    struct hand_field *fields; /* [n_fields] */
    uint32_t n_fields;
    unsigned
        unit; /* 0: seconds, 1: milliseconds, 2: microseconds; all times so far are whole */
    struct hand_edge *edges; /* [HAND_EDGES] */
    uint64_t n_timed;
    atomic_uint_least64_t n_events;
    struct hand_row said;    /* facts of one place and customer */
    struct hand_pair *pairs; /* [HAND_PAIRS]; NULL: none were said */
    struct trod_hand *next;
    struct trod_arena *arena;
    unsigned first_bucket; /* 0; GATHER_BUCKETS: of those that are moved */
    struct hand_slot empty;
    struct hand_stream streams[GATHER_BUCKETS];
};
/* A hand that does not count among the gatherer's. */
struct trod_hand *gather_hand_make(struct trod_gather *gather);
void gather_hand_release(struct trod_hand *hand);
/* Ends the record that is being made, and gives all chunks to their buckets. */
TROD_MUST trod_status gather_hand_close(struct trod_hand *hand, struct trod_error *error);

/* ---- Records (gather_row.c) -----------------------------------------------------------------
 */

static inline unsigned char *hand_put(unsigned char *at, uint64_t number, unsigned n) {
    memcpy(at, &number, sizeof number);
    return at + n;
}
/* The row's time becomes one in the unit of the hand, which becomes finer if it has to. */
void hand_finer_unit(struct trod_hand *hand, struct hand_row *row);
static inline void hand_row_time(struct trod_hand *hand, struct hand_row *row) {
    const int64_t time_us = row->time_us;
    if (hand->unit == 1 && time_us % 1000 == 0) {
        row->unit_time = (uint64_t)(time_us / 1000);
    } else if (hand->unit == 2) {
        row->unit_time = (uint64_t)time_us;
    } else {
        hand_finer_unit(hand, row);
    }
}
/* Writes place and time, as differences to the stream's; row->times are their bits. */
static inline unsigned char *hand_put_times(struct trod_hand *hand, struct hand_row *row,
                                            const struct hand_stream *stream,
                                            unsigned char *at) {
    const uint64_t step = record_zigzag(row->place - stream->last_place);
    const unsigned n_place = record_width(step);
    at = hand_put(at, step, n_place);
    unsigned n_time = RECORD_NONE;
    row->unit_time = stream->last_time;
    if (row->time_us != TROD_NO_TIME) {
        hand_row_time(hand, row); /* may change the stream's as well */
        const uint64_t gap = record_zigzag(row->unit_time - stream->last_time);
        n_time = record_width(gap);
        at = hand_put(at, gap, n_time);
    }
    row->times = n_place << RECORD_PLACE | n_time << RECORD_TIME | hand->unit << RECORD_UNIT;
    return at;
}
/* Ends the tail, if there is one, and writes the back. */
static inline void hand_row_end(struct hand_row *row) {
    const uint32_t back = row->bits | row->shape << RECORD_SHAPE;
    memcpy(row->back, &back, 2);
    if (!(row->bits >> RECORD_TAIL & 1)) return;
    memset(row->at, 0xff, 2);
    row->at += 2;
}
/* The record is whole, and ends at `at`. */
static inline void hand_row_done(struct hand_row *row, struct hand_stream *stream,
                                 unsigned char *at) {
    stream->at = at;
    stream->last_place = row->place;
    stream->last_time = row->unit_time;
    stream->n_records++;
    row->open = false;
}
/* Writes an id, and notes its bits, and what it is if it is a number. */
unsigned char *hand_put_id(struct hand_row *row, unsigned char *at, trod_str id);
/* A new chunk for the stream with room for that many bytes; 0: the last one goes to its bucket
 * and none is taken. */
TROD_MUST trod_status hand_next_chunk(struct trod_hand *hand, unsigned bucket, size_t room,
                                      struct trod_error *error);
/* Brings the row aside, with room for n bytes more. */
TROD_MUST trod_status hand_row_aside(struct hand_row *row, size_t n, struct trod_error *error);
/* Begins a row aside with place, customer and time, and room for its back. */
TROD_MUST trod_status hand_row_begin(struct hand_row *row, uint64_t place, trod_str customer,
                                     int64_t time_us, struct trod_error *error);
/* Writes a row that is aside to its stream. */
TROD_MUST trod_status hand_row_commit(struct trod_hand *hand, struct hand_row *row,
                                      struct trod_error *error);

#endif
