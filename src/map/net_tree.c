/* net_tree: a net folded into a process tree, one block at a time, until one transition is
 * left.
 *
 *   choice      transitions with the same places before and behind
 *   sequence    a place that one transition fills and one takes from, and neither has other
 * places on that side loop        t from p to q and r back: t is all that takes from p and all
 * that fills q; or r from p to p: nothing, and r between two rounds of it any order   t from p
 * to q and u from x to y, where p and x are filled by the same transitions, and q and y taken
 * from by the same nothing     a silent transition from p to q, where nothing else takes from
 * p, or nothing else fills q: both places are one
 *
 * Each rule leaves alone which sequences of labels lead from start to end. A net that was made
 * of a tree folds completely; what is left of another one has no blocks.
 */
#include <stdlib.h>

#include "map/net.h"

struct folding {
    struct net *net;
    /* Of each place: who fills it and who takes from it, how many, one of them, and all of them
     * as a sum of hashes. */
    struct side {
        size_t n, one;
        uint64_t hash;
    } * fill, *take;
    struct item *items; /* room for a sort */
    size_t most_places;
    bool no_memory;
};
struct item {
    uint64_t key[2];
    size_t transition;
};

static bool is_silent(const struct net_transition *t) {
    return t->tree->op == TROD_TREE_SILENT;
}

static void add_side(struct side *side, size_t transition) {
    side->n++;
    side->one = transition;
    side->hash += trod_hash64(&transition, sizeof transition, 1);
}

static void look(struct folding *f) {
    memset(f->fill, 0, f->net->n_places * sizeof *f->fill);
    memset(f->take, 0, f->net->n_places * sizeof *f->take);
    for (size_t t = 0; t < f->net->n; t++) {
        const struct net_transition *const transition = &f->net->transitions[t];
        if (transition->gone) continue;
        for (size_t i = 0; i < transition->in.n; i++)
            add_side(&f->take[transition->in.at[i]], t);
        for (size_t i = 0; i < transition->out.n; i++)
            add_side(&f->fill[transition->out.at[i]], t);
    }
}

static bool same_places(const struct net_places *a, const struct net_places *b) {
    return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, a->n * sizeof *a->at) == 0);
}

static bool has_place(const struct net_places *places, uint32_t place) {
    for (size_t i = 0; i < places->n; i++)
        if (places->at[i] == place) return true;
    return false;
}

static int by_key(const void *a, const void *b) {
    const struct item *const x = a, *const y = b;
    for (size_t i = 0; i < 2; i++)
        if (x->key[i] != y->key[i]) return x->key[i] < y->key[i] ? -1 : 1;
    return x->transition < y->transition ? -1 : x->transition > y->transition;
}

static bool same_key(const struct item *a, const struct item *b) {
    return a->key[0] == b->key[0] && a->key[1] == b->key[1];
}

/* Joins the trees of items[from..to) into the first of them; the others are gone. */
static void join(struct folding *f, enum trod_tree_op op, size_t from, size_t to) {
    struct net *const net = f->net;
    struct trod_tree *const block = trod_tree_make(net->arena, op, to - from);
    if (!block) {
        f->no_memory = true;
        return;
    }
    for (size_t i = from; i < to; i++) {
        struct net_transition *const t = &net->transitions[f->items[i].transition];
        block->children[i - from] = t->tree;
        t->gone = i > from;
    }
    struct trod_tree *const tree = trod_tree_shorten(net->arena, block);
    if (!tree) f->no_memory = true;
    if (tree) net->transitions[f->items[from].transition].tree = tree;
}

/* ---- Rules: each true if it changed the net ------------------------------------------------
 */

