/* layout: widths first, then heights, then places. Cells are filled from the map; each column
 * takes the narrowest of three widths at which no text of it needs a fourth line; lanes are as
 * high as their fullest cell, and a lane that is empty in the whole map is left out. Nothing
 * here asks the machine for fonts, so a file has one layout.
 */
#include "draw/picture.h"

#define LINES_BEFORE_GROWTH 3
#define MOST_TOUCHPOINTS 5000
#define ROOM_LEAST 880.0 /* between the page's margins, for the header */

static bool fits(struct draw_picture *picture, size_t column, double width) {
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        const struct draw_cell *cell = draw_cell_at(picture, column, (enum draw_lane)lane);
        for (size_t i = 0; i < cell->n; i++) {
            if (draw_para_count(&picture->writer, &cell->at[i], width) > LINES_BEFORE_GROWTH)
                return false;
        }
    }
    return true;
}

static void choose_width(struct draw_picture *picture, size_t column) {
    double width = DRAW_COLUMN;
    while (width < DRAW_COLUMN_MOST && !fits(picture, column, width)) width += DRAW_COLUMN_STEP;
    picture->flow.columns[column].w = width;
}

/* The gap before a column. */
static double gap_before(const struct draw_flow *flow, size_t column) {
    const struct draw_column *one = &flow->columns[column],
                             *before = &flow->columns[column - 1];
    double frames = 8.0 * (one->opens + before->closes);
    double gap = DRAW_GAP + frames;
    if (one->way_begins && gap < DRAW_WAY_GAP) gap = DRAW_WAY_GAP;
    if (one->slot != before->slot && gap < DRAW_STAGE_GAP) gap = DRAW_STAGE_GAP;
    return gap;
}

/* A stage's name is never squeezed into less than it needs for its longest word and three
 * lines. */
static void widen_slot(struct draw_picture *picture, struct draw_slot *slot, double least) {
    struct draw_flow *flow = &picture->flow;
    double width = flow->columns[slot->first + slot->n - 1].x +
                   flow->columns[slot->first + slot->n - 1].w - flow->columns[slot->first].x;
    if (width < least) flow->columns[slot->first].w += least - width;
}

static void place_columns(struct draw_picture *picture) {
    struct draw_flow *flow = &picture->flow;
    double x = picture->x0;
    for (size_t i = 0; i < flow->n_columns; i++) {
        if (i > 0) x += gap_before(flow, i);
        flow->columns[i].x = x;
        x += flow->columns[i].w;
    }
    picture->x1 = x;
}

/* Gives a narrow map the room that its header needs. */
static void stretch(struct draw_picture *picture) {
    struct draw_flow *flow = &picture->flow;
    double missing = ROOM_LEAST - (picture->x1 - DRAW_MARGIN);
    if (missing <= 0) return;
    for (size_t i = 0; i < flow->n_columns; i++)
        flow->columns[i].w += missing / (double)flow->n_columns;
    place_columns(picture);
}

static void place_slots(struct draw_picture *picture) {
    struct draw_flow *flow = &picture->flow;
    for (size_t i = 0; i < flow->n_slots; i++) {
        struct draw_slot *slot = &flow->slots[i];
        const struct draw_column *last = &flow->columns[slot->first + slot->n - 1];
        slot->x = flow->columns[slot->first].x - 10;
        slot->w = last->x + last->w + 10 - slot->x;
    }
}

static void fill(struct draw_picture *picture) {
    struct draw_writer *writer = &picture->writer;
    for (size_t i = 0; i < picture->flow.n_columns; i++) {
        const struct trod_touchpoint *point = draw_point_at(picture, i);
        if (!point) continue;
        picture->column_of[picture->flow.columns[i].touchpoint_id] = i;
        draw_point_fill(picture, i);
        for (int lane = 0; lane < DRAW_N_LANES; lane++) {
            writer->cell = draw_cell_at(picture, i, (enum draw_lane)lane);
            draw_lane_fill(writer, (enum draw_lane)lane, point);
            if (writer->cell->n) picture->on[lane] = true;
        }
        if (point->feels.given || point->n_for_personas) picture->on[DRAW_LANE_EMOTIONS] = true;
        if (point->comes.window.given || point->takes.given)
            picture->on[DRAW_LANE_TIMING] = true;
        draw_feeling_fill(picture, i);
        draw_timing_fill(picture, i);
        draw_data_fill(picture, i);
    }
    for (size_t i = 0; i < picture->map->n_touchpoints; i++) {
        if (picture->map->touchpoints[i].any_time) picture->on[DRAW_LANE_ANY_TIME] = true;
    }
    picture->on[DRAW_LANE_TOUCHPOINTS] = true;
    picture->on[DRAW_LANE_DATA] = picture->compare != NULL;
    draw_bars_fill(picture);
    picture->on[DRAW_LANE_SPANS] = picture->spans.n > 0;
    picture->on[DRAW_LANE_KPIS] = picture->kpis.n > 0;
    draw_band_fill(picture);
}

