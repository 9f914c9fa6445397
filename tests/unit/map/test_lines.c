/* Lines: reading them into a document and spelling them again. Every keyword's example and many
 * more lines are read, spelled from their arguments alone, and read again; texts that are hard
 * to write are put into each free place; whole files are spaced anew.
 */
#include "map/doc.h"
#include "maps.h"

/* Lines beyond the examples of the table, so that every alternative of every pattern is gone
 * through, with the keyword of the block that they stand in. All in canonical spelling. */
static const struct {
    const char *block, *line;
} samples[] = {
    {"journey", "reviewed   2025-03-03"},
    {"journey", "agreed     \"Lind: Anna\" on 2025-03-03"},
    {"journey", "span x: from a to b or c, at least 1 day, usually 2 days, at most 3 days [r]"},
    {"journey", "succeeds when a happened"},
    {"journey", "accept late a"},
    {"journey", "accept extra a because of the strike"},
    {"journey", "accept repeated a until 2025-04-01"},
    {"journey", "accept extra a because \"it was open until 22\" until 2025-04-01"},
    {"journey", "expects 1 journey a day"},
    {"journey",
     "consent    shop \"signed up\" with news = yes and age >= 18 for letters and calls"},
    {"journey", "consent    signup for e-mail"},
    {"journey", "at most 1 message in 2 days"},
    {"journey", "x-y        anything [really]"},
    {"persona", "need       practical: a lift"},
    {"persona", "need       a lift"},
    {"persona", "says       [talks, 6 of 9, in two rounds]"},
    {"segment", "when       web page_view with page exists and \"a b\" missing"},
    {"segment", "when       \"with\" with \"and\" starts \"x\" and a#2 != -3.5"},
    {"segment", "when       web \"for\""},
    {"segment", "when       profile since >= 2024-01-31"},
    {"research", "kind       desktop walkthrough"},
    {"team", "cost       45"},
    {"team", "hours      sat 09:00-12:30"},
    {"source", "time       t"},
    {"source", "time       \"booked at\" as iso"},
    {"source", "time       t in Europe/Rome"},
    {"source", "file       a.csv, \"b, c.csv\", d e.csv"},
    {"source", "profile    \"a b\", c"},
    {"stage", "takes      at most 14 working days"},
    {"stage", "optional"},
    {"stage", "repeat"},
    {"stage", "repeat at most 1 time"},
    {"stage", "choose"},
    {"touchpoint", "pain:      it hurts"},
    {"touchpoint", "pain low:  it hurts a little"},
    {"touchpoint", "pain slow medium: it hurts"},
    {"touchpoint", "pain slow: it hurts"},
    {"touchpoint", "comes      at most 3 working h, at least 1 working min after a or b"},
    {"touchpoint", "comes      usually 1.5 h before a"},
    {"touchpoint", "feels      +1.5"},
    {"touchpoint", "feels      0 calm [r]"},
    {"touchpoint", "moment of truth"},
    {"touchpoint", "moment of truth  [r]"},
    {"touchpoint", "repeats"},
    {"touchpoint", "channel    post, \"shop, upstairs\", the \"big\" door"},
    {"touchpoint", "wish       customer: peace"},
    {"touchpoint", "note       Anna Maria Lind 2025-02-11: look at this: soon"},
    {"kpi", "measure    share of journeys that reach a"},
    {"kpi", "measure    share of journeys with a or b that reach c or d within 2 weeks"},
    {"kpi", "measure    number of journeys"},
    {"kpi", "measure    number of journeys with a a week"},
    {"kpi", "measure    number of journeys a month"},
    {"kpi", "measure    median time from a to b"},
    {"kpi", "measure    90% time from a to b or c"},
    {"kpi", "measure    mean of \"order value\" at a or b"},
    {"kpi", "measure    sum of stars at a"},
    {"kpi", "target     at most 3 weeks"},
    {"kpi", "target     at least -4.5 by 2025-12-31"},
    {"action", "fixes      p"},
    {"score", "-10        when 21 days pass without a or b"},
    {"score", "-10        when 21 days pass without a touchpoint"},
    {"score", "+2.5       when a or b happened 3 times within 2 days"},
    {"score", "+2         when a happened 1 time"},
    {"score", "+2         when a happened and none of b or c within 2 h"},
    {"score", "ready at   40"},
    {"rule", "send       a or b by e-mail and post"},
    {"rule", "not between 20:00 and 24:00"},
    {"experiment", "guard      mean time from a to b at most 3 days"},
    {"experiment", "guard      share of journeys that reach a within 3 days at least 3.5%"},
    {"experiment", "expect     from 3 weeks to 2 weeks"},
    {"experiment", "enough     100 people per variant"},
    {"", "touchpoint a: A: \"quoted\" # no comment"},
    {"", "way w: W"},
};

