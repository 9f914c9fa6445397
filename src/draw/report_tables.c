/* report_tables: what stands below Monday's lines, each table with a sentence on what its
 * columns mean, so that nobody needs a manual to read it.
 */
#include "draw/report_tables.h"

#include <math.h>

#include "draw/words.h"

enum { MOST_ROWS = 20, MOST_UNMAPPED = 12, MARGIN = 10, TIMED = 24 };

/* ---- Findings
 * -------------------------------------------------------------------------------- */

static void finding_people(struct trod_buf *text, const struct trod_compare *compare,
                           const struct trod_finding *finding) {
    words_touched(text, finding);
    if (finding->share.of) {
        trod_buf_adds(text, ", ");
        if (finding->share.of < compare->few)
            trod_buf_adds(text, "too few to tell");
        else
            words_interval(text, finding->share.low, finding->share.high);
    }
    if (finding->team.n) trod_buf_format(text, " · %.*s", TROD_ARG(finding->team));
    trod_buf_adds(text, " · ");
    words_action(text, compare->map, finding->action_id);
    if (!finding->quote.n) return;
    trod_buf_format(text, " · “%.*s”", TROD_ARG(finding->quote));
    if (!finding->proof.research.n) return;
    trod_buf_format(text, " [%.*s", TROD_ARG(finding->proof.research));
    if (finding->proof.note.n) trod_buf_format(text, ", %.*s", TROD_ARG(finding->proof.note));
    trod_buf_byte(text, ']');
}

static void people_words(struct trod_buf *people, const struct trod_compare *compare, size_t i,
                         size_t n_more) {
    finding_people(people, compare, &compare->findings[i]);
    if (!n_more) return;
    trod_buf_adds(people, " · ");
    words_count(people, n_more);
    trod_buf_adds(people, " more below");
}

void report_finding(struct page *page, const struct trod_compare *compare, size_t i,
                    size_t n_more) {
    struct trod_buf label = {0}, people = {0};
    trod_buf_format(&label, i == 0 ? "Act on  1" : "        %zu", i + 1);
    people_words(&people, compare, i, n_more);
    page_beside(page, MARGIN, PAGE_RED, trod_buf_str(&label).at, compare->findings[i].sentence,
                0);
    page_beside(page, MARGIN, PAGE_FAINT, "", trod_buf_str(&people), 0);
    trod_buf_free(&label);
    trod_buf_free(&people);
}

unsigned report_finding_lines(const struct page *page, const struct trod_compare *compare,
                              size_t i, size_t n_more) {
    struct trod_buf people = {0};
    people_words(&people, compare, i, n_more);
    const unsigned n = page_count(page, MARGIN, compare->findings[i].sentence) +
                       page_count(page, MARGIN, trod_buf_str(&people));
    trod_buf_free(&people);
    return n;
}

void report_findings(struct page *page, const struct trod_compare *compare, size_t from) {
    page_heading(page, "FINDINGS, THE MOST IMPORTANT FIRST");
    for (size_t i = from; i < compare->n_findings && i < MOST_ROWS; i++) {
        const struct trod_finding *finding = &compare->findings[i];
        struct trod_buf text = {0}, label = {0};
        trod_buf_format(&label, "%3zu", i + 1);
        trod_buf_add(&text, finding->sentence);
        trod_buf_byte(&text, ' ');
        finding_people(&text, compare, finding);
        trod_buf_byte(&text, '.');
        page_beside(page, 5, PAGE_PLAIN, trod_buf_str(&label).at, trod_buf_str(&text), 0);
        trod_buf_free(&text);
        trod_buf_free(&label);
    }
}

/* ---- Times
 * ------------------------------------------------------------------------------------- */

void report_timed_head(struct page *page, const char *label) {
    const struct page_cell row[] = {
        {trod_str_of(label), TIMED, false, PAGE_BOLD},
        {TROD_STR("of"), 8, true, PAGE_FAINT},
        {TROD_STR("% in time"), 10, true, PAGE_FAINT},
        {TROD_STR("late"), 7, true, PAGE_FAINT},
        {TROD_STR("open"), 7, true, PAGE_FAINT},
        {TROD_STR("gone"), 7, true, PAGE_FAINT},
        {TROD_STR("  half within"), 17, false, PAGE_FAINT},
    };
    page_row(page, row, TROD_COUNT(row));
}

