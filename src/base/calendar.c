/* The proleptic Gregorian calendar, with years that begin in March so that the leap day comes
 * last, in cycles of 400 years.
 * Source: Hinnant, "chrono-compatible low-level date algorithms", 2013. */
#include "trod/base/time.h"

int64_t trod_days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    const int64_t cycle = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_cycle = year - cycle * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * 146097 + day_of_cycle - 719468;
}

bool trod_date_valid(int64_t year, int month, int day) {
    static const signed char DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    if (month == 2 && day == 29) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= DAYS[month - 1];
}

struct trod_civil trod_civil_from_us(int64_t time_us) {
    int64_t days = time_us / TROD_DAY_US, rest = time_us % TROD_DAY_US;
    if (rest < 0) {
        rest += TROD_DAY_US;
        days--;
    }
    const int64_t shifted = days + 719468;
    const int64_t cycle = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t of_cycle = shifted - cycle * 146097;
    const int64_t year_of_cycle =
        (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    const int64_t of_year =
        of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    const int64_t march_month = (5 * of_year + 2) / 153;
    const int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    const int64_t since_monday = (days % 7 + 7 + 3) % 7; /* 1970-01-01 was a Thursday */
    return (struct trod_civil){
        .year = year_of_cycle + cycle * 400 + (month <= 2),
        .month = month,
        .day = (int)(of_year - (153 * march_month + 2) / 5 + 1),
        .hour = (int)(rest / TROD_HOUR_US),
        .minute = (int)(rest / TROD_MINUTE_US % 60),
        .second = (int)(rest / TROD_SECOND_US % 60),
        .microsecond = (int)(rest % TROD_SECOND_US),
        .weekday = (int)since_monday,
    };
}

int64_t trod_us_from_civil(const struct trod_civil *civil) {
    if (civil->year < -290000 || civil->year > 290000) return TROD_NO_TIME;
    const int64_t days = trod_days_from_civil(civil->year, civil->month, civil->day);
    return days * TROD_DAY_US + civil->hour * TROD_HOUR_US + civil->minute * TROD_MINUTE_US +
           civil->second * TROD_SECOND_US + civil->microsecond;
}
