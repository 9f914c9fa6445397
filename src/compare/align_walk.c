/* The moves of a path. Of all readings with the least weight, one stands first: step by step, a
 * match comes before an extra step, and both before a skip; equal moves go by touchpoint, in the
 * order of the map. To find it, the walk goes forward with all least readings at once: the set of
 * states in which they may be, closed under silent hops. The first kind of move that any of them
 * can make next is made; readings that cannot make it fall out. So the moves depend on the map and
 * the path alone, not on how the automaton was built.
 *
 * Whether a reading stays least is seen from the weights of the rest (struct align_reading). Inside
 * a block each part is walked by a walker of its own. A block may be left after several steps at
 * the same weight: each of these ways out (an `inside`) has its parts' walkers, shared where they
 * leave after the same of the part's own steps. */
#include "compare/align.h"

enum offer_kind { OFFER_MATCH, OFFER_FREE, OFFER_EXTRA, OFFER_SKIP, OFFER_NONE };
struct offer {
    enum offer_kind kind;
    uint32_t touchpoint; /* of a match or a skip; of a free one: the round that is too many */
};
struct amid { /* within the skips of one hop */
    uint32_t hop, offset;
};
struct walker;
struct part_walker {
    uint32_t part;
    uint32_t exit; /* how many of the part's own steps; ANYWHERE: it never leaves */
    bool advanced;
    struct walker *walker;
};
struct inside {
    uint32_t exit;         /* after this step of the net; ANYWHERE: never */
    struct part_walker **parts;
};
struct entry {
    size_t block;
    uint32_t from;
    struct part_walker **walkers;
    size_t n_walkers, room_walkers;
    struct inside *insides;
    size_t n_insides, room_insides;
    struct entry *next;
};
struct walker {
    struct align_reading *reading;
    uint32_t at; /* the next of its own steps */
    uint32_t *states, n_states;
    uint32_t *stamp, round; /* stamp[s] == round: s is in the set */
    uint32_t *old_states, n_old, *old_stamp;
    struct amid *amid;
    size_t n_amid, room_amid;
    struct entry *entries;
};
struct walk {
    const struct align_automaton *automaton;
    const struct align_tree *tree;
    struct trod_arena *arena;
    double bytes, most_bytes;
    bool *used_up;   /* [n_loops] */
    bool *last;      /* [n_loops]: all matches of the move at hand are in the last round */
    struct trod_error *error;
};
#define ANYWHERE UINT32_MAX

static trod_status no_memory(struct walk *walk) {
    return trod_fail(walk->error, TROD_NO_MEMORY, "there is not enough memory");
}

/* TROD_TOO_MUCH if the walk would take more than it may. */
static trod_status account(struct walk *walk, double bytes) {
    walk->bytes += bytes;
    return walk->bytes > walk->most_bytes ? TROD_TOO_MUCH : TROD_OK;
}

static trod_status close_set(struct walk *walk, struct walker *walker);

/* ---- Walkers ---------------------------------------------------------------------------------------- */

static const struct align_net *net_of(const struct walker *walker) {
    return walker->reading->steps->net;
}

static void put(struct walker *walker, uint32_t state) {
    if (walker->stamp[state] == walker->round) return;
    walker->stamp[state] = walker->round;
    walker->states[walker->n_states++] = state;
}

static bool holds(const struct walker *walker, uint32_t state) {
    return walker->stamp[state] == walker->round;
}

static bool held(const struct walker *walker, uint32_t state) {
    return walker->old_stamp[state] == walker->round - 1;
}

/* Begins the next set, beside the old one. */
static void turn_over(struct walker *walker) {
    uint32_t *const states = walker->states, *const stamp = walker->stamp;
    walker->states = walker->old_states;
    walker->stamp = walker->old_stamp;
    walker->old_states = states;
    walker->old_stamp = stamp;
    walker->n_old = walker->n_states;
    walker->n_states = 0;
    walker->round++;
}

