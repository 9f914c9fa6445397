/* report_html: the comparison as one page that opens offline: no request to anywhere, no font
 * or picture outside. What matters is said first, in sentences; then the map with what was
 * found on it; then every table. The widths of bars are set by one line of script from data-w,
 * because a strict content policy forbids style attributes; each bar's figure stands beside it
 * in words.
 */
#include <math.h>

#include "draw/html.h"
#include "draw/words.h"
#include "report_assets.h"

static void head(struct trod_buf *out, const struct trod_compare *compare) {
    const struct trod_map *map = compare->map;
    const trod_str title = map->title.n ? map->title : map->id;
    trod_buf_adds(out,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"generator\" content=\"trod " TROD_VERSION "\">\n<title>");
    html_text(out, title);
    trod_buf_adds(out, " · designed against trodden</title>\n<style>\n");
    trod_buf_adds(out, report_css);
    trod_buf_adds(out, "@media screen and (prefers-color-scheme: dark) {\n");
    trod_draw_style(TROD_DARK, ":root:not([data-theme=light]) .map ", out);
    trod_buf_adds(out, "}\n");
    trod_draw_style(TROD_DARK, ":root[data-theme=dark] .map ", out);
    trod_buf_adds(out, "</style>\n</head>\n<body>\n<header>\n"
                       "<p class=\"kicker\">The journey as designed, and as trodden</p>\n<h1>");
    html_text(out, title);
    trod_buf_adds(out, "</h1>\n<p class=\"meta\">");
    if (compare->log->first_us != TROD_NO_TIME) {
        words_date(out, compare->log->first_us);
        trod_buf_adds(out, " to ");
        words_date(out, compare->log->last_us);
        trod_buf_adds(out, " · ");
    }
    words_plural(out, compare->customers, "customer", "customers");
    trod_buf_adds(out, " · ");
    words_plural(out, compare->events, "event", "events");
    if (map->owner.n) {
        trod_buf_adds(out, " · owner ");
        html_text(out, map->owner);
    }
    if (map->reviewed_us != TROD_NO_TIME) {
        trod_buf_adds(out, " · map reviewed ");
        words_date(out, map->reviewed_us);
    }
    trod_buf_adds(out, "</p>\n<nav aria-label=\"On this page\">");
    if (compare->n_spans) trod_buf_adds(out, "<a href=\"#promised\">Promised times</a>");
    trod_buf_adds(out, "<a href=\"#act\">What to act on</a><a href=\"#map\">The map</a>"
                       "<a href=\"#stages\">Stages</a>");
    if (compare->n_kpis) trod_buf_adds(out, "<a href=\"#targets\">Targets</a>");
    if (compare->n_segments) trod_buf_adds(out, "<a href=\"#segments\">Segments</a>");
    trod_buf_adds(out, "<a href=\"#data\">The data</a></nav>\n</header>\n<main>\n");
}

/* The stage at which most journeys stop, or SIZE_MAX. */
static size_t worst_stage(const struct trod_compare *compare) {
    size_t worst = SIZE_MAX;
    for (size_t i = 0; i < compare->n_stages; i++)
        if (compare->stages[i].stopped &&
            (worst == SIZE_MAX || compare->stages[i].stopped > compare->stages[worst].stopped))
            worst = i;
    return worst;
}

static void lead(struct trod_buf *out, const struct trod_compare *compare) {
    const size_t worst = worst_stage(compare);
    trod_buf_adds(out, "<section class=\"first\" id=\"summary\" aria-label=\"Summary\">"
                       "<p class=\"lead\">");
    if (compare->journeys < compare->few) {
        trod_buf_adds(out, "Too few journeys to tell much: ");
        words_count(out, compare->journeys);
        trod_buf_adds(out, ". ");
    } else {
        const double share = (double)compare->so_far.exact / (double)compare->journeys;
        trod_buf_format(out, "%.0f of 100 journeys went as designed so far. ", share * 100);
    }
    if (worst != SIZE_MAX && compare->stages[worst].share_stopped.of >= compare->few) {
        const struct trod_stage_result *stage = &compare->stages[worst];
        trod_buf_adds(out, "Most stop in <b>");
        html_text(out, words_stage(compare->map, stage->stage_id));
        trod_buf_format(out, "</b>: %.0f of 100 who reach it ",
                        stage->share_stopped.share * 100);
        trod_buf_adds(out, compare->left_known ? "leave there. " : "are last seen there. ");
    }
    for (size_t i = 0; i < compare->n_findings; i++) {
        if (compare->findings[i].kind == TROD_FINDING_LOSS) continue; /* just said */
        html_text(out, compare->findings[i].sentence);
        break;
    }
    trod_buf_adds(out, "</p>\n");
}

