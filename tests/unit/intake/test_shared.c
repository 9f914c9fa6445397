/* The public logs beside the repository, against the figures of their README. */
#include "taken.h"

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

static struct taken take_shared(const struct trod_intake_options *options, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/data/%s", shared, name);
    struct taken taken = taken_begin(options);
    taken.status = trod_intake_add(taken.intake, path, NULL, &taken.error);
    taken_finish(&taken);
    return taken;
}

struct known {
    const char *name;
    uint64_t n_events;
    uint32_t n_customers, n_names;
    const char *first, *last; /* NULL: no times */
};
static const struct known logs[] = {
    {"helpdesk/helpdesk.csv.gz", 21348, 4580, 14, "2010-01-13", "2014-01-03"},
    {"app_in_the_air/train.csv.gz", 30943, 4139, 18, "2018-09-30", "2018-10-01"},
    {"app_in_the_air/test.csv.gz", 1905, 411, 16, "2018-09-30", "2018-10-01"},
    {"loanapp/LoanApp_simplified.csv.gz", 3620, 500, 10, "2023-02-09", "2023-03-24"},
    {"loanapp/LoanApp_delays.csv", 428, 100, 8, "2015-03-06", "2015-03-17"},
    {"loanapp/LoanApp_no_delays.csv", 466, 100, 8, "2015-03-06", "2015-03-17"},
    {"greps/greps_events.csv", 625, 33, 28, NULL, NULL},
    {"otto_sample/train.jsonl", 862, 20, 3, "2022-07-31", "2022-08-28"},
    {"road_fines_full/RTFMP.xes.gz", 561470, 150370, 11, "1999-12-31", "2013-06-17"},
    {"bpic2012/BPI_Challenge_2012.xes.gz", 262200, 13087, 24, "2011-09-30", "2012-03-14"},
    {"bpic2013_closed/BPI_Challenge_2013_closed_problems.xes.gz", 6660, 1487, 7, "2006-01-11",
     "2012-05-31"},
    {"bpic2020/DomesticDeclarations.xes.gz", 55628, 10357, 14, "2017-01-09", "2019-01-07"},
    {"bpic2020/PrepaidTravelCost.xes.gz", 17507, 2007, 29, "2017-01-09", "2018-12-06"},
    {"sepsis/SEPSIS.xes.gz", 15214, 1050, 16, "2013-11-07", "2015-06-05"},
    {"renting/renting_log_high.xes.gz", 89972, 10000, 16, "2015-01-05", "2015-03-17"},
    {"teleclaims/teleclaims.xes.gz", 46138, 3512, 11, "1970-01-01", "1970-01-01"},
    {"pm4py/running-example.xes", 42, 6, 8, "2010-12-30", "2011-01-24"},
    {"pm4py/running-example.csv", 42, 6, 8, "2010-12-30", "2011-01-24"},
    {"pm4py/roadtraffic100traces.xes", 390, 100, 10, "2000-03-14", "2013-04-23"},
    {"pm4py/roadtraffic100traces.csv", 390, 100, 10, "2000-03-14", "2013-04-23"},
    {"pm4py/12_roadtraffic_1t_per_variant.xes.gz", 1891, 231, 11, "2000-01-31", "2013-06-14"},
    {"pm4py/13_SEPSIS_1t_per_variant.xes.gz", 13775, 846, 16, "2013-11-07", "2015-06-05"},
    {"pm4py/reviewing.xes.gz", 3730, 100, 14, "2005-12-31", "2010-07-17"},
    {"pm4py/receipt.csv", 8577, 1434, 27, "2010-10-02", "2012-01-23"},
    {"pm4py/receipt.xes.gz", 8577, 1434, 27, "2010-10-02", "2012-01-23"},
    {"pm4py/repairExample.xes.gz", 11855, 1104, 8, "1970-01-01", "1970-01-24"},
    {"pm4py/a22f0n20.xes.gz", 18262, 1000, 22, NULL, NULL},
};

static void every_log_has_its_figures(void **state) {
    (void)state;
    if (!find_shared()) skip();
    for (size_t i = 0; i < TROD_COUNT(logs); i++) {
        const struct known *const known = &logs[i];
        struct taken taken = take_shared(NULL, known->name);
        if (taken.status != TROD_OK) fail_msg("%s: %s", known->name, taken.error.message);
        const struct trod_log *const log = taken.log;
        char first[40], last[40];
        const bool same =
            log->n_events == known->n_events && log->n_customers == known->n_customers &&
            trod_dict_count(log->names) == known->n_names &&
            log->has_times == (known->first != NULL) && taken.report->n_rejected == 0;
        if (!same)
            fail_msg("%s: %llu events of %u, %u names, %llu rejected", known->name,
                     (unsigned long long)log->n_events, log->n_customers,
                     trod_dict_count(log->names), (unsigned long long)taken.report->n_rejected);
        if (known->first) {
            assert_string_equal(trod_date_write(log->first_us, first), known->first);
            assert_string_equal(trod_date_write(log->last_us, last), known->last);
        }
        assert_string_equal(warned(&taken), "");
        taken_free(&taken);
    }
}

