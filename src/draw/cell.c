/* cell: paragraphs of runs with a sign before them. The sign hangs in a margin of its own
 * width, so that the lines of a paragraph stand flush.
 */
#include "draw/cell.h"

#define BODY_SIZE 12
#define BODY_LEADING 16
#define NOTE_SIZE 11
#define NOTE_LEADING 14
#define MOST_LINES 16
#define KEPT_TOGETHER 22 /* characters */

struct draw_para *draw_para_begin(struct draw_writer *writer, bool note) {
    struct draw_para para = {.size = note ? NOTE_SIZE : BODY_SIZE,
                             .leading = note ? NOTE_LEADING : BODY_LEADING,
                             .gap = DRAW_PARA_GAP,
                             .most = MOST_LINES};
    struct draw_cell *cell = writer->cell;
    if (!TROD_PUSH(writer->arena, cell->at, cell->n, cell->room, para)) {
        writer->failed = true;
        return &writer->nowhere;
    }
    struct draw_para *made = &cell->at[cell->n - 1];
    if (writer->persona.n) {
        draw_para_add(writer, made, writer->persona, DRAW_ITALIC, DRAW_SOFT);
        draw_para_add(writer, made, TROD_STR(": "), DRAW_ITALIC, DRAW_SOFT);
    }
    return made;
}

void draw_para_add(struct draw_writer *writer, struct draw_para *para, trod_str text,
                   enum draw_face face, enum draw_paint paint) {
    if (writer->failed || text.n == 0) return;
    struct draw_run run = {text, face, paint, false};
    if (!TROD_PUSH(writer->arena, para->runs, para->n, para->room, run)) writer->failed = true;
}

trod_str draw_keep_together(struct draw_writer *writer, trod_str text) {
    size_t part = 0, longest = 0, n_spaces = 0;
    for (size_t i = 0; i < text.n; i++) {
        part = text.at[i] == ',' ? 0 : part + 1;
        if (part > longest) longest = part;
        n_spaces += text.at[i] == ' ';
    }
    if (longest > KEPT_TOGETHER) return text;
    char *copy = TROD_NEW_ARRAY(writer->arena, text.n + n_spaces + 1, char);
    if (!copy) {
        writer->failed = true;
        return text;
    }
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool kept = text.at[i] == ' ' && i > 0 && text.at[i - 1] != ',';
        if (kept) copy[n++] = '\xC2';
        copy[n++] = kept ? '\xA0' : text.at[i];
    }
    return (trod_str){copy, n};
}

