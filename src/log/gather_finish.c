/* The log's parts kept in memory, as they come from the threads. */
#include "log/gather.h"
#include "log/parts.h"

struct keeping {
    struct parts_held *held; /* [n] */
    size_t n;
};

static trod_status keep(void *owner, size_t i, const struct trod_packed *packed,
                        struct trod_error *error) {
    const struct keeping *const keeping = owner;
    CHECK(i < keeping->n);
    return parts_hold(packed, &keeping->held[i], error);
}

trod_status trod_gather_finish(struct trod_gather *gather, struct trod_parts **parts,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct keeping keeping = {0};
    *parts = NULL;
    struct trod_arena *const scratch = trod_arena_make(GATHER_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    keeping.n = (size_t)1 << GATHER_MOST_PART_BITS;
    keeping.held = TROD_NEW_ARRAY(scratch, keeping.n, struct parts_held);
    TROD_TRY_ALLOC(keeping.held, error);
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
