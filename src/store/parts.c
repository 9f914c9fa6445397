/* The log of the store as parts. All files are mapped at once, right after the catalogue was
 * read: a file that is not there any more was put out by a change in between, and the catalogue
 * is read anew. Where one file covers a range, opening the part is opening the file; where
 * several sets have customers in it, their slices are unpacked, put together and packed. */
#include <stdlib.h>

#include "store/inside.h"

enum { MOST_ATTEMPTS = 100, LEAST_EVENTS = 4096 };

static void release(void *owner) {
    struct store_parts *const parts = owner;
    store_shelf_free(parts->shelf);
    store_shelf_free(parts->glances);
    for (size_t i = 0; i < parts->state.n_files; i++)
        if (parts->maps) store_map_close(&parts->maps[i]);
    trod_dict_free(parts->state.names);
}

static bool is_a_file(const struct store_parts *parts, const struct store_range *range) {
    return range->n_pieces == 1 && parts->ranges.pieces[range->first_piece].whole;
}

/* Opens one piece and unpacks its customers. */
static trod_status piece_rows(const struct store_parts *parts, const struct store_piece *piece,
                              struct trod_arena *arena, struct trod_rows *rows,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *part = NULL;
    TROD_TRY(store_map_part(&parts->maps[piece->file], arena, &part, error));
    uint32_t from = 0, to = part->n_customers;
    if (!piece->whole) {
        from = trod_part_seek(part, piece->first);
        if (piece->last != UINT64_MAX) to = trod_part_seek(part, piece->last + 1);
    }
    if (to > from) TROD_TRY(trod_part_unpack(part, from, to - from, arena, rows, error));
done:
    return status;
}

trod_status store_pieces_rows(const struct store_parts *parts, const struct store_piece *pieces,
                              size_t n, struct trod_arena *arena, struct trod_rows *rows,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n_rows = 0;
    uint64_t n_dropped = 0;
    static const uint32_t NO_EVENTS[1] = {0};
    struct trod_rows *const each = TROD_NEW_ARRAY(arena, n, struct trod_rows);
    const struct trod_rows **const list = TROD_NEW_ARRAY(arena, n, const struct trod_rows *);
    TROD_TRY_ALLOC(each && list, error);
    *rows = (struct trod_rows){.first = NO_EVENTS};
    for (size_t i = 0; i < n; i++) {
        TROD_TRY(piece_rows(parts, &pieces[i], arena, &each[n_rows], error));
        if (each[n_rows].n_customers == 0) continue;
        list[n_rows] = &each[n_rows];
        n_rows++;
    }
    if (n_rows == 1) {
        *rows = *list[0];
    } else if (n_rows > 1) {
        const struct trod_rows_options options = {.id_field = TROD_NO_ID};
        TROD_TRY(trod_rows_merge(list, n_rows, &options, arena, rows, &n_dropped, error));
    }
done:
    return status;
}

/* Puts a range together, or opens its only file; on the arena. */
static trod_status make_part(const struct store_parts *parts, const struct store_range *range,
                             struct trod_arena *arena, const struct trod_part **part,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_piece *const piece = &parts->ranges.pieces[range->first_piece];
    struct trod_rows rows;
    struct trod_packed packed;
    if (is_a_file(parts, range))
        return store_map_part(&parts->maps[piece->file], arena, part, error);
    struct trod_arena *const aside = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(aside, error);
    TROD_TRY(store_pieces_rows(parts, piece, range->n_pieces, aside, &rows, error));
    TROD_TRY(trod_part_pack(&rows, arena, &packed, error));
    TROD_TRY(trod_part_open(packed.sections, packed.n_sections, arena, part, error));
done:
    trod_arena_free(aside);
    return status;
}

static trod_status open_part(void *owner, size_t i, struct trod_arena *scratch,
                             const struct trod_part **part, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = owner;
    const struct store_range *const range = &parts->ranges.at[i];
    bool worth = false;
    struct trod_arena *arena = NULL;
    *part = store_shelf_look(parts->shelf, i, !is_a_file(parts, range), &worth);
    if (*part) return TROD_OK;
    if (!worth) return make_part(parts, range, scratch, part, error);
    TROD_TRY_ALLOC(arena = trod_arena_make(STORE_ARENA_BYTES), error);
    TROD_TRY(make_part(parts, range, arena, part, error));
    const struct trod_part *const kept = store_shelf_put(parts->shelf, i, *part, arena);
    TROD_TRY_ALLOC(kept, error);
    arena = NULL; /* the shelf's now */
    *part = kept;
done:
    trod_arena_free(arena);
    return status;
}