/* "  lead-time ≤ 5 weeks": where that is too wide, the name is cut and not the limit. */
static void timed_name(struct trod_buf *out, const struct trod_timed *timed) {
    struct trod_buf limit = {0};
    if (timed->window && timed->window->most_us != TROD_NO_TIME) {
        trod_buf_adds(&limit, " ≤ ");
        words_window(&limit, timed->window, true);
    }
    const size_t taken = 3 + trod_str_cells(trod_buf_str(&limit)); /* the margin, a blank */
    const size_t room = taken + 4 < TIMED ? TIMED - taken : 4;
    trod_buf_adds(out, "  ");
    if (trod_str_cells(timed->id) > room)
        trod_buf_format(out, "%.*s…", TROD_ARG(trod_str_cut_cells(timed->id, room - 1)));
    else
        trod_buf_add(out, timed->id);
    trod_buf_add(out, trod_buf_str(&limit));
    if (limit.failed) out->failed = true;
    trod_buf_free(&limit);
}

/* The four ways in whole percents that add up to 100, each with how far it may be off. */
static void four_ways(struct trod_buf *texts, const struct trod_four_ways *ways) {
    const uint64_t counts[4] = {ways->in_time, ways->late, ways->open, ways->gone};
    const struct trod_share shares[4] = {ways->share_in_time, ways->share_late,
                                         ways->share_open, ways->share_gone};
    unsigned percents[4];
    words_parts(counts, percents, 4);
    for (size_t i = 0; i < 4; i++) {
        const double wide =
            fmax(shares[i].high - shares[i].share, shares[i].share - shares[i].low) * 100;
        trod_buf_format(&texts[i], "%s%u ±%.0f", counts[i] && !percents[i] ? "<" : "",
                        counts[i] && !percents[i] ? 1 : percents[i], ceil(wide - 1e-9));
    }
}

void report_timed(struct page *page, const struct trod_compare *compare,
                  const struct trod_timed *timed) {
    enum { N = 7 };
    struct trod_buf texts[N] = {{0}};
    const struct trod_four_ways *ways = &timed->ways;
    timed_name(&texts[0], timed);
    if (ways->given) words_count(&texts[1], ways->started);
    if (!ways->given) {
        trod_buf_adds(&texts[2], "no times");
    } else if (ways->started < compare->few) {
        trod_buf_adds(&texts[2], "too few");
    } else {
        four_ways(&texts[2], ways);
        trod_buf_adds(&texts[6], "  ");
        words_between(&texts[6], &ways->median_us);
    }
    const bool late = ways->share_late.of >= compare->few && ways->share_late.low > 0.1;
    const struct page_cell row[N] = {
        {trod_buf_str(&texts[0]), TIMED, false, PAGE_PLAIN},
        {trod_buf_str(&texts[1]), 8, true, PAGE_PLAIN},
        {trod_buf_str(&texts[2]), 10, true, PAGE_PLAIN},
        {trod_buf_str(&texts[3]), 7, true, late ? PAGE_RED : PAGE_PLAIN},
        {trod_buf_str(&texts[4]), 7, true, PAGE_PLAIN},
        {trod_buf_str(&texts[5]), 7, true, PAGE_PLAIN},
        {trod_buf_str(&texts[6]), 17, false, PAGE_PLAIN},
    };
    page_row(page, row, N);
    for (size_t i = 0; i < N; i++) trod_buf_free(&texts[i]);
}

