#include "../unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "trod/base.h"

static struct trod_arena *arena;

static int make_arena(void **state) {
    (void)state;
    arena = trod_arena_make(0);
    return arena ? 0 : -1;
}

static int drop_arena(void **state) {
    (void)state;
    trod_arena_free(arena);
    return 0;
}

static const struct trod_json *read_good(const char *text) {
    struct trod_json *root = NULL;
    struct trod_error error = {0};
    if (trod_json_read(trod_str_of(text), arena, &root, &error) != TROD_OK)
        fail_msg("%s: %s", text, error.message);
    assert_non_null(root);
    return root;
}

static void reads_a_tree(void **state) {
    (void)state;
    const struct trod_json *root = read_good(
        "\xef\xbb\xbf {\"a\": 1, \"b\": [true, false, null, \"x\\u00e9\\n\\ud83d\\udeb2\"], "
        "\"c\": {}, \"d\": [], \"a\": 2.5}\n");
    assert_int_equal(root->kind, TROD_JSON_OBJECT);
    assert_int_equal(root->n, 5);
    assert_str(root->first->key, "a");
    const struct trod_json *a = trod_json_get(root, "a");
    assert_int_equal(a->kind, TROD_JSON_NUMBER);
    assert_true(a->whole && a->integer == 1 && a->number == 1);
    const struct trod_json *b = trod_json_get(root, "b");
    assert_int_equal(b->n, 4);
    assert_true(b->first->kind == TROD_JSON_BOOL && b->first->boolean);
    assert_true(b->first->next->kind == TROD_JSON_BOOL && !b->first->next->boolean);
    assert_int_equal(b->first->next->next->kind, TROD_JSON_NULL);
    const struct trod_json *text = b->first->next->next->next;
    assert_str(text->text, "x\xc3\xa9\n\xf0\x9f\x9a\xb2");
    assert_int_equal(text->text.at[text->text.n], 0);
    assert_null(text->next);
    assert_int_equal(trod_json_get(root, "c")->n, 0);
    assert_int_equal(trod_json_get(root, "d")->kind, TROD_JSON_ARRAY);
    const struct trod_json *last = trod_json_get(root, "d")->next; /* a second "a" is kept */
    assert_str(last->key, "a");
    assert_false(last->whole);
    assert_true(last->number == 2.5);
    assert_str(last->text, "2.5");
    assert_null(trod_json_get(root, "e"));
    assert_null(trod_json_get(NULL, "a"));
    assert_null(trod_json_get(b, "a"));
}

static void reads_every_number(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double number;
        bool whole;
        int64_t integer;
    } cases[] = {
        {"0", 0, true, 0},
        {"-0", 0, true, 0},
        {"9223372036854775807", 0x1p63, true, INT64_MAX},
        {"-9223372036854775808", -0x1p63, true, INT64_MIN},
        {"9223372036854775808", 0x1p63, false, 0},
        {"18446744073709551616", 0x1p64, false, 0},
        {"1e400", INFINITY, false, 0},
        {"-1e400", -INFINITY, false, 0},
        {"1e-400", 0, true, 0},
        {"1.0", 1, true, 1},
        {"1e3", 1000, true, 1000},
        {"1E+2", 100, true, 100},
        {"1.5", 1.5, false, 0},
        {"123456789012345678901234567890", 123456789012345678901234567890.0, false, 0}};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        for (int in_array = 0; in_array < 2; in_array++) {
            char text[100];
            snprintf(text, sizeof text, in_array ? "[ %s ]" : " %s ", cases[i].text);
            const struct trod_json *value = read_good(text);
            if (in_array) value = value->first;
            assert_int_equal(value->kind, TROD_JSON_NUMBER);
            assert_true(value->number == cases[i].number);
            assert_int_equal(value->whole, cases[i].whole);
            if (value->whole) assert_true(value->integer == cases[i].integer);
            assert_str(value->text, cases[i].text);
        }
    }
}

static void reads_scalars(void **state) {
    (void)state;
    assert_true(read_good("true")->boolean);
    assert_int_equal(read_good(" null\n")->kind, TROD_JSON_NULL);
    assert_str(read_good("\"\"")->text, "");
    assert_int_equal(read_good(" \"a\\u0000b\" ")->text.n, 3);
}

