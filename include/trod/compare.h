/* compare: designed against trodden.
 *
 * One call lays the log on the map and answers the main question: how many began and succeeded,
 * which promised spans were kept, where journeys leave the map and with how much certainty, stage
 * by stage, for everybody and for each value of the fields asked for.
 *
 * Every share carries its base (`of`), and every share and median its 95 % interval. Below
 * `few` journeys a figure is "too few to tell" (share.of < few): it is given in JSON and said in
 * words on the screen. Costs are those of optimal alignments: skipped 1, extra 1, silent 0.
 *
 * Life: 1. trod_compare_make; 2. read; 3. trod_compare_free. Texts are borrowed from the result,
 * its map and its log, which must outlive it.
 */
#ifndef TROD_COMPARE_H
#define TROD_COMPARE_H

#include "trod/log.h"
#include "trod/stat.h"

/* ---- Alignment ------------------------------------------------------------------------------- */

enum trod_move_kind { TROD_MOVE_MATCH, TROD_MOVE_EXTRA, TROD_MOVE_SKIPPED };
struct trod_move {
    enum trod_move_kind kind;
    uint32_t touchpoint_id; /* of an extra step that may be the trace of several: one that makes it
                             * free before the others, one that is meant for the group before one
                             * that is not; of equals the last match itself or the next after it in
                             * map order, else the last one passed; TROD_NO_ID if unmapped. An `any time` touchpoint here
                             * says that the step is no deviation at all */
    uint32_t step;          /* index into the path's steps; UINT32_MAX if skipped */
    bool too_often;         /* extra: a round more than `at most N` allows */
    bool not_for;           /* extra: the touchpoint is not meant for this group */
    bool accepted;          /* an `accept` line allows it: at no cost */
};
struct trod_aligned {
    uint32_t cost;          /* complete; of a path that was lost: as far as it got */
    uint32_t cost_so_far;
    uint32_t worst;         /* steps that can cost + shortest_cost: the ratio's base for `complete` */
    uint32_t worst_so_far;
    bool finished;          /* the map allows the journey to end where this one stopped, after its
                             * so-far reading */
    bool limited;           /* not exact: a ceiling was reached; costs are then upper bounds, and
                             * there are no moves */
    const struct trod_move *moves; /* of the so-far reading, in order */
    uint32_t n_moves;
};
struct trod_align_options {
    uint64_t memory_bytes;  /* of the search; 0: 1 GiB */
    uint64_t max_states;    /* of the automaton; 0: 200,000 */
};
struct trod_alignment {
    const struct trod_aligned *paths; /* one per lay->paths, same order */
    size_t n_paths;
    uint32_t shortest_cost; /* fewest recorded touchpoints from the map's start to its end, for all */
    const char *method;     /* "automaton", "intervals" or "automaton, intervals" */
    uint64_t n_limited;     /* journeys whose path hit a ceiling */
    const char *limit;      /* the ceiling's name in words, or NULL */
    struct trod_arena *arena;
};
/* Optimal alignments of every path of the lay with the map's flow. Touchpoints that are
 * `not recorded`, or whose trace is nowhere in the whole log (lay->recorded), are silent.
 * An `accept` line with `until` holds for the journeys that began before the end of that day.
 * `accept repeated` makes rounds over the limit free while the journey stands in the last round.
 * Ties are broken the same way always: of the readings of least cost one that matches the most
 * steps; of those, step by step, a match before an extra step, and skips only when the next step
 * cannot be taken without them, as few as will do; then the order of the map. What is skipped
 * after the last step is not told.
 * Errors: TROD_NO_MEMORY, TROD_CANCELLED. Threads: one path is one thread's. The ceilings, in bytes
 * and in work, are counted beforehand, so the same paths are limited on every machine. */
TROD_MUST trod_status trod_align_make(const struct trod_lay *lay,
                                      const struct trod_align_options *options,
                                      const struct trod_run *run,
                                      struct trod_alignment **alignment,
                                      struct trod_error *error);
void trod_align_free(struct trod_alignment *alignment);

/* ---- The comparison ---------------------------------------------------------------------------- */

