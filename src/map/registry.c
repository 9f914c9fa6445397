/* The registry: which id names what. All ids of a map and its includes share one namespace, so
 * one dictionary holds them; a definition's index is its position among its kind, in the order
 * of the files, which is the order in which the arrays of the map are filled.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "map/build.h"

#define MAX_GUESSES 100
#define MAX_GUESSED_IDS 5000

static const struct {
    const char *keyword, *name;
} things[MAP_N_THINGS] = {
    [MAP_IS_JOURNEY] = {"journey", "the journey"},
    [MAP_IS_SPAN] = {"span", "a span"},
    [MAP_IS_PERSONA] = {"persona", "a persona"},
    [MAP_IS_SEGMENT] = {"segment", "a segment"},
    [MAP_IS_RESEARCH] = {"research", "a research"},
    [MAP_IS_TEAM] = {"team", "a team"},
    [MAP_IS_SYSTEM] = {"system", "a system"},
    [MAP_IS_PROMISE] = {"promise", "a promise"},
    [MAP_IS_OFFER] = {"offer", "an offer"},
    [MAP_IS_SOURCE] = {"source", "a source"},
    [MAP_IS_STAGE] = {"stage", "a stage"},
    [MAP_IS_WAY] = {"way", "a way"},
    [MAP_IS_TOUCHPOINT] = {"touchpoint", "a touchpoint"},
    [MAP_IS_PAIN] = {"pain", "a pain"},
    [MAP_IS_KPI] = {"kpi", "a kpi"},
    [MAP_IS_ACTION] = {"action", "an action"},
    [MAP_IS_SCORE] = {"score", "a score"},
    [MAP_IS_CONTENT] = {"content", "a content"},
    [MAP_IS_RULE] = {"rule", "a rule"},
    [MAP_IS_EXPERIMENT] = {"experiment", "an experiment"},
    [MAP_IS_VARIANT] = {"variant", "a variant"},
};

const char *map_thing_name(enum map_thing thing) {
    return things[thing].name;
}

/* What a line defines, or MAP_N_THINGS. */
static enum map_thing thing_of(const struct map_node *node) {
    if (node->kind != MAP_LINE || !node->word) return MAP_N_THINGS;
    const bool defines = trod_str_starts(trod_str_of(node->word->pattern), TROD_STR("<id:id>"));
    const bool pain = trod_str_is(node->keyword, "pain");
    for (int i = 0; (defines || pain) && i < MAP_N_THINGS; i++)
        if (trod_str_is(node->keyword, things[i].keyword)) return (enum map_thing)i;
    return MAP_N_THINGS;
}

struct trod_remark *map_wrong(struct map_builder *b, const struct map_node *node,
                              uint32_t offset, const char *code, const char *format, ...) {
    char text[700];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    uint32_t column = 1;
    for (size_t i = 0; i < offset && node->from + i < b->doc->text.n; i++)
        if ((b->doc->text.at[node->from + i] & 0xc0) != 0x80) column++;
    return map_remark(b->remarks, TROD_ERROR, code, node->line, column, "%s", text);
}

void map_at(struct map_builder *b, const struct map_item *item) {
    b->doc = item->doc;
    b->remarks->file = item->doc->name;
}

static void add_id(struct map_builder *b, const struct map_node *node, const struct map_arg *id,
                   struct map_named named) {
    struct trod_map_index *const index = b->index;
    const uint32_t number = trod_dict_add(index->ids, id->text);
    if (number == TROD_NO_ID) {
        b->no_memory = true;
        return;
    }
    if (number < index->n) {
        const struct map_named *const first = &index->named[number];
        const bool same_file = trod_str_equal(first->file, named.file);
        map_hint(b->remarks,
                 map_wrong(b, node, id->offset, "id-twice", "the id `%s` is used twice",
                           map_show(id->text).at),
                 "it is already %s (line %" PRIu32
                 "%s%s); an id names one thing in a map and its "
                 "includes",
                 things[first->thing].name, first->line, same_file ? "" : " of ",
                 same_file ? "" : map_show(first->file).at);
        return;
    }
    if (!TROD_PUSH(b->arena, index->named, index->n, index->room, named)) b->no_memory = true;
}

