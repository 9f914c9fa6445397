/* residual: partial derivatives of a process tree (after V. Antimirov, 1996, for regular
 * expressions), with one rule more for any order.
 *
 * Terms are kept once each, as arrays of numbers in a dictionary:
 *
 *     FRESH v            the part v of the tree has not begun
 *     CONT v i t         of the sequence v, t is what is left of the part under way, i the next
 * one BESIDE v t …       of any order v, what is left of each part BODY v t           of the
 * loop v, t is left of what is done BETWEEN v t        of the loop v, t is left of what lies
 * between two rounds
 *
 * A step takes a term to all terms that it may become. What may end is passed over only when a
 * step behind it is taken, so silent parts need no steps of their own.
 */
#include "compare/residual.h"

#include <stdlib.h>

enum { FRESH, CONT, BESIDE, BODY, BETWEEN };
enum { MOST_PARTS = 512 };

struct part {
    const struct trod_tree *tree;
    uint32_t label;
    uint32_t *children;
    bool may_end;
};
struct residual {
    struct trod_arena *arena;
    struct trod_dict *labels;
    struct part *parts;
    size_t n_parts, room;
    struct trod_dict *terms, *states, *steps;
    uint32_t *step_to; /* by number in steps */
    size_t n_step_to, step_room;
    uint32_t *next; /* terms of a state in the making */
    size_t n_next, next_room;
    bool failed;
};

/* ---- The tree ------------------------------------------------------------------------------
 */

static uint32_t add_part(struct residual *r, const struct trod_tree *tree) {
    struct part part = {.tree = tree, .may_end = tree->op == TROD_TREE_SILENT};
    part.children = TROD_NEW_ARRAY(r->arena, tree->n, uint32_t);
    if (!part.children) r->failed = true;
    if (tree->op == TROD_TREE_LABEL) part.label = trod_dict_add(r->labels, tree->label);
    if (part.label == TROD_NO_ID || tree->n >= MOST_PARTS) r->failed = true;
    bool all = true, some = false;
    for (size_t i = 0; i < tree->n && !r->failed; i++) {
        part.children[i] = add_part(r, tree->children[i]);
        if (r->failed) break;
        const bool may_end = r->parts[part.children[i]].may_end;
        all &= may_end;
        some |= may_end;
    }
    if (r->failed) return 0;
    if (tree->op == TROD_TREE_CHOICE) part.may_end = some;
    if (tree->op == TROD_TREE_SEQUENCE || tree->op == TROD_TREE_ANY_ORDER) part.may_end = all;
    if (tree->op == TROD_TREE_LOOP) part.may_end = r->parts[part.children[0]].may_end;
    if (!TROD_PUSH(r->arena, r->parts, r->n_parts, r->room, part)) r->failed = true;
    return (uint32_t)r->n_parts - 1;
}

struct residual *residual_make(const struct trod_tree *tree, struct trod_dict *labels,
                               uint32_t most_terms) {
    struct trod_arena *const arena = trod_arena_make((size_t)1 << 32);
    struct residual *const r = arena ? TROD_NEW(arena, struct residual) : NULL;
    if (!r) {
        trod_arena_free(arena);
        return NULL;
    }
    *r = (struct residual){.arena = arena, .labels = labels};
    r->terms = trod_dict_make(most_terms);
    r->states = trod_dict_make(most_terms);
    r->steps = trod_dict_make(0);
    if (r->terms && r->states && r->steps) (void)add_part(r, tree);
    if (r->terms && r->states && r->steps && !r->failed) return r;
    residual_free(r);
    return NULL;
}

void residual_free(struct residual *r) {
    if (!r) return;
    trod_dict_free(r->terms);
    trod_dict_free(r->states);
    trod_dict_free(r->steps);
    trod_arena_free(r->arena);
}

/* ---- Terms ---------------------------------------------------------------------------------
 */

static uint32_t term_of(struct residual *r, const uint32_t *at, size_t n) {
    const uint32_t id =
        trod_dict_add(r->terms, (trod_str){(const char *)(const void *)at, n * sizeof *at});
    if (id == TROD_NO_ID) r->failed = true;
    return id;
}

/* A term's numbers, into at[MOST_PARTS + 2]; how many. */
static size_t read_term(const struct residual *r, uint32_t term, uint32_t *at) {
    const trod_str text = trod_dict_at(r->terms, term);
    memcpy(at, text.at, text.n);
    return text.n / sizeof *at;
}

static bool part_may_end(const struct residual *r, uint32_t part) {
    return r->parts[part].may_end;
}

static bool term_may_end(const struct residual *r, uint32_t term) {
    uint32_t at[MOST_PARTS + 2];
    const size_t n = read_term(r, term, at);
    const struct part *const part = &r->parts[at[1]];
    switch (at[0]) {
    case FRESH:
        return part->may_end;
    case CONT:
        if (!term_may_end(r, at[3])) return false;
        for (size_t i = at[2]; i < part->tree->n; i++)
            if (!part_may_end(r, part->children[i])) return false;
        return true;
    case BESIDE:
        for (size_t i = 2; i < n; i++)
            if (!term_may_end(r, at[i])) return false;
        return true;
    case BODY:
        return term_may_end(r, at[2]);
    default:
        return term_may_end(r, at[2]) && part_may_end(r, part->children[0]);
    }
}

