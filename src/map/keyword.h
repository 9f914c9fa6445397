/* keyword: finding the keyword of a line. */
#ifndef MAP_KEYWORD_H
#define MAP_KEYWORD_H

#include "map/doc.h"

struct map_found {
    const struct map_word *word; /* NULL: none */
    size_t n;                    /* bytes of the line that it takes up */
    bool allowed;                /* it may stand in that place */
};
/* The keyword with which the text (not empty, without indent) begins. */
struct map_found map_keyword_find(trod_str text, enum map_place place);
/* The one that was probably meant, those that may stand here first. */
struct map_found map_keyword_nearest(trod_str text, enum map_place place);

#endif
