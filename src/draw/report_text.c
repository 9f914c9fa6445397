/* report_text: the comparison on the terminal.
 *
 * The first 24 lines are for Monday morning, and are counted: how it stands, what was promised,
 * what to act on, what goes well, the targets, and whether the data can be trusted. Findings
 * take the lines that the rest leaves, the most important first; nothing is lost, because
 * everything stands again, at length, below.
 */
#include <math.h>

#include "draw/report_tables.h"
#include "draw/words.h"

enum { MONDAY = 24, MARGIN = 10, MOST_FINDINGS = 5 };

static void monday_title(struct page *page, const struct trod_compare *compare) {
    struct trod_buf right = {0};
    const struct trod_map *map = compare->map;
    if (compare->log->first_us != TROD_NO_TIME) {
        words_date(&right, compare->log->first_us);
        trod_buf_adds(&right, " to ");
        words_date(&right, compare->log->last_us);
    }
    page_ends(page, PAGE_BOLD, map->title.n ? map->title : map->id, trod_buf_str(&right));
    trod_buf_free(&right);
}

static void period_words(struct trod_buf *text, const struct trod_compare *compare) {
    const struct trod_period *period = &compare->period;
    char at[40];
    const char *stretch = trod_duration_write((double)(period->until_us - period->from_us), at);
    trod_buf_format(text, " Last %s: ", stretch);
    words_count(text, period->began);
    trod_buf_adds(text, " began");
    if (compare->succeeds_known) {
        trod_buf_adds(text, ", ");
        words_count(text, period->succeeded);
        trod_buf_adds(text, " succeeded");
    }
    trod_buf_format(text, "; the %s before: ", stretch);
    words_count(text, period->began_before);
    if (compare->succeeds_known) {
        trod_buf_adds(text, " and ");
        words_count(text, period->succeeded_before);
    }
    trod_buf_byte(text, '.');
}

static void monday_began(struct page *page, const struct trod_compare *compare) {
    struct trod_buf text = {0};
    words_plural(&text, compare->journeys, "journey", "journeys");
    if (compare->succeeds_known) {
        trod_buf_adds(&text, "; ");
        words_count(&text, compare->succeeded.n);
        trod_buf_adds(&text, " succeeded: ");
        words_share(&text, compare->succeeded, compare->few);
        if (!isnan(compare->worth) && compare->worth > 0) {
            trod_buf_adds(&text, ", worth ");
            words_amount(&text, compare->worth);
        }
        trod_buf_adds(&text, ". ");
    } else {
        trod_buf_adds(&text, "; the map does not say when one has succeeded. ");
    }
    trod_buf_adds(&text, "As designed so far: ");
    words_share(&text, trod_share_make(compare->so_far.exact, compare->journeys), compare->few);
    trod_buf_byte(&text, '.');
    if (compare->period.given) period_words(&text, compare);
    page_beside(page, MARGIN, PAGE_PLAIN, "Began", trod_buf_str(&text), 3);
    trod_buf_free(&text);
}

static void monday_promises(struct page *page, const struct trod_compare *compare,
                            size_t most) {
    if (!compare->n_spans) return;
    report_timed_head(page, "Promised");
    for (size_t i = 0; i < compare->n_spans && i < most; i++)
        report_timed(page, compare, &compare->spans[i]);
}

/* The best news that fits on the line; else the best, cut. */
static void monday_good(struct page *page, const struct trod_compare *compare) {
    const unsigned room = page->width - MARGIN;
    trod_str good = compare->n_good ? compare->good[0] : TROD_STR("Nothing stands out.");
    for (size_t i = 0; i < compare->n_good; i++)
        if (trod_str_cells(compare->good[i]) <= room) {
            good = compare->good[i];
            break;
        }
    page_beside(page, MARGIN, PAGE_GREEN, "Goes well", good, 1);
}

/* "met: 2.3 weeks, at most 3 weeks" */
static void kpi_verdict(struct trod_buf *text, const struct trod_compare *compare,
                        const struct trod_kpi_result *result) {
    const struct trod_kpi *kpi = &compare->map->kpis[result->kpi_id];
    if (result->verdict != TROD_NO_TARGET && result->verdict != TROD_NOT_MEASURED)
        trod_buf_format(text, "%s: ", trod_verdict_word(result->verdict));
    if (result->value.given)
        words_kpi(text, kpi, result->unit, result->value.value);
    else
        trod_buf_adds(text, "not measured");
    if (!kpi->target.given) return;
    trod_buf_adds(text, ", ");
    words_target(text, &kpi->target);
}

