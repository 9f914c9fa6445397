/* Columns of parts: random columns of every flavour come back byte for byte, whatever range is
 * asked for, and no bytes make a reader leave its buffers. */
#include "../unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "log/part_column.h"
#include "log/part_view.h"

#define assert_ok(call) assert_int_equal((call), TROD_OK)

enum flavour {
    FEW,         /* a handful of values */
    FEW_MISSING, /* the same, with gaps */
    RARE,        /* one row in two hundred has a value */
    RUNS,        /* some hundred values in long runs */
    MANY,        /* thousands of values that repeat */
    ODD,         /* NULs, empty texts, numbers in odd spellings */
    AMOUNTS,     /* mostly 0.00, else an amount */
    COUNTS,      /* whole numbers of all sizes, some missing, some below 0 */
    MIXED,       /* numbers, and once a word */
    UNIQUE,      /* hardly ever the same twice */
    LONG,        /* a few long texts */
    PAGES,       /* some hundred long values that repeat */
    ALL_MISSING,
    ALL_EQUAL,
    BY_CUSTOMER,
    BY_CUSTOMER_UNIQUE,
    BY_CUSTOMER_AMOUNT,
    N_FLAVOURS,
};

struct world {
    struct trod_arena *arena;
    struct trod_part part; /* as much of one as columns need */
    struct trod_rows rows;
};

static struct world world_make(struct trod_rng *rng, uint32_t n_customers, uint32_t most) {
    struct world world = {.arena = trod_arena_make((size_t)1 << 34)};
    uint32_t *const first = TROD_NEW_ARRAY(world.arena, (size_t)n_customers + 1, uint32_t);
    for (uint32_t c = 0; c < n_customers; c++)
        first[c + 1] = first[c] + (uint32_t)trod_rng_below(rng, most + 1);
    world.rows.n_customers = world.part.n_customers = n_customers;
    world.rows.n_events = world.part.n_events = first[n_customers];
    world.rows.first = world.part.first = first;
    return world;
}

static trod_str keep(struct world *world, const char *text) {
    return trod_arena_copy(world->arena, trod_str_of(text));
}

static trod_str odd_text(struct trod_rng *rng) {
    static const trod_str odd[] = {
        {"", 0},         {"a\0b", 3},        {"\0", 1},  {"-0", 2},
        {"007", 3},      {"1.50", 4},        {"1e5", 3}, {"12345678901234567890", 20},
        {" 1", 2},       {"+1", 2},          {"1.", 2},  {".5", 2},
        {"\xff\xfe", 2}, {"caf\xc3\xa9", 5}, {NULL, 0},
    };
    return odd[trod_rng_below(rng, TROD_COUNT(odd))];
}

static trod_str draw(struct world *world, struct trod_rng *rng, enum flavour flavour,
                     uint32_t row, trod_str before) {
    char text[64];
    const uint64_t any = trod_rng_u64(rng);
    switch (flavour) {
    case FEW:
        snprintf(text, sizeof text, "v%u", (unsigned)(any % 8));
        break;
    case FEW_MISSING:
        if (any % 9 == 0) return (trod_str){0};
        snprintf(text, sizeof text, "v%u", (unsigned)(any % 8));
        break;
    case RARE:
        if (any % 200) return (trod_str){0};
        snprintf(text, sizeof text, "r%u", (unsigned)(any / 200 % 30));
        break;
    case RUNS:
        if (row && any % 50) return before;
        snprintf(text, sizeof text, "run %u", (unsigned)(any / 50 % 400));
        break;
    case MANY:
        snprintf(text, sizeof text, "m-%u", (unsigned)(any % (row / 8 + 1)));
        break;
    case ODD:
        return odd_text(rng);
    case AMOUNTS:
        if (any % 8)
            snprintf(text, sizeof text, "0.00");
        else
            snprintf(text, sizeof text, "%u.%02u", (unsigned)(any / 8 % 1000),
                     (unsigned)(any / 9000 % 100));
        break;
    case COUNTS:
        if (any % 5 == 0) return (trod_str){0};
        snprintf(text, sizeof text, "%lld",
                 (long long)((int64_t)(trod_rng_u64(rng) >> (8 + any % 56)) *
                             (any & 64 ? 1 : -1) % 1000000000000000000));
        break;
    case MIXED:
        snprintf(text, sizeof text, "%u.5", (unsigned)(any % 100000));
        if (any % 1000 == 0) snprintf(text, sizeof text, "none");
        break;
    case UNIQUE:
        snprintf(text, sizeof text, "%016llx", (unsigned long long)any);
        break;
    case LONG: {
        if (any % 40) return keep(world, "x");
        char *const at = TROD_NEW_ARRAY(world->arena, 70000, char);
        memset(at, 'a' + (int)(any % 20), 70000);
        return (trod_str){at, 60000 + any % 10000};
    }
    case PAGES:
        snprintf(text, sizeof text, "https://shop.example/products/%u/colours",
                 (unsigned)(any % (row / 8 < 600 ? row / 8 + 1 : 600)));
        break;
    case ALL_MISSING:
        return (trod_str){0};
    default:
        snprintf(text, sizeof text, "equal");
        break;
    }
    return keep(world, text);
}

