/* Nets: states, matches between them, hops that need no step, blocks. Here is how one grows,
 * how far each state is from the end by hops alone, what is skipped on that way, and the
 * indexes that the columns run over. */
#include "compare/align.h"

#include <stdlib.h>

struct align_net *align_net_make(struct trod_arena *arena) {
    struct align_net *const net = TROD_NEW(arena, struct align_net);
    if (!net) return NULL;
    net->arena = arena;
    net->finish = TROD_NO_ID;
    return net;
}

bool align_net_sync(struct align_net *net, struct align_sync sync) {
    return TROD_PUSH(net->arena, net->syncs, net->n_syncs, net->room_syncs, sync);
}

bool align_net_hop(struct align_net *net, uint32_t from, uint32_t to, int64_t weight,
                   const uint32_t *skips, uint32_t n_skips) {
    const struct align_hop hop = {from, to, weight, net->n_skips, n_skips};
    for (uint32_t i = 0; i < n_skips; i++)
        if (!TROD_PUSH(net->arena, net->skips, net->n_skips, net->room_skips, skips[i]))
            return false;
    return TROD_PUSH(net->arena, net->hops, net->n_hops, net->room_hops, hop);
}

/* Hops sorted by the state that they leave (or, backwards, reach). */
static bool index_hops(const struct align_net *net, bool backwards, struct trod_arena *arena,
                       struct align_edges *edges) {
    uint32_t *const first = TROD_NEW_ARRAY(arena, (size_t)net->n_states + 2, uint32_t);
    uint32_t *const state = TROD_NEW_ARRAY(arena, net->n_hops, uint32_t);
    uint32_t *const hop = TROD_NEW_ARRAY(arena, net->n_hops, uint32_t);
    int64_t *const weight = TROD_NEW_ARRAY(arena, net->n_hops, int64_t);
    if (!first || !state || !hop || !weight) return false;
    for (size_t i = 0; i < net->n_hops; i++)
        first[(backwards ? net->hops[i].to : net->hops[i].from) + 2]++;
    for (uint32_t s = 0; s < net->n_states; s++) first[s + 2] += first[s + 1];
    for (size_t i = 0; i < net->n_hops; i++) {
        const struct align_hop *const h = &net->hops[i];
        const uint32_t at = first[(backwards ? h->to : h->from) + 1]++;
        state[at] = backwards ? h->from : h->to;
        weight[at] = h->weight;
        hop[at] = (uint32_t)i;
    }
    *edges = (struct align_edges){first, state, weight, hop};
    return true;
}

trod_status align_net_exits(const struct align_net *net, int64_t *weights,
                            struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct align_edges in;
    const uint32_t n = net->n_states;
    uint32_t *const queue = TROD_NEW_ARRAY(scratch, n, uint32_t);
    bool *const queued = TROD_NEW_ARRAY(scratch, n, bool);
    TROD_TRY_ALLOC(queue, error);
    TROD_TRY_ALLOC(queued, error);
    if (!index_hops(net, true, scratch, &in))
        TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
    for (uint32_t s = 0; s < n; s++) weights[s] = ALIGN_FAR;
    weights[net->end] = 0;
    queue[0] = net->end;
    queued[net->end] = true;
    uint32_t head = 0;
    for (uint32_t waiting = 1; waiting > 0; waiting--) {
        const uint32_t s = queue[head];
        head = head + 1 == n ? 0 : head + 1;
        queued[s] = false;
        for (uint32_t i = in.first[s]; i < in.first[s + 1]; i++) {
            const uint32_t t = in.state[i];
            if (weights[s] + in.weight[i] >= weights[t]) continue;
            weights[t] = weights[s] + in.weight[i];
            if (queued[t]) continue;
            queued[t] = true;
            const uint64_t tail = (uint64_t)head + waiting - 1;
            queue[tail >= n ? tail - n : tail] = t;
            waiting++;
        }
    }
done:
    return status;
}

/* ---- What is skipped on the way to the end ----------------------------------------------- */

/* All least ways at once: the states that they have reached, and the hops that they are amid.
 */
struct ways {
    const struct align_net *net;
    const int64_t *exits;
    const struct align_edges *out;
    uint32_t *states;
    size_t n_states;
    bool *reached;
    struct amid {
        uint32_t hop, offset;
    } * amid;
    size_t n_amid, room_amid;
    struct trod_arena *arena;
};

static void reach(struct ways *ways, uint32_t state) {
    if (ways->reached[state]) return;
    ways->reached[state] = true;
    ways->states[ways->n_states++] = state;
}

