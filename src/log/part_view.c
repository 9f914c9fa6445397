/* Which journeys of a part a question is about. Cheap things first: the part's own span of
 * time, then the journeys' starts and what is the same for a whole customer, as sets of
 * journeys; only stretches with a journey that is still in are asked about their events. What
 * stays is listed by begin and end; only where events are taken out, or journeys of a customer
 * lie between one another, or start anew within a customer, names and gaps are copied. */
#include "log/part_view.h"

#include "log/part.h"

struct viewing {
    const struct trod_parts *parts;
    const struct trod_part *part;
    const struct trod_view_options *options;
    struct trod_arena *arena;
    struct log_part_reader reader;
    const struct log_part_test *where, *events; /* NULL: not asked */
    struct log_part_journeys all, picked;
    struct trod_bits in; /* of all journeys: those that are still in */
    struct trod_part_view *view;
};

static bool is_set(int64_t time_us) {
    return time_us != 0 && time_us != TROD_NO_TIME;
}

static trod_status check_times(const struct trod_parts *parts,
                               const struct trod_view_options *options,
                               struct trod_error *error) {
    if (parts->has_times || (!is_set(options->since_us) && !is_set(options->until_us)))
        return TROD_OK;
    trod_fail(error, TROD_BAD_OPTION,
              "the log has no times, so journeys cannot be picked by their start");
    trod_error_hint(error, "leave out --since and --until, or name the column of the times");
    return TROD_BAD_OPTION;
}

/* ---- Picking by what is cheap --------------------------------------------------------------
 */

static void keep_none(struct viewing *viewing) {
    memset(viewing->in.words, 0, trod_bits_words(viewing->in.n) * sizeof(uint64_t));
}

static bool has_empty(const struct viewing *viewing) {
    const struct log_part_journeys *const all = &viewing->all;
    if (!all->split) return part_inner(viewing->part)->n_empty != 0;
    uint32_t n_empty = 0;
    for (uint32_t j = 0; j < all->n; j++) n_empty += all->begin[j] == all->end[j];
    return n_empty != 0;
}

/* Nothing is asked, and every journey has an event: the part as it lies. */
static bool takes_all(const struct viewing *viewing) {
    const struct trod_view_options *const options = viewing->options;
    return !viewing->where && !is_set(options->since_us) && !is_set(options->until_us) &&
           !has_empty(viewing);
}

/* Every journey that has an event. */
static void start_with_all(struct viewing *viewing) {
    const struct log_part_journeys *const all = &viewing->all;
    uint64_t *const words = viewing->in.words;
    const bool none_empty = !has_empty(viewing);
    for (uint32_t j = 0; j < all->n; j += 64) {
        const uint32_t m = all->n - j < 64 ? all->n - j : 64;
        uint64_t word = 0;
        if (none_empty) {
            words[j / 64] = UINT64_MAX >> (64 - m);
            continue;
        }
        for (uint32_t i = 0; i < m; i++)
            word |= (uint64_t)(all->begin[j + i] < all->end[j + i]) << i;
        words[j / 64] = word;
    }
}

/* Journeys that start in the time asked for. */
static trod_status keep_starts(struct viewing *viewing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_view_options *const options = viewing->options;
    const struct log_part_journeys *const all = &viewing->all;
    const struct trod_part *const part = viewing->part;
    const struct log_span span = {
        .from_us = is_set(options->since_us) ? options->since_us : INT64_MIN,
        .to_us = is_set(options->until_us) ? options->until_us : INT64_MAX};
    if (!is_set(options->since_us) && !is_set(options->until_us)) return TROD_OK;
    if (!all->start || part->last_us < span.from_us || part->first_us >= span.to_us) {
        keep_none(viewing);
        return TROD_OK;
    }
    const struct log_range range = log_range_of_span(&span, part->tick_us);
    uint64_t *const words = TROD_NEW_ARRAY(viewing->arena, trod_bits_words(all->n), uint64_t);
    TROD_TRY_ALLOC(words, error);
    log_range_bits(&range, all->start, all->n, words);
    for (size_t w = 0; w < trod_bits_words(all->n); w++) {
        viewing->in.words[w] &= words[w];
        if (all->undated.words) viewing->in.words[w] &= ~all->undated.words[w];
    }
done:
    return status;
}

