/* How far each journey of a part gets along the steps of a funnel.
 *
 * A block of journeys at a time, names become classes of steps as wide as the machine can, and
 * those bits: which events are any step, and which are which. A journey without step 1, or
 * without step 2 after it, is settled by its bits alone, and all others are listed. For these
 * the gaps are decoded (of the whole block, unless they are few) and added up into a clock; and
 * only their step events are walked.
 *
 * Bits say how far a journey of at most 64 events gets when the window is left aside: the first
 * step 1, the first step 2 after it, and so on. The event that gets furthest comes first of
 * all that get so far; going back from there, each time to the last step before, gives the
 * latest begin. If that one is in the window, it is the best attempt. All that goes without a
 * branch that nobody could foresee. Else, and where an event is several steps, events are
 * walked one by one (reach_attempt.c). */
#include "mine/pick.h"
#include "mine/reach.h"

enum { BLOCK = 1024, FAR = 64 }; /* places; a gap between journeys that ends a block */

/* ---- One journey ---------------------------------------------------------------------------
 */

/* The first bit of begin..end-1, or `end`. */
static inline uint32_t first_bit(const uint64_t *bits, uint32_t begin, uint32_t end) {
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

/* The last bit before `end`, of which there is one. */
static inline uint32_t last_bit(const uint64_t *bits, uint32_t end) {
    uint32_t word = (end - 1) / 64;
    uint64_t left = bits[word] & UINT64_MAX >> (63 - (end - 1) % 64);
    while (!left) left = bits[--word];
    return word * 64 + 63 - (uint32_t)__builtin_clzll(left);
}

static bool is_dated(const struct mine_walking *w, uint32_t at) {
    return !w->undated.words || !trod_bits_has(&w->undated, (size_t)w->base + at);
}

/* Room was made before. */
static void put(struct mine_reach *reach, unsigned k, uint64_t ticks, const uint32_t *group) {
    struct trod_buf *const values = &reach->values[k], *const groups = &reach->groups[k];
    memcpy(values->at + values->n, &ticks, sizeof ticks);
    values->n += sizeof ticks;
    if (!group) return;
    memcpy(groups->at + groups->n, group, sizeof *group);
    groups->n += sizeof *group;
}

static void put_times(const struct mine_walking *w, const struct mine_attempt *best,
                      const uint32_t *group) {
    const unsigned last = best->level - 1;
    for (unsigned k = 1; k <= last; k++)
        if (is_dated(w, best->at[k]) && is_dated(w, best->at[k - 1]))
            put(w->reach, k, w->clock[best->at[k]] - w->clock[best->at[k - 1]], group);
    if (best->level == w->steps->n && is_dated(w, best->at[0]) && is_dated(w, best->at[last]))
        put(w->reach, 0, w->clock[best->at[last]] - w->clock[best->at[0]], group);
}

/* Whether a journey that has not come to the end may still: its last (or, of TROD_FUNNEL_FIRST,
 * its first) event of step 1 is so young. */
static bool is_open(const struct mine_walking *w, uint32_t j, uint32_t begin, uint32_t end) {
    const bool first = w->steps->way == TROD_FUNNEL_FIRST;
    const uint32_t at = first ? first_bit(w->one, begin, end) : last_bit(w->one, end);
    const uint64_t since = w->clock[at] - w->clock[begin];
    return (int64_t)((uint64_t)w->view->start[j] + since) > w->open_from;
}

/* What the bits alone say of a journey: whether it has step 1, and whether more is to be asked.
 */
struct glance {
    bool has_one, more;
};
static struct glance look_at_long(const struct mine_walking *w, uint32_t begin, uint32_t end) {
    const uint32_t one = first_bit(w->one, begin, end);
    if (one == end) return (struct glance){false, false};
    const bool first = w->steps->way == TROD_FUNNEL_FIRST;
    const uint32_t two = first_bit(w->two, first ? begin : one + 1, end);
    return (struct glance){true, two < end && two > one};
}

static inline struct glance look_at(const struct mine_walking *w, uint32_t begin,
                                    uint32_t end) {
    if (end - begin > 64) return look_at_long(w, begin, end);
    const uint64_t one = mine_few_bits(w->one, begin, end - begin);
    const uint64_t two = mine_few_bits(w->two, begin, end - begin);
    /* Lowest bits alone tell what comes first; without a branch that nobody could foresee. */
    const uint64_t lowest = one & (0 - one), above = two & (0 - (lowest << 1));
    const bool follows = w->steps->way == TROD_FUNNEL_FIRST ? (two & (0 - two)) > lowest
                                                            : (above != 0) & (lowest << 1 != 0);
    return (struct glance){one != 0, (one != 0) & follows};
}

/* Whether the journey has any event after which an attempt is not over when the log ends. */
static inline bool may_be_open(const struct mine_walking *w, uint32_t j) {
    return w->windowed && (int64_t)((uint64_t)w->view->start[j] + w->spans[j]) > w->open_from;
}

static uint64_t *levels_of(const struct mine_walking *w, uint32_t j) {
    const size_t g = w->view->group ? w->view->group[j] : 0;
    return w->reach->levels + g * (w->steps->n + 1);
}

/* Counts the journeys that their bits settle, and lists the others. */
static void glance_at(struct mine_walking *w, uint32_t from, uint32_t to) {
    const struct trod_part_view *const view = w->view;
    uint32_t n = 0;
    for (uint32_t j = from; j < to; j++) {
        const uint32_t begin = view->begin[j] - w->base, end = view->end[j] - w->base;
        const struct glance glance = look_at(w, begin, end);
        const bool more = glance.more | (glance.has_one & may_be_open(w, j));
        levels_of(w, j)[glance.has_one] += !more;
        w->listed[n] = j;
        n += more;
    }
    w->n_listed = n;
}

static void walk_journey(const struct mine_walking *w, uint32_t j) {
    const struct trod_part_view *const view = w->view;
    const uint32_t begin = view->begin[j] - w->base, end = view->end[j] - w->base;
    const uint32_t *const group = view->group ? &view->group[j] : NULL;
    struct mine_attempt best;
    mine_best_attempt(w, begin, end, &best);
    levels_of(w, j)[best.level]++;
    if (best.level > 1 && view->start) put_times(w, &best, group);
    if (may_be_open(w, j) && best.level < w->steps->n && is_open(w, j, begin, end))
        w->reach->open[group ? *group : 0]++;
}

/* ---- A journey of few events by its bits
 * -----------------------------------------------------
 */

/* Puts value k >= 1 if that step was reached: what is written behind the last one does not
 * count. */
static inline void put_quick(struct mine_reach *reach, unsigned k, bool reached, uint64_t ticks,
                             uint32_t group) {
    struct trod_buf *const values = &reach->values[k], *const groups = &reach->groups[k];
    memcpy(values->at + values->n, &ticks, sizeof ticks);
    values->n += reached ? sizeof ticks : 0;
    if (!groups->at) return;
    memcpy(groups->at + groups->n, &group, sizeof group);
    groups->n += reached ? sizeof group : 0;
}

/* False if the attempt is not in the window. */
static bool walk_quickly(const struct mine_walking *w, uint32_t j) {
    const struct trod_part_view *const view = w->view;
    const unsigned n_steps = w->steps->n;
    const uint32_t begin = view->begin[j] - w->base, n = view->end[j] - view->begin[j];
    const uint64_t *const clock = w->clock + begin;
    uint64_t bits[TROD_FUNNEL_STEPS], left = UINT64_MAX, last = 1;
    uint8_t at[TROD_FUNNEL_STEPS];
    unsigned level = 0;
    for (unsigned k = 0; k < n_steps; k++) {
        bits[k] = mine_few_bits(w->step[k], begin, n);
        const uint64_t hits = bits[k] & left;
        level += hits != 0;
        last = hits ? hits & (0 - hits) : last;
        left = ~(hits ^ (hits - 1)); /* above the lowest; none if there is none */
    }
    uint64_t before = last - 1;
    const uint8_t end = (uint8_t)__builtin_ctzll(last);
    for (unsigned k = n_steps; k-- > 0;) {
        const bool is_before = k + 1 < level;
        const unsigned top = 63 - (unsigned)__builtin_clzll((bits[k] & before) | 1);
        at[k] = is_before ? (uint8_t)top : end;
        before = is_before ? (UINT64_C(1) << top) - 1 : before;
    }
    if (w->windowed && clock[end] - clock[at[0]] > w->within) return false;
    levels_of(w, j)[level]++;
    if (!view->start) return true;
    const uint32_t group = view->group ? view->group[j] : 0;
    for (unsigned k = 1; k < n_steps; k++)
        put_quick(w->reach, k, k < level, clock[at[k]] - clock[at[k - 1]], group);
    put_quick(w->reach, 0, level == n_steps, clock[end] - clock[at[0]], group);
    if (may_be_open(w, j) && level < n_steps && is_open(w, j, begin, begin + n))
        w->reach->open[group]++;
    return true;
}

static void walk_listed(const struct mine_walking *w) {
    for (uint32_t i = 0; i < w->n_listed; i++) {
        const uint32_t j = w->listed[i];
        const bool few = w->view->end[j] - w->view->begin[j] <= 64;
        if (!(w->quick && few && walk_quickly(w, j))) walk_journey(w, j);
    }
}

/* ---- A part --------------------------------------------------------------------------------
 */

static void classify(struct mine_walking *w, uint32_t base, uint32_t n) {
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
        for (unsigned k = 2; w->quick && k < w->steps->n; k++)
            trod_bytes_equal(w->classes, n, (uint8_t)(k + 1), w->step[k]);
    } else {
        trod_bytes_map(w->first, 256, w->classes, n, w->answers);
        trod_bytes_set(w->answers, n, w->one);
        trod_bytes_map(w->second, 256, w->classes, n, w->answers);
        trod_bytes_set(w->answers, n, w->two);
    }
}

