/* The gatherer against the builder: the same rows in, the same log out, whatever the number of
 * hands and threads, the memory, and the order in which the rows come. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "../unit.h"
#include "log/gather.h"
#include "trod/log.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum { N_FIELDS = 5, MOST_HANDS = 5 };

/* ---- Random rows ----------------------------------------------------------------------------
 */

struct event {
    uint64_t place;
    uint32_t source;
    char customer[48], name[40];
    int64_t time_us, end_us;
    char value[N_FIELDS][40];
    bool is_fact;  /* only value[4] and value[3] are said */
    char also[48]; /* another id of the customer; "": none */
};
struct recipe {
    uint64_t seed;
    size_t n;
    unsigned n_customers, n_names;
    unsigned missing_times, ends, facts; /* of 100 */
    int64_t step_us;
    bool text_ids, many_values;
    unsigned joins;  /* of 100 events that name a second id */
    unsigned shapes; /* 1: every event sets every field; else one in so many is left out */
};
static const char *const field_names[N_FIELDS] = {"colour", "amount", "note", "city", "plan"};
static const bool field_facts[N_FIELDS] = {false, false, false, true, true};

static struct event *rows_make(const struct recipe *as) {
    struct event *const rows = calloc(as->n + 1, sizeof *rows);
    struct trod_rng rng = {.seed = as->seed, .stream = 7};
    for (size_t i = 0; i < as->n; i++) {
        struct event *const row = &rows[i];
        row->place = 10 + 3 * i;
        row->source = (uint32_t)trod_rng_below(&rng, 3);
        uint64_t c = trod_rng_below(&rng, as->n_customers);
        c = c * c / as->n_customers; /* some have many events */
        if (as->text_ids && c % 3)
            snprintf(row->customer, sizeof row->customer, "mail=c%llu@example.org",
                     (unsigned long long)c);
        else
            snprintf(row->customer, sizeof row->customer, "%llu",
                     (unsigned long long)(c * 7919 * 104729 % 10000000000));
        snprintf(row->name, sizeof row->name, "event %llu",
                 (unsigned long long)trod_rng_below(&rng, as->n_names));
        row->time_us = (int64_t)(i / 4 + trod_rng_below(&rng, 40)) * as->step_us;
        row->end_us = TROD_NO_TIME;
        if (trod_rng_below(&rng, 100) < as->ends)
            row->end_us = row->time_us + (int64_t)trod_rng_below(&rng, 100) * 7;
        if (trod_rng_below(&rng, 100) < as->missing_times)
            row->time_us = row->end_us = TROD_NO_TIME;
        if (trod_rng_below(&rng, 100) < as->joins) {
            const uint64_t also = trod_rng_below(&rng, as->n_customers / 2);
            if (also % 2)
                snprintf(row->also, sizeof row->also, "%llu",
                         (unsigned long long)(also * 7919));
            else
                snprintf(row->also, sizeof row->also, "mail=c%llu@example.org",
                         (unsigned long long)also);
        }
        row->is_fact = trod_rng_below(&rng, 100) < as->facts;
        static const char *const colours[] = {"", "red", "green", "blue"};
        snprintf(row->value[0], 40, "%s", colours[trod_rng_below(&rng, 4)]);
        snprintf(row->value[1], 40, "%llu.%02llu",
                 (unsigned long long)trod_rng_below(&rng, as->many_values ? 2000 : 9),
                 (unsigned long long)trod_rng_below(&rng, as->many_values ? 100 : 2));
        if (as->many_values && trod_rng_below(&rng, 2))
            snprintf(row->value[2], 40, "note %llx", (unsigned long long)trod_rng_u64(&rng));
        snprintf(row->value[3], 40, "city %llu", (unsigned long long)trod_rng_below(&rng, 7));
        snprintf(row->value[4], 40, "%s", trod_rng_below(&rng, 3) ? "" : "gold");
        for (size_t f = 0; as->shapes > 1 && f < N_FIELDS; f++)
            if (trod_rng_below(&rng, as->shapes) == 0) row->value[f][0] = '\0';
    }
    return rows;
}

static const char *const source_names[3] = {"web", "shop", "call"};

