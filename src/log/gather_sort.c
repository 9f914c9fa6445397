/* A customer's events in order: few, and nearly always in order already but where the chunks of
 * two hands meet. So: look first, insert if few, else merge runs from the left.
 *
 * Where some events have a time and some none, one without stands where it was added: behind
 * the one before it by place (before the first dated one if there is none). So all are put in
 * order of place, those without take the time of their neighbour, and a stable sort by time
 * does the rest. */
#include "log/gather_desk.h"

enum { FEW = 24 };

static inline bool before(const struct desk_entry *a, const struct desk_entry *b) {
    return a->time_us < b->time_us || (a->time_us == b->time_us && a->place < b->place);
}

static void insert(struct desk_entry *at, size_t n) {
    for (size_t i = 1; i < n; i++) {
        const struct desk_entry item = at[i];
        size_t to = i;
        for (; to > 0 && before(&item, &at[to - 1]); to--) at[to] = at[to - 1];
        at[to] = item;
    }
}

static void merge_sort(struct desk_entry *at, size_t n, struct desk_entry *room) {
    if (n <= FEW) {
        insert(at, n);
        return;
    }
    const size_t half = n / 2;
    merge_sort(at, half, room);
    merge_sort(at + half, n - half, room);
    if (!before(&at[half], &at[half - 1])) return;
    memcpy(room, at, half * sizeof *at);
    size_t a = 0, b = half;
    for (size_t i = 0; a < half; i++) {
        /* Equal ones (there should be none) from the left. */
        if (b < n && before(&at[b], &room[a])) {
            at[i] = at[b++];
        } else {
            at[i] = room[a++];
        }
    }
}

static bool in_order(const struct desk_entry *at, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (before(&at[i], &at[i - 1])) return false;
    return true;
}

/* Some have a time and some none. room[i].at stands for the entry with the time that it takes;
 * its own time is put back at the end. */
static void sort_carried(struct desk_entry *at, size_t n, struct desk_entry *room) {
    struct desk_entry *const own = room + n;
    memcpy(own, at, n * sizeof *at);
    for (size_t i = 0; i < n; i++)
        at[i] = (struct desk_entry){0, at[i].place, (const unsigned char *)&own[i]};
    if (!in_order(at, n)) merge_sort(at, n, room);
    int64_t time_us = TROD_NO_TIME;
    for (size_t i = 0; i < n && time_us == TROD_NO_TIME; i++)
        time_us = ((const struct desk_entry *)(const void *)at[i].at)->time_us;
    for (size_t i = 0; i < n; i++) {
        const struct desk_entry *const from = (const void *)at[i].at;
        if (from->time_us != TROD_NO_TIME) time_us = from->time_us;
        at[i].time_us = time_us;
    }
    if (!in_order(at, n)) merge_sort(at, n, room);
    for (size_t i = 0; i < n; i++) at[i] = *(const struct desk_entry *)(const void *)at[i].at;
}

void desk_sort(struct desk_entry *entries, size_t n, struct desk_entry *room) {
    size_t n_undated = 0;
    for (size_t i = 0; i < n; i++) n_undated += entries[i].time_us == TROD_NO_TIME;
    if (n_undated > 0 && n_undated < n) {
        sort_carried(entries, n, room);
    } else if (!in_order(entries, n)) {
        merge_sort(entries, n, room);
    }
}
