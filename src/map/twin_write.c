/* twin_write: a map's document as JSON. See twin.h for the shape.
 *
 * A value is written plainly if trod would spell it as it stands in the file: then reading the
 * twin gives the same line again. Otherwise its spelling goes with it.
 */
#include "map/pattern.h"
#include "map/twin.h"

struct writer {
    struct trod_json_writer json;
    struct trod_buf spelled; /* scratch */
    const struct map_node *node;
    struct map_slot slots[MAP_MAX_SLOTS]; /* of the node's word */
    size_t n_slots;
};

static bool is_raw(struct writer *writer, const struct map_arg *arg) {
    return !arg->raw.at || trod_str_equal(arg->raw, trod_buf_str(&writer->spelled));
}

static bool is_plain(struct writer *writer, const struct map_arg *arg) {
    const struct map_node *const node = writer->node;
    trod_buf_clear(&writer->spelled);
    if (!map_arg_spell(arg, node->word->flags & MAP_PROOF && !node->research.n,
                       &writer->spelled))
        return false;
    if (arg->leaf == MAP_LEAF_PERCENT && writer->spelled.n)
        writer->spelled.n--; /* the sign is no part of `raw` */
    return is_raw(writer, arg);
}

static bool is_quoted_form(struct writer *writer, const struct map_arg *arg) {
    trod_buf_clear(&writer->spelled);
    map_quoted_write(&writer->spelled, arg->text);
    return is_raw(writer, arg);
}

static void pair(struct trod_json_writer *json, const char *key, trod_str value) {
    trod_json_key(json, key);
    trod_json_str(json, value);
}

static void write_spelled(struct writer *writer, const struct map_arg *arg) {
    struct trod_json_writer *const json = &writer->json;
    trod_json_object(json);
    if (is_quoted_form(writer, arg)) {
        pair(json, "quoted", arg->text);
    } else {
        pair(json, "is", arg->text);
        pair(json, "written", arg->raw);
    }
    trod_json_end_object(json);
}

static bool write_as_number(struct writer *writer, trod_str text, enum map_leaf leaf) {
    double value = 0;
    char at[40];
    const trod_str unsigned_text =
        trod_str_starts(text, TROD_STR("+")) ? trod_str_slice(text, 1, text.n) : text;
    if (!trod_str_number(unsigned_text, &value) ||
        !trod_str_is(text, twin_number(value, leaf, at)))
        return false;
    trod_json_number(&writer->json, value);
    return true;
}

/* The value of a condition: text in quotes is a string, a number a number, yes and no are true
 * and false, and every other word (a date) says that it is one. */
static void write_set(struct writer *writer, const struct map_arg *arg) {
    struct trod_json_writer *const json = &writer->json;
    if (arg->quoted) {
        trod_json_str(json, arg->text);
    } else if (trod_str_is(arg->text, "yes") || trod_str_is(arg->text, "no")) {
        trod_json_bool(json, arg->text.n == 3);
    } else if (!write_as_number(writer, arg->text, MAP_LEAF_NUMBER)) {
        trod_json_object(json);
        pair(json, "word", arg->text);
        trod_json_end_object(json);
    }
}

static void write_value(struct writer *writer, const struct map_arg *arg) {
    if (!is_plain(writer, arg))
        write_spelled(writer, arg);
    else if (arg->leaf == MAP_LEAF_SET)
        write_set(writer, arg);
    else if (!twin_is_number(arg->leaf) || !write_as_number(writer, arg->text, arg->leaf))
        trod_json_str(&writer->json, arg->text);
}

/* A condition is three arguments, or two; returns how many. */
static size_t write_condition(struct writer *writer, const struct map_arg *args, size_t n) {
    struct trod_json_writer *const json = &writer->json;
    size_t used = 1;
    trod_json_object(json);
    trod_json_key(json, "name");
    write_value(writer, &args[0]);
    if (used < n && args[used].leaf == MAP_LEAF_OP) {
        trod_json_key(json, "op");
        write_value(writer, &args[used++]);
    }
    if (used < n && args[used].leaf == MAP_LEAF_SET) {
        trod_json_key(json, "value");
        write_value(writer, &args[used++]);
    }
    trod_json_end_object(json);
    return used;
}

static trod_str slot_name(const struct map_arg *arg) {
    return (trod_str){arg->slot, arg->slot_n};
}

static const struct map_slot *slot_of(const struct writer *writer, const struct map_arg *arg) {
    for (size_t i = 0; i < writer->n_slots; i++)
        if (trod_str_equal(writer->slots[i].name, slot_name(arg))) return &writer->slots[i];
    const bool is_a_slot = false;
    CHECK(is_a_slot);
    return NULL;
}

