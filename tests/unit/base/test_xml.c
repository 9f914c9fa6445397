#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "trod/base.h"

/* Writes what the callbacks hear. */
struct heard {
    struct trod_buf out;
    const struct trod_xml *xml;
    const char *stop_at;
};

static trod_status on_begin(void *owner, const char *name, const char **attributes,
                            struct trod_error *error) {
    struct heard *heard = owner;
    if (heard->stop_at && strcmp(name, heard->stop_at) == 0)
        return trod_fail(error, TROD_BAD_INPUT, "no %s here", name);
    trod_buf_format(&heard->out, "<%s@%lld", name, (long long)trod_xml_line(heard->xml));
    for (size_t i = 0; attributes[i]; i += 2)
        trod_buf_format(&heard->out, " %s=%s", attributes[i], attributes[i + 1]);
    trod_buf_byte(&heard->out, '>');
    return TROD_OK;
}

static trod_status on_end(void *owner, const char *name, struct trod_error *error) {
    (void)error;
    struct heard *heard = owner;
    trod_buf_format(&heard->out, "</%s>", name);
    return TROD_OK;
}

static trod_status on_text(void *owner, trod_str text, struct trod_error *error) {
    (void)error;
    struct heard *heard = owner;
    trod_buf_add(&heard->out, text);
    return TROD_OK;
}

/* Feeds the text in pieces of `room` bytes. */
static trod_status hear(trod_str text, size_t room, struct heard *heard,
                        struct trod_error *error) {
    struct trod_xml_reader reader = {heard, on_begin, on_end, on_text};
    struct trod_xml *xml = trod_xml_make(&reader, "x.xes");
    if (!xml) return trod_fail(error, TROD_NO_MEMORY, "make");
    heard->xml = xml;
    trod_status status = TROD_OK;
    do {
        const trod_str piece = trod_str_slice(text, 0, room);
        text = trod_str_slice(text, room, text.n);
        status = trod_xml_feed(xml, piece, text.n == 0, error);
    } while (status == TROD_OK && text.n);
    if (status != TROD_OK) /* the error stays */
        assert_int_equal(trod_xml_feed(xml, TROD_STR("<a>"), false, NULL), status);
    trod_xml_free(xml);
    return status;
}

static void tells_tags_and_texts(void **state) {
    (void)state;
    const trod_str text =
        TROD_STR("<?xml version=\"1.0\"?>\n<x:log xmlns:x=\"u\" xmlns=\"v\" "
                 "x:a='1' b='&lt;&#233;'>\n<e>t&amp;u<![CDATA[<]]></e><f/></x:log>\n");
    for (size_t room = 1; room < 200; room += 7) {
        struct heard heard = {0};
        struct trod_error error = {0};
        assert_int_equal(hear(text, room, &heard, &error), TROD_OK);
        assert_str(trod_buf_str(&heard.out),
                   "<log@2 a=1 b=<\xc3\xa9>\n<e@3>t&u<</e><f@3></f></log>");
        trod_buf_free(&heard.out);
    }
    const char *attributes[] = {"key", "k", "value", "v", NULL};
    assert_string_equal(trod_xml_attribute(attributes, "value"), "v");
    assert_null(trod_xml_attribute(attributes, "k"));
    trod_xml_free(NULL);
}

static void expect(const char *text, const char *heard_text) {
    struct heard heard = {0};
    struct trod_error error = {0};
    if (hear(trod_str_of(text), 1000, &heard, &error) != TROD_OK) fail_msg("%s", error.message);
    assert_str(trod_buf_str(&heard.out), heard_text);
    trod_buf_free(&heard.out);
}

