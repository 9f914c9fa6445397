/* Filters: conditions joined by and, or, not and parentheses, as `--where` and `--events` take
 * them. "and" binds more tightly than "or", "not" more than both. Read by recursive descent,
 * with a limit on the depth.
 */
#include "map/pattern.h"

#define MAX_DEPTH 200
#define MAX_BYTES 65536

struct filter_scan {
    trod_str text;
    size_t at;
    unsigned depth;
    struct trod_arena *arena;
    struct trod_error *error;
};

static trod_status wrong(struct filter_scan *s, const char *want) {
    if (!want) return trod_fail(s->error, TROD_NO_MEMORY, "there is not enough memory");
    size_t end = s->at;
    while (end < s->text.n && s->text.at[end] != ' ') end++;
    if (s->at >= s->text.n)
        trod_fail(s->error, TROD_BAD_OPTION, "the condition stops too early: %s should follow",
                  want);
    else
        trod_fail(s->error, TROD_BAD_OPTION, "`%s` does not fit: %s should stand here",
                  map_show(trod_str_slice(s->text, s->at, end)).at, want);
    trod_error_place(s->error, "", 0, (int64_t)s->at + 1);
    trod_error_hint(s->error,
                    "write it like this: channel = \"e-mail\" and (stars >= 4 or profile "
                    "city starts \"Ber\")");
    return TROD_BAD_OPTION;
}

static void skip(struct filter_scan *s) {
    while (s->at < s->text.n && strchr(" \t\r\n", s->text.at[s->at]) && s->text.at[s->at])
        s->at++;
}

/* Takes a word of the filter's own, if it stands here. */
static bool takes(struct filter_scan *s, const char *word) {
    skip(s);
    const size_t n = strlen(word), end = s->at + n;
    if (!trod_str_starts(trod_str_slice(s->text, s->at, s->text.n), trod_str_of(word)))
        return false;
    const char next = end < s->text.n ? s->text.at[end] : ' ';
    if (n > 1 && !strchr(" \t\r\n(", next)) return false;
    s->at = end;
    return true;
}

static trod_status read_or(struct filter_scan *s, const struct trod_filter **filter);

static trod_status read_condition(struct filter_scan *s, struct trod_filter *filter) {
    bool profile = false;
    const size_t before = s->at;
    struct map_cond cond;
    const char *want;
    if (takes(s, "profile")) {
        skip(s);
        profile = map_op_at(s->text, s->at).n == 0 || s->at >= s->text.n;
        if (!profile) s->at = before; /* an attribute that is called so */
    }
    if (!map_cond_read(s->text, &s->at, true, s->arena, &cond, &want)) return wrong(s, want);
    filter->kind = TROD_FILTER_COND;
    filter->cond = map_condition(cond.name, cond.op, cond.value, cond.value_quoted);
    filter->cond.profile = profile;
    return TROD_OK;
}

static trod_status read_one(struct filter_scan *s, const struct trod_filter **filter) {
    if (++s->depth > MAX_DEPTH)
        return trod_fail(s->error, TROD_TOO_MUCH, "the condition is nested more than %d deep",
                         MAX_DEPTH);
    trod_status status = TROD_OK;
    struct trod_filter *const one = TROD_NEW(s->arena, struct trod_filter);
    if (!one) return wrong(s, NULL);
    *filter = one;
    skip(s);
    const size_t before = s->at;
    const bool negated = takes(s, "not");
    skip(s);
    if (negated && (s->at >= s->text.n || map_op_at(s->text, s->at).n == 0)) {
        one->kind = TROD_FILTER_NOT;
        status = read_one(s, &one->a);
    } else {
        if (negated) s->at = before; /* an attribute that is called so */
        if (takes(s, "(")) {
            status = read_or(s, filter);
            if (status == TROD_OK && !takes(s, ")")) status = wrong(s, "a closing parenthesis");
        } else {
            status = read_condition(s, one);
        }
    }
    s->depth--;
    return status;
}

static trod_status join(struct filter_scan *s, const struct trod_filter **left,
                        enum trod_filter_kind kind, const struct trod_filter *right) {
    struct trod_filter *const both = TROD_NEW(s->arena, struct trod_filter);
    if (!both) return wrong(s, NULL);
    *both = (struct trod_filter){.kind = kind, .a = *left, .b = right};
    *left = both;
    return TROD_OK;
}

/* Chains are cut in halves, so that the tree of a thousand conditions is ten deep. */
struct chain {
    const struct trod_filter **at;
    size_t n, room;
};

static const struct trod_filter *balance(struct filter_scan *s, enum trod_filter_kind kind,
                                         const struct trod_filter *const *at, size_t n) {
    if (n == 1) return at[0];
    const struct trod_filter *left = balance(s, kind, at, n / 2);
    const struct trod_filter *const right = balance(s, kind, at + n / 2, n - n / 2);
    if (!left || !right || join(s, &left, kind, right) != TROD_OK) return NULL;
    return left;
}

static trod_status read_chain(struct filter_scan *s, const struct trod_filter **filter,
                              enum trod_filter_kind kind, const char *word,
                              trod_status (*part)(struct filter_scan *,
                                                  const struct trod_filter **)) {
    struct chain chain = {0};
    trod_status status = TROD_OK;
    do {
        const struct trod_filter *one = NULL;
        TROD_TRY(part(s, &one));
        if (!TROD_PUSH(s->arena, chain.at, chain.n, chain.room, one)) return wrong(s, NULL);
    } while (takes(s, word));
    *filter = balance(s, kind, chain.at, chain.n);
    if (!*filter) status = TROD_NO_MEMORY;
done:
    return status;
}

static trod_status read_and(struct filter_scan *s, const struct trod_filter **filter) {
    return read_chain(s, filter, TROD_FILTER_AND, "and", read_one);
}

static trod_status read_or(struct filter_scan *s, const struct trod_filter **filter) {
    return read_chain(s, filter, TROD_FILTER_OR, "or", read_and);
}

trod_status trod_filter_read(trod_str text, struct trod_arena *arena,
                             const struct trod_filter **filter, struct trod_error *error) {
    *filter = NULL;
    if (text.n > MAX_BYTES)
        return trod_fail(error, TROD_TOO_MUCH, "the condition has more than %d bytes",
                         MAX_BYTES);
    size_t bad;
    if (!trod_str_utf8(text, &bad)) {
        trod_fail(error, TROD_BAD_OPTION, "the condition is no UTF-8 text");
        trod_error_place(error, "", 0, (int64_t)bad + 1);
        return TROD_BAD_OPTION;
    }
    const trod_str kept = trod_arena_copy(arena, text); /* names and values live on the arena */
    if (!kept.at) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    struct filter_scan scan = {.text = kept, .arena = arena, .error = error};
    trod_status status = TROD_OK;
    TROD_TRY(read_or(&scan, filter));
    skip(&scan);
    if (scan.at < kept.n) status = wrong(&scan, "and, or, or the end");
done:
    if (status != TROD_OK) *filter = NULL;
    return status;
}
