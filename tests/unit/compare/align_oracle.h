/* What the aligner is held against: the flow tree played out state by state, as its rules read,
 * with nothing left out; every state is a number for each node. Slow and plain. */
#ifndef TESTS_ALIGN_ORACLE_H
#define TESTS_ALIGN_ORACLE_H

#include <stdlib.h>

#include "compare/align.h"

enum { NODES = 64, DONE = 255, MOST_CONFIGS = 6000, MOST_EDGES = 60000, TABLE = 16384 };
enum edge_kind { EDGE_SILENT, EDGE_MATCH, EDGE_FREE, EDGE_SKIP };

struct config {
    uint8_t at[NODES];      /* per node: 0 not begun, DONE, else how far */
    uint8_t matched[NODES]; /* of a bounded loop: something has matched in this round */
};
struct edge {
    uint32_t from, to;
    enum edge_kind kind;
    uint32_t touchpoint;
    int64_t weight;
    uint64_t last; /* the nodes that are loops around it in their last round */
};
struct oracle {
    const struct trod_flow *node[NODES];
    int parent[NODES], place[NODES], child[NODES][12];
    int n_nodes;
    const struct align_rule *rules;
    bool inside[NODES]; /* an any order or a loop */
    struct config *config;
    uint32_t n_configs;
    uint32_t *table;
    struct edge *edge;
    uint32_t n_edges;
    bool full;
    struct config now; /* while growing */
    uint32_t from;
    uint32_t end; /* the config in which the root is done */
};

static int oracle_number(struct oracle *o, const struct trod_flow *flow, int parent, int place,
                         bool inside) {
    if (o->n_nodes == NODES) {
        o->full = true;
        return 0;
    }
    const int me = o->n_nodes++;
    o->node[me] = flow;
    o->parent[me] = parent;
    o->place[me] = place;
    o->inside[me] = inside;
    inside |= flow->kind == TROD_FLOW_ANY_ORDER || flow->kind == TROD_FLOW_LOOP;
    for (size_t i = 0; i < flow->n; i++)
        o->child[me][i] = oracle_number(o, flow->children[i], me, (int)i, inside);
    return me;
}

static void oracle_begin(const struct oracle *o, struct config *c, int node) {
    c->at[node] = 1;
    c->matched[node] = 0;
    const enum trod_flow_kind kind = o->node[node]->kind;
    if (kind == TROD_FLOW_ANY_ORDER)
        for (size_t i = 0; i < o->node[node]->n; i++) oracle_begin(o, c, o->child[node][i]);
    if (kind == TROD_FLOW_SEQUENCE || kind == TROD_FLOW_LOOP)
        oracle_begin(o, c, o->child[node][0]);
}

static void oracle_clear(const struct oracle *o, struct config *c, int node) {
    c->at[node] = 0;
    c->matched[node] = 0;
    for (size_t i = 0; i < o->node[node]->n; i++) oracle_clear(o, c, o->child[node][i]);
}

static uint32_t oracle_find(struct oracle *o, const struct config *c) {
    uint64_t h = trod_hash64(c, sizeof *c, 1) % TABLE;
    while (o->table[h]) {
        if (memcmp(&o->config[o->table[h] - 1], c, sizeof *c) == 0) return o->table[h] - 1;
        h = (h + 1) % TABLE;
    }
    if (o->n_configs == MOST_CONFIGS) {
        o->full = true;
        return 0;
    }
    o->config[o->n_configs] = *c;
    o->table[h] = ++o->n_configs;
    return o->n_configs - 1;
}

static void oracle_edge(struct oracle *o, const struct config *to, enum edge_kind kind,
                        uint32_t touchpoint, int64_t weight, uint64_t last) {
    const uint32_t t = oracle_find(o, to);
    if (o->n_edges == MOST_EDGES) o->full = true;
    if (o->full || (t == o->from && kind != EDGE_MATCH && kind != EDGE_FREE)) return;
    o->edge[o->n_edges++] = (struct edge){o->from, t, kind, touchpoint, weight, last};
}

