/* timing: under each touchpoint its windows, how soon it comes and how long it takes, as a
 * strip from 0 to "at most" with a tick at "usually". With a comparison the strip grows to what
 * was measured: a black tick at the median, a whisker to the 90 % point, red beyond the limit.
 */
#include "draw/picture.h"

#define STRIP 6.0       /* height of the bar */
#define STRIP_ROOM 18.0 /* with the space around it */
#define BETWEEN 8.0

/* The windows of a column, in order. */
struct windows {
    const struct trod_window *window[2];
    const struct trod_timed *timed[2];
    size_t n;
};

static struct windows windows_of(const struct draw_picture *picture, size_t column) {
    struct windows all = {0};
    const struct trod_touchpoint *point = draw_point_at(picture, column);
    if (!point) return all;
    const struct trod_touchpoint_result *result =
        draw_result_of(picture, picture->flow.columns[column].touchpoint_id);
    if (point->comes.window.given) {
        all.window[all.n] = &point->comes.window;
        all.timed[all.n++] = result ? &result->comes : NULL;
    }
    if (point->takes.given) {
        all.window[all.n] = &point->takes;
        all.timed[all.n++] = result ? &result->takes : NULL;
    }
    return all;
}

static bool measured(const struct trod_timed *timed) {
    return timed && timed->window && timed->ways.median_us.given;
}

/* Red is for what a finding speaks of, or what a fifth or more of the people meet. */
static bool matters(const struct draw_picture *picture, uint32_t touchpoint_id,
                    const struct trod_four_ways *ways) {
    const struct trod_compare *compare = picture->compare;
    if (ways->share_late.of < compare->few) return false;
    if (ways->share_late.share >= DRAW_LATE_MATTERS) return true;
    for (size_t i = 0; i < compare->n_findings; i++) {
        const struct trod_finding *finding = &compare->findings[i];
        if (finding->touchpoint_id == touchpoint_id &&
            (finding->kind == TROD_FINDING_LATE || finding->deviation == TROD_LATE))
            return true;
    }
    return false;
}

static void write_measured(struct draw_picture *picture, uint32_t touchpoint_id,
                           const struct trod_timed *timed) {
    struct draw_writer *writer = &picture->writer;
    char median[40];
    struct draw_para *para = draw_para_begin(writer, true);
    draw_para_add(writer, para,
                  trod_arena_format(picture->arena, "median %s",
                                    trod_duration_write(timed->ways.median_us.value, median)),
                  DRAW_BOLD, DRAW_DATA);
    if (timed->ways.late == 0) return;
    trod_str share = draw_share_text(picture, &timed->ways.share_late);
    bool few = timed->ways.share_late.of < picture->compare->few;
    bool red = matters(picture, touchpoint_id, &timed->ways);
    draw_para_add(writer, para,
                  few ? trod_arena_format(picture->arena, " · late: %.*s", TROD_ARG(share))
                      : trod_arena_format(picture->arena, " · %.*s late", TROD_ARG(share)),
                  red ? DRAW_BOLD : DRAW_REGULAR, red ? DRAW_PAIN : DRAW_SOFT);
}

void draw_timing_fill(struct draw_picture *picture, size_t column) {
    struct draw_writer *writer = &picture->writer;
    const struct trod_touchpoint *point = draw_point_at(picture, column);
    struct windows all = windows_of(picture, column);
    writer->cell = draw_cell_at(picture, column, DRAW_LANE_TIMING);
    for (size_t i = 0; i < all.n; i++) {
        bool comes = all.window[i] == &point->comes.window;
        struct draw_para *para = draw_para_begin(writer, true);
        draw_para_add(writer, para, comes ? TROD_STR("Comes ") : TROD_STR("Takes "), DRAW_BOLD,
                      DRAW_INK);
        draw_para_add(writer, para, draw_keep_together(writer, all.window[i]->text),
                      DRAW_REGULAR, DRAW_INK);
        if (comes && point->comes.after.n)
            draw_para_add(writer, para,
                          trod_arena_format(picture->arena, " %s %.*s",
                                            point->comes.before ? "before" : "after",
                                            TROD_ARG(point->comes.after.text)),
                          DRAW_REGULAR, DRAW_SOFT);
        if (measured(all.timed[i]))
            write_measured(picture, picture->flow.columns[column].touchpoint_id, all.timed[i]);
    }
}

