/* Counting paths. One pass throws the keys of all journeys into bins, and looks at all else
 * that is said of them: names, how long they last, what the edges of the log cut. Where the
 * keys are more than the memory holds, there are several passes, each for some of the bins. */
#include "mine/paths.h"

enum {
    KEYS_OF_BIN = 4096, /* about: what fits the caches with its table */
    MOST_BITS = 10,     /* more bins are too many to write to at a time */
    KEY_BYTES = 24,     /* of a journey, about */
    /* Where journeys are more, paths of a single one are counted but not kept. */
    MANY_JOURNEYS = 1 << 20,
};

struct throwing {
    struct mine_pathing *pathing;
    unsigned bits;
    uint32_t from, to; /* bins of this pass */
    bool first;        /* of the passes */
};
struct thrower {
    struct mine_bins bins;
    struct mine_picker *picker;
    struct mine_tray lasts;
    uint32_t *counts[2]; /* [n_names + 1] of a part */
    uint64_t *n_events, *starts, *ends;
    struct mine_blocks blocks;
};

static trod_status begin_names(struct thrower *own, struct mine_member *member,
                               uint32_t n_names, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t **const arrays[] = {&own->n_events, &own->starts, &own->ends};
    for (size_t i = 0; i < TROD_COUNT(arrays); i++) {
        *arrays[i] = TROD_NEW_ARRAY(member->arena, n_names, uint64_t);
        TROD_TRY_ALLOC(*arrays[i], error);
    }
    for (size_t i = 0; i < 2; i++) {
        own->counts[i] = TROD_NEW_ARRAY(member->arena, (size_t)n_names + 16, uint32_t);
        TROD_TRY_ALLOC(own->counts[i], error);
    }
done:
    return status;
}

static trod_status begin_thrower(void *owner, struct mine_member *member,
                                 struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct throwing *const throwing = owner;
    struct mine_pathing *const pathing = throwing->pathing;
    struct thrower *const own = member->own;
    TROD_TRY(mine_bins_make(throwing->bits, throwing->from, throwing->to, member->arena,
                            &own->bins, error));
    if (!throwing->first) goto done;
    TROD_TRY(mine_picker_make(pathing->pick, member->arena, &own->picker, error));
    TROD_TRY(mine_tray_make(&pathing->lasts, member->arena, &own->lasts, error));
    TROD_TRY(begin_names(own, member, pathing->n_names, error));
done:
    return status;
}

#define COUNT_NAMES(type, blocks, stretch, one, other)                                \
    do {                                                                              \
        const type *const name = (const type *)(blocks)->view->name + (blocks)->from; \
        uint32_t i = (stretch)->from;                                                 \
        for (; i + 2 <= (stretch)->to; i += 2) {                                      \
            (one)[name[i]]++;                                                         \
            (other)[name[i + 1]]++;                                                   \
        }                                                                             \
        if (i < (stretch)->to) (one)[name[i]]++;                                      \
    } while (0)

static void count_names(struct thrower *own, const struct trod_part_view *view,
                        uint32_t n_names) {
    struct mine_blocks *const blocks = &own->blocks;
    blocks->view = view;
    blocks->reached = blocks->from = blocks->n = 0;
    while (mine_blocks_next(blocks)) {
        for (size_t s = 0; s < blocks->n_stretches; s++) {
            const struct mine_stretch *const stretch = &blocks->stretches[s];
            switch (view->name_bytes) {
            case 1:
                COUNT_NAMES(uint8_t, blocks, stretch, own->counts[0], own->counts[1]);
                break;
            case 2:
                COUNT_NAMES(uint16_t, blocks, stretch, own->counts[0], own->counts[1]);
                break;
            default:
                COUNT_NAMES(uint32_t, blocks, stretch, own->counts[0], own->counts[1]);
            }
        }
    }
    for (uint32_t name = 0; name < n_names; name++) {
        own->n_events[name] += (uint64_t)own->counts[0][name] + own->counts[1][name];
        own->counts[0][name] = own->counts[1][name] = 0;
    }
    for (uint32_t j = 0; j < view->n_journeys; j++) {
        own->starts[mine_name_at(view, view->begin[j])]++;
        own->ends[mine_name_at(view, view->end[j] - 1)]++;
    }
}

/* How long the journeys last: group 0, and 1 of those that nobody knows it of. */
static trod_status put_lasts(struct thrower *own, const struct trod_part_view *view,
                             const uint64_t *spans, struct trod_arena *scratch,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    struct trod_bits undated = {0};
    TROD_TRY(mine_undated(view, scratch, &undated, error));
    uint32_t group[MINE_BLOCK] = {0};
    for (uint32_t from = 0; from < view->n_journeys; from += MINE_BLOCK) {
        const uint32_t left = view->n_journeys - from;
        const uint32_t n = left < MINE_BLOCK ? left : MINE_BLOCK;
        for (uint32_t i = 0; undated.words && i < n; i++)
            group[i] = !mine_is_dated(view, &undated, from + i);
        TROD_TRY(mine_tray_put(&own->lasts, group, spans + from, n, tick_us, error));
    }
    mine_tray_part(&own->lasts, tick_us);
done:
    return status;
}

