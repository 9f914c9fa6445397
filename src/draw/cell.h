/* cell: what stands in one lane under one touchpoint: paragraphs, wrapped to the column. */
#ifndef TROD_DRAW_CELL_H
#define TROD_DRAW_CELL_H

#include "draw/glyph.h"
#include "trod/map.h"

#define DRAW_PARA_GAP 6.0 /* between the paragraphs of a cell, unless one says otherwise */

enum draw_lead {
    DRAW_LEAD_NONE,
    DRAW_LEAD_PAIN,
    DRAW_LEAD_DELIGHT,
    DRAW_LEAD_STAR,
    DRAW_LEAD_STATUS, /* how far an action has come */
    DRAW_LEAD_MARK,   /* of a deviation */
};

struct draw_para {
    struct draw_run *runs;
    size_t n, room;
    enum draw_lead lead;
    int level; /* of a lead: triangles, the status of an action, enum draw_mark */
    enum draw_paint lead_paint; /* of a mark */
    bool assumed;               /* a claim without proof: underlined by dots */
    double size, leading;
    double gap;  /* above it, unless it is the first */
    size_t most; /* lines */
    struct draw_lines lines;
};
struct draw_cell {
    struct draw_para *at;
    size_t n, room;
    double height; /* after draw_cell_wrap */
};
/* Fills cells. `cited` gives each research its number in the list of sources, in the order of
 * first use; zeroed at first. */
struct draw_writer {
    const struct trod_map *map;
    struct trod_arena *arena, *scratch;
    uint32_t *cited; /* [n_researches] 1-based; 0: not cited yet */
    uint32_t n_cited;
    struct draw_cell *cell;
    trod_str persona;         /* of `for PERSONA` lines: put before the text; missing */
    struct draw_para nowhere; /* handed out when there is no memory */
    bool failed;
};

/* A new paragraph of the type size of the body (12/16) or of notes (11/14); add runs to it. */
struct draw_para *draw_para_begin(struct draw_writer *writer, bool note);
void draw_para_add(struct draw_writer *writer, struct draw_para *para, trod_str text,
                   enum draw_face face, enum draw_paint paint);
/* The text with spaces that do not break, except after a comma; as it is if a part between two
 * commas is long. For times and counts. */
trod_str draw_keep_together(struct draw_writer *writer, trod_str text);
/* "¹ 6 of 9": the number of the source and the note, if there is a proof. */
void draw_para_proof(struct draw_writer *writer, struct draw_para *para,
                     const struct trod_proof *proof);

/* Lines of `para` at that width. */
size_t draw_para_count(struct draw_writer *writer, const struct draw_para *para, double width);
/* Breaks every paragraph for the width and sets the height. */
void draw_cell_wrap(struct draw_writer *writer, struct draw_cell *cell, double width);
/* Draws a wrapped paragraph from its top left corner; gives y below it. */
double draw_para_put(struct draw_scene *scene, const struct draw_para *para, double x, double y,
                     double width);
/* Draws a wrapped cell from its top left corner. */
void draw_cell_put(struct draw_scene *scene, const struct draw_cell *cell, double x, double y,
                   double width);
/* All its words, for descriptions: paragraphs joined by "; ". */
void draw_cell_words(struct trod_buf *out, const struct draw_cell *cell);

#endif
