/* table: text in cells of a terminal, and numbers as people write them. */
#ifndef TROD_CLI_TABLE_H
#define TROD_CLI_TABLE_H

#include "trod/base.h"

/* "1,434" */
const char *table_count(uint64_t n, char at[32]);
/* "50 %", "3.4 %", "<0.1 %"; "" of none. */
const char *table_share(uint64_t n, uint64_t of, char at[16]);
/* A duration as trod_duration_write has it with short units ("4.3 wk"), "–" of NaN. */
const char *table_duration(double duration_us, char at[40]);
/* The text in exactly so many cells: padded, or cut with an ellipsis. What a terminal would
 * obey (control characters) is shown as a space. */
void table_left(struct trod_buf *out, trod_str text, size_t cells);
void table_right(struct trod_buf *out, const char *text, size_t cells);
/* The text at its own width. */
void table_text(struct trod_buf *out, trod_str text);

/* Words one after the other, broken into lines of at most `width` cells from `indent` on. */
struct table_wrap {
    struct trod_buf *out;
    size_t width, indent;
    size_t used;       /* cells of the line, indent included */
    size_t n_lines;    /* begun so far */
    size_t most_lines; /* words beyond are dropped; 0: no limit */
    bool full;         /* a word was dropped */
};
/* Adds the words of the text (cut at its spaces). */
void table_words(struct table_wrap *wrap, trod_str text);
void table_wrap_end(struct table_wrap *wrap);
/* A paragraph from the left edge. */
void table_paragraph(struct trod_buf *out, trod_str text, size_t width);
void table_bold(struct trod_buf *out, const char *text, bool colour);

#endif
