/* Events that are known: one whose own id another event of the customer has (the one of the
 * smallest place stays), and, if asked, one that equals an earlier one in name, times and all
 * attributes. Ids are looked for in the records, before the rows are made; equal events in the
 * rows, where equal values have equal codes. */
#include "log/gather_desk.h"

struct known {
    uint64_t hash;
    uint32_t item_plus_1; /* 0: free */
};

/* An empty table for n items; its mask. */
static struct known *make_table(struct desk *desk, uint32_t n, uint32_t *mask) {
    uint32_t n_slots = 8;
    while (n_slots / 2 < n) n_slots *= 2;
    struct known *const table = desk_reach(&desk->known, n_slots, sizeof *table);
    if (table) memset(table, 0, n_slots * sizeof *table);
    *mask = n_slots - 1;
    return table;
}

/* ---- Ids ------------------------------------------------------------------------------------
 */

/* The value of an attribute in a record: the last that it was given; {NULL, 0} if none. */
static trod_str value_in(const struct trod_gather *gather, const struct desk_entry *entry,
                         uint32_t field) {
    struct record_event event;
    const unsigned char *const values = record_event(entry->at, entry->time_us, &event);
    struct record_walk walk = record_walk(gather, entry->at, values);
    trod_str found = {NULL, 0};
    for (uint32_t now = 0; record_step(&walk, &now);) {
        struct record_value value;
        walk.at = record_value(walk.at, &value);
        if (now == field)
            found = value.code == TROD_NO_ID
                        ? value.text
                        : trod_dict_at(gather->fields[field]->values, value.code);
    }
    return found;
}

/* Moves the entries that stay to the front, in their order. */
static uint32_t part_entries(struct desk_entry *entries, uint32_t n, const bool *drop,
                             struct desk_entry *room) {
    uint32_t n_kept = 0, n_dropped = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (drop[i]) {
            room[n_dropped++] = entries[i];
        } else {
            entries[n_kept++] = entries[i];
        }
    }
    memcpy(entries + n_kept, room, n_dropped * sizeof *room);
    return n_kept;
}

trod_status desk_drop_ids(struct desk *desk, struct desk_entry *entries, uint32_t *n,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t field = desk->gather->id_field_code;
    uint32_t mask = 0;
    struct known *const table = make_table(desk, *n, &mask);
    TROD_TRY_ALLOC(table, error);
    /* Ids, then what is dropped; desk_sort left room for twice as many entries. */
    trod_str *const ids = desk_reach(&desk->known_ids, 2 * (uint64_t)*n, sizeof *ids);
    TROD_TRY_ALLOC(ids, error);
    bool *const drop = (void *)(ids + *n);
    memset(drop, 0, *n * sizeof *drop);
    uint32_t n_dropped = 0;
    for (uint32_t i = 0; i < *n; i++) {
        ids[i] = value_in(desk->gather, &entries[i], field);
        if (!ids[i].at) continue;
        const uint64_t hash = trod_hash64(ids[i].at, ids[i].n, 0);
        uint32_t at = (uint32_t)hash & mask;
        while (
            table[at].item_plus_1 &&
            (table[at].hash != hash || !trod_str_equal(ids[table[at].item_plus_1 - 1], ids[i])))
            at = (at + 1) & mask;
        const uint32_t other = table[at].item_plus_1 - 1;
        if (table[at].item_plus_1) {
            const bool earlier = entries[i].place < entries[other].place;
            drop[earlier ? other : i] = true;
            n_dropped++;
            if (!earlier) continue;
        }
        table[at] = (struct known){hash, i + 1};
    }
    if (n_dropped) *n = part_entries(entries, *n, drop, (void *)desk->sorting.bytes.at);
    desk->n_dropped += n_dropped;
done:
    return status;
}

/* ---- Equal events ---------------------------------------------------------------------------
 */

