/* html_tables: the tables of the page, each whole: what the terminal cuts, the page shows. */
#include <math.h>

#include "draw/html.h"
#include "draw/words.h"

void html_stages(struct trod_buf *out, const struct trod_compare *compare) {
    const char *const columns[] = {
        "Stage",       "#Journeys",
        "Reached",     compare->left_known ? "Left there" : "Last seen there",
        "#Still open", "Half within",
        "Limit",       "Late",
        NULL};
    if (!compare->n_stages) return;
    html_section(out, "stages", "Stage by stage",
                 "Who reaches each stage, who stops there, and how long it takes against what "
                 "was designed.");
    html_table(out, columns);
    for (size_t i = 0; i < compare->n_stages; i++) {
        const struct trod_stage_result *stage = &compare->stages[i];
        const struct trod_four_ways *ways = &stage->time.ways;
        trod_buf_adds(out, "<tr><td>");
        html_text(out, words_stage(compare->map, stage->stage_id));
        trod_buf_adds(out, "</td>");
        html_count(out, stage->reached);
        html_share(out, stage->share_reached, compare->few, false);
        html_share(out, stage->share_stopped, compare->few, true);
        html_count(out, stage->open);
        html_time(out, &stage->median_us);
        trod_buf_adds(out, "<td>");
        if (stage->time.window && stage->time.window->most_us != TROD_NO_TIME)
            words_window(out, stage->time.window, true);
        trod_buf_adds(out, "</td>");
        if (stage->time.window && ways->given)
            html_share(out, ways->share_late, compare->few, true);
        else
            trod_buf_adds(out, "<td></td>");
        trod_buf_adds(out, "</tr>\n");
    }
    html_end_table(out);
    html_end_section(out);
}

static void time_row(struct trod_buf *out, const struct trod_compare *compare, const char *what,
                     const struct trod_timed *timed) {
    const struct trod_four_ways *ways = &timed->ways;
    if (!timed->window || !ways->started) return;
    trod_buf_adds(out, "<tr><td>");
    html_text(out, timed->title.n ? timed->title : timed->id);
    trod_buf_format(out, "<small>%s</small></td><td>", what);
    words_window(out, timed->window, false);
    trod_buf_adds(out, "</td>");
    html_count(out, ways->started);
    if (ways->given) {
        html_share(out, ways->share_in_time, compare->few, false);
        html_share(out, ways->share_late, compare->few, true);
        html_share(out, ways->share_open, compare->few, false);
        html_share(out, ways->share_gone, compare->few, false);
    } else {
        trod_buf_adds(out, "<td colspan=\"4\">the log has no times</td>");
    }
    html_time(out, &ways->median_us);
    trod_buf_adds(out, "</tr>\n");
}

void html_times(struct trod_buf *out, const struct trod_compare *compare) {
    static const char *const columns[] = {"Touchpoint", "Designed",    "#Started",
                                          "In time",    "Late",        "Still open",
                                          "Gone",       "Half within", NULL};
    size_t n = 0;
    for (size_t i = 0; i < compare->n_touchpoints; i++) {
        const struct trod_touchpoint_result *one = &compare->touchpoints[i];
        n += (size_t)(one->comes.window && one->comes.ways.started);
        n += (size_t)(one->takes.window && one->takes.ways.started);
    }
    if (!n) return;
    html_section(
        out, "times", "Times, touchpoint by touchpoint",
        "Of all who started waiting: late came after the limit or is still awaited after it; "
        "gone will not come any more.");
    html_table(out, columns);
    for (size_t i = 0; i < compare->n_touchpoints; i++) {
        time_row(out, compare, "comes", &compare->touchpoints[i].comes);
        time_row(out, compare, "takes", &compare->touchpoints[i].takes);
    }
    html_end_table(out);
    html_end_section(out);
}

static void success_cell(struct trod_buf *out, const struct trod_compare *compare,
                         const struct trod_deviation *deviation) {
    const struct trod_measured *with = &deviation->success,
                               *without = &deviation->success_others;
    trod_buf_adds(out, "<td>");
    if (with->given && without->given && with->n >= compare->few &&
        without->n >= compare->few) {
        words_percent(out, with->value);
        trod_buf_adds(out, "<small>the others ");
        words_percent(out, without->value);
        trod_buf_adds(out, "</small>");
    }
    trod_buf_adds(out, "</td>");
}

