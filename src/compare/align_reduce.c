/* The same language in fewer states. Nets are built with a state for every seam; here the seams
 * go. Five rules, in turns until none applies:
 *  - states on a silent circle are one state;
 *  - a silent hop goes, and its two ends are one, if it is the only way out of the one or the
 * only way into the other (so nothing can leak from loop to loop);
 *  - a silent hop is replaced by copies of what its target offers, if that makes no more edges;
 *  - a hop goes if all that it leads to can be had without it, for less (or for nothing);
 *  - states that offer the same are one.
 * So an optional touchpoint that may be repeated becomes a single state with a circle, and an
 * any order of such parts stays small. Each rule keeps every sequence of moves that could stand
 * first in the order of moves, not only the weights. */
#include "compare/align_reduce.h"

#include <stdlib.h>

enum {
    MOST_TURNS = 40,
    SMALL_EDGES = 60000, /* above it, only the rules that take one pass */
};

static bool parents_make(struct align_reducer *reducer) {
    reducer->into = TROD_NEW_ARRAY(reducer->arena, reducer->net->n_states, uint32_t);
    if (!reducer->into) return false;
    for (uint32_t s = 0; s < reducer->net->n_states; s++) reducer->into[s] = s;
    return true;
}

/* ---- Silent circles (Tarjan's strong components, without recursion) ---------------------- */

static bool merge_circles(struct align_reducer *reducer, const struct align_offers *offers) {
    const struct align_net *const net = reducer->net;
    const uint32_t n = net->n_states;
    uint32_t *const number = TROD_NEW_ARRAY(reducer->arena, n, uint32_t); /* 0: not yet seen */
    uint32_t *const low = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
    uint32_t *const next = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
    uint32_t *const path = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
    uint32_t *const stack = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
    bool *const stacked = TROD_NEW_ARRAY(reducer->arena, n, bool);
    if (!number || !low || !next || !path || !stack || !stacked) return false;
    uint32_t count = 0, height = 0;
    for (uint32_t root = 0; root < n; root++) {
        if (number[root]) continue;
        uint32_t depth = 0;
        path[depth++] = root;
        while (depth) {
            const uint32_t s = path[depth - 1];
            if (!number[s]) {
                number[s] = low[s] = ++count;
                next[s] = offers->hop_first[s];
                stack[height++] = s;
                stacked[s] = true;
            }
            if (next[s] < offers->hop_first[s + 1]) {
                const struct align_hop *const hop = &net->hops[next[s]++];
                if (!align_is_silent(hop)) continue;
                if (!number[hop->to])
                    path[depth++] = hop->to;
                else if (stacked[hop->to] && number[hop->to] < low[s])
                    low[s] = number[hop->to];
                continue;
            }
            depth--;
            if (depth && low[s] < low[path[depth - 1]]) low[path[depth - 1]] = low[s];
            if (low[s] != number[s]) continue;
            for (uint32_t t = UINT32_MAX; t != s;) {
                t = stack[--height];
                stacked[t] = false;
                if (t == s) break;
                reducer->into[align_merged(reducer->into, t)] = align_merged(reducer->into, s);
                reducer->changed = true;
            }
        }
    }
    return true;
}

/* ---- Silent hops that are the only way --------------------------------------------------- */

static bool merge_seams(struct align_reducer *reducer) {
    const struct align_net *const net = reducer->net;
    uint32_t *const out = TROD_NEW_ARRAY(reducer->arena, net->n_states, uint32_t);
    uint32_t *const in = TROD_NEW_ARRAY(reducer->arena, net->n_states, uint32_t);
    if (!out || !in) return false;
    in[net->start]++; /* from outside */
    out[net->end]++;
    for (size_t i = 0; i < net->n_syncs; i++) out[net->syncs[i].from]++, in[net->syncs[i].to]++;
    for (size_t i = 0; i < net->n_hops; i++) out[net->hops[i].from]++, in[net->hops[i].to]++;
    for (size_t i = 0; i < net->n_blocks; i++)
        out[net->blocks[i].from]++, in[net->blocks[i].to]++;
    for (size_t i = 0; i < net->n_hops; i++) {
        if (!align_is_silent(&net->hops[i])) continue;
        const uint32_t s = align_merged(reducer->into, net->hops[i].from);
        const uint32_t t = align_merged(reducer->into, net->hops[i].to);
        if (s == t || (out[s] != 1 && in[t] != 1)) continue;
        const uint32_t all_out = out[s] + out[t] - 1, all_in = in[s] + in[t] - 1;
        reducer->into[t] = s;
        out[s] = all_out;
        in[s] = all_in;
        reducer->changed = true;
    }
    return true;
}

/* ---- States that offer the same ---------------------------------------------------------- */

struct signature {
    uint64_t hash;
    uint32_t state;
};

