/* The head of a part: what its other sections are read by. docs/formats/log.md has the places.
 */
#ifndef LOG_PART_HEAD_H
#define LOG_PART_HEAD_H

#include "log/part.h"

enum {
    PART_VERSION = 2,
    PART_VERSION_SPANS = 2, /* from this one on, spans of customers are kept */
    PART_HEAD_BYTES = 96
};
#define PART_MAGIC "trodpart"

struct part_head {
    uint32_t version, n_customers, n_events, n_names, name_bytes, tick_us;
    int64_t first_us, last_us;
    uint32_t n_undated, source_least, source_most, start_width;
    int64_t start_base;   /* ticks */
    uint32_t n_unstarted; /* customers without a dated event */
};
void part_head_write(const struct part_head *head, unsigned char at[PART_HEAD_BYTES]);
/* Of the section of the head, or NULL; says what is wrong. */
TROD_MUST trod_status part_head_read(const struct trod_section *section, struct part_head *head,
                                     struct trod_error *error);
/* The largest of n names of 1, 2 or 4 bytes; 0 of none. */
uint32_t part_names_most(const unsigned char *at, size_t n, unsigned bytes);

#endif
