/* cmd_customer: one customer's journey, event by event, on the map if there is one. */
#include "cli/customer.h"
#include "cli/question.h"
#include "cli/workspace.h"

enum { LIMIT = 40 }; /* events on the terminal */

struct asked {
    struct cli *cli;
    const char *map_name; /* NULL: without a map */
    struct trod_map *map;
    const char **files;
    size_t n_files;
    struct cli_question question;
    struct trod_customer *customer;
};

/* ---- What was named ------------------------------------------------------------------------
 */

static bool is_map(const char *name) {
    return trod_str_ends(trod_str_of(name), TROD_STR(".journey"));
}

/* ID, then maps and logs in any order. */
static trod_status sort_arguments(struct asked *asked, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct cli *const cli = asked->cli;
    if (cli->n_arguments == 0) {
        trod_fail(error, TROD_BAD_OPTION, "trod customer needs the id of a customer");
        trod_error_hint(error, "for example: trod customer ann@example.org");
        return TROD_BAD_OPTION;
    }
    asked->files = TROD_NEW_ARRAY(cli->arena, cli->n_arguments, const char *);
    TROD_TRY_ALLOC(asked->files, error);
    for (size_t i = 1; i < cli->n_arguments; i++) {
        if (!is_map(cli->arguments[i])) {
            asked->files[asked->n_files++] = cli->arguments[i];
        } else if (asked->map_name) {
            TROD_TRY(trod_fail(error, TROD_BAD_OPTION,
                               "trod customer takes one map, not both \"%s\" and \"%s\"",
                               asked->map_name, cli->arguments[i]));
        } else {
            asked->map_name = cli->arguments[i];
        }
    }
    /* The map of a workspace goes with its log. */
    if (!asked->map_name && !cli_flag(cli, "no-map") &&
        workspace_holds_log(cli, asked->n_files))
        TROD_TRY(workspace_map(cli, &asked->map_name, error));
done:
    return status;
}

static trod_status open_all(struct asked *asked, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(sort_arguments(asked, error));
    if (asked->map_name)
        TROD_TRY(cli_read_map(asked->cli, asked->map_name, &asked->map, error));
    TROD_TRY(cli_question_open_as_is(asked->cli, asked->files, asked->n_files, asked->map,
                                     &asked->question, error));
done:
    return status;
}

static void close_all(struct asked *asked) {
    trod_customer_free(asked->customer);
    cli_question_close(&asked->question);
    trod_map_free(asked->map);
}

/* ---- Finding -------------------------------------------------------------------------------
 */

static trod_status try_id(struct asked *asked, trod_str id, struct trod_error *error) {
    const struct trod_gather *const gather = asked->question.gather;
    return trod_customer_find(asked->question.parts,
                              gather ? trod_gather_stands(gather, id) : id, &asked->customer,
                              error);
}

/* Where ids are joined under columns: ID is the value of one of them. */
static trod_status try_column(struct asked *asked, trod_str column, trod_str id,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = asked->question.parts;
    struct trod_arena *const arena = asked->cli->arena;
    const trod_str joined =
        trod_arena_format(arena, "%.*s=%.*s", TROD_ARG(column), TROD_ARG(id));
    TROD_TRY_ALLOC(joined.at, error);
    TROD_TRY(try_id(asked, joined, error));
    const uint32_t field = trod_parts_field(parts, column, false);
    if (asked->customer || field == TROD_NO_ID) goto done;
    trod_str known = {0};
    uint64_t n = 0;
    TROD_TRY(
        trod_customer_by_value(parts, field, id, &asked->cli->run, arena, &known, &n, error));
    if (n == 1) TROD_TRY(try_id(asked, known, error));
    if (n > 1) {
        trod_fail(error, TROD_BAD_OPTION, "%llu customers have the %.*s \"%.*s\"",
                  (unsigned long long)n, TROD_ARG(column), TROD_ARG(id));
        trod_error_hint(error, "name one by the id that \"trod export\" shows");
        return TROD_BAD_OPTION;
    }
done:
    return status;
}

static trod_status try_columns(struct asked *asked, trod_str id, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str column = {0};
    const struct trod_parts *const parts = asked->question.parts;
    for (size_t i = 0; asked->map && i < asked->map->same_person.n && !asked->customer; i++)
        TROD_TRY(try_column(asked, asked->map->same_person.at[i], id, error));
    if (asked->customer || (asked->map && asked->map->same_person.n)) goto done;
    TROD_TRY(trod_customer_column_of_ids(parts, asked->cli->arena, &column, error));
    if (column.n) TROD_TRY(try_column(asked, column, id, error));
done:
    return status;
}

