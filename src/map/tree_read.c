/* tree_read: the text of a process tree in PM4Py's notation.
 *
 *     ->( 'register', X( tau, 'check' ), *( 'decide', 'ask again' ) )
 *
 * Recursive descent. A label stands in single quotes and is not escaped, so it ends at the
 * first quote that is followed by a comma, a bracket or the end. While it is read, the tree is
 * brought into its shortest form: what is silent among the parts of a sequence says nothing, a
 * block of one part is that part, and the third part of a loop is what follows the loop.
 */
#include <string.h>

#include "trod/map.h"

enum { MOST_DEPTH = 1000, MOST_PARTS = 1000000 };

struct reader {
    trod_str text;
    size_t at;
    size_t n_parts;
    const char *name;
    struct trod_arena *arena;
    struct trod_error *error;
};

static trod_status bad(struct reader *reader, const char *what) {
    int64_t line = 1, column = 1;
    for (size_t i = 0; i < reader->at; i++)
        if (reader->text.at[i] == '\n') {
            line++;
            column = 1;
        } else {
            column++;
        }
    const trod_status status = trod_fail(reader->error, TROD_BAD_INPUT, "%s", what);
    trod_error_place(reader->error, reader->name, line, column);
    trod_error_hint(reader->error,
                    "a process tree is written like ->( 'a', X( tau, 'b' ), *( 'c', tau ) )");
    return status;
}