struct lines {
    struct trod_arena *arena;
    struct trod_report report;
    struct map_remarks remarks;
    struct trod_doc *doc;
};

static struct lines read_lines(trod_str text) {
    struct lines lines = {.arena = trod_arena_make(0)};
    assert_int_equal(map_remarks_begin(&lines.remarks, &lines.report, TROD_STR("t"), NULL),
                     TROD_OK);
    assert_int_equal(
        map_doc_read(text, TROD_STR("t"), lines.arena, &lines.remarks, &lines.doc, NULL),
        TROD_OK);
    return lines;
}

static void lines_release(struct lines *lines) {
    trod_report_release(&lines->report);
    trod_arena_free(lines->arena);
}

/* A line that opens each sort of place. */
static const char *opener(enum map_place place) {
    switch (place) {
    case MAP_STAGES:
        return "optional\n";
    case MAP_STAGES_LOOP:
        return "repeat\n";
    case MAP_FLOW:
        return "stage s: S\n  optional\n";
    case MAP_FLOW_LOOP:
        return "stage s: S\n  repeat\n";
    case MAP_CHOOSE:
        return "stage s: S\n  choose\n";
    case MAP_ANY_TIME:
        return "any time\n";
    case MAP_TOUCHPOINT:
        return "stage s: S\n  touchpoint zz: A\n";
    case MAP_FOR:
        return "stage s: S\n  touchpoint zz: A\n    for z\n";
    case MAP_MATCH:
        return "segment z: S\n  when z\n";
    case MAP_OPAQUE:
        return "x-y\n";
    case MAP_CLOSED:
        return "promise z: S\n";
    default:
        break;
    }
    static char line[100];
    size_t n;
    const struct map_word *const words = map_words(&n);
    for (size_t i = 0; i < n; i++)
        if (words[i].opens == place) {
            snprintf(line, sizeof line, "%s zz: Z\n", words[i].keyword);
            return line;
        }
    return "";
}

/* The text of a map whose last line is the given one, in the given place; nothing else matters.
 */
static void in_place(struct trod_buf *text, enum map_place place, const char *line) {
    size_t level = 0;
    trod_buf_clear(text);
    if (place != MAP_ROOT) {
        const char *const above = opener(place);
        trod_buf_adds(text, above);
        for (const char *c = above; *c; c++) level += *c == '\n';
    }
    trod_buf_repeat(text, ' ', level * 2);
    trod_buf_adds(text, line);
    trod_buf_byte(text, '\n');
}

static struct map_node *last_node(const struct trod_doc *doc) {
    struct map_node *last = NULL;
    for (struct map_node *node = map_node_after(doc->root, doc->root); node;
         node = map_node_after(node, doc->root))
        last = node;
    return last;
}

static bool has_syntax_error(const struct lines *lines) {
    static const char *const codes[] = {"syntax", "unknown-keyword", "misplaced", "indent",
                                        "encoding"};
    for (size_t i = 0; i < lines->report.n; i++)
        for (size_t k = 0; k < TROD_COUNT(codes); k++)
            if (strcmp(lines->report.items[i].code, codes[k]) == 0) return true;
    return false;
}

static void same_arguments(const struct map_node *a, const struct map_node *b,
                           const char *line) {
    bool same = a->n_args == b->n_args && a->word == b->word &&
                trod_str_equal(a->keyword, b->keyword) && trod_str_equal(a->note, b->note) &&
                trod_str_equal(a->research, b->research);
    for (size_t i = 0; same && i < a->n_args; i++)
        same = trod_str_equal(a->args[i].text, b->args[i].text) &&
               a->args[i].leaf == b->args[i].leaf &&
               (a->args[i].leaf != MAP_LEAF_SET || a->args[i].quoted == b->args[i].quoted);
    if (!same) fail_msg("read again it is another line: %s", line);
}

