/* One customer of a part. The format gives a way to any customer without going through those
 * before: the places of every 256th customer's first event, first times of one width, and
 * blocks in all that is packed. So a look-up touches some dozen cache lines, and of a column
 * that is squeezed one block. */
#include "log/part.h"

struct single {
    const struct trod_part *part;
    const struct part_inner *inner;
    uint32_t customer, event, n; /* its events are event .. event + n - 1 */
    struct trod_arena *arena;
    struct trod_rows *rows;
    struct trod_error *error;
};

/* Where the customer's events are. */
static trod_status find_events(struct single *s) {
    uint64_t counts[PART_BLOCK + PART_ROOM];
    const uint32_t block = s->customer / PART_BLOCK, before = block * PART_BLOCK;
    const uint32_t n_before = s->customer - before;
    uint64_t event = part_u32(s->inner->count_places + 4 * (size_t)block);
    part_varied_read(&s->inner->counts, before, n_before + 1, counts);
    for (uint32_t i = 0; i < n_before; i++) event += counts[i];
    if (event > s->part->n_events || counts[n_before] > s->part->n_events - event)
        return part_damaged(s->error, PART_COUNTS, 0,
                            "a customer's events lie beyond those of the part");
    s->event = (uint32_t)event;
    s->n = (uint32_t)counts[n_before];
    return TROD_OK;
}

static trod_status read_who(struct single *s, trod_str id) {
    trod_status status = TROD_OK;
    struct who {
        trod_str id;
        uint64_t hash;
        uint32_t first[2];
    } *const who = TROD_NEW(s->arena, struct who);
    TROD_TRY_ALLOC(who, s->error);
    who->id = trod_arena_copy(s->arena, id);
    TROD_TRY_ALLOC(who->id.at, s->error);
    who->hash = trod_customer_hash(id);
    who->first[1] = s->n;
    s->rows->id = &who->id;
    s->rows->hash = &who->hash;
    s->rows->first = who->first;
done:
    return status;
}

static trod_status read_names(struct single *s) {
    trod_status status = TROD_OK;
    uint32_t *const name = TROD_NEW_ARRAY(s->arena, s->n, uint32_t);
    TROD_TRY_ALLOC(name, s->error);
    uint32_t *const source = TROD_NEW_ARRAY(s->arena, (size_t)s->n + PART_ROOM, uint32_t);
    TROD_TRY_ALLOC(source, s->error);
    part_names(s->part, s->event, s->n, name);
    for (uint32_t i = 0; i < s->n; i++)
        if (name[i] >= s->part->n_names)
            return part_damaged(s->error, PART_NAMES, 0, "a name's number is too large");
    trod_part_sources(s->part, s->event, s->n, source);
    s->rows->name = name;
    s->rows->source = source;
done:
    return status;
}

/* The places of events without a time among those of the customer. */
static void drop_undated(const struct single *s, int64_t *time_us) {
    const struct trod_part *const part = s->part;
    size_t low = 0, high = part->n_undated;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (part->undated[middle] < s->event) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < part->n_undated && part->undated[low] - s->event < s->n; low++)
        time_us[part->undated[low] - s->event] = TROD_NO_TIME;
}

static trod_status read_times(struct single *s) {
    trod_status status = TROD_OK;
    const struct trod_part *const part = s->part;
    if (part->tick_us == 0) return TROD_OK;
    int64_t *const time_us = TROD_NEW_ARRAY(s->arena, (size_t)s->n + PART_ROOM, int64_t);
    TROD_TRY_ALLOC(time_us, s->error);
    uint64_t *const gaps = (uint64_t *)(void *)time_us;
    const uint64_t start = part_bits_at(s->inner->starts, s->customer, s->inner->start_width);
    uint64_t tick = start ? s->inner->start_base + start : 0;
    trod_part_gaps(part, s->event, s->n, gaps);
    for (uint32_t i = 0; i < s->n; i++) {
        tick += gaps[i];
        time_us[i] = (int64_t)(tick * (uint64_t)part->tick_us);
    }
    drop_undated(s, time_us);
    s->rows->time_us = time_us;
    if (!part->has_ends) goto done;
    int64_t *const end_us = TROD_NEW_ARRAY(s->arena, (size_t)s->n + PART_ROOM, int64_t);
    TROD_TRY_ALLOC(end_us, s->error);
    part_end_times(part, s->event, s->n, time_us, end_us);
    s->rows->end_us = end_us;
done:
    return status;
}

static trod_status read_columns(struct single *s) {
    trod_status status = TROD_OK;
    const size_t n = s->part->n_columns;
    struct trod_rows_column *const columns =
        TROD_NEW_ARRAY(s->arena, n, struct trod_rows_column);
    TROD_TRY_ALLOC(columns, s->error);
    for (size_t i = 0; i < n; i++) {
        const struct trod_part_column *const from = &s->part->columns[i];
        trod_str *const text = TROD_NEW_ARRAY(s->arena, from->fact ? 1 : s->n, trod_str);
        TROD_TRY_ALLOC(text, s->error);
        TROD_TRY(
            part_column_single(from, s->customer, s->event, s->n, s->arena, text, s->error));
        columns[i] =
            (struct trod_rows_column){.field = from->field, .fact = from->fact, .text = text};
    }
    s->rows->columns = columns;
    s->rows->n_columns = n;
done:
    return status;
}

trod_status trod_part_single(const struct trod_part *part, trod_str id,
                             struct trod_arena *arena, struct trod_rows *rows,
                             struct trod_error *error) {
    trod_status status = TROD_OK;
    static const uint32_t NO_EVENTS[1] = {0};
    struct single s = {.part = part,
                       .inner = part_inner(part),
                       .customer = trod_part_find(part, id),
                       .arena = arena,
                       .rows = rows,
                       .error = error};
    *rows = (struct trod_rows){.first = NO_EVENTS};
    if (s.customer == TROD_NO_ID) return TROD_OK;
    TROD_TRY(find_events(&s));
    rows->n_customers = 1;
    rows->n_events = s.n;
    TROD_TRY(read_who(&s, id));
    TROD_TRY(read_names(&s));
    TROD_TRY(read_times(&s));
    TROD_TRY(read_columns(&s));
done:
    return status;
}

void trod_part_add_gaps(const struct trod_part *part, uint64_t counts[TROD_GAP_BUCKETS]) {
    enum { CHUNK = 256 };
    uint64_t chunk[CHUNK + PART_ROOM];
    const struct part_varied *const from = &part_inner(part)->gap_counts;
    if (part->tick_us == 0) return;
    for (uint32_t at = 0; at < from->n; at += CHUNK) {
        const uint32_t now = from->n - at < CHUNK ? from->n - at : CHUNK;
        part_varied_read(from, at, now, chunk);
        for (uint32_t i = 0; i < now; i++) counts[at + i] += chunk[i];
    }
}
