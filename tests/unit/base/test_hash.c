#include "../unit.h"

#include <math.h>
#include <stdlib.h>

#include "trod/base.h"

static void hash_depends_on_bytes_and_seed(void **state) {
    (void)state;
    assert_true(trod_hash64("", 0, 0) == UINT64_C(0x2d06800538d394c2)); /* XXH3's own vector */
    assert_true(trod_hash64("abc", 3, 0) != trod_hash64("abd", 3, 0));
    assert_true(trod_hash64("abc", 3, 0) != trod_hash64("abc", 3, 1));
}

/* Known answers that the authors of Philox publish with it (first word of each). */
static void draws_are_philox(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 0, .stream = 0, .drawn = 0};
    assert_true(trod_rng_u64(&rng) == UINT64_C(0xca00a0459843d731));
    assert_int_equal(rng.drawn, 1);
    rng = (struct trod_rng){UINT64_MAX, UINT64_MAX, UINT64_MAX};
    assert_true(trod_rng_u64(&rng) == UINT64_C(0x65b021d60cd8310f));
    rng = (struct trod_rng){.seed = UINT64_C(0xa4093822299f31d0),
                            .stream = UINT64_C(0x13198a2e03707344),
                            .drawn = UINT64_C(0x243f6a8885a308d3)};
    assert_true(trod_rng_u64(&rng) == UINT64_C(0x0a5e742c2997341c));
}

static void draws_have_their_moments(void **state) {
    (void)state;
    enum { N = 200000 };
    struct trod_rng rng = {.seed = 5, .stream = 9};
    double unit = 0, normal = 0, square = 0, exponential = 0;
    for (int i = 0; i < N; i++) {
        const double u = trod_rng_unit(&rng), z = trod_rng_normal(&rng);
        assert_true(u >= 0 && u < 1);
        unit += u;
        normal += z;
        square += z * z;
        exponential += trod_rng_exponential(&rng);
    }
    assert_true(fabs(unit / N - 0.5) < 5 * sqrt(1.0 / 12 / N));
    assert_true(fabs(normal / N) < 5 / sqrt(N));
    assert_true(fabs(square / N - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(exponential / N - 1) < 5 / sqrt(N));
}

static void below_is_even(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 6};
    int counts[7] = {0};
    for (int i = 0; i < 70000; i++) counts[trod_rng_below(&rng, 7)]++;
    for (int i = 0; i < 7; i++) assert_true(abs(counts[i] - 10000) < 500);
    const uint64_t n = UINT64_C(3) << 62; /* where a plain remainder would be a third off */
    int low = 0;
    for (int i = 0; i < 30000; i++) low += trod_rng_below(&rng, n) < n / 3;
    assert_true(abs(low - 10000) < 450);
    assert_int_equal(trod_rng_below(&rng, 1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_depends_on_bytes_and_seed),
        cmocka_unit_test(draws_are_philox),
        cmocka_unit_test(draws_have_their_moments),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
