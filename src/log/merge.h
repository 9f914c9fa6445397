/* What the two files that merge rows share: merge.c has the customers and the order of events,
 * merge_columns.c their columns and what was seen before. */
#ifndef LOG_MERGE_H
#define LOG_MERGE_H

#include "trod/log.h"

/* A customer's events in one of the rows. */
struct piece {
    uint32_t set, customer;
    uint32_t begin, end;
};
/* An event of one of the rows. */
struct place {
    uint32_t set, event;
};
/* Events of one of the rows that stay together. */
struct run {
    uint32_t set, begin, n;
};
/* A column of the merged rows: codes if it has them in all rows, with one dictionary. */
struct merge_column {
    uint32_t field;
    bool fact, coded;
    const struct trod_rows_column **from; /* [n_sets], NULL where the rows have none */
    uint32_t **map;                       /* [n_sets] of codes: [n_values + 1] */
    trod_str *values;
    uint32_t n_values;
};
struct merge {
    const struct trod_rows *const *sets;
    size_t n_sets;
    struct trod_arena *arena, *scratch;
    struct piece *pieces; /* by customer, older rows first */
    uint64_t n_pieces;
    uint64_t *first_piece; /* [n_customers + 1] */
    uint32_t n_customers;
    uint64_t n_here, longest; /* events of the last customer, and of the one with most */
    struct run *runs;         /* in order */
    uint32_t n_runs;
    uint32_t n_events;
    uint32_t *first; /* [n_customers + 1] */
    struct merge_column *columns;
    size_t n_columns;
    const struct merge_column *id_column; /* NULL: no event has an id */
    bool distinct;
};

/* The columns of all rows, by field. */
TROD_MUST trod_status merge_columns_make(struct merge *merge,
                                         const struct trod_rows_options *options,
                                         struct trod_error *error);
TROD_MUST trod_status merge_columns_fill(const struct merge *merge, struct trod_rows *merged,
                                         struct trod_error *error);

/* The events of a customer that came by so far. Zeroed: nothing is remembered. */
struct seen {
    struct place *slots; /* open addressing; set UINT32_MAX: free */
    uint64_t mask;
};
/* Room for the longest customer. */
TROD_MUST trod_status merge_seen_make(const struct merge *merge, struct seen *seen,
                                      struct trod_error *error);
/* Forgets, for a customer of n events. */
void merge_seen_clear(struct seen *seen, uint64_t n);
/* True if an event with that id was there; else it is remembered. */
bool merge_seen_id(const struct merge *merge, struct seen *seen, struct place place);
/* The same for all that an event holds. */
bool merge_seen_row(const struct merge *merge, struct seen *seen, struct place place);

#endif
