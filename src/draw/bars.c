/* bars: what spans columns. A promised span and a key figure each lie over the touchpoints from
 * which and to which they are measured. Bars that would touch take different rows, each the
 * first row in which it has room.
 */
#include <math.h>

#include "draw/picture.h"

#define BAR_LEAST 260.0
#define BAR_GAP 20.0
#define LINE_ROOM 16.0 /* above the words: the line with its ends */
#define ROW_GAP 14.0
#define MOST_TEXT 460.0
#define MOST_BARS 300 /* of each kind */

/* First and last column among the points; false if none has one. */
static bool extent(const struct draw_picture *picture, const struct trod_points *points,
                   size_t *first, size_t *last) {
    bool any = false;
    for (size_t i = 0; i < points->n; i++) {
        uint32_t id = points->touchpoints[i];
        size_t column = id < picture->map->n_touchpoints ? picture->column_of[id] : SIZE_MAX;
        if (column == SIZE_MAX) continue;
        if (!any || column < *first) *first = column;
        if (!any || column > *last) *last = column;
        any = true;
    }
    return any;
}

static struct draw_bar *add_bar(struct draw_picture *picture, struct draw_bars *bars,
                                struct draw_bar bar) {
    if (bars->n == MOST_BARS) {
        picture->n_left_out++;
        return NULL;
    }
    if (!TROD_PUSH(picture->arena, bars->at, bars->n, bars->room, bar)) {
        picture->writer.failed = true;
        return NULL;
    }
    struct draw_bar *made = &bars->at[bars->n - 1];
    picture->writer.cell = &made->cell;
    return made;
}

/* An id as words. */
static trod_str words_of(struct draw_picture *picture, trod_str id) {
    char *copy = TROD_NEW_ARRAY(picture->arena, id.n + 1, char);
    if (!copy) {
        picture->writer.failed = true;
        return id;
    }
    for (size_t i = 0; i < id.n; i++) copy[i] = id.at[i] == '-' ? ' ' : id.at[i];
    return (trod_str){copy, id.n};
}

static void write_part(struct draw_picture *picture, struct draw_para *para, const char *before,
                       const struct trod_share *share, const char *word,
                       enum draw_paint paint) {
    struct draw_writer *writer = &picture->writer;
    draw_para_add(writer, para, trod_str_of(before), DRAW_REGULAR, DRAW_SOFT);
    draw_para_add(writer, para, draw_share_text(picture, share), DRAW_BOLD, paint);
    draw_para_add(writer, para, trod_str_of(word), DRAW_REGULAR, paint);
}

static void write_four_ways(struct draw_picture *picture, const struct trod_four_ways *ways) {
    struct draw_writer *writer = &picture->writer;
    struct draw_para *para = draw_para_begin(writer, true);
    if (ways->share_in_time.of < picture->compare->few) {
        draw_para_add(writer, para, TROD_STR("too few to tell"), DRAW_REGULAR, DRAW_SOFT);
        return;
    }
    write_part(picture, para, "", &ways->share_in_time, " in time", DRAW_INK);
    write_part(picture, para, " · ", &ways->share_late, " late",
               ways->late ? DRAW_PAIN : DRAW_INK);
    write_part(picture, para, " · ", &ways->share_open, " still open", DRAW_INK);
    write_part(picture, para, " · ", &ways->share_gone, " gone", DRAW_INK);
    if (!ways->median_us.given) return;
    char median[40];
    draw_para_add(writer, para,
                  trod_arena_format(picture->arena, " · median %s",
                                    trod_duration_write(ways->median_us.value, median)),
                  DRAW_REGULAR, DRAW_SOFT);
}

static const struct trod_timed *timed_of(const struct draw_picture *picture, trod_str id) {
    for (size_t i = 0; picture->compare && i < picture->compare->n_spans; i++) {
        if (trod_str_equal(picture->compare->spans[i].id, id))
            return &picture->compare->spans[i];
    }
    return NULL;
}

static void fill_span(struct draw_picture *picture, const struct trod_span *span) {
    size_t first = 0, last = 0, end = 0;
    if (!extent(picture, &span->from, &first, &last) ||
        !extent(picture, &span->to, &last, &end))
        return;
    if (last < first) first = last;
    struct draw_bar *bar =
        add_bar(picture, &picture->spans,
                (struct draw_bar){first, end, .timed = timed_of(picture, span->id)});
    if (!bar) return;
    struct draw_writer *writer = &picture->writer;
    struct draw_para *para = draw_para_begin(writer, false);
    draw_para_add(writer, para, words_of(picture, span->id), DRAW_BOLD, DRAW_INK);
    draw_para_add(writer, para, TROD_STR("\xC2\xA0 "), DRAW_REGULAR, DRAW_SOFT);
    draw_para_add(writer, para, span->window.text, DRAW_REGULAR, DRAW_SOFT);
    if (bar->timed) write_four_ways(picture, &bar->timed->ways);
}

/* ---- Key figures
 * ------------------------------------------------------------------------------- */

