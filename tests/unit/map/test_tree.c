/* Process trees: any tree becomes a sound map that keeps its labels to the letter and gives the
 * same tree back; and a map with `ends here` gives the tree whose runs are the map's.
 */
#include "maps.h"

#include <dirent.h>

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum { N_TREES = 3000, N_FLOWS = 2000 };

static struct trod_map *map_of(trod_str text) {
    struct trod_map *map = NULL;
    struct trod_report report = {0};
    const struct trod_map_options options = {.no_files = true};
    if (trod_map_read_text(text, "a.journey", &options, &map, &report, NULL) != TROD_OK) {
        print_report(&report);
        fail_msg("this map should be sound:\n%.*s", TROD_ARG(text));
    }
    trod_report_release(&report);
    return map;
}

/* ---- Random trees
 * ----------------------------------------------------------------------------- */

struct forest {
    struct trod_rng rng;
    struct trod_arena *arena;
    struct trod_buf text;
};

static size_t below(struct forest *forest, size_t n) {
    return (size_t)trod_rng_below(&forest->rng, n);
}

static const char *const labels[] = {"a",
                                     "check ticket",
                                     "Check ticket",
                                     "check-ticket",
                                     "it's",
                                     "'",
                                     "''quoted''",
                                     "x'",
                                     "Check \\[x]",
                                     "Check [talks]",
                                     "[a, b]",
                                     "\\",
                                     "a\\",
                                     "a\\\\",
                                     " outer ",
                                     "\ttab",
                                     "",
                                     " ",
                                     "two\nlines",
                                     "\n",
                                     "three\n\n lines \n",
                                     "gr\xc3\xb6\xc3\x9f"
                                     "e",
                                     "\xe8\x87\xaa\xe8\xa1\x8c",
                                     "tau",
                                     "X( b )",
                                     "->( tau )",
                                     "# no comment",
                                     "| no long text",
                                     "id: title",
                                     ": colon",
                                     "all",
                                     "journey",
                                     "way-nothing",
                                     "100%",
                                     "\"said\"",
                                     "a, b",
                                     "-",
                                     "step",
                                     "check-ticket-2",
                                     "\xf0\x9f\x9a\xb2",
                                     "a label that is so long that nobody would want to read "
                                     "all of it in a way's title, would they?"};

static struct trod_tree *plant(struct forest *forest, enum trod_tree_op op, size_t n) {
    struct trod_tree *const tree = TROD_NEW(forest->arena, struct trod_tree);
    assert_non_null(tree);
    *tree = (struct trod_tree){
        .op = op, .n = n, .children = TROD_NEW_ARRAY(forest->arena, n + 1, struct trod_tree *)};
    assert_non_null(tree->children);
    return tree;
}

static struct trod_tree *grow(struct forest *forest, unsigned depth) {
    static const struct {
        enum trod_tree_op op;
        size_t least, most;
    } ops[] = {{TROD_TREE_SEQUENCE, 1, 4},
               {TROD_TREE_CHOICE, 1, 4},
               {TROD_TREE_ANY_ORDER, 1, 4},
               {TROD_TREE_LOOP, 2, 3}};
    const size_t kind = below(forest, depth ? 10 : 4);
    if (kind == 0) return plant(forest, TROD_TREE_SILENT, 0);
    if (kind < 4) {
        struct trod_tree *const leaf = plant(forest, TROD_TREE_LABEL, 0);
        leaf->label = trod_str_of(labels[below(forest, TROD_COUNT(labels))]);
        return leaf;
    }
    const size_t op = below(forest, TROD_COUNT(ops));
    const size_t n = ops[op].least + below(forest, ops[op].most - ops[op].least + 1);
    struct trod_tree *const tree = plant(forest, ops[op].op, n);
    for (size_t i = 0; i < n; i++) tree->children[i] = grow(forest, depth - 1);
    return tree;
}

