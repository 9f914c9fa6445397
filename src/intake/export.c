/* Export: the log as a file that others read, and that comes back in as it was.
 *
 * Part by part, as many at once as there are threads. Of a part, some customers at a time are
 * unpacked, as many as the memory allows, and written into the part's buffer. Buffers go to the
 * file in the order of the parts, so that it does not depend on the number of threads: whoever
 * has filled its buffer waits until the parts before are written, and writes by itself then.
 * CSV has a column for every field of the log, JSON lines name those that have a value, XES
 * puts the facts of a customer into the trace.
 */
#include <pthread.h>

#include "trod/intake.h"

enum { ROW_BYTES = 48, CELL_BYTES = 20, LEAST_EVENTS = 4096 };
static const uint64_t MEMORY_BYTES = UINT64_C(4) << 30, LEAST_BUFFER_BYTES = 1 << 20;

struct column {
    uint32_t field;
    const trod_str *texts; /* [n_events], or [n_customers] of a fact; NULL: the part has none */
};
struct exporting {
    const struct trod_parts *parts;
    const struct trod_export_options *options;
    bool has_ends;                    /* some event of the log has one */
    bool *used;                       /* [n_fields] somebody has a value of it */
    uint64_t most_events, most_bytes; /* unpacked, and in the buffer, of each thread */
    pthread_mutex_t lock;             /* over what follows */
    pthread_cond_t moved;
    struct trod_outfile *file;
    size_t turn; /* the part that may be written */
    bool failed;
    uint64_t n_events;
};

/* Some customers of a part with all their texts at hand. */
struct page {
    const struct exporting *of;
    const struct trod_part *part;
    const struct trod_part_view *view;
    uint32_t journey;                     /* the first that is not written */
    uint32_t first_customer, first_event; /* of the part: those of row 0 */
    struct trod_rows rows;
    struct column *columns;   /* [n_fields] */
    struct trod_arena *arena; /* as long as these rows */
    struct trod_buf *out;
    uint32_t customer; /* whose event is being written: of the rows */
};

static bool is_xml(const struct page *page) {
    return page->of->options->format == TROD_FORMAT_XES;
}

/* ---- CSV ------------------------------------------------------------------------------- */

static void csv_text(struct trod_buf *out, trod_str text) {
    bool quote = text.n && (text.at[0] == ' ' || text.at[text.n - 1] == ' ');
    for (size_t i = 0; i < text.n && !quote; i++)
        quote = text.at[i] == ',' || text.at[i] == '"' || text.at[i] == '\n' ||
                text.at[i] == '\r' || text.at[i] == ';' || text.at[i] == '\t';
    if (!quote) {
        trod_buf_add(out, text);
        return;
    }
    trod_buf_byte(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '"') trod_buf_byte(out, '"');
        trod_buf_byte(out, text.at[i]);
    }
    trod_buf_byte(out, '"');
}

static void csv_head(const struct exporting *exporting, struct trod_buf *out) {
    const struct trod_parts *const parts = exporting->parts;
    trod_buf_adds(out, "customer,event");
    if (parts->has_times) trod_buf_adds(out, ",time");
    if (exporting->has_ends) trod_buf_adds(out, ",end");
    for (size_t f = 0; f < parts->n_fields; f++) {
        if (!exporting->used[f]) continue;
        trod_buf_byte(out, ',');
        csv_text(out, parts->fields[f].name);
    }
    trod_buf_byte(out, '\n');
}

static trod_str value_of(const struct page *page, size_t field, uint32_t event) {
    const struct column *const column = &page->columns[field];
    if (!column->texts) return (trod_str){0};
    return column->texts[page->of->parts->fields[field].fact ? page->customer : event];
}

static void csv_event(const struct page *page, uint32_t event) {
    const struct trod_parts *const parts = page->of->parts;
    struct trod_buf *const out = page->out;
    char time[40];
    csv_text(out, page->rows.id[page->customer]);
    trod_buf_byte(out, ',');
    csv_text(out, trod_dict_at(parts->names, page->rows.name[event]));
    if (parts->has_times) {
        trod_buf_byte(out, ',');
        if (page->rows.time_us)
            trod_buf_adds(out, trod_time_write(page->rows.time_us[event], time));
    }
    if (page->of->has_ends) {
        trod_buf_byte(out, ',');
        if (page->rows.end_us)
            trod_buf_adds(out, trod_time_write(page->rows.end_us[event], time));
    }
    for (size_t f = 0; f < parts->n_fields; f++) {
        if (!page->of->used[f]) continue;
        trod_buf_byte(out, ',');
        csv_text(out, value_of(page, f, event));
    }
    trod_buf_byte(out, '\n');
}

