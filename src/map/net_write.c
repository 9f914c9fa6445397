/* net_write: a process tree as a Petri net, and that as PNML.
 *
 * Between two places a label is a transition, a choice is several ways, and any order a silent
 * split and a silent join. A loop has places of its own, entered and left silently, so that
 * nobody who stands beside it can slip in.
 */
#include "map/net.h"

#include <string.h>

enum { MOST_DEPTH = 1000 };

struct writer {
    struct net *net;
    unsigned depth;
    bool no_memory, too_deep;
};

static void put(struct writer *writer, const struct trod_tree *tree, uint32_t from,
                uint32_t to);

static void put_transition(struct writer *writer, const struct trod_tree *tree, uint32_t from,
                           uint32_t to) {
    struct trod_tree *const label = tree ? (struct trod_tree *)(uintptr_t)tree : NULL;
    const size_t t = net_add(writer->net, label);
    if (!net_from(writer->net, t, from) || !net_to(writer->net, t, to))
        writer->no_memory = true;
}

static void put_any_order(struct writer *writer, const struct trod_tree *tree, uint32_t from,
                          uint32_t to) {
    struct net *const net = writer->net;
    const size_t split = net_add(net, NULL), join = net_add(net, NULL);
    if (!net_from(net, split, from) || !net_to(net, join, to)) writer->no_memory = true;
    for (size_t i = 0; i < tree->n && !writer->no_memory; i++) {
        const uint32_t before = net->n_places++, behind = net->n_places++;
        if (!net_to(net, split, before) || !net_from(net, join, behind))
            writer->no_memory = true;
        put(writer, tree->children[i], before, behind);
    }
}

static void put_loop(struct writer *writer, const struct trod_tree *tree, uint32_t from,
                     uint32_t to) {
    struct net *const net = writer->net;
    const uint32_t before = net->n_places++, behind = net->n_places++;
    put_transition(writer, NULL, from, before);
    put(writer, tree->children[0], before, behind);
    put(writer, tree->children[1], behind, before);
    put_transition(writer, NULL, behind, to);
}

static void put(struct writer *writer, const struct trod_tree *tree, uint32_t from,
                uint32_t to) {
    if (++writer->depth > MOST_DEPTH) writer->too_deep = true;
    if (writer->no_memory || writer->too_deep) return;
    switch (tree->op) {
    case TROD_TREE_SILENT:
    case TROD_TREE_LABEL:
        put_transition(writer, tree, from, to);
        break;
    case TROD_TREE_SEQUENCE:
        for (size_t i = 0; i < tree->n; i++) {
            const uint32_t next = i + 1 < tree->n ? writer->net->n_places++ : to;
            put(writer, tree->children[i], from, next);
            from = next;
        }
        break;
    case TROD_TREE_CHOICE:
        for (size_t i = 0; i < tree->n; i++) put(writer, tree->children[i], from, to);
        break;
    case TROD_TREE_ANY_ORDER:
        put_any_order(writer, tree, from, to);
        break;
    case TROD_TREE_LOOP:
        put_loop(writer, tree, from, to);
        break;
    }
    writer->depth--;
}

trod_status net_of_tree(const struct trod_tree *tree, struct trod_arena *arena, struct net *net,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct writer writer = {.net = net};
    *net = (struct net){.arena = arena, .n_places = 2, .start = 0, .end = 1};
    put(&writer, tree, net->start, net->end);
    if (writer.too_deep)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "the flow is nested more than %d deep",
                           MOST_DEPTH));
    if (writer.no_memory) TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

trod_status trod_tree_net_size(const struct trod_tree *tree, struct trod_net_size *size,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct net net;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(net_of_tree(tree, arena, &net, error));
    *size = (struct trod_net_size){.n_places = net.n_places, .n_transitions = net.n};
    for (size_t t = 0; t < net.n; t++)
        size->n_arcs += net.transitions[t].in.n + net.transitions[t].out.n;
done:
    trod_arena_free(arena);
    return status;
}

/* ---- PNML ----------------------------------------------------------------------------------
 */

static void write_places(const struct net *net, struct trod_buf *out) {
    for (uint32_t p = 0; p < net->n_places; p++) {
        trod_buf_format(out, "      <place id=\"p%u\">\n", p);
        if (p == net->start || p == net->end)
            trod_buf_format(out, "        <name><text>%s</text></name>\n",
                            p == net->start ? "start" : "end");
        if (p == net->start)
            trod_buf_adds(out, "        <initialMarking><text>1</text></initialMarking>\n");
        trod_buf_adds(out, "      </place>\n");
    }
}

static void write_transitions(const struct net *net, struct trod_buf *out) {
    for (size_t t = 0; t < net->n; t++) {
        const struct trod_tree *const tree = net->transitions[t].tree;
        trod_buf_format(out, "      <transition id=\"t%zu\">\n        <name><text>", t);
        if (tree->op == TROD_TREE_LABEL)
            trod_xml_escape(out, tree->label);
        else
            trod_buf_adds(out, "tau");
        trod_buf_adds(out, "</text></name>\n");
        if (tree->op != TROD_TREE_LABEL)
            trod_buf_adds(out, "        <toolspecific tool=\"ProM\" version=\"6.4\" "
                               "activity=\"$invisible$\"/>\n");
        trod_buf_adds(out, "      </transition>\n");
    }
}

static void write_arcs(const struct net *net, struct trod_buf *out) {
    size_t n = 0;
    for (size_t t = 0; t < net->n; t++) {
        const struct net_transition *const at = &net->transitions[t];
        for (size_t i = 0; i < at->in.n; i++)
            trod_buf_format(out, "      <arc id=\"a%zu\" source=\"p%u\" target=\"t%zu\"/>\n",
                            n++, at->in.at[i], t);
        for (size_t i = 0; i < at->out.n; i++)
            trod_buf_format(out, "      <arc id=\"a%zu\" source=\"t%zu\" target=\"p%u\"/>\n",
                            n++, t, at->out.at[i]);
    }
}

trod_status trod_tree_write_pnml(const struct trod_tree *tree, struct trod_buf *out,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct net net;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(net_of_tree(tree, arena, &net, error));
    trod_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<pnml xmlns=\"http://www.pnml.org/version-2009/grammar/pnml\">\n"
                       "  <net id=\"net\" "
                       "type=\"http://www.pnml.org/version-2009/grammar/pnmlcoremodel\">\n"
                       "    <page id=\"page\">\n");
    write_places(&net, out);
    write_transitions(&net, out);
    write_arcs(&net, out);
    trod_buf_format(out,
                    "    </page>\n    <finalmarkings><marking><place idref=\"p%u\">"
                    "<text>1</text></place></marking></finalmarkings>\n  </net>\n</pnml>\n",
                    net.end);
    if (out->failed)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "the net of this map is too large to write"));
done:
    trod_arena_free(arena);
    return status;
}
