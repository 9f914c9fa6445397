/* Parts that stay open between questions. A part that was put together from several sets cost
 * much and is kept at once; one that is a file is kept when it is asked for again, for
 * a single question is answered quicker in memory that is used again and again. Nothing is
 * taken away until all is freed, since nobody says when a part is not looked at any more: once
 * the shelf is full, it stays as it is. */
#include <stdatomic.h>
#include <stdlib.h>

#include "store/inside.h"

struct kept {
    const struct trod_part *part;
    struct trod_arena *arena; /* this struct lives on it too */
};
struct slot {
    _Atomic(struct kept *) kept;
    atomic_uint n_asked;
};
struct store_shelf {
    size_t n;
    uint64_t room_bytes;
    _Atomic uint64_t n_bytes;
    struct slot slots[];
};

struct store_shelf *store_shelf_make(size_t n_parts, uint64_t room_bytes) {
    struct store_shelf *const shelf = calloc(1, sizeof *shelf + n_parts * sizeof(struct slot));
    if (!shelf) return NULL;
    shelf->n = n_parts;
    shelf->room_bytes = room_bytes;
    return shelf;
}

void store_shelf_free(struct store_shelf *shelf) {
    if (!shelf) return;
    for (size_t i = 0; i < shelf->n; i++) {
        struct kept *const kept = atomic_load(&shelf->slots[i].kept);
        if (kept) trod_arena_free(kept->arena);
    }
    free(shelf);
}

const struct trod_part *store_shelf_look(struct store_shelf *shelf, size_t i, unsigned after,
                                         bool *worth) {
    struct slot *const slot = &shelf->slots[i];
    const struct kept *const kept = atomic_load(&slot->kept);
    if (kept) return kept->part;
    *worth = atomic_fetch_add(&slot->n_asked, 1) >= after &&
             atomic_load(&shelf->n_bytes) < shelf->room_bytes;
    return NULL;
}

const struct trod_part *store_shelf_put(struct store_shelf *shelf, size_t i,
                                        const struct trod_part *part,
                                        struct trod_arena *arena) {
    struct kept *const kept = TROD_NEW(arena, struct kept);
    struct kept *none = NULL;
    if (!kept) return NULL;
    kept->part = part;
    kept->arena = arena;
    if (!atomic_compare_exchange_strong(&shelf->slots[i].kept, &none, kept)) {
        trod_arena_free(arena);
        return none->part;
    }
    atomic_fetch_add(&shelf->n_bytes, trod_arena_used_bytes(arena));
    return part;
}
