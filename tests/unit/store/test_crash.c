/* Every step of a change on the disk fails in turn, or the process is killed there: afterwards
 * the log is the old one or the new one, whole, and the next change leaves nothing behind. */
#include "kept.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char SECRET[] = "ann-the-secret-one";

struct action {
    const char *title;
    /* Changes the store; the status of the change. */
    trod_status (*run)(struct trod_store *store, struct trod_error *error);
    struct events (*expected)(const struct events *before);
};

/* ---- The changes ---- */

static struct events added_events(void) {
    return draw_events(50, 40, 120, 2);
}

static struct events plus_added(const struct events *before) {
    struct events all = {0}, more = added_events();
    events_add_all(&all, before);
    events_add_all(&all, &more);
    free(more.at);
    return all;
}

static trod_status run_import(struct trod_store *store, struct trod_error *error) {
    struct events events = added_events();
    struct import_options options = {.n_parts = 2};
    const trod_status status = import_events(store, &events, &options, error);
    free(events.at);
    return status;
}

static struct events only_added(const struct events *before) {
    (void)before;
    return added_events();
}

static trod_status run_replace(struct trod_store *store, struct trod_error *error) {
    struct events events = added_events();
    struct import_options options = {.n_parts = 2, .clear = true};
    const trod_status status = import_events(store, &events, &options, error);
    free(events.at);
    return status;
}

static struct events the_same(const struct events *before) {
    struct events all = {0};
    events_add_all(&all, before);
    return all;
}

static trod_status run_compact(struct trod_store *store, struct trod_error *error) {
    struct trod_arena *const arena = trod_arena_make(0);
    const trod_status status = trod_store_compact(store, NULL, NULL, NULL, arena, error);
    trod_arena_free(arena);
    return status;
}

static struct events without_ann(const struct events *before) {
    struct events left = {0};
    for (size_t i = 0; i < before->n; i++)
        if (strcmp(before->at[i].customer, SECRET) != 0) events_add(&left, before->at[i]);
    return left;
}

static trod_status run_forget(struct trod_store *store, struct trod_error *error) {
    uint64_t n_events = 0, n_left = 0;
    const trod_status status =
        trod_store_forget(store, trod_str_of(SECRET), NULL, &n_events, &n_left, error);
    if (status == TROD_OK) assert_int_equal(n_left, 0);
    return status;
}

static const struct action ACTIONS[] = {
    {"import", run_import, plus_added},
    {"replace", run_replace, only_added},
    {"compact", run_compact, the_same},
    {"forget", run_forget, without_ann},
};

/* ---- The store before them ---- */

struct template {
    struct kept kept;
    struct events events;
};

static struct template template_make(void) {
    struct template template = {.kept = kept_make()};
    for (unsigned set = 0; set < 2; set++) {
        struct events events = draw_events(40 + set, 40, 150, set);
        struct event ann = events.at[3];
        snprintf(ann.customer, sizeof ann.customer, "%s", SECRET);
        events_add(&events, ann);
        import_all(template.kept.store, &events, (struct import_options){.n_parts = 2});
        events_add_all(&template.events, &events);
        free(events.at);
    }
    trod_store_close(template.kept.store);
    template.kept.store = NULL;
    return template;
}

static struct kept copy_of(const struct template *template) {
    struct kept kept = {0};
    char command[400];
    kept_folder(&kept);
    snprintf(command, sizeof command, "cp -r %s/.trod %s/", template->kept.folder, kept.folder);
    assert_int_equal(system(command), 0);
    return kept;
}

static trod_status open_store(struct kept *kept, struct trod_error *error) {
    return trod_store_open(kept->folder, TROD_STORE_WRITE, NULL, &kept->store, error);
}

static size_t count_files(const char *folder, const char *below) {
    char name[200];
    size_t n = 0;
    snprintf(name, sizeof name, "%s/%s", folder, below);
    DIR *const open_folder = opendir(name);
    assert_non_null(open_folder);
    for (struct dirent *entry; (entry = readdir(open_folder));) n += entry->d_name[0] != '.';
    closedir(open_folder);
    return n;
}

static bool holds(struct trod_store *store, const struct events *events) {
    struct trod_error error = {0};
    char *const is = answer_of_store(store, &error);
    if (!is) fail_msg("%s", error.message);
    char *const want = answer_of_events(events);
    const bool same = strcmp(is, want) == 0;
    free(is);
    free(want);
    return same;
}

/* The old log or the new one; then whole again after one more change, and nothing too much. */
static void assert_old_or_new(struct kept *kept, const struct events *old,
                              const struct events *new, bool must_be_new) {
    struct trod_error error = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    if (open_store(kept, &error) != TROD_OK) fail_msg("%s", error.message);
    const bool is_new = holds(kept->store, new);
    if (must_be_new && !is_new) fail_msg("it said that it was done, and it was not");
    if (!is_new && !holds(kept->store, old)) fail_msg("neither the old log nor the new one");
    assert_sound(kept->store);
    struct trod_change *change = NULL;
    if (trod_store_begin(kept->store, 0, &change, &error) != TROD_OK)
        fail_msg("%s", error.message);
    trod_change_free(change);
    struct trod_store_about about;
    assert_int_equal(trod_store_about(kept->store, arena, &about, &error), TROD_OK);
    assert_int_equal(count_files(kept->folder, ".trod/log"), about.n_files);
    assert_true(holds(kept->store, is_new ? new : old));
    assert_sound(kept->store);
    uint64_t n_events = 0, n_left = 0; /* whatever happened: forgetting her again forgets her */
    assert_int_equal(
        trod_store_forget(kept->store, trod_str_of(SECRET), NULL, &n_events, &n_left, &error),
        TROD_OK);
    assert_int_equal(n_left, 0);
    assert_int_equal(grep(kept, SECRET), 0);
    trod_store_close(kept->store);
    kept->store = NULL;
    assert_int_equal(count_files(kept->folder, ".trod"), 3); /* catalogue.db, lock, log */
    trod_arena_free(arena);
}

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

/* ---- A full disk ---- */

static void files_that_may_not_grow(void **state) {
    (void)state;
    struct template template = template_make();
    struct events new = plus_added(&template.events);
    for (rlim_t most = 0; most <= 40000; most += most < 8000 ? 1000 : 8000) {
        struct kept kept = copy_of(&template);
        struct trod_error error = {0};
        struct rlimit old;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
        const struct rlimit tight = {most, old.rlim_max};
        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        trod_status status = open_store(&kept, &error);
        if (status == TROD_OK) status = run_import(kept.store, &error);
        trod_store_close(kept.store);
        kept.store = NULL;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_true(status == TROD_OK || status == TROD_IO);
        if (status != TROD_OK) assert_true(error.message[0]);
        if (most == 0) assert_int_equal(status, TROD_IO);
        assert_old_or_new(&kept, &template.events, &new, status == TROD_OK);
        kept_free(&kept);
    }
    free(new.at);
    free(template.events.at);
    kept_free(&template.kept);
}

/* ---- One writes, many read ---- */

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
    assert_int_equal(open_store(&kept, &error), TROD_OK);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_that_fails),
        cmocka_unit_test(each_step_where_it_is_killed),
        cmocka_unit_test(files_that_may_not_grow),
        cmocka_unit_test(one_writes_and_many_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