static struct trod_log *build(const struct recipe *as, const struct event *rows) {
    struct trod_error error = {0};
    struct trod_log *log = NULL;
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    for (size_t s = 0; s < 3; s++)
        trod_log_builder_source(builder, trod_str_of(source_names[s]));
    uint32_t field[N_FIELDS];
    for (size_t f = 0; f < N_FIELDS; f++)
        field[f] = trod_log_builder_field(builder, trod_str_of(field_names[f]), field_facts[f]);
    for (size_t i = 0; i < as->n; i++) {
        const uint32_t c = trod_log_builder_customer(builder, trod_str_of(rows[i].customer));
        if (rows[i].also[0]) {
            const uint32_t also = trod_log_builder_customer(builder, trod_str_of(rows[i].also));
            trod_log_builder_same(builder, c, also);
        }
        if (rows[i].is_fact) {
            for (size_t f = 3; f < N_FIELDS; f++)
                assert_ok(trod_log_builder_fact(builder, c, field[f],
                                                trod_str_of(rows[i].value[f]), &error));
            continue;
        }
        assert_ok(trod_log_builder_event(builder, rows[i].source, c, trod_str_of(rows[i].name),
                                         (trod_str){0}, rows[i].time_us, rows[i].end_us,
                                         &error));
        for (size_t f = 0; f < N_FIELDS; f++)
            assert_ok(
                trod_log_builder_set(builder, field[f], trod_str_of(rows[i].value[f]), &error));
    }
    assert_ok(trod_log_builder_finish(builder, &log, &error));
    trod_log_builder_free(builder);
    return log;
}

/* ---- Rows through hands ---------------------------------------------------------------------
 */

struct feeder {
    struct trod_gather *gather;
    const struct recipe *as;
    const struct event *rows;
    unsigned hand, n_hands;
    trod_status status;
    struct trod_error error;
};

