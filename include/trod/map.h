/* map: the journey as designed. Text to a checked tree and back.
 *
 * A map file (NAME.journey, see docs/language.md) is read into two layers. The *document*
 * (struct trod_doc) is the lines as written, with every comment, blank line and space, and can give
 * the file back byte by byte. The *map* (struct trod_map) is what the lines mean: touchpoints,
 * stages, the flow tree, windows, matches, with every id resolved to an index.
 *
 * Life: 1. trod_map_read (or _read_text); all errors of the file are in the report. 2. Use the map,
 * which never changes. 3. trod_map_free. Texts are borrowed from the map and live as long as it.
 *
 * Caveats: indexes (touchpoint_id, stage_id, …) are positions in the map's arrays, in the order of
 * the file, and TROD_NO_ID where there is none. A missing text is {NULL, 0}; a missing duration or
 * date is TROD_NO_TIME.
 *
 *     struct trod_map *map = NULL;
 *     struct trod_report report = {0};
 *     if (trod_map_read("cargo-bike.journey", &(struct trod_map_options){0}, &map, &report, &error))
 *         for (size_t i = 0; i < report.n; i++) puts(report.items[i].message);
 *     trod_report_release(&report);
 *     trod_map_free(map);
 */
#ifndef TROD_MAP_H
#define TROD_MAP_H

#include "trod/map/tree.h"

/* ---- What a check found ------------------------------------------------------------------- */

enum trod_weight { TROD_ERROR, TROD_ADVICE };

struct trod_remark {
    enum trod_weight weight;
    const char *code; /* stable short name, for tests and JSON: "dangling-id", "pain-without-action" */
    trod_str file;    /* as the user named it, or the included one */
    uint32_t line;    /* 1-based; 0: the whole file */
    uint32_t column;  /* 1-based, in characters; 0: the whole line */
    const char *message; /* what is wrong, in one sentence */
    const char *hint;    /* what to write instead; "" if none */
};
/* Remarks in the order of the file. A zeroed one is empty. At most 1,000 are kept; n_errors and
 * n_advice count all. */
struct trod_report {
    struct trod_remark *items;
    size_t n;
    size_t n_errors, n_advice;
    struct trod_arena *arena; /* owned */
};
void trod_report_release(struct trod_report *report);

/* ---- Small parts --------------------------------------------------------------------------- */

/* "[" research-id { "," note } "]". research.n == 0: the claim is an assumption. */
struct trod_proof {
    trod_str research;    /* id as written */
    trod_str note;        /* "6 of 9"; notes joined by ", " */
    uint32_t research_id; /* index into map->researches */
};
struct trod_claim {
    trod_str text;
    trod_str kind; /* of a need: "practical" or "emotional" if said; else missing */
    struct trod_proof proof;
    uint32_t line;
};
struct trod_claims {
    const struct trod_claim *at;
    size_t n;
};
struct trod_words { /* a list of plain words or names */
    const trod_str *at;
    size_t n;
};
struct trod_ids { /* resolved references */
    const uint32_t *at;
    size_t n;
};

/* "usually T, at most T, at least T". Each TROD_NO_TIME if not said. */
struct trod_window {
    bool given;
    bool working; /* the unit was "working day", "working h" or "working min": clock rules of the owner team */
    int64_t usual_us, most_us, least_us; /* a working day is written as 24 h here */
    trod_str text; /* as written */
    struct trod_proof proof;
    uint32_t line;
};

enum trod_op { TROD_EQ, TROD_NE, TROD_LT, TROD_LE, TROD_GT, TROD_GE, TROD_STARTS, TROD_ENDS, TROD_CONTAINS, TROD_EXISTS, TROD_MISSING };
enum trod_value_kind { TROD_VALUE_NONE, TROD_VALUE_NUMBER, TROD_VALUE_TEXT, TROD_VALUE_DATE, TROD_VALUE_BOOL };
struct trod_condition {
    trod_str name; /* of an attribute or fact */
    enum trod_op op;
    enum trod_value_kind value;
    trod_str text;   /* the value as written, without quotes; for every kind */
    double number;   /* of a number; 1 or 0 of yes or no */
    int64_t time_us; /* of a date: its start in UTC */
    bool profile;    /* only a fact of the customer, not an attribute of the event */
};
/* [source] event ["with" cond {"and" cond}], or "profile" cond. All of `conditions` and all of
 * `narrower` must hold of the same event (profile ones: of its customer). */
