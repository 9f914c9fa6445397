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
#include "compare/align.h"

#include <stdlib.h>

enum {
    MOST_TURNS = 40,
    SMALL_EDGES = 60000, /* above it, only the rules that take one pass */
    EXPLORED = 20000000, /* states looked at by the fourth rule, in all */
};

struct reducer {
    struct align_net *net;
    struct trod_arena *arena; /* scratch of one turn */
    uint32_t *into;           /* union-find over the states of the turn */
    const uint32_t **old;     /* where the caller wants to know; else NULL */
    uint64_t explored;
    bool open;
    bool changed;
};

static uint32_t find(uint32_t *into, uint32_t s) {
    while (into[s] != s) s = into[s] = into[into[s]];
    return s;
}

static bool silent(const struct align_hop *hop) {
    return hop->weight == 0 && hop->n_skips == 0;
}

/* ---- Putting a net in order
 * ---------------------------------------------------------------------- */

static int compare_lists(const struct align_net *net, const struct align_hop *a,
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
    return compare_lists(net, a, b);
}

static int compare_syncs(const struct align_sync *a, const struct align_sync *b) {
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->touchpoint != b->touchpoint) return a->touchpoint < b->touchpoint ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    if (a->free != b->free) return a->free ? 1 : -1;
    return (a->mark > b->mark) - (a->mark < b->mark);
}

static int by_from(const void *left, const void *right) {
    return compare_syncs(left, right);
}

/* Which states the start reaches; the others' edges go, and the rest is numbered anew. */
static bool trim(struct reducer *reducer) {
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
static bool put_in_order(struct reducer *reducer) {
    struct align_net *const net = reducer->net;
    uint32_t *const into = reducer->into;
    for (size_t i = 0; into && i < net->n_syncs; i++) {
        net->syncs[i].from = find(into, net->syncs[i].from);
        net->syncs[i].to = find(into, net->syncs[i].to);
    }
    for (size_t i = 0; into && i < net->n_hops; i++) {
        net->hops[i].from = find(into, net->hops[i].from);
        net->hops[i].to = find(into, net->hops[i].to);
    }
    for (size_t i = 0; into && i < net->n_blocks; i++) {
        net->blocks[i].from = find(into, net->blocks[i].from);
        net->blocks[i].to = find(into, net->blocks[i].to);
    }
    if (into) {
        net->start = find(into, net->start);
        if (net->end != TROD_NO_ID) net->end = find(into, net->end);
    }
    if (!trim(reducer)) return false;
    size_t kept = 0;
    if (net->n_syncs > 1) qsort(net->syncs, net->n_syncs, sizeof *net->syncs, by_from);
    for (size_t i = 0; i < net->n_syncs; i++)
        if (kept == 0 || compare_syncs(&net->syncs[i], &net->syncs[kept - 1]) != 0)
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

/* ---- Edges by state, for one turn
 * --------------------------------------------------------------- */

struct edges {
    uint32_t *sync_first, *hop_first; /* [n_states + 1]; the net's edges are sorted by state */
    bool *has_block;                  /* [n_states] */
};

static bool edges_make(struct reducer *reducer, struct edges *edges) {
    const struct align_net *const net = reducer->net;
    const uint32_t n = net->n_states;
    edges->sync_first = TROD_NEW_ARRAY(reducer->arena, (size_t)n + 1, uint32_t);
    edges->hop_first = TROD_NEW_ARRAY(reducer->arena, (size_t)n + 1, uint32_t);
    edges->has_block = TROD_NEW_ARRAY(reducer->arena, n, bool);
    if (!edges->sync_first || !edges->hop_first || !edges->has_block) return false;
    for (size_t i = 0; i < net->n_syncs; i++) edges->sync_first[net->syncs[i].from + 1]++;
    for (size_t i = 0; i < net->n_hops; i++) edges->hop_first[net->hops[i].from + 1]++;
    for (uint32_t s = 0; s < n; s++) {
        edges->sync_first[s + 1] += edges->sync_first[s];
        edges->hop_first[s + 1] += edges->hop_first[s];
    }
    for (size_t i = 0; i < net->n_blocks; i++) edges->has_block[net->blocks[i].from] = true;
    return true;
}

static bool parents_make(struct reducer *reducer) {
    reducer->into = TROD_NEW_ARRAY(reducer->arena, reducer->net->n_states, uint32_t);
    if (!reducer->into) return false;
    for (uint32_t s = 0; s < reducer->net->n_states; s++) reducer->into[s] = s;
    return true;
}

/* ---- Silent circles (Tarjan's strong components, without recursion)
 * ------------------------------- */

static bool merge_circles(struct reducer *reducer, const struct edges *edges) {
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
                next[s] = edges->hop_first[s];
                stack[height++] = s;
                stacked[s] = true;
            }
            if (next[s] < edges->hop_first[s + 1]) {
                const struct align_hop *const hop = &net->hops[next[s]++];
                if (!silent(hop)) continue;
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
                reducer->into[find(reducer->into, t)] = find(reducer->into, s);
                reducer->changed = true;
            }
        }
    }
    return true;
}

