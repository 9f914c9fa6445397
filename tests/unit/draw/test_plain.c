/* The map on a terminal: within its width, without what could move the cursor. */
#include "maps.h"

static void draw_text_of(const struct trod_map *map, unsigned width, bool colour,
                         struct trod_buf *out) {
    struct trod_error error = {0};
    assert_int_equal(trod_draw_text(map, width, colour, out, &error), TROD_OK);
}

static void check_lines(trod_str text, size_t width) {
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        assert_true(text.at[i] == '\n' || (unsigned char)text.at[i] >= ' ');
        if (text.at[i] != '\n') continue;
        trod_str line = trod_str_slice(text, from, i);
        if (trod_str_cells(line) > width)
            fail_msg("wider than %zu: %.*s", width, TROD_ARG(line));
        from = i + 1;
    }
}

static void test_width(void **state) {
    (void)state;
    static const char *const texts[] = {map_least, map_nested, map_hostile};
    static const unsigned widths[] = {40, 63, 64, 80, 120, 200};
    for (size_t i = 0; i < 4; i++) {
        struct trod_map *map = i < 3 ? read_map(texts[i]) : read_example();
        for (size_t w = 0; w < TROD_COUNT(widths); w++) {
            struct trod_buf out = {0};
            draw_text_of(map, widths[w], false, &out);
            check_lines(trod_buf_str(&out), widths[w]);
            trod_buf_free(&out);
        }
        trod_map_free(map);
    }
}

static void test_words(void **state) {
    (void)state;
    struct trod_map *map = read_map(map_nested);
    struct trod_buf out = {0};
    draw_text_of(map, 80, false, &out);
    static const char *const wanted[] = {
        "━━ Find", "in any order", "├ 40\xC2\xA0% By phone", "nothing happens", "optional, 30\xC2\xA0%",
        "up to 3 times", "up to 4 times", "between two rounds", "the journey may end here",
        "again as often as needed", "★ Signs", "▼▼ the pen does not write", "At any time",
        "first-to-sign: from guide to sign", "Who signs", "│ ● ·  curious", "│ ○ ·  reassured"};
    for (size_t i = 0; i < TROD_COUNT(wanted); i++) {
        if (!trod_str_contains(trod_buf_str(&out), trod_str_of(wanted[i])))
            fail_msg("no \"%s\" in\n%.*s", wanted[i], TROD_ARG(trod_buf_str(&out)));
    }
    assert_false(trod_str_contains(trod_buf_str(&out), TROD_STR("\033")));
    trod_buf_clear(&out);
    draw_text_of(map, 80, true, &out);
    assert_true(trod_str_contains(trod_buf_str(&out), TROD_STR("\033[31m▼▼▼")) ||
                trod_str_contains(trod_buf_str(&out), TROD_STR("\033[31m  ▼▼▼")));
    trod_buf_free(&out);
    trod_map_free(map);
}

static void test_no_memory(void **state) {
    (void)state;
    struct trod_map *map = read_map(map_nested);
    for (uint64_t n = 1; n < 60; n++) {
        struct trod_buf out = {0};
        trod_memory_fail_at(n);
        trod_status status = trod_draw_text(map, 80, false, &out, NULL);
        trod_memory_fail_at(0);
        assert_true(status == TROD_OK || status == TROD_NO_MEMORY);
        trod_buf_free(&out);
    }
    trod_map_free(map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
