#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "trod/base.h"

static void arena_gives_zeroed_aligned_bytes(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    struct trod_rng rng = {.seed = 3};
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3000; i++) {
            const size_t n = trod_rng_below(&rng, i % 100 ? 300 : 100000);
            unsigned char *at = trod_arena_alloc(arena, n, 1);
            assert_non_null(at);
            assert_int_equal((uintptr_t)at % (n >= 4096 ? 64 : 16), 0);
            for (size_t j = 0; j < n; j++) assert_int_equal(at[j], 0);
            memset(at, 0xa5, n);
        }
        assert_true(trod_arena_used_bytes(arena) > 300000);
        trod_arena_reset(arena);
        assert_int_equal(trod_arena_used_bytes(arena), 0);
    }
    trod_arena_free(arena);
    trod_arena_free(NULL);
    trod_arena_reset(NULL);
}

static void arena_allocations_do_not_overlap(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    struct trod_rng rng = {.seed = 4};
    enum { N = 2000 };
    static unsigned char *at[N];
    static size_t size[N];
    for (int i = 0; i < N; i++) {
        size[i] = trod_rng_below(&rng, 3000);
        at[i] = trod_arena_alloc(arena, size[i], 1);
        memset(at[i], i & 255, size[i]);
    }
    for (int i = 0; i < N; i++)
        for (size_t j = 0; j < size[i]; j++) assert_int_equal(at[i][j], i & 255);
    trod_arena_free(arena);
}

static void arena_keeps_its_ceiling(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(1000);
    assert_null(trod_arena_alloc(arena, 1001, 1));
    assert_non_null(trod_arena_alloc(arena, 0, 1));
    assert_non_null(trod_arena_alloc(arena, 992, 1));
    assert_null(trod_arena_alloc(arena, 9, 1));
    assert_non_null(trod_arena_alloc(arena, 8, 1));
    assert_null(trod_arena_alloc(arena, 1, 1));
    assert_null(trod_arena_alloc(arena, SIZE_MAX, 2));
    assert_null(trod_arena_alloc(arena, SIZE_MAX / 2, 2));
    assert_null(trod_arena_copy(arena, TROD_STR("x")).at);
    trod_arena_free(arena);
    arena = trod_arena_make(SIZE_MAX);
    assert_null(trod_arena_alloc(arena, SIZE_MAX - 10, 1));
    trod_arena_free(arena);
}

static void arena_copies_and_formats(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    trod_str copy = trod_arena_copy(arena, (trod_str){"abcd", 3});
    assert_str(copy, "abc");
    assert_int_equal(copy.at[3], 0);
    copy = trod_arena_copy(arena, (trod_str){NULL, 0});
    assert_non_null(copy.at);
    assert_str(trod_arena_format(arena, "%d-%s", 5, "x"), "5-x");
    char longer[2000];
    memset(longer, 'q', 1999);
    longer[1999] = '\0';
    assert_int_equal(trod_arena_format(arena, "%s!", longer).n, 2000);
    trod_arena_free(arena);
}

struct numbers {
    int *items;
    size_t n, room;
};

static void push_grows(void **state) {
    (void)state;
    struct trod_arena *arena = trod_arena_make(0);
    struct numbers list = {0};
    for (int i = 0; i < 10000; i++)
        assert_true(TROD_PUSH(arena, list.items, list.n, list.room, i));
    for (int i = 0; i < 10000; i++) assert_int_equal(list.items[i], i);
    trod_arena_free(arena);
    arena = trod_arena_make(1000);
    list = (struct numbers){0};
    size_t pushed = 0;
    while (pushed < 1000 && TROD_PUSH(arena, list.items, list.n, list.room, 1)) pushed++;
    assert_true(pushed < 250);
    assert_int_equal(list.n, pushed);
    trod_arena_free(arena);
}