static trod_status walker_make(struct walk *walk, const struct align_steps *steps, uint32_t from,
                               uint32_t to, bool open, struct walker **walker) {
    trod_status status = TROD_OK;
    const size_t n = steps->net->n_states;
    const double stride = align_reading_stride(steps, to - from);
    TROD_TRY(account(walk, 24 * (double)n + 8 * (double)n * (stride + 1) + 256));
    struct walker *const made = TROD_NEW(walk->arena, struct walker);
    TROD_TRY_ALLOC(made, walk->error);
    made->states = TROD_NEW_ARRAY(walk->arena, n, uint32_t);
    TROD_TRY_ALLOC(made->states, walk->error);
    made->old_states = TROD_NEW_ARRAY(walk->arena, n, uint32_t);
    TROD_TRY_ALLOC(made->old_states, walk->error);
    made->stamp = TROD_NEW_ARRAY(walk->arena, n, uint32_t);
    TROD_TRY_ALLOC(made->stamp, walk->error);
    made->old_stamp = TROD_NEW_ARRAY(walk->arena, n, uint32_t);
    TROD_TRY_ALLOC(made->old_stamp, walk->error);
    TROD_TRY(align_reading_make(steps, from, to, open, walk->arena, &made->reading, walk->error));
    made->at = from;
    made->round = 1;
    put(made, steps->net->start);
    TROD_TRY(close_set(walk, made));
    *walker = made;
done:
    return status;
}

/* ---- Entering and leaving blocks ---------------------------------------------------------------------- */

/* Whether the rest from a state, at a step, may be least in another way than by an extra step now:
 * if not, a block may as well be left one step later. */
static trod_status may_go_on(struct walk *walk, struct align_reading *reading, uint32_t state,
                             uint32_t at, bool *may) {
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
        for (uint32_t e = net->first[net->kind_label[k]]; e < net->first[net->kind_label[k] + 1];
             e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (found[sync->from] && next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) ==
                                         rest[sync->from])
                goto done;
        }
    *may = false;
done:
    return status;
}

static trod_status part_walker(struct walk *walk, struct entry *entry,
                               const struct align_block_steps *block, uint32_t part,
                               uint32_t from, uint32_t exit, struct part_walker **walker) {
    trod_status status = TROD_OK;
    for (size_t i = 0; i < entry->n_walkers; i++)
        if (entry->walkers[i]->part == part && entry->walkers[i]->exit == exit) {
            *walker = entry->walkers[i];
            return TROD_OK;
        }
    struct part_walker *const made = TROD_NEW(walk->arena, struct part_walker);
    TROD_TRY_ALLOC(made, walk->error);
    *made = (struct part_walker){.part = part, .exit = exit};
    const struct align_steps *const steps = block->parts[part];
    TROD_TRY(walker_make(walk, steps, from, exit == ANYWHERE ? steps->n : exit, exit == ANYWHERE,
                         &made->walker));
    if (!TROD_PUSH(walk->arena, entry->walkers, entry->n_walkers, entry->room_walkers, made))
        TROD_TRY(no_memory(walk));
    *walker = made;
done:
    return status;
}

/* One way out of the block: a walker for each part. */
static trod_status add_inside(struct walk *walk, struct entry *entry,
                              const struct align_block_steps *block, uint32_t n_parts,
                              uint32_t exit, const uint32_t *from, const uint32_t *to) {
    trod_status status = TROD_OK;
    TROD_TRY(account(walk, 8.0 * n_parts + 32));
    struct inside inside = {.exit = exit};
    inside.parts = TROD_NEW_ARRAY(walk->arena, n_parts, struct part_walker *);
    TROD_TRY_ALLOC(inside.parts, walk->error);
    for (uint32_t p = 0; p < n_parts; p++)
        TROD_TRY(part_walker(walk, entry, block, p, from[p], exit == ANYWHERE ? ANYWHERE : to[p],
                             &inside.parts[p]));
    if (!TROD_PUSH(walk->arena, entry->insides, entry->n_insides, entry->room_insides, inside))
        TROD_TRY(no_memory(walk));
done:
    return status;
}

