/* The reference cases of R and others, read where they lie: in the shared data, at $TROD_SHARED
 * or in a folder `shared` beside the source or one above. */
#ifndef TESTS_STAT_REFERENCE_H
#define TESTS_STAT_REFERENCE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "trod/stat.h"

#include "near.h"

static struct trod_arena *arena;
static char folder[512];

static inline const struct trod_json *read_case(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    struct trod_buf bytes = {0};
    struct trod_json *root = NULL;
    struct trod_error error = {0};
    if (trod_file_read(path, 16 << 20, &bytes, &error) != TROD_OK ||
        trod_json_read(trod_buf_str(&bytes), arena, &root, &error) != TROD_OK)
        fail_msg("%s: %s", path, error.message);
    trod_buf_free(&bytes);
    return root;
}

/* A member by its path "expected/ci95"; fails if it is not there. */
static inline const struct trod_json *at(const struct trod_json *root, const char *path) {
    trod_str rest = trod_str_of(path);
    while (rest.n) {
        const size_t end = trod_str_find(rest, '/');
        const trod_str key = trod_str_slice(rest, 0, end);
        rest = end == SIZE_MAX ? (trod_str){NULL, 0} : trod_str_slice(rest, end + 1, rest.n);
        const struct trod_json *member = root->first;
        while (member && !trod_str_equal(member->key, key)) member = member->next;
        if (!member) fail_msg("no %s in %s", path, "the case");
        root = member;
    }
    return root;
}

static inline const struct trod_json *nth(const struct trod_json *list, size_t i) {
    if (list->kind != TROD_JSON_ARRAY) return list; /* a vector of one may be a scalar */
    const struct trod_json *item = list->first;
    while (i-- > 0 && item) item = item->next;
    assert_non_null(item);
    return item;
}

static inline double number(const struct trod_json *value) {
    return value->kind == TROD_JSON_NUMBER ? value->number : (double)NAN;
}

static inline double value_at(const struct trod_json *root, const char *path) {
    return number(at(root, path));
}

static inline size_t numbers(const struct trod_json *list, double **values) {
    const size_t n = list->kind == TROD_JSON_ARRAY ? list->n : 1;
    *values = TROD_NEW_ARRAY(arena, n, double);
    const struct trod_json *item = list->kind == TROD_JSON_ARRAY ? list->first : list;
    for (size_t i = 0; i < n; i++, item = item->next) (*values)[i] = number(item);
    return n;
}

static inline void near_all(const struct trod_json *want, const double *got, size_t n,
                            double relative) {
    double *values;
    assert_int_equal(numbers(want, &values), n);
    for (size_t i = 0; i < n; i++) assert_near(got[i], values[i], relative);
}

static inline uint8_t *outcomes_of(const double *values, size_t n) {
    uint8_t *const outcome = TROD_NEW_ARRAY(arena, n, uint8_t);
    for (size_t i = 0; i < n; i++) outcome[i] = (uint8_t)values[i];
    return outcome;
}

/* Fails for a case in the folder that no test names, and for a name without a case. */
static inline void every_case_is_tested(const char *topic, const char *const *names, size_t n) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, topic);
    DIR *const open_folder = opendir(path);
    assert_non_null(open_folder);
    size_t found = 0;
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        const trod_str name = trod_str_of(entry->d_name);
        if (name.n < 5 || strcmp(name.at + name.n - 5, ".json") != 0) continue;
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known ||
                    trod_str_equal(trod_str_slice(name, 0, name.n - 5), trod_str_of(names[i]));
        if (!known) fail_msg("%s/%s is not tested: write its test", topic, entry->d_name);
        found++;
    }
    closedir(open_folder);
    assert_int_equal(found, n);
}

static inline bool find_folder(void) {
    static const char *const places[] = {"%s/reference/stats", "%s/../shared/reference/stats",
                                         "%s/../../shared/reference/stats"};
    for (size_t i = 0; i < TROD_COUNT(places); i++) {
        const char *base = getenv(i == 0 ? "TROD_SHARED" : "TROD_SOURCE_ROOT");
        if (!base) continue;
        char name[sizeof folder];
        snprintf(name, sizeof name, "%.400s", base);
        const size_t n = strlen(name);
        snprintf(folder, sizeof folder, "%.*s%s", (int)n, name, places[i] + 2);
        if (trod_file_exists(folder)) return true;
    }
    return false;
}

/* For main: 77 is Meson's sign for "skipped". */
#define RUN_REFERENCE_TESTS(tests)                                                   \
    if (!find_folder()) {                                                            \
        fprintf(stderr,                                                              \
                "SKIPPED: %zu reference tests of stat, for want of the shared data " \
                "(TROD_SHARED)\n",                                                   \
                TROD_COUNT(tests));                                                  \
        return 77;                                                                   \
    }                                                                                \
    arena = trod_arena_make(0);                                                      \
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);                    \
    trod_arena_free(arena);                                                          \
    return failed

#endif
