/* The journey block: what the map is for, when a journey begins and ends, and what holds for
 * all. */
#include <math.h>

#include "map/build.h"

static void build_dated(struct map_builder *b, const struct map_node *journey) {
    struct trod_map *const map = b->map;
    const size_t n_agreed = map_children(journey, "agreed");
    const size_t n_learned = map_children(journey, "learned");
    struct trod_agreement *const agreed = MAP_ROOM(b, n_agreed, struct trod_agreement);
    struct trod_learned *const learned = MAP_ROOM(b, n_learned, struct trod_learned);
    if (!agreed || !learned) return;
    for (const struct map_node *c = map_child(journey, "agreed"); c; c = map_sibling(c))
        agreed[map->n_agreed++] = (struct trod_agreement){
            .name = map_arg_text(c, "name"), .on_us = map_date(c, "date"), .line = c->line};
    for (const struct map_node *c = map_child(journey, "learned"); c; c = map_sibling(c))
        learned[map->n_learned++] = (struct trod_learned){
            .on_us = map_date(c, "date"), .text = map_text(b, c, "text"), .line = c->line};
    map->agreed = agreed;
    map->learned = learned;
    const struct map_node *const reviewed = map_child(journey, "reviewed");
    map->reviewed_us = map_date(reviewed, "date");
    map->review_every_us = map_time(reviewed, "every");
}

static void build_spans(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_SPAN];
    struct trod_span *const spans = MAP_ROOM(b, items->n, struct trod_span);
    if (!spans) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        spans[i] = (struct trod_span){.id = map_arg_text(node, "id"),
                                      .from = map_points(b, node, "from"),
                                      .to = map_points(b, node, "to"),
                                      .window = map_window(b, node),
                                      .line = node->line};
    }
    b->map->spans = spans;
    b->map->n_spans = items->n;
}

static const struct trod_outcome *outcomes(struct map_builder *b,
                                           const struct map_node *journey, const char *keyword,
                                           size_t *n) {
    struct trod_outcome *const at =
        MAP_ROOM(b, map_children(journey, keyword), struct trod_outcome);
    if (!at) return NULL;
    for (const struct map_node *c = map_child(journey, keyword); c; c = map_sibling(c))
        at[(*n)++] = (struct trod_outcome){
            .x = map_points(b, c, "points"), .worth = map_number(c, "worth"), .line = c->line};
    return at;
}

/* What makes a new journey of the same customer: one of three lines. */
static void build_per(struct map_builder *b, const struct map_node *journey) {
    struct trod_map *const map = b->map;
    static const char *const keywords[] = {"one journey per", "one journey after",
                                           "one journey from"};
    map->per_silence_us = TROD_NO_TIME;
    const struct map_node *first = NULL;
    for (size_t i = 0; i < TROD_COUNT(keywords); i++) {
        const struct map_node *const node = map_child(journey, keywords[i]);
        if (!node) continue;
        if (first) {
            map_hint(b->remarks,
                     map_wrong(b, node, node->level * 2u, "twice",
                               "the map says twice what makes a new journey: `%s` and `%s`",
                               map_show(first->keyword).at, keywords[i]),
                     "keep one of the two");
            continue;
        }
        first = node;
        map->per = i == 0 ? TROD_PER_FIELD : i == 1 ? TROD_PER_SILENCE : TROD_PER_START;
        map->per_field = map_arg_text(node, "field");
        map->per_silence_us = map_time(node, "time");
        map->per_start = map_points(b, node, "from");
    }
}

static void build_accepts(struct map_builder *b, const struct map_node *journey) {
    static const char *const kinds[] = {"skipped", "extra", "repeated", "late"};
    struct trod_map *const map = b->map;
    struct trod_accept *const at =
        MAP_ROOM(b, map_children(journey, "accept"), struct trod_accept);
    if (!at) return;
    for (const struct map_node *c = map_child(journey, "accept"); c; c = map_sibling(c)) {
        struct trod_accept *const accept = &at[map->n_accepts++];
        *accept = (struct trod_accept){.touchpoint_id = TROD_NO_ID,
                                       .id = map_arg_text(c, "id"),
                                       .because = map_arg_text(c, "because"),
                                       .until_us = map_date(c, "until"),
                                       .line = c->line};
        const trod_str kind = map_arg_text(c, "kind");
        for (size_t i = 0; i < TROD_COUNT(kinds); i++)
            if (trod_str_is(kind, kinds[i])) accept->kind = (enum trod_accept_kind)i;
        const struct map_arg *const id = map_arg_of(c, "id");
        const uint32_t wanted =
            MAP_A(TOUCHPOINT) | (accept->kind == TROD_ACCEPT_LATE ? MAP_A(SPAN) : 0);
        const struct map_named *const named = id ? map_resolve(b, c, id, wanted) : NULL;
        if (named && named->thing == MAP_IS_TOUCHPOINT) accept->touchpoint_id = named->index;
    }
    map->accepts = at;
}

