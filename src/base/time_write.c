/* Writing times for machines (ISO 8601) and durations for people (two significant figures). */
#include <math.h>
#include <stdio.h>

#include "trod/base/time.h"

static const char *write_year(int64_t year, char *at, size_t room) {
    /* Beyond four digits ISO 8601 wants a sign. */
    snprintf(at, room, year < 0 || year > 9999 ? "%+05lld" : "%04lld", (long long)year);
    return at;
}

const char *trod_date_write(int64_t time_us, char at[40]) {
    at[0] = '\0';
    if (time_us == TROD_NO_TIME) return at;
    const struct trod_civil civil = trod_civil_from_us(time_us);
    char year[24];
    snprintf(at, 40, "%s-%02d-%02d", write_year(civil.year, year, sizeof year), civil.month,
             civil.day);
    return at;
}

const char *trod_time_write(int64_t time_us, char at[40]) {
    trod_date_write(time_us, at);
    if (time_us == TROD_NO_TIME) return at;
    const struct trod_civil civil = trod_civil_from_us(time_us);
    size_t n = strlen(at);
    n += (size_t)snprintf(at + n, 40 - n, "T%02d:%02d:%02d", civil.hour, civil.minute,
                          civil.second);
    if (civil.microsecond % 1000)
        n += (size_t)snprintf(at + n, 40 - n, ".%06d", civil.microsecond);
    else if (civil.microsecond)
        n += (size_t)snprintf(at + n, 40 - n, ".%03d", civil.microsecond / 1000);
    snprintf(at + n, 40 - n, "Z");
    return at;
}

struct unit {
    const char *one, *many;
    double size_us; /* of one */
    double from_us; /* the least duration told in it */
};

static const double DAY = 86400e6;

/* Rounded to two significant figures. */
static double two_figures(double value) {
    if (value == 0) return 0;
    const double scale = pow(10, floor(log10(value)) - 1);
    return scale >= 1 ? round(value / scale) * scale : round(value * 10) / 10;
}

const char *trod_duration_write(double duration_us, char at[40]) {
    static const double MONTH = 30.4375, YEAR = 365.25;
    const struct unit units[] = {
        {"us", "us", 1, 0},
        {"ms", "ms", 1e3, 1e3},
        {"s", "s", 1e6, 1e6},
        {"min", "min", 60e6, 60e6},
        {"h", "h", 3600e6, 3600e6},
        {"day", "days", DAY, DAY},
        {"week", "weeks", 7 * DAY, 21 * DAY},
        {"month", "months", MONTH * DAY, 100 * DAY},
        {"year", "years", YEAR * DAY, 2 * YEAR * DAY},
    };
    at[0] = '\0';
    if (!isfinite(duration_us)) return at;
    const double size_us = fabs(duration_us);
    if (size_us < 0.05) return memcpy(at, "0 s", sizeof "0 s");
    size_t u = 0;
    while (u + 1 < TROD_COUNT(units) && size_us >= units[u + 1].from_us) u++;
    double value = two_figures(size_us / units[u].size_us);
    /* What is rounded up to the next unit is told in it: 60 s is 1 min. */
    if (u + 1 < TROD_COUNT(units) && value * units[u].size_us >= units[u + 1].from_us) {
        u++;
        value = two_figures(value * units[u - 1].size_us / units[u].size_us);
    }
    const bool whole = value == floor(value);
    snprintf(at, 40, "%s%.*f %s", duration_us < 0 ? "-" : "", whole ? 0 : 1, value,
             value == 1 ? units[u].one : units[u].many);
    return at;
}