/* ---- Silent hops that are the only way
 * -------------------------------------------------------------- */

static bool merge_seams(struct reducer *reducer) {
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
        if (!silent(&net->hops[i])) continue;
        const uint32_t s = find(reducer->into, net->hops[i].from);
        const uint32_t t = find(reducer->into, net->hops[i].to);
        if (s == t || (out[s] != 1 && in[t] != 1)) continue;
        const uint32_t all_out = out[s] + out[t] - 1, all_in = in[s] + in[t] - 1;
        reducer->into[t] = s;
        out[s] = all_out;
        in[s] = all_in;
        reducer->changed = true;
    }
    return true;
}

/* A hop from a state to itself is dropped when the net is put in order. */
static void drop(struct reducer *reducer, const bool *gone, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!gone[i]) continue;
        reducer->net->hops[i].to = reducer->net->hops[i].from;
        reducer->changed = true;
    }
}

/* ---- Silent hops replaced by what they lead to
 * -------------------------------------------------------- */

static bool offers_sync(const struct align_net *net, const struct edges *edges, uint32_t s,
                        struct align_sync sync) {
    sync.from = s;
    for (uint32_t i = edges->sync_first[s]; i < edges->sync_first[s + 1]; i++)
        if (compare_syncs(&net->syncs[i], &sync) == 0) return true;
    return false;
}

static bool offers_hop(const struct align_net *net, const struct edges *edges, uint32_t s,
                       const struct align_hop *hop) {
    if (hop->to == s) return true;
    for (uint32_t i = edges->hop_first[s]; i < edges->hop_first[s + 1]; i++)
        if (net->hops[i].to == hop->to && (net->hops[i].weight < hop->weight ||
                                           (net->hops[i].weight == hop->weight &&
                                            compare_lists(net, &net->hops[i], hop) <= 0)))
            return true;
    return false;
}

/* How many edges s lacks of those that t offers; they are added if `add`. */
static bool lacks(struct reducer *reducer, const struct edges *edges, uint32_t s, uint32_t t,
                  bool add, size_t *n) {
    struct align_net *const net = reducer->net;
    *n = 0;
    for (uint32_t i = edges->sync_first[t]; i < edges->sync_first[t + 1]; i++) {
        struct align_sync sync = net->syncs[i];
        if (offers_sync(net, edges, s, sync)) continue;
        ++*n;
        sync.from = s;
        if (add && !align_net_sync(net, sync)) return false;
    }
    for (uint32_t i = edges->hop_first[t]; i < edges->hop_first[t + 1]; i++) {
        struct align_hop hop = net->hops[i];
        if (offers_hop(net, edges, s, &hop)) continue;
        ++*n;
        hop.from = s;
        if (add && !TROD_PUSH(net->arena, net->hops, net->n_hops, net->room_hops, hop))
            return false;
    }
    return true;
}

