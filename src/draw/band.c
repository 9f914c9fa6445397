/* band: the stages as chevrons, and the blocks that bend the flow as rows of brackets over the
 * columns. Every kind of block has a line of its own: ways of a choice a bracket each with "or"
 * between them, what is optional a dashed edge, a repeat an arc that returns, any order a
 * dotted frame around its touchpoints.
 */
#include "draw/picture.h"

static void fill_label(struct draw_picture *picture, const struct draw_block *block,
                       struct draw_cell *cell);

static void fill_stage(struct draw_picture *picture, size_t at) {
    const struct draw_slot *slot = &picture->flow.slots[at];
    if (slot->stage_id == TROD_NO_ID) return;
    const struct trod_stage *stage = &picture->map->stages[slot->stage_id];
    struct draw_writer *writer = &picture->writer;
    writer->cell = &picture->names[at];
    struct draw_para *name = draw_para_begin(writer, false);
    name->size = 13;
    name->leading = 16;
    name->most = 6;
    draw_para_add(writer, name, stage->title.n ? stage->title : stage->id, DRAW_BOLD,
                  DRAW_WHITE);
    if (stage->takes.given) {
        struct draw_para *takes = draw_para_begin(writer, true);
        takes->gap = 0;
        draw_para_add(writer, takes, stage->takes.text, DRAW_REGULAR, DRAW_WHITE);
    }
    writer->cell = &picture->goals[at];
    for (size_t i = 0; i < stage->goals.n; i++) {
        struct draw_para *goal = draw_para_begin(writer, false);
        draw_para_add(writer, goal, stage->goals.at[i].text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, goal, &stage->goals.at[i].proof);
    }
    for (size_t i = 0; i < stage->needs.n; i++) {
        struct draw_para *need = draw_para_begin(writer, false);
        draw_para_add(writer, need, TROD_STR("Needs "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, need, stage->needs.at[i].text, DRAW_REGULAR, DRAW_INK);
    }
    if (stage->becomes.n) {
        struct draw_para *becomes = draw_para_begin(writer, false);
        draw_para_add(writer, becomes, TROD_STR("Becomes "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, becomes, stage->becomes, DRAW_REGULAR, DRAW_INK);
    }
    if (stage->reached_by == stage->reached_by) {
        struct draw_para *reached = draw_para_begin(writer, false);
        draw_para_add(writer, reached, TROD_STR("Meant to be reached by "), DRAW_REGULAR,
                      DRAW_SOFT);
        draw_para_add(writer, reached, draw_percent(picture->arena, stage->reached_by),
                      DRAW_REGULAR, DRAW_INK);
    }
}

void draw_band_fill(struct draw_picture *picture) {
    for (size_t i = 0; i < picture->flow.n_slots; i++) {
        fill_stage(picture, i);
        draw_data_stage_fill(picture, i);
    }
    for (size_t i = 0; i < picture->flow.n_blocks; i++)
        fill_label(picture, &picture->flow.blocks[i], &picture->labels[i]);
}

/* ---- Labels of blocks
 * ------------------------------------------------------------------------ */

static void add_observed(struct draw_picture *picture, trod_str id) {
    const struct trod_share *share = draw_choice_of(picture, id);
    if (!share) return;
    struct draw_writer *writer = &picture->writer;
    struct draw_para *para = draw_para_begin(writer, true);
    para->gap = 1;
    if (share->of < picture->compare->few) {
        draw_para_add(writer, para, TROD_STR("too few to tell"), DRAW_REGULAR, DRAW_SOFT);
        return;
    }
    draw_para_add(writer, para, draw_percent(picture->arena, share->share), DRAW_BOLD,
                  DRAW_DATA);
    draw_para_add(writer, para, TROD_STR(" walked it"), DRAW_REGULAR, DRAW_DATA);
}

static void label_way(struct draw_picture *picture, const struct draw_block *block) {
    struct draw_writer *writer = &picture->writer;
    const struct trod_way *ways = block->flow->ways;
    struct draw_para *para = draw_para_begin(writer, true);
    if (!ways) {
        draw_para_add(writer, para, TROD_STR("either"), DRAW_REGULAR, DRAW_SOFT);
        return;
    }
    const struct trod_way *way = &ways[block->way];
    if (way->share == way->share) {
        draw_para_add(writer, para, draw_percent(picture->arena, way->share), DRAW_BOLD,
                      DRAW_INK);
        draw_para_add(writer, para, TROD_STR("\xC2\xA0 "), DRAW_REGULAR, DRAW_INK);
    }
    draw_para_add(writer, para, way->title.n ? way->title : way->id, DRAW_REGULAR, DRAW_SOFT);
    add_observed(picture, way->id);
}

static void label_optional(struct draw_picture *picture, const struct draw_block *block) {
    struct draw_writer *writer = &picture->writer;
    struct draw_para *para = draw_para_begin(writer, true);
    draw_para_add(writer, para, TROD_STR("optional"), DRAW_REGULAR, DRAW_SOFT);
    double share = block->flow->share;
    if (share == share) {
        draw_para_add(writer, para, TROD_STR(", "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, draw_percent(picture->arena, share), DRAW_BOLD, DRAW_INK);
    }
    const struct trod_touchpoint *point = draw_point_at(picture, block->first);
    if (point) add_observed(picture, point->id);
}

static void fill_label(struct draw_picture *picture, const struct draw_block *block,
                       struct draw_cell *cell) {
    struct draw_writer *writer = &picture->writer;
    writer->cell = cell;
    switch (block->kind) {
    case DRAW_BLOCK_WAY:
        label_way(picture, block);
        break;
    case DRAW_BLOCK_OPTIONAL:
        label_optional(picture, block);
        break;
    case DRAW_BLOCK_ANY_ORDER:
        draw_para_add(writer, draw_para_begin(writer, true), TROD_STR("in any order"),
                      DRAW_REGULAR, DRAW_SOFT);
        break;
    case DRAW_BLOCK_BETWEEN:
        draw_para_add(writer, draw_para_begin(writer, true), TROD_STR("between two rounds"),
                      DRAW_REGULAR, DRAW_SOFT);
        break;
    case DRAW_BLOCK_REPEAT: {
        trod_str text = TROD_STR("again, as often as needed");
        if (block->flow->most_rounds)
            text =
                trod_arena_format(picture->arena, "up to %u times", block->flow->most_rounds);
        draw_para_add(writer, draw_para_begin(writer, true), text, DRAW_REGULAR, DRAW_SOFT);
        break;
    }
    }
}

/* ---- Drawing
 * ----------------------------------------------------------------------------------- */

static void put_chevron(struct draw_picture *picture, size_t at) {
    struct draw_scene *scene = &picture->scene;
    const struct draw_slot *slot = &picture->flow.slots[at];
    double x = slot->x, y = picture->band_y, w = slot->w, h = picture->band_h;
    bool first = at == 0;
    draw_move_to(scene, x, y);
    draw_line_to(scene, x + w, y);
    draw_line_to(scene, x + w + 9, y + h / 2);
    draw_line_to(scene, x + w, y + h);
    draw_line_to(scene, x, y + h);
    if (!first) draw_line_to(scene, x + 9, y + h / 2);
    draw_close(scene);
    draw_route(scene, (struct draw_ink){.fill = draw_stage_paint(at, true)});
    const struct draw_cell *name = &picture->names[at];
    draw_cell_put(scene, name, x + 17, y + (h - name->height) / 2, w - 28);
}

void draw_stage(struct draw_picture *picture, size_t at) {
    const struct draw_slot *slot = &picture->flow.slots[at];
    if (slot->stage_id == TROD_NO_ID) return;
    put_chevron(picture, at);
    draw_data_stage(picture, at);
    draw_cell_put(&picture->scene, &picture->goals[at], slot->x + 10, picture->goals_y,
                  slot->w - 20 < 420 ? slot->w - 20 : 420);
}

/* Where the rows of a block lie. */
struct place {
    double x0, x1;      /* of the line */
    double label, line; /* top of the label, y of the line */
    double bottom;      /* of a frame */
    enum draw_paint paint;
};

static void put_way(struct draw_scene *scene, const struct place *at, bool second) {
    double y = at->line, x0 = at->x0, x1 = at->x1;
    draw_move_to(scene, x0, y + 6);
    draw_line_to(scene, x0, y);
    draw_line_to(scene, x1, y);
    draw_line_to(scene, x1, y + 6);
    draw_route(scene, (struct draw_ink){.stroke = at->paint, .width = 2, .round = true});
    if (second)
        draw_text(scene, TROD_STR("or"), x0 - DRAW_WAY_GAP / 2 + 3, y + 4, 16, 11, DRAW_BOLD,
                  DRAW_SOFT, DRAW_MIDDLE);
}

static void put_repeat(struct draw_scene *scene, const struct place *at) {
    double y = at->line, x0 = at->x0 + 2, x1 = at->x1 - 2, r = 7;
    draw_move_to(scene, x1, y + 9);
    draw_curve_to(scene, x1, y + 3, x1 - r + 3, y, x1 - r, y);
    draw_line_to(scene, x0 + r, y);
    draw_curve_to(scene, x0 + r - 3, y, x0, y + 3, x0, y + 9);
    draw_route(scene, (struct draw_ink){.stroke = DRAW_SOFT, .width = 1.5, .round = true});
    draw_arrow_head(scene, x0, y + 10, DRAW_HEAD_DOWN, DRAW_SOFT);
}

static void put_block(struct draw_picture *picture, const struct draw_block *block,
                      const struct place *at) {
    struct draw_scene *scene = &picture->scene;
    switch (block->kind) {
    case DRAW_BLOCK_WAY:
        put_way(scene, at, block->way > 0);
        break;
    case DRAW_BLOCK_OPTIONAL:
        draw_across(scene, at->x0, at->x1, at->line,
                    (struct draw_ink){.stroke = DRAW_SOFT, .width = 1.5, .dash = "5 4"});
        break;
    case DRAW_BLOCK_ANY_ORDER:
        draw_rect(scene, at->x0 - 3, at->line, at->x1 - at->x0 + 6, at->bottom - at->line, 8,
                  (struct draw_ink){
                      .stroke = DRAW_SOFT, .width = 1.5, .dash = "0.1 4", .round = true});
        break;
    case DRAW_BLOCK_REPEAT:
        put_repeat(scene, at);
        break;
    case DRAW_BLOCK_BETWEEN:
        draw_across(scene, at->x0, at->x1, at->line,
                    (struct draw_ink){.stroke = DRAW_SOFT, .width = 1});
        break;
    }
}

/* y of the line of a block of that height, from the bottom of its zone. */
static double row_top(const double *rows, double bottom, unsigned height) {
    for (unsigned h = 1; h <= height; h++) bottom -= rows[h];
    return bottom;
}

/* Frames inside frames end a little higher. */
static double frame_bottom(const struct draw_picture *picture, unsigned height) {
    double inset = 2.0 * (picture->flow.most_height - height);
    return picture->lane_y[DRAW_LANE_TOUCHPOINTS] + picture->lane_h[DRAW_LANE_TOUCHPOINTS] - 3 -
           (inset > 6 ? 6 : inset);
}

static void words_of(struct draw_picture *picture, const struct draw_block *block,
                     trod_str *title, trod_str *desc) {
    static const char *const kinds[] = {"One way of a choice", "Optional part", "In any order",
                                        "Repeated part", "Between two rounds"};
    struct trod_buf *words = &picture->scene.route;
    *title = trod_str_of(kinds[block->kind]);
    trod_buf_clear(words);
    draw_cell_words(words, &picture->labels[block - picture->flow.blocks]);
    *desc = trod_arena_copy(picture->arena, trod_buf_str(words));
    trod_buf_clear(words);
}

void draw_blocks(struct draw_picture *picture, size_t first, size_t last, bool over_stages) {
    const struct draw_flow *flow = &picture->flow;
    const double *rows = over_stages ? picture->over_h : picture->row_h;
    double bottom = over_stages ? picture->band_y : picture->blocks_y + picture->blocks_h;
    for (size_t i = 0; i < flow->n_blocks; i++) {
        const struct draw_block *block = &flow->blocks[i];
        if (block->over_stages != over_stages || block->first < first || block->first > last)
            continue;
        double top = row_top(rows, bottom, block->height);
        double pad = 3.0 * (block->height - 1);
        struct place at = {
            .x0 = flow->columns[block->first].x - (pad > 9 ? 9 : pad),
            .x1 = flow->columns[block->last].x + flow->columns[block->last].w +
                  (pad > 9 ? 9 : pad),
            .label = top + rows[block->height] - 19 - picture->labels[i].height,
            .line = top + rows[block->height] - 16,
            .bottom = over_stages ? picture->band_y + picture->band_h + 4
                                  : frame_bottom(picture, block->height),
            .paint = draw_stage_paint(flow->columns[block->first].slot, false),
        };
        trod_str title, desc;
        words_of(picture, block, &title, &desc);
        draw_begin(&picture->scene, "block", (trod_str){0}, title, desc);
        draw_cell_put(&picture->scene, &picture->labels[i], flow->columns[block->first].x,
                      at.label,
                      flow->columns[block->last].x + flow->columns[block->last].w -
                          flow->columns[block->first].x);
        put_block(picture, block, &at);
        draw_end(&picture->scene);
    }
}
