/* A filter asked of a part column by column. What a condition says is worked out once for each
 * distinct value (a table of yes and no by code), or turned into a range of whole numbers (of
 * numbers and of times), or asked text by text where values hardly repeat. Conditions that are
 * the same for all events of a customer become a set of customers at once, and those that are
 * the same for the whole part a constant; only what is left is asked of events, a block of them
 * at a time, each condition giving words of bits that and, or, not put together. */
#include <math.h>
#include <stdio.h>

#include "log/part_column.h"
#include "log/part_splice.h"
#include "log/part_view.h"

/* ---- Numbers -------------------------------------------------------------------------------
 */

/* A number of a column as the log would read its text. */
static double number_of(int64_t value, unsigned scale) {
    char text[400];
    const uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);
    const unsigned whole = (unsigned)n > scale ? (unsigned)n - scale : 0;
    int at = snprintf(text, sizeof text, "%s%.*s.", value < 0 ? "-" : "",
                      whole ? (int)whole : 1, whole ? digits : "0");
    for (unsigned i = (unsigned)n; i < scale && at < 390; i++) text[at++] = '0';
    at += snprintf(text + at, sizeof text - (size_t)at, "%s", digits + whole);
    if (scale == 0) text[at++] = '0';
    double number = NAN;
    return trod_str_number((trod_str){text, (size_t)at}, &number) ? number : NAN;
}

/* The least value of the column whose number is at least (above: above) `number`; INT64_MAX if
 * there is none. Numbers rise with values, so that halving finds it. */
