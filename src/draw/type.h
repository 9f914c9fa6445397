/* type: how wide a text is and where its lines break, from a built-in table of widths. */
#ifndef TROD_DRAW_TYPE_H
#define TROD_DRAW_TYPE_H

#include "draw/paint.h"

enum draw_face { DRAW_REGULAR, DRAW_BOLD, DRAW_ITALIC };

/* Text in one style. */
struct draw_run {
    trod_str text;
    enum draw_face face;
    enum draw_paint paint;
    bool raised; /* a small figure above the line */
};
struct draw_line {
    const struct draw_run *runs;
    size_t n;
    double width;
    bool rtl; /* its paragraph begins with a right-to-left letter: set from the right edge */
};
struct draw_lines {
    const struct draw_line *at;
    size_t n;
    double width; /* of the widest */
    bool cut;     /* ended by an ellipsis */
};

/* Width in px of a text on one line. */
double draw_text_width(trod_str text, enum draw_face face, double size_px);
/* Breaks runs into at most `n_most` lines of at most `width` px (at least one character a
 * line): at spaces, after hyphens and slashes, between ideographs, and inside a word only if it
 * alone is wider than the line. A newline always breaks. What does not fit ends in an ellipsis.
 * Texts are borrowed from the runs, the lines live on `arena`; what is on `scratch` afterwards
 * is of no more use. {NULL, 0} without memory. Time: linear. */
struct draw_lines draw_wrap(struct trod_arena *arena, struct trod_arena *scratch,
                            const struct draw_run *runs, size_t n_runs, double size_px,
                            double width, size_t n_most);

#endif