/* A figure with its interval. given == false: absent (no times, nobody arrived). */
struct trod_measured {
    bool given;
    double value, low, high; /* low and high NaN where too few to tell */
    uint64_t n;              /* what it rests on */
};
struct trod_fitness {
    double log, mean;  /* NaN without journeys */
    uint64_t cost, worst;
    uint64_t exact;    /* journeys with cost 0 */
};
/* What became of all who started something that the map promises: adds up to started.
 *
 * `late`: arrived after `at most`, or has not arrived, may still, and the limit has passed. `open`:
 * has not arrived, may still, and is younger than the limit. `gone`: the journey is over without
 * it (left, lost, or ended where nothing more can come). Without `over after` nobody is known to
 * have left. Then whoever is younger than the limit is open; for whom it has passed is late while
 * the log's end may cut the journey (cut_end of log.h), since then it can still come, and gone
 * otherwise: not seen again. Without `at most` nobody is late. */
struct trod_four_ways {
    bool given;                    /* false: the log has no times */
    uint64_t started, in_time, late, open, gone;
    uint64_t early;                /* of those in time: before `at least` */
    uint64_t arrived, arrived_late; /* in_time + arrived_late; late less arrived_late are awaited still */
    uint64_t allowed;              /* of arrived_late: an `accept late` line held when they began */
    struct trod_share share_in_time, share_late, share_open, share_gone;
    struct trod_measured median_us, p90_us; /* of those who arrived */
};
/* Each journey counts once: late if it was late any time, and with its longest time.
 *
 * A span runs from the first visit to one of its `from` to the first visit to one of its `to` after
 * it. `comes` runs from the begin of the visit before on the path (of the last visit to X, for
 * `after X`; to the next visit to X, for `before X`); those who have not come are counted only
 * where every journey that stands there must meet the touchpoint (next, without `after`). `takes` of a touchpoint runs from
 * the begin to the end of a visit that has more than one event or a known end; `takes` of a stage
 * from the visit before it (its first, if there is none) to the last matched visit in it. */
enum trod_timed_kind { TROD_TIMED_SPAN, TROD_TIMED_COMES, TROD_TIMED_TAKES, TROD_TIMED_STAGE };
struct trod_timed {
    enum trod_timed_kind kind;
    trod_str id;                   /* of the span, touchpoint or stage */
    trod_str title;
    const struct trod_window *window;
    struct trod_four_ways ways;
    bool accepted;                 /* an `accept late` line allows it to those who begin now */
    bool working;                  /* times are the owner team's working time, in UTC; a window in
                                    * working time of a team without hours is judged by the clock */
};
struct trod_stage_result {
    uint32_t stage_id;
    uint64_t reached;              /* journeys with a visit in it, or in a later one */
    uint64_t visited;              /* journeys with a visit in it */
    uint64_t stopped;              /* journeys whose last matched visit is in it and that are over without
                                    * having ended rightly: lost, left (with `over after`), else
                                    * last seen here */
    uint64_t open;                 /* of those whose last matched visit is in it: still open */
    uint64_t ended;                /* of those: stand where the map lets a journey end */
    struct trod_share share_reached; /* of all journeys */
    struct trod_share share_stopped; /* of those who reached it */
    struct trod_timed time;        /* against `takes`; window NULL if the stage has none */
    struct trod_measured median_us;
};
enum trod_deviation_kind {
    TROD_SKIPPED, TROD_EXTRA, TROD_OUT_OF_ORDER, TROD_FAILED, TROD_TOO_OFTEN, TROD_LATE, TROD_EARLY,
    TROD_STOPPED_HERE, TROD_UNMAPPED, TROD_NOT_FOR
};
/* "skipped", "extra", "out of order", "failed", "repeated too often", "late", "early",
 * "stopped here", "unmapped", "not meant for them". */
const char *trod_deviation_word(enum trod_deviation_kind kind);
/* The base of its share in words, to be put after a number: "of those who got past it". For each
 * kind, a journey counts once, and its base is
 *   skipped, out of order   journeys matched with the touchpoint or skipping it
 *   extra                   journeys with a visit to it or to anything later on the map
 *   repeated too often      journeys with a visit to it
 *   failed                  journeys that tried it: a visit, or an attempt that failed
 *   late                    journeys that started its `comes` window (see trod_four_ways)
 *   early                   those of them that arrived
 *   stopped here            journeys matched with it; counted: over, not ended rightly, and this was
 *                           the last matched touchpoint
 *   not meant for them      journeys of customers for whom it is not meant
 *   unmapped                all journeys
 * Journeys cut at the log's start never skip what lies before their first visit; journeys whose
 * path hit a ceiling are in no count that rests on moves. */
