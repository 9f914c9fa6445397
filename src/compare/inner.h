/* What the files of compare share.
 *
 * One *base* holds what is the same for every set of journeys: the lay, the alignment, the plan
 * of the flow, what each path says (its *items*), and which touchpoint each visit was. A
 * *tally* adds up a set of journeys: all of them, or one segment. *Figures* turn a tally into a
 * comparison, and *findings* judge the comparison and those of its segments.
 */
#ifndef TROD_COMPARE_INNER_H
#define TROD_COMPARE_INNER_H

#include "trod/compare.h"

#define COMPARE_NONE UINT32_MAX

/* ---- flow.c: the flow as numbered nodes
 * ------------------------------------------------------ */

struct compare_node {
    const struct trod_flow *flow;
    uint32_t parent, child;  /* the parent node, and which child of it this is */
    uint32_t first, after;   /* its leaves are first..after-1 in depth-first order */
    uint32_t children, next; /* first child and next sibling, or COMPARE_NONE */
    bool nullable;           /* may pass without a recorded touchpoint */
    bool visible;            /* has a touchpoint that leaves a trace */
    bool can_end;            /* has an `ends here` */
};
struct compare_flow {
    const struct compare_node *nodes; /* parents before children; 0 is the root */
    size_t n_nodes;
    const uint32_t *leaf; /* [touchpoints] depth-first order; COMPARE_NONE of `any time` */
    const uint32_t *node; /* [touchpoints] its node; COMPARE_NONE of `any time` */
    const uint32_t *at;   /* [leaves] the touchpoint */
    const struct trod_ids
        *due;           /* [touchpoints] those with a `comes` after the previous touchpoint
                         * that every journey which stands here will meet next */
    const bool *last;   /* [touchpoints] nothing that leaves a trace can follow */
    const bool *closes; /* [touchpoints] nothing that must come is left in its stage */
};
TROD_MUST trod_status compare_flow_make(const struct trod_map *map, const bool *recorded,
                                        struct trod_arena *arena, struct compare_flow *flow,
                                        struct trod_error *error);
/* Whether every journey that stands at `from` must meet `to` later on. */
bool compare_flow_must_follow(const struct compare_flow *flow, uint32_t from, uint32_t to);

/* ---- choices.c: which way, taken or passed
 * ----------------------------------------------------- */

struct compare_option {
    trod_str id, title;
    double designed;
    bool optional;
    uint32_t hit, of; /* counters */
};
struct compare_round { /* a fork round a touchpoint, and the branch of it that holds it */
    uint32_t fork, way;
};
struct compare_choices {
    const struct compare_option *options; /* ways and optionals in the order of the file */
    size_t n;
    const struct compare_fork *forks; /* private */
    size_t n_forks;
    const uint32_t *first_round; /* [touchpoints + 1] into rounds */
    const struct compare_round *rounds;
};
/* Takes counters from *n_counters on. */
TROD_MUST trod_status compare_choices_make(const struct trod_map *map,
                                           const struct compare_flow *flow,
                                           uint32_t *n_counters, struct trod_arena *arena,
                                           struct compare_choices *choices,
                                           struct trod_error *error);

/* ---- readings.c: what each path says
 * ------------------------------------------------------------ */

/* Of which journeys of the path an item speaks. */
enum compare_when {
    COMPARE_ALWAYS,
    COMPARE_WHOLE, /* those not cut at the log's start */
    COMPARE_CUT,   /* those cut there */
    COMPARE_OVER,  /* those that are over without having ended as the map allows */
};
struct compare_item {
    uint32_t counter;
    uint32_t when : 2;
    uint32_t times : 30;
};
struct compare_reading {
    const uint32_t *touchpoints; /* [steps] which touchpoint each was; TROD_NO_ID: none */
    const bool *matched;         /* [steps] */
    const struct compare_item *items;
    uint32_t n_items;
    uint32_t furthest;     /* touchpoint with the highest number; TROD_NO_ID: none */
    uint32_t last_matched; /* touchpoint; if none is matched: the last one; TROD_NO_ID: none */
    bool finished;         /* it may rightly end there */
    bool certain_end;      /* and nothing more can come */
};

/* ---- The base
 * ------------------------------------------------------------------------------------ */

enum compare_role {
    COMPARE_UNMAPPED,
    COMPARE_MATCHED,
    COMPARE_EXTRA,
    COMPARE_ANY_TIME,
    COMPARE_FAILED,
};
/* Counters: deviations by kind, touchpoint, and whether accepted; then these by touchpoint;
 * then those of the choices. */
