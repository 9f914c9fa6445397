/* Small pieces out of nodes: texts, claims, numbers, lists of references. All of them take a
 * node that may be broken, and then give what there is.
 */
#include <math.h>

#include "map/build.h"
#include "map/pattern.h"

const struct map_node *map_child(const struct map_node *parent, const char *keyword) {
    const trod_str sought = trod_str_of(keyword);
    for (const struct map_node *c = parent->first; c; c = c->next)
        if (c->kind == MAP_LINE && trod_str_equal(c->keyword, sought)) return c;
    return NULL;
}

const struct map_node *map_sibling(const struct map_node *node) {
    for (const struct map_node *c = node->next; c; c = c->next)
        if (c->kind == MAP_LINE && trod_str_equal(c->keyword, node->keyword)) return c;
    return NULL;
}

size_t map_children(const struct map_node *parent, const char *keyword) {
    size_t n = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c)) n++;
    return n;
}

void *map_room(struct map_builder *b, size_t n, size_t size) {
    void *const room = trod_arena_alloc(b->arena, n, size);
    if (!room) b->no_memory = true;
    return room;
}

/* The line's own text, then its long text. */
trod_str map_text(struct map_builder *b, const struct map_node *node, const char *slot) {
    const trod_str own = map_arg_text(node, slot);
    const trod_str more = map_long_text(node, b->arena);
    if (!more.at) return own;
    if (own.n == 0) return more;
    const size_t n = own.n + 1 + more.n;
    char *const text = map_room(b, n, 1);
    if (!text) return own;
    memcpy(text, own.at, own.n);
    text[own.n] = '\n';
    memcpy(text + own.n + 1, more.at, more.n);
    return (trod_str){text, n};
}

/* A title is the line's own text; long text below it is more about the thing, not its name. */
trod_str map_title(struct map_builder *b, const struct map_node *node) {
    const trod_str own = map_arg_text(node, "title");
    if (own.n) return own;
    const trod_str more = map_long_text(node, b->arena);
    return more.at ? more : own;
}

trod_str map_child_text(struct map_builder *b, const struct map_node *parent,
                        const char *keyword, const char *slot) {
    const struct map_node *const child = map_child(parent, keyword);
    return child ? map_text(b, child, slot) : (trod_str){0};
}

struct trod_proof map_proof(struct map_builder *b, const struct map_node *node) {
    struct trod_proof proof = {node->research, node->note, TROD_NO_ID};
    const struct map_named *const named =
        node->research.n ? map_lookup(b->index, node->research) : NULL;
    if (named && named->thing == MAP_IS_RESEARCH) proof.research_id = named->index;
    return proof;
}

struct trod_claims map_claims(struct map_builder *b, const struct map_node *parent,
                              const char *keyword) {
    const size_t n = map_children(parent, keyword);
    struct trod_claim *const at = n ? MAP_ROOM(b, n, struct trod_claim) : NULL;
    if (!at) return (struct trod_claims){0};
    size_t i = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c))
        at[i++] = (struct trod_claim){.text = map_text(b, c, "text"),
                                      .kind = map_arg_text(c, "kind"),
                                      .proof = map_proof(b, c),
                                      .line = c->line};
    return (struct trod_claims){at, n};
}

struct trod_words map_words_of(struct map_builder *b, const struct map_node *parent,
                               const char *keyword, const char *slot) {
    size_t n = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c))
        for (const struct map_arg *arg = map_arg_of(c, slot); arg; arg = map_arg_next(c, arg))
            n++;
    trod_str *const at = n ? MAP_ROOM(b, n, trod_str) : NULL;
    if (!at) return (struct trod_words){0};
    size_t i = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c))
        for (const struct map_arg *arg = map_arg_of(c, slot); arg; arg = map_arg_next(c, arg))
            at[i++] = arg->text;
    return (struct trod_words){at, n};
}

struct trod_ids map_refs(struct map_builder *b, const struct map_node *parent,
                         const char *keyword, const char *slot, enum map_thing thing) {
    const struct trod_words words = map_words_of(b, parent, keyword, slot);
    uint32_t *const at = words.n ? MAP_ROOM(b, words.n, uint32_t) : NULL;
    if (!at) return (struct trod_ids){0};
    size_t n = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c))
        for (const struct map_arg *arg = map_arg_of(c, slot); arg; arg = map_arg_next(c, arg)) {
            const struct map_named *const named = map_resolve(b, c, arg, UINT32_C(1) << thing);
            if (named) at[n++] = named->index;
        }
    return (struct trod_ids){at, n};
}

struct trod_acts map_acts(struct map_builder *b, const struct map_node *parent,
                          const char *keyword, const char *slot) {
    const size_t n = map_children(parent, keyword);
    struct trod_act *const at = n ? MAP_ROOM(b, n, struct trod_act) : NULL;
    if (!at) return (struct trod_acts){0};
    size_t i = 0;
    for (const struct map_node *c = map_child(parent, keyword); c; c = map_sibling(c)) {
        const trod_str who = map_arg_text(c, slot);
        const bool customer = trod_str_is(who, "customer");
        at[i++] = (struct trod_act){.who = who,
                                    .team_id = customer ? TROD_NO_ID : map_team(b, who),
                                    .text = map_text(b, c, "text"),
                                    .proof = map_proof(b, c),
                                    .line = c->line};
    }
    return (struct trod_acts){at, n};
}

double map_number(const struct map_node *node, const char *slot) {
    trod_str text = node ? map_arg_text(node, slot) : (trod_str){0};
    if (text.n && text.at[0] == '+') text = trod_str_slice(text, 1, text.n);
    double value;
    return text.n && trod_str_number(text, &value) ? value : NAN;
}

double map_share(const struct map_node *node, const char *slot) {
    return map_number(node, slot) / 100;
}

int64_t map_time(const struct map_node *node, const char *slot) {
    const trod_str text = node ? map_arg_text(node, slot) : (trod_str){0};
    int64_t us;
    bool working;
    return text.n && map_time_value(text, &us, &working) ? us : TROD_NO_TIME;
}

int64_t map_date(const struct map_node *node, const char *slot) {
    const trod_str text = node ? map_arg_text(node, slot) : (trod_str){0};
    int64_t us;
    return map_date_value(text, &us) ? us : TROD_NO_TIME;
}

uint16_t map_clock(const struct map_node *node, const char *slot) {
    uint16_t minutes = 0;
    const bool is = map_clock_value(map_arg_text(node, slot), &minutes);
    return is ? minutes : 0;
}

uint8_t map_weekdays(const struct map_node *node, const char *slot) {
    uint8_t weekdays = 0;
    const bool is = map_days_value(map_arg_text(node, slot), &weekdays);
    return is ? weekdays : 0;
}

uint32_t map_count(const struct map_node *node, const char *slot) {
    const double value = map_number(node, slot);
    return value >= 1 && value <= 1e9 ? (uint32_t)value : 0;
}
