/* One customer of the store: the files that may know it are opened at a glance, and what they
 * say is put together. Glances are small and stay for the next look-up. */
#include "store/inside.h"

/* The file at a glance: from the shelf, or on the arena if the shelf is full. */
static trod_status glance(const struct store_parts *parts, uint32_t file,
                          struct trod_arena *scratch, const struct trod_part **part,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    bool worth = false;
    struct trod_arena *arena = NULL;
    const struct store_map *const map = &parts->maps[file];
    *part = store_shelf_look(parts->glances, file, 0, &worth);
    if (*part) return TROD_OK;
    if (!worth) return store_map_glance(map, parts->tool, scratch, part, error);
    TROD_TRY_ALLOC(arena = trod_arena_make(STORE_ARENA_BYTES), error);
    TROD_TRY(store_map_glance(map, parts->tool, arena, part, error));
    const struct trod_part *const kept = store_shelf_put(parts->glances, file, *part, arena);
    TROD_TRY_ALLOC(kept, error);
    arena = NULL; /* the shelf's now */
    *part = kept;
done:
    trod_arena_free(arena);
    return status;
}

/* The range that holds the hash, or NULL. */
static const struct store_range *range_of(const struct store_ranges *ranges, uint64_t hash) {
    size_t low = 0, high = ranges->n; /* ranges before `low` begin at or below the hash */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ranges->at[middle].first <= hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && hash <= ranges->at[low - 1].last ? &ranges->at[low - 1] : NULL;
}

trod_status store_parts_single(void *owner, trod_str id, struct trod_arena *arena,
                               struct trod_rows *rows, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = owner;
    const uint64_t hash = trod_customer_hash(id);
    const struct store_range *const range = range_of(&parts->ranges, hash);
    if (!range) return TROD_OK;
    struct trod_rows *const each = TROD_NEW_ARRAY(arena, range->n_pieces, struct trod_rows);
    const struct trod_rows **const list =
        TROD_NEW_ARRAY(arena, range->n_pieces, const struct trod_rows *);
    TROD_TRY_ALLOC(each && list ? list : NULL, error);
    size_t n = 0;
    for (size_t i = 0; i < range->n_pieces; i++) {
        const struct store_piece *const piece = &parts->ranges.pieces[range->first_piece + i];
        const struct trod_part *part = NULL;
        if (hash < piece->first || hash > piece->last) continue;
        TROD_TRY(glance(parts, piece->file, arena, &part, error));
        TROD_TRY(trod_part_single(part, id, arena, &each[n], error));
        if (each[n].n_customers == 0) continue;
        list[n] = &each[n];
        n++;
    }
    if (n == 1) *rows = *list[0];
    if (n > 1) {
        const struct trod_rows_options options = {.id_field = TROD_NO_ID};
        uint64_t n_dropped = 0;
        TROD_TRY(trod_rows_merge(list, n, &options, arena, rows, &n_dropped, error));
    }
done:
    return status;
}

trod_status store_parts_gaps(void *owner, uint64_t counts[TROD_GAP_BUCKETS],
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = owner;
    struct trod_arena *const scratch = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = 0; i < parts->n_files; i++) {
        const struct trod_part *part = NULL;
        trod_arena_reset(scratch);
        TROD_TRY(glance(parts, (uint32_t)i, scratch, &part, error));
        trod_part_add_gaps(part, counts);
    }
done:
    trod_arena_free(scratch);
    return status;
}

trod_status trod_store_knows(struct trod_store *store, trod_str id, bool *known,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts *parts = NULL;
    struct trod_rows rows;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(trod_store_parts(store, &parts, error));
    TROD_TRY(trod_parts_single(parts, id, arena, &rows, error));
    *known = rows.n_customers > 0;
done:
    trod_parts_free(parts);
    trod_arena_free(arena);
    return status;
}