struct trod_match {
    bool profile;         /* "profile" cond: source and event are missing */
    trod_str source;      /* missing: every source */
    uint32_t source_id;   /* index into map->sources, or TROD_NO_ID */
    trod_str event;
    const struct trod_condition *conditions;
    size_t n_conditions;
    const struct trod_match *narrower; /* deeper "and MATCH" lines */
    size_t n_narrower;
    trod_str text; /* as written */
    uint32_t line;
};
struct trod_matches { /* any of them */
    const struct trod_match *at;
    size_t n;
};

/* A filter: conditions joined by and, or, not and parentheses; the same parser reads `with …` and
 * `--where`. Names are looked up among the event's attributes, then among the customer's facts
 * ("profile NAME": only there); `event`, `source`, `time` name the event's own parts. */
enum trod_filter_kind { TROD_FILTER_COND, TROD_FILTER_AND, TROD_FILTER_OR, TROD_FILTER_NOT };
struct trod_filter {
    enum trod_filter_kind kind;
    struct trod_condition cond;
    const struct trod_filter *a, *b; /* b is NULL for NOT */
};
/* Depth at most 200, text at most 64 KiB. Errors: TROD_BAD_OPTION with the column. */
TROD_MUST trod_status trod_filter_read(trod_str text, struct trod_arena *arena,
                                       const struct trod_filter **filter, struct trod_error *error);

/* ---- The flow ------------------------------------------------------------------------------ */

enum trod_flow_kind {
    TROD_FLOW_SILENT,     /* nothing happens */
    TROD_FLOW_TOUCHPOINT, /* a leaf */
    TROD_FLOW_SEQUENCE,   /* all children, in order */
    TROD_FLOW_CHOICE,     /* exactly one child; `optional` is body and SILENT, in that order */
    TROD_FLOW_ANY_ORDER,  /* all children, interleaved */
    TROD_FLOW_LOOP,       /* child 0 once or more; child 1 (may be SILENT) between two rounds */
};
/* The tree as written. A stage is always a SEQUENCE node with stage_id set, of as many children as it
 * has (a SILENT one if it has none); so drawing walks the same tree as the aligner. Elsewhere a
 * single child is not wrapped: not in a SEQUENCE, nor in ANY_ORDER, nor a `choose` of one way. The
 * root of a map without stages is SILENT. `ends` marks a touchpoint with "ends here": the journey
 * rightly ends after it and nothing that follows belongs to it. */
struct trod_flow {
    enum trod_flow_kind kind;
    const struct trod_flow **children;
    size_t n;
    uint32_t touchpoint_id; /* of a leaf */
    uint32_t stage_id;      /* the node IS this stage; else TROD_NO_ID */
    bool optional;          /* a CHOICE written as `optional` */
    bool ends;
    bool inline_block;      /* written as a line in the touchpoint, not as a block round it */
    uint32_t most_rounds;   /* of a LOOP: rounds of the body; 0: no limit */
    trod_str id;            /* of a way: on the child of its CHOICE; of others missing */
    const struct trod_way *ways; /* of a CHOICE: one per child; NULL of an optional */
    double share;           /* of an optional: designed share that takes it; NaN if not said */
    uint32_t line;
};
struct trod_way {
    trod_str id, title;
    double share; /* 0..1; NaN if not said */
    uint32_t line;
};

/* ---- The parts of a map -------------------------------------------------------------------- */

/* X: touchpoint-id { or touchpoint-id } */
struct trod_points {
    const uint32_t *touchpoints;
    size_t n;
    trod_str text;
};

