/* The sentences of findings: whole, plain, read aloud on a Monday. And what the map says there:
 * the team that owns the touchpoint, its own pain or quote with its proof, and the action for
 * it.
 */
#include <math.h>
#include <stdio.h>

#include "compare/findings.h"

void findings_percent(struct trod_buf *out, const struct trod_share *share) {
    const double percent = 100.0 * share->share;
    if (share->n == 0)
        trod_buf_adds(out, "none");
    else if (share->n == share->of)
        trod_buf_adds(out, "all");
    else if (percent < 0.5)
        trod_buf_adds(out, "under 1 %");
    else if (percent > 99.5)
        trod_buf_adds(out, "over 99 %");
    else
        trod_buf_format(out, "%.0f %%", percent);
}

void findings_begin(struct trod_buf *out) {
    if (out->n > 0 && out->at[0] >= 'a' && out->at[0] <= 'z') out->at[0] -= 'a' - 'A';
}

void findings_title(struct trod_buf *out, trod_str title) {
    trod_buf_adds(out, "\u201c");
    trod_buf_add(out, title);
    trod_buf_adds(out, "\u201d");
}

void findings_points(struct trod_buf *out, const struct trod_map *map,
                     const struct trod_points *points) {
    for (size_t i = 0; i < points->n; i++) {
        if (i > 0) trod_buf_adds(out, " or ");
        findings_title(out, map->touchpoints[points->touchpoints[i]].title);
    }
}

trod_str findings_limit(const struct trod_window *window, char at[40]) {
    static const char most[] = "at most ";
    for (size_t i = 0; i + sizeof most - 1 < window->text.n; i++) {
        if (memcmp(window->text.at + i, most, sizeof most - 1) != 0) continue;
        const trod_str rest = trod_str_slice(window->text, i + sizeof most - 1, window->text.n);
        const size_t comma = trod_str_find(rest, ',');
        return trod_str_trim(comma == SIZE_MAX ? rest : trod_str_slice(rest, 0, comma));
    }
    return trod_str_of(trod_duration_write((double)window->most_us, at));
}

/* ---- Who and when
 * --------------------------------------------------------------------------------- */

/* "“Couriers and trades”", "those with plan = gold", "those who first came by phone". */
static void add_who(struct trod_buf *out, const struct finder *finder, uint32_t segment_id) {
    const struct compare_segment *segment = &finder->segments->at[segment_id];
    if (segment->named) {
        findings_title(out, segment->value);
    } else if (trod_str_is(segment->by, "channel")) {
        if (segment->rest)
            trod_buf_adds(out, "those whose first channel is not known");
        else
            trod_buf_format(out, "those who first came by %.*s", TROD_ARG(segment->value));
    } else if (segment->rest) {
        if (trod_str_is(segment->by, "segment"))
            trod_buf_adds(out, "those in no segment");
        else
            trod_buf_format(out, "those without %.*s", TROD_ARG(segment->by));
    } else {
        trod_buf_format(out, "those with %.*s = %.*s", TROD_ARG(segment->by),
                        TROD_ARG(segment->value));
    }
}

static void add_date(struct trod_buf *out, int64_t time_us) {
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    const struct trod_civil civil = trod_civil_from_us(time_us);
    trod_buf_format(out, "%d %s %d", civil.day, months[civil.month - 1], (int)civil.year);
}

/* "In the week of 3 June 2024", "From 3 June 2024 to 16 June 2024", "On 3 June 2024". */
static void add_when(struct trod_buf *out, int64_t since_us, int64_t until_us) {
    if (until_us - since_us == 7 * TROD_DAY_US) {
        trod_buf_adds(out, "In the week of ");
        add_date(out, since_us);
    } else if (until_us - since_us == TROD_DAY_US) {
        trod_buf_adds(out, "On ");
        add_date(out, since_us);
    } else {
        trod_buf_adds(out, "From ");
        add_date(out, since_us);
        trod_buf_adds(out, " to ");
        add_date(out, until_us - TROD_DAY_US);
    }
}

static void add_others(struct trod_buf *out, const struct trod_share *others, const char *who) {
    if (others->of == 0) return;
    trod_buf_format(out, " (%s: ", who);
    findings_percent(out, others);
    trod_buf_adds(out, ")");
}

