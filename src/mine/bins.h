/* bins: the paths of all journeys as keys, thrown into bins by their hash, and counted bin by
 * bin.
 *
 * A *short* path is its own key: its names, each plus one, in 16 bytes. Equal keys are equal
 * paths, whatever the hash does. The key of a *long* one is a hash of 128 bits: equal keys are
 * equal paths only once somebody has compared them. So a long path's journeys are kept by name.
 */
#ifndef MINE_BINS_H
#define MINE_BINS_H

#include "mine/front.h"

/* The width of names for keys: the same in all parts of a log, whatever their own is. */
unsigned mine_key_width(uint32_t n_names);
/* The hash of long paths. Tests put a bad one in its place. */
typedef struct mine_key mine_hash_path(const void *names, size_t n_bytes);
mine_hash_path mine_hash_long, mine_hash_long_again;
/* The view's names in that width, in place or on the arena; 64 readable bytes follow. */
TROD_MUST trod_status mine_names_as(const struct trod_part_view *view, unsigned width,
                                    struct trod_arena *arena, const unsigned char **names,
                                    struct trod_error *error);
enum { MINE_KEY_BYTES = 16 }; /* a path of more is long */

/* Which journey: of the part, by its number in the view (or, of `thrown.direct`, by its
 * customer). */
struct mine_walker {
    uint32_t part, journey;
};
struct mine_long_item {
    struct mine_key key;
    struct mine_walker walker;
};
enum { MINE_ITEMS = 255, MINE_LONG_ITEMS = 169 };
struct mine_chunk {
    struct mine_chunk *before;
    uint64_t unused;
    union {
        struct mine_key keys[MINE_ITEMS];
        struct mine_long_item long_items[MINE_LONG_ITEMS];
    };
};
/* What one thread has thrown. */
struct mine_bins {
    unsigned bits;     /* 1 << bits bins, and one behind them for what belongs nowhere */
    uint32_t from, to; /* only what belongs into these is taken */
    struct mine_slab slab;
    struct mine_bin {
        struct mine_chunk *last, *last_long;
    } * bins;
    uint16_t *room, *room_long; /* of the last chunks: these many at their front are free */
};
TROD_MUST trod_status mine_bins_make(unsigned bits, uint32_t from, uint32_t to,
                                     struct trod_arena *arena, struct mine_bins *bins,
                                     struct trod_error *error);
/* What is thrown of a part: its journeys' paths. Those of the front are tallied instead. */
struct mine_thrown {
    const struct trod_part_view *view;
    uint32_t part;
    bool direct; /* walkers are customers */
    unsigned width;
    mine_hash_path *hash;
    const uint64_t *spans; /* as mine_spans has them, NULL without times */
    struct trod_bits undated;
    const struct mine_front *front;
    struct mine_tally *tally;
};
/* Whether nobody knows how long the journey lasts. */
static inline bool mine_is_undated(const struct mine_thrown *thrown, uint32_t j) {
    return thrown->undated.words && (trod_bits_has(&thrown->undated, thrown->view->begin[j]) ||
                                     trod_bits_has(&thrown->undated, thrown->view->end[j] - 1));
}
/* The key of one path. */
struct mine_key mine_key_of(const struct mine_thrown *thrown, const unsigned char *names,
                            size_t n_bytes);
TROD_MUST trod_status mine_bins_part(struct mine_bins *bins, const struct mine_thrown *thrown,
                                     struct trod_arena *scratch, struct trod_error *error);

/* Walks what all threads have thrown into one bin. */
struct mine_cursor {
    struct mine_bins *const *bins;
    size_t n, next; /* bins of threads */
    size_t bin;
    bool is_long;
    const struct mine_chunk *chunk;
    size_t i, full;
};
struct mine_cursor mine_cursor_of(struct mine_bins *const *bins, size_t n, size_t bin,
                                  bool is_long);
bool mine_cursor_chunk(struct mine_cursor *cursor);
/* NULL behind the last one. */
static inline const struct mine_key *mine_next_key(struct mine_cursor *cursor) {
    if (cursor->i == cursor->full && !mine_cursor_chunk(cursor)) return NULL;
    return &cursor->chunk->keys[cursor->i++];
}
static inline const struct mine_long_item *mine_next_long(struct mine_cursor *cursor) {
    if (cursor->i == cursor->full && !mine_cursor_chunk(cursor)) return NULL;
    return &cursor->chunk->long_items[cursor->i++];
}

/* ---- Counting
 * ----------------------------------------------------------------------------------- */

/* Journeys of equal keys. */
struct mine_class {
    struct mine_key key;
    uint64_t n;
    uint32_t slot; /* of the front, or MINE_FRONT */
    bool is_long;
};
/* Who walks a long path. */
struct mine_trace {
    struct mine_walker walker;
    size_t class;
};
struct mine_counted {
    struct mine_class *classes; /* [n], and room for MINE_FRONT more */
    size_t n;
    struct mine_trace *traces; /* of the long ones */
    size_t n_traces;
    uint64_t n_distinct; /* of however many journeys */
};
/* Counts what all threads have thrown into the bins: classes of at least so many journeys. On
 * the arena. The same classes for any number of threads, in no certain order. */
struct mine_least {
    uint64_t of_short, of_long;
};
TROD_MUST trod_status mine_bins_count(struct mine_bins *const *bins, size_t n,
                                      struct mine_least least, const struct trod_run *run,
                                      struct trod_arena *arena, struct mine_counted *counted,
                                      struct trod_error *error);

#endif