/* In a window, what has no time is no step. */
static void drop_undated(struct mine_walking *w, uint32_t n) {
    for (uint32_t at = 0; at < n; at++) {
        if (is_dated(w, at)) continue;
        const uint64_t others = ~(UINT64_C(1) << at % 64);
        w->any[at / 64] &= others;
        w->one[at / 64] &= others;
        w->two[at / 64] &= others;
    }
}

/* The clock at places begin..end-1 of the block. */
static void run_clock(struct mine_walking *w, uint32_t begin, uint32_t end) {
    uint64_t *const clock = w->clock + begin, tick = 0;
    trod_part_view_gaps(w->view, w->base + begin, end - begin, clock);
    for (uint32_t i = 0; i < end - begin; i++) clock[i] = tick += clock[i];
}

/* Decodes what the listed journeys need, the last of the block being to - 1. */
static void run_clocks(struct mine_walking *w, uint32_t to) {
    enum { CALL = 64 }; /* a call costs as much as so many places */
    const struct trod_part_view *const view = w->view;
    const uint32_t n = view->end[to - 1] - w->base;
    uint32_t cost = 0;
    if (!view->start) return;
    for (uint32_t i = 0; i < w->n_listed && cost < n; i++)
        cost += CALL + view->end[w->listed[i]] - view->begin[w->listed[i]];
    if (cost >= n) {
        run_clock(w, 0, n);
        return;
    }
    for (uint32_t i = 0; i < w->n_listed; i++)
        run_clock(w, view->begin[w->listed[i]] - w->base, view->end[w->listed[i]] - w->base);
}

