/* cmd_convert: a map from one format to another; what a format cannot hold is said. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

enum twin { TWIN_JOURNEY, TWIN_JSON, TWIN_TREE, TWIN_UNKNOWN };

static enum twin twin_of(const char *word) {
    const trod_str name = trod_str_of(word);
    if (trod_str_ends(name, TROD_STR(".journey")) || trod_str_is(name, "journey"))
        return TWIN_JOURNEY;
    if (trod_str_ends(name, TROD_STR(".json")) || trod_str_is(name, "json")) return TWIN_JSON;
    if (trod_str_ends(name, TROD_STR(".tree.txt")) || trod_str_is(name, "tree"))
        return TWIN_TREE;
    return TWIN_UNKNOWN;
}

static trod_status pick(const struct cli *cli, const char *option, const char *file,
                        enum twin *twin, struct trod_error *error) {
    const char *said = cli_text(cli, option);
    *twin = twin_of(said ? said : file ? file : "");
    if (*twin != TWIN_UNKNOWN) return TROD_OK;
    const trod_status status =
        said ? trod_fail(error, TROD_BAD_OPTION, "--%s does not know the format \"%s\"", option,
                         said)
        : file ? trod_fail(error, TROD_BAD_OPTION,
                           "the format of %s cannot be told by its ending", file)
               : trod_fail(error, TROD_BAD_OPTION, "nothing says which format to write");
    trod_error_hint(error,
                    "the formats are journey (.journey), json (.json) and tree (.tree.txt): "
                    "say --from or --to");
    return status;
}

/* Any input as the text of a map: everything passes through it. */
static trod_status as_journey(trod_str bytes, const char *name, enum twin from,
                              struct trod_buf *text, struct trod_error *error) {
    switch (from) {
    case TWIN_JSON:
        return trod_map_from_json(bytes, name, text, error);
    case TWIN_TREE:
        return trod_map_from_tree(bytes, name, text, error);
    default:
        trod_buf_add(text, bytes);
        return TROD_OK;
    }
}

static trod_status write_twin(const char *name, trod_str text, enum twin to,
                              struct trod_buf *out, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    struct trod_buf lost = {0};
    /* Only the flow may go on in included files. */
    const struct trod_map_options options = {.no_files = to != TWIN_TREE, .missing_ok = true};
    status = trod_map_read_text(text, name, &options, &map, &report, error);
    for (size_t i = 0; i < report.n; i++)
        if (report.items[i].weight == TROD_ERROR) cli_print_remark(stderr, &report.items[i]);
    if (status != TROD_OK) goto done;
    if (to == TWIN_JSON) TROD_TRY(trod_map_to_json(map, out, error));
    if (to == TWIN_TREE) TROD_TRY(trod_map_to_tree(map, out, &lost, error));
    if (to == TWIN_JOURNEY) trod_buf_add(out, text);
    if (lost.n) fprintf(stderr, "%.*s", TROD_ARG(trod_buf_str(&lost)));
done:
    trod_buf_free(&lost);
    trod_report_release(&report);
    trod_map_free(map);
    return status;
}

static int run_convert(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_buf bytes = {0}, text = {0}, out = {0};
    enum twin from = TWIN_UNKNOWN, to = TWIN_UNKNOWN;
    if (cli->n_arguments < 1 || cli->n_arguments > 2)
        TROD_TRY(trod_fail(&error, TROD_BAD_OPTION,
                           "trod convert takes the file to read and the file to write"));
    const char *in = cli->arguments[0];
    const char *target = cli->n_arguments == 2 ? cli->arguments[1] : cli_text(cli, "output");
    TROD_TRY(pick(cli, "from", in, &from, &error));
    TROD_TRY(pick(cli, "to", target, &to, &error));
    TROD_TRY(trod_file_read(in, (size_t)256 << 20, &bytes, &error));
    TROD_TRY(as_journey(trod_buf_str(&bytes), in, from, &text, &error));
    TROD_TRY(write_twin(in, trod_buf_str(&text), to, &out, &error));
    TROD_TRY(trod_file_write(target ? target : "-", trod_buf_str(&out), &error));
done:
    trod_buf_free(&bytes);
    trod_buf_free(&text);
    trod_buf_free(&out);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_convert[] = {
    {"from", 0, "FORMAT",
     "the format that is read, if the ending does not say: journey, json, tree"},
    {"to", 0, "FORMAT", "the format that is written, if the ending does not say"},
    {"output", 'o', "FILE", "write to FILE (the second argument says the same)"},
    {NULL},
};
static const char *const examples[] = {"trod convert cargo-bike.journey cargo-bike.json",
                                       "the JSON twin: everything that the map says",
                                       "trod convert discovered.tree.txt discovered.journey",
                                       "a process tree as a map that can be compared and drawn",
                                       NULL};

const struct cli_command cli_convert = {
    .name = "convert",
    .group = "Draw",
    .arguments = "FILE [FILE]",
    .summary = "Turn a map into another format, or another format into a map.",
    .details =
        "The JSON twin (.json, schemas/journey.schema.json) holds everything that the map "
        "says. "
        "A process tree (.tree.txt, in PM4Py's notation) holds the flow alone; what is left "
        "out is said on standard error.",
    .examples = examples,
    .options = {options_convert},
    .run = run_convert,
};
