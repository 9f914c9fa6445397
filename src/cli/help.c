/* help: usage, man page and completion, all from the tables of the commands.
 */
#include <stdio.h>

#include "cli/cli.h"

static const struct cli_option *const *tables(const struct cli_command *command) {
    return command->options;
}

/* Words of `text` filled to `width` columns, each line after `indent` blanks; the cursor stands
 * at column `at`. */
static void print_filled(FILE *out, const char *text, unsigned indent, unsigned at,
                         unsigned width) {
    unsigned column = at;
    bool first = true;
    while (*text) {
        const size_t n = strcspn(text, " \n");
        const size_t cells = trod_str_cells((trod_str){text, n});
        if (!first && column + 1 + cells > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", (int)n, text);
        column += (unsigned)cells + (first ? 0 : 1);
        first = false;
        text += n;
        while (*text == ' ') text++;
        if (*text == '\n') {
            fprintf(out, "\n%*s", text[1] == '\n' || !text[1] ? 0 : (int)indent, "");
            column = indent;
            first = true;
            text++;
        }
    }
    fputc('\n', out);
}

static void option_words(const struct cli_option *option, char *at, size_t room) {
    const char *space = option->argument ? " " : "";
    const char *argument = option->argument ? option->argument : "";
    if (option->letter)
        snprintf(at, room, "-%c, --%s%s%s", option->letter, option->name, space, argument);
    else
        snprintf(at, room, "--%s%s%s", option->name, space, argument);
}

static void print_command_help(FILE *out, const struct cli_command *command, unsigned width) {
    fprintf(out, "Usage: trod %s %s\n\n", command->name, command->arguments);
    print_filled(out, command->summary, 0, 0, width);
    if (command->details) {
        fputc('\n', out);
        print_filled(out, command->details, 0, 0, width);
    }
    for (size_t t = 0; t < TROD_COUNT(command->options) && tables(command)[t]; t++) {
        if (t == 0) fputs("\nOptions:\n", out);
        for (const struct cli_option *o = tables(command)[t]; o->name; o++) {
            char words[80];
            option_words(o, words, sizeof words);
            const unsigned cells = (unsigned)trod_str_cells(trod_str_of(words));
            if (cells > 22)
                fprintf(out, "  %s\n%26s", words, "");
            else
                fprintf(out, "  %s%*s", words, (int)(24 - cells), "");
            print_filled(out, o->help, 26, 26, width);
        }
    }
    if (command->examples && command->examples[0]) fputs("\nExamples:\n", out);
    for (const char *const *e = command->examples; e && e[0]; e += 2) {
        fprintf(out, "  %s\n      ", e[0]);
        print_filled(out, e[1], 6, 6, width);
    }
}

void cli_print_help(FILE *out, const struct cli_command *command) {
    const unsigned width = cli_width() < 80 ? cli_width() : 80;
    if (command) {
        print_command_help(out, command, width);
        return;
    }
    fputs("trod: the journey you designed, and the one your customers trod.\n\n"
          "Usage: trod COMMAND …\n",
          out);
    const char *group = "";
    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        if (strcmp(group, (*c)->group) != 0) fprintf(out, "\n%s\n", (*c)->group);
        group = (*c)->group;
        fprintf(out, "  %-11s", (*c)->name);
        print_filled(out, (*c)->summary, 13, 13, width);
    }
    fputs("\ntrod COMMAND --help says more about a command.\n", out);
}

/* ---- The man page
 * ---------------------------------------------------------------------------- */

static void roff_text(FILE *out, const char *text) {
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
}

