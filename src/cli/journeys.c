/* What is said about every set of journeys, whatever the question: how many there are at the
 * top, and at the end what they cannot tell. */
#include "cli/journeys.h"

const struct cli_option journeys_options[] = {
    {"top", 0, "N",
     "only the N most frequent; 0: all (else as many as read well, and all in JSON and CSV)"},
    {NULL},
};

trod_status journeys_open(struct cli *cli, uint64_t top_of_text, struct journeys *journeys,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    *journeys = (struct journeys){0};
    TROD_TRY(cli_format(cli, "text json csv", "text", &journeys->format, error));
    const bool text = strcmp(journeys->format, "text") == 0;
    TROD_TRY(cli_number(cli, "top", 0, text ? top_of_text : 0, &journeys->top, error));
    TROD_TRY(cli_question_open(cli, cli->arguments, cli->n_arguments, NULL, &journeys->question,
                               error));
    journeys->colour = !cli_text(cli, "output") && cli_colour(stdout);
    journeys->width = cli_width();
done:
    return status;
}

void journeys_close(struct journeys *journeys) {
    cli_question_close(&journeys->question);
}

static const char *plural(uint64_t n) {
    return n == 1 ? "" : "s";
}

void journeys_say_what(const struct journeys *journeys, const struct trod_picked *picked,
                       size_t n_names, struct trod_buf *out) {
    struct trod_buf text = {0};
    char a[40], b[40];
    trod_buf_format(&text, "%s journey%s", table_count(picked->n_journeys, a),
                    plural(picked->n_journeys));
    /* Where each has one journey, or a journey is all that the log knows, that says nothing
     * new. */
    if (picked->n_customers != picked->n_journeys)
        trod_buf_format(&text, " of %s customer%s", table_count(picked->n_customers, a),
                        plural(picked->n_customers));
    trod_buf_format(&text, ", %s event%s", table_count(picked->n_events, a),
                    plural(picked->n_events));
    trod_buf_format(&text, " of %s kind%s", table_count(n_names, a), plural(n_names));
    if (picked->first_us != TROD_NO_TIME)
        trod_buf_format(&text, ", %s to %s", trod_date_write(picked->first_us, a),
                        trod_date_write(picked->last_us, b));
    trod_buf_byte(&text, '.');
    table_paragraph(out, trod_buf_str(&text), journeys->width);
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}

void journeys_say_limits(const struct journeys *journeys, const struct trod_picked *picked,
                         struct trod_buf *out) {
    struct trod_buf text = {0};
    char n[40];
    if (picked->n_left_out) {
        trod_buf_format(&text, "%s journey%s %s left out, as was asked. ",
                        table_count(picked->n_left_out, n), plural(picked->n_left_out),
                        picked->n_left_out == 1 ? "is" : "are");
    }
    if (!picked->has_times) {
        trod_buf_adds(&text, "The log has no times: events stand in the order of the file, and "
                             "nothing is known about how long anything took.");
    } else if (picked->n_cut_start || picked->n_cut_end) {
        trod_buf_format(&text, "Journeys near an edge of the log (within %s) may be cut: ",
                        trod_duration_write((double)picked->gap_us, n));
        trod_buf_format(&text, "%s may have begun before it, ",
                        picked->n_cut_start ? table_count(picked->n_cut_start, n) : "none");
        trod_buf_format(&text, "%s may go on after it.",
                        picked->n_cut_end ? table_count(picked->n_cut_end, n) : "none");
    } else if (picked->n_journeys) {
        trod_buf_adds(&text, "No journey comes near an edge of the log, so none seems cut.");
    }
    if (text.n) {
        trod_buf_byte(out, '\n');
        table_paragraph(out, trod_buf_str(&text), journeys->width);
    }
    if (text.failed) out->failed = true;
    trod_buf_free(&text);
}
