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
};

/* The tree of a text in PM4Py's notation, in its shortest form. Errors: TROD_BAD_INPUT with
 * line and column; TROD_TOO_MUCH if it is nested more than 1,000 deep or has over 1,000,000
 * parts. */
TROD_MUST trod_status trod_tree_read(trod_str text, const char *name, struct trod_arena *arena,
                                     const struct trod_tree **tree, struct trod_error *error);
/* The tree in that notation. A quote that would end a label too early becomes another one (’);
 * *quotes is then set (may be NULL). */
void trod_tree_write(const struct trod_tree *tree, struct trod_buf *out, bool *quotes);
/* The text of a map of one stage: titles keep the labels exactly, ids are made from them and
 * are unique. `name` gives the title. */
TROD_MUST trod_status trod_tree_to_map(const struct trod_tree *tree, const char *name,
                                       struct trod_buf *out, struct trod_error *error);

#endif
