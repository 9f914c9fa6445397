/* tree_short: a tree in the shortest form that says the same.
 *
 * Each rule keeps what the tree allows, step by step:
 *   a block in a block of the same kind is one; what is silent in a sequence or any order is
 * gone a choice has at most one silent part, first; none beside a part that may be silent
 * itself a loop of loops without anything between is one; so is one of what may be silent:
 *       *( X( tau, a ), tau )  is  X( tau, *( a, tau ) )
 */
#include <string.h>

#include "trod/map.h"

struct trod_tree *trod_tree_make(struct trod_arena *arena, enum trod_tree_op op, size_t n) {
    struct trod_tree *const tree = TROD_NEW(arena, struct trod_tree);
    if (!tree) return NULL;
    *tree = (struct trod_tree){.op = op, .n = n};
    tree->children = TROD_NEW_ARRAY(arena, n, struct trod_tree *);
    return tree->children ? tree : NULL;
}

static bool is_silent(const struct trod_tree *tree) {
    return tree->op == TROD_TREE_SILENT;
}

/* The parts of a block, those of the same kind of block in their places. */
static struct trod_tree *melt(struct trod_arena *arena, const struct trod_tree *tree) {
    size_t n = 0;
    for (size_t i = 0; i < tree->n; i++)
        n += tree->children[i]->op == tree->op ? tree->children[i]->n : 1;
    struct trod_tree *const melted = trod_tree_make(arena, tree->op, n);
    if (!melted) return NULL;
    melted->n = 0;
    for (size_t i = 0; i < tree->n; i++) {
        struct trod_tree *const part = tree->children[i];
        const bool same = part->op == tree->op;
        for (size_t k = 0; k < (same ? part->n : 1); k++)
            melted->children[melted->n++] = same ? part->children[k] : part;
    }
    return melted;
}

static struct trod_tree *close_block(struct trod_arena *arena, struct trod_tree *tree) {
    if (tree->n == 0) return trod_tree_make(arena, TROD_TREE_SILENT, 0);
    return tree->n == 1 ? tree->children[0] : tree;
}

static struct trod_tree *shorten_choice(struct trod_arena *arena, struct trod_tree *tree) {
    bool silent = false;
    size_t n = 0;
    for (size_t i = 0; i < tree->n; i++) {
        struct trod_tree *const part = tree->children[i];
        silent |= is_silent(part);
        if (is_silent(part)) continue;
        tree->children[n++] = part;
    }
    if (silent) { /* there is room: a silent part has gone */
        memmove(tree->children + 1, tree->children, n * sizeof *tree->children);
        tree->children[0] = trod_tree_make(arena, TROD_TREE_SILENT, 0);
        if (!tree->children[0]) return NULL;
        n++;
    }
    tree->n = n;
    return close_block(arena, tree);
}

static struct trod_tree *shorten_loop(struct trod_arena *arena, struct trod_tree *tree) {
    struct trod_tree *const body = tree->children[0];
    if (!is_silent(tree->children[1])) return tree;
    if (is_silent(body)) return body;
    if (body->op == TROD_TREE_LOOP && is_silent(body->children[1])) return body;
    if (body->op != TROD_TREE_CHOICE || !is_silent(body->children[0])) return tree;
    struct trod_tree *rest = trod_tree_make(arena, TROD_TREE_CHOICE, body->n - 1);
    struct trod_tree *const outer = trod_tree_make(arena, TROD_TREE_CHOICE, 2);
    if (!rest || !outer) return NULL;
    memcpy(rest->children, body->children + 1, rest->n * sizeof *rest->children);
    if (rest->n == 1) rest = rest->children[0];
    tree->children[0] = rest;
    outer->children[0] = body->children[0];
    outer->children[1] = shorten_loop(arena, tree);
    return outer->children[1] ? outer : NULL;
}

struct trod_tree *trod_tree_shorten(struct trod_arena *arena, struct trod_tree *tree) {
    if (tree->op == TROD_TREE_SILENT || tree->op == TROD_TREE_LABEL) return tree;
    if (tree->op == TROD_TREE_LOOP) return shorten_loop(arena, tree);
    struct trod_tree *const melted = melt(arena, tree);
    if (!melted) return NULL;
    if (tree->op == TROD_TREE_CHOICE) return shorten_choice(arena, melted);
    size_t n = 0;
    for (size_t i = 0; i < melted->n; i++)
        if (!is_silent(melted->children[i])) melted->children[n++] = melted->children[i];
    melted->n = n;
    return close_block(arena, melted);
}