/* Maps every file; *gone: one of them is not there. */
static trod_status map_files(const struct trod_store *store, struct store_parts *parts,
                             struct trod_arena *arena, bool *gone, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = parts->state.n_files;
    *gone = false;
    parts->maps = TROD_NEW_ARRAY(arena, n, struct store_map);
    TROD_TRY_ALLOC(parts->maps, error);
    for (size_t i = 0; i < n; i++) {
        bool this_one = false;
        TROD_TRY(
            store_map_open(store, &parts->state.files[i], &parts->maps[i], &this_one, error));
        parts->maps[i].log = &parts->parts;
        *gone |= this_one;
    }
done:
    return status;
}

/* As many as an import would put into a part, or fewer, so that each thread has the memory to
 * put them together. */
static uint64_t events_at_once(const struct store_state *state, uint64_t n_events,
                               uint64_t memory, const struct trod_run *run) {
    const uint64_t ordinary = n_events >> store_part_bits(n_events, state->n_fields);
    const uint64_t most = memory / trod_run_threads(run) / STORE_EVENT_BYTES;
    if (most >= ordinary) return ordinary;
    return most > LEAST_EVENTS ? most : LEAST_EVENTS;
}

static trod_status fill(const struct trod_store *store, struct store_parts *made,
                        struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_state *const state = &made->state;
    uint64_t n_events = 0;
    for (size_t i = 0; i < state->n_files; i++) n_events += state->files[i].n_events;
    const uint64_t memory =
        store->run && store->run->memory_bytes ? store->run->memory_bytes : (uint64_t)4 << 30;
    TROD_TRY(store_ranges_make(state->files, state->n_files,
                               events_at_once(state, n_events, memory, store->run), arena,
                               &made->ranges, error));
    uint64_t *const first_hash = TROD_NEW_ARRAY(arena, made->ranges.n, uint64_t);
    TROD_TRY_ALLOC(first_hash, error);
    TROD_TRY_ALLOC(made->shelf = store_shelf_make(made->ranges.n, memory / 8), error);
    TROD_TRY_ALLOC(made->glances = store_shelf_make(state->n_files, memory / 16), error);
    TROD_TRY_ALLOC(made->tool = trod_part_tool_make(arena), error);
    for (size_t i = 1; i < made->ranges.n; i++) first_hash[i] = made->ranges.at[i].first;
    struct trod_parts *const parts = &made->parts;
    *parts = (struct trod_parts){
        .names = state->names,
        .fields = state->fields,
        .n_fields = state->n_fields,
        .sources = state->sources,
        .n_sources = state->n_sources,
        .channel_field = state->roles[STORE_CHANNEL],
        .worth_field = state->roles[STORE_WORTH],
        .journey_field = state->roles[STORE_JOURNEY],
        .id_field = state->roles[STORE_ID],
        .n_events = n_events,
        .n_customers = state->n_customers,
        .first_us = TROD_NO_TIME,
        .last_us = TROD_NO_TIME,
        .n_parts = made->ranges.n,
        .first_hash = first_hash,
        .open = open_part,
        .single = store_parts_single,
        .gaps = store_parts_gaps,
        .release = release,
        .owner = made,
        .arena = arena,
    };
    for (size_t i = 0; i < state->n_files; i++) {
        const struct store_file *const file = &state->files[i];
        store_span_add(&parts->first_us, &parts->last_us, file->first_us, file->last_us);
    }
    parts->has_times = parts->first_us != TROD_NO_TIME;
done:
    return status;
}

trod_status store_parts_read(struct trod_store *store, struct store_parts **parts,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t before = -1; /* the generation of which a file was gone */
    for (int attempt = 0;; attempt++) {
        struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
        struct store_parts *const made = arena ? TROD_NEW(arena, struct store_parts) : NULL;
        bool gone = false;
        status = made ? store_catalogue_read(store, arena, &made->state, error)
                      : trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        if (status == TROD_OK) status = map_files(store, made, arena, &gone, error);
        const bool again = gone && made->state.generation != before && attempt < MOST_ATTEMPTS;
        if (status == TROD_OK && !again) status = fill(store, made, arena, error);
        if (status == TROD_OK && !again) {
            *parts = made;
            return TROD_OK;
        }
        if (made) {
            before = made->state.generation;
            release(made);
        }
        trod_arena_free(arena);
        if (status != TROD_OK) return status;
    }
}

trod_status trod_store_parts(struct trod_store *store, struct trod_parts **parts,
                             struct trod_error *error) {
    struct store_parts *made = NULL;
    const trod_status status = store_parts_read(store, &made, error);
    if (status == TROD_OK) *parts = &made->parts;
    return status;
}
