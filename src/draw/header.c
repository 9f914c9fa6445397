/* header: whose journey this is. Title at the left, a disc and a few words for each persona
 * beside it (below it where the map is narrow), and at the right what kind of map it is, whose,
 * and how fresh.
 */
#include "draw/picture.h"

#define META_WIDTH 232.0
#define DISC 36.0 /* radius */
#define DISC_ROOM 90.0
#define MOST_PORTRAITS 5
#define TITLE_MOST 560.0
#define TITLE_LEAST 360.0
#define PORTRAIT_MOST 440.0
#define PORTRAIT_LEAST 250.0
#define BETWEEN 40.0
#define LEAST_HEIGHT 96.0

static void fill_title(struct draw_picture *picture) {
    const struct trod_map *map = picture->map;
    struct draw_writer *writer = &picture->writer;
    writer->cell = &picture->title;
    struct draw_para *title = draw_para_begin(writer, false);
    title->size = 22;
    title->leading = 28;
    title->most = 6;
    draw_para_add(writer, title, map->title.n ? map->title : map->id, DRAW_BOLD, DRAW_INK);
    if (map->scope.n) {
        struct draw_para *scope = draw_para_begin(writer, false);
        draw_para_add(writer, scope, map->scope, DRAW_REGULAR, DRAW_SOFT);
    }
    for (size_t i = 0; i < map->objectives.n; i++) {
        struct draw_para *para = draw_para_begin(writer, false);
        draw_para_add(writer, para, TROD_STR("Aim: "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, para, map->objectives.at[i].text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, para, &map->objectives.at[i].proof);
    }
}

static void fill_portrait(struct draw_picture *picture, const struct trod_persona *persona,
                          struct draw_cell *cell) {
    struct draw_writer *writer = &picture->writer;
    writer->cell = cell;
    struct draw_para *name = draw_para_begin(writer, false);
    name->size = 13;
    name->leading = 18;
    draw_para_add(writer, name, persona->title.n ? persona->title : persona->id, DRAW_BOLD,
                  DRAW_INK);
    if (persona->goals.n) {
        struct draw_para *goal = draw_para_begin(writer, false);
        draw_para_add(writer, goal, TROD_STR("Goal: "), DRAW_REGULAR, DRAW_SOFT);
        draw_para_add(writer, goal, persona->goals.at[0].text, DRAW_REGULAR, DRAW_INK);
        draw_para_proof(writer, goal, &persona->goals.at[0].proof);
    }
    if (persona->says.n) {
        struct draw_para *says = draw_para_begin(writer, false);
        draw_para_add(writer, says, persona->says.at[0].text, DRAW_ITALIC, DRAW_SOFT);
        draw_para_proof(writer, says, &persona->says.at[0].proof);
    } else if (persona->who.n) {
        struct draw_para *who = draw_para_begin(writer, false);
        draw_para_add(writer, who, persona->who.at[0].text, DRAW_REGULAR, DRAW_SOFT);
    }
}

void draw_header_fill(struct draw_picture *picture) {
    const struct trod_map *map = picture->map;
    fill_title(picture);
    bool named = map->journey_personas.n > 0;
    size_t n = named ? map->journey_personas.n : map->n_personas;
    if (n > MOST_PORTRAITS) n = MOST_PORTRAITS;
    picture->portraits = TROD_NEW_ARRAY(picture->arena, n, struct draw_cell);
    picture->personas = TROD_NEW_ARRAY(picture->arena, n, const struct trod_persona *);
    if (!picture->portraits || !picture->personas) {
        picture->writer.failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t id = named ? map->journey_personas.at[i] : (uint32_t)i;
        if (id >= map->n_personas) continue;
        size_t at = picture->n_portraits++;
        picture->personas[at] = &map->personas[id];
        fill_portrait(picture, &map->personas[id], &picture->portraits[at]);
    }
}

static double clamp(double value, double least, double most) {
    return value < least ? least : value > most ? most : value;
}

void draw_header_measure(struct draw_picture *picture) {
    double room = picture->x1 - DRAW_MARGIN - META_WIDTH - BETWEEN;
    double n = (double)picture->n_portraits;
    double each = TITLE_LEAST + n * (BETWEEN + DISC_ROOM + PORTRAIT_LEAST);
    picture->portraits_below = n > 0 && room < each;
    if (picture->portraits_below || n == 0) {
        picture->title_w = n == 0 ? clamp(room, 200, 900) : room;
        double all = picture->x1 - DRAW_MARGIN;
        if (n > 0)
            picture->portrait_w = clamp((all + BETWEEN) / n - BETWEEN - DISC_ROOM, 60, 640);
    } else {
        double extra = (room - each) / (n + 1);
        picture->title_w = clamp(TITLE_LEAST + extra, TITLE_LEAST, TITLE_MOST);
        picture->portrait_w = clamp(PORTRAIT_LEAST + extra, PORTRAIT_LEAST, PORTRAIT_MOST);
    }
    draw_cell_wrap(&picture->writer, &picture->title, picture->title_w);
    double faces = 0, height = picture->title.height + 4;
    for (size_t i = 0; i < picture->n_portraits; i++) {
        draw_cell_wrap(&picture->writer, &picture->portraits[i], picture->portrait_w);
        double one = picture->portraits[i].height + 6;
        if (one < 2 * DISC) one = 2 * DISC;
        if (one > faces) faces = one;
    }
    if (picture->portraits_below) {
        height = (height < LEAST_HEIGHT ? LEAST_HEIGHT : height) + 16 + faces;
    } else if (faces > height) {
        height = faces;
    }
    double least = n > 0 ? LEAST_HEIGHT : LEAST_HEIGHT - 30;
    picture->header_h = height < least ? least : height;
}

/* The first letter of a name. */
static trod_str initial(trod_str name) {
    size_t at = 0;
    while (at < name.n) {
        size_t from = at;
        int32_t c = trod_str_next(name, &at);
        if (c > ' ' && c != '"') return trod_str_slice(name, from, at);
    }
    return TROD_STR("?");
}

static void put_portraits(struct draw_picture *picture) {
    struct draw_scene *scene = &picture->scene;
    double x = DRAW_MARGIN, y = DRAW_MARGIN;
    if (picture->portraits_below) {
        double title = picture->title.height + 4;
        y += (title < LEAST_HEIGHT ? LEAST_HEIGHT : title) + 16;
    } else {
        x += picture->title_w + BETWEEN;
    }
    for (size_t i = 0; i < picture->n_portraits; i++) {
        const struct trod_persona *persona = picture->personas[i];
        trod_str name = persona->title.n ? persona->title : persona->id;
        draw_begin(scene, "persona", (trod_str){0}, name,
                   persona->who.n ? persona->who.at[0].text : TROD_STR("Persona"));
        draw_circle(scene, x + DISC, y + DISC, DISC,
                    (struct draw_ink){.fill = draw_stage_paint(i, true)});
        draw_text(scene, initial(name), x + DISC, y + DISC + 11, 2 * DISC, 30, DRAW_BOLD,
                  DRAW_WHITE, DRAW_MIDDLE);
        draw_cell_put(scene, &picture->portraits[i], x + DISC_ROOM, y + 2, picture->portrait_w);
        draw_end(scene);
        x += DISC_ROOM + picture->portrait_w + BETWEEN;
    }
}

static double meta_line(struct draw_picture *picture, double y, trod_str text,
                        enum draw_paint paint) {
    return draw_text(&picture->scene, text, picture->x1, y, META_WIDTH, 12, DRAW_REGULAR, paint,
                     DRAW_RIGHT);
}

static void put_badge(struct draw_picture *picture, double y) {
    trod_str word = picture->map->state == TROD_AS_IS ? TROD_STR("AS IS") : TROD_STR("TO BE");
    if (picture->map->state == TROD_STATE_UNSAID) return;
    double width = draw_text_width(word, DRAW_BOLD, 10) + 5 * 0.8 + 18;
    draw_rect(&picture->scene, picture->x1 - width, y, width, 20, 10,
              (struct draw_ink){.fill = DRAW_PANEL, .stroke = DRAW_SOFT, .width = 1.2});
    draw_caps(&picture->scene, word, picture->x1 - width + 9, y + 13.6, width, DRAW_INK);
}

/* "reviewed 2025-03-03, 7 days ago" with a dot: green under 30 days, amber under 90, red over.
 */
static void put_review(struct draw_picture *picture, double y) {
    const struct trod_map *map = picture->map;
    if (map->reviewed_us == TROD_NO_TIME || map->reviewed_us == 0) return;
    char date[40];
    int64_t today = picture->options.today_us;
    bool fresh_known = today != 0 && today != TROD_NO_TIME && today >= map->reviewed_us;
    int64_t days = fresh_known ? (today - map->reviewed_us) / TROD_DAY_US : 0;
    trod_str text = trod_arena_format(picture->arena, "Reviewed %s",
                                      trod_date_write(map->reviewed_us, date));
    if (fresh_known && days == 0)
        text = trod_arena_format(picture->arena, "%.*s, today", TROD_ARG(text));
    else if (fresh_known)
        text = trod_arena_format(picture->arena, "%.*s, %lld day%s ago", TROD_ARG(text),
                                 (long long)days, days == 1 ? "" : "s");
    double width = meta_line(picture, y, text, DRAW_SOFT);
    if (!fresh_known) return;
    enum draw_paint paint = days < 30 ? DRAW_DELIGHT : days < 90 ? DRAW_AMBER : DRAW_PAIN;
    draw_circle(&picture->scene, picture->x1 - width - 12, y - 4, 4.5,
                (struct draw_ink){.fill = paint});
}

static void put_meta(struct draw_picture *picture) {
    const struct trod_map *map = picture->map;
    const struct trod_compare *compare = picture->compare;
    double y = DRAW_MARGIN + 2;
    if (map->state != TROD_STATE_UNSAID) {
        put_badge(picture, y);
        y += 20;
    }
    if (map->owner.n) {
        y += 19;
        meta_line(picture, y,
                  trod_arena_format(picture->arena, "Owner: %.*s", TROD_ARG(map->owner)),
                  DRAW_SOFT);
    }
    if (map->reviewed_us != TROD_NO_TIME && map->reviewed_us != 0) {
        y += 19;
        put_review(picture, y);
    }
    if (compare) {
        y += 19;
        trod_str count = draw_count(picture->arena, compare->journeys);
        trod_str walked = trod_arena_format(picture->arena, "%.*s journeys", TROD_ARG(count));
        if (compare->succeeds_known && compare->succeeded.of >= compare->few) {
            trod_str share = draw_percent(picture->arena, compare->succeeded.share);
            walked = trod_arena_format(picture->arena, "%.*s, %.*s succeeded", TROD_ARG(walked),
                                       TROD_ARG(share));
        }
        double width = meta_line(picture, y, walked, DRAW_DATA);
        draw_rect(&picture->scene, picture->x1 - width - 20, y - 6, 14, 4, 2,
                  (struct draw_ink){.fill = DRAW_DATA});
    }
}

void draw_header(struct draw_picture *picture) {
    const struct trod_map *map = picture->map;
    draw_begin(&picture->scene, "header", (trod_str){0}, map->title.n ? map->title : map->id,
               map->scope.n ? map->scope : TROD_STR("Whose journey this is"));
    draw_cell_put(&picture->scene, &picture->title, DRAW_MARGIN, DRAW_MARGIN - 2,
                  picture->title_w);
    put_portraits(picture);
    put_meta(picture);
    draw_end(&picture->scene);
}
