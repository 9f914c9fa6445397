/* XES as IEEE 1849 has it, in one pass. The trace's concept:name is the customer whose journey it
 * is, its other attributes are facts of that customer; the event's concept:name is the event, its
 * time:timestamp the time. Nested attributes are flattened ("cost.total"), the values of a list
 * joined. Attributes declared as global are present in every event of a log that keeps the
 * standard, so their declared values are never filled in. */
#include "intake/inside.h"

enum { DEEPEST = 64, TEXT_CEILING = INTAKE_ROW_CEILING };

/* A value in a text that still grows. */
struct part {
    uint32_t column;
    size_t from, n;
};
/* The attributes of a trace or an event. */
struct owner {
    struct trod_dict *keys;
    uint32_t *columns; /* [count of keys] */
    size_t n_columns, room_columns;
    struct trod_buf text;
    struct part *parts;
    size_t n_parts, room_parts;
    bool fact;
};
enum place { OUTSIDE, IN_LOG, IN_TRACE, IN_EVENT };

struct xes {
    struct intake_table *table;
    struct trod_xml *xml;
    struct owner trace, event;
    enum place place;
    unsigned skip;              /* depth inside an element that is passed over */
    unsigned depth;             /* of attributes in attributes */
    unsigned list_depth;        /* where the list began; 0: in none */
    struct trod_buf path;       /* "a.b" */
    size_t path_n[DEEPEST + 1];
    trod_str *cells;
    uint32_t *filled;
    size_t room, n_filled;
    size_t n_facts_told;        /* parts of the trace that the log has */
    uint64_t n_traces, event_line;
    uint32_t trace_name, time;  /* columns */
    char ordinal[32];           /* name of a trace that has none */
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status owner_init(struct owner *owner, bool fact, struct trod_error *error) {
    owner->fact = fact;
    owner->text.ceiling = TEXT_CEILING;
    owner->keys = trod_dict_make(0);
    return owner->keys ? TROD_OK : no_memory(error);
}

static void owner_release(struct owner *owner) {
    trod_dict_free(owner->keys);
    trod_buf_free(&owner->text);
}

static void owner_clear(struct owner *owner) {
    trod_buf_clear(&owner->text);
    owner->n_parts = 0;
}

/* Enters a key whose column is known. */
static trod_status add_key(struct xes *xes, struct owner *owner, trod_str key, uint32_t column,
                           struct trod_error *error) {
    if (trod_dict_add(owner->keys, key) == TROD_NO_ID ||
        !TROD_PUSH(xes->table->arena, owner->columns, owner->n_columns, owner->room_columns, column))
        return no_memory(error);
    return TROD_OK;
}

/* "start_timestamp" beside "time:timestamp": the begin and the end of the event. */
static void see_begin(struct xes *xes, trod_str key, uint32_t column) {
    struct intake_table *const table = xes->table;
    const bool asked = table->wish.time.n || table->wish.end.n || table->wish.no_time;
    if (asked || !trod_str_is(key, "start_timestamp")) return;
    table->columns[column].form = table->columns[xes->time].form;
    table->plan.time = column;
    table->plan.end = xes->time;
    table->plan.guessed_time = table->plan.guessed_end = true;
}

static trod_status column_of(struct xes *xes, struct owner *owner, trod_str key, uint32_t *column,
                             struct trod_error *error) {
    const uint32_t known = trod_dict_find(owner->keys, key);
    if (known != TROD_NO_ID) {
        *column = owner->columns[known];
        return TROD_OK;
    }
    struct intake_table *const table = xes->table;
    trod_status status = intake_table_column(table, key, owner->fact, column, error);
    if (status != TROD_OK) return status;
    if (!owner->fact) see_begin(xes, key, *column);
    const trod_str customer = table->wish.customer.n ? table->wish.customer : table->wish.journey;
    if (customer.n && table->plan.customer == INTAKE_NONE && trod_str_equal(customer, key))
        table->plan.customer = *column;
    if (table->plan.end == *column) table->columns[*column].form = table->columns[xes->time].form;
    return add_key(xes, owner, key, *column, error);
}

/* ---- The plan: columns that have a part from the start ------------------------------------------- */

static trod_status add_part(struct xes *xes, struct owner *owner, trod_str name, uint32_t *column,
                            struct trod_error *error) {
    const trod_status status = intake_table_column(xes->table, name, owner->fact, column, error);
    return status == TROD_OK ? add_key(xes, owner, name, *column, error) : status;
}

static bool is_trace_name(trod_str name) {
    return trod_str_is(name, "concept:name") || trod_str_is(name, "case:concept:name");
}

static trod_status plan(struct xes *xes, struct trod_error *error) {
    struct intake_table *const table = xes->table;
    struct intake_wish *const wish = &table->wish;
    struct intake_plan *const made = &table->plan;
    trod_status status = TROD_OK;
    wish->xes = true;
    TROD_TRY(intake_wish_make(table, error));
    if (!table->source_given) {
        table->source = intake_source_of_columns(table->map, table);
        if (table->source) TROD_TRY(intake_wish_make(table, error));
    }
    if (wish->dates.n) {
        status = trod_fail(error, TROD_BAD_OPTION, "XES has no columns of dates; it names its events itself");
        goto done;
    }
    wish->event_name = (trod_str){NULL, 0};
    TROD_TRY(add_part(xes, &xes->trace, TROD_STR("concept:name"), &xes->trace_name, error));
    TROD_TRY(add_part(xes, &xes->event, wish->event.n ? wish->event : TROD_STR("concept:name"),
                      &made->event, error));
    if (!wish->no_time) {
        TROD_TRY(add_part(xes, &xes->event, wish->time.n ? wish->time : TROD_STR("time:timestamp"),
                          &xes->time, error));
        made->time = xes->time;
        struct trod_time_form *const form = &table->columns[xes->time].form;
        *form = table->form;
        if (form->kind == TROD_TIME_GUESS && wish->time.n == 0) form->kind = TROD_TIME_ISO;
    }
    const trod_str walker = wish->customer.n ? wish->customer : wish->journey;
    const bool by_trace = walker.n == 0 || is_trace_name(walker);
    if (by_trace) made->customer = xes->trace_name;
    made->by_case = wish->customer.n == 0;
    if (!by_trace && wish->customer.n && (wish->journey.n == 0 || is_trace_name(wish->journey)))
        made->journey = xes->trace_name;
    TROD_TRY(intake_table_begin(table, error));
done:
    return status;
}

/* ---- Events --------------------------------------------------------------------------------------- */

static bool grow(struct xes *xes, size_t n) {
    if (n <= xes->room) return true;
    const size_t room = 2 * n + 16;
    trod_str *const cells = TROD_NEW_ARRAY(xes->table->arena, room, trod_str);
    uint32_t *const filled = TROD_NEW_ARRAY(xes->table->arena, room, uint32_t);
    if (!cells || !filled) return false;
    xes->cells = cells;
    xes->filled = filled;
    xes->room = room;
    return true;
}

/* Lays the attributes into the row; those that the log has already are no news. */
static void lay(struct xes *xes, const struct owner *owner, size_t n_old) {
    for (size_t i = 0; i < owner->n_parts; i++) {
        const struct part *const part = &owner->parts[i];
        if (part->n == 0) continue;
        if (!xes->cells[part->column].at && i >= n_old)
            xes->filled[xes->n_filled++] = part->column;
        xes->cells[part->column] = (trod_str){owner->text.at + part->from, part->n};
    }
}

static void unlay(struct xes *xes, const struct owner *owner) {
    for (size_t i = 0; i < owner->n_parts; i++)
        xes->cells[owner->parts[i].column] = (trod_str){NULL, 0};
}

static trod_status take_event(struct xes *xes, struct trod_error *error) {
    if (!grow(xes, xes->table->n_columns)) return no_memory(error);
    xes->n_filled = 0;
    const uint64_t n_events = xes->table->file->n_events;
    lay(xes, &xes->trace, xes->n_facts_told);
    lay(xes, &xes->event, 0);
    if (!xes->cells[xes->trace_name].at) {
        snprintf(xes->ordinal, sizeof xes->ordinal, "trace %llu", (unsigned long long)xes->n_traces);
        xes->cells[xes->trace_name] = trod_str_of(xes->ordinal);
    }
    const struct intake_row row = {.cells = xes->cells,
                                   .n = xes->table->n_columns,
                                   .filled = xes->filled,
                                   .n_filled = xes->n_filled,
                                   .line = xes->event_line,
                                   .text = trod_buf_str(&xes->event.text)};
    const trod_status status = intake_take(xes->table, &row, error);
    /* Told once a trace, if the event was taken. */
    if (xes->table->file->n_events > n_events) xes->n_facts_told = xes->trace.n_parts;
    unlay(xes, &xes->trace);
    unlay(xes, &xes->event);
    xes->cells[xes->trace_name] = (trod_str){NULL, 0};
    return status;
}

static trod_status outside(struct xes *xes, struct trod_error *error) {
    const struct intake_row row = {.line = (uint64_t)trod_xml_line(xes->xml)};
    xes->table->file->n_rows++;
    return intake_reject(xes->table->intake, xes->table->file, &row, error,
                         "the event stands outside of every trace");
}

/* ---- Attributes ------------------------------------------------------------------------------------ */

static trod_status too_long(const struct owner *owner, struct trod_error *error) {
    return trod_fail(error, TROD_TOO_MUCH, "the attributes of one %s are longer than %d MiB",
                     owner->fact ? "trace" : "event", TEXT_CEILING >> 20);
}

/* Adds a value; the text of an event reads as one line, for the list of rejected rows. */
static trod_status add_value(struct xes *xes, struct owner *owner, uint32_t column, const char *value,
                             struct trod_error *error) {
    struct trod_buf *const text = &owner->text;
    if (text->n) trod_buf_adds(text, "; ");
    const size_t from = text->n;
    trod_buf_adds(text, value);
    if (text->failed) return too_long(owner, error);
    if (!TROD_PUSH(xes->table->arena, owner->parts, owner->n_parts, owner->room_parts,
                   (struct part){column, from, text->n - from}))
        return no_memory(error);
    return TROD_OK;
}

/* A further value of the list that was added last. */
static trod_status add_to_list(struct owner *owner, const char *value, struct trod_error *error) {
    struct part *const part = &owner->parts[owner->n_parts - 1];
    if (part->n) trod_buf_adds(&owner->text, ", ");
    trod_buf_adds(&owner->text, value);
    if (owner->text.failed) return too_long(owner, error);
    part->n = owner->text.n - part->from;
    return TROD_OK;
}

static trod_status begin_attribute(struct xes *xes, const char *name, const char **attributes,
                                   struct trod_error *error) {
    struct owner *const owner = xes->place == IN_EVENT ? &xes->event : &xes->trace;
    const char *key = "", *value = NULL;
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], "key") == 0) key = attributes[i + 1];
        if (strcmp(attributes[i], "value") == 0) value = attributes[i + 1];
    }
    if (xes->depth >= DEEPEST) {
        xes->skip = 1;
        return TROD_OK;
    }
    xes->path_n[xes->depth++] = xes->path.n;
    if (xes->list_depth) return value && *value ? add_to_list(owner, value, error) : TROD_OK;
    if (strcmp(name, "values") == 0) return TROD_OK;
    trod_str whole = trod_str_of(key);
    if (xes->path.n || xes->depth > 1) {
        trod_buf_byte(&xes->path, '.');
    }
    trod_buf_add(&xes->path, whole);
    if (xes->path.failed) return too_long(owner, error);
    if (xes->depth > 1) whole = trod_buf_str(&xes->path);
    const bool is_list = strcmp(name, "list") == 0;
    if (is_list) xes->list_depth = xes->depth;
    if (!is_list && (!value || !*value)) return TROD_OK;
    uint32_t column = 0;
    const trod_status status = column_of(xes, owner, whole, &column, error);
    return status == TROD_OK ? add_value(xes, owner, column, is_list ? "" : value, error) : status;
}