static int64_t least_value(double number, bool above, unsigned scale, bool *found) {
    int64_t low = INT64_MIN + 1, high = INT64_MAX;
    const double top = number_of(high, scale);
    *found = above ? top > number : top >= number;
    while (low < high) {
        const int64_t middle = (int64_t)((uint64_t)low + ((uint64_t)high - (uint64_t)low) / 2);
        const double at = number_of(middle, scale);
        if (above ? at > number : at >= number)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Of numbers: a range if the condition is about numbers; false if texts must be asked. */
static bool number_range(const struct trod_condition *cond, unsigned scale,
                         struct log_range *range) {
    const struct log_range all = {INT64_MIN + 1, INT64_MAX, false, false};
    *range = all;
    if (cond->op == TROD_EXISTS) return true;
    if (cond->op == TROD_MISSING) {
        *range = (struct log_range){0, -1, false, true};
        return true;
    }
    const bool ordered = cond->op >= TROD_EQ && cond->op <= TROD_GE;
    const bool boolean =
        cond->value == TROD_VALUE_BOOL && (cond->op == TROD_EQ || cond->op == TROD_NE);
    if (!ordered || (cond->value != TROD_VALUE_NUMBER && !boolean)) return false;
    const double number = boolean ? (cond->number != 0 ? 1 : 0) : cond->number;
    if (isnan(number)) return false;
    bool from = false, above = false;
    const int64_t least = least_value(number, false, scale, &from);
    const int64_t next = least_value(number, true, scale, &above);
    const int64_t last = above ? next - 1 : INT64_MAX;
    const struct log_range none = {0, -1, false, false};
    const struct log_range below = {INT64_MIN + 1, from ? least - 1 : INT64_MAX, false, false};
    const struct log_range upto = {INT64_MIN + 1, last, false, false};
    switch (cond->op) {
    case TROD_EQ:
    case TROD_NE:
        *range = from ? (struct log_range){least, last, false, false} : none;
        range->others = cond->op == TROD_NE;
        break;
    case TROD_LT:
        *range = below;
        break;
    case TROD_LE:
        *range = upto;
        break;
    case TROD_GT:
        *range = above ? (struct log_range){next, INT64_MAX, false, false} : none;
        break;
    default:
        *range = from ? (struct log_range){least, INT64_MAX, false, false} : none;
        break;
    }
    return true;
}

/* ---- Binding -------------------------------------------------------------------------------
 */

struct binding {
    const struct trod_parts *parts;
    const struct trod_part *part;
    struct trod_arena *arena;
};

static void make_constant(struct log_part_test *test, bool always) {
    test->level = LOG_LEVEL_CONSTANT;
    test->always = always;
}

/* A table that says the same of every code makes a constant. */
static void settle_table(struct log_part_test *test, const uint8_t *yes, size_t from,
                         size_t n) {
    size_t n_yes = 0;
    for (size_t i = from; i < n; i++) n_yes += yes[i];
    test->yes = yes;
    if (n_yes == 0 || n_yes == n - from) make_constant(test, n_yes != 0);
}

/* The yes or no of each code of a column. */
static trod_status column_table(const struct binding *binding,
                                const struct trod_condition *cond,
                                const struct trod_part_column *column, const uint8_t **table,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    uint8_t *const yes = TROD_NEW_ARRAY(binding->arena, (size_t)column->n_values + 1, uint8_t);
    TROD_TRY_ALLOC(yes, error);
    yes[0] = cond->op == TROD_MISSING;
    for (uint32_t c = 1; c <= column->n_values; c++)
        yes[c] = log_condition_meets_text(cond, trod_part_value(binding->part, column, c));
    *table = yes;
done:
    return status;
}

/* One row of a block asked: of a customer's fact, or of an event. */
static trod_status ask_block(const struct log_part_test *test, struct log_part_reader *reader,
                             bool by_customer, uint32_t from, uint32_t n, uint64_t *words,
                             struct trod_error *error);

/* A condition that is the same for all events of a customer: asked of every customer now. */
static trod_status bind_customers(const struct binding *binding, struct log_part_test *test,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    struct log_part_reader reader = {0};
    const uint32_t n = binding->part->n_customers;
    test->customers = trod_bits_make(binding->arena, n);
    TROD_TRY_ALLOC(test->customers.words, error);
    TROD_TRY(log_part_reader_init(&reader, binding->part, binding->arena, error));
    for (uint32_t from = 0; from < n; from += LOG_BLOCK)
        TROD_TRY(ask_block(test, &reader, true, from,
                           n - from < LOG_BLOCK ? n - from : LOG_BLOCK,
                           test->customers.words + from / 64, error));
    test->level = LOG_LEVEL_CUSTOMER;
done:
    log_part_reader_release(&reader);
    return status;
}

static trod_status bind_column(const struct binding *binding, uint32_t field,
                               const struct trod_condition *cond, struct log_part_test *test,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_column *const column = trod_part_column(binding->part, field);
    if (!column) { /* nobody here has a value */
        make_constant(test, cond->op == TROD_MISSING);
        return TROD_OK;
    }
    test->column = column;
    struct log_range range = {0};
    if (column->kind == TROD_COLUMN_CODES) {
        const uint8_t *yes = NULL;
        test->leaf = LOG_LEAF_CODES;
        TROD_TRY(column_table(binding, cond, column, &yes, error));
        settle_table(test, yes, 0, (size_t)column->n_values + 1);
    } else if (column->kind == TROD_COLUMN_NUMBER &&
               number_range(cond, column->scale, &range)) {
        test->leaf = LOG_LEAF_NUMBERS;
        test->low = range.low;
        test->high = range.high;
        test->others = range.others;
        test->missing = range.missing;
    } else {
        test->leaf = LOG_LEAF_TEXTS;
    }
    const bool by_customer =
        column->fact || (column->by_customer && column->kind == TROD_COLUMN_CODES);
    if (test->level == LOG_LEVEL_EVENT && by_customer)
        TROD_TRY(bind_customers(binding, test, error));
done:
    return status;
}

static trod_status bind_names(const struct binding *binding, const struct trod_condition *cond,
                              struct log_part_test *test, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = binding->part->n_names;
    /* Bytes are looked up without a bound. */
    uint8_t *const yes = TROD_NEW_ARRAY(binding->arena, n < 256 ? 256 : n, uint8_t);
    TROD_TRY_ALLOC(yes, error);
    for (uint32_t i = 0; i < n; i++)
        yes[i] = log_condition_meets_text(cond, trod_dict_at(binding->parts->names, i));
    test->leaf = LOG_LEAF_NAMES;
    settle_table(test, yes, 0, n);
done:
    return status;
}

static trod_status bind_sources(const struct binding *binding,
                                const struct trod_condition *cond, struct log_part_test *test,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = binding->parts->n_sources;
    uint8_t *const yes = TROD_NEW_ARRAY(binding->arena, n, uint8_t);
    TROD_TRY_ALLOC(yes, error);
    for (size_t i = 0; i < n; i++)
        yes[i] = log_condition_meets(cond, binding->parts->sources[i].name, NAN);
    test->leaf = LOG_LEAF_SOURCES;
    settle_table(test, yes, 0, n);
done:
    return status;
}

/* The part's own first and last time settle many a question about times. */
static void bind_time(const struct binding *binding, const struct trod_condition *cond,
                      struct log_part_test *test) {
    const struct trod_part *const part = binding->part;
    if (!part->start) {
        make_constant(test, cond->op == TROD_MISSING);
        return;
    }
    test->leaf = LOG_LEAF_TIMES;
    struct log_range range = {INT64_MIN + 1, INT64_MAX, false, false};
    if (cond->op == TROD_MISSING) {
        range = (struct log_range){0, -1, false, true};
    } else if (cond->op != TROD_EXISTS) {
        const struct log_span span = log_condition_span(cond);
        range = log_range_of_span(&span, part->tick_us);
    }
    test->low = range.low;
    test->high = range.high;
    test->others = range.others;
    test->missing = range.missing;
    const int64_t first = part->first_us / part->tick_us - (part->first_us % part->tick_us < 0);
    const int64_t last = part->last_us / part->tick_us + (part->last_us % part->tick_us > 0);
    const bool none = range.high < range.low || range.high < first || range.low > last;
    const bool all = range.low <= first && range.high >= last;
    const bool dated = none == range.others; /* what all with a time say, if they agree */
    if ((none || all) && (part->n_undated == 0 || dated == range.missing))
        make_constant(test, dated);
}

static trod_status bind_condition(const struct binding *binding,
                                  const struct trod_condition *cond, struct log_part_test *test,
                                  struct trod_error *error) {
    const struct trod_parts *const parts = binding->parts;
    test->level = LOG_LEVEL_EVENT;
    test->kind = TROD_FILTER_COND;
    test->cond = cond;
    const uint32_t field = trod_parts_field(parts, cond->name, cond->profile);
    if (field != TROD_NO_ID) return bind_column(binding, field, cond, test, error);
    if (!cond->profile && trod_str_is(cond->name, "event"))
        return bind_names(binding, cond, test, error);
    if (!cond->profile && trod_str_is(cond->name, "source"))
        return bind_sources(binding, cond, test, error);
    if (!cond->profile && trod_str_is(cond->name, "journey") &&
        parts->journey_field != TROD_NO_ID)
        return bind_column(binding, parts->journey_field, cond, test, error);
    if (!cond->profile && trod_str_is(cond->name, "time")) {
        const trod_status status = log_condition_of_time(cond, error);
        if (status == TROD_OK) bind_time(binding, cond, test);
        return status;
    }
    return log_condition_unknown(cond, parts->fields, parts->n_fields, error);
}

/* Two sets of customers, or none, as one. */
static trod_status join_customers(const struct binding *binding, struct log_part_test *test,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n = binding->part->n_customers;
    const uint64_t *const a = test->a->customers.words;
    const uint64_t *const b = test->b ? test->b->customers.words : NULL;
    test->customers = trod_bits_make(binding->arena, n);
    uint64_t *const words = test->customers.words;
    TROD_TRY_ALLOC(words, error);
    for (size_t w = 0; w < trod_bits_words(n); w++) {
        if (test->kind == TROD_FILTER_AND)
            words[w] = a[w] & b[w];
        else if (test->kind == TROD_FILTER_OR)
            words[w] = a[w] | b[w];
        else
            words[w] = ~a[w];
    }
    if (n % 64 && trod_bits_words(n)) words[n / 64] &= (UINT64_C(1) << n % 64) - 1;
    test->level = LOG_LEVEL_CUSTOMER;
done:
    return status;
}

trod_status log_part_test_make(const struct trod_parts *parts, const struct trod_part *part,
                               const struct trod_filter *filter, struct trod_arena *arena,
                               const struct log_part_test **test, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct binding binding = {parts, part, arena};
    struct log_part_test *const made = TROD_NEW(arena, struct log_part_test);
    TROD_TRY_ALLOC(made, error);
    *test = made;
    if (filter->kind == TROD_FILTER_COND) {
        TROD_TRY(bind_condition(&binding, &filter->cond, made, error));
        return TROD_OK;
    }
    made->kind = filter->kind;
    made->level = LOG_LEVEL_EVENT;
    TROD_TRY(log_part_test_make(parts, part, filter->a, arena, &made->a, error));
    if (filter->kind == TROD_FILTER_NOT) {
        if (made->a->level == LOG_LEVEL_CONSTANT)
            make_constant(made, !made->a->always);
        else if (made->a->level == LOG_LEVEL_CUSTOMER)
            TROD_TRY(join_customers(&binding, made, error));
        return TROD_OK;
    }
    TROD_TRY(log_part_test_make(parts, part, filter->b, arena, &made->b, error));
    const bool settles = filter->kind == TROD_FILTER_OR; /* what decides without the other */
    if (made->a->level == LOG_LEVEL_CONSTANT)
        *test = made->a->always == settles ? made->a : made->b;
    else if (made->b->level == LOG_LEVEL_CONSTANT)
        *test = made->b->always == settles ? made->b : made->a;
    else if (made->a->level == LOG_LEVEL_CUSTOMER && made->b->level == LOG_LEVEL_CUSTOMER)
        TROD_TRY(join_customers(&binding, made, error));
done:
    return status;
}

/* ---- Asking --------------------------------------------------------------------------------
 */

/* The bits of codes of any width, by a table. */
#define TABLE_BITS(type)                                                                 \
    do {                                                                                 \
        const type *const codes_ = codes;                                                \
        for (uint32_t at = 0; at < n; at += 64) {                                        \
            const uint32_t m = n - at < 64 ? n - at : 64;                                \
            uint64_t word = 0;                                                           \
            for (uint32_t i = 0; i < m; i++) word |= (uint64_t)yes[codes_[at + i]] << i; \
            words[at / 64] = word;                                                       \
        }                                                                                \
    } while (0)

static void table_bits(const uint8_t *yes, const void *codes, unsigned width, uint32_t n,
                       uint64_t *words) {
    if (width == 1) {
        uint8_t answers[LOG_BLOCK + 64];
        trod_bytes_map(yes, 256, codes, n, answers);
        trod_bytes_set(answers, n, words);
    } else if (width == 2) {
        TABLE_BITS(uint16_t);
    } else {
        TABLE_BITS(uint32_t);
    }
}

static trod_status ask_texts(const struct log_part_test *test, struct log_part_reader *reader,
                             uint32_t from, uint32_t n, uint64_t *words,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    trod_arena_reset(reader->texts);
    TROD_TRY(trod_part_texts(reader->part, test->column, from, n, reader->texts, reader->values,
                             error));
    memset(words, 0, trod_bits_words(n) * sizeof *words);
    for (uint32_t i = 0; i < n; i++) {
        const trod_str value = reader->values[i];
        const bool yes = value.at ? log_condition_meets_text(test->cond, value)
                                  : test->cond->op == TROD_MISSING;
        words[i / 64] |= (uint64_t)yes << i % 64;
    }
done:
    return status;
}

static trod_status ask_block(const struct log_part_test *test, struct log_part_reader *reader,
                             bool by_customer, uint32_t from, uint32_t n, uint64_t *words,
                             struct trod_error *error) {
    const struct trod_part *const part = reader->part;
    const struct log_range range = {test->low, test->high, test->others, test->missing};
    switch (test->leaf) {
    case LOG_LEAF_NAMES:
        table_bits(test->yes, (const char *)part->name + (size_t)from * part->name_bytes,
                   part->name_bytes, n, words);
        return TROD_OK;
    case LOG_LEAF_SOURCES:
        trod_part_sources(part, from, n, reader->codes);
        table_bits(test->yes, reader->codes, sizeof *reader->codes, n, words);
        return TROD_OK;
    case LOG_LEAF_CODES:
        if (by_customer && !test->column->fact)
            trod_part_customer_codes(part, test->column, from, n, reader->codes);
        else
            trod_part_codes(part, test->column, from, n, reader->codes);
        table_bits(test->yes, reader->codes, sizeof *reader->codes, n, words);
        return TROD_OK;
    case LOG_LEAF_NUMBERS:
        if (!by_customer && !test->column->by_customer && !part_splice(part) &&
            column_varied_bits(test->column->inner, from, n, &range, words))
            return TROD_OK;
        /* The clock's room is free for it: numbers and times are not read at once. */
        trod_part_numbers(part, test->column, from, n, reader->ticks);
        reader->ticks_from = reader->ticks_to = 0;
        log_range_bits(&range, reader->ticks, n, words);
        return TROD_OK;
    case LOG_LEAF_TIMES:
        log_part_reader_ticks(reader, from, n);
        log_range_bits(&range, reader->ticks, n, words);
        return TROD_OK;
    case LOG_LEAF_TEXTS:
        break;
    }
    return ask_texts(test, reader, from, n, words, error);
}

/* The bits of the events of a set of customers. */
static void spread_customers(const struct trod_bits *customers, const struct trod_part *part,
                             uint32_t from, uint32_t n, uint64_t *words) {
    memset(words, 0, trod_bits_words(n) * sizeof *words);
    const uint32_t to = from + n;
    for (uint32_t c = log_part_customer(part, from);
         c < part->n_customers && part->first[c] < to; c++) {
        if (!trod_bits_has(customers, c)) continue;
        const uint32_t begin = part->first[c] > from ? part->first[c] - from : 0;
        const uint32_t end = (part->first[c + 1] < to ? part->first[c + 1] : to) - from;
        for (uint32_t at = begin; at < end;) {
            const uint32_t bit = at % 64, m = end - at < 64 - bit ? end - at : 64 - bit;
            const uint64_t ones = m == 64 ? UINT64_MAX : (UINT64_C(1) << m) - 1;
            words[at / 64] |= ones << bit;
            at += m;
        }
    }
}

trod_status log_part_test_events(const struct log_part_test *test,
                                 struct log_part_reader *reader, uint32_t from, uint32_t n,
                                 uint64_t *words, struct trod_error *error) {
    trod_status status = TROD_OK;
    const size_t n_words = trod_bits_words(n);
    if (test->level == LOG_LEVEL_CONSTANT) {
        memset(words, test->always ? 0xff : 0, n_words * sizeof *words);
    } else if (test->level == LOG_LEVEL_CUSTOMER) {
        spread_customers(&test->customers, reader->part, from, n, words);
    } else if (test->kind == TROD_FILTER_COND) {
        TROD_TRY(ask_block(test, reader, false, from, n, words, error));
    } else {
        TROD_TRY(log_part_test_events(test->a, reader, from, n, words, error));
        if (test->kind == TROD_FILTER_NOT) {
            for (size_t w = 0; w < n_words; w++) words[w] = ~words[w];
        } else {
            uint64_t other[LOG_BLOCK / 64];
            TROD_TRY(log_part_test_events(test->b, reader, from, n, other, error));
            for (size_t w = 0; w < n_words; w++)
                words[w] =
                    test->kind == TROD_FILTER_AND ? words[w] & other[w] : words[w] | other[w];
        }
    }
    if (n % 64) words[n / 64] &= (UINT64_C(1) << n % 64) - 1;
done:
    return status;
}
