#include "taken.h"

#include <sys/stat.h>
#include <unistd.h>

#define WORDS(...)                                                     \
    {                                                                  \
        (const trod_str[]){__VA_ARGS__},                               \
            sizeof((const trod_str[]){__VA_ARGS__}) / sizeof(trod_str) \
    }

/* A folder for the files of a map. */
static int make_folder(void **state) {
    char *const name = strdup("/tmp/trod-intake-XXXXXX");
    if (!name || !mkdtemp(name)) return -1;
    *state = name;
    return 0;
}

static int remove_folder(void **state) {
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", (char *)*state);
    const int result = system(command);
    free(*state);
    return result;
}

static const char *write_file(const char *folder, const char *name, const char *text) {
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static struct taken take_map(const struct trod_map *map, const char *folder) {
    const struct trod_intake_options options = {.folder = folder};
    struct taken taken = taken_begin(&options);
    taken.status = trod_intake_add_map(taken.intake, map, &taken.error);
    taken_finish(&taken);
    return taken;
}

static void all_sources_of_a_map(void **state) {
    const char *const folder = *state;
    write_file(folder, "web-1.csv",
               "cookie,ts,name,page,email\n"
               "c1,2024-03-01 10:00,page_view,/a,\n"
               "c1,2024-03-01 10:05,sign_up,/b,anna@x\n"
               "c2,2024-03-01 11:00,page_view,/a,\n"
               "c3,2024-03-01 12:00,page_view,/a,null\n");
    write_file(folder, "web-2.csv",
               "cookie,ts,name,page,email\nc4,2024-03-05 10:00,page_view,/c,anna@x\n");
    write_file(folder, "shop.csv",
               "customer_no;booked_at;action;phone;tier\n"
               "77;04.03.2024 09:00;visit;0151;gold\n"
               "78;04.03.2024 09:30;visit;;silver\n");
    write_file(folder, "mail.jsonl",
               "{\"email\":\"anna@x\",\"at\":1709510400,\"kind\":\"sent\",\"phone\":\"0151\"}\n"
               "{\"email\":\"bert@x\",\"at\":1709510400,\"kind\":\"sent\"}\n");
    const struct trod_map_source sources[] = {
        {.id = TROD_STR("web"),
         .files = WORDS(TROD_STR("web-*.csv")),
         .person = TROD_STR("cookie"),
         .time = TROD_STR("ts"),
         .event = TROD_STR("name")},
        {.id = TROD_STR("shop"),
         .files = WORDS(TROD_STR("shop.csv")),
         .person = TROD_STR("customer_no"),
         .time = TROD_STR("booked_at"),
         .time_format = TROD_STR("%d.%m.%Y %H:%M"),
         .time_zone = TROD_STR("Europe/Berlin"),
         .event = TROD_STR("action"),
         .profile = WORDS(TROD_STR("tier"))},
        {.id = TROD_STR("mail"),
         .files = WORDS(TROD_STR("mail.jsonl")),
         .person = TROD_STR("email"),
         .time = TROD_STR("at"),
         .event = TROD_STR("kind")},
    };
    const struct trod_map map = {.file = TROD_STR("maps/x.journey"),
                                 .sources = sources,
                                 .n_sources = 3,
                                 .same_person =
                                     WORDS(TROD_STR("email"), TROD_STR("phone"),
                                           TROD_STR("customer_no"), TROD_STR("cookie"))};
    struct taken taken = take_map(&map, folder);
    assert_string_equal(dump(&taken), "cookie=c1 (known) tier=gold:\n"
                                      "  page_view @2024-03-01T10:00:00Z page=/a\n"
                                      "  sign_up @2024-03-01T10:05:00Z page=/b email=anna@x\n"
                                      "  sent @2024-03-04T00:00:00Z phone=0151\n"
                                      "  visit @2024-03-04T08:00:00Z phone=0151\n"
                                      "  page_view @2024-03-05T10:00:00Z page=/c email=anna@x\n"
                                      "cookie=c2 (unknown):\n"
                                      "  page_view @2024-03-01T11:00:00Z page=/a\n"
                                      "cookie=c3 (unknown):\n"
                                      "  page_view @2024-03-01T12:00:00Z page=/a email=null\n"
                                      "customer_no=78 (known) tier=silver:\n"
                                      "  visit @2024-03-04T08:30:00Z\n"
                                      "email=bert@x (known):\n"
                                      "  sent @2024-03-04T00:00:00Z\n");
    assert_int_equal(taken.log->n_sources, 3);
    assert_str(taken.log->sources[0].name, "web");
    assert_int_equal(taken.log->sources[0].n_events, 5);
    assert_int_equal(taken.report->n_files, 4);
    assert_str(taken.report->files[1].name, "web-2.csv");
    assert_string_equal(
        taken.report->files[2].said.at,
        "customer = customer_no, event = action, time = booked_at (%d.%m.%Y %H:%M, in "
        "Europe/Berlin where no zone is given), separated by \";\"");
    taken_free(&taken);
    /* Without the folder, the files lie beside the map. */
    char beside[300];
    snprintf(beside, sizeof beside, "%s/x.journey", folder);
    struct trod_map other = map;
    other.file = trod_str_of(beside);
    taken = take_map(&other, NULL);
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_events, 9);
    taken_free(&taken);
}