/* The pains of the touchpoint at hand: its own come first, then those of `for PERSONA`. */
struct pains {
    uint32_t n_own, own, personal;
};

static uint32_t pain_index(const struct map_node *pain, struct pains *pains) {
    const bool personal = pain->parent && trod_str_is(pain->parent->keyword, "for");
    return personal ? pains->n_own + pains->personal++ : pains->own++;
}

static bool register_line(struct map_builder *b, struct map_node *node, struct pains *pains) {
    const enum map_thing thing = thing_of(node);
    if (thing == MAP_N_THINGS) return true;
    const struct map_arg *const id = map_arg_of(node, "id");
    struct map_items *const items = &b->items[thing];
    struct map_named named = {.thing = thing,
                              .index = (uint32_t)items->n,
                              .owner = TROD_NO_ID,
                              .line = node->line,
                              .file = b->doc->name};
    if (thing == MAP_IS_TOUCHPOINT)
        *pains = (struct pains){.n_own = (uint32_t)map_children(node, "pain")};
    if (thing == MAP_IS_PAIN) {
        named.index = pain_index(node, pains);
        if (!id) return true;
        named.owner =
            (uint32_t)b->items[MAP_IS_TOUCHPOINT].n - 1; /* it stands below its line */
        if (b->items[MAP_IS_TOUCHPOINT].n == 0) return true;
    }
    node->index = named.index;
    if (!TROD_PUSH(b->arena, items->at, items->n, items->room, (struct map_item){node, b->doc}))
        return false;
    if (id) add_id(b, node, id, named);
    return !b->no_memory;
}

bool map_register(struct map_builder *b) {
    struct pains pains = {0};
    for (size_t i = 0; i < b->top.n; i++) {
        struct map_node *const top = b->top.at[i].node;
        map_at(b, &b->top.at[i]);
        for (struct map_node *node = top; node; node = map_node_after(node, top))
            if (!register_line(b, node, &pains)) return false;
    }
    return true;
}

const struct map_named *map_lookup(const struct trod_map_index *index, trod_str id) {
    const uint32_t number = trod_dict_find(index->ids, id);
    return number < index->n ? &index->named[number] : NULL;
}

trod_str map_nearest_id(struct map_builder *b, trod_str id, uint32_t wanted) {
    const struct trod_map_index *const index = b->index;
    if (index->n > MAX_GUESSED_IDS || b->n_guesses++ > MAX_GUESSES) return (trod_str){0};
    trod_str best = {0};
    unsigned best_distance = id.n < 4 ? 2 : id.n < 8 ? 3 : 4;
    for (uint32_t i = 0; i < index->n; i++) {
        if (!(wanted >> index->named[i].thing & 1)) continue;
        const trod_str other = trod_dict_at(index->ids, i);
        const unsigned distance = trod_str_distance(id, other, best_distance);
        if (distance < best_distance) {
            best = other;
            best_distance = distance;
        }
    }
    return best;
}

static void dangling(struct map_builder *b, const struct map_node *node,
                     const struct map_arg *arg, uint32_t wanted,
                     const struct map_named *other) {
    char names[160] = "";
    size_t n = 0;
    for (int i = 0; i < MAP_N_THINGS; i++)
        if (wanted >> i & 1 && n < sizeof names)
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", n ? " or " : "",
                                  strchr(things[i].name, ' ') + 1);
    struct trod_remark *const remark =
        map_wrong(b, node, arg->offset, "dangling-id", "there is no %s `%s`", names,
                  map_show(arg->text).at);
    if (!remark) return;
    const trod_str near = map_nearest_id(b, arg->text, wanted);
    if (other)
        map_hint(b->remarks, remark, "`%s` is %s (line %" PRIu32 ")", map_show(arg->text).at,
                 things[other->thing].name, other->line);
    else if (near.at)
        map_hint(b->remarks, remark, "did you mean `%s`?", map_show(near).at);
    else
        map_hint(b->remarks, remark, "define it, or name one that there is");
}