static bool oracle_bounded(const struct oracle *o, int node) {
    return o->node[node]->kind == TROD_FLOW_LOOP && o->node[node]->most_rounds > 0;
}

static bool oracle_last_round(const struct oracle *o, const struct config *c, int node) {
    return oracle_bounded(o, node) && c->at[node] == 2 * o->node[node]->most_rounds - 1;
}

static void oracle_leaf(struct oracle *o, int node) {
    const struct trod_flow *const leaf = o->node[node];
    struct config to = o->now;
    if (leaf->kind == TROD_FLOW_SILENT) {
        to.at[node] = DONE;
        oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
        return;
    }
    const struct align_rule *const rule = &o->rules[leaf->touchpoint_id];
    const bool ends = leaf->ends && !o->inside[node];
    uint64_t last = 0;
    to.at[node] = DONE;
    for (int up = node; up >= 0; up = o->parent[up]) {
        if (oracle_last_round(o, &o->now, up)) last |= UINT64_C(1) << up;
        if (oracle_bounded(o, up)) to.matched[up] = 1;
    }
    if (ends) {
        memset(&to, 0, sizeof to);
        to.at[0] = DONE;
    }
    if (!rule->absent) oracle_edge(o, &to, EDGE_MATCH, leaf->touchpoint_id, 0, last);
    if (!ends) {
        to = o->now; /* nothing has matched */
        to.at[node] = DONE;
    }
    if (rule->skip == ALIGN_SKIP_SILENT)
        oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
    else
        oracle_edge(o, &to, EDGE_SKIP, leaf->touchpoint_id,
                    rule->skip == ALIGN_SKIP_COSTS ? ALIGN_COST : ALIGN_ALLOWED, 0);
}

static void oracle_repeats(struct oracle *o, int node, uint64_t last) {
    const struct trod_flow *const flow = o->node[node];
    if (flow->kind == TROD_FLOW_TOUCHPOINT && o->rules[flow->touchpoint_id].repeat_allowed &&
        !o->rules[flow->touchpoint_id].absent)
        oracle_edge(o, &o->now, EDGE_FREE, flow->touchpoint_id, ALIGN_EXTRA, last);
    for (size_t i = 0; i < flow->n; i++) oracle_repeats(o, o->child[node][i], last);
}

/* All that a node that has begun and is not done can do. */
static void oracle_moves(struct oracle *o, int node) {
    const struct trod_flow *const flow = o->node[node];
    const int at = o->now.at[node];
    struct config to = o->now;
    switch (flow->kind) {
    case TROD_FLOW_SILENT:
    case TROD_FLOW_TOUCHPOINT:
        oracle_leaf(o, node);
        return;
    case TROD_FLOW_SEQUENCE: {
        const int k = at - 1, child = o->child[node][k];
        if (o->now.at[child] != DONE) {
            oracle_moves(o, child);
            return;
        }
        oracle_clear(o, &to, child);
        to.at[node] = (uint8_t)(k + 1 < (int)flow->n ? at + 1 : DONE);
        if (k + 1 < (int)flow->n) oracle_begin(o, &to, o->child[node][k + 1]);
        oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
        return;
    }
    case TROD_FLOW_CHOICE:
        if (at == 1) {
            for (size_t k = 0; k < flow->n; k++) {
                to = o->now;
                to.at[node] = (uint8_t)(2 + k);
                oracle_begin(o, &to, o->child[node][k]);
                oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
            }
        } else if (o->now.at[o->child[node][at - 2]] == DONE) {
            oracle_clear(o, &to, o->child[node][at - 2]);
            to.at[node] = DONE;
            oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
        } else {
            oracle_moves(o, o->child[node][at - 2]);
        }
        return;
    case TROD_FLOW_ANY_ORDER: {
        bool all = true;
        for (size_t k = 0; k < flow->n; k++) {
            if (o->now.at[o->child[node][k]] == DONE) continue;
            all = false;
            oracle_moves(o, o->child[node][k]);
        }
        if (!all) return;
        for (size_t k = 0; k < flow->n; k++) oracle_clear(o, &to, o->child[node][k]);
        to.at[node] = DONE;
        oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
        return;
    }
    case TROD_FLOW_LOOP:
        break;
    }
    /* Rounds: the body in round r is 2r - 1, what lies between r and r + 1 is 2r; without a
     * limit there is no need to count. */
    const bool body = at % 2 == 1;
    const int child = o->child[node][body ? 0 : 1];
    if (oracle_last_round(o, &o->now, node) && o->now.matched[node])
        oracle_repeats(o, node, UINT64_C(1) << node);
    if (o->now.at[child] != DONE) {
        oracle_moves(o, child);
        return;
    }
    oracle_clear(o, &to, child);
    if (body) {
        struct config out = to;
        out.at[node] = DONE;
        out.matched[node] = 0;
        oracle_edge(o, &out, EDGE_SILENT, 0, 0, 0);
        if (oracle_last_round(o, &o->now, node)) return;
    }
    const bool bounded = flow->most_rounds > 0;
    if (bounded && !body) {
        /* A round in which nothing matched does not count, and nobody needs it. */
        if (!o->now.matched[node]) return;
        to.matched[node] = 0;
    }
    to.at[node] = (uint8_t)(bounded ? at + 1 : body ? 2 : 1);
    oracle_begin(o, &to, o->child[node][body ? 1 : 0]);
    oracle_edge(o, &to, EDGE_SILENT, 0, 0, 0);
}

