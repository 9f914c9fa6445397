/* words: figures as people read them. Two significant figures where there is an interval to say
 * how sure they are; a space before "%"; commas between thousands; dates with the month's name,
 * so that nobody has to guess which number is the month.
 */
#include "draw/words.h"

#include <math.h>
#include <stdio.h>

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

static void percent_number(struct trod_buf *out, double share) {
    const double percent = share * 100;
    if (isnan(share))
        trod_buf_adds(out, "–");
    else if (percent <= 0)
        trod_buf_adds(out, "0");
    else if (percent < 0.095)
        trod_buf_adds(out, "<0.1");
    else if (percent < 0.995)
        trod_buf_format(out, "%.1f", percent);
    else if (percent > 99 && percent < 100)
        trod_buf_format(out, "%.1f", fmin(percent, 99.9));
    else
        trod_buf_format(out, "%.0f", percent);
}

void words_percent(struct trod_buf *out, double share) {
    percent_number(out, share);
    if (!isnan(share)) trod_buf_adds(out, " %");
}

void words_interval(struct trod_buf *out, double low, double high) {
    percent_number(out, low);
    trod_buf_adds(out, " to ");
    words_percent(out, high);
}

void words_share(struct trod_buf *out, struct trod_share share, uint64_t few) {
    if (share.of < few) {
        trod_buf_adds(out, "too few to tell (");
        words_count(out, share.n);
        trod_buf_adds(out, " of ");
        words_count(out, share.of);
        trod_buf_byte(out, ')');
        return;
    }
    words_percent(out, share.share);
    trod_buf_adds(out, " (");
    words_interval(out, share.low, share.high);
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

static void window_part(struct trod_buf *out, const char *word, int64_t time_us, bool working) {
    if (time_us == TROD_NO_TIME) return;
    if (out->n && out->at[out->n - 1] != ' ' && word[0]) trod_buf_adds(out, ", ");
    trod_buf_adds(out, word);
    words_duration(out, (double)time_us);
    if (working) trod_buf_adds(out, " of working time");
}

void words_window(struct trod_buf *out, const struct trod_window *window, bool limit) {
    struct trod_buf words = {0};
    if (limit) {
        window_part(&words, "", window->most_us, false);
    } else {
        window_part(&words, "usually ", window->usual_us, window->working);
        window_part(&words, "at most ", window->most_us, window->working);
        window_part(&words, "at least ", window->least_us, window->working);
    }
    trod_buf_add(out, trod_buf_str(&words));
    if (words.failed) out->failed = true;
    trod_buf_free(&words);
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
