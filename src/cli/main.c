/* main: the door of the program. Finds the command by its name, reads its options and runs it.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/options.h"

static atomic_bool cancelled;

static void on_interrupt(int signal_number) {
    if (atomic_exchange(&cancelled, true)) _exit(128 + signal_number);
}

static const struct cli_command *find_command(trod_str name) {
    for (const struct cli_command *const *c = cli_commands; *c; c++)
        if (trod_str_is(name, (*c)->name)) return *c;
    return NULL;
}

static int unknown_command(const char *name) {
    const struct cli_command *nearest = NULL;
    unsigned best = 4;
    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        const unsigned d = trod_str_distance(trod_str_of(name), trod_str_of((*c)->name), best);
        if (d < best) {
            best = d;
            nearest = *c;
        }
    }
    if (nearest)
        fprintf(stderr, "trod: there is no command \"%s\". Did you mean: trod %s?\n", name,
                nearest->name);
    else
        fprintf(stderr, "trod: there is no command \"%s\". See: trod --help\n", name);
    return CLI_BAD;
}

static int run_command(const struct cli_command *command, char **words, int n) {
    struct cli cli = {.command = command, .run = {.cancel = &cancelled}};
    struct trod_error error = {0};
    uint64_t threads = 0;
    int exit_status = CLI_DONE;
    trod_status status = TROD_OK;
    cli.arena = trod_arena_make(0);
    TROD_TRY_ALLOC(cli.arena, &error);
    TROD_TRY(options_parse(&cli, words, n, &error));
    if (cli_flag(&cli, "help")) {
        cli_print_help(stdout, command);
        goto done;
    }
    TROD_TRY(cli_number(&cli, "threads", 1, 0, &threads, &error));
    cli.run.n_threads = (unsigned)(threads > 256 ? 256 : threads);
    TROD_TRY(options_memory(&cli, &cli.run.memory_bytes, &error));
    exit_status = command->run(&cli);
done:
    if (status != TROD_OK) exit_status = cli_fail(&error);
    trod_arena_free(cli.arena);
    return exit_status;
}

/* Output that could not be written (a full disk, a closed pipe) must not look like success. */
static int close_output(int exit_status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return exit_status;
    fputs("trod: the output could not be written. Is the disk full?\n", stderr);
    return CLI_FAILED;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* a limit of file sizes is then an ordinary failed write */
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    if (argc < 2) {
        cli_print_help(stderr, NULL);
        return CLI_BAD;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0 ||
        strcmp(name, "version") == 0) {
        puts("trod " TROD_VERSION);
        return close_output(CLI_DONE);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        const struct cli_command *command =
            argc > 2 ? find_command(trod_str_of(argv[2])) : NULL;
        if (argc > 2 && strcmp(argv[2], "--man") == 0)
            cli_print_man(stdout);
        else if (argc > 2 && !command)
            return unknown_command(argv[2]);
        else
            cli_print_help(stdout, command);
        return close_output(CLI_DONE);
    }
    if (strcmp(name, "completion") == 0)
        return close_output(cli_print_completion(stdout, argc > 2 ? argv[2] : ""));
    const struct cli_command *command = find_command(trod_str_of(name));
    if (!command) return unknown_command(name);
    return close_output(run_command(command, argv + 2, argc - 2));
}