/* What every rule must keep: consent, caps, quiet hours. */
static void build_guards(struct map_builder *b, const struct map_node *journey) {
    struct trod_map *const map = b->map;
    struct trod_consent *const consents =
        MAP_ROOM(b, map_children(journey, "consent"), struct trod_consent);
    struct trod_limit *const limits =
        MAP_ROOM(b, map_children(journey, "at most"), struct trod_limit);
    struct trod_quiet *const quiet =
        MAP_ROOM(b, map_children(journey, "quiet"), struct trod_quiet);
    if (!consents || !limits || !quiet) return;
    for (const struct map_node *c = map_child(journey, "consent"); c; c = map_sibling(c))
        consents[map->n_consents++] = (struct trod_consent){
            .match = map_match(b, c), .channel = map_text(b, c, "channel")};
    for (const struct map_node *c = map_child(journey, "at most"); c; c = map_sibling(c))
        limits[map->n_limits++] =
            (struct trod_limit){.n = map_count(c, "n"), .within_us = map_time(c, "time")};
    for (const struct map_node *c = map_child(journey, "quiet"); c; c = map_sibling(c))
        quiet[map->n_quiet++] = (struct trod_quiet){map_clock(c, "from"), map_clock(c, "to")};
    map->consents = consents;
    map->limits = limits;
    map->quiet = quiet;
}

static void build_head(struct map_builder *b, const struct map_node *journey) {
    struct trod_map *const map = b->map;
    map->id = map_arg_text(journey, "id");
    map->title = map_title(b, journey);
    const trod_str state = map_child_text(b, journey, "state", "state");
    map->state = trod_str_is(state, "as-is")   ? TROD_AS_IS
                 : trod_str_is(state, "to-be") ? TROD_TO_BE
                                               : TROD_STATE_UNSAID;
    map->as_is = map_child_text(b, journey, "as-is", "file");
    map->audience = map_child_text(b, journey, "for", "text");
    map->used = map_child_text(b, journey, "used", "text");
    map->scope = map_child_text(b, journey, "scope", "text");
    map->owner = map_child_text(b, journey, "owner", "owner");
    map_team(b, map->owner);
    map->objectives = map_claims(b, journey, "objective");
    map->journey_personas = map_refs(b, journey, "persona", "personas", MAP_IS_PERSONA);
    const struct map_node *const over = map_child(journey, "over after");
    map->over_after_us = map_time(over, "time");
    const struct map_node *const expects = map_child(journey, "expects");
    map->expects = map_number(expects, "n");
    map->expects_per_us = TROD_NO_TIME;
    if (expects)
        map->expects_per_us =
            TROD_DAY_US * (trod_str_is(map_arg_text(expects, "per"), "day") ? 1 : 7);
}

void map_build_journey(struct map_builder *b) {
    struct trod_map *const map = b->map;
    const struct map_items *const items = &b->items[MAP_IS_JOURNEY];
    map->over_after_us = map->reviewed_us = map->review_every_us = TROD_NO_TIME;
    map->expects_per_us = map->per_silence_us = TROD_NO_TIME;
    map->expects = NAN;
    build_spans(b);
    if (items->n == 0) return;
    const struct map_node *const journey = items->at[0].node;
    map_at(b, &items->at[0]);
    build_head(b, journey);
    build_dated(b, journey);
    build_per(b, journey);
    map->succeeds = outcomes(b, journey, "succeeds when", &map->n_succeeds);
    map->lost = outcomes(b, journey, "lost when", &map->n_lost);
    build_accepts(b, journey);
    build_guards(b, journey);
    for (size_t i = 1; i < items->n; i++) {
        map_at(b, &items->at[i]);
        map_hint(
            b->remarks,
            map_wrong(b, items->at[i].node, 0, "twice",
                      "a map has one journey, and this is "
                      "another"),
            "keep one `journey` in a map and its includes; a second journey is a second file");
    }
}