static void files_that_are_not_there(void **state) {
    const char *const folder = *state;
    const struct trod_map_source sources[] = {
        {.id = TROD_STR("web"), .files = WORDS(TROD_STR("none.csv")), .line = 7}};
    struct trod_map map = {.sources = sources, .n_sources = 1};
    struct taken taken = take_map(&map, folder);
    assert_int_equal(taken.status, TROD_NO_FILE);
    taken_free(&taken);
    map.n_sources = 0;
    taken = take_map(&map, folder);
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    assert_says(taken.error.message, "the map names no file with events");
    taken_free(&taken);
}

static void a_survey_and_a_table_of_dates(void **state) {
    (void)state;
    const struct trod_map_source sources[] = {
        {.id = TROD_STR("q-after"),
         .files = WORDS(TROD_STR("answers.csv")),
         .person = TROD_STR("mail"),
         .time = TROD_STR("day"),
         .about = TROD_STR("topic"),
         .rating = TROD_STR("score"),
         .words = TROD_STR("words")},
        {.id = TROD_STR("till"),
         .files = WORDS(TROD_STR("steps.csv")),
         .person = TROD_STR("mail"),
         .dates = WORDS(TROD_STR("asked"), TROD_STR("bought"))}};
    const struct trod_map map = {.sources = sources, .n_sources = 2};
    struct taken taken = taken_begin(NULL);
    taken_add(
        &taken, "x/answers.csv",
        TROD_STR(
            "mail,day,topic,score,words,type\na@x,2024-03-03,order,4,\"fine, thanks\",t\n"),
        &map);
    taken_add(&taken, "steps.csv",
              TROD_STR("mail,asked,bought,town\na@x,2024-03-01,2024-03-02,Ulm\n"), &map);
    taken_finish(&taken);
    assert_string_equal(
        dump(&taken),
        "a@x town=Ulm:\n"
        "  asked @2024-03-01T00:00:00Z\n"
        "  bought @2024-03-02T00:00:00Z\n"
        "  q-after @2024-03-03T00:00:00Z topic=order score=4 words=fine, thanks type=t\n");
    assert_says(said(&taken), "every event is \"q-after\"");
    taken_free(&taken);
}

static void which_source_a_file_is_of(void **state) {
    (void)state;
    const struct trod_map_source sources[] = {{.id = TROD_STR("web"),
                                               .files = WORDS(TROD_STR("data/web-*.csv")),
                                               .person = TROD_STR("who"),
                                               .event = TROD_STR("what")},
                                              {.id = TROD_STR("shop"),
                                               .files = WORDS(TROD_STR("data/shop.csv")),
                                               .person = TROD_STR("buyer"),
                                               .event = TROD_STR("what")}};
    struct trod_map map = {.sources = sources, .n_sources = 2};
    static const struct {
        const char *name, *text, *source;
    } cases[] = {
        {"data/web-1.csv", "who,what,buyer\nw,a,b\n", "web"},       /* by its path */
        {"/elsewhere/web-9.csv", "who,what,buyer\nw,a,b\n", "web"}, /* by its name */
        {"new.csv", "buyer,what\nw,a\n", "shop"},                   /* by its columns */
        {"new.csv", "buyer,what,who\nw,a,b\n", "new.csv"},          /* both fit: guessed */
        {"dir/new.csv", "customer,event\nw,a\n", "new.csv"},        /* neither fits: guessed */
        {"-", "customer,event\nw,a\n", "standard input"},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        struct taken taken = taken_begin(NULL);
        taken_add(&taken, cases[i].name, trod_str_of(cases[i].text), &map);
        taken_finish(&taken);
        if (taken.status != TROD_OK) fail_msg("%s", taken.error.message);
        assert_str(taken.log->sources[0].name, cases[i].source);
        taken_free(&taken);
    }
    /* The options win over the lines of the source. */
    const struct trod_intake_options options = {.customer = "buyer"};
    struct taken taken = taken_begin(&options);
    taken_add(&taken, "web-1.csv", TROD_STR("who,what,buyer\nw,a,b\n"), &map);
    taken_finish(&taken);
    assert_string_equal(dump(&taken), "b:\n  a who=w\n");
    taken_free(&taken);
    /* A source of one kind of event needs no column that says what happened. */
    const struct trod_map_source visits[] = {
        {.id = TROD_STR("visit"), .person = TROD_STR("who")}};
    map = (struct trod_map){.sources = visits, .n_sources = 1};
    taken = take_bytes(NULL, &map, TROD_STR("who,at\nw,2024-01-01\n"));
    assert_string_equal(dump(&taken), "w:\n  visit @2024-01-01T00:00:00Z\n");
    taken_free(&taken);
}

