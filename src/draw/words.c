/* words: figures as people read them. Two significant figures where there is an interval to say
 * how sure they are; a space before "%"; commas between thousands; dates with the month's name,
 * so that nobody has to guess which number is the month.
 */
#include "draw/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_count(struct trod_buf *out, uint64_t n) {
    char digits[32];
    const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) trod_buf_byte(out, ',');
        trod_buf_byte(out, digits[i]);
    }
}

void words_plural(struct trod_buf *out, uint64_t n, const char *one, const char *many) {
    words_count(out, n);
    trod_buf_byte(out, ' ');
    trod_buf_adds(out, n == 1 ? one : many);
}

void words_touched(struct trod_buf *out, const struct trod_finding *finding) {
    if (finding->kind != TROD_FINDING_CHOICE) {
        words_plural(out, finding->people, "journey", "journeys");
        return;
    }
    words_count(out, finding->people);
    trod_buf_adds(out, " of ");
    words_plural(out, finding->share.of, "journey", "journeys");
    trod_buf_adds(out, " off the design");
}

/* A share of 1 as a number of percent, with `more` decimals than it would have alone. */
static const char *percent_number(double share, int more, char at[24]) {
    const double percent = share * 100;
    const double least = 0.1 / pow(10, more);
    if (isnan(share))
        snprintf(at, 24, "–");
    else if (percent <= 0)
        snprintf(at, 24, "0");
    else if (percent < 0.95 * least)
        snprintf(at, 24, "≤%.*f", more + 1, least);
    else if (percent < 0.995)
        snprintf(at, 24, "%.*f", more + 1, percent);
    else if (percent > 99 && percent < 100)
        snprintf(at, 24, "%.*f", more + 1, fmin(percent, 100 - least));
    else
        snprintf(at, 24, "%.*f", more, percent);
    return at;
}

void words_about(struct trod_buf *out, struct trod_share share, uint64_t few) {
    if (share.of < few) {
        trod_buf_adds(out, "too few");
        return;
    }
    const double wide = fmax(share.high - share.share, share.share - share.low) * 100;
    char at[24];
    trod_buf_format(out, "%s ±%.0f", percent_number(share.share, 0, at), ceil(wide - 1e-9));
}

void words_parts(const uint64_t *counts, unsigned *percents, size_t n) {
    uint64_t of = 0;
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) of += counts[i];
    for (size_t i = 0; i < n; i++) {
        percents[i] = of ? (unsigned)((double)counts[i] / (double)of * 100) : 0;
        sum += percents[i];
    }
    for (; of && sum < 100; sum++) {
        size_t most = 0;
        double rest = -1;
        for (size_t i = 0; i < n; i++) {
            const double r = (double)counts[i] / (double)of * 100 - percents[i];
            if (r > rest) {
                rest = r;
                most = i;
            }
        }
        percents[most]++;
    }
}

void words_between(struct trod_buf *out, const struct trod_measured *measured) {
    if (!measured->given) {
        trod_buf_adds(out, "–");
    } else if (isnan(measured->low) || isnan(measured->high)) {
        words_duration(out, measured->value);
    } else {
        char low[40], high[40];
        trod_duration_write(measured->low, low);
        trod_duration_write(measured->high, high);
        const char *unit = strchr(low, ' ');
        const size_t n = unit ? (size_t)(unit - low) : strlen(low);
        if (strcmp(low, high) == 0)
            trod_buf_adds(out, low);
        else if (unit && strchr(high, ' ') && strcmp(unit, strchr(high, ' ')) == 0)
            trod_buf_format(out, "%.*s–%s", (int)n, low, high);
        else
            trod_buf_format(out, "%s–%s", low, high);
    }
}

void words_percent(struct trod_buf *out, double share) {
    char at[24];
    trod_buf_adds(out, percent_number(share, 0, at));
    if (!isnan(share)) trod_buf_adds(out, " %");
}

/* How many decimals more it takes to tell the ends of an interval apart; -1: no two will do. */
static int decimals_between(double low, double high) {
    char a[24], z[24];
    for (int more = 0; more <= 2; more++)
        if (strcmp(percent_number(low, more, a), percent_number(high, more, z)) != 0)
            return more;
    return -1;
}

static void add_interval(struct trod_buf *out, double low, double high, int more) {
    char at[24];
    trod_buf_adds(out, percent_number(low, more, at));
    trod_buf_adds(out, " to ");
    trod_buf_adds(out, percent_number(high, more, at));
    trod_buf_adds(out, " %");
}

