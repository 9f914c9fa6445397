/* The log as parts: rows come back out of a part, work goes over all parts, and the wide log
 * made from parts is the one that was built row by row. */
#include "../unit.h"

#include "random_log.h"

#include "part_rows.h"
#include "parts_of.h"

static struct trod_arena *arena;
static struct trod_error error;

static int begin(void **state) {
    (void)state;
    arena = trod_arena_make((size_t)1 << 40);
    return arena ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    trod_arena_free(arena);
    return 0;
}

/* ---- Unpacking
 * ------------------------------------------------------------------------------- */

static void add_columns(struct trod_rows *rows, uint64_t seed) {
    static const trod_str values[] = {{"red", 3}, {"", 0}, {"blue", 4}};
    struct trod_rng rng = {.seed = seed};
    struct trod_rows_column *const columns = TROD_NEW_ARRAY(arena, 3, struct trod_rows_column);
    uint32_t *const colour = TROD_NEW_ARRAY(arena, rows->n_events, uint32_t);
    trod_str *const word = TROD_NEW_ARRAY(arena, rows->n_events, trod_str);
    trod_str *const height = TROD_NEW_ARRAY(arena, rows->n_customers, trod_str);
    for (uint32_t i = 0; i < rows->n_events; i++) {
        colour[i] = (uint32_t)trod_rng_below(&rng, 4);
        if (trod_rng_below(&rng, 5))
            word[i] = trod_arena_format(arena, "w%llx", (unsigned long long)trod_rng_u64(&rng));
    }
    for (uint32_t c = 0; c < rows->n_customers; c++)
        if (trod_rng_below(&rng, 3))
            height[c] = trod_arena_format(arena, "%u.%u", (unsigned)c,
                                          (unsigned)trod_rng_below(&rng, 10));
    columns[0] = (struct trod_rows_column){
        .field = 2, .code = colour, .values = values, .n_values = TROD_COUNT(values)};
    columns[1] = (struct trod_rows_column){.field = 3, .text = word};
    columns[2] = (struct trod_rows_column){.field = 9, .fact = true, .text = height};
    rows->columns = columns;
    rows->n_columns = 3;
}

static trod_str text_of(const struct trod_rows_column *column, uint32_t row) {
    if (!column->code) return column->text[row];
    return column->code[row] ? column->values[column->code[row] - 1] : (trod_str){0};
}

static int64_t time_of(const int64_t *times, uint32_t i) {
    return times ? times[i] : TROD_NO_TIME;
}

static void expect_rows(const struct trod_rows *want, uint32_t from, uint32_t n,
                        const struct trod_rows *got) {
    const uint32_t event = want->first[from];
    assert_int_equal(got->n_customers, n);
    assert_int_equal(got->n_events, want->first[from + n] - event);
    for (uint32_t c = 0; c < n; c++) {
        assert_true(got->hash[c] == want->hash[from + c]);
        assert_true(trod_str_equal(got->id[c], want->id[from + c]));
        assert_int_equal(got->first[c + 1], want->first[from + c + 1] - event);
    }
    for (uint32_t i = 0; i < got->n_events; i++) {
        assert_int_equal(got->name[i], want->name[event + i]);
        assert_int_equal(got->source[i], want->source[event + i]);
        assert_true(time_of(got->time_us, i) == time_of(want->time_us, event + i));
        assert_true(time_of(got->end_us, i) == time_of(want->end_us, event + i));
    }
    assert_int_equal(got->n_columns, want->n_columns);
    for (size_t k = 0; k < want->n_columns; k++) {
        const struct trod_rows_column *const x = &got->columns[k], *const y = &want->columns[k];
        assert_int_equal(x->field, y->field);
        assert_int_equal(x->fact, y->fact);
        for (uint32_t i = 0; i < (x->fact ? n : got->n_events); i++) {
            const trod_str a = text_of(x, i), b = text_of(y, i + (x->fact ? from : event));
            assert_true(!a.at == !b.at && trod_str_equal(a, b));
        }
    }
}

