/* Events on the map. Every `seen when` and `fails when` becomes a rule of an event name, its
 * conditions bound to codes, and an event is asked only the rules of its name. Names whose
 * rules ask nothing more have one answer for all their events, found once. The set of
 * touchpoints that an answer names is interned, so that an event carries one small number.
 *
 * What no rule claims is matched by name, once for each name: a title exactly, failing that an
 * id, failing that either with letter case aside if only one touchpoint fits. Touchpoints with
 * a `seen when` and those that are `not recorded` take no part in that. */
#include <stdlib.h>

#include "log/match.h"

enum { NO_SET = 0 };

struct rules {
    struct log_match *matches;
    const bool *fails;           /* [n] a `fails when` */
    const uint32_t *touchpoints; /* [n] */
    size_t n;
    const uint32_t *first; /* [n_names + 1]: places in `of` */
    const uint32_t *of;    /* rules of a name, in map order; those of every name among them */
    const bool *plain;     /* [n_names] its rules ask for the name alone */
};

struct claiming {
    const struct trod_log *log;
    const struct trod_map *map;
    struct trod_arena *scratch;
    struct rules rules;
    struct log_names names;
    struct trod_dict *sets; /* texts are the touchpoints' bytes; 0 is the empty set */
    uint32_t *seen_now;     /* [n_touchpoints] room for an answer */
    uint32_t *fails_now;
};

static size_t count_rules(const struct trod_map *map) {
    size_t n = 0;
    for (size_t t = 0; t < map->n_touchpoints; t++)
        if (!map->touchpoints[t].not_recorded)
            n += map->touchpoints[t].seen.n + map->touchpoints[t].fails.n;
    return n;
}

/* Places each rule under the names that it may claim, in the order of the rules. */
static trod_status index_rules(struct claiming *claiming, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct rules *const rules = &claiming->rules;
    const uint32_t n_names = trod_dict_count(claiming->log->names);
    uint64_t n_places = 0;
    for (size_t r = 0; r < rules->n; r++) {
        const struct log_match *const match = &rules->matches[r];
        if (!match->never) n_places += match->name == TROD_NO_ID ? n_names : 1;
    }
    if (n_places >= UINT32_MAX)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH,
                           "the map has too many lines that match every "
                           "event"));
    uint32_t *const first = TROD_NEW_ARRAY(claiming->scratch, (size_t)n_names + 1, uint32_t);
    TROD_TRY_ALLOC(first, error);
    uint32_t *const of = TROD_NEW_ARRAY(claiming->scratch, (size_t)n_places, uint32_t);
    TROD_TRY_ALLOC(of, error);
    bool *const plain = TROD_NEW_ARRAY(claiming->scratch, n_names, bool);
    TROD_TRY_ALLOC(plain, error);
    for (uint32_t name = 0; name < n_names; name++) plain[name] = true;
    for (size_t r = 0; r < rules->n; r++) {
        const struct log_match *const match = &rules->matches[r];
        if (match->never) continue;
        const uint32_t begin = match->name == TROD_NO_ID ? 0 : match->name;
        const uint32_t end = match->name == TROD_NO_ID ? n_names : match->name + 1;
        for (uint32_t name = begin; name < end; name++) {
            first[name + 1]++;
            if (match->n_tests || match->sources.words) plain[name] = false;
        }
    }
    for (uint32_t name = 0; name < n_names; name++) first[name + 1] += first[name];
    for (size_t r = 0; r < rules->n; r++) {
        const struct log_match *const match = &rules->matches[r];
        if (match->never) continue;
        const uint32_t begin = match->name == TROD_NO_ID ? 0 : match->name;
        const uint32_t end = match->name == TROD_NO_ID ? n_names : match->name + 1;
        for (uint32_t name = begin; name < end; name++) of[first[name]++] = (uint32_t)r;
    }
    for (uint32_t name = n_names; name > 0; name--) first[name] = first[name - 1];
    first[0] = 0;
    rules->first = first;
    rules->of = of;
    rules->plain = plain;
done:
    return status;
}

