/* Rows merged, against a plain oracle: lists of events told one by one, where what was told
 * before is looked for by walking all of it. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "trod/log.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum { N_ATTRIBUTES = 3, N_FACTS = 2, SETS = 5, MOST = 400 };
/* Fields 0, 1, 2 are of events (0 is the id), 3 and 4 of customers. */

struct told {
    uint32_t customer; /* index into ids */
    uint32_t name, source;
    int64_t time_us, end_us;
    trod_str attribute[N_ATTRIBUTES];
    int64_t sorts_us; /* the time that it goes by */
    uint32_t set;
};
struct set {
    struct told told[MOST]; /* in the order of its rows */
    uint32_t n;
    bool has[64];               /* the customer stands in it */
    trod_str fact[64][N_FACTS]; /* missing: none */
    bool with_column[N_ATTRIBUTES + N_FACTS];
    bool timed, ended, coded;
    struct trod_rows rows;
};
struct world {
    struct trod_arena *arena;
    struct trod_rng rng;
    uint32_t n_customers;
    trod_str id[64];
    uint64_t hash[64]; /* customers stand in the order of their hashes */
    struct set set[SETS];
};

static int by_hash(const void *a, const void *b) {
    const trod_str *const x = a, *const y = b;
    const uint64_t i = trod_customer_hash(*x), j = trod_customer_hash(*y);
    return i != j ? (i < j ? -1 : 1) : trod_str_compare(*x, *y);
}

static uint32_t below(struct world *world, uint32_t n) {
    return (uint32_t)trod_rng_below(&world->rng, n);
}

static trod_str some_text(struct world *world, const char *kind, uint32_t n) {
    const uint32_t i = below(world, n + 2);
    if (i == n) return (trod_str){0};
    if (i == n + 1) return TROD_STR("");
    return trod_arena_format(world->arena, "%s%u", kind, (unsigned)i);
}

/* The times that a customer's events of one set go by, given where the older ones end. */
static void set_sorts(struct told *told, uint32_t n, int64_t behind_us) {
    int64_t now_us = behind_us;
    for (uint32_t i = n; i-- > 0;)
        if (told[i].time_us != TROD_NO_TIME) now_us = told[i].time_us;
    for (uint32_t i = 0; i < n; i++) {
        if (told[i].time_us != TROD_NO_TIME) now_us = told[i].time_us;
        told[i].sorts_us = now_us;
    }
}

static void tell(struct world *world, uint32_t s, bool few) {
    struct set *const set = &world->set[s];
    set->timed = below(world, 8) > 0;
    set->ended = set->timed && below(world, 2);
    set->coded = below(world, 2);
    for (uint32_t f = 0; f < N_ATTRIBUTES + N_FACTS; f++)
        set->with_column[f] = below(world, 6) > 0;
    for (uint32_t c = 0; c < world->n_customers; c++) {
        set->has[c] = below(world, 3) > 0;
        if (!set->has[c]) continue;
        for (uint32_t f = 0; f < N_FACTS && set->with_column[N_ATTRIBUTES + f]; f++)
            set->fact[c][f] = some_text(world, "f", 4);
        int64_t now_us = 1000;
        for (uint32_t k = below(world, 9); k > 0 && set->n < MOST; k--) {
            struct told *const told = &set->told[set->n++];
            now_us += below(world, few ? 3 : 1000);
            *told = (struct told){.customer = c,
                                  .name = below(world, few ? 2 : 9),
                                  .source = below(world, 3),
                                  .time_us = now_us,
                                  .end_us = TROD_NO_TIME,
                                  .set = s};
            if (!set->timed || below(world, 10) == 0) told->time_us = TROD_NO_TIME;
            if (set->ended && told->time_us != TROD_NO_TIME && below(world, 2))
                told->end_us = now_us + below(world, 2);
            for (uint32_t f = 0; f < N_ATTRIBUTES && set->with_column[f]; f++)
                told->attribute[f] = some_text(world, f ? "a" : "id", few ? 1 : 30);
        }
    }
}

/* ---- Rows of a set
 * ------------------------------------------------------------------------------ */

