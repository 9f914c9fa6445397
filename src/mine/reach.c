/* How far each journey of a part gets along the steps of a funnel.
 *
 * Names become classes of steps a block at a time, as wide as the machine can, and those bits:
 * which events are any step, which are the first. A journey without step 1, or without step 2
 * after it, is settled by its bits alone; for the others the gaps are decoded, and only their
 * step events are walked:
 *
 * live[k] is the attempt that stands at step k with the latest possible first event. An event
 * of step k takes live[k - 1] on, if the window allows it. The latest first event leaves the
 * most of the window, so no other attempt needs to be kept; and as a later event overwrites an
 * earlier one, each step is the last before the next. An event of several steps is walked from
 * the highest step down, so that it never follows itself. */
#include <string.h>

#include "mine/funnel.h"

enum { BLOCK = 4096 };

struct event {
    uint32_t mask;
    int64_t tick; /* INT64_MIN: not known */
};
struct walking {
    const struct mine_steps *steps;
    const struct trod_part_view *view;
    struct mine_reach *reach;
    int64_t within;      /* ticks; INT64_MAX: no window */
    int64_t open_from;   /* an attempt that begins after this tick is not over yet */
    uint8_t second[256]; /* by class: 1 if it is step 2 */
    uint8_t first[256];
    const uint64_t *undated;   /* bits by place; NULL: none */
    uint32_t base;             /* the block's first place */
    uint8_t *classes;          /* [room + 64] of the block */
    uint8_t *answers;          /* the same */
    uint64_t *any, *one, *two; /* bits of the block */
    uint64_t *gaps;
    struct event *events; /* step events of one journey */
    uint32_t room;
};

/* ---- Attempts ------------------------------------------------------------------------------
 */

struct attempt {
    unsigned level;
    int64_t at[TROD_FUNNEL_STEPS]; /* ticks of its steps */
};

static bool is_within(const struct walking *w, int64_t from, int64_t to) {
    return w->within == INT64_MAX || to - from <= w->within;
}

static void best_ordered(const struct walking *w, uint32_t n, struct attempt *best) {
    const unsigned n_steps = w->steps->n;
    int64_t live[TROD_FUNNEL_STEPS][TROD_FUNNEL_STEPS];
    uint32_t alive = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct event event = w->events[i];
        for (uint32_t left = event.mask; left;) {
            const unsigned k = 31 - (unsigned)__builtin_clz(left);
            left ^= UINT32_C(1) << k;
            if (k > 0) {
                if (!(alive >> (k - 1) & 1) || !is_within(w, live[k - 1][0], event.tick))
                    continue;
                for (unsigned s = 0; s < k; s++) live[k][s] = live[k - 1][s];
            }
            live[k][k] = event.tick;
            alive |= UINT32_C(1) << k;
            if (k + 1 <= best->level) continue;
            best->level = k + 1;
            for (unsigned s = 0; s <= k; s++) best->at[s] = live[k][s];
            if (k + 1 == n_steps) return;
        }
    }
}

static void best_strict(const struct walking *w, uint32_t n, struct attempt *best) {
    int64_t live[TROD_FUNNEL_STEPS];
    unsigned level = 0;
    for (uint32_t i = 0; i < n && best->level < w->steps->n; i++) {
        const unsigned k = (unsigned)__builtin_ctz(w->events[i].mask);
        const int64_t tick = w->events[i].tick;
        if (k == 0)
            level = 1;
        else if (level == k && is_within(w, live[0], tick))
            level = k + 1;
        else if (level != k + 1 || !is_within(w, live[0], tick))
            level =
                0; /* a step that does not fit breaks off; a repeated one stands for itself */
        if (level == 0) continue;
        live[level - 1] = tick;
        if (level <= best->level) continue;
        best->level = level;
        for (unsigned s = 0; s < level; s++) best->at[s] = live[s];
    }
}

static void best_first(const struct walking *w, uint32_t n, struct attempt *best) {
    uint32_t seen = 0;
    uint32_t place[TROD_FUNNEL_STEPS];
    int64_t at[TROD_FUNNEL_STEPS];
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t left = w->events[i].mask & ~seen; left; left &= left - 1) {
            const unsigned k = (unsigned)__builtin_ctz(left);
            place[k] = i;
            at[k] = w->events[i].tick;
        }
        seen |= w->events[i].mask;
    }
    for (unsigned k = 0; k < w->steps->n && seen >> k & 1; k++) {
        if (k && (place[k] <= place[k - 1] || !is_within(w, at[0], at[k]))) break;
        best->at[k] = at[k];
        best->level = k + 1;
    }
}

/* ---- One journey ---------------------------------------------------------------------------
 */

/* The first bit of begin..end-1, or `end`. */
static uint32_t first_bit(const uint64_t *bits, uint32_t begin, uint32_t end) {
    if (begin >= end) return end;
    uint32_t word = begin / 64;
    uint64_t left = bits[word] & UINT64_MAX << begin % 64;
    while (!left) {
        if (++word * 64 >= end) return end;
        left = bits[word];
    }
    const uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(left);
    return at < end ? at : end;
}

