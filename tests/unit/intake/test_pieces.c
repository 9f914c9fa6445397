/* Wherever a file is cut into pieces, the same must come of it: rows, rejected rows, lines,
 * warnings and errors. All rows taken one by one are the oracle for chunks of every size. */
#include "taken.h"

#include "intake/inside.h"
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

struct way {
    size_t chunk_bytes, sample_rows;
    unsigned n_threads; /* 0: the builder; else a gatherer, and so many */
};

/* The wide log of what was gathered. */
static void unpack(struct taken *taken, struct trod_gather *gather) {
    struct trod_parts *parts = NULL;
    if (taken->status == TROD_OK)
        taken->status = trod_gather_finish(gather, &parts, &taken->error);
    if (taken->status == TROD_OK)
        taken->status = trod_log_of_parts(parts, 0, NULL, &taken->log, &taken->error);
    if (parts) trod_parts_free(parts);
}

static struct taken take_texts(const struct trod_intake_options *options,
                               const struct trod_map *map, const trod_str *texts, size_t n,
                               struct way way) {
    struct taken taken = {0};
    const struct trod_run run = {.n_threads = way.n_threads};
    struct trod_gather *gather = NULL;
    struct trod_intake_options used = *options;
    if (way.n_threads) {
        const struct trod_gather_options plain = {0};
        assert_int_equal(trod_gather_make(&plain, &run, &gather, NULL), TROD_OK);
        used.gather = gather;
    }
    taken.status =
        trod_intake_make(&used, way.n_threads ? &run : NULL, &taken.intake, &taken.error);
    assert_int_equal(taken.status, TROD_OK);
    intake_set_pieces(taken.intake, way.chunk_bytes, way.sample_rows);
    for (size_t i = 0; i < n; i++) {
        char name[20];
        snprintf(name, sizeof name, "log%zu", i);
        taken_add(&taken, name, texts[i], map);
    }
    taken_finish(&taken);
    if (gather) unpack(&taken, gather);
    trod_gather_free(gather);
    return taken;
}

static struct taken take_in(const struct trod_intake_options *options, trod_str bytes,
                            struct way way) {
    return take_texts(options, NULL, &bytes, 1, way);
}

/* ---- A log as text, with customers and columns in the order of their names ---- */

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts and joins texts, and frees them. */
static void add_sorted(struct trod_buf *out, char **texts, size_t n) {
    qsort(texts, n, sizeof *texts, by_text);
    for (size_t i = 0; i < n; i++) {
        trod_buf_adds(out, texts[i]);
        free(texts[i]);
    }
}

static void add_values(const struct trod_log *log, struct trod_buf *out, uint64_t event,
                       uint32_t customer, bool facts) {
    char *texts[64];
    size_t n = 0;
    for (uint32_t f = 0; f < log->n_fields && n < TROD_COUNT(texts); f++) {
        const struct trod_field *const field = &log->fields[f];
        const uint32_t code = field->fact == facts ? field->code[facts ? customer : event] : 0;
        if (code == 0) continue;
        struct trod_buf text = {0};
        trod_buf_format(&text, " %.*s=%.*s", TROD_ARG(field->name),
                        TROD_ARG(trod_dict_at(field->values, code - 1)));
        texts[n++] = text.at;
    }
    add_sorted(out, texts, n);
}

static char *customer_text(const struct trod_log *log, uint32_t c) {
    struct trod_buf out = {0};
    trod_buf_format(&out, "%.*s", TROD_ARG(trod_dict_at(log->customers, c)));
    if (log->identified) trod_buf_adds(&out, log->identified[c] ? " (known)" : " (unknown)");
    add_values(log, &out, 0, c, true);
    trod_buf_adds(&out, ":\n");
    for (uint64_t e = log->first[c]; e < log->first[c + 1]; e++) {
        char at[40];
        trod_buf_format(&out, "  %.*s of %.*s",
                        TROD_ARG(trod_dict_at(log->names, log->name[e])),
                        TROD_ARG(log->sources[log->source[e]].name));
        if (log->time_us) trod_buf_format(&out, " @%s", trod_time_write(log->time_us[e], at));
        if (log->end_us) trod_buf_format(&out, " ..%s", trod_time_write(log->end_us[e], at));
        if (log->journey && log->journey[e])
            trod_buf_format(&out, " /%.*s",
                            TROD_ARG(trod_dict_at(log->journeys, log->journey[e] - 1)));
        add_values(log, &out, e, c, false);
        trod_buf_byte(&out, '\n');
    }
    assert_false(out.failed);
    return out.at;
}

