/* What the files of src/log share. */
#ifndef LOG_INSIDE_H
#define LOG_INSIDE_H

#include "trod/log.h"

/* The ceiling of an arena that holds a result as long as the log. */
#define LOG_ARENA_BYTES ((size_t)1 << 40)

/* A column of items of one size that grows by doubling; what was never set is zero. */
struct log_column {
    struct trod_buf bytes;
};
static inline uint32_t *log_u32(const struct log_column *column) {
    return (uint32_t *)(void *)column->bytes.at;
}
static inline int64_t *log_i64(const struct log_column *column) {
    return (int64_t *)(void *)column->bytes.at;
}
static inline uint64_t *log_u64(const struct log_column *column) {
    return (uint64_t *)(void *)column->bytes.at;
}
static inline uint16_t *log_u16(const struct log_column *column) {
    return (uint16_t *)(void *)column->bytes.at;
}
static inline uint8_t *log_u8(const struct log_column *column) {
    return (uint8_t *)(void *)column->bytes.at;
}
/* Makes the column at least `n` items of `size` bytes long; false without memory. */
bool log_column_reach(struct log_column *column, uint64_t n, size_t size);
void log_column_free(struct log_column *column);
/* Replaces the column by column[order[0]], column[order[1]], …; `order` NULL: as it is. */
bool log_column_permute(struct log_column *column, const uint32_t *order, uint64_t n,
                        size_t size);

struct log_field {
    trod_str name;
    bool fact;
    struct trod_dict *values;
    struct log_column code;  /* u32 by event, or by customer of a fact; 0: missing */
    struct log_column stamp; /* u64 by customer, of a fact: when it was said last */
    uint32_t last;           /* the code given last: neighbours are often equal */
};

/* The columns while they grow. */
struct trod_log_builder {
    struct trod_arena *arena;
    uint64_t ceiling_bytes, used_bytes;
    uint64_t n_events, n_timed, n_said;
    struct log_column customer, name, source, time, end, journey;
    struct trod_dict *names, *customers, *journeys, *sources, *event_fields, *fact_fields;
    struct log_column parent;     /* u32 by customer: union-find; as long as merges need it */
    struct log_column identified; /* u8 by customer */
    bool identity_known;
    bool failed; /* a call that returns nothing had no memory */
    struct log_field *fields;
    size_t n_fields, fields_room;
    struct log_column event_field, fact_field; /* u32: place among `fields` by dictionary id */
    uint32_t channel_field, worth_field;
    uint32_t last_name;
};
/* The number that stands for a customer after all joins. */
uint32_t log_builder_root(struct trod_log_builder *builder, uint32_t customer);

/* What a finished log owns beside its arena. */
struct log_owned {
    struct trod_arena *arena;
    struct log_column first; /* of a log made from parts */
    struct log_column name, source, time, end, journey;
    struct trod_dict *names, *customers, *journeys;
    struct log_column *codes;  /* [n_fields] */
    struct trod_dict **values; /* [n_fields] */
    size_t n_fields;
};
/* The values as numbers, or NaN; on the arena. */
trod_status log_read_numbers(const struct trod_dict *values, struct trod_arena *arena,
                             const double **numbers, struct trod_error *error);
/* Fills the sources (copied names, in that order) and the first and last time from the events. */
trod_status log_count_sources(struct trod_log *log, const trod_str *names, size_t n,
                              struct trod_error *error);

/* The order in which the events of the log stand: by customer, then time, then as added.
 * `first` comes zeroed and gets [n_customers + 1]; time_us may be NULL. order: NULL if it is
 * that of adding, else on the arena. */
trod_status log_order(const uint32_t *customer, uint32_t n_customers, const int64_t *time_us,
                      uint64_t n_events, struct trod_arena *arena, uint64_t *first,
                      const uint32_t **order, struct trod_error *error);

#endif