static trod_status feed_row(struct trod_gather *gather, struct trod_hand *hand,
                            const struct event *row, struct trod_error *error) {
    trod_status status = TROD_OK;
    /* Numbers of sources and fields are asked for again and again, as by readers of files. */
    uint32_t field[N_FIELDS];
    for (size_t k = 0; k < N_FIELDS; k++) {
        const size_t f = (k + row->place) % N_FIELDS;
        field[f] = trod_gather_field(gather, trod_str_of(field_names[f]), field_facts[f]);
        if (field[f] == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    }
    const trod_str customer = trod_str_of(row->customer);
    if (row->also[0])
        TROD_TRY(trod_hand_same(hand, row->place, customer, trod_str_of(row->also), error));
    if (row->is_fact) {
        for (size_t f = 3; f < N_FIELDS; f++)
            TROD_TRY(trod_hand_fact(hand, row->place, customer, field[f],
                                    trod_str_of(row->value[f]), error));
        goto done;
    }
    const uint32_t source = trod_gather_source(gather, trod_str_of(source_names[row->source]));
    if (source == TROD_NO_ID) TROD_TRY_ALLOC(NULL, error);
    TROD_TRY(trod_hand_event(hand, row->place, source, customer, trod_str_of(row->name),
                             row->time_us, row->end_us, error));
    for (size_t f = 0; f < N_FIELDS; f++)
        TROD_TRY(trod_hand_set(hand, field[f], trod_str_of(row->value[f]), error));
done:
    return status;
}

/* Every n_hands-th block of rows, the blocks in no order. */
static void *feed(void *argument) {
    struct feeder *const feeder = argument;
    struct trod_hand *const hand = trod_gather_hand(feeder->gather);
    enum { BLOCK = 50 };
    const size_t n_blocks = (feeder->as->n + BLOCK - 1) / BLOCK;
    if (!hand) feeder->status = trod_fail(&feeder->error, TROD_NO_MEMORY, "no hand");
    for (size_t k = 0; k < n_blocks && feeder->status == TROD_OK; k++) {
        const size_t block = feeder->n_hands > 2 ? n_blocks - 1 - k : k;
        if (block % feeder->n_hands != feeder->hand) continue;
        for (size_t i = block * BLOCK;
             i < feeder->as->n && i < (block + 1) * BLOCK && feeder->status == TROD_OK; i++)
            feeder->status = feed_row(feeder->gather, hand, &feeder->rows[i], &feeder->error);
    }
    return NULL;
}

static trod_status gather_all(const struct recipe *as, const struct event *rows,
                              const struct trod_gather_options *options, struct trod_run *run,
                              struct trod_gather **gather, struct trod_error *error) {
    struct feeder feeders[MOST_HANDS];
    pthread_t threads[MOST_HANDS];
    trod_status status = trod_gather_make(options, run, gather, error);
    for (unsigned t = 0; status == TROD_OK && t < run->n_threads; t++) {
        feeders[t] = (struct feeder){*gather, as, rows, t, run->n_threads, TROD_OK, {0}};
        pthread_create(&threads[t], NULL, feed, &feeders[t]);
    }
    if (status != TROD_OK) return status;
    for (unsigned t = 0; t < run->n_threads; t++) {
        pthread_join(threads[t], NULL);
        if (feeders[t].status == TROD_OK) continue;
        status = feeders[t].status;
        *error = feeders[t].error;
    }
    return status;
}

/* ---- Comparing ------------------------------------------------------------------------------
 */

struct compared {
    const struct trod_log *log;
    const struct trod_gather *gather;
    pthread_mutex_t lock;
    uint64_t n_events, n_customers;
    bool no_facts;
};

static trod_str cell(const struct trod_rows_column *column, uint32_t row) {
    if (!column->code) return column->text[row];
    return column->code[row] ? column->values[column->code[row] - 1] : (trod_str){NULL, 0};
}

static void compare_value(const struct compared *to, const struct trod_rows *rows, uint32_t row,
                          uint64_t event, uint32_t customer, bool fact) {
    const struct trod_parts *const frame = trod_gather_frame(to->gather);
    for (size_t f = 0; f < frame->n_fields; f++) {
        if (frame->fields[f].fact != fact) continue;
        trod_str got = {NULL, 0};
        for (size_t k = 0; k < rows->n_columns; k++)
            if (rows->columns[k].field == f) got = cell(&rows->columns[k], row);
        const uint32_t field = trod_log_field(to->log, frame->fields[f].name, fact);
        const uint32_t code = trod_log_code(to->log, field, event, customer);
        const trod_str want =
            code ? trod_dict_at(to->log->fields[field].values, code - 1) : (trod_str){NULL, 0};
        assert_true(trod_str_equal(got, want));
        assert_int_equal(got.at == NULL, want.at == NULL);
    }
}

static void compare_customer(const struct compared *to, const struct trod_rows *rows,
                             uint32_t c) {
    const struct trod_parts *const frame = trod_gather_frame(to->gather);
    const uint32_t known = trod_dict_find(to->log->customers, rows->id[c]);
    assert_int_not_equal(known, TROD_NO_ID);
    const uint64_t begin = to->log->first[known];
    const uint32_t n = rows->first[c + 1] - rows->first[c];
    assert_int_equal(n, to->log->first[known + 1] - begin);
    if (!to->no_facts) compare_value(to, rows, c, 0, known, true);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t row = rows->first[c] + i;
        const uint64_t event = begin + i;
        assert_true(trod_str_equal(trod_dict_at(frame->names, rows->name[row]),
                                   trod_dict_at(to->log->names, to->log->name[event])));
        assert_int_equal(rows->time_us ? rows->time_us[row] : TROD_NO_TIME,
                         to->log->time_us ? to->log->time_us[event] : TROD_NO_TIME);
        assert_int_equal(rows->end_us ? rows->end_us[row] : TROD_NO_TIME,
                         to->log->end_us ? to->log->end_us[event] : TROD_NO_TIME);
        assert_true(trod_str_equal(frame->sources[rows->source[row]].name,
                                   to->log->sources[to->log->source[event]].name));
        compare_value(to, rows, row, event, known, false);
    }
}

static trod_status compare_rows(void *owner, size_t part, const struct trod_rows *rows,
                                struct trod_error *error) {
    struct compared *const to = owner;
    (void)part;
    (void)error;
    for (size_t k = 1; k < rows->n_columns; k++)
        assert_true(rows->columns[k].field > rows->columns[k - 1].field);
    for (uint32_t c = 0; c < rows->n_customers; c++) {
        assert_int_equal(rows->hash[c], trod_customer_hash(rows->id[c]));
        if (c) assert_true(rows->hash[c] >= rows->hash[c - 1]);
        compare_customer(to, rows, c);
    }
    pthread_mutex_lock(&to->lock);
    to->n_events += rows->n_events;
    to->n_customers += rows->n_customers;
    pthread_mutex_unlock(&to->lock);
    return TROD_OK;
}