static trod_str kpi_title(const struct trod_compare *compare,
                          const struct trod_kpi_result *result) {
    const struct trod_kpi *kpi = &compare->map->kpis[result->kpi_id];
    return kpi->title.n ? kpi->title : kpi->id;
}

static void monday_kpis(struct page *page, const struct trod_compare *compare, size_t most) {
    for (size_t i = 0; i < compare->n_kpis && i < most; i++) {
        const struct trod_kpi_result *result = &compare->kpis[i];
        struct trod_buf verdict = {0};
        kpi_verdict(&verdict, compare, result);
        const enum page_ink ink = result->verdict == TROD_MISSED ? PAGE_RED
                                  : result->verdict == TROD_MET  ? PAGE_GREEN
                                                                 : PAGE_PLAIN;
        if (i + 1 == most && most < compare->n_kpis) {
            trod_buf_clear(&verdict);
            words_plural(&verdict, compare->n_kpis - i, "more target", "more targets");
            trod_buf_adds(&verdict, " below");
            page_beside(page, MARGIN, PAGE_FAINT, "", trod_buf_str(&verdict), 1);
            trod_buf_free(&verdict);
            break;
        }
        const unsigned cells = page->width - MARGIN;
        const unsigned right = (unsigned)trod_str_cells(trod_buf_str(&verdict));
        const struct page_cell row[] = {
            {i ? TROD_STR("") : TROD_STR("Targets"), MARGIN, false, PAGE_BOLD},
            {kpi_title(compare, result), cells > right + 2 ? cells - right - 2 : 0, false,
             PAGE_PLAIN},
            {trod_buf_str(&verdict), right + 2, true, ink},
        };
        page_row(page, row, TROD_COUNT(row));
        trod_buf_free(&verdict);
    }
}

/* The last event, by source where they differ: one that stopped early shows. */
static void source_words(struct trod_buf *text, const struct trod_compare *compare) {
    const struct trod_health *health = &compare->health;
    bool same = true;
    if (compare->log->last_us == TROD_NO_TIME) {
        trod_buf_adds(text, "The events have no times. ");
        return;
    }
    for (size_t i = 1; i < health->n_sources; i++)
        same &= health->sources[i].last_us != TROD_NO_TIME &&
                health->sources[i].last_us / TROD_DAY_US ==
                    health->sources[0].last_us / TROD_DAY_US;
    trod_buf_adds(text, "Last event ");
    if (same && health->n_sources) {
        words_date(text, health->sources[0].last_us);
        if (health->n_sources > 1) trod_buf_adds(text, " (");
        for (size_t i = 0; health->n_sources > 1 && i < health->n_sources && i < 4; i++)
            trod_buf_format(text, "%s%.*s", i ? ", " : "", TROD_ARG(health->sources[i].name));
        if (health->n_sources > 1) trod_buf_adds(text, health->n_sources > 4 ? ", …)" : ")");
    } else {
        for (size_t i = 0; i < health->n_sources && i < 4; i++) {
            trod_buf_format(text, "%s%.*s ", i ? ", " : "", TROD_ARG(health->sources[i].name));
            words_date(text, health->sources[i].last_us);
        }
        if (health->n_sources > 4) trod_buf_adds(text, ", …");
    }
    trod_buf_adds(text, ". ");
}

static void monday_data(struct page *page, const struct trod_compare *compare) {
    struct trod_buf text = {0};
    const struct trod_health *health = &compare->health;
    source_words(&text, compare);
    words_percent(&text, health->on_map.share);
    trod_buf_adds(&text, " of events on the map.");
    if (health->n_touchpoints_unrecorded) {
        trod_buf_byte(&text, ' ');
        words_plural(&text, health->n_touchpoints_unrecorded, "touchpoint is",
                     "touchpoints are");
        trod_buf_adds(&text, " not recorded anywhere.");
    }
    if (health->never_identified.of) {
        trod_buf_byte(&text, ' ');
        words_share(&text, health->never_identified, 1);
        trod_buf_adds(&text, " of customers never identified.");
    }
    page_beside(page, MARGIN, PAGE_PLAIN, "Data", trod_buf_str(&text), 3);
    trod_buf_free(&text);
}

/* How many lines the part before and after the findings takes, measured by writing it. */
static unsigned lines_of_rest(const struct page *page, const struct trod_compare *compare,
                              size_t spans, size_t kpis) {
    struct trod_buf scratch = {0};
    struct page other = {.out = &scratch, .width = page->width};
    monday_title(&other, compare);
    monday_began(&other, compare);
    monday_promises(&other, compare, spans);
    monday_good(&other, compare);
    monday_kpis(&other, compare, kpis);
    monday_data(&other, compare);
    trod_buf_free(&scratch);
    return other.n_lines;
}

