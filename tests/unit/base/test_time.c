#include "../unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "trod/base.h"

static int64_t read_as(enum trod_time_kind kind, const char *text) {
    return trod_time_read(trod_str_of(text), &(struct trod_time_form){.kind = kind}, NULL);
}

static void expect_time(int64_t time_us, const char *text) {
    char at[40];
    assert_string_equal(trod_time_write(time_us, at), text);
}

static void the_calendar_agrees_with_itself(void **state) {
    (void)state;
    assert_int_equal(trod_days_from_civil(1970, 1, 1), 0);
    assert_int_equal(trod_days_from_civil(2000, 3, 1), 11017);
    assert_int_equal(trod_days_from_civil(1, 1, 1), -719162);
    int64_t days = trod_days_from_civil(-1, 1, 1);
    int weekday = (int)(((days + 3) % 7 + 7) % 7);
    for (int64_t year = -1; year < 2500; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 31; day++) {
                if (!trod_date_valid(year, month, day)) continue;
                assert_int_equal(trod_days_from_civil(year, month, day), days);
                const struct trod_civil civil =
                    trod_civil_from_us(days * TROD_DAY_US + TROD_DAY_US - 1);
                assert_int_equal(civil.year, year);
                assert_int_equal(civil.month, month);
                assert_int_equal(civil.day, day);
                assert_int_equal(civil.weekday, weekday);
                assert_int_equal(civil.hour * 10000 + civil.minute * 100 + civil.second,
                                 235959);
                assert_int_equal(civil.microsecond, 999999);
                assert_true(trod_us_from_civil(&civil) == days * TROD_DAY_US + TROD_DAY_US - 1);
                days++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    assert_false(trod_date_valid(2023, 2, 29));
    assert_true(trod_date_valid(2024, 2, 29));
    assert_false(trod_date_valid(1900, 2, 29));
    assert_false(trod_date_valid(2024, 0, 1));
    assert_false(trod_date_valid(2024, 13, 1));
    assert_false(trod_date_valid(2024, 4, 31));
    assert_false(trod_date_valid(2024, 4, 0));
}

/* A blank before it sends a text the slow way; both must say the same of it. */
static void expect_both_ways(const char *text, enum trod_time_kind kind,
                             const struct trod_zone *zone) {
    char blank[64];
    const struct trod_time_form form = {.kind = kind, .zone = zone};
    bool quick_zone = false, slow_zone = false;
    snprintf(blank, sizeof blank, " %s", text);
    const int64_t quick_us = trod_time_read(trod_str_of(text), &form, &quick_zone);
    const int64_t slow_us = trod_time_read(trod_str_of(blank), &form, &slow_zone);
    if (quick_us != slow_us || (quick_us != TROD_NO_TIME && quick_zone != slow_zone))
        fail_msg("\"%s\" as %d: %lld and %lld", text, (int)kind, (long long)quick_us,
                 (long long)slow_us);
}

static void quick_and_slow_agree(void **state) {
    (void)state;
    static const char *const texts[] = {"2024-03-01T10:20:30",
                                        "2024/02/29 23:59:59.123Z",
                                        "1999-12-31T00:00:00.123456+02:00",
                                        "0001-01-01T00:00:00-14:59",
                                        "2011-10-01T00:38:44.546+02:00",
                                        "170406744",
                                        "1704067442",
                                        "1704067442217",
                                        "170406744221712",
                                        "1704067442217123",
                                        "17040674422171234",
                                        "170406744221712345",
                                        "1704067442217123456",
                                        "9999999999999999999"};
    static const char letters[] = "0123456789-+:.TZ /,x9";
    struct trod_zone *rome = NULL;
    assert_int_equal(trod_zone_open("Europe/Rome", &rome, NULL), TROD_OK);
    struct trod_rng rng = {.seed = 7};
    for (unsigned i = 0; i < 200000; i++) {
        char text[40];
        strcpy(text, texts[trod_rng_below(&rng, TROD_COUNT(texts))]);
        for (uint64_t k = trod_rng_below(&rng, 3); k; k--)
            text[trod_rng_below(&rng, strlen(text))] =
                letters[trod_rng_below(&rng, sizeof letters - 1)];
        if (trod_rng_below(&rng, 4) == 0) text[trod_rng_below(&rng, strlen(text) + 1)] = '\0';
        const struct trod_zone *const zone = i % 2 ? rome : NULL;
        expect_both_ways(text, TROD_TIME_ISO, zone);
        for (int kind = TROD_TIME_EPOCH_S; kind <= TROD_TIME_EPOCH_NS; kind++)
            expect_both_ways(text, (enum trod_time_kind)kind, zone);
    }
    trod_zone_close(rome);
}

static void writes_iso(void **state) {
    (void)state;
    expect_time(0, "1970-01-01T00:00:00Z");
    expect_time(-1, "1969-12-31T23:59:59.999999Z");
    expect_time(1709251200123000, "2024-03-01T00:00:00.123Z");
    expect_time(TROD_NO_TIME, "");
    expect_time(INT64_MAX, "+294247-01-10T04:00:54.775807Z");
    expect_time(INT64_MIN + 1, "-290308-12-21T19:59:05.224193Z");
    char at[40];
    assert_string_equal(trod_date_write(1709251200123000, at), "2024-03-01");
    assert_string_equal(trod_date_write(TROD_NO_TIME, at), "");
}

static void reads_iso(void **state) {
    (void)state;
    static const struct {
        const char *text, *utc;
        bool zone;
    } good[] = {
        {"2024-03-01", "2024-03-01T00:00:00Z", false},
        {"2024/03/01", "2024-03-01T00:00:00Z", false},
        {"2024-3-1", "2024-03-01T00:00:00Z", false},
        {"20240301", "2024-03-01T00:00:00Z", false},
        {"2024-03-01T10:20:30", "2024-03-01T10:20:30Z", false},
        {"2024-03-01 10:20:30", "2024-03-01T10:20:30Z", false},
        {"2024/03/01 10:20:30", "2024-03-01T10:20:30Z", false},
        {"2024/3/1 9:05", "2024-03-01T09:05:00Z", false},
        {"2024-03-01 10:20", "2024-03-01T10:20:00Z", false},
        {"2024-03-01T10", "2024-03-01T10:00:00Z", false},
        {"  2024-03-01 10:20:30 \t", "2024-03-01T10:20:30Z", false},
        {"2024-03-01T10:20:30Z", "2024-03-01T10:20:30Z", true},
        {"2024-03-01t10:20:30z", "2024-03-01T10:20:30Z", true},
        {"2024-03-01T10:20:30.5Z", "2024-03-01T10:20:30.500Z", true},
        {"2024-03-01T10:20:30,25Z", "2024-03-01T10:20:30.250Z", true},
        {"2024-03-01T10:20:30.1234567+01:00", "2024-03-01T09:20:30.123456Z", true},
        {"2024-03-01T10:20:30.000000001+0100", "2024-03-01T09:20:30Z", true},
        {"2024-03-01T10:20:30-05", "2024-03-01T15:20:30Z", true},
        {"2024-03-01T00:20:30+05:30", "2024-02-29T18:50:30Z", true},
        {"2024-03-01 10:20:30 UTC", "2024-03-01T10:20:30Z", true},
        {"2024-03-01 10:20:30.5 +0200", "2024-03-01T08:20:30.500Z", true},
        {"2024-03-01 10:20:30 GMT+2", "2024-03-01T08:20:30Z", true},
        {"2024-03-01T10:20+02:00", "2024-03-01T08:20:00Z", true},
        {"2024-03-01T10:20:30+01:00[Europe/Rome]", "2024-03-01T09:20:30Z", true},
        {"2024-03-01Z", "2024-03-01T00:00:00Z", true},
        {"2024-03-01-05:00", "2024-03-01T05:00:00Z", true},
        {"2024-03-01T24:00:00", "2024-03-02T00:00:00Z", false},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", true},
        {"20240301T102030Z", "2024-03-01T10:20:30Z", true},
        {"20240301T1020", "2024-03-01T10:20:00Z", false},
        {"20240301102030", "2024-03-01T10:20:30Z", false},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", true},
        {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", true},
    };
    for (size_t i = 0; i < TROD_COUNT(good); i++) {
        for (int kind = TROD_TIME_GUESS; kind <= TROD_TIME_ISO; kind++) {
            bool zone = !good[i].zone;
            const struct trod_time_form form = {.kind = (enum trod_time_kind)kind};
            const int64_t time_us = trod_time_read(trod_str_of(good[i].text), &form, &zone);
            char at[40];
            if (strcmp(trod_time_write(time_us, at), good[i].utc) != 0)
                fail_msg("%s was read as %s", good[i].text, at);
            if (zone != good[i].zone) fail_msg("zone of %s", good[i].text);
        }
    }
    static const char *const bad[] = {"",
                                      " ",
                                      "2024",
                                      "2024-03",
                                      "2024-13-01",
                                      "2024-02-30",
                                      "2023-02-29",
                                      "2024-00-10",
                                      "2024-03-01T25:00:00",
                                      "2024-03-01T24:00:01",
                                      "2024-03-01T10:60:00",
                                      "2024-03-01T10:20:61",
                                      "2024-03-01T10:20:30.",
                                      "2024-03-01T10:20:30.Z",
                                      "2024-03-01T10:20:30+19:00",
                                      "2024-03-01T10:20:30+01:60",
                                      "2024-03-01T10:20:30X",
                                      "2024-03-01T10:20:30Zx",
                                      "2024-03/01",
                                      "2024-03-01x",
                                      "2024-03-01T",
                                      "24-03-01",
                                      "0000-01-01",
                                      "0001-01-01T00:00:00+01:00",
                                      "9999-12-31T23:59:59-01:00",
                                      "-2024-03-01",
                                      "2024-03-01T1:2:3:4",
                                      "2024-03-0110:20:30",
                                      "20241301",
                                      "10240301",
                                      "202403011",
                                      "2024-03-01T10:20:3",
                                      "now",
                                      "2024-03-01T10:20:30+1:0",
                                      "2024-03-01T-1:20:30",
                                      "2024-03-01T10:20:30+01:00[Europe/Rome",
                                      "12024-03-01",
                                      "2024-03-01T10:20:30.1234567890123456789"};
    for (size_t i = 0; i < TROD_COUNT(bad); i++) {
        const int64_t time_us = read_as(TROD_TIME_ISO, bad[i]);
        char at[40];
        if (time_us != TROD_NO_TIME)
            fail_msg("%s was read as %s", bad[i], trod_time_write(time_us, at));
    }
    assert_true(trod_time_read((trod_str){NULL, 0}, NULL, NULL) == TROD_NO_TIME);
}

static void reads_what_it_writes(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 11};
    for (int i = 0; i < 20000; i++) {
        const int64_t time_us = (int64_t)trod_rng_below(&rng, UINT64_C(315537897600000000)) -
                                INT64_C(62135596800000000);
        char at[40];
        trod_time_write(time_us, at);
        assert_true(read_as(TROD_TIME_GUESS, at) == time_us);
    }
}

static void reads_epochs(void **state) {
    (void)state;
    expect_time(read_as(TROD_TIME_EPOCH_S, "1709251200"), "2024-03-01T00:00:00Z");
    expect_time(read_as(TROD_TIME_EPOCH_S, "1709251200.25"), "2024-03-01T00:00:00.250Z");
    expect_time(read_as(TROD_TIME_EPOCH_S, "0"), "1970-01-01T00:00:00Z");
    expect_time(read_as(TROD_TIME_EPOCH_S, "-1.5"), "1969-12-31T23:59:58.500Z");
    expect_time(read_as(TROD_TIME_EPOCH_S, "-0.5"), "1969-12-31T23:59:59.500Z");
    expect_time(read_as(TROD_TIME_EPOCH_MS, "1709251200123"), "2024-03-01T00:00:00.123Z");
    expect_time(read_as(TROD_TIME_EPOCH_MS, "1709251200123.5"), "2024-03-01T00:00:00.123500Z");
    expect_time(read_as(TROD_TIME_EPOCH_US, "1709251200123456"), "2024-03-01T00:00:00.123456Z");
    expect_time(read_as(TROD_TIME_EPOCH_NS, "1709251200123456789"),
                "2024-03-01T00:00:00.123456Z");
    expect_time(read_as(TROD_TIME_EPOCH_NS, "-1"), "1969-12-31T23:59:59.999999Z");
    static const char *const bad[] = {"",
                                      "x",
                                      "1.",
                                      ".5",
                                      "1e9",
                                      "+5",
                                      "999999999999999",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "1 2",
                                      "-"};
    for (size_t i = 0; i < TROD_COUNT(bad); i++)
        assert_true(read_as(TROD_TIME_EPOCH_S, bad[i]) == TROD_NO_TIME);
    /* By the number of digits. */
    expect_time(read_as(TROD_TIME_GUESS, "999999999"), "2001-09-09T01:46:39Z");
    expect_time(read_as(TROD_TIME_GUESS, "1709251200.5"), "2024-03-01T00:00:00.500Z");
    expect_time(read_as(TROD_TIME_GUESS, "1709251200123"), "2024-03-01T00:00:00.123Z");
    expect_time(read_as(TROD_TIME_GUESS, "1709251200123456"), "2024-03-01T00:00:00.123456Z");
    expect_time(read_as(TROD_TIME_GUESS, "1709251200123456789"), "2024-03-01T00:00:00.123456Z");
    static const char *const none[] = {"1",          "12345678",    "17092512001",
                                       "0123456789", "-1709251200", "17092512001234567"};
    for (size_t i = 0; i < TROD_COUNT(none); i++)
        assert_true(read_as(TROD_TIME_GUESS, none[i]) == TROD_NO_TIME);
    bool zone = false;
    (void)trod_time_read(TROD_STR("1709251200"), NULL, &zone);
    assert_true(zone);
}

static void reads_formats(void **state) {
    (void)state;
    static const struct {
        const char *format, *text, *utc;
    } cases[] = {
        {"%d.%m.%Y %H:%M", "1.3.2024 9:05", "2024-03-01T09:05:00Z"},
        {"%m/%d/%y", "03/01/24", "2024-03-01T00:00:00Z"},
        {"%m/%d/%y", "03/01/70", "1970-03-01T00:00:00Z"},
        {"%D %T", "03/01/24 10:20:30", "2024-03-01T10:20:30Z"},
        {"%F %I:%M %p", "2024-03-01 12:05 AM", "2024-03-01T00:05:00Z"},
        {"%F %I:%M %p", "2024-03-01 12:05 p.m.", "2024-03-01T12:05:00Z"},
        {"%F %I:%M%p", "2024-03-01 1:05pm", "2024-03-01T13:05:00Z"},
        {"%d %b %Y", "1 Mar 2024", "2024-03-01T00:00:00Z"},
        {"%d %B %Y", "1 MARCH 2024", "2024-03-01T00:00:00Z"},
        {"%b %e, %Y", "Sept  7, 2024", "2024-09-07T00:00:00Z"},
        {"%a, %d %b %Y %T %z", "Fri, 01 Mar 2024 10:20:30 +0100", "2024-03-01T09:20:30Z"},
        {"%a, %d %b %Y %T %z", "Fri, 01 Mar 2024 10:20:30 GMT", "2024-03-01T10:20:30Z"},
        {"%Y %j", "2024 60", "2024-02-29T00:00:00Z"},
        {"%Y-%j %H", "2023-365 23", "2023-12-31T23:00:00Z"},
        {"%s", "-1", "1969-12-31T23:59:59Z"},
        {"%H:%M:%S.%f %d/%m/%Y", "10:20:30.12 01/03/2024", "2024-03-01T10:20:30.120Z"},
        {"100%% %Y", "100% 2024", "2024-01-01T00:00:00Z"},
        {"%Y%m%d", "20240301", "2024-03-01T00:00:00Z"},
        {"%d/%m/%Y", "31/04/2024", ""},
        {"%d/%m/%Y", "01/13/2024", ""},
        {"%d/%m/%Y", "01/12/24", ""},
        {"%d/%m/%Y", "01/12/2024 ", "2024-12-01T00:00:00Z"},
        {"%d/%m/%Y", "01/12/2024x", ""},
        {"%d/%m/%Y", "01/12", ""},
        {"%d/%m", "01/12", ""},
        {"%Y %I", "2024 13", ""},
        {"%Y %I", "2024 0", ""},
        {"%Y %H %p", "2024 13 PM", ""},
        {"%Y %j", "2023 366", ""},
        {"%Y %j", "2024 0", ""},
        {"%Y %Q", "2024 1", ""},
        {"%Y %", "2024 ", ""},
        {"%Y %b", "2024 Mai", ""},
        {"", "2024", ""},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        const struct trod_time_form form = {.kind = TROD_TIME_FORMAT,
                                            .format = cases[i].format};
        char at[40];
        trod_time_write(trod_time_read(trod_str_of(cases[i].text), &form, NULL), at);
        if (strcmp(at, cases[i].utc) != 0)
            fail_msg("%s by %s: %s", cases[i].text, cases[i].format, at);
    }
    assert_true(trod_time_read(TROD_STR("2024"), &(struct trod_time_form){TROD_TIME_FORMAT},
                               NULL) == TROD_NO_TIME);
}

static bool guess(const char *const *texts, size_t n, struct trod_time_form *form,
                  bool *ambiguous) {
    trod_str list[8];
    for (size_t i = 0; i < n; i++) list[i] = trod_str_of(texts[i]);
    *form = (struct trod_time_form){0};
    return trod_time_guess(list, n, form, ambiguous);
}
#define GUESS(form, ambiguous, ...)           \
    guess((const char *const[]){__VA_ARGS__}, \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), form, ambiguous)

