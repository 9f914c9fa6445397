/* What a gatherer's hands make of JSON lines, XES and the sources of a map is what the builder
 * makes of them, for any number of threads and however the file is cut. */
#include "pieces.h"

#include <unistd.h>

#define WORDS(...)                                                     \
    {                                                                  \
        (const trod_str[]){__VA_ARGS__},                               \
            sizeof((const trod_str[]){__VA_ARGS__}) / sizeof(trod_str) \
    }

static const struct way ways[] = {{16, 1, 0}, {300, 2, 0}, {0, 1, 1},  {16, 1, 2},
                                  {16, 1, 5}, {90, 2, 2},  {90, 1, 5}, {1000, 1, 2}};

/* ---- JSON lines ---- */

static void add_value(struct trod_buf *text, struct trod_rng *rng, unsigned depth) {
    switch (trod_rng_below(rng, depth ? 9 : 11)) {
    case 0:
        trod_buf_adds(text, "null");
        break;
    case 1:
        trod_buf_adds(text, "true");
        break;
    case 2:
        trod_buf_adds(text, "-1.50e3");
        break;
    case 3:
        trod_buf_adds(text, "\"\\u00e4 \\\"x\\\"\\n\"");
        break;
    case 4:
        trod_buf_adds(text, "[1, {\"b\": 2}]");
        break;
    case 5:
        trod_buf_adds(text, "\"\"");
        break;
    case 9:
    case 10:
        trod_buf_format(text, "{\"in%llu\": ", (unsigned long long)trod_rng_below(rng, 3));
        add_value(text, rng, depth + 1);
        trod_buf_byte(text, '}');
        break;
    default:
        trod_buf_format(text, "\"v%llu\"", (unsigned long long)trod_rng_below(rng, 4));
        break;
    }
}

static void add_event(struct trod_buf *text, struct trod_rng *rng, uint64_t i) {
    trod_buf_format(text, "{\"what\": \"e%llu\", \"when\": %llu",
                    (unsigned long long)trod_rng_below(rng, 5),
                    (unsigned long long)(1000 + trod_rng_below(rng, 50)));
    /* Names that come late, and in another order. */
    for (uint64_t k = trod_rng_below(rng, 4); k; k--) {
        trod_buf_format(text,
                        ", \"k%llu\": ", (unsigned long long)trod_rng_below(rng, 1 + i / 3));
        add_value(text, rng, 0);
    }
}

static void random_lines(struct trod_buf *text, struct trod_rng *rng) {
    static const char *const bad[] = {"{\"who\": ",
                                      "[1]",
                                      "{\"who\": \"\xe4\"}",
                                      "what?",
                                      "{\"who\": \"c1\", \"when\": 5}",
                                      "{\"who\": \"c1\", \"what\": \"\xfc\", \"when\": 5}"};
    trod_buf_clear(text);
    const uint64_t n = 1 + trod_rng_below(rng, 40);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t kind = i ? trod_rng_below(rng, 20) : 19;
        if (kind == 0) {
            trod_buf_adds(text, trod_rng_below(rng, 2) ? "" : "  \r");
        } else if (kind == 1) {
            trod_buf_adds(text, bad[trod_rng_below(rng, TROD_COUNT(bad))]);
        } else if (kind == 2) {
            trod_buf_format(text, "{\"who\": \"c%llu\", \"events\": [",
                            (unsigned long long)trod_rng_below(rng, 5));
            for (uint64_t k = 1 + trod_rng_below(rng, 3); k; k--) {
                add_event(text, rng, i);
                trod_buf_adds(text, k > 1 ? "}," : "}");
            }
            trod_buf_adds(text, "]}");
        } else {
            add_event(text, rng, i);
            trod_buf_format(text, ", \"who\": \"c%llu\"}",
                            (unsigned long long)trod_rng_below(rng, 5));
        }
        if (i + 1 < n || trod_rng_below(rng, 2)) trod_buf_byte(text, '\n');
    }
}

