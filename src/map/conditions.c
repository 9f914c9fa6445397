/* Every condition of a map, wherever it stands: in segments, `seen when`, `fails when`, `only
 * if` and consents. */
#include "trod/map.h"

struct walk {
    trod_condition_teller *tell;
    void *context;
};

/* Depth: as deep as the map's lines, which is bounded. */
static void walk_match(const struct walk *walk, const struct trod_match *match) {
    for (size_t i = 0; i < match->n_conditions; i++)
        walk->tell(&match->conditions[i], match->line, walk->context);
    for (size_t i = 0; i < match->n_narrower; i++) walk_match(walk, &match->narrower[i]);
}

static void walk_matches(const struct walk *walk, const struct trod_matches *matches) {
    for (size_t i = 0; i < matches->n; i++) walk_match(walk, &matches->at[i]);
}

void trod_map_each_condition(const struct trod_map *map, trod_condition_teller *tell,
                             void *context) {
    const struct walk walk = {tell, context};
    for (size_t i = 0; i < map->n_segments; i++) walk_matches(&walk, &map->segments[i].when);
    for (size_t i = 0; i < map->n_touchpoints; i++) {
        const struct trod_touchpoint *const touchpoint = &map->touchpoints[i];
        walk_matches(&walk, &touchpoint->seen);
        walk_matches(&walk, &touchpoint->fails);
        for (size_t k = 0; k < touchpoint->n_for_personas; k++) {
            walk_matches(&walk, &touchpoint->for_personas[k].as.seen);
            walk_matches(&walk, &touchpoint->for_personas[k].as.fails);
        }
    }
    for (size_t i = 0; i < map->n_rules; i++) walk_matches(&walk, &map->rules[i].only_if);
    for (size_t i = 0; i < map->n_consents; i++) walk_match(&walk, &map->consents[i].match);
}