static void buffer_appends(void **state) {
    (void)state;
    struct trod_buf buf = {0};
    assert_str(trod_buf_str(&buf), "");
    trod_buf_add(&buf, (trod_str){NULL, 0});
    trod_buf_adds(&buf, "ab");
    trod_buf_byte(&buf, 'c');
    trod_buf_repeat(&buf, 'd', 3);
    trod_buf_format(&buf, "%05d", 42);
    assert_str(trod_buf_str(&buf), "abcddd00042");
    for (int i = 0; i < 1000; i++) {
        trod_buf_format(&buf, "%d,", i);
        assert_int_equal(buf.at[buf.n], 0);
    }
    assert_true(trod_str_ends(trod_buf_str(&buf), TROD_STR("998,999,")));
    trod_buf_clear(&buf);
    assert_str(trod_buf_str(&buf), "");
    trod_buf_free(&buf);
    assert_null(buf.at);
    trod_buf_free(&buf);
    trod_buf_free(NULL);
}

static void buffer_keeps_its_ceiling(void **state) {
    (void)state;
    for (size_t ceiling = 1; ceiling < 200; ceiling += 13) {
        struct trod_buf buf = {.ceiling = ceiling};
        for (size_t i = 0; i < ceiling; i++) trod_buf_format(&buf, "%c", 'a');
        assert_false(buf.failed);
        assert_int_equal(buf.n, ceiling);
        assert_true(buf.room <= ceiling + 1);
        trod_buf_byte(&buf, 'b');
        assert_true(buf.failed);
        assert_int_equal(buf.n, ceiling);
        trod_buf_clear(&buf);
        assert_false(trod_buf_room(&buf, SIZE_MAX));
        trod_buf_add(&buf, TROD_STR("x"));
        assert_int_equal(buf.n, 0);
        trod_buf_clear(&buf);
        trod_buf_repeat(&buf, 'x', ceiling + 1);
        trod_buf_format(&buf, "%s", "x");
        assert_true(buf.failed);
        assert_int_equal(buf.n, 0);
        trod_buf_free(&buf);
        assert_int_equal(buf.ceiling, ceiling);
    }
}

/* A small scenario over every kind of memory; false if an allocation failed. */
static bool scenario(void) {
    bool good = false;
    struct trod_buf buf = {0};
    struct trod_dict *dict = NULL;
    struct trod_arena *arena = trod_arena_make(0);
    if (!arena) goto done;
    for (int i = 1; i < 4; i++)
        if (!trod_arena_alloc(arena, 3000, (size_t)i)) goto done;
    if (!trod_arena_format(arena, "%d", 3).at) goto done;
    if (!trod_bits_make(arena, 100).words) goto done;
    dict = trod_dict_make(0);
    if (!dict) goto done;
    for (int i = 0; i < 200; i++) {
        char text[20];
        snprintf(text, sizeof text, "text %d", i);
        const uint32_t id = trod_dict_add(dict, trod_str_of(text));
        if (id == TROD_NO_ID) {
            /* What was there before is whole. */
            assert_int_equal(trod_dict_count(dict), i);
            assert_int_equal(trod_dict_find(dict, trod_str_of(text)), TROD_NO_ID);
            for (uint32_t k = 0; k < (uint32_t)i; k++)
                assert_int_equal(trod_dict_find(dict, trod_dict_at(dict, k)), k);
            assert_int_equal(trod_dict_add(dict, trod_str_of(text)), i); /* and can go on */
            goto done;
        }
        assert_int_equal(id, i);
    }
    for (int i = 0; i < 100; i++) trod_buf_adds(&buf, "0123456789");
    if (buf.failed) goto done;
    good = true;
done:
    trod_buf_free(&buf);
    trod_dict_free(dict);
    trod_arena_free(arena);
    return good;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    uint64_t n = 1;
    for (;; n++) {
        trod_memory_fail_at(n);
        const bool good = scenario();
        trod_memory_fail_at(0);
        if (good) break;
        assert_true(n < 1000);
    }
    assert_true(n > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_bytes),
        cmocka_unit_test(arena_allocations_do_not_overlap),
        cmocka_unit_test(arena_keeps_its_ceiling),
        cmocka_unit_test(arena_copies_and_formats),
        cmocka_unit_test(push_grows),
        cmocka_unit_test(buffer_appends),
        cmocka_unit_test(buffer_keeps_its_ceiling),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
