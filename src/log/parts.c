/* The whole log as parts: parts that lie in memory, work done part by part. A thread takes a
 * scratch arena from a pool for each part and gives it back, so there are no more of them than
 * threads. */
#include <pthread.h>
#include <sys/mman.h>

#include "log/inside.h"
#include "log/parts.h"

void trod_parts_free(struct trod_parts *parts) {
    if (!parts) return;
    if (parts->release) parts->release(parts->owner);
    trod_arena_free(parts->arena);
}

uint32_t trod_parts_field(const struct trod_parts *parts, trod_str name, bool fact_only) {
    uint32_t fact = TROD_NO_ID;
    for (size_t f = 0; f < parts->n_fields; f++) {
        if (!trod_str_equal(parts->fields[f].name, name)) continue;
        if (!parts->fields[f].fact && !fact_only) return (uint32_t)f;
        if (parts->fields[f].fact && fact == TROD_NO_ID) fact = (uint32_t)f;
    }
    return fact;
}

trod_status trod_part_fits(const struct trod_part *part, const struct trod_parts *parts,
                           struct trod_error *error) {
    const char *wrong = NULL;
    if (part->n_names > trod_dict_count(parts->names))
        wrong = "an event has a name that the log does not know";
    if (part->n_sources > parts->n_sources)
        wrong = "an event has a source that the log does not know";
    for (size_t i = 0; i < part->n_columns; i++) {
        const struct trod_part_column *const column = &part->columns[i];
        if (column->field >= parts->n_fields ||
            column->fact != parts->fields[column->field].fact)
            wrong = "a column is none of the log's";
    }
    return wrong ? trod_fail(error, TROD_BAD_INPUT, "%s", wrong) : TROD_OK;
}

/* ---- Part by part ---------------------------------------------------------------------------
 */

enum { MOST_IDLE = 64 };

struct each {
    const struct trod_parts *parts;
    trod_status (*work)(void *owner, size_t i, const struct trod_part *part,
                        struct trod_arena *scratch, struct trod_error *error);
    void *owner;
    pthread_mutex_t lock; /* over what follows */
    struct trod_arena *idle[MOST_IDLE];
    size_t n_idle;
};

static struct trod_arena *take_arena(struct each *each) {
    pthread_mutex_lock(&each->lock);
    struct trod_arena *const arena = each->n_idle ? each->idle[--each->n_idle] : NULL;
    pthread_mutex_unlock(&each->lock);
    return arena ? arena : trod_arena_make(LOG_ARENA_BYTES);
}

static void give_arena(struct each *each, struct trod_arena *arena) {
    trod_arena_reset(arena);
    pthread_mutex_lock(&each->lock);
    const bool kept = each->n_idle < MOST_IDLE;
    if (kept) each->idle[each->n_idle++] = arena;
    pthread_mutex_unlock(&each->lock);
    if (!kept) trod_arena_free(arena);
}

static trod_status each_part(void *owner, size_t i, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct each *const each = owner;
    const struct trod_part *part = NULL;
    struct trod_arena *const scratch = take_arena(each);
    TROD_TRY_ALLOC(scratch, error);
    TROD_TRY(each->parts->open(each->parts->owner, i, scratch, &part, error));
    TROD_TRY(each->work(each->owner, i, part, scratch, error));
done:
    if (scratch) give_arena(each, scratch);
    return status;
}

trod_status
trod_parts_each(const struct trod_parts *parts, const struct trod_run *run,
                trod_status (*work)(void *owner, size_t i, const struct trod_part *part,
                                    struct trod_arena *scratch, struct trod_error *error),
                void *owner, struct trod_error *error) {
    struct each each = {.parts = parts, .work = work, .owner = owner};
    pthread_mutex_init(&each.lock, NULL);
    const trod_status status = trod_run_each(run, parts->n_parts, each_part, &each, error);
    for (size_t i = 0; i < each.n_idle; i++) trod_arena_free(each.idle[i]);
    pthread_mutex_destroy(&each.lock);
    return status;
}

/* ---- One customer ---------------------------------------------------------------------------
 */

