/* The interval programme, for trees in which every touchpoint stands once and steps that fit at
 * most one: the least cost of a node for every stretch of the steps that it may know, from the
 * leaves up. Costs only; complete, and so far. No `ends here`, nothing allowed. */
#ifndef TESTS_ALIGN_INTERVALS_H
#define TESTS_ALIGN_INTERVALS_H

#include <stdlib.h>

#include "compare/align.h"

struct stretch_costs {
    uint32_t n;      /* own steps */
    uint32_t *steps; /* their touchpoints */
    uint32_t *whole; /* [(n + 1)²]: of the steps i..j - 1 */
    uint32_t *rest;  /* [n + 1]: of the steps i.., ending anywhere */
};

static bool intervals_knows(const struct trod_flow *flow, uint32_t touchpoint) {
    if (flow->kind == TROD_FLOW_TOUCHPOINT) return flow->touchpoint_id == touchpoint;
    for (size_t i = 0; i < flow->n; i++)
        if (intervals_knows(flow->children[i], touchpoint)) return true;
    return false;
}

static struct stretch_costs intervals(const struct trod_flow *flow, const uint32_t *steps,
                                      uint32_t n, const bool *silent);

static uint32_t *intervals_table(uint32_t n) {
    uint32_t *const table = malloc((n + 1) * (n + 1) * sizeof *table);
    for (uint32_t i = 0; i < (n + 1) * (n + 1); i++) table[i] = UINT32_MAX / 4;
    return table;
}

static void intervals_free(struct stretch_costs c) {
    free(c.steps);
    free(c.whole);
    free(c.rest);
}

static void lower_to(uint32_t *a, uint32_t b) {
    if (b < *a) *a = b;
}

/* A child's costs by the parent's steps: those that the child does not know cost 1 each. */
static struct stretch_costs intervals_child(const struct trod_flow *flow, const uint32_t *steps,
                                            uint32_t n, const bool *silent, uint32_t foreign) {
    const struct stretch_costs own = intervals(flow, steps, n, silent);
    struct stretch_costs c = {.n = n, .whole = intervals_table(n)};
    uint32_t *const rank = calloc(n + 1, sizeof *rank);
    c.rest = calloc(n + 1, sizeof *c.rest);
    for (uint32_t i = 0; i < n; i++) rank[i + 1] = rank[i] + intervals_knows(flow, steps[i]);
    for (uint32_t i = 0; i <= n; i++) {
        c.rest[i] = own.rest[rank[i]] + foreign * (n - i - (rank[n] - rank[i]));
        for (uint32_t j = i; j <= n; j++)
            c.whole[i * (n + 1) + j] = own.whole[rank[i] * (own.n + 1) + rank[j]] +
                                       foreign * (j - i - (rank[j] - rank[i]));
    }
    free(rank);
    intervals_free(own);
    return c;
}

static void intervals_loop(struct stretch_costs *c, const struct trod_flow *flow,
                           const struct stretch_costs *body,
                           const struct stretch_costs *between) {
    const uint32_t n = c->n, w = n + 1;
    const uint32_t most = flow->most_rounds ? flow->most_rounds : n + 2;
    uint32_t *const at = calloc(w, sizeof *at), *const then = calloc(w, sizeof *then);
    for (uint32_t i = 0; i <= n; i++) {
        c->rest[i] = body->rest[i];
        for (uint32_t j = i; j <= n; j++) at[j] = body->whole[i * w + j];
        for (uint32_t round = 1;; round++) {
            for (uint32_t j = i; j <= n; j++) {
                lower_to(&c->whole[i * w + j], at[j]);
                lower_to(&c->rest[i], at[j] + (n - j)); /* it stopped here: the rest is extra */
                if (round < most) lower_to(&c->rest[i], at[j] + between->rest[j]);
            }
            if (round == most) break;
            for (uint32_t j = i; j <= n; j++) {
                then[j] = UINT32_MAX / 4;
                for (uint32_t k = i; k <= j; k++)
                    lower_to(&then[j], at[k] + between->whole[k * w + j]);
            }
            for (uint32_t j = i; j <= n; j++) {
                lower_to(&c->rest[i], then[j] + body->rest[j]);
                at[j] = UINT32_MAX / 4;
                for (uint32_t k = i; k <= j; k++)
                    lower_to(&at[j], then[k] + body->whole[k * w + j]);
            }
        }
    }
    free(at);
    free(then);
}