static struct trod_rows_column column(struct world *world, uint32_t field, const trod_str *text,
                                      uint32_t n, bool coded) {
    struct trod_rows_column column = {
        .field = field, .fact = field >= N_ATTRIBUTES, .text = text};
    if (!coded) return column;
    uint32_t *const code = TROD_NEW_ARRAY(world->arena, n, uint32_t);
    trod_str *const values = TROD_NEW_ARRAY(world->arena, n, trod_str);
    for (uint32_t i = 0; i < n; i++) {
        if (!text[i].at) continue;
        uint32_t v = 0;
        while (v < column.n_values && !trod_str_equal(values[v], text[i])) v++;
        if (v == column.n_values) values[column.n_values++] = text[i];
        code[i] = v + 1;
    }
    column.code = code;
    column.values = values;
    column.text = NULL;
    return column;
}

static void make_rows(struct world *world, struct set *set) {
    uint64_t *const hash = TROD_NEW_ARRAY(world->arena, 64, uint64_t);
    trod_str *const id = TROD_NEW_ARRAY(world->arena, 64, trod_str);
    uint32_t *const first = TROD_NEW_ARRAY(world->arena, 65, uint32_t);
    trod_str *const facts[N_FACTS] = {TROD_NEW_ARRAY(world->arena, 64, trod_str),
                                      TROD_NEW_ARRAY(world->arena, 64, trod_str)};
    uint32_t n = 0, at = 0;
    for (uint32_t c = 0; c < world->n_customers; c++) {
        if (!set->has[c]) continue;
        hash[n] = world->hash[c];
        id[n] = world->id[c];
        for (uint32_t f = 0; f < N_FACTS; f++) facts[f][n] = set->fact[c][f];
        while (at < set->n && set->told[at].customer == c) at++;
        first[++n] = at;
    }
    assert_int_equal(at, set->n);
    uint32_t *const name = TROD_NEW_ARRAY(world->arena, MOST, uint32_t);
    uint32_t *const source = TROD_NEW_ARRAY(world->arena, MOST, uint32_t);
    int64_t *const time_us = TROD_NEW_ARRAY(world->arena, MOST, int64_t);
    int64_t *const end_us = TROD_NEW_ARRAY(world->arena, MOST, int64_t);
    for (uint32_t i = 0; i < set->n; i++) {
        name[i] = set->told[i].name;
        source[i] = set->told[i].source;
        time_us[i] = set->told[i].time_us;
        end_us[i] = set->told[i].end_us;
    }
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(world->arena, N_ATTRIBUTES + N_FACTS, struct trod_rows_column);
    size_t n_columns = 0;
    for (uint32_t f = 0; f < N_ATTRIBUTES + N_FACTS; f++) {
        if (!set->with_column[f]) continue;
        trod_str *text = TROD_NEW_ARRAY(world->arena, MOST, trod_str);
        if (f >= N_ATTRIBUTES) {
            text = facts[f - N_ATTRIBUTES];
        } else {
            for (uint32_t i = 0; i < set->n; i++) text[i] = set->told[i].attribute[f];
        }
        columns[n_columns++] =
            column(world, f, text, f >= N_ATTRIBUTES ? n : set->n, set->coded && f != 1);
    }
    set->rows = (struct trod_rows){.n_customers = n,
                                   .n_events = set->n,
                                   .hash = hash,
                                   .id = id,
                                   .first = first,
                                   .name = name,
                                   .time_us = set->timed ? time_us : NULL,
                                   .end_us = set->ended ? end_us : NULL,
                                   .source = source,
                                   .columns = columns,
                                   .n_columns = n_columns};
}

static struct world *world_make(uint64_t seed, bool few) {
    struct trod_arena *const arena = trod_arena_make(0);
    struct world *const world = TROD_NEW(arena, struct world);
    world->arena = arena;
    world->rng = (struct trod_rng){.seed = seed};
    world->n_customers = below(world, 40);
    for (uint32_t c = 0; c < world->n_customers; c++)
        world->id[c] = trod_arena_format(arena, "c%u", (unsigned)c);
    qsort(world->id, world->n_customers, sizeof *world->id, by_hash);
    for (uint32_t c = 0; c < world->n_customers; c++)
        world->hash[c] = trod_customer_hash(world->id[c]);
    for (uint32_t s = 0; s < SETS; s++) {
        tell(world, s, few);
        make_rows(world, &world->set[s]);
    }
    return world;
}

/* ---- The oracle
 * ---------------------------------------------------------------------------------- */

static bool same_text(trod_str a, trod_str b) {
    return !a.at == !b.at && trod_str_equal(a, b);
}

