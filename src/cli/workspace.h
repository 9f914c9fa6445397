/* workspace: the folder whose `.trod` holds the log, for the commands. */
#ifndef TROD_CLI_WORKSPACE_H
#define TROD_CLI_WORKSPACE_H

#include "cli/cli.h"
#include "trod/store.h"

extern const struct cli_option cli_options_workspace[]; /* --in FOLDER, --wait SECONDS */

/* Opens the store of --in FOLDER, else of the nearest folder upward that has one. Without one:
 * TROD_NO_FILE with a way out; with CREATE it is made in --in FOLDER or the current one. */
TROD_MUST trod_status workspace_open(struct cli *cli, enum trod_store_mode mode,
                                     struct trod_store **store, struct trod_error *error);
/* The folder of the workspace, on cli->arena: --in FOLDER, else the nearest upward that has a log,
 * else (with `create`) the current one; without: TROD_NO_FILE. */
TROD_MUST trod_status workspace_folder(struct cli *cli, bool create, const char **folder,
                                       struct trod_error *error);
/* The same for asking: if it may be written and nobody else is writing, what would make every
 * question slow is put in order first. */
TROD_MUST trod_status workspace_open_settled(struct cli *cli, struct trod_store **store,
                                             struct trod_error *error);
/* Whether the log is the workspace's: no file is named, and there is one (or --in says so). */
bool workspace_holds_log(struct cli *cli, size_t n_files);
/* The log of the workspace in plain columns, for the questions that need a map. */
TROD_MUST trod_status workspace_read_log(struct cli *cli, const struct trod_map *map,
                                         struct trod_log **log, struct trod_error *error);
/* The only map of the workspace; NULL if there is none or there are several. */
TROD_MUST trod_status workspace_map(struct cli *cli, const char **name, struct trod_error *error);
/* How long a second writer waits. */
TROD_MUST trod_status workspace_wait(const struct cli *cli, int64_t *wait_us,
                                     struct trod_error *error);

#endif
