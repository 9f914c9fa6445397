/* XES as IEEE 1849 has it, in one pass. The trace's concept:name is the customer whose journey
 * it is, its other attributes are facts of that customer; the event's concept:name is the
 * event, its time:timestamp the time. Nested attributes are flattened ("cost.total"), the
 * values of a list joined. Attributes declared as global are present in every event of a log
 * that keeps the standard, so their declared values are never filled in. */
#include "intake/tags.h"

enum { DEEPEST = 64, ORDERED = 64, MOST_PARTS = 100000, TEXT_CEILING = INTAKE_ROW_CEILING };

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
    uint32_t
        order[ORDERED]; /* columns in the order of the last time, which is often this one's */
    struct trod_buf text;
    struct part *parts;
    size_t n_parts, room_parts;
    bool fact;
};
enum place { OUTSIDE, IN_LOG, IN_TRACE, IN_EVENT };

struct xes {
    struct intake_table *table;
    struct intake_tags tags;
    struct owner trace, event;
    enum place place;
    unsigned skip;        /* depth inside an element that is passed over */
    unsigned depth;       /* of attributes in attributes */
    unsigned list_depth;  /* where the list began; 0: in none */
    struct trod_buf path; /* "a.b" */
    size_t path_n[DEEPEST + 1];
    trod_str *cells;
    uint32_t *filled;
    size_t room;
    size_t n_laid, n_told; /* parts of the trace that are in the row, and in the log */
    bool walked;           /* an event of the trace was taken */
    uint64_t n_traces, event_line;
    uint64_t next_place;       /* of rows: they are counted */
    uint32_t trace_name, time; /* columns */
    char ordinal[32];          /* name of a trace that has none */
};

static trod_status no_memory(struct trod_error *error) {
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status owner_init(struct owner *owner, bool fact, struct trod_error *error) {
    owner->fact = fact;
    owner->text.ceiling = TEXT_CEILING;
    for (size_t i = 0; i < ORDERED; i++) owner->order[i] = INTAKE_NONE;
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
        !TROD_PUSH(xes->table->arena, owner->columns, owner->n_columns, owner->room_columns,
                   column))
        return no_memory(error);
    return TROD_OK;
}

/* "start_timestamp" beside "time:timestamp": the begin and the end of the event. */
static bool is_begin(const struct xes *xes, const struct owner *owner, trod_str key) {
    const struct intake_wish *const wish = &xes->table->wish;
    const bool asked = wish->time.n || wish->end.n || wish->no_time;
    return !asked && !owner->fact && trod_str_is(key, "start_timestamp");
}

static void set_begin(struct xes *xes, uint32_t column) {
    struct intake_table *const table = xes->table;
    table->columns[column].form = table->columns[xes->time].form;
    table->plan.time = column;
    table->plan.end = xes->time;
    table->plan.guessed_time = table->plan.guessed_end = true;
}

static trod_status column_of(struct xes *xes, struct owner *owner, trod_str key,
                             uint32_t *column, struct trod_error *error) {
    struct intake_table *const table = xes->table;
    const size_t i = owner->n_parts < ORDERED ? owner->n_parts : ORDERED - 1;
    *column = owner->order[i];
    if (*column != INTAKE_NONE && trod_str_equal(table->columns[*column].name, key))
        return TROD_OK;
    const uint32_t known = trod_dict_find(owner->keys, key);
    if (known != TROD_NO_ID) {
        *column = owner->order[i] = owner->columns[known];
        return TROD_OK;
    }
    const bool begins = is_begin(xes, owner, key);
    const trod_str walker = table->wish.customer.n ? table->wish.customer : table->wish.journey;
    const bool walks =
        walker.n && table->plan.customer == INTAKE_NONE && trod_str_equal(walker, key);
    const enum intake_as as = begins || walks ? INTAKE_NOTHING
                              : owner->fact   ? INTAKE_FACT
                                              : INTAKE_ATTRIBUTE;
    const trod_status status = intake_table_column(table, key, as, column, error);
    if (status != TROD_OK) return status;
    if (begins) set_begin(xes, *column);
    if (walks) table->plan.customer = *column;
    if (table->plan.end == *column)
        table->columns[*column].form = table->columns[xes->time].form;
    intake_taker_look(&table->taker);
    return add_key(xes, owner, key, *column, error);
}

