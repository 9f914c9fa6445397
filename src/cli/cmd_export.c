/* cmd_export: the log as a file for others. */
#include <string.h>
#include <unistd.h>

#include "cli/journeys.h"
#include "cli/table.h"
#include "cli/workspace.h"

/* How the file comes back in as it was, where it would not by itself. */
static void say_way_back(const struct trod_parts *parts, const char *output) {
    size_t n = 0;
    fprintf(stderr, "To bring it back in: trod import %s", output);
    for (size_t f = 0; f < parts->n_fields; f++)
        if (parts->fields[f].fact)
            fprintf(stderr, "%s%.*s", n++ ? "," : " --profile ",
                    TROD_ARG(parts->fields[f].name));
    if (parts->journey_field != TROD_NO_ID)
        fprintf(stderr, " --journey %.*s", TROD_ARG(parts->fields[parts->journey_field].name));
    fputc('\n', stderr);
}

static int run_export(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_view_options view = {0};
    struct trod_export_options options = {.format = TROD_FORMAT_CSV, .view = &view};
    struct trod_store *store = NULL;
    struct trod_parts *parts = NULL;
    struct trod_outfile *file = NULL;
    const char *format = NULL, *output = cli_text(cli, "output");
    bool is_file = output && strcmp(output, "-") != 0;
    uint64_t n_events = 0;
    char n[32];
    TROD_TRY(cli_format(cli, "csv jsonl xes", "csv", &format, &error));
    if (strcmp(format, "jsonl") == 0) options.format = TROD_FORMAT_JSONL;
    if (strcmp(format, "xes") == 0) options.format = TROD_FORMAT_XES;
    TROD_TRY(cli_view(cli, &view, &error));
    TROD_TRY(workspace_open(cli, TROD_STORE_READ, &store, &error));
    TROD_TRY(trod_store_parts(store, &parts, &error));
    TROD_TRY(trod_outfile_open(output ? output : "-", &file, &error));
    TROD_TRY(trod_export(parts, &options, &cli->run, file, &n_events, &error));
    status = trod_outfile_close(file, true, &error);
    file = NULL;
    if (status != TROD_OK || !is_file || cli_flag(cli, "quiet")) goto done;
    fprintf(stderr, "%s event%s written to %s. ", table_count(n_events, n),
            n_events == 1 ? "" : "s", output);
    say_way_back(parts, output);
done:
    if (file && trod_outfile_close(file, false, NULL) != TROD_OK) status = TROD_IO;
    trod_parts_free(parts);
    trod_store_close(store);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_export[] = {
    {"quiet", 'q', NULL, "do not say what was written, and how it comes back in"},
    {NULL},
};
static const char *const examples[] = {
    "trod export -o log.csv", "the whole log of the workspace, customer by customer",
    "trod export --where 'country = \"IT\"' --format jsonl | gzip > italy.jsonl.gz",
    "some journeys, for another program", NULL};

const struct cli_command cli_export = {
    .name = "export",
    .group = "What happened?",
    .arguments = "",
    .summary = "Write the log of the workspace as CSV, JSON lines or XES.",
    .details = "The customers' ids stand in it: that is what it is for. Each customer's events "
               "follow each "
               "other in order of time; a fact of the customer stands in every row (in XES in "
               "the trace). "
               "Brought in again, it is the same log.",
    .examples = examples,
    .options = {options_export, cli_options_view, cli_options_workspace, cli_options_output,
                cli_options_run},
    .run = run_export,
};