/* Room for the times of n more journeys, and one that does not count. */
static trod_status reserve(struct mine_walking *w, uint32_t n_more, struct trod_error *error) {
    const size_t n = (size_t)n_more + 1;
    for (unsigned k = 0; k < w->steps->n; k++)
        if (!trod_buf_room(&w->reach->values[k], n * sizeof(int64_t)) ||
            (w->view->group && !trod_buf_room(&w->reach->groups[k], n * sizeof(uint32_t))))
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return TROD_OK;
}

static trod_status make_room(struct mine_walking *w, struct trod_arena *scratch,
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
    w->quick = w->steps->way == TROD_FUNNEL_ORDERED && w->steps->plain && !w->undated.words;
    uint64_t **const bits[] = {&w->any, &w->one, &w->two};
    for (size_t i = 0; i < TROD_COUNT(bits) + w->steps->n; i++) {
        uint64_t **const to = i < TROD_COUNT(bits) ? bits[i] : &w->step[i - TROD_COUNT(bits)];
        if (i >= TROD_COUNT(bits) && (!w->quick || i < TROD_COUNT(bits) + 2)) continue;
        *to = TROD_NEW_ARRAY(scratch, trod_bits_words(w->room) + 1, uint64_t);
        TROD_TRY_ALLOC(*to, error);
    }
    w->step[0] = w->one;
    w->step[1] = w->two;
    w->listed = TROD_NEW_ARRAY(scratch, (size_t)w->room + 1, uint32_t);
    TROD_TRY_ALLOC(w->listed, error);
    w->clock = TROD_NEW_ARRAY(scratch, (size_t)w->room + 16, uint64_t);
    TROD_TRY_ALLOC(w->clock, error);
    w->events = TROD_NEW_ARRAY(scratch, longest, struct mine_step_event);
    TROD_TRY_ALLOC(w->events, error);
done:
    return status;
}

