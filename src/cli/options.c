/* options: from the words of a command line to values, by the command's own tables.
 *
 * GNU's habits: options may stand anywhere, "--name value" and "--name=value" are the same,
 * "--" ends them, one letter options may be joined to their value ("-ofile"). An option that
 * the command has not is an error that names the nearest one.
 */
#include "cli/options.h"

#include <stdlib.h>

const struct cli_option cli_options_log[] = {
    {"customer", 0, "COLUMN", "the column that names the customer (else guessed, and said)"},
    {"event", 0, "COLUMN", "the column that names the event"},
    {"time", 0, "COLUMN", "the column of the time"},
    {"end", 0, "COLUMN", "the column of the time at which the event ended"},
    {"journey", 0, "COLUMN", "the column that tells one journey of a customer from the next"},
    {"channel", 0, "COLUMN", "the column that names the channel"},
    {"worth", 0, "COLUMN", "the column of the amount that an event is worth"},
    {"dates", 0, "COLUMN,…",
     "one row a customer: these columns hold the date of one step each"},
    {"profile", 0, "COLUMN,…",
     "these columns hold facts of the customer, as a map's profile line says (may be "
     "repeated)"},
    {"time-format", 0, "FORMAT",
     "how times are written: iso, s, ms, us, ns, or like %d.%m.%Y %H:%M"},
    {"time-zone", 0, "ZONE",
     "the zone of times that name none, such as Europe/Rome (else UTC)"},
    {"delimiter", 0, "CHARACTER", "what stands between the columns of a CSV file (else found)"},
    {"input", 0, "FORMAT", "the files are csv, jsonl, xes or xlsx (else told by their content)"},
    {"lifecycle", 0, "STEP",
     "of an XES log, keep only the events of this transition, such as complete"},
    {"strict", 0, NULL, "stop at the first row that cannot be taken"},
    {"rejects", 0, "FILE",
     "write every row that cannot be taken to FILE, with its line and reason"},
    {"quiet", 'q', NULL, "do not say how the files were understood"},
    {NULL},
};
const struct cli_option cli_options_view[] = {
    {"where", 0, "EXPR",
     "only journeys with an event that meets it: 'country = \"IT\" and stars > 3'"},
    {"events", 0, "EXPR", "only events that meet it; the journeys lose the others"},
    {"since", 0, "DATE", "only journeys that begin at or after DATE"},
    {"until", 0, "DATE", "only journeys that begin before the end of DATE"},
    {NULL},
};
const struct cli_option cli_options_output[] = {
    {"output", 'o', "FILE", "write to FILE; its ending picks the format"},
    {"format", 0, "FORMAT", "the format, if the ending of FILE does not say"},
    {NULL},
};
const struct cli_option cli_options_run[] = {
    {"threads", 0, "N",
     "work on N threads; the result is the same (else as many as there are cores)"},
    {"memory", 0, "SIZE", "use at most SIZE memory, such as 500M or 2G (else 4G)"},
    {NULL},
};
static const struct cli_option options_everywhere[] = {
    {"help", 'h', NULL, "show this help"},
    {NULL},
};

static const struct cli_option *find_in(const struct cli_option *table, trod_str name) {
    for (; table->name; table++)
        if (trod_str_is(name, table->name)) return table;
    return NULL;
}

const struct cli_option *options_find(const struct cli_command *command, trod_str name) {
    for (size_t t = 0; t < TROD_COUNT(command->options) && command->options[t]; t++) {
        const struct cli_option *option = find_in(command->options[t], name);
        if (option) return option;
    }
    return find_in(options_everywhere, name);
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter) {
    for (size_t t = 0; t < TROD_COUNT(command->options) && command->options[t]; t++)
        for (const struct cli_option *o = command->options[t]; o->name; o++)
            if (o->letter == letter) return o;
    return letter == 'h' ? options_everywhere : NULL;
}