void report_timing(struct page *page, const struct trod_compare *compare) {
    bool any = false;
    for (size_t i = 0; i < compare->n_touchpoints; i++)
        any |= compare->touchpoints[i].comes.window || compare->touchpoints[i].takes.window;
    if (!any && !compare->n_spans) return;
    page_heading(page, "TIMES, OF ALL WHO STARTED");
    if (!compare->log->has_times) {
        page_beside(page, 0, PAGE_PLAIN, "",
                    TROD_STR("The events have no times: how long anything took is not known."),
                    0);
        return;
    }
    page_beside(
        page, 0, PAGE_FAINT, "",
        TROD_STR("Late: came after the limit, or still awaited after it. Open: awaited, and "
                 "still within it. Gone: will not come any more."),
        0);
    if (compare->n_spans) report_timed_head(page, "Promised");
    for (size_t i = 0; i < compare->n_spans; i++) {
        report_timed(page, compare, &compare->spans[i]);
        const struct trod_four_ways *ways = &compare->spans[i].ways;
        if (!ways->median_us.given || ways->started < compare->few) continue;
        struct trod_buf text = {0};
        trod_buf_adds(&text, "half of those who arrived needed at most ");
        words_measured_time(&text, &ways->median_us);
        if (ways->p90_us.given) {
            trod_buf_adds(&text, ", nine of ten at most ");
            words_measured_time(&text, &ways->p90_us);
        }
        page_beside(page, 4, PAGE_FAINT, "", trod_buf_str(&text), 0);
        trod_buf_free(&text);
    }
    if (any) report_timed_head(page, "To come");
    for (size_t i = 0; i < compare->n_touchpoints; i++)
        if (compare->touchpoints[i].comes.window)
            report_timed(page, compare, &compare->touchpoints[i].comes);
    bool takes = false;
    for (size_t i = 0; i < compare->n_touchpoints; i++) {
        if (!compare->touchpoints[i].takes.window ||
            !compare->touchpoints[i].takes.ways.started)
            continue;
        if (!takes) report_timed_head(page, "To last");
        takes = true;
        report_timed(page, compare, &compare->touchpoints[i].takes);
    }
}

/* ---- Stages
 * ------------------------------------------------------------------------------------ */

void report_stages(struct page *page, const struct trod_compare *compare) {
    if (!compare->n_stages) return;
    page_heading(page, "STAGE BY STAGE");
    page_beside(
        page, 0, PAGE_FAINT, "",
        TROD_STR(
            "Reached it or a later one; of those who did, the rest. Late: against what the "
            "map says that the stage takes."),
        0);
    const trod_str stopped =
        compare->left_known ? TROD_STR("% left there") : TROD_STR("% last seen");
    const struct page_cell head[] = {
        {TROD_STR("  stage"), 20, false, PAGE_FAINT},
        {TROD_STR("reached"), 9, true, PAGE_FAINT},
        {TROD_STR("% of all"), 10, true, PAGE_FAINT},
        {stopped, 14, true, PAGE_FAINT},
        {TROD_STR("% late"), 9, true, PAGE_FAINT},
        {TROD_STR("  half within"), 18, false, PAGE_FAINT},
    };
    page_row(page, head, TROD_COUNT(head));
    for (size_t i = 0; i < compare->n_stages; i++) {
        const struct trod_stage_result *stage = &compare->stages[i];
        enum { N = 6 };
        struct trod_buf texts[N] = {{0}};
        trod_buf_adds(&texts[0], "  ");
        trod_buf_add(&texts[0], words_stage(compare->map, stage->stage_id));
        words_count(&texts[1], stage->reached);
        words_about(&texts[2], stage->share_reached, compare->few);
        words_about(&texts[3], stage->share_stopped, compare->few);
        const struct trod_four_ways *ways = &stage->time.ways;
        if (stage->time.window && ways->given && ways->started >= compare->few)
            words_about(&texts[4], ways->share_late, compare->few);
        trod_buf_adds(&texts[5], "  ");
        if (stage->median_us.given && stage->median_us.n >= compare->few)
            words_between(&texts[5], &stage->median_us);
        const struct page_cell row[N] = {
            {trod_buf_str(&texts[0]), 20, false, PAGE_PLAIN},
            {trod_buf_str(&texts[1]), 9, true, PAGE_PLAIN},
            {trod_buf_str(&texts[2]), 10, true, PAGE_PLAIN},
            {trod_buf_str(&texts[3]), 14, true, PAGE_PLAIN},
            {trod_buf_str(&texts[4]), 9, true, PAGE_PLAIN},
            {trod_buf_str(&texts[5]), 18, false, PAGE_PLAIN},
        };
        page_row(page, row, N);
        for (size_t t = 0; t < N; t++) trod_buf_free(&texts[t]);
    }
}

/* ---- Deviations
 * -------------------------------------------------------------------------------- */

