/* A window over the expanded bytes of a file. What a reader has not used yet is moved to the
 * front and a chunk is read behind it, so that a row always lies in one piece; a row that
 * outgrows the window's ceiling is an error. UTF-16 (spreadsheets write it) becomes UTF-8 on
 * the way in. Bytes that are no UTF-8 are left as they are: the reader of rows turns them into
 * text cell by cell, as Windows-1252, because such a byte may first stand in row one million.
 */
#include "intake/ahead.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { AHEAD_BYTES = 32 << 10 }; /* of a compressed file that is worth a thread */

trod_status intake_feed_open(struct intake_feed *feed, struct trod_error *error) {
    feed->window.ceiling = INTAKE_ROW_CEILING + 2 * INTAKE_CHUNK + 4 * INTAKE_PADDING;
    feed->raw.ceiling = 2 * INTAKE_CHUNK;
    feed->plain = true;
    /* A small file gets a small window. */
    uint64_t total = 0;
    trod_source_progress(feed->source, &total);
    /* Only where it will not wait for somebody who writes: the thread must end with the feed.
     */
    if (total >= AHEAD_BYTES && trod_source_expands(feed->source) &&
        trod_run_threads(feed->run) > 1)
        feed->ahead = intake_ahead_start(feed->source);
    if (feed->chunk == 0)
        feed->chunk = total && total < INTAKE_SMALL ? INTAKE_SMALL : INTAKE_CHUNK;
    return intake_feed_more(feed, error);
}

void intake_feed_close(struct intake_feed *feed) {
    intake_ahead_stop(feed->ahead);
    trod_source_close(feed->source);
    trod_buf_free(&feed->window);
    trod_buf_free(&feed->raw);
}

bool intake_is_plain(const char *at, size_t n) {
    size_t i = 0;
#if defined(__SSE2__)
    /* Over 64 bytes: all of them or-ed, whose highest bits tell what is no ASCII, and the least
     * of each four, which is zero where one is. */
    const __m128i zero = _mm_setzero_si128();
    for (; i + 64 <= n; i += 64) {
        __m128i b[4];
        memcpy(b, at + i, sizeof b);
        const __m128i any = _mm_or_si128(_mm_or_si128(b[0], b[1]), _mm_or_si128(b[2], b[3]));
        const __m128i least = _mm_min_epu8(_mm_min_epu8(b[0], b[1]), _mm_min_epu8(b[2], b[3]));
        if (_mm_movemask_epi8(_mm_or_si128(any, _mm_cmpeq_epi8(least, zero)))) return false;
    }
#endif
    for (; i < n; i++)
        if ((unsigned char)(at[i] - 1) >= 0x7f) return false;
    return true;
}

static trod_status read_some(struct intake_feed *feed, char *at, size_t room, size_t *n,
                             struct trod_error *error) {
    return feed->ahead ? intake_ahead_read(feed->ahead, at, room, n, error)
                       : trod_source_read(feed->source, at, room, n, error);
}

/* Reads until `room` bytes are there or the file ends. A failure comes behind the bytes that
 * were good, so that its place does not depend on how many are read at a time. */
static trod_status read_full(struct intake_feed *feed, char *at, size_t room, size_t *n,
                             struct trod_error *error) {
    *n = 0;
    while (*n < room && feed->failed.code == TROD_OK) {
        size_t got = 0;
        if (read_some(feed, at + *n, room - *n, &got, &feed->failed) != TROD_OK) break;
        if (got == 0) {
            feed->ended = true;
            break;
        }
        *n += got;
    }
    feed->n_bytes += *n;
    if (*n || feed->failed.code == TROD_OK) return TROD_OK;
    if (error) *error = feed->failed;
    return feed->failed.code;
}

void intake_character(struct trod_buf *out, uint32_t c) {
    if (c < 0x80) {
        trod_buf_byte(out, (char)c);
    } else if (c < 0x800) {
        trod_buf_byte(out, (char)(0xc0 | c >> 6));
        trod_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        trod_buf_byte(out, (char)(0xe0 | c >> 12));
        trod_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        trod_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    } else {
        trod_buf_byte(out, (char)(0xf0 | c >> 18));
        trod_buf_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        trod_buf_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        trod_buf_byte(out, (char)(0x80 | (c & 0x3f)));
    }
}

static uint32_t unit_at(const struct intake_feed *feed, const char *at) {
    const unsigned char a = (unsigned char)at[0], b = (unsigned char)at[1];
    return feed->coding == INTAKE_UTF16LE ? (uint32_t)(a | b << 8) : (uint32_t)(a << 8 | b);
}

