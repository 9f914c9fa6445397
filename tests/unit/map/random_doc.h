/* Random maps for tests, written from the table of the language: every keyword in every place
 * where it may stand, every alternative of its pattern, every way to spell a value that the
 * language knows. They read without a mistake in any line, but mean nothing: ids are made up.
 * The same seed gives the same text.
 */
#ifndef TESTS_MAP_RANDOM_DOC_H
#define TESTS_MAP_RANDOM_DOC_H

#include <stdio.h>

#include "map/pattern.h"

struct random_doc {
    struct trod_rng rng;
    struct trod_buf out;
    bool crlf;
    bool neat; /* no odd spacing */
    size_t most_lines;
    size_t n_lines;
    uint64_t *rows; /* how often each row of the table was written; may be NULL */
};

static inline size_t random_below(struct random_doc *doc, size_t n) {
    return (size_t)trod_rng_below(&doc->rng, n);
}
static inline bool random_one_in(struct random_doc *doc, size_t n) {
    return random_below(doc, n) == 0;
}
static inline void random_add(struct random_doc *doc, const char *text) {
    trod_buf_adds(&doc->out, text);
}
#define RANDOM_OF(doc, ...)                                \
    random_pick((doc), (const char *const[]){__VA_ARGS__}, \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
static inline const char *random_pick(struct random_doc *doc, const char *const *of, size_t n) {
    return of[random_below(doc, n)];
}

/* At least `least` blanks, usually just as many. */
static inline void random_blanks(struct random_doc *doc, size_t least) {
    trod_buf_repeat(&doc->out, ' ', least);
    if (doc->neat || !random_one_in(doc, 4)) return;
    trod_buf_repeat(&doc->out, ' ', random_below(doc, 4));
    if (random_one_in(doc, 4)) random_add(doc, "\t");
}
static inline void random_end(struct random_doc *doc) {
    if (!doc->neat && random_one_in(doc, 6)) random_add(doc, RANDOM_OF(doc, " ", "   ", "\t"));
    random_add(doc, doc->crlf ? "\r\n" : "\n");
    doc->n_lines++;
}

/* ---- Leaves
 * ---------------------------------------------------------------------------------- */

static inline void random_id(struct random_doc *doc) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const size_t n = 3 + random_below(doc, 6);
    for (size_t i = 0; i < n; i++)
        trod_buf_byte(&doc->out, letters[random_below(doc, sizeof letters - 1)]);
}

static inline const char *random_word(struct random_doc *doc) {
    return RANDOM_OF(doc, "bike", "Rad", "v\xc3\xa9lo", "\xe8\x87\xaa\xe8\xa1\x8c\xe8\xbb\x8a",
                     "\xf0\x9f\x9a\xb2", "it's", "50%", "a/b", "(new)", "#7", "x=y", "<b>", "=",
                     "\xd7\x90\xd7\x95\xd7\xa4\xd7\xa0\xd7\x99\xd7\x99\xd7\x9d", "e\xcc\x81",
                     "|", "C:\\temp", "\\", "[sic]", "[", "]", "with", "and", "or",
                     "2025-03-01", "3", "for", "until", "at most", "usually", "\"said\"",
                     "it\"s", "yes");
}

/* Text to the end of the line; nothing of it is escaped but by chance. */
static inline void random_text(struct random_doc *doc) {
    const size_t n = 1 + random_below(doc, 4);
    for (size_t i = 0; i < n; i++) {
        if (i) random_add(doc, RANDOM_OF(doc, " ", " ", " ", ", ", ": ", "  ", "\t"));
        random_add(doc, random_word(doc));
    }
    if (random_one_in(doc, 6))
        random_add(doc,
                   RANDOM_OF(doc, "\\[sic]", "\\\\[sic, yes]", "\\", "\\\\", "\\\\\\", " [b]",
                             " \\[b]", "[b, c] d", "[]", " [B]", "\\\\\\[b, c]", " ["));
}

