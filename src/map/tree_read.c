/* tree_read: a process tree in PM4Py's notation, as the text of a map.
 *
 *     ->( 'register', X( tau, 'check' ), *( 'decide', 'ask again' ) )
 *
 * The notation is read into a small tree by recursive descent and written out as one stage
 * whose blocks say the same: "->" lines one after another, "X" choose (with a silent branch:
 * optional, or an empty way), "+" any order, "*" repeat with between. Titles keep the labels to
 * the letter, ids are made from them and are unique. A sequence inside "+" becomes a choose of
 * one way, because the lines of an any order are its parts.
 */
#include <stdio.h>
#include <string.h>

#include "trod/map.h"

enum { MOST_DEPTH = 64, MOST_NODES = 1 << 20 };

struct node {
    char op; /* '>' sequence, 'X', '+', '*', 'l' label, 't' tau */
    trod_str label;
    struct node **children;
    size_t n, room;
};
struct reader {
    trod_str text;
    size_t at;
    size_t n_nodes;
    const char *name;
    struct trod_arena *arena;
    struct trod_error *error;
};
struct writer {
    struct trod_buf *out;
    struct trod_dict *ids;
    unsigned n_ways;
    trod_status status;
    struct trod_error *error;
};

static trod_status bad(struct reader *reader, const char *what) {
    const trod_status status = trod_fail(reader->error, TROD_BAD_INPUT, "%s", what);
    trod_error_place(reader->error, reader->name, 1, (int64_t)reader->at + 1);
    trod_error_hint(reader->error,
                    "a process tree is written like ->( 'a', X( tau, 'b' ), *( 'c', tau ) )");
    return status;
}

static void skip_blanks(struct reader *reader) {
    while (reader->at < reader->text.n && strchr(" \t\r\n", reader->text.at[reader->at]))
        reader->at++;
}

static bool next_is(struct reader *reader, const char *word) {
    const size_t n = strlen(word);
    skip_blanks(reader);
    if (reader->text.n - reader->at < n || memcmp(reader->text.at + reader->at, word, n) != 0)
        return false;
    reader->at += n;
    return true;
}

/* A label ends at a quote that is followed by ",", ")" or the end: labels may hold quotes. */
static trod_status read_label(struct reader *reader, struct node *node) {
    const size_t from = reader->at;
    for (size_t i = from; i < reader->text.n; i++) {
        if (reader->text.at[i] != '\'') continue;
        size_t after = i + 1;
        while (after < reader->text.n && strchr(" \t\r\n", reader->text.at[after])) after++;
        if (after < reader->text.n && !strchr(",)", reader->text.at[after])) continue;
        node->op = 'l';
        node->label = trod_str_slice(reader->text, from, i);
        reader->at = i + 1;
        return TROD_OK;
    }
    return bad(reader, "a label has no closing quote");
}

static trod_status read_node(struct reader *reader, unsigned depth, struct node **result);

static trod_status read_children(struct reader *reader, unsigned depth, struct node *node) {
    trod_status status = TROD_OK;
    if (!next_is(reader, "(")) TROD_TRY(bad(reader, "an operator has no \"(\" after it"));
    do {
        struct node *child = NULL;
        TROD_TRY(read_node(reader, depth + 1, &child));
        if (!TROD_PUSH(reader->arena, node->children, node->n, node->room, child))
            TROD_TRY(trod_fail(reader->error, TROD_NO_MEMORY, "there is not enough memory"));
    } while (next_is(reader, ","));
    if (!next_is(reader, ")")) TROD_TRY(bad(reader, "a \")\" is missing"));
    if (node->op == '*' && (node->n < 2 || node->n > 3))
        TROD_TRY(
            bad(reader, "a loop \"*\" takes two parts: what is done, and what lies between"));
done:
    return status;
}

