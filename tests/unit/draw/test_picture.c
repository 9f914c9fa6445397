/* The picture: nothing overlaps, everything fits, the bytes are the same every time, and the SVG is
 * what it promises to be. */
#include <locale.h>

#include "maps.h"

struct drawn {
    struct trod_map *map;
    struct trod_compare *compare;
    struct trod_arena *arena, *scratch;
    struct draw_picture picture;
};

static void open_drawn(struct drawn *drawn, struct trod_map *map, uint64_t journeys) {
    *drawn = (struct drawn){.map = map};
    drawn->compare = journeys ? make_compare(map, journeys) : NULL;
    drawn->arena = trod_arena_make(0);
    drawn->scratch = trod_arena_make(0);
    const struct trod_draw_options options = {.today_us = 20157 * TROD_DAY_US};
    struct trod_error error = {0};
    assert_int_equal(draw_picture_make(map, drawn->compare, &options, drawn->arena,
                                       drawn->scratch, &drawn->picture, &error),
                     TROD_OK);
}

static void close_drawn(struct drawn *drawn) {
    draw_scene_release(&drawn->picture.scene);
    trod_arena_free(drawn->arena);
    trod_arena_free(drawn->scratch);
    if (drawn->compare) free_compare(drawn->compare);
    trod_map_free(drawn->map);
}

static struct trod_map *map_at(int which) {
    static const char *const texts[] = {map_least, map_nested, map_hostile};
    return which < 3 ? read_map(texts[which]) : read_example();
}

/* ---- The layout -------------------------------------------------------------------------------- */

static void check_columns(const struct draw_flow *flow) {
    for (size_t i = 1; i < flow->n_columns; i++) {
        const struct draw_column *a = &flow->columns[i - 1], *b = &flow->columns[i];
        assert_true(a->w >= DRAW_COLUMN && a->x + a->w + DRAW_GAP <= b->x + 0.001);
    }
    for (size_t i = 1; i < flow->n_slots; i++)
        assert_true(flow->slots[i - 1].x + flow->slots[i - 1].w <= flow->slots[i].x);
}

/* The box of a text: what its letters cover. */
struct box {
    double x0, x1, y0, y1;
};
static struct box box_of(const struct draw_item *item) {
    double width = item->line.width + item->spacing * 20, x = item->x;
    if (item->anchor == DRAW_MIDDLE) x -= width / 2;
    if (item->anchor == DRAW_RIGHT) x -= width;
    if (item->anchor == DRAW_LEFT && item->line.rtl) x += item->w - width;
    return (struct box){x, x + width, item->y - 0.72 * item->size, item->y + 0.18 * item->size};
}

static bool overlap(struct box a, struct box b) {
    return a.x0 + 0.5 < b.x1 && b.x0 + 0.5 < a.x1 && a.y0 + 0.5 < b.y1 && b.y0 + 0.5 < a.y1;
}

static void check_texts(const struct draw_scene *scene) {
    for (size_t i = 0; i < scene->n; i++) {
        const struct draw_item *a = &scene->items[i];
        if (a->shape != DRAW_TEXT) continue;
        trod_str words = a->line.runs[0].text;
        if (a->line.width > a->w + 0.05)
            fail_msg("\"%.*s\" is %.1f wide and has %.1f", TROD_ARG(words), a->line.width, a->w);
        struct box box = box_of(a);
        if (box.x0 < 0 || box.x1 > scene->width || box.y0 < 0 || box.y1 > scene->height)
            fail_msg("\"%.*s\" leaves the page", TROD_ARG(words));
        for (size_t k = i + 1; k < scene->n; k++) {
            const struct draw_item *b = &scene->items[k];
            if (b->shape == DRAW_TEXT && overlap(box, box_of(b)))
                fail_msg("\"%.*s\" lies on \"%.*s\"", TROD_ARG(words),
                         TROD_ARG(b->line.runs[0].text));
        }
    }
}