/* What each row holds: [n_events], or [n_customers] of a fact. */
static trod_str *draw_texts(struct world *world, struct trod_rng *rng, enum flavour flavour,
                            bool fact) {
    const uint32_t n = fact ? world->rows.n_customers : world->rows.n_events;
    trod_str *const texts = TROD_NEW_ARRAY(world->arena, n, trod_str);
    const enum flavour each = flavour == BY_CUSTOMER          ? FEW_MISSING
                              : flavour == BY_CUSTOMER_UNIQUE ? UNIQUE
                              : flavour == BY_CUSTOMER_AMOUNT ? COUNTS
                                                              : flavour;
    if (fact || each == flavour) {
        for (uint32_t i = 0; i < n; i++)
            texts[i] = draw(world, rng, each, i, i ? texts[i - 1] : (trod_str){0});
        return texts;
    }
    for (uint32_t c = 0; c < world->rows.n_customers; c++) {
        const trod_str text = draw(world, rng, each, c, (trod_str){0});
        for (uint32_t i = world->rows.first[c]; i < world->rows.first[c + 1]; i++)
            texts[i] = text;
    }
    return texts;
}

/* The texts as a column of rows, with or without a dictionary (one with values that no row
 * has). */
static struct trod_rows_column column_of(struct world *world, const trod_str *texts, bool fact,
                                         bool coded) {
    const uint32_t n = fact ? world->rows.n_customers : world->rows.n_events;
    struct trod_rows_column column = {.field = 7, .fact = fact, .text = texts};
    if (!coded) return column;
    struct trod_dict *const dict = trod_dict_make(0);
    assert_int_equal(trod_dict_add(dict, TROD_STR("in no row")), 0);
    uint32_t *const codes = TROD_NEW_ARRAY(world->arena, n, uint32_t);
    for (uint32_t i = 0; i < n; i++)
        codes[i] = texts[i].at ? trod_dict_add(dict, texts[i]) + 1 : 0;
    trod_str *const values = TROD_NEW_ARRAY(world->arena, trod_dict_count(dict), trod_str);
    for (uint32_t v = 0; v < trod_dict_count(dict); v++)
        values[v] = trod_arena_copy(world->arena, trod_dict_at(dict, v));
    column.n_values = trod_dict_count(dict);
    column.code = codes;
    column.values = values;
    column.text = NULL;
    trod_dict_free(dict);
    return column;
}

static void assert_same(trod_str got, trod_str want) {
    if (!got.at != !want.at || !trod_str_equal(got, want))
        fail_msg("\"%.*s\" (%zu bytes%s) is not \"%.*s\" (%zu bytes%s)", TROD_ARG(got), got.n,
                 got.at ? "" : ", missing", TROD_ARG(want), want.n, want.at ? "" : ", missing");
}

