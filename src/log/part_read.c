/* What is read of a part's events in ranges, and the check of all of it. */
#include "log/part_ids.h"
#include "log/part_splice.h"

void trod_part_gaps(const struct trod_part *part, uint32_t from, uint32_t n, uint64_t *gaps) {
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(&splice->events, from, n, stretch, done)
        trod_part_gaps(splice->whole, stretch.from, stretch.n, gaps + done);
        return;
    }
    if (part->tick_us) {
        part_varied_read(&part_inner(part)->gaps, from, n, gaps);
    } else {
        memset(gaps, 0, n * sizeof *gaps);
    }
}

void trod_part_spans(const struct trod_part *part, uint32_t from, uint32_t n, uint64_t *spans) {
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(&splice->customers, from, n, stretch, done)
        trod_part_spans(splice->whole, stretch.from, stretch.n, spans + done);
        return;
    }
    if (part->has_spans) {
        part_varied_read(&part_inner(part)->spans, from, n, spans);
    } else {
        memset(spans, 0, n * sizeof *spans);
    }
}

void trod_part_ends(const struct trod_part *part, uint32_t from, uint32_t n, uint64_t *ends) {
    const struct part_splice *const splice = part_splice(part);
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(&splice->events, from, n, stretch, done)
        trod_part_ends(splice->whole, stretch.from, stretch.n, ends + done);
        return;
    }
    if (part->has_ends) {
        part_varied_read(&part_inner(part)->ends, from, n, ends);
        for (uint32_t i = 0; i < n; i++) ends[i]--; /* 0 is none */
    } else {
        memset(ends, 0xff, n * sizeof *ends);
    }
}

void trod_part_sources(const struct trod_part *part, uint32_t from, uint32_t n,
                       uint32_t *sources) {
    const struct part_inner *const inner = part_inner(part);
    const struct part_splice *const splice = inner->splice;
    struct part_stretch stretch;
    if (splice) {
        PART_EACH_STRETCH(&splice->events, from, n, stretch, done)
        trod_part_sources(splice->whole, stretch.from, stretch.n, sources + done);
        return;
    }
    if (inner->source_width) {
        part_bits_u32(inner->sources, inner->source_width, from, n, sources);
        const uint32_t most = part->n_sources - 1 - inner->source_least;
        for (uint32_t i = 0; i < n; i++)
            sources[i] = inner->source_least + (sources[i] < most ? sources[i] : most);
    } else {
        for (uint32_t i = 0; i < n; i++) sources[i] = inner->source_least;
    }
}

/* ---- The check ------------------------------------------------------------------------------
 */

/* True if `gap` ticks from *tick lead to a time between first and last of the part, as ticks
 * multiplied; moves *tick there. */
static bool step(const struct trod_part *part, int64_t *tick, uint64_t gap) {
    int64_t next, time_us;
    if (gap > INT64_MAX) { /* in two steps, as *tick may be far below 0 */
        if (__builtin_add_overflow(*tick, INT64_MAX, tick)) return false;
        gap -= INT64_MAX;
    }
    if (gap > INT64_MAX || __builtin_add_overflow(*tick, (int64_t)gap, &next) ||
        __builtin_mul_overflow(next, part->tick_us, &time_us))
        return false;
    *tick = next;
    return time_us >= part->first_us && time_us <= part->last_us;
}

struct time_check {
    uint64_t counts[TROD_GAP_BUCKETS];
    size_t n_undated; /* of part->undated that were passed */
    uint64_t spans[PART_BLOCK + PART_ROOM]; /* of the customers since the last whole block */
};

static bool is_undated(const struct trod_part *part, struct time_check *check, uint32_t event) {
    if (check->n_undated == part->n_undated || part->undated[check->n_undated] != event)
        return false;
    check->n_undated++;
    return true;
}

/* The gaps of one customer, its start, and its span. */
static bool check_customer(const struct trod_part *part, struct time_check *check,
                           uint32_t customer, const uint64_t *gaps) {
    bool begun = false;
    uint64_t span = 0;
    int64_t tick = part->start[customer];
    const uint32_t first = part->first[customer], n = part->first[customer + 1] - first;
    for (uint32_t i = 0; i < n; i++) {
        const bool undated = is_undated(part, check, first + i);
        if ((undated || !begun) && gaps[i] != 0) return false;
        if (undated) continue;
        if (!step(part, &tick, gaps[i])) return false;
        if (begun) {
            uint64_t gap_us;
            if (__builtin_mul_overflow(gaps[i], (uint64_t)part->tick_us, &gap_us)) return false;
            check->counts[trod_gap_bucket(gap_us)]++;
            span += gaps[i];
        }
        begun = true;
    }
    if (part->has_spans && check->spans[customer % PART_BLOCK] != span) return false;
    return begun || tick == 0;
}

static trod_status check_times(const struct trod_part *part, struct trod_arena *scratch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct time_check *const check = TROD_NEW(scratch, struct time_check);
    TROD_TRY_ALLOC(check, error);
    uint64_t *gaps = NULL;
    size_t room = 0;
    for (uint32_t c = 0; c < part->n_customers; c++) {
        const uint32_t n = part->first[c + 1] - part->first[c];
        if ((size_t)n + PART_ROOM > room) {
            room = 2 * (size_t)n + PART_ROOM;
            gaps = TROD_NEW_ARRAY(scratch, room, uint64_t);
            TROD_TRY_ALLOC(gaps, error);
        }
        trod_part_gaps(part, part->first[c], n, gaps);
        if (c % PART_BLOCK == 0) {
            const uint32_t left = part->n_customers - c;
            trod_part_spans(part, c, left < PART_BLOCK ? left : PART_BLOCK, check->spans);
        }
        if (!check_customer(part, check, c, gaps))
            return part_damaged(error, PART_GAPS, 0,
                                "they do not fit the first and last time, or the spans");
    }
    for (uint32_t b = 0; b < TROD_GAP_BUCKETS; b++)
        if (check->counts[b] != (b < part->n_gap_counts ? part->gap_counts[b] : 0))
            return part_damaged(error, PART_GAP_COUNTS, 0, "it does not count the times");
    TROD_TRY(part_near_check(part, scratch, error));
done:
    return status;
}

trod_status trod_part_check(const struct trod_part *part, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct part_inner *const inner = part_inner(part);
    struct trod_arena *const scratch = trod_arena_make((size_t)1 << 40);
    TROD_TRY_ALLOC(scratch, error);
    if (part->tick_us) {
        if (!part_varied_check(&inner->gaps)) {
            status = part_damaged(error, PART_GAPS, 0, "a block does not lie in its place");
            goto done;
        }
        if (part->has_spans && !part_varied_check(&inner->spans)) {
            status = part_damaged(error, PART_SPANS, 0, "a block does not lie in its place");
            goto done;
        }
        TROD_TRY(check_times(part, scratch, error));
    }
    if (part->has_ends && !part_varied_check(&inner->ends)) {
        status = part_damaged(error, PART_ENDS, 0, "a block does not lie in its place");
        goto done;
    }
    if (!part_ids_check(part)) {
        status =
            part_damaged(error, PART_IDS, 0, "an id does not stand where its hash belongs");
        goto done;
    }
    TROD_TRY(part_columns_check(part, error));
done:
    trod_arena_free(scratch);
    return status;
}