static void test_layout(void **state) {
    (void)state;
    static const uint64_t journeys[] = {0, 5213, 12};
    for (int which = 0; which < 4; which++) {
        for (size_t k = 0; k < TROD_COUNT(journeys); k++) {
            struct drawn drawn;
            open_drawn(&drawn, map_at(which), journeys[k]);
            check_columns(&drawn.picture.flow);
            check_texts(&drawn.picture.scene);
            close_drawn(&drawn);
        }
    }
}

/* Maps of every size from 1 touchpoint up, with texts of any length. */
static void test_any_map(void **state) {
    (void)state;
    static const char *const words[] = {"ask", "the branch", "a very long missing part", "who",
                                        "unbelievably", "客户", "and so on", "it's"};
    struct trod_rng rng = {.seed = 11};
    for (int round = 0; round < 40; round++) {
        struct trod_buf text = {0};
        trod_buf_adds(&text, "journey j: J\n");
        size_t n = 1 + trod_rng_below(&rng, 12);
        for (size_t i = 0; i < n; i++) {
            if (i == 0 || trod_rng_below(&rng, 4) == 0)
                trod_buf_format(&text, "stage s%zu: Stage %zu\n  takes usually 1 day\n", i, i);
            trod_buf_format(&text, "  touchpoint t%zu:", i);
            static const char *const lines[] = {"", "    does", "    thinks", "    delight",
                                                "    feels +1", "    front Team:",
                                                "    channel shop,"};
            for (size_t k = 0; k < TROD_COUNT(lines); k++) {
                if (k && trod_rng_below(&rng, 2)) continue;
                trod_buf_adds(&text, lines[k]);
                size_t length = 1 + trod_rng_below(&rng, 12);
                for (size_t w = 0; w < length; w++)
                    trod_buf_format(&text, " %s", words[trod_rng_below(&rng, TROD_COUNT(words))]);
                trod_buf_byte(&text, '\n');
            }
        }
        struct drawn drawn;
        open_drawn(&drawn, read_map(text.at), round % 2 ? 400 : 0);
        check_columns(&drawn.picture.flow);
        check_texts(&drawn.picture.scene);
        close_drawn(&drawn);
        trod_buf_free(&text);
    }
}

/* ---- The SVG ----------------------------------------------------------------------------------- */

static void draw_svg(const struct trod_map *map, const struct trod_compare *compare,
                     struct trod_draw_options options, struct trod_buf *out) {
    struct trod_error error = {0};
    assert_int_equal(trod_draw_svg(map, compare, &options, out, &error), TROD_OK);
}

struct reading {
    int depth;
    int since_group;     /* elements since a group began; -1: none open */
    bool title, desc;
    size_t n_groups, n_titles;
    struct trod_dict *ids;
};

static trod_status on_begin(void *owner, const char *name, const char **attributes,
                            struct trod_error *error) {
    struct reading *reading = owner;
    assert_null(trod_xml_attribute(attributes, "style"));
    const char *id = trod_xml_attribute(attributes, "id");
    if (id) {
        assert_int_equal(trod_dict_find(reading->ids, trod_str_of(id)), TROD_NO_ID);
        trod_dict_add(reading->ids, trod_str_of(id));
    }
    if (reading->since_group == 1) assert_string_equal(name, "desc");
    if (reading->since_group == 0) assert_string_equal(name, "title");
    if (reading->since_group >= 0 && ++reading->since_group == 2) reading->since_group = -1;
    if (strcmp(name, "g") == 0 || strcmp(name, "svg") == 0) {
        reading->since_group = 0;
        reading->n_groups++;
    }
    assert_string_not_equal(name, "style");
    assert_string_not_equal(name, "script");
    (void)error;
    return TROD_OK;
}

static trod_status on_end(void *owner, const char *name, struct trod_error *error) {
    (void)owner, (void)name, (void)error;
    return TROD_OK;
}

