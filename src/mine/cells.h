/* cells: what the writers of answers share. */
#ifndef MINE_CELLS_H
#define MINE_CELLS_H

#include "mine/inside.h"

/* Fields of a CSV row, each with the comma behind it; NaN is empty. mine_csv_end ends the row.
 */
void mine_csv_str(struct trod_buf *out, trod_str value);
void mine_csv_uint(struct trod_buf *out, uint64_t value);
void mine_csv_number(struct trod_buf *out, double value);
void mine_csv_end(struct trod_buf *out);
/* TROD_TOO_MUCH if the buffer is full. */
TROD_MUST trod_status mine_check_written(const struct trod_buf *out, struct trod_error *error);

#endif
