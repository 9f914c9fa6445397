#include "taken.h"

/* Which columns are taken, as `said` has it, must be the expected ones. */
#define assert_guess(text, expected)                                        \
    do {                                                                    \
        struct taken taken_ = take(text);                                   \
        if (taken_.status != TROD_OK) fail_msg("%s", taken_.error.message); \
        assert_string_equal(said(&taken_), expected);                       \
        taken_free(&taken_);                                                \
    } while (0)

static void names_of_many_programs(void **state) {
    (void)state;
    assert_guess("event_name,event_timestamp,user_pseudo_id\na,1538405774195002,u\n",
                 "customer = user_pseudo_id (guessed), event = event_name (guessed), time = "
                 "event_timestamp (guessed, microseconds since 1970)");
    assert_guess(
        "Case ID,Activity,Resource,Complete Timestamp\n1,a,r,2012/10/09 14:50:17.000\n",
        "journey = Case ID (guessed), event = Activity (guessed), time = Complete Timestamp "
        "(guessed, ISO 8601, no zone given: taken as UTC)");
    assert_guess(
        "case:concept:name,concept:name,Activity,time:timestamp\n1,a,b,2024-01-01T00:00:00Z\n",
        "journey = case:concept:name (guessed), event = concept:name (guessed), time = "
        "time:timestamp (guessed, ISO 8601)");
    assert_guess(
        "visitor,action,ts\nv,a,1709251200\n",
        "customer = visitor (guessed), event = action (guessed), time = ts (guessed, seconds "
        "since 1970)");
    assert_guess(
        "userId;eventType;createdAt\nv;a;1709251200123\n",
        "customer = userId (guessed), event = eventType (guessed), time = createdAt (guessed, "
        "milliseconds since 1970), separated by \";\"");
    assert_guess(
        "shop_customer_id,name,booked_at\nv,a,01.03.2024 10:00\nv,b,02.03.2024 10:00\n",
        "customer = shop_customer_id (guessed), event = name (guessed), time = booked_at "
        "(guessed, %d.%m.%Y %H:%M, no zone given: taken as UTC)");
    assert_guess(
        "who,what,when\nv,a,2024-01-01\n",
        "customer = who (guessed), event = what (guessed), time = when (guessed, ISO 8601, no "
        "zone given: taken as UTC)");
    assert_guess(
        "session,type,20xx\nv,a,b\n",
        "customer = session (guessed), event = type (guessed), no times: taken in the order of "
        "the file");
}

static void a_case_makes_the_journey_and_its_customer_is_a_fact(void **state) {
    (void)state;
    struct taken taken =
        take("ticket,customer,event,time\n"
             "1,anna,open,2024-01-01\n1,anna,close,2024-01-02\n2,bert,open,2024-01-01\n");
    assert_string_equal(dump(&taken), "1 customer=anna:\n"
                                      "  open @2024-01-01T00:00:00Z\n"
                                      "  close @2024-01-02T00:00:00Z\n"
                                      "2 customer=bert:\n"
                                      "  open @2024-01-01T00:00:00Z\n");
    assert_says(said(&taken), "journey = ticket (guessed)");
    assert_says(said(&taken), "customer is a fact of the journey");
    taken_free(&taken);
    /* Who works on a case is not whose case it is. */
    assert_taken(NULL, "case,user,event\n1,anna,open\n1,bert,close\n",
                 "1:\n  open user=anna\n  close user=bert\n");
}

static void who_walks_can_be_said(void **state) {
    (void)state;
    const char *const text = "case,customer,event\n1,anna,open\n2,anna,close\n3,bert,open\n";
    const struct trod_intake_options customer = {.customer = "customer"};
    assert_taken(&customer, text,
                 "anna:\n  open case=1\n  close case=2\nbert:\n  open case=3\n");
    const struct trod_intake_options both = {.customer = "customer", .journey = "case"};
    assert_taken(&both, text,
                 "anna:\n  open /1 case=1\n  close /2 case=2\nbert:\n  open /3 case=3\n");
    const struct trod_intake_options journey = {.journey = "case"};
    assert_taken(
        &journey, text,
        "1 customer=anna:\n  open\n2 customer=anna:\n  close\n3 customer=bert:\n  open\n");
    /* The map says what makes a journey: customers walk, the column stays to be asked for. */
    const struct trod_map map = {.per = TROD_PER_FIELD, .per_field = TROD_STR("case")};
    struct taken taken = take_bytes(NULL, &map, trod_str_of(text));
    assert_string_equal(
        dump(&taken), "anna:\n  open /1 case=1\n  close /2 case=2\nbert:\n  open /3 case=3\n");
    taken_free(&taken);
    taken = take_bytes(NULL, &map, TROD_STR("case,event\n1,open\n"));
    assert_string_equal(dump(&taken), "1:\n  open case=1\n");
    taken_free(&taken);
}