static void columns_of_a_source_must_be_there(void **state) {
    (void)state;
    const struct trod_map_source sources[] = {{.id = TROD_STR("web"),
                                               .files = WORDS(TROD_STR("web.csv")),
                                               .person = TROD_STR("cookie")}};
    const struct trod_map map = {.sources = sources, .n_sources = 1};
    struct taken taken = taken_begin(NULL);
    taken_add(&taken, "web.csv", TROD_STR("user,event\nw,a\n"), &map);
    taken_finish(&taken);
    assert_int_equal(taken.status, TROD_BAD_OPTION);
    assert_says(taken.error.message,
                "there is no column \"cookie\"; the columns are: user, event");
    taken_free(&taken);
}

/* People by union-find, against a plain walk over all rows that share a value. */
static void same_person_is_the_closure(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 5};
    const struct trod_map map = {.same_person =
                                     WORDS(TROD_STR("a"), TROD_STR("b"), TROD_STR("c"))};
    for (int round = 0; round < 30; round++) {
        enum { N = 60 };
        unsigned row[N][3];
        struct trod_buf text = {0};
        trod_buf_adds(&text, "a,b,c,event\n");
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < 3; k++)
                row[i][k] =
                    trod_rng_below(&rng, 3) ? 0 : 1 + (unsigned)trod_rng_below(&rng, 25);
            for (int k = 0; k < 3; k++)
                if (row[i][k])
                    trod_buf_format(&text, "%u,", row[i][k]);
                else
                    trod_buf_adds(&text, ",");
            trod_buf_adds(&text, "e\n");
        }
        int group[N];
        int n_none = 0, n_groups = 0;
        for (int i = 0; i < N; i++) group[i] = i;
        for (bool moved = true; moved;) {
            moved = false;
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++)
                    for (int k = 0; k < 3; k++)
                        if (row[i][k] && row[i][k] == row[j][k] && group[j] > group[i]) {
                            group[j] = group[i];
                            moved = true;
                        }
        }
        for (int i = 0; i < N; i++) {
            const bool none = !row[i][0] && !row[i][1] && !row[i][2];
            n_none += none;
            n_groups += !none && group[i] == i;
        }
        const struct trod_intake_options options = {.event = "event"};
        struct taken taken = take_bytes(&options, &map, trod_buf_str(&text));
        assert_int_equal(taken.status, TROD_OK);
        assert_int_equal(taken.report->n_rejected, n_none);
        assert_int_equal(taken.log->n_customers, n_groups);
        /* Known: some row of the group has a value of a or b. */
        int n_known = 0, n_expected = 0;
        for (uint32_t c = 0; c < taken.log->n_customers; c++)
            n_known += taken.log->identified[c];
        for (int i = 0; i < N; i++) {
            bool known = false;
            for (int j = 0; j < N; j++) known |= group[j] == i && (row[j][0] || row[j][1]);
            n_expected += known && group[i] == i;
        }
        assert_int_equal(n_known, n_expected);
        taken_free(&taken);
        trod_buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_sources_of_a_map, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(files_that_are_not_there, make_folder, remove_folder),
        cmocka_unit_test(a_survey_and_a_table_of_dates),
        cmocka_unit_test(which_source_a_file_is_of),
        cmocka_unit_test(columns_of_a_source_must_be_there),
        cmocka_unit_test(same_person_is_the_closure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
