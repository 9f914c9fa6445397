/* twin_path: where in a twin something stands, for messages.
 *
 * The path is a stack of members and items. A line of the text and a line of the twin stand in
 * the same order, so the n-th line of the text is the n-th object that a walk through the
 * "lines" meets.
 */
#include <stdio.h>

#include "map/twin.h"

void twin_enter(struct twin_path *path, trod_str key) {
    CHECK(path->n < TWIN_MOST_FRAMES); /* JSON is nested at most 1,024 deep */
    path->frames[path->n].key = key.at ? key : TROD_STR("");
    path->frames[path->n++].index = 0;
}

void twin_enter_item(struct twin_path *path, size_t index) {
    CHECK(path->n < TWIN_MOST_FRAMES);
    path->frames[path->n].key = (trod_str){0};
    path->frames[path->n++].index = index;
}

static bool is_plain(trod_str key) {
    for (size_t i = 0; i < key.n; i++) {
        const char c = key.at[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) return false;
    }
    return key.n > 0 && key.n <= 40;
}

struct twin_shown twin_show(const struct twin_path *path) {
    struct twin_shown shown;
    char parts[sizeof shown.at];
    size_t from = sizeof parts - 1, first = path->n;
    parts[from] = '\0';
    for (; first > 0; first--) {
        char one[120];
        const trod_str key = path->frames[first - 1].key;
        if (!key.at)
            snprintf(one, sizeof one, "[%zu]", path->frames[first - 1].index);
        else if (is_plain(key))
            snprintf(one, sizeof one, ".%.*s", TROD_ARG(key));
        else
            snprintf(one, sizeof one, "[\"%.80s\"]", map_show(key).at);
        const size_t n = strlen(one);
        if (n + 8 > from) break;
        from -= n;
        memcpy(parts + from, one, n);
    }
    snprintf(shown.at, sizeof shown.at, "%s%s", first ? "$\xe2\x80\xa6" : "$", parts + from);
    return shown;
}

static const struct trod_json *lines_of(const struct trod_json *line) {
    return line && line->kind == TROD_JSON_OBJECT && line->first
               ? trod_json_get(line->first, "lines")
               : NULL;
}

/* A walk with a stack of its own: depth costs no C stack. `upper` are the lines around. */
bool twin_find_line(const struct trod_json *root, size_t line, struct twin_path *path) {
    const struct trod_json *item = trod_json_get(root, "lines");
    const struct trod_json *upper[TWIN_MOST_FRAMES];
    size_t depth = 0, n_passed = 0;
    path->n = 0;
    item = item ? item->first : NULL;
    twin_enter(path, TROD_STR("lines"));
    twin_enter_item(path, 0);
    while (item && path->n + 3 < TWIN_MOST_FRAMES) {
        if (++n_passed == line) {
            if (item->kind == TROD_JSON_OBJECT && item->first)
                twin_enter(path, item->first->key);
            return true;
        }
        const struct trod_json *const deeper = lines_of(item);
        if (deeper && deeper->first) {
            upper[depth++] = item;
            twin_enter(path, item->first->key);
            twin_enter(path, TROD_STR("lines"));
            twin_enter_item(path, 0);
            item = deeper->first;
            continue;
        }
        while (!item->next && depth > 0) {
            item = upper[--depth];
            path->n -= 3;
        }
        item = item->next;
        path->frames[path->n - 1].index++;
    }
    return false;
}

trod_status trod_map_json_paths(trod_str json, const uint32_t *lines, size_t n,
                                struct trod_arena *arena, trod_str *paths,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_json *root = NULL;
    struct trod_arena *const scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    struct twin_path *const at = TROD_NEW(scratch, struct twin_path);
    TROD_TRY_ALLOC(at, error);
    TROD_TRY(trod_json_read(json, scratch, &root, error));
    for (size_t i = 0; i < n; i++) {
        paths[i] = (trod_str){0};
        if (!twin_find_line(root, lines[i], at)) continue;
        paths[i] = trod_arena_copy(arena, trod_str_of(twin_show(at).at));
        TROD_TRY_ALLOC(paths[i].at, error);
    }
done:
    trod_arena_free(scratch);
    return status;
}