static void figure(struct trod_buf *out, trod_str big, const char *small) {
    trod_buf_adds(out, "<div><b>");
    trod_buf_add(out, big);
    trod_buf_format(out, "</b><span>%s</span></div>", small);
}

/* "28 %" and "succeeded: 4,513 (27 to 29 %)"; below `few` the count alone. */
static void tile_words(struct trod_buf *big, struct trod_buf *small,
                       const struct trod_compare *compare, struct trod_share share,
                       const char *what) {
    if (share.of < compare->few) {
        words_count(big, share.n);
        trod_buf_format(small, "%s; too few to tell a share", what);
        return;
    }
    words_percent(big, share.share);
    trod_buf_format(small, "%s: ", what);
    words_count(small, share.n);
    trod_buf_adds(small, " (");
    words_interval(small, share.low, share.high);
    trod_buf_adds(small, ")");
}

static void figures(struct trod_buf *out, const struct trod_compare *compare) {
    struct trod_buf big = {0}, small = {0};
    char at[40];
    const struct trod_period *period = &compare->period;
    const char *stretch = trod_duration_write((double)(period->until_us - period->from_us), at);
    trod_buf_adds(out, "<div class=\"figures\">");
    words_count(&big, compare->journeys);
    trod_buf_adds(&small, "journeys began");
    if (period->given) {
        trod_buf_format(&small, "; in the last %s ", stretch);
        words_count(&small, period->began);
        trod_buf_adds(&small, ", before ");
        words_count(&small, period->began_before);
    }
    figure(out, trod_buf_str(&big), trod_buf_str(&small).at);
    if (compare->succeeds_known) {
        trod_buf_clear(&big);
        trod_buf_clear(&small);
        tile_words(&big, &small, compare, compare->succeeded, "succeeded");
        figure(out, trod_buf_str(&big), trod_buf_str(&small).at);
    }
    if (compare->journeys) {
        const struct trod_share exact =
            trod_share_make(compare->so_far.exact, compare->journeys);
        trod_buf_clear(&big);
        trod_buf_clear(&small);
        tile_words(&big, &small, compare, exact, "as designed so far");
        figure(out, trod_buf_str(&big), trod_buf_str(&small).at);
    }
    if (!isnan(compare->worth) && compare->worth > 0) {
        trod_buf_clear(&big);
        words_amount(&big, compare->worth);
        figure(out, trod_buf_str(&big), "worth of the successes");
    }
    trod_buf_adds(out, "</div></section>\n");
    trod_buf_free(&big);
    trod_buf_free(&small);
}

/* What was found beside the rest, as two bars. */
static void finding_pair(struct trod_buf *out, const struct trod_compare *compare,
                         const struct trod_finding *finding) {
    const struct trod_share shares[] = {finding->share, finding->others};
    if (finding->share.of < compare->few || !finding->others.of) return;
    trod_buf_adds(out, "<div class=\"pair\">");
    for (size_t i = 0; i < 2; i++) {
        trod_buf_adds(out, "<span>");
        if (i == 0 && finding->value.n)
            html_text(out, finding->value);
        else
            trod_buf_adds(out, i                                   ? "the others"
                               : finding->since_us != TROD_NO_TIME ? "then"
                                                                   : "here");
        trod_buf_format(out,
                        "</span><span class=\"track\" aria-hidden=\"true\"><i%s "
                        "data-w=\"%.1f\"></i></span><span>",
                        i ? " class=\"rest\"" : "", shares[i].share * 100);
        words_share(out, shares[i], compare->few);
        trod_buf_adds(out, "</span>");
    }
    trod_buf_adds(out, "</div>");
}

