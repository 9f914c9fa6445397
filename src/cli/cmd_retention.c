/* cmd_retention: of those who began in a week, how many come back in each later one. */
#include <math.h>

#include "cli/asking.h"
#include "cli/workspace.h"

enum {
    TOP_ROWS = 12,
    NUMBER = 10, /* cells of a count */
    CELL = 5,    /* of a share */
    DATE = 12,
    SEGMENT = 24,
};

struct retention_page {
    const struct cli_question *question;
    const struct trod_retention *retention;
    struct trod_buf *out;
    size_t width, top;
    bool colour;
    size_t cells;     /* of the first column */
    uint32_t n_after; /* columns: 1 … n_after periods later */
};

static const char *unit_of(const struct trod_retention *retention) {
    return retention->every == TROD_EVERY_DAY     ? "day"
           : retention->every == TROD_EVERY_MONTH ? "month"
                                                  : "week";
}

/* A share in a few cells: "61", "<1"; what is not all is not 100. */
static void add_cell(struct trod_buf *out, const struct trod_share *share) {
    const double percent = share->share * 100;
    char text[16];
    if (share->n && percent < 0.5)
        snprintf(text, sizeof text, "<1");
    else
        snprintf(text, sizeof text, "%.0f", share->n < share->of ? fmin(percent, 99) : percent);
    table_right(out, text, CELL);
}

static void add_names(struct trod_buf *out, const struct trod_retention *retention,
                      const struct trod_step *step) {
    for (size_t i = 0; i < step->n; i++) {
        if (i) trod_buf_adds(out, " or ");
        trod_buf_format(out, "\"%.*s\"",
                        TROD_ARG(trod_dict_at(retention->names, step->names[i])));
    }
}

static void say_rule(const struct retention_page *page) {
    const struct trod_retention *const retention = page->retention;
    const char *const unit = unit_of(retention);
    struct trod_buf text = {0};
    if (retention->begin) {
        trod_buf_adds(&text, "Of the customers whose first ");
        add_names(&text, retention, retention->begin);
        trod_buf_format(&text, " was in a %s", unit);
    } else {
        trod_buf_format(&text, "Of the customers who began in a %s", unit);
    }
    if (retention->every == TROD_EVERY_WEEK) trod_buf_adds(&text, " (from Monday on, in UTC)");
    trod_buf_adds(&text, ", so many % ");
    if (retention->back) {
        trod_buf_adds(&text, "had a later ");
        add_names(&text, retention, retention->back);
    } else {
        trod_buf_adds(&text, "came back");
    }
    trod_buf_format(&text, " 1, 2, 3 \xe2\x80\xa6 %ss later.", unit);
    table_paragraph(page->out, trod_buf_str(&text), page->width);
    if (text.failed) page->out->failed = true;
    trod_buf_free(&text);
}

static void say_head(const struct retention_page *page, const char *first) {
    struct trod_buf head = {0};
    char number[16];
    table_left(&head, trod_str_of(first), page->cells);
    table_right(&head, "Customers", NUMBER);
    for (uint32_t k = 1; k <= page->n_after; k++) {
        snprintf(number, sizeof number, "%u", k);
        table_right(&head, number, CELL);
    }
    trod_buf_byte(page->out, '\n');
    table_bold(page->out, head.at ? head.at : "", page->colour);
    trod_buf_byte(page->out, '\n');
    if (head.failed) page->out->failed = true;
    trod_buf_free(&head);
}

static void say_retained(const struct retention_page *page, trod_str name,
                         const struct trod_retained *retained) {
    char number[32];
    table_left(page->out, name, page->cells);
    table_right(page->out, table_count(retained->n_customers, number), NUMBER);
    for (uint32_t k = 1; k <= page->n_after && k < retained->n_after; k++)
        add_cell(page->out, &retained->after[k]);
    asking_end_row(page->out);
}

/* How far the shares of all may be off. */
static void say_margins(const struct retention_page *page) {
    const struct trod_retained *const all = &page->retention->all;
    trod_buf_repeat(page->out, ' ', page->cells + NUMBER);
    for (uint32_t k = 1; k <= page->n_after && k < all->n_after; k++) {
        const struct trod_share *const share = &all->after[k];
        char text[16];
        const double wide = fmax(share->high - share->share, share->share - share->low) * 100;
        snprintf(text, sizeof text, "\xc2\xb1%.0f", ceil(wide - 1e-9));
        table_right(page->out, text, CELL);
    }
    asking_end_row(page->out);
}

