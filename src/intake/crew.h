/* crew: the rows of one file, taken by several threads. */
#ifndef INTAKE_CREW_H
#define INTAKE_CREW_H

#include "intake/inside.h"

/* Whole rows of the file. INTAKE_PADDING bytes behind n_seen are readable. */
struct intake_chunk {
    size_t i; /* 0, 1, … in the order of the file */
    const char *at;
    size_t n;      /* the rows */
    size_t n_seen; /* these and what was read behind them, at which the cutter has looked */
    bool ended;    /* nothing follows n_seen */
    uint64_t place;
    unsigned kind; /* what the cutter says of it */
};

struct intake_member;
/* A format, as the crew needs it. */
struct intake_craft {
    void *owner;
    /* Sets chunk->n and kind by what was seen; 0 asks for more. Called with the file's next
     * bytes, by one thread at a time, in order. */
    trod_status (*cut)(void *owner, struct intake_chunk *chunk, struct trod_error *error);
    /* What a member works with; `end` releases it (also after a failed `begin`). */
    trod_status (*begin)(void *owner, struct intake_member *member, struct trod_error *error);
    void (*end)(struct intake_member *member);
    /* Takes the rows of a chunk and counts its lines. Lines (also of errors) count from 1. */
    trod_status (*take)(struct intake_member *member, const struct intake_chunk *chunk,
                        uint64_t *n_lines, struct trod_error *error);
};
/* One thread's part in it. */
struct intake_member {
    struct intake_crew *crew;
    struct intake_taker *taker;
    void *work; /* the craft's */
    /* private */
    size_t i;
    size_t chunk_i;
    struct intake_taker own;
    struct trod_buf bytes;
};
/* Takes the rest of the feed, which begins with a row, on line `line`. The table is decided.
 * One thread, the caller's, where the sink is the builder. */
TROD_MUST trod_status intake_crew_run(struct intake_table *table, struct intake_feed *feed,
                                      uint64_t line, const struct intake_craft *craft,
                                      struct trod_error *error);
/* Sees to it that the table has a column of that name, which was not among those that the
 * member's taker has looked at; then it has. Waits until all chunks before the member's are
 * done, so that columns are numbered in the order of the file. TROD_CANCELLED: the crew is
 * stopped. */
TROD_MUST trod_status intake_crew_column(struct intake_member *member, trod_str name,
                                         struct trod_error *error);

#endif
