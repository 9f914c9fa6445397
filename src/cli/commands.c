/* commands: the table of all commands, in the order of the help, under the questions they
 * answer.
 */
#include "cli/cli.h"

const struct cli_command *const cli_commands[] = {
    NULL,
};
