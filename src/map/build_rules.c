/* What is done and tried: rules and experiments. */
#include <math.h>

#include "map/build.h"
#include "map/pattern.h"

/* "order or lease happens"; several `until` lines add up. */
static struct trod_points build_until(struct map_builder *b, const struct map_node *node) {
    struct trod_points all = {0};
    const struct map_node *const first = map_child(node, "until");
    if (!first) return all;
    if (!map_sibling(first)) return map_points(b, first, "points");
    size_t n = 0;
    for (const struct map_node *c = first; c; c = map_sibling(c)) n += c->n_args;
    uint32_t *const at = MAP_ROOM(b, n, uint32_t);
    if (!at) return all;
    all.text = (trod_str){"", 0};
    for (const struct map_node *c = first; c; c = map_sibling(c)) {
        const struct trod_points one = map_points(b, c, "points");
        for (size_t i = 0; i < one.n; i++) at[all.n++] = one.touchpoints[i];
        all.text = all.text.n ? trod_arena_format(b->arena, "%.*s or %.*s", TROD_ARG(all.text),
                                                  TROD_ARG(one.text))
                              : one.text;
        if (!all.text.at) b->no_memory = true;
    }
    all.touchpoints = at;
    return all;
}

static void build_one_rule(struct map_builder *b, const struct map_node *node,
                           struct trod_rule *rule) {
    const struct map_node *const when = map_child(node, "when");
    const struct map_node *const send = map_child(node, "send");
    *rule = (struct trod_rule){.id = map_arg_text(node, "id"),
                               .title = map_title(b, node),
                               .when = {.within_us = TROD_NO_TIME},
                               .only_if = map_matches(b, node, "only if"),
                               .sends = map_refs(b, node, "send", "contents", MAP_IS_CONTENT),
                               .wait_us = map_time(map_child(node, "wait"), "time"),
                               .tells = map_words_of(b, node, "tell", "team"),
                               .calls = map_words_of(b, node, "call", "url"),
                               .not_more_than_us =
                                   map_time(map_child(node, "not more than once in"), "time"),
                               .until = build_until(b, node),
                               .line = node->line};
    if (when) rule->when = map_when(b, when);
    if (send) rule->channel = map_arg_text(send, "channel");
    for (size_t i = 0; i < rule->tells.n; i++) map_team(b, rule->tells.at[i]);
    struct trod_quiet *const quiet =
        MAP_ROOM(b, map_children(node, "not between"), struct trod_quiet);
    if (!quiet) return;
    for (const struct map_node *c = map_child(node, "not between"); c; c = map_sibling(c))
        quiet[rule->n_not_between++] =
            (struct trod_quiet){map_clock(c, "from"), map_clock(c, "to")};
    rule->not_between = quiet;
}

static void build_variants(struct map_builder *b, const struct map_node *node,
                           struct trod_experiment *into) {
    const size_t n = map_children(node, "variant");
    struct trod_variant *const at = MAP_ROOM(b, n, struct trod_variant);
    if (!at) return;
    double sum = 0;
    bool broken = false;
    for (const struct map_node *c = map_child(node, "variant"); c; c = map_sibling(c)) {
        at[into->n_variants] =
            (struct trod_variant){.id = map_arg_text(c, "id"),
                                  .share = map_share(c, "share"),
                                  .content_id = map_ref(b, c, "content", MAP_IS_CONTENT),
                                  .line = c->line};
        sum += at[into->n_variants++].share * 100;
        broken = broken || c->broken;
    }
    into->variants = at;
    if (n == 0 || broken) return;
    if (n == 1)
        map_hint(b->remarks,
                 map_wrong(b, node, 0, "one-variant", "this experiment has one variant"),
                 "an experiment compares at least two; add another `variant`");
    else if (fabs(sum - 100) > 0.05)
        map_hint(b->remarks,
                 map_wrong(b, node, 0, "shares-not-100",
                           "the shares of these variants add up to %.6g%%, not to 100%%", sum),
                 "everybody gets one variant, so let their shares add up to 100%%");
}

static void build_guards(struct map_builder *b, const struct map_node *node,
                         struct trod_experiment *into) {
    struct trod_guard *const at = MAP_ROOM(b, map_children(node, "guard"), struct trod_guard);
    if (!at) return;
    for (const struct map_node *c = map_child(node, "guard"); c; c = map_sibling(c)) {
        if (c->broken) continue;
        struct trod_guard *const guard = &at[into->n_guards++];
        *guard = (struct trod_guard){map_measure(b, c), map_target(b, c)};
        map_check_unit(b, c, "value", &guard->measure, guard->limit.unit);
    }
    into->guards = at;
}

static void build_one_experiment(struct map_builder *b, const struct map_node *node,
                                 struct trod_experiment *into) {
    const struct map_node *const at = map_child(node, "at");
    const struct map_node *const measure = map_child(node, "measure");
    const struct map_node *const expect = map_child(node, "expect");
    const struct map_node *const enough = map_child(node, "enough");
    *into = (struct trod_experiment){.id = map_arg_text(node, "id"),
                                     .title = map_title(b, node),
                                     .touchpoint_id =
                                         map_ref(b, at, "touchpoint", MAP_IS_TOUCHPOINT),
                                     .expect_from = NAN,
                                     .expect_to = NAN,
                                     .enough_people = enough ? map_count(enough, "people") : 0,
                                     .enough_us = map_time(enough, "time"),
                                     .line = node->line};
    if (measure && !measure->broken) into->measure = map_measure(b, measure);
    build_variants(b, node, into);
    build_guards(b, node, into);
    if (!expect || expect->broken) return;
    enum trod_unit from, to;
    if (!map_value_value(map_arg_text(expect, "from"), &from, &into->expect_from) ||
        !map_value_value(map_arg_text(expect, "to"), &to, &into->expect_to))
        return;
    map_check_unit(b, expect, "from", &into->measure, from);
    map_check_unit(b, expect, "to", &into->measure, to);
}

void map_build_rules(struct map_builder *b) {
    const struct map_items *const rules = &b->items[MAP_IS_RULE];
    struct trod_rule *const rule = MAP_ROOM(b, rules->n, struct trod_rule);
    const struct map_items *const experiments = &b->items[MAP_IS_EXPERIMENT];
    struct trod_experiment *const experiment =
        MAP_ROOM(b, experiments->n, struct trod_experiment);
    if (!rule || !experiment) return;
    for (size_t i = 0; i < rules->n; i++) {
        map_at(b, &rules->at[i]);
        build_one_rule(b, rules->at[i].node, &rule[i]);
    }
    for (size_t i = 0; i < experiments->n; i++) {
        map_at(b, &experiments->at[i]);
        build_one_experiment(b, experiments->at[i].node, &experiment[i]);
    }
    b->map->rules = rule;
    b->map->n_rules = rules->n;
    b->map->experiments = experiment;
    b->map->n_experiments = experiments->n;
}
