/* align: what the files of the aligner share.
 *
 * Four things, each made from the one before:
 *  1. the *tree*: the map's flow for one group of customers, with what they cannot see taken
 * out;
 *  2. the *automaton*: a net whose steps are matches, whose hops are skips and silent moves,
 * and whose blocks are `any order` parts too wide to be multiplied out;
 *  3. the *steps* of a path: the same steps seen by the net and by each part of each block;
 *  4. the *columns*: least weights per state, forwards for the costs, backwards for the
 * reading.
 *
 * Weights are one number: what counts most stands highest. Least cost first, then fewest extra
 * steps (most matches), then fewest allowed skips. What is left equal is settled by the order
 * of the moves (see align_walk.c), never by the shape of the automaton.
 */
#ifndef COMPARE_ALIGN_H
#define COMPARE_ALIGN_H

#include "trod/compare.h"

#define ALIGN_COST (INT64_C(1) << 40)  /* one deviation */
#define ALIGN_EXTRA (INT64_C(1) << 20) /* one extra step, whether it costs or not */
#define ALIGN_ALLOWED INT64_C(1)       /* one skip that an `accept` line allows */
#define ALIGN_FAR (INT64_C(1) << 62)   /* no way there; two of them are never added */
enum { ALIGN_MOST_STEPS = 1000000 };   /* of a path: what the weights have room for */

/* ---- The tree (align_tree.c) ------------------------------------------------------------- */

enum align_skip { ALIGN_SKIP_COSTS, ALIGN_SKIP_SILENT, ALIGN_SKIP_ALLOWED };
/* What holds for one touchpoint of the map, for one group. */
struct align_rule {
    enum align_skip skip;
    bool absent;         /* no step can be matched by it */
    bool repeat_allowed; /* rounds over the limit cost nothing */
};
struct align_node {
    enum trod_flow_kind kind;
    struct align_node **children;
    size_t n;
    uint32_t touchpoint;
    bool ends;
    uint32_t most_rounds;
    uint32_t loop; /* of a bounded LOOP: index into the tree's loops; else TROD_NO_ID */
    struct align_node *parent;
    size_t place; /* among its parent's children */
    unsigned depth;
};
struct align_tree {
    struct align_node *root;
    struct align_node **leaf; /* [n_touchpoints]: NULL of those that are not in it */
    size_t n_touchpoints;
    struct align_node **loops; /* the bounded ones */
    size_t n_loops;
    const struct align_rule *rules; /* [n_touchpoints], borrowed */
    uint32_t shortest;              /* least cost from the start to the end, without any step */
    size_t n_allowed;               /* touchpoints whose skip is allowed */
};
/* The flow without what cannot be seen, nested sequences, choices and any orders merged. */
TROD_MUST trod_status align_tree_make(const struct trod_flow *flow,
                                      const struct align_rule *rules, size_t n_touchpoints,
                                      struct trod_arena *arena, struct align_tree **tree,
                                      struct trod_error *error);
/* Whether the touchpoint lies in the loop. */
bool align_tree_within(const struct align_tree *tree, uint32_t touchpoint, uint32_t loop);
/* Whether a match of the touchpoint means that the loop has not begun, or will begin anew. */
bool align_tree_resets(const struct align_tree *tree, uint32_t touchpoint, uint32_t loop);

/* ---- Kinds of steps ---------------------------------------------------------------------- */

/* What one kind of step may be the trace of: touchpoints of the tree, ascending. */
struct align_kind {
    const uint32_t *touchpoints;
    uint32_t n;
    int64_t extra; /* its weight as an extra step */
};

/* ---- The automaton ----------------------------------------------------------------------- */

