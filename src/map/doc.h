/* doc: the document layer. A map's lines as written, every comment and blank line with them.
 *
 * One table (words.c) says which keywords there are, where each may stand, what its line looks
 * like (a *pattern*, see pattern.c), how often it may stand, and how it is spaced. Reading,
 * spacing, hints, the JSON twin and its schema are all driven by it.
 *
 * A document is a tree of nodes. Walking it in order (a node, then its children) gives the
 * lines in the order of the file: comments and blank lines are nodes among the children, and so
 * are the lines of long text. A line's arguments are a flat sequence of (slot, text): each slot
 * has a name and a leaf shape; a slot that is a list has one argument for each item, side by
 * side. The canonical line is a function of (word, keyword, arguments, proof) alone:
 * map_doc_line.
 *
 * Life: 1. map_doc_read, or map_doc_make and map_node_add for one that is made from something
 * else;
 * 2. map_doc_write; 3. it ends with its arena.
 */
#ifndef MAP_DOC_H
#define MAP_DOC_H

#include "trod/map.h"

#include "map/remark.h"

/* ---- The table of keywords -----------------------------------------------------------------
 */

/* Where a line may stand: what the line above it, to which it belongs, has opened. */
enum map_place {
    MAP_ROOT,        /* the left edge */
    MAP_STAGES,      /* a block round whole stages */
    MAP_STAGES_LOOP, /* a repeat round whole stages: also `between` */
    MAP_JOURNEY,
    MAP_PERSONA,
    MAP_SEGMENT,
    MAP_RESEARCH,
    MAP_TEAM,
    MAP_SYSTEM,
    MAP_OFFER,
    MAP_SOURCE,
    MAP_STAGE,
    MAP_FLOW,      /* a block inside a stage */
    MAP_FLOW_LOOP, /* a repeat inside a stage: also `between` */
    MAP_CHOOSE,
    MAP_ANY_TIME,
    MAP_TOUCHPOINT,
    MAP_FOR, /* `for PERSONA` in a touchpoint */
    MAP_KPI,
    MAP_ACTION,
    MAP_SCORE,
    MAP_CONTENT,
    MAP_RULE,
    MAP_EXPERIMENT,
    MAP_MATCH,  /* a line that is a match: only `and` */
    MAP_OPAQUE, /* below an `x-` line: anything */
    MAP_CLOSED, /* nothing but long text */
    MAP_N_PLACES,
};

enum {
    MAP_ONCE = 1,      /* at most one in a block */
    MAP_REQUIRED = 2,  /* at least one in a block */
    MAP_PROOF = 4,     /* may end in [research, note] */
    MAP_BARE = 8,      /* its text may be empty */
    MAP_TIGHT = 16,    /* one space after the keyword: it reads as a sentence */
    MAP_PREFIXED = 32, /* the keyword is a number with a sign: "+5" */
};

/* One keyword in one sort of place. A keyword has several rows if its lines differ by place. */
struct map_word {
    const char *keyword;
    uint32_t places;      /* bits 1 << enum map_place */
    enum map_place opens; /* what deeper lines stand in */
    uint32_t flags;
    const char *pattern; /* of the rest of the line; see pattern.c */
    const char *example; /* a whole line, for hints and the documentation */
};

/* All rows, in the order of the documentation. */
const struct map_word *map_words(size_t *n);
/* "in a touchpoint", "at the left edge" …; for messages. */
const char *map_place_name(enum map_place place);
/* The row of this keyword in this place, or NULL. For "x-…" the row of `x-`, anywhere; for a
 * number with a sign the row "+N". */
const struct map_word *map_word_of(trod_str keyword, enum map_place place);

/* ---- Arguments -----------------------------------------------------------------------------
 */

/* The shapes of a slot. What stands in `text` of an argument is said beside each. */
enum map_leaf {
    MAP_LEAF_ID,     /* defines an id */
    MAP_LEAF_REF,    /* one id */
    MAP_LEAF_REFS,   /* list: ids joined by "," */
    MAP_LEAF_POINTS, /* list: ids joined by "or" */
    MAP_LEAF_TEXT,   /* free text to the end of the line; may be "" with long text below */
    MAP_LEAF_LABEL,  /* free text up to what follows in the pattern; quotes are allowed round it
                      */
    MAP_LEAF_NAME,   /* a name, without its quotes */
    MAP_LEAF_NAMES,  /* list: names joined by "," */
    MAP_LEAF_ITEMS,  /* list: free texts joined by ","; one with a comma stands in quotes */
    MAP_LEAF_TIME,   /* "3 days", "2 working h"; 0 allowed */
    MAP_LEAF_PERIOD, /* "3 days"; above 0, never working time */
    MAP_LEAF_NUMBER, /* "4200", "-0.5" */
    MAP_LEAF_COUNT,  /* a whole number from 1 */
    MAP_LEAF_SIGNED, /* "+5", "-10": the sign is written */
    MAP_LEAF_LEVEL,  /* "-2" to "+2" */
    MAP_LEAF_PERCENT, /* "30": the number before the % sign */
    MAP_LEAF_VALUE,   /* "18%", "3 weeks" or "4.5" */
    MAP_LEAF_DATE,    /* "2025-03-31" */
    MAP_LEAF_CLOCK,   /* "09:00" */
    MAP_LEAF_DAYS,    /* "mon-fri", "sat" */
    MAP_LEAF_CHOICE,  /* one of the slot's choices */
    MAP_LEAF_COND, /* three arguments: the slot (a name), "op", and "value" unless op is exists
                    * or missing; in a repeated group, one such run for each */
    MAP_LEAF_OP,   /* = != < <= > >= starts ends contains exists missing */
    MAP_LEAF_SET,  /* a condition's value: number, date, yes, no; or text, then `quoted` */
    MAP_LEAF_NOUN, /* a word that only agrees with its number ("times"): kept for the spelling,
                    * and may be left out */
};

