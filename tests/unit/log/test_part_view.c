#include "../unit.h"

#include <stdio.h>

#include "random_log.h"

#include "parts_of.h"

/* A log with columns of every kind: codes, whole and broken numbers, texts that hardly repeat,
 * a value that is the same in all events of a customer, facts of both kinds; some customers
 * have facts and no event. */
struct recipe {
    uint64_t seed;
    uint32_t n_customers, n_names, n_events;
    unsigned undated;  /* of 100 */
    unsigned journeys; /* of 100 events that name one; 0: no such column */
    bool unique_journeys;
};

static void set(struct trod_log_builder *builder, uint32_t field, const char *text) {
    assert_ok(trod_log_builder_set(builder, field, trod_str_of(text), NULL));
}

static struct trod_log *make_log(const struct recipe *r) {
    struct trod_rng rng = {.seed = r->seed};
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t sources[] = {trod_log_builder_source(builder, TROD_STR("web")),
                                trod_log_builder_source(builder, TROD_STR("shop"))};
    enum { COLOUR, AMOUNT, PRICE, NOTE, PLAN, DAY, RARE, CITY, AGE, N_FIELDS };
    static const char *const names[] = {"colour", "amount", "price", "note", "plan",
                                        "day",    "rare",   "city",  "age"};
    uint32_t field[N_FIELDS];
    for (size_t f = 0; f < N_FIELDS; f++)
        field[f] = trod_log_builder_field(builder, trod_str_of(names[f]), f >= CITY);
    char text[64];
    for (uint32_t i = 0; i < r->n_events; i++) {
        const uint32_t who = (uint32_t)trod_rng_below(&rng, r->n_customers);
        snprintf(text, sizeof text, "c%u", who);
        const uint32_t customer = trod_log_builder_customer(builder, trod_str_of(text));
        char name[32], journey[32] = "";
        snprintf(name, sizeof name, "e%u", (unsigned)trod_rng_below(&rng, r->n_names));
        if (trod_rng_below(&rng, 100) < r->journeys)
            snprintf(journey, sizeof journey, "%s%u-%u", r->unique_journeys ? "v" : "",
                     r->unique_journeys ? who : 0, (unsigned)trod_rng_below(&rng, 4));
        const int64_t time_us =
            trod_rng_below(&rng, 100) < r->undated
                ? TROD_NO_TIME
                : (int64_t)trod_rng_below(&rng, 3000) * TROD_HOUR_US - 100 * TROD_DAY_US;
        assert_ok(trod_log_builder_event(builder, sources[trod_rng_below(&rng, 2)], customer,
                                         trod_str_of(name), trod_str_of(journey), time_us,
                                         TROD_NO_TIME, NULL));
        static const char *const colours[] = {"", "red", "Green", "true", "No", "7", "7.0"};
        set(builder, field[COLOUR], colours[trod_rng_below(&rng, 7)]);
        if (trod_rng_below(&rng, 4)) {
            snprintf(text, sizeof text, "%d", (int)trod_rng_below(&rng, 9000) - 3000);
            set(builder, field[AMOUNT], text);
            const int cents = (int)trod_rng_below(&rng, 400);
            snprintf(text, sizeof text, "%s%d.%02d", trod_rng_below(&rng, 3) ? "" : "-",
                     cents / 100, cents % 100);
            set(builder, field[PRICE], text);
            snprintf(text, sizeof text, "%u note %u", (unsigned)trod_rng_below(&rng, 900), i);
            set(builder, field[NOTE], text);
        }
        set(builder, field[PLAN], who % 5 == 0 ? "" : who % 5 < 3 ? "free" : "paid");
        snprintf(text, sizeof text, "1969-1%u-%02u", (unsigned)trod_rng_below(&rng, 3),
                 (unsigned)trod_rng_below(&rng, 28) + 1);
        set(builder, field[DAY], text);
        if (trod_rng_below(&rng, 3000) == 0) set(builder, field[RARE], name);
    }
    for (uint32_t c = 0; c < r->n_customers + 3; c++) {
        snprintf(text, sizeof text, "c%u", c);
        const uint32_t customer = trod_log_builder_customer(builder, trod_str_of(text));
        static const char *const cities[] = {"Rome", "Oslo", "Bern"};
        if (trod_rng_below(&rng, 3))
            assert_ok(trod_log_builder_fact(builder, customer, field[CITY],
                                            trod_str_of(cities[trod_rng_below(&rng, 3)]),
                                            NULL));
        snprintf(text, sizeof text, "%u", 1000 + c);
        if (trod_rng_below(&rng, 3))
            assert_ok(
                trod_log_builder_fact(builder, customer, field[AGE], trod_str_of(text), NULL));
    }
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    return log;
}