static void keep_customers(struct viewing *viewing, const struct trod_bits *customers) {
    const uint32_t *const customer = viewing->all.customer;
    if (!customer) {
        for (size_t w = 0; w < trod_bits_words(viewing->in.n); w++)
            viewing->in.words[w] &= customers->words[w];
        return;
    }
    for (uint32_t j = 0; j < viewing->all.n; j++)
        if (!trod_bits_has(customers, customer[j])) trod_bits_drop(&viewing->in, j);
}

/* Takes what is the same for a customer out of a filter that is "and" of several things.
 * Returns what is left to ask of events; NULL if nothing is. */
static const struct log_part_test *keep_facts(struct viewing *viewing,
                                              const struct log_part_test *test) {
    if (test->level == LOG_LEVEL_CONSTANT) {
        if (!test->always) keep_none(viewing);
        return NULL;
    }
    if (test->level == LOG_LEVEL_CUSTOMER) {
        keep_customers(viewing, &test->customers);
        return NULL;
    }
    if (test->kind != TROD_FILTER_AND) return test;
    if (test->a->level == LOG_LEVEL_CUSTOMER) {
        keep_customers(viewing, &test->a->customers);
        return keep_facts(viewing, test->b);
    }
    if (test->b->level == LOG_LEVEL_CUSTOMER) {
        keep_customers(viewing, &test->b->customers);
        return keep_facts(viewing, test->a);
    }
    return test;
}

/* ---- Asking events -------------------------------------------------------------------------
 */

static trod_status ask_stretch(struct viewing *viewing, const struct log_part_test *test,
                               uint32_t from, uint32_t to, struct trod_bits *events,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    for (; from < to; from += LOG_BLOCK)
        TROD_TRY(log_part_test_events(test, &viewing->reader, from,
                                      to - from < LOG_BLOCK ? to - from : LOG_BLOCK,
                                      events->words + from / 64, error));
done:
    return status;
}

/* The events of journeys that are in, and some others, that meet a test. */
static trod_status ask_events(struct viewing *viewing, const struct log_part_test *test,
                              struct trod_bits *events, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct log_part_journeys *const all = &viewing->all;
    const uint32_t n_events = viewing->part->n_events;
    *events = trod_bits_make(viewing->arena, n_events);
    TROD_TRY_ALLOC(events->words, error);
    if (all->event) {
        TROD_TRY(ask_stretch(viewing, test, 0, n_events, events, error));
        return TROD_OK;
    }
    enum { NEAR = 256 }; /* events: a new stretch costs more than to read over them */
    uint32_t from = 0, to = 0;
    for (size_t w = 0; w < trod_bits_words(all->n); w++) {
        const uint64_t in = viewing->in.words ? viewing->in.words[w] : UINT64_MAX;
        for (uint64_t word = in; word; word &= word - 1) {
            const size_t j = w * 64 + (size_t)__builtin_ctzll(word);
            if (j >= all->n) break;
            if (all->begin[j] > to && all->begin[j] - to > NEAR) {
                TROD_TRY(ask_stretch(viewing, test, from, to, events, error));
                from = all->begin[j] & ~(uint32_t)63;
            }
            to = all->end[j];
        }
    }
    TROD_TRY(ask_stretch(viewing, test, from, to, events, error));
done:
    return status;
}

static bool any_of(const struct trod_bits *bits, uint32_t begin, uint32_t end) {
    const size_t first = begin / 64, last = (end - 1) / 64;
    const uint64_t from = UINT64_MAX << begin % 64, upto = UINT64_MAX >> (63 - (end - 1) % 64);
    if (first == last) return (bits->words[first] & from & upto) != 0;
    if (bits->words[first] & from) return true;
    for (size_t w = first + 1; w < last; w++)
        if (bits->words[w]) return true;
    return (bits->words[last] & upto) != 0;
}

