/* html: the pieces of the report as a page. */
#ifndef DRAW_HTML_H
#define DRAW_HTML_H

#include "draw/draw.h"

/* Text, escaped. */
void html_text(struct trod_buf *out, trod_str text);
/* <section id><h2>title</h2>; `about` (may be NULL) explains what stands there. Both fixed
 * text. */
void html_section(struct trod_buf *out, const char *id, const char *title, const char *about);
void html_end_section(struct trod_buf *out);
/* A table that can be sorted by its columns: names, with "#" before one of numbers; NULL ends.
 */
void html_table(struct trod_buf *out, const char *const *columns);
void html_end_table(struct trod_buf *out);
/* A cell of a share: the figure, its interval and base in small, a bar; "too few to tell". */
void html_share(struct trod_buf *out, struct trod_share share, uint64_t few, bool bad);
void html_count(struct trod_buf *out, uint64_t n);
/* A cell of a time with its interval. */
void html_time(struct trod_buf *out, const struct trod_measured *measured);
/* The four ways as one bar with its legend. */
void html_ways(struct trod_buf *out, const struct trod_compare *compare,
               const struct trod_timed *timed);

void html_stages(struct trod_buf *out, const struct trod_compare *compare);
void html_times(struct trod_buf *out, const struct trod_compare *compare);
void html_deviations(struct trod_buf *out, const struct trod_compare *compare);
void html_choices(struct trod_buf *out, const struct trod_compare *compare);
void html_targets(struct trod_buf *out, const struct trod_compare *compare);
void html_firsts(struct trod_buf *out, const struct trod_compare *compare);
void html_segments(struct trod_buf *out, const struct trod_compare *compare);
void html_data(struct trod_buf *out, const struct trod_compare *compare);
void html_note(struct trod_buf *out, const struct trod_compare *compare,
               const struct trod_report_options *options);

#endif
