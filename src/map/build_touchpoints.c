/* Touchpoints: every line that one may have. `for PERSONA` fills the same structure once more.
 */
#include <math.h>

#include "map/build.h"

static struct trod_feeling feeling_of(struct map_builder *b, const struct map_node *parent) {
    const struct map_node *const node = map_child(parent, "feels");
    if (!node) return (struct trod_feeling){0};
    const double level = map_number(node, "level");
    return (struct trod_feeling){.given = !isnan(level),
                                 .level = isnan(level) ? 0 : level,
                                 .word = map_text(b, node, "text"),
                                 .proof = map_proof(b, node),
                                 .line = node->line};
}

static void build_pains(struct map_builder *b, const struct map_node *parent,
                        struct trod_touchpoint *into) {
    const size_t n = map_children(parent, "pain");
    struct trod_pain *const at = n ? MAP_ROOM(b, n, struct trod_pain) : NULL;
    if (!at) return;
    for (const struct map_node *c = map_child(parent, "pain"); c; c = map_sibling(c)) {
        const trod_str severity = map_arg_text(c, "severity");
        at[into->n_pains++] =
            (struct trod_pain){.id = map_arg_text(c, "id"),
                               .severity = trod_str_is(severity, "low")      ? 1
                                           : trod_str_is(severity, "medium") ? 2
                                           : trod_str_is(severity, "high")   ? 3
                                                                             : 0,
                               .text = map_text(b, c, "text"),
                               .proof = map_proof(b, c),
                               .line = c->line};
    }
    into->pains = at;
}

/* "Anna, 2025-02-11: ask the desk" */
static struct trod_claims notes_of(struct map_builder *b, const struct map_node *parent) {
    const struct trod_claims claims = map_claims(b, parent, "note");
    struct trod_claim *const at = claims.n ? MAP_ROOM(b, claims.n, struct trod_claim) : NULL;
    if (!at) return claims;
    size_t i = 0;
    for (const struct map_node *c = map_child(parent, "note"); c; c = map_sibling(c), i++) {
        at[i] = claims.at[i];
        at[i].kind =
            trod_arena_format(b->arena, "%.*s, %.*s", TROD_ARG(map_arg_text(c, "name")),
                              TROD_ARG(map_arg_text(c, "date")));
        if (!at[i].kind.at) b->no_memory = true;
    }
    return (struct trod_claims){at, claims.n};
}

static void build_times(struct map_builder *b, const struct map_node *node,
                        struct trod_touchpoint *into) {
    const struct map_node *const comes = map_child(node, "comes");
    const struct map_node *const takes = map_child(node, "takes");
    const struct trod_window none = {
        .usual_us = TROD_NO_TIME, .most_us = TROD_NO_TIME, .least_us = TROD_NO_TIME};
    into->comes.window = comes ? map_window(b, comes) : none;
    into->takes = takes ? map_window(b, takes) : none;
    if (!comes) return;
    into->comes.before = map_arg_of(comes, "before") != NULL;
    into->comes.after = map_points(b, comes, into->comes.before ? "before" : "after");
}

/* What a touchpoint and a `for PERSONA` in it have in common. */
static void build_lines(struct map_builder *b, const struct map_node *node,
                        struct trod_touchpoint *into) {
    *into = (struct trod_touchpoint){
        .stage_id = TROD_NO_ID,
        .visit_us = TROD_NO_TIME,
        .owner_id = TROD_NO_ID,
        .channels = map_words_of(b, node, "channel", "channels"),
        .evidence = map_claims(b, node, "physical evidence"),
        .does = map_claims(b, node, "does"),
        .thinks = map_claims(b, node, "thinks"),
        .says = map_claims(b, node, "says"),
        .needs = map_claims(b, node, "need"),
        .serves = map_claims(b, node, "serves"),
        .questions = map_claims(b, node, "question"),
        .delights = map_claims(b, node, "delight"),
        .truths = map_claims(b, node, "moment of truth"),
        .decides = map_claims(b, node, "decides"),
        .swayed = map_claims(b, node, "swayed by"),
        .policies = map_claims(b, node, "policy"),
        .notes = notes_of(b, node),
        .feels = feeling_of(b, node),
        .wishes = map_acts(b, node, "wish", "who"),
        .front = map_acts(b, node, "front", "team"),
        .back = map_acts(b, node, "back", "team"),
        .support = map_acts(b, node, "support", "team"),
        .systems = map_words_of(b, node, "system", "systems"),
        .picture = map_child_text(b, node, "picture", "file"),
        .reached_by = map_share(map_child(node, "reached by"), "share"),
        .contents = map_refs(b, node, "content", "contents", MAP_IS_CONTENT),
        .line = node->line,
    };
    const trod_str from = map_child_text(b, node, "from", "who");
    into->from = trod_str_is(from, "customer")  ? TROD_WHO_CUSTOMER
                 : trod_str_is(from, "company") ? TROD_WHO_COMPANY
                                                : TROD_WHO_UNSAID;
    for (size_t i = 0; i < into->systems.n; i++) map_system(b, into->systems.at[i]);
    build_pains(b, node, into);
    build_times(b, node, into);
}

