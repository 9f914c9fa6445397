/* report_tables: what stands below Monday's lines. */
#ifndef DRAW_REPORT_TABLES_H
#define DRAW_REPORT_TABLES_H

#include "draw/page_text.h"

void report_findings(struct page *page, const struct trod_compare *compare, size_t from);
void report_stages(struct page *page, const struct trod_compare *compare);
void report_deviations(struct page *page, const struct trod_compare *compare);
void report_timing(struct page *page, const struct trod_compare *compare);
void report_choices(struct page *page, const struct trod_compare *compare);
void report_firsts(struct page *page, const struct trod_compare *compare);
void report_segments(struct page *page, const struct trod_compare *compare);
void report_unmapped(struct page *page, const struct trod_compare *compare);
void report_note(struct page *page, const struct trod_compare *compare,
                 const struct trod_report_options *options);

/* One finding: its number, its sentence, and its people, team, action and quote, and how many
 * more stand below; and how many lines that takes. */
void report_finding(struct page *page, const struct trod_compare *compare, size_t i,
                    size_t n_more);
unsigned report_finding_lines(const struct page *page, const struct trod_compare *compare,
                              size_t i, size_t n_more);
/* One promised time, as a row; and the heading of such rows. */
void report_timed_head(struct page *page, const char *label);
void report_timed(struct page *page, const struct trod_compare *compare,
                  const struct trod_timed *timed);

#endif
