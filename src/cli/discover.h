/* discover: what the files of the command share. */
#ifndef TROD_CLI_DISCOVER_H
#define TROD_CLI_DISCOVER_H

#include "cli/question.h"
#include "trod/compare.h"

struct discover_report {
    const struct trod_discovered *found;
    const struct trod_drafted *drafted; /* NULL: only the flow was asked for */
    const struct trod_quality *quality; /* NULL: not measured */
    double noise;
};
/* What was found and how good it is, in sentences. */
void discover_say(const struct discover_report *report, FILE *out);
/* schemas/discover.schema.json. */
TROD_MUST trod_status discover_to_json(const struct discover_report *report,
                                       struct trod_buf *out, struct trod_error *error);

#endif