static bool replace_silent(struct reducer *reducer, const struct edges *edges) {
    struct align_net *const net = reducer->net;
    const size_t n_hops = net->n_hops;
    bool *const gone = TROD_NEW_ARRAY(reducer->arena, n_hops, bool);
    if (!gone) return false;
    for (uint32_t s = 0; s < net->n_states; s++)
        for (uint32_t i = edges->hop_first[s]; i < edges->hop_first[s + 1]; i++) {
            const uint32_t t = net->hops[i].to;
            if (!silent(&net->hops[i]) || t == net->end || edges->has_block[t]) continue;
            size_t n = 0;
            if (!lacks(reducer, edges, s, t, false, &n)) return false;
            if (n > 1) continue;
            if (!lacks(reducer, edges, s, t, true, &n)) return false;
            gone[i] = true;
            break; /* one a turn: the edges at hand are those of before */
        }
    drop(reducer, gone, n_hops);
    return true;
}

/* ---- Hops that nobody needs
 * ----------------------------------------------------------------------------- */

struct explorer {
    struct reducer *reducer;
    const struct edges *edges;
    const bool *gone;   /* [n_hops] */
    int64_t *weight[2]; /* [n_states]: from the hop's source without it; from its target */
    uint32_t *list[2];
    size_t n[2];
    bool *queued;
    uint32_t *member_first, *member; /* states that offer the same match, by group */
    uint32_t *group;                 /* [n_syncs] */
};

/* Weights by hops from a state on, one hop left out. */
static void explore(struct explorer *explorer, int which, uint32_t from, size_t without) {
    const struct align_net *const net = explorer->reducer->net;
    int64_t *const weight = explorer->weight[which];
    uint32_t *const list = explorer->list[which];
    for (size_t i = 0; i < explorer->n[which]; i++) weight[list[i]] = ALIGN_FAR;
    size_t n = 1;
    list[0] = from;
    weight[from] = 0;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < n; i++) {
            const uint32_t s = list[i];
            explorer->reducer->explored++;
            for (uint32_t e = explorer->edges->hop_first[s];
                 e < explorer->edges->hop_first[s + 1]; e++) {
                const struct align_hop *const hop = &net->hops[e];
                if (e == without || explorer->gone[e]) continue;
                if (weight[s] + hop->weight >= weight[hop->to]) continue;
                if (weight[hop->to] == ALIGN_FAR)
                    list[n++] = hop->to;
                else
                    again = true;
                weight[hop->to] = weight[s] + hop->weight;
            }
        }
    }
    explorer->n[which] = n;
}

static bool cheaper(int64_t other, int64_t weight) {
    return other < weight || (other == 0 && weight == 0);
}

/* Whether all that state s offers, `weight` away, can be had without the hop. */
static bool covered(const struct explorer *explorer, uint32_t s, int64_t weight) {
    const struct align_net *const net = explorer->reducer->net;
    const int64_t *const other = explorer->weight[0];
    if (!explorer->reducer->open && s == net->end && !cheaper(other[s], weight)) return false;
    if (explorer->edges->has_block[s] && !cheaper(other[s], weight)) return false;
    for (uint32_t i = explorer->edges->sync_first[s]; i < explorer->edges->sync_first[s + 1];
         i++) {
        const uint32_t group = explorer->group[i];
        bool found = false;
        for (uint32_t m = explorer->member_first[group]; m < explorer->member_first[group + 1];
             m++)
            found |= cheaper(other[explorer->member[m]], weight);
        if (!found) return false;
    }
    return true;
}

static bool useless(struct explorer *explorer, size_t i) {
    const struct align_hop *const hop = &explorer->reducer->net->hops[i];
    explore(explorer, 0, hop->from, i);
    if (!covered(explorer, hop->to, hop->weight)) return false;
    explore(explorer, 1, hop->to, i);
    for (size_t j = 0; j < explorer->n[1]; j++) {
        const uint32_t s = explorer->list[1][j];
        if (!covered(explorer, s, hop->weight + explorer->weight[1][s])) return false;
    }
    return true;
}

