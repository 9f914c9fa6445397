/* data: what happened, laid on the map and kept quiet. Under each touchpoint a bar of 4 px and
 * a number; below it at most three deviations, most people first, in red only what a finding of
 * the comparison speaks of. A figure that rests on too few is hollow and says so.
 */
#include "draw/picture.h"

#include <stdio.h>

#define MOST_DEVIATIONS 3
#define SHARE_SHOWN 0.05
#define BAR 4.0

trod_str draw_percent(struct trod_arena *arena, double share) {
    if (share != share) return TROD_STR("?");
    double percent = share * 100;
    if (percent > 0 && percent < 1) return TROD_STR("under 1\xC2\xA0%");
    if (percent < 100 && percent > 99) return TROD_STR("over 99\xC2\xA0%");
    return trod_arena_format(arena, "%d\xC2\xA0%%", (int)(percent + 0.5));
}

trod_str draw_count(struct trod_arena *arena, uint64_t n) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *text = TROD_NEW_ARRAY(arena, 32, char);
    if (!text) return (trod_str){0};
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) text[at++] = ',';
        text[at++] = digits[i];
    }
    return (trod_str){text, at};
}

trod_str draw_share_text(struct draw_picture *picture, const struct trod_share *share) {
    if (share->of < picture->compare->few) return TROD_STR("too few to tell");
    return draw_percent(picture->arena, share->share);
}

const struct trod_touchpoint_result *draw_result_of(const struct draw_picture *picture,
                                                    uint32_t touchpoint_id) {
    const struct trod_compare *compare = picture->compare;
    if (!compare) return NULL;
    if (touchpoint_id < compare->n_touchpoints &&
        compare->touchpoints[touchpoint_id].touchpoint_id == touchpoint_id)
        return &compare->touchpoints[touchpoint_id];
    for (size_t i = 0; i < compare->n_touchpoints; i++) {
        if (compare->touchpoints[i].touchpoint_id == touchpoint_id)
            return &compare->touchpoints[i];
    }
    return NULL;
}

const struct trod_share *draw_choice_of(const struct draw_picture *picture, trod_str id) {
    const struct trod_compare *compare = picture->compare;
    for (size_t i = 0; compare && id.n && i < compare->n_choices; i++) {
        const struct trod_choice_result *choice = &compare->choices[i];
        if (trod_str_equal(choice->id, id) && !trod_str_is(choice->way, "reached"))
            return choice->share.of ? &choice->share : NULL;
    }
    return NULL;
}

/* ---- Touchpoints
 * ------------------------------------------------------------------------------- */

static bool found(const struct trod_compare *compare, const struct trod_deviation *deviation) {
    for (size_t i = 0; i < compare->n_findings; i++) {
        const struct trod_finding *finding = &compare->findings[i];
        if (finding->touchpoint_id == deviation->touchpoint_id &&
            finding->deviation == deviation->kind && finding->kind != TROD_FINDING_LOSS &&
            finding->kind != TROD_FINDING_CHOICE)
            return true;
    }
    return false;
}

static enum draw_mark mark_of(enum trod_deviation_kind kind) {
    switch (kind) {
    case TROD_SKIPPED:
        return DRAW_MARK_SKIPPED;
    case TROD_OUT_OF_ORDER:
        return DRAW_MARK_ORDER;
    case TROD_FAILED:
        return DRAW_MARK_FAILED;
    case TROD_TOO_OFTEN:
        return DRAW_MARK_REPEAT;
    case TROD_LATE:
    case TROD_EARLY:
        return DRAW_MARK_CLOCK;
    case TROD_STOPPED_HERE:
        return DRAW_MARK_STOP;
    case TROD_EXTRA:
    case TROD_UNMAPPED:
    case TROD_NOT_FOR:
        break;
    }
    return DRAW_MARK_EXTRA;
}