static void say_cohorts(const struct retention_page *page) {
    const struct trod_retention *const retention = page->retention;
    const size_t n = retention->n_cohorts;
    const size_t first = page->top && page->top < n ? n - page->top : 0;
    say_head(page, "Began in");
    for (size_t c = first; c < n; c++) {
        const struct trod_cohort *const cohort = &retention->cohorts[c];
        char date[40], number[32];
        table_left(page->out, trod_str_of(trod_date_write(cohort->from_us, date)), page->cells);
        table_right(page->out, table_count(cohort->n_customers, number), NUMBER);
        for (uint32_t k = 1; k <= page->n_after && k < cohort->n_over; k++) {
            const struct trod_share share =
                trod_share_make(cohort->n_back[k], cohort->n_customers);
            add_cell(page->out, &share);
        }
        asking_end_row(page->out);
    }
    say_retained(page, TROD_STR("All"), &retention->all);
    say_margins(page);
}

static void say_segments(const struct retention_page *page) {
    const struct trod_retention *const retention = page->retention;
    struct trod_buf by = {0};
    trod_buf_format(&by, "By %.*s", TROD_ARG(retention->by));
    say_head(page, by.at ? by.at : "");
    trod_buf_free(&by);
    for (size_t s = 0; s < retention->n_segments && (!page->top || s < page->top); s++)
        say_retained(page,
                     retention->segments[s].value.at ? retention->segments[s].value
                                                     : TROD_STR("(none)"),
                     &retention->segments[s]);
    say_retained(page, TROD_STR("All"), &retention->all);
    say_margins(page);
}

static void say_notes(const struct retention_page *page) {
    const struct trod_retention *const retention = page->retention;
    const char *const unit = unit_of(retention);
    const size_t n_rows = retention->by.at ? retention->n_segments : retention->n_cohorts;
    struct trod_buf text = {0};
    char n[40];
    if (page->top && page->top < n_rows)
        trod_buf_format(&text, "The %zu %s of %s; --top 0 lists all. ", page->top,
                        retention->by.at ? "largest" : "newest", table_count(n_rows, n));
    trod_buf_format(
        &text,
        "A %s that was not over when the log ended is left out. \"All\" takes the "
        "customers whose %s is over, and below it is how far its shares may be off. ",
        unit, unit);
    trod_buf_format(&text,
                    "Whoever was there before the log begins (%s) seems new in its first "
                    "%ss. ",
                    trod_date_write(page->question->parts->first_us, n), unit);
    if (retention->n_never)
        trod_buf_format(&text, "%s customer%s never began, and %s left out.",
                        table_count(retention->n_never, n), asking_plural(retention->n_never),
                        retention->n_never == 1 ? "is" : "are");
    trod_buf_byte(page->out, '\n');
    table_paragraph(page->out, trod_buf_str(&text), page->width);
    if (text.failed) page->out->failed = true;
    trod_buf_free(&text);
}

static trod_status write_text(struct retention_page *page, struct trod_error *error) {
    const struct trod_retention *const retention = page->retention;
    page->cells = retention->by.at ? SEGMENT : DATE;
    const size_t room = (page->width - page->cells - NUMBER) / CELL;
    const size_t most = retention->all.n_after > 1 ? retention->all.n_after - 1 : 0;
    page->n_after = (uint32_t)(most < room ? most : room);
    asking_say_what(page->question, &retention->walked, page->width, page->out);
    if (retention->n_began) {
        say_rule(page);
        if (retention->by.at)
            say_segments(page);
        else
            say_cohorts(page);
        say_notes(page);
    }
    asking_say_limits(page->question, &retention->walked, page->width, page->out);
    if (!page->out->failed) return TROD_OK;
    return trod_fail(error, TROD_TOO_MUCH, "the answer is too long: ask for less with --top");
}

/* ---- The command ---------------------------------------------------------------------------
 */

