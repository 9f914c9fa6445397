/* Which journeys a question is about. The log is split into journeys, each is asked the
 * options, and those that stay become slices of the log; only where a slice is not whole
 * (events left out, journeys of one customer that lie between one another) the events are
 * listed.
 *
 * A journey is cut where it comes so near an edge of the log that there may be more of it
 * beyond: nearer than 95 % of the times between successive events. That quantile is taken over
 * all journeys of the log, so it is the same for every filter; it is found exactly, by counting
 * the times 16 bits at a time from the top. */
#include "log/split.h"

struct viewing {
    const struct trod_log *log;
    const struct trod_view_options *options;
    struct log_split split;
    const struct trod_test *where, *events;
    struct trod_view *view;
    struct trod_journey *journeys;
    uint64_t *kept; /* events that stay, if they are listed */
    uint64_t n_kept;
};

static uint64_t event_at(const struct log_split *split, uint64_t place) {
    return split->events ? split->events[place] : place;
}

/* ---- The 95 % quantile of the times between events -----------------------------------------
 */

enum { DIGIT_BITS = 16, N_DIGITS = 1 << DIGIT_BITS };

/* Calls for each time between two events of a journey: counts those whose upper bits are
 * `prefix` by their next 16 bits. */
static void count_digit(const struct viewing *viewing, unsigned shift, uint64_t prefix,
                        uint64_t *count) {
    const struct trod_log *const log = viewing->log;
    for (uint64_t i = 1; i < log->n_events; i++) {
        if (trod_bits_has(&viewing->split.starts, (size_t)i)) continue;
        const int64_t from_us = log->time_us[event_at(&viewing->split, i - 1)];
        const int64_t to_us = log->time_us[event_at(&viewing->split, i)];
        if (from_us == TROD_NO_TIME || to_us == TROD_NO_TIME || to_us < from_us) continue;
        const uint64_t gap = (uint64_t)to_us - (uint64_t)from_us;
        const uint64_t digits = gap >> shift;
        if (digits >> DIGIT_BITS == prefix) count[digits & (N_DIGITS - 1)]++;
    }
}

/* The smallest time that 95 % of the times do not exceed; 0 if there are none. */
static trod_status find_gap(struct viewing *viewing, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *scratch = NULL;
    viewing->view->gap_us = TROD_NO_TIME;
    if (viewing->options->edges) viewing->view->gap_us = viewing->options->edges->gap_us;
    if (!viewing->log->has_times || viewing->options->edges) goto done;
    scratch = trod_arena_make(0);
    TROD_TRY_ALLOC(scratch, error);
    uint64_t *const count = TROD_NEW_ARRAY(scratch, N_DIGITS, uint64_t);
    TROD_TRY_ALLOC(count, error);
    uint64_t prefix = 0, below = 0, rank = 0;
    for (int shift = 48; shift >= 0; shift -= DIGIT_BITS) {
        memset(count, 0, N_DIGITS * sizeof *count);
        count_digit(viewing, (unsigned)shift, prefix, count);
        if (shift == 48) {
            uint64_t n = 0;
            for (size_t d = 0; d < N_DIGITS; d++) n += count[d];
            rank = n - n / 20; /* of 1..n: 95 % rounded up */
            if (n == 0) break;
        }
        size_t digit = 0;
        while (below + count[digit] < rank) below += count[digit++];
        prefix = prefix << DIGIT_BITS | digit;
    }
    viewing->view->gap_us = (int64_t)prefix;
done:
    trod_arena_free(scratch);
    return status;
}

/* ---- Events that stay ----------------------------------------------------------------------
 */

/* Asks every event of the log, those of journeys that are not picked as well. */
static trod_status keep_events(struct viewing *viewing, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_log *const log = viewing->log;
    viewing->kept = TROD_NEW_ARRAY(viewing->view->arena, (size_t)log->n_events, uint64_t);
    TROD_TRY_ALLOC(viewing->kept, error);
    viewing->view->kept = trod_bits_make(viewing->view->arena, (size_t)log->n_events);
    TROD_TRY_ALLOC(viewing->view->kept.words, error);
    for (uint32_t c = 0; c < log->n_customers; c++)
        for (uint64_t event = log->first[c]; event < log->first[c + 1]; event++)
            if (trod_test_event(viewing->events, event, c))
                trod_bits_add(&viewing->view->kept, (size_t)event);
done:
    return status;
}

/* ---- Picking -------------------------------------------------------------------------------
 */

/* First and last time of the events at these places; TROD_NO_TIME if none has one. */
static void times_of(const struct viewing *viewing, uint64_t begin, uint64_t end,
                     int64_t *first_us, int64_t *last_us) {
    const int64_t *const time_us = viewing->log->time_us;
    *first_us = *last_us = TROD_NO_TIME;
    if (!time_us) return;
    while (begin < end && time_us[event_at(&viewing->split, begin)] == TROD_NO_TIME) begin++;
    while (begin < end && time_us[event_at(&viewing->split, end - 1)] == TROD_NO_TIME) end--;
    if (begin >= end) return;
    *first_us = time_us[event_at(&viewing->split, begin)];
    *last_us = time_us[event_at(&viewing->split, end - 1)];
}