/* As the notation allows, with blanks anywhere; or as trod writes it. */
static void print(struct forest *forest, const struct trod_tree *tree, bool wild,
                  struct trod_buf *out) {
    static const char *const blanks[] = {"", " ", "  ", "\n", "\t", "\r\n "};
    static const char *const tidy[] = {"tau", "", "->", "X", "+", "*"};
    static const char *const odd[] = {"\xcf\x84", "", "\xe2\x86\x92", "X", "+", "*"};
    if (wild) trod_buf_adds(out, blanks[below(forest, TROD_COUNT(blanks))]);
    trod_buf_adds(out, wild && below(forest, 9) == 0 ? odd[tree->op] : tidy[tree->op]);
    if (tree->op == TROD_TREE_LABEL) {
        trod_buf_byte(out, '\'');
        trod_buf_add(out, tree->label);
        trod_buf_byte(out, '\'');
    }
    for (size_t i = 0; i < tree->n; i++) {
        if (wild) trod_buf_adds(out, blanks[below(forest, TROD_COUNT(blanks))]);
        trod_buf_adds(out, wild ? (i ? "," : "(") : (i ? ", " : "( "));
        print(forest, tree->children[i], wild, out);
    }
    if (tree->n) trod_buf_adds(out, " )");
    if (wild) trod_buf_adds(out, blanks[below(forest, TROD_COUNT(blanks))]);
}

/* The shortest tree that says the same, nothing first where something may be left out. */
static struct trod_tree *shorten(struct forest *forest, struct trod_tree *tree) {
    struct trod_tree *parts[64];
    size_t n = 0;
    const bool drops = tree->op == TROD_TREE_SEQUENCE || tree->op == TROD_TREE_ANY_ORDER;
    if (tree->n == 0) return tree;
    for (size_t i = 0; i < tree->n; i++) {
        struct trod_tree *const part = shorten(forest, tree->children[i]);
        if (drops && part->op == TROD_TREE_SILENT) continue;
        const bool melts = tree->op == TROD_TREE_SEQUENCE && part->op == TROD_TREE_SEQUENCE;
        for (size_t k = 0; k < (melts ? part->n : 1); k++) {
            assert_true(n < TROD_COUNT(parts));
            parts[n++] = melts ? part->children[k] : part;
        }
    }
    if (n == 0) return plant(forest, TROD_TREE_SILENT, 0);
    if (n == 1) return parts[0];
    if (tree->op == TROD_TREE_LOOP && n == 3) {
        struct trod_tree *const both = plant(forest, TROD_TREE_SEQUENCE, 2);
        both->children[0] = plant(forest, TROD_TREE_LOOP, 2);
        memcpy(both->children[0]->children, parts, 2 * sizeof *parts);
        both->children[1] = parts[2];
        return shorten(forest, both);
    }
    if (tree->op == TROD_TREE_CHOICE && n == 2 && parts[1]->op == TROD_TREE_SILENT) {
        parts[1] = parts[0];
        parts[0] = plant(forest, TROD_TREE_SILENT, 0);
    }
    struct trod_tree *const shorter = plant(forest, tree->op, n);
    memcpy(shorter->children, parts, n * sizeof *parts);
    return shorter;
}

static void titles_are_labels(const struct trod_tree *tree, const struct trod_map *map,
                              size_t *n) {
    if (tree->op == TROD_TREE_LABEL) {
        assert_true(*n < map->n_touchpoints);
        if (!trod_str_equal(map->touchpoints[*n].title, tree->label))
            fail_msg("the label '%.*s' became the title '%.*s'", TROD_ARG(tree->label),
                     TROD_ARG(map->touchpoints[*n].title));
        ++*n;
    }
    for (size_t i = 0; i < tree->n; i++) titles_are_labels(tree->children[i], map, n);
}