static int by_offer(const void *left, const void *right, void *net) {
    const struct align_sync *const syncs = ((const struct align_net *)net)->syncs;
    struct align_sync a = syncs[*(const uint32_t *)left], b = syncs[*(const uint32_t *)right];
    a.from = b.from = 0;
    const int order = compare_syncs(&a, &b);
    if (order) return order;
    return (*(const uint32_t *)left > *(const uint32_t *)right) -
           (*(const uint32_t *)left < *(const uint32_t *)right);
}

/* Groups of matches with the same touchpoint and target. */
static bool group_offers(struct explorer *explorer) {
    struct align_net *const net = explorer->reducer->net;
    struct trod_arena *const arena = explorer->reducer->arena;
    uint32_t *const order = TROD_NEW_ARRAY(arena, net->n_syncs, uint32_t);
    explorer->group = TROD_NEW_ARRAY(arena, net->n_syncs, uint32_t);
    explorer->member = TROD_NEW_ARRAY(arena, net->n_syncs, uint32_t);
    explorer->member_first = TROD_NEW_ARRAY(arena, net->n_syncs + 1, uint32_t);
    if (!order || !explorer->group || !explorer->member || !explorer->member_first)
        return false;
    for (uint32_t i = 0; i < net->n_syncs; i++) order[i] = i;
    if (net->n_syncs > 1) qsort_r(order, net->n_syncs, sizeof *order, by_offer, net);
    uint32_t n = 0;
    for (uint32_t i = 0; i < net->n_syncs; i++) {
        struct align_sync a = net->syncs[order[i]], b = net->syncs[order[i ? i - 1 : 0]];
        a.from = b.from = 0;
        if (i == 0 || compare_syncs(&a, &b) != 0) explorer->member_first[n++] = i;
        explorer->group[order[i]] = n - 1;
        explorer->member[i] = net->syncs[order[i]].from;
    }
    explorer->member_first[n] = (uint32_t)net->n_syncs;
    return true;
}

static bool drop_useless(struct reducer *reducer, const struct edges *edges) {
    struct align_net *const net = reducer->net;
    const uint32_t n = net->n_states;
    struct explorer explorer = {.reducer = reducer, .edges = edges};
    bool *const gone = TROD_NEW_ARRAY(reducer->arena, net->n_hops, bool);
    for (int i = 0; i < 2; i++) {
        explorer.weight[i] = TROD_NEW_ARRAY(reducer->arena, n, int64_t);
        explorer.list[i] = TROD_NEW_ARRAY(reducer->arena, n, uint32_t);
        if (!explorer.weight[i] || !explorer.list[i]) return false;
        for (uint32_t s = 0; s < n; s++) explorer.weight[i][s] = ALIGN_FAR;
    }
    if (!gone || !group_offers(&explorer)) return false;
    explorer.gone = gone;
    for (size_t i = 0; i < net->n_hops && reducer->explored < EXPLORED; i++)
        if (useless(&explorer, i)) gone[i] = true;
    drop(reducer, gone, net->n_hops);
    return true;
}

/* ---- States that offer the same
 * ---------------------------------------------------------------------- */

struct signature {
    uint64_t hash;
    uint32_t state;
};

static int by_hash(const void *left, const void *right) {
    const struct signature *const a = left, *const b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    return (a->state > b->state) - (a->state < b->state);
}