/* Follows silent hops, and stands before every other hop that lies on a least way. */
static bool spread(struct ways *ways) {
    const struct align_net *const net = ways->net;
    for (size_t i = 0; i < ways->n_states; i++) {
        const uint32_t s = ways->states[i];
        for (uint32_t e = ways->out->first[s]; e < ways->out->first[s + 1]; e++) {
            const uint32_t t = ways->out->state[e];
            if (ways->exits[t] + ways->out->weight[e] != ways->exits[s]) continue;
            const uint32_t hop = ways->out->hop[e];
            if (net->hops[hop].n_skips == 0)
                reach(ways, t);
            else if (!TROD_PUSH(ways->arena, ways->amid, ways->n_amid, ways->room_amid,
                                (struct amid){hop, 0}))
                return false;
        }
    }
    return true;
}

/* Takes the next skip of every way whose next is the smallest; the others end here. */
static uint32_t advance(struct ways *ways) {
    const struct align_net *const net = ways->net;
    uint32_t next = UINT32_MAX;
    for (size_t i = 0; i < ways->n_amid; i++) {
        const struct align_hop *const hop = &net->hops[ways->amid[i].hop];
        const uint32_t skip = net->skips[hop->skips + ways->amid[i].offset];
        if (skip < next) next = skip;
    }
    for (size_t i = 0; i < ways->n_states; i++) ways->reached[ways->states[i]] = false;
    ways->n_states = 0;
    size_t kept = 0;
    for (size_t i = 0; i < ways->n_amid; i++) {
        struct amid amid = ways->amid[i];
        const struct align_hop *const hop = &net->hops[amid.hop];
        if (net->skips[hop->skips + amid.offset] != next) continue;
        if (++amid.offset == hop->n_skips)
            reach(ways, hop->to);
        else
            ways->amid[kept++] = amid;
    }
    ways->n_amid = kept;
    return next;
}

trod_status align_net_skips(const struct align_net *net, const int64_t *exits, uint32_t state,
                            struct trod_arena *arena, uint32_t **skips, uint32_t *n_skips,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct align_edges out;
    struct ways ways = {.net = net, .exits = exits, .out = &out, .arena = arena};
    uint32_t *list = NULL;
    size_t n = 0, room = 0;
    ways.states = TROD_NEW_ARRAY(arena, net->n_states, uint32_t);
    TROD_TRY_ALLOC(ways.states, error);
    ways.reached = TROD_NEW_ARRAY(arena, net->n_states, bool);
    TROD_TRY_ALLOC(ways.reached, error);
    if (net->out.first)
        out = net->out;
    else if (!index_hops(net, false, arena, &out))
        TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
    CHECK(exits[state] < ALIGN_FAR);
    reach(&ways, state);
    for (;;) {
        if (!spread(&ways))
            TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
        if (ways.reached[net->end]) break;
        CHECK(ways.n_amid > 0);
        if (!TROD_PUSH(arena, list, n, room, advance(&ways)))
            TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
    }
    *skips = list;
    *n_skips = (uint32_t)n;
done:
    return status;
}

/* ---- Indexes ----------------------------------------------------------------------------- */

static int by_touchpoint(const void *left, const void *right) {
    const struct align_sync *const a = left, *const b = right;
    if (a->touchpoint != b->touchpoint) return a->touchpoint < b->touchpoint ? -1 : 1;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    if (a->free != b->free) return a->free ? 1 : -1;
    return (a->mark > b->mark) - (a->mark < b->mark);
}

