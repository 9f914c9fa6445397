/* csv: what the head of a CSV file and its rows share. */
#ifndef INTAKE_CSV_H
#define INTAKE_CSV_H

#include "intake/marks.h"
#include "intake/split.h"

/* Rows of CSV on one thread. */
struct intake_csv {
    struct intake_taker *taker;
    struct intake_split split;
    struct trod_buf scratch; /* cells that had to be rewritten */
    const struct intake_marker *marker;
    uint32_t *places; /* of marks; NULL in the head */
};
/* Cells and marks of a row of at most `limit` cells. */
TROD_MUST trod_status intake_csv_init(struct intake_csv *csv, struct intake_taker *taker,
                                      char delimiter, size_t limit, struct trod_error *error);
void intake_csv_release(struct intake_csv *csv);
/* Halves doubled quotation marks and turns bytes that are no UTF-8 into text, in the cells that
 * were cut last. `plain`: all of it is known to be UTF-8. *bad: a NUL. */
TROD_MUST trod_status intake_csv_mend(struct intake_csv *csv, trod_str text, bool plain,
                                      bool *bad, struct trod_error *error);
/* Takes the row that was cut last. Of `at`, line, place and text are asked for. */
TROD_MUST trod_status intake_csv_row(struct intake_csv *csv, const struct intake_row *at,
                                     bool plain, struct trod_error *error);
/* Rejects the broken one that was cut last, and counts what was scanned in vain: TROD_BAD_INPUT
 * beyond 64 MiB. */
TROD_MUST trod_status intake_csv_broken(struct intake_csv *csv, const struct intake_row *at,
                                        struct trod_error *error);
TROD_MUST trod_status intake_csv_again(uint64_t n_again, struct trod_error *error);
/* Takes all rows behind the head. */
TROD_MUST trod_status intake_csv_rest(struct intake_table *table, struct intake_feed *feed,
                                      char delimiter, size_t limit, uint64_t line,
                                      uint64_t n_again, struct trod_error *error);

#endif
