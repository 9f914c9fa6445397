/* curve: the lane of emotions. One marker a touchpoint, joined by a monotone cubic (Fritsch and
 * Carlson 1980), which never swings beyond the feelings that it joins. A choice splits the
 * line: the way that most are meant to take carries the main line, the others thinner ones that
 * leave it at the marker before and come back at the marker after. A half of a segment beside
 * an assumption is dashed, a half beside evidence solid.
 */
#include <math.h>

#include "draw/picture.h"

#define WORD_GAP 12.0 /* from a marker's middle */
#define WORD_LEADING 13.0
#define STEP 25.0 /* px of one degree of feeling */
#define DASH "5 7"

struct mark {
    double x, y;
    bool assumed;
};
/* A way of a choice that is not on the main line. */
struct branch {
    const struct trod_flow *flow;
    size_t before, after; /* marks of the trail it leaves and rejoins; before SIZE_MAX: none */
};
struct trail {
    struct mark *marks;
    size_t n, room;
    struct branch *branches;
    size_t n_branches, branches_room;
};

static double middle_y(const struct draw_picture *picture) {
    return picture->lane_y[DRAW_LANE_EMOTIONS] + DRAW_LANE_PAD + picture->curve_above +
           DRAW_CURVE_HEIGHT / 2;
}

static double clamp_level(double level) {
    return level < -2 ? -2 : level > 2 ? 2 : level;
}

static double level_y(const struct draw_picture *picture, double level) {
    return middle_y(picture) - clamp_level(level) * STEP;
}

static double column_middle(const struct draw_column *column) {
    return column->x + column->w / 2;
}

/* ---- Following the flow
 * ------------------------------------------------------------------------ */

static bool has_feeling(const struct draw_picture *picture, const struct trod_flow *node) {
    if (node->kind == TROD_FLOW_TOUCHPOINT)
        return picture->map->touchpoints[node->touchpoint_id].feels.given;
    for (size_t i = 0; i < node->n; i++) {
        if (has_feeling(picture, node->children[i])) return true;
    }
    return false;
}

static bool ends_rightly(const struct trod_flow *node) {
    if (node->kind == TROD_FLOW_TOUCHPOINT) return node->ends;
    return node->kind == TROD_FLOW_SEQUENCE && node->n > 0 &&
           ends_rightly(node->children[node->n - 1]);
}

/* The way that carries the main line: with feelings and going on, then the greatest share. */
static size_t main_way(const struct draw_picture *picture, const struct trod_flow *choice) {
    size_t best = 0;
    double best_weight = -1;
    for (size_t i = 0; i < choice->n; i++) {
        const struct trod_flow *way = choice->children[i];
        double share = choice->ways ? choice->ways[i].share : 0;
        double weight = (share == share ? share : 0) + (has_feeling(picture, way) ? 4 : 0) +
                        (ends_rightly(way) ? 0 : 2);
        if (weight > best_weight) {
            best = i;
            best_weight = weight;
        }
    }
    return best;
}

static void trace(struct draw_picture *picture, const struct trod_flow *node,
                  struct trail *trail);

static void trace_choice(struct draw_picture *picture, const struct trod_flow *node,
                         struct trail *trail) {
    size_t main = node->optional ? 0 : main_way(picture, node);
    size_t before = trail->n ? trail->n - 1 : SIZE_MAX;
    trace(picture, node->children[main], trail);
    for (size_t i = 0; i < node->n && !node->optional; i++) {
        if (i == main || !has_feeling(picture, node->children[i])) continue;
        struct branch branch = {node->children[i], before,
                                ends_rightly(node->children[i]) ? SIZE_MAX : trail->n};
        if (!TROD_PUSH(picture->arena, trail->branches, trail->n_branches, trail->branches_room,
                       branch))
            picture->scene.failed = true;
    }
}

static void trace(struct draw_picture *picture, const struct trod_flow *node,
                  struct trail *trail) {
    if (node->kind == TROD_FLOW_CHOICE) {
        trace_choice(picture, node, trail);
        return;
    }
    for (size_t i = 0; i < node->n; i++) trace(picture, node->children[i], trail);
    if (node->kind != TROD_FLOW_TOUCHPOINT) return;
    const struct trod_touchpoint *point = &picture->map->touchpoints[node->touchpoint_id];
    size_t column = picture->column_of[node->touchpoint_id];
    if (!point->feels.given || column == SIZE_MAX) return;
    struct mark mark = {column_middle(&picture->flow.columns[column]),
                        level_y(picture, point->feels.level),
                        point->feels.proof.research.n == 0};
    if (!TROD_PUSH(picture->arena, trail->marks, trail->n, trail->room, mark))
        picture->scene.failed = true;
}

