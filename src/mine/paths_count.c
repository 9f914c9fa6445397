/* Counting paths. One pass tallies the journeys that walk a path of the front, throws the keys
 * of the others into bins, and looks at all else that is said of them: names, how long they
 * last, what the edges of the log cut. Where the keys are more than the memory holds, there is
 * a pass for each of several ranges of bins. */
#include "mine/paths.h"

#include <stdlib.h>

enum {
    KEYS_OF_BIN = 16384, /* about: what fits the caches with its table */
    MOST_BITS = 10,      /* more bins are too many to write to at a time */
    KEY_BYTES = 24,      /* of a journey, at most about */
    /* Where journeys are more, paths of a single one are counted but not kept. */
    MANY_JOURNEYS = 1 << 20,
};

struct thrower {
    struct mine_bins bins;
    struct mine_tally tally;
    struct mine_picker *picker;
    struct mine_tray lasts;
    struct mine_sheets guessed; /* durations that lie in the guess (us) */
    uint32_t *counts[2];        /* [n_names + 16] of a part */
    uint64_t *n_events, *starts, *ends;
    struct mine_blocks blocks;
};
struct throwing {
    struct mine_pathing *pathing;
    uint32_t from, to; /* bins of this pass */
    bool first;        /* of the passes */
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
    TROD_TRY(mine_bins_make(pathing->bits, throwing->from, throwing->to, member->arena,
                            &own->bins, error));
    TROD_TRY(mine_tally_make(member->arena, &own->tally, error));
    if (!throwing->first) goto done;
    own->guessed.slab.arena = member->arena;
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

static void keep_guessed(struct mine_sheet *sheet, const struct mine_window *guess,
                         const uint32_t *group, const uint64_t *spans, uint32_t n,
                         uint64_t tick_us) {
    size_t kept = sheet->n;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t us = spans[i] * tick_us;
        sheet->at[kept] = us;
        kept += ((us - guess[0].lo <= guess[0].reach) | (us - guess[1].lo <= guess[1].reach)) &
                (group[i] == 0);
    }
    sheet->n = kept;
}

/* How long the journeys last: group 0, and 1 of those that nobody knows it of. */
static trod_status put_lasts(struct thrower *own, const struct mine_thrown *thrown,
                             const struct mine_window *guess, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_view *const view = thrown->view;
    const struct trod_bits *const undated = &thrown->undated;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    uint32_t group[MINE_BLOCK] = {0};
    for (uint32_t from = 0; from < view->n_journeys; from += MINE_BLOCK) {
        const uint32_t left = view->n_journeys - from;
        const uint32_t n = left < MINE_BLOCK ? left : MINE_BLOCK;
        for (uint32_t i = 0; undated->words && i < n; i++)
            group[i] = trod_bits_has(undated, view->begin[from + i]) ||
                       trod_bits_has(undated, view->end[from + i] - 1);
        TROD_TRY(mine_tray_put(&own->lasts, group, thrown->spans + from, n, tick_us, error));
        TROD_TRY(mine_sheets_room(&own->guessed, n, error));
        keep_guessed(own->guessed.last, guess, group, thrown->spans + from, n, tick_us);
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
    struct mine_thrown thrown = {.view = view,
                                 .part = (uint32_t)i,
                                 .direct = pathing->direct,
                                 .width = pathing->width,
                                 .hash = pathing->how.hash,
                                 .front = &pathing->front,
                                 .tally = &own->tally};
    if (view->part->n_names > pathing->n_names)
        return trod_fail(error, TROD_BAD_INPUT,
                         "a part of the log speaks of names that the log does not know");
    if (throwing->first)
        TROD_TRY(mine_picker_part(own->picker, view, scratch, &thrown.spans, error));
    TROD_TRY(mine_undated(view, scratch, &thrown.undated, error));
    TROD_TRY(mine_bins_part(&own->bins, &thrown, scratch, error));
    if (!throwing->first) goto done;
    count_names(own, view, pathing->n_names);
    if (thrown.spans) TROD_TRY(put_lasts(own, &thrown, pathing->guess, error));
done:
    return status;
}

static void add_names(uint64_t *to, const uint64_t *from, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) to[i] += from[i];
}