/* Reads a canonical line; spells it with and without memory of its spelling: the same line. */
static void goes_round(enum map_place place, const char *line) {
    struct trod_buf text = {0}, out = {0};
    in_place(&text, place, line);
    struct lines lines = read_lines(trod_buf_str(&text));
    if (has_syntax_error(&lines)) {
        print_report(&lines.report);
        fail_msg("not read: %s", text.at);
    }
    struct map_node *const node = last_node(lines.doc);
    for (int raw = 1; raw >= 0; raw--) {
        for (size_t i = 0; !raw && i < node->n_args; i++) node->args[i].raw = (trod_str){0};
        trod_buf_clear(&out);
        node->level = 0;
        assert_true(map_doc_line(node, &out));
        if (strcmp(out.at, line) != 0) fail_msg("\"%s\" is spelled \"%s\"", line, out.at);
    }
    lines_release(&lines);
    trod_buf_free(&text);
    trod_buf_free(&out);
}

static enum map_place place_of(const struct map_word *word) {
    for (int place = 0; place < MAP_N_PLACES; place++)
        if (word->places >> place & 1) return (enum map_place)place;
    return MAP_ROOT;
}

static void every_example_goes_round(void **state) {
    (void)state;
    size_t n;
    const struct map_word *const words = map_words(&n);
    for (size_t i = 0; i < n; i++)
        for (int place = 0; place < MAP_OPAQUE; place++)
            if (words[i].places >> place & 1)
                goes_round((enum map_place)place, words[i].example);
}

static enum map_place place_in(const char *block) {
    size_t n;
    const struct map_word *const words = map_words(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i].keyword, block) == 0 && words[i].opens != MAP_CLOSED)
            return words[i].opens;
    return MAP_ROOT;
}

static void every_sample_goes_round(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(samples); i++) {
        enum map_place place = place_in(samples[i].block);
        if (strncmp(samples[i].line, "touchpoint", 10) == 0) place = MAP_STAGE;
        if (strncmp(samples[i].line, "way", 3) == 0) place = MAP_CHOOSE;
        goes_round(place, samples[i].line);
    }
}

/* Texts that would be something else if they were written as they are. */
static const char *const hard[] = {
    "[sic]",
    "x [a, b]",
    "x \\[a]",
    "x \\\\[a-1, 2 of 3]",
    "\\",
    "a\\",
    "a\\\\",
    "a\\\\\\",
    "\"quoted\"",
    "\"",
    "a, b",
    "a: b",
    "# no comment",
    "| no long text",
    "until",
    "a until 2025-01-01",
    "a on 2025-01-01",
    "with",
    "and",
    "for",
    "profile",
    "a\"b",
    "a\\b",
    "a\\\"b",
    "[A b]",
    "x [a,]",
    "x []",
    "[a] b",
    "1",
    "yes",
    "2025-01-01",
    ">=",
    "a>=b",
    "=",
    "exists",
    "\xc3\xa4\xf0\x9f\x98\x80",
    "a  b",
    "3 days",
    "or",
    "high: x",
    "a (b)",
    "100%",
    "x\\[a]",
    "[a][b]",
};

static bool takes_any_text(enum map_leaf leaf) {
    return leaf == MAP_LEAF_TEXT || leaf == MAP_LEAF_LABEL || leaf == MAP_LEAF_NAME ||
           leaf == MAP_LEAF_NAMES || leaf == MAP_LEAF_ITEMS || leaf == MAP_LEAF_COND ||
           leaf == MAP_LEAF_SET;
}

/* Whether two lines of the same keyword cannot be told apart: text that reads as an optional
 * part which the line has not. Only `need practical: …` and the like. */
static bool is_ambiguous(const struct map_node *node, const char *text) {
    (void)node;
    return strncmp(text, "practical:", 10) == 0;
}

static void put_text(enum map_place place, const char *line, size_t k, const char *text) {
    struct trod_buf in = {0}, out = {0}, again = {0};
    in_place(&in, place, line);
    struct lines first = read_lines(trod_buf_str(&in));
    struct map_node *const node = last_node(first.doc);
    struct map_arg *const arg = &node->args[k];
    if (takes_any_text(arg->leaf) && !is_ambiguous(node, text)) {
        arg->text = trod_str_of(text);
        arg->raw = (trod_str){0};
        if (arg->leaf == MAP_LEAF_SET) arg->quoted = true;
        const uint16_t level = node->level;
        node->level = 0;
        if (!map_doc_line(node, &out)) fail_msg("not spelled: %s with %s", line, text);
        node->level = level;
        in_place(&again, place, out.at);
        struct lines second = read_lines(trod_buf_str(&again));
        if (has_syntax_error(&second)) {
            print_report(&second.report);
            fail_msg("not read again: %s (\"%s\" in %s)", out.at, text, line);
        }
        same_arguments(node, last_node(second.doc), out.at);
        lines_release(&second);
    }
    lines_release(&first);
    trod_buf_free(&in);
    trod_buf_free(&out);
    trod_buf_free(&again);
}

