/* shape: what a pattern says about its slots, without a line at hand.
 *
 * A pattern is walked as a tree of sequences, optional parts and alternatives. The twin and its
 * schema ask which slots there are and which stand in every line; and the twin, whose members
 * may come in any order, asks for the order of a line. Two alternatives of a line share slots,
 * so the one is meant that has the most of those that are given.
 */
#include "map/pattern.h"

struct map_slot map_slot_of(trod_str token) {
    const trod_str in = map_pattern_inside(token);
    size_t sign = 0;
    while (in.at[sign] != ':' && in.at[sign] != '=' && in.at[sign] != '~') sign++;
    struct map_slot slot = {.name = trod_str_slice(in, 0, sign)};
    const trod_str what = trod_str_slice(in, sign + 1, in.n);
    if (in.at[sign] == ':') {
        slot.leaf = map_leaf_of(what);
    } else {
        slot.leaf = in.at[sign] == '=' ? MAP_LEAF_CHOICE : MAP_LEAF_NOUN;
        slot.choices = what;
    }
    slot.many = slot.leaf == MAP_LEAF_REFS || slot.leaf == MAP_LEAF_POINTS ||
                slot.leaf == MAP_LEAF_NAMES || slot.leaf == MAP_LEAF_ITEMS;
    return slot;
}

/* ---- Which slots there are ------------------------------------------------------------------
 */

static size_t slot_at(const struct map_slot *slots, size_t n, trod_str name) {
    for (size_t i = 0; i < n; i++)
        if (trod_str_equal(slots[i].name, name)) return i;
    return n;
}

static void add_slot(struct map_slot *slots, size_t *n, struct map_slot slot) {
    const size_t i = slot_at(slots, *n, slot.name);
    if (i < *n) {
        slots[i].many = slots[i].many || slot.many;
        /* One alternative may leave fewer choices than another: the longer list has them all.
         */
        if (slot.choices.n > slots[i].choices.n) slots[i].choices = slot.choices;
        return;
    }
    CHECK(*n < MAP_MAX_SLOTS);
    slots[(*n)++] = slot;
}

static void list_slots(trod_str pattern, bool many, struct map_slot *slots, size_t *n) {
    for (;;) {
        const trod_str next = map_pattern_token(&pattern);
        if (next.n == 0) return;
        switch (next.at[0]) {
        case '[':
        case '(':
            list_slots(map_pattern_inside(next), many, slots, n);
            break;
        case '{':
            list_slots(map_pattern_inside(next), true, slots, n);
            break;
        case '@':
            list_slots(map_pattern_part(trod_str_slice(next, 1, next.n)), many, slots, n);
            break;
        case '<': {
            struct map_slot slot = map_slot_of(next);
            slot.many = slot.many || many;
            add_slot(slots, n, slot);
            if (slot.leaf == MAP_LEAF_COND) {
                add_slot(slots, n,
                         (struct map_slot){TROD_STR("op"), MAP_LEAF_OP, {0}, many, 0});
                add_slot(slots, n,
                         (struct map_slot){TROD_STR("value"), MAP_LEAF_SET, {0}, many, 0});
            }
            break;
        }
        default:
            break;
        }
    }
}

/* The slots (as bits) without which no line of this pattern can be written. */
static uint32_t unavoidable(trod_str pattern, const struct map_slot *slots, size_t n) {
    uint32_t all = 0;
    for (;;) {
        const trod_str next = map_pattern_token(&pattern);
        if (next.n == 0) return all;
        if (next.at[0] == '@') {
            all |= unavoidable(map_pattern_part(trod_str_slice(next, 1, next.n)), slots, n);
        } else if (next.at[0] == '(') {
            uint32_t common = UINT32_MAX;
            trod_str rest = map_pattern_inside(next), one;
            while (map_pattern_alternative(&rest, &one)) common &= unavoidable(one, slots, n);
            all |= common;
        } else if (next.at[0] == '<') {
            const struct map_slot slot = map_slot_of(next);
            const bool spare = slot.leaf == MAP_LEAF_NOUN || slot.leaf == MAP_LEAF_TEXT;
            if (!spare) all |= UINT32_C(1) << slot_at(slots, n, slot.name);
        }
    }
}

size_t map_word_slots(const struct map_word *word, struct map_slot slots[MAP_MAX_SLOTS]) {
    size_t n = 0;
    const trod_str pattern = trod_str_of(word->pattern);
    list_slots(pattern, false, slots, &n);
    const uint32_t always = unavoidable(pattern, slots, n);
    for (size_t i = 0; i < n; i++) slots[i].always = always >> i & 1;
    return n;
}

/* ---- The order of a line
 * --------------------------------------------------------------------- */

struct order {
    const struct map_slot *slots;
    size_t n_slots;
    uint32_t given; /* slots that still wait for their place */
    uint8_t at[MAP_MAX_SLOTS];
    size_t n;
};

static bool put_sequence(struct order *order, trod_str pattern);

static bool put_most(struct order *order, trod_str alternatives) {
    const struct order before = *order;
    struct order best;
    bool any = false;
    trod_str rest = alternatives, one;
    while (map_pattern_alternative(&rest, &one)) {
        *order = before;
        if (!put_sequence(order, one) || (any && order->n <= best.n)) continue;
        best = *order;
        any = true;
    }
    *order = any ? best : before;
    return any;
}

static bool put_slot(struct order *order, trod_str token) {
    const struct map_slot slot = map_slot_of(token);
    const size_t i = slot_at(order->slots, order->n_slots, slot.name);
    if (!(order->given >> i & 1))
        return slot.leaf == MAP_LEAF_NOUN || slot.leaf == MAP_LEAF_TEXT;
    order->given &= ~(UINT32_C(1) << i);
    order->at[order->n++] = (uint8_t)i;
    return true;
}

static bool put_sequence(struct order *order, trod_str pattern) {
    for (;;) {
        const trod_str next = map_pattern_token(&pattern);
        if (next.n == 0) return true;
        bool fits = true;
        switch (next.at[0]) {
        case '[':
        case '{': {
            const struct order before = *order;
            if (!put_sequence(order, map_pattern_inside(next))) *order = before;
            break;
        }
        case '(':
            fits = put_most(order, map_pattern_inside(next));
            break;
        case '@':
            fits = put_sequence(order, map_pattern_part(trod_str_slice(next, 1, next.n)));
            break;
        case '<':
            fits = put_slot(order, next);
            break;
        default:
            break;
        }
        if (!fits) return false;
    }
}

bool map_word_order(const struct map_word *word, uint32_t given, uint8_t at[MAP_MAX_SLOTS],
                    size_t *n) {
    struct map_slot slots[MAP_MAX_SLOTS];
    struct order order = {.slots = slots, .given = given};
    order.n_slots = map_word_slots(word, slots);
    if (!put_sequence(&order, trod_str_of(word->pattern)) || order.given) return false;
    memcpy(at, order.at, order.n);
    *n = order.n;
    return true;
}
