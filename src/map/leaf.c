/* Leaves: the smallest shapes of a line, each read and written by a few lines here.
 *
 * A leaf that is read adds one argument, or one for each item of a list. Its `raw` is the
 * spelling as written, with inner spacing made canonical, so that `trod fmt` keeps every word;
 * a leaf that is written without `raw` (because the argument came from the twin) is spelled
 * from its `text`.
 */
#include "map/pattern.h"

static const struct {
    const char *name;
    enum map_leaf leaf;
} leaves[] = {
    {"id", MAP_LEAF_ID},           {"ref", MAP_LEAF_REF},       {"refs", MAP_LEAF_REFS},
    {"points", MAP_LEAF_POINTS},   {"text", MAP_LEAF_TEXT},     {"label", MAP_LEAF_LABEL},
    {"name", MAP_LEAF_NAME},       {"names", MAP_LEAF_NAMES},   {"items", MAP_LEAF_ITEMS},
    {"time", MAP_LEAF_TIME},       {"period", MAP_LEAF_PERIOD}, {"number", MAP_LEAF_NUMBER},
    {"count", MAP_LEAF_COUNT},     {"signed", MAP_LEAF_SIGNED}, {"level", MAP_LEAF_LEVEL},
    {"percent", MAP_LEAF_PERCENT}, {"value", MAP_LEAF_VALUE},   {"date", MAP_LEAF_DATE},
    {"clock", MAP_LEAF_CLOCK},     {"days", MAP_LEAF_DAYS},     {"cond", MAP_LEAF_COND},
};

enum map_leaf map_leaf_of(trod_str name) {
    for (size_t i = 0; i < TROD_COUNT(leaves); i++)
        if (trod_str_is(name, leaves[i].name)) return leaves[i].leaf;
    const bool is_a_leaf = false;
    CHECK(is_a_leaf);
    return MAP_LEAF_TEXT;
}

/* ---- Reading
 * --------------------------------------------------------------------------------- */

/* Adds the argument that stands from `from` to scan->at. */
static bool took(struct map_scan *s, enum map_leaf leaf, trod_str slot, size_t from,
                 trod_str text, trod_str raw) {
    if (!text.at) text.at = "";
    const struct map_arg arg = {.slot = slot.at,
                                .slot_n = (uint8_t)slot.n,
                                .leaf = leaf,
                                .offset = (uint32_t)(s->base + from),
                                .text = text,
                                .raw = raw.at ? raw : text};
    if (!TROD_PUSH(s->arena, s->args, s->n, s->room, arg)) s->no_memory = true;
    return !s->no_memory;
}

/* Only so many characters can end a word that is no name. */
static bool ends_word(const struct map_scan *s, size_t at) {
    return at >= s->line.n || strchr(" \t,:%", s->line.at[at]);
}

static bool read_id(struct map_scan *s, enum map_leaf leaf, trod_str slot) {
    map_scan_skip(s);
    const size_t from = s->at;
    size_t to = from;
    while (to < s->line.n &&
           ((s->line.at[to] >= 'a' && s->line.at[to] <= 'z') ||
            (s->line.at[to] >= '0' && s->line.at[to] <= '9') || s->line.at[to] == '-'))
        to++;
    if (to == from || !ends_word(s, to)) return map_scan_want(s, "an id (a-z, 0-9 and -)");
    s->at = to;
    const trod_str text = trod_str_slice(s->line, from, to);
    return took(s, leaf, slot, from, text, text);
}

static bool read_word(struct map_scan *s, const char *word) {
    const size_t n = strlen(word);
    const size_t before = s->at;
    map_scan_skip(s);
    if (trod_str_starts(trod_str_slice(s->line, s->at, s->line.n), trod_str_of(word)) &&
        (n == 1 || ends_word(s, s->at + n))) {
        s->at += n;
        return true;
    }
    s->at = before;
    return false;
}

