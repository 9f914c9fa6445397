/* How far each journey of a part gets along the steps of a funnel.
 *
 * A block of journeys at a time, names become classes of steps as wide as the machine can, and
 * those bits: which events are any step, which are the first or the second. A journey without
 * step 1, or without step 2 after it, is settled by its bits alone. For the others the gaps are
 * decoded (of the whole block, unless they are few) and added up into a clock; and only their
 * step events are walked:
 *
 * live[k] is the first event of the attempt that stands at step k and began last. An event of
 * step k takes live[k - 1] on, if the window allows it. The latest first event leaves the most
 * of the window, so no other attempt needs to be kept. An event of several steps is walked from
 * the highest step down, so that it never follows itself. When all is walked, the event that
 * got furthest first is known, and the steps before it are found by going back from there. */
#include "mine/funnel.h"
#include "mine/walk.h"

enum { BLOCK = 2048, FAR = 64 }; /* places; a gap between journeys that ends a block */

struct event {
    uint32_t mask; /* of steps */
    uint32_t at;   /* place in the block */
};
struct walking {
    const struct mine_steps *steps;
    const struct trod_part_view *view;
    struct mine_reach *reach;
    bool windowed;
    uint64_t within;           /* ticks */
    int64_t open_from;         /* an attempt that begins after this tick is not over yet */
    uint8_t first[256];        /* by class: 1 if it is step 1 */
    uint8_t second[256];       /* step 2 */
    struct trod_bits undated;  /* places; without words: none */
    uint32_t base;             /* the block's first place */
    uint8_t *classes;          /* [room + 64] of the block */
    uint8_t *answers;          /* the same */
    uint64_t *any, *one, *two; /* bits of the block */
    uint64_t *clock;           /* [room + 16] ticks since some moment, alike within a journey */
    struct event *events;      /* step events of one journey */
    uint32_t room;
};

/* Bits begin..begin+n-1, 0 < n <= 64, from bit 0 on. One word behind the last is readable. */
static inline uint64_t few_bits(const uint64_t *bits, uint32_t begin, uint32_t n) {
    const uint32_t word = begin / 64, shift = begin % 64;
    return (bits[word] >> shift | bits[word + 1] << 1 << (63 - shift)) & UINT64_MAX >> (64 - n);
}

/* ---- Attempts ------------------------------------------------------------------------------
 */

struct attempt {
    unsigned level;
    uint32_t at[TROD_FUNNEL_STEPS]; /* places of its steps */
};

/* The steps before the last one, which is w->events[last]: each the last before the next. */
static void go_back(const struct walking *w, uint32_t last, unsigned level,
                    struct attempt *best) {
    best->level = level;
    if (level == 0) return;
    unsigned k = level - 1;
    best->at[k] = w->events[last].at;
    for (uint32_t i = last; k > 0 && i-- > 0;)
        if (w->events[i].mask >> (k - 1) & 1) best->at[--k] = w->events[i].at;
}

static void best_ordered(const struct walking *w, uint32_t n, struct attempt *best) {
    const unsigned n_steps = w->steps->n;
    const uint64_t within = w->windowed ? w->within : UINT64_MAX;
    uint64_t live[TROD_FUNNEL_STEPS]; /* clock of the first event */
    uint32_t alive = 0, last = 0;
    unsigned level = 0;
    for (uint32_t i = 0; i < n && level < n_steps; i++) {
        const uint64_t now = w->clock[w->events[i].at];
        uint32_t left = w->events[i].mask & (alive << 1 | 1);
        while (left) {
            const unsigned k = 31 - (unsigned)__builtin_clz(left);
            left ^= UINT32_C(1) << k;
            const uint64_t begun = k ? live[k - 1] : now;
            if (now - begun > within) continue;
            live[k] = begun;
            alive |= UINT32_C(1) << k;
            if (k < level) continue;
            level = k + 1;
            last = i;
        }
    }
    go_back(w, last, level, best);
}

