/* What a group of customers sees of the map. `only for` touchpoints of others are silent and
 * cannot match; what leaves no trace is silent; what an `accept` line allows costs nothing. An
 * event that may be an `any time` touchpoint costs nothing as an extra step either. */
#include "compare/align_group.h"

/* Whether an `accept` line holds for the journeys of the group, by when they began. The day
 * itself still counts. */
static bool accepted(const struct trod_lay *lay, uint32_t g, enum trod_accept_kind kind,
                     uint32_t touchpoint) {
    const struct trod_map *const map = lay->claims->map;
    const size_t passed = g % (lay->n_until + 1);
    for (size_t i = 0; i < map->n_accepts; i++) {
        const struct trod_accept *const accept = &map->accepts[i];
        if (accept->kind != kind || accept->touchpoint_id != touchpoint) continue;
        if (accept->until_us == TROD_NO_TIME || passed == 0) return true;
        if (lay->until_us[passed - 1] < accept->until_us + TROD_DAY_US) return true;
    }
    return false;
}

/* `meant` NULL: of a customer of whom nothing is known, for whom no `only for` is meant. */
static bool is_meant(const struct trod_map *map, const struct trod_bits *meant, uint32_t t) {
    const struct trod_touchpoint *const touchpoint = &map->touchpoints[t];
    if (touchpoint->only_personas.n == 0 && touchpoint->only_segments.n == 0) return true;
    return meant && trod_bits_has(meant, t);
}

static struct align_rule *make_rules(const struct trod_lay *lay, uint32_t g,
                                     const struct trod_bits *meant, struct trod_arena *arena) {
    const struct trod_map *const map = lay->claims->map;
    struct align_rule *const rules =
        TROD_NEW_ARRAY(arena, map->n_touchpoints, struct align_rule);
    for (uint32_t t = 0; rules && t < map->n_touchpoints; t++) {
        const bool recorded = lay->recorded[t];
        if (!is_meant(map, meant, t))
            rules[t] = (struct align_rule){.skip = ALIGN_SKIP_SILENT, .absent = true};
        else if (map->touchpoints[t].not_recorded || !recorded)
            rules[t] = (struct align_rule){.skip = ALIGN_SKIP_SILENT, .absent = !recorded};
        else if (accepted(lay, g, TROD_ACCEPT_SKIPPED, t))
            rules[t].skip = ALIGN_SKIP_ALLOWED;
        rules[t].repeat_allowed = accepted(lay, g, TROD_ACCEPT_REPEATED, t);
    }
    return rules;
}

/* How an extra step of a set is told: as the touchpoint that makes it free, if one does; else
 * as one that is meant for the group. */
static struct align_extra tell_extra(const struct trod_lay *lay, uint32_t g,
                                     const struct trod_bits *meant,
                                     const struct trod_claim_set *set, bool *free) {
    const struct trod_map *const map = lay->claims->map;
    struct align_extra told = {.touchpoint = TROD_NO_ID};
    for (size_t i = 0; i < set->n; i++)
        if (map->touchpoints[set->touchpoints[i]].any_time) {
            *free = true;
            return (struct align_extra){.touchpoint = set->touchpoints[i]};
        }
    for (size_t i = 0; i < set->n; i++) {
        const uint32_t t = set->touchpoints[i];
        const bool allowed = accepted(lay, g, TROD_ACCEPT_EXTRA, t);
        const bool not_for = !is_meant(map, meant, t);
        if (told.touchpoint == TROD_NO_ID || (allowed && !told.accepted) ||
            (!not_for && told.not_for && allowed == told.accepted))
            told =
                (struct align_extra){.touchpoint = t, .not_for = not_for, .accepted = allowed};
    }
    *free = told.accepted;
    return told;
}

/* All touchpoints of the set that tell an extra step as `told` does. */
static trod_status find_others(const struct trod_lay *lay, uint32_t g,
                               const struct trod_bits *meant, const struct trod_claim_set *set,
                               struct trod_arena *arena, struct align_extra *told,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *const map = lay->claims->map;
    if (set->n < 2 || map->touchpoints[told->touchpoint].any_time) return TROD_OK;
    uint32_t *const others = TROD_NEW_ARRAY(arena, set->n, uint32_t);
    TROD_TRY_ALLOC(others, error);
    for (size_t i = 0; i < set->n; i++) {
        const uint32_t t = set->touchpoints[i];
        if (accepted(lay, g, TROD_ACCEPT_EXTRA, t) == told->accepted &&
            is_meant(map, meant, t) != told->not_for)
            others[told->n++] = t;
    }
    told->others = others;
done:
    return status;
}

uint32_t align_group_told(const struct align_extra *extra, uint32_t last_matched) {
    if (last_matched == TROD_NO_ID || extra->n == 0) return extra->touchpoint;
    for (size_t i = 0; i < extra->n; i++)
        if (extra->others[i] >= last_matched) return extra->others[i];
    return extra->others[extra->n - 1];
}