static trod_status enter(struct walk *walk, struct walker *walker, size_t b) {
    trod_status status = TROD_OK;
    struct align_reading *const reading = walker->reading;
    const struct align_steps *const steps = reading->steps;
    const struct align_block *const block = &steps->net->blocks[b];
    const struct align_block_steps *const mine = &steps->blocks[b];
    const uint32_t i = walker->at, n_parts = block->n_parts;
    if (block->opens && i > reading->from) return TROD_OK; /* entered before, with this in it */
    TROD_TRY(account(walk, 8.0 * n_parts + 8.0 * (steps->n - i) + 64));
    struct entry *const entry = TROD_NEW(walk->arena, struct entry);
    TROD_TRY_ALLOC(entry, walk->error);
    *entry = (struct entry){.block = b, .from = i};
    uint32_t *const from = TROD_NEW_ARRAY(walk->arena, n_parts, uint32_t);
    TROD_TRY_ALLOC(from, walk->error);
    uint32_t *const to = TROD_NEW_ARRAY(walk->arena, n_parts, uint32_t);
    TROD_TRY_ALLOC(to, walk->error);
    int64_t *const row = TROD_NEW_ARRAY(walk->arena, (size_t)(steps->n - i) + 1, int64_t);
    TROD_TRY_ALLOC(row, walk->error);
    align_block_row(steps, b, i, row);
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
        TROD_TRY(add_inside(walk, entry, mine, n_parts, ANYWHERE, from, to));
    if (entry->n_insides == 0) goto done;
    entry->next = walker->entries;
    walker->entries = entry;
done:
    return status;
}

static bool entered(const struct walker *walker, size_t b) {
    for (const struct entry *entry = walker->entries; entry; entry = entry->next)
        if (entry->block == b && entry->from == walker->at) return true;
    return false;
}

/* Whether all parts stand at their end and the block is left here. */
static bool leaves(const struct walker *walker, const struct entry *entry,
                   const struct inside *inside) {
    const struct align_block *const block = &net_of(walker)->blocks[entry->block];
    if (inside->exit != walker->at) return false;
    for (uint32_t p = 0; p < block->n_parts; p++)
        if (!holds(inside->parts[p]->walker, block->parts[p]->end)) return false;
    return true;
}

/* Adds what silent hops reach, enters blocks and leaves them. */
static trod_status close_set(struct walk *walk, struct walker *walker) {
    trod_status status = TROD_OK;
    const struct align_net *const net = net_of(walker);
    uint32_t i = 0, known;
    do {
        const int64_t *const rest = align_reading_column(walker->reading, walker->at);
        for (; i < walker->n_states; i++) {
            const uint32_t s = walker->states[i];
            for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
                const uint32_t to = net->out.state[e];
                if (net->out.weight[e] == 0 && rest[to] == rest[s] &&
                    net->hops[net->out.hop[e]].n_skips == 0)
                    put(walker, to);
            }
        }
        known = walker->n_states;
        for (size_t b = 0; b < net->n_blocks; b++)
            if (holds(walker, net->blocks[b].from) && !entered(walker, b))
                TROD_TRY(enter(walk, walker, b));
        for (const struct entry *entry = walker->entries; entry; entry = entry->next)
            for (size_t j = 0; j < entry->n_insides; j++)
                if (leaves(walker, entry, &entry->insides[j]))
                    put(walker, net->blocks[entry->block].to);
    } while (walker->n_states > known);
done:
    return status;
}

/* ---- What the readings can do next ---------------------------------------------------------------------- */

static void propose(struct offer *best, enum offer_kind kind, uint32_t touchpoint) {
    if (kind > best->kind || (kind == best->kind && touchpoint >= best->touchpoint)) return;
    *best = (struct offer){kind, touchpoint};
}

/* With the walker's next own step: a match, a free extra step, an extra step. */
static void propose_steps(struct walker *walker, struct offer *best) {
    struct align_reading *const reading = walker->reading;
    const struct align_net *const net = net_of(walker);
    if (walker->at >= reading->to) return;
    const uint32_t kind = reading->steps->kind[walker->at];
    const int64_t extra = reading->steps->kinds[kind].extra;
    const enum offer_kind paid = extra < ALIGN_COST ? OFFER_FREE : OFFER_EXTRA;
    const int64_t *const rest = align_reading_column(reading, walker->at);
    const int64_t *const next = rest + net->n_states;
    for (uint32_t k = net->kind_first[kind]; k < net->kind_first[kind + 1]; k++)
        for (uint32_t e = net->first[net->kind_label[k]]; e < net->first[net->kind_label[k] + 1];
             e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (!holds(walker, sync->from)) continue;
            if (next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) != rest[sync->from]) continue;
            propose(best, sync->free ? OFFER_FREE : OFFER_MATCH, sync->touchpoint);
        }
    for (uint32_t i = 0; i < walker->n_states; i++) {
        const uint32_t s = walker->states[i];
        if (next[s] + extra == rest[s]) propose(best, paid, UINT32_MAX - 1);
    }
    for (const struct entry *entry = walker->entries; entry; entry = entry->next) {
        const uint32_t owner = reading->steps->blocks[entry->block].owner[walker->at];
        for (size_t i = 0; i < entry->n_insides; i++) {
            if (entry->insides[i].exit <= walker->at) continue;
            if (owner == ALIGN_FOREIGN)
                propose(best, paid, UINT32_MAX - 1);
            else
                propose_steps(entry->insides[i].parts[owner]->walker, best);
        }
    }
}

