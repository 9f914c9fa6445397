/* What is said of the journeys whatever the question: how many there are, when, and how many of
 * them the edges of the log may have cut.
 *
 * A journey may be cut if it comes nearer to an edge than 95 % of the times between events, of
 * all journeys of the log. Where journeys are customers the parts hold these times counted in
 * buckets. So the bucket of the quantile is known before any event is looked at, or, where a
 * bucket's edge will do, by the end of the one pass, which counts the distances from the edges
 * in buckets, too. To be exact, a pass looks at the times and distances that lie in that
 * bucket alone, cut into a million steps, and so on until a step is a tick; a second such pass
 * is rarely needed. Where the parts do not know (journeys by a column, events without a time),
 * a pass counts the buckets first.
 *
 * A journey's distance is that of all its events, even if `events` takes some out. */
#include "mine/pick.h"

enum { MOST_STEPS = 1 << 20 };

/* Three things are counted alike. */
enum stream { GAPS, STARTS, ENDS, N_STREAMS };

struct mine_pick {
    const struct trod_question *question;
    bool exact, filtered, by_journey;
    bool more;       /* asks for another pass */
    bool was_picked; /* the first pass is over */
    struct trod_picked picked;
    uint64_t tick_us;                  /* the shortest of the parts': all times are multiples */
    uint64_t rank;                     /* of the quantile: from 1, among all gaps */
    bool in_steps;                     /* buckets at first, then steps of a bucket: */
    uint64_t lo_us, reach_us, step_us; /* values lo_us .. lo_us + reach_us, so wide */
    size_t n_counts;                   /* buckets, or steps */
    uint64_t n_below;                  /* gaps below lo_us */
};

struct mine_picker {
    const struct mine_pick *pick;
    struct trod_arena *arena;
    struct trod_picked picked;
    uint64_t tick_us;
    uint64_t *counts[N_STREAMS]; /* [n_counts] */
    uint64_t below[N_STREAMS];   /* values below lo_us; of gaps it does not matter */
    size_t room;
};

/* ---- Making -------------------------------------------------------------------------------
 */

trod_status mine_picker_make(const struct mine_pick *pick, struct trod_arena *arena,
                             struct mine_picker **picker, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_picker *const made = TROD_NEW(arena, struct mine_picker);
    TROD_TRY_ALLOC(made, error);
    *made = (struct mine_picker){
        .pick = pick, .arena = arena, .picked = {.first_us = INT64_MAX, .last_us = INT64_MIN}};
    *picker = made;
done:
    return status;
}

static trod_status make_counts(struct mine_picker *picker, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (picker->room >= picker->pick->n_counts) goto done;
    for (size_t s = 0; s < N_STREAMS; s++) {
        picker->counts[s] = TROD_NEW_ARRAY(picker->arena, picker->pick->n_counts, uint64_t);
        TROD_TRY_ALLOC(picker->counts[s], error);
    }
    picker->room = picker->pick->n_counts;
done:
    return status;
}

/* ---- How long journeys are ------------------------------------------------------------------
 */

enum { SPAN_BLOCK = 512 };

/* Sums over the block: sums[i] is that of the first i. Returns how many gaps lie in lo..lo +
 * reach. */
static uint32_t add_along(const uint64_t *gaps, uint32_t n, uint64_t lo, uint64_t reach,
                          uint64_t *sums) {
    uint64_t sum = 0;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < n; i++) {
        sums[i] = sum;
        sum += gaps[i];
        hits += gaps[i] - lo <= reach;
    }
    sums[n] = sum;
    return hits;
}

/* What find_spans looks for on its way: nothing, or gaps that lie in the steps. */
struct watch {
    struct mine_picker *picker; /* NULL: nothing */
    uint64_t lo, reach;         /* in ticks */
};

static void count_watched(const struct watch *watch, const uint64_t *gaps, uint32_t n,
                          uint64_t tick_us) {
    const struct mine_pick *const pick = watch->picker->pick;
    for (uint32_t i = 0; i < n; i++)
        if (gaps[i] - watch->lo <= watch->reach)
            watch->picker->counts[GAPS][(gaps[i] * tick_us - pick->lo_us) / pick->step_us]++;
}

