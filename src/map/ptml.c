/* ptml: process trees as XML, as ProM and PM4Py exchange them: nodes with ids, and lines that
 * say which node is whose parent. The order of these lines is the order of the children. A loop
 * has three: what is done, what lies between two rounds, and what follows. */
#include <stdio.h>
#include <string.h>

#include "trod/map.h"

enum { MOST_DEPTH = 1000, MOST_NODES = 1000000 };

/* ---- Reading -------------------------------------------------------------------------------
 */

struct node {
    enum trod_tree_op op;
    trod_str label;
    uint32_t *children;
    size_t n, room;
    bool has_parent;
};
struct reader {
    struct trod_arena *arena;
    struct trod_dict *ids;
    struct node *nodes;
    size_t n, room;
    trod_str root;
    bool in_tree;
    struct edge {
        trod_str from, to;
    } * edges;
    size_t n_edges, edges_room;
    struct trod_error *error;
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status add_node(struct reader *reader, enum trod_tree_op op,
                            const char **attributes, struct trod_error *error) {
    const char *const id = trod_xml_attribute(attributes, "id");
    const char *const name = trod_xml_attribute(attributes, "name");
    if (!id) return trod_fail(error, TROD_BAD_INPUT, "a part of the tree has no id");
    const uint32_t known = trod_dict_count(reader->ids);
    const uint32_t at = trod_dict_add(reader->ids, trod_str_of(id));
    if (at == TROD_NO_ID) return no_memory(error);
    if (at < known)
        return trod_fail(error, TROD_BAD_INPUT, "the id \"%.100s\" stands twice", id);
    struct node node = {.op = op};
    if (op == TROD_TREE_LABEL) {
        node.label = trod_arena_copy(reader->arena, trod_str_of(name ? name : ""));
        if (!node.label.at) return no_memory(error);
    }
    if (reader->n >= MOST_NODES)
        return trod_fail(error, TROD_TOO_MUCH, "the tree has more than %d parts", MOST_NODES);
    return TROD_PUSH(reader->arena, reader->nodes, reader->n, reader->room, node)
               ? TROD_OK
               : no_memory(error);
}

static trod_status add_edge(struct reader *reader, const char **attributes,
                            struct trod_error *error) {
    const char *const from = trod_xml_attribute(attributes, "sourceId");
    const char *const to = trod_xml_attribute(attributes, "targetId");
    if (!from || !to)
        return trod_fail(error, TROD_BAD_INPUT, "a line does not say whose parent is who");
    const struct edge edge = {trod_arena_copy(reader->arena, trod_str_of(from)),
                              trod_arena_copy(reader->arena, trod_str_of(to))};
    if (!edge.from.at || !edge.to.at ||
        !TROD_PUSH(reader->arena, reader->edges, reader->n_edges, reader->edges_room, edge))
        return no_memory(error);
    return TROD_OK;
}

static trod_status begin(void *owner, const char *name, const char **attributes,
                         struct trod_error *error) {
    static const struct {
        const char *name;
        enum trod_tree_op op;
    } kinds[] = {{"sequence", TROD_TREE_SEQUENCE}, {"xor", TROD_TREE_CHOICE},
                 {"def", TROD_TREE_CHOICE},        {"and", TROD_TREE_ANY_ORDER},
                 {"xorLoop", TROD_TREE_LOOP},      {"loop", TROD_TREE_LOOP},
                 {"manualTask", TROD_TREE_LABEL},  {"automaticTask", TROD_TREE_SILENT}};
    struct reader *const reader = owner;
    if (strcmp(name, "processTree") == 0) {
        const char *const root = trod_xml_attribute(attributes, "root");
        if (reader->in_tree)
            return trod_fail(error, TROD_BAD_INPUT, "the file holds more than one tree");
        reader->in_tree = true;
        reader->root = trod_arena_copy(reader->arena, trod_str_of(root ? root : ""));
        return reader->root.at ? TROD_OK : no_memory(error);
    }
    if (!reader->in_tree) return TROD_OK;
    if (strcmp(name, "parentsNode") == 0) return add_edge(reader, attributes, error);
    for (size_t i = 0; i < TROD_COUNT(kinds); i++)
        if (strcmp(name, kinds[i].name) == 0)
            return add_node(reader, kinds[i].op, attributes, error);
    if (strcmp(name, "or") == 0 || strcmp(name, "defLoop") == 0 ||
        strcmp(name, "placeHolder") == 0)
        return trod_fail(error, TROD_BAD_INPUT, "\"%s\" has no counterpart in a map", name);
    return TROD_OK;
}

static trod_status end(void *owner, const char *name, struct trod_error *error) {
    (void)owner;
    (void)name;
    (void)error;
    return TROD_OK;
}

static trod_status link_nodes(struct reader *reader, struct trod_error *error) {
    for (size_t i = 0; i < reader->n_edges; i++) {
        const uint32_t from = trod_dict_find(reader->ids, reader->edges[i].from);
        const uint32_t to = trod_dict_find(reader->ids, reader->edges[i].to);
        if (from == TROD_NO_ID || to == TROD_NO_ID || reader->nodes[to].has_parent)
            return trod_fail(error, TROD_BAD_INPUT,
                             "the parts of the tree do not hang together: look at \"%.*s\"",
                             TROD_ARG(reader->edges[i].to));
        struct node *const node = &reader->nodes[from];
        reader->nodes[to].has_parent = true;
        if (!TROD_PUSH(reader->arena, node->children, node->n, node->room, to))
            return no_memory(error);
    }
    return TROD_OK;
}

/* Every node has one parent at most, and the root none that leads to itself: depth ends the
 * rest. */
static trod_status grow(struct reader *reader, uint32_t at, unsigned depth,
                        struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct node *const node = &reader->nodes[at];
    if (depth > MOST_DEPTH)
        return trod_fail(error, TROD_TOO_MUCH, "the tree is nested more than %d deep",
                         MOST_DEPTH);
    const bool leaf = node->op == TROD_TREE_LABEL || node->op == TROD_TREE_SILENT;
    if (leaf && node->n)
        return trod_fail(error, TROD_BAD_INPUT, "\"%.*s\" is a step and has parts",
                         TROD_ARG(node->label));
    if (node->op == TROD_TREE_LOOP && (node->n < 2 || node->n > 3))
        return trod_fail(error, TROD_BAD_INPUT, "a loop has %zu parts, not two or three",
                         node->n);
    struct trod_tree *made = trod_tree_make(reader->arena, node->op, node->n);
    TROD_TRY_ALLOC(made, error);
    made->label = node->label;
    if (leaf && node->op == TROD_TREE_LABEL && node->label.n == 0) made->op = TROD_TREE_SILENT;
    for (size_t i = 0; i < node->n; i++)
        TROD_TRY(grow(reader, node->children[i], depth + 1, &made->children[i], error));
    if (node->op == TROD_TREE_LOOP && node->n == 3) {
        struct trod_tree *const both = trod_tree_make(reader->arena, TROD_TREE_SEQUENCE, 2);
        TROD_TRY_ALLOC(both, error);
        both->children[1] = made->children[2];
        made->n = 2;
        both->children[0] = trod_tree_shorten(reader->arena, made);
        TROD_TRY_ALLOC(both->children[0], error);
        made = both;
    }
    *tree = trod_tree_shorten(reader->arena, made);
    TROD_TRY_ALLOC(*tree, error);
done:
    return status;
}

trod_status trod_tree_read_ptml(trod_str text, const char *name, struct trod_arena *arena,
                                const struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *made = NULL;
    struct reader reader = {.arena = arena};
    const struct trod_xml_reader calls = {&reader, begin, end, NULL};
    struct trod_xml *const xml = trod_xml_make(&calls, name);
    reader.ids = trod_dict_make(0);
    TROD_TRY_ALLOC(reader.ids && xml ? xml : NULL, error);
    TROD_TRY(trod_xml_feed(xml, text, true, error));
    const uint32_t root = trod_dict_find(reader.ids, reader.root);
    if (root == TROD_NO_ID)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT,
                           reader.in_tree ? "the tree does not say which part is its root"
                                          : "this file holds no process tree (PTML)"));
    TROD_TRY(link_nodes(&reader, error));
    if (reader.nodes[root].has_parent)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT, "the root of the tree has a parent"));
    TROD_TRY(grow(&reader, root, 0, &made, error));
    *tree = made;
