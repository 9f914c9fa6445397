/* foot: how to read the picture, where its claims come from, and what no column could show.
 * Only signs that stand in the picture are explained.
 */
#include "draw/picture.h"

#define NOTE_WIDTH 380.0
#define NOTE_GAP 36.0

/* ---- What the signs mean
 * ----------------------------------------------------------------------- */

enum key {
    KEY_EVIDENCE,
    KEY_ASSUMED,
    KEY_TRUTH,
    KEY_PAIN,
    KEY_NO_TRACE,
    KEY_STRIP,
    KEY_DATA,
    KEY_FOUR_WAYS,
    KEY_N,
};

static const char *const key_words[KEY_N] = {
    [KEY_EVIDENCE] = "feeling with evidence",
    [KEY_ASSUMED] = "assumption",
    [KEY_TRUTH] = "moment of truth",
    [KEY_PAIN] = "pain: low, medium, high",
    [KEY_NO_TRACE] = "leaves no trace",
    [KEY_STRIP] = "from 0 to “at most”, tick at “usually”",
    [KEY_DATA] = "share of journeys",
    [KEY_FOUR_WAYS] = "in time, late, still open, gone",
};

static bool any_not_recorded(const struct trod_map *map) {
    for (size_t i = 0; i < map->n_touchpoints; i++) {
        if (map->touchpoints[i].not_recorded) return true;
    }
    return false;
}

static bool shown(const struct draw_picture *picture, enum key key) {
    switch (key) {
    case KEY_EVIDENCE:
        return picture->on[DRAW_LANE_EMOTIONS] && picture->writer.n_cited > 0;
    case KEY_ASSUMED:
        return picture->on[DRAW_LANE_EMOTIONS] || picture->on[DRAW_LANE_PAINS];
    case KEY_TRUTH:
        return picture->on[DRAW_LANE_TRUTHS];
    case KEY_PAIN:
        return picture->on[DRAW_LANE_PAINS];
    case KEY_NO_TRACE:
        return any_not_recorded(picture->map);
    case KEY_STRIP:
        return picture->on[DRAW_LANE_TIMING];
    case KEY_DATA:
        return picture->compare != NULL;
    case KEY_FOUR_WAYS:
        return picture->compare != NULL && picture->spans.n > 0;
    case KEY_N:
        break;
    }
    return false;
}

/* Gives the width that the sign takes. */
static double put_key(struct draw_picture *picture, enum key key, double x, double y) {
    struct draw_scene *scene = &picture->scene;
    switch (key) {
    case KEY_EVIDENCE:
        draw_face_sign(scene, x + 9, y, 1, false);
        return 18;
    case KEY_ASSUMED:
        draw_face_sign(scene, x + 9, y, 1, true);
        draw_across(
            scene, x + 25, x + 56, y,
            (struct draw_ink){.stroke = DRAW_INK, .width = 3, .dash = "5 7", .round = true});
        return 58;
    case KEY_TRUTH:
        draw_star(scene, x + 7, y, 7);
        return 14;
    case KEY_PAIN:
        return draw_triangles(scene, x, y, 3, true);
    case KEY_NO_TRACE:
        draw_circle(scene, x + 8, y, 8,
                    (struct draw_ink){.stroke = DRAW_SOFT, .width = 2, .dash = "2 3.3"});
        return 16;
    case KEY_STRIP:
        draw_rect(scene, x, y - 3, 44, 6, 3, (struct draw_ink){.fill = DRAW_HAIR});
        draw_down(scene, x + 15, y - 6, y + 6,
                  (struct draw_ink){.stroke = DRAW_SOFT, .width = 2});
        return 44;
    case KEY_DATA:
        draw_rect(scene, x, y - 2, 44, 4, 2, (struct draw_ink){.fill = DRAW_HAIR});
        draw_rect(scene, x, y - 2, 28, 4, 2, (struct draw_ink){.fill = DRAW_DATA});
        return 44;
    case KEY_FOUR_WAYS:
        draw_rect(scene, x, y - 3, 22, 6, 0, (struct draw_ink){.fill = DRAW_DELIGHT});
        draw_rect(scene, x + 22, y - 3, 10, 6, 0, (struct draw_ink){.fill = DRAW_PAIN});
        draw_rect(scene, x + 32, y - 3, 8, 6, 0, (struct draw_ink){.fill = DRAW_WAIT});
        draw_rect(scene, x + 40, y - 3, 8, 6, 0, (struct draw_ink){.fill = DRAW_GONE});
        return 48;
    case KEY_N:
        break;
    }
    return 0;
}

static double put_legend(struct draw_picture *picture, double y) {
    double x = DRAW_MARGIN;
    draw_begin(&picture->scene, "legend", (trod_str){0}, TROD_STR("Legend"),
               TROD_STR("What the signs mean"));
    for (int key = 0; key < KEY_N; key++) {
        if (!shown(picture, (enum key)key)) continue;
        trod_str words = trod_str_of(key_words[key]);
        double width = draw_text_width(words, DRAW_REGULAR, 11) + 4;
        if (x > DRAW_MARGIN && x + 60 + width > picture->x1) {
            x = DRAW_MARGIN;
            y += 26;
        }
        x += put_key(picture, (enum key)key, x, y) + 8;
        draw_text(&picture->scene, words, x, y + 4, width, 11, DRAW_REGULAR, DRAW_SOFT,
                  DRAW_LEFT);
        x += width + 26;
    }
    draw_end(&picture->scene);
    return y + 14;
}