static trod_status read_event(struct cli *cli, const char *name, const struct trod_dict *names,
                              struct trod_step *room, const struct trod_step **step,
                              struct trod_error *error) {
    const char *const given = cli_text(cli, name);
    if (!given) return TROD_OK;
    *step = room;
    return asking_events(names, trod_str_of(given), cli->arena, room, error);
}

static trod_status read_every(const struct cli *cli, enum trod_every *every,
                              struct trod_error *error) {
    static const char *const names[] = {"week", "day", "month"};
    const char *const given = cli_text(cli, "every");
    for (size_t i = 0; i < TROD_COUNT(names); i++) {
        if (given && strcmp(given, names[i]) != 0) continue;
        *every = (enum trod_every)i;
        return TROD_OK;
    }
    return trod_fail(error, TROD_BAD_OPTION, "--every takes day, week or month, not \"%s\"",
                     given);
}

static int run_retention(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct cli_question question = {0};
    struct trod_retention_options options = {0};
    struct trod_step begin = {0}, back = {0};
    struct trod_retention *retention = NULL;
    struct trod_buf out = {0};
    const char *format = NULL;
    const char *const by = cli_text(cli, "by");
    uint64_t top = 0;
    if (by) options.by = trod_str_of(by);
    TROD_TRY(cli_format(cli, "text json csv", "text", &format, &error));
    TROD_TRY(cli_number(cli, "top", 0, TOP_ROWS, &top, &error));
    TROD_TRY(read_every(cli, &options.every, &error));
    TROD_TRY(cli_question_open(cli, cli->arguments, cli->n_arguments, NULL, &question, &error));
    TROD_TRY(read_event(cli, "begin", question.parts->names, &begin, &options.begin, &error));
    TROD_TRY(read_event(cli, "back", question.parts->names, &back, &options.back, &error));
    TROD_TRY(trod_retention_make(&question.question, &options, &retention, &error));
    if (strcmp(format, "json") == 0) {
        TROD_TRY(trod_retention_to_json(retention, &out, &error));
    } else if (strcmp(format, "csv") == 0) {
        TROD_TRY(trod_retention_to_csv(retention, &out, &error));
    } else {
        struct retention_page page = {.question = &question,
                                      .retention = retention,
                                      .out = &out,
                                      .width = cli_width(),
                                      .top = (size_t)top,
                                      .colour = !cli_text(cli, "output") && cli_colour(stdout)};
        TROD_TRY(write_text(&page, &error));
    }
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_retention_free(retention);
    cli_question_close(&question);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const char *const examples[] = {
    "trod retention events.csv", "of those who began in a week, how many come back later",
    "trod retention --every month --begin order --back order --by channel",
    "of those who ordered for the first time, how many order again, by channel", NULL};

static const struct cli_option retention_options[] = {
    {"every", 0, "PERIOD", "day, week or month (week)"},
    {"begin", 0, "EVENT", "customers begin with their first EVENT (else with any)"},
    {"back", 0, "EVENT", "only an EVENT counts as coming back (else any)"},
    {"by", 0, "FIELD",
     "each segment for itself: by a column of the events or a customer's fact"},
    {"top", 0, "N",
     "only the N newest cohorts, or largest segments, on the terminal; 0: all (12)"},
    {NULL},
};

const struct cli_command cli_retention = {
    .name = "retention",
    .group = "What happened?",
    .arguments = "[LOG…]",
    .summary = "Show how many of those who began in a week come back in each later one.",
    .details =
        "Customers who begin in the same week are a cohort: a week is one from Monday on, in "
        "UTC. They come back in a later week if an event of theirs lies in it. A week that is "
        "not over when the log ends counts neither as come back nor as lost: a week is over if "
        "the log has an event after it. Where the log has a journey column, all picked "
        "journeys "
        "of a customer count together.\n"
        "A segment is the value at the customer's first journey's first event that has one, or "
        "the customer's fact. In JSON, `back` has how many of a cohort come back in the week "
        "in "
        "which they began (by another event), in the next, and so on, of which the first "
        "`over` "
        "are of weeks that are over.\n"
        "Without LOG it is the log of the workspace, else standard input, which \"-\" names, "
        "too.",
    .examples = examples,
    .options = {retention_options, cli_options_workspace, cli_options_view, cli_options_log,
                cli_options_output, cli_options_run},
    .run = run_retention,
};