static uint64_t sign(const struct align_net *net, const struct edges *edges, uint32_t s) {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (uint32_t i = edges->sync_first[s]; i < edges->sync_first[s + 1]; i++) {
        const struct align_sync *const sync = &net->syncs[i];
        const uint32_t words[] = {sync->to, sync->touchpoint, sync->mark, sync->free};
        hash = trod_hash64(words, sizeof words, hash);
    }
    for (uint32_t i = edges->hop_first[s]; i < edges->hop_first[s + 1]; i++) {
        const struct align_hop *const hop = &net->hops[i];
        const uint64_t words[] = {hop->to, (uint64_t)hop->weight};
        hash = trod_hash64(words, sizeof words, hash);
        if (hop->n_skips)
            hash =
                trod_hash64(net->skips + hop->skips, hop->n_skips * sizeof *net->skips, hash);
    }
    return hash;
}

static bool same_offers(const struct align_net *net, const struct edges *edges, uint32_t s,
                        uint32_t t) {
    const uint32_t n_syncs = edges->sync_first[s + 1] - edges->sync_first[s];
    const uint32_t n_hops = edges->hop_first[s + 1] - edges->hop_first[s];
    if (n_syncs != edges->sync_first[t + 1] - edges->sync_first[t] ||
        n_hops != edges->hop_first[t + 1] - edges->hop_first[t])
        return false;
    for (uint32_t i = 0; i < n_syncs; i++) {
        struct align_sync sync = net->syncs[edges->sync_first[t] + i];
        sync.from = s;
        if (compare_syncs(&net->syncs[edges->sync_first[s] + i], &sync) != 0) return false;
    }
    for (uint32_t i = 0; i < n_hops; i++) {
        const struct align_hop *const a = &net->hops[edges->hop_first[s] + i];
        const struct align_hop *const b = &net->hops[edges->hop_first[t] + i];
        if (a->to != b->to || a->weight != b->weight || compare_lists(net, a, b) != 0)
            return false;
    }
    return true;
}

static bool merge_equal(struct reducer *reducer, const struct edges *edges) {
    const struct align_net *const net = reducer->net;
    struct signature *const signatures =
        TROD_NEW_ARRAY(reducer->arena, net->n_states, struct signature);
    if (!signatures) return false;
    size_t n = 0;
    for (uint32_t s = 0; s < net->n_states; s++)
        if (s != net->end && !edges->has_block[s])
            signatures[n++] = (struct signature){sign(net, edges, s), s};
    if (n > 1) qsort(signatures, n, sizeof *signatures, by_hash);
    for (size_t i = 1; i < n; i++) {
        if (signatures[i].hash != signatures[i - 1].hash ||
            !same_offers(net, edges, signatures[i].state, signatures[i - 1].state))
            continue;
        reducer->into[signatures[i].state] = find(reducer->into, signatures[i - 1].state);
        reducer->changed = true;
    }
    return true;
}

/* ---- The turns
 * ---------------------------------------------------------------------------------------- */

static bool turn(struct reducer *reducer) {
    struct edges edges;
    reducer->changed = false;
    if (!edges_make(reducer, &edges) || !parents_make(reducer)) return false;
    if (!reducer->open) {
        if (!merge_circles(reducer, &edges)) return false;
        if (!reducer->changed && !merge_seams(reducer)) return false;
    }
    const bool small = reducer->net->n_hops + reducer->net->n_syncs <= SMALL_EDGES;
    if (!reducer->open && small && !reducer->changed && !replace_silent(reducer, &edges))
        return false;
    if (small && !reducer->changed && !drop_useless(reducer, &edges)) return false;
    if (!reducer->open && !reducer->changed && !merge_equal(reducer, &edges)) return false;
    return put_in_order(reducer);
}

static trod_status reduce(struct reducer *reducer, struct trod_error *error) {
    trod_status status = TROD_OK;
    reducer->arena = trod_arena_make(0);
    TROD_TRY_ALLOC(reducer->arena, error);
    bool fine = put_in_order(reducer);
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
    struct reducer reducer = {.net = net};
    return reduce(&reducer, error);
}

trod_status align_net_open(struct align_net *net, const uint32_t **old,
                           struct trod_error *error) {
    struct reducer reducer = {.net = net, .open = true, .old = old};
    *old = NULL;
    return reduce(&reducer, error);
}
