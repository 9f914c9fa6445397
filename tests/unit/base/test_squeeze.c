/* Blocks squeezed come back byte for byte, and damaged frames are refused. */
#include "../unit.h"

#include <stdlib.h>

#include "trod/base.h"

static void fill(struct trod_rng *rng, unsigned char *at, size_t n, uint64_t n_values) {
    for (size_t i = 0; i < n; i++) at[i] = (unsigned char)trod_rng_below(rng, n_values);
}

static void test_back(void **state) {
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 100, 4096, 70000, 300001};
    struct trod_rng rng = {.seed = 3};
    struct trod_squeezer *const squeezer = trod_squeezer_make(1);
    assert_non_null(squeezer);
    void *const memory = malloc(trod_unsqueezer_bytes());
    struct trod_unsqueezer *const made = trod_unsqueezer_make(memory, trod_unsqueezer_bytes());
    assert_non_null(made);
    assert_null(trod_unsqueezer_make(memory, 100));
    for (size_t i = 0; i < TROD_COUNT(lengths); i++) {
        struct trod_unsqueezer *const unsqueezer = i % 3 ? made : NULL;
        const size_t n = lengths[i], room = trod_squeeze_room(n);
        unsigned char *const in = malloc(n + 1), *const to = malloc(room),
                             *const out = malloc(n + 2);
        fill(&rng, in, n, i % 2 ? 256 : 4);
        const size_t n_to = trod_squeeze(squeezer, in, n, to, room);
        assert_true(n_to > 0 && n_to <= room);
        assert_true(trod_unsqueezed_bytes(to, n_to) == n);
        assert_true(trod_unsqueezed_bytes("nonsense", 8) == UINT64_MAX);
        out[n] = 77;
        assert_true(trod_unsqueeze(unsqueezer, to, n_to, out, n));
        assert_memory_equal(in, out, n);
        assert_int_equal(out[n], 77);
        assert_false(trod_unsqueeze(unsqueezer, to, n_to, out, n + 1));
        if (n > 0) assert_false(trod_unsqueeze(unsqueezer, to, n_to, out, n - 1));
        assert_false(trod_unsqueeze(unsqueezer, to, n_to - 1, out, n));
        assert_false(trod_unsqueeze(unsqueezer, "nonsense", 8, out, n));
        if (n > 100) assert_int_equal(trod_squeeze(squeezer, in, n, to, 10), 0);
        free(in);
        free(to);
        free(out);
    }
    free(memory);
    trod_squeezer_free(squeezer);
    trod_squeezer_free(NULL);
}

static void test_damage(void **state) {
    (void)state;
    unsigned char in[5000], to[6000], bent[6000], out[5001];
    struct trod_rng rng = {.seed = 4};
    struct trod_squeezer *const squeezer = trod_squeezer_make(1);
    fill(&rng, in, sizeof in, 30);
    const size_t n = trod_squeeze(squeezer, in, sizeof in, to, sizeof to);
    assert_true(n > 0);
    void *const memory = malloc(trod_unsqueezer_bytes());
    struct trod_unsqueezer *const unsqueezer =
        trod_unsqueezer_make(memory, trod_unsqueezer_bytes());
    for (unsigned round = 0; round < 500; round++) {
        memcpy(bent, to, n);
        bent[trod_rng_below(&rng, n)] ^= (unsigned char)(1 + trod_rng_below(&rng, 255));
        out[5000] = 77;
        (void)trod_unsqueeze(unsqueezer, bent, n, out, sizeof in);
        assert_int_equal(out[5000], 77);
    }
    assert_true(trod_unsqueeze(unsqueezer, to, n, out, sizeof in)); /* damage leaves no trace */
    free(memory);
    trod_squeezer_free(squeezer);
}

static void test_no_memory(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= 2; n++) {
        trod_memory_fail_at(n);
        assert_null(trod_squeezer_make(1));
    }
    trod_memory_fail_at(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
