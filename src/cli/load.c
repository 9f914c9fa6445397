/* load: maps and logs for the commands, with what there is to say about them on standard error.
 */
#include <stdio.h>

#include "cli/cli.h"

void cli_print_remark(FILE *out, const struct trod_remark *remark) {
    if (remark->file.n) fprintf(out, "%.*s:", TROD_ARG(remark->file));
    if (remark->line) fprintf(out, "%u:", remark->line);
    if (remark->line && remark->column) fprintf(out, "%u:", remark->column);
    const size_t n = strlen(remark->message);
    const char *stop = n && strchr(".?!:", remark->message[n - 1]) ? "" : ".";
    fprintf(out, " %s: %s%s", remark->weight == TROD_ERROR ? "error" : "advice",
            remark->message, stop);
    cli_print_hint(out, remark->hint);
    fputc('\n', out);
}

trod_status cli_read_map(struct cli *cli, const char *name, struct trod_map **map,
                         struct trod_error *error) {
    (void)cli;
    struct trod_report report = {0};
    const struct trod_map_options options = {.missing_ok = true};
    const trod_status status = trod_map_read(name, &options, map, &report, error);
    for (size_t i = 0; i < report.n; i++)
        if (report.items[i].weight == TROD_ERROR) cli_print_remark(stderr, &report.items[i]);
    trod_report_release(&report);
    return status;
}

/* The columns that an option lists. */
static trod_status list_of(struct cli *cli, const char *option, const char *const **list,
                           size_t *n, struct trod_error *error) {
    trod_status status = TROD_OK;
    const trod_str *words = NULL;
    TROD_TRY(cli_list(cli, option, &words, n, error));
    if (*n == 0) goto done;
    const char **const names = TROD_NEW_ARRAY(cli->arena, *n, const char *);
    TROD_TRY_ALLOC(names, error);
    for (size_t i = 0; i < *n; i++) {
        names[i] = trod_arena_copy(cli->arena, words[i]).at;
        TROD_TRY_ALLOC(names[i], error);
    }
    *list = names;
done:
    return status;
}

static trod_status intake_options(struct cli *cli, const struct trod_map *map,
                                  struct trod_intake_options *options,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const char *input = cli_text(cli, "input"), *delimiter = cli_text(cli, "delimiter");
    *options = (struct trod_intake_options){
        .customer = cli_text(cli, "customer"),
        .event = cli_text(cli, "event"),
        .time = cli_text(cli, "time"),
        .end = cli_text(cli, "end"),
        .journey = cli_text(cli, "journey"),
        .channel = cli_text(cli, "channel"),
        .worth = cli_text(cli, "worth"),
        .time_format = cli_text(cli, "time-format"),
        .time_zone = cli_text(cli, "time-zone"),
        .lifecycle = cli_text(cli, "lifecycle"),
        .strict = cli_flag(cli, "strict"),
        .rejects = cli_text(cli, "rejects"),
    };
    TROD_TRY(list_of(cli, "dates", &options->dates, &options->n_dates, error));
    TROD_TRY(list_of(cli, "profile", &options->profile, &options->n_profile, error));
    if (delimiter) {
        const bool tab = strcmp(delimiter, "tab") == 0 || strcmp(delimiter, "\\t") == 0;
        if (!tab && strlen(delimiter) != 1)
            TROD_TRY(trod_fail(error, TROD_BAD_OPTION,
                               "--delimiter takes one character, or \"tab\", not \"%s\"",
                               delimiter));
        options->delimiter = tab ? '\t' : delimiter[0];
    }
    if (input) {
        options->format = strcmp(input, "csv") == 0     ? TROD_FORMAT_CSV
                          : strcmp(input, "jsonl") == 0 ? TROD_FORMAT_JSONL
                          : strcmp(input, "xes") == 0   ? TROD_FORMAT_XES
                          : strcmp(input, "xlsx") == 0  ? TROD_FORMAT_XLSX
                                                        : TROD_FORMAT_GUESS;
        if (options->format == TROD_FORMAT_GUESS)
            TROD_TRY(trod_fail(error, TROD_BAD_OPTION,
                               "--input takes csv, jsonl, xes or xlsx, not \"%s\"", input));
    }
    if (map && map->file.n) {
        options->folder = trod_arena_copy(cli->arena, trod_path_folder(map->file)).at;
        TROD_TRY_ALLOC(options->folder, error);
    }
done:
    return status;
}