const char *trod_deviation_base(enum trod_deviation_kind kind);
struct trod_deviation {
    enum trod_deviation_kind kind;
    uint32_t touchpoint_id;        /* TROD_NO_ID of an unmapped one */
    trod_str event;                /* of an unmapped one: its name */
    uint64_t journeys, events;     /* events: how many times */
    struct trod_share share;       /* of the journeys that got that far (share.of) */
    bool accepted;                 /* allowed by an `accept` line: counted apart, at no cost */
    struct trod_measured success;  /* share of these journeys that succeeded, and of the others … */
    struct trod_measured success_others; /* … that got that far without it; absent without `succeeds when` */
    uint32_t action_id;            /* of the map, or TROD_NO_ID */
};
/* Of a `choose` the first way taken, of the journeys that took any way of it; of an `optional`
 * whether it was taken, of those that got past it; of `reached by` all journeys: of a touchpoint
 * those with a visit to it, of a stage those with a visit in it or in a later one, as in
 * trod_stage_result. share.of == 0: nobody got there, or it leaves no trace. */
struct trod_choice_result {
    trod_str id;                   /* of the way, the optional (first) touchpoint, or the `reached by` touchpoint or stage */
    trod_str way;                  /* title of the way; "taken" of an optional; "reached" */
    double designed;               /* NaN if the map does not say */
    struct trod_share share;       /* observed */
};
struct trod_first_result { trod_str name; struct trod_share share; };
struct trod_firsts {               /* most frequent first */
    const struct trod_first_result *touchpoints, *stages, *channels;
    size_t n_touchpoints, n_stages, n_channels;
};
struct trod_touchpoint_result {
    uint32_t touchpoint_id;
    bool recorded;                 /* some event of the whole log that the view's `events` keeps is
                                    * its trace */
    uint64_t journeys, visits, events;
    struct trod_share share;       /* of all journeys */
    uint64_t failed_journeys, failed_events;
    struct trod_share share_failed; /* of the journeys that tried it */
    struct trod_timed comes, takes; /* window NULL if not designed */
    struct trod_measured median_comes_us; /* since the previous visit */
};
enum trod_verdict { TROD_MET, TROD_MISSED, TROD_TOO_CLOSE, TROD_TOO_FEW, TROD_NO_TARGET, TROD_NOT_MEASURED };
const char *trod_verdict_word(enum trod_verdict verdict); /* "met", "missed", "too close to tell" … */
/* A share counts, of the journeys with X, those that came to Y after the first X. With `within` the
 * journeys whose time is not yet up are left out. Without it, if some are still open, those that
 * started too recently to tell are left out: less long ago than 95 % of those who came needed. A
 * time is over those who arrived. A number a day, week or month is over the observed time. A sum,
 * and a number in all, are what they are: low and high are NaN, and the value itself is judged. */