/* spans[j]: ticks from the first dated event of journey j to its last. */
static trod_status find_spans(const struct trod_part_view *view, const struct watch *watch,
                              struct trod_arena *arena, const uint64_t **spans,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *span = NULL, gaps[SPAN_BLOCK + MINE_ROOM], sums[SPAN_BLOCK + 1];
    *spans = NULL;
    if (!view->start) goto done;
    span = TROD_NEW_ARRAY(arena, view->n_journeys, uint64_t);
    TROD_TRY_ALLOC(span, error);
    uint32_t from = 0, j = 0;
    while (j < view->n_journeys) {
        if (view->begin[j] >= from) from = view->begin[j] - view->begin[j] % SPAN_BLOCK;
        const uint32_t left = view->n_places - from;
        const uint32_t n = left < SPAN_BLOCK ? left : SPAN_BLOCK, to = from + n;
        trod_part_view_gaps(view, from, n, gaps);
        const uint32_t hits = add_along(gaps, n, watch->lo, watch->reach, sums);
        if (hits && watch->picker) count_watched(watch, gaps, n, (uint64_t)view->part->tick_us);
        for (; j < view->n_journeys && view->end[j] <= to; j++) {
            const uint32_t begin = view->begin[j] > from ? view->begin[j] - from : 0;
            span[j] += sums[view->end[j] - from] - sums[begin];
        }
        if (j < view->n_journeys && view->begin[j] < to) { /* goes on in the next block */
            const uint32_t begin = view->begin[j] > from ? view->begin[j] - from : 0;
            span[j] += sums[n] - sums[begin];
        }
        from = to;
    }
    *spans = span;
done:
    return status;
}

/* Whether journeys are customers and whole, and the part keeps how long they are. */
static bool knows_spans(const struct trod_part_view *view) {
    return view->start && view->part->has_spans && !view->event;
}

trod_status mine_spans(const struct trod_part_view *view, struct trod_arena *arena,
                       const uint64_t **spans, struct trod_error *error) {
    const struct watch nothing = {.lo = UINT64_MAX};
    const uint32_t n = view->part->n_customers;
    if (knows_spans(view)) {
        uint64_t *const span = TROD_NEW_ARRAY(arena, (size_t)n + MINE_ROOM, uint64_t);
        if (!span) return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
        trod_part_spans(view->part, 0, n, span);
        /* Journeys rise in their customers, so none is overwritten before it is read. */
        for (uint32_t j = 0; view->customer && j < view->n_journeys; j++)
            span[j] = span[view->customer[j]];
        *spans = span;
        return TROD_OK;
    }
    return find_spans(view, &nothing, arena, spans, error);
}

/* ---- A part -------------------------------------------------------------------------------
 */

static inline void count(struct mine_picker *picker, enum stream stream, uint64_t value_us) {
    const struct mine_pick *const pick = picker->pick;
    if (!pick->in_steps)
        picker->counts[stream][trod_gap_bucket(value_us)]++;
    else if (value_us < pick->lo_us)
        picker->below[stream]++;
    else if (value_us - pick->lo_us <= pick->reach_us)
        picker->counts[stream][(value_us - pick->lo_us) / pick->step_us]++;
}

/* The gaps of a view of all journeys of the part. */
static trod_status count_gaps(struct mine_picker *picker, const struct trod_part_view *view,
                              struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_pick *const pick = picker->pick;
    struct trod_bits undated = {0};
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    uint64_t gaps[MINE_BLOCK + MINE_ROOM];
    TROD_TRY(mine_undated(view, scratch, &undated, error));
    uint32_t j = 0;
    for (uint32_t from = 0; from < view->n_places; from += MINE_BLOCK) {
        const uint32_t left = view->n_places - from;
        const uint32_t n = left < MINE_BLOCK ? left : MINE_BLOCK;
        trod_part_view_gaps(view, from, n, gaps);
        /* What is 0 for want of a time before it is taken out. */
        for (; j < view->n_journeys && view->begin[j] < from + n; j++)
            gaps[view->begin[j] - from] = UINT64_MAX;
        for (uint32_t i = 0; i < n; i++) {
            if (gaps[i] == UINT64_MAX) continue;
            const uint64_t gap_us = gaps[i] * tick_us;
            if (pick->in_steps && gap_us - pick->lo_us > pick->reach_us) continue;
            if (undated.words &&
                (trod_bits_has(&undated, from + i) || trod_bits_has(&undated, from + i - 1)))
                continue;
            count(picker, GAPS, gap_us);
        }
    }
done:
    return status;
}

