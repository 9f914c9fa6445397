/* json: writing into a buffer, and reading a document into a tree.
 *
 * The writer puts commas and indents; it writes the same bytes for the same calls. The reader is
 * simdjson's, behind one C++ source file; its tree is on the caller's arena, members in the order
 * of the file. Depth is bounded at 1,024.
 */
#ifndef TROD_BASE_JSON_H
#define TROD_BASE_JSON_H

#include "trod/base/memory.h"

struct trod_json_writer {
    struct trod_buf *out;
    bool compact;          /* one line; otherwise two spaces a level */
    /* private */
    unsigned depth;
    unsigned flat;         /* levels from here are written on one line */
    bool comma;
    bool after_key;
};
void trod_json_object(struct trod_json_writer *json);
void trod_json_end_object(struct trod_json_writer *json);
void trod_json_array(struct trod_json_writer *json);
void trod_json_end_array(struct trod_json_writer *json);
/* The next object or array, and all in it, stands on one line. */
void trod_json_flat(struct trod_json_writer *json);
void trod_json_key(struct trod_json_writer *json, const char *key);
void trod_json_key_str(struct trod_json_writer *json, trod_str key);
/* Invalid UTF-8 is written as U+FFFD; the missing text {NULL, 0} as null. */
void trod_json_str(struct trod_json_writer *json, trod_str value);
void trod_json_text(struct trod_json_writer *json, const char *value); /* NULL: null */
void trod_json_int(struct trod_json_writer *json, int64_t value);
void trod_json_uint(struct trod_json_writer *json, uint64_t value);
/* The shortest decimal that reads back as the same double; NaN and infinities are null; whole
 * numbers below 2^53 without a point, and -0 as 0. */
void trod_json_number(struct trod_json_writer *json, double value);
void trod_json_bool(struct trod_json_writer *json, bool value);
void trod_json_null(struct trod_json_writer *json);
/* The same shortest decimal, into room for 32 bytes. */
const char *trod_number_write(double value, char at[32]);

enum trod_json_kind {
    TROD_JSON_NULL,
    TROD_JSON_BOOL,
    TROD_JSON_NUMBER,
    TROD_JSON_TEXT,
    TROD_JSON_ARRAY,
    TROD_JSON_OBJECT,
};
struct trod_json {
    enum trod_json_kind kind;
    bool boolean;
    bool whole;              /* the number is an integer that int64 holds: then `integer` is it */
    double number;
    int64_t integer;
    trod_str text;           /* of TROD_JSON_TEXT; of a number: as it was written */
    trod_str key;            /* in an object: its name */
    struct trod_json *first; /* children of an array or object */
    struct trod_json *next;  /* sibling */
    size_t n;                /* children */
};
/* Reads one document of at most 256 MiB; a byte order mark before it is skipped. A number that is
 * too large for a double is an infinity, with its text; of equal keys all are kept. Keys and texts
 * end in NUL as well. Errors: TROD_BAD_INPUT with the reason, and where it is known its line and
 * column; TROD_TOO_MUCH for what is too long, too deep or beyond the arena's ceiling. */
TROD_MUST trod_status trod_json_read(trod_str bytes, struct trod_arena *arena,
                                     struct trod_json **root, struct trod_error *error);
/* The same for many documents, such as the lines of a file: keeps its buffers between them. Not for
 * two threads at once. NULL without memory. */
struct trod_json_reader;
struct trod_json_reader *trod_json_reader_make(void);
void trod_json_reader_free(struct trod_json_reader *reader);
/* From now on the reader is for those who are done with a document before the next: keys, texts and
 * numbers are borrowed until then, a number outside of arrays may have its text alone, and 64 bytes
 * behind the document must be readable (whatever they hold). About twice as quick. */
void trod_json_reader_borrow(struct trod_json_reader *reader);
TROD_MUST trod_status trod_json_reader_read(struct trod_json_reader *reader, trod_str bytes,
                                            struct trod_arena *arena, struct trod_json **root,
                                            struct trod_error *error);
/* Writes a value that was read, with all that is in it. */
void trod_json_value(struct trod_json_writer *json, const struct trod_json *value);
/* The first member of that name, or NULL; also NULL if `object` is NULL or no object. */
const struct trod_json *trod_json_get(const struct trod_json *object, const char *key);

#endif
