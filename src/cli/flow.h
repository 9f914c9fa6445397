/* flow: what the files of trod flow share. */
#ifndef TROD_CLI_FLOW_H
#define TROD_CLI_FLOW_H

#include "cli/journeys.h"

/* The flow of each segment of --by: JSON and CSV have them all, text compares two. */
TROD_MUST trod_status flow_by_segment(struct cli *cli, const struct journeys *journeys,
                                      enum trod_timing timing, struct trod_buf *out,
                                      struct trod_error *error);

#endif