/* Whether the part keeps all gaps that lie in the steps, in order. */
static bool knows_near(const struct mine_pick *pick, const struct trod_part *part) {
    return pick->in_steps && !pick->by_journey && part->n_undated == 0 &&
           trod_gap_bucket(pick->lo_us) >= part->near_bucket &&
           trod_gap_bucket(pick->lo_us + pick->reach_us) - part->near_bucket <
               part->n_near_buckets;
}

static trod_status count_near(struct mine_picker *picker, const struct trod_part *part,
                              struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *const ticks = TROD_NEW_ARRAY(scratch, (size_t)part->n_near + MINE_ROOM, uint64_t);
    TROD_TRY_ALLOC(ticks, error);
    trod_part_near(part, ticks);
    for (uint32_t i = 0; i < part->n_near; i++)
        count(picker, GAPS, ticks[i] * (uint64_t)part->tick_us);
done:
    return status;
}

/* The gaps of all journeys of the log, unless `seen` (the steps were watched for already). */
static trod_status count_all_gaps(struct mine_picker *picker, const struct trod_part_view *view,
                                  bool seen, struct trod_arena *scratch,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_pick *const pick = picker->pick;
    const struct trod_part *const part = view->part;
    if (seen) return TROD_OK;
    if (knows_near(pick, part)) return count_near(picker, part, scratch, error);
    /* The part's own counts know no journeys, and pass over events without a time. */
    if (!pick->by_journey && !pick->in_steps && part->n_undated == 0) {
        for (uint32_t b = 0; b < part->n_gap_counts; b++)
            picker->counts[GAPS][b] += part->gap_counts[b];
        return TROD_OK;
    }
    if (pick->filtered)
        TROD_TRY(trod_part_view_make(pick->question->parts, part,
                                     &(struct trod_view_options){0}, TROD_NO_ID, scratch, &view,
                                     error));
    TROD_TRY(count_gaps(picker, view, scratch, error));
done:
    return status;
}

static uint32_t event_at(const struct trod_part_view *view, uint32_t place) {
    return view->event ? view->event[place] : place;
}

/* Whether the journey of a view of all events is one of which the other view kept some. */
static bool is_of(const struct trod_part_view *all, uint32_t j,
                  const struct trod_part_view *kept, uint32_t k) {
    if (k >= kept->n_journeys) return false;
    const uint32_t of_all = all->customer ? all->customer[j] : j;
    const uint32_t of_kept = kept->customer ? kept->customer[k] : k;
    const uint32_t event = event_at(kept, kept->begin[k]);
    if (of_all != of_kept) return false;
    for (uint32_t place = all->begin[j]; place < all->end[j]; place++)
        if (event_at(all, place) == event) return true;
    return false;
}

static bool has_time(const struct trod_part_view *view, const struct trod_bits *undated,
                     uint32_t j) {
    if (view->start[j] != 0 || !undated->words) return true;
    for (uint32_t place = view->begin[j]; place < view->end[j]; place++)
        if (!trod_bits_has(undated, place)) return true;
    return false;
}

/* Distances from the edges, of the journeys of which `kept` (may be NULL: all) has some event.
 */
static trod_status count_distances(struct mine_picker *picker,
                                   const struct trod_part_view *view,
                                   const struct trod_part_view *kept, const uint64_t *spans,
                                   struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_parts *const parts = picker->pick->question->parts;
    struct trod_bits undated = {0};
    if (!spans) TROD_TRY(mine_spans(view, scratch, &spans, error));
    TROD_TRY(mine_undated(view, scratch, &undated, error));
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    for (uint32_t j = 0, k = 0; j < view->n_journeys; j++) {
        if (kept && !is_of(view, j, kept, k)) continue;
        k++;
        if (!has_time(view, &undated, j)) continue;
        const uint64_t start_us = (uint64_t)view->start[j] * tick_us;
        const uint64_t over_us = start_us + spans[j] * tick_us;
        count(picker, STARTS, start_us - (uint64_t)parts->first_us);
        count(picker, ENDS, (uint64_t)parts->last_us - over_us);
        if (kept) continue;
        if ((int64_t)start_us < picker->picked.first_us)
            picker->picked.first_us = (int64_t)start_us;
        if ((int64_t)over_us > picker->picked.last_us)
            picker->picked.last_us = (int64_t)over_us;
    }
done:
    return status;
}

