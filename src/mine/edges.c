/* Pairs get numbers, the most frequent the smallest, so that what is kept of the frequent ones
 * lies together. A pair's number is found again in a matrix, or in a table by open addressing
 * where a matrix would be too large. */
#include "mine/edges.h"

#include <math.h>
#include <stdlib.h>

static const uint64_t MOST_MATRIX = UINT64_C(1) << 26; /* numbers in all matrices */

/* ---- In order -----------------------------------------------------------------------------
 */

struct ordered {
    uint64_t ranks; /* of the names: from, then to */
    struct mine_pair pair;
};

static int most_frequent_first(const void *a, const void *b) {
    const struct ordered *const x = a, *const y = b;
    if (x->pair.n != y->pair.n) return x->pair.n > y->pair.n ? -1 : 1;
    return x->ranks < y->ranks ? -1 : x->ranks > y->ranks;
}

enum {
    DIGIT_BITS = 11,
    N_DIGITS = 1 << DIGIT_BITS,
    FEW_PAIRS = 4096, /* so many are in order sooner by comparing them */
};

/* A digit of the count, largest first, or of the ranks. */
static inline size_t digit_of(const struct ordered *item, bool of_count, unsigned shift) {
    const size_t digit =
        (size_t)((of_count ? item->pair.n : item->ranks) >> shift) & (N_DIGITS - 1);
    return of_count ? N_DIGITS - 1 - digit : digit;
}

/* Puts them in order by one digit, and leaves alone what has the same. */
static void order_by_digit(const struct ordered *from, size_t n, bool of_count, unsigned shift,
                           struct ordered *to) {
    size_t place[N_DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) place[digit_of(&from[i], of_count, shift)]++;
    for (size_t d = 0; d < N_DIGITS; d++) {
        const size_t here = place[d];
        place[d] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++) to[place[digit_of(&from[i], of_count, shift)]++] = from[i];
}

/* Digit by digit, the least first: ranks, then counts. *order may become the other array. */
static void order_many(struct ordered **order, size_t n, struct ordered *other) {
    uint64_t ranks = 0, counts = 0;
    for (size_t i = 0; i < n; i++) {
        ranks |= (*order)[i].ranks;
        counts |= (*order)[i].pair.n;
    }
    for (unsigned pass = 0; pass < 2; pass++) {
        const uint64_t all = pass ? counts : ranks;
        for (unsigned shift = 0; shift < 64 && all >> shift; shift += DIGIT_BITS) {
            order_by_digit(*order, n, pass == 1, shift, other);
            struct ordered *const done = other;
            other = *order;
            *order = done;
        }
    }
}

static trod_status order_slot(const struct mine_pairs *pairs, const uint32_t *rank,
                              uint32_t n_names, struct trod_follows_edge *edges,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    struct ordered *order = TROD_NEW_ARRAY(scratch, pairs->n, struct ordered);
    TROD_TRY_ALLOC(order, error);
    for (size_t i = 0; i < pairs->n; i++)
        order[i] = (struct ordered){
            (uint64_t)rank[pairs->at[i].from] * n_names + rank[pairs->at[i].to], pairs->at[i]};
    if (pairs->n <= FEW_PAIRS) {
        qsort(order, pairs->n, sizeof *order, most_frequent_first);
    } else {
        struct ordered *const other = TROD_NEW_ARRAY(scratch, pairs->n, struct ordered);
        TROD_TRY_ALLOC(other, error);
        order_many(&order, pairs->n, other);
    }
    for (size_t i = 0; i < pairs->n; i++)
        edges[i] = (struct trod_follows_edge){.from = order[i].pair.from,
                                              .to = order[i].pair.to,
                                              .n = order[i].pair.n,
                                              .times = {0, NAN, NAN, NAN},
                                              .waiting = {0, NAN, NAN, NAN}};
done:
    trod_arena_free(scratch);
    return status;
}

/* ---- Found again --------------------------------------------------------------------------
 */

static struct mine_edge_slot *table_at(const struct mine_edges *edges, uint32_t slot,
                                       uint64_t pair) {
    const size_t mask = ((size_t)1 << edges->table_bits) - 1;
    uint64_t hash = (pair ^ (uint64_t)slot << 20) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    size_t at = (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> (64 - edges->table_bits));
    while (edges->table[at].edge_plus_1 &&
           (edges->table[at].pair != pair || edges->table[at].slot != slot))
        at = (at + 1) & mask;
    return &edges->table[at];
}

static uint64_t pair_of(const struct trod_follows_edge *edge) {
    return (uint64_t)edge->from << 32 | edge->to;
}

static trod_status fill_table(struct mine_edges *edges, struct trod_arena *scratch,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    edges->table_bits = 4;
    while ((size_t)1 << edges->table_bits < 2 * (size_t)edges->n) edges->table_bits++;
    edges->table =
        TROD_NEW_ARRAY(scratch, (size_t)1 << edges->table_bits, struct mine_edge_slot);
    TROD_TRY_ALLOC(edges->table, error);
    for (uint32_t s = 0; s < edges->n_slots; s++)
        for (uint32_t e = edges->first[s]; e < edges->first[s + 1]; e++)
            *table_at(edges, s, pair_of(&edges->at[e])) =
                (struct mine_edge_slot){pair_of(&edges->at[e]), s, e + 1};
done:
    return status;
}