static inline void random_quoted(struct random_doc *doc) {
    random_add(doc, "\"");
    const size_t n = random_below(doc, 4);
    for (size_t i = 0; i < n; i++)
        random_add(doc,
                   RANDOM_OF(doc, " ", "a", "web", "\\\"", "\\\\", "\\n", "\\ ", ",", ":", "=",
                             "with", "\xc3\xa4", "\t", " on ", " until ", "]", "#", "\\a"));
    random_add(doc, "\"");
}

static inline void random_name(struct random_doc *doc) {
    if (random_one_in(doc, 3))
        random_quoted(doc);
    else
        random_add(doc,
                   RANDOM_OF(doc, "page_view", "Kunden-Nr", "case:concept:name", "a=b",
                             "NAME#2", "50%", "\xe5\x90\x8d\xe5\x89\x8d", "(x)", "e-mail", "#1",
                             "a:b", "x>", "it's", "1", "2025-01-01", "[x]", "\\", "C:\\x"));
}

static inline void random_label(struct random_doc *doc) {
    if (random_one_in(doc, 4))
        random_quoted(doc);
    else
        random_add(doc, RANDOM_OF(doc, "Sales", "Anna Lind", "the shop floor", "customer", "IT",
                                  "Dr. \"Bike\" M\xc3\xbcller", "it's down", "a, b",
                                  "K\xc3\xb6ln", "a on b", "\"x\" y", "C:\\"));
}

static inline void random_item(struct random_doc *doc) {
    if (random_one_in(doc, 4))
        random_quoted(doc);
    else
        random_add(doc,
                   RANDOM_OF(doc, "e-mail", "phone", "shop website", "a \"b\" c", "\"a\" b",
                             "data/*.csv", "x:y", "caf\xc3\xa9", "it's", "a\\b", "\"open"));
}

static inline void random_digits(struct random_doc *doc) {
    random_add(doc, RANDOM_OF(doc, "1", "2", "3", "7.5", "14", "30", "007", "1.50", "0.25",
                              "4200", "12345678901234567", "0.1", "100"));
}

static inline void random_time(struct random_doc *doc, bool period) {
    random_add(doc, RANDOM_OF(doc, "1", "2", "30", "1.5", "007", "3.0"));
    random_blanks(doc, random_one_in(doc, 8) ? 0 : 1);
    if (!period && random_one_in(doc, 4)) {
        random_add(doc, "working");
        random_blanks(doc, 1);
        random_add(doc, RANDOM_OF(doc, "day", "days", "h", "min"));
    } else {
        random_add(doc, RANDOM_OF(doc, "s", "min", "mins", "h", "day", "days", "week", "weeks",
                                  "month", "months", "year", "years"));
    }
}

static inline void random_cond(struct random_doc *doc) {
    random_name(doc);
    random_blanks(doc, 1);
    switch (random_below(doc, 4)) {
    case 0:
        random_add(doc, RANDOM_OF(doc, "exists", "missing"));
        return;
    case 1:
        random_add(doc, RANDOM_OF(doc, "starts", "ends", "contains"));
        random_blanks(doc, random_one_in(doc, 4) ? 0 : 1);
        random_quoted(doc);
        return;
    default:
        random_add(doc, RANDOM_OF(doc, "=", "!=", "<", "<=", ">", ">="));
        random_blanks(doc, random_one_in(doc, 3) ? 0 : 1);
        if (random_one_in(doc, 3))
            random_quoted(doc);
        else
            random_add(doc, RANDOM_OF(doc, "0", "-1.5", "1e3", "007", "4200", "0.10", "yes",
                                      "no", "2025-03-01", "2025-03-01T10:00:00Z",
                                      "12345678901234567890", "-0"));
    }
}