static void wrap(struct draw_picture *picture) {
    struct draw_flow *flow = &picture->flow;
    for (size_t i = 0; i < flow->n_columns; i++) {
        for (int lane = 0; lane < DRAW_N_LANES; lane++)
            draw_cell_wrap(&picture->writer, draw_cell_at(picture, i, (enum draw_lane)lane),
                           flow->columns[i].w);
    }
    for (size_t i = 0; i < flow->n_slots; i++) {
        double inner = flow->slots[i].w - 28;
        draw_cell_wrap(&picture->writer, &picture->names[i], inner);
        draw_cell_wrap(&picture->writer, &picture->stage_data[i], flow->slots[i].w - 20);
        draw_cell_wrap(&picture->writer, &picture->goals[i], inner < 420 ? inner : 420);
    }
    for (size_t i = 0; i < flow->n_blocks; i++) {
        const struct draw_block *block = &flow->blocks[i];
        const struct draw_column *first = &flow->columns[block->first],
                                 *last = &flow->columns[block->last];
        draw_cell_wrap(&picture->writer, &picture->labels[i], last->x + last->w - first->x);
    }
}

static double cell_lane_height(const struct draw_picture *picture, enum draw_lane lane) {
    double height = 0;
    for (size_t i = 0; i < picture->flow.n_columns; i++) {
        double one = draw_cell_at(picture, i, lane)->height;
        if (one > height) height = one;
    }
    return height;
}

/* Rows of blocks: the line of a block and, above it, its label. */
static double block_rows(struct draw_picture *picture, double *rows, unsigned most, bool over) {
    double height = 0;
    for (size_t i = 0; i < picture->flow.n_blocks; i++) {
        const struct draw_block *block = &picture->flow.blocks[i];
        if (block->over_stages != over) continue;
        double one = picture->labels[i].height + 19;
        if (one > rows[block->height]) rows[block->height] = one;
    }
    for (unsigned h = 1; h <= most; h++) height += rows[h];
    return height;
}

static double lane_height(struct draw_picture *picture, enum draw_lane lane) {
    double height = 0;
    switch (lane) {
    case DRAW_LANE_TOUCHPOINTS:
        return picture->blocks_h + 2 * DRAW_DISC + 10 + cell_lane_height(picture, lane);
    case DRAW_LANE_EMOTIONS:
        return picture->curve_above + DRAW_CURVE_HEIGHT + picture->curve_below;
    case DRAW_LANE_ANY_TIME:
        return draw_any_time_height(picture);
    case DRAW_LANE_TIMING:
        for (size_t i = 0; i < picture->flow.n_columns; i++) {
            double one = draw_timing_height(picture, i);
            if (one > height) height = one;
        }
        return height;
    case DRAW_LANE_SPANS:
        return picture->spans.height;
    case DRAW_LANE_KPIS:
        return picture->kpis.height;
    case DRAW_LANE_DATA:
        return 24 + cell_lane_height(picture, lane);
    default:
        return cell_lane_height(picture, lane);
    }
}

/* The blueprint's lines stand where the side changes, if there is anything beyond them. */
static void place_borders(struct draw_picture *picture) {
    unsigned side = 0;
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        unsigned next = draw_lane_kinds[lane].side;
        picture->border[lane] = DRAW_NO_BORDER;
        if (!picture->on[lane] || next == side || next == 4) continue;
        picture->border[lane] = (enum draw_border)next;
        side = next;
    }
}

static void place_lanes(struct draw_picture *picture, double y) {
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        if (!picture->on[lane]) continue;
        if (picture->border[lane] != DRAW_NO_BORDER) y += 10;
        picture->lane_y[lane] = y;
        picture->lane_h[lane] = lane_height(picture, (enum draw_lane)lane) + 2 * DRAW_LANE_PAD;
        y += picture->lane_h[lane];
    }
    picture->lanes_end = y;
    picture->blocks_y = picture->lane_y[DRAW_LANE_TOUCHPOINTS] + DRAW_LANE_PAD;
    picture->discs_y = picture->blocks_y + picture->blocks_h + DRAW_DISC;
}