static bool read_name(struct map_scan *s, enum map_leaf leaf, trod_str slot) {
    map_scan_skip(s);
    const size_t from = s->at;
    trod_str text;
    switch (map_quoted_read(s->line, &s->at, s->arena, &text)) {
    case MAP_QUOTED:
        if (!took(s, leaf, slot, from, text, trod_str_slice(s->line, from, s->at)))
            return false;
        s->args[s->n - 1].quoted = true;
        return true;
    case MAP_UNCLOSED:
        return map_scan_want(s, "a closing quote for this one");
    case MAP_QUOTE_MEMORY:
        s->no_memory = true;
        return false;
    case MAP_NO_QUOTE:
        break;
    }
    text = map_bare_word(s->line, from, false);
    const bool reserved = trod_str_is(text, "with") || trod_str_is(text, "and") ||
                          trod_str_is(text, "for") || trod_str_is(text, "profile");
    if (text.n == 0 || (reserved && leaf == MAP_LEAF_NAME)) return map_scan_want(s, "a name");
    s->at += text.n;
    return took(s, leaf, slot, from, text, text);
}

static bool read_list(struct map_scan *s, enum map_leaf leaf, trod_str slot,
                      const char *between,
                      bool (*item)(struct map_scan *, enum map_leaf, trod_str)) {
    do {
        if (!item(s, leaf, slot)) return false;
    } while (read_word(s, between));
    return true;
}

/* One of several texts with commas between them. */
static bool read_item(struct map_scan *s, enum map_leaf leaf, trod_str slot) {
    map_scan_skip(s);
    const size_t from = s->at;
    trod_str text;
    if (map_quoted_read(s->line, &s->at, s->arena, &text) == MAP_QUOTED) {
        const size_t to = s->at;
        map_scan_skip(s);
        if (s->at == s->line.n || s->line.at[s->at] == ',')
            return took(s, leaf, slot, from, text, trod_str_slice(s->line, from, to));
        s->at = from; /* a quote that belongs to the text */
    }
    const size_t comma = trod_str_find(trod_str_slice(s->line, from, s->line.n), ',');
    const size_t to = comma == SIZE_MAX ? s->line.n : from + comma;
    text = trod_str_trim(trod_str_slice(s->line, from, to));
    if (text.n == 0) return map_scan_want(s, "a text");
    s->at = to;
    return took(s, leaf, slot, from, text, text);
}

static bool read_text(struct map_scan *s, trod_str slot) {
    map_scan_skip(s);
    const size_t from = s->at;
    const trod_str text = trod_str_trim(trod_str_slice(s->line, from, s->line.n));
    if (text.n == 0 && s->optional) return map_scan_want(s, "a text");
    s->at = s->line.n;
    return took(s, MAP_LEAF_TEXT, slot, from, text, text);
}

/* Free text up to the first place from where the rest of the pattern fits. */
static bool read_label(struct map_scan *s, trod_str slot, const struct map_behind *behind) {
    map_scan_skip(s);
    const size_t from = s->at;
    trod_str text = {0};
    if (map_quoted_read(s->line, &s->at, s->arena, &text) == MAP_QUOTED) {
        const trod_str raw = trod_str_slice(s->line, from, s->at);
        if (behind->fits(s, behind->owner))
            return took(s, MAP_LEAF_LABEL, slot, from, text, raw);
    }
    s->at = from;
    for (size_t to = from; to <= s->line.n && !s->no_memory; to++) {
        if (to < s->line.n && s->line.at[to] != ' ' && s->line.at[to] != ':') continue;
        text = trod_str_trim(trod_str_slice(s->line, from, to));
        if (text.n == 0) continue;
        s->at = to;
        if (behind->fits(s, behind->owner))
            return took(s, MAP_LEAF_LABEL, slot, from, text, text);
    }
    s->at = from;
    return text.n ? false : map_scan_want(s, "a name");
}

