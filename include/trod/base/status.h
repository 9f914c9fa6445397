/* status: how a function says that it could not.
 *
 * Every function that can fail returns a trod_status, which must be looked at, and fills a
 * trod_error that the caller owns (always the last argument, and it may be NULL). Bad user data
 * is a status, never an abort. A broken invariant of our own is a CHECK, which no input reaches.
 *
 *     struct trod_error error = {0};
 *     if (trod_file_read("map.journey", 64 << 20, &bytes, &error) != TROD_OK)
 *         fprintf(stderr, "%s\n", error.message);
 */
#ifndef TROD_BASE_STATUS_H
#define TROD_BASE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TROD_MUST __attribute__((warn_unused_result))
#define TROD_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))

typedef enum trod_status {
    TROD_OK = 0,
    TROD_BAD_INPUT,  /* the data or the map is wrong; a person can mend it: exit status 2 */
    TROD_BAD_OPTION, /* the command was asked for something that it cannot do: exit status 2 */
    TROD_TOO_MUCH,   /* a named ceiling was reached; the message names it: exit status 2 */
    TROD_NO_FILE,    /* a file named by the user cannot be opened or read: exit status 2 */
    TROD_IO,         /* the machine failed: disk full, write refused: exit status 3 */
    TROD_NO_MEMORY,  /* the machine failed: no memory: exit status 3 */
    TROD_CANCELLED,  /* the caller's cancel flag was set */
    TROD_BUSY,       /* another process holds what is needed; the message says which: exit status 3 */
} trod_status;

/* One error, with its place and a way out. A zeroed one is empty. Every text ends in NUL and is
 * UTF-8 that is safe to print (control characters are replaced). */
struct trod_error {
    trod_status code;
    int64_t line;    /* 1-based; 0 if none */
    int64_t column;  /* 1-based, in bytes; 0 if none */
    char file[256];  /* as the user named it; "" if none */
    char message[512];
    char hint[320];  /* what to write or do instead; "" if none */
};

/* Fills `error` (which may be NULL) and returns `code`, so that a function can say
 * `return trod_fail(error, TROD_BAD_INPUT, "…", …)`. Leaves the place and the hint empty. */
trod_status trod_fail(struct trod_error *error, trod_status code, const char *format, ...)
    TROD_PRINTF(3, 4);
/* Adds the place to a filled error; an empty `file` or 0 leaves what is there. */
void trod_error_place(struct trod_error *error, const char *file, int64_t line, int64_t column);
void trod_error_hint(struct trod_error *error, const char *format, ...) TROD_PRINTF(2, 3);
/* The exit status of the program for a status: 0, 2 or 3. */
int trod_status_exit(trod_status code);

/* Runs a fallible call inside a function that has `trod_status status` and the exit label
 * `done:`. */
#define TROD_TRY(call)                    \
    do {                                  \
        status = (call);                  \
        if (status != TROD_OK) goto done; \
    } while (0)
/* For an allocation: goes to `done` with TROD_NO_MEMORY if `pointer` is NULL. */
#define TROD_TRY_ALLOC(pointer, error)                                                  \
    do {                                                                                \
        if (!(pointer)) {                                                               \
            status = trod_fail((error), TROD_NO_MEMORY, "there is not enough memory"); \
            goto done;                                                                  \
        }                                                                               \
    } while (0)

/* An invariant of our own. Prints where and aborts; no input may reach it. */
#define CHECK(condition) \
    ((condition) ? (void)0 : trod_check_failed(#condition, __FILE__, __LINE__))
_Noreturn void trod_check_failed(const char *condition, const char *file, int line);

#define TROD_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