static void hard_texts_go_round(void **state) {
    (void)state;
    size_t n;
    const struct map_word *const words = map_words(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 8; k++)
            for (size_t t = 0; t < TROD_COUNT(hard); t++) {
                struct trod_buf text = {0};
                in_place(&text, place_of(&words[i]), words[i].example);
                struct lines lines = read_lines(trod_buf_str(&text));
                const bool is = k < last_node(lines.doc)->n_args;
                lines_release(&lines);
                trod_buf_free(&text);
                if (is) put_text(place_of(&words[i]), words[i].example, k, hard[t]);
            }
}

/* ---- Spacing
 * ---------------------------------------------------------------------------------- */

static void is_spaced(const char *text, const char *want) {
    struct trod_buf out = {0}, again = {0};
    struct trod_error error = {0};
    if (trod_map_format(trod_str_of(text), "t", &out, &error) != TROD_OK)
        fail_msg("not spaced: %s\n%s", error.message, text);
    if (!trod_str_is(trod_buf_str(&out), want))
        fail_msg("spaced as:\n%s\nnot:\n%s", out.at, want);
    assert_int_equal(trod_map_format(trod_buf_str(&out), "t", &again, &error), TROD_OK);
    assert_true(trod_str_equal(trod_buf_str(&out), trod_buf_str(&again)));
    trod_buf_free(&out);
    trod_buf_free(&again);
}

static void spacing_is_set_and_words_stay(void **state) {
    (void)state;
    is_spaced("journey j :  A  title \n  owner Sales\n  quiet   20:00   to 07:00",
              "journey j: A  title\n  owner      Sales\n  quiet 20:00 to 07:00\n");
    /* comments and blank lines stay where they are; comments stand no deeper than they may */
    is_spaced(
        "# top\n\n  # odd\njourney j: J   \n\n        # deep\n  owner x\n \t \n# left\n  scope "
        "y\n"
        "  # after\n\n\n# end\n",
        "# top\n\n# odd\njourney j: J\n\n  # deep\n  owner      x\n\n  # left\n  scope      y\n"
        "  # after\n\n\n# end\n");
    /* spelling stays: quotes, numbers, nouns, plurals, escapes */
    is_spaced(
        "journey j: J\n  at most 1 messages in 1 days\n  one journey per \"x\"\n  scope a "
        "\\[b]\n  used a\\\n  for b\\\\\n",
        "journey j: J\n  at most 1 messages in 1 days\n  one journey per \"x\"\n  scope      a "
        "\\[b]\n  used       a\\\n  for        b\\\\\n");
    is_spaced("segment s: S\n  when web  x with a=1 and \"b\">=  2.50 and c   exists\n",
              "segment s: S\n  when       web x with a = 1 and \"b\" >= 2.50 and c exists\n");
    is_spaced("segment s: S\n  when x with a=b = 1\n",
              "segment s: S\n  when       x with a=b = 1\n");
    is_spaced("journey j: J\n  over   after 3days   of silence\n",
              "journey j: J\n  over after 3 days of silence\n");
    /* long text keeps every blank behind "| " */
    is_spaced("journey j: J\n  scope\n      |one\n    |\n    |   two  \n",
              "journey j: J\n  scope\n    | one\n    |\n    |   two  \n");
    /* what is not ours */
    is_spaced("x-tool a   b\n      some: yaml\n         - more\n      end\njourney j: J\n",
              "x-tool     a   b\n  some: yaml\n    - more\n  end\njourney j: J\n");
    is_spaced("", "");
    is_spaced("\n\n", "\n\n");
}

static void line_ends_and_byte_order_mark_stay(void **state) {
    (void)state;
    is_spaced("\xef\xbb\xbfjourney j: J\r\n  owner x\r\n\r\n",
              "\xef\xbb\xbfjourney j: J\r\n  owner      x\r\n\r\n");
    struct read read = sound("\xef\xbb\xbfjourney j: J\r\n  owner x\r\n");
    assert_str(read.map->owner, "x");
    read_release(&read);
}