/* ---- The plan: columns that have a part from the start
 * ------------------------------------------- */

static trod_status add_part(struct xes *xes, struct owner *owner, trod_str name,
                            uint32_t *column, struct trod_error *error) {
    const trod_status status =
        intake_table_column(xes->table, name, INTAKE_NOTHING, column, error);
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
        status = trod_fail(error, TROD_BAD_OPTION,
                           "XES has no columns of dates; it names its events itself");
        goto done;
    }
    wish->event_name = (trod_str){NULL, 0};
    TROD_TRY(add_part(xes, &xes->trace, TROD_STR("concept:name"), &xes->trace_name, error));
    TROD_TRY(add_part(xes, &xes->event, wish->event.n ? wish->event : TROD_STR("concept:name"),
                      &made->event, error));
    if (!wish->no_time) {
        TROD_TRY(add_part(xes, &xes->event,
                          wish->time.n ? wish->time : TROD_STR("time:timestamp"), &xes->time,
                          error));
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
    TROD_TRY(intake_table_journey(table, error));
    intake_taker_look(&table->taker);
    xes->next_place = intake_table_place(table, 0);
done:
    return status;
}

/* ---- Events
 * --------------------------------------------------------------------------------------- */

static bool grow(struct xes *xes, size_t n) {
    if (n <= xes->room) return true;
    const size_t room = 2 * n + 16;
    trod_str *const cells = TROD_NEW_ARRAY(xes->table->arena, room, trod_str);
    uint32_t *const filled = TROD_NEW_ARRAY(xes->table->arena, room, uint32_t);
    if (!cells || !filled) return false;
    xes->cells = cells;
    xes->filled = filled;
    xes->room = room;
    xes->n_laid = 0;
    return true;
}

static void lay(struct xes *xes, const struct owner *owner) {
    for (size_t i = 0; i < owner->n_parts; i++) {
        const struct part *const part = &owner->parts[i];
        if (part->n)
            xes->cells[part->column] = (trod_str){owner->text.at + part->from, part->n};
    }
}

static void unlay(struct xes *xes, const struct owner *owner, size_t n) {
    for (size_t i = 0; i < n; i++) xes->cells[owner->parts[i].column] = (trod_str){NULL, 0};
}

static void begin_trace(struct xes *xes) {
    if (xes->room) {
        unlay(xes, &xes->trace, xes->n_laid);
        xes->cells[xes->trace_name] = (trod_str){NULL, 0};
    }
    owner_clear(&xes->trace);
    xes->n_laid = xes->n_told = 0;
    xes->walked = false;
    xes->n_traces++;
    xes->place = IN_TRACE;
}

/* The trace's attributes stay in the row from event to event. */
static void lay_trace(struct xes *xes) {
    if (xes->n_laid != xes->trace.n_parts) lay(xes, &xes->trace);
    xes->n_laid = xes->trace.n_parts;
    if (xes->cells[xes->trace_name].at) return;
    snprintf(xes->ordinal, sizeof xes->ordinal, "trace %llu",
             (unsigned long long)xes->n_traces);
    xes->cells[xes->trace_name] = trod_str_of(xes->ordinal);
}