/* Journeys with an event that meets `where`. */
static trod_status keep_events(struct viewing *viewing, const struct log_part_test *test,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct log_part_journeys *const all = &viewing->all;
    struct trod_bits events = {0};
    TROD_TRY(ask_events(viewing, test, &events, error));
    for (size_t w = 0; w < trod_bits_words(all->n); w++) {
        for (uint64_t word = viewing->in.words[w]; word; word &= word - 1) {
            const size_t j = w * 64 + (size_t)__builtin_ctzll(word);
            bool any = false;
            if (!all->event)
                any = any_of(&events, all->begin[j], all->end[j]);
            else
                for (uint32_t p = all->begin[j]; p < all->end[j] && !any; p++)
                    any = trod_bits_has(&events, all->event[p]);
            if (!any) trod_bits_drop(&viewing->in, j);
        }
    }
done:
    return status;
}

static trod_status pick(struct viewing *viewing, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (takes_all(viewing)) {
        viewing->view->n_left_out = viewing->all.n;
        return TROD_OK;
    }
    viewing->in = trod_bits_make(viewing->arena, viewing->all.n);
    TROD_TRY_ALLOC(viewing->in.words, error);
    start_with_all(viewing);
    viewing->view->n_left_out = trod_bits_count(&viewing->in);
    TROD_TRY(keep_starts(viewing, error));
    const struct log_part_test *const left =
        viewing->where ? keep_facts(viewing, viewing->where) : NULL;
    if (left) TROD_TRY(keep_events(viewing, left, error));
done:
    return status;
}

/* The journeys that are in, as a list; all of them stay where they are. */
static trod_status list_picked(struct viewing *viewing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct log_part_journeys *const all = &viewing->all;
    viewing->picked = *all;
    if (!viewing->in.words) return TROD_OK;
    const uint32_t n = (uint32_t)trod_bits_count(&viewing->in);
    if (n == all->n) return TROD_OK;
    uint32_t *const begin = TROD_NEW_ARRAY(viewing->arena, n, uint32_t);
    TROD_TRY_ALLOC(begin, error);
    uint32_t *const end = TROD_NEW_ARRAY(viewing->arena, n, uint32_t);
    TROD_TRY_ALLOC(end, error);
    uint32_t *const customer = TROD_NEW_ARRAY(viewing->arena, n, uint32_t);
    TROD_TRY_ALLOC(customer, error);
    int64_t *const start = all->start ? TROD_NEW_ARRAY(viewing->arena, n, int64_t) : NULL;
    if (all->start) TROD_TRY_ALLOC(start, error);
    uint32_t to = 0;
    for (size_t w = 0; w < trod_bits_words(all->n); w++) {
        for (uint64_t word = viewing->in.words[w]; word; word &= word - 1) {
            const uint32_t j = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
            begin[to] = all->begin[j];
            end[to] = all->end[j];
            customer[to] = all->customer ? all->customer[j] : j;
            if (start) start[to] = all->start[j];
            to++;
        }
    }
    viewing->picked.n = n;
    viewing->picked.begin = begin;
    viewing->picked.end = end;
    viewing->picked.customer = customer;
    viewing->picked.start = start;
done:
    return status;
}

/* ---- Copying -------------------------------------------------------------------------------
 */

struct copying {
    const struct trod_part *part;
    const struct log_part_journeys *from;
    const struct trod_bits *kept; /* NULL: all events */
    uint32_t *begin, *end, *customer, *event;
    int64_t *start, *ticks; /* ticks: of every event; NULL without times */
    uint64_t *gaps;
    uint32_t n_journeys, n_places;
    uint32_t *source; /* the picked journey that a kept one was */
};

/* Ticks of all events of the part; only stretches with a picked journey are read. */
static trod_status read_ticks(struct viewing *viewing, struct copying *copying,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const part = viewing->part;
    if (!part->start) return TROD_OK;
    copying->ticks = TROD_NEW_ARRAY(viewing->arena, part->n_events, int64_t);
    TROD_TRY_ALLOC(copying->ticks, error);
    copying->gaps = TROD_NEW_ARRAY(viewing->arena, (size_t)part->n_events + 16, uint64_t);
    TROD_TRY_ALLOC(copying->gaps, error);
    for (uint32_t from = 0; from < part->n_events; from += LOG_BLOCK) {
        const uint32_t n =
            part->n_events - from < LOG_BLOCK ? part->n_events - from : LOG_BLOCK;
        log_part_reader_ticks(&viewing->reader, from, n);
        memcpy(copying->ticks + from, viewing->reader.ticks, n * sizeof *copying->ticks);
    }
done:
    return status;
}