static trod_status unknown_option(const struct cli_command *command, trod_str name,
                                  struct trod_error *error) {
    const char *nearest = NULL;
    unsigned best = 4;
    for (size_t t = 0; t < TROD_COUNT(command->options) && command->options[t]; t++)
        for (const struct cli_option *o = command->options[t]; o->name; o++) {
            const unsigned d = trod_str_distance(name, trod_str_of(o->name), best);
            if (d < best) {
                best = d;
                nearest = o->name;
            }
        }
    const trod_status status = trod_fail(error, TROD_BAD_OPTION, "trod %s has no option --%.*s",
                                         command->name, TROD_ARG(name));
    if (nearest)
        trod_error_hint(error, "did you mean --%s?", nearest);
    else
        trod_error_hint(error, "see: trod %s --help", command->name);
    return status;
}

static void give(struct cli *cli, const struct cli_option *option, const char *value) {
    cli->given[cli->n_given++] = (struct cli_given){option, value};
}

static trod_status parse_long(struct cli *cli, char **words, int n, int *i,
                              struct trod_error *error) {
    const trod_str word = trod_str_of(words[*i] + 2);
    const size_t equals = trod_str_find(word, '=');
    const trod_str name = equals == SIZE_MAX ? word : trod_str_slice(word, 0, equals);
    const struct cli_option *option = options_find(cli->command, name);
    if (!option) return unknown_option(cli->command, name, error);
    if (!option->argument) {
        if (equals != SIZE_MAX)
            return trod_fail(error, TROD_BAD_OPTION, "--%s takes no value", option->name);
        give(cli, option, "");
        return TROD_OK;
    }
    if (equals != SIZE_MAX) {
        give(cli, option, word.at + equals + 1);
        return TROD_OK;
    }
    if (*i + 1 >= n)
        return trod_fail(error, TROD_BAD_OPTION, "--%s needs a value: --%s %s", option->name,
                         option->name, option->argument);
    give(cli, option, words[++*i]);
    return TROD_OK;
}

static trod_status parse_letters(struct cli *cli, char **words, int n, int *i,
                                 struct trod_error *error) {
    for (const char *c = words[*i] + 1; *c; c++) {
        const struct cli_option *option = find_letter(cli->command, *c);
        if (!option) {
            const trod_status status = trod_fail(
                error, TROD_BAD_OPTION, "trod %s has no option -%c", cli->command->name, *c);
            trod_error_hint(error, "see: trod %s --help", cli->command->name);
            return status;
        }
        if (!option->argument) {
            give(cli, option, "");
            continue;
        }
        if (c[1])
            give(cli, option, c + 1);
        else if (*i + 1 < n)
            give(cli, option, words[++*i]);
        else
            return trod_fail(error, TROD_BAD_OPTION, "-%c needs a value: -%c %s", *c, *c,
                             option->argument);
        return TROD_OK;
    }
    return TROD_OK;
}

trod_status options_parse(struct cli *cli, char **words, int n, struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t letters = 0;
    for (int i = 0; i < n; i++) letters += strlen(words[i]) + 1;
    cli->arguments = TROD_NEW_ARRAY(cli->arena, (size_t)n + 1, const char *);
    TROD_TRY_ALLOC(cli->arguments, error);
    cli->given = TROD_NEW_ARRAY(cli->arena, letters + 1, struct cli_given);
    TROD_TRY_ALLOC(cli->given, error);
    bool over = false;
    for (int i = 0; i < n; i++) {
        const char *word = words[i];
        if (over || word[0] != '-' || word[1] == 0)
            cli->arguments[cli->n_arguments++] = word;
        else if (strcmp(word, "--") == 0)
            over = true;
        else if (word[1] == '-')
            TROD_TRY(parse_long(cli, words, n, &i, error));
        else
            TROD_TRY(parse_letters(cli, words, n, &i, error));
    }
done:
    return status;
}

const char *cli_text(const struct cli *cli, const char *name) {
    for (size_t i = cli->n_given; i-- > 0;)
        if (strcmp(cli->given[i].option->name, name) == 0) return cli->given[i].value;
    return NULL;
}