static bool fold_choice(struct folding *f) {
    bool changed = false;
    size_t n = 0;
    for (size_t t = 0; t < f->net->n; t++) {
        const struct net_transition *const transition = &f->net->transitions[t];
        const struct net_places *const in = &transition->in, *const out = &transition->out;
        if (transition->gone) continue;
        f->items[n].key[0] = trod_hash64(in->at, in->n * sizeof *in->at, 2);
        f->items[n].key[1] = trod_hash64(out->at, out->n * sizeof *out->at, 3);
        f->items[n++].transition = t;
    }
    qsort(f->items, n, sizeof *f->items, by_key);
    for (size_t from = 0, to; from < n; from = to) {
        const struct net_transition *const a = &f->net->transitions[f->items[from].transition];
        for (to = from + 1; to < n && same_key(&f->items[from], &f->items[to]); to++) {
            const struct net_transition *const b =
                &f->net->transitions[f->items[to].transition];
            if (!same_places(&a->in, &b->in) || !same_places(&a->out, &b->out)) break;
        }
        if (to - from < 2) continue;
        join(f, TROD_TREE_CHOICE, from, to);
        changed = true;
    }
    return changed;
}

static bool fold_sequence(struct folding *f) {
    struct net *const net = f->net;
    bool changed = false;
    for (uint32_t p = 0; p < net->n_places && !f->no_memory; p++) {
        const size_t first = f->fill[p].one, second = f->take[p].one;
        if (f->fill[p].n != 1 || f->take[p].n != 1 || first == second) continue;
        struct net_transition *const a = &net->transitions[first];
        struct net_transition *const b = &net->transitions[second];
        if (a->out.n != 1 || b->in.n != 1) continue;
        f->items[0].transition = first;
        f->items[1].transition = second;
        /* What b filled, a fills now; b's places are a's. */
        a->out = b->out;
        for (size_t i = 0; i < a->out.n; i++)
            if (f->fill[a->out.at[i]].one == second) f->fill[a->out.at[i]].one = first;
        f->fill[p].n = f->take[p].n = 0;
        join(f, TROD_TREE_SEQUENCE, 0, 2);
        changed = true;
    }
    return changed;
}

/* *( body, between ); NULL for no body stands for nothing. */
static struct trod_tree *make_loop(struct folding *f, struct trod_tree *body,
                                   struct trod_tree *between) {
    struct trod_arena *const arena = f->net->arena;
    struct trod_tree *const loop = trod_tree_make(arena, TROD_TREE_LOOP, 2);
    if (!body) body = trod_tree_make(arena, TROD_TREE_SILENT, 0);
    if (!loop || !body) {
        f->no_memory = true;
        return NULL;
    }
    loop->children[0] = body;
    loop->children[1] = between;
    struct trod_tree *const tree = trod_tree_shorten(arena, loop);
    if (!tree) f->no_memory = true;
    return tree;
}

/* r from p to p: whoever takes from p does so behind the rounds. */
static bool fold_round(struct folding *f, size_t r) {
    struct net *const net = f->net;
    const uint32_t p = net->transitions[r].in.at[0], behind = net->n_places;
    if (net->n_places >= f->most_places) return false;
    struct trod_tree *const loop = make_loop(f, NULL, net->transitions[r].tree);
    if (f->no_memory) return false;
    for (size_t t = 0; t < net->n; t++) {
        struct net_transition *const other = &net->transitions[t];
        if (t == r || other->gone) continue;
        for (size_t i = 0; i < other->in.n; i++) {
            if (other->in.at[i] != p) continue;
            /* The new place has the largest number. */
            memmove(other->in.at + i, other->in.at + i + 1,
                    (other->in.n - 1 - i) * sizeof *other->in.at);
            other->in.at[other->in.n - 1] = behind;
        }
    }
    net->transitions[r].tree = loop;
    net->transitions[r].out.at[0] = behind;
    net->n_places++;
    return true;
}

static bool fold_loop(struct folding *f) {
    struct net *const net = f->net;
    for (size_t r = 0; r < net->n; r++) {
        struct net_transition *const back = &net->transitions[r];
        if (back->gone || back->in.n != 1 || back->out.n != 1) continue;
        const uint32_t q = back->in.at[0], p = back->out.at[0];
        if (p == q) return fold_round(f, r);
        if (f->take[p].n != 1 || f->fill[q].n != 1 || f->take[p].one != f->fill[q].one)
            continue;
        struct net_transition *const body = &net->transitions[f->take[p].one];
        if (body->in.n != 1 || body->out.n != 1) continue;
        struct trod_tree *const loop = make_loop(f, body->tree, back->tree);
        if (!loop) return false;
        body->tree = loop;
        back->gone = true;
        return true;
    }
    return false;
}

