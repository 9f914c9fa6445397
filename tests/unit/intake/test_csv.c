#include "taken.h"

static void a_plain_log(void **state) {
    (void)state;
    assert_taken(NULL,
                 "customer,event,time,page\n"
                 "anna,visit,2024-03-01T10:00:00Z,/a\n"
                 "bert,visit,2024-03-01T11:00:00Z,\n"
                 "anna,order,2024-03-02T10:00:00Z,/b\n",
                 "anna:\n"
                 "  visit @2024-03-01T10:00:00Z page=/a\n"
                 "  order @2024-03-02T10:00:00Z page=/b\n"
                 "bert:\n"
                 "  visit @2024-03-01T11:00:00Z\n");
}

static void quotes_newlines_and_line_ends(void **state) {
    (void)state;
    const char *const expected = "a,b:\n"
                                 "  said \"no\" @2024-03-01T00:00:00Z text=one\ntwo\n"
                                 "  left @2024-03-02T00:00:00Z text= kept \n";
    assert_taken(NULL,
                 "customer,event,time,text\n"
                 "\"a,b\",\"said \"\"no\"\"\",2024-03-01,\"one\ntwo\"\n"
                 "\"a,b\",left,2024-03-02,\" kept \"\n",
                 expected);
    /* CRLF, the last line without an end, blanks round cells and outside of quotes. */
    assert_taken(NULL,
                 "customer,event,time,text\r\n"
                 "\"a,b\" ,  \"said \"\"no\"\"\"\t, 2024-03-01 ,\"one\ntwo\"\r\n"
                 "\"a,b\",left,2024-03-02,\" kept \"",
                 expected);
    /* A lone CR ends a line; blank lines and lines of nothing but commas are no rows. */
    assert_taken(
        NULL,
        "\r\rcustomer,event,time,text\r\"a,b\",\"said \"\"no\"\"\",2024-03-01,\"one\ntwo\"\r"
        "\r,,,\r\"a,b\",left,2024-03-02,\" kept \"\r",
        expected);
}

static void a_byte_order_mark_and_utf16(void **state) {
    (void)state;
    const char *const expected = "j\xc3\xb6rg:\n  visit @2024-03-01T00:00:00Z\n";
    assert_taken(NULL,
                 "\xef\xbb\xbf"
                 "customer,event,time\nj\xc3\xb6rg,visit,2024-03-01\n",
                 expected);
    assert_taken(NULL, "\xef\xbb\xbf\"customer\",event,time\nj\xc3\xb6rg,visit,2024-03-01\n",
                 expected);
    const char *const text = "customer\tevent\ttime\nj\xf6rg\tvisit\t2024-03-01\n";
    for (int big = 0; big < 2; big++) {
        char wide[200];
        size_t n = 0;
        wide[n++] = big ? '\xfe' : '\xff';
        wide[n++] = big ? '\xff' : '\xfe';
        for (const char *p = text; *p; p++) {
            wide[n++] = big ? '\0' : *p;
            wide[n++] = big ? *p : '\0';
        }
        struct taken taken = take_bytes(NULL, NULL, (trod_str){wide, n});
        assert_string_equal(dump(&taken), expected);
        taken_free(&taken);
    }
}

static void utf16_beyond_the_first_plane(void **state) {
    (void)state;
    static const char head[] = "\xff\xfe"
                               "c\0a\0s\0e\0,\0e\0v\0e\0n\0t\0\n\0"
                               "1\0,\0";
    char wide[64];
    memcpy(wide, head, sizeof head - 1);
    memcpy(wide + sizeof head - 1, "\x3d\xd8\x00\xde\x00\xd8", 6); /* a face, and half of one */
    struct taken taken = take_bytes(NULL, NULL, (trod_str){wide, sizeof head - 1 + 6});
    assert_string_equal(dump(&taken), "1:\n  \xf0\x9f\x98\x80\xef\xbf\xbd\n");
    taken_free(&taken);
}