static const struct trod_kpi_result *kpi_result(const struct draw_picture *picture,
                                                uint32_t id) {
    for (size_t i = 0; picture->compare && i < picture->compare->n_kpis; i++) {
        if (picture->compare->kpis[i].kpi_id == id) return &picture->compare->kpis[i];
    }
    return NULL;
}

static trod_str value_text(struct draw_picture *picture, enum trod_unit unit, double value) {
    char at[40];
    if (unit == TROD_UNIT_SHARE) return draw_percent(picture->arena, value);
    if (unit == TROD_UNIT_DURATION)
        return trod_arena_copy(picture->arena, trod_str_of(trod_duration_write(value, at)));
    double rounded = value > -1e12 && value < 1e12 ? floor(value * 10 + 0.5) / 10 : value;
    return trod_arena_copy(picture->arena, trod_str_of(trod_number_write(rounded, at)));
}

static void write_result(struct draw_picture *picture, const struct trod_kpi_result *result) {
    struct draw_writer *writer = &picture->writer;
    const struct trod_measured *value = &result->value;
    struct draw_para *para = draw_para_begin(writer, true);
    bool few = result->verdict == TROD_TOO_FEW || value->n < picture->compare->few;
    if (!value->given || few) {
        draw_para_add(writer, para,
                      value->given || few ? TROD_STR("measured: too few to tell")
                                          : TROD_STR("not measured"),
                      DRAW_REGULAR, DRAW_SOFT);
        return;
    }
    draw_para_add(writer, para, TROD_STR("measured "), DRAW_REGULAR, DRAW_DATA);
    draw_para_add(writer, para, value_text(picture, result->unit, value->value), DRAW_BOLD,
                  DRAW_DATA);
    if (value->low == value->low && value->high == value->high) {
        trod_str low = value_text(picture, result->unit, value->low);
        trod_str high = value_text(picture, result->unit, value->high);
        draw_para_add(
            writer, para,
            trod_arena_format(picture->arena, " (%.*s to %.*s)", TROD_ARG(low), TROD_ARG(high)),
            DRAW_REGULAR, DRAW_SOFT);
    }
    if (result->verdict == TROD_MET)
        draw_para_add(writer, para, TROD_STR(", target met"), DRAW_REGULAR, DRAW_DATA);
    if (result->verdict == TROD_MISSED)
        draw_para_add(writer, para, TROD_STR(", target missed"), DRAW_BOLD, DRAW_PAIN);
    if (result->verdict == TROD_TOO_CLOSE)
        draw_para_add(writer, para, TROD_STR(", too close to tell"), DRAW_REGULAR, DRAW_SOFT);
}