static void says_what_is_wrong(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      "[1,2",
                                      "[[1]",
                                      "[1]]",
                                      "{\"a\":1",
                                      "{\"a\":1}}",
                                      "{\"a\" 1}",
                                      "{\"a\":}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "{\"a\":1,}",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "[1}",
                                      "{\"a\":1]",
                                      "[01]",
                                      "[1.]",
                                      "[.5]",
                                      "[+1]",
                                      "[-]",
                                      "[1e]",
                                      "[0x1]",
                                      "[NaN]",
                                      "[Infinity]",
                                      "[tru]",
                                      "[true1]",
                                      "[nul]",
                                      "truefalse",
                                      "true false",
                                      "1 2",
                                      "-",
                                      "\"abc",
                                      "\"a\" \"b\"",
                                      "\"a\"b",
                                      "[\"a\"b]",
                                      "[\"\\x\"]",
                                      "[\"\\ud800\"]",
                                      "[\"\\u12\"]",
                                      "[\"a\nb\"]",
                                      "[\"\x01\"]",
                                      "\"\xff\"",
                                      "[\"\xc3\"]",
                                      "{\"a\":1} x",
                                      "[1] [2]",
                                      "[1],",
                                      ",",
                                      ":",
                                      "{:1}",
                                      "{\"a\"::1}",
                                      "{1:2}",
                                      "{\"a\",\"b\"}",
                                      "[\"a\":1]",
                                      "[1,,2]",
                                      "{\"a\":1 \"b\":2}",
                                      "[[]",
                                      "[{]}",
                                      "nan",
                                      "{\"a\":[}",
                                      "[\"a\",",
                                      "{\"a",
                                      "{\"a\":\"b",
                                      "\\",
                                      "[\\]"};
    for (size_t i = 0; i < TROD_COUNT(bad); i++) {
        struct trod_json *root = (struct trod_json *)1;
        struct trod_error error = {0};
        if (trod_json_read(trod_str_of(bad[i]), arena, &root, &error) != TROD_BAD_INPUT)
            fail_msg("read: %s", bad[i]);
        assert_null(root);
        assert_true(
            trod_str_starts(trod_str_of(error.message), TROD_STR("this is not valid JSON: ")));
    }
    struct trod_json *root = NULL;
    struct trod_error error = {0};
    assert_int_equal(
        trod_json_read(TROD_STR("{\"a\": 1,\n \"b\": nope}"), arena, &root, &error),
        TROD_BAD_INPUT);
    assert_string_equal(error.message,
                        "this is not valid JSON: nope is neither a number, a text "
                        "in \", true, false nor null");
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 7);
    assert_int_equal(trod_json_read(TROD_STR("[1,\n2,\n3 4]"), arena, &root, &error),
                     TROD_BAD_INPUT);
    assert_int_equal(error.line, 3);
    assert_int_equal(trod_json_read(TROD_STR("[1,\n\"\xff\"]"), arena, &root, &error),
                     TROD_BAD_INPUT);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 2);
    assert_int_equal(trod_json_read((trod_str){NULL, 0}, arena, &root, &error), TROD_BAD_INPUT);
    assert_int_equal(trod_json_read((trod_str){"[1\0]", 4}, arena, &root, &error),
                     TROD_BAD_INPUT);
}

static void depth_is_bounded(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    for (int depth = 1023; depth <= 1026; depth++) {
        for (int object = 0; object < 2; object++) {
            trod_buf_clear(&buf);
            for (int i = 0; i < depth; i++) trod_buf_adds(&buf, object ? "{\"a\":" : "[");
            trod_buf_byte(&buf, '1');
            trod_buf_repeat(&buf, object ? '}' : ']', (size_t)depth);
            struct trod_json *root = NULL;
            struct trod_error error = {0};
            assert_int_equal(trod_json_read(trod_buf_str(&buf), arena, &root, &error),
                             depth <= 1024 ? TROD_OK : TROD_TOO_MUCH);
        }
    }
    trod_buf_clear(&buf);
    trod_buf_repeat(&buf, '[', 1000000);
    struct trod_json *root = NULL;
    assert_true(trod_json_read(trod_buf_str(&buf), arena, &root, NULL) != TROD_OK);
    trod_buf_free(&buf);
}

