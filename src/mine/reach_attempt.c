/* The best attempt of one journey, step event by step event:
 *
 * live[k] is the first event of the attempt that stands at step k and began last. An event of
 * step k takes live[k - 1] on, if the window allows it. The latest first event leaves the most
 * of the window, so no other attempt needs to be kept. An event of several steps is walked from
 * the highest step down, so that it never follows itself. When all is walked, the event that
 * got furthest first is known, and the steps before it are found by going back from there. */
#include "mine/reach.h"

/* The steps before the last one, which is w->events[last]: each the last before the next. */
static void go_back(const struct mine_walking *w, uint32_t last, unsigned level,
                    struct mine_attempt *best) {
    best->level = level;
    if (level == 0) return;
    unsigned k = level - 1;
    best->at[k] = w->events[last].at;
    for (uint32_t i = last; k > 0 && i-- > 0;)
        if (w->events[i].mask >> (k - 1) & 1) best->at[--k] = w->events[i].at;
}

static void best_ordered(const struct mine_walking *w, uint32_t n, struct mine_attempt *best) {
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
static void best_of_few(const struct mine_walking *w, uint64_t any, uint32_t begin,
                        struct mine_attempt *best) {
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

static void best_unbroken(const struct mine_walking *w, uint32_t n, struct mine_attempt *best) {
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

static void best_first(const struct mine_walking *w, uint32_t n, struct mine_attempt *best) {
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

static inline uint32_t list_word(const struct mine_walking *w, uint64_t left, uint32_t from,
                                 uint32_t n) {
    for (; left; left &= left - 1) {
        const uint32_t at = from + (uint32_t)__builtin_ctzll(left);
        w->events[n++] = (struct mine_step_event){w->steps->masks[w->classes[at]], at};
    }
    return n;
}

static uint32_t list_events(const struct mine_walking *w, uint32_t begin, uint32_t end) {
    uint32_t n = 0;
    for (; end - begin > 64; begin += 64)
        n = list_word(w, mine_few_bits(w->any, begin, 64), begin, n);
    return list_word(w, mine_few_bits(w->any, begin, end - begin), begin, n);
}

void mine_best_attempt(const struct mine_walking *w, uint32_t begin, uint32_t end,
                       struct mine_attempt *best) {
    const bool ordered = w->steps->way == TROD_FUNNEL_ORDERED;
    if (ordered && w->steps->plain && end - begin <= 64) {
        best_of_few(w, mine_few_bits(w->any, begin, end - begin), begin, best);
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
