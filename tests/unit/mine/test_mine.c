#include "../unit.h"

#include <math.h>
#include <stdlib.h>

#include "../log/parts_of.h"
#include "../log/small_map.h"
#include "mine/paths.h"
#include "trod/mine.h"

enum { MOST = 400 };

static struct trod_log *log_of(uint64_t seed, unsigned missing_times, unsigned ends) {
    const struct random_log as = {.seed = seed,
                                  .n_customers = 15,
                                  .n_names = 4,
                                  .n_events = 20 + (uint32_t)seed * 6 % 300,
                                  .missing_times = missing_times,
                                  .ends = ends,
                                  .journeys = seed % 4 == 3 ? 30 : 0,
                                  .step_us = seed % 5 == 4 ? 7000 : 7};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    return log;
}

static int ascending(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double type_7(const int64_t *sorted, size_t n, double p) {
    const double h = (double)(n - 1) * p;
    const size_t k = (size_t)floor(h + 1e-9);
    if (k + 1 >= n) return (double)sorted[n - 1];
    return (double)sorted[k] + (h - (double)k) * (double)(sorted[k + 1] - sorted[k]);
}

static void compare_durations(const struct trod_durations *seen, int64_t *values, size_t n) {
    assert_int_equal(seen->n, n);
    if (n == 0) {
        assert_true(isnan(seen->mean_us) && isnan(seen->median_us) && isnan(seen->p95_us));
        return;
    }
    qsort(values, n, sizeof *values, ascending);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)values[i];
    assert_true(fabs(seen->mean_us - sum / (double)n) < 1e-6);
    assert_true(fabs(seen->median_us - type_7(values, n, 0.5)) < 1e-6);
    assert_true(fabs(seen->p95_us - type_7(values, n, 0.95)) < 1e-6);
}

static void compare_edge(const struct trod_view *view, const struct trod_follows_edge *edge) {
    const struct trod_log *const log = view->log;
    int64_t times[MOST], waiting[MOST];
    size_t n = 0, n_timed = 0, n_waited = 0;
    for (size_t j = 0; j < view->n_journeys; j++) {
        for (uint32_t i = 1; i < view->journeys[j].n; i++) {
            const uint64_t a = trod_view_event(view, &view->journeys[j], i - 1);
            const uint64_t b = trod_view_event(view, &view->journeys[j], i);
            if (log->name[a] != edge->from || log->name[b] != edge->to) continue;
            n++;
            if (!log->time_us || log->time_us[b] == TROD_NO_TIME) continue;
            if (log->time_us[a] != TROD_NO_TIME)
                times[n_timed++] = log->time_us[b] - log->time_us[a];
            if (log->end_us && log->end_us[a] != TROD_NO_TIME) {
                const int64_t waited = log->time_us[b] - log->end_us[a];
                waiting[n_waited++] = waited > 0 ? waited : 0;
            }
        }
    }
    assert_int_equal(edge->n, n);
    compare_durations(&edge->times, times, n_timed);
    compare_durations(&edge->waiting, waiting, n_waited);
}

static trod_str name_of(const struct trod_log *log, uint32_t name) {
    return trod_dict_at(log->names, name);
}

static void compare_picked(const struct trod_view *view, const struct trod_picked *picked) {
    int64_t first_us = TROD_NO_TIME, last_us = TROD_NO_TIME;
    for (size_t j = 0; view->log->time_us && j < view->n_journeys; j++)
        for (uint32_t i = 0; i < view->journeys[j].n; i++) {
            const int64_t time_us =
                view->log->time_us[trod_view_event(view, &view->journeys[j], i)];
            if (time_us == TROD_NO_TIME) continue;
            if (first_us == TROD_NO_TIME || time_us < first_us) first_us = time_us;
            if (time_us > last_us) last_us = time_us;
        }
    assert_int_equal(picked->n_journeys, view->n_journeys);
    assert_int_equal(picked->n_events, view->n_events);
    assert_int_equal(picked->n_customers, view->n_customers);
    assert_int_equal(picked->n_left_out, view->n_left_out);
    assert_int_equal(picked->has_times, view->log->has_times);
    assert_int_equal(picked->first_us, first_us);
    assert_int_equal(picked->last_us, last_us);
    assert_int_equal(picked->gap_us, view->gap_us);
    assert_int_equal(picked->n_cut_start, view->n_cut_start);
    assert_int_equal(picked->n_cut_end, view->n_cut_end);
}