/* The last bit of begin..end-1, of which there is one. */
static uint32_t last_bit(const uint64_t *bits, uint32_t end) {
    uint32_t word = (end - 1) / 64;
    uint64_t left = bits[word] & UINT64_MAX >> (63 - (end - 1) % 64);
    while (!left) left = bits[--word];
    return word * 64 + 63 - (uint32_t)__builtin_clzll(left);
}

/* The step events of places begin..end-1, with their ticks. */
static uint32_t list_events(struct walking *w, uint32_t j, uint32_t begin, uint32_t end) {
    uint32_t n = 0, at = begin;
    uint64_t tick = w->view->start ? (uint64_t)w->view->start[j] : 0;
    const bool timed = w->view->start != NULL;
    if (timed) trod_part_view_gaps(w->view, w->base + begin, end - begin, w->gaps);
    for (uint32_t p = first_bit(w->any, begin, end); p < end;
         p = first_bit(w->any, p + 1, end)) {
        bool known = timed;
        for (; timed && at <= p; at++) tick += w->gaps[at - begin];
        if (w->undated && w->undated[(w->base + p) / 64] >> (w->base + p) % 64 & 1)
            known = false;
        if (!known && w->within != INT64_MAX) continue;
        w->events[n++] =
            (struct event){w->steps->masks[w->classes[p]], known ? (int64_t)tick : INT64_MIN};
    }
    return n;
}

static trod_status put(struct mine_reach *reach, unsigned k, int64_t value,
                       const uint32_t *group, struct trod_error *error) {
    struct trod_buf *const values = &reach->values[k];
    trod_buf_add(values, (trod_str){(const char *)&value, sizeof value});
    if (group) trod_buf_add(&reach->groups[k], (trod_str){(const char *)group, sizeof *group});
    if (!values->failed && !reach->groups[k].failed) return TROD_OK;
    return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
}

static trod_status put_times(const struct walking *w, const struct attempt *best,
                             const uint32_t *group, struct trod_error *error) {
    trod_status status = TROD_OK;
    const int64_t tick_us = w->view->part->tick_us;
    for (unsigned k = 1; k < best->level; k++) {
        if (best->at[k] == INT64_MIN || best->at[k - 1] == INT64_MIN) continue;
        TROD_TRY(put(w->reach, k, (best->at[k] - best->at[k - 1]) * tick_us, group, error));
    }
    if (best->level == w->steps->n && best->at[0] != INT64_MIN &&
        best->at[best->level - 1] != INT64_MIN)
        TROD_TRY(put(w->reach, 0, (best->at[best->level - 1] - best->at[0]) * tick_us, group,
                     error));
done:
    return status;
}

/* Whether a journey that has not come to the end may still: its last (or, of TROD_FUNNEL_FIRST,
 * its first) event of step 1 is so young. */
static bool is_open(const struct walking *w, uint32_t n) {
    int64_t begun = INT64_MIN;
    for (uint32_t i = 0; i < n; i++) {
        if (!(w->events[i].mask & 1)) continue;
        begun = w->events[i].tick;
        if (w->steps->way == TROD_FUNNEL_FIRST) break;
    }
    return begun > w->open_from;
}

static trod_status walk_journey(struct walking *w, uint32_t j, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_view *const view = w->view;
    const uint32_t begin = view->begin[j] - w->base, end = view->end[j] - w->base;
    const uint32_t *const group = view->group ? &view->group[j] : NULL;
    const size_t g = group ? *group : 0;
    uint64_t *const levels = w->reach->levels + g * (w->steps->n + 1);
    const uint32_t one = first_bit(w->one, begin, end);
    if (one == end) {
        levels[0]++;
        return TROD_OK;
    }
    const uint32_t two = first_bit(w->two, one + 1, end);
    const bool windowed = w->within != INT64_MAX;
    if (two == end && !windowed) {
        levels[1]++;
        return TROD_OK;
    }
    const uint32_t n = list_events(w, j, begin, last_bit(w->any, end) + 1);
    struct attempt best;
    best.level = 0;
    if (w->steps->way == TROD_FUNNEL_ORDERED)
        best_ordered(w, n, &best);
    else if (w->steps->way == TROD_FUNNEL_STRICT)
        best_strict(w, n, &best);
    else
        best_first(w, n, &best);
    levels[best.level]++;
    if (best.level > 1 && view->start) TROD_TRY(put_times(w, &best, group, error));
    if (windowed && best.level > 0 && best.level < w->steps->n && is_open(w, n))
        w->reach->open[g]++;
done:
    return status;
}

/* ---- A part --------------------------------------------------------------------------------
 */