static void any_tree_survives(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= N_TREES; seed++) {
        struct forest forest = {.rng = {.seed = seed}, .arena = trod_arena_make(0)};
        struct trod_buf wild = {0}, tidy = {0}, text = {0}, again = {0}, lost = {0},
                        twice = {0};
        struct trod_error error = {0};
        struct trod_tree *const tree = grow(&forest, 1 + (unsigned)(seed % 6));
        const struct trod_tree *const shorter = shorten(&forest, tree);
        print(&forest, tree, true, &wild);
        print(&forest, shorter, false, &tidy);
        trod_buf_byte(&tidy, '\n');
        if (trod_map_from_tree(trod_buf_str(&wild), "a.tree.txt", &text, &error) != TROD_OK)
            fail_msg("seed %llu: %s", (unsigned long long)seed, error.message);
        struct trod_map *const map = map_of(trod_buf_str(&text));
        size_t n = 0;
        titles_are_labels(shorter, map, &n);
        assert_int_equal(n, map->n_touchpoints);
        assert_ok(trod_map_to_tree(map, &again, &lost, &error));
        assert_string_equal(tidy.at, again.at);
        assert_string_equal(
            lost.at,
            "A process tree holds the flow alone: no stages, times, feelings or people.\n");
        assert_ok(trod_map_from_tree(trod_buf_str(&again), "a.tree.txt", &twice, &error));
        assert_string_equal(text.at, twice.at);
        trod_buf_clear(&twice); /* and it is spaced as trod spaces maps */
        assert_ok(trod_map_format(trod_buf_str(&text), "a.journey", &twice, &error));
        assert_string_equal(text.at, twice.at);
        trod_map_free(map);
        trod_buf_free(&wild);
        trod_buf_free(&tidy);
        trod_buf_free(&text);
        trod_buf_free(&again);
        trod_buf_free(&lost);
        trod_buf_free(&twice);
        trod_arena_free(forest.arena);
    }
}

/* ---- Single trees
 * ----------------------------------------------------------------------------- */

static void becomes(const char *tree, const char *name, const char *want) {
    struct trod_buf text = {0};
    struct trod_error error = {0};
    if (trod_map_from_tree(trod_str_of(tree), name, &text, &error) != TROD_OK)
        fail_msg("%s: %s", tree, error.message);
    assert_string_equal(text.at, want);
    trod_map_free(map_of(trod_buf_str(&text)));
    trod_buf_free(&text);
}

static void reads_well(void **state) {
    (void)state;
    becomes("->( 'Ask', X( tau, 'Call back' ), X( ->( 'Pay', 'Thank' ), 'Leave', tau ) )",
            "trees/shop.tree.txt",
            "journey shop: shop\n"
            "\n"
            "stage all: All steps\n"
            "  touchpoint ask: Ask\n"
            "  touchpoint call-back: Call back\n"
            "    optional\n"
            "  choose\n"
            "    way way-pay: Pay \xe2\x80\xa6\n"
            "      touchpoint pay: Pay\n"
            "      touchpoint thank: Thank\n"
            "    way way-leave: Leave\n"
            "      touchpoint leave: Leave\n"
            "    way way-nothing: Nothing\n");
    becomes("+( *( 'a', tau ), X( tau, *( 'b', tau ) ), ->( 'c', 'd' ), *( 'e', 'f' ) )", "-",
            "journey journey: Journey\n"
            "\n"
            "stage all: All steps\n"
            "  any order\n"
            "    touchpoint a: a\n"
            "      repeats\n"
            "    touchpoint b: b\n"
            "      optional\n"
            "      repeats\n"
            "    choose\n"
            "      way way-c: c \xe2\x80\xa6\n"
            "        touchpoint c: c\n"
            "        touchpoint d: d\n"
            "    repeat\n"
            "      touchpoint e: e\n"
            "      between\n"
            "        touchpoint f: f\n");
    becomes("+( *( 'a', 'b', 'c' ), 'all' )", "journey.txt",
            "journey journey: journey\n"
            "\n"
            "stage all-2: All steps\n"
            "  any order\n"
            "    choose\n"
            "      way way-a: a \xe2\x80\xa6\n"
            "        repeat\n"
            "          touchpoint a: a\n"
            "          between\n"
            "            touchpoint b: b\n"
            "        touchpoint c: c\n"
            "    touchpoint all: all\n");
    becomes("->( 'Check \\[x]', 'Check [x]', ' a ', 'two\nlines', '', 'gr\xc3\xb6\xc3\x9f"
            "er' )",
            "odd labels.tree.txt",
            "journey odd-labels: odd labels\n"
            "\n"
            "stage all: All steps\n"
            "  touchpoint check-x: Check \\\\\\[x]\n"
            "  touchpoint check-x-2: Check \\[x]\n"
            "  touchpoint a:\n"
            "    |  a \n"
            "  touchpoint two-lines:\n"
            "    | two\n"
            "    | lines\n"
            "  touchpoint step:\n"
            "    |\n"
            "  touchpoint gr-er: gr\xc3\xb6\xc3\x9f"
            "er\n");
    becomes(" tau ", "empty.tree.txt", "journey empty: empty\n\nstage all: All steps\n");
    becomes("*( tau, tau )", NULL,
            "journey journey: Journey\n\nstage all: All steps\n  repeat\n");
    becomes("\xef\xbb\xbf'a'\r\n", "a.tree.txt",
            "journey a-2: a\n\nstage all: All steps\n  touchpoint a: a\n");
}

