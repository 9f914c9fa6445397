/* Parts: what goes in comes out, by every reader, from any place; damage is found. */
#include "../unit.h"

#include "log/part_bits.h"
#include "log/part_symbols.h"
#include "log/part_varied.h"
#include "part_rows.h"

static struct trod_arena *arena;
static struct trod_error error;

static int begin(void **state) {
    (void)state;
    arena = trod_arena_make((size_t)1 << 40);
    return arena ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    trod_arena_free(arena);
    return 0;
}

static struct trod_packed pack(const struct trod_rows *rows) {
    struct trod_packed packed;
    if (trod_part_pack(rows, arena, &packed, &error) != TROD_OK) fail_msg("%s", error.message);
    return packed;
}

static const struct trod_part *open(const struct trod_packed *packed) {
    const struct trod_part *part;
    if (trod_part_open(packed->sections, packed->n_sections, arena, &part, &error) != TROD_OK)
        fail_msg("%s", error.message);
    return part;
}

static uint32_t name_of(const struct trod_part *part, uint32_t event) {
    switch (part->name_bytes) {
    case 1:
        return ((const uint8_t *)part->name)[event];
    case 2:
        return ((const uint16_t *)part->name)[event];
    default:
        return ((const uint32_t *)part->name)[event];
    }
}

static void expect_events(const struct trod_rows *rows, const struct trod_part *part) {
    const uint32_t n = rows->n_events;
    uint64_t *const gaps = TROD_NEW_ARRAY(arena, n + 16, uint64_t);
    uint64_t *const ends = TROD_NEW_ARRAY(arena, n + 16, uint64_t);
    uint32_t *const sources = TROD_NEW_ARRAY(arena, n + 16, uint32_t);
    trod_part_gaps(part, 0, n, gaps);
    trod_part_ends(part, 0, n, ends);
    trod_part_sources(part, 0, n, sources);
    size_t n_undated = 0;
    for (uint32_t c = 0; c < rows->n_customers; c++) {
        assert_int_equal(part->first[c], rows->first[c]);
        bool begun = false;
        int64_t tick = part->start ? part->start[c] : 0;
        for (uint32_t i = rows->first[c]; i < rows->first[c + 1]; i++) {
            assert_int_equal(name_of(part, i), rows->name[i]);
            assert_int_equal(sources[i], rows->source[i]);
            assert_true(gaps[i] <= part->longest_gap);
            if (!part->tick_us || rows->time_us[i] == TROD_NO_TIME) {
                assert_int_equal(gaps[i], 0);
                assert_true(ends[i] == UINT64_MAX);
                if (part->tick_us) assert_int_equal(part->undated[n_undated++], i);
                continue;
            }
            if (!begun) assert_int_equal(gaps[i], 0);
            begun = true;
            tick = (int64_t)((uint64_t)tick + gaps[i]);
            assert_true(tick * part->tick_us == rows->time_us[i]);
            if (rows->end_us && rows->end_us[i] != TROD_NO_TIME) {
                assert_true(ends[i] * (uint64_t)part->tick_us ==
                            (uint64_t)rows->end_us[i] - (uint64_t)rows->time_us[i]);
            } else {
                assert_true(ends[i] == UINT64_MAX);
            }
        }
        if (!begun && part->start) assert_int_equal(part->start[c], 0);
    }
    assert_int_equal(n_undated, part->n_undated);
    assert_int_equal(part->first[rows->n_customers], n);
    struct trod_rng rng = {.seed = n};
    for (int i = 0; i < 100 && n; i++) { /* from any place */
        const uint32_t from = (uint32_t)trod_rng_below(&rng, n);
        const uint32_t most = n - from < 700 ? n - from : 700;
        const uint32_t some = (uint32_t)trod_rng_below(&rng, most + 1);
        uint64_t few[716];
        uint32_t few_sources[716];
        trod_part_gaps(part, from, some, few);
        assert_memory_equal(few, gaps + from, some * sizeof *few);
        trod_part_ends(part, from, some, few);
        assert_memory_equal(few, ends + from, some * sizeof *few);
        trod_part_sources(part, from, some, few_sources);
        assert_memory_equal(few_sources, sources + from, some * sizeof *few_sources);
    }
}

