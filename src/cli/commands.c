/* commands: the table of all commands, in the order of the help, under the questions they
 * answer.
 */
#include "cli/cli.h"

extern const struct cli_command cli_convert, cli_flow, cli_paths;

const struct cli_command *const cli_commands[] = {
    /* Draw */
    &cli_convert,
    /* What happened? */
    &cli_flow,
    &cli_paths,
    NULL,
};