static void json_lines(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 21};
    struct trod_buf text = {0};
    for (unsigned i = 0; i < 300; i++) {
        const struct trod_intake_options options = {.customer = "who",
                                                    .event = "what",
                                                    .time = "when",
                                                    .time_format = "s",
                                                    .strict = i % 30 == 29};
        random_lines(&text, &rng);
        expect_the_same(&options, trod_buf_str(&text), ways, TROD_COUNT(ways), i);
    }
    trod_buf_free(&text);
}

/* ---- XES ---- */

static void add_attribute(struct trod_buf *text, struct trod_rng *rng) {
    const unsigned long long key = trod_rng_below(rng, 6), value = trod_rng_below(rng, 4);
    if (trod_rng_below(rng, 4))
        trod_buf_format(text, "<string key='k%llu' value='v%llu'/>", key, value);
    else
        trod_buf_format(text,
                        "<list key='k%llu'><values><int key='a' value='%llu'/>"
                        "<int key='a' value='7'/></values></list>",
                        key, value);
}

static void random_xes(struct trod_buf *text, struct trod_rng *rng) {
    trod_buf_clear(text);
    trod_buf_adds(text, "<?xml version='1.0' encoding='UTF-8'?>\n<log>\n");
    for (uint64_t t = 1 + trod_rng_below(rng, 6); t; t--) {
        trod_buf_adds(text, "<trace>");
        if (trod_rng_below(rng, 5))
            trod_buf_format(text, "<string key='concept:name' value='t%llu'/>",
                            (unsigned long long)trod_rng_below(rng, 4));
        for (uint64_t k = trod_rng_below(rng, 3); k; k--) add_attribute(text, rng);
        for (uint64_t e = trod_rng_below(rng, 6); e; e--) {
            trod_buf_adds(text, "<event>\n");
            if (trod_rng_below(rng, 12))
                trod_buf_format(text, "<string key='concept:name' value='e%llu'/>",
                                (unsigned long long)trod_rng_below(rng, 4));
            if (trod_rng_below(rng, 8))
                trod_buf_format(text,
                                "<date key='time:timestamp' value='2024-03-%02lluT10:00:00"
                                ".000+01:00'/>",
                                (unsigned long long)(1 + trod_rng_below(rng, 9)));
            if (trod_rng_below(rng, 3) == 0)
                trod_buf_format(text,
                                "<date key='start_timestamp' value='2024-03-%02lluT09:00:00'/>",
                                (unsigned long long)(1 + trod_rng_below(rng, 9)));
            for (uint64_t k = trod_rng_below(rng, 3); k; k--) add_attribute(text, rng);
            trod_buf_adds(text, "</event>");
        }
        if (trod_rng_below(rng, 4) == 0) add_attribute(text, rng);
        trod_buf_adds(text, "</trace>\n");
    }
    trod_buf_adds(text, "</log>");
}

static void xes(void **state) {
    (void)state;
    static const struct trod_intake_options options[] = {
        {0}, {.customer = "k1"}, {.customer = "k1", .journey = "concept:name"}, {.time = ""}};
    static const struct way few[] = {{0, 0, 1}, {16, 0, 2}, {70, 0, 5}};
    struct trod_rng rng = {.seed = 31};
    struct trod_buf text = {0};
    for (unsigned i = 0; i < 300; i++) {
        random_xes(&text, &rng);
        expect_the_same(&options[i % TROD_COUNT(options)], trod_buf_str(&text), few,
                        TROD_COUNT(few), i);
    }
    trod_buf_free(&text);
}

/* ---- Maps ---- */

static void expect_alike(const struct trod_intake_options *options, const struct trod_map *map,
                         const trod_str *texts, size_t n) {
    struct taken whole = take_texts(options, map, texts, n, (struct way){0, 0, 0});
    char *const expected = tell(&whole);
    for (size_t i = 0; i < TROD_COUNT(ways); i++) {
        struct taken pieces = take_texts(options, map, texts, n, ways[i]);
        char *const got = tell(&pieces);
        expect_text(got, expected, ways[i], texts[0]);
        free(got);
        taken_free(&pieces);
    }
    free(expected);
    taken_free(&whole);
}