static void expect_customers(const struct trod_rows *rows, const struct trod_part *part) {
    const uint32_t n = rows->n_customers;
    trod_str *const ids = TROD_NEW_ARRAY(arena, n, trod_str);
    assert_int_equal(trod_part_ids(part, 0, n, arena, ids, &error), TROD_OK);
    for (uint32_t c = 0; c < n; c++) {
        assert_true(trod_str_equal(ids[c], rows->id[c]));
        assert_int_equal(trod_part_find(part, ids[c]), c);
        const uint32_t at = trod_part_seek(part, rows->hash[c]);
        assert_true(at <= c && rows->hash[at] == rows->hash[c]);
        assert_true(at == 0 || rows->hash[at - 1] < rows->hash[c]);
        if (rows->hash[c] < UINT64_MAX && (c + 1 == n || rows->hash[c + 1] > rows->hash[c]))
            assert_int_equal(trod_part_seek(part, rows->hash[c] + 1), c + 1);
    }
    assert_int_equal(trod_part_seek(part, 0), 0);
    assert_int_equal(trod_part_find(part, TROD_STR("nobody at all")), TROD_NO_ID);
    assert_int_equal(trod_part_find(part, TROD_STR("12345678901234567890")), TROD_NO_ID);
    struct trod_rng rng = {.seed = n};
    for (int i = 0; i < 20 && n; i++) {
        const uint32_t from = (uint32_t)trod_rng_below(&rng, n);
        const uint32_t some = (uint32_t)trod_rng_below(&rng, n - from < 200 ? n - from : 200);
        assert_int_equal(trod_part_ids(part, from, some, arena, ids, &error), TROD_OK);
        for (uint32_t k = 0; k < some; k++)
            assert_true(trod_str_equal(ids[k], rows->id[from + k]));
    }
}

static void expect_gap_counts(const struct trod_rows *rows, const struct trod_part *part) {
    uint32_t *const counts = TROD_NEW_ARRAY(arena, TROD_GAP_BUCKETS, uint32_t);
    for (uint32_t c = 0; c < rows->n_customers; c++) {
        int64_t last = TROD_NO_TIME;
        for (uint32_t i = rows->first[c]; i < rows->first[c + 1]; i++) {
            if (!rows->time_us || rows->time_us[i] == TROD_NO_TIME) continue;
            if (last != TROD_NO_TIME)
                counts[trod_gap_bucket((uint64_t)rows->time_us[i] - (uint64_t)last)]++;
            last = rows->time_us[i];
        }
    }
    for (uint32_t b = 0; b < TROD_GAP_BUCKETS; b++)
        assert_int_equal(b < part->n_gap_counts ? part->gap_counts[b] : 0, counts[b]);
}

static void expect_spans(const struct trod_rows *rows, const struct trod_part *part) {
    const uint32_t n = rows->n_customers;
    assert_int_equal(part->has_spans, part->tick_us != 0);
    if (!part->has_spans) return;
    uint64_t *const spans = TROD_NEW_ARRAY(arena, (size_t)n + 16, uint64_t);
    for (uint32_t from = 0; from < n; from += 77)
        trod_part_spans(part, from, n - from < 77 ? n - from : 77, spans + from);
    for (uint32_t c = 0; c < n; c++) {
        int64_t first = TROD_NO_TIME, last = 0;
        for (uint32_t i = rows->first[c]; i < rows->first[c + 1]; i++) {
            if (rows->time_us[i] == TROD_NO_TIME) continue;
            if (first == TROD_NO_TIME) first = rows->time_us[i];
            last = rows->time_us[i];
        }
        const uint64_t span_us = first == TROD_NO_TIME ? 0 : (uint64_t)last - (uint64_t)first;
        assert_int_equal(spans[c] * (uint64_t)part->tick_us, span_us);
    }
}

