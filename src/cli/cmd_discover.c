/* cmd_discover: a log becomes a map. */
#include "cli/discover.h"
#include "cli/workspace.h"

enum form { FORM_JOURNEY, FORM_TREE, FORM_PTML, FORM_PNML, FORM_BPMN, FORM_TWIN, FORM_JSON };

static const struct {
    const char *name, *ending;
} forms[] = {[FORM_JOURNEY] = {"journey", ".journey"},
             [FORM_TREE] = {"tree", ".tree.txt"},
             [FORM_PTML] = {"ptml", ".ptml"},
             [FORM_PNML] = {"pnml", ".pnml"},
             [FORM_BPMN] = {"bpmn", ".bpmn"},
             [FORM_TWIN] = {"twin", ".json"},
             [FORM_JSON] = {"json", NULL}};

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
static trod_status pick_form(const struct cli *cli, enum form *form, struct trod_error *error) {
    const char *const said = cli_text(cli, "format"), *const output = cli_text(cli, "output");
    const trod_str file = trod_str_of(output);
    *form = FORM_JOURNEY;
    if (!said && (!output || strcmp(output, "-") == 0)) return TROD_OK;
    for (; *form <= FORM_JSON; ++*form)
        if (said ? strcmp(said, forms[*form].name) == 0
                 : forms[*form].ending && trod_str_ends(file, trod_str_of(forms[*form].ending)))
            return TROD_OK;
    if (said)
        trod_fail(error, TROD_BAD_OPTION, "trod discover cannot write \"%s\"", said);
    else
        trod_fail(error, TROD_BAD_OPTION, "the ending of %s does not tell its format", output);
    trod_error_hint(error, "the formats are journey, tree (.tree.txt), ptml, pnml, bpmn, twin "
                           "(.json: the map's JSON twin) and json (the figures)");
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
    bool plain = trod_str_utf8(*file, NULL);
    for (size_t i = 0; i < file->n; i++)
        plain = plain && (unsigned char)file->at[i] >= ' ' && file->at[i] != 0x7f;
    if (!plain) *file = *title = (trod_str){0};
    if (cli->n_arguments > 1) *file = (trod_str){0};
    *title = trod_str_trim(*title);
    if (!title->n) *title = TROD_STR("Discovered journey");
}

static trod_status make_draft(const struct cli *cli, const struct cli_question *question,
                              const struct trod_discovered *found,
                              struct trod_drafted **drafted, struct trod_error *error) {
    struct trod_draft_options options = {.channel_field =
                                             trod_str_of(cli_text(cli, "channel-from")),
                                         .team_field = trod_str_of(cli_text(cli, "team-from"))};
    name_log(cli, &options.from, &options.title);
    return trod_draft_make(&question->question, found, &options, drafted, error);
}

static trod_status write_twin(const struct trod_drafted *drafted, struct trod_buf *out,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_map *map = NULL;
    struct trod_buf text = {0};
    const struct trod_map_options options = {.no_files = true};
    TROD_TRY(trod_draft_write(&drafted->draft, &text, error));
    TROD_TRY(
        trod_map_read_text(trod_buf_str(&text), "discovered", &options, &map, NULL, error));
    TROD_TRY(trod_map_to_json(map, out, error));
done:
    trod_map_free(map);
    trod_buf_free(&text);
    return status;
}

static trod_status write_as(const struct discover_report *report, enum form form,
                            struct trod_buf *out, struct trod_error *error) {
    switch (form) {
    case FORM_JOURNEY:
        return trod_draft_write(&report->drafted->draft, out, error);
    case FORM_TREE:
        trod_tree_write(report->found->tree, out, NULL);
        return out->failed ? trod_fail(error, TROD_TOO_MUCH, "the tree is too large to write")
                           : TROD_OK;
    case FORM_PTML:
        return trod_tree_write_ptml(report->found->tree, out, error);
    case FORM_PNML:
        return trod_tree_write_pnml(report->found->tree, out, error);
    case FORM_BPMN:
        return trod_tree_write_bpmn(report->found->tree, out, error);
    case FORM_TWIN:
        return write_twin(report->drafted, out, error);
    case FORM_JSON:
        return discover_to_json(report, out, error);
    }
    return TROD_OK;
}

static trod_status read_options(const struct cli *cli, struct trod_discover_options *options,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t keep = 0;
    TROD_TRY(read_share(cli, "noise", 0.2, &options->noise, error));
    TROD_TRY(cli_number(cli, "keep", 1, 0, &keep, error));
    options->most_names = (size_t)keep;
    options->by_follows = cli_flag(cli, "follows");
done:
    return status;
}

/* --like MAP: its text, and what the events add to it. */
static trod_status add_to_map(struct cli *cli, const struct cli_question *question,
                              const struct trod_map *map, struct trod_buf *out,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t keep = 0;
    struct trod_additions *additions = NULL;
    struct trod_buf text = {0};
    TROD_TRY(cli_number(cli, "keep", 1, 0, &keep, error));
    TROD_TRY(trod_file_read(cli_text(cli, "like"), (size_t)64 << 20, &text, error));
    TROD_TRY(trod_additions_make(&question->question, map, (size_t)keep, &additions, error));
    TROD_TRY(trod_additions_write(additions, map, trod_buf_str(&text), out, error));
    if (cli_flag(cli, "quiet")) goto done;
    fprintf(stderr, "%zu touchpoint%s added to %s", additions->n, additions->n == 1 ? "" : "s",
            cli_text(cli, "like"));
    for (size_t i = 0; i < additions->n; i++)
        fprintf(stderr, "%s\"%.*s\"", i ? ", " : ": ",
                TROD_ARG(trod_dict_at(additions->names, additions->at[i].name)));
    fputs(additions->n ? ".\n" : ": it knows all events.\n", stderr);
done:
    trod_additions_free(additions);
    trod_buf_free(&text);
    return status;
}

