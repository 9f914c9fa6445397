/* A part without some of its customers: the part as it lies, and where stretches of it are
 * passed over. */
#ifndef LOG_PART_SPLICE_H
#define LOG_PART_SPLICE_H

#include "log/part.h"

/* Rows (events, or customers) that are passed over. Before row at[k] of what is left lie
 * past[k] rows that are not, none between at[k] and at[k + 1]. */
struct part_cuts {
    uint32_t n;
    const uint32_t *at, *past; /* [n] ascending */
};
struct part_splice {
    const struct trod_part *whole;
    struct part_cuts events, customers;
    const uint32_t *gone; /* [n_gone] customers of the whole part, ascending */
    uint32_t n_gone;
    const uint64_t *near; /* [n_near] those of the whole part's that are gone, ascending */
    uint32_t n_near;
};
/* NULL of a part as it lies, and of one that has columns alone. */
static inline const struct part_splice *part_splice(const struct trod_part *part) {
    return part->inner ? part_inner(part)->splice : NULL;
}

/* Rows that lie side by side in the whole part. */
struct part_stretch {
    uint32_t from; /* in the whole part */
    uint32_t n;
};
/* The stretch that begins at row *from and ends at `to` at the latest; moves *from behind it.
 * False if there is none. */
bool part_stretch_next(const struct part_cuts *cuts, uint32_t *from, uint32_t to,
                       struct part_stretch *stretch);
/* Where a customer of the whole part stands, or would; *gone: it is passed over. */
uint32_t part_splice_place(const struct part_splice *splice, uint32_t customer, bool *gone);

/* Runs `read` with (whole, stretch.from, stretch.n, at + done) for each stretch of n rows. */
#define PART_EACH_STRETCH(cuts, begin, n_rows, stretch, done)               \
    for (uint32_t next_ = (begin), done = 0;                                \
         part_stretch_next((cuts), &next_, (begin) + (n_rows), &(stretch)); \
         done += (stretch).n)

#endif