static int ascending(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* All gaps of the buckets near the 95 %, among which that is. */
static void expect_near(const struct trod_rows *rows, const struct trod_part *part) {
    uint64_t *const gaps = TROD_NEW_ARRAY(arena, (size_t)rows->n_events + 16, uint64_t);
    uint64_t *const near = TROD_NEW_ARRAY(arena, (size_t)part->n_near + 16, uint64_t);
    uint32_t n = 0, n_near = 0;
    for (uint32_t c = 0; part->tick_us && c < rows->n_customers; c++) {
        int64_t before = TROD_NO_TIME;
        for (uint32_t i = rows->first[c]; i < rows->first[c + 1]; i++) {
            if (rows->time_us[i] == TROD_NO_TIME) continue;
            if (before != TROD_NO_TIME)
                gaps[n++] = (uint64_t)rows->time_us[i] - (uint64_t)before;
            before = rows->time_us[i];
        }
    }
    trod_part_near(part, near);
    if (n) qsort(gaps, n, sizeof *gaps, ascending);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t bucket = trod_gap_bucket(gaps[i]);
        if (bucket - part->near_bucket >= part->n_near_buckets) continue;
        assert_in_range(n_near, 0, part->n_near - 1);
        assert_int_equal(near[n_near++] * (uint64_t)part->tick_us, gaps[i]);
    }
    assert_int_equal(n_near, part->n_near);
    if (n == 0 || gaps[n - 1 - n / 20] == 0) return;
    assert_in_range(trod_gap_bucket(gaps[n - 1 - n / 20]), part->near_bucket,
                    part->near_bucket + part->n_near_buckets - 1);
}

static void expect_round_trip(const struct trod_rows *rows) {
    const struct trod_packed packed = pack(rows);
    const struct trod_part *const part = open(&packed);
    assert_int_equal(part->n_customers, rows->n_customers);
    assert_int_equal(part->n_events, rows->n_events);
    assert_int_equal(packed.n_events, rows->n_events);
    for (size_t i = 0; i < packed.n_sections; i++)
        assert_int_equal((uintptr_t)packed.sections[i].at % 64, 0);
    expect_events(rows, part);
    expect_customers(rows, part);
    expect_gap_counts(rows, part);
    expect_spans(rows, part);
    expect_near(rows, part);
    if (trod_part_check(part, &error) != TROD_OK) fail_msg("%s", error.message);
}

static void test_round_trips(void **state) {
    (void)state;
    static const int64_t ticks[] = {0, 1, 1000, 1000000};
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct trod_rng rng = {.seed = seed, .stream = 9};
        const struct rows_recipe recipe = {
            .seed = seed,
            .n_customers = (uint32_t)trod_rng_below(&rng, seed % 10 == 0 ? 2000 : 200),
            .most_events = 1 + (uint32_t)trod_rng_below(&rng, 30),
            .empty = seed % 3 == 0 ? 0.2 : 0,
            .n_names = seed % 7 == 0   ? 70000
                       : seed % 7 == 1 ? 300
                                       : 40,
            .n_sources = seed % 2 ? 1 : 1 + (uint32_t)trod_rng_below(&rng, 50000),
            .ids = seed % N_IDS,
            .tick_us = ticks[trod_rng_below(&rng, 4)],
            .day_share = trod_rng_unit(&rng),
            .undated = seed % 4 == 0 ? trod_rng_unit(&rng) : 0,
            .ends = seed % 5 == 0 ? trod_rng_unit(&rng) : 0,
            .extreme = seed % 11 == 0,
        };
        expect_round_trip(draw_rows(&recipe, arena));
        trod_arena_reset(arena);
    }
}

static void test_many_customers(void **state) {
    (void)state;
    expect_round_trip(draw_rows(&(struct rows_recipe){.n_customers = 100000,
                                                      .most_events = 24,
                                                      .n_names = 40,
                                                      .n_sources = 1,
                                                      .tick_us = 1000,
                                                      .day_share = 0.2},
                                arena));
}

