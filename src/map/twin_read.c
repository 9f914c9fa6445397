/* twin_read: the JSON twin as the text of a map.
 *
 * The JSON is walked line by line; each line becomes a node whose arguments are those of the table's
 * pattern, and the document is written in canonical spacing. What does not fit is refused with its
 * JSON path, so that a program that writes twins finds its mistake. What the lines mean (whether ids
 * exist, whether shares add up) is the business of reading the text afterwards.
 */
#include <stdio.h>

#include "map/pattern.h"
#include "map/twin.h"

enum { MOST_LEVELS = 200, PATH_ROOM = 400 };

struct reader {
    struct trod_doc *doc;
    struct trod_arena *arena;
    const char *name;
    char path[PATH_ROOM];
    size_t n_path;
    struct trod_error *error;
};

/* Both add to the path, and give the length to go back to. */
static size_t enter_text(struct reader *reader, const char *text) {
    const size_t before = reader->n_path, room = PATH_ROOM - before;
    const int n = snprintf(reader->path + before, room, "%s", text);
    reader->n_path = n < 0 || (size_t)n >= room ? PATH_ROOM - 1 : before + (size_t)n;
    return before;
}

static size_t enter_key(struct reader *reader, trod_str key) {
    char text[80];
    snprintf(text, sizeof text, ".%.*s", (int)(key.n < 60 ? key.n : 60), key.at);
    return enter_text(reader, text);
}

static size_t enter_item(struct reader *reader, size_t index) {
    char text[32];
    snprintf(text, sizeof text, "[%zu]", index);
    return enter_text(reader, text);
}

static void leave(struct reader *reader, size_t before) {
    reader->n_path = before;
    reader->path[before] = 0;
}

static trod_status bad(struct reader *reader, const char *what, trod_str shown) {
    const struct map_shown word = map_show(shown);
    const trod_status status = trod_fail(reader->error, TROD_BAD_INPUT, "at $%s: %s%s%s%s",
                                         reader->path, what, shown.at ? " \"" : "",
                                         shown.at ? word.at : "", shown.at ? "\"" : "");
    trod_error_place(reader->error, reader->name, 0, 0);
    return status;
}

static trod_status no_memory(struct reader *reader) {
    return trod_fail(reader->error, TROD_NO_MEMORY, "there is not enough memory");
}

static bool is_one_line(trod_str text) {
    return trod_str_find(text, '\n') == SIZE_MAX && trod_str_find(text, '\r') == SIZE_MAX;
}

/* The JSON of one argument: {"is", "written"}, {"quoted"}, {"word"}, text, number, yes or no. */
static trod_status read_value(struct reader *reader, const struct trod_json *json,
                              struct map_arg *arg) {
    trod_status status = TROD_OK;
    const struct trod_json *const is = trod_json_get(json, "is");
    const struct trod_json *const written = trod_json_get(json, "written");
    const struct trod_json *const quoted = trod_json_get(json, "quoted");
    const struct trod_json *const word = trod_json_get(json, "word");
    char at[40];
    arg->quoted = false;
    if (json->kind == TROD_JSON_TEXT) {
        arg->text = json->text;
        arg->quoted = arg->leaf == MAP_LEAF_SET;
    } else if (json->kind == TROD_JSON_NUMBER) {
        const bool canonical = arg->leaf == MAP_LEAF_LEVEL || arg->leaf == MAP_LEAF_SIGNED;
        arg->text = trod_arena_copy(reader->arena,
                                    canonical ? trod_str_of(twin_number(json->number, arg->leaf, at))
                                              : json->text);
        if (!arg->text.at) return no_memory(reader);
    } else if (json->kind == TROD_JSON_BOOL && arg->leaf == MAP_LEAF_SET) {
        arg->text = json->boolean ? TROD_STR("yes") : TROD_STR("no");
    } else if (word && word->kind == TROD_JSON_TEXT) {
        arg->text = word->text;
    } else if (is && written && is->kind == TROD_JSON_TEXT && written->kind == TROD_JSON_TEXT) {
        arg->text = is->text;
        arg->raw = written->text;
        arg->quoted = arg->leaf == MAP_LEAF_SET && written->text.n && written->text.at[0] == '"';
    } else if (quoted && quoted->kind == TROD_JSON_TEXT) {
        struct trod_buf buf = {0};
        map_quoted_write(&buf, quoted->text);
        arg->text = quoted->text;
        arg->raw = trod_arena_copy(reader->arena, trod_buf_str(&buf));
        arg->quoted = true;
        trod_buf_free(&buf);
        if (!arg->raw.at) return no_memory(reader);
    } else {
        TROD_TRY(bad(reader, "this is no value", (trod_str){0}));
    }
    if (!is_one_line(arg->text) || !is_one_line(arg->raw))
        TROD_TRY(bad(reader, "a value cannot hold a line break: write long text as lines",
                     (trod_str){0}));
done:
    return status;
}

