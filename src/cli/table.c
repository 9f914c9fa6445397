/* Cells are counted as the terminal does (wide characters take two), and nothing that came with
 * the data may reach the terminal as a command: control characters become spaces, invalid bytes
 * the replacement character. */
#include "cli/table.h"

#include <math.h>
#include <stdio.h>

static const trod_str ELLIPSIS = {"\xe2\x80\xa6", 3};

const char *table_count(uint64_t n, char at[32]) {
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t to = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) at[to++] = ',';
        at[to++] = digits[i];
    }
    at[to] = '\0';
    return at;
}

const char *table_share(uint64_t n, uint64_t of, char at[16]) {
    at[0] = '\0';
    if (of == 0) return at;
    const double percent = 100.0 * (double)n / (double)of;
    if (n && percent < 0.1)
        snprintf(at, 16, "<0.1 %%");
    else if (n == 0 || percent >= 9.95)
        /* All but one of a million are not all. */
        snprintf(at, 16, "%.0f %%", n < of && percent > 99 ? 99.0 : percent);
    else
        snprintf(at, 16, "%.1f %%", percent);
    return at;
}

const char *table_duration(double duration_us, char at[40]) {
    static const struct {
        const char *unit, *brief;
    } units[] = {{" days", " d"},    {" day", " d"},    {" weeks", " wk"}, {" week", " wk"},
                 {" months", " mo"}, {" month", " mo"}, {" years", " y"},  {" year", " y"}};
    if (isnan(duration_us)) return "\xe2\x80\x93";
    trod_duration_write(duration_us, at);
    for (size_t i = 0; i < TROD_COUNT(units); i++) {
        const trod_str text = trod_str_of(at);
        if (!trod_str_ends(text, trod_str_of(units[i].unit))) continue;
        memcpy(at + text.n - strlen(units[i].unit), units[i].brief, strlen(units[i].brief) + 1);
        break;
    }
    return at;
}

/* One character that is safe to print. */
static void add_character(struct trod_buf *out, trod_str bytes, int32_t c) {
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        trod_buf_byte(out, ' ');
    else if (c == 0xfffd)
        trod_buf_adds(out, "\xef\xbf\xbd");
    else
        trod_buf_add(out, bytes);
}

/* Adds what fits into `most` cells; returns the cells used. out NULL: only counts. */
static size_t add_cells(struct trod_buf *out, trod_str text, size_t most) {
    size_t offset = 0, used = 0;
    while (offset < text.n) {
        const size_t begin = offset;
        const int32_t c = trod_str_next(text, &offset);
        const trod_str bytes = trod_str_slice(text, begin, offset);
        const size_t cells = c < 0x20 || (c >= 0x7f && c < 0xa0) ? 1 : trod_str_cells(bytes);
        if (used + cells > most) break;
        if (out) add_character(out, bytes, c);
        used += cells;
    }
    return used;
}

static size_t cells_of(trod_str text) {
    return add_cells(NULL, text, SIZE_MAX);
}

void table_text(struct trod_buf *out, trod_str text) {
    add_cells(out, text, SIZE_MAX);
}

void table_left(struct trod_buf *out, trod_str text, size_t cells) {
    size_t used = 0;
    if (cells_of(text) <= cells) {
        used = add_cells(out, text, cells);
    } else if (cells > 0) {
        used = add_cells(out, text, cells - 1) + 1;
        trod_buf_add(out, ELLIPSIS);
    }
    if (used < cells) trod_buf_repeat(out, ' ', cells - used);
}

void table_right(struct trod_buf *out, const char *text, size_t cells) {
    const size_t used = trod_str_cells(trod_str_of(text));
    if (used < cells) trod_buf_repeat(out, ' ', cells - used);
    trod_buf_adds(out, text);
}

static void add_word(struct table_wrap *wrap, trod_str word) {
    const size_t cells = cells_of(word);
    const bool first = wrap->used <= wrap->indent;
    if (wrap->full) return;
    if (!first && wrap->used + 1 + cells > wrap->width) {
        if (wrap->most_lines && wrap->n_lines >= wrap->most_lines) {
            wrap->full = true;
            return;
        }
        trod_buf_byte(wrap->out, '\n');
        trod_buf_repeat(wrap->out, ' ', wrap->indent);
        wrap->used = wrap->indent;
        wrap->n_lines++;
    } else if (!first) {
        trod_buf_byte(wrap->out, ' ');
        wrap->used++;
    }
    const size_t room = wrap->width > wrap->used ? wrap->width - wrap->used : 1;
    if (cells > room) {
        table_left(wrap->out, word, room);
        wrap->used += room;
    } else {
        wrap->used += add_cells(wrap->out, word, cells);
    }
}

void table_words(struct table_wrap *wrap, trod_str text) {
    if (wrap->n_lines == 0) wrap->n_lines = 1;
    size_t begin = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.at[i] != ' ') continue;
        if (i > begin) add_word(wrap, trod_str_slice(text, begin, i));
        begin = i + 1;
    }
}

void table_wrap_end(struct table_wrap *wrap) {
    trod_buf_byte(wrap->out, '\n');
}

void table_paragraph(struct trod_buf *out, trod_str text, size_t width) {
    struct table_wrap wrap = {.out = out, .width = width};
    table_words(&wrap, text);
    table_wrap_end(&wrap);
}

void table_bold(struct trod_buf *out, const char *text, bool colour) {
    if (colour) trod_buf_adds(out, "\x1b[1m");
    trod_buf_adds(out, text);
    if (colour) trod_buf_adds(out, "\x1b[0m");
}
