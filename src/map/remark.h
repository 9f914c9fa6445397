/* remark: collecting what is wrong or advisable in a map, with places. */
#ifndef MAP_REMARK_H
#define MAP_REMARK_H

#include "trod/map.h"

#define MAP_MAX_REMARKS 1000

/* Where remarks go while a map is read. `report` is the caller's or a stand-in; never NULL. */
struct map_remarks {
    struct trod_report *report;
    trod_str file;   /* the file that is being looked at */
    trod_str kept;   /* its name, or another's, on the report's arena */
    size_t first;    /* report->n when this reading began */
    size_t n_errors; /* of this reading */
    bool no_memory;
    struct trod_error first_error; /* of this reading; for the caller's struct trod_error */
};

trod_status map_remarks_begin(struct map_remarks *remarks, struct trod_report *report,
                              trod_str file, struct trod_error *error);
/* Adds a remark; returns it, or NULL if no more are kept (it is still counted). */
struct trod_remark *map_remark(struct map_remarks *remarks, enum trod_weight weight,
                               const char *code, uint32_t line, uint32_t column,
                               const char *format, ...) TROD_PRINTF(6, 7);
/* Sets the hint of a remark that map_remark gave (which may be NULL). */
void map_hint(struct map_remarks *remarks, struct trod_remark *remark, const char *format, ...)
    TROD_PRINTF(3, 4);
/* Orders the remarks of this reading by file (in the order in which they were read) and line.
 */
void map_remarks_sort(struct map_remarks *remarks);

/* A text made fit for a message: cut to 60 characters, control characters and invalid UTF-8
 * replaced. Use at once: printf("%s", map_show(text).at). */
struct map_shown {
    char at[256];
};
struct map_shown map_show(trod_str text);
/* The nearest of `n` words that is close enough to be meant, or n. */
size_t map_nearest(trod_str word, const trod_str *words, size_t n);

#endif