struct trod_kpi_result {
    uint32_t kpi_id;
    enum trod_unit unit;
    uint64_t left_out;             /* journeys that started too recently to tell */
    struct trod_measured value;
    enum trod_verdict verdict;     /* MET or MISSED only if the whole interval says so; else TOO_CLOSE */
};
enum trod_finding_kind {
    TROD_FINDING_DEVIATION,        /* a deviation among all journeys */
    TROD_FINDING_SEGMENT,          /* a deviation or lateness that is more frequent in one segment */
    TROD_FINDING_LATE,             /* a span, window or stage limit that too many overrun */
    TROD_FINDING_BURST,            /* failures (or another deviation) far more frequent in one stretch of time */
    TROD_FINDING_LOSS,             /* a stage where many stop */
    TROD_FINDING_CHOICE,           /* an observed share far from the designed one */
};
/* Something that an owner would act on, most important first. `sentence` is whole and plain. */
struct trod_finding {
    enum trod_finding_kind kind;
    enum trod_deviation_kind deviation;
    uint32_t touchpoint_id, stage_id; /* where; TROD_NO_ID */
    trod_str span;                 /* id of a span; missing */
    trod_str by, value;            /* of a segment: field and value */
    int64_t since_us, until_us;    /* of a burst: the stretch; TROD_NO_TIME */
    uint64_t people;               /* journeys that it touches; of a choice those who went another
                                    * way than designed: the distance from the designed share, of
                                    * share.of, rounded */
    struct trod_share share;       /* what was found, and … */
    struct trod_share others;      /* … in the rest (of == 0 if there is no rest to compare with) */
    double p;                      /* adjusted over everything tried (Benjamini-Hochberg); NaN */
    double worth;                  /* for the order: people times the distance of the share from what
                                    * would have to be expected, of all journeys */
    trod_str sentence;
    trod_str team;                 /* owner; missing */
    trod_str quote;                /* the map's own pain or quote there; missing */
    struct trod_proof proof;
    uint32_t action_id;            /* of the map; TROD_NO_ID: no action yet */
};
struct trod_period {               /* the newest stretch of time against the one before */
    bool given;
    int64_t from_us, until_us;     /* the newest; the one before is as long */
    uint64_t began, began_before, succeeded, succeeded_before;
};
struct trod_health {
    const struct trod_log_source *sources; /* of the log */
    size_t n_sources;
    struct trod_share on_map;      /* events that some touchpoint claims */
    struct trod_share never_identified; /* customers; of == 0: the question does not arise */
    uint64_t n_cut_start, n_cut_end;
    uint64_t n_touchpoints_unrecorded; /* without any event, though the map expects some */
};
struct trod_segment_result {
    trod_str by, value;            /* value "(none)" of journeys without one */
    struct trod_compare *compare;  /* the same for its journeys; no findings, no segments of its own */
};
struct trod_compare {
    const struct trod_map *map;
    const struct trod_log *log;
    int64_t now_us;
    uint64_t journeys, events, customers;
    uint64_t few;                  /* below this base: too few to tell */
    bool succeeds_known;           /* the map says when a journey succeeds */
    bool left_known;               /* the map has `over after`: "left"; without it the word is "last seen" */
    struct trod_share succeeded;
    /* How the journeys ended, each once: lost before succeeded, as in enum trod_ending. A journey
     * that succeeded and was lost afterwards is in `succeeded` and in n_lost: succeeded.n less
     * n_lost_after_success, and the other five numbers, are all journeys. */
    uint64_t n_lost, n_left, n_open, n_unknown;
    uint64_t n_ended;              /* without success, where the map lets a journey end */
    uint64_t n_lost_after_success; /* of n_lost: succeeded first */
    double worth;                  /* sum of `worth` of the successes; NaN if the map has none */
    struct trod_period period;
    struct trod_fitness complete, so_far;
    const char *method;
    const char *limit;             /* NULL, or the ceiling that some paths hit */
    uint64_t n_limited;
    const struct trod_timed *spans;
    size_t n_spans;
    const struct trod_stage_result *stages;
    size_t n_stages;
    const struct trod_touchpoint_result *touchpoints;
    size_t n_touchpoints;
    const struct trod_deviation *deviations; /* most journeys first */
    size_t n_deviations;
    const struct trod_choice_result *choices;
    size_t n_choices;
    struct trod_firsts firsts;
    const struct trod_kpi_result *kpis;
    size_t n_kpis;
    const struct trod_finding *findings;
    size_t n_findings;
    const trod_str *good;          /* sentences on what goes well, best first */
    size_t n_good;
    struct trod_health health;
    const struct trod_segment_result *segments;
    size_t n_segments;
    const struct trod_lay *lay;            /* NULL of a segment */
    const struct trod_alignment *alignment; /* NULL of a segment */
    struct trod_arena *arena;
    void *owned;                   /* private */
};
struct trod_compare_options {
    const struct trod_view_options *view; /* where, events, since, until; NULL: all */
    const trod_str *by;            /* fields to segment by: an attribute, a fact, `segment` or `channel` */
    size_t n_by;
    bool count_unmapped;
    int64_t now_us;                /* 0: the newest event */
    uint64_t few;                  /* 0: 20 */
    size_t most_values;            /* of a field: beyond it the rarest are "(other)"; 0: 20 */
    struct trod_align_options align;
};
TROD_MUST trod_status trod_compare_make(const struct trod_map *map, const struct trod_log *log,
                                        const struct trod_compare_options *options,
                                        const struct trod_run *run, struct trod_compare **compare,
                                        struct trod_error *error);
void trod_compare_free(struct trod_compare *compare);
/* The JSON of schemas/compare.schema.json. `n_paths` 0: all paths. */
TROD_MUST trod_status trod_compare_json(const struct trod_compare *compare, size_t n_paths,
                                        struct trod_buf *out, struct trod_error *error);

#include "trod/compare/quality.h"
#include "trod/compare/trail.h"

#endif