static const char *const conditions[] = {
    "colour = \"red\"",
    "colour != \"red\"",
    "colour missing",
    "colour exists",
    "colour = yes",
    "colour != no",
    "colour = 7",
    "colour < \"b\"",
    "colour contains \"e\"",
    "amount > 100",
    "amount <= -1",
    "amount = 12",
    "amount != 40",
    "amount missing",
    "amount exists",
    "amount starts \"1\"",
    "amount = yes",
    "amount > 1e30",
    "amount < -1e30",
    "price = 1.5",
    "price != 2",
    "price >= 3.999",
    "price < 0",
    "price ends \"0\"",
    "price = \"1.50\"",
    "price > -0.015",
    "note contains \"note 1\"",
    "note missing",
    "note = 5",
    "note starts \"3\"",
    "plan = \"free\"",
    "plan missing",
    "plan != \"paid\"",
    "day = 1969-11-05",
    "day != 1969-11-05",
    "day > 1969-12-01",
    "day <= 1969-10-20",
    "city = \"Rome\"",
    "city missing",
    "profile city != \"Oslo\"",
    "age > 1004",
    "age missing",
    "profile age = 1002",
    "event = \"e1\"",
    "event starts \"e\"",
    "event = \"none\"",
    "source = \"web\"",
    "source != \"web\"",
    "source exists",
    "time >= 1969-12-01",
    "time < 1969-10-15",
    "time = 1969-11-11",
    "time != 1969-11-11",
    "time missing",
    "time exists",
    "time > 2020-01-01",
    "time <= 2020-01-01",
    "time = 1969-11-11T10:00:00Z",
};
static const char *const of_journeys[] = {"journey missing", "journey contains \"1\"",
                                          "journey != \"v1-2\""};

/* A filter of chance, as text. */
static void draw_filter(struct trod_rng *rng, bool journeys, unsigned depth,
                        struct trod_buf *out) {
    const uint64_t kind = depth == 0 ? 9 : trod_rng_below(rng, 10);
    if (kind < 4) {
        trod_buf_byte(out, '(');
        draw_filter(rng, journeys, depth - 1, out);
        trod_buf_adds(out, kind % 2 ? ") and (" : ") or (");
        draw_filter(rng, journeys, depth - 1, out);
        trod_buf_byte(out, ')');
    } else if (kind < 6) {
        trod_buf_adds(out, "not (");
        draw_filter(rng, journeys, depth - 1, out);
        trod_buf_byte(out, ')');
    } else if (journeys && trod_rng_below(rng, 10) == 0) {
        trod_buf_adds(out, of_journeys[trod_rng_below(rng, TROD_COUNT(of_journeys))]);
    } else {
        trod_buf_adds(out, conditions[trod_rng_below(rng, TROD_COUNT(conditions))]);
    }
}

static const struct trod_filter *read_filter(trod_str text, struct trod_arena *arena) {
    const struct trod_filter *filter = NULL;
    struct trod_error error = {0};
    if (trod_filter_read(text, arena, &filter, &error) != TROD_OK)
        fail_msg("%.*s: %s", TROD_ARG(text), error.message);
    return filter;
}

/* ---- Comparing -----------------------------------------------------------------------------
 */

struct comparing {
    const struct trod_log *log;
    const struct trod_view *view;
    const struct trod_view *whole; /* nothing left out: for what journeys are before */
    uint32_t by;
    const char *filter;
    uint64_t n_journeys, n_events, n_customers, n_left_out;
};

static uint32_t name_at(const struct trod_part_view *view, uint32_t place) {
    if (view->name_bytes == 1) return ((const uint8_t *)view->name)[place];
    if (view->name_bytes == 2) return ((const uint16_t *)view->name)[place];
    return ((const uint32_t *)view->name)[place];
}