static void people_under_several_names(void **state) {
    (void)state;
    const struct trod_map map = {
        .same_person = WORDS(TROD_STR("email"), TROD_STR("phone"), TROD_STR("cookie"))};
    const struct trod_intake_options options = {.customer = "cookie",
                                                .event = "what",
                                                .time = "when",
                                                .time_format = "s",
                                                .delimiter = ','};
    struct trod_rng rng = {.seed = 41};
    struct trod_buf text[3] = {0};
    for (unsigned round = 0; round < 60; round++) {
        trod_str texts[TROD_COUNT(text)];
        for (size_t f = 0; f < TROD_COUNT(text); f++) {
            trod_buf_clear(&text[f]);
            trod_buf_adds(&text[f], f == 1 ? "phone,what,when,cookie,tier\n"
                                           : "cookie,what,when,email,phone\n");
            for (uint64_t i = 1 + trod_rng_below(&rng, 25); i; i--) {
                const unsigned long long a = trod_rng_below(&rng, 12),
                                         b = trod_rng_below(&rng, 12),
                                         c = trod_rng_below(&rng, 12);
                if (a < 9) trod_buf_format(&text[f], "%llu", a);
                trod_buf_format(&text[f], ",e%llu,%llu,", b % 3, 100 + c);
                if (b < 5) trod_buf_format(&text[f], "%llu@x", b);
                trod_buf_format(&text[f], ",%s\n", c < 3 ? "0151" : c < 6 ? "unknown" : "");
            }
            texts[f] = trod_buf_str(&text[f]);
        }
        expect_alike(&options, &map, texts, TROD_COUNT(texts));
    }
    for (size_t f = 0; f < TROD_COUNT(text); f++) trod_buf_free(&text[f]);
}

static void journeys_dates_and_facts(void **state) {
    (void)state;
    const trod_str shop = TROD_STR("id,visit,what,at,till,tier,worth,lifecycle\n"
                                   "a,1,x,2024-01-01,2024-01-02,gold,3.50,start\n"
                                   "a,1,y,2024-01-01,2024-01-03,,4,complete\n"
                                   "b,,x,2024-01-02,2024-01-01,silver,,\n"
                                   "a,2,x,2024-02-01,soon,iron,1,complete\n"
                                   "b,7,z,soon,,tin,2,complete\n"
                                   ",7,z,2024-02-03,,tin,2,complete\n"
                                   "a,2,,2024-02-03,,tin,2,complete\n");
    const char *const profile[] = {"tier"};
    const struct trod_intake_options by_visit = {.customer = "id",
                                                 .journey = "visit",
                                                 .event = "what",
                                                 .time = "at",
                                                 .end = "till",
                                                 .time_format = "iso",
                                                 .profile = profile,
                                                 .n_profile = 1};
    expect_alike(&by_visit, NULL, &shop, 1);
    struct trod_intake_options complete = by_visit;
    complete.lifecycle = "complete";
    complete.channel = "what";
    complete.worth = "worth";
    expect_alike(&complete, NULL, &shop, 1);
    const trod_str table = TROD_STR("id,asked,sent,paid,tier\n"
                                    "a,2024-01-01,2024-01-05,,gold\n"
                                    "b,,,,\n"
                                    "a,2024-01-01,2024-01-01,2024-01-01,iron\n"
                                    "c,2024-01-01,soon,2024-01-02,tin\n"
                                    ",2024-01-01,,,\n");
    const char *const dates[] = {"asked", "sent", "paid"};
    const struct trod_intake_options by_date = {
        .customer = "id", .dates = dates, .n_dates = 3, .time_format = "iso"};
    expect_alike(&by_date, NULL, &table, 1);
    const trod_str lines[] = {
        TROD_STR("{\"id\": \"a\", \"what\": \"x\", \"visit\": \"1\"}\n{\"id\": \"a\", "
                 "\"what\": \"y\", "
                 "\"visit\": \"2\"}\n{\"id\": \"b\", \"what\": \"x\", \"tier\": \"tin\"}"),
        shop};
    const struct trod_intake_options untimed = {.customer = "id",
                                                .event = "what",
                                                .journey = "visit",
                                                .time = "",
                                                .profile = profile,
                                                .n_profile = 1};
    expect_alike(&untimed, NULL, lines, 1);
    expect_alike(&untimed, NULL, lines, 2);
}

