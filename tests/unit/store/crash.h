/* Changes that are brought to an end before their own, and what must hold then: the log is the
 * old one or the new one, whole, and the next change leaves nothing behind. */
#ifndef TESTS_CRASH_H
#define TESTS_CRASH_H

#include "kept.h"

#include <fcntl.h>
#include <sys/stat.h>

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

static struct events put_in_events(void) {
    return draw_events(60, 40, 50, 1);
}

static struct events plus_put(const struct events *before) {
    struct events all = {0}, more = put_in_events();
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

static trod_status run_fold(struct trod_store *store, struct trod_error *error) {
    uint64_t n_events = 0;
    return trod_store_fold(store, NULL, &n_events, error);
}

/* One transaction, so all of them or none. */
static trod_status run_put(struct trod_store *store, struct trod_error *error) {
    struct events events = put_in_events();
    struct kept kept = {0};
    uint64_t n_known = 0;
    struct trod_error inner = {0};
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_store_about about;
    trod_status status = arena ? trod_store_about(store, arena, &about, error)
                               : trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (status == TROD_OK) {
        snprintf(kept.folder, sizeof kept.folder, "%.*s", TROD_ARG(about.folder));
        status = put_events(&kept, &events, events.n, true, &n_known, &inner);
        if (status != TROD_OK && error) *error = inner;
    }
    trod_arena_free(arena);
    free(events.at);
    return status;
}

static const struct action ACTIONS[] = {
    {"import", run_import, plus_added},   {"replace", run_replace, only_added},
    {"compact", run_compact, the_same},   {"forget", run_forget, without_ann},
    {"fold", run_fold, the_same},         {"put", run_put, plus_put},
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
    /* and an inbox, in which she is too */
    struct events late = draw_events(45, 45, 20, 1);
    struct event ann = late.at[3];
    snprintf(ann.customer, sizeof ann.customer, "%s", SECRET);
    events_add(&late, ann);
    put_all(&template.kept, &late);
    events_add_all(&template.events, &late);
    free(late.at);
    trod_store_close(template.kept.store);
    template.kept.store = NULL;
    return template;
}

static void copy_folder(const char *from, const char *to) {
    assert_int_equal(mkdir(to, 0777), 0);
    DIR *const open_folder = opendir(from);
    assert_non_null(open_folder);
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        char a[400], b[400];
        struct trod_buf bytes = {0};
        if (entry->d_name[0] == '.') continue;
        snprintf(a, sizeof a, "%s/%s", from, entry->d_name);
        snprintf(b, sizeof b, "%s/%s", to, entry->d_name);
        if (trod_file_read(a, 1 << 28, &bytes, NULL) != TROD_OK) {
            copy_folder(a, b);
            continue;
        }
        const int fd = open(b, O_WRONLY | O_CREAT, 0666);
        assert_int_equal(write(fd, bytes.at, bytes.n), bytes.n);
        close(fd);
        trod_buf_free(&bytes);
    }
    closedir(open_folder);
}

static struct kept copy_of(const struct template *template) {
    struct kept kept = {0};
    char from[100], to[100];
    kept_folder(&kept);
    snprintf(from, sizeof from, "%s/.trod", template->kept.folder);
    snprintf(to, sizeof to, "%s/.trod", kept.folder);
    copy_folder(from, to);
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
    assert_int_equal(count_files(kept->folder, ".trod"), 4); /* catalogue.db, inbox.db, lock, log */
    trod_arena_free(arena);
}

#endif
