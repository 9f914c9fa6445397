#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "trod/base.h"

static void ids_are_dense_in_order_of_arrival(void **state) {
    (void)state;
    struct trod_dict *dict = trod_dict_make(0);
    assert_int_equal(trod_dict_add(dict, TROD_STR("b")), 0);
    assert_int_equal(trod_dict_add(dict, TROD_STR("a")), 1);
    assert_int_equal(trod_dict_add(dict, TROD_STR("b")), 0);
    assert_int_equal(trod_dict_add(dict, TROD_STR("")), 2);
    assert_int_equal(trod_dict_add(dict, (trod_str){NULL, 0}), 2);
    assert_int_equal(trod_dict_add(dict, (trod_str){"a\0b", 3}), 3);
    assert_int_equal(trod_dict_find(dict, TROD_STR("a")), 1);
    assert_int_equal(trod_dict_find(dict, TROD_STR("c")), TROD_NO_ID);
    assert_int_equal(trod_dict_count(dict), 4);
    assert_str(trod_dict_at(dict, 0), "b");
    assert_int_equal(trod_dict_at(dict, 3).n, 3);
    trod_dict_free(dict);
    trod_dict_free(NULL);
}

static void a_ceiling_stops_new_texts_only(void **state) {
    (void)state;
    struct trod_dict *dict = trod_dict_make(2);
    assert_int_equal(trod_dict_add(dict, TROD_STR("x")), 0);
    assert_int_equal(trod_dict_add(dict, TROD_STR("y")), 1);
    assert_int_equal(trod_dict_add(dict, TROD_STR("z")), TROD_NO_ID);
    assert_int_equal(trod_dict_add(dict, TROD_STR("y")), 1);
    trod_dict_free(dict);
}

static void many_texts_and_lasting_pointers(void **state) {
    (void)state;
    struct trod_dict *dict = trod_dict_make(0);
    enum { N = 200000 };
    const char **at = malloc(N * sizeof *at);
    char text[5000];
    for (uint32_t i = 0; i < N; i++) {
        const int n = snprintf(text, sizeof text, "customer-%u", i * 7919u);
        if (i % 1000 == 0) memset(text + n, 'x', 4000);
        const trod_str key = {text, (size_t)n + (i % 1000 == 0 ? 4000 : 0)};
        assert_int_equal(trod_dict_add(dict, key), i);
        at[i] = trod_dict_at(dict, i).at;
    }
    for (uint32_t i = 0; i < N; i++) {
        const trod_str kept = trod_dict_at(dict, i);
        assert_ptr_equal(kept.at, at[i]);
        assert_int_equal(kept.at[kept.n], 0);
        assert_int_equal(trod_dict_find(dict, kept), i);
    }
    assert_true(trod_dict_bytes(dict) > N * 16 && trod_dict_bytes(dict) < N * 100);
    free(at);
    trod_dict_free(dict);
}

static void bits_are_a_set(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    struct trod_bits bits = trod_bits_make(arena, 130);
    for (size_t i = 0; i < 130; i += 3) trod_bits_add(&bits, i);
    assert_int_equal(trod_bits_count(&bits), 44);
    for (size_t i = 0; i < 130; i++) assert_int_equal(trod_bits_has(&bits, i), i % 3 == 0);
    trod_bits_drop(&bits, 129);
    assert_false(trod_bits_has(&bits, 129));
    assert_int_equal(trod_bits_count(&bits), 43);
    struct trod_bits empty = trod_bits_make(arena, 0);
    assert_non_null(empty.words);
    assert_int_equal(trod_bits_count(&empty), 0);
    trod_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_dense_in_order_of_arrival),
        cmocka_unit_test(a_ceiling_stops_new_texts_only),
        cmocka_unit_test(many_texts_and_lasting_pointers),
        cmocka_unit_test(bits_are_a_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
