/* build: from documents to the map. What the files of src/map/build_*.c share.
 *
 * First every id of the file and its includes is registered, with the place of its thing in the
 * map's arrays (registry.c); then the arrays are filled, each reference resolved as it is met.
 * Where a line is broken its parts are missing, and the filling goes on: the map will not be
 * handed out, but all else that is wrong is found.
 */
#ifndef MAP_BUILD_H
#define MAP_BUILD_H

#include "map/doc.h"

enum map_thing {
    MAP_IS_JOURNEY,
    MAP_IS_SPAN,
    MAP_IS_PERSONA,
    MAP_IS_SEGMENT,
    MAP_IS_RESEARCH,
    MAP_IS_TEAM,
    MAP_IS_SYSTEM,
    MAP_IS_PROMISE,
    MAP_IS_OFFER,
    MAP_IS_SOURCE,
    MAP_IS_STAGE,
    MAP_IS_WAY,
    MAP_IS_TOUCHPOINT,
    MAP_IS_PAIN,
    MAP_IS_KPI,
    MAP_IS_ACTION,
    MAP_IS_SCORE,
    MAP_IS_CONTENT,
    MAP_IS_RULE,
    MAP_IS_EXPERIMENT,
    MAP_IS_VARIANT,
    MAP_N_THINGS,
};
#define MAP_A(thing) (UINT32_C(1) << MAP_IS_##thing)

/* What an id names. */
struct map_named {
    enum map_thing thing;
    uint32_t index; /* in the map's array of such things; of a pain in its touchpoint's */
    uint32_t owner; /* of a pain: its touchpoint */
    uint32_t line;
    trod_str file;
};
struct trod_map_index {
    struct trod_dict *ids;
    struct map_named *named; /* one for each id */
    size_t n, room;
};

struct map_item { /* a node, and the file that it stands in */
    struct map_node *node;
    const struct trod_doc *doc;
};
struct map_items {
    struct map_item *at;
    size_t n, room;
};

struct map_builder {
    struct trod_map *map;
    struct trod_map_index *index;
    struct trod_arena *arena;
    struct map_remarks *remarks;
    const struct trod_map_options *options;
    const struct trod_doc *doc; /* the file at hand */
    struct trod_doc **docs;     /* the main one first */
    size_t n_docs;
    struct map_items top;                 /* all lines at the left edge, includes in place */
    struct map_items items[MAP_N_THINGS]; /* every definition, in the order of the files */
    bool unread;        /* an include was not read: an unknown id may stand there */
    unsigned n_guesses; /* nearest ids looked for: bounded */
    struct trod_touchpoint *touchpoints; /* the map's, while they are filled */
    struct trod_stage *stages;
    struct trod_dict *team_names,
        *system_names; /* lower-case names to places in the lists below */
    struct trod_team *teams;
    struct trod_system *systems;
    size_t teams_room, systems_room;
    uint32_t *team_of, *system_of; /* a name's number to its team */
    size_t team_of_room, system_of_room, n_team_of, n_system_of;
    bool no_memory;
};

const char *map_thing_name(enum map_thing thing); /* "a touchpoint" */

/* registry.c */
bool map_register(struct map_builder *b);
/* The id's thing, or NULL. */
const struct map_named *map_lookup(const struct trod_map_index *index, trod_str id);
/* Resolves the id of an argument to one of `things` (bits); reports it if there is none. */
const struct map_named *map_resolve(struct map_builder *b, const struct map_node *node,
                                    const struct map_arg *arg, uint32_t things);
/* The same for a slot of a node: the index, or TROD_NO_ID if the slot is missing too. */
uint32_t map_ref(struct map_builder *b, const struct map_node *node, const char *slot,
                 enum map_thing thing);
struct trod_remark *map_wrong(struct map_builder *b, const struct map_node *node,
                              uint32_t offset, const char *code, const char *format, ...)
    TROD_PRINTF(5, 6);
