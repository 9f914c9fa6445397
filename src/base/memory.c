/* An arena is a list of chunks that double from 4 KiB to 1 MiB; an allocation that would waste
 * much of a chunk gets one of its own. Chunks come zeroed from the system, so an allocation
 * costs an addition; only what trod_arena_reset has kept is cleared again. Under
 * AddressSanitizer what is not handed out is poisoned, with a gap between neighbours. */
#include "trod/base/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/memory_internal.h"

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
enum { GAP = 0 };
#endif

/* The only state outside of objects: a counter for tests, 0 in ordinary life. */
static _Atomic uint64_t fail_countdown;

void trod_memory_fail_at(uint64_t n) {
    atomic_store(&fail_countdown, n);
}

bool base_alloc_fails(void) {
    if (atomic_load_explicit(&fail_countdown, memory_order_relaxed) == 0) return false;
    return atomic_fetch_sub(&fail_countdown, 1) == 1;
}

void *base_alloc(size_t n) {
    return base_alloc_fails() ? NULL : malloc(n ? n : 1);
}

void *base_alloc_zeroed(size_t n) {
    return base_alloc_fails() ? NULL : calloc(n ? n : 1, 1);
}

void *base_realloc(void *old, size_t n) {
    return base_alloc_fails() ? NULL : realloc(old, n ? n : 1);
}

enum {
    FIRST_CHUNK = 4096,
    LAST_CHUNK = 1 << 20,
    WIDE_FROM = 4096, /* from this size on, aligned to WIDE */
    WIDE = 64,
    NARROW = 16,
};

struct chunk {
    struct chunk *next;
    size_t size, used;
    size_t dirty; /* bytes at the front that may not be zero */
    size_t padding[4];
    char bytes[];
};
_Static_assert(sizeof(struct chunk) == 64, "a chunk's bytes are as aligned as the chunk");

struct trod_arena {
    struct chunk *chunks; /* the first is the one being filled */
    size_t ceiling, used;
    size_t next_size;
    bool full; /* the last failure was the ceiling's */
};

struct trod_arena *trod_arena_make(size_t ceiling_bytes) {
    struct trod_arena *const arena = base_alloc_zeroed(sizeof *arena);
    if (!arena) return NULL;
    arena->ceiling = ceiling_bytes ? ceiling_bytes : (size_t)2 << 30;
    arena->next_size = FIRST_CHUNK;
    return arena;
}

static void chunk_free(struct chunk *chunk) {
    ASAN_UNPOISON_MEMORY_REGION(chunk->bytes, chunk->size);
    free(chunk);
}

void trod_arena_free(struct trod_arena *arena) {
    if (!arena) return;
    for (struct chunk *chunk = arena->chunks; chunk;) {
        struct chunk *const next = chunk->next;
        chunk_free(chunk);
        chunk = next;
    }
    free(arena);
}

/* Keeps one ordinary chunk, if there is one, for the next round. */
void trod_arena_reset(struct trod_arena *arena) {
    if (!arena) return;
    struct chunk *kept = NULL;
    for (struct chunk *chunk = arena->chunks; chunk;) {
        struct chunk *const next = chunk->next;
        if (chunk->size <= LAST_CHUNK && (!kept || chunk->size > kept->size)) {
            if (kept) chunk_free(kept);
            kept = chunk;
        } else {
            chunk_free(chunk);
        }
        chunk = next;
    }
    if (kept) {
        kept->next = NULL;
        if (kept->used > kept->dirty) kept->dirty = kept->used;
        kept->used = 0;
        ASAN_POISON_MEMORY_REGION(kept->bytes, kept->size);
    }
    arena->chunks = kept;
    arena->used = 0;
}

bool base_arena_full(const struct trod_arena *arena) {
    return arena->full;
}

size_t trod_arena_used_bytes(const struct trod_arena *arena) {
    return arena ? arena->used : 0;
}

