/* One customer on the terminal: what there is to say first, who it is, the promised times, and
 * the events by day. A line has the time, the time since the event before, what it was, and
 * where; what is not as designed stands below it. Of a long journey the beginning and the end
 * are shown. */
#include "cli/customer.h"

#include <math.h>

#include "cli/table.h"

enum {
    GAP = 9,     /* cells of the time since the event before */
    TOOK = 10,   /* of a promised time */
    STATE = 14,
    NARROW = 70, /* below it, tables save room */
};

struct timeline {
    const struct customer_page *page;
    struct trod_buf *out;
    size_t clock, name, where; /* cells */
    int64_t day;               /* of the line before; INT64_MIN: none yet */
    uint32_t *next_step;       /* [journeys] the first step that is not shown yet */
    bool *begun;               /* [journeys] */
    trod_str journey;          /* without a map: the journey of the event before */
};

static void end_line(struct trod_buf *out) {
    while (out->n && out->at[out->n - 1] == ' ') out->at[--out->n] = '\0';
    trod_buf_byte(out, '\n');
}

static void say_head(const struct customer_page *page, struct trod_buf *line,
                     struct trod_buf *out) {
    while (line->n && line->at[line->n - 1] == ' ') line->at[--line->n] = '\0';
    table_bold(out, line->at ? line->at : "", page->colour);
    trod_buf_byte(out, '\n');
    if (line->failed) out->failed = true;
    trod_buf_free(line);
}

static void say_words(const struct customer_page *page, size_t indent, struct trod_buf *text,
                      struct trod_buf *out) {
    struct table_wrap wrap = {
        .out = out, .width = page->width, .indent = indent, .used = indent};
    trod_buf_repeat(out, ' ', indent);
    table_words(&wrap, trod_buf_str(text));
    table_wrap_end(&wrap);
    if (text->failed) out->failed = true;
    trod_buf_free(text);
}

/* ---- Who -----------------------------------------------------------------------------------
 */

/* The value that a column has in all events, or nothing. */
static trod_str constant_of(const struct trod_customer *customer,
                            const struct trod_customer_column *column) {
    for (uint32_t i = 0; i < customer->n_events; i++)
        if (!column->text[i].at || !trod_str_equal(column->text[i], column->text[0]))
            return (trod_str){0};
    return customer->n_events > 1 ? column->text[0] : (trod_str){0};
}

static void add_value(struct trod_buf *text, const char *before, trod_str name,
                      trod_str value) {
    trod_buf_format(text, "%s%.*s ", before, TROD_ARG(name));
    table_text(text, value.n ? value : TROD_STR("\"\""));
}

static bool is_shown(const struct trod_parts *parts, uint32_t field) {
    return !trod_str_is(parts->fields[field].name, TROD_IDENTIFIED_FACT);
}

static void say_who(const struct customer_page *page, struct trod_buf *out) {
    const struct trod_customer *const customer = page->customer;
    const struct trod_parts *const parts = customer->parts;
    struct trod_buf facts = {0}, always = {0}, segments = {0};
    for (size_t i = 0; i < customer->n_facts; i++)
        if (is_shown(parts, customer->facts[i].field))
            add_value(&facts, facts.n ? ", " : "Known of them: ",
                      parts->fields[customer->facts[i].field].name, customer->facts[i].text);
    for (size_t i = 0; i < customer->n_columns; i++) {
        const trod_str value = constant_of(customer, &customer->columns[i]);
        if (value.at)
            add_value(&always, always.n ? ", " : "In every event: ",
                      parts->fields[customer->columns[i].field].name, value);
    }
    for (size_t s = 0; page->trail && s < page->trail->map->n_segments; s++)
        if (page->trail->segments[s])
            trod_buf_format(&segments, "%s%.*s", segments.n ? ", " : "Segments of the map: ",
                            TROD_ARG(page->trail->map->segments[s].title));
    if (facts.n || always.n || segments.n) trod_buf_byte(out, '\n');
    if (facts.n) table_paragraph(out, trod_buf_str(&facts), page->width);
    if (always.n) table_paragraph(out, trod_buf_str(&always), page->width);
    if (segments.n) table_paragraph(out, trod_buf_str(&segments), page->width);
    if (facts.failed || always.failed || segments.failed) out->failed = true;
    trod_buf_free(&facts);
    trod_buf_free(&always);
    trod_buf_free(&segments);
}

/* ---- Promised times ------------------------------------------------------------------------
 */

