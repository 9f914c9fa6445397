/* The flow: stages and blocks as a tree.
 *
 * Going down, each item knows whether it is the last of the nearest way or optional part (only
 * there may `ends here` stand) and whether a loop or `any order` is round it (there it may
 * not). Coming up, it says whether every way through it ends the journey: then nothing may
 * follow.
 */
#include <math.h>

#include "map/build.h"

struct around {
    uint32_t stage_id;
    bool last;      /* of a way or optional part */
    bool unordered; /* inside `any order` or `repeat` */
};
struct grown {
    struct trod_flow *flow; /* NULL: not an item of the flow */
    bool ends;              /* every way through it ends the journey */
};

static struct trod_flow *make(struct map_builder *b, enum trod_flow_kind kind, size_t n,
                              uint32_t line) {
    struct trod_flow *const flow = MAP_ROOM(b, 1, struct trod_flow);
    const struct trod_flow **const children = MAP_ROOM(b, n, const struct trod_flow *);
    if (!flow || !children) return NULL;
    *flow = (struct trod_flow){.kind = kind,
                               .children = children,
                               .n = n,
                               .touchpoint_id = TROD_NO_ID,
                               .stage_id = TROD_NO_ID,
                               .share = NAN,
                               .line = line};
    return flow;
}

static struct trod_flow *pair(struct map_builder *b, enum trod_flow_kind kind,
                              const struct trod_flow *first, const struct trod_flow *second,
                              uint32_t line) {
    struct trod_flow *const flow = make(b, kind, 2, line);
    if (!flow) return NULL;
    flow->children[0] = first ? first : make(b, TROD_FLOW_SILENT, 0, line);
    flow->children[1] = second ? second : make(b, TROD_FLOW_SILENT, 0, line);
    return flow;
}

static bool is_item(const struct map_node *node) {
    if (node->kind != MAP_LINE || !node->word || !node->parent) return false;
    static const char *const items[] = {"stage",  "touchpoint", "optional",
                                        "choose", "any order",  "repeat"};
    for (size_t i = 0; i < TROD_COUNT(items); i++)
        if (trod_str_is(node->keyword, items[i])) return true;
    return false;
}

static size_t n_items(const struct map_node *parent) {
    size_t n = 0;
    for (const struct map_node *c = parent->first; c; c = c->next) n += is_item(c);
    return n;
}

static struct grown grow(struct map_builder *b, const struct map_node *node,
                         struct around around);

/* The items below a node, in order: SILENT if there are none, the item itself if it is alone. A
 * child that comes after the end of the journey is reported. */
static struct grown grow_all(struct map_builder *b, const struct map_node *parent,
                             enum trod_flow_kind kind, struct around around, bool keep) {
    struct grown all = {.flow = make(b, kind, n_items(parent), parent->line)};
    if (!all.flow) return all;
    size_t n = 0, left = all.flow->n;
    for (const struct map_node *c = parent->first; c; c = c->next) {
        if (!is_item(c)) continue;
        struct around inner = around;
        inner.last = around.last && --left == 0;
        if (kind == TROD_FLOW_SEQUENCE && all.ends && !c->broken)
            map_hint(b->remarks,
                     map_wrong(b, c, c->level * 2u, "unreachable",
                               "no journey can come here: every way before it ends"),
                     "take one `ends here` away, or what follows it");
        const struct grown one = grow(b, c, inner);
        if (!one.flow) continue;
        all.flow->children[n++] = one.flow;
        all.ends = kind == TROD_FLOW_SEQUENCE && one.ends;
    }
    all.flow->n = n;
    if (n == 0 && !keep) all.flow->kind = TROD_FLOW_SILENT;
    if (n == 1 && !keep) {
        /* The child's parent takes it over; it was made here, so it may be changed there. */
        const struct trod_flow *const only = all.flow->children[0];
        struct trod_flow *const copy = make(b, only->kind, 0, only->line);
        if (copy) *copy = *only;
        all.flow = copy;
    }
    return all;
}

