/* tree_map: a process tree as the text of a map of one stage.
 *
 *     sequence     lines one after another
 *     choice       choose, with a way for each; of a part and nothing: optional
 *     any order    any order; a sequence in it is a choose of one way, which holds it together
 *     loop         repeat, with between; of one label and nothing: repeats
 *
 * Titles keep the labels to the letter, so that events find them. Ids are made from them and
 * are unique; a way is called after the first touchpoint in it. A draft says more: stages, with
 * blocks round them, windows, shares, channels and owners (draft_lines.c).
 */
#include <stdio.h>

#include "map/draft.h"

enum { MOST_LEVELS = 200, MOST_LABEL_BYTES = 60000, MOST_ID_BYTES = 48, MOST_TITLE_CHARS = 60 };

static trod_status no_memory(struct draft_maker *maker) {
    return trod_fail(maker->error, TROD_NO_MEMORY, "there is not enough memory");
}

/* ---- Ids
 * ------------------------------------------------------------------------------------- */

/* "Check ticket (2)" gives "check-ticket-2". */
static size_t make_stem(const char *before, trod_str label, char at[80]) {
    size_t n = (size_t)snprintf(at, 16, "%s", before);
    const size_t least = n;
    for (size_t i = 0; i < label.n && n < MOST_ID_BYTES; i++) {
        const char c = label.at[i];
        const char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
            at[n++] = lower;
        else if (n > least && at[n - 1] != '-')
            at[n++] = '-';
    }
    while (n > least && at[n - 1] == '-') n--;
    if (n == least) n += (size_t)snprintf(at + n, 8, "step");
    return n;
}

static uint32_t add_id(struct draft_maker *maker, trod_str id) {
    const uint32_t first = 2;
    const uint32_t at = trod_dict_add(maker->ids, id);
    if (at == TROD_NO_ID ||
        !TROD_PUSH(maker->arena, maker->next, maker->n_next, maker->next_room, first))
        return TROD_NO_ID;
    return at;
}

/* The second "check-ticket" is "check-ticket-2". Missing without memory. */
static trod_str make_id(struct draft_maker *maker, const char *before, trod_str label) {
    char at[80];
    size_t n = make_stem(before, label, at);
    const size_t stem = n;
    const uint32_t first = trod_dict_find(maker->ids, (trod_str){at, n});
    while (first != TROD_NO_ID && trod_dict_find(maker->ids, (trod_str){at, n}) != TROD_NO_ID)
        n = stem + (size_t)snprintf(at + stem, 16, "-%u", maker->next[first]++);
    if (add_id(maker, (trod_str){at, n}) == TROD_NO_ID) return (trod_str){0};
    return trod_arena_copy(maker->arena, (trod_str){at, n});
}

/* ---- Lines
 * ----------------------------------------------------------------------------------- */

trod_status map_draft_line(struct draft_maker *maker, struct map_node *parent,
                           const char *keyword, struct map_node **line) {
    const bool top = parent == maker->doc->root;
    if (!top && parent->level >= MOST_LEVELS)
        return trod_fail(maker->error, TROD_TOO_MUCH,
                         "this process tree needs a map that is nested more than %d deep",
                         MOST_LEVELS);
    *line = map_node_add(maker->doc, parent, MAP_LINE);
    if (!*line) return no_memory(maker);
    (*line)->keyword = trod_str_of(keyword);
    (*line)->word = map_word_of((*line)->keyword, top ? MAP_ROOT : parent->word->opens);
    CHECK((*line)->word);
    return TROD_OK;
}

bool map_draft_arg(struct draft_maker *maker, struct map_node *line, size_t *room,
                   const char *slot, enum map_leaf leaf, trod_str text) {
    const struct map_arg arg = {
        .slot = slot, .slot_n = (uint8_t)strlen(slot), .leaf = leaf, .text = text};
    return map_node_arg(maker->doc, line, room, &arg);
}