/* ---- JSON lines ------------------------------------------------------------------------ */

static void json_event(const struct page *page, uint32_t event) {
    const struct trod_parts *const parts = page->of->parts;
    struct trod_json_writer json = {.out = page->out};
    char time[40];
    trod_json_flat(&json);
    trod_json_object(&json);
    trod_json_key(&json, "customer");
    trod_json_str(&json, page->rows.id[page->customer]);
    trod_json_key(&json, "event");
    trod_json_str(&json, trod_dict_at(parts->names, page->rows.name[event]));
    if (page->rows.time_us && page->rows.time_us[event] != TROD_NO_TIME) {
        trod_json_key(&json, "time");
        trod_json_str(&json, trod_str_of(trod_time_write(page->rows.time_us[event], time)));
    }
    if (page->rows.end_us && page->rows.end_us[event] != TROD_NO_TIME) {
        trod_json_key(&json, "end");
        trod_json_str(&json, trod_str_of(trod_time_write(page->rows.end_us[event], time)));
    }
    for (size_t f = 0; f < parts->n_fields; f++) {
        const trod_str value = value_of(page, f, event);
        if (!value.n) continue;
        trod_json_key_str(&json, parts->fields[f].name);
        trod_json_str(&json, value);
    }
    trod_json_end_object(&json);
    trod_buf_byte(page->out, '\n');
}

/* ---- XES ------------------------------------------------------------------------------- */

static void xml_text(struct trod_buf *out, trod_str text) {
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        if (c == '&')
            trod_buf_adds(out, "&amp;");
        else if (c == '<')
            trod_buf_adds(out, "&lt;");
        else if (c == '"')
            trod_buf_adds(out, "&quot;");
        else if (c == '\n' || c == '\t' || c == '\r')
            trod_buf_format(out, "&#%u;", c);
        else if (c >= ' ')
            trod_buf_byte(out, (char)c);
    }
}

static void xml_attribute(struct trod_buf *out, const char *kind, trod_str key,
                          trod_str value) {
    trod_buf_format(out, "<%s key=\"", kind);
    xml_text(out, key);
    trod_buf_adds(out, "\" value=\"");
    xml_text(out, value);
    trod_buf_adds(out, "\"/>");
}

static void xml_time(struct trod_buf *out, const char *key, const int64_t *times,
                     uint32_t event) {
    char time[40];
    if (!times || times[event] == TROD_NO_TIME) return;
    xml_attribute(out, "date", trod_str_of(key),
                  trod_str_of(trod_time_write(times[event], time)));
}

static void xml_event(const struct page *page, uint32_t event) {
    const struct trod_parts *const parts = page->of->parts;
    struct trod_buf *const out = page->out;
    trod_buf_adds(out, "<event>");
    xml_attribute(out, "string", TROD_STR("concept:name"),
                  trod_dict_at(parts->names, page->rows.name[event]));
    xml_time(out, "time:timestamp", page->rows.time_us, event);
    xml_time(out, "time:end", page->rows.end_us, event);
    for (size_t f = 0; f < parts->n_fields; f++) {
        if (parts->fields[f].fact || trod_str_is(parts->fields[f].name, "concept:name"))
            continue;
        const trod_str value = value_of(page, f, event);
        if (value.n) xml_attribute(out, "string", parts->fields[f].name, value);
    }
    trod_buf_adds(out, "</event>\n");
}

static void xml_begin_trace(const struct page *page) {
    const struct trod_parts *const parts = page->of->parts;
    trod_buf_adds(page->out, "<trace>");
    xml_attribute(page->out, "string", TROD_STR("concept:name"), page->rows.id[page->customer]);
    for (size_t f = 0; f < parts->n_fields; f++) {
        if (!parts->fields[f].fact) continue;
        const trod_str value = value_of(page, f, 0);
        if (value.n) xml_attribute(page->out, "string", parts->fields[f].name, value);
    }
    trod_buf_byte(page->out, '\n');
}

