/* The log's parts kept, as they come from the threads: in memory while they have room there,
 * else in the gatherer's file, from which they are mapped. */
#include <stdatomic.h>

#include "log/gather.h"
#include "log/parts.h"

enum { MEMORY_SHARES = 4 }; /* a quarter is for finished parts */

struct keeping {
    struct trod_gather *gather;
    struct parts_held *held; /* [n] */
    size_t n;
    _Atomic uint64_t n_bytes; /* held in memory */
};

/* Writes the sections one behind the other. What is between them was never written: zeros. */
static trod_status write_part(struct trod_gather *gather, const struct trod_packed *packed,
                              struct parts_held *held, struct trod_error *error) {
    static const unsigned char ZEROS[PART_BEHIND] = {0};
    trod_status status = TROD_OK;
    const uint64_t room = parts_room(packed);
    uint64_t begin = 0;
    TROD_TRY(gather_pool_set_aside(&gather->pool, room, &begin, error));
    uint64_t at = begin;
    for (size_t i = 0; i < packed->n_sections; i++) {
        const struct trod_section *const section = &packed->sections[i];
        TROD_TRY(gather_pool_write(&gather->pool, at, section->at, section->n_bytes, error));
        at += parts_section_room(section->n_bytes);
    }
    /* The file reaches to the end of the last. */
    TROD_TRY(gather_pool_write(&gather->pool, at - PART_BEHIND, ZEROS, PART_BEHIND, error));
    TROD_TRY(parts_hold_file(packed, gather->pool.file, begin, held, error));
done:
    return status;
}

static trod_status keep(void *owner, size_t i, const struct trod_packed *packed,
                        struct trod_error *error) {
    struct keeping *const keeping = owner;
    CHECK(i < keeping->n);
    const uint64_t room = parts_room(packed);
    if (atomic_fetch_add(&keeping->n_bytes, room) + room <= keeping->gather->kept_bytes)
        return parts_hold(packed, &keeping->held[i], error);
    atomic_fetch_sub(&keeping->n_bytes, room);
    return write_part(keeping->gather, packed, &keeping->held[i], error);
}

trod_status trod_gather_finish(struct trod_gather *gather, struct trod_parts **parts,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct keeping keeping = {.gather = gather};
    *parts = NULL;
    struct trod_arena *const scratch = trod_arena_make(GATHER_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    keeping.n = (size_t)1 << GATHER_MOST_PART_BITS;
    keeping.held = TROD_NEW_ARRAY(scratch, keeping.n, struct parts_held);
    TROD_TRY_ALLOC(keeping.held, error);
    gather->kept_bytes = gather->memory_bytes / MEMORY_SHARES;
    TROD_TRY(trod_gather_each(gather, keep, &keeping, error));
    /* Parts that nobody fell to are left out. */
    size_t n = 0;
    for (size_t i = 0; i < keeping.n; i++) {
        if (!keeping.held[i].arena) continue;
        const struct parts_held held = keeping.held[i];
        keeping.held[i] = (struct parts_held){0};
        keeping.held[n++] = held;
    }
    TROD_TRY(parts_of_held(&gather->frame, keeping.held, n, parts, error));
done:
    for (size_t i = 0; keeping.held && i < keeping.n; i++)
        if (keeping.held[i].arena) parts_let_go(&keeping.held[i]);
    trod_arena_free(scratch);
    return status;
}
