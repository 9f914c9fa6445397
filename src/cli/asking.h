/* asking: what the questions about steps, times and single customers share. */
#ifndef TROD_CLI_ASKING_H
#define TROD_CLI_ASKING_H

#include "cli/question.h"
#include "cli/table.h"

extern const struct cli_option asking_options_log[]; /* --log, where arguments are no files */

/* Opens the files of --log, else the workspace, else standard input. */
TROD_MUST trod_status asking_open(struct cli *cli, const struct trod_map *map,
                                  struct cli_question *question, struct trod_error *error);
/* A duration such as "30d", "2 weeks", "90 min"; *duration_us is left as it is if not given. */
TROD_MUST trod_status asking_duration(const struct cli *cli, const char *name,
                                      int64_t *duration_us, struct trod_error *error);
/* A duration as it was given: "30 days", "90 min". */
const char *asking_exactly(int64_t duration_us, char at[40]);
/* The events that a text names: an event's name, or several joined by " or ". With letter case
 * aside if only one fits. On the arena. Errors: TROD_BAD_OPTION with the nearest name. */
TROD_MUST trod_status asking_events(const struct trod_dict *names, trod_str text,
                                    struct trod_arena *arena, struct trod_step *step,
                                    struct trod_error *error);

/* "1,434 journeys of 902 customers, 8,577 events; the log goes from 2025-03-01 to 2025-06-30."
 */
void asking_say_what(const struct cli_question *question, const struct trod_walked *walked,
                     size_t width, struct trod_buf *out);
/* What is left out, and that there are no times. */
void asking_say_limits(const struct cli_question *question, const struct trod_walked *walked,
                       size_t width, struct trod_buf *out);
/* "61 ±1" of a share, as compare has it; "–" of none. */
const char *asking_percent(const struct trod_share *share, char at[32]);
/* Ends a row of a table, without the blanks behind its last cell. */
void asking_end_row(struct trod_buf *out);
static inline const char *asking_plural(uint64_t n) {
    return n == 1 ? "" : "s";
}

#endif