static void test_nobody_and_one(void **state) {
    (void)state;
    const struct rows_recipe nobody = {.n_names = 1, .n_sources = 1, .most_events = 1};
    expect_round_trip(draw_rows(&nobody, arena));
    struct rows_recipe one = nobody;
    one.n_customers = 1;
    one.tick_us = 1;
    expect_round_trip(draw_rows(&one, arena));
    one.empty = 1;
    expect_round_trip(draw_rows(&one, arena));
    one.empty = 0;
    one.undated = 1; /* a column of times without a time */
    const struct trod_rows *const rows = draw_rows(&one, arena);
    const struct trod_packed packed = pack(rows);
    const struct trod_part *const part = open(&packed);
    assert_int_equal(part->tick_us, 0);
    assert_null(part->start);
    assert_int_equal(part->n_undated, 0);
}

static void test_ends_that_are_none(void **state) {
    (void)state;
    const int64_t time_us[] = {5000000, TROD_NO_TIME, 9000000},
                  end_us[] = {4000000, 7000000, 9000000};
    const uint32_t first[] = {0, 3}, name[3] = {0}, source[3] = {0};
    const trod_str id = TROD_STR("ann");
    const uint64_t hash = trod_customer_hash(id);
    const struct trod_rows rows = {.n_customers = 1,
                                   .n_events = 3,
                                   .hash = &hash,
                                   .id = &id,
                                   .first = first,
                                   .name = name,
                                   .source = source,
                                   .time_us = time_us,
                                   .end_us = end_us};
    const struct trod_packed packed = pack(&rows);
    const struct trod_part *const part = open(&packed);
    uint64_t ends[3 + 16];
    trod_part_ends(part, 0, 3, ends);
    assert_true(ends[0] == UINT64_MAX && ends[1] == UINT64_MAX && ends[2] == 0);
    assert_int_equal(part->tick_us, 1000000);
}

static void test_buckets(void **state) {
    (void)state;
    assert_int_equal(trod_gap_bucket(UINT64_MAX), TROD_GAP_BUCKETS - 1);
    for (uint32_t b = 0; b < TROD_GAP_BUCKETS; b++) {
        const uint64_t edge = trod_gap_edge(b);
        assert_int_equal(trod_gap_bucket(edge), b);
        if (b) assert_int_equal(trod_gap_bucket(edge - 1), b - 1);
        if (b + 1 < TROD_GAP_BUCKETS && b >= 64)
            assert_true(trod_gap_edge(b + 1) - edge <= edge / 64);
    }
}

/* Hashes are in files: these never change. */
static void test_hash_stays(void **state) {
    (void)state;
    assert_true(trod_customer_hash(TROD_STR("")) == trod_customer_hash((trod_str){NULL, 0}));
    assert_true(trod_customer_hash(TROD_STR("ann")) == UINT64_C(0xc28e5eba8d6c817e));
    assert_true(trod_customer_hash(TROD_STR("1234567890")) == UINT64_C(0x2133f22b778c4510));
}

/* ---- Varied numbers -------------------------------------------------------------------------
 */