static void compare_follows(const struct trod_view *view,
                            const struct trod_question *question) {
    struct trod_follows *follows = NULL;
    struct trod_error error = {0};
    if (trod_follows_make(question, TROD_TIMES_EXACT, &follows, &error) != TROD_OK)
        fail_msg("%s", error.message);
    compare_picked(view, &follows->picked);
    uint64_t n_pairs = 0, n_events = 0, n_starts = 0, n_ends = 0;
    for (size_t e = 0; e < follows->n_edges; e++) {
        const struct trod_follows_edge *const edge = &follows->edges[e];
        compare_edge(view, edge);
        n_pairs += edge->n;
        if (e == 0) continue;
        assert_true(edge->n <= edge[-1].n);
        if (edge->n < edge[-1].n) continue;
        const int from =
            trod_str_compare(name_of(view->log, edge[-1].from), name_of(view->log, edge->from));
        assert_true(from < 0 ||
                    (from == 0 && trod_str_compare(name_of(view->log, edge[-1].to),
                                                   name_of(view->log, edge->to)) < 0));
    }
    assert_int_equal(n_pairs, view->n_events - view->n_journeys);
    for (size_t i = 0; i < follows->nodes.n; i++) {
        const struct trod_name_count *const node = &follows->nodes.at[i];
        uint64_t events = 0, starts = 0, ends = 0;
        for (size_t j = 0; j < view->n_journeys; j++)
            for (uint32_t k = 0; k < view->journeys[j].n; k++) {
                if (view->log->name[trod_view_event(view, &view->journeys[j], k)] != node->name)
                    continue;
                events++;
                starts += k == 0;
                ends += k + 1 == view->journeys[j].n;
            }
        assert_int_equal(node->n_events, events);
        assert_int_equal(node->n_starts, starts);
        assert_int_equal(node->n_ends, ends);
        n_events += events;
        n_starts += starts;
        n_ends += ends;
    }
    assert_int_equal(n_events, view->n_events);
    assert_int_equal(n_starts, view->n_journeys);
    assert_int_equal(n_ends, view->n_journeys);
    trod_follows_free(follows);
}

static bool takes(const struct trod_view *view, const struct trod_journey *journey,
                  const struct trod_path *path) {
    if (journey->n != path->n) return false;
    for (uint32_t i = 0; i < path->n; i++)
        if (view->log->name[trod_view_event(view, journey, i)] != path->steps[i]) return false;
    return true;
}

static int compare_steps(const struct trod_log *log, const struct trod_path *a,
                         const struct trod_path *b) {
    for (uint32_t i = 0; i < a->n && i < b->n; i++) {
        const int order =
            trod_str_compare(name_of(log, a->steps[i]), name_of(log, b->steps[i]));
        if (order) return order;
    }
    return a->n < b->n ? -1 : a->n > b->n;
}

static struct mine_key bad_hash(const void *names, size_t n_bytes) {
    const unsigned char *const at = names;
    return (struct mine_key){at[0] % 2, n_bytes % 2};
}