/* ---- The cubic
 * --------------------------------------------------------------------------------- */

/* Slopes that keep each segment between its ends. */
static double *slopes_of(struct draw_picture *picture, const struct trail *trail) {
    size_t n = trail->n;
    double *slope = TROD_NEW_ARRAY(picture->arena, n, double);
    if (!slope) return NULL;
    const struct mark *m = trail->marks;
    for (size_t i = 1; i + 1 < n; i++) {
        double left = (m[i].y - m[i - 1].y) / (m[i].x - m[i - 1].x);
        double right = (m[i + 1].y - m[i].y) / (m[i + 1].x - m[i].x);
        slope[i] = left * right <= 0 ? 0 : 2 * left * right / (left + right);
    }
    return slope;
}

struct bezier {
    double x[4], y[4];
};

static struct bezier segment(const struct trail *trail, const double *slope, size_t i) {
    const struct mark *a = &trail->marks[i], *b = &trail->marks[i + 1];
    double third = (b->x - a->x) / 3;
    return (struct bezier){{a->x, a->x + third, b->x - third, b->x},
                           {a->y, a->y + slope[i] * third, b->y - slope[i + 1] * third, b->y}};
}

/* The part from t0 to t1 (de Casteljau twice). */
static struct bezier part_of(const struct bezier *whole, double t0, double t1) {
    struct bezier part = *whole;
    for (int axis = 0; axis < 2; axis++) {
        double *p = axis ? part.y : part.x, q[4];
        for (int i = 0; i < 4; i++) q[i] = p[i];
        for (int k = 1; k < 4; k++) { /* left part up to t1 */
            for (int i = 3; i >= k; i--) q[i] = q[i - 1] + (q[i] - q[i - 1]) * t1;
        }
        double u = t1 > 0 ? t0 / t1 : 0;
        for (int k = 1; k < 4; k++) { /* right part from u */
            for (int i = 0; i < 4 - k; i++) q[i] = q[i] + (q[i + 1] - q[i]) * u;
        }
        for (int i = 0; i < 4; i++) p[i] = q[i];
    }
    return part;
}

static void follow(struct draw_scene *scene, const struct bezier *b) {
    draw_curve_to(scene, b->x[1], b->y[1], b->x[2], b->y[2], b->x[3], b->y[3]);
}

static double bezier_y(const struct bezier *b, double t) {
    double s = 1 - t;
    return s * s * s * b->y[0] + 3 * s * s * t * b->y[1] + 3 * s * t * t * b->y[2] +
           t * t * t * b->y[3];
}

/* Where the segment, which rises or falls all the way, meets the line of 0; -1: nowhere inside.
 */
static double crossing(const struct bezier *b, double zero) {
    double from = b->y[0] - zero, to = b->y[3] - zero;
    if (from * to >= 0) return -1;
    double low = 0, high = 1;
    for (int i = 0; i < 40; i++) {
        double t = (low + high) / 2;
        if ((bezier_y(b, t) - zero) * from > 0)
            low = t;
        else
            high = t;
    }
    return (low + high) / 2;
}

static void put_fill(struct draw_scene *scene, const struct bezier *b, double zero) {
    double middle = bezier_y(b, 0.5);
    draw_move_to(scene, b->x[0], zero);
    draw_line_to(scene, b->x[0], b->y[0]);
    follow(scene, b);
    draw_line_to(scene, b->x[3], zero);
    draw_close(scene);
    draw_route(scene, (struct draw_ink){.fill = middle < zero ? DRAW_DELIGHT : DRAW_PAIN,
                                        .opacity = 0.12});
}

static void fill_to_zero(struct draw_picture *picture, const struct trail *trail,
                         const double *slope) {
    double zero = middle_y(picture);
    for (size_t i = 0; i + 1 < trail->n; i++) {
        struct bezier whole = segment(trail, slope, i);
        double t = crossing(&whole, zero);
        if (t < 0) {
            if (whole.y[0] != zero || whole.y[3] != zero)
                put_fill(&picture->scene, &whole, zero);
            continue;
        }
        struct bezier left = part_of(&whole, 0, t), right = part_of(&whole, t, 1);
        left.y[3] = right.y[0] = zero;
        put_fill(&picture->scene, &left, zero);
        put_fill(&picture->scene, &right, zero);
    }
}

