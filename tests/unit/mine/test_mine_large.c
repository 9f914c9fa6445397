/* Logs with many names, and runs with little memory: the other ways to the same answers. */
#include "../unit.h"

#include <math.h>
#include <stdlib.h>

#include "../log/parts_of.h"
#include "../log/random_log.h"
#include "trod/mine.h"

struct step {
    uint32_t from, to;
    int64_t took_us;
};

static int by_edge(const void *a, const void *b) {
    const struct step *const x = a, *const y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    return x->took_us < y->took_us ? -1 : x->took_us > y->took_us;
}

static size_t steps_of(const struct trod_log *log, struct step *steps) {
    size_t n = 0;
    for (uint32_t c = 0; c < log->n_customers; c++)
        for (uint64_t i = log->first[c] + 1; i < log->first[c + 1]; i++)
            steps[n++] = (struct step){log->name[i - 1], log->name[i],
                                       log->time_us[i] - log->time_us[i - 1]};
    qsort(steps, n, sizeof *steps, by_edge);
    return n;
}

static double type_7(const struct step *steps, size_t n, double p) {
    const double h = (double)(n - 1) * p;
    const size_t k = (size_t)floor(h + 1e-9);
    if (k + 1 >= n) return (double)steps[n - 1].took_us;
    return (double)steps[k].took_us +
           (h - (double)k) * (double)(steps[k + 1].took_us - steps[k].took_us);
}

static void compare_edge(const struct trod_follows_edge *edge, const struct step *steps,
                         size_t n, enum trod_timing timing) {
    assert_int_equal(edge->n, n);
    if (timing == TROD_TIMES_NONE) return;
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)steps[i].took_us;
    const double near = timing == TROD_TIMES_QUICK ? 0.01 : 1e-12;
    const double median = type_7(steps, n, 0.5), p95 = type_7(steps, n, 0.95);
    assert_int_equal(edge->times.n, n);
    assert_true(fabs(edge->times.mean_us - sum / (double)n) <= 1e-9 * sum + 1e-6);
    assert_true(fabs(edge->times.median_us - median) <= near * median + 1e-6);
    if (fabs(edge->times.p95_us - p95) > near * p95 + 1e-6)
        fail_msg("n %zu timing %d: %.9g is not %.9g", n, (int)timing, edge->times.p95_us, p95);
}

static void compare(const struct trod_log *log, uint32_t n_parts, uint64_t memory_bytes,
                    enum trod_timing timing) {
    struct step *const steps = malloc(log->n_events * sizeof *steps);
    const size_t n_steps = steps_of(log, steps);
    struct trod_parts *const parts = parts_of(log, n_parts);
    const struct trod_run run = {.n_threads = 2, .memory_bytes = memory_bytes};
    const struct trod_question question = {.parts = parts, .run = &run};
    struct trod_follows *follows = NULL;
    struct trod_error error = {0};
    if (trod_follows_make(&question, timing, &follows, &error) != TROD_OK)
        fail_msg("%s", error.message);
    uint64_t n_found = 0;
    for (size_t e = 0; e < follows->n_edges; e++) {
        const struct trod_follows_edge *const edge = &follows->edges[e];
        size_t low = 0, high = n_steps; /* the first step that is not before the edge */
        while (low < high) {
            const size_t middle = (low + high) / 2;
            const struct step *const at = &steps[middle];
            if (at->from < edge->from || (at->from == edge->from && at->to < edge->to))
                low = middle + 1;
            else
                high = middle;
        }
        size_t end = low;
        while (end < n_steps && steps[end].from == edge->from && steps[end].to == edge->to)
            end++;
        compare_edge(edge, steps + low, end - low, timing);
        n_found += edge->n;
    }
    assert_int_equal(n_found, n_steps);
    trod_follows_free(follows);
    trod_parts_free(parts);
    free(steps);
}

/* Names of one, two and four bytes; matrices, queues and tables; buckets and all laid out. */
static void any_number_of_names(void **state) {
    (void)state;
    static const uint32_t names[] = {3, 40, 255, 256, 300, 600, 9000, 70000};
    for (size_t i = 0; i < TROD_COUNT(names); i++) {
        const struct random_log as = {.seed = i,
                                      .n_customers = 3000,
                                      .n_names = names[i],
                                      .n_events = names[i] < 9000 ? 60000 : 90000,
                                      .step_us = i % 2 ? 1000003 : 60000000};
        struct trod_log *log = NULL;
        assert_ok(random_log_make(&as, &log, NULL));
        for (int timing = TROD_TIMES_EXACT; timing <= TROD_TIMES_NONE; timing++)
            compare(log, 1 + (uint32_t)i % 3, 0, (enum trod_timing)timing);
        compare(log, 2, 300000, TROD_TIMES_EXACT);
        trod_log_free(log);
    }
}