/* Whether the same transitions fill (take from) both places. */
static bool same_side(const struct net *net, uint32_t a, uint32_t b, bool fill) {
    for (size_t t = 0; t < net->n; t++) {
        const struct net_transition *const transition = &net->transitions[t];
        const struct net_places *const places = fill ? &transition->out : &transition->in;
        if (!transition->gone && has_place(places, a) != has_place(places, b)) return false;
    }
    return true;
}

static void drop_place(struct net *net, uint32_t place) {
    for (size_t t = 0; t < net->n; t++) {
        if (net->transitions[t].gone) continue; /* its places may be another's now */
        struct net_places *const sides[] = {&net->transitions[t].in, &net->transitions[t].out};
        for (size_t s = 0; s < 2; s++) {
            size_t n = 0;
            for (size_t i = 0; i < sides[s]->n; i++)
                if (sides[s]->at[i] != place) sides[s]->at[n++] = sides[s]->at[i];
            sides[s]->n = n;
        }
    }
}

static bool is_branch(const struct folding *f, size_t t) {
    const struct net_transition *const branch = &f->net->transitions[t];
    return !branch->gone && branch->in.n == 1 && branch->out.n == 1 &&
           f->take[branch->in.at[0]].n == 1 && f->fill[branch->out.at[0]].n == 1 &&
           f->fill[branch->in.at[0]].n > 0 && f->take[branch->out.at[0]].n > 0;
}

static bool fold_any_order(struct folding *f) {
    struct net *const net = f->net;
    bool changed = false;
    size_t n = 0;
    for (size_t t = 0; t < net->n; t++) {
        if (!is_branch(f, t)) continue;
        f->items[n].key[0] = f->fill[net->transitions[t].in.at[0]].hash;
        f->items[n].key[1] = f->take[net->transitions[t].out.at[0]].hash;
        f->items[n++].transition = t;
    }
    qsort(f->items, n, sizeof *f->items, by_key);
    for (size_t from = 0, to; from < n; from = to) {
        const struct net_transition *const a = &net->transitions[f->items[from].transition];
        const uint32_t p = a->in.at[0], q = a->out.at[0];
        for (to = from + 1; to < n && same_key(&f->items[from], &f->items[to]); to++) {
            const struct net_transition *const b = &net->transitions[f->items[to].transition];
            if (!same_side(net, p, b->in.at[0], true) ||
                !same_side(net, q, b->out.at[0], false))
                break;
        }
        if (to - from < 2) continue;
        join(f, TROD_TREE_ANY_ORDER, from, to);
        for (size_t i = from + 1; i < to; i++) {
            const struct net_transition *const b = &net->transitions[f->items[i].transition];
            const uint32_t x = b->in.at[0], y = b->out.at[0];
            drop_place(net, x);
            drop_place(net, y);
        }
        changed = true;
    }
    return changed;
}

/* Wherever `from` stands, `to` stands instead; false if both stand together somewhere. */
static bool rename_place(struct net *net, uint32_t from, uint32_t to) {
    for (size_t t = 0; t < net->n; t++) {
        const struct net_transition *const at = &net->transitions[t];
        if (at->gone) continue;
        if ((has_place(&at->in, from) && has_place(&at->in, to)) ||
            (has_place(&at->out, from) && has_place(&at->out, to)))
            return false;
    }
    for (size_t t = 0; t < net->n; t++) {
        if (net->transitions[t].gone) continue;
        struct net_places *const sides[] = {&net->transitions[t].in, &net->transitions[t].out};
        for (size_t s = 0; s < 2; s++) {
            if (!has_place(sides[s], from)) continue;
            size_t n = 0;
            for (size_t i = 0; i < sides[s]->n; i++)
                if (sides[s]->at[i] != from) sides[s]->at[n++] = sides[s]->at[i];
            while (n > 0 && sides[s]->at[n - 1] > to) {
                sides[s]->at[n] = sides[s]->at[n - 1];
                n--;
            }
            sides[s]->at[n] = to;
        }
    }
    return true;
}