/* Halves of one style in a row become one path. */
static void put_line(struct draw_picture *picture, const struct trail *trail,
                     const double *slope, bool main) {
    struct draw_scene *scene = &picture->scene;
    struct draw_ink ink = {
        .stroke = main ? DRAW_INK : DRAW_SOFT, .width = main ? 3 : 1.8, .round = true};
    bool dashed = false, open = false;
    for (size_t i = 0; i + 1 < trail->n; i++) {
        struct bezier whole = segment(trail, slope, i);
        for (int half = 0; half < 2; half++) {
            struct bezier part = part_of(&whole, half ? 0.5 : 0, half ? 1 : 0.5);
            bool assumed = trail->marks[i + (size_t)half].assumed;
            if (open && assumed != dashed) {
                ink.dash = dashed ? DASH : NULL;
                draw_route(scene, ink);
                open = false;
            }
            if (!open) draw_move_to(scene, part.x[0], part.y[0]);
            follow(scene, &part);
            open = true;
            dashed = assumed;
        }
    }
    ink.dash = dashed ? DASH : NULL;
    if (open) draw_route(scene, ink);
}

static void put_trail(struct draw_picture *picture, struct trail *trail, bool main);

static void put_branch(struct draw_picture *picture, const struct trail *from,
                       const struct branch *branch) {
    struct trail trail = {0};
    struct draw_scene *scene = &picture->scene;
    if (branch->before != SIZE_MAX && !TROD_PUSH(picture->arena, trail.marks, trail.n,
                                                 trail.room, from->marks[branch->before]))
        scene->failed = true;
    trace(picture, branch->flow, &trail);
    if (branch->after < from->n && !TROD_PUSH(picture->arena, trail.marks, trail.n, trail.room,
                                              from->marks[branch->after]))
        scene->failed = true;
    if (!scene->failed) put_trail(picture, &trail, false);
}

static void put_trail(struct draw_picture *picture, struct trail *trail, bool main) {
    double *slope = slopes_of(picture, trail);
    if (!slope) {
        picture->scene.failed = true;
        return;
    }
    if (main) fill_to_zero(picture, trail, slope);
    for (size_t i = 0; i < trail->n_branches; i++)
        put_branch(picture, trail, &trail->branches[i]);
    put_line(picture, trail, slope, main);
}

void draw_curve(struct draw_picture *picture) {
    if (!picture->on[DRAW_LANE_EMOTIONS]) return;
    struct trail trail = {0};
    trace(picture, picture->map->flow, &trail);
    draw_begin(&picture->scene, "curve", (trod_str){0}, TROD_STR("Emotions"),
               TROD_STR("The line of feelings along the journey: solid beside evidence, dashed "
                        "beside an assumption"));
    if (!picture->scene.failed) put_trail(picture, &trail, true);
    draw_end(&picture->scene);
}

/* ---- Ground and markers
 * ------------------------------------------------------------------------ */

void draw_curve_ground(struct draw_picture *picture) {
    if (!picture->on[DRAW_LANE_EMOTIONS]) return;
    struct draw_scene *scene = &picture->scene;
    static const double shown[] = {2, 0, -2};
    for (int level = -2; level <= 2; level++)
        draw_across(scene, picture->x0 - 10, picture->x1 + 10, level_y(picture, level),
                    (struct draw_ink){.stroke = level ? DRAW_HAIR : DRAW_EDGE,
                                      .dash = level ? "1 4" : NULL});
    for (size_t i = 0; i < TROD_COUNT(shown); i++) {
        trod_str text = i == 0 ? TROD_STR("+2") : i == 1 ? TROD_STR("0") : TROD_STR("−2");
        draw_text(scene, text, DRAW_MARGIN + DRAW_RAIL, level_y(picture, shown[i]) + 4, 24, 11,
                  DRAW_REGULAR, DRAW_SOFT, DRAW_RIGHT);
    }
}