struct align_sync { /* a match */
    uint32_t from, to;
    uint32_t touchpoint;
    uint32_t mark; /* which bounded loops are in their last round here */
    bool free;     /* not a match: a round over the limit, at no cost */
};
struct align_hop { /* moves without a step */
    uint32_t from, to;
    int64_t weight;
    size_t skips; /* what is skipped, in order: n_skips of net->skips from here; none: silent */
    uint32_t n_skips;
};
struct align_net;
struct align_block { /* an any order: all parts, interleaved, between two states */
    uint32_t from, to;
    struct align_net **parts;
    uint32_t n_parts;
    bool opens;            /* nothing can have matched before it */
    const uint32_t *owner; /* [n_kinds]: part that may match it, or one of the two below */
};
#define ALIGN_FOREIGN UINT32_MAX      /* no part */
#define ALIGN_SHARED (UINT32_MAX - 1) /* more than one part: not to be told apart here */
struct align_edges {       /* hops by state: those of s are first[s]..first[s + 1] - 1 */
    const uint32_t *first; /* [n_states + 1] */
    const uint32_t *state;
    const int64_t *weight;
    const uint32_t *hop; /* index into net->hops */
};
struct align_net {
    struct trod_arena *arena;
    uint32_t n_states, start, end;
    uint32_t finish; /* while building: where `ends here` leads; TROD_NO_ID if nowhere */
    struct align_sync *syncs;
    size_t n_syncs, room_syncs;
    struct align_hop *hops;
    size_t n_hops, room_hops;
    struct align_block *blocks;
    size_t n_blocks, room_blocks;
    uint32_t *skips;
    size_t n_skips, room_skips;
    /* From align_net_finish on: syncs by touchpoint, then by state. */
    const uint32_t *labels; /* the touchpoints of its own syncs, ascending */
    const uint32_t *first; /* [n_labels + 1]: syncs of label l are first[l]..first[l + 1] - 1 */
    uint32_t n_labels;
    const uint32_t *all_labels; /* those of the parts of its blocks too, ascending */
    size_t n_all_labels;
    const uint32_t *kind_first; /* [n_kinds + 1]: labels of kind k in kind_label */
    const uint32_t *kind_label;
    struct align_edges out, in;
};
struct align_mark {
    uint32_t parent; /* mark 0 is none */
    uint32_t loop;
};
struct align_automaton {
    struct align_net *root;
    const struct align_mark *marks;
    size_t n_marks;
    const struct align_kind *kinds;
    uint32_t n_kinds;
    bool bends;      /* bounded loops are open: only for paths that cannot use them up */
    size_t n_blocks; /* of the root and of all parts */
    size_t n_states; /* of the root and of all parts */
};
struct align_build_options {
    size_t max_states;  /* of the automaton */
    size_t wide_states; /* an any order with more becomes a block; at least max_states: only if
                           it must */
    const uint32_t *seen; /* [tree->n_loops]: most steps of one path that may lie in the loop */
    bool bend;            /* leave bounded loops open */
    bool allowed_weighs;  /* allowed skips have a weight; false where it could overflow */
    bool no_blocks;
};
/* *automaton is NULL, and the status TROD_OK, if it would have more than max_states. */
TROD_MUST trod_status align_automaton_make(const struct align_tree *tree,
                                           const struct align_kind *kinds, uint32_t n_kinds,
                                           const struct align_build_options *options,
                                           struct trod_arena *arena,
                                           struct align_automaton **automaton,
                                           struct trod_error *error);
bool align_mark_has(const struct align_automaton *automaton, uint32_t mark, uint32_t loop);

/* Building blocks of nets; false: no memory. (align_net.c) */
struct align_net *align_net_make(struct trod_arena *arena);
bool align_net_sync(struct align_net *net, struct align_sync sync);
bool align_net_hop(struct align_net *net, uint32_t from, uint32_t to, int64_t weight,
                   const uint32_t *skips, uint32_t n_skips);
/* Indexes of a net that is complete; of its parts too. */
TROD_MUST trod_status align_net_finish(struct align_net *net, const struct align_kind *kinds,
                                       uint32_t n_kinds, struct trod_error *error);
/* Least weights by hops from every state to the end; FAR where there is none. */
TROD_MUST trod_status align_net_exits(const struct align_net *net, int64_t *weights,
                                      struct trod_arena *scratch, struct trod_error *error);
/* What is skipped on the way from a state to the end, first by first the smallest. */
TROD_MUST trod_status align_net_skips(const struct align_net *net, const int64_t *exits,
                                      uint32_t state, struct trod_arena *arena,
                                      uint32_t **skips, uint32_t *n_skips,
                                      struct trod_error *error);
/* The same language with the same weights in fewer states (align_reduce.c). */
TROD_MUST trod_status align_net_reduce(struct align_net *net, struct trod_error *error);
/* Takes out every hop that leads nowhere but to the end, and the states that only they reach:
 * the caller keeps the way out apart. old[s] is what state s was. */
TROD_MUST trod_status align_net_open(struct align_net *net, const uint32_t **old,
                                     struct trod_error *error);
/* Multiplies the parts out between two states of the net (align_product.c). *done is false if
 * that takes more than `most` states. */