static void check_codes(struct world *world, const struct trod_part_column *column,
                        const trod_str *want, uint32_t from, uint32_t n) {
    const struct trod_part *const part = &world->part;
    uint32_t *const codes = TROD_NEW_ARRAY(world->arena, (size_t)n + 16, uint32_t);
    trod_part_codes(part, column, from, n, codes);
    for (uint32_t i = 0; i < n; i++) {
        assert_true(codes[i] <= column->n_values);
        assert_int_equal(codes[i] > 0, want[from + i].at != NULL);
        if (codes[i]) assert_same(trod_part_value(part, column, codes[i]), want[from + i]);
    }
}

static void check_numbers(struct world *world, const struct trod_part_column *column,
                          const trod_str *want, uint32_t from, uint32_t n) {
    int64_t *const numbers = TROD_NEW_ARRAY(world->arena, n, int64_t);
    trod_part_numbers(&world->part, column, from, n, numbers);
    for (uint32_t i = 0; i < n; i++) {
        const trod_str text = want[from + i];
        assert_int_equal(numbers[i] == INT64_MIN, text.at == NULL);
        if (!text.at) continue;
        char digits[40];
        size_t to = 0;
        for (size_t k = 0; k < text.n; k++)
            if (text.at[k] != '.') digits[to++] = text.at[k];
        digits[to] = '\0';
        assert_int_equal(numbers[i], strtoll(digits, NULL, 10));
        assert_true(numbers[i] >= column->least && numbers[i] <= column->most);
    }
}

static void check_range(struct world *world, const struct trod_part_column *column,
                        const trod_str *want, uint32_t from, uint32_t n) {
    trod_str *const texts = TROD_NEW_ARRAY(world->arena, n, trod_str);
    assert_ok(trod_part_texts(&world->part, column, from, n, world->arena, texts, NULL));
    for (uint32_t i = 0; i < n; i++) assert_same(texts[i], want[from + i]);
    if (column->kind == TROD_COLUMN_CODES) check_codes(world, column, want, from, n);
    if (column->kind == TROD_COLUMN_NUMBER) check_numbers(world, column, want, from, n);
}

static const struct trod_part_column *pack_and_open(struct world *world,
                                                    const struct trod_rows_column *column,
                                                    struct part_out *out) {
    *out = (struct part_out){.arena = world->arena};
    assert_ok(part_column_pack(&world->rows, column, out, NULL));
    assert_ok(part_columns_open(out->items, out->n, NULL, &world->part, world->arena, NULL));
    assert_ok(part_columns_check(&world->part, NULL));
    assert_null(trod_part_column(&world->part, 6));
    assert_null(trod_part_column(&world->part, 8));
    const struct trod_part_column *const open = trod_part_column(&world->part, 7);
    assert_non_null(open);
    return open;
}

static void check_flavour(struct trod_rng *rng, enum flavour flavour, uint32_t n_customers,
                          uint32_t most_events, bool fact, bool coded) {
    struct world world = world_make(rng, n_customers, most_events);
    const uint32_t n = fact ? world.rows.n_customers : world.rows.n_events;
    const trod_str *const want = draw_texts(&world, rng, flavour, fact);
    const struct trod_rows_column rows = column_of(&world, want, fact, coded);
    struct part_out out, again;
    const struct trod_part_column *const column = pack_and_open(&world, &rows, &out);
    assert_int_equal(column->fact, fact);
    check_range(&world, column, want, 0, n);
    for (unsigned round = 0; n > 0 && round < 20; round++) {
        const uint32_t from = (uint32_t)trod_rng_below(rng, n);
        const uint32_t some = (uint32_t)trod_rng_below(rng, round < 10 ? 40 : n) + 1;
        check_range(&world, column, want, from, some < n - from ? some : n - from);
    }
    if (column->by_customer && column->kind == TROD_COLUMN_CODES) {
        uint32_t *const codes = TROD_NEW_ARRAY(world.arena, n_customers + 16, uint32_t);
        trod_part_customer_codes(&world.part, column, 0, n_customers, codes);
        for (uint32_t c = 0; c < n_customers; c++)
            for (uint32_t i = world.rows.first[c]; i < world.rows.first[c + 1]; i++)
                assert_same(codes[c] ? trod_part_value(&world.part, column, codes[c])
                                     : (trod_str){0},
                            want[i]);
    }
    /* With or without a dictionary, the bytes are the same. */
    const struct trod_rows_column other = column_of(&world, want, fact, !coded);
    pack_and_open(&world, &other, &again);
    assert_int_equal(out.items[0].n_bytes, again.items[0].n_bytes);
    assert_memory_equal(out.items[0].at, again.items[0].at, out.items[0].n_bytes);
    trod_arena_free(world.arena);
}