enum compare_counted {
    COMPARE_PASSED,  /* matched or skipped */
    COMPARE_MET,     /* matched */
    COMPARE_VISITED, /* matched, extra or any time; `times` are visits */
    COMPARE_EVENTS,  /* the same; `times` are events */
    COMPARE_TRIED,   /* visited, or an attempt that failed */
    COMPARE_WAITED,  /* started its `comes` window */
    COMPARE_CAME,    /* and arrived */
    COMPARE_N_COUNTED
};
struct compare_plan {
    enum trod_timed_kind kind;
    uint32_t at;                      /* span, touchpoint or stage */
    const struct trod_window *window; /* for everybody; NULL if none is designed */
    const struct trod_team *team;     /* its hours count; NULL: the clock does */
    double day_us;             /* of a window in working days: the team's mean day; else 0 */
    int64_t accepted_until_us; /* `accept late` holds for those who began before; TROD_NO_TIME:
                                * there is no such line */
};
struct compare_base {
    const struct trod_map *map;
    const struct trod_log *log;
    const struct trod_lay *lay;
    const struct trod_alignment *alignment;
    int64_t now_us; /* TROD_NO_TIME without times */
    uint64_t few;
    size_t n_touchpoints;
    uint32_t n_counters;
    struct compare_flow flow;
    struct compare_choices choices;
    const struct compare_reading *readings; /* [lay->n_paths] */
    const uint32_t *touchpoint; /* [lay->n_visits] which touchpoint it was; TROD_NO_ID: none */
    const uint8_t *role;        /* [lay->n_visits] enum compare_role */
    const struct compare_plan *plans; /* n_spans spans, `comes` of each touchpoint, `takes` of
                                       * each touchpoint, stages */
    size_t n_plans;
    const uint32_t *first; /* [lay->n_journeys] touchpoint of first contact; TROD_NO_ID: none */
    const uint32_t *channel;    /* [lay->n_journeys] channel of it, into channels; TROD_NO_ID */
    struct trod_dict *channels; /* owned */
    struct trod_period period;  /* its bounds, if given */
    int64_t begin_us, end_us;   /* the observed time; TROD_NO_TIME */
    struct trod_arena *arena;
};
static inline uint32_t compare_deviation_counter(const struct compare_base *base,
                                                 enum trod_deviation_kind kind,
                                                 uint32_t touchpoint_id, bool accepted) {
    return (uint32_t)((((size_t)kind * base->n_touchpoints) + touchpoint_id) * 2 + accepted);
}
static inline uint32_t compare_counter(const struct compare_base *base,
                                       enum compare_counted what, uint32_t touchpoint_id) {
    const size_t n = base->n_touchpoints;
    return (uint32_t)((TROD_NOT_FOR + 1) * n * 2 + (size_t)what * n + touchpoint_id);
}
static inline uint32_t compare_plan_comes(const struct compare_base *base, uint32_t t) {
    return (uint32_t)base->map->n_spans + t;
}
static inline uint32_t compare_plan_takes(const struct compare_base *base, uint32_t t) {
    return (uint32_t)(base->map->n_spans + base->n_touchpoints) + t;
}
static inline uint32_t compare_plan_stage(const struct compare_base *base, uint32_t s) {
    return (uint32_t)(base->map->n_spans + 2 * base->n_touchpoints) + s;
}
static inline bool compare_in(const struct trod_points *points, uint32_t touchpoint_id) {
    for (size_t i = 0; i < points->n; i++) {
        if (points->touchpoints[i] == touchpoint_id) return true;
    }
    return false;
}
/* The touchpoint whose attempt failed at this visit, or TROD_NO_ID. */
uint32_t compare_failed(const struct compare_base *base, size_t visit);
/* Whether being late is allowed to a journey that began then. */
static inline bool compare_late_accepted(const struct compare_plan *plan, int64_t begin_us) {
    if (plan->accepted_until_us == TROD_NO_TIME) return false;
    return begin_us == TROD_NO_TIME || begin_us < plan->accepted_until_us;
}

/* Counts what a path says about each fork. `matched` are its n matched touchpoints in order;
 * scratch: `leaves` [n], `taken` [n_forks]. */
void compare_choices_read(const struct compare_base *base, const uint32_t *matched, size_t n,
                          bool finished, uint32_t *leaves, uint32_t *taken,
                          void (*count)(void *owner, uint32_t counter), void *owner);
/* Fills base->readings, touchpoint and role. */
TROD_MUST trod_status compare_readings_make(struct compare_base *base,
                                            const struct trod_run *run,
                                            struct trod_error *error);