static void guesses_the_form_of_a_column(void **state) {
    (void)state;
    struct trod_time_form form;
    bool ambiguous = true;
    assert_true(GUESS(&form, &ambiguous, "2024-03-01", "", "2024-03-01T10:20:30Z"));
    assert_int_equal(form.kind, TROD_TIME_ISO);
    assert_false(ambiguous);
    assert_true(GUESS(&form, NULL, "999999999", "1709251200"));
    assert_int_equal(form.kind, TROD_TIME_EPOCH_S);
    assert_true(GUESS(&form, NULL, "1709251200123"));
    assert_int_equal(form.kind, TROD_TIME_EPOCH_MS);
    assert_true(GUESS(&form, NULL, "1709251200123456", " "));
    assert_int_equal(form.kind, TROD_TIME_EPOCH_US);
    assert_true(GUESS(&form, NULL, "1709251200123456789"));
    assert_int_equal(form.kind, TROD_TIME_EPOCH_NS);
    assert_true(GUESS(&form, NULL, "1709251200", "2024-03-01"));
    assert_int_equal(form.kind, TROD_TIME_GUESS);

    assert_true(GUESS(&form, &ambiguous, "01/02/2024", "13/02/2024"));
    assert_string_equal(form.format, "%d/%m/%Y");
    assert_false(ambiguous);
    assert_true(GUESS(&form, &ambiguous, "01/02/2024", "02/13/2024"));
    assert_string_equal(form.format, "%m/%d/%Y");
    assert_false(ambiguous);
    assert_true(GUESS(&form, &ambiguous, "01/02/2024", "02/11/2024"));
    assert_string_equal(form.format, "%d/%m/%Y");
    assert_true(ambiguous);
    assert_true(GUESS(&form, &ambiguous, "01.02.2024 10:20", "02.11.2024 11:00"));
    assert_string_equal(form.format, "%d.%m.%Y %H:%M");
    assert_false(ambiguous);
    assert_true(GUESS(&form, &ambiguous, "1/2/2024 10:20 PM"));
    assert_string_equal(form.format, "%m/%d/%Y %I:%M %p");
    assert_true(ambiguous);
    assert_true(GUESS(&form, &ambiguous, "31-12-24"));
    assert_string_equal(form.format, "%d-%m-%y");
    assert_true(GUESS(&form, &ambiguous, "Fri, 01 Mar 2024 10:20:30 GMT"));
    assert_string_equal(form.format, "%a, %d %b %Y %H:%M:%S %z");
    assert_true(GUESS(&form, &ambiguous, "01/Mar/2024:10:20:30 +0000"));
    assert_true(GUESS(&form, &ambiguous, "Fri Mar  1 10:20:30 2024"));
    assert_true(GUESS(&form, &ambiguous, "2024-03-01 10:20:30 PM"));
    assert_string_equal(form.format, "%Y-%m-%d %I:%M:%S %p");

    assert_false(GUESS(&form, &ambiguous, "01/02/2024", "hello"));
    assert_false(GUESS(&form, &ambiguous, "01/13/2024", "13/01/2024"));
    assert_false(GUESS(&form, &ambiguous, "", " "));
    assert_false(GUESS(&form, &ambiguous, "12", "15"));
    assert_false(trod_time_guess(NULL, 0, &form, NULL));
}