static void test_varied(void **state) {
    (void)state;
    const struct part_varied_way *ways[PART_VARIED_WAYS];
    const size_t n_ways = part_varied_ways(ways);
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct trod_rng rng = {.seed = seed};
        const uint32_t n = (uint32_t)trod_rng_below(&rng, 1500);
        const unsigned widest = (unsigned)trod_rng_below(&rng, 65),
                       n_sizes = 1 + (unsigned)trod_rng_below(&rng, 30);
        uint64_t *const values = TROD_NEW_ARRAY(arena, n, uint64_t);
        uint64_t *const read = TROD_NEW_ARRAY(arena, n + PART_ROOM, uint64_t);
        for (uint32_t i = 0; i < n; i++) {
            const unsigned width =
                (unsigned)(trod_rng_below(&rng, n_sizes) * (seed % 9 + 1)) % (widest + 1);
            values[i] = width ? trod_rng_u64(&rng) >> (64 - width) : 0;
        }
        struct part_varied_plan plan;
        struct part_varied varied;
        assert_int_equal(part_varied_plan(values, n, &plan, &error), TROD_OK);
        unsigned char *const at = trod_arena_alloc(arena, plan.n_bytes + PART_BEHIND, 1);
        part_varied_fill(&plan, values, at);
        for (size_t i = 0; i < PART_BEHIND; i++) assert_int_equal(at[plan.n_bytes + i], 0);
        assert_true(part_varied_open(at, plan.n_bytes, n, &varied));
        assert_false(part_varied_open(at, plan.n_bytes, n + 1, &varied));
        assert_false(part_varied_open(at, plan.n_bytes - 1, n, &varied));
        assert_true(part_varied_open(at, plan.n_bytes, n, &varied));
        for (size_t w = 0; w < n_ways; w++) {
            if (varied.widest > ways[w]->widest) continue;
            varied.way = ways[w];
            assert_true(part_varied_check(&varied));
            part_varied_read(&varied, 0, n, read);
            assert_memory_equal(read, values, n * sizeof *values);
            for (int k = 0; k < 20 && n; k++) {
                const uint32_t from = (uint32_t)trod_rng_below(&rng, n),
                               some = (uint32_t)trod_rng_below(&rng, n - from + 1);
                uint64_t *const few = TROD_NEW_ARRAY(arena, some + PART_ROOM, uint64_t);
                part_varied_read(&varied, from, some, few);
                assert_memory_equal(few, values + from, some * sizeof *values);
            }
        }
        trod_arena_reset(arena);
    }
}

/* As few bits as a search through all choices of widths gives. */
static void test_varied_is_cheapest(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct trod_rng rng = {.seed = seed};
        uint64_t values[500];
        uint32_t count[9] = {0};
        for (uint32_t i = 0; i < 500; i++) {
            const unsigned width = (unsigned)trod_rng_below(&rng, 1 + trod_rng_below(&rng, 9));
            values[i] = width ? UINT64_C(1) << (width - 1) : 0;
            count[width]++;
        }
        uint64_t least = UINT64_MAX;
        for (unsigned set = 1; set < 1u << 9; set++) {
            const unsigned n = (unsigned)__builtin_popcount(set);
            if (n != 1 && n != 2 && n != 4 && n != 8) continue;
            uint64_t bits = 500 * (uint64_t)__builtin_ctz(n);
            for (unsigned w = 0; w < 9; w++) {
                unsigned v = w;
                while (v < 9 && !(set >> v & 1)) v++;
                bits += count[w] ? v < 9 ? (uint64_t)count[w] * v : 1000000 : 0;
            }
            if (bits < least) least = bits;
        }
        struct part_varied_plan plan;
        assert_int_equal(part_varied_plan(values, 500, &plan, &error), TROD_OK);
        const size_t fixed = 32 + 2 * 4;
        assert_true(plan.n_bytes - fixed <= least / 8 + 3);
        assert_true(plan.n_bytes - fixed >= least / 8);
    }
}

static void test_bits(void **state) {
    (void)state;
    const struct part_bits_way *ways[3];
    const size_t n_ways = part_bits_ways(ways);
    for (unsigned width = 0; width <= 64; width++) {
        struct trod_rng rng = {.seed = width};
        enum { N = 333 };
        uint64_t values[N], read[N + PART_ROOM];
        uint32_t narrow[N], read_narrow[N + PART_ROOM];
        for (uint32_t i = 0; i < N; i++) {
            values[i] = width ? trod_rng_u64(&rng) >> (64 - width) : 0;
            narrow[i] = (uint32_t)values[i];
            values[i] += 99;
        }
        unsigned char *const at =
            trod_arena_alloc(arena, part_bits_bytes(N, width) + PART_BEHIND, 1);
        part_bits_pack_u64(at, values, N, width, 99);
        for (uint32_t from = 0; from <= N; from += 13) {
            const uint32_t n = N - from;
            part_bits_u64(at, width, 99, from, n, read);
            assert_memory_equal(read, values + from, n * sizeof *read);
            for (size_t w = 0; w < n_ways; w++) {
                memset(read, 0xaa, sizeof read);
                ways[w]->u64(at, width, 99, from, n, read);
                assert_memory_equal(read, values + from, n * sizeof *read);
            }
            if (width > 32) continue;
            part_bits_u32(at, width, from, n, read_narrow);
            assert_memory_equal(read_narrow, narrow + from, n * sizeof *narrow);
            for (size_t w = 0; w < n_ways; w++) {
                memset(read_narrow, 0xaa, sizeof read_narrow);
                ways[w]->u32(at, width, from, n, read_narrow);
                assert_memory_equal(read_narrow, narrow + from, n * sizeof *narrow);
            }
        }
        if (width > 32) continue;
        unsigned char *const again =
            trod_arena_alloc(arena, part_bits_bytes(N, width) + PART_BEHIND, 1);
        part_bits_pack_u32(again, narrow, N, width);
        assert_memory_equal(again, at, part_bits_bytes(N, width) + PART_BEHIND);
    }
}