static void facts_and_attributes(void **state) {
    (void)state;
    if (!find_shared()) skip();
    struct taken taken = take_shared(NULL, "helpdesk/helpdesk.csv.gz");
    const uint32_t customer = trod_log_field(taken.log, TROD_STR("customer"), true);
    assert_true(customer != TROD_NO_ID);
    assert_int_equal(trod_dict_count(taken.log->fields[customer].values), 397);
    assert_true(trod_log_field(taken.log, TROD_STR("Variant"), false) != TROD_NO_ID);
    assert_true(trod_log_field(taken.log, TROD_STR("Variant#2"), false) != TROD_NO_ID);
    const uint32_t product = trod_log_field(taken.log, TROD_STR("product"), false);
    assert_int_equal(trod_dict_count(taken.log->fields[product].values), 21);
    taken_free(&taken);
    taken = take_shared(NULL, "bpic2012/BPI_Challenge_2012.xes.gz");
    assert_true(trod_log_field(taken.log, TROD_STR("AMOUNT_REQ"), true) != TROD_NO_ID);
    const uint32_t resource = trod_log_field(taken.log, TROD_STR("org:resource"), false);
    assert_int_equal(trod_dict_count(taken.log->fields[resource].values), 68);
    taken_free(&taken);
    /* The actors of GrepS; the numbering of its events is no time. */
    taken = take_shared(NULL, "greps/greps_events.csv");
    assert_true(trod_log_field(taken.log, TROD_STR("seq"), false) != TROD_NO_ID);
    taken_free(&taken);
    taken = take_shared(NULL, "loanapp/LoanApp_simplified.csv.gz");
    assert_non_null(taken.log->end_us);
    for (uint64_t e = 0; e < taken.log->n_events; e++)
        assert_true(taken.log->end_us[e] >= taken.log->time_us[e]);
    assert_says(said(&taken),
                "begin = start_timestamp (guessed), end = time:timestamp (guessed, ");
    taken_free(&taken);
}

/* The same log as CSV and as XES: the same events of the same cases at the same times. */
static void receipt_is_the_same_in_both_formats(void **state) {
    (void)state;
    if (!find_shared()) skip();
    struct taken a = take_shared(NULL, "pm4py/receipt.csv"),
                 b = take_shared(NULL, "pm4py/receipt.xes.gz");
    const struct trod_log *const csv = a.log, *const xes = b.log;
    assert_int_equal(csv->n_events, xes->n_events);
    for (uint32_t c = 0; c < csv->n_customers; c++) {
        const uint32_t other = trod_dict_find(xes->customers, trod_dict_at(csv->customers, c));
        assert_true(other != TROD_NO_ID);
        const uint64_t n = csv->first[c + 1] - csv->first[c];
        assert_int_equal(n, xes->first[other + 1] - xes->first[other]);
        for (uint64_t i = 0; i < n; i++) {
            const uint64_t at = csv->first[c] + i, there = xes->first[other] + i;
            assert_int_equal(csv->time_us[at], xes->time_us[there]);
            assert_true(trod_str_equal(trod_dict_at(csv->names, csv->name[at]),
                                       trod_dict_at(xes->names, xes->name[there])));
        }
    }
    const uint32_t in_csv = trod_log_field(csv, TROD_STR("case:channel"), true);
    const uint32_t in_xes = trod_log_field(xes, TROD_STR("channel"), true);
    assert_true(in_csv != TROD_NO_ID && in_csv == csv->channel_field);
    assert_true(in_xes != TROD_NO_ID && in_xes == xes->channel_field);
    taken_free(&a);
    taken_free(&b);
}

static void what_needs_a_word(void **state) {
    (void)state;
    if (!find_shared()) skip();
    struct taken taken = take_shared(NULL, "bpic2016_complaints/BPI2016_Complaints.csv");
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    assert_says(taken.error.message,
                "which column says what happened; the columns are: CustomerID, AgeCategory");
    taken_free(&taken);
    const struct trod_intake_options topic = {.event = "ComplaintTheme_EN"};
    taken = take_shared(&topic, "bpic2016_complaints/BPI2016_Complaints.csv");
    assert_int_equal(taken.status, TROD_OK);
    assert_int_equal(taken.log->n_events, 289);
    assert_int_equal(taken.log->n_customers, 226);
    assert_says(said(&taken), "customer = CustomerID (guessed), event = ComplaintTheme_EN, "
                              "time = ContactDate (guessed, ISO 8601");
    taken_free(&taken);
    taken = take_shared(NULL, "msnbc323/msnbc323.txt");
    assert_int_equal(taken.status, TROD_BAD_INPUT);
    assert_says(taken.error.message, "the first line holds no names of columns");
    taken_free(&taken);
    const struct trod_intake_options complete = {.lifecycle = "complete"};
    taken = take_shared(&complete, "bpic2012/BPI_Challenge_2012.xes.gz");
    assert_int_equal(taken.log->n_events, 164506);
    assert_int_equal(taken.report->files[0].n_skipped, 262200 - 164506);
    taken_free(&taken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_log_has_its_figures),
        cmocka_unit_test(facts_and_attributes),
        cmocka_unit_test(receipt_is_the_same_in_both_formats),
        cmocka_unit_test(what_needs_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
