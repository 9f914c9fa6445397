/* cmd_log: what is in the log of the workspace, whether it is sound, and putting it in order.
 */
#include "cli/log_add.h"
#include "cli/table.h"
#include "cli/workspace.h"

/* Cells of a name, and of a number; the span takes 24, a date 10. */
enum { NAME = 28, NUMBER = 15, ROOMY = 72, NARROW_NUMBER = 10, SPAN = 27, DATE = 13 };

static size_t number_cells(size_t width) {
    return width < ROOMY ? NARROW_NUMBER : NUMBER;
}

static size_t name_cells(size_t width, size_t others) {
    return width < ROOMY ? width - others : NAME;
}

static void add_bytes(struct trod_buf *out, uint64_t bytes) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double n = (double)bytes;
    size_t unit = 0;
    for (; n >= 1000 && unit + 1 < TROD_COUNT(units); unit++) n /= 1000;
    trod_buf_format(out, n < 10 && unit ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

static void add_span(struct trod_buf *out, int64_t first_us, int64_t last_us) {
    char time[40];
    if (first_us == TROD_NO_TIME) return;
    trod_buf_adds(out, trod_date_write(first_us, time));
    trod_buf_format(out, " to %s", trod_date_write(last_us, time));
}

/* ---- What is in it ------------------------------------------------------------------------
 */

static void say_sources(const struct trod_parts *parts, size_t width, struct trod_buf *out) {
    char n[32];
    struct trod_buf line = {0};
    const size_t number = number_cells(width), name = name_cells(width, number + SPAN);
    table_left(&line, TROD_STR("Source"), name);
    table_right(&line, "Events", number);
    trod_buf_adds(&line, "   From and to");
    trod_buf_byte(out, '\n');
    table_bold(out, line.at ? line.at : "", false);
    trod_buf_byte(out, '\n');
    for (size_t s = 0; s < parts->n_sources; s++) {
        const struct trod_parts_source *const source = &parts->sources[s];
        if (source->n_events == 0) continue; /* replaced, or forgotten */
        table_left(out, source->name, name);
        table_right(out, table_count(source->n_events, n), number);
        trod_buf_adds(out, "   ");
        add_span(out, source->first_us, source->last_us);
        trod_buf_byte(out, '\n');
    }
    trod_buf_free(&line);
}

static void say_fields(const struct trod_parts *parts, size_t width, struct trod_buf *out) {
    for (int fact = 0; fact < 2; fact++) {
        struct trod_buf line = {0};
        size_t n = 0;
        for (size_t f = 0; f < parts->n_fields; f++) {
            if (parts->fields[f].fact != fact ||
                trod_str_is(parts->fields[f].name, TROD_IDENTIFIED_FACT) ||
                trod_str_starts(parts->fields[f].name, TROD_STR("(forgotten ")))
                continue;
            trod_buf_adds(&line, n++    ? ", "
                                 : fact ? "Facts of customers: "
                                        : "Columns of events: ");
            trod_buf_add(&line, parts->fields[f].name);
            const char *const role = f == parts->channel_field   ? "the channel"
                                     : f == parts->worth_field   ? "the worth"
                                     : f == parts->journey_field ? "the journey"
                                     : f == parts->id_field      ? "the event's id"
                                                                 : NULL;
            if (role) trod_buf_format(&line, " (%s)", role);
        }
        if (n) {
            trod_buf_byte(&line, '.');
            table_paragraph(out, trod_buf_str(&line), width);
        }
        trod_buf_free(&line);
    }
}

static void say_imports(const struct trod_store_about *about, size_t width,
                        struct trod_buf *out) {
    enum { MOST = 10 };
    char n[32], time[40];
    const size_t first = about->n_imports > MOST ? about->n_imports - MOST : 0;
    struct trod_buf line = {0};
    const size_t number = number_cells(width), name = name_cells(width, 2 * number + DATE);
    table_left(&line, TROD_STR("Import"), name);
    table_right(&line, "Events", number);
    table_right(&line, "Not taken", number);
    trod_buf_adds(&line, "   When");
    trod_buf_byte(out, '\n');
    table_bold(out, line.at ? line.at : "", false);
    trod_buf_byte(out, '\n');
    for (size_t i = first; i < about->n_imports; i++) {
        const struct trod_store_import *const import = &about->imports[i];
        table_left(out, import->what, name);
        table_right(out, table_count(import->n_events, n), number);
        table_right(out, table_count(import->n_rejected, n), number);
        trod_buf_format(out, "   %s\n", trod_date_write(import->when_us, time));
    }
    if (first) trod_buf_format(out, "(and %zu before)\n", first);
    trod_buf_free(&line);
}

static uint64_t events_in_files(const struct trod_store_about *about) {
    uint64_t n = 0;
    for (size_t i = 0; i < about->n_files; i++) n += about->files[i].n_events;
    return n;
}

static void say_about(const struct trod_parts *parts, const struct trod_store_about *about,
                      struct trod_buf *out) {
    const size_t width = cli_width();
    struct trod_buf text = {0};
    char n[32], time[40];
    trod_buf_format(&text, "%s event%s", table_count(parts->n_events, n),
                    parts->n_events == 1 ? "" : "s");
    trod_buf_format(&text, " of %s customer%s", table_count(parts->n_customers, n),
                    parts->n_customers == 1 ? "" : "s");
    trod_buf_format(&text, ", %s kind%s of event",
                    table_count(trod_dict_count(parts->names), n),
                    trod_dict_count(parts->names) == 1 ? "" : "s");
    if (parts->has_times) {
        trod_buf_adds(&text, ", ");
        add_span(&text, parts->first_us, parts->last_us);
    } else if (parts->n_events) {
        trod_buf_adds(&text, ", without times");
    }
    trod_buf_adds(&text, ". They take ");
    add_bytes(&text, about->n_bytes);
    trod_buf_format(&text, " in %s file%s", table_count(about->n_files, n),
                    about->n_files == 1 ? "" : "s");
    const uint64_t n_filed = events_in_files(about);
    if (n_filed)
        trod_buf_format(&text, ", %.1f bytes an event",
                        (double)about->n_bytes / (double)n_filed);
    trod_buf_byte(&text, '.');
    table_paragraph(out, trod_buf_str(&text), width);
    trod_buf_clear(&text);
    say_fields(parts, width, out);
    if (parts->n_sources) say_sources(parts, width, out);
    if (about->n_imports) say_imports(about, width, out);
    if (about->n_sets > 1)
        trod_buf_format(
            &text,
            "The log lies in %u sets of files; \"trod log compact\" makes one of them, "
            "and questions quicker. ",
            about->n_sets);
    if (about->inbox.n_events) {
        trod_buf_format(&text, "%s event%s ", table_count(about->inbox.n_events, n),
                        about->inbox.n_events == 1 ? "" : "s");
        trod_buf_format(&text, "%s in the inbox (the oldest since %s, ",
                        about->inbox.n_events == 1 ? "is" : "are",
                        trod_time_write(about->inbox.oldest_us / TROD_SECOND_US * TROD_SECOND_US,
                                        time));
        add_bytes(&text, about->inbox.n_bytes);
        trod_buf_adds(&text, "); \"trod log compact\" puts them into the files. ");
    }
    if (about->n_forgotten)
        trod_buf_format(&text, "%s %s forgotten. ", table_count(about->n_forgotten, n),
                        about->n_forgotten == 1 ? "person was" : "people were");
    trod_buf_adds(&text, "Whether every file is sound says \"trod log verify\".");
    trod_buf_byte(out, '\n');
    table_paragraph(out, trod_buf_str(&text), width);
    trod_buf_free(&text);
}

static void json_time(struct trod_json_writer *json, const char *key, int64_t time_us) {
    char time[40];
    trod_json_key(json, key);
    if (time_us == TROD_NO_TIME)
        trod_json_null(json);
    else
        trod_json_str(json, trod_str_of(trod_time_write(time_us, time)));
}

static void json_uint(struct trod_json_writer *json, const char *key, uint64_t value) {
    trod_json_key(json, key);
    trod_json_uint(json, value);
}

static void json_fields(struct trod_json_writer *json, const struct trod_parts *parts) {
    trod_json_key(json, "fields");
    trod_json_array(json);
    for (size_t f = 0; f < parts->n_fields; f++) {
        trod_json_flat(json);
        trod_json_object(json);
        trod_json_key(json, "name");
        trod_json_str(json, parts->fields[f].name);
        trod_json_key(json, "of");
        trod_json_str(json, parts->fields[f].fact ? TROD_STR("customer") : TROD_STR("event"));
        trod_json_end_object(json);
    }
    trod_json_end_array(json);
}

static void json_about(const struct trod_parts *parts, const struct trod_store_about *about,
                       struct trod_buf *out) {
    struct trod_json_writer json = {.out = out};
    trod_json_object(&json);
    json_uint(&json, "events", parts->n_events);
    json_uint(&json, "customers", parts->n_customers);
    json_uint(&json, "names", trod_dict_count(parts->names));
    json_time(&json, "first", parts->first_us);
    json_time(&json, "last", parts->last_us);
    json_uint(&json, "bytes", about->n_bytes);
    json_uint(&json, "files", about->n_files);
    json_uint(&json, "sets", about->n_sets);
    json_uint(&json, "forgotten", about->n_forgotten);
    trod_json_key(&json, "inbox");
    trod_json_flat(&json);
    trod_json_object(&json);
    json_uint(&json, "events", about->inbox.n_events);
    json_time(&json, "oldest", about->inbox.oldest_us);
    json_uint(&json, "bytes", about->inbox.n_bytes);
    trod_json_end_object(&json);
    json_fields(&json, parts);
    trod_json_key(&json, "sources");
    trod_json_array(&json);
    for (size_t s = 0; s < parts->n_sources; s++) {
        trod_json_flat(&json);
        trod_json_object(&json);
        trod_json_key(&json, "name");
        trod_json_str(&json, parts->sources[s].name);
        json_uint(&json, "events", parts->sources[s].n_events);
        json_time(&json, "first", parts->sources[s].first_us);
        json_time(&json, "last", parts->sources[s].last_us);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_key(&json, "imports");
    trod_json_array(&json);
    for (size_t i = 0; i < about->n_imports; i++) {
        const struct trod_store_import *const import = &about->imports[i];
        trod_json_flat(&json);
        trod_json_object(&json);
        trod_json_key(&json, "what");
        trod_json_str(&json, import->what);
        json_time(&json, "when", import->when_us);
        json_uint(&json, "rows", import->n_rows);
        json_uint(&json, "events", import->n_events);
        json_uint(&json, "rejected", import->n_rejected);
        json_uint(&json, "dropped", import->n_dropped);
        trod_json_end_object(&json);
    }
    trod_json_end_array(&json);
    trod_json_end_object(&json);
    trod_buf_byte(out, '\n');
}

static trod_status show(struct cli *cli, struct trod_store *store, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts *parts = NULL;
    struct trod_store_about about = {0};
    struct trod_buf out = {0};
    const char *format = NULL;
    TROD_TRY(cli_format(cli, "text json", "text", &format, error));
    TROD_TRY(trod_store_parts(store, &parts, error));
    TROD_TRY(trod_store_about(store, cli->arena, &about, error));
    if (strcmp(format, "json") == 0)
        json_about(parts, &about, &out);
    else
        say_about(parts, &about, &out);
    TROD_TRY_ALLOC(out.failed ? NULL : store, error);
    TROD_TRY(cli_write(cli, trod_buf_str(&out), error));
done:
    trod_buf_free(&out);
    trod_parts_free(parts);
    return status;
}

/* ---- Sound, and in order ------------------------------------------------------------------
 */

static trod_status verify(struct cli *cli, struct trod_store *store, int *exit_status,
                          struct trod_error *error) {
    const struct trod_store_damage *damage = NULL;
    size_t n = 0;
    const trod_status status = trod_store_verify(store, cli->arena, &damage, &n, error);
    if (status != TROD_OK) return status;
    for (size_t i = 0; i < n; i++) {
        printf("%.*s", TROD_ARG(damage[i].file));
        if (damage[i].block != UINT64_MAX)
            printf(", block %llu", (unsigned long long)damage[i].block);
        printf(": %.*s.\n", TROD_ARG(damage[i].what));
    }
    if (n == 0) {
        puts("Every byte of every file was read: all is sound.");
        return TROD_OK;
    }
    printf("%zu place%s damaged. What is named here cannot be trusted; the rest is sound. "
           "Bring the "
           "files in again: trod import --replace …\n",
           n, n == 1 ? " is" : "s are");
    *exit_status = CLI_NO;
    return TROD_OK;
}

static trod_status compact(struct cli *cli, struct trod_store *store,
                           struct trod_error *error) {
    struct trod_store_about before = {0}, after = {0};
    struct trod_buf out = {0};
    const trod_status status =
        trod_store_compact(store, &cli->run, &before, &after, cli->arena, error);
    if (status != TROD_OK) return status;
    trod_buf_format(&out, "%zu file%s of ", before.n_files, before.n_files == 1 ? "" : "s");
    add_bytes(&out, before.n_bytes);
    trod_buf_format(&out, " became %zu of ", after.n_files);
    add_bytes(&out, after.n_bytes);
    trod_buf_adds(&out, ".\n");
    if (!out.failed) fwrite(out.at, 1, out.n, stdout);
    trod_buf_free(&out);
    return TROD_OK;
}

static int run_log(struct cli *cli) {
    trod_status status = TROD_OK;
    struct trod_error error = {0};
    struct trod_store *store = NULL;
    int exit_status = CLI_DONE;
    const char *const what = cli->n_arguments ? cli->arguments[0] : "";
    const bool verifies = strcmp(what, "verify") == 0, compacts = strcmp(what, "compact") == 0;
    const bool adds = strcmp(what, "add") == 0;
    if ((cli->n_arguments > 1 && !adds) || (what[0] && !verifies && !compacts && !adds)) {
        status = trod_fail(&error, TROD_BAD_OPTION,
                           "trod log knows verify, compact and add, not \"%s\"",
                           cli->arguments[cli->n_arguments - 1]);
        trod_error_hint(&error, "to bring a file in: trod import FILE");
        goto done;
    }
    if (adds) {
        status = log_add(cli, &error);
        goto done;
    }
    TROD_TRY(
        workspace_open(cli, compacts ? TROD_STORE_WRITE : TROD_STORE_READ, &store, &error));
    if (verifies)
        TROD_TRY(verify(cli, store, &exit_status, &error));
    else if (compacts)
        TROD_TRY(compact(cli, store, &error));
    else
        TROD_TRY(show(cli, store, &error));
done:
    trod_store_close(store);
    return status == TROD_OK ? exit_status : cli_fail(&error);
}

static const char *const examples[] = {"trod log",
                                       "how many events, of whom, from where, since when",
                                       "trod log verify",
                                       "reads every byte and holds it against its checksum",
                                       "trod log compact",
                                       "puts the files of several imports and the inbox "
                                       "together",
                                       "tail -f events.jsonl | trod log add",
                                       "events as they come; each is safe and seen at once",
                                       NULL};
static const struct cli_option options_log[] = {
    {"acknowledge", 0, NULL,
     "of add: after each sync, a line with the number of lines that are safe"},
    {NULL},
};

const struct cli_command cli_log = {
    .name = "log",
    .group = "What happened?",
    .arguments = "[verify|compact|add [FILE…]]",
    .summary = "Say what is in the log of the workspace, and keep it in order.",
    .details = "Without a word: events, customers, sources, columns and imports. \"verify\" "
               "reads every "
               "file to its end and names each damaged block; \"compact\" puts the files of "
               "several imports "
               "and the inbox together, which makes questions quicker. \"add\" takes events "
               "as they come, from standard input or files, into the inbox: JSON, one object a "
               "line, with customer, event, time (else now), and if they are known end, id (a "
               "second event of that id within a week is dropped), source and facts (an object: "
               "what is true of the customer); the id and all else are columns of the event. An event that "
               "is in the inbox is on the disk, and every question sees it. Exit status of "
               "verify: 0 all is sound, 1 it is not.",
    .examples = examples,
    .options = {options_log, cli_options_workspace, cli_options_output, cli_options_run},
    .run = run_log,
};
