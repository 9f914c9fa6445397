/* cli: one file per command, and the little that they share.
 *
 * A command is a row in a table: name, what it does, its options. The same table parses the
 * command line, prints the usage, the help and the man page, and completes words in the shell.
 * To add a command: write src/cli/cmd_NAME.c with a `const struct cli_command cli_NAME`, name
 * it in commands.c and meson.build.
 *
 * Exit status: 0 done; 1 done, and something that was asked to hold does not; 2 the input or
 * the options are wrong; 3 the machine failed.
 */
#ifndef TROD_CLI_H
#define TROD_CLI_H

#include <stdio.h>

#include "trod/intake.h"

enum { CLI_DONE = 0, CLI_NO = 1, CLI_BAD = 2, CLI_FAILED = 3 };

struct cli_option {
    const char *name;     /* "--where" without the dashes; NULL ends a table */
    char letter;          /* 'o' for -o; 0: none */
    const char *argument; /* "EXPR"; NULL: a flag */
    const char *help;     /* one sentence, lower case, no full stop */
};
struct cli;
struct cli_command {
    const char *name;
    const char
        *group; /* the question that it answers: "Draw", "What happened?", "As designed?" … */
    const char *arguments;               /* "MAP [LOG…]" */
    const char *summary;                 /* one line */
    const char *details;                 /* paragraphs for help and man page; may be NULL */
    const char *const *examples;         /* pairs: command, what it does; NULL ends */
    const struct cli_option *options[8]; /* tables, one after the other; NULL ends */
    int (*run)(struct cli *cli);
};
extern const struct cli_command *const cli_commands[]; /* NULL ends; in the order of the help */

/* Tables of options that several commands share. */
extern const struct cli_option cli_options_log[]; /* how a log's files are read */
extern const struct cli_option
    cli_options_view[]; /* which journeys: where, events, since, until */
extern const struct cli_option cli_options_output[]; /* -o, --format */
extern const struct cli_option cli_options_run[];    /* --threads, --memory */

/* One call of the program, parsed. */
struct cli {
    const struct cli_command *command;
    const char **arguments; /* what is no option */
    size_t n_arguments;
    struct cli_given {
        const struct cli_option *option;
        const char *value; /* NULL of a flag */
    } * given;
    size_t n_given;
    struct trod_arena *arena; /* lives as long as the call */
    struct trod_run run;
};

/* The last value given for an option, or NULL; a flag's is "". */
const char *cli_text(const struct cli *cli, const char *name);
bool cli_flag(const struct cli *cli, const char *name);
/* Every value of an option that may be repeated or hold a list with commas. On cli->arena. */
TROD_MUST trod_status cli_list(struct cli *cli, const char *name, const trod_str **values,
                               size_t *n, struct trod_error *error);
/* A whole number of at least `least`, or `otherwise` if not given. */
TROD_MUST trod_status cli_number(const struct cli *cli, const char *name, uint64_t least,
                                 uint64_t otherwise, uint64_t *value, struct trod_error *error);
/* A date or time of an option; TROD_NO_TIME if not given. With `end_of_day` a bare date means
 * its end. */
TROD_MUST trod_status cli_time(const struct cli *cli, const char *name, bool end_of_day,
                               int64_t *time_us, struct trod_error *error);
/* The output format: --format, else the ending of -o, else `otherwise`. TROD_BAD_OPTION if it
 * is not one of `allowed` ("text json csv"). */
TROD_MUST trod_status cli_format(const struct cli *cli, const char *allowed,
                                 const char *otherwise, const char **format,
                                 struct trod_error *error);
/* Writes to -o FILE (safely) or standard output. */
TROD_MUST trod_status cli_write(const struct cli *cli, trod_str bytes,
                                struct trod_error *error);

/* Prints an error as "trod: FILE:LINE:COLUMN: message. hint" on standard error and gives the
 * exit status. */
int cli_fail(const struct trod_error *error);

/* " Hint." as a sentence of its own, without a full stop if it ends in an example (": …"). */
void cli_print_hint(FILE *out, const char *hint);
/* "FILE:LINE:COLUMN: error: message. Hint." */
void cli_print_remark(FILE *out, const struct trod_remark *remark);

/* Whether to paint: a terminal, no NO_COLOR, not TERM=dumb; and the width of standard output
 * (80 if it is no terminal; at least 40, at most 200). */
bool cli_colour(FILE *stream);
unsigned cli_width(void);

/* Reads a map and prints its errors (all of them) on standard error. The advice is left out. */
TROD_MUST trod_status cli_read_map(struct cli *cli, const char *name, struct trod_map **map,
                                   struct trod_error *error);
/* Reads the log from `n` files ("-" is standard input), or from the map's sources if n == 0 and
 * a map is given. Says on standard error how each file was understood, and every rejected row
 * (the first hundred). */
TROD_MUST trod_status cli_read_log(struct cli *cli, const char *const *names, size_t n,
                                   const struct trod_map *map, struct trod_log **log,
                                   struct trod_error *error);
/* Notes on standard error which of the facts of --profile no file has. */
TROD_MUST trod_status cli_say_no_facts(struct cli *cli, const struct trod_parts *parts,
                                       struct trod_error *error);
/* Notes on standard error which columns and facts the map asks for and the log has not. */
void cli_say_unknown(struct cli *cli, const struct trod_map *map, const struct trod_log *log);
/* The same, but the events go to the gatherer. */
struct cli_taken {
    size_t n_files;
    uint64_t n_rows, n_rejected;
};
TROD_MUST trod_status cli_gather(struct cli *cli, const char *const *names, size_t n,
                                 const struct trod_map *map, struct trod_gather *gather,
                                 struct cli_taken *taken, struct trod_error *error);
/* The options of cli_options_view, on cli->arena. */
TROD_MUST trod_status cli_view(struct cli *cli, struct trod_view_options *view,
                               struct trod_error *error);

/* Help, in help.c. */
void cli_print_help(FILE *out, const struct cli_command *command); /* NULL: of the program */
void cli_print_man(FILE *out);
int cli_print_completion(FILE *out, const char *shell);

#endif
