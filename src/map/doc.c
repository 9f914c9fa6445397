/* The tree of a document: making nodes, walking them, asking for arguments. Walking is by
 * links, never by recursion, so the depth of a file costs no stack.
 */
#include "map/doc.h"

struct trod_doc *map_doc_make(trod_str name, struct trod_arena *arena) {
    struct trod_doc *const doc = TROD_NEW(arena, struct trod_doc);
    if (!doc) return NULL;
    doc->arena = arena;
    doc->name = trod_arena_copy(arena, name);
    doc->root = TROD_NEW(arena, struct map_node);
    return doc->name.at && doc->root ? doc : NULL;
}

struct map_node *map_node_add(struct trod_doc *doc, struct map_node *parent,
                              enum map_kind kind) {
    struct map_node *const node = TROD_NEW(doc->arena, struct map_node);
    if (!node) return NULL;
    node->kind = kind;
    node->parent = parent;
    node->level = (uint16_t)(parent == doc->root ? 0 : parent->level + 1);
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

bool map_node_arg(struct trod_doc *doc, struct map_node *node, size_t *room,
                  const struct map_arg *arg) {
    return TROD_PUSH(doc->arena, node->args, node->n_args, *room, *arg);
}

struct map_node *map_node_after(const struct map_node *node, const struct map_node *top) {
    if (node->first) return node->first;
    while (node != top && !node->next) node = node->parent;
    return node == top ? NULL : node->next;
}

static bool is_slot(const struct map_arg *arg, trod_str slot) {
    return trod_str_equal((trod_str){arg->slot, arg->slot_n}, slot);
}

const struct map_arg *map_arg_of(const struct map_node *node, const char *slot) {
    const trod_str sought = trod_str_of(slot);
    for (size_t i = 0; i < node->n_args; i++)
        if (is_slot(&node->args[i], sought)) return &node->args[i];
    return NULL;
}

const struct map_arg *map_arg_next(const struct map_node *node, const struct map_arg *arg) {
    const trod_str sought = {arg->slot, arg->slot_n};
    for (size_t i = (size_t)(arg - node->args) + 1; i < node->n_args; i++)
        if (is_slot(&node->args[i], sought)) return &node->args[i];
    return NULL;
}

trod_str map_arg_text(const struct map_node *node, const char *slot) {
    const struct map_arg *const arg = map_arg_of(node, slot);
    return arg ? arg->text : (trod_str){0};
}

trod_str map_long_text(const struct map_node *node, struct trod_arena *arena) {
    size_t n = 0, n_lines = 0;
    const struct map_node *only = NULL;
    for (const struct map_node *child = node->first; child; child = child->next)
        if (child->kind == MAP_LONG) {
            n += child->text.n + 1;
            n_lines++;
            only = child;
        }
    if (n_lines == 0) return (trod_str){0};
    if (n_lines == 1) return only->text;
    char *const text = trod_arena_alloc(arena, n, 1);
    if (!text) return (trod_str){0};
    const size_t n_all = n_lines;
    n = 0;
    for (const struct map_node *child = node->first; child; child = child->next)
        if (child->kind == MAP_LONG) {
            if (n_lines-- < n_all) text[n++] = '\n';
            if (child->text.n) memcpy(text + n, child->text.at, child->text.n);
            n += child->text.n;
        }
    return (trod_str){text, n};
}