static void deviation_rows(struct trod_buf *out, const struct trod_compare *compare,
                           bool accepted) {
    for (size_t i = 0; i < compare->n_deviations; i++) {
        const struct trod_deviation *deviation = &compare->deviations[i];
        if (deviation->kind == TROD_UNMAPPED || deviation->accepted != accepted) continue;
        trod_buf_format(out, "<tr><td>%s</td><td>", trod_deviation_word(deviation->kind));
        if (deviation->touchpoint_id != TROD_NO_ID)
            html_text(out, words_touchpoint(compare->map, deviation->touchpoint_id));
        else
            html_text(out, deviation->event);
        trod_buf_adds(out, "</td>");
        html_count(out, deviation->journeys);
        html_share(out, deviation->share, compare->few, true);
        if (compare->succeeds_known) success_cell(out, compare, deviation);
        trod_buf_adds(out, "<td>");
        struct trod_buf action = {0};
        words_action(&action, compare->map, deviation->action_id);
        html_text(out,
                  deviation->action_id == TROD_NO_ID ? TROD_STR("–") : trod_buf_str(&action));
        trod_buf_free(&action);
        trod_buf_adds(out, "</td></tr>\n");
    }
}

void html_deviations(struct trod_buf *out, const struct trod_compare *compare) {
    const char *const columns[] = {"What",
                                   "Where",
                                   "#Journeys",
                                   "Share of those who got that far",
                                   compare->succeeds_known ? "Of these, succeeded" : "Action",
                                   compare->succeeds_known ? "Action" : NULL,
                                   NULL};
    size_t n = 0, n_accepted = 0;
    for (size_t i = 0; i < compare->n_deviations; i++) {
        if (compare->deviations[i].kind == TROD_UNMAPPED) continue;
        n += !compare->deviations[i].accepted;
        n_accepted += compare->deviations[i].accepted;
    }
    if (n + n_accepted == 0) return;
    html_section(out, "deviations", "Where journeys leave the map",
                 "Success beside a deviation goes with it; it does not prove that one causes "
                 "the other.");
    html_table(out, columns);
    deviation_rows(out, compare, false);
    html_end_table(out);
    if (n_accepted) {
        trod_buf_adds(out, "<h3>Accepted by the map: counted, at no cost</h3>\n");
        html_table(out, columns);
        deviation_rows(out, compare, true);
        html_end_table(out);
    }
    html_end_section(out);
}

void html_choices(struct trod_buf *out, const struct trod_compare *compare) {
    static const char *const columns[] = {"Where", "Way", "#Designed", "As taken", NULL};
    if (!compare->n_choices) return;
    html_section(out, "choices", "Shares, as designed and as taken", NULL);
    html_table(out, columns);
    for (size_t i = 0; i < compare->n_choices; i++) {
        const struct trod_choice_result *choice = &compare->choices[i];
        trod_buf_adds(out, "<tr><td>");
        html_text(out, choice->id);
        trod_buf_adds(out, "</td><td>");
        html_text(out, choice->way);
        trod_buf_adds(out, "</td><td class=\"n\">");
        if (!isnan(choice->designed)) words_percent(out, choice->designed);
        trod_buf_adds(out, "</td>");
        if (choice->share.of)
            html_share(out, choice->share, compare->few, false);
        else
            trod_buf_adds(out,
                          "<td data-v=\"-1\">nobody came that far, or it leaves no trace</td>");
        trod_buf_adds(out, "</tr>\n");
    }
    html_end_table(out);
    html_end_section(out);
}