trod_status trod_parts_single(const struct trod_parts *parts, trod_str id,
                              struct trod_arena *arena, struct trod_rows *rows,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    static const uint32_t NO_EVENTS[1] = {0};
    const struct trod_part *part = NULL;
    *rows = (struct trod_rows){.first = NO_EVENTS};
    if (parts->single) return parts->single(parts->owner, id, arena, rows, error);
    const uint64_t hash = trod_customer_hash(id);
    size_t low = 0, high = parts->n_parts; /* parts before `low` begin at or below the hash */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (parts->first_hash[middle] <= hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return TROD_OK;
    TROD_TRY(parts->open(parts->owner, low - 1, arena, &part, error));
    TROD_TRY(trod_part_single(part, id, arena, rows, error));
done:
    return status;
}

/* Without a shorter way: every part is opened. */
static trod_status add_gaps(const struct trod_parts *parts, uint64_t counts[TROD_GAP_BUCKETS],
                            struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_arena *const scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    for (size_t i = 0; i < parts->n_parts; i++) {
        const struct trod_part *part = NULL;
        trod_arena_reset(scratch);
        TROD_TRY(parts->open(parts->owner, i, scratch, &part, error));
        trod_part_add_gaps(part, counts);
    }
done:
    trod_arena_free(scratch);
    return status;
}

trod_status trod_parts_gap(const struct trod_parts *parts, int64_t *gap_us,
                           struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t counts[TROD_GAP_BUCKETS] = {0}, n = 0;
    *gap_us = TROD_NO_TIME;
    if (parts->gaps)
        TROD_TRY(parts->gaps(parts->owner, counts, error));
    else
        TROD_TRY(add_gaps(parts, counts, error));
    for (uint32_t b = 0; b < TROD_GAP_BUCKETS; b++) n += counts[b];
    uint64_t left = n - n / 20; /* 95 %, rounded up */
    for (uint32_t b = 0; n > 0 && b < TROD_GAP_BUCKETS; b++) {
        if (counts[b] < left) {
            left -= counts[b];
            continue;
        }
        const bool last = b + 1 == TROD_GAP_BUCKETS;
        const uint64_t end = last ? (uint64_t)INT64_MAX : trod_gap_edge(b + 1) - 1;
        *gap_us = end < INT64_MAX ? (int64_t)end : INT64_MAX;
        break;
    }
done:
    return status;
}

/* ---- In memory ------------------------------------------------------------------------------
 */

struct memory {
    struct trod_dict *names;
    struct parts_held *held; /* [n], on the parts' arena */
    size_t n;
};

trod_status parts_hold(const struct trod_packed *packed, struct parts_held *held,
                       struct trod_error *error) {
    trod_status status = TROD_OK;
    *held = (struct parts_held){.packed = *packed};
    held->arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(held->arena, error);
    struct part_out out = {.arena = held->arena};
    for (size_t i = 0; i < packed->n_sections; i++) {
        const struct trod_section *const from = &packed->sections[i];
        unsigned char *const at = part_out_add(&out, from->kind, from->field, from->n_bytes);
        TROD_TRY_ALLOC(at, error);
        if (from->n_bytes) memcpy(at, from->at, from->n_bytes);
    }
    held->packed.sections = out.items;
done:
    if (status != TROD_OK) parts_let_go(held);
    return status;
}

uint64_t parts_room(const struct trod_packed *packed) {
    uint64_t n = 0;
    for (size_t i = 0; i < packed->n_sections; i++)
        n += parts_section_room(packed->sections[i].n_bytes);
    return n;
}

trod_status parts_hold_file(const struct trod_packed *packed, int file, uint64_t at,
                            struct parts_held *held, struct trod_error *error) {
    trod_status status = TROD_OK;
    *held = (struct parts_held){.packed = *packed, .n_map = (size_t)parts_room(packed)};
    held->arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(held->arena, error);
    struct trod_section *const sections =
        TROD_NEW_ARRAY(held->arena, packed->n_sections, struct trod_section);
    TROD_TRY_ALLOC(sections, error);
    held->map = mmap(NULL, held->n_map, PROT_READ, MAP_PRIVATE, file, (off_t)at);
    if (held->map == MAP_FAILED) held->map = NULL;
    TROD_TRY_ALLOC(held->map, error);
    const unsigned char *from = held->map;
    for (size_t i = 0; i < packed->n_sections; i++) {
        sections[i] = packed->sections[i];
        sections[i].at = from;
        from += parts_section_room(sections[i].n_bytes);
    }
    held->packed.sections = sections;
done:
    if (status != TROD_OK) parts_let_go(held);
    return status;
}

void parts_let_go(struct parts_held *held) {
    if (held->map) munmap(held->map, held->n_map);
    trod_arena_free(held->arena);
    *held = (struct parts_held){0};
}

static trod_status open_held(void *owner, size_t i, struct trod_arena *scratch,
                             const struct trod_part **part, struct trod_error *error) {
    const struct memory *const memory = owner;
    const struct trod_packed *const packed = &memory->held[i].packed;
    return trod_part_open(packed->sections, packed->n_sections, scratch, part, error);
}

static trod_status single_held(void *owner, trod_str id, struct trod_arena *arena,
                               struct trod_rows *rows, struct trod_error *error) {
    trod_status status = TROD_OK;
    const struct memory *const memory = owner;
    const uint64_t hash = trod_customer_hash(id);
    const struct trod_part *part = NULL;
    static const uint32_t NO_EVENTS[1] = {0};
    *rows = (struct trod_rows){.first = NO_EVENTS};
    size_t i = memory->n;
    while (i > 0 && memory->held[i - 1].packed.first_hash > hash) i--;
    if (i == 0) return TROD_OK;
    const struct trod_packed *const packed = &memory->held[i - 1].packed;
    struct trod_part_tool *const tool = trod_part_tool_make(arena);
    TROD_TRY_ALLOC(tool, error);
    TROD_TRY(trod_part_glance(packed->sections, packed->n_sections, tool, arena, &part, error));
    TROD_TRY(trod_part_single(part, id, arena, rows, error));
done:
    return status;
}

static void release_held(void *owner) {
    struct memory *const memory = owner;
    for (size_t i = 0; i < memory->n; i++) parts_let_go(&memory->held[i]);
    trod_dict_free(memory->names);
}

static trod_status copy_names(const struct trod_dict *from, struct memory *memory,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    memory->names = trod_dict_make(0);
    TROD_TRY_ALLOC(memory->names, error);
    for (uint32_t i = 0; i < trod_dict_count(from); i++)
        if (trod_dict_add(memory->names, trod_dict_at(from, i)) == TROD_NO_ID)
            TROD_TRY_ALLOC(NULL, error);
done:
    return status;
}

static trod_status copy_frame(const struct trod_parts *frame, struct trod_parts *parts,
                              struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts_field *const fields =
        TROD_NEW_ARRAY(parts->arena, frame->n_fields, struct trod_parts_field);
    TROD_TRY_ALLOC(fields, error);
    for (size_t f = 0; f < frame->n_fields; f++) {
        fields[f] = frame->fields[f];
        fields[f].name = trod_arena_copy(parts->arena, frame->fields[f].name);
        TROD_TRY_ALLOC(fields[f].name.at, error);
    }
    struct trod_parts_source *const sources =
        TROD_NEW_ARRAY(parts->arena, frame->n_sources, struct trod_parts_source);
    TROD_TRY_ALLOC(sources, error);
    for (size_t s = 0; s < frame->n_sources; s++) {
        sources[s] = frame->sources[s];
        sources[s].name = trod_arena_copy(parts->arena, frame->sources[s].name);
        TROD_TRY_ALLOC(sources[s].name.at, error);
    }
    parts->fields = fields;
    parts->n_fields = frame->n_fields;
    parts->sources = sources;
    parts->n_sources = frame->n_sources;
    parts->channel_field = frame->channel_field;
    parts->worth_field = frame->worth_field;
    parts->journey_field = frame->journey_field;
    parts->id_field = frame->id_field;
done:
    return status;
}

/* Counts and times, and the hash at which each part begins. */
static trod_status add_up(struct memory *memory, struct trod_parts *parts,
                          struct trod_error *error) {
    trod_status status = TROD_OK;
    uint64_t *const first_hash = TROD_NEW_ARRAY(parts->arena, memory->n, uint64_t);
    TROD_TRY_ALLOC(first_hash, error);
    parts->first_us = parts->last_us = TROD_NO_TIME;
    for (size_t i = 0; i < memory->n; i++) {
        const struct trod_packed *const packed = &memory->held[i].packed;
        first_hash[i] = packed->first_hash;
        parts->n_events += packed->n_events;
        parts->n_customers += packed->n_customers;
        if (packed->first_us == TROD_NO_TIME) continue;
        if (!parts->has_times || packed->first_us < parts->first_us)
            parts->first_us = packed->first_us;
        if (!parts->has_times || packed->last_us > parts->last_us)
            parts->last_us = packed->last_us;
        parts->has_times = true;
    }
    parts->first_hash = first_hash;
    parts->n_parts = memory->n;
done:
    return status;
}

trod_status parts_of_held(const struct trod_parts *frame, struct parts_held *held, size_t n,
                          struct trod_parts **parts, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct trod_parts *made = NULL;
    *parts = NULL;
    struct trod_arena *const arena = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(arena, error);
    made = TROD_NEW(arena, struct trod_parts);
    struct memory *const memory = made ? TROD_NEW(arena, struct memory) : NULL;
    struct parts_held *const kept = memory ? TROD_NEW_ARRAY(arena, n, struct parts_held) : NULL;
    if (!kept) {
        trod_arena_free(arena);
        made = NULL;
        TROD_TRY_ALLOC(NULL, error);
    }
    memory->held = kept;
    made->arena = arena;
    made->owner = memory;
    made->open = open_held;
    made->single = single_held;
    made->release = release_held;
    TROD_TRY(copy_names(frame->names, memory, error));
    made->names = memory->names;
    TROD_TRY(copy_frame(frame, made, error));
    for (size_t i = 0; i < n; i++) {
        kept[i] = held[i];
        held[i] = (struct parts_held){0};
    }
    memory->n = n;
    TROD_TRY(add_up(memory, made, error));
    *parts = made;
    made = NULL;
done:
    trod_parts_free(made);
    return status;
}

trod_status trod_parts_of_packed(const struct trod_parts *frame,
                                 const struct trod_packed *packed, size_t n,
                                 struct trod_parts **parts, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct parts_held *held = NULL;
    size_t n_held = 0;
    *parts = NULL;
    struct trod_arena *const scratch = trod_arena_make(LOG_ARENA_BYTES);
    TROD_TRY_ALLOC(scratch, error);
    held = TROD_NEW_ARRAY(scratch, n, struct parts_held);
    TROD_TRY_ALLOC(held, error);
    for (; n_held < n; n_held++) TROD_TRY(parts_hold(&packed[n_held], &held[n_held], error));
    TROD_TRY(parts_of_held(frame, held, n, parts, error));
done:
    for (size_t i = 0; i < n_held; i++) parts_let_go(&held[i]);
    trod_arena_free(scratch);
    return status;
}
