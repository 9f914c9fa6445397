/* split: one row of CSV in memory, cut into cells. */
#ifndef INTAKE_SPLIT_H
#define INTAKE_SPLIT_H

#include "intake/inside.h"

enum intake_split_result { SPLIT_ROW, SPLIT_MORE, SPLIT_BROKEN };

/* Set up `delimiter`, `cells`, `doubled` and `limit`; the rest is the result of intake_split.
 */
struct intake_split {
    char delimiter;
    trod_str *cells; /* [limit] borrowed from the bytes, without quotation marks */
    bool *doubled;   /* [limit] the cell has doubled quotation marks, still to be halved */
    size_t limit;    /* cells that are kept */
    size_t n;        /* cells kept */
    size_t n_all;    /* cells in all */
    bool over;       /* a cell beyond the limit is not empty */
    bool any_doubled;
    uint64_t n_lines;   /* line ends in the row and behind it */
    const char *stop;   /* the row's end, without its line end */
    const char *next;   /* the next row */
    const char *broken; /* why SPLIT_BROKEN, for people */
    size_t n_again;     /* bytes that were looked at in vain then, and will be again */
};
/* Cuts the row that begins at `at`. SPLIT_BROKEN: its quotation marks are, and the first line
 * of it is a row of its own, that cannot be taken. SPLIT_MORE: it does not end before `end`,
 * and more may follow (`ended` is false). INTAKE_PADDING bytes behind `end` must be readable.
 */
enum intake_split_result intake_split(struct intake_split *split, const char *at,
                                      const char *end, bool ended);

#endif
