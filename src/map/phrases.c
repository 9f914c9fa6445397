/* Phrases: windows, matches, measures and the other small sentences, from a line's arguments.
 */
#include <math.h>

#include "map/build.h"
#include "map/pattern.h"

/* The line from one byte to another, as it was written. */
static trod_str written(const struct map_builder *b, const struct map_node *node, size_t from,
                        size_t to) {
    if (node->line == 0) return (trod_str){"", 0};
    const trod_str line = trod_str_slice(b->doc->text, node->from, node->to);
    return trod_str_trim(trod_str_slice(line, from, to));
}

struct trod_points map_points(struct map_builder *b, const struct map_node *node,
                              const char *slot) {
    struct trod_points points = {0};
    const struct map_arg *const first = map_arg_of(node, slot);
    if (!first) return points;
    size_t n = 0;
    const struct map_arg *last = first;
    for (const struct map_arg *arg = first; arg; arg = map_arg_next(node, arg)) {
        n++;
        last = arg;
    }
    uint32_t *const at = MAP_ROOM(b, n, uint32_t);
    if (!at) return points;
    for (const struct map_arg *arg = first; arg; arg = map_arg_next(node, arg)) {
        const struct map_named *const named = map_resolve(b, node, arg, MAP_A(TOUCHPOINT));
        if (named) at[points.n++] = named->index;
    }
    points.touchpoints = at;
    points.text = written(b, node, first->offset, last->offset + last->text.n);
    return points;
}

/* Where the n-th word before a byte begins. */
static size_t words_back(const struct map_builder *b, const struct map_node *node, size_t at,
                         int n_words) {
    const char *const line = b->doc->text.at + node->from;
    while (n_words-- > 0) {
        while (at > 0 && line[at - 1] == ' ') at--;
        while (at > 0 && line[at - 1] != ' ' && line[at - 1] != ',') at--;
    }
    return at;
}

/* ---- Windows
 * --------------------------------------------------------------------------------- */

static const char *half(const char *slot) {
    return slot[0] == 'u' ? "usually" : strcmp(slot, "at_most") == 0 ? "at most" : "at least";
}

static void contradicts(struct map_builder *b, const struct map_node *node, const char *low,
                        const char *high) {
    const struct map_arg *const arg = map_arg_of(node, high);
    const struct map_arg *const other = map_arg_of(node, low);
    map_hint(b->remarks,
             map_wrong(b, node, arg->offset, "window-contradiction",
                       "the halves of this window contradict each other: %s %s, but %s %s",
                       half(low), map_show(other->text).at, half(high), map_show(arg->text).at),
             "make the time behind \"%s\" the shorter of the two", half(low));
}

struct trod_window map_window(struct map_builder *b, const struct map_node *node) {
    struct trod_window window = {.usual_us = TROD_NO_TIME,
                                 .most_us = TROD_NO_TIME,
                                 .least_us = TROD_NO_TIME,
                                 .line = node->line};
    static const char *const slots[] = {"usually", "at_most", "at_least"};
    int64_t *const into[] = {&window.usual_us, &window.most_us, &window.least_us};
    size_t from = SIZE_MAX, to = 0, n_working = 0, n_parts = 0;
    for (size_t i = 0; i < TROD_COUNT(slots); i++) {
        const struct map_arg *const arg = map_arg_of(node, slots[i]);
        if (!arg) continue;
        window.given = true;
        n_parts++;
        bool working = false;
        if (!map_time_value(arg->text, into[i], &working)) *into[i] = TROD_NO_TIME;
        n_working += working;
        if (arg->offset < from) from = words_back(b, node, arg->offset, i == 0 ? 1 : 2);
        if (arg->offset + arg->raw.n > to) to = arg->offset + arg->raw.n;
        if (map_arg_next(node, arg))
            map_hint(b->remarks,
                     map_wrong(b, node, map_arg_next(node, arg)->offset, "window-contradiction",
                               "this window says \"%s\" twice", half(slots[i])),
                     "keep one of the two");
    }
    if (!window.given) return window;
    window.working = n_working > 0;
    window.proof = map_proof(b, node);
    window.text = written(b, node, from, to);
    if (n_working && n_working < n_parts)
        map_hint(b->remarks,
                 map_wrong(b, node, node->body, "window-contradiction",
                           "this window mixes working time with time by the clock"),
                 "say \"working\" in all of its parts or in none");
    else if (window.usual_us != TROD_NO_TIME && window.most_us != TROD_NO_TIME &&
             window.usual_us > window.most_us)
        contradicts(b, node, "usually", "at_most");
    else if (window.least_us != TROD_NO_TIME && window.most_us != TROD_NO_TIME &&
             window.least_us > window.most_us)
        contradicts(b, node, "at_least", "at_most");
    else if (window.least_us != TROD_NO_TIME && window.usual_us != TROD_NO_TIME &&
             window.least_us > window.usual_us)
        contradicts(b, node, "at_least", "usually");
    return window;
}