static bool same_event(const struct told *a, const struct told *b) {
    if (a->name != b->name || a->time_us != b->time_us || a->end_us != b->end_us) return false;
    for (uint32_t f = 0; f < N_ATTRIBUTES; f++)
        if (!same_text(a->attribute[f], b->attribute[f])) return false;
    return true;
}

/* A customer's events as they should be merged. */
static uint32_t expected(struct world *world, uint32_t n_sets, uint32_t customer,
                         const struct trod_rows_options *options, struct told *to,
                         uint64_t *n_dropped) {
    struct told seen[SETS * MOST];
    uint32_t n_seen = 0, n = 0;
    int64_t behind_us = TROD_NO_TIME;
    for (uint32_t s = 0; s < n_sets; s++) {
        struct told its[MOST];
        uint32_t n_its = 0;
        for (uint32_t i = 0; i < world->set[s].n; i++)
            if (world->set[s].told[i].customer == customer)
                its[n_its++] = world->set[s].told[i];
        set_sorts(its, n_its, behind_us);
        for (uint32_t i = 0; i < n_its; i++) {
            bool known = false;
            for (uint32_t k = 0; k < n_seen; k++) {
                const struct told *const other = &seen[k];
                known |= options->id_field == 0 && its[i].attribute[0].n > 0 &&
                         trod_str_equal(its[i].attribute[0], other->attribute[0]);
                known |= options->distinct && same_event(&its[i], other);
            }
            seen[n_seen++] = its[i];
            if (its[i].sorts_us > behind_us) behind_us = its[i].sorts_us;
            if (known)
                ++*n_dropped;
            else
                to[n++] = its[i];
        }
    }
    for (uint32_t i = 1; i < n; i++) { /* stable */
        const struct told item = to[i];
        uint32_t at = i;
        for (; at > 0 && to[at - 1].sorts_us > item.sorts_us; at--) to[at] = to[at - 1];
        to[at] = item;
    }
    return n;
}

static trod_str newest_fact(const struct world *world, uint32_t n_sets, uint32_t customer,
                            uint32_t fact) {
    for (uint32_t s = n_sets; s-- > 0;)
        if (world->set[s].has[customer] && world->set[s].fact[customer][fact].at)
            return world->set[s].fact[customer][fact];
    return (trod_str){0};
}

static trod_str text_of(const struct trod_rows *rows, uint32_t field, uint32_t row) {
    for (size_t k = 0; k < rows->n_columns; k++) {
        const struct trod_rows_column *const from = &rows->columns[k];
        if (from->field != field) continue;
        assert_int_equal(from->fact, field >= N_ATTRIBUTES);
        if (!from->code) return from->text[row];
        assert_true(from->code[row] <= from->n_values);
        return from->code[row] ? from->values[from->code[row] - 1] : (trod_str){0};
    }
    return (trod_str){0};
}

static bool left_out(const struct trod_rows_options *options, trod_str id) {
    for (size_t i = 0; i < options->n_without; i++)
        if (trod_str_equal(options->without[i], id)) return true;
    return false;
}

static void expect_merged(struct world *world, uint32_t n_sets,
                          const struct trod_rows_options *options, const struct trod_rows *got,
                          uint64_t n_dropped) {
    static struct told want[SETS * MOST];
    uint32_t n_customers = 0;
    uint64_t dropped = 0;
    for (uint32_t c = 0; c < world->n_customers; c++) {
        bool there = false;
        for (uint32_t s = 0; s < n_sets; s++) there |= world->set[s].has[c];
        if (!there || left_out(options, world->id[c])) continue;
        assert_true(n_customers < got->n_customers);
        assert_true(trod_str_equal(got->id[n_customers], world->id[c]));
        assert_true(got->hash[n_customers] == world->hash[c]);
        for (uint32_t f = 0; f < N_FACTS; f++)
            assert_true(same_text(text_of(got, N_ATTRIBUTES + f, n_customers),
                                  newest_fact(world, n_sets, c, f)));
        const uint32_t n = expected(world, n_sets, c, options, want, &dropped);
        const uint32_t first = got->first[n_customers];
        assert_int_equal(got->first[n_customers + 1] - first, n);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(got->name[first + i], want[i].name);
            assert_int_equal(got->source[first + i], want[i].source);
            assert_true((got->time_us ? got->time_us[first + i] : TROD_NO_TIME) ==
                        want[i].time_us);
            assert_true((got->end_us ? got->end_us[first + i] : TROD_NO_TIME) ==
                        want[i].end_us);
            for (uint32_t f = 0; f < N_ATTRIBUTES; f++)
                assert_true(same_text(text_of(got, f, first + i), want[i].attribute[f]));
        }
        n_customers++;
    }
    assert_int_equal(got->n_customers, n_customers);
    assert_int_equal(got->n_events, n_customers ? got->first[n_customers] : 0);
    assert_int_equal(n_dropped, dropped);
    for (size_t k = 1; k < got->n_columns; k++)
        assert_true(got->columns[k - 1].field < got->columns[k].field);
}