/* ---- Steps ---------------------------------------------------------------------------------
 */

/* Called with each term that a step leads to; wraps it into the term round it. */
struct hull {
    uint32_t head[MOST_PARTS + 2];
    size_t n, at; /* numbers; where the inner term goes */
    const struct hull *round;
};

static void arrive(struct residual *r, const struct hull *hull, uint32_t term) {
    for (; hull && !r->failed; hull = hull->round) {
        uint32_t head[MOST_PARTS + 2];
        memcpy(head, hull->head, hull->n * sizeof *head);
        head[hull->at] = term;
        term = term_of(r, head, hull->n);
    }
    if (!r->failed && !TROD_PUSH(r->arena, r->next, r->n_next, r->next_room, term))
        r->failed = true;
}

static void step_part(struct residual *r, uint32_t v, uint32_t label, const struct hull *round);
static void step_term(struct residual *r, uint32_t term, uint32_t label,
                      const struct hull *round);

/* A step into one of the parts of sequence v from number `from` on. */
static void step_sequence(struct residual *r, uint32_t v, uint32_t from, uint32_t label,
                          const struct hull *round) {
    const struct part *const part = &r->parts[v];
    for (uint32_t i = from; i < part->tree->n; i++) {
        const struct hull hull = {{CONT, v, i + 1, 0}, 4, 3, round};
        step_part(r, part->children[i], label, &hull);
        if (!part_may_end(r, part->children[i])) return;
    }
}

static void step_any_order(struct residual *r, uint32_t v, uint32_t label,
                           const struct hull *round) {
    const struct part *const part = &r->parts[v];
    struct hull hull = {.n = part->tree->n + 2, .round = round};
    hull.head[0] = BESIDE;
    hull.head[1] = v;
    for (size_t i = 0; i < part->tree->n; i++) {
        const uint32_t fresh[] = {FRESH, part->children[i]};
        hull.head[i + 2] = term_of(r, fresh, 2);
    }
    for (size_t i = 0; i < part->tree->n && !r->failed; i++) {
        const uint32_t kept = hull.head[i + 2];
        hull.at = i + 2;
        step_part(r, part->children[i], label, &hull);
        hull.head[i + 2] = kept;
    }
}

/* A step into what is done in loop v, or (if that may end) into what is between. */
static void step_body(struct residual *r, uint32_t v, uint32_t label, bool through,
                      const struct hull *round);

static void step_between(struct residual *r, uint32_t v, uint32_t label, bool through,
                         const struct hull *round) {
    const struct part *const part = &r->parts[v];
    const struct hull hull = {{BETWEEN, v, 0}, 3, 2, round};
    step_part(r, part->children[1], label, &hull);
    if (through && part_may_end(r, part->children[1])) step_body(r, v, label, false, round);
}

static void step_body(struct residual *r, uint32_t v, uint32_t label, bool through,
                      const struct hull *round) {
    const struct part *const part = &r->parts[v];
    const struct hull hull = {{BODY, v, 0}, 3, 2, round};
    step_part(r, part->children[0], label, &hull);
    if (through && part_may_end(r, part->children[0])) step_between(r, v, label, false, round);
}

static void step_part(struct residual *r, uint32_t v, uint32_t label,
                      const struct hull *round) {
    const struct part *const part = &r->parts[v];
    if (r->failed) return;
    switch (part->tree->op) {
    case TROD_TREE_SILENT:
        return;
    case TROD_TREE_LABEL: {
        /* What is left of a label that was seen: a sequence of nothing. */
        const uint32_t done[] = {BESIDE, v};
        if (part->label == label) arrive(r, round, term_of(r, done, 2));
        return;
    }
    case TROD_TREE_SEQUENCE:
        step_sequence(r, v, 0, label, round);
        return;
    case TROD_TREE_CHOICE:
        for (size_t i = 0; i < part->tree->n; i++)
            step_part(r, part->children[i], label, round);
        return;
    case TROD_TREE_ANY_ORDER:
        step_any_order(r, v, label, round);
        return;
    case TROD_TREE_LOOP:
        step_body(r, v, label, true, round);
        return;
    }
}

static void step_term(struct residual *r, uint32_t term, uint32_t label,
                      const struct hull *round) {
    struct hull hull = {.round = round};
    if (r->failed) return;
    hull.n = read_term(r, term, hull.head);
    const uint32_t v = hull.head[1];
    switch (hull.head[0]) {
    case FRESH:
        step_part(r, v, label, round);
        return;
    case CONT: {
        const uint32_t inner = hull.head[3];
        hull.at = 3;
        step_term(r, inner, label, &hull);
        if (term_may_end(r, inner)) step_sequence(r, v, hull.head[2], label, round);
        return;
    }
    case BESIDE:
        for (hull.at = 2; hull.at < hull.n; hull.at++)
            step_term(r, hull.head[hull.at], label, &hull);
        return;
    default: {
        const uint32_t inner = hull.head[2];
        hull.at = 2;
        step_term(r, inner, label, &hull);
        if (!term_may_end(r, inner)) return;
        if (hull.head[0] == BODY)
            step_between(r, v, label, true, round);
        else
            step_body(r, v, label, true, round);
    }
    }
}

