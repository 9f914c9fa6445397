#include "taken.h"

static void one_object_a_line(void **state) {
    (void)state;
    struct taken taken =
        take("{\"user\": \"anna\", \"event\": \"visit\", \"ts\": \"2024-03-01T10:00:00Z\", "
             "\"n\": 5}\r\n"
             "\n"
             "  "
             "{\"ts\":\"2024-03-01T09:00:00Z\",\"event\":\"ask\",\"user\":\"anna\",\"late\":"
             "true,\"x\":null}\n"
             "{\"user\":7,\"event\":\"visit\",\"ts\":\"2024-03-01T09:00:00Z\",\"price\":1.50}");
    assert_string_equal(dump(&taken), "anna:\n"
                                      "  ask @2024-03-01T09:00:00Z late=true\n"
                                      "  visit @2024-03-01T10:00:00Z n=5\n"
                                      "7:\n"
                                      "  visit @2024-03-01T09:00:00Z price=1.50\n");
    assert_string_equal(
        said(&taken),
        "customer = user (guessed), event = event (guessed), time = ts (guessed, ISO 8601)");
    assert_int_equal(taken.report->files[0].format, TROD_FORMAT_JSONL);
    taken_free(&taken);
}

static void nested_objects_and_arrays(void **state) {
    (void)state;
    assert_taken(
        NULL,
        "{\"user\":{\"id\":\"u\",\"geo\":{\"town\":\"Ulm\"}},\"event\":{\"name\":\"buy\","
        "\"none\":{}},"
        "\"items\":[{\"sku\":1},{\"sku\":\"b\\\"\"}],\"tags\":[],\"time\":1709287200}\n",
        "u:\n  buy @2024-03-01T10:00:00Z user.geo.town=Ulm "
        "items=[{\"sku\":1},{\"sku\":\"b\\\"\"}] tags=[]\n");
}

static void sessions_with_their_events(void **state) {
    (void)state;
    struct taken taken = take(
        "{\"session\":0,\"events\":[{\"aid\":1,\"ts\":1659304800025,\"type\":\"clicks\"},"
        "{\"aid\":2,\"ts\":1659304904511,\"type\":\"carts\"}],\"browser\":\"x\"}\n"
        "{\"session\":1,\"events\":[{\"aid\":1,\"ts\":1659304800000,\"type\":\"clicks\"}]}\n"
        "{\"session\":2,\"events\":[]}\n");
    assert_says(dump(&taken), "0:\n"
                              "  clicks @2022-07-31T22:00:00.025Z browser=x aid=1\n"
                              "  carts @2022-07-31T22:01:44.511Z browser=x aid=2\n"
                              "1:\n"
                              "  clicks @2022-07-31T22:00:00Z aid=1\n");
    /* A session without events is a line from which nothing could be taken, and is said. */
    assert_int_equal(taken.report->n_rejected, 1);
    assert_int_equal(taken.report->rejects[0].line, 3);
    taken_free(&taken);
}

static void columns_that_come_late(void **state) {
    (void)state;
    struct trod_buf text = {0};
    for (int i = 0; i < 1500; i++)
        trod_buf_format(
            &text,
            i < 1400
                ? "{\"case\":\"c%d\",\"event\":\"a\"}\n"
                : "{\"case\":\"c%d\",\"event\":\"a\",\"case:kind\":\"k\",\"page\":\"p\"}\n",
            i);
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.log->n_events, 1500);
    const uint32_t page = trod_log_field(taken.log, TROD_STR("page"), false);
    const uint32_t kind = trod_log_field(taken.log, TROD_STR("case:kind"), true);
    assert_true(page != TROD_NO_ID && kind != TROD_NO_ID);
    for (uint32_t i = 0; i < 1500; i++) {
        assert_int_equal(taken.log->fields[page].code[i], i >= 1400);
        assert_int_equal(taken.log->fields[kind].code[i], i >= 1400);
    }
    taken_free(&taken);
    trod_buf_free(&text);
}

static void lines_that_are_no_objects(void **state) {
    (void)state;
    struct taken taken =
        take("{\"user\":\"u\",\"event\":\"a\"}\n[1]\n{\"user\":\"u\",}\n\"text\"\n"
             "{\"user\":\"u\",\"event\":\"b\"} "
             "trailing\n{\"user\":\"u\"}\n{\"user\":\"u\",\"event\":\"c\"}\n");
    assert_string_equal(dump(&taken), "u:\n  a\n  c\n");
    const char *const list = rejects(&taken);
    assert_says(list, "2: it is no JSON object");
    assert_says(list, "3: it is no JSON: ");
    assert_says(list, "4: it is no JSON object");
    assert_says(list, "5: it is no JSON: ");
    assert_says(list, "6: it does not say what happened: column \"event\" is empty");
    assert_int_equal(taken.report->n_rejected, 5);
    assert_int_equal(taken.report->files[0].n_rows, 7);
    taken_free(&taken);
}

static void other_shapes_of_json(void **state) {
    (void)state;
    struct taken taken = take("[{\"user\":\"u\",\"event\":\"a\"}]\n");
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    assert_says(taken.error.message, "one JSON array");
    assert_says(taken.error.hint, "jq -c '.[]'");
    taken_free(&taken);
    taken = take("{\n  \"user\": \"u\",\n  \"event\": \"a\"\n}\n");
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    assert_says(taken.error.message, "spreads over several lines");
    assert_int_equal(taken.error.line, 1);
    taken_free(&taken);
}

static void text_that_is_not_utf8(void **state) {
    (void)state;
    struct taken taken = take("{\"user\":\"M\xfcller\",\"event\":\"a\\u00e9\"}\n");
    assert_string_equal(dump(&taken), "M\xc3\xbcller:\n  a\xc3\xa9\n");
    assert_says(warned(&taken), "read as Windows-1252");
    taken_free(&taken);
}

static void too_many_columns(void **state) {
    (void)state;
    struct trod_buf text = {0};
    for (int i = 0; i < 11000; i++)
        trod_buf_format(&text, "{\"user\":\"u\",\"event\":\"a\",\"k%d\":1}\n", i);
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    assert_says(taken.error.message, "more than 10000");
    taken_free(&taken);
    trod_buf_clear(&text);
    trod_buf_adds(&text, "{\"");
    trod_buf_repeat(&text, 'k', 5000);
    trod_buf_adds(&text, "\":1}\n");
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    taken_free(&taken);
    trod_buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_object_a_line),
        cmocka_unit_test(nested_objects_and_arrays),
        cmocka_unit_test(sessions_with_their_events),
        cmocka_unit_test(columns_that_come_late),
        cmocka_unit_test(lines_that_are_no_objects),
        cmocka_unit_test(other_shapes_of_json),
        cmocka_unit_test(text_that_is_not_utf8),
        cmocka_unit_test(too_many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
