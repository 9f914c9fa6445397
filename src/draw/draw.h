/* draw: showing it. The map as a picture, the comparison as a report.
 *
 * One SVG stands behind the wall print, the report and the browser: text stays text, colours are
 * plain presentation attributes with classes beside them (HTML overrides by class), and the same
 * map and the same figures give the same bytes on every machine: places depend on a built-in table
 * of character widths and on nothing else.
 */
#ifndef TROD_DRAW_H
#define TROD_DRAW_H

#include "trod/compare.h"

enum trod_theme { TROD_LIGHT, TROD_DARK };
struct trod_draw_options {
    enum trod_theme theme;
    int64_t today_us;   /* for the freshness mark; TROD_NO_TIME or 0: the review date alone */
    bool embedded;      /* inside HTML: no XML declaration, ids prefixed, no page background */
};
/* The map as SVG; with a comparison (may be NULL) its shares, deviations and lateness on it. */
TROD_MUST trod_status trod_draw_svg(const struct trod_map *map, const struct trod_compare *compare,
                                    const struct trod_draw_options *options, struct trod_buf *out,
                                    struct trod_error *error);
/* CSS rules that paint an embedded picture in that theme, each behind `scope` (such as
 * ":root[data-theme=dark] "; "" for none): the picture's own colours are attributes, which any rule
 * overrides. A touchpoint is <g class="point" id="trod-ID" tabindex="0">, a stage <g class="stage">,
 * the names of the lanes <g class="rail">. */
void trod_draw_style(enum trod_theme theme, const char *scope, struct trod_buf *out);
/* The map as text for a terminal of `width` columns. */
TROD_MUST trod_status trod_draw_text(const struct trod_map *map, unsigned width, bool colour,
                                     struct trod_buf *out, struct trod_error *error);

struct trod_report_options {
    unsigned width;  /* of the terminal: 0: 80 */
    bool colour;
    bool ids;        /* customer ids may be shown */
    const char *command; /* how the report was asked for, for the note at its end; NULL */
    const char *read;    /* one paragraph on how the files were understood; NULL */
};
/* The report on the terminal. Its first 24 lines are for Monday morning. */
TROD_MUST trod_status trod_report_text(const struct trod_compare *compare,
                                       const struct trod_report_options *options,
                                       struct trod_buf *out, struct trod_error *error);
/* One self-contained page that opens offline. */
TROD_MUST trod_status trod_report_html(const struct trod_compare *compare,
                                       const struct trod_report_options *options,
                                       struct trod_buf *out, struct trod_error *error);

#endif
