/* Time zones, read from the system's compiled files (TZif) so that neither TZ nor the C
 * library's hidden state matters. A zone is a sorted row of instants at which its offset
 * changes. What the file leaves to its footer, a rule for all later years, is written out up to
 * 2200, so that nearly every look-up is one binary search; beyond that the rule is followed
 * directly. Source: RFC 8536, sections 3.2 and 3.3; POSIX.1, "TZ". */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "trod/base/file.h"

enum { FILE_CEILING = 1 << 20, LAST_WRITTEN_YEAR = 2200, MOST_OFFSET_S = 26 * 3600 };

static const char *const FOLDERS[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                      "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};

struct trod_zone {
    struct base_change *changes;
    size_t n, room;
    int32_t first_offset_s; /* before the first change */
    bool ruled;
    struct base_zone_rule rule; /* after the last change */
};

void trod_zone_close(struct trod_zone *zone) {
    if (!zone) return;
    free(zone->changes);
    free(zone);
}

/* ---- the file ---- */

static int64_t big_endian(const unsigned char *at, size_t n) {
    uint64_t value = (at[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) value = value << 8 | at[i];
    return (int64_t)value;
}

struct tzif {
    const unsigned char *at;
    size_t n;
    int version;
    size_t n_ut, n_std, n_leap, n_times, n_types, n_letters;
};

enum { HEADER = 44 };

static bool read_header(const unsigned char *at, size_t n, struct tzif *header) {
    if (n < HEADER || memcmp(at, "TZif", 4) != 0) return false;
    size_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        const int64_t count = big_endian(at + 20 + 4 * i, 4);
        if (count < 0 || count > FILE_CEILING) return false;
        counts[i] = (size_t)count;
    }
    *header = (struct tzif){.at = at,
                            .n = n,
                            .version = at[4] == 0 ? 1 : at[4] - '0',
                            .n_ut = counts[0],
                            .n_std = counts[1],
                            .n_leap = counts[2],
                            .n_times = counts[3],
                            .n_types = counts[4],
                            .n_letters = counts[5]};
    return true;
}

static size_t body_bytes(const struct tzif *header, size_t time_size) {
    return header->n_times * (time_size + 1) + header->n_types * 6 + header->n_letters +
           header->n_leap * (time_size + 4) + header->n_std + header->n_ut;
}

static bool add_change(struct trod_zone *zone, int64_t at_s, int32_t offset_s) {
    if (zone->n == zone->room) {
        const size_t room = zone->room ? zone->room * 2 : 64;
        struct base_change *const changes = base_realloc(zone->changes, room * sizeof *changes);
        if (!changes) return false;
        zone->changes = changes;
        zone->room = room;
    }
    zone->changes[zone->n++] = (struct base_change){at_s, offset_s};
    return true;
}

enum read_result { READ_GOOD, READ_BAD, READ_NO_MEMORY };

static enum read_result read_body(struct trod_zone *zone, const struct tzif *header,
                                  size_t time_size) {
    if (header->n_types == 0 || header->n_leap > 0) return READ_BAD;
    const unsigned char *const times = header->at + HEADER;
    const unsigned char *const kinds = times + header->n_times * time_size;
    const unsigned char *const types = kinds + header->n_times;
    for (size_t i = 0; i < header->n_types; i++) {
        const int64_t offset_s = big_endian(types + 6 * i, 4);
        if (offset_s < -MOST_OFFSET_S || offset_s > MOST_OFFSET_S) return READ_BAD;
    }
    zone->first_offset_s = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < header->n_times; i++) {
        if (kinds[i] >= header->n_types) return READ_BAD;
        const int64_t at_s = big_endian(times + i * time_size, time_size);
        if (zone->n && at_s <= zone->changes[zone->n - 1].at_s) return READ_BAD;
        if (!add_change(zone, at_s, (int32_t)big_endian(types + 6 * (size_t)kinds[i], 4)))
            return READ_NO_MEMORY;
    }
    return READ_GOOD;
}

static int32_t last_offset(const struct trod_zone *zone) {
    return zone->n ? zone->changes[zone->n - 1].offset_s : zone->first_offset_s;
}