static trod_status read_node(struct reader *reader, unsigned depth, struct node **result) {
    static const struct {
        const char *word;
        char op;
    } ops[] = {{"->", '>'}, {"\xe2\x86\x92", '>'}, {"X", 'X'}, {"+", '+'}, {"*", '*'}};
    struct node *node = TROD_NEW(reader->arena, struct node);
    if (!node) return trod_fail(reader->error, TROD_NO_MEMORY, "there is not enough memory");
    *result = node;
    if (depth > MOST_DEPTH || ++reader->n_nodes > MOST_NODES)
        return trod_fail(
            reader->error, TROD_TOO_MUCH,
            "the process tree is nested more than %d deep, or has more than %d parts",
            MOST_DEPTH, MOST_NODES);
    if (next_is(reader, "'")) return read_label(reader, node);
    if (next_is(reader, "tau") || next_is(reader, "\xcf\x84")) {
        node->op = 't';
        return TROD_OK;
    }
    for (size_t i = 0; i < TROD_COUNT(ops); i++)
        if (next_is(reader, ops[i].word)) {
            node->op = ops[i].op;
            return read_children(reader, depth, node);
        }
    return bad(reader, "expected ->, X, +, *, tau or a label in single quotes");
}

/* ---- Writing
 * ---------------------------------------------------------------------------------- */

/* "Check ticket (2)" gives "check-ticket-2"; the second of that name "check-ticket-2-2". */
static trod_str unique_id(struct writer *writer, trod_str label, char at[72]) {
    size_t n = 0;
    for (size_t i = 0; i < label.n && n < 48; i++) {
        const char c = label.at[i];
        const char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
            at[n++] = lower;
        else if (n && at[n - 1] != '-')
            at[n++] = '-';
    }
    while (n && at[n - 1] == '-') n--;
    if (!n) n = (size_t)snprintf(at, 72, "step");
    const size_t stem = n;
    for (unsigned again = 2; trod_dict_find(writer->ids, (trod_str){at, n}) != TROD_NO_ID;
         again++)
        n = stem + (size_t)snprintf(at + stem, 72 - stem, "-%u", again);
    if (trod_dict_add(writer->ids, (trod_str){at, n}) == TROD_NO_ID)
        writer->status = trod_fail(writer->error, TROD_NO_MEMORY, "there is not enough memory");
    return (trod_str){at, n};
}

static void line(struct writer *writer, unsigned level, const char *words) {
    trod_buf_repeat(writer->out, ' ', (size_t)level * 2);
    trod_buf_adds(writer->out, words);
    trod_buf_byte(writer->out, '\n');
}

/* Whether a head can hold the label as its title, to the letter. */
static bool is_plain(trod_str label) {
    const trod_str trimmed = trod_str_trim(label);
    if (!label.n || trimmed.n != label.n) return false;
    if (label.at[label.n - 1] == ']' || trod_str_find(label, '\\') != SIZE_MAX) return false;
    for (size_t i = 0; i < label.n; i++)
        if ((unsigned char)label.at[i] < 32 || label.at[i] == 127) return false;
    return true;
}

static void quoted(struct trod_buf *out, trod_str text) {
    trod_buf_byte(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') trod_buf_byte(out, '\\');
        trod_buf_byte(out, text.at[i]);
    }
    trod_buf_byte(out, '"');
}

static void write_touchpoint(struct writer *writer, trod_str label, unsigned level,
                             bool optional, bool repeats) {
    char at[72];
    const trod_str id = unique_id(writer, label, at);
    trod_buf_repeat(writer->out, ' ', (size_t)level * 2);
    trod_buf_format(writer->out, "touchpoint %.*s: ", TROD_ARG(id));
    const bool plain = is_plain(label);
    trod_buf_add(writer->out, plain ? label : id);
    trod_buf_byte(writer->out, '\n');
    if (optional) line(writer, level + 1, "optional");
    if (repeats) line(writer, level + 1, "repeats");
    if (plain) return;
    trod_buf_repeat(writer->out, ' ', (size_t)(level + 1) * 2);
    trod_buf_adds(writer->out, "seen when  ");
    quoted(writer->out, label);
    trod_buf_byte(writer->out, '\n');
}

/* X( tau, body ) with tau anywhere, and nothing else: the body, else NULL. */
static const struct node *optional_body(const struct node *node) {
    if (node->op != 'X' || node->n != 2) return NULL;
    if (node->children[0]->op == 't' && node->children[1]->op != 't') return node->children[1];
    if (node->children[1]->op == 't' && node->children[0]->op != 't') return node->children[0];
    return NULL;
}

static bool is_star(const struct node *node) {
    return node->op == '*' && node->n == 2 && node->children[0]->op == 'l' &&
           node->children[1]->op == 't';
}