static void deviation_row(struct page *page, const struct trod_compare *compare,
                          const struct trod_deviation *deviation) {
    enum { N = 4 };
    struct trod_buf texts[N] = {{0}};
    trod_buf_format(&texts[0], "  %s", trod_deviation_word(deviation->kind));
    if (deviation->touchpoint_id != TROD_NO_ID)
        trod_buf_add(&texts[1], words_touchpoint(compare->map, deviation->touchpoint_id));
    else
        trod_buf_add(&texts[1], deviation->event);
    words_count(&texts[2], deviation->journeys);
    trod_buf_adds(&texts[3], "  ");
    words_share(&texts[3], deviation->share, compare->few);
    const struct page_cell row[N] = {
        {trod_buf_str(&texts[0]), 21, false, PAGE_PLAIN},
        {trod_buf_str(&texts[1]), 27, false, PAGE_PLAIN},
        {trod_buf_str(&texts[2]), 7, true, PAGE_PLAIN},
        {trod_buf_str(&texts[3]), 25, false, PAGE_PLAIN},
    };
    page_row(page, row, N);
    for (size_t t = 0; t < N; t++) trod_buf_free(&texts[t]);
}

static void deviation_list(struct page *page, const struct trod_compare *compare,
                           bool accepted) {
    size_t n = 0;
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->accepted != accepted || deviation->kind == TROD_UNMAPPED) continue;
        if (n++ < MOST_ROWS) deviation_row(page, compare, deviation);
    }
    if (n <= MOST_ROWS) return;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "… and ");
    words_count(&text, n - MOST_ROWS);
    trod_buf_adds(&text, " more; --format json has them all.");
    page_beside(page, 2, PAGE_FAINT, "", trod_buf_str(&text), 0);
    trod_buf_free(&text);
}

void report_deviations(struct page *page, const struct trod_compare *compare) {
    size_t n = 0, n_accepted = 0;
    for (size_t i = 0; i < compare->n_deviations; i++) {
        if (compare->deviations[i].kind == TROD_UNMAPPED) continue;
        n += !compare->deviations[i].accepted;
        n_accepted += compare->deviations[i].accepted;
    }
    if (n) {
        page_heading(page, "WHERE JOURNEYS LEAVE THE MAP");
        page_beside(page, 0, PAGE_FAINT, "",
                    TROD_STR("Journeys, and their share: of those that got that far; of those "
                             "awaited (late), "
                             "of those who tried (failed), of those who had it (repeated)."),
                    0);
        deviation_list(page, compare, false);
    }
    if (n_accepted) {
        page_heading(page, "DEVIATIONS THAT THE MAP ACCEPTS");
        deviation_list(page, compare, true);
    }
}

/* ---- Choices, first contact, events off the map
 * --------------------------------------------------- */

void report_choices(struct page *page, const struct trod_compare *compare) {
    if (!compare->n_choices) return;
    page_heading(page, "SHARES, AS DESIGNED AND AS TAKEN");
    page_beside(
        page, 0, PAGE_FAINT, "",
        TROD_STR(
            "Of a way: of those who took any of them. Of what is optional: of those who got "
            "past it. Of what is to be reached: of all."),
        0);
    for (size_t i = 0; i < compare->n_choices; i++) {
        const struct trod_choice_result *choice = &compare->choices[i];
        enum { N = 3 };
        struct trod_buf texts[N] = {{0}};
        trod_buf_format(&texts[0], "  %.*s: %.*s", TROD_ARG(choice->id), TROD_ARG(choice->way));
        if (isnan(choice->designed))
            trod_buf_adds(&texts[1], "not designed");
        else
            words_percent(&texts[1], choice->designed);
        trod_buf_adds(&texts[2], "   ");
        if (choice->share.of) {
            words_share(&texts[2], choice->share, compare->few);
            if (choice->share.of >= compare->few) {
                trod_buf_adds(&texts[2], " of ");
                words_count(&texts[2], choice->share.of);
            }
        } else
            trod_buf_adds(&texts[2], "nobody came that far, or it leaves no trace");
        const struct page_cell row[N] = {
            {trod_buf_str(&texts[0]), 34, false, PAGE_PLAIN},
            {trod_buf_str(&texts[1]), 12, true, PAGE_FAINT},
            {trod_buf_str(&texts[2]), 34, false, PAGE_PLAIN},
        };
        page_row(page, row, N);
        for (size_t t = 0; t < N; t++) trod_buf_free(&texts[t]);
    }
}

