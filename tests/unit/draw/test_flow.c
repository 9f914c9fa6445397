/* The flow as columns and blocks. */
#include "maps.h"

static void flow_of(const char *text, struct trod_map **map, struct trod_arena **arena,
                    struct draw_flow *flow) {
    *map = read_map(text);
    *arena = trod_arena_make(0);
    assert_int_equal(draw_flow_make(*map, *arena, flow, NULL), TROD_OK);
}

static const struct draw_block *block_at(const struct draw_flow *flow, enum draw_block_kind kind,
                                         size_t nth) {
    for (size_t i = 0; i < flow->n_blocks; i++)
        if (flow->blocks[i].kind == kind && nth-- == 0) return &flow->blocks[i];
    fail_msg("no such block");
    return NULL;
}

static void test_columns(void **state) {
    (void)state;
    struct trod_map *map;
    struct trod_arena *arena;
    struct draw_flow flow;
    flow_of(map_nested, &map, &arena, &flow);
    /* 13 touchpoints less the two of `any time`, and one empty way. */
    assert_int_equal(flow.n_columns, map->n_touchpoints - 2 + 1);
    assert_int_equal(flow.n_slots, 3);
    size_t n = 0;
    for (size_t i = 0; i < flow.n_slots; i++) {
        assert_int_equal(flow.slots[i].first, n);
        n += flow.slots[i].n;
    }
    assert_int_equal(n, flow.n_columns);
    uint32_t last = 0;
    size_t n_empty = 0;
    for (size_t i = 0; i < flow.n_columns; i++) {
        uint32_t id = flow.columns[i].touchpoint_id;
        if (id == TROD_NO_ID) n_empty++;
        else assert_true(i == 0 || id > last); /* in the order of the file */
        if (id != TROD_NO_ID) last = id;
    }
    assert_int_equal(n_empty, 1);
    trod_map_free(map);
    trod_arena_free(arena);
}

static void test_blocks(void **state) {
    (void)state;
    struct trod_map *map;
    struct trod_arena *arena;
    struct draw_flow flow;
    flow_of(map_nested, &map, &arena, &flow);
    const struct draw_block *any = block_at(&flow, DRAW_BLOCK_ANY_ORDER, 0);
    assert_int_equal(any->first, 0);
    assert_int_equal(any->last, flow.slots[0].n - 1);
    assert_int_equal(any->height, 3); /* over the ways, which stand over repeats and optionals */
    for (size_t way = 0; way < 3; way++)
        assert_int_equal(block_at(&flow, DRAW_BLOCK_WAY, way)->height, 2);
    assert_int_equal(block_at(&flow, DRAW_BLOCK_BETWEEN, 0)->height, 1);
    const struct draw_block *repeat = block_at(&flow, DRAW_BLOCK_REPEAT, 1);
    assert_int_equal(repeat->height, 3);
    assert_int_equal(flow.most_height, 3);
    assert_int_equal(flow.most_over, 1);
    /* Blocks of one height never share a column; a block inside another is lower. */
    for (size_t i = 0; i < flow.n_blocks; i++) {
        for (size_t k = i + 1; k < flow.n_blocks; k++) {
            const struct draw_block *a = &flow.blocks[i], *b = &flow.blocks[k];
            if (a->over_stages != b->over_stages) continue;
            bool apart = a->last < b->first || b->last < a->first;
            assert_true(apart || a->height != b->height);
        }
    }
    trod_map_free(map);
    trod_arena_free(arena);
}

static void test_empty(void **state) {
    (void)state;
    struct trod_map *map;
    struct trod_arena *arena;
    struct draw_flow flow;
    flow_of("journey j: J\nstage a: A\nstage b: B\n  touchpoint t: T\n", &map, &arena, &flow);
    assert_int_equal(flow.n_slots, 2);
    assert_int_equal(flow.n_columns, 2);
    assert_int_equal(flow.columns[0].touchpoint_id, TROD_NO_ID);
    trod_map_free(map);
    trod_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
