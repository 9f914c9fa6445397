#include "taken.h"

#define EVENT(name, time)                                      \
    "<event><string key=\"concept:name\" value=\"" name "\"/>" \
    "<date key='time:timestamp' value='" time "'/></event>"

#define TEXT(key, value) "<string key='" key "' value='" value "'/>"

/* The same log behind a DOCTYPE, which the slow door reads. */
static char *with_doctype(const char *text) {
    const char *log = strstr(text, "<log");
    if (!log) log = text;
    char *const out = malloc(strlen(text) + 40);
    sprintf(out, "%.*s<!DOCTYPE log>%s", (int)(log - text), text, log);
    return out;
}

/* Both doors must come to the same. */
#define assert_xes(options, text, expected)          \
    do {                                             \
        assert_taken((options), (text), (expected)); \
        char *const slow_ = with_doctype(text);      \
        assert_taken((options), slow_, (expected));  \
        free(slow_);                                 \
    } while (0)

#define assert_bad_xes(text, part)                      \
    do {                                                \
        assert_refused((text), TROD_BAD_INPUT, (part)); \
        char *const slow_ = with_doctype(text);         \
        assert_refused(slow_, TROD_BAD_INPUT, "");      \
        free(slow_);                                    \
    } while (0)

static const char plain_log[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n"
    "<!-- made by hand, with <tags> in it -->\n"
    "<log xes.version=\"1.0\" xmlns=\"http://www.xes-standard.org/\">\n"
    "  <extension name=\"Concept\" prefix=\"concept\" uri=\"http://x\"/>\n"
    "  <global scope=\"event\"><string key=\"concept:name\" value=\"__INVALID__\"/>\n"
    "    <string key=\"org:resource\" value=\"nobody\"/></global>\n"
    "  <classifier name=\"Activity\" keys=\"concept:name lifecycle:transition\"/>\n"
    "  <string key=\"concept:name\" value=\"the log itself\"/>\n"
    "  <trace>\n"
    "    <string key=\"concept:name\" value=\"case 1\"/>\n"
    "    <int key=\"amount\" value=\"20000\"/>\n"
    "    <event>\n"
    "      <string key=\"concept:name\" value=\"ask\"/>\n"
    "      <string key=\"lifecycle:transition\" value=\"start\"/>\n"
    "      <date key=\"time:timestamp\" value=\"2011-10-01T00:38:44.546+02:00\"/>\n"
    "      <string key=\"org:resource\" value=\"Pete\"/>\n"
    "    </event>\n"
    "    <event>\n"
    "      <date key=\"time:timestamp\" value=\"2011-10-30T02:30:00+01:00\"/>\n"
    "      <string key=\"concept:name\" value=\"ask\"/>\n"
    "      <string key=\"lifecycle:transition\" value=\"complete\"/>\n"
    "      <boolean key=\"fine\" value=\"true\"/>\n"
    "    </event>\n"
    "  </trace>\n"
    "  <trace>\n"
    "    <string key=\"concept:name\" value=\"case 2\"/>\n"
    "  </trace>\n"
    "</log>\n";

static void traces_and_events(void **state) {
    (void)state;
    assert_xes(NULL, plain_log,
               "case 1 amount=20000:\n"
               "  ask @2011-09-30T22:38:44.546Z lifecycle:transition=start org:resource=Pete\n"
               "  ask @2011-10-30T01:30:00Z lifecycle:transition=complete fine=true\n");
    struct taken taken = take(plain_log);
    assert_string_equal(said(&taken), "journey = concept:name, event = concept:name, time = "
                                      "time:timestamp (ISO 8601)");
    assert_int_equal(taken.report->files[0].format, TROD_FORMAT_XES);
    assert_int_equal(taken.log->n_customers,
                     1); /* a trace without events is nobody's journey */
    taken_free(&taken);
    const struct trod_intake_options complete = {.lifecycle = "complete"};
    assert_xes(&complete, plain_log,
               "case 1 amount=20000:\n  ask @2011-10-30T01:30:00Z "
               "lifecycle:transition=complete fine=true\n");
    const struct trod_intake_options utc = {.lifecycle = "START"};
    taken = take_with(&utc, plain_log);
    assert_int_equal(taken.log->n_events, 1);
    assert_int_equal(taken.report->files[0].n_skipped, 1);
    taken_free(&taken);
}

static void text_is_decoded(void **state) {
    (void)state;
    assert_xes(
        NULL,
        "<log><trace><string key=\"concept:name\" value=\"a&amp;b &lt;&gt;&quot;&apos;\"/>"
        "<event><string key='concept:name' value='say \"no\" &#228;&#xE4;&#x1F600; "
        "\xc3\xa9\n\tx'/>"
        "<string value='v' key='k&amp;'/></event></trace></log>",
        "a&b <>\"':\n  say \"no\" \xc3\xa4\xc3\xa4\xf0\x9f\x98\x80 \xc3\xa9  x k&=v\n");
    /* Windows-1252 in a file that calls itself UTF-8 is read, and said. */
    struct taken taken =
        take("<log><trace><string key='concept:name' value='M\xfcller'/>"
             "<event><string key='concept:name' value='a'/></event></trace></log>");
    assert_string_equal(dump(&taken), "M\xc3\xbcller:\n  a\n");
    assert_says(warned(&taken), "read as Windows-1252");
    taken_free(&taken);
    /* Another encoding that is stated goes through the slow door. */
    assert_taken(NULL,
                 "<?xml version='1.0' encoding='iso-8859-1'?><log><trace><string "
                 "key='concept:name' value='M\xfcller'/>"
                 "<event><string key='concept:name' value='a'/></event></trace></log>",
                 "M\xc3\xbcller:\n  a\n");
}

static void odd_but_good_xml(void **state) {
    (void)state;
    const char *const expected = "1:\n  a @2024-01-01T00:00:00Z\n";
    assert_xes(NULL,
               "\n<log\n>  text <![CDATA[ <trace> ]]> <?pi <trace> ?><x:trace xmlns:x='y' >"
               "<string  key = \"concept:name\"\n value='1' ></string >"
               "<!-- <event> --><x:event   ><string value='a' key='concept:name'/>"
               "<date key='time:timestamp' value='2024-01-01'/></x:event></x:trace></log><!-- "
               "end -->\n",
               expected);
    assert_taken(NULL,
                 "\xef\xbb\xbf<log><trace><string key='concept:name' value='1'/>" EVENT(
                     "a", "2024-01-01") "</trace></log>",
                 expected);
    /* UTF-16, as some tools on Windows write it. */
    const char *const narrow = "<log><trace><string key='concept:name' value='1'/>" EVENT(
        "a", "2024-01-01") "</trace></log>";
    char wide[1000] = "\xff\xfe";
    size_t n = 2;
    for (const char *p = narrow; *p; p++) {
        wide[n++] = *p;
        wide[n++] = '\0';
    }
    struct taken taken = take_bytes(NULL, NULL, (trod_str){wide, n});
    assert_string_equal(dump(&taken), expected);
    taken_free(&taken);
}

static void nested_attributes_and_lists(void **state) {
    (void)state;
    assert_xes(
        NULL,
        "<log><trace><string key='concept:name' value='1'><string key='why' "
        "value='x'/></string>"
        "<event><string key='concept:name' value='a'/>"
        "<float key='cost' value='5'><string key='currency' value='EUR'><int key='year' "
        "value='2024'/></string></float>"
        "<list key='seen'><values><string key='page' value='/a'/><string key='page' value='/b'>"
        "<string key='deep' value='c'/></string></values></list>"
        "<container key='box'><string key='in' value='v'/></container>"
        "<list key='none'></list><string key='empty' value=''/>"
        "<string key='last' value='z'/></event></trace></log>",
        "1 concept:name.why=x:\n  a cost=5 cost.currency=EUR cost.currency.year=2024 seen=/a, "
        "/b, c box.in=v last=z\n");
}

static void events_without_time_and_traces_without_name(void **state) {
    (void)state;
    assert_xes(
        NULL,
        "<log><trace><event><string key='concept:name' value='a'/></event></trace>"
        "<trace><string key='concept:name' value='two'/>" EVENT(
            "b", "2024-01-02") "<event>"
                               "<string key='concept:name' value='c'/></event>" EVENT(
                                   "d", "2024-01-01") "</trace></log>",
        "trace 1:\n  a\ntwo:\n  d @2024-01-01T00:00:00Z\n  b @2024-01-02T00:00:00Z\n  c\n");
}

static void facts_may_follow_the_events(void **state) {
    (void)state;
    static const char one[] =
        "<log><trace>" TEXT("concept:name", "1") TEXT("x", "1") EVENT("a", "2024-01-02")
            TEXT("x", "2") TEXT("y", "3") EVENT("b", "2024-01-03") "</trace></log>";
    assert_xes(NULL, one, "1 x=2 y=3:\n  a @2024-01-02T00:00:00Z\n  b @2024-01-03T00:00:00Z\n");
    /* Those of the next trace are its own, and so are those after its last event. */
    static const char three[] =
        "<log>"
        "<trace>" TEXT("concept:name", "1") TEXT("x", "1") TEXT("y", "2")
            EVENT("a", "2024-01-02") "</trace>"
                                     "<trace>" TEXT("concept:name",
                                                    "2") TEXT("x", "3") EVENT("a", "2024-01-02")
                                         TEXT("z", "4") "</trace>"
                                                        "<trace>" EVENT("a", "2024-01-02") TEXT(
                                                            "z", "5") "</trace>"
                                                                      "<trace>" TEXT(
                                                                          "z", "6") "</trace>"
                                                                                    "</log>";
    assert_xes(NULL, three,
               "1 x=1 y=2:\n  a @2024-01-02T00:00:00Z\n"
               "2 x=3 z=4:\n  a @2024-01-02T00:00:00Z\n"
               "trace 3 z=5:\n  a @2024-01-02T00:00:00Z\n");
}

static void events_that_cannot_be_taken(void **state) {
    (void)state;
    const char *const text =
        "<log>\n<event>\n<string key='concept:name' value='lost'/></event>\n<trace>\n"
        "<string key='concept:name' value='1'/>\n"
        "<event><string key='org:resource' value='Pete'/></event>\n" EVENT(
            "a", "soon") "\n" EVENT("b", "2024-01-03") "</trace></log>";
    for (int slow = 0; slow < 2; slow++) {
        char *const copy = slow ? with_doctype(text) : strdup(text);
        struct taken taken = take(copy);
        assert_string_equal(
            rejects(&taken),
            "2: the event stands outside of every trace; "
            "6: it does not say what happened: column \"concept:name\" is empty; "
            "7: the time \"soon\" in column \"time:timestamp\" is no time (expected: ISO 8601, "
            "such "
            "as 2024-03-01 or 2024-03-01T10:20:30)");
        assert_str(taken.report->rejects[2].row, "a; soon");
        assert_string_equal(dump(&taken), "1:\n  b @2024-01-03T00:00:00Z\n");
        taken_free(&taken);
        free(copy);
    }
}

static void other_keys_can_be_said(void **state) {
    (void)state;
    const char *const text =
        "<log><trace><string key='concept:name' value='1'/><string key='owner' value='anna'/>"
        "<event><string key='concept:name' value='a'/><string key='what' value='A'/>"
        "<date key='start_timestamp' value='2024-01-01'/>"
        "<date key='time:timestamp' value='2024-01-02'/></event></trace></log>";
    assert_xes(NULL, text,
               "1 owner=anna:\n  a @2024-01-01T00:00:00Z ..2024-01-02T00:00:00Z what=A\n");
    const struct trod_intake_options event = {.event = "what", .time = "time:timestamp"};
    assert_xes(
        &event, text,
        "1 owner=anna:\n  A @2024-01-02T00:00:00Z concept:name=a start_timestamp=2024-01-01\n");
    const struct trod_intake_options end = {.time = "start_timestamp", .end = "time:timestamp"};
    assert_xes(&end, text,
               "1 owner=anna:\n  a @2024-01-01T00:00:00Z ..2024-01-02T00:00:00Z what=A\n");
    const struct trod_intake_options none = {.time = "", .end = "time:timestamp"};
    assert_xes(&none, text,
               "1 owner=anna:\n  a what=A start_timestamp=2024-01-01 time:timestamp=2024-01-02\n");
    const struct trod_intake_options customer = {.customer = "owner", .time = ""};
    assert_xes(&customer, text,
               "anna:\n  a /1 what=A start_timestamp=2024-01-01 time:timestamp=2024-01-02\n");
    const struct trod_intake_options wrong = {.customer = "nobody"};
    struct taken taken = take_with(&wrong, text);
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    assert_says(taken.error.message, "no trace or event has an attribute \"nobody\"");
    taken_free(&taken);
}

static void what_is_no_xes(void **state) {
    (void)state;
    assert_bad_xes("<html><body>404</body></html>", "no XES log: it begins with <html>");
    assert_bad_xes("<WorkflowLog></WorkflowLog>", "no XES log");
    assert_bad_xes("<log><trace>", "the file ends in the middle");
    assert_bad_xes("<log><trace", "the file ends in the middle");
    assert_bad_xes("<log><!-- never closed", "the file ends in the middle");
    assert_bad_xes("<log><trace></log>", "a tag is closed that is not the one last opened");
    assert_bad_xes("<log></log></log>", "a tag is closed that was never opened");
    assert_bad_xes("<log></log><log></log>", "a second element");
    assert_bad_xes("<log><trace key=unquoted></trace></log>", "a tag is not written as");
    assert_bad_xes("<log><string key='a' value='b></log>", "a tag is not written as");
    assert_bad_xes("<log><string key='a' value='&nbsp;'/></log>", "a & in a value");
    assert_bad_xes("<log><string key='a' value='&#0;'/></log>", "a & in a value");
    assert_bad_xes("<log></log>", "there is no event to take");
    assert_refused("<", TROD_BAD_INPUT, "");
    assert_refused("<?xml", TROD_BAD_INPUT, "");
    struct taken taken = take("<log>\n<trace>\n</log>");
    assert_int_equal(taken.error.line, 3);
    assert_string_equal(taken.error.file, "log");
    taken_free(&taken);
}

static void entities_from_elsewhere_and_bombs(void **state) {
    (void)state;
    assert_refused(
        "<!DOCTYPE log [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        "<log><trace><string key='concept:name' value='1'/><event>&x;</event></trace></log>",
        TROD_BAD_INPUT, "external entity");
    struct trod_buf text = {0};
    trod_buf_adds(&text, "<!DOCTYPE log [<!ENTITY a0 \"aaaaaaaaaaaaaaaaaaaa\">");
    for (int i = 1; i < 12; i++) {
        trod_buf_format(&text, "<!ENTITY a%d \"", i);
        for (int k = 0; k < 10; k++) trod_buf_format(&text, "&a%d;", i - 1);
        trod_buf_adds(&text, "\">");
    }
    trod_buf_adds(&text,
                  "]><log><trace><string key='concept:name' value='&a11;'/></trace></log>");
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    taken_free(&taken);
    trod_buf_clear(&text);
    trod_buf_adds(&text, "<log>");
    for (int i = 0; i < 5000; i++) trod_buf_adds(&text, "<string key='a' value='b'>");
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    assert_says(taken.error.message, "nested more than 1024 levels deep");
    taken_free(&taken);
    trod_buf_free(&text);
}

/* Attributes nested as deep as the reader goes; tags across the borders of chunks. */
static void deep_and_long(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "<log><trace><string key='concept:name' value='1'/><event>"
                         "<string key='concept:name' value='a'/>");
    for (int i = 0; i < 200; i++) trod_buf_format(&text, "<string key='k' value='v%d'>", i);
    for (int i = 0; i < 200; i++) trod_buf_adds(&text, "</string>");
    trod_buf_adds(&text, "</event></trace></log>");
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_fields, 64);
    taken_free(&taken);
    trod_buf_clear(&text);
    trod_buf_adds(&text, "<log>");
    enum { N = 30000 };
    for (unsigned i = 0; i < N; i++) {
        trod_buf_format(&text,
                        "<trace><string key='concept:name' value='c%u'/>\n<event><string "
                        "key='concept:name' value='a&amp;%u'/><string key='pad' value='",
                        i, i % 5);
        trod_buf_repeat(&text, 'p', i * 7919 % 300);
        trod_buf_adds(&text, "'/></event>\n</trace>\n");
    }
    trod_buf_adds(&text, "</log>");
    assert_true(text.n > 6 << 20);
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_events, N);
    for (unsigned i = 0; i < N; i++) {
        assert_int_equal(trod_dict_at(taken.log->names, taken.log->name[i]).at[2], '0' + i % 5);
        const uint32_t code = taken.log->fields[0].code[i];
        const size_t n = code ? trod_dict_at(taken.log->fields[0].values, code - 1).n : 0;
        assert_int_equal(n, i * 7919 % 300);
    }
    taken_free(&taken);
    trod_buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_and_events),
        cmocka_unit_test(text_is_decoded),
        cmocka_unit_test(odd_but_good_xml),
        cmocka_unit_test(nested_attributes_and_lists),
        cmocka_unit_test(events_without_time_and_traces_without_name),
        cmocka_unit_test(facts_may_follow_the_events),
        cmocka_unit_test(events_that_cannot_be_taken),
        cmocka_unit_test(other_keys_can_be_said),
        cmocka_unit_test(what_is_no_xes),
        cmocka_unit_test(entities_from_elsewhere_and_bombs),
        cmocka_unit_test(deep_and_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
