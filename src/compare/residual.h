/* residual: what a process tree still allows after some steps.
 *
 * A *residual* is a term: a part of the tree that has not begun, or one that is under way. A
 * *state* is the set of residuals after a beginning, so that every beginning leads to one
 * state: the tree's automaton, made as far as it is asked for.
 */
#ifndef COMPARE_RESIDUAL_H
#define COMPARE_RESIDUAL_H

#include "trod/map.h"

struct residual;
/* `labels` numbers the labels: those of the tree are added. NULL without memory. The tree must
 * outlive it. */
struct residual *residual_make(const struct trod_tree *tree, struct trod_dict *labels,
                               uint32_t most_terms);
void residual_free(struct residual *residual);
/* The first state; TROD_NO_ID without memory or above the ceiling, as below. */
uint32_t residual_start(struct residual *residual);
/* The state after the step; its set is empty if the tree does not allow the step. */
uint32_t residual_step(struct residual *residual, uint32_t state, uint32_t label);
bool residual_empty(const struct residual *residual, uint32_t state);
/* Whether the journey may end here. */
bool residual_may_end(struct residual *residual, uint32_t state);
/* Marks the labels of the steps that are allowed here; allowed[n labels]. */
void residual_allowed(struct residual *residual, uint32_t state, bool *allowed);

#endif
