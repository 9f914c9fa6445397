/* Reading a map: bytes to documents, documents to the map, and what is wrong on the way. */
#include <stdio.h>

#include "map/build.h"

#define CEILING_BYTES ((size_t)64 << 20)
#define MAX_DOCS 64

/* Where the text of a file comes from: given, or read. */
static trod_status add_doc(struct map_builder *b, trod_str text, trod_str name,
                           struct trod_error *error) {
    struct trod_doc *doc;
    b->remarks->file = name;
    const trod_status status = map_doc_read(text, name, b->arena, b->remarks, &doc, error);
    if (status != TROD_OK) return status;
    b->docs[b->n_docs++] = doc;
    return TROD_OK;
}

static bool is_read(const struct map_builder *b, trod_str path) {
    for (size_t i = 0; i < b->n_docs; i++)
        if (trod_str_equal(b->docs[i]->name, path)) return true;
    return false;
}

static trod_status take_tops(struct map_builder *b, struct trod_doc *doc,
                             struct trod_error *error);

static trod_status include(struct map_builder *b, const struct map_node *line,
                           struct trod_doc *from, struct trod_error *error) {
    const struct map_arg *const arg = map_arg_of(line, "file");
    if (!arg || arg->text.n == 0) return TROD_OK;
    if (b->options->no_files) {
        b->unread = true;
        return TROD_OK;
    }
    b->doc = from;
    b->remarks->file = from->name;
    const trod_str path = trod_path_beside(b->arena, from->name, arg->text);
    if (!path.at) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (is_read(b, path) || b->n_docs == MAX_DOCS) {
        map_hint(b->remarks,
                 map_wrong(b, line, arg->offset, "include",
                           b->n_docs == MAX_DOCS ? "more than 64 files are included"
                                                 : "`%s` is included twice, or includes itself",
                           map_show(arg->text).at),
                 "a file is included once");
        return TROD_OK;
    }
    struct trod_buf bytes = {0};
    struct trod_error reason = {0};
    trod_status status = trod_file_read(
        path.at, b->options->ceiling_bytes ? b->options->ceiling_bytes : CEILING_BYTES, &bytes,
        &reason);
    if (status == TROD_OK) {
        status = add_doc(b, trod_buf_str(&bytes), path, error);
        trod_buf_free(&bytes);
        return status == TROD_OK ? take_tops(b, b->docs[b->n_docs - 1], error) : status;
    }
    trod_buf_free(&bytes);
    if (status == TROD_NO_MEMORY) {
        if (error) *error = reason;
        return status;
    }
    map_hint(b->remarks,
             map_wrong(b, line, arg->offset, "missing-file",
                       "the include `%s` cannot be read: %s", map_show(arg->text).at,
                       reason.message),
             "names of files are seen from the folder of the map that names them");
    b->unread = true;
    return TROD_OK;
}

/* The lines at the left edge of a document; what the journey includes comes right behind it. */
static trod_status take_tops(struct map_builder *b, struct trod_doc *doc,
                             struct trod_error *error) {
    for (struct map_node *node = doc->root->first; node; node = node->next) {
        if (node->kind != MAP_LINE) continue;
        const struct map_item item = {node, doc};
        if (!TROD_PUSH(b->arena, b->top.at, b->top.n, b->top.room, item))
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        if (!trod_str_is(node->keyword, "journey") || !node->word) continue;
        for (const struct map_node *c = map_child(node, "include"); c; c = map_sibling(c)) {
            const trod_status status = include(b, c, doc, error);
            if (status != TROD_OK) return status;
        }
    }
    return TROD_OK;
}

static void build(struct map_builder *b) {
    const size_t n_before = b->remarks->n_errors;
    if (!map_register(b)) {
        b->no_memory = true;
        return;
    }
    void (*const steps[])(struct map_builder *) = {
        map_build_people, map_build_sources, map_build_journey, map_build_touchpoints,
        map_build_flow,   map_build_plan,    map_build_rules,   map_check};
    for (size_t i = 0; i < TROD_COUNT(steps) && !b->no_memory; i++) steps[i](b);
    /* Advice about lines that could not be read would be wrong. */
    if (b->options->advice && !b->no_memory && n_before == 0) map_advise(b);
}

/* The sentence for those who see no report. */
static trod_status refuse(const struct map_remarks *remarks, struct trod_error *error) {
    const struct trod_remark *first = NULL;
    for (size_t i = remarks->first; i < remarks->report->n && !first; i++)
        if (remarks->report->items[i].weight == TROD_ERROR) first = &remarks->report->items[i];
    const char *const what = first ? first->message : "more is wrong than can be listed";
    if (remarks->n_errors == 1)
        trod_fail(error, TROD_BAD_INPUT, "the map has an error: %s", what);
    else
        trod_fail(error, TROD_BAD_INPUT, "the map has %zu errors; the first: %s",
                  remarks->n_errors, what);
    if (first) {
        char name[256];
        snprintf(name, sizeof name, "%.*s", TROD_ARG(first->file));
        trod_error_place(error, name, first->line, first->column);
        if (first->hint[0]) trod_error_hint(error, "%s", first->hint);
    }
    return TROD_BAD_INPUT;
}

static bool begin(struct map_builder *b) {
    b->map->doc = b->docs[0];
    b->map->index = b->index = TROD_NEW(b->arena, struct trod_map_index);
    if (!b->index) return false;
    b->index->ids = trod_dict_make(0);
    b->team_names = trod_dict_make(0);
    b->system_names = trod_dict_make(0);
    return b->index->ids && b->team_names && b->system_names;
}

