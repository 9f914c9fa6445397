/* Twins that a program has made or changed: whatever the order of the members and the spelling
 * of the numbers, the text says the same; and what no line can say is an error with its place.
 */
#include "maps.h"

#include "map/twin.h"
#include "random_doc.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum { N_MAPS = 1500 };

/* ---- The same twin, as somebody else would write it
 * ------------------------------------------ */

struct other {
    struct trod_rng rng;
    struct trod_buf out;
};

static bool by_chance(struct other *other) {
    return trod_rng_below(&other->rng, 2) == 0;
}

static void write_text(struct other *other, trod_str text) {
    struct trod_json_writer json = {.out = &other->out, .compact = true};
    trod_json_str(&json, text);
}

static void write_number(struct other *other, const struct trod_json *json, bool as_number) {
    if (!as_number && by_chance(other))
        write_text(other, json->text);
    else if (by_chance(other))
        trod_buf_format(&other->out, "%.17e", json->number);
    else
        trod_buf_add(&other->out, json->text);
}

static void write_other(struct other *other, const struct trod_json *json, bool as_number);

static void write_members(struct other *other, const struct trod_json *object) {
    const struct trod_json *members[40];
    size_t n = 0;
    for (const struct trod_json *m = object->first; m; m = m->next) {
        assert_true(n < TROD_COUNT(members));
        const bool spare = trod_str_is(m->key, "written") || trod_str_is(m->key, "noun");
        if (!spare || by_chance(other)) members[n++] = m;
    }
    for (size_t i = n; i > 1; i--) {
        const size_t k = (size_t)trod_rng_below(&other->rng, i);
        const struct trod_json *const last = members[i - 1];
        members[i - 1] = members[k];
        members[k] = last;
    }
    for (size_t i = 0; i < n; i++) {
        const trod_str key = members[i]->key;
        trod_buf_adds(&other->out, i ? ",\n" : "{");
        write_text(other, key);
        trod_buf_byte(&other->out, ':');
        /* The version is a number, and in quotes the value of a condition is another thing. */
        write_other(other, members[i],
                    trod_str_is(key, "version") ||
                        (trod_str_is(key, "value") && trod_json_get(object, "op")));
    }
    trod_buf_adds(&other->out, n ? "}" : "{}");
}

static void write_other(struct other *other, const struct trod_json *json, bool as_number) {
    switch (json->kind) {
    case TROD_JSON_NULL:
        trod_buf_adds(&other->out, "null");
        break;
    case TROD_JSON_BOOL:
        trod_buf_adds(&other->out, json->boolean ? "true" : "false");
        break;
    case TROD_JSON_NUMBER:
        write_number(other, json, as_number);
        break;
    case TROD_JSON_TEXT:
        write_text(other, json->text);
        break;
    case TROD_JSON_ARRAY:
        trod_buf_byte(&other->out, '[');
        for (const struct trod_json *item = json->first; item; item = item->next) {
            if (item != json->first) trod_buf_byte(&other->out, ',');
            write_other(other, item, as_number);
        }
        trod_buf_byte(&other->out, ']');
        break;
    case TROD_JSON_OBJECT:
        write_members(other, json);
        break;
    }
}

/* ---- Saying the same
 * --------------------------------------------------------------------------
 */

static struct trod_doc *doc_of(trod_str text, struct trod_arena *arena) {
    struct trod_report report = {0};
    struct map_remarks remarks = {0};
    struct trod_doc *doc = NULL;
    assert_ok(map_remarks_begin(&remarks, &report, TROD_STR("a.journey"), NULL));
    assert_ok(map_doc_read(text, TROD_STR("a.journey"), arena, &remarks, &doc, NULL));
    trod_report_release(&report);
    return doc;
}

/* The arguments of a slot joined with what belongs to them, in order; the order of the slots
 * does not count. */
static void slot_text(const struct map_node *node, const struct map_arg *slot,
                      struct trod_buf *out) {
    trod_buf_clear(out);
    for (size_t i = 0; i < node->n_args; i++) {
        const struct map_arg *const arg = &node->args[i];
        if (arg->slot_n != slot->slot_n || memcmp(arg->slot, slot->slot, slot->slot_n) != 0)
            continue;
        const bool sign = arg->leaf == MAP_LEAF_LEVEL && arg->text.at[0] == '+'; /* +2 or 2 */
        trod_buf_format(out, "%d %d %zu ", arg->leaf, arg->leaf == MAP_LEAF_SET && arg->quoted,
                        arg->text.n - sign);
        trod_buf_add(out, trod_str_slice(arg->text, sign, arg->text.n));
    }
}