/* ---- Notes in columns
 * -------------------------------------------------------------------------- */

static void write_sources(struct draw_picture *picture) {
    const struct trod_map *map = picture->map;
    struct draw_writer *writer = &picture->writer;
    for (uint32_t number = 1; number <= writer->n_cited; number++) {
        for (size_t i = 0; i < map->n_researches; i++) {
            if (writer->cited[i] != number) continue;
            const struct trod_research *research = &map->researches[i];
            struct draw_para *para = draw_para_begin(writer, true);
            draw_para_add(writer, para,
                          trod_arena_format(picture->arena, "%u\xC2\xA0 ", number), DRAW_BOLD,
                          DRAW_INK);
            draw_para_add(writer, para, research->title.n ? research->title : research->id,
                          DRAW_REGULAR, DRAW_INK);
            const trod_str parts[] = {research->kind, research->people, research->on};
            static const char *const before[] = {" · ", " · people: ", " · "};
            for (size_t k = 0; k < TROD_COUNT(parts); k++) {
                if (parts[k].n == 0) continue;
                draw_para_add(writer, para, trod_str_of(before[k]), DRAW_REGULAR, DRAW_SOFT);
                draw_para_add(writer, para, parts[k], DRAW_REGULAR, DRAW_SOFT);
            }
        }
    }
}

static void write_other(struct draw_picture *picture, const char *kind, trod_str title) {
    struct draw_para *para = draw_para_begin(&picture->writer, true);
    draw_para_add(&picture->writer, para, trod_str_of(kind), DRAW_REGULAR, DRAW_SOFT);
    draw_para_add(&picture->writer, para, title, DRAW_REGULAR, DRAW_INK);
}

/* Actions, rules and promises that hang on no touchpoint. */
static void write_others(struct draw_picture *picture) {
    const struct trod_map *map = picture->map;
    for (size_t i = 0; i < map->n_actions; i++) {
        if (map->actions[i].n_fixes == 0)
            write_other(picture, "Action: ", map->actions[i].title);
    }
    for (size_t i = 0; i < map->n_rules; i++) {
        if (map->rules[i].when.x.n == 0) write_other(picture, "Rule: ", map->rules[i].title);
    }
    for (size_t i = 0; i < map->n_promises; i++) {
        bool kept = false;
        for (size_t t = 0; t < map->n_touchpoints && !kept; t++) {
            const struct trod_ids *keeps = &map->touchpoints[t].keeps;
            for (size_t k = 0; k < keeps->n && !kept; k++) kept = keeps->at[k] == i;
        }
        if (!kept) write_other(picture, "Promise that nothing keeps: ", map->promises[i].text);
    }
    if (picture->n_left_out)
        write_other(picture, "",
                    trod_arena_format(picture->arena,
                                      "%zu more promised spans and key figures are not drawn",
                                      picture->n_left_out));
}

/* Paragraphs in as many columns as the width gives, filled row by row; gives y below them. */
static double put_notes(struct draw_picture *picture, const char *heading,
                        struct draw_cell *cell, double y) {
    struct draw_scene *scene = &picture->scene;
    double room = picture->x1 - DRAW_MARGIN;
    size_t n = (size_t)((room + NOTE_GAP) / (NOTE_WIDTH + NOTE_GAP));
    if (n < 1) n = 1;
    double width = n == 1 && room < NOTE_WIDTH ? room : NOTE_WIDTH, row = 0;
    draw_cell_wrap(&picture->writer, cell, width);
    draw_begin(scene, "notes", (trod_str){0}, trod_str_of(heading), TROD_STR("Notes"));
    draw_text(scene, trod_str_of(heading), DRAW_MARGIN, y + 12, room, 12, DRAW_BOLD, DRAW_INK,
              DRAW_LEFT);
    y += 22;
    for (size_t i = 0; i < cell->n; i++) {
        if (i > 0 && i % n == 0) {
            y += row + 4;
            row = 0;
        }
        double x = DRAW_MARGIN + (double)(i % n) * (width + NOTE_GAP);
        double end = draw_para_put(scene, &cell->at[i], x, y, width);
        if (end - y > row) row = end - y;
    }
    draw_end(scene);
    return y + row;
}

void draw_foot(struct draw_picture *picture) {
    double y = picture->lanes_end + 36;
    y = put_legend(picture, y);
    struct draw_cell sources = {0}, others = {0};
    picture->writer.cell = &sources;
    write_sources(picture);
    if (sources.n) y = put_notes(picture, "Sources", &sources, y + 16);
    picture->writer.cell = &others;
    write_others(picture);
    if (others.n) y = put_notes(picture, "Not on a touchpoint", &others, y + 16);
    picture->scene.height = y + DRAW_MARGIN;
}
