#include "../unit.h"

#include <float.h>
#include <math.h>

#include "trod/base.h"

static void write_sample(struct trod_json_writer *json) {
    trod_json_object(json);
    trod_json_key(json, "a");
    trod_json_int(json, -5);
    trod_json_key(json, "empty");
    trod_json_array(json);
    trod_json_end_array(json);
    trod_json_key(json, "list");
    trod_json_array(json);
    trod_json_uint(json, UINT64_MAX);
    trod_json_bool(json, true);
    trod_json_flat(json);
    trod_json_object(json);
    trod_json_key_str(json, TROD_STR("x"));
    trod_json_number(json, 0.1);
    trod_json_key(json, "y");
    trod_json_array(json);
    trod_json_int(json, 1);
    trod_json_int(json, 2);
    trod_json_end_array(json);
    trod_json_end_object(json);
    trod_json_object(json);
    trod_json_key(json, "z");
    trod_json_text(json, NULL);
    trod_json_end_object(json);
    trod_json_end_array(json);
    trod_json_end_object(json);
}

static void indents(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    write_sample(&(struct trod_json_writer){.out = &buf});
    assert_str(trod_buf_str(&buf), "{\n"
                                   "  \"a\": -5,\n"
                                   "  \"empty\": [],\n"
                                   "  \"list\": [\n"
                                   "    18446744073709551615,\n"
                                   "    true,\n"
                                   "    {\"x\": 0.1, \"y\": [1, 2]},\n"
                                   "    {\n"
                                   "      \"z\": null\n"
                                   "    }\n"
                                   "  ]\n"
                                   "}");
    trod_buf_clear(&buf);
    write_sample(&(struct trod_json_writer){.out = &buf, .compact = true});
    assert_str(trod_buf_str(&buf), "{\"a\":-5,\"empty\":[],\"list\":[18446744073709551615,true,"
                                   "{\"x\":0.1,\"y\":[1,2]},{\"z\":null}]}");
    trod_buf_free(&buf);
}

static void escapes(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    struct trod_json_writer json = {.out = &buf, .compact = true};
    trod_json_array(&json);
    trod_json_str(&json, (trod_str){"q\"b\\n\n\t\r\x01\0\x1f\x7f \xc3\xa9\xff\xe2\x82z", 19});
    trod_json_str(&json, TROD_STR(""));
    trod_json_str(&json, (trod_str){NULL, 0});
    trod_json_end_array(&json);
    assert_str(trod_buf_str(&buf),
               "[\"q\\\"b\\\\n\\n\\t\\r\\u0001\\u0000\\u001f\x7f \xc3\xa9\xef\xbf\xbd"
               "\xef\xbf\xbd\xef\xbf\xbdz\",\"\",null]");
    trod_buf_free(&buf);
}

static void whole_numbers(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    struct trod_json_writer json = {.out = &buf, .compact = true};
    trod_json_array(&json);
    trod_json_int(&json, INT64_MIN);
    trod_json_int(&json, INT64_MAX);
    trod_json_int(&json, 0);
    trod_json_int(&json, -10);
    trod_json_uint(&json, 0);
    trod_json_end_array(&json);
    assert_str(trod_buf_str(&buf), "[-9223372036854775808,9223372036854775807,0,-10,0]");
    trod_buf_free(&buf);
}

static void numbers_are_short(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {100, "100"},
        {1e5, "100000"},
        {123456789, "123456789"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {1e20, "100000000000000000000"},
        {1e21, "1e21"},
        {1.5e21, "1.5e21"},
        {1e-7, "0.0000001"},
        {1.25e-7, "0.000000125"},
        {1e-8, "1e-8"},
        {-1.25e-9, "-1.25e-9"},
        {12.5, "12.5"},
        {1234.5678, "1234.5678"},
        {DBL_MAX, "1.7976931348623157e308"},
        {4.9406564584124654e-324, "5e-324"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
        {-1.7976931348623157e308, "-1.7976931348623157e308"},
        {-0.0000001234567890123456, "-0.0000001234567890123456"},
        {123456789012345678.0, "123456789012345680"},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        char at[32];
        assert_string_equal(trod_number_write(cases[i].value, at), cases[i].text);
        struct trod_buf buf = {0};
        struct trod_json_writer json = {.out = &buf};
        trod_json_number(&json, cases[i].value);
        assert_str(trod_buf_str(&buf), cases[i].text);
        trod_buf_free(&buf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indents),
        cmocka_unit_test(escapes),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(numbers_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
