/* The records of a bucket, each with its customer: a table from id to the number of arrival.
 * This is the one loop that visits every record before the order is known, so it touches
 * nothing but the records, the table, and what it writes. What a record holds beside id, time
 * and place is not looked at. */
#include "log/gather_desk.h"
#include "log/gather_join.h"

enum { FIRST_SLOTS = 1 << 10 };
/* Rows of a part are counted by numbers a little below 2^32. */
static const uint32_t MOST_RECORDS = UINT32_MAX - 1024;

static struct desk_customer *customers_of(const struct desk *desk) {
    return (void *)desk->customers.bytes.at;
}

static inline uint32_t home_of(uint64_t key, uint32_t mask) {
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
}

static bool make_slots(struct desk *desk, uint32_t n) {
    struct desk_slot *const slots = desk_reach(&desk->slots, n, sizeof *slots);
    if (!slots) return false;
    memset(slots, 0, n * sizeof *slots);
    desk->slot_mask = n - 1;
    const struct desk_customer *const customers = customers_of(desk);
    for (uint32_t c = 0; c < desk->n_customers; c++) {
        const uint64_t key = customers[c].is_text ? customers[c].hash : customers[c].number;
        uint32_t at = home_of(key, desk->slot_mask);
        while (slots[at].customer_plus_1) at = (at + 1) & desk->slot_mask;
        slots[at] = (struct desk_slot){key, c + 1, customers[c].is_text, customers[c].left_out};
    }
    return true;
}

struct bounds {
    uint64_t first_hash, last_hash;
    bool all;
};

/* A new customer, whose slot would be that one. */
static trod_status add_customer(struct desk *desk, const struct record *record, bool is_text,
                                const struct bounds *bounds, uint32_t slot,
                                struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n = desk->n_customers;
    char digits[RECORD_DIGITS];
    const trod_str id = is_text ? record->id_text : record_digits(record->id, digits);
    const uint64_t hash = trod_customer_hash(id);
    const bool left_out = hash < bounds->first_hash || hash > bounds->last_hash ||
                          (!bounds->all && gather_join_moves(desk->gather->join, id));
    struct desk_customer *const customers =
        desk_reach(&desk->customers, (uint64_t)n + 1, sizeof *customers);
    TROD_TRY_ALLOC(customers, error);
    customers[n] = (struct desk_customer){.hash = hash,
                                          .number = is_text ? 0 : record->id,
                                          .text = is_text ? id : (trod_str){0},
                                          .is_text = is_text,
                                          .left_out = left_out};
    ((struct desk_slot *)(void *)desk->slots.bytes.at)[slot] =
        (struct desk_slot){is_text ? hash : record->id, n + 1, is_text, left_out};
    desk->n_customers++;
    if (n >= desk->slot_mask / 2 && !make_slots(desk, (desk->slot_mask + 1) * 2))
        TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

/* Room for n records more. */
static bool heap_room(struct desk_heap *heap, uint64_t n) {
    return desk_reach(&heap->owners, heap->n + n, sizeof(uint32_t)) &&
           desk_reach(&heap->arrived, heap->n + n, sizeof(struct desk_entry));
}

static trod_status read_stretch(struct desk *desk, const struct desk_stretch *stretch,
                                const struct bounds *bounds, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct record_cursor cursor = {stretch->at, stretch->at + stretch->n_bytes, 0, 0};
    struct desk_slot *slots = (void *)desk->slots.bytes.at;
    uint32_t mask = desk->slot_mask, n_events = desk->events.n;
    uint32_t *const owners = (void *)desk->events.owners.bytes.at;
    struct desk_entry *const arrived = (void *)desk->events.arrived.bytes.at;
    struct record record;
    while (record_next(&cursor, &record)) {
        const bool is_text = record_bits(record.front, RECORD_ID, 4) == RECORD_TEXT;
        const uint64_t key = is_text ? trod_customer_hash(record.id_text) : record.id;
        uint32_t at = home_of(key, mask);
        for (;; at = (at + 1) & mask) {
            const struct desk_slot *const slot = &slots[at];
            if (slot->customer_plus_1 == 0) break;
            if (slot->key == key && slot->is_text == is_text &&
                (!is_text || trod_str_equal(customers_of(desk)[slot->customer_plus_1 - 1].text,
                                            record.id_text)))
                break;
        }
        uint32_t customer = slots[at].customer_plus_1;
        bool left_out = slots[at].left_out;
        if (customer == 0) {
            TROD_TRY(add_customer(desk, &record, is_text, bounds, at, error));
            customer = desk->n_customers;
            left_out = customers_of(desk)[customer - 1].left_out;
            slots = (void *)desk->slots.bytes.at;
            mask = desk->slot_mask;
        }
        if (left_out) continue;
        const struct desk_entry entry = {record.time_us, record.place, record.back};
        if (record_has(record.front, RECORD_FACT)) {
            struct desk_heap *const facts = &desk->facts;
            if (!heap_room(facts, 1)) TROD_TRY_ALLOC(NULL, error);
            ((uint32_t *)(void *)facts->owners.bytes.at)[facts->n] = customer - 1;
            ((struct desk_entry *)(void *)facts->arrived.bytes.at)[facts->n++] = entry;
            continue;
        }
        owners[n_events] = customer - 1;
        arrived[n_events++] = entry;
    }
    desk->events.n = n_events;
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
    if (!make_slots(desk, FIRST_SLOTS) || !heap_room(&desk->events, n_records))
        TROD_TRY_ALLOC(NULL, error);
    for (uint32_t i = 0; i < desk->n_stretches; i++) {
        const struct bounds bounds = {first_hash, last_hash, all || stretches[i].moved};
        TROD_TRY(read_stretch(desk, &stretches[i], &bounds, error));
    }
done:
    return status;
}
