/* The least costs of the variants of public event logs on the process trees that were
 * discovered in them, against those of another program (shared/reference/pm4py, column
 * "deviations"). */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "by_hand.h"

static const char *const references[] = {
    "running-example.im",
    "running-example.imf0.2",
    "roadtraffic100traces.im",
    "repair.im",
    "repair.imf0.2",
    "roadtraffic100traces.imf0.2",
    "reviewing.im",
    "reviewing.imf0.2",
    "teleclaims.im",
    "teleclaims.imf0.2",
    "receipt.im",
    "receipt.imf0.2",
    "receipt.imf0.4",
    "sepsis-1t.im",
    "sepsis-1t.imf0.2",
    "bpic2012.im",
    "bpic2012.imf0.2",
    "a22n20.im",
    "a22n20.imf0.2",
    "roadtraffic-1t.im",
    "roadtraffic-1t.imf0.2",
};

/* Where the reference lies, or NULL. */
static const char *folder_of(char *at, size_t n) {
    const char *const shared = getenv("TROD_SHARED");
    const char *const root = getenv("TROD_SOURCE_ROOT");
    const char *const places[] = {shared, root ? root : ".", "."};
    for (int i = shared ? 0 : 1; i < 3; i++) {
        snprintf(at, n, i == 0 ? "%s/reference/pm4py" : "%s/../shared/reference/pm4py",
                 places[i]);
        struct trod_buf file = {0};
        trod_buf_format(&file, "%s/running-example.im.tree.txt", at);
        const bool found = trod_file_exists(file.at);
        trod_buf_free(&file);
        if (found) return at;
    }
    snprintf(at, n, "%s/../../shared/reference/pm4py", root ? root : ".");
    return trod_file_exists(at) ? at : NULL;
}

static struct trod_buf read_file(const char *folder, const char *name, const char *ending) {
    struct trod_buf file = {0}, bytes = {0};
    struct trod_error error = {0};
    trod_buf_format(&file, "%s/%s.%s", folder, name, ending);
    if (trod_file_read(file.at, 64 << 20, &bytes, &error) != TROD_OK)
        fail_msg("%s", error.message);
    trod_buf_free(&file);
    return bytes;
}

/* The map of the tree that stands there, or of the Petri net. */
static void map_of(const char *folder, const char *name, bool net, struct trod_buf *text) {
    struct trod_error error = {0};
    const struct trod_tree *tree = NULL;
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_buf file = read_file(folder, name, net ? "pnml" : "tree.txt");
    const trod_status status =
        net ? trod_tree_read_pnml(trod_buf_str(&file), name, arena, &tree, &error)
            : trod_tree_read(trod_buf_str(&file), name, arena, &tree, &error);
    if (status != TROD_OK) fail_msg("%s: %s", name, error.message);
    assert_int_equal(trod_tree_to_map(tree, name, text, &error), TROD_OK);
    trod_buf_free(&file);
    trod_arena_free(arena);
}

static void costs_of(const char *folder, const char *name, bool net) {
    struct by_hand hand;
    struct trod_buf text = {0};
    struct trod_buf answer = read_file(folder, name, "align.json");
    struct trod_error error = {0};
    map_of(folder, name, net, &text);
    hand_make(&hand, trod_buf_str(&text).at);
    struct trod_json *root = NULL;
    assert_int_equal(trod_json_read(trod_buf_str(&answer), hand.arena, &root, &error), TROD_OK);
    const struct trod_json *const activities = trod_json_get(root, "activities");
    uint32_t *const sets = TROD_NEW_ARRAY(hand.arena, activities->n, uint32_t);
    uint32_t i = 0;
    for (const struct trod_json *a = activities->first; a; a = a->next, i++) {
        sets[i] = TROD_STEP_UNMAPPED | i;
        for (size_t t = 0; t < hand.map->n_touchpoints; t++)
            if (trod_str_equal(hand.map->touchpoints[t].title, a->text))
                sets[i] = hand_set(&hand, hand.map->touchpoints[t].id);
    }
    const struct trod_json *const variants = trod_json_get(root, "variants");
    for (const struct trod_json *row = variants->first; row; row = row->next) {
        const struct trod_json *const steps = row->first->next->next->next->next;
        uint32_t *const path = TROD_NEW_ARRAY(hand.arena, steps->n, uint32_t);
        uint32_t n = 0;
        for (const struct trod_json *step = steps->first; step; step = step->next)
            path[n++] = sets[step->integer];
        hand_add(&hand, path, n);
    }
    struct trod_alignment *alignment = NULL;
    const int64_t began_us = trod_clock_us();
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, &error), TROD_OK);
    const int64_t took_us = trod_clock_us() - began_us;
    size_t p = 0, compared = 0;
    for (const struct trod_json *row = variants->first; row; row = row->next, p++) {
        const struct trod_json *const deviations = row->first->next;
        if (deviations->kind == TROD_JSON_NULL) continue;
        if (alignment->paths[p].cost != deviations->integer)
            fail_msg("%s, variant %zu: reference %lld, here %u", name, p,
                     (long long)deviations->integer, alignment->paths[p].cost);
        compared++;
    }
    const int64_t shortest =
        trod_json_get(root, "best_worst_cost_empty_trace_raw")->integer / 10000;
    assert_int_equal(alignment->shortest_cost, shortest);
    assert_int_equal(alignment->n_limited, 0);
    print_message("%s: %zu variants, %s, %.1f ms\n", name, compared, alignment->method,
                  (double)took_us / 1000);
    assert_true(compared > 0);
    trod_align_free(alignment);
    trod_buf_free(&text);
    trod_buf_free(&answer);
    hand_free(&hand);
}

static void costs_equal_the_reference(void **state) {
    (void)state;
    char at[4096];
    const char *const folder = folder_of(at, sizeof at);
    if (!folder) {
        print_message("skipped: shared/reference/pm4py is not there (set TROD_SHARED)\n");
        skip();
    }
    for (size_t i = 0; i < TROD_COUNT(references); i++) costs_of(folder, references[i], false);
}

/* All 26 nets of the reference are made of blocks, those that other people designed, too. */
static void costs_on_nets_equal_the_reference(void **state) {
    (void)state;
    static const char *const designed[] = {
        "a22n20.designed", "receipt.designed", "roadtraffic-1t.designed",
        "roadtraffic100traces.designed", "running-example.designed"};
    char at[4096];
    const char *const folder = folder_of(at, sizeof at);
    if (!folder) {
        print_message("skipped: shared/reference/pm4py is not there (set TROD_SHARED)\n");
        skip();
    }
    for (size_t i = 0; i < TROD_COUNT(designed); i++) costs_of(folder, designed[i], true);
    for (size_t i = 0; i < TROD_COUNT(references); i++) costs_of(folder, references[i], true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_equal_the_reference),
        cmocka_unit_test(costs_on_nets_equal_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
