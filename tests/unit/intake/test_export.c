/* Writing a log as a file: the bytes depend neither on threads nor on memory, and a disk or a
 * memory that is full ends it with a status, whichever thread meets it. */
#include "../unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../log/parts_of.h"
#include "../log/random_log.h"
#include "trod/intake.h"

static const enum trod_format FORMATS[] = {TROD_FORMAT_CSV, TROD_FORMAT_JSONL, TROD_FORMAT_XES};

/* Journeys that lie between one another, events without times, and customers with more events
 * than are unpacked at a time where memory is scarce. */
static struct trod_parts *draw(uint32_t n_customers, uint32_t n_events, uint32_t n_parts) {
    const struct random_log as = {.seed = 5,
                                  .n_customers = n_customers,
                                  .n_names = 7,
                                  .n_events = n_events,
                                  .missing_times = 3,
                                  .ends = 20,
                                  .journeys = 30,
                                  .step_us = TROD_HOUR_US};
    struct trod_log *log = NULL;
    struct trod_error error = {0};
    assert_ok(random_log_make(&as, &log, &error));
    struct trod_parts *const parts = parts_of(log, n_parts);
    trod_log_free(log);
    return parts;
}

static trod_status write_log(const struct trod_parts *parts, enum trod_format format,
                             const struct trod_view_options *view, const struct trod_run *run,
                             const char *name, uint64_t *n_events, struct trod_error *error) {
    const struct trod_export_options options = {.format = format, .view = view};
    struct trod_outfile *file = NULL;
    trod_status status = trod_outfile_open(name, &file, error);
    if (status != TROD_OK) return status;
    status = trod_export(parts, &options, run, file, n_events, error);
    const trod_status closed =
        trod_outfile_close(file, status == TROD_OK, status == TROD_OK ? error : NULL);
    return status == TROD_OK ? closed : status;
}

static struct trod_buf bytes_of(const struct trod_parts *parts, enum trod_format format,
                                const struct trod_view_options *view,
                                const struct trod_run *run, uint64_t *n_events) {
    char name[64];
    struct trod_error error = {0};
    struct trod_buf bytes = {0};
    snprintf(name, sizeof name, "/tmp/trod-export-%d", getpid());
    assert_ok(write_log(parts, format, view, run, name, n_events, &error));
    assert_ok(trod_file_read(name, 1 << 28, &bytes, &error));
    unlink(name);
    return bytes;
}

static uint64_t lines_of(const struct trod_buf *bytes) {
    uint64_t n = 0;
    for (size_t i = 0; i < bytes->n; i++) n += bytes->at[i] == '\n';
    return n;
}

static void neither_threads_nor_memory_matter(void **state) {
    (void)state;
    const struct {
        uint32_t n_customers, n_events, n_parts;
    } logs[] = {{900, 30000, 5}, {3, 20000, 2}, {40, 60, 7}};
    static const struct trod_view_options all = {0};
    const struct trod_view_options some = {.since_us = 12 * TROD_HOUR_US};
    for (size_t l = 0; l < TROD_COUNT(logs); l++) {
        struct trod_parts *const parts =
            draw(logs[l].n_customers, logs[l].n_events, logs[l].n_parts);
        for (size_t f = 0; f < TROD_COUNT(FORMATS); f++) {
            for (int v = 0; v < 2; v++) {
                const struct trod_view_options *const view = v ? &some : &all;
                const struct trod_run large = {.n_threads = 1};
                uint64_t n_events = 0;
                struct trod_buf want = bytes_of(parts, FORMATS[f], view, &large, &n_events);
                if (v == 0) assert_int_equal(n_events, logs[l].n_events);
                if (FORMATS[f] != TROD_FORMAT_XES)
                    assert_int_equal(lines_of(&want),
                                     n_events + (FORMATS[f] == TROD_FORMAT_CSV));
                for (unsigned threads = 1; threads <= 4; threads += 3) {
                    const struct trod_run small = {.n_threads = threads, .memory_bytes = 1};
                    uint64_t n_now = 0;
                    struct trod_buf is = bytes_of(parts, FORMATS[f], view, &small, &n_now);
                    assert_int_equal(n_now, n_events);
                    assert_int_equal(is.n, want.n);
                    assert_memory_equal(is.at, want.at, want.n);
                    trod_buf_free(&is);
                }
                trod_buf_free(&want);
            }
        }
        trod_parts_free(parts);
    }
}

/* No thread waits for one that has given up. */
static void a_full_disk_ends_it(void **state) {
    (void)state;
    static const struct trod_view_options all = {0};
    struct trod_parts *const parts = draw(2000, 60000, 9);
    char name[64];
    snprintf(name, sizeof name, "/tmp/trod-export-%d", getpid());
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        for (rlim_t most = 0; most < 4000000; most += 700000) {
            const struct rlimit tight = {most, old.rlim_max};
            const struct trod_run run = {.n_threads = threads, .memory_bytes = 1};
            struct trod_error error = {0};
            uint64_t n_events = 0;
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
            const trod_status status =
                write_log(parts, TROD_FORMAT_XES, &all, &run, name, &n_events, &error);
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
            assert_int_equal(status, TROD_IO);
            assert_true(error.message[0]);
            assert_int_not_equal(access(name, F_OK), 0);
        }
    }
    trod_parts_free(parts);
}

static void a_full_memory_ends_it(void **state) {
    (void)state;
    static const struct trod_view_options all = {0};
    struct trod_parts *const parts = draw(500, 12000, 6);
    unsigned n_failed = 0;
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        for (uint64_t n = 1; n < 4000; n += 1 + n / 8) {
            const struct trod_run run = {.n_threads = threads, .memory_bytes = 1};
            struct trod_error error = {0};
            uint64_t n_events = 0;
            trod_memory_fail_at(n);
            const trod_status status =
                write_log(parts, TROD_FORMAT_CSV, &all, &run, "/dev/null", &n_events, &error);
            trod_memory_fail_at(0);
            assert_true(status == TROD_OK || status == TROD_NO_MEMORY);
            n_failed += status != TROD_OK;
        }
    }
    assert_true(n_failed > 10);
    trod_parts_free(parts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neither_threads_nor_memory_matter),
        cmocka_unit_test(a_full_disk_ends_it),
        cmocka_unit_test(a_full_memory_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
