/* net: a Petri net on its way from or to a process tree. */
#ifndef MAP_NET_H
#define MAP_NET_H

#include "trod/map.h"

struct net_places {
    uint32_t *at; /* ascending, each once */
    size_t n, room;
};
struct net_transition {
    struct trod_tree *tree; /* what it does */
    struct net_places in, out;
    bool gone;
};
struct net {
    struct trod_arena *arena;
    uint32_t n_places;
    struct net_transition *transitions;
    size_t n, room;
    uint32_t start, end; /* places */
};

/* What is read at most: transitions, and places and arcs. */
enum { NET_MOST = 3000, NET_MOST_PLACES = 30000, NET_MOST_ARCS = 60000 };

/* A transition that does the tree (NULL: nothing). Its number, or SIZE_MAX without memory. */
size_t net_add(struct net *net, struct trod_tree *tree);
/* The place takes part; false without memory. */
bool net_from(struct net *net, size_t transition, uint32_t place);
bool net_to(struct net *net, size_t transition, uint32_t place);
struct trod_tree *net_label(struct net *net, trod_str label);

/* The tree of a block-structured net. Errors: TROD_BAD_INPUT, it is none. `what` is the word
 * for it: "net", "process". */
TROD_MUST trod_status net_to_tree(struct net *net, const char *what, struct trod_tree **tree,
                                  struct trod_error *error);
/* The net of a tree, start and end set. */
TROD_MUST trod_status net_of_tree(const struct trod_tree *tree, struct trod_arena *arena,
                                  struct net *net, struct trod_error *error);

#endif
