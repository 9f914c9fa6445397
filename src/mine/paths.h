/* What the files of the paths share. */
#ifndef MINE_PATHS_H
#define MINE_PATHS_H

#include "mine/bins.h"
#include "mine/pick.h"
#include "mine/spread.h"

/* What is found out on the way. */
struct mine_pathing {
    const struct trod_question *question;
    size_t top;
    mine_hash_path *hash;
    unsigned width;
    uint32_t n_names;
    struct trod_arena *scratch;
    struct mine_pick *pick;
    struct mine_spread lasts;           /* one group: all journeys */
    uint64_t *n_events, *starts, *ends; /* [n_names] */
    struct mine_counted counted;
    /* The bins that are filled: of range `range` of n_ranges, by all threads. */
    unsigned bits;
    size_t n_ranges, range;
    bool filled;
    struct mine_crew crew;
    struct mine_bins *bins[MINE_CREW];
    size_t n_bins;
};
/* Life: begin, count, show, release. Counts the paths: at least those that may be among the
 * `top` most frequent. */
TROD_MUST trod_status mine_paths_begin(struct mine_pathing *pathing, struct trod_error *error);
TROD_MUST trod_status mine_paths_count(struct mine_pathing *pathing, struct trod_error *error);
/* Fills the bins of a range, unless they are; pathing->bins has them. */
TROD_MUST trod_status mine_paths_fill(struct mine_pathing *pathing, size_t range,
                                      struct trod_error *error);
void mine_paths_release(struct mine_pathing *pathing);

/* A path that may be shown. */
struct mine_shown {
    size_t class;
    const unsigned char *names; /* of a long path, in the pathing's width */
    uint32_t n;                 /* steps of a long path */
    size_t first;               /* its durations in values */
    size_t n_values;
};
struct mine_showing {
    struct mine_shown *shown; /* [n] */
    size_t n;
    int64_t *values;
    bool collided; /* two long paths have the same hash */
};
/* Gives the paths that may be shown their names and durations, finds out how long all journeys
 * last, and compares long paths of equal hash. On the arena. */
TROD_MUST trod_status mine_paths_show(struct mine_pathing *pathing, struct trod_arena *arena,
                                      struct mine_showing *showing, struct trod_error *error);

/* trod_paths_make with another hash. */
TROD_MUST trod_status mine_paths_make(const struct trod_question *question, size_t top,
                                      mine_hash_path *hash, struct trod_paths **paths,
                                      struct trod_error *error);

#endif
