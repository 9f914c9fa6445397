/* JSON lines: one object a line, nested objects flattened ("user.id"), other values kept as
 * they are written and arrays as their JSON. A line is one event; only where the object carries
 * its events in an array of objects ("events", "steps" …), each of those is one, with the
 * members round them on it. */
#include "intake/inside.h"

enum { DEEPEST = 64 }; /* objects in objects; deeper ones are kept as their JSON */

struct jsonl {
    struct intake_table *table;
    struct trod_dict *names;  /* of the columns: the same numbers */
    struct trod_arena *arena; /* of one line */
    trod_str *cells;          /* [room] */
    size_t room;
    uint32_t *filled; /* [room] */
    size_t n_filled;
    struct trod_buf path; /* of nested names */
    uint64_t line;
    uint64_t place; /* of the next event: an event has two bytes at least */
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static bool grow(struct jsonl *jsonl, size_t n) {
    if (n <= jsonl->room) return true;
    const size_t room = 2 * n + 16;
    trod_str *const cells = TROD_NEW_ARRAY(jsonl->table->arena, room, trod_str);
    uint32_t *const filled = TROD_NEW_ARRAY(jsonl->table->arena, room, uint32_t);
    if (!cells || !filled) return false;
    if (jsonl->room) {
        memcpy(cells, jsonl->cells, jsonl->room * sizeof *cells);
        memcpy(filled, jsonl->filled, jsonl->n_filled * sizeof *filled);
    }
    jsonl->cells = cells;
    jsonl->filled = filled;
    jsonl->room = room;
    return true;
}

static trod_status set_cell(struct jsonl *jsonl, trod_str value, struct trod_error *error) {
    const trod_str name = trod_buf_str(&jsonl->path);
    const uint32_t n_before = trod_dict_count(jsonl->names);
    const uint32_t id = trod_dict_add(jsonl->names, name);
    if (id == TROD_NO_ID || !grow(jsonl, (size_t)id + 1)) return no_memory(error);
    if (id == n_before) {
        uint32_t column = 0;
        const trod_status status =
            intake_table_column(jsonl->table, name, INTAKE_ATTRIBUTE, &column, error);
        if (status != TROD_OK) return status;
        CHECK(column == id);
    }
    if (value.n == 0) return TROD_OK;
    if (!jsonl->cells[id].at) jsonl->filled[jsonl->n_filled++] = id;
    jsonl->cells[id] = value;
    return TROD_OK;
}

static void write_value(struct trod_json_writer *json, const struct trod_json *value) {
    switch (value->kind) {
    case TROD_JSON_NULL:
        trod_json_null(json);
        break;
    case TROD_JSON_BOOL:
        trod_json_bool(json, value->boolean);
        break;
    case TROD_JSON_NUMBER:
        if (value->whole)
            trod_json_int(json, value->integer);
        else
            trod_json_number(json, value->number);
        break;
    case TROD_JSON_TEXT:
        trod_json_str(json, value->text);
        break;
    case TROD_JSON_ARRAY:
        trod_json_array(json);
        for (const struct trod_json *child = value->first; child; child = child->next)
            write_value(json, child);
        trod_json_end_array(json);
        break;
    case TROD_JSON_OBJECT:
        trod_json_object(json);
        for (const struct trod_json *child = value->first; child; child = child->next) {
            trod_json_key_str(json, child->key);
            write_value(json, child);
        }
        trod_json_end_object(json);
        break;
    }
}

/* An array (or what lies too deep) as its JSON. */
static trod_status set_json(struct jsonl *jsonl, const struct trod_json *value,
                            struct trod_error *error) {
    struct trod_buf out = {.ceiling = 8 * (size_t)INTAKE_ROW_CEILING};
    struct trod_json_writer json = {.out = &out, .compact = true};
    write_value(&json, value);
    const trod_str text = trod_arena_copy(jsonl->arena, trod_buf_str(&out));
    const bool failed = out.failed || !text.at;
    trod_buf_free(&out);
    return failed ? no_memory(error) : set_cell(jsonl, text, error);
}

static trod_status flatten(struct jsonl *jsonl, const struct trod_json *object,
                           const struct trod_json *without, unsigned depth,
                           struct trod_error *error) {
    const size_t n_path = jsonl->path.n;
    for (const struct trod_json *child = object->first; child; child = child->next) {
        if (child == without) continue;
        jsonl->path.n = n_path;
        if (n_path) trod_buf_byte(&jsonl->path, '.');
        trod_buf_add(&jsonl->path, child->key);
        if (jsonl->path.failed) return no_memory(error);
        trod_status status = TROD_OK;
        switch (child->kind) {
        case TROD_JSON_NULL:
            status = set_cell(jsonl, (trod_str){NULL, 0}, error);
            break;
        case TROD_JSON_BOOL:
            status =
                set_cell(jsonl, child->boolean ? TROD_STR("true") : TROD_STR("false"), error);
            break;
        case TROD_JSON_NUMBER:
        case TROD_JSON_TEXT:
            status = set_cell(jsonl, child->text, error);
            break;
        case TROD_JSON_ARRAY:
            status = set_json(jsonl, child, error);
            break;
        case TROD_JSON_OBJECT:
            status = depth < DEEPEST ? flatten(jsonl, child, NULL, depth + 1, error)
                                     : set_json(jsonl, child, error);
            break;
        }
        if (status != TROD_OK) return status;
    }
    jsonl->path.n = n_path;
    return TROD_OK;
}

/* The member that holds the events, or NULL. */
static const struct trod_json *events_of(const struct trod_json *root) {
    static const char *const names[] = {"events",  "steps",      "hits",
                                        "history", "activities", "trail"};
    for (const struct trod_json *child = root->first; child; child = child->next) {
        if (child->kind != TROD_JSON_ARRAY || !child->first) continue;
        bool named = false, objects = true;
        for (size_t i = 0; i < TROD_COUNT(names); i++)
            named |= trod_str_equal_fold(child->key, trod_str_of(names[i]));
        if (!named) continue;
        for (const struct trod_json *at = child->first; at && objects; at = at->next)
            objects = at->kind == TROD_JSON_OBJECT;
        if (objects) return child;
    }
    return NULL;
}

static void clear_cells(struct jsonl *jsonl) {
    for (size_t i = 0; i < jsonl->n_filled; i++)
        jsonl->cells[jsonl->filled[i]] = (trod_str){NULL, 0};
    jsonl->n_filled = 0;
    trod_buf_clear(&jsonl->path);
}

/* One event: the members of `root` round the array of events, and those of `event`. */
static trod_status take_event(struct jsonl *jsonl, const struct trod_json *root,
                              const struct trod_json *events, const struct trod_json *event,
                              trod_str text, struct trod_error *error) {
    trod_status status = TROD_OK;
    clear_cells(jsonl);
    TROD_TRY(flatten(jsonl, root, events, 0, error));
    if (event) TROD_TRY(flatten(jsonl, event, NULL, 0, error));
    const struct intake_row row = {.cells = jsonl->cells,
                                   .n = trod_dict_count(jsonl->names),
                                   .filled = jsonl->filled,
                                   .n_filled = jsonl->n_filled,
                                   .line = jsonl->line,
                                   .place = jsonl->place++,
                                   .text = text};
    status = intake_table_row(jsonl->table, &row, error);
done:
    return status;
}

static trod_status reject(struct jsonl *jsonl, trod_str text, const char *reason,
                          struct trod_error *error) {
    const struct intake_row row = {.line = jsonl->line, .text = text};
    jsonl->table->taker.counts.n_rows++;
    return intake_reject(&jsonl->table->taker, &row, error, "%s", reason);
}

static bool ends_open(trod_str text) {
    return text.n && (text.at[text.n - 1] == '{' || text.at[text.n - 1] == ',' ||
                      text.at[text.n - 1] == '[');
}

static trod_status take_line(struct jsonl *jsonl, trod_str text, struct trod_error *error) {
    struct trod_json *root = NULL;
    struct trod_error why = {0};
    struct trod_buf mended = {.ceiling = 4 * (size_t)INTAKE_ROW_CEILING};
    trod_status status = TROD_OK;
    trod_arena_reset(jsonl->arena);
    trod_str json = text;
    if (!intake_is_plain(text.at, text.n) && !trod_str_utf8(text, NULL) &&
        !memchr(text.at, '\0', text.n)) {
        intake_latin(&mended, text);
        json = trod_buf_str(&mended);
        jsonl->table->taker.counts.n_latin++;
    }
    status = trod_json_read(json, jsonl->arena, &root, &why);
    if (status == TROD_BAD_INPUT && jsonl->table->n_columns == 0 && ends_open(text)) {
        status = trod_fail(error, TROD_BAD_INPUT,
                           "the first object spreads over several lines; trod "
                           "reads JSON lines, one object a line");
        trod_error_hint(error,
                        "write each object on a line of its own, for example with jq -c .");
    } else if (status == TROD_BAD_INPUT) {
        char reason[600];
        snprintf(reason, sizeof reason, "it is no JSON: %s", why.message);
        status = reject(jsonl, text, reason, error);
    } else if (status != TROD_OK) {
        if (error) *error = why;
    } else if (root->kind != TROD_JSON_OBJECT) {
        status = reject(jsonl, text, "it is no JSON object, {\"name\": value, ...}", error);
    } else {
        const struct trod_json *const events = events_of(root);
        if (!events) status = take_event(jsonl, root, NULL, NULL, text, error);
        for (const struct trod_json *at = events ? events->first : NULL;
             at && status == TROD_OK; at = at->next)
            status = take_event(jsonl, root, events, at, text, error);
    }
    trod_buf_free(&mended);
    return status;
}

/* The next line, without its end; *got is false behind the last. */
static trod_status next_line(struct intake_feed *feed, trod_str *text, size_t *n_taken,
                             bool *got, struct trod_error *error) {
    size_t from = 0;
    for (;;) {
        const char *const at = feed->window.at + feed->used;
        const size_t n = feed->window.n - feed->used;
        const char *const stop = n > from ? memchr(at + from, '\n', n - from) : NULL;
        if (stop || feed->ended) {
            *text = trod_str_trim((trod_str){at, stop ? (size_t)(stop - at) : n});
            *n_taken = stop ? (size_t)(stop - at) + 1 : n;
            *got = n > 0;
            return TROD_OK;
        }
        from = n;
        const trod_status status = intake_feed_more(feed, error);
        if (status != TROD_OK) return status;
    }
}

trod_status intake_jsonl(struct intake_table *table, struct intake_feed *feed,
                         struct trod_error *error) {
    struct jsonl jsonl = {.table = table,
                          .path = {.ceiling = (size_t)DEEPEST * INTAKE_ROW_CEILING}};
    trod_status status = TROD_OK;
    jsonl.names = trod_dict_make(0);
    TROD_TRY_ALLOC(jsonl.names, error);
    jsonl.arena = trod_arena_make((size_t)2 << 30);
    TROD_TRY_ALLOC(jsonl.arena, error);
    for (bool got = true; got;) {
        trod_str text = {NULL, 0};
        size_t n_taken = 0;
        jsonl.line++;
        TROD_TRY(next_line(feed, &text, &n_taken, &got, error));
        if (!got) break;
        jsonl.place = intake_table_place(table, feed->base + feed->used);
        if (text.n) TROD_TRY(take_line(&jsonl, text, error));
        feed->used += n_taken;
    }
    status = intake_table_end(table, error);
done:
    if (status != TROD_OK && error && error->line == 0 && !table->decided)
        trod_error_place(error, "", (int64_t)jsonl.line, 0);
    trod_dict_free(jsonl.names);
    trod_arena_free(jsonl.arena);
    trod_buf_free(&jsonl.path);
    return status;
}
