/* cmd_funnel: how far journeys get along steps in a given order, and how long that takes. */
#include "cli/asking.h"
#include "cli/workspace.h"

enum {
    TOP_SEGMENTS = 20,
    NUMBER = 10, /* cells of a count */
    PERCENT = 12,
    DURATION = 9,
    NARROW = 8, /* of a share in the table of segments */
    ROOMY = 72, /* below it a table does with less */
};

struct funnel_page {
    const struct cli_question *question;
    const struct trod_funnel *funnel;
    struct trod_buf *out;
    size_t width, top;
    bool colour;
};

/* "look or browse" */
static void add_step(struct trod_buf *out, const struct trod_funnel *funnel, size_t k) {
    for (size_t i = 0; i < funnel->steps[k].n; i++) {
        if (i) trod_buf_adds(out, " or ");
        trod_buf_add(out, trod_dict_at(funnel->names, funnel->steps[k].names[i]));
    }
}

static void say_rule(const struct funnel_page *page) {
    const struct trod_funnel *const funnel = page->funnel;
    struct trod_buf text = {0};
    char within[40];
    if (funnel->way == TROD_FUNNEL_FIRST)
        trod_buf_adds(&text, "Of each step, a journey's first event counts. They come in this "
                             "order");
    else if (funnel->way == TROD_FUNNEL_UNBROKEN)
        trod_buf_adds(&text, "Steps in this order, with no other of these steps between");
    else
        trod_buf_adds(&text, "Steps in this order, with anything between");
    if (funnel->within_us)
        trod_buf_format(&text, ", all within %s of the first",
                        asking_exactly(funnel->within_us, within));
    trod_buf_byte(&text, '.');
    table_paragraph(page->out, trod_buf_str(&text), page->width);
    if (text.failed) page->out->failed = true;
    trod_buf_free(&text);
}

static void say_head(const struct funnel_page *page, struct trod_buf *head) {
    trod_buf_byte(page->out, '\n');
    table_bold(page->out, head->at ? head->at : "", page->colour);
    trod_buf_byte(page->out, '\n');
    if (head->failed) page->out->failed = true;
    trod_buf_free(head);
}

static void say_steps(const struct funnel_page *page) {
    const struct trod_funnel *const funnel = page->funnel;
    const bool timed = page->question->parts->has_times;
    /* Where there is little room the name is worth more than the last column. */
    const bool roomy = page->width >= ROOMY;
    const size_t percent = roomy ? PERCENT : NARROW + 1;
    const size_t cells = page->width - 3 - NUMBER - 2 * percent -
                         (timed ? (roomy ? 2 * DURATION : DURATION) : 0);
    struct trod_buf head = {0};
    table_left(&head, TROD_STR("   Step"), cells + 3);
    table_right(&head, "Journeys", NUMBER);
    table_right(&head, roomy ? "% of first" : "% first", percent);
    table_right(&head, roomy ? "% of before" : "% before", percent);
    if (timed) table_right(&head, "Median", DURATION);
    if (timed && roomy) table_right(&head, "95 %", DURATION);
    say_head(page, &head);
    for (size_t k = 0; k < funnel->n_steps; k++) {
        const struct trod_funnel_step *const step = &funnel->all.steps[k];
        struct trod_buf name = {0};
        char number[40];
        add_step(&name, funnel, k);
        trod_buf_format(page->out, "%2zu ", k + 1);
        table_left(page->out, trod_buf_str(&name), cells);
        table_right(page->out, table_count(step->n_journeys, number), NUMBER);
        table_right(page->out, k ? asking_percent(&step->of_first, number) : "", percent);
        table_right(page->out, k ? asking_percent(&step->of_before, number) : "", percent);
        if (timed && k)
            table_right(page->out, table_duration(step->since_before.median_us, number),
                        DURATION);
        if (timed && roomy && k)
            table_right(page->out, table_duration(step->since_before.p95_us, number), DURATION);
        asking_end_row(page->out);
        if (name.failed) page->out->failed = true;
        trod_buf_free(&name);
    }
}

/* ---- Segments ------------------------------------------------------------------------------
 */

