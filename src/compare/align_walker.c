/* Walkers: the set of states in which the least readings of a net may be, and the blocks that
 * they are in. A block may be left after several steps at the same weight; each of these ways
 * out has a walker for each part, shared among ways out that leave after the same of the part's
 * own steps. */
#include "compare/align_walk.h"

trod_status align_walk_no_memory(struct align_walk *walk) {
    return trod_fail(walk->error, TROD_NO_MEMORY, "there is not enough memory");
}

/* TROD_TOO_MUCH if the walk would take more than it may. */
static trod_status account(struct align_walk *walk, double bytes) {
    walk->bytes += bytes;
    return walk->bytes > walk->most_bytes ? TROD_TOO_MUCH : TROD_OK;
}

trod_status align_walker_make(struct align_walk *walk, const struct align_steps *steps,
                              uint32_t from, uint32_t to, bool open,
                              struct align_walker **walker) {
    trod_status status = TROD_OK;
    const size_t n = steps->net->n_states;
    const uint32_t stride = align_reading_stride(steps, to - from);
    TROD_TRY(account(walk, 24 * (double)n + 8 * (double)n * (stride + 2.0) + 256));
    struct align_walker *const made = TROD_NEW(walk->arena, struct align_walker);
    TROD_TRY_ALLOC(made, walk->error);
    uint32_t **const arrays[] = {&made->states,    &made->old_states, &made->stamp,
                                 &made->old_stamp, &made->length,     &made->reached};
    for (size_t i = 0; i < TROD_COUNT(arrays); i++) {
        *arrays[i] = TROD_NEW_ARRAY(walk->arena, n, uint32_t);
        TROD_TRY_ALLOC(*arrays[i], walk->error);
    }
    for (size_t s = 0; s < n; s++) made->length[s] = UINT32_MAX;
    TROD_TRY(align_reading_make(steps, from, to, open, stride, walk->arena, &made->reading,
                                walk->error));
    made->at = from;
    made->round = 1;
    align_walker_put(made, steps->net->start);
    TROD_TRY(align_walker_close(walk, made));
    *walker = made;
done:
    return status;
}

/* ---- Blocks ------------------------------------------------------------------------------ */

/* Whether the rest from a state, at a step, may be least in another way than by an extra step
 * now: if not, a block may as well be left one step later. */
static trod_status may_go_on(struct align_walk *walk, struct align_reading *reading,
                             uint32_t state, uint32_t at, bool *may) {
    trod_status status = TROD_OK;
    const struct align_net *const net = reading->steps->net;
    const int64_t *const rest = align_reading_column(reading, at);
    const int64_t *const next = rest + net->n_states;
    uint32_t *const list = TROD_NEW_ARRAY(walk->arena, net->n_states, uint32_t);
    TROD_TRY_ALLOC(list, walk->error);
    bool *const found = TROD_NEW_ARRAY(walk->arena, net->n_states, bool);
    TROD_TRY_ALLOC(found, walk->error);
    *may = true;
    uint32_t n = 1;
    list[0] = state;
    found[state] = true;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t e = net->out.first[list[i]]; e < net->out.first[list[i] + 1]; e++) {
            const uint32_t to = net->out.state[e];
            if (found[to] || rest[to] + net->out.weight[e] != rest[list[i]]) continue;
            found[to] = true;
            list[n++] = to;
        }
    for (size_t b = 0; b < net->n_blocks; b++)
        if (found[net->blocks[b].from]) goto done;
    const uint32_t kind = reading->steps->kind[at];
    for (uint32_t k = net->kind_first[kind]; k < net->kind_first[kind + 1]; k++)
        for (uint32_t e = net->first[net->kind_label[k]];
             e < net->first[net->kind_label[k] + 1]; e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (found[sync->from] &&
                next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) == rest[sync->from])
                goto done;
        }
    *may = false;
done:
    return status;
}

static trod_status part_walker(struct align_walk *walk, struct align_entry *entry,
                               const struct align_block_steps *block, uint32_t part,
                               uint32_t from, uint32_t exit,
                               struct align_part_walker **walker) {
    trod_status status = TROD_OK;
    for (size_t i = 0; i < entry->n_walkers; i++)
        if (entry->walkers[i]->part == part && entry->walkers[i]->exit == exit) {
            *walker = entry->walkers[i];
            return TROD_OK;
        }
    struct align_part_walker *const made = TROD_NEW(walk->arena, struct align_part_walker);
    TROD_TRY_ALLOC(made, walk->error);
    *made = (struct align_part_walker){.part = part, .exit = exit};
    const struct align_steps *const steps = block->parts[part];
    const bool open = exit == ALIGN_ANYWHERE;
    TROD_TRY(align_walker_make(walk, steps, from, open ? steps->n : exit, open, &made->walker));
    if (!TROD_PUSH(walk->arena, entry->walkers, entry->n_walkers, entry->room_walkers, made))
        TROD_TRY(align_walk_no_memory(walk));
    *walker = made;
done:
    return status;
}

/* One way out of the block: a walker for each part. */
static trod_status add_inside(struct align_walk *walk, struct align_entry *entry,
                              const struct align_block_steps *block, uint32_t n_parts,
                              uint32_t exit, const uint32_t *from, const uint32_t *to) {
    trod_status status = TROD_OK;
    TROD_TRY(account(walk, 8.0 * n_parts + 32));
    struct align_inside inside = {.exit = exit};
    inside.parts = TROD_NEW_ARRAY(walk->arena, n_parts, struct align_part_walker *);
    TROD_TRY_ALLOC(inside.parts, walk->error);
    for (uint32_t p = 0; p < n_parts; p++)
        TROD_TRY(part_walker(walk, entry, block, p, from[p],
                             exit == ALIGN_ANYWHERE ? ALIGN_ANYWHERE : to[p],
                             &inside.parts[p]));
    if (!TROD_PUSH(walk->arena, entry->insides, entry->n_insides, entry->room_insides, inside))
        TROD_TRY(align_walk_no_memory(walk));
done:
    return status;
}

