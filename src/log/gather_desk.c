/* Records of a bucket, in the order of rows: the customers are put in the order of their
 * hashes; then each entry goes to its customer's slice, and each slice is sorted. */
#include <stdlib.h>

#include "log/gather_desk.h"
#include "log/gather_hand.h"

enum { FEW = 16 };

void *desk_reach(struct desk_array *array, uint64_t n, size_t size) {
    struct trod_buf *const bytes = &array->bytes;
    bytes->ceiling = GATHER_ARENA_BYTES;
    if (n > GATHER_ARENA_BYTES / 2 / size) return NULL;
    const size_t needed = (size_t)n * size;
    bytes->failed = false;
    if (needed > bytes->n || !bytes->at) {
        if (!trod_buf_room(bytes, needed > bytes->n ? needed - bytes->n : 0)) return NULL;
        if (needed > bytes->n) bytes->n = needed;
    }
    return bytes->at;
}

void desk_array_free(struct desk_array *array) {
    trod_buf_free(&array->bytes);
}

struct desk *desk_make(struct trod_gather *gather) {
    struct trod_arena *const arena = trod_arena_make(GATHER_ARENA_BYTES);
    struct desk *const desk = arena ? TROD_NEW(arena, struct desk) : NULL;
    if (!desk) {
        trod_arena_free(arena);
        return NULL;
    }
    desk->arena = arena;
    desk->gather = gather;
    desk->n_columns = atomic_load(&gather->n_fields);
    const uint32_t n_sources = atomic_load(&gather->n_sources);
    desk->columns = TROD_NEW_ARRAY(arena, desk->n_columns, struct desk_column *);
    desk->opened = TROD_NEW_ARRAY(arena, desk->n_columns, uint32_t);
    desk->spans = TROD_NEW_ARRAY(arena, n_sources, struct desk_span);
    desk->scratch = trod_arena_make(GATHER_ARENA_BYTES);
    desk->raw.ceiling = GATHER_ARENA_BYTES;
    desk->shapes = TROD_NEW_ARRAY(arena, GATHER_SHAPES, struct desk_shape);
    desk->nowhere = TROD_NEW_ARRAY(arena, VALUE_ONE, uint32_t);
    if (!desk->columns || !desk->opened || !desk->shapes || !desk->nowhere || !desk->spans ||
        !desk->scratch) {
        desk_free(desk);
        return NULL;
    }
    for (uint32_t s = 0; s < n_sources; s++)
        desk->spans[s].first_us = desk->spans[s].last_us = TROD_NO_TIME;
    return desk;
}

static void heap_free(struct desk_heap *heap) {
    desk_array_free(&heap->owners);
    desk_array_free(&heap->arrived);
    desk_array_free(&heap->entries);
    desk_array_free(&heap->counts);
    desk_array_free(&heap->begins);
}

void desk_free(struct desk *desk) {
    if (!desk) return;
    if (desk->mover) gather_hand_release(desk->mover);
    for (uint32_t f = 0; desk->columns && f < desk->n_columns; f++)
        if (desk->columns[f]) desk_column_release(desk->columns[f]);
    struct desk_array *const arrays[] = {
        &desk->stretches, &desk->customers, &desk->slots,  &desk->ranks,   &desk->bins,
        &desk->sorting,   &desk->hash,      &desk->id,     &desk->first,   &desk->name,
        &desk->time,      &desk->end,       &desk->source, &desk->touched, &desk->row_columns,
        &desk->known,     &desk->known_ids};
    for (size_t i = 0; i < TROD_COUNT(arrays); i++) desk_array_free(arrays[i]);
    heap_free(&desk->events);
    heap_free(&desk->facts);
    trod_buf_free(&desk->raw);
    trod_arena_free(desk->scratch);
    trod_arena_free(desk->arena);
}

/* ---- The order of customers -----------------------------------------------------------------
 */

static int compare_ranks(const void *left, const void *right, void *owner) {
    const struct desk_rank *const a = left, *const b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    const struct desk_customer *const customers = owner;
    char digits_a[RECORD_DIGITS], digits_b[RECORD_DIGITS];
    return trod_str_compare(desk_id(&customers[a->customer], digits_a),
                            desk_id(&customers[b->customer], digits_b));
}

/* Fills desk->ranks. Hashes are spread evenly, so one count by their upper bits leaves a few in
 * each bin. */
