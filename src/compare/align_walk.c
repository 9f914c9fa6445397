/* The moves of a path. Of all readings with the least weight, one stands first. Step by step, a
 * match comes before an extra step; skips come only when no least reading can take the next
 * step without them, and then as few as will do; equal moves go by touchpoint, in the order of
 * the map. To find it, the walk goes forward with all least readings at once: the set of states
 * in which they may be, closed under silent hops. The first move that any of them can make next
 * is made; readings that cannot make it fall out. So the moves depend on the map and the path
 * alone, not on how the automaton was built.
 *
 * Whether a reading stays least is seen from the weights of the rest (struct align_reading).
 * Inside a block each part is walked by a walker of its own (align_walker.c). */
#include "compare/align_walk.h"

enum offer_kind { OFFER_MATCH, OFFER_FREE, OFFER_EXTRA, OFFER_SKIP, OFFER_NONE };
struct offer {
    enum offer_kind kind;
    uint32_t touchpoint; /* of a match or a skip; of a free one: the round that is too many */
};

static bool held(const struct align_walker *walker, uint32_t state) {
    return walker->old_stamp[state] == walker->round - 1;
}

/* Begins the next set, beside the old one. */
static void turn_over(struct align_walker *walker) {
    uint32_t *const states = walker->states, *const stamp = walker->stamp;
    walker->states = walker->old_states;
    walker->stamp = walker->old_stamp;
    walker->old_states = states;
    walker->old_stamp = stamp;
    walker->n_old = walker->n_states;
    walker->n_states = 0;
    walker->round++;
}

/* ---- What the readings can do next ------------------------------------------------------- */

static void propose(struct offer *best, enum offer_kind kind, uint32_t touchpoint) {
    if (kind > best->kind || (kind == best->kind && touchpoint >= best->touchpoint)) return;
    *best = (struct offer){kind, touchpoint};
}

/* With the walker's next own step: a match, a free extra step, an extra step. */
static void propose_steps(struct align_walker *walker, struct offer *best) {
    struct align_reading *const reading = walker->reading;
    const struct align_net *const net = align_walker_net(walker);
    if (walker->at >= reading->to) return;
    const uint32_t kind = reading->steps->kind[walker->at];
    const int64_t extra = reading->steps->kinds[kind].extra;
    const enum offer_kind paid = extra < ALIGN_COST ? OFFER_FREE : OFFER_EXTRA;
    const int64_t *const rest = align_reading_column(reading, walker->at);
    const int64_t *const next = rest + net->n_states;
    for (uint32_t k = net->kind_first[kind]; k < net->kind_first[kind + 1]; k++)
        for (uint32_t e = net->first[net->kind_label[k]];
             e < net->first[net->kind_label[k] + 1]; e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (!align_walker_holds(walker, sync->from)) continue;
            if (next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) != rest[sync->from]) continue;
            propose(best, sync->free ? OFFER_FREE : OFFER_MATCH, sync->touchpoint);
        }
    for (uint32_t i = 0; i < walker->n_states; i++) {
        const uint32_t s = walker->states[i];
        if (next[s] + extra == rest[s]) propose(best, paid, UINT32_MAX - 1);
    }
    for (const struct align_entry *entry = walker->entries; entry; entry = entry->next) {
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

/* Whether the rest of a hop, from one of its skips on, begins a shortest run. */
static bool on_run(const struct align_walker *walker, const struct align_hop *hop,
                   uint32_t offset) {
    const uint32_t length = walker->length[hop->to];
    return length != UINT32_MAX && length + hop->n_skips - offset == walker->shortest;
}

/* Whether a way out of a block lies on a shortest run. */
static bool inside_on_run(const struct align_walker *walker, const struct align_inside *inside,
                          bool to_end) {
    return to_end ? inside->exit == walker->at : inside->length == walker->shortest;
}

/* What the parts of a block have to do on a shortest run: go to their end if the block is left
 * here, else the owner of the next step goes to where it can take it. */
static void assign(const struct align_walker *walker, struct align_entry *entry, bool to_end) {
    const uint32_t n_parts = align_walker_net(walker)->blocks[entry->block].n_parts;
    for (size_t i = 0; i < entry->n_walkers; i++) entry->walkers[i]->task = ALIGN_REST;
    for (size_t i = 0; i < entry->n_insides; i++) {
        const struct align_inside *const inside = &entry->insides[i];
        if (!inside_on_run(walker, inside, to_end)) continue;
        if (inside->exit == walker->at) {
            for (uint32_t p = 0; p < n_parts; p++) inside->parts[p]->task = ALIGN_TO_END;
        } else {
            const uint32_t owner =
                walker->reading->steps->blocks[entry->block].owner[walker->at];
            CHECK(owner != ALIGN_FOREIGN);
            inside->parts[owner]->task = ALIGN_TO_NEXT;
        }
    }
}

/* The skips that lie on a shortest run: the walker has been measured. With `to_end`, all that
 * lead to the end of a part whose block is left here: all such runs are equally long. */
static void propose_skips(struct align_walker *walker, bool to_end, struct offer *best) {
    const struct align_net *const net = align_walker_net(walker);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    for (uint32_t i = 0; i < walker->n_states; i++) {
        const uint32_t s = walker->states[i];
        for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
            const struct align_hop *const hop = &net->hops[net->out.hop[e]];
            if (hop->n_skips && rest[hop->to] + hop->weight == rest[s] &&
                (to_end || on_run(walker, hop, 0)))
                propose(best, OFFER_SKIP, net->skips[hop->skips]);
        }
    }
    for (size_t i = 0; i < walker->n_amid; i++) {
        const struct align_hop *const hop = &net->hops[walker->amid[i].hop];
        if (to_end || on_run(walker, hop, walker->amid[i].offset))
            propose(best, OFFER_SKIP, net->skips[hop->skips + walker->amid[i].offset]);
    }
    for (struct align_entry *entry = walker->entries; entry; entry = entry->next) {
        assign(walker, entry, to_end);
        for (size_t i = 0; i < entry->n_walkers; i++) {
            struct align_part_walker *const part = entry->walkers[i];
            if (part->task != ALIGN_REST)
                propose_skips(part->walker, part->task == ALIGN_TO_END, best);
        }
    }
}

