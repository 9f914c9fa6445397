/* asking: events, durations and logs as they are named on the command line, and the sentences
 * that say what was asked and what cannot be told. */
#include "cli/asking.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

const struct cli_option asking_options_log[] = {
    {"log", 0, "FILE,…", "the files of the log, - is standard input (else the workspace)"},
    {NULL},
};

trod_status asking_open(struct cli *cli, const struct trod_map *map,
                        struct cli_question *question, struct trod_error *error) {
    trod_status status = TROD_OK;
    const trod_str *named = NULL;
    size_t n = 0;
    *question = (struct cli_question){0};
    TROD_TRY(cli_list(cli, "log", &named, &n, error));
    if (n == 0 && isatty(STDIN_FILENO) && !cli_flag(cli, "in") &&
        !trod_store_find(NULL, cli->arena).at) {
        trod_fail(error, TROD_BAD_OPTION, "trod %s needs a log", cli->command->name);
        trod_error_hint(error, "name its file with --log, or keep it with: trod import FILE");
        return TROD_BAD_OPTION;
    }
    const char **const files = TROD_NEW_ARRAY(cli->arena, n, const char *);
    TROD_TRY_ALLOC(files, error);
    for (size_t i = 0; i < n; i++) {
        const trod_str file = trod_arena_copy(cli->arena, named[i]);
        TROD_TRY_ALLOC(file.at, error);
        files[i] = file.at;
    }
    TROD_TRY(cli_question_open(cli, files, n, map, question, error));
done:
    return status;
}

/* ---- Durations -----------------------------------------------------------------------------
 */

trod_status asking_duration(const struct cli *cli, const char *name, int64_t *duration_us,
                            struct trod_error *error) {
    static const struct {
        const char *brief, *name;
        int64_t us;
    } units[] = {{"s", "second", TROD_SECOND_US}, {"min", "minute", TROD_MINUTE_US},
                 {"h", "hour", TROD_HOUR_US},     {"d", "day", TROD_DAY_US},
                 {"w", "week", 7 * TROD_DAY_US},  {"mo", "month", 30 * TROD_DAY_US},
                 {"y", "year", 365 * TROD_DAY_US}};
    const char *const given = cli_text(cli, name);
    if (!given) return TROD_OK;
    char *end = NULL;
    const double number = strtod(given, &end);
    trod_str unit = trod_str_trim(trod_str_of(end));
    const trod_str singular =
        unit.n > 1 && unit.at[unit.n - 1] == 's' ? (trod_str){unit.at, unit.n - 1} : unit;
    for (size_t i = 0; i < TROD_COUNT(units) && end != given; i++) {
        if (!trod_str_is(unit, units[i].brief) && !trod_str_is(singular, units[i].name))
            continue;
        const double us = number * (double)units[i].us;
        if (!(us >= 1) || !(us < 1e18)) break;
        *duration_us = (int64_t)llround(us);
        return TROD_OK;
    }
    trod_fail(error, TROD_BAD_OPTION, "--%s takes a time such as 30d, not \"%s\"", name, given);
    trod_error_hint(error, "write a number and s, min, h, d, w, mo or y");
    return TROD_BAD_OPTION;
}

const char *asking_exactly(int64_t duration_us, char at[40]) {
    static const struct {
        int64_t us;
        const char *one, *many;
    } units[] = {{TROD_DAY_US, "day", "days"},
                 {TROD_HOUR_US, "hour", "hours"},
                 {TROD_MINUTE_US, "minute", "minutes"},
                 {TROD_SECOND_US, "second", "seconds"}};
    for (size_t i = 0; i < TROD_COUNT(units); i++) {
        if (duration_us % units[i].us) continue;
        const long long n = (long long)(duration_us / units[i].us);
        snprintf(at, 40, "%lld %s", n, n == 1 ? units[i].one : units[i].many);
        return at;
    }
    return trod_duration_write((double)duration_us, at);
}

/* ---- Events --------------------------------------------------------------------------------
 */

/* The only name that is the text with letter case aside, or TROD_NO_ID. */
static uint32_t find_folded(const struct trod_dict *names, trod_str text) {
    uint32_t found = TROD_NO_ID;
    for (uint32_t i = 0; i < trod_dict_count(names); i++) {
        if (!trod_str_equal_fold(trod_dict_at(names, i), text)) continue;
        if (found != TROD_NO_ID) return TROD_NO_ID;
        found = i;
    }
    return found;
}

