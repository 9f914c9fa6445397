/* A record: one row in about twenty bytes.
 *
 *     u24 front, [u32 length] place time id, u16 back, [name source [end]] values… [tail…]
 *
 * The front says how many bytes place, time and id take, the back how many name and source
 * take, so that all are read without a loop; every number lies with the lowest byte first. What
 * is before the back is read where rows are put in order, the rest where columns are made.
 * Place and time are differences, zigzag, to the record before in the same chunk (to 0 at its
 * begin), the time in units of the hand. An id that is a canonical decimal number is that
 * number, any other is its text. The shape says which fields have a value here; a value is a
 * code of the field's dictionary or a text. Fields that no shape has are in the tail, each as
 * u16 field and value, ended by RECORD_TAIL_END. Records are read only by the process that
 * wrote them: nothing in them is checked. */
#ifndef LOG_GATHER_RECORD_H
#define LOG_GATHER_RECORD_H

#include "log/gather.h"

/* Bits of the front; the lowest eight are the length of the record. */
enum {
    RECORD_FRONT_BYTES = 3,
    RECORD_LONG = 255, /* as length: more, and the length follows the front */
    RECORD_PLACE = 8,  /* 4 bits: bytes of the place */
    RECORD_TIME = 12,  /* 4 bits; RECORD_NONE: no time */
    RECORD_ID = 16,    /* 4 bits; RECORD_TEXT: a text */
    RECORD_UNIT = 20,  /* 2 bits */
    RECORD_FACT = 22,  /* no event: neither name, source nor end */
    RECORD_NONE = 15,
    RECORD_TEXT = 15,
};
/* Bits of the back. */
enum {
    RECORD_NAME = 0,   /* 2 bits: bytes minus one */
    RECORD_SOURCE = 2, /* 2 bits */
    RECORD_END = 4,    /* there is an end */
    RECORD_TAIL = 5,   /* there is a tail */
    RECORD_SHAPE = 6,  /* the rest */
    RECORD_TAIL_END = 0xffff,
};
/* Bytes of a record beside id text and values, at most. */
enum { RECORD_FIXED = 7 + 8 + 8 + 8 + 2 + 4 + 2 + 9 + 2 };
_Static_assert(GATHER_SHAPE_BITS + RECORD_SHAPE <= 16, "a shape fits into the back");

/* The first byte of a value. */
enum {
    VALUE_ONE = 0xe0,   /* below: the code */
    VALUE_TWO = 0xf0,   /* below: the code's upper four bits, then eight */
    VALUE_THREE = 0xf8, /* below: the code's upper three bits, then sixteen */
    VALUE_SHORT = 0xf8, /* u8 length, text */
    VALUE_LONG = 0xf9,  /* u32 length, text */
    VALUE_TWO_FROM = VALUE_ONE,
    VALUE_THREE_FROM = VALUE_TWO_FROM + (16 << 8),
    VALUE_CODES = VALUE_THREE_FROM + (8 << 16), /* codes are below */
};

