/* One customer on the terminal: what there is to say first, who it is, the promised times, and
 * then the events (customer_timeline.c). */
#include "cli/customer.h"

#include <math.h>

#include "cli/table.h"

enum {
    TOOK = 10, /* of a promised time */
    STATE = 14,
    NARROW = 70, /* below it, tables save room */
};

void customer_end_line(struct trod_buf *out) {
    while (out->n && out->at[out->n - 1] == ' ') out->at[--out->n] = '\0';
    trod_buf_byte(out, '\n');
}

void customer_say_head(const struct customer_page *page, struct trod_buf *line,
                       struct trod_buf *out) {
    while (line->n && line->at[line->n - 1] == ' ') line->at[--line->n] = '\0';
    table_bold(out, line->at ? line->at : "", page->colour);
    trod_buf_byte(out, '\n');
    if (line->failed) out->failed = true;
    trod_buf_free(line);
}

/* ---- Who -----------------------------------------------------------------------------------
 */

/* The value that a column has in all events, or nothing. */
trod_str customer_constant(const struct trod_customer *customer,
                           const struct trod_customer_column *column) {
    for (uint32_t i = 0; i < customer->n_events; i++)
        if (!column->text[i].at || !trod_str_equal(column->text[i], column->text[0]))
            return (trod_str){0};
    return customer->n_events > 1 ? column->text[0] : (trod_str){0};
}

void customer_add_value(struct trod_buf *text, const char *before, trod_str name,
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
            customer_add_value(&facts, facts.n ? ", " : "Known of them: ",
                               parts->fields[customer->facts[i].field].name,
                               customer->facts[i].text);
    for (size_t i = 0; i < customer->n_columns; i++) {
        const trod_str value = customer_constant(customer, &customer->columns[i]);
        if (value.at)
            customer_add_value(&always, always.n ? ", " : "In every event: ",
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
trod_str customer_limit_of(trod_str text) {
    if (!trod_str_starts(text, TROD_STR("usually "))) return text;
    const size_t comma = trod_str_find(text, ',');
    return comma == SIZE_MAX ? text : trod_str_trim(trod_str_slice(text, comma + 1, text.n));
}

/* "late by 29 min": how much more or less than promised it took, where the clock counts. */
void customer_add_by(struct trod_buf *out, const char *word, const struct trod_window *window,
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
    table_left(out, customer_limit_of(promise->window->text), promised);
    trod_buf_adds(out, "  ");
    const char *const word = trod_promise_word(promise->state);
    if (promise->state == TROD_PROMISE_LATE)
        customer_add_by(out, word, promise->window, true, promise->time_us);
    else
        trod_buf_adds(out, word);
    if (promise->state == TROD_PROMISE_KEPT && promise->n_early) trod_buf_adds(out, ", early");
    if (promise->accepted) trod_buf_adds(out, ", allowed");
    customer_end_line(out);
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
    customer_say_head(page, &head, out);
    for (uint32_t i = 0; i < journey->n_promises; i++)
        say_promise(&journey->promises[i], name, promised, out);
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
    TROD_TRY(customer_say_events(page, out, error));
    say_limits(page, out);
    if (out->failed)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "the answer is too long: ask for less with --limit"));
done:
    return status;
}