/* Of "usually 3 days, at most 9 days" the part that can be missed. */
static trod_str limit_of(trod_str text) {
    if (!trod_str_starts(text, TROD_STR("usually "))) return text;
    const size_t comma = trod_str_find(text, ',');
    return comma == SIZE_MAX ? text : trod_str_trim(trod_str_slice(text, comma + 1, text.n));
}

/* "late by 29 min": how much more or less than promised it took, where the clock counts. */
static void add_by(struct trod_buf *out, const char *word, const struct trod_window *window,
                   bool late, double took_us) {
    char by[40];
    const int64_t limit_us = late ? window->most_us : window->least_us;
    trod_buf_adds(out, word);
    if (!window->working && limit_us != TROD_NO_TIME)
        trod_buf_format(out, " by %s", table_duration(fabs(took_us - (double)limit_us), by));
}

static void say_promise(const struct trod_trail_promise *promise, size_t name, size_t promised,
                        struct trod_buf *out) {
    char took[40];
    struct trod_buf title = {0};
    trod_buf_format(&title, "%s%.*s",
                    promise->of == TROD_TIMED_SPAN    ? "Span "
                    : promise->of == TROD_TIMED_TAKES ? "Length of "
                    : promise->of == TROD_TIMED_STAGE ? "Stage "
                                                      : "",
                    TROD_ARG(promise->title));
    table_left(out, trod_buf_str(&title), name);
    table_right(out, table_duration(promise->time_us, took), TOOK);
    trod_buf_adds(out, "  ");
    table_left(out, limit_of(promise->window->text), promised);
    trod_buf_adds(out, "  ");
    const char *const word = trod_promise_word(promise->state);
    if (promise->state == TROD_PROMISE_LATE)
        add_by(out, word, promise->window, true, promise->time_us);
    else
        trod_buf_adds(out, word);
    if (promise->state == TROD_PROMISE_KEPT && promise->n_early)
        trod_buf_adds(out, ", early");
    if (promise->accepted) trod_buf_adds(out, ", allowed");
    end_line(out);
    if (title.failed) out->failed = true;
    trod_buf_free(&title);
}

static void say_promises(const struct customer_page *page, struct trod_buf *out) {
    if (!page->trail || page->trail->n_journeys == 0) return;
    const struct trod_trail_journey *const journey =
        &page->trail->journeys[page->trail->n_journeys - 1];
    if (journey->n_promises == 0) return;
    const size_t left = page->width - TOOK - 4 - STATE;
    const size_t promised = page->width < NARROW ? left / 2 : left * 2 / 5;
    const size_t name = left - promised;
    struct trod_buf head = {0};
    table_left(&head,
               page->trail->n_journeys > 1 ? TROD_STR("Promised times, newest journey")
                                           : TROD_STR("Promised times"),
               name);
    table_right(&head, "Took", TOOK);
    trod_buf_adds(&head, "  ");
    table_left(&head, TROD_STR("Promised"), promised);
    trod_buf_byte(out, '\n');
    say_head(page, &head, out);
    for (uint32_t i = 0; i < journey->n_promises; i++)
        say_promise(&journey->promises[i], name, promised, out);
}

/* ---- The timeline --------------------------------------------------------------------------
 */

static const struct trod_trail_step *step_of(const struct timeline *line, uint32_t event) {
    const struct trod_trail *const trail = line->page->trail;
    if (!trail || trail->step_of[event] == UINT32_MAX) return NULL;
    return &trail->journeys[trail->journey_of[event]].steps[trail->step_of[event]];
}

static void say_day(struct timeline *line, int64_t time_us) {
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const int64_t day = time_us == TROD_NO_TIME
                            ? INT64_MIN + 1
                            : time_us / TROD_DAY_US - (time_us % TROD_DAY_US < 0);
    struct trod_buf head = {0};
    char date[40];
    if (day == line->day) return;
    line->day = day;
    if (!line->page->customer->parts->has_times) return;
    if (time_us == TROD_NO_TIME)
        trod_buf_adds(&head, "Without a time");
    else
        trod_buf_format(&head, "%s %s", days[trod_civil_from_us(time_us).weekday],
                        trod_date_write(time_us, date));
    trod_buf_byte(line->out, '\n');
    say_head(line->page, &head, line->out);
}

static void say_journey(struct timeline *line, uint32_t j) {
    const struct trod_trail *const trail = line->page->trail;
    struct trod_buf head = {0};
    if (line->begun[j]) return;
    line->begun[j] = true;
    if (trail->n_journeys < 2) return;
    trod_buf_format(&head, "Journey %u of %u", j + 1, trail->n_journeys);
    trod_buf_byte(line->out, '\n');
    say_head(line->page, &head, line->out);
    line->day = INT64_MIN; /* its day is said again */
}

