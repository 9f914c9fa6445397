/* log add: events as they come, from JSON lines into the inbox. */
#ifndef TROD_CLI_LOG_ADD_H
#define TROD_CLI_LOG_ADD_H

#include "cli/workspace.h"

/* `trod log add [FILE…]`: takes the lines of the files (cli->arguments behind the first;
 * without any, standard input), and says how many events were kept. */
TROD_MUST trod_status log_add(struct cli *cli, struct trod_error *error);

#endif