/* "KEYWORD id share%: title"; a title that no line can hold stands below it as long text. */
static trod_status add_head(struct draft_maker *maker, struct map_node *line, trod_str id,
                            trod_str share, trod_str title) {
    size_t room = 0;
    const bool in_line =
        title.n && trod_str_trim(title).n == title.n && trod_str_find(title, '\n') == SIZE_MAX;
    if (!id.at || !map_draft_arg(maker, line, &room, "id", MAP_LEAF_ID, id) ||
        (share.n && !map_draft_arg(maker, line, &room, "share", MAP_LEAF_PERCENT, share)) ||
        !map_draft_arg(maker, line, &room, "title", MAP_LEAF_TEXT,
                       in_line ? title : TROD_STR("")))
        return no_memory(maker);
    for (size_t at = 0; !in_line && at <= title.n;) {
        struct map_node *const more = map_node_add(maker->doc, line, MAP_LONG);
        if (!more) return no_memory(maker);
        const trod_str rest = trod_str_slice(title, at, title.n);
        const size_t n = trod_str_find(rest, '\n');
        more->text = trod_str_slice(rest, 0, n);
        at = n == SIZE_MAX ? title.n + 1 : at + n + 1;
    }
    return TROD_OK;
}

/* ---- Titles
 * ---------------------------------------------------------------------------------- */

static trod_status check_label(struct draft_maker *maker, trod_str label) {
    if (label.n > MOST_LABEL_BYTES)
        return trod_fail(maker->error, TROD_TOO_MUCH, "a label is longer than %d bytes",
                         MOST_LABEL_BYTES);
    for (size_t i = 0; i < label.n; i++) {
        const unsigned char c = (unsigned char)label.at[i];
        if ((c >= ' ' && c != 0x7f) || c == '\t' || c == '\n') continue;
        const trod_status status = trod_fail(
            maker->error, TROD_BAD_INPUT, "the label '%s' holds a control character (U+%04X)",
            map_show(label).at, c);
        trod_error_hint(maker->error, "a map cannot hold it: take it out of the tree's labels");
        return status;
    }
    return TROD_OK;
}

/* The label of the first touchpoint of a tree; counts them up to `most`. */
static trod_str first_label(const struct trod_tree *tree, size_t most, size_t *n) {
    trod_str first = {0};
    if (tree->op == TROD_TREE_LABEL) {
        ++*n;
        return tree->label;
    }
    for (size_t i = 0; i < tree->n && *n < most; i++) {
        const trod_str one = first_label(tree->children[i], most, n);
        if (!first.at) first = one;
    }
    return first;
}

/* What a way is called: its only touchpoint, or the first of several: "Check ticket …". */
static trod_str way_title(struct draft_maker *maker, const struct trod_tree *tree) {
    size_t n = 0, end = 0, n_chars = 0;
    trod_str label = first_label(tree, 2, &n);
    if (n == 0) return TROD_STR("Nothing");
    label = trod_str_trim(label);
    label = trod_str_trim(trod_str_slice(label, 0, trod_str_find(label, '\n')));
    while (end < label.n && n_chars++ < MOST_TITLE_CHARS) trod_str_next(label, &end);
    if (label.n == 0) return TROD_STR("Something");
    if (n == 1 && end == label.n) return label;
    return trod_arena_format(maker->arena, "%.*s \xe2\x80\xa6",
                             TROD_ARG(trod_str_trim(trod_str_slice(label, 0, end))));
}

/* ---- Blocks
 * ---------------------------------------------------------------------------------- */

static trod_status put_tree(struct draft_maker *maker, struct map_node *parent,
                            const struct trod_tree *tree);

/* All parts of a sequence, each by its own lines; any other tree as it is. */
static trod_status put_parts(struct draft_maker *maker, struct map_node *parent,
                             const struct trod_tree *tree) {
    trod_status status = TROD_OK;
    if (tree->op != TROD_TREE_SEQUENCE) return put_tree(maker, parent, tree);
    for (size_t i = 0; i < tree->n; i++) TROD_TRY(put_tree(maker, parent, tree->children[i]));
done:
    return status;
}