/* A run of digits with at most one point, and a sign if `sign`. Returns its length. */
static size_t number_at(trod_str line, size_t at, bool sign) {
    size_t n = at, digits = 0, points = 0;
    if (sign && n < line.n && (line.at[n] == '+' || line.at[n] == '-')) n++;
    for (; n < line.n; n++) {
        if (line.at[n] >= '0' && line.at[n] <= '9')
            digits++;
        else if (line.at[n] == '.' && points == 0 && digits && n + 1 < line.n &&
                 line.at[n + 1] >= '0' && line.at[n + 1] <= '9')
            points++;
        else
            break;
    }
    return digits && digits <= 18 ? n - at : 0;
}

/* "3 days": a number, "working" if it may be, a unit. Its raw form has single spaces. */
static bool read_time(struct map_scan *s, enum map_leaf leaf, trod_str slot, bool quietly) {
    map_scan_skip(s);
    const size_t from = s->at, n = number_at(s->line, from, false);
    if (n == 0) return quietly ? false : map_scan_want(s, "a time such as `3 days`");
    s->at += n;
    map_scan_skip(s);
    const trod_str number = trod_str_slice(s->line, from, from + n);
    const bool working = read_word(s, "working");
    map_scan_skip(s);
    const size_t at = s->at;
    while (s->at < s->line.n && !ends_word(s, s->at)) s->at++;
    const trod_str unit = trod_str_slice(s->line, at, s->at);
    trod_str raw = trod_str_slice(s->line, from, s->at);
    if (raw.n != n + 1 + (working ? strlen("working ") : 0) + unit.n ||
        trod_str_find(raw, '\t') != SIZE_MAX) {
        raw = trod_arena_format(s->arena, "%.*s %s%.*s", TROD_ARG(number),
                                working ? "working " : "", TROD_ARG(unit));
        if (!raw.at) s->no_memory = true;
    }
    int64_t us;
    bool is_working;
    if (!s->no_memory && map_time_value(raw, &us, &is_working)) {
        if (leaf == MAP_LEAF_TIME || (us > 0 && !is_working))
            return took(s, leaf, slot, from, raw, raw);
        s->at = from;
        return map_scan_want(s, "a time above 0, not counted in working hours");
    }
    s->at = at;
    if (working) return map_scan_want(s, "day, h or min after `working`");
    return map_scan_want(s, "a unit of time: s, min, h, day, week, month or year");
}

static bool read_number(struct map_scan *s, enum map_leaf leaf, trod_str slot) {
    map_scan_skip(s);
    const size_t from = s->at;
    const bool sign =
        leaf == MAP_LEAF_NUMBER || leaf == MAP_LEAF_SIGNED || leaf == MAP_LEAF_LEVEL;
    const size_t n = number_at(s->line, from, sign);
    const trod_str text = trod_str_slice(s->line, from, from + n);
    double value = 0;
    const bool is =
        n && trod_str_number(text.at[0] == '+' ? trod_str_slice(text, 1, n) : text, &value);
    if (leaf == MAP_LEAF_PERCENT) {
        s->at += n;
        map_scan_skip(s);
        if (is && value <= 100 && s->at < s->line.n && s->line.at[s->at] == '%') {
            s->at++;
            return took(s, leaf, slot, from, text, text);
        }
        s->at = from;
        return map_scan_want(s, "a share from 0% to 100%");
    }
    if (is && ends_word(s, from + n)) {
        s->at += n;
        if (leaf == MAP_LEAF_NUMBER) return took(s, leaf, slot, from, text, text);
        if (leaf == MAP_LEAF_SIGNED && (text.at[0] == '+' || text.at[0] == '-'))
            return took(s, leaf, slot, from, text, text);
        if (leaf == MAP_LEAF_LEVEL && value >= -2 && value <= 2)
            return took(s, leaf, slot, from, text, text);
        if (leaf == MAP_LEAF_COUNT && value >= 1 && value <= 1e9 &&
            trod_str_find(text, '.') == SIZE_MAX)
            return took(s, leaf, slot, from, text, text);
        s->at = from;
    }
    return map_scan_want(s, leaf == MAP_LEAF_LEVEL    ? "a number from -2 to +2"
                            : leaf == MAP_LEAF_COUNT  ? "a whole number from 1"
                            : leaf == MAP_LEAF_SIGNED ? "a number with its sign, such as +5"
                                                      : "a number");
}