static int by_hash(const void *left, const void *right) {
    const struct signature *const a = left, *const b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    return (a->state > b->state) - (a->state < b->state);
}

static uint64_t sign(const struct align_net *net, const struct align_offers *offers,
                     uint32_t s) {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (uint32_t i = offers->sync_first[s]; i < offers->sync_first[s + 1]; i++) {
        const struct align_sync *const sync = &net->syncs[i];
        const uint32_t words[] = {sync->to, sync->touchpoint, sync->mark, sync->free};
        hash = trod_hash64(words, sizeof words, hash);
    }
    for (uint32_t i = offers->hop_first[s]; i < offers->hop_first[s + 1]; i++) {
        const struct align_hop *const hop = &net->hops[i];
        const uint64_t words[] = {hop->to, (uint64_t)hop->weight};
        hash = trod_hash64(words, sizeof words, hash);
        if (hop->n_skips)
            hash =
                trod_hash64(net->skips + hop->skips, hop->n_skips * sizeof *net->skips, hash);
    }
    return hash;
}

static bool same_offers(const struct align_net *net, const struct align_offers *offers,
                        uint32_t s, uint32_t t) {
    const uint32_t n_syncs = offers->sync_first[s + 1] - offers->sync_first[s];
    const uint32_t n_hops = offers->hop_first[s + 1] - offers->hop_first[s];
    if (n_syncs != offers->sync_first[t + 1] - offers->sync_first[t] ||
        n_hops != offers->hop_first[t + 1] - offers->hop_first[t])
        return false;
    for (uint32_t i = 0; i < n_syncs; i++) {
        struct align_sync sync = net->syncs[offers->sync_first[t] + i];
        sync.from = s;
        if (align_compare_syncs(&net->syncs[offers->sync_first[s] + i], &sync) != 0)
            return false;
    }
    for (uint32_t i = 0; i < n_hops; i++) {
        const struct align_hop *const a = &net->hops[offers->hop_first[s] + i];
        const struct align_hop *const b = &net->hops[offers->hop_first[t] + i];
        if (a->to != b->to || a->weight != b->weight || align_compare_skips(net, a, b) != 0)
            return false;
    }
    return true;
}

static bool merge_equal(struct align_reducer *reducer, const struct align_offers *offers) {
    const struct align_net *const net = reducer->net;
    struct signature *const signatures =
        TROD_NEW_ARRAY(reducer->arena, net->n_states, struct signature);
    if (!signatures) return false;
    size_t n = 0;
    for (uint32_t s = 0; s < net->n_states; s++)
        if (s != net->end && !offers->has_block[s])
            signatures[n++] = (struct signature){sign(net, offers, s), s};
    if (n > 1) qsort(signatures, n, sizeof *signatures, by_hash);
    for (size_t i = 1; i < n; i++) {
        if (signatures[i].hash != signatures[i - 1].hash ||
            !same_offers(net, offers, signatures[i].state, signatures[i - 1].state))
            continue;
        reducer->into[signatures[i].state] =
            align_merged(reducer->into, signatures[i - 1].state);
        reducer->changed = true;
    }
    return true;
}

/* ---- The turns --------------------------------------------------------------------------- */

static bool turn(struct align_reducer *reducer) {
    struct align_offers offers;
    reducer->changed = false;
    if (!align_offers_make(reducer, &offers) || !parents_make(reducer)) return false;
    if (!reducer->open) {
        if (!merge_circles(reducer, &offers)) return false;
        if (!reducer->changed && !merge_seams(reducer)) return false;
    }
    const bool small = reducer->net->n_hops + reducer->net->n_syncs <= SMALL_EDGES;
    if (!reducer->open && small && !reducer->changed && !align_replace_silent(reducer, &offers))
        return false;
    if (small && !reducer->changed && !align_drop_useless(reducer, &offers)) return false;
    if (!reducer->open && !reducer->changed && !merge_equal(reducer, &offers)) return false;
    return align_tidy(reducer);
}

static trod_status reduce(struct align_reducer *reducer, struct trod_error *error) {
    trod_status status = TROD_OK;
    reducer->arena = trod_arena_make(0);
    TROD_TRY_ALLOC(reducer->arena, error);
    bool fine = align_tidy(reducer);
    reducer->changed = true;
    for (int i = 0; fine && reducer->changed && i < MOST_TURNS; i++) {
        trod_arena_reset(reducer->arena);
        fine = turn(reducer);
    }
    if (!fine) status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
done:
    trod_arena_free(reducer->arena);
    return status;
}

trod_status align_net_reduce(struct align_net *net, struct trod_error *error) {
    struct align_reducer reducer = {.net = net};
    return reduce(&reducer, error);
}

trod_status align_net_open(struct align_net *net, const uint32_t **old,
                           struct trod_error *error) {
    struct align_reducer reducer = {.net = net, .open = true, .old = old};
    *old = NULL;
    return reduce(&reducer, error);
}
