/* Wherever a CSV file is cut into pieces, and whoever takes them, the same must come of it:
 * rows, rejected rows, lines, warnings and errors. All rows taken one by one are the oracle for
 * chunks of every size. */
#include "pieces.h"

#include "intake/marks.h"

/* ---- Marks ---- */

/* The same by the simplest means. */
static size_t slow_find(struct intake_marks *marks, const char *at, size_t n,
                        uint32_t *places) {
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        if (marks->quotes && at[i] == '"') {
            marks->inside = ~marks->inside;
        } else if (!marks->inside &&
                   (at[i] == marks->delimiter || at[i] == '\n' || at[i] == '\r')) {
            places[found++] = (uint32_t)i;
        }
    }
    return found;
}

static void every_marker_finds_the_same(void **state) {
    (void)state;
    static const char letters[] = ",,\"\n\r \tab;\xe4";
    struct trod_rng rng = {.seed = 3};
    const struct intake_marker *list[4];
    const size_t n_markers = intake_marker_all(list);
    for (unsigned round = 0; round < 2000; round++) {
        char text[400 + 64] = {0};
        uint32_t expected[400], places[400 + 64 + 8];
        const size_t n = trod_rng_below(&rng, 400);
        const uint64_t kinds = 2 + trod_rng_below(&rng, sizeof letters - 2);
        for (size_t i = 0; i < n + 64; i++) text[i] = letters[trod_rng_below(&rng, kinds)];
        const char delimiter = round % 3 == 0 ? ' ' : ',';
        const bool quotes = round % 2;
        struct intake_marks slow = {.delimiter = delimiter, .quotes = quotes, .after_mark = 1};
        const size_t n_expected = slow_find(&slow, text, n, expected);
        size_t first_end = 0;
        bool first_good = false, first_odd = false, first_doubled = false, first_lines = false;
        for (size_t k = 0; k < n_markers; k++) {
            struct intake_marks marks = {
                .delimiter = delimiter, .quotes = quotes, .after_mark = 1};
            /* In two pieces, of which the first is whole blocks. */
            const size_t cut = n / 128 * 64;
            size_t n_found = list[k]->find(&marks, text, cut, 0, places);
            n_found +=
                list[k]->find(&marks, text + cut, n - cut, (uint32_t)cut, places + n_found);
            assert_int_equal(n_found, n_expected);
            if (n_found) assert_memory_equal(places, expected, n_found * sizeof *places);
            size_t end = 0;
            const bool good = list[k]->scan(delimiter, text, n, &end);
            if (k == 0) {
                first_good = good;
                first_end = end;
                first_odd = marks.odd;
                first_doubled = marks.doubled;
                first_lines = marks.lines_inside;
            }
            assert_int_equal(good, first_good);
            if (good) assert_int_equal(end, first_end);
            assert_int_equal(marks.odd, first_odd);
            assert_int_equal(marks.doubled, first_doubled);
            assert_int_equal(marks.lines_inside, first_lines);
        }
    }
}

/* ---- Pieces ---- */

static const struct way ways[] = {
    {4, 1, 0}, {5, 2, 0}, {16, 1, 0}, {37, 3, 0}, {200, 1, 0}, {5000, 2, 0}, {0, 1, 1},
    {4, 1, 1}, {4, 1, 2}, {9, 1, 5},  {37, 2, 2}, {37, 1, 5},  {300, 3, 2},  {300, 1, 5}};

static void add_cell(struct trod_buf *text, struct trod_rng *rng, uint64_t wild) {
    static const char *const tame[] = {"a", "bb", "", "ccc", "x y", " z", "z ", "\xc3\xa4"};
    static const char *const quoted[] = {"\"q\"",      "\"\"",       "\"a,b\"",
                                         "\"a\nb\"",   "\"a\r\nb\"", " \"c\" ",
                                         "\"d\"\"e\"", "\"\"\"\"",   "\"\r\""};
    static const char *const odd[] = {"5\" disk", "\"a\"b",      "\"open", "\xe4", "a\"b\"",
                                      "\"\xfc\"", "\"a\" \"b\"", "a,b,c",  "\"\"x"};
    const uint64_t kind = trod_rng_below(rng, 100);
    if (wild > 1 && kind < 3)
        trod_buf_adds(text, odd[trod_rng_below(rng, TROD_COUNT(odd))]);
    else if (wild > 2 && kind == 3)
        trod_buf_byte(text, '\0');
    else if (wild > 0 && kind < 30)
        trod_buf_adds(text, quoted[trod_rng_below(rng, TROD_COUNT(quoted))]);
    else
        trod_buf_adds(text, tame[trod_rng_below(rng, TROD_COUNT(tame))]);
}