/* "38 % of “Couriers and trades”", "38 % of those who got past it". */
static void add_subject(struct trod_buf *out, const struct finder *finder,
                        const struct finding_candidate *candidate) {
    const struct trod_share *share = &candidate->finding.share;
    findings_percent(out, share);
    trod_buf_adds(out, share->n == share->of ? " " : " of ");
    if (candidate->segment != COMPARE_NONE) add_who(out, finder, candidate->segment);
}

/* ---- Sentences
 * ------------------------------------------------------------------------------------------ */

static const char *leave(const struct finder *finder) {
    return finder->compare->left_known ? "leave" : "are last seen";
}

/* Whether a `lost when` speaks of the touchpoint: there nobody leaves, they are lost. */
static bool loses(const struct trod_map *map, uint32_t touchpoint_id) {
    for (size_t i = 0; i < map->n_lost; i++) {
        if (compare_in(&map->lost[i].x, touchpoint_id)) return true;
    }
    return false;
}

/* A deviation of a touchpoint, among all or in one segment. */
static void say_deviation(struct trod_buf *out, const struct finder *finder,
                          const struct finding_candidate *candidate) {
    const struct trod_finding *finding = &candidate->finding;
    const struct trod_touchpoint *touchpoint =
        &finder->base->map->touchpoints[finding->touchpoint_id];
    const bool all = candidate->segment == COMPARE_NONE;
    add_subject(out, finder, candidate);
    switch (finding->deviation) {
    case TROD_SKIPPED:
        trod_buf_adds(out, all ? "those who get that far skip " : " skip ");
        findings_title(out, touchpoint->title);
        break;
    case TROD_EXTRA:
        trod_buf_adds(out, all ? "those who get that far come to " : " come to ");
        findings_title(out, touchpoint->title);
        trod_buf_adds(out, " where the map does not expect it");
        break;
    case TROD_OUT_OF_ORDER:
        trod_buf_adds(out, all ? "those who get past it come to " : " come to ");
        findings_title(out, touchpoint->title);
        trod_buf_adds(out, " earlier or later than the map expects");
        break;
    case TROD_FAILED:
        trod_buf_adds(out, all ? "those who try " : " who try ");
        findings_title(out, touchpoint->title);
        trod_buf_adds(out, " fail at least once");
        break;
    case TROD_TOO_OFTEN:
        trod_buf_adds(out, all ? "those who have " : " who have ");
        findings_title(out, touchpoint->title);
        trod_buf_adds(out, " repeat it more often than designed");
        break;
    case TROD_EARLY:
        trod_buf_adds(out, all ? "those who come to " : " come too early to ");
        findings_title(out, touchpoint->title);
        if (all) trod_buf_adds(out, " come too early");
        break;
    case TROD_STOPPED_HERE:
        trod_buf_adds(out, all ? "those who get there " : " ");
        trod_buf_adds(out, loses(finder->base->map, finding->touchpoint_id) ? "are lost"
                                                                            : leave(finder));
        trod_buf_adds(out, " after ");
        findings_title(out, touchpoint->title);
        break;
    case TROD_NOT_FOR:
        trod_buf_adds(out, all ? "those it is not meant for use " : " use ");
        findings_title(out, touchpoint->title);
        if (!all) trod_buf_adds(out, ", which is not meant for them");
        break;
    case TROD_LATE:
    case TROD_UNMAPPED:
        break;
    }
    add_others(out, &finding->others, "others");
}