void html_targets(struct trod_buf *out, const struct trod_compare *compare) {
    static const char *const columns[] = {"Target",  "Measured", "Asked for",
                                          "Verdict", "Owner",    NULL};
    if (!compare->n_kpis) return;
    html_section(out, "targets", "Targets",
                 "A verdict is given only where the whole 95 % interval says so.");
    html_table(out, columns);
    for (size_t i = 0; i < compare->n_kpis; i++) {
        const struct trod_kpi_result *result = &compare->kpis[i];
        const struct trod_kpi *kpi = &compare->map->kpis[result->kpi_id];
        trod_buf_adds(out, "<tr><td>");
        html_text(out, kpi->title.n ? kpi->title : kpi->id);
        trod_buf_adds(out, "<small>");
        html_text(out, kpi->measure.text);
        trod_buf_adds(out, "</small></td><td>");
        if (result->value.given) {
            words_kpi(out, kpi, result->unit, result->value.value);
            trod_buf_adds(out, "<small>");
            if (!isnan(result->value.low)) {
                words_kpi(out, kpi, result->unit, result->value.low);
                trod_buf_adds(out, " to ");
                words_kpi(out, kpi, result->unit, result->value.high);
                trod_buf_adds(out, ", ");
            }
            words_plural(out, result->value.n, "journey", "journeys");
            trod_buf_adds(out, "</small>");
        } else {
            trod_buf_adds(out, "not measured");
        }
        trod_buf_adds(out, "</td><td>");
        html_text(out, kpi->target.text);
        const char *class = result->verdict == TROD_MET      ? " class=\"met\""
                            : result->verdict == TROD_MISSED ? " class=\"missed\""
                                                             : "";
        trod_buf_format(out, "</td><td%s>%s</td><td>", class,
                        trod_verdict_word(result->verdict));
        html_text(out, kpi->owner);
        trod_buf_adds(out, "</td></tr>\n");
    }
    html_end_table(out);
    html_end_section(out);
}

static void first_list(struct trod_buf *out, const struct trod_compare *compare,
                       const char *title, const struct trod_first_result *firsts, size_t n) {
    const char *const columns[] = {title, "#Journeys", "Share", NULL};
    if (!n) return;
    html_table(out, columns);
    for (size_t i = 0; i < n; i++) {
        trod_buf_adds(out, "<tr><td>");
        html_text(out, firsts[i].name);
        trod_buf_adds(out, "</td>");
        html_count(out, firsts[i].share.n);
        html_share(out, firsts[i].share, compare->few, false);
        trod_buf_adds(out, "</tr>\n");
    }
    html_end_table(out);
}

void html_firsts(struct trod_buf *out, const struct trod_compare *compare) {
    const struct trod_firsts *firsts = &compare->firsts;
    if (!firsts->n_touchpoints && !firsts->n_channels) return;
    html_section(out, "begin", "Where journeys begin", NULL);
    first_list(out, compare, "First touchpoint", firsts->touchpoints, firsts->n_touchpoints);
    first_list(out, compare, "Stage", firsts->stages, firsts->n_stages);
    first_list(out, compare, "Channel", firsts->channels, firsts->n_channels);
    html_end_section(out);
}

void html_segments(struct trod_buf *out, const struct trod_compare *compare) {
    trod_str by = {0};
    if (!compare->n_segments) return;
    html_section(out, "segments", "Segment by segment", "The same figures for each group.");
    for (size_t i = 0; i < compare->n_segments; i++) {
        const struct trod_segment_result *segment = &compare->segments[i];
        const struct trod_compare *one = segment->compare;
        if (!by.at || !trod_str_equal(by, segment->by)) {
            const char *columns[8] = {"Group", "#Journeys", "Succeeded", "As designed so far"};
            struct trod_buf late[3] = {{0}};
            if (by.at) html_end_table(out);
            by = segment->by;
            trod_buf_adds(out, "<h3>By ");
            html_text(out, by);
            trod_buf_adds(out, "</h3>\n");
            for (size_t s = 0; s < 3 && s < compare->n_spans; s++) {
                trod_buf_adds(&late[s], "Late: ");
                html_text(&late[s], compare->spans[s].id);
                columns[4 + s] = late[s].at;
            }
            html_table(out, columns);
            for (size_t s = 0; s < 3; s++) trod_buf_free(&late[s]);
        }
        trod_buf_adds(out, "<tr><td>");
        html_text(out, segment->value);
        trod_buf_adds(out, "</td>");
        html_count(out, one->journeys);
        if (compare->succeeds_known)
            html_share(out, one->succeeded, compare->few, false);
        else
            trod_buf_adds(out, "<td>–</td>");
        html_share(out, trod_share_make(one->so_far.exact, one->journeys), compare->few, false);
        for (size_t s = 0; s < 3 && s < one->n_spans; s++)
            html_share(out, one->spans[s].ways.share_late, compare->few, true);
        trod_buf_adds(out, "</tr>\n");
    }
    html_end_table(out);
    html_end_section(out);
}

