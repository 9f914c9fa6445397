/* A net put in order: merged states replaced by what they were merged into, what the start does
 * not reach taken out, states numbered without gaps, edges sorted by the state that they leave,
 * and of equal edges one kept; of hops between the same two states the lightest. */
#include "compare/align_reduce.h"

#include <stdlib.h>

int align_compare_skips(const struct align_net *net, const struct align_hop *a,
                        const struct align_hop *b) {
    for (uint32_t i = 0; i < a->n_skips && i < b->n_skips; i++) {
        const uint32_t x = net->skips[a->skips + i], y = net->skips[b->skips + i];
        if (x != y) return x < y ? -1 : 1;
    }
    return (a->n_skips > b->n_skips) - (a->n_skips < b->n_skips);
}

static int by_ends(const void *left, const void *right, void *net) {
    const struct align_hop *const a = left, *const b = right;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    if (a->weight != b->weight) return a->weight < b->weight ? -1 : 1;
    return align_compare_skips(net, a, b);
}

int align_compare_syncs(const struct align_sync *a, const struct align_sync *b) {
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->touchpoint != b->touchpoint) return a->touchpoint < b->touchpoint ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    if (a->free != b->free) return a->free ? 1 : -1;
    return (a->mark > b->mark) - (a->mark < b->mark);
}

static int by_from(const void *left, const void *right) {
    return align_compare_syncs(left, right);
}

/* Which states the start reaches; the others' edges go, and the rest is numbered anew. */
static bool trim(struct align_reducer *reducer) {
    struct align_net *const net = reducer->net;
    const uint32_t n = net->n_states;
    const size_t n_edges = net->n_syncs + net->n_hops + net->n_blocks;
    uint32_t *const first = TROD_NEW_ARRAY(reducer->arena, (size_t)n + 2, uint32_t);
    uint32_t *const to = TROD_NEW_ARRAY(reducer->arena, n_edges, uint32_t);
    uint32_t *const name = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
    uint32_t *const list = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
    if (!first || !to || !name || !list) return false;
    for (size_t i = 0; i < net->n_syncs; i++) first[net->syncs[i].from + 2]++;
    for (size_t i = 0; i < net->n_hops; i++) first[net->hops[i].from + 2]++;
    for (size_t i = 0; i < net->n_blocks; i++) first[net->blocks[i].from + 2]++;
    for (uint32_t s = 0; s < n; s++) first[s + 2] += first[s + 1];
    for (size_t i = 0; i < net->n_syncs; i++)
        to[first[net->syncs[i].from + 1]++] = net->syncs[i].to;
    for (size_t i = 0; i < net->n_hops; i++)
        to[first[net->hops[i].from + 1]++] = net->hops[i].to;
    for (size_t i = 0; i < net->n_blocks; i++)
        to[first[net->blocks[i].from + 1]++] = net->blocks[i].to;
    for (uint32_t s = 0; s < n; s++) name[s] = TROD_NO_ID;
    size_t reached = 1;
    list[0] = net->start;
    name[net->start] = 0;
    for (size_t i = 0; i < reached; i++)
        for (uint32_t e = first[list[i]]; e < first[list[i] + 1]; e++)
            if (name[to[e]] == TROD_NO_ID) {
                name[to[e]] = 0;
                list[reached++] = to[e];
            }
    uint32_t kept = 0;
    uint32_t *const old = TROD_NEW_ARRAY(net->arena, reducer->old ? reached : 0, uint32_t);
    if (!old) return false;
    for (uint32_t s = 0; s < n; s++) {
        if (name[s] == TROD_NO_ID) continue;
        if (reducer->old) old[kept] = *reducer->old ? (*reducer->old)[s] : s;
        name[s] = kept++;
    }
    if (reducer->old) *reducer->old = old;
    size_t m = 0;
    for (size_t i = 0; i < net->n_syncs; i++) {
        struct align_sync sync = net->syncs[i];
        if (name[sync.from] == TROD_NO_ID) continue;
        sync.from = name[sync.from];
        sync.to = name[sync.to];
        net->syncs[m++] = sync;
    }
    net->n_syncs = m;
    m = 0;
    for (size_t i = 0; i < net->n_hops; i++) {
        struct align_hop hop = net->hops[i];
        if (name[hop.from] == TROD_NO_ID) continue;
        hop.from = name[hop.from];
        hop.to = name[hop.to];
        net->hops[m++] = hop;
    }
    net->n_hops = m;
    m = 0;
    for (size_t i = 0; i < net->n_blocks; i++) {
        struct align_block block = net->blocks[i];
        if (name[block.from] == TROD_NO_ID) continue;
        block.from = name[block.from];
        block.to = name[block.to];
        net->blocks[m++] = block;
    }
    net->n_blocks = m;
    net->start = name[net->start];
    if (net->end != TROD_NO_ID) net->end = name[net->end]; /* of an open net it may go */
    net->n_states = kept;
    return true;
}

