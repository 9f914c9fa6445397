/* Cells of a spreadsheet hold numbers; that one is a date, only the way in which it is shown
 * tells. A date is a count of days, the fraction is the time of day; day 60 is 29 February
 * 1900, which never was, in all files but those that count from 1904. */
#include "intake/xlsx.h"

#include <math.h>
#include <stdio.h>

#include "intake/inside.h"

#define DAY_MS INT64_C(86400000)

bool intake_xlsx_is_date_id(int64_t id) {
    /* 27 to 36 and 50 to 58 are the dates of East Asia. */
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

bool intake_xlsx_is_date_format(trod_str format) {
    char closes = 0;
    if (trod_str_equal_fold(format, TROD_STR("General"))) return false;
    for (size_t i = 0; i < format.n; i++) {
        const char c = format.at[i];
        if (closes)
            closes = c == closes ? 0 : closes;
        else if (c == '"' || c == '[')
            closes = c == '"' ? '"' : ']';
        else if (c == '\\' || c == '_' || c == '*')
            i++;
        else if (strchr("ymdhsYMDHS", c) && c)
            return true;
    }
    return false;
}

const char *intake_xlsx_date(double serial, bool since_1904, char at[40]) {
    at[0] = '\0';
    if (!(serial >= 0 && serial < 2958466)) return at;
    const int64_t ms = llround(serial * (double)DAY_MS), day = ms / DAY_MS;
    const int64_t first = trod_days_from_civil(since_1904 ? 1904 : 1899, since_1904 ? 1 : 12,
                                               since_1904 ? 1
                                               : day < 60 ? 31
                                                          : 30);
    const struct trod_civil civil =
        trod_civil_from_us((first + day) * TROD_DAY_US + ms % DAY_MS * 1000);
    if (civil.year > 9999) return at;
    int n = 0;
    if (day > 0 || since_1904)
        n = snprintf(at, 40, "%04d-%02d-%02dT", (int)civil.year, civil.month, civil.day);
    n += snprintf(at + n, 40 - (size_t)n, "%02d:%02d:%02d", civil.hour, civil.minute,
                  civil.second);
    if (civil.microsecond) snprintf(at + n, 40 - (size_t)n, ".%03d", civil.microsecond / 1000);
    return at;
}

bool intake_xlsx_column(trod_str reference, size_t *column) {
    size_t n = 0, i = 0;
    for (; i < reference.n && i < 4 && reference.at[i] >= 'A' && reference.at[i] <= 'Z'; i++)
        n = n * 26 + (size_t)(reference.at[i] - 'A') + 1;
    if (n == 0 || n > XLSX_MOST_COLUMNS) return false;
    *column = n - 1;
    return true;
}

static int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* The character of an escape at the begin of the text; 0 if there is none. */
static uint32_t escape(trod_str text) {
    if (text.n < 7 || text.at[0] != '_' || text.at[1] != 'x' || text.at[6] != '_') return 0;
    uint32_t c = 0;
    for (size_t i = 2; i < 6; i++) {
        const int digit = hex(text.at[i]);
        if (digit < 0) return 0;
        c = c << 4 | (uint32_t)digit;
    }
    return c >= 0xd800 && c < 0xe000 ? 0 : c;
}

void intake_xlsx_unescape(struct trod_buf *out, trod_str text) {
    while (text.n) {
        const char *const next = memchr(text.at, '_', text.n);
        const size_t n = next ? (size_t)(next - text.at) : text.n;
        trod_buf_add(out, (trod_str){text.at, n});
        text = (trod_str){text.at + n, text.n - n};
        if (text.n == 0) break;
        const uint32_t c = escape(text);
        const size_t taken = c ? 7 : 1;
        if (c)
            intake_character(out, c);
        else
            trod_buf_byte(out, '_');
        text = (trod_str){text.at + taken, text.n - taken};
    }
}