static inline void random_choice(struct random_doc *doc, trod_str choices) {
    size_t n = 1;
    for (size_t i = 0; i < choices.n; i++) n += choices.at[i] == '/';
    for (size_t skip = random_below(doc, n); skip > 0; skip--)
        choices = trod_str_slice(choices, trod_str_find(choices, '/') + 1, choices.n);
    choices = trod_str_slice(choices, 0, trod_str_find(choices, '/'));
    for (size_t i = 0; i < choices.n; i++)
        if (choices.at[i] == '_')
            random_blanks(doc, 1);
        else
            trod_buf_byte(&doc->out, choices.at[i]);
}

static inline void random_one(struct random_doc *doc, enum map_leaf leaf) {
    switch (leaf) {
    case MAP_LEAF_NAMES:
        random_name(doc);
        break;
    case MAP_LEAF_ITEMS:
        random_item(doc);
        break;
    default:
        random_id(doc);
    }
}

static inline void random_leaf(struct random_doc *doc, const struct map_slot *slot) {
    switch (slot->leaf) {
    case MAP_LEAF_ID:
    case MAP_LEAF_REF:
        random_id(doc);
        break;
    case MAP_LEAF_REFS:
    case MAP_LEAF_POINTS:
    case MAP_LEAF_NAMES:
    case MAP_LEAF_ITEMS: {
        const bool or = slot->leaf == MAP_LEAF_POINTS;
        for (size_t n = 1 + random_below(doc, 3);; n--) {
            random_one(doc, slot->leaf);
            if (n == 1) break;
            random_blanks(doc, or ? 1 : random_below(doc, 2));
            random_add(doc, or ? "or" : ",");
            random_blanks(doc, or ? 1 : random_below(doc, 2));
        }
        break;
    }
    case MAP_LEAF_TEXT:
        random_text(doc);
        break;
    case MAP_LEAF_LABEL:
        random_label(doc);
        break;
    case MAP_LEAF_NAME:
        random_name(doc);
        break;
    case MAP_LEAF_TIME:
    case MAP_LEAF_PERIOD:
        random_time(doc, slot->leaf == MAP_LEAF_PERIOD);
        break;
    case MAP_LEAF_NUMBER:
        random_add(doc, RANDOM_OF(doc, "", "", "-", "+"));
        random_digits(doc);
        break;
    case MAP_LEAF_COUNT:
        random_add(doc, RANDOM_OF(doc, "1", "2", "30", "007", "1000000"));
        break;
    case MAP_LEAF_SIGNED:
        random_add(doc, RANDOM_OF(doc, "+5", "-10", "+0", "-0", "+1.50", "-2.5", "+007"));
        break;
    case MAP_LEAF_LEVEL:
        random_add(doc, RANDOM_OF(doc, "-2", "+2", "0", "1", "+0.5", "-1.50", "-0", "+0"));
        break;
    case MAP_LEAF_PERCENT:
        random_add(doc, RANDOM_OF(doc, "0", "30", "7.5", "100", "030", "33.30"));
        random_blanks(doc, 0);
        random_add(doc, "%");
        break;
    case MAP_LEAF_VALUE:
        if (random_one_in(doc, 3))
            random_time(doc, true);
        else
            random_add(doc, RANDOM_OF(doc, "18%", "4.5", "-2", "+3", "0.10%", "100", "-5%"));
        break;
    case MAP_LEAF_DATE:
        random_add(doc, RANDOM_OF(doc, "2025-03-31", "2024-02-29", "0001-01-01", "9999-12-31"));
        break;
    case MAP_LEAF_CLOCK:
        random_add(doc, RANDOM_OF(doc, "09:00", "00:00", "24:00", "23:59"));
        break;
    case MAP_LEAF_DAYS:
        random_add(doc, RANDOM_OF(doc, "mon-fri", "sat", "sun", "sat-mon"));
        break;
    case MAP_LEAF_CHOICE:
    case MAP_LEAF_NOUN:
        random_choice(doc, slot->choices);
        break;
    case MAP_LEAF_COND:
        random_cond(doc);
        break;
    case MAP_LEAF_OP:
    case MAP_LEAF_SET:
        break;
    }
}

