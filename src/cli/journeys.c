/* What is said about every set of journeys, whatever the question: how many there are at the
 * top, and at the end what they cannot tell. */
#include "cli/journeys.h"

#include <unistd.h>

const struct cli_option journeys_options[] = {
    {"top", 0, "N",
     "only the N most frequent; 0: all (else as many as read well, and all in JSON and CSV)"},
    {NULL},
};

trod_status journeys_open(struct cli *cli, uint64_t top_of_text, struct journeys *journeys,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_view_options options = {0};
    *journeys = (struct journeys){0};
    if (cli->n_arguments == 0 && isatty(STDIN_FILENO)) {
        trod_fail(error, TROD_BAD_OPTION, "trod %s needs a log", cli->command->name);
        trod_error_hint(error, "name its file, for example: trod %s events.csv",
                        cli->command->name);
        return TROD_BAD_OPTION;
    }
    TROD_TRY(cli_format(cli, "text json csv", "text", &journeys->format, error));
    const bool text = strcmp(journeys->format, "text") == 0;
    TROD_TRY(cli_number(cli, "top", 0, text ? top_of_text : 0, &journeys->top, error));
    TROD_TRY(cli_view(cli, &options, error));
    TROD_TRY(cli_read_log(cli, cli->arguments, cli->n_arguments, NULL, &journeys->log, error));
    TROD_TRY(trod_view_make(journeys->log, &options, &journeys->view, error));
    journeys->colour = !cli_text(cli, "output") && cli_colour(stdout);
    journeys->width = cli_width();
done:
    return status;
}

void journeys_close(struct journeys *journeys) {
    trod_view_free(journeys->view);
    trod_log_free(journeys->log);
}

/* The first and the last time of the events in the journeys. */
static bool find_times(const struct trod_view *view, int64_t *first_us, int64_t *last_us) {
    *first_us = *last_us = TROD_NO_TIME;
    for (size_t j = 0; j < view->n_journeys && view->log->has_times; j++) {
        for (uint32_t i = 0; i < view->journeys[j].n; i++) {
            const int64_t time_us =
                view->log->time_us[trod_view_event(view, &view->journeys[j], i)];
            if (time_us == TROD_NO_TIME) continue;
            if (*first_us == TROD_NO_TIME || time_us < *first_us) *first_us = time_us;
            if (time_us > *last_us) *last_us = time_us;
        }
    }
    return *first_us != TROD_NO_TIME;
}

static const char *plural(uint64_t n) {
    return n == 1 ? "" : "s";
}

void journeys_say_what(const struct journeys *journeys, size_t n_names, struct trod_buf *out) {
    const struct trod_view *const view = journeys->view;
    struct trod_buf text = {0};
    char a[40], b[40];
    trod_buf_format(&text, "%s journey%s", table_count(view->n_journeys, a),
                    plural(view->n_journeys));
    /* Where each has one journey, or a journey is all that the log knows, that says nothing
     * new. */
    if (view->n_customers != view->n_journeys)
        trod_buf_format(&text, " of %s customer%s", table_count(view->n_customers, a),
                        plural(view->n_customers));
    trod_buf_format(&text, ", %s event%s", table_count(view->n_events, a),
                    plural(view->n_events));
    trod_buf_format(&text, " of %s kind%s", table_count(n_names, a), plural(n_names));
    int64_t first_us = TROD_NO_TIME, last_us = TROD_NO_TIME;
    if (find_times(view, &first_us, &last_us))
        trod_buf_format(&text, ", %s to %s", trod_date_write(first_us, a),
                        trod_date_write(last_us, b));
    trod_buf_byte(&text, '.');
    table_paragraph(out, trod_buf_str(&text), journeys->width);
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

void journeys_say_limits(const struct journeys *journeys, struct trod_buf *out) {
    const struct trod_view *const view = journeys->view;
    struct trod_buf text = {0};
    char n[40];
    if (view->n_left_out) {
        trod_buf_format(&text, "%s journey%s %s left out, as was asked. ",
                        table_count(view->n_left_out, n), plural(view->n_left_out),
                        view->n_left_out == 1 ? "is" : "are");
    }
    if (!view->log->has_times) {
        trod_buf_adds(&text, "The log has no times: events stand in the order of the file, and "
                             "nothing is known about how long anything took.");
    } else if (view->n_cut_start || view->n_cut_end) {
        trod_buf_format(&text, "Journeys near an edge of the log (within %s) may be cut: ",
                        trod_duration_write((double)view->gap_us, n));
        trod_buf_format(&text, "%s may have begun before it, ",
                        view->n_cut_start ? table_count(view->n_cut_start, n) : "none");
        trod_buf_format(&text, "%s may go on after it.",
                        view->n_cut_end ? table_count(view->n_cut_end, n) : "none");
    } else if (view->n_journeys) {
        trod_buf_adds(&text, "No journey comes near an edge of the log, so none seems cut.");
    }
    if (text.n) {
        trod_buf_byte(out, '\n');
        table_paragraph(out, trod_buf_str(&text), journeys->width);
    }
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}
