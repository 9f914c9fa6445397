/* Ranges of made-up files: every hash of every file is in exactly one range, with that file
 * among its pieces; a file that nobody overlaps stays whole; no range is far too large. */
#include "../unit.h"

#include <stdlib.h>

#include "store/inside.h"

enum { MOST_FILES = 400 };

struct drawn {
    struct store_file files[MOST_FILES];
    size_t n;
    uint64_t n_events;
};

/* Sets of files that do not overlap within the set; some even, some of chance. */
static void draw_files(struct drawn *drawn, uint64_t seed, unsigned n_sets) {
    struct trod_rng rng = {.seed = seed};
    drawn->n = 0;
    drawn->n_events = 0;
    for (uint32_t set = 1; set <= n_sets; set++) {
        const unsigned n = 1 + (unsigned)trod_rng_below(&rng, MOST_FILES / n_sets - 1);
        const uint64_t step = UINT64_MAX / n;
        const uint64_t most = trod_rng_below(&rng, 4) ? 3000 : 2000000;
        const bool even = trod_rng_below(&rng, 2);
        for (unsigned i = 0; i < n; i++) {
            struct store_file *const file = &drawn->files[drawn->n++];
            uint64_t first = i * step, last = i + 1 == n ? UINT64_MAX : (i + 1) * step - 1;
            if (!even) {
                first += trod_rng_below(&rng, step / 2);
                last -= trod_rng_below(&rng, step / 2);
                if (trod_rng_below(&rng, 10) == 0) last = first; /* one customer */
            }
            *file = (struct store_file){.number = drawn->n,
                                        .set = set,
                                        .first_hash = first,
                                        .last_hash = last,
                                        .n_events = 1 + trod_rng_below(&rng, most),
                                        .n_customers = 1};
            drawn->n_events += file->n_events;
        }
    }
}

static bool has_piece(const struct store_ranges *ranges, const struct store_range *range,
                      uint64_t file, uint64_t hash) {
    for (size_t i = 0; i < range->n_pieces; i++) {
        const struct store_piece *const piece = &ranges->pieces[range->first_piece + i];
        if (piece->file == file) return piece->first <= hash && hash <= piece->last;
    }
    return false;
}

static void check_ranges(const struct drawn *drawn, const struct store_ranges *ranges) {
    for (size_t i = 0; i < ranges->n; i++) {
        const struct store_range *const range = &ranges->at[i];
        assert_true(range->first <= range->last && range->n_pieces > 0);
        if (i) assert_true(range->first > ranges->at[i - 1].last);
        for (size_t k = 0; k < range->n_pieces; k++) {
            const struct store_piece *const piece = &ranges->pieces[range->first_piece + k];
            const struct store_file *const file = &drawn->files[piece->file];
            assert_int_equal(piece->whole, file->first_hash >= range->first &&
                                               file->last_hash <= range->last);
            if (k) assert_true(drawn->files[piece[-1].file].set <= file->set);
        }
    }
    struct trod_rng rng = {.seed = drawn->n};
    for (size_t f = 0; f < drawn->n; f++) {
        const struct store_file *const file = &drawn->files[f];
        const uint64_t span = file->last_hash - file->first_hash;
        for (int probe = 0; probe < 6; probe++) {
            const uint64_t hash = file->first_hash + (probe == 0   ? 0
                                                      : probe == 1 ? span
                                                      : span       ? trod_rng_below(&rng, span)
                                                                   : 0);
            size_t n_found = 0;
            for (size_t i = 0; i < ranges->n; i++)
                if (ranges->at[i].first <= hash && hash <= ranges->at[i].last) {
                    n_found++;
                    assert_true(has_piece(ranges, &ranges->at[i], f, hash));
                }
            assert_int_equal(n_found, 1);
        }
    }
}

static void every_customer_is_in_one_range(void **state) {
    (void)state;
    static struct drawn drawn;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        draw_files(&drawn, seed, 1 + (unsigned)(seed % 7));
        struct trod_arena *const arena = trod_arena_make(0);
        struct store_ranges ranges;
        struct trod_error error = {0};
        const unsigned bits = store_part_bits(drawn.n_events, 5);
        const uint64_t most = drawn.n_events >> bits;
        assert_int_equal(store_ranges_make(drawn.files, drawn.n, most, arena, &ranges, &error),
                         TROD_OK);
        check_ranges(&drawn, &ranges);
        if (seed % 7 == 0) { /* one set: its files as they are */
            assert_int_equal(ranges.n, drawn.n);
            for (size_t i = 0; i < ranges.n; i++)
                assert_true(ranges.at[i].n_pieces == 1 && ranges.pieces[i].whole);
        }
        assert_int_equal(store_grid_make(drawn.files, drawn.n, bits, arena, &ranges, &error),
                         TROD_OK);
        assert_true(ranges.n <= (size_t)1 << bits);
        check_ranges(&drawn, &ranges);
        trod_arena_free(arena);
    }
}

static void large_overlaps_are_split(void **state) {
    (void)state;
    struct trod_arena *const arena = trod_arena_make(0);
    struct store_ranges ranges;
    struct trod_error error = {0};
    struct store_file files[10];
    for (uint32_t i = 0; i < 10; i++)
        files[i] = (struct store_file){.number = i + 1,
                                       .set = i + 1,
                                       .first_hash = i,
                                       .last_hash = UINT64_MAX - i,
                                       .n_events = 50000};
    assert_int_equal(store_part_bits(500000, 5), 2);
    assert_int_equal(store_ranges_make(files, 10, 500000 >> 2, arena, &ranges, &error),
                     TROD_OK);
    assert_true(ranges.n >= 4 && ranges.n <= 6);
    for (size_t i = 0; i < ranges.n; i++) assert_true(ranges.at[i].n_events < 200000);
    /* one large file and a small one: the small one is cut, not the large one into pieces */
    files[0].n_events = 90000;
    files[1].n_events = 100;
    assert_int_equal(store_ranges_make(files, 2, 90100, arena, &ranges, &error), TROD_OK);
    assert_int_equal(ranges.n, 1);
    trod_arena_free(arena);
}

static void parts_are_as_many_as_a_gatherer_makes(void **state) {
    (void)state;
    assert_int_equal(store_part_bits(0, 1), 0);
    assert_int_equal(store_part_bits(100000, 1), 0);
    assert_int_equal(store_part_bits(100001, 1), 2);
    assert_int_equal(store_part_bits(1000001, 1), 3);
    assert_int_equal(store_part_bits(100000000, 1), 7);
    assert_int_equal(store_part_bits(100000000, 64), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_customer_is_in_one_range),
        cmocka_unit_test(large_overlaps_are_split),
        cmocka_unit_test(parts_are_as_many_as_a_gatherer_makes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