static trod_status make_rules(struct claiming *claiming, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *const map = claiming->map;
    struct rules *const rules = &claiming->rules;
    const size_t n = count_rules(map);
    rules->matches = TROD_NEW_ARRAY(claiming->scratch, n, struct log_match);
    TROD_TRY_ALLOC(rules->matches, error);
    bool *const fails = TROD_NEW_ARRAY(claiming->scratch, n, bool);
    TROD_TRY_ALLOC(fails, error);
    uint32_t *const touchpoints = TROD_NEW_ARRAY(claiming->scratch, n, uint32_t);
    TROD_TRY_ALLOC(touchpoints, error);
    for (uint32_t t = 0; t < map->n_touchpoints; t++) {
        const struct trod_touchpoint *const touchpoint = &map->touchpoints[t];
        if (touchpoint->not_recorded) continue;
        for (size_t i = 0; i < touchpoint->seen.n + touchpoint->fails.n; i++) {
            fails[rules->n] = i >= touchpoint->seen.n;
            touchpoints[rules->n] = t;
            TROD_TRY(log_match_bind(claiming->log, map,
                                    fails[rules->n]
                                        ? &touchpoint->fails.at[i - touchpoint->seen.n]
                                        : &touchpoint->seen.at[i],
                                    claiming->scratch, &rules->matches[rules->n], error));
            rules->n++;
        }
    }
    rules->fails = fails;
    rules->touchpoints = touchpoints;
    TROD_TRY(index_rules(claiming, error));
done:
    return status;
}

/* ---- The answer for one event --------------------------------------------------------------
 */

static bool holds_number(const uint32_t *at, size_t n, uint32_t number) {
    for (size_t i = 0; i < n; i++)
        if (at[i] == number) return true;
    return false;
}

static trod_status intern(struct claiming *claiming, const uint32_t *touchpoints, size_t n,
                          uint32_t *set, struct trod_error *error) {
    const trod_str bytes = {(const char *)touchpoints, n * sizeof *touchpoints};
    *set = trod_dict_add(claiming->sets, bytes);
    if (*set == TROD_NO_ID)
        return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return TROD_OK;
}

static trod_status answer(struct claiming *claiming, uint64_t event, uint32_t customer,
                          uint32_t *seen, uint32_t *fails, struct trod_error *error) {
    const struct rules *const rules = &claiming->rules;
    const uint32_t name = claiming->log->name[event];
    size_t n_seen = 0, n_fails = 0;
    for (uint32_t i = rules->first[name]; i < rules->first[name + 1]; i++) {
        const uint32_t r = rules->of[i], t = rules->touchpoints[r];
        /* Rules stand in map order, so a touchpoint that is there already is the last one. */
        size_t *const n = rules->fails[r] ? &n_fails : &n_seen;
        uint32_t *const to = rules->fails[r] ? claiming->fails_now : claiming->seen_now;
        if (*n && to[*n - 1] == t) continue;
        if (log_match_holds(&rules->matches[r], claiming->log, event, customer)) to[(*n)++] = t;
    }
    if (n_seen == 0) {
        /* An attempt that failed does not count as seen by its name. */
        const struct log_name *const by_name = &claiming->names.of[name];
        for (size_t i = 0; i < by_name->n; i++)
            if (!holds_number(claiming->fails_now, n_fails, by_name->touchpoints[i]))
                claiming->seen_now[n_seen++] = by_name->touchpoints[i];
    }
    trod_status status = TROD_OK;
    TROD_TRY(intern(claiming, claiming->seen_now, n_seen, seen, error));
    TROD_TRY(intern(claiming, claiming->fails_now, n_fails, fails, error));
done:
    return status;
}

static trod_status ask_all(struct claiming *claiming, uint32_t *seen, uint32_t *fails,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_log *const log = claiming->log;
    const uint32_t n_names = trod_dict_count(log->names);
    struct known {
        bool is;
        uint32_t seen, fails;
    } *const known = TROD_NEW_ARRAY(claiming->scratch, n_names, struct known);
    TROD_TRY_ALLOC(known, error);
    for (uint32_t c = 0; c < log->n_customers; c++) {
        for (uint64_t i = log->first[c]; i < log->first[c + 1]; i++) {
            struct known *const name = &known[log->name[i]];
            if (!name->is) {
                TROD_TRY(answer(claiming, i, c, &seen[i], &fails[i], error));
                *name = (struct known){claiming->rules.plain[log->name[i]], seen[i], fails[i]};
            }
            if (name->is) {
                seen[i] = name->seen;
                fails[i] = name->fails;
            }
        }
    }
done:
    return status;
}