static trod_str value_of(const struct trod_customer *customer, uint32_t field, uint32_t event) {
    for (size_t i = 0; i < customer->n_columns; i++)
        if (customer->columns[i].field == field) return customer->columns[i].text[event];
    return (trod_str){0};
}

/* Without a map: where another journey goes on, by the log's own column of journeys. */
static void say_own_journey(struct timeline *line, uint32_t event) {
    const struct trod_customer *const customer = line->page->customer;
    const uint32_t field = customer->parts->journey_field;
    struct trod_buf head = {0};
    if (field == TROD_NO_ID) return;
    const trod_str journey = value_of(customer, field, event);
    if (!journey.n || trod_str_equal(journey, line->journey)) return;
    line->journey = journey;
    trod_buf_adds(&head, "Journey ");
    table_text(&head, journey);
    trod_buf_byte(line->out, '\n');
    say_head(line->page, &head, line->out);
    line->day = INT64_MIN;
}

static void add_row(struct timeline *line, const char *clock, const char *gap, trod_str name,
                    trod_str where) {
    trod_buf_adds(line->out, "  ");
    table_left(line->out, trod_str_of(clock), line->clock);
    table_right(line->out, gap, GAP);
    trod_buf_adds(line->out, "  ");
    table_left(line->out, name, line->name);
    trod_buf_adds(line->out, "  ");
    table_left(line->out, where, line->where);
    end_line(line->out);
}

/* The touchpoints that were left out before that step. */
static void say_skips(struct timeline *line, uint32_t j, uint32_t step) {
    const struct trod_trail_journey *const journey = &line->page->trail->journeys[j];
    const struct trod_map *const map = line->page->trail->map;
    for (uint32_t s = line->next_step[j]; s < step; s++) {
        const struct trod_trail_step *const skip = &journey->steps[s];
        if (skip->kind != TROD_TRAIL_SKIPPED) continue;
        struct trod_buf name = {0};
        trod_buf_format(&name, "\xe2\x80\x93 %.*s",
                        TROD_ARG(map->touchpoints[skip->touchpoint_id].title));
        add_row(line, "", "", trod_buf_str(&name),
                skip->accepted ? TROD_STR("skipped, as is allowed") : TROD_STR("skipped"));
        if (name.failed) line->out->failed = true;
        trod_buf_free(&name);
    }
    if (line->next_step[j] <= step) line->next_step[j] = step + 1;
}

/* The stage and the channel: that of the event, else the map's only one. */
static void add_where(const struct timeline *line, uint32_t event, struct trod_buf *where) {
    const struct trod_customer *const customer = line->page->customer;
    const struct trod_trail_step *const step = step_of(line, event);
    const struct trod_touchpoint *touchpoint = NULL;
    trod_str channel = {0};
    if (step && step->touchpoint_id != TROD_NO_ID)
        touchpoint = &line->page->trail->map->touchpoints[step->touchpoint_id];
    if (touchpoint && touchpoint->stage_id != TROD_NO_ID)
        trod_buf_add(where, line->page->trail->map->stages[touchpoint->stage_id].title);
    if (customer->parts->channel_field != TROD_NO_ID)
        channel = value_of(customer, customer->parts->channel_field, event);
    if (!channel.n && touchpoint && touchpoint->channels.n == 1)
        channel = touchpoint->channels.at[0];
    if (channel.n)
        trod_buf_format(where, "%s%.*s", where->n ? " \xc2\xb7 " : "", TROD_ARG(channel));
}

static void add_note(struct trod_buf *note, const char *text) {
    trod_buf_format(note, "%s%s", note->n ? "; " : "", text);
}

/* What the step is, where it is not what was designed; told at its first event. */
static void add_step_notes(const struct trod_trail_step *step, struct trod_buf *note) {
    const bool quiet = step->kind == TROD_TRAIL_AS_DESIGNED ||
                       step->kind == TROD_TRAIL_READ;
    if (!quiet) add_note(note, trod_trail_word(step->kind));
    if (!quiet && step->accepted) trod_buf_adds(note, ", as is allowed");
    if (step->failed && step->kind != TROD_TRAIL_FAILED) add_note(note, "an attempt failed");
    if ((step->late || step->early) && step->comes) {
        add_note(note, "");
        add_by(note, step->late ? "late" : "early", step->comes, step->late, step->came_us);
        trod_buf_format(note, ", promised %.*s", TROD_ARG(limit_of(step->comes->text)));
    }
    if (step->n_events > 1)
        trod_buf_format(note, "%s%u events in one visit", note->n ? "; " : "", step->n_events);
}