static void test_merge(void **state) {
    (void)state;
    uint64_t all_dropped = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct world *const world = world_make(seed, seed % 3 > 0);
        const struct trod_rows *sets[SETS];
        for (uint32_t s = 0; s < SETS; s++) sets[s] = &world->set[s].rows;
        trod_str without[] = {TROD_STR("c3"), TROD_STR("c0"), TROD_STR("nobody")};
        const struct trod_rows_options options = {
            .id_field = seed & 1 ? 0 : TROD_NO_ID,
            .distinct = seed & 2,
            .without = without,
            .n_without = seed & 4 ? TROD_COUNT(without) : 0,
        };
        for (uint32_t n_sets = 0; n_sets <= SETS; n_sets++) {
            struct trod_rows merged;
            uint64_t n_dropped = 0;
            assert_ok(trod_rows_merge(sets, n_sets, &options, world->arena, &merged, &n_dropped,
                                      NULL));
            expect_merged(world, n_sets, &options, &merged, n_dropped);
            all_dropped += n_dropped;
        }
        trod_arena_free(world->arena);
    }
    assert_true(all_dropped > 1000);
}

static void test_no_memory(void **state) {
    (void)state;
    struct world *const world = world_make(5, true);
    const struct trod_rows *sets[SETS];
    for (uint32_t s = 0; s < SETS; s++) sets[s] = &world->set[s].rows;
    const struct trod_rows_options options = {.id_field = 0, .distinct = true};
    struct trod_rows merged;
    uint64_t n_dropped = 0;
    trod_status status = TROD_NO_MEMORY;
    for (uint64_t n = 1; status == TROD_NO_MEMORY && n < 1000; n++) {
        trod_memory_fail_at(n);
        status = trod_rows_merge(sets, SETS, &options, world->arena, &merged, &n_dropped, NULL);
    }
    trod_memory_fail_at(0);
    assert_int_equal(status, TROD_OK);
    expect_merged(world, SETS, &options, &merged, n_dropped);
    trod_arena_free(world->arena);
}

/* One customer with very many events, the same twice: not slow. */
static void test_long(void **state) {
    (void)state;
    enum { N = 200000 };
    struct trod_arena *const arena = trod_arena_make(0);
    const uint64_t hash = trod_customer_hash(TROD_STR("c"));
    const trod_str id = TROD_STR("c");
    const uint32_t first[] = {0, N};
    uint32_t *const name = TROD_NEW_ARRAY(arena, N, uint32_t);
    uint32_t *const source = TROD_NEW_ARRAY(arena, N, uint32_t);
    int64_t *const time_us = TROD_NEW_ARRAY(arena, N, int64_t);
    trod_str *const text = TROD_NEW_ARRAY(arena, N, trod_str);
    for (uint32_t i = 0; i < N; i++) {
        time_us[i] = i / 3;
        text[i] = trod_arena_format(arena, "%u", (unsigned)i);
    }
    const struct trod_rows_column columns[] = {{.field = 0, .text = text}};
    const struct trod_rows rows = {.n_customers = 1,
                                   .n_events = N,
                                   .hash = &hash,
                                   .id = &id,
                                   .first = first,
                                   .name = name,
                                   .time_us = time_us,
                                   .source = source,
                                   .columns = columns,
                                   .n_columns = 1};
    const struct trod_rows *const sets[] = {&rows, &rows, &rows};
    const struct trod_rows_options options = {.id_field = 0, .distinct = true};
    struct trod_rows merged;
    uint64_t n_dropped = 0;
    assert_ok(trod_rows_merge(sets, 3, &options, arena, &merged, &n_dropped, NULL));
    assert_int_equal(merged.n_events, N);
    assert_int_equal(n_dropped, 2 * N);
    trod_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
