/* memory: arenas and growing bytes, each with a ceiling.
 *
 * Three lifetimes: *call* (a scratch arena handed in), *result* (each result object owns one
 * arena, and its _free ends it), *process*. Borrow in, own out; freeing NULL is fine.
 *
 * Life of an arena: 1. trod_arena_make; 2. any number of trod_arena_* calls, whose pointers live
 * until 3. trod_arena_free (or trod_arena_reset). Not for two threads at once.
 */
#ifndef TROD_BASE_MEMORY_H
#define TROD_BASE_MEMORY_H

#include "trod/base/str.h"

struct trod_arena;

/* A new arena that hands out at most `ceiling_bytes` (0: 2 GiB). NULL if there is no memory. */
struct trod_arena *trod_arena_make(size_t ceiling_bytes);
void trod_arena_free(struct trod_arena *arena);
void trod_arena_reset(struct trod_arena *arena);
size_t trod_arena_used_bytes(const struct trod_arena *arena);
/* `n` items of `size` bytes, zeroed, aligned to 16 (to 64 from 4 KiB up). NULL if the ceiling,
 * the memory or size_t is exceeded. A request for 0 bytes gives a valid pointer. */
void *trod_arena_alloc(struct trod_arena *arena, size_t n, size_t size);
#define TROD_NEW(arena, type) ((type *)trod_arena_alloc((arena), 1, sizeof(type)))
#define TROD_NEW_ARRAY(arena, n, type) ((type *)trod_arena_alloc((arena), (n), sizeof(type)))
/* A copy that ends in NUL as well; {NULL, 0} if there is no memory. */
trod_str trod_arena_copy(struct trod_arena *arena, trod_str text);
trod_str trod_arena_format(struct trod_arena *arena, const char *format, ...) TROD_PRINTF(2, 3);

/* Makes room for one more item in an array on an arena that doubles as it grows:
 *     TROD_PUSH(arena, list->items, list->n, list->room, (struct item){…}) — false without memory.
 * The old copy stays in the arena until it ends. */
#define TROD_PUSH(arena, items, n, room, ...)                                                  \
    (trod_arena_grow((arena), (void **)&(items), (n), &(room), sizeof *(items))                \
         ? ((items)[(n)++] = (__VA_ARGS__), true)                                              \
         : false)
bool trod_arena_grow(struct trod_arena *arena, void **items, size_t n, size_t *room, size_t size);

/* Test hook: the n-th allocation from now, in arenas, buffers and tables, fails (0: none). */
void trod_memory_fail_at(uint64_t n);

/* Growing bytes with a ceiling. A zeroed one is empty and has the ceiling of 1 GiB. Appending to a
 * buffer that has failed does nothing: check `failed` once at the end. at[n] is always NUL when
 * at is not NULL. */
struct trod_buf {
    char *at;
    size_t n;
    size_t room;
    size_t ceiling; /* 0: 1 GiB */
    bool failed;    /* an append exceeded the ceiling or the memory and was dropped */
};
void trod_buf_free(struct trod_buf *buf);
void trod_buf_clear(struct trod_buf *buf);
bool trod_buf_room(struct trod_buf *buf, size_t more);
void trod_buf_add(struct trod_buf *buf, trod_str text);
void trod_buf_adds(struct trod_buf *buf, const char *text);
void trod_buf_byte(struct trod_buf *buf, char byte);
void trod_buf_repeat(struct trod_buf *buf, char byte, size_t n);
void trod_buf_format(struct trod_buf *buf, const char *format, ...) TROD_PRINTF(2, 3);
static inline trod_str trod_buf_str(const struct trod_buf *buf) {
    return (trod_str){buf->at ? buf->at : "", buf->n};
}

#endif