static struct stretch_costs intervals(const struct trod_flow *flow, const uint32_t *steps,
                                      uint32_t n, const bool *silent) {
    struct stretch_costs c = {0};
    c.steps = malloc((n + 1) * sizeof *c.steps);
    for (uint32_t i = 0; i < n; i++)
        if (intervals_knows(flow, steps[i])) c.steps[c.n++] = steps[i];
    n = c.n;
    const uint32_t w = n + 1;
    c.whole = intervals_table(n);
    c.rest = malloc(w * sizeof *c.rest);
    for (uint32_t i = 0; i <= n; i++) c.rest[i] = UINT32_MAX / 4;
    if (flow->kind == TROD_FLOW_SILENT || flow->kind == TROD_FLOW_TOUCHPOINT) {
        const bool leaf = flow->kind == TROD_FLOW_TOUCHPOINT;
        for (uint32_t i = 0; i <= n; i++) {
            c.rest[i] = n - i - (i < n);
            for (uint32_t j = i; j <= n; j++)
                c.whole[i * w + j] = j > i ? j - i - 1 : leaf && !silent[flow->touchpoint_id];
        }
        return c;
    }
    struct stretch_costs child[12];
    for (size_t k = 0; k < flow->n; k++)
        child[k] = intervals_child(flow->children[k], c.steps, n, silent,
                                   flow->kind != TROD_FLOW_ANY_ORDER);
    if (flow->kind == TROD_FLOW_LOOP) {
        intervals_loop(&c, flow, &child[0], &child[1]);
    } else if (flow->kind == TROD_FLOW_ANY_ORDER) {
        for (uint32_t i = 0; i <= n; i++) {
            c.rest[i] = 0;
            for (size_t k = 0; k < flow->n; k++) c.rest[i] += child[k].rest[i];
            for (uint32_t j = i; j <= n; j++) {
                c.whole[i * w + j] = 0;
                for (size_t k = 0; k < flow->n; k++)
                    c.whole[i * w + j] += child[k].whole[i * w + j];
            }
        }
    } else if (flow->kind == TROD_FLOW_CHOICE) {
        for (uint32_t i = 0; i <= n; i++)
            for (size_t k = 0; k < flow->n; k++) {
                lower_to(&c.rest[i], child[k].rest[i]);
                for (uint32_t j = i; j <= n; j++)
                    lower_to(&c.whole[i * w + j], child[k].whole[i * w + j]);
            }
    } else {
        uint32_t *const at = malloc(w * sizeof *at);
        for (uint32_t i = 0; i <= n; i++) {
            for (uint32_t j = i; j <= n; j++) at[j] = j - i; /* extra before the first */
            for (size_t k = 0; k < flow->n; k++) {
                for (uint32_t j = i; j <= n; j++)
                    lower_to(&c.rest[i], at[j] + child[k].rest[j]);
                for (uint32_t j = n + 1; j-- > i;) {
                    uint32_t best = UINT32_MAX / 4;
                    for (uint32_t m = i; m <= j; m++)
                        lower_to(&best, at[m] + child[k].whole[m * w + j]);
                    at[j] = best;
                }
            }
            for (uint32_t j = i; j <= n; j++) lower_to(&c.whole[i * w + j], at[j]);
        }
        free(at);
    }
    for (size_t k = 0; k < flow->n; k++) intervals_free(child[k]);
    return c;
}

#endif