/* The same of a journey of at most 64 events, of which `any` are steps, where no event is
 * several: without a branch that nobody could foresee. live[k] is one more than the clock, 0:
 * nobody is there; an event of step 1 takes on what stands at 0, itself. */
static void best_of_few(const struct walking *w, uint64_t any, uint32_t begin,
                        struct attempt *best) {
    const unsigned n_steps = w->steps->n;
    const uint64_t within = w->windowed ? w->within : UINT64_MAX;
    uint64_t live[TROD_FUNNEL_STEPS + 1] = {0};
    uint64_t last = 0; /* the bit of the event that got furthest */
    unsigned level = 0;
    for (uint64_t left = any; left && level < n_steps; left &= left - 1) {
        const uint32_t at = begin + (uint32_t)__builtin_ctzll(left);
        const unsigned k = w->classes[at];
        const uint64_t now = w->clock[at] + 1;
        live[0] = now;
        const uint64_t begun = live[k - 1];
        const bool goes_on = (begun != 0) & (now - begun <= within);
        live[k] = goes_on ? begun : live[k];
        const bool further = goes_on & (k > level);
        level = further ? k : level;
        last = further ? left & (0 - left) : last;
    }
    best->level = level;
    uint64_t before = any & (last - 1);
    unsigned k = level;
    if (level) best->at[--k] = begin + (uint32_t)__builtin_ctzll(last);
    while (k > 0) { /* `before` cannot end sooner */
        const unsigned bit = 63 - (unsigned)__builtin_clzll(before);
        before ^= UINT64_C(1) << bit;
        const bool is = w->classes[begin + bit] == k;
        best->at[k - 1] = begin + bit;
        k -= is;
    }
}

static void best_unbroken(const struct walking *w, uint32_t n, struct attempt *best) {
    const uint64_t within = w->windowed ? w->within : UINT64_MAX;
    uint64_t begun = 0;
    uint32_t last = 0;
    unsigned level = 0, most = 0;
    for (uint32_t i = 0; i < n && most < w->steps->n; i++) {
        const unsigned k = (unsigned)__builtin_ctz(w->events[i].mask);
        const uint64_t now = w->clock[w->events[i].at];
        if (k == 0) {
            level = 1;
            begun = now;
        } else if ((level != k && level != k + 1) || now - begun > within) {
            level = 0; /* what does not fit breaks off */
        } else {
            level = k + 1; /* the next step, or the same again */
        }
        if (level <= most) continue;
        most = level;
        last = i;
    }
    go_back(w, last, most, best);
}

static void best_first(const struct walking *w, uint32_t n, struct attempt *best) {
    uint32_t seen = 0, at[TROD_FUNNEL_STEPS];
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t left = w->events[i].mask & ~seen; left; left &= left - 1)
            at[__builtin_ctz(left)] = w->events[i].at;
        seen |= w->events[i].mask;
    }
    best->level = 0;
    for (unsigned k = 0; k < w->steps->n && seen >> k & 1; k++) {
        if (k && at[k] <= at[k - 1]) break;
        if (w->windowed && w->clock[at[k]] - w->clock[at[0]] > w->within) break;
        best->at[k] = at[k];
        best->level = k + 1;
    }
}

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

static inline uint32_t list_word(const struct walking *w, uint64_t left, uint32_t from,
                                 uint32_t n) {
    for (; left; left &= left - 1) {
        const uint32_t at = from + (uint32_t)__builtin_ctzll(left);
        w->events[n++] = (struct event){w->steps->masks[w->classes[at]], at};
    }
    return n;
}

static uint32_t list_events(const struct walking *w, uint32_t begin, uint32_t end) {
    uint32_t n = 0;
    for (; end - begin > 64; begin += 64)
        n = list_word(w, few_bits(w->any, begin, 64), begin, n);
    return list_word(w, few_bits(w->any, begin, end - begin), begin, n);
}

static bool is_dated(const struct walking *w, uint32_t at) {
    return !w->undated.words || !trod_bits_has(&w->undated, (size_t)w->base + at);
}

