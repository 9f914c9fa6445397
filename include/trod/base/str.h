/* str: text that is borrowed, never owned, and not ended by NUL.
 *
 * A trod_str points into something that lives longer: a file's bytes, an arena, a literal.
 * {NULL, 0} is the missing text; an empty text has n == 0 and a pointer. Passed by value.
 * Text is UTF-8; functions that care say so.
 */
#ifndef TROD_BASE_STR_H
#define TROD_BASE_STR_H

#include <stdarg.h>
#include <string.h>

#include "trod/base/status.h"

typedef struct trod_str {
    const char *at;
    size_t n;
} trod_str;

#define TROD_STR(literal) ((trod_str){(literal), sizeof(literal) - 1})
/* For printf: printf("%.*s", TROD_ARG(text)). */
#define TROD_ARG(text) (int)(text).n, ((text).at ? (text).at : "")

static inline trod_str trod_str_of(const char *text) {
    return (trod_str){text, text ? strlen(text) : 0};
}
static inline bool trod_str_equal(trod_str a, trod_str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}
static inline bool trod_str_is(trod_str a, const char *literal) {
    return trod_str_equal(a, trod_str_of(literal));
}
/* Byte order, shorter first on a tie: <0, 0, >0. */
int trod_str_compare(trod_str a, trod_str b);
bool trod_str_starts(trod_str text, trod_str with);
bool trod_str_ends(trod_str text, trod_str with);
bool trod_str_contains(trod_str text, trod_str part);
/* Index of the byte, or SIZE_MAX. */
size_t trod_str_find(trod_str text, char byte);
trod_str trod_str_slice(trod_str text, size_t from, size_t to);
/* Without spaces, tabs, CR and LF at either end. */
trod_str trod_str_trim(trod_str text);
/* Equal with letter case aside (full Unicode folding by utf8proc; invalid UTF-8 compares
 * byte by byte). */
bool trod_str_equal_fold(trod_str a, trod_str b);
/* The whole text as a number, written with "." and without separators; false if it is none,
 * or not finite. */
bool trod_str_number(trod_str text, double *value);
bool trod_str_int64(trod_str text, int64_t *value);
/* True if every byte sequence is valid UTF-8 without NUL. `bad_at` (may be NULL) gets the first
 * offending offset. */
bool trod_str_utf8(trod_str text, size_t *bad_at);
/* Width in terminal cells: wide East Asian characters are 2, combining marks 0. */
size_t trod_str_cells(trod_str text);
/* The longest prefix of at most `cells` terminal cells that does not cut a character. */
trod_str trod_str_cut_cells(trod_str text, size_t cells);
/* Decodes one character at text.at[*offset], moves the offset past it; -1 at the end; invalid
 * bytes give U+FFFD one by one. */
int32_t trod_str_next(trod_str text, size_t *offset);
/* Edit distance (insert, delete, change, swap of neighbours all cost 1), at most `limit`; returns
 * limit + 1 beyond. For "did you mean". */
unsigned trod_str_distance(trod_str a, trod_str b, unsigned limit);

#endif