static void check_xml(trod_str svg) {
    struct reading reading = {.since_group = -1, .ids = trod_dict_make(0)};
    const struct trod_xml_reader reader = {&reading, on_begin, on_end, NULL};
    struct trod_xml *xml = trod_xml_make(&reader, "map.svg");
    struct trod_error error = {0};
    if (trod_xml_feed(xml, svg, true, &error) != TROD_OK) fail_msg("%s", error.message);
    trod_xml_free(xml);
    assert_true(reading.n_groups > 5);
    trod_dict_free(reading.ids);
    assert_true(trod_str_utf8(svg, NULL));
}

static void test_svg(void **state) {
    (void)state;
    for (int which = 0; which < 4; which++) {
        struct trod_map *map = map_at(which);
        struct trod_compare *compare = make_compare(map, 900);
        for (int embedded = 0; embedded < 2; embedded++) {
            struct trod_buf out = {0};
            draw_svg(map, embedded ? compare : NULL,
                     (struct trod_draw_options){.embedded = embedded, .theme = TROD_DARK}, &out);
            check_xml(trod_buf_str(&out));
            assert_int_equal(trod_str_starts(trod_buf_str(&out), TROD_STR("<?xml")), !embedded);
            trod_buf_free(&out);
        }
        free_compare(compare);
        trod_map_free(map);
    }
}

static void test_same_bytes(void **state) {
    (void)state;
    struct trod_map *map = read_example();
    struct trod_compare *compare = make_compare(map, 5213);
    struct trod_buf a = {0}, b = {0};
    draw_svg(map, compare, (struct trod_draw_options){0}, &a);
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) setlocale(LC_ALL, "C.UTF-8");
    draw_svg(map, compare, (struct trod_draw_options){0}, &b);
    setlocale(LC_ALL, "C");
    assert_true(a.n > 10000 && trod_str_equal(trod_buf_str(&a), trod_buf_str(&b)));
    trod_buf_free(&a);
    trod_buf_free(&b);
    free_compare(compare);
    trod_map_free(map);
}

static bool says(const struct trod_buf *out, const char *words) {
    return trod_str_contains(trod_buf_str(out), trod_str_of(words));
}

static void test_words(void **state) {
    (void)state;
    struct trod_map *map = read_example();
    struct trod_buf out = {0};
    draw_svg(map, NULL, (struct trod_draw_options){0}, &out);
    static const char *const labels[] = {">Touchpoints<", ">Points of pain<",
                                         ">Points of delight<", ">Moments of truth<",
                                         ">Emotions<"};
    for (size_t i = 0; i < TROD_COUNT(labels); i++) assert_true(says(&out, labels[i]));
    assert_true(says(&out, "LINE OF VISIBILITY"));
    assert_false(says(&out, "ago<")); /* without today no freshness */
    assert_false(says(&out, ">Questions<")); /* an empty lane is left out */
    trod_buf_clear(&out);
    trod_map_free(map);
    map = read_map(map_nested); /* reviewed on 2025-03-03 */
    int64_t today = trod_days_from_civil(2025, 3, 10) * TROD_DAY_US;
    draw_svg(map, NULL, (struct trod_draw_options){.today_us = today}, &out);
    assert_true(says(&out, "7 days ago<"));
    trod_buf_clear(&out);
    trod_map_free(map);
    map = read_map(map_hostile);
    draw_svg(map, NULL, (struct trod_draw_options){0}, &out);
    assert_true(says(&out, "&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot;"));
    assert_false(says(&out, "\xE2\x80\xAE"));
    trod_buf_free(&out);
    trod_map_free(map);
}

/* ---- What happened ------------------------------------------------------------------------------ */

