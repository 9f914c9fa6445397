/* Times as machines write them, eight digits at a time. A word of eight bytes is checked and
 * added up by a few multiplications: neighbours to pairs, pairs to fours, fours to eight. Only
 * the shapes that nearly all files have are read here: "2024-03-01T10:20:30" with a fraction of
 * three or six digits and a zone, and epochs of nine digits and more. Whatever looks otherwise
 * in any way is left to the slow reader, which gives the same for these. */
#include <string.h>

#include "base/time_internal.h"

static uint64_t word_at(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* True if all eight bytes are digits. */
static bool are_digits(uint64_t word) {
    return ((word & EACH_BYTE(0xf0)) | (((word + EACH_BYTE(6)) & EACH_BYTE(0xf0)) >> 4)) ==
           EACH_BYTE(0x33);
}

/* The number in eight digits of which '0' was taken, the first in the lowest byte. */
static uint64_t number_in(uint64_t digits) {
    digits = digits * 10 + (digits >> 8); /* pairs, in every other byte */
    const uint64_t fours =
        ((digits & UINT64_C(0x000000ff000000ff)) * (100 + (UINT64_C(1000000) << 32))) +
        ((digits >> 16 & UINT64_C(0x000000ff000000ff)) * (1 + (UINT64_C(10000) << 32)));
    return fours >> 32;
}

/* The digits of a word as numbers, where `pattern` has '0'; false if it has anything else
 * there, or not the pattern's own bytes at the two places between. */
static bool fit_pattern(uint64_t word, uint64_t pattern, unsigned first, unsigned second,
                        uint64_t *digits) {
    /* What is added makes the highest bit of a byte tell: above 9, and above 0 between. */
    const uint64_t limit =
        EACH_BYTE(0x76) + (UINT64_C(9) << 8 * first) + (UINT64_C(9) << 8 * second);
    *digits = word ^ pattern;
    return (((*digits + limit) | *digits) & EACH_BYTE(0x80)) == 0;
}

/* The number in the two digits of which the first is byte i. */
static unsigned pair_at(uint64_t digits, unsigned i) {
    return (unsigned)((digits * 10 + (digits >> 8)) >> 8 * i) & 0xff;
}

/* n digits, 9 to 19, as a number; false if one is none. */
static bool read_digits(const char *at, size_t n, uint64_t *number) {
    const uint64_t last = word_at(at + n - 8);
    if (!are_digits(last)) return false;
    uint64_t head = 0;
    if (n <= 16) {
        const uint64_t first = word_at(at);
        if (!are_digits(first)) return false;
        const unsigned unused = (unsigned)(16 - n) * 8; /* bits of those that `last` has too */
        head = number_in((first - EACH_BYTE('0')) << unused);
    } else {
        for (size_t i = 0; i < n - 8; i++) {
            const unsigned digit = (unsigned)(unsigned char)at[i] - '0';
            if (digit > 9) return false;
            head = head * 10 + digit;
        }
    }
    *number = head * 100000000 + number_in(last - EACH_BYTE('0'));
    return true;
}

bool base_time_quick_epoch(trod_str text, int64_t per_second, int64_t *time_us) {
    uint64_t number = 0;
    if (text.n < 9 || text.n > 19 || !read_digits(text.at, text.n, &number)) return false;
    if (number > INT64_MAX) return false;
    int64_t us = (int64_t)number;
    if (per_second > TROD_SECOND_US)
        us /= per_second / TROD_SECOND_US;
    else if (__builtin_mul_overflow(us, TROD_SECOND_US / per_second, &us))
        return false;
    *time_us = base_time_within(us);
    return true;
}

/* The number in n digits, 2 or 3; above 999 if one is none. */
static unsigned few_digits(const char *at, size_t n) {
    unsigned number = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = (unsigned)(unsigned char)at[i] - '0';
        number = digit > 9 ? 100000 : number * 10 + digit;
    }
    return number;
}

/* Fraction and zone behind the seconds. */
static bool read_tail(trod_str text, int64_t *fraction_us, int64_t *offset_us, bool *had_zone) {
    size_t at = 19;
    if (at < text.n && text.at[at] == '.') {
        size_t n = 1;
        while (at + n < text.n && n < 8 && (unsigned)(text.at[at + n] - '0') <= 9) n++;
        if (n != 4 && n != 7) return false;
        *fraction_us = few_digits(text.at + at + 1, 3) * 1000;
        if (n == 7) *fraction_us += few_digits(text.at + at + 4, 3);
        at += n;
    }
    if (at == text.n) return true;
    *had_zone = true;
    if (text.at[at] == 'Z') return at + 1 == text.n;
    if (at + 6 != text.n || text.at[at + 3] != ':') return false;
    const char sign = text.at[at];
    const unsigned hours = few_digits(text.at + at + 1, 2),
                   minutes = few_digits(text.at + at + 4, 2);
    if ((sign != '+' && sign != '-') || hours > 14 || minutes > 59) return false;
    *offset_us = (hours * INT64_C(60) + minutes) * TROD_MINUTE_US;
    if (sign == '-') *offset_us = -*offset_us;
    return true;
}

bool base_time_quick_iso(trod_str text, const struct trod_zone *zone, bool *had_zone,
                         int64_t *time_us) {
    if (text.n < 19) return false;
    const char *const p = text.at;
    if (p[10] != 'T' && p[10] != ' ') return false;
    static const char dashes[] = "0000-00-", slashes[] = "0000/00/", colons[] = "00:00:00";
    uint64_t date = 0, clock = 0;
    if (!fit_pattern(word_at(p), word_at(p[4] == '-' ? dashes : slashes), 4, 7, &date) ||
        !fit_pattern(word_at(p + 11), word_at(colons), 2, 5, &clock))
        return false;
    const unsigned year = pair_at(date, 0) * 100 + pair_at(date, 2), month = pair_at(date, 5),
                   day = few_digits(p + 8, 2);
    const unsigned hour = pair_at(clock, 0), minute = pair_at(clock, 3),
                   second = pair_at(clock, 6);
    if (year == 0 || day > 31 || hour > 23 || minute > 59 || second > 59) return false;
    if (!trod_date_valid(year, (int)month, (int)day)) return false;
    int64_t fraction_us = 0, offset_us = 0;
    bool zoned = false;
    if (!read_tail(text, &fraction_us, &offset_us, &zoned)) return false;
    const int64_t wall_us = trod_days_from_civil(year, (int)month, (int)day) * TROD_DAY_US +
                            (hour * INT64_C(3600) + minute * 60 + second) * TROD_SECOND_US +
                            fraction_us;
    *had_zone = zoned;
    *time_us = base_time_within(zoned ? wall_us - offset_us : trod_zone_to_utc(zone, wall_us));
    return true;
}