static void begin_and_end(void **state) {
    (void)state;
    const char *const expected = "1:\n  a @2024-01-01T10:00:00Z ..2024-01-01T11:00:00Z\n";
    assert_taken(
        NULL,
        "case,event,start_timestamp,time:timestamp\n1,a,2024-01-01 10:00,2024-01-01 11:00\n",
        expected);
    assert_taken(NULL,
                 "case,event,end_time,start_time\n1,a,2024-01-01 11:00,2024-01-01 10:00\n",
                 expected);
    assert_taken(NULL,
                 "case,event,timestamp,completed_at\n1,a,2024-01-01 10:00,2024-01-01 11:00\n",
                 expected);
    /* Neither is one without the other. */
    assert_taken(NULL, "case,event,start\n1,a,2024-01-01 10:00\n",
                 "1:\n  a @2024-01-01T10:00:00Z\n");
    assert_taken(NULL, "case,event,end_time\n1,a,2024-01-01 10:00\n",
                 "1:\n  a @2024-01-01T10:00:00Z\n");
    const struct trod_intake_options end = {.end = "done"};
    assert_taken(&end, "case,event,done\n1,a,2024-01-01 10:00\n",
                 "1:\n  a @2024-01-01T10:00:00Z\n");
    /* What lies before the begin is no end. */
    assert_taken(NULL, "case,event,start,date\n1,a,2024-01-02,2024-01-01\n",
                 "1:\n  a @2024-01-02T00:00:00Z date=2024-01-01\n");
    struct taken taken = take(
        "case,event,start,end\n"
        "1,a,2024-01-01,2024-01-02\n"
        "1,b,,2024-01-03\n"
        "1,c,2024-01-04,\n"
        "1,d,2024-01-05,2024-01-01\n"
        "1,e,2024-01-06,soon\n"
        "1,f,,\n"
        "1,g,2024-01-07,2024-01-07\n1,g,2024-01-07,2024-01-07\n1,g,2024-01-07,2024-01-07\n"
        "1,g,2024-01-07,2024-01-07\n1,g,2024-01-07,2024-01-07\n1,g,2024-01-07,2024-01-07\n");
    assert_says(dump(&taken), "1:\n"
                              "  a @2024-01-01T00:00:00Z ..2024-01-02T00:00:00Z\n"
                              "  b @2024-01-03T00:00:00Z ..2024-01-03T00:00:00Z\n"
                              "  c @2024-01-04T00:00:00Z\n"
                              "  d @2024-01-05T00:00:00Z\n"
                              "  e @2024-01-06T00:00:00Z\n"
                              "  g @2024-01-07T00:00:00Z ..2024-01-07T00:00:00Z\n");
    assert_string_equal(warned(&taken), "1 event ends before it begins: its end was left out; "
                                        "1 end of an event is no time and was left out");
    assert_string_equal(rejects(&taken), "7: it has no time: column \"start\" is empty");
    taken_free(&taken);
}

static void content_decides_between_names(void **state) {
    (void)state;
    struct trod_buf text = {0};
    /* "event" numbers the events; "id" is not whose they are; "time" counts minutes. */
    trod_buf_adds(&text, "id,event,action,user,seq,time,logged\n");
    for (int i = 0; i < 40; i++)
        trod_buf_format(&text, "%d,e%d,a%d,u%d,%d,%d,2024-01-01T00:%02d\n", i, i, i % 3, i % 5,
                        i, i % 9, i);
    struct taken taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_string_equal(said(&taken),
                        "customer = user (guessed), event = action (guessed), time = logged "
                        "(guessed, ISO 8601, no zone given: taken as UTC)");
    taken_free(&taken);
    trod_buf_free(&text);
    /* A customer who is missing in many rows gives way to one who never is. */
    trod_buf_adds(&text, "user_id,anonymous_id,event\n");
    for (int i = 0; i < 40; i++) trod_buf_format(&text, "%s,c%d,a\n", i % 2 ? "u" : "", i % 5);
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_says(said(&taken), "customer = anonymous_id (guessed)");
    taken_free(&taken);
    /* Addresses of e-mail tell who it is, under any name. */
    trod_buf_clear(&text);
    trod_buf_adds(&text, "visitor,to,event\n");
    for (int i = 0; i < 40; i++)
        trod_buf_format(&text, "%s,p%d@example.org,a\n", i % 2 ? "v" : "", i % 5);
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_says(said(&taken), "customer = to (guessed)");
    taken_free(&taken);
    trod_buf_free(&text);
}

