/* page_text: a page of text of a given width, for the terminal. */
#ifndef DRAW_PAGE_TEXT_H
#define DRAW_PAGE_TEXT_H

#include "draw/draw.h"

struct page {
    struct trod_buf *out;
    unsigned width;
    bool colour;
    unsigned n_lines; /* written so far */
};
enum page_ink { PAGE_PLAIN, PAGE_BOLD, PAGE_FAINT, PAGE_RED, PAGE_GREEN };

/* A line of its own in one ink, cut with "…" if it is too wide. */
void page_line(struct page *page, enum page_ink ink, trod_str text);
/* `left`, and `right` at the right edge of the same line. */
void page_ends(struct page *page, enum page_ink ink, trod_str left, trod_str right);
void page_blank(struct page *page);
/* A heading with a blank line before it. */
void page_heading(struct page *page, const char *text);
/* A label in the margin of `indent` cells, then the text filled to the width beside it. At most
 * `most_lines` lines (0: all), the last one then ends in "…". Gives how many it wrote. */
unsigned page_beside(struct page *page, unsigned indent, enum page_ink ink, const char *label,
                     trod_str text, unsigned most_lines);
/* How many lines page_beside would write. */
unsigned page_count(const struct page *page, unsigned indent, trod_str text);

/* Cells of a table row: each `text` in `cells` columns, right-aligned if `right`, cut with "…".
 */
struct page_cell {
    trod_str text;
    unsigned cells;
    bool right;
    enum page_ink ink;
};
void page_row(struct page *page, const struct page_cell *row, size_t n);

#endif
