/* Two of the rules that make a net smaller (align_reduce.c): silent hops are replaced by what
 * they lead to, if that makes no more edges; and a hop goes if all that it leads to can be had
 * without it, for less, or for nothing in both cases. Weights that are equal but not 0 prove
 * nothing: what is skipped may differ, and the order of moves may want just this hop. */
#include "compare/align_reduce.h"

#include <stdlib.h>

enum { EXPLORED = 20000000 }; /* states looked at for hops that may go, in all */

/* A hop from a state to itself is dropped when the net is put in order. */
static void drop(struct align_reducer *reducer, const bool *gone, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!gone[i]) continue;
        reducer->net->hops[i].to = reducer->net->hops[i].from;
        reducer->changed = true;
    }
}

/* ---- Silent hops replaced by what they lead to ------------------------------------------- */

static bool offers_sync(const struct align_net *net, const struct align_offers *offers,
                        uint32_t s, struct align_sync sync) {
    uint32_t low = offers->sync_first[s], high = offers->sync_first[s + 1];
    sync.from = s;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const int order = align_compare_syncs(&net->syncs[middle], &sync);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Whether s has a hop to the same state that is as light, and as early in the order of moves.
 */
static bool offers_hop(const struct align_net *net, const struct align_offers *offers,
                       uint32_t s, const struct align_hop *hop) {
    uint32_t low = offers->hop_first[s], high = offers->hop_first[s + 1];
    if (hop->to == s) return true;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (net->hops[middle].to < hop->to)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == offers->hop_first[s + 1] || net->hops[low].to != hop->to) return false;
    if (net->hops[low].weight != hop->weight) return net->hops[low].weight < hop->weight;
    return align_compare_skips(net, &net->hops[low], hop) <= 0;
}

/* How many edges s lacks of those that t offers; they are added if `add`. */
static bool lacks(struct align_reducer *reducer, const struct align_offers *offers, uint32_t s,
                  uint32_t t, bool add, size_t *n) {
    struct align_net *const net = reducer->net;
    *n = 0;
    for (uint32_t i = offers->sync_first[t]; i < offers->sync_first[t + 1]; i++) {
        struct align_sync sync = net->syncs[i];
        if (offers_sync(net, offers, s, sync)) continue;
        ++*n;
        sync.from = s;
        if (add && !align_net_sync(net, sync)) return false;
    }
    for (uint32_t i = offers->hop_first[t]; i < offers->hop_first[t + 1]; i++) {
        struct align_hop hop = net->hops[i];
        if (offers_hop(net, offers, s, &hop)) continue;
        ++*n;
        hop.from = s;
        if (add && !TROD_PUSH(net->arena, net->hops, net->n_hops, net->room_hops, hop))
            return false;
    }
    return true;
}

bool align_replace_silent(struct align_reducer *reducer, const struct align_offers *offers) {
    struct align_net *const net = reducer->net;
    const size_t n_hops = net->n_hops;
    bool *const gone = TROD_NEW_ARRAY(reducer->arena, n_hops, bool);
    if (!gone) return false;
    for (uint32_t s = 0; s < net->n_states; s++)
        for (uint32_t i = offers->hop_first[s]; i < offers->hop_first[s + 1]; i++) {
            const uint32_t t = net->hops[i].to;
            if (!align_is_silent(&net->hops[i]) || t == net->end || offers->has_block[t])
                continue;
            size_t n = 0;
            if (!lacks(reducer, offers, s, t, false, &n)) return false;
            if (n > 1) continue;
            if (!lacks(reducer, offers, s, t, true, &n)) return false;
            gone[i] = true;
            break; /* one a turn: the edges at hand are those of before */
        }
    drop(reducer, gone, n_hops);
    return true;
}

/* ---- Hops that nobody needs -------------------------------------------------------------- */

struct explorer {
    struct align_reducer *reducer;
    const struct align_offers *offers;
    const bool *gone;   /* [n_hops] */
    int64_t *weight[2]; /* [n_states]: from the hop's source without it; from its target */
    uint32_t *list[2];
    size_t n[2];
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
            explorer->reducer->explored +=
                1 + explorer->offers->hop_first[s + 1] - explorer->offers->hop_first[s];
            for (uint32_t e = explorer->offers->hop_first[s];
                 e < explorer->offers->hop_first[s + 1]; e++) {
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
    if (explorer->offers->has_block[s] && !cheaper(other[s], weight)) return false;
    for (uint32_t i = explorer->offers->sync_first[s]; i < explorer->offers->sync_first[s + 1];
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
    const int order = align_compare_syncs(&a, &b);
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
        if (i == 0 || align_compare_syncs(&a, &b) != 0) explorer->member_first[n++] = i;
        explorer->group[order[i]] = n - 1;
        explorer->member[i] = net->syncs[order[i]].from;
    }
    explorer->member_first[n] = (uint32_t)net->n_syncs;
    return true;
}

bool align_drop_useless(struct align_reducer *reducer, const struct align_offers *offers) {
    struct align_net *const net = reducer->net;
    const uint32_t n = net->n_states;
    struct explorer explorer = {.reducer = reducer, .offers = offers};
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
