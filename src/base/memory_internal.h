/* What base knows of an arena beyond its header. */
#ifndef BASE_MEMORY_INTERNAL_H
#define BASE_MEMORY_INTERNAL_H

#include "trod/base/memory.h"

/* True if the last allocation that failed did so by the ceiling, not for want of memory. */
bool base_arena_full(const struct trod_arena *arena);

#endif
