/* Late events laid over a large set: a part without some customers is the part that would be
 * made without them, and the whole is what putting all together gives. */
#include "kept.h"

#include "store/inside.h"

/* ---- A part without some customers ---- */

struct pair {
    const struct trod_part *is, *want;
    struct trod_arena *arena;
};

static void assert_texts(const struct pair *pair, size_t c, uint32_t from, uint32_t n) {
    struct trod_error error = {0};
    const struct trod_part_column *const a = &pair->is->columns[c];
    const struct trod_part_column *const b = trod_part_column(pair->want, a->field);
    trod_str *const x = TROD_NEW_ARRAY(pair->arena, n, trod_str);
    trod_str *const y = TROD_NEW_ARRAY(pair->arena, n, trod_str);
    uint32_t *const codes = TROD_NEW_ARRAY(pair->arena, n + 16, uint32_t);
    assert_int_equal(trod_part_texts(pair->is, a, from, n, pair->arena, x, &error), TROD_OK);
    if (b)
        assert_int_equal(trod_part_texts(pair->want, b, from, n, pair->arena, y, &error),
                         TROD_OK);
    for (uint32_t i = 0; i < n; i++) assert_true(trod_str_equal(x[i], y[i]));
    if (a->kind != TROD_COLUMN_CODES) return;
    trod_part_codes(pair->is, a, from, n, codes);
    for (uint32_t i = 0; i < n; i++) {
        const trod_str value =
            codes[i] ? trod_part_value(pair->is, a, codes[i]) : (trod_str){NULL, 0};
        assert_true(trod_str_equal(value, y[i]));
    }
}

static void assert_events(const struct pair *pair, uint32_t from, uint32_t n) {
    uint64_t *const x = TROD_NEW_ARRAY(pair->arena, n + 16, uint64_t);
    uint64_t *const y = TROD_NEW_ARRAY(pair->arena, n + 16, uint64_t);
    uint32_t *const a = TROD_NEW_ARRAY(pair->arena, n + 16, uint32_t);
    uint32_t *const b = TROD_NEW_ARRAY(pair->arena, n + 16, uint32_t);
    trod_part_gaps(pair->is, from, n, x);
    trod_part_gaps(pair->want, from, n, y);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(x[i] * (uint64_t)pair->is->tick_us,
                         y[i] * (uint64_t)pair->want->tick_us);
    trod_part_ends(pair->is, from, n, x);
    trod_part_ends(pair->want, from, n, y);
    assert_memory_equal(x, y, n * sizeof *x);
    trod_part_sources(pair->is, from, n, a);
    trod_part_sources(pair->want, from, n, b);
    assert_memory_equal(a, b, n * sizeof *a);
    for (size_t c = 0; c < pair->is->n_columns; c++)
        if (!pair->is->columns[c].fact) assert_texts(pair, c, from, n);
}

static void assert_customers(const struct pair *pair, uint32_t from, uint32_t n) {
    struct trod_error error = {0};
    trod_str *const x = TROD_NEW_ARRAY(pair->arena, n, trod_str);
    trod_str *const y = TROD_NEW_ARRAY(pair->arena, n, trod_str);
    uint64_t *const a = TROD_NEW_ARRAY(pair->arena, n + 16, uint64_t);
    uint64_t *const b = TROD_NEW_ARRAY(pair->arena, n + 16, uint64_t);
    assert_int_equal(trod_part_ids(pair->is, from, n, pair->arena, x, &error), TROD_OK);
    assert_int_equal(trod_part_ids(pair->want, from, n, pair->arena, y, &error), TROD_OK);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(trod_str_equal(x[i], y[i]));
        assert_int_equal(trod_part_find(pair->is, x[i]), from + i);
        assert_int_equal(trod_part_seek(pair->is, trod_customer_hash(x[i])),
                         trod_part_seek(pair->want, trod_customer_hash(x[i])));
    }
    trod_part_spans(pair->is, from, n, a);
    trod_part_spans(pair->want, from, n, b);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(a[i] * (uint64_t)pair->is->tick_us,
                         b[i] * (uint64_t)pair->want->tick_us);
    for (size_t c = 0; c < pair->is->n_columns; c++)
        if (pair->is->columns[c].fact) assert_texts(pair, c, from, n);
}

/* The near gaps are as many as are counted in their buckets. */
static void assert_near(const struct pair *pair) {
    const struct trod_part *const part = pair->is;
    uint64_t *const near = TROD_NEW_ARRAY(pair->arena, part->n_near + 16, uint64_t);
    uint64_t n = 0;
    trod_part_near(part, near);
    for (uint32_t b = 0; b < part->n_near_buckets; b++)
        n += part->gap_counts[part->near_bucket + b];
    assert_int_equal(n, part->n_near);
    for (uint32_t i = 0; i < part->n_near; i++) {
        const uint32_t bucket = trod_gap_bucket(near[i] * (uint64_t)part->tick_us);
        assert_true(bucket - part->near_bucket < part->n_near_buckets);
        assert_true(i == 0 || near[i] >= near[i - 1]);
    }
    for (uint32_t b = 0; b < part->n_gap_counts || b < pair->want->n_gap_counts; b++)
        assert_int_equal(b < part->n_gap_counts ? part->gap_counts[b] : 0,
                         b < pair->want->n_gap_counts ? pair->want->gap_counts[b] : 0);
}

