/* Reading one time. What nearly every file has is read by time_quick.c; any other shape goes
 * the slow way here, piece by piece. */
#include "base/time_internal.h"

static const int64_t FIRST_US = INT64_C(-62135596800000000); /* year 1 */
static const int64_t END_US = INT64_C(253402300800000000);   /* year 10000 */

int64_t base_time_within(int64_t time_us) {
    return time_us >= FIRST_US && time_us < END_US ? time_us : TROD_NO_TIME;
}

static unsigned digit_at(const char *at) {
    return (unsigned)(unsigned char)*at - '0';
}

/* The number in two digits; above 99 if one is none. */
static unsigned two(const char *at) {
    const unsigned high = digit_at(at), low = digit_at(at + 1);
    return high > 9 || low > 9 ? 1000 : high * 10 + low;
}

bool base_time_digits(trod_str text, size_t *at, int least, int most, int *value) {
    int n = 0, sum = 0;
    while (n < most && *at < text.n && digit_at(text.at + *at) <= 9) {
        sum = sum * 10 + (int)digit_at(text.at + *at);
        (*at)++;
        n++;
    }
    *value = sum;
    return n >= least;
}

bool base_time_fraction(trod_str text, size_t *at, int *microsecond) {
    int n = 0, sum = 0;
    for (; *at < text.n && digit_at(text.at + *at) <= 9; (*at)++, n++)
        if (n < 6) sum = sum * 10 + (int)digit_at(text.at + *at);
    if (n == 0 || n > 18) return false;
    for (int i = n; i < 6; i++) sum *= 10;
    *microsecond = sum;
    return true;
}

static bool at_byte(trod_str text, size_t at, char byte) {
    return at < text.n && text.at[at] == byte;
}

bool base_time_zone(trod_str text, size_t *at, int32_t *offset_s) {
    *offset_s = 0;
    if (at_byte(text, *at, 'Z') || at_byte(text, *at, 'z')) {
        (*at)++;
        return true;
    }
    const trod_str name = trod_str_slice(text, *at, *at + 3);
    const bool universal =
        name.n == 3 && (memcmp(name.at, "UTC", 3) == 0 || memcmp(name.at, "GMT", 3) == 0);
    if (universal) *at += 3;
    return base_offset_read(text, at, offset_s) || universal;
}

/* What may follow the seconds: zone, and a zone's name in brackets as Java writes it. */
static bool read_zone_tail(trod_str text, size_t at, struct time_parts *parts) {
    while (at < text.n && text.at[at] == ' ') at++;
    if (at == text.n) return true;
    if (!base_time_zone(text, &at, &parts->offset_s)) return false;
    parts->had_zone = true;
    if (at_byte(text, at, '[')) {
        const size_t close = trod_str_find(trod_str_slice(text, at, text.n), ']');
        if (close == SIZE_MAX) return false;
        at += close + 1;
    }
    return at == text.n;
}

static bool read_seconds_tail(trod_str text, size_t at, struct time_parts *parts) {
    if (at_byte(text, at, '.') || at_byte(text, at, ',')) {
        at++;
        if (!base_time_fraction(text, &at, &parts->microsecond)) return false;
    }
    return at == text.n || read_zone_tail(text, at, parts);
}

int64_t base_time_from_parts(const struct time_parts *parts, const struct trod_zone *zone) {
    if (parts->year < 1 || parts->year > 9999) return TROD_NO_TIME;
    if (!trod_date_valid(parts->year, parts->month, parts->day)) return TROD_NO_TIME;
    /* 24:00 is the end of the day, 23:59:60 a leap second. */
    const bool end_of_day = parts->hour == 24 && parts->minute == 0 && parts->second == 0 &&
                            parts->microsecond == 0;
    if ((parts->hour > 23 && !end_of_day) || parts->minute > 59 || parts->second > 60)
        return TROD_NO_TIME;
    const int64_t wall_us =
        trod_days_from_civil(parts->year, parts->month, parts->day) * TROD_DAY_US +
        (parts->hour * INT64_C(3600) + parts->minute * 60 + parts->second) * TROD_SECOND_US +
        parts->microsecond;
    if (parts->had_zone) return base_time_within(wall_us - parts->offset_s * TROD_SECOND_US);
    return base_time_within(trod_zone_to_utc(zone, wall_us));
}