struct trod_persona {
    trod_str id, title, portrait;
    struct trod_claims who, values, goals, needs, expectations, aspirations, attitudes, challenges,
        says; /* goals.at[0] is the primary one */
    uint32_t segment_id;
    uint32_t line;
};
struct trod_segment {
    trod_str id, title;
    struct trod_matches when;
    uint32_t line;
};
struct trod_research {
    trod_str id, title, kind, on, file, people;
    struct trod_claims found;
    uint32_t line;
};
struct trod_hours { /* "mon-fri 09:00-18:00": several lines add up */
    uint8_t weekdays;           /* bit 0 = Monday */
    uint16_t from_min, to_min;  /* minutes of the day */
};
struct trod_team {
    trod_str id, title; /* of a team without a block of its own: id missing, title is the name */
    const struct trod_hours *hours;
    size_t n_hours;
    const int64_t *holidays; /* days since 1970, ascending */
    size_t n_holidays;
    double people, cost; /* NaN if not said */
    uint32_t line;       /* 0: no block of its own */
};
struct trod_system { /* of a system without a block of its own: id missing, title is the name */
    trod_str id, title, owner;
    uint32_t line; /* 0: no block of its own */
};
struct trod_promise {
    trod_str id, text;
    uint32_t line;
};
struct trod_offer {
    trod_str id, title, owner;
    uint32_t touchpoint_id, persona_id;
    double worth; /* NaN if not said */
    double most_a_week;
    uint32_t line;
};
struct trod_map_source {
    trod_str id, title;
    struct trod_words files; /* as written: relative to the map's folder; globs */
    bool server;
    trod_str address; /* a database address */
    trod_str person, time, event, ends, channel, worth;
    trod_str time_format; /* "as FORMAT" */
    trod_str time_zone;   /* "in ZONE" */
    struct trod_words profile, dates;
    trod_str about, rating, words;
    double rating_from, rating_to; /* NaN if not said */
    int64_t visit_us;              /* one visit within */
    uint32_t line;
};
struct trod_stage {
    trod_str id, title;
    struct trod_claims goals, needs;
    struct trod_window takes;
    trod_str becomes;
    double reached_by; /* designed share of those who began; NaN if not said */
    struct trod_ids touchpoints; /* in the order of the file */
    uint32_t line;
};

enum trod_who { TROD_WHO_UNSAID, TROD_WHO_CUSTOMER, TROD_WHO_COMPANY };
struct trod_feeling {
    bool given;
    double level; /* -2..+2 */
    trod_str word;
    struct trod_proof proof;
    uint32_t line;
};
struct trod_pain {
    trod_str id;  /* missing if it has none of its own */
    int severity; /* 1 low, 2 medium, 3 high; 0 not said */
    trod_str text;
    struct trod_proof proof;
    uint32_t line;
};
struct trod_act { /* front, back, support, wish: who does what */
    trod_str who; /* a team's name, or "customer" of a wish */
    uint32_t team_id;
    trod_str text;
    struct trod_proof proof;
    uint32_t line;
};
struct trod_acts {
    const struct trod_act *at;
    size_t n;
};
struct trod_comes {
    struct trod_window window;
    bool before;               /* "before X": X must come within the window after this one */
    struct trod_points after;  /* n == 0: after the customer's previous touchpoint */
};
struct trod_touchpoint {
    trod_str id, title;
    uint32_t stage_id; /* TROD_NO_ID: an `any time` touchpoint */
    bool any_time;
    struct trod_words channels;
    struct trod_claims evidence, does, thinks, says, needs, serves, questions, delights, truths,
        decides, swayed, policies, notes;
    struct trod_feeling feels;
    const struct trod_pain *pains;
    size_t n_pains;
    struct trod_acts wishes, front, back, support;
    struct trod_words systems;
    trod_str picture, owner;
    uint32_t owner_id; /* team */
    enum trod_who from;
    struct trod_matches seen, fails;
    bool not_recorded;
    bool optional_inline;
    uint32_t most_times;   /* repeats at most N times; 0: no limit or no repeats */
    bool repeats_inline;
    bool ends;
    struct trod_comes comes; /* comes.window.given tells */
    struct trod_window takes;
    int64_t visit_us;        /* one visit within; TROD_NO_TIME: every event counts (or the source's) */
    double reached_by;       /* NaN if not said */
    struct trod_ids keeps;   /* promises */
    struct trod_ids contents;
    struct trod_ids only_personas, only_segments; /* only for */
    const struct trod_touchpoint_for *for_personas;
    size_t n_for_personas;
    uint32_t line;
};
/* `for PERSONA` with deeper lines that hold for that persona only; the fields of `as` that were not
 * said are empty. */