/* A touchpoint that may be left out has its share in `share`. */
static trod_status put_touchpoint(struct draft_maker *maker, struct map_node *parent,
                                  const struct trod_tree *label, bool optional, trod_str share,
                                  bool repeats) {
    trod_status status = TROD_OK;
    struct map_node *line = NULL, *inner = NULL;
    size_t room = 0;
    TROD_TRY(check_label(maker, label->label));
    if (label->note)
        TROD_TRY(
            map_draft_remarks(maker, parent, label->note->remarks, label->note->n_remarks));
    TROD_TRY(map_draft_line(maker, parent, "touchpoint", &line));
    TROD_TRY(
        add_head(maker, line, make_id(maker, "", label->label), (trod_str){0}, label->label));
    if (optional) TROD_TRY(map_draft_line(maker, line, "optional", &inner));
    if (share.n && !map_draft_arg(maker, inner, &room, "share", MAP_LEAF_PERCENT, share))
        TROD_TRY(no_memory(maker));
    if (repeats) TROD_TRY(map_draft_line(maker, line, "repeats", &inner));
    if (label->note) TROD_TRY(map_draft_touchpoint(maker, line, label->note));
done:
    return status;
}

static trod_status put_way(struct draft_maker *maker, struct map_node *choose, trod_str share,
                           const struct trod_tree *tree) {
    trod_status status = TROD_OK;
    struct map_node *way = NULL;
    const trod_str title = way_title(maker, tree);
    if (!title.at) return no_memory(maker);
    TROD_TRY(check_label(maker, title));
    TROD_TRY(map_draft_line(maker, choose, "way", &way));
    TROD_TRY(add_head(maker, way, make_id(maker, "way-", title), share, title));
    TROD_TRY(put_parts(maker, way, tree));
done:
    return status;
}

static trod_status put_choice(struct draft_maker *maker, struct map_node *parent,
                              const struct trod_tree *tree) {
    trod_status status = TROD_OK;
    struct map_node *choose = NULL;
    TROD_TRY(map_draft_line(maker, parent, "choose", &choose));
    for (size_t i = 0; i < tree->n; i++)
        TROD_TRY(put_way(maker, choose, map_draft_share(maker, tree, i), tree->children[i]));
done:
    return status;
}

static bool is_star(const struct trod_tree *tree) {
    return tree->op == TROD_TREE_LOOP && tree->children[0]->op == TROD_TREE_LABEL &&
           tree->children[1]->op == TROD_TREE_SILENT;
}

/* What may be left out: which part of a choice between it and nothing; else tree->n. */
static size_t optional_part(const struct trod_tree *tree) {
    if (tree->op != TROD_TREE_CHOICE || tree->n != 2) return tree->n;
    const bool first = tree->children[0]->op == TROD_TREE_SILENT;
    const bool second = tree->children[1]->op == TROD_TREE_SILENT;
    return first == second ? tree->n : first;
}

/* "optional 30%" round what is put into *block. */
static trod_status open_optional(struct draft_maker *maker, struct map_node *parent,
                                 const struct trod_tree *choice, struct map_node **block) {
    trod_status status = TROD_OK;
    size_t room = 0;
    const trod_str share = map_draft_share(maker, choice, optional_part(choice));
    TROD_TRY(map_draft_line(maker, parent, "optional", block));
    if (share.n && !map_draft_arg(maker, *block, &room, "share", MAP_LEAF_PERCENT, share))
        TROD_TRY(no_memory(maker));
done:
    return status;
}