static void test_flavours(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 11};
    static const uint32_t sizes[][2] = {{0, 0}, {1, 0}, {1, 1}, {3, 5}, {900, 3}, {2500, 24}};
    for (unsigned flavour = 0; flavour < N_FLAVOURS; flavour++)
        for (size_t i = 0; i < TROD_COUNT(sizes); i++)
            for (unsigned way = 0; way < 4; way++)
                check_flavour(&rng, (enum flavour)flavour, sizes[i][0], sizes[i][1], way & 1,
                              way & 2);
}

/* A text is a number only if it comes back as it was. */
static void test_decimals(void **state) {
    (void)state;
    static const char *const none[] = {"",
                                       "-",
                                       "-0",
                                       "-0.0",
                                       "00",
                                       "007",
                                       "00.5",
                                       ".5",
                                       "5.",
                                       "+1",
                                       "1e5",
                                       "1,5",
                                       " 1",
                                       "1 ",
                                       "0x1",
                                       "1.2.3",
                                       "--1",
                                       "nan",
                                       "1-",
                                       ".",
                                       "-.5",
                                       "1234567890123456789",
                                       "12345678901234567890",
                                       "-1234567890123456789",
                                       "0.123456789012345678",
                                       "99999999999999999999999999"};
    for (size_t i = 0; i < TROD_COUNT(none); i++) {
        int64_t number;
        unsigned scale;
        if (column_number_read(trod_str_of(none[i]), &number, &scale)) fail_msg("%s", none[i]);
    }
    struct trod_rng rng = {.seed = 16};
    for (unsigned round = 0; round < 20000; round++) {
        const unsigned scale = (unsigned)trod_rng_below(&rng, COLUMN_MOST_SCALE + 1);
        int64_t number = (int64_t)(trod_rng_u64(&rng) >> (5 + trod_rng_below(&rng, 59)));
        number = number % INT64_C(1000000000000000000) * (round & 1 ? -1 : 1);
        char text[COLUMN_NUMBER_ROOM];
        const trod_str written = {text, column_number_write(number, scale, text)};
        int64_t got;
        unsigned got_scale;
        assert_true(column_number_read(written, &got, &got_scale));
        assert_int_equal(got, number);
        assert_int_equal(got_scale, scale);
    }
}

static enum trod_column_kind kind_of(struct world *world, struct trod_rng *rng,
                                     enum flavour flavour, bool *by_customer) {
    const trod_str *const texts = draw_texts(world, rng, flavour, false);
    const struct trod_rows_column rows = column_of(world, texts, false, false);
    struct part_out out;
    const struct trod_part_column *const column = pack_and_open(world, &rows, &out);
    *by_customer = column->by_customer;
    return column->kind;
}

