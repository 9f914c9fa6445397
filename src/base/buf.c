/* Growing bytes. The room doubles, never past the ceiling; the first append that does not fit
 * marks the buffer as failed, and from then on appends are dropped, so that a writer of many
 * small pieces checks once. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "trod/base/memory.h"

enum { FIRST_ROOM = 64 };

void trod_buf_free(struct trod_buf *buf) {
    if (!buf) return;
    free(buf->at);
    *buf = (struct trod_buf){.ceiling = buf->ceiling};
}

void trod_buf_clear(struct trod_buf *buf) {
    buf->n = 0;
    buf->failed = false;
    if (buf->at) buf->at[0] = '\0';
}

bool trod_buf_room(struct trod_buf *buf, size_t more) {
    if (buf->failed) return false;
    const size_t ceiling = buf->ceiling ? buf->ceiling : (size_t)1 << 30;
    if (buf->n > ceiling || more > ceiling - buf->n || more >= SIZE_MAX - buf->n) {
        buf->failed = true;
        return false;
    }
    const size_t needed = buf->n + more + 1; /* with the NUL */
    if (buf->at && needed <= buf->room) return true;
    size_t room = buf->room < FIRST_ROOM ? FIRST_ROOM : buf->room;
    while (room < needed) room = room > SIZE_MAX / 2 ? needed : room * 2;
    if (room - 1 > ceiling && ceiling < SIZE_MAX) room = ceiling + 1;
    if (room < needed) room = needed;
    char *const at = base_realloc(buf->at, room);
    if (!at) {
        buf->failed = true;
        return false;
    }
    at[buf->n] = '\0';
    buf->at = at;
    buf->room = room;
    return true;
}

void trod_buf_add(struct trod_buf *buf, trod_str text) {
    if (!trod_buf_room(buf, text.n)) return;
    if (text.n) memcpy(buf->at + buf->n, text.at, text.n);
    buf->n += text.n;
    buf->at[buf->n] = '\0';
}

void trod_buf_adds(struct trod_buf *buf, const char *text) {
    trod_buf_add(buf, trod_str_of(text));
}

void trod_buf_byte(struct trod_buf *buf, char byte) {
    if (!trod_buf_room(buf, 1)) return;
    buf->at[buf->n++] = byte;
    buf->at[buf->n] = '\0';
}

void trod_buf_repeat(struct trod_buf *buf, char byte, size_t n) {
    if (!trod_buf_room(buf, n)) return;
    memset(buf->at + buf->n, byte, n);
    buf->n += n;
    buf->at[buf->n] = '\0';
}

void trod_buf_format(struct trod_buf *buf, const char *format, ...) {
    if (!trod_buf_room(buf, 0)) return;
    va_list arguments;
    va_start(arguments, format);
    const size_t room = buf->room - buf->n;
    const int n = vsnprintf(buf->at + buf->n, room, format, arguments);
    va_end(arguments);
    if (n < 0) {
        buf->at[buf->n] = '\0';
        buf->failed = true;
        return;
    }
    if ((size_t)n >= room) { /* the room never passes the ceiling, so what fits is allowed */
        buf->at[buf->n] = '\0';
        if (!trod_buf_room(buf, (size_t)n)) return;
        va_start(arguments, format);
        vsnprintf(buf->at + buf->n, (size_t)n + 1, format, arguments);
        va_end(arguments);
    }
    buf->n += (size_t)n;
}
