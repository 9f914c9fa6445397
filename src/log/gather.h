/* What the files of the gatherer share.
 *
 *     hand ── records ──▶ chunks of a bucket ──▶ (file aside) ──▶ desk: one part's rows ──▶
 * packed
 *
 * A *record* is a row in few bytes (gather_record.h). A *bucket* holds the records of the
 * customers whose hashes begin with the same eight bits, in chunks from a common pool. A *desk*
 * is where one thread makes the rows of one part. Codes of names and values are numbers of
 * shared dictionaries, given in the order of chance; what leaves the gatherer is numbered anew,
 * by place, so that nothing depends on the threads. */
#ifndef LOG_GATHER_H
#define LOG_GATHER_H

#include <pthread.h>
#include <stdatomic.h>

#include "trod/log.h"

enum {
    GATHER_BUCKET_BITS = 8,
    GATHER_BUCKETS = 1 << GATHER_BUCKET_BITS,
    GATHER_MOST_SOURCES = 60000,
    GATHER_MOST_FIELDS = 10000,
    GATHER_SHAPE_BITS = 10,
    GATHER_SHAPES = 1 << GATHER_SHAPE_BITS,
    GATHER_MOST_PART_BITS = 16,
    GATHER_PADDING = 64, /* readable bytes behind records */
};
/* The ceiling of an arena whose size is bounded elsewhere. */
#define GATHER_ARENA_BYTES ((size_t)1 << 40)

/* ---- The pool of chunks (gather_pool.c) ----------------------------------------------------
 */

struct gather_chunk {
    struct gather_chunk *next;
    struct trod_arena *own; /* of a chunk larger than the others; else NULL */
    uint32_t room;          /* bytes for records; GATHER_PADDING more are readable */
    uint32_t n_bytes, n_records;
    unsigned char at[];
};
/* A filled chunk of a bucket: in memory, or in the file. */
struct gather_piece {
    struct gather_piece *next;
    struct gather_chunk *chunk; /* NULL: in the file */
    uint64_t file_at;
    uint32_t n_bytes, n_records;
    unsigned bucket;
};
struct gather_bucket {
    struct gather_piece *resident, *spilled, *last_spilled;
    uint64_t n_records, n_bytes;
    uint64_t n_spilled_bytes;
    bool pinned;        /* what it has in memory stays there */
    unsigned n_writing; /* batches on their way to the file that hold some of it */
};
struct gather_pool {
    pthread_mutex_t lock;
    pthread_cond_t written;
    struct trod_arena *arena; /* slabs and pieces */
    uint64_t most_bytes;      /* above it, chunks go to the file */
    uint64_t used_bytes;      /* in chunks that are in use */
    uint32_t chunk_bytes;     /* with its head and padding */
    unsigned char *slab;
    size_t slab_left, next_slab;
    struct gather_chunk *unused;
    struct gather_bucket buckets[2 * GATHER_BUCKETS]; /* the upper half: moved by joins */
    unsigned next_bucket;                             /* to be written */
    unsigned n_writing;                               /* threads that write at this moment */
    int file;                                         /* -1: none yet */
    uint64_t file_bytes;
    char folder[256];
};
bool gather_pool_init(struct gather_pool *pool, uint64_t most_bytes, unsigned n_hands,
                      const char *folder);
void gather_pool_release(struct gather_pool *pool);
/* An empty chunk with room for at least `room` bytes of records. Writes others to the file if
 * the pool is at its limit. */
TROD_MUST trod_status gather_chunk_take(struct gather_pool *pool, size_t room,
                                        struct gather_chunk **chunk, struct trod_error *error);
/* Hands a chunk over to a bucket; one without records goes back. */
TROD_MUST trod_status gather_chunk_give(struct gather_pool *pool, unsigned bucket,
                                        struct gather_chunk *chunk, struct trod_error *error);
/* Writes chunks to the file until those in memory take no more than that. */
TROD_MUST trod_status gather_pool_shrink(struct gather_pool *pool, uint64_t most_bytes,
                                         struct trod_error *error);
/* While a bucket is pinned, nothing of it goes to the file: it can be read while chunks are
 * taken. Waits for what is on its way. */
void gather_bucket_pin(struct gather_pool *pool, unsigned bucket, bool pinned);
/* Asks for what of the bucket lies in the file, ahead of reading it. */
void gather_pool_expect(const struct gather_pool *pool, unsigned bucket);
/* Room in the file for something else, at a whole page; then its bytes. From any thread. */
TROD_MUST trod_status gather_pool_set_aside(struct gather_pool *pool, uint64_t n_bytes,
                                            uint64_t *file_at, struct trod_error *error);