static void refused(const char *tree, const char *message, int64_t line, int64_t column) {
    struct trod_buf text = {0};
    struct trod_error error = {0};
    if (trod_map_from_tree(trod_str_of(tree), "a.tree.txt", &text, &error) == TROD_OK)
        fail_msg("this was taken: %s", tree);
    assert_string_equal(error.message, message);
    assert_string_equal(error.file, "a.tree.txt");
    assert_int_equal(error.line, line);
    assert_int_equal(error.column, column);
    trod_buf_free(&text);
}

static void refuses_what_is_no_tree(void **state) {
    (void)state;
    static const char expected[] =
        "here should stand ->, X, +, *, tau or a label in single quotes";
    refused("", expected, 1, 1);
    refused("  \n", expected, 2, 1);
    refused("a", expected, 1, 1);
    refused("\"a\"", expected, 1, 1);
    refused("->( 'a',\n  b )", expected, 2, 3);
    refused("->()", expected, 1, 4);
    refused("'a", "a label has no closing quote", 1, 2);
    refused("->( 'a', 'b", "a label has no closing quote", 1, 11);
    refused("tau tau", "something follows after the tree's end", 1, 5);
    refused("->", "an operator has no \"(\" after it", 1, 3);
    refused("->( 'a'", "a \",\" or a \")\" is missing here", 1, 8);
    refused("->( tau 'a' )", "a \",\" or a \")\" is missing here", 1, 9);
    refused("*( 'a' )",
            "a loop \"*\" takes two parts: what is done, and what lies between two rounds", 1,
            9);
    refused("*( 'a', 'b', 'c', 'd' )",
            "a loop \"*\" takes two parts: what is done, and what lies between two rounds", 1,
            24);
    refused("X( 'a', O( 'b', 'c' ) )",
            "the operators \"O\" (any of these) and \"<>\" (one block after the other, in any "
            "order) have no counterpart in a map",
            1, 9);
    refused("'a\x01'", "the label 'a?' holds a control character (U+0001)", 0, 0);
    refused("'a\r\nb'", "the label 'a??b' holds a control character (U+000D)", 0, 0);
    refused("'a\xff'", "this is no text in the encoding UTF-8", 1, 3);
}

/* "X( X( … 'a', 'b' ), 'b' )", `n` deep. */
static trod_status nested(const char *op, size_t n, struct trod_buf *text,
                          struct trod_error *error) {
    struct trod_buf tree = {0};
    for (size_t i = 0; i < n; i++) trod_buf_format(&tree, "%s( ", op);
    trod_buf_adds(&tree, "'a'");
    for (size_t i = 0; i < n; i++) trod_buf_adds(&tree, ", 'b' )");
    const trod_status status = trod_map_from_tree(trod_buf_str(&tree), "a", text, error);
    trod_buf_free(&tree);
    return status;
}

static void bounds_depth_and_size(void **state) {
    (void)state;
    struct trod_buf text = {0}, tree = {0};
    struct trod_error error = {0};
    assert_ok(nested("X", 99, &text, &error));
    trod_map_free(map_of(trod_buf_str(&text)));
    assert_int_equal(nested("X", 101, &text, &error), TROD_TOO_MUCH);
    assert_string_equal(error.message,
                        "this process tree needs a map that is nested more than 200 deep");
    trod_buf_clear(&text);
    assert_ok(nested("->", 1000, &text, &error));
    trod_map_free(map_of(trod_buf_str(&text)));
    assert_int_equal(nested("->", 1001, &text, &error), TROD_TOO_MUCH);
    assert_int_equal(nested("->", 100000, &text, &error), TROD_TOO_MUCH);
    /* many namesakes cost no more than others */
    trod_buf_adds(&tree, "->( 'a'");
    for (size_t i = 0; i < 100000; i++) trod_buf_adds(&tree, ", 'a'");
    trod_buf_adds(&tree, " )");
    trod_buf_clear(&text);
    assert_ok(trod_map_from_tree(trod_buf_str(&tree), "a", &text, &error));
    assert_non_null(strstr(text.at, "  touchpoint a-100001: a\n"));
    trod_buf_clear(&tree);
    trod_buf_byte(&tree, '\'');
    trod_buf_repeat(&tree, 'x', 60001);
    trod_buf_byte(&tree, '\'');
    assert_int_equal(trod_map_from_tree(trod_buf_str(&tree), "a", &text, &error),
                     TROD_TOO_MUCH);
    assert_string_equal(error.message, "a label is longer than 60000 bytes");
    trod_buf_free(&text);
    trod_buf_free(&tree);
}

