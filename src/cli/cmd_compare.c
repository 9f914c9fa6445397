/* cmd_compare: designed against trodden. */
#include "cli/cli.h"
#include "cli/workspace.h"
#include "draw/draw.h"
#include "trod/compare.h"

/* --where and --events narrow what is compared, --by compares it value by value. */
static trod_status read_options(struct cli *cli, struct trod_view_options *view,
                                struct trod_compare_options *options, uint64_t *n_paths,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t few = 0, values = 0;
    int64_t now_us = TROD_NO_TIME;
    TROD_TRY(cli_view(cli, view, error));
    TROD_TRY(cli_list(cli, "by", &options->by, &options->n_by, error));
    TROD_TRY(cli_number(cli, "few", 1, 20, &few, error));
    TROD_TRY(cli_number(cli, "values", 1, 20, &values, error));
    TROD_TRY(cli_number(cli, "paths", 0, 10, n_paths, error));
    TROD_TRY(cli_time(cli, "now", true, &now_us, error));
    options->view = view;
    options->few = few;
    options->most_values = (size_t)values;
    options->now_us = now_us == TROD_NO_TIME ? 0 : now_us;
    options->count_unmapped = cli_flag(cli, "count-unmapped");
done:
    return status;
}

static trod_status write_as(const struct cli *cli, const struct trod_compare *compare,
                            const char *format, size_t n_paths, struct trod_buf *out,
                            struct trod_error *error) {
    const bool to_screen = !cli_text(cli, "output");
    const struct trod_report_options options = {.width = to_screen ? cli_width() : 80,
                                                .colour = to_screen && cli_colour(stdout)};
    if (strcmp(format, "json") == 0) return trod_compare_json(compare, n_paths, out, error);
    if (strcmp(format, "html") == 0) return trod_report_html(compare, &options, out, error);
    return trod_report_text(compare, &options, out, error);
}

static int run_compare(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_map *map = NULL;
    struct trod_log *log = NULL;
    struct trod_compare *compare = NULL;
    struct trod_buf out = {0};
    struct trod_view_options view = {0};
    struct trod_compare_options options = {0};
    const char *format = NULL;
    uint64_t n_paths = 0;
    if (cli->n_arguments == 0) {
        status = trod_fail(&error, TROD_BAD_OPTION, "trod compare takes a map, and log files");
        trod_error_hint(&error, "for example: trod compare cargo-bike.journey events.csv");
        goto done;
    }
    TROD_TRY(cli_format(cli, "text html json", "text", &format, &error));
    TROD_TRY(read_options(cli, &view, &options, &n_paths, &error));
    TROD_TRY(cli_read_map(cli, cli->arguments[0], &map, &error));
    if (workspace_holds_log(cli, cli->n_arguments - 1))
        TROD_TRY(workspace_read_log(cli, map, &log, &error));
    else
        TROD_TRY(
            cli_read_log(cli, cli->arguments + 1, cli->n_arguments - 1, map, &log, &error));
    TROD_TRY(trod_compare_make(map, log, &options, &cli->run, &compare, &error));
    TROD_TRY(write_as(cli, compare, format, (size_t)n_paths, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_compare_free(compare);
    trod_log_free(log);
    trod_map_free(map);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_compare[] = {
    {"by", 0, "FIELD,…",
     "the same for every value of an attribute, a fact, `segment` or `channel`"},
    {"values", 0, "N", "of a field show the N most frequent values, the others as one (20)"},
    {"few", 0, "N", "below N journeys say \"too few to tell\" (20)"},
    {"count-unmapped", 0, NULL, "an event that no touchpoint claims is a deviation, too"},
    {"paths", 0, "N", "in JSON, the N most frequent paths with their costs; 0: all (10)"},
    {"now", 0, "TIME", "the time of the question (else the newest event of the log)"},
    {NULL},
};
static const char *const examples[] = {
    "trod compare cargo-bike.journey",
    "the log of the workspace, or those that the map's `source` lines name",
    "trod compare onboarding.journey events.csv.gz --by channel",
    "a log of its own, and every channel on its own as well", NULL};

const struct cli_command cli_compare = {
    .name = "compare",
    .group = "As designed?",
    .arguments = "MAP [LOG…]",
    .summary = "Lay a log on a map: who was in time, where they leave the map, and what to do.",
    .details =
        "How many began and succeeded; which promised spans were kept; at most five findings, "
        "each with its people, its team and its action; every KPI against its target; and the "
        "health of the data. Every share has its base and its 95 % interval. Without LOG it is "
        "the "
        "log of the workspace, if there is one here, else that of the map's `source` lines.",
    .examples = examples,
    .options = {options_compare, cli_options_view, cli_options_log, cli_options_workspace,
                cli_options_output, cli_options_run},
    .run = run_compare,
};
