/* Counts the events of each source and finds their first and last times. Most parts have one
 * source, or no times: then the part's own figures are the answer. Otherwise times are made by
 * adding up the gaps, customer by customer. */
#include "store/tally.h"

enum { CHUNK = 4096, ROOM = 16 };

static trod_status reach(struct store_tally *tally, uint32_t source, struct trod_arena *arena,
                         struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts_source none = {.first_us = TROD_NO_TIME, .last_us = TROD_NO_TIME};
    while (tally->n_sources <= source)
        TROD_TRY_ALLOC(TROD_PUSH(arena, tally->sources, tally->n_sources, tally->room, none),
                       error);
done:
    return status;
}

/* Counts; *one says whether all events have the same source. */
static trod_status count_sources(struct store_tally *tally, const struct trod_part *part,
                                 struct trod_arena *arena, bool *one,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t sources[CHUNK + ROOM];
    uint32_t first = TROD_NO_ID;
    *one = true;
    for (uint32_t from = 0; from < part->n_events;) {
        const uint32_t left = part->n_events - from, n = left < CHUNK ? left : CHUNK;
        trod_part_sources(part, from, n, sources);
        if (first == TROD_NO_ID) first = sources[0];
        for (uint32_t i = 0, run = 0; i < n; i = run) {
            while (run < n && sources[run] == sources[i]) run++;
            if (sources[i] != first) *one = false;
            TROD_TRY(reach(tally, sources[i], arena, error));
            tally->sources[sources[i]].n_events += run - i;
        }
        from += n;
    }
    if (*one && first != TROD_NO_ID) {
        struct trod_parts_source *const source = &tally->sources[first];
        store_span_add(&source->first_us, &source->last_us, part->first_us, part->last_us);
    }
done:
    return status;
}

static void span_sources(struct store_tally *tally, const struct trod_part *part) {
    uint32_t sources[CHUNK + ROOM];
    uint64_t gaps[CHUNK + ROOM];
    uint32_t customer = 0;
    size_t undated = 0;
    uint64_t tick = 0; /* unsigned: sums of doubtful numbers may wrap */
    for (uint32_t from = 0; from < part->n_events;) {
        const uint32_t left = part->n_events - from, n = left < CHUNK ? left : CHUNK;
        trod_part_sources(part, from, n, sources);
        trod_part_gaps(part, from, n, gaps);
        for (uint32_t i = 0; i < n; i++) {
            while (customer < part->n_customers && part->first[customer] == from + i)
                tick = (uint64_t)part->start[customer++];
            tick += gaps[i];
            if (undated < part->n_undated && part->undated[undated] == from + i) {
                undated++;
                continue;
            }
            const int64_t time_us = (int64_t)(tick * (uint64_t)part->tick_us);
            struct trod_parts_source *const source = &tally->sources[sources[i]];
            store_span_add(&source->first_us, &source->last_us, time_us, time_us);
        }
        from += n;
    }
}

trod_status store_tally_part(struct store_tally *tally, const struct trod_part *part,
                             struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    bool one = false;
    TROD_TRY(count_sources(tally, part, arena, &one, error));
    if (!one && part->start) span_sources(tally, part);
done:
    return status;
}

trod_status store_tally_add(struct store_tally *tally, const struct store_tally *more,
                            struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    for (size_t i = 0; i < more->n_sources; i++) {
        const struct trod_parts_source *const from = &more->sources[i];
        if (from->n_events == 0) continue;
        TROD_TRY(reach(tally, (uint32_t)i, arena, error));
        struct trod_parts_source *const to = &tally->sources[i];
        to->n_events += from->n_events;
        store_span_add(&to->first_us, &to->last_us, from->first_us, from->last_us);
    }
done:
    return status;
}
