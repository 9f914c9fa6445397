/* quality: how well a discovered flow fits the journeys that it was found in, how much more it
 * allows, and how simple it is. trod/compare.h includes this header.
 */
#ifndef TROD_COMPARE_QUALITY_H
#define TROD_COMPARE_QUALITY_H

#include "trod/mine.h"

struct trod_quality {
    uint64_t n_journeys; /* that were measured: those of the most frequent 200,000 paths */
    uint64_t n_paths;
    uint64_t n_exact; /* journeys that fit without a deviation */
    uint64_t
        n_limited;  /* journeys whose optimal alignment was beyond a ceiling: not in fitness */
    double fitness; /* of the log: 1 - costs / worst costs, of optimal alignments; NaN if no
                     * journey could be measured */
    double mean_fitness; /* of the journeys */
    double precision;    /* 1 - escaping / allowed; NaN if it is beyond a ceiling */
    uint64_t allowed, escaping;
    double simplicity; /* 1 / (1 + the mean number of arcs at a node of the net above 2) */
    struct trod_net_size size;
    const char *method; /* of the alignments */
};
/* Every event that is not in the tree costs 1. Precision is that of escaping edges over the
 * aligned journeys: after each beginning of a journey, which steps the tree allows and which
 * were ever taken, as often as journeys go on from there. Only kept names of `discovered`
 * count. Errors: TROD_TOO_MUCH, a tree nested too deep for a map. Source: A. Adriansyah et al.,
 * Measuring precision of modeled behavior (2015), one alignment a path; simplicity by arc
 * degree as in PM4Py. */
TROD_MUST trod_status trod_quality_make(const struct trod_discovered *discovered,
                                        const struct trod_paths *paths,
                                        const struct trod_run *run,
                                        struct trod_quality *quality, struct trod_error *error);

#endif