static int by_number(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static bool has(const uint32_t *sorted, size_t n, uint32_t number, size_t *at) {
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    *at = low;
    return low < n && sorted[low] == number;
}

/* The labels of the net's own syncs, and where each one's syncs begin. */
static bool index_labels(struct align_net *net) {
    if (net->n_syncs > 1) qsort(net->syncs, net->n_syncs, sizeof *net->syncs, by_touchpoint);
    uint32_t n = 0;
    for (size_t i = 0; i < net->n_syncs; i++)
        n += i == 0 || net->syncs[i].touchpoint != net->syncs[i - 1].touchpoint;
    uint32_t *const labels = TROD_NEW_ARRAY(net->arena, n, uint32_t);
    uint32_t *const first = TROD_NEW_ARRAY(net->arena, (size_t)n + 1, uint32_t);
    if (!labels || !first) return false;
    n = 0;
    for (size_t i = 0; i < net->n_syncs; i++)
        if (i == 0 || net->syncs[i].touchpoint != net->syncs[i - 1].touchpoint) {
            labels[n] = net->syncs[i].touchpoint;
            first[n++] = (uint32_t)i;
        }
    first[n] = (uint32_t)net->n_syncs;
    net->labels = labels;
    net->first = first;
    net->n_labels = n;
    return true;
}

static bool gather_labels(struct align_net *net) {
    size_t n = net->n_labels;
    for (size_t b = 0; b < net->n_blocks; b++)
        for (uint32_t p = 0; p < net->blocks[b].n_parts; p++)
            n += net->blocks[b].parts[p]->n_all_labels;
    uint32_t *const all = TROD_NEW_ARRAY(net->arena, n, uint32_t);
    if (!all) return false;
    n = net->n_labels;
    if (n) memcpy(all, net->labels, n * sizeof *all);
    for (size_t b = 0; b < net->n_blocks; b++)
        for (uint32_t p = 0; p < net->blocks[b].n_parts; p++) {
            const struct align_net *const part = net->blocks[b].parts[p];
            if (part->n_all_labels)
                memcpy(all + n, part->all_labels, part->n_all_labels * sizeof *all);
            n += part->n_all_labels;
        }
    if (n > 1) qsort(all, n, sizeof *all, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || all[i] != all[i - 1]) all[kept++] = all[i];
    net->all_labels = all;
    net->n_all_labels = kept;
    return true;
}

static bool index_kinds(struct align_net *net, const struct align_kind *kinds,
                        uint32_t n_kinds) {
    uint32_t *const first = TROD_NEW_ARRAY(net->arena, (size_t)n_kinds + 1, uint32_t);
    uint32_t *list = NULL;
    size_t n = 0, room = 0, at = 0;
    if (!first) return false;
    for (uint32_t k = 0; k < n_kinds; k++) {
        first[k] = (uint32_t)n;
        for (uint32_t i = 0; i < kinds[k].n; i++)
            if (has(net->labels, net->n_labels, kinds[k].touchpoints[i], &at) &&
                !TROD_PUSH(net->arena, list, n, room, (uint32_t)at))
                return false;
    }
    first[n_kinds] = (uint32_t)n;
    net->kind_first = first;
    net->kind_label = list;
    return true;
}

/* Which part of a block may match each kind of step. */
static bool index_owners(struct align_net *net, struct align_block *block,
                         const struct align_kind *kinds, uint32_t n_kinds) {
    uint32_t *const owner = TROD_NEW_ARRAY(net->arena, n_kinds, uint32_t);
    if (!owner) return false;
    for (uint32_t k = 0; k < n_kinds; k++) owner[k] = ALIGN_FOREIGN;
    for (uint32_t p = 0; p < block->n_parts; p++) {
        const struct align_net *const part = block->parts[p];
        for (uint32_t k = 0; k < n_kinds; k++)
            for (uint32_t i = 0; i < kinds[k].n; i++) {
                size_t at;
                if (!has(part->all_labels, part->n_all_labels, kinds[k].touchpoints[i], &at))
                    continue;
                if (owner[k] != p) owner[k] = owner[k] == ALIGN_FOREIGN ? p : ALIGN_SHARED;
            }
    }
    block->owner = owner;
    return true;
}

/* A block opens if its first state is only ever reached before anything has matched. */
static bool index_opening(struct align_net *net) {
    if (net->n_blocks == 0) return true;
    bool *const later = TROD_NEW_ARRAY(net->arena, net->n_states, bool);
    uint32_t *const list = TROD_NEW_ARRAY(net->arena, net->n_states, uint32_t);
    if (!later || !list) return false;
    size_t n = 0;
    for (size_t i = 0; i < net->n_syncs + net->n_blocks; i++) {
        const uint32_t to =
            i < net->n_syncs ? net->syncs[i].to : net->blocks[i - net->n_syncs].to;
        if (later[to]) continue;
        later[to] = true;
        list[n++] = to;
    }
    for (size_t i = 0; i < n; i++)
        for (uint32_t e = net->out.first[list[i]]; e < net->out.first[list[i] + 1]; e++) {
            const uint32_t to = net->out.state[e];
            if (later[to]) continue;
            later[to] = true;
            list[n++] = to;
        }
    for (size_t b = 0; b < net->n_blocks; b++)
        net->blocks[b].opens = !later[net->blocks[b].from];
    return true;
}

trod_status align_net_finish(struct align_net *net, const struct align_kind *kinds,
                             uint32_t n_kinds, struct trod_error *error) {
    trod_status status = TROD_OK;
    for (size_t b = 0; b < net->n_blocks; b++)
        for (uint32_t p = 0; p < net->blocks[b].n_parts; p++)
            TROD_TRY(align_net_finish(net->blocks[b].parts[p], kinds, n_kinds, error));
    bool fine = index_labels(net) && gather_labels(net) && index_kinds(net, kinds, n_kinds) &&
                index_hops(net, false, net->arena, &net->out) &&
                index_hops(net, true, net->arena, &net->in) && index_opening(net);
    for (size_t b = 0; fine && b < net->n_blocks; b++)
        fine = index_owners(net, &net->blocks[b], kinds, n_kinds);
    if (!fine) status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
done:
    return status;
}