/* Each customer alone, from the open part and from one at a glance. */
static void expect_singles(const struct trod_rows *rows, const struct trod_packed *packed,
                           const struct trod_part *part) {
    const struct trod_part *glance;
    struct trod_part_tool *const tool = trod_part_tool_make(arena);
    assert_ok(
        trod_part_glance(packed->sections, packed->n_sections, tool, arena, &glance, &error));
    struct trod_rows got;
    for (uint32_t c = 0; c < rows->n_customers; c++) {
        assert_ok(trod_part_single(part, rows->id[c], arena, &got, &error));
        expect_rows(rows, c, 1, &got);
        assert_ok(trod_part_single(glance, rows->id[c], arena, &got, &error));
        expect_rows(rows, c, 1, &got);
    }
    assert_ok(trod_part_single(glance, TROD_STR("nobody at all"), arena, &got, &error));
    assert_int_equal(got.n_customers, 0);
}

static void test_unpack(void **state) {
    (void)state;
    static const struct rows_recipe recipes[] = {
        {.seed = 1,
         .n_customers = 400,
         .most_events = 12,
         .n_names = 40,
         .n_sources = 3,
         .tick_us = 1000000,
         .day_share = 0.2},
        {.seed = 2,
         .n_customers = 300,
         .most_events = 9,
         .empty = 0.2,
         .n_names = 500,
         .n_sources = 1,
         .ids = IDS_WILD,
         .tick_us = 1,
         .undated = 0.2,
         .ends = 0.3},
        {.seed = 3, .n_customers = 50, .most_events = 30, .n_names = 2, .n_sources = 2},
        {.seed = 4, .n_customers = 0, .most_events = 1, .n_names = 1, .n_sources = 1},
        {.seed = 5,
         .n_customers = 60,
         .most_events = 8,
         .n_names = 3,
         .n_sources = 1,
         .tick_us = 1,
         .extreme = true},
    };
    struct trod_rng rng = {.seed = 6};
    for (size_t r = 0; r < TROD_COUNT(recipes); r++) {
        struct trod_rows *const rows = draw_rows(&recipes[r], arena);
        add_columns(rows, r);
        struct trod_packed packed;
        const struct trod_part *part;
        assert_ok(trod_part_pack(rows, arena, &packed, &error));
        assert_ok(trod_part_open(packed.sections, packed.n_sections, arena, &part, &error));
        struct trod_rows got;
        assert_ok(trod_part_unpack(part, 0, rows->n_customers, arena, &got, &error));
        expect_rows(rows, 0, rows->n_customers, &got);
        for (unsigned round = 0; rows->n_customers && round < 20; round++) {
            const uint32_t from = (uint32_t)trod_rng_below(&rng, rows->n_customers);
            const uint32_t n = (uint32_t)trod_rng_below(&rng, rows->n_customers - from + 1);
            assert_ok(trod_part_unpack(part, from, n, arena, &got, &error));
            expect_rows(rows, from, n, &got);
        }
        expect_singles(rows, &packed, part);
        /* Packed again, it is the same. */
        struct trod_packed again;
        assert_ok(trod_part_unpack(part, 0, rows->n_customers, arena, &got, &error));
        assert_ok(trod_part_pack(&got, arena, &again, &error));
        assert_int_equal(packed.n_sections, again.n_sections);
        for (size_t i = 0; i < packed.n_sections; i++) {
            assert_int_equal(packed.sections[i].n_bytes, again.sections[i].n_bytes);
            assert_memory_equal(packed.sections[i].at, again.sections[i].at,
                                packed.sections[i].n_bytes);
        }
    }
}

/* ---- The wide log
 * ------------------------------------------------------------------------------ */

static trod_str value_of(const struct trod_dict *values, uint32_t code) {
    return code ? trod_dict_at(values, code - 1) : (trod_str){0};
}

