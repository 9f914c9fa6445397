/* Parts of the JSON that its files share. */
#ifndef TROD_COMPARE_JSON_INNER_H
#define TROD_COMPARE_JSON_INNER_H

#include "trod/compare.h"

/* Members of the open object: NAME null where there is nothing. */
void json_member_text(struct trod_json_writer *json, const char *key, trod_str value);
void json_member_uint(struct trod_json_writer *json, const char *key, uint64_t value);
void json_member_number(struct trod_json_writer *json, const char *key, double value);
void json_member_bool(struct trod_json_writer *json, const char *key, bool value);
void json_member_time(struct trod_json_writer *json, const char *key, int64_t time_us);
/* share, low, high, of; the first three null of none. */
void json_share_members(struct trod_json_writer *json, const struct trod_share *share);
void json_member_share(struct trod_json_writer *json, const char *key,
                       const struct trod_share *share);
void json_member_measured(struct trod_json_writer *json, const char *key,
                          const struct trod_measured *measured);
/* started, in_time, late, open, gone, the shares, median_us, p90_us and their limits. */
void json_ways_members(struct trod_json_writer *json, const struct trod_timed *timed);
void json_member_window(struct trod_json_writer *json, const char *key,
                        const struct trod_timed *timed);
/* The arrays. */
void json_stages(struct trod_json_writer *json, const struct trod_compare *compare);
void json_touchpoints(struct trod_json_writer *json, const struct trod_compare *compare);
void json_deviations(struct trod_json_writer *json, const struct trod_compare *compare);
void json_findings(struct trod_json_writer *json, const struct trod_compare *compare);
void json_kpis(struct trod_json_writer *json, const struct trod_compare *compare);

#endif
