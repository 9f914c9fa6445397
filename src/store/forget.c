/* Forgetting a customer. Every file that knows it is written anew without it, in the same set;
 * the values that nobody else in the file has go with it, since a file's dictionaries are its
 * own. Names of events, columns and sources are the whole log's: those that nobody uses any
 * more lose their texts in the catalogue, and keep their numbers. SQLite overwrites what it
 * deletes, and its log is emptied, so that no byte of the id stays in .trod; if the process is
 * stopped before that, the next change does it. */
#include "store/forget.h"
#include "store/inbox.h"

struct forgetting {
    struct trod_change *change;
    trod_str id;
    uint64_t n_events;
    /* what the customer had, and nobody else was found to have so far */
    struct trod_bits names, fields, sources;
    struct store_set_tally *sets; /* those with a file written anew */
    size_t n_sets, sets_room;
};

/* ---- The files that know the customer ---- */

static void note_columns(struct forgetting *forgetting, const struct trod_part *part,
                         bool has) {
    for (size_t i = 0; i < part->n_columns; i++) {
        if (part->columns[i].field >= forgetting->fields.n) continue;
        if (has)
            trod_bits_add(&forgetting->fields, part->columns[i].field);
        else
            trod_bits_drop(&forgetting->fields, part->columns[i].field);
    }
}

static void note_customer(struct forgetting *forgetting, const struct trod_rows *rows) {
    for (uint32_t i = 0; i < rows->n_events; i++) {
        if (rows->name[i] < forgetting->names.n)
            trod_bits_add(&forgetting->names, rows->name[i]);
        if (rows->source[i] < forgetting->sources.n)
            trod_bits_add(&forgetting->sources, rows->source[i]);
    }
    forgetting->n_events += rows->n_events;
}

static trod_status note_set(struct forgetting *forgetting, uint32_t set,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_set_tally made = {.set = set};
    for (size_t i = 0; i < forgetting->n_sets; i++)
        if (forgetting->sets[i].set == set) return TROD_OK;
    TROD_TRY_ALLOC(TROD_PUSH(forgetting->change->arena, forgetting->sets, forgetting->n_sets,
                             forgetting->sets_room, made),
                   error);
done:
    return status;
}

/* Leaves out columns in which nobody else has a value. */
static trod_status drop_empty_columns(struct trod_rows *rows, struct trod_arena *arena,
                                      struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n = 0;
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(arena, rows->n_columns, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, error);
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct trod_rows_column *const column = &rows->columns[i];
        const uint32_t n_rows = column->fact ? rows->n_customers : rows->n_events;
        bool any = false;
        for (uint32_t row = 0; row < n_rows && !any; row++)
            any = column->code ? column->code[row] != 0 : column->text[row].at != NULL;
        if (any) columns[n++] = *column;
    }
    rows->columns = columns;
    rows->n_columns = n;
done:
    return status;
}

static trod_status rewrite(struct forgetting *forgetting, size_t i,
                           const struct trod_part *part, uint32_t customer,
                           struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *const change = forgetting->change;
    const uint32_t set = change->parts->state.files[i].set;
    struct trod_rows rows, of_customer, others;
    struct trod_packed packed;
    uint64_t n_dropped = 0;
    const struct trod_rows_options options = {
        .id_field = TROD_NO_ID, .without = &forgetting->id, .n_without = 1};
    TROD_TRY(trod_part_unpack(part, customer, 1, arena, &of_customer, error));
    note_customer(forgetting, &of_customer);
    note_columns(forgetting, part, true);
    TROD_TRY(note_set(forgetting, set, error));
    TROD_TRY(trod_part_unpack(part, 0, part->n_customers, arena, &rows, error));
    const struct trod_rows *const list[] = {&rows};
    TROD_TRY(trod_rows_merge(list, 1, &options, arena, &others, &n_dropped, error));
    if (others.n_customers) {
        TROD_TRY(drop_empty_columns(&others, arena, error));
        TROD_TRY(trod_part_pack(&others, arena, &packed, error));
        TROD_TRY(store_change_write(change, set, &packed, error));
    }
    change->fates[i] = STORE_OUT;
done:
    return status;
}

static trod_status rewrite_files(struct forgetting *forgetting, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = forgetting->change->parts;
    const uint64_t hash = trod_customer_hash(forgetting->id);
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    for (size_t i = 0; i < parts->state.n_files; i++) {
        const struct store_file *const file = &parts->state.files[i];
        const struct trod_part *part = NULL;
        if (hash < file->first_hash || hash > file->last_hash) continue;
        trod_arena_reset(arena);
        TROD_TRY(store_map_part(&parts->maps[i], arena, &part, error));
        const uint32_t customer = trod_part_find(part, forgetting->id);
        if (customer != TROD_NO_ID)
            TROD_TRY(rewrite(forgetting, i, part, customer, arena, error));
    }
done:
    trod_arena_free(arena);
    return status;
}

/* ---- What the others have ---- */

static void drop_names(struct trod_bits *names, const struct trod_part *part) {
    if (trod_bits_count(names) == 0) return;
    for (uint32_t i = 0; i < part->n_events; i++) {
        const uint32_t name = part->name_bytes == 1   ? ((const uint8_t *)part->name)[i]
                              : part->name_bytes == 2 ? ((const uint16_t *)part->name)[i]
                                                      : ((const uint32_t *)part->name)[i];
        if (name < names->n) trod_bits_drop(names, name);
    }
}

/* A file of the log as it will be: takes what it uses from what the customer alone had, and
 * counts its sources if its set is one that changes. */