static void test_kinds(void **state) {
    (void)state;
    static const struct {
        enum flavour flavour;
        enum trod_column_kind kind;
        bool by_customer;
    } wanted[] = {
        {FEW, TROD_COLUMN_CODES, false},
        {MANY, TROD_COLUMN_CODES, false},
        {ODD, TROD_COLUMN_CODES, false},
        {AMOUNTS, TROD_COLUMN_NUMBER, false},
        {COUNTS, TROD_COLUMN_NUMBER, false},
        {MIXED, TROD_COLUMN_TEXT, false},
        {UNIQUE, TROD_COLUMN_TEXT, false},
        {ALL_MISSING, TROD_COLUMN_CODES, true},
        {BY_CUSTOMER, TROD_COLUMN_CODES, true},
        {BY_CUSTOMER_UNIQUE, TROD_COLUMN_TEXT, true},
        {BY_CUSTOMER_AMOUNT, TROD_COLUMN_NUMBER, true},
    };
    struct trod_rng rng = {.seed = 12};
    for (size_t i = 0; i < TROD_COUNT(wanted); i++) {
        struct world world = world_make(&rng, 3000, 24);
        bool by_customer = false;
        assert_int_equal(kind_of(&world, &rng, wanted[i].flavour, &by_customer),
                         wanted[i].kind);
        assert_int_equal(by_customer, wanted[i].by_customer);
        trod_arena_free(world.arena);
    }
}

static void test_many_values(void **state) {
    (void)state;
    enum { VALUES = 70000, EVENTS = 5 * VALUES };
    struct world world = {.arena = trod_arena_make((size_t)1 << 32)};
    uint32_t first[] = {0, EVENTS};
    world.rows = (struct trod_rows){.n_customers = 1, .n_events = EVENTS, .first = first};
    world.part = (struct trod_part){.n_customers = 1, .n_events = EVENTS, .first = first};
    trod_str *const texts = TROD_NEW_ARRAY(world.arena, EVENTS, trod_str);
    for (uint32_t i = 0; i < EVENTS; i++)
        texts[i] = trod_arena_format(world.arena, "k%u", i * 7919 % VALUES);
    const struct trod_rows_column rows = column_of(&world, texts, false, false);
    struct part_out out;
    const struct trod_part_column *const column = pack_and_open(&world, &rows, &out);
    assert_int_equal(column->kind, TROD_COLUMN_CODES);
    assert_int_equal(column->n_values, VALUES);
    check_range(&world, column, texts, 0, EVENTS);
    check_range(&world, column, texts, 123456, 4321);
    trod_arena_free(world.arena);
}

/* Numbers in both forms, squeezed and varied, and ranges asked of them. */
static void test_ranges(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 23};
    unsigned n_varied = 0, n_squeezed = 0;
    for (unsigned round = 0; round < 60; round++) {
        struct world world = world_make(&rng, round % 3 ? 3000 : 100, 12);
        const uint32_t n = world.rows.n_events;
        trod_str *const texts = TROD_NEW_ARRAY(world.arena, n, trod_str);
        /* Either of wide spread, or rising slowly, which squeezes well. */
        for (uint32_t i = 0; i < n; i++) {
            const bool common = trod_rng_below(&rng, 12) < round % 12;
            const unsigned number =
                round % 2 ? 500 + (unsigned)trod_rng_below(&rng, 1u << 20) : 1000 + i / 64;
            if (!common)
                texts[i] =
                    trod_arena_format(world.arena, "%u.%02u", number / 100, number % 100);
            else if (round % 5)
                texts[i] = TROD_STR("7.50");
        }
        const struct trod_rows_column rows = column_of(&world, texts, false, false);
        struct part_out out;
        const struct trod_part_column *const column = pack_and_open(&world, &rows, &out);
        if (column->kind != TROD_COLUMN_NUMBER || column->by_customer) continue;
        const struct column *const inner = column->inner;
        n_varied += inner->varied;
        n_squeezed += !inner->varied;
        check_range(&world, column, texts, 0, n);
        int64_t *const numbers = TROD_NEW_ARRAY(world.arena, n, int64_t);
        uint64_t *const words = TROD_NEW_ARRAY(world.arena, trod_bits_words(n), uint64_t);
        uint64_t *const want = TROD_NEW_ARRAY(world.arena, trod_bits_words(n), uint64_t);
        for (unsigned k = 0; k < 30; k++) {
            const uint32_t from = (uint32_t)trod_rng_below(&rng, n / 64) * 64;
            const uint32_t some = (uint32_t)trod_rng_below(&rng, n - from) + 1;
            const int64_t low = (int64_t)trod_rng_below(&rng, 3000);
            const struct log_range range = {low, low + (int64_t)trod_rng_below(&rng, 1u << 19),
                                            k & 1, k & 2};
            check_range(&world, column, texts, from + k % 9 % some, some - k % 9 % some);
            trod_part_numbers(&world.part, column, from, some, numbers);
            log_range_bits(&range, numbers, some, want);
            const bool answered = column_varied_bits(inner, from, some, &range, words);
            assert_int_equal(answered, inner->varied && inner->sparse);
            for (uint32_t i = 0; answered && i < some; i++)
                assert_int_equal(words[i / 64] >> i % 64 & 1, want[i / 64] >> i % 64 & 1);
        }
        trod_arena_free(world.arena);
    }
    assert_true(n_varied > 5 && n_squeezed > 5);
}