static void what_cannot_be_read_is_not_spaced(void **state) {
    (void)state;
    struct trod_buf out = {0};
    struct trod_error error = {0};
    assert_int_equal(
        trod_map_format(TROD_STR("journey j: J\n  ownr x\n"), "a.journey", &out, &error),
        TROD_BAD_INPUT);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.file, "a.journey");
    assert_non_null(strstr(error.hint, "owner"));
    trod_buf_free(&out);
}

/* Random lines, good and bad, in random order: whatever is read is spaced, and spaced again is
 * the same; the order of comments and the number of lines stay. */
static void random_files_are_spaced_once(void **state) {
    (void)state;
    size_t n;
    const struct map_word *const words = map_words(&n);
    struct trod_rng rng = {.seed = 20250310};
    unsigned n_spaced = 0;
    for (int round = 0; round < 3000; round++) {
        struct trod_buf text = {0}, out = {0}, again = {0};
        size_t level = 0, n_lines = 0;
        enum map_place places[20] = {MAP_ROOT};
        for (uint64_t i = trod_rng_below(&rng, 14); i > 0; i--, n_lines++) {
            const uint64_t kind = trod_rng_below(&rng, 10);
            if (kind == 0) {
                trod_buf_repeat(&text, ' ', trod_rng_below(&rng, 9));
                trod_buf_adds(&text, kind % 2 ? "#x\n" : "# y\n");
                continue;
            }
            if (kind == 1) {
                trod_buf_repeat(&text, ' ', trod_rng_below(&rng, 3));
                trod_buf_byte(&text, '\n');
                continue;
            }
            size_t at = trod_rng_below(&rng, level + 1);
            const struct map_word *word = &words[trod_rng_below(&rng, n)];
            for (int tries = 0; tries < 300 && !(word->places >> places[at] & 1); tries++)
                word = &words[trod_rng_below(&rng, n)];
            if (!(word->places >> places[at] & 1)) at = 0, word = &words[0];
            trod_buf_repeat(&text, ' ', at * 2);
            for (const char *c = word->example; *c; c++) {
                trod_buf_byte(&text, *c);
                if (*c == ' ' && trod_rng_below(&rng, 4) == 0) trod_buf_byte(&text, ' ');
            }
            trod_buf_byte(&text, '\n');
            if (word->opens != MAP_CLOSED && at < 18) {
                level = at + 1;
                places[level] = word->opens;
            } else {
                level = at;
            }
        }
        if (trod_map_format(trod_buf_str(&text), "t", &out, NULL) == TROD_OK) {
            n_spaced++;
            assert_int_equal(trod_map_format(trod_buf_str(&out), "t", &again, NULL), TROD_OK);
            if (!trod_str_equal(trod_buf_str(&out), trod_buf_str(&again)))
                fail_msg("round %d: spaced twice it changes:\n%s\n---\n%s", round, out.at,
                         again.at);
            size_t lines = 0;
            for (size_t i = 0; i < out.n; i++) lines += out.at[i] == '\n';
            assert_int_equal(lines, n_lines);
        }
        trod_buf_free(&text);
        trod_buf_free(&out);
        trod_buf_free(&again);
    }
    assert_true(n_spaced > 300);
}

static void the_example_is_spaced_already(void **state) {
    (void)state;
    char name[600];
    find_shared("data/maps/own/cargo-bike.journey", name);
    struct trod_buf bytes = {0}, out = {0};
    assert_int_equal(trod_file_read(name, (size_t)1 << 20, &bytes, NULL), TROD_OK);
    assert_int_equal(trod_map_format(trod_buf_str(&bytes), name, &out, NULL), TROD_OK);
    assert_true(trod_str_equal(trod_buf_str(&bytes), trod_buf_str(&out)));
    trod_buf_free(&bytes);
    trod_buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_goes_round),
        cmocka_unit_test(every_sample_goes_round),
        cmocka_unit_test(hard_texts_go_round),
        cmocka_unit_test(spacing_is_set_and_words_stay),
        cmocka_unit_test(line_ends_and_byte_order_mark_stay),
        cmocka_unit_test(what_cannot_be_read_is_not_spaced),
        cmocka_unit_test(random_files_are_spaced_once),
        cmocka_unit_test(the_example_is_spaced_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
