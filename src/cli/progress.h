/* progress: one line on the terminal while something long goes on. */
#ifndef TROD_CLI_PROGRESS_H
#define TROD_CLI_PROGRESS_H

#include "cli/cli.h"

struct cli_progress {
    int64_t begun_us, shown_us;
    const struct trod_gather *gather; /* its rows are shown; may be NULL */
    const char *what;
    uint64_t done_before; /* bytes of files that are over */
    uint64_t done, total;
    bool on, shown;
    atomic_flag busy;
};
/* From now on the run tells this line, if standard error is a terminal. */
void cli_progress_begin(struct cli_progress *progress, struct cli *cli);
/* Wipes the line. */
void cli_progress_end(struct cli_progress *progress);

#endif