static struct chunk *chunk_make(size_t size) {
    if (size > SIZE_MAX - sizeof(struct chunk) - WIDE) return NULL;
    struct chunk *const chunk = base_alloc_zeroed(sizeof *chunk + size);
    if (!chunk) return NULL;
    chunk->size = size;
    ASAN_POISON_MEMORY_REGION(chunk->bytes, chunk->size);
    return chunk;
}

/* Takes `n` aligned bytes from a chunk, or NULL if they do not fit. */
static void *chunk_take(struct chunk *chunk, size_t n, size_t alignment) {
    const uintptr_t base = (uintptr_t)chunk->bytes;
    const uintptr_t at = (base + chunk->used + alignment - 1) & ~(uintptr_t)(alignment - 1);
    const size_t begin = (size_t)(at - base);
    if (begin > chunk->size || n > chunk->size - begin) return NULL;
    const size_t end = begin + n;
    char *const bytes = chunk->bytes + begin;
    ASAN_UNPOISON_MEMORY_REGION(bytes, n);
    if (begin < chunk->dirty) memset(bytes, 0, end < chunk->dirty ? n : chunk->dirty - begin);
    chunk->used = end + GAP < chunk->size ? end + GAP : chunk->size;
    return bytes;
}

void *trod_arena_alloc(struct trod_arena *arena, size_t n, size_t size) {
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
    arena->full = bytes > arena->ceiling - arena->used;
    if (arena->full) return NULL;
    const size_t alignment = bytes >= WIDE_FROM ? WIDE : NARROW;
    void *at = NULL;
    if (base_alloc_fails()) return NULL;
    if (arena->chunks) at = chunk_take(arena->chunks, bytes, alignment);
    if (!at) {
        const bool own = bytes > arena->next_size / 4;
        struct chunk *const chunk = chunk_make(own ? bytes + WIDE + GAP : arena->next_size);
        if (!chunk) return NULL;
        at = chunk_take(chunk, bytes, alignment);
        CHECK(at);
        if (own && arena->chunks) { /* behind the one being filled, which has room left */
            chunk->next = arena->chunks->next;
            arena->chunks->next = chunk;
        } else {
            chunk->next = arena->chunks;
            arena->chunks = chunk;
        }
        if (!own && arena->next_size < LAST_CHUNK) arena->next_size *= 2;
    }
    /* Rounded up, so that many small items count as what they take. */
    const size_t counted = (bytes + NARROW - 1) & ~(size_t)(NARROW - 1);
    arena->used =
        counted > arena->ceiling - arena->used ? arena->ceiling : arena->used + counted;
    return at;
}

trod_str trod_arena_copy(struct trod_arena *arena, trod_str text) {
    if (text.n == SIZE_MAX) return (trod_str){NULL, 0};
    char *const at = trod_arena_alloc(arena, text.n + 1, 1);
    if (!at) return (trod_str){NULL, 0};
    if (text.n) memcpy(at, text.at, text.n);
    return (trod_str){at, text.n};
}

trod_str trod_arena_format(struct trod_arena *arena, const char *format, ...) {
    char scratch[512];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(scratch, sizeof scratch, format, arguments);
    va_end(arguments);
    if (n < 0) return (trod_str){NULL, 0};
    if ((size_t)n < sizeof scratch)
        return trod_arena_copy(arena, (trod_str){scratch, (size_t)n});
    char *const at = trod_arena_alloc(arena, (size_t)n + 1, 1);
    if (!at) return (trod_str){NULL, 0};
    va_start(arguments, format);
    vsnprintf(at, (size_t)n + 1, format, arguments);
    va_end(arguments);
    return (trod_str){at, (size_t)n};
}

bool trod_arena_grow(struct trod_arena *arena, void **items, size_t n, size_t *room,
                     size_t size) {
    if (n < *room) return true;
    if (*room > SIZE_MAX / 2) return false;
    size_t more = *room * 2 < 8 ? 8 : *room * 2;
    if (more <= n) {
        if (n > SIZE_MAX / 2) return false;
        more = n * 2;
    }
    void *const at = trod_arena_alloc(arena, more, size);
    if (!at) return false;
    if (n && *items) memcpy(at, *items, n * size);
    *items = at;
    *room = more;
    return true;
}
