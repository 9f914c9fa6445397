/* How many touchpoints the least readings must skip before the next step can be taken. Where
 * several runs of skips would do, the shortest is walked: so nothing is skipped before it must
 * be, and an any order keeps to itself what it still has to skip until it is left. */
#include "compare/align_walk.h"

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t sum(uint32_t a, uint32_t b) {
    return a == UINT32_MAX || b == UINT32_MAX ? UINT32_MAX : a + b;
}

static void reach(struct align_walker *walker, bool *known, uint32_t state) {
    if (known[state]) return;
    known[state] = true;
    walker->reached[walker->n_reached++] = state;
}

/* Skips in the rest of a part that has no step left. */
static uint32_t skips_in(int64_t weight) {
    return (uint32_t)(weight / ALIGN_COST + weight % ALIGN_EXTRA);
}

/* The same for a walker; all its readings have the same rest. */
static uint32_t skips_to_end(const struct align_walker *walker) {
    const struct align_net *const net = align_walker_net(walker);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    if (walker->n_states) return skips_in(rest[walker->states[0]]);
    if (walker->n_amid) {
        const struct align_hop *const hop = &net->hops[walker->amid[0].hop];
        return hop->n_skips - walker->amid[0].offset + skips_in(rest[hop->to]);
    }
    const struct align_entry *const entry = walker->entries;
    const struct align_block *const block = &net->blocks[entry->block];
    uint32_t n = skips_in(rest[block->to]);
    for (uint32_t p = 0; p < block->n_parts; p++)
        n += skips_to_end(entry->insides[0].parts[p]->walker);
    return n;
}

/* States at which the next step can be taken. */
static void find_steps(struct align_walker *walker, const bool *known) {
    struct align_reading *const reading = walker->reading;
    const struct align_net *const net = align_walker_net(walker);
    const uint32_t kind = reading->steps->kind[walker->at];
    const int64_t extra = reading->steps->kinds[kind].extra;
    const int64_t *const rest = align_reading_column(reading, walker->at);
    const int64_t *const next = rest + net->n_states;
    for (uint32_t k = net->kind_first[kind]; k < net->kind_first[kind + 1]; k++)
        for (uint32_t e = net->first[net->kind_label[k]];
             e < net->first[net->kind_label[k] + 1]; e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (known[sync->from] &&
                next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) == rest[sync->from])
                walker->length[sync->from] = 0;
        }
    for (uint32_t i = 0; i < walker->n_reached; i++) {
        const uint32_t s = walker->reached[i];
        if (next[s] + extra == rest[s]) walker->length[s] = 0;
    }
}

/* The lengths of the ways out of a block; the least of them. */
static trod_status measure_entry(struct align_walk *walk, struct align_walker *walker,
                                 struct align_entry *entry, uint32_t *shortest) {
    trod_status status = TROD_OK;
    const struct align_block *const block = &align_walker_net(walker)->blocks[entry->block];
    const uint32_t owner = walker->reading->steps->blocks[entry->block].owner[walker->at];
    *shortest = UINT32_MAX;
    for (size_t i = 0; i < entry->n_walkers; i++) {
        struct align_part_walker *const part = entry->walkers[i];
        part->task = ALIGN_REST;
        part->length = UINT32_MAX;
        if (part->part != owner || part->walker->at >= part->walker->reading->to) continue;
        TROD_TRY(align_walker_measure(walk, part->walker));
        part->length = part->walker->shortest;
    }
    for (size_t i = 0; i < entry->n_insides; i++) {
        struct align_inside *const inside = &entry->insides[i];
        if (inside->exit == walker->at) {
            inside->length = walker->length[block->to];
            for (uint32_t p = 0; p < block->n_parts; p++)
                inside->length = sum(inside->length, skips_to_end(inside->parts[p]->walker));
        } else {
            inside->length = owner == ALIGN_FOREIGN ? 0 : inside->parts[owner]->length;
        }
        *shortest = least(*shortest, inside->length);
    }
done:
    return status;
}

/* Along the hops, until nothing gets shorter. */
static void relax(struct align_walker *walker) {
    const struct align_net *const net = align_walker_net(walker);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = walker->n_reached; i-- > 0;) {
            const uint32_t s = walker->reached[i];
            for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
                const uint32_t to = net->out.state[e];
                if (rest[to] + net->out.weight[e] != rest[s]) continue;
                const uint32_t length =
                    sum(walker->length[to], net->hops[net->out.hop[e]].n_skips);
                if (length >= walker->length[s]) continue;
                walker->length[s] = length;
                again = true;
            }
        }
    }
}

trod_status align_walker_measure(struct align_walk *walk, struct align_walker *walker) {
    trod_status status = TROD_OK;
    const struct align_net *const net = align_walker_net(walker);
    struct trod_arena *const scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, walk->error);
    bool *const known = TROD_NEW_ARRAY(scratch, net->n_states, bool);
    TROD_TRY_ALLOC(known, walk->error);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    for (uint32_t i = 0; i < walker->n_reached; i++)
        walker->length[walker->reached[i]] = UINT32_MAX;
    walker->n_reached = 0;
    for (uint32_t i = 0; i < walker->n_states; i++) reach(walker, known, walker->states[i]);
    for (size_t i = 0; i < walker->n_amid; i++)
        reach(walker, known, net->hops[walker->amid[i].hop].to);
    for (const struct align_entry *entry = walker->entries; entry; entry = entry->next)
        for (size_t i = 0; i < entry->n_insides; i++)
            if (entry->insides[i].exit == walker->at)
                reach(walker, known, net->blocks[entry->block].to);
    for (uint32_t i = 0; i < walker->n_reached; i++) {
        const uint32_t s = walker->reached[i];
        for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++)
            if (rest[net->out.state[e]] + net->out.weight[e] == rest[s])
                reach(walker, known, net->out.state[e]);
    }
    find_steps(walker, known);
    for (size_t b = 0; b < net->n_blocks; b++) {
        const uint32_t from = net->blocks[b].from;
        struct align_entry *entry = NULL;
        uint32_t length = UINT32_MAX;
        if (!known[from] || align_walker_holds(walker, from)) continue; /* entered already */
        TROD_TRY(align_walker_prepare(walk, walker, b, &entry));
        TROD_TRY(measure_entry(walk, walker, entry, &length));
        walker->length[from] = least(walker->length[from], length);
    }
    relax(walker);
    walker->shortest = UINT32_MAX;
    for (uint32_t i = 0; i < walker->n_states; i++)
        walker->shortest = least(walker->shortest, walker->length[walker->states[i]]);
    for (size_t i = 0; i < walker->n_amid; i++) {
        const struct align_hop *const hop = &net->hops[walker->amid[i].hop];
        walker->shortest = least(walker->shortest, sum(walker->length[hop->to],
                                                       hop->n_skips - walker->amid[i].offset));
    }
    for (struct align_entry *entry = walker->entries; entry; entry = entry->next) {
        uint32_t length = UINT32_MAX;
        TROD_TRY(measure_entry(walk, walker, entry, &length));
        walker->shortest = least(walker->shortest, length);
    }
done:
    trod_arena_free(scratch);
    return status;
}