/* All paths, or the first of them. */
static void compare_paths(const struct trod_view *view, const struct trod_question *question,
                          size_t top, mine_hash_path *hash, uint64_t front_from) {
    struct trod_paths *paths = NULL;
    struct trod_error error = {0};
    const struct mine_paths_how how = {hash, front_from};
    if (mine_paths_make(question, top, &how, &paths, &error) != TROD_OK)
        fail_msg("%s", error.message);
    compare_picked(view, &paths->picked);
    assert_int_equal(paths->n_shown, top && top < paths->n_paths ? top : paths->n_paths);
    uint64_t n = 0;
    int64_t all[MOST];
    size_t n_all = 0;
    for (size_t p = 0; p < paths->n_shown; p++) {
        const struct trod_path *const path = &paths->paths[p];
        uint64_t walked = 0;
        int64_t times[MOST];
        size_t n_timed = 0;
        for (size_t j = 0; j < view->n_journeys; j++) {
            const struct trod_journey *const journey = &view->journeys[j];
            if (!takes(view, journey, path)) continue;
            walked++;
            if (!view->log->time_us) continue;
            const int64_t a = view->log->time_us[trod_view_event(view, journey, 0)];
            const int64_t b =
                view->log->time_us[trod_view_event(view, journey, journey->n - 1)];
            if (a != TROD_NO_TIME && b != TROD_NO_TIME) all[n_all++] = times[n_timed++] = b - a;
        }
        assert_int_equal(path->n_journeys, walked);
        compare_durations(&path->lasts, times, n_timed);
        n += walked;
        if (p)
            assert_true(path[-1].n_journeys > path->n_journeys ||
                        (path[-1].n_journeys == path->n_journeys &&
                         compare_steps(view->log, path - 1, path) < 0));
    }
    if (paths->n_shown == paths->n_paths) {
        assert_int_equal(n, view->n_journeys);
        compare_durations(&paths->lasts, all, n_all);
    }
    trod_paths_free(paths);
}