static bool same_args(const struct map_node *a, const struct map_node *b) {
    struct trod_buf of_a = {0}, of_b = {0};
    bool same = true;
    for (size_t i = 0; i < a->n_args && same; i++) {
        if (a->args[i].leaf == MAP_LEAF_NOUN) continue;
        slot_text(a, &a->args[i], &of_a);
        slot_text(b, &a->args[i], &of_b);
        same = trod_str_equal(trod_buf_str(&of_a), trod_buf_str(&of_b));
    }
    trod_buf_free(&of_a);
    trod_buf_free(&of_b);
    return same && a->n_args == b->n_args;
}

static bool same_node(const struct map_node *a, const struct map_node *b) {
    return a->kind == b->kind && a->word == b->word && a->level == b->level &&
           trod_str_equal(a->text, b->text) && trod_str_equal(a->research, b->research) &&
           trod_str_equal(a->note, b->note) && same_args(a, b);
}

static void any_spelling_says_the_same(void **state) {
    (void)state;
    struct random_doc random = {.most_lines = 40};
    for (uint64_t seed = 1; seed <= N_MAPS; seed++) {
        struct trod_arena *const arena = trod_arena_make(0);
        struct trod_buf twin = {0}, text = {0};
        struct trod_json *root = NULL;
        struct trod_error error = {0};
        struct other other = {.rng = {.seed = seed}};
        random_doc(&random, seed);
        const struct trod_doc *const doc = doc_of(trod_buf_str(&random.out), arena);
        assert_ok(twin_write(doc, &twin, &error));
        assert_ok(trod_json_read(trod_buf_str(&twin), arena, &root, &error));
        write_other(&other, root, false);
        if (twin_read(trod_buf_str(&other.out), "a.json", &text, &error) != TROD_OK)
            fail_msg("seed %llu: %s. %s", (unsigned long long)seed, error.message, error.hint);
        const struct trod_doc *const again = doc_of(trod_buf_str(&text), arena);
        const struct map_node *a = doc->root, *b = again->root;
        for (uint32_t line = 0; a || b; line++) {
            if (!a || !b || !same_node(a, b)) {
                struct trod_buf lines = {0};
                const bool shown = a && map_doc_line(a, &lines);
                trod_buf_adds(&lines, "\n--- and\n");
                assert_true(shown && b && map_doc_line(b, &lines));
                fail_msg("seed %llu: line %u says something else:\n%s",
                         (unsigned long long)seed, line, lines.at);
            }
            a = map_node_after(a, doc->root);
            b = map_node_after(b, again->root);
        }
        trod_buf_free(&twin);
        trod_buf_free(&text);
        trod_buf_free(&other.out);
        trod_arena_free(arena);
    }
    trod_buf_free(&random.out);
}

/* ---- What is made of single members
 * ----------------------------------------------------------- */

static trod_status text_of(const char *json, struct trod_buf *text, struct trod_error *error) {
    return trod_map_from_json(trod_str_of(json), "a.json", text, error);
}

/* The one line of a touchpoint that a twin's line gives. */
static void gives(const char *line, const char *want) {
    struct trod_buf json = {0}, text = {0};
    struct trod_error error = {0};
    trod_buf_format(&json,
                    "{\"trod\": \"journey\", \"version\": 1, \"lines\": [{\"stage\": {\"id\": "
                    "\"s\", \"title\": \"S\", \"lines\": [{\"touchpoint\": {\"id\": \"t\", "
                    "\"title\": \"T\", \"lines\": [%s]}}]}}]}",
                    line);
    if (text_of(json.at, &text, &error) != TROD_OK)
        fail_msg("%s: %s. %s", line, error.message, error.hint);
    const char *const at = strstr(text.at, "T\n");
    assert_non_null(at);
    assert_string_equal(at + 2, want);
    trod_buf_free(&json);
    trod_buf_free(&text);
}