/* Whether all that the spread looks for was kept. */
static bool was_guessed(const struct mine_pathing *pathing) {
    for (size_t r = 0; r < MINE_RANKS; r++) {
        const struct mine_window *const window = &pathing->lasts.windows[r];
        bool inside = window->lo == UINT64_MAX;
        for (size_t g = 0; g < MINE_RANKS; g++)
            inside = inside || (window->lo >= pathing->guess[g].lo &&
                                window->lo - pathing->guess[g].lo <= pathing->guess[g].reach &&
                                window->reach <= pathing->guess[g].reach -
                                                     (window->lo - pathing->guess[g].lo));
        if (!inside) return false;
    }
    return true;
}

static void catch_guessed(struct mine_pathing *pathing, const struct mine_crew *crew) {
    static const uint32_t ZEROES[MINE_BLOCK] = {0};
    for (size_t m = 0; m < crew->n; m++) {
        const struct thrower *const own = crew->members[m].own;
        for (const struct mine_sheet *sheet = own->guessed.last; sheet; sheet = sheet->before)
            for (size_t i = 0; i < sheet->n; i += MINE_BLOCK)
                mine_spread_catch(
                    &pathing->lasts, ZEROES, sheet->at + i,
                    (uint32_t)(sheet->n - i < MINE_BLOCK ? sheet->n - i : MINE_BLOCK), 1);
    }
}

/* What the first pass found out beside the keys. */
static trod_status close_first(struct mine_pathing *pathing, const struct mine_crew *crew,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_run *const run = pathing->question->run;
    struct mine_picker *pickers[MINE_CREW];
    struct mine_tray *trays[MINE_CREW];
    struct mine_tally *tallies[MINE_CREW];
    bool more = false;
    for (size_t m = 0; m < crew->n; m++) {
        struct thrower *const own = crew->members[m].own;
        pickers[m] = own->picker;
        trays[m] = &own->lasts;
        tallies[m] = &own->tally;
        add_names(pathing->n_events, own->n_events, pathing->n_names);
        add_names(pathing->starts, own->starts, pathing->n_names);
        add_names(pathing->ends, own->ends, pathing->n_names);
    }
    mine_pick_next(pathing->pick, pickers, crew->n, &more);
    TROD_TRY(mine_tally_add(tallies, crew->n, run, pathing->scratch, &pathing->tallied, error));
    TROD_TRY(mine_spread_close(&pathing->lasts, trays, crew->n, error));
    for (;;) {
        TROD_TRY(mine_spread_more(&pathing->lasts, &more, error));
        if (!more || !was_guessed(pathing)) break;
        catch_guessed(pathing, crew);
        TROD_TRY(mine_spread_caught(&pathing->lasts, run, error));
    }
    pathing->lasts_known = !more;
done:
    return status;
}

