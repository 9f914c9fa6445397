#include "taken.h"

#include <unistd.h>

static struct taken take_file(const char *name) {
    struct taken taken = taken_begin(NULL);
    taken.status = trod_intake_add(taken.intake, name, NULL, &taken.error);
    taken_finish(&taken);
    return taken;
}

static void files_with_nothing_in_them(void **state) {
    (void)state;
    assert_refused("", TROD_BAD_INPUT, "it is empty");
    assert_refused("\n\r\n  \n", TROD_BAD_INPUT, "it is empty");
    assert_refused("\xef\xbb\xbf", TROD_BAD_INPUT, "it is empty");
    assert_refused("\xff\xfe", TROD_BAD_INPUT, "it is empty");
    assert_refused("customer,event,time\n", TROD_BAD_INPUT, "it holds a header and no rows");
    assert_refused("customer,event,time", TROD_BAD_INPUT, "it holds a header and no rows");
    struct taken taken = take("customer,event,time\n,a,2024-01-01\nx,,2024-01-01\n");
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    assert_says(taken.error.message,
                "no row could be taken: 2 were rejected, the first because it does "
                "not say whose it is");
    assert_int_equal(taken.error.line, 2);
    assert_says(taken.error.hint, "--customer");
    taken_free(&taken);
    /* One empty file among others is a warning. */
    taken = taken_begin(NULL);
    taken_add(&taken, "empty", TROD_STR(""), NULL);
    taken_add(&taken, "full", TROD_STR("case,event\n1,a\n"), NULL);
    taken_finish(&taken);
    assert_string_equal(dump(&taken), "1:\n  a\n");
    assert_string_equal(warned(&taken), "it is empty");
    taken_free(&taken);
    taken = taken_begin(NULL);
    taken_finish(&taken);
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    taken_free(&taken);
}

static void files_of_another_kind(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *says;
    } cases[] = {
        {"PK\x03\x04\x14\0\x06\0", 8, "the spreadsheet is damaged"},
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "an old spreadsheet"},
        {"SQLite format 3\0", 16, "a SQLite database"},
        {"PAR1\x15\0", 6, "a Parquet file"},
        {"%PDF-1.7\n", 9, "a PDF"},
        {"BZh91AY", 7, "bzip2"},
        {"\xfd"
         "7zXZ\0",
         6, "xz"},
        {"\x7f"
         "ELF\x02\x01\x01\0\0\0",
         10, "it is no text"},
        {"customer,event\na,b\0c\n", 21, "it is no text"},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        struct taken taken = take_bytes(NULL, NULL, (trod_str){cases[i].bytes, cases[i].n});
        assert_int_equal(taken.status, TROD_BAD_INPUT);
        assert_says(taken.error.message, cases[i].says);
        assert_true(taken.error.hint[0] != '\0');
        taken_free(&taken);
    }
}

static void files_that_cannot_be_read(void **state) {
    (void)state;
    struct taken taken = take_file("/nonexistent/log.csv");
    assert_int_equal(taken.status, TROD_NO_FILE);
    taken_free(&taken);
    taken = take_file("/");
    assert_true(taken.status != TROD_OK);
    taken_free(&taken);
}

/* A row without an end stops at the ceiling, in every format. */
static void rows_without_an_end(void **state) {
    (void)state;
    static const struct {
        const char *head, *says;
    } cases[] = {
        {"", "a row is longer than 16 MiB"},
        {"customer,event\nx,", "a row is longer than 16 MiB"},
        {"customer,event\nx,\"", "a row is longer than 16 MiB"},
        {"{\"customer\":\"", "a row is longer than 16 MiB"},
        {"<log><trace><string key='concept:name' value='", "a row is longer than 16 MiB"},
        {"<!DOCTYPE log><log><trace><string key='concept:name' value='", "8 MiB"},
    };
    struct trod_buf text = {0};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        trod_buf_clear(&text);
        trod_buf_adds(&text, cases[i].head);
        for (size_t n = 0; n < (size_t)40 << 20; n += 1000) trod_buf_repeat(&text, 'a', 1000);
        struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
        assert_int_equal(taken.status, TROD_TOO_MUCH);
        assert_says(taken.error.message, cases[i].says);
        taken_free(&taken);
    }
    trod_buf_free(&text);
}