/* The first journey of a customer in a view. */
static size_t journeys_of(const struct trod_view *view, uint32_t customer, size_t *n) {
    size_t j = 0;
    while (j < view->n_journeys && view->journeys[j].customer != customer) j++;
    *n = 0;
    while (j + *n < view->n_journeys && view->journeys[j + *n].customer == customer) ++*n;
    return j;
}

/* The segment that a journey of the plain view is in: of all its events. */
static trod_str segment_of(const struct comparing *c, const struct trod_journey *kept) {
    const struct trod_field *const field = &c->log->fields[c->by];
    if (field->fact) {
        const uint32_t code = field->code[kept->customer];
        return code ? trod_dict_at(field->values, code - 1) : (trod_str){NULL, 0};
    }
    size_t n = 0;
    const size_t first = journeys_of(c->whole, kept->customer, &n);
    const uint64_t event = trod_view_event(c->view, kept, 0);
    for (size_t j = first; j < first + n; j++) {
        const struct trod_journey *const journey = &c->whole->journeys[j];
        bool is = false;
        for (size_t i = 0; i < journey->n; i++)
            is = is || trod_view_event(c->whole, journey, i) == event;
        for (size_t i = 0; is && i < journey->n; i++) {
            const uint32_t code = field->code[trod_view_event(c->whole, journey, i)];
            if (code) return trod_dict_at(field->values, code - 1);
        }
    }
    return (trod_str){NULL, 0};
}

static void compare_journey(const struct comparing *c, const struct trod_part_view *view,
                            uint32_t j, uint64_t log_first, const struct trod_journey *want,
                            const uint64_t *gaps) {
    const struct trod_part *const part = view->part;
    const uint32_t customer = view->customer ? view->customer[j] : j;
    if (view->end[j] - view->begin[j] != want->n)
        fail_msg("%s: a journey of %u events, not %u", c->filter,
                 (unsigned)(view->end[j] - view->begin[j]), (unsigned)want->n);
    int64_t last_us = TROD_NO_TIME;
    for (uint32_t p = view->begin[j]; p < view->end[j]; p++) {
        const uint64_t event = trod_view_event(c->view, want, p - view->begin[j]);
        const uint32_t seen = view->event ? view->event[p] : p;
        assert_int_equal(log_first + (seen - part->first[customer]), event);
        assert_int_equal(name_at(view, p), c->log->name[event]);
        const int64_t time_us = c->log->time_us ? c->log->time_us[event] : TROD_NO_TIME;
        if (time_us == TROD_NO_TIME || last_us == TROD_NO_TIME)
            assert_int_equal(gaps[p], 0);
        else
            assert_int_equal(gaps[p] * (uint64_t)part->tick_us, time_us - last_us);
        if (time_us == TROD_NO_TIME) continue;
        if (last_us == TROD_NO_TIME) assert_int_equal(view->start[j] * part->tick_us, time_us);
        last_us = time_us;
    }
    if (c->by == TROD_NO_ID) return;
    const trod_str segment =
        view->group[j] ? view->groups[view->group[j] - 1] : (trod_str){NULL, 0};
    if (!trod_str_equal(segment, segment_of(c, want)))
        fail_msg("%s: segment \"%.*s\"", c->filter, TROD_ARG(segment));
}

static void compare_part(struct comparing *c, const struct trod_part_view *view,
                         struct trod_arena *arena) {
    const struct trod_part *const part = view->part;
    uint64_t *const gaps = TROD_NEW_ARRAY(arena, (size_t)view->n_places + 16, uint64_t);
    trod_part_view_gaps(view, 0, view->n_places, gaps);
    trod_str *const ids = TROD_NEW_ARRAY(arena, part->n_customers, trod_str);
    assert_ok(trod_part_ids(part, 0, part->n_customers, arena, ids, NULL));
    for (uint32_t j = 0; j < view->n_journeys;) {
        const uint32_t customer = view->customer ? view->customer[j] : j;
        const uint32_t of_log = trod_dict_find(c->log->customers, ids[customer]);
        size_t n = 0;
        const size_t first = journeys_of(c->view, of_log, &n);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++, j++) {
            assert_true(j < view->n_journeys);
            assert_int_equal(view->customer ? view->customer[j] : j, customer);
            compare_journey(c, view, j, c->log->first[of_log], &c->view->journeys[first + i],
                            gaps);
            if (view->whole && j + 1 < view->n_journeys)
                assert_int_equal(view->begin[j + 1], view->end[j]);
        }
    }
    if (view->whole && view->n_journeys) {
        assert_int_equal(view->begin[0], 0);
        assert_int_equal(view->end[view->n_journeys - 1], view->n_places);
    }
    c->n_journeys += view->n_journeys;
    c->n_events += view->n_events;
    c->n_customers += view->n_customers;
    c->n_left_out += view->n_left_out;
}

