/* The times between events that are near the 95 % of the part: of the buckets (trod_gap_bucket)
 * around the one in which it lies, every time, in order. Customers lie in parts by their
 * hashes, so the 95 % of a whole log is near that of each part; who wants to know it exactly
 * then need not unpack the times of all events. The section holds the first bucket and how many
 * there are; how many times that makes is in the counts; then their differences. */
#include <math.h>
#include <stdlib.h>

#include "log/part_splice.h"

/* The buckets that are kept; *n_buckets is 0 without times. Not that of 0, which is also what
 * stands where there is no time. */
static void choose_buckets(const uint64_t *counts, uint32_t n_counts, uint32_t *first,
                           uint32_t *n_buckets) {
    uint64_t n = 0, below = 0;
    for (uint32_t b = 0; b < n_counts; b++) n += counts[b];
    const double rank = 0.95 * (double)n, off = 6 * sqrt(0.05 * rank) + 2;
    uint32_t low = 0, high;
    while (low + 1 < n_counts && (double)(below + counts[low]) < rank - off)
        below += counts[low++];
    high = low;
    while (high + 1 < n_counts && (double)(below + counts[high]) < rank + off)
        below += counts[high++];
    *first = low > 2 ? low - 1 : 1;
    *n_buckets = n == 0 ? 0 : high + 2 - *first;
}

static int ascending(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

trod_status part_near_pack(const uint64_t *gaps, uint32_t n, uint64_t tick_us,
                           const uint64_t *counts, uint32_t n_counts, struct part_out *out,
                           struct trod_arena *scratch, struct trod_error *error) {
    trod_status status = TROD_OK;
    uint32_t first, n_buckets, n_near = 0, at = 0;
    choose_buckets(counts, n_counts, &first, &n_buckets);
    if (n_buckets == 0) return TROD_OK;
    for (uint32_t b = first; b < first + n_buckets && b < n_counts; b++)
        n_near += (uint32_t)counts[b];
    uint64_t *const near = TROD_NEW_ARRAY(scratch, n_near, uint64_t);
    TROD_TRY_ALLOC(near, error);
    for (uint32_t i = 0; i < n; i++) {
        if (gaps[i] == 0) continue;
        const uint32_t bucket = trod_gap_bucket(gaps[i] * tick_us);
        if (bucket - first < n_buckets) near[at++] = gaps[i];
    }
    CHECK(at == n_near);
    if (n_near) qsort(near, n_near, sizeof *near, ascending);
    for (uint32_t i = n_near; i-- > 1;) near[i] -= near[i - 1];
    struct part_varied_plan plan;
    TROD_TRY(part_varied_plan(near, n_near, &plan, error));
    unsigned char *const to = part_out_add(out, PART_NEAR, 0, 8 + plan.n_bytes);
    TROD_TRY_ALLOC(to, error);
    part_put_u32(to, first);
    part_put_u32(to + 4, n_buckets);
    part_varied_fill(&plan, near, to + 8);
done:
    return status;
}

trod_status part_near_open(const struct trod_section *section, struct trod_part *part,
                           struct part_varied *near, struct trod_error *error) {
    if (!section) return TROD_OK;
    const uint32_t first = section->n_bytes >= 8 ? part_u32(section->at) : 0;
    const uint32_t n_buckets = section->n_bytes >= 8 ? part_u32(section->at + 4) : 0;
    uint64_t n = 0;
    if (first == 0 || n_buckets == 0 || first > TROD_GAP_BUCKETS ||
        n_buckets > TROD_GAP_BUCKETS)
        return part_damaged(error, PART_NEAR, 0, "it is of buckets that there are not");
    for (uint32_t b = first; b < first + n_buckets && b < part->n_gap_counts; b++)
        n += part->gap_counts[b];
    if (n > part->n_events ||
        !part_varied_open(section->at + 8, section->n_bytes - 8, (uint32_t)n, near))
        return part_damaged(error, PART_NEAR, 0, "its size is not right");
    part->near_bucket = first;
    part->n_near_buckets = n_buckets;
    part->n_near = (uint32_t)n;
    return TROD_OK;
}

/* The near ones of the whole part, but for those who are gone; both ascend. */
static void near_without(const struct part_splice *splice, uint32_t n_left, uint64_t *ticks) {
    enum { CHUNK = 512 };
    const struct trod_part *const whole = splice->whole;
    uint64_t chunk[CHUNK + PART_ROOM], tick = 0;
    uint32_t to = 0, gone = 0;
    for (uint32_t from = 0; from < whole->n_near && to < n_left; from += CHUNK) {
        const uint32_t left = whole->n_near - from, n = left < CHUNK ? left : CHUNK;
        part_varied_read(&part_inner(whole)->near, from, n, chunk);
        for (uint32_t i = 0; i < n && to < n_left; i++) {
            tick += chunk[i];
            if (gone < splice->n_near && splice->near[gone] == tick)
                gone++;
            else
                ticks[to++] = tick;
        }
    }
    while (to < n_left) ticks[to++] = tick; /* of doubtful bytes */
}

void trod_part_near(const struct trod_part *part, uint64_t *ticks) {
    const struct part_splice *const splice = part_splice(part);
    if (part->n_near == 0) return;
    if (splice) {
        near_without(splice, part->n_near, ticks);
        return;
    }
    part_varied_read(&part_inner(part)->near, 0, part->n_near, ticks);
    for (uint32_t i = 1; i < part->n_near; i++) ticks[i] += ticks[i - 1];
}

trod_status part_near_check(const struct trod_part *part, struct trod_arena *scratch,
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    enum { CHUNK = 1024 };
    if (part->n_near_buckets == 0) return TROD_OK;
    uint64_t chunk[CHUNK + PART_ROOM];
    uint64_t *const near = TROD_NEW_ARRAY(scratch, (size_t)part->n_near + PART_ROOM, uint64_t);
    TROD_TRY_ALLOC(near, error);
    uint64_t *const found = TROD_NEW_ARRAY(scratch, part->n_near, uint64_t);
    TROD_TRY_ALLOC(found, error);
    uint32_t n = 0;
    for (uint32_t from = 0; from < part->n_events; from += CHUNK) {
        const uint32_t left = part->n_events - from, now = left < CHUNK ? left : CHUNK;
        trod_part_gaps(part, from, now, chunk);
        for (uint32_t i = 0; i < now; i++) {
            const uint32_t bucket = trod_gap_bucket(chunk[i] * (uint64_t)part->tick_us);
            if (chunk[i] && bucket - part->near_bucket < part->n_near_buckets &&
                n++ < part->n_near)
                found[n - 1] = chunk[i];
        }
    }
    if (n && n == part->n_near) qsort(found, n, sizeof *found, ascending);
    trod_part_near(part, near);
    if (n != part->n_near || (n && memcmp(near, found, n * sizeof *near) != 0))
        status = part_damaged(error, PART_NEAR, 0, "it does not hold what the times are");
    if (status == TROD_OK && n && !part_varied_check(&part_inner(part)->near))
        status = part_damaged(error, PART_NEAR, 0, "a block does not lie in its place");
done:
    return status;
}
