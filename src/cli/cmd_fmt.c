/* cmd_fmt: the canonical spacing of maps, in place. Only what changes is written. */
#include <stdio.h>

#include "cli/cli.h"

#define CEILING_BYTES ((size_t)64 << 20)

/* One map: *changed tells whether its spacing was another. */
static trod_status space_anew(const struct cli *cli, const char *name, bool *changed,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf bytes = {0}, out = {0};
    const char *const output = cli_text(cli, "output");
    const bool piped = strcmp(name, "-") == 0;
    status = trod_file_read(name, CEILING_BYTES, &bytes, error);
    if (status == TROD_TOO_MUCH)
        trod_error_hint(error, "a map is text that people read; is this the log?");
    if (status != TROD_OK) goto done;
    TROD_TRY(
        trod_map_format(trod_buf_str(&bytes), piped ? "standard input" : name, &out, error));
    *changed = !trod_str_equal(trod_buf_str(&bytes), trod_buf_str(&out));
    if (cli_flag(cli, "check")) goto done;
    if (output || piped || *changed)
        TROD_TRY(trod_file_write(output ? output : name, trod_buf_str(&out), error));
done:
    trod_buf_free(&bytes);
    trod_buf_free(&out);
    return status;
}

static int run_fmt(struct cli *cli) {
    struct trod_error error = {0};
    int exit_status = CLI_DONE;
    if (cli->n_arguments == 0) {
        trod_fail(&error, TROD_BAD_OPTION, "trod fmt takes the maps to space anew");
        trod_error_hint(&error, "for example: trod fmt onboarding.journey");
        return cli_fail(&error);
    }
    if (cli_text(cli, "output") && cli->n_arguments > 1) {
        trod_fail(&error, TROD_BAD_OPTION, "-o takes one map, and %zu are given",
                  cli->n_arguments);
        trod_error_hint(&error, "leave -o out to rewrite each of them in place");
        return cli_fail(&error);
    }
    for (size_t i = 0; i < cli->n_arguments; i++) {
        bool changed = false;
        error = (struct trod_error){0};
        const trod_status status = space_anew(cli, cli->arguments[i], &changed, &error);
        if (status != TROD_OK) {
            const int failed = cli_fail(&error);
            if (failed > exit_status) exit_status = failed;
        } else if (changed && cli_flag(cli, "check")) {
            printf("%s would be spaced anew\n", cli->arguments[i]);
            if (exit_status == CLI_DONE) exit_status = CLI_NO;
        }
    }
    return exit_status;
}

static const struct cli_option options_fmt[] = {
    {"check", 0, NULL, "change nothing; name the maps that would change, with exit status 1"},
    {"output", 'o', "FILE", "write to FILE and leave the map as it is"},
    {NULL},
};
static const char *const examples[] = {
    "trod fmt *.journey", "rewrite each map in place, if its spacing is another",
    "trod fmt - < draft.journey", "from standard input to standard output", NULL};

const struct cli_command cli_fmt = {
    .name = "fmt",
    .group = "Draw",
    .arguments = "MAP…",
    .summary = "Give maps their canonical spacing.",
    .details =
        "Indents, the column of the values, and blanks at line ends are set; words, "
        "comments, blank lines and their order stay. Doing it twice changes nothing more. "
        "A map with errors is left alone.",
    .examples = examples,
    .options = {options_fmt},
    .run = run_fmt,
};