/* ---- Doing it ---------------------------------------------------------------------------- */

static void note_mark(struct align_walk *walk, const struct align_sync *sync) {
    if (walk->tree->n_loops == 0) return;
    for (const struct align_node *node = walk->tree->leaf[sync->touchpoint]; node;
         node = node->parent)
        if (node->loop != TROD_NO_ID && walk->last[node->loop])
            walk->last[node->loop] = align_mark_has(walk->automaton, sync->mark, node->loop);
}

static bool empty(const struct align_walker *walker) {
    return walker->n_states == 0 && walker->n_amid == 0 && walker->entries == NULL;
}

/* Drops the ways out that do not stay, and the walkers that none of the others needs. */
static void sift(struct align_walker *walker,
                 bool (*stays)(const struct align_walker *walker,
                               const struct align_entry *entry,
                               const struct align_inside *inside, enum offer_kind kind),
                 enum offer_kind kind) {
    struct align_entry **link = &walker->entries;
    while (*link) {
        struct align_entry *const entry = *link;
        const uint32_t n_parts = align_walker_net(walker)->blocks[entry->block].n_parts;
        size_t kept = 0;
        for (size_t i = 0; i < entry->n_insides; i++)
            if (stays(walker, entry, &entry->insides[i], kind))
                entry->insides[kept++] = entry->insides[i];
        entry->n_insides = kept;
        for (size_t i = 0; i < entry->n_walkers; i++) entry->walkers[i]->advanced = false;
        for (size_t i = 0; i < entry->n_insides; i++)
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

/* walker->at is past the step already. */
static bool stays_after_step(const struct align_walker *walker, const struct align_entry *entry,
                             const struct align_inside *inside, enum offer_kind kind) {
    const struct align_steps *const steps = walker->reading->steps;
    const uint32_t i = walker->at - 1, owner = steps->blocks[entry->block].owner[i];
    if (inside->exit <= i) return false;
    if (owner != ALIGN_FOREIGN) return inside->parts[owner]->advanced;
    const bool free = steps->kinds[steps->kind[i]].extra < ALIGN_COST;
    return kind == (free ? OFFER_FREE : OFFER_EXTRA);
}

static bool stays_after_skip(const struct align_walker *walker, const struct align_entry *entry,
                             const struct align_inside *inside, enum offer_kind kind) {
    const uint32_t n_parts = align_walker_net(walker)->blocks[entry->block].n_parts;
    (void)kind;
    if (inside->exit != walker->at) {
        const uint32_t owner = walker->reading->steps->blocks[entry->block].owner[walker->at];
        return owner != ALIGN_FOREIGN && inside->parts[owner]->advanced &&
               inside->parts[owner]->task == ALIGN_TO_NEXT;
    }
    for (uint32_t p = 0; p < n_parts; p++)
        if (inside->parts[p]->advanced && inside->parts[p]->task == ALIGN_TO_END) return true;
    return false;
}

/* Takes the next own step in the way offered. */
static trod_status step(struct align_walk *walk, struct align_walker *walker,
                        struct offer offer) {
    trod_status status = TROD_OK;
    struct align_reading *const reading = walker->reading;
    const struct align_net *const net = align_walker_net(walker);
    walker->n_amid = 0;
    walker->prepared = NULL;
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
        for (uint32_t e = net->first[net->kind_label[k]];
             e < net->first[net->kind_label[k] + 1]; e++) {
            const struct align_sync *const sync = &net->syncs[e];
            if (offer.kind != (sync->free ? OFFER_FREE : OFFER_MATCH) ||
                offer.touchpoint != sync->touchpoint || !held(walker, sync->from) ||
                next[sync->to] + (sync->free ? ALIGN_EXTRA : 0) != rest[sync->from])
                continue;
            align_walker_put(walker, sync->to);
            if (!sync->free) note_mark(walk, sync);
        }
    for (uint32_t j = 0; offer.kind == paid && j < walker->n_old; j++) {
        const uint32_t s = walker->old_states[j];
        if (next[s] + extra == rest[s]) align_walker_put(walker, s);
    }
    walker->at++;
    for (struct align_entry *entry = walker->entries; entry; entry = entry->next) {
        const uint32_t owner = reading->steps->blocks[entry->block].owner[i];
        for (size_t j = 0; j < entry->n_walkers; j++) {
            struct align_part_walker *const part = entry->walkers[j];
            part->advanced = false;
            if (part->part != owner) continue;
            TROD_TRY(step(walk, part->walker, offer));
            part->advanced = !empty(part->walker);
        }
    }
    sift(walker, stays_after_step, offer.kind);
    TROD_TRY(align_walker_close(walk, walker));
done:
    return status;
}

/* Skips a touchpoint wherever a shortest run begins with that; *moved tells whether one does.
 */
static trod_status skip(struct align_walk *walk, struct align_walker *walker, bool to_end,
                        uint32_t touchpoint, bool *moved) {
    trod_status status = TROD_OK;
    const struct align_net *const net = align_walker_net(walker);
    const int64_t *const rest = align_reading_column(walker->reading, walker->at);
    struct offer best = {OFFER_SKIP, UINT32_MAX};
    propose_skips(walker, to_end, &best);
    *moved = best.touchpoint == touchpoint;
    if (!*moved) return TROD_OK;
    turn_over(walker);
    const size_t n_amid = walker->n_amid;
    walker->n_amid = 0;
    for (size_t i = 0; i < n_amid; i++) {
        struct align_amid amid = walker->amid[i];
        const struct align_hop *const hop = &net->hops[amid.hop];
        if (net->skips[hop->skips + amid.offset] != touchpoint ||
            (!to_end && !on_run(walker, hop, amid.offset)))
            continue;
        if (++amid.offset == hop->n_skips)
            align_walker_put(walker, hop->to);
        else
            walker->amid[walker->n_amid++] = amid;
    }
    for (uint32_t i = 0; i < walker->n_old; i++) {
        const uint32_t s = walker->old_states[i];
        for (uint32_t e = net->out.first[s]; e < net->out.first[s + 1]; e++) {
            const struct align_hop *const hop = &net->hops[net->out.hop[e]];
            if (hop->n_skips == 0 || net->skips[hop->skips] != touchpoint ||
                rest[hop->to] + hop->weight != rest[s] || (!to_end && !on_run(walker, hop, 0)))
                continue;
            if (hop->n_skips == 1)
                align_walker_put(walker, hop->to);
            else if (!TROD_PUSH(walk->arena, walker->amid, walker->n_amid, walker->room_amid,
                                (struct align_amid){net->out.hop[e], 1}))
                TROD_TRY(align_walk_no_memory(walk));
        }
    }
    for (struct align_entry *entry = walker->entries; entry; entry = entry->next) {
        for (size_t i = 0; i < entry->n_walkers; i++) {
            struct align_part_walker *const part = entry->walkers[i];
            part->advanced = false;
            if (part->task != ALIGN_REST)
                TROD_TRY(skip(walk, part->walker, part->task == ALIGN_TO_END, touchpoint,
                              &part->advanced));
        }
        size_t kept = 0;
        for (size_t i = 0; i < entry->n_insides; i++)
            if (inside_on_run(walker, &entry->insides[i], to_end))
                entry->insides[kept++] = entry->insides[i];
        entry->n_insides = kept;
    }
    sift(walker, stays_after_skip, OFFER_SKIP);
    TROD_TRY(align_walker_close(walk, walker));
done:
    return status;
}

/* ---- The whole --------------------------------------------------------------------------- */

/* Keeps track of which bounded loops are used up, after a match. */
static void follow_loops(struct align_walk *walk, uint32_t touchpoint) {
    for (uint32_t loop = 0; loop < walk->tree->n_loops; loop++) {
        if (align_tree_within(walk->tree, touchpoint, loop))
            walk->used_up[loop] = walk->last[loop];
        else if (walk->used_up[loop] && align_tree_resets(walk->tree, touchpoint, loop))
            walk->used_up[loop] = false;
    }
}

/* The first touchpoint of an extra step whose loop is used up, or TROD_NO_ID. */
static uint32_t too_often(const struct align_walk *walk, const struct align_kind *kind) {
    for (uint32_t i = 0; i < kind->n; i++)
        for (const struct align_node *node = walk->tree->leaf[kind->touchpoints[i]]; node;
             node = node->parent)
            if (node->loop != TROD_NO_ID && walk->used_up[node->loop])
                return kind->touchpoints[i];
    return TROD_NO_ID;
}

static struct trod_move move_of(const struct align_walk *walk, const struct align_steps *steps,
                                uint32_t i, struct offer offer) {
    if (offer.kind == OFFER_SKIP)
        return (struct trod_move){.kind = TROD_MOVE_SKIPPED,
                                  .touchpoint_id = offer.touchpoint,
                                  .step = UINT32_MAX,
                                  .accepted = walk->tree->rules[offer.touchpoint].skip ==
                                              ALIGN_SKIP_ALLOWED};
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
    struct align_walk walk = {
        .automaton = automaton, .tree = tree, .arena = arena, .error = error};
    struct align_walker *walker = NULL;
    walk.most_bytes = (double)memory_bytes;
    walk.used_up = TROD_NEW_ARRAY(arena, tree->n_loops, bool);
    TROD_TRY_ALLOC(walk.used_up, error);
    walk.last = TROD_NEW_ARRAY(arena, tree->n_loops, bool);
    TROD_TRY_ALLOC(walk.last, error);
    TROD_TRY(align_walker_make(&walk, steps, 0, steps->n, !complete, &walker));
    while (walker->at < steps->n) {
        const uint32_t i = walker->at;
        struct offer best = {OFFER_NONE, UINT32_MAX};
        propose_steps(walker, &best);
        if (best.kind == OFFER_NONE) {
            TROD_TRY(align_walker_measure(&walk, walker));
            propose_skips(walker, false, &best);
        }
        CHECK(best.kind != OFFER_NONE);
        if (!TROD_PUSH(arena, moves->at, moves->n, moves->room, move_of(&walk, steps, i, best)))
            TROD_TRY(align_walk_no_memory(&walk));
        if (best.kind == OFFER_SKIP) {
            bool moved = false;
            TROD_TRY(skip(&walk, walker, false, best.touchpoint, &moved));
            continue;
        }
        for (size_t loop = 0; loop < tree->n_loops; loop++) walk.last[loop] = true;
        TROD_TRY(step(&walk, walker, best));
        if (best.kind == OFFER_MATCH) follow_loops(&walk, best.touchpoint);
    }
done:
    return status;
}