static void say_segments(const struct funnel_page *page) {
    const struct trod_funnel *const funnel = page->funnel;
    enum { LEAST_NAME = 12 };
    const size_t most = (page->width - LEAST_NAME - NUMBER) / NARROW;
    /* As many of the last steps as there is room for. */
    const size_t n_columns = funnel->n_steps - 1 < most ? funnel->n_steps - 1 : most;
    const size_t first = funnel->n_steps - n_columns;
    const size_t cells = page->width - NUMBER - n_columns * NARROW;
    struct trod_buf head = {0}, by = {0};
    char number[40];
    trod_buf_format(&by, "By %.*s", TROD_ARG(funnel->by));
    table_left(&head, trod_buf_str(&by), cells);
    table_right(&head, "Step 1", NUMBER);
    for (size_t k = first; k < funnel->n_steps; k++) {
        snprintf(number, sizeof number, k == first ? "%% to %zu" : "%zu", k + 1);
        table_right(&head, number, NARROW);
    }
    trod_buf_free(&by);
    say_head(page, &head);
    const size_t n =
        page->top && page->top < funnel->n_segments ? page->top : funnel->n_segments;
    for (size_t s = 0; s < n; s++) {
        const struct trod_funnel_segment *const segment = &funnel->segments[s];
        table_left(page->out, segment->value.at ? segment->value : TROD_STR("(none)"), cells);
        table_right(page->out, table_count(segment->steps[0].n_journeys, number), NUMBER);
        for (size_t k = first; k < funnel->n_steps; k++)
            table_right(page->out, asking_percent(&segment->steps[k].of_first, number), NARROW);
        asking_end_row(page->out);
    }
}

/* ---- The end -------------------------------------------------------------------------------
 */

static void say_whole(const struct funnel_page *page, struct trod_buf *text) {
    const struct trod_lapse *const whole = &page->funnel->all.whole;
    char a[40];
    enum { FEW = 20 };
    if (whole->n == 0) return;
    trod_buf_format(text, "From step 1 to step %zu ", page->funnel->n_steps);
    if (whole->n == 1) {
        trod_buf_format(text, "it took %s. ", trod_duration_write(whole->median_us, a));
        return;
    }
    if (whole->n >= FEW)
        trod_buf_format(text, "a quarter took at most %s, ",
                        trod_duration_write(whole->p25_us, a));
    trod_buf_format(text, "half %sat most %s", whole->n < FEW ? "took " : "",
                    trod_duration_write(whole->median_us, a));
    if (whole->n >= FEW) {
        trod_buf_format(text, ", three quarters at most %s",
                        trod_duration_write(whole->p75_us, a));
        trod_buf_format(text, ", 95 %% at most %s", trod_duration_write(whole->p95_us, a));
    }
    trod_buf_adds(text, ". ");
}

static void say_notes(const struct funnel_page *page) {
    const struct trod_funnel *const funnel = page->funnel;
    struct trod_buf text = {0};
    char n[40];
    trod_buf_format(&text, "%s %% of all journeys reach step 1. ",
                    asking_percent(&funnel->all.steps[0].of_first, n));
    say_whole(page, &text);
    if (funnel->n_segments)
        trod_buf_adds(&text, "Shares by segment are of the journeys that reach step 1. ");
    if (page->top && page->top < funnel->n_segments)
        trod_buf_format(&text, "The %zu largest of %s segments; --top 0 lists all. ", page->top,
                        table_count(funnel->n_segments, n));
    if (page->question->parts->has_times)
        trod_buf_adds(&text, "Times are from the step before, where a journey gets furthest. ");
    if (funnel->all.n_open) {
        trod_buf_format(&text, "%s journey%s may still get further: ",
                        table_count(funnel->all.n_open, n), asking_plural(funnel->all.n_open));
        trod_buf_format(&text, "when the log ends, %s %s are not over.",
                        funnel->all.n_open == 1 ? "its" : "their",
                        asking_exactly(funnel->within_us, n));
    }
    if (text.n) {
        trod_buf_byte(page->out, '\n');
        table_paragraph(page->out, trod_buf_str(&text), page->width);
    }
    if (text.failed) page->out->failed = true;
    trod_buf_free(&text);
}

static trod_status write_text(const struct funnel_page *page, struct trod_error *error) {
    asking_say_what(page->question, &page->funnel->walked, page->width, page->out);
    if (page->funnel->walked.n_journeys) {
        say_rule(page);
        say_steps(page);
        if (page->funnel->n_segments) say_segments(page);
        say_notes(page);
    }
    asking_say_limits(page->question, &page->funnel->walked, page->width, page->out);
    if (!page->out->failed) return TROD_OK;
    return trod_fail(error, TROD_TOO_MUCH, "the answer is too long: ask for less with --top");
}

/* ---- The command ---------------------------------------------------------------------------
 */

static trod_status read_steps(struct cli *cli, const struct trod_dict *names,
                              struct trod_funnel_options *options, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_step *const steps =
        TROD_NEW_ARRAY(cli->arena, cli->n_arguments, struct trod_step);
    TROD_TRY_ALLOC(steps, error);
    for (size_t k = 0; k < cli->n_arguments; k++)
        TROD_TRY(
            asking_events(names, trod_str_of(cli->arguments[k]), cli->arena, &steps[k], error));
    options->steps = steps;
    options->n_steps = cli->n_arguments;
done:
    return status;
}

