/* The door to utf8proc: letter case and terminal width. Two texts are compared as two streams
 * of folded characters, so no memory is needed; an invalid byte becomes a character of its own
 * above the range of Unicode and is equal only to itself. */
#include <utf8proc.h>

#include "trod/base/str.h"

struct folding {
    trod_str text;
    size_t offset;
    int n, next;
    utf8proc_int32_t folded[8]; /* one character folds to at most three */
};

static int32_t folding_next(struct folding *folding) {
    if (folding->next < folding->n) return folding->folded[folding->next++];
    const size_t begin = folding->offset;
    const int32_t c = trod_str_next(folding->text, &folding->offset);
    if (c < 0) return -1;
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c == 0xfffd && folding->offset - begin == 1)
        return 0x110000 + (unsigned char)folding->text.at[begin];
    int boundary = 0;
    const utf8proc_ssize_t n = utf8proc_decompose_char(
        c, folding->folded, (utf8proc_ssize_t)TROD_COUNT(folding->folded), UTF8PROC_CASEFOLD,
        &boundary);
    if (n < 1 || n > (utf8proc_ssize_t)TROD_COUNT(folding->folded)) return c;
    folding->n = (int)n;
    folding->next = 1;
    return folding->folded[0];
}

bool trod_str_equal_fold(trod_str a, trod_str b) {
    struct folding x = {.text = a}, y = {.text = b};
    for (;;) {
        const int32_t c = folding_next(&x);
        if (c != folding_next(&y)) return false;
        if (c < 0) return true;
    }
}

static size_t cells_of(int32_t c) {
    if (c >= 0x20 && c < 0x7f) return 1;
    const int width = utf8proc_charwidth(c);
    return width > 0 ? (size_t)width : 0;
}

size_t trod_str_cells(trod_str text) {
    size_t cells = 0, offset = 0;
    while (offset < text.n) cells += cells_of(trod_str_next(text, &offset));
    return cells;
}

trod_str trod_str_cut_cells(trod_str text, size_t cells) {
    size_t used = 0, offset = 0;
    while (offset < text.n) {
        const size_t begin = offset;
        used += cells_of(trod_str_next(text, &offset));
        if (used > cells) return trod_str_slice(text, 0, begin);
    }
    return text;
}
