/* Paths of a lay against what a careful reader of the map would say of them. */
#include "../unit.h"

#include "by_hand.h"

struct wanted {
    const char *path;
    uint32_t cost, so_far, worst;
    bool finished;
    const char *moves;
};

static void check(struct by_hand *hand, const struct wanted *wanted, size_t n) {
    struct trod_error error = {0};
    struct trod_buf out = {0};
    for (size_t i = 0; i < n; i++) hand_path(hand, wanted[i].path);
    struct trod_alignment *alignment = NULL;
    assert_int_equal(trod_align_make(&hand->lay, NULL, NULL, &alignment, &error), TROD_OK);
    for (size_t i = 0; i < n; i++) {
        const struct trod_aligned *const got = &alignment->paths[i];
        const char *const moves = hand_moves(hand, got, &out);
        const char *const want = wanted[i].moves;
        if (got->cost != wanted[i].cost || got->cost_so_far != wanted[i].so_far ||
            got->worst != wanted[i].worst || got->finished != wanted[i].finished ||
            strcmp(moves ? moves : "", want) != 0)
            fail_msg("\"%s\": cost %u so far %u worst %u%s: %s\nwanted %u, %u, %u%s: %s",
                     wanted[i].path, got->cost, got->cost_so_far, got->worst,
                     got->finished ? " finished" : "", moves, wanted[i].cost, wanted[i].so_far,
                     wanted[i].worst, wanted[i].finished ? " finished" : "", want);
        assert_false(got->limited);
    }
    trod_align_free(alignment);
    trod_buf_free(&out);
}