static trod_status read_options(struct cli *cli, struct trod_funnel_options *options,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const char *const by = cli_text(cli, "by");
    if (by) options->by = trod_str_of(by);
    TROD_TRY(asking_duration(cli, "within", &options->within_us, error));
    if (cli_flag(cli, "first")) options->way = TROD_FUNNEL_FIRST;
    if (cli_flag(cli, "unbroken")) options->way = TROD_FUNNEL_UNBROKEN;
    if (cli_flag(cli, "first") && cli_flag(cli, "unbroken"))
        TROD_TRY(trod_fail(error, TROD_BAD_OPTION,
                           "--first and --unbroken are two different ways to count: name one"));
    if (cli->n_arguments < 2) {
        trod_fail(error, TROD_BAD_OPTION, "a funnel needs two steps at least");
        trod_error_hint(error, "name the events, for example: trod funnel look ask buy");
        return TROD_BAD_OPTION;
    }
done:
    return status;
}

static int run_funnel(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct cli_question question = {0};
    struct trod_funnel_options options = {0};
    struct trod_funnel *funnel = NULL;
    struct trod_buf out = {0};
    const char *format = NULL;
    uint64_t top = 0;
    TROD_TRY(cli_format(cli, "text json csv", "text", &format, &error));
    TROD_TRY(cli_number(cli, "top", 0, TOP_SEGMENTS, &top, &error));
    TROD_TRY(read_options(cli, &options, &error));
    TROD_TRY(asking_open(cli, NULL, &question, &error));
    TROD_TRY(read_steps(cli, question.parts->names, &options, &error));
    TROD_TRY(trod_funnel_make(&question.question, &options, &funnel, &error));
    if (strcmp(format, "json") == 0) {
        TROD_TRY(trod_funnel_to_json(funnel, &out, &error));
    } else if (strcmp(format, "csv") == 0) {
        TROD_TRY(trod_funnel_to_csv(funnel, &out, &error));
    } else {
        const struct funnel_page page = {.question = &question,
                                         .funnel = funnel,
                                         .out = &out,
                                         .width = cli_width(),
                                         .top = (size_t)top,
                                         .colour =
                                             !cli_text(cli, "output") && cli_colour(stdout)};
        TROD_TRY(write_text(&page, &error));
    }
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_funnel_free(funnel);
    cli_question_close(&question);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const char *const examples[] = {
    "trod funnel landing cart pay --within 30d --by channel",
    "how many get from one to the next within 30 days, by channel",
    "trod funnel research purchase --first --log events.csv",
    "how long it takes from the first research to the first purchase",
    "trod funnel 'search or browse' cart pay --format json",
    "a step may be any of several events",
    NULL};

static const struct cli_option funnel_options[] = {
    {"within", 0, "TIME", "all steps come so soon after the first: 30d, 2w, 12h, 90min"},
    {"by", 0, "FIELD",
     "each segment for itself: by a column of the events or a customer's fact"},
    {"first", 0, NULL, "of each step only a journey's first event counts"},
    {"unbroken", 0, NULL, "no other of the steps may lie between two of them"},
    {"top", 0, "N", "only the N largest segments on the terminal; 0: all (20)"},
    {NULL},
};

const struct cli_command cli_funnel = {
    .name = "funnel",
    .group = "What happened?",
    .arguments = "STEP STEP…",
    .summary = "Show how far journeys get along steps in a given order, and how long it takes.",
    .details =
        "A step is an event by its name, or several joined by \" or \". A journey reaches a "
        "step "
        "if it has the steps up to it in this order; any events may lie between. With "
        "--within, "
        "no step comes later than so long after the first, the very end included; a journey "
        "may "
        "try as often as it likes, and the attempt that gets furthest counts (of those the "
        "first to get there, with each step the last before the next).\n"
        "Events of equal times stand in the order of the files: a step at the same time as the "
        "step before counts if it was recorded after it. An event is never two steps at once. "
        "An event without a time is no step where --within is given.\n"
        "--unbroken breaks an attempt off at any other of the steps; repetitions and other "
        "events are fine. --first looks at the first event of each step alone.\n"
        "A segment is the value at the journey's first event that has one, or the customer's. "
        "Shares come with how far they may be off (Wilson, 95 %).",
    .examples = examples,
    .options = {funnel_options, asking_options_log, cli_options_workspace, cli_options_view,
                cli_options_log, cli_options_output, cli_options_run},
    .run = run_funnel,
};