void words_interval(struct trod_buf *out, double low, double high) {
    const int more = decimals_between(low, high);
    if (more < 0)
        words_percent(out, low);
    else
        add_interval(out, low, high, more);
}

void words_share(struct trod_buf *out, struct trod_share share, uint64_t few) {
    char at[24];
    if (share.of < few) {
        trod_buf_adds(out, "too few to tell (");
        words_count(out, share.n);
        trod_buf_adds(out, " of ");
        words_count(out, share.of);
        trod_buf_byte(out, ')');
        return;
    }
    const int more = decimals_between(share.low, share.high);
    trod_buf_adds(out, percent_number(share.share, more < 0 ? 2 : more, at));
    trod_buf_adds(out, " %");
    if (more < 0) return;
    trod_buf_adds(out, " (");
    add_interval(out, share.low, share.high, more);
    trod_buf_byte(out, ')');
}

void words_duration(struct trod_buf *out, double duration_us) {
    char at[40];
    trod_buf_adds(out, isnan(duration_us) ? "–" : trod_duration_write(duration_us, at));
}

void words_durations(struct trod_buf *out, double low_us, double high_us) {
    char low[40], high[40];
    trod_duration_write(low_us, low);
    trod_duration_write(high_us, high);
    if (strcmp(low, high) == 0) {
        trod_buf_adds(out, low);
        return;
    }
    const char *low_unit = strchr(low, ' '), *high_unit = strchr(high, ' ');
    if (low_unit && high_unit && strcmp(low_unit, high_unit) == 0)
        trod_buf_add(out, (trod_str){low, (size_t)(low_unit - low)});
    else
        trod_buf_adds(out, low);
    trod_buf_adds(out, " to ");
    trod_buf_adds(out, high);
}

void words_measured_time(struct trod_buf *out, const struct trod_measured *measured) {
    if (!measured->given) {
        trod_buf_adds(out, "–");
        return;
    }
    words_duration(out, measured->value);
    if (isnan(measured->low) || isnan(measured->high)) return;
    char low[40], high[40];
    trod_duration_write(measured->low, low);
    if (strcmp(low, trod_duration_write(measured->high, high)) == 0) return; /* to the digit */
    trod_buf_adds(out, " (");
    words_durations(out, measured->low, measured->high);
    trod_buf_byte(out, ')');
}

void words_date(struct trod_buf *out, int64_t time_us) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (time_us == TROD_NO_TIME) {
        trod_buf_adds(out, "–");
        return;
    }
    const struct trod_civil civil = trod_civil_from_us(time_us);
    trod_buf_format(out, "%d %s %lld", civil.day, months[civil.month - 1],
                    (long long)civil.year);
}

void words_amount(struct trod_buf *out, double amount) {
    if (isnan(amount)) {
        trod_buf_adds(out, "–");
        return;
    }
    if (amount < 0) trod_buf_byte(out, '-');
    const double size = fabs(amount);
    if (size >= 1e7)
        trod_buf_format(out, size >= 1e10 ? "%.1f billion" : "%.1f million",
                        size >= 1e10 ? size / 1e9 : size / 1e6);
    else if (size >= 1000 || size == floor(size))
        words_count(out, (uint64_t)llround(size));
    else
        trod_buf_format(out, "%.3g", size);
}

void words_value(struct trod_buf *out, double value, enum trod_unit unit) {
    if (unit == TROD_UNIT_SHARE)
        words_percent(out, value);
    else if (unit == TROD_UNIT_DURATION)
        words_duration(out, value);
    else
        words_amount(out, value);
}

/* ---- Limits and targets, in the words of the map
 * ----------------------------------------------- */

/* What stands between a word and the next comma or " by ", or all if the word is missing. */
static trod_str part_after(trod_str text, const char *word) {
    const trod_str sought = trod_str_of(word);
    trod_str part = text;
    for (size_t i = 0; i + sought.n <= text.n; i++)
        if (trod_str_equal(trod_str_slice(text, i, i + sought.n), sought)) {
            part = trod_str_slice(text, i + sought.n, text.n);
            break;
        }
    for (size_t i = 0; i < part.n; i++)
        if (part.at[i] == ',' ||
            trod_str_starts(trod_str_slice(part, i, part.n), TROD_STR(" by "))) {
            part = trod_str_slice(part, 0, i);
            break;
        }
    return trod_str_trim(part);
}

