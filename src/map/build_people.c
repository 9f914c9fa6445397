/* Who walks, who serves, and how it is known: personas, segments, research, teams, systems,
 * promises and offers.
 */
#include <stdlib.h>

#include "map/build.h"

static void build_personas(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_PERSONA];
    struct trod_persona *const at = MAP_ROOM(b, items->n, struct trod_persona);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        const struct map_node *const segment = map_child(node, "segment");
        map_at(b, &items->at[i]);
        at[i] =
            (struct trod_persona){.id = map_arg_text(node, "id"),
                                  .title = map_title(b, node),
                                  .portrait = map_child_text(b, node, "portrait", "file"),
                                  .who = map_claims(b, node, "who"),
                                  .values = map_claims(b, node, "values"),
                                  .goals = map_claims(b, node, "goal"),
                                  .needs = map_claims(b, node, "need"),
                                  .expectations = map_claims(b, node, "expectation"),
                                  .aspirations = map_claims(b, node, "aspiration"),
                                  .attitudes = map_claims(b, node, "attitude"),
                                  .challenges = map_claims(b, node, "challenge"),
                                  .says = map_claims(b, node, "says"),
                                  .segment_id = map_ref(b, segment, "segment", MAP_IS_SEGMENT),
                                  .line = node->line};
    }
    b->map->personas = at;
    b->map->n_personas = items->n;
}

static void build_segments(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_SEGMENT];
    struct trod_segment *const at = MAP_ROOM(b, items->n, struct trod_segment);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        at[i] = (struct trod_segment){.id = map_arg_text(node, "id"),
                                      .title = map_title(b, node),
                                      .when = map_matches(b, node, "when"),
                                      .line = node->line};
    }
    b->map->segments = at;
    b->map->n_segments = items->n;
}

static void build_researches(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_RESEARCH];
    struct trod_research *const at = MAP_ROOM(b, items->n, struct trod_research);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        at[i] = (struct trod_research){.id = map_arg_text(node, "id"),
                                       .title = map_title(b, node),
                                       .kind = map_child_text(b, node, "kind", "kind"),
                                       .on = map_child_text(b, node, "on", "date"),
                                       .file = map_child_text(b, node, "file", "file"),
                                       .people = map_child_text(b, node, "people", "people"),
                                       .found = map_claims(b, node, "found"),
                                       .line = node->line};
    }
    b->map->researches = at;
    b->map->n_researches = items->n;
}

/* ---- Teams
 * ------------------------------------------------------------------------------------- */

static void day_of(struct map_builder *b, const struct map_node *node, trod_str line,
                   uint32_t number, trod_str file, int64_t **days, size_t *n, size_t *room) {
    line = trod_str_trim(line);
    if (line.n == 0 || line.at[0] == '#') return;
    const struct trod_time_form iso = {.kind = TROD_TIME_ISO};
    const bool alone = line.n == 10 || (line.n > 10 && strchr(" \t,;", line.at[10]));
    const int64_t us =
        alone ? trod_time_read(trod_str_slice(line, 0, 10), &iso, NULL) : TROD_NO_TIME;
    if (us == TROD_NO_TIME) {
        map_hint(b->remarks,
                 map_wrong(b, node, node->body, "bad-holiday",
                           "line %u of the holidays in %s is no date: `%s`", number,
                           map_show(file).at, map_show(line).at),
                 "write one date a line, such as 2025-12-25, with its name behind it");
        return;
    }
    if (!TROD_PUSH(b->arena, *days, *n, *room, us / TROD_DAY_US)) b->no_memory = true;
}

