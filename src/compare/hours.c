/* Working time between two instants, by a team's hours.
 *
 * A week of hours is laid out as minutes of each weekday. Whole weeks count by multiplication,
 * the days left over one by one, the first and last day cut at their ends; a holiday has no
 * hours. The hours are read as UTC, because a map names no zone for a team.
 *
 * "2 working days" means twice the hours of a usual day of the team: a duration in days is
 * scaled so that one such day is 24 hours, and then compares with the limit as written.
 */
#include "compare/inner.h"

static int64_t floor_day(int64_t time_us) {
    int64_t day = time_us / TROD_DAY_US;
    if (time_us % TROD_DAY_US < 0) day--;
    return day;
}

static unsigned weekday(int64_t day) { /* 1970-01-01 was a Thursday */
    const int64_t d = (day + 3) % 7;
    return (unsigned)(d < 0 ? d + 7 : d);
}

/* Working microseconds of a weekday between two moments of the day. Lines that overlap are the
 * writer's to mend: they add up. */
static int64_t hours_between(const struct trod_team *team, unsigned on, int64_t from_us,
                             int64_t to_us) {
    int64_t sum = 0;
    for (size_t i = 0; i < team->n_hours; i++) {
        const struct trod_hours *hours = &team->hours[i];
        if (!(hours->weekdays >> on & 1)) continue;
        int64_t from = hours->from_min * TROD_MINUTE_US, to = hours->to_min * TROD_MINUTE_US;
        if (from < from_us) from = from_us;
        if (to > to_us) to = to_us;
        if (to > from) sum += to - from;
    }
    return sum;
}

static bool holiday(const struct trod_team *team, int64_t day) {
    for (size_t i = 0; i < team->n_holidays; i++) {
        if (team->holidays[i] == day) return true;
    }
    return false;
}

int64_t compare_working_us(const struct trod_team *team, int64_t from_us, int64_t to_us) {
    if (to_us <= from_us) return 0;
    int64_t day = floor_day(from_us);
    const int64_t last = floor_day(to_us);
    int64_t week = 0, sum = 0;
    for (unsigned d = 0; d < 7; d++) week += hours_between(team, d, 0, TROD_DAY_US);
    if (day == last) {
        if (holiday(team, day)) return 0;
        return hours_between(team, weekday(day), from_us - day * TROD_DAY_US,
                             to_us - day * TROD_DAY_US);
    }
    if (!holiday(team, day)) {
        sum += hours_between(team, weekday(day), from_us - day * TROD_DAY_US, TROD_DAY_US);
    }
    day++;
    const int64_t weeks = (last - day) / 7;
    sum += weeks * week;
    for (size_t i = 0; i < team->n_holidays; i++) {
        const int64_t off = team->holidays[i];
        if (off >= day && off < day + 7 * weeks) {
            sum -= hours_between(team, weekday(off), 0, TROD_DAY_US);
        }
    }
    for (day += 7 * weeks; day < last; day++) {
        if (!holiday(team, day)) sum += hours_between(team, weekday(day), 0, TROD_DAY_US);
    }
    if (!holiday(team, last)) {
        sum += hours_between(team, weekday(last), 0, to_us - last * TROD_DAY_US);
    }
    return sum;
}

double compare_working_day_us(const struct trod_team *team) {
    int64_t week = 0;
    unsigned days = 0;
    for (unsigned d = 0; d < 7; d++) {
        const int64_t hours = hours_between(team, d, 0, TROD_DAY_US);
        week += hours;
        days += hours > 0;
    }
    return days > 0 ? (double)week / days : 0;
}
