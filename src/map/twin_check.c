/* twin_check: is the text that a twin gave read as the twin says?
 *
 * A program that writes twins may put anything into a member: "3 dayz" where a time belongs, or
 * a text that as a line would mean something else ("practical: to be safe" as the text of a
 * need). So the text is read once more, and the two documents are compared line by line. This
 * is what makes the twin safe: nothing in it can become another line than it is.
 */
#include "map/twin.h"

static trod_status at_line(struct twin_reader *reader, const struct trod_json *root,
                           size_t line, const char *hint, const char *what) {
    if (!twin_find_line(root, line, &reader->path)) reader->path.n = 0;
    return twin_bad(reader, hint, "%s", what);
}

/* What the map as a whole lacks is said when the map is read: there, all of it at once. */
static bool is_of_the_whole(const char *code) {
    return strcmp(code, "twice") == 0 || strcmp(code, "missing-line") == 0 ||
           strcmp(code, "missing-text") == 0;
}

static trod_status first_remark(struct twin_reader *reader, const struct trod_json *root,
                                const struct trod_report *report) {
    for (size_t i = 0; i < report->n; i++) {
        const struct trod_remark *const remark = &report->items[i];
        if (is_of_the_whole(remark->code)) continue;
        return at_line(reader, root, remark->line ? remark->line : 1,
                       remark->hint[0] ? remark->hint : NULL, remark->message);
    }
    return TROD_OK;
}

static bool is_spare(const struct map_arg *arg) {
    return arg->leaf == MAP_LEAF_NOUN || (arg->leaf == MAP_LEAF_TEXT && arg->text.n == 0);
}

static bool same_slot(const struct map_arg *a, const struct map_arg *b) {
    return trod_str_equal((trod_str){a->slot, a->slot_n}, (trod_str){b->slot, b->slot_n});
}

/* What a twin may leave out, it may have left out. */
static bool same_args(const struct map_node *given, const struct map_node *read) {
    size_t i = 0;
    for (size_t k = 0; k < read->n_args; k++) {
        const struct map_arg *const a = i < given->n_args ? &given->args[i] : NULL;
        const struct map_arg *const b = &read->args[k];
        if (!a || !same_slot(a, b)) {
            if (is_spare(b)) continue;
            return false;
        }
        if (a->leaf != b->leaf || !trod_str_equal(a->text, b->text)) return false;
        if (a->leaf == MAP_LEAF_SET && a->quoted != b->quoted) return false;
        i++;
    }
    return i == given->n_args;
}

static bool same_line(const struct map_node *given, const struct map_node *read) {
    if (given->kind != read->kind) return false;
    if (given->kind == MAP_BLANK) return true;
    if (given->kind != MAP_LINE) /* a comment may belong to another line than it was said */
        return trod_str_equal(given->text, read->text) &&
               (given->kind == MAP_COMMENT || given->level == read->level);
    if (given->word->flags & MAP_PREFIXED ? given->word != read->word
                                          : !trod_str_equal(given->keyword, read->keyword))
        return false;
    return given->level == read->level && trod_str_equal(given->research, read->research) &&
           trod_str_equal(given->note, read->note) && same_args(given, read);
}

static trod_status compare(struct twin_reader *reader, const struct trod_json *root,
                           const struct trod_doc *read) {
    const struct trod_doc *const doc = reader->doc;
    const struct map_node *a = map_node_after(doc->root, doc->root);
    const struct map_node *b = map_node_after(read->root, read->root);
    for (size_t line = 1; a || b; line++) {
        if (!a || !b || !same_line(a, b))
            return at_line(reader, root, line,
                           "write it as long text, below the line: {\"long\": \"…\"}",
                           "as a line of a map this would say something else");
        a = map_node_after(a, doc->root);
        b = map_node_after(b, read->root);
    }
    return TROD_OK;
}

trod_status twin_check(struct twin_reader *reader, const struct trod_json *root, trod_str text,
                       struct trod_doc **read) {
    trod_status status = TROD_OK;
    struct trod_report report = {0};
    struct map_remarks remarks = {0};
    const trod_str name = trod_str_of(reader->name);
    TROD_TRY(map_remarks_begin(&remarks, &report, name, reader->error));
    TROD_TRY(map_doc_read(text, name, reader->arena, &remarks, read, reader->error));
    map_remarks_sort(&remarks);
    TROD_TRY(first_remark(reader, root, &report));
    TROD_TRY(compare(reader, root, *read));
done:
    trod_report_release(&report);
    return status;
}
