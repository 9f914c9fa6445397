/* Where journeys begin. */
#ifndef LOG_SPLIT_H
#define LOG_SPLIT_H

#include "log/match.h"

/* How long after its last event a visit goes on: of each set of touchpoints (the longest that
 * one of them says), else of the event's source. TROD_NO_TIME: every event counts. */
struct log_visits {
    const int64_t *of_set;    /* [claims->n_sets] */
    const int64_t *of_source; /* [log->n_sources] */
};
TROD_MUST trod_status log_visits_make(const struct trod_claimed *claims,
                                      struct trod_arena *arena, struct log_visits *visits,
                                      struct trod_error *error);
static inline int64_t log_visit_us(const struct log_visits *visits, uint32_t set,
                                   uint16_t source) {
    const int64_t of_set = visits->of_set[set];
    return of_set != TROD_NO_TIME ? of_set : visits->of_source[source];
}
/* True if an event that begins at begin_us goes on with the visit whose last event ended at
 * end_us. */
static inline bool log_visit_goes_on(int64_t visit_us, int64_t end_us, int64_t begin_us) {
    if (visit_us == TROD_NO_TIME || end_us == TROD_NO_TIME || begin_us == TROD_NO_TIME)
        return false;
    return begin_us <= end_us || begin_us - end_us <= visit_us;
}
/* When the event was over, as far as is known: TROD_NO_TIME if it has no time. */
static inline int64_t log_over_us(const struct trod_log *log, uint64_t event) {
    if (!log->time_us) return TROD_NO_TIME;
    if (log->end_us && log->end_us[event] > log->time_us[event]) return log->end_us[event];
    return log->time_us[event];
}

/* The journeys of one customer by the codes of a column, numbered by their first events: an
 * event without a code belongs to the journey that the customer was last seen in, one before
 * the first code to the first journey. */
struct log_grouping {
    const uint32_t *code; /* by event */
    uint32_t *group_of;   /* [codes] the customer's journey of that code */
    uint32_t *seen_in;    /* [codes] customer + 1 */
    uint32_t *group;      /* [longest customer] by event */
};
TROD_MUST trod_status log_grouping_make(const uint32_t *code, uint32_t n_codes,
                                        uint64_t longest, struct trod_arena *arena,
                                        struct log_grouping *by, struct trod_error *error);
/* Fills by->group for events begin..end-1. Returns how many journeys; `mixed` if they do not
 * follow one another. */
uint32_t log_group_customer(struct log_grouping *by, uint32_t customer, uint64_t begin,
                            uint64_t end, bool *mixed);

/* The events of the log in the order of their journeys. */
struct log_split {
    struct trod_bits starts; /* [n_events] a journey begins at this place */
    const uint64_t *events;  /* [n_events] the event at a place; NULL: the place itself */
    size_t n_journeys;
};
TROD_MUST trod_status log_split_make(const struct trod_log *log,
                                     const struct trod_view_options *options,
                                     struct trod_arena *arena, struct log_split *split,
                                     struct trod_error *error);

#endif