/* Every width of codes, at every place within a byte. */
static void test_widths(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 13};
    for (uint32_t n_values = 1; n_values <= 300; n_values += n_values < 20 ? 1 : 35) {
        struct world world = world_make(&rng, 40, 30);
        const uint32_t n = world.rows.n_events;
        trod_str *const texts = TROD_NEW_ARRAY(world.arena, n, trod_str);
        for (uint32_t i = 0; i < n; i++)
            texts[i] =
                trod_arena_format(world.arena, "%u!", (unsigned)trod_rng_below(&rng, n_values));
        const struct trod_rows_column rows = column_of(&world, texts, false, true);
        struct part_out out;
        const struct trod_part_column *const column = pack_and_open(&world, &rows, &out);
        for (uint32_t from = 0; from < 20; from++)
            for (uint32_t some = 0; some < 40; some++)
                check_range(&world, column, texts, from, some);
        trod_arena_free(world.arena);
    }
}

/* Reads all that can be read of whatever the sections have become. */
static void read_all(struct world *world, const struct trod_section *section) {
    struct trod_part *const part = &world->part;
    struct trod_arena *const arena = trod_arena_make((size_t)1 << 32);
    if (part_columns_open(section, 1, NULL, part, arena, NULL) == TROD_OK) {
        const struct trod_part_column *const column = &part->columns[0];
        const uint32_t n = column->fact ? part->n_customers : part->n_events;
        trod_str *const texts = TROD_NEW_ARRAY(arena, n, trod_str);
        uint32_t *const codes = TROD_NEW_ARRAY(arena, (size_t)n + 16, uint32_t);
        int64_t *const numbers = TROD_NEW_ARRAY(arena, n, int64_t);
        uint64_t sum = 0;
        if (part_columns_check(part, NULL) == TROD_OK) sum++;
        if (trod_part_texts(part, column, 0, n, arena, texts, NULL) == TROD_OK)
            for (uint32_t i = 0; i < n; i++) sum += trod_hash64(texts[i].at, texts[i].n, 0);
        if (column->kind == TROD_COLUMN_NUMBER) {
            uint64_t *const words = TROD_NEW_ARRAY(arena, trod_bits_words(n), uint64_t);
            trod_part_numbers(part, column, 0, n, numbers);
            if (!column->by_customer)
                column_varied_bits(column->inner, 0, n, &(struct log_range){1, 99, true, true},
                                   words);
        }
        if (column->kind == TROD_COLUMN_CODES) {
            trod_part_codes(part, column, 0, n, codes);
            for (uint32_t i = 0; i < n; i++) {
                assert_true(codes[i] <= column->n_values);
                const trod_str value = trod_part_value(part, column, codes[i]);
                sum += trod_hash64(value.at, value.n, 0);
            }
        }
        assert_true(sum != 77);
    }
    trod_arena_free(arena);
}

