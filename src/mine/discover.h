/* What the files of discovery share.
 *
 * A *bundle* is a log as discovery sees it: distinct rows of names with the number of journeys
 * that took each. Its names are numbered anew, 0..n_names-1, in the order of their bytes, so
 * that every choice between equals falls the same way. A *graph* is its follows graph in full.
 */
#ifndef MINE_DISCOVER_H
#define MINE_DISCOVER_H

#include "mine/inside.h"

enum { DISCOVER_MOST_NAMES = 1000 };

struct discover_row {
    const uint16_t *steps;
    uint32_t n;
    uint64_t n_journeys;
};
struct discover_bundle {
    struct trod_arena *arena; /* owned */
    uint32_t n_names;
    uint32_t *names; /* [n_names] their places among all that are mined */
    struct discover_row *rows;
    size_t n_rows;
};
struct discover_graph {
    uint32_t n;
    uint64_t *follows; /* [n * n] from * n + to */
    uint64_t *starts, *ends;
};
/* The names in groups; in a SEQUENCE in their order, in a LOOP group 0 is what is done. */
struct discover_cut {
    enum trod_tree_op op;
    uint32_t n_groups;
    uint32_t *group; /* [n] */
};

/* ---- Bundles: discover_bundle.c ------------------------------------------------------------
 */

/* Rows are added one by one, in numbers below n_ids; equal ones become one. */
struct discover_rows {
    struct discover_bundle *bundle;
    uint32_t *slots;
    size_t n_slots, room;
};
TROD_MUST trod_status discover_rows_begin(struct discover_rows *rows, struct trod_error *error);
TROD_MUST trod_status discover_rows_add(struct discover_rows *rows, const uint16_t *steps,
                                        uint32_t n, uint64_t n_journeys,
                                        struct trod_error *error);
/* The bundle: numbers that do not occur are gone. ids[i] is what number i is among all that are
 * mined, ascending. */
TROD_MUST trod_status discover_rows_end(struct discover_rows *rows, const uint32_t *ids,
                                        uint32_t n_ids, struct discover_bundle **bundle,
                                        struct trod_error *error);
void discover_rows_drop(struct discover_rows *rows);
void discover_bundle_free(struct discover_bundle *bundle);

/* ---- Graphs: discover_graph.c --------------------------------------------------------------
 */

TROD_MUST trod_status discover_graph_make(const struct discover_bundle *bundle,
                                          struct trod_arena *arena,
                                          struct discover_graph *graph,
                                          struct trod_error *error);
/* n names, nothing follows. */
TROD_MUST trod_status discover_graph_empty(uint32_t n, struct trod_arena *arena,
                                           struct discover_graph *graph,
                                           struct trod_error *error);
/* Without the follows that are not above `noise` of the most frequent way on from the same
 * name. */
TROD_MUST trod_status discover_graph_filter(const struct discover_graph *graph, double noise,
                                            struct trod_arena *arena,
                                            struct discover_graph *filtered,
                                            struct trod_error *error);

/* ---- Cuts: discover_cut.c ------------------------------------------------------------------
 */

/* The first cut there is: choice, sequence, any order, loop; n_groups == 0 if there is none. */
TROD_MUST trod_status discover_cut_find(const struct discover_graph *graph,
                                        struct trod_arena *arena, struct discover_cut *cut,
                                        struct trod_error *error);

/* ---- Splits: discover_split.c --------------------------------------------------------------
 */

/* bundles[g], of each group of the cut. On failure none is left behind. */
TROD_MUST trod_status discover_split(const struct discover_bundle *bundle,
                                     const struct discover_cut *cut,
                                     struct discover_bundle **bundles,
                                     struct trod_error *error);

/* ---- Fallbacks: discover_fall.c ------------------------------------------------------------
 */

struct discover_fall {
    enum trod_fallback_kind kind;
    uint32_t name;                    /* of ONCE and ANYWHERE */
    struct discover_bundle *parts[2]; /* of them: the name alone, the others; of rounds: [0] */
};
/* There is always one: FLOWER has no parts. */
TROD_MUST trod_status discover_fall_find(const struct discover_bundle *bundle,
                                         const struct trod_run *run, struct discover_fall *fall,
                                         struct trod_error *error);

/* ---- Mining --------------------------------------------------------------------------------
 */

struct discover_miner {
    const struct trod_run *run;
    double noise;
    const trod_str *labels;   /* of all names that are mined */
    struct trod_arena *arena; /* of the result */
    struct trod_fallback *fallbacks;
    size_t n_fallbacks, room;
};
/* Uses up the bundle. */
TROD_MUST trod_status discover_bundle_mine(struct discover_miner *miner,
                                           struct discover_bundle *bundle, size_t depth,
                                           struct trod_tree **tree, struct trod_error *error);
TROD_MUST trod_status discover_note_fall(struct discover_miner *miner,
                                         enum trod_fallback_kind kind, const uint32_t *names,
                                         size_t n, struct trod_error *error);

/* The tree of a graph of all names that are mined. */
TROD_MUST trod_status discover_graph_mine(struct discover_miner *miner,
                                          const struct discover_graph *graph,
                                          struct trod_tree **tree, struct trod_error *error);
/* A loop with several parts between its rounds, or none, becomes one of two children. */
TROD_MUST trod_status discover_close_loop(struct discover_miner *miner, struct trod_tree *tree,
                                          struct trod_error *error);
TROD_MUST trod_status discover_make_optional(struct discover_miner *miner,
                                             struct trod_tree **tree, struct trod_error *error);
/* Any of the names, as often as one likes. */
TROD_MUST trod_status discover_flower(struct discover_miner *miner, const uint32_t *names,
                                      uint32_t n, struct trod_tree **tree,
                                      struct trod_error *error);

#endif