static void expect_customer(const struct trod_log *a, uint32_t c, const struct trod_log *b,
                            uint32_t d) {
    const uint64_t n = a->first[c + 1] - a->first[c];
    assert_int_equal(b->first[d + 1] - b->first[d], n);
    for (uint64_t k = 0; k < n; k++) {
        const uint64_t i = a->first[c] + k, j = b->first[d] + k;
        assert_int_equal(a->name[i], b->name[j]);
        assert_int_equal(a->source[i], b->source[j]);
        if (a->time_us) assert_true(a->time_us[i] == b->time_us[j]);
        if (a->end_us) assert_true(a->end_us[i] == b->end_us[j]);
        if (a->journey)
            assert_true(trod_str_equal(value_of(a->journeys, a->journey[i]),
                                       value_of(b->journeys, b->journey[j])));
        for (size_t f = 0; f < a->n_fields; f++)
            assert_true(trod_str_equal(
                value_of(a->fields[f].values, trod_log_code(a, (uint32_t)f, i, c)),
                value_of(b->fields[f].values, trod_log_code(b, (uint32_t)f, j, d))));
    }
    for (size_t f = 0; f < a->n_fields; f++)
        if (a->fields[f].fact)
            assert_true(trod_str_equal(value_of(a->fields[f].values, a->fields[f].code[c]),
                                       value_of(b->fields[f].values, b->fields[f].code[d])));
}

static void expect_log(const struct trod_log *want, const struct trod_log *got) {
    assert_int_equal(got->n_events, want->n_events);
    assert_int_equal(got->n_customers, want->n_customers);
    assert_int_equal(got->has_times, want->has_times);
    assert_int_equal(got->time_us != NULL, want->time_us != NULL);
    assert_int_equal(got->end_us != NULL, want->end_us != NULL);
    assert_int_equal(got->journey != NULL, want->journey != NULL);
    assert_true(got->first_us == want->first_us && got->last_us == want->last_us);
    assert_int_equal(got->channel_field, want->channel_field);
    assert_int_equal(got->worth_field, want->worth_field);
    assert_null(got->identified);
    assert_int_equal(trod_dict_count(got->names), trod_dict_count(want->names));
    assert_int_equal(got->n_sources, want->n_sources);
    for (size_t s = 0; s < want->n_sources; s++) {
        assert_true(trod_str_equal(got->sources[s].name, want->sources[s].name));
        assert_int_equal(got->sources[s].n_events, want->sources[s].n_events);
        assert_true(got->sources[s].first_us == want->sources[s].first_us);
        assert_true(got->sources[s].last_us == want->sources[s].last_us);
    }
    /* The journey column is a field as well. */
    assert_int_equal(got->n_fields, want->n_fields + (want->journey != NULL));
    for (size_t f = 0; f < want->n_fields; f++) {
        const struct trod_field *const field = &got->fields[f];
        assert_true(trod_str_equal(field->name, want->fields[f].name));
        assert_int_equal(field->fact, want->fields[f].fact);
        for (uint32_t v = 0; v < trod_dict_count(field->values); v++) {
            const uint32_t other =
                trod_dict_find(want->fields[f].values, trod_dict_at(field->values, v));
            assert_true(other != TROD_NO_ID);
            const double x = field->number[v], y = want->fields[f].number[other];
            assert_true(x == y || (x != x && y != y));
        }
    }
    for (uint32_t c = 0; c < want->n_customers; c++) {
        const uint32_t d = trod_dict_find(got->customers, trod_dict_at(want->customers, c));
        assert_true(d != TROD_NO_ID);
        expect_customer(want, c, got, d);
    }
}

