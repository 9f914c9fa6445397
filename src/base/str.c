/* Borrowed text. Decoding follows table 3-7 of the Unicode standard: overlong forms, surrogates
 * and values above U+10FFFF are invalid, and each invalid byte stands for itself. Numbers take
 * Clinger's fast path (at most 19 digits and a power of ten up to 22, each exact in a double)
 * and leave the rest to the correctly rounding reader behind the JSON door. */
#include "trod/base/str.h"

#include "base/number.h"

int trod_str_compare(trod_str a, trod_str b) {
    const size_t n = a.n < b.n ? a.n : b.n;
    const int order = n ? memcmp(a.at, b.at, n) : 0;
    if (order) return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool trod_str_starts(trod_str text, trod_str with) {
    return text.n >= with.n && (with.n == 0 || memcmp(text.at, with.at, with.n) == 0);
}

bool trod_str_ends(trod_str text, trod_str with) {
    return text.n >= with.n &&
           (with.n == 0 || memcmp(text.at + (text.n - with.n), with.at, with.n) == 0);
}

bool trod_str_contains(trod_str text, trod_str part) {
    if (part.n == 0) return true;
    return text.n >= part.n && memmem(text.at, text.n, part.at, part.n) != NULL;
}

size_t trod_str_find(trod_str text, char byte) {
    const char *found = text.n ? memchr(text.at, byte, text.n) : NULL;
    return found ? (size_t)(found - text.at) : SIZE_MAX;
}

trod_str trod_str_slice(trod_str text, size_t from, size_t to) {
    if (to > text.n) to = text.n;
    if (from > to) from = to;
    return (trod_str){text.at ? text.at + from : NULL, to - from};
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

trod_str trod_str_trim(trod_str text) {
    while (text.n && is_blank(text.at[text.n - 1])) text.n--;
    while (text.n && is_blank(*text.at)) {
        text.at++;
        text.n--;
    }
    return text;
}

/* Length of the valid character at `at` (of `room` bytes, at least 1), 0 if it is invalid. */
static size_t decode(const char *at, size_t room, int32_t *c) {
    const unsigned char *p = (const unsigned char *)at;
    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }
    if (p[0] < 0xc2 || p[0] > 0xf4) return 0;
    const size_t n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (room < n) return 0;
    /* The second byte alone decides on overlong forms, surrogates and the upper end. */
    const unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high) return 0;
    int32_t value = p[0] & (0x7f >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
        value = value << 6 | (p[i] & 0x3f);
    }
    *c = value;
    return n;
}

int32_t trod_str_next(trod_str text, size_t *offset) {
    if (*offset >= text.n) return -1;
    int32_t c = 0;
    const size_t n = decode(text.at + *offset, text.n - *offset, &c);
    *offset += n ? n : 1;
    return n ? c : 0xfffd;
}

bool trod_str_utf8(trod_str text, size_t *bad_at) {
    size_t i = 0;
    while (i < text.n) {
        /* Eight bytes at a time while all are ASCII and none is NUL. */
        while (i + 8 <= text.n) {
            uint64_t word;
            memcpy(&word, text.at + i, 8);
            const uint64_t high = UINT64_C(0x8080808080808080);
            if ((word | (word - UINT64_C(0x0101010101010101))) & high) break;
            i += 8;
        }
        if (i >= text.n) break;
        int32_t c = 0;
        const size_t n = decode(text.at + i, text.n - i, &c);
        if (n == 0 || c == 0) {
            if (bad_at) *bad_at = i;
            return false;
        }
        i += n;
    }
    return true;
}