struct trod_touchpoint_for {
    uint32_t persona_id;
    struct trod_touchpoint as;
};

/* ---- Sentences that are measured ----------------------------------------------------------- */

enum trod_measure_kind { TROD_MEASURE_SHARE, TROD_MEASURE_COUNT, TROD_MEASURE_TIME, TROD_MEASURE_FIELD };
enum trod_statistic { TROD_MEDIAN, TROD_MEAN, TROD_SUM, TROD_QUANTILE };
struct trod_measure {
    enum trod_measure_kind kind;
    struct trod_points with;   /* n == 0: all journeys */
    struct trod_points to;     /* reach X; to X; at X */
    struct trod_points from;   /* time from X */
    int64_t within_us;         /* TROD_NO_TIME: ever */
    int64_t per_us;            /* number of journeys a day, week, month; TROD_NO_TIME: in all */
    enum trod_statistic statistic;
    double quantile;           /* 0..1 of TROD_QUANTILE */
    trod_str field;            /* of NAME at X */
    trod_str text;
    uint32_t line;
};
enum trod_when_kind { TROD_WHEN_HAPPENS, TROD_WHEN_NONE_OF, TROD_WHEN_PASS_WITHOUT };
struct trod_when {
    enum trod_when_kind kind;
    struct trod_points x;       /* of PASS_WITHOUT with n == 0: "a touchpoint" */
    struct trod_points none_of;
    uint32_t times;             /* 0: once */
    int64_t within_us;          /* also the time of PASS_WITHOUT */
    trod_str text;
    uint32_t line;
};
enum trod_unit { TROD_UNIT_NUMBER, TROD_UNIT_SHARE, TROD_UNIT_DURATION };
struct trod_target {
    bool given;
    bool at_least;
    enum trod_unit unit;
    double value;   /* share 0..1, duration in us, or the number */
    int64_t by_us;  /* TROD_NO_TIME if not said */
    trod_str text;
    uint32_t line;
};
struct trod_kpi {
    trod_str id, title, now, owner;
    struct trod_measure measure; /* measure.text.n == 0: none */
    struct trod_target target;
    uint32_t line;
};
enum trod_action_status { TROD_ACTION_OPEN, TROD_ACTION_STARTED, TROD_ACTION_DONE, TROD_ACTION_DROPPED };
struct trod_fix {
    uint32_t touchpoint_id;
    uint32_t pain; /* index into its pains (those of `for PERSONA` count on behind its own), or
                    * TROD_NO_ID: every pain of it */
};
struct trod_action {
    trod_str id, title, owner, effort;
    const struct trod_fix *fixes;
    size_t n_fixes;
    struct trod_ids moves; /* kpis */
    int64_t due_us;
    enum trod_action_status status;
    uint32_t line;
};
struct trod_score_rule {
    double points;
    struct trod_when when;
};
struct trod_score {
    trod_str id, title;
    const struct trod_score_rule *rules;
    size_t n_rules;
    int64_t halves_us;
    double ready_at; /* NaN if not said */
    trod_str tell;
    uint32_t line;
};
struct trod_content {
    trod_str id, title, file;
    struct trod_words audience; /* for PERSONA or SEGMENT */
    uint32_t line;
};
struct trod_quiet {
    uint16_t from_min, to_min; /* minutes of the day; may span midnight */
};
struct trod_limit { /* at most N messages in TIME */
    uint32_t n;
    int64_t within_us;
};
struct trod_consent {
    struct trod_match match;
    trod_str channel;
};
struct trod_rule {
    trod_str id, title;
    struct trod_when when;
    struct trod_matches only_if;
    struct trod_ids sends; /* contents */
    trod_str channel;
    int64_t wait_us;
    struct trod_words tells, calls;
    int64_t not_more_than_us;
    const struct trod_quiet *not_between;
    size_t n_not_between;
    struct trod_points until;
    uint32_t line;
};
struct trod_variant {
    trod_str id;
    double share;
    uint32_t content_id;
    uint32_t line;
};
struct trod_experiment {
    trod_str id, title;
    uint32_t touchpoint_id;
    const struct trod_variant *variants;
    size_t n_variants;
    struct trod_measure measure;
    double expect_from, expect_to; /* shares 0..1, durations in us or numbers; NaN if not said */
    const struct trod_guard *guards;
    size_t n_guards;
    uint32_t enough_people;
    int64_t enough_us;
    uint32_t line;
};
struct trod_guard {
    struct trod_measure measure;
    struct trod_target limit;
};