/* As many findings as fit whole, at least two; the last one says how many more there are. */
static void monday_findings(struct page *page, const struct trod_compare *compare,
                            unsigned room) {
    const size_t most =
        compare->n_findings < MOST_FINDINGS ? compare->n_findings : MOST_FINDINGS;
    unsigned used = 0;
    size_t n = 0;
    if (!compare->n_findings)
        page_beside(page, MARGIN, PAGE_PLAIN, "Act on",
                    TROD_STR("Nothing is far enough from the design to act on."), 1);
    for (; n < most; n++) {
        const size_t more = compare->n_findings - n - 1;
        if (n >= 2 && used + report_finding_lines(page, compare, n, more) > room) break;
        used += report_finding_lines(page, compare, n, 0);
    }
    for (size_t i = 0; i < n; i++)
        report_finding(page, compare, i, i + 1 == n ? compare->n_findings - n : 0);
}

static void monday(struct page *page, const struct trod_compare *compare) {
    size_t spans = compare->n_spans < 4 ? compare->n_spans : 4;
    size_t kpis = compare->n_kpis < 4 ? compare->n_kpis : 4;
    const unsigned rest = lines_of_rest(page, compare, spans, kpis);
    const unsigned room = rest < MONDAY ? MONDAY - rest : 0;
    monday_title(page, compare);
    monday_began(page, compare);
    monday_promises(page, compare, spans);
    monday_findings(page, compare, room);
    monday_good(page, compare);
    monday_kpis(page, compare, kpis);
    monday_data(page, compare);
}

static void more_targets(struct page *page, const struct trod_compare *compare) {
    if (!compare->n_kpis) return;
    page_heading(page, "TARGETS");
    for (size_t i = 0; i < compare->n_kpis; i++) {
        const struct trod_kpi_result *result = &compare->kpis[i];
        const struct trod_kpi *kpi = &compare->map->kpis[result->kpi_id];
        struct trod_buf text = {0};
        trod_buf_add(&text, kpi_title(compare, result));
        trod_buf_adds(&text, ": ");
        kpi_verdict(&text, compare, result);
        trod_buf_adds(&text, ".");
        if (result->value.given && !isnan(result->value.low)) {
            trod_buf_adds(&text, " Between ");
            words_kpi(&text, kpi, result->unit, result->value.low);
            trod_buf_adds(&text, " and ");
            words_kpi(&text, kpi, result->unit, result->value.high);
            trod_buf_adds(&text, ", over ");
            words_plural(&text, result->value.n, "journey", "journeys");
            trod_buf_byte(&text, '.');
        }
        if (result->left_out) {
            trod_buf_byte(&text, ' ');
            words_count(&text, result->left_out);
            trod_buf_adds(&text, " began too recently to tell and are left out.");
        }
        if (kpi->now.n) trod_buf_format(&text, " The map says: %.*s.", TROD_ARG(kpi->now));
        if (kpi->owner.n) trod_buf_format(&text, " Owner: %.*s.", TROD_ARG(kpi->owner));
        page_beside(page, 2, PAGE_PLAIN, "", trod_buf_str(&text), 0);
        trod_buf_free(&text);
    }
}

trod_status trod_report_text(const struct trod_compare *compare,
                             const struct trod_report_options *options, struct trod_buf *out,
                             struct trod_error *error) {
    struct page page = {
        .out = out, .width = options->width ? options->width : 80, .colour = options->colour};
    if (page.width < 60) page.width = 60;
    if (page.width > 100) page.width = 100;
    if (!compare->journeys) {
        monday_title(&page, compare);
        page_beside(
            &page, MARGIN, PAGE_PLAIN, "Began",
            TROD_STR("No journey is left to compare: none meets what was asked for. Look at "
                     "--where, --events, --since and --until."),
            0);
        return out->failed ? trod_fail(error, TROD_TOO_MUCH, "the report is too large to write")
                           : TROD_OK;
    }
    monday(&page, compare);
    if (compare->n_findings) report_findings(&page, compare, 0);
    report_stages(&page, compare);
    report_timing(&page, compare);
    report_deviations(&page, compare);
    report_choices(&page, compare);
    more_targets(&page, compare);
    report_firsts(&page, compare);
    report_segments(&page, compare);
    report_unmapped(&page, compare);
    report_note(&page, compare, options);
    if (out->failed) return trod_fail(error, TROD_TOO_MUCH, "the report is too large to write");
    return TROD_OK;
}
