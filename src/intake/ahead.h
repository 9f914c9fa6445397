/* ahead: the bytes of a compressed file, expanded by a thread of its own. */
#ifndef INTAKE_AHEAD_H
#define INTAKE_AHEAD_H

#include "intake/inside.h"

struct intake_ahead;
/* Begins to expand; until it is stopped, nobody else may read the source. NULL: no thread or no
 * memory for it, and the source is as it was. */
struct intake_ahead *intake_ahead_start(struct trod_source *source);
void intake_ahead_stop(struct intake_ahead *ahead);
/* As trod_source_read and trod_source_progress. */
TROD_MUST trod_status intake_ahead_read(struct intake_ahead *ahead, char *at, size_t room,
                                        size_t *n, struct trod_error *error);
uint64_t intake_ahead_progress(const struct intake_ahead *ahead, uint64_t *total);

#endif
