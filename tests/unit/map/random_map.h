/* Random maps that are sound: every id exists, shares add up, windows do not contradict
 * themselves. The same seed gives the same text.
 */
#ifndef TESTS_MAP_RANDOM_MAP_H
#define TESTS_MAP_RANDOM_MAP_H

#include "random_doc.h"

struct random_map {
    struct random_doc doc;
    unsigned n_touchpoints, n_ways, n_stages;
    unsigned most_touchpoints; /* fixed before: references may go forward */
};

static inline void map_words_line(struct random_map *map, size_t level, const char *format, ...)
    TROD_PRINTF(3, 4);
static inline void map_words_line(struct random_map *map, size_t level, const char *format,
                                  ...) {
    char text[400];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    struct random_doc *const doc = &map->doc;
    if (random_one_in(doc, 8)) random_aside(doc, level);
    random_indent(doc, level);
    random_words(doc, text);
    random_end(doc);
}

static inline unsigned any_touchpoint(struct random_map *map) {
    return (unsigned)random_below(&map->doc, map->most_touchpoints);
}

/* A claim: text, and perhaps a proof. */
static inline void map_claim(struct random_map *map, size_t level, const char *keyword) {
    struct random_doc *const doc = &map->doc;
    random_indent(doc, level);
    random_words(doc, keyword);
    random_blanks(doc, 1);
    random_add(doc, "it is ");
    random_text(doc);
    if (random_one_in(doc, 3)) random_add(doc, " [talks, 6 of 9]");
    random_end(doc);
    if (random_one_in(doc, 6)) random_long(doc, level + 1);
}

static inline void map_window(struct random_map *map, size_t level, const char *keyword) {
    static const char *const windows[] = {
        "usually 2 days", "at most 3 weeks", "usually 1 working day, at most 3 working days",
        "at least 1 h, usually 1.5 days, at most 2 months", "at most 9 days, usually 36 h"};
    map_words_line(
        map, level, "%s %s", keyword,
        RANDOM_OF(&map->doc, windows[0], windows[1], windows[2], windows[3], windows[4]));
}

static inline void map_match(struct random_map *map, size_t level, const char *keyword) {
    struct random_doc *const doc = &map->doc;
    random_indent(doc, level);
    random_words(doc, keyword);
    random_blanks(doc, 1);
    if (random_one_in(doc, 4)) {
        random_add(doc, "profile ");
        random_cond(doc);
    } else {
        random_add(doc, RANDOM_OF(doc, "", "web ", "\"shop\" ", "shop  "));
        random_name(doc);
        for (const char *word = " with "; random_one_in(doc, 2); word = " and ") {
            random_add(doc, word);
            random_cond(doc);
        }
    }
    random_end(doc);
    if (random_one_in(doc, 4)) {
        random_indent(doc, level + 1);
        random_add(doc, "and web x with ");
        random_cond(doc);
        random_end(doc);
    }
}

static inline void map_touchpoint(struct random_map *map, size_t level, bool plain) {
    struct random_doc *const doc = &map->doc;
    const unsigned id = map->n_touchpoints++;
    map_words_line(map, level, "touchpoint t%u: Touchpoint %u", id, id);
    level++;
    if (random_one_in(doc, 2)) map_match(map, level, "seen when");
    if (random_one_in(doc, 5)) map_match(map, level, "fails when");
    if (random_one_in(doc, 3)) map_window(map, level, "comes");
    if (random_one_in(doc, 5)) map_window(map, level, "takes");
    if (random_one_in(doc, 3)) map_claim(map, level, "does");
    if (random_one_in(doc, 3)) map_claim(map, level, "pain high:");
    if (random_one_in(doc, 4)) map_claim(map, level, "feels -1");
    if (random_one_in(doc, 4)) map_claim(map, level, "front Sales:");
    if (random_one_in(doc, 4)) map_words_line(map, level, "channel web, \"a, b\"");
    if (random_one_in(doc, 6)) map_words_line(map, level, "only for family");
    if (random_one_in(doc, 6)) map_words_line(map, level, "keeps soon");
    if (random_one_in(doc, 6)) map_words_line(map, level, "reached by 40%%");
    if (random_one_in(doc, 6)) map_words_line(map, level, "one visit within 30 min");
    if (random_one_in(doc, 6)) {
        map_words_line(map, level, "for anna");
        map_claim(map, level + 1, "thinks");
        map_window(map, level + 1, "comes");
    }
    if (plain) return;
    if (random_one_in(doc, 5)) map_words_line(map, level, "optional 30%%");
    if (random_one_in(doc, 5)) map_words_line(map, level, "repeats at most 3 times");
}

