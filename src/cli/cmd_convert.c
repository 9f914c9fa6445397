/* cmd_convert: a map from one format to another; what a format cannot hold is said.
 *
 * Everything passes through the text of the map, which is read and checked as any other map:
 * what is written is a sound map in another form.
 */
#include <stdio.h>

#include "cli/cli.h"

#define CEILING_BYTES ((size_t)128 << 20)

enum twin { TWIN_JOURNEY, TWIN_JSON, TWIN_TREE, TWIN_PTML, TWIN_PNML, TWIN_BPMN, TWIN_UNKNOWN };

static const struct {
    const char *name, *ending;
} twins[] = {[TWIN_JOURNEY] = {"journey", ".journey"}, [TWIN_JSON] = {"json", ".json"},
             [TWIN_TREE] = {"tree", ".tree.txt"},      [TWIN_PTML] = {"ptml", ".ptml"},
             [TWIN_PNML] = {"pnml", ".pnml"},          [TWIN_BPMN] = {"bpmn", ".bpmn"}};

static trod_status unknown(const char *option, const char *said, const char *file,
                           struct trod_error *error) {
    const bool piped = file && strcmp(file, "-") == 0;
    const trod_status status =
        said ? trod_fail(error, TROD_BAD_OPTION, "--%s does not know the format \"%s\"", option,
                         said)
        : file && !piped
            ? trod_fail(error, TROD_BAD_OPTION, "the ending of %s does not tell its format",
                        file)
            : trod_fail(error, TROD_BAD_OPTION, "nothing tells the format that is %s",
                        strcmp(option, "to") == 0 ? "written" : "read");
    trod_error_hint(error,
                    "the formats are journey, json, tree (.tree.txt), ptml, pnml and bpmn; say "
                    "--%s journey, for example",
                    option);
    return status;
}

/* The format that the option names, else the one that the file's ending tells. */
static trod_status pick(const struct cli *cli, const char *option, const char *file,
                        enum twin *twin, struct trod_error *error) {
    const char *const said = cli_text(cli, option);
    for (*twin = 0; *twin < TWIN_UNKNOWN; ++*twin)
        if (said ? strcmp(said, twins[*twin].name) == 0
                 : trod_str_ends(trod_str_of(file), trod_str_of(twins[*twin].ending)))
            return TROD_OK;
    return unknown(option, said, file, error);
}

static trod_status read_flow(trod_str bytes, const char *name, enum twin from,
                             struct trod_arena *arena, const struct trod_tree **tree,
                             struct trod_error *error) {
    switch (from) {
    case TWIN_PTML:
        return trod_tree_read_ptml(bytes, name, arena, tree, error);
    case TWIN_PNML:
        return trod_tree_read_pnml(bytes, name, arena, tree, error);
    case TWIN_BPMN:
        return trod_tree_read_bpmn(bytes, name, arena, tree, error);
    default:
        return trod_tree_read(bytes, name, arena, tree, error);
    }
}

static trod_status as_journey(const struct cli *cli, trod_str bytes, const char *name,
                              enum twin from, struct trod_buf *text, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_tree *tree = NULL;
    if (from == TWIN_JSON) return trod_map_from_json(bytes, name, text, error);
    if (from == TWIN_JOURNEY) {
        trod_buf_add(text, bytes);
        return text->failed ? trod_fail(error, TROD_NO_MEMORY, "there is not enough memory")
                            : TROD_OK;
    }
    TROD_TRY(read_flow(bytes, name, from, cli->arena, &tree, error));
    TROD_TRY(trod_tree_to_map(tree, name, text, error));
done:
    return status;
}

/* The line that a hint speaks of ("the other is line 12"), as from..to in it; 0 if of none, or
 * of one in another file. */
static uint32_t line_in(trod_str hint, size_t *from, size_t *to) {
    static const char word[] = "line ";
    for (*from = 0; *from + strlen(word) < hint.n; ++*from) {
        uint32_t line = 0;
        if (!trod_str_starts(trod_str_slice(hint, *from, hint.n), trod_str_of(word))) continue;
        for (*to = *from + strlen(word); *to < hint.n; ++*to) {
            if (hint.at[*to] < '0' || hint.at[*to] > '9' || line > 10000000) break;
            line = line * 10 + (uint32_t)(hint.at[*to] - '0');
        }
        const bool elsewhere =
            trod_str_starts(trod_str_slice(hint, *to, hint.n), TROD_STR(" of "));
        if (line && !elsewhere) return line;
    }
    return 0;
}