static int by_day(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* One date a line, the holiday's name behind it; "#" begins a comment. */
static void build_holidays(struct map_builder *b, const struct map_node *node,
                           struct trod_team *team) {
    int64_t *days = NULL;
    size_t n = 0, room = 0;
    for (const struct map_node *c = map_child(node, "holidays"); c; c = map_sibling(c)) {
        const trod_str name = map_arg_text(c, "file");
        if (b->options->no_files || name.n == 0) continue;
        const trod_str path = trod_path_beside(b->arena, b->doc->name, name);
        struct trod_buf bytes = {0};
        if (!path.at || trod_file_read(path.at, (size_t)1 << 20, &bytes, NULL) != TROD_OK)
            continue; /* a missing file is found with all the others */
        const trod_str text = trod_arena_copy(b->arena, trod_buf_str(&bytes));
        trod_buf_free(&bytes);
        uint32_t number = 1;
        for (size_t at = 0; at < text.n; number++) {
            const trod_str rest = trod_str_slice(text, at, text.n);
            const size_t end = trod_str_find(rest, '\n');
            const trod_str line = trod_str_slice(rest, 0, end);
            day_of(b, c, line, number, name, &days, &n, &room);
            at += line.n + 1;
        }
    }
    if (n) qsort(days, n, sizeof *days, by_day);
    team->holidays = days;
    team->n_holidays = n;
}

static void build_hours(struct map_builder *b, const struct map_node *node,
                        struct trod_team *team) {
    struct trod_hours *const hours =
        MAP_ROOM(b, map_children(node, "hours"), struct trod_hours);
    if (!hours) return;
    for (const struct map_node *c = map_child(node, "hours"); c; c = map_sibling(c)) {
        struct trod_hours *const one = &hours[team->n_hours++];
        one->from_min = map_clock(c, "from");
        one->to_min = map_clock(c, "to");
        one->weekdays = map_weekdays(c, "days");
        if (!c->broken && one->from_min >= one->to_min)
            map_hint(b->remarks,
                     map_wrong(b, c, c->body, "hours", "these hours end before they begin"),
                     "write hours over midnight as two lines, up to 24:00 and from 00:00");
    }
    team->hours = hours;
}

static void build_teams(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_TEAM];
    for (size_t i = 0; i < items->n && !b->no_memory; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        struct trod_team team = {.id = map_arg_text(node, "id"),
                                 .title = map_title(b, node),
                                 .people = map_number(map_child(node, "people"), "people"),
                                 .cost = map_number(map_child(node, "cost"), "cost"),
                                 .line = node->line};
        build_hours(b, node, &team);
        build_holidays(b, node, &team);
        map_team_block(b, &team);
    }
}

static void build_systems(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_SYSTEM];
    for (size_t i = 0; i < items->n && !b->no_memory; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        const struct trod_system system = {.id = map_arg_text(node, "id"),
                                           .title = map_title(b, node),
                                           .owner = map_child_text(b, node, "owner", "owner"),
                                           .line = node->line};
        map_system_block(b, &system);
        map_team(b, system.owner);
    }
}

/* ---- Promises and offers
 * ----------------------------------------------------------------------- */

static void build_promises(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_PROMISE];
    struct trod_promise *const at = MAP_ROOM(b, items->n, struct trod_promise);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        at[i] = (struct trod_promise){.id = map_arg_text(node, "id"),
                                      .text = map_text(b, node, "text"),
                                      .line = node->line};
    }
    b->map->promises = at;
    b->map->n_promises = items->n;
}

static void build_offers(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_OFFER];
    struct trod_offer *const at = MAP_ROOM(b, items->n, struct trod_offer);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        at[i] = (struct trod_offer){
            .id = map_arg_text(node, "id"),
            .title = map_title(b, node),
            .owner = map_child_text(b, node, "owner", "owner"),
            .touchpoint_id = map_ref(b, map_child(node, "at"), "touchpoint", MAP_IS_TOUCHPOINT),
            .persona_id = map_ref(b, map_child(node, "for"), "persona", MAP_IS_PERSONA),
            .worth = map_number(map_child(node, "worth"), "worth"),
            .most_a_week = map_number(map_child(node, "at most"), "n"),
            .line = node->line};
        map_team(b, at[i].owner);
    }
    b->map->offers = at;
    b->map->n_offers = items->n;
}

void map_build_people(struct map_builder *b) {
    build_teams(b); /* first: later names find them */
    build_systems(b);
    build_personas(b);
    build_segments(b);
    build_researches(b);
    build_promises(b);
    build_offers(b);
}