/* Puts what was counted behind what was counted before. */
static trod_status append(struct mine_counted *all, const struct mine_counted *more,
                          struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_class *const classes =
        TROD_NEW_ARRAY(arena, all->n + more->n + MINE_FRONT, struct mine_class);
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

/* Fills the bins of a range; pathing->bins has them. */
static trod_status fill(struct mine_pathing *pathing, size_t range, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct throwing throwing = {.pathing = pathing, .first = !pathing->filled};
    if (pathing->filled && pathing->range == range) return TROD_OK;
    throwing.from = (uint32_t)((range << pathing->bits) / pathing->n_ranges);
    throwing.to = (uint32_t)(((range + 1) << pathing->bits) / pathing->n_ranges);
    const struct mine_pass pass = {.question = pathing->question,
                                   .by = TROD_NO_ID,
                                   .n_bytes = sizeof(struct thrower),
                                   .begin = begin_thrower,
                                   .part_at = throw_part,
                                   .owner = &throwing};
    mine_crew_release(&pathing->crew);
    mine_crew_init(&pathing->crew);
    TROD_TRY(mine_pass(&pass, &pathing->crew, error));
    if (throwing.first) TROD_TRY(close_first(pathing, &pathing->crew, error));
    pathing->n_bins = pathing->crew.n;
    for (size_t m = 0; m < pathing->crew.n; m++)
        pathing->bins[m] = &((struct thrower *)pathing->crew.members[m].own)->bins;
    pathing->range = range;
    pathing->filled = true;
done:
    return status;
}

trod_status mine_paths_begin(struct mine_pathing *pathing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = pathing->question->parts;
    const uint64_t memory = mine_memory(pathing->question->run);
    const uint64_t n_journeys =
        parts->journey_field == TROD_NO_ID ? parts->n_customers : parts->n_events / 2;
    mine_crew_init(&pathing->crew);
    pathing->scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(pathing->scratch, error);
    pathing->n_names = trod_dict_count(parts->names);
    pathing->direct = parts->journey_field == TROD_NO_ID && !pathing->question->view.events;
    pathing->width = mine_key_width(pathing->n_names);
    while (pathing->bits < MOST_BITS && n_journeys >> pathing->bits > KEYS_OF_BIN)
        pathing->bits++;
    pathing->n_ranges = (size_t)(n_journeys * KEY_BYTES / (memory / 3 + 1) + 1);
    if (pathing->n_ranges > (size_t)1 << pathing->bits)
        pathing->n_ranges = (size_t)1 << pathing->bits;
    uint64_t **const arrays[] = {&pathing->n_events, &pathing->starts, &pathing->ends};
    for (size_t i = 0; i < TROD_COUNT(arrays); i++) {
        *arrays[i] = TROD_NEW_ARRAY(pathing->scratch, pathing->n_names, uint64_t);
        TROD_TRY_ALLOC(*arrays[i], error);
    }
    TROD_TRY(mine_pick_make(pathing->question, true, pathing->scratch, &pathing->pick, error));
    TROD_TRY(mine_spread_make(1, mine_span_us(parts), memory / 8, &pathing->lasts, error));
    TROD_TRY(mine_paths_look(pathing, error));
done:
    return status;
}

void mine_paths_release(struct mine_pathing *pathing) {
    mine_crew_release(&pathing->crew);
    mine_spread_release(&pathing->lasts);
    trod_arena_free(pathing->scratch);
    pathing->scratch = NULL;
}

static int most_first(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x > y ? -1 : x < y;
}

/* A path of fewer journeys is not among the first `top`. */
static uint64_t least_by_front(const struct mine_pathing *pathing) {
    uint64_t n[MINE_FRONT];
    if (pathing->top == 0 || pathing->top > MINE_FRONT) return 1;
    memcpy(n, pathing->tallied.n, sizeof n);
    qsort(n, MINE_FRONT, sizeof *n, most_first);
    return n[pathing->top - 1] ? n[pathing->top - 1] : 1;
}

static void add_front(struct mine_pathing *pathing) {
    struct mine_counted *const counted = &pathing->counted;
    for (uint32_t slot = 0; slot < MINE_FRONT; slot++) {
        const uint64_t n = pathing->tallied.n[slot];
        if (n == 0) continue;
        counted->n_distinct++;
        counted->classes[counted->n++] =
            (struct mine_class){pathing->front.keys[slot], n, slot, false};
    }
}

static trod_status count_all(struct mine_pathing *pathing, uint64_t least,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    pathing->counted = (struct mine_counted){0};
    for (size_t r = 0; r < pathing->n_ranges; r++) {
        struct mine_counted counted = {0};
        TROD_TRY(fill(pathing, r, error));
        const uint64_t by_front = least_by_front(pathing);
        const struct mine_least both = {least > by_front ? least : by_front, least};
        TROD_TRY(mine_bins_count(pathing->bins, pathing->n_bins, both, pathing->question->run,
                                 pathing->scratch, &counted, error));
        if (pathing->n_ranges == 1)
            pathing->counted = counted;
        else
            TROD_TRY(append(&pathing->counted, &counted, pathing->scratch, error));
    }
    add_front(pathing);
done:
    return status;
}

trod_status mine_paths_count(struct mine_pathing *pathing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_counted *const counted = &pathing->counted;
    const bool many = pathing->question->parts->n_customers >= MANY_JOURNEYS;
    const uint64_t least = pathing->top == 0 || !many ? 1 : 2;
    TROD_TRY(count_all(pathing, least, error));
    if (counted->n < pathing->top && counted->n < counted->n_distinct)
        TROD_TRY(count_all(pathing, 1, error));
    TROD_TRY(mine_pick_run(pathing->pick, error));
done:
    return status;
}