static void empty_block(struct map_builder *b, const struct map_node *node) {
    if (n_items(node) || node->broken) return;
    map_hint(b->remarks,
             map_wrong(b, node, node->level * 2u, "empty-block",
                       "there is nothing in this `%s`", node->word->keyword),
             "indent what belongs to it, or delete the line");
}

/* Whether the journey rightly ends at this touchpoint. */
static bool check_end(struct map_builder *b, const struct map_node *node,
                      const struct trod_touchpoint *touchpoint, struct around around) {
    const struct map_node *const line = map_child(node, "ends here");
    if (!line) return false;
    const bool unordered = around.unordered || touchpoint->repeats_inline;
    if (!unordered && (around.last || touchpoint->optional_inline)) return true;
    if (unordered)
        map_hint(b->remarks,
                 map_wrong(b, line, line->level * 2u, "ends-here",
                           "`ends here` cannot stand inside `any order` or `repeat`"),
                 "let the journey end behind the block");
    else
        map_hint(
            b->remarks,
            map_wrong(b, line, line->level * 2u, "ends-here",
                      "`ends here` may stand only in the last touchpoint of a way or of an "
                      "optional part"),
            "a journey ends by itself behind its last stage; for an earlier end, put this "
            "touchpoint into a `choose` or make it `optional`");
    return false;
}

static struct grown grow_touchpoint(struct map_builder *b, const struct map_node *node,
                                    struct around around) {
    struct trod_touchpoint *const touchpoint = &b->touchpoints[node->index];
    touchpoint->stage_id = around.stage_id;
    struct grown grown = {.flow = make(b, TROD_FLOW_TOUCHPOINT, 0, node->line)};
    if (!grown.flow) return grown;
    grown.flow->touchpoint_id = node->index;
    grown.flow->ends = grown.ends = check_end(b, node, touchpoint, around);
    if (touchpoint->repeats_inline && grown.flow) {
        grown.flow = pair(b, TROD_FLOW_LOOP, grown.flow, NULL, node->line);
        if (grown.flow) {
            grown.flow->inline_block = true;
            grown.flow->most_rounds = touchpoint->most_times;
        }
    }
    if (touchpoint->optional_inline && grown.flow) {
        grown.flow = pair(b, TROD_FLOW_CHOICE, grown.flow, NULL, node->line);
        if (grown.flow) {
            grown.flow->inline_block = grown.flow->optional = true;
            grown.flow->share = map_share(map_child(node, "optional"), "share");
        }
        grown.ends = false;
    }
    return grown;
}

/* ---- choose
 * ------------------------------------------------------------------------------------ */

static void check_shares(struct map_builder *b, const struct map_node *node,
                         const struct trod_way *ways, size_t n) {
    double sum = 0;
    size_t n_said = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(ways[i].share)) {
            sum += ways[i].share * 100;
            n_said++;
        }
    const bool wrong = n_said == n ? fabs(sum - 100) > 0.05 : sum > 100.05;
    if (n_said == 0 || !wrong || node->broken) return;
    map_hint(b->remarks,
             map_wrong(b, node, node->level * 2u, "shares-not-100",
                       "the shares of this `choose` add up to %.6g%%, not to 100%%", sum),
             "exactly one way is taken, so let the shares of its ways add up to 100%%");
}

