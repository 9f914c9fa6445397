/* pattern: matching the rest of a line against the pattern of its keyword, and the other way.
 */
#ifndef MAP_PATTERN_H
#define MAP_PATTERN_H

#include "map/doc.h"

#define MAP_MAX_WANTS 5

/* One line on its way through a pattern. */
struct map_scan {
    bool writing;
    bool no_memory;
    /* reading */
    trod_str line; /* the part of the line that the pattern describes */
    size_t at;
    size_t base; /* of `line` in the whole line */
    struct trod_arena *arena;
    struct map_arg *args; /* grows on the arena; reused from line to line */
    size_t n, room;
    unsigned optional; /* inside how many [ ] */
    size_t far;        /* the furthest place that did not fit, and what would have */
    trod_str wants[MAP_MAX_WANTS];
    unsigned n_wants;
    /* writing */
    const struct map_arg *in;
    size_t n_in, k;
    struct trod_buf *out;
    size_t start; /* of the line in `out`, indent left out */
    int gap;      /* what is owed before the next word: see pattern.c */
    bool escape;  /* the line could end in a proof and does not: its text is escaped */
};

/* The line against the pattern: true if all of it fits. */
bool map_pattern_read(struct map_scan *scan, const char *pattern);
/* The arguments through the pattern: true if all of them fit. */
bool map_pattern_write(struct map_scan *scan, const char *pattern);

enum { MAP_GAP_NONE, MAP_GAP_SPACE, MAP_GAP_COLUMN, MAP_GAP_HEAD };
/* Values stand in this column of the line, from its indent. */
#define MAP_COLUMN 11
/* Writes what is owed, then the text. */
void map_scan_put(struct map_scan *scan, trod_str text);

/* ---- The parts of a pattern
 * ------------------------------------------------------------------ */

/* The next token of a pattern, which moves past it; a bracket is one token, with all in it. */
trod_str map_pattern_token(trod_str *pattern);
/* A bracket without its brackets; the next alternative of "a | b | c"; the pattern of "@name".
 */
trod_str map_pattern_inside(trod_str bracket);
bool map_pattern_alternative(trod_str *rest, trod_str *found);
trod_str map_pattern_part(trod_str name);
/* What "<name:leaf>" says. */
struct map_slot map_slot_of(trod_str token);

/* ---- Leaves (leaf.c) -----------------------------------------------------------------------
 */

/* The rest of the pattern behind a LABEL: told to find where the label ends. */
struct map_behind {
    bool (*fits)(struct map_scan *scan, const void *owner);
    const void *owner;
};
enum map_leaf map_leaf_of(trod_str name);
bool map_leaf_read(struct map_scan *scan, enum map_leaf leaf, trod_str slot, trod_str choices,
                   const struct map_behind *behind);
bool map_leaf_write(struct map_scan *scan, enum map_leaf leaf, trod_str slot, trod_str choices);
/* How trod itself would spell an argument, whatever its `raw`; with `escape`, at the end of a
 * line that could end in a proof and does not. False if no line can hold it. */
bool map_arg_spell(const struct map_arg *arg, bool escape, struct trod_buf *out);

void map_scan_skip(struct map_scan *scan);
/* Notes what would have fitted here. Returns false. */
bool map_scan_want(struct map_scan *scan, const char *what);
bool map_scan_want_str(struct map_scan *scan, trod_str what);

/* ---- Names and conditions (name.c) ---------------------------------------------------------
 */

/* A text in quotes at text.at[*at]: moves past it. `value` is without quotes and escapes. */
enum map_quoted { MAP_NO_QUOTE, MAP_QUOTED, MAP_UNCLOSED, MAP_QUOTE_MEMORY };
enum map_quoted map_quoted_read(trod_str text, size_t *at, struct trod_arena *arena,
                                trod_str *value);
void map_quoted_write(struct trod_buf *out, trod_str value);
/* A word without space, comma or quote; with parens, also without a ")" that it did not open.
 */
trod_str map_bare_word(trod_str text, size_t at, bool parens);

struct map_cond {
    trod_str name, name_raw; /* raw: as written, quotes with it */
    size_t name_at, op_at, value_at;
    bool name_quoted, value_quoted;
    trod_str op;
    trod_str value, value_raw; /* missing with exists and missing */
};
/* A condition at text.at[*at]; moves past it. On failure *at is the place and `*want` what
 * would have fitted there. */
bool map_cond_read(trod_str text, size_t *at, bool parens, struct trod_arena *arena,
                   struct map_cond *cond, const char **want);
/* Makes a condition of its parts, as they stand in arguments. */
struct trod_condition map_condition(trod_str name, trod_str op, trod_str value, bool quoted);
/* The operator at text.at[at], longest first; n is 0 if there is none. */
trod_str map_op_at(trod_str text, size_t at);

/* ---- Values (value.c) ----------------------------------------------------------------------
 */

/* "3 days", "2 working h". False if it is none, or beyond 10,000 years. */
bool map_time_value(trod_str text, int64_t *time_us, bool *working);
bool map_date_value(trod_str text, int64_t *time_us);   /* "2025-03-31", and nothing else */
bool map_clock_value(trod_str text, uint16_t *minutes); /* "09:00"; 24:00 allowed */
bool map_days_value(trod_str text, uint8_t *weekdays);
/* "18%" (0.18), "3 weeks" (in us) or "4.5". */
bool map_value_value(trod_str text, enum trod_unit *unit, double *value);

#endif
