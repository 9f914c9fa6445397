/* Names, quotes and conditions: what `seen when … with`, `profile` and `--where` have in
 * common.
 *
 * A word ends at a space, comma or quote, so `a=b` is a word, and a fine name. But people write
 * `stars>=1` without spaces too. Therefore a word is taken whole if an operator follows it, and
 * is cut at the first operator in it if none does.
 */
#include "map/pattern.h"

enum map_quoted map_quoted_read(trod_str text, size_t *at, struct trod_arena *arena,
                                trod_str *value) {
    if (*at >= text.n || text.at[*at] != '"') return MAP_NO_QUOTE;
    size_t end = *at + 1, n_escapes = 0;
    for (; end < text.n && text.at[end] != '"'; end++)
        if (text.at[end] == '\\' && end + 1 < text.n &&
            (text.at[end + 1] == '"' || text.at[end + 1] == '\\')) {
            n_escapes++;
            end++;
        }
    if (end >= text.n) return MAP_UNCLOSED;
    *value = trod_str_slice(text, *at + 1, end);
    *at = end + 1;
    if (n_escapes == 0) return MAP_QUOTED;
    char *plain = trod_arena_alloc(arena, value->n, 1);
    if (!plain) return MAP_QUOTE_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < value->n; i++) {
        if (value->at[i] == '\\' && i + 1 < value->n &&
            (value->at[i + 1] == '"' || value->at[i + 1] == '\\'))
            i++;
        plain[n++] = value->at[i];
    }
    *value = (trod_str){plain, n};
    return MAP_QUOTED;
}

void map_quoted_write(struct trod_buf *out, trod_str value) {
    trod_buf_byte(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.at[i] == '"' || value.at[i] == '\\') trod_buf_byte(out, '\\');
        trod_buf_byte(out, value.at[i]);
    }
    trod_buf_byte(out, '"');
}

trod_str map_bare_word(trod_str text, size_t at, bool parens) {
    size_t end = at, open = 0;
    for (; end < text.n; end++) {
        const char c = text.at[end];
        if (c == ' ' || c == '\t' || c == ',' || c == '"') break;
        if (!parens) continue;
        if (c == '(') open++;
        if (c == ')' && open-- == 0) break;
    }
    return trod_str_slice(text, at, end);
}

static size_t skip(trod_str text, size_t at) {
    while (at < text.n && (text.at[at] == ' ' || text.at[at] == '\t')) at++;
    return at;
}

trod_str map_op_at(trod_str text, size_t at) {
    static const char *const signs[] = {"!=", "<=", ">=", "=", "<", ">"};
    static const char *const words[] = {"starts", "ends", "contains", "exists", "missing"};
    const trod_str rest = trod_str_slice(text, at, text.n);
    for (size_t i = 0; i < TROD_COUNT(signs); i++)
        if (trod_str_starts(rest, trod_str_of(signs[i])))
            return trod_str_slice(rest, 0, strlen(signs[i]));
    for (size_t i = 0; i < TROD_COUNT(words); i++) {
        const size_t n = strlen(words[i]);
        const char next = rest.n > n ? rest.at[n] : ' ';
        if (trod_str_starts(rest, trod_str_of(words[i])) &&
            (next == ' ' || next == '\t' || next == '"' || next == ',' || next == ')'))
            return trod_str_slice(rest, 0, n);
    }
    return (trod_str){0};
}

/* Where the first operator sign stands in a word, or SIZE_MAX. Not at its very beginning. */
static size_t sign_in(trod_str word) {
    for (size_t i = 1; i < word.n; i++)
        if (word.at[i] == '=' || word.at[i] == '<' || word.at[i] == '>' ||
            (word.at[i] == '!' && i + 1 < word.n && word.at[i + 1] == '='))
            return i;
    return SIZE_MAX;
}

static bool is_value(trod_str word) {
    double number;
    if (trod_str_number(word, &number) || trod_str_is(word, "yes") || trod_str_is(word, "no"))
        return true;
    const struct trod_time_form iso = {.kind = TROD_TIME_ISO};
    return word.n >= 10 && trod_time_read(word, &iso, NULL) != TROD_NO_TIME;
}

