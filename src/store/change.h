/* A change, as the files of src/store see it. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include <pthread.h>

#include "store/tally.h"

enum store_fate {
    STORE_KEEP, /* stays in its set */
    STORE_MOVE, /* goes into the set of the change, as it is */
    STORE_OUT,  /* leaves the log */
};
/* What forgetting changes in the catalogue beside the files. */
struct store_set_tally {
    uint32_t set;
    struct store_tally tally; /* instead of what the set had */
};
struct store_blanks {
    const uint32_t *names, *fields, *sources; /* numbers whose texts go */
    size_t n_names, n_fields, n_sources;
    const struct store_set_tally *sets;
    size_t n_sets;
    trod_str id;          /* the forgotten one; at == NULL: nobody is */
    uint64_t n_customers; /* that are gone: 0 or 1 */
};
struct trod_change {
    struct trod_store *store;
    struct trod_arena *arena;
    int lock;
    struct store_parts *parts; /* the log as it was found */
    struct trod_parts fresh;   /* instead of it once it is cleared: nothing, numbered from 0 */
    struct trod_dict *no_names;
    uint32_t set;   /* that of the files added */
    bool cleared;   /* old sets leave with their imports */
    bool merging;   /* old sets leave; their imports become this set's */
    bool distinct;  /* events that equal an older one are not added */
    uint64_t folded; /* events of the inbox up to this one are in files after it */
    uint64_t inbox_last; /* the last that was there when the change began */
    uint8_t *fates; /* [files found] enum store_fate */
    bool committing, committed;

    pthread_mutex_t mutex; /* over what follows */
    bool has_mutex;
    uint64_t next_file;
    struct store_file *added; /* written aside, synced */
    size_t n_added, added_room;
    struct store_tally tally; /* of the files added to `set` */
    uint64_t n_new_customers; /* that no older set has */
    uint64_t n_dropped;

    /* what the catalogue gets beside the files */
    const trod_str *names; /* those behind the ones found */
    size_t n_names;
    const struct trod_parts_field *fields;
    size_t n_fields;
    const trod_str *sources;
    size_t n_sources;
    bool has_frame;
    uint32_t roles[4];
    struct trod_store_import *imports;
    size_t n_imports, imports_room;
    struct store_blanks blanks;
};
/* Writes a part aside, for any set; as it is. Counts nothing. From any thread. */
trod_status store_change_write(struct trod_change *change, uint32_t set,
                               const struct trod_packed *packed, struct trod_error *error);

/* Looks a new part up in the files of the older sets: how many of its customers none of them has, and which
 * of its events (if any; else NULL) are known there already. On the arena. */
struct store_screened {
    uint64_t n_new_customers, n_known_events;
    struct trod_bits known; /* events; without words: none */
};
trod_status store_screen(const struct store_parts *old, bool distinct,
                         const struct trod_part *part, struct trod_arena *arena,
                         struct store_screened *screened, struct trod_error *error);
/* Whether a part is worth a file: it may have nothing that is not known. */
bool store_is_worth_it(const struct trod_part *part, const struct store_screened *screened);
/* The part without those events, packed. On the arena. */
trod_status store_screen_pack(const struct trod_part *part, const struct trod_bits *known,
                              struct trod_arena *arena, struct trod_packed *packed,
                              struct trod_error *error);

/* Folds the inbox and commits, if there is something in it; the change has nothing else. */
trod_status store_fold(struct trod_change *change, uint64_t *n_events, struct trod_error *error);

/* Enters the change in the catalogue, in one transaction. */
trod_status store_commit(struct trod_change *change, struct trod_error *error);
/* Sets the sources' events of a set. */
trod_status store_commit_tally(struct store_db *db, uint32_t set,
                               const struct store_tally *tally, struct trod_error *error);
/* The part of it that forgetting asks for (blanks.c). */
trod_status store_commit_blanks(struct trod_change *change, struct trod_error *error);
/* Deletes what no catalogue names. The lock is held. */
trod_status store_sweep(const struct trod_store *store, const struct store_state *state,
                        struct trod_error *error);

#endif
