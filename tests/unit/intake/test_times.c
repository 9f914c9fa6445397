#include "taken.h"

static void kinds_of_times(void **state) {
    (void)state;
    static const struct {
        const char *a, *b, *form;
    } cases[] = {
        {"2024-03-01T10:00:00Z", "2024-03-01T12:30:00+02:00", "ISO 8601"},
        {"2024-03-01 10:00:00", "2024/03/01 10:30", "ISO 8601, no zone given: taken as UTC"},
        {"20240301T100000", "20240301T103000", "ISO 8601, no zone given: taken as UTC"},
        {"1709287200", "1709289000.0", "seconds since 1970"},
        {"1709287200000", "1709289000000", "milliseconds since 1970"},
        {"1709287200000000", "1709289000000000", "microseconds since 1970"},
        {"1709287200000000000", "1709289000000000000", "nanoseconds since 1970"},
        {"01.03.2024 10:00", "01.03.2024 10:30", "%d.%m.%Y %H:%M, no zone given: taken as UTC"},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "user,event,time\nu,b,%s\nu,a,%s\n", cases[i].b,
                 cases[i].a);
        struct taken taken = take(text);
        assert_string_equal(dump(&taken),
                            "u:\n  a @2024-03-01T10:00:00Z\n  b @2024-03-01T10:30:00Z\n");
        assert_says(said(&taken), cases[i].form);
        taken_free(&taken);
    }
}

static void zones_and_formats_can_be_said(void **state) {
    (void)state;
    const struct trod_intake_options rome = {.time_zone = "Europe/Rome"};
    struct taken taken =
        take_with(&rome, "user,event,time\nu,a,2024-07-01 12:00\nu,b,2024-07-01T12:00Z\n");
    assert_string_equal(dump(&taken),
                        "u:\n  a @2024-07-01T10:00:00Z\n  b @2024-07-01T12:00:00Z\n");
    assert_says(said(&taken), "in Europe/Rome where no zone is given");
    taken_free(&taken);
    const struct trod_intake_options american = {.time_format = "%m/%d/%y"};
    taken = take_with(&american, "user,event,time\nu,a,02/01/24\n");
    assert_string_equal(dump(&taken), "u:\n  a @2024-02-01T00:00:00Z\n");
    assert_string_equal(warned(&taken), "");
    taken_free(&taken);
    const struct trod_intake_options seconds = {.time_format = "s"};
    assert_taken(&seconds, "user,event,time\nu,a,60\n", "u:\n  a @1970-01-01T00:01:00Z\n");
    const struct trod_intake_options nonsense = {.time_format = "noon"};
    taken = take_with(&nonsense, "user,event,time\nu,a,60\n");
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    assert_says(taken.error.hint, "iso, s, ms, us, ns");
    taken_free(&taken);
    const struct trod_intake_options nowhere = {.time_zone = "Mars/Base"};
    taken = take_with(&nowhere, "user,event,time\nu,a,2024-01-01\n");
    assert_true(taken.status != TROD_OK);
    taken_free(&taken);
}

static void day_and_month_that_could_be_swapped(void **state) {
    (void)state;
    struct taken taken = take("user,event,time\nu,a,02/01/2024\nu,b,03/01/2024\n");
    assert_string_equal(dump(&taken),
                        "u:\n  a @2024-01-02T00:00:00Z\n  b @2024-01-03T00:00:00Z\n");
    assert_says(warned(&taken),
                "day and month could be swapped in column \"time\": the day was read first");
    taken_free(&taken);
    taken = take("user,event,time\nu,a,02/01/2024\nu,b,02/13/2024\n");
    assert_string_equal(dump(&taken),
                        "u:\n  a @2024-02-01T00:00:00Z\n  b @2024-02-13T00:00:00Z\n");
    assert_string_equal(warned(&taken), "");
    taken_free(&taken);
}

static void a_bad_time_costs_its_row_only(void **state) {
    (void)state;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "user,event,time\n");
    for (int i = 0; i < 50; i++)
        trod_buf_adds(&text, i == 3    ? "u,a,tomorrow\n"
                             : i == 30 ? "u,a,2024-02-30\n"
                             : i == 40 ? "u,a,NULL\n"
                                       : "u,a,2024-02-01\n");
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_int_equal(taken.log->n_events, 47);
    assert_string_equal(
        rejects(&taken),
        "5: the time \"tomorrow\" in column \"time\" is no time (expected: ISO 8601, such as "
        "2024-03-01 or 2024-03-01T10:20:30); "
        "32: the time \"2024-02-30\" in column \"time\" is no time (expected: ISO 8601, such "
        "as "
        "2024-03-01 or 2024-03-01T10:20:30); "
        "42: it has no time: column \"time\" is empty");
    taken_free(&taken);
    trod_buf_free(&text);
}

