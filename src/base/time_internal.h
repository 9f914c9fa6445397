/* What the readers of times share. */
#ifndef BASE_TIME_INTERNAL_H
#define BASE_TIME_INTERNAL_H

#include "base/zone.h"

struct time_parts {
    int year, month, day;
    int hour, minute, second, microsecond;
    int32_t offset_s;
    bool had_zone;
};
/* The instant, or TROD_NO_TIME if a part does not exist. */
int64_t base_time_from_parts(const struct time_parts *parts, const struct trod_zone *zone);
/* The time if it is in years 1..9999, else TROD_NO_TIME. */
int64_t base_time_within(int64_t time_us);

/* `least` to `most` digits at *at, moved past them. */
bool base_time_digits(trod_str text, size_t *at, int least, int most, int *value);
/* The digits after a point, as microseconds; what is finer is cut. */
bool base_time_fraction(trod_str text, size_t *at, int *microsecond);
/* Z, UTC, GMT, UTC+2, +02:00, … */
bool base_time_zone(trod_str text, size_t *at, int32_t *offset_s);
/* The shapes that machines write, quickly; false for any other text, which may be a time all the
 * same. */
bool base_time_quick_iso(trod_str text, const struct trod_zone *zone, bool *had_zone,
                         int64_t *time_us);
bool base_time_quick_epoch(trod_str text, int64_t per_second, int64_t *time_us);
/* Units a second of a plain epoch by its number of digits; 0 if it is none. */
int64_t base_time_epoch_unit(trod_str text);

int64_t base_time_read_format(trod_str text, const char *format, const struct trod_zone *zone,
                              bool *had_zone);
/* By the formats that name the month, which cannot be misread. */
int64_t base_time_read_named(trod_str text, const struct trod_zone *zone, bool *had_zone);

#endif