/* Adds what is whole in feed->raw to `into`; half a character waits for the next chunk. */
static void convert_utf16(struct intake_feed *feed, struct trod_buf *into) {
    const char *const at = feed->raw.at;
    const size_t n = feed->raw.n;
    size_t i = 0;
    while (i + 2 <= n) {
        uint32_t c = unit_at(feed, at + i);
        size_t length = 2;
        if (c >= 0xd800 && c < 0xdc00) {
            if (i + 4 > n && !feed->ended) break;
            const uint32_t low = i + 4 <= n ? unit_at(feed, at + i + 2) : 0;
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                length = 4;
            } else {
                c = 0xfffd;
            }
        } else if (c >= 0xdc00 && c < 0xe000) {
            c = 0xfffd;
        }
        intake_character(into, c);
        i += length;
    }
    if (i) memmove(feed->raw.at, at + i, n - i);
    feed->raw.n = n - i;
}

trod_status intake_row_too_long(struct trod_error *error) {
    const trod_status status = trod_fail(error, TROD_TOO_MUCH, "a row is longer than %d MiB",
                                         INTAKE_ROW_CEILING >> 20);
    trod_error_hint(error, "is a quotation mark left open in it, or is this no log with one "
                           "event a line?");
    return status;
}

trod_status intake_feed_more(struct intake_feed *feed, struct trod_error *error) {
    if (feed->ended) return TROD_OK;
    if (trod_run_cancelled(feed->run)) return trod_fail(error, TROD_CANCELLED, "stopped");
    struct trod_buf *const window = &feed->window;
    const size_t rest = window->n - feed->used;
    if (rest > INTAKE_ROW_CEILING) return intake_row_too_long(error);
    if (rest && feed->used) memmove(window->at, window->at + feed->used, rest);
    feed->base += feed->used;
    window->n = rest;
    feed->used = 0;
    const trod_status status = intake_feed_read(feed, window, error);
    if (status == TROD_OK) feed->plain = intake_is_plain(window->at, window->n);
    return status;
}

trod_status intake_feed_read(struct intake_feed *feed, struct trod_buf *into,
                             struct trod_error *error) {
    const bool wide = feed->coding != INTAKE_UTF8;
    /* Three bytes of UTF-8 for two of UTF-16 at most. */
    struct trod_buf *const raw = wide ? &feed->raw : into;
    const size_t chunk = wide ? feed->chunk / 2 : feed->chunk;
    if (!trod_buf_room(into, feed->chunk + INTAKE_PADDING) || !trod_buf_room(raw, chunk + 1))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    size_t n = 0;
    const trod_status status = read_full(feed, raw->at + raw->n, chunk, &n, error);
    if (status != TROD_OK) return status;
    raw->n += n;
    if (wide) convert_utf16(feed, into);
    memset(into->at + into->n, 0, INTAKE_PADDING);
    if (feed->run && feed->run->progress) {
        uint64_t total = 0;
        const uint64_t done = feed->ahead ? intake_ahead_progress(feed->ahead, &total)
                                          : trod_source_progress(feed->source, &total);
        feed->run->progress(feed->run->owner, "reading", done, total);
    }
    return TROD_OK;
}

trod_status intake_feed_decode(struct intake_feed *feed, struct trod_error *error) {
    struct trod_buf *const window = &feed->window;
    const trod_str bytes = {window->at + feed->used, window->n - feed->used};
    if (trod_str_starts(bytes, TROD_STR("\xef\xbb\xbf"))) {
        feed->used += 3;
    } else if (trod_str_starts(bytes, TROD_STR("\xff\xfe"))) {
        feed->coding = INTAKE_UTF16LE;
    } else if (trod_str_starts(bytes, TROD_STR("\xfe\xff"))) {
        feed->coding = INTAKE_UTF16BE;
    }
    if (feed->coding == INTAKE_UTF8) return TROD_OK;
    trod_buf_add(&feed->raw, (trod_str){bytes.at + 2, bytes.n - 2});
    window->n = feed->used = 0;
    if (feed->raw.failed || !trod_buf_room(window, 2 * feed->chunk + INTAKE_PADDING))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    convert_utf16(feed, window);
    memset(window->at + window->n, 0, INTAKE_PADDING);
    feed->plain = intake_is_plain(window->at, window->n);
    return TROD_OK;
}

void intake_latin(struct trod_buf *out, trod_str text) {
    /* 0x80 to 0x9f; the five that Windows-1252 leaves open stand for themselves. */
    static const uint16_t high[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char byte = (unsigned char)text.at[i];
        intake_character(out, byte >= 0x80 && byte < 0xa0 ? high[byte - 0x80] : byte);
    }
}