static void channel_and_worth(void **state) {
    (void)state;
    struct taken taken = take("case,event,case:channel,revenue\n1,a,web,5\n");
    assert_says(said(&taken), "channel = case:channel (guessed), worth = revenue (guessed)");
    assert_int_equal(taken.log->channel_field,
                     trod_log_field(taken.log, TROD_STR("case:channel"), false));
    assert_int_equal(taken.log->worth_field,
                     trod_log_field(taken.log, TROD_STR("revenue"), false));
    assert_true(taken.log->fields[taken.log->channel_field].fact);
    taken_free(&taken);
    const struct trod_intake_options options = {.channel = "via"};
    taken = take_with(&options, "case,event,via\n1,a,web\n");
    assert_int_equal(taken.log->channel_field,
                     trod_log_field(taken.log, TROD_STR("via"), false));
    assert_says(said(&taken), "channel = via");
    taken_free(&taken);
}

static void columns_that_cannot_be_told(void **state) {
    (void)state;
    assert_refused("x,y,z\n1,2,3\n", TROD_BAD_INPUT,
                   "cannot tell which column names the customer; the columns are: x, y, z");
    assert_refused("user,y,z\n1,2,3\n", TROD_BAD_INPUT,
                   "cannot tell which column says what happened; the columns are: user, y, z");
    struct taken taken = take("user,y,z\n1,2,3\n");
    assert_says(taken.error.hint, "--event COLUMN");
    assert_string_equal(taken.error.file, "log");
    taken_free(&taken);
    const struct trod_intake_options options = {.customer = "usr"};
    taken = take_with(&options, "user,event\n1,2\n");
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    assert_says(taken.error.message,
                "there is no column \"usr\"; the columns are: user, event");
    taken_free(&taken);
    /* Hundreds of columns are not listed to the end. */
    struct trod_buf text = {0};
    for (int i = 0; i < 300; i++) trod_buf_format(&text, "%scolumn_%d", i ? "," : "", i);
    trod_buf_adds(&text, "\n");
    for (int i = 0; i < 300; i++) trod_buf_format(&text, "%s%d", i ? "," : "", i);
    taken = take_bytes(NULL, NULL, trod_buf_str(&text));
    assert_says(taken.error.message, "column_0, column_1,");
    assert_says(taken.error.message, " more");
    taken_free(&taken);
    trod_buf_free(&text);
}

static void a_name_may_be_written_loosely(void **state) {
    (void)state;
    const struct trod_intake_options options = {
        .customer = "customer number", .event = "WHAT", .time = "on"};
    assert_taken(&options, "Customer_Number,what,On\n1,a,2024-01-01\n",
                 "1:\n  a @2024-01-01T00:00:00Z\n");
    const struct trod_intake_options two = {.customer = "A B", .event = "e"};
    struct taken taken = take_with(&two, "a_b,a-b,e\n1,2,3\n");
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    taken_free(&taken);
}

static void a_first_line_of_data(void **state) {
    (void)state;
    assert_refused("12 12 14 1\n3 4\n", TROD_BAD_INPUT,
                   "the first line holds no names of columns: it begins with \"12 12 14 1\"");
    assert_refused("anna,order,2024-01-01\nbert,order,2024-01-01\n", TROD_BAD_INPUT,
                   "the first line holds no names");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_many_programs),
        cmocka_unit_test(a_case_makes_the_journey_and_its_customer_is_a_fact),
        cmocka_unit_test(who_walks_can_be_said),
        cmocka_unit_test(begin_and_end),
        cmocka_unit_test(content_decides_between_names),
        cmocka_unit_test(channel_and_worth),
        cmocka_unit_test(columns_that_cannot_be_told),
        cmocka_unit_test(a_name_may_be_written_loosely),
        cmocka_unit_test(a_first_line_of_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
