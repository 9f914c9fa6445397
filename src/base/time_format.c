/* Times by a format of strptime's letters, and the guess of a column's format. The guess tries
 * each known shape on all texts, the plainest first; where day-first and month-first both read
 * every text, the column does not say which it is, and the caller is told. */
#include "base/time_internal.h"

static const char *const MONTHS[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const DAYS[] = {"monday", "tuesday",  "wednesday", "thursday",
                                   "friday", "saturday", "sunday"};

/* The index of the name (whole, or its first three letters) at *at; -1 if none. */
static int read_name(trod_str text, size_t *at, const char *const *names, int n_names) {
    size_t n = 0;
    while (*at + n < text.n) {
        const char c = (char)(text.at[*at + n] | 0x20);
        if (c < 'a' || c > 'z') break;
        n++;
    }
    const trod_str word = trod_str_slice(text, *at, *at + n);
    for (int i = 0; i < n_names; i++) {
        const trod_str name = trod_str_of(names[i]);
        const bool september = n == 4 && i == 8 && n_names == 12; /* "Sept" */
        if (!trod_str_equal_fold(word, name) &&
            !((n == 3 || september) && trod_str_equal_fold(word, trod_str_slice(name, 0, n))))
            continue;
        *at += n;
        return i;
    }
    return -1;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct reading {
    trod_str text;
    size_t at;
    struct time_parts parts;
    bool has_year, epoch, twelve_hours, has_half, afternoon;
    int day_of_year;
    int64_t epoch_us;
};

static bool read_half(struct reading *r) {
    static const char *const HALVES[] = {"am", "pm", "a.m.", "p.m."};
    for (size_t i = 0; i < TROD_COUNT(HALVES); i++) {
        const size_t n = strlen(HALVES[i]);
        if (!trod_str_equal_fold(trod_str_slice(r->text, r->at, r->at + n),
                                 trod_str_of(HALVES[i])))
            continue;
        r->at += n;
        r->has_half = true;
        r->afternoon = i % 2 == 1;
        return true;
    }
    return false;
}

static bool read_epoch_seconds(struct reading *r) {
    size_t end = r->at;
    if (end < r->text.n && r->text.at[end] == '-') end++;
    while (end < r->text.n && r->text.at[end] >= '0' && r->text.at[end] <= '9') end++;
    int64_t seconds = 0;
    if (!trod_str_int64(trod_str_slice(r->text, r->at, end), &seconds)) return false;
    if (__builtin_mul_overflow(seconds, TROD_SECOND_US, &r->epoch_us)) return false;
    r->at = end;
    r->epoch = true;
    return true;
}

static bool read_format(struct reading *r, const char *format);

/* The letter after a %. */
static bool read_letter(struct reading *r, char letter) {
    struct time_parts *const parts = &r->parts;
    const trod_str text = r->text;
    int value = 0;
    switch (letter) {
    case 'Y':
        r->has_year = true;
        return base_time_digits(text, &r->at, 4, 4, &parts->year);
    case 'y':
        r->has_year = true;
        if (!base_time_digits(text, &r->at, 2, 2, &value)) return false;
        parts->year = value < 69 ? 2000 + value : 1900 + value;
        return true;
    case 'm':
        return base_time_digits(text, &r->at, 1, 2, &parts->month);
    case 'd':
        return base_time_digits(text, &r->at, 1, 2, &parts->day);
    case 'e':
        if (r->at < text.n && text.at[r->at] == ' ') r->at++;
        return base_time_digits(text, &r->at, 1, 2, &parts->day);
    case 'H':
        return base_time_digits(text, &r->at, 1, 2, &parts->hour);
    case 'I':
        r->twelve_hours = true;
        return base_time_digits(text, &r->at, 1, 2, &parts->hour) && parts->hour >= 1 &&
               parts->hour <= 12;
    case 'M':
        return base_time_digits(text, &r->at, 1, 2, &parts->minute);
    case 'S':
        return base_time_digits(text, &r->at, 1, 2, &parts->second);
    case 'f':
        return base_time_fraction(text, &r->at, &parts->microsecond);
    case 'j':
        return base_time_digits(text, &r->at, 1, 3, &r->day_of_year) && r->day_of_year >= 1 &&
               r->day_of_year <= 366;
    case 'b':
    case 'B':
    case 'h':
        parts->month = read_name(text, &r->at, MONTHS, 12) + 1;
        return parts->month > 0;
    case 'a':
    case 'A':
        return read_name(text, &r->at, DAYS, 7) >= 0;
    case 'p':
        return read_half(r);
    case 'z':
    case 'Z':
        parts->had_zone = true;
        return base_time_zone(text, &r->at, &parts->offset_s);
    case 's':
        return read_epoch_seconds(r);
    case 'T':
        return read_format(r, "%H:%M:%S");
    case 'R':
        return read_format(r, "%H:%M");
    case 'D':
        return read_format(r, "%m/%d/%y");
    case 'F':
        return read_format(r, "%Y-%m-%d");
    case '%':
        return r->at < text.n && text.at[r->at++] == '%';
    default:
        return false;
    }
}

static bool read_format(struct reading *r, const char *format) {
    for (; *format; format++) {
        if (is_space(*format)) {
            while (r->at < r->text.n && is_space(r->text.at[r->at])) r->at++;
        } else if (*format == '%') {
            if (!*++format || !read_letter(r, *format)) return false;
        } else if (r->at >= r->text.n || r->text.at[r->at++] != *format) {
            return false;
        }
    }
    return true;
}

int64_t base_time_read_format(trod_str text, const char *format, const struct trod_zone *zone,
                              bool *had_zone) {
    struct reading r = {.text = text, .parts = {.month = 1, .day = 1}};
    if (!read_format(&r, format) || r.at != text.n) return TROD_NO_TIME;
    if (r.epoch) {
        *had_zone = true;
        return base_time_within(r.epoch_us);
    }
    if (!r.has_year) return TROD_NO_TIME;
    if (r.has_half) {
        if (!r.twelve_hours && (r.parts.hour < 1 || r.parts.hour > 12)) return TROD_NO_TIME;
        r.parts.hour = r.parts.hour % 12 + (r.afternoon ? 12 : 0);
    }
    if (r.day_of_year) {
        if (r.day_of_year == 366 && !trod_date_valid(r.parts.year, 2, 29)) return TROD_NO_TIME;
        const struct trod_civil date = trod_civil_from_us(
            (trod_days_from_civil(r.parts.year, 1, 1) + r.day_of_year - 1) * TROD_DAY_US);
        r.parts.month = date.month;
        r.parts.day = date.day;
    }
    *had_zone = r.parts.had_zone;
    return base_time_from_parts(&r.parts, zone);
}

/* What may follow a date. */
#define WITH_TIMES(date)                                                                    \
    date, date " %H:%M", date " %H:%M:%S", date " %H:%M:%S.%f", date " %H:%M:%S,%f",        \
        date " %H:%M:%S %z", date " %H:%M:%S.%f %z", date "T%H:%M:%S", date "T%H:%M:%S.%f", \
        date "T%H:%M:%S%z", date ", %H:%M", date ", %H:%M:%S", date " %I:%M %p",            \
        date " %I:%M:%S %p", date " %I:%M:%S.%f %p", date ", %I:%M %p", date ", %I:%M:%S %p"

/* Day and month are told apart by the month's name, or the year comes first. */
static const char *const NAMED[] = {
    WITH_TIMES("%d %b %Y"),      WITH_TIMES("%d-%b-%Y"), WITH_TIMES("%d. %b %Y"),
    WITH_TIMES("%b %d, %Y"),     WITH_TIMES("%b %d %Y"), WITH_TIMES("%a, %d %b %Y"),
    WITH_TIMES("%a, %b %d, %Y"), "%a %b %e %H:%M:%S %Y", "%a %b %e %H:%M:%S %z %Y",
    "%a %b %d %Y %H:%M:%S %z",   "%d/%b/%Y:%H:%M:%S %z", "%d/%b/%Y %H:%M:%S",
    WITH_TIMES("%d-%b-%y"),      WITH_TIMES("%Y-%m-%d"), WITH_TIMES("%Y/%m/%d"),
    WITH_TIMES("%Y.%m.%d"),      WITH_TIMES("%Y %b %d"),
};

int64_t base_time_read_named(trod_str text, const struct trod_zone *zone, bool *had_zone) {
    bool digits = false;
    for (size_t i = 0; i < text.n && i < 48; i++)
        digits = digits || (text.at[i] >= '0' && text.at[i] <= '9');
    if (text.n < 8 || text.n > 48 || !digits)
        return TROD_NO_TIME; /* soon told for plain words */
    for (size_t i = 0; i < TROD_COUNT(NAMED); i++) {
        const int64_t time_us = base_time_read_format(text, NAMED[i], zone, had_zone);
        if (time_us != TROD_NO_TIME) return time_us;
    }
    return TROD_NO_TIME;
}

/* Row by row the same shape: day first, month first. */
static const char *const DAY_FIRST[] = {
    WITH_TIMES("%d.%m.%Y"), WITH_TIMES("%d/%m/%Y"), WITH_TIMES("%d-%m-%Y"),
    WITH_TIMES("%d.%m.%y"), WITH_TIMES("%d/%m/%y"), WITH_TIMES("%d-%m-%y"),
};
static const char *const MONTH_FIRST[] = {
    WITH_TIMES("%m.%d.%Y"), WITH_TIMES("%m/%d/%Y"), WITH_TIMES("%m-%d-%Y"),
    WITH_TIMES("%m.%d.%y"), WITH_TIMES("%m/%d/%y"), WITH_TIMES("%m-%d-%y"),
};
_Static_assert(TROD_COUNT(DAY_FIRST) == TROD_COUNT(MONTH_FIRST), "the rows are pairs");

static bool reads_all(const trod_str *texts, size_t n, const struct trod_time_form *form) {
    size_t n_read = 0;
    for (size_t i = 0; i < n; i++) {
        if (trod_str_trim(texts[i]).n == 0) continue;
        if (trod_time_read(texts[i], form, NULL) == TROD_NO_TIME) return false;
        n_read++;
    }
    return n_read > 0;
}

/* The epoch kind that every text has by its number of digits. */
static enum trod_time_kind epoch_of_all(const trod_str *texts, size_t n) {
    int64_t unit = -1;
    for (size_t i = 0; i < n; i++) {
        const trod_str text = trod_str_trim(texts[i]);
        if (text.n == 0) continue;
        const int64_t of_this = base_time_epoch_unit(text);
        if (of_this == 0 || (unit >= 0 && of_this != unit)) return TROD_TIME_GUESS;
        unit = of_this;
    }
    switch (unit) {
    case 1:
        return TROD_TIME_EPOCH_S;
    case 1000:
        return TROD_TIME_EPOCH_MS;
    case 1000000:
        return TROD_TIME_EPOCH_US;
    case 1000000000:
        return TROD_TIME_EPOCH_NS;
    default:
        return TROD_TIME_GUESS;
    }
}

/* The first named format that reads all. */
static bool guess_named(const trod_str *texts, size_t n, struct trod_time_form *form) {
    for (size_t i = 0; i < TROD_COUNT(NAMED); i++) {
        *form = (struct trod_time_form){TROD_TIME_FORMAT, NAMED[i], form->zone};
        if (reads_all(texts, n, form)) return true;
    }
    return false;
}

static bool guess_day_and_month(const trod_str *texts, size_t n, struct trod_time_form *form,
                                bool *ambiguous) {
    for (size_t i = 0; i < TROD_COUNT(DAY_FIRST); i++) {
        const struct trod_time_form day = {TROD_TIME_FORMAT, DAY_FIRST[i], form->zone};
        const struct trod_time_form month = {TROD_TIME_FORMAT, MONTH_FIRST[i], form->zone};
        const bool by_day = reads_all(texts, n, &day), by_month = reads_all(texts, n, &month);
        if (!by_day && !by_month) continue;
        /* Points are written day first, whoever writes them; with "AM" the month comes first.
         */
        const bool points = DAY_FIRST[i][2] == '.';
        const bool halves = strstr(DAY_FIRST[i], "%p") != NULL;
        *ambiguous = by_day && by_month && !points;
        *form = by_day && !(by_month && halves && !points) ? day : month;
        return true;
    }
    return false;
}

bool trod_time_guess(const trod_str *texts, size_t n, struct trod_time_form *form,
                     bool *ambiguous) {
    bool unused = false;
    if (!ambiguous) ambiguous = &unused;
    *ambiguous = false;
    struct trod_time_form guess = {.kind = TROD_TIME_ISO, .zone = form->zone};
    if (!reads_all(texts, n, &guess)) {
        guess.kind = epoch_of_all(texts, n);
        if (guess.kind == TROD_TIME_GUESS || !reads_all(texts, n, &guess)) {
            if (!guess_named(texts, n, &guess) &&
                !guess_day_and_month(texts, n, &guess, ambiguous)) {
                /* Several of the unmistakable shapes side by side. */
                guess = (struct trod_time_form){.kind = TROD_TIME_GUESS, .zone = form->zone};
                if (!reads_all(texts, n, &guess)) return false;
            }
        }
    }
    *form = guess;
    return true;
}