static void an_event_with_too_much_in_it(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "<log><trace>");
    for (int i = 0; i < 40; i++) {
        trod_buf_format(&text, "<string key='k%d' value='", i);
        trod_buf_repeat(&text, 'a', 1 << 20);
        trod_buf_adds(&text, "'/>");
    }
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    assert_says(taken.error.message, "the attributes of one trace are longer than 16 MiB");
    taken_free(&taken);
    trod_buf_clear(&text);
    trod_buf_adds(&text, "<log><trace><event>");
    for (int i = 0; i < 110000; i++) trod_buf_adds(&text, "<string key='k' value='a'/>");
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    assert_says(taken.error.message, "one event has more than 100000 attributes");
    taken_free(&taken);
    trod_buf_free(&text);
}

static void more_columns_than_anybody_has(void **state) {
    (void)state;
    struct trod_buf text = {0};
    for (int i = 0; i < 10001; i++) trod_buf_format(&text, "c%d,", i);
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_TOO_MUCH);
    assert_says(taken.error.message, "10002 columns");
    taken_free(&taken);
    /* Ten thousand are read. */
    trod_buf_clear(&text);
    trod_buf_adds(&text, "customer,event");
    for (int i = 2; i < 10000; i++) trod_buf_format(&text, ",c%d", i);
    trod_buf_adds(&text, "\nx,a");
    for (int i = 2; i < 10000; i++) trod_buf_format(&text, ",%d", i);
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_fields, 9998);
    taken_free(&taken);
    trod_buf_free(&text);
}

/* Every line opens a quotation mark that the next breaks: no time that grows with its square.
 */
static void quotes_that_never_fit(void **state) {
    (void)state;
    static const char *const lines[] = {"1,\"a\n", "1,\"a\"b\n", "\"\"\"x\n", "\"\n\"\",\"\n",
                                        "1,\"\"\"\"\"\n"};
    struct trod_buf text = {0};
    for (size_t i = 0; i < TROD_COUNT(lines); i++) {
        trod_buf_clear(&text);
        trod_buf_adds(&text, "customer,event\n");
        while (text.n < (size_t)8 << 20) trod_buf_adds(&text, lines[i]);
        trod_buf_adds(&text, "1,\"");
        struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
        assert_true(taken.status == TROD_OK || taken.status == TROD_BAD_INPUT ||
                    taken.status == TROD_TOO_MUCH);
        taken_free(&taken);
    }
    trod_buf_free(&text);
}

static void strict_stops_at_the_first(void **state) {
    (void)state;
    const struct trod_intake_options strict = {.strict = true};
    struct taken taken = take_with(
        &strict, "case,event,time\n1,a,2024-01-01\n1,a,2024-01-01\n1,b,soon\n1,,2024-01-01\n");
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    assert_int_equal(taken.error.line, 4);
    assert_string_equal(taken.error.file, "log");
    assert_says(taken.error.message, "a row cannot be taken: the time \"soon\"");
    assert_says(taken.error.hint, "without --strict");
    taken_free(&taken);
}

static void rejected_rows_are_written_to_a_file(void **state) {
    (void)state;
    char name[] = "/tmp/trod-rejects-XXXXXX";
    const int file = mkstemp(name);
    assert_true(file >= 0);
    close(file);
    struct trod_buf text = {0}, wrote = {0}, expected = {0};
    trod_buf_adds(&text, "case,event,x\n");
    trod_buf_adds(&expected, "file,line,reason,row\n");
    for (int i = 0; i < 250; i++) {
        trod_buf_format(&text, "%d,,\"a \"\"%d\"\"\"\n", i, i);
        trod_buf_format(&expected,
                        "\"log\",%d,\"it does not say what happened: column \"\"event\"\" is "
                        "empty\",\"%d,,\"\"a \"\"\"\"%d\"\"\"\"\"\"\"\n",
                        i + 2, i, i);
    }
    trod_buf_adds(&text, "x,a,\n");
    const struct trod_intake_options options = {.rejects = name};
    struct taken taken = take_bytes(&options, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.report->n_rejected, 250);
    assert_int_equal(taken.report->n_rejects, 100);
    assert_int_equal(taken.report->rejects[99].line, 101);
    assert_str(taken.report->rejects[1].row, "1,,\"a \"\"1\"\"\"");
    struct trod_error error = {0};
    assert_int_equal(trod_file_read(name, 1 << 20, &wrote, &error), TROD_OK);
    assert_true(wrote.n == expected.n && memcmp(wrote.at, expected.at, wrote.n) == 0);
    taken_free(&taken);
    /* What was written can be read. */
    const struct trod_intake_options columns = {.customer = "file", .event = "reason"};
    taken = take_bytes(&columns, NULL, trod_buf_str(&wrote));
    assert_int_equal(taken.log->n_events, 250);
    taken_free(&taken);
    unlink(name);
    trod_buf_free(&text);
    trod_buf_free(&wrote);
    trod_buf_free(&expected);
    const struct trod_intake_options nowhere = {.rejects = "/nonexistent/rejects.csv"};
    taken = taken_begin(&nowhere);
    assert_int_equal(taken.status, TROD_IO);
    const struct trod_intake_options full = {.rejects = "/dev/full"};
    taken = take_with(&full, "case,event\n1,\n1,a\n");
    assert_int_equal(taken.status, TROD_IO);
    taken_free(&taken);
}