static void copy_journey(struct copying *c, uint32_t j) {
    const uint32_t first_place = c->n_places;
    int64_t last = INT64_MIN;
    uint32_t to = c->n_journeys;
    if (c->start) c->start[to] = 0;
    for (uint32_t p = c->from->begin[j]; p < c->from->end[j]; p++) {
        const uint32_t event = c->from->event ? c->from->event[p] : p;
        if (c->kept && !trod_bits_has(c->kept, event)) continue;
        const uint32_t place = c->n_places++;
        c->event[place] = event;
        if (!c->ticks) continue;
        const int64_t tick = c->ticks[event];
        c->gaps[place] = 0;
        if (tick == INT64_MIN) continue;
        if (last == INT64_MIN)
            c->start[to] = tick;
        else
            c->gaps[place] = (uint64_t)tick - (uint64_t)last;
        last = tick;
    }
    if (c->n_places == first_place) return;
    c->begin[to] = first_place;
    c->end[to] = c->n_places;
    c->customer[to] = c->from->customer ? c->from->customer[j] : j;
    c->source[to] = j;
    c->n_journeys++;
}

static trod_status copy_names(struct viewing *viewing, const struct copying *c,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const part = viewing->part;
    const unsigned width = part->name_bytes;
    char *const names = trod_arena_alloc(viewing->arena, (size_t)c->n_places * width + 64, 1);
    TROD_TRY_ALLOC(names, error);
    for (uint32_t p = 0; p < c->n_places; p++) {
        if (width == 1)
            names[p] = ((const char *)part->name)[c->event[p]];
        else if (width == 2)
            ((uint16_t *)(void *)names)[p] = ((const uint16_t *)part->name)[c->event[p]];
        else
            ((uint32_t *)(void *)names)[p] = ((const uint32_t *)part->name)[c->event[p]];
    }
    viewing->view->name = names;
done:
    return status;
}

static trod_status copy_places(struct viewing *viewing, struct copying *c,
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const arena = viewing->arena;
    c->part = viewing->part;
    c->from = &viewing->picked;
    const uint32_t n = c->from->n;
    size_t n_places = 0;
    for (uint32_t j = 0; j < n; j++) n_places += c->from->end[j] - c->from->begin[j];
    uint32_t **const arrays[] = {&c->begin, &c->end, &c->customer, &c->source};
    for (size_t i = 0; i < TROD_COUNT(arrays); i++) {
        *arrays[i] = TROD_NEW_ARRAY(arena, n, uint32_t);
        TROD_TRY_ALLOC(*arrays[i], error);
    }
    c->event = TROD_NEW_ARRAY(arena, n_places, uint32_t);
    TROD_TRY_ALLOC(c->event, error);
    TROD_TRY(read_ticks(viewing, c, error));
    if (c->ticks) {
        c->start = TROD_NEW_ARRAY(arena, n, int64_t);
        TROD_TRY_ALLOC(c->start, error);
    }
    for (uint32_t j = 0; j < n; j++) copy_journey(c, j);
    TROD_TRY(copy_names(viewing, c, error));
    struct trod_part_view *const view = viewing->view;
    view->n_journeys = c->n_journeys;
    view->begin = c->begin;
    view->end = c->end;
    view->customer = c->customer;
    view->event = c->event;
    view->n_places = c->n_places;
    view->start = c->start;
    view->place_gaps = c->gaps;
    view->whole = true;
done:
    return status;
}

/* The picked journeys that something stayed of, with all their events. */
static void drop_emptied(struct viewing *viewing, const struct copying *c) {
    struct log_part_journeys *const picked = &viewing->picked;
    if (c->n_journeys == picked->n) return;
    uint32_t *const begin = TROD_NEW_ARRAY(viewing->arena, c->n_journeys, uint32_t);
    uint32_t *const end = TROD_NEW_ARRAY(viewing->arena, c->n_journeys, uint32_t);
    if (!begin || !end) {
        picked->n = 0;
        return;
    }
    for (uint32_t j = 0; j < c->n_journeys; j++) {
        begin[j] = picked->begin[c->source[j]];
        end[j] = picked->end[c->source[j]];
    }
    picked->begin = begin;
    picked->end = end;
    picked->customer = c->customer;
    picked->n = c->n_journeys;
}

