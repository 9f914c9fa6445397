/* CSV as RFC 4180 has it, and as people write it. Unquoted cells are scanned sixteen bytes at a
 * time for the delimiter or a line end, quoted ones with memchr; nothing is copied. Beyond the
 * RFC: a lone CR ends a line, blanks round an unquoted cell or outside the quotation marks do
 * not count, and a quotation mark inside an unquoted cell is itself. Text behind a closing
 * quotation mark, or one that never closes, is broken, so that a stray mark costs one line and
 * not the rest of the file. */
#include "intake/split.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static bool is_blank(char c, char delimiter) {
    return (c == ' ' || c == '\t') && c != delimiter;
}

/* The next delimiter or line end, or `end`. */
static const char *find_stop(const char *p, const char *end, char delimiter) {
#if defined(__SSE2__)
    const __m128i d = _mm_set1_epi8(delimiter), n = _mm_set1_epi8('\n'),
                  r = _mm_set1_epi8('\r');
    for (; p < end; p += 16) {
        __m128i block;
        memcpy(&block, p, sizeof block);
        const __m128i hit =
            _mm_or_si128(_mm_cmpeq_epi8(block, d),
                         _mm_or_si128(_mm_cmpeq_epi8(block, n), _mm_cmpeq_epi8(block, r)));
        const unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask) {
            const char *const at = p + __builtin_ctz(mask);
            return at < end ? at : end;
        }
    }
    return end;
#else
    while (p < end && *p != delimiter && *p != '\n' && *p != '\r') p++;
    return p;
#endif
}

static uint64_t count_lines(trod_str text) {
    uint64_t n = 0, n_returns = 0;
    for (const char *p = text.at, *const end = text.at + text.n;
         (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    if (n == 0)
        for (size_t i = 0; i < text.n; i++) n_returns += text.at[i] == '\r';
    return n ? n : n_returns;
}

/* A cell that opens with a quotation mark at *at; leaves *at at the delimiter or line end. */
static enum intake_split_result split_quoted(struct intake_split *split, const char **at,
                                             const char *end, bool ended, trod_str *cell,
                                             bool *doubled) {
    const char *const begin = *at + 1, *p = begin;
    for (;;) {
        p = memchr(p, '"', (size_t)(end - p));
        if (!p || (p + 1 == end && !ended)) {
            if (!ended) return SPLIT_MORE;
            if (!p) {
                split->broken = "a quotation mark opens here and never closes";
                *at = end;
                return SPLIT_BROKEN;
            }
        }
        if (p + 1 == end || p[1] != '"') break;
        *doubled = split->any_doubled = true;
        p += 2;
    }
    *cell = (trod_str){begin, (size_t)(p - begin)};
    p++;
    while (p < end && is_blank(*p, split->delimiter)) p++;
    if (p == end && !ended) return SPLIT_MORE;
    if (p < end && *p != split->delimiter && *p != '\n' && *p != '\r') {
        split->broken =
            "text follows a closing quotation mark; inside a quoted value a quotation "
            "mark is written twice";
        *at = p;
        return SPLIT_BROKEN;
    }
    split->n_lines += count_lines(*cell);
    *at = p;
    return SPLIT_ROW;
}

/* The first line alone is the broken row; `looked` is how far it was looked for the end of it.
 */
static enum intake_split_result broken_line(struct intake_split *split, const char *at,
                                            const char *end, bool ended, const char *looked) {
    const char *p = at;
    while (p < end && *p != '\n' && *p != '\r') p++;
    if (!ended && (p == end || (*p == '\r' && p + 1 == end))) return SPLIT_MORE;
    split->stop = split->next = p;
    if (p < end) split->next = *p == '\r' && p + 1 < end && p[1] == '\n' ? p + 2 : p + 1;
    split->n_lines = 1;
    split->n_again = looked > split->next ? (size_t)(looked - split->next) : 0;
    return SPLIT_BROKEN;
}

enum intake_split_result intake_split(struct intake_split *split, const char *at,
                                      const char *end, bool ended) {
    const char delimiter = split->delimiter;
    const char *p = at;
    split->n = split->n_all = 0;
    split->n_lines = 0;
    split->over = split->any_doubled = false;
    for (;;) {
        trod_str cell;
        bool doubled = false;
        while (p < end && is_blank(*p, delimiter)) p++;
        if (p < end && *p == '"' && delimiter != '"') {
            const enum intake_split_result result =
                split_quoted(split, &p, end, ended, &cell, &doubled);
            if (result == SPLIT_BROKEN) return broken_line(split, at, end, ended, p);
            if (result != SPLIT_ROW) return result;
        } else {
            const char *const begin = p;
            p = find_stop(p, end, delimiter);
            if (p == end && !ended) return SPLIT_MORE;
            const char *last = p;
            while (last > begin && is_blank(last[-1], delimiter)) last--;
            cell = (trod_str){begin, (size_t)(last - begin)};
        }
        split->n_all++;
        if (split->n < split->limit) {
            split->doubled[split->n] = doubled;
            split->cells[split->n++] = cell;
        } else if (cell.n) {
            split->over = true;
        }
        if (p < end && *p == delimiter) {
            p++;
            continue;
        }
        split->stop = split->next = p;
        if (p == end) return SPLIT_ROW;
        if (*p == '\r' && p + 1 == end && !ended) return SPLIT_MORE;
        split->next = *p == '\r' && p + 1 < end && p[1] == '\n' ? p + 2 : p + 1;
        split->n_lines++;
        return SPLIT_ROW;
    }
}