/* Room was made before. */
static void put(struct mine_reach *reach, unsigned k, uint64_t value, const uint32_t *group) {
    struct trod_buf *const values = &reach->values[k], *const groups = &reach->groups[k];
    const int64_t us = (int64_t)value;
    memcpy(values->at + values->n, &us, sizeof us);
    values->n += sizeof us;
    if (!group) return;
    memcpy(groups->at + groups->n, group, sizeof *group);
    groups->n += sizeof *group;
}

static void put_times(const struct walking *w, const struct attempt *best,
                      const uint32_t *group) {
    const uint64_t tick_us = (uint64_t)w->view->part->tick_us;
    const unsigned last = best->level - 1;
    for (unsigned k = 1; k <= last; k++)
        if (is_dated(w, best->at[k]) && is_dated(w, best->at[k - 1]))
            put(w->reach, k, (w->clock[best->at[k]] - w->clock[best->at[k - 1]]) * tick_us,
                group);
    if (best->level == w->steps->n && is_dated(w, best->at[0]) && is_dated(w, best->at[last]))
        put(w->reach, 0, (w->clock[best->at[last]] - w->clock[best->at[0]]) * tick_us, group);
}

/* Whether a journey that has not come to the end may still: its last (or, of TROD_FUNNEL_FIRST,
 * its first) event of step 1 is so young. */