static void propose_skips(struct walker *walker, struct offer *best) {
    const struct align_net *const net = net_of(walker);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    for (uint32_t i = 0; i < walker->n_states; i++) {
        const uint32_t s = walker->states[i];
        for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
            const struct align_hop *const hop = &net->hops[net->out.hop[e]];
            if (hop->n_skips && rest[hop->to] + hop->weight == rest[s])
                propose(best, OFFER_SKIP, net->skips[hop->skips]);
        }
    }
    for (size_t i = 0; i < walker->n_amid; i++) {
        const struct align_hop *const hop = &net->hops[walker->amid[i].hop];
        propose(best, OFFER_SKIP, net->skips[hop->skips + walker->amid[i].offset]);
    }
    for (const struct entry *entry = walker->entries; entry; entry = entry->next)
        for (size_t i = 0; i < entry->n_walkers; i++)
            propose_skips(entry->walkers[i]->walker, best);
}

/* ---- Doing it --------------------------------------------------------------------------------------------- */

static void note_mark(struct walk *walk, const struct align_sync *sync) {
    if (walk->tree->n_loops == 0) return;
    for (const struct align_node *node = walk->tree->leaf[sync->touchpoint]; node;
         node = node->parent)
        if (node->loop != TROD_NO_ID && walk->last[node->loop])
            walk->last[node->loop] = align_mark_has(walk->automaton, sync->mark, node->loop);
}

static trod_status step(struct walk *walk, struct walker *walker, struct offer offer);
static trod_status skip(struct walk *walk, struct walker *walker, uint32_t touchpoint, bool *moved);

static bool empty(const struct walker *walker) {
    return walker->n_states == 0 && walker->n_amid == 0 && walker->entries == NULL;
}

/* Keeps the ways out of which `stays` holds, and of the walkers those that one of them needs. */
static void sift(struct walker *walker, bool (*stays)(const struct walker *walker,
                                                      const struct entry *entry,
                                                      const struct inside *inside,
                                                      struct offer offer),
                 struct offer offer) {
    struct entry **link = &walker->entries;
    while (*link) {
        struct entry *const entry = *link;
        const uint32_t n_parts = net_of(walker)->blocks[entry->block].n_parts;
        size_t kept = 0;
        for (size_t i = 0; i < entry->n_insides; i++)
            if (stays(walker, entry, &entry->insides[i], offer))
                entry->insides[kept++] = entry->insides[i];
        entry->n_insides = kept;
        for (size_t i = 0; i < entry->n_walkers; i++) entry->walkers[i]->advanced = false;
        for (size_t i = 0; i < kept; i++)
            for (uint32_t p = 0; p < n_parts; p++) entry->insides[i].parts[p]->advanced = true;
        kept = 0;
        for (size_t i = 0; i < entry->n_walkers; i++)
            if (entry->walkers[i]->advanced) entry->walkers[kept++] = entry->walkers[i];
        entry->n_walkers = kept;
        if (entry->n_insides)
            link = &entry->next;
        else
            *link = entry->next;
    }
}

static bool stays_after_step(const struct walker *walker, const struct entry *entry,
                             const struct inside *inside, struct offer offer) {
    /* walker->at is past the step already. */
    const struct align_steps *const steps = walker->reading->steps;
    const uint32_t i = walker->at - 1, owner = steps->blocks[entry->block].owner[i];
    if (inside->exit <= i) return false;
    if (owner != ALIGN_FOREIGN) return inside->parts[owner]->advanced;
    const bool free = steps->kinds[steps->kind[i]].extra < ALIGN_COST;
    return offer.kind == (free ? OFFER_FREE : OFFER_EXTRA);
}