TROD_MUST trod_status align_net_product(struct align_net *net, struct align_net *const *parts,
                                        size_t n_parts, uint32_t from, uint32_t to, size_t most,
                                        bool *done, struct trod_error *error);

/* ---- The steps of a path (align_steps.c) ------------------------------------------------- */

struct align_steps;
struct align_block_steps {
    struct align_steps **parts; /* [n_parts] */
    const uint32_t *owner;      /* [n]: part of each step, or ALIGN_FOREIGN */
    const uint32_t *rank;       /* [n]: how many of the owner's steps come before */
    int64_t *open;    /* [n + 1]: least weight of the rest from there, never leaving */
    int64_t weight;   /* of passing it without a step */
    uint32_t *seen;   /* [n_parts], scratch */
    int64_t *pending; /* [n + 1], scratch */
    int64_t *row;     /* [n + 1], scratch */
};
struct align_steps {
    const struct align_net *net;
    const struct align_kind *kinds;
    const uint32_t *kind; /* [n] */
    uint32_t n;
    bool from_zero; /* only ever entered before the first step */
    struct align_block_steps *blocks;
    int64_t **rows; /* as a part: rows[r][c - r] is the least weight of its steps r..c - 1 */
    int64_t *open;  /* as a part: least weight of its steps from r on, ending anywhere */
    struct align_column *column; /* scratch */
};
/* The steps as the net and each part of its blocks see them. TROD_TOO_MUCH (without a message)
 * if a block cannot tell one apart. */
TROD_MUST trod_status align_steps_make(const struct align_automaton *automaton,
                                       const uint32_t *kind, uint32_t n,
                                       struct trod_arena *arena, struct align_steps **steps,
                                       struct trod_error *error);
/* What costs and moves of these steps take: bytes, and touches of a number. */
void align_steps_need(const struct align_steps *steps, double *bytes, double *work);
/* Fills the tables of the blocks; before any run. */
TROD_MUST trod_status align_steps_fill(struct align_steps *steps, struct trod_arena *arena,
                                       struct trod_error *error);
/* row[j - i] for j = i..n: the least weight of the steps i..j - 1 in the block. */
void align_block_row(const struct align_steps *steps, size_t block, uint32_t i, int64_t *row);
/* How many of the first i steps belong to the part. */
uint32_t align_block_rank(const struct align_steps *steps, size_t block, uint32_t part,
                          uint32_t i);

/* ---- Columns (align_column.c) ------------------------------------------------------------ */

TROD_MUST trod_status align_column_make(struct align_steps *steps, struct trod_arena *arena,
                                        struct trod_error *error);
/* Runs over the steps from..n - 1, from the net's start. `ends` (may be NULL) gets the least
 * weight at the net's end before the first step and after each: [n - from + 1]. */
void align_forward(const struct align_steps *steps, uint32_t from, int64_t *ends,
                   int64_t *complete, int64_t *so_far);

/* Least weights of the rest, by step and state: a reading of the steps from..to - 1 that ends
 * in the net's end, or (open; then `to` is n) anywhere. */
struct align_reading {
    const struct align_steps *steps;
    uint32_t from, to;
    bool open;
    uint32_t stride;  /* columns kept in one piece; the rest is computed again when needed */
    uint32_t window;  /* first column of the piece at hand */
    int64_t *columns; /* [stride + 1][n_states] */
    int64_t *checkpoints; /* one column every stride; NULL if one piece holds all */
};
/* How many columns are best kept in one piece. With blocks it must be all. */
uint32_t align_reading_stride(const struct align_steps *steps, uint32_t n);
TROD_MUST trod_status align_reading_make(const struct align_steps *steps, uint32_t from,
                                         uint32_t to, bool open, uint32_t stride,
                                         struct trod_arena *arena,
                                         struct align_reading **reading,
                                         struct trod_error *error);
/* The column before step i. It and the one after the step stay at hand until the next call. */
const int64_t *align_reading_column(struct align_reading *reading, uint32_t i);

/* ---- The moves (align_walk.c) ------------------------------------------------------------ */

struct align_moves {
    struct trod_move *at;
    size_t n, room;
};
/* The moves of the one reading that stands first in the order of moves. TROD_TOO_MUCH (without
 * a message) if it takes more than the bytes allowed. */
TROD_MUST trod_status align_walk(const struct align_automaton *automaton,
                                 const struct align_tree *tree, const struct align_steps *steps,
                                 bool complete, uint64_t memory_bytes, struct trod_arena *arena,
                                 struct align_moves *moves, struct trod_error *error);

#endif