done:
    if (status != TROD_OK) trod_error_place(error, name ? name : "", 0, 0);
    trod_xml_free(xml);
    trod_dict_free(reader.ids);
    return status;
}

/* ---- Writing -------------------------------------------------------------------------------
 */

struct writer {
    struct trod_buf *out;
    struct trod_buf edges;
    size_t n;
};

static size_t write_node(struct writer *writer, const struct trod_tree *tree) {
    static const char *const names[] = {
        [TROD_TREE_SILENT] = "automaticTask", [TROD_TREE_LABEL] = "manualTask",
        [TROD_TREE_SEQUENCE] = "sequence",    [TROD_TREE_CHOICE] = "xor",
        [TROD_TREE_ANY_ORDER] = "and",        [TROD_TREE_LOOP] = "xorLoop"};
    const size_t id = writer->n++;
    trod_buf_format(writer->out, "    <%s id=\"n%zu\" name=\"", names[tree->op], id);
    if (tree->op == TROD_TREE_LABEL) trod_xml_escape(writer->out, tree->label);
    trod_buf_adds(writer->out, "\"/>\n");
    const struct trod_tree nothing = {.op = TROD_TREE_SILENT};
    for (size_t i = 0; i < tree->n + (tree->op == TROD_TREE_LOOP); i++) {
        const size_t child = write_node(writer, i < tree->n ? tree->children[i] : &nothing);
        trod_buf_format(&writer->edges,
                        "    <parentsNode id=\"e%zu\" sourceId=\"n%zu\" targetId=\"n%zu\"/>\n",
                        child, id, child);
    }
    return id;
}

trod_status trod_tree_write_ptml(const struct trod_tree *tree, struct trod_buf *out,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct writer writer = {.out = out};
    trod_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ptml>\n"
                       "  <processTree id=\"tree\" name=\"\" root=\"n0\">\n");
    (void)write_node(&writer, tree);
    /* Children in their order: the lines were written from the inside out. */
    trod_buf_add(out, trod_buf_str(&writer.edges));
    trod_buf_adds(out, "  </processTree>\n</ptml>\n");
    if (out->failed || writer.edges.failed)
        status = trod_fail(error, TROD_TOO_MUCH, "the tree of this map is too large to write");
    trod_buf_free(&writer.edges);
    return status;
}