static bool stays_after_skip(const struct walker *walker, const struct entry *entry,
                             const struct inside *inside, struct offer offer) {
    const uint32_t n_parts = net_of(walker)->blocks[entry->block].n_parts;
    (void)offer;
    for (uint32_t p = 0; p < n_parts; p++)
        if (inside->parts[p]->advanced) return true;
    return false;
}

/* Takes the next own step in the way offered. */
static trod_status step(struct walk *walk, struct walker *walker, struct offer offer) {
    trod_status status = TROD_OK;
    struct align_reading *const reading = walker->reading;
    const struct align_net *const net = net_of(walker);
    walker->n_amid = 0;
    if (walker->at >= reading->to) { /* it would have had to leave by now */
        turn_over(walker);
        walker->entries = NULL;
        return TROD_OK;
    }
    const uint32_t i = walker->at, kind = reading->steps->kind[i];
    const int64_t extra = reading->steps->kinds[kind].extra;
    const enum offer_kind paid = extra < ALIGN_COST ? OFFER_FREE : OFFER_EXTRA;
    const int64_t *const rest = align_reading_column(reading, i);
    const int64_t *const next = rest + net->n_states;
    turn_over(walker);
    for (uint32_t k = net->kind_first[kind]; k < net->kind_first[kind + 1]; k++)
        for (uint32_t e = net->first[net->kind_label[k]]; e < net->first[net->kind_label[k] + 1];
             e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (offer.kind != (sync->free ? OFFER_FREE : OFFER_MATCH) ||
                offer.touchpoint != sync->touchpoint || !held(walker, sync->from) ||
                next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) != rest[sync->from])
                continue;
            put(walker, sync->to);
            if (!sync->free) note_mark(walk, sync);
        }
    for (uint32_t j = 0; offer.kind == paid && j < walker->n_old; j++) {
        const uint32_t s = walker->old_states[j];
        if (next[s] + extra == rest[s]) put(walker, s);
    }
    walker->at++;
    for (struct entry *entry = walker->entries; entry; entry = entry->next) {
        const uint32_t owner = reading->steps->blocks[entry->block].owner[i];
        for (size_t j = 0; j < entry->n_walkers; j++) {
            struct part_walker *const part = entry->walkers[j];
            part->advanced = false;
            if (part->part != owner) continue;
            TROD_TRY(step(walk, part->walker, offer));
            part->advanced = !empty(part->walker);
        }
    }
    sift(walker, stays_after_step, offer);
    TROD_TRY(close_set(walk, walker));
done:
    return status;
}

/* Skips a touchpoint wherever that comes next; *moved tells whether it did anywhere. */
static trod_status skip(struct walk *walk, struct walker *walker, uint32_t touchpoint, bool *moved) {
    trod_status status = TROD_OK;
    const struct align_net *const net = net_of(walker);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    struct offer best = {OFFER_SKIP, touchpoint + 1};
    propose_skips(walker, &best);
    *moved = best.touchpoint == touchpoint;
    if (!*moved) return TROD_OK; /* it stays as it is: another part moves */
    turn_over(walker);
    const size_t n_amid = walker->n_amid;
    size_t kept = 0;
    for (size_t i = 0; i < n_amid; i++) {
        struct amid amid = walker->amid[i];
        const struct align_hop *const hop = &net->hops[amid.hop];
        if (net->skips[hop->skips + amid.offset] != touchpoint) continue;
        if (++amid.offset == hop->n_skips)
            put(walker, hop->to);
        else
            walker->amid[kept++] = amid;
    }
    walker->n_amid = kept;
    for (uint32_t i = 0; i < walker->n_old; i++) {
        const uint32_t s = walker->old_states[i];
        for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
            const struct align_hop *const hop = &net->hops[net->out.hop[e]];
            if (hop->n_skips == 0 || net->skips[hop->skips] != touchpoint ||
                rest[hop->to] + hop->weight != rest[s])
                continue;
            if (hop->n_skips == 1)
                put(walker, hop->to);
            else if (!TROD_PUSH(walk->arena, walker->amid, walker->n_amid, walker->room_amid,
                                (struct amid){net->out.hop[e], 1}))
                TROD_TRY(no_memory(walk));
        }
    }
    for (struct entry *entry = walker->entries; entry; entry = entry->next)
        for (size_t i = 0; i < entry->n_walkers; i++)
            TROD_TRY(skip(walk, entry->walkers[i]->walker, touchpoint, &entry->walkers[i]->advanced));
    sift(walker, stays_after_skip, (struct offer){OFFER_SKIP, touchpoint});
    TROD_TRY(close_set(walk, walker));
