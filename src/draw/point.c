/* point: the touchpoints. A disc with the channel's sign stands at the left edge of the column;
 * a thin line leads to the next disc where the next touchpoint simply follows. Touchpoints that
 * may be used at any time stand in a panel of their own, each with all that the map says of it.
 */
#include "draw/picture.h"

#define CARD_WIDTH 232.0
#define CARD_GAP 24.0
#define CARD_INDENT 46.0

static void write_channels(struct draw_writer *writer, const struct trod_touchpoint *point) {
    struct draw_para *para = point->channels.n ? draw_para_begin(writer, true) : NULL;
    if (para) para->gap = 3;
    for (size_t i = 0; i < point->channels.n; i++) {
        if (i > 0) draw_para_add(writer, para, TROD_STR(", "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, point->channels.at[i], DRAW_REGULAR, DRAW_SOFT);
    }
}

static void write_note(struct draw_writer *writer, trod_str text) {
    struct draw_para *para = draw_para_begin(writer, true);
    para->gap = 2;
    draw_para_add(writer, para, text, DRAW_REGULAR, DRAW_SOFT);
}

static void write_only_for(struct draw_picture *picture, const struct trod_touchpoint *point) {
    const struct trod_map *map = picture->map;
    for (size_t i = 0; i < point->only_segments.n; i++)
        write_note(
            &picture->writer,
            trod_arena_format(picture->arena, "only for %.*s",
                              TROD_ARG(map->segments[point->only_segments.at[i]].title)));
    for (size_t i = 0; i < point->only_personas.n; i++)
        write_note(
            &picture->writer,
            trod_arena_format(picture->arena, "only for %.*s",
                              TROD_ARG(map->personas[point->only_personas.at[i]].title)));
}

static void write_head(struct draw_picture *picture, const struct trod_touchpoint *point) {
    struct draw_writer *writer = &picture->writer;
    struct draw_para *title = draw_para_begin(writer, false);
    title->size = 13;
    title->leading = 18;
    if (point->truths.n) title->lead = DRAW_LEAD_STAR;
    draw_para_add(writer, title, point->title.n ? point->title : point->id, DRAW_BOLD,
                  DRAW_INK);
    write_channels(writer, point);
    write_only_for(picture, point);
    if (point->reached_by == point->reached_by) {
        trod_str share = draw_percent(picture->arena, point->reached_by);
        write_note(writer, trod_arena_format(picture->arena, "meant to be reached by %.*s",
                                             TROD_ARG(share)));
    }
    if (point->ends) write_note(writer, TROD_STR("the journey may end here"));
    if (point->not_recorded) write_note(writer, TROD_STR("leaves no trace"));
}

void draw_point_fill(struct draw_picture *picture, size_t column) {
    picture->writer.cell = draw_cell_at(picture, column, DRAW_LANE_TOUCHPOINTS);
    write_head(picture, draw_point_at(picture, column));
}

/* Discs: the first channel in a ring, the others beside it. Gives x after them. */
static double put_discs(struct draw_picture *picture, const struct trod_touchpoint *point,
                        double x, double y, double room, enum draw_paint paint) {
    struct draw_scene *scene = &picture->scene;
    struct draw_ink ring = {.fill = DRAW_PAGE, .stroke = paint, .width = 2};
    if (point->not_recorded) ring.dash = "2 3.3";
    draw_circle(scene, x + DRAW_DISC, y, DRAW_DISC - 1, ring);
    if (point->channels.n == 0) {
        draw_circle(scene, x + DRAW_DISC, y, 4, (struct draw_ink){.fill = paint});
        return x + 2 * DRAW_DISC;
    }
    enum draw_channel first = draw_channel_of(point->channels.at[0]);
    draw_channel_sign(scene, first, x + DRAW_DISC - 11, y - 11, 1.1, DRAW_INK);
    double end = x + 2 * DRAW_DISC;
    enum draw_channel last = first;
    for (size_t i = 1; i < point->channels.n && end + 30 < x + room; i++) {
        enum draw_channel one = draw_channel_of(point->channels.at[i]);
        if (one == last) continue;
        last = one;
        draw_channel_sign(scene, one, end + 7, y - 8, 0.8, DRAW_SOFT);
        end += 23;
    }
    return end;
}

/* Where nothing happens: a dash in place of a disc. */
static void put_nothing(struct draw_picture *picture, const struct draw_column *column) {
    double y = picture->discs_y;
    draw_across(
        &picture->scene, column->x, column->x + 2 * DRAW_DISC, y,
        (struct draw_ink){.stroke = DRAW_SOFT, .width = 1.5, .dash = "2 4", .round = true});
    draw_text(&picture->scene, TROD_STR("nothing happens"), column->x, y + DRAW_DISC + 22,
              column->w, 12, DRAW_REGULAR, DRAW_SOFT, DRAW_LEFT);
}

static void put_lead_line(struct draw_picture *picture, size_t column, double end) {
    const struct draw_flow *flow = &picture->flow;
    if (column + 1 >= flow->n_columns || !flow->columns[column + 1].leads) return;
    const struct trod_touchpoint *point = draw_point_at(picture, column);
    if (point && point->ends) return;
    const struct draw_column *this = &flow->columns[column], *next = &flow->columns[column + 1];
    double from = end + 8, to = next->x - 5 - 6.0 * next->opens, y = picture->discs_y;
    if (this->closes && from < this->x + this->w + 4 + 4.0 * this->closes)
        from = this->x + this->w + 4 + 4.0 * this->closes;
    if (to - from < 8) return;
    draw_across(&picture->scene, from, to, y,
                (struct draw_ink){.stroke = DRAW_EDGE, .width = 1.5, .round = true});
    draw_arrow_head(&picture->scene, to, y, DRAW_HEAD_RIGHT, DRAW_EDGE);
}

void draw_point(struct draw_picture *picture, size_t at) {
    const struct draw_column *column = &picture->flow.columns[at];
    const struct trod_touchpoint *point = draw_point_at(picture, at);
    if (!point) {
        put_nothing(picture, column);
        put_lead_line(picture, at, column->x + 2 * DRAW_DISC);
        return;
    }
    double end = put_discs(picture, point, column->x, picture->discs_y, column->w,
                           draw_stage_paint(column->slot, false));
    put_lead_line(picture, at, end);
    draw_data_disc(picture, at, column->x + DRAW_DISC, picture->discs_y);
    draw_cell_put(&picture->scene, draw_cell_at(picture, at, DRAW_LANE_TOUCHPOINTS), column->x,
                  picture->discs_y + DRAW_DISC + 10, column->w);
}

/* ---- At any time
 * ------------------------------------------------------------------------------- */

/* Everything that the map says of the touchpoint, one lane after the other. */
static struct draw_cell *fill_card(struct draw_picture *picture,
                                   const struct trod_touchpoint *point) {
    struct draw_cell *cell = TROD_NEW(picture->arena, struct draw_cell);
    if (!cell) {
        picture->writer.failed = true;
        return NULL;
    }
    struct draw_writer *writer = &picture->writer;
    writer->cell = cell;
    write_head(picture, point);
    const struct trod_touchpoint_result *result =
        draw_result_of(picture, (uint32_t)(point - picture->map->touchpoints));
    if (result && result->recorded) {
        struct draw_para *para = draw_para_begin(writer, false);
        draw_para_add(writer, para, draw_share_text(picture, &result->share), DRAW_BOLD,
                      DRAW_DATA);
        draw_para_add(writer, para, TROD_STR(" of journeys used it"), DRAW_REGULAR, DRAW_DATA);
    }
    for (int lane = 0; lane < DRAW_N_LANES; lane++) {
        if (lane == DRAW_LANE_EMOTIONS && point->feels.given) {
            struct draw_para *para = draw_para_begin(writer, false);
            char level[32];
            const char *sign = point->feels.level > 0 ? "+" : point->feels.level < 0 ? "−" : "";
            double size = point->feels.level < 0 ? -point->feels.level : point->feels.level;
            draw_para_add(writer, para,
                          trod_arena_format(picture->arena, "Feels %s%s %.*s", sign,
                                            trod_number_write(size, level),
                                            TROD_ARG(point->feels.word)),
                          DRAW_REGULAR, DRAW_INK);
            para->assumed = point->feels.proof.research.n == 0;
            draw_para_proof(writer, para, &point->feels.proof);
        }
        draw_lane_fill(writer, (enum draw_lane)lane, point);
    }
    draw_cell_wrap(writer, cell, CARD_WIDTH - CARD_INDENT);
    return cell;
}

static size_t cards_a_row(const struct draw_picture *picture) {
    double n = (picture->x1 - picture->x0 + CARD_GAP) / (CARD_WIDTH + CARD_GAP);
    return n < 1 ? 1 : (size_t)n;
}

/* Lays the cards out in rows; draws them too if `draw`. Gives the height. */
static double lay_cards(struct draw_picture *picture, bool draw) {
    size_t most = cards_a_row(picture), in_row = 0;
    double y = picture->lane_y[DRAW_LANE_ANY_TIME] + DRAW_LANE_PAD + 12, top = y, row = 0;
    for (size_t i = 0; i < picture->map->n_touchpoints; i++) {
        const struct trod_touchpoint *point = &picture->map->touchpoints[i];
        if (!point->any_time) continue;
        const struct draw_cell *cell = fill_card(picture, point);
        if (!cell) return 0;
        if (in_row == most) {
            y += row + 20;
            row = 0;
            in_row = 0;
        }
        if (cell->height > row) row = cell->height;
        if (row < 2 * DRAW_DISC) row = 2 * DRAW_DISC;
        if (draw) {
            double x = picture->x0 + 4 + (double)in_row * (CARD_WIDTH + CARD_GAP);
            draw_begin_focus(&picture->scene, "point any-time", point->id, point->title,
                             TROD_STR("May be used at any time"));
            put_discs(picture, point, x, y + DRAW_DISC, 2 * DRAW_DISC, DRAW_SOFT);
            draw_cell_put(&picture->scene, cell, x + CARD_INDENT, y + 1,
                          CARD_WIDTH - CARD_INDENT);
            draw_end(&picture->scene);
        }
        in_row++;
    }
    return y + row - top + 24;
}

double draw_any_time_height(struct draw_picture *picture) {
    return lay_cards(picture, false);
}

void draw_any_time(struct draw_picture *picture) {
    if (!picture->on[DRAW_LANE_ANY_TIME]) return;
    double y = picture->lane_y[DRAW_LANE_ANY_TIME], h = picture->lane_h[DRAW_LANE_ANY_TIME];
    draw_begin(
        &picture->scene, "lane any-time-lane", (trod_str){0}, TROD_STR("At any time"),
        TROD_STR("Touchpoints that customers may use whenever and as often as they like"));
    draw_rect(&picture->scene, picture->x0 - 12, y + DRAW_LANE_PAD,
              picture->x1 - picture->x0 + 24, h - 2 * DRAW_LANE_PAD, 10,
              (struct draw_ink){.fill = DRAW_PANEL});
    lay_cards(picture, true);
    draw_end(&picture->scene);
}
