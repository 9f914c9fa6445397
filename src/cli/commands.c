/* commands: the table of all commands, in the order of the help, under the questions they
 * answer.
 */
#include "cli/cli.h"

extern const struct cli_command cli_export, cli_forget, cli_import, cli_log, cli_check,
    cli_compare, cli_convert, cli_customer, cli_discover, cli_draw, cli_fmt, cli_flow, cli_funnel,
    cli_paths, cli_retention;

const struct cli_command *const cli_commands[] = {
    /* Draw */
    &cli_draw,
    &cli_check,
    &cli_fmt,
    &cli_convert,
    /* What happened? */
    &cli_import,
    &cli_log,
    &cli_flow,
    &cli_paths,
    &cli_funnel,
    &cli_retention,
    &cli_discover,
    &cli_customer,
    &cli_export,
    &cli_forget,
    /* As designed? */
    &cli_compare,
    NULL,
};