static trod_status put_optional(struct draft_maker *maker, struct map_node *parent,
                                const struct trod_tree *choice) {
    trod_status status = TROD_OK;
    struct map_node *block = NULL;
    const size_t part = optional_part(choice);
    const struct trod_tree *const body = choice->children[part];
    const trod_str share = map_draft_share(maker, choice, part);
    if (body->op == TROD_TREE_LABEL)
        return put_touchpoint(maker, parent, body, true, share, false);
    if (is_star(body))
        return put_touchpoint(maker, parent, body->children[0], true, share, true);
    TROD_TRY(open_optional(maker, parent, choice, &block));
    TROD_TRY(put_parts(maker, block, body));
done:
    return status;
}

static trod_status put_any_order(struct draft_maker *maker, struct map_node *parent,
                                 const struct trod_tree *tree) {
    trod_status status = TROD_OK;
    struct map_node *block = NULL, *choose = NULL;
    TROD_TRY(map_draft_line(maker, parent, "any order", &block));
    for (size_t i = 0; i < tree->n; i++) {
        const struct trod_tree *const part = tree->children[i];
        if (part->op != TROD_TREE_SEQUENCE) {
            TROD_TRY(put_tree(maker, block, part));
            continue;
        }
        TROD_TRY(map_draft_line(maker, block, "choose", &choose));
        TROD_TRY(put_way(maker, choose, (trod_str){0}, part));
    }
done:
    return status;
}

static trod_status put_loop(struct draft_maker *maker, struct map_node *parent,
                            const struct trod_tree *tree) {
    trod_status status = TROD_OK;
    struct map_node *repeat = NULL, *between = NULL;
    if (is_star(tree))
        return put_touchpoint(maker, parent, tree->children[0], false, (trod_str){0}, true);
    TROD_TRY(map_draft_line(maker, parent, "repeat", &repeat));
    TROD_TRY(put_parts(maker, repeat, tree->children[0]));
    if (tree->children[1]->op == TROD_TREE_SILENT) return TROD_OK;
    TROD_TRY(map_draft_line(maker, repeat, "between", &between));
    TROD_TRY(put_parts(maker, between, tree->children[1]));
done:
    return status;
}

/* Depth is bounded: each level of the tree but sequences, which are never in each other, is a
 * level of the map. */
static trod_status put_tree(struct draft_maker *maker, struct map_node *parent,
                            const struct trod_tree *tree) {
    switch (tree->op) {
    case TROD_TREE_SILENT:
        return TROD_OK;
    case TROD_TREE_LABEL:
        return put_touchpoint(maker, parent, tree, false, (trod_str){0}, false);
    case TROD_TREE_SEQUENCE:
        return put_parts(maker, parent, tree);
    case TROD_TREE_CHOICE:
        return optional_part(tree) < tree->n ? put_optional(maker, parent, tree)
                                             : put_choice(maker, parent, tree);
    case TROD_TREE_ANY_ORDER:
        return put_any_order(maker, parent, tree);
    case TROD_TREE_LOOP:
        return put_loop(maker, parent, tree);
    }
    return TROD_OK;
}

/* ---- Stages
 * ---------------------------------------------------------------------------------- */

static trod_status put_stage(struct draft_maker *maker, struct map_node *parent,
                             const struct trod_tree *tree, trod_str title, trod_str id_from) {
    trod_status status = TROD_OK;
    struct map_node *stage = NULL;
    TROD_TRY(check_label(maker, title));
    if (parent == maker->doc->root && !map_node_add(maker->doc, parent, MAP_BLANK))
        TROD_TRY(no_memory(maker));
    if (tree->note)
        TROD_TRY(map_draft_remarks(maker, parent, tree->note->remarks, tree->note->n_remarks));
    TROD_TRY(map_draft_line(maker, parent, "stage", &stage));
    if (tree->note && tree->op != TROD_TREE_LABEL)
        TROD_TRY(map_draft_window(maker, stage, "takes", &tree->note->takes));
    TROD_TRY(put_parts(maker, stage, tree));
    TROD_TRY(add_head(maker, stage, make_id(maker, "", id_from), (trod_str){0}, title));
done:
    return status;
}