/* false: the tree has too many states for it. */
static bool oracle_make(struct oracle *o, const struct trod_flow *root,
                        const struct align_rule *rules) {
    memset(o, 0, sizeof *o);
    o->rules = rules;
    oracle_number(o, root, -1, 0, false);
    if (o->full) return false;
    o->config = malloc(MOST_CONFIGS * sizeof *o->config);
    o->edge = malloc(MOST_EDGES * sizeof *o->edge);
    o->table = calloc(TABLE, sizeof *o->table);
    struct config c = {0};
    oracle_begin(o, &c, 0);
    oracle_find(o, &c);
    for (uint32_t i = 0; i < o->n_configs && !o->full; i++) {
        o->from = i;
        o->now = o->config[i];
        if (o->now.at[0] != DONE) oracle_moves(o, 0);
    }
    memset(&c, 0, sizeof c);
    c.at[0] = DONE;
    o->end = oracle_find(o, &c);
    return !o->full;
}

static void oracle_free(struct oracle *o) {
    free(o->config);
    free(o->edge);
    free(o->table);
}

static bool oracle_fits(const struct align_kind *kind, uint32_t touchpoint) {
    for (uint32_t i = 0; i < kind->n; i++)
        if (kind->touchpoints[i] == touchpoint) return true;
    return false;
}

/* Least weights of the rest, for every (step, config): the shortest way, by relaxing every edge
 * until nothing changes. */
static int64_t *oracle_rest(const struct oracle *o, const struct align_kind *kinds,
                            const uint32_t *steps, uint32_t n, bool open) {
    const uint32_t m = o->n_configs;
    int64_t *const rest = calloc((size_t)(n + 1) * m, sizeof *rest);
    for (uint32_t i = n + 1; i-- > 0;) {
        int64_t *const here = rest + i * m;
        for (uint32_t s = 0; s < m; s++)
            here[s] = i < n                 ? here[m + s] + kinds[steps[i]].extra
                      : open || s == o->end ? 0
                                            : ALIGN_FAR;
        for (uint32_t e = 0; i < n && e < o->n_edges; e++) {
            const struct edge *const g = &o->edge[e];
            if (g->kind != EDGE_MATCH && g->kind != EDGE_FREE) continue;
            if (!oracle_fits(&kinds[steps[i]], g->touchpoint)) continue;
            const int64_t w = g->weight + here[m + g->to];
            if (w < here[g->from]) here[g->from] = w;
        }
        for (bool again = true; again;) {
            again = false;
            for (uint32_t e = o->n_edges; e-- > 0;) {
                const struct edge *const g = &o->edge[e];
                if (g->kind == EDGE_MATCH || g->kind == EDGE_FREE) continue;
                if (here[g->to] + g->weight >= here[g->from]) continue;
                here[g->from] = here[g->to] + g->weight;
                again = true;
            }
        }
    }
    return rest;
}

