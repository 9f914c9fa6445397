/* schemas/journey.schema.json is what the table of the language gives. After a change of the
 * table:
 *
 *     TROD_WRITE_SCHEMA=1 meson test -C build map_schema
 *
 * writes it anew.
 */
#include "maps.h"

#include "map/pattern.h"
#include "map/twin.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

static void file_is_the_tables(void **state) {
    (void)state;
    const char *const root = getenv("TROD_SOURCE_ROOT");
    char name[4096];
    struct trod_buf schema = {0}, file = {0};
    struct trod_error error = {0};
    snprintf(name, sizeof name, "%s/schemas/journey.schema.json", root ? root : ".");
    assert_ok(twin_schema(&schema, &error));
    if (getenv("TROD_WRITE_SCHEMA"))
        assert_ok(trod_file_write(name, trod_buf_str(&schema), &error));
    assert_ok(trod_file_read(name, (size_t)16 << 20, &file, &error));
    if (!trod_str_equal(trod_buf_str(&schema), trod_buf_str(&file)))
        fail_msg("%s is not what the table of the language says. Write it anew with\n"
                 "TROD_WRITE_SCHEMA=1 meson test -C build map_schema",
                 name);
    trod_buf_free(&schema);
    trod_buf_free(&file);
}

/* What a line may hold beside its slots, and what a line may be beside its keyword. */
static void no_name_means_two_things(void **state) {
    (void)state;
    size_t n_words;
    const struct map_word *const words = map_words(&n_words);
    struct map_slot slots[MAP_MAX_SLOTS];
    static const char *const lines[] = {"comment", "blank", "long", "raw"};
    for (size_t i = 0; i < n_words; i++) {
        for (size_t k = 0; k < TROD_COUNT(lines); k++)
            assert_string_not_equal(words[i].keyword, lines[k]);
        const size_t n = map_word_slots(&words[i], slots);
        for (size_t a = 0; a < n; a++) {
            if (!twin_is_member(&slots[a])) continue;
            const trod_str key = twin_key(&slots[a]);
            assert_false(trod_str_is(key, "proof") || trod_str_is(key, "lines"));
            for (size_t b = 0; b < a; b++)
                assert_false(twin_is_member(&slots[b]) &&
                             trod_str_equal(twin_key(&slots[b]), key));
        }
    }
}

static const struct map_word *word_of(const char *keyword, enum map_place place) {
    const struct map_word *const word = map_word_of(trod_str_of(keyword), place);
    assert_non_null(word);
    return word;
}

static void always_of(const char *keyword, enum map_place place, const char *want) {
    struct map_slot slots[MAP_MAX_SLOTS];
    const size_t n = map_word_slots(word_of(keyword, place), slots);
    char text[300] = "";
    for (size_t i = 0; i < n; i++)
        if (slots[i].always)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ",
                     TROD_ARG(slots[i].name));
    assert_string_equal(text, want);
}

static void knows_what_no_line_can_do_without(void **state) {
    (void)state;
    always_of("stage", MAP_ROOT, "id ");
    always_of("span", MAP_JOURNEY, "id from to ");
    always_of("pain", MAP_TOUCHPOINT, "");
    always_of("measure", MAP_KPI, "");
    always_of("consent", MAP_JOURNEY, "");
    always_of("variant", MAP_EXPERIMENT, "id share content ");
    always_of("reviewed", MAP_JOURNEY, "date ");
    always_of("note", MAP_TOUCHPOINT, "name date ");
    always_of("at most", MAP_JOURNEY, "n time ");
}

/* The slots of a line, given as words, in the order of the line; "" if there is no such line.
 */
static void order_of(const char *keyword, enum map_place place, const char *given,
                     const char *want) {
    const struct map_word *const word = word_of(keyword, place);
    struct map_slot slots[MAP_MAX_SLOTS];
    const size_t n = map_word_slots(word, slots);
    uint32_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        char name[64];
        snprintf(name, sizeof name, " %.*s ", TROD_ARG(slots[i].name));
        if (strstr(given, name)) bits |= UINT32_C(1) << i;
    }
    uint8_t at[MAP_MAX_SLOTS];
    size_t n_at = 0;
    char text[300] = "";
    if (map_word_order(word, bits, at, &n_at))
        for (size_t i = 0; i < n_at; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ",
                     TROD_ARG(slots[at[i]].name));
    assert_string_equal(text, want);
}

static void puts_members_in_the_order_of_a_line(void **state) {
    (void)state;
    order_of("stage", MAP_ROOT, " title id ", "id title ");
    order_of("stage", MAP_ROOT, " title ", "");
    order_of("pain", MAP_TOUCHPOINT, " text severity id ", "id severity text ");
    order_of("pain", MAP_TOUCHPOINT, " severity text ", "severity text ");
    order_of("measure", MAP_KPI, " to from statistic ", "statistic from to ");
    order_of("measure", MAP_KPI, " to within with ", "with to within ");
    order_of("measure", MAP_KPI, " to within from ", "");
    order_of("when", MAP_RULE, " within verb points times noun ",
             "points verb times noun within ");
    order_of("when", MAP_RULE, " within none_of points ", "points none_of within ");
    order_of("when", MAP_RULE, " time points ", "time points ");
    order_of("when", MAP_RULE, " time ", "time ");
    order_of("comes", MAP_TOUCHPOINT, " before at_least usually ", "usually at_least before ");
    order_of("comes", MAP_TOUCHPOINT, " before after usually ", "");
    order_of("seen when", MAP_TOUCHPOINT, " name event source ", "source event name ");
    order_of("seen when", MAP_TOUCHPOINT, " fact event ", "");
    order_of("accept", MAP_JOURNEY, " until id because kind ", "kind id because until ");
    order_of("accept", MAP_JOURNEY, " until id kind ", "kind id until ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_is_the_tables),
        cmocka_unit_test(no_name_means_two_things),
        cmocka_unit_test(knows_what_no_line_can_do_without),
        cmocka_unit_test(puts_members_in_the_order_of_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