/* YYYY-MM-DD or YYYY/MM/DD, then T or a blank, then HH:MM:SS. */
static bool read_fast(trod_str text, struct time_parts *parts) {
    const char *const p = text.at;
    if (text.n < 19 || p[4] != p[7] || (p[4] != '-' && p[4] != '/') || p[13] != ':' ||
        p[16] != ':' || (p[10] != 'T' && p[10] != ' '))
        return false;
    const unsigned century = two(p), year = two(p + 2), month = two(p + 5), day = two(p + 8),
                   hour = two(p + 11), minute = two(p + 14), second = two(p + 17);
    if ((century | year | month | day | hour | minute | second) > 127) return false;
    parts->year = (int)(century * 100 + year);
    parts->month = (int)month;
    parts->day = (int)day;
    parts->hour = (int)hour;
    parts->minute = (int)minute;
    parts->second = (int)second;
    return true;
}

/* YYYYMMDD and YYYYMMDDhhmmss, with T between; only years that a log may have. */
static bool read_compact(trod_str text, struct time_parts *parts) {
    size_t n = 0;
    while (n < text.n && digit_at(text.at + n) <= 9) n++;
    if (n != 8 && n != 14) return false;
    size_t at = 0;
    base_time_digits(text, &at, 4, 4, &parts->year);
    base_time_digits(text, &at, 2, 2, &parts->month);
    base_time_digits(text, &at, 2, 2, &parts->day);
    if (parts->year < 1900 || parts->year > 2199) return false;
    if (n == 8 && at == text.n) return true;
    if (n == 8 && text.at[at++] != 'T') return false;
    if (!base_time_digits(text, &at, 2, 2, &parts->hour) ||
        !base_time_digits(text, &at, 2, 2, &parts->minute))
        return false;
    if (at < text.n && digit_at(text.at + at) <= 9 &&
        !base_time_digits(text, &at, 2, 2, &parts->second))
        return false;
    return read_seconds_tail(text, at, parts);
}

/* The same with one or two digits, without seconds, or without a time. */
static bool read_slow(trod_str text, struct time_parts *parts) {
    size_t at = 0;
    if (!base_time_digits(text, &at, 4, 4, &parts->year) || at == text.n) return false;
    const char between = text.at[at];
    if (between != '-' && between != '/') return read_compact(text, parts);
    at++;
    if (!base_time_digits(text, &at, 1, 2, &parts->month) || !at_byte(text, at, between))
        return false;
    at++;
    if (!base_time_digits(text, &at, 1, 2, &parts->day)) return false;
    if (at == text.n) return true;
    const bool has_time = (text.at[at] == 'T' || text.at[at] == 't' || text.at[at] == ' ') &&
                          at + 1 < text.n && digit_at(text.at + at + 1) <= 9;
    if (!has_time) return read_zone_tail(text, at, parts);
    at++;
    if (!base_time_digits(text, &at, 1, 2, &parts->hour)) return false;
    if (!at_byte(text, at, ':')) return read_zone_tail(text, at, parts);
    at++;
    if (!base_time_digits(text, &at, 2, 2, &parts->minute)) return false;
    if (!at_byte(text, at, ':')) return read_zone_tail(text, at, parts);
    at++;
    if (!base_time_digits(text, &at, 2, 2, &parts->second)) return false;
    return read_seconds_tail(text, at, parts);
}

static int64_t read_iso(trod_str text, const struct trod_zone *zone, bool *had_zone) {
    struct time_parts parts = {.month = 1, .day = 1};
    const bool good =
        read_fast(text, &parts) ? read_seconds_tail(text, 19, &parts) : read_slow(text, &parts);
    if (!good) return TROD_NO_TIME;
    *had_zone = parts.had_zone;
    return base_time_from_parts(&parts, zone);
}