/* The first rejected rows, and how many there are. */
static void say_rejects(const struct trod_intake_report *report, bool written) {
    for (size_t i = 0; i < report->n_rejects; i++) {
        const struct trod_reject *reject = &report->rejects[i];
        fprintf(stderr, "%.*s:%llu: not taken: %.*s\n", TROD_ARG(reject->file),
                (unsigned long long)reject->line, TROD_ARG(reject->reason));
    }
    const unsigned long long n = report->n_rejected, n_more = n - report->n_rejects;
    if (n_more)
        fprintf(stderr, "… and %llu more row%s not taken%s.\n", n_more,
                n_more == 1 ? " was" : "s were",
                written ? "" : "; --rejects FILE writes them all");
    else if (n)
        fprintf(stderr, "%llu row%s not taken.\n", n, n == 1 ? " was" : "s were");
}

static void say_how(const struct trod_intake_report *report, bool quiet) {
    for (size_t i = 0; !quiet && i < report->n_files; i++) {
        const struct trod_intake_file *file = &report->files[i];
        if (file->said.n)
            fprintf(stderr, "%.*s: %.*s\n", TROD_ARG(file->name), TROD_ARG(file->said));
    }
    for (size_t i = 0; i < report->n_files; i++) {
        const struct trod_intake_file *file = &report->files[i];
        if (file->warning.n)
            fprintf(stderr, "%.*s: note: %.*s\n", TROD_ARG(file->name),
                    TROD_ARG(file->warning));
    }
}

/* ---- What the map asks for and the log has not ------------------------------------------ */

struct unknown {
    const struct trod_log *log;
    struct trod_arena *arena;
    bool profile; /* facts are looked for, else attributes */
    trod_str *names;
    size_t n, room;
};

static bool is_known(const struct trod_log *log, const struct trod_condition *condition) {
    static const char *const own[] = {"event", "source", "time"};
    const trod_str name = condition->name;
    if (trod_log_field(log, name, condition->profile) != TROD_NO_ID) return true;
    if (condition->profile) return false;
    for (size_t i = 0; i < TROD_COUNT(own); i++)
        if (trod_str_is(name, own[i])) return true;
    return log->journey && trod_str_is(name, "journey");
}

static void note_unknown(const struct trod_condition *condition, uint32_t line, void *context) {
    struct unknown *const unknown = context;
    (void)line;
    if (condition->profile != unknown->profile || is_known(unknown->log, condition)) return;
    for (size_t i = 0; i < unknown->n; i++)
        if (trod_str_equal(unknown->names[i], condition->name)) return;
    /* Without memory the note is shorter. */
    if (!TROD_PUSH(unknown->arena, unknown->names, unknown->n, unknown->room, condition->name))
        return;
}

void cli_say_unknown(struct cli *cli, const struct trod_map *map, const struct trod_log *log) {
    for (int profile = 1; profile >= 0; profile--) {
        struct unknown unknown = {.log = log, .arena = cli->arena, .profile = profile};
        trod_map_each_condition(map, note_unknown, &unknown);
        if (unknown.n == 0) continue;
        fprintf(stderr, "%.*s: note: the log has no %s", TROD_ARG(map->file),
                profile ? "fact of the customer" : "column");
        for (size_t i = 0; i < unknown.n && i < 10; i++)
            fprintf(stderr, "%s \"%.*s\"", i ? "," : "", TROD_ARG(unknown.names[i]));
        if (unknown.n > 10) fprintf(stderr, " and %zu more", unknown.n - 10);
        fputs(": for the map's conditions the value is missing.", stderr);
        if (profile) fputs(" Say which columns hold facts with --profile COLUMN.", stderr);
        fputc('\n', stderr);
    }
}

/* Equal but for letter case, blanks, "_", "-" and ".", as the columns of a log are found. */
static bool is_same_name(trod_str a, trod_str b) {
    static const char aside[] = " _-.";
    size_t i = 0, k = 0;
    for (;; i++, k++) {
        while (i < a.n && strchr(aside, a.at[i])) i++;
        while (k < b.n && strchr(aside, b.at[k])) k++;
        if (i >= a.n || k >= b.n) return i >= a.n && k >= b.n;
        if (!trod_str_equal_fold(trod_str_slice(a, i, i + 1), trod_str_slice(b, k, k + 1)))
            return false;
    }
}

/* A fact that was asked for by its column, and that no file has. */
static void say_no_fact(trod_str wanted, bool found) {
    if (!found)
        fprintf(stderr, "note: no file has a column \"%.*s\" for --profile.\n",
                TROD_ARG(wanted));
}