static void unmapped_table(struct trod_buf *out, const struct trod_compare *compare) {
    static const char *const columns[] = {"Event that no touchpoint claims", "#Events", NULL};
    const struct trod_claimed *claims = compare->lay ? compare->lay->claims : NULL;
    if (!claims || !claims->n_unmapped) return;
    html_table(out, columns);
    for (size_t i = 0; i < claims->n_unmapped && i < 100; i++) {
        trod_buf_adds(out, "<tr><td>");
        html_text(out, trod_dict_at(compare->log->names, claims->unmapped[i].name));
        trod_buf_adds(out, "</td>");
        html_count(out, claims->unmapped[i].n_events);
        trod_buf_adds(out, "</tr>\n");
    }
    html_end_table(out);
}

void html_data(struct trod_buf *out, const struct trod_compare *compare) {
    static const char *const columns[] = {"Source", "#Events", "First", "Last", NULL};
    const struct trod_health *health = &compare->health;
    html_section(out, "data", "The data", NULL);
    html_table(out, columns);
    for (size_t i = 0; i < health->n_sources; i++) {
        const struct trod_log_source *source = &health->sources[i];
        trod_buf_adds(out, "<tr><td>");
        html_text(out, source->name);
        trod_buf_adds(out, "</td>");
        html_count(out, source->n_events);
        trod_buf_adds(out, "<td>");
        words_date(out, source->first_us);
        trod_buf_adds(out, "</td><td>");
        words_date(out, source->last_us);
        trod_buf_adds(out, "</td></tr>\n");
    }
    html_end_table(out);
    trod_buf_adds(out, "<p class=\"about\">");
    words_share(out, health->on_map, 1);
    trod_buf_adds(out, " of the events are on the map. ");
    if (health->never_identified.of) {
        words_share(out, health->never_identified, 1);
        trod_buf_adds(out, " of the customers were never identified. ");
    }
    if (health->n_touchpoints_unrecorded) {
        trod_buf_adds(out, "Not recorded, so nobody skips them: ");
        bool first = true;
        for (size_t i = 0; i < compare->n_touchpoints; i++) {
            const uint32_t t = compare->touchpoints[i].touchpoint_id;
            if (compare->touchpoints[i].recorded || compare->map->touchpoints[t].not_recorded)
                continue;
            if (!first) trod_buf_adds(out, ", ");
            first = false;
            html_text(out, words_touchpoint(compare->map, t));
        }
        trod_buf_byte(out, '.');
    }
    trod_buf_adds(out, "</p>\n");
    unmapped_table(out, compare);
    html_end_section(out);
}

void html_note(struct trod_buf *out, const struct trod_compare *compare,
               const struct trod_report_options *options) {
    const struct trod_health *health = &compare->health;
    trod_buf_adds(out, "<details><summary>How this was computed</summary><p>");
    words_plural(out, compare->events, "event", "events");
    trod_buf_adds(out, " of ");
    words_plural(out, compare->customers, "customer", "customers");
    trod_buf_format(
        out,
        ". Each distinct path was laid on the map so that the fewest touchpoints are skipped "
        "or "
        "extra (an optimal alignment, each at a cost of 1; method: %s). Fitness so far %.4f, "
        "complete %.4f. All intervals are at 95 %%; below %llu journeys nothing is told.</p>\n",
        compare->method, compare->so_far.log, compare->complete.log,
        (unsigned long long)compare->few);
    if (health->n_cut_start || health->n_cut_end) {
        trod_buf_adds(out, "<p>");
        words_plural(out, health->n_cut_start, "journey", "journeys");
        trod_buf_adds(out, " may have begun before the log does, and ");
        words_count(out, health->n_cut_end);
        trod_buf_adds(out,
                      " may go on after it: what lies beyond is not held against them.</p>\n");
    }
    if (compare->n_limited) {
        trod_buf_adds(out, "<p>");
        words_plural(out, compare->n_limited, "journey", "journeys");
        trod_buf_adds(out, " could not be laid exactly: ");
        html_text(out, trod_str_of(compare->limit ? compare->limit : ""));
        trod_buf_adds(out, ".</p>\n");
    }
    if (options->read) {
        trod_buf_adds(out, "<p>");
        html_text(out, trod_str_of(options->read));
        trod_buf_adds(out, "</p>\n");
    }
    if (options->command) {
        trod_buf_adds(out, "<p>Asked with: <code>");
        html_text(out, trod_str_of(options->command));
        trod_buf_adds(out, "</code></p>\n");
    }
    trod_buf_adds(out, "</details>\n");
}