static const int64_t *times(const struct desk_array *array) {
    return (const void *)array->bytes.at;
}
static const uint32_t *numbers(const struct desk_array *array) {
    return (const void *)array->bytes.at;
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    return (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
}

static trod_str text_at(const struct desk_column *column, uint32_t row) {
    return ((const trod_str *)(const void *)column->texts.bytes.at)[row];
}

static uint64_t row_hash(const struct desk *desk, uint32_t row) {
    uint64_t hash = mix(numbers(&desk->name)[row], (uint64_t)times(&desk->time)[row]);
    if (desk->has_end) hash = mix(hash, (uint64_t)times(&desk->end)[row]);
    for (uint32_t i = 0; i < desk->n_opened; i++) {
        const struct desk_column *const column = desk->columns[desk->opened[i]];
        if (column->fact) continue;
        if (!column->is_text) {
            hash = mix(hash, column->code[row]);
            continue;
        }
        const trod_str text = text_at(column, row);
        hash = mix(hash, text.n ? trod_hash64(text.at, text.n, 0) : 0);
    }
    return hash ^ hash >> 32;
}

static bool rows_equal(const struct desk *desk, uint32_t a, uint32_t b) {
    if (numbers(&desk->name)[a] != numbers(&desk->name)[b] ||
        times(&desk->time)[a] != times(&desk->time)[b] ||
        (desk->has_end && times(&desk->end)[a] != times(&desk->end)[b]))
        return false;
    for (uint32_t i = 0; i < desk->n_opened; i++) {
        const struct desk_column *const column = desk->columns[desk->opened[i]];
        if (column->fact) continue;
        if (column->is_text ? !trod_str_equal(text_at(column, a), text_at(column, b))
                            : column->code[a] != column->code[b])
            return false;
    }
    return true;
}

static void move_row(struct desk *desk, uint32_t to, uint32_t from) {
    ((uint32_t *)(void *)desk->name.bytes.at)[to] = numbers(&desk->name)[from];
    ((uint32_t *)(void *)desk->source.bytes.at)[to] = numbers(&desk->source)[from];
    ((int64_t *)(void *)desk->time.bytes.at)[to] = times(&desk->time)[from];
    if (desk->has_end) ((int64_t *)(void *)desk->end.bytes.at)[to] = times(&desk->end)[from];
    for (uint32_t i = 0; i < desk->n_opened; i++) {
        struct desk_column *const column = desk->columns[desk->opened[i]];
        if (column->fact) continue;
        if (column->is_text) {
            ((trod_str *)(void *)column->texts.bytes.at)[to] = text_at(column, from);
        } else {
            column->code[to] = column->code[from];
        }
    }
}

/* Rows that are free again have no values. */
static void clear_row(struct desk *desk, uint32_t row) {
    for (uint32_t i = 0; i < desk->n_opened; i++) {
        struct desk_column *const column = desk->columns[desk->opened[i]];
        if (column->fact) continue;
        if (column->is_text) {
            ((trod_str *)(void *)column->texts.bytes.at)[row] = (trod_str){NULL, 0};
        } else {
            column->code[row] = 0;
        }
    }
}

trod_status desk_drop_equal(struct desk *desk, uint32_t from, struct trod_error *error) {
    trod_status status = TROD_OK;
    const uint32_t n_rows = desk->n_rows;
    if (n_rows - from < 2) return TROD_OK;
    uint32_t mask = 0, to = from;
    struct known *const table = make_table(desk, n_rows - from, &mask);
    TROD_TRY_ALLOC(table, error);
    for (uint32_t row = from; row < n_rows; row++) {
        const uint64_t hash = row_hash(desk, row);
        uint32_t at = (uint32_t)hash & mask;
        while (table[at].item_plus_1 &&
               (table[at].hash != hash || !rows_equal(desk, table[at].item_plus_1 - 1, row)))
            at = (at + 1) & mask;
        if (table[at].item_plus_1) continue;
        table[at] = (struct known){hash, to + 1};
        if (to != row) move_row(desk, to, row);
        to++;
    }
    for (uint32_t row = to; row < n_rows; row++) clear_row(desk, row);
    desk->n_dropped += n_rows - to;
    desk->n_rows = to;
done:
    return status;
}
