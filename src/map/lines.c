/* Reading a file's lines into a document, whatever is in them.
 *
 * A stack holds the lines that the next one may belong to, with their indents as written: a
 * line belongs to the nearest line above that is indented less. So structure is found even
 * where the indent is wrong, and one slip is one message. Comments and blank lines wait until
 * the next line shows where they belong; they never go deeper or less deep than the order of
 * the file allows.
 *
 * Each line is looked at once, and what it costs is bounded by its length: the whole is linear.
 */
#include <inttypes.h>
#include <stdio.h>

#include "map/keyword.h"
#include "map/pattern.h"
#include "map/proof.h"

#define MAX_LEVELS 200
#define MAX_LINES 1000000
#define MAX_LINE_BYTES 65536
#define MAX_ARGS 4000000
#define MAX_BAD_LINES 20

struct waiting { /* a comment or blank line */
    trod_str text;
    uint32_t line;
    size_t from, to, indent;
};
struct reader {
    struct trod_doc *doc;
    struct map_remarks *remarks;
    struct map_scan scan;
    struct {
        struct map_node *node;
        enum map_place place;
        size_t indent;
    } stack[MAX_LEVELS + 2];
    size_t top; /* 0 is the root */
    struct waiting *waiting;
    size_t n_waiting, waiting_room;
    bool too_deep;
    int n_bad_lines;
    /* the line at hand */
    trod_str line;
    uint32_t number;
    size_t from;
};

static trod_status too_much(struct trod_error *error, const char *what, int most) {
    trod_fail(error, TROD_TOO_MUCH, "the map has more than %d %s", most, what);
    trod_error_hint(error, "split it in several maps; people read no map of that size");
    return TROD_TOO_MUCH;
}

/* The column of a byte of the line at hand, in characters from 1. */
static uint32_t column_of(const struct reader *r, size_t byte) {
    uint32_t column = 1;
    for (size_t i = 0; i < byte && i < r->line.n; i++)
        if ((r->line.at[i] & 0xc0) != 0x80) column++;
    return column;
}

static struct trod_remark *wrong(struct reader *r, const char *code, size_t byte,
                                 const char *format, ...) TROD_PRINTF(4, 5);
static struct trod_remark *wrong(struct reader *r, const char *code, size_t byte,
                                 const char *format, ...) {
    char text[700];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return map_remark(r->remarks, TROD_ERROR, code, r->number, column_of(r, byte), "%s", text);
}

static struct map_node *add_node(struct reader *r, size_t parent, enum map_kind kind,
                                 uint32_t number, size_t from, size_t to) {
    struct map_node *const node = map_node_add(r->doc, r->stack[parent].node, kind);
    if (!node) return NULL;
    node->line = number;
    node->from = from;
    node->to = to;
    return node;
}

/* The number of lines on the stack to which something with this indent may belong. */
static size_t above(const struct reader *r, size_t indent) {
    size_t top = r->top;
    while (top > 0 && r->stack[top].indent >= indent) top--;
    return top;
}

/* Puts what waits below the stack, no less deep than `least`. Blank lines go with the comment
 * that follows them, or with the line after them all. */
