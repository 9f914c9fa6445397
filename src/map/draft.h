/* draft: what the files share that make the text of a map from a tree. */
#ifndef MAP_DRAFT_H
#define MAP_DRAFT_H

#include "map/doc.h"

struct draft_maker {
    struct trod_doc *doc;
    struct trod_arena *arena;
    struct trod_dict *ids;
    uint32_t *next; /* for each of them: the number that its next namesake tries first */
    size_t n_next, next_room;
    const char *name;
    struct trod_error *error;
};

/* A line below `parent`; the keyword may stand there. */
TROD_MUST trod_status map_draft_line(struct draft_maker *maker, struct map_node *parent,
                                     const char *keyword, struct map_node **line);
bool map_draft_arg(struct draft_maker *maker, struct map_node *line, size_t *room,
                   const char *slot, enum map_leaf leaf, trod_str text);

/* ---- Lines of a draft: draft_lines.c -------------------------------------------------------
 */

/* The share of one of the n parts of a choice, in words of the map ("30", "0.4"); missing if it
 * is not known how often they were gone through. All of them add up to 100. */
trod_str map_draft_share(struct draft_maker *maker, const struct trod_tree *choice, size_t i);
TROD_MUST trod_status map_draft_window(struct draft_maker *maker, struct map_node *parent,
                                       const char *keyword,
                                       const struct trod_tree_window *window);
/* "from a or b to c, usually …" of the whole journey; ids are those of the labels. */
TROD_MUST trod_status map_draft_span(struct draft_maker *maker, struct map_node *journey,
                                     const struct trod_draft *draft, trod_str id,
                                     const trod_str *first, const trod_str *last);
/* Comments in the place of the next line. */
TROD_MUST trod_status map_draft_remarks(struct draft_maker *maker, struct map_node *parent,
                                        const trod_str *remarks, size_t n);
/* Channel, owner, windows of a touchpoint. */
TROD_MUST trod_status map_draft_touchpoint(struct draft_maker *maker, struct map_node *line,
                                           const struct trod_tree_note *note);

#endif