static void add_log(const struct trod_log *log, struct trod_buf *out) {
    char **const texts = calloc(log->n_customers + 1, sizeof *texts);
    assert_non_null(texts);
    trod_buf_format(out, "%llu events\n", (unsigned long long)log->n_events);
    const uint32_t roles[] = {log->channel_field, log->worth_field};
    for (size_t i = 0; i < TROD_COUNT(roles); i++)
        if (roles[i] != TROD_NO_ID)
            trod_buf_format(out, "role %zu: %.*s\n", i, TROD_ARG(log->fields[roles[i]].name));
    for (uint32_t c = 0; c < log->n_customers; c++) texts[c] = customer_text(log, c);
    add_sorted(out, texts, log->n_customers);
    free(texts);
}

/* All that may be seen of it. */
static char *tell(struct taken *taken) {
    struct trod_buf out = {0};
    trod_buf_format(&out, "%d %s %s %lld\n", (int)taken->status, taken->error.message,
                    taken->error.hint, (long long)taken->error.line);
    const struct trod_intake_report *const report = taken->report;
    for (size_t i = 0; i < report->n_files; i++) {
        const struct trod_intake_file *const file = &report->files[i];
        if (taken->status == TROD_OK)
            trod_buf_format(&out, "%llu bytes\n", (unsigned long long)file->n_bytes);
        trod_buf_format(&out, "%llu rows %llu events %llu rejected %llu skipped\n",
                        (unsigned long long)file->n_rows, (unsigned long long)file->n_events,
                        (unsigned long long)file->n_rejected,
                        (unsigned long long)file->n_skipped);
        trod_buf_format(&out, "%.*s\n%.*s\n", TROD_ARG(file->said), TROD_ARG(file->warning));
    }
    trod_buf_format(&out, "%llu\n", (unsigned long long)report->n_rejected);
    for (size_t i = 0; i < report->n_rejects; i++)
        trod_buf_format(&out, "%llu: %.*s: %.*s\n", (unsigned long long)report->rejects[i].line,
                        TROD_ARG(report->rejects[i].reason), TROD_ARG(report->rejects[i].row));
    if (taken->log) add_log(taken->log, &out);
    assert_false(out.failed);
    return out.at;
}

/* Fails with the first line that differs. */
static void expect_text(const char *got, const char *expected, struct way way, trod_str bytes) {
    if (strcmp(got, expected) == 0) return;
    size_t at = 0, line = 0;
    for (; got[at] == expected[at]; at++)
        if (got[at] == '\n') line = at + 1;
    for (size_t i = 0; i < bytes.n && i < 4000; i++)
        fprintf(stderr, bytes.at[i] < ' ' && bytes.at[i] != '\n' ? "\\x%02x" : "%c",
                (unsigned char)bytes.at[i]);
    fail_msg("in pieces of %zu after %zu rows by %u: %.*s; as a whole: %.*s", way.chunk_bytes,
             way.sample_rows, way.n_threads, (int)strcspn(got + line, "\n"), got + line,
             (int)strcspn(expected + line, "\n"), expected + line);
}

/* With `strict` a row that is none would be told before those that wait for the guess. */
static void expect_the_same(const struct trod_intake_options *options, trod_str bytes,
                            const struct way *ways, size_t n_ways) {
    struct taken whole = take_in(options, bytes, (struct way){0, options->strict ? 1 : 0, 0});
    char *const expected = tell(&whole);
    for (size_t i = 0; i < n_ways; i++) {
        struct taken pieces = take_in(options, bytes, ways[i]);
        char *const got = tell(&pieces);
        expect_text(got, expected, ways[i], bytes);
        free(got);
        taken_free(&pieces);
    }
    free(expected);
    taken_free(&whole);
}

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
        expect_the_same(&options, trod_buf_str(&text), ways, TROD_COUNT(ways));
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
        expect_the_same(&stated, trod_buf_str(&wide), ways, TROD_COUNT(ways));
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