static void spells_what_it_is_given(void **state) {
    (void)state;
    /* numbers */
    gives("{\"reached by\": {\"share\": 40}}", "    reached by 40%\n");
    gives("{\"reached by\": {\"share\": \"40\"}}", "    reached by 40%\n");
    gives("{\"reached by\": {\"share\": 4.0e1}}", "    reached by 40%\n");
    gives("{\"reached by\": {\"share\": 7.50}}", "    reached by 7.5%\n");
    gives("{\"reached by\": {\"share\": \"7.50\"}}", "    reached by 7.50%\n");
    gives("{\"feels\": {\"level\": 1}}", "    feels      +1\n");
    gives("{\"feels\": {\"level\": 1.0, \"text\": \"glad\"}}", "    feels      +1 glad\n");
    gives("{\"feels\": {\"level\": -1}}", "    feels      -1\n");
    gives("{\"feels\": {\"level\": 0}}", "    feels      0\n");
    gives("{\"feels\": {\"level\": \"1\"}}", "    feels      1\n");
    gives("{\"repeats\": {}}", "    repeats\n");
    gives("{\"repeats\": {\"rounds\": 1}}", "    repeats at most 1 time\n");
    gives("{\"repeats\": {\"rounds\": 3}}", "    repeats at most 3 times\n");
    gives("{\"repeats\": {\"rounds\": 3, \"noun\": \"time\"}}", "    repeats at most 3 time\n");
    /* names and conditions */
    gives("{\"seen when\": {\"event\": \"visit\"}}", "    seen when  visit\n");
    gives("{\"seen when\": {\"event\": \"page view\"}}", "    seen when  \"page view\"\n");
    gives("{\"seen when\": {\"event\": {\"quoted\": \"visit\"}}}",
          "    seen when  \"visit\"\n");
    gives("{\"seen when\": {\"event\": {\"is\": \"visit\"}}}", "    seen when  visit\n");
    gives("{\"seen when\": {\"event\": {\"is\": \"visit\", \"written\": \"\\\"visit\\\"\"}}}",
          "    seen when  \"visit\"\n");
    gives("{\"seen when\": {\"event\": {\"is\": \"call\", \"written\": \"\\\"visit\\\"\"}}}",
          "    seen when  call\n");
    gives(
        "{\"seen when\": {\"conditions\": [{\"value\": 1.50, \"op\": \"=\", \"name\": \"n\"}, "
        "{\"op\": \"exists\", \"name\": \"m\"}], \"event\": \"e\", \"source\": \"web\"}}",
        "    seen when  web e with n = 1.5 and m exists\n");
    gives("{\"seen when\": {\"fact\": {\"name\": \"n\", \"op\": \"=\", \"value\": true}}}",
          "    seen when  profile n = yes\n");
    gives("{\"seen when\": {\"fact\": {\"name\": \"n\", \"op\": \"=\", \"value\": \"yes\"}}}",
          "    seen when  profile n = \"yes\"\n");
    gives("{\"seen when\": {\"fact\": {\"name\": \"n\", \"op\": \"<\", \"value\": {\"word\": "
          "\"2025-03-01\"}}}}",
          "    seen when  profile n < 2025-03-01\n");
    /* texts */
    gives("{\"does\": {\"text\": \"says it [loudly]\"}}",
          "    does       says it \\[loudly]\n");
    gives("{\"does\": {\"text\": \"says it [loudly]\", \"proof\": {\"research\": \"r\"}}}",
          "    does       says it [loudly] [r]\n");
    gives(
        "{\"does\": {\"proof\": {\"note\": \"6 of 9\", \"research\": \"r\"}, \"text\": \"x\"}}",
        "    does       x [r, 6 of 9]\n");
    gives("{\"does\": {\"text\": \"# no comment\"}}", "    does       # no comment\n");
    gives("{\"does\": {\"text\": \"\", \"lines\": [{\"long\": \" x \"}, {\"long\": \"\"}]}}",
          "    does\n      |  x \n      |\n");
    gives("{\"does\": {\"lines\": [{\"long\": \"x\"}]}}", "    does\n      | x\n");
    gives("{\"channel\": {\"channels\": [\"a, b\", \"c\"]}}", "    channel    \"a, b\", c\n");
    gives("{\"note\": {\"name\": \"Ben on call\", \"date\": \"2025-02-11\", \"text\": \"x\"}}",
          "    note       \"Ben on call\" 2025-02-11: x\n");
    gives("{\"pain\": {\"text\": \"x\", \"severity\": \"high\", \"id\": \"slow\"}}",
          "    pain slow high: x\n");
    gives("{\"pain\": {\"text\": \"x\"}}", "    pain:      x\n");
    gives("{\"comment\": \"  # x \"}", "    # x\n");
    gives("{\"x-a\": {\"text\": \"y\", \"lines\": [{\"raw\": \" z \"}, {\"raw\": {\"text\": "
          "\"q\", "
          "\"lines\": [{\"raw\": \"r\"}]}}]}}",
          "    x-a        y\n      z\n      q\n        r\n");
}