static void write_kpi(struct draw_picture *picture, const struct trod_kpi *kpi,
                      const struct trod_kpi_result *result) {
    struct draw_writer *writer = &picture->writer;
    struct draw_para *title = draw_para_begin(writer, false);
    draw_para_add(writer, title, kpi->title.n ? kpi->title : kpi->id, DRAW_BOLD, DRAW_INK);
    const trod_str parts[] = {kpi->now, kpi->target.given ? kpi->target.text : (trod_str){0},
                              kpi->owner};
    static const char *const words[] = {"now ", "target ", ""};
    struct draw_para *para = draw_para_begin(writer, true);
    for (size_t i = 0; i < TROD_COUNT(parts); i++) {
        if (parts[i].n == 0) continue;
        if (para->n) draw_para_add(writer, para, TROD_STR(" · "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, trod_str_of(words[i]), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, parts[i], DRAW_REGULAR, i == 2 ? DRAW_SOFT : DRAW_INK);
    }
    if (result) write_result(picture, result);
}

static void fill_kpi(struct draw_picture *picture, uint32_t id) {
    const struct trod_kpi *kpi = &picture->map->kpis[id];
    const struct trod_measure *measure = &kpi->measure;
    size_t first = 0, last = 0, at = 0;
    bool to = extent(picture, &measure->to, &at, &last);
    bool from = extent(picture, measure->from.n ? &measure->from : &measure->with, &first, &at);
    struct draw_bar bar = {.result = kpi_result(picture, id)};
    if (to || from) {
        bar.first = from ? first : at;
        bar.last = to ? last : at;
        if (to && !from) bar.first = last;
        if (bar.last < bar.first) bar.last = bar.first;
    } else {
        bar.last = picture->flow.n_columns - 1;
    }
    if (add_bar(picture, &picture->kpis, bar)) write_kpi(picture, kpi, bar.result);
}

void draw_bars_fill(struct draw_picture *picture) {
    for (size_t i = 0; i < picture->map->n_spans; i++)
        fill_span(picture, &picture->map->spans[i]);
    for (size_t i = 0; i < picture->map->n_kpis; i++) fill_kpi(picture, (uint32_t)i);
}

/* ---- Places
 * ------------------------------------------------------------------------------------ */

/* Bars from i on that lie in the same row must not touch: gives the row of bar i. */
static size_t row_of(const struct draw_bars *bars, const size_t *rows, size_t i, double reach) {
    for (size_t row = 0;; row++) {
        bool free = true;
        for (size_t k = 0; k < i && free; k++) {
            const struct draw_bar *a = &bars->at[k], *b = &bars->at[i];
            double a1 = a->x + (a->w > reach ? a->w : reach);
            double b1 = b->x + (b->w > reach ? b->w : reach);
            free = rows[k] != row || a->x > b1 + BAR_GAP || b->x > a1 + BAR_GAP;
        }
        if (free) return row;
    }
}

static double text_width(const struct draw_picture *picture, const struct draw_bar *bar) {
    double width = bar->w > BAR_LEAST ? bar->w : BAR_LEAST;
    double room = picture->x1 - bar->x;
    if (width > MOST_TEXT) width = MOST_TEXT;
    return width > room ? room : width;
}

static void place_bars(struct draw_picture *picture, struct draw_bars *bars) {
    size_t *rows = TROD_NEW_ARRAY(picture->arena, bars->n, size_t), n_rows = 0;
    if (!rows) {
        picture->writer.failed = true;
        return;
    }
    for (size_t i = 0; i < bars->n; i++) {
        struct draw_bar *bar = &bars->at[i];
        const struct draw_column *first = &picture->flow.columns[bar->first],
                                 *last = &picture->flow.columns[bar->last];
        bar->x = first->x;
        bar->w = last->x + last->w - first->x;
        draw_cell_wrap(&picture->writer, &bar->cell, text_width(picture, bar));
        rows[i] = row_of(bars, rows, i, BAR_LEAST);
        if (rows[i] + 1 > n_rows) n_rows = rows[i] + 1;
    }
    double y = 0;
    for (size_t row = 0; row < n_rows; row++) {
        double height = 0;
        for (size_t i = 0; i < bars->n; i++) {
            if (rows[i] != row) continue;
            bars->at[i].y = y;
            double one = bars->at[i].cell.height + LINE_ROOM;
            if (one > height) height = one;
        }
        y += height + ROW_GAP;
    }
    bars->height = n_rows ? y - ROW_GAP : 0;
}

void draw_bars_place(struct draw_picture *picture) {
    place_bars(picture, &picture->spans);
    place_bars(picture, &picture->kpis);
}

/* ---- Drawing
 * ----------------------------------------------------------------------------------- */

static void put_ends(struct draw_scene *scene, const struct draw_bar *bar, double y,
                     enum draw_paint paint) {
    struct draw_ink ink = {.stroke = paint, .width = 1.5};
    draw_across(scene, bar->x, bar->x + bar->w, y, ink);
    draw_down(scene, bar->x + 0.7, y - 5, y + 5, ink);
    draw_down(scene, bar->x + bar->w - 0.7, y - 5, y + 5, ink);
}

/* In time, late, still open, gone: one bar of the whole length. */
static void put_four_ways(struct draw_scene *scene, const struct draw_bar *bar, double y) {
    const struct trod_four_ways *ways = &bar->timed->ways;
    const uint64_t parts[] = {ways->in_time, ways->late, ways->open, ways->gone};
    const struct draw_ink inks[] = {
        {.fill = DRAW_DELIGHT}, {.fill = DRAW_PAIN}, {.fill = DRAW_WAIT}, {.fill = DRAW_GONE}};
    double x = bar->x;
    for (size_t i = 0; i < TROD_COUNT(parts); i++) {
        double width = bar->w * (double)parts[i] / (double)ways->started;
        if (width >= 0.5) draw_rect(scene, x, y - 3, width, 6, 0, inks[i]);
        x += width;
    }
}

static void put_bars(struct draw_picture *picture, const struct draw_bars *bars,
                     enum draw_lane lane, const char *class_name) {
    struct draw_scene *scene = &picture->scene;
    for (size_t i = 0; i < bars->n; i++) {
        const struct draw_bar *bar = &bars->at[i];
        double y = picture->lane_y[lane] + DRAW_LANE_PAD + bar->y + 5;
        trod_buf_clear(&scene->route);
        draw_cell_words(&scene->route, &bar->cell);
        trod_str words = trod_arena_copy(picture->arena, trod_buf_str(&scene->route));
        trod_buf_clear(&scene->route);
        draw_begin_focus(scene, class_name, (trod_str){0},
                         trod_str_of(draw_lane_kinds[lane].label), words);
        if (bar->timed && bar->timed->ways.started >= picture->compare->few)
            put_four_ways(scene, bar, y);
        else
            put_ends(scene, bar, y, DRAW_SOFT);
        draw_cell_put(scene, &bar->cell, bar->x, y + LINE_ROOM - 5, text_width(picture, bar));
        draw_end(scene);
    }
}

void draw_spans(struct draw_picture *picture) {
    put_bars(picture, &picture->spans, DRAW_LANE_SPANS, "span");
}

void draw_kpis(struct draw_picture *picture) {
    put_bars(picture, &picture->kpis, DRAW_LANE_KPIS, "kpi");
}
