/* Packed parts kept in memory, or in a file, one by one, from any thread, and made a log of at
 * the end. */
#ifndef LOG_PARTS_H
#define LOG_PARTS_H

#include "log/part.h"

struct parts_held {
    struct trod_packed packed; /* its sections lie on the arena, or in the map */
    struct trod_arena *arena;
    void *map; /* of a file that has no name; or NULL */
    size_t n_map;
};
/* Copies the sections. */
TROD_MUST trod_status parts_hold(const struct trod_packed *packed, struct parts_held *held,
                                 struct trod_error *error);
void parts_let_go(struct parts_held *held);
/* Of one section in a file: aligned, with readable bytes behind. */
static inline uint64_t parts_section_room(uint64_t n_bytes) {
    return (n_bytes + 2 * PART_BEHIND - 1) / PART_BEHIND * PART_BEHIND;
}
/* How many bytes the sections take where they lie one behind the other. */
uint64_t parts_room(const struct trod_packed *packed);
/* The same as parts_hold of sections that were written so to a file, from its place `at` (of
 * whole pages) on. The file may be closed afterwards. */
TROD_MUST trod_status parts_hold_file(const struct trod_packed *packed, int file, uint64_t at,
                                      struct parts_held *held, struct trod_error *error);
/* As trod_parts_of_packed, without a copy: what `held` holds is the parts' afterwards (where it
 * fails, what is left in `held` is still the caller's to let go). */
TROD_MUST trod_status parts_of_held(const struct trod_parts *frame, struct parts_held *held,
                                    size_t n, struct trod_parts **parts,
                                    struct trod_error *error);

#endif
