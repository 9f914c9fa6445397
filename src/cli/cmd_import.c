/* cmd_import: events from files into the log of the workspace. */
#include <time.h>

#include "cli/progress.h"
#include "cli/table.h"
#include "cli/workspace.h"

struct importing {
    struct cli *cli;
    struct trod_store *store;
    struct trod_change *change;
    struct trod_gather *gather;
    struct trod_map *map;
    const char **names;
    size_t n_names;
    struct cli_taken taken;
    struct cli_progress progress;
};

/* The files that the arguments name; a pattern stands for all files that it fits. */
static trod_status find_files(struct importing *importing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct cli *const cli = importing->cli;
    size_t room = 0;
    for (size_t i = 0; i < cli->n_arguments; i++) {
        trod_str *names = NULL;
        size_t n = 0;
        TROD_TRY(trod_path_glob(cli->arena, cli->arguments[i], &names, &n, error));
        for (size_t k = 0; k < n; k++)
            TROD_TRY_ALLOC(
                TROD_PUSH(cli->arena, importing->names, importing->n_names, room, names[k].at)
                    ? cli
                    : NULL,
                error);
    }
done:
    return status;
}

/* The map whose source lines say what the columns are: --map, else the only one of the
 * workspace. */
static trod_status find_map(struct importing *importing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const char *name = cli_text(importing->cli, "map");
    if (!name) TROD_TRY(workspace_map(importing->cli, &name, error));
    if (name) TROD_TRY(cli_read_map(importing->cli, name, &importing->map, error));
    if (importing->n_names || importing->map) goto done;
    status = trod_fail(error, TROD_BAD_OPTION, "trod import needs files to bring in");
    trod_error_hint(error, "name them, or a map with source lines: trod import events.csv");
done:
    return status;
}

static trod_status read_files(struct importing *importing, const struct trod_parts *like,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct cli *const cli = importing->cli;
    const struct trod_gather_options options = {
        .memory_bytes = cli->run.memory_bytes,
        .like = like,
        .distinct = cli_flag(cli, "distinct"),
        .id_field = cli_text(cli, "id"),
    };
    cli_progress_begin(&importing->progress, cli);
    TROD_TRY(trod_gather_make(&options, &cli->run, &importing->gather, error));
    importing->progress.gather = importing->gather;
    TROD_TRY(cli_gather(cli, importing->names, importing->n_names, importing->map,
                        importing->gather, &importing->taken, error));
done:
    cli_progress_end(&importing->progress);
    return status;
}

static trod_status take_part(void *owner, size_t i, const struct trod_packed *packed,
                             struct trod_error *error) {
    (void)i;
    const struct importing *const importing = owner;
    return importing->change ? trod_change_add(importing->change, packed, error) : TROD_OK;
}

/* "shop.csv, crm.csv.gz and 3 more" */
static trod_str what_files(const struct importing *importing) {
    struct trod_arena *const arena = importing->cli->arena;
    if (importing->n_names == 0)
        return trod_arena_format(arena, "the sources of %.*s", TROD_ARG(importing->map->file));
    if (importing->n_names == 1) return trod_str_of(importing->names[0]);
    if (importing->n_names == 2)
        return trod_arena_format(arena, "%s and %s", importing->names[0], importing->names[1]);
    return trod_arena_format(arena, "%s, %s and %zu more", importing->names[0],
                             importing->names[1], importing->n_names - 2);
}

/* Events that are in the log already, or came twice. */
static uint64_t n_dropped(const struct importing *importing) {
    return trod_gather_dropped(importing->gather) +
           (importing->change ? trod_change_dropped(importing->change) : 0);
}

static uint64_t n_new(const struct importing *importing) {
    return trod_gather_frame(importing->gather)->n_events -
           (importing->change ? trod_change_dropped(importing->change) : 0);
}

static trod_status enter(struct importing *importing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const frame = trod_gather_frame(importing->gather);
    const struct trod_store_import import = {
        .when_us = (int64_t)time(NULL) * TROD_SECOND_US,
        .what = what_files(importing),
        .n_rows = importing->taken.n_rows,
        .n_events = n_new(importing),
        .n_rejected = importing->taken.n_rejected,
        .n_dropped = n_dropped(importing),
    };
    TROD_TRY(trod_change_frame(importing->change, frame, error));
    TROD_TRY(trod_change_note(importing->change, &import, error));
    TROD_TRY(trod_change_commit(importing->change, error));
done:
    return status;
}

