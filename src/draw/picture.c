/* picture: the map as a picture. The layout measures and places, then the parts are drawn in
 * the order in which they should be read: the ground (lanes, rail, lines), the header, each
 * stage with its touchpoints from top to bottom, what spans touchpoints, and the notes.
 */
#include "draw/picture.h"

static const char *const border_words[] = {"", "LINE OF INTERACTION", "LINE OF VISIBILITY",
                                           "LINE OF INTERNAL INTERACTION"};
#define LABEL_EVERY 1600.0

/* ---- The ground
 * -------------------------------------------------------------------------------- */

static void put_border(struct draw_picture *picture, enum draw_border border, double y) {
    static const struct draw_ink inks[] = {
        {0},
        {.stroke = DRAW_INK, .width = 1.5, .dash = "6 4"},
        {.stroke = DRAW_INK, .width = 2.5, .dash = "10 5"},
        {.stroke = DRAW_SOFT, .width = 1.5, .dash = "0.1 4", .round = true},
    };
    struct draw_scene *scene = &picture->scene;
    trod_str word = trod_str_of(border_words[border]);
    double right = picture->x1 + 10;
    double width = draw_text_width(word, DRAW_BOLD, 10) + 0.8 * (double)word.n;
    draw_across(scene, DRAW_MARGIN, right, y, inks[border]);
    double eye = border == DRAW_VISIBILITY ? 24 : 0;
    for (double x = picture->x0; x == picture->x0 || x + width + 60 < right; x += LABEL_EVERY) {
        draw_rect(scene, x - 6, y - 8, width + 12 + eye, 16, 0,
                  (struct draw_ink){.fill = DRAW_PAGE});
        if (eye > 0) draw_eye(scene, x + 8, y, DRAW_INK);
        draw_caps(scene, word, x + eye, y + 3.6, width, DRAW_INK);
    }
}

static void put_lane_lines(struct draw_picture *picture) {
    bool first = true;
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        if (!picture->on[lane]) continue;
        double y = picture->lane_y[lane];
        if (picture->border[lane] != DRAW_NO_BORDER)
            put_border(picture, picture->border[lane], y - 5);
        else if (!first || picture->goals_h > 0)
            draw_across(&picture->scene, DRAW_MARGIN, picture->x1 + 10, y,
                        (struct draw_ink){.stroke = DRAW_HAIR});
        first = false;
    }
    draw_across(&picture->scene, DRAW_MARGIN, picture->x1 + 10, picture->lanes_end,
                (struct draw_ink){.stroke = DRAW_EDGE});
}

/* Down to the end, but not through lanes whose parts span stages. */
static void put_stage_edge(struct draw_picture *picture, double x, double top) {
    static const enum draw_lane spanning[] = {DRAW_LANE_ANY_TIME, DRAW_LANE_SPANS,
                                              DRAW_LANE_KPIS};
    const struct draw_ink ink = {.stroke = DRAW_EDGE};
    for (size_t i = 0; i < TROD_COUNT(spanning); i++) {
        enum draw_lane lane = spanning[i];
        if (!picture->on[lane]) continue;
        if (picture->lane_y[lane] > top)
            draw_down(&picture->scene, x, top, picture->lane_y[lane], ink);
        top = picture->lane_y[lane] + picture->lane_h[lane];
    }
    if (picture->lanes_end > top) draw_down(&picture->scene, x, top, picture->lanes_end, ink);
}

static void put_ground(struct draw_picture *picture) {
    struct draw_scene *scene = &picture->scene;
    const struct draw_flow *flow = &picture->flow;
    double top = picture->goals_h > 0 ? picture->goals_y - DRAW_LANE_PAD
                                      : picture->lane_y[DRAW_LANE_TOUCHPOINTS];
    draw_begin(scene, "ground", (trod_str){0}, TROD_STR("Lanes"),
               TROD_STR("The lines between the lanes and between the stages"));
    put_lane_lines(picture);
    for (size_t i = 1; i < flow->n_slots; i++)
        put_stage_edge(picture, flow->slots[i].x - 5, top);
    draw_down(scene, DRAW_MARGIN + DRAW_RAIL + 6, picture->band_y, picture->lanes_end,
              (struct draw_ink){.stroke = DRAW_EDGE, .width = 1.5});
    draw_curve_ground(picture);
    draw_end(scene);
}