struct map_arg {
    const char *slot; /* its name in the pattern, as a literal */
    uint8_t slot_n;   /* bytes of it */
    bool quoted; /* was written in quotes, or must be: decides between text and number of SET */
    enum map_leaf leaf;
    uint32_t offset; /* from the line's first byte; 0 if it was not read from a file */
    trod_str text;   /* the value, as the leaf's comment says */
    trod_str
        raw; /* as it was spelled, with inner spacing made canonical; missing: write `text` */
};

/* One slot of a pattern, for those who go through a pattern without a line: twin, schema, docs. */
struct map_slot {
    trod_str name;
    enum map_leaf leaf;
    trod_str choices; /* of a CHOICE or NOUN: joined by "/", with "_" for a space */
    bool many;        /* may stand several times: a list leaf, or in a repeated group */
    bool always;      /* no line can do without it; a NOUN and a TEXT may be left out */
};
#define MAP_MAX_SLOTS 16
/* The slots of a word in the order of its pattern, each name once; a COND gives its slot, "op" and
 * "value". Returns how many. */
size_t map_word_slots(const struct map_word *word, struct map_slot slots[MAP_MAX_SLOTS]);
/* The order in which the given slots (bits of their places in map_word_slots, without "op" and
 * "value") stand in a line. False if no line has just these. */
bool map_word_order(const struct map_word *word, uint32_t given, uint8_t at[MAP_MAX_SLOTS],
                    size_t *n);

/* ---- Nodes ---------------------------------------------------------------------------------
 */

enum map_kind {
    MAP_LINE,    /* a keyword with its arguments */
    MAP_LONG,    /* a line of long text: "| …" */
    MAP_COMMENT, /* "# …" */
    MAP_BLANK,
    MAP_RAW, /* a line below an `x-` line, kept as it is */
};

struct map_node {
    enum map_kind kind;
    bool broken;                 /* it had an error: arguments may be missing */
    uint16_t level;              /* of indent: 0 at the left edge */
    const struct map_word *word; /* of a LINE; NULL if unknown (then it is broken) */
    trod_str keyword; /* of a LINE: the word's keyword, but "x-…" and "+5" as written */
    trod_str text;    /* LONG: after "|" and one space; COMMENT: from "#" on; RAW: all of it */
    struct map_arg *args;
    size_t n_args;
    trod_str research, note; /* the proof; missing if none */
    struct map_node *parent, *next, *first, *last;
    uint32_t line; /* 1-based; 0 if it was not read from a file */
    uint32_t body; /* where the part behind the keyword begins, from the line's first byte */
    uint32_t
        index; /* set by the registry: of what it defines, in the map's array of such things */
    size_t from, to; /* its bytes in doc->text, indent included, line end not */
};

struct trod_doc {
    trod_str name;         /* as the user named the file */
    trod_str text;         /* the whole file; owned by the arena */
    bool bom, crlf;        /* begins with a byte order mark; lines end in CR LF */
    struct map_node *root; /* a LINE without a word; its children stand at the left edge */
    size_t n_lines, n_args;
    struct trod_arena *arena; /* borrowed */
};

/* Reads lines into a document; goes on after errors, which go to `remarks`. A status other than
 * OK only where reading could not go on (ceilings, memory). */
TROD_MUST trod_status map_doc_read(trod_str text, trod_str name, struct trod_arena *arena,
                                   struct map_remarks *remarks, struct trod_doc **doc,
                                   struct trod_error *error);
/* An empty document, and a new last child of `parent` (which sets the level). NULL without
 * memory. */
struct trod_doc *map_doc_make(trod_str name, struct trod_arena *arena);
struct map_node *map_node_add(struct trod_doc *doc, struct map_node *parent,
                              enum map_kind kind);
/* Adds an argument at the end; false without memory. `slot` must outlive the node. */
bool map_node_arg(struct trod_doc *doc, struct map_node *node, size_t *room,
                  const struct map_arg *arg);

/* The canonical line of a node, without line end. False if its arguments do not fit its word's
 * pattern, or a text holds a line break: then nothing sensible was added. */
TROD_MUST bool map_doc_line(const struct map_node *node, struct trod_buf *out);
/* All lines in canonical spacing, with the document's byte order mark and line ends. False as
 * map_doc_line; `bad` (may be NULL) is then the node. */
TROD_MUST bool map_doc_write(const struct trod_doc *doc, struct trod_buf *out,
                             const struct map_node **bad);

/* The first argument of that slot, or NULL; and the next one of the same slot after `arg`. */
const struct map_arg *map_arg_of(const struct map_node *node, const char *slot);
const struct map_arg *map_arg_next(const struct map_node *node, const struct map_arg *arg);
/* Its text, or the missing text. */
trod_str map_arg_text(const struct map_node *node, const char *slot);
/* The long text below a node: its "|" lines joined by line breaks; missing if there are none.
 */
trod_str map_long_text(const struct map_node *node, struct trod_arena *arena);
/* The next node in the order of the file, within `top`; NULL at the end. */
struct map_node *map_node_after(const struct map_node *node, const struct map_node *top);

#endif