static int run_like(struct cli *cli, enum form form) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct cli_question question = {0};
    struct trod_map *map = NULL;
    struct trod_buf out = {0};
    if (form != FORM_JOURNEY)
        TROD_TRY(trod_fail(&error, TROD_BAD_OPTION,
                           "with --like the map itself is written, as a .journey file"));
    TROD_TRY(cli_read_map(cli, cli_text(cli, "like"), &map, &error));
    TROD_TRY(cli_question_open(cli, cli->arguments, cli->n_arguments, map, &question, &error));
    TROD_TRY(add_to_map(cli, &question, map, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    cli_question_close(&question);
    trod_map_free(map);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static int run_discover(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct cli_question question = {0};
    struct trod_discover_options options = {0};
    struct trod_discovered *found = NULL;
    struct trod_drafted *drafted = NULL;
    struct trod_quality quality;
    struct trod_buf out = {0};
    enum form form = FORM_JOURNEY;
    TROD_TRY(pick_form(cli, &form, &error));
    if (cli_text(cli, "like")) return run_like(cli, form);
    TROD_TRY(read_options(cli, &options, &error));
    TROD_TRY(cli_question_open(cli, cli->arguments, cli->n_arguments, NULL, &question, &error));
    TROD_TRY(trod_discover_make(&question.question, &options, &found, &error));
    struct discover_report report = {.found = found, .noise = options.noise};
    if (form == FORM_JOURNEY || form == FORM_TWIN || form == FORM_JSON)
        TROD_TRY(make_draft(cli, &question, found, &drafted, &error));
    report.drafted = drafted;
    const bool measured = found->paths && !cli_flag(cli, "no-quality") &&
                          (form == FORM_JSON || !cli_flag(cli, "quiet"));
    if (measured) {
        status = trod_quality_make(found, found->paths, &cli->run, &quality, &error);
        /* A flow too deep for a map can still be written as a tree or net. */
        if (status != TROD_TOO_MUCH) TROD_TRY(status);
        if (status == TROD_OK) report.quality = &quality;
    }
    TROD_TRY(write_as(&report, form, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
    if (!cli_flag(cli, "quiet")) discover_say(&report, stderr);
done:
    trod_buf_free(&out);
    trod_drafted_free(drafted);
    trod_discovered_free(found);
    cli_question_close(&question);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_discover[] = {
    {"noise", 0, "SHARE",
     "pass over what is rarer than this share of the most frequent way on; 0: nothing (0.2)"},
    {"keep", 0, "N", "only the N most frequent events (else all)"},
    {"like", 0, "MAP",
     "write this map, its text as it is, with touchpoints for the events that it does not "
     "know"},
    {"follows", 0, NULL,
     "from what follows what alone: for logs whose paths are too many for the memory"},
    {"channel-from", 0, "FIELD", "the column of channels (else one that is called so)"},
    {"team-from", 0, "FIELD",
     "the column of those who own touchpoints (else team, department, group)"},
    {"no-quality", 0, NULL, "do not measure fitness and precision"},
    {NULL},
};
static const char *const examples[] = {
    "trod discover events.csv -o found.journey",
    "the journey that the events tell, as a map that can be edited, drawn and compared",
    "trod discover log.xes.gz --noise 0 -o found.tree.txt",
    "the process tree that every journey of the log fits",
    "trod discover events.csv --like shop.journey -o more.journey",
    "the map as it is, and what the events add to it",
    "trod discover --keep 20 -o found.journey",
    "the 20 most frequent events of the workspace",
    NULL};

const struct cli_command cli_discover = {
    .name = "discover",
    .group = "What happened?",
    .arguments = "[LOG…]",
    .summary = "Find the journey that the events tell, and write it as a map.",
    .details =
        "The Inductive Miner parts the events into what is exclusive, what comes one after the "
        "other, what comes in any order and what is done again, and passes over what is rare. "
        "The "
        "map is a draft: stages are proposed where time passes, the shares of ways and of what "
        "is "
        "optional, windows (half, and 95 % of the times), channels and teams are what was "
        "seen. "
        "How well it fits, how much more it allows and how simple it is is said on standard "
        "error, and what had no clear order. With --noise 0 every journey fits. Formats: "
        "journey, "
        "tree (.tree.txt), ptml, pnml, bpmn, twin (.json, the map's JSON twin), and json: the "
        "figures (schemas/discover.schema.json). Without LOG it is the log of the workspace, "
        "else "
        "standard input, which \"-\" names, too.",
    .examples = examples,
    .options = {options_discover, cli_options_view, cli_options_log, cli_options_workspace,
                cli_options_output, cli_options_run},
    .run = run_discover,
};
