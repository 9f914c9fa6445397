/* time: instants and durations as int64 microseconds, and the many ways people write them.
 *
 * An instant is microseconds since 1970-01-01T00:00:00Z, leap seconds aside. TROD_NO_TIME is the
 * missing one. Zones come from the system's time-zone database (read from its files, so that TZ of
 * the process is left alone) or are fixed offsets.
 */
#ifndef TROD_BASE_TIME_H
#define TROD_BASE_TIME_H

#include "trod/base/memory.h"

#define TROD_NO_TIME INT64_MIN
#define TROD_SECOND_US INT64_C(1000000)
#define TROD_MINUTE_US (60 * TROD_SECOND_US)
#define TROD_HOUR_US (60 * TROD_MINUTE_US)
#define TROD_DAY_US (24 * TROD_HOUR_US)

struct trod_civil {
    int64_t year; /* proleptic Gregorian */
    int month;    /* 1..12 */
    int day;      /* 1..31 */
    int hour, minute, second;
    int microsecond;
    int weekday; /* 0 = Monday */
};

/* Days since 1970-01-01 of a civil date, which need not be a real one (month 1..12). */
int64_t trod_days_from_civil(int64_t year, int month, int day);
/* True if the date exists. */
bool trod_date_valid(int64_t year, int month, int day);
struct trod_civil trod_civil_from_us(int64_t time_us); /* in UTC */
int64_t trod_us_from_civil(const struct trod_civil *civil);

/* A zone: opened by name ("Europe/Rome", "UTC", "+02:00"); NULL stands for UTC everywhere. */
struct trod_zone;
TROD_MUST trod_status trod_zone_open(const char *name, struct trod_zone **zone,
                                     struct trod_error *error);
void trod_zone_close(struct trod_zone *zone);
/* The instant of a wall-clock time in the zone (given as if it were UTC). A time that happens
 * twice is the first; one that is skipped is moved on by the gap. */
int64_t trod_zone_to_utc(const struct trod_zone *zone, int64_t wall_us);
int64_t trod_zone_to_wall(const struct trod_zone *zone, int64_t time_us);

/* How the times of one column are written. Zeroed: guess from each value. */
enum trod_time_kind {
    TROD_TIME_GUESS = 0,
    /* 2024-03-01, with optional time, fraction and zone; "T" or " "; also with "/"; 20240301 and
     * 20240301102030 for the years 1900 to 2199; 24:00 is the end of the day. */
    TROD_TIME_ISO,
    TROD_TIME_EPOCH_S,  /* 1709251200, fraction allowed */
    TROD_TIME_EPOCH_MS,
    TROD_TIME_EPOCH_US,
    TROD_TIME_EPOCH_NS,
    /* By `format`, in strptime's letters: %Y %m %d %H %M %S %y %b %B %j %p %I %z %f %e %T %R %D %F
     * %a %A %s %%. A blank stands for any number of blanks; month and weekday names are English. */
    TROD_TIME_FORMAT,
};
struct trod_time_form {
    enum trod_time_kind kind;
    const char *format;           /* for TROD_TIME_FORMAT */
    const struct trod_zone *zone; /* of times that name none; NULL: UTC */
};
/* Reads a time. `had_zone` (may be NULL) says whether the text named its zone (an epoch does).
 * Returns TROD_NO_TIME for a text that is none, is out of years 1..9999, or names a day or hour
 * that does not exist. With TROD_TIME_GUESS plain integers are epochs by their number of digits
 * (9-10: s, 12-13: ms, 15-16: us, 18-19: ns), and dates that name the month are read as well.
 * Digits finer than a microsecond are cut. Time: about 30 ns for an ISO time with its zone. */
int64_t trod_time_read(trod_str text, const struct trod_time_form *form, bool *had_zone);
/* The kind that reads every one of these texts (blank ones aside), preferring the one first in the
 * list above; also day-first and month-first formats with "." "/" "-" ("%d.%m.%Y %H:%M" …) when
 * only one of the two reads them all, or both do and `ambiguous` is set (with "." never: points are
 * written day first). Several unmistakable shapes side by side are TROD_TIME_GUESS. `format` then
 * points to a static text; `form->zone` is used and kept. False if none does, or all are blank. */
bool trod_time_guess(const trod_str *texts, size_t n, struct trod_time_form *form, bool *ambiguous);

/* "2024-03-01T10:20:30Z", with a fraction (3 or 6 digits) only if there is one; "" for
 * TROD_NO_TIME. `at` has room for 40 bytes. */
const char *trod_time_write(int64_t time_us, char at[40]);
/* "2024-03-01" */
const char *trod_date_write(int64_t time_us, char at[40]);
/* For people: "35 s", "8 min", "3.5 h", "12 days", "7 weeks", "5 months", "2.1 years": two
 * significant figures, the unit that makes the number at least 1 (weeks from 21 days, months from
 * 100 days, years from 2 years; below a second ms and us). "" if it is not finite. */
const char *trod_duration_write(double duration_us, char at[40]);

#endif