static void ceilings_have_a_sentence(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    trod_buf_byte(&buf, '[');
    for (int i = 0; i < 10000; i++) trod_buf_adds(&buf, "1,");
    trod_buf_adds(&buf, "1]");
    struct trod_arena *small = trod_arena_make(100000);
    struct trod_json *root = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_json_read(trod_buf_str(&buf), small, &root, &error), TROD_TOO_MUCH);
    assert_string_equal(error.message,
                        "the JSON cannot be read: it is too large to be held in memory");
    trod_arena_free(small);
    trod_buf_free(&buf);
    assert_int_equal(trod_json_read((trod_str){"x", (size_t)300 << 20}, arena, &root, &error),
                     TROD_TOO_MUCH);
}

static void a_reader_reads_many(void **state) {
    (void)state;
    struct trod_json_reader *reader = trod_json_reader_make();
    struct trod_arena *call = trod_arena_make(0);
    struct trod_buf buf = {0};
    for (int i = 0; i < 300; i++) {
        trod_arena_reset(call);
        trod_buf_clear(&buf);
        trod_buf_format(&buf, "{\"n\": %d, \"fill\": \"", i);
        trod_buf_repeat(&buf, 'x', (size_t)(i * 37 % 9000));
        trod_buf_adds(&buf, i % 7 ? "\"}" : "\"");
        struct trod_json *root = NULL;
        const trod_status status =
            trod_json_reader_read(reader, trod_buf_str(&buf), call, &root, NULL);
        assert_int_equal(status, i % 7 ? TROD_OK : TROD_BAD_INPUT);
        if (i % 7) assert_int_equal(trod_json_get(root, "n")->integer, i);
    }
    trod_buf_free(&buf);
    trod_arena_free(call);
    trod_json_reader_free(reader);
    trod_json_reader_free(NULL);
}

static void expect_tree(const struct trod_json *a, const struct trod_json *b, bool in_array) {
    assert_int_equal(a->kind, b->kind);
    assert_true(trod_str_equal(a->key, b->key));
    assert_true(trod_str_equal(a->text, b->text));
    assert_int_equal(a->boolean, b->boolean);
    if (in_array && a->kind == TROD_JSON_NUMBER) {
        assert_int_equal(a->whole, b->whole);
        assert_true(a->number == b->number);
    }
    const struct trod_json *at = a->first, *other = b->first;
    for (; at && other; at = at->next, other = other->next)
        expect_tree(at, other, in_array || a->kind == TROD_JSON_ARRAY);
    assert_true(!at && !other);
}

/* What lies behind a document does not matter, nor what was read before. */
static void a_borrowing_reader_reads_the_same(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{\"a\": \"x\\n\\u00e4\", \"b\": -1.5e3, \"c\": [1, {\"d\": 2.50}, []], \"\": null}",
        "{\"long\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
        "[1, 2.25, true, {\"e\": {\"f\": 7}}]",
        "{\"g\": {\"h\": {\"i\": 12}}, \"j\": false}",
        "{\"cut\": ",
        "{\"n\": 01}",
        "17",
        "\"text\""};
    struct trod_json_reader *const reader = trod_json_reader_make();
    struct trod_arena *const call = trod_arena_make(0);
    trod_json_reader_borrow(reader);
    for (unsigned i = 0; i < 40; i++) {
        char padded[256];
        struct trod_json *plain = NULL, *borrowed = NULL;
        const trod_str text = trod_str_of(texts[i % TROD_COUNT(texts)]);
        trod_arena_reset(call);
        memset(padded, "\"}]x{"[i % 5], sizeof padded);
        memcpy(padded, text.at, text.n);
        const trod_status status = trod_json_read(text, call, &plain, NULL);
        assert_int_equal(
            trod_json_reader_read(reader, (trod_str){padded, text.n}, call, &borrowed, NULL),
            status);
        if (status == TROD_OK) expect_tree(plain, borrowed, false);
    }
    trod_arena_free(call);
    trod_json_reader_free(reader);
}