/* ---- zones ---- */

static struct trod_zone *open_zone(const char *name) {
    struct trod_zone *zone = NULL;
    struct trod_error error = {0};
    if (trod_zone_open(name, &zone, &error) != TROD_OK)
        fail_msg("%s: %s (%s)", name, error.message, error.hint);
    return zone;
}

static int64_t parse(const char *text) {
    const int64_t time_us = read_as(TROD_TIME_ISO, text);
    assert_true(time_us != TROD_NO_TIME);
    return time_us;
}

static void zones_have_summer_and_winter(void **state) {
    (void)state;
    struct trod_zone *rome = open_zone("Europe/Rome");
    static const struct {
        const char *wall, *utc;
    } cases[] = {
        {"2024-01-15T12:00:00", "2024-01-15T11:00:00Z"},
        {"2024-07-15T12:00:00", "2024-07-15T10:00:00Z"},
        {"2024-03-31T01:59:59", "2024-03-31T00:59:59Z"},
        {"2024-03-31T02:30:00", "2024-03-31T01:30:00Z"}, /* skipped: shown as 03:30 */
        {"2024-03-31T03:00:00", "2024-03-31T01:00:00Z"},
        {"2024-10-27T02:30:00", "2024-10-27T00:30:00Z"}, /* twice: the first */
        {"2024-10-27T03:00:00", "2024-10-27T02:00:00Z"},
        {"2090-07-15T12:00:00", "2090-07-15T10:00:00Z"}, /* by the footer */
        {"2500-07-15T12:00:00", "2500-07-15T10:00:00Z"}, /* beyond what is written out */
        {"2500-01-15T12:00:00", "2500-01-15T11:00:00Z"},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        const int64_t utc_us = trod_zone_to_utc(rome, parse(cases[i].wall));
        char at[40];
        if (strcmp(trod_time_write(utc_us, at), cases[i].utc) != 0)
            fail_msg("%s: %s", cases[i].wall, at);
        const struct trod_time_form form = {.kind = TROD_TIME_ISO, .zone = rome};
        assert_true(trod_time_read(trod_str_of(cases[i].wall), &form, NULL) == utc_us);
    }
    assert_true(trod_zone_to_wall(rome, parse("2024-03-31T01:30:00Z")) ==
                parse("2024-03-31T03:30:00"));
    assert_true(trod_zone_to_utc(rome, TROD_NO_TIME) == TROD_NO_TIME);
    assert_true(trod_zone_to_wall(rome, INT64_MAX) == TROD_NO_TIME);
    trod_zone_close(rome);
    trod_zone_close(NULL);
    assert_true(trod_zone_to_utc(NULL, 5) == 5);
    assert_true(trod_zone_to_wall(NULL, 5) == 5);
    /* A whole day that Samoa skipped. */
    struct trod_zone *apia = open_zone("Pacific/Apia");
    expect_time(trod_zone_to_wall(apia, trod_zone_to_utc(apia, parse("2011-12-30T12:00:00"))),
                "2011-12-31T12:00:00Z");
    trod_zone_close(apia);
}

