/* question: a log opened for questions to its parts, wherever it lies. */
#ifndef TROD_CLI_QUESTION_H
#define TROD_CLI_QUESTION_H

#include "cli/cli.h"
#include "trod/mine.h"
#include "trod/store.h"

struct cli_question {
    struct trod_question question; /* parts, view and run, ready to be asked */
    struct trod_parts *parts;
    struct trod_store *store;   /* NULL: the log came from files */
    struct trod_gather *gather; /* of files in which people have several ids; else NULL */
};
/* The log of the files that are named ("-" is standard input); without any, that of the workspace;
 * without a workspace, standard input. Of the options those of cli_options_view, cli_options_log and
 * cli_options_workspace hold. `map` (may be NULL) says what the files' columns are. */
TROD_MUST trod_status cli_question_open(struct cli *cli, const char *const *files,
                                        size_t n_files, const struct trod_map *map,
                                        struct cli_question *question,
                                        struct trod_error *error);
/* The same for questions that touch so little of the log that it is not put in order before. */
TROD_MUST trod_status cli_question_open_as_is(struct cli *cli, const char *const *files,
                                              size_t n_files, const struct trod_map *map,
                                              struct cli_question *question,
                                              struct trod_error *error);
void cli_question_close(struct cli_question *question);

#endif
