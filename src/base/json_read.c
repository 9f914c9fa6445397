/* From the events of the walk to a tree on the caller's arena. The builder keeps the open
 * arrays and objects on a stack of fixed depth, each with its last child, so that children keep
 * the order of the file. A number keeps its text, since a double cannot hold every number that
 * JSON can. */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json_door.h"
#include "base/memory_internal.h"
#include "trod/base/json.h"

enum { DEPTH = 1024, TEXTS_DEPTH = 32 /* down to which a borrowing reader reads no number */ };
static const size_t LONGEST_DOCUMENT = (size_t)256 << 20;

struct json_builder {
    struct trod_arena *arena;
    struct trod_json *root;
    struct trod_json *open[DEPTH];
    struct trod_json *last[DEPTH]; /* child of open[i] */
    size_t depth;
    trod_str key;
    bool has_key;
    trod_status status;
    const char *why; /* of TROD_BAD_INPUT and TROD_TOO_MUCH */
    trod_str word;   /* the offending one */
    bool borrows;
    unsigned n_arrays; /* open ones; only a borrowing reader asks */
};

struct trod_json_reader {
    struct json_door *door;
    char *padded;
    size_t room;
    struct json_builder builder;
};

struct trod_json_reader *trod_json_reader_make(void) {
    struct trod_json_reader *const reader = base_alloc_zeroed(sizeof *reader);
    if (!reader) return NULL;
    reader->door = base_alloc_fails() ? NULL : base_json_door_make();
    if (!reader->door) {
        free(reader);
        return NULL;
    }
    return reader;
}

void trod_json_reader_free(struct trod_json_reader *reader) {
    if (!reader) return;
    base_json_door_free(reader->door);
    free(reader->padded);
    free(reader);
}

void trod_json_reader_borrow(struct trod_json_reader *reader) {
    CHECK(base_json_padding() <= 64);
    reader->builder.borrows = true;
}

/* ---- what the walk calls ---- */

static bool no_room(struct json_builder *builder) {
    const bool full = base_arena_full(builder->arena);
    builder->status = full ? TROD_TOO_MUCH : TROD_NO_MEMORY;
    builder->why = "it is too large to be held in memory";
    return false;
}

/* A text as long as the tree lives. */
static trod_str keep(struct json_builder *builder, trod_str text) {
    return builder->borrows ? text : trod_arena_copy(builder->arena, text);
}

static struct trod_json *add_value(struct json_builder *builder, enum trod_json_kind kind) {
    struct trod_json *const value = TROD_NEW(builder->arena, struct trod_json);
    if (!value) {
        no_room(builder);
        return NULL;
    }
    value->kind = kind;
    if (builder->has_key) value->key = builder->key;
    builder->has_key = false;
    if (builder->depth == 0) {
        builder->root = value;
        return value;
    }
    struct trod_json *const parent = builder->open[builder->depth - 1];
    struct trod_json **const last = &builder->last[builder->depth - 1];
    if (*last)
        (*last)->next = value;
    else
        parent->first = value;
    *last = value;
    parent->n++;
    return value;
}

bool base_json_on_begin(struct json_builder *builder, bool object) {
    if (builder->depth == DEPTH) {
        builder->status = TROD_TOO_MUCH;
        builder->why = "it is nested more than 1024 levels deep";
        return false;
    }
    struct trod_json *const value =
        add_value(builder, object ? TROD_JSON_OBJECT : TROD_JSON_ARRAY);
    if (!value) return false;
    builder->open[builder->depth] = value;
    builder->last[builder->depth++] = NULL;
    builder->n_arrays += !object;
    return true;
}

bool base_json_on_end(struct json_builder *builder) {
    builder->depth--;
    builder->n_arrays -= builder->open[builder->depth]->kind == TROD_JSON_ARRAY;
    return true;
}

bool base_json_on_key(struct json_builder *builder, const char *at, size_t n) {
    builder->key = keep(builder, (trod_str){at, n});
    builder->has_key = true;
    return builder->key.at ? true : no_room(builder);
}