/* ---- What is refused
 * -------------------------------------------------------------------------- */

static void refused(const char *json, const char *message, const char *hint) {
    struct trod_buf text = {0};
    struct trod_error error = {0};
    if (text_of(json, &text, &error) == TROD_OK) fail_msg("this was taken: %s", json);
    if (strcmp(error.message, message) != 0)
        fail_msg("%s\n  says: %s\n  not:  %s", json, error.message, message);
    if (strcmp(error.hint, hint) != 0)
        fail_msg("%s\n  hints: %s\n  not:   %s", json, error.hint, hint);
    assert_string_equal(error.file, "a.json");
    trod_buf_free(&text);
}

/* The same for a line of a touchpoint; `path` is what follows the touchpoint's "lines". */
static void refused_line(const char *line, const char *path, const char *message,
                         const char *hint) {
    struct trod_buf json = {0}, whole = {0};
    trod_buf_format(
        &json, "{\"trod\": \"journey\", \"version\": 1, \"lines\": [{\"touchpoint\": 1}]}");
    trod_buf_clear(&json);
    trod_buf_format(&json,
                    "{\"trod\": \"journey\", \"version\": 1, \"lines\": [{\"stage\": {\"id\": "
                    "\"s\", \"title\": \"S\", \"lines\": [{\"touchpoint\": {\"id\": \"t\", "
                    "\"title\": \"T\", \"lines\": [%s]}}]}}]}",
                    line);
    trod_buf_format(&whole, "at $.lines[0].stage.lines[0].touchpoint.lines%s: %s", path,
                    message);
    refused(json.at, whole.at, hint);
    trod_buf_free(&json);
    trod_buf_free(&whole);
}

static void refuses_what_is_no_twin(void **state) {
    (void)state;
    static const char begins[] =
        "a twin begins with {\"trod\": \"journey\", \"version\": 1, …}";
    refused("[]", "at $: this JSON is no twin of a map", begins);
    refused("1", "at $: this JSON is no twin of a map", begins);
    refused("{\"trod\": \"log\", \"version\": 1, \"lines\": []}",
            "at $: this JSON is no twin of a map", begins);
    refused("{\"trod\": \"journey\", \"lines\": []}", "at $: the twin does not say its version",
            "write \"version\": 1");
    refused("{\"trod\": \"journey\", \"version\": \"1\", \"lines\": []}",
            "at $: the twin does not say its version", "write \"version\": 1");
    refused("{\"trod\": \"journey\", \"version\": 2, \"lines\": []}",
            "at $: this twin is of version 2; this trod reads version 1", "");
    refused("{\"trod\": \"journey\", \"version\": 1}", "at $: the twin has no \"lines\"", "");
    refused("{\"trod\": \"journey\", \"version\": 1, \"lines\": {}}",
            "at $.lines: the lines must be an array", "");
    refused("{\"trod\": \"journey\", \"version\": 1, \"lines\": [], \"lines\": []}",
            "at $: the member \"lines\" stands here twice", "");
    refused("{\"trod\": \"journey\", \"version\": 1, \"lines\": [], \"line\": []}",
            "at $: there is no member \"line\" here", "did you mean \"lines\"?");
    refused("{\"trod\": \"journey\", \"version\": 1, \"lines\": [], \"crlf\": 1}",
            "at $: \"crlf\" must be true or false", "");
    refused("{\"trod\": \"journey\", \"version\": 1, \"lines\": [",
            "this is not valid JSON: it ends before its last bracket is closed", "");
}