/* The buckets of values below 2^52: the bits of the double of the same value tell them,
 * exponent and upper six digits one after the other. */
static void find_buckets(const uint64_t *restrict us, uint32_t n, uint32_t *restrict bucket) {
    static const uint64_t MAGIC = UINT64_C(0x4330000000000000); /* the double 2^52 */
    for (uint32_t i = 0; i < n; i++) {
        uint64_t bits = us[i] | MAGIC;
        double value;
        memcpy(&value, &bits, sizeof value);
        value -= 0x1p52;
        memcpy(&bits, &value, sizeof bits);
        const int32_t above = (int32_t)(bits >> 46) - (1023 + 5) * 64;
        const int32_t small = (int32_t)(value < 64 ? value : 64);
        bucket[i] = (uint32_t)(above < 64 ? small : above);
    }
}

static void count_many(struct mine_picker *picker, enum stream stream, const uint64_t *us,
                       uint32_t n) {
    uint64_t all = 0;
    uint32_t bucket[SPAN_BLOCK];
    for (uint32_t i = 0; i < n; i++) all |= us[i];
    if (picker->pick->in_steps || all >> 52) {
        for (uint32_t i = 0; i < n; i++) count(picker, stream, us[i]);
        return;
    }
    find_buckets(us, n, bucket);
    for (uint32_t i = 0; i < n; i++) picker->counts[stream][bucket[i]]++;
}

/* The same for journeys of which the part knows how long they are, all with a time: some
 * hundred customers after the other, without a look at their events. */
static void count_known_distances(struct mine_picker *picker,
                                  const struct trod_part_view *view) {
    const struct trod_parts *const parts = picker->pick->question->parts;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    const uint64_t from_us = (uint64_t)parts->first_us, to_us = (uint64_t)parts->last_us;
    int64_t first_us = picker->picked.first_us, last_us = picker->picked.last_us;
    uint64_t spans[SPAN_BLOCK + MINE_ROOM], starts[SPAN_BLOCK], ends[SPAN_BLOCK];
    for (uint32_t at = 0, j = 0; j < view->n_journeys; at += SPAN_BLOCK) {
        const uint32_t left = view->part->n_customers - at;
        const uint32_t n = left < SPAN_BLOCK ? left : SPAN_BLOCK;
        if (view->customer && view->customer[j] - at >= n) continue;
        trod_part_spans(view->part, at, n, spans);
        uint32_t m = view->customer ? 0 : n;
        for (; view->customer && j + m < view->n_journeys; m++) {
            const uint32_t c = view->customer[j + m] - at;
            if (c >= n) break;
            spans[m] = spans[c];
        }
        for (uint32_t i = 0; i < m; i++) {
            const uint64_t start_us = (uint64_t)view->start[j + i] * tick_us;
            const uint64_t over_us = start_us + spans[i] * tick_us;
            starts[i] = start_us - from_us;
            ends[i] = to_us - over_us;
            first_us = (int64_t)start_us < first_us ? (int64_t)start_us : first_us;
            last_us = (int64_t)over_us > last_us ? (int64_t)over_us : last_us;
        }
        count_many(picker, STARTS, starts, m);
        count_many(picker, ENDS, ends, m);
        j += m;
    }
    picker->picked.first_us = first_us;
    picker->picked.last_us = last_us;
}

/* First and last time of the events that were kept. */
static trod_status find_times(struct mine_picker *picker, const struct trod_part_view *view,
                              const uint64_t *spans, struct trod_arena *scratch,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_bits undated = {0};
    TROD_TRY(mine_undated(view, scratch, &undated, error));
    const int64_t tick_us = view->part->tick_us;
    for (uint32_t j = 0; j < view->n_journeys; j++) {
        if (!has_time(view, &undated, j)) continue;
        const int64_t start_us = view->start[j] * tick_us;
        const int64_t over_us = start_us + (int64_t)spans[j] * tick_us;
        if (start_us < picker->picked.first_us) picker->picked.first_us = start_us;
        if (over_us > picker->picked.last_us) picker->picked.last_us = over_us;
    }
done:
    return status;
}