static trod_status add_arg(struct reader *reader, struct map_node *node, size_t *room,
                           const char *slot, enum map_leaf leaf, const struct trod_json *json) {
    trod_status status = TROD_OK;
    struct map_arg arg = {.slot = slot, .slot_n = (uint8_t)strlen(slot), .leaf = leaf};
    TROD_TRY(read_value(reader, json, &arg));
    if (!map_node_arg(reader->doc, node, room, &arg)) status = no_memory(reader);
done:
    return status;
}

static trod_status read_condition(struct reader *reader, struct map_node *node, size_t *room,
                                  const char *slot, const struct trod_json *json) {
    trod_status status = TROD_OK;
    const struct trod_json *const name = trod_json_get(json, "name");
    const struct trod_json *const op = trod_json_get(json, "op");
    const struct trod_json *const value = trod_json_get(json, "value");
    if (!name || !op)
        TROD_TRY(bad(reader, "a condition has a \"name\", an \"op\" and a \"value\"", (trod_str){0}));
    TROD_TRY(add_arg(reader, node, room, slot, MAP_LEAF_COND, name));
    TROD_TRY(add_arg(reader, node, room, "op", MAP_LEAF_OP, op));
    if (value) TROD_TRY(add_arg(reader, node, room, "value", MAP_LEAF_SET, value));
done:
    return status;
}

static trod_status read_slot(struct reader *reader, struct map_node *node, size_t *room,
                             const struct map_slot *slot, const struct trod_json *json) {
    trod_status status = TROD_OK;
    const bool conditions = slot->leaf == MAP_LEAF_COND;
    const bool many = twin_is_list(slot->leaf) || (conditions && trod_str_is(slot->name, "name"));
    const trod_str kept = trod_arena_copy(reader->arena, slot->name);
    if (!kept.at) return no_memory(reader);
    if (!many)
        return conditions ? read_condition(reader, node, room, kept.at, json)
                          : add_arg(reader, node, room, kept.at, slot->leaf, json);
    if (json->kind != TROD_JSON_ARRAY) return bad(reader, "this must be an array", (trod_str){0});
    size_t index = 0;
    for (const struct trod_json *item = json->first; item; item = item->next, index++) {
        const size_t before = enter_item(reader, index);
        if (conditions)
            TROD_TRY(read_condition(reader, node, room, kept.at, item));
        else
            TROD_TRY(add_arg(reader, node, room, kept.at, slot->leaf, item));
        leave(reader, before);
    }
done:
    return status;
}

static trod_status read_proof(struct reader *reader, struct map_node *node,
                              const struct trod_json *json) {
    const struct trod_json *const research = trod_json_get(json, "research");
    const struct trod_json *const note = trod_json_get(json, "note");
    if (!research || research->kind != TROD_JSON_TEXT || (note && note->kind != TROD_JSON_TEXT))
        return bad(reader, "a proof has a \"research\" and may have a \"note\", both text",
                   (trod_str){0});
    node->research = research->text;
    node->note = note ? note->text : (trod_str){0};
    if (!is_one_line(node->research) || !is_one_line(node->note))
        return bad(reader, "a proof cannot hold a line break", (trod_str){0});
    return TROD_OK;
}

static trod_status read_lines(struct reader *reader, struct map_node *parent, enum map_place place,
                              const struct trod_json *lines);