void draw_para_proof(struct draw_writer *writer, struct draw_para *para,
                     const struct trod_proof *proof) {
    if (writer->failed || proof->research.n == 0) return;
    if (proof->research_id < writer->map->n_researches) {
        uint32_t *number = &writer->cited[proof->research_id];
        if (*number == 0) *number = ++writer->n_cited;
        trod_str text = trod_arena_format(writer->arena, "%u", *number);
        draw_para_add(writer, para, text, DRAW_REGULAR, DRAW_SOFT);
        if (!writer->failed && para->n) para->runs[para->n - 1].raised = true;
    }
    if (proof->note.n) {
        draw_para_add(writer, para, TROD_STR(" "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, draw_keep_together(writer, proof->note), DRAW_REGULAR,
                      DRAW_SOFT);
    }
}

/* The margin in which the sign hangs. */
static double hang(const struct draw_para *para) {
    switch (para->lead) {
    case DRAW_LEAD_NONE:
        return 0;
    case DRAW_LEAD_PAIN:
    case DRAW_LEAD_DELIGHT:
        return 9 * (para->level > 0 ? para->level : 1) + 5;
    case DRAW_LEAD_STAR:
    case DRAW_LEAD_STATUS:
    case DRAW_LEAD_MARK:
        return 18;
    }
    return 0;
}

size_t draw_para_count(struct draw_writer *writer, const struct draw_para *para, double width) {
    trod_arena_reset(writer->scratch);
    struct draw_lines lines = draw_wrap(writer->scratch, writer->scratch, para->runs, para->n,
                                        para->size, width - hang(para), para->most);
    return lines.n;
}

void draw_cell_wrap(struct draw_writer *writer, struct draw_cell *cell, double width) {
    cell->height = 0;
    for (size_t i = 0; i < cell->n; i++) {
        struct draw_para *para = &cell->at[i];
        trod_arena_reset(writer->scratch);
        para->lines = draw_wrap(writer->arena, writer->scratch, para->runs, para->n, para->size,
                                width - hang(para), para->most);
        if (para->n && !para->lines.at) writer->failed = true;
        if (i > 0) cell->height += para->gap;
        cell->height += para->leading * (double)para->lines.n;
    }
}

/* How far an action has come: an open ring, a half disc, a disc with a tick, a cross. */
static void put_status(struct draw_scene *scene, double x, double y, int status) {
    enum draw_paint paint = status == TROD_ACTION_DONE ? DRAW_DELIGHT : DRAW_SOFT;
    struct draw_ink ring = {.stroke = paint, .width = 1.5, .round = true};
    draw_circle(scene, x + 6, y, 5, ring);
    if (status == TROD_ACTION_STARTED)
        draw_path(scene, "M0-5a5 5 0 0 1 0 10z", x + 6, y, 0, (struct draw_ink){.fill = paint});
    if (status == TROD_ACTION_DONE) draw_path(scene, "M-2.5 0l2 2 3-4", x + 6, y, 0, ring);
    if (status == TROD_ACTION_DROPPED)
        draw_path(scene, "M-2-2l4 4M2-2l-4 4", x + 6, y, 0, ring);
}

static void put_lead(struct draw_scene *scene, const struct draw_para *para, double x,
                     double y) {
    int n = para->level > 0 ? para->level : 1;
    switch (para->lead) {
    case DRAW_LEAD_NONE:
        break;
    case DRAW_LEAD_PAIN:
        draw_triangles(scene, x, y, n, true);
        break;
    case DRAW_LEAD_DELIGHT:
        draw_triangles(scene, x, y, n, false);
        break;
    case DRAW_LEAD_STAR:
        draw_star(scene, x + 6, y, 7);
        break;
    case DRAW_LEAD_STATUS:
        put_status(scene, x, y, para->level);
        break;
    case DRAW_LEAD_MARK:
        draw_deviation_mark(scene, (enum draw_mark)para->level, x - 1, y - 7, para->lead_paint);
        break;
    }
}

double draw_para_put(struct draw_scene *scene, const struct draw_para *para, double x, double y,
                     double width) {
    double left = x + hang(para), room = width - hang(para);
    double base = para->leading / 2 + para->size * 0.36;
    put_lead(scene, para, x, y + para->leading / 2);
    for (size_t k = 0; k < para->lines.n; k++) {
        const struct draw_line *line = &para->lines.at[k];
        draw_line_text(scene, line, left, y + base, room, para->size);
        double from = line->rtl ? left + room - line->width : left;
        if (para->assumed)
            draw_across(scene, from + 0.5, from + line->width, y + base + 3,
                        (struct draw_ink){.stroke = DRAW_SOFT, .dash = "1 2.5"});
        y += para->leading;
    }
    return y;
}

void draw_cell_put(struct draw_scene *scene, const struct draw_cell *cell, double x, double y,
                   double width) {
    for (size_t i = 0; i < cell->n; i++) {
        if (i > 0) y += cell->at[i].gap;
        y = draw_para_put(scene, &cell->at[i], x, y, width);
    }
}

void draw_cell_words(struct trod_buf *out, const struct draw_cell *cell) {
    for (size_t i = 0; i < cell->n; i++) {
        const struct draw_para *para = &cell->at[i];
        if (i > 0) trod_buf_adds(out, "; ");
        for (size_t k = 0; k < para->n; k++) {
            if (!para->runs[k].raised) trod_buf_add(out, para->runs[k].text);
        }
    }
}
