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
 * slots in the table of the language, its proof, and the lines that belong to it. An argument that is
 * spelled otherwise than trod would spell it keeps its spelling: {"is": "3 days", "written": "3 day"},
 * or, with quotes that it does not need, {"quoted": "web"}.
 */
#ifndef MAP_TWIN_H
#define MAP_TWIN_H

#include "map/doc.h"

enum { TWIN_VERSION = 1 };

static inline bool twin_is_list(enum map_leaf leaf) {
    return leaf == MAP_LEAF_REFS || leaf == MAP_LEAF_POINTS || leaf == MAP_LEAF_NAMES ||
           leaf == MAP_LEAF_ITEMS;
}
static inline bool twin_is_number(enum map_leaf leaf) {
    return leaf == MAP_LEAF_NUMBER || leaf == MAP_LEAF_COUNT || leaf == MAP_LEAF_PERCENT ||
           leaf == MAP_LEAF_LEVEL || leaf == MAP_LEAF_SIGNED;
}
/* The member that holds a slot: its name, but the conditions of a match are "conditions". */
static inline trod_str twin_key(trod_str slot, enum map_leaf leaf) {
    const bool conditions = leaf == MAP_LEAF_COND && trod_str_is(slot, "name");
    return conditions ? TROD_STR("conditions") : slot;
}
/* A number of a slot as the language writes it: with its sign for a LEVEL or SIGNED above 0. */
static inline const char *twin_number(double value, enum map_leaf leaf, char at[40]) {
    const bool sign = value > 0 && (leaf == MAP_LEAF_LEVEL || leaf == MAP_LEAF_SIGNED);
    at[0] = '+';
    trod_number_write(value, at + sign);
    return at;
}

/* The JSON Schema of the twin, made from the table of the language. */
TROD_MUST trod_status twin_schema(struct trod_buf *out, struct trod_error *error);

#endif