static void compare_frame(const struct trod_parts *frame, const struct trod_log *log) {
    assert_int_equal(frame->n_events, log->n_events);
    assert_int_equal(frame->n_customers, log->n_customers);
    assert_int_equal(frame->has_times, log->has_times);
    assert_int_equal(frame->first_us, log->first_us);
    assert_int_equal(frame->last_us, log->last_us);
    assert_int_equal(trod_dict_count(frame->names), trod_dict_count(log->names));
    for (uint32_t i = 0; i < trod_dict_count(log->names); i++) /* both by first place */
        assert_true(trod_str_equal(trod_dict_at(frame->names, i), trod_dict_at(log->names, i)));
    for (size_t s = 0; s < frame->n_sources; s++)
        for (size_t t = 0; t < log->n_sources; t++) {
            if (!trod_str_equal(frame->sources[s].name, log->sources[t].name)) continue;
            assert_int_equal(frame->sources[s].n_events, log->sources[t].n_events);
            assert_int_equal(frame->sources[s].first_us, log->sources[t].first_us);
            assert_int_equal(frame->sources[s].last_us, log->sources[t].last_us);
        }
}

static void check_recipe(const struct recipe *as) {
    struct event *const rows = rows_make(as);
    struct trod_log *const log = build(as, rows);
    static const unsigned n_threads[] = {1, 2, 5};
    for (size_t t = 0; t < 3; t++) {
        struct trod_error error = {0};
        struct trod_gather *gather = NULL;
        struct trod_run run = {.n_threads = n_threads[t]};
        assert_ok(gather_all(as, rows, NULL, &run, &gather, &error));
        assert_int_equal(trod_gather_count(gather), log->n_events);
        struct compared to = {.log = log, .gather = gather};
        pthread_mutex_init(&to.lock, NULL);
        assert_ok(gather_each_rows(gather, compare_rows, &to, &error));
        assert_int_equal(to.n_events, log->n_events);
        assert_int_equal(to.n_customers, log->n_customers);
        compare_frame(trod_gather_frame(gather), log);
        pthread_mutex_destroy(&to.lock);
        trod_gather_free(gather);
    }
    trod_log_free(log);
    free(rows);
}

static trod_status compare_part(void *owner, size_t i, const struct trod_part *part,
                                struct trod_arena *scratch, struct trod_error *error) {
    struct trod_rows rows;
    assert_ok(trod_part_check(part, error));
    assert_ok(trod_part_unpack(part, 0, part->n_customers, scratch, &rows, error));
    return compare_rows(owner, i, &rows, error);
}

/* So little memory that buckets are cut, and that finished parts go to the file. */
static void check_cut(const struct recipe *as) {
    struct event *const rows = rows_make(as);
    struct trod_log *const log = build(as, rows);
    for (unsigned n_threads = 1; n_threads < 4; n_threads += 2) {
        struct trod_error error = {0};
        struct trod_gather *gather = NULL;
        struct trod_parts *parts = NULL;
        struct trod_run run = {.n_threads = n_threads};
        const struct trod_gather_options options = {.memory_bytes = (as->n > 100000 ? 128 : 512)
                                                                    << 10};
        assert_ok(gather_all(as, rows, &options, &run, &gather, &error));
        gather->least_events = 20;
        if (trod_gather_finish(gather, &parts, &error) != TROD_OK)
            fail_msg("%s", error.message);
        if (as->n > 100000) {
            assert_true(gather->part_bits > GATHER_BUCKET_BITS);
            assert_true(parts->n_parts > GATHER_BUCKETS);
        }
        struct compared to = {.log = log, .gather = gather};
        pthread_mutex_init(&to.lock, NULL);
        assert_ok(trod_parts_each(parts, &run, compare_part, &to, &error));
        assert_int_equal(to.n_events, log->n_events);
        assert_int_equal(to.n_customers, log->n_customers);
        compare_frame(parts, log);
        pthread_mutex_destroy(&to.lock);
        trod_gather_free(gather);
        uint64_t n_events = 0; /* parts do not need the gatherer */
        for (size_t i = 0; i < parts->n_parts; i++) {
            struct trod_arena *const arena = trod_arena_make(0);
            const struct trod_part *part = NULL;
            assert_ok(parts->open(parts->owner, i, arena, &part, &error));
            n_events += part->n_events;
            trod_arena_free(arena);
        }
        assert_int_equal(n_events, log->n_events);
        trod_parts_free(parts);
    }
    trod_log_free(log);
    free(rows);
}