/* ---- The moves that stand first ---------------------------------------------------------- */

static bool oracle_within(const struct oracle *o, uint32_t touchpoint, int loop) {
    for (int i = 0; i < o->n_nodes; i++)
        if (o->node[i]->kind == TROD_FLOW_TOUCHPOINT && o->node[i]->touchpoint_id == touchpoint)
            for (int up = i; up >= 0; up = o->parent[up])
                if (up == loop) return true;
    return false;
}

static bool oracle_resets(const struct oracle *o, uint32_t touchpoint, int loop) {
    int leaf = -1;
    for (int i = 0; i < o->n_nodes; i++)
        if (o->node[i]->kind == TROD_FLOW_TOUCHPOINT && o->node[i]->touchpoint_id == touchpoint)
            leaf = i;
    for (int a = leaf; o->parent[a] >= 0; a = o->parent[a])
        for (int b = loop; o->parent[b] >= 0; b = o->parent[b]) {
            if (o->parent[a] != o->parent[b] || a == b) continue;
            const struct trod_flow *const common = o->node[o->parent[a]];
            if (common->kind == TROD_FLOW_SEQUENCE) return o->place[a] < o->place[b];
            return common->kind != TROD_FLOW_ANY_ORDER;
        }
    return false;
}

struct oracle_walk {
    const struct oracle *o;
    const int64_t *rest, *next;
    bool *in, *then;
};

static void oracle_close(const struct oracle_walk *w, bool *set) {
    for (bool again = true; again;) {
        again = false;
        for (uint32_t e = 0; e < w->o->n_edges; e++) {
            const struct edge *const g = &w->o->edge[e];
            if (g->kind != EDGE_SILENT || !set[g->from] || set[g->to]) continue;
            if (w->rest[g->from] != w->rest[g->to]) continue;
            set[g->to] = again = true;
        }
    }
}

/* Fewest skips from every config until the next step can be taken, by least ways only. */
static void oracle_lengths(const struct oracle_walk *w, const struct align_kind *kind,
                           uint32_t *length) {
    const struct oracle *const o = w->o;
    for (uint32_t s = 0; s < o->n_configs; s++)
        length[s] = kind->extra + w->next[s] == w->rest[s] ? 0 : UINT32_MAX / 2;
    for (bool again = true; again;) {
        again = false;
        for (uint32_t e = o->n_edges; e-- > 0;) {
            const struct edge *const g = &o->edge[e];
            const bool step = g->kind == EDGE_MATCH || g->kind == EDGE_FREE;
            if (step && !oracle_fits(kind, g->touchpoint)) continue;
            if (g->weight + (step ? w->next : w->rest)[g->to] != w->rest[g->from]) continue;
            const uint32_t n = step ? 0 : length[g->to] + (g->kind == EDGE_SKIP);
            if (n >= length[g->from]) continue;
            length[g->from] = n;
            again = true;
        }
    }
}

