/* journeys: what the commands share that ask a log without a map. */
#ifndef TROD_CLI_JOURNEYS_H
#define TROD_CLI_JOURNEYS_H

#include "cli/question.h"
#include "cli/table.h"

struct journeys {
    struct cli_question question;
    const char *format; /* text, json or csv */
    uint64_t top;       /* 0: all */
    bool colour;
    size_t width;
};
/* Opens the log of the files that the arguments name, else of the workspace, and reads the
 * options. */
TROD_MUST trod_status journeys_open(struct cli *cli, uint64_t top_of_text,
                                    struct journeys *journeys, struct trod_error *error);
void journeys_close(struct journeys *journeys);
/* "1,434 journeys of 902 customers, 8,577 events of 27 kinds, 2010-10-02 to 2012-01-23." */
void journeys_say_what(const struct journeys *journeys, const struct trod_picked *picked,
                       size_t n_names, struct trod_buf *out);
/* The closing sentences: what was left out, and what may be cut by the edges of the log. */
void journeys_say_limits(const struct journeys *journeys, const struct trod_picked *picked,
                         struct trod_buf *out);

extern const struct cli_option journeys_options[]; /* --top */

#endif
