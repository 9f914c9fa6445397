/* net_read: PNML, the exchange format of Petri nets: places, transitions, arcs, marks at the
 * start and, where the file says so, at the end; else it ends in the places that nothing takes
 * from. */
#include "map/net.h"

#include <string.h>

struct reader {
    struct net net;
    struct trod_xml *xml;
    struct trod_dict *ids;
    uint32_t *node_of; /* by id: place number, or transition number, */
    bool *is_place;    /* which of the two */
    size_t n_ids, node_room, kind_room;
    struct arc {
        trod_str from, to;
    } * arcs;
    size_t n_arcs, arcs_room;
    struct net_places marked, finals;
    /* Where we are. */
    size_t transition; /* SIZE_MAX: in none */
    uint32_t place;    /* TROD_NO_ID */
    bool in_name, in_marking, in_finals, in_text, in_inscription;
    size_t n_nets;
    bool silent, arc;
    struct trod_buf text;
    trod_str label;
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status add_node(struct reader *reader, const char **attributes, bool is_place,
                            uint32_t node, struct trod_error *error) {
    const char *const id = trod_xml_attribute(attributes, "id");
    if (!id)
        return trod_fail(error, TROD_BAD_INPUT, "a %s has no id",
                         is_place ? "place" : "transition");
    const uint32_t known = trod_dict_count(reader->ids);
    const uint32_t at = trod_dict_add(reader->ids, trod_str_of(id));
    if (at == TROD_NO_ID) return no_memory(error);
    if (at < known)
        return trod_fail(error, TROD_BAD_INPUT, "the id \"%.100s\" stands twice", id);
    size_t n = reader->n_ids;
    if (!TROD_PUSH(reader->net.arena, reader->node_of, n, reader->node_room, node) ||
        !TROD_PUSH(reader->net.arena, reader->is_place, reader->n_ids, reader->kind_room,
                   is_place))
        return no_memory(error);
    return TROD_OK;
}

static bool put_place(struct reader *reader, struct net_places *places, uint32_t place) {
    return TROD_PUSH(reader->net.arena, places->at, places->n, places->room, place);
}

static trod_status begin_place(struct reader *reader, const char **attributes,
                               struct trod_error *error) {
    const char *const ref = trod_xml_attribute(attributes, "idref");
    if (!reader->in_finals) {
        if (reader->net.n_places >= NET_MOST_PLACES)
            return trod_fail(error, TROD_TOO_MUCH, "this net has more than %d places",
                             NET_MOST_PLACES);
        reader->place = reader->net.n_places++;
        return add_node(reader, attributes, true, reader->place, error);
    }
    const uint32_t id = ref ? trod_dict_find(reader->ids, trod_str_of(ref)) : TROD_NO_ID;
    if (id == TROD_NO_ID || !reader->is_place[id])
        return trod_fail(error, TROD_BAD_INPUT, "a final marking names no place of the net");
    reader->place = reader->node_of[id];
    return TROD_OK;
}

static trod_status begin_arc(struct reader *reader, const char **attributes,
                             struct trod_error *error) {
    const char *const from = trod_xml_attribute(attributes, "source");
    const char *const to = trod_xml_attribute(attributes, "target");
    if (!from || !to)
        return trod_fail(error, TROD_BAD_INPUT, "an arc does not say from where to where");
    if (reader->n_arcs >= NET_MOST_ARCS)
        return trod_fail(error, TROD_TOO_MUCH, "this net has more than %d arcs", NET_MOST_ARCS);
    const struct arc arc = {trod_arena_copy(reader->net.arena, trod_str_of(from)),
                            trod_arena_copy(reader->net.arena, trod_str_of(to))};
    if (!arc.from.at || !arc.to.at ||
        !TROD_PUSH(reader->net.arena, reader->arcs, reader->n_arcs, reader->arcs_room, arc))
        return no_memory(error);
    reader->arc = true;
    return TROD_OK;
}

static trod_status begin_transition(struct reader *reader, const char **attributes,
                                    struct trod_error *error) {
    if (reader->net.n >= NET_MOST)
        return trod_fail(error, TROD_TOO_MUCH, "this net has more than %d transitions",
                         NET_MOST);
    reader->transition = net_add(&reader->net, NULL);
    if (reader->transition == SIZE_MAX) return no_memory(error);
    reader->silent = false;
    reader->label = (trod_str){0};
    return add_node(reader, attributes, false, (uint32_t)reader->transition, error);
}

static trod_status begin(void *owner, const char *name, const char **attributes,
                         struct trod_error *error) {
    struct reader *const reader = owner;
    const char *const activity = trod_xml_attribute(attributes, "activity");
    if (strcmp(name, "net") == 0 && ++reader->n_nets > 1)
        return trod_fail(error, TROD_BAD_INPUT, "the file holds more than one net");
    if (strcmp(name, "finalmarkings") == 0) reader->in_finals = true;
    if (strcmp(name, "name") == 0) reader->in_name = true;
    if (strcmp(name, "initialMarking") == 0) reader->in_marking = true;
    if (strcmp(name, "inscription") == 0) reader->in_inscription = true;
    if (strcmp(name, "text") == 0) {
        reader->in_text = true;
        trod_buf_clear(&reader->text);
    }
    if (strcmp(name, "toolspecific") == 0 && reader->transition != SIZE_MAX && activity &&
        strcmp(activity, "$invisible$") == 0)
        reader->silent = true;
    if (strcmp(name, "place") == 0) return begin_place(reader, attributes, error);
    if (strcmp(name, "transition") == 0) return begin_transition(reader, attributes, error);
    if (strcmp(name, "arc") == 0) return begin_arc(reader, attributes, error);
    return TROD_OK;
}

static trod_status take_text(void *owner, trod_str text, struct trod_error *error) {
    struct reader *const reader = owner;
    if (!reader->in_text) return TROD_OK;
    trod_buf_add(&reader->text, text);
    return reader->text.failed ? no_memory(error) : TROD_OK;
}

static trod_status end_text(struct reader *reader, struct trod_error *error) {
    const trod_str text = trod_str_trim(trod_buf_str(&reader->text));
    double number = 1;
    reader->in_text = false;
    if (reader->in_name && reader->transition != SIZE_MAX) {
        reader->label = trod_arena_copy(reader->net.arena, text);
        return reader->label.at ? TROD_OK : no_memory(error);
    }
    const bool marked =
        (reader->in_marking || reader->in_finals) && reader->place != TROD_NO_ID;
    if (!marked && !(reader->in_inscription && reader->arc)) return TROD_OK;
    if (!trod_str_number(text, &number) || number < 0 || number > 1)
        return trod_fail(error, TROD_BAD_INPUT,
                         "\"%.*s\" tokens at once: a map has one customer in one place",
                         (int)(text.n < 40 ? text.n : 40), text.at);
    if (marked && number >= 1 &&
        !put_place(reader, reader->in_finals ? &reader->finals : &reader->marked,
                   reader->place))
        return no_memory(error);
    return TROD_OK;
}

static trod_status end(void *owner, const char *name, struct trod_error *error) {
    struct reader *const reader = owner;
    if (strcmp(name, "text") == 0) return end_text(reader, error);
    if (strcmp(name, "name") == 0) reader->in_name = false;
    if (strcmp(name, "initialMarking") == 0) reader->in_marking = false;
    if (strcmp(name, "inscription") == 0) reader->in_inscription = false;
    if (strcmp(name, "finalmarkings") == 0) reader->in_finals = false;
    if (strcmp(name, "place") == 0) reader->place = TROD_NO_ID;
    if (strcmp(name, "arc") == 0) reader->arc = false;
    if (strcmp(name, "transition") != 0) return TROD_OK;
    const bool nothing = reader->silent || reader->label.n == 0 ||
                         trod_str_is(reader->label, "tau") ||
                         trod_str_is(reader->label, "\xcf\x84");
    if (!nothing) {
        struct trod_tree *const tree = net_label(&reader->net, reader->label);
        if (!tree) return no_memory(error);
        reader->net.transitions[reader->transition].tree = tree;
    }
    reader->transition = SIZE_MAX;
    return TROD_OK;
}

static trod_status link_arcs(struct reader *reader, struct trod_error *error) {
    for (size_t i = 0; i < reader->n_arcs; i++) {
        const struct arc *const arc = &reader->arcs[i];
        const uint32_t from = trod_dict_find(reader->ids, arc->from);
        const uint32_t to = trod_dict_find(reader->ids, arc->to);
        if (from == TROD_NO_ID || to == TROD_NO_ID)
            return trod_fail(error, TROD_BAD_INPUT,
                             "an arc goes from \"%.*s\" to \"%.*s\"; one of "
                             "them is not in the net",
                             TROD_ARG(arc->from), TROD_ARG(arc->to));
        if (reader->is_place[from] == reader->is_place[to])
            return trod_fail(error, TROD_BAD_INPUT, "an arc joins two %s",
                             reader->is_place[from] ? "places" : "transitions");
        const uint32_t a = reader->node_of[from], b = reader->node_of[to];
        if (reader->is_place[from] ? !net_from(&reader->net, b, a)
                                   : !net_to(&reader->net, a, b))
            return no_memory(error);
    }
    return TROD_OK;
}

/* One place from which all marked places are filled, one to which all final ones lead. Without
 * marks these are the places that nothing fills, that nothing takes from. */
static trod_status find_ends(struct reader *reader, struct trod_error *error) {
    struct net *const net = &reader->net;
    bool *const filled = TROD_NEW_ARRAY(net->arena, net->n_places, bool);
    bool *const taken = TROD_NEW_ARRAY(net->arena, net->n_places, bool);
    if (!filled || !taken) return no_memory(error);
    for (size_t t = 0; t < net->n; t++) {
        for (size_t i = 0; i < net->transitions[t].in.n; i++)
            taken[net->transitions[t].in.at[i]] = true;
        for (size_t i = 0; i < net->transitions[t].out.n; i++)
            filled[net->transitions[t].out.at[i]] = true;
    }
    const bool no_marks = reader->marked.n == 0, no_finals = reader->finals.n == 0;
    for (uint32_t p = 0; p < net->n_places; p++) {
        if (no_marks && !filled[p] && !put_place(reader, &reader->marked, p))
            return no_memory(error);
        if (no_finals && !taken[p] && !put_place(reader, &reader->finals, p))
            return no_memory(error);
    }
    if (reader->marked.n == 0 || reader->finals.n == 0)
        return trod_fail(error, TROD_BAD_INPUT, "nothing tells where this net %s",
                         reader->marked.n ? "ends" : "begins");
    net->start = net->n_places++;
    net->end = net->n_places++;
    const size_t first = net_add(net, NULL);
    if (!net_from(net, first, net->start)) return no_memory(error);
    for (size_t i = 0; i < reader->marked.n; i++)
        if (!net_to(net, first, reader->marked.at[i])) return no_memory(error);
    /* Marked as final they are all filled at the end; guessed, one of them. */
    for (size_t i = 0; i < reader->finals.n; i++) {
        const size_t last = i == 0 || no_finals ? net_add(net, NULL) : net->n - 1;
        if (!net_from(net, last, reader->finals.at[i]) || !net_to(net, last, net->end))
            return no_memory(error);
    }
    return TROD_OK;
}

trod_status trod_tree_read_pnml(trod_str text, const char *name, struct trod_arena *arena,
                                const struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *made = NULL;
    struct reader reader = {.net.arena = arena, .transition = SIZE_MAX, .place = TROD_NO_ID};
    const struct trod_xml_reader calls = {&reader, begin, end, take_text};
    reader.ids = trod_dict_make(0);
    reader.xml = trod_xml_make(&calls, name);
    TROD_TRY_ALLOC(reader.ids && reader.xml ? reader.ids : NULL, error);
    TROD_TRY(trod_xml_feed(reader.xml, text, true, error));
    if (reader.n_nets == 0)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT, "this file holds no Petri net (PNML)"));
    TROD_TRY(link_arcs(&reader, error));
    TROD_TRY(find_ends(&reader, error));
    TROD_TRY(net_to_tree(&reader.net, "net", &made, error));
    *tree = made;
done:
    if (status != TROD_OK) trod_error_place(error, name ? name : "", 0, 0);
    trod_xml_free(reader.xml);
    trod_dict_free(reader.ids);
    trod_buf_free(&reader.text);
    return status;
}
