/* Filters: what they mean (against a plain evaluation), and where they are wrong. */
#include "maps.h"

static void spell(const struct trod_filter *filter, struct trod_buf *out) {
    static const char *const ops[] = {
        "=", "!=", "<", "<=", ">", ">=", "starts", "ends", "contains", "exists", "missing"};
    static const char *const values[] = {"", "n", "t", "d", "b"};
    if (filter->kind == TROD_FILTER_COND) {
        trod_buf_format(out, "%s%.*s %s", filter->cond.profile ? "profile " : "",
                        TROD_ARG(filter->cond.name), ops[filter->cond.op]);
        if (filter->cond.value != TROD_VALUE_NONE)
            trod_buf_format(out, " %s:%.*s", values[filter->cond.value],
                            TROD_ARG(filter->cond.text));
        return;
    }
    trod_buf_adds(out, filter->kind == TROD_FILTER_AND  ? "and("
                       : filter->kind == TROD_FILTER_OR ? "or("
                                                        : "not(");
    spell(filter->a, out);
    if (filter->b) {
        trod_buf_adds(out, ", ");
        spell(filter->b, out);
    }
    trod_buf_byte(out, ')');
}

static const struct {
    const char *text, *want;
} good[] = {
    {"a = 1", "a = n:1"},
    {"  a=1  ", "a = n:1"},
    {"a>=-2.5e3", "a >= n:-2.5e3"},
    {"a = \"x\"", "a = t:x"},
    {"a = \"x \\\" y\"", "a = t:x \" y"},
    {"\"a b\" != \"\"", "a b != t:"},
    {"a = yes and b = no", "and(a = b:yes, b = b:no)"},
    {"a < 2024-01-31", "a < d:2024-01-31"},
    {"a < 2024-01-31T10:00:00Z", "a < d:2024-01-31T10:00:00Z"},
    {"a exists or b missing", "or(a exists, b missing)"},
    {"a = 1 or b = 2 and c = 3", "or(a = n:1, and(b = n:2, c = n:3))"},
    {"(a = 1 or b = 2) and c = 3", "and(or(a = n:1, b = n:2), c = n:3)"},
    {"not a = 1 and b = 2", "and(not(a = n:1), b = n:2)"},
    {"not (a = 1 and b = 2)", "not(and(a = n:1, b = n:2))"},
    {"not not a exists", "not(not(a exists))"},
    {"profile city starts \"Ber\"", "profile city starts t:Ber"},
    {"profile = 1", "profile = n:1"},
    {"not = 1", "not = n:1"},
    {"(a=1)", "a = n:1"},
    {"((a=1)or(b=2))", "or(a = n:1, b = n:2)"},
    {"cost(eur) > 3", "cost(eur) > n:3"},
    {"(cost(eur)>3)", "cost(eur) > n:3"},
    {"case:concept:name = x", "case:concept:name = t:x"},
    {"channel = web and country = IT", "and(channel = t:web, country = t:IT)"},
    {"zip starts 10", "zip starts t:10"},
    {"(a = x)", "a = t:x"},
    {"a contains \"and b = 1\"", "a contains t:and b = 1"},
    {"exists = 1", NULL},
    {"a=b = 1", "a=b = n:1"},
    {"event = \"Send \\\\ mail\"", "event = t:Send \\ mail"},
};

static const struct {
    const char *text;
    int column;
    const char *words;
} bad[] = {
    {"", 1, "name of an attribute"},
    {"a", 2, "contains"},
    {"a =", 4, "a number, a date"},
    {"a = 1 and", 10, "name of an attribute"},
    {"a = 1 b = 2", 7, "and, or"},
    {"(a = 1", 7, "closing parenthesis"},
    {"a = 1)", 6, "and, or"},
    {"a = \"x", 5, "closing quote"},
    {"\"a = 1", 1, "closing quote"},
    {"a = and", 5, "a number"},
    {"a like \"x\"", 3, "starts"},
    {"and a = 1", 5, "starts"},
    {"a = e mail", 7, "and, or"},
    {"not", 4, "name"},
    {"a = 1 or or b = 2", 13, "starts"},
};

static void what_filters_mean(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(good); i++) {
        struct trod_arena *const arena = trod_arena_make(0);
        const struct trod_filter *filter = NULL;
        struct trod_error error = {0};
        struct trod_buf out = {0};
        const trod_status status =
            trod_filter_read(trod_str_of(good[i].text), arena, &filter, &error);
        if (!good[i].want) {
            assert_int_equal(status, TROD_BAD_OPTION);
        } else {
            if (status != TROD_OK) fail_msg("%s: %s", good[i].text, error.message);
            spell(filter, &out);
            if (strcmp(out.at, good[i].want) != 0)
                fail_msg("%s means %s, not %s", good[i].text, out.at, good[i].want);
        }
        trod_buf_free(&out);
        trod_arena_free(arena);
    }
}

static void where_filters_are_wrong(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(bad); i++) {
        struct trod_arena *const arena = trod_arena_make(0);
        const struct trod_filter *filter = NULL;
        struct trod_error error = {0};
        const trod_status status =
            trod_filter_read(trod_str_of(bad[i].text), arena, &filter, &error);
        if (status != TROD_BAD_OPTION || filter || error.column != bad[i].column ||
            !strstr(error.message, bad[i].words))
            fail_msg("\"%s\": %d, column %d: %s", bad[i].text, status, (int)error.column,
                     error.message);
        trod_arena_free(arena);
    }
}