/* ---- The rail
 * ---------------------------------------------------------------------------------- */

static void put_label(struct draw_picture *picture, const char *label, enum draw_sign sign,
                      double y) {
    draw_lane_sign(&picture->scene, sign, DRAW_MARGIN, y - 1, 0.8, DRAW_SOFT);
    draw_text(&picture->scene, trod_str_of(label), DRAW_MARGIN + 23, y + 11.5, DRAW_RAIL - 20,
              12, DRAW_BOLD, DRAW_INK, DRAW_LEFT);
}

static void put_rail(struct draw_picture *picture) {
    draw_begin(&picture->scene, "rail", (trod_str){0}, TROD_STR("Names of the lanes"),
               TROD_STR("From top to bottom"));
    put_label(picture, "Stages", DRAW_SIGN_STAGE, picture->band_y + 10);
    if (picture->goals_h > 0) put_label(picture, "Goals", DRAW_SIGN_GOAL, picture->goals_y + 1);
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        if (!picture->on[lane]) continue;
        double y = picture->lane_y[lane] + DRAW_LANE_PAD;
        if (lane == DRAW_LANE_TOUCHPOINTS) y = picture->discs_y - 8;
        if (lane == DRAW_LANE_EMOTIONS) y += picture->curve_above + DRAW_CURVE_HEIGHT / 2 - 8;
        if (lane == DRAW_LANE_ANY_TIME) y += 10;
        put_label(picture, draw_lane_kinds[lane].label, draw_lane_kinds[lane].sign, y);
    }
    draw_end(&picture->scene);
}

/* ---- Columns
 * ----------------------------------------------------------------------------------- */

/* What the map says of the touchpoint, for those who cannot see it. */
static trod_str column_words(struct draw_picture *picture, size_t column) {
    struct trod_buf *words = &picture->scene.route;
    const struct trod_touchpoint *point = draw_point_at(picture, column);
    trod_buf_clear(words);
    for (int lane = 0; point && lane < DRAW_N_LANES; lane++) {
        const struct draw_cell *cell = draw_cell_at(picture, column, (enum draw_lane)lane);
        if (lane == DRAW_LANE_EMOTIONS && point->feels.given) {
            char level[32];
            trod_buf_format(words, "%sEmotions: %s %.*s", words->n ? ". " : "",
                            trod_number_write(point->feels.level, level),
                            TROD_ARG(point->feels.word));
        }
        if (cell->n == 0 || lane == DRAW_LANE_EMOTIONS) continue;
        trod_buf_format(words, "%s%s: ", words->n ? ". " : "", draw_lane_kinds[lane].label);
        draw_cell_words(words, cell);
    }
    trod_str copy = trod_arena_copy(picture->arena, trod_buf_str(words));
    trod_buf_clear(words);
    return copy;
}

static void put_column(struct draw_picture *picture, size_t at) {
    struct draw_scene *scene = &picture->scene;
    const struct draw_column *column = &picture->flow.columns[at];
    const struct trod_touchpoint *point = draw_point_at(picture, at);
    if (point)
        draw_begin_focus(scene, "point", point->id, point->title.n ? point->title : point->id,
                         column_words(picture, at));
    else
        draw_begin(scene, "point empty", (trod_str){0}, TROD_STR("Nothing happens"),
                   TROD_STR("An empty way or stage"));
    draw_point(picture, at);
    draw_data_column(picture, at);
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        if (!picture->on[lane]) continue;
        if (lane == DRAW_LANE_EMOTIONS) draw_feeling(picture, at);
        if (lane == DRAW_LANE_TIMING) draw_timing(picture, at);
        if (!draw_lane_kinds[lane].fill) continue;
        draw_cell_put(scene, draw_cell_at(picture, at, (enum draw_lane)lane), column->x,
                      picture->lane_y[lane] + DRAW_LANE_PAD, column->w);
    }
    draw_end(scene);
}