trod_status mine_reach_of_part(const struct mine_steps *steps, int64_t within_us,
                               int64_t last_us, const struct trod_part_view *view,
                               struct trod_arena *scratch, struct mine_reach *reach,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_walking w = {
        .steps = steps, .view = view, .reach = reach, .windowed = within_us > 0};
    const size_t n_groups = (size_t)view->n_groups + 1;
    for (unsigned k = 0; k < steps->n; k++) {
        trod_buf_clear(&reach->values[k]);
        trod_buf_clear(&reach->groups[k]);
    }
    reach->levels = TROD_NEW_ARRAY(scratch, n_groups * (steps->n + 1), uint64_t);
    TROD_TRY_ALLOC(reach->levels, error);
    reach->open = TROD_NEW_ARRAY(scratch, n_groups, uint64_t);
    TROD_TRY_ALLOC(reach->open, error);
    if (within_us) {
        const int64_t tick_us = view->part->tick_us ? view->part->tick_us : 1;
        w.within = (uint64_t)(within_us / tick_us);
        /* begin + within > last, without passing the ends of int64 */
        const int64_t from_us =
            last_us < INT64_MIN + within_us ? INT64_MIN : last_us - within_us;
        w.open_from = from_us / tick_us - (from_us % tick_us < 0);
    }
    for (unsigned c = 0; c < steps->n_classes; c++) {
        w.first[c] = steps->masks[c] & 1;
        w.second[c] = steps->masks[c] >> 1 & 1;
    }
    TROD_TRY(mine_undated(view, scratch, &w.undated, error));
    TROD_TRY(make_room(&w, scratch, error));
    for (uint32_t j = 0; w.windowed && !view->start && j < view->n_journeys; j++)
        reach->levels[(view->group ? view->group[j] : 0) * (steps->n + 1)]++;
    if (w.windowed && !view->start) goto done; /* what has no time is no step */
    if (w.windowed) TROD_TRY(mine_spans(view, scratch, &w.spans, error));
    for (uint32_t j = 0; j < view->n_journeys;) {
        const uint32_t base = view->begin[j];
        uint32_t to = j + 1;
        while (to < view->n_journeys && view->end[to] - base <= w.room &&
               view->begin[to] - view->end[to - 1] < FAR)
            to++;
        classify(&w, base, view->end[to - 1] - base);
        if (w.windowed && w.undated.words) drop_undated(&w, view->end[to - 1] - base);
        glance_at(&w, j, to);
        run_clocks(&w, to);
        TROD_TRY(reserve(&w, w.n_listed, error));
        walk_listed(&w);
        j = to;
    }
done:
    return status;
}