static void count_picked(struct mine_picker *picker, const struct trod_part_view *view) {
    picker->picked.n_journeys += view->n_journeys;
    picker->picked.n_events += view->n_events;
    picker->picked.n_customers += view->n_customers;
    picker->picked.n_left_out += view->n_left_out;
}

trod_status mine_picker_part(struct mine_picker *picker, const struct trod_part_view *view,
                             struct trod_arena *scratch, const uint64_t **spans,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_pick *const pick = picker->pick;
    const struct trod_question *const question = pick->question;
    const uint64_t *found = NULL;
    if (spans) *spans = NULL;
    TROD_TRY(make_counts(picker, error));
    if (!pick->was_picked) count_picked(picker, view);
    if (view->part->tick_us == 0) goto done;
    if (!picker->tick_us || (uint64_t)view->part->tick_us < picker->tick_us)
        picker->tick_us = (uint64_t)view->part->tick_us;
    const uint64_t tick_us = (uint64_t)view->part->tick_us;
    struct watch watch = {.lo = UINT64_MAX};
    /* A journey's first event has the gap 0, which is below the steps. */
    if (pick->in_steps && !pick->filtered && view->part->n_undated == 0 && pick->lo_us > 0 &&
        !knows_near(pick, view->part)) {
        watch.picker = picker;
        watch.lo = (pick->lo_us - 1) / tick_us + 1;
        watch.reach = (pick->lo_us + pick->reach_us) / tick_us - watch.lo;
        if (watch.reach > INT64_MAX) watch = (struct watch){picker, UINT64_MAX, 0}; /* none */
    }
    const bool known = !watch.picker && !spans && !question->view.events && knows_spans(view) &&
                       view->part->n_undated == 0;
    if (watch.picker)
        TROD_TRY(find_spans(view, &watch, scratch, &found, error));
    else if (!known)
        TROD_TRY(mine_spans(view, scratch, &found, error));
    TROD_TRY(count_all_gaps(picker, view, watch.picker != NULL, scratch, error));
    if (spans) *spans = found;
    if (known) {
        count_known_distances(picker, view);
        goto done;
    }
    if (!question->view.events) {
        TROD_TRY(count_distances(picker, view, NULL, found, scratch, error));
        goto done;
    }
    struct trod_view_options options = question->view;
    const struct trod_part_view *all = NULL;
    options.events = NULL;
    TROD_TRY(trod_part_view_make(question->parts, view->part, &options, TROD_NO_ID, scratch,
                                 &all, error));
    TROD_TRY(count_distances(picker, all, view, NULL, scratch, error));
    if (!pick->was_picked) TROD_TRY(find_times(picker, view, found, scratch, error));
done:
    return status;
}

/* ---- Adding up ----------------------------------------------------------------------------
 */

static void add_picked(struct mine_pick *pick, const struct mine_picker *picker) {
    struct trod_picked *const to = &pick->picked;
    const struct trod_picked *const from = &picker->picked;
    to->n_journeys += from->n_journeys;
    to->n_events += from->n_events;
    to->n_customers += from->n_customers;
    to->n_left_out += from->n_left_out;
    if (from->first_us <= from->last_us) {
        if (to->first_us == TROD_NO_TIME || from->first_us < to->first_us)
            to->first_us = from->first_us;
        if (to->last_us == TROD_NO_TIME || from->last_us > to->last_us)
            to->last_us = from->last_us;
    }
    if (picker->tick_us && (!pick->tick_us || picker->tick_us < pick->tick_us))
        pick->tick_us = picker->tick_us;
}

/* Adds the counts of all pickers to those of the first. */
static uint64_t *add_counts(const struct mine_pick *pick, struct mine_picker *const *pickers,
                            size_t n, enum stream stream) {
    uint64_t *sums = NULL;
    for (size_t p = 0; p < n; p++) {
        uint64_t *const counts = pickers[p]->counts[stream];
        if (!counts || pickers[p]->room < pick->n_counts) continue;
        for (size_t i = 0; sums && i < pick->n_counts; i++) sums[i] += counts[i];
        if (!sums) sums = counts;
    }
    return sums;
}

static void clear_counts(const struct mine_pick *pick, struct mine_picker *const *pickers,
                         size_t n) {
    for (size_t p = 0; p < n; p++)
        for (size_t s = 0; s < N_STREAMS; s++)
            if (pickers[p]->counts[s]) {
                memset(pickers[p]->counts[s], 0, pick->n_counts * sizeof(uint64_t));
                pickers[p]->below[s] = 0;
            }
}

