/* What the files of src/store share: the catalogue in memory, mapped files, the lock. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/container.h"
#include "store/sqlite_door.h"
#include "trod/store.h"

enum {
    STORE_PART_EVENTS =
        2000000,             /* a part made of several sets is to have at most about these */
    STORE_EVENT_BYTES = 600, /* of memory, while rows are put together: about */
    STORE_NAME_BYTES = 32,   /* of a column file: "00000012.part" and its NUL */
};
#define STORE_ASIDE ".new" /* ends the names of files that are not in place yet */
/* The ceiling of an arena that holds something as long as a part or the catalogue. */
#define STORE_ARENA_BYTES ((size_t)1 << 40)

struct trod_store {
    struct store_db *db;
    struct store_db *inbox; /* NULL: there is none, or it was not asked for yet */
    enum trod_store_mode mode;
    const struct trod_run *run; /* as it was given; may be NULL */
    int64_t wait_us;            /* for the lock, where nobody says how long */
    char *folder;               /* that holds .trod */
    char *trod;                 /* FOLDER/.trod */
    char *log;                  /* FOLDER/.trod/log */
};

/* ---- The catalogue ---- */

struct store_file {
    uint64_t number; /* its name: see store_file_name; never used twice */
    uint32_t set;
    uint64_t n_bytes, first_hash, last_hash, n_events, n_customers, checksum;
    int64_t first_us, last_us; /* TROD_NO_TIME without times */
};
struct store_source {
    uint32_t set, source;
    uint64_t n_events;
    int64_t first_us, last_us;
};
/* One state of the catalogue. */
struct store_state {
    int64_t generation; /* changes with every change */
    uint64_t next_file;
    uint32_t next_set;
    uint64_t folded;                /* events of the inbox up to this number are in files */
    uint64_t n_customers;           /* of the whole log: each once */
    const struct store_file *files; /* by set, then first_hash */
    size_t n_files;
    const uint32_t *sets; /* ascending: older ones first */
    size_t n_sets;
    struct trod_dict *names; /* owned by whoever read the state */
    struct trod_parts_field *fields;
    size_t n_fields;
    struct trod_parts_source *sources; /* added up over the sets */
    size_t n_sources;
    const struct store_source *set_sources; /* by set, then source */
    size_t n_set_sources;
    uint32_t roles[4]; /* fields by enum store_role, or TROD_NO_ID */
};
/* Widens a span by another; TROD_NO_TIME: there is none. */
void store_span_add(int64_t *first_us, int64_t *last_us, int64_t more_first_us,
                    int64_t more_last_us);
enum store_role { STORE_CHANNEL, STORE_WORTH, STORE_JOURNEY, STORE_ID };

void store_file_name(uint64_t number, char name[STORE_NAME_BYTES]);
/* Makes the tables if `create` and nothing is there; says whether this trod can read them. */
trod_status store_catalogue_prepare(struct trod_store *store, bool create,
                                    struct trod_error *error);
/* Reads the state in one transaction; on the arena but for the names. */
trod_status store_catalogue_read(struct trod_store *store, struct trod_arena *arena,
                                 struct store_state *state, struct trod_error *error);
/* state.folded alone. */
trod_status store_catalogue_folded(struct trod_store *store, uint64_t *folded,
                                   struct trod_error *error);
/* Commits one small transaction: what a failed one before it left in the WAL is void then. */
trod_status store_catalogue_touch(struct trod_store *store, struct trod_error *error);

/* The checksum over all rows: written at the end of a transaction, and looked at. */
trod_status store_seal_write(struct store_db *db, struct trod_error *error);
trod_status store_seal_check(struct store_db *db, bool *right, struct trod_error *error);

/* ---- Mapped files ---- */

struct store_map {
    const struct store_file *file;
    const struct trod_parts *log; /* whose numbers its part keeps to; NULL: not looked at */
    const struct trod_packed *packed; /* of the inbox, in memory; NULL: a file, and `bytes` holds */
    const unsigned char *bytes;       /* NULL: `why` says why it cannot be read */
    uint64_t n_bytes;
    char why[96]; /* "it is not there" */
};
/* TROD_BAD_INPUT: a column file is damaged, and WHY. */
trod_status store_damaged(const struct store_file *file, const char *why,
                          struct trod_error *error);
/* Maps a file. TROD_OK also for one that is damaged or short (see store_map.why); *gone says
 * that there is none of that name. Errors: the machine's. */
trod_status store_map_open(const struct trod_store *store, const struct store_file *file,
                           struct store_map *map, bool *gone, struct trod_error *error);
/* The same for one that a change has written and not yet put in place. */
trod_status store_map_open_aside(const struct trod_store *store, const struct store_file *file,
                                 struct store_map *map, bool *gone, struct trod_error *error);
void store_map_close(struct store_map *map);
/* The part in a mapped file, on the arena; with a tool at a glance. */
trod_status store_map_glance(const struct store_map *map, struct trod_part_tool *tool,
                             struct trod_arena *arena, const struct trod_part **part,
                             struct trod_error *error);
