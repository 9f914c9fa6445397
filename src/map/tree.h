/* tree: a process tree in PM4Py's notation, between its text and the map that is made of it. */
#ifndef MAP_TREE_H
#define MAP_TREE_H

#include "trod/map.h"

enum tree_op {
    TREE_SILENT,    /* tau */
    TREE_LABEL,     /* 'a' */
    TREE_SEQUENCE,  /* -> */
    TREE_CHOICE,    /* X */
    TREE_ANY_ORDER, /* + */
    TREE_LOOP,      /* *: two children, what is done and what lies between two rounds */
};
/* A tree that says what it says in the shortest way: a SEQUENCE or ANY_ORDER has at least two
 * children and none that is silent, a SEQUENCE none that is one; a CHOICE has at least two. */
struct tree {
    enum tree_op op;
    trod_str label;
    struct tree **children;
    size_t n;
};

/* The tree of a text, on `arena`, which may hold pointers into the text. Errors: TROD_BAD_INPUT
 * with line and column; TROD_TOO_MUCH if it is nested more than 1,000 deep or has over
 * 1,000,000 parts. */
TROD_MUST trod_status tree_read(trod_str text, const char *name, struct trod_arena *arena,
                                const struct tree **tree, struct trod_error *error);

#endif