static trod_status fill_matrices(struct mine_edges *edges, struct trod_arena *scratch,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_names = edges->n_names, n = n_names * n_names;
    edges->matrix = TROD_NEW_ARRAY(scratch, edges->n_slots, uint32_t *);
    TROD_TRY_ALLOC(edges->matrix, error);
    for (uint32_t s = 0; s < edges->n_slots; s++) {
        uint32_t *const matrix = TROD_NEW_ARRAY(scratch, n + 1, uint32_t);
        TROD_TRY_ALLOC(matrix, error);
        mine_expect_random(matrix, (n + 1) * sizeof *matrix);
        for (uint32_t e = edges->first[s]; e < edges->first[s + 1]; e++)
            matrix[edges->at[e].from * n_names + edges->at[e].to] = e;
        matrix[n] = edges->n;
        edges->matrix[s] = matrix;
    }
done:
    return status;
}

trod_status mine_edges_make(const struct mine_pairs *pairs, uint32_t n_slots, uint32_t n_names,
                            const uint32_t *rank, struct trod_arena *arena,
                            struct mine_edges *edges, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t n = 0;
    *edges = (struct mine_edges){.n_names = n_names, .n_slots = n_slots};
    for (uint32_t s = 0; s < n_slots; s++) n += pairs[s].n;
    if (n >= UINT32_MAX - 1)
        return trod_fail(error, TROD_TOO_MUCH,
                         "there are more than four thousand million pairs");
    edges->n = (uint32_t)n;
    edges->first = TROD_NEW_ARRAY(arena, (size_t)n_slots + 1, uint32_t);
    TROD_TRY_ALLOC(edges->first, error);
    edges->at = TROD_NEW_ARRAY(arena, (size_t)n, struct trod_follows_edge);
    TROD_TRY_ALLOC(edges->at, error);
    for (uint32_t s = 0; s < n_slots; s++) {
        edges->first[s + 1] = edges->first[s] + (uint32_t)pairs[s].n;
        TROD_TRY(order_slot(&pairs[s], rank, n_names, edges->at + edges->first[s], error));
    }
done:
    return status;
}

trod_status mine_edges_index(struct mine_edges *edges, struct trod_arena *scratch,
                             struct trod_error *error) {
    const uint64_t n_pairs = (uint64_t)edges->n_names * edges->n_names;
    if (n_pairs <= MOST_MATRIX / (edges->n_slots ? edges->n_slots : 1))
        return fill_matrices(edges, scratch, error);
    return fill_table(edges, scratch, error);
}

/* ---- Of a block ---------------------------------------------------------------------------
 */

static void look_up_u16(const uint32_t *restrict matrix, const uint16_t *restrict pairs,
                        uint32_t from, uint32_t to, uint32_t *restrict edge) {
    for (uint32_t i = from; i < to; i++) edge[i] = matrix[pairs[i]];
}

static void look_up_u32(const uint32_t *restrict matrix, const uint32_t *restrict pairs,
                        uint32_t from, uint32_t to, uint32_t *restrict edge) {
    for (uint32_t i = from; i < to; i++) edge[i] = matrix[pairs[i]];
}

static void look_up_table(const struct mine_edges *edges, const uint64_t *pairs,
                          const struct mine_stretch *stretch, uint32_t *edge) {
    for (uint32_t i = stretch->from; i < stretch->to; i++) {
        const uint32_t plus_1 =
            pairs[i] == UINT64_MAX ? 0 : table_at(edges, stretch->slot, pairs[i])->edge_plus_1;
        edge[i] = plus_1 ? plus_1 - 1 : edges->n;
    }
}

static void take_out_undated(const struct mine_blocks *blocks, uint32_t none, uint32_t *edge) {
    const struct trod_bits *const undated = &blocks->undated;
    if (!undated->words) return;
    for (uint32_t i = 0; i < blocks->n; i++) {
        const uint32_t place = blocks->from + i;
        if (trod_bits_has(undated, place) || (place && trod_bits_has(undated, place - 1)))
            edge[i] = none;
    }
}

void mine_block_edges(const struct mine_edges *edges, const struct mine_blocks *blocks,
                      struct mine_edge_room *room, uint32_t *edge) {
    const uint32_t n_names = edges->n_names;
    const bool narrow = edges->matrix && blocks->view->name_bytes == 1 && n_names <= 255;
    if (narrow)
        mine_block_pairs_u16(blocks, n_names, (uint16_t)(n_names * n_names), room->pairs.u16);
    else if (edges->matrix)
        mine_block_pairs_u32(blocks, n_names, n_names * n_names, room->pairs.u32);
    else
        mine_block_pairs_u64(blocks, room->pairs.u64);
    for (size_t s = 0; s < blocks->n_stretches; s++) {
        const struct mine_stretch *const stretch = &blocks->stretches[s];
        if (narrow)
            look_up_u16(edges->matrix[stretch->slot], room->pairs.u16, stretch->from,
                        stretch->to, edge);
        else if (edges->matrix)
            look_up_u32(edges->matrix[stretch->slot], room->pairs.u32, stretch->from,
                        stretch->to, edge);
        else
            look_up_table(edges, room->pairs.u64, stretch, edge);
    }
    take_out_undated(blocks, edges->n, edge);
}
