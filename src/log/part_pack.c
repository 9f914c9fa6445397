/* From rows to sections.
 *
 * Times: the coarsest tick that is exact for all of them is found first; then a customer's
 * first time is kept with the customer, and of each further event the ticks since the dated one
 * before. All numbers that differ much in size are varied numbers (part_varied.c), the others
 * are packed at the width of the largest.
 */
#include <stdlib.h>

#include "log/inside.h"
#include "log/part_head.h"
#include "log/part_ids.h"

struct packer {
    const struct trod_rows *rows;
    struct part_out out;
    struct part_head head;
    struct trod_arena *scratch; /* reset after each section */
};

static trod_status pack_varied(struct packer *p, uint32_t kind, const uint64_t *values,
                               uint32_t n, size_t n_before, unsigned char **before,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct part_varied_plan plan;
    TROD_TRY(part_varied_plan(values, n, &plan, error));
    unsigned char *const at = part_out_add(&p->out, kind, 0, n_before + plan.n_bytes);
    TROD_TRY_ALLOC(at, error);
    part_varied_fill(&plan, values, at + n_before);
    if (before) *before = at;
done:
    return status;
}

/* Events of each customer; before them, for every block, the first event of its first customer.
 */
static trod_status pack_counts(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = p->rows->n_customers, *const first = p->rows->first;
    const size_t n_blocks = ((size_t)n + PART_BLOCK - 1) / PART_BLOCK;
    uint64_t *const counts = TROD_NEW_ARRAY(p->scratch, n, uint64_t);
    TROD_TRY_ALLOC(counts, error);
    for (uint32_t c = 0; c < n; c++) counts[c] = first[c + 1] - first[c];
    unsigned char *before = NULL;
    TROD_TRY(pack_varied(p, PART_COUNTS, counts, n, 4 * n_blocks, &before, error));
    for (size_t b = 0; b < n_blocks; b++) part_put_u32(before + 4 * b, first[b * PART_BLOCK]);
done:
    return status;
}

static trod_status pack_names(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = p->rows->n_events, *const name = p->rows->name;
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++)
        if (name[i] > most) most = name[i];
    CHECK(most < UINT32_MAX);
    p->head.n_names = n ? most + 1 : 0;
    p->head.name_bytes = most < 1u << 8 ? 1 : most < 1u << 16 ? 2 : 4;
    unsigned char *const at =
        part_out_add(&p->out, PART_NAMES, 0, (size_t)n * p->head.name_bytes);
    TROD_TRY_ALLOC(at, error);
    if (p->head.name_bytes == 1) {
        for (uint32_t i = 0; i < n; i++) at[i] = (unsigned char)name[i];
    } else if (p->head.name_bytes == 2) {
        uint16_t *const wide = (uint16_t *)(void *)at;
        for (uint32_t i = 0; i < n; i++) wide[i] = (uint16_t)name[i];
    } else {
        memcpy(at, name, (size_t)n * sizeof *name);
    }
done:
    return status;
}

static trod_status pack_sources(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = p->rows->n_events, *const source = p->rows->source;
    uint32_t least = n ? source[0] : 0, most = least;
    for (uint32_t i = 0; i < n; i++) {
        if (source[i] < least) least = source[i];
        if (source[i] > most) most = source[i];
    }
    const unsigned width = part_width(most - least);
    CHECK(most < UINT32_MAX);
    p->head.source_least = least;
    p->head.source_most = most;
    if (width == 0) return TROD_OK;
    uint32_t *const above = TROD_NEW_ARRAY(p->scratch, n, uint32_t);
    TROD_TRY_ALLOC(above, error);
    for (uint32_t i = 0; i < n; i++) above[i] = source[i] - least;
    unsigned char *const at =
        part_out_add(&p->out, PART_SOURCES, 0, (size_t)part_bits_bytes(n, width));
    TROD_TRY_ALLOC(at, error);
    part_bits_pack_u32(at, above, n, width);
done:
    return status;
}

/* An end counts if the event has a time and does not end before it. */
static bool has_end(const struct trod_rows *rows, uint32_t i) {
    return rows->end_us && rows->end_us[i] != TROD_NO_TIME &&
           rows->time_us[i] != TROD_NO_TIME && rows->end_us[i] >= rows->time_us[i];
}

