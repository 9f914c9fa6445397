/* What the files of a part view share: conditions asked of a part column by column, and the
 * part's journeys before any is picked. */
#ifndef LOG_PART_VIEW_H
#define LOG_PART_VIEW_H

#include "log/condition.h"

/* Events are looked at in blocks of so many; a multiple of 64. */
#define LOG_BLOCK ((uint32_t)8192)

/* ---- A filter bound to a part --------------------------------------------------------------
 */

enum log_level {
    LOG_LEVEL_CONSTANT, /* the same for every event */
    LOG_LEVEL_CUSTOMER, /* the same for every event of a customer */
    LOG_LEVEL_EVENT,
};
struct log_part_test {
    enum log_level level;
    bool always;                /* of a constant */
    struct trod_bits customers; /* of a customer's: those who meet it */
    enum trod_filter_kind kind; /* of an event's, as all that follows */
    const struct log_part_test *a, *b;
    enum log_leaf {
        LOG_LEAF_NAMES,   /* codes that meet it: `yes` */
        LOG_LEAF_SOURCES, /* the same */
        LOG_LEAF_CODES,   /* the same */
        LOG_LEAF_NUMBERS, /* low..high, or all others */
        LOG_LEAF_TIMES,   /* the same, in ticks */
        LOG_LEAF_TEXTS,   /* asked one by one */
    } leaf;
    const struct trod_part_column *column;
    const uint8_t *yes; /* by code: 1 or 0 */
    int64_t low, high;
    bool others, missing; /* all but low..high; what has no value */
    const struct trod_condition *cond;
};
/* Errors: as trod_test_make. The filter must live as long. On the arena. */
TROD_MUST trod_status log_part_test_make(const struct trod_parts *parts,
                                         const struct trod_part *part,
                                         const struct trod_filter *filter,
                                         struct trod_arena *arena,
                                         const struct log_part_test **test,
                                         struct trod_error *error);

/* Room to read columns in, and how far the ticks were read. */
struct log_part_reader {
    const struct trod_part *part;
    struct trod_arena *texts; /* owned: emptied at each block */
    uint32_t *codes;          /* [LOG_BLOCK + 16] */
    uint64_t *gaps;           /* the same */
    int64_t *ticks;           /* the same: of events ticks_from..ticks_to-1 */
    trod_str *values;         /* the same */
    uint32_t ticks_from, ticks_to;
    uint32_t customer; /* the one of event ticks_to - 1 */
    int64_t tick;      /* where that customer's clock stands */
    size_t undated;    /* the first of part->undated that is not below ticks_from */
};
TROD_MUST trod_status log_part_reader_init(struct log_part_reader *reader,
                                           const struct trod_part *part,
                                           struct trod_arena *arena, struct trod_error *error);
void log_part_reader_release(struct log_part_reader *reader);
/* The customer of an event: the last whose first event is not above it. */
uint32_t log_part_customer(const struct trod_part *part, uint32_t event);
/* reader->ticks[i] of event from + i, INT64_MIN of one without a time; n at most LOG_BLOCK.
 * Quickest where `from` goes on from the last call. */
void log_part_reader_ticks(struct log_part_reader *reader, uint32_t from, uint32_t n);

/* The bits of events from..from+n-1 that meet an event's test into words[0..]; `from` is a
 * multiple of 64, n at most LOG_BLOCK. */
TROD_MUST trod_status log_part_test_events(const struct log_part_test *test,
                                           struct log_part_reader *reader, uint32_t from,
                                           uint32_t n, uint64_t *words,
                                           struct trod_error *error);

/* Bits of n values in low..high (or, with `others`, outside), INT64_MIN being `missing`. */
struct log_range {
    int64_t low, high;
    bool others, missing;
};
void log_range_bits(const struct log_range *range, const int64_t *values, size_t n,
                    uint64_t *words);
/* The ticks of tick_us that lie in a span of time. */
struct log_range log_range_of_span(const struct log_span *span, int64_t tick_us);

/* ---- Journeys of a part --------------------------------------------------------------------
 */

struct log_part_journeys {
    uint32_t n;
    const uint32_t *begin, *end; /* places; begin == end of a customer without events */
    const uint32_t *customer;    /* NULL: journey j is customer j's */
    const uint32_t *event;       /* NULL: the place is the event */
    const int64_t *start;        /* NULL without times */
    struct trod_bits undated;    /* journeys without any time; words NULL: none */
    bool split;                  /* by the log's journey column */
};
TROD_MUST trod_status log_part_journeys_make(const struct trod_parts *parts,
                                             const struct trod_part *part,
                                             struct log_part_reader *reader,
                                             struct trod_arena *arena,
                                             struct log_part_journeys *journeys,
                                             struct trod_error *error);
/* Any field of events as codes that are equal where the texts are; 0 is missing. codes:
 * [n_events + 16]. *n_codes: all are below. */
TROD_MUST trod_status log_part_codes(const struct trod_part *part,
                                     const struct trod_part_column *column,
                                     struct log_part_reader *reader, uint32_t *codes,
                                     uint32_t *n_codes, struct trod_error *error);
/* Segments of journeys: fills view->group, groups and n_groups. `of` are the view's journeys
 * with all their events. */
TROD_MUST trod_status log_part_groups_make(const struct trod_parts *parts, uint32_t by,
                                           const struct log_part_journeys *of,
                                           struct log_part_reader *reader,
                                           struct trod_arena *arena,
                                           struct trod_part_view *view,
                                           struct trod_error *error);

#endif