static bool is_set(int64_t time_us) {
    return time_us != 0 && time_us != TROD_NO_TIME;
}

static bool is_picked(const struct viewing *viewing, uint32_t customer, uint64_t begin,
                      uint64_t end, int64_t first_us) {
    const struct trod_view_options *const options = viewing->options;
    if (is_set(options->since_us) && (first_us == TROD_NO_TIME || first_us < options->since_us))
        return false;
    if (is_set(options->until_us) &&
        (first_us == TROD_NO_TIME || first_us >= options->until_us))
        return false;
    if (!viewing->where) return true;
    for (uint64_t i = begin; i < end; i++)
        if (trod_test_event(viewing->where, event_at(&viewing->split, i), customer))
            return true;
    return false;
}

/* Takes the journey at these places, or leaves it out. */
static void take(struct viewing *viewing, uint32_t customer, uint64_t begin, uint64_t end) {
    struct trod_view *const view = viewing->view;
    int64_t first_us = TROD_NO_TIME, last_us = TROD_NO_TIME;
    times_of(viewing, begin, end, &first_us, &last_us);
    uint64_t at = begin, n = 0;
    if (is_picked(viewing, customer, begin, end, first_us)) {
        n = end - begin;
        if (viewing->kept) {
            at = viewing->n_kept;
            for (uint64_t i = begin; i < end; i++) {
                const uint64_t event = event_at(&viewing->split, i);
                if (trod_bits_has(&viewing->view->kept, (size_t)event))
                    viewing->kept[viewing->n_kept++] = event;
            }
            n = viewing->n_kept - at;
        }
    }
    if (n == 0) {
        view->n_left_out++;
        return;
    }
    struct trod_journey *const journey = &viewing->journeys[view->n_journeys];
    *journey = (struct trod_journey){.customer = customer, .n = (uint32_t)n, .at = at};
    if (first_us != TROD_NO_TIME) {
        const struct trod_log_edges *const edges = viewing->options->edges;
        const int64_t log_first_us = edges ? edges->first_us : viewing->log->first_us;
        const int64_t log_last_us = edges ? edges->last_us : viewing->log->last_us;
        journey->cut_start = first_us - log_first_us <= view->gap_us;
        journey->cut_end = log_last_us - last_us <= view->gap_us;
    }
    if (view->n_journeys == 0 || journey[-1].customer != customer) view->n_customers++;
    view->n_journeys++;
    view->n_events += n;
    view->n_cut_start += journey->cut_start;
    view->n_cut_end += journey->cut_end;
}

static trod_status check_times(const struct trod_log *log,
                               const struct trod_view_options *options,
                               struct trod_error *error) {
    if (log->has_times || (!is_set(options->since_us) && !is_set(options->until_us)))
        return TROD_OK;
    trod_fail(error, TROD_BAD_OPTION,
              "the log has no times, so journeys cannot be picked by their start");
    trod_error_hint(error, "leave out --since and --until, or name the column of the times");
    return TROD_BAD_OPTION;
}

trod_status trod_view_make(const struct trod_log *log, const struct trod_view_options *options,
                           struct trod_view **view, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_view *made = NULL;
    *view = NULL;
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_view);
    if (!made) trod_arena_free(arena);
    TROD_TRY_ALLOC(made, error);
    made->log = log;
    made->arena = arena;
    struct viewing viewing = {.log = log, .options = options, .view = made};
    TROD_TRY(check_times(log, options, error));
    TROD_TRY(log_split_make(log, options, arena, &viewing.split, error));
    if (options->where)
        TROD_TRY(trod_test_make(log, options->where, arena, &viewing.where, error));
    if (options->events)
        TROD_TRY(trod_test_make(log, options->events, arena, &viewing.events, error));
    TROD_TRY(find_gap(&viewing, error));
    viewing.journeys = TROD_NEW_ARRAY(arena, viewing.split.n_journeys, struct trod_journey);
    TROD_TRY_ALLOC(viewing.journeys, error);
    if (options->events) TROD_TRY(keep_events(&viewing, error));
    for (uint32_t c = 0; c < log->n_customers; c++) {
        uint64_t begin = log->first[c];
        for (uint64_t i = begin + 1; i <= log->first[c + 1]; i++) {
            if (i < log->first[c + 1] && !trod_bits_has(&viewing.split.starts, (size_t)i))
                continue;
            take(&viewing, c, begin, i);
            begin = i;
        }
    }
    made->journeys = viewing.journeys;
    made->events = viewing.kept ? viewing.kept : viewing.split.events;
    *view = made;
    made = NULL;
done:
    trod_view_free(made);
    return status;
}

void trod_view_free(struct trod_view *view) {
    if (view) trod_arena_free(view->arena);
}