/* The tick, the span, and how many events have no time. tick_us stays 0 if none has one. */
static void look_at_times(struct packer *p, bool *has_ends) {
    const struct trod_rows *const rows = p->rows;
    struct part_head *const head = &p->head;
    head->first_us = head->last_us = TROD_NO_TIME;
    *has_ends = false;
    if (!rows->time_us) return;
    bool seconds = true, milliseconds = true;
    uint32_t n_dated = 0;
    for (uint32_t i = 0; i < rows->n_events; i++) {
        const int64_t time_us = rows->time_us[i];
        if (time_us == TROD_NO_TIME) continue;
        if (n_dated++ == 0) head->first_us = head->last_us = time_us;
        if (time_us < head->first_us) head->first_us = time_us;
        if (time_us > head->last_us) head->last_us = time_us;
        seconds = seconds && time_us % 1000000 == 0;
        milliseconds = milliseconds && time_us % 1000 == 0;
        if (!has_end(rows, i)) continue;
        *has_ends = true;
        seconds = seconds && rows->end_us[i] % 1000000 == 0;
        milliseconds = milliseconds && rows->end_us[i] % 1000 == 0;
    }
    if (n_dated == 0) return;
    head->tick_us = seconds ? 1000000 : milliseconds ? 1000 : 1;
    head->n_undated = rows->n_events - n_dated;
}

/* By constants, which are multiplications. */
static inline uint64_t ticks_of(uint64_t us, uint32_t tick_us) {
    return tick_us == 1000 ? us / 1000 : tick_us == 1 ? us : us / 1000000;
}

/* First times of customers: 0 where there is none, else the ticks above one before the
 * earliest.
 */
static trod_status pack_starts(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_rows *const rows = p->rows;
    const uint32_t n = rows->n_customers;
    uint64_t *const starts = TROD_NEW_ARRAY(p->scratch, n, uint64_t);
    TROD_TRY_ALLOC(starts, error);
    p->head.start_base = p->head.first_us / (int64_t)p->head.tick_us;
    uint64_t most = 0;
    for (uint32_t c = 0; c < n; c++) {
        uint32_t i = rows->first[c];
        while (i < rows->first[c + 1] && rows->time_us[i] == TROD_NO_TIME) i++;
        if (i == rows->first[c + 1]) {
            p->head.n_unstarted++;
            continue;
        }
        const int64_t tick = rows->time_us[i] / (int64_t)p->head.tick_us;
        starts[c] = (uint64_t)tick - (uint64_t)p->head.start_base + 1;
        if (starts[c] > most) most = starts[c];
    }
    p->head.start_width = part_width(most);
    unsigned char *const at =
        part_out_add(&p->out, PART_STARTS, 0, (size_t)part_bits_bytes(n, p->head.start_width));
    TROD_TRY_ALLOC(at, error);
    part_bits_pack_u64(at, starts, n, p->head.start_width, 0);
done:
    return status;
}

/* The times between events, how long they are, and what they come to for each customer. */
static trod_status pack_gaps(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_rows *const rows = p->rows;
    uint64_t *const gaps = TROD_NEW_ARRAY(p->scratch, rows->n_events, uint64_t);
    uint64_t *const counts = TROD_NEW_ARRAY(p->scratch, TROD_GAP_BUCKETS, uint64_t);
    uint64_t *const spans = TROD_NEW_ARRAY(p->scratch, rows->n_customers, uint64_t);
    TROD_TRY_ALLOC(gaps && counts && spans ? gaps : NULL, error);
    uint32_t n_counts = 0;
    for (uint32_t c = 0; c < rows->n_customers; c++) {
        int64_t last_us = TROD_NO_TIME;
        for (uint32_t i = rows->first[c]; i < rows->first[c + 1]; i++) {
            const int64_t time_us = rows->time_us[i];
            if (time_us == TROD_NO_TIME) continue;
            if (last_us != TROD_NO_TIME) {
                if (time_us < last_us) /* rows of a damaged part */
                    return trod_fail(error, TROD_BAD_INPUT,
                                     "the events of a customer are not in the order of time");
                const uint64_t gap_us = (uint64_t)time_us - (uint64_t)last_us;
                const uint32_t bucket = trod_gap_bucket(gap_us);
                gaps[i] = ticks_of(gap_us, p->head.tick_us);
                spans[c] += gaps[i];
                counts[bucket]++;
                if (bucket >= n_counts) n_counts = bucket + 1;
            }
            last_us = time_us;
        }
    }
    TROD_TRY(pack_varied(p, PART_GAPS, gaps, rows->n_events, 0, NULL, error));
    TROD_TRY(pack_varied(p, PART_GAP_COUNTS, counts, n_counts, 0, NULL, error));
    TROD_TRY(part_near_pack(gaps, rows->n_events, p->head.tick_us, counts, n_counts, &p->out,
                            p->scratch, error));
    TROD_TRY(pack_varied(p, PART_SPANS, spans, rows->n_customers, 0, NULL, error));
done:
    return status;
}

