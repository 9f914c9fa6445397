/* Spelling: arguments as text, lines in canonical spacing.
 *
 * Whoever reads a line again must get the same arguments, so quotes stand where a text would be
 * taken for something else without them, and the last words of a line that may end in a proof
 * are escaped. An argument that remembers its spelling (`raw`) is written as it was.
 */
#include "map/pattern.h"
#include "map/proof.h"

static const struct map_arg *next_arg(const struct map_scan *s, trod_str slot) {
    if (s->k >= s->n_in) return NULL;
    const struct map_arg *const arg = &s->in[s->k];
    return trod_str_equal((trod_str){arg->slot, arg->slot_n}, slot) ? arg : NULL;
}

static bool has_break(trod_str text) {
    return trod_str_find(text, '\n') != SIZE_MAX || trod_str_find(text, '\r') != SIZE_MAX;
}

static bool has_outer_blank(trod_str text) {
    return trod_str_trim(text).n != text.n;
}

static bool is_one_of(trod_str text, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (trod_str_is(text, words[i])) return true;
    return false;
}

static bool name_needs_quotes(trod_str text, bool of_condition) {
    static const char *const reserved[] = {"with", "and", "for", "profile"};
    if (text.n == 0 || map_bare_word(text, 0, false).n != text.n || has_outer_blank(text))
        return true;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.at[i] < ' ' ||
            (of_condition && strchr("=<>!()", text.at[i]) != NULL))
            return true;
    if (of_condition && map_op_at(text, 0).n == text.n) return true;
    return is_one_of(text, reserved, TROD_COUNT(reserved));
}

static bool quotes_wanted(enum map_leaf leaf, trod_str text) {
    switch (leaf) {
    case MAP_LEAF_NAME:
    case MAP_LEAF_NAMES:
        return name_needs_quotes(text, false);
    case MAP_LEAF_COND:
        return name_needs_quotes(text, true);
    case MAP_LEAF_ITEMS:
        return text.n == 0 || text.at[0] == '"' || has_outer_blank(text) ||
               trod_str_find(text, ',') != SIZE_MAX;
    case MAP_LEAF_LABEL:
        return text.n == 0 || text.at[0] == '"' || has_outer_blank(text) ||
               trod_str_find(text, ':') != SIZE_MAX ||
               trod_str_contains(text, TROD_STR(" until ")) ||
               trod_str_contains(text, TROD_STR(" on "));
    default:
        return false;
    }
}

static bool put_arg(struct map_scan *s, const struct map_arg *arg) {
    s->k++;
    if (has_break(arg->text)) return false;
    if (arg->raw.at) {
        if (arg->raw.n) map_scan_put(s, arg->raw);
    } else if (arg->leaf == MAP_LEAF_TEXT) {
        if (has_outer_blank(arg->text)) return false;
        if (arg->text.n == 0) return true;
        map_scan_put(s, (trod_str){"", 0});
        s->gap = MAP_GAP_SPACE;
        if (s->escape)
            map_proof_escape(s->out, arg->text);
        else
            trod_buf_add(s->out, arg->text);
    } else if (quotes_wanted(arg->leaf, arg->text) ||
               (arg->leaf == MAP_LEAF_SET && arg->quoted)) {
        map_scan_put(s, (trod_str){"", 0});
        map_quoted_write(s->out, arg->text);
    } else {
        map_scan_put(s, arg->text);
    }
    if (arg->leaf == MAP_LEAF_PERCENT) trod_buf_byte(s->out, '%');
    return true;
}

bool map_arg_spell(const struct map_arg *arg, bool escape, struct trod_buf *out) {
    struct map_arg plain = *arg;
    plain.raw = (trod_str){0};
    struct map_scan scan = {.out = out, .start = out->n, .escape = escape};
    return put_arg(&scan, &plain);
}

static bool put_list(struct map_scan *s, trod_str slot, trod_str between) {
    const struct map_arg *arg = next_arg(s, slot);
    if (!arg) return false;
    for (bool first = true; arg; arg = next_arg(s, slot), first = false) {
        if (!first) {
            if (trod_str_is(between, ",")) s->gap = MAP_GAP_NONE;
            map_scan_put(s, between);
        }
        if (!put_arg(s, arg)) return false;
    }
    return true;
}

