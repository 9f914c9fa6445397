/* Patterns. A pattern says what the rest of a line looks like, and is used in both directions:
 * to read a line into arguments, and to write arguments as a line. Its parts stand apart by one
 * space:
 *
 *     word        that very word; also , : - (which takes no spaces) and :_ (a colon, then the
 *                 value column)
 *     <name:leaf>  a slot of that shape (leaf.c);  <name=a/b> one of these;  <name~a/b> a noun
 *     [ … ]       may be missing
 *     ( … | … )   the first alternative that fits
 *     { … }       any number of times
 *     @name       another pattern
 *     _           the value column
 *
 * Matching is that of parsing expression grammars: ordered, greedy, without going back into
 * what has fitted; patterns do not nest without end, so the time is linear in the line (a LABEL
 * tries what follows at each word). The furthest place where something did not fit, and what
 * would have fitted there, is the best place to tell the user about.
 *
 * Writing goes through the same pattern with the arguments as input: a slot takes the next
 * argument if it has its name, an optional part is written if its slots find theirs.
 */
#include "map/pattern.h"

static const struct {
    const char *name, *pattern;
} parts[] = {
    {"part", "( usually <usually:time> | at most <at_most:time> | at least <at_least:time> )"},
    {"window", "@part [ , @part ] [ , @part ]"},
    {"with", "with <name:cond> { and <name:cond> }"},
    {"match", "( profile <fact:cond> | <source:name> <event:name> [ @with ] "
              "| <event:name> [ @with ] )"},
    {"measure", "( share of journeys [ with <with:points> ] that reach <to:points> [ within "
                "<within:period> ] "
                "| number of journeys [ with <with:points> ] [ a <per=day/week/month> ] "
                "| ( <statistic=median/mean> | <quantile:percent> ) time from <from:points> to "
                "<to:points> "
                "| <statistic=mean/median/sum> of <field:name> at <at:points> )"},
    {"when", "( <time:period> pass without ( a touchpoint | <points:points> ) "
             "| <points:points> happened and none of <none_of:points> within <within:period> "
             "| <points:points> <verb=happens/happened> [ <times:count> <noun~times/time> ] "
             "[ within <within:period> ] )"},
};

trod_str map_pattern_part(trod_str name) {
    for (size_t i = 0; i < TROD_COUNT(parts); i++)
        if (trod_str_is(name, parts[i].name)) return trod_str_of(parts[i].pattern);
    const bool is_a_part = false;
    CHECK(is_a_part);
    return (trod_str){0};
}

trod_str map_pattern_token(trod_str *pattern) {
    while (pattern->n && *pattern->at == ' ')
        *pattern = trod_str_slice(*pattern, 1, pattern->n);
    size_t depth = 0, n = 0;
    for (; n < pattern->n; n++) {
        const char c = pattern->at[n];
        if (c == '[' || c == '(' || c == '{') depth++;
        if (c == ']' || c == ')' || c == '}') depth--;
        if (c == ' ' && depth == 0) break;
    }
    const trod_str found = trod_str_slice(*pattern, 0, n);
    *pattern = trod_str_slice(*pattern, n, pattern->n);
    return found;
}

trod_str map_pattern_inside(trod_str bracket) {
    return trod_str_slice(bracket, 1, bracket.n - 1);
}

bool map_pattern_alternative(trod_str *rest, trod_str *found) {
    if (!rest->at) return false;
    trod_str scan = *rest;
    for (;;) {
        const trod_str before = scan;
        const trod_str next = map_pattern_token(&scan);
        if (next.n && !trod_str_is(next, "|")) continue;
        *found = trod_str_slice(*rest, 0, (size_t)((next.n ? next.at : before.at) - rest->at));
        *rest = next.n ? scan : (trod_str){0};
        return true;
    }
}

struct mark {
    size_t at, n, k, out;
    int gap;
};
static struct mark mark_of(const struct map_scan *s) {
    return (struct mark){s->at, s->n, s->k, s->out ? s->out->n : 0, s->gap};
}
static void back_to(struct map_scan *s, struct mark mark) {
    s->at = mark.at;
    s->n = mark.n;
    s->k = mark.k;
    s->gap = mark.gap;
    if (s->out && s->out->n > mark.out) {
        s->out->n = mark.out;
        s->out->at[mark.out] = '\0';
    }
}

static bool sequence(struct map_scan *s, trod_str pattern);

static bool choose(struct map_scan *s, trod_str alternatives) {
    const struct mark mark = mark_of(s);
    /* When writing, what takes no argument would always fit: it comes last. */
    for (int pass = s->writing ? 0 : 1; pass < 2; pass++) {
        trod_str rest = alternatives, one;
        while (map_pattern_alternative(&rest, &one)) {
            if (sequence(s, one) && (pass == 1 || s->k > mark.k)) return true;
            back_to(s, mark);
        }
    }
    return false;
}

static void try_optional(struct map_scan *s, trod_str pattern) {
    const struct mark mark = mark_of(s);
    s->optional++;
    if (!sequence(s, pattern)) back_to(s, mark);
    s->optional--;
}