TROD_MUST trod_status gather_pool_write(const struct gather_pool *pool, uint64_t file_at,
                                        const unsigned char *at, size_t n,
                                        struct trod_error *error);
/* Reads n bytes of the file. From any thread. */
TROD_MUST trod_status gather_pool_read(const struct gather_pool *pool, uint64_t file_at,
                                       size_t n, unsigned char *to, struct trod_error *error);
/* The bucket is done with: its memory goes back to the system. */
void gather_bucket_drop(struct gather_pool *pool, unsigned bucket);

/* ---- The gatherer ---------------------------------------------------------------------------
 */

/* A field while events come. Its values are numbered by `values` until that stops to pay:
 * from then on values are kept as they are in the records (`raw`). */
struct gather_field {
    trod_str name;
    bool fact;
    uint32_t declared; /* 0: it was not; 1: the first that was */
    atomic_bool raw;
    pthread_mutex_t lock; /* over what follows */
    struct trod_dict *values;
    uint64_t n_sets; /* as told by the hands when they asked */
};
/* The fields of a record in the order in which they were set: a path in a tree. */
struct gather_shape {
    uint32_t n;
    const uint16_t *fields;
};
struct gather_join;
struct trod_gather {
    struct trod_arena *arena; /* under `lock` while events come */
    const struct trod_run *run;
    uint64_t memory_bytes;
    uint64_t kept_bytes;   /* of these, what finished parts may take */
    uint64_t least_events; /* of a part that is made smaller for want of memory, about */
    uint64_t dict_bytes; /* of names, or of ids that are joined, at most */
    const struct trod_parts *like;
    bool distinct;
    trod_str id_field;
    struct gather_pool pool;

    pthread_mutex_t lock; /* over names, sources, fields, shapes, hands, joins */
    struct trod_dict *names, *sources, *event_fields, *fact_fields;
    uint32_t *event_field, *fact_field; /* [GATHER_MOST_FIELDS] numbers by dictionary id */
    struct gather_field **fields;       /* [GATHER_MOST_FIELDS] */
    atomic_uint n_fields, n_sources;
    uint32_t n_declared;
    uint32_t roles[3];
    struct trod_dict *edges;     /* shape and field, as bytes: edge 0 leads to shape 1 */
    struct gather_shape *shapes; /* [GATHER_SHAPES] */
    struct trod_hand *hands;
    struct gather_join *join; /* NULL: no two ids are one */

    /* After the hands (gather_frame.c). */
    bool closed;
    uint64_t n_events, n_records, n_dropped;
    bool has_times;
    uint32_t *name_number;   /* by code */
    uint32_t *field_number;  /* by number of registration */
    uint32_t *source_number; /* the same */
    struct trod_parts frame;
    struct trod_dict *frame_names;
    struct trod_parts_source *frame_sources; /* counts are added up by the desks */
    uint32_t id_field_code;                  /* by number of registration, or TROD_NO_ID */
    unsigned part_bits;
    uint64_t n_customers;
};
/* The shape that has one field more, or 0 if there are too many shapes. From any thread. */
uint32_t gather_shape_next(struct trod_gather *gather, uint32_t shape, uint32_t field);
/* The code of a name, and the dictionary's text. From any thread. Errors: TROD_NO_MEMORY,
 * TROD_TOO_MUCH. */
TROD_MUST trod_status gather_name(struct trod_gather *gather, trod_str name, uint32_t *code,
                                  trod_str *kept, struct trod_error *error);
/* The code of a value, and the dictionary's text; TROD_NO_ID: it is kept as a text. `n_sets`
 * values of the field were set since it was asked last. From any thread. */
uint32_t gather_value(struct trod_gather *gather, struct gather_field *field, trod_str value,
                      uint32_t n_sets, trod_str *kept);

/* ---- After the hands: numbers, joins, desks -------------------------------------------------
 */

/* Closes the hands and numbers names, fields and sources; makes the frame. */
TROD_MUST trod_status gather_frame_make(struct trod_gather *gather, struct trod_error *error);
void gather_frame_release(struct trod_gather *gather);
/* Parts are 2 to the power of that: about a million events each. */
unsigned gather_part_bits(uint64_t n_events, size_t n_fields);
/* Makes the rows of each part, on all threads and in any order, and hands them over; they live
 * during the call (gather_each.c). */
typedef trod_status gather_take_rows(void *owner, size_t part, const struct trod_rows *rows,
                                     struct trod_error *error);
TROD_MUST trod_status gather_each_rows(struct trod_gather *gather, gather_take_rows *take,
                                       void *owner, struct trod_error *error);

#endif
