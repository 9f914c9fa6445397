/* The one way to memory inside base: malloc with the test hook of trod_memory_fail_at before
 * it. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* True if the hook says that this allocation shall fail. */
bool base_alloc_fails(void);
/* Like malloc, calloc (of n bytes) and realloc; freed with free(). */
void *base_alloc(size_t n);
void *base_alloc_zeroed(size_t n);
void *base_realloc(void *old, size_t n);

#endif