static void first_line(struct page *page, const struct trod_compare *compare, const char *label,
                       const struct trod_first_result *firsts, size_t n) {
    struct trod_buf text = {0};
    for (size_t i = 0; i < n && i < 6; i++) {
        if (i) trod_buf_adds(&text, " · ");
        trod_buf_format(&text, "%.*s ", TROD_ARG(firsts[i].name));
        words_share(&text, firsts[i].share, compare->few);
    }
    if (n > 6) trod_buf_adds(&text, " · …");
    if (n && compare->journeys)
        page_beside(page, 14, PAGE_PLAIN, label, trod_buf_str(&text), 0);
    trod_buf_free(&text);
}

void report_firsts(struct page *page, const struct trod_compare *compare) {
    const struct trod_firsts *firsts = &compare->firsts;
    if (!firsts->n_touchpoints && !firsts->n_channels) return;
    page_heading(page, "WHERE JOURNEYS BEGIN");
    first_line(page, compare, "  touchpoint", firsts->touchpoints, firsts->n_touchpoints);
    first_line(page, compare, "  stage", firsts->stages, firsts->n_stages);
    first_line(page, compare, "  channel", firsts->channels, firsts->n_channels);
}

void report_unmapped(struct page *page, const struct trod_compare *compare) {
    const struct trod_claimed *claims = compare->lay ? compare->lay->claims : NULL;
    if (claims && claims->n_unmapped) {
        page_heading(page, "EVENTS THAT NO TOUCHPOINT CLAIMS");
        struct trod_buf text = {0};
        for (size_t i = 0; i < claims->n_unmapped && i < MOST_UNMAPPED; i++) {
            if (i) trod_buf_adds(&text, " · ");
            trod_buf_add(&text, trod_dict_at(compare->log->names, claims->unmapped[i].name));
            trod_buf_byte(&text, ' ');
            words_count(&text, claims->unmapped[i].n_events);
        }
        if (claims->n_unmapped > MOST_UNMAPPED) {
            trod_buf_adds(&text, " · and ");
            words_count(&text, claims->n_unmapped - MOST_UNMAPPED);
            trod_buf_adds(&text, " more names");
        }
        page_beside(page, 2, PAGE_PLAIN, "", trod_buf_str(&text), 0);
        trod_buf_free(&text);
    }
    if (!compare->health.n_touchpoints_unrecorded) return;
    page_heading(page, "TOUCHPOINTS WITHOUT ANY EVENT: NOT RECORDED, SO NOBODY SKIPS THEM");
    struct trod_buf text = {0};
    for (size_t i = 0; i < compare->n_touchpoints; i++) {
        const struct trod_touchpoint *touchpoint =
            &compare->map->touchpoints[compare->touchpoints[i].touchpoint_id];
        if (compare->touchpoints[i].recorded || touchpoint->not_recorded) continue;
        if (text.n) trod_buf_adds(&text, " · ");
        trod_buf_add(&text,
                     words_touchpoint(compare->map, compare->touchpoints[i].touchpoint_id));
    }
    page_beside(page, 2, PAGE_PLAIN, "", trod_buf_str(&text), 0);
    trod_buf_free(&text);
}

/* ---- Segments
 * ---------------------------------------------------------------------------------- */

static void segment_row(struct page *page, const struct trod_compare *compare,
                        const struct trod_segment_result *segment) {
    enum { N = 6 };
    const struct trod_compare *one = segment->compare;
    struct trod_buf texts[N] = {{0}};
    trod_buf_format(&texts[0], "  %.*s", TROD_ARG(segment->value));
    words_count(&texts[1], one->journeys);
    const bool few = one->journeys < compare->few;
    if (few)
        trod_buf_adds(&texts[2], "too few");
    else if (compare->succeeds_known)
        words_about(&texts[2], one->succeeded, compare->few);
    if (!few)
        words_about(&texts[3], trod_share_make(one->so_far.exact, one->journeys), compare->few);
    for (size_t s = 0; s < one->n_spans && s < 2; s++)
        if (one->spans[s].ways.given && one->spans[s].ways.started >= compare->few)
            words_about(&texts[4 + s], one->spans[s].ways.share_late, compare->few);
    struct page_cell row[N] = {
        {trod_buf_str(&texts[0]), 22, false, PAGE_PLAIN},
        {trod_buf_str(&texts[1]), 10, true, PAGE_PLAIN},
        {trod_buf_str(&texts[2]), 13, true, PAGE_PLAIN},
        {trod_buf_str(&texts[3]), 15, true, PAGE_PLAIN},
        {trod_buf_str(&texts[4]), 10, true, PAGE_PLAIN},
        {trod_buf_str(&texts[5]), 10, true, PAGE_PLAIN},
    };
    page_row(page, row, N);
    for (size_t t = 0; t < N; t++) trod_buf_free(&texts[t]);
}