static void writes(const char *text, const char *want, const char *want_lost) {
    struct trod_buf tree = {0}, lost = {0};
    struct trod_map *const map = map_of(trod_str_of(text));
    static const char alone[] =
        "A process tree holds the flow alone: no stages, times, feelings or people.\n";
    assert_ok(trod_map_to_tree(map, &tree, &lost, NULL));
    assert_string_equal(tree.at, want);
    assert_true(trod_str_starts(trod_buf_str(&lost), TROD_STR(alone)));
    assert_string_equal(lost.at + strlen(alone), want_lost);
    trod_map_free(map);
    trod_buf_free(&tree);
    trod_buf_free(&lost);
}

static void says_what_is_lost(void **state) {
    (void)state;
    writes(
        "journey j: J\nstage s: S\n  touchpoint a: it's, a) b\n    optional 30%\n"
        "  touchpoint b: a', b\n    repeats at most 3 times\n  choose\n    way x 40%: X\n"
        "      touchpoint c: C\n    way y 60%: Y\n      touchpoint d: D\nany time\n"
        "  touchpoint e: E\n",
        "->( X( tau, 'it's, a) b' ), *( 'a\xe2\x80\x99, b', tau ), X( 'C', 'D' ) )\n",
        "The designed shares are left out.\n"
        "A limit on how often something repeats is left out.\n"
        "1 touchpoint that may come at any time is left out.\n"
        "A quote (') before a comma or bracket in a title is written as \xe2\x80\x99, because "
        "it would end the title.\n");
    writes("journey j: J\n", "tau\n", "");
    writes("journey j: J\nstage s: S\n", "tau\n", "");
    writes("journey j: J\noptional\n  stage s: S\n    touchpoint a: A\n    touchpoint b: B\n"
           "stage t: T\n  touchpoint c: C\n",
           "->( X( tau, ->( 'A', 'B' ) ), 'C' )\n", "");
}

static void ends_where_the_journey_ends(void **state) {
    (void)state;
    writes("journey j: J\nstage s: S\n  touchpoint a: A\n  choose\n    way x: X\n"
           "      touchpoint b: B\n        ends here\n    way y: Y\n      touchpoint c: C\n"
           "  touchpoint d: D\n",
           "->( 'A', X( 'B', ->( 'C', 'D' ) ) )\n", "");
    writes("journey j: J\nstage s: S\n  touchpoint a: A\n  touchpoint b: B\n    optional\n"
           "    ends here\n  touchpoint c: C\nstage t: T\n  touchpoint d: D\n",
           "->( 'A', X( 'B', ->( 'C', 'D' ) ) )\n", "");
    writes("journey j: J\nstage s: S\n  choose\n    way x: X\n      touchpoint a: A\n"
           "        ends here\n    way y: Y\n      touchpoint b: B\n    way z: Z\n"
           "      touchpoint c: C\n      touchpoint d: D\n        optional\n        ends here\n"
           "  touchpoint e: E\n",
           "X( 'A', ->( 'B', 'E' ), ->( 'C', X( 'D', 'E' ) ) )\n", "");
}

/* ---- Runs
 * ------------------------------------------------------------------------------------- */

enum { MOST_RUNS = 4000, MOST_STEPS = 40 };
/* All runs of a flow: texts of one letter for each touchpoint, with "." behind one that has
 * ended.
 */
struct runs {
    char (*at)[MOST_STEPS];
    size_t n;
    bool full;
};