static void write_deviation(struct draw_picture *picture,
                            const struct trod_deviation *deviation) {
    struct draw_writer *writer = &picture->writer;
    bool few = deviation->share.of < picture->compare->few;
    bool strong = !few && !deviation->accepted && found(picture->compare, deviation);
    struct draw_para *para = draw_para_begin(writer, true);
    para->lead = DRAW_LEAD_MARK;
    para->level = (int)mark_of(deviation->kind);
    para->lead_paint = strong ? DRAW_PAIN : DRAW_SOFT;
    enum draw_paint paint = strong ? DRAW_PAIN : DRAW_SOFT;
    draw_para_add(writer, para, draw_share_text(picture, &deviation->share),
                  few ? DRAW_REGULAR : DRAW_BOLD, paint);
    draw_para_add(writer, para,
                  trod_arena_format(picture->arena, few ? ": %s%s" : " %s%s",
                                    trod_deviation_word(deviation->kind),
                                    deviation->accepted ? ", as allowed" : ""),
                  DRAW_REGULAR, paint);
}

void draw_data_fill(struct draw_picture *picture, size_t column) {
    const struct trod_compare *compare = picture->compare;
    if (!compare) return;
    uint32_t id = picture->flow.columns[column].touchpoint_id;
    picture->writer.cell = draw_cell_at(picture, column, DRAW_LANE_DATA);
    size_t n = 0;
    for (size_t i = 0; i < compare->n_deviations && n < MOST_DEVIATIONS; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->touchpoint_id != id || deviation->kind == TROD_UNMAPPED) continue;
        if (deviation->share.share < SHARE_SHOWN && !found(compare, deviation)) continue;
        write_deviation(picture, deviation);
        n++;
    }
}

/* The bar of a share: hollow where too few to tell. */
static void put_share(struct draw_picture *picture, const struct trod_share *share, double x,
                      double y, double width) {
    struct draw_scene *scene = &picture->scene;
    draw_rect(scene, x, y, width, BAR, 2, (struct draw_ink){.fill = DRAW_HAIR});
    double part = share->of ? share->share * width : 0;
    if (share->of < picture->compare->few) {
        draw_rect(scene, x + 0.5, y + 0.5, width - 1, BAR - 1, 1.5,
                  (struct draw_ink){.stroke = DRAW_SOFT, .width = 1, .dash = "2 2"});
    } else if (part > 0) {
        draw_rect(scene, x, y, part < 2 ? 2 : part, BAR, part < 4 ? 0 : 2,
                  (struct draw_ink){.fill = DRAW_DATA});
    }
}

void draw_data_column(struct draw_picture *picture, size_t at) {
    if (!picture->compare) return;
    const struct draw_column *column = &picture->flow.columns[at];
    const struct trod_touchpoint_result *result =
        draw_result_of(picture, column->touchpoint_id);
    double y = picture->lane_y[DRAW_LANE_DATA] + DRAW_LANE_PAD;
    if (!result) return;
    if (!result->recorded) {
        draw_text(&picture->scene, TROD_STR("not recorded"), column->x, y + 14, column->w, 11,
                  DRAW_REGULAR, DRAW_SOFT, DRAW_LEFT);
        return;
    }
    put_share(picture, &result->share, column->x, y, column->w);
    double width = draw_text(&picture->scene, draw_share_text(picture, &result->share),
                             column->x, y + 18, column->w, 12, DRAW_BOLD, DRAW_DATA, DRAW_LEFT);
    if (result->share.of >= picture->compare->few) {
        trod_str count = draw_count(picture->arena, result->journeys);
        trod_str text = trod_arena_format(picture->arena, "%.*s journeys", TROD_ARG(count));
        draw_text(&picture->scene, text, column->x + width + 6, y + 18, column->w - width - 6,
                  11, DRAW_REGULAR, DRAW_SOFT, DRAW_LEFT);
    }
    draw_cell_put(&picture->scene, draw_cell_at(picture, at, DRAW_LANE_DATA), column->x, y + 26,
                  column->w);
}

/* On the disc itself only what a finding speaks of: a red ring for failures, a slash for skips.
 */