static void say_done(const struct importing *importing, const struct trod_parts *now) {
    const struct trod_parts *const frame = trod_gather_frame(importing->gather);
    struct trod_buf out = {0};
    char n[32], time[40];
    const double took_us = (double)(trod_clock_us() - importing->progress.begun_us);
    const uint64_t n_events = n_new(importing);
    trod_buf_format(&out, "%s %s event%s", importing->change ? "Brought in" : "Would bring in",
                    table_count(n_events, n), n_events == 1 ? "" : "s");
    trod_buf_format(&out, " of %s customer%s", table_count(frame->n_customers, n),
                    frame->n_customers == 1 ? "" : "s");
    trod_buf_format(&out, " from %.*s in %s.", TROD_ARG(what_files(importing)),
                    trod_duration_write(took_us, time));
    const uint64_t n_twice = n_dropped(importing);
    if (n_twice)
        trod_buf_format(&out, " %s that the log knew already are kept once.",
                        table_count(n_twice, n));
    if (now) {
        trod_buf_format(&out, " The log now holds %s event%s", table_count(now->n_events, n),
                        now->n_events == 1 ? "" : "s");
        trod_buf_format(&out, " of %s customer%s", table_count(now->n_customers, n),
                        now->n_customers == 1 ? "" : "s");
        if (now->has_times) {
            trod_buf_format(&out, ", %s", trod_date_write(now->first_us, time));
            trod_buf_format(&out, " to %s", trod_date_write(now->last_us, time));
        }
        trod_buf_byte(&out, '.');
    } else {
        trod_buf_adds(&out, " Nothing was written.");
    }
    struct trod_buf text = {0};
    table_paragraph(&text, trod_buf_str(&out), cli_width());
    if (!out.failed && !text.failed) fwrite(text.at, 1, text.n, stdout);
    trod_buf_free(&out);
    trod_buf_free(&text);
}

static int run_import(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct importing importing = {.cli = cli};
    struct trod_parts *now = NULL;
    const bool dry = cli_flag(cli, "dry-run");
    int64_t wait_us = 0;
    TROD_TRY(workspace_wait(cli, &wait_us, &error));
    TROD_TRY(find_files(&importing, &error));
    TROD_TRY(find_map(&importing, &error));
    if (!dry) {
        TROD_TRY(workspace_open(cli, TROD_STORE_CREATE, &importing.store, &error));
        /* What is in the inbox came before. */
        uint64_t n_folded = 0;
        if (!cli_flag(cli, "replace"))
            TROD_TRY(trod_store_fold(importing.store, &cli->run, &n_folded, &error));
        TROD_TRY(trod_store_begin(importing.store, wait_us, &importing.change, &error));
        if (cli_flag(cli, "replace")) trod_change_clear(importing.change);
        if (cli_flag(cli, "distinct")) trod_change_distinct(importing.change);
    }
    TROD_TRY(read_files(&importing,
                        importing.change ? trod_change_parts(importing.change) : NULL, &error));
    TROD_TRY(trod_gather_each(importing.gather, take_part, &importing, &error));
    TROD_TRY(cli_say_no_facts(cli, trod_gather_frame(importing.gather), &error));
    if (importing.change) {
        TROD_TRY(enter(&importing, &error));
        TROD_TRY(trod_store_parts(importing.store, &now, &error));
    }
    say_done(&importing, now);
done:
    trod_parts_free(now);
    trod_gather_free(importing.gather);
    trod_change_free(importing.change);
    trod_store_close(importing.store);
    trod_map_free(importing.map);
    return status == TROD_OK ? CLI_DONE : cli_fail(&error);
}

static const struct cli_option options_import[] = {
    {"map", 0, "MAP",
     "its source lines say what the columns are (else the workspace's only map)"},
    {"replace", 0, NULL, "the log is then these files alone"},
    {"dry-run", 0, NULL, "read everything, say what would come in, and write nothing"},
    {"id", 0, "COLUMN", "the column of an event's own id: what is known by it comes in once"},
    {"distinct", 0, NULL, "events that are equal in all their columns come in once"},
    {NULL},
};
static const char *const examples[] = {"trod import events.csv.gz crm.xes",
                                       "the events of both files join the log of the workspace",
                                       "trod import 'export/*.jsonl' --id message_id",
                                       "what was brought in before is left out",
                                       "trod import --map shop.journey --replace",
                                       "the log anew, from the files of the map's sources",
                                       NULL};

const struct cli_command cli_import = {
    .name = "import",
    .group = "What happened?",
    .arguments = "[FILE…]",
    .summary = "Bring events into the log of the workspace.",
    .details =
        "A workspace is a folder with maps and a folder .trod, which holds the log as column "
        "files; the first import makes it. CSV, JSON lines, XES and sheets of XLSX come in, "
        "plain or "
        "compressed; \"-\" is standard input. Columns are guessed and said; options and the "
        "source "
        "lines of a map overrule. The import is entered as a whole or not at all: interrupted, "
        "it "
        "leaves the log as it was. What does not fit in --memory goes to a file aside "
        "meanwhile.",
    .examples = examples,
    .options = {options_import, cli_options_workspace, cli_options_log, cli_options_run},
    .run = run_import,
};
