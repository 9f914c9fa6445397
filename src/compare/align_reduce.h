/* A net while it is made smaller: see align_reduce.c. */
#ifndef COMPARE_ALIGN_REDUCE_H
#define COMPARE_ALIGN_REDUCE_H

#include "compare/align.h"

struct align_reducer {
    struct align_net *net;
    struct trod_arena *arena; /* scratch of one turn */
    uint32_t *into;           /* union-find over the states of the turn; NULL: nothing merged */
    const uint32_t **old;     /* where the caller wants to know; else NULL */
    uint64_t explored;
    bool open; /* the way out is kept apart */
    bool changed;
};
/* Edges by state, for one turn. */
struct align_offers {
    uint32_t *sync_first, *hop_first; /* [n_states + 1]; the net's edges are sorted by state */
    bool *has_block;                  /* [n_states] */
};

static inline bool align_is_silent(const struct align_hop *hop) {
    return hop->weight == 0 && hop->n_skips == 0;
}
/* What a state was merged into. */
static inline uint32_t align_merged(uint32_t *into, uint32_t s) {
    while (into[s] != s) s = into[s] = into[into[s]];
    return s;
}
/* All of these give false without memory. (align_tidy.c, align_hops.c) */
bool align_tidy(struct align_reducer *reducer);
bool align_offers_make(struct align_reducer *reducer, struct align_offers *offers);
int align_compare_syncs(const struct align_sync *a, const struct align_sync *b);
int align_compare_skips(const struct align_net *net, const struct align_hop *a,
                        const struct align_hop *b);
bool align_replace_silent(struct align_reducer *reducer, const struct align_offers *offers);
bool align_drop_useless(struct align_reducer *reducer, const struct align_offers *offers);

#endif