/* A remark with the paths of its own line and of the one in its hint. */
static bool place_remark(struct cli *cli, struct trod_remark *remark, const trod_str paths[2]) {
    const trod_str hint = trod_str_of(remark->hint);
    size_t from = 0, to = 0;
    remark->line = remark->column = 0;
    if (paths[0].n) {
        const trod_str message =
            trod_arena_format(cli->arena, "at %.*s: %s", TROD_ARG(paths[0]), remark->message);
        if (!message.at) return false;
        remark->message = message.at;
    }
    if (paths[1].n && line_in(hint, &from, &to)) {
        const trod_str placed =
            trod_arena_format(cli->arena, "%.*s%.*s%s", TROD_ARG(trod_str_slice(hint, 0, from)),
                              TROD_ARG(paths[1]), remark->hint + to);
        if (!placed.at) return false;
        remark->hint = placed.at;
    }
    return true;
}

/* The lines of a text that was made from a twin are in no file: the twin's paths stand for
 * them. What is said of an included file stays as it is. */
static trod_status place_in_twin(struct cli *cli, const char *name, trod_str json,
                                 struct trod_report *report, struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t from = 0, to = 0;
    uint32_t *const lines = TROD_NEW_ARRAY(cli->arena, report->n * 2, uint32_t);
    trod_str *const paths = TROD_NEW_ARRAY(cli->arena, report->n * 2, trod_str);
    TROD_TRY_ALLOC(lines && paths ? lines : NULL, error);
    for (size_t i = 0; i < report->n; i++) {
        lines[2 * i] = report->items[i].line;
        lines[2 * i + 1] = line_in(trod_str_of(report->items[i].hint), &from, &to);
    }
    TROD_TRY(trod_map_json_paths(json, lines, report->n * 2, cli->arena, paths, error));
    for (size_t i = 0; i < report->n; i++) {
        if (!trod_str_is(report->items[i].file, name)) continue;
        const bool placed = place_remark(cli, &report->items[i], &paths[2 * i]);
        TROD_TRY_ALLOC(placed ? lines : NULL, error);
    }
done:
    return status;
}

/* The map of the text; its errors are printed with places in the file that was read. */
static trod_status read_map(struct cli *cli, const char *name, trod_str text, trod_str bytes,
                            enum twin from, enum twin to, struct trod_map **map,
                            struct trod_error *error) {
    struct trod_report report = {0};
    /* Only the flow may go on in included files. */
    const struct trod_map_options options = {.no_files = to < TWIN_TREE, .missing_ok = true};
    trod_status status = trod_map_read_text(text, name, &options, map, &report, error);
    if (status == TROD_BAD_INPUT && report.n_errors) {
        if (from == TWIN_JSON) TROD_TRY(place_in_twin(cli, name, bytes, &report, error));
        for (size_t i = 0; i < report.n; i++)
            if (report.items[i].weight == TROD_ERROR)
                cli_print_remark(stderr, &report.items[i]);
        status = trod_fail(error, TROD_BAD_INPUT, "%s has %zu error%s and is not converted",
                           name, report.n_errors, report.n_errors == 1 ? "" : "s");
    }
done:
    trod_report_release(&report);
    return status;
}

/* The flow alone, through its tree. */
static trod_status write_flow(const struct cli *cli, const struct trod_map *map, enum twin to,
                              struct trod_buf *out, struct trod_buf *lost,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_tree *tree = NULL;
    struct trod_buf text = {0};
    TROD_TRY(trod_map_to_tree(map, to == TWIN_TREE ? out : &text, lost, error));
    if (to == TWIN_TREE) goto done;
    TROD_TRY(trod_tree_read(trod_buf_str(&text), "", cli->arena, &tree, error));
    status = to == TWIN_PTML   ? trod_tree_write_ptml(tree, out, error)
             : to == TWIN_PNML ? trod_tree_write_pnml(tree, out, error)
                               : trod_tree_write_bpmn(tree, out, error);
done:
    trod_buf_free(&text);
    return status;
}