static void compare(const struct trod_log *log, const struct trod_parts *parts,
                    const struct trod_view_options *options, uint32_t by, const char *filter) {
    struct trod_view *view = NULL, *whole = NULL;
    struct trod_error said = {0};
    if (trod_view_make(log, options, &view, &said) != TROD_OK)
        fail_msg("%s: %s", filter, said.message);
    const struct trod_view_options all = {0};
    assert_ok(trod_view_make(log, &all, &whole, NULL));
    struct comparing c = {.log = log, .view = view, .whole = whole, .by = by, .filter = filter};
    struct trod_arena *const arena = trod_arena_make(0);
    for (size_t i = 0; i < parts->n_parts; i++) {
        const struct trod_part *part = NULL;
        const struct trod_part_view *of_part = NULL;
        trod_arena_reset(arena);
        assert_ok(parts->open(parts->owner, i, arena, &part, NULL));
        struct trod_error error = {0};
        if (trod_part_view_make(parts, part, options, by, arena, &of_part, &error) != TROD_OK)
            fail_msg("%s: %s", filter, error.message);
        compare_part(&c, of_part, arena);
    }
    if (c.n_journeys != view->n_journeys)
        fail_msg("%s: %u journeys, not %u", filter, (unsigned)c.n_journeys,
                 (unsigned)view->n_journeys);
    assert_int_equal(c.n_events, view->n_events);
    assert_int_equal(c.n_customers, view->n_customers);
    assert_int_equal(c.n_left_out, view->n_left_out);
    trod_arena_free(arena);
    trod_view_free(whole);
    trod_view_free(view);
}

/* ---- The tests -----------------------------------------------------------------------------
 */

static void compare_filters(const struct recipe *recipe, unsigned n_filters) {
    struct trod_log *const log = make_log(recipe);
    struct trod_parts *const parts = parts_of(log, 1 + recipe->seed % 3);
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_rng rng = {.seed = recipe->seed, .stream = 9};
    for (unsigned i = 0; i < n_filters; i++) {
        struct trod_buf text = {0};
        trod_arena_reset(arena);
        struct trod_view_options options = {0};
        if (i < 2 * TROD_COUNT(conditions)) {
            trod_buf_adds(&text, conditions[i / 2]);
            const struct trod_filter *const filter = read_filter(trod_buf_str(&text), arena);
            *(i % 2 ? &options.where : &options.events) = filter;
        } else {
            if (trod_rng_below(&rng, 3)) {
                draw_filter(&rng, recipe->journeys, 3, &text);
                options.where = read_filter(trod_buf_str(&text), arena);
            }
            if (trod_rng_below(&rng, 3) == 0) {
                trod_buf_clear(&text);
                draw_filter(&rng, recipe->journeys, 2, &text);
                options.events = read_filter(trod_buf_str(&text), arena);
            }
            const int64_t day = (int64_t)trod_rng_below(&rng, 120) - 110;
            if (log->has_times && trod_rng_below(&rng, 3) == 0)
                options.since_us = day * TROD_DAY_US + 5;
            if (log->has_times && trod_rng_below(&rng, 3) == 0)
                options.until_us = (day + 10) * TROD_DAY_US;
        }
        const uint32_t by = trod_rng_below(&rng, 2)
                                ? TROD_NO_ID
                                : (uint32_t)trod_rng_below(&rng, log->n_fields);
        compare(log, parts, &options, by, trod_buf_str(&text).at);
        trod_buf_free(&text);
    }
    trod_arena_free(arena);
    trod_parts_free(parts);
    trod_log_free(log);
}

static void equals_views_of_the_log(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        const struct recipe recipe = {.seed = seed,
                                      .n_customers = seed % 2 ? 40 : 4,
                                      .n_names = seed == 5 ? 400 : 6,
                                      .n_events = seed == 7 ? 3 : 400,
                                      .undated = seed == 4       ? 100
                                                 : seed % 3 == 0 ? 30
                                                                 : 0};
        compare_filters(&recipe, 250);
    }
}

