/* What the files of the paths share. */
#ifndef MINE_PATHS_H
#define MINE_PATHS_H

#include "mine/bins.h"
#include "mine/pick.h"
#include "mine/spread.h"

/* What the first passes find out. */
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
};
/* Counts the paths: at least those that may be among the `top` most frequent. */
TROD_MUST trod_status mine_paths_count(struct mine_pathing *pathing, struct trod_error *error);

/* A path that may be shown. */
struct mine_shown {
    size_t class;
    const unsigned char *names; /* of a long path, in the pathing's width */
    uint32_t n;                 /* steps of a long path */
    size_t first;               /* its durations in values */
    atomic_size_t n_values;
};
struct mine_showing {
    struct mine_shown *shown; /* [n] */
    size_t n;
    int64_t *values;
    bool collided; /* two long paths have the same hash */
};
/* Walks the journeys once more: compares long paths of equal hash, gives those that may be
 * shown their names and durations, and makes what pathing->pick and lasts still want. On the
 * arena. */
TROD_MUST trod_status mine_paths_show(struct mine_pathing *pathing, struct trod_arena *arena,
                                      struct mine_showing *showing, struct trod_error *error);
/* If journey j of the view lasts from one dated event to another. */
static inline bool mine_is_dated(const struct trod_part_view *view,
                                 const struct trod_bits *undated, uint32_t j) {
    return !undated->words || (!trod_bits_has(undated, view->begin[j]) &&
                               !trod_bits_has(undated, view->end[j] - 1));
}

/* trod_paths_make with another hash. */
TROD_MUST trod_status mine_paths_make(const struct trod_question *question, size_t top,
                                      mine_hash_path *hash, struct trod_paths **paths,
                                      struct trod_error *error);

#endif
