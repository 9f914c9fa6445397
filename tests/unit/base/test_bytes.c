#include "../unit.h"

#include <stdlib.h>

#include "base/bytes_ways.h"
#include "trod/base.h"

enum { MOST = 300, ROOM = 64 };

static void every_way_is_the_same(void **state) {
    (void)state;
    const struct bytes_way *ways[4];
    const size_t n_ways = bytes_ways(ways);
    struct trod_rng rng = {.seed = 4};
    for (unsigned round = 0; round < 400; round++) {
        uint8_t table[256], from[MOST + ROOM], to[MOST + ROOM];
        uint64_t words[MOST / 64 + 1], equal[MOST / 64 + 1];
        static const unsigned used[] = {1, 16, 17, 40, 64, 65, 128, 129, 256};
        const unsigned n_used = used[trod_rng_below(&rng, TROD_COUNT(used))];
        const size_t n = trod_rng_below(&rng, MOST + 1);
        for (size_t i = 0; i < 256; i++)
            table[i] = trod_rng_below(&rng, 3) ? (uint8_t)trod_rng_below(&rng, 4) : 0;
        for (size_t i = 0; i < sizeof from; i++)
            from[i] = (uint8_t)trod_rng_below(&rng, i < n ? n_used : 256);
        for (size_t w = 0; w < n_ways; w++) {
            ways[w]->map(table, n_used, from, n, to);
            for (size_t i = 0; i < n; i++)
                if (to[i] != table[from[i]]) fail_msg("%s: byte %zu", ways[w]->name, i);
            ways[w]->bits(to, n, true, 0, words);
            ways[w]->bits(to, n, false, 2, equal);
            for (size_t i = 0; i < (n + 63) / 64 * 64; i++) {
                assert_int_equal(words[i / 64] >> i % 64 & 1, i < n && to[i]);
                assert_int_equal(equal[i / 64] >> i % 64 & 1, i < n && to[i] == 2);
            }
        }
    }
}

static void every_way_finds_the_same_between(void **state) {
    (void)state;
    const struct bytes_way *ways[4];
    const size_t n_ways = bytes_ways(ways);
    struct trod_rng rng = {.seed = 5};
    static const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -3,       0,
                                    2,         INT64_MAX - 1, INT64_MAX};
    for (unsigned round = 0; round < 400; round++) {
        uint64_t words[MOST / 64 + 1];
        const size_t n = trod_rng_below(&rng, MOST + 1);
        int64_t *const at = malloc((n ? n : 1) * sizeof *at); /* no room behind it */
        assert_non_null(at);
        for (size_t i = 0; i < n; i++)
            at[i] = trod_rng_below(&rng, 2) ? (int64_t)trod_rng_below(&rng, 9) - 4
                                            : edges[trod_rng_below(&rng, TROD_COUNT(edges))];
        const int64_t low = edges[trod_rng_below(&rng, TROD_COUNT(edges))];
        const int64_t high = edges[trod_rng_below(&rng, TROD_COUNT(edges))];
        for (size_t w = 0; w < n_ways; w++) {
            ways[w]->between(at, n, low, high, words);
            for (size_t i = 0; i < (n + 63) / 64 * 64; i++)
                if ((words[i / 64] >> i % 64 & 1) != (i < n && at[i] >= low && at[i] <= high))
                    fail_msg("%s: number %zu", ways[w]->name, i);
        }
        free(at);
    }
}

static void gives_what_is_said(void **state) {
    (void)state;
    uint8_t table[256] = {[7] = 1, [200] = 9}, from[3 + ROOM] = {7, 8, 200}, to[3 + ROOM];
    uint64_t any = 0, nine = 0;
    trod_bytes_map(table, 256, from, 3, to);
    trod_bytes_set(to, 3, &any);
    trod_bytes_equal(to, 3, 9, &nine);
    assert_int_equal(any, 5);
    assert_int_equal(nine, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_is_the_same),
        cmocka_unit_test(every_way_finds_the_same_between),
        cmocka_unit_test(gives_what_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
