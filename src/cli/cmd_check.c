/* cmd_check: what is wrong with a map, and what could be better.
 *
 * The findings are the answer, so they go to standard output. A file that cannot be looked
 * through at all (no text, empty, too deep, too long) is bad input; one with errors is a map
 * that does not hold.
 */
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"

static bool is_no_map(const struct trod_report *report) {
    static const char *const codes[] = {"not-text", "empty", "nesting", "line-too-long"};
    for (size_t i = 0; i < report->n; i++)
        for (size_t k = 0; k < TROD_COUNT(codes); k++)
            if (strcmp(report->items[i].code, codes[k]) == 0) return true;
    return false;
}

static void print_weight(const struct trod_report *report, enum trod_weight weight, size_t *n) {
    for (size_t i = 0; i < report->n; i++) {
        if (report->items[i].weight != weight) continue;
        cli_print_remark(stdout, &report->items[i]);
        ++*n;
    }
}

static void print_text(const struct cli *cli, const struct trod_report *report) {
    size_t n_errors = 0, n_advice = 0;
    print_weight(report, TROD_ERROR, &n_errors);
    if (n_errors && report->n > n_errors) putchar('\n');
    print_weight(report, TROD_ADVICE, &n_advice);
    if (report->n) putchar('\n');
    if (n_errors < report->n_errors || n_advice < report->n_advice)
        printf("The first %zu are shown. ", report->n);
    if (cli->n_arguments > 1)
        printf("%zu maps: ", cli->n_arguments);
    else
        printf("%s: ", cli->arguments[0]);
    if (report->n_errors == 0)
        printf("no error");
    else
        printf("%zu error%s", report->n_errors, report->n_errors == 1 ? "" : "s");
    if (report->n_advice == 0)
        puts(report->n_errors ? "." : ", no advice.");
    else
        printf(", %zu piece%s of advice.\n", report->n_advice,
               report->n_advice == 1 ? "" : "s");
}

static trod_status print_json(const struct cli *cli, const struct trod_report *report,
                              struct trod_error *error) {
    struct trod_buf out = {0};
    struct trod_json_writer json = {.out = &out};
    trod_json_object(&json);
    trod_json_key(&json, "maps");
    trod_json_uint(&json, cli->n_arguments);
    trod_json_key(&json, "errors");
    trod_json_uint(&json, report->n_errors);
    trod_json_key(&json, "advice");
    trod_json_uint(&json, report->n_advice);
    trod_json_key(&json, "remarks");
    trod_json_array(&json);
    for (size_t i = 0; i < report->n; i++) {
        const struct trod_remark *const remark = &report->items[i];
        trod_json_object(&json);
        trod_json_key(&json, "weight");
        trod_json_text(&json, remark->weight == TROD_ERROR ? "error" : "advice");
        trod_json_key(&json, "code");
        trod_json_text(&json, remark->code);
        trod_json_key(&json, "file");
        trod_json_str(&json, remark->file);
        trod_json_key(&json, "line");
        trod_json_uint(&json, remark->line);
        trod_json_key(&json, "column");
        trod_json_uint(&json, remark->column);
        trod_json_key(&json, "message");
        trod_json_text(&json, remark->message);
        trod_json_key(&json, "hint");
        trod_json_text(&json, remark->hint);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_end_object(&json);
    trod_buf_byte(&out, '\n');
    const trod_status status =
        out.failed ? trod_fail(error, TROD_NO_MEMORY, "there is not enough memory")
                   : trod_file_write("-", trod_buf_str(&out), error);
    trod_buf_free(&out);
    return status;
}

static int run_check(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_report report = {0};
    struct trod_map_options options = {.advice = true, .no_files = cli_flag(cli, "no-files")};
    const char *format = NULL;
    int exit_status = CLI_DONE;
    if (cli->n_arguments == 0) {
        status = trod_fail(&error, TROD_BAD_OPTION, "trod check takes the map to look through");
        trod_error_hint(&error, "for example: trod check onboarding.journey");
        goto done;
    }
    TROD_TRY(cli_format(cli, "text json", "text", &format, &error));
    TROD_TRY(cli_time(cli, "today", false, &options.today_us, &error));
    if (options.today_us == TROD_NO_TIME)
        options.today_us = (int64_t)time(NULL) * TROD_SECOND_US;
    for (size_t i = 0; i < cli->n_arguments; i++) {
        struct trod_map *map = NULL;
        status = trod_map_read(cli->arguments[i], &options, &map, &report, &error);
        trod_map_free(map);
        if (status == TROD_BAD_INPUT) status = TROD_OK; /* the report says it all */
        if (status != TROD_OK) exit_status = cli_fail(&error);
        status = TROD_OK;
    }
    if (strcmp(format, "json") == 0)
        TROD_TRY(print_json(cli, &report, &error));
    else if (exit_status == CLI_DONE || report.n)
        print_text(cli, &report);
    if (exit_status == CLI_DONE && report.n_errors)
        exit_status = is_no_map(&report) ? CLI_BAD : CLI_NO;
done:
    trod_report_release(&report);
    return status == TROD_OK ? exit_status : cli_fail(&error);
}

static const struct cli_option options_check[] = {
    {"no-files", 0, NULL, "leave the files that the map names alone"},
    {"today", 0, "DATE", "the day that overdue reviews are measured from (else today)"},
    {"format", 0, "FORMAT", "text or json"},
    {NULL},
};
static const char *const examples[] = {"trod check onboarding.journey",
                                       "every error with its place, then the advice",
                                       "trod check --no-files --today 2025-03-10 *.journey",
                                       "the same answer on any day and any machine", NULL};

const struct cli_command cli_check = {
    .name = "check",
    .group = "Draw",
    .arguments = "MAP…",
    .summary = "Look through a map for errors, and give advice.",
    .details =
        "Errors are what no map may have: a reference to something that is not there, a "
        "time limit that contradicts itself, shares that do not add up. Advice is what a "
        "careful reader would say: a pain that nobody works on, a touchpoint without an "
        "owner. All of it comes in one go, with file, line and column. Exit status: 0 no "
        "error, 1 errors, 2 the file is no map at all.",
    .examples = examples,
    .options = {options_check},
    .run = run_check,
};