static const struct recipe recipes[] = {
    {.seed = 1, .n = 0, .n_customers = 1, .n_names = 1, .step_us = 1},
    {.seed = 2, .n = 1, .n_customers = 1, .n_names = 1, .step_us = 1000000},
    {.seed = 3, .n = 3000, .n_customers = 40, .n_names = 9, .step_us = 1000000, .facts = 5},
    {.seed = 4,
     .n = 5000,
     .n_customers = 300,
     .n_names = 300,
     .step_us = 1000,
     .ends = 30,
     .text_ids = true,
     .shapes = 3},
    {.seed = 5,
     .n = 4000,
     .n_customers = 50,
     .n_names = 5,
     .step_us = 7,
     .missing_times = 30,
     .ends = 10,
     .facts = 20,
     .text_ids = true,
     .shapes = 2},
    {.seed = 6,
     .n = 2000,
     .n_customers = 60,
     .n_names = 70000,
     .step_us = 1,
     .missing_times = 100,
     .shapes = 2},
    {.seed = 7,
     .n = 130000,
     .n_customers = 9000,
     .n_names = 40,
     .step_us = 1000,
     .ends = 1,
     .facts = 1,
     .text_ids = true,
     .many_values = true,
     .shapes = 9},
    {.seed = 8,
     .n = 6000,
     .n_customers = 2000,
     .n_names = 40,
     .step_us = 1000,
     .facts = 10,
     .text_ids = true,
     .joins = 10,
     .shapes = 3},
    {.seed = 9,
     .n = 6000,
     .n_customers = 900,
     .n_names = 40,
     .step_us = 1000,
     .facts = 10,
     .missing_times = 10,
     .joins = 90,
     .shapes = 3},
};

static void test_same_as_builder(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(recipes); i++) check_recipe(&recipes[i]);
}

static void test_cut(void **state) {
    (void)state;
    const struct recipe many = {.seed = 10,
                                .n = 120000,
                                .n_customers = 1 << 30,
                                .n_names = 40,
                                .step_us = 1000,
                                .ends = 1,
                                .facts = 1,
                                .text_ids = true,
                                .many_values = true,
                                .shapes = 9};
    for (size_t i = 0; i < TROD_COUNT(recipes); i++)
        if (recipes[i].n < 100000 && recipes[i].joins < 50) check_cut(&recipes[i]);
    check_cut(&many);
}

/* Events that cannot be told apart by their customers, and no memory for all of them. */
static void test_one_customer(void **state) {
    (void)state;
    struct trod_error error = {0};
    struct trod_run run = {.n_threads = 2};
    struct trod_gather *gather = NULL;
    const struct trod_gather_options options = {.memory_bytes = 1 << 20};
    assert_ok(trod_gather_make(&options, &run, &gather, &error));
    struct trod_hand *const hand = trod_gather_hand(gather);
    for (uint32_t i = 0; i < 100000; i++)
        assert_ok(trod_hand_event(hand, i, trod_gather_source(gather, TROD_STR("web")),
                                  TROD_STR("anonymous"), TROD_STR("look"), i, TROD_NO_TIME,
                                  &error));
    struct trod_parts *parts = NULL;
    assert_int_equal(trod_gather_finish(gather, &parts, &error), TROD_TOO_MUCH);
    assert_non_null(strstr(error.hint, "--memory"));
    assert_null(parts);
    trod_gather_free(gather);
}

/* ---- Byte for byte --------------------------------------------------------------------------
 */

enum { MOST_PARTS = 64 };
struct dump {
    struct trod_buf parts[MOST_PARTS], frame;
};

static trod_status dump_part(void *owner, size_t i, const struct trod_packed *packed,
                             struct trod_error *error) {
    struct dump *const dump = owner;
    assert_true(i < MOST_PARTS);
    struct trod_buf *const to = &dump->parts[i];
    trod_buf_format(to, "%u %u %lld %lld\n", packed->n_events, packed->n_customers,
                    (long long)packed->first_us, (long long)packed->last_us);
    for (size_t s = 0; s < packed->n_sections; s++) {
        const struct trod_section *const section = &packed->sections[s];
        trod_buf_format(to, "\n%u %u %zu ", section->kind, section->field, section->n_bytes);
        trod_buf_add(to, (trod_str){(const char *)section->at, section->n_bytes});
    }
    return to->failed ? trod_fail(error, TROD_NO_MEMORY, "no memory") : TROD_OK;
}