static void assert_same_part(const struct pair *pair, struct trod_rng *rng) {
    const struct trod_part *const is = pair->is, *const want = pair->want;
    assert_int_equal(is->n_customers, want->n_customers);
    assert_int_equal(is->n_events, want->n_events);
    assert_memory_equal(is->first, want->first, (want->n_customers + 1) * sizeof *is->first);
    assert_int_equal(is->name_bytes, want->name_bytes);
    assert_memory_equal(is->name, want->name, want->n_events * want->name_bytes);
    for (uint32_t c = 0; c < is->n_customers; c++)
        assert_int_equal(is->start[c] * is->tick_us, want->start[c] * want->tick_us);
    assert_int_equal(is->n_undated, want->n_undated);
    if (is->n_undated)
        assert_memory_equal(is->undated, want->undated, is->n_undated * sizeof *is->undated);
    assert_near(pair);
    assert_events(pair, 0, is->n_events);
    assert_customers(pair, 0, is->n_customers);
    for (int i = 0; i < 20 && is->n_events; i++) {
        const uint32_t from = (uint32_t)trod_rng_below(rng, is->n_events);
        assert_events(pair, from, (uint32_t)trod_rng_below(rng, is->n_events - from + 1));
        const uint32_t c = (uint32_t)trod_rng_below(rng, is->n_customers);
        assert_customers(pair, c, (uint32_t)trod_rng_below(rng, is->n_customers - c + 1));
    }
}

/* Those whose bit of chance is set; at least one stays. */
static uint32_t draw_gone(struct trod_rng *rng, const struct trod_part *part, uint64_t one_in,
                          uint32_t *gone) {
    uint32_t n = 0;
    for (uint32_t c = 0; c + 1 < part->n_customers; c++)
        if (trod_rng_below(rng, one_in) == 0) gone[n++] = c;
    return n;
}

static void a_part_without_some_is_one_made_without_them(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 77};
    for (uint64_t round = 0; round < 24; round++) {
        struct trod_error error = {0};
        struct kept kept = kept_make();
        struct trod_parts *parts = NULL;
        const struct trod_part *part = NULL, *want = NULL, *is = NULL;
        struct trod_rows rows, others, picked;
        struct trod_packed packed;
        uint64_t n_dropped = 0;
        struct trod_arena *const arena = trod_arena_make(0);
        struct events events = draw_events(round, 300, 2000, (uint32_t)round % 3);
        if (round % 2) take_times(&events);
        import_all(kept.store, &events, (struct import_options){0});
        assert_int_equal(trod_store_parts(kept.store, &parts, &error), TROD_OK);
        assert_int_equal(parts->open(parts->owner, 0, arena, &part, &error), TROD_OK);
        uint32_t *const gone = TROD_NEW_ARRAY(arena, part->n_customers, uint32_t);
        const uint32_t n = draw_gone(&rng, part, 1 + round / 2 * 3, gone);
        trod_str *const ids = TROD_NEW_ARRAY(arena, n, trod_str);
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(trod_part_ids(part, gone[i], 1, arena, &ids[i], &error), TROD_OK);
        assert_int_equal(trod_part_without(part, gone, n, arena, &is, &error), TROD_OK);
        for (uint32_t i = 0; i < n; i++)
            assert_int_equal(trod_part_find(is, ids[i]), TROD_NO_ID);
        const struct trod_rows_options options = {
            .id_field = TROD_NO_ID, .without = ids, .n_without = n};
        const struct trod_rows *const list[] = {&rows};
        assert_int_equal(trod_part_unpack(part, 0, part->n_customers, arena, &rows, &error),
                         TROD_OK);
        assert_int_equal(trod_rows_merge(list, 1, &options, arena, &others, &n_dropped, &error),
                         TROD_OK);
        assert_int_equal(trod_part_pack(&others, arena, &packed, &error), TROD_OK);
        assert_int_equal(
            trod_part_open(packed.sections, packed.n_sections, arena, &want, &error), TROD_OK);
        const struct pair pair = {is, want, arena};
        assert_same_part(&pair, &rng);
        /* and those who are gone, by themselves */
        if (n) {
            assert_int_equal(trod_part_pick(part, gone, n, arena, &picked, &error), TROD_OK);
            assert_int_equal(picked.n_events + is->n_events, part->n_events);
            const struct trod_rows *const both[] = {&others, &picked};
            assert_int_equal(trod_rows_merge(both, 2, NULL, arena, &rows, &n_dropped, &error),
                             TROD_OK);
            assert_int_equal(trod_part_pack(&rows, arena, &packed, &error), TROD_OK);
            assert_int_equal(
                trod_part_open(packed.sections, packed.n_sections, arena, &is, &error),
                TROD_OK);
            const struct pair whole = {is, part, arena};
            assert_same_part(&whole, &rng);
        }
        trod_arena_free(arena);
        trod_parts_free(parts);
        free(events.at);
        kept_free(&kept);
    }
}

