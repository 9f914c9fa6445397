/* A desk: where one thread makes the rows of one part, bucket by bucket.
 *
 *     records ─ desk_order ─▶ entries by customer and time ─ desk_add ─▶ columns ─ desk_rows ─▶
 * rows
 */
#ifndef LOG_GATHER_DESK_H
#define LOG_GATHER_DESK_H

#include "log/gather.h"
#include "log/gather_record.h"

/* A growing array. Items that were never set hold whatever was there. */
struct desk_array {
    struct trod_buf bytes;
};
/* The array with room for n items, those before kept; NULL without memory. */
void *desk_reach(struct desk_array *array, uint64_t n, size_t size);
void desk_array_free(struct desk_array *array);

/* A record in its place among the rows. */
struct desk_entry {
    int64_t time_us;
    uint64_t place;
    const unsigned char *at;
};
struct desk_customer {
    uint64_t hash;
    uint64_t number; /* its id, if that is no text */
    trod_str text;
    bool is_text, left_out;
};
struct desk_slot {
    uint64_t key;
    uint32_t customer_plus_1; /* 0: free */
    bool is_text, left_out;
};
struct desk_rank {
    uint64_t hash;
    uint32_t customer;
};
/* Records of a bucket, in memory. */
struct desk_stretch {
    const unsigned char *at;
    uint32_t n_bytes, n_records;
    bool moved; /* of customers who are known under another id as well */
};
/* A kind of record of one bucket: events, or facts. */
struct desk_heap {
    struct desk_array owners;  /* u32: customers, in the order of arrival */
    struct desk_array arrived; /* entries in that order */
    struct desk_array entries; /* in the order of rows */
    struct desk_array counts;  /* u32 by customer */
    struct desk_array begins;  /* u32 by customer: the first of its entries */
    uint32_t n;
};
/* Where a value of one byte goes: cells[row] = map[value]. */
struct desk_op {
    const uint32_t *map; /* [VALUE_ONE] at least; 0: this way is closed */
    uint32_t *cells;
};
struct desk_shape {
    uint64_t version; /* of the desk's columns, for which `ops` holds */
    struct desk_op *ops;
};
/* The column of a field in the part that is being made. */
struct desk_column {
    uint32_t field; /* as registered */
    bool fact, open, is_text, has_table;
    uint32_t *code; /* [n_rows] of `codes` */
    uint32_t *map;  /* [n_map] from the code of the dictionary; 0: not met yet */
    uint32_t n_map; /* 0 while not open */
    uint32_t n_values;
    uint64_t n_rows;
    struct desk_array codes, maps, values, texts, slots;
    uint32_t slot_mask;
    const unsigned char *said; /* of a fact: the customer's value as it lies in a record */
    const unsigned char *said_record;
    uint64_t said_place;
};
struct desk_span {
    uint64_t n_events;
    int64_t first_us, last_us;
};
struct desk {
    struct desk *next;
    struct trod_gather *gather;
    struct trod_arena *arena;     /* as long as the desk */
    struct trod_arena *scratch;   /* as long as the part */
    struct trod_hand *mover;      /* while ids are joined; else NULL */
    struct desk_column **columns; /* [n_fields] as registered; NULL: never met */
    uint32_t n_columns;
    uint64_t version;          /* another one as soon as a column lies elsewhere */
    struct desk_shape *shapes; /* [GATHER_SHAPES] */
    uint32_t *nowhere;         /* [VALUE_ONE] zeros */
    uint32_t *opened;          /* [n_fields] those met in the part */
    uint32_t n_opened;

    /* Of the bucket. */
    struct desk_array stretches, customers, slots, ranks, bins, sorting;
    struct desk_array known, known_ids; /* of a customer, where known events are dropped */
    uint32_t n_stretches, n_customers, n_ranks, slot_mask;
    struct desk_heap events, facts;

    /* Of the part. */
    struct trod_buf raw; /* what lay in the file */
    const unsigned char *raw_next;
    bool with_moved;
    struct desk_array hash, id, first, name, time, end, source, touched, row_columns;
    uint64_t n_most_rows;
    uint32_t n_row_customers, n_rows, n_touched;
    bool has_time, has_end;
    uint64_t n_dropped;
    struct desk_span *spans; /* [n_sources] */
    struct trod_rows rows;
};
struct desk *desk_make(struct trod_gather *gather);
void desk_free(struct desk *desk);

/* Desks that are not in use. */
struct desk_pool {
    struct trod_gather *gather;
    pthread_mutex_t lock;
    struct desk *first;
};
void desk_pool_init(struct desk_pool *pool, struct trod_gather *gather);
void desk_pool_release(struct desk_pool *pool);
struct desk *desk_take(struct desk_pool *pool);
void desk_give(struct desk_pool *pool, struct desk *desk);

/* Brings the records of neighbouring buckets into memory, with or without those that were moved
 * there; then desk_bucket enters those of each in turn into desk->stretches. */
TROD_MUST trod_status desk_load(struct desk *desk, unsigned first_bucket, unsigned n_buckets,
                                bool with_moved, struct trod_error *error);
TROD_MUST trod_status desk_bucket(struct desk *desk, unsigned bucket, struct trod_error *error);

/* Gives each record of the stretches its customer: desk->customers, and the heaps as they
 * arrived. Customers whose hash is not between the two are left out, and (unless `all`) those
 * for whom another id stands. */
TROD_MUST trod_status desk_group(struct desk *desk, uint64_t first_hash, uint64_t last_hash,
                                 bool all, struct trod_error *error);
/* Groups the stretches' records by customer and puts them into order. Customers whose hash is
 * not between the two are left out. */
TROD_MUST trod_status desk_order(struct desk *desk, uint64_t first_hash, uint64_t last_hash,
                                 struct trod_error *error);
/* Sorts a customer's entries by time, then place; an undated one stands behind the one before
 * it by place. `room` is for as many. */
void desk_sort(struct desk_entry *entries, size_t n, struct desk_entry *room);

/* Begins a part of at most that many events. */
void desk_begin(struct desk *desk, uint64_t n_most_rows);
/* Adds the ordered bucket to the part. */
TROD_MUST trod_status desk_add(struct desk *desk, struct trod_error *error);
/* desk->rows: the part, until the next one begins. */
TROD_MUST trod_status desk_rows(struct desk *desk, struct trod_error *error);

/* Of a customer's entries, moves those whose event's id another one has behind the others; *n:
 * how many stay (gather_known.c). */
TROD_MUST trod_status desk_drop_ids(struct desk *desk, struct desk_entry *entries, uint32_t *n,
                                    struct trod_error *error);
/* Takes out rows from `from` on (all of one customer) that equal an earlier one. */
TROD_MUST trod_status desk_drop_equal(struct desk *desk, uint32_t from,
                                      struct trod_error *error);

/* The ways of a shape's values. NULL without memory. */
const struct desk_op *desk_ops(struct desk *desk, uint32_t shape);
/* Sets the value of a row (a customer's, of a fact). */
TROD_MUST trod_status desk_column_set(struct desk *desk, uint32_t field,
                                      const struct record_value *value, uint64_t row,
                                      struct trod_error *error);
/* Makes the column as long as the rows are. */
TROD_MUST trod_status desk_column_end(struct desk_column *column, uint64_t n_rows,
                                      struct trod_error *error);
void desk_column_release(struct desk_column *column);
/* The customer's id. */
static inline trod_str desk_id(const struct desk_customer *customer,
                               char digits[RECORD_DIGITS]) {
    return customer->is_text ? customer->text : record_digits(customer->number, digits);
}

#endif
