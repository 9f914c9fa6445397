/* customer: the page about one customer. */
#ifndef TROD_CLI_CUSTOMER_H
#define TROD_CLI_CUSTOMER_H

#include "cli/cli.h"
#include "trod/compare/trail.h"

struct customer_page {
    const struct trod_customer *customer;
    const struct trod_trail *trail; /* NULL: without a map */
    struct trod_arena *arena;
    size_t width, limit; /* events shown; 0: all */
    bool colour, fields; /* fields: every column of each event */
};
TROD_MUST trod_status customer_write_text(const struct customer_page *page,
                                          struct trod_buf *out, struct trod_error *error);

#endif