static bool read_name(trod_str text, size_t *at, bool filter, struct trod_arena *arena,
                      struct map_cond *cond, const char **want) {
    cond->name_at = *at;
    switch (map_quoted_read(text, at, arena, &cond->name)) {
    case MAP_QUOTED:
        cond->name_quoted = true;
        break;
    case MAP_UNCLOSED:
        *want = "a closing quote for this one";
        return false;
    case MAP_QUOTE_MEMORY:
        *want = NULL;
        return false;
    case MAP_NO_QUOTE: {
        trod_str word = map_bare_word(text, *at, filter);
        const size_t behind = skip(text, *at + word.n);
        if (map_op_at(text, behind).n == 0 || behind >= text.n) {
            const size_t sign = sign_in(word);
            if (sign != SIZE_MAX) word.n = sign;
        }
        if (word.n == 0 || map_op_at(text, *at).n == word.n) {
            *want = "the name of an attribute or fact";
            return false;
        }
        cond->name = word;
        *at += word.n;
    }
    }
    cond->name_raw = trod_str_slice(text, cond->name_at, *at);
    *at = skip(text, *at);
    return true;
}

bool map_cond_read(trod_str text, size_t *at, bool filter, struct trod_arena *arena,
                   struct map_cond *cond, const char **want) {
    *cond = (struct map_cond){0};
    *at = skip(text, *at);
    if (!read_name(text, at, filter, arena, cond, want)) return false;
    cond->op_at = *at;
    cond->op = map_op_at(text, *at);
    if (cond->op.n == 0) {
        *want = "= != < <= > >= starts ends contains exists or missing";
        return false;
    }
    *at += cond->op.n;
    if (trod_str_is(cond->op, "exists") || trod_str_is(cond->op, "missing")) return true;
    *at = cond->value_at = skip(text, *at);
    switch (map_quoted_read(text, at, arena, &cond->value)) {
    case MAP_QUOTED:
        cond->value_quoted = true;
        break;
    case MAP_UNCLOSED:
        *want = "a closing quote for this one";
        return false;
    case MAP_QUOTE_MEMORY:
        *want = NULL;
        return false;
    case MAP_NO_QUOTE: {
        const trod_str word = map_bare_word(text, *at, filter);
        const bool texts = cond->op.at[0] >= 'a' && cond->op.at[0] <= 'z';
        /* On a command line quotes are a burden, so there a single word may go without. */
        const bool plain = filter && word.n && !trod_str_is(word, "and") &&
                           !trod_str_is(word, "or") && !trod_str_is(word, "not");
        if (!plain && (texts || !is_value(word))) {
            *want =
                texts ? "a text in quotes" : "a number, a date, yes, no or a text in quotes";
            return false;
        }
        cond->value = word;
        cond->value_quoted = texts || !is_value(word);
        *at += word.n;
    }
    }
    cond->value_raw = trod_str_slice(text, cond->value_at, *at);
    return true;
}

struct trod_condition map_condition(trod_str name, trod_str op, trod_str value, bool quoted) {
    static const struct {
        const char *text;
        enum trod_op op;
    } ops[] = {
        {"=", TROD_EQ},
        {"!=", TROD_NE},
        {"<", TROD_LT},
        {"<=", TROD_LE},
        {">", TROD_GT},
        {">=", TROD_GE},
        {"starts", TROD_STARTS},
        {"ends", TROD_ENDS},
        {"contains", TROD_CONTAINS},
        {"exists", TROD_EXISTS},
        {"missing", TROD_MISSING},
    };
    struct trod_condition cond = {.name = name, .time_us = TROD_NO_TIME};
    for (size_t i = 0; i < TROD_COUNT(ops); i++)
        if (trod_str_is(op, ops[i].text)) cond.op = ops[i].op;
    if (cond.op == TROD_EXISTS || cond.op == TROD_MISSING) return cond;
    cond.text = value;
    if (quoted) {
        cond.value = TROD_VALUE_TEXT;
    } else if (trod_str_number(value, &cond.number)) {
        cond.value = TROD_VALUE_NUMBER;
    } else if (trod_str_is(value, "yes") || trod_str_is(value, "no")) {
        cond.value = TROD_VALUE_BOOL;
        cond.number = trod_str_is(value, "yes");
    } else {
        const struct trod_time_form iso = {.kind = TROD_TIME_ISO};
        cond.value = TROD_VALUE_DATE;
        cond.time_us = trod_time_read(value, &iso, NULL);
    }
    return cond;
}