static bool is_open(const struct walking *w, uint32_t j, uint32_t begin, uint32_t end) {
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
static struct glance look_at_long(const struct walking *w, uint32_t begin, uint32_t end) {
    const uint32_t one = first_bit(w->one, begin, end);
    if (one == end) return (struct glance){false, false};
    const bool first = w->steps->way == TROD_FUNNEL_FIRST;
    const uint32_t two = first_bit(w->two, first ? begin : one + 1, end);
    return (struct glance){true, w->windowed || (two < end && two > one)};
}

static inline struct glance look_at(const struct walking *w, uint32_t begin, uint32_t end) {
    if (end - begin > 64) return look_at_long(w, begin, end);
    const uint64_t one = few_bits(w->one, begin, end - begin);
    const uint64_t two = few_bits(w->two, begin, end - begin);
    /* Lowest bits alone tell what comes first; without a branch that nobody could foresee. */
    const uint64_t lowest = one & (0 - one), above = two & (0 - (lowest << 1));
    const bool follows = w->steps->way == TROD_FUNNEL_FIRST ? (two & (0 - two)) > lowest
                                                            : (above != 0) & (lowest << 1 != 0);
    return (struct glance){one != 0, (one != 0) & (w->windowed | follows)};
}

static void find_best(const struct walking *w, uint32_t begin, uint32_t end,
                      struct attempt *best) {
    const bool ordered = w->steps->way == TROD_FUNNEL_ORDERED;
    if (ordered && w->steps->plain && end - begin <= 64) {
        best_of_few(w, few_bits(w->any, begin, end - begin), begin, best);
        return;
    }
    const uint32_t n = list_events(w, begin, end);
    if (ordered)
        best_ordered(w, n, best);
    else if (w->steps->way == TROD_FUNNEL_UNBROKEN)
        best_unbroken(w, n, best);
    else
        best_first(w, n, best);
}

static void walk_journey(const struct walking *w, uint32_t j) {
    const struct trod_part_view *const view = w->view;
    const uint32_t begin = view->begin[j] - w->base, end = view->end[j] - w->base;
    const uint32_t *const group = view->group ? &view->group[j] : NULL;
    const size_t g = group ? *group : 0;
    uint64_t *const levels = w->reach->levels + g * (w->steps->n + 1);
    const struct glance glance = look_at(w, begin, end);
    if (!glance.more) {
        levels[glance.has_one]++;
        return;
    }
    struct attempt best;
    find_best(w, begin, end, &best);
    levels[best.level]++;
    if (best.level > 1 && view->start) put_times(w, &best, group);
    if (w->windowed && best.level < w->steps->n && is_open(w, j, begin, end))
        w->reach->open[g]++;
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

/* In a window, what has no time is no step. */
static void drop_undated(struct walking *w, uint32_t n) {
    for (uint32_t at = 0; at < n; at++) {
        if (is_dated(w, at)) continue;
        const uint64_t others = ~(UINT64_C(1) << at % 64);
        w->any[at / 64] &= others;
        w->one[at / 64] &= others;
        w->two[at / 64] &= others;
    }
}

/* The clock at places begin..end-1 of the block. */
static void run_clock(struct walking *w, uint32_t begin, uint32_t end) {
    uint64_t *const clock = w->clock + begin, tick = 0;
    trod_part_view_gaps(w->view, w->base + begin, end - begin, clock);
    for (uint32_t i = 0; i < end - begin; i++) clock[i] = tick += clock[i];
}

/* Decodes what the journeys from..to-1 of the block need. */
static void run_clocks(struct walking *w, uint32_t from, uint32_t to) {
    enum { CALL = 64 }; /* a call costs as much as so many places */
    const struct trod_part_view *const view = w->view;
    const uint32_t n = view->end[to - 1] - w->base;
    uint32_t cost = 0;
    if (!view->start) return;
    for (uint32_t j = from; j < to && cost < n; j++) {
        const uint32_t begin = view->begin[j] - w->base, end = view->end[j] - w->base;
        if (look_at(w, begin, end).more) cost += CALL + end - begin;
    }
    if (cost >= n) {
        run_clock(w, 0, n);
        return;
    }
    for (uint32_t j = from; j < to && cost; j++) {
        const uint32_t begin = view->begin[j] - w->base, end = view->end[j] - w->base;
        if (look_at(w, begin, end).more) run_clock(w, begin, end);
    }
}

/* Room for the times of n more journeys. */
static trod_status reserve(struct walking *w, uint32_t n, struct trod_error *error) {
    for (unsigned k = 0; k < w->steps->n; k++)
        if (!trod_buf_room(&w->reach->values[k], n * sizeof(int64_t)) ||
            (w->view->group && !trod_buf_room(&w->reach->groups[k], n * sizeof(uint32_t))))
            return trod_fail(error, TROD_NO_MEMORY, "there is not enough memory");
    return TROD_OK;
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
    w->clock = TROD_NEW_ARRAY(scratch, (size_t)w->room + 16, uint64_t);
    TROD_TRY_ALLOC(w->clock, error);
    w->events = TROD_NEW_ARRAY(scratch, longest, struct event);
    TROD_TRY_ALLOC(w->events, error);
done:
    return status;
}

trod_status mine_reach_of_part(const struct mine_steps *steps, int64_t within_us,
                               int64_t last_us, const struct trod_part_view *view,
                               struct trod_arena *scratch, struct mine_reach *reach,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct walking w = {
        .steps = steps, .view = view, .reach = reach, .windowed = within_us > 0};
    const size_t n_groups = (size_t)view->n_groups + 1;
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
    TROD_TRY(make_room(&w, scratch, error));
    TROD_TRY(mine_undated(view, scratch, &w.undated, error));
    for (uint32_t j = 0; w.windowed && !view->start && j < view->n_journeys; j++)
        reach->levels[(view->group ? view->group[j] : 0) * (steps->n + 1)]++;
    if (w.windowed && !view->start) goto done; /* what has no time is no step */
    for (uint32_t j = 0; j < view->n_journeys;) {
        const uint32_t base = view->begin[j];
        uint32_t to = j + 1;
        while (to < view->n_journeys && view->end[to] - base <= w.room &&
               view->begin[to] - view->end[to - 1] < FAR)
            to++;
        classify(&w, base, view->end[to - 1] - base);
        if (w.windowed && w.undated.words) drop_undated(&w, view->end[to - 1] - base);
        TROD_TRY(reserve(&w, to - j, error));
        run_clocks(&w, j, to);
        for (; j < to; j++) walk_journey(&w, j);
    }
done:
    return status;
}