/* ---- States --------------------------------------------------------------------------------
 */

static int ascending(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The state of the terms in r->next. */
static uint32_t close_state(struct residual *r) {
    size_t n = 0;
    if (r->failed) return TROD_NO_ID;
    if (r->n_next) qsort(r->next, r->n_next, sizeof *r->next, ascending);
    for (size_t i = 0; i < r->n_next; i++)
        if (n == 0 || r->next[n - 1] != r->next[i]) r->next[n++] = r->next[i];
    const uint32_t state =
        trod_dict_add(r->states, (trod_str){r->next ? (const char *)(const void *)r->next : "",
                                            n * sizeof(uint32_t)});
    if (state == TROD_NO_ID) r->failed = true;
    return state;
}

uint32_t residual_start(struct residual *r) {
    const uint32_t fresh[] = {FRESH, (uint32_t)r->n_parts - 1};
    r->n_next = 0;
    arrive(r, NULL, term_of(r, fresh, 2));
    return close_state(r);
}

uint32_t residual_step(struct residual *r, uint32_t state, uint32_t label) {
    const uint32_t key[] = {state, label};
    const uint32_t known = trod_dict_count(r->steps);
    const uint32_t at =
        trod_dict_add(r->steps, (trod_str){(const char *)(const void *)key, sizeof key});
    if (at == TROD_NO_ID || r->failed) return TROD_NO_ID;
    if (at < known) return r->step_to[at];
    const trod_str terms = trod_dict_at(r->states, state);
    r->n_next = 0;
    for (size_t i = 0; i < terms.n; i += sizeof(uint32_t)) {
        uint32_t term;
        memcpy(&term, terms.at + i, sizeof term);
        step_term(r, term, label, NULL);
    }
    const uint32_t to = close_state(r);
    if (!TROD_PUSH(r->arena, r->step_to, r->n_step_to, r->step_room, to)) r->failed = true;
    return r->failed ? TROD_NO_ID : to;
}

bool residual_empty(const struct residual *r, uint32_t state) {
    return trod_dict_at(r->states, state).n == 0;
}

bool residual_may_end(struct residual *r, uint32_t state) {
    const trod_str terms = trod_dict_at(r->states, state);
    for (size_t i = 0; i < terms.n; i += sizeof(uint32_t)) {
        uint32_t term;
        memcpy(&term, terms.at + i, sizeof term);
        if (term_may_end(r, term)) return true;
    }
    return false;
}

/* ---- What is allowed next ------------------------------------------------------------------
 */

static void allow_part(const struct residual *r, uint32_t v, bool *allowed) {
    const struct part *const part = &r->parts[v];
    if (part->tree->op == TROD_TREE_LABEL) allowed[part->label] = true;
    if (part->tree->op == TROD_TREE_LOOP) {
        allow_part(r, part->children[0], allowed);
        if (part_may_end(r, part->children[0])) allow_part(r, part->children[1], allowed);
        return;
    }
    for (size_t i = 0; i < part->tree->n; i++) {
        allow_part(r, part->children[i], allowed);
        if (part->tree->op == TROD_TREE_SEQUENCE && !part_may_end(r, part->children[i])) return;
    }
}

static void allow_term(const struct residual *r, uint32_t term, bool *allowed) {
    uint32_t at[MOST_PARTS + 2];
    const size_t n = read_term(r, term, at);
    const struct part *const part = &r->parts[at[1]];
    if (at[0] == FRESH) allow_part(r, at[1], allowed);
    if (at[0] == BESIDE)
        for (size_t i = 2; i < n; i++) allow_term(r, at[i], allowed);
    if (at[0] == CONT) {
        allow_term(r, at[3], allowed);
        bool on = term_may_end(r, at[3]);
        for (size_t i = at[2]; i < part->tree->n && on; i++) {
            allow_part(r, part->children[i], allowed);
            on = part_may_end(r, part->children[i]);
        }
    }
    if (at[0] != BODY && at[0] != BETWEEN) return;
    allow_term(r, at[2], allowed);
    if (!term_may_end(r, at[2])) return;
    const uint32_t next = part->children[at[0] == BODY], other = part->children[at[0] != BODY];
    allow_part(r, next, allowed);
    if (part_may_end(r, next)) allow_part(r, other, allowed);
}

void residual_allowed(struct residual *r, uint32_t state, bool *allowed) {
    const trod_str terms = trod_dict_at(r->states, state);
    memset(allowed, 0, trod_dict_count(r->labels) * sizeof *allowed);
    for (size_t i = 0; i < terms.n; i += sizeof(uint32_t)) {
        uint32_t term;
        memcpy(&term, terms.at + i, sizeof term);
        allow_term(r, term, allowed);
    }
}
