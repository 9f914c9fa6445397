/* options: what main needs of the parser, beyond the accessors in cli.h. */
#ifndef TROD_CLI_OPTIONS_H
#define TROD_CLI_OPTIONS_H

#include "cli/cli.h"

/* The option of that name among a command's tables, or NULL. */
const struct cli_option *options_find(const struct cli_command *command, trod_str name);
/* Parses the words after the command's name into cli->arguments and cli->given. */
TROD_MUST trod_status options_parse(struct cli *cli, char **words, int n,
                                    struct trod_error *error);
/* --memory in bytes; leaves *bytes if it was not given. */
TROD_MUST trod_status options_memory(const struct cli *cli, uint64_t *bytes,
                                     struct trod_error *error);

#endif