/* What the customer said of it, where a source of the map is a survey. */
static void add_rating(const struct timeline *line, uint32_t event, struct trod_buf *note) {
    const struct trod_customer *const customer = line->page->customer;
    const struct trod_map *const map = line->page->trail->map;
    for (size_t s = 0; s < map->n_sources; s++) {
        const struct trod_map_source *const source = &map->sources[s];
        const uint32_t rating =
            source->rating.n ? trod_parts_field(customer->parts, source->rating, false)
                             : TROD_NO_ID;
        const uint32_t words =
            source->words.n ? trod_parts_field(customer->parts, source->words, false)
                            : TROD_NO_ID;
        const trod_str rated =
            rating == TROD_NO_ID ? (trod_str){0} : value_of(customer, rating, event);
        const trod_str said =
            words == TROD_NO_ID ? (trod_str){0} : value_of(customer, words, event);
        if (rated.n && !isnan(source->rating_from))
            trod_buf_format(note, "%srated %.*s, of %g to %g", note->n ? "; " : "",
                            TROD_ARG(rated), source->rating_from, source->rating_to);
        if (said.n)
            trod_buf_format(note, "%s\"%.*s\"", note->n ? "; " : "", TROD_ARG(said));
        if (rated.n || said.n) return;
    }
}

static void add_fields(const struct timeline *line, uint32_t event, struct trod_buf *note) {
    const struct trod_customer *const customer = line->page->customer;
    for (size_t i = 0; i < customer->n_columns; i++) {
        const struct trod_customer_column *const column = &customer->columns[i];
        if (!column->text[event].at || constant_of(customer, column).at ||
            column->field == customer->parts->channel_field ||
            (!line->page->trail && column->field == customer->parts->journey_field))
            continue;
        add_value(note, note->n ? ", " : "", customer->parts->fields[column->field].name,
                  column->text[event]);
    }
}

static void say_notes(struct timeline *line, uint32_t event, trod_str shown) {
    const struct customer_page *const page = line->page;
    const struct trod_customer *const customer = page->customer;
    const struct trod_trail_step *const step = step_of(line, event);
    const trod_str name = trod_dict_at(customer->parts->names, customer->events[event].name);
    const size_t indent = 2 + line->clock + GAP + 2;
    struct trod_buf note = {0};
    if (step && step->event == event) add_step_notes(step, &note);
    if (page->trail && !step) add_note(&note, "after the journey was lost");
    if (page->trail) add_rating(line, event, &note);
    if (note.n)
        say_words(page, indent, &note, line->out);
    else
        trod_buf_free(&note);
    if (!page->fields) return;
    struct trod_buf fields = {0};
    if (!trod_str_equal_fold(shown, name)) add_value(&fields, "", TROD_STR("event"), name);
    add_fields(line, event, &fields);
    if (fields.n)
        say_words(page, indent, &fields, line->out);
    else
        trod_buf_free(&fields);
}

static void say_event(struct timeline *line, uint32_t event) {
    const struct customer_page *const page = line->page;
    const struct trod_customer *const customer = page->customer;
    const struct trod_customer_event *const at = &customer->events[event];
    const struct trod_trail_step *const step = step_of(line, event);
    char clock[40] = "", gap[40] = "";
    struct trod_buf where = {0};
    if (page->trail)
        say_journey(line, page->trail->journey_of[event]);
    else
        say_own_journey(line, event);
    say_day(line, at->time_us);
    if (step && step->event == event)
        say_skips(line, page->trail->journey_of[event], page->trail->step_of[event]);
    if (at->time_us != TROD_NO_TIME) {
        const struct trod_civil civil = trod_civil_from_us(at->time_us);
        snprintf(clock, sizeof clock, line->clock > 5 ? "%02d:%02d:%02d" : "%02d:%02d",
                 civil.hour, civil.minute, civil.second);
    }
    if (at->gap_us != TROD_NO_TIME) table_duration((double)at->gap_us, gap);
    const trod_str name = step && step->touchpoint_id != TROD_NO_ID
                              ? page->trail->map->touchpoints[step->touchpoint_id].title
                              : trod_dict_at(customer->parts->names, at->name);
    add_where(line, event, &where);
    add_row(line, clock, at->gap_us == TROD_NO_TIME ? "" : gap, name, trod_buf_str(&where));
    if (where.failed) line->out->failed = true;
    trod_buf_free(&where);
    say_notes(line, event, name);
}