trod_status store_map_part(const struct store_map *map, struct trod_arena *arena,
                           const struct trod_part **part, struct trod_error *error);

/* ---- Parts ---- */

/* A slice of a file, and a range of hashes with all slices that have customers in it. */
struct store_piece {
    uint32_t file;        /* index of the state's files */
    uint64_t first, last; /* hashes, inclusive */
    bool whole;           /* nothing of the file lies outside */
};
struct store_range {
    uint64_t first, last;         /* hashes, inclusive */
    size_t first_piece, n_pieces; /* older sets first; at least one */
    uint64_t n_events;            /* about */
};
struct store_ranges {
    struct store_range *at;
    size_t n;
    struct store_piece *pieces;
    size_t n_pieces;
};
/* In how many parts, as a power of two, a log of so many events is best kept: as a gatherer
 * makes them, enough for every core and none too large. */
unsigned store_part_bits(uint64_t n_events, size_t n_fields);
/* Cuts the space of hashes into 2^bits even ranges, whatever the files are; those without
 * customers are left out. */
trod_status store_grid_make(const struct store_file *files, size_t n_files, unsigned bits,
                            struct trod_arena *arena, struct store_ranges *ranges,
                            struct trod_error *error);
/* Cuts the space of hashes into ranges that are asked one by one: where one file alone has
 * customers, that is the file; where several have, a range has about most_events at most.
 * `files` are ordered by set, then hash. On the arena. */
trod_status store_ranges_make(const struct store_file *files, size_t n_files,
                              uint64_t most_events, struct trod_arena *arena,
                              struct store_ranges *ranges, struct trod_error *error);

/* Cuts it into 2^bits even ranges, whatever the files are; those without customers are left
 * out. */
trod_status store_grid_make(const struct store_file *files, size_t n_files, unsigned bits,
                            struct trod_arena *arena, struct store_ranges *ranges,
                            struct trod_error *error);

/* What stands behind trod_parts of a store. */
struct store_parts {
    struct trod_parts parts;
    struct store_state state;
    const struct store_file *files; /* [n_files]: those of the state, then those of the inbox */
    size_t n_files;
    struct store_map *maps;     /* [n_files] */
    struct trod_gather *gather; /* of the inbox; NULL: it has no events, or was not asked for */
    struct store_ranges ranges;
    struct store_overlay *overlay; /* NULL: parts are the ranges */
    struct store_shelf *shelf;   /* parts that stay open */
    struct store_shelf *glances; /* files opened at a glance, the same */
    struct trod_part_tool *tool; /* of the glances */
};
/* trod_parts_single. */
trod_status store_parts_single(void *owner, trod_str id, struct trod_arena *arena,
                               struct trod_rows *rows, struct trod_error *error);
/* For trod_parts_gap: those of each file, as if no customer were in several sets. */
trod_status store_parts_gaps(void *owner, uint64_t counts[TROD_GAP_BUCKETS],
                             struct trod_error *error);
/* Parts that stay open, as long as all of them take no more than `room_bytes`. From any thread.
 */
struct store_shelf *store_shelf_make(size_t n_parts, uint64_t room_bytes);
void store_shelf_free(struct store_shelf *shelf);
/* The part if it is there; else NULL, and *worth says whether it is worth being put there: if it
 * was asked for `after` times before. */
const struct trod_part *store_shelf_look(struct store_shelf *shelf, size_t i, unsigned after,
                                         bool *worth);
/* Hands over a part and the arena that it lives on. Returns the part to use: if another thread
 * was quicker, that one's. */
const struct trod_part *store_shelf_put(struct store_shelf *shelf, size_t i,
                                        const struct trod_part *part, struct trod_arena *arena);

enum store_reading {
    STORE_FILES,    /* without the inbox */
    STORE_ORDERED,  /* all of it; parts by hash, counts exact */
    STORE_QUICK,    /* the same, but laid over each other where that pays (overlay.h) */
    STORE_OVERLAID, /* laid over each other whether it pays or not, for tests */
};
/* The log as the catalogue has it now; freed by trod_parts_free(&(*parts)->parts). */
trod_status store_parts_read(struct trod_store *store, enum store_reading how,
                             struct store_parts **parts, struct trod_error *error);
/* The rows of pieces put together, on the arena. */
trod_status store_pieces_rows(const struct store_parts *parts, const struct store_piece *pieces,
                              size_t n, struct trod_arena *arena, struct trod_rows *rows,
                              struct trod_error *error);

/* ---- The lock ---- */

/* Takes the writer's lock; *fd is to be closed by store_lock_release. */
trod_status store_lock_take(const struct trod_store *store, int64_t wait_us, int *fd,
                            struct trod_error *error);
void store_lock_release(int fd);

/* FOLDER/NAME, freed by the caller; NULL without memory. */
char *store_path(const char *folder, const char *name);
/* The same of a column file, in place or aside. */
char *store_file_path(const struct trod_store *store, uint64_t number, bool aside);

#endif
