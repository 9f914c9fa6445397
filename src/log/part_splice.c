/* A part without some of its customers, made without unpacking it: names, first events and
 * starts are copied round the gaps, since readers look at them directly; whatever is read
 * through a function is read from the whole part, stretch by stretch between two customers that
 * are passed over. What the part counts beforehand (gaps) is counted without them. */
#include "log/part_splice.h"

#include <stdlib.h>

bool part_stretch_next(const struct part_cuts *cuts, uint32_t *from, uint32_t to,
                       struct part_stretch *stretch) {
    if (*from >= to) return false;
    uint32_t low = 0, high = cuts->n; /* cuts below `low` lie at or before *from */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (cuts->at[middle] <= *from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const uint32_t end = low < cuts->n && cuts->at[low] < to ? cuts->at[low] : to;
    stretch->from = *from + (low ? cuts->past[low - 1] : 0);
    stretch->n = end - *from;
    *from = end;
    return true;
}

uint32_t part_splice_place(const struct part_splice *splice, uint32_t customer, bool *gone) {
    uint32_t low = 0, high = splice->n_gone;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (splice->gone[middle] < customer) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *gone = low < splice->n_gone && splice->gone[low] == customer;
    return customer - low;
}

/* ---- Making it ---- */

/* A customer without events, or several side by side, make one cut. */
static void add_cut(struct part_cuts *cuts, uint32_t *at, uint32_t *past, uint32_t place,
                    uint32_t n) {
    if (n == 0) return;
    const uint32_t before = cuts->n ? past[cuts->n - 1] : 0;
    if (cuts->n == 0 || at[cuts->n - 1] != place - before) {
        at[cuts->n] = place - before;
        past[cuts->n] = before;
        cuts->n++;
    }
    past[cuts->n - 1] += n;
}

static trod_status make_cuts(const struct trod_part *part, struct part_splice *splice,
                             struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *rooms[4];
    for (size_t i = 0; i < TROD_COUNT(rooms); i++) {
        rooms[i] = TROD_NEW_ARRAY(arena, splice->n_gone, uint32_t);
        TROD_TRY_ALLOC(rooms[i], error);
    }
    splice->events = (struct part_cuts){0, rooms[0], rooms[1]};
    splice->customers = (struct part_cuts){0, rooms[2], rooms[3]};
    for (uint32_t i = 0; i < splice->n_gone; i++) {
        const uint32_t c = splice->gone[i];
        CHECK(c < part->n_customers && (i == 0 || c > splice->gone[i - 1]));
        add_cut(&splice->events, rooms[0], rooms[1], part->first[c],
                part->first[c + 1] - part->first[c]);
        add_cut(&splice->customers, rooms[2], rooms[3], c, 1);
    }
done:
    return status;
}

/* Items of `size` bytes without those that are passed over, with `behind` zeroed bytes. */
static void *copy_round(const struct part_cuts *cuts, const void *from, size_t size, uint32_t n,
                        size_t behind, struct trod_arena *arena) {
    struct part_stretch stretch;
    char *const to = trod_arena_alloc(arena, (size_t)n * size + behind, 1);
    if (!to) return NULL;
    PART_EACH_STRETCH(cuts, 0, n, stretch, done)
    memcpy(to + (size_t)done * size, (const char *)from + (size_t)stretch.from * size,
           (size_t)stretch.n * size);
    return to;
}

static trod_status copy_customers(const struct part_splice *splice, struct trod_part *left,
                                  struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const whole = splice->whole;
    struct part_stretch stretch;
    uint32_t *const first =
        TROD_NEW_ARRAY(arena, (size_t)left->n_customers + 1 + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(first, error);
    uint32_t past = 0;
    PART_EACH_STRETCH(&splice->customers, 0, left->n_customers, stretch, done) {
        /* what was passed over before this stretch */
        past = whole->first[stretch.from] - (done ? first[done] : 0);
        for (uint32_t i = 0; i <= stretch.n; i++)
            first[done + i] = whole->first[stretch.from + i] - past;
    }
    left->first = first;
    if (!whole->start) goto done;
    left->start = copy_round(&splice->customers, whole->start, sizeof *whole->start,
                             left->n_customers, PART_BEHIND, arena);
    TROD_TRY_ALLOC(left->start, error);
done:
    return status;
}

static trod_status copy_undated(const struct part_splice *splice, struct trod_part *left,
                                struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const whole = splice->whole;
    uint32_t *const undated = TROD_NEW_ARRAY(arena, whole->n_undated, uint32_t);
    TROD_TRY_ALLOC(undated, error);
    size_t at = 0, n = 0;
    struct part_stretch stretch;
    PART_EACH_STRETCH(&splice->events, 0, left->n_events, stretch, done) {
        while (at < whole->n_undated && whole->undated[at] < stretch.from) at++;
        for (; at < whole->n_undated && whole->undated[at] < stretch.from + stretch.n; at++)
            undated[n++] = whole->undated[at] - stretch.from + done;
    }
    left->undated = undated;
    left->n_undated = n;
done:
    return status;
}

static int by_number(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* True if the gap that ends at an event is one that the part counts. */
static bool is_counted(const struct trod_part *whole, size_t *undated, uint32_t event,
                       bool *begun) {
    while (*undated < whole->n_undated && whole->undated[*undated] < event) ++*undated;
    if (*undated < whole->n_undated && whole->undated[*undated] == event) return false;
    const bool counted = *begun;
    *begun = true;
    return counted;
}

/* Takes the gaps of those who are gone out of the counts, and notes those that are near. */
static trod_status uncount_gaps(struct part_splice *splice, struct trod_part *left,
                                struct trod_arena *arena, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct trod_part *const whole = splice->whole;
    uint32_t longest = 0, n_near = 0;
    for (uint32_t i = 0; i < splice->n_gone; i++) {
        const uint32_t c = splice->gone[i], n = whole->first[c + 1] - whole->first[c];
        if (n > longest) longest = n;
    }
    uint64_t *const gaps = TROD_NEW_ARRAY(arena, (size_t)longest + PART_ROOM, uint64_t);
    uint64_t *const near = TROD_NEW_ARRAY(arena, whole->n_events - left->n_events, uint64_t);
    uint32_t *const counts =
        TROD_NEW_ARRAY(arena, (size_t)whole->n_gap_counts + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(gaps && near && counts, error);
    memcpy(counts, whole->gap_counts, whole->n_gap_counts * sizeof *counts);
    size_t undated = 0;
    for (uint32_t i = 0; i < splice->n_gone; i++) {
        const uint32_t c = splice->gone[i], first = whole->first[c];
        const uint32_t n = whole->first[c + 1] - first;
        bool begun = false;
        trod_part_gaps(whole, first, n, gaps);
        for (uint32_t e = 0; e < n; e++) {
            if (!is_counted(whole, &undated, first + e, &begun)) continue;
            const uint32_t bucket = trod_gap_bucket(gaps[e] * (uint64_t)whole->tick_us);
            if (bucket < whole->n_gap_counts && counts[bucket]) counts[bucket]--;
            if (bucket - whole->near_bucket < whole->n_near_buckets) near[n_near++] = gaps[e];
        }
    }
    if (n_near) qsort(near, n_near, sizeof *near, by_number);
    left->gap_counts = counts;
    splice->near = near;
    splice->n_near = n_near;
    left->n_near -= n_near < left->n_near ? n_near : left->n_near;
done:
    return status;
}

trod_status trod_part_without(const struct trod_part *part, const uint32_t *gone,
                              uint32_t n_gone, struct trod_arena *arena,
                              const struct trod_part **left, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_part *const made = TROD_NEW(arena, struct trod_part);
    struct part_inner *const inner = TROD_NEW(arena, struct part_inner);
    struct part_splice *const splice = TROD_NEW(arena, struct part_splice);
    TROD_TRY_ALLOC(made && inner && splice, error);
    CHECK(!part_splice(part));
    *splice = (struct part_splice){.whole = part, .gone = gone, .n_gone = n_gone};
    TROD_TRY(make_cuts(part, splice, arena, error));
    *inner = *part_inner(part);
    inner->splice = splice;
    *made = *part;
    made->inner = inner;
    made->n_customers -= n_gone;
    const struct part_cuts *const events = &splice->events;
    if (events->n) made->n_events -= events->past[events->n - 1];
    made->name =
        copy_round(events, part->name, part->name_bytes, made->n_events, PART_BEHIND, arena);
    TROD_TRY_ALLOC(made->name, error);
    TROD_TRY(copy_customers(splice, made, arena, error));
    TROD_TRY(copy_undated(splice, made, arena, error));
    if (part->tick_us) TROD_TRY(uncount_gaps(splice, made, arena, error));
    *left = made;
done:
    return status;
}
