/* How long edges take. Where edges are few, each gets its row of buckets (spread.h), else all
 * durations are laid together edge by edge (laid.c). */
#include "mine/timing.h"

#include "mine/spread.h"

/* ---- The durations of a block ---------------------------------------------------------------
 */

trod_status mine_durations_part(struct mine_durations_room *room,
                                const struct mine_timing *timing,
                                const struct trod_part_view *view, struct trod_arena *scratch,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_blocks *const blocks = &room->blocks;
    blocks->view = view;
    blocks->reached = blocks->from = blocks->n = 0;
    TROD_TRY(mine_slots_of(timing->slots, view, scratch, &blocks->slot_of, error));
    TROD_TRY(mine_undated(view, scratch, &blocks->undated, error));
    room->ends = NULL;
    if (!view->event || !view->part->has_ends) goto done;
    room->ends = TROD_NEW_ARRAY(scratch, (size_t)view->part->n_events + MINE_ROOM, uint64_t);
    TROD_TRY_ALLOC(room->ends, error);
    trod_part_ends(view->part, 0, view->part->n_events, room->ends);
done:
    return status;
}

/* From the end of the event before to the begin of each place. */
static void find_waiting(struct mine_durations_room *room, uint32_t none) {
    const struct mine_blocks *const blocks = &room->blocks;
    const uint32_t first = blocks->from == 0 ? 1 : 0; /* the first place has none before it */
    const uint32_t n = blocks->n - first;
    uint64_t *const ends = room->waiting + first;
    room->edge_waiting[0] = none;
    if (room->ends)
        for (uint32_t i = 0; i < n; i++)
            ends[i] = room->ends[blocks->view->event[blocks->from + first + i - 1]];
    else
        trod_part_ends(blocks->view->part, blocks->from + first - 1, n, ends);
    for (uint32_t i = first; i < blocks->n; i++) {
        const uint64_t end = room->waiting[i], gap = room->gaps[i];
        room->edge_waiting[i] = end == UINT64_MAX ? none : room->edge[i];
        room->waiting[i] = gap > end ? gap - end : 0;
    }
}

bool mine_durations_next(struct mine_durations_room *room, const struct mine_timing *timing,
                         bool waiting) {
    struct mine_blocks *const blocks = &room->blocks;
    if (!mine_blocks_next(blocks)) return false;
    mine_block_edges(timing->edges, blocks, &room->pairs, room->edge);
    trod_part_view_gaps(blocks->view, blocks->from, blocks->n, room->gaps);
    if (waiting) find_waiting(room, timing->edges->n);
    return true;
}

/* ---- Buckets for each edge
 * -------------------------------------------------------------------
 */

struct bucketing {
    const struct mine_timing *timing;
    struct mine_spread times, waiting;
    bool catching;
    bool more_times, more_waiting, more_pick; /* what the pass is for */
};
struct bucketer {
    struct mine_durations_room room;
    struct mine_tray times, waiting;
    struct mine_picker *picker;
};

static trod_status begin_bucketer(void *owner, struct mine_member *member,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct bucketing *const b = owner;
    struct bucketer *const own = member->own;
    TROD_TRY(mine_tray_make(&b->times, member->arena, &own->times, error));
    if (b->timing->has_ends)
        TROD_TRY(mine_tray_make(&b->waiting, member->arena, &own->waiting, error));
    if (b->timing->pick)
        TROD_TRY(mine_picker_make(b->timing->pick, member->arena, &own->picker, error));
done:
    return status;
}

static trod_status put_block(struct bucketing *b, struct bucketer *own, uint64_t tick_us,
                             bool waiting, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_durations_room *const room = &own->room;
    for (size_t s = 0; s < room->blocks.n_stretches; s++) {
        const uint32_t from = room->blocks.stretches[s].from;
        const uint32_t n = room->blocks.stretches[s].to - from;
        const uint32_t *const edge = (waiting ? room->edge_waiting : room->edge) + from;
        const uint64_t *const at = (waiting ? room->waiting : room->gaps) + from;
        if (b->catching)
            mine_spread_catch(waiting ? &b->waiting : &b->times, edge, at, n, tick_us);
        else
            TROD_TRY(mine_tray_put(waiting ? &own->waiting : &own->times, edge, at, n, tick_us,
                                   error));
    }
done:
    return status;
}