static inline uint32_t record_u16(const unsigned char *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t record_u32(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t record_u64(const unsigned char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
/* n bytes (0 to 8) as a number. Eight are read. */
static inline uint64_t record_number(const unsigned char *at, unsigned n) {
    static const uint64_t mask[9] = {0,
                                     UINT64_C(0xff),
                                     UINT64_C(0xffff),
                                     UINT64_C(0xffffff),
                                     UINT64_C(0xffffffff),
                                     UINT64_C(0xffffffffff),
                                     UINT64_C(0xffffffffffff),
                                     UINT64_C(0xffffffffffffff),
                                     UINT64_MAX};
    return record_u64(at) & mask[n];
}
static inline uint64_t record_zigzag(uint64_t difference) {
    return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}
static inline uint64_t record_unzigzag(uint64_t number) {
    return number >> 1 ^ -(number & 1);
}
/* Bytes that the number takes: 1 to 8. */
static inline unsigned record_width(uint64_t number) {
    return (unsigned)(71 - __builtin_clzll(number | 1)) / 8;
}
static inline uint64_t record_unit_us(unsigned unit) {
    return unit == 0 ? 1000000 : unit == 1 ? 1000 : 1;
}
static inline uint32_t record_bits(uint32_t head, unsigned from, unsigned n) {
    return head >> from & ((UINT32_C(1) << n) - 1);
}
static inline bool record_has(uint32_t head, unsigned bit) {
    return head >> bit & 1;
}
/* A value as it lies in a record. */
struct record_value {
    uint32_t code; /* TROD_NO_ID: `text` holds */
    trod_str text;
};
/* Reads a value and moves on behind it. */
static inline const unsigned char *record_value(const unsigned char *at,
                                                struct record_value *value) {
    const unsigned first = at[0];
    if (first < VALUE_ONE) {
        value->code = first;
        return at + 1;
    }
    if (first < VALUE_TWO) {
        value->code = VALUE_TWO_FROM + ((first & 15) << 8 | at[1]);
        return at + 2;
    }
    if (first < VALUE_THREE) {
        value->code = VALUE_THREE_FROM + ((first & 7) << 16 | at[1] | (unsigned)at[2] << 8);
        return at + 3;
    }
    value->code = TROD_NO_ID;
    const size_t n = first == VALUE_SHORT ? at[1] : record_u32(at + 1);
    at += first == VALUE_SHORT ? 2 : 5;
    value->text = (trod_str){(const char *)at, n};
    return at + n;
}

/* Reads the records of a piece one after the other. */
struct record_cursor {
    const unsigned char *at, *end;
    uint64_t place;
    uint64_t time; /* microseconds */
};
struct record {
    uint32_t front;
    uint64_t place;
    int64_t time_us;
    uint64_t id; /* if it is no text */
    trod_str id_text;
    const unsigned char *back;
};
static inline const unsigned char *record_id_text(const unsigned char *at, trod_str *text) {
    size_t n = *at++;
    if (n == 255) {
        n = record_u32(at);
        at += 4;
    }
    *text = (trod_str){(const char *)at, n};
    return at + n;
}
static inline bool record_next(struct record_cursor *cursor, struct record *record) {
    static const uint64_t unit_us[4] = {1000000, 1000, 1, 0};
    if (cursor->at >= cursor->end) return false;
    const unsigned char *at = cursor->at;
    const uint32_t front = record_u32(at), length = front & 255;
    cursor->at += length;
    at += RECORD_FRONT_BYTES;
    if (length == RECORD_LONG) {
        cursor->at += (int64_t)record_u32(at) - RECORD_LONG; /* may be less */
        at += 4;
    }
    const unsigned n_place = record_bits(front, RECORD_PLACE, 4);
    const unsigned n_time = record_bits(front, RECORD_TIME, 4);
    const unsigned n_id = record_bits(front, RECORD_ID, 4);
    record->front = front;
    cursor->place += record_unzigzag(record_number(at, n_place));
    record->place = cursor->place;
    at += n_place;
    record->time_us = TROD_NO_TIME;
    if (n_time != RECORD_NONE) {
        cursor->time += record_unzigzag(record_number(at, n_time)) *
                        unit_us[record_bits(front, RECORD_UNIT, 2)];
        record->time_us = (int64_t)cursor->time;
        at += n_time;
    }
    if (n_id == RECORD_TEXT) {
        record->back = record_id_text(at, &record->id_text);
    } else {
        record->id = record_number(at, n_id);
        record->back = at + n_id;
    }
    return true;
}
static inline uint32_t record_shape(const unsigned char *back) {
    return record_u16(back) >> RECORD_SHAPE;
}
static inline bool record_has_tail(const unsigned char *back) {
    return record_has(record_u16(back), RECORD_TAIL);
}

/* What an event has beside its values. */
struct record_event {
    uint32_t name, source;
    int64_t end_us;
};
/* Reads it from the back on; returns where the values begin. */
static inline const unsigned char *record_event(const unsigned char *back, int64_t time_us,
                                                struct record_event *event) {
    const uint32_t bits = record_u16(back);
    const unsigned n_name = record_bits(bits, RECORD_NAME, 2) + 1;
    const unsigned n_source = record_bits(bits, RECORD_SOURCE, 2);
    const unsigned char *at = back + 2;
    event->name = (uint32_t)record_number(at, n_name);
    event->source = (uint32_t)record_number(at + n_name, n_source);
    event->end_us = TROD_NO_TIME;
    at += n_name + n_source;
    if (!record_has(bits, RECORD_END)) return at;
    const unsigned n_end = *at++;
    const uint64_t begin = time_us == TROD_NO_TIME ? 0 : (uint64_t)time_us;
    event->end_us = (int64_t)(begin + record_unzigzag(record_number(at, n_end)));
    return at + n_end;
}

/* The fields and values of a record one after the other, from where its values begin. */
struct record_walk {
    const struct gather_shape *shape;
    const unsigned char *at; /* the value */
    uint32_t k;
    bool tail;
};
static inline struct record_walk record_walk(const struct trod_gather *gather,
                                             const unsigned char *back,
                                             const unsigned char *values) {
    return (struct record_walk){.shape = &gather->shapes[record_shape(back)],
                                .at = values,
                                .tail = record_has_tail(back)};
}
/* The field of the next value, which is to be read (or passed) from walk->at on; false at the
 * end, when walk->at is the end of the record. */
static inline bool record_step(struct record_walk *walk, uint32_t *field) {
    if (walk->k < walk->shape->n) {
        *field = walk->shape->fields[walk->k++];
        return true;
    }
    if (!walk->tail) return false;
    *field = record_u16(walk->at);
    walk->at += 2;
    return *field != RECORD_TAIL_END;
}

/* ---- Texts of ids ---------------------------------------------------------------------------
 */

/* A text's first 16 bytes as two numbers, zero behind its end. */
struct record_key {
    uint64_t low, high;
};
/* A text's first 16 bytes can be read in one go, even if it is shorter, where they lie in one
 * page of memory: what lies behind it is masked out. Not where somebody watches. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RECORD_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define RECORD_WATCHED 1
#endif
#endif
static inline bool record_readable(trod_str text) {
#ifdef RECORD_WATCHED
    return text.n >= 16;
#else
    return text.n >= 16 || (text.n > 0 && ((uintptr_t)text.at & 4095) <= 4096 - 16);
#endif
}
/* Of a text of which 16 bytes are readable. */
static inline struct record_key record_key_of(trod_str text) {
    static const uint64_t low[17] = {0,
                                     UINT64_C(0xff),
                                     UINT64_C(0xffff),
                                     UINT64_C(0xffffff),
                                     UINT64_C(0xffffffff),
                                     UINT64_C(0xffffffffff),
                                     UINT64_C(0xffffffffffff),
                                     UINT64_C(0xffffffffffffff),
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX};
    static const uint64_t high[17] = {0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      0,
                                      UINT64_C(0xff),
                                      UINT64_C(0xffff),
                                      UINT64_C(0xffffff),
                                      UINT64_C(0xffffffff),
                                      UINT64_C(0xffffffffff),
                                      UINT64_C(0xffffffffffff),
                                      UINT64_C(0xffffffffffffff),
                                      UINT64_MAX};
    const size_t n = text.n < 16 ? text.n : 16;
    return (struct record_key){record_u64((const unsigned char *)text.at) & low[n],
                               record_u64((const unsigned char *)text.at + 8) & high[n]};
}
static inline struct record_key record_key(trod_str text) {
    if (record_readable(text)) return record_key_of(text);
    struct record_key key = {0, 0};
    if (text.n > 0) {
        unsigned char bytes[16] = {0};
        memcpy(bytes, text.at, text.n);
        key = (struct record_key){record_u64(bytes), record_u64(bytes + 8)};
    }
    return key;
}
/* Eight digits, the first in the lowest byte. */
static inline uint64_t record_eight_digits(uint64_t digits) {
    digits = (digits & UINT64_C(0x0f0f0f0f0f0f0f0f)) * 2561 >> 8;
    digits = (digits & UINT64_C(0x00ff00ff00ff00ff)) * 6553601 >> 16;
    return (digits & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001) >> 32;
}
static inline bool record_are_digits(uint64_t bytes) {
    return ((bytes & UINT64_C(0xf0f0f0f0f0f0f0f0)) |
            (((bytes + UINT64_C(0x0606060606060606)) & UINT64_C(0xf0f0f0f0f0f0f0f0)) >> 4)) ==
           UINT64_C(0x3333333333333333);
}
/* True if the text is a number of at most 16 digits, written without leading zeros. */
static inline bool record_decimal(trod_str text, struct record_key key, uint64_t *number) {
    if (text.n == 0 || text.n > 16 || (text.at[0] == '0' && text.n > 1)) return false;
    const uint64_t zeros = UINT64_C(0x3030303030303030);
    /* Moved up so that the last digit is in the highest byte. */
    const unsigned shift = (unsigned)(16 - text.n) * 8;
    uint64_t low, high;
    if (shift == 0) {
        low = key.low;
        high = key.high;
    } else if (shift < 64) {
        high = key.high << shift | key.low >> (64 - shift);
        low = key.low << shift | zeros >> (64 - shift);
    } else {
        high = shift == 64 ? key.low : key.low << (shift - 64) | zeros >> (128 - shift);
        low = zeros;
    }
    if (!record_are_digits(low) || !record_are_digits(high)) return false;
    *number = record_eight_digits(low) * 100000000 + record_eight_digits(high);
    return true;
}

/* The digits of a number. */
enum { RECORD_DIGITS = 20 };
static inline trod_str record_digits(uint64_t number, char at[RECORD_DIGITS]) {
    unsigned begin = RECORD_DIGITS;
    do {
        at[--begin] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (trod_str){at + begin, RECORD_DIGITS - begin};
}

#endif