void report_segments(struct page *page, const struct trod_compare *compare) {
    trod_str by = {0};
    for (size_t i = 0; i < compare->n_segments; i++) {
        const struct trod_segment_result *segment = &compare->segments[i];
        if (!by.at || !trod_str_equal(by, segment->by)) {
            struct trod_buf text = {0}, late[2] = {{0}, {0}};
            by = segment->by;
            trod_buf_format(&text, "BY %.*s", TROD_ARG(by));
            page_heading(page, trod_buf_str(&text).at);
            for (size_t s = 0; s < 2 && s < compare->n_spans; s++)
                trod_buf_format(&late[s], "%.*s", TROD_ARG(compare->spans[s].id));
            const struct page_cell above[] = {{TROD_STR(""), 60, false, PAGE_PLAIN},
                                              {trod_buf_str(&late[0]), 10, true, PAGE_FAINT},
                                              {trod_buf_str(&late[1]), 10, true, PAGE_FAINT}};
            if (compare->n_spans) page_row(page, above, TROD_COUNT(above));
            const struct page_cell head[] = {
                {TROD_STR(""), 22, false, PAGE_PLAIN},
                {TROD_STR("journeys"), 10, true, PAGE_FAINT},
                {compare->succeeds_known ? TROD_STR("% succeeded") : TROD_STR(""), 13, true,
                 PAGE_FAINT},
                {TROD_STR("% as designed"), 15, true, PAGE_FAINT},
                {compare->n_spans ? TROD_STR("% late") : TROD_STR(""), 10, true, PAGE_FAINT},
                {compare->n_spans > 1 ? TROD_STR("% late") : TROD_STR(""), 10, true,
                 PAGE_FAINT},
            };
            page_row(page, head, TROD_COUNT(head));
            trod_buf_free(&text);
            trod_buf_free(&late[0]);
            trod_buf_free(&late[1]);
        }
        segment_row(page, compare, segment);
    }
}

/* ---- How it was computed
 * ----------------------------------------------------------------------- */

void report_note(struct page *page, const struct trod_compare *compare,
                 const struct trod_report_options *options) {
    struct trod_buf text = {0};
    page_heading(page, "HOW THIS WAS COMPUTED");
    words_plural(&text, compare->events, "event", "events");
    trod_buf_adds(&text, " of ");
    words_plural(&text, compare->customers, "customer", "customers");
    trod_buf_adds(&text,
                  ". Each distinct path was laid on the map so that the fewest touchpoints are "
                  "skipped or extra (an optimal alignment, cost 1 each; method: ");
    trod_buf_format(&text,
                    "%s). Fitness: so far %.3f, complete %.3f. Brackets hold 95 %% intervals; "
                    "below %llu journeys nothing is told.",
                    compare->method, compare->so_far.log, compare->complete.log,
                    (unsigned long long)compare->few);
    const struct trod_health *health = &compare->health;
    if (health->n_cut_start || health->n_cut_end) {
        trod_buf_byte(&text, ' ');
        words_plural(&text, health->n_cut_start, "journey", "journeys");
        trod_buf_adds(&text, " may have begun before the log does and ");
        words_count(&text, health->n_cut_end);
        trod_buf_adds(&text, " may go on after it: what lies beyond is not held against them.");
    }
    if (compare->n_limited) {
        trod_buf_byte(&text, ' ');
        words_plural(&text, compare->n_limited, "journey", "journeys");
        trod_buf_format(&text, " could not be laid exactly: %s.",
                        compare->limit ? compare->limit : "");
    }
    if (options->read) trod_buf_format(&text, " %s", options->read);
    if (options->command) trod_buf_format(&text, " Asked with: %s", options->command);
    page_beside(page, 0, PAGE_FAINT, "", trod_buf_str(&text), 0);
    trod_buf_free(&text);
}
