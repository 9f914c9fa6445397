/* cmd_flow: what follows what, how often and after how long. */
#include "cli/flow.h"
#include "cli/workspace.h"
#include "trod/mine.h"

#include <stdlib.h>

enum {
    TOP_PAIRS = 20,
    TOP_ENDS = 5, /* names that journeys begin and end with */
    NUMBER = 9,   /* cells of a count */
    DURATION = 8,
};

static trod_str name_of(const struct journeys *journeys, uint32_t name) {
    return trod_dict_at(journeys->question.parts->names, name);
}

/* Journeys that begin (or end) with each name, most frequent first. */
struct edge_name {
    uint32_t name;
    uint64_t n;
    size_t order; /* in the order of the events, for ties */
};

static int most_frequent_first(const void *a, const void *b) {
    const struct edge_name *const x = a, *const y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static struct edge_name *edge_names(struct cli *cli, const struct trod_name_counts *names,
                                    bool ends, size_t *n) {
    struct edge_name *const at = TROD_NEW_ARRAY(cli->arena, names->n + 1, struct edge_name);
    *n = 0;
    for (size_t i = 0; at && i < names->n; i++) {
        const uint64_t count = ends ? names->at[i].n_ends : names->at[i].n_starts;
        if (count) at[(*n)++] = (struct edge_name){names->at[i].name, count, i};
    }
    if (at) qsort(at, *n, sizeof *at, most_frequent_first);
    return at;
}

/* One cell of the list: a name with its journeys, or what there is besides. */
static void add_edge_name(const struct journeys *journeys, uint64_t n_journeys,
                          const struct edge_name *at, size_t n, size_t i, size_t cells,
                          struct trod_buf *out) {
    char text[48], number[32], share[16];
    if (i >= n || i > TOP_ENDS || (i == TOP_ENDS && n == 0)) {
        trod_buf_repeat(out, ' ', cells);
    } else if (i == TOP_ENDS) {
        snprintf(text, sizeof text, "and %s more", table_count(n - TOP_ENDS, number));
        table_left(out, trod_str_of(text), cells);
    } else {
        table_left(out, name_of(journeys, at[i].name), cells - NUMBER - 7);
        table_right(out, table_count(at[i].n, number), NUMBER);
        table_right(out, table_share(at[i].n, n_journeys, share), 7);
    }
}

static trod_status say_edges(struct cli *cli, const struct journeys *journeys,
                             const struct trod_follows *follows, struct trod_buf *out,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n_starts = 0, n_ends = 0;
    const struct trod_name_counts *const names = &follows->nodes;
    const uint64_t n_journeys = follows->picked.n_journeys;
    const struct edge_name *const starts = edge_names(cli, names, false, &n_starts);
    TROD_TRY_ALLOC(starts, error);
    const struct edge_name *const ends = edge_names(cli, names, true, &n_ends);
    TROD_TRY_ALLOC(ends, error);
    const size_t cells = (journeys->width - 3) / 2;
    struct trod_buf head = {0};
    table_left(&head, TROD_STR("Journeys begin with"), cells + 3);
    trod_buf_adds(&head, "and end with");
    trod_buf_byte(out, '\n');
    table_bold(out, head.at ? head.at : "", journeys->colour);
    trod_buf_free(&head);
    trod_buf_byte(out, '\n');
    const size_t n = n_starts > n_ends ? n_starts : n_ends;
    for (size_t i = 0; i < n && i <= TOP_ENDS; i++) {
        struct trod_buf line = {0};
        add_edge_name(journeys, n_journeys, starts, n_starts, i, cells, &line);
        trod_buf_repeat(&line, ' ', 3);
        add_edge_name(journeys, n_journeys, ends, n_ends, i, cells, &line);
        trod_str text = trod_buf_str(&line);
        while (text.n && text.at[text.n - 1] == ' ') text.n--;
        trod_buf_add(out, text);
        trod_buf_byte(out, '\n');
        if (line.failed) out->failed = true;
        trod_buf_free(&line);
    }
done:
    return status;
}

/* Whether there is anything to say about how long pairs take. */
static bool is_timed(const struct trod_follows *follows) {
    return follows->picked.has_times && follows->timing != TROD_TIMES_NONE;
}

static void say_pairs(const struct journeys *journeys, const struct trod_follows *follows,
                      struct trod_buf *out) {
    const bool timed = is_timed(follows);
    const size_t cells = (journeys->width - 1 - NUMBER - (timed ? 3 * DURATION : 0)) / 2;
    const size_t n = journeys->top && journeys->top < follows->n_edges ? (size_t)journeys->top
                                                                       : follows->n_edges;
    char number[40];
    struct trod_buf head = {0};
    table_left(&head, TROD_STR("From"), cells);
    trod_buf_byte(&head, ' ');
    table_left(&head, TROD_STR("to"), cells);
    table_right(&head, "Times", NUMBER);
    if (timed) {
        table_right(&head, follows->has_waiting ? "Waiting" : "Mean", DURATION);
        table_right(&head, "Median", DURATION);
        table_right(&head, "95 %", DURATION);
    }
    trod_buf_byte(out, '\n');
    table_bold(out, head.at ? head.at : "", journeys->colour);
    trod_buf_byte(out, '\n');
    trod_buf_free(&head);
    for (size_t e = 0; e < n; e++) {
        const struct trod_follows_edge *const edge = &follows->edges[e];
        table_left(out, name_of(journeys, edge->from), cells);
        trod_buf_byte(out, ' ');
        table_left(out, name_of(journeys, edge->to), cells);
        table_right(out, table_count(edge->n, number), NUMBER);
        if (timed) {
            const double third =
                follows->has_waiting ? edge->waiting.median_us : edge->times.mean_us;
            table_right(out, table_duration(third, number), DURATION);
            table_right(out, table_duration(edge->times.median_us, number), DURATION);
            table_right(out, table_duration(edge->times.p95_us, number), DURATION);
        }
        trod_buf_byte(out, '\n');
    }
}

static void say_note(const struct journeys *journeys, const struct trod_follows *follows,
                     struct trod_buf *out) {
    struct trod_buf text = {0};
    char a[32], b[32];
    if (journeys->top && journeys->top < follows->n_edges)
        trod_buf_format(&text, "The %s most frequent of %s pairs; --top 0 lists all. ",
                        table_count(journeys->top, a), table_count(follows->n_edges, b));
    if (is_timed(follows) && follows->n_edges) {
        trod_buf_adds(&text,
                      "Times run from the begin of the one to the begin of the next, which "
                      "comes right after it in the same journey; 95 % come within the last "
                      "column.");
        if (follows->has_waiting)
            trod_buf_adds(&text,
                          " Waiting is the median from the end of the one to the begin of "
                          "the next.");
        if (follows->timing == TROD_TIMES_QUICK)
            trod_buf_adds(&text,
                          " Medians and 95 % were asked for quickly: they are within 1 % "
                          "of the exact ones.");
    }
    if (text.n) {
        trod_buf_byte(out, '\n');
        table_paragraph(out, trod_buf_str(&text), journeys->width);
    }
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

static trod_status write_text(struct cli *cli, const struct journeys *journeys,
                              const struct trod_follows *follows, struct trod_buf *out,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    journeys_say_what(journeys, &follows->picked, follows->nodes.n, out);
    if (follows->picked.n_journeys) {
        TROD_TRY(say_edges(cli, journeys, follows, out, error));
        if (follows->n_edges) say_pairs(journeys, follows, out);
        say_note(journeys, follows, out);
    }
    journeys_say_limits(journeys, &follows->picked, out);
    if (out->failed)
        TROD_TRY(
            trod_fail(error, TROD_TOO_MUCH, "the answer is too long: ask for less with --top"));
done:
    return status;
}

/* --times exact, quick or none; --quick and --counts are the short forms. */
static trod_status timing_of(const struct cli *cli, enum trod_timing *timing,
                             struct trod_error *error) {
    const char *const times = cli_text(cli, "times");
    *timing = TROD_TIMES_EXACT;
    if (times && strcmp(times, "quick") == 0)
        *timing = TROD_TIMES_QUICK;
    else if (times && strcmp(times, "none") == 0)
        *timing = TROD_TIMES_NONE;
    else if (times && strcmp(times, "exact") != 0)
        return trod_fail(error, TROD_BAD_OPTION,
                         "--times takes exact, quick or none, not \"%s\"", times);
    if (cli_flag(cli, "quick")) *timing = TROD_TIMES_QUICK;
    if (cli_flag(cli, "counts")) *timing = TROD_TIMES_NONE;
    return TROD_OK;
}

static trod_status flow_of_all(struct cli *cli, const struct journeys *journeys,
                               enum trod_timing timing, struct trod_buf *out,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_follows *follows = NULL;
    const size_t top = (size_t)journeys->top;
    TROD_TRY(trod_follows_make(&journeys->question.question, timing, &follows, error));
    if (strcmp(journeys->format, "json") == 0)
        TROD_TRY(trod_follows_to_json(follows, top, out, error));
    else if (strcmp(journeys->format, "csv") == 0)
        TROD_TRY(trod_follows_to_csv(follows, top, out, error));
    else
        TROD_TRY(write_text(cli, journeys, follows, out, error));
done:
    trod_follows_free(follows);
    return status;
}

static int run_flow(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct journeys journeys = {0};
    struct trod_buf out = {0};
    enum trod_timing timing = TROD_TIMES_EXACT;
    TROD_TRY(timing_of(cli, &timing, &error));
    if (cli_text(cli, "segments") && !cli_text(cli, "by"))
        TROD_TRY(trod_fail(&error, TROD_BAD_OPTION,
                           "--segments names values of a column: say which with --by"));
    TROD_TRY(journeys_open(cli, TOP_PAIRS, &journeys, &error));
    if (cli_text(cli, "by"))
        TROD_TRY(flow_by_segment(cli, &journeys, timing, &out, &error));
    else
        TROD_TRY(flow_of_all(cli, &journeys, timing, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    journeys_close(&journeys);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_flow[] = {
    {"times", 0, "HOW",
     "exact (else), quick: medians and 95 % within 1 %, in one reading; or none: counts alone"},
    {"quick", 0, NULL, "the same as --times quick"},
    {"counts", 0, NULL, "the same as --times none"},
    {"by", 0, "FIELD", "the flow of each segment: a column of the events, or a fact"},
    {"segments", 0, "A,B,…",
     "of --by: these values (else all; the text compares the largest two)"},
    {NULL},
};
static const char *const examples[] = {
    "trod flow events.csv",
    "what comes right after what, how often and after how long",
    "trod flow log.xes.gz --where 'channel = \"web\"' --since 2025-01-01 --format json",
    "the same of some journeys, for another program",
    "trod flow --by country --segments DE,FR",
    "what customers in Germany and in France do differently, in the log of the workspace",
    NULL};

const struct cli_command cli_flow = {
    .name = "flow",
    .group = "What happened?",
    .arguments = "[LOG…]",
    .summary = "Show which event follows which, how often, and how long it takes.",
    .details =
        "Counts every pair of neighbouring events of a journey, and the times from the begin "
        "of "
        "the one to the begin of the next: mean, median and the time within which 95 % come. "
        "Where the log has ends, the waiting time between end and begin as well. With --by, "
        "journeys are told apart by a column, and the text shows what two segments do "
        "differently: of the times that one event happened, how often another came right after "
        "it. No map is needed. Without LOG it is the log of the workspace, else standard "
        "input, "
        "which \"-\" names, too.",
    .examples = examples,
    .options = {options_flow, journeys_options, cli_options_view, cli_options_log,
                cli_options_workspace, cli_options_output, cli_options_run},
    .run = run_flow,
};