struct trod_span {
    trod_str id;
    struct trod_points from, to;
    struct trod_window window;
    uint32_t line;
};
enum trod_accept_kind { TROD_ACCEPT_SKIPPED, TROD_ACCEPT_EXTRA, TROD_ACCEPT_REPEATED, TROD_ACCEPT_LATE };
struct trod_accept {
    enum trod_accept_kind kind;
    uint32_t touchpoint_id; /* or TROD_NO_ID when `id` names a span */
    trod_str id, because;
    int64_t until_us;
    uint32_t line;
};
enum trod_per_kind { TROD_PER_CUSTOMER, TROD_PER_FIELD, TROD_PER_SILENCE, TROD_PER_START };
struct trod_outcome { /* succeeds when, lost when */
    struct trod_points x;
    double worth; /* NaN if not said */
    uint32_t line;
};
struct trod_agreement {
    trod_str name;
    int64_t on_us;
    uint32_t line;
};
struct trod_learned {
    int64_t on_us;
    trod_str text;
    uint32_t line;
};
enum trod_state { TROD_STATE_UNSAID, TROD_AS_IS, TROD_TO_BE };

struct trod_map {
    trod_str file; /* as the user named it */
    trod_str id, title;
    enum trod_state state;
    trod_str as_is, audience, used, scope, owner;
    struct trod_claims objectives;
    struct trod_ids journey_personas; /* persona lines under journey */
    int64_t reviewed_us, review_every_us;
    const struct trod_agreement *agreed;
    size_t n_agreed;
    const struct trod_learned *learned;
    size_t n_learned;
    const struct trod_span *spans;
    size_t n_spans;
    enum trod_per_kind per;
    trod_str per_field;
    int64_t per_silence_us;
    struct trod_points per_start;
    const struct trod_outcome *succeeds;
    size_t n_succeeds;
    const struct trod_outcome *lost;
    size_t n_lost;
    int64_t over_after_us; /* TROD_NO_TIME if not said */
    const struct trod_accept *accepts;
    size_t n_accepts;
    double expects;         /* journeys … */
    int64_t expects_per_us; /* … a day or week; TROD_NO_TIME if not said */
    const struct trod_consent *consents;
    size_t n_consents;
    const struct trod_limit *limits;
    size_t n_limits;
    const struct trod_quiet *quiet;
    size_t n_quiet;
    struct trod_words same_person;

    const struct trod_persona *personas;
    size_t n_personas;
    const struct trod_segment *segments;
    size_t n_segments;
    const struct trod_research *researches;
    size_t n_researches;
    const struct trod_team *teams; /* every team that the map names */
    size_t n_teams;
    const struct trod_system *systems; /* every system that the map names */
    size_t n_systems;
    const struct trod_promise *promises;
    size_t n_promises;
    const struct trod_offer *offers;
    size_t n_offers;
    const struct trod_map_source *sources;
    size_t n_sources;
    const struct trod_stage *stages;
    size_t n_stages;
    const struct trod_touchpoint *touchpoints; /* of the stages and `any time`, in file order */
    size_t n_touchpoints;
    const struct trod_flow *flow; /* the root; never NULL; `any time` touchpoints are not in it */
    const struct trod_kpi *kpis;
    size_t n_kpis;
    const struct trod_action *actions;
    size_t n_actions;
    const struct trod_score *scores;
    size_t n_scores;
    const struct trod_content *contents;
    size_t n_contents;
    const struct trod_rule *rules;
    size_t n_rules;
    const struct trod_experiment *experiments;
    size_t n_experiments;