/* ---- Files ---- */

static char shared[3000];

static bool find_shared(void) {
    const char *const said_folder = getenv("TROD_SHARED"), *const root =
                                                               getenv("TROD_SOURCE_ROOT");
    snprintf(shared, sizeof shared, "%s", said_folder ? said_folder : "");
    if (!said_folder) snprintf(shared, sizeof shared, "%s/../shared", root ? root : ".");
    if (trod_file_exists(shared)) return true;
    snprintf(shared, sizeof shared, "%s/../../shared", root ? root : ".");
    return trod_file_exists(shared);
}

static void expect_file_alike(const char *path) {
    static const struct way few[] = {{0, 0, 1}, {0, 0, 2}, {5000, 1000, 5}};
    const struct trod_intake_options none = {0};
    const trod_str name = trod_str_of(path);
    struct taken whole = take_any(&none, NULL, &name, 1, true, (struct way){0, 0, 0});
    char *const expected = tell(&whole);
    for (size_t i = 0; i < TROD_COUNT(few); i++) {
        struct taken pieces = take_any(&none, NULL, &name, 1, true, few[i]);
        char *const got = tell(&pieces);
        expect_text(got, expected, few[i], name);
        free(got);
        taken_free(&pieces);
    }
    free(expected);
    taken_free(&whole);
}

/* Among them compressed ones, which a thread of their own expands. */
static void public_logs(void **state) {
    (void)state;
    static const char *const names[] = {
        "helpdesk/helpdesk.csv.gz",
        "loanapp/LoanApp_simplified.csv.gz",
        "otto_sample/train.jsonl",
        "sepsis/SEPSIS.xes.gz",
        "pm4py/receipt.csv",
        "pm4py/receipt.xes.gz",
        "pm4py/running-example.csv",
        "bpic2013_closed/BPI_Challenge_2013_closed_problems.xes.gz",
        "pm4py/a22f0n20.xes.gz",
        "app_in_the_air/train.csv.gz"};
    if (!find_shared()) skip();
    for (size_t i = 0; i < TROD_COUNT(names); i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/data/%s", shared, names[i]);
        expect_file_alike(path);
    }
}

static void a_file_that_was_cut_short(void **state) {
    (void)state;
    if (!find_shared()) skip();
    char path[4096], name[] = "/tmp/trod-cut-XXXXXX";
    struct trod_buf bytes = {0};
    const int file = mkstemp(name);
    assert_true(file >= 0);
    close(file);
    snprintf(path, sizeof path, "%s/data/helpdesk/helpdesk.csv.gz", shared);
    assert_int_equal(trod_file_read(path, (size_t)64 << 20, &bytes, NULL), TROD_OK);
    const size_t ends[] = {bytes.n / 2, bytes.n - 1, bytes.n - 9};
    for (size_t i = 0; i < TROD_COUNT(ends); i++) {
        bytes.n = ends[i];
        assert_int_equal(trod_file_write(name, trod_buf_str(&bytes), NULL), TROD_OK);
        expect_file_alike(name);
    }
    unlink(name);
    trod_buf_free(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines),
        cmocka_unit_test(xes),
        cmocka_unit_test(people_under_several_names),
        cmocka_unit_test(journeys_dates_and_facts),
        cmocka_unit_test(public_logs),
        cmocka_unit_test(a_file_that_was_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
