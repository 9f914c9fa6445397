/* Every step of a change on the disk fails in turn, or the process is killed there. */
#include "crash.h"

#include <signal.h>
#include <sys/wait.h>

/* ---- A step fails ---- */

static void each_step_that_fails(void **state) {
    (void)state;
    struct template template = template_make();
    for (size_t a = 0; a < TROD_COUNT(ACTIONS); a++) {
        struct events new = ACTIONS[a].expected(&template.events);
        uint64_t step = 0;
        for (bool whole = false; !whole;) {
            struct kept kept = copy_of(&template);
            struct trod_error error = {0};
            trod_store_fail_at(++step, false);
            trod_status status = open_store(&kept, &error);
            if (status == TROD_OK) status = ACTIONS[a].run(kept.store, &error);
            if (status != TROD_OK) assert_true(error.message[0]);
            trod_store_close(kept.store);
            kept.store = NULL;
            whole = trod_store_fail_at(0, false) > 0; /* more than there are steps */
            if (whole) assert_int_equal(status, TROD_OK);
            assert_old_or_new(&kept, &template.events, &new, status == TROD_OK);
            kept_free(&kept);
        }
        assert_true(step > 15);
        free(new.at);
    }
    free(template.events.at);
    kept_free(&template.kept);
}

/* ---- The process is killed ---- */

static void each_step_where_it_is_killed(void **state) {
    (void)state;
    struct template template = template_make();
    for (size_t a = 0; a < TROD_COUNT(ACTIONS); a++) {
        struct events new = ACTIONS[a].expected(&template.events);
        bool killed = true;
        for (uint64_t step = 1; killed; step++) {
            struct kept kept = copy_of(&template);
            const pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0) {
                struct trod_error error = {0};
                trod_store_fail_at(step, true);
                if (open_store(&kept, &error) != TROD_OK) _exit(3);
                if (ACTIONS[a].run(kept.store, &error) != TROD_OK) _exit(4);
                trod_store_close(kept.store);
                _exit(0);
            }
            int ended = 0;
            assert_int_equal(waitpid(child, &ended, 0), child);
            killed = WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL;
            if (!killed && (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0))
                fail_msg("%s at step %d ended with %x", ACTIONS[a].title, (int)step,
                         (unsigned)ended);
            assert_old_or_new(&kept, &template.events, &new, !killed);
            if (!killed) assert_true(step > 10);
            kept_free(&kept);
        }
        free(new.at);
    }
    free(template.events.at);
    kept_free(&template.kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_that_fails),
        cmocka_unit_test(each_step_where_it_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