static void filters_have_limits(void **state) {
    (void)state;
    struct trod_arena *const arena = trod_arena_make(0);
    const struct trod_filter *filter = NULL;
    struct trod_buf text = {0};
    trod_buf_repeat(&text, '(', 199);
    trod_buf_adds(&text, "a=1");
    trod_buf_repeat(&text, ')', 199);
    assert_int_equal(trod_filter_read(trod_buf_str(&text), arena, &filter, NULL), TROD_OK);
    trod_buf_clear(&text);
    trod_buf_repeat(&text, '(', 30000);
    assert_int_equal(trod_filter_read(trod_buf_str(&text), arena, &filter, NULL),
                     TROD_TOO_MUCH);
    /* a long chain is no deep tree */
    trod_buf_clear(&text);
    for (int i = 0; i < 5000; i++) trod_buf_adds(&text, i ? " or a=1" : "a=1");
    assert_int_equal(trod_filter_read(trod_buf_str(&text), arena, &filter, NULL), TROD_OK);
    int depth = 0;
    for (const struct trod_filter *f = filter; f->kind == TROD_FILTER_OR; f = f->a) depth++;
    assert_true(depth <= 13);
    trod_buf_repeat(&text, ' ', 65536);
    assert_int_equal(trod_filter_read(trod_buf_str(&text), arena, &filter, NULL),
                     TROD_TOO_MUCH);
    assert_int_equal(trod_filter_read(TROD_STR("a = \"\xff\""), arena, &filter, NULL),
                     TROD_BAD_OPTION);
    trod_buf_free(&text);
    trod_arena_free(arena);
}

/* Random formulas of three facts, written with as many parentheses as they need and some that
 * they do not, read back and evaluated: the truth table is the same. */
struct formula {
    int op; /* 0 fact, 1 and, 2 or, 3 not */
    int fact;
    struct formula *a, *b;
};

static struct formula *grow(struct trod_rng *rng, struct trod_arena *arena, int depth) {
    struct formula *const formula = TROD_NEW(arena, struct formula);
    formula->op = depth == 0 ? 0 : (int)trod_rng_below(rng, 4);
    formula->fact = (int)trod_rng_below(rng, 3);
    if (formula->op) formula->a = grow(rng, arena, depth - 1);
    if (formula->op == 1 || formula->op == 2) formula->b = grow(rng, arena, depth - 1);
    return formula;
}

static void write_formula(const struct formula *formula, int around, struct trod_rng *rng,
                          struct trod_buf *out) {
    static const int binds[] = {4, 2, 1, 3};
    const bool parens = binds[formula->op] < around || trod_rng_below(rng, 5) == 0;
    if (parens) trod_buf_byte(out, '(');
    if (formula->op == 0) {
        trod_buf_format(out, trod_rng_below(rng, 2) ? "%c=1" : "%c = 1", 'a' + formula->fact);
    } else if (formula->op == 3) {
        trod_buf_adds(out, "not ");
        write_formula(formula->a, 3, rng, out);
    } else {
        write_formula(formula->a, binds[formula->op], rng, out);
        trod_buf_adds(out, formula->op == 1 ? " and " : " or ");
        write_formula(formula->b, binds[formula->op], rng, out);
    }
    if (parens) trod_buf_byte(out, ')');
}

static bool holds(const struct formula *formula, unsigned facts) {
    switch (formula->op) {
    case 0:
        return facts >> formula->fact & 1;
    case 1:
        return holds(formula->a, facts) && holds(formula->b, facts);
    case 2:
        return holds(formula->a, facts) || holds(formula->b, facts);
    default:
        return !holds(formula->a, facts);
    }
}

static bool filter_holds(const struct trod_filter *filter, unsigned facts) {
    switch (filter->kind) {
    case TROD_FILTER_COND:
        return facts >> (filter->cond.name.at[0] - 'a') & 1;
    case TROD_FILTER_AND:
        return filter_holds(filter->a, facts) && filter_holds(filter->b, facts);
    case TROD_FILTER_OR:
        return filter_holds(filter->a, facts) || filter_holds(filter->b, facts);
    default:
        return !filter_holds(filter->a, facts);
    }
}

static void random_formulas_keep_their_truth(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 7};
    for (int round = 0; round < 2000; round++) {
        struct trod_arena *const arena = trod_arena_make(0);
        struct trod_buf text = {0};
        const struct formula *const formula = grow(&rng, arena, 4);
        write_formula(formula, 0, &rng, &text);
        const struct trod_filter *filter = NULL;
        struct trod_error error = {0};
        if (trod_filter_read(trod_buf_str(&text), arena, &filter, &error) != TROD_OK)
            fail_msg("round %d: %s: %s", round, text.at, error.message);
        for (unsigned facts = 0; facts < 8; facts++)
            if (holds(formula, facts) != filter_holds(filter, facts))
                fail_msg("round %d: %s is read wrongly", round, text.at);
        trod_buf_free(&text);
        trod_arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_filters_mean),
        cmocka_unit_test(where_filters_are_wrong),
        cmocka_unit_test(filters_have_limits),
        cmocka_unit_test(random_formulas_keep_their_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
