/* Every error that `trod check` finds: its code, line, column, and the words that help. */
#include "maps.h"

struct wrong {
    const char *text, *code;
    unsigned line, column; /* column 0: not looked at */
    const char *words;     /* in message or hint */
};

#define HEAD "journey j: J\n"
#define FLOW                   \
    HEAD "stage s: S\n"        \
         "  touchpoint a: A\n" \
         "  touchpoint b: B\n"

static const struct wrong wrongs[] = {
    /* lines */
    {"", "empty", 1, 0, "journey onboarding"},
    {"stage s: S\n", "no-journey", 1, 0, "has no journey"},
    {HEAD "\tstage s: S\n", "tab", 2, 1, "spaces"},
    {HEAD "   owner x\n", "indent", 2, 1, "2 spaces"},
    {HEAD "    owner x\n", "indent", 2, 1, "to belong to line 1"},
    {"  journey j: J\n", "indent", 1, 1, "left edge"},
    {HEAD "  ownr Sales\n", "unknown-keyword", 2, 3, "did you mean `owner`?"},
    {HEAD "stage s: S\n  touchpiont a: A\n", "unknown-keyword", 3, 3, "`touchpoint`"},
    {HEAD "stage s: S\n  moment a: A\n", "unknown-keyword", 3, 3, "may stand"},
    {FLOW "    moment of thruth  x\n", "unknown-keyword", 5, 5, "`moment of truth`"},
    {HEAD "phase s: S\n", "unknown-keyword", 2, 1, "`stage`"},
    {HEAD "  goal x\n", "misplaced", 2, 3, "in a persona"},
    {HEAD "touchpoint a: A\n", "misplaced", 2, 1, "in a stage"},
    {FLOW "  stage t: T\n", "misplaced", 5, 3, "at the left edge"},
    {FLOW "    does x\n      does y\n", "misplaced", 6, 7, "indent it less"},
    {HEAD "| text\n", "misplaced", 2, 1, "long text"},
    {HEAD "  owner a\n  owner b\n", "twice", 3, 3, "line 2"},
    {HEAD "journey k: K\n", "twice", 2, 1, "one journey"},
    {HEAD "  one journey per x\n  one journey after 3 days of silence\n", "twice", 3, 3,
     "twice"},
    {FLOW "    does\n", "missing-text", 5, 5, "says nothing"},
    {FLOW "    does [r]\nresearch r: R\n", "missing-text", 5, 5, "says nothing"},
    {HEAD "stage s:\n", "missing-text", 2, 1, "stage explore"},
    {HEAD "  owner: Sales\n", "syntax", 2, 8, "no colon"},
    {HEAD "  state new\n", "syntax", 2, 9, "`as-is` or `to-be`"},
    {HEAD "  over after 3 dais of silence\n", "syntax", 2, 16, "unit of time"},
    {HEAD "  over after 3 days\n", "syntax", 2, 20, "`of` should follow"},
    {HEAD "  over after 0 days of silence\n", "syntax", 2, 14, "above 0"},
    {HEAD "  reviewed 2025-02-30\n", "syntax", 2, 12, "2025-03-31"},
    {HEAD "  quiet 25:00 to 07:00\n", "syntax", 2, 9, "09:00"},
    {HEAD "stage Big: S\n", "syntax", 2, 7, "`big`"},
    {HEAD "stage: S\n", "syntax", 2, 6, "an id"},
    {FLOW "    feels good\n", "syntax", 5, 11, "-2 to +2"},
    {FLOW "    feels +3 good\n", "syntax", 5, 11, "-2 to +2"},
    {FLOW "    reached by 120%\n", "syntax", 5, 16, "0% to 100%"},
    {FLOW "    front says hello\n", "syntax", 5, 21, "front      Sales: "},
    {FLOW "    seen when x with page starts cargo\n", "syntax", 5, 34, "in quotes"},
    {FLOW "    seen when x with page is 3\n", "syntax", 5, 27, "contains"},
    {FLOW "    seen when \"x\n", "syntax", 5, 15, "closing quote"},
    {FLOW "    comes usually 2 working weeks\n", "syntax", 5, 29, "day, h or min"},
    {FLOW "    pain very quite high: x\n", "syntax", 5, 15, "pain high: "},
    {FLOW "    takes\n", "syntax", 5, 10, "usually"},
    {HEAD "persona p: P\n  x\xff\n", "encoding", 3, 0, "UTF-8"},
    {HEAD "persona p: \x07P\n", "encoding", 2, 12, "control character"},
    {HEAD "segment s: S\n  when profile vat\n", "syntax", 3, 19, "contains"},
    {HEAD "choose\n", "misplaced", 2, 1, "in a stage"},
    {HEAD "stage s: S\n  choose\n", "missing-line", 3, 3, "way"},
    {HEAD "stage s: S\n  optional\n", "empty-block", 3, 3, "nothing in this `optional`"},
    {HEAD "stage s: S\n  any order\n", "empty-block", 3, 3, "nothing in this `any order`"},
    {HEAD "rule r: R\n  wait 1 h\n", "missing-line", 2, 1, "`when`"},

    /* ids */
    {HEAD "stage j: S\n", "id-twice", 2, 7, "already the journey (line 1)"},
    {HEAD "stage s: S\n  choose\n    way s: W\n", "id-twice", 4, 9, "already a stage"},
    {FLOW "    pain p high: x\n  touchpoint p: P\n", "id-twice", 6, 14, "already a pain"},
    {HEAD
     "  span x: from a to b, at most 1 day\nstage x: S\n  touchpoint a: A\n  touchpoint b: B\n",
     "id-twice", 3, 7, "already a span"},
    {HEAD "  persona p\n", "dangling-id", 2, 11, "no persona `p`"},
    {FLOW "    does x [talk]\nresearch talks: T\n", "dangling-id", 5, 13, "`talks`"},
    {FLOW "    does x [talk]\n", "dangling-id", 5, 13, "\\["},
    {HEAD "  objective \xc3\xa4\xc3\xb6 [talk]\n", "dangling-id", 2, 17, "no research `talk`"},
    {HEAD "  lost when x happens\n", "dangling-id", 2, 13, "no touchpoint `x`"},
    {FLOW "kpi k: K\n  measure share of journeys that reach s\n", "dangling-id", 6, 40,
     "`s` is a stage"},
    {FLOW "    keeps p\n", "dangling-id", 5, 11, "no promise"},
    {FLOW "    only for x\n", "dangling-id", 5, 14, "persona or segment"},
    {FLOW "action x: X\n  fixes pain of b\n", "dangling-id", 6, 17, "no pain"},
    {FLOW "action x: X\n  fixes p\n", "dangling-id", 6, 9, "no pain `p`"},
    {FLOW "action x: X\n  moves k\n", "dangling-id", 6, 9, "no kpi"},
    {HEAD "  accept skipped lead until 2025-01-01\n", "dangling-id", 2, 18, "no touchpoint"},
    {HEAD "content c: C\n  for x\n", "dangling-id", 3, 7, "persona or segment"},
    {HEAD "persona p: P\n  segment x\n", "dangling-id", 3, 11, "no segment"},
    {FLOW "    seen when wb click\nsource web: W\n", "unknown-source", 5, 15, "`web`"},
    {FLOW "    seen when page view\n", "unknown-source", 5, 15, "in quotes"},
    {FLOW "    seen when x\n      and web y\n", "unknown-source", 6, 11, "no source `web`"},

    /* windows, shares, ends */
    {FLOW "    comes usually 3 days, at most 2 days\n", "window-contradiction", 5, 35,
     "contradict"},
    {FLOW "    comes at least 3 days, at most 2 days\n", "window-contradiction", 5, 36,
     "at least"},
    {FLOW "    comes at least 3 days, usually 2 days\n", "window-contradiction", 5, 36,
     "usually"},
    {FLOW "    takes at most 3 days, at most 2 days\n", "window-contradiction", 5, 0, "twice"},
    {FLOW "    takes usually 1 working day, at most 2 days\n", "window-contradiction", 5, 0,
     "working"},
    {HEAD "stage s: S\n  choose\n    way x 50%: X\n    way y 40%: Y\n", "shares-not-100", 3, 3,
     "90%"},
    {HEAD "stage s: S\n  choose\n    way x 70%: X\n    way y 40%: Y\n    way z: Z\n",
     "shares-not-100", 3, 3, "110%"},
    {FLOW "    ends here\n", "ends-here", 5, 5, "way or of an optional part"},
    {HEAD "stage s: S\n  any order\n    touchpoint a: A\n      optional\n      ends here\n    "
          "touchpoint b: B\n",
     "ends-here", 6, 7, "any order"},
    {HEAD "stage s: S\n  touchpoint a: A\n    optional\n    repeats\n    ends here\n",
     "ends-here", 6, 5, "repeat"},
    {HEAD "stage s: S\n  choose\n    way x: X\n      touchpoint a: A\n        ends here\n      "
          "touchpoint c: C\n    way y: Y\n",
     "ends-here", 6, 9, "last touchpoint"},
    {HEAD
     "stage s: S\n  choose\n    way x: X\n      touchpoint a: A\n        ends here\n    way "
     "y: Y\n      touchpoint b: B\n        ends here\n  touchpoint c: C\n",
     "unreachable", 10, 3, "no journey can come here"},
    {HEAD "any time\n  touchpoint a: A\n    repeats\n", "misplaced", 4, 5, "any time"},
    {FLOW "    not recorded\n    seen when x\n", "contradiction", 5, 5, "contradicts"},

    /* the whole */
    {HEAD "  over after 2 days of silence\nstage s: S\n  touchpoint a: A\n    comes at most 3 "
          "days\n",
     "over-after-too-short", 2, 14, "`a`"},
    {HEAD
     "  over after 2 days of silence\nstage s: S\n  touchpoint a: A\n    for p\n      comes "
     "usually 3 days\npersona p: P\n",
     "over-after-too-short", 2, 14, "`a`"},
    {FLOW "content c: C\nrule r: R\n  when a happens\n  send c by SMS\n", "no-consent", 8, 13,
     "consent profile"},
    {FLOW "kpi k: K\n  measure share of journeys that reach a\n  target at least 3 days\n",
     "wrong-unit", 7, 19, "18%"},
    {FLOW "kpi k: K\n  measure median time from a to b\n  target at most 40\n", "wrong-unit", 7,
     18, "3 weeks"},
    {FLOW "content c: C\nexperiment x: X\n  at a\n  variant v 100%: c\n  measure share of "
          "journeys that reach b\n",
     "one-variant", 6, 1, "at least two"},
    {FLOW "content c: C\nexperiment x: X\n  at a\n  variant v 50%: c\n  variant w 40%: c\n  "
          "measure share of journeys that reach b\n",
     "shares-not-100", 6, 1, "90%"},
    {HEAD "source s: S\n  rating x from 5 to 1\n", "rating", 3, 0, "from 1 to 5"},
    {HEAD "team t: T\n  hours mon-fri 18:00-09:00\n", "hours", 3, 0, "two lines"},
};

