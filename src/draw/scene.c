/* scene: shapes pushed onto a list. Paths are made in one growing buffer and copied to the
 * arena when they are whole. Text is measured when it is put, so that every text knows its room
 * and a test can ask whether it fits.
 */
#include "draw/scene.h"

#include <math.h>

#define CAPS_SIZE 10
#define CAPS_SPACING 0.8

void draw_scene_init(struct draw_scene *scene, struct trod_arena *arena,
                     struct trod_arena *scratch) {
    *scene = (struct draw_scene){.arena = arena, .scratch = scratch};
}

void draw_scene_release(struct draw_scene *scene) {
    trod_buf_free(&scene->route);
}

static void push(struct draw_scene *scene, struct draw_item item) {
    if (scene->failed) return;
    if (!TROD_PUSH(scene->arena, scene->items, scene->n, scene->room, item))
        scene->failed = true;
}

void draw_begin(struct draw_scene *scene, const char *class_name, trod_str id, trod_str title,
                trod_str desc) {
    push(scene, (struct draw_item){.shape = DRAW_GROUP,
                                   .class_name = class_name,
                                   .id = id,
                                   .title = title,
                                   .desc = desc});
}

void draw_begin_focus(struct draw_scene *scene, const char *class_name, trod_str id,
                      trod_str title, trod_str desc) {
    draw_begin(scene, class_name, id, title, desc);
    if (!scene->failed) scene->items[scene->n - 1].focus = true;
}

void draw_end(struct draw_scene *scene) {
    push(scene, (struct draw_item){.shape = DRAW_END});
}

void draw_rect(struct draw_scene *scene, double x, double y, double w, double h, double r,
               struct draw_ink ink) {
    push(scene, (struct draw_item){
                    .shape = DRAW_RECT, .x = x, .y = y, .w = w, .h = h, .r = r, .ink = ink});
}

void draw_circle(struct draw_scene *scene, double x, double y, double r, struct draw_ink ink) {
    push(scene, (struct draw_item){.shape = DRAW_CIRCLE, .x = x, .y = y, .r = r, .ink = ink});
}

void draw_path(struct draw_scene *scene, const char *path, double x, double y, double scale,
               struct draw_ink ink) {
    push(scene,
         (struct draw_item){
             .shape = DRAW_PATH, .path = path, .x = x, .y = y, .scale = scale, .ink = ink});
}

void draw_number(struct trod_buf *out, double value) {
    int64_t tenths = (int64_t)floor(value * 10 + 0.5);
    if (tenths < 0) {
        trod_buf_byte(out, '-');
        tenths = -tenths;
    }
    trod_buf_format(out, "%lld", (long long)(tenths / 10));
    if (tenths % 10) trod_buf_format(out, ".%d", (int)(tenths % 10));
}

static void route_point(struct draw_scene *scene, char letter, double x, double y) {
    if (letter) trod_buf_byte(&scene->route, letter);
    draw_number(&scene->route, x);
    trod_buf_byte(&scene->route, ' ');
    draw_number(&scene->route, y);
}

void draw_move_to(struct draw_scene *scene, double x, double y) {
    route_point(scene, 'M', x, y);
}

void draw_line_to(struct draw_scene *scene, double x, double y) {
    route_point(scene, 'L', x, y);
}

void draw_curve_to(struct draw_scene *scene, double x1, double y1, double x2, double y2,
                   double x, double y) {
    route_point(scene, 'C', x1, y1);
    trod_buf_byte(&scene->route, ' ');
    route_point(scene, 0, x2, y2);
    trod_buf_byte(&scene->route, ' ');
    route_point(scene, 0, x, y);
}

void draw_close(struct draw_scene *scene) {
    trod_buf_byte(&scene->route, 'Z');
}

void draw_route(struct draw_scene *scene, struct draw_ink ink) {
    trod_str path = trod_arena_copy(scene->arena, trod_buf_str(&scene->route));
    if (scene->route.failed || !path.at) {
        scene->failed = true;
        return;
    }
    trod_buf_clear(&scene->route);
    draw_path(scene, path.at, 0, 0, 0, ink);
}

void draw_across(struct draw_scene *scene, double x0, double x1, double y,
                 struct draw_ink ink) {
    draw_move_to(scene, x0, y);
    draw_line_to(scene, x1, y);
    draw_route(scene, ink);
}

void draw_down(struct draw_scene *scene, double x, double y0, double y1, struct draw_ink ink) {
    draw_move_to(scene, x, y0);
    draw_line_to(scene, x, y1);
    draw_route(scene, ink);
}

void draw_line_text(struct draw_scene *scene, const struct draw_line *line, double x, double y,
                    double room, double size) {
    if (line->n == 0) return;
    push(scene,
         (struct draw_item){
             .shape = DRAW_TEXT, .x = x, .y = y, .w = room, .line = *line, .size = size});
}

double draw_text(struct draw_scene *scene, trod_str text, double x, double y, double room,
                 double size, enum draw_face face, enum draw_paint paint,
                 enum draw_anchor anchor) {
    struct draw_run run = {text, face, paint, false};
    struct draw_lines lines = draw_wrap(scene->arena, scene->scratch, &run, 1, size, room, 1);
    trod_arena_reset(scene->scratch);
    if (lines.n == 0) return 0;
    push(scene, (struct draw_item){.shape = DRAW_TEXT,
                                   .x = x,
                                   .y = y,
                                   .w = room,
                                   .line = lines.at[0],
                                   .size = size,
                                   .anchor = anchor});
    return lines.at[0].width;
}

double draw_caps(struct draw_scene *scene, trod_str text, double x, double y, double room,
                 enum draw_paint paint) {
    double width = draw_text(scene, text, x, y, room, CAPS_SIZE, DRAW_BOLD, paint, DRAW_LEFT);
    if (width > 0 && !scene->failed) {
        scene->items[scene->n - 1].spacing = CAPS_SPACING;
        width += CAPS_SPACING * (double)trod_str_cells(text);
    }
    return width;
}