static trod_status make_kinds(const struct trod_lay *lay, uint32_t g,
                              const struct trod_bits *meant, struct align_group *group,
                              struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_claimed *const claims = lay->claims;
    group->n_kinds = (uint32_t)claims->n_sets + 1;
    group->kinds = TROD_NEW_ARRAY(arena, group->n_kinds, struct align_kind);
    TROD_TRY_ALLOC(group->kinds, error);
    group->extras = TROD_NEW_ARRAY(arena, group->n_kinds, struct align_extra);
    TROD_TRY_ALLOC(group->extras, error);
    for (uint32_t k = 0; k < group->n_kinds; k++) {
        struct align_kind *const kind = &group->kinds[k];
        kind->extra = ALIGN_COST + ALIGN_EXTRA;
        group->extras[k].touchpoint = TROD_NO_ID;
        if (k == claims->n_sets || claims->sets[k].n == 0) continue;
        const struct trod_claim_set *const set = &claims->sets[k];
        bool free = false;
        group->extras[k] = tell_extra(lay, g, meant, set, &free);
        TROD_TRY(find_others(lay, g, meant, set, arena, &group->extras[k], error));
        if (free) kind->extra = ALIGN_EXTRA;
        uint32_t *const touchpoints = TROD_NEW_ARRAY(arena, set->n, uint32_t);
        TROD_TRY_ALLOC(touchpoints, error);
        for (size_t i = 0; i < set->n; i++)
            if (!group->rules[set->touchpoints[i]].absent &&
                group->tree->leaf[set->touchpoints[i]])
                touchpoints[kind->n++] = set->touchpoints[i];
        kind->touchpoints = touchpoints;
    }
done:
    return status;
}

/* ---- Bounded loops ----------------------------------------------------------------------- */

/* Which bounded loops a step of each kind may lie in. */
static trod_status make_loops(struct align_group *group, struct trod_arena *arena,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct align_tree *const tree = group->tree;
    uint32_t *const first = TROD_NEW_ARRAY(arena, (size_t)group->n_kinds + 1, uint32_t);
    TROD_TRY_ALLOC(first, error);
    uint32_t *list = NULL;
    size_t n = 0, room = 0;
    for (uint32_t k = 0; k < group->n_kinds; k++) {
        first[k] = (uint32_t)n;
        for (uint32_t i = 0; i < group->kinds[k].n && tree->n_loops; i++)
            for (const struct align_node *node = tree->leaf[group->kinds[k].touchpoints[i]];
                 node; node = node->parent) {
                bool known = node->loop == TROD_NO_ID;
                for (size_t j = first[k]; j < n; j++) known |= list[j] == node->loop;
                if (!known && !TROD_PUSH(arena, list, n, room, node->loop))
                    TROD_TRY(trod_fail(error, TROD_NO_MEMORY, "there is not enough memory"));
            }
    }
    first[group->n_kinds] = (uint32_t)n;
    group->loop_first = first;
    group->loop = list;
    group->count = TROD_NEW_ARRAY(arena, tree->n_loops, uint32_t);
    TROD_TRY_ALLOC(group->count, error);
    group->seen = TROD_NEW_ARRAY(arena, tree->n_loops, uint32_t);
    TROD_TRY_ALLOC(group->seen, error);
done:
    return status;
}

const uint32_t *align_group_count(const struct align_group *group, const struct trod_lay *lay,
                                  const struct trod_laid_path *path) {
    for (size_t loop = 0; loop < group->tree->n_loops; loop++) group->count[loop] = 0;
    for (uint32_t i = 0; i < path->n; i++) {
        const uint32_t k = align_group_kind(lay, path->steps[i]);
        for (uint32_t j = group->loop_first[k]; j < group->loop_first[k + 1]; j++)
            group->count[group->loop[j]]++;
    }
    return group->count;
}

trod_status align_group_make(const struct trod_lay *lay, uint32_t g, struct trod_arena *arena,
                             struct align_group **group, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *const map = lay->claims->map;
    const struct trod_bits *const meant = &lay->groups[g];
    struct align_group *const made = TROD_NEW(arena, struct align_group);
    TROD_TRY_ALLOC(made, error);
    made->rules = make_rules(lay, g, meant, arena);
    TROD_TRY_ALLOC(made->rules, error);
    TROD_TRY(
        align_tree_make(map->flow, made->rules, map->n_touchpoints, arena, &made->tree, error));
    TROD_TRY(make_kinds(lay, g, meant, made, arena, error));
    TROD_TRY(make_loops(made, arena, error));
    for (size_t p = 0; p < lay->n_paths && made->tree->n_loops; p++) {
        if (lay->paths[p].groups != g) continue;
        const uint32_t *const count = align_group_count(made, lay, &lay->paths[p]);
        for (size_t loop = 0; loop < made->tree->n_loops; loop++)
            if (count[loop] > made->seen[loop]) made->seen[loop] = count[loop];
    }
    *group = made;
done:
    return status;
}

trod_status align_group_shortest(const struct trod_lay *lay, struct trod_arena *arena,
                                 uint32_t *shortest, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_map *const map = lay->claims->map;
    struct align_tree *tree = NULL;
    uint32_t g = 0; /* of those who begin now */
    while (g < lay->n_until && lay->now_us != TROD_NO_TIME && lay->until_us[g] <= lay->now_us)
        g++;
    const struct align_rule *const rules = make_rules(lay, g, NULL, arena);
    TROD_TRY_ALLOC(rules, error);
    TROD_TRY(align_tree_make(map->flow, rules, map->n_touchpoints, arena, &tree, error));
    *shortest = tree->shortest;
done:
    return status;
}