static trod_status no_event(const struct trod_dict *names, trod_str text,
                            struct trod_error *error) {
    trod_str nearest = {NULL, 0};
    unsigned best = (unsigned)text.n / 2 + 1;
    for (uint32_t i = 0; i < trod_dict_count(names); i++) {
        const trod_str name = trod_dict_at(names, i);
        const unsigned distance = trod_str_distance(name, text, best);
        if (distance >= best) continue;
        best = distance;
        nearest = name;
    }
    trod_fail(error, TROD_BAD_OPTION, "no event of the log is called \"%.*s\"", TROD_ARG(text));
    char path[256];
    snprintf(path, sizeof path, "%.*s", TROD_ARG(text));
    if (access(path, R_OK) == 0)
        trod_error_hint(error, "if it is the file of the log, write --log %s", path);
    else if (nearest.at)
        trod_error_hint(error, "did you mean \"%.*s\"?", TROD_ARG(nearest));
    else
        trod_error_hint(error, "\"trod flow\" shows the names of all events");
    return TROD_BAD_OPTION;
}

static trod_status find_event(const struct trod_dict *names, trod_str text, uint32_t *name,
                              struct trod_error *error) {
    *name = trod_dict_find(names, text);
    if (*name == TROD_NO_ID) *name = find_folded(names, text);
    return *name != TROD_NO_ID ? TROD_OK : no_event(names, text, error);
}

trod_status asking_events(const struct trod_dict *names, trod_str text,
                          struct trod_arena *arena, struct trod_step *step,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    static const trod_str OR = {" or ", 4};
    /* A name may have " or " in it: the whole text comes first. */
    uint32_t *const found = TROD_NEW_ARRAY(arena, text.n / 5 + 1, uint32_t);
    TROD_TRY_ALLOC(found, error);
    size_t n = 0;
    const bool whole = find_event(names, text, &found[0], NULL) == TROD_OK;
    if (whole) n = 1;
    for (size_t from = 0, at = 0; !whole && from <= text.n; at++) {
        const trod_str rest = trod_str_slice(text, at, text.n);
        if (at < text.n && !trod_str_starts(rest, OR)) continue;
        const trod_str name = trod_str_trim(trod_str_slice(text, from, at));
        TROD_TRY(find_event(names, name, &found[n++], error));
        from = at < text.n ? at + OR.n : text.n + 1;
    }
    *step = (struct trod_step){found, n};
done:
    return status;
}

/* ---- Sentences -----------------------------------------------------------------------------
 */

void asking_say_what(const struct cli_question *question, const struct trod_walked *walked,
                     size_t width, struct trod_buf *out) {
    const struct trod_parts *const parts = question->parts;
    struct trod_buf text = {0};
    char a[40], b[40];
    trod_buf_format(&text, "%s journey%s", table_count(walked->n_journeys, a),
                    asking_plural(walked->n_journeys));
    if (walked->n_customers != walked->n_journeys)
        trod_buf_format(&text, " of %s customer%s", table_count(walked->n_customers, a),
                        asking_plural(walked->n_customers));
    trod_buf_format(&text, ", %s event%s", table_count(walked->n_events, a),
                    asking_plural(walked->n_events));
    if (parts->has_times)
        trod_buf_format(&text, "; the log goes from %s to %s",
                        trod_date_write(parts->first_us, a),
                        trod_date_write(parts->last_us, b));
    trod_buf_byte(&text, '.');
    table_paragraph(out, trod_buf_str(&text), width);
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

void asking_say_limits(const struct cli_question *question, const struct trod_walked *walked,
                       size_t width, struct trod_buf *out) {
    struct trod_buf text = {0};
    char n[40];
    if (walked->n_left_out)
        trod_buf_format(&text, "%s journey%s %s left out, as was asked. ",
                        table_count(walked->n_left_out, n), asking_plural(walked->n_left_out),
                        walked->n_left_out == 1 ? "is" : "are");
    if (!question->parts->has_times)
        trod_buf_adds(&text, "The log has no times: events stand in the order of the file, and "
                             "nothing is known about how long anything took.");
    if (text.n) {
        trod_buf_byte(out, '\n');
        table_paragraph(out, trod_buf_str(&text), width);
    }
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

const char *asking_percent(const struct trod_share *share, char at[32]) {
    if (share->of == 0) return "\xe2\x80\x93";
    const double percent = share->share * 100;
    const double wide = fmax(share->high - share->share, share->share - share->low) * 100;
    /* What is not all is not 100, what is not none not 0. */
    if (percent > 0 && percent < 0.095)
        snprintf(at, 32, "<0.1 \xc2\xb1%.0f", ceil(wide - 1e-9));
    else if (percent > 0 && percent < 0.995)
        snprintf(at, 32, "%.1f \xc2\xb1%.0f", percent, ceil(wide - 1e-9));
    else
        snprintf(at, 32, "%.0f \xc2\xb1%.0f", percent < 100 ? fmin(percent, 99) : percent,
                 ceil(wide - 1e-9));
    return at;
}

void asking_end_row(struct trod_buf *out) {
    while (out->n && out->at[out->n - 1] == ' ') out->at[--out->n] = '\0';
    trod_buf_byte(out, '\n');
}