static trod_status rank_customers(struct desk *desk, uint64_t first_hash, uint64_t last_hash,
                                  struct trod_error *error) {
    trod_status status = TROD_OK;
    struct desk_customer *const customers = (void *)desk->customers.bytes.at;
    const uint32_t n = desk->n_customers;
    unsigned bits = 0;
    while (bits < 20 && n >> bits > 1) bits++;
    /* The bits above these are the same in all. */
    unsigned above = 0;
    while (above < 63 && first_hash >> (63 - above) == last_hash >> (63 - above)) above++;
    if (above + bits > 63) bits = 63 - above;
    const unsigned shift = 63 - above - bits + 1;
    const uint32_t n_bins = UINT32_C(1) << bits, mask = n_bins - 1;
    struct desk_rank *const ranks = desk_reach(&desk->ranks, (uint64_t)n + 1, sizeof *ranks);
    TROD_TRY_ALLOC(ranks, error);
    uint32_t *const bins = desk_reach(&desk->bins, (uint64_t)n_bins + 1, sizeof *bins);
    TROD_TRY_ALLOC(bins, error);
    memset(bins, 0, ((size_t)n_bins + 1) * sizeof *bins);
    for (uint32_t c = 0; c < n; c++)
        if (!customers[c].left_out)
            bins[(bits ? (uint32_t)(customers[c].hash >> shift) & mask : 0) + 1]++;
    for (uint32_t b = 0; b < n_bins; b++) bins[b + 1] += bins[b];
    desk->n_ranks = bins[n_bins];
    for (uint32_t c = 0; c < n; c++) {
        if (customers[c].left_out) continue;
        const uint32_t bin = bits ? (uint32_t)(customers[c].hash >> shift) & mask : 0;
        ranks[bins[bin]++] = (struct desk_rank){customers[c].hash, c};
    }
    for (uint32_t b = 0, begin = 0; b < n_bins; begin = bins[b++]) {
        const uint32_t n_bin = bins[b] - begin;
        if (n_bin > FEW) {
            qsort_r(ranks + begin, n_bin, sizeof *ranks, compare_ranks, customers);
            continue;
        }
        for (uint32_t i = begin + 1; i < bins[b]; i++) {
            const struct desk_rank rank = ranks[i];
            uint32_t to = i;
            for (; to > begin && compare_ranks(&rank, &ranks[to - 1], customers) < 0; to--)
                ranks[to] = ranks[to - 1];
            ranks[to] = rank;
        }
    }
done:
    return status;
}

/* ---- The order of entries -------------------------------------------------------------------
 */

/* Where each customer's slice begins, in the order of ranks: heap->begin[c]; and how many there
 * are: heap->count[c]. */
static trod_status count_slices(const struct desk *desk, struct desk_heap *heap,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct desk_rank *const ranks = (const void *)desk->ranks.bytes.at;
    const uint32_t n = heap->n, *const owners = (const void *)heap->owners.bytes.at;
    uint32_t *const count = desk_reach(&heap->counts, desk->n_customers, sizeof *count);
    TROD_TRY_ALLOC(count, error);
    uint32_t *const begin = desk_reach(&heap->begins, desk->n_customers, sizeof *begin);
    TROD_TRY_ALLOC(begin, error);
    if (desk->n_customers) memset(count, 0, desk->n_customers * sizeof *count);
    for (uint32_t i = 0; i < n; i++) count[owners[i]]++;
    uint32_t at = 0;
    for (uint32_t r = 0; r < desk->n_ranks; r++) {
        begin[ranks[r].customer] = at;
        at += count[ranks[r].customer];
    }
    CHECK(at == n);
done:
    return status;
}

/* Puts each entry into its customer's slice. */
static trod_status scatter(const struct desk *desk, struct desk_heap *heap,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(count_slices(desk, heap, error));
    const uint32_t n = heap->n, *const owners = (const void *)heap->owners.bytes.at;
    const struct desk_entry *const arrived = (const void *)heap->arrived.bytes.at;
    uint32_t *const begin = (void *)heap->begins.bytes.at;
    const uint32_t *const count = (const void *)heap->counts.bytes.at;
    struct desk_entry *const entries = desk_reach(&heap->entries, n, sizeof *entries);
    TROD_TRY_ALLOC(entries, error);
    for (uint32_t i = 0; i < n; i++) entries[begin[owners[i]]++] = arrived[i];
    for (uint32_t c = 0; c < desk->n_customers; c++) begin[c] -= count[c];
done:
    return status;
}

trod_status desk_order(struct desk *desk, uint64_t first_hash, uint64_t last_hash,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(desk_group(desk, first_hash, last_hash, false, error));
    TROD_TRY(rank_customers(desk, first_hash, last_hash, error));
    TROD_TRY(scatter(desk, &desk->events, error));
    TROD_TRY(scatter(desk, &desk->facts, error));
    const uint32_t *const begin = (const void *)desk->events.begins.bytes.at;
    const uint32_t *const count = (const void *)desk->events.counts.bytes.at;
    struct desk_entry *const entries = (void *)desk->events.entries.bytes.at;
    uint32_t longest = 0;
    for (uint32_t c = 0; c < desk->n_customers; c++)
        if (count[c] > longest) longest = count[c];
    struct desk_entry *const room =
        desk_reach(&desk->sorting, 2 * (uint64_t)longest, sizeof *room);
    TROD_TRY_ALLOC(room, error);
    for (uint32_t c = 0; c < desk->n_customers; c++)
        if (count[c] > 1) desk_sort(entries + begin[c], count[c], room);
done:
    return status;
}