static void classify(struct walking *w, uint32_t base, uint32_t n) {
    const struct trod_part_view *const view = w->view;
    const uint8_t *const class_of = w->steps->class_of;
    w->base = base;
    if (view->name_bytes == 1) {
        const unsigned n_used = view->part->n_names < 256 ? view->part->n_names : 256;
        trod_bytes_map(class_of, n_used, (const uint8_t *)view->name + base, n, w->classes);
    } else if (view->name_bytes == 2) {
        const uint16_t *const name = (const uint16_t *)view->name + base;
        for (uint32_t i = 0; i < n; i++) w->classes[i] = class_of[name[i]];
    } else {
        const uint32_t *const name = (const uint32_t *)view->name + base;
        for (uint32_t i = 0; i < n; i++) w->classes[i] = class_of[name[i]];
    }
    trod_bytes_set(w->classes, n, w->any);
    if (w->steps->plain) {
        trod_bytes_equal(w->classes, n, 1, w->one);
        trod_bytes_equal(w->classes, n, 2, w->two);
    } else {
        trod_bytes_map(w->first, 256, w->classes, n, w->answers);
        trod_bytes_set(w->answers, n, w->one);
        trod_bytes_map(w->second, 256, w->classes, n, w->answers);
        trod_bytes_set(w->answers, n, w->two);
    }
}

static trod_status make_room(struct walking *w, struct trod_arena *scratch,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t longest = 0;
    for (uint32_t j = 0; j < w->view->n_journeys; j++)
        if (w->view->end[j] - w->view->begin[j] > longest)
            longest = w->view->end[j] - w->view->begin[j];
    w->room = longest > BLOCK ? longest : BLOCK;
    w->classes = TROD_NEW_ARRAY(scratch, (size_t)w->room + 64, uint8_t);
    TROD_TRY_ALLOC(w->classes, error);
    w->answers = TROD_NEW_ARRAY(scratch, (size_t)w->room + 64, uint8_t);
    TROD_TRY_ALLOC(w->answers, error);
    uint64_t **const bits[] = {&w->any, &w->one, &w->two};
    for (size_t i = 0; i < TROD_COUNT(bits); i++) {
        *bits[i] = TROD_NEW_ARRAY(scratch, trod_bits_words(w->room) + 1, uint64_t);
        TROD_TRY_ALLOC(*bits[i], error);
    }
    w->gaps = TROD_NEW_ARRAY(scratch, (size_t)longest + 16, uint64_t);
    TROD_TRY_ALLOC(w->gaps, error);
    w->events = TROD_NEW_ARRAY(scratch, longest, struct event);
    TROD_TRY_ALLOC(w->events, error);
done:
    return status;
}

/* The places without a time, as bits. */
static trod_status find_undated(struct walking *w, struct trod_arena *scratch,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_view *const view = w->view;
    const struct trod_part *const part = view->part;
    if (part->n_undated == 0) return TROD_OK;
    struct trod_bits events = trod_bits_make(scratch, part->n_events);
    TROD_TRY_ALLOC(events.words, error);
    for (size_t i = 0; i < part->n_undated; i++) trod_bits_add(&events, part->undated[i]);
    w->undated = events.words;
    if (!view->event) return TROD_OK;
    struct trod_bits places = trod_bits_make(scratch, view->n_places);
    TROD_TRY_ALLOC(places.words, error);
    for (uint32_t p = 0; p < view->n_places; p++)
        if (trod_bits_has(&events, view->event[p])) trod_bits_add(&places, p);
    w->undated = places.words;
done:
    return status;
}

trod_status mine_reach_of_part(const struct mine_steps *steps, int64_t within_us,
                               int64_t last_us, const struct trod_part_view *view,
                               struct trod_arena *scratch, struct mine_reach *reach,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct walking w = {.steps = steps, .view = view, .reach = reach, .within = INT64_MAX};
    const size_t n_groups = (size_t)view->n_groups + 1;
    reach->levels = TROD_NEW_ARRAY(scratch, n_groups * (steps->n + 1), uint64_t);
    TROD_TRY_ALLOC(reach->levels, error);
    reach->open = TROD_NEW_ARRAY(scratch, n_groups, uint64_t);
    TROD_TRY_ALLOC(reach->open, error);
    if (within_us) {
        const int64_t tick_us = view->part->tick_us ? view->part->tick_us : 1;
        w.within = within_us / tick_us;
        /* begin + within > last, without passing the ends of int64 */
        const int64_t from_us =
            last_us < INT64_MIN + within_us ? INT64_MIN : last_us - within_us;
        w.open_from = from_us / tick_us - (from_us % tick_us < 0);
    }
    for (unsigned c = 0; c < steps->n_classes; c++) {
        w.first[c] = steps->masks[c] & 1;
        w.second[c] = steps->masks[c] >> 1 & 1;
    }
    TROD_TRY(make_room(&w, scratch, error));
    TROD_TRY(find_undated(&w, scratch, error));
    for (uint32_t j = 0; j < view->n_journeys;) {
        const uint32_t base = view->begin[j];
        uint32_t to = j + 1;
        while (to < view->n_journeys && view->end[to] - base <= w.room &&
               view->begin[to] - view->end[to - 1] < 64)
            to++;
        classify(&w, base, view->end[to - 1] - base);
        for (; j < to; j++) TROD_TRY(walk_journey(&w, j, error));
    }
done:
    return status;
}
