/* One set of all, in as many parts as an import of them all would have made. A file that alone
 * has customers in the range of a part, and lies in it whole, stays as it is and only changes
 * its set. */
#include "store/change.h"
#include "store/inbox.h"
#include "store/overlay.h"

enum {
    MOST_BITS = 16, /* of parts, however little memory there is */
};

struct compacting {
    struct trod_change *change;
    struct store_ranges ranges; /* each becomes a part */
    const struct trod_run *run;
    uint64_t n_bytes, n_done; /* for the progress: of the files, and ranges put together */
};

/* The one file that is all of the range; NULL if there is none. */
static trod_status sole_file(const struct compacting *compacting,
                             const struct store_range *range, struct trod_arena *arena,
                             const struct store_piece **sole, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = compacting->change->parts;
    const struct store_piece *found = NULL;
    *sole = NULL;
    for (size_t i = 0; i < range->n_pieces; i++) {
        const struct store_piece *const piece =
            &compacting->ranges.pieces[range->first_piece + i];
        if (!piece->whole) { /* a file that passes over this range may have nobody in it */
            const struct trod_part *part = NULL;
            TROD_TRY(store_map_part(&parts->maps[piece->file], arena, &part, error));
            const uint32_t from = trod_part_seek(part, piece->first);
            const uint32_t to = piece->last == UINT64_MAX
                                    ? part->n_customers
                                    : trod_part_seek(part, piece->last + 1);
            if (from == to) continue;
        }
        if (found || !piece->whole) return TROD_OK;
        found = piece;
    }
    *sole = found;
done:
    return status;
}

static trod_status put_together(struct compacting *compacting, const struct store_range *range,
                                struct trod_arena *arena, struct store_tally *tally,
                                uint64_t *n_customers, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *const change = compacting->change;
    const struct trod_part *part = NULL;
    const struct store_piece *sole = NULL;
    struct trod_rows rows;
    struct trod_packed packed;
    TROD_TRY(sole_file(compacting, range, arena, &sole, error));
    if (sole) {
        TROD_TRY(store_map_part(&change->parts->maps[sole->file], arena, &part, error));
        change->fates[sole->file] = STORE_MOVE;
    } else {
        struct trod_arena *const aside = trod_arena_make(STORE_ARENA_BYTES);
        TROD_TRY_ALLOC(aside, error);
        status =
            store_pieces_rows(change->parts, compacting->ranges.pieces + range->first_piece,
                              range->n_pieces, aside, &rows, error);
        const bool any = status == TROD_OK && rows.n_customers > 0;
        if (any) status = trod_part_pack(&rows, arena, &packed, error);
        trod_arena_free(aside);
        if (!any || status != TROD_OK) goto done;
        TROD_TRY(store_change_write(change, change->set, &packed, error));
        TROD_TRY(trod_part_open(packed.sections, packed.n_sections, arena, &part, error));
    }
    *n_customers = part->n_customers;
    TROD_TRY(store_tally_part(tally, part, arena, error));
done:
    return status;
}

static trod_status compact_range(void *owner, size_t i, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct compacting *const compacting = owner;
    struct trod_change *const change = compacting->change;
    struct store_tally tally = {0};
    uint64_t n_customers = 0;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(put_together(compacting, &compacting->ranges.at[i], arena, &tally, &n_customers,
                          error));
    pthread_mutex_lock(&change->mutex);
    change->n_new_customers += n_customers;
    status = store_tally_add(&change->tally, &tally, change->arena, error);
    const uint64_t n_done = ++compacting->n_done;
    pthread_mutex_unlock(&change->mutex);
    if (compacting->run && compacting->run->progress)
        compacting->run->progress(compacting->run->owner, "putting together",
                                  compacting->n_bytes / compacting->ranges.n * n_done,
                                  compacting->n_bytes);
done:
    trod_arena_free(arena);
    return status;
}

