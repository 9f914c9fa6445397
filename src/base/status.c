/* Errors are plain values with fixed room, so that reporting one never needs memory. A message
 * may quote anything that stood in a file, so each text is made safe to print as it is stored:
 * control characters, directional overrides and broken UTF-8 are replaced, and a text that is
 * too long is cut between characters and ends in an ellipsis. */
#include "trod/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trod/base/str.h"

enum { SCRATCH = 4096 };

static const char ELLIPSIS[] = "\xe2\x80\xa6";

/* Control characters of C0 and C1, line separators, and the marks that reorder what follows. */
static bool unsafe_to_print(int32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Copies `from` into `room` bytes, safe to print; cut at the end if it does not fit. */
static void store_safely(char *at, size_t room, trod_str from) {
    size_t offset = 0, n = 0;
    size_t whole = 0; /* the longest prefix after which an ellipsis still fits */
    while (offset < from.n) {
        const size_t begin = offset;
        const int32_t c = trod_str_next(from, &offset);
        const size_t length = offset - begin;
        const bool invalid = c == 0xfffd && length == 1;
        const bool blank = c == '\t' || c == '\n' || c == '\r';
        const bool replaced = invalid || unsafe_to_print(c);
        const size_t written = replaced ? 1 : length;
        if (n + written + 1 > room) {
            memcpy(at + whole, ELLIPSIS, sizeof ELLIPSIS);
            return;
        }
        if (replaced)
            at[n] = blank ? ' ' : '?';
        else
            memcpy(at + n, from.at + begin, length);
        n += written;
        if (n + sizeof ELLIPSIS <= room) whole = n;
    }
    at[n] = '\0';
}

static void TROD_PRINTF(3, 0)
    store_formatted(char *at, size_t room, const char *format, va_list arguments) {
    char scratch[SCRATCH]; /* aside: an argument may point into `at` */
    const int n = vsnprintf(scratch, sizeof scratch, format, arguments);
    if (n < 0) scratch[0] = '\0';
    store_safely(at, room, trod_str_of(scratch));
}

trod_status trod_fail(struct trod_error *error, trod_status code, const char *format, ...) {
    if (!error) return code;
    va_list arguments;
    va_start(arguments, format);
    char message[sizeof error->message];
    store_formatted(message, sizeof message, format, arguments);
    va_end(arguments);
    *error = (struct trod_error){.code = code};
    memcpy(error->message, message, sizeof message);
    return code;
}

void trod_error_place(struct trod_error *error, const char *file, int64_t line,
                      int64_t column) {
    if (!error) return;
    if (file && *file) {
        const size_t n = strlen(file);
        const size_t room = sizeof error->file;
        char name[sizeof error->file];
        if (n < room) {
            store_safely(name, room, trod_str_of(file));
        } else { /* the end of a long name says more than its beginning */
            size_t skipped = n - (room - sizeof ELLIPSIS);
            while (skipped < n && ((unsigned char)file[skipped] & 0xc0) == 0x80) skipped++;
            memcpy(name, ELLIPSIS, sizeof ELLIPSIS - 1);
            store_safely(name + sizeof ELLIPSIS - 1, room - (sizeof ELLIPSIS - 1),
                         trod_str_of(file + skipped));
        }
        memcpy(error->file, name, room);
    }
    if (line > 0) error->line = line;
    if (column > 0) error->column = column;
}

void trod_error_hint(struct trod_error *error, const char *format, ...) {
    if (!error) return;
    va_list arguments;
    va_start(arguments, format);
    char hint[sizeof error->hint];
    store_formatted(hint, sizeof hint, format, arguments);
    va_end(arguments);
    memcpy(error->hint, hint, sizeof hint);
}

int trod_status_exit(trod_status code) {
    switch (code) {
    case TROD_OK:
        return 0;
    case TROD_BAD_INPUT:
    case TROD_BAD_OPTION:
    case TROD_TOO_MUCH:
    case TROD_NO_FILE:
        return 2;
    case TROD_IO:
    case TROD_NO_MEMORY:
    case TROD_BUSY:
    case TROD_CANCELLED:
        break;
    }
    return 3;
}

_Noreturn void trod_check_failed(const char *condition, const char *file, int line) {
    fprintf(stderr, "trod: internal error: %s does not hold (%s:%d); please report it\n",
            condition, file, line);
    abort();
}