static void test_data(void **state) {
    (void)state;
    struct trod_map *map = read_map(map_nested);
    struct trod_compare *compare = make_compare(map, 5213);
    struct trod_buf out = {0};
    draw_svg(map, compare, (struct trod_draw_options){0}, &out);
    assert_true(says(&out, ">5,213 journeys, 33\xC2\xA0% succeeded<"));
    assert_true(says(&out, " in time<"));
    assert_true(says(&out, " of them left here<"));
    assert_true(says(&out, ", target missed<"));
    assert_false(says(&out, "too few to tell"));
    trod_buf_clear(&out);
    free_compare(compare);
    compare = make_compare(map, 12);
    draw_svg(map, compare, (struct trod_draw_options){0}, &out);
    assert_true(says(&out, "too few to tell"));
    assert_false(says(&out, " succeeded"));
    trod_buf_free(&out);
    free_compare(compare);
    trod_map_free(map);
}

static size_t count_red_rings(const struct draw_scene *scene) {
    size_t n = 0;
    for (size_t i = 0; i < scene->n; i++)
        n += scene->items[i].shape == DRAW_CIRCLE && scene->items[i].ink.stroke == DRAW_PAIN &&
             scene->items[i].r > DRAW_DISC;
    return n;
}

static void test_only_findings_are_red(void **state) {
    (void)state;
    struct drawn drawn;
    open_drawn(&drawn, read_map(map_nested), 5213);
    assert_int_equal(count_red_rings(&drawn.picture.scene), 0);
    close_drawn(&drawn);
    struct trod_map *map = read_map(map_nested);
    const struct trod_finding finding = {.kind = TROD_FINDING_BURST,
                                         .deviation = TROD_FAILED,
                                         .touchpoint_id = trod_map_touchpoint(map, TROD_STR("sign")),
                                         .stage_id = TROD_NO_ID};
    struct trod_compare *compare = make_compare(map, 5213);
    compare->findings = &finding;
    compare->n_findings = 1;
    struct trod_arena *arena = trod_arena_make(0), *scratch = trod_arena_make(0);
    struct draw_picture picture;
    assert_int_equal(draw_picture_make(map, compare, NULL, arena, scratch, &picture, NULL),
                     TROD_OK);
    assert_int_equal(count_red_rings(&picture.scene), 1);
    draw_scene_release(&picture.scene);
    trod_arena_free(arena);
    trod_arena_free(scratch);
    free_compare(compare);
    trod_map_free(map);
}

/* ---- Limits -------------------------------------------------------------------------------------- */

static void test_no_memory(void **state) {
    (void)state;
    struct trod_map *map = read_map(map_nested);
    struct trod_compare *compare = make_compare(map, 500);
    size_t failures = 0;
    for (uint64_t n = 1; n < 4000; n += 1 + n / 12) {
        struct trod_buf out = {0};
        trod_memory_fail_at(n);
        trod_status status =
            trod_draw_svg(map, compare, &(struct trod_draw_options){0}, &out, NULL);
        trod_memory_fail_at(0);
        failures += status != TROD_OK;
        trod_buf_free(&out);
    }
    assert_true(failures > 3);
    free_compare(compare);
    trod_map_free(map);
}

static void test_too_many(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "journey j: J\nstage s: S\n");
    for (int i = 0; i < 5001; i++) trod_buf_format(&text, "  touchpoint t%d: T\n", i);
    struct trod_map *map = read_map(text.at);
    struct trod_buf out = {0};
    struct trod_error error = {0};
    assert_int_equal(trod_draw_svg(map, NULL, NULL, &out, &error), TROD_TOO_MUCH);
    assert_non_null(strstr(error.message, "5001"));
    trod_buf_free(&out);
    trod_buf_free(&text);
    trod_map_free(map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),     cmocka_unit_test(test_any_map),
        cmocka_unit_test(test_svg),        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_words),      cmocka_unit_test(test_data),
        cmocka_unit_test(test_only_findings_are_red),
        cmocka_unit_test(test_no_memory),  cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
