/* twin_read: the JSON twin as the text of a map.
 *
 * The JSON is walked line by line; each line becomes a node whose arguments are those of the
 * table's pattern, and the document is written in canonical spacing. What does not fit is
 * refused with its JSON path, so that a program that writes twins finds its mistake. What the
 * lines mean (whether ids exist, whether shares add up) is the business of reading the text
 * afterwards.
 */
#include <stdio.h>

#include "map/keyword.h"
#include "map/pattern.h"
#include "map/twin.h"

enum { MOST_LEVELS = 200 };
/* With what reading JSON needs beside it, this stays below 4 GB. */
#define MOST_BYTES ((size_t)128 << 20)

trod_status twin_bad(struct twin_reader *reader, const char *hint, const char *format, ...) {
    char text[400];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    const trod_status status = trod_fail(reader->error, TROD_BAD_INPUT, "at %s: %s",
                                         twin_show(&reader->path).at, text);
    trod_error_place(reader->error, reader->name, 0, 0);
    if (hint) trod_error_hint(reader->error, "%s", hint);
    return status;
}

static trod_status no_memory(struct twin_reader *reader) {
    return trod_fail(reader->error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status read_lines(struct twin_reader *reader, struct map_node *parent,
                              enum map_place place, const struct trod_json *lines);

static trod_status add_node(struct twin_reader *reader, struct map_node *parent,
                            enum map_kind kind, struct map_node **node) {
    if (parent != reader->doc->root && parent->level >= MOST_LEVELS)
        return twin_bad(reader, NULL, "the lines are nested more than %d deep", MOST_LEVELS);
    *node = map_node_add(reader->doc, parent, kind);
    return *node ? TROD_OK : no_memory(reader);
}

/* ---- Lines without a keyword
 * ----------------------------------------------------------------- */

static trod_status read_raw(struct twin_reader *reader, struct map_node *parent,
                            enum map_place place, const struct trod_json *raw) {
    static const trod_str known[] = {{"text", 4}, {"lines", 5}};
    trod_status status = TROD_OK;
    struct map_node *node = NULL;
    const struct trod_json *text = raw, *lines = NULL;
    if (place != MAP_OPAQUE)
        return twin_bad(reader, NULL, "only lines below an x- line are kept raw");
    if (raw->kind == TROD_JSON_OBJECT) {
        TROD_TRY(twin_known(reader, raw, known, TROD_COUNT(known)));
        text = trod_json_get(raw, "text");
        lines = trod_json_get(raw, "lines");
        if (!text) TROD_TRY(twin_bad(reader, NULL, "this raw line has no \"text\""));
    }
    TROD_TRY(twin_one_line(reader, text));
    TROD_TRY(add_node(reader, parent, MAP_RAW, &node));
    node->text = trod_str_trim(text->text);
    if (lines) {
        twin_enter(&reader->path, TROD_STR("lines"));
        TROD_TRY(read_lines(reader, node, MAP_OPAQUE, lines));
        twin_leave(&reader->path);
    }
done:
    return status;
}

static trod_status read_text(struct twin_reader *reader, struct map_node *parent,
                             enum map_kind kind, const struct trod_json *json) {
    trod_status status = TROD_OK;
    struct map_node *node = NULL;
    TROD_TRY(twin_one_line(reader, json));
    TROD_TRY(add_node(reader, parent, kind, &node));
    node->text = kind == MAP_COMMENT ? trod_str_trim(json->text) : json->text;
    if (kind == MAP_COMMENT && !trod_str_starts(node->text, TROD_STR("#")))
        status = twin_bad(reader, NULL, "a comment begins with #");
    if (kind == MAP_LONG && parent == reader->doc->root)
        status = twin_bad(reader, NULL, "long text stands among the lines of another line");
done:
    return status;
}

static trod_status read_blank(struct twin_reader *reader, struct map_node *parent,
                              const struct trod_json *json) {
    struct map_node *node;
    if (json->kind != TROD_JSON_BOOL || !json->boolean)
        return twin_bad(reader, NULL, "a blank line is {\"blank\": true}");
    return add_node(reader, parent, MAP_BLANK, &node);
}

/* ---- Lines with a keyword
 * -------------------------------------------------------------------- */

static trod_status unknown(struct twin_reader *reader, trod_str keyword, enum map_place place) {
    char hint[200];
    size_t n_words = 0;
    const struct map_word *const words = map_words(&n_words);
    for (size_t i = 0; i < n_words; i++)
        if (trod_str_is(keyword, words[i].keyword))
            return twin_bad(reader, NULL, "\"%s\" cannot stand %s", words[i].keyword,
                            map_place_name(place));
    const struct map_found meant = map_keyword_nearest(keyword, place);
    if (meant.word) snprintf(hint, sizeof hint, "did you mean \"%s\"?", meant.word->keyword);
    return twin_bad(reader, meant.word ? hint : NULL, "\"%s\" is no keyword of a map",
                    map_show(keyword).at);
}

static bool is_one_word(trod_str key) {
    for (size_t i = 0; i < key.n; i++)
        if ((unsigned char)key.at[i] <= ' ' || key.at[i] == 127) return false;
    return key.n > 0;
}

static trod_status read_keyword(struct twin_reader *reader, struct map_node *parent,
                                enum map_place place, const struct trod_json *line) {
    trod_status status = TROD_OK;
    struct map_node *node = NULL;
    const trod_str key = line->key;
    const bool own = trod_str_starts(key, TROD_STR("x-"));
    const struct map_word *word = map_word_of(key, place);
    /* "+N" is the table's name of the lines that begin with a number. */
    const bool prefixed = trod_str_is(key, "+N");
    if (prefixed) word = map_word_of(TROD_STR("+1"), place);
    if (!word || (word->flags & MAP_PREFIXED && !prefixed)) return unknown(reader, key, place);
    if (own && !is_one_word(key))
        return twin_bad(reader, NULL, "a keyword is one word, without blanks");
    if (line->kind != TROD_JSON_OBJECT)
        return twin_bad(reader, "a line holds its parts by name; {} if it has none",
                        "this must be an object");
    TROD_TRY(add_node(reader, parent, MAP_LINE, &node));
    node->word = word;
    node->keyword = own ? key : trod_str_of(word->keyword);
    TROD_TRY(twin_read_members(reader, node, line));
    const struct trod_json *const lines = trod_json_get(line, "lines");
    if (lines) {
        twin_enter(&reader->path, TROD_STR("lines"));
        TROD_TRY(read_lines(reader, node, word->opens, lines));
        twin_leave(&reader->path);
    }
done:
    return status;
}

static trod_status read_line(struct twin_reader *reader, struct map_node *parent,
                             enum map_place place, const struct trod_json *line) {
    const trod_str key = line->key;
    if (trod_str_is(key, "comment")) return read_text(reader, parent, MAP_COMMENT, line);
    if (trod_str_is(key, "long")) return read_text(reader, parent, MAP_LONG, line);
    if (trod_str_is(key, "blank")) return read_blank(reader, parent, line);
    if (trod_str_is(key, "raw")) return read_raw(reader, parent, place, line);
    if (place == MAP_OPAQUE)
        return twin_bad(reader, "write {\"raw\": \"…\"}",
                        "lines below an x- line are kept raw");
    return read_keyword(reader, parent, place, line);
}

static trod_status read_lines(struct twin_reader *reader, struct map_node *parent,
                              enum map_place place, const struct trod_json *lines) {
    trod_status status = TROD_OK;
    size_t index = 0;
    if (lines->kind != TROD_JSON_ARRAY)
        return twin_bad(reader, NULL, "the lines must be an array");
    for (const struct trod_json *item = lines->first; item; item = item->next) {
        twin_enter_item(&reader->path, index++);
        if (item->kind != TROD_JSON_OBJECT || item->n != 1)
            TROD_TRY(twin_bad(reader, NULL,
                              "a line is an object with one member, its keyword; this has %zu",
                              item->kind == TROD_JSON_OBJECT ? item->n : 0));
        twin_enter(&reader->path, item->first->key);
        TROD_TRY(read_line(reader, parent, place, item->first));
        twin_leave(&reader->path);
        twin_leave(&reader->path);
    }
done:
    return status;
}

/* ---- The whole
 * ------------------------------------------------------------------------------- */

static trod_status read_flag(struct twin_reader *reader, const struct trod_json *root,
                             const char *key, bool *said) {
    const struct trod_json *const member = trod_json_get(root, key);
    if (member && member->kind != TROD_JSON_BOOL)
        return twin_bad(reader, NULL, "\"%s\" must be true or false", key);
    *said = member && member->boolean;
    return TROD_OK;
}

static trod_status read_head(struct twin_reader *reader, const struct trod_json *root) {
    static const trod_str known[] = {
        {"trod", 4}, {"version", 7}, {"bom", 3}, {"crlf", 4}, {"lines", 5}};
    trod_status status = TROD_OK;
    const struct trod_json *const kind = trod_json_get(root, "trod");
    const struct trod_json *const version = trod_json_get(root, "version");
    if (!kind || kind->kind != TROD_JSON_TEXT || !trod_str_is(kind->text, "journey"))
        return twin_bad(reader, "a twin begins with {\"trod\": \"journey\", \"version\": 1, …}",
                        "this JSON is no twin of a map");
    if (!version || !version->whole)
        return twin_bad(reader, "write \"version\": 1", "the twin does not say its version");
    if (version->integer != TWIN_VERSION)
        return twin_bad(reader, NULL,
                        "this twin is of version %lld; this trod reads version %d",
                        (long long)version->integer, TWIN_VERSION);
    TROD_TRY(twin_known(reader, root, known, TROD_COUNT(known)));
    TROD_TRY(read_flag(reader, root, "bom", &reader->doc->bom));
    TROD_TRY(read_flag(reader, root, "crlf", &reader->doc->crlf));
    if (!trod_json_get(root, "lines"))
        TROD_TRY(twin_bad(reader, NULL, "the twin has no \"lines\""));
done:
    return status;
}

static trod_status write_text(struct twin_reader *reader, const struct trod_doc *doc,
                              struct trod_buf *text) {
    if (map_doc_write(doc, text, NULL)) return TROD_OK;
    return trod_fail(reader->error, TROD_TOO_MUCH,
                     "the text of this map is too large to write");
}

/* What is given in the end is the text of the document that was read again: there each comment
 * stands where it is read, whatever the twin said. */
static trod_status read_root(struct twin_reader *reader, const struct trod_json *root,
                             struct trod_buf *text) {
    trod_status status = TROD_OK;
    struct trod_buf first = {0};
    struct trod_doc *again = NULL;
    TROD_TRY(read_head(reader, root));
    twin_enter(&reader->path, TROD_STR("lines"));
    TROD_TRY(read_lines(reader, reader->doc->root, MAP_ROOT, trod_json_get(root, "lines")));
    twin_leave(&reader->path);
    TROD_TRY(write_text(reader, reader->doc, &first));
    TROD_TRY(twin_check(reader, root, trod_buf_str(&first), &again));
    TROD_TRY(write_text(reader, again, text));
done:
    trod_buf_free(&first);
    return status;
}

trod_status twin_read(trod_str json, const char *name, struct trod_buf *text,
                      struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_json *root = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    struct twin_reader *const reader = TROD_NEW(arena, struct twin_reader);
    TROD_TRY_ALLOC(reader, error);
    *reader = (struct twin_reader){.arena = arena, .name = name ? name : "", .error = error};
    if (json.n > MOST_BYTES)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "the twin is larger than %zu MiB",
                           MOST_BYTES >> 20));
    TROD_TRY(trod_json_read(json, arena, &root, error));
    reader->doc = map_doc_make(trod_str_of(reader->name), arena);
    TROD_TRY_ALLOC(reader->doc, error);
    TROD_TRY(read_root(reader, root, text));
done:
    if (status != TROD_OK) trod_error_place(error, name ? name : "", 0, 0);
    trod_arena_free(arena);
    return status;
}

trod_status trod_map_from_json(trod_str json, const char *name, struct trod_buf *out,
                               struct trod_error *error) {
    return twin_read(json, name, out, error);
}