/* ---- hours.c: working time
 * ------------------------------------------------------------------------ */

/* Microseconds between two instants inside the team's hours, holidays aside. */
int64_t compare_working_us(const struct trod_team *team, int64_t from_us, int64_t to_us);
/* Those of its mean working day; 0 if it has no hours. */
double compare_working_day_us(const struct trod_team *team);

/* ---- timed.c: what one journey says of each promise about time
 * ------------------------------------- */

enum compare_way {
    COMPARE_NOT_STARTED,
    COMPARE_IN_TIME,
    COMPARE_LATE,
    COMPARE_OPEN,
    COMPARE_GONE,
    COMPARE_N_WAYS
};
struct compare_wait {
    uint32_t plan;
    enum compare_way way;
    bool arrived;
    uint32_t n_late, n_early; /* times */
    double time_us;           /* the longest of those that arrived; else since it started */
};
struct compare_tie {
    uint32_t touchpoint_id;
    const bool *must; /* [comes.after.n]: whether the one must follow the other: only then is it
                       * waited for */
};
/* One arrival, late or not. */
struct compare_arrival {
    uint32_t plan;
    size_t visit; /* that was at hand: it came then, or what was to come `before` it had come */
    int64_t from_us, to_us;
    double time_us; /* as the plan counts it */
    const struct trod_window *window; /* NULL: none is designed */
    bool late, early;
};
/* Scratch of one thread: make once, then ask for one journey after the other. */
struct compare_watch {
    const struct compare_base *base;
    struct compare_wait *waits; /* of the journey asked for last, in no order */
    size_t n_waits;
    void (*arrived)(void *owner, const struct compare_arrival *arrival); /* may be NULL */
    void *owner;
    /* private */
    size_t visit;   /* at hand */
    uint32_t *slot;    /* [n_plans] 1 + index into waits */
    int64_t *last_us;  /* [touchpoints] begin of its last visit; TROD_NO_TIME: none */
    int64_t *open_us;  /* [touchpoints] the same of one whose `before` has not followed yet */
    uint32_t *touched; /* touchpoints to be cleared */
    size_t n_touched;
    struct compare_stay *stays; /* [stages] */
    uint32_t *entered;          /* stages to be cleared */
    size_t n_entered;
    uint32_t stage;                           /* where the journey is now */
    const struct compare_tie *after, *before; /* touchpoints whose `comes` names others */
    size_t n_after, n_before;
};
TROD_MUST trod_status compare_watch_make(const struct compare_base *base,
                                         struct trod_arena *arena, struct compare_watch *watch,
                                         struct trod_error *error);
void compare_watch_journey(struct compare_watch *watch, size_t journey);
/* The window of a plan for this customer: a persona's own, else everybody's; NULL: none. */
const struct trod_window *compare_window_for(const struct compare_base *base,
                                             const struct compare_plan *plan,
                                             uint32_t customer);
TROD_MUST trod_status compare_plans_make(struct compare_base *base, struct trod_error *error);

/* ---- tally.c: adding up a set of journeys
 * ------------------------------------------------------------ */

struct compare_numbers {
    double *at;
    size_t n, room;
};
struct compare_count {
    uint64_t journeys, times, succeeded;
};
struct compare_promise {
    uint64_t ways[COMPARE_N_WAYS];
    uint64_t early, arrived_late, allowed;
    struct compare_numbers times; /* of those who arrived */
};
struct compare_place { /* a stage */
    uint64_t visited, stopped, open, ended;
};
/* What became of one journey under a KPI's sentence. */
struct compare_try {
    double time_us; /* to the answer, else so far; NaN without times */
    double age_us;  /* since it started */
    enum { COMPARE_REACHED, COMPARE_NOT_REACHED, COMPARE_NOT_YET } state;
};
struct compare_kpi {
    struct compare_numbers values;
    struct compare_try *tries;
    size_t n_tries, room_tries;
    uint64_t n;
};
struct compare_tally {
    const struct compare_base *base;
    uint64_t journeys, customers, events, mapped, answers, unidentified, succeeded;
    uint64_t n_endings[TROD_ENDING_OPEN + 1], n_ended, n_cut_start, n_cut_end, n_limited;
    double worth, worth_rest; /* the sum, and what rounding took from it */
    uint64_t n_lost_after_success;
    uint64_t began, began_before, succeeded_now, succeeded_before;
    uint64_t cost, worst, cost_so_far, worst_so_far, exact, exact_so_far, n_aligned;
    double ratio, ratio_so_far;       /* sums, and what rounding took from them */
    double ratio_rest, ratio_so_far_rest;
    struct compare_count *counters;   /* [base->n_counters] */
    struct compare_count *furthest;   /* [touchpoints] */
    struct compare_count *groups;     /* [lay->n_groups] */
    struct compare_promise *promises; /* [base->n_plans] */
    struct compare_place *stages;     /* [stages] */
    uint64_t *furthest_stage;         /* [stages] */
    uint64_t *firsts;                 /* [touchpoints + 1]: the last one is "not on the map" */
    uint64_t *channels;               /* [channels + 1]: the last one is "not known" */
    struct compare_count *unmapped;   /* [names] */
    struct compare_kpi *kpis;         /* [kpis] */
    struct trod_arena *arena;         /* owned by the caller */
};
/* Adds up journeys[0..n-1]; NULL: all of the lay. */
TROD_MUST trod_status compare_tally_make(const struct compare_base *base,
                                         const size_t *journeys, size_t n,
                                         struct trod_arena *arena, struct compare_tally *tally,
                                         struct trod_error *error);
