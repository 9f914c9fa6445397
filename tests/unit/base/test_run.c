#include "../unit.h"

#include <unistd.h>

#include "trod/base.h"

struct job {
    uint64_t done[1000];
    size_t fail_from;
    atomic_bool *cancel;
};

static trod_status work(void *owner, size_t i, struct trod_error *error) {
    struct job *job = owner;
    job->done[i]++;
    if (i == 500 && job->cancel) atomic_store(job->cancel, true);
    if (job->fail_from && i >= job->fail_from)
        return trod_fail(error, TROD_BAD_INPUT, "block %d", (int)i);
    return TROD_OK;
}

static void every_block_once(void **state) {
    (void)state;
    for (unsigned threads = 0; threads < 5; threads++) {
        struct trod_run run = {.n_threads = threads};
        struct job job = {0};
        assert_int_equal(trod_run_each(&run, 1000, work, &job, NULL), TROD_OK);
        for (int i = 0; i < 1000; i++) assert_int_equal(job.done[i], 1);
    }
    struct job job = {0};
    assert_int_equal(trod_run_each(NULL, 0, work, &job, NULL), TROD_OK);
    assert_int_equal(trod_run_threads(NULL), 1);
    assert_int_equal(trod_run_threads(&(struct trod_run){.n_threads = 3}), 3);
    assert_true(trod_run_threads(&(struct trod_run){0}) >= 1);
}

static void the_lowest_failure_is_told(void **state) {
    (void)state;
    for (unsigned threads = 1; threads < 5; threads++) {
        for (int round = 0; round < 50; round++) {
            struct trod_run run = {.n_threads = threads};
            struct job job = {.fail_from = 300};
            struct trod_error error = {0};
            assert_int_equal(trod_run_each(&run, 1000, work, &job, &error), TROD_BAD_INPUT);
            assert_string_equal(error.message, "block 300");
        }
    }
}

/* Block 1 fails at once, block 0 much later. */
static trod_status late_first(void *owner, size_t i, struct trod_error *error) {
    atomic_bool *second_failed = owner;
    if (i == 1) {
        atomic_store(second_failed, true);
        return trod_fail(error, TROD_BAD_INPUT, "block 1");
    }
    for (int k = 0; k < 1000 && !atomic_load(second_failed); k++) usleep(1000);
    usleep(10000);
    return trod_fail(error, TROD_IO, "block %d", (int)i);
}

static void the_lowest_failure_may_come_last(void **state) {
    (void)state;
    atomic_bool second_failed = false;
    struct trod_run run = {.n_threads = 2};
    struct trod_error error = {0};
    assert_int_equal(trod_run_each(&run, 2, late_first, &second_failed, &error), TROD_IO);
    assert_string_equal(error.message, "block 0");
}

static void cancelling_ends_it(void **state) {
    (void)state;
    atomic_bool cancel = false;
    struct trod_run run = {.n_threads = 2, .cancel = &cancel};
    struct job job = {.cancel = &cancel};
    struct trod_error error = {0};
    assert_int_equal(trod_run_each(&run, 1000, work, &job, &error), TROD_CANCELLED);
    assert_int_equal(job.done[999], 0);
}

static void the_clock_runs_forward(void **state) {
    (void)state;
    const int64_t first = trod_clock_us();
    assert_true(trod_clock_us() >= first);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_once),
        cmocka_unit_test(the_lowest_failure_is_told),
        cmocka_unit_test(the_lowest_failure_may_come_last),
        cmocka_unit_test(cancelling_ends_it),
        cmocka_unit_test(the_clock_runs_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
