/* Packed parts kept in memory one by one, from any thread, and made a log of at the end. */
#ifndef LOG_PARTS_H
#define LOG_PARTS_H

#include "log/part.h"

struct parts_held {
    struct trod_packed packed; /* its sections lie on the arena */
    struct trod_arena *arena;
};
/* Copies the sections. */
TROD_MUST trod_status parts_hold(const struct trod_packed *packed, struct parts_held *held,
                                 struct trod_error *error);
void parts_let_go(struct parts_held *held);
/* As trod_parts_of_packed, without a copy: what `held` holds is the parts' afterwards (where it
 * fails, what is left in `held` is still the caller's to let go). */
TROD_MUST trod_status parts_of_held(const struct trod_parts *frame, struct parts_held *held,
                                    size_t n, struct trod_parts **parts,
                                    struct trod_error *error);

#endif