void draw_data_disc(struct draw_picture *picture, size_t at, double x, double y) {
    const struct trod_compare *compare = picture->compare;
    uint32_t id = picture->flow.columns[at].touchpoint_id;
    for (size_t i = 0; compare && i < compare->n_deviations; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->touchpoint_id != id || deviation->accepted || !found(compare, deviation))
            continue;
        if (deviation->kind == TROD_FAILED)
            draw_circle(&picture->scene, x, y, DRAW_DISC + 2.5,
                        (struct draw_ink){.stroke = DRAW_PAIN, .width = 2});
        if (deviation->kind == TROD_SKIPPED) {
            draw_circle(&picture->scene, x, y, DRAW_DISC + 2.5,
                        (struct draw_ink){.stroke = DRAW_PAIN, .width = 1.5, .dash = "3 4"});
            draw_path(&picture->scene, "M-16 16L16-16", x, y, 0,
                      (struct draw_ink){.stroke = DRAW_PAIN, .width = 2, .round = true});
        }
    }
}

/* ---- Stages
 * ------------------------------------------------------------------------------------ */

static const struct trod_stage_result *stage_result(const struct draw_picture *picture,
                                                    uint32_t stage_id) {
    for (size_t i = 0; i < picture->compare->n_stages; i++) {
        if (picture->compare->stages[i].stage_id == stage_id)
            return &picture->compare->stages[i];
    }
    return NULL;
}

static bool loss_found(const struct trod_compare *compare, uint32_t stage_id) {
    for (size_t i = 0; i < compare->n_findings; i++) {
        if (compare->findings[i].kind == TROD_FINDING_LOSS &&
            compare->findings[i].stage_id == stage_id)
            return true;
    }
    return false;
}

static bool late_found(const struct trod_compare *compare, const struct trod_timed *timed,
                       uint32_t stage_id) {
    const struct trod_share *late = &timed->ways.share_late;
    if (!timed->window || late->of < compare->few) return false;
    if (late->share >= DRAW_LATE_MATTERS) return true;
    for (size_t i = 0; i < compare->n_findings; i++) {
        if (compare->findings[i].kind == TROD_FINDING_LATE &&
            compare->findings[i].stage_id == stage_id)
            return true;
    }
    return false;
}

/* How far they came, how many stopped here, and whether it takes too long. */
void draw_data_stage_fill(struct draw_picture *picture, size_t at) {
    const struct trod_compare *compare = picture->compare;
    uint32_t stage_id = picture->flow.slots[at].stage_id;
    const struct trod_stage_result *result = compare ? stage_result(picture, stage_id) : NULL;
    if (!result) return;
    struct draw_writer *writer = &picture->writer;
    writer->cell = &picture->stage_data[at];
    struct draw_para *para = draw_para_begin(writer, true);
    bool few = result->share_reached.of < compare->few;
    draw_para_add(writer, para, draw_share_text(picture, &result->share_reached),
                  few ? DRAW_REGULAR : DRAW_BOLD, few ? DRAW_SOFT : DRAW_DATA);
    if (!few) draw_para_add(writer, para, TROD_STR(" came this far"), DRAW_REGULAR, DRAW_SOFT);
    if (result->stopped && result->share_stopped.of >= compare->few) {
        bool strong = loss_found(compare, stage_id);
        enum draw_paint paint = strong ? DRAW_PAIN : DRAW_SOFT;
        draw_para_add(writer, para, TROD_STR(" · "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, draw_share_text(picture, &result->share_stopped), DRAW_BOLD,
                      paint);
        draw_para_add(writer, para,
                      compare->left_known ? TROD_STR(" of them left here")
                                          : TROD_STR(" of them last seen here"),
                      DRAW_REGULAR, paint);
    }
    if (!late_found(compare, &result->time, stage_id)) return;
    struct draw_para *late = draw_para_begin(writer, true);
    late->gap = 1;
    draw_para_add(writer, late, draw_share_text(picture, &result->time.ways.share_late),
                  DRAW_BOLD, DRAW_PAIN);
    draw_para_add(writer, late, TROD_STR(" took longer than planned"), DRAW_REGULAR, DRAW_PAIN);
}

void draw_data_stage(struct draw_picture *picture, size_t at) {
    const struct draw_slot *slot = &picture->flow.slots[at];
    const struct trod_stage_result *result =
        picture->compare ? stage_result(picture, slot->stage_id) : NULL;
    if (!result) return;
    double x = slot->x + 10, y = picture->stage_data_y, width = slot->w - 20;
    put_share(picture, &result->share_reached, x, y, width);
    draw_cell_put(&picture->scene, &picture->stage_data[at], x, y + BAR + 5, width);
}