static const struct random_log logs[] = {
    {.seed = 1, .n_customers = 50, .n_names = 5, .n_events = 2000, .step_us = 1000000},
    {.seed = 2,
     .n_customers = 90,
     .n_names = 300,
     .n_events = 1500,
     .missing_times = 10,
     .ends = 30,
     .journeys = 60,
     .step_us = 1},
    {.seed = 3,
     .n_customers = 7,
     .n_names = 2,
     .n_events = 60,
     .missing_times = 100,
     .step_us = 5},
    {.seed = 4, .n_customers = 3, .n_names = 2, .n_events = 0, .step_us = 5},
    {.seed = 5,
     .n_customers = 300,
     .n_names = 9,
     .n_events = 30000,
     .ends = 1,
     .journeys = 2,
     .step_us = 60000000},
};

static void test_wide(void **state) {
    (void)state;
    for (size_t r = 0; r < TROD_COUNT(logs); r++) {
        struct trod_log *want = NULL, *got = NULL;
        assert_ok(random_log_make(&logs[r], &want, &error));
        for (uint32_t n_parts = 1; n_parts <= 4; n_parts += 3) {
            struct trod_parts *const parts = parts_of(want, n_parts);
            assert_int_equal(parts->n_events, want->n_events);
            assert_int_equal(parts->n_customers, want->n_customers);
            assert_int_equal(parts->has_times, want->has_times);
            assert_true(parts->first_us == want->first_us && parts->last_us == want->last_us);
            assert_ok(trod_log_of_parts(parts, 0, NULL, &got, &error));
            expect_log(want, got);
            trod_log_free(got);
            trod_parts_free(parts);
        }
        trod_log_free(want);
    }
}

/* An empty text is a value of a part, and missing in the wide log. */
static void test_empty_text(void **state) {
    (void)state;
    static const struct trod_parts_field fields[] = {{TROD_STR("note"), false},
                                                     {TROD_STR("city"), true}};
    static const struct trod_parts_source sources[] = {{.name = TROD_STR("web")}};
    static const trod_str values[] = {{"", 0}, {"x", 1}};
    const uint32_t codes[] = {1, 2, 0}, zeros[] = {0, 0, 0}, first[] = {0, 3};
    const trod_str id = TROD_STR("c"), city = TROD_STR("");
    const uint64_t hash = trod_customer_hash(id);
    const struct trod_rows_column columns[] = {
        {.field = 0, .code = codes, .values = values, .n_values = 2},
        {.field = 1, .fact = true, .text = &city}};
    const struct trod_rows rows = {.n_customers = 1,
                                   .n_events = 3,
                                   .hash = &hash,
                                   .id = &id,
                                   .first = first,
                                   .name = zeros,
                                   .source = zeros,
                                   .columns = columns,
                                   .n_columns = 2};
    struct trod_dict *const names = trod_dict_make(0);
    assert_int_equal(trod_dict_add(names, TROD_STR("visit")), 0);
    const struct trod_parts frame = {.names = names,
                                     .fields = fields,
                                     .n_fields = 2,
                                     .sources = sources,
                                     .n_sources = 1,
                                     .channel_field = 0,
                                     .worth_field = TROD_NO_ID,
                                     .journey_field = TROD_NO_ID,
                                     .id_field = TROD_NO_ID};
    struct trod_packed packed;
    struct trod_parts *parts = NULL;
    struct trod_log *log = NULL;
    const struct trod_part *part = NULL;
    trod_str notes[3];
    assert_ok(trod_part_pack(&rows, arena, &packed, &error));
    assert_ok(trod_parts_of_packed(&frame, &packed, 1, &parts, &error));
    assert_ok(parts->open(parts->owner, 0, arena, &part, &error));
    assert_ok(trod_part_texts(part, trod_part_column(part, 0), 0, 3, arena, notes, &error));
    assert_non_null(notes[0].at);
    assert_int_equal(notes[0].n, 0);
    assert_null(notes[2].at);
    assert_ok(trod_log_of_parts(parts, 0, NULL, &log, &error));
    assert_int_equal(log->channel_field, 0);
    assert_int_equal(trod_dict_count(log->fields[0].values), 1);
    assert_int_equal(log->fields[0].code[0], 0);
    assert_int_equal(log->fields[0].code[1], 1);
    assert_int_equal(log->fields[0].code[2], 0);
    assert_int_equal(log->fields[1].code[0], 0);
    trod_log_free(log);
    trod_parts_free(parts);
    trod_dict_free(names);
}