/* A span is called by its id, as in the table of promises. */
static void say_late(struct trod_buf *out, const struct finder *finder,
                     const struct finding_candidate *candidate) {
    const struct compare_base *base = finder->base;
    const struct trod_map *map = base->map;
    const struct compare_plan *plan = &base->plans[candidate->plan];
    const bool comes = plan->kind == TROD_TIMED_COMES;
    char at[40];
    findings_title(out, plan->kind == TROD_TIMED_SPAN    ? map->spans[plan->at].id
                        : plan->kind == TROD_TIMED_STAGE ? map->stages[plan->at].title
                                                         : map->touchpoints[plan->at].title);
    trod_buf_format(out,
                    comes ? " comes later than the promised %.*s for "
                          : " takes longer than the promised %.*s for ",
                    TROD_ARG(findings_limit(plan->window, at)));
    add_subject(out, finder, candidate);
    if (candidate->segment == COMPARE_NONE) {
        trod_buf_adds(out, plan->kind == TROD_TIMED_SPAN    ? "those who arrive"
                           : plan->kind == TROD_TIMED_STAGE ? "those who get through it"
                           : comes                          ? "those who come"
                                                            : "those who have it");
    }
    add_others(out, &candidate->finding.others, "others");
    if (candidate->cause == TROD_NO_ID) return;
    const struct trod_touchpoint *cause = &map->touchpoints[candidate->cause];
    trod_buf_adds(out, "; what runs over is the wait for ");
    findings_title(out, cause->title);
    if (!cause->comes.window.given) return;
    trod_buf_adds(out, " (");
    findings_percent(out, &candidate->cause_share);
    trod_buf_format(out, " over %.*s)", TROD_ARG(findings_limit(&cause->comes.window, at)));
}

static void say_burst(struct trod_buf *out, const struct finder *finder,
                      const struct finding_candidate *candidate) {
    const struct trod_finding *finding = &candidate->finding;
    add_when(out, finding->since_us, finding->until_us);
    trod_buf_adds(out, " ");
    findings_title(out, finder->base->map->touchpoints[finding->touchpoint_id].title);
    trod_buf_adds(out, " failed for ");
    findings_percent(out, &finding->share);
    trod_buf_adds(out,
                  finding->share.n == finding->share.of ? " who tried" : " of those who tried");
    add_others(out, &finding->others, "at other times");
}

static void say_loss(struct trod_buf *out, const struct finder *finder,
                     const struct finding_candidate *candidate) {
    const struct trod_finding *finding = &candidate->finding;
    const struct trod_map *map = finder->base->map;
    if (finding->stage_id == TROD_NO_ID) {
        say_deviation(out, finder, candidate);
        return;
    }
    add_subject(out, finder, candidate);
    trod_buf_adds(out, "those who reach ");
    findings_title(out, map->stages[finding->stage_id].title);
    const bool lost = candidate->cause != TROD_NO_ID && loses(map, candidate->cause);
    trod_buf_format(out, " %s there", lost ? "are lost" : leave(finder));
    if (candidate->cause == TROD_NO_ID || map->stages[finding->stage_id].touchpoints.n < 2)
        return;
    trod_buf_adds(out, 2 * candidate->cause_share.n > finding->people ? ", most " : ", many ");
    trod_buf_adds(out, lost ? "at " : "after ");
    findings_title(out, map->touchpoints[candidate->cause].title);
}

static void say_choice(struct trod_buf *out, const struct finder *finder,
                       const struct finding_candidate *candidate) {
    const struct trod_choice_result *choice = &finder->compare->choices[candidate->option];
    const struct trod_map *map = finder->base->map;
    const uint32_t t = trod_map_touchpoint(map, choice->id);
    const uint32_t s = trod_map_stage(map, choice->id);
    const bool way = t == TROD_NO_ID && s == TROD_NO_ID;
    findings_title(out, way               ? (choice->way.n ? choice->way : choice->id)
                        : t != TROD_NO_ID ? map->touchpoints[t].title
                                          : map->stages[s].title);
    trod_buf_adds(out, way                                 ? " is the way of "
                       : trod_str_is(choice->way, "taken") ? " is used by "
                                                           : " is reached by ");
    findings_percent(out, &candidate->finding.share);
    trod_buf_format(out, "; the map expects %.0f %%", 100.0 * candidate->designed);
}

/* ---- What the map says there
 * ------------------------------------------------------------------------------- */