static bool fold_nothing(struct folding *f) {
    struct net *const net = f->net;
    for (size_t t = 0; t < net->n; t++) {
        struct net_transition *const silent = &net->transitions[t];
        if (silent->gone || !is_silent(silent) || silent->in.n != 1 || silent->out.n != 1)
            continue;
        const uint32_t p = silent->in.at[0], q = silent->out.at[0];
        if (p == q || p == net->start || q == net->end) continue;
        if (f->take[p].n != 1 && f->fill[q].n != 1) continue;
        silent->gone = true;
        if (rename_place(net, p, q)) return true;
        silent->gone = false;
    }
    return false;
}

/* ---- The whole -----------------------------------------------------------------------------
 */

static trod_status not_folded(const struct folding *f, const char *what,
                              struct trod_error *error) {
    const struct net *const net = f->net;
    size_t n = 0;
    trod_str label = {0};
    for (size_t t = 0; t < net->n; t++) {
        if (net->transitions[t].gone) continue;
        n++;
        const struct trod_tree *tree = net->transitions[t].tree;
        while (tree->n) tree = tree->children[0];
        if (tree->op == TROD_TREE_LABEL && !label.at) label = tree->label;
    }
    if (label.n > 100) label.n = 100;
    trod_fail(error, TROD_BAD_INPUT,
              "this %s is not made of blocks: %zu parts of it cannot be put together, \"%.*s\" "
              "among them",
              what, n, TROD_ARG(label));
    trod_error_hint(error,
                    "a map needs a flow in which every split has its own join, and every "
                    "way back leads from the end of a block to its beginning");
    return TROD_BAD_INPUT;
}

/* Start and end get a place of their own, whatever leads there and away. */
static bool frame(struct net *net) {
    const uint32_t start = net->n_places++, end = net->n_places++;
    const size_t in = net_add(net, NULL), out = net_add(net, NULL);
    if (!net_from(net, in, start) || !net_to(net, in, net->start) ||
        !net_from(net, out, net->end) || !net_to(net, out, end))
        return false;
    net->start = start;
    net->end = end;
    return true;
}

trod_status net_to_tree(struct net *net, const char *what, struct trod_tree **tree,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    struct folding f = {.net = net};
    if (net->n > 4 * NET_MOST)
        TROD_TRY(trod_fail(error, TROD_TOO_MUCH, "this %s has more than %d steps", what,
                           4 * NET_MOST));
    if (!frame(net)) TROD_TRY_ALLOC(NULL, error);
    /* Each round of a place with itself makes a new place. */
    f.most_places = net->n_places + net->n;
    f.fill = TROD_NEW_ARRAY(net->arena, f.most_places, struct side);
    f.take = TROD_NEW_ARRAY(net->arena, f.most_places, struct side);
    f.items = TROD_NEW_ARRAY(net->arena, net->n + 2, struct item);
    if (!f.fill || !f.take || !f.items) TROD_TRY_ALLOC(NULL, error);
    bool changed = true;
    while (changed && !f.no_memory) {
        look(&f);
        changed = fold_sequence(&f) || fold_choice(&f) || fold_loop(&f) || fold_any_order(&f) ||
                  fold_nothing(&f);
    }
    if (f.no_memory) TROD_TRY_ALLOC(NULL, error);
    size_t n = 0, last = 0;
    for (size_t t = 0; t < net->n; t++) {
        if (net->transitions[t].gone) continue;
        n++;
        last = t;
    }
    const struct net_transition *const one = n ? &net->transitions[last] : NULL;
    if (n != 1 || one->in.n != 1 || one->in.at[0] != net->start || one->out.n != 1 ||
        one->out.at[0] != net->end)
        TROD_TRY(not_folded(&f, what, error));
    *tree = one->tree;
done:
    return status;
}
