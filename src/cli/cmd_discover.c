/* cmd_discover: a log becomes a map. */
#include "cli/question.h"
#include "cli/workspace.h"
#include "trod/mine.h"

static trod_status read_share(const struct cli *cli, const char *name, double otherwise,
                              double *share, struct trod_error *error) {
    const char *const said = cli_text(cli, name);
    *share = otherwise;
    if (said && (!trod_str_number(trod_str_of(said), share) || *share < 0 || *share > 1))
        return trod_fail(error, TROD_BAD_OPTION, "--%s takes a number from 0 to 1, not \"%s\"",
                         name, said);
    return TROD_OK;
}

/* --format, else the ending of -o. */
static trod_status pick_format(const struct cli *cli, const char **format,
                               struct trod_error *error) {
    static const struct {
        const char *name, *ending;
    } formats[] = {{"journey", ".journey"}, {"tree", ".tree.txt"}};
    const char *const said = cli_text(cli, "format");
    const trod_str file = trod_str_of(cli_text(cli, "output"));
    *format = formats[0].name;
    if (!said && !file.n) return TROD_OK;
    for (size_t i = 0; i < TROD_COUNT(formats); i++) {
        *format = formats[i].name;
        if (said ? strcmp(said, formats[i].name) == 0
                 : trod_str_ends(file, trod_str_of(formats[i].ending)))
            return TROD_OK;
    }
    if (said)
        trod_fail(error, TROD_BAD_OPTION, "trod discover cannot write \"%s\"", said);
    else
        trod_fail(error, TROD_BAD_OPTION, "the ending of %s does not tell its format",
                  cli_text(cli, "output"));
    trod_error_hint(error, "the formats are journey (.journey) and tree (.tree.txt)");
    return TROD_BAD_OPTION;
}

/* "logs/receipt.csv.gz" gives "receipt.csv.gz", and "receipt" as a title. */
static void name_log(const struct cli *cli, trod_str *file, trod_str *title) {
    *file = *title = (trod_str){0};
    if (cli->n_arguments && strcmp(cli->arguments[0], "-") != 0)
        *file = trod_str_of(cli->arguments[0]);
    for (size_t i = file->n; i-- > 0;)
        if (file->at[i] == '/') {
            *file = trod_str_slice(*file, i + 1, file->n);
            break;
        }
    *title = trod_str_slice(*file, 0, trod_str_find(*file, '.'));
    if (cli->n_arguments > 1) *file = (trod_str){0};
    if (!trod_str_utf8(*file, NULL)) *file = *title = (trod_str){0};
    for (size_t i = 0; i < file->n; i++)
        if ((unsigned char)file->at[i] < ' ' || file->at[i] == 0x7f)
            *file = *title = (trod_str){0};
    *title = trod_str_trim(*title);
    if (!title->n) *title = TROD_STR("Discovered journey");
}

static trod_status write_draft(const struct cli *cli, const struct cli_question *question,
                               const struct trod_discovered *found, struct trod_buf *out,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_drafted *drafted = NULL;
    struct trod_draft_options options = {.channel_field =
                                             trod_str_of(cli_text(cli, "channel-from")),
                                         .team_field = trod_str_of(cli_text(cli, "team-from"))};
    name_log(cli, &options.from, &options.title);
    TROD_TRY(trod_draft_make(&question->question, found, &options, &drafted, error));
    TROD_TRY(trod_draft_write(&drafted->draft, out, error));
done:
    trod_drafted_free(drafted);
    return status;
}

static int run_discover(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct cli_question question = {0};
    struct trod_discover_options options = {0};
    struct trod_discovered *found = NULL;
    struct trod_buf out = {0};
    uint64_t keep = 0;
    const char *format = NULL;
    TROD_TRY(pick_format(cli, &format, &error));
    TROD_TRY(read_share(cli, "noise", 0.2, &options.noise, &error));
    TROD_TRY(cli_number(cli, "keep", 1, 0, &keep, &error));
    options.most_names = (size_t)keep;
    TROD_TRY(cli_question_open(cli, cli->arguments, cli->n_arguments, NULL, &question, &error));
    TROD_TRY(trod_discover_make(&question.question, &options, &found, &error));
    if (strcmp(format, "tree") == 0)
        trod_tree_write(found->tree, &out, NULL);
    else
        TROD_TRY(write_draft(cli, &question, found, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_discovered_free(found);
    cli_question_close(&question);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_discover[] = {
    {"noise", 0, "SHARE",
     "pass over what is rarer than this share of the most frequent way on; 0: nothing (0.2)"},
    {"keep", 0, "N", "only the N most frequent events (else all)"},
    {"channel-from", 0, "FIELD", "the column of channels (else one that is called so)"},
    {"team-from", 0, "FIELD",
     "the column of those who own touchpoints (else team, department, group)"},
    {NULL},
};
static const char *const examples[] = {
    "trod discover events.csv -o found.journey",
    "the journey that the events tell, as a map that can be edited, drawn and compared",
    "trod discover log.xes.gz --noise 0 -o found.tree.txt",
    "the process tree that every journey of the log fits", NULL};

const struct cli_command cli_discover = {
    .name = "discover",
    .group = "What happened?",
    .arguments = "[LOG…]",
    .summary = "Find the journey that the events tell, and write it as a map.",
    .details =
        "The Inductive Miner parts the events into what is exclusive, what comes one after the "
        "other, what comes in any order and what is done again. Without LOG it is the log of "
        "the "
        "workspace, else standard input, which \"-\" names, too.",
    .examples = examples,
    .options = {options_discover, cli_options_view, cli_options_log, cli_options_workspace,
                cli_options_output, cli_options_run},
    .run = run_discover,
};