/* Feelings of single personas: small discs with their initial beside the common marker. */
static void put_personas(struct draw_picture *picture, const struct trod_touchpoint *point,
                         double x) {
    const struct trod_map *map = picture->map;
    for (size_t i = 0; i < point->n_for_personas; i++) {
        const struct trod_touchpoint_for *part = &point->for_personas[i];
        if (!part->as.feels.given || part->persona_id >= map->n_personas) continue;
        double y = level_y(picture, part->as.feels.level);
        trod_str name = map->personas[part->persona_id].title;
        size_t one = 0;
        trod_str_next(name, &one);
        draw_circle(&picture->scene, x + 22, y, 7,
                    (struct draw_ink){.fill = DRAW_PAGE,
                                      .stroke = draw_feeling_paint(part->as.feels.level),
                                      .width = 1.3});
        draw_text(&picture->scene, trod_str_slice(name, 0, one), x + 22, y + 3.6, 14, 10,
                  DRAW_BOLD, DRAW_INK, DRAW_MIDDLE);
        draw_text(&picture->scene, part->as.feels.word, x + 33, y + 4, DRAW_COLUMN / 2 - 33, 11,
                  DRAW_REGULAR, DRAW_SOFT, DRAW_LEFT);
    }
}

/* Whether the word stands above the marker: over peaks, under valleys, else on the side of 0 on
 * which the marker lies. */
static bool word_above(const struct draw_picture *picture, size_t at) {
    double level = draw_point_at(picture, at)->feels.level;
    int n = 0, higher = 0, lower = 0;
    for (int way = -1; way <= 1; way += 2) {
        for (size_t i = at; way < 0 ? i > 0 : i + 1 < picture->flow.n_columns;) {
            i = way < 0 ? i - 1 : i + 1;
            const struct trod_touchpoint *point = draw_point_at(picture, i);
            if (!point || !point->feels.given) continue;
            n++;
            higher += point->feels.level > level;
            lower += point->feels.level < level;
            break;
        }
    }
    if (n && higher == n) return false;
    if (n && lower == n) return true;
    return level >= 0;
}

void draw_feeling_fill(struct draw_picture *picture, size_t column) {
    struct draw_writer *writer = &picture->writer;
    const struct trod_feeling *feels = &draw_point_at(picture, column)->feels;
    if (!feels->given || feels->word.n == 0) return;
    writer->cell = draw_cell_at(picture, column, DRAW_LANE_EMOTIONS);
    struct draw_para *para = draw_para_begin(writer, true);
    para->most = 3;
    para->leading = WORD_LEADING;
    draw_para_add(writer, para, feels->word, DRAW_REGULAR, DRAW_INK);
    draw_para_proof(writer, para, &feels->proof);
}

/* How far the words reach beyond the band. */
void draw_curve_measure(struct draw_picture *picture) {
    picture->curve_above = picture->curve_below = 0;
    for (size_t i = 0; i < picture->flow.n_columns; i++) {
        const struct draw_cell *cell = draw_cell_at(picture, i, DRAW_LANE_EMOTIONS);
        if (cell->n == 0) continue;
        double level = clamp_level(draw_point_at(picture, i)->feels.level);
        bool above = word_above(picture, i);
        double reach = (above ? level : -level) * STEP + WORD_GAP + cell->height;
        double *most = above ? &picture->curve_above : &picture->curve_below;
        double over = reach - DRAW_CURVE_HEIGHT / 2 - 4;
        if (over > *most) *most = over;
    }
}

static void put_word(struct draw_picture *picture, size_t at) {
    const struct draw_column *column = &picture->flow.columns[at];
    const struct draw_cell *cell = draw_cell_at(picture, at, DRAW_LANE_EMOTIONS);
    if (cell->n == 0) return;
    const struct draw_lines *lines = &cell->at[0].lines;
    double y = level_y(picture, draw_point_at(picture, at)->feels.level);
    double x = column_middle(column);
    double base = word_above(picture, at) ? y - WORD_GAP - cell->height + 10 : y + WORD_GAP + 9;
    for (size_t i = 0; i < lines->n; i++) {
        const struct draw_line *line = &lines->at[i];
        draw_line_text(&picture->scene, line, x - line->width / 2,
                       base + WORD_LEADING * (double)i, line->width + 0.1, 11);
    }
}

void draw_feeling(struct draw_picture *picture, size_t at) {
    const struct draw_column *column = &picture->flow.columns[at];
    const struct trod_touchpoint *point = draw_point_at(picture, at);
    if (!point) return;
    double x = column_middle(column);
    put_personas(picture, point, x);
    if (!point->feels.given) return;
    double y = level_y(picture, point->feels.level);
    draw_face_sign(&picture->scene, x, y, point->feels.level,
                   point->feels.proof.research.n == 0);
    if (point->truths.n)
        draw_star(&picture->scene, x + 11, word_above(picture, at) ? y + 9 : y - 9, 6);
    put_word(picture, at);
}