/* ---- Symbols --------------------------------------------------------------------------------
 */

static void test_symbols(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct trod_rng rng = {.seed = seed};
        const uint32_t n = (uint32_t)trod_rng_below(&rng, 3000);
        const enum ids_style style = IDS_PREFIX + seed % (N_IDS - IDS_PREFIX);
        trod_str *const texts = TROD_NEW_ARRAY(arena, n, trod_str);
        for (uint32_t i = 0; i < n; i++) texts[i] = draw_id(&rng, arena, style, i);
        struct part_symbols symbols;
        assert_true(part_symbols_train(texts, n, arena, &symbols));
        assert_true(symbols.n <= PART_SYMBOLS);
        const struct part_symbols_coder *const coder = part_symbols_coder(&symbols, arena);
        size_t before = 0, after = 0;
        for (uint32_t i = 0; i < n; i++) {
            unsigned char codes[2 * 3004];
            char again[3004 + PART_SYMBOL_BYTES];
            const size_t n_codes = part_symbols_code(coder, texts[i], codes);
            assert_true(n_codes <= 2 * texts[i].n);
            assert_int_equal(part_symbols_length(&symbols, codes, n_codes), texts[i].n);
            const size_t n_again =
                part_symbols_text(&symbols, codes, n_codes, again, sizeof again);
            assert_true(trod_str_equal((trod_str){again, n_again}, texts[i]));
            before += texts[i].n;
            after += n_codes;
        }
        if (n > 500 && style == IDS_MAIL) assert_true(after * 5 < before * 2);
        if (n > 500 && style == IDS_PREFIX) assert_true(after < before / 2);
        trod_arena_reset(arena);
    }
}

/* ---- Damage ---------------------------------------------------------------------------------
 */

/* Every byte of a small part is flipped in turn: open refuses, or every reader stays inside. */
static void test_flipped_bytes(void **state) {
    (void)state;
    for (unsigned ids = 0; ids < N_IDS; ids++) {
        const struct rows_recipe recipe = {.seed = ids,
                                           .n_customers = 20,
                                           .most_events = 9,
                                           .n_names = 5,
                                           .n_sources = 3,
                                           .ids = ids,
                                           .tick_us = 1000,
                                           .day_share = 0.3,
                                           .undated = 0.2,
                                           .ends = 0.3};
        const struct trod_packed packed = pack(draw_rows(&recipe, arena));
        struct trod_arena *const scratch = trod_arena_make(0);
        for (size_t s = 0; s < packed.n_sections; s++) {
            /* The bytes are on the arena and ours. */
            unsigned char *const bytes = (unsigned char *)(uintptr_t)packed.sections[s].at;
            for (size_t i = 0; i < packed.sections[s].n_bytes * 8; i += 3) {
                const struct trod_part *part;
                bytes[i / 8] ^= (unsigned char)(1u << i % 8);
                if (trod_part_open(packed.sections, packed.n_sections, scratch, &part,
                                   &error) == TROD_OK) {
                    uint64_t gaps[4000];
                    trod_str id[20];
                    const uint32_t n = part->n_events < 3984 ? part->n_events : 3984;
                    assert_int_equal(part->n_customers, 20);
                    trod_part_gaps(part, 0, n, gaps);
                    trod_part_ends(part, 0, n, gaps);
                    assert_int_equal(trod_part_ids(part, 0, 20, scratch, id, &error), TROD_OK);
                    for (int k = 0; k < 20; k++) trod_part_find(part, id[k]);
                    (void)!trod_part_check(part, &error);
                }
                bytes[i / 8] ^= (unsigned char)(1u << i % 8);
                trod_arena_reset(scratch);
            }
        }
        trod_arena_free(scratch);
        trod_arena_reset(arena);
    }
}

