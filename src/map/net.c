/* net: places and transitions. */
#include "map/net.h"

#include <string.h>

static bool add_place(struct net *net, struct net_places *places, uint32_t place) {
    size_t i = places->n;
    while (i > 0 && places->at[i - 1] > place) i--;
    if (i > 0 && places->at[i - 1] == place) return true;
    if (!TROD_PUSH(net->arena, places->at, places->n, places->room, place)) return false;
    memmove(places->at + i + 1, places->at + i, (places->n - 1 - i) * sizeof *places->at);
    places->at[i] = place;
    return true;
}

size_t net_add(struct net *net, struct trod_tree *tree) {
    const struct net_transition transition = {
        .tree = tree ? tree : trod_tree_make(net->arena, TROD_TREE_SILENT, 0)};
    if (!transition.tree ||
        !TROD_PUSH(net->arena, net->transitions, net->n, net->room, transition))
        return SIZE_MAX;
    return net->n - 1;
}

bool net_from(struct net *net, size_t transition, uint32_t place) {
    return transition != SIZE_MAX && add_place(net, &net->transitions[transition].in, place);
}

bool net_to(struct net *net, size_t transition, uint32_t place) {
    return transition != SIZE_MAX && add_place(net, &net->transitions[transition].out, place);
}

struct trod_tree *net_label(struct net *net, trod_str label) {
    struct trod_tree *const tree = trod_tree_make(net->arena, TROD_TREE_LABEL, 0);
    if (!tree) return NULL;
    tree->label = trod_arena_copy(net->arena, label);
    return tree->label.at ? tree : NULL;
}
