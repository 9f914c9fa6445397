/* The rule at the end of a time-zone file, in the notation of the TZ variable: when summer time
 * begins and ends in every year. Offsets there count west of Greenwich as positive; here east
 * is. Source: POSIX.1-2017, section 8.3 "TZ"; RFC 8536, section 3.3.1 (hours up to 167). */
#include "base/zone.h"

static bool at_digit(trod_str text, size_t at) {
    return at < text.n && text.at[at] >= '0' && text.at[at] <= '9';
}

static bool at_byte(trod_str text, size_t at, char byte) {
    return at < text.n && text.at[at] == byte;
}

/* A number of at most three digits and at most `most`. */
static bool read_small(trod_str text, size_t *at, int most, int *value) {
    if (!at_digit(text, *at)) return false;
    *value = 0;
    for (int i = 0; i < 3 && at_digit(text, *at); i++)
        *value = *value * 10 + text.at[(*at)++] - '0';
    return !at_digit(text, *at) && *value <= most;
}

/* [+-]h[h][:mm[:ss]] as seconds. */
static bool read_hours(trod_str text, size_t *at, int most_hours, int32_t *seconds) {
    const bool negative = at_byte(text, *at, '-');
    if (negative || at_byte(text, *at, '+')) (*at)++;
    int hours = 0, minutes = 0, rest = 0;
    if (!read_small(text, at, most_hours, &hours)) return false;
    if (at_byte(text, *at, ':')) {
        (*at)++;
        if (!read_small(text, at, 59, &minutes)) return false;
        if (at_byte(text, *at, ':')) {
            (*at)++;
            if (!read_small(text, at, 59, &rest)) return false;
        }
    }
    *seconds = hours * 3600 + minutes * 60 + rest;
    if (negative) *seconds = -*seconds;
    return true;
}

/* A name of letters, or one in <…>. */
static bool skip_name(trod_str text, size_t *at) {
    const size_t begin = *at;
    if (at_byte(text, *at, '<')) {
        while (*at < text.n && text.at[*at] != '>') (*at)++;
        return *at < text.n && (*at)++ - begin >= 2;
    }
    while (*at < text.n && ((text.at[*at] | 0x20) >= 'a' && (text.at[*at] | 0x20) <= 'z'))
        (*at)++;
    return *at - begin >= 3;
}

static bool read_rule_day(trod_str text, size_t *at, struct base_rule_day *day) {
    *day = (struct base_rule_day){.time_s = 2 * 3600};
    if (at_byte(text, *at, 'M')) {
        (*at)++;
        day->kind = RULE_MONTH;
        if (!read_small(text, at, 12, &day->month) || !at_byte(text, (*at)++, '.'))
            return false;
        if (!read_small(text, at, 5, &day->week) || !at_byte(text, (*at)++, '.')) return false;
        if (!read_small(text, at, 6, &day->weekday)) return false;
        if (day->month < 1 || day->week < 1) return false;
    } else if (at_byte(text, *at, 'J')) {
        (*at)++;
        day->kind = RULE_JULIAN;
        if (!read_small(text, at, 365, &day->day) || day->day < 1) return false;
    } else {
        day->kind = RULE_ZERO_BASED;
        if (!read_small(text, at, 365, &day->day)) return false;
    }
    if (!at_byte(text, *at, '/')) return true;
    (*at)++;
    return read_hours(text, at, 167, &day->time_s);
}

bool base_rule_read(trod_str text, struct base_zone_rule *rule) {
    size_t at = 0;
    int32_t west_s = 0;
    *rule = (struct base_zone_rule){0};
    if (!skip_name(text, &at) || !read_hours(text, &at, 24, &west_s)) return false;
    rule->offset_s = -west_s;
    if (at == text.n) return true;
    if (!skip_name(text, &at)) return false;
    rule->summer = true;
    rule->summer_offset_s = rule->offset_s + 3600;
    if (!at_byte(text, at, ',')) {
        if (!read_hours(text, &at, 24, &west_s)) return false;
        rule->summer_offset_s = -west_s;
    }
    if (!at_byte(text, at, ',')) return false;
    at++;
    if (!read_rule_day(text, &at, &rule->begin) || !at_byte(text, at, ',')) return false;
    at++;
    return read_rule_day(text, &at, &rule->end) && at == text.n;
}

/* Seconds since 1970 at the wall time of the rule's day in a year, as if it were UTC. */
static int64_t rule_wall_s(const struct base_rule_day *rule, int64_t year) {
    int64_t days = 0;
    switch (rule->kind) {
    case RULE_MONTH: {
        const int64_t first = trod_days_from_civil(year, rule->month, 1);
        const int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 0 = Sunday */
        days = first + (rule->weekday - weekday + 7) % 7 + 7 * (rule->week - 1);
        while (!trod_date_valid(year, rule->month, (int)(days - first) + 1)) days -= 7;
        break;
    }
    case RULE_JULIAN: /* February 29 is never counted */
        days = trod_days_from_civil(year, 1, 1) + rule->day - 1;
        if (rule->day >= 60 && trod_date_valid(year, 2, 29)) days++;
        break;
    case RULE_ZERO_BASED:
        days = trod_days_from_civil(year, 1, 1) + rule->day;
        break;
    }
    return days * 86400 + rule->time_s;
}

void base_rule_year(const struct base_zone_rule *rule, int64_t year,
                    struct base_change changes[2]) {
    const struct base_change begin = {rule_wall_s(&rule->begin, year) - rule->offset_s,
                                      rule->summer_offset_s};
    const struct base_change end = {rule_wall_s(&rule->end, year) - rule->summer_offset_s,
                                    rule->offset_s};
    const bool in_order = begin.at_s <= end.at_s;
    changes[0] = in_order ? begin : end;
    changes[1] = in_order ? end : begin;
}

int32_t base_rule_offset(const struct base_zone_rule *rule, int64_t time_s) {
    /* The year on the wall may be the one before or after that of UTC. */
    const int64_t days = time_s / 86400 - (time_s % 86400 < 0);
    const int64_t year = trod_civil_from_us(days * TROD_DAY_US).year;
    int32_t offset_s = rule->offset_s;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        struct base_change changes[2];
        base_rule_year(rule, y, changes);
        for (int i = 0; i < 2; i++)
            if (changes[i].at_s <= time_s) offset_s = changes[i].offset_s;
    }
    return offset_s;
}

bool base_offset_read(trod_str text, size_t *at, int32_t *offset_s) {
    size_t i = *at;
    if (!at_byte(text, i, '+') && !at_byte(text, i, '-')) return false;
    const bool negative = text.at[i++] == '-';
    int digits[4], n = 0;
    bool colon = false;
    while (n < 4) {
        if (n > 0 && n <= 2 && !colon && at_byte(text, i, ':') && at_digit(text, i + 1)) {
            if (n == 1) {
                digits[1] = digits[0];
                digits[0] = 0;
                n = 2;
            }
            colon = true;
            i++;
        }
        if (!at_digit(text, i)) break;
        digits[n++] = text.at[i++] - '0';
    }
    if (n == 0 || n == 3) return false;
    const int hours = n == 1 ? digits[0] : digits[0] * 10 + digits[1];
    const int minutes = n == 4 ? digits[2] * 10 + digits[3] : 0;
    if (hours > 18 || minutes > 59) return false;
    *offset_s = (hours * 60 + minutes) * (negative ? -60 : 60);
    *at = i;
    return true;
}
