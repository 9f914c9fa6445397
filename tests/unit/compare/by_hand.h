/* A lay made by hand: a map's text, and paths as words. A step is a touchpoint's id, several
 * joined by "/" (an event that may be any of them), or "?name" for one that nobody claims. */
#ifndef TESTS_BY_HAND_H
#define TESTS_BY_HAND_H

#include <stdlib.h>

#include "trod/compare.h"

enum { HAND_SETS = 200, HAND_GROUPS = 4 };

struct by_hand {
    struct trod_arena *arena;
    struct trod_map *map;
    struct trod_claimed claims;
    struct trod_lay lay;
    struct trod_claim_set sets[HAND_SETS];
    struct trod_laid_path *paths;
    size_t room_paths;
    bool *recorded;
    struct trod_bits groups[HAND_GROUPS];
    uint32_t group; /* of the paths to come */
};

static inline void hand_make(struct by_hand *hand, const char *text) {
    struct trod_error error = {0};
    struct trod_report report = {0};
    *hand = (struct by_hand){.arena = trod_arena_make(0)};
    const trod_status status = trod_map_read_text(trod_str_of(text), "by-hand.journey",
                                                  &(struct trod_map_options){.no_files = true},
                                                  &hand->map, &report, &error);
    if (status != TROD_OK)
        fail_msg("%s: %s", error.message, report.n ? report.items[0].message : "");
    trod_report_release(&report);
    hand->recorded = TROD_NEW_ARRAY(hand->arena, hand->map->n_touchpoints, bool);
    for (size_t t = 0; t < hand->map->n_touchpoints; t++) hand->recorded[t] = true;
    hand->claims = (struct trod_claimed){.map = hand->map, .sets = hand->sets, .n_sets = 1};
    hand->lay = (struct trod_lay){.claims = &hand->claims,
                                  .now_us = TROD_NO_TIME,
                                  .groups = hand->groups,
                                  .n_groups = 1,
                                  .recorded = hand->recorded};
    hand->groups[0] = trod_bits_make(hand->arena, hand->map->n_touchpoints);
    for (size_t t = 0; t < hand->map->n_touchpoints; t++) trod_bits_add(&hand->groups[0], t);
}

static inline void hand_free(struct by_hand *hand) {
    trod_map_free(hand->map);
    trod_arena_free(hand->arena);
}

static inline uint32_t hand_set(struct by_hand *hand, trod_str word) {
    uint32_t list[16];
    size_t n = 0, from = 0;
    bool any_time = false;
    for (size_t i = 0; i <= word.n; i++) {
        if (i < word.n && word.at[i] != '/') continue;
        const uint32_t t = trod_map_touchpoint(hand->map, trod_str_slice(word, from, i));
        if (t == TROD_NO_ID) fail_msg("no touchpoint %.*s", TROD_ARG(word));
        list[n++] = t;
        any_time |= hand->map->touchpoints[t].any_time;
        from = i + 1;
    }
    for (size_t s = 1; s < hand->claims.n_sets; s++)
        if (hand->sets[s].n == n &&
            memcmp(hand->sets[s].touchpoints, list, n * sizeof *list) == 0)
            return (uint32_t)s;
    assert_true(hand->claims.n_sets < HAND_SETS);
    uint32_t *const kept = TROD_NEW_ARRAY(hand->arena, n, uint32_t);
    memcpy(kept, list, n * sizeof *list);
    hand->sets[hand->claims.n_sets] = (struct trod_claim_set){kept, n, any_time};
    return (uint32_t)hand->claims.n_sets++;
}

static inline void hand_add(struct by_hand *hand, const uint32_t *steps, uint32_t n) {
    struct trod_laid_path path = {
        .steps = steps, .n = n, .groups = hand->group, .n_journeys = 1};
    assert_true(TROD_PUSH(hand->arena, hand->paths, hand->lay.n_paths, hand->room_paths, path));
    hand->lay.paths = hand->paths;
}

/* Adds a path, and returns it. */
static inline struct trod_laid_path *hand_path(struct by_hand *hand, const char *words) {
    uint32_t *const steps = TROD_NEW_ARRAY(hand->arena, strlen(words) + 1, uint32_t);
    uint32_t n = 0;
    for (const char *at = words; *at;) {
        const size_t length = strcspn(at, " ");
        if (*at == '?')
            steps[n++] = TROD_STEP_UNMAPPED | (uint32_t)(unsigned char)at[1];
        else if (length)
            steps[n++] = hand_set(hand, (trod_str){at, length});
        at += length + (at[length] != 0);
    }
    hand_add(hand, steps, n);
    return &hand->paths[hand->lay.n_paths - 1];
}

/* "a +b -c": matched, extra (# too often, ! not for them, ~ accepted), skipped. */
static inline const char *hand_moves(const struct by_hand *hand,
                                     const struct trod_aligned *aligned, struct trod_buf *out) {
    trod_buf_clear(out);
    for (uint32_t i = 0; i < aligned->n_moves; i++) {
        const struct trod_move *const move = &aligned->moves[i];
        if (i) trod_buf_adds(out, " ");
        trod_buf_adds(out, ((const char *[]){"", "+", "-"})[move->kind]);
        if (move->touchpoint_id == TROD_NO_ID)
            trod_buf_adds(out, "?");
        else
            trod_buf_add(out, hand->map->touchpoints[move->touchpoint_id].id);
        if (move->too_often) trod_buf_adds(out, "#");
        if (move->not_for) trod_buf_adds(out, "!");
        if (move->accepted) trod_buf_adds(out, "~");
    }
    return trod_buf_str(out).at;
}

#endif
