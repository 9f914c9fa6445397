/* customer: the page about one customer. */
#ifndef TROD_CLI_CUSTOMER_H
#define TROD_CLI_CUSTOMER_H

#include "cli/cli.h"
#include "trod/compare.h"

struct customer_page {
    const struct trod_customer *customer;
    const struct trod_trail *trail; /* NULL: without a map */
    struct trod_arena *arena;
    size_t width, limit; /* events shown; 0: all */
    bool colour, fields; /* fields: every column of each event */
};
/* Shared by its files: a head in bold, whose line is freed; the end of a row, without blanks
 * before it; the value that a column has in all of several events, or nothing; "NAME VALUE"; of
 * "usually 3 days, at most 9 days" the part that can be missed; "late by 29 min". */
void customer_say_head(const struct customer_page *page, struct trod_buf *line,
                       struct trod_buf *out);
void customer_end_line(struct trod_buf *out);
trod_str customer_constant(const struct trod_customer *customer,
                           const struct trod_customer_column *column);
void customer_add_value(struct trod_buf *text, const char *before, trod_str name,
                        trod_str value);
trod_str customer_limit_of(trod_str text);
void customer_add_by(struct trod_buf *out, const char *word, const struct trod_window *window,
                     bool late, double took_us);
/* The events by day. */
TROD_MUST trod_status customer_say_events(const struct customer_page *page,
                                          struct trod_buf *out, struct trod_error *error);
TROD_MUST trod_status customer_write_text(const struct customer_page *page,
                                          struct trod_buf *out, struct trod_error *error);

#endif