static void test_missing_sections(void **state) {
    (void)state;
    const struct rows_recipe recipe = {.n_customers = 20,
                                       .most_events = 9,
                                       .n_names = 5,
                                       .n_sources = 3,
                                       .tick_us = 1000,
                                       .undated = 0.2};
    const struct trod_packed packed = pack(draw_rows(&recipe, arena));
    for (size_t s = 0; s < packed.n_sections; s++) {
        struct trod_section some[32];
        const struct trod_part *part;
        size_t n = 0;
        if (packed.sections[s].kind == PART_NEAR) continue; /* may be left out */
        for (size_t i = 0; i < packed.n_sections; i++)
            if (i != s) some[n++] = packed.sections[i];
        assert_int_equal(trod_part_open(some, n, arena, &part, &error), TROD_BAD_INPUT);
        assert_non_null(strstr(error.message, "it is missing"));
    }
}

/* A part of version 1 has no spans, and is read; one of a version that nobody knows is not. */
static void test_versions(void **state) {
    (void)state;
    const struct rows_recipe recipe = {.n_customers = 20,
                                       .most_events = 9,
                                       .n_names = 5,
                                       .n_sources = 3,
                                       .tick_us = 1000,
                                       .undated = 0.2};
    const struct trod_packed packed = pack(draw_rows(&recipe, arena));
    const struct trod_part *part;
    struct trod_section some[32];
    unsigned char *head = NULL;
    size_t n = 0;
    for (size_t i = 0; i < packed.n_sections; i++) {
        if (packed.sections[i].kind == PART_HEAD)
            head = (unsigned char *)(uintptr_t)packed.sections[i].at;
        if (packed.sections[i].kind != PART_SPANS && packed.sections[i].kind != PART_NEAR)
            some[n++] = packed.sections[i];
    }
    assert_non_null(head);
    assert_int_equal(n, packed.n_sections - 2);
    part_put_u32(head + 8, 1);
    assert_int_equal(trod_part_open(some, n, arena, &part, &error), TROD_OK);
    assert_false(part->has_spans);
    assert_int_equal(trod_part_check(part, &error), TROD_OK);
    static const uint32_t unknown[] = {0, 3, UINT32_MAX};
    for (size_t i = 0; i < 3; i++) {
        part_put_u32(head + 8, unknown[i]);
        assert_int_equal(
            trod_part_open(packed.sections, packed.n_sections, arena, &part, &error),
            TROD_BAD_INPUT);
        assert_non_null(strstr(error.message, "this program reads versions 1 to 2"));
    }
}