/* The worst pain of the touchpoint; else what the customer says. */
static void quote(struct trod_finding *finding, const struct trod_map *map, uint32_t t) {
    const struct trod_touchpoint *touchpoint = &map->touchpoints[t];
    uint32_t worst = TROD_NO_ID;
    for (uint32_t i = 0; i < touchpoint->n_pains; i++) {
        if (worst == TROD_NO_ID ||
            touchpoint->pains[i].severity > touchpoint->pains[worst].severity) {
            worst = i;
        }
    }
    if (worst != TROD_NO_ID) {
        finding->quote = touchpoint->pains[worst].text;
        finding->proof = touchpoint->pains[worst].proof;
        finding->action_id = trod_map_action_for(map, t, worst);
    } else if (touchpoint->says.n > 0) {
        finding->quote = touchpoint->says.at[0].text;
        finding->proof = touchpoint->says.at[0].proof;
    }
    if (finding->action_id == TROD_NO_ID) finding->action_id = compare_action_at(map, t);
}

static bool same_points(const struct trod_points *a, const struct trod_points *b) {
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++) {
        if (!compare_in(b, a->touchpoints[i])) return false;
    }
    return true;
}

/* An action that moves a KPI about the same stretch of the journey. */
static uint32_t action_for_span(const struct trod_map *map, const struct trod_span *span) {
    for (uint32_t a = 0; a < map->n_actions; a++) {
        const struct trod_action *action = &map->actions[a];
        if (action->status == TROD_ACTION_DROPPED) continue;
        for (size_t i = 0; i < action->moves.n; i++) {
            const struct trod_measure *measure = &map->kpis[action->moves.at[i]].measure;
            if (measure->text.n && measure->kind == TROD_MEASURE_TIME &&
                same_points(&measure->from, &span->from) &&
                same_points(&measure->to, &span->to)) {
                return a;
            }
        }
    }
    return TROD_NO_ID;
}

static void place(const struct finder *finder, struct finding_candidate *candidate) {
    const struct trod_map *map = finder->base->map;
    struct trod_finding *finding = &candidate->finding;
    uint32_t t = finding->touchpoint_id;
    if (candidate->plan != COMPARE_NONE &&
        finder->base->plans[candidate->plan].kind == TROD_TIMED_SPAN) {
        const struct trod_span *span = &map->spans[finder->base->plans[candidate->plan].at];
        t = candidate->cause != TROD_NO_ID ? candidate->cause
            : span->to.n > 0               ? span->to.touchpoints[0]
                                           : TROD_NO_ID;
        finding->action_id = action_for_span(map, span);
    } else if (t == TROD_NO_ID && candidate->cause != TROD_NO_ID) {
        t = candidate->cause;
    } else if (t == TROD_NO_ID && finding->stage_id != TROD_NO_ID) {
        const struct trod_ids *ids = &map->stages[finding->stage_id].touchpoints;
        if (ids->n > 0) t = ids->at[ids->n - 1];
    }
    if (t != TROD_NO_ID) {
        const uint32_t known = finding->action_id;
        finding->team = map->touchpoints[t].owner;
        finding->action_id = TROD_NO_ID;
        quote(finding, map, t);
        if (known != TROD_NO_ID) finding->action_id = known;
    }
    if (finding->team.n == 0) finding->team = map->owner;
}

trod_status findings_word(struct finder *finder, struct finding_candidate *candidate,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf out = {0};
    struct trod_finding *finding = &candidate->finding;
    if (candidate->plan != COMPARE_NONE)
        say_late(&out, finder, candidate);
    else if (finding->kind == TROD_FINDING_BURST)
        say_burst(&out, finder, candidate);
    else if (finding->kind == TROD_FINDING_LOSS)
        say_loss(&out, finder, candidate);
    else if (finding->kind == TROD_FINDING_CHOICE)
        say_choice(&out, finder, candidate);
    else
        say_deviation(&out, finder, candidate);
    if (candidate->most != COMPARE_NONE) {
        trod_buf_adds(&out, "; of ");
        add_who(&out, finder, candidate->most);
        trod_buf_adds(&out, " ");
        findings_percent(&out, &candidate->most_share);
    }
    trod_buf_adds(&out, ".");
    findings_begin(&out);
    finding->sentence = trod_arena_copy(finder->compare->arena, trod_buf_str(&out));
    TROD_TRY_ALLOC(out.failed ? NULL : finding->sentence.at, error);
    place(finder, candidate);
done:
    trod_buf_free(&out);
    return status;
}