static void without_times(void **state) {
    (void)state;
    struct taken taken = take("case_id,seq,actor,activity\nJ1,2,c,b\nJ2,1,c,a\nJ1,1,c,a\n");
    assert_string_equal(dump(&taken),
                        "J1:\n  b seq=2 actor=c\n  a seq=1 actor=c\nJ2:\n  a seq=1 actor=c\n");
    assert_false(taken.log->has_times);
    assert_says(said(&taken), "no times: taken in the order of the file");
    taken_free(&taken);
    const struct trod_intake_options none = {.time = ""};
    assert_taken(&none, "user,event,time\nu,b,2024-02-02\nu,a,2024-02-01\n",
                 "u:\n  b time=2024-02-02\n  a time=2024-02-01\n");
    /* What only sounds like a time is none. */
    assert_taken(NULL, "case,event,candidate\n1,a,Bob\n", "1:\n  a candidate=Bob\n");
    /* A column of times that trod cannot read is no reason to guess the order. */
    assert_refused("user,event,time\nu,a,noon\nu,b,dusk\n", TROD_BAD_INPUT,
                   "cannot read the times in column \"time\", such as \"noon\"");
}

static void equal_times_keep_the_order_of_the_file(void **state) {
    (void)state;
    assert_taken(NULL, "user,event,time\nu,c,2024-02-02\nu,b,2024-02-01\nu,a,2024-02-01\n",
                 "u:\n  b @2024-02-01T00:00:00Z\n  a @2024-02-01T00:00:00Z\n  c "
                 "@2024-02-02T00:00:00Z\n");
}

static void one_row_a_customer_one_date_a_step(void **state) {
    (void)state;
    static const char *const columns[] = {"asked", "visited", "bought"};
    const struct trod_intake_options options = {.dates = columns, .n_dates = 3};
    struct taken taken = take_with(&options, "customer,asked,visited,bought,town\n"
                                             "anna,2024-01-05,2024-01-02,,Ulm\n"
                                             "bert,,,,Bonn\n"
                                             "cora,2024-01-05,soon,2024-01-07,\n"
                                             ",2024-01-05,,,\n");
    assert_string_equal(dump(&taken), "anna town=Ulm:\n"
                                      "  visited @2024-01-02T00:00:00Z\n"
                                      "  asked @2024-01-05T00:00:00Z\n"
                                      "cora:\n"
                                      "  asked @2024-01-05T00:00:00Z\n"
                                      "  bought @2024-01-07T00:00:00Z\n");
    assert_says(said(&taken), "one event for each of 3 columns of dates");
    assert_string_equal(warned(&taken), "1 row has none of the dates");
    assert_says(rejects(&taken), "4: the time \"soon\" in column \"visited\" is no time");
    assert_says(rejects(&taken),
                "5: it does not say whose it is: column \"customer\" names nobody");
    taken_free(&taken);
}

static void lifecycle(void **state) {
    (void)state;
    const char *const text = "case,event,lifecycle:transition\n1,a,start\n1,a,COMPLETE\n1,b,\n";
    assert_taken(
        NULL, text,
        "1:\n  a lifecycle:transition=start\n  a lifecycle:transition=COMPLETE\n  b\n");
    const struct trod_intake_options complete = {.lifecycle = "complete"};
    struct taken taken = take_with(&complete, text);
    assert_string_equal(dump(&taken), "1:\n  a lifecycle:transition=COMPLETE\n  b\n");
    assert_int_equal(taken.report->files[0].n_skipped, 1);
    assert_says(said(&taken), "1 event left out by --lifecycle");
    taken_free(&taken);
    taken = take_with(&complete, "case,event\n1,a\n");
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    taken_free(&taken);
    taken = take_with(&complete, "case,event,lifecycle\n1,a,start\n");
    assert_says(taken.error.message, "--lifecycle leaves out all 1");
    taken_free(&taken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_times),
        cmocka_unit_test(zones_and_formats_can_be_said),
        cmocka_unit_test(day_and_month_that_could_be_swapped),
        cmocka_unit_test(a_bad_time_costs_its_row_only),
        cmocka_unit_test(without_times),
        cmocka_unit_test(equal_times_keep_the_order_of_the_file),
        cmocka_unit_test(one_row_a_customer_one_date_a_step),
        cmocka_unit_test(lifecycle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