static void test_wide_bounds(void **state) {
    (void)state;
    struct trod_log *log = NULL, *got = NULL;
    assert_ok(random_log_make(&logs[1], &log, &error));
    struct trod_parts *const parts = parts_of(log, 3);
    assert_int_equal(trod_log_of_parts(parts, 10000, NULL, &got, &error), TROD_TOO_MUCH);
    assert_null(got);
    atomic_bool cancel = true;
    struct trod_run run = {.cancel = &cancel};
    assert_int_equal(trod_log_of_parts(parts, 0, &run, &got, &error), TROD_CANCELLED);
    trod_status status = TROD_NO_MEMORY;
    for (uint64_t n = 1; status == TROD_NO_MEMORY && n < 1000; n++) {
        trod_memory_fail_at(n);
        status = trod_log_of_parts(parts, 0, NULL, &got, &error);
    }
    trod_memory_fail_at(0);
    assert_int_equal(status, TROD_OK);
    expect_log(log, got);
    trod_log_free(got);
    trod_log_free(log);
    trod_parts_free(parts);
}

/* ---- Parts
 * ------------------------------------------------------------------------------------- */

static void test_field(void **state) {
    (void)state;
    const struct trod_parts_field fields[] = {
        {TROD_STR("city"), true}, {TROD_STR("colour"), false}, {TROD_STR("city"), false}};
    const struct trod_parts parts = {.fields = fields, .n_fields = TROD_COUNT(fields)};
    assert_int_equal(trod_parts_field(&parts, TROD_STR("city"), false), 2);
    assert_int_equal(trod_parts_field(&parts, TROD_STR("city"), true), 0);
    assert_int_equal(trod_parts_field(&parts, TROD_STR("colour"), false), 1);
    assert_int_equal(trod_parts_field(&parts, TROD_STR("colour"), true), TROD_NO_ID);
    assert_int_equal(trod_parts_field(&parts, TROD_STR("size"), false), TROD_NO_ID);
    trod_parts_free(NULL);
}

enum { PARTS = 9 };
struct counted {
    uint64_t n_events[PARTS];
    size_t fails; /* the part at which to fail */
};

static trod_status count(void *owner, size_t i, const struct trod_part *part,
                         struct trod_arena *scratch, struct trod_error *failed) {
    struct counted *const counted = owner;
    if (i == counted->fails) return trod_fail(failed, TROD_BAD_INPUT, "part %zu", i);
    if (!trod_arena_alloc(scratch, 3000, 100)) return TROD_NO_MEMORY;
    counted->n_events[i] = part->n_events;
    return TROD_OK;
}

static void test_each(void **state) {
    (void)state;
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&logs[0], &log, &error));
    struct trod_parts *const parts = parts_of(log, PARTS);
    for (unsigned n_threads = 1; n_threads <= 4; n_threads++) {
        struct trod_run run = {.n_threads = n_threads};
        struct counted counted = {.fails = PARTS};
        assert_ok(trod_parts_each(parts, &run, count, &counted, &error));
        uint64_t n = 0;
        for (size_t i = 0; i < PARTS; i++) n += counted.n_events[i];
        assert_int_equal(n, log->n_events);
        counted.fails = 3;
        assert_int_equal(trod_parts_each(parts, &run, count, &counted, &error), TROD_BAD_INPUT);
        assert_string_equal(error.message, "part 3");
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unpack, begin, end),
        cmocka_unit_test(test_wide),
        cmocka_unit_test_setup_teardown(test_empty_text, begin, end),
        cmocka_unit_test(test_wide_bounds),
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