bool base_json_on_text(struct json_builder *builder, const char *at, size_t n) {
    struct trod_json *const value = add_value(builder, TROD_JSON_TEXT);
    if (!value) return false;
    value->text = keep(builder, (trod_str){at, n});
    return value->text.at ? true : no_room(builder);
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_number(trod_str text, bool *plain) {
    size_t i = text.n && text.at[0] == '-' ? 1 : 0;
    size_t digits = i;
    while (i < text.n && text.at[i] >= '0' && text.at[i] <= '9') i++;
    if (i == digits || (text.at[digits] == '0' && i - digits > 1)) return false;
    *plain = i == text.n;
    if (i < text.n && text.at[i] == '.') {
        digits = ++i;
        while (i < text.n && text.at[i] >= '0' && text.at[i] <= '9') i++;
        if (i == digits) return false;
    }
    if (i < text.n && (text.at[i] | 0x20) == 'e') {
        i++;
        if (i < text.n && (text.at[i] == '+' || text.at[i] == '-')) i++;
        digits = i;
        while (i < text.n && text.at[i] >= '0' && text.at[i] <= '9') i++;
        if (i == digits) return false;
    }
    return i == text.n;
}

static bool add_number(struct json_builder *builder, trod_str text, bool plain) {
    struct trod_json *const value = add_value(builder, TROD_JSON_NUMBER);
    if (!value) return false;
    value->text = keep(builder, text);
    if (!value->text.at) return no_room(builder);
    if (builder->borrows && builder->n_arrays == 0 && builder->depth <= TEXTS_DEPTH)
        return true;
    if (!trod_str_number(text, &value->number))
        value->number = text.at[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    if (plain) {
        value->whole = trod_str_int64(text, &value->integer);
    } else if (fabs(value->number) <= 0x1p53 && value->number == floor(value->number)) {
        value->whole = true;
        value->integer = (int64_t)value->number;
    }
    return true;
}

bool base_json_on_word(struct json_builder *builder, const char *at, size_t n) {
    const trod_str word = {at, n};
    bool plain = false;
    if (is_number(word, &plain)) return add_number(builder, word, plain);
    const bool yes = trod_str_is(word, "true");
    if (yes || trod_str_is(word, "false")) {
        struct trod_json *const value = add_value(builder, TROD_JSON_BOOL);
        if (value) value->boolean = yes;
        return value != NULL;
    }
    if (trod_str_is(word, "null")) return add_value(builder, TROD_JSON_NULL) != NULL;
    builder->status = TROD_BAD_INPUT;
    builder->why = "is neither a number, a text in \", true, false nor null";
    builder->word = word;
    return false;
}

/* ---- reading ---- */

static trod_status place_at(trod_str bytes, size_t offset, trod_status status,
                            struct trod_error *error) {
    int64_t line = 1, column = 1;
    for (size_t i = 0; i < offset && i < bytes.n; i++) {
        line += bytes.at[i] == '\n';
        column = bytes.at[i] == '\n' ? 1 : column + 1;
    }
    trod_error_place(error, NULL, line, column);
    return status;
}

static bool prepare(struct trod_json_reader *reader, trod_str bytes) {
    const size_t needed = bytes.n + base_json_padding();
    if (reader->room < needed) {
        size_t room = reader->room ? reader->room : 4096;
        while (room < needed) room *= 2;
        free(reader->padded);
        reader->padded = base_alloc(room);
        reader->room = reader->padded ? room : 0;
        if (!reader->padded) return false;
    }
    memcpy(reader->padded, bytes.at, bytes.n);
    memset(reader->padded + bytes.n, 0, base_json_padding());
    return true;
}

static enum json_walk_result walk_any(struct trod_json_reader *reader, trod_str bytes,
                                      struct json_walk *walk) {
    const trod_str trimmed = trod_str_trim(bytes);
    *walk = (struct json_walk){.offset = bytes.n};
    if (trimmed.n == 0) {
        walk->why = "it is empty";
        return JSON_BAD;
    }
    const char first = *trimmed.at;
    if (first != '{' && first != '[' && first != '"')
        return base_json_on_word(&reader->builder, trimmed.at, trimmed.n) ? JSON_WALKED
                                                                          : JSON_STOPPED;
    if (reader->builder.borrows)
        return base_json_walk(reader->door, bytes.at, bytes.n, &reader->builder, walk);
    if (!prepare(reader, bytes)) return JSON_NO_MEMORY;
    return base_json_walk(reader->door, reader->padded, bytes.n, &reader->builder, walk);
}

static trod_status stopped(const struct trod_json_reader *reader, trod_str bytes,
                           struct trod_error *error) {
    const struct json_builder *const builder = &reader->builder;
    if (builder->status == TROD_NO_MEMORY)
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    if (!builder->word.at)
        return trod_fail(error, builder->status, "the JSON cannot be read: %s", builder->why);
    const trod_str word = trod_str_slice(builder->word, 0, 40);
    trod_fail(error, builder->status, "this is not valid JSON: %.*s%s %s", TROD_ARG(word),
              builder->word.n > word.n ? "\xe2\x80\xa6" : "", builder->why);
    /* The word stands in the caller's bytes or in the copy of them. */
    const uintptr_t at = (uintptr_t)builder->word.at;
    const uintptr_t from = (uintptr_t)bytes.at, copy = (uintptr_t)reader->padded;
    const size_t offset = at >= from && at < from + bytes.n ? at - from : at - copy;
    return place_at(bytes, offset, builder->status, error);
}

trod_status trod_json_reader_read(struct trod_json_reader *reader, trod_str bytes,
                                  struct trod_arena *arena, struct trod_json **root,
                                  struct trod_error *error) {
    *root = NULL;
    if (bytes.n > LONGEST_DOCUMENT) {
        trod_fail(error, TROD_TOO_MUCH, "the JSON has more than 256 MiB in one piece");
        trod_error_hint(error, "give it as JSON lines: one object a line");
        return TROD_TOO_MUCH;
    }
    if (trod_str_starts(bytes, TROD_STR("\xef\xbb\xbf")))
        bytes = trod_str_slice(bytes, 3, bytes.n);
    struct json_builder *const builder = &reader->builder;
    builder->arena = arena;
    builder->root = NULL;
    builder->depth = 0;
    builder->n_arrays = 0;
    builder->has_key = false;
    builder->status = TROD_OK;
    builder->word = (trod_str){NULL, 0};
    struct json_walk walk;
    switch (walk_any(reader, bytes, &walk)) {
    case JSON_WALKED:
        *root = builder->root;
        return TROD_OK;
    case JSON_NO_MEMORY:
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    case JSON_STOPPED:
        return stopped(reader, bytes, error);
    case JSON_BAD:
        break;
    }
    trod_fail(error, TROD_BAD_INPUT, "this is not valid JSON: %s", walk.why);
    size_t bad_at = walk.offset;
    if (!trod_str_utf8(bytes, &bad_at) && bytes.at[bad_at] == '\0') bad_at = walk.offset;
    return bad_at < bytes.n ? place_at(bytes, bad_at, TROD_BAD_INPUT, error) : TROD_BAD_INPUT;
}

trod_status trod_json_read(trod_str bytes, struct trod_arena *arena, struct trod_json **root,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    *root = NULL;
    struct trod_json_reader *const reader = trod_json_reader_make();
    TROD_TRY_ALLOC(reader, error);
    TROD_TRY(trod_json_reader_read(reader, bytes, arena, root, error));
done:
    trod_json_reader_free(reader);
    return status;
}

const struct trod_json *trod_json_get(const struct trod_json *object, const char *key) {
    if (!object || object->kind != TROD_JSON_OBJECT) return NULL;
    for (const struct trod_json *member = object->first; member; member = member->next)
        if (trod_str_is(member->key, key)) return member;
    return NULL;
}