static trod_status bucket_part(void *owner, struct mine_member *member,
                               const struct trod_part_view *view, struct trod_arena *scratch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct bucketing *const b = owner;
    struct bucketer *const own = member->own;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    const bool times = !b->catching || b->more_times;
    const bool waiting = view->part->has_ends && (!b->catching || b->more_waiting);
    if (b->catching && b->more_pick)
        TROD_TRY(mine_picker_part(own->picker, view, scratch, NULL, error));
    if (tick_us == 0 || (!times && !waiting)) goto done;
    TROD_TRY(mine_durations_part(&own->room, b->timing, view, scratch, error));
    while (mine_durations_next(&own->room, b->timing, waiting)) {
        if (times) TROD_TRY(put_block(b, own, tick_us, false, error));
        if (waiting) TROD_TRY(put_block(b, own, tick_us, true, error));
    }
    if (b->catching) goto done;
    mine_tray_part(&own->times, tick_us);
    if (waiting) mine_tray_part(&own->waiting, tick_us);
done:
    return status;
}

static trod_status close_trays(struct bucketing *b, struct mine_crew *crew,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_tray *times[MINE_CREW], *waiting[MINE_CREW];
    for (size_t m = 0; m < crew->n; m++) {
        struct bucketer *const own = crew->members[m].own;
        times[m] = &own->times;
        waiting[m] = &own->waiting;
    }
    TROD_TRY(mine_spread_close(&b->times, times, crew->n, error));
    if (b->timing->has_ends) TROD_TRY(mine_spread_close(&b->waiting, waiting, crew->n, error));
done:
    return status;
}

/* Further passes until all is known exactly. */
static trod_status catch_all(struct bucketing *b, const struct mine_pass *pass,
                             struct mine_crew *crew, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_run *const run = b->timing->question->run;
    b->catching = true;
    b->more_pick = b->timing->pick && mine_pick_wants_more(b->timing->pick);
    for (;;) {
        TROD_TRY(mine_spread_more(&b->times, &b->more_times, error));
        if (b->timing->has_ends)
            TROD_TRY(mine_spread_more(&b->waiting, &b->more_waiting, error));
        if (!b->more_times && !b->more_waiting && !b->more_pick) break;
        TROD_TRY(mine_pass(pass, crew, error));
        if (b->more_times) TROD_TRY(mine_spread_caught(&b->times, run, error));
        if (b->more_waiting) TROD_TRY(mine_spread_caught(&b->waiting, run, error));
        if (!b->more_pick) continue;
        struct mine_picker *pickers[MINE_CREW];
        for (size_t m = 0; m < crew->n; m++)
            pickers[m] = ((struct bucketer *)crew->members[m].own)->picker;
        mine_pick_next(b->timing->pick, pickers, crew->n, &b->more_pick);
    }
done:
    return status;
}

trod_status mine_timing_by_buckets(const struct mine_timing *timing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_edges *const edges = timing->edges;
    const uint64_t longest_us = mine_span_us(timing->question->parts);
    const uint64_t memory_bytes = mine_memory(timing->question->run) / 8;
    struct bucketing b = {.timing = timing};
    struct mine_crew crew;
    mine_crew_init(&crew);
    TROD_TRY(mine_spread_make(edges->n, longest_us, memory_bytes, &b.times, error));
    if (timing->has_ends)
        TROD_TRY(mine_spread_make(edges->n, longest_us, memory_bytes, &b.waiting, error));
    const struct mine_pass pass = {.question = timing->question,
                                   .by = timing->slots->by,
                                   .n_bytes = sizeof(struct bucketer),
                                   .begin = begin_bucketer,
                                   .part = bucket_part,
                                   .owner = &b};
    TROD_TRY(mine_pass(&pass, &crew, error));
    TROD_TRY(close_trays(&b, &crew, error));
    if (timing->exact) TROD_TRY(catch_all(&b, &pass, &crew, error));
    for (uint32_t e = 0; e < edges->n; e++) {
        edges->at[e].times = mine_spread_of(&b.times, e);
        if (timing->has_ends) edges->at[e].waiting = mine_spread_of(&b.waiting, e);
    }
done:
    mine_spread_release(&b.times);
    mine_spread_release(&b.waiting);
    mine_crew_release(&crew);
    return status;
}

/* ---- Which way
 * -------------------------------------------------------------------------------
 */

static const uint64_t MOST_TRAYS = UINT64_C(128)
                                   << 20; /* bytes: beyond, buckets miss the caches */

trod_status mine_timing_run(const struct mine_timing *timing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_run *const run = timing->question->run;
    const uint64_t each =
        mine_tray_bytes(timing->edges->n, mine_span_us(timing->question->parts)) *
        (timing->has_ends ? 2 : 1);
    if (each <= MOST_TRAYS && each * trod_run_threads(run) <= mine_memory(run) / 2) {
        TROD_TRY(mine_timing_by_buckets(timing, error));
        return TROD_OK;
    }
    TROD_TRY(mine_timing_laid(timing, false, error));
    if (timing->has_ends) TROD_TRY(mine_timing_laid(timing, true, error));
    if (timing->pick) TROD_TRY(mine_pick_run(timing->pick, error));
done:
    return status;
}