static trod_status take_event(struct xes *xes, struct trod_error *error) {
    const struct owner *const trace = &xes->trace, *const event = &xes->event;
    if (!grow(xes, xes->table->n_columns + trace->n_parts + event->n_parts))
        return no_memory(error);
    struct intake_taker *const taker = &xes->table->taker;
    const uint64_t n_events = taker->counts.n_events;
    lay_trace(xes);
    lay(xes, event);
    size_t n_filled = 0;
    /* Facts that the log has already are no news. */
    for (size_t i = xes->n_told; i < trace->n_parts; i++)
        xes->filled[n_filled++] = trace->parts[i].column;
    for (size_t i = 0; i < event->n_parts; i++)
        xes->filled[n_filled++] = event->parts[i].column;
    const struct intake_row row = {.cells = xes->cells,
                                   .n = xes->table->n_columns,
                                   .filled = xes->filled,
                                   .n_filled = n_filled,
                                   .line = xes->event_line,
                                   .place = xes->next_place++,
                                   .text = trod_buf_str(&event->text)};
    const trod_status status = intake_take(taker, &row, error);
    if (taker->counts.n_events > n_events) {
        xes->n_told = trace->n_parts;
        xes->walked = true;
    }
    unlay(xes, event, event->n_parts);
    return status;
}

/* Attributes that follow the last event of their trace. */
static trod_status end_trace(struct xes *xes, struct trod_error *error) {
    const struct owner *const trace = &xes->trace;
    xes->place = IN_LOG;
    if (!xes->walked || xes->n_told == trace->n_parts) return TROD_OK;
    if (!grow(xes, xes->table->n_columns + trace->n_parts)) return no_memory(error);
    lay_trace(xes);
    size_t n_filled = 0;
    for (size_t i = xes->n_told; i < trace->n_parts; i++)
        xes->filled[n_filled++] = trace->parts[i].column;
    const struct intake_row row = {.cells = xes->cells,
                                   .n = xes->table->n_columns,
                                   .filled = xes->filled,
                                   .n_filled = n_filled,
                                   .place = xes->next_place++};
    return intake_take_facts(&xes->table->taker, &row, error);
}

static trod_status outside(struct xes *xes, struct trod_error *error) {
    const struct intake_row row = {.line = xes->tags.line};
    xes->table->taker.counts.n_rows++;
    return intake_reject(&xes->table->taker, &row, error,
                         "the event stands outside of every trace");
}

/* ---- Attributes
 * ------------------------------------------------------------------------------------ */

static trod_status too_long(const struct owner *owner, struct trod_error *error) {
    return trod_fail(error, TROD_TOO_MUCH, "the attributes of one %s are longer than %d MiB",
                     owner->fact ? "trace" : "event", TEXT_CEILING >> 20);
}

/* Adds a value; the text of an event reads as one line, for the list of rejected rows. */
static trod_status add_value(struct xes *xes, struct owner *owner, uint32_t column,
                             trod_str value, struct trod_error *error) {
    struct trod_buf *const text = &owner->text;
    if (owner->n_parts >= MOST_PARTS)
        return trod_fail(error, TROD_TOO_MUCH, "one %s has more than %d attributes",
                         owner->fact ? "trace" : "event", MOST_PARTS);
    if (text->n) trod_buf_adds(text, "; ");
    const size_t from = text->n;
    trod_buf_add(text, value);
    if (text->failed) return too_long(owner, error);
    if (!TROD_PUSH(xes->table->arena, owner->parts, owner->n_parts, owner->room_parts,
                   (struct part){column, from, text->n - from}))
        return no_memory(error);
    return TROD_OK;
}

/* A further value of the list that was added last. */
static trod_status add_to_list(struct owner *owner, trod_str value, struct trod_error *error) {
    struct part *const part = &owner->parts[owner->n_parts - 1];
    if (part->n) trod_buf_adds(&owner->text, ", ");
    trod_buf_add(&owner->text, value);
    if (owner->text.failed) return too_long(owner, error);
    part->n = owner->text.n - part->from;
    return TROD_OK;
}

static bool is(trod_str text, const char *literal, size_t n) {
    return text.n == n && memcmp(text.at, literal, n) == 0;
}
#define IS(text, literal) is((text), literal, sizeof(literal) - 1)

