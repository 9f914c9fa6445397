/* bpmn_read: a BPMN 2.0 process as a net, which is then folded into a tree.
 *
 * Each flow is a place. A task takes from any of the flows that lead to it and fills all that
 * leave it; so do events on the way, where they have a name. An exclusive gateway leads from
 * any flow to any, a parallel one from all to all. What a map has no word for (inclusive
 * gateways, events at the border of a task, several pools, processes in processes) is an error
 * that names it. Data, lanes, texts and the picture say nothing about the flow.
 */
#include "map/net.h"

#include <string.h>

enum kind { NODE_STEP, NODE_START, NODE_END, NODE_EXCLUSIVE, NODE_PARALLEL };

struct node {
    enum kind kind;
    trod_str id, name;
    struct net_places in, out; /* flows */
};
struct reader {
    struct net net;
    struct trod_dict *ids;
    struct node *nodes;
    size_t n, room;
    struct flow {
        trod_str from, to;
    } * flows;
    size_t n_flows, flows_room;
    size_t n_processes;
    bool in_process;
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static bool ends_in(const char *name, const char *end) {
    return trod_str_ends(trod_str_of(name), trod_str_of(end));
}

/* What the element is; false if it is no node of the flow. */
static bool kind_of(const char *name, enum kind *kind) {
    static const struct {
        const char *name;
        enum kind kind;
    } kinds[] = {{"startEvent", NODE_START},
                 {"endEvent", NODE_END},
                 {"exclusiveGateway", NODE_EXCLUSIVE},
                 {"eventBasedGateway", NODE_EXCLUSIVE},
                 {"parallelGateway", NODE_PARALLEL},
                 {"callActivity", NODE_STEP},
                 {"intermediateCatchEvent", NODE_STEP},
                 {"intermediateThrowEvent", NODE_STEP}};
    for (size_t i = 0; i < TROD_COUNT(kinds); i++) {
        if (strcmp(name, kinds[i].name) != 0) continue;
        *kind = kinds[i].kind;
        return true;
    }
    *kind = NODE_STEP;
    return strcmp(name, "task") == 0 || ends_in(name, "Task");
}

static trod_status add_node(struct reader *reader, enum kind kind, const char **attributes,
                            struct trod_error *error) {
    const char *const id = trod_xml_attribute(attributes, "id");
    const char *const name = trod_xml_attribute(attributes, "name");
    if (!id) return trod_fail(error, TROD_BAD_INPUT, "a part of the process has no id");
    if (reader->n >= NET_MOST)
        return trod_fail(error, TROD_TOO_MUCH, "this process has more than %d parts", NET_MOST);
    const uint32_t known = trod_dict_count(reader->ids);
    const uint32_t at = trod_dict_add(reader->ids, trod_str_of(id));
    if (at == TROD_NO_ID) return no_memory(error);
    if (at < known)
        return trod_fail(error, TROD_BAD_INPUT, "the id \"%.100s\" stands twice", id);
    const struct node node = {
        .kind = kind,
        .id = trod_arena_copy(reader->net.arena, trod_str_of(id)),
        .name =
            trod_arena_copy(reader->net.arena, trod_str_trim(trod_str_of(name ? name : "")))};
    if (!node.id.at || !node.name.at ||
        !TROD_PUSH(reader->net.arena, reader->nodes, reader->n, reader->room, node))
        return no_memory(error);
    return TROD_OK;
}

static trod_status add_flow(struct reader *reader, const char **attributes,
                            struct trod_error *error) {
    const char *const from = trod_xml_attribute(attributes, "sourceRef");
    const char *const to = trod_xml_attribute(attributes, "targetRef");
    if (!from || !to)
        return trod_fail(error, TROD_BAD_INPUT, "a flow does not say from where to where");
    if (reader->n_flows >= NET_MOST_PLACES)
        return trod_fail(error, TROD_TOO_MUCH, "this process has more than %d flows",
                         NET_MOST_PLACES);
    const struct flow flow = {trod_arena_copy(reader->net.arena, trod_str_of(from)),
                              trod_arena_copy(reader->net.arena, trod_str_of(to))};
    if (!flow.from.at || !flow.to.at ||
        !TROD_PUSH(reader->net.arena, reader->flows, reader->n_flows, reader->flows_room, flow))
        return no_memory(error);
    return TROD_OK;
}

static trod_status begin(void *owner, const char *name, const char **attributes,
                         struct trod_error *error) {
    static const char *const strange[] = {"inclusiveGateway", "complexGateway",
                                          "boundaryEvent",    "subProcess",
                                          "adHocSubProcess",  "transaction"};
    struct reader *const reader = owner;
    enum kind kind;
    if (strcmp(name, "process") == 0) {
        if (reader->n_processes++ && reader->n)
            return trod_fail(error, TROD_BAD_INPUT,
                             "the file holds more than one process; a map is of one");
        reader->in_process = true;
        return TROD_OK;
    }
    if (!reader->in_process) return TROD_OK;
    if (strcmp(name, "sequenceFlow") == 0) return add_flow(reader, attributes, error);
    for (size_t i = 0; i < TROD_COUNT(strange); i++)
        if (strcmp(name, strange[i]) == 0) {
            const char *const id = trod_xml_attribute(attributes, "id");
            return trod_fail(error, TROD_BAD_INPUT,
                             "\"%.100s\" is of the kind %s, for which a map has no word",
                             id ? id : "", name);
        }
    return kind_of(name, &kind) ? add_node(reader, kind, attributes, error) : TROD_OK;
}

static trod_status end(void *owner, const char *name, struct trod_error *error) {
    struct reader *const reader = owner;
    (void)error;
    if (strcmp(name, "process") == 0) reader->in_process = false;
    return TROD_OK;
}

static trod_status link_flows(struct reader *reader, struct trod_error *error) {
    struct net *const net = &reader->net;
    for (size_t i = 0; i < reader->n_flows; i++) {
        const struct flow *const flow = &reader->flows[i];
        const uint32_t from = trod_dict_find(reader->ids, flow->from);
        const uint32_t to = trod_dict_find(reader->ids, flow->to);
        if (from == TROD_NO_ID || to == TROD_NO_ID)
            return trod_fail(error, TROD_BAD_INPUT,
                             "a flow goes from \"%.*s\" to \"%.*s\"; one of them is not in the "
                             "process",
                             TROD_ARG(flow->from), TROD_ARG(flow->to));
        const uint32_t place = net->n_places++;
        struct node *const a = &reader->nodes[from], *const b = &reader->nodes[to];
        if (!TROD_PUSH(net->arena, a->out.at, a->out.n, a->out.room, place) ||
            !TROD_PUSH(net->arena, b->in.at, b->in.n, b->in.room, place))
            return no_memory(error);
    }
    return TROD_OK;
}

/* Silent ways from each of the places to the one. */
static bool gather(struct net *net, const struct net_places *from, uint32_t to) {
    for (size_t i = 0; i < from->n; i++) {
        const size_t t = net_add(net, NULL);
        if (!net_from(net, t, from->at[i]) || !net_to(net, t, to)) return false;
    }
    return true;
}

static bool put_exclusive(struct net *net, const struct node *node) {
    const uint32_t middle = net->n_places++;
    if (!gather(net, &node->in, middle)) return false;
    for (size_t i = 0; i < node->out.n; i++) {
        const size_t t = net_add(net, NULL);
        if (!net_from(net, t, middle) || !net_to(net, t, node->out.at[i])) return false;
    }
    return true;
}

static bool put_parallel(struct net *net, const struct node *node) {
    const size_t t = net_add(net, NULL);
    for (size_t i = 0; i < node->in.n; i++)
        if (!net_from(net, t, node->in.at[i])) return false;
    for (size_t i = 0; i < node->out.n; i++)
        if (!net_to(net, t, node->out.at[i])) return false;
    return t != SIZE_MAX;
}

/* A step: any of the flows in, all of the flows out. Start and end are steps from and to the
 * net's own places. */
static bool put_step(struct net *net, const struct node *node) {
    const uint32_t before = node->kind == NODE_START ? net->start : net->n_places++;
    struct trod_tree *tree = NULL;
    if (node->kind == NODE_STEP && node->name.n) {
        tree = net_label(net, node->name);
        if (!tree) return false;
    }
    if (node->kind != NODE_START && !gather(net, &node->in, before)) return false;
    const size_t t = net_add(net, tree);
    if (!net_from(net, t, before)) return false;
    if (node->kind == NODE_END) return net_to(net, t, net->end);
    for (size_t i = 0; i < node->out.n; i++)
        if (!net_to(net, t, node->out.at[i])) return false;
    return true;
}

static trod_status put_nodes(struct reader *reader, struct trod_error *error) {
    struct net *const net = &reader->net;
    size_t n_starts = 0, n_ends = 0;
    net->start = net->n_places++;
    net->end = net->n_places++;
    for (size_t i = 0; i < reader->n; i++) {
        const struct node *const node = &reader->nodes[i];
        const bool open = (node->kind != NODE_START && node->in.n == 0) ||
                          (node->kind != NODE_END && node->out.n == 0);
        n_starts += node->kind == NODE_START;
        n_ends += node->kind == NODE_END;
        if (open)
            return trod_fail(error, TROD_BAD_INPUT, "nothing leads %s \"%.*s\"",
                             node->kind != NODE_START && node->in.n == 0 ? "to" : "on from",
                             TROD_ARG(node->name.n ? node->name : node->id));
        const bool put = node->kind == NODE_EXCLUSIVE  ? put_exclusive(net, node)
                         : node->kind == NODE_PARALLEL ? put_parallel(net, node)
                                                       : put_step(net, node);
        if (!put) return no_memory(error);
    }
    if (n_starts == 0 || n_ends == 0)
        return trod_fail(error, TROD_BAD_INPUT, "this process has no %s event",
                         n_starts ? "end" : "start");
    return TROD_OK;
}

trod_status trod_tree_read_bpmn(trod_str text, const char *name, struct trod_arena *arena,
                                const struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *made = NULL;
    struct reader reader = {.net.arena = arena};
    const struct trod_xml_reader calls = {&reader, begin, end, NULL};
    struct trod_xml *const xml = trod_xml_make(&calls, name);
    reader.ids = trod_dict_make(0);
    TROD_TRY_ALLOC(reader.ids && xml ? xml : NULL, error);
    TROD_TRY(trod_xml_feed(xml, text, true, error));
    if (reader.n == 0)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT, "this file holds no process (BPMN 2.0)"));
    TROD_TRY(link_flows(&reader, error));
    TROD_TRY(put_nodes(&reader, error));
    TROD_TRY(net_to_tree(&reader.net, "process", &made, error));
    *tree = made;
done:
    if (status != TROD_OK) trod_error_place(error, name ? name : "", 0, 0);
    trod_xml_free(xml);
    trod_dict_free(reader.ids);
    return status;
}