static void a_rejected_row_is_shown_in_200_bytes(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "case,event,x\n1,a,\n12,,\"");
    for (int i = 0; i < 300; i++) trod_buf_adds(&text, "\xc3\xa4");
    trod_buf_adds(&text, "\"\n2,,\"tab\t, new\nline and \xff\"\n");
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.report->n_rejects, 2);
    const trod_str row = taken.report->rejects[0].row;
    assert_int_equal(row.n, 199);
    assert_true(trod_str_utf8(row, NULL));
    assert_str(taken.report->rejects[1].row, "2,,\"tab , new line and \xc3\xbf\"");
    taken_free(&taken);
    trod_buf_free(&text);
}

static void compressed_and_cut_short(void **state) {
    (void)state;
    char name[] = "/tmp/trod-gzip-XXXXXX";
    const int file = mkstemp(name);
    assert_true(file >= 0);
    close(file);
    char command[200];
    snprintf(command, sizeof command, "printf 'case,event\\n1,a\\n' | gzip -nc > %s", name);
    assert_int_equal(system(command), 0);
    struct trod_buf bytes = {0};
    struct trod_error error = {0};
    assert_int_equal(trod_file_read(name, 1000, &bytes, &error), TROD_OK);
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&bytes));
    assert_string_equal(dump(&taken), "1:\n  a\n");
    taken_free(&taken);
    for (size_t n = 3; n < bytes.n; n++) {
        taken = take_bytes(NULL, NULL, (trod_str){bytes.at, n});
        assert_true(taken.status != TROD_OK);
        taken_free(&taken);
    }
    unlink(name);
    trod_buf_free(&bytes);
}

/* Every allocation fails once: a status, no crash, nothing leaked (under a sanitizer). */
static void memory_that_runs_out(void **state) {
    (void)state;
    static const char *const texts[] = {
        "customer,event,time,x\na,\"b\"\"\",2024-01-01,\xff\n,b,2024-01-01,\n",
        "{\"user\":\"a\",\"event\":\"b\",\"ts\":1709287200,\"x\":{\"y\":[1]}}\n[]\n",
        ("<log><trace><string key='concept:name' value='1'/>"
         "<event><string key='concept:name' value='a&amp;'/>"
         "<list key='l'><values><string key='v' value='x'/></values></list></event>"
         "</trace></log>"),
        ("<!DOCTYPE log><log><trace><event><string key='concept:name' value='a'/></event>"
         "</trace></log>"),
    };
    for (size_t i = 0; i < TROD_COUNT(texts); i++) {
        bool done = false;
        for (uint64_t at = 1; !done; at++) {
            assert_true(at < 3000);
            struct trod_error error = {0};
            struct trod_intake *intake = NULL;
            struct trod_log *log = NULL;
            trod_memory_fail_at(at);
            trod_status status = trod_intake_make(NULL, NULL, &intake, &error);
            if (status == TROD_OK)
                status =
                    trod_intake_add_bytes(intake, trod_str_of(texts[i]), "log", NULL, &error);
            if (status == TROD_OK) status = trod_intake_finish(intake, &log, &error);
            trod_memory_fail_at(0);
            done = status == TROD_OK;
            if (!done) assert_int_equal(status, error.code);
            trod_log_free(log);
            trod_intake_free(intake);
            if (!done && at > 2000) break;
        }
        assert_true(done);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_with_nothing_in_them),
        cmocka_unit_test(files_of_another_kind),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(rows_without_an_end),
        cmocka_unit_test(an_event_with_too_much_in_it),
        cmocka_unit_test(more_columns_than_anybody_has),
        cmocka_unit_test(quotes_that_never_fit),
        cmocka_unit_test(strict_stops_at_the_first),
        cmocka_unit_test(rejected_rows_are_written_to_a_file),
        cmocka_unit_test(a_rejected_row_is_shown_in_200_bytes),
        cmocka_unit_test(compressed_and_cut_short),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
