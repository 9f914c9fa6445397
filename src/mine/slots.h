/* slots: the segments of a question, numbered over all parts. */
#ifndef MINE_SLOTS_H
#define MINE_SLOTS_H

#include "mine/walk.h"

enum { MINE_MOST_SLOTS = 1000 };

struct mine_slots {
    uint32_t by; /* field, or TROD_NO_ID: one slot for all */
    struct trod_dict
        *texts; /* slot s > 0 is text s - 1; slot 0 is of journeys without a value;
                 * where some were named, slot s is text s, and there is no other */
    bool named;
    pthread_mutex_t lock;
};
/* `named` (n_named == 0: all) are the segments that are asked for; `field` the name of the
 * field, {NULL, 0}: no segments. Errors: TROD_BAD_OPTION if there is no such field. */
TROD_MUST trod_status mine_slots_make(const struct trod_parts *parts, trod_str field,
                                      const trod_str *named, size_t n_named,
                                      struct mine_slots *slots, struct trod_error *error);
void mine_slots_release(struct mine_slots *slots);
/* The slots of the view's groups, on the arena; NULL without segments. From any thread. Errors:
 * TROD_TOO_MUCH above MINE_MOST_SLOTS. */
TROD_MUST trod_status mine_slots_of(struct mine_slots *slots, const struct trod_part_view *view,
                                    struct trod_arena *arena, const uint32_t **slot_of,
                                    struct trod_error *error);
uint32_t mine_slots_count(const struct mine_slots *slots);
uint32_t mine_slots_room(const struct mine_slots *slots); /* no more can there be */
trod_str mine_slots_text(const struct mine_slots *slots, uint32_t slot);

#endif
