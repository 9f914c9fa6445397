/* Whether two trees allow the same sequences of labels: their automata are walked side by side,
 * from pair to pair of states, until all pairs that go together are known. */
#ifndef TESTS_UNIT_COMPARE_SAME_LANGUAGE_H
#define TESTS_UNIT_COMPARE_SAME_LANGUAGE_H

#include "../unit.h"

#include <stdlib.h>

#include "compare/residual.h"

enum { MOST_LABELS = 64, MOST_PAIRS = 3000000 };

/* Whether the tree allows the sequence. */
static inline bool allows(struct residual *residual, const uint32_t *steps, size_t n) {
    uint32_t state = residual_start(residual);
    for (size_t i = 0; i < n; i++) {
        state = residual_step(residual, state, steps[i]);
        if (state == TROD_NO_ID || residual_empty(residual, state)) return false;
    }
    return residual_may_end(residual, state);
}

/* The tree as text, children whose order says nothing in the order of their texts. */
static inline int by_text(const void *a, const void *b) {
    return trod_str_compare(*(const trod_str *)a, *(const trod_str *)b);
}
static inline trod_str plain_form(const struct trod_tree *tree, struct trod_arena *arena) {
    trod_str parts[128];
    struct trod_buf text = {0};
    assert_true(tree->n <= TROD_COUNT(parts));
    for (size_t i = 0; i < tree->n; i++) parts[i] = plain_form(tree->children[i], arena);
    if (tree->op == TROD_TREE_CHOICE || tree->op == TROD_TREE_ANY_ORDER)
        qsort(parts, tree->n, sizeof *parts, by_text);
    trod_buf_format(&text, "%d%.*s(", (int)tree->op, TROD_ARG(tree->label));
    for (size_t i = 0; i < tree->n; i++) trod_buf_format(&text, "%.*s,", TROD_ARG(parts[i]));
    trod_buf_byte(&text, ')');
    const trod_str form = trod_arena_copy(arena, trod_buf_str(&text));
    trod_buf_free(&text);
    return form;
}

/* NULL if they are the same; else what parts them: "after 12 steps one allows \"a\"". On the
 * arena. */
static inline const char *different_language(const struct trod_tree *a,
                                             const struct trod_tree *b,
                                             struct trod_arena *arena) {
    if (trod_str_equal(plain_form(a, arena), plain_form(b, arena))) return NULL;
    struct trod_dict *const labels = trod_dict_make(0), *const pairs = trod_dict_make(0);
    struct residual *const x = residual_make(a, labels, MOST_PAIRS);
    struct residual *const y = residual_make(b, labels, MOST_PAIRS);
    assert_non_null(x);
    assert_non_null(y);
    const uint32_t n = trod_dict_count(labels);
    const char *different = NULL;
    assert_true(n <= MOST_LABELS);
    const uint32_t start[] = {residual_start(x), residual_start(y)};
    trod_dict_add(pairs, (trod_str){(const char *)start, sizeof start});
    for (uint32_t p = 0; p < trod_dict_count(pairs) && !different; p++) {
        uint32_t pair[2];
        bool in_x[MOST_LABELS], in_y[MOST_LABELS];
        memcpy(pair, trod_dict_at(pairs, p).at, sizeof pair);
        if (residual_may_end(x, pair[0]) != residual_may_end(y, pair[1]))
            different = "one may end where the other may not";
        residual_allowed(x, pair[0], in_x);
        residual_allowed(y, pair[1], in_y);
        for (uint32_t l = 0; l < n && !different; l++) {
            if (in_x[l] != in_y[l])
                different =
                    trod_arena_format(arena, "one allows \"%.*s\" where the other does not",
                                      TROD_ARG(trod_dict_at(labels, l)))
                        .at;
            if (different || !in_x[l]) continue;
            const uint32_t next[] = {residual_step(x, pair[0], l),
                                     residual_step(y, pair[1], l)};
            assert_true(next[0] != TROD_NO_ID && next[1] != TROD_NO_ID);
            assert_true(trod_dict_add(pairs, (trod_str){(const char *)next, sizeof next}) <
                        MOST_PAIRS);
        }
    }
    residual_free(x);
    residual_free(y);
    trod_dict_free(labels);
    trod_dict_free(pairs);
    return different;
}

#endif
