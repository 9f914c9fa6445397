/* Records of a bucket, in the order of rows.
 *
 * One pass over the records gives each its customer (a table from id to the number of arrival)
 * and counts; the customers are put in the order of their hashes; then each entry goes to its
 * customer's slice, and each slice is sorted. What a record holds beside customer, time and
 * place is not looked at here. */
#include <stdlib.h>

#include "log/gather_desk.h"
#include "log/gather_join.h"

enum { FIRST_SLOTS = 1 << 10, FEW = 16 };
/* Rows of a part are counted by numbers a little below 2^32. */
static const uint32_t MOST_RECORDS = UINT32_MAX - 1024;

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
    if (!desk->columns || !desk->opened || !desk->spans || !desk->scratch) {
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

/* ---- Customers ------------------------------------------------------------------------------
 */

static inline struct desk_customer *customers_of(const struct desk *desk) {
    return (void *)desk->customers.bytes.at;
}
static inline struct desk_slot *slots_of(const struct desk *desk) {
    return (void *)desk->slots.bytes.at;
}
static inline uint32_t slot_home(const struct desk *desk, uint64_t key) {
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & desk->slot_mask;
}

static bool make_slots(struct desk *desk, uint32_t n) {
    struct desk_slot *const slots = desk_reach(&desk->slots, n, sizeof *slots);
    if (!slots) return false;
    memset(slots, 0, n * sizeof *slots);
    desk->slot_mask = n - 1;
    const struct desk_customer *const customers = customers_of(desk);
    for (uint32_t c = 0; c < desk->n_customers; c++) {
        const uint64_t key = customers[c].is_text ? customers[c].hash : customers[c].number;
        uint32_t at = slot_home(desk, key);
        while (slots[at].customer_plus_1) at = (at + 1) & desk->slot_mask;
        slots[at] = (struct desk_slot){key, c + 1, customers[c].is_text};
    }
    return true;
}

/* A new customer: its hash, and whether the part is to have it. */
static trod_status add_customer(struct desk *desk, const struct record *record, bool is_text,
                                uint64_t hash, bool left_out, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = desk->n_customers;
    struct desk_customer *const customers =
        desk_reach(&desk->customers, (uint64_t)n + 1, sizeof *customers);
    TROD_TRY_ALLOC(customers, error);
    customers[n] = (struct desk_customer){.hash = hash,
                                          .number = is_text ? 0 : record->id,
                                          .text = is_text ? record->id_text : (trod_str){0},
                                          .is_text = is_text,
                                          .left_out = left_out,
                                          .first_place = UINT64_MAX};
    desk->n_customers++;
    if (desk->n_customers > desk->slot_mask / 2 && !make_slots(desk, (desk->slot_mask + 1) * 2))
        TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

struct desk_bounds {
    uint64_t first_hash, last_hash;
    bool all;
};

static trod_status customer_of(struct desk *desk, const struct record *record,
                               const struct desk_bounds *bounds, uint32_t *customer,
                               struct trod_error *error) {
    const bool is_text = record_bits(record->head, RECORD_ID, 4) == RECORD_TEXT;
    uint64_t hash = 0;
    if (is_text) hash = trod_customer_hash(record->id_text);
    const uint64_t key = is_text ? hash : record->id;
    struct desk_slot *slots = slots_of(desk);
    uint32_t at = slot_home(desk, key);
    for (; slots[at].customer_plus_1; at = (at + 1) & desk->slot_mask) {
        const struct desk_slot *const slot = &slots[at];
        if (slot->key != key || slot->is_text != is_text) continue;
        if (is_text && !trod_str_equal(customers_of(desk)[slot->customer_plus_1 - 1].text,
                                       record->id_text))
            continue;
        *customer = slot->customer_plus_1 - 1;
        return TROD_OK;
    }
    char digits[RECORD_DIGITS];
    const trod_str id = is_text ? record->id_text : record_digits(record->id, digits);
    if (!is_text) hash = trod_customer_hash(id);
    const bool left_out = hash < bounds->first_hash || hash > bounds->last_hash ||
                          (!bounds->all && gather_join_moves(desk->gather->join, id));
    slots[at] = (struct desk_slot){key, desk->n_customers + 1, is_text};
    *customer = desk->n_customers;
    return add_customer(desk, record, is_text, hash, left_out, error);
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
    struct desk_customer *const customers = customers_of(desk);
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

/* Room for one record more. */
static bool heap_room(struct desk_heap *heap) {
    return desk_reach(&heap->owners, (uint64_t)heap->n + 1, sizeof(uint32_t)) &&
           desk_reach(&heap->arrived, (uint64_t)heap->n + 1, sizeof(struct desk_entry));
}

static trod_status read_stretch(struct desk *desk, const struct desk_stretch *stretch,
                                const struct desk_bounds *bounds, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct record_cursor cursor = {stretch->at, stretch->at + stretch->n_bytes, 0, 0};
    struct record record;
    while (record_next(&cursor, &record)) {
        uint32_t c = 0;
        TROD_TRY(customer_of(desk, &record, bounds, &c, error));
        struct desk_customer *const customer = &customers_of(desk)[c];
        if (customer->left_out) continue;
        if (record.place < customer->first_place) customer->first_place = record.place;
        const bool is_fact = record_has(record.head, RECORD_FACT);
        struct desk_heap *const heap = is_fact ? &desk->facts : &desk->events;
        if (is_fact && !heap_room(heap)) TROD_TRY_ALLOC(NULL, error);
        ((uint32_t *)(void *)heap->owners.bytes.at)[heap->n] = c;
        ((struct desk_entry *)(void *)heap->arrived.bytes.at)[heap->n++] =
            (struct desk_entry){record.time_us, record.place, record.at};
        if (is_fact) {
            customer->n_facts++;
        } else {
            customer->n_events++;
        }
    }
done:
    return status;
}

/* Puts each entry into its customer's slice; `at` is where the slices begin. */
static trod_status scatter(struct desk *desk, struct desk_heap *heap, bool is_fact,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    struct desk_customer *const customers = customers_of(desk);
    const uint32_t *const owners = (const void *)heap->owners.bytes.at;
    const struct desk_entry *const arrived = (const void *)heap->arrived.bytes.at;
    struct desk_entry *const entries = desk_reach(&heap->entries, heap->n, sizeof *entries);
    TROD_TRY_ALLOC(entries, error);
    for (uint32_t i = 0; i < heap->n; i++) {
        struct desk_customer *const customer = &customers[owners[i]];
        entries[is_fact ? customer->fact_at++ : customer->event_at++] = arrived[i];
    }
done:
    return status;
}

static trod_status sort_slices(struct desk *desk, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct desk_customer *const customers = customers_of(desk);
    const struct desk_rank *const ranks = (const void *)desk->ranks.bytes.at;
    struct desk_entry *const entries = (void *)desk->events.entries.bytes.at;
    uint32_t longest = 0;
    for (uint32_t r = 0; r < desk->n_ranks; r++) {
        const uint32_t n = customers[ranks[r].customer].n_events;
        if (n > longest) longest = n;
    }
    struct desk_entry *const room =
        desk_reach(&desk->sorting, 2 * (uint64_t)longest, sizeof *room);
    TROD_TRY_ALLOC(room, error);
    for (uint32_t r = 0; r < desk->n_ranks; r++) {
        struct desk_customer *const customer = &customers[ranks[r].customer];
        customer->event_at -= customer->n_events; /* back to the slice's begin */
        customer->fact_at -= customer->n_facts;
        if (customer->n_events > 1)
            desk_sort(entries + customer->event_at, customer->n_events, room);
    }
done:
    return status;
}

trod_status desk_group(struct desk *desk, uint64_t first_hash, uint64_t last_hash, bool all,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct desk_stretch *const stretches = (const void *)desk->stretches.bytes.at;
    uint64_t n_records = 0;
    for (uint32_t i = 0; i < desk->n_stretches; i++) n_records += stretches[i].n_records;
    desk->n_customers = desk->events.n = desk->facts.n = desk->n_ranks = 0;
    if (n_records > MOST_RECORDS)
        return trod_fail(error, TROD_TOO_MUCH,
                         "more than %u events fall to one part of the log", MOST_RECORDS);
    if (!make_slots(desk, FIRST_SLOTS)) TROD_TRY_ALLOC(NULL, error);
    TROD_TRY_ALLOC(desk_reach(&desk->events.owners, n_records, sizeof(uint32_t)), error);
    TROD_TRY_ALLOC(desk_reach(&desk->events.arrived, n_records, sizeof(struct desk_entry)),
                   error);
    for (uint32_t i = 0; i < desk->n_stretches; i++) {
        const struct desk_bounds bounds = {first_hash, last_hash, all || stretches[i].moved};
        TROD_TRY(read_stretch(desk, &stretches[i], &bounds, error));
    }
done:
    return status;
}

trod_status desk_order(struct desk *desk, uint64_t first_hash, uint64_t last_hash,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    TROD_TRY(desk_group(desk, first_hash, last_hash, false, error));
    TROD_TRY(rank_customers(desk, first_hash, last_hash, error));
    const struct desk_rank *const ranks = (const void *)desk->ranks.bytes.at;
    struct desk_customer *const customers = customers_of(desk);
    uint32_t n_events = 0, n_facts = 0;
    for (uint32_t r = 0; r < desk->n_ranks; r++) {
        struct desk_customer *const customer = &customers[ranks[r].customer];
        customer->event_at = n_events;
        customer->fact_at = n_facts;
        n_events += customer->n_events;
        n_facts += customer->n_facts;
    }
    TROD_TRY(scatter(desk, &desk->events, false, error));
    TROD_TRY(scatter(desk, &desk->facts, true, error));
    TROD_TRY(sort_slices(desk, error));
done:
    return status;
}