done:
    return status;
}

/* ---- The whole ---------------------------------------------------------------------------------------------- */

/* Keeps track of which bounded loops are used up, after a match. */
static void follow_loops(struct walk *walk, uint32_t touchpoint) {
    for (uint32_t loop = 0; loop < walk->tree->n_loops; loop++) {
        if (align_tree_within(walk->tree, touchpoint, loop))
            walk->used_up[loop] = walk->last[loop];
        else if (walk->used_up[loop] && align_tree_resets(walk->tree, touchpoint, loop))
            walk->used_up[loop] = false;
    }
}

/* The first touchpoint of an extra step whose loop is used up, or TROD_NO_ID. */
static uint32_t too_often(const struct walk *walk, const struct align_kind *kind) {
    for (uint32_t i = 0; i < kind->n; i++)
        for (const struct align_node *node = walk->tree->leaf[kind->touchpoints[i]]; node;
             node = node->parent)
            if (node->loop != TROD_NO_ID && walk->used_up[node->loop]) return kind->touchpoints[i];
    return TROD_NO_ID;
}

static struct trod_move move_of(const struct walk *walk, const struct align_steps *steps,
                                uint32_t i, struct offer offer) {
    if (offer.kind == OFFER_SKIP)
        return (struct trod_move){
            .kind = TROD_MOVE_SKIPPED,
            .touchpoint_id = offer.touchpoint,
            .step = UINT32_MAX,
            .accepted = walk->tree->rules[offer.touchpoint].skip == ALIGN_SKIP_ALLOWED};
    if (offer.kind == OFFER_MATCH)
        return (struct trod_move){
            .kind = TROD_MOVE_MATCH, .touchpoint_id = offer.touchpoint, .step = i};
    const struct align_kind *const kind = &steps->kinds[steps->kind[i]];
    struct trod_move move = {.kind = TROD_MOVE_EXTRA, .touchpoint_id = TROD_NO_ID, .step = i};
    if (offer.kind == OFFER_FREE && kind->extra >= ALIGN_COST) {
        move.touchpoint_id = offer.touchpoint;
        move.too_often = move.accepted = true;
    } else {
        move.touchpoint_id = too_often(walk, kind);
        move.too_often = move.touchpoint_id != TROD_NO_ID;
    }
    return move;
}

trod_status align_walk(const struct align_automaton *automaton, const struct align_tree *tree,
                       const struct align_steps *steps, bool complete, uint64_t memory_bytes,
                       struct trod_arena *arena, struct align_moves *moves,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    struct walk walk = {.automaton = automaton, .tree = tree, .arena = arena, .error = error};
    struct walker *walker = NULL;
    walk.most_bytes = (double)memory_bytes;
    walk.used_up = TROD_NEW_ARRAY(arena, tree->n_loops, bool);
    TROD_TRY_ALLOC(walk.used_up, error);
    walk.last = TROD_NEW_ARRAY(arena, tree->n_loops, bool);
    TROD_TRY_ALLOC(walk.last, error);
    TROD_TRY(walker_make(&walk, steps, 0, steps->n, !complete, &walker));
    while (walker->at < steps->n) {
        const uint32_t i = walker->at;
        struct offer best = {OFFER_NONE, UINT32_MAX};
        propose_steps(walker, &best);
        if (best.kind == OFFER_NONE) propose_skips(walker, &best);
        CHECK(best.kind != OFFER_NONE);
        if (!TROD_PUSH(arena, moves->at, moves->n, moves->room,
                       move_of(&walk, steps, i, best)))
            TROD_TRY(no_memory(&walk));
        if (best.kind == OFFER_SKIP) {
            bool moved = false;
            TROD_TRY(skip(&walk, walker, best.touchpoint, &moved));
            continue;
        }
        for (size_t loop = 0; loop < tree->n_loops; loop++) walk.last[loop] = true;
        TROD_TRY(step(&walk, walker, best));
        if (best.kind == OFFER_MATCH) follow_loops(&walk, best.touchpoint);
    }
done:
    return status;
}
