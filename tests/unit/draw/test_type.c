/* Text: widths from the table, and lines that lose nothing, tear nothing and fit. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit.h"
#include "draw/type.h"

struct setting {
    struct trod_arena *arena, *scratch;
};

static struct setting open_setting(void) {
    return (struct setting){trod_arena_make(0), trod_arena_make(0)};
}

static void close_setting(struct setting *setting) {
    trod_arena_free(setting->arena);
    trod_arena_free(setting->scratch);
}

static struct draw_lines wrap_one(struct setting *setting, const char *text, double width,
                                  size_t n_most) {
    struct draw_run *run = TROD_NEW(setting->arena, struct draw_run);
    *run = (struct draw_run){trod_str_of(text), DRAW_REGULAR, DRAW_INK, false};
    return draw_wrap(setting->arena, setting->scratch, run, 1, 12, width, n_most);
}

/* The words of a line, its runs joined. */
static trod_str words(struct setting *setting, const struct draw_line *line) {
    struct trod_buf all = {0};
    for (size_t i = 0; i < line->n; i++) trod_buf_add(&all, line->runs[i].text);
    trod_str copy = trod_arena_copy(setting->arena, trod_buf_str(&all));
    trod_buf_free(&all);
    return copy;
}

static void test_width(void **state) {
    (void)state;
    /* Inter's own advances: n 585, i 237, space 281 thousandths. */
    assert_float_equal(draw_text_width(TROD_STR("n"), DRAW_REGULAR, 1000), 585, 1);
    assert_float_equal(draw_text_width(TROD_STR("i i"), DRAW_REGULAR, 1000), 2 * 237 + 281, 1);
    assert_true(draw_text_width(TROD_STR("n"), DRAW_BOLD, 12) >
                draw_text_width(TROD_STR("n"), DRAW_REGULAR, 12));
    /* A combining mark has no width, an ideograph is a whole em, a character of no table has one. */
    assert_float_equal(draw_text_width(TROD_STR("e\xCC\x81"), DRAW_REGULAR, 1000),
                       draw_text_width(TROD_STR("e"), DRAW_REGULAR, 1000), 0.001);
    assert_float_equal(draw_text_width(TROD_STR("店"), DRAW_REGULAR, 1000), 1000, 0.001);
    assert_true(draw_text_width(TROD_STR("ש"), DRAW_REGULAR, 1000) > 300);
    assert_float_equal(draw_text_width(TROD_STR(""), DRAW_REGULAR, 12), 0, 0);
}

static void test_breaks(void **state) {
    (void)state;
    struct setting setting = open_setting();
    struct draw_lines lines = wrap_one(&setting, "one two three", 60, 9);
    assert_int_equal(lines.n, 2);
    assert_str(words(&setting, &lines.at[0]), "one two");
    assert_str(words(&setting, &lines.at[1]), "three");
    lines = wrap_one(&setting, "school-run", 50, 9);
    assert_str(words(&setting, &lines.at[0]), "school-");
    lines = wrap_one(&setting, "a\nb", 500, 9);
    assert_int_equal(lines.n, 2);
    lines = wrap_one(&setting, "a\xC2\xA0"
                               "b c",
                     20, 9); /* a no-break space holds */
    assert_str(words(&setting, &lines.at[0]), "a\xC2\xA0"
                                              "b");
    lines = wrap_one(&setting, "问候。问候", 30, 9); /* a full stop does not begin a line */
    assert_str(words(&setting, &lines.at[0]), "问");
    assert_str(words(&setting, &lines.at[1]), "候。");
    lines = wrap_one(&setting, "👩‍👩‍👧👍🏽🇩🇪🇫🇷", 1, 9); /* nothing that belongs together is torn */
    assert_int_equal(lines.n, 4);
    assert_str(words(&setting, &lines.at[0]), "👩‍👩‍👧");
    assert_str(words(&setting, &lines.at[3]), "🇫🇷");
    close_setting(&setting);
}

static void test_ellipsis(void **state) {
    (void)state;
    struct setting setting = open_setting();
    struct draw_lines lines = wrap_one(&setting, "one two three four five six", 60, 2);
    assert_int_equal(lines.n, 2);
    assert_true(lines.cut);
    assert_true(trod_str_ends(words(&setting, &lines.at[1]), TROD_STR("…")));
    assert_true(lines.at[1].width <= 60);
    lines = wrap_one(&setting, "one two", 60, 1);
    assert_false(lines.cut);
    close_setting(&setting);
}

static void test_styles(void **state) {
    (void)state;
    struct setting setting = open_setting();
    struct draw_run runs[] = {{TROD_STR("Sales "), DRAW_BOLD, DRAW_INK, false},
                              {TROD_STR("answers at once"), DRAW_REGULAR, DRAW_INK, false},
                              {TROD_STR("12"), DRAW_REGULAR, DRAW_SOFT, true}};
    struct draw_lines lines = draw_wrap(setting.arena, setting.scratch, runs, 3, 12, 96, 9);
    assert_int_equal(lines.n, 2);
    assert_int_equal(lines.at[0].n, 2);
    assert_int_equal(lines.at[0].runs[0].face, DRAW_BOLD);
    /* The figure stays with its word. */
    assert_str(words(&setting, &lines.at[1]), "at once12");
    struct draw_run arabic = {TROD_STR("(مرحبا) ok"), DRAW_REGULAR, DRAW_INK, false};
    lines = draw_wrap(setting.arena, setting.scratch, &arabic, 1, 12, 900, 9);
    assert_true(lines.at[0].rtl);
    close_setting(&setting);
}

/* Random texts: every line fits, or is one cluster alone; and no character but spaces is lost. */
static void test_any_text(void **state) {
    (void)state;
    static const char *const pieces[] = {"a", "wide", " ", "  ", "-", "客", "é", "e\xCC\x81", "👍🏽",
                                         "ש", "\n", "/", ",", "WWWWWWWWWW", "\xFF", "i", "。"};
    struct trod_rng rng = {.seed = 7};
    for (int round = 0; round < 2000; round++) {
        struct setting setting = open_setting();
        struct trod_buf text = {0}, got = {0}, want = {0};
        size_t n = 1 + trod_rng_below(&rng, 40);
        for (size_t i = 0; i < n; i++)
            trod_buf_adds(&text, pieces[trod_rng_below(&rng, TROD_COUNT(pieces))]);
        double width = 5 + 100 * trod_rng_unit(&rng);
        trod_buf_adds(&text, "");
        struct draw_lines lines = wrap_one(&setting, text.at, width, 1000);
        for (size_t i = 0; i < lines.n; i++) {
            trod_str line = words(&setting, &lines.at[i]);
            bool fits = lines.at[i].width <= width + 0.02;
            assert_true(fits || trod_str_cells(line) <= 2 || line.n <= 8);
            trod_buf_add(&got, line);
        }
        for (size_t i = 0; i < text.n; i++)
            if (text.at[i] != ' ' && text.at[i] != '\n') trod_buf_byte(&want, text.at[i]);
        size_t at = 0;
        for (size_t i = 0; i < got.n; i++)
            if (got.at[i] != ' ') got.at[at++] = got.at[i];
        got.n = at;
        assert_true(trod_str_equal(trod_buf_str(&got), trod_buf_str(&want)));
        trod_buf_free(&text);
        trod_buf_free(&got);
        trod_buf_free(&want);
        close_setting(&setting);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),    cmocka_unit_test(test_breaks),
        cmocka_unit_test(test_ellipsis), cmocka_unit_test(test_styles),
        cmocka_unit_test(test_any_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
