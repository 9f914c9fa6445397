/* pick: what is said of the journeys whatever the question (struct trod_picked). */
#ifndef MINE_PICK_H
#define MINE_PICK_H

#include "mine/walk.h"

struct mine_pick;
struct mine_picker; /* of one thread */
/* Life: make; a picker for each thread; all parts through them; mine_pick_next, and while it
 * asks for more, all parts again. Without `exact` once is enough, and gap_us is the upper edge
 * of the bucket (trod_gap_bucket) in which 95 % is reached. All on the arena. */
TROD_MUST trod_status mine_pick_make(const struct trod_question *question, bool exact,
                                     struct trod_arena *arena, struct mine_pick **pick,
                                     struct trod_error *error);
TROD_MUST trod_status mine_picker_make(const struct mine_pick *pick, struct trod_arena *arena,
                                       struct mine_picker **picker, struct trod_error *error);
/* `spans` (may be NULL): as mine_spans has them, on the scratch arena. */
TROD_MUST trod_status mine_picker_part(struct mine_picker *picker,
                                       const struct trod_part_view *view,
                                       struct trod_arena *scratch, const uint64_t **spans,
                                       struct trod_error *error);
/* Adds the pickers up, to be used again. */
void mine_pick_next(struct mine_pick *pick, struct mine_picker *const *pickers, size_t n,
                    bool *more);
bool mine_pick_wants_more(const struct mine_pick *pick);
/* The passes that it still asks for, if any, by itself. */
TROD_MUST trod_status mine_pick_run(struct mine_pick *pick, struct trod_error *error);
const struct trod_picked *mine_picked(const struct mine_pick *pick);

/* spans[j]: ticks from the first dated event of journey j to its last. On the arena; NULL
 * without times. */
TROD_MUST trod_status mine_spans(const struct trod_part_view *view, struct trod_arena *arena,
                                 const uint64_t **spans, struct trod_error *error);

#endif