static void refuses_lines_that_there_are_not(void **state) {
    (void)state;
    refused_line("1", "[0]", "a line is an object with one member, its keyword; this has 0",
                 "");
    refused_line("{}", "[0]", "a line is an object with one member, its keyword; this has 0",
                 "");
    refused_line("{\"does\": {}, \"says\": {}}", "[0]",
                 "a line is an object with one member, its keyword; this has 2", "");
    refused_line("{\"doess\": {\"text\": \"x\"}}", "[0].doess",
                 "\"doess\" is no keyword of a map", "did you mean \"does\"?");
    refused_line("{\"qqqqqq\": {\"text\": \"x\"}}", "[0].qqqqqq",
                 "\"qqqqqq\" is no keyword of a map", "");
    refused_line("{\"goal\": {\"text\": \"x\"}}", "[0].goal",
                 "\"goal\" cannot stand in a touchpoint", "");
    refused_line("{\"+N\": {\"score\": 1}}", "[0][\"+N\"]",
                 "\"+N\" cannot stand in a touchpoint", "");
    refused_line("{\"does\": \"x\"}", "[0].does", "this must be an object",
                 "a line holds its parts by name; {} if it has none");
    refused_line("{\"does\": {\"text\": \"x\", \"lines\": [{\"says\": {\"text\": \"y\"}}]}}",
                 "[0].does.lines[0].says",
                 "\"says\" cannot stand below a line that takes only long text", "");
    refused_line("{\"blank\": false}", "[0].blank", "a blank line is {\"blank\": true}", "");
    refused_line("{\"comment\": \"x\"}", "[0].comment", "a comment begins with #", "");
    refused_line("{\"comment\": [\"# x\"]}", "[0].comment", "this must be a text", "");
    refused_line("{\"comment\": \"# x\\ny\"}", "[0].comment",
                 "a text of one line cannot hold a line break",
                 "write long text below the line, as {\"long\": \"…\"} for each line of it");
    refused_line("{\"raw\": \"x\"}", "[0].raw", "only lines below an x- line are kept raw", "");
    refused_line("{\"x-a\": {\"lines\": [{\"does\": {\"text\": \"x\"}}]}}",
                 "[0].x-a.lines[0].does", "lines below an x- line are kept raw",
                 "write {\"raw\": \"…\"}");
    refused_line("{\"x-a b\": {\"text\": \"x\"}}", "[0][\"x-a b\"]",
                 "a keyword is one word, without blanks", "");
    refused("{\"trod\": \"journey\", \"version\": 1, \"lines\": [{\"long\": \"x\"}]}",
            "at $.lines[0].long: long text stands among the lines of another line", "");
}