static uint64_t sum_of(const uint64_t *counts, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; counts && i < n; i++) sum += counts[i];
    return sum;
}

/* The bucket, or step, in which the quantile lies; its limits, the upper one a multiple of the
 * tick. */
static size_t find_quantile(const struct mine_pick *pick, const uint64_t *gaps, uint64_t *lo_us,
                            uint64_t *hi_us) {
    uint64_t below = pick->n_below;
    size_t at = 0;
    while (at + 1 < pick->n_counts && below + gaps[at] < pick->rank) below += gaps[at++];
    if (pick->in_steps) {
        *lo_us = pick->lo_us + at * pick->step_us;
        *hi_us =
            at + 1 < pick->n_counts ? *lo_us + pick->step_us - 1 : pick->lo_us + pick->reach_us;
    } else {
        *lo_us = trod_gap_edge((uint32_t)at);
        *hi_us = at + 1 < TROD_GAP_BUCKETS ? trod_gap_edge((uint32_t)at + 1) - 1 : UINT64_MAX;
    }
    *hi_us -= *hi_us % pick->tick_us;
    if (*hi_us < *lo_us) *hi_us = *lo_us; /* no such time: a part counts what it does not hold */
    return at;
}

/* Has the next pass look at lo_us..hi_us alone, in steps of whole ticks. */
static void look_closer(struct mine_pick *pick, uint64_t lo_us, uint64_t hi_us) {
    const uint64_t tick = pick->tick_us, from = lo_us / tick + (lo_us % tick != 0);
    const uint64_t n_ticks = hi_us / tick - from + 1;
    const uint64_t per_step = (n_ticks - 1) / MOST_STEPS + 1;
    pick->in_steps = true;
    pick->lo_us = from * tick;
    pick->reach_us = (n_ticks - 1) * tick;
    pick->step_us = per_step * tick;
    pick->n_counts = (size_t)((n_ticks - 1) / per_step + 1);
}

static void aim(struct mine_pick *pick, const uint64_t *gaps) {
    const uint64_t n_gaps = sum_of(gaps, pick->n_counts);
    pick->rank = n_gaps - n_gaps / 20; /* of 1..n: 95 % rounded up */
}

void mine_pick_next(struct mine_pick *pick, struct mine_picker *const *pickers, size_t n,
                    bool *more) {
    const uint64_t *sums[N_STREAMS];
    uint64_t below[N_STREAMS] = {0}, lo_us = 0, hi_us = 0;
    *more = pick->more = false;
    for (size_t p = 0; p < n && !pick->was_picked; p++) add_picked(pick, pickers[p]);
    pick->was_picked = true;
    if (pick->tick_us == 0) return; /* no event has a time */
    for (size_t s = 0; s < N_STREAMS; s++) {
        sums[s] = add_counts(pick, pickers, n, (enum stream)s);
        for (size_t p = 0; p < n; p++) below[s] += pickers[p]->below[s];
    }
    if (!sums[GAPS]) return;
    if (!pick->in_steps) aim(pick, sums[GAPS]);
    const size_t at = find_quantile(pick, sums[GAPS], &lo_us, &hi_us);
    *more = pick->more = pick->exact && pick->rank && hi_us - lo_us >= pick->tick_us;
    if (*more) {
        pick->n_below += sum_of(sums[GAPS], at);
        clear_counts(pick, pickers, n);
        look_closer(pick, lo_us, hi_us);
        return;
    }
    pick->picked.gap_us = (int64_t)(pick->rank ? hi_us : 0);
    pick->picked.n_cut_start = below[STARTS] + sum_of(sums[STARTS], at + 1);
    pick->picked.n_cut_end = below[ENDS] + sum_of(sums[ENDS], at + 1);
}

/* ---- What the parts know beforehand ---------------------------------------------------------
 */

struct surveying {
    pthread_mutex_t lock; /* over what follows */
    uint64_t *counts;     /* [TROD_GAP_BUCKETS] */
    uint64_t tick_us;
    bool in_doubt;
};