static struct grown grow_choose(struct map_builder *b, const struct map_node *node,
                                struct around around) {
    const size_t n = map_children(node, "way");
    struct grown grown = {.flow = make(b, TROD_FLOW_CHOICE, n, node->line), .ends = n > 0};
    struct trod_way *const ways = MAP_ROOM(b, n, struct trod_way);
    if (!grown.flow || !ways) return (struct grown){0};
    grown.flow->ways = ways;
    size_t i = 0;
    around.last = true;
    for (const struct map_node *c = map_child(node, "way"); c; c = map_sibling(c), i++) {
        ways[i] = (struct trod_way){.id = map_arg_text(c, "id"),
                                    .title = map_title(b, c),
                                    .share = map_share(c, "share"),
                                    .line = c->line};
        const struct grown way = grow_all(b, c, TROD_FLOW_SEQUENCE, around, false);
        if (!way.flow) return (struct grown){0};
        way.flow->id = ways[i].id;
        grown.flow->children[i] = way.flow;
        grown.ends = grown.ends && way.ends;
    }
    check_shares(b, node, ways, n);
    if (n == 0) grown.flow->kind = TROD_FLOW_SILENT;
    if (n == 1) {
        struct trod_flow *const only = make(b, TROD_FLOW_SILENT, 0, node->line);
        if (only) *only = *grown.flow->children[0];
        grown.flow = only;
    }
    return grown;
}

/* ---- The other blocks
 * -------------------------------------------------------------------------- */

static struct grown grow_optional(struct map_builder *b, const struct map_node *node,
                                  struct around around) {
    around.last = true;
    empty_block(b, node);
    const struct grown body = grow_all(b, node, TROD_FLOW_SEQUENCE, around, false);
    struct grown grown = {.flow = pair(b, TROD_FLOW_CHOICE, body.flow, NULL, node->line)};
    if (!grown.flow) return grown;
    grown.flow->optional = true;
    grown.flow->share = map_share(node, "share");
    return grown;
}

static struct grown grow_repeat(struct map_builder *b, const struct map_node *node,
                                struct around around) {
    around.unordered = true;
    const struct grown body = grow_all(b, node, TROD_FLOW_SEQUENCE, around, false);
    const struct map_node *const between = map_child(node, "between");
    struct grown other = {0};
    if (between) other = grow_all(b, between, TROD_FLOW_SEQUENCE, around, false);
    struct grown grown = {.flow = pair(b, TROD_FLOW_LOOP, body.flow, other.flow, node->line)};
    if (grown.flow) grown.flow->most_rounds = map_count(node, "rounds");
    return grown;
}

static struct grown grow_stage(struct map_builder *b, const struct map_node *node,
                               struct around around) {
    around.stage_id = node->index;
    struct grown grown = grow_all(b, node, TROD_FLOW_SEQUENCE, around, true);
    if (!grown.flow) return grown;
    if (grown.flow->n == 0) {
        struct trod_flow *const silent = make(b, TROD_FLOW_SILENT, 0, node->line);
        struct trod_flow *const sequence = make(b, TROD_FLOW_SEQUENCE, 1, node->line);
        if (!silent || !sequence) return (struct grown){0};
        sequence->children[0] = silent;
        grown.flow = sequence;
    }
    grown.flow->stage_id = node->index;
    return grown;
}

static struct grown grow(struct map_builder *b, const struct map_node *node,
                         struct around around) {
    if (b->no_memory) return (struct grown){0};
    if (trod_str_is(node->keyword, "touchpoint")) return grow_touchpoint(b, node, around);
    if (trod_str_is(node->keyword, "stage")) return grow_stage(b, node, around);
    if (trod_str_is(node->keyword, "choose")) return grow_choose(b, node, around);
    if (trod_str_is(node->keyword, "optional")) return grow_optional(b, node, around);
    if (trod_str_is(node->keyword, "repeat")) return grow_repeat(b, node, around);
    empty_block(b, node);
    around.unordered = true;
    return grow_all(b, node, TROD_FLOW_ANY_ORDER, around, false);
}

/* ---- Stages and what stands beside them
 * -------------------------------------------------------- */

