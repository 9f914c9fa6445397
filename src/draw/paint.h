/* paint: the colours of the pictures, by the part that they play. */
#ifndef TROD_DRAW_PAINT_H
#define TROD_DRAW_PAINT_H

#include "draw/draw.h"

/* Each has a class in the SVG, by which HTML overrides it, and a colour in each theme. */
enum draw_paint {
    DRAW_NONE,
    DRAW_PAGE,    /* the ground */
    DRAW_PANEL,   /* a quiet ground: the lane rail, the lane of `any time` */
    DRAW_INK,     /* text */
    DRAW_SOFT,    /* secondary text and lines that matter */
    DRAW_EDGE,    /* stage edges, the rail's edge */
    DRAW_HAIR,    /* hairlines */
    DRAW_WHITE,   /* on a stage's chevron and in faces */
    DRAW_PAIN,    /* pain, deviation, lateness */
    DRAW_DELIGHT, /* delight, in time */
    DRAW_STAR,    /* moment of truth */
    DRAW_STAR_EDGE,
    DRAW_NEUTRAL, /* a feeling of 0 */
    DRAW_DATA,    /* what was measured */
    DRAW_AMBER,   /* a review that ages */
    DRAW_WAIT,    /* still open */
    DRAW_GONE,    /* gone */
    DRAW_STAGE_0, /* chevrons: six steps, dark enough for white text */
    DRAW_STAGE_1,
    DRAW_STAGE_2,
    DRAW_STAGE_3,
    DRAW_STAGE_4,
    DRAW_STAGE_5,
    DRAW_HUE_0, /* the same steps in full hue, for lines and rings */
    DRAW_HUE_1,
    DRAW_HUE_2,
    DRAW_HUE_3,
    DRAW_HUE_4,
    DRAW_HUE_5,
    DRAW_N_PAINTS,
};
#define DRAW_N_STAGE_HUES 6

/* "#rrggbb", or "none". */
const char *draw_paint_colour(enum draw_paint paint, enum trod_theme theme);
/* The word in its class names: f-WORD where it fills, s-WORD where it strokes. */
const char *draw_paint_word(enum draw_paint paint);

#endif