/* What is round stages. Depth is bounded as that of blocks. */
static trod_status put_stages(struct draft_maker *maker, struct map_node *parent,
                              const struct trod_tree *tree) {
    trod_status status = TROD_OK;
    struct map_node *block = parent, *between = NULL;
    const bool optional = optional_part(tree) < tree->n;
    if (tree->op == TROD_TREE_SILENT) return TROD_OK;
    if (tree->note && tree->note->stage.n)
        return put_stage(maker, parent, tree, tree->note->stage, tree->note->stage);
    if (tree->op == TROD_TREE_LABEL || (tree->op == TROD_TREE_CHOICE && !optional))
        return put_stage(maker, parent, tree, way_title(maker, tree), TROD_STR("stage"));
    if (tree->op != TROD_TREE_SEQUENCE && parent == maker->doc->root &&
        !map_node_add(maker->doc, parent, MAP_BLANK))
        TROD_TRY(no_memory(maker));
    if (optional) {
        TROD_TRY(open_optional(maker, parent, tree, &block));
        return put_stages(maker, block, tree->children[optional_part(tree)]);
    }
    if (tree->op == TROD_TREE_ANY_ORDER)
        TROD_TRY(map_draft_line(maker, parent, "any order", &block));
    if (tree->op == TROD_TREE_LOOP) {
        TROD_TRY(map_draft_line(maker, parent, "repeat", &block));
        TROD_TRY(put_stages(maker, block, tree->children[0]));
        if (tree->children[1]->op == TROD_TREE_SILENT) goto done;
        TROD_TRY(map_draft_line(maker, block, "between", &between));
        TROD_TRY(put_stages(maker, between, tree->children[1]));
        goto done;
    }
    for (size_t i = 0; i < tree->n; i++) TROD_TRY(put_stages(maker, block, tree->children[i]));
done:
    return status;
}

static bool has_stage(const struct trod_tree *tree) {
    if (tree->note && tree->note->stage.n) return true;
    for (size_t i = 0; i < tree->n; i++)
        if (has_stage(tree->children[i])) return true;
    return false;
}

/* ---- The whole
 * ------------------------------------------------------------------------------- */

/* "trees/repair.im.tree.txt" gives "repair.im". */
static trod_str title_of(const char *name) {
    trod_str title = trod_str_of(name ? name : "");
    for (size_t i = title.n; i-- > 0;)
        if (title.at[i] == '/') {
            title = trod_str_slice(title, i + 1, title.n);
            break;
        }
    if (trod_str_ends(title, TROD_STR(".txt"))) title.n -= strlen(".txt");
    if (trod_str_ends(title, TROD_STR(".tree"))) title.n -= strlen(".tree");
    title = trod_str_trim(title);
    const bool piped = trod_str_is(title, "-") || trod_str_is(title, "standard input");
    bool plain = title.n > 0 && title.n < 1000 && !piped;
    for (size_t i = 0; i < title.n; i++)
        plain = plain && (unsigned char)title.at[i] >= ' ' && title.at[i] != 0x7f;
    return plain && trod_str_utf8(title, NULL) ? title : TROD_STR("Journey");
}

/* The id that the touchpoint of each label got: the labels are all different, so it is what it
 * would be made of now but for the number behind it, which the dictionary knows. */
static bool ids_of(struct draft_maker *maker, const trod_str *labels, size_t n, trod_str *ids) {
    for (size_t i = 0; i < n; i++) ids[i] = (trod_str){0};
    for (struct map_node *node = maker->doc->root->first; node;
         node = map_node_after(node, maker->doc->root)) {
        if (node->kind != MAP_LINE || !trod_str_is(node->keyword, "touchpoint")) continue;
        for (size_t i = 0; i < n; i++)
            if (trod_str_equal(map_arg_text(node, "title"), labels[i]))
                ids[i] = map_arg_text(node, "id");
    }
    for (size_t i = 0; i < n; i++)
        if (!ids[i].n) return false;
    return true;
}