static trod_status write_twin(const struct cli *cli, const struct trod_map *map, trod_str text,
                              enum twin to, const char *target, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf out = {0}, lost = {0};
    if (to == TWIN_JSON) TROD_TRY(trod_map_to_json(map, &out, error));
    if (to >= TWIN_TREE) TROD_TRY(write_flow(cli, map, to, &out, &lost, error));
    TROD_TRY(trod_file_write(target, to == TWIN_JOURNEY ? text : trod_buf_str(&out), error));
    fprintf(stderr, "%.*s", TROD_ARG(trod_buf_str(&lost)));
done:
    trod_buf_free(&out);
    trod_buf_free(&lost);
    return status;
}

static trod_status pick_files(const struct cli *cli, const char **in, const char **target,
                              struct trod_error *error) {
    const char *const output = cli_text(cli, "output");
    if (cli->n_arguments < 1 || cli->n_arguments > 2 || (cli->n_arguments == 2 && output)) {
        trod_fail(error, TROD_BAD_OPTION,
                  "trod convert takes one file to read and one to write");
        trod_error_hint(error, "for example: trod convert shop.journey shop.json");
        return TROD_BAD_OPTION;
    }
    *in = cli->arguments[0];
    *target = cli->n_arguments == 2 ? cli->arguments[1] : output ? output : "-";
    return TROD_OK;
}

static int run_convert(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_buf bytes = {0}, text = {0};
    struct trod_map *map = NULL;
    enum twin from = TWIN_UNKNOWN, to = TWIN_UNKNOWN;
    const char *in = NULL, *target = NULL;
    TROD_TRY(pick_files(cli, &in, &target, &error));
    TROD_TRY(pick(cli, "from", in, &from, &error));
    TROD_TRY(pick(cli, "to", target, &to, &error));
    TROD_TRY(trod_file_read(in, CEILING_BYTES, &bytes, &error));
    const char *const name = strcmp(in, "-") == 0 ? "standard input" : in;
    TROD_TRY(as_journey(cli, trod_buf_str(&bytes), name, from, &text, &error));
    TROD_TRY(
        read_map(cli, name, trod_buf_str(&text), trod_buf_str(&bytes), from, to, &map, &error));
    TROD_TRY(write_twin(cli, map, trod_buf_str(&text), to, target, &error));
done:
    trod_map_free(map);
    trod_buf_free(&bytes);
    trod_buf_free(&text);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_convert[] = {
    {"from", 0, "FORMAT",
     "the format that is read, if the ending does not say: journey, json, tree, ptml, pnml, "
     "bpmn"},
    {"to", 0, "FORMAT", "the format that is written, if the ending does not say"},
    {"output", 'o', "FILE", "write to FILE (the second argument says the same)"},
    {NULL},
};
static const char *const examples[] = {"trod convert cargo-bike.journey cargo-bike.json",
                                       "the JSON twin: everything that the map says",
                                       "trod convert discovered.tree.txt discovered.journey",
                                       "a process tree as a map that can be compared and drawn",
                                       "trod convert shop.journey shop.bpmn",
                                       "the flow of the map for a process modeller",
                                       "trod convert - --from json --to journey < twin.json",
                                       "from standard input to standard output",
                                       NULL};

const struct cli_command cli_convert = {
    .name = "convert",
    .group = "Draw",
    .arguments = "FILE [FILE]",
    .summary = "Turn a map into another format, or another format into a map.",
    .details =
        "The JSON twin (.json, schemas/journey.schema.json) holds everything that the map "
        "says, comments and blank lines too. "
        "A process tree (.tree.txt, in PM4Py's notation, or .ptml), a Petri net (.pnml) and a "
        "BPMN 2.0 process (.bpmn, without its picture) hold the flow alone; what is left out "
        "is "
        "said on standard error. A net or process is read if it is made of blocks: every split "
        "has "
        "its own join, and every way back leads from the end of a block to its beginning.",
    .examples = examples,
    .options = {options_convert},
    .run = run_convert,
};