const struct map_named *map_resolve(struct map_builder *b, const struct map_node *node,
                                    const struct map_arg *arg, uint32_t wanted) {
    const struct map_named *const named = map_lookup(b->index, arg->text);
    if (named && wanted >> named->thing & 1) return named;
    if (named || !b->unread) dangling(b, node, arg, wanted, named);
    return NULL;
}

uint32_t map_ref(struct map_builder *b, const struct map_node *node, const char *slot,
                 enum map_thing thing) {
    const struct map_arg *const arg = node ? map_arg_of(node, slot) : NULL;
    const struct map_named *const named =
        arg ? map_resolve(b, node, arg, UINT32_C(1) << thing) : NULL;
    return named ? named->index : TROD_NO_ID;
}

/* ---- Teams and systems, which need no block of their own
 * --------------------------------------- */

uint32_t map_number_of(struct map_builder *b, struct trod_dict *names, trod_str name,
                       bool add) {
    char *const lower = trod_arena_alloc(b->arena, name.n, 1);
    if (!lower) {
        b->no_memory = true;
        return TROD_NO_ID;
    }
    for (size_t i = 0; i < name.n; i++)
        lower[i] =
            (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32 : name.at[i]);
    const trod_str text = {lower, name.n};
    const uint32_t number = add ? trod_dict_add(names, text) : trod_dict_find(names, text);
    if (add && number == TROD_NO_ID) b->no_memory = true;
    return number;
}

/* A list of things that are found by name: the numbers of names to places in it. */
struct by_name {
    struct trod_dict *names;
    uint32_t **index_of;
    size_t *n, *room;
};
static struct by_name team_list(struct map_builder *b) {
    return (struct by_name){b->team_names, &b->team_of, &b->n_team_of, &b->team_of_room};
}
static struct by_name system_list(struct map_builder *b) {
    return (struct by_name){b->system_names, &b->system_of, &b->n_system_of,
                            &b->system_of_room};
}

/* The place of a name; a new one gets `fresh`. TROD_NO_ID without a name or memory. */
static uint32_t place_of(struct map_builder *b, struct by_name list, trod_str name,
                         uint32_t fresh) {
    if (name.n == 0) return TROD_NO_ID;
    const uint32_t number = map_number_of(b, list.names, name, true);
    if (number < *list.n) return (*list.index_of)[number];
    if (number == TROD_NO_ID ||
        !TROD_PUSH(b->arena, *list.index_of, *list.n, *list.room, fresh)) {
        b->no_memory = true;
        return TROD_NO_ID;
    }
    return fresh;
}

static void add_team(struct map_builder *b, const struct trod_team *team) {
    if (!TROD_PUSH(b->arena, b->teams, b->map->n_teams, b->teams_room, *team))
        b->no_memory = true;
    b->map->teams = b->teams;
}

static void add_system(struct map_builder *b, const struct trod_system *system) {
    if (!TROD_PUSH(b->arena, b->systems, b->map->n_systems, b->systems_room, *system))
        b->no_memory = true;
    b->map->systems = b->systems;
}

uint32_t map_team(struct map_builder *b, trod_str name) {
    const uint32_t fresh = (uint32_t)b->map->n_teams;
    const uint32_t place = place_of(b, team_list(b), name, fresh);
    if (place == fresh)
        add_team(b, &(struct trod_team){.title = name, .people = NAN, .cost = NAN});
    return place;
}

uint32_t map_system(struct map_builder *b, trod_str name) {
    const uint32_t fresh = (uint32_t)b->map->n_systems;
    const uint32_t place = place_of(b, system_list(b), name, fresh);
    if (place == fresh) add_system(b, &(struct trod_system){.title = name});
    return place;
}

void map_team_block(struct map_builder *b, const struct trod_team *team) {
    const uint32_t fresh = (uint32_t)b->map->n_teams;
    place_of(b, team_list(b), team->id, fresh);
    place_of(b, team_list(b), team->title, fresh);
    add_team(b, team);
}

void map_system_block(struct map_builder *b, const struct trod_system *system) {
    const uint32_t fresh = (uint32_t)b->map->n_systems;
    place_of(b, system_list(b), system->id, fresh);
    place_of(b, system_list(b), system->title, fresh);
    add_system(b, system);
}