void words_window(struct trod_buf *out, const struct trod_window *window, bool limit) {
    if (limit && trod_str_contains(window->text, TROD_STR("at most ")))
        trod_buf_add(out, part_after(window->text, "at most "));
    else
        trod_buf_add(out, window->text);
}

/* The unit in which a target is written, in microseconds; 0 if it is none with a fixed length.
 */
static double unit_of(trod_str target, trod_str *unit) {
    static const struct {
        const char *one;
        double us;
    } units[] = {{"s", 1e6},       {"min", 60e6},     {"h", 3600e6},    {"day", 864e8},
                 {"week", 6048e8}, {"month", 2592e9}, {"year", 31536e9}};
    const size_t blank = trod_str_find(target, ' ');
    if (blank == SIZE_MAX) return 0;
    *unit = trod_str_slice(target, blank + 1, target.n);
    if (unit->n > 1 && unit->at[unit->n - 1] == 's') unit->n--;
    for (size_t i = 0; i < TROD_COUNT(units); i++)
        if (trod_str_is(*unit, units[i].one)) return units[i].us;
    return 0;
}

static int side(double value, double target) {
    return (value > target) - (value < target);
}

/* A number with two figures, or as many more as it takes to stand on its side of the target. */
static const char *number_beside(double value, double target, char at[40]) {
    const int whole = value >= 1 ? 1 + (int)floor(log10(value)) : 1;
    for (int figures = 2; figures <= 5; figures++) {
        snprintf(at, 40, "%.*f", figures > whole ? figures - whole : 0, value);
        if (side(strtod(at, NULL), target) == side(value, target)) break;
    }
    if (strchr(at, '.')) {
        size_t n = strlen(at);
        while (at[n - 1] == '0') at[--n] = '\0';
        if (at[n - 1] == '.') at[--n] = '\0';
    }
    return at;
}

static void towards(struct trod_buf *out, double value, const struct trod_target *target) {
    char at[40];
    if (target->unit == TROD_UNIT_SHARE) {
        char share[24];
        for (int more = 0; more <= 2; more++) {
            percent_number(value, more, share);
            if (side(strtod(share, NULL) / 100, target->value) == side(value, target->value))
                break;
        }
        trod_buf_format(out, "%s %%", share);
        return;
    }
    trod_str unit = {NULL, 0};
    const trod_str text = part_after(target->text, target->at_least ? "at least " : "at most ");
    const double us = target->unit == TROD_UNIT_DURATION ? unit_of(text, &unit) : 0;
    if (us == 0 || value / us < 0.095 || value / us >= 9999.5) {
        words_value(out, value, target->unit);
        return;
    }
    number_beside(value / us, target->value / us, at);
    trod_buf_format(out, "%s %.*s", at, TROD_ARG(unit));
    if (us >= 864e8 && strcmp(at, "1") != 0) trod_buf_byte(out, 's');
}

void words_kpi(struct trod_buf *out, const struct trod_kpi *kpi, enum trod_unit unit,
               double value) {
    if (kpi->target.given && kpi->target.unit == unit)
        towards(out, value, &kpi->target);
    else
        words_value(out, value, unit);
}

void words_target(struct trod_buf *out, const struct trod_target *target) {
    trod_buf_adds(out, target->at_least ? "at least " : "at most ");
    if (target->unit == TROD_UNIT_DURATION)
        trod_buf_add(out,
                     part_after(target->text, target->at_least ? "at least " : "at most "));
    else
        words_value(out, target->value, target->unit);
}

void words_action(struct trod_buf *out, const struct trod_map *map, uint32_t action_id) {
    static const char *const statuses[] = {"open", "started", "done", "dropped"};
    if (action_id == TROD_NO_ID) {
        trod_buf_adds(out, "no action yet");
        return;
    }
    const struct trod_action *action = &map->actions[action_id];
    trod_buf_format(out, "action %.*s: %s", TROD_ARG(action->id), statuses[action->status]);
}

const char *words_left(const struct trod_compare *compare) {
    return compare->left_known ? "left" : "last seen";
}

trod_str words_touchpoint(const struct trod_map *map, uint32_t touchpoint_id) {
    const struct trod_touchpoint *touchpoint = &map->touchpoints[touchpoint_id];
    return touchpoint->title.n ? touchpoint->title : touchpoint->id;
}

trod_str words_stage(const struct trod_map *map, uint32_t stage_id) {
    const struct trod_stage *stage = &map->stages[stage_id];
    return stage->title.n ? stage->title : stage->id;
}
