/* lane: the rows of the map, what each is called, and what of a touchpoint stands in it. */
#ifndef TROD_DRAW_LANE_H
#define TROD_DRAW_LANE_H

#include "draw/cell.h"

/* In drawing order. */
enum draw_lane {
    DRAW_LANE_TOUCHPOINTS,
    DRAW_LANE_DATA, /* what happened; only with a comparison */
    DRAW_LANE_DOES,
    DRAW_LANE_THINKS,
    DRAW_LANE_SAYS,
    DRAW_LANE_QUESTIONS,
    DRAW_LANE_EMOTIONS,
    DRAW_LANE_PAINS,
    DRAW_LANE_DELIGHTS,
    DRAW_LANE_TRUTHS,
    DRAW_LANE_NEEDS,
    DRAW_LANE_DECIDES,
    DRAW_LANE_WISHES,
    DRAW_LANE_ANY_TIME,
    DRAW_LANE_EVIDENCE,
    DRAW_LANE_FRONT,
    DRAW_LANE_BACK,
    DRAW_LANE_SUPPORT,
    DRAW_LANE_SYSTEMS,
    DRAW_LANE_POLICIES,
    DRAW_LANE_TIMING,
    DRAW_LANE_SPANS,
    DRAW_LANE_KPIS,
    DRAW_LANE_CONTENT,
    DRAW_LANE_ACTIONS,
    DRAW_LANE_OWNERS,
    DRAW_LANE_NOTES,
    DRAW_N_LANES,
};
/* The three lines of a blueprint, each above the first lane that is left of its side. */
enum draw_border { DRAW_NO_BORDER, DRAW_INTERACTION, DRAW_VISIBILITY, DRAW_INTERNAL };

struct draw_lane_kind {
    const char *label;
    enum draw_sign sign;
    /* Writes into writer->cell; NULL: the lane is drawn by its own code. */
    void (*fill)(struct draw_writer *writer, const struct trod_touchpoint *point);
    unsigned side; /* 0: customer, 1: front, 2: back, 3: support, 4: below all lines */
};
extern const struct draw_lane_kind draw_lane_kinds[DRAW_N_LANES];

/* Fills writer->cell with the touchpoint's part of that lane, then that of each of its
 * `for PERSONA` blocks. */
void draw_lane_fill(struct draw_writer *writer, enum draw_lane lane,
                    const struct trod_touchpoint *point);

#endif