/* ---- A part ---------------------------------------------------------------------------- */

static void write_event(const struct page *page, uint32_t event) {
    switch (page->of->options->format) {
    case TROD_FORMAT_XES:
        xml_event(page, event);
        break;
    case TROD_FORMAT_JSONL:
        json_event(page, event);
        break;
    default:
        csv_event(page, event);
        break;
    }
}

static uint32_t customer_of(const struct page *page, uint32_t journey) {
    return page->view->customer ? page->view->customer[journey] : journey;
}

/* Writes the journeys of the customers that are unpacked; returns their events. */
static uint64_t write_journeys(struct page *page) {
    const struct trod_part_view *const view = page->view;
    const uint32_t end = page->first_customer + page->rows.n_customers;
    uint32_t open = TROD_NO_ID, j = page->journey;
    uint64_t n = 0;
    for (; j < view->n_journeys && customer_of(page, j) < end; j++) {
        page->customer = customer_of(page, j) - page->first_customer;
        if (is_xml(page) && page->customer != open) {
            if (open != TROD_NO_ID) trod_buf_adds(page->out, "</trace>\n");
            xml_begin_trace(page);
        }
        open = page->customer;
        for (uint32_t place = view->begin[j]; place < view->end[j]; place++, n++)
            write_event(page, (view->event ? view->event[place] : place) - page->first_event);
    }
    if (is_xml(page) && open != TROD_NO_ID) trod_buf_adds(page->out, "</trace>\n");
    page->journey = j;
    return n;
}

/* The texts of a column: of codes one pointer a row. */
static trod_status texts_of(const struct trod_rows_column *column, uint32_t n,
                            struct trod_arena *arena, const trod_str **texts,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    *texts = column->text;
    if (!column->code) return TROD_OK;
    trod_str *const made = TROD_NEW_ARRAY(arena, n, trod_str);
    TROD_TRY_ALLOC(made, error);
    for (uint32_t i = 0; i < n; i++)
        if (column->code[i]) made[i] = column->values[column->code[i] - 1];
    *texts = made;
done:
    return status;
}

/* Unpacks the customer of the next journey, and those behind as long as there is room. */
static trod_status turn_page(struct page *page, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = page->of->parts;
    const struct trod_part *const part = page->part;
    const uint32_t from = customer_of(page, page->journey);
    uint32_t to = from + 1;
    while (to < part->n_customers &&
           part->first[to + 1] - part->first[from] <= page->of->most_events)
        to++;
    trod_arena_reset(page->arena);
    page->first_customer = from;
    page->first_event = part->first[from];
    TROD_TRY(trod_part_unpack(part, from, to - from, page->arena, &page->rows, error));
    page->columns = TROD_NEW_ARRAY(page->arena, parts->n_fields, struct column);
    TROD_TRY_ALLOC(page->columns, error);
    for (size_t c = 0; c < page->rows.n_columns; c++) {
        const struct trod_rows_column *const column = &page->rows.columns[c];
        TROD_TRY(texts_of(column, column->fact ? page->rows.n_customers : page->rows.n_events,
                          page->arena, &page->columns[column->field].texts, error));
    }
done:
    return status;
}

/* Writes the buffer of part i as soon as those before are written. *over: another one failed.
 */
static trod_status write_buffer(struct exporting *exporting, size_t i, struct trod_buf *out,
                                bool *over, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY_ALLOC(out->failed ? NULL : out, error);
    pthread_mutex_lock(&exporting->lock);
    while (exporting->turn != i && !exporting->failed)
        pthread_cond_wait(&exporting->moved, &exporting->lock);
    *over = exporting->failed;
    pthread_mutex_unlock(&exporting->lock);
    if (!*over) status = trod_outfile_add(exporting->file, trod_buf_str(out), error);
    trod_buf_clear(out);
done:
    return status;
}

/* Says that part i is written, or that it cannot be. */
static void end_part(struct exporting *exporting, uint64_t n_events, bool failed) {
    pthread_mutex_lock(&exporting->lock);
    exporting->n_events += n_events;
    exporting->turn++;
    exporting->failed |= failed;
    pthread_cond_broadcast(&exporting->moved);
    pthread_mutex_unlock(&exporting->lock);
}