static trod_status read_members(struct reader *reader, struct map_node *node,
                                const struct trod_json *members) {
    trod_status status = TROD_OK;
    struct map_slot slots[MAP_MAX_SLOTS];
    const size_t n_slots = map_word_slots(node->word, slots);
    size_t room = 0;
    for (const struct trod_json *member = members->first; member; member = member->next) {
        const size_t before = enter_key(reader, member->key);
        size_t s = 0;
        while (s < n_slots && !trod_str_equal(twin_key(slots[s].name, slots[s].leaf), member->key)) s++;
        if (s < n_slots)
            TROD_TRY(read_slot(reader, node, &room, &slots[s], member));
        else if (trod_str_is(member->key, "proof"))
            TROD_TRY(read_proof(reader, node, member));
        else if (trod_str_is(member->key, "lines"))
            TROD_TRY(read_lines(reader, node, node->word->opens, member));
        else
            TROD_TRY(bad(reader, "this line has no such member", member->key));
        leave(reader, before);
    }
done:
    return status;
}

/* Whether the arguments fit the line; if they only stand in another order than the pattern's, puts
 * them in order. */
static bool fits(struct reader *reader, struct map_node *node) {
    struct trod_buf scratch = {0};
    bool good = map_doc_line(node, &scratch);
    if (!good && node->n_args) {
        struct map_slot slots[MAP_MAX_SLOTS];
        const size_t n_slots = map_word_slots(node->word, slots);
        struct map_arg *const sorted = TROD_NEW_ARRAY(reader->arena, node->n_args, struct map_arg);
        size_t n = 0;
        for (size_t s = 0; sorted && s < n_slots; s++)
            for (size_t a = 0; a < node->n_args; a++) {
                const struct map_arg *const arg = &node->args[a];
                if (arg->leaf == MAP_LEAF_OP || arg->leaf == MAP_LEAF_SET) continue;
                if (!trod_str_equal((trod_str){arg->slot, arg->slot_n}, slots[s].name)) continue;
                sorted[n++] = *arg;
                while (a + 1 < node->n_args && (node->args[a + 1].leaf == MAP_LEAF_OP ||
                                                node->args[a + 1].leaf == MAP_LEAF_SET))
                    sorted[n++] = node->args[++a];
            }
        if (sorted && n == node->n_args) {
            node->args = sorted;
            trod_buf_clear(&scratch);
            good = map_doc_line(node, &scratch);
        }
    }
    trod_buf_free(&scratch);
    return good;
}

static trod_status read_keyword(struct reader *reader, struct map_node *parent,
                                enum map_place place, const struct trod_json *line) {
    trod_status status = TROD_OK;
    struct map_node *const node = map_node_add(reader->doc, parent, MAP_LINE);
    if (!node) return no_memory(reader);
    const size_t before = enter_key(reader, line->key);
    /* "+N" is the table's name of the lines that begin with a number. */
    node->word = trod_str_is(line->key, "+N") ? map_word_of(TROD_STR("+1"), place)
                                              : map_word_of(line->key, place);
    node->keyword = line->key;
    if (!node->word || (node->word->flags & MAP_PREFIXED && !trod_str_is(line->key, "+N")))
        TROD_TRY(bad(reader, "there is no such line in this place:", line->key));
    if (!is_one_line(line->key) || trod_str_find(line->key, ' ') != SIZE_MAX)
        if (trod_str_starts(line->key, TROD_STR("x-")))
            TROD_TRY(bad(reader, "a keyword is one word:", line->key));
    if (parent->level >= MOST_LEVELS && parent != reader->doc->root)
        TROD_TRY(bad(reader, "the lines are nested more than 200 deep", (trod_str){0}));
    TROD_TRY(read_members(reader, node, line));
    if (!fits(reader, node))
        TROD_TRY(bad(reader, "these members make no line. It is written like:",
                     trod_str_of(node->word->example)));
    leave(reader, before);
done:
    return status;
}

