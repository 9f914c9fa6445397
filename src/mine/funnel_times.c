/* Times of the steps, kept small: in ticks, of 32 bits wherever those of a part have room in
 * them, and in order of their segments, so that nothing need be said of each. What is more than
 * a part of the memory goes to a file aside. Quantiles are found by reading all of it twice,
 * straight on (lapse.c). */
#include "mine/funnel_times.h"

#include "mine/lapse.h"
#include "mine/walk.h"

trod_status mine_times_make(struct mine_times *times, size_t n_parts, unsigned n_steps,
                            uint64_t memory_bytes, struct trod_arena *arena,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    times->n_parts = n_parts;
    times->n_steps = n_steps;
    times->memory_bytes = memory_bytes;
    times->pieces = TROD_NEW_ARRAY(arena, n_parts, struct mine_time_piece);
    TROD_TRY_ALLOC(times->pieces, error);
    for (size_t i = 0; i < n_parts; i++) times->pieces[i].is_empty = true;
done:
    return status;
}

void mine_times_release(struct mine_times *times) {
    mine_aside_release(&times->aside);
}

/* ---- Keeping --------------------------------------------------------------------------------
 */

static size_t count_of(const struct mine_reach *reach, unsigned k) {
    return reach->values[k].n / sizeof(uint64_t);
}

/* Where the times of each segment begin, and how wide all must be. */
static trod_status plan(const struct mine_times *times, const struct mine_reach *reach,
                        uint32_t n_groups, struct trod_arena *arena,
                        struct mine_time_piece *piece, size_t *n_bytes,
                        struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t all = 0;
    for (unsigned k = 0; k < times->n_steps; k++) {
        const uint64_t *const value = (const uint64_t *)(const void *)reach->values[k].at;
        const uint32_t *const group = (const uint32_t *)(const void *)reach->groups[k].at;
        const size_t n = count_of(reach, k);
        uint32_t *const first = TROD_NEW_ARRAY(arena, (size_t)n_groups + 1, uint32_t);
        TROD_TRY_ALLOC(first, error);
        for (size_t v = 0; v < n; v++) all |= value[v];
        for (size_t v = 0; group && v < n; v++) first[group[v] + 1]++;
        if (!group) first[n_groups] = (uint32_t)n;
        for (uint32_t g = 0; group && g < n_groups; g++) first[g + 1] += first[g];
        piece->first[k] = first;
    }
    piece->is_wide = all > UINT32_MAX;
    *n_bytes = 0;
    for (unsigned k = 0; k < times->n_steps; k++) {
        piece->offset[k] = *n_bytes;
        *n_bytes += (count_of(reach, k) * (piece->is_wide ? 8 : 4) + 63) / 64 * 64;
    }
done:
    return status;
}

#define PUT_IN_ORDER(type, to, value, group, n, next)                   \
    do {                                                                \
        type *const put = (type *)(void *)(to);                         \
        for (size_t v = 0; v < (n); v++)                                \
            put[(group) ? (next)[(group)[v]]++ : v] = (type)(value)[v]; \
    } while (0)

static trod_status fill(const struct mine_times *times, const struct mine_reach *reach,
                        const struct mine_time_piece *piece, struct trod_arena *arena,
                        unsigned char *to, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t *const next = TROD_NEW_ARRAY(arena, piece->n_groups, uint32_t);
    TROD_TRY_ALLOC(next, error);
    for (unsigned k = 0; k < times->n_steps; k++) {
        const uint64_t *const value = (const uint64_t *)(const void *)reach->values[k].at;
        const uint32_t *const group = (const uint32_t *)(const void *)reach->groups[k].at;
        const size_t n = count_of(reach, k);
        memcpy(next, piece->first[k], piece->n_groups * sizeof *next);
        if (piece->is_wide)
            PUT_IN_ORDER(uint64_t, to + piece->offset[k], value, group, n, next);
        else
            PUT_IN_ORDER(uint32_t, to + piece->offset[k], value, group, n, next);
    }
done:
    return status;
}

trod_status mine_times_keep(struct mine_times *times, size_t i, const struct mine_reach *reach,
                            uint32_t n_groups, const uint32_t *number, uint64_t tick_us,
                            struct trod_buf *staged, struct trod_arena *arena,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_time_piece *const piece = &times->pieces[i];
    size_t n_bytes = 0;
    *piece =
        (struct mine_time_piece){.n_groups = n_groups, .tick_us = tick_us, .is_empty = true};
    uint32_t *const numbers = TROD_NEW_ARRAY(arena, n_groups, uint32_t);
    TROD_TRY_ALLOC(numbers, error);
    memcpy(numbers, number, n_groups * sizeof *numbers);
    piece->number = numbers;
    TROD_TRY(plan(times, reach, n_groups, arena, piece, &n_bytes, error));
    if (n_bytes == 0) goto done;
    if (atomic_fetch_add(&times->n_bytes, n_bytes) + n_bytes <= times->memory_bytes) {
        unsigned char *const at = TROD_NEW_ARRAY(arena, n_bytes, unsigned char);
        TROD_TRY_ALLOC(at, error);
        TROD_TRY(fill(times, reach, piece, arena, at, error));
        piece->at = at;
    } else {
        trod_buf_clear(staged);
        if (!trod_buf_room(staged, n_bytes)) TROD_TRY_ALLOC(NULL, error);
        memset(staged->at, 0, n_bytes);
        TROD_TRY(fill(times, reach, piece, arena, (unsigned char *)staged->at, error));
        TROD_TRY(mine_aside_put(&times->aside, staged->at, n_bytes, &piece->place, error));
    }
    piece->is_empty = false;
done:
    return status;
}