static void say_no_facts(const struct trod_intake_options *options,
                         const struct trod_log *log) {
    for (size_t i = 0; i < options->n_profile; i++) {
        const trod_str wanted = trod_str_of(options->profile[i]);
        bool found = false;
        for (size_t f = 0; f < log->n_fields && !found; f++)
            found = log->fields[f].fact && is_same_name(log->fields[f].name, wanted);
        say_no_fact(wanted, found);
    }
}

trod_status cli_say_no_facts(struct cli *cli, const struct trod_parts *parts,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const trod_str *wanted = NULL;
    size_t n = 0;
    TROD_TRY(cli_list(cli, "profile", &wanted, &n, error));
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t f = 0; f < parts->n_fields && !found; f++)
            found = parts->fields[f].fact && is_same_name(parts->fields[f].name, wanted[i]);
        say_no_fact(wanted[i], found);
    }
done:
    return status;
}

/* Reads the files (or the map's sources), and says how they were understood. `log` or `gather`
 * is where the events go. */
static trod_status read_events(struct cli *cli, const char *const *names, size_t n,
                               const struct trod_map *map, struct trod_intake_options *options,
                               struct trod_log **log, struct cli_taken *taken,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_intake *intake = NULL;
    TROD_TRY(trod_intake_make(options, &cli->run, &intake, error));
    for (size_t i = 0; i < n && status == TROD_OK; i++)
        status = trod_intake_add(intake, names[i], map, error);
    if (n == 0 && map)
        status = trod_intake_add_map(intake, map, error);
    else if (n == 0)
        status = trod_intake_add(intake, "-", NULL, error);
    if (status == TROD_OK) status = trod_intake_finish(intake, log, error);
    const struct trod_intake_report *const report = trod_intake_report(intake);
    say_how(report, cli_flag(cli, "quiet"));
    /* The row that ended a strict reading is what the error tells of. */
    if (status == TROD_OK || !options->strict) say_rejects(report, options->rejects != NULL);
    for (size_t i = 0; taken && i < report->n_files; i++) {
        taken->n_files++;
        taken->n_rows += report->files[i].n_rows;
        taken->n_rejected += report->files[i].n_rejected;
    }
done:
    trod_intake_free(intake);
    return status;
}

trod_status cli_read_log(struct cli *cli, const char *const *names, size_t n,
                         const struct trod_map *map, struct trod_log **log,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_intake_options options;
    TROD_TRY(intake_options(cli, map, &options, error));
    TROD_TRY(read_events(cli, names, n, map, &options, log, NULL, error));
    say_no_facts(&options, *log);
    if (map) cli_say_unknown(cli, map, *log);
done:
    return status;
}

trod_status cli_gather(struct cli *cli, const char *const *names, size_t n,
                       const struct trod_map *map, struct trod_gather *gather,
                       struct cli_taken *taken, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_intake_options options;
    struct trod_log *none = NULL;
    *taken = (struct cli_taken){0};
    TROD_TRY(intake_options(cli, map, &options, error));
    options.gather = gather;
    TROD_TRY(read_events(cli, names, n, map, &options, &none, taken, error));
done:
    return status;
}

trod_status cli_time(const struct cli *cli, const char *name, bool end_of_day, int64_t *time_us,
                     struct trod_error *error) {
    const char *text = cli_text(cli, name);
    *time_us = TROD_NO_TIME;
    if (!text) return TROD_OK;
    *time_us = trod_time_read(trod_str_of(text),
                              &(struct trod_time_form){.kind = TROD_TIME_ISO}, NULL);
    if (*time_us == TROD_NO_TIME)
        return trod_fail(error, TROD_BAD_OPTION,
                         "--%s takes a date such as 2025-03-10 or a time such as "
                         "2025-03-10T14:30, not \"%s\"",
                         name, text);
    if (end_of_day && strlen(text) <= 10) *time_us += TROD_DAY_US;
    return TROD_OK;
}

static trod_status read_filter(struct cli *cli, const char *name,
                               const struct trod_filter **filter, struct trod_error *error) {
    const char *text = cli_text(cli, name);
    *filter = NULL;
    return text ? trod_filter_read(trod_str_of(text), cli->arena, filter, error) : TROD_OK;
}

trod_status cli_view(struct cli *cli, struct trod_view_options *view,
                     struct trod_error *error) {
    trod_status status = TROD_OK;
    *view = (struct trod_view_options){.per_silence_us = TROD_NO_TIME};
    TROD_TRY(read_filter(cli, "where", &view->where, error));
    TROD_TRY(read_filter(cli, "events", &view->events, error));
    TROD_TRY(cli_time(cli, "since", false, &view->since_us, error));
    TROD_TRY(cli_time(cli, "until", true, &view->until_us, error));
done:
    return status;
}