static void other_encodings(void **state) {
    (void)state;
    expect("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "<a@1>\xc3\xa9</a>");
    expect("<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>", "<a@1>\xe2\x82\xac</a>");
    expect("\xef\xbb\xbf<a>\xc3\xa9</a>", "<a@1>\xc3\xa9</a>");
    struct heard heard = {0};
    assert_int_equal(hear((trod_str){"\xff\xfe<\0a\0/\0>\0", 10}, 3, &heard, NULL), TROD_OK);
    trod_buf_free(&heard.out);
}

static void refuse(trod_str text, trod_status status, const char *message, int64_t line) {
    struct heard heard = {0};
    struct trod_error error = {0};
    assert_int_equal(hear(text, 100000, &heard, &error), status);
    if (!strstr(error.message, message)) fail_msg("%s", error.message);
    assert_string_equal(error.file, "x.xes");
    if (line) assert_int_equal(error.line, line);
    trod_buf_free(&heard.out);
}

static void refuses_what_is_no_xml(void **state) {
    (void)state;
    refuse(TROD_STR(""), TROD_BAD_INPUT, "the file is empty", 1);
    refuse(TROD_STR("hello"), TROD_BAD_INPUT, "this is not XML", 1);
    refuse(TROD_STR("<a>\n<b>"), TROD_BAD_INPUT, "the file ends in the middle", 2);
    refuse(TROD_STR("<a>\n<b"), TROD_BAD_INPUT, "the file ends in the middle", 2);
    refuse(TROD_STR("<a>\n\n</b>"), TROD_BAD_INPUT, "a tag is closed", 3);
    refuse(TROD_STR("<a>x & y</a>"), TROD_BAD_INPUT, "written &lt; or &amp;", 1);
    refuse(TROD_STR("<a/><b/>"), TROD_BAD_INPUT, "this is not XML", 1);
    refuse(TROD_STR("<a>&nothing;</a>"), TROD_BAD_INPUT, "this is not XML", 1);
    refuse(TROD_STR("<?xml version='1.0' encoding='none-such'?><a/>"), TROD_BAD_INPUT,
           "the encoding", 1);
    refuse((trod_str){"<a>\0</a>", 8}, TROD_BAD_INPUT, "this is not XML", 1);
}

static void never_follows_other_files(void **state) {
    (void)state;
    refuse(TROD_STR("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n<a>&e;</a>"),
           TROD_BAD_INPUT, "the external entity e", 2);
    refuse(TROD_STR("<!DOCTYPE a [<!ENTITY e SYSTEM 'http://127.0.0.1/x'>]><a b='&e;'/>"),
           TROD_BAD_INPUT, "", 1);
    refuse(TROD_STR("<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY % p SYSTEM 'p'> %p;]><a>&q;</a>"),
           TROD_BAD_INPUT, "external entity", 1);
    expect("<!DOCTYPE a SYSTEM 'a.dtd'><a/>", "<a@1></a>");
    expect("<!DOCTYPE a [<!ENTITY e 'inside'>]><a>&e;</a>", "<a@1>inside</a>");
}

static void bounds_what_a_file_may_ask(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    trod_buf_adds(&buf, "<!DOCTYPE a [<!ENTITY e0 'laughs, many of them, and then more'>");
    for (int i = 1; i < 10; i++) {
        trod_buf_format(&buf, "<!ENTITY e%d '", i);
        for (int k = 0; k < 10; k++) trod_buf_format(&buf, "&e%d;", i - 1);
        trod_buf_adds(&buf, "'>");
    }
    trod_buf_adds(&buf, "]><a>&e9;</a>");
    refuse(trod_buf_str(&buf), TROD_TOO_MUCH, "no honest log", 1);
    trod_buf_clear(&buf);
    for (int i = 0; i < 2000; i++) trod_buf_adds(&buf, "<a>");
    refuse(trod_buf_str(&buf), TROD_TOO_MUCH, "more than 1024 levels", 1);
    trod_buf_clear(&buf);
    trod_buf_adds(&buf, "<a b='");
    trod_buf_repeat(&buf, 'x', 20 << 20);
    refuse(trod_buf_str(&buf), TROD_TOO_MUCH, "more than 8 MiB", 0);
    trod_buf_free(&buf);
}

static void a_callback_stops_it(void **state) {
    (void)state;
    struct heard heard = {.stop_at = "stop"};
    struct trod_error error = {0};
    assert_int_equal(hear(TROD_STR("<a>\n<b/>\n<stop/><c/></a>"), 1000, &heard, &error),
                     TROD_BAD_INPUT);
    assert_string_equal(error.message, "no stop here");
    assert_string_equal(error.file, "x.xes");
    assert_int_equal(error.line, 3);
    assert_str(trod_buf_str(&heard.out), "<a@1>\n<b@2></b>\n");
    trod_buf_free(&heard.out);
}

static void escapes(void **state) {
    (void)state;
    struct trod_buf out = {0};
    trod_xml_escape(&out, (trod_str){"a&b<c>\"d'\n\t\x01\0\xc3\xa9\xff", 16});
    assert_str(trod_buf_str(&out),
               "a&amp;b&lt;c&gt;&quot;d&#39;&#10;&#9;\xef\xbf\xbd\xef\xbf\xbd"
               "\xc3\xa9\xef\xbf\xbd");
    trod_buf_free(&out);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    uint64_t n = 1;
    for (;; n++) {
        struct heard heard = {0};
        struct trod_error error = {0};
        trod_memory_fail_at(n);
        const trod_status status =
            hear(TROD_STR("<?xml version='1.0'?><a b='1' c='2'><d>text</d></a>"), 1000, &heard,
                 &error);
        trod_memory_fail_at(0);
        const bool failed = heard.out.failed;
        trod_buf_free(&heard.out);
        if (status == TROD_OK && !failed) break;
        if (!failed) assert_int_equal(status, TROD_NO_MEMORY);
    }
    assert_true(n > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_tags_and_texts),
        cmocka_unit_test(other_encodings),
        cmocka_unit_test(refuses_what_is_no_xml),
        cmocka_unit_test(never_follows_other_files),
        cmocka_unit_test(bounds_what_a_file_may_ask),
        cmocka_unit_test(a_callback_stops_it),
        cmocka_unit_test(escapes),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