static trod_status throw_part(void *owner, struct mine_member *member, size_t i,
                              const struct trod_part_view *view, struct trod_arena *scratch,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct throwing *const throwing = owner;
    const struct mine_pathing *const pathing = throwing->pathing;
    struct thrower *const own = member->own;
    const uint64_t *spans = NULL;
    if (view->part->n_names > pathing->n_names)
        return trod_fail(error, TROD_BAD_INPUT,
                         "a part of the log speaks of names that the log does not know");
    TROD_TRY(mine_bins_part(&own->bins, view, (uint32_t)i, pathing->width, pathing->hash,
                            scratch, error));
    if (!throwing->first) goto done;
    TROD_TRY(mine_spans(view, scratch, &spans, error));
    count_names(own, view, pathing->n_names);
    if (spans) TROD_TRY(put_lasts(own, view, spans, scratch, error));
    TROD_TRY(mine_picker_part(own->picker, view, spans, scratch, error));
done:
    return status;
}

static void add_names(uint64_t *to, const uint64_t *from, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) to[i] += from[i];
}

/* What the first pass found out beside the keys. */
static trod_status close_first(struct mine_pathing *pathing, const struct mine_crew *crew,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_picker *pickers[MINE_CREW];
    struct mine_tray *trays[MINE_CREW];
    bool more = false;
    for (size_t m = 0; m < crew->n; m++) {
        struct thrower *const own = crew->members[m].own;
        pickers[m] = own->picker;
        trays[m] = &own->lasts;
        add_names(pathing->n_events, own->n_events, pathing->n_names);
        add_names(pathing->starts, own->starts, pathing->n_names);
        add_names(pathing->ends, own->ends, pathing->n_names);
    }
    mine_pick_next(pathing->pick, pickers, crew->n, &more);
    TROD_TRY(mine_spread_close(&pathing->lasts, trays, crew->n, error));
done:
    return status;
}

/* Puts what was counted behind what was counted before. */
static trod_status append(struct mine_counted *all, const struct mine_counted *more,
                          struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_class *const classes =
        TROD_NEW_ARRAY(arena, all->n + more->n, struct mine_class);
    TROD_TRY_ALLOC(classes, error);
    struct mine_trace *const traces =
        TROD_NEW_ARRAY(arena, all->n_traces + more->n_traces, struct mine_trace);
    TROD_TRY_ALLOC(traces, error);
    if (all->n) memcpy(classes, all->classes, all->n * sizeof *classes);
    if (more->n) memcpy(classes + all->n, more->classes, more->n * sizeof *classes);
    if (all->n_traces) memcpy(traces, all->traces, all->n_traces * sizeof *traces);
    for (size_t t = 0; t < more->n_traces; t++) {
        traces[all->n_traces + t] = more->traces[t];
        traces[all->n_traces + t].class += all->n;
    }
    *all =
        (struct mine_counted){classes, all->n + more->n, traces, all->n_traces + more->n_traces,
                              all->n_distinct + more->n_distinct};
done:
    return status;
}

static trod_status count_range(struct throwing *throwing, uint64_t *least,
                               struct mine_counted *counted, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_pathing *const pathing = throwing->pathing;
    const struct trod_run *const run = pathing->question->run;
    const struct mine_pass pass = {.question = pathing->question,
                                   .by = TROD_NO_ID,
                                   .n_bytes = sizeof(struct thrower),
                                   .begin = begin_thrower,
                                   .part_at = throw_part,
                                   .owner = throwing};
    struct mine_bins *bins[MINE_CREW];
    struct mine_crew crew;
    mine_crew_init(&crew);
    TROD_TRY(mine_pass(&pass, &crew, error));
    if (throwing->first) TROD_TRY(close_first(pathing, &crew, error));
    for (size_t m = 0; m < crew.n; m++)
        bins[m] = &((struct thrower *)crew.members[m].own)->bins;
    TROD_TRY(mine_bins_count(bins, crew.n, *least, run, pathing->scratch, counted, error));
    const bool all_bins = throwing->to - throwing->from == UINT32_C(1) << throwing->bits;
    if (all_bins && counted->n < pathing->top && counted->n < counted->n_distinct) {
        *least = 1;
        TROD_TRY(mine_bins_count(bins, crew.n, *least, run, pathing->scratch, counted, error));
    }
done:
    mine_crew_release(&crew);
    return status;
}

trod_status mine_paths_count(struct mine_pathing *pathing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = pathing->question->parts;
    const uint64_t n_journeys =
        parts->journey_field == TROD_NO_ID ? parts->n_customers : parts->n_events / 2;
    const uint64_t most = mine_memory(pathing->question->run) / 3;
    struct throwing throwing = {.pathing = pathing, .first = true};
    uint64_t n_ranges = n_journeys * KEY_BYTES / most + 1;
    while (throwing.bits < MOST_BITS && n_journeys >> throwing.bits > KEYS_OF_BIN)
        throwing.bits++;
    if (n_ranges > UINT64_C(1) << throwing.bits) n_ranges = UINT64_C(1) << throwing.bits;
    uint64_t least = pathing->top == 0 || n_journeys < MANY_JOURNEYS ? 1 : 2;
    for (bool again = true; again;) {
        pathing->counted = (struct mine_counted){0};
        for (uint64_t r = 0; r < n_ranges; r++) {
            struct mine_counted counted = {0};
            throwing.from = (uint32_t)((r << throwing.bits) / n_ranges);
            throwing.to = (uint32_t)(((r + 1) << throwing.bits) / n_ranges);
            TROD_TRY(count_range(&throwing, &least, &counted, error));
            throwing.first = false;
            if (n_ranges == 1)
                pathing->counted = counted;
            else
                TROD_TRY(append(&pathing->counted, &counted, pathing->scratch, error));
        }
        again = least > 1 && pathing->counted.n < pathing->top &&
                pathing->counted.n < pathing->counted.n_distinct;
        least = 1;
    }
done:
    return status;
}