static trod_status read_plain(struct reader *reader, struct map_node *parent, enum map_place place,
                              const struct trod_json *line) {
    const bool blank = trod_str_is(line->key, "blank"), more = trod_str_is(line->key, "long");
    const bool comment = trod_str_is(line->key, "comment"), raw = trod_str_is(line->key, "raw");
    if (!blank && !more && !comment && !raw)
        return bad(reader, "a line is an object, or one of comment, blank, long and raw; not",
                   line->key);
    if (!blank && (line->kind != TROD_JSON_TEXT || !is_one_line(line->text)))
        return bad(reader, "this must be text without a line break", (trod_str){0});
    if (comment && (!line->text.n || line->text.at[0] != '#'))
        return bad(reader, "a comment begins with #", (trod_str){0});
    if (raw && place != MAP_OPAQUE)
        return bad(reader, "only a line below an x- line is kept raw", (trod_str){0});
    if (more && parent == reader->doc->root)
        return bad(reader, "long text belongs to a line", (trod_str){0});
    struct map_node *const node = map_node_add(reader->doc, parent,
                                               blank     ? MAP_BLANK
                                               : more    ? MAP_LONG
                                               : comment ? MAP_COMMENT
                                                         : MAP_RAW);
    if (!node) return no_memory(reader);
    if (!blank) node->text = line->text;
    return TROD_OK;
}

static trod_status read_lines(struct reader *reader, struct map_node *parent, enum map_place place,
                              const struct trod_json *lines) {
    trod_status status = TROD_OK;
    size_t index = 0;
    if (lines->kind != TROD_JSON_ARRAY) return bad(reader, "this must be an array", (trod_str){0});
    for (const struct trod_json *item = lines->first; item; item = item->next, index++) {
        const size_t before = enter_item(reader, index);
        if (item->kind != TROD_JSON_OBJECT || item->n != 1)
            TROD_TRY(bad(reader, "a line is an object of one member, its keyword", (trod_str){0}));
        if (item->first->kind == TROD_JSON_OBJECT)
            TROD_TRY(read_keyword(reader, parent, place, item->first));
        else
            TROD_TRY(read_plain(reader, parent, place, item->first));
        leave(reader, before);
    }
done:
    return status;
}

static bool said(const struct trod_json *root, const char *key) {
    const struct trod_json *const member = trod_json_get(root, key);
    return member && member->kind == TROD_JSON_BOOL && member->boolean;
}

trod_status trod_map_from_json(trod_str json, const char *name, struct trod_buf *out,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_json *root = NULL;
    struct reader reader = {.name = name, .error = error};
    reader.arena = trod_arena_make((size_t)2 << 30);
    TROD_TRY_ALLOC(reader.arena, error);
    status = trod_json_read(json, reader.arena, &root, error);
    if (status != TROD_OK) {
        trod_error_place(error, name, 0, 0);
        goto done;
    }
    const struct trod_json *const kind = trod_json_get(root, "trod");
    const struct trod_json *const version = trod_json_get(root, "version");
    const struct trod_json *const lines = trod_json_get(root, "lines");
    if (!kind || kind->kind != TROD_JSON_TEXT || !trod_str_is(kind->text, "journey") || !lines) {
        TROD_TRY(bad(&reader, "this JSON is no twin of a map: it has no \"trod\": \"journey\" and no "
                              "\"lines\"",
                     (trod_str){0}));
    }
    if (!version || !version->whole || version->integer != TWIN_VERSION)
        TROD_TRY(bad(&reader, "this version of trod reads twins of version 1", (trod_str){0}));
    reader.doc = map_doc_make(trod_str_of(name ? name : ""), reader.arena);
    TROD_TRY_ALLOC(reader.doc, error);
    reader.doc->bom = said(root, "bom");
    reader.doc->crlf = said(root, "crlf");
    const size_t before = enter_key(&reader, TROD_STR("lines"));
    TROD_TRY(read_lines(&reader, reader.doc->root, MAP_ROOT, lines));
    leave(&reader, before);
    if (!map_doc_write(reader.doc, out, NULL))
        status = trod_fail(error, TROD_TOO_MUCH, "the text of this map is too large to write");
done:
    trod_arena_free(reader.arena);
    return status;
}