/* "18%", "3 weeks" or "4.5". */
static bool read_value(struct map_scan *s, trod_str slot) {
    map_scan_skip(s);
    const size_t from = s->at, n = number_at(s->line, from, true);
    if (n == 0) return map_scan_want(s, "a value such as `18%`, `3 weeks` or `4.5`");
    s->at = from + n;
    if (s->at < s->line.n && s->line.at[s->at] == '%') {
        s->at++;
        const trod_str text = trod_str_slice(s->line, from, s->at);
        return took(s, MAP_LEAF_VALUE, slot, from, text, text);
    }
    s->at = from;
    const size_t n_before = s->n;
    if (s->line.at[from] != '+' && s->line.at[from] != '-' &&
        read_time(s, MAP_LEAF_PERIOD, slot, true)) {
        s->args[n_before].leaf = MAP_LEAF_VALUE;
        return true;
    }
    s->at = from;
    return read_number(s, MAP_LEAF_NUMBER, slot) &&
           (s->args[n_before].leaf = MAP_LEAF_VALUE, true);
}

/* A run without spaces that `is` accepts. */
static bool read_token(struct map_scan *s, enum map_leaf leaf, trod_str slot, size_t n, bool ok,
                       const char *want) {
    if (!ok) return map_scan_want(s, want);
    const size_t from = s->at;
    const trod_str text = trod_str_slice(s->line, from, from + n);
    s->at += n;
    return took(s, leaf, slot, from, text, text);
}

static bool read_stamp(struct map_scan *s, enum map_leaf leaf, trod_str slot) {
    map_scan_skip(s);
    size_t n = 0;
    const char *const stops = leaf == MAP_LEAF_DATE ? " \t,:" : " \t,-";
    if (leaf == MAP_LEAF_DAYS) {
        while (s->at + n < s->line.n && !strchr(" \t,", s->line.at[s->at + n])) n++;
    } else {
        while (s->at + n < s->line.n && !strchr(stops, s->line.at[s->at + n])) n++;
    }
    const trod_str text = trod_str_slice(s->line, s->at, s->at + n);
    int64_t us;
    uint16_t minutes;
    uint8_t days;
    if (leaf == MAP_LEAF_DATE)
        return read_token(s, leaf, slot, n, map_date_value(text, &us),
                          "a date that exists, written like 2025-03-31");
    if (leaf == MAP_LEAF_CLOCK)
        return read_token(s, leaf, slot, n, map_clock_value(text, &minutes),
                          "a time of day such as 09:00");
    return read_token(s, leaf, slot, n, map_days_value(text, &days),
                      "days such as mon-fri or sat");
}

/* The next of "a/b_c"; false at the end. */
static bool next_choice(trod_str *choices, trod_str *one) {
    if (choices->n == 0) return false;
    const size_t slash = trod_str_find(*choices, '/');
    *one = trod_str_slice(*choices, 0, slash);
    *choices =
        slash == SIZE_MAX ? (trod_str){0} : trod_str_slice(*choices, slash + 1, choices->n);
    return true;
}