static trod_status write_part(void *owner, size_t i, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct exporting *const exporting = owner;
    const struct trod_parts *const parts = exporting->parts;
    struct trod_buf out = {.ceiling = (size_t)1 << 40};
    struct page page = {.of = exporting, .out = &out};
    uint64_t n_events = 0;
    bool over = false;
    struct trod_arena *const scratch = trod_arena_make((size_t)1 << 40);
    page.arena = trod_arena_make((size_t)1 << 40);
    TROD_TRY_ALLOC(scratch && page.arena ? scratch : NULL, error);
    TROD_TRY(parts->open(parts->owner, i, scratch, &page.part, error));
    TROD_TRY(trod_part_view_make(parts, page.part, exporting->options->view, TROD_NO_ID,
                                 scratch, &page.view, error));
    while (page.journey < page.view->n_journeys && !over) {
        TROD_TRY(turn_page(&page, error));
        n_events += write_journeys(&page);
        if (out.n >= exporting->most_bytes)
            TROD_TRY(write_buffer(exporting, i, &out, &over, error));
    }
    if (!over) TROD_TRY(write_buffer(exporting, i, &out, &over, error));
done:
    if (!over) end_part(exporting, n_events, status != TROD_OK);
    trod_buf_free(&out);
    trod_arena_free(page.arena);
    trod_arena_free(scratch);
    return status;
}

/* What the file needs columns for. */
static trod_status find_columns(struct exporting *exporting, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = exporting->parts;
    struct trod_arena *const scratch = trod_arena_make((size_t)1 << 40);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = 0; i < parts->n_parts; i++) {
        const struct trod_part *part = NULL;
        TROD_TRY(parts->open(parts->owner, i, scratch, &part, error));
        exporting->has_ends |= part->has_ends;
        for (size_t c = 0; c < part->n_columns; c++)
            exporting->used[part->columns[c].field] = true;
        trod_arena_reset(scratch);
    }
done:
    trod_arena_free(scratch);
    return status;
}

/* Of each thread's share, a quarter is for unpacked rows and a half for the buffer, which may
 * be of twice that size while it grows. */
static void share_memory(struct exporting *exporting, const struct trod_run *run) {
    const uint64_t memory = run && run->memory_bytes ? run->memory_bytes : MEMORY_BYTES;
    const uint64_t each = memory / trod_run_threads(run);
    const uint64_t n_fields = exporting->parts->n_fields;
    exporting->most_events = each / 4 / (ROW_BYTES + CELL_BYTES * n_fields);
    if (exporting->most_events < LEAST_EVENTS) exporting->most_events = LEAST_EVENTS;
    exporting->most_bytes = each / 4;
    if (exporting->most_bytes < LEAST_BUFFER_BYTES) exporting->most_bytes = LEAST_BUFFER_BYTES;
}

trod_status trod_export(const struct trod_parts *parts,
                        const struct trod_export_options *options, const struct trod_run *run,
                        struct trod_outfile *file, uint64_t *n_events,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf head = {0};
    struct trod_arena *arena = NULL;
    struct exporting exporting = {.parts = parts, .options = options, .file = file};
    *n_events = 0;
    pthread_mutex_init(&exporting.lock, NULL);
    pthread_cond_init(&exporting.moved, NULL);
    share_memory(&exporting, run);
    arena = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    exporting.used = TROD_NEW_ARRAY(arena, parts->n_fields, bool);
    TROD_TRY_ALLOC(exporting.used, error);
    TROD_TRY(find_columns(&exporting, error));
    if (options->format == TROD_FORMAT_XES)
        trod_buf_adds(&head,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"2.0\" "
                      "xmlns=\"http://www.xes-standard.org/\">\n");
    else if (options->format != TROD_FORMAT_JSONL)
        csv_head(&exporting, &head);
    TROD_TRY_ALLOC(head.failed ? NULL : arena, error);
    TROD_TRY(trod_outfile_add(file, trod_buf_str(&head), error));
    TROD_TRY(trod_run_each(run, parts->n_parts, write_part, &exporting, error));
    if (options->format == TROD_FORMAT_XES)
        TROD_TRY(trod_outfile_add(file, TROD_STR("</log>\n"), error));
    *n_events = exporting.n_events;
done:
    pthread_cond_destroy(&exporting.moved);
    pthread_mutex_destroy(&exporting.lock);
    trod_buf_free(&head);
    trod_arena_free(arena);
    return status;
}