    const struct trod_doc *doc;
    struct trod_map_index *index; /* private: ids to what they name */
    struct trod_arena *arena;     /* owned: holds all of the above */
};

struct trod_map_options {
    bool no_files;    /* do not look whether named files exist, nor read `include` and `holidays` */
    bool missing_ok;  /* read `include` and `holidays`, but let all other named files be missing:
                       * for those who want the map's meaning and not its portraits */
    bool advice;      /* also look for advice */
    int64_t today_us; /* for advice about age; TROD_NO_TIME or 0: no advice about age */
    size_t ceiling_bytes; /* of one map file; 0: 64 MiB */
};
/* Reads, parses and checks a map. With errors in it: TROD_BAD_INPUT, *map is NULL, and the report
 * has them all; `error` then says how many. Advice alone is TROD_OK. `report` may be NULL.
 * Bounded: nesting 200 deep, 1,000,000 lines. */
TROD_MUST trod_status trod_map_read(const char *name, const struct trod_map_options *options,
                                    struct trod_map **map, struct trod_report *report,
                                    struct trod_error *error);
/* The same of a text in memory; `name` is for messages and for the folder of its files. */
TROD_MUST trod_status trod_map_read_text(trod_str text, const char *name,
                                         const struct trod_map_options *options,
                                         struct trod_map **map, struct trod_report *report,
                                         struct trod_error *error);
void trod_map_free(struct trod_map *map);
/* Index of the touchpoint, stage, span … of that id, or TROD_NO_ID. */
uint32_t trod_map_touchpoint(const struct trod_map *map, trod_str id);
uint32_t trod_map_stage(const struct trod_map *map, trod_str id);
/* The first action (in file order) that fixes this pain of the touchpoint, or any of its pains for
 * TROD_NO_ID; one that was dropped only if there is no other. TROD_NO_ID if there is none. */
uint32_t trod_map_action_for(const struct trod_map *map, uint32_t touchpoint_id, uint32_t pain);

/* Tells every condition of the map, with the line of its match: of segments, of touchpoints (`seen
 * when`, `fails when`, those `for` a persona too), of rules and of consents. */
typedef void trod_condition_teller(const struct trod_condition *condition, uint32_t line,
                                   void *context);
void trod_map_each_condition(const struct trod_map *map, trod_condition_teller *tell,
                             void *context);

/* The canonical spacing of a map's text: idempotent; comments, blank lines, order and words stay.
 * Text that does not parse is TROD_BAD_INPUT. */
TROD_MUST trod_status trod_map_format(trod_str text, const char *name, struct trod_buf *out,
                                      struct trod_error *error);

/* ---- Twins --------------------------------------------------------------------------------- */

/* The JSON twin (schemas/journey.schema.json): everything that the text says, comments included. */
TROD_MUST trod_status trod_map_to_json(const struct trod_map *map, struct trod_buf *out,
                                       struct trod_error *error);
/* The map's text from its twin, in canonical spacing: text whose lines read as the twin says.
 * Errors: TROD_BAD_INPUT with the JSON path of what does not fit ("at $.lines[3].stage: …"). */
TROD_MUST trod_status trod_map_from_json(trod_str json, const char *name, struct trod_buf *out,
                                         struct trod_error *error);
/* For each line (from 1) of the text that a twin gives: the JSON path of the member that became it,
 * such as "$.lines[3].stage", on `arena`; for messages about the text. Missing if there is no such
 * line. Shapes: n lines, n paths. Errors: as trod_json_read. */
TROD_MUST trod_status trod_map_json_paths(trod_str json, const uint32_t *lines, size_t n,
                                          struct trod_arena *arena, trod_str *paths,
                                          struct trod_error *error);
/* The text of a map of one stage from PM4Py's process-tree notation: titles keep the labels
 * exactly, ids are made from them and are unique. */
TROD_MUST trod_status trod_map_from_tree(trod_str tree, const char *name, struct trod_buf *out,
                                         struct trod_error *error);
/* The flow in that notation. `lost` gets a sentence for each kind of thing that it cannot hold. */
TROD_MUST trod_status trod_map_to_tree(const struct trod_map *map, struct trod_buf *out,
                                       struct trod_buf *lost, struct trod_error *error);

#endif