/* ---- The whole log ---- */

struct told {
    uint64_t hash;
    trod_str id;
    char *text;
};

static int by_customer(const void *a, const void *b) {
    const struct told *const x = a, *const y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return trod_str_compare(x->id, y->id);
}

/* What the parts say, opened in an order of chance, twice each. */
static char *answer_in_any_order(const struct trod_parts *parts, uint64_t seed) {
    struct trod_rng rng = {.seed = seed};
    struct trod_error error = {0};
    struct trod_buf all = {0};
    struct trod_arena *const arena = trod_arena_make(0), *const kept = trod_arena_make(0);
    struct told *const told = calloc(parts->n_customers + 1, sizeof *told);
    size_t n = 0;
    for (size_t k = 0; k < 3 * parts->n_parts; k++) {
        const size_t i = k < 2 * parts->n_parts ? trod_rng_below(&rng, parts->n_parts)
                                                : k - 2 * parts->n_parts;
        const struct trod_part *part = NULL;
        struct trod_rows rows = {0};
        trod_arena_reset(arena);
        if (parts->open(parts->owner, i, arena, &part, &error) != TROD_OK)
            fail_msg("%s", error.message);
        if (k < 2 * parts->n_parts) continue;
        assert_int_equal(trod_part_unpack(part, 0, part->n_customers, arena, &rows, &error),
                         TROD_OK);
        for (uint32_t c = 0; c < rows.n_customers; c++) {
            struct trod_buf buf = {0};
            write_customer(&buf, parts, &rows, c);
            assert_true(n < parts->n_customers);
            told[n++] = (struct told){rows.hash[c], trod_arena_copy(kept, rows.id[c]), buf.at};
        }
    }
    qsort(told, n, sizeof *told, by_customer);
    for (size_t i = 0; i < n; i++) {
        trod_buf_format(&all, "%s%s", i ? "\n" : "", told[i].text);
        free(told[i].text);
    }
    free(told);
    trod_arena_free(arena);
    trod_arena_free(kept);
    return all.at;
}

static void what_is_laid_over_is_what_is_put_together(void **state) {
    (void)state;
    for (unsigned round = 0; round < 8; round++) {
        struct kept kept = kept_make();
        struct trod_error error = {0};
        struct events all = {0};
        /* the large set first, in the middle, or last */
        for (unsigned set = 0; set < 3; set++) {
            if (round == 7 && set != round % 3) continue; /* one event is late, in all */
            struct events events =
                draw_events(round * 10 + set, 400, set == round % 3 ? 3000 : 60, set);
            if (round % 2) take_times(&events);
            import_all(kept.store, &events,
                       (struct import_options){.n_parts = set == round % 3 ? 11 : 2});
            events_add_all(&all, &events);
            free(events.at);
        }
        struct events late = draw_events(round * 10 + 9, 450, round == 7 ? 1 : 63, 1);
        if (round > 3) put_all(&kept, &late);
        if (round > 3) events_add_all(&all, &late);
        struct store_parts *parts = NULL;
        if (store_parts_read(kept.store, STORE_OVERLAID, &parts, &error) != TROD_OK)
            fail_msg("%s", error.message);
        assert_non_null(parts->overlay);
        char *const is = answer_in_any_order(&parts->parts, round);
        char *const want = answer_of_events(&all);
        assert_string_equal(is, want);
        free(is);
        free(want);
        trod_parts_free(&parts->parts);
        free(late.at);
        free(all.at);
        kept_free(&kept);
    }
}

static void it_pays_for_few_beside_many(void **state) {
    (void)state;
    struct kept kept = kept_make();
    struct trod_error error = {0};
    struct store_parts *parts = NULL;
    struct events events = draw_events(1, 300, 3200, 0), late = draw_events(2, 300, 60, 1);
    import_all(kept.store, &events, (struct import_options){.n_parts = 4});
    for (int round = 0; round < 3; round++) {
        assert_int_equal(store_parts_read(kept.store, STORE_QUICK, &parts, &error), TROD_OK);
        assert_int_equal(parts->overlay != NULL, round == 1);
        trod_parts_free(&parts->parts);
        put_all(&kept, &late);
    }
    free(late.at);
    free(events.at);
    kept_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_without_some_is_one_made_without_them),
        cmocka_unit_test(what_is_laid_over_is_what_is_put_together),
        cmocka_unit_test(it_pays_for_few_beside_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