/* The least ways through the block from the walker's step on. */
static trod_status find_insides(struct align_walk *walk, struct align_walker *walker,
                                struct align_entry *entry) {
    trod_status status = TROD_OK;
    struct align_reading *const reading = walker->reading;
    const struct align_steps *const steps = reading->steps;
    const struct align_block *const block = &steps->net->blocks[entry->block];
    const struct align_block_steps *const mine = &steps->blocks[entry->block];
    const uint32_t i = walker->at, n_parts = block->n_parts;
    TROD_TRY(account(walk, 8.0 * n_parts + 8.0 * (steps->n - i) + 64));
    uint32_t *const from = TROD_NEW_ARRAY(walk->arena, n_parts, uint32_t);
    TROD_TRY_ALLOC(from, walk->error);
    uint32_t *const to = TROD_NEW_ARRAY(walk->arena, n_parts, uint32_t);
    TROD_TRY_ALLOC(to, walk->error);
    int64_t *const row = TROD_NEW_ARRAY(walk->arena, (size_t)(steps->n - i) + 1, int64_t);
    TROD_TRY_ALLOC(row, walk->error);
    align_block_row(steps, entry->block, i, row);
    for (uint32_t j = 0; j < i; j++)
        if (mine->owner[j] != ALIGN_FOREIGN) from[mine->owner[j]]++;
    memcpy(to, from, n_parts * sizeof *to);
    const int64_t rest = align_reading_column(reading, i)[block->from];
    for (uint32_t j = i + 1; j <= reading->to; j++) {
        if (mine->owner[j - 1] != ALIGN_FOREIGN) to[mine->owner[j - 1]]++;
        if (row[j - i] + align_reading_column(reading, j)[block->to] != rest) continue;
        bool may = true;
        if (j < reading->to) TROD_TRY(may_go_on(walk, reading, block->to, j, &may));
        if (may) TROD_TRY(add_inside(walk, entry, mine, n_parts, j, from, to));
    }
    if (reading->open && mine->open[i] == rest)
        TROD_TRY(add_inside(walk, entry, mine, n_parts, ALIGN_ANYWHERE, from, to));
done:
    return status;
}

static struct align_entry *entry_at(struct align_entry *list, size_t block, uint32_t at) {
    while (list && (list->block != block || list->from != at)) list = list->next;
    return list;
}

trod_status align_walker_prepare(struct align_walk *walk, struct align_walker *walker,
                                 size_t block, struct align_entry **entry) {
    trod_status status = TROD_OK;
    *entry = entry_at(walker->prepared, block, walker->at);
    if (*entry) return TROD_OK;
    struct align_entry *const made = TROD_NEW(walk->arena, struct align_entry);
    TROD_TRY_ALLOC(made, walk->error);
    *made = (struct align_entry){.block = block, .from = walker->at, .next = walker->prepared};
    walker->prepared = made;
    /* An opening block is entered before the first step, with all that is extra before it in
     * it. */
    if (!align_walker_net(walker)->blocks[block].opens || walker->at == walker->reading->from)
        TROD_TRY(find_insides(walk, walker, made));
    *entry = made;
done:
    return status;
}

/* The walker goes into the block: what was prepared is now where it is. */
static trod_status enter(struct align_walk *walk, struct align_walker *walker, size_t block) {
    trod_status status = TROD_OK;
    struct align_entry *entry = NULL;
    TROD_TRY(align_walker_prepare(walk, walker, block, &entry));
    if (entry->n_insides == 0) goto done; /* it stays prepared: nobody looks again */
    struct align_entry **link = &walker->prepared;
    while (*link != entry) link = &(*link)->next;
    *link = entry->next;
    entry->next = walker->entries;
    walker->entries = entry;
done:
    return status;
}

/* Whether all parts stand at their end and the block is left here. */
static bool leaves(const struct align_walker *walker, const struct align_entry *entry,
                   const struct align_inside *inside) {
    const struct align_block *const block = &align_walker_net(walker)->blocks[entry->block];
    if (inside->exit != walker->at) return false;
    for (uint32_t p = 0; p < block->n_parts; p++)
        if (!align_walker_holds(inside->parts[p]->walker, block->parts[p]->end)) return false;
    return true;
}

trod_status align_walker_close(struct align_walk *walk, struct align_walker *walker) {
    trod_status status = TROD_OK;
    const struct align_net *const net = align_walker_net(walker);
    uint32_t i = 0, known;
    do {
        const int64_t *const rest = align_reading_column(walker->reading, walker->at);
        for (; i < walker->n_states; i++) {
            const uint32_t s = walker->states[i];
            for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
                const uint32_t to = net->out.state[e];
                if (net->out.weight[e] == 0 && rest[to] == rest[s] &&
                    net->hops[net->out.hop[e]].n_skips == 0)
                    align_walker_put(walker, to);
            }
        }
        known = walker->n_states;
        for (size_t b = 0; b < net->n_blocks; b++)
            if (align_walker_holds(walker, net->blocks[b].from) &&
                !entry_at(walker->entries, b, walker->at))
                TROD_TRY(enter(walk, walker, b));
        for (const struct align_entry *entry = walker->entries; entry; entry = entry->next)
            for (size_t j = 0; j < entry->n_insides; j++)
                if (leaves(walker, entry, &entry->insides[j]))
                    align_walker_put(walker, net->blocks[entry->block].to);
    } while (walker->n_states > known);
done:
    return status;
}