/* Applies the merges, drops doubles and what the start does not reach. */
bool align_tidy(struct align_reducer *reducer) {
    struct align_net *const net = reducer->net;
    uint32_t *const into = reducer->into;
    for (size_t i = 0; into && i < net->n_syncs; i++) {
        net->syncs[i].from = align_merged(into, net->syncs[i].from);
        net->syncs[i].to = align_merged(into, net->syncs[i].to);
    }
    for (size_t i = 0; into && i < net->n_hops; i++) {
        net->hops[i].from = align_merged(into, net->hops[i].from);
        net->hops[i].to = align_merged(into, net->hops[i].to);
    }
    for (size_t i = 0; into && i < net->n_blocks; i++) {
        net->blocks[i].from = align_merged(into, net->blocks[i].from);
        net->blocks[i].to = align_merged(into, net->blocks[i].to);
    }
    if (into) {
        net->start = align_merged(into, net->start);
        if (net->end != TROD_NO_ID) net->end = align_merged(into, net->end);
    }
    if (!trim(reducer)) return false;
    size_t kept = 0;
    if (net->n_syncs > 1) qsort(net->syncs, net->n_syncs, sizeof *net->syncs, by_from);
    for (size_t i = 0; i < net->n_syncs; i++)
        if (kept == 0 || align_compare_syncs(&net->syncs[i], &net->syncs[kept - 1]) != 0)
            net->syncs[kept++] = net->syncs[i];
    net->n_syncs = kept;
    kept = 0;
    if (net->n_hops > 1) qsort_r(net->hops, net->n_hops, sizeof *net->hops, by_ends, net);
    for (size_t i = 0; i < net->n_hops; i++) {
        const struct align_hop *const hop = &net->hops[i];
        if (hop->from == hop->to) continue;
        if (kept && net->hops[kept - 1].from == hop->from && net->hops[kept - 1].to == hop->to)
            continue; /* the one before is lighter, or first in order */
        net->hops[kept++] = *hop;
    }
    net->n_hops = kept;
    return true;
}

bool align_offers_make(struct align_reducer *reducer, struct align_offers *offers) {
    const struct align_net *const net = reducer->net;
    const uint32_t n = net->n_states;
    offers->sync_first = TROD_NEW_ARRAY(reducer->arena, (size_t)n + 1, uint32_t);
    offers->hop_first = TROD_NEW_ARRAY(reducer->arena, (size_t)n + 1, uint32_t);
    offers->has_block = TROD_NEW_ARRAY(reducer->arena, n, bool);
    if (!offers->sync_first || !offers->hop_first || !offers->has_block) return false;
    for (size_t i = 0; i < net->n_syncs; i++) offers->sync_first[net->syncs[i].from + 1]++;
    for (size_t i = 0; i < net->n_hops; i++) offers->hop_first[net->hops[i].from + 1]++;
    for (uint32_t s = 0; s < n; s++) {
        offers->sync_first[s + 1] += offers->sync_first[s];
        offers->hop_first[s + 1] += offers->hop_first[s];
    }
    for (size_t i = 0; i < net->n_blocks; i++) offers->has_block[net->blocks[i].from] = true;
    return true;
}
