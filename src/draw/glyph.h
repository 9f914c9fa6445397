/* glyph: the drawn signs. Channels, lanes, faces and marks, all by one hand: a grid of 20 px,
 * lines of 1.5 px with round ends. */
#ifndef TROD_DRAW_GLYPH_H
#define TROD_DRAW_GLYPH_H

#include "draw/scene.h"

enum draw_channel {
    DRAW_STREET,
    DRAW_SHOP,
    DRAW_SITE,
    DRAW_APP,
    DRAW_E_MAIL,
    DRAW_LETTER,
    DRAW_PHONE,
    DRAW_CHAT,
    DRAW_MESSAGE,
    DRAW_SOCIAL,
    DRAW_ADVERT,
    DRAW_EVENT,
    DRAW_MACHINE,
    DRAW_DELIVERY,
    DRAW_PARTNER,
    DRAW_OTHER,
    DRAW_N_CHANNELS,
};
/* The channel that a name in a map speaks of: "Website" is a site, "SMS" a message. */
enum draw_channel draw_channel_of(trod_str name);
/* Its sign with the top left corner at x, y and a side of 20 px times scale (0: 1). */
void draw_channel_sign(struct draw_scene *scene, enum draw_channel channel, double x, double y,
                       double scale, enum draw_paint paint);

enum draw_sign {
    DRAW_SIGN_NONE,
    DRAW_SIGN_POINT,
    DRAW_SIGN_STAGE,
    DRAW_SIGN_GOAL,
    DRAW_SIGN_ANY_TIME,
    DRAW_SIGN_DOES,
    DRAW_SIGN_THINKS,
    DRAW_SIGN_SAYS,
    DRAW_SIGN_QUESTION,
    DRAW_SIGN_FACE,
    DRAW_SIGN_PAIN,
    DRAW_SIGN_DELIGHT,
    DRAW_SIGN_STAR,
    DRAW_SIGN_NEED,
    DRAW_SIGN_DECIDES,
    DRAW_SIGN_WISH,
    DRAW_SIGN_EVIDENCE,
    DRAW_SIGN_FRONT,
    DRAW_SIGN_BACK,
    DRAW_SIGN_SUPPORT,
    DRAW_SIGN_SYSTEM,
    DRAW_SIGN_POLICY,
    DRAW_SIGN_TIME,
    DRAW_SIGN_SPAN,
    DRAW_SIGN_KPI,
    DRAW_SIGN_CONTENT,
    DRAW_SIGN_ACTION,
    DRAW_SIGN_OWNER,
    DRAW_SIGN_NOTE,
    DRAW_SIGN_DATA,
    DRAW_N_SIGNS,
};
/* A lane's sign, 20 px times scale (0: 1), from its top left corner. */
void draw_lane_sign(struct draw_scene *scene, enum draw_sign sign, double x, double y,
                    double scale, enum draw_paint paint);

/* A disc of radius 9 at x, y with the face of a feeling of -2..+2; hollow for an assumption. */
void draw_face_sign(struct draw_scene *scene, double x, double y, double level, bool hollow);
/* The colour of a feeling. */
enum draw_paint draw_feeling_paint(double level);
/* The four-point star of a moment of truth, `r` from its middle. */
void draw_star(struct draw_scene *scene, double x, double y, double r);
/* One to three small triangles, side by side from the left edge x; y is their middle. Downwards
 * in red, upwards in green. Gives the width. */
double draw_triangles(struct draw_scene *scene, double x, double y, int n, bool down);
/* An eye of 16 by 10 px with its middle at x, y. */
void draw_eye(struct draw_scene *scene, double x, double y, enum draw_paint paint);
/* A head of an arrow at x, y that points left, right or down. */
enum draw_heading { DRAW_HEAD_LEFT, DRAW_HEAD_RIGHT, DRAW_HEAD_DOWN };
void draw_arrow_head(struct draw_scene *scene, double x, double y, enum draw_heading heading,
                     enum draw_paint paint);

/* Marks of what happened, 14 px from the top left corner. */
enum draw_mark {
    DRAW_MARK_SKIPPED,
    DRAW_MARK_EXTRA,
    DRAW_MARK_ORDER,
    DRAW_MARK_FAILED,
    DRAW_MARK_REPEAT,
    DRAW_MARK_CLOCK,
    DRAW_MARK_STOP,
    DRAW_N_MARKS,
};
void draw_deviation_mark(struct draw_scene *scene, enum draw_mark mark, double x, double y,
                         enum draw_paint paint);

#endif
