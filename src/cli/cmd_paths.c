/* cmd_paths: the distinct paths that journeys take, and how many take each. */
#include "cli/journeys.h"
#include "cli/workspace.h"
#include "trod/mine.h"

enum {
    TOP_PATHS = 10,
    NUMBER = 9,     /* cells of the columns before the path */
    MOST_LINES = 5, /* of one path */
};

/* A path in words: "look › ask ×3 › buy", cut after a few lines. */
static void say_path(const struct journeys *journeys, const struct trod_path *path,
                     size_t indent, struct trod_buf *out) {
    struct table_wrap wrap = {.out = out,
                              .width = journeys->width,
                              .indent = indent,
                              .used = indent,
                              .most_lines = MOST_LINES};
    uint32_t shown = 0;
    for (uint32_t i = 0; i < path->n && !wrap.full;) {
        uint32_t same = 1;
        while (i + same < path->n && path->steps[i + same] == path->steps[i]) same++;
        if (i) table_words(&wrap, TROD_STR("\xe2\x80\xba"));
        table_words(&wrap, trod_dict_at(journeys->question.parts->names, path->steps[i]));
        if (same > 1) {
            char times[24];
            snprintf(times, sizeof times, "\xc3\x97%u", same);
            table_words(&wrap, trod_str_of(times));
        }
        if (!wrap.full) shown = i + same;
        i += same;
    }
    table_wrap_end(&wrap);
    if (shown < path->n) {
        char number[32];
        trod_buf_repeat(out, ' ', indent);
        trod_buf_format(out, "\xe2\x80\xa6 and %s more step%s\n",
                        table_count(path->n - shown, number), path->n - shown == 1 ? "" : "s");
    }
}

static void say_paths(const struct journeys *journeys, const struct trod_paths *paths, size_t n,
                      struct trod_buf *out) {
    const bool timed = paths->picked.has_times;
    const size_t indent = NUMBER + 8 + (timed ? NUMBER : 0) + 2;
    char number[40], share[16];
    struct trod_buf head = {0};
    table_right(&head, "Journeys", NUMBER);
    table_right(&head, "Share", 8);
    if (timed) table_right(&head, "Median", NUMBER);
    trod_buf_adds(&head, "  Path");
    trod_buf_byte(out, '\n');
    table_bold(out, head.at ? head.at : "", journeys->colour);
    trod_buf_byte(out, '\n');
    trod_buf_free(&head);
    for (size_t p = 0; p < n; p++) {
        const struct trod_path *const path = &paths->paths[p];
        table_right(out, table_count(path->n_journeys, number), NUMBER);
        table_right(out, table_share(path->n_journeys, paths->picked.n_journeys, share), 8);
        if (timed) table_right(out, table_duration(path->lasts.median_us, number), NUMBER);
        trod_buf_adds(out, "  ");
        say_path(journeys, path, indent, out);
    }
}

/* How many paths there are, and how much of all the first ones make. */
static void say_sum(const struct journeys *journeys, const struct trod_paths *paths, size_t n,
                    struct trod_buf *out) {
    struct trod_buf text = {0};
    char a[40], share[16];
    uint64_t n_journeys = 0;
    for (size_t p = 0; p < n; p++) n_journeys += paths->paths[p].n_journeys;
    trod_buf_format(&text, "They take %s different path%s", table_count(paths->n_paths, a),
                    paths->n_paths == 1 ? "" : "s");
    if (n < paths->n_paths) {
        trod_buf_adds(&text, "; the ");
        if (n > 1) trod_buf_format(&text, "%s ", table_count(n, a));
        trod_buf_format(&text, "most frequent %s %s of the journeys (--top 0 lists all)",
                        n > 1 ? "make" : "makes",
                        table_share(n_journeys, paths->picked.n_journeys, share));
    }
    trod_buf_adds(&text, ".");
    if (paths->lasts.n) {
        trod_buf_format(&text, " Half of the journeys last at most %s,",
                        trod_duration_write(paths->lasts.median_us, a));
        trod_buf_format(&text, " 95 %% at most %s.",
                        trod_duration_write(paths->lasts.p95_us, a));
    }
    table_paragraph(out, trod_buf_str(&text), journeys->width);
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

static trod_status write_text(const struct journeys *journeys, const struct trod_paths *paths,
                              struct trod_buf *out, struct trod_error *error) {
    const size_t n = journeys->top && journeys->top < paths->n_shown ? (size_t)journeys->top
                                                                     : paths->n_shown;
    journeys_say_what(journeys, &paths->picked, paths->nodes.n, out);
    if (n) {
        say_sum(journeys, paths, n, out);
        say_paths(journeys, paths, n, out);
    }
    journeys_say_limits(journeys, &paths->picked, out);
    if (out->failed)
        return trod_fail(error, TROD_TOO_MUCH,
                         "the answer is too long: ask for less with --top");
    return TROD_OK;
}

static int run_paths(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct journeys journeys = {0};
    struct trod_paths *paths = NULL;
    struct trod_buf out = {0};
    TROD_TRY(journeys_open(cli, TOP_PATHS, &journeys, &error));
    TROD_TRY(
        trod_paths_make(&journeys.question.question, (size_t)journeys.top, &paths, &error));
    const size_t top = (size_t)journeys.top;
    if (strcmp(journeys.format, "json") == 0)
        TROD_TRY(trod_paths_to_json(paths, top, &out, &error));
    else if (strcmp(journeys.format, "csv") == 0)
        TROD_TRY(trod_paths_to_csv(paths, top, &out, &error));
    else
        TROD_TRY(write_text(&journeys, paths, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_paths_free(paths);
    journeys_close(&journeys);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const char *const examples[] = {
    "trod paths events.csv",
    "the ten most frequent paths, with their share and how long they last",
    "trod paths log.xes.gz --top 0 --format json", "every path, for another program", NULL};

const struct cli_command cli_paths = {
    .name = "paths",
    .group = "What happened?",
    .arguments = "[LOG…]",
    .summary = "Show the distinct paths that journeys take, and how many take each.",
    .details =
        "A path is the sequence of a journey's events by their names; two journeys take the "
        "same "
        "path if all their steps are equal. The most frequent comes first. CSV has one row a "
        "step. No map is needed. "
        "Without LOG it is the log of the workspace, else standard input, which \"-\" names, "
        "too.",
    .examples = examples,
    .options = {journeys_options, cli_options_view, cli_options_log, cli_options_workspace,
                cli_options_output, cli_options_run},
    .run = run_paths,
};
