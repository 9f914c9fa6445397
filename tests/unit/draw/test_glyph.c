/* Signs and colours. */
#include <math.h>
#include <stdlib.h>

#include "../unit.h"
#include "draw/glyph.h"

static void test_channels(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum draw_channel channel;
    } cases[] = {
        {"street", DRAW_STREET}, {"park", DRAW_STREET}, {"Shop", DRAW_SHOP},
        {"counter", DRAW_SHOP}, {"website", DRAW_SITE}, {"web shop", DRAW_SITE},
        {"leasing partner's site", DRAW_PARTNER}, {"other people's sites", DRAW_SITE},
        {"app", DRAW_APP}, {"mobile app", DRAW_APP}, {"apparel shop", DRAW_SHOP},
        {"e-mail", DRAW_E_MAIL}, {"E-Mail", DRAW_E_MAIL}, {"email", DRAW_E_MAIL},
        {"direct mail", DRAW_LETTER}, {"letter", DRAW_LETTER}, {"phone", DRAW_PHONE},
        {"call centre", DRAW_PHONE}, {"chat", DRAW_CHAT}, {"SMS", DRAW_MESSAGE},
        {"message", DRAW_MESSAGE}, {"social media", DRAW_SOCIAL}, {"advert", DRAW_ADVERT},
        {"ad", DRAW_ADVERT}, {"admin", DRAW_OTHER}, {"trade fair", DRAW_EVENT},
        {"vending machine", DRAW_MACHINE}, {"home delivery", DRAW_DELIVERY},
        {"dealer", DRAW_PARTNER}, {"smoke signal", DRAW_OTHER}, {"", DRAW_OTHER},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        if (draw_channel_of(trod_str_of(cases[i].name)) != cases[i].channel)
            fail_msg("%s is %d", cases[i].name, draw_channel_of(trod_str_of(cases[i].name)));
    }
}

static double luminance(const char *colour) {
    long rgb = strtol(colour + 1, NULL, 16);
    double sum = 0;
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    for (int i = 0; i < 3; i++) {
        double part = (double)((rgb >> (16 - 8 * i)) & 255) / 255;
        sum += weights[i] * (part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(enum draw_paint a, enum draw_paint b, enum trod_theme theme) {
    double one = luminance(draw_paint_colour(a, theme)) + 0.05;
    double two = luminance(draw_paint_colour(b, theme)) + 0.05;
    return one > two ? one / two : two / one;
}

/* Text 4.5 to 1, signs 3 to 1, on the ground on which they stand. */
static void test_contrast(void **state) {
    (void)state;
    static const enum draw_paint texts[] = {DRAW_INK, DRAW_SOFT, DRAW_PAIN, DRAW_DATA};
    static const enum draw_paint signs[] = {DRAW_DELIGHT, DRAW_STAR_EDGE, DRAW_NEUTRAL};
    for (int theme = TROD_LIGHT; theme <= TROD_DARK; theme++) {
        for (size_t i = 0; i < TROD_COUNT(texts); i++) {
            assert_true(contrast(texts[i], DRAW_PAGE, theme) >= 4.5);
            assert_true(contrast(texts[i], DRAW_PANEL, theme) >= 4.5);
        }
        for (size_t i = 0; i < TROD_COUNT(signs); i++)
            assert_true(contrast(signs[i], DRAW_PAGE, theme) >= 3);
        for (int i = 0; i < DRAW_N_STAGE_HUES; i++)
            assert_true(contrast(DRAW_WHITE, (enum draw_paint)(DRAW_STAGE_0 + i), theme) >= 4.5);
    }
}

static void test_numbers(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"}, {1, "1"}, {-1.25, "-1.2"}, {0.05, "0.1"}, {12.34, "12.3"},
                 {-0.04, "0"}, {1e6, "1000000"}};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        struct trod_buf out = {0};
        draw_number(&out, cases[i].value);
        assert_str(trod_buf_str(&out), cases[i].text);
        trod_buf_free(&out);
    }
}

static void test_style(void **state) {
    (void)state;
    struct trod_buf out = {0};
    trod_draw_style(TROD_DARK, ".dark ", &out);
    assert_true(trod_str_contains(trod_buf_str(&out), TROD_STR(".dark .trod-map .f-ink{fill:#")));
    assert_false(trod_str_contains(trod_buf_str(&out), TROD_STR("none")));
    trod_buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channels),
        cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_style),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
