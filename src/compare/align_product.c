/* An any order multiplied out: a state for every combination of its parts' states. What a part
 * may still have to skip is put off until all leave together, so that combinations which differ
 * only in skips do not come up: a combination has one hop to the end, with what its parts have
 * left to skip, and within a part a hop that leads nowhere but out is not needed at all. */
#include "compare/align.h"

/* A part with its way out kept apart. */
struct part {
    struct align_net net;  /* a copy: hops to the end gone */
    const int64_t *weight; /* [n_states] of the way out, and … */
    uint32_t **skips;      /* … what is skipped on it */
    uint32_t *n_skips;
    uint32_t *sync_first, *hop_first; /* its edges are sorted by state */
};
struct product {
    struct align_net *net;
    struct trod_arena *arena;
    struct part *parts;
    size_t n_parts;
    size_t *factor;  /* of a part's state in the code of a combination */
    uint32_t *state; /* [codes]: of the net, or TROD_NO_ID */
    size_t *codes;   /* those reached, in order */
    size_t n_codes;
    uint32_t from, to;
    const uint32_t **heads; /* [n_parts], scratch: what is left to skip */
    uint32_t *n_heads;
    uint32_t *merged;
};

static trod_status open_part(const struct align_net *net, struct trod_arena *arena,
                             struct part *part, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t *old = NULL;
    const uint32_t n = net->n_states;
    int64_t *const exits = TROD_NEW_ARRAY(arena, n, int64_t);
    TROD_TRY_ALLOC(exits, error);
    TROD_TRY(align_net_exits(net, exits, arena, error));
    part->net = *net;
    part->net.arena = arena;
    part->net.syncs = TROD_NEW_ARRAY(arena, net->n_syncs, struct align_sync);
    TROD_TRY_ALLOC(part->net.syncs, error);
    part->net.hops = TROD_NEW_ARRAY(arena, net->n_hops, struct align_hop);
    TROD_TRY_ALLOC(part->net.hops, error);
    if (net->n_syncs) memcpy(part->net.syncs, net->syncs, net->n_syncs * sizeof *net->syncs);
    if (net->n_hops) memcpy(part->net.hops, net->hops, net->n_hops * sizeof *net->hops);
    part->net.room_syncs = net->n_syncs;
    part->net.room_hops = net->n_hops;
    TROD_TRY(align_net_open(&part->net, &old, error));
    const uint32_t left = part->net.n_states;
    int64_t *const weight = TROD_NEW_ARRAY(arena, left, int64_t);
    TROD_TRY_ALLOC(weight, error);
    part->skips = TROD_NEW_ARRAY(arena, left, uint32_t *);
    TROD_TRY_ALLOC(part->skips, error);
    part->n_skips = TROD_NEW_ARRAY(arena, left, uint32_t);
    TROD_TRY_ALLOC(part->n_skips, error);
    part->sync_first = TROD_NEW_ARRAY(arena, (size_t)left + 1, uint32_t);
    TROD_TRY_ALLOC(part->sync_first, error);
    part->hop_first = TROD_NEW_ARRAY(arena, (size_t)left + 1, uint32_t);
    TROD_TRY_ALLOC(part->hop_first, error);
    for (uint32_t s = 0; s < left; s++) {
        weight[s] = exits[old[s]];
        if (weight[s] == ALIGN_FAR) continue; /* only by a match */
        TROD_TRY(align_net_skips(net, exits, old[s], arena, &part->skips[s], &part->n_skips[s],
                                 error));
    }
    part->weight = weight;
    for (size_t i = 0; i < part->net.n_syncs; i++)
        part->sync_first[part->net.syncs[i].from + 1]++;
    for (size_t i = 0; i < part->net.n_hops; i++) part->hop_first[part->net.hops[i].from + 1]++;
    for (uint32_t s = 0; s < left; s++) {
        part->sync_first[s + 1] += part->sync_first[s];
        part->hop_first[s + 1] += part->hop_first[s];
    }
done:
    return status;
}

/* The state of a combination, new or known. TROD_NO_ID: no memory. */
static uint32_t combine(struct product *product, size_t code) {
    if (product->state[code] == TROD_NO_ID) {
        product->state[code] = product->net->n_states++;
        product->codes[product->n_codes++] = code;
    }
    return product->state[code];
}