/* ---- The view ------------------------------------------------------------------------------
 */

static void leave_in_place(struct viewing *viewing) {
    const struct log_part_journeys *const picked = &viewing->picked;
    struct trod_part_view *const view = viewing->view;
    view->n_journeys = picked->n;
    view->begin = picked->begin;
    view->end = picked->end;
    view->customer = picked->customer;
    view->name = viewing->part->name;
    view->n_places = viewing->part->n_events;
    view->start = picked->start;
    view->whole = picked->n == viewing->all.n;
}

static void count_view(struct trod_part_view *view) {
    uint64_t n_events = 0;
    uint32_t n_customers = 0;
    if (view->whole && !view->customer && !view->event) { /* the part as it lies */
        view->n_events = view->n_places;
        view->n_customers = view->n_journeys;
        view->n_left_out -= view->n_journeys;
        return;
    }
    for (uint32_t j = 0; j < view->n_journeys; j++) {
        n_events += view->end[j] - view->begin[j];
        n_customers += !view->customer || j == 0 || view->customer[j] != view->customer[j - 1];
    }
    view->n_events = n_events;
    view->n_customers = n_customers;
    view->n_left_out -= view->n_journeys;
}

static trod_status make_places(struct viewing *viewing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct copying copying = {0};
    struct trod_bits kept = {0};
    const struct log_part_test *const test = viewing->events;
    if (test && (test->level != LOG_LEVEL_CONSTANT || !test->always)) {
        TROD_TRY(ask_events(viewing, test, &kept, error));
        copying.kept = &kept;
    }
    if (copying.kept || viewing->all.split) {
        TROD_TRY(copy_places(viewing, &copying, error));
        drop_emptied(viewing, &copying);
        if (viewing->picked.n != copying.n_journeys) TROD_TRY_ALLOC(NULL, error);
    } else {
        leave_in_place(viewing);
    }
    count_view(viewing->view);
done:
    return status;
}

trod_status trod_part_view_make(const struct trod_parts *parts, const struct trod_part *part,
                                const struct trod_view_options *options, uint32_t by,
                                struct trod_arena *arena, const struct trod_part_view **view,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    struct viewing viewing = {.parts = parts, .part = part, .options = options, .arena = arena};
    CHECK(options->per == TROD_PER_CUSTOMER);
    viewing.view = TROD_NEW(arena, struct trod_part_view);
    TROD_TRY_ALLOC(viewing.view, error);
    viewing.view->part = part;
    viewing.view->name_bytes = part->name_bytes;
    TROD_TRY(check_times(parts, options, error));
    if (options->where)
        TROD_TRY(log_part_test_make(parts, part, options->where, arena, &viewing.where, error));
    if (options->events)
        TROD_TRY(
            log_part_test_make(parts, part, options->events, arena, &viewing.events, error));
    TROD_TRY(log_part_reader_init(&viewing.reader, part, arena, error));
    TROD_TRY(log_part_journeys_make(parts, part, &viewing.reader, arena, &viewing.all, error));
    TROD_TRY(pick(&viewing, error));
    TROD_TRY(list_picked(&viewing, error));
    TROD_TRY(make_places(&viewing, error));
    if (by != TROD_NO_ID)
        TROD_TRY(log_part_groups_make(parts, by, &viewing.picked, &viewing.reader, arena,
                                      viewing.view, error));
    *view = viewing.view;
done:
    log_part_reader_release(&viewing.reader);
    return status;
}

void trod_part_view_gaps(const struct trod_part_view *view, uint32_t from, uint32_t n,
                         uint64_t *gaps) {
    if (view->place_gaps)
        memcpy(gaps, view->place_gaps + from, n * sizeof *gaps);
    else if (view->part->start && !view->event)
        trod_part_gaps(view->part, from, n, gaps);
    else
        memset(gaps, 0, n * sizeof *gaps);
}
