/* words: figures as people read them. The terminal and the page say them alike.
 *
 * Each adds to a buffer. A share whose base is below `few` is "too few to tell".
 */
#ifndef DRAW_WORDS_H
#define DRAW_WORDS_H

#include "draw/draw.h"

/* "6,400" */
void words_count(struct trod_buf *out, uint64_t n);
/* "6,400 journeys", "1 journey" */
void words_plural(struct trod_buf *out, uint64_t n, const char *one, const char *many);
/* "21 %"; "0.4 %" below 1; "≤0.1 %"; "all" is never said. NaN: "–" */
void words_percent(struct trod_buf *out, double share);
/* "20 to 22 %"; with decimals where the ends would read alike: "20.1 to 20.4 %" */
void words_interval(struct trod_buf *out, double low, double high);
/* "21 % (20 to 22 %)", or "too few to tell (3 of 7)" */
void words_share(struct trod_buf *out, struct trod_share share, uint64_t few);
/* "2.3 weeks"; absent: "–" */
void words_duration(struct trod_buf *out, double duration_us);
/* "2.2 to 2.4 weeks", "13 h to 1.2 days" */
void words_durations(struct trod_buf *out, double low_us, double high_us);
/* "2.3 weeks (2.2 to 2.4 weeks)"; no bracket where both ends read alike */
void words_measured_time(struct trod_buf *out, const struct trod_measured *measured);
/* "30 Jun 2025" */
void words_date(struct trod_buf *out, int64_t time_us);
/* A large amount: "5,350,800", "5.4 million" above ten million. */
void words_amount(struct trod_buf *out, double amount);
/* The value of a kpi in its unit. */
void words_value(struct trod_buf *out, double value, enum trod_unit unit);
/* The value of a kpi in the unit of its target ("90 days", not "13 weeks"), with as many
 * figures as it takes to see on which side of it it lies. */
void words_kpi(struct trod_buf *out, const struct trod_kpi *kpi, enum trod_unit unit,
               double value);
/* "at most 90 days", as the map says it */
void words_target(struct trod_buf *out, const struct trod_target *target);
/* "usually 2 weeks, at most 8 weeks": a window as the map says it; the limit alone with
 * `limit`. */
void words_window(struct trod_buf *out, const struct trod_window *window, bool limit);
/* What stands in the way of an action: "no action yet", or "action weight-first: started". */
void words_action(struct trod_buf *out, const struct trod_map *map, uint32_t action_id);
/* "left" if the map says when a journey is over, else "last seen". */
const char *words_left(const struct trod_compare *compare);
/* How many a finding touches: "6,400 journeys"; of a choice "480 of 3,440 journeys off the design". */
void words_touched(struct trod_buf *out, const struct trod_finding *finding);
/* The title of a touchpoint or stage; the id if it has none. */
trod_str words_touchpoint(const struct trod_map *map, uint32_t touchpoint_id);
trod_str words_stage(const struct trod_map *map, uint32_t stage_id);

/* For narrow columns, in percent: "27 ±1" (half of the wider side of the interval, rounded up);
 * "too few" below `few`. */
void words_about(struct trod_buf *out, struct trod_share share, uint64_t few);
/* The parts of a whole in whole percents that add up to 100 (largest remainders). */
void words_parts(const uint64_t *counts, unsigned *percents, size_t n);
/* The interval of a time: "16–17 days"; the time itself where there is none; absent: "–". */
void words_between(struct trod_buf *out, const struct trod_measured *measured);

#endif