bool trod_str_int64(trod_str text, int64_t *value) {
    size_t i = 0;
    const bool negative = text.n && text.at[0] == '-';
    if (text.n && (text.at[0] == '-' || text.at[0] == '+')) i++;
    if (i == text.n) return false;
    const uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t sum = 0;
    for (; i < text.n; i++) {
        const unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        if (digit > 9) return false;
        if (sum > (limit - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The parts of a decimal number: sign, the first 19 significant digits, power of ten. */
struct decimal {
    uint64_t digits;
    int64_t power; /* of the last digit in `digits` */
    int64_t order; /* power of ten of the first significant digit, for what is out of range */
    bool negative;
};

static bool read_exponent(trod_str text, size_t i, int64_t *exponent) {
    bool negative = false;
    if (i < text.n && (text.at[i] == '-' || text.at[i] == '+')) negative = text.at[i++] == '-';
    if (i == text.n) return false;
    int64_t sum = 0;
    for (; i < text.n; i++) {
        const unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        if (digit > 9) return false;
        if (sum < INT64_MAX / 100) sum = sum * 10 + digit;
    }
    *exponent = negative ? -sum : sum;
    return true;
}

static bool read_decimal(trod_str text, struct decimal *decimal) {
    size_t i = 0;
    *decimal = (struct decimal){0};
    if (text.n && (text.at[0] == '-' || text.at[0] == '+'))
        decimal->negative = text.at[i++] == '-';
    int significant = 0;
    bool any = false, point = false;
    for (; i < text.n; i++) {
        const unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
        if (digit <= 9) {
            any = true;
            if (significant < 19) {
                decimal->digits = decimal->digits * 10 + digit;
                if (decimal->digits) significant++;
                if (point) decimal->power--;
            } else if (!point) {
                decimal->power++;
            }
        } else if (text.at[i] == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    if (!any) return false;
    if (i < text.n) {
        int64_t exponent = 0;
        if ((text.at[i] | 0x20) != 'e' || !read_exponent(text, i + 1, &exponent)) return false;
        decimal->power += exponent;
    }
    decimal->order = decimal->power + significant;
    return true;
}

bool trod_str_number(trod_str text, double *value) {
    struct decimal decimal;
    if (!read_decimal(text, &decimal)) return false;
    double size = 0;
    if (decimal.digits == 0) {
        size = 0;
    } else if (decimal.digits <= UINT64_C(1) << 53 && decimal.power >= -22 &&
               decimal.power <= 22) {
        size = (double)decimal.digits;
        if (decimal.power < 0)
            size /= POWERS[-decimal.power];
        else
            size *= POWERS[decimal.power];
    } else if (decimal.order > 310) {
        return false;
    } else if (decimal.order < -330) {
        size = 0;
    } else {
        const bool sign = text.at[0] == '-' || text.at[0] == '+';
        const trod_str rest = trod_str_slice(text, sign ? 1 : 0, text.n);
        if (!base_number_read(rest.at, rest.n, &size)) return false;
    }
    *value = decimal.negative ? -size : size;
    return true;
}

enum { DISTANCE_ROOM = 256 };

static size_t characters_of(trod_str text, int32_t at[DISTANCE_ROOM]) {
    size_t n = 0, offset = 0;
    while (offset < text.n && n < DISTANCE_ROOM) at[n++] = trod_str_next(text, &offset);
    return offset < text.n ? SIZE_MAX : n;
}

unsigned trod_str_distance(trod_str a, trod_str b, unsigned limit) {
    const unsigned beyond = limit == UINT32_MAX ? limit : limit + 1;
    while (a.n && b.n && a.at[0] == b.at[0]) {
        a = trod_str_slice(a, 1, a.n);
        b = trod_str_slice(b, 1, b.n);
    }
    if (a.n == 0 && b.n == 0) return 0;
    int32_t x[DISTANCE_ROOM], y[DISTANCE_ROOM];
    const size_t n = characters_of(a, x), m = characters_of(b, y);
    if (n == SIZE_MAX || m == SIZE_MAX) return beyond;
    if ((n > m ? n - m : m - n) > limit) return beyond;

    unsigned rows[3][DISTANCE_ROOM + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= m; j++) last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = (unsigned)i;
        unsigned least = row[0];
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = last[j - 1] + (x[i - 1] != y[j - 1]);
            if (last[j] + 1 < cost) cost = last[j] + 1;
            if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
                before[j - 2] + 1 < cost)
                cost = before[j - 2] + 1;
            row[j] = cost;
            if (cost < least) least = cost;
        }
        if (least > beyond) return beyond; /* a swap reaches back one row, at a cost of 1 */
        unsigned *const spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[m] > limit ? beyond : last[m];
}