/* The hop out of a combination: all that is left to skip, the smallest first. */
static bool leave(struct product *product, size_t code, uint32_t from) {
    int64_t weight = 0;
    uint32_t n = 0;
    for (size_t k = 0; k < product->n_parts; k++) {
        const struct part *const part = &product->parts[k];
        const size_t s = code / product->factor[k] % part->net.n_states;
        if (part->weight[s] == ALIGN_FAR) return true;
        weight += part->weight[s];
        product->heads[k] = part->skips[s];
        product->n_heads[k] = part->n_skips[s];
    }
    for (;;) {
        size_t best = SIZE_MAX;
        for (size_t k = 0; k < product->n_parts; k++)
            if (product->n_heads[k] &&
                (best == SIZE_MAX || *product->heads[k] < *product->heads[best]))
                best = k;
        if (best == SIZE_MAX) break;
        product->merged[n++] = *product->heads[best]++;
        product->n_heads[best]--;
    }
    return align_net_hop(product->net, from, product->to, weight, product->merged, n);
}

static bool expand(struct product *product, size_t code) {
    struct align_net *const net = product->net;
    const uint32_t from = product->state[code];
    for (size_t k = 0; k < product->n_parts; k++) {
        const struct part *const part = &product->parts[k];
        const size_t s = code / product->factor[k] % part->net.n_states;
        const size_t rest = code - s * product->factor[k];
        for (uint32_t i = part->sync_first[s]; i < part->sync_first[s + 1]; i++) {
            struct align_sync sync = part->net.syncs[i];
            sync.from = from;
            sync.to = combine(product, rest + sync.to * product->factor[k]);
            if (!align_net_sync(net, sync)) return false;
        }
        for (uint32_t i = part->hop_first[s]; i < part->hop_first[s + 1]; i++) {
            const struct align_hop *const hop = &part->net.hops[i];
            const uint32_t to = combine(product, rest + hop->to * product->factor[k]);
            if (!align_net_hop(net, from, to, hop->weight, part->net.skips + hop->skips,
                               hop->n_skips))
                return false;
        }
    }
    return leave(product, code, from);
}

trod_status align_net_product(struct align_net *net, struct align_net *const *parts,
                              size_t n_parts, uint32_t from, uint32_t to, size_t most,
                              bool *done, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct product product = {.net = net, .n_parts = n_parts, .from = from, .to = to};
    *done = false;
    product.arena = trod_arena_make(0);
    TROD_TRY_ALLOC(product.arena, error);
    product.parts = TROD_NEW_ARRAY(product.arena, n_parts, struct part);
    TROD_TRY_ALLOC(product.parts, error);
    product.factor = TROD_NEW_ARRAY(product.arena, n_parts, size_t);
    TROD_TRY_ALLOC(product.factor, error);
    size_t n_codes = 1, start = 0, most_skips = 0;
    for (size_t k = 0; k < n_parts; k++) {
        TROD_TRY(open_part(parts[k], product.arena, &product.parts[k], error));
        const struct part *const part = &product.parts[k];
        product.factor[k] = n_codes;
        start += part->net.start * n_codes;
        if (part->net.n_states > most / n_codes) goto done;
        n_codes *= part->net.n_states;
        size_t longest = 0;
        for (uint32_t s = 0; s < part->net.n_states; s++)
            if (part->n_skips[s] > longest) longest = part->n_skips[s];
        most_skips += longest;
    }
    product.state = TROD_NEW_ARRAY(product.arena, n_codes, uint32_t);
    TROD_TRY_ALLOC(product.state, error);
    product.codes = TROD_NEW_ARRAY(product.arena, n_codes, size_t);
    TROD_TRY_ALLOC(product.codes, error);
    product.heads = TROD_NEW_ARRAY(product.arena, n_parts, const uint32_t *);
    TROD_TRY_ALLOC(product.heads, error);
    product.n_heads = TROD_NEW_ARRAY(product.arena, n_parts, uint32_t);
    TROD_TRY_ALLOC(product.n_heads, error);
    product.merged = TROD_NEW_ARRAY(product.arena, most_skips, uint32_t);
    TROD_TRY_ALLOC(product.merged, error);
    for (size_t i = 0; i < n_codes; i++) product.state[i] = TROD_NO_ID;
    bool fine = align_net_hop(net, from, combine(&product, start), 0, NULL, 0);
    for (size_t i = 0; fine && i < product.n_codes; i++)
        fine = expand(&product, product.codes[i]);
    if (!fine) TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
    *done = true;
done:
    trod_arena_free(product.arena);
    return status;
}