static void dump_frame(struct dump *dump, const struct trod_gather *gather) {
    const struct trod_parts *const frame = trod_gather_frame(gather);
    struct trod_buf *const to = &dump->frame;
    for (uint32_t i = 0; i < trod_dict_count(frame->names); i++)
        trod_buf_format(to, "%.*s\n", TROD_ARG(trod_dict_at(frame->names, i)));
    for (size_t f = 0; f < frame->n_fields; f++)
        trod_buf_format(to, "%.*s %d\n", TROD_ARG(frame->fields[f].name),
                        frame->fields[f].fact);
    for (size_t s = 0; s < frame->n_sources; s++)
        trod_buf_format(to, "%.*s %llu %lld %lld\n", TROD_ARG(frame->sources[s].name),
                        (unsigned long long)frame->sources[s].n_events,
                        (long long)frame->sources[s].first_us,
                        (long long)frame->sources[s].last_us);
    trod_buf_format(to, "%u %u %u %u %llu %llu %llu", frame->channel_field, frame->worth_field,
                    frame->journey_field, frame->id_field, (unsigned long long)frame->n_events,
                    (unsigned long long)frame->n_customers,
                    (unsigned long long)trod_gather_dropped(gather));
}

static trod_status dump_make(const struct recipe *as, const struct event *rows,
                             const struct trod_gather_options *options, unsigned n_threads,
                             struct dump *dump, bool *spilled, struct trod_error *error) {
    struct trod_run run = {.n_threads = n_threads};
    struct trod_gather *gather = NULL;
    memset(dump, 0, sizeof *dump);
    trod_status status = gather_all(as, rows, options, &run, &gather, error);
    if (status == TROD_OK) {
        trod_gather_role(gather, TROD_ROLE_CHANNEL,
                         trod_gather_field(gather, TROD_STR("colour"), false));
        status = trod_gather_each(gather, dump_part, dump, error);
    }
    if (status == TROD_OK) dump_frame(dump, gather);
    if (dump->frame.failed) status = TROD_NO_MEMORY; /* an allocation of the test's own */
    if (spilled) *spilled = gather && gather->pool.file >= 0;
    trod_gather_free(gather);
    return status;
}

static void dump_free(struct dump *dump) {
    for (size_t i = 0; i < MOST_PARTS; i++) trod_buf_free(&dump->parts[i]);
    trod_buf_free(&dump->frame);
}

static void assert_same_dump(const struct dump *a, const struct dump *b) {
    for (size_t i = 0; i < MOST_PARTS; i++) {
        assert_int_equal(a->parts[i].n, b->parts[i].n);
        assert_true(trod_str_equal(trod_buf_str(&a->parts[i]), trod_buf_str(&b->parts[i])));
    }
    assert_true(trod_str_equal(trod_buf_str(&a->frame), trod_buf_str(&b->frame)));
}

static void test_same_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < TROD_COUNT(recipes); i++) {
        struct event *const rows = rows_make(&recipes[i]);
        struct trod_error error = {0};
        struct dump one, other;
        struct trod_gather_options options = {.distinct = i % 2,
                                              .id_field = i % 3 ? NULL : "note"};
        assert_ok(dump_make(&recipes[i], rows, &options, 1, &one, NULL, &error));
        static const unsigned n_threads[] = {1, 2, 5};
        for (size_t t = 0; t < TROD_COUNT(n_threads); t++)
            for (unsigned little = 0; little < 2; little++) {
                bool spilled = false;
                options.memory_bytes = little ? 256 << 10 : 0;
                assert_ok(dump_make(&recipes[i], rows, &options, n_threads[t], &other, &spilled,
                                    &error));
                assert_same_dump(&one, &other);
                if (recipes[i].n > 100000) assert_int_equal(spilled, little);
                dump_free(&other);
            }
        dump_free(&one);
        free(rows);
    }
}

/* ---- Events that are known ------------------------------------------------------------------
 */

static bool equal_events(const struct event *a, const struct event *b) {
    if (strcmp(a->customer, b->customer) != 0 || strcmp(a->name, b->name) != 0 ||
        a->time_us != b->time_us || a->end_us != b->end_us)
        return false;
    for (size_t f = 0; f < 3; f++)
        if (strcmp(a->value[f], b->value[f]) != 0) return false;
    return true;
}

/* Drops from the rows what the gatherer should: those that stay are moved to the front. */
static size_t drop_known(struct event *rows, size_t n, bool by_id, bool distinct) {
    bool *const drop = calloc(n, 1);
    for (size_t i = 0; by_id && i < n; i++)
        for (size_t j = 0; j < i && !drop[i] && rows[i].value[2][0]; j++)
            drop[i] = !drop[j] && strcmp(rows[i].customer, rows[j].customer) == 0 &&
                      strcmp(rows[i].value[2], rows[j].value[2]) == 0;
    for (size_t i = 0; distinct && i < n; i++)
        for (size_t j = 0; j < i && !drop[i]; j++)
            drop[i] = !drop[j] && equal_events(&rows[i], &rows[j]);
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!drop[i]) rows[n_kept++] = rows[i];
    free(drop);
    return n_kept;
}