/* ---- Matches
 * --------------------------------------------------------------------------------- */

static void find_source(struct map_builder *b, const struct map_node *node,
                        struct trod_match *match) {
    const struct map_arg *const arg = map_arg_of(node, "source");
    if (!arg) return;
    match->source = arg->text;
    const struct map_named *const named = map_lookup(b->index, arg->text);
    if (named && named->thing == MAP_IS_SOURCE) {
        match->source_id = named->index;
        return;
    }
    if (b->unread && !named) return;
    struct trod_remark *const remark =
        map_wrong(b, node, arg->offset, "unknown-source", "there is no source `%s`",
                  map_show(arg->text).at);
    const trod_str near = remark ? map_nearest_id(b, arg->text, MAP_A(SOURCE)) : (trod_str){0};
    if (near.at)
        map_hint(b->remarks, remark, "did you mean `%s`?", map_show(near).at);
    else
        map_hint(
            b->remarks, remark,
            "define the source; or, if both words are the event's name, write them in quotes");
}

static struct trod_match one_match(struct map_builder *b, const struct map_node *node) {
    struct trod_match match = {.source_id = TROD_NO_ID, .line = node->line};
    const struct map_arg *const fact = map_arg_of(node, "fact");
    match.profile = fact != NULL;
    match.event = map_arg_text(node, "event");
    find_source(b, node, &match);
    size_t n = 0, end = node->body;
    for (size_t i = 0; i < node->n_args; i++) {
        if (node->args[i].leaf == MAP_LEAF_COND) n++;
        if (!trod_str_is((trod_str){node->args[i].slot, node->args[i].slot_n}, "channel"))
            end = node->args[i].offset + node->args[i].raw.n;
    }
    match.text = written(b, node, node->body, end);
    struct trod_condition *const at = n ? MAP_ROOM(b, n, struct trod_condition) : NULL;
    if (!at) return match;
    for (size_t i = 0; i < node->n_args; i++) {
        if (node->args[i].leaf != MAP_LEAF_COND || i + 1 == node->n_args) continue;
        const struct map_arg *const op = &node->args[i + 1];
        const struct map_arg *const set =
            i + 2 < node->n_args && node->args[i + 2].leaf == MAP_LEAF_SET ? op + 1 : NULL;
        at[match.n_conditions] = map_condition(
            node->args[i].text, op->text, set ? set->text : (trod_str){0}, set && set->quoted);
        at[match.n_conditions++].profile = fact != NULL;
    }
    match.conditions = at;
    return match;
}

struct trod_match map_match(struct map_builder *b, const struct map_node *node) {
    struct trod_match match = one_match(b, node);
    const size_t n = map_children(node, "and");
    struct trod_match *const at = n ? MAP_ROOM(b, n, struct trod_match) : NULL;
    if (!at) return match;
    for (const struct map_node *c = map_child(node, "and"); c; c = map_sibling(c))
        at[match.n_narrower++] = one_match(b, c);
    match.narrower = at;
    return match;
}

