/* twin_write: a map's document as JSON. See twin.h for the shape. */
#include "map/pattern.h"
#include "map/twin.h"

struct writer {
    struct trod_json_writer json;
    struct trod_buf quoted; /* scratch: a text in quotes, as the language writes it */
};

static bool is_quoted_form(struct writer *writer, const struct map_arg *arg) {
    trod_buf_clear(&writer->quoted);
    map_quoted_write(&writer->quoted, arg->text);
    return trod_str_equal(arg->raw, trod_buf_str(&writer->quoted));
}

static void write_spelled(struct writer *writer, const struct map_arg *arg) {
    struct trod_json_writer *const json = &writer->json;
    trod_json_object(json);
    if (is_quoted_form(writer, arg)) {
        trod_json_key(json, "quoted");
        trod_json_str(json, arg->text);
    } else {
        trod_json_key(json, "is");
        trod_json_str(json, arg->text);
        trod_json_key(json, "written");
        trod_json_str(json, arg->raw);
    }
    trod_json_end_object(json);
}

static bool write_as_number(struct writer *writer, trod_str text, enum map_leaf leaf) {
    double value = 0;
    char at[40];
    if (!trod_str_number(text, &value) || !trod_str_is(text, twin_number(value, leaf, at)))
        return false;
    trod_json_number(&writer->json, value);
    return true;
}

/* The value of a condition: text in quotes is a string, a number a number, yes and no are true and
 * false, and every other word (a date) says that it is one. */
static void write_set(struct writer *writer, const struct map_arg *arg) {
    struct trod_json_writer *const json = &writer->json;
    if (arg->quoted && (!arg->raw.at || is_quoted_form(writer, arg))) {
        trod_json_str(json, arg->text);
    } else if (arg->quoted || (arg->raw.at && !trod_str_equal(arg->raw, arg->text))) {
        write_spelled(writer, arg);
    } else if (trod_str_is(arg->text, "yes") || trod_str_is(arg->text, "no")) {
        trod_json_bool(json, arg->text.n == 3);
    } else if (!write_as_number(writer, arg->text, MAP_LEAF_NUMBER)) {
        trod_json_object(json);
        trod_json_key(json, "word");
        trod_json_str(json, arg->text);
        trod_json_end_object(json);
    }
}

static void write_value(struct writer *writer, const struct map_arg *arg) {
    const bool spelled = arg->raw.at && !trod_str_equal(arg->raw, arg->text);
    if (spelled)
        write_spelled(writer, arg);
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
        write_set(writer, &args[used++]);
    }
    trod_json_end_object(json);
    return used;
}

static bool same_slot(const struct map_arg *a, const struct map_arg *b) {
    return trod_str_equal((trod_str){a->slot, a->slot_n}, (trod_str){b->slot, b->slot_n});
}

static void write_args(struct writer *writer, const struct map_node *node) {
    struct trod_json_writer *const json = &writer->json;
    for (size_t i = 0; i < node->n_args;) {
        const struct map_arg *const arg = &node->args[i];
        const bool conditions = arg->leaf == MAP_LEAF_COND;
        const trod_str slot = {arg->slot, arg->slot_n};
        const bool list = twin_is_list(arg->leaf) || (conditions && trod_str_is(slot, "name"));
        trod_json_key_str(json, twin_key(slot, arg->leaf));
        if (list) trod_json_array(json);
        do {
            if (conditions)
                i += write_condition(writer, &node->args[i], node->n_args - i);
            else
                write_value(writer, &node->args[i++]);
        } while (list && i < node->n_args && same_slot(arg, &node->args[i]));
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
    trod_json_key_str(json, own ? node->keyword : trod_str_of(node->word->keyword));
    trod_json_object(json);
    write_args(writer, node);
    if (node->research.n) {
        trod_json_key(json, "proof");
        trod_json_object(json);
        trod_json_key(json, "research");
        trod_json_str(json, node->research);
        if (node->note.n) {
            trod_json_key(json, "note");
            trod_json_str(json, node->note);
        }
        trod_json_end_object(json);
    }
    if (node->first) write_lines(writer, node);
    trod_json_end_object(json);
}

/* Depth is bounded by the reader of the text: at most 200 levels of lines. */
static void write_node(struct writer *writer, const struct map_node *node) {
    struct trod_json_writer *const json = &writer->json;
    if (!node->first) trod_json_flat(json);
    trod_json_object(json);
    switch (node->kind) {
    case MAP_LINE: write_line(writer, node); break;
    case MAP_BLANK:
        trod_json_key(json, "blank");
        trod_json_bool(json, true);
        break;
    case MAP_LONG:
    case MAP_COMMENT:
    case MAP_RAW:
        trod_json_key(json, node->kind == MAP_LONG      ? "long"
                            : node->kind == MAP_COMMENT ? "comment"
                                                        : "raw");
        trod_json_str(json, node->text);
        break;
    }
    trod_json_end_object(json);
}

trod_status trod_map_to_json(const struct trod_map *map, struct trod_buf *out,
                             struct trod_error *error) {
    const struct trod_doc *const doc = map->doc;
    struct writer writer = {.json = {.out = out}};
    struct trod_json_writer *const json = &writer.json;
    trod_json_object(json);
    trod_json_key(json, "trod");
    trod_json_text(json, "journey");
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
    const bool failed = out->failed || writer.quoted.failed;
    trod_buf_free(&writer.quoted);
    if (failed) return trod_fail(error, TROD_TOO_MUCH, "the twin of this map is too large to write");
    return TROD_OK;
}