/* Whether seconds have to be shown to tell events apart. */
static bool has_seconds(const struct trod_customer *customer) {
    for (uint32_t i = 0; i < customer->n_events; i++)
        if (customer->events[i].time_us != TROD_NO_TIME &&
            customer->events[i].time_us % TROD_MINUTE_US != 0)
            return true;
    return false;
}

static void say_left_out(struct timeline *line, uint32_t from, uint32_t to) {
    const struct trod_customer *const customer = line->page->customer;
    struct trod_buf text = {0};
    char n[32], a[40], b[40];
    int64_t first_us = TROD_NO_TIME, last_us = TROD_NO_TIME;
    for (uint32_t i = from; i < to; i++) {
        const int64_t time_us = customer->events[i].time_us;
        if (time_us == TROD_NO_TIME) continue;
        if (first_us == TROD_NO_TIME) first_us = time_us;
        last_us = time_us;
    }
    trod_buf_format(&text, "\xe2\x80\xa6 %s event%s between", table_count(to - from, n),
                    to - from == 1 ? "" : "s");
    if (first_us != TROD_NO_TIME)
        trod_buf_format(&text, ", %s to %s", trod_date_write(first_us, a),
                        trod_date_write(last_us, b));
    trod_buf_adds(&text, "; --all shows them");
    trod_buf_byte(line->out, '\n');
    say_words(line->page, 2, &text, line->out);
    line->day = INT64_MIN;
    /* What was skipped among them is not told either. */
    for (uint32_t i = from; line->page->trail && i < to; i++) {
        const uint32_t j = line->page->trail->journey_of[i], s = line->page->trail->step_of[i];
        if (s != UINT32_MAX && line->next_step[j] <= s) line->next_step[j] = s + 1;
    }
}

static trod_status say_events(const struct customer_page *page, struct trod_buf *out,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = page->customer->n_events;
    const uint32_t n_journeys = page->trail ? page->trail->n_journeys : 0;
    const bool cut = page->limit && page->limit < n;
    const uint32_t n_first = cut ? (uint32_t)(page->limit + 1) / 2 : n;
    const uint32_t n_last = cut ? (uint32_t)page->limit / 2 : 0;
    struct timeline line = {.page = page, .out = out, .day = INT64_MIN};
    line.clock = !page->customer->parts->has_times ? 0 : has_seconds(page->customer) ? 8 : 5;
    const size_t left = page->width - 2 - line.clock - GAP - 4;
    line.where = left * 2 / 5;
    line.name = left - line.where;
    line.next_step = TROD_NEW_ARRAY(page->arena, n_journeys, uint32_t);
    line.begun = TROD_NEW_ARRAY(page->arena, n_journeys, bool);
    TROD_TRY_ALLOC(line.next_step && line.begun ? out : NULL, error);
    if (!page->customer->parts->has_times) trod_buf_byte(out, '\n');
    for (uint32_t i = 0; i < n; i++) {
        if (i == n_first && cut) {
            say_left_out(&line, n_first, n - n_last);
            i = n - n_last;
            if (i == n) break;
        }
        say_event(&line, i);
    }
done:
    return status;
}

/* ---- The page ------------------------------------------------------------------------------
 */

static void say_limits(const struct customer_page *page, struct trod_buf *out) {
    struct trod_buf text = {0};
    const struct trod_trail *const trail = page->trail;
    const struct trod_trail_journey *const last =
        trail && trail->n_journeys ? &trail->journeys[trail->n_journeys - 1] : NULL;
    if (!page->customer->parts->has_times)
        trod_buf_adds(&text, "The log has no times: events stand in the order of the file. ");
    if (last && last->cut_start)
        trod_buf_adds(&text, "The journey begins so near the begin of the log that its true "
                             "begin may lie before it: nothing is said to be skipped there. ");
    if (text.n) {
        trod_buf_byte(out, '\n');
        table_paragraph(out, trod_buf_str(&text), page->width);
    }
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

trod_status customer_write_text(const struct customer_page *page, struct trod_buf *out,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const char *const summary = trod_trail_summary(page->customer, page->trail, page->arena);
    TROD_TRY_ALLOC(summary, error);
    table_paragraph(out, trod_str_of(summary), page->width);
    say_who(page, out);
    say_promises(page, out);
    TROD_TRY(say_events(page, out, error));
    say_limits(page, out);
    if (out->failed)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "the answer is too long: ask for less with --limit"));
done:
    return status;
}
