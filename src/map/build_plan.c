/* What is measured and planned: kpis, actions, scores, contents. */
#include <math.h>

#include "map/build.h"

void map_check_unit(struct map_builder *b, const struct map_node *node, const char *slot,
                    const struct trod_measure *measure, enum trod_unit unit) {
    static const struct {
        enum trod_unit unit;
        const char *what, *example;
    } kinds[] = {
        [TROD_MEASURE_SHARE] = {TROD_UNIT_SHARE, "a share", "a share such as 18%"},
        [TROD_MEASURE_COUNT] = {TROD_UNIT_NUMBER, "a number", "a plain number such as 40"},
        [TROD_MEASURE_TIME] = {TROD_UNIT_DURATION, "a time", "a time such as 3 weeks"},
        [TROD_MEASURE_FIELD] = {TROD_UNIT_NUMBER, "a number", "a plain number such as 4.5"},
    };
    const struct map_arg *const arg = map_arg_of(node, slot);
    if (!arg || measure->text.n == 0 || kinds[measure->kind].unit == unit) return;
    map_hint(b->remarks,
             map_wrong(b, node, arg->offset, "wrong-unit",
                       "`%s` does not go with what is measured, which is %s",
                       map_show(arg->text).at, kinds[measure->kind].what),
             "write %s", kinds[measure->kind].example);
}

static void build_kpis(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_KPI];
    struct trod_kpi *const at = MAP_ROOM(b, items->n, struct trod_kpi);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        const struct map_node *const measure = map_child(node, "measure");
        const struct map_node *const target = map_child(node, "target");
        map_at(b, &items->at[i]);
        at[i] = (struct trod_kpi){.id = map_arg_text(node, "id"),
                                  .title = map_title(b, node),
                                  .now = map_child_text(b, node, "now", "text"),
                                  .owner = map_child_text(b, node, "owner", "owner"),
                                  .target = {.by_us = TROD_NO_TIME},
                                  .line = node->line};
        map_team(b, at[i].owner);
        if (measure && !measure->broken) at[i].measure = map_measure(b, measure);
        if (!target) continue;
        at[i].target = map_target(b, target);
        map_check_unit(b, target, "value", &at[i].measure, at[i].target.unit);
    }
    b->map->kpis = at;
    b->map->n_kpis = items->n;
}

/* ---- Actions
 * ----------------------------------------------------------------------------------- */

static void add_fix(struct map_builder *b, const struct map_node *node, struct trod_fix *fixes,
                    size_t *n) {
    const struct map_arg *const whole = map_arg_of(node, "touchpoint");
    const struct map_arg *const one = map_arg_of(node, "pain");
    if (one) {
        const struct map_named *const named = map_resolve(b, node, one, MAP_A(PAIN));
        if (named) fixes[(*n)++] = (struct trod_fix){named->owner, named->index};
        return;
    }
    const struct map_named *const named =
        whole ? map_resolve(b, node, whole, MAP_A(TOUCHPOINT)) : NULL;
    if (!named) return;
    const struct trod_touchpoint *const touchpoint = &b->touchpoints[named->index];
    size_t n_pains = touchpoint->n_pains;
    for (size_t i = 0; i < touchpoint->n_for_personas; i++)
        n_pains += touchpoint->for_personas[i].as.n_pains;
    if (n_pains == 0)
        map_hint(b->remarks,
                 map_wrong(b, node, whole->offset, "dangling-id", "`%s` has no pain to fix",
                           map_show(whole->text).at),
                 "write the pain below the touchpoint, such as: pain medium: the form is long");
    fixes[(*n)++] = (struct trod_fix){named->index, TROD_NO_ID};
}

static void build_actions(struct map_builder *b) {
    static const char *const statuses[] = {"open", "started", "done", "dropped"};
    const struct map_items *const items = &b->items[MAP_IS_ACTION];
    struct trod_action *const at = MAP_ROOM(b, items->n, struct trod_action);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        at[i] = (struct trod_action){.id = map_arg_text(node, "id"),
                                     .title = map_title(b, node),
                                     .owner = map_child_text(b, node, "owner", "owner"),
                                     .effort = map_child_text(b, node, "effort", "effort"),
                                     .moves = map_refs(b, node, "moves", "kpis", MAP_IS_KPI),
                                     .due_us = map_date(map_child(node, "due"), "date"),
                                     .line = node->line};
        map_team(b, at[i].owner);
        const trod_str status = map_child_text(b, node, "status", "status");
        for (size_t k = 0; k < TROD_COUNT(statuses); k++)
            if (trod_str_is(status, statuses[k])) at[i].status = (enum trod_action_status)k;
        struct trod_fix *const fixes =
            MAP_ROOM(b, map_children(node, "fixes"), struct trod_fix);
        if (!fixes) return;
        for (const struct map_node *c = map_child(node, "fixes"); c; c = map_sibling(c))
            add_fix(b, c, fixes, &at[i].n_fixes);
        at[i].fixes = fixes;
    }
    b->map->actions = at;
    b->map->n_actions = items->n;
}

/* ---- Scores and contents
 * ----------------------------------------------------------------------- */

static void build_scores(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_SCORE];
    struct trod_score *const at = MAP_ROOM(b, items->n, struct trod_score);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        const struct map_node *const ready = map_child(node, "ready at");
        map_at(b, &items->at[i]);
        at[i] = (struct trod_score){.id = map_arg_text(node, "id"),
                                    .title = map_title(b, node),
                                    .halves_us = map_time(map_child(node, "halves"), "time"),
                                    .ready_at = map_number(ready, "points"),
                                    .line = node->line};
        if (ready) at[i].tell = map_arg_text(ready, "team");
        map_team(b, at[i].tell);
        size_t n = 0;
        for (const struct map_node *c = node->first; c; c = c->next)
            n += c->word && c->word->flags & MAP_PREFIXED;
        struct trod_score_rule *const rules = MAP_ROOM(b, n, struct trod_score_rule);
        if (!rules) return;
        for (const struct map_node *c = node->first; c; c = c->next)
            if (c->word && c->word->flags & MAP_PREFIXED)
                rules[at[i].n_rules++] = (struct trod_score_rule){
                    .points = map_number(c, "score"), .when = map_when(b, c)};
        at[i].rules = rules;
    }
    b->map->scores = at;
    b->map->n_scores = items->n;
}

static void build_contents(struct map_builder *b) {
    const struct map_items *const items = &b->items[MAP_IS_CONTENT];
    struct trod_content *const at = MAP_ROOM(b, items->n, struct trod_content);
    if (!at) return;
    for (size_t i = 0; i < items->n; i++) {
        const struct map_node *const node = items->at[i].node;
        map_at(b, &items->at[i]);
        at[i] = (struct trod_content){.id = map_arg_text(node, "id"),
                                      .title = map_title(b, node),
                                      .file = map_child_text(b, node, "file", "file"),
                                      .audience = map_words_of(b, node, "for", "audience"),
                                      .line = node->line};
        for (const struct map_node *c = map_child(node, "for"); c; c = map_sibling(c))
            for (const struct map_arg *arg = map_arg_of(c, "audience"); arg;
                 arg = map_arg_next(c, arg))
                map_resolve(b, c, arg, MAP_A(PERSONA) | MAP_A(SEGMENT));
    }
    b->map->contents = at;
    b->map->n_contents = items->n;
}

void map_build_plan(struct map_builder *b) {
    build_kpis(b);
    build_actions(b);
    build_scores(b);
    build_contents(b);
}
