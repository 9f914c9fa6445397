/* discover_bundle: rows of names, equal ones counted once. Splitting a log makes many rows
 * equal, and the fewer there are, the less work the next split is. */
#include "mine/discover.h"

enum { FIRST_SLOTS = 64 };

void discover_bundle_free(struct discover_bundle *bundle) {
    if (bundle) trod_arena_free(bundle->arena);
}

trod_status discover_rows_begin(struct discover_rows *rows, struct trod_error *error) {
    trod_status status = TROD_OK;
    *rows = (struct discover_rows){0};
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    rows->bundle = TROD_NEW(arena, struct discover_bundle);
    if (!rows->bundle) trod_arena_free(arena);
    TROD_TRY_ALLOC(rows->bundle, error);
    rows->bundle->arena = arena;
done:
    return status;
}

void discover_rows_drop(struct discover_rows *rows) {
    discover_bundle_free(rows->bundle);
    rows->bundle = NULL;
}

/* Where the row is, or where it goes. */
static uint32_t *slot_of(const struct discover_rows *rows, const uint16_t *steps, uint32_t n) {
    const struct discover_bundle *const bundle = rows->bundle;
    const uint64_t hash = trod_hash64(steps, n * sizeof *steps, 0);
    for (size_t i = (size_t)hash & (rows->n_slots - 1);; i = (i + 1) & (rows->n_slots - 1)) {
        uint32_t *const slot = &rows->slots[i];
        if (*slot == 0) return slot;
        const struct discover_row *const row = &bundle->rows[*slot - 1];
        if (row->n == n && (n == 0 || memcmp(row->steps, steps, n * sizeof *steps) == 0))
            return slot;
    }
}

static bool grow_slots(struct discover_rows *rows) {
    struct discover_bundle *const bundle = rows->bundle;
    if (bundle->n_rows * 2 < rows->n_slots) return true;
    rows->n_slots = rows->n_slots ? rows->n_slots * 4 : FIRST_SLOTS;
    rows->slots = TROD_NEW_ARRAY(bundle->arena, rows->n_slots, uint32_t);
    for (size_t i = 0; rows->slots && i < bundle->n_rows; i++)
        *slot_of(rows, bundle->rows[i].steps, bundle->rows[i].n) = (uint32_t)i + 1;
    return rows->slots != NULL;
}

trod_status discover_rows_add(struct discover_rows *rows, const uint16_t *steps, uint32_t n,
                              uint64_t n_journeys, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_bundle *const bundle = rows->bundle;
    if (bundle->n_rows >= UINT32_MAX / 4)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "there are too many different paths to discover a map from: leave "
                           "events out with --keep, or take --follows"));
    if (!grow_slots(rows)) TROD_TRY_ALLOC(NULL, error);
    uint32_t *const slot = slot_of(rows, steps, n);
    if (*slot) {
        bundle->rows[*slot - 1].n_journeys += n_journeys;
        goto done;
    }
    uint16_t *const copy = TROD_NEW_ARRAY(bundle->arena, n, uint16_t);
    TROD_TRY_ALLOC(copy, error);
    if (n) memcpy(copy, steps, n * sizeof *steps);
    const struct discover_row row = {copy, n, n_journeys};
    if (!TROD_PUSH(bundle->arena, bundle->rows, bundle->n_rows, rows->room, row))
        TROD_TRY_ALLOC(NULL, error);
    *slot = (uint32_t)bundle->n_rows;
done:
    return status;
}

trod_status discover_rows_end(struct discover_rows *rows, const uint32_t *ids, uint32_t n_ids,
                              struct discover_bundle **made, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct discover_bundle *const bundle = rows->bundle;
    uint16_t *const anew = TROD_NEW_ARRAY(bundle->arena, n_ids + 1, uint16_t);
    TROD_TRY_ALLOC(anew, error);
    for (size_t r = 0; r < bundle->n_rows; r++)
        for (uint32_t i = 0; i < bundle->rows[r].n; i++) anew[bundle->rows[r].steps[i]] = 1;
    for (uint32_t i = 0; i < n_ids; i++) bundle->n_names += anew[i];
    bundle->names = TROD_NEW_ARRAY(bundle->arena, bundle->n_names, uint32_t);
    TROD_TRY_ALLOC(bundle->names, error);
    uint16_t n = 0;
    for (uint32_t i = 0; i < n_ids; i++) {
        if (!anew[i]) continue;
        bundle->names[n] = ids[i];
        anew[i] = n++;
    }
    if (bundle->n_names < n_ids)
        for (size_t r = 0; r < bundle->n_rows; r++) {
            uint16_t *const steps = (uint16_t *)(uintptr_t)bundle->rows[r].steps;
            for (uint32_t i = 0; i < bundle->rows[r].n; i++) steps[i] = anew[steps[i]];
        }
    *made = bundle;
    rows->bundle = NULL;
done:
    return status;
}