/* Most frequent first, ties by names byte by byte. */
static bool in_order(const struct trod_dict *names, const struct trod_follows_edge *a,
                     const struct trod_follows_edge *b) {
    if (a->n != b->n) return a->n > b->n;
    const int from =
        trod_str_compare(trod_dict_at(names, a->from), trod_dict_at(names, b->from));
    if (from != 0) return from < 0;
    return trod_str_compare(trod_dict_at(names, a->to), trod_dict_at(names, b->to)) < 0;
}

/* A named segment is what a filter of the same says, in matrices, queues and tables alike. */
static void segments_are_filters(void **state) {
    (void)state;
    static const uint32_t names[] = {5, 40, 130, 300, 600, 9000};
    const trod_str cities[2] = {TROD_STR("Rome"), TROD_STR("Oslo")};
    const char *const filters[2] = {"profile city = Rome", "profile city = Oslo"};
    for (size_t i = 0; i < TROD_COUNT(names); i++) {
        const struct random_log as = {.seed = 77 + i,
                                      .n_customers = 3000,
                                      .n_names = names[i],
                                      .n_events = 90000,
                                      .step_us = 1000003};
        struct trod_log *log = NULL;
        struct trod_error error = {0};
        assert_ok(random_log_make(&as, &log, NULL));
        struct trod_parts *const parts = parts_of(log, 3);
        const struct trod_run run = {.n_threads = 2};
        struct trod_question question = {.parts = parts, .run = &run};
        struct trod_follows_by *by = NULL;
        struct trod_arena *const arena = trod_arena_make(0);
        if (trod_follows_by_make(&question, TROD_STR("city"), cities, 2, TROD_TIMES_NONE, &by,
                                 &error) != TROD_OK)
            fail_msg("%s", error.message);
        assert_int_equal(by->n_segments, 2);
        for (size_t s = 0; s < 2; s++) {
            struct trod_follows *alone = NULL;
            if (trod_filter_read(trod_str_of(filters[s]), arena, &question.view.where,
                                 &error) != TROD_OK ||
                trod_follows_make(&question, TROD_TIMES_NONE, &alone, &error) != TROD_OK)
                fail_msg("%s", error.message);
            assert_true(by->segments[s].n_journeys > 100);
            assert_int_equal(by->segments[s].n_edges, alone->n_edges);
            for (size_t e = 0; e < alone->n_edges; e++) {
                assert_int_equal(by->segments[s].edges[e].from, alone->edges[e].from);
                assert_int_equal(by->segments[s].edges[e].to, alone->edges[e].to);
                assert_int_equal(by->segments[s].edges[e].n, alone->edges[e].n);
                assert_true(e == 0 ||
                            in_order(parts->names, &alone->edges[e - 1], &alone->edges[e]));
            }
            trod_follows_free(alone);
        }
        trod_follows_by_free(by);
        trod_arena_free(arena);
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

static void write_all(const struct trod_log *log, uint64_t memory_bytes, struct trod_buf *out) {
    const struct trod_run run = {.n_threads = 2, .memory_bytes = memory_bytes};
    struct trod_parts *const parts = parts_of(log, 5);
    const struct trod_question question = {.parts = parts, .run = &run};
    struct trod_follows *follows = NULL;
    struct trod_error error = {0};
    if (trod_follows_make(&question, TROD_TIMES_EXACT, &follows, &error) != TROD_OK)
        fail_msg("%s", error.message);
    assert_ok(trod_follows_to_json(follows, 0, out, NULL));
    trod_follows_free(follows);
    for (size_t top = 1; top < 10; top += 4) {
        struct trod_paths *paths = NULL;
        if (trod_paths_make(&question, top, &paths, &error) != TROD_OK)
            fail_msg("%s", error.message);
        assert_ok(trod_paths_to_json(paths, 0, out, NULL));
        trod_paths_free(paths);
    }
    trod_parts_free(parts);
}

static void does_not_depend_on_memory(void **state) {
    (void)state;
    const struct random_log as = {.seed = 3,
                                  .n_customers = 30000,
                                  .n_names = 4,
                                  .n_events = 120000,
                                  .ends = 20,
                                  .step_us = 1000003};
    struct trod_log *log = NULL;
    struct trod_buf first = {0};
    assert_ok(random_log_make(&as, &log, NULL));
    write_all(log, 0, &first);
    static const uint64_t others[] = {2000000, 700000, 400000, 300000};
    for (size_t i = 0; i < TROD_COUNT(others); i++) {
        struct trod_buf out = {0};
        write_all(log, others[i], &out);
        assert_int_equal(first.n, out.n);
        assert_memory_equal(first.at, out.at, out.n);
        trod_buf_free(&out);
    }
    trod_buf_free(&first);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_names),
        cmocka_unit_test(segments_are_filters),
        cmocka_unit_test(does_not_depend_on_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
