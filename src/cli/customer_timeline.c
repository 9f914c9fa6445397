/* The events of one customer, day by day. A line has the time, the time since the event before,
 * what it was, and where; what is not as designed stands below it. Of a long journey the
 * beginning and the end are shown. */
#include <math.h>

#include "cli/customer.h"
#include "cli/table.h"

enum { GAP = 9 }; /* cells of the time since the event before */

struct timeline {
    const struct customer_page *page;
    struct trod_buf *out;
    size_t clock, name, where; /* cells */
    int64_t day;               /* of the line before; INT64_MIN: none yet */
    uint32_t *next_step;       /* [journeys] the first step that is not shown yet */
    bool *begun;               /* [journeys] */
    trod_str journey;          /* without a map: the journey of the event before */
};

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
    customer_say_head(line->page, &head, line->out);
}

static void say_journey(struct timeline *line, uint32_t j) {
    const struct trod_trail *const trail = line->page->trail;
    struct trod_buf head = {0};
    if (line->begun[j]) return;
    line->begun[j] = true;
    if (trail->n_journeys < 2) return;
    trod_buf_format(&head, "Journey %u of %u", j + 1, trail->n_journeys);
    trod_buf_byte(line->out, '\n');
    customer_say_head(line->page, &head, line->out);
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
    customer_say_head(line->page, &head, line->out);
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
    customer_end_line(line->out);
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
    const bool quiet = step->kind == TROD_TRAIL_AS_DESIGNED || step->kind == TROD_TRAIL_READ;
    if (!quiet) add_note(note, trod_trail_word(step->kind));
    if (!quiet && step->accepted) trod_buf_adds(note, ", as is allowed");
    if (step->failed && step->kind != TROD_TRAIL_FAILED) add_note(note, "an attempt failed");
    if ((step->late || step->early) && step->comes) {
        add_note(note, "");
        customer_add_by(note, step->late ? "late" : "early", step->comes, step->late,
                        step->came_us);
        trod_buf_format(note, ", promised %.*s",
                        TROD_ARG(customer_limit_of(step->comes->text)));
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
        const uint32_t rating = source->rating.n
                                    ? trod_parts_field(customer->parts, source->rating, false)
                                    : TROD_NO_ID;
        const uint32_t words = source->words.n
                                   ? trod_parts_field(customer->parts, source->words, false)
                                   : TROD_NO_ID;
        const trod_str rated =
            rating == TROD_NO_ID ? (trod_str){0} : value_of(customer, rating, event);
        const trod_str said =
            words == TROD_NO_ID ? (trod_str){0} : value_of(customer, words, event);
        if (rated.n && !isnan(source->rating_from))
            trod_buf_format(note, "%srated %.*s, of %g to %g", note->n ? "; " : "",
                            TROD_ARG(rated), source->rating_from, source->rating_to);
        if (said.n) trod_buf_format(note, "%s\"%.*s\"", note->n ? "; " : "", TROD_ARG(said));
        if (rated.n || said.n) return;
    }
}

static void add_fields(const struct timeline *line, uint32_t event, struct trod_buf *note) {
    const struct trod_customer *const customer = line->page->customer;
    for (size_t i = 0; i < customer->n_columns; i++) {
        const struct trod_customer_column *const column = &customer->columns[i];
        if (!column->text[event].at || customer_constant(customer, column).at ||
            column->field == customer->parts->channel_field ||
            (!line->page->trail && column->field == customer->parts->journey_field))
            continue;
        customer_add_value(note, note->n ? ", " : "",
                           customer->parts->fields[column->field].name, column->text[event]);
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
    if (!trod_str_equal_fold(shown, name))
        customer_add_value(&fields, "", TROD_STR("event"), name);
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

trod_status customer_say_events(const struct customer_page *page, struct trod_buf *out,
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