static void end_attribute(struct xes *xes) {
    if (xes->list_depth == xes->depth) xes->list_depth = 0;
    xes->depth--;
    xes->path.n = xes->path_n[xes->depth];
}

/* ---- Elements --------------------------------------------------------------------------------------- */

static trod_status no_xes(const char *name, struct trod_error *error) {
    const bool mxml = strcmp(name, "WorkflowLog") == 0;
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT, "it is XML, but no XES log: it begins with <%.60s>", name);
    trod_error_hint(error, mxml ? "this is MXML; save it as XES" : "an XES log begins with <log>");
    return status;
}

static trod_status begin(void *at, const char *name, const char **attributes,
                         struct trod_error *error) {
    struct xes *const xes = at;
    if (xes->skip) {
        xes->skip++;
        return TROD_OK;
    }
    switch (xes->place) {
    case OUTSIDE:
        if (strcmp(name, "log") != 0) return no_xes(name, error);
        xes->place = IN_LOG;
        return TROD_OK;
    case IN_LOG:
        if (strcmp(name, "trace") == 0) {
            owner_clear(&xes->trace);
            xes->n_facts_told = 0;
            xes->n_traces++;
            xes->place = IN_TRACE;
            return TROD_OK;
        }
        xes->skip = 1; /* extensions, globals, classifiers, attributes of the log */
        return strcmp(name, "event") == 0 ? outside(xes, error) : TROD_OK;
    case IN_TRACE:
        if (xes->depth == 0 && strcmp(name, "event") == 0) {
            owner_clear(&xes->event);
            xes->event_line = (uint64_t)trod_xml_line(xes->xml);
            xes->place = IN_EVENT;
            return TROD_OK;
        }
        return begin_attribute(xes, name, attributes, error);
    case IN_EVENT:
        break;
    }
    return begin_attribute(xes, name, attributes, error);
}