/* An epoch in units of 1/per_second seconds, with an optional fraction. */
static int64_t read_epoch(trod_str text, int64_t per_second, bool *had_zone) {
    const size_t point = trod_str_find(text, '.');
    int64_t whole = 0;
    const trod_str digits = trod_str_slice(text, 0, point);
    if (!trod_str_int64(digits, &whole) || digits.at[0] == '+') return TROD_NO_TIME;
    int64_t us = 0;
    if (per_second > TROD_SECOND_US) {
        const int64_t units = per_second / TROD_SECOND_US;
        us = whole / units - (whole % units < 0);
    } else if (__builtin_mul_overflow(whole, TROD_SECOND_US / per_second, &us)) {
        return TROD_NO_TIME;
    }
    if (point != SIZE_MAX) {
        size_t at = point + 1;
        int microsecond = 0; /* millionths of the unit */
        if (!base_time_fraction(text, &at, &microsecond) || at != text.n) return TROD_NO_TIME;
        const int64_t more =
            microsecond / (per_second < TROD_SECOND_US ? per_second : TROD_SECOND_US);
        if (per_second <= TROD_SECOND_US &&
            __builtin_add_overflow(us, digits.at[0] == '-' ? -more : more, &us))
            return TROD_NO_TIME;
    }
    *had_zone = true;
    return base_time_within(us);
}

int64_t base_time_epoch_unit(trod_str text) {
    const size_t point = trod_str_find(text, '.');
    const trod_str digits = trod_str_slice(text, 0, point);
    if (digits.n < 9 || digits.n > 19 || digits.at[0] == '0') return 0;
    for (size_t i = 0; i < digits.n; i++)
        if (digit_at(digits.at + i) > 9) return 0;
    switch (digits.n) {
    case 9:
    case 10:
        return 1;
    case 12:
    case 13:
        return 1000;
    case 15:
    case 16:
        return 1000000;
    case 18:
    case 19:
        return 1000000000;
    default:
        return 0;
    }
}

static int64_t read_guess(trod_str text, const struct trod_zone *zone, bool *had_zone) {
    const int64_t time_us = read_iso(text, zone, had_zone);
    if (time_us != TROD_NO_TIME) return time_us;
    const int64_t per_second = base_time_epoch_unit(text);
    if (per_second) return read_epoch(text, per_second, had_zone);
    return base_time_read_named(text, zone, had_zone);
}

/* Units a second of an epoch; 0 of any other kind. */
static int64_t epoch_unit(enum trod_time_kind kind) {
    static const int64_t units[] = {[TROD_TIME_EPOCH_S] = 1,
                                    [TROD_TIME_EPOCH_MS] = 1000,
                                    [TROD_TIME_EPOCH_US] = 1000000,
                                    [TROD_TIME_EPOCH_NS] = 1000000000,
                                    [TROD_TIME_FORMAT] = 0};
    return (size_t)kind < TROD_COUNT(units) ? units[kind] : 0;
}

int64_t trod_time_read(trod_str text, const struct trod_time_form *form, bool *had_zone) {
    bool unused = false;
    bool *const zoned = had_zone ? had_zone : &unused;
    const enum trod_time_kind kind = form ? form->kind : TROD_TIME_GUESS;
    const struct trod_zone *const zone = form ? form->zone : NULL;
    const int64_t per_second = epoch_unit(kind);
    int64_t time_us = TROD_NO_TIME;
    *zoned = per_second != 0;
    if (per_second && base_time_quick_epoch(text, per_second, &time_us)) return time_us;
    if (kind == TROD_TIME_ISO && base_time_quick_iso(text, zone, zoned, &time_us))
        return time_us;
    *zoned = false;
    text = trod_str_trim(text);
    if (text.n == 0) return TROD_NO_TIME;
    if (per_second) return read_epoch(text, per_second, zoned);
    switch (kind) {
    case TROD_TIME_ISO:
        return read_iso(text, zone, zoned);
    case TROD_TIME_FORMAT:
        return base_time_read_format(text, form->format ? form->format : "", zone, zoned);
    default:
        return read_guess(text, zone, zoned);
    }
}