/* Halves of a character on both sides of what is read at a time. */
static void utf16_across_chunks(void **state) {
    (void)state;
    struct trod_buf wide = {0};
    const char *const head = "case,event\n";
    trod_buf_adds(&wide, "\xff\xfe");
    for (const char *p = head; *p; p++) trod_buf_add(&wide, (trod_str){(char[]){*p, 0}, 2});
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        trod_buf_add(&wide, (trod_str){"1\0,\0", 4});
        trod_buf_add(&wide, (trod_str){"\x3d\xd8\x00\xde", 4});
        trod_buf_add(&wide, (trod_str){i % 7 ? "\n\0" : "x\0\n\0", i % 7 ? 2 : 4});
    }
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&wide));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_events, N);
    assert_int_equal(trod_dict_count(taken.log->names), 2);
    assert_str(trod_dict_at(taken.log->names, 0), "\xf0\x9f\x98\x80x");
    taken_free(&taken);
    trod_buf_free(&wide);
}

static void windows_1252_is_read_and_said(void **state) {
    (void)state;
    struct taken taken = take("customer,event,time,gr\xf6\xdf"
                              "e\n"
                              "M\xfcller,Stra\xdf"
                              "e,2024-03-01,5 \x80\n"
                              "caf\xc3\xa9,visit,2024-03-02,\"a\"\"\x99\"\n");
    assert_string_equal(dump(&taken), "M\xc3\xbcller:\n"
                                      "  Stra\xc3\x9f"
                                      "e @2024-03-01T00:00:00Z gr\xc3\xb6\xc3\x9f"
                                      "e=5 \xe2\x82\xac\n"
                                      "caf\xc3\xa9:\n"
                                      "  visit @2024-03-02T00:00:00Z gr\xc3\xb6\xc3\x9f"
                                      "e=a\"\xe2\x84\xa2\n");
    assert_says(warned(&taken), "2 rows are not UTF-8 and were read as Windows-1252");
    taken_free(&taken);
}

static void delimiters_are_found(void **state) {
    (void)state;
    const char *const expected = "1:\n  a;b,c|d @2024-03-01T00:00:00Z\n";
    assert_taken(NULL, "case;event;time\n1;\"a;b,c|d\";2024-03-01\n", expected);
    assert_taken(NULL, "case|event|time\n1|\"a;b,c|d\"|2024-03-01\n", expected);
    assert_taken(NULL, "case\tevent\ttime\n1\ta;b,c|d\t2024-03-01\n", expected);
    assert_taken(NULL, "case,event,time\n1,\"a;b,c|d\",2024-03-01\n", expected);
    assert_taken(NULL, "sep=;\r\ncase;event;time\n1;\"a;b,c|d\";2024-03-01\n", expected);
    /* Commas in every value of a file that is cut by semicolons. */
    assert_taken(NULL, "case;event;time\n1;a,b,c;2024-03-01\n1;d,e,f;2024-03-02\n",
                 "1:\n  a,b,c @2024-03-01T00:00:00Z\n  d,e,f @2024-03-02T00:00:00Z\n");
    const struct trod_intake_options tilde = {.delimiter = '~'};
    assert_taken(&tilde, "case~event~time\n1~a;b,c|d~2024-03-01\n", expected);
    struct taken taken = take("case;event\n1;a\n");
    assert_says(said(&taken), "separated by \";\"");
    taken_free(&taken);
    const struct trod_intake_options bad = {.delimiter = '"'};
    taken = taken_begin(&bad);
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    assert_null(taken.intake);
}

static void names_that_repeat_or_are_missing(void **state) {
    (void)state;
    assert_taken(NULL, "case, event ,x,,x,x#2,\n1,a,2,3,4,5,6\n",
                 "1:\n  a x=2 column 4=3 x#2=4 x#2#2=5 column 7=6\n");
}

static void blanks_round_values(void **state) {
    (void)state;
    assert_taken(NULL, "case , event,x\n 1\t, a b  ,  y \n1,\" a b \",\t\n",
                 "1:\n  a b x=y\n   a b \n");
    /* A tab is a blank, unless it separates. */
    assert_taken(NULL, "case\tevent\tx\n1\t a \t y\n", "1:\n  a x=y\n");
}

static void ragged_rows(void **state) {
    (void)state;
    struct taken taken = take("case,event,x,y\n1,a\n1,b,2,3,\n1,c,2,3,4\n1,d,5\n1\n");
    assert_string_equal(dump(&taken), "1:\n  a\n  b x=2 y=3\n  d x=5\n");
    assert_string_equal(rejects(&taken),
                        "4: it has 5 values, the header has 4; "
                        "6: it does not say what happened: column \"event\" is empty");
    assert_string_equal(warned(&taken),
                        "3 rows are shorter than the header: their last values are missing");
    taken_free(&taken);
}