/* Writes out the changes that the footer's rule makes after the last one of the file. */
static bool write_out_rule(struct trod_zone *zone) {
    if (!zone->rule.summer) {
        /* A zone without changes at all may be told by its footer alone. */
        if (zone->n == 0) zone->first_offset_s = zone->rule.offset_s;
        return true;
    }
    const int64_t last_s = zone->n ? zone->changes[zone->n - 1].at_s : INT64_MIN;
    int64_t year = 1970;
    if (zone->n && last_s > 0 && last_s < INT64_C(7000000000))
        year = trod_civil_from_us(last_s * TROD_SECOND_US).year;
    for (; year <= LAST_WRITTEN_YEAR; year++) {
        struct base_change changes[2];
        base_rule_year(&zone->rule, year, changes);
        for (int i = 0; i < 2; i++) {
            struct base_change *const last = zone->n ? &zone->changes[zone->n - 1] : NULL;
            if (last && changes[i].at_s < last->at_s) continue;
            if (last && changes[i].at_s == last->at_s) { /* summer time all year */
                last->offset_s = changes[i].offset_s;
                continue;
            }
            if (changes[i].offset_s == last_offset(zone)) continue;
            if (!add_change(zone, changes[i].at_s, changes[i].offset_s)) return false;
        }
    }
    return true;
}

static enum read_result read_tzif(struct trod_zone *zone, trod_str bytes) {
    struct tzif header;
    const unsigned char *at = (const unsigned char *)bytes.at;
    if (!read_header(at, bytes.n, &header)) return READ_BAD;
    size_t size = body_bytes(&header, 4);
    if (size > header.n - HEADER) return READ_BAD;
    if (header.version < 2) return read_body(zone, &header, 4);
    at += HEADER + size;
    if (!read_header(at, bytes.n - HEADER - size, &header)) return READ_BAD;
    size = body_bytes(&header, 8);
    if (size > header.n - HEADER) return READ_BAD;
    const enum read_result result = read_body(zone, &header, 8);
    if (result != READ_GOOD) return result;
    trod_str footer = {(const char *)at + HEADER + size, header.n - HEADER - size};
    if (footer.n < 2 || footer.at[0] != '\n') return READ_BAD;
    footer = trod_str_slice(footer, 1, footer.n);
    footer = trod_str_slice(footer, 0, trod_str_find(footer, '\n'));
    if (footer.n == 0) return READ_GOOD; /* the last offset stays */
    if (!base_rule_read(footer, &zone->rule)) return READ_BAD;
    zone->ruled = true;
    return write_out_rule(zone) ? READ_GOOD : READ_NO_MEMORY;
}

/* ---- opening ---- */

static bool name_is_safe(trod_str name) {
    if (name.n == 0 || name.n > 100 || name.at[0] == '/' || name.at[0] == '.') return false;
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.at[i];
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !(c >= '0' && c <= '9') && !strchr("_+-/", c)) return false;
    }
    return true;
}

/* "UTC", "Z", "+02:00", "UTC+2", "GMT-05:30". */
static bool fixed_offset(trod_str name, int32_t *offset_s) {
    *offset_s = 0;
    if (trod_str_is(name, "Z") || trod_str_is(name, "z")) return true;
    const trod_str prefix = trod_str_slice(name, 0, 3);
    const bool universal = trod_str_equal_fold(prefix, TROD_STR("UTC")) ||
                           trod_str_equal_fold(prefix, TROD_STR("GMT"));
    if (universal) name = trod_str_slice(name, 3, name.n);
    if (name.n == 0) return universal;
    size_t at = 0;
    return base_offset_read(name, &at, offset_s) && at == name.n;
}

/* The nearest name in the system's own list, for a hint. */
static void hint_at_name(const char *folder, trod_str name, struct trod_error *error) {
    struct trod_buf list = {0};
    char path[64];
    snprintf(path, sizeof path, "%s/tzdata.zi", folder);
    if (trod_file_read(path, FILE_CEILING, &list, NULL) == TROD_OK) {
        trod_str rest = trod_buf_str(&list), best = {NULL, 0};
        unsigned least = 4;
        while (rest.n) { /* lines "Z NAME …" and "L TARGET NAME" */
            const size_t end = trod_str_find(rest, '\n');
            const trod_str line = trod_str_slice(rest, 0, end);
            rest =
                end == SIZE_MAX ? (trod_str){NULL, 0} : trod_str_slice(rest, end + 1, rest.n);
            trod_str found = {NULL, 0};
            if (trod_str_starts(line, TROD_STR("Z "))) {
                found = trod_str_slice(line, 2, line.n);
                found = trod_str_slice(found, 0, trod_str_find(found, ' '));
            } else if (trod_str_starts(line, TROD_STR("L "))) {
                found = trod_str_slice(line, 2, line.n);
                found = trod_str_slice(found, trod_str_find(found, ' ') + 1, found.n);
            }
            const unsigned distance =
                trod_str_equal_fold(found, name) ? 0 : trod_str_distance(found, name, 3);
            if (found.n && distance < least) {
                least = distance;
                best = found;
            }
        }
        if (best.n) trod_error_hint(error, "did you mean %.*s?", TROD_ARG(best));
    }
    trod_buf_free(&list);
}