static struct runs *runs_make(void) {
    struct runs *const runs = calloc(1, sizeof *runs);
    assert_non_null(runs);
    runs->at = calloc(MOST_RUNS, sizeof *runs->at);
    assert_non_null(runs->at);
    return runs;
}

static void runs_free(struct runs *runs) {
    free(runs->at);
    free(runs);
}

static void runs_add(struct runs *runs, const char *first, const char *second) {
    if (runs->n == MOST_RUNS || strlen(first) + strlen(second) >= MOST_STEPS) {
        runs->full = true;
        return;
    }
    snprintf(runs->at[runs->n++], MOST_STEPS, "%s%s", first, second);
}

/* `runs` followed by each of `more`, where they have not ended. */
static struct runs *runs_follow(struct runs *runs, struct runs *more) {
    struct runs *const both = runs_make();
    both->full = runs->full || more->full;
    for (size_t i = 0; i < runs->n; i++) {
        const size_t n = strlen(runs->at[i]);
        if (n && runs->at[i][n - 1] == '.')
            runs_add(both, runs->at[i], "");
        else
            for (size_t k = 0; k < more->n; k++) runs_add(both, runs->at[i], more->at[k]);
    }
    runs_free(runs);
    runs_free(more);
    return both;
}

static void runs_join(struct runs *runs, struct runs *more) {
    runs->full = runs->full || more->full;
    for (size_t i = 0; i < more->n; i++) runs_add(runs, more->at[i], "");
    runs_free(more);
}

static struct runs *runs_of_flow(const struct trod_flow *flow) {
    struct runs *runs = runs_make();
    char step[4] = {0};
    if (flow->kind == TROD_FLOW_TOUCHPOINT) {
        snprintf(step, sizeof step, "%c%s", 'a' + (int)flow->touchpoint_id,
                 flow->ends ? "." : "");
        runs_add(runs, step, "");
    } else if (flow->kind == TROD_FLOW_CHOICE) {
        for (size_t i = 0; i < flow->n; i++) runs_join(runs, runs_of_flow(flow->children[i]));
    } else {
        assert_true(flow->kind == TROD_FLOW_SEQUENCE || flow->kind == TROD_FLOW_SILENT);
        runs_add(runs, "", "");
        for (size_t i = 0; i < flow->n; i++)
            runs = runs_follow(runs, runs_of_flow(flow->children[i]));
    }
    return runs;
}