static trod_status begin_attribute(struct xes *xes, trod_str name,
                                   const struct intake_attribute *attributes,
                                   size_t n_attributes, struct trod_error *error) {
    struct owner *const owner = xes->place == IN_EVENT ? &xes->event : &xes->trace;
    trod_str key = TROD_STR(""), value = TROD_STR("");
    for (size_t i = 0; i < n_attributes; i++) {
        if (IS(attributes[i].name, "key")) key = attributes[i].value;
        if (IS(attributes[i].name, "value")) value = attributes[i].value;
    }
    if (xes->depth >= DEEPEST) {
        xes->skip = 1;
        return TROD_OK;
    }
    xes->path_n[xes->depth++] = xes->path.n;
    if (xes->list_depth) return value.n ? add_to_list(owner, value, error) : TROD_OK;
    if (IS(name, "values")) return TROD_OK;
    if (xes->depth > 1) trod_buf_byte(&xes->path, '.');
    trod_buf_add(&xes->path, key);
    if (xes->path.failed) return too_long(owner, error);
    if (xes->depth > 1) key = trod_buf_str(&xes->path);
    const bool is_list = IS(name, "list");
    if (is_list) xes->list_depth = xes->depth;
    if (!is_list && value.n == 0) return TROD_OK;
    uint32_t column = 0;
    const trod_status status = column_of(xes, owner, key, &column, error);
    if (status != TROD_OK) return status;
    return add_value(xes, owner, column, is_list ? TROD_STR("") : value, error);
}

static void end_attribute(struct xes *xes) {
    if (xes->list_depth == xes->depth) xes->list_depth = 0;
    xes->depth--;
    xes->path.n = xes->path_n[xes->depth];
}

/* ---- Elements
 * --------------------------------------------------------------------------------------- */

static trod_status no_xes(trod_str name, struct trod_error *error) {
    const bool mxml = IS(name, "WorkflowLog");
    const trod_str shown = trod_str_slice(name, 0, name.n < 60 ? name.n : 60);
    const trod_status status =
        trod_fail(error, TROD_BAD_INPUT, "it is XML, but no XES log: it begins with <%.*s>",
                  TROD_ARG(shown));
    trod_error_hint(error,
                    mxml ? "this is MXML; save it as XES" : "an XES log begins with <log>");
    return status;
}

static trod_status begin(void *at, trod_str name, const struct intake_attribute *attributes,
                         size_t n_attributes, struct trod_error *error) {
    struct xes *const xes = at;
    if (xes->skip) {
        xes->skip++;
        return TROD_OK;
    }
    switch (xes->place) {
    case OUTSIDE:
        if (!IS(name, "log")) return no_xes(name, error);
        xes->place = IN_LOG;
        return TROD_OK;
    case IN_LOG:
        if (IS(name, "trace")) {
            begin_trace(xes);
            return TROD_OK;
        }
        xes->skip = 1; /* extensions, globals, classifiers, attributes of the log */
        return IS(name, "event") ? outside(xes, error) : TROD_OK;
    case IN_TRACE:
        if (xes->depth == 0 && IS(name, "event")) {
            owner_clear(&xes->event);
            xes->event_line = xes->tags.line;
            xes->place = IN_EVENT;
            return TROD_OK;
        }
        return begin_attribute(xes, name, attributes, n_attributes, error);
    case IN_EVENT:
        break;
    }
    return begin_attribute(xes, name, attributes, n_attributes, error);
}

static trod_status end(void *at, struct trod_error *error) {
    struct xes *const xes = at;
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
        return end_trace(xes, error);
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
    xes.tags = (struct intake_tags){.owner = &xes, .begin = begin, .end = end};
    TROD_TRY(intake_tags_read(&xes.tags, feed, error));
    table->taker.counts.n_latin = xes.tags.n_latin;
    if (table->wish.customer.n && table->plan.customer == INTAKE_NONE &&
        table->taker.counts.n_rows)
        TROD_TRY(trod_fail(error, TROD_BAD_OPTION,
                           "no trace or event has an attribute \"%.*s\"",
                           TROD_ARG(table->wish.customer)));
    status = intake_table_end(table, error);
done:
    owner_release(&xes.trace);
    owner_release(&xes.event);
    trod_buf_free(&xes.path);
    return status;
}
