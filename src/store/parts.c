/* The log of the store as parts. All files are mapped at once, right after the catalogue was
 * read: a file that is not there any more was put out by a change in between, and the catalogue
 * is read anew. Where one file covers a range, opening the part is opening the file; where
 * several sets have customers in it, their slices are unpacked, put together and packed. What
 * is in the inbox is one more set, the newest, whose files lie in memory. */
#include <stdlib.h>

#include "store/change.h"
#include "store/inbox.h"
#include "store/overlay.h"

enum { MOST_ATTEMPTS = 100, LEAST_EVENTS = 4096 };

static void release(void *owner) {
    struct store_parts *const parts = owner;
    store_shelf_free(parts->shelf);
    store_shelf_free(parts->glances);
    store_overlay_free(parts->overlay);
    for (size_t i = 0; i < parts->state.n_files; i++)
        if (parts->maps) store_map_close(&parts->maps[i]);
    trod_gather_free(parts->gather);
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

/* A file of the large set, without the customers of whom more is told elsewhere. */
static trod_status make_left(const struct store_parts *parts, size_t i,
                             struct trod_arena *arena, const struct trod_part **part,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *whole = NULL;
    const uint32_t file = store_overlay_file(parts->overlay, i);
    TROD_TRY(store_map_part(&parts->maps[file], arena, &whole, error));
    TROD_TRY(store_overlay_left(parts->overlay, i, whole, arena, part, error));
done:
    return status;
}

/* Puts a range together, or opens its only file; on the arena. */
static trod_status make_part(const struct store_parts *parts, size_t i,
                             struct trod_arena *arena, const struct trod_part **part,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    if (parts->overlay) return make_left(parts, i, arena, part, error);
    const struct store_range *const range = &parts->ranges.at[i];
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
    bool worth = false;
    struct trod_arena *arena = NULL;
    if (parts->overlay && store_overlay_file(parts->overlay, i) == TROD_NO_ID)
        return store_overlay_late(parts->overlay, i, part, error);
    /* What costs much is kept at once, and copies only if the questions go on. */
    const unsigned after = parts->overlay ? 2 : is_a_file(parts, &parts->ranges.at[i]) ? 1 : 0;
    *part = store_shelf_look(parts->shelf, i, after, &worth);
    if (*part) return TROD_OK;
    if (!worth) return make_part(parts, i, scratch, part, error);
    TROD_TRY_ALLOC(arena = trod_arena_make(STORE_ARENA_BYTES), error);
    TROD_TRY(make_part(parts, i, arena, part, error));
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
static uint64_t events_at_once(uint64_t n_events, size_t n_fields,
                               uint64_t memory, const struct trod_run *run) {
    const uint64_t ordinary = n_events >> store_part_bits(n_events, n_fields);
    const uint64_t most = memory / trod_run_threads(run) / STORE_EVENT_BYTES;
    if (most >= ordinary) return ordinary;
    return most > LEAST_EVENTS ? most : LEAST_EVENTS;
}

/* What the catalogue says of the log, without the parts. */
static void set_frame(struct store_parts *made) {
    const struct store_state *const state = &made->state;
    made->files = state->files;
    made->n_files = state->n_files;
    made->parts.names = state->names;
    made->parts.fields = state->fields;
    made->parts.n_fields = state->n_fields;
    made->parts.sources = state->sources;
    made->parts.n_sources = state->n_sources;
    made->parts.channel_field = state->roles[STORE_CHANNEL];
    made->parts.worth_field = state->roles[STORE_WORTH];
    made->parts.journey_field = state->roles[STORE_JOURNEY];
    made->parts.id_field = state->roles[STORE_ID];
    made->parts.n_customers = state->n_customers;
}

/* ---- The inbox as files in memory ---- */

/* One part of it, as it would come into the files: without the events that are there already. */
static trod_status add_inbox_part(struct store_parts *made, bool exact,
                                  const struct trod_packed *packed,
                                  struct store_file *file, struct store_map *map,
                                  struct store_tally *tally, bool *worth_it,
                                  struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *part = NULL;
    struct store_screened screened = {0};
    TROD_TRY(trod_part_open(packed->sections, packed->n_sections, arena, &part, error));
    screened.n_new_customers = part->n_customers;
    if (exact || made->state.roles[STORE_ID] != TROD_NO_ID)
        status = store_screen(made, false, part, arena, &screened, error);
    if (status == TROD_BAD_INPUT) { /* what is damaged is told when it is asked for */
        screened = (struct store_screened){.n_new_customers = part->n_customers};
        status = TROD_OK;
    }
    if (status != TROD_OK) goto done;
    if (screened.n_known_events) {
        struct trod_packed *const fewer = TROD_NEW(arena, struct trod_packed);
        TROD_TRY_ALLOC(fewer, error);
        TROD_TRY(store_screen_pack(part, &screened.known, arena, fewer, error));
        packed = fewer;
        TROD_TRY(trod_part_open(packed->sections, packed->n_sections, arena, &part, error));
    }
    *worth_it = store_is_worth_it(part, &screened);
    if (!*worth_it) goto done;
    TROD_TRY(store_tally_part(tally, part, arena, error));
    made->parts.n_customers += screened.n_new_customers;
    *file = (struct store_file){
        .set = made->state.next_set,
        .first_hash = packed->first_hash,
        .last_hash = packed->last_hash,
        .n_events = packed->n_events,
        .n_customers = packed->n_customers,
        .first_us = packed->first_us,
        .last_us = packed->last_us,
    };
    *map = (struct store_map){.file = file, .packed = packed};
done:
    return status;
}

/* The sources of the frame, with the events that files and inbox have of them. */
static trod_status add_up_sources(struct store_parts *made, const struct trod_parts *frame,
                                  const struct store_tally *tally, struct trod_arena *arena,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts_source *const sources =
        TROD_NEW_ARRAY(arena, frame->n_sources, struct trod_parts_source);
    TROD_TRY_ALLOC(sources, error);
    for (size_t i = 0; i < frame->n_sources; i++) {
        sources[i] = (struct trod_parts_source){.name = frame->sources[i].name,
                                                .first_us = TROD_NO_TIME,
                                                .last_us = TROD_NO_TIME};
        if (i < made->state.n_sources) sources[i] = made->state.sources[i];
        if (i >= tally->n_sources) continue;
        const struct trod_parts_source *const more = &tally->sources[i];
        sources[i].n_events += more->n_events;
        store_span_add(&sources[i].first_us, &sources[i].last_us, more->first_us,
                       more->last_us);
    }
    made->parts.sources = sources;
    made->parts.n_sources = frame->n_sources;
done:
    return status;
}

/* Puts the inbox's events behind the files, as the newest set. */
static trod_status add_inbox(struct trod_store *store, bool exact, struct store_parts *made,
                             struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_inbox_rows rows = {0};
    struct store_tally tally = {0};
    const size_t n_old = made->state.n_files;
    TROD_TRY(store_inbox_read(store, made->state.folded, &made->parts, arena, &rows, error));
    made->gather = rows.gather;
    if (!made->gather) goto done;
    struct store_file *const files =
        TROD_NEW_ARRAY(arena, n_old + rows.n_packed, struct store_file);
    struct store_map *const maps =
        TROD_NEW_ARRAY(arena, n_old + rows.n_packed, struct store_map);
    TROD_TRY_ALLOC(files && maps, error);
    memcpy(files, made->state.files, n_old * sizeof *files);
    memcpy(maps, made->maps, n_old * sizeof *maps);
    size_t n = n_old;
    for (size_t i = 0; i < rows.n_packed; i++) {
        bool worth_it = false;
        TROD_TRY(add_inbox_part(made, exact, &rows.packed[i], &files[n], &maps[n], &tally,
                                &worth_it, arena, error));
        n += worth_it;
    }
    made->files = files;
    made->n_files = n;
    made->maps = maps;
    const struct trod_parts *const frame = trod_gather_frame(made->gather);
    TROD_TRY(add_up_sources(made, frame, &tally, arena, error));
    made->parts.names = frame->names;
    made->parts.fields = frame->fields;
    made->parts.n_fields = frame->n_fields;
    made->parts.channel_field = frame->channel_field;
    made->parts.worth_field = frame->worth_field;
    made->parts.journey_field = frame->journey_field;
done:
    return status;
}

static trod_status fill(const struct trod_store *store, enum store_reading how,
                        struct store_parts *made, struct trod_arena *arena,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts *const parts = &made->parts;
    uint64_t n_events = 0;
    for (size_t i = 0; i < made->n_files; i++) n_events += made->files[i].n_events;
    const uint64_t memory =
        store->run && store->run->memory_bytes ? store->run->memory_bytes : (uint64_t)4 << 30;
    TROD_TRY(store_ranges_make(made->files, made->n_files,
                               events_at_once(n_events, parts->n_fields, memory, store->run),
                               arena, &made->ranges, error));
    parts->n_events = n_events;
    parts->n_parts = made->ranges.n;
    if (how == STORE_OVERLAID || (how == STORE_QUICK && store_overlay_pays(made, memory))) {
        TROD_TRY(store_overlay_make(made, how == STORE_OVERLAID, arena, &made->overlay, error));
        parts->n_parts = store_overlay_count(made->overlay);
    }
    uint64_t *const first_hash = TROD_NEW_ARRAY(arena, parts->n_parts, uint64_t);
    TROD_TRY_ALLOC(first_hash, error);
    for (size_t i = 1; i < parts->n_parts; i++) {
        const uint32_t file =
            made->overlay ? store_overlay_file(made->overlay, i) : TROD_NO_ID;
        first_hash[i] = !made->overlay       ? made->ranges.at[i].first
                        : file == TROD_NO_ID ? UINT64_MAX
                                             : made->files[file].first_hash;
    }
    TROD_TRY_ALLOC(made->shelf = store_shelf_make(parts->n_parts, memory / 8), error);
    TROD_TRY_ALLOC(made->glances = store_shelf_make(made->n_files, memory / 16), error);
    parts->first_us = parts->last_us = TROD_NO_TIME;
    for (size_t i = 0; i < made->n_files; i++)
        store_span_add(&parts->first_us, &parts->last_us, made->files[i].first_us,
                       made->files[i].last_us);
    parts->has_times = parts->first_us != TROD_NO_TIME;
    parts->first_hash = first_hash;
    parts->open = open_part;
    parts->single = store_parts_single;
    parts->gaps = store_parts_gaps;
    parts->release = release;
    parts->owner = made;
    parts->arena = arena;
done:
    return status;
}

/* One state of files and inbox. *again, if it came set: a file of it is gone, and was
 * not so already in the state `before`. */
static trod_status read_once(struct trod_store *store, enum store_reading how, int64_t before,
                             struct store_parts *made, struct trod_arena *arena, bool *again,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    bool gone = false;
    const bool with_inbox = how != STORE_FILES;
    if (with_inbox) TROD_TRY(store_inbox_begin(store, error));
    TROD_TRY(store_catalogue_read(store, arena, &made->state, error));
    set_frame(made);
    TROD_TRY_ALLOC(made->tool = trod_part_tool_make(arena), error);
    TROD_TRY(map_files(store, made, arena, &gone, error));
    *again = *again && gone && made->state.generation != before;
    if (with_inbox && !*again) TROD_TRY(add_inbox(store, how == STORE_ORDERED, made, arena, error));
done:
    if (with_inbox) store_inbox_end(store);
    return status;
}

trod_status store_parts_read(struct trod_store *store, enum store_reading how,
                             struct store_parts **parts, struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t before = -1; /* the generation of which a file was gone */
    for (int attempt = 0;; attempt++) {
        struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
        struct store_parts *const made = arena ? TROD_NEW(arena, struct store_parts) : NULL;
        bool again = attempt < MOST_ATTEMPTS;
        status = made ? read_once(store, how, before, made, arena, &again, error)
                      : trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        if (status == TROD_OK && !again) status = fill(store, how, made, arena, error);
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

static trod_status read_as(struct trod_store *store, enum store_reading how,
                           struct trod_parts **parts, struct trod_error *error) {
    struct store_parts *made = NULL;
    const trod_status status = store_parts_read(store, how, &made, error);
    if (status == TROD_OK) *parts = &made->parts;
    return status;
}

trod_status trod_store_parts(struct trod_store *store, struct trod_parts **parts,
                             struct trod_error *error) {
    return read_as(store, STORE_ORDERED, parts, error);
}

trod_status trod_store_parts_quick(struct trod_store *store, struct trod_parts **parts,
                                   struct trod_error *error) {
    return read_as(store, STORE_QUICK, parts, error);
}