/* Writes a tree back, to compare a round trip. */
static void write_tree(struct trod_json_writer *json, const struct trod_json *value) {
    if (value->key.at) trod_json_key_str(json, value->key);
    switch (value->kind) {
    case TROD_JSON_NULL:
        trod_json_null(json);
        break;
    case TROD_JSON_BOOL:
        trod_json_bool(json, value->boolean);
        break;
    case TROD_JSON_NUMBER:
        if (value->whole)
            trod_json_int(json, value->integer);
        else
            trod_json_number(json, value->number);
        break;
    case TROD_JSON_TEXT:
        trod_json_str(json, value->text);
        break;
    case TROD_JSON_ARRAY:
    case TROD_JSON_OBJECT:
        if (value->kind == TROD_JSON_ARRAY)
            trod_json_array(json);
        else
            trod_json_object(json);
        for (const struct trod_json *child = value->first; child; child = child->next)
            write_tree(json, child);
        if (value->kind == TROD_JSON_ARRAY)
            trod_json_end_array(json);
        else
            trod_json_end_object(json);
        break;
    }
}

static void write_random(struct trod_json_writer *json, struct trod_rng *rng, int depth) {
    char text[8];
    const uint64_t kind = trod_rng_below(rng, depth > 5 ? 5 : 7);
    const size_t n = trod_rng_below(rng, 5);
    for (size_t i = 0; i < n; i++) text[i] = (char)trod_rng_below(rng, 128);
    switch (kind) {
    case 0:
        trod_json_null(json);
        return;
    case 1:
        trod_json_bool(json, n & 1);
        return;
    case 2:
        trod_json_int(json, (int64_t)trod_rng_u64(rng) >> trod_rng_below(rng, 64));
        return;
    case 3:
        trod_json_number(json, trod_rng_normal(rng) * 1e6);
        return;
    case 4:
        trod_json_str(json, (trod_str){text, n});
        return;
    default:
        break;
    }
    if (kind == 5)
        trod_json_array(json);
    else
        trod_json_object(json);
    for (size_t i = trod_rng_below(rng, 6); i > 0; i--) {
        if (kind == 6) trod_json_key_str(json, (trod_str){text, n});
        write_random(json, rng, depth + 1);
    }
    if (kind == 5)
        trod_json_end_array(json);
    else
        trod_json_end_object(json);
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 21};
    for (int i = 0; i < 2000; i++) {
        struct trod_buf first = {0}, second = {0};
        struct trod_json_writer json = {.out = &first, .compact = i & 1};
        write_random(&json, &rng, 0);
        struct trod_arena *call = trod_arena_make(0);
        struct trod_json *root = NULL;
        struct trod_error error = {0};
        if (trod_json_read(trod_buf_str(&first), call, &root, &error) != TROD_OK)
            fail_msg("%s\n%s", error.message, first.at);
        write_tree(&(struct trod_json_writer){.out = &second, .compact = i & 1}, root);
        assert_str(trod_buf_str(&second), first.at);
        trod_arena_free(call);
        /* Cut anywhere, an array or object is no document; broken, it must not crash. */
        if (first.n > 1 && (first.at[0] == '[' || first.at[0] == '{')) {
            const trod_str cut =
                trod_str_slice(trod_buf_str(&first), 0, 1 + trod_rng_below(&rng, first.n - 1));
            assert_int_equal(trod_json_read(cut, arena, &root, NULL), TROD_BAD_INPUT);
            first.at[trod_rng_below(&rng, first.n)] = (char)trod_rng_below(&rng, 256);
            (void)!trod_json_read(trod_buf_str(&first), arena, &root, NULL);
        }
        trod_buf_free(&first);
        trod_buf_free(&second);
    }
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    uint64_t n = 1;
    for (;; n++) {
        struct trod_arena *call = trod_arena_make(0);
        struct trod_json *root = NULL;
        struct trod_error error = {0};
        trod_memory_fail_at(n);
        const trod_status status =
            trod_json_read(TROD_STR("{\"a\": [1, \"b\"], \"c\": true}"), call, &root, &error);
        trod_memory_fail_at(0);
        trod_arena_free(call);
        if (status == TROD_OK) break;
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(root);
    }
    assert_true(n > 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_tree),
        cmocka_unit_test(reads_every_number),
        cmocka_unit_test(reads_scalars),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(ceilings_have_a_sentence),
        cmocka_unit_test(a_reader_reads_many),
        cmocka_unit_test(a_borrowing_reader_reads_the_same),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
