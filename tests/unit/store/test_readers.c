/* One process writes, others read. */
#include "kept.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { READERS = 3, ROUNDS = 25 };

/* The answers that may be seen: before and after each round. */
static struct events round_events(unsigned round) {
    return draw_events(1000 + round, 30, 100 + round, round % 3);
}

/* Reads until it is told to stop by a closed pipe; 0 if every answer was one of the rounds'. */
static int read_and_read(const char *folder, int stop, char *const *answers) {
    unsigned last = 0;
    for (;;) {
        struct trod_store *store = NULL;
        struct trod_error error = {0};
        if (trod_store_open(folder, TROD_STORE_READ, NULL, &store, &error) != TROD_OK) return 2;
        for (int i = 0; i < 5; i++) {
            char *const answer = answer_of_store(store, &error);
            if (!answer) {
                fprintf(stderr, "%s\n", error.message);
                return 3;
            }
            while (last < ROUNDS && strcmp(answer, answers[last]) != 0)
                last++; /* only forward */
            free(answer);
            if (last == ROUNDS) return 4;
        }
        trod_store_close(store);
        char byte;
        if (read(stop, &byte, 1) == 0) return last > 0 ? 0 : 5;
    }
}

static void one_writes_and_many_read(void **state) {
    (void)state;
    struct kept kept = kept_make();
    char *answers[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct events events = round_events(i);
        answers[i] = answer_of_events(&events);
        free(events.at);
    }
    struct events first = round_events(0);
    import_all(kept.store, &first, (struct import_options){.n_parts = 3});
    free(first.at);
    trod_store_close(kept.store);
    int stop[2];
    assert_int_equal(pipe(stop), 0);
    assert_int_equal(fcntl(stop[0], F_SETFL, O_NONBLOCK), 0);
    pid_t readers[READERS];
    for (int i = 0; i < READERS; i++) {
        readers[i] = fork();
        assert_true(readers[i] >= 0);
        if (readers[i] == 0) {
            close(stop[1]);
            _exit(read_and_read(kept.folder, stop[0], answers));
        }
    }
    struct trod_error error = {0};
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_WRITE, NULL, &kept.store, &error),
                     TROD_OK);
    for (unsigned i = 1; i < ROUNDS; i++) {
        struct events events = round_events(i);
        import_all(kept.store, &events, (struct import_options){.n_parts = 3, .clear = true});
        free(events.at);
    }
    close(stop[1]);
    close(stop[0]);
    for (int i = 0; i < READERS; i++) {
        int ended = 0;
        assert_int_equal(waitpid(readers[i], &ended, 0), readers[i]);
        assert_true(WIFEXITED(ended));
        assert_int_equal(WEXITSTATUS(ended), 0);
    }
    for (unsigned i = 0; i < ROUNDS; i++) free(answers[i]);
    kept_free(&kept);
}

/* ---- Into the inbox, and folded ---- */

static struct events first_events(void) {
    return draw_events(1, 30, 100, 0);
}

static struct events late_events(unsigned round) {
    struct events events = draw_events(2000 + round, 30, 20, 1);
    /* each round is later than the one before, so that sets and inbox are ordered by time alone */
    for (size_t i = 0; i < events.n; i++) {
        events.at[i].time_us += (int64_t)(round + 1) * 90000 * TROD_SECOND_US;
        events.at[i].set = 1;
    }
    return events;
}

/* Some of the rounds are folded, some compacted as well: what is read is the same. */
static void write_round(struct kept *kept, unsigned round) {
    struct trod_error error = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    struct events events = late_events(round);
    uint64_t n = 0;
    trod_status status = put_events(kept, &events, events.n, true, &n, &error);
    if (status == TROD_OK && round % 2) status = trod_store_fold(kept->store, NULL, &n, &error);
    if (status == TROD_OK && round % 5 == 0)
        status = trod_store_compact(kept->store, NULL, NULL, NULL, arena, &error);
    if (status != TROD_OK) fail_msg("%s", error.message);
    trod_arena_free(arena);
    free(events.at);
}

static void one_puts_in_and_many_read(void **state) {
    (void)state;
    struct kept kept = kept_make();
    char *answers[ROUNDS];
    struct events all = first_events();
    import_all(kept.store, &all, (struct import_options){.n_parts = 3});
    answers[0] = answer_of_events(&all);
    for (unsigned i = 1; i < ROUNDS; i++) {
        struct events more = late_events(i);
        events_add_all(&all, &more);
        answers[i] = answer_of_events(&all);
        free(more.at);
    }
    free(all.at);
    trod_store_close(kept.store);
    int stop[2];
    assert_int_equal(pipe(stop), 0);
    assert_int_equal(fcntl(stop[0], F_SETFL, O_NONBLOCK), 0);
    pid_t readers[READERS];
    for (int i = 0; i < READERS; i++) {
        readers[i] = fork();
        assert_true(readers[i] >= 0);
        if (readers[i] == 0) {
            close(stop[1]);
            _exit(read_and_read(kept.folder, stop[0], answers));
        }
    }
    struct trod_error error = {0};
    assert_int_equal(trod_store_open(kept.folder, TROD_STORE_WRITE, NULL, &kept.store, &error),
                     TROD_OK);
    for (unsigned i = 1; i < ROUNDS; i++) write_round(&kept, i);
    close(stop[1]);
    close(stop[0]);
    for (int i = 0; i < READERS; i++) {
        int ended = 0;
        assert_int_equal(waitpid(readers[i], &ended, 0), readers[i]);
        assert_true(WIFEXITED(ended));
        assert_int_equal(WEXITSTATUS(ended), 0);
    }
    for (unsigned i = 0; i < ROUNDS; i++) free(answers[i]);
    kept_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_writes_and_many_read),
        cmocka_unit_test(one_puts_in_and_many_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
