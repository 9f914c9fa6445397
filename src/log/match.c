/* Binding the matches of a map to a log.
 *
 * A match that names a source holds for the log's sources that stand for it. A log that was
 * given by hand, none of whose sources is one of the map's, is not asked for its source: the
 * events are then told apart by their names alone. */
#include "log/match.h"

/* "data/web.csv.gz" is "web". */
static trod_str bare_name(trod_str name) {
    for (size_t i = name.n; i > 0; i--) {
        if (name.at[i - 1] != '/') continue;
        name = trod_str_slice(name, i, name.n);
        break;
    }
    const size_t dot = trod_str_find(name, '.');
    return dot == SIZE_MAX || dot == 0 ? name : trod_str_slice(name, 0, dot);
}

uint32_t log_source_of(const struct trod_map *map, trod_str name) {
    for (uint32_t s = 0; s < map->n_sources; s++)
        if (trod_str_equal(map->sources[s].id, name)) return s;
    for (uint32_t s = 0; s < map->n_sources; s++)
        if (trod_str_equal(map->sources[s].id, bare_name(name))) return s;
    return TROD_NO_ID;
}

/* The sources of the log that the match may look in: those that it had before and that are
 * called `source`. */
static trod_status narrow_sources(const struct trod_log *log, const struct trod_map *map,
                                  trod_str source, struct trod_arena *arena,
                                  struct log_match *bound, struct trod_error *error) {
    trod_status status = TROD_OK;
    bool known = false;
    struct trod_bits sources = trod_bits_make(arena, log->n_sources);
    TROD_TRY_ALLOC(sources.words, error);
    for (size_t s = 0; s < log->n_sources; s++) {
        const uint32_t stands_for = log_source_of(map, log->sources[s].name);
        if (stands_for != TROD_NO_ID) known = true;
        const bool is =
            trod_str_equal(log->sources[s].name, source) ||
            (stands_for != TROD_NO_ID && trod_str_equal(map->sources[stands_for].id, source));
        if (is && (!bound->sources.words || trod_bits_has(&bound->sources, s)))
            trod_bits_add(&sources, s);
    }
    if (!known && trod_bits_count(&sources) == 0) goto done;
    if (trod_bits_count(&sources) == 0) bound->never = true;
    if (trod_bits_count(&sources) < log->n_sources) bound->sources = sources;
done:
    return status;
}

static size_t count_tests(const struct trod_match *match) {
    size_t n = match->n_conditions;
    for (size_t i = 0; i < match->n_narrower; i++) n += count_tests(&match->narrower[i]);
    return n;
}

/* Adds what a match asks. Depth: as deep as the map's lines, which is bounded. */
static trod_status add_match(const struct trod_log *log, const struct trod_map *map,
                             const struct trod_match *match, struct trod_arena *arena,
                             struct log_match *bound, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (!match->profile) {
        const uint32_t name = trod_dict_find(log->names, match->event);
        if (name == TROD_NO_ID || (bound->name != TROD_NO_ID && bound->name != name))
            bound->never = true;
        bound->name = name;
        if (match->source.n)
            TROD_TRY(narrow_sources(log, map, match->source, arena, bound, error));
    }
    for (size_t i = 0; i < match->n_conditions; i++)
        TROD_TRY(log_test_bind(log, &match->conditions[i], true, arena,
                               &bound->tests[bound->n_tests++], error));
    for (size_t i = 0; i < match->n_narrower; i++)
        TROD_TRY(add_match(log, map, &match->narrower[i], arena, bound, error));
done:
    return status;
}

trod_status log_match_bind(const struct trod_log *log, const struct trod_map *map,
                           const struct trod_match *match, struct trod_arena *arena,
                           struct log_match *bound, struct trod_error *error) {
    trod_status status = TROD_OK;
    *bound = (struct log_match){.name = TROD_NO_ID};
    bound->tests = TROD_NEW_ARRAY(arena, count_tests(match), struct log_test);
    TROD_TRY_ALLOC(bound->tests, error);
    TROD_TRY(add_match(log, map, match, arena, bound, error));
done:
    return status;
}

bool log_match_holds(const struct log_match *match, const struct trod_log *log, uint64_t event,
                     uint32_t customer) {
    if (match->never) return false;
    if (match->name != TROD_NO_ID && log->name[event] != match->name) return false;
    if (match->sources.words && !trod_bits_has(&match->sources, log->source[event]))
        return false;
    for (size_t i = 0; i < match->n_tests; i++)
        if (!log_test_holds(&match->tests[i], event, customer)) return false;
    return true;
}

/* ---- Names ---------------------------------------------------------------------------------
 */

static bool goes_by_name(const struct trod_touchpoint *touchpoint) {
    return touchpoint->seen.n == 0 && !touchpoint->not_recorded;
}

/* The touchpoint whose title or id is the name with letter case aside, if it is the only one.
 */
static uint32_t find_folded(const struct trod_map *map, trod_str name) {
    uint32_t found = TROD_NO_ID;
    for (uint32_t t = 0; t < map->n_touchpoints; t++) {
        if (!goes_by_name(&map->touchpoints[t])) continue;
        if (!trod_str_equal_fold(map->touchpoints[t].title, name) &&
            !trod_str_equal_fold(map->touchpoints[t].id, name))
            continue;
        if (found != TROD_NO_ID) return TROD_NO_ID;
        found = t;
    }
    return found;
}

static trod_status find_by_name(const struct trod_map *map, trod_str name,
                                struct trod_arena *arena, struct log_name *to,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    size_t n_titles = 0;
    uint32_t id = TROD_NO_ID;
    for (uint32_t t = 0; t < map->n_touchpoints; t++) {
        if (!goes_by_name(&map->touchpoints[t])) continue;
        n_titles += trod_str_equal(map->touchpoints[t].title, name);
        if (trod_str_equal(map->touchpoints[t].id, name)) id = t;
    }
    if (n_titles == 0 && id == TROD_NO_ID) id = find_folded(map, name);
    if (n_titles == 0 && id == TROD_NO_ID) goto done;
    uint32_t *const touchpoints = TROD_NEW_ARRAY(arena, n_titles ? n_titles : 1, uint32_t);
    TROD_TRY_ALLOC(touchpoints, error);
    to->touchpoints = touchpoints;
    if (n_titles == 0) {
        touchpoints[to->n++] = id;
        goto done;
    }
    for (uint32_t t = 0; t < map->n_touchpoints; t++)
        if (goes_by_name(&map->touchpoints[t]) &&
            trod_str_equal(map->touchpoints[t].title, name))
            touchpoints[to->n++] = t;
done:
    return status;
}

trod_status log_names_make(const struct trod_log *log, const struct trod_map *map,
                           struct trod_arena *arena, struct log_names *names,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(log->names);
    struct log_name *const of = TROD_NEW_ARRAY(arena, n, struct log_name);
    TROD_TRY_ALLOC(of, error);
    for (uint32_t i = 0; i < n; i++)
        TROD_TRY(find_by_name(map, trod_dict_at(log->names, i), arena, &of[i], error));
    names->of = of;
done:
    return status;
}
