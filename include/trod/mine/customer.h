/* customer: all that the log knows of one customer, event by event.
 *
 * Life: 1. trod_customer_find; 2. read; 3. trod_customer_free. The parts must outlive it:
 * names, fields and sources are theirs, and texts may point into them. Reads what is about this
 * customer alone, however long the log is.
 */
#ifndef TROD_MINE_CUSTOMER_H
#define TROD_MINE_CUSTOMER_H

#include "trod/log.h"

struct trod_customer_event {
    uint32_t name;   /* into parts->names */
    uint32_t source; /* into parts->sources */
    int64_t time_us; /* TROD_NO_TIME if it has none */
    int64_t end_us;  /* TROD_NO_TIME if it has none */
    int64_t
        gap_us; /* since the dated event before; TROD_NO_TIME if there is none, or no time */
};
struct trod_customer_column {
    uint32_t field;
    const trod_str *text; /* [n_events]; at == NULL: missing */
};
struct trod_customer_fact {
    uint32_t field;
    trod_str text;
};
struct trod_customer {
    trod_str id;
    const struct trod_parts *parts;
    const struct trod_customer_event *events; /* in the order of the log: by time */
    uint32_t n_events;
    int64_t first_us, last_us;                  /* TROD_NO_TIME if no event has a time */
    const struct trod_customer_column *columns; /* by field; those with a value */
    size_t n_columns;
    const struct trod_customer_fact *facts; /* by field; those with a value */
    size_t n_facts;
    struct trod_rows rows;    /* the same, as the log has it */
    struct trod_arena *arena; /* owned */
};
/* *customer is NULL with TROD_OK: nobody of that id is in the log. */
TROD_MUST trod_status trod_customer_find(const struct trod_parts *parts, trod_str id,
                                         struct trod_customer **customer,
                                         struct trod_error *error);
void trod_customer_free(struct trod_customer *customer);

/* The customers one of whose events has that value in the column (or who have it as a fact):
 * *n of them, and the id of the first, on the arena. Reads that column of the whole log. */
TROD_MUST trod_status trod_customer_by_value(const struct trod_parts *parts, uint32_t field,
                                             trod_str value, const struct trod_run *run,
                                             struct trod_arena *arena, trod_str *id,
                                             uint64_t *n, struct trod_error *error);
/* How the ids of the log look, without showing one: "aaa-99" has three letters, a dash and two
 * digits. On the arena; missing of an empty log. */
TROD_MUST trod_status trod_customer_shape(const struct trod_parts *parts,
                                          struct trod_arena *arena, trod_str *shape,
                                          struct trod_error *error);
/* "email" of a log whose ids are joined under columns ("email=ann@example.org"), as one of its
 * ids has it; missing where ids are plain. On the arena. */
TROD_MUST trod_status trod_customer_column_of_ids(const struct trod_parts *parts,
                                                  struct trod_arena *arena, trod_str *column,
                                                  struct trod_error *error);

#endif