/* Whatever bit of the spans is another: the check finds it. */
static void test_wrong_spans(void **state) {
    (void)state;
    const struct rows_recipe recipe = {.n_customers = 700,
                                       .most_events = 9,
                                       .n_names = 5,
                                       .n_sources = 1,
                                       .tick_us = 1000,
                                       .day_share = 0.3};
    const struct trod_packed packed = pack(draw_rows(&recipe, arena));
    const struct trod_part *const part = open(&packed);
    const struct trod_section *const section =
        part_section(packed.sections, packed.n_sections, PART_SPANS, 0);
    uint64_t before[700 + 16], after[700 + 16];
    trod_part_spans(part, 0, 700, before);
    unsigned char *const bytes = (unsigned char *)(uintptr_t)section->at;
    struct trod_rng rng = {.seed = 5};
    uint32_t n_wrong = 0;
    for (int i = 0; i < 300; i++) {
        const size_t bit = (size_t)trod_rng_below(&rng, section->n_bytes * 8);
        const struct trod_part *changed;
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (trod_part_open(packed.sections, packed.n_sections, arena, &changed, &error) ==
            TROD_OK) {
            trod_part_spans(changed, 0, 700, after);
            if (memcmp(before, after, 700 * sizeof *before) != 0) {
                n_wrong++;
                assert_int_equal(trod_part_check(changed, &error), TROD_BAD_INPUT);
            }
        }
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    assert_true(n_wrong > 100);
}

/* Whatever bit of the times near the 95 % is another: the check finds it. */
static void test_wrong_near(void **state) {
    (void)state;
    const struct rows_recipe recipe = {.n_customers = 700,
                                       .most_events = 9,
                                       .n_names = 5,
                                       .n_sources = 1,
                                       .tick_us = 1000,
                                       .day_share = 0.3};
    const struct trod_packed packed = pack(draw_rows(&recipe, arena));
    const struct trod_part *const part = open(&packed);
    const struct trod_section *const section =
        part_section(packed.sections, packed.n_sections, PART_NEAR, 0);
    assert_non_null(section);
    const uint32_t n = part->n_near;
    uint64_t *const before = TROD_NEW_ARRAY(arena, (size_t)n + 16, uint64_t);
    trod_part_near(part, before);
    unsigned char *const bytes = (unsigned char *)(uintptr_t)section->at;
    struct trod_rng rng = {.seed = 6};
    uint32_t n_wrong = 0;
    for (int i = 0; i < 300; i++) {
        const size_t bit = (size_t)trod_rng_below(&rng, section->n_bytes * 8);
        const struct trod_part *changed;
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (trod_part_open(packed.sections, packed.n_sections, arena, &changed, &error) ==
            TROD_OK) {
            uint64_t *const after =
                TROD_NEW_ARRAY(arena, (size_t)changed->n_near + 16, uint64_t);
            trod_part_near(changed, after);
            if (changed->n_near != n || memcmp(before, after, n * sizeof *before) != 0) {
                n_wrong++;
                assert_int_equal(trod_part_check(changed, &error), TROD_BAD_INPUT);
            }
        }
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    assert_true(n_wrong > 100);
}

static void test_no_memory(void **state) {
    (void)state;
    const struct rows_recipe recipe = {.n_customers = 300,
                                       .most_events = 9,
                                       .n_names = 5,
                                       .n_sources = 3,
                                       .tick_us = 1000,
                                       .undated = 0.2,
                                       .ends = 0.2};
    const struct trod_rows *const rows = draw_rows(&recipe, arena);
    for (uint64_t at = 1;; at++) {
        struct trod_arena *const own = trod_arena_make(0);
        struct trod_packed packed;
        const struct trod_part *part = NULL;
        assert_non_null(own);
        trod_memory_fail_at(at);
        trod_status status = trod_part_pack(rows, own, &packed, &error);
        if (status == TROD_OK)
            status = trod_part_open(packed.sections, packed.n_sections, own, &part, &error);
        if (status == TROD_OK) status = trod_part_check(part, &error);
        trod_memory_fail_at(0);
        trod_arena_free(own);
        if (status == TROD_OK) break;
        assert_int_equal(status, TROD_NO_MEMORY);
        assert_true(at < 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trips, begin, end),
        cmocka_unit_test_setup_teardown(test_many_customers, begin, end),
        cmocka_unit_test_setup_teardown(test_nobody_and_one, begin, end),
        cmocka_unit_test_setup_teardown(test_ends_that_are_none, begin, end),
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_hash_stays),
        cmocka_unit_test_setup_teardown(test_varied, begin, end),
        cmocka_unit_test_setup_teardown(test_varied_is_cheapest, begin, end),
        cmocka_unit_test_setup_teardown(test_bits, begin, end),
        cmocka_unit_test_setup_teardown(test_symbols, begin, end),
        cmocka_unit_test_setup_teardown(test_flipped_bytes, begin, end),
        cmocka_unit_test_setup_teardown(test_missing_sections, begin, end),
        cmocka_unit_test_setup_teardown(test_versions, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_spans, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_near, begin, end),
        cmocka_unit_test_setup_teardown(test_no_memory, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