/* ---- Lines
 * ----------------------------------------------------------------------------------- */

static inline void random_words(struct random_doc *doc, const char *words) {
    for (; *words; words++)
        if (*words == ' ')
            random_blanks(doc, 1);
        else
            trod_buf_byte(&doc->out, *words);
}

/* One to three of its halves, in any order, each once. */
static inline void random_window(struct random_doc *doc) {
    static const char *const halves[] = {"usually", "at most", "at least"};
    const size_t first = random_below(doc, 3), step = 1 + random_below(doc, 2);
    const size_t n = 1 + random_below(doc, 3);
    for (size_t i = 0; i < n; i++) {
        if (i) random_add(doc, ",");
        random_blanks(doc, 1);
        random_words(doc, halves[(first + i * step) % 3]);
        random_blanks(doc, 1);
        random_time(doc, false);
    }
}

static inline void random_pattern(struct random_doc *doc, trod_str pattern) {
    for (;;) {
        const trod_str next = map_pattern_token(&pattern);
        if (next.n == 0) return;
        const trod_str in = map_pattern_inside(next);
        switch (next.at[0]) {
        case '[':
            if (random_one_in(doc, 2)) random_pattern(doc, in);
            break;
        case '{':
            while (random_one_in(doc, 3)) random_pattern(doc, in);
            break;
        case '(': {
            size_t n = 0;
            trod_str rest = in, one = {0};
            while (map_pattern_alternative(&rest, &one)) n++;
            rest = in;
            for (size_t i = random_below(doc, n) + 1; i > 0; i--)
                map_pattern_alternative(&rest, &one);
            random_pattern(doc, one);
            break;
        }
        case '@':
            if (trod_str_is(next, "@window"))
                random_window(doc);
            else
                random_pattern(doc, map_pattern_part(trod_str_slice(next, 1, next.n)));
            break;
        case '!':
        case '_':
            break;
        case '<': {
            const struct map_slot slot = map_slot_of(next);
            random_blanks(doc, 1);
            random_leaf(doc, &slot);
            break;
        }
        default: {
            const bool sign = strchr(",:-", next.at[0]) != NULL;
            random_blanks(doc, sign ? random_one_in(doc, 4) : 1);
            trod_buf_add(&doc->out, trod_str_is(next, ":_") ? TROD_STR(":") : next);
            break;
        }
        }
    }
}

static inline void random_indent(struct random_doc *doc, size_t level) {
    trod_buf_repeat(&doc->out, ' ', level * 2);
}

static inline void random_long(struct random_doc *doc, size_t level) {
    random_indent(doc, level + random_one_in(doc, 8));
    random_add(doc, random_one_in(doc, 4) ? "|" : "| ");
    if (!random_one_in(doc, 5)) random_text(doc);
    random_end(doc);
}

/* A comment or a blank line, anywhere. */
static inline void random_aside(struct random_doc *doc, size_t level) {
    if (random_one_in(doc, 2)) {
        random_indent(doc, random_one_in(doc, 3) ? random_below(doc, 6) : level);
        random_add(doc, "#");
        if (!random_one_in(doc, 5)) random_text(doc);
    } else if (!doc->neat) {
        trod_buf_repeat(&doc->out, ' ', random_below(doc, 5));
    }
    random_end(doc);
}

static inline void random_raw(struct random_doc *doc, size_t level) {
    for (size_t n = random_below(doc, 4); n > 0; n--) {
        if (random_one_in(doc, 6)) random_aside(doc, level);
        if (random_one_in(doc, 6)) random_long(doc, level);
        trod_buf_repeat(&doc->out, ' ', level * 2 + random_below(doc, 5));
        random_add(doc, RANDOM_OF(doc, "raw", "- a: b", "stage x: y", "\"", "\\[x]", "[talks]",
                                  "x-y  z", "\xc3\xa4"));
        random_end(doc);
    }
}

