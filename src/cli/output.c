/* output: where results and errors go, and how wide and in which colours. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

trod_status cli_write(const struct cli *cli, trod_str bytes, struct trod_error *error) {
    const char *output = cli_text(cli, "output");
    return trod_file_write(output ? output : "-", bytes, error);
}

void cli_print_hint(FILE *out, const char *hint) {
    if (!hint || !hint[0]) return;
    const bool lower = hint[0] >= 'a' && hint[0] <= 'z';
    const bool stop = !strchr(".?!", hint[strlen(hint) - 1]) && !strstr(hint, ": ");
    fprintf(out, " %c%s%s", lower ? hint[0] - 'a' + 'A' : hint[0], hint + 1, stop ? "." : "");
}

/* The message behind the name of the file, which stands in front of it already: of "cut.gz ends
 * in the middle" what follows "cut.gz ". */
static const char *without_file(const struct trod_error *error) {
    const size_t n = strlen(error->file);
    const bool twice = n > 0 && strncmp(error->message, error->file, n) == 0;
    return twice && error->message[n] == ' ' ? error->message + n + 1 : error->message;
}

int cli_fail(const struct trod_error *error) {
    fputs("trod: ", stderr);
    if (error->file[0]) fprintf(stderr, "%s:", error->file);
    if (error->line > 0) fprintf(stderr, "%lld:", (long long)error->line);
    if (error->line > 0 && error->column > 0)
        fprintf(stderr, "%lld:", (long long)error->column);
    if (error->file[0] || error->line > 0) fputc(' ', stderr);
    const char *const message = without_file(error);
    const size_t n = strlen(message);
    const char *stop = n && strchr(".?!:", message[n - 1]) ? "" : ".";
    fprintf(stderr, "%s%s", message, stop);
    cli_print_hint(stderr, error->hint);
    fputc('\n', stderr);
    return trod_status_exit(error->code);
}

bool cli_colour(FILE *stream) {
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(none && none[0]) && !(term && strcmp(term, "dumb") == 0) && isatty(fileno(stream));
}

unsigned cli_width(void) {
    struct winsize size = {0};
    unsigned width = 80;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
        width = size.ws_col;
    return width < 40 ? 40 : width > 200 ? 200 : width;
}
