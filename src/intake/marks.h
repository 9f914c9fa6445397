/* marks: where the cells and rows of CSV end, found 64 bytes at a time. */
#ifndef INTAKE_MARKS_H
#define INTAKE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A mark is a delimiter or a line end outside of quotation marks. Zeroed but for the delimiter,
 * and `after_mark` 1, at the begin of a row; then carried from piece to piece. */
struct intake_marks {
    char delimiter;
    bool quotes; /* there are quotation marks: look for them */
    /* carried */
    uint64_t inside;                               /* all ones inside of quotation marks */
    uint64_t after_mark, after_blank, after_quote; /* 1 if the last byte was one */
    /* seen so far */
    bool odd;          /* a blank or a quotation mark beside a mark: cells must be trimmed */
    bool doubled;      /* two quotation marks side by side */
    bool lines_inside; /* a line end inside of quotation marks */
};

struct intake_marker {
    /* Writes the places of the marks in n bytes (of which 64 more are readable) plus `base`;
     * returns how many there are. Room for n + 8. */
    size_t (*find)(struct intake_marks *marks, const char *at, size_t n, uint32_t base,
                   uint32_t *places);
    /* True if every quotation mark opens a cell, closes one, or is doubled inside of one,
     * blanks aside, if the bytes begin with a row. *end: behind the last line end outside of
     * them, 0 if there is none. */
    bool (*scan)(char delimiter, const char *at, size_t n, size_t *end);
};
/* The quickest that this machine has. */
const struct intake_marker *intake_marker_choose(void);
/* All that this machine has, the plain one first; for tests. */
size_t intake_marker_all(const struct intake_marker *list[4]);

#endif