static void zones_by_offset(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int minutes;
    } cases[] = {{"UTC", 0},      {"Z", 0},           {"GMT", 0},         {"+02:00", 120},
                 {"-0530", -330}, {"+02", 120},       {"UTC+2", 120},     {"GMT-5", -300},
                 {"utc", 0},      {"UTC+05:45", 345}, {"Etc/GMT+2", -120}};
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        struct trod_zone *zone = open_zone(cases[i].name);
        assert_true(trod_zone_to_wall(zone, 0) == cases[i].minutes * TROD_MINUTE_US);
        assert_true(trod_zone_to_utc(zone, 0) == -cases[i].minutes * TROD_MINUTE_US);
        trod_zone_close(zone);
    }
}

static void zones_that_do_not_exist(void **state) {
    (void)state;
    static const char *const names[] = {
        "",       "Europe/Nowhere", "../../../etc/passwd", "/etc/localtime", "+25:00",   "UTC+",
        "Europe", "zone.tab",       "Europe/Rome\n",       "+02:00x",        "tzdata.zi"};
    for (size_t i = 0; i < TROD_COUNT(names); i++) {
        struct trod_zone *zone = NULL;
        struct trod_error error = {0};
        assert_int_equal(trod_zone_open(names[i], &zone, &error), TROD_BAD_INPUT);
        assert_null(zone);
        assert_true(error.hint[0] != '\0');
    }
    struct trod_zone *zone = NULL;
    struct trod_error error = {0};
    assert_int_equal(trod_zone_open("Europa/Rome", &zone, &error), TROD_BAD_INPUT);
    assert_string_equal(error.message, "there is no time zone Europa/Rome");
    assert_string_equal(error.hint, "did you mean Europe/Rome?");
    assert_int_equal(trod_zone_open("america/new_york", &zone, &error), TROD_BAD_INPUT);
    assert_string_equal(error.hint, "did you mean America/New_York?");
}

