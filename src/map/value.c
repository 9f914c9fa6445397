/* Small values as people write them: times, dates, hours, days of the week, shares. */
#include <math.h>

#include "map/pattern.h"

#define MAX_TIME_US (INT64_C(10000) * 365 * TROD_DAY_US)

static const struct {
    const char *name;
    int64_t unit_us;
    bool plural, working;
} units[] = {
    {"s", TROD_SECOND_US, false, false},      {"min", TROD_MINUTE_US, true, true},
    {"h", TROD_HOUR_US, false, true},         {"day", TROD_DAY_US, true, true},
    {"week", 7 * TROD_DAY_US, true, false},   {"month", 30 * TROD_DAY_US, true, false},
    {"year", 365 * TROD_DAY_US, true, false},
};

static size_t blanks(trod_str text, size_t at) {
    while (at < text.n && text.at[at] == ' ') at++;
    return at;
}

bool map_time_value(trod_str text, int64_t *time_us, bool *working) {
    size_t n = 0;
    while (n < text.n && ((text.at[n] >= '0' && text.at[n] <= '9') || text.at[n] == '.')) n++;
    double number;
    if (n == 0 || text.at[0] == '.' || !trod_str_number(trod_str_slice(text, 0, n), &number))
        return false;
    size_t at = blanks(text, n);
    *working = trod_str_starts(trod_str_slice(text, at, text.n), TROD_STR("working "));
    if (*working) at = blanks(text, at + strlen("working "));
    trod_str unit = trod_str_slice(text, at, text.n);
    for (size_t i = 0; i < TROD_COUNT(units); i++) {
        const bool plural = units[i].plural && unit.n > 1 && unit.at[unit.n - 1] == 's';
        if (!trod_str_is(trod_str_slice(unit, 0, unit.n - plural), units[i].name)) continue;
        if (*working && !units[i].working) return false;
        const double us = number * (double)units[i].unit_us;
        if (us > (double)MAX_TIME_US) return false;
        *time_us = (int64_t)llround(us);
        return true;
    }
    return false;
}

static bool digits(trod_str text, size_t from, size_t n, int *value) {
    *value = 0;
    for (size_t i = from; i < from + n; i++) {
        if (i >= text.n || text.at[i] < '0' || text.at[i] > '9') return false;
        *value = *value * 10 + (text.at[i] - '0');
    }
    return true;
}

bool map_date_value(trod_str text, int64_t *time_us) {
    int year, month, day;
    if (text.n != 10 || text.at[4] != '-' || text.at[7] != '-' || !digits(text, 0, 4, &year) ||
        !digits(text, 5, 2, &month) || !digits(text, 8, 2, &day) || year < 1 ||
        !trod_date_valid(year, month, day))
        return false;
    *time_us = trod_days_from_civil(year, month, day) * TROD_DAY_US;
    return true;
}

bool map_clock_value(trod_str text, uint16_t *minutes) {
    int hour, minute;
    if (text.n != 5 || text.at[2] != ':' || !digits(text, 0, 2, &hour) ||
        !digits(text, 3, 2, &minute) || minute > 59 || hour * 60 + minute > 24 * 60)
        return false;
    *minutes = (uint16_t)(hour * 60 + minute);
    return true;
}

static int weekday(trod_str text) {
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int i = 0; i < 7; i++)
        if (trod_str_is(text, names[i])) return i;
    return -1;
}

bool map_days_value(trod_str text, uint8_t *weekdays) {
    const size_t dash = trod_str_find(text, '-');
    const int from = weekday(trod_str_slice(text, 0, dash == SIZE_MAX ? text.n : dash));
    const int to = dash == SIZE_MAX ? from : weekday(trod_str_slice(text, dash + 1, text.n));
    if (from < 0 || to < 0) return false;
    *weekdays = 0;
    for (int day = from;; day = (day + 1) % 7) { /* "sat-mon" goes over the weekend */
        *weekdays = (uint8_t)(*weekdays | 1u << day);
        if (day == to) return true;
    }
}

bool map_value_value(trod_str text, enum trod_unit *unit, double *value) {
    if (text.n && text.at[text.n - 1] == '%') {
        *unit = TROD_UNIT_SHARE;
        if (!trod_str_number(trod_str_trim(trod_str_slice(text, 0, text.n - 1)), value))
            return false;
        *value /= 100;
        return true;
    }
    *unit = TROD_UNIT_NUMBER;
    if (trod_str_number(text, value)) return true;
    int64_t us;
    bool working;
    if (!map_time_value(text, &us, &working) || working) return false;
    *unit = TROD_UNIT_DURATION;
    *value = (double)us;
    return true;
}
