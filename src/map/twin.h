/* twin: what the two directions of the JSON twin and its schema share.
 *
 * The twin is the document, line by line and in its order:
 *
 *     {"trod": "journey", "version": 1, "lines": [
 *       {"comment": "# …"}, {"blank": true},
 *       {"stage": {"id": "explore", "title": "Explore", "lines": [
 *         {"takes": {"usually": "5 days", "at_most": "14 days"}},
 *         {"touchpoint": {"id": "browse", …}}]}}]}
 *
 * A line is an object of one member, its keyword; in it stand its arguments by the names of the
 * slots in the table of the language, its proof, and the lines that belong to it. An argument
 * that is spelled otherwise than trod would spell it keeps its spelling: {"quoted": "web"} has
 * quotes that it does not need, {"is": "a\\", "written": "a\\\\"} anything else. A line below
 * an x- line is {"raw": "…"}, or {"raw": {"text": "…", "lines": […]}} if deeper lines follow.
 */
#ifndef MAP_TWIN_H
#define MAP_TWIN_H

#include "map/doc.h"

enum { TWIN_VERSION = 1 };

static inline bool twin_is_list(const struct map_slot *slot) {
    return slot->leaf == MAP_LEAF_REFS || slot->leaf == MAP_LEAF_POINTS ||
           slot->leaf == MAP_LEAF_NAMES || slot->leaf == MAP_LEAF_ITEMS ||
           (slot->leaf == MAP_LEAF_COND && slot->many);
}
static inline bool twin_is_number(enum map_leaf leaf) {
    return leaf == MAP_LEAF_NUMBER || leaf == MAP_LEAF_COUNT || leaf == MAP_LEAF_PERCENT ||
           leaf == MAP_LEAF_LEVEL || leaf == MAP_LEAF_SIGNED;
}
/* The member that holds a slot: its name, but the conditions of a match are "conditions". */
static inline trod_str twin_key(const struct map_slot *slot) {
    return slot->leaf == MAP_LEAF_COND && slot->many ? TROD_STR("conditions") : slot->name;
}
/* "op" and "value" stand in the condition to which they belong. */
static inline bool twin_is_member(const struct map_slot *slot) {
    return slot->leaf != MAP_LEAF_OP && slot->leaf != MAP_LEAF_SET;
}
/* A number of a slot as the language writes it: with its sign for a SIGNED, and for a LEVEL
 * above 0. */
static inline const char *twin_number(double value, enum map_leaf leaf, char at[40]) {
    const bool sign =
        leaf == MAP_LEAF_SIGNED ? value >= 0 : leaf == MAP_LEAF_LEVEL && value > 0;
    at[0] = '+';
    trod_number_write(value, at + sign);
    return at;
}

/* A document as its twin, and the text of a map from its twin. */
TROD_MUST trod_status twin_write(const struct trod_doc *doc, struct trod_buf *out,
                                 struct trod_error *error);
TROD_MUST trod_status twin_read(trod_str json, const char *name, struct trod_buf *text,
                                struct trod_error *error);

/* The JSON Schema of the twin, made from the table of the language. */
TROD_MUST trod_status twin_schema(struct trod_buf *out, struct trod_error *error);

/* ---- Reading: one twin on its way into a document
 * -------------------------------------------- */

/* The JSON path of what is being read. */
enum { TWIN_MOST_FRAMES = 1100 };
struct twin_path {
    struct {
        trod_str key; /* of a member; missing: an item of an array */
        size_t index;
    } frames[TWIN_MOST_FRAMES];
    size_t n;
};
void twin_enter(struct twin_path *path, trod_str key);
void twin_enter_item(struct twin_path *path, size_t index);
static inline void twin_leave(struct twin_path *path) {
    path->n--;
}
/* "$.lines[3].stage"; of a long path only the end, after "$…". */
struct twin_shown {
    char at[200];
};
struct twin_shown twin_show(const struct twin_path *path);
/* The path of the n-th line (from 1) of the text that the twin gives; false if it has none
 * such. */
bool twin_find_line(const struct trod_json *root, size_t line, struct twin_path *path);

struct twin_reader {
    struct trod_doc *doc;
    struct trod_arena *arena;
    const char *name;
    struct twin_path path;
    struct trod_error *error;
};
/* What is wrong here, with its path and a way out (NULL: none). Returns TROD_BAD_INPUT. */
TROD_MUST trod_status twin_bad(struct twin_reader *reader, const char *hint, const char *format,
                               ...) TROD_PRINTF(3, 4);
/* Refuses what is no text of one line. */
TROD_MUST trod_status twin_one_line(struct twin_reader *reader, const struct trod_json *json);
/* Refuses an object with a member that is not among `n` known ones, or has one twice. */
TROD_MUST trod_status twin_known(struct twin_reader *reader, const struct trod_json *object,
                                 const trod_str *known, size_t n);
/* The members of a line: its arguments and its proof. */
TROD_MUST trod_status twin_read_members(struct twin_reader *reader, struct map_node *node,
                                        const struct trod_json *members);
/* Holds the document against what is read from its text: *read, on reader->arena. */
TROD_MUST trod_status twin_check(struct twin_reader *reader, const struct trod_json *root,
                                 trod_str text, struct trod_doc **read);

#endif