/* The C library as the oracle, on both sides of every change and at random. */
static void zones_agree_with_the_c_library(void **state) {
    (void)state;
    static const char *const names[] = {
        "Europe/Rome",      "America/New_York",  "Asia/Kolkata",      "Australia/Lord_Howe",
        "Europe/Dublin",    "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia",
        "America/St_Johns", "Asia/Tehran",       "Asia/Gaza",         "America/Nuuk",
        "Pacific/Chatham",  "Antarctica/Troll",  "Asia/Kathmandu",    "Africa/Monrovia",
        "Asia/Manila",      "America/Caracas",   "Europe/London",     "Asia/Tokyo"};
    struct trod_rng rng = {.seed = 12};
    for (size_t i = 0; i < TROD_COUNT(names); i++) {
        struct trod_zone *zone = open_zone(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        for (int k = 0; k < 5000; k++) {
            /* 1840 to 2400, and often near a change between 1970 and 2037 */
            int64_t time_s =
                (int64_t)trod_rng_below(&rng, UINT64_C(17700000000)) - INT64_C(4102444800);
            if (k % 2) {
                int64_t low = time_s, high = time_s + 200 * 86400;
                const int64_t before =
                    trod_zone_to_wall(zone, low * TROD_SECOND_US) / TROD_SECOND_US - low;
                while (high - low > 1) {
                    const int64_t middle = low + (high - low) / 2;
                    const int64_t now =
                        trod_zone_to_wall(zone, middle * TROD_SECOND_US) / TROD_SECOND_US -
                        middle;
                    if (now == before)
                        low = middle;
                    else
                        high = middle;
                }
                time_s = k % 4 == 1 ? low : high;
            }
            const time_t t = (time_t)time_s;
            struct tm tm;
            localtime_r(&t, &tm);
            const int64_t wall_us = trod_zone_to_wall(zone, time_s * TROD_SECOND_US);
            const int64_t offset_s = wall_us / TROD_SECOND_US - time_s;
            if (offset_s != tm.tm_gmtoff)
                fail_msg("%s at %lld: %lld, not %ld", names[i], (long long)time_s,
                         (long long)offset_s, tm.tm_gmtoff);
            /* And back: the first instant that is shown so. */
            const int64_t utc_us = trod_zone_to_utc(zone, wall_us);
            assert_true(trod_zone_to_wall(zone, utc_us) == wall_us);
            assert_true(utc_us <= time_s * TROD_SECOND_US);
        }
        trod_zone_close(zone);
    }
    unsetenv("TZ");
    tzset();
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    uint64_t n = 1;
    for (;; n++) {
        struct trod_zone *zone = NULL;
        struct trod_error error = {0};
        trod_memory_fail_at(n);
        const trod_status status = trod_zone_open("Europe/Rome", &zone, &error);
        trod_memory_fail_at(0);
        trod_zone_close(zone);
        if (status == TROD_OK) break;
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(zone);
    }
    assert_true(n > 3);
}

/* ---- durations ---- */

static void durations_for_people(void **state) {
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {35, "35 s"},
        {35.4, "35 s"},
        {1, "1 s"},
        {1.04, "1 s"},
        {9.96, "10 s"},
        {59.4, "59 s"},
        {59.7, "1 min"},
        {480, "8 min"},
        {90, "1.5 min"},
        {3599, "1 h"},
        {12600, "3.5 h"},
        {86399, "1 day"},
        {86400, "1 day"},
        {129600, "1.5 days"},
        {12 * 86400, "12 days"},
        {20.4 * 86400, "20 days"},
        {20.9 * 86400, "3 weeks"},
        {21 * 86400, "3 weeks"},
        {49 * 86400, "7 weeks"},
        {99 * 86400, "14 weeks"},
        {100 * 86400, "3.3 months"},
        {152 * 86400, "5 months"},
        {729 * 86400, "2 years"},
        {767 * 86400, "2.1 years"},
        {365.25 * 86400 * 123, "120 years"},
        {-90, "-1.5 min"},
        {0.35, "350 ms"},
        {0.9996, "1 s"},
        {0.000012, "12 us"},
        {0.00000001, "0 s"},
        {NAN, ""},
        {INFINITY, ""},
    };
    for (size_t i = 0; i < TROD_COUNT(cases); i++) {
        char at[40];
        if (strcmp(trod_duration_write(cases[i].seconds * 1e6, at), cases[i].text) != 0)
            fail_msg("%g s: \"%s\", not \"%s\"", cases[i].seconds, at, cases[i].text);
    }
    char at[40];
    trod_duration_write(1e300, at);
    assert_true(strlen(at) < 40);
}