static void a_plain_journey(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  touchpoint b: B\n"
                     "  optional\n"
                     "    touchpoint c: C\n"
                     "  touchpoint d: D\n");
    const struct wanted wanted[] = {
        {"a b d", 0, 0, 6, true, "a b d"},
        {"a b c d", 0, 0, 7, true, "a b c d"},
        {"a b b/c d", 0, 0, 7, true, "a b c d"},
        {"a b", 1, 0, 5, false, "a b"},
        {"", 3, 0, 3, false, ""},
        {"a d", 1, 1, 5, true, "a -b d"},
        {"b", 2, 1, 4, false, "-a b"},
        {"a ?x d", 2, 2, 6, true, "a +? -b d"},
        {"b a d", 2, 2, 6, true, "+b a -b d"},
        {"a a b d", 1, 1, 7, true, "a +a b d"},
        {"d", 2, 1, 4, false, "+d"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand_free(&hand);
}

static void rounds_over_the_limit(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "  accept repeated b because of the season\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "    repeats at most 2 times\n"
                     "  touchpoint b: B\n"
                     "    repeats at most 1 times\n"
                     "  touchpoint c: C\n");
    const struct wanted wanted[] = {
        {"a a b c", 0, 0, 7, true, "a a b c"},
        {"a a a a b c", 2, 2, 9, true, "a a +a# +a# b c"},
        {"a a b a c", 1, 1, 8, true, "a a b +a# c"},
        {"a b a c", 1, 1, 7, true, "a b +a c"},
        {"a b b b c", 0, 0, 8, true, "a b +b#~ +b#~ c"},
        {"a b c b", 1, 1, 7, true, "a b c +b#"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand_free(&hand);
}

/* A new round of what lies around begins the count anew. */
static void rounds_within_rounds(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "stage s: S\n"
                     "  repeat\n"
                     "    touchpoint a: A\n"
                     "    touchpoint c: C\n"
                     "    touchpoint b: B\n"
                     "      repeats at most 2 times\n");
    const struct wanted wanted[] = {
        {"a c b b b a c b b", 1, 1, 12, true, "a c b b +b# a c b b"},
        {"a c b b a b c b", 1, 1, 11, true, "a c b b a +b c b"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand_free(&hand);
}

static void what_is_accepted(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "  accept skipped b because of the form\n"
                     "  accept extra a\n"
                     "  accept skipped c until 2024-05-31\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  touchpoint b: B\n"
                     "  touchpoint c: C\n"
                     "  touchpoint d: D\n");
    /* What began before the end of 2024-05-31, and what began after it. */
    static const int64_t until_us[] = {INT64_C(1717200000) * 1000000};
    hand.lay.until_us = until_us;
    hand.lay.n_until = 1;
    hand.lay.n_groups = 2;
    hand.groups[1] = hand.groups[0];
    const struct wanted wanted[] = {
        {"a d", 0, 0, 4, true, "a -b~ -c~ d"},
        {"a a b d", 0, 0, 6, true, "a +a~ b -c~ d"},
        {"a b c d a", 0, 0, 7, true, "a b c d +a~"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand.group = 1;
    hand.lay.n_paths = 0;
    const struct wanted later[] = {
        {"a d", 1, 1, 5, true, "a -b~ -c d"},
    };
    check(&hand, later, TROD_COUNT(later));
    hand_free(&hand);
}

/* An extra step that may be several touchpoints is told as the one nearest to where the journey
 * is. */
static void extra_of_several(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  touchpoint x: X\n"
                     "  touchpoint b: B\n"
                     "  touchpoint y: Y\n"
                     "  touchpoint c: C\n");
    const struct wanted wanted[] = {
        {"a x/y x/y b x/y c x/y", 2, 2, 12, true, "a x +x b y c +y"},
        {"a x b x/y x/y c", 1, 1, 11, true, "a x b y +y c"},
        {"x/y a x/y b x/y c", 1, 1, 11, true, "+x a x b y c"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand_free(&hand);
}

static void silent_and_any_time(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  touchpoint b: B\n"
                     "    not recorded\n"
                     "  touchpoint c: C\n"
                     "  touchpoint d: D\n"
                     "any time\n"
                     "  touchpoint help: Help\n");
    hand.recorded[1] = false;
    hand.recorded[2] = false;
    const struct wanted wanted[] = {
        {"a d", 0, 0, 4, true, "a d"},
        {"a d/help d/help", 0, 0, 3, true, "a d +help"},
        {"d/help a", 1, 0, 3, false, "+help a"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand_free(&hand);
}

static void ends_here_and_lost(void **state) {
    (void)state;
    struct by_hand hand;
    hand_make(&hand, "journey j: J\n"
                     "  lost when x happens\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  choose\n"
                     "    way out: Out\n"
                     "      touchpoint b: B\n"
                     "        ends here\n"
                     "    way on: On\n"
                     "      touchpoint c: C\n"
                     "  touchpoint d: D\n"
                     "  optional\n"
                     "    touchpoint x: X\n"
                     "      ends here\n"
                     "  touchpoint e: E\n");
    const struct wanted wanted[] = {
        {"a b", 0, 0, 4, true, "a b"},
        {"a c d e", 0, 0, 6, true, "a c d e"},
        {"a b d", 1, 1, 5, true, "a b +d"},
        {"a c d x", 0, 0, 6, true, "a c d x"},
        {"a c d x e", 1, 1, 7, true, "a c d x +e"},
        {"", 2, 0, 2, false, ""},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    hand.lay.n_paths = 0;
    hand_path(&hand, "a c")->lost = true;
    struct trod_alignment *alignment = NULL;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_int_equal(alignment->paths[0].cost, 0);
    assert_int_equal(alignment->paths[0].worst, 2);
    assert_int_equal(alignment->paths[0].worst_so_far, 2);
    assert_false(alignment->paths[0].finished);
    assert_int_equal(alignment->shortest_cost, 2);
    assert_string_equal(alignment->method, "automaton");
    trod_align_free(alignment);
    hand_free(&hand);
}

static void only_for_some(void **state) {
    (void)state;
    struct by_hand hand;
    struct trod_buf out = {0};
    hand_make(&hand, "journey j: J\n"
                     "segment family: Families\n"
                     "  when profile kind = \"family\"\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  touchpoint b: B\n"
                     "    only for family\n"
                     "  touchpoint c: C\n");
    hand.groups[1] = trod_bits_make(hand.arena, 3);
    trod_bits_add(&hand.groups[1], 0);
    trod_bits_add(&hand.groups[1], 2);
    hand.lay.n_groups = 2;
    hand_path(&hand, "a c");
    hand_path(&hand, "a c")->groups = 1;
    hand_path(&hand, "a b c")->groups = 1;
    hand_path(&hand, "a b/c")->groups = 1;
    struct trod_alignment *alignment = NULL;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_int_equal(alignment->shortest_cost, 2);
    assert_int_equal(alignment->paths[0].cost, 1);
    assert_int_equal(alignment->paths[0].worst, 5);
    assert_string_equal(hand_moves(&hand, &alignment->paths[0], &out), "a -b c");
    assert_int_equal(alignment->paths[1].cost, 0);
    assert_int_equal(alignment->paths[1].worst, 4);
    assert_int_equal(alignment->paths[2].cost, 1);
    assert_string_equal(hand_moves(&hand, &alignment->paths[2], &out), "a +b! c");
    assert_int_equal(alignment->paths[3].cost, 0);
    assert_string_equal(hand_moves(&hand, &alignment->paths[3], &out), "a c");
    trod_align_free(alignment);
    trod_buf_free(&out);
    hand_free(&hand);
}

/* n touchpoints t0, t1, … in any order, between a and z. */
static const char *wide_map(struct trod_buf *text, int n, const char *in_each) {
    trod_buf_clear(text);
    trod_buf_adds(text, "journey j: J\nstage s: S\n  touchpoint a: A\n  any order\n");
    for (int i = 0; i < n; i++)
        trod_buf_format(text, "    touchpoint t%d: T%d\n%s", i, i, in_each);
    trod_buf_adds(text, "  touchpoint z: Z\n");
    return trod_buf_str(text).at;
}

/* "a t0/t1 t1/t2 …": each may be two of the n. */
static const char *join_all(struct trod_buf *text, int n) {
    trod_buf_clear(text);
    trod_buf_adds(text, "a");
    for (int i = 0; i + 1 < n; i++) trod_buf_format(text, " t%d/t%d", i, i + 1);
    return trod_buf_str(text).at;
}

static void any_order_too_wide_for_an_automaton(void **state) {
    (void)state;
    struct by_hand hand;
    struct trod_buf text = {0};
    hand_make(&hand, wide_map(&text, 30, ""));
    const struct wanted wanted[] = {
        {"a t3 t1 t2 t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19 t20 t21 t22 t23 "
         "t24 t25 t26 t27 t28 t29 t0 z",
         0, 0, 64, true,
         "a t3 t1 t2 t4 t5 t6 t7 t8 t9 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19 t20 t21 t22 t23 "
         "t24 t25 t26 t27 t28 t29 t0 z"},
        {"a t3 t1 t3 t2", 29, 1, 37, false, "a t3 t1 +t3 t2"},
        {"t5 a t5", 31, 1, 35, false, "+t5 a t5"},
        {"a t5 z", 29, 1, 35, false, "a t5 +z"},
    };
    check(&hand, wanted, TROD_COUNT(wanted));
    struct trod_alignment *alignment = NULL;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_string_equal(alignment->method, "intervals");
    assert_null(alignment->limit);
    trod_align_free(alignment);
    /* An event that may be two of the thirty: those two are followed together. */
    const size_t two = hand.lay.n_paths;
    hand_path(&hand, "a t2 t1/t2 z");
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_int_equal(alignment->n_limited, 0);
    assert_int_equal(alignment->paths[two].cost, 28);
    assert_int_equal(alignment->paths[two].moves[2].touchpoint_id,
                     trod_map_touchpoint(hand.map, TROD_STR("t1")));
    trod_align_free(alignment);
    /* Events that may be any two neighbours of the thirty: too much, and it is said. */
    hand_path(&hand, join_all(&text, 30));
    hand.paths[hand.lay.n_paths - 1].n_journeys = 7;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_int_equal(alignment->n_limited, 7 + 1);
    assert_non_null(strstr(alignment->limit, "several touchpoints"));
    const struct trod_aligned *const limited = &alignment->paths[hand.lay.n_paths - 1];
    assert_true(limited->limited);
    assert_int_equal(limited->cost, 30 + 32);
    assert_int_equal(limited->cost_so_far, 30);
    assert_int_equal(limited->n_moves, 0);
    assert_false(alignment->paths[0].limited);
    trod_align_free(alignment);
    hand_free(&hand);
    /* With ten it is only wide, and multiplied out where it must be. */
    hand_make(&hand, wide_map(&text, 10, ""));
    hand_path(&hand, join_all(&text, 10));
    hand_path(&hand, "a t1 t2 t0 t3 t4 t5 t6 t7 t8 t9 z");
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_int_equal(alignment->paths[0].cost, 2);
    assert_int_equal(alignment->paths[1].cost, 0);
    assert_int_equal(alignment->n_limited, 0);
    assert_string_equal(alignment->method, "automaton, intervals");
    trod_align_free(alignment);
    trod_buf_free(&text);
    hand_free(&hand);
}

static void very_long_paths(void **state) {
    (void)state;
    struct by_hand hand;
    struct trod_buf text = {0};
    enum { LONG = 100000, TOO_LONG = 1000001 };
    hand_make(&hand, "journey j: J\n"
                     "stage s: S\n"
                     "  touchpoint a: A\n"
                     "  repeat\n"
                     "    touchpoint b: B\n"
                     "    any order\n"
                     "      touchpoint c: C\n"
                     "      touchpoint d: D\n"
                     "        repeats at most 3 times\n"
                     "  touchpoint e: E\n");
    uint32_t *const steps = TROD_NEW_ARRAY(hand.arena, TOO_LONG, uint32_t);
    const uint32_t sets[] = {
        hand_set(&hand, TROD_STR("b")), hand_set(&hand, TROD_STR("d")),
        hand_set(&hand, TROD_STR("c")), hand_set(&hand, TROD_STR("d")),
        hand_set(&hand, TROD_STR("b")), hand_set(&hand, TROD_STR("e")),
    };
    for (uint32_t i = 0; i < TOO_LONG; i++) steps[i] = sets[i % 6];
    hand_add(&hand, steps, LONG);
    hand_add(&hand, steps, TOO_LONG);
    hand_path(&hand, "a b c d e");
    struct trod_alignment *alignment = NULL;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_false(alignment->paths[0].limited);
    uint32_t n_steps = 0, cost = 0;
    for (uint32_t i = 0; i < alignment->paths[0].n_moves; i++) {
        const struct trod_move *const move = &alignment->paths[0].moves[i];
        cost += move->kind != TROD_MOVE_MATCH;
        if (move->kind != TROD_MOVE_SKIPPED) assert_int_equal(move->step, n_steps++);
    }
    assert_int_equal(n_steps, LONG);
    assert_int_equal(cost, alignment->paths[0].cost_so_far);
    assert_true(alignment->paths[1].limited);
    assert_non_null(strstr(alignment->limit, "million steps"));
    assert_int_equal(alignment->paths[2].cost, 0);
    trod_align_free(alignment);
    hand_free(&hand);
    /* Through a block there is no keeping it in memory: that is said, and the rest is given. */
    hand_make(&hand, wide_map(&text, 30, "      repeats\n"));
    uint32_t *const turns = TROD_NEW_ARRAY(hand.arena, LONG, uint32_t);
    for (uint32_t i = 0; i < LONG; i++)
        turns[i] = i % 2 ? hand_set(&hand, TROD_STR("t1")) : hand_set(&hand, TROD_STR("t2"));
    hand_add(&hand, turns, LONG);
    hand_path(&hand, "a t1 t2 z");
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_true(alignment->paths[0].limited);
    assert_non_null(alignment->limit);
    assert_int_equal(alignment->paths[1].cost, 28);
    trod_align_free(alignment);
    trod_buf_free(&text);
    hand_free(&hand);
}

static void a_high_limit_of_rounds(void **state) {
    (void)state;
    struct by_hand hand;
    struct trod_buf text = {0};
    trod_buf_adds(&text, "journey j: J\nstage s: S\n  repeat at most 400000 times\n");
    for (int i = 0; i < 30; i++) trod_buf_format(&text, "    touchpoint t%d: T%d\n", i, i);
    hand_make(&hand, trod_buf_str(&text).at);
    enum { LONG = 500000 };
    uint32_t *const steps = TROD_NEW_ARRAY(hand.arena, LONG, uint32_t);
    for (uint32_t i = 0; i < LONG; i++) steps[i] = hand_set(&hand, TROD_STR("t3"));
    hand_path(&hand, "t0 t1 t2");
    hand_add(&hand, steps, LONG);
    struct trod_alignment *alignment = NULL;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL), TROD_OK);
    assert_int_equal(alignment->paths[0].cost, 27);
    assert_false(alignment->paths[0].limited);
    assert_true(alignment->paths[1].limited);
    assert_non_null(strstr(alignment->limit, "different orders"));
    trod_align_free(alignment);
    trod_buf_free(&text);
    hand_free(&hand);
}

static void the_number_of_threads_does_not_matter(void **state) {
    (void)state;
    struct by_hand hand;
    struct trod_buf text = {0}, out = {0}, other = {0};
    struct trod_rng rng = {.seed = 7};
    hand_make(&hand, wide_map(&text, 12, "      optional\n"));
    for (int i = 0; i < 500; i++) {
        trod_buf_clear(&text);
        for (uint64_t n = trod_rng_below(&rng, 20); n > 0; n--)
            trod_buf_format(&text, "%st%d", text.n ? " " : "a ", (int)trod_rng_below(&rng, 12));
        hand_path(&hand, text.n ? trod_buf_str(&text).at : "");
    }
    struct trod_alignment *one = NULL, *many = NULL;
    assert_int_equal(trod_align_make(&hand.lay, NULL, NULL, &one, NULL), TROD_OK);
    for (unsigned n = 2; n < 6; n++) {
        struct trod_run run = {.n_threads = n};
        assert_int_equal(trod_align_make(&hand.lay, NULL, &run, &many, NULL), TROD_OK);
        for (size_t p = 0; p < one->n_paths; p++) {
            assert_int_equal(one->paths[p].cost, many->paths[p].cost);
            assert_int_equal(one->paths[p].cost_so_far, many->paths[p].cost_so_far);
            hand_moves(&hand, &one->paths[p], &out);
            hand_moves(&hand, &many->paths[p], &other);
            assert_true(trod_str_equal(trod_buf_str(&out), trod_buf_str(&other)));
        }
        trod_align_free(many);
    }
    trod_align_free(one);
    trod_buf_free(&text);
    trod_buf_free(&out);
    trod_buf_free(&other);
    hand_free(&hand);
}

/* Every allocation fails in turn: always a status, never a crash. */
static void without_memory(void **state) {
    (void)state;
    struct by_hand hand;
    struct trod_buf text = {0};
    hand_make(&hand, wide_map(&text, 9, "      repeats at most 2 times\n"));
    hand_path(&hand, "a t1 t1 t1 t2 ?x z");
    hand_path(&hand, "t3 a z");
    uint64_t n = 1;
    for (;; n++) {
        struct trod_alignment *alignment = NULL;
        trod_memory_fail_at(n);
        const trod_status status = trod_align_make(&hand.lay, NULL, NULL, &alignment, NULL);
        trod_memory_fail_at(0);
        if (status == TROD_OK) {
            trod_align_free(alignment);
            break;
        }
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_null(alignment);
    }
    assert_true(n > 10);
    trod_align_free(NULL);
    trod_buf_free(&text);
    hand_free(&hand);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_journey),
        cmocka_unit_test(rounds_over_the_limit),
        cmocka_unit_test(rounds_within_rounds),
        cmocka_unit_test(what_is_accepted),
        cmocka_unit_test(extra_of_several),
        cmocka_unit_test(silent_and_any_time),
        cmocka_unit_test(ends_here_and_lost),
        cmocka_unit_test(only_for_some),
        cmocka_unit_test(any_order_too_wide_for_an_automaton),
        cmocka_unit_test(very_long_paths),
        cmocka_unit_test(a_high_limit_of_rounds),
        cmocka_unit_test(the_number_of_threads_does_not_matter),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