/* Places of events without a time, each as the number of dated events between it and the one
 * before. */
static trod_status pack_undated(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_rows *const rows = p->rows;
    uint64_t *const between = TROD_NEW_ARRAY(p->scratch, p->head.n_undated, uint64_t);
    TROD_TRY_ALLOC(between, error);
    uint32_t n = 0, next = 0;
    for (uint32_t i = 0; i < rows->n_events; i++) {
        if (rows->time_us[i] != TROD_NO_TIME) continue;
        between[n++] = i - next;
        next = i + 1;
    }
    TROD_TRY(pack_varied(p, PART_UNDATED, between, n, 0, NULL, error));
done:
    return status;
}

/* Ticks from begin to end, and one more; 0 without an end. */
static trod_status pack_ends(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_rows *const rows = p->rows;
    uint64_t *const ends = TROD_NEW_ARRAY(p->scratch, rows->n_events, uint64_t);
    TROD_TRY_ALLOC(ends, error);
    for (uint32_t i = 0; i < rows->n_events; i++) {
        if (!has_end(rows, i)) continue;
        ends[i] =
            ticks_of((uint64_t)rows->end_us[i] - (uint64_t)rows->time_us[i], p->head.tick_us) +
            1;
    }
    TROD_TRY(pack_varied(p, PART_ENDS, ends, rows->n_events, 0, NULL, error));
done:
    return status;
}

static trod_status pack_times(struct packer *p, struct trod_error *error) {
    trod_status status = TROD_OK;
    bool has_ends;
    look_at_times(p, &has_ends);
    if (p->head.tick_us == 0) return TROD_OK;
    TROD_TRY(pack_starts(p, error));
    trod_arena_reset(p->scratch);
    TROD_TRY(pack_gaps(p, error));
    trod_arena_reset(p->scratch);
    if (p->head.n_undated) TROD_TRY(pack_undated(p, error));
    trod_arena_reset(p->scratch);
    if (has_ends) TROD_TRY(pack_ends(p, error));
    trod_arena_reset(p->scratch);
done:
    return status;
}

static int compare_sections(const void *a, const void *b) {
    const struct trod_section *const x = a, *const y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return (x->field > y->field) - (x->field < y->field);
}

trod_status trod_part_pack(const struct trod_rows *rows, struct trod_arena *arena,
                           struct trod_packed *packed, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = rows->n_customers;
    struct packer p = {
        .rows = rows, .out = {.arena = arena}, .head = {.version = PART_VERSION}};
    CHECK(n <= UINT32_MAX - 256 && rows->n_events <= UINT32_MAX - 256);
    CHECK(rows->first[0] == 0 && rows->first[n] == rows->n_events);
    p.scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(p.scratch, error);
    p.head.n_customers = n;
    p.head.n_events = rows->n_events;
    TROD_TRY(pack_counts(&p, error));
    trod_arena_reset(p.scratch);
    TROD_TRY(pack_names(&p, error));
    TROD_TRY(pack_times(&p, error));
    TROD_TRY(pack_sources(&p, error));
    trod_arena_reset(p.scratch);
    TROD_TRY(part_ids_pack(rows, &p.out, p.scratch, error));
    for (size_t i = 0; i < rows->n_columns; i++)
        TROD_TRY(part_column_pack(rows, &rows->columns[i], &p.out, error));
    unsigned char *const head = part_out_add(&p.out, PART_HEAD, 0, PART_HEAD_BYTES);
    TROD_TRY_ALLOC(head, error);
    part_head_write(&p.head, head);
    qsort(p.out.items, p.out.n, sizeof *p.out.items, compare_sections);
    *packed = (struct trod_packed){.sections = p.out.items,
                                   .n_sections = p.out.n,
                                   .first_hash = n ? rows->hash[0] : 0,
                                   .last_hash = n ? rows->hash[n - 1] : 0,
                                   .first_us = p.head.first_us,
                                   .last_us = p.head.last_us,
                                   .n_customers = n,
                                   .n_events = rows->n_events};
done:
    trod_arena_free(p.scratch);
    return status;
}
