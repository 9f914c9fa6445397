/* tree: a process tree, the flow and nothing but the flow. It is what discovery finds, what
 * other programs write and read, and what a map is made of. trod/map.h includes this header.
 *
 * A tree lives on the arena that it was made on, and its labels may be borrowed from the text
 * that was read: both must outlive it.
 */
#ifndef TROD_MAP_TREE_H
#define TROD_MAP_TREE_H

#include "trod/base.h"

enum trod_tree_op {
    TROD_TREE_SILENT,    /* nothing happens */
    TROD_TREE_LABEL,     /* one step of that name */
    TROD_TREE_SEQUENCE,  /* all children, in order */
    TROD_TREE_CHOICE,    /* exactly one child */
    TROD_TREE_ANY_ORDER, /* all children, interleaved */
    TROD_TREE_LOOP,      /* two children: what is done, and what lies between two rounds */
};
/* In its shortest form: a SEQUENCE or ANY_ORDER has at least two children and none that is
 * silent, a SEQUENCE none that is one; a CHOICE has at least two. */
struct trod_tree {
    enum trod_tree_op op;
    trod_str label; /* of a LABEL */
    struct trod_tree **children;
    size_t n;
    uint64_t n_times; /* journeys that were seen to go through it; 0: not known */
    const struct trod_tree_note *note; /* NULL: nothing more is known */
};
/* What a draft of a map says besides the flow. Zeroed: nothing. */
struct trod_tree_window {
    int64_t usual_us, most_us; /* 0: not said */
};
struct trod_tree_note {
    trod_str stage;                       /* the node is a stage of that title */
    struct trod_tree_window comes, takes; /* of a label; takes of a stage, too */
    const trod_str *channels;
    size_t n_channels;
    trod_str owner;
    const trod_str *remarks; /* comments above its line, without "#" */
    size_t n_remarks;
};
/* A map in the making. Where no node is a stage the whole is one; else each label lies in one,
 * and what is round stages is a SEQUENCE, an ANY_ORDER of stages, a LOOP, or a CHOICE of
 * nothing and stages. */
struct trod_draft {
    const struct trod_tree *tree;
    trod_str title;
    bool as_is;              /* the map says that it is of what is */
    const trod_str *remarks; /* comments at the top */
    size_t n_remarks;
    /* The time from one of the first to one of the last labels; n_first == 0: not said. */
    const trod_str *first, *last;
    size_t n_first, n_last;
    struct trod_tree_window whole;
};

/* A node with room for n children. NULL without memory. */
struct trod_tree *trod_tree_make(struct trod_arena *arena, enum trod_tree_op op, size_t n);
/* Brings a tree whose children are in their shortest form into its own. NULL without memory. */
struct trod_tree *trod_tree_shorten(struct trod_arena *arena, struct trod_tree *tree);

/* The tree of a text in PM4Py's notation, in its shortest form. Errors: TROD_BAD_INPUT with
 * line and column; TROD_TOO_MUCH if it is nested more than 1,000 deep or has over 1,000,000
 * parts. */
TROD_MUST trod_status trod_tree_read(trod_str text, const char *name, struct trod_arena *arena,
                                     const struct trod_tree **tree, struct trod_error *error);
/* The tree in that notation. A quote that would end a label too early becomes another one (’);
 * *quotes is then set (may be NULL). */
void trod_tree_write(const struct trod_tree *tree, struct trod_buf *out, bool *quotes);
/* The same of other formats: PTML, block-structured PNML and BPMN 2.0. Errors: TROD_BAD_INPUT,
 * also for a net or process that is not block-structured or that says what no tree can hold. */
TROD_MUST trod_status trod_tree_read_ptml(trod_str text, const char *name,
                                          struct trod_arena *arena,
                                          const struct trod_tree **tree,
                                          struct trod_error *error);
TROD_MUST trod_status trod_tree_read_pnml(trod_str text, const char *name,
                                          struct trod_arena *arena,
                                          const struct trod_tree **tree,
                                          struct trod_error *error);
TROD_MUST trod_status trod_tree_read_bpmn(trod_str text, const char *name,
                                          struct trod_arena *arena,
                                          const struct trod_tree **tree,
                                          struct trod_error *error);
TROD_MUST trod_status trod_tree_write_ptml(const struct trod_tree *tree, struct trod_buf *out,
                                           struct trod_error *error);
TROD_MUST trod_status trod_tree_write_pnml(const struct trod_tree *tree, struct trod_buf *out,
                                           struct trod_error *error);
TROD_MUST trod_status trod_tree_write_bpmn(const struct trod_tree *tree, struct trod_buf *out,
                                           struct trod_error *error);
/* Of the net that trod_tree_write_pnml writes. */
struct trod_net_size {
    size_t n_places, n_transitions, n_arcs;
};
TROD_MUST trod_status trod_tree_net_size(const struct trod_tree *tree,
                                         struct trod_net_size *size, struct trod_error *error);
/* The text of a map of one stage: titles keep the labels exactly, ids are made from them and
 * are unique. `name` gives the title. */
TROD_MUST trod_status trod_tree_to_map(const struct trod_tree *tree, const char *name,
                                       struct trod_buf *out, struct trod_error *error);
/* The text of the map, with the shares of ways and of what is optional where it is known how
 * often they were gone through. Titles and ids as above. */
TROD_MUST trod_status trod_draft_write(const struct trod_draft *draft, struct trod_buf *out,
                                       struct trod_error *error);

#endif