static void reading_is_fast(void **state) {
    (void)state;
    struct trod_zone *rome = open_zone("Europe/Rome");
    static const char *const texts[] = {"2024-03-01T10:20:30.123+01:00", "2024-03-01 10:20:30"};
    for (size_t k = 0; k < 2; k++) {
        const struct trod_time_form form = {.kind = TROD_TIME_ISO, .zone = rome};
        const trod_str text = trod_str_of(texts[k]);
        const int64_t begin_us = trod_clock_us();
        int64_t sum = 0;
        for (int i = 0; i < 200000; i++) sum ^= trod_time_read(text, &form, NULL);
        const double each_ns = (double)(trod_clock_us() - begin_us) / 200;
        print_message("%s: %.0f ns %s\n", texts[k], each_ns, sum == 1 ? "" : " ");
        assert_true(each_ns < 2000); /* a wide margin: the machine may be busy */
    }
    trod_zone_close(rome);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calendar_agrees_with_itself),
        cmocka_unit_test(quick_and_slow_agree),
        cmocka_unit_test(writes_iso),
        cmocka_unit_test(reads_iso),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(reads_epochs),
        cmocka_unit_test(reads_formats),
        cmocka_unit_test(guesses_the_form_of_a_column),
        cmocka_unit_test(zones_have_summer_and_winter),
        cmocka_unit_test(zones_by_offset),
        cmocka_unit_test(zones_that_do_not_exist),
        cmocka_unit_test(zones_agree_with_the_c_library),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(durations_for_people),
        cmocka_unit_test(reading_is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