/* As an import would cut, or finer, so that each thread has the memory for its part. */
static unsigned part_bits(const struct store_state *state, const struct trod_run *run) {
    const uint64_t memory = run && run->memory_bytes ? run->memory_bytes : (uint64_t)4 << 30;
    const uint64_t most = memory / trod_run_threads(run) / STORE_EVENT_BYTES;
    uint64_t n_events = 0;
    for (size_t i = 0; i < state->n_files; i++) n_events += state->files[i].n_events;
    unsigned bits = store_part_bits(n_events, state->n_fields);
    while (bits < MOST_BITS && n_events >> bits > most) bits++;
    return bits;
}

/* One set whose files are not far more than they should be. */
static bool is_compact(const struct store_state *state, unsigned bits) {
    if (state->n_files == 0) return true;
    return state->files[0].set == state->files[state->n_files - 1].set &&
           state->n_files <= (size_t)4 << bits;
}

trod_status trod_store_compact(struct trod_store *store, const struct trod_run *run,
                               struct trod_store_about *before, struct trod_store_about *after,
                               struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct compacting compacting = {0};
    struct trod_change *change = NULL;
    uint64_t n_folded = 0;
    if (before) TROD_TRY(trod_store_about(store, arena, before, error));
    TROD_TRY(trod_store_fold(store, run, &n_folded, error));
    TROD_TRY(trod_store_begin(store, store->wait_us, &change, error));
    compacting.change = change;
    compacting.run = run;
    const struct store_state *const state = &change->parts->state;
    const unsigned bits = part_bits(state, run);
    if (!is_compact(state, bits)) {
        TROD_TRY(store_grid_make(state->files, state->n_files, bits, change->arena,
                                 &compacting.ranges, error));
        for (size_t i = 0; i < state->n_files; i++)
            compacting.n_bytes += state->files[i].n_bytes;
        change->merging = true;
        memset(change->fates, STORE_OUT, state->n_files);
        TROD_TRY(trod_run_each(run, compacting.ranges.n, compact_range, &compacting, error));
        TROD_TRY(trod_change_commit(change, error));
    }
    if (after) TROD_TRY(trod_store_about(store, arena, after, error));
done:
    trod_change_free(change);
    return status;
}

/* A few late events are put among the others as a question comes by them (overlay.c); more than a
 * share of the largest set, or too many sets, would cost each question anew. */
static bool is_settled(const struct store_state *state, uint64_t n_inbox,
                       const struct trod_run *run) {
    enum { MANY_SETS = 16, MANY_ROWS = 50000 };
    const uint64_t memory = run && run->memory_bytes ? run->memory_bytes : (uint64_t)4 << 30;
    struct store_load load = {0}; /* of an event of the inbox a customer is counted */
    uint64_t n_sets = 0, n_all = n_inbox, n_customers = n_inbox;
    for (size_t i = 0; i < state->n_files; n_sets++) {
        struct store_load set = {0};
        const uint32_t number = state->files[i].set;
        for (; i < state->n_files && state->files[i].set == number; i++) {
            set.n_events += state->files[i].n_events;
            set.n_customers += state->files[i].n_customers;
        }
        n_all += set.n_events;
        n_customers += set.n_customers;
        if (set.n_events > load.n_events) load = set;
    }
    if (n_sets > MANY_SETS) return false;
    if (n_sets < 2 && n_inbox < MANY_ROWS) return true;
    load.n_late_events = n_all - load.n_events;
    load.n_late_customers = n_customers - load.n_customers;
    return store_load_is_light(&load, memory);
}

trod_status trod_store_settle(struct trod_store *store, const struct trod_run *run,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct store_state state = {0};
    struct trod_store_inbox inbox = {0};
    const int64_t wait_us = store->wait_us;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    if (store->mode == TROD_STORE_READ) goto done;
    TROD_TRY(store_catalogue_read(store, arena, &state, error));
    TROD_TRY(store_inbox_about(store, state.folded, &inbox, error));
    if (is_settled(&state, inbox.n_events, run)) goto done;
    store->wait_us = 0;
    status = trod_store_compact(store, run, NULL, NULL, arena, error);
    store->wait_us = wait_us;
    /* What cannot be put in order can still be asked; what is damaged the question will tell. */
    if (status == TROD_BUSY || status == TROD_IO || status == TROD_BAD_INPUT) status = TROD_OK;
done:
    trod_dict_free(state.names);
    trod_arena_free(arena);
    return status;
}