static trod_status look_at(struct forgetting *forgetting, uint32_t set,
                           const struct store_map *map, struct trod_arena *scratch,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *part = NULL;
    TROD_TRY(store_map_part(map, scratch, &part, error));
    drop_names(&forgetting->names, part);
    note_columns(forgetting, part, false);
    for (size_t i = 0; i < forgetting->n_sets; i++)
        if (forgetting->sets[i].set == set)
            TROD_TRY(store_tally_part(&forgetting->sets[i].tally, part,
                                      forgetting->change->arena, error));
done:
    return status;
}

static trod_status look_at_others(struct forgetting *forgetting, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *const change = forgetting->change;
    const struct store_parts *const parts = change->parts;
    struct trod_arena *const scratch = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = 0; i < parts->state.n_files; i++) {
        if (change->fates[i] == STORE_OUT) continue;
        trod_arena_reset(scratch);
        TROD_TRY(
            look_at(forgetting, parts->state.files[i].set, &parts->maps[i], scratch, error));
    }
    for (size_t i = 0; i < change->n_added; i++) {
        struct store_map map;
        bool gone = false;
        trod_arena_reset(scratch);
        TROD_TRY(store_map_open_aside(change->store, &change->added[i], &map, &gone, error));
        status = look_at(forgetting, change->added[i].set, &map, scratch, error);
        store_map_close(&map);
        if (status != TROD_OK) goto done;
    }
done:
    trod_arena_free(scratch);
    return status;
}

/* Sources that other sets, or what stays of these, still have events of. */
static void drop_sources(struct forgetting *forgetting) {
    const struct store_state *const state = &forgetting->change->parts->state;
    for (size_t i = 0; i < state->n_set_sources; i++) {
        bool changes = false;
        for (size_t s = 0; s < forgetting->n_sets; s++)
            changes |= forgetting->sets[s].set == state->set_sources[i].set;
        if (!changes) trod_bits_drop(&forgetting->sources, state->set_sources[i].source);
    }
    for (size_t s = 0; s < forgetting->n_sets; s++) {
        const struct store_tally *const tally = &forgetting->sets[s].tally;
        for (size_t i = 0; i < tally->n_sources && i < forgetting->sources.n; i++)
            if (tally->sources[i].n_events) trod_bits_drop(&forgetting->sources, i);
    }
}

static const uint32_t *members(const struct trod_bits *bits, struct trod_arena *arena,
                               size_t *n) {
    *n = 0;
    uint32_t *const list = TROD_NEW_ARRAY(arena, trod_bits_count(bits), uint32_t);
    for (size_t i = 0; list && i < bits->n; i++)
        if (trod_bits_has(bits, i)) list[(*n)++] = (uint32_t)i;
    return list;
}

static trod_status set_blanks(struct forgetting *forgetting, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *const change = forgetting->change;
    struct store_blanks *const blanks = &change->blanks;
    blanks->names = members(&forgetting->names, change->arena, &blanks->n_names);
    blanks->fields = members(&forgetting->fields, change->arena, &blanks->n_fields);
    blanks->sources = members(&forgetting->sources, change->arena, &blanks->n_sources);
    TROD_TRY_ALLOC(blanks->names && blanks->fields && blanks->sources, error);
    blanks->sets = forgetting->sets;
    blanks->n_sets = forgetting->n_sets;
    blanks->id = forgetting->id;
    blanks->n_customers = 1;
done:
    return status;
}

/* ---- Forgetting ---- */

static trod_status forget(struct trod_change *change, trod_str id, uint64_t *n_events,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_state *const state = &change->parts->state;
    struct forgetting forgetting = {.change = change, .id = id};
    forgetting.names = trod_bits_make(change->arena, trod_dict_count(state->names));
    forgetting.fields = trod_bits_make(change->arena, state->n_fields);
    forgetting.sources = trod_bits_make(change->arena, state->n_sources);
    TROD_TRY_ALLOC(
        forgetting.names.words && forgetting.fields.words && forgetting.sources.words, error);
    TROD_TRY(rewrite_files(&forgetting, error));
    *n_events = forgetting.n_events;
    if (forgetting.n_sets == 0) goto done;
    TROD_TRY(look_at_others(&forgetting, error));
    drop_sources(&forgetting);
    TROD_TRY(set_blanks(&forgetting, error));
    TROD_TRY(trod_change_commit(change, error));
done:
    return status;
}

/* What could not be deleted would still know the customer: unlike after other changes, that is
 * a failure. */
static trod_status sweep(struct trod_store *store, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_state state = {0};
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(store_catalogue_read(store, arena, &state, error));
    TROD_TRY(store_sweep(store, &state, error));
done:
    trod_dict_free(state.names);
    trod_arena_free(arena);
    return status;
}

trod_status trod_store_forget(struct trod_store *store, trod_str id, const struct trod_run *run,
                              uint64_t *n_events, uint64_t *n_left, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *change = NULL;
    uint64_t n_folded = 0, n_late = 0;
    *n_events = *n_left = 0;
    /* What the inbox has goes the way of the files; what came in meanwhile is deleted there. */
    TROD_TRY(trod_store_fold(store, run, &n_folded, error));
    TROD_TRY(trod_store_begin(store, store->wait_us, &change, error));
    TROD_TRY(forget(change, id, n_events, error));
    TROD_TRY(sweep(store, error));
    TROD_TRY(store_inbox_forget(store, id, &n_late, error));
    TROD_TRY(store_scrub(store, error));
    TROD_TRY(store_inbox_scrub(store, error));
    *n_events += n_late;
    TROD_TRY(store_look_for(store, id, run, n_left, error));
done:
    trod_change_free(change);
    return status;
}
