/* Names of files: their folder, their ending, and the names that a pattern stands for. */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "trod/base/file.h"

static size_t last_slash(trod_str name) {
    size_t i = name.n;
    while (i && name.at[i - 1] != '/') i--;
    return i; /* one past it; 0 if none */
}

trod_str trod_path_folder(trod_str name) {
    size_t n = last_slash(name);
    if (n == 0) return TROD_STR(".");
    while (n > 1 && name.at[n - 1] == '/') n--;
    return trod_str_slice(name, 0, n);
}

trod_str trod_path_beside(struct trod_arena *arena, trod_str beside, trod_str name) {
    const size_t n = last_slash(beside);
    if (n == 0 || (name.n && name.at[0] == '/')) return trod_arena_copy(arena, name);
    return trod_arena_format(arena, "%.*s%.*s", (int)n, beside.at, TROD_ARG(name));
}

static trod_str ending_of(trod_str name) {
    const trod_str base = trod_str_slice(name, last_slash(name), name.n);
    size_t i = base.n;
    while (i && base.at[i - 1] != '.') i--;
    /* Without a dot, or with nothing before it (".profile"), there is no ending. */
    return i < 2 ? TROD_STR("") : trod_str_slice(base, i, base.n);
}

trod_str trod_path_ending(struct trod_arena *arena, trod_str name) {
    trod_str ending = ending_of(name);
    if (trod_str_equal_fold(ending, TROD_STR("gz")) ||
        trod_str_equal_fold(ending, TROD_STR("zst")))
        ending = ending_of(trod_str_slice(name, 0, name.n - ending.n - 1));
    bool upper = false;
    for (size_t i = 0; i < ending.n; i++)
        upper = upper || (ending.at[i] >= 'A' && ending.at[i] <= 'Z');
    if (!upper) return ending;
    char *const at = trod_arena_alloc(arena, ending.n + 1, 1);
    if (!at) return TROD_STR("");
    for (size_t i = 0; i < ending.n; i++) {
        const char c = ending.at[i];
        at[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return (trod_str){at, ending.n};
}

static int by_bytes(const void *a, const void *b) {
    return trod_str_compare(*(const trod_str *)a, *(const trod_str *)b);
}

static trod_status one_name(struct trod_arena *arena, const char *name, trod_str **names,
                            size_t *n_names, struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_str *const list = TROD_NEW(arena, trod_str);
    TROD_TRY_ALLOC(list, error);
    *list = trod_arena_copy(arena, trod_str_of(name));
    TROD_TRY_ALLOC(list->at, error);
    *names = list;
    *n_names = 1;
done:
    return status;
}

trod_status trod_path_glob(struct trod_arena *arena, const char *pattern, trod_str **names,
                           size_t *n_names, struct trod_error *error) {
    trod_status status = TROD_OK;
    *names = NULL;
    *n_names = 0;
    if (!strpbrk(pattern, "*?[") || trod_file_exists(pattern))
        return one_name(arena, pattern, names, n_names, error);
    glob_t found = {0};
    const int result = glob(pattern, GLOB_NOSORT | GLOB_MARK, NULL, &found);
    if (result == GLOB_NOSPACE) {
        status = trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        goto done;
    }
    trod_str *const list = TROD_NEW_ARRAY(arena, found.gl_pathc + 1, trod_str);
    TROD_TRY_ALLOC(list, error);
    size_t n = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const trod_str name = trod_str_of(found.gl_pathv[i]);
        if (trod_str_ends(name, TROD_STR("/"))) continue; /* a folder */
        list[n] = trod_arena_copy(arena, name);
        TROD_TRY_ALLOC(list[n].at, error);
        n++;
    }
    if (n == 0) {
        trod_fail(error, TROD_NO_FILE, "no file has a name like %s", pattern);
        trod_error_hint(error, "check the folder, and the letters around the * or ?");
        status = TROD_NO_FILE;
        goto done;
    }
    qsort(list, n, sizeof *list, by_bytes);
    *names = list;
    *n_names = n;
done:
    globfree(&found);
    return status;
}

size_t trod_path_sheet(trod_str name) {
    char path[4096];
    if (name.n >= sizeof path || trod_str_find(name, '#') == SIZE_MAX) return name.n;
    memcpy(path, name.at, name.n);
    path[name.n] = '\0';
    if (trod_file_exists(path)) return name.n;
    for (size_t i = 1; i < name.n; i++) {
        if (name.at[i] != '#') continue;
        path[i] = '\0';
        if (trod_file_exists(path)) return i;
        path[i] = '#';
    }
    return name.n;
}