static trod_status survey_part(void *owner, size_t i, const struct trod_part *part,
                               struct trod_arena *scratch, struct trod_error *error) {
    struct surveying *const surveying = owner;
    (void)i, (void)scratch, (void)error;
    pthread_mutex_lock(&surveying->lock);
    if (part->n_undated) surveying->in_doubt = true;
    for (uint32_t b = 0; b < part->n_gap_counts; b++)
        surveying->counts[b] += part->gap_counts[b];
    if (part->tick_us && (!surveying->tick_us || (uint64_t)part->tick_us < surveying->tick_us))
        surveying->tick_us = (uint64_t)part->tick_us;
    pthread_mutex_unlock(&surveying->lock);
    return TROD_OK;
}

/* Aims at the bucket that the parts' own counts tell. */
static trod_status survey(struct mine_pick *pick, struct trod_arena *arena,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    struct surveying surveying = {.in_doubt = false};
    uint64_t lo_us = 0, hi_us = 0;
    pthread_mutex_init(&surveying.lock, NULL);
    surveying.counts = TROD_NEW_ARRAY(arena, TROD_GAP_BUCKETS, uint64_t);
    TROD_TRY_ALLOC(surveying.counts, error);
    TROD_TRY(trod_parts_each(pick->question->parts, pick->question->run, survey_part,
                             &surveying, error));
    if (surveying.in_doubt || surveying.tick_us == 0) goto done;
    pick->tick_us = surveying.tick_us;
    aim(pick, surveying.counts);
    const size_t at = find_quantile(pick, surveying.counts, &lo_us, &hi_us);
    /* A bucket of one value is looked at like any other. */
    if (pick->rank == 0 || hi_us - lo_us < pick->tick_us) goto done;
    pick->n_below = sum_of(surveying.counts, at);
    look_closer(pick, lo_us, hi_us);
done:
    pthread_mutex_destroy(&surveying.lock);
    return status;
}

trod_status mine_pick_make(const struct trod_question *question, bool exact,
                           struct trod_arena *arena, struct mine_pick **pick,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_view_options *const view = &question->view;
    struct mine_pick *const made = TROD_NEW(arena, struct mine_pick);
    *pick = NULL;
    TROD_TRY_ALLOC(made, error);
    *made = (struct mine_pick){.question = question,
                               .exact = exact,
                               .filtered = view->where || view->events || view->since_us ||
                                           view->until_us,
                               .by_journey = question->parts->journey_field != TROD_NO_ID,
                               .n_counts = TROD_GAP_BUCKETS};
    made->picked = (struct trod_picked){.has_times = question->parts->has_times,
                                        .first_us = TROD_NO_TIME,
                                        .last_us = TROD_NO_TIME,
                                        .gap_us = TROD_NO_TIME};
    if (exact && made->picked.has_times && !made->by_journey)
        TROD_TRY(survey(made, arena, error));
    *pick = made;
done:
    return status;
}

bool mine_pick_wants_more(const struct mine_pick *pick) {
    return pick->more;
}

struct own_picker {
    struct mine_picker *picker;
};

static trod_status begin_picker(void *owner, struct mine_member *member,
                                struct trod_error *error) {
    struct own_picker *const own = member->own;
    return mine_picker_make(owner, member->arena, &own->picker, error);
}

static trod_status pick_part(void *owner, struct mine_member *member,
                             const struct trod_part_view *view, struct trod_arena *scratch,
                             struct trod_error *error) {
    const struct own_picker *const own = member->own;
    (void)owner;
    return mine_picker_part(own->picker, view, scratch, NULL, error);
}

trod_status mine_pick_run(struct mine_pick *pick, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct mine_pass pass = {.question = pick->question,
                                   .by = TROD_NO_ID,
                                   .n_bytes = sizeof(struct own_picker),
                                   .begin = begin_picker,
                                   .part = pick_part,
                                   .owner = pick};
    struct mine_crew crew;
    mine_crew_init(&crew);
    while (pick->more) {
        struct mine_picker *pickers[MINE_CREW];
        bool more = false;
        TROD_TRY(mine_pass(&pass, &crew, error));
        for (size_t m = 0; m < crew.n; m++)
            pickers[m] = ((struct own_picker *)crew.members[m].own)->picker;
        mine_pick_next(pick, pickers, crew.n, &more);
    }
done:
    mine_crew_release(&crew);
    return status;
}

const struct trod_picked *mine_picked(const struct mine_pick *pick) {
    return &pick->picked;
}