static struct runs *runs_of_tree(const struct trod_tree *tree) {
    struct runs *runs = runs_make();
    char step[2] = {0};
    if (tree->op == TROD_TREE_LABEL) {
        step[0] = tree->label.at[0];
        runs_add(runs, step, "");
    } else if (tree->op == TROD_TREE_CHOICE) {
        for (size_t i = 0; i < tree->n; i++) runs_join(runs, runs_of_tree(tree->children[i]));
    } else {
        assert_true(tree->op == TROD_TREE_SEQUENCE || tree->op == TROD_TREE_SILENT);
        runs_add(runs, "", "");
        for (size_t i = 0; i < tree->n; i++)
            runs = runs_follow(runs, runs_of_tree(tree->children[i]));
    }
    return runs;
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

/* The different runs in order, joined. */
static void runs_print(struct runs *runs, struct trod_buf *out) {
    for (size_t i = 0; i < runs->n; i++) runs->at[i][strcspn(runs->at[i], ".")] = '\0';
    qsort(runs->at, runs->n, sizeof *runs->at, by_text);
    for (size_t i = 0; i < runs->n; i++)
        if (i == 0 || strcmp(runs->at[i], runs->at[i - 1]) != 0)
            trod_buf_format(out, "%s\n", runs->at[i]);
    runs_free(runs);
}

/* A flow of touchpoints, choices and what may be left out; `last`: a touchpoint that comes last
 * here may end the journey. */
static void grow_flow(struct forest *forest, size_t level, unsigned depth, bool last,
                      unsigned *n_touchpoints, unsigned *n_ways) {
    for (size_t n = 1 + below(forest, 3); n > 0; n--) {
        const size_t kind = depth == 0 ? 0 : below(forest, 4);
        struct trod_buf *const out = &forest->text;
        if (*n_touchpoints > 20) return;
        trod_buf_repeat(out, ' ', level * 2);
        if (kind < 2) {
            const unsigned id = (*n_touchpoints)++;
            const bool optional = below(forest, 3) == 0;
            trod_buf_format(out, "touchpoint t%u: %c\n", id, 'a' + (int)id);
            if (optional) trod_buf_format(out, "%*soptional\n", (int)level * 2 + 2, "");
            if ((optional || (last && n == 1)) && below(forest, 3) == 0)
                trod_buf_format(out, "%*sends here\n", (int)level * 2 + 2, "");
        } else if (kind == 2) {
            trod_buf_adds(out, "optional\n");
            grow_flow(forest, level + 1, depth - 1, true, n_touchpoints, n_ways);
        } else {
            trod_buf_adds(out, "choose\n");
            for (size_t way = 2 + below(forest, 2); way > 0; way--) {
                trod_buf_format(out, "%*sway w%u: W\n", (int)level * 2 + 2, "", (*n_ways)++);
                if (below(forest, 6))
                    grow_flow(forest, level + 2, depth - 1, true, n_touchpoints, n_ways);
            }
        }
    }
}

static void the_tree_runs_as_the_map(void **state) {
    (void)state;
    size_t n_compared = 0, n_ends = 0;
    for (uint64_t seed = 1; seed <= N_FLOWS; seed++) {
        struct forest forest = {.rng = {.seed = seed, .stream = 1},
                                .arena = trod_arena_make(0)};
        struct trod_map *map = NULL;
        struct trod_buf written = {0}, lost = {0}, of_map = {0}, of_tree = {0};
        unsigned n_touchpoints = 0, n_ways = 0;
        const struct trod_tree *tree = NULL;
        const struct trod_map_options options = {.no_files = true};
        trod_buf_adds(&forest.text, "journey j: J\nstage s: S\n");
        grow_flow(&forest, 1, 3, false, &n_touchpoints, &n_ways);
        /* A map in which something follows what always ends is refused: it is grown by chance.
         */
        if (trod_map_read_text(trod_buf_str(&forest.text), "a", &options, &map, NULL, NULL) ==
            TROD_OK) {
            assert_ok(trod_map_to_tree(map, &written, &lost, NULL));
            assert_ok(trod_tree_read(trod_buf_str(&written), "a", forest.arena, &tree, NULL));
            struct runs *const runs = runs_of_flow(map->flow), *const others =
                                                                   runs_of_tree(tree);
            if (runs->full || others->full) {
                runs_free(runs);
                runs_free(others);
            } else {
                n_compared++;
                n_ends += strstr(forest.text.at, "ends here") != NULL;
                runs_print(runs, &of_map);
                runs_print(others, &of_tree);
                if (!trod_str_equal(trod_buf_str(&of_map), trod_buf_str(&of_tree)))
                    fail_msg("seed %llu:\n%s%s--- runs of the map\n%s--- runs of the tree\n%s",
                             (unsigned long long)seed, forest.text.at, written.at, of_map.at,
                             of_tree.at);
            }
        }
        trod_map_free(map);
        trod_buf_free(&forest.text);
        trod_buf_free(&written);
        trod_buf_free(&lost);
        trod_buf_free(&of_map);
        trod_buf_free(&of_tree);
        trod_arena_free(forest.arena);
    }
    assert_true(n_compared > N_FLOWS / 2);
    assert_true(n_ends > N_FLOWS / 5);
}

/* A chain of n touchpoints, each of which may be the last; or choices of which each way may end
 * or go on, so that what follows is written twice for each. */
static void bounds_what_ends_may_cost(void **state) {
    (void)state;
    struct trod_buf text = {0}, tree = {0}, lost = {0};
    struct trod_error error = {0};
    for (unsigned n = 1500; n <= 3000; n += 1500) {
        trod_buf_clear(&text);
        trod_buf_adds(&text, "journey j: J\nstage s: S\n");
        for (unsigned i = 0; i < n; i++)
            trod_buf_format(&text, "  touchpoint t%u: T%u\n    optional\n    ends here\n", i,
                            i);
        struct trod_map *const map = map_of(trod_buf_str(&text));
        const trod_status status = trod_map_to_tree(map, &tree, &lost, &error);
        assert_int_equal(status, n == 1500 ? TROD_OK : TROD_TOO_MUCH);
        trod_map_free(map);
    }
    trod_buf_clear(&text);
    trod_buf_adds(&text, "journey j: J\nstage s: S\n");
    for (unsigned i = 0; i < 60; i++)
        trod_buf_format(&text,
                        "  choose\n    way v%u: V\n      touchpoint a%u: A\n"
                        "      touchpoint b%u: B\n        optional\n        ends here\n"
                        "    way w%u: W\n      touchpoint c%u: C\n      touchpoint d%u: D\n"
                        "        optional\n        ends here\n",
                        i, i, i, i, i, i);
    struct trod_map *const map = map_of(trod_buf_str(&text));
    assert_int_equal(trod_map_to_tree(map, &tree, &lost, &error), TROD_TOO_MUCH);
    assert_string_equal(error.message,
                        "the process tree of this map is too large to write: it has too many "
                        "`ends here`, each with all that follows it");
    trod_map_free(map);
    trod_buf_free(&text);
    trod_buf_free(&tree);
    trod_buf_free(&lost);
}

/* ---- The reference trees
 * ---------------------------------------------------------------------- */

static const char *shared_folder(char at[4096]) {
    const char *const said = getenv("TROD_SHARED"), *const root = getenv("TROD_SOURCE_ROOT");
    for (int up = 0; up < 3; up++) {
        snprintf(at, 4096, "%s%s/reference/pm4py",
                 up == 0 ? said ? said : ""
                 : root  ? root
                         : ".",
                 up == 0   ? ""
                 : up == 1 ? "/../shared"
                           : "/../../shared");
        DIR *const folder = opendir(at);
        if (!folder) continue;
        closedir(folder);
        return at;
    }
    return NULL;
}

static void the_reference_trees_survive(void **state) {
    (void)state;
    char folder[4096], name[4600];
    if (!shared_folder(folder)) {
        puts(
            "skipped: the reference trees of the shared data, which is not here (TROD_SHARED)");
        skip();
    }
    DIR *const entries = opendir(folder);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct trod_buf file = {0}, text = {0}, again = {0}, lost = {0};
        struct trod_error error = {0};
        if (!trod_str_ends(trod_str_of(entry->d_name), TROD_STR(".tree.txt"))) continue;
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        assert_ok(trod_file_read(name, 1 << 20, &file, &error));
        assert_ok(trod_map_from_tree(trod_buf_str(&file), name, &text, &error));
        struct trod_map *const map = map_of(trod_buf_str(&text));
        assert_ok(trod_map_to_tree(map, &again, &lost, &error));
        if (strcmp(file.at, again.at) != 0)
            fail_msg("%s\n%s  is not\n%s", name, again.at, file.at);
        n++;
        trod_map_free(map);
        trod_buf_free(&file);
        trod_buf_free(&text);
        trod_buf_free(&again);
        trod_buf_free(&lost);
    }
    closedir(entries);
    assert_true(n >= 19);
}

/* Whichever allocation fails, it is said and nothing leaks. */
static void survives_want_of_memory(void **state) {
    (void)state;
    static const char tree[] = "->( 'a', X( tau, 'b' ), X( 'c', ->( 'd', 'two\nlines' ) ), "
                               "+( 'a', 'a' ), *( 'e', 'f', 'g' ) )";
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        struct trod_buf text = {0};
        trod_memory_fail_at(n);
        const trod_status status = trod_map_from_tree(TROD_STR(tree), "a", &text, NULL);
        trod_memory_fail_at(0);
        done = status == TROD_OK;
        if (!done) assert_true(status == TROD_NO_MEMORY || status == TROD_TOO_MUCH);
        trod_buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_tree_survives),
        cmocka_unit_test(reads_well),
        cmocka_unit_test(refuses_what_is_no_tree),
        cmocka_unit_test(bounds_depth_and_size),
        cmocka_unit_test(says_what_is_lost),
        cmocka_unit_test(ends_where_the_journey_ends),
        cmocka_unit_test(the_tree_runs_as_the_map),
        cmocka_unit_test(bounds_what_ends_may_cost),
        cmocka_unit_test(the_reference_trees_survive),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
