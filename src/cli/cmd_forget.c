/* cmd_forget: a person is taken out of the log, for good. */
#include "cli/table.h"
#include "cli/workspace.h"

/* What was done, and what the look afterwards found. */
static void say(const char *id, bool known, uint64_t n_events, uint64_t n_left) {
    struct trod_buf text = {0}, out = {0};
    char n[32];
    trod_buf_format(&text, "%s: ", id);
    if (n_events)
        trod_buf_format(&text, "forgotten, with %s event%s. ", table_count(n_events, n),
                        n_events == 1 ? "" : "s");
    else if (known)
        trod_buf_adds(&text, "forgotten; the log had facts of them and no event. ");
    else
        trod_buf_adds(&text, "nobody of that id is in the log. ");
    if (n_left)
        trod_buf_format(&text,
                        "The id is still found %s time%s: in what others have, or as a part "
                        "of other words. \"trod export\" shows where.",
                        table_count(n_left, n), n_left == 1 ? "" : "s");
    else
        trod_buf_adds(&text, "Every file was looked through: the id is in none.");
    table_paragraph(&out, trod_buf_str(&text), cli_width());
    if (!text.failed && !out.failed) fwrite(out.at, 1, out.n, stdout);
    trod_buf_free(&text);
    trod_buf_free(&out);
}

static int run_forget(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_store *store = NULL;
    uint64_t n_left_of_all = 0;
    if (cli->n_arguments == 0) {
        status = trod_fail(&error, TROD_BAD_OPTION, "trod forget needs the id of a customer");
        trod_error_hint(&error, "for example: trod forget ann@example.org");
        goto done;
    }
    TROD_TRY(workspace_open(cli, TROD_STORE_WRITE, &store, &error));
    for (size_t i = 0; i < cli->n_arguments; i++) {
        uint64_t n_events = 0, n_left = 0;
        bool known = false;
        const char *const id = cli->arguments[i];
        TROD_TRY(trod_store_knows(store, trod_str_of(id), &known, &error));
        TROD_TRY(
            trod_store_forget(store, trod_str_of(id), &cli->run, &n_events, &n_left, &error));
        say(id, known, n_events, n_left);
        n_left_of_all += n_left;
    }
done:
    trod_store_close(store);
    if (status != TROD_OK) return cli_fail(&error);
    return n_left_of_all ? CLI_NO : CLI_DONE;
}

static const char *const examples[] = {"trod forget ann@example.org",
                                       "no file of the workspace knows her any more", NULL};

const struct cli_command cli_forget = {
    .name = "forget",
    .group = "What happened?",
    .arguments = "ID…",
    .summary = "Take a person out of the log, for good.",
    .details = "Every column file that knows the customer is written anew without it, with the "
               "values that "
               "nobody else has. Then every file is looked through, and what was found is "
               "said. Exports, "
               "backups and the files that were brought in are not trod's to change. Exit "
               "status: 0 the id "
               "is nowhere, 1 it is still found.",
    .examples = examples,
    .options = {cli_options_workspace, cli_options_run},
    .run = run_forget,
};