uint32_t map_team(struct map_builder *b, trod_str name);
uint32_t map_system(struct map_builder *b, trod_str name);
/* The number of a name in a dictionary with the case of a-z aside; a new one gets the next, or
 * TROD_NO_ID unless `add`. */
uint32_t map_number_of(struct map_builder *b, struct trod_dict *names, trod_str name, bool add);
/* The nearest id that names one of these things (bits); missing if none is near. */
trod_str map_nearest_id(struct map_builder *b, trod_str id, uint32_t wanted);
/* Adds one that has a block: found by its id and by its title. */
void map_team_block(struct map_builder *b, const struct trod_team *team);
void map_system_block(struct map_builder *b, const struct trod_system *system);
/* From now on messages are about this item's file. */
void map_at(struct map_builder *b, const struct map_item *item);

/* parts.c: small pieces out of a node */
const struct map_node *map_child(const struct map_node *parent, const char *keyword);
const struct map_node *map_sibling(const struct map_node *node); /* next of the same keyword */
size_t map_children(const struct map_node *parent, const char *keyword);
void *map_room(struct map_builder *b, size_t n, size_t size);
#define MAP_ROOM(b, n, type) ((type *)map_room((b), (n), sizeof(type)))
trod_str map_text(struct map_builder *b, const struct map_node *node, const char *slot);
trod_str map_title(struct map_builder *b, const struct map_node *node);
/* The text of the one child of that keyword; missing if there is none. */
trod_str map_child_text(struct map_builder *b, const struct map_node *parent,
                        const char *keyword, const char *slot);
struct trod_proof map_proof(struct map_builder *b, const struct map_node *node);
struct trod_claims map_claims(struct map_builder *b, const struct map_node *parent,
                              const char *keyword);
struct trod_words map_words_of(struct map_builder *b, const struct map_node *parent,
                               const char *keyword, const char *slot);
struct trod_ids map_refs(struct map_builder *b, const struct map_node *parent,
                         const char *keyword, const char *slot, enum map_thing thing);
struct trod_acts map_acts(struct map_builder *b, const struct map_node *parent,
                          const char *keyword, const char *slot);
double map_number(const struct map_node *node, const char *slot); /* NaN if missing */
double map_share(const struct map_node *node, const char *slot);  /* 0..1; NaN if missing */
int64_t map_time(const struct map_node *node, const char *slot);  /* TROD_NO_TIME if missing */
int64_t map_date(const struct map_node *node, const char *slot);
uint16_t map_clock(const struct map_node *node, const char *slot);
uint8_t map_weekdays(const struct map_node *node, const char *slot);
uint32_t map_count(const struct map_node *node, const char *slot); /* 0 if missing */

/* phrases.c */
struct trod_points map_points(struct map_builder *b, const struct map_node *node,
                              const char *slot);
struct trod_window map_window(struct map_builder *b, const struct map_node *node);
struct trod_match map_match(struct map_builder *b, const struct map_node *node);
struct trod_matches map_matches(struct map_builder *b, const struct map_node *parent,
                                const char *keyword);
struct trod_measure map_measure(struct map_builder *b, const struct map_node *node);
struct trod_when map_when(struct map_builder *b, const struct map_node *node);
struct trod_target map_target(struct map_builder *b, const struct map_node *node);

/* Reports a value whose unit is not that of what is measured. */
void map_check_unit(struct map_builder *b, const struct map_node *node, const char *slot,
                    const struct trod_measure *measure, enum trod_unit unit);

/* build_*.c: fill the map */
void map_build_journey(struct map_builder *b);
void map_build_people(struct map_builder *b);
void map_build_sources(struct map_builder *b);
void map_build_touchpoints(struct map_builder *b);
void map_build_flow(struct map_builder *b);
void map_build_plan(struct map_builder *b);
void map_build_rules(struct map_builder *b);

/* check.c, advice.c: what is wrong with the whole, and what could be better */
void map_check(struct map_builder *b);
void map_advise(struct map_builder *b);

#endif
