/* What the files of the draft share. */
#ifndef MINE_DRAFT_H
#define MINE_DRAFT_H

#include "mine/inside.h"

/* Labels are numbered in the order of the tree. */
struct draft_plan {
    const struct trod_question *question;
    struct trod_arena *arena, *scratch; /* of the result; of the work */
    uint32_t *label_of;                 /* [names of the log] or TROD_NO_ID */
    uint32_t *name_of;                  /* [n_labels] */
    struct trod_tree **labels;          /* [n_labels] the leaves of the draft's tree */
    uint32_t n_labels;
    uint32_t *stage_of;        /* [n_labels] */
    struct trod_tree **stages; /* [n_stages] */
    size_t n_stages, stages_room;
    bool *is_first, *is_last; /* [n_labels] of the whole journey */
};

/* The tree in stages, plan->stages and plan->stage_of. */
TROD_MUST trod_status draft_stages(struct draft_plan *plan, struct trod_tree **tree,
                                   struct trod_error *error);

/* How many journeys take which way of each choice, as a comparison counts it: each journey once
 * for a choice, by the first way it takes, of those that take what is round the choice at all.
 */
struct draft_choices;
TROD_MUST trod_status draft_choices_make(const struct draft_plan *plan, struct trod_tree *tree,
                                         struct draft_choices **choices,
                                         struct trod_error *error);
/* An event of the journey; then the end of the journey. */
void draft_choices_event(struct draft_choices *choices, uint32_t label);
void draft_choices_end(struct draft_choices *choices);
/* Notes n_times on the ways. */
void draft_choices_note(const struct draft_choices *choices);

/* What the journeys show of labels and stages. */
struct draft_figures {
    struct trod_durations *comes, *takes; /* [n_labels] */
    struct trod_durations *stage;         /* [n_stages] */
    struct trod_durations whole;
    struct draft_values *values[2]; /* [n_labels] of the fields asked for */
};
struct draft_value {
    trod_str text;
    uint64_t n;
};
struct draft_values {
    struct draft_value *at; /* most frequent first, ties byte by byte */
    size_t n;
    uint64_t n_events; /* with a value */
};
/* `fields`: TROD_NO_ID for none. */
TROD_MUST trod_status draft_measure(struct draft_plan *plan, const uint32_t fields[2],
                                    struct draft_choices *choices,
                                    struct draft_figures *figures, struct trod_error *error);

/* Comments for the top. */
TROD_MUST trod_status draft_remarks(struct draft_plan *plan,
                                    const struct trod_discovered *found, trod_str from,
                                    struct trod_draft *draft, struct trod_error *error);

#endif