static void build_stages(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_STAGE];
    b->stages = MAP_ROOM(b, items->n, struct trod_stage);
    if (!b->stages) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        const struct map_node *const takes = map_child(node, "takes");
        map_at(b, &items->at[i]);
        b->stages[i] =
            (struct trod_stage){.id = map_arg_text(node, "id"),
                                .title = map_title(b, node),
                                .goals = map_claims(b, node, "goal"),
                                .needs = map_claims(b, node, "need"),
                                .becomes = map_child_text(b, node, "becomes", "status"),
                                .reached_by = map_share(map_child(node, "reached by"), "share"),
                                .takes = {.usual_us = TROD_NO_TIME,
                                          .most_us = TROD_NO_TIME,
                                          .least_us = TROD_NO_TIME},
                                .line = node->line};
        if (takes) b->stages[i].takes = map_window(b, takes);
    }
    b->map->stages = b->stages;
    b->map->n_stages = items->n;
}

/* The touchpoints of each stage, in the order of the file. */
static void list_touchpoints(struct map_builder *b) {
    for (size_t i = 0; i < b->map->n_touchpoints; i++)
        if (b->touchpoints[i].stage_id != TROD_NO_ID)
            b->stages[b->touchpoints[i].stage_id].touchpoints.n++;
    uint32_t *at = MAP_ROOM(b, b->map->n_touchpoints, uint32_t);
    if (!at) return;
    for (size_t i = 0; i < b->map->n_stages; i++) {
        b->stages[i].touchpoints.at = at;
        at += b->stages[i].touchpoints.n;
        b->stages[i].touchpoints.n = 0;
    }
    for (size_t i = 0; i < b->map->n_touchpoints; i++) {
        if (b->touchpoints[i].stage_id == TROD_NO_ID) continue;
        struct trod_ids *const ids = &b->stages[b->touchpoints[i].stage_id].touchpoints;
        const size_t place = (size_t)(ids->at - b->stages[0].touchpoints.at) + ids->n++;
        ((uint32_t *)(uintptr_t)b->stages[0].touchpoints.at)[place] = (uint32_t)i;
    }
}

static void build_any_time(struct map_builder *b, const struct map_node *block) {
    static const char *const needless[] = {"optional", "repeats", "ends here"};
    for (const struct map_node *c = map_child(block, "touchpoint"); c; c = map_sibling(c)) {
        b->touchpoints[c->index].any_time = true;
        for (size_t i = 0; i < TROD_COUNT(needless); i++) {
            const struct map_node *const line = map_child(c, needless[i]);
            if (line)
                map_hint(b->remarks,
                         map_wrong(b, line, line->level * 2u, "misplaced",
                                   "`%s` means nothing in `any time`", needless[i]),
                         "customers use these touchpoints whenever and as often as they like");
        }
    }
}

void map_build_flow(struct map_builder *b) {
    build_stages(b);
    if (b->no_memory) return;
    size_t n = 0;
    for (size_t i = 0; i < b->top.n; i++) n += is_item(b->top.at[i].node);
    struct trod_flow *const root = make(b, TROD_FLOW_SEQUENCE, n, 0);
    if (!root) return;
    const struct around around = {.stage_id = TROD_NO_ID};
    root->n = 0;
    bool ended = false;
    for (size_t i = 0; i < b->top.n; i++) {
        const struct map_node *const node = b->top.at[i].node;
        map_at(b, &b->top.at[i]);
        if (node->kind == MAP_LINE && trod_str_is(node->keyword, "any time"))
            build_any_time(b, node);
        if (!is_item(node)) continue;
        if (ended)
            map_hint(b->remarks,
                     map_wrong(b, node, 0, "unreachable",
                               "no journey can come here: every way before it ends"),
                     "take one `ends here` away, or what follows it");
        const struct grown one = grow(b, node, around);
        if (!one.flow) continue;
        root->children[root->n++] = one.flow;
        ended = one.ends;
    }
    if (root->n == 0) root->kind = TROD_FLOW_SILENT;
    b->map->flow = root->n == 1 ? root->children[0] : root;
    list_touchpoints(b);
}