static void broken_quotes_cost_one_line(void **state) {
    (void)state;
    struct taken taken = take("case,event,x\n"
                              "1,a,\"two\nlines\"\n"
                              "1,\"b\" c,3\n"
                              "1,d \"e\" f,\"g\"\n"
                              "1,\"never closed,5\n"
                              "1,h,6\n"
                              "1,i,7\n");
    assert_string_equal(dump(&taken),
                        "1:\n  a x=two\nlines\n  d \"e\" f x=g\n  h x=6\n  i x=7\n");
    assert_string_equal(rejects(&taken),
                        "4: text follows a closing quotation mark; inside a quoted value a "
                        "quotation mark is written twice; "
                        "6: a quotation mark opens here and never closes");
    assert_str(taken.report->rejects[1].row, "1,\"never closed,5");
    assert_int_equal(taken.report->files[0].n_rows, 6);
    assert_int_equal(taken.report->files[0].n_rejected, 2);
    assert_int_equal(taken.report->files[0].n_events, 4);
    taken_free(&taken);
}

static void lines_are_those_of_the_file(void **state) {
    (void)state;
    struct taken taken =
        take("\n\ncase,event\r\n1,\"a\r\nb\rc\n\"\r\n\r\n2,\n3,\"x\ry\"\r4,\r");
    assert_string_equal(rejects(&taken),
                        "8: it does not say what happened: column \"event\" is empty; "
                        "11: it does not say what happened: column \"event\" is empty");
    taken_free(&taken);
}

static void a_nul_in_the_middle(void **state) {
    (void)state;
    /* Beyond the first look, one NUL costs one row. */
    struct trod_buf text = {0};
    trod_buf_adds(&text, "case,event\n");
    for (int i = 0; i < 20000; i++) trod_buf_format(&text, "%d,a\n", i);
    trod_buf_add(&text, (trod_str){"x,a\0b\ny,a\n", 10});
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_events, 20001);
    assert_string_equal(rejects(&taken), "20002: it has a NUL byte in it");
    taken_free(&taken);
    trod_buf_free(&text);
}

/* Rows across the borders of the chunks that are read: every cell keeps its text. */
static void rows_across_chunks(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "case,event,text\r\n");
    enum { N = 60000 };
    for (unsigned i = 0; i < N; i++) {
        trod_buf_format(&text, "%u,\"e\"\"%u\",\"", i, i % 7);
        trod_buf_repeat(&text, (char)('a' + i % 26), i * 7919 % 200);
        trod_buf_adds(&text, i % 3 ? "\"\r\n" : "\n\"\n");
    }
    assert_true(text.n > 5 << 20);
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_events, N);
    assert_int_equal(taken.report->n_rejected, 0);
    const struct trod_field *const field =
        &taken.log->fields[trod_log_field(taken.log, TROD_STR("text"), false)];
    for (unsigned i = 0; i < N; i++) {
        const size_t n = i * 7919 % 200;
        const uint32_t code = field->code[i];
        const trod_str value = code ? trod_dict_at(field->values, code - 1) : TROD_STR("");
        assert_int_equal(value.n, n + (i % 3 == 0));
        if (n) assert_int_equal(value.at[n - 1], 'a' + i % 26);
        const trod_str name = trod_dict_at(taken.log->names, taken.log->name[i]);
        assert_int_equal(name.at[2], '0' + i % 7);
    }
    taken_free(&taken);
    trod_buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_log),
        cmocka_unit_test(quotes_newlines_and_line_ends),
        cmocka_unit_test(a_byte_order_mark_and_utf16),
        cmocka_unit_test(utf16_beyond_the_first_plane),
        cmocka_unit_test(utf16_across_chunks),
        cmocka_unit_test(windows_1252_is_read_and_said),
        cmocka_unit_test(delimiters_are_found),
        cmocka_unit_test(names_that_repeat_or_are_missing),
        cmocka_unit_test(blanks_round_values),
        cmocka_unit_test(ragged_rows),
        cmocka_unit_test(broken_quotes_cost_one_line),
        cmocka_unit_test(lines_are_those_of_the_file),
        cmocka_unit_test(a_nul_in_the_middle),
        cmocka_unit_test(rows_across_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
