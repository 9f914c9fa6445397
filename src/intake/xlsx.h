/* xlsx: what the cells of a sheet say, apart from where they stand. */
#ifndef INTAKE_XLSX_H
#define INTAKE_XLSX_H

#include "trod/base.h"

enum { XLSX_MOST_COLUMNS = 16384 };

/* True if numbers that are shown this way are dates: a letter y, m, d, h or s that is neither
 * quoted, nor in brackets, nor behind \ _ or *. */
bool intake_xlsx_is_date_format(trod_str format);
/* The same of the formats that every file has without saying so. */
bool intake_xlsx_is_date_id(int64_t id);
/* "2024-03-01T10:20:30" or with milliseconds if there are any; "10:20:30" of a time without a
 * day.
 * "" for a number that is no date in the years up to 9999. `at` has room for 40 bytes. */
const char *intake_xlsx_date(double serial, bool since_1904, char at[40]);
/* The column, 0-based, of a reference such as "AB12"; false if it is none. */
bool intake_xlsx_column(trod_str reference, size_t *column);
/* Adds a text with its escapes (_x000D_) undone. */
void intake_xlsx_unescape(struct trod_buf *out, trod_str text);

#endif
