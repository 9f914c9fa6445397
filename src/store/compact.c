/* One set of all. Neighbouring ranges are put together until they make a part of a good size;
 * a file that alone makes such a part, and that no younger set has customers for, stays as it
 * is and only changes its set. */
#include "store/change.h"

enum {
    WAIT_US = 5000000,     /* for the lock */
    BYTES_AN_EVENT = 600,  /* of memory, while rows are put together: about */
    LEAST_EVENTS = 100000, /* in a part, however little memory there is */
};

/* Ranges that become one part. */
struct group {
    size_t first, n;
};
struct compacting {
    struct trod_change *change;
    struct store_ranges ranges;
    struct group *groups;
    size_t n_groups;
};

/* The one file that is the whole group; NULL if there is none. */
static trod_status sole_file(const struct compacting *compacting, const struct group *group,
                             struct trod_arena *arena, const struct store_piece **sole,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_parts *const parts = compacting->change->parts;
    *sole = NULL;
    if (group->n != 1) return TROD_OK;
    const struct store_range *const range = &compacting->ranges.at[group->first];
    const struct store_piece *found = NULL;
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

static trod_status put_together(struct compacting *compacting, const struct group *group,
                                struct trod_arena *arena, struct store_tally *tally,
                                uint64_t *n_customers, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_change *const change = compacting->change;
    const struct store_ranges *const ranges = &compacting->ranges;
    const struct trod_part *part = NULL;
    const struct store_piece *sole = NULL;
    struct trod_rows rows;
    struct trod_packed packed;
    TROD_TRY(sole_file(compacting, group, arena, &sole, error));
    if (sole) {
        TROD_TRY(store_map_part(&change->parts->maps[sole->file], arena, &part, error));
        change->fates[sole->file] = STORE_MOVE;
    } else {
        const size_t first = ranges->at[group->first].first_piece;
        const struct store_range *const last = &ranges->at[group->first + group->n - 1];
        struct trod_arena *const aside = trod_arena_make(STORE_ARENA_BYTES);
        TROD_TRY_ALLOC(aside, error);
        status =
            store_pieces_rows(change->parts, ranges->pieces + first,
                              last->first_piece + last->n_pieces - first, aside, &rows, error);
        if (status == TROD_OK && rows.n_customers)
            status = trod_part_pack(&rows, arena, &packed, error);
        const bool any = status == TROD_OK && rows.n_customers > 0;
        trod_arena_free(aside);
        if (!any) goto done;
        TROD_TRY(store_change_write(change, change->set, &packed, error));
        TROD_TRY(trod_part_open(packed.sections, packed.n_sections, arena, &part, error));
    }
    *n_customers = part->n_customers;
    TROD_TRY(store_tally_part(tally, part, arena, error));
done:
    return status;
}

static trod_status compact_group(void *owner, size_t i, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct compacting *const compacting = owner;
    struct trod_change *const change = compacting->change;
    struct store_tally tally = {0};
    uint64_t n_customers = 0;
    struct trod_arena *const arena = trod_arena_make(STORE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(
        put_together(compacting, &compacting->groups[i], arena, &tally, &n_customers, error));
    pthread_mutex_lock(&change->mutex);
    change->n_new_customers += n_customers;
    status = store_tally_add(&change->tally, &tally, change->arena, error);
    pthread_mutex_unlock(&change->mutex);
done:
    trod_arena_free(arena);
    return status;
}

/* Pieces of a group are handed on in the order of ranges, and in each range older sets first. A
 * customer is in one range alone, so that is the order of its sets. */
static trod_status make_groups(struct compacting *compacting, uint64_t most_events,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct store_ranges *const ranges = &compacting->ranges;
    size_t room = 0;
    uint64_t n_events = 0;
    for (size_t i = 0; i < ranges->n; i++) {
        struct group *const last =
            compacting->n_groups ? &compacting->groups[compacting->n_groups - 1] : NULL;
        if (last && n_events + ranges->at[i].n_events <= most_events) {
            last->n++;
            n_events += ranges->at[i].n_events;
            continue;
        }
        const struct group group = {i, 1};
        TROD_TRY_ALLOC(TROD_PUSH(compacting->change->arena, compacting->groups,
                                 compacting->n_groups, room, group),
                       error);
        n_events = ranges->at[i].n_events;
    }
done:
    return status;
}

/* How many events may be put together at once on each thread. */
static uint64_t most_events(const struct trod_run *run) {
    const uint64_t memory = run && run->memory_bytes ? run->memory_bytes : (uint64_t)4 << 30;
    const uint64_t n = memory / trod_run_threads(run) / BYTES_AN_EVENT;
    if (n < LEAST_EVENTS) return LEAST_EVENTS;
    return n < STORE_PART_EVENTS ? n : STORE_PART_EVENTS;
}

trod_status trod_store_compact(struct trod_store *store, const struct trod_run *run,
                               struct trod_store_about *before, struct trod_store_about *after,
                               struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct compacting compacting = {0};
    struct trod_change *change = NULL;
    TROD_TRY(trod_store_begin(store, WAIT_US, &change, error));
    if (before) TROD_TRY(trod_store_about(store, arena, before, error));
    compacting.change = change;
    const struct store_state *const state = &change->parts->state;
    const uint64_t most = most_events(run);
    TROD_TRY(store_ranges_make(state->files, state->n_files, most, change->arena,
                               &compacting.ranges, error));
    TROD_TRY(make_groups(&compacting, most, error));
    const bool one_set =
        state->n_files == 0 || state->files[0].set == state->files[state->n_files - 1].set;
    if (!one_set || compacting.n_groups < state->n_files) {
        change->merging = true;
        memset(change->fates, STORE_OUT, state->n_files);
        TROD_TRY(trod_run_each(run, compacting.n_groups, compact_group, &compacting, error));
        TROD_TRY(trod_change_commit(change, error));
    }
    if (after) TROD_TRY(trod_store_about(store, arena, after, error));
done:
    trod_change_free(change);
    return status;
}