static void equals_the_plain_way(void **state) {
    (void)state;
    const struct trod_filter green = {.kind = TROD_FILTER_COND, .cond = small_green};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct trod_log *const log =
            log_of(seed, seed % 10 == 0 ? 100 : seed % 3 * 10, seed % 2 * 40);
        struct trod_parts *const parts = parts_of(log, 1 + (uint32_t)seed % 4);
        for (int filtered = 0; filtered < 4; filtered++) {
            const struct trod_view_options options = {
                .events = filtered & 1 ? &green : NULL,
                .where = filtered & 2 ? &green : NULL,
                .since_us = filtered == 3 && log->has_times ? 30 : 0};
            const struct trod_run run = {.n_threads = 1 + seed % 3};
            const struct trod_question question = {parts, options, &run};
            struct trod_view *view = NULL;
            assert_ok(trod_view_make(log, &options, &view, NULL));
            compare_follows(view, &question);
            compare_paths(view, &question, 0, mine_hash_long, UINT64_MAX);
            compare_paths(view, &question, 1 + seed % 7, mine_hash_long, UINT64_MAX);
            compare_paths(view, &question, 1 + seed % 9, mine_hash_long, 0);
            compare_paths(view, &question, seed % 3, bad_hash, seed % 2);
            trod_view_free(view);
        }
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

/* All answers as text, for a number of threads and parts. */
static void write_all(const struct trod_log *log, unsigned n_threads, uint32_t n_parts,
                      struct trod_buf *out) {
    const struct trod_run run = {.n_threads = n_threads};
    struct trod_parts *const parts = parts_of(log, n_parts);
    const struct trod_question question = {.parts = parts, .run = &run};
    for (int timing = TROD_TIMES_EXACT; timing <= TROD_TIMES_NONE; timing++) {
        struct trod_follows *follows = NULL;
        struct trod_follows_by *by = NULL;
        assert_ok(trod_follows_make(&question, (enum trod_timing)timing, &follows, NULL));
        assert_ok(trod_follows_by_make(&question, TROD_STR("colour"), NULL, 0,
                                       (enum trod_timing)timing, &by, NULL));
        assert_ok(trod_follows_to_json(follows, 0, out, NULL));
        assert_ok(trod_follows_to_csv(follows, 0, out, NULL));
        assert_ok(trod_follows_by_to_json(by, 0, out, NULL));
        assert_ok(trod_follows_by_to_csv(by, 0, out, NULL));
        trod_follows_free(follows);
        trod_follows_by_free(by);
    }
    for (size_t top = 0; top < 40; top += 13) {
        struct trod_paths *paths = NULL;
        assert_ok(trod_paths_make(&question, top, &paths, NULL));
        assert_ok(trod_paths_to_json(paths, 0, out, NULL));
        assert_ok(trod_paths_to_csv(paths, 0, out, NULL));
        trod_paths_free(paths);
    }
    trod_parts_free(parts);
}

static void does_not_depend_on_threads_or_parts(void **state) {
    (void)state;
    const struct random_log as = {.seed = 4,
                                  .n_customers = 3000,
                                  .n_names = 4,
                                  .n_events = 30000,
                                  .ends = 40,
                                  .step_us = 1000};
    struct trod_log *log = NULL;
    struct trod_buf first = {0};
    assert_ok(random_log_make(&as, &log, NULL));
    write_all(log, 1, 1, &first);
    static const uint32_t others[][2] = {{2, 1}, {2, 7}, {5, 40}, {1, 3}};
    for (size_t i = 0; i < TROD_COUNT(others); i++) {
        struct trod_buf out = {0};
        write_all(log, others[i][0], others[i][1], &out);
        assert_int_equal(first.n, out.n);
        assert_memory_equal(first.at, out.at, out.n);
        trod_buf_free(&out);
    }
    trod_buf_free(&first);
    trod_log_free(log);
}

/* What is guessed from a look at some journeys changes no answer. */
static void guesses_change_nothing(void **state) {
    (void)state;
    const struct random_log as = {.seed = 9,
                                  .n_customers = 60000,
                                  .n_names = 5,
                                  .n_events = 200000,
                                  .step_us = 1001};
    struct trod_log *log = NULL;
    assert_ok(random_log_make(&as, &log, NULL));
    struct trod_parts *const parts = parts_of(log, 6);
    for (size_t top = 1; top < 40; top += 19) {
        struct trod_buf texts[3] = {{0}};
        for (unsigned way = 0; way < 3; way++) {
            const struct trod_run run = {.n_threads = way + 1,
                                         .memory_bytes = way == 2 ? 100000 : 0};
            const struct trod_question question = {.parts = parts, .run = &run};
            const struct mine_paths_how how = {mine_hash_long, way ? 0 : UINT64_MAX};
            struct trod_paths *paths = NULL;
            struct trod_error error = {0};
            if (mine_paths_make(&question, top, &how, &paths, &error) != TROD_OK)
                fail_msg("%s", error.message);
            assert_ok(trod_paths_to_json(paths, 0, &texts[way], NULL));
            trod_paths_free(paths);
            assert_int_equal(texts[0].n, texts[way].n);
            assert_memory_equal(texts[0].at, texts[way].at, texts[0].n);
        }
        for (unsigned way = 0; way < 3; way++) trod_buf_free(&texts[way]);
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

/* ---- Writing -------------------------------------------------------------------------------
 */

static struct trod_log *tiny_log(bool timed) {
    struct trod_log_builder *const builder = trod_log_builder_make(0);
    const uint32_t source = trod_log_builder_source(builder, TROD_STR("x"));
    static const struct {
        const char *customer, *name;
        int64_t time_us, end_us;
    } rows[] = {
        {"a", "look", 0, 3}, {"a", "b, \"buy\"", 10, 12}, {"b", "look", 20, TROD_NO_TIME}};
    for (size_t i = 0; i < TROD_COUNT(rows); i++) {
        const uint32_t customer =
            trod_log_builder_customer(builder, trod_str_of(rows[i].customer));
        assert_ok(trod_log_builder_event(builder, source, customer, trod_str_of(rows[i].name),
                                         (trod_str){0}, timed ? rows[i].time_us : TROD_NO_TIME,
                                         timed ? rows[i].end_us : TROD_NO_TIME, NULL));
    }
    struct trod_log *log = NULL;
    assert_ok(trod_log_builder_finish(builder, &log, NULL));
    trod_log_builder_free(builder);
    return log;
}

static void writes_json_and_csv(void **state) {
    (void)state;
    for (int timed = 0; timed < 2; timed++) {
        struct trod_log *const log = tiny_log(timed);
        struct trod_parts *const parts = parts_of(log, 1);
        const struct trod_question question = {.parts = parts};
        struct trod_follows *follows = NULL;
        struct trod_paths *paths = NULL;
        struct trod_buf out = {0};
        assert_ok(trod_follows_make(&question, TROD_TIMES_EXACT, &follows, NULL));
        assert_ok(trod_paths_make(&question, 0, &paths, NULL));
        assert_ok(trod_follows_to_csv(follows, 0, &out, NULL));
        assert_string_equal(
            out.at,
            timed ? "from,to,count,mean_us,median_us,p95_us,waiting_count,waiting_mean_us,"
                    "waiting_median_us,waiting_p95_us\n"
                    "look,\"b, \"\"buy\"\"\",1,10,10,10,1,7,7,7\n"
                  : "from,to,count,mean_us,median_us,p95_us\n"
                    "look,\"b, \"\"buy\"\"\",1,,,\n");
        trod_buf_clear(&out);
        assert_ok(trod_paths_to_csv(paths, 1, &out, NULL));
        assert_string_equal(out.at, timed ? "path,count,mean_us,median_us,p95_us,step,name\n"
                                            "1,1,0,0,0,1,look\n"
                                          : "path,count,mean_us,median_us,p95_us,step,name\n"
                                            "1,1,,,,1,look\n");
        struct trod_arena *const arena = trod_arena_make(0);
        struct trod_json *root = NULL;
        trod_buf_clear(&out);
        assert_ok(trod_follows_to_json(follows, 0, &out, NULL));
        assert_ok(trod_json_read(trod_buf_str(&out), arena, &root, NULL));
        const struct trod_json *const edge = trod_json_get(root, "edges")->first;
        assert_int_equal(trod_json_get(root, "journeys")->integer, 2);
        assert_str(trod_json_get(edge, "to")->text, "b, \"buy\"");
        assert_int_equal(trod_json_get(edge, "median_us")->kind,
                         timed ? TROD_JSON_NUMBER : TROD_JSON_NULL);
        assert_int_equal(trod_json_get(trod_json_get(root, "starts"), "look")->integer, 2);
        trod_buf_clear(&out);
        assert_ok(trod_paths_to_json(paths, 1, &out, NULL));
        assert_ok(trod_json_read(trod_buf_str(&out), arena, &root, NULL));
        assert_int_equal(trod_json_get(root, "n_paths")->integer, 2);
        assert_int_equal(trod_json_get(root, "paths")->n, 1);
        trod_arena_free(arena);
        trod_buf_free(&out);
        trod_paths_free(paths);
        trod_follows_free(follows);
        trod_parts_free(parts);
        trod_log_free(log);
    }
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    struct trod_log *const log = log_of(9, 5, 30);
    struct trod_parts *const parts = parts_of(log, 2);
    const struct trod_question question = {.parts = parts};
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        struct trod_follows *follows = NULL;
        struct trod_paths *paths = NULL;
        trod_memory_fail_at(n);
        trod_status status = trod_follows_make(&question, TROD_TIMES_EXACT, &follows, NULL);
        if (status == TROD_OK) status = trod_paths_make(&question, 3, &paths, NULL);
        trod_memory_fail_at(0);
        done = status == TROD_OK;
        assert_true(done || status == TROD_NO_MEMORY);
        assert_true(n > 20 || !done);
        trod_follows_free(follows);
        trod_paths_free(paths);
    }
    trod_parts_free(parts);
    trod_log_free(log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_plain_way),
        cmocka_unit_test(does_not_depend_on_threads_or_parts),
        cmocka_unit_test(guesses_change_nothing),
        cmocka_unit_test(writes_json_and_csv),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