static void one_finding(struct trod_buf *out, const struct trod_compare *compare,
                        const struct trod_finding *finding) {
    struct trod_buf action = {0};
    trod_buf_adds(out, "<li><p class=\"what\">");
    html_text(out, finding->sentence);
    trod_buf_adds(out, "</p><p class=\"who\">");
    words_touched(out, finding);
    if (finding->share.of >= compare->few) {
        trod_buf_adds(out, " · ");
        words_interval(out, finding->share.low, finding->share.high);
    }
    if (finding->team.n) {
        trod_buf_adds(out, " · ");
        html_text(out, finding->team);
    }
    words_action(&action, compare->map, finding->action_id);
    trod_buf_format(out, " · <span class=\"chip%s\">",
                    finding->action_id == TROD_NO_ID ? " todo" : "");
    html_text(out, trod_buf_str(&action));
    trod_buf_adds(out, "</span></p>");
    if (finding->quote.n) {
        trod_buf_adds(out, "<blockquote>“");
        html_text(out, finding->quote);
        trod_buf_adds(out, "”");
        if (finding->proof.research.n) {
            trod_buf_adds(out, " · ");
            html_text(out, finding->proof.research);
            if (finding->proof.note.n) trod_buf_adds(out, ", ");
            html_text(out, finding->proof.note);
        } else {
            trod_buf_adds(out, " · assumed in the map");
        }
        trod_buf_adds(out, "</blockquote>");
    }
    finding_pair(out, compare, finding);
    trod_buf_adds(out, "</li>\n");
    trod_buf_free(&action);
}

static void findings(struct trod_buf *out, const struct trod_compare *compare) {
    html_section(out, "act", "What to act on", NULL);
    if (!compare->n_findings)
        trod_buf_adds(out, "<p>Nothing is far enough from the design to act on.</p>\n");
    trod_buf_adds(out, "<ol class=\"findings\">\n");
    for (size_t i = 0; i < compare->n_findings && i < 5; i++)
        one_finding(out, compare, &compare->findings[i]);
    trod_buf_adds(out, "</ol>\n");
    if (compare->n_findings > 5) {
        trod_buf_format(out, "<details><summary>%zu more</summary><ol class=\"findings\">\n",
                        compare->n_findings - 5);
        for (size_t i = 5; i < compare->n_findings; i++)
            one_finding(out, compare, &compare->findings[i]);
        trod_buf_adds(out, "</ol></details>\n");
    }
    if (compare->n_good) {
        trod_buf_adds(out, "<h3>What goes well</h3><ul class=\"well\">");
        for (size_t i = 0; i < compare->n_good; i++) {
            trod_buf_adds(out, "<li>");
            html_text(out, compare->good[i]);
            trod_buf_adds(out, "</li>");
        }
        trod_buf_adds(out, "</ul>\n");
    }
    html_end_section(out);
}

static void promises(struct trod_buf *out, const struct trod_compare *compare) {
    if (!compare->n_spans) return;
    html_section(out, "promised", "Promised times", "Of all who started, what became of them.");
    for (size_t i = 0; i < compare->n_spans; i++) html_ways(out, compare, &compare->spans[i]);
    html_end_section(out);
}

static trod_status picture(struct trod_buf *out, const struct trod_compare *compare,
                           struct trod_error *error) {
    const struct trod_draw_options options = {.embedded = true};
    html_section(out, "map", "The map, with what was found on it", NULL);
    trod_buf_adds(
        out, "<div class=\"tools\"><button id=\"fit\" type=\"button\" aria-pressed=\"false\" "
             "hidden>Fit to the page</button></div><figure>"
             "<div class=\"map\" tabindex=\"0\" role=\"region\" aria-label=\"The map\">\n");
    const trod_status status = trod_draw_svg(compare->map, compare, &options, out, error);
    trod_buf_adds(out, "</div></figure>\n");
    html_end_section(out);
    return status;
}

trod_status trod_report_html(const struct trod_compare *compare,
                             const struct trod_report_options *options, struct trod_buf *out,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    head(out, compare);
    lead(out, compare);
    figures(out, compare);
    findings(out, compare);
    promises(out, compare);
    TROD_TRY(picture(out, compare, error));
    html_stages(out, compare);
    html_deviations(out, compare);
    html_times(out, compare);
    html_choices(out, compare);
    html_targets(out, compare);
    html_segments(out, compare);
    html_firsts(out, compare);
    html_data(out, compare);
    trod_buf_adds(out, "</main>\n<footer>\n");
    html_note(out, compare, options);
    trod_buf_adds(out, "<p>Made by trod " TROD_VERSION ".</p>\n</footer>\n<script>\n");
    trod_buf_adds(out, report_js);
    trod_buf_adds(out, "</script>\n</body>\n</html>\n");
    if (out->failed)
        status = trod_fail(error, TROD_TOO_MUCH, "the report is too large to write");
done:
    return status;
}