double draw_timing_height(struct draw_picture *picture, size_t column) {
    const struct draw_cell *cell = draw_cell_at(picture, column, DRAW_LANE_TIMING);
    struct windows all = windows_of(picture, column);
    double height = 0;
    for (size_t i = 0; i < cell->n; i++)
        height += cell->at[i].leading * (double)cell->at[i].lines.n;
    return height + (double)all.n * STRIP_ROOM + (all.n > 1 ? BETWEEN : 0);
}

static double greatest(const struct trod_window *window, const struct trod_timed *timed) {
    double most = 0;
    if (window->most_us != TROD_NO_TIME) most = (double)window->most_us;
    if (window->usual_us != TROD_NO_TIME && (double)window->usual_us > most)
        most = (double)window->usual_us * (window->most_us == TROD_NO_TIME ? 2 : 1);
    if (window->least_us != TROD_NO_TIME && (double)window->least_us > most)
        most = 2 * (double)window->least_us;
    if (!measured(timed)) return most;
    double seen =
        timed->ways.p90_us.given ? timed->ways.p90_us.value : timed->ways.median_us.value;
    return seen > most ? seen * 1.04 : most;
}

static void put_tick(struct draw_scene *scene, double x, double y, enum draw_paint paint) {
    draw_down(scene, x, y - 3, y + STRIP + 3, (struct draw_ink){.stroke = paint, .width = 2});
}

static void put_strip(struct draw_picture *picture, const struct trod_window *window,
                      const struct trod_timed *timed, double x, double y, double width) {
    struct draw_scene *scene = &picture->scene;
    double whole = greatest(window, timed);
    if (whole <= 0) return;
    double scale = width / whole;
    bool limited = window->most_us != TROD_NO_TIME;
    double limit = limited ? (double)window->most_us * scale : width;
    draw_rect(scene, x, y, limit, STRIP, 3, (struct draw_ink){.fill = DRAW_HAIR});
    if (window->usual_us != TROD_NO_TIME)
        put_tick(scene, x + (double)window->usual_us * scale, y, DRAW_SOFT);
    if (!measured(timed)) return;
    double median = timed->ways.median_us.value * scale;
    if (median > width) median = width;
    double end = timed->ways.p90_us.given ? timed->ways.p90_us.value * scale : median;
    if (end > width) end = width;
    double middle = y + STRIP / 2, inside = end < limit ? end : limit;
    if (median < inside)
        draw_across(scene, x + median, x + inside, middle,
                    (struct draw_ink){.stroke = DRAW_INK, .width = 1.5});
    if (end > limit) {
        double from = median > limit ? median : limit;
        draw_rect(scene, x + limit, y, end - limit, STRIP, 0,
                  (struct draw_ink){.fill = DRAW_PAIN, .opacity = 0.25});
        draw_across(scene, x + from, x + end, middle,
                    (struct draw_ink){.stroke = DRAW_PAIN, .width = 1.5});
    }
    draw_down(scene, x + end, middle - 3, middle + 3,
              (struct draw_ink){.stroke = end > limit ? DRAW_PAIN : DRAW_INK, .width = 1.5});
    draw_circle(scene, x + median, middle, 3.5,
                (struct draw_ink){.fill = median > limit ? DRAW_PAIN : DRAW_INK});
}

void draw_timing(struct draw_picture *picture, size_t column) {
    const struct draw_cell *cell = draw_cell_at(picture, column, DRAW_LANE_TIMING);
    const struct draw_column *place = &picture->flow.columns[column];
    struct windows all = windows_of(picture, column);
    double y = picture->lane_y[DRAW_LANE_TIMING] + DRAW_LANE_PAD;
    size_t para = 0;
    for (size_t i = 0; i < all.n && para < cell->n; i++) {
        if (i > 0) y += BETWEEN;
        y = draw_para_put(&picture->scene, &cell->at[para++], place->x, y, place->w);
        put_strip(picture, all.window[i], all.timed[i], place->x, y + 6, place->w);
        y += STRIP_ROOM;
        if (measured(all.timed[i]) && para < cell->n)
            y = draw_para_put(&picture->scene, &cell->at[para++], place->x, y, place->w);
    }
}
