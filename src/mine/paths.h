/* What the files of the paths share. */
#ifndef MINE_PATHS_H
#define MINE_PATHS_H

#include "mine/bins.h"
#include "mine/pick.h"
#include "mine/spread.h"

/* Where most journeys are looked for: how to begin. */
struct mine_paths_how {
    mine_hash_path *hash;
    uint64_t front_from; /* customers, from which on a front is worth its while */
};

/* What is found out on the way. */
struct mine_pathing {
    const struct trod_question *question;
    size_t top;
    struct mine_paths_how how;
    unsigned width;
    uint32_t n_names;
    bool direct; /* a journey is all events of a customer */
    struct trod_arena *scratch;
    struct mine_pick *pick;
    struct mine_spread lasts;           /* one group: all journeys */
    uint64_t *n_events, *starts, *ends; /* [n_names] */
    struct mine_front front;
    struct mine_tallied tallied;
    /* Where the quantiles of `lasts` are thought to lie: what lies there is kept at once. */
    struct mine_window guess[MINE_RANKS];
    bool lasts_known;
    struct mine_counted counted;
    /* The bins that are filled: of range `range` of n_ranges, by all threads. */
    unsigned bits;
    size_t n_ranges, range;
    bool filled;
    struct mine_crew crew;
    struct mine_bins *bins[MINE_CREW];
    size_t n_bins;
};
/* Life: begin, count, show, measure, release. Counts the paths: at least those that may be
 * among the `top` most frequent. */
TROD_MUST trod_status mine_paths_begin(struct mine_pathing *pathing, struct trod_error *error);
TROD_MUST trod_status mine_paths_count(struct mine_pathing *pathing, struct trod_error *error);
void mine_paths_release(struct mine_pathing *pathing);
/* Looks at some journeys, to guess what is frequent. */
TROD_MUST trod_status mine_paths_look(struct mine_pathing *pathing, struct trod_error *error);

/* A path that may be shown. */
struct mine_shown {
    size_t class;
    const unsigned char *names; /* of a long path, in the pathing's width */
    uint32_t n;                 /* steps of a long path */
};
struct mine_showing {
    struct mine_shown *shown; /* [n] */
    size_t n;
    bool collided; /* two long paths have the same hash */
};
/* Finds the paths that may be shown and the names of the long ones, and compares long paths of
 * equal hash. On the arena. */
TROD_MUST trod_status mine_paths_show(struct mine_pathing *pathing, struct trod_arena *arena,
                                      struct mine_showing *showing, struct trod_error *error);
/* How long the journeys of n paths last, and all of them. */
TROD_MUST trod_status mine_paths_measure(struct mine_pathing *pathing,
                                         const struct mine_shown *const *shown, size_t n,
                                         struct trod_durations *lasts,
                                         struct trod_error *error);

/* trod_paths_make, begun in another way. */
TROD_MUST trod_status mine_paths_make(const struct trod_question *question, size_t top,
                                      const struct mine_paths_how *how,
                                      struct trod_paths **paths, struct trod_error *error);

#endif