bool cli_flag(const struct cli *cli, const char *name) {
    return cli_text(cli, name) != NULL;
}

trod_status cli_list(struct cli *cli, const char *name, const trod_str **values, size_t *n,
                     struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str *list = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < cli->n_given; i++) {
        if (strcmp(cli->given[i].option->name, name) != 0) continue;
        trod_str rest = trod_str_of(cli->given[i].value);
        while (rest.n) {
            const size_t comma = trod_str_find(rest, ',');
            const trod_str one =
                trod_str_trim(comma == SIZE_MAX ? rest : trod_str_slice(rest, 0, comma));
            if (one.n && !TROD_PUSH(cli->arena, list, count, room, one))
                TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
            rest = comma == SIZE_MAX ? (trod_str){NULL, 0}
                                     : trod_str_slice(rest, comma + 1, rest.n);
        }
    }
    *values = list;
    *n = count;
done:
    return status;
}

trod_status cli_number(const struct cli *cli, const char *name, uint64_t least,
                       uint64_t otherwise, uint64_t *value, struct trod_error *error) {
    const char *text = cli_text(cli, name);
    int64_t number = 0;
    *value = otherwise;
    if (!text) return TROD_OK;
    if (!trod_str_int64(trod_str_of(text), &number) || number < 0 || (uint64_t)number < least)
        return trod_fail(error, TROD_BAD_OPTION,
                         "--%s takes a whole number from %llu, not \"%s\"", name,
                         (unsigned long long)least, text);
    *value = (uint64_t)number;
    return TROD_OK;
}

static bool is_one_of(const char *allowed, const char *word) {
    const size_t n = strlen(word);
    for (const char *at = allowed; (at = strstr(at, word)) != NULL; at += n)
        if ((at == allowed || at[-1] == ' ') && (at[n] == 0 || at[n] == ' ')) return n > 0;
    return false;
}

trod_status cli_format(const struct cli *cli, const char *allowed, const char *otherwise,
                       const char **format, struct trod_error *error) {
    const char *said = cli_text(cli, "format");
    const char *output = cli_text(cli, "output");
    if (!said && output && strcmp(output, "-") != 0) {
        const char *slash = strrchr(output, '/'), *dot = strrchr(slash ? slash : output, '.');
        said = dot ? dot + 1 : NULL;
        if (said && strcmp(said, "txt") == 0) said = "text";
        if (said && strcmp(said, "journey") != 0 && !is_one_of(allowed, said) &&
            strncmp(output, "/dev/", 5) == 0)
            said = NULL;
    }
    if (output && strncmp(output, "/dev/", 5) == 0 && !cli_text(cli, "format")) said = NULL;
    *format = said ? said : otherwise;
    if (is_one_of(allowed, *format)) return TROD_OK;
    const trod_status status = trod_fail(error, TROD_BAD_OPTION, "trod %s cannot write \"%s\"",
                                         cli->command->name, *format);
    trod_error_hint(error, "it writes: %s", allowed);
    return status;
}

trod_status options_memory(const struct cli *cli, uint64_t *bytes, struct trod_error *error) {
    const char *text = cli_text(cli, "memory");
    if (!text) return TROD_OK;
    char *end = NULL;
    const double number = strtod(text, &end);
    const char unit = end ? *end : 0;
    const double scale = unit == 'K' || unit == 'k'   ? 1024.0
                         : unit == 'M' || unit == 'm' ? 1048576.0
                         : unit == 'G' || unit == 'g' ? 1073741824.0
                         : unit == 0                  ? 1.0
                                                      : 0.0;
    if (end == text || !(number * scale >= 16777216.0) || !(number * scale < 1e15))
        return trod_fail(
            error, TROD_BAD_OPTION,
            "--memory takes a size of at least 16M, such as 500M or 2G, not \"%s\"", text);
    *bytes = (uint64_t)(number * scale);
    return TROD_OK;
}
