/* Who of a part's customers comes back, and when.
 *
 * A block of journeys at a time the gaps are decoded; each customer's clock starts in some
 * period and only has to be looked at again where it passes the end of the period in which the
 * customer was seen last: one comparison an event. Then the period is found by going on from
 * the last one, which is seldom far.
 *
 * A customer with several journeys, which may lie between one another in time, is walked twice:
 * for the earliest beginning, and for the periods of what comes after it, each marked once. */
#include "mine/retention.h"
#include "mine/walk.h"

enum { BLOCK = 2048, FAR = 64, BEGINS = 1, RETURNS = 2 };

struct walking {
    const struct mine_periods *periods;
    const struct mine_kinds *kinds;
    const struct trod_part_view *view;
    struct mine_returns *returns;
    int64_t *from;            /* [n + 1] where each period begins, in ticks */
    struct trod_bits undated; /* places; without words: none */
    uint32_t base, room;      /* the block */
    uint64_t *clock;          /* [room + 16] ticks since some moment, alike within a journey */
    double per_tick;          /* periods, about */
    uint32_t *marks;          /* [n] customer + 1 */
};

/* ---- Periods -------------------------------------------------------------------------------
 */

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

static int64_t start_of(enum trod_every every, int64_t time_us) {
    const int64_t day = floor_div(time_us, TROD_DAY_US);
    if (every == TROD_EVERY_DAY) return day * TROD_DAY_US;
    /* 1970-01-01 was a Thursday. */
    if (every == TROD_EVERY_WEEK) return (floor_div(day + 3, 7) * 7 - 3) * TROD_DAY_US;
    const struct trod_civil civil = trod_civil_from_us(time_us);
    return trod_days_from_civil(civil.year, civil.month, 1) * TROD_DAY_US;
}

static int64_t next_of(enum trod_every every, int64_t from_us) {
    if (every == TROD_EVERY_DAY) return from_us + TROD_DAY_US;
    if (every == TROD_EVERY_WEEK) return from_us + 7 * TROD_DAY_US;
    const struct trod_civil civil = trod_civil_from_us(from_us);
    const bool last = civil.month == 12;
    return trod_days_from_civil(civil.year + last, last ? 1 : civil.month + 1, 1) * TROD_DAY_US;
}

trod_status mine_periods_make(enum trod_every every, int64_t first_us, int64_t last_us,
                              struct trod_arena *arena, struct mine_periods *periods,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    int64_t *const from_us = TROD_NEW_ARRAY(arena, TROD_RETENTION_PERIODS + 1, int64_t);
    TROD_TRY_ALLOC(from_us, error);
    static const int64_t EDGE_US = INT64_MAX / 4; /* beyond the year 9999, and safe to add to */
    if (first_us < -EDGE_US || last_us > EDGE_US)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT, "the log has times beyond the year 9999"));
    if (first_us > last_us)
        TROD_TRY(trod_fail(error, TROD_BAD_INPUT, "the log ends before it begins"));
    uint32_t n = 0;
    for (from_us[0] = start_of(every, first_us); from_us[n] <= last_us; n++) {
        if (n == TROD_RETENTION_PERIODS) {
            trod_fail(error, TROD_TOO_MUCH, "the log spans more than %d %s",
                      TROD_RETENTION_PERIODS,
                      every == TROD_EVERY_DAY    ? "days"
                      : every == TROD_EVERY_WEEK ? "weeks"
                                                 : "months");
            trod_error_hint(error, "ask by longer times: --every week or --every month");
            return TROD_TOO_MUCH;
        }
        from_us[n + 1] = next_of(every, from_us[n]);
    }
    /* The period of the newest event is not over. */
    *periods = (struct mine_periods){.from_us = from_us, .n = n, .n_over = n - 1};
done:
    return status;
}

/* The period of a tick that is not before period p, and likely not far behind. */
static inline uint32_t period_from(const struct walking *w, uint32_t p, int64_t tick) {
    const uint32_t last = w->periods->n - 1;
    while (p < last && tick >= w->from[p + 1]) p++;
    return p;
}

/* The period of any tick: guessed, as if all were of the same length, and put right. */
static inline uint32_t period_of(const struct walking *w, int64_t tick) {
    const uint32_t last = w->periods->n - 1;
    const double guess = ((double)tick - (double)w->from[0]) * w->per_tick;
    uint32_t p = !(guess > 0) ? 0 : guess < last ? (uint32_t)guess : last;
    while (p > 0 && tick < w->from[p]) p--;
    return period_from(w, p, tick);
}

/* ---- Customers -----------------------------------------------------------------------------
 */

struct customer {
    uint32_t group, cohort, period; /* period: the last one that was counted */
    int64_t next;                   /* nothing new before this tick */
    bool begun;
};

