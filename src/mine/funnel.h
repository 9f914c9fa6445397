/* What the files of the funnel share. */
#ifndef MINE_FUNNEL_H
#define MINE_FUNNEL_H

#include "mine/inside.h"

/* The steps as tables. A *class* is a set of steps that some name belongs to; class 0 is none.
 * Where no name belongs to two steps, class k is step k. */
struct mine_steps {
    unsigned n;
    const uint8_t *class_of; /* [names of the log, at least 256] */
    uint32_t masks[256];     /* by class: bit k - 1 for step k */
    unsigned n_classes;      /* class 0 counted */
    bool plain;              /* class k is step k */
    enum trod_funnel_way way;
};
/* TROD_BAD_OPTION: the step is of names that the log, which has n_names, does not have. */
TROD_MUST trod_status mine_step_check(const struct trod_step *step, uint32_t n_names,
                                      struct trod_error *error);
TROD_MUST trod_status mine_steps_make(const struct trod_funnel_options *options,
                                      uint32_t n_names, struct trod_arena *arena,
                                      struct mine_steps *steps, struct trod_error *error);

/* What a part says. Times are in ticks of the part; segments are numbered by the part's view.
 */
struct mine_reach {
    uint64_t *levels; /* [n_groups + 1][n + 1] journeys that get to step k and no further */
    uint64_t *open;   /* [n_groups + 1] */
    /* values[k - 1]: since the step before, of those that reach step k > 1; values[0]: from the
     * first to the last. uint64_t each, and in groups[k - 1] their segments (u32) if there are.
     */
    struct trod_buf values[TROD_FUNNEL_STEPS], groups[TROD_FUNNEL_STEPS];
};
/* `reach` comes zeroed, or as it was for another part; its buffers are to be freed, and the
 * rest is on the scratch arena. last_us: where the log ends. */
TROD_MUST trod_status mine_reach_of_part(const struct mine_steps *steps, int64_t within_us,
                                         int64_t last_us, const struct trod_part_view *view,
                                         struct trod_arena *scratch, struct mine_reach *reach,
                                         struct trod_error *error);

/* The number of a segment, from 1 on; 0 is for what has no value. Errors: TROD_TOO_MUCH above
 * `most`, with the column that they are told by. */
TROD_MUST trod_status mine_segment_number(struct trod_dict *texts, trod_str value,
                                          uint32_t most, trod_str by, uint32_t *number,
                                          struct trod_error *error);

#endif