static void each_error_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(wrongs); i++) {
        const struct wrong *const wrong = &wrongs[i];
        struct read read = read_map(wrong->text, false);
        const struct trod_remark *const found = remark_of(&read.report, wrong->code);
        if (read.status != TROD_BAD_INPUT || read.map || !found || found->line != wrong->line ||
            (wrong->column && found->column != wrong->column) ||
            (!strstr(found->message, wrong->words) && !strstr(found->hint, wrong->words))) {
            print_report(&read.report);
            fail_msg("case %zu: wanted %s at %u:%u with \"%s\" in\n%s", i, wrong->code,
                     wrong->line, wrong->column, wrong->words, wrong->text);
        }
        assert_int_equal(found->weight, TROD_ERROR);
        if (read.report.n != 1) {
            print_report(&read.report);
            fail_msg("case %zu: one mistake, %zu remarks:\n%s", i, read.report.n, wrong->text);
        }
        read_release(&read);
    }
}

static void all_errors_come_in_one_go(void **state) {
    (void)state;
    struct read read = read_map("journey j: J\n"
                                "  ownr Sales\n"
                                "  state wrong\n"
                                "stage s: S\n"
                                "  touchpoint a: A\n"
                                "    feels happy\n"
                                "    keeps nothing\n"
                                "    comes usually 3 days, at most 1 day\n"
                                "stage s: again\n",
                                true);
    assert_int_equal(read.status, TROD_BAD_INPUT);
    assert_int_equal(read.report.n_errors, 6);
    assert_int_equal(read.report.n, 6);
    for (size_t i = 1; i < read.report.n; i++)
        assert_true(read.report.items[i - 1].line <= read.report.items[i].line);
    assert_non_null(strstr(read.error.message, "6 errors"));
    assert_int_equal(read.error.line, 2);
    read_release(&read);
}