static inline void begin_customer(const struct walking *w, struct customer *c, int64_t tick) {
    c->begun = true;
    c->cohort = c->period = period_of(w, tick);
    c->next = INT64_MIN;
    w->returns->began[(size_t)c->group * w->periods->n + c->cohort]++;
}

static inline void count_back(const struct walking *w, const struct customer *c,
                              uint32_t period) {
    const uint32_t n = w->periods->n, after = period - c->cohort;
    w->returns->back[mine_cell(n, c->cohort, after)]++;
    if (w->returns->group_back && period < w->periods->n_over)
        w->returns->group_back[(size_t)c->group * n + after]++;
}

static inline void come_back(const struct walking *w, struct customer *c, int64_t tick) {
    enum { NEAR = 4 };
    const bool near = c->period + NEAR >= w->periods->n || tick < w->from[c->period + NEAR];
    c->period = near ? period_from(w, c->period, tick) : period_of(w, tick);
    c->next = c->period + 1 < w->periods->n ? w->from[c->period + 1] : INT64_MAX;
    count_back(w, c, c->period);
}

static bool is_dated(const struct walking *w, uint32_t place) {
    return !w->undated.words || !trod_bits_has(&w->undated, place);
}

static unsigned kind_at(const struct walking *w, uint32_t place) {
    const struct trod_part_view *const view = w->view;
    if (!w->kinds->of_name) return BEGINS | RETURNS;
    const uint32_t name = view->name_bytes == 1   ? ((const uint8_t *)view->name)[place]
                          : view->name_bytes == 2 ? ((const uint16_t *)view->name)[place]
                                                  : ((const uint32_t *)view->name)[place];
    return w->kinds->of_name[name];
}

/* The clock's reading at place p, as a tick of journey j. */
static inline int64_t tick_at(const struct walking *w, uint32_t j, uint32_t p) {
    const uint64_t since = w->clock[p - w->base] - w->clock[w->view->begin[j] - w->base];
    return (int64_t)((uint64_t)w->view->start[j] + since);
}

/* A customer of one journey, where every event counts and has a time. */
static void walk_plain(const struct walking *w, uint32_t j, struct customer *c) {
    const struct trod_part_view *const view = w->view;
    const uint32_t begin = view->begin[j], end = view->end[j], last = w->periods->n - 1;
    begin_customer(w, c, view->start[j]);
    if (end - begin == 1) return;
    if (c->cohort == last || tick_at(w, j, end - 1) < w->from[c->cohort + 1]) {
        count_back(w, c, c->cohort);
        return;
    }
    const uint64_t *const clock = w->clock + (begin - w->base);
    const uint64_t ahead = (uint64_t)view->start[j] - clock[0]; /* of the tick to the clock */
    int64_t next = INT64_MIN;
    for (uint32_t i = 1; i < end - begin; i++) {
        const int64_t tick = (int64_t)(clock[i] + ahead);
        if (tick < next) continue;
        come_back(w, c, tick);
        next = c->next;
    }
}

static void walk_choosy(const struct walking *w, uint32_t j, struct customer *c) {
    const struct trod_part_view *const view = w->view;
    for (uint32_t p = view->begin[j]; p < view->end[j]; p++) {
        if (!is_dated(w, p)) continue;
        const unsigned kind = kind_at(w, p);
        const int64_t tick = tick_at(w, j, p);
        if (c->begun && kind & RETURNS && tick >= c->next)
            come_back(w, c, tick);
        else if (!c->begun && kind & BEGINS)
            begin_customer(w, c, tick);
    }
}

/* ---- Customers of several journeys ---------------------------------------------------------
 */

struct beginning {
    bool known;
    int64_t tick;
    uint32_t event;
};

static uint32_t event_at(const struct walking *w, uint32_t place) {
    return w->view->event ? w->view->event[place] : place;
}

static void find_beginning(const struct walking *w, uint32_t j, struct beginning *first) {
    for (uint32_t p = w->view->begin[j]; p < w->view->end[j]; p++) {
        if (!is_dated(w, p) || !(kind_at(w, p) & BEGINS)) continue;
        const uint32_t event = event_at(w, p);
        const int64_t tick = tick_at(w, j, p);
        if (first->known &&
            (tick > first->tick || (tick == first->tick && event > first->event)))
            continue;
        *first = (struct beginning){true, tick, event};
    }
}

static void mark_periods(const struct walking *w, uint32_t j, const struct beginning *first,
                         const struct customer *c, uint32_t mark) {
    for (uint32_t p = w->view->begin[j]; p < w->view->end[j]; p++) {
        if (!is_dated(w, p) || !(kind_at(w, p) & RETURNS)) continue;
        const int64_t tick = tick_at(w, j, p);
        if (tick < first->tick || (tick == first->tick && event_at(w, p) <= first->event))
            continue;
        const uint32_t period = period_of(w, tick);
        if (w->marks[period] == mark) continue;
        w->marks[period] = mark;
        count_back(w, c, period);
    }
}