static trod_status no_memory(struct reader *reader) {
    return trod_fail(reader->error, TROD_NO_MEMORY, "there is not enough memory");
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t behind_blanks(const struct reader *reader, size_t at) {
    while (at < reader->text.n && is_blank(reader->text.at[at])) at++;
    return at;
}

static bool next_is(struct reader *reader, const char *word) {
    reader->at = behind_blanks(reader, reader->at);
    if (!trod_str_starts(trod_str_slice(reader->text, reader->at, reader->text.n),
                         trod_str_of(word)))
        return false;
    reader->at += strlen(word);
    return true;
}

static trod_status read_label(struct reader *reader, struct trod_tree *tree) {
    const trod_str text = reader->text;
    for (size_t i = reader->at; i < text.n; i++) {
        if (text.at[i] != '\'') continue;
        const size_t after = behind_blanks(reader, i + 1);
        if (after < text.n && text.at[after] != ',' && text.at[after] != ')') continue;
        tree->op = TROD_TREE_LABEL;
        tree->label = trod_str_slice(text, reader->at, i);
        reader->at = i + 1;
        return TROD_OK;
    }
    return bad(reader, "a label has no closing quote");
}

/* ---- Blocks
 * ---------------------------------------------------------------------------------- */

struct parts {
    struct trod_tree **at;
    size_t n, room;
};

static bool add_part(struct reader *reader, struct parts *parts, struct trod_tree *part) {
    return TROD_PUSH(reader->arena, parts->at, parts->n, parts->room, part);
}

/* A part of a block takes its place there; in its shortest form it may be none or several. */
static bool take_part(struct reader *reader, enum trod_tree_op op, struct parts *parts,
                      struct trod_tree *part) {
    const bool silent = part->op == TROD_TREE_SILENT;
    if (silent && (op == TROD_TREE_SEQUENCE || op == TROD_TREE_ANY_ORDER)) return true;
    if (op != TROD_TREE_SEQUENCE || part->op != TROD_TREE_SEQUENCE)
        return add_part(reader, parts, part);
    for (size_t i = 0; i < part->n; i++)
        if (!add_part(reader, parts, part->children[i])) return false;
    return true;
}

static void close_block(struct trod_tree *tree, enum trod_tree_op op,
                        const struct parts *parts) {
    if (parts->n == 0)
        *tree = (struct trod_tree){.op = TROD_TREE_SILENT};
    else if (parts->n == 1)
        *tree = *parts->at[0];
    else
        *tree = (struct trod_tree){.op = op, .children = parts->at, .n = parts->n};
}

/* A loop of three parts is a loop of two, and then the third. */
static trod_status close_loop(struct reader *reader, struct trod_tree *tree,
                              const struct parts *parts) {
    if (parts->n < 2 || parts->n > 3)
        return bad(reader,
                   "a loop \"*\" takes two parts: what is done, and what lies between two "
                   "rounds");
    struct trod_tree *const loop = TROD_NEW(reader->arena, struct trod_tree);
    struct parts both = {0};
    if (!loop) return no_memory(reader);
    *loop = (struct trod_tree){.op = TROD_TREE_LOOP, .children = parts->at, .n = 2};
    if (!take_part(reader, TROD_TREE_SEQUENCE, &both, loop) ||
        (parts->n == 3 && !take_part(reader, TROD_TREE_SEQUENCE, &both, parts->at[2])))
        return no_memory(reader);
    close_block(tree, TROD_TREE_SEQUENCE, &both);
    return TROD_OK;
}

static trod_status read_tree(struct reader *reader, unsigned depth, struct trod_tree **result);

static trod_status read_block(struct reader *reader, unsigned depth, enum trod_tree_op op,
                              struct trod_tree *tree) {
    trod_status status = TROD_OK;
    struct parts parts = {0};
    if (!next_is(reader, "(")) TROD_TRY(bad(reader, "an operator has no \"(\" after it"));
    do {
        struct trod_tree *part = NULL;
        TROD_TRY(read_tree(reader, depth + 1, &part));
        if (!take_part(reader, op, &parts, part)) TROD_TRY(no_memory(reader));
    } while (next_is(reader, ","));
    if (!next_is(reader, ")")) TROD_TRY(bad(reader, "a \",\" or a \")\" is missing here"));
    if (op == TROD_TREE_LOOP)
        status = close_loop(reader, tree, &parts);
    else
        close_block(tree, op, &parts);
done:
    return status;
}

static trod_status read_tree(struct reader *reader, unsigned depth, struct trod_tree **result) {
    static const struct {
        const char *word;
        enum trod_tree_op op;
    } ops[] = {{"->", TROD_TREE_SEQUENCE},
               {"\xe2\x86\x92", TROD_TREE_SEQUENCE},
               {"X", TROD_TREE_CHOICE},
               {"+", TROD_TREE_ANY_ORDER},
               {"*", TROD_TREE_LOOP}};
    struct trod_tree *const tree = TROD_NEW(reader->arena, struct trod_tree);
    if (!tree) return no_memory(reader);
    *result = tree;
    if (depth > MOST_DEPTH || ++reader->n_parts > MOST_PARTS)
        return trod_fail(
            reader->error, TROD_TOO_MUCH,
            "the process tree is nested more than %d deep, or has more than %d parts",
            MOST_DEPTH, MOST_PARTS);
    if (next_is(reader, "'")) return read_label(reader, tree);
    if (next_is(reader, "tau") || next_is(reader, "\xcf\x84")) return TROD_OK;
    for (size_t i = 0; i < TROD_COUNT(ops); i++)
        if (next_is(reader, ops[i].word)) return read_block(reader, depth, ops[i].op, tree);
    if (next_is(reader, "O") || next_is(reader, "<>")) {
        reader->at -= reader->text.at[reader->at - 1] == 'O' ? 1 : 2;
        return bad(reader, "the operators \"O\" (any of these) and \"<>\" (one block after the "
                           "other, in any order) have no counterpart in a map");
    }
    return bad(reader, "here should stand ->, X, +, *, tau or a label in single quotes");
}

trod_status trod_tree_read(trod_str text, const char *name, struct trod_arena *arena,
                           const struct trod_tree **tree, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_tree *root = NULL;
    struct reader reader = {.text = text, .name = name, .arena = arena, .error = error};
    size_t bad_at = 0;
    if (!trod_str_utf8(text, &bad_at)) {
        reader.at = bad_at;
        TROD_TRY(bad(&reader, "this is no text in the encoding UTF-8"));
    }
    if (trod_str_starts(text, TROD_STR("\xef\xbb\xbf"))) reader.at = 3;
    TROD_TRY(read_tree(&reader, 0, &root));
    reader.at = behind_blanks(&reader, reader.at);
    if (reader.at < text.n) TROD_TRY(bad(&reader, "something follows after the tree's end"));
    *tree = root;
done:
    if (status != TROD_OK) trod_error_place(error, name ? name : "", 0, 0);
    return status;
}