/* The id in other letters: all small, or all large. */
static trod_status find_near(struct asked *asked, trod_str id, trod_str *near,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = asked->cli->arena;
    *near = (trod_str){0};
    for (unsigned large = 0; large < 2 && !near->at; large++) {
        char *const at = TROD_NEW_ARRAY(arena, id.n + 1, char);
        TROD_TRY_ALLOC(at, error);
        for (size_t i = 0; i < id.n; i++) {
            const char c = id.at[i];
            at[i] = large ? (c >= 'a' && c <= 'z' ? (char)(c - 32) : c)
                          : (c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
        }
        TROD_TRY(try_id(asked, (trod_str){at, id.n}, error));
        if (!asked->customer) continue;
        *near = (trod_str){at, id.n};
        trod_customer_free(asked->customer);
        asked->customer = NULL;
    }
done:
    return status;
}

static trod_status nobody(struct asked *asked, trod_str id, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str near, shape;
    TROD_TRY(find_near(asked, id, &near, error));
    TROD_TRY(trod_customer_shape(asked->question.parts, asked->cli->arena, &shape, error));
    trod_fail(error, TROD_BAD_OPTION, "nobody in the log has the id \"%.*s\"", TROD_ARG(id));
    if (near.at)
        trod_error_hint(error, "did you mean \"%.*s\"?", TROD_ARG(near));
    else if (is_map(id.at))
        trod_error_hint(error, "the id comes first: trod customer ID %.*s", TROD_ARG(id));
    else if (shape.at)
        trod_error_hint(error,
                        "ids of this log look like \"%.*s\" (9 is a digit, a or A a letter)",
                        TROD_ARG(shape));
    else
        trod_error_hint(error, "the log is empty");
    return TROD_BAD_OPTION;
done:
    return status;
}

static trod_status find_customer(struct asked *asked, struct trod_error *error) {
    trod_status status = TROD_OK;
    const trod_str given = trod_str_of(asked->cli->arguments[0]);
    const trod_str id = trod_str_trim(given);
    TROD_TRY(try_id(asked, given, error));
    if (!asked->customer && id.n < given.n) TROD_TRY(try_id(asked, id, error));
    if (!asked->customer) TROD_TRY(try_columns(asked, id, error));
    if (!asked->customer) TROD_TRY(nobody(asked, id, error));
done:
    return status;
}

/* ---- The command ---------------------------------------------------------------------------
 */

static trod_status write_as(const struct asked *asked, const struct trod_trail *trail,
                            const char *format, struct trod_buf *out,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct cli *const cli = asked->cli;
    const bool text = strcmp(format, "text") == 0;
    uint64_t limit = 0;
    TROD_TRY(cli_number(cli, "limit", 0, text ? LIMIT : 0, &limit, error));
    if (cli_flag(cli, "all")) limit = 0;
    if (!text) return trod_trail_to_json(asked->customer, trail, (size_t)limit, out, error);
    const struct customer_page page = {.customer = asked->customer,
                                       .trail = trail,
                                       .arena = cli->arena,
                                       .width = cli_text(cli, "output") ? 80 : cli_width(),
                                       .limit = (size_t)limit,
                                       .fields = cli_flag(cli, "fields"),
                                       .colour =
                                           !cli_text(cli, "output") && cli_colour(stdout)};
    TROD_TRY(customer_write_text(&page, out, error));
done:
    return status;
}

static int run_customer(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct asked asked = {.cli = cli};
    struct trod_trail *trail = NULL;
    struct trod_buf out = {0};
    const char *format = NULL;
    int64_t now_us = TROD_NO_TIME;
    TROD_TRY(cli_format(cli, "text json", "text", &format, &error));
    TROD_TRY(cli_time(cli, "now", true, &now_us, &error));
    TROD_TRY(open_all(&asked, &error));
    TROD_TRY(find_customer(&asked, &error));
    if (asked.map && asked.customer->n_events)
        TROD_TRY(trod_trail_make(asked.customer, asked.map, now_us == TROD_NO_TIME ? 0 : now_us,
                                 &cli->run, &trail, &error));
    TROD_TRY(write_as(&asked, trail, format, &out, &error));
    TROD_TRY(cli_write(cli, trod_buf_str(&out), &error));
done:
    trod_buf_free(&out);
    trod_trail_free(trail);
    close_all(&asked);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_customer[] = {
    {"limit", 0, "N",
     "show at most N events, the first and the last; 0: all (40 on the terminal, else all)"},
    {"all", 0, NULL, "show every event"},
    {"fields", 0, NULL, "show every column of each event"},
    {"no-map", 0, NULL, "leave the workspace's map aside"},
    {"now", 0, "TIME", "the time of the question (else the newest event of the log)"},
    {NULL},
};
static const char *const examples[] = {
    "trod customer ann@example.org",
    "her events in the log of the workspace, on its map if there is one",
    "trod customer 1044 onboarding.journey events.csv.gz",
    "the same from files: where customer 1044 stands, and what went otherwise than designed",
    NULL};

const struct cli_command cli_customer = {
    .name = "customer",
    .group = "What happened?",
    .arguments = "ID [MAP] [LOG…]",
    .summary = "Show one customer's journey as a timeline, on the map if there is one.",
    .details =
        "First where the customer stands, in a sentence; then what the log knows of them, and "
        "every event by day, with the time since the one before. With a map: the touchpoint "
        "of each event, its stage and channel; what was skipped, extra or out of order; "
        "attempts that failed; and which promised times were kept. A file that ends in "
        ".journey is the map; without one it is the only map of the workspace. Without LOG it "
        "is the log of the workspace, of which this customer's events alone are read.\n"
        "A touchpoint counts as skipped if the log has events of its name at all. Where a map "
        "says \"same person\", the id is that of any of its columns. An id that nobody has is "
        "an error, which says what ids look like; no other customer's id is shown.",
    .examples = examples,
    .options = {options_customer, cli_options_workspace, cli_options_log, cli_options_output,
                cli_options_run},
    .run = run_customer,
};