static void man_command(FILE *out, const struct cli_command *command) {
    fprintf(out, ".SS trod %s ", command->name);
    roff_text(out, command->arguments);
    fputs("\n", out);
    roff_text(out, command->summary);
    fputs("\n", out);
    if (command->details) {
        fputs(".PP\n", out);
        roff_text(out, command->details);
        fputs("\n", out);
    }
    for (size_t t = 0; t < TROD_COUNT(command->options) && tables(command)[t]; t++)
        for (const struct cli_option *o = tables(command)[t]; o->name; o++) {
            char words[80];
            option_words(o, words, sizeof words);
            fputs(".TP\n.B ", out);
            roff_text(out, words);
            fputs("\n", out);
            roff_text(out, o->help);
            fputs("\n", out);
        }
    for (const char *const *e = command->examples; e && e[0]; e += 2) {
        fputs(".PP\n.nf\n.B ", out);
        roff_text(out, e[0]);
        fputs("\n.fi\n", out);
        roff_text(out, e[1]);
        fputs("\n", out);
    }
}

void cli_print_man(FILE *out) {
    fputs(
        ".TH TROD 1 \"\" \"trod " TROD_VERSION "\" \"User Commands\"\n.SH NAME\n"
        "trod \\- the journey you designed, and the one your customers trod\n.SH SYNOPSIS\n"
        ".B trod\nCOMMAND …\n.SH DESCRIPTION\n"
        "trod lays the events that your customers left on the journey that you designed, shows "
        "where they\nleave it, when, who, how late and how sure, and draws both.\n"
        "The map is a plain text file, NAME.journey; the events come as CSV, JSON "
        "lines, XES\nor sheets of XLSX (FILE.xlsx#SHEET).\n"
        ".SH COMMANDS\n",
        out);
    for (const struct cli_command *const *c = cli_commands; *c; c++) man_command(out, *c);
    fputs(".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\n"
          "done, and something that was asked to hold does not\n.TP\n.B 2\n"
          "the input or the options are wrong\n.TP\n.B 3\nthe machine failed (disk full, no "
          "memory)\n"
          ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nif set, no colours on the terminal\n",
          out);
}

/* ---- Completion
 * ------------------------------------------------------------------------------ */

static void print_options(FILE *out, const struct cli_command *command, const char *before) {
    for (size_t t = 0; t < TROD_COUNT(command->options) && tables(command)[t]; t++)
        for (const struct cli_option *o = tables(command)[t]; o->name; o++)
            fprintf(out, "%s%s", before, o->name);
}

int cli_print_completion(FILE *out, const char *shell) {
    const bool fish = strcmp(shell, "fish") == 0, zsh = strcmp(shell, "zsh") == 0;
    if (!fish && !zsh && strcmp(shell, "bash") != 0) {
        fputs("trod: completion is for bash, zsh or fish: trod completion bash\n", stderr);
        return CLI_BAD;
    }
    if (fish) {
        for (const struct cli_command *const *c = cli_commands; *c; c++) {
            fprintf(out, "complete -c trod -n __fish_use_subcommand -a %s -d '%s'\n",
                    (*c)->name, (*c)->group);
            for (size_t t = 0; t < TROD_COUNT((*c)->options) && tables(*c)[t]; t++)
                for (const struct cli_option *o = tables(*c)[t]; o->name; o++)
                    fprintf(out,
                            "complete -c trod -n '__fish_seen_subcommand_from %s' -l %s%s\n",
                            (*c)->name, o->name, o->argument ? " -r" : "");
        }
        return CLI_DONE;
    }
    if (zsh) fputs("autoload -U +X bashcompinit && bashcompinit\n", out);
    fputs(
        "_trod() {\n  local word=${COMP_WORDS[COMP_CWORD]} list=\n  case ${COMP_WORDS[1]} in\n",
        out);
    for (const struct cli_command *const *c = cli_commands; *c; c++) {
        fprintf(out, "  %s) list='", (*c)->name);
        print_options(out, *c, " --");
        fputs("' ;;\n", out);
    }
    fputs("  esac\n  if [ $COMP_CWORD = 1 ]; then list='", out);
    for (const struct cli_command *const *c = cli_commands; *c; c++)
        fprintf(out, " %s", (*c)->name);
    fputs("'; fi\n  case $word in -*) ;; *) [ $COMP_CWORD = 1 ] || list= ;; esac\n"
          "  COMPREPLY=($(compgen -W \"$list\" -- \"$word\"))\n}\n"
          "complete -o default -F _trod trod\n",
          out);
    return CLI_DONE;
}
