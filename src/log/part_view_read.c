/* Columns of a part read a block at a time, and what whole numbers say. The clock runs along: a
 * customer's tick is its start and the sum of the gaps since; going straight on, nothing is
 * read twice, and elsewhere the customer's gaps are summed up from its first event. */
#include "log/part_view.h"

/* ---- Ranges --------------------------------------------------------------------------------
 */

void log_range_bits(const struct log_range *range, const int64_t *values, size_t n,
                    uint64_t *words) {
    CHECK(range->low > INT64_MIN || range->high < range->low);
    trod_int64_between(values, n, range->low, range->high, words);
    if (!range->others && !range->missing) return;
    uint64_t missing[LOG_BLOCK / 64];
    for (size_t from = 0; from < n; from += LOG_BLOCK) {
        const size_t m = n - from < LOG_BLOCK ? n - from : LOG_BLOCK;
        uint64_t *const to = words + from / 64;
        trod_int64_between(values + from, m, INT64_MIN, INT64_MIN, missing);
        for (size_t w = 0; w < trod_bits_words(m); w++) {
            if (range->others) to[w] = ~to[w] & ~missing[w];
            if (range->missing) to[w] |= missing[w];
        }
        if (m % 64) to[m / 64] &= (UINT64_C(1) << m % 64) - 1;
    }
}

/* The least tick that begins at or after an instant. */
static int64_t tick_from(int64_t time_us, int64_t tick_us) {
    if (time_us == INT64_MIN) return INT64_MIN + 1;
    const int64_t down = time_us / tick_us - (time_us % tick_us < 0);
    return down * tick_us == time_us ? down : down + 1;
}

struct log_range log_range_of_span(const struct log_span *span, int64_t tick_us) {
    const int64_t to =
        span->to_us == INT64_MAX ? INT64_MAX : tick_from(span->to_us, tick_us) - 1;
    return (struct log_range){tick_from(span->from_us, tick_us), to, span->others, false};
}

/* ---- Reading -------------------------------------------------------------------------------
 */

trod_status log_part_reader_init(struct log_part_reader *reader, const struct trod_part *part,
                                 struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    *reader = (struct log_part_reader){.part = part};
    reader->texts = trod_arena_make(0);
    TROD_TRY_ALLOC(reader->texts, error);
    reader->codes = TROD_NEW_ARRAY(arena, LOG_BLOCK + 16, uint32_t);
    TROD_TRY_ALLOC(reader->codes, error);
    reader->gaps = TROD_NEW_ARRAY(arena, LOG_BLOCK + 16, uint64_t);
    TROD_TRY_ALLOC(reader->gaps, error);
    reader->ticks = TROD_NEW_ARRAY(arena, LOG_BLOCK + 16, int64_t);
    TROD_TRY_ALLOC(reader->ticks, error);
    reader->values = TROD_NEW_ARRAY(arena, LOG_BLOCK + 16, trod_str);
    TROD_TRY_ALLOC(reader->values, error);
done:
    return status;
}

void log_part_reader_release(struct log_part_reader *reader) {
    trod_arena_free(reader->texts);
    reader->texts = NULL;
}

uint32_t log_part_customer(const struct trod_part *part, uint32_t event) {
    uint32_t low = 0, high = part->n_customers;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (part->first[middle] <= event)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Sets the clock to the event before `event`, of the same customer. */
static void set_clock(struct log_part_reader *reader, uint32_t event) {
    const struct trod_part *const part = reader->part;
    reader->customer = log_part_customer(part, event);
    uint64_t tick =
        (uint64_t)part->start[reader->customer]; /* of doubtful bytes, it may wrap */
    for (uint32_t at = part->first[reader->customer]; at < event;) {
        const uint32_t m = event - at < LOG_BLOCK ? event - at : LOG_BLOCK;
        trod_part_gaps(part, at, m, reader->gaps);
        for (uint32_t i = 0; i < m; i++) tick += reader->gaps[i];
        at += m;
    }
    reader->tick = (int64_t)tick;
    size_t low = 0, high = part->n_undated;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (part->undated[middle] < event)
            low = middle + 1;
        else
            high = middle;
    }
    reader->undated = low;
}

void log_part_reader_ticks(struct log_part_reader *reader, uint32_t from, uint32_t n) {
    const struct trod_part *const part = reader->part;
    if (reader->ticks_from == from && reader->ticks_to == from + n) return;
    if (!part->start) {
        for (uint32_t i = 0; i < n; i++) reader->ticks[i] = INT64_MIN;
        reader->ticks_from = from;
        reader->ticks_to = from + n;
        return;
    }
    if (reader->ticks_to != from || from == 0) set_clock(reader, from);
    trod_part_gaps(part, from, n, reader->gaps);
    uint32_t customer = reader->customer;
    uint64_t tick = (uint64_t)reader->tick;
    for (uint32_t at = from; at < from + n;) {
        while (part->first[customer + 1] <= at) tick = (uint64_t)part->start[++customer];
        const uint32_t end =
            part->first[customer + 1] < from + n ? part->first[customer + 1] : from + n;
        for (; at < end; at++) {
            tick += reader->gaps[at - from];
            reader->ticks[at - from] = (int64_t)tick;
        }
    }
    for (; reader->undated < part->n_undated && part->undated[reader->undated] < from + n;
         reader->undated++)
        reader->ticks[part->undated[reader->undated] - from] = INT64_MIN;
    reader->customer = customer;
    reader->tick = (int64_t)tick;
    reader->ticks_from = from;
    reader->ticks_to = from + n;
}