static void test_damage(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 14};
    for (unsigned flavour = 0; flavour < N_FLAVOURS; flavour++) {
        struct world world = world_make(&rng, 700, 12);
        const trod_str *const texts = draw_texts(&world, &rng, (enum flavour)flavour, false);
        const struct trod_rows_column rows = column_of(&world, texts, false, false);
        struct part_out out;
        pack_and_open(&world, &rows, &out);
        struct trod_section section = out.items[0];
        const size_t n = section.n_bytes;
        unsigned char *const room = aligned_alloc(64, (n + 64 + 63) / 64 * 64);
        for (unsigned round = 0; round < 150; round++) {
            memcpy(room, out.items[0].at, n);
            memset(room + n, 0, 64);
            for (unsigned k = 0; k <= round % 3; k++) {
                const size_t at = trod_rng_below(&rng, round % 2 && n > 200 ? 200 : n);
                room[at] = (unsigned char)trod_rng_u64(&rng);
            }
            section.at = room;
            section.n_bytes = round % 10 == 9 ? trod_rng_below(&rng, n) : n;
            read_all(&world, &section);
        }
        free(room);
        trod_arena_free(world.arena);
    }
}

/* Many threads read one part, and find the same. */
struct shared {
    const struct trod_part *part;
    const struct trod_part_column *column;
    const trod_str *want;
};

static trod_status read_shared(void *owner, size_t i, struct trod_error *error) {
    const struct shared *const shared = owner;
    const uint32_t n = shared->part->n_events;
    struct trod_arena *const arena = trod_arena_make(0);
    trod_str *const texts = TROD_NEW_ARRAY(arena, n, trod_str);
    trod_status status =
        trod_part_texts(shared->part, shared->column, 0, n, arena, texts, error);
    for (uint32_t k = 0; k < n && status == TROD_OK; k++)
        if (!trod_str_equal(texts[k], shared->want[k]))
            status = trod_fail(error, TROD_IO, "thread work %zu, row %u", i, (unsigned)k);
    trod_arena_free(arena);
    return status;
}

static void test_threads(void **state) {
    (void)state;
    static const enum flavour flavours[] = {RARE, PAGES, AMOUNTS, UNIQUE, BY_CUSTOMER};
    struct trod_rng rng = {.seed = 17};
    for (size_t i = 0; i < TROD_COUNT(flavours); i++) {
        struct world world = world_make(&rng, 2000, 12);
        const trod_str *const texts = draw_texts(&world, &rng, flavours[i], false);
        const struct trod_rows_column rows = column_of(&world, texts, false, false);
        struct part_out out = {.arena = world.arena};
        assert_ok(part_column_pack(&world.rows, &rows, &out, NULL));
        assert_ok(part_columns_open(out.items, out.n, NULL, &world.part, world.arena, NULL));
        struct shared shared = {&world.part, &world.part.columns[0], texts};
        const struct trod_run run = {.n_threads = 4};
        struct trod_error error = {0};
        if (trod_run_each(&run, 16, read_shared, &shared, &error) != TROD_OK)
            fail_msg("%s", error.message);
        trod_arena_free(world.arena);
    }
}

static void test_no_memory(void **state) {
    (void)state;
    struct trod_rng rng = {.seed = 15};
    static const enum flavour flavours[] = {FEW, RARE, AMOUNTS, UNIQUE, PAGES, BY_CUSTOMER};
    for (size_t i = 0; i < TROD_COUNT(flavours); i++) {
        struct world world = world_make(&rng, 300, 12);
        const trod_str *const texts = draw_texts(&world, &rng, flavours[i], false);
        const struct trod_rows_column rows = column_of(&world, texts, false, false);
        trod_status status = TROD_NO_MEMORY;
        for (uint64_t n = 1; status == TROD_NO_MEMORY && n < 200; n++) {
            struct part_out out = {.arena = world.arena};
            trod_memory_fail_at(n);
            status = part_column_pack(&world.rows, &rows, &out, NULL);
            if (status == TROD_OK)
                status = part_columns_open(out.items, out.n, NULL, &world.part, world.arena, NULL);
        }
        trod_memory_fail_at(0);
        assert_int_equal(status, TROD_OK);
        trod_arena_free(world.arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimals),  cmocka_unit_test(test_flavours),
        cmocka_unit_test(test_kinds),     cmocka_unit_test(test_many_values),
        cmocka_unit_test(test_widths),    cmocka_unit_test(test_damage),
        cmocka_unit_test(test_threads),   cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