static void build_only_for(struct map_builder *b, const struct map_node *node,
                           struct trod_touchpoint *into) {
    const size_t n = map_words_of(b, node, "only for", "who").n;
    uint32_t *const personas = n ? MAP_ROOM(b, n, uint32_t) : NULL;
    uint32_t *const segments = n ? MAP_ROOM(b, n, uint32_t) : NULL;
    if (!personas || !segments) return;
    for (const struct map_node *c = map_child(node, "only for"); c; c = map_sibling(c))
        for (const struct map_arg *arg = map_arg_of(c, "who"); arg;
             arg = map_arg_next(c, arg)) {
            const struct map_named *const named =
                map_resolve(b, c, arg, MAP_A(PERSONA) | MAP_A(SEGMENT));
            if (named && named->thing == MAP_IS_PERSONA)
                personas[into->only_personas.n++] = named->index;
            else if (named)
                segments[into->only_segments.n++] = named->index;
        }
    into->only_personas.at = personas;
    into->only_segments.at = segments;
}

static void build_for_personas(struct map_builder *b, const struct map_node *node,
                               struct trod_touchpoint *into) {
    const size_t n = map_children(node, "for");
    struct trod_touchpoint_for *const at =
        n ? MAP_ROOM(b, n, struct trod_touchpoint_for) : NULL;
    if (!at) return;
    for (const struct map_node *c = map_child(node, "for"); c; c = map_sibling(c)) {
        struct trod_touchpoint_for *const one = &at[into->n_for_personas++];
        one->persona_id = map_ref(b, c, "persona", MAP_IS_PERSONA);
        build_lines(b, c, &one->as);
    }
    into->for_personas = at;
}

static void build_one(struct map_builder *b, const struct map_node *node,
                      struct trod_touchpoint *into) {
    build_lines(b, node, into);
    into->id = map_arg_text(node, "id");
    into->title = map_title(b, node);
    into->owner = map_child_text(b, node, "owner", "owner");
    into->owner_id = map_team(b, into->owner);
    into->seen = map_matches(b, node, "seen when");
    into->fails = map_matches(b, node, "fails when");
    into->not_recorded = map_child(node, "not recorded") != NULL;
    into->optional_inline = map_child(node, "optional") != NULL;
    const struct map_node *const repeats = map_child(node, "repeats");
    into->repeats_inline = repeats != NULL;
    into->most_times = repeats ? map_count(repeats, "rounds") : 0;
    into->ends = map_child(node, "ends here") != NULL;
    into->visit_us = map_time(map_child(node, "one visit within"), "time");
    into->keeps = map_refs(b, node, "keeps", "promises", MAP_IS_PROMISE);
    build_only_for(b, node, into);
    build_for_personas(b, node, into);
    const struct map_node *const fails = map_child(node, "fails when");
    if (into->not_recorded && (into->seen.n || fails)) {
        const struct map_node *const line = map_child(node, "not recorded");
        map_hint(b->remarks,
                 map_wrong(b, line, line->level * 2u, "contradiction",
                           "`not recorded` contradicts the `%s` of the same touchpoint",
                           into->seen.n ? "seen when" : "fails when"),
                 "keep one of the two");
    }
}

void map_build_touchpoints(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_TOUCHPOINT];
    b->touchpoints = MAP_ROOM(b, items->n, struct trod_touchpoint);
    if (!b->touchpoints) return;
    b->map->touchpoints = b->touchpoints;
    b->map->n_touchpoints = items->n;
    for (size_t i = 0; i < items->n && !b->no_memory; i++) {
        map_at(b, &items->at[i]);
        build_one(b, items->at[i].node, &b->touchpoints[i]);
    }
}
