/* Findings: how candidates are gathered, judged together, merged, put in order and worded.
 *
 * Everything that is tried goes into one family of tests (Benjamini-Hochberg at 5 %), and what
 * is found must be large as well as sure: an owner is sent to work by it. A comparison (of a
 * segment with the rest, of a week with the others) must also stand alone: the chance that any
 * of the comparisons made shows as much where there is nothing is at most 1 % (Bonferroni),
 * because the sure findings in the family would otherwise make room for doubtful ones.
 */
#ifndef TROD_COMPARE_FINDINGS_H
#define TROD_COMPARE_FINDINGS_H

#include "compare/inner.h"

#define FINDINGS_LEVEL 0.05      /* of the family */
#define FINDINGS_ALONE 0.01      /* of all comparisons together */
#define FINDINGS_DIFFERENCE 0.05 /* between a group and the rest, at least */
#define FINDINGS_RATIO 1.5       /* the same */
#define FINDINGS_PEOPLE 10       /* journeys, at least */
#define FINDINGS_WEEK_PEOPLE 4   /* the same in one week */
#define FINDINGS_LATE 0.10       /* share that may be late before anybody need act */
#define FINDINGS_DEVIATION 0.05  /* share that may deviate */
#define FINDINGS_LOSS 0.20       /* share that may stop in a stage */
#define FINDINGS_CHOICE 0.10     /* distance from the designed share */

struct finding_candidate {
    struct trod_finding finding;
    double p;         /* raw; NaN is no test */
    bool compares;    /* lays a group or a week against the rest */
    bool worthy;      /* large enough */
    bool dropped;     /* told by another one */
    uint32_t plan;    /* of what is late; COMPARE_NONE */
    uint32_t segment; /* index into segments; COMPARE_NONE */
    uint32_t option;  /* of a choice: index into compare->choices */
    uint32_t cause;   /* touchpoint whose wait makes it late, or after which most stop */
    struct trod_share cause_share;
    uint32_t most; /* segment in which it is most frequent; COMPARE_NONE */
    struct trod_share most_share;
    double designed;       /* of a choice */
    struct trod_bits hits; /* its journeys */
};
struct finder {
    const struct compare_base *base;
    const struct compare_segments *segments;
    struct trod_compare *compare;
    struct trod_arena *scratch;
    struct finding_candidate *at;
    size_t n, room;
    bool failed; /* without memory */
};
struct finding_candidate findings_blank(enum trod_finding_kind kind);
void findings_add(struct finder *finder, const struct finding_candidate *candidate);
/* Fills worth from people and share; `expected` is the share that would surprise nobody. */
void findings_weigh(const struct finder *finder, struct trod_finding *finding, double expected);
/* One-sided p that the true share is at most `floor`. */
double findings_above(const struct trod_share *share, double floor);

/* Gathering: each adds every test that it makes. */
void findings_whole(struct finder *finder);    /* late, deviations, losses, choices */
void findings_segments(struct finder *finder); /* a segment against the rest */
TROD_MUST trod_status findings_bursts(struct finder *finder, struct trod_error *error);
/* Drops what other findings tell already. Only candidates that passed are looked at. */
TROD_MUST trod_status findings_merge(struct finder *finder, struct trod_error *error);
/* Fills sentence, team, quote, proof, action. */
TROD_MUST trod_status findings_word(struct finder *finder, struct finding_candidate *candidate,
                                    struct trod_error *error);
TROD_MUST trod_status findings_good(const struct compare_base *base,
                                    struct trod_compare *compare, struct trod_error *error);

/* Words that sentences are made of. */
void findings_percent(struct trod_buf *out, const struct trod_share *share);
void findings_begin(struct trod_buf *out);                 /* a capital letter */
void findings_title(struct trod_buf *out, trod_str title); /* in quotes */
void findings_points(struct trod_buf *out, const struct trod_map *map,
                     const struct trod_points *points);
/* The limit of a window in its author's words: "5 weeks". */
trod_str findings_limit(const struct trod_window *window, char at[40]);

#endif
