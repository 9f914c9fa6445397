/* JSON lines: one object a line, nested objects flattened ("user.id"), other values kept as
 * they are written and arrays as their JSON. A line is one event; only where the object carries
 * its events in an array of objects ("events", "steps" …), each of those is one, with the
 * members round them on it. Lines are told apart by their line ends alone, so that the rest of
 * a file whose columns are known is taken by several threads; one that meets a new name waits
 * until all lines before it are taken. */
#include "intake/crew.h"

enum {
    DEEPEST = 64 /* objects in objects; deeper ones are kept as their JSON */,
    ORDERED = 64
};

/* Lines on one thread. */
struct jsonl {
    struct intake_taker *taker;
    struct intake_member *member; /* NULL in the head */
    struct trod_json_reader *reader;
    struct trod_dict *names;  /* of the columns: the same numbers */
    struct trod_arena *arena; /* of one line */
    struct trod_arena *own;   /* of cells */
    trod_str *cells;          /* [room] */
    size_t room;
    uint32_t *filled; /* [room] */
    size_t n_filled;
    uint32_t
        order[ORDERED]; /* columns in the order of the last event, which is often this one's */
    size_t n_set;       /* values of this one so far */
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
    trod_str *const cells = TROD_NEW_ARRAY(jsonl->own, room, trod_str);
    uint32_t *const filled = TROD_NEW_ARRAY(jsonl->own, room, uint32_t);
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

/* Learns the names of the columns that were added since it was done last. */
static trod_status learn(struct jsonl *jsonl, struct trod_error *error) {
    const struct intake_taker *const taker = jsonl->taker;
    for (uint32_t i = trod_dict_count(jsonl->names); i < taker->n_columns; i++)
        if (trod_dict_add(jsonl->names, taker->columns[i].name) == TROD_NO_ID)
            return no_memory(error);
    return grow(jsonl, taker->n_columns) ? TROD_OK : no_memory(error);
}

/* The column of a name, which is a new one if nobody has met it. */
static trod_status find_column(struct jsonl *jsonl, trod_str name, uint32_t *column,
                               struct trod_error *error) {
    struct intake_taker *const taker = jsonl->taker;
    uint32_t *const guess = &jsonl->order[jsonl->n_set < ORDERED ? jsonl->n_set : ORDERED - 1];
    jsonl->n_set++;
    *column = *guess;
    if (*column < taker->n_columns && trod_str_equal(taker->columns[*column].name, name))
        return TROD_OK;
    *column = trod_dict_find(jsonl->names, name);
    if (*column == TROD_NO_ID) {
        uint32_t added = 0;
        trod_status status =
            jsonl->member
                ? intake_crew_column(jsonl->member, name, error)
                : intake_table_column(taker->table, name, INTAKE_ATTRIBUTE, &added, error);
        if (!jsonl->member) intake_taker_look(taker);
        if (status == TROD_OK) status = learn(jsonl, error);
        if (status != TROD_OK) return status;
        *column = trod_dict_find(jsonl->names, name);
        CHECK(*column != TROD_NO_ID);
    }
    *guess = *column;
    return TROD_OK;
}

static trod_status set_cell(struct jsonl *jsonl, trod_str name, trod_str value,
                            struct trod_error *error) {
    uint32_t column = 0;
    const trod_status status = find_column(jsonl, name, &column, error);
    if (status != TROD_OK || value.n == 0) return status;
    if (!jsonl->cells[column].at) jsonl->filled[jsonl->n_filled++] = column;
    jsonl->cells[column] = value;
    return TROD_OK;
}

/* An array (or what lies too deep) as its JSON. */
static trod_status set_json(struct jsonl *jsonl, trod_str name, const struct trod_json *value,
                            struct trod_error *error) {
    struct trod_buf out = {.ceiling = 8 * (size_t)INTAKE_ROW_CEILING};
    struct trod_json_writer json = {.out = &out, .compact = true};
    trod_json_value(&json, value);
    const trod_str text = trod_arena_copy(jsonl->arena, trod_buf_str(&out));
    const bool failed = out.failed || !text.at;
    trod_buf_free(&out);
    return failed ? no_memory(error) : set_cell(jsonl, name, text, error);
}

static trod_status flatten(struct jsonl *jsonl, const struct trod_json *object,
                           const struct trod_json *without, unsigned depth,
                           struct trod_error *error) {
    const size_t n_path = jsonl->path.n;
    for (const struct trod_json *child = object->first; child; child = child->next) {
        if (child == without) continue;
        trod_str name = child->key;
        if (n_path || child->kind == TROD_JSON_OBJECT) {
            jsonl->path.n = n_path;
            if (n_path) trod_buf_byte(&jsonl->path, '.');
            trod_buf_add(&jsonl->path, child->key);
            if (jsonl->path.failed) return no_memory(error);
            name = trod_buf_str(&jsonl->path);
        }
        trod_status status = TROD_OK;
        switch (child->kind) {
        case TROD_JSON_NULL:
            status = set_cell(jsonl, name, (trod_str){NULL, 0}, error);
            break;
        case TROD_JSON_BOOL:
            status = set_cell(jsonl, name,
                              child->boolean ? TROD_STR("true") : TROD_STR("false"), error);
            break;
        case TROD_JSON_NUMBER:
        case TROD_JSON_TEXT:
            status = set_cell(jsonl, name, child->text, error);
            break;
        case TROD_JSON_ARRAY:
            status = set_json(jsonl, name, child, error);
            break;
        case TROD_JSON_OBJECT:
            status = depth < DEEPEST ? flatten(jsonl, child, NULL, depth + 1, error)
                                     : set_json(jsonl, name, child, error);
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
    jsonl->n_filled = jsonl->n_set = 0;
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
    struct intake_taker *const taker = jsonl->taker;
    status = taker->table->decided ? intake_take(taker, &row, error)
                                   : intake_table_row(taker->table, &row, error);
done:
    return status;
}

static trod_status reject(struct jsonl *jsonl, trod_str text, const char *reason,
                          struct trod_error *error) {
    const struct intake_row row = {.line = jsonl->line, .text = text};
    jsonl->taker->counts.n_rows++;
    return intake_reject(jsonl->taker, &row, error, "%s", reason);
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
        trod_buf_room(&mended, INTAKE_PADDING);
        json = trod_buf_str(&mended);
        jsonl->taker->counts.n_latin++;
    }
    status = trod_json_reader_read(jsonl->reader, json, jsonl->arena, &root, &why);
    if (status == TROD_BAD_INPUT && jsonl->taker->n_columns == 0 && ends_open(text)) {
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

static trod_status jsonl_init(struct jsonl *jsonl, struct intake_taker *taker,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    *jsonl = (struct jsonl){.taker = taker,
                            .path = {.ceiling = (size_t)DEEPEST * INTAKE_ROW_CEILING}};
    for (size_t i = 0; i < ORDERED; i++) jsonl->order[i] = INTAKE_NONE;
    jsonl->names = trod_dict_make(0);
    TROD_TRY_ALLOC(jsonl->names, error);
    jsonl->arena = trod_arena_make((size_t)2 << 30);
    TROD_TRY_ALLOC(jsonl->arena, error);
    jsonl->own = trod_arena_make((size_t)16 << 20);
    TROD_TRY_ALLOC(jsonl->own, error);
    jsonl->reader = trod_json_reader_make();
    TROD_TRY_ALLOC(jsonl->reader, error);
    trod_json_reader_borrow(jsonl->reader);
    status = learn(jsonl, error);
done:
    return status;
}

static void jsonl_release(struct jsonl *jsonl) {
    trod_json_reader_free(jsonl->reader);
    trod_dict_free(jsonl->names);
    trod_arena_free(jsonl->arena);
    trod_arena_free(jsonl->own);
    trod_buf_free(&jsonl->path);
}

/* ---- The rest
 * ---------------------------------------------------------------------------------- */

static trod_status cut(void *owner, struct intake_chunk *chunk, struct trod_error *error) {
    (void)owner;
    (void)error;
    const char *const line = memrchr(chunk->at, '\n', chunk->n_seen);
    chunk->n = chunk->ended ? chunk->n_seen : line ? (size_t)(line + 1 - chunk->at) : 0;
    return TROD_OK;
}

static trod_status begin(void *owner, struct intake_member *member, struct trod_error *error) {
    struct jsonl *const jsonl = TROD_NEW(member->taker->table->arena, struct jsonl);
    (void)owner;
    if (!jsonl) return no_memory(error);
    member->work = jsonl;
    const trod_status status = jsonl_init(jsonl, member->taker, error);
    jsonl->member = member;
    return status;
}

static void end(struct intake_member *member) {
    if (member->work) jsonl_release(member->work);
}

static trod_status take(struct intake_member *member, const struct intake_chunk *chunk,
                        uint64_t *n_lines, struct trod_error *error) {
    struct jsonl *const jsonl = member->work;
    trod_status status = learn(jsonl, error);
    const char *p = chunk->at, *const last = chunk->at + chunk->n;
    while (p < last && status == TROD_OK) {
        const char *const stop = memchr(p, '\n', (size_t)(last - p));
        const trod_str text = trod_str_trim((trod_str){p, (size_t)((stop ? stop : last) - p)});
        jsonl->line = ++*n_lines;
        jsonl->place = chunk->place + (uint64_t)(p - chunk->at);
        if (text.n > INTAKE_ROW_CEILING) return intake_row_too_long(error);
        if (text.n) status = take_line(jsonl, text, error);
        p = stop ? stop + 1 : last;
    }
    return status;
}

trod_status intake_jsonl(struct intake_table *table, struct intake_feed *feed,
                         struct trod_error *error) {
    static const struct intake_craft craft = {
        .cut = cut, .begin = begin, .end = end, .take = take};
    struct jsonl jsonl;
    trod_status status = TROD_OK;
    TROD_TRY(jsonl_init(&jsonl, &table->taker, error));
    bool got = true;
    while (got && !table->decided) {
        trod_str text = {NULL, 0};
        size_t n_taken = 0;
        jsonl.line++;
        TROD_TRY(next_line(feed, &text, &n_taken, &got, error));
        if (!got) break;
        jsonl.place = intake_table_place(table, feed->base + feed->used);
        if (text.n) TROD_TRY(take_line(&jsonl, text, error));
        feed->used += n_taken;
    }
    if (got) {
        TROD_TRY(intake_crew_run(table, feed, jsonl.line + 1, &craft, error));
    }
    status = intake_table_end(table, error);
done:
    if (status != TROD_OK && error && error->line == 0 && !table->decided)
        trod_error_place(error, "", (int64_t)jsonl.line, 0);
    jsonl_release(&jsonl);
    return status;
}