/* A noun that agrees with its number goes without saying. */
static bool is_usual_noun(struct writer *writer, const struct map_slot *slot, size_t i) {
    if (slot->leaf != MAP_LEAF_NOUN) return false;
    trod_buf_clear(&writer->spelled);
    struct map_scan scan = {
        .in = writer->node->args, .n_in = i, .k = i, .out = &writer->spelled};
    return map_leaf_write(&scan, slot->leaf, slot->name, slot->choices) &&
           is_raw(writer, &writer->node->args[i]);
}

static void write_args(struct writer *writer) {
    const struct map_node *const node = writer->node;
    struct trod_json_writer *const json = &writer->json;
    writer->n_slots = map_word_slots(node->word, writer->slots);
    for (size_t i = 0; i < node->n_args;) {
        const struct map_arg *const arg = &node->args[i];
        const struct map_slot *const slot = slot_of(writer, arg);
        const bool list = twin_is_list(slot);
        if (is_usual_noun(writer, slot, i)) {
            i++;
            continue;
        }
        trod_json_key_str(json, twin_key(slot));
        if (list) trod_json_array(json);
        do {
            if (arg->leaf == MAP_LEAF_COND)
                i += write_condition(writer, &node->args[i], node->n_args - i);
            else
                write_value(writer, &node->args[i++]);
        } while (list && i < node->n_args &&
                 trod_str_equal(slot->name, slot_name(&node->args[i])));
        if (list) trod_json_end_array(json);
    }
}

static void write_node(struct writer *writer, const struct map_node *node);

static void write_lines(struct writer *writer, const struct map_node *parent) {
    trod_json_key(&writer->json, "lines");
    trod_json_array(&writer->json);
    for (const struct map_node *child = parent->first; child; child = child->next)
        write_node(writer, child);
    trod_json_end_array(&writer->json);
}

static void write_line(struct writer *writer, const struct map_node *node) {
    struct trod_json_writer *const json = &writer->json;
    const bool own = trod_str_starts(node->keyword, TROD_STR("x-"));
    writer->node = node;
    trod_json_key_str(json, own ? node->keyword : trod_str_of(node->word->keyword));
    trod_json_object(json);
    write_args(writer);
    if (node->research.n) {
        trod_json_key(json, "proof");
        trod_json_object(json);
        pair(json, "research", node->research);
        if (node->note.n) pair(json, "note", node->note);
        trod_json_end_object(json);
    }
    if (node->first) write_lines(writer, node);
    trod_json_end_object(json);
}

static void write_raw(struct writer *writer, const struct map_node *node) {
    struct trod_json_writer *const json = &writer->json;
    trod_json_key(json, "raw");
    if (!node->first) {
        trod_json_str(json, node->text);
        return;
    }
    trod_json_object(json);
    pair(json, "text", node->text);
    write_lines(writer, node);
    trod_json_end_object(json);
}

/* Depth is bounded by the reader of the text: at most 200 levels of lines. */
static void write_node(struct writer *writer, const struct map_node *node) {
    struct trod_json_writer *const json = &writer->json;
    if (!node->first) trod_json_flat(json);
    trod_json_object(json);
    switch (node->kind) {
    case MAP_LINE:
        write_line(writer, node);
        break;
    case MAP_RAW:
        write_raw(writer, node);
        break;
    case MAP_LONG:
        pair(json, "long", node->text);
        break;
    case MAP_COMMENT:
        pair(json, "comment", node->text);
        break;
    case MAP_BLANK:
        trod_json_key(json, "blank");
        trod_json_bool(json, true);
        break;
    }
    trod_json_end_object(json);
}

trod_status twin_write(const struct trod_doc *doc, struct trod_buf *out,
                       struct trod_error *error) {
    struct writer writer = {.json = {.out = out}};
    struct trod_json_writer *const json = &writer.json;
    trod_json_object(json);
    pair(json, "trod", TROD_STR("journey"));
    trod_json_key(json, "version");
    trod_json_int(json, TWIN_VERSION);
    if (doc->bom || doc->crlf) {
        trod_json_key(json, "bom");
        trod_json_bool(json, doc->bom);
        trod_json_key(json, "crlf");
        trod_json_bool(json, doc->crlf);
    }
    write_lines(&writer, doc->root);
    trod_json_end_object(json);
    trod_buf_byte(out, '\n');
    const bool failed = out->failed || writer.spelled.failed;
    trod_buf_free(&writer.spelled);
    if (failed)
        return trod_fail(error, TROD_TOO_MUCH, "the twin of this map is too large to write");
    return TROD_OK;
}

trod_status trod_map_to_json(const struct trod_map *map, struct trod_buf *out,
                             struct trod_error *error) {
    return twin_write(map->doc, out, error);
}
