/* scene: a picture as a list of shapes in drawing and reading order, before it is any format.
 *
 * Life: 1. draw_scene_init; 2. draw_begin/draw_end and the shapes between them; 3.
 * draw_scene_svg;
 * 4. the arenas end. A call that found no memory sets `failed`, and later ones do nothing: look
 * once at the end. Texts are borrowed. Units: px; y grows downwards.
 */
#ifndef TROD_DRAW_SCENE_H
#define TROD_DRAW_SCENE_H

#include "draw/type.h"

/* How a shape is filled and stroked. Zeroed: not at all. */
struct draw_ink {
    enum draw_paint fill, stroke;
    double width;     /* of the stroke; 0: 1 px */
    const char *dash; /* "6 4"; NULL: solid */
    double opacity;   /* 0: opaque */
    bool round;       /* round ends and joins */
};
enum draw_shape { DRAW_GROUP, DRAW_END, DRAW_RECT, DRAW_CIRCLE, DRAW_PATH, DRAW_TEXT };
enum draw_anchor { DRAW_LEFT, DRAW_MIDDLE, DRAW_RIGHT };
struct draw_item {
    enum draw_shape shape;
    struct draw_ink ink;
    double x, y, w, h, r;  /* of a text: x and baseline, w is the room that it has */
    const char *path;      /* of a path: relative to x, y */
    double scale;          /* of a path; 0: 1 */
    struct draw_line line; /* of a text */
    double size;           /* of a text */
    double spacing;        /* of a text: between letters */
    enum draw_anchor anchor;
    const char *class_name; /* of a group */
    trod_str id;            /* of a group: missing if none */
    trod_str title, desc;
    bool focus; /* of a group: reached by the keyboard */
};
struct draw_scene {
    struct trod_arena *arena, *scratch; /* borrowed */
    struct draw_item *items;
    size_t n, room;
    struct trod_buf route; /* of the path being made */
    double width, height;
    trod_str title, desc;
    bool failed;
};

void draw_scene_init(struct draw_scene *scene, struct trod_arena *arena,
                     struct trod_arena *scratch);
void draw_scene_release(struct draw_scene *scene);

/* Groups nest. `id` is made unique by the caller. */
void draw_begin(struct draw_scene *scene, const char *class_name, trod_str id, trod_str title,
                trod_str desc);
/* The same, and the keyboard can reach it. */
void draw_begin_focus(struct draw_scene *scene, const char *class_name, trod_str id,
                      trod_str title, trod_str desc);
void draw_end(struct draw_scene *scene);

void draw_rect(struct draw_scene *scene, double x, double y, double w, double h, double r,
               struct draw_ink ink);
void draw_circle(struct draw_scene *scene, double x, double y, double r, struct draw_ink ink);
void draw_across(struct draw_scene *scene, double x0, double x1, double y, struct draw_ink ink);
void draw_down(struct draw_scene *scene, double x, double y0, double y1, struct draw_ink ink);
/* A ready path, moved to x, y and scaled (0: 1). `path` lives as long as the scene. */
void draw_path(struct draw_scene *scene, const char *path, double x, double y, double scale,
               struct draw_ink ink);
/* A path made piece by piece in the picture's own coordinates: route calls, then draw_route. */
void draw_move_to(struct draw_scene *scene, double x, double y);
void draw_line_to(struct draw_scene *scene, double x, double y);
void draw_curve_to(struct draw_scene *scene, double x1, double y1, double x2, double y2,
                   double x, double y);
void draw_close(struct draw_scene *scene);
void draw_route(struct draw_scene *scene, struct draw_ink ink);

/* One line of set text, from its left edge (or, right to left, ending at x + room). */
void draw_line_text(struct draw_scene *scene, const struct draw_line *line, double x, double y,
                    double room, double size);
/* One line in one style, cut by an ellipsis if it is wider than `room`. Gives its width. */
double draw_text(struct draw_scene *scene, trod_str text, double x, double y, double room,
                 double size, enum draw_face face, enum draw_paint paint,
                 enum draw_anchor anchor);
/* The same in spaced capitals (the caller writes them as capitals). */
double draw_caps(struct draw_scene *scene, trod_str text, double x, double y, double room,
                 enum draw_paint paint);

/* Appends the number with at most one decimal, whatever the locale. */
void draw_number(struct trod_buf *out, double value);

struct draw_svg_options {
    enum trod_theme theme;
    bool embedded;
};
TROD_MUST trod_status draw_scene_svg(const struct draw_scene *scene,
                                     const struct draw_svg_options *options,
                                     struct trod_buf *out, struct trod_error *error);

#endif