static trod_status end(void *at, const char *name, struct trod_error *error) {
    struct xes *const xes = at;
    (void)name;
    if (xes->skip) {
        xes->skip--;
        return TROD_OK;
    }
    if (xes->depth) {
        end_attribute(xes);
        return TROD_OK;
    }
    switch (xes->place) {
    case IN_EVENT:
        xes->place = IN_TRACE;
        return take_event(xes, error);
    case IN_TRACE:
        xes->place = IN_LOG;
        break;
    case IN_LOG:
    case OUTSIDE:
        xes->place = OUTSIDE;
        break;
    }
    return TROD_OK;
}

trod_status intake_xes(struct intake_table *table, struct intake_feed *feed,
                       struct trod_error *error) {
    struct xes xes = {.table = table, .path = {.ceiling = TEXT_CEILING}, .time = INTAKE_NONE};
    trod_status status = TROD_OK;
    TROD_TRY(owner_init(&xes.trace, true, error));
    TROD_TRY(owner_init(&xes.event, false, error));
    TROD_TRY(plan(&xes, error));
    const struct trod_xml_reader reader = {.owner = &xes, .begin = begin, .end = end};
    xes.xml = trod_xml_make(&reader, feed->name);
    TROD_TRY_ALLOC(xes.xml, error);
    for (bool last = false; !last;) {
        const trod_str piece = {feed->window.at + feed->used, feed->window.n - feed->used};
        last = feed->ended;
        TROD_TRY(trod_xml_feed(xes.xml, piece, last, error));
        feed->used = feed->window.n;
        if (!last) TROD_TRY(intake_feed_more(feed, error));
    }
    if (table->wish.customer.n && table->plan.customer == INTAKE_NONE && table->file->n_rows)
        TROD_TRY(trod_fail(error, TROD_BAD_OPTION, "no trace or event has an attribute \"%.*s\"",
                           TROD_ARG(table->wish.customer)));
    status = intake_table_end(table, error);
done:
    trod_xml_free(xes.xml);
    owner_release(&xes.trace);
    owner_release(&xes.event);
    trod_buf_free(&xes.path);
    return status;
}