static size_t oracle_walk(const struct oracle *o, const struct align_kind *kinds,
                          const uint32_t *steps, uint32_t n, const int64_t *rests,
                          struct trod_move *moves) {
    const uint32_t m = o->n_configs;
    size_t n_moves = 0;
    uint64_t used_up = 0;
    struct oracle_walk w = {.o = o};
    w.in = calloc(m, sizeof *w.in);
    w.then = calloc(m, sizeof *w.then);
    uint32_t *const length = calloc(m, sizeof *length);
    w.in[0] = true;
    for (uint32_t i = 0; i < n;) {
        const struct align_kind *const kind = &kinds[steps[i]];
        w.rest = rests + i * m;
        w.next = w.rest + m;
        oracle_close(&w, w.in);
        oracle_lengths(&w, kind, length);
        uint32_t shortest = UINT32_MAX;
        for (uint32_t s = 0; s < m; s++)
            if (w.in[s] && length[s] < shortest) shortest = length[s];
        /* 0 match, 1 free, 2 extra, 3 skip; then the smallest touchpoint */
        int best = 4;
        uint32_t best_touchpoint = UINT32_MAX;
        bool by_edge = false;
        for (uint32_t s = 0; s < m; s++)
            if (w.in[s] && kind->extra + w.next[s] == w.rest[s])
                best = kind->extra < ALIGN_COST ? 1 : 2;
        for (uint32_t e = 0; e < o->n_edges; e++) {
            const struct edge *const g = &o->edge[e];
            if (!w.in[g->from] || g->kind == EDGE_SILENT) continue;
            const bool step = g->kind != EDGE_SKIP;
            if (step && !oracle_fits(kind, g->touchpoint)) continue;
            if (g->weight + (step ? w.next : w.rest)[g->to] != w.rest[g->from]) continue;
            const int order = g->kind == EDGE_MATCH ? 0 : g->kind == EDGE_FREE ? 1 : 3;
            if (!step && length[g->to] + 1 != shortest) continue;
            if (order > best || (order == best && g->touchpoint >= best_touchpoint)) continue;
            best = order;
            best_touchpoint = g->touchpoint;
            by_edge = true;
        }
        memset(w.then, 0, m * sizeof *w.then);
        uint64_t last = ~UINT64_C(0);
        for (uint32_t s = 0; s < m; s++)
            if (w.in[s] && kind->extra + w.next[s] == w.rest[s] &&
                best == (kind->extra < ALIGN_COST ? 1 : 2))
                w.then[s] = true;
        for (uint32_t e = 0; e < o->n_edges; e++) {
            const struct edge *const g = &o->edge[e];
            if (!w.in[g->from] || g->kind == EDGE_SILENT || g->touchpoint != best_touchpoint)
                continue;
            const int order = g->kind == EDGE_MATCH ? 0 : g->kind == EDGE_FREE ? 1 : 3;
            const bool step = g->kind != EDGE_SKIP;
            if (order != best || (!step && length[g->to] + 1 != shortest)) continue;
            if (g->weight + (step ? w.next : w.rest)[g->to] != w.rest[g->from]) continue;
            w.then[g->to] = true;
            if (order == 0) last &= g->last;
        }
        struct trod_move move = {.touchpoint_id = best_touchpoint, .step = i};
        if (best == 3) {
            move.kind = TROD_MOVE_SKIPPED;
            move.step = UINT32_MAX;
            move.accepted = o->rules[best_touchpoint].skip == ALIGN_SKIP_ALLOWED;
        } else if (best == 0) {
            move.kind = TROD_MOVE_MATCH;
            for (int loop = 0; loop < o->n_nodes; loop++) {
                if (!oracle_bounded(o, loop)) continue;
                const uint64_t bit = UINT64_C(1) << loop;
                if (oracle_within(o, best_touchpoint, loop))
                    used_up = (used_up & ~bit) | (last & bit);
                else if (oracle_resets(o, best_touchpoint, loop))
                    used_up &= ~bit;
            }
        } else {
            move.kind = TROD_MOVE_EXTRA;
            move.touchpoint_id = TROD_NO_ID;
            if (by_edge && kind->extra >= ALIGN_COST && best == 1) {
                move.touchpoint_id = best_touchpoint;
                move.too_often = move.accepted = true;
            }
            for (uint32_t k = 0; k < kind->n && !move.too_often; k++)
                for (int loop = 0; loop < o->n_nodes; loop++)
                    if ((used_up >> loop & 1) && oracle_within(o, kind->touchpoints[k], loop)) {
                        move.too_often = true;
                        move.touchpoint_id = kind->touchpoints[k];
                        break;
                    }
        }
        moves[n_moves++] = move;
        if (best != 3) i++;
        bool *const swap = w.in;
        w.in = w.then;
        w.then = swap;
    }
    free(w.in);
    free(w.then);
    free(length);
    return n_moves;
}

#endif