/* ---- The sets ------------------------------------------------------------------------------
 */

struct set_order {
    trod_str bytes; /* of the touchpoints */
    uint32_t was;
};

static const uint32_t *touchpoints_of(trod_str bytes) {
    return (const uint32_t *)(const void *)bytes.at;
}

static int by_touchpoints(const void *a, const void *b) {
    const struct set_order *const x = a, *const y = b;
    const size_t n_x = x->bytes.n / sizeof(uint32_t), n_y = y->bytes.n / sizeof(uint32_t);
    for (size_t i = 0; i < n_x && i < n_y; i++) {
        uint32_t p = 0, q = 0;
        memcpy(&p, x->bytes.at + i * sizeof p, sizeof p);
        memcpy(&q, y->bytes.at + i * sizeof q, sizeof q);
        if (p != q) return p < q ? -1 : 1;
    }
    return n_x < n_y ? -1 : n_x > n_y;
}

/* Numbers the sets by their touchpoints, so that the numbers do not depend on the events'
 * order. */
static trod_status sort_sets(struct claiming *claiming, struct trod_claimed *claims,
                             uint32_t *seen, uint32_t *fails, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = trod_dict_count(claiming->sets);
    struct set_order *const order = TROD_NEW_ARRAY(claiming->scratch, n, struct set_order);
    TROD_TRY_ALLOC(order, error);
    uint32_t *const number = TROD_NEW_ARRAY(claiming->scratch, n, uint32_t);
    TROD_TRY_ALLOC(number, error);
    struct trod_claim_set *const sets = TROD_NEW_ARRAY(claims->arena, n, struct trod_claim_set);
    TROD_TRY_ALLOC(sets, error);
    for (uint32_t s = 0; s < n; s++)
        order[s] = (struct set_order){trod_dict_at(claiming->sets, s), s};
    qsort(order, n, sizeof *order, by_touchpoints);
    bool moved = false;
    for (uint32_t s = 0; s < n; s++) {
        const trod_str bytes = trod_arena_copy(claims->arena, order[s].bytes);
        TROD_TRY_ALLOC(bytes.at, error);
        sets[s].touchpoints = touchpoints_of(bytes);
        sets[s].n = bytes.n / sizeof(uint32_t);
        for (size_t i = 0; i < sets[s].n; i++)
            if (claims->map->touchpoints[sets[s].touchpoints[i]].any_time)
                sets[s].any_time = true;
        number[order[s].was] = s;
        moved = moved || order[s].was != s;
    }
    for (uint64_t i = 0; moved && i < claims->log->n_events; i++) {
        seen[i] = number[seen[i]];
        fails[i] = number[fails[i]];
    }
    claims->sets = sets;
    claims->n_sets = n;
done:
    return status;
}

/* ---- What was claimed, and what was not ----------------------------------------------------
 */

struct counted {
    struct trod_unmapped unmapped;
    trod_str name;
};

static int by_count_then_name(const void *a, const void *b) {
    const struct counted *const x = a, *const y = b;
    if (x->unmapped.n_events != y->unmapped.n_events)
        return x->unmapped.n_events > y->unmapped.n_events ? -1 : 1;
    return trod_str_compare(x->name, y->name);
}

static trod_status list_unmapped(struct claiming *claiming, struct trod_claimed *claims,
                                 const uint64_t *n_by_name, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_log *const log = claims->log;
    const uint32_t n_names = trod_dict_count(log->names);
    struct counted *const counted = TROD_NEW_ARRAY(claiming->scratch, n_names, struct counted);
    TROD_TRY_ALLOC(counted, error);
    size_t n = 0;
    for (uint32_t name = 0; name < n_names; name++)
        if (n_by_name[name])
            counted[n++] =
                (struct counted){{name, n_by_name[name]}, trod_dict_at(log->names, name)};
    qsort(counted, n, sizeof *counted, by_count_then_name);
    struct trod_unmapped *const unmapped =
        TROD_NEW_ARRAY(claims->arena, n, struct trod_unmapped);
    TROD_TRY_ALLOC(unmapped, error);
    for (size_t i = 0; i < n; i++) unmapped[i] = counted[i].unmapped;
    claims->unmapped = unmapped;
    claims->n_unmapped = n;
done:
    return status;
}