static void what_a_misspelt_keyword_defines_is_known(void **state) {
    (void)state;
    struct read read = read_map("journey j: J\n"
                                "  succeeds when pay happens\n"
                                "stage s: S\n"
                                "  tochpoint pay: Pays\n"
                                "    owner Sales\n",
                                false);
    assert_int_equal(read.report.n, 1);
    read_release(&read);
}

static void only_a_thousand_are_kept(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "journey j: J\n");
    for (int i = 0; i < 3000; i++) trod_buf_adds(&text, "nonsense\n");
    struct read read = read_map(text.at, true);
    assert_int_equal(read.report.n, 1000);
    assert_int_equal(read.report.n_errors, 3000);
    read_release(&read);
    trod_buf_free(&text);
}

static void hostile_files_end_with_a_sentence(void **state) {
    (void)state;
    struct trod_buf text = {0};
    /* nested 10,000 deep */
    trod_buf_adds(&text, "journey j: J\nstage s: S\n");
    for (size_t i = 0; i < 3000; i++) {
        trod_buf_repeat(&text, ' ', 2 * i + 2);
        trod_buf_adds(&text, "optional\n");
    }
    struct read read = read_map(text.at, true);
    assert_int_equal(read.status, TROD_BAD_INPUT);
    assert_non_null(remark_of(&read.report, "nesting"));
    read_release(&read);
    /* one endless line */
    trod_buf_clear(&text);
    trod_buf_adds(&text, "journey j: ");
    trod_buf_repeat(&text, 'x', (size_t)8 << 20);
    read = read_map(text.at, true);
    assert_int_equal(read.status, TROD_BAD_INPUT);
    assert_non_null(remark_of(&read.report, "line-too-long"));
    read_release(&read);
    /* too many lines */
    trod_buf_clear(&text);
    trod_buf_adds(&text, "journey j: J");
    trod_buf_repeat(&text, '\n', 1000002);
    read = read_map(text.at, true);
    assert_int_equal(read.status, TROD_TOO_MUCH);
    assert_non_null(strstr(read.error.message, "1000000 lines"));
    read_release(&read);
    trod_buf_free(&text);
    /* bytes that are no text */
    const struct trod_map_options options = {.no_files = true};
    struct trod_report report = {0};
    struct trod_map *map;
    assert_int_equal(trod_map_read_text((trod_str){"journey j: J\n\0\1\2", 16}, "x", &options,
                                        &map, &report, NULL),
                     TROD_BAD_INPUT);
    assert_string_equal(report.items[0].code, "not-text");
    assert_int_equal(report.items[0].line, 2);
    trod_report_release(&report);
}