static bool put_cond(struct map_scan *s, trod_str slot) {
    const struct map_arg *const name = next_arg(s, slot);
    if (!name || s->n_in - s->k < 2) return false;
    const struct map_arg *const op = name + 1;
    if (op->leaf != MAP_LEAF_OP || !put_arg(s, name) || !put_arg(s, op)) return false;
    if (trod_str_is(op->text, "exists") || trod_str_is(op->text, "missing")) return true;
    if (s->k == s->n_in || s->in[s->k].leaf != MAP_LEAF_SET) return false;
    return put_arg(s, &s->in[s->k]);
}

/* A noun that agrees with the number before it: "1 message", "4 messages". */
static bool put_noun(struct map_scan *s, trod_str slot, trod_str choices) {
    const struct map_arg *const arg = next_arg(s, slot);
    if (arg) return put_arg(s, arg);
    const size_t slash = trod_str_find(choices, '/');
    const bool one = s->k > 0 && trod_str_is(s->in[s->k - 1].text, "1");
    map_scan_put(s, one ? trod_str_slice(choices, slash + 1, choices.n)
                        : trod_str_slice(choices, 0, slash));
    return true;
}

bool map_leaf_write(struct map_scan *s, enum map_leaf leaf, trod_str slot, trod_str choices) {
    switch (leaf) {
    case MAP_LEAF_POINTS:
        return put_list(s, slot, TROD_STR("or"));
    case MAP_LEAF_REFS:
    case MAP_LEAF_NAMES:
    case MAP_LEAF_ITEMS:
        return put_list(s, slot, TROD_STR(","));
    case MAP_LEAF_COND:
        return put_cond(s, slot);
    case MAP_LEAF_NOUN:
        return put_noun(s, slot, choices);
    default:
        break;
    }
    const struct map_arg *const arg = next_arg(s, slot);
    if (!arg) return leaf == MAP_LEAF_TEXT && s->k == s->n_in && s->optional == 0;
    return put_arg(s, arg);
}

/* ---- Whole lines
 * ----------------------------------------------------------------------------- */

static bool put_line(const struct map_node *node, struct trod_buf *out) {
    const struct map_word *const word = node->word;
    if (!word) return false;
    struct map_scan scan = {.in = node->args,
                            .n_in = node->n_args,
                            .out = out,
                            .start = out->n,
                            .escape = (word->flags & MAP_PROOF) && !node->research.n};
    if (!(word->flags & MAP_PREFIXED)) {
        map_scan_put(&scan, node->keyword.n ? node->keyword : trod_str_of(word->keyword));
        scan.gap = word->flags & MAP_TIGHT ? MAP_GAP_SPACE : MAP_GAP_COLUMN;
    }
    if (!map_pattern_write(&scan, word->pattern)) return false;
    if (!node->research.n) return true;
    if (!(word->flags & MAP_PROOF)) return false;
    map_scan_put(&scan, TROD_STR("["));
    trod_buf_add(out, node->research);
    if (node->note.n) {
        trod_buf_adds(out, ", ");
        trod_buf_add(out, node->note);
    }
    trod_buf_byte(out, ']');
    return true;
}

bool map_doc_line(const struct map_node *node, struct trod_buf *out) {
    const size_t before = out->n;
    bool fits = true;
    trod_buf_repeat(out, ' ', node->kind == MAP_BLANK ? 0 : (size_t)node->level * 2);
    switch (node->kind) {
    case MAP_BLANK:
        break;
    case MAP_LINE:
        fits = put_line(node, out);
        break;
    case MAP_LONG:
        trod_buf_adds(out, node->text.n ? "| " : "|");
        trod_buf_add(out, node->text);
        fits = !has_break(node->text);
        break;
    case MAP_COMMENT:
    case MAP_RAW:
        trod_buf_add(out, node->text);
        fits = !has_break(node->text);
        break;
    }
    if (!fits && out->at && out->n > before) {
        out->n = before;
        out->at[before] = '\0';
    }
    return fits && !out->failed;
}

bool map_doc_write(const struct trod_doc *doc, struct trod_buf *out,
                   const struct map_node **bad) {
    if (doc->bom) trod_buf_adds(out, "\xef\xbb\xbf");
    for (const struct map_node *node = map_node_after(doc->root, doc->root); node;
         node = map_node_after(node, doc->root)) {
        if (!map_doc_line(node, out)) {
            if (bad) *bad = node;
            return false;
        }
        trod_buf_adds(out, doc->crlf ? "\r\n" : "\n");
    }
    return !out->failed;
}