static void test_known(void **state) {
    (void)state;
    for (unsigned kind = 1; kind < 4; kind++) {
        struct recipe recipe = {.seed = 20 + kind,
                                .n = 1500,
                                .n_customers = 30,
                                .n_names = 4,
                                .step_us = 1000000,
                                .ends = 3,
                                .shapes = 4};
        struct event *const rows = rows_make(&recipe);
        for (size_t i = 0; i < recipe.n; i++) {
            /* Rows that come again, a good deal later, and ids that do. */
            if (i > 400 && i % 3 == 0) {
                const uint64_t place = rows[i].place;
                rows[i] = rows[i - 400 + i % 7];
                rows[i].place = place;
            }
            rows[i].value[2][0] = '\0';
            if (i % 4) snprintf(rows[i].value[2], 40, "%zu", i % 3 ? i * 7 % 300 : i % 5);
            if (kind == 2 && i % 9) rows[i].value[2][0] = '\0';
        }
        const struct trod_gather_options options = {.distinct = kind & 2,
                                                    .id_field = kind & 1 ? "note" : NULL};
        struct trod_run run = {.n_threads = 2};
        struct trod_gather *gather = NULL;
        struct trod_error error = {0};
        assert_ok(gather_all(&recipe, rows, &options, &run, &gather, &error));
        const size_t n_all = recipe.n;
        /* Facts of events that are dropped hold: all rows are alike in them. */
        recipe.n = drop_known(rows, n_all, kind & 1, kind & 2);
        assert_true(recipe.n < n_all - 50);
        struct trod_log *const log = build(&recipe, rows);
        struct compared to = {.log = log, .gather = gather, .no_facts = true};
        pthread_mutex_init(&to.lock, NULL);
        assert_ok(gather_each_rows(gather, compare_rows, &to, &error));
        assert_int_equal(to.n_events, recipe.n);
        assert_int_equal(trod_gather_dropped(gather), n_all - recipe.n);
        trod_log_free(log);
        trod_gather_free(gather);
        free(rows);
    }
}

/* ---- Wide and long -------------------------------------------------------------------------
 */

enum { WIDE = 60, N_WIDE = 4000 };

/* Value f of row i: missing, one of few, of many, or long. */
static trod_str wide_value(size_t i, size_t f, struct trod_buf *room) {
    struct trod_rng rng = {.seed = i * WIDE + f, .stream = 3};
    trod_buf_clear(room);
    if (trod_rng_below(&rng, 100) > 30) return (trod_str){NULL, 0};
    const uint64_t kind = f % 10;
    trod_buf_format(room, "%llu",
                    (unsigned long long)trod_rng_below(&rng, kind < 6 ? 9 : 1000000));
    if (kind == 9) trod_buf_repeat(room, 'x', trod_rng_below(&rng, i % 500 ? 300 : 70000));
    if (kind == 8) trod_buf_repeat(room, '0', trod_rng_below(&rng, 30));
    return trod_buf_str(room);
}

/* So many fields in so many ways that there are too many shapes, and records longer than a
 * chunk; some ids are long. */