static trod_status put_journey(struct draft_maker *maker, const struct trod_draft *draft,
                               struct map_node *journey) {
    trod_status status = TROD_OK;
    struct map_node *state = NULL;
    size_t room = 0;
    trod_str *const first = TROD_NEW_ARRAY(maker->arena, draft->n_first, trod_str);
    trod_str *const last = TROD_NEW_ARRAY(maker->arena, draft->n_last, trod_str);
    if (!first || !last) TROD_TRY(no_memory(maker));
    TROD_TRY(add_head(maker, journey, make_id(maker, "", draft->title), (trod_str){0},
                      draft->title));
    if (draft->as_is) {
        TROD_TRY(map_draft_line(maker, journey, "state", &state));
        if (!map_draft_arg(maker, state, &room, "state", MAP_LEAF_CHOICE, TROD_STR("as-is")))
            TROD_TRY(no_memory(maker));
    }
    if (draft->n_first && draft->n_last && draft->whole.most_us > 0 &&
        ids_of(maker, draft->first, draft->n_first, first) &&
        ids_of(maker, draft->last, draft->n_last, last))
        TROD_TRY(map_draft_span(maker, journey, draft, make_id(maker, "", TROD_STR("whole")),
                                first, last));
done:
    return status;
}

/* The ids of touchpoints and ways come first, so that those of journey and stage give way. */
static trod_status make_map(struct draft_maker *maker, const struct trod_draft *draft) {
    trod_status status = TROD_OK;
    struct map_node *const root = maker->doc->root;
    struct map_node *journey = NULL;
    TROD_TRY(map_draft_remarks(maker, root, draft->remarks, draft->n_remarks));
    if (draft->n_remarks && !map_node_add(maker->doc, root, MAP_BLANK))
        TROD_TRY(no_memory(maker));
    TROD_TRY(map_draft_line(maker, root, "journey", &journey));
    if (has_stage(draft->tree))
        TROD_TRY(put_stages(maker, root, draft->tree));
    else
        TROD_TRY(put_stage(maker, root, draft->tree, TROD_STR("All steps"), TROD_STR("all")));
    TROD_TRY(put_journey(maker, draft, journey));
done:
    return status;
}

static trod_status write_draft(const struct trod_draft *draft, const char *name,
                               struct trod_buf *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draft_maker maker = {.name = name, .error = error};
    maker.arena = trod_arena_make(0);
    TROD_TRY_ALLOC(maker.arena, error);
    maker.ids = trod_dict_make(0);
    TROD_TRY_ALLOC(maker.ids, error);
    maker.doc = map_doc_make(TROD_STR(""), maker.arena);
    TROD_TRY_ALLOC(maker.doc, error);
    TROD_TRY(make_map(&maker, draft));
    if (!map_doc_write(maker.doc, out, NULL))
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "the map of this tree is too large to write"));
done:
    if (status != TROD_OK) trod_error_place(error, name ? name : "", 0, 0);
    trod_dict_free(maker.ids);
    trod_arena_free(maker.arena);
    return status;
}

trod_status trod_draft_write(const struct trod_draft *draft, struct trod_buf *out,
                             struct trod_error *error) {
    return write_draft(draft, NULL, out, error);
}

trod_status trod_tree_to_map(const struct trod_tree *tree, const char *name,
                             struct trod_buf *out, struct trod_error *error) {
    const struct trod_draft draft = {.tree = tree, .title = title_of(name)};
    return write_draft(&draft, name, out, error);
}

trod_status trod_map_from_tree(trod_str text, const char *name, struct trod_buf *out,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_tree *tree = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY(trod_tree_read(text, name, arena, &tree, error));
    TROD_TRY(trod_tree_to_map(tree, name, out, error));
done:
    trod_arena_free(arena);
    return status;
}