/* Adds to a sum and keeps what rounding takes from it: the sum is *sum + *rest. Source:
 * Neumaier, ZAMM 54 (1974). */
void compare_sum_add(double *sum, double *rest, double value);
bool compare_numbers_add(struct trod_arena *arena, struct compare_numbers *numbers,
                         double value);
/* Over, and not where the map lets it end. */
bool compare_stopped(const struct compare_base *base, size_t journey);

/* ---- kpis.c
 * -------------------------------------------------------------------------------------------
 */

/* Adds what one journey says of every KPI; false without memory. */
bool compare_kpis_add(struct compare_tally *tally, size_t journey);

/* ---- figures.c, figures_parts.c: from a tally to a comparison
 * ------------------------------------------- */

/* Fills everything but findings, good, segments, lay and alignment. Reorders the tally's
 * numbers. */
TROD_MUST trod_status compare_figures(struct compare_tally *tally, struct trod_compare *compare,
                                      struct trod_error *error);
struct trod_timed compare_figure_timed(struct compare_tally *tally, size_t plan);
TROD_MUST trod_status compare_figure_deviations(struct compare_tally *tally,
                                                struct trod_compare *compare,
                                                struct trod_error *error);
TROD_MUST trod_status compare_figure_choices(struct compare_tally *tally,
                                             struct trod_compare *compare,
                                             struct trod_error *error);
TROD_MUST trod_status compare_figure_firsts(struct compare_tally *tally,
                                            struct trod_compare *compare,
                                            struct trod_error *error);
TROD_MUST trod_status compare_figure_kpis(struct compare_tally *tally,
                                          struct trod_compare *compare,
                                          struct trod_error *error);
/* Puts the numbers into another order. Fewer than `few`: low and high are NaN. */
struct trod_measured compare_quantile(struct compare_numbers *numbers, double q, uint64_t few);
struct trod_measured compare_measured(struct trod_figure figure, uint64_t few);
struct trod_measured compare_absent(void);
uint32_t compare_action_at(const struct trod_map *map, uint32_t touchpoint_id);

/* ---- firsts.c: first contact
 * ------------------------------------------------------------------------------ */

/* Fills base->first, channel and channels. */
TROD_MUST trod_status compare_firsts_make(struct compare_base *base, struct trod_error *error);

/* ---- segments.c
 * ----------------------------------------------------------------------------------------------
 */

/* The journeys of each value of a field, most frequent value first, "(other)" and "(none)"
 * last. */
struct compare_segment {
    trod_str by, value;
    bool rest;              /* "(other)" or "(none)": no group that anybody could name */
    bool named;             /* a segment of the map: `value` is its title */
    const size_t *journeys; /* ascending */
    size_t n;
};
struct compare_segments {
    struct compare_segment *at;
    size_t n, room;
};
/* Adds the values of one field. Errors: TROD_BAD_OPTION for a field that the log has not. */
TROD_MUST trod_status compare_segments_add(const struct compare_base *base, trod_str by,
                                           size_t most_values, struct trod_arena *arena,
                                           struct compare_segments *segments,
                                           struct trod_error *error);

/* ---- findings*.c
 * -----------------------------------------------------------------------------------------------
 */

TROD_MUST trod_status compare_findings_make(const struct compare_base *base,
                                            const struct compare_segments *segments,
                                            struct trod_compare *compare,
                                            struct trod_error *error);

#endif