static inline void random_proof(struct random_doc *doc) {
    random_blanks(doc, 1);
    random_add(doc, "[");
    random_blanks(doc, 0);
    random_id(doc);
    random_blanks(doc, 0);
    if (random_one_in(doc, 2)) {
        random_add(doc, ",");
        random_blanks(doc, random_below(doc, 2));
        random_add(
            doc, RANDOM_OF(doc, "6 of 9", "a, b", "it's \"so\"", "\xc3\xa4", "p. 3: x", "x\\"));
        random_blanks(doc, 0);
    }
    random_add(doc, "]");
}

static inline void random_lines(struct random_doc *doc, enum map_place place, size_t level);

static inline void random_line(struct random_doc *doc, enum map_place place, size_t level) {
    size_t n_words, n_fit = 0;
    const struct map_word *const words = map_words(&n_words);
    for (size_t i = 0; i < n_words; i++) n_fit += words[i].places >> place & 1;
    size_t skip = random_below(doc, n_fit), at = 0;
    for (;; at++)
        if (words[at].places >> place & 1 && skip-- == 0) break;
    const struct map_word *const word = &words[at];
    if (doc->rows) doc->rows[at]++;
    random_indent(doc, level);
    if (strcmp(word->keyword, "x-") == 0)
        random_add(doc, RANDOM_OF(doc, "x-ticket", "x-", "x-a:b", "x-\xc3\xa4", "x-X-y"));
    else if (!(word->flags & MAP_PREFIXED))
        random_words(doc, word->keyword);
    const bool text =
        strstr(word->pattern, "<text:text>") || strstr(word->pattern, "<title:text>");
    const size_t n_pattern = strlen(word->pattern);
    const bool last = text && word->pattern[n_pattern - 1] == '>' && random_one_in(doc, 12);
    if (word->flags & MAP_PREFIXED) { /* its number is the keyword: no blanks before it */
        random_leaf(doc, &(struct map_slot){.leaf = MAP_LEAF_SIGNED});
        random_pattern(doc, trod_str_of(strchr(word->pattern, '>') + 1));
    } else if (last) { /* its text stands below it as long text */
        const char *end = word->pattern + n_pattern;
        while (*--end != '<') {
        }
        random_pattern(doc, (trod_str){word->pattern, (size_t)(end - word->pattern)});
    } else {
        random_pattern(doc, trod_str_of(word->pattern));
    }
    if (word->flags & MAP_PROOF && random_one_in(doc, 3)) random_proof(doc);
    random_end(doc);
    if (last) random_long(doc, level + 1);
    if (word->opens == MAP_OPAQUE)
        random_raw(doc, level + 1);
    else
        random_lines(doc, word->opens, level + 1);
}

static inline void random_lines(struct random_doc *doc, enum map_place place, size_t level) {
    size_t n = place == MAP_ROOT     ? 1 + random_below(doc, 8)
               : place == MAP_CLOSED ? random_one_in(doc, 10)
               : level > 12          ? 0
                                     : random_below(doc, 6);
    for (; n > 0 && doc->n_lines < doc->most_lines; n--) {
        if (random_one_in(doc, 5)) random_aside(doc, level);
        if (level > 0 && random_one_in(doc, 8)) random_long(doc, level);
        random_line(doc, place, level);
    }
    if (random_one_in(doc, 12)) random_aside(doc, level);
}

/* The text of a map of about `most_lines` lines at most; ends with trod_buf_free(&doc->out). */
static inline void random_doc(struct random_doc *doc, uint64_t seed) {
    doc->rng = (struct trod_rng){.seed = seed, .stream = 7};
    doc->crlf = random_one_in(doc, 10);
    doc->neat = random_one_in(doc, 4);
    doc->n_lines = 0;
    if (doc->most_lines == 0) doc->most_lines = 60;
    trod_buf_clear(&doc->out);
    if (random_one_in(doc, 10)) random_add(doc, "\xef\xbb\xbf");
    random_lines(doc, MAP_ROOT, 0);
}

#endif