static void put_stage(struct draw_picture *picture, size_t at) {
    const struct draw_slot *slot = &picture->flow.slots[at];
    bool staged = slot->stage_id != TROD_NO_ID;
    const struct trod_stage *stage = staged ? &picture->map->stages[slot->stage_id] : NULL;
    trod_str goal = stage && stage->goals.n ? stage->goals.at[0].text : TROD_STR("Stage");
    draw_begin(&picture->scene, "stage", stage ? stage->id : (trod_str){0},
               stage ? stage->title : TROD_STR("Journey"), goal);
    draw_stage(picture, at);
    draw_blocks(picture, slot->first, slot->first + slot->n - 1, false);
    for (size_t i = slot->first; i < slot->first + slot->n; i++) put_column(picture, i);
    draw_end(&picture->scene);
}

/* ---- The whole
 * --------------------------------------------------------------------------------- */

static void draw_all(struct draw_picture *picture) {
    struct draw_scene *scene = &picture->scene;
    const struct trod_map *map = picture->map;
    scene->width = picture->x1 + 10 + DRAW_MARGIN;
    scene->title = map->title.n ? map->title : map->id;
    scene->desc = trod_arena_format(
        picture->arena, "Journey map with %zu stages and %zu touchpoints, from left to right",
        map->n_stages, map->n_touchpoints);
    size_t page = scene->n;
    if (!picture->options.embedded)
        draw_rect(scene, 0, 0, scene->width, 0, 0, (struct draw_ink){.fill = DRAW_PAGE});
    put_ground(picture);
    draw_header(picture);
    put_rail(picture);
    draw_curve(picture);
    draw_blocks(picture, 0, picture->flow.n_columns - 1, true);
    for (size_t i = 0; i < picture->flow.n_slots; i++) put_stage(picture, i);
    draw_any_time(picture);
    draw_spans(picture);
    draw_kpis(picture);
    draw_foot(picture);
    if (!picture->options.embedded && !scene->failed) scene->items[page].h = scene->height;
    if (picture->writer.failed || scene->route.failed) scene->failed = true;
}

trod_status draw_picture_make(const struct trod_map *map, const struct trod_compare *compare,
                              const struct trod_draw_options *options, struct trod_arena *arena,
                              struct trod_arena *scratch, struct draw_picture *picture,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    *picture = (struct draw_picture){.map = map, .compare = compare, .arena = arena};
    picture->scratch = scratch;
    if (options) picture->options = *options;
    picture->writer = (struct draw_writer){.map = map, .arena = arena, .scratch = scratch};
    draw_scene_init(&picture->scene, arena, scratch);
    TROD_TRY(draw_layout(picture, error));
    draw_all(picture);
    if (picture->scene.failed)
        TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
done:
    return status;
}

trod_status trod_draw_svg(const struct trod_map *map, const struct trod_compare *compare,
                          const struct trod_draw_options *options, struct trod_buf *out,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draw_picture *picture = NULL;
    struct trod_arena *arena = trod_arena_make(0), *scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY_ALLOC(scratch, error);
    picture = TROD_NEW(arena, struct draw_picture);
    TROD_TRY_ALLOC(picture, error);
    TROD_TRY(draw_picture_make(map, compare, options, arena, scratch, picture, error));
    const struct draw_svg_options svg = {picture->options.theme, picture->options.embedded};
    TROD_TRY(draw_scene_svg(&picture->scene, &svg, out, error));
done:
    if (picture) draw_scene_release(&picture->scene);
    trod_arena_free(scratch);
    trod_arena_free(arena);
    return status;
}