static void write_node(struct writer *writer, const struct node *node, unsigned level);

static void write_sequence(struct writer *writer, const struct node *node, unsigned level) {
    if (node->op == '>')
        for (size_t i = 0; i < node->n; i++) write_sequence(writer, node->children[i], level);
    else
        write_node(writer, node, level);
}

static void write_way(struct writer *writer, const struct node *node, unsigned level) {
    char at[72], words[96];
    snprintf(words, sizeof words, "way %u", ++writer->n_ways);
    const trod_str id = unique_id(writer, trod_str_of(words), at);
    snprintf(words, sizeof words, "way %.*s: %s", TROD_ARG(id),
             node->op == 't' ? "Nothing" : "Way");
    line(writer, level, words);
    write_sequence(writer, node, level + 1);
}

static void write_node(struct writer *writer, const struct node *node, unsigned level) {
    const struct node *body = optional_body(node);
    if (node->op == 't') return;
    if (node->op == 'l') {
        write_touchpoint(writer, node->label, level, false, false);
    } else if (is_star(node)) {
        write_touchpoint(writer, node->children[0]->label, level, false, true);
    } else if (body && (body->op == 'l' || is_star(body))) {
        const bool star = body->op != 'l';
        write_touchpoint(writer, star ? body->children[0]->label : body->label, level, true,
                         star);
    } else if (body) {
        line(writer, level, "optional");
        write_sequence(writer, body, level + 1);
    } else if (node->op == 'X') {
        line(writer, level, "choose");
        for (size_t i = 0; i < node->n; i++) write_way(writer, node->children[i], level + 1);
    } else if (node->op == '+') {
        line(writer, level, "any order");
        for (size_t i = 0; i < node->n; i++) {
            const bool group = node->children[i]->op == '>';
            if (group) line(writer, level + 1, "choose");
            if (group)
                write_way(writer, node->children[i], level + 2);
            else
                write_node(writer, node->children[i], level + 1);
        }
    } else if (node->op == '*') {
        line(writer, level, "repeat");
        write_sequence(writer, node->children[0], level + 1);
        if (node->children[1]->op != 't') {
            line(writer, level + 1, "between");
            write_sequence(writer, node->children[1], level + 2);
        }
        if (node->n == 3) write_sequence(writer, node->children[2], level);
    } else {
        write_sequence(writer, node, level);
    }
}

trod_status trod_map_from_tree(trod_str tree, const char *name, struct trod_buf *out,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct node *root = NULL;
    struct reader reader = {.text = tree, .name = name, .error = error};
    struct writer writer = {.out = out, .error = error};
    char at[72], stage_at[72];
    reader.arena = trod_arena_make(0);
    TROD_TRY_ALLOC(reader.arena, error);
    writer.ids = trod_dict_make(0);
    TROD_TRY_ALLOC(writer.ids, error);
    if (!trod_str_utf8(tree, NULL)) TROD_TRY(bad(&reader, "the text is not UTF-8"));
    TROD_TRY(read_node(&reader, 0, &root));
    skip_blanks(&reader);
    if (reader.at < tree.n) TROD_TRY(bad(&reader, "something follows after the tree's end"));
    trod_str title = trod_str_of(name ? name : "journey");
    for (size_t i = title.n; i-- > 0;)
        if (title.at[i] == '/') {
            title = trod_str_slice(title, i + 1, title.n);
            break;
        }
    if (trod_str_ends(title, TROD_STR(".tree.txt"))) title.n -= strlen(".tree.txt");
    const trod_str id = unique_id(&writer, title, at);
    const trod_str stage = unique_id(&writer, TROD_STR("all"), stage_at);
    trod_buf_format(out, "journey %.*s: %.*s\n\nstage %.*s: All steps\n", TROD_ARG(id),
                    TROD_ARG(is_plain(title) ? title : id), TROD_ARG(stage));
    write_sequence(&writer, root, 1);
    status = writer.status;
    if (status == TROD_OK && out->failed)
        status = trod_fail(error, TROD_TOO_MUCH, "the map of this tree is too large to write");
done:
    trod_dict_free(writer.ids);
    trod_arena_free(reader.arena);
    return status;
}
