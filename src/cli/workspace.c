/* workspace: found upward from here, as git finds its own. */
#include "cli/workspace.h"

#include "cli/progress.h"

const struct cli_option cli_options_workspace[] = {
    {"in", 0, "FOLDER", "the workspace (else the nearest folder upward that has a .trod)"},
    {"wait", 0, "SECONDS", "wait so long for another process that writes (else 10)"},
    {NULL},
};

static trod_str folder_of(struct cli *cli) {
    const char *const given = cli_text(cli, "in");
    return given ? trod_str_of(given) : trod_store_find(NULL, cli->arena);
}

trod_status workspace_folder(struct cli *cli, bool create, const char **folder,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const trod_str found = folder_of(cli);
    if (!found.at && !create) {
        trod_fail(error, TROD_NO_FILE, "neither this folder nor one above it has a log");
        trod_error_hint(error, "bring one in: trod import events.csv");
        return TROD_NO_FILE;
    }
    const trod_str name = trod_arena_copy(cli->arena, found.at ? found : TROD_STR("."));
    TROD_TRY_ALLOC(*folder = name.at, error);
done:
    return status;
}

trod_status workspace_open(struct cli *cli, enum trod_store_mode mode,
                           struct trod_store **store, struct trod_error *error) {
    trod_status status = TROD_OK;
    const char *folder = NULL;
    int64_t wait_us = 0;
    *store = NULL;
    TROD_TRY(workspace_folder(cli, mode == TROD_STORE_CREATE, &folder, error));
    TROD_TRY(workspace_wait(cli, &wait_us, error));
    TROD_TRY(trod_store_open(folder, mode, &cli->run, store, error));
    trod_store_wait(*store, wait_us);
done:
    return status;
}

trod_status workspace_open_settled(struct cli *cli, struct trod_store **store,
                                   struct trod_error *error) {
    trod_status status = TROD_OK;
    struct cli_progress progress;
    struct trod_error unable = {0};
    *store = NULL;
    status = workspace_open(cli, TROD_STORE_WRITE, store, &unable);
    if (status == TROD_IO || status == TROD_BUSY) /* it may be read where it cannot be written */
        return workspace_open(cli, TROD_STORE_READ, store, error);
    if (status != TROD_OK) {
        if (error) *error = unable;
        return status;
    }
    cli_progress_begin(&progress, cli);
    status = trod_store_settle(*store, &cli->run, error);
    cli_progress_end(&progress);
    cli->run.progress = NULL; /* its line ends with this function */
    cli->run.owner = NULL;
    if (status != TROD_OK) {
        trod_store_close(*store);
        *store = NULL;
    }
    return status;
}

bool workspace_holds_log(struct cli *cli, size_t n_files) {
    return n_files == 0 && folder_of(cli).at;
}

trod_status workspace_read_log(struct cli *cli, const struct trod_map *map,
                               struct trod_log **log, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_store *store = NULL;
    struct trod_parts *parts = NULL;
    TROD_TRY(workspace_open_settled(cli, &store, error));
    TROD_TRY(trod_store_parts(store, &parts, error));
    TROD_TRY(trod_log_of_parts(parts, cli->run.memory_bytes, &cli->run, log, error));
    if (!cli_flag(cli, "quiet"))
        fprintf(stderr, "The log is that of the workspace (trod log says what is in it).\n");
    cli_say_unknown(cli, map, *log);
done:
    trod_parts_free(parts);
    trod_store_close(store);
    return status;
}

trod_status workspace_map(struct cli *cli, const char **name, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str *names = NULL;
    size_t n = 0;
    *name = NULL;
    const trod_str found = folder_of(cli);
    const trod_str pattern = trod_arena_format(cli->arena, "%.*s/*.journey",
                                               TROD_ARG(found.at ? found : TROD_STR(".")));
    TROD_TRY_ALLOC(pattern.at, error);
    status = trod_path_glob(cli->arena, pattern.at, &names, &n, NULL);
    if (status == TROD_NO_FILE) status = TROD_OK; /* no map is no harm */
    if (status == TROD_OK && n == 1) *name = names[0].at;
done:
    return status;
}

trod_status workspace_wait(const struct cli *cli, int64_t *wait_us, struct trod_error *error) {
    uint64_t seconds = 0;
    const trod_status status = cli_number(cli, "wait", 0, 10, &seconds, error);
    *wait_us = (int64_t)(seconds < 86400 ? seconds : 86400) * TROD_SECOND_US;
    return status;
}