/* ---- A part --------------------------------------------------------------------------------
 */

static uint32_t customer_of(const struct trod_part_view *view, uint32_t j) {
    return view->customer ? view->customer[j] : j;
}

/* The journeys from..to-1 of one customer. */
static void walk_customer(const struct walking *w, uint32_t from, uint32_t to) {
    const struct trod_part_view *const view = w->view;
    struct customer c = {.group = view->group ? view->group[from] : 0};
    if (to - from == 1) {
        if (!w->kinds->of_name && !w->undated.words)
            walk_plain(w, from, &c);
        else
            walk_choosy(w, from, &c);
        w->returns->n_never += !c.begun;
        return;
    }
    struct beginning first = {.known = false};
    for (uint32_t j = from; j < to; j++) find_beginning(w, j, &first);
    if (!first.known) {
        w->returns->n_never++;
        return;
    }
    begin_customer(w, &c, first.tick);
    for (uint32_t j = from; j < to; j++) mark_periods(w, j, &first, &c, from + 1);
}

/* The end of the journeys of the customer of journey j. */
static uint32_t customer_end(const struct trod_part_view *view, uint32_t j) {
    uint32_t to = j + 1;
    while (to < view->n_journeys && customer_of(view, to) == customer_of(view, j)) to++;
    return to;
}

static trod_status make_room(struct walking *w, struct trod_arena *scratch,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part_view *const view = w->view;
    const uint32_t n = w->periods->n;
    const int64_t tick_us = view->part->tick_us;
    uint32_t longest = BLOCK;
    for (uint32_t j = 0; j < view->n_journeys;) {
        const uint32_t to = customer_end(view, j);
        if (view->end[to - 1] - view->begin[j] > longest)
            longest = view->end[to - 1] - view->begin[j];
        j = to;
    }
    w->room = longest;
    w->clock = TROD_NEW_ARRAY(scratch, (size_t)longest + 16, uint64_t);
    TROD_TRY_ALLOC(w->clock, error);
    w->marks = TROD_NEW_ARRAY(scratch, n, uint32_t);
    TROD_TRY_ALLOC(w->marks, error);
    w->from = TROD_NEW_ARRAY(scratch, (size_t)n + 1, int64_t);
    TROD_TRY_ALLOC(w->from, error);
    for (uint32_t p = 0; p <= n; p++) w->from[p] = -floor_div(-w->periods->from_us[p], tick_us);
    w->per_tick = n / ((double)w->from[n] - (double)w->from[0]);
    TROD_TRY(mine_undated(view, scratch, &w->undated, error));
done:
    return status;
}

static trod_status make_counts(const struct walking *w, struct trod_arena *scratch,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_returns *const returns = w->returns;
    const size_t n = w->periods->n, n_groups = (size_t)w->view->n_groups + 1;
    returns->began = trod_arena_alloc(scratch, n_groups, n * sizeof *returns->began);
    TROD_TRY_ALLOC(returns->began, error);
    returns->back = TROD_NEW_ARRAY(scratch, mine_cells(w->periods->n), uint32_t);
    TROD_TRY_ALLOC(returns->back, error);
    if (!w->view->group) return TROD_OK;
    returns->group_back = trod_arena_alloc(scratch, n_groups, n * sizeof *returns->group_back);
    TROD_TRY_ALLOC(returns->group_back, error);
done:
    return status;
}

static void run_clock(struct walking *w, uint32_t n) {
    uint64_t tick = 0;
    trod_part_view_gaps(w->view, w->base, n, w->clock);
    for (uint32_t i = 0; i < n; i++) w->clock[i] = tick += w->clock[i];
}

trod_status mine_returns_of_part(const struct mine_periods *periods,
                                 const struct mine_kinds *kinds,
                                 const struct trod_part_view *view, struct trod_arena *scratch,
                                 struct mine_returns *returns, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct walking w = {.periods = periods, .kinds = kinds, .view = view, .returns = returns};
    *returns = (struct mine_returns){.n_never = 0};
    TROD_TRY(make_counts(&w, scratch, error));
    if (!view->start) { /* no event has a time */
        returns->n_never = view->n_customers;
        return TROD_OK;
    }
    TROD_TRY(make_room(&w, scratch, error));
    for (uint32_t j = 0; j < view->n_journeys;) {
        const uint32_t base = view->begin[j];
        uint32_t to = customer_end(view, j);
        while (to < view->n_journeys && view->begin[to] - view->end[to - 1] < FAR) {
            const uint32_t end = customer_end(view, to);
            if (view->end[end - 1] - base > w.room) break;
            to = end;
        }
        w.base = base;
        run_clock(&w, view->end[to - 1] - base);
        while (j < to) {
            const uint32_t end = customer_end(view, j);
            walk_customer(&w, j, end);
            j = end;
        }
    }
done:
    return status;
}