static trod_status count_claims(struct claiming *claiming, struct trod_claimed *claims,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_log *const log = claims->log;
    uint64_t *const n_seen = TROD_NEW_ARRAY(claiming->scratch, claims->n_sets, uint64_t);
    TROD_TRY_ALLOC(n_seen, error);
    uint64_t *const n_failed = TROD_NEW_ARRAY(claiming->scratch, claims->n_sets, uint64_t);
    TROD_TRY_ALLOC(n_failed, error);
    uint64_t *const n_by_name =
        TROD_NEW_ARRAY(claiming->scratch, trod_dict_count(log->names), uint64_t);
    TROD_TRY_ALLOC(n_by_name, error);
    uint64_t *const seen = TROD_NEW_ARRAY(claims->arena, claims->map->n_touchpoints, uint64_t);
    TROD_TRY_ALLOC(seen, error);
    uint64_t *const failed =
        TROD_NEW_ARRAY(claims->arena, claims->map->n_touchpoints, uint64_t);
    TROD_TRY_ALLOC(failed, error);
    for (uint64_t i = 0; i < log->n_events; i++) {
        n_seen[claims->seen[i]]++;
        n_failed[claims->fails[i]]++;
        if (claims->seen[i] == NO_SET && claims->fails[i] == NO_SET)
            n_by_name[log->name[i]]++;
        else
            claims->n_mapped_events++;
    }
    for (size_t s = 0; s < claims->n_sets; s++) {
        for (size_t i = 0; i < claims->sets[s].n; i++) {
            seen[claims->sets[s].touchpoints[i]] += n_seen[s];
            failed[claims->sets[s].touchpoints[i]] += n_failed[s];
        }
    }
    claims->n_touchpoint_events = seen;
    claims->n_touchpoint_failures = failed;
    TROD_TRY(list_unmapped(claiming, claims, n_by_name, error));
done:
    return status;
}

trod_status trod_claimed_make(const struct trod_log *log, const struct trod_map *map,
                              struct trod_claimed **claims, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_claimed *made = NULL;
    struct claiming claiming = {.log = log, .map = map};
    *claims = NULL;
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_claimed);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    *made = (struct trod_claimed){.log = log, .map = map, .arena = arena};
    claiming.scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(claiming.scratch, error);
    claiming.sets = trod_dict_make(0);
    TROD_TRY_ALLOC(claiming.sets, error);
    claiming.seen_now = TROD_NEW_ARRAY(claiming.scratch, map->n_touchpoints, uint32_t);
    TROD_TRY_ALLOC(claiming.seen_now, error);
    claiming.fails_now = TROD_NEW_ARRAY(claiming.scratch, map->n_touchpoints, uint32_t);
    TROD_TRY_ALLOC(claiming.fails_now, error);
    uint32_t *const seen = TROD_NEW_ARRAY(arena, (size_t)log->n_events, uint32_t);
    TROD_TRY_ALLOC(seen, error);
    uint32_t *const fails = TROD_NEW_ARRAY(arena, (size_t)log->n_events, uint32_t);
    TROD_TRY_ALLOC(fails, error);
    made->seen = seen;
    made->fails = fails;
    uint32_t none = 0;
    TROD_TRY(intern(&claiming, claiming.seen_now, 0, &none, error));
    CHECK(none == NO_SET);
    TROD_TRY(make_rules(&claiming, error));
    TROD_TRY(log_names_make(log, map, claiming.scratch, &claiming.names, error));
    TROD_TRY(ask_all(&claiming, seen, fails, error));
    TROD_TRY(sort_sets(&claiming, made, seen, fails, error));
    TROD_TRY(count_claims(&claiming, made, error));
    *claims = made;
    made = NULL;
done:
    trod_dict_free(claiming.sets);
    trod_arena_free(claiming.scratch);
    trod_claimed_free(made);
    return status;
}

void trod_claimed_free(struct trod_claimed *claims) {
    if (claims) trod_arena_free(claims->arena);
}