static void try_repeatedly(struct map_scan *s, trod_str pattern) {
    for (;;) {
        const struct mark mark = mark_of(s);
        if (sequence(s, pattern) && (s->writing ? s->k > mark.k : s->at > mark.at)) continue;
        back_to(s, mark);
        return;
    }
}

/* A literal word or sign. */
static bool literal(struct map_scan *s, trod_str word) {
    if (s->writing) {
        const bool head = trod_str_is(word, ":_");
        if (head) word.n = 1;
        if (trod_str_is(word, "-") || trod_str_is(word, ",") || trod_str_is(word, ":"))
            s->gap = MAP_GAP_NONE;
        map_scan_put(s, word);
        s->gap = trod_str_is(word, "-") ? MAP_GAP_NONE : head ? MAP_GAP_HEAD : MAP_GAP_SPACE;
        return true;
    }
    const trod_str sought = trod_str_is(word, ":_") ? TROD_STR(":") : word;
    map_scan_skip(s);
    if (trod_str_starts(trod_str_slice(s->line, s->at, s->line.n), sought)) {
        const size_t end = s->at + sought.n;
        const char next = end < s->line.n ? s->line.at[end] : ' ';
        const bool sign = sought.n == 1 && !(sought.at[0] >= 'a' && sought.at[0] <= 'z');
        if (sign || next == ' ' || next == '\t' || next == ',' || next == ':') {
            s->at = end;
            return true;
        }
    }
    return map_scan_want_str(s, sought);
}

struct rest {
    trod_str pattern;
};
/* Whether what follows a label fits, to the end of the line; nothing is kept of it. */
static bool rest_fits(struct map_scan *s, const void *owner) {
    const struct rest *rest = owner;
    const struct mark mark = mark_of(s);
    bool fits = sequence(s, rest->pattern);
    map_scan_skip(s);
    fits = fits && s->at == s->line.n;
    back_to(s, mark);
    return fits;
}

static bool slot(struct map_scan *s, trod_str token, trod_str behind) {
    const struct map_slot is = map_slot_of(token);
    if (s->writing) return map_leaf_write(s, is.leaf, is.name, is.choices);
    const struct rest rest = {behind};
    const struct map_behind tell = {rest_fits, &rest};
    return map_leaf_read(s, is.leaf, is.name, is.choices, &tell);
}

static bool sequence(struct map_scan *s, trod_str pattern) {
    for (;;) {
        const trod_str next = map_pattern_token(&pattern);
        if (next.n == 0) return true;
        bool fits = true;
        switch (next.at[0]) {
        case '[':
            try_optional(s, map_pattern_inside(next));
            break;
        case '{':
            try_repeatedly(s, map_pattern_inside(next));
            break;
        case '(':
            fits = choose(s, map_pattern_inside(next));
            break;
        case '<':
            fits = slot(s, next, pattern);
            break;
        case '@':
            fits = sequence(s, map_pattern_part(trod_str_slice(next, 1, next.n)));
            break;
        case '_':
            if (s->writing) s->gap = MAP_GAP_HEAD;
            break;
        default:
            fits = literal(s, next);
            break;
        }
        if (!fits || s->no_memory) return false;
    }
}

bool map_pattern_read(struct map_scan *scan, const char *pattern) {
    scan->writing = false;
    scan->at = scan->n = scan->far = 0;
    scan->n_wants = scan->optional = 0;
    scan->out = NULL;
    if (!sequence(scan, trod_str_of(pattern))) return false;
    map_scan_skip(scan);
    if (scan->at == scan->line.n) return true;
    return map_scan_want(scan, "the end of the line");
}

bool map_pattern_write(struct map_scan *scan, const char *pattern) {
    scan->writing = true;
    scan->k = 0;
    return sequence(scan, trod_str_of(pattern)) && scan->k == scan->n_in && !scan->out->failed;
}

void map_scan_skip(struct map_scan *scan) {
    while (scan->at < scan->line.n &&
           (scan->line.at[scan->at] == ' ' || scan->line.at[scan->at] == '\t'))
        scan->at++;
}

bool map_scan_want_str(struct map_scan *scan, trod_str what) {
    if (scan->at > scan->far || scan->n_wants == 0) {
        scan->far = scan->at;
        scan->n_wants = 0;
    }
    if (scan->at < scan->far) return false;
    for (unsigned i = 0; i < scan->n_wants; i++)
        if (trod_str_equal(scan->wants[i], what)) return false;
    if (scan->n_wants < MAP_MAX_WANTS) scan->wants[scan->n_wants++] = what;
    return false;
}

bool map_scan_want(struct map_scan *scan, const char *what) {
    return map_scan_want_str(scan, trod_str_of(what));
}

void map_scan_put(struct map_scan *scan, trod_str text) {
    const size_t width = scan->out->n - scan->start;
    size_t blanks = 0;
    if (scan->gap == MAP_GAP_SPACE) blanks = 1;
    if (scan->gap == MAP_GAP_HEAD) blanks = width < MAP_COLUMN ? MAP_COLUMN - width : 1;
    if (scan->gap == MAP_GAP_COLUMN) blanks = width < MAP_COLUMN ? MAP_COLUMN - width : 2;
    trod_buf_repeat(scan->out, ' ', blanks);
    trod_buf_add(scan->out, text);
    scan->gap = MAP_GAP_SPACE;
}
