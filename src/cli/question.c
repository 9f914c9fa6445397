/* question: the same questions go to a log in files and to one in a workspace. What comes from
 * files is gathered into parts in memory first. */
#include "cli/question.h"

#include <unistd.h>

#include "cli/progress.h"
#include "cli/workspace.h"

static trod_status gather_files(struct cli *cli, const char *const *files, size_t n_files,
                                const struct trod_map *map, struct cli_question *question,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_gather *gather = NULL;
    struct cli_progress progress;
    struct cli_taken taken;
    const struct trod_gather_options options = {.memory_bytes = cli->run.memory_bytes};
    cli_progress_begin(&progress, cli);
    TROD_TRY(trod_gather_make(&options, &cli->run, &gather, error));
    progress.gather = gather;
    TROD_TRY(cli_gather(cli, files, n_files, map, gather, &taken, error));
    TROD_TRY(trod_gather_finish(gather, &question->parts, error));
    TROD_TRY(cli_say_no_facts(cli, question->parts, error));
    if (map && map->same_person.n) {
        question->gather = gather;
        gather = NULL;
    }
done:
    cli_progress_end(&progress);
    cli->run.progress = NULL; /* its line ends with this function */
    cli->run.owner = NULL;
    trod_gather_free(gather);
    return status;
}

static trod_status open_log(struct cli *cli, const char *const *files, size_t n_files,
                            const struct trod_map *map, bool settled,
                            struct cli_question *question, struct trod_error *error) {
    trod_status status = TROD_OK;
    *question = (struct cli_question){.question.run = &cli->run};
    TROD_TRY(cli_view(cli, &question->question.view, error));
    if (workspace_holds_log(cli, n_files)) {
        TROD_TRY(settled ? workspace_open_settled(cli, &question->store, error)
                         : workspace_open(cli, TROD_STORE_READ, &question->store, error));
        TROD_TRY(trod_store_parts_quick(question->store, &question->parts, error));
    } else if (n_files == 0 && !map && isatty(STDIN_FILENO)) {
        trod_fail(error, TROD_BAD_OPTION, "trod %s needs a log", cli->command->name);
        trod_error_hint(error, "name its file, for example: trod %s events.csv",
                        cli->command->name);
        return TROD_BAD_OPTION;
    } else {
        TROD_TRY(gather_files(cli, files, n_files, map, question, error));
    }
    question->question.parts = question->parts;
done:
    return status;
}

trod_status cli_question_open(struct cli *cli, const char *const *files, size_t n_files,
                              const struct trod_map *map, struct cli_question *question,
                              struct trod_error *error) {
    return open_log(cli, files, n_files, map, true, question, error);
}

trod_status cli_question_open_as_is(struct cli *cli, const char *const *files, size_t n_files,
                                    const struct trod_map *map, struct cli_question *question,
                                    struct trod_error *error) {
    return open_log(cli, files, n_files, map, false, question, error);
}

void cli_question_close(struct cli_question *question) {
    trod_parts_free(question->parts);
    trod_store_close(question->store);
    trod_gather_free(question->gather);
    *question = (struct cli_question){0};
}
