/* The order of a log: by customer, then by time, ties in the order of adding.
 *
 * Rows are counted out by customer, which is stable; then each customer's slice is sorted by
 * time if it is not in order already, which it nearly always is. The sort is a merge sort of
 * (time, row) pairs from runs of insertion sort. An event without a time among others that have
 * one takes the time of the one added before it (of the first one after it if there is none),
 * and so stays where it was added. */
#include "log/inside.h"

struct keyed {
    int64_t time_us;
    uint32_t row;
};

/* Fills in the times that are missing; false if none of the slice has one. */
static void carry_times(struct keyed *at, size_t n) {
    size_t first = 0;
    while (first < n && at[first].time_us == TROD_NO_TIME) first++;
    if (first == n) return;
    for (size_t i = 0; i < first; i++) at[i].time_us = at[first].time_us;
    for (size_t i = first + 1; i < n; i++)
        if (at[i].time_us == TROD_NO_TIME) at[i].time_us = at[i - 1].time_us;
}

static bool in_order(const struct keyed *at, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (at[i].time_us < at[i - 1].time_us) return false;
    return true;
}

static void insertion_sort(struct keyed *at, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const struct keyed item = at[i];
        size_t to = i;
        for (; to > 0 && at[to - 1].time_us > item.time_us; to--) at[to] = at[to - 1];
        at[to] = item;
    }
}

static void merge(const struct keyed *from, struct keyed *to, size_t begin, size_t middle,
                  size_t end) {
    size_t a = begin, b = middle;
    for (size_t i = begin; i < end; i++) {
        const bool left = a < middle && (b >= end || from[a].time_us <= from[b].time_us);
        to[i] = left ? from[a++] : from[b++];
    }
}

/* Stable. `other` is room for as many; the result is in `at`. */
static void merge_sort(struct keyed *at, struct keyed *other, size_t n) {
    enum { RUN = 16 };
    for (size_t i = 0; i < n; i += RUN) insertion_sort(at + i, n - i < RUN ? n - i : RUN);
    struct keyed *from = at, *to = other;
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t begin = 0; begin < n; begin += 2 * width) {
            const size_t middle = n - begin < width ? n : begin + width;
            const size_t end = n - begin < 2 * width ? n : begin + 2 * width;
            merge(from, to, begin, middle, end);
        }
        struct keyed *const swap = from;
        from = to;
        to = swap;
    }
    if (from != at) memcpy(at, from, n * sizeof *at);
}

/* True if the slice has to be sorted: a time goes back or is missing. */
static bool needs_sort(const int64_t *time_us, const uint32_t *order, uint64_t begin,
                       uint64_t end) {
    int64_t last = TROD_NO_TIME;
    for (uint64_t i = begin; i < end; i++) {
        const int64_t now = time_us[order ? order[i] : i];
        if (now == TROD_NO_TIME || now < last) return true;
        last = now;
    }
    return false;
}

static bool count_customers(const uint32_t *customer, uint32_t n_customers, uint64_t n_events,
                            uint64_t *first) {
    bool grouped = true;
    for (uint64_t i = 0; i < n_events; i++) {
        first[customer[i] + 1]++;
        if (i && customer[i] < customer[i - 1]) grouped = false;
    }
    for (uint32_t c = 0; c < n_customers; c++) first[c + 1] += first[c];
    return grouped;
}

static trod_status identity(uint64_t n_events, struct trod_arena *arena, uint32_t **order,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    *order = TROD_NEW_ARRAY(arena, (size_t)n_events, uint32_t);
    TROD_TRY_ALLOC(*order, error);
    for (uint64_t i = 0; i < n_events; i++) (*order)[i] = (uint32_t)i;
done:
    return status;
}

static trod_status by_time(const int64_t *time_us, uint32_t n_customers, const uint64_t *first,
                           uint64_t n_events, struct trod_arena *arena, uint32_t **order,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *scratch = NULL;
    uint64_t longest = 0;
    for (uint32_t c = 0; c < n_customers; c++) {
        const uint64_t n = first[c + 1] - first[c];
        if (n > longest && needs_sort(time_us, *order, first[c], first[c + 1])) longest = n;
    }
    if (longest == 0) goto done;
    scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    struct keyed *const at = TROD_NEW_ARRAY(scratch, (size_t)longest, struct keyed);
    TROD_TRY_ALLOC(at, error);
    struct keyed *const other = TROD_NEW_ARRAY(scratch, (size_t)longest, struct keyed);
    TROD_TRY_ALLOC(other, error);
    for (uint32_t c = 0; c < n_customers; c++) {
        const uint64_t begin = first[c];
        const size_t n = (size_t)(first[c + 1] - begin);
        if (!needs_sort(time_us, *order, begin, first[c + 1])) continue;
        for (size_t i = 0; i < n; i++) {
            const uint32_t row = *order ? (*order)[begin + i] : (uint32_t)(begin + i);
            at[i] = (struct keyed){time_us[row], row};
        }
        carry_times(at, n);
        if (in_order(at, n)) continue;
        merge_sort(at, other, n);
        if (!*order) TROD_TRY(identity(n_events, arena, order, error));
        for (size_t i = 0; i < n; i++) (*order)[begin + i] = at[i].row;
    }
done:
    trod_arena_free(scratch);
    return status;
}

trod_status log_order(const uint32_t *customer, uint32_t n_customers, const int64_t *time_us,
                      uint64_t n_events, struct trod_arena *arena, uint64_t *first,
                      const uint32_t **order, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *rows = NULL;
    if (!count_customers(customer, n_customers, n_events, first)) {
        rows = TROD_NEW_ARRAY(arena, (size_t)n_events, uint32_t);
        TROD_TRY_ALLOC(rows, error);
        for (uint64_t i = 0; i < n_events; i++) rows[first[customer[i]]++] = (uint32_t)i;
        for (uint32_t c = n_customers; c > 0; c--) first[c] = first[c - 1];
        first[0] = 0;
    }
    if (time_us) TROD_TRY(by_time(time_us, n_customers, first, n_events, arena, &rows, error));
    *order = rows;
done:
    return status;
}