static void equals_views_by_the_journey_column(void **state) {
    (void)state;
    for (uint64_t seed = 11; seed <= 17; seed++) {
        const struct recipe recipe = {.seed = seed,
                                      .n_customers = seed % 2 ? 40 : 6,
                                      .n_names = 6,
                                      .n_events = 300,
                                      .undated = seed == 13 ? 100 : seed % 3 * 10,
                                      .journeys = seed == 15 ? 100 : 60,
                                      .unique_journeys = seed % 2};
        compare_filters(&recipe, 250);
    }
}

/* Blocks of events and long customers. */
static void equals_views_of_a_long_log(void **state) {
    (void)state;
    for (uint64_t seed = 21; seed <= 22; seed++) {
        const struct recipe recipe = {.seed = seed,
                                      .n_customers = seed == 21 ? 2 : 300,
                                      .n_names = 6,
                                      .n_events = 30000,
                                      .undated = seed == 21 ? 5 : 0,
                                      .journeys = seed == 21 ? 50 : 0};
        compare_filters(&recipe, 140);
    }
}

static void says_what_it_cannot_do(void **state) {
    (void)state;
    const struct recipe recipe = {
        .seed = 3, .n_customers = 5, .n_names = 3, .n_events = 30, .undated = 100};
    struct trod_log *const log = make_log(&recipe);
    struct trod_parts *const parts = parts_of(log, 1);
    struct trod_arena *const arena = trod_arena_make(0);
    const struct trod_part *part = NULL;
    const struct trod_part_view *view = NULL;
    struct trod_error error = {0};
    assert_ok(parts->open(parts->owner, 0, arena, &part, NULL));
    const struct trod_view_options since = {.since_us = 5};
    assert_int_equal(trod_part_view_make(parts, part, &since, TROD_NO_ID, arena, &view, &error),
                     TROD_BAD_OPTION);
    static const char *const wrong[] = {"colur = \"red\"", "profile colour = 3", "time = 5",
                                        "journey = \"3\""};
    static const char *const said[] = {"the log has no column \"colur\"",
                                       "the log has no customer fact \"colour\"",
                                       "time can only be compared with a date, not with 5",
                                       "the log has no column \"journey\""};
    for (size_t i = 0; i < TROD_COUNT(wrong); i++) {
        const struct trod_view_options options = {
            .where = read_filter(trod_str_of(wrong[i]), arena)};
        assert_int_equal(
            trod_part_view_make(parts, part, &options, TROD_NO_ID, arena, &view, &error),
            TROD_BAD_OPTION);
        assert_string_equal(error.message, said[i]);
    }
    trod_arena_free(arena);
    trod_parts_free(parts);
    trod_log_free(log);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    const struct recipe recipe = {.seed = 5,
                                  .n_customers = 9,
                                  .n_names = 6,
                                  .n_events = 200,
                                  .undated = 5,
                                  .journeys = 60};
    struct trod_log *const log = make_log(&recipe);
    struct trod_parts *const parts = parts_of(log, 1);
    struct trod_arena *const arena = trod_arena_make(0), *const scratch = trod_arena_make(0);
    const struct trod_part *part = NULL;
    assert_ok(parts->open(parts->owner, 0, arena, &part, NULL));
    const struct trod_view_options options = {
        .where =
            read_filter(TROD_STR("note contains \"1\" or price > 1 and plan missing"), arena),
        .events = read_filter(TROD_STR("colour exists and time exists"), arena)};
    const uint32_t by = trod_parts_field(parts, TROD_STR("note"), false);
    for (uint64_t n = 1;; n++) {
        const struct trod_part_view *view = NULL;
        trod_arena_reset(scratch);
        trod_memory_fail_at(n);
        const trod_status status =
            trod_part_view_make(parts, part, &options, by, scratch, &view, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            assert_true(n > 10);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
    }
    trod_arena_free(scratch);
    trod_arena_free(arena);
    trod_parts_free(parts);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_views_of_the_log),
        cmocka_unit_test(equals_views_by_the_journey_column),
        cmocka_unit_test(equals_views_of_a_long_log),
        cmocka_unit_test(says_what_it_cannot_do),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