/* ---- Measuring ------------------------------------------------------------------------------
 */

trod_status mine_times_open(struct mine_times *times, struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(mine_aside_open(&times->aside, error));
    for (size_t i = 0; i < times->n_parts; i++) {
        struct mine_time_piece *const piece = &times->pieces[i];
        if (!piece->is_empty && !piece->at)
            piece->at = mine_aside_at(&times->aside, piece->place);
    }
done:
    return status;
}

/* The slices of step k, segment by segment: those of s begin at first[s]. */
static trod_status list_slices(const struct mine_times *times, unsigned k, size_t n_segments,
                               struct trod_arena *arena, struct mine_slice **slices,
                               size_t **first, struct trod_error *error) {
    trod_status status = TROD_OK;
    *first = TROD_NEW_ARRAY(arena, n_segments + 2, size_t);
    TROD_TRY_ALLOC(*first, error);
    size_t *const next = *first + 1; /* having put, next[s] is where those of s + 1 begin */
    for (int put = 0; put < 2; put++) {
        for (size_t i = 0; i < times->n_parts; i++) {
            const struct mine_time_piece *const piece = &times->pieces[i];
            for (uint32_t g = 0; !piece->is_empty && g < piece->n_groups; g++) {
                const uint32_t from = piece->first[k][g], to = piece->first[k][g + 1];
                if (from == to) continue;
                if (!put) {
                    next[piece->number[g] + 1]++;
                    continue;
                }
                const size_t width = piece->is_wide ? 8 : 4;
                (*slices)[next[piece->number[g]]++] =
                    (struct mine_slice){piece->at + piece->offset[k] + from * width, to - from,
                                        piece->tick_us, piece->is_wide};
            }
        }
        if (put) break;
        for (size_t s = 0; s < n_segments; s++) next[s + 1] += next[s];
        *slices = TROD_NEW_ARRAY(arena, next[n_segments], struct mine_slice);
        TROD_TRY_ALLOC(*slices, error);
    }
done:
    return status;
}

static size_t values_in(const struct mine_slice *slices, size_t n) {
    size_t n_values = 0;
    for (size_t s = 0; s < n; s++) n_values += slices[s].n;
    return n_values;
}

static trod_status measure_segment(const struct mine_slice *slices, size_t n,
                                   struct mine_lapse_counts *counts,
                                   struct mine_lapse_counts *whole, struct trod_arena *scratch,
                                   struct trod_lapse *lapse, struct trod_error *error) {
    trod_status status = TROD_OK;
    if (values_in(slices, n) <= MINE_LAPSE_FEW) {
        mine_lapse_few(slices, n, lapse);
        mine_lapse_count(slices, n, whole);
        return TROD_OK;
    }
    *counts = (struct mine_lapse_counts){.n = 0};
    mine_lapse_count(slices, n, counts);
    mine_lapse_add(whole, counts);
    trod_arena_reset(scratch);
    TROD_TRY(mine_lapse_of(counts, slices, n, scratch, lapse, error));
done:
    return status;
}

trod_status mine_times_measure(const struct mine_times *times, unsigned k, size_t n_segments,
                               bool of_segments, struct trod_lapse (*lapses)[TROD_FUNNEL_STEPS],
                               struct trod_error *error) {
    trod_status status = TROD_OK;
    struct mine_slice *slices = NULL;
    size_t *first = NULL;
    struct trod_arena *const arena = trod_arena_make(MINE_ARENA_BYTES);
    struct trod_arena *const scratch = trod_arena_make(MINE_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    TROD_TRY_ALLOC(scratch, error);
    struct mine_lapse_counts *const counts = TROD_NEW_ARRAY(arena, 2, struct mine_lapse_counts);
    TROD_TRY_ALLOC(counts, error);
    struct mine_lapse_counts *const whole = counts + 1;
    TROD_TRY(list_slices(times, k, n_segments, arena, &slices, &first, error));
    for (size_t s = 0; s < n_segments && of_segments; s++)
        TROD_TRY(measure_segment(slices + first[s], first[s + 1] - first[s], counts, whole,
                                 scratch, &lapses[s][k], error));
    const size_t n = first[n_segments];
    if (!of_segments) mine_lapse_count(slices, n, whole);
    if (whole->n <= MINE_LAPSE_FEW) {
        mine_lapse_few(slices, n, &lapses[n_segments][k]);
        goto done;
    }
    trod_arena_reset(scratch);
    TROD_TRY(mine_lapse_of(whole, slices, n, scratch, &lapses[n_segments][k], error));
done:
    trod_arena_free(scratch);
    trod_arena_free(arena);
    return status;
}
