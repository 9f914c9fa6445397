/* additions: what the events add to a map that is there. Its text stays as it is, ids, names,
 * stages, comments and all; events that no touchpoint claims become touchpoints where they are
 * seen most often. trod/mine.h includes this header.
 */
#ifndef TROD_MINE_ADDITIONS_H
#define TROD_MINE_ADDITIONS_H

#include "trod/mine/discover.h"

struct trod_addition {
    uint32_t name;        /* of the event */
    uint64_t n_journeys;  /* that have it */
    uint64_t n_repeating; /* that have it more than once */
    uint32_t
        touchpoint_id; /* it stands most often behind this one; TROD_NO_ID: at the beginning */
    uint64_t n_behind; /* journeys that have it first there */
    struct trod_durations comes; /* since that touchpoint or what came between */
};
struct trod_additions {
    const struct trod_dict *names;  /* the log's */
    const struct trod_addition *at; /* most journeys first, ties by name */
    size_t n;
    uint64_t n_journeys;      /* all that have an event */
    struct trod_arena *arena; /* owned */
};
/* The `most` most frequent events (0: all) of the journeys that no touchpoint of the map
 * claims. */
TROD_MUST trod_status trod_additions_make(const struct trod_question *question,
                                          const struct trod_map *map, size_t most,
                                          struct trod_additions **additions,
                                          struct trod_error *error);
void trod_additions_free(struct trod_additions *additions);
/* The map's text with a touchpoint for each of them. Errors: TROD_BAD_INPUT, a touchpoint
 * stands in an included file. */
TROD_MUST trod_status trod_additions_write(const struct trod_additions *additions,
                                           const struct trod_map *map, trod_str text,
                                           struct trod_buf *out, struct trod_error *error);

#endif
