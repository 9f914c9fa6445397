/* The JSON twin: text to twin to text to twin says the same, byte for byte, whatever is in the
 * map; and a twin that a program has changed gives a text that says what the twin says, or an
 * error with its place.
 */
#include "maps.h"

#include "map/twin.h"
#include "random_doc.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum { N_MAPS = 4000 };

struct reading {
    struct trod_doc *doc;
    struct trod_arena *arena;
    struct trod_report report;
};

static void doc_read(struct reading *reading, trod_str text) {
    struct map_remarks remarks = {0};
    struct trod_error error = {0};
    reading->report = (struct trod_report){0};
    reading->arena = trod_arena_make(0);
    assert_non_null(reading->arena);
    assert_ok(map_remarks_begin(&remarks, &reading->report, TROD_STR("a.journey"), &error));
    assert_ok(map_doc_read(text, TROD_STR("a.journey"), reading->arena, &remarks, &reading->doc,
                           &error));
    map_remarks_sort(&remarks);
}

static void doc_release(struct reading *reading) {
    trod_report_release(&reading->report);
    trod_arena_free(reading->arena);
}

static void show_and_fail(uint64_t seed, const char *what, trod_str a, trod_str b) {
    size_t i = 0, line = 0;
    while (i < a.n && i < b.n && a.at[i] == b.at[i]) i++;
    for (line = i; line > 0 && a.at[line - 1] != '\n'; line--) {
    }
    fail_msg("seed %llu: %s\n%.300s\n--- and\n%.300s", (unsigned long long)seed, what,
             a.n ? a.at + line : "", b.n > line ? b.at + line : "");
}

#define assert_same(seed, what, a, b)                                              \
    do {                                                                           \
        if (!trod_str_equal(trod_buf_str(&(a)), trod_buf_str(&(b))))               \
            show_and_fail((seed), (what), trod_buf_str(&(a)), trod_buf_str(&(b))); \
    } while (0)

/* Only remarks on what is twice or missing in a block may come of a random map, and on a text
 * that was nothing but a proof. */
static void lines_are_good(uint64_t seed, const struct reading *reading, trod_str text) {
    for (size_t i = 0; i < reading->report.n; i++) {
        const struct trod_remark *const remark = &reading->report.items[i];
        if (strcmp(remark->code, "twice") == 0 || strcmp(remark->code, "missing-line") == 0 ||
            strcmp(remark->code, "missing-text") == 0)
            continue;
        size_t at = 0;
        for (uint32_t line = 1; line < remark->line; at++) line += text.at[at] == '\n';
        fail_msg("seed %llu, line %u: %s: %s\n%.200s", (unsigned long long)seed, remark->line,
                 remark->code, remark->message, text.at + at);
    }
}

static void same_remarks(uint64_t seed, const struct trod_report *a,
                         const struct trod_report *b) {
    if (a->n_errors != b->n_errors)
        fail_msg("seed %llu: %zu errors, then %zu", (unsigned long long)seed, a->n_errors,
                 b->n_errors);
    for (size_t i = 0; i < a->n; i++) {
        assert_string_equal(a->items[i].code, b->items[i].code);
        assert_string_equal(a->items[i].message, b->items[i].message);
        assert_int_equal(a->items[i].line, b->items[i].line);
    }
}

static void survives(uint64_t seed, trod_str text) {
    struct reading first, second;
    struct trod_buf twin = {0}, canonical = {0}, again = {0}, twin_again = {0};
    struct trod_error error = {0};
    doc_read(&first, text);
    lines_are_good(seed, &first, text);
    assert_ok(twin_write(first.doc, &twin, &error));
    assert_true(map_doc_write(first.doc, &canonical, NULL));
    if (twin_read(trod_buf_str(&twin), "a.json", &again, &error) != TROD_OK)
        fail_msg("seed %llu: %s. %s\n%.*s", (unsigned long long)seed, error.message, error.hint,
                 TROD_ARG(text));
    assert_same(seed, "text and twin's text", canonical, again);
    doc_read(&second, trod_buf_str(&again));
    assert_ok(twin_write(second.doc, &twin_again, &error));
    assert_same(seed, "twin and twin again", twin, twin_again);
    same_remarks(seed, &first.report, &second.report);
    doc_release(&first);
    doc_release(&second);
    trod_buf_free(&twin);
    trod_buf_free(&canonical);
    trod_buf_free(&again);
    trod_buf_free(&twin_again);
}

static void any_map_survives(void **state) {
    (void)state;
    uint64_t rows[256] = {0};
    size_t n_words;
    const struct map_word *const words = map_words(&n_words);
    struct random_doc doc = {.rows = rows};
    assert_true(n_words <= TROD_COUNT(rows));
    for (uint64_t seed = 1; seed <= N_MAPS; seed++) {
        random_doc(&doc, seed);
        assert_false(doc.out.failed);
        survives(seed, trod_buf_str(&doc.out));
    }
    for (size_t i = 0; i < n_words; i++)
        if (rows[i] < 10) fail_msg("\"%s\" was hardly tried", words[i].keyword);
    trod_buf_free(&doc.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_map_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
