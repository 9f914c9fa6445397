/* draft: a discovered flow as the draft of a map that a person goes on with: stages proposed
 * where time passes, and windows, channels and teams as the events show them. trod/mine.h
 * includes this header.
 */
#ifndef TROD_MINE_DRAFT_H
#define TROD_MINE_DRAFT_H

#include "trod/mine/discover.h"

struct trod_draft_options {
    trod_str title;
    trod_str from; /* where the log comes from, for the remark at the top */
    trod_str channel_field,
        team_field; /* missing: a column that is called so, if there is one */
};
struct trod_drafted {
    struct trod_draft draft; /* for trod_draft_write */
    size_t n_stages;
    trod_str channel_field, team_field; /* that were found; missing: none */
    struct trod_arena *arena;           /* owned */
};
/* Times within 1 %. Errors: TROD_BAD_OPTION, the log has no such column. Texts are borrowed
 * from the log too, which must outlive it. */
TROD_MUST trod_status trod_draft_make(const struct trod_question *question,
                                      const struct trod_discovered *discovered,
                                      const struct trod_draft_options *options,
                                      struct trod_drafted **drafted, struct trod_error *error);
void trod_drafted_free(struct trod_drafted *drafted);

#endif