struct trod_matches map_matches(struct map_builder *b, const struct map_node *parent,
                                const char *keyword) {
    const size_t n = map_children(parent, keyword);
    struct trod_match *const at = n ? MAP_ROOM(b, n, struct trod_match) : NULL;
    if (!at) return (struct trod_matches){0};
    size_t i = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c))
        at[i++] = map_match(b, c);
    return (struct trod_matches){at, n};
}

/* ---- Measures and whens
 * ---------------------------------------------------------------------- */

struct trod_measure map_measure(struct map_builder *b, const struct map_node *node) {
    struct trod_measure measure = {
        .within_us = map_time(node, "within"), .per_us = TROD_NO_TIME, .line = node->line};
    measure.with = map_points(b, node, "with");
    measure.from = map_points(b, node, "from");
    measure.field = map_arg_text(node, "field");
    const trod_str statistic = map_arg_text(node, "statistic");
    measure.statistic = trod_str_is(statistic, "mean")  ? TROD_MEAN
                        : trod_str_is(statistic, "sum") ? TROD_SUM
                                                        : TROD_MEDIAN;
    if (map_arg_of(node, "field")) {
        measure.kind = TROD_MEASURE_FIELD;
        measure.to = map_points(b, node, "at");
    } else if (map_arg_of(node, "from")) {
        measure.kind = TROD_MEASURE_TIME;
        measure.to = map_points(b, node, "to");
        if (map_arg_of(node, "quantile")) {
            measure.statistic = TROD_QUANTILE;
            measure.quantile = map_share(node, "quantile");
        }
    } else if (map_arg_of(node, "to")) {
        measure.kind = TROD_MEASURE_SHARE;
        measure.to = map_points(b, node, "to");
    } else {
        measure.kind = TROD_MEASURE_COUNT;
        const trod_str per = map_arg_text(node, "per");
        if (per.n)
            measure.per_us = TROD_DAY_US * (trod_str_is(per, "day")    ? 1
                                            : trod_str_is(per, "week") ? 7
                                                                       : 30);
    }
    const struct map_arg *const bound = map_arg_of(node, "bound");
    measure.text = written(b, node, node->body, bound ? bound->offset : node->to - node->from);
    return measure;
}

struct trod_when map_when(struct map_builder *b, const struct map_node *node) {
    struct trod_when when = {.within_us = map_time(node, "within"), .line = node->line};
    when.x = map_points(b, node, "points");
    when.none_of = map_points(b, node, "none_of");
    when.times = map_count(node, "times");
    when.kind = map_arg_of(node, "none_of") ? TROD_WHEN_NONE_OF
                : map_arg_of(node, "time")  ? TROD_WHEN_PASS_WITHOUT
                                            : TROD_WHEN_HAPPENS;
    if (when.kind == TROD_WHEN_PASS_WITHOUT) when.within_us = map_time(node, "time");
    when.text = written(b, node, node->body, node->to - node->from);
    const struct map_arg *const score = map_arg_of(node, "score");
    if (score && when.text.n > score->text.n) {
        when.text = trod_str_trim(trod_str_slice(when.text, score->text.n, when.text.n));
        when.text = trod_str_trim(trod_str_slice(when.text, strlen("when"), when.text.n));
    }
    return when;
}

struct trod_target map_target(struct map_builder *b, const struct map_node *node) {
    struct trod_target target = {.by_us = map_date(node, "date"), .line = node->line};
    const struct map_arg *const bound = map_arg_of(node, "bound");
    const struct map_arg *const value = map_arg_of(node, "value");
    if (!bound || !value) return target;
    target.given = map_value_value(value->text, &target.unit, &target.value);
    target.at_least = trod_str_is(bound->text, "at least");
    target.text = written(b, node, bound->offset, node->to - node->from);
    return target;
}