static void random_csv(struct trod_buf *text, struct trod_rng *rng, uint64_t wild) {
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    const char *const end = ends[trod_rng_below(rng, 3)];
    trod_buf_clear(text);
    trod_buf_format(text, "who,what,when,x,y%s", end);
    const uint64_t n = trod_rng_below(rng, 40);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t kind = trod_rng_below(rng, 30);
        if (kind == 0) {
            trod_buf_adds(text, end);
            continue;
        }
        trod_buf_format(text, "c%llu,", (unsigned long long)trod_rng_below(rng, 5));
        add_cell(text, rng, wild);
        trod_buf_format(text, ",%llu,", (unsigned long long)(100 + trod_rng_below(rng, 1000)));
        if (kind > 2) add_cell(text, rng, wild);
        if (kind != 1) trod_buf_byte(text, ',');
        add_cell(text, rng, wild);
        if (kind == 3) trod_buf_adds(text, ",,");
        if (kind == 4) trod_buf_adds(text, ",more");
        if (i + 1 < n || trod_rng_below(rng, 2))
            trod_buf_adds(text, wild > 1 && kind == 5 ? ends[trod_rng_below(rng, 3)] : end);
    }
}

static const struct trod_intake_options stated = {
    .customer = "who", .event = "what", .time = "when", .time_format = "s", .delimiter = ','};

static void csv_in_pieces(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 11};
    struct trod_buf text = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    for (unsigned i = 0; i < 400; i++) {
        random_csv(&text, &rng, i % 3);
        if (i % 4 == 0) {
            const trod_str rest = trod_arena_copy(arena, trod_buf_str(&text));
            trod_buf_clear(&text);
            trod_buf_adds(&text, "\xef\xbb\xbf");
            trod_buf_add(&text, rest);
        }
        struct trod_intake_options options = stated;
        options.strict = i % 50 == 49;
        expect_the_same(&options, trod_buf_str(&text), ways, TROD_COUNT(ways), i);
    }
    trod_arena_free(arena);
    trod_buf_free(&text);
}

/* The same as UTF-16, with its byte order mark. */
static void widen(const struct trod_buf *text, bool big, struct trod_buf *wide) {
    trod_buf_clear(wide);
    trod_buf_add(wide, big ? TROD_STR("\xfe\xff") : TROD_STR("\xff\xfe"));
    size_t at = 0;
    for (int32_t c; (c = trod_str_next(trod_buf_str(text), &at)) >= 0;) {
        const char high = (char)(c >> 8), low = (char)c;
        trod_buf_byte(wide, big ? high : low);
        trod_buf_byte(wide, big ? low : high);
    }
}

static void utf16_in_pieces(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 12};
    struct trod_buf text = {0}, wide = {0};
    for (unsigned i = 0; i < 80; i++) {
        random_csv(&text, &rng, i % 2);
        widen(&text, i % 3 == 0, &wide);
        expect_the_same(&stated, trod_buf_str(&wide), ways, TROD_COUNT(ways), i);
    }
    trod_buf_free(&text);
    trod_buf_free(&wide);
}

/* More rows than a chunk has, so that batches and blocks end everywhere. */
static void long_files_in_pieces(void **state) {
    (void)state;
    static const struct way large[] = {{1 << 20, 1000, 0}, {70000, 1000, 0},
                                       {3000, 1000, 0},    {70000, 1000, 2},
                                       {3000, 1000, 5},    {1 << 20, 1000, 2}};
    struct trod_rng rng = {.seed = 13};
    struct trod_buf text = {0};
    for (unsigned round = 0; round < 3; round++) {
        trod_buf_clear(&text);
        trod_buf_adds(&text, "who,what,when,x,y\n");
        for (unsigned i = 0; i < 20000; i++) {
            trod_buf_format(&text, "c%u,", i % 977);
            add_cell(&text, &rng, round == 2 && i > 10000 ? 3 : round);
            trod_buf_format(&text, ",%u,%u,", 100 + i, i % 7);
            add_cell(&text, &rng, 0);
            trod_buf_byte(&text, '\n');
        }
        struct trod_intake_options options = stated;
        /* Broken rows are rejected before those that wait for the guess, and only the first
         * hundred are kept. */
        struct taken whole =
            take_in(&options, trod_buf_str(&text), (struct way){0, round ? 1000 : 100000, 0});
        char *const expected = tell(&whole);
        for (size_t i = 0; i < TROD_COUNT(large); i++) {
            struct taken pieces = take_in(&options, trod_buf_str(&text), large[i]);
            char *const got = tell(&pieces);
            expect_text(got, expected, large[i], trod_buf_str(&text));
            free(got);
            taken_free(&pieces);
        }
        free(expected);
        taken_free(&whole);
    }
    trod_buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_marker_finds_the_same),
        cmocka_unit_test(csv_in_pieces),
        cmocka_unit_test(utf16_in_pieces),
        cmocka_unit_test(long_files_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