trod_status trod_map_read_text(trod_str text, const char *name,
                               const struct trod_map_options *options, struct trod_map **map,
                               struct trod_report *report, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_report own = {0};
    struct map_remarks remarks = {0};
    const struct trod_map_options defaults = {0};
    struct map_builder b = {.remarks = &remarks, .options = options ? options : &defaults};
    *map = NULL;
    const size_t ceiling = b.options->ceiling_bytes ? b.options->ceiling_bytes : CEILING_BYTES;
    if (text.n > ceiling)
        return trod_fail(error, TROD_TOO_MUCH, "the map is larger than %zu MiB", ceiling >> 20);
    TROD_TRY(map_remarks_begin(&remarks, report ? report : &own, trod_str_of(name), error));
    struct trod_arena *const arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    b.arena = arena;
    b.map = TROD_NEW(arena, struct trod_map);
    if (!b.map) {
        trod_arena_free(arena);
        TROD_TRY_ALLOC(b.map, error);
    }
    b.map->arena = arena;
    b.map->file = trod_arena_copy(arena, trod_str_of(name));
    b.docs = TROD_NEW_ARRAY(arena, MAX_DOCS, struct trod_doc *);
    TROD_TRY_ALLOC(b.map->file.at && b.docs ? b.docs : NULL, error);
    TROD_TRY(add_doc(&b, text, b.map->file, error));
    TROD_TRY_ALLOC(begin(&b) ? b.map : NULL, error);
    TROD_TRY(take_tops(&b, b.docs[0], error));
    build(&b);
    if (!b.no_memory) map_remarks_sort(&remarks);
    TROD_TRY_ALLOC(b.no_memory || remarks.no_memory ? NULL : b.map, error);
    if (remarks.n_errors) status = refuse(&remarks, error);
done:
    trod_dict_free(b.team_names);
    trod_dict_free(b.system_names);
    if (status != TROD_OK) {
        trod_map_free(b.map);
        b.map = NULL;
    }
    trod_report_release(&own);
    *map = b.map;
    return status;
}

trod_status trod_map_read(const char *name, const struct trod_map_options *options,
                          struct trod_map **map, struct trod_report *report,
                          struct trod_error *error) {
    *map = NULL;
    struct trod_buf bytes = {0};
    const size_t ceiling =
        options && options->ceiling_bytes ? options->ceiling_bytes : CEILING_BYTES;
    trod_status status = trod_file_read(name, ceiling, &bytes, error);
    if (status == TROD_TOO_MUCH)
        trod_error_hint(error, "a map is text that people read; is this the log?");
    if (status == TROD_OK)
        status = trod_map_read_text(trod_buf_str(&bytes), name, options, map, report, error);
    trod_buf_free(&bytes);
    return status;
}

void trod_map_free(struct trod_map *map) {
    if (!map) return;
    if (map->index) trod_dict_free(map->index->ids);
    trod_arena_free(map->arena);
}

/* ---- Asking
 * ------------------------------------------------------------------------------------ */

static uint32_t index_of(const struct trod_map *map, trod_str id, enum map_thing thing) {
    const struct map_named *const named = map_lookup(map->index, id);
    return named && named->thing == thing ? named->index : TROD_NO_ID;
}

uint32_t trod_map_touchpoint(const struct trod_map *map, trod_str id) {
    return index_of(map, id, MAP_IS_TOUCHPOINT);
}

uint32_t trod_map_stage(const struct trod_map *map, trod_str id) {
    return index_of(map, id, MAP_IS_STAGE);
}

uint32_t trod_map_action_for(const struct trod_map *map, uint32_t touchpoint_id, uint32_t pain) {
    uint32_t dropped = TROD_NO_ID;
    for (uint32_t i = 0; i < map->n_actions; i++)
        for (size_t k = 0; k < map->actions[i].n_fixes; k++) {
            const struct trod_fix *const fix = &map->actions[i].fixes[k];
            if (fix->touchpoint_id != touchpoint_id ||
                (fix->pain != pain && fix->pain != TROD_NO_ID && pain != TROD_NO_ID))
                continue;
            if (map->actions[i].status != TROD_ACTION_DROPPED) return i;
            if (dropped == TROD_NO_ID) dropped = i;
        }
    return dropped;
}

trod_status trod_map_format(trod_str text, const char *name, struct trod_buf *out,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_report report = {0};
    struct map_remarks remarks = {0};
    struct trod_arena *arena = NULL;
    if (text.n > CEILING_BYTES)
        return trod_fail(error, TROD_TOO_MUCH, "the map is larger than %zu MiB",
                         CEILING_BYTES >> 20);
    TROD_TRY(map_remarks_begin(&remarks, &report, trod_str_of(name), error));
    arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    struct trod_doc *doc;
    TROD_TRY(map_doc_read(text, trod_str_of(name), arena, &remarks, &doc, error));
    map_remarks_sort(&remarks);
    if (remarks.n_errors) {
        status = refuse(&remarks, error);
        goto done;
    }
    const struct map_node *bad = NULL;
    const bool written = map_doc_write(doc, out, &bad);
    CHECK(written || out->failed || !bad);
    TROD_TRY_ALLOC(written ? out : NULL, error);
done:
    trod_arena_free(arena);
    trod_report_release(&report);
    return status;
}