static void place_rows(struct draw_picture *picture) {
    const struct draw_flow *flow = &picture->flow;
    double y = DRAW_MARGIN + picture->header_h + 20;
    picture->over_y = y;
    y += block_rows(picture, picture->over_h, flow->most_over, true);
    picture->blocks_h = block_rows(picture, picture->row_h, flow->most_height, false);
    picture->band_y = y;
    picture->band_h = 36;
    for (size_t i = 0; i < flow->n_slots; i++) {
        double one = picture->names[i].height + 6, goal = picture->goals[i].height;
        if (one > picture->band_h) picture->band_h = one;
        if (goal > picture->goals_h) picture->goals_h = goal;
        double data = picture->stage_data[i].height + 9;
        if (picture->compare && data > picture->stage_data_h) picture->stage_data_h = data;
    }
    y += picture->band_h;
    picture->stage_data_y = y + 8;
    if (picture->compare) y += picture->stage_data_h + 12;
    picture->goals_y = y + DRAW_LANE_PAD;
    if (picture->goals_h > 0) y += picture->goals_h + 2 * DRAW_LANE_PAD;
    place_borders(picture);
    place_lanes(picture, y);
}

static trod_status make_room(struct draw_picture *picture, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct draw_flow *flow = &picture->flow;
    struct trod_arena *arena = picture->arena;
    size_t n_points = picture->map->n_touchpoints;
    picture->cells = TROD_NEW_ARRAY(arena, flow->n_columns * DRAW_N_LANES, struct draw_cell);
    TROD_TRY_ALLOC(picture->cells, error);
    picture->goals = TROD_NEW_ARRAY(arena, flow->n_slots, struct draw_cell);
    TROD_TRY_ALLOC(picture->goals, error);
    picture->stage_data = TROD_NEW_ARRAY(arena, flow->n_slots, struct draw_cell);
    TROD_TRY_ALLOC(picture->stage_data, error);
    picture->names = TROD_NEW_ARRAY(arena, flow->n_slots, struct draw_cell);
    TROD_TRY_ALLOC(picture->names, error);
    picture->labels = TROD_NEW_ARRAY(arena, flow->n_blocks, struct draw_cell);
    TROD_TRY_ALLOC(picture->labels, error);
    picture->row_h = TROD_NEW_ARRAY(arena, flow->most_height + 1, double);
    TROD_TRY_ALLOC(picture->row_h, error);
    picture->over_h = TROD_NEW_ARRAY(arena, flow->most_over + 1, double);
    TROD_TRY_ALLOC(picture->over_h, error);
    picture->column_of = TROD_NEW_ARRAY(arena, n_points, size_t);
    TROD_TRY_ALLOC(picture->column_of, error);
    for (size_t i = 0; i < n_points; i++) picture->column_of[i] = SIZE_MAX;
    picture->writer.cited = TROD_NEW_ARRAY(arena, picture->map->n_researches, uint32_t);
    TROD_TRY_ALLOC(picture->writer.cited, error);
done:
    return status;
}

trod_status draw_layout(struct draw_picture *picture, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct draw_flow *flow = &picture->flow;
    if (picture->map->n_touchpoints > MOST_TOUCHPOINTS) {
        status = trod_fail(error, TROD_TOO_MUCH,
                           "the map has %zu touchpoints, and a picture holds %d",
                           picture->map->n_touchpoints, MOST_TOUCHPOINTS);
        trod_error_hint(error, "split the journey into several maps");
        return status;
    }
    TROD_TRY(draw_flow_make(picture->map, picture->arena, flow, error));
    TROD_TRY(make_room(picture, error));
    draw_header_fill(picture); /* first: it cites the first source */
    fill(picture);
    picture->x0 = DRAW_MARGIN + DRAW_RAIL + DRAW_RAIL_GAP;
    for (size_t i = 0; i < flow->n_columns; i++) choose_width(picture, i);
    place_columns(picture);
    for (size_t i = 0; i < flow->n_slots; i++) widen_slot(picture, &flow->slots[i], 152);
    place_columns(picture);
    stretch(picture);
    place_slots(picture);
    wrap(picture);
    draw_bars_place(picture);
    draw_curve_measure(picture);
    draw_header_measure(picture);
    place_rows(picture);
    if (picture->writer.failed)
        TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
done:
    return status;
}