static void a_large_map_is_read(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "journey j: J\n  succeeds when t9 happens\nstage s: S\n");
    for (int i = 0; i < 25000; i++)
        trod_buf_format(
            &text, "  touchpoint t%d: T %d\n    does  x\n    pain p%d high: y\n    owner z\n",
            i, i, i);
    struct read read = read_map(text.at, true);
    assert_int_equal(read.status, TROD_OK);
    assert_int_equal(read.map->n_touchpoints, 25000);
    read_release(&read);
    trod_buf_free(&text);
}

/* Every allocation fails in turn; nothing is lost and nothing crashes. */
static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    const char *const text = "journey j: J\n"
                             "  succeeds when a or b happens, worth 3\n"
                             "  consent profile x = yes for mail\n"
                             "stage s: S\n"
                             "  takes at most 3 days\n"
                             "  choose\n"
                             "    way v 50%: V\n"
                             "      touchpoint a: A \\[sic]\n"
                             "        does x [r, 3 of 4]\n"
                             "          | and y\n"
                             "          | and z\n"
                             "    way w 50%: W\n"
                             "      touchpoint b: B\n"
                             "        seen when \"a \\\" b\" with c = \"d\" and e > 3\n"
                             "        front Sales: x\n"
                             "        pain high: y\n"
                             "research r: R\n"
                             "content c: C\n"
                             "rule z: Z\n"
                             "  when a happened and none of b within 3 days\n"
                             "  send c by mail\n"
                             "oops\n";
    trod_status status = TROD_NO_MEMORY;
    uint64_t n = 0;
    while (status == TROD_NO_MEMORY) {
        struct trod_report report = {0};
        struct trod_map *map = NULL;
        const struct trod_map_options options = {.no_files = true, .advice = true};
        trod_memory_fail_at(++n);
        status = trod_map_read_text(trod_str_of(text), "t", &options, &map, &report, NULL);
        trod_memory_fail_at(0);
        assert_null(map);
        trod_report_release(&report);
        assert_true(n < 100000);
    }
    assert_int_equal(status, TROD_BAD_INPUT);
    assert_true(n > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_is_found),
        cmocka_unit_test(all_errors_come_in_one_go),
        cmocka_unit_test(what_a_misspelt_keyword_defines_is_known),
        cmocka_unit_test(only_a_thousand_are_kept),
        cmocka_unit_test(hostile_files_end_with_a_sentence),
        cmocka_unit_test(a_large_map_is_read),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
