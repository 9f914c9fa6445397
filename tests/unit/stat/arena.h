/* The arena of a test, and failing each of its allocations in turn. */
#ifndef TESTS_STAT_ARENA_H
#define TESTS_STAT_ARENA_H

#include <stdio.h>

#include "trod/stat.h"

#include "near.h"

static struct trod_arena *arena;

static inline int make_arena(void **state) {
    (void)state;
    arena = trod_arena_make(0);
    return arena ? 0 : -1;
}

static inline int drop_arena(void **state) {
    (void)state;
    trod_arena_free(arena);
    return 0;
}

/* The call works, and fails without memory at each of its allocations before that. */
#define starves(call)                                                     \
    do {                                                                  \
        uint64_t nth_ = 0;                                                \
        trod_status status_;                                              \
        do {                                                              \
            trod_memory_fail_at(++nth_);                                  \
            status_ = (call);                                             \
            trod_memory_fail_at(0);                                       \
            assert_true(status_ == TROD_OK || status_ == TROD_NO_MEMORY); \
        } while (status_ != TROD_OK && nth_ < 100);                       \
        assert_true(nth_ > 1 && nth_ < 100);                              \
    } while (0)

#endif
