#include "../unit.h"

#include <stdlib.h>

#include "random_log.h"

/* Sequences over a small alphabet, so that many are equal, compared pair by pair. */
static void equals_comparing_all_pairs(void **state) {
    (void)state;
    enum { N = 300, LONGEST = 5 };
    static uint32_t steps[N * LONGEST], length[N], kind[N];
    static uint64_t at[N];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct trod_rng rng = {.seed = seed};
        for (size_t i = 0; i < N; i++) {
            at[i] = i * LONGEST;
            length[i] = (uint32_t)trod_rng_below(&rng, LONGEST + 1);
            kind[i] = (uint32_t)trod_rng_below(&rng, 2);
            for (size_t s = 0; s < LONGEST; s++)
                steps[at[i] + s] = (uint32_t)trod_rng_below(&rng, 2);
        }
        const struct trod_sequences sequences = {steps, at, length, seed % 2 ? kind : NULL, N};
        struct trod_arena *const arena = trod_arena_make(0);
        struct trod_tally tally = {0};
        assert_ok(trod_tally_make(&sequences, NULL, arena, &tally, NULL));
        uint64_t n = 0;
        for (size_t c = 0; c < tally.n_classes; c++) n += tally.count[c];
        assert_int_equal(n, N);
        for (size_t i = 0; i < N; i++) {
            assert_true(tally.example[tally.class_of[i]] <= i);
            for (size_t j = 0; j < i; j++) {
                const bool same =
                    length[i] == length[j] && (!sequences.kind || kind[i] == kind[j]) &&
                    memcmp(steps + at[i], steps + at[j], length[i] * sizeof *steps) == 0;
                assert_int_equal(tally.class_of[i] == tally.class_of[j], same);
            }
        }
        trod_arena_free(arena);
    }
}

/* Enough sequences for several parts and blocks. */
static void does_not_depend_on_threads(void **state) {
    (void)state;
    enum { N = 100000, LENGTH = 4 };
    uint32_t *const steps = calloc((size_t)N * LENGTH, sizeof *steps);
    uint32_t *const length = calloc(N, sizeof *length);
    uint64_t *const at = calloc(N, sizeof *at);
    struct trod_rng rng = {.seed = 9};
    for (size_t i = 0; i < N; i++) {
        at[i] = i * LENGTH;
        length[i] = LENGTH;
        for (size_t s = 0; s < LENGTH; s++)
            steps[at[i] + s] = (uint32_t)trod_rng_below(&rng, 12);
    }
    const struct trod_sequences sequences = {steps, at, length, NULL, N};
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_tally one = {0}, many = {0};
    assert_ok(
        trod_tally_make(&sequences, &(struct trod_run){.n_threads = 1}, arena, &one, NULL));
    assert_ok(
        trod_tally_make(&sequences, &(struct trod_run){.n_threads = 5}, arena, &many, NULL));
    assert_int_equal(one.n_classes, many.n_classes);
    assert_memory_equal(one.class_of, many.class_of, N * sizeof *one.class_of);
    assert_memory_equal(one.count, many.count, one.n_classes * sizeof *one.count);
    assert_memory_equal(one.example, many.example, one.n_classes * sizeof *one.example);
    uint64_t *const seen = calloc(12 * 12 * 12 * 12, sizeof *seen);
    size_t n_distinct = 0;
    for (size_t i = 0; i < N; i++) {
        const uint32_t *const s = steps + at[i];
        n_distinct += seen[((s[0] * 12 + s[1]) * 12 + s[2]) * 12 + s[3]]++ == 0;
    }
    assert_int_equal(one.n_classes, n_distinct);
    for (size_t c = 0; c < one.n_classes; c++) {
        const uint32_t *const s = steps + at[one.example[c]];
        assert_int_equal(one.count[c], seen[((s[0] * 12 + s[1]) * 12 + s[2]) * 12 + s[3]]);
    }
    free(seen);
    trod_arena_free(arena);
    free(at);
    free(length);
    free(steps);
}

static void nothing_gives_nothing(void **state) {
    (void)state;
    struct trod_arena *const arena = trod_arena_make(0);
    struct trod_tally tally = {0};
    assert_ok(trod_tally_make(&(struct trod_sequences){0}, NULL, arena, &tally, NULL));
    assert_int_equal(tally.n_classes, 0);
    trod_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_comparing_all_pairs),
        cmocka_unit_test(does_not_depend_on_threads),
        cmocka_unit_test(nothing_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