static void test_wide(void **state) {
    (void)state;
    struct trod_error error = {0};
    struct trod_buf room = {0};
    struct trod_run run = {.n_threads = 2};
    struct trod_gather *gather = NULL;
    const struct trod_gather_options options = {.memory_bytes = 1 << 20};
    assert_ok(trod_gather_make(&options, &run, &gather, &error));
    struct trod_hand *const hand = trod_gather_hand(gather);
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    assert_int_equal(trod_gather_source(gather, TROD_STR("web")),
                     trod_log_builder_source(builder, TROD_STR("web")));
    for (size_t f = 0; f < WIDE; f++) {
        char name[16];
        snprintf(name, sizeof name, "f%zu", f);
        assert_int_equal(trod_gather_field(gather, trod_str_of(name), f % 7 == 0), f);
        assert_int_equal(trod_log_builder_field(builder, trod_str_of(name), f % 7 == 0), f);
    }
    for (size_t i = 0; i < N_WIDE; i++) {
        char id[400], other[16];
        memset(id, 'y', sizeof id);
        const int n = snprintf(id, sizeof id, "%zu", i * i % 70);
        if (i % 3) id[n] = 'y'; /* goes on */
        const trod_str customer = {id, i % 3 ? 10 + i * i % 70 * 5 : (size_t)n};
        snprintf(other, sizeof other, "%zu", i % 11);
        const uint32_t c = trod_log_builder_customer(builder, customer);
        assert_ok(trod_log_builder_event(builder, 0, c, TROD_STR("e"), (trod_str){0},
                                         (int64_t)i * 1000, TROD_NO_TIME, &error));
        assert_ok(trod_hand_event(hand, i, 0, customer, TROD_STR("e"), (int64_t)i * 1000,
                                  TROD_NO_TIME, &error));
        for (size_t k = 0; k < WIDE; k++) {
            const size_t f = (k * 7 + i % 5) % WIDE; /* in several orders */
            const trod_str value = wide_value(i, f, &room);
            assert_ok(trod_log_builder_set(builder, (uint32_t)f, value, &error));
            assert_ok(trod_hand_set(hand, (uint32_t)f, value, &error));
            /* Facts of others come in between. */
            if (k % 20 || i % 4) continue;
            const uint32_t who = trod_log_builder_customer(builder, trod_str_of(other));
            assert_ok(trod_log_builder_fact(builder, who, 49, trod_str_of(other), &error));
            assert_ok(
                trod_hand_fact(hand, i, trod_str_of(other), 49, trod_str_of(other), &error));
        }
    }
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, &error));
    trod_log_builder_free(builder);
    struct compared to = {.log = log, .gather = gather};
    pthread_mutex_init(&to.lock, NULL);
    assert_ok(gather_each_rows(gather, compare_rows, &to, &error));
    assert_int_equal(to.n_events, N_WIDE);
    assert_int_equal(to.n_customers, log->n_customers);
    assert_true(gather->pool.file >= 0);
    trod_log_free(log);
    trod_gather_free(gather);
    trod_buf_free(&room);
}

/* ---- Failures -------------------------------------------------------------------------------
 */

static void test_out_of_memory(void **state) {
    (void)state;
    struct recipe recipe = {.seed = 31,
                            .n = 300,
                            .n_customers = 90,
                            .n_names = 30,
                            .step_us = 1000,
                            .ends = 10,
                            .facts = 10,
                            .text_ids = true,
                            .joins = 30,
                            .many_values = true,
                            .shapes = 3};
    struct event *const rows = rows_make(&recipe);
    struct trod_error error = {0};
    struct dump want, got;
    const struct trod_gather_options options = {
        .distinct = true, .id_field = "note", .memory_bytes = 128 << 10};
    assert_ok(dump_make(&recipe, rows, &options, 1, &want, NULL, &error));
    size_t n_failed = 0;
    for (uint64_t n = 1; n < 4000; n += n < 400 ? 1 : 41) {
        trod_memory_fail_at(n);
        const trod_status status =
            dump_make(&recipe, rows, &options, n % 2 + 1, &got, NULL, &error);
        trod_memory_fail_at(0);
        trod_memory_fail_at(0);
        if (status == TROD_OK)
            assert_same_dump(&want, &got);
        else
            assert_int_equal(status, TROD_NO_MEMORY);
        n_failed += status != TROD_OK;
        dump_free(&got);
    }
    assert_true(n_failed > 100);
    dump_free(&want);
    free(rows);
}

static void test_full_disk(void **state) {
    (void)state;
    const struct recipe recipe = {.seed = 41,
                                  .n = 60000,
                                  .n_customers = 9000,
                                  .n_names = 30,
                                  .step_us = 1000,
                                  .many_values = true,
                                  .shapes = 3};
    struct event *const rows = rows_make(&recipe);
    struct trod_gather_options options = {.memory_bytes = 256 << 10, .folder = "/tmp"};
    struct rlimit before, low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
        struct trod_error error = {0};
        struct dump dump;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
        const trod_status status =
            dump_make(&recipe, rows, &options, n_threads, &dump, NULL, &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status, TROD_IO);
        assert_non_null(strstr(error.message, "/tmp"));
        assert_non_null(strstr(error.hint, "TMPDIR"));
        dump_free(&dump);
    }
    options.folder = "/tmp/no such folder";
    struct trod_error error = {0};
    struct dump dump;
    assert_int_equal(dump_make(&recipe, rows, &options, 1, &dump, NULL, &error), TROD_IO);
    assert_non_null(strstr(error.message, "no such folder"));
    dump_free(&dump);
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        /* clang-format off */
        cmocka_unit_test(test_same_as_builder),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_one_customer),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_full_disk),
        /* clang-format on */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