static bool read_choice(struct map_scan *s, enum map_leaf leaf, trod_str slot,
                        trod_str choices) {
    map_scan_skip(s);
    const size_t from = s->at;
    trod_str one;
    trod_str all = choices;
    while (next_choice(&all, &one)) {
        s->at = from;
        size_t i = 0;
        bool spaced = true; /* spelled with single spaces */
        while (i < one.n && s->at < s->line.n) {
            if (one.at[i] == '_') {
                const size_t before = s->at;
                map_scan_skip(s);
                if (s->at == before) break;
                spaced = spaced && s->at == before + 1;
                i++;
                continue;
            }
            if (s->line.at[s->at] != one.at[i]) break;
            s->at++;
            i++;
        }
        if (i < one.n || !ends_word(s, s->at)) continue;
        trod_str text = trod_str_slice(s->line, from, s->at);
        if (!spaced) {
            char *single = trod_arena_alloc(s->arena, one.n, 1);
            if (!single) {
                s->no_memory = true;
                return false;
            }
            for (size_t k = 0; k < one.n; k++) single[k] = one.at[k] == '_' ? ' ' : one.at[k];
            text = (trod_str){single, one.n};
        }
        return took(s, leaf, slot, from, text, text);
    }
    s->at = from;
    while (next_choice(&choices, &one)) map_scan_want_str(s, one);
    return false;
}

static bool read_cond(struct map_scan *s, trod_str slot) {
    map_scan_skip(s);
    struct map_cond cond;
    const char *want;
    if (!map_cond_read(s->line, &s->at, false, s->arena, &cond, &want)) {
        if (!want) s->no_memory = true;
        return want ? map_scan_want(s, want) : false;
    }
    if (!took(s, MAP_LEAF_COND, slot, cond.name_at, cond.name, cond.name_raw)) return false;
    s->args[s->n - 1].quoted = cond.name_quoted;
    if (!took(s, MAP_LEAF_OP, TROD_STR("op"), cond.op_at, cond.op, cond.op)) return false;
    if (!cond.value_raw.at) return true;
    if (!took(s, MAP_LEAF_SET, TROD_STR("value"), cond.value_at, cond.value, cond.value_raw))
        return false;
    s->args[s->n - 1].quoted = cond.value_quoted;
    return true;
}

bool map_leaf_read(struct map_scan *s, enum map_leaf leaf, trod_str slot, trod_str choices,
                   const struct map_behind *behind) {
    switch (leaf) {
    case MAP_LEAF_ID:
    case MAP_LEAF_REF:
        return read_id(s, leaf, slot);
    case MAP_LEAF_REFS:
        return read_list(s, leaf, slot, ",", read_id);
    case MAP_LEAF_POINTS:
        return read_list(s, leaf, slot, "or", read_id);
    case MAP_LEAF_TEXT:
        return read_text(s, slot);
    case MAP_LEAF_LABEL:
        return read_label(s, slot, behind);
    case MAP_LEAF_NAME:
        return read_name(s, leaf, slot);
    case MAP_LEAF_NAMES:
        return read_list(s, leaf, slot, ",", read_name);
    case MAP_LEAF_ITEMS:
        return read_list(s, leaf, slot, ",", read_item);
    case MAP_LEAF_TIME:
    case MAP_LEAF_PERIOD:
        return read_time(s, leaf, slot, false);
    case MAP_LEAF_NUMBER:
    case MAP_LEAF_COUNT:
    case MAP_LEAF_SIGNED:
    case MAP_LEAF_LEVEL:
    case MAP_LEAF_PERCENT:
        return read_number(s, leaf, slot);
    case MAP_LEAF_VALUE:
        return read_value(s, slot);
    case MAP_LEAF_DATE:
    case MAP_LEAF_CLOCK:
    case MAP_LEAF_DAYS:
        return read_stamp(s, leaf, slot);
    case MAP_LEAF_CHOICE:
    case MAP_LEAF_NOUN:
        return read_choice(s, leaf, slot, choices);
    case MAP_LEAF_COND:
        return read_cond(s, slot);
    case MAP_LEAF_OP:
    case MAP_LEAF_SET:
        break; /* they come with their COND */
    }
    return false;
}