static void refuses_members_that_there_are_not(void **state) {
    (void)state;
    static const char says[] = "such a line says, for example: ";
    char hint[300];
    refused_line("{\"comes\": {\"usualy\": \"3 days\"}}", "[0].comes",
                 "there is no member \"usualy\" here", "did you mean \"usually\"?");
    refused_line("{\"does\": {\"qqqqqq\": \"x\"}}", "[0].does",
                 "there is no member \"qqqqqq\" here, only \"text\", \"proof\" and \"lines\"",
                 "");
    refused_line("{\"channel\": {\"channels\": [\"x\"], \"proof\": {\"research\": \"r\"}}}",
                 "[0].channel",
                 "there is no member \"proof\" here, only \"channels\" and \"lines\"", "");
    refused_line("{\"does\": {\"text\": \"x\", \"text\": \"y\"}}", "[0].does",
                 "the member \"text\" stands here twice", "");
    refused_line("{\"does\": {\"text\": true}}", "[0].does.text",
                 "this must be a text or a number, not true or false", "");
    refused_line("{\"does\": {\"text\": [\"x\"]}}", "[0].does.text",
                 "this must be a text or a number, not an array", "");
    refused_line("{\"does\": {\"text\": null}}", "[0].does.text", "null is no value",
                 "leave the member out if there is nothing to say");
    refused_line("{\"does\": {\"text\": {\"written\": \"x\"}}}", "[0].does.text",
                 "a value with its spelling is {\"is\": …, \"written\": …}, {\"quoted\": …} or "
                 "{\"word\": …}",
                 "");
    refused_line("{\"does\": {\"text\": \"x\\u0007\"}}", "[0].does.text",
                 "a text cannot hold a control character (U+0007)", "");
    refused_line("{\"does\": {\"text\": \" x\"}}", "[0].does",
                 "the \"text\" begins or ends with a blank",
                 "a text with blanks around it stands below the line, as {\"long\": \"…\"}");
    refused_line("{\"channel\": {\"channels\": \"x\"}}", "[0].channel.channels",
                 "this must be an array", "write [ ] round it, even if there is only one");
    snprintf(hint, sizeof hint, "%schannel    e-mail, phone, chat", says);
    refused_line("{\"channel\": {\"channels\": []}}", "[0].channel",
                 "the member \"channels\" is missing or empty", hint);
    snprintf(hint, sizeof hint, "%scomes      usually 1 day, at most 3 days", says);
    refused_line("{\"comes\": {}}", "[0].comes", "this line has too few members", hint);
    refused_line(
        "{\"comes\": {\"usually\": \"1 day\", \"after\": [\"a\"], \"before\": [\"b\"]}}",
        "[0].comes", "these members do not go together", hint);
    refused_line("{\"does\": {\"text\": \"x\", \"proof\": \"r\"}}", "[0].does.proof",
                 "a proof is an object like {\"research\": \"talks\", \"note\": \"6 of 9\"}",
                 "");
    refused_line("{\"does\": {\"text\": \"x\", \"proof\": {\"research\": \"\"}}}",
                 "[0].does.proof", "the \"research\" is empty", "");
    refused_line(
        "{\"does\": {\"text\": \"x\", \"proof\": {\"research\": \"r\", \"noet\": \"y\"}}}",
        "[0].does.proof", "there is no member \"noet\" here", "did you mean \"note\"?");
    refused_line("{\"seen when\": {\"event\": \"e\", \"conditions\": [1]}}",
                 "[0][\"seen when\"].conditions[0]",
                 "a condition is an object like {\"name\": \"page\", \"op\": \"=\", \"value\": "
                 "\"/home\"}",
                 "");
    refused_line("{\"seen when\": {\"event\": \"e\", \"conditions\": [{\"name\": \"n\"}]}}",
                 "[0][\"seen when\"].conditions[0]", "this condition has no \"op\"", "");
    refused_line(
        "{\"seen when\": {\"event\": \"e\", \"conditions\": [{\"name\": \"n\", \"op\": "
        "\"=\"}]}}",
        "[0][\"seen when\"].conditions[0]", "this condition has no \"value\" for \"=\"", "");
    refused_line(
        "{\"seen when\": {\"event\": \"e\", \"conditions\": [{\"name\": \"n\", \"op\": "
        "\"exists\", \"value\": 1}]}}",
        "[0][\"seen when\"].conditions[0]", "there is no \"value\" beside \"exists\"", "");
    refused_line("{\"reached by\": {\"share\": 1e999}}", "[0][\"reached by\"].share",
                 "this number is too large", "");
}

/* What would be another line than it is. */
static void refuses_what_reads_as_something_else(void **state) {
    (void)state;
    static const char other[] = "as a line of a map this would say something else";
    static const char way_out[] = "write it as long text, below the line: {\"long\": \"…\"}";
    refused_line("{\"need\": {\"text\": \"practical: x\"}}", "[0].need", other, way_out);
    refused_line("{\"comes\": {\"usually\": \"3 days, at most 9 days\"}}", "[0].comes", other,
                 way_out);
    refused_line(
        "{\"comes\": {\"usually\": \"3 dayz\"}}", "[0].comes",
        "`dayz` does not fit: a unit of time: s, min, h, day, week, month or year should "
        "stand here",
        "write it like this: comes      usually 1 day, at most 3 days");
    refused_line("{\"for\": {\"persona\": \"Anna B\"}}", "[0].for",
                 "`Anna` does not fit: an id (a-z, 0-9 and -) should stand here",
                 "an id has only small letters, digits and \"-\", such as `anna`");
    refused_line("{\"reached by\": {\"share\": 140}}", "[0][\"reached by\"]",
                 "`140%` does not fit: a share from 0% to 100% should stand here",
                 "write it like this: reached by 40%");
    refused_line("{\"does\": {\"text\": \"x\", \"proof\": {\"research\": \"r s\"}}}",
                 "[0].does", other, way_out);
    refused_line(
        "{\"does\": {\"text\": \"x\", \"proof\": {\"research\": \"r\", \"note\": \"[s\"}}}",
        "[0].does", other, way_out);
    refused_line("{\"x-a\": {\"lines\": [{\"raw\": \"# x\"}]}}", "[0].x-a.lines[0].raw", other,
                 way_out);
    refused_line("{\"x-a\": {\"lines\": [{\"raw\": \"| x\"}]}}", "[0].x-a.lines[0].raw", other,
                 way_out);
    refused_line("{\"seen when\": {\"event\": {\"is\": \"a b\", \"written\": \"a b\"}}}",
                 "[0][\"seen when\"]", other, way_out);
}