static bool settle(struct reader *r, size_t least) {
    size_t deepest = r->top;
    for (size_t i = 0; i < r->n_waiting;) {
        size_t last = i; /* of the run that goes together */
        while (last + 1 < r->n_waiting && r->waiting[last].text.n == 0) last++;
        const bool comment = r->waiting[last].text.n > 0;
        size_t parent = comment ? above(r, r->waiting[last].indent) : least;
        if (parent > deepest) parent = deepest;
        if (parent < least) parent = least;
        deepest = parent;
        for (; i <= last; i++) {
            const struct waiting *const one = &r->waiting[i];
            struct map_node *const node =
                add_node(r, parent, one->text.n ? MAP_COMMENT : MAP_BLANK, one->line, one->from,
                         one->to);
            if (!node) return false;
            node->text = one->text;
        }
    }
    r->n_waiting = 0;
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* ---- Characters
 * ------------------------------------------------------------------------------ */

/* Whether the line at hand is text. After too many that are not, the file is none. */
static bool check_characters(struct reader *r) {
    size_t bad = 0;
    const bool utf8 = trod_str_utf8(r->line, &bad);
    while (utf8 && bad < r->line.n) {
        const unsigned char c = (unsigned char)r->line.at[bad];
        if ((c < ' ' && c != '\t') || c == 0x7f) break;
        bad++;
    }
    if (utf8 && bad == r->line.n) return true;
    const unsigned char c = (unsigned char)r->line.at[bad];
    if (++r->n_bad_lines == MAX_BAD_LINES)
        map_hint(r->remarks,
                 wrong(r, "not-text", bad, "this is no text file: %d lines hold other bytes",
                       MAX_BAD_LINES),
                 "a map is plain text in the encoding UTF-8; the rest was not looked at");
    else if (utf8)
        map_hint(
            r->remarks,
            wrong(r, "encoding", bad, "a control character (U+%04X) stands in this line", c),
            "delete it");
    else
        map_hint(r->remarks, wrong(r, "encoding", bad, "a byte here (0x%02x) is no UTF-8", c),
                 "save the file in the encoding UTF-8");
    return false;
}

/* ---- One line with a keyword
 * ----------------------------------------------------------------- */

static void list_keywords(struct reader *r, struct trod_remark *remark, enum map_place place) {
    char text[400] = "";
    size_t n = 0, n_words;
    const struct map_word *const words = map_words(&n_words);
    for (size_t i = 0; i < n_words && n < sizeof text - 60; i++)
        if (words[i].places >> place & 1 && !trod_str_is(TROD_STR("x-"), words[i].keyword))
            n += (size_t)snprintf(text + n, sizeof text - n, "%s`%s`", n ? ", " : "",
                                  words[i].keyword);
    if (n)
        map_hint(r->remarks, remark, "%s may stand %s%s", map_place_name(place), text,
                 n < sizeof text - 60 ? "" : " and more");
    else
        map_hint(r->remarks, remark, "move it to the left, below the line that it belongs to");
}

static struct map_found unknown(struct reader *r, trod_str text, size_t indent,
                                enum map_place place) {
    size_t n = 0;
    while (n < text.n && !is_blank(text.at[n]) && text.at[n] != ':') n++;
    struct trod_remark *const remark =
        wrong(r, "unknown-keyword", indent, "`%s` is no keyword of a map",
              map_show(trod_str_slice(text, 0, n ? n : text.n)).at);
    if (!remark) return (struct map_found){0};
    const struct map_found meant = map_keyword_nearest(text, place);
    if (meant.word && meant.allowed)
        map_hint(r->remarks, remark, "did you mean `%s`?", meant.word->keyword);
    else if (meant.word)
        map_hint(r->remarks, remark, "did you mean `%s`? But that cannot stand here",
                 meant.word->keyword);
    else if (place == MAP_CLOSED || place == MAP_MATCH)
        map_hint(
            r->remarks, remark,
            "if it goes on with the text above, begin it with \"| \"; else indent it less");
    else
        list_keywords(r, remark, place);
    return meant;
}

/* "a persona, a stage or a touchpoint": where a keyword may stand. */
static void list_places(const struct map_word *word, char *text, size_t room) {
    size_t n_words;
    uint32_t places = 0;
    const struct map_word *const words = map_words(&n_words);
    for (size_t i = 0; i < n_words; i++)
        if (strcmp(words[i].keyword, word->keyword) == 0) places |= words[i].places;
    size_t n = 0;
    for (unsigned p = 0; p < MAP_N_PLACES && n < room; p++) {
        if (!(places >> p & 1)) continue;
        places &= ~(UINT32_C(1) << p);
        n += (size_t)snprintf(text + n, room - n, "%s%s",
                              n == 0   ? ""
                              : places ? ", "
                                       : " or ",
                              map_place_name((enum map_place)p));
    }
}

static void misplaced(struct reader *r, const struct map_word *word, size_t indent,
                      size_t parent) {
    char places[400];
    list_places(word, places, sizeof places);
    const enum map_place place = r->stack[parent].place;
    if (place == MAP_CLOSED || place == MAP_MATCH) {
        map_hint(r->remarks,
                 wrong(r, "misplaced", indent, "`%s` cannot stand below `%s`", word->keyword,
                       r->stack[parent].node->word->keyword),
                 "indent it less; it stands %s", places);
        return;
    }
    struct trod_remark *const remark = wrong(r, "misplaced", indent, "`%s` cannot stand %s",
                                             word->keyword, map_place_name(place));
    map_hint(r->remarks, remark,
             place == MAP_ROOT ? "indent it, so that it stands %s"
                               : "it stands %s; move or indent it accordingly",
             places);
}

static void add_text(char *text, size_t room, const char *more) {
    const size_t n = strlen(text);
    snprintf(text + n, room - n, "%s", more);
}

/* What the id could be, for a word that is none. */
static void hint_id(struct reader *r, struct trod_remark *remark, trod_str word,
                    const struct map_word *row) {
    char id[40];
    size_t n = 0;
    const size_t colon = trod_str_find(word, ':');
    if (colon != SIZE_MAX) word.n = colon;
    for (size_t i = 0; i < word.n && n + 1 < sizeof id; i++) {
        const char c = word.at[i];
        const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (keep || (c >= 'A' && c <= 'Z'))
            id[n++] = keep ? c : (char)(c - 'A' + 'a');
        else if (n && id[n - 1] != '-')
            id[n++] = '-';
    }
    while (n && id[n - 1] == '-') n--;
    id[n] = '\0';
    if (n)
        map_hint(r->remarks, remark,
                 "an id has only small letters, digits and \"-\", such as `%s`", id);
    else
        map_hint(r->remarks, remark, "write it like this: %s", row->example);
}

/* What did not fit, in words. */
static void unreadable(struct reader *r, const struct map_word *word, trod_str keyword) {
    const struct map_scan *const s = &r->scan;
    char wants[320] = "";
    for (unsigned i = 0; i < s->n_wants; i++) {
        const trod_str want = s->wants[i];
        const bool literal = trod_str_find(want, ' ') == SIZE_MAX;
        char one[120];
        snprintf(one, sizeof one, "%s%s%.*s%s",
                 i == 0                ? ""
                 : i + 1 == s->n_wants ? " or "
                                       : ", ",
                 literal ? "`" : "", TROD_ARG(want), literal ? "`" : "");
        add_text(wants, sizeof wants, one);
    }
    size_t far = s->far;
    while (far < s->line.n && is_blank(s->line.at[far])) far++;
    size_t to = far;
    while (to < s->line.n && !is_blank(s->line.at[to])) to++;
    struct trod_remark *remark;
    if (far >= s->line.n)
        remark = wrong(r, "syntax", s->base + far, "`%s` stops too early: %s should follow",
                       map_show(keyword).at, wants);
    else
        remark = wrong(r, "syntax", s->base + far, "`%s` does not fit: %s should stand here",
                       map_show(trod_str_slice(s->line, far, to)).at, wants);
    if (s->n_wants && trod_str_starts(s->wants[0], TROD_STR("an id")) && to > far)
        hint_id(r, remark, trod_str_slice(s->line, far, to), word);
    else
        map_hint(r->remarks, remark, "write it like this: %s", word->example);
}

/* The id at the start of a line that could not be read, so that what names it is not wrong too.
 */
static void rescue_id(struct reader *r, struct map_node *node) {
    struct map_scan *const s = &r->scan;
    s->n_wants = 0;
    s->n = 0;
    if (trod_str_starts(trod_str_of(node->word->pattern), TROD_STR("<id:id>")) &&
        (map_pattern_read(s, "<id:id>") || s->n == 1)) {
        struct map_arg *const arg = TROD_NEW(r->doc->arena, struct map_arg);
        if (!arg) return;
        *arg = s->args[0];
        node->args = arg;
        node->n_args = 1;
    }
}

static trod_status read_arguments(struct reader *r, struct map_node *node, size_t at,
                                  struct trod_error *error) {
    const struct map_word *const word = node->word;
    struct map_scan *const s = &r->scan;
    trod_str rest = trod_str_slice(r->line, at, r->line.n);
    if (rest.n && rest.at[0] == ':' && word->pattern[0] == '<' &&
        !trod_str_starts(trod_str_of(word->pattern), TROD_STR("<id:id>"))) {
        map_hint(r->remarks,
                 wrong(r, "syntax", at, "there is no colon after `%s`", word->keyword),
                 "write it like this: %s", word->example);
        node->broken = true;
        rest = trod_str_slice(rest, 1, rest.n);
    }
    struct map_tail tail = {.text = trod_str_trim(rest)};
    s->line = tail.text;
    if (word->flags & MAP_PROOF) {
        tail = map_proof_read(rest);
        node->research = tail.research;
        node->note = tail.note;
        s->line = map_proof_unescape(&tail, r->doc->arena);
        if (!s->line.at && tail.text.n)
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    s->base = tail.text.at ? (size_t)(tail.text.at - r->line.at) : r->line.n;
    if (s->line.n == 0) s->base = r->line.n;
    node->body = (uint32_t)s->base;
    const bool fits = map_pattern_read(s, word->pattern);
    if (s->no_memory) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (!fits) {
        if (!node->broken) unreadable(r, word, node->keyword);
        node->broken = true;
        rescue_id(r, node);
        return TROD_OK;
    }
    if ((r->doc->n_args += s->n) > MAX_ARGS) return too_much(error, "words in lists", MAX_ARGS);
    if (s->n == 0) return TROD_OK;
    node->args = TROD_NEW_ARRAY(r->doc->arena, s->n, struct map_arg);
    if (!node->args) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    memcpy(node->args, s->args, s->n * sizeof *s->args);
    node->n_args = s->n;
    if (tail.literal && !node->research.n) { /* the spelling keeps its escapes */
        struct map_arg *const last = &node->args[s->n - 1];
        last->raw = trod_str_slice(tail.text, last->offset - s->base, tail.text.n);
    }
    return TROD_OK;
}

/* What `node` says; `quietly`: it had an error of indent, of which others may only follow. */
static trod_status read_keyword(struct reader *r, struct map_node *node, size_t indent,
                                size_t parent, bool quietly, struct trod_error *error) {
    const enum map_place place = r->stack[parent].place;
    const trod_str text = trod_str_slice(r->line, indent, r->line.n);
    if (place == MAP_OPAQUE) {
        node->kind = MAP_RAW;
        node->text = trod_str_trim(text);
        return TROD_OK;
    }
    struct map_found found = map_keyword_find(text, place);
    if (!found.word) {
        found = unknown(r, text, indent, place);
        node->broken = true;
        if (!found.word || !found.allowed) return TROD_OK; /* and all below it */
    } else if (!found.allowed) {
        if (!quietly) misplaced(r, found.word, indent, parent);
        node->broken = true;
    }
    node->word = found.word;
    const bool as_written =
        found.word->flags & MAP_PREFIXED || trod_str_starts(text, TROD_STR("x-"));
    node->keyword =
        as_written ? trod_str_slice(text, 0, found.n) : trod_str_of(found.word->keyword);
    return read_arguments(r, node, indent + (found.word->flags & MAP_PREFIXED ? 0 : found.n),
                          error);
}

/* ---- Lines
 * ----------------------------------------------------------------------------------- */

static bool check_indent(struct reader *r, size_t n_blanks, size_t indent, size_t parent) {
    if (r->stack[parent].place == MAP_OPAQUE) return true;
    const bool tab = n_blanks && memchr(r->line.at, '\t', n_blanks) != NULL;
    if (tab)
        map_hint(r->remarks, wrong(r, "tab", 0, "a tab stands in the indent of this line"),
                 "indent with spaces, 2 for each level");
    else if (indent == parent * 2)
        return true;
    else if (parent == 0)
        map_hint(r->remarks,
                 wrong(r, "indent", 0, "this line is indented, but belongs to none above it"),
                 "begin it at the left edge");
    else
        map_hint(r->remarks,
                 wrong(r, "indent", 0, "this line is indented by %zu space%s", indent,
                       indent == 1 ? "" : "s"),
                 "2 spaces for each level make %zu, to belong to line %" PRIu32, parent * 2,
                 r->stack[parent].node->line);
    return false;
}

static trod_status read_long(struct reader *r, size_t n_blanks, size_t indent,
                             struct trod_error *error) {
    const size_t parent = above(r, indent);
    if (!settle(r, parent))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    r->top = parent;
    if (parent == 0) {
        map_hint(r->remarks,
                 wrong(r, "misplaced", n_blanks, "long text belongs to no line above it"),
                 "indent it by 2 spaces more than the line to which it belongs");
        return TROD_OK;
    }
    struct map_node *const node =
        add_node(r, parent, MAP_LONG, r->number, r->from, r->from + r->line.n);
    if (!node) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    node->text = trod_str_slice(r->line, n_blanks + 1, r->line.n);
    if (node->text.n && node->text.at[0] == ' ')
        node->text = trod_str_slice(node->text, 1, node->text.n);
    return TROD_OK;
}

static trod_status read_line(struct reader *r, struct trod_error *error) {
    size_t n_blanks = 0, indent = 0; /* a tab, which is an error, counts as one level */
    for (; n_blanks < r->line.n && is_blank(r->line.at[n_blanks]); n_blanks++)
        indent += r->line.at[n_blanks] == '\t' ? 2 : 1;
    const trod_str text = trod_str_trim(trod_str_slice(r->line, n_blanks, r->line.n));
    if (text.n == 0 || text.at[0] == '#') {
        const struct waiting one = {text, r->number, r->from, r->from + r->line.n, indent};
        return TROD_PUSH(r->doc->arena, r->waiting, r->n_waiting, r->waiting_room, one)
                   ? TROD_OK
                   : trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    }
    if (text.at[0] == '|') return read_long(r, n_blanks, indent, error);
    const size_t parent = above(r, indent);
    if (parent > MAX_LEVELS) {
        if (!r->too_deep)
            map_hint(r->remarks,
                     wrong(r, "nesting", 0, "lines are nested more than %d deep", MAX_LEVELS),
                     "split the blocks; nothing deeper was looked at");
        r->too_deep = true;
        return TROD_OK;
    }
    if (!settle(r, parent))
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    r->top = parent;
    const bool straight = check_indent(r, n_blanks, indent, parent);
    struct map_node *const node =
        add_node(r, parent, MAP_LINE, r->number, r->from, r->from + r->line.n);
    if (!node) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    const trod_status status = read_keyword(r, node, n_blanks, parent, !straight, error);
    r->top = parent + 1;
    r->stack[r->top].node = node;
    r->stack[r->top].indent = indent;
    r->stack[r->top].place =
        node->word && node->kind == MAP_LINE ? node->word->opens : MAP_OPAQUE;
    return status;
}

static trod_status read_lines(struct reader *r, struct trod_error *error) {
    const trod_str text = r->doc->text;
    size_t at = r->doc->bom ? 3 : 0;
    trod_status status = TROD_OK;
    while (at < text.n && status == TROD_OK) {
        const size_t n = trod_str_find(trod_str_slice(text, at, text.n), '\n');
        const size_t to = n == SIZE_MAX ? text.n : at + n;
        if (++r->doc->n_lines > MAX_LINES) return too_much(error, "lines", MAX_LINES);
        r->number = (uint32_t)r->doc->n_lines;
        r->from = at;
        r->line = trod_str_slice(text, at, to);
        if (r->line.n && r->line.at[r->line.n - 1] == '\r') {
            r->line.n--;
            if (r->number == 1) r->doc->crlf = true;
        }
        if (r->line.n > MAX_LINE_BYTES) {
            map_hint(r->remarks,
                     wrong(r, "line-too-long", 0, "this line has more than %d bytes",
                           MAX_LINE_BYTES),
                     "write long text on several lines, each beginning with \"| \"");
        } else if (check_characters(r)) {
            status = read_line(r, error);
        } else if (r->n_bad_lines == MAX_BAD_LINES) {
            break;
        }
        at = to + 1;
    }
    if (status == TROD_OK && !settle(r, 0))
        status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return status;
}

/* ---- What a block must and may have
 * ---------------------------------------------------------- */

static void check_block(struct map_remarks *remarks, const struct map_node *parent,
                        enum map_place place, const struct map_node **seen,
                        const struct map_node **seen_in) {
    size_t n_words;
    const struct map_word *const words = map_words(&n_words);
    for (const struct map_node *child = parent->first; child; child = child->next) {
        if (child->kind != MAP_LINE || !child->word) continue;
        const size_t i = (size_t)(child->word - words);
        if (seen_in[i] == parent && words[i].flags & MAP_ONCE)
            map_hint(remarks,
                     map_remark(remarks, TROD_ERROR, "twice", child->line,
                                child->level * 2u + 1, "`%s` stands twice in this block",
                                words[i].keyword),
                     "keep one of the two; the other is line %" PRIu32, seen[i]->line);
        if (seen_in[i] != parent) seen[i] = child;
        seen_in[i] = parent;
    }
    if (place == MAP_ROOT || place == MAP_OPAQUE || place == MAP_CLOSED || parent->broken)
        return;
    for (size_t i = 0; i < n_words; i++)
        if (words[i].flags & MAP_REQUIRED && words[i].places >> place & 1 &&
            seen_in[i] != parent)
            map_hint(remarks,
                     map_remark(remarks, TROD_ERROR, "missing-line", parent->line,
                                parent->level * 2u + 1, "this %s has no `%s`",
                                parent->word->keyword, words[i].keyword),
                     "add a line such as: %s", words[i].example);
}

static bool check_blocks(struct trod_doc *doc, struct map_remarks *remarks) {
    size_t n_words;
    map_words(&n_words);
    const struct map_node **const seen =
        TROD_NEW_ARRAY(doc->arena, n_words * 2, const struct map_node *);
    if (!seen) return false;
    for (struct map_node *node = doc->root; node; node = map_node_after(node, doc->root)) {
        if (node == doc->root) {
            check_block(remarks, node, MAP_ROOT, seen, seen + n_words);
            continue;
        }
        if (node->kind != MAP_LINE || !node->word) continue;
        check_block(remarks, node, node->word->opens, seen, seen + n_words);
        const struct map_arg *const last = node->n_args ? &node->args[node->n_args - 1] : NULL;
        if (node->broken || !last || last->leaf != MAP_LEAF_TEXT || last->text.n ||
            node->word->flags & MAP_BARE)
            continue;
        bool more = false;
        for (const struct map_node *child = node->first; child; child = child->next)
            more = more || child->kind == MAP_LONG;
        if (more) continue;
        node->broken = true;
        map_hint(remarks,
                 map_remark(remarks, TROD_ERROR, "missing-text", node->line,
                            node->level * 2u + 1, "`%s` says nothing", node->word->keyword),
                 "write it like this: %s", node->word->example);
    }
    return true;
}

trod_status map_doc_read(trod_str text, trod_str name, struct trod_arena *arena,
                         struct map_remarks *remarks, struct trod_doc **doc,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    struct reader *const r = TROD_NEW(arena, struct reader);
    *doc = NULL;
    TROD_TRY_ALLOC(r, error);
    *doc = r->doc = map_doc_make(name, arena);
    TROD_TRY_ALLOC(r->doc, error);
    r->doc->text = trod_arena_copy(arena, text);
    TROD_TRY_ALLOC(r->doc->text.at, error);
    r->doc->bom = trod_str_starts(text, TROD_STR("\xef\xbb\xbf"));
    r->remarks = remarks;
    r->scan.arena = arena;
    r->stack[0].node = r->doc->root;
    r->stack[0].place = MAP_ROOT;
    const size_t nul = trod_str_find(text, '\0');
    if (nul != SIZE_MAX) {
        r->number = 1;
        for (size_t i = 0; i < nul; i++) r->number += text.at[i] == '\n';
        map_hint(remarks,
                 map_remark(remarks, TROD_ERROR, "not-text", r->number, 0,
                            "this is no text file: it has a byte that is 0"),
                 "a map is plain text; save it in the encoding UTF-8");
        goto done;
    }
    TROD_TRY(read_lines(r, error));
    if (!check_blocks(r->doc, remarks))
        status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
done:
    if (status != TROD_OK) trod_error_place(error, r && r->doc ? r->doc->name.at : "", 0, 0);
    return status;
}