static trod_status no_such_zone(const char *name, struct trod_error *error) {
    trod_fail(error, TROD_BAD_INPUT, "there is no time zone %s", name);
    for (size_t i = 0; i < TROD_COUNT(FOLDERS); i++) {
        if (!trod_file_exists(FOLDERS[i])) continue;
        trod_error_hint(error, "write a name such as Europe/Rome, or an offset such as +02:00");
        if (error) hint_at_name(FOLDERS[i], trod_str_of(name), error);
        return TROD_BAD_INPUT;
    }
    trod_error_hint(error,
                    "this machine has no list of time zones: install tzdata, or write an "
                    "offset such as +02:00");
    return TROD_BAD_INPUT;
}

static trod_status read_zone_file(struct trod_zone *zone, const char *name, bool *found,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_buf bytes = {0};
    char path[160];
    *found = false;
    for (size_t i = 0; i < TROD_COUNT(FOLDERS) && !*found; i++) {
        snprintf(path, sizeof path, "%s/%s", FOLDERS[i], name);
        status = trod_file_read(path, FILE_CEILING, &bytes, error);
        if (status == TROD_NO_MEMORY) goto done;
        *found = status == TROD_OK && bytes.n >= 4 && memcmp(bytes.at, "TZif", 4) == 0;
    }
    status = TROD_OK;
    if (!*found) goto done;
    switch (read_tzif(zone, trod_buf_str(&bytes))) {
    case READ_GOOD:
        break;
    case READ_NO_MEMORY:
        TROD_TRY_ALLOC(NULL, error);
        break;
    case READ_BAD:
        status = trod_fail(error, TROD_BAD_INPUT, "the time zone file %s cannot be used", path);
        trod_error_hint(error, "write an offset such as +02:00 instead of the name");
        break;
    }
done:
    trod_buf_free(&bytes);
    return status;
}

trod_status trod_zone_open(const char *name, struct trod_zone **zone,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    *zone = NULL;
    struct trod_zone *const made = base_alloc_zeroed(sizeof *made);
    TROD_TRY_ALLOC(made, error);
    if (!fixed_offset(trod_str_of(name), &made->first_offset_s)) {
        bool found = false;
        if (name_is_safe(trod_str_of(name)))
            TROD_TRY(read_zone_file(made, name, &found, error));
        if (!found) {
            status = no_such_zone(name, error);
            goto done;
        }
    }
    *zone = made;
done:
    if (status != TROD_OK) trod_zone_close(made);
    return status;
}

/* ---- looking up ---- */

static int64_t floor_seconds(int64_t us) {
    return us / TROD_SECOND_US - (us % TROD_SECOND_US < 0);
}

static int64_t offset_us_at(const struct trod_zone *zone, int64_t time_us) {
    const int64_t time_s = floor_seconds(time_us);
    size_t low = 0, high = zone->n; /* changes below `low` are at or before the time */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at_s <= time_s)
            low = middle + 1;
        else
            high = middle;
    }
    if (zone->ruled && zone->rule.summer && low == zone->n)
        return base_rule_offset(&zone->rule, time_s) * TROD_SECOND_US;
    const int32_t offset_s = low ? zone->changes[low - 1].offset_s : zone->first_offset_s;
    return offset_s * TROD_SECOND_US;
}

static bool near_the_ends(int64_t us) {
    return us < INT64_MIN + 4 * TROD_DAY_US || us > INT64_MAX - 4 * TROD_DAY_US;
}

int64_t trod_zone_to_wall(const struct trod_zone *zone, int64_t time_us) {
    if (!zone) return time_us;
    if (near_the_ends(time_us)) return TROD_NO_TIME;
    return time_us + offset_us_at(zone, time_us);
}

int64_t trod_zone_to_utc(const struct trod_zone *zone, int64_t wall_us) {
    if (!zone) return wall_us;
    if (near_the_ends(wall_us)) return TROD_NO_TIME;
    if (zone->n == 0 && !zone->ruled) return wall_us - zone->first_offset_s * TROD_SECOND_US;
    /* The offsets a day before and a day after: both are tried, the earlier instant that is
     * shown as this wall time wins. */
    const int64_t before_us = offset_us_at(zone, wall_us - TROD_DAY_US);
    const int64_t after_us = offset_us_at(zone, wall_us + TROD_DAY_US);
    const int64_t first = wall_us - before_us, second = wall_us - after_us;
    if (before_us == after_us) return first;
    const bool first_holds = offset_us_at(zone, first) == before_us;
    const bool second_holds = offset_us_at(zone, second) == after_us;
    if (first_holds && second_holds) return first < second ? first : second;
    if (second_holds) return second;
    return first; /* the only one that holds, or a skipped time, moved on by the gap */
}
