/* bpmn_write: a process tree as a BPMN 2.0 process: tasks, and gateways that open and close
 * each block. There is no picture in it; programs lay it out themselves. */
#include <string.h>

#include "trod/map.h"

struct writer {
    struct trod_buf *out;
    struct trod_buf flows;
    size_t n_nodes, n_flows;
};

static size_t add_node(struct writer *writer, const char *kind, trod_str name) {
    const size_t id = writer->n_nodes++;
    trod_buf_format(writer->out, "    <%s id=\"n%zu\"", kind, id);
    if (name.n) {
        trod_buf_adds(writer->out, " name=\"");
        trod_xml_escape(writer->out, name);
        trod_buf_byte(writer->out, '"');
    }
    trod_buf_adds(writer->out, "/>\n");
    return id;
}

static void add_flow(struct writer *writer, size_t from, size_t to) {
    trod_buf_format(&writer->flows,
                    "    <sequenceFlow id=\"f%zu\" sourceRef=\"n%zu\" targetRef=\"n%zu\"/>\n",
                    writer->n_flows++, from, to);
}

/* Writes what the tree does behind node `from`; gives the node behind which it goes on. */
static size_t put(struct writer *writer, const struct trod_tree *tree, size_t from) {
    const char *const gateway =
        tree->op == TROD_TREE_ANY_ORDER ? "parallelGateway" : "exclusiveGateway";
    size_t open, close;
    switch (tree->op) {
    case TROD_TREE_SILENT:
        return from;
    case TROD_TREE_LABEL:
        open = add_node(writer, "task", tree->label);
        add_flow(writer, from, open);
        return open;
    case TROD_TREE_SEQUENCE:
        for (size_t i = 0; i < tree->n; i++) from = put(writer, tree->children[i], from);
        return from;
    case TROD_TREE_CHOICE:
    case TROD_TREE_ANY_ORDER:
        open = add_node(writer, gateway, (trod_str){0});
        close = add_node(writer, gateway, (trod_str){0});
        add_flow(writer, from, open);
        for (size_t i = 0; i < tree->n; i++)
            add_flow(writer, put(writer, tree->children[i], open), close);
        return close;
    case TROD_TREE_LOOP:
        open = add_node(writer, gateway, (trod_str){0});
        add_flow(writer, from, open);
        from = put(writer, tree->children[0], open);
        close = add_node(writer, gateway, (trod_str){0});
        add_flow(writer, from, close);
        add_flow(writer, put(writer, tree->children[1], close), open);
        return close;
    }
    return from;
}

trod_status trod_tree_write_bpmn(const struct trod_tree *tree, struct trod_buf *out,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    struct writer writer = {.out = out};
    trod_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
                       "id=\"definitions\" targetNamespace=\"urn:trod\">\n"
                       "  <process id=\"process\" isExecutable=\"false\">\n");
    const size_t start = add_node(&writer, "startEvent", (trod_str){0});
    const size_t last = put(&writer, tree, start);
    add_flow(&writer, last, add_node(&writer, "endEvent", (trod_str){0}));
    trod_buf_add(out, trod_buf_str(&writer.flows));
    trod_buf_adds(out, "  </process>\n</definitions>\n");
    if (out->failed || writer.flows.failed)
        status =
            trod_fail(error, TROD_TOO_MUCH, "the process of this map is too large to write");
    trod_buf_free(&writer.flows);
    return status;
}