/* ---- Depth and size
 * --------------------------------------------------------------------------- */

/* `n` optional blocks, one in the other, in a stage. */
static trod_status nested(size_t n, struct trod_buf *text, struct trod_error *error) {
    struct trod_buf json = {0};
    trod_buf_adds(&json,
                  "{\"trod\": \"journey\", \"version\": 1, \"lines\": [{\"stage\": {\"id\": "
                  "\"s\", \"title\": \"S\", \"lines\": [");
    for (size_t i = 0; i < n; i++) trod_buf_adds(&json, "{\"optional\": {\"lines\": [");
    for (size_t i = 0; i < n; i++) trod_buf_adds(&json, "]}}");
    trod_buf_adds(&json, "]}}]}");
    const trod_status status = text_of(json.at, text, error);
    trod_buf_free(&json);
    return status;
}

static void bounds_depth_and_size(void **state) {
    (void)state;
    struct trod_buf text = {0}, json = {0};
    struct trod_error error = {0};
    assert_ok(nested(200, &text, &error));
    trod_buf_clear(&text);
    assert_int_equal(nested(201, &text, &error), TROD_BAD_INPUT);
    assert_non_null(strstr(error.message, "at $…"));
    assert_non_null(
        strstr(error.message, ".optional: the lines are nested more than 200 deep"));
    assert_int_equal(nested(400, &text, &error), TROD_TOO_MUCH);
    trod_buf_adds(&json,
                  "{\"trod\": \"journey\", \"version\": 1, \"lines\": [{\"stage\": {\"id\": "
                  "\"s\", \"title\": \"");
    trod_buf_repeat(&json, 'x', 70000);
    trod_buf_adds(&json, "\"}}]}");
    assert_int_equal(text_of(json.at, &text, &error), TROD_BAD_INPUT);
    assert_string_equal(error.message,
                        "at $.lines[0].stage: this line has more than 65536 bytes");
    trod_buf_clear(&json);
    trod_buf_repeat(&json, ' ', ((size_t)128 << 20) + 1);
    assert_int_equal(text_of(json.at, &text, &error), TROD_TOO_MUCH);
    assert_string_equal(error.message, "the twin is larger than 128 MiB");
    trod_buf_free(&json);
    trod_buf_free(&text);
}

/* ---- Memory
 * ----------------------------------------------------------------------------------- */

/* Whichever allocation fails, nothing is lost and nothing breaks. */
static void survives_want_of_memory(void **state) {
    (void)state;
    struct random_doc random = {.most_lines = 25};
    random_doc(&random, 11);
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_buf twin = {0};
    const struct trod_doc *const doc = doc_of(trod_buf_str(&random.out), arena);
    assert_ok(twin_write(doc, &twin, NULL));
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        struct trod_buf text = {0};
        trod_memory_fail_at(n);
        const trod_status status =
            trod_map_from_json(trod_buf_str(&twin), "a.json", &text, NULL);
        trod_memory_fail_at(0);
        done = status == TROD_OK;
        if (!done) assert_true(status == TROD_NO_MEMORY || status == TROD_TOO_MUCH);
        assert_true(n < 100000);
        trod_buf_free(&text);
    }
    trod_buf_free(&twin);
    trod_arena_free(arena);
    trod_buf_free(&random.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_spelling_says_the_same),
        cmocka_unit_test(spells_what_it_is_given),
        cmocka_unit_test(refuses_what_is_no_twin),
        cmocka_unit_test(refuses_lines_that_there_are_not),
        cmocka_unit_test(refuses_members_that_there_are_not),
        cmocka_unit_test(refuses_what_reads_as_something_else),
        cmocka_unit_test(bounds_depth_and_size),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
