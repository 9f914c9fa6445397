/* Ids that are one person. */
#ifndef LOG_GATHER_JOIN_H
#define LOG_GATHER_JOIN_H

#include "log/gather.h"

void gather_join_free(struct gather_join *join);
/* True if another id stands for this one: its records were moved there. */
bool gather_join_moves(const struct gather_join *join, trod_str id);
/* Finds the id that stands for each, and moves the records of the others. */
TROD_MUST trod_status gather_join_finish(struct trod_gather *gather, struct trod_error *error);

#endif
