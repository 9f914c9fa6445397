/* The parts of a time zone that its files share: offsets as text, and the rule of the footer.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "trod/base/time.h"

struct base_change {
    int64_t at_s; /* seconds since 1970 UTC */
    int32_t offset_s;
};

/* One day of the year, as POSIX writes it, and seconds after its midnight (-167 to 167 hours).
 */
struct base_rule_day {
    enum { RULE_MONTH, RULE_JULIAN, RULE_ZERO_BASED } kind;
    int month, week, weekday; /* 1..12; 1..5, 5 the last; 0 = Sunday */
    int day;
    int32_t time_s;
};
struct base_zone_rule {
    bool summer; /* there is a summer time; otherwise offset_s always */
    int32_t offset_s, summer_offset_s;
    struct base_rule_day begin, end;
};
/* "CET-1CEST,M3.5.0,M10.5.0/3". False if it is no such rule. */
bool base_rule_read(trod_str text, struct base_zone_rule *rule);
/* The two changes that a rule with summer time makes in a year, the earlier first. */
void base_rule_year(const struct base_zone_rule *rule, int64_t year,
                    struct base_change changes[2]);
/* The offset at an instant, of a rule with summer time. */
int32_t base_rule_offset(const struct base_zone_rule *rule, int64_t time_s);

/* Reads "+02:00", "+0200", "+02" or "+2" (and "-") at *at, and moves past it; at most 18 hours.
 */
bool base_offset_read(trod_str text, size_t *at, int32_t *offset_s);

#endif