static inline void map_flow(struct random_map *map, size_t level, unsigned depth) {
    struct random_doc *const doc = &map->doc;
    for (size_t n = 1 + random_below(doc, 3); n > 0; n--) {
        if (map->n_touchpoints == map->most_touchpoints) return;
        const size_t kind = depth == 0 ? 0 : random_below(doc, 7);
        if (kind < 3) {
            map_touchpoint(map, level, false);
        } else if (kind == 3) {
            map_words_line(map, level, "optional 25%%");
            map_flow(map, level + 1, depth - 1);
        } else if (kind == 4) {
            const bool shares = random_one_in(doc, 2);
            map_words_line(map, level, "choose");
            for (int way = 0; way < 2; way++) {
                const unsigned id = map->n_ways++;
                map_words_line(map, level + 1, "way w%u%s: Way %u", id,
                               !shares ? ""
                               : way   ? " 40%"
                                       : " 60%",
                               id);
                map_flow(map, level + 2, depth - 1);
            }
        } else if (kind == 5) {
            map_words_line(map, level, "any order");
            map_flow(map, level + 1, depth - 1);
        } else {
            map_words_line(map, level, "repeat at most 2 times");
            map_flow(map, level + 1, depth - 1);
            map_words_line(map, level + 1, "between");
            map_flow(map, level + 2, depth - 1);
        }
    }
}

static inline void map_people(struct random_map *map) {
    map_words_line(map, 0, "persona anna: Anna");
    map_claim(map, 1, "goal");
    map_claim(map, 1, "need emotional:");
    map_words_line(map, 0, "segment family: Families");
    map_match(map, 1, "when");
    map_match(map, 1, "when");
    map_words_line(map, 0, "research talks: Talks");
    map_words_line(map, 1, "kind focus group");
    map_words_line(map, 0, "research b: Texts that end in these");
    map_words_line(map, 0, "research sic: are claims with a proof");
    map_words_line(map, 0, "team desk: Sales");
    map_words_line(map, 1, "hours mon-fri 09:00-18:00");
    map_words_line(map, 0, "promise soon: within a day");
    map_words_line(map, 0, "source web: Website");
    map_words_line(map, 1, "file data/web.csv, \"a, b.csv\"");
    map_words_line(map, 1, "time booked as \"%%d.%%m.%%Y %%H:%%M\" in Europe/Rome");
    map_words_line(map, 0, "source shop: Shop");
    map_words_line(map, 1, "rating stars from 1 to 5");
}

static inline void map_plans(struct random_map *map) {
    map_words_line(map, 0, "kpi k0: Share");
    map_words_line(map, 1, "measure share of journeys with t%u that reach t%u within 14 days",
                   any_touchpoint(map), any_touchpoint(map));
    map_words_line(map, 1, "target at least 18%% by 2025-09-30");
    map_words_line(map, 0, "kpi k1: Time");
    map_words_line(map, 1, "measure 90%% time from t%u to t%u", any_touchpoint(map),
                   any_touchpoint(map));
    map_words_line(map, 0, "action a0: Act");
    map_words_line(map, 1, "moves k0, k1");
    map_words_line(map, 1, "status started");
    map_words_line(map, 0, "score s0: Ready?");
    map_words_line(map, 1, "+5 when t%u happens 2 times within 3 days", any_touchpoint(map));
    map_words_line(map, 1, "-2.5 when 3 weeks pass without t%u", any_touchpoint(map));
    map_words_line(map, 0, "content c0: Letter");
    map_words_line(map, 0, "rule r0: Remind");
    map_words_line(map, 1, "when t%u happened and none of t%u within 3 days",
                   any_touchpoint(map), any_touchpoint(map));
    map_words_line(map, 1, "send c0 by e-mail");
    map_match(map, 1, "only if");
}

/* The text of a sound map in map->doc.out, which ends with trod_buf_free. */
static inline void random_map(struct random_map *map, uint64_t seed) {
    struct random_doc *const doc = &map->doc;
    doc->rng = (struct trod_rng){.seed = seed, .stream = 8};
    doc->crlf = random_one_in(doc, 10);
    doc->neat = random_one_in(doc, 4);
    trod_buf_clear(&doc->out);
    map->n_touchpoints = map->n_ways = map->n_stages = 0;
    map->most_touchpoints = 3 + (unsigned)random_below(doc, 12);
    if (random_one_in(doc, 10)) random_add(doc, "\xef\xbb\xbf");
    map_words_line(map, 0, "journey j: A journey");
    map_words_line(map, 1, "state to-be");
    map_words_line(map, 1, "persona anna");
    map_words_line(map, 1, "reviewed 2025-03-03, again every 30 days");
    map_words_line(map, 1, "succeeds when t0 or t1 happens, worth 4200");
    map_words_line(map, 1, "over after 2 years of silence");
    map_words_line(map, 1, "span lead: from t0 or t2 to t1, usually 2 weeks, at most 5 weeks");
    map_words_line(map, 1, "consent profile mail = yes for e-mail");
    map_words_line(map, 1, "accept late t%u because \"it is so, until now\" until 2025-04-01",
                   any_touchpoint(map));
    map_people(map);
    while (map->n_touchpoints < map->most_touchpoints) {
        const unsigned id = map->n_stages++;
        const bool round = random_one_in(doc, 4);
        if (round)
            map_words_line(map, 0, "%s", RANDOM_OF(doc, "optional 20%", "any order", "repeat"));
        map_words_line(map, round, "stage st%u: Stage %u", id, id);
        map_window(map, round + 1u, "takes");
        map_flow(map, round + 1u, 3);
    }
    map_words_line(map, 0, "any time");
    map->most_touchpoints++;
    map_touchpoint(map, 1, true);
    map->most_touchpoints--;
    map_plans(map);
}

#endif
