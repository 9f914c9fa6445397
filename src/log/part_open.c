/* From sections to a part.
 *
 * What the sections say of their own sizes is compared with the sizes that they have, and what
 * is unpacked here (the customers' first events and times) is looked at while it is unpacked.
 * The numbers that readers unpack later lie in forms that stay inside their section whatever
 * the bits are. Names are read where they lie, by everybody, as places in tables: so their
 * largest is looked for here, at the speed at which memory is read.
 */
#include "log/part_head.h"
#include "log/part_ids.h"

struct opener {
    const struct trod_section *sections;
    size_t n_sections;
    struct part_head head;
    struct trod_part *part;
    struct part_inner *inner;
    struct trod_part_tool *tool; /* of a glance; NULL: the whole part is opened */
    struct trod_arena *arena;
    struct trod_error *error;
};

/* The section of that kind; TROD_BAD_INPUT if it is not there. */
static trod_status need(struct opener *o, uint32_t kind, const struct trod_section **section) {
    *section = part_section(o->sections, o->n_sections, kind, 0);
    return *section ? TROD_OK : part_damaged(o->error, kind, 0, "it is missing");
}

static trod_status need_varied(struct opener *o, uint32_t kind, uint32_t n, unsigned widest,
                               struct part_varied *varied) {
    const struct trod_section *section;
    const trod_status status = need(o, kind, &section);
    if (status != TROD_OK) return status;
    if (!part_varied_open(section->at, section->n_bytes, n, varied) || varied->widest > widest)
        return part_damaged(o->error, kind, 0, "its size is not that of what it should hold");
    return TROD_OK;
}

enum { CHUNK = 1024 }; /* numbers unpacked at a time */

static trod_status open_counts(struct opener *o) {
    trod_status status = TROD_OK;
    const uint32_t n = o->head.n_customers;
    const size_t n_blocks = ((size_t)n + PART_BLOCK - 1) / PART_BLOCK;
    const struct trod_section *section;
    struct part_varied *const counts = &o->inner->counts;
    TROD_TRY(need(o, PART_COUNTS, &section));
    if (section->n_bytes < 4 * n_blocks ||
        !part_varied_open(section->at + 4 * n_blocks, section->n_bytes - 4 * n_blocks, n,
                          counts) ||
        counts->widest > 32)
        return part_damaged(o->error, PART_COUNTS, 0, "its size is not right");
    o->inner->count_places = section->at;
    if (o->tool) return TROD_OK;
    uint32_t *const first = TROD_NEW_ARRAY(o->arena, (size_t)n + 1, uint32_t);
    TROD_TRY_ALLOC(first, o->error);
    uint64_t chunk[CHUNK + PART_ROOM], sum = 0;
    uint32_t n_empty = 0;
    for (uint32_t at = 0; at < n; at += CHUNK) {
        const uint32_t now = n - at < CHUNK ? n - at : CHUNK;
        part_varied_read(counts, at, now, chunk);
        for (uint32_t i = 0; i < now; i++) {
            first[at + i] = (uint32_t)sum;
            sum += chunk[i];
            n_empty += chunk[i] == 0;
        }
    }
    first[n] = (uint32_t)sum;
    if (sum != o->head.n_events)
        return part_damaged(o->error, PART_COUNTS, 0,
                            "the customers' events are not as many as the part's");
    o->part->first = first;
    o->inner->n_empty = n_empty;
done:
    return status;
}

static trod_status open_names(struct opener *o) {
    trod_status status = TROD_OK;
    const size_t n = o->head.n_events;
    const struct trod_section *section;
    TROD_TRY(need(o, PART_NAMES, &section));
    if (section->n_bytes != n * o->head.name_bytes)
        return part_damaged(o->error, PART_NAMES, 0, "its size is not right");
    if (n && !o->tool && part_names_most(section->at, n, o->head.name_bytes) >= o->head.n_names)
        return part_damaged(o->error, PART_NAMES, 0, "a name's number is too large");
    o->part->name = section->at;
    o->part->name_bytes = o->head.name_bytes;
    o->part->n_names = o->head.n_names;
done:
    return status;
}

static trod_status open_starts(struct opener *o) {
    trod_status status = TROD_OK;
    const uint32_t n = o->head.n_customers;
    const struct trod_section *section;
    TROD_TRY(need(o, PART_STARTS, &section));
    if (section->n_bytes != part_bits_bytes(n, o->head.start_width))
        return part_damaged(o->error, PART_STARTS, 0, "its size is not right");
    const uint64_t none = (uint64_t)o->head.start_base - 1; /* is 0 in the section */
    o->inner->starts = section->at;
    o->inner->start_width = o->head.start_width;
    o->inner->start_base = none;
    if (o->tool) return TROD_OK;
    uint64_t *const start = TROD_NEW_ARRAY(o->arena, (size_t)n + PART_ROOM, uint64_t);
    TROD_TRY_ALLOC(start, o->error);
    part_bits_u64(section->at, o->head.start_width, none, 0, n, start);
    for (uint32_t c = 0; o->head.n_unstarted > 0 && c < n; c++)
        start[c] = start[c] == none ? 0 : start[c];
    o->part->start = (const int64_t *)start;
done:
    return status;
}

static trod_status open_undated(struct opener *o) {
    trod_status status = TROD_OK;
    const uint32_t n = o->head.n_undated;
    if (n == 0) return TROD_OK;
    struct part_varied between;
    TROD_TRY(need_varied(o, PART_UNDATED, n, 32, &between));
    uint32_t *const undated = TROD_NEW_ARRAY(o->arena, n, uint32_t);
    TROD_TRY_ALLOC(undated, o->error);
    uint64_t chunk[CHUNK + PART_ROOM], next = 0;
    for (uint32_t at = 0; at < n; at += CHUNK) {
        const uint32_t now = n - at < CHUNK ? n - at : CHUNK;
        part_varied_read(&between, at, now, chunk);
        for (uint32_t i = 0; i < now; i++) {
            next += chunk[i];
            undated[at + i] = (uint32_t)next++;
        }
        if (next > o->head.n_events)
            return part_damaged(o->error, PART_UNDATED, 0, "it goes beyond the last event");
    }
    o->part->undated = undated;
    o->part->n_undated = n;
done:
    return status;
}

static trod_status open_gap_counts(struct opener *o) {
    trod_status status = TROD_OK;
    const struct trod_section *section;
    struct part_varied *const counts = &o->inner->gap_counts;
    TROD_TRY(need(o, PART_GAP_COUNTS, &section));
    const uint32_t n = section->n_bytes >= 4 ? part_u32(section->at) : 0;
    if (n > TROD_GAP_BUCKETS || !part_varied_open(section->at, section->n_bytes, n, counts) ||
        counts->widest > 32)
        return part_damaged(o->error, PART_GAP_COUNTS, 0, "its size is not right");
    if (o->tool) return TROD_OK;
    uint32_t *const gap_counts = TROD_NEW_ARRAY(o->arena, n, uint32_t);
    TROD_TRY_ALLOC(gap_counts, o->error);
    uint64_t chunk[CHUNK + PART_ROOM];
    for (uint32_t at = 0; at < n; at += CHUNK) {
        const uint32_t now = n - at < CHUNK ? n - at : CHUNK;
        part_varied_read(counts, at, now, chunk);
        for (uint32_t i = 0; i < now; i++) gap_counts[at + i] = (uint32_t)chunk[i];
    }
    o->part->gap_counts = gap_counts;
    o->part->n_gap_counts = n;
done:
    return status;
}

static trod_status open_times(struct opener *o) {
    trod_status status = TROD_OK;
    struct trod_part *const part = o->part;
    part->tick_us = o->head.tick_us;
    part->first_us = part->last_us = TROD_NO_TIME;
    if (part->tick_us == 0) return TROD_OK;
    part->first_us = o->head.first_us;
    part->last_us = o->head.last_us;
    TROD_TRY(open_starts(o));
    TROD_TRY(need_varied(o, PART_GAPS, part->n_events, 64, &o->inner->gaps));
    part->longest_gap = o->inner->gaps.widest ? UINT64_MAX >> (64 - o->inner->gaps.widest) : 0;
    TROD_TRY(open_gap_counts(o));
    if (o->head.version >= PART_VERSION_SPANS) {
        TROD_TRY(need_varied(o, PART_SPANS, part->n_customers, 64, &o->inner->spans));
        part->has_spans = true;
        if (!o->tool)
            TROD_TRY(part_near_open(part_section(o->sections, o->n_sections, PART_NEAR, 0),
                                    part, &o->inner->near, o->error));
    }
    TROD_TRY(open_undated(o));
    part->has_ends = part_section(o->sections, o->n_sections, PART_ENDS, 0) != NULL;
    if (part->has_ends)
        TROD_TRY(need_varied(o, PART_ENDS, part->n_events, 64, &o->inner->ends));
done:
    return status;
}

static trod_status open_sources(struct opener *o) {
    trod_status status = TROD_OK;
    const unsigned width = part_width(o->head.source_most - o->head.source_least);
    o->part->n_sources = o->head.n_events ? o->head.source_most + 1 : 0;
    o->inner->source_least = o->head.source_least;
    o->inner->source_width = width;
    if (width == 0) return TROD_OK;
    const struct trod_section *section;
    TROD_TRY(need(o, PART_SOURCES, &section));
    if (section->n_bytes != part_bits_bytes(o->head.n_events, width))
        return part_damaged(o->error, PART_SOURCES, 0, "its size is not right");
    o->inner->sources = section->at;
done:
    return status;
}

static trod_status open_ids(struct opener *o) {
    trod_status status = TROD_OK;
    const struct trod_section *ids, *hashes;
    TROD_TRY(need(o, PART_IDS, &ids));
    TROD_TRY(need(o, PART_ID_HASHES, &hashes));
    struct part_symbols *const symbols = TROD_NEW(o->arena, struct part_symbols);
    TROD_TRY_ALLOC(symbols, o->error);
    if (!part_ids_open(ids, hashes, o->head.n_customers, symbols, &o->inner->ids))
        return part_damaged(o->error, PART_IDS, 0, "its size is not right");
done:
    return status;
}

/* With a tool at a glance, else the whole part. */
static trod_status open_part(const struct trod_section *sections, size_t n_sections,
                             struct trod_part_tool *tool, struct trod_arena *arena,
                             const struct trod_part **part, struct trod_error *error) {
    trod_status status = TROD_OK;
    struct opener o = {.sections = sections,
                       .n_sections = n_sections,
                       .tool = tool,
                       .arena = arena,
                       .error = error};
    *part = NULL;
    for (size_t i = 0; i < n_sections; i++)
        if ((uintptr_t)sections[i].at % PART_BEHIND)
            return trod_fail(error, TROD_BAD_INPUT,
                             "a section of the part does not lie at a multiple of %d bytes",
                             PART_BEHIND);
    for (size_t i = 1; i < n_sections; i++) {
        const struct trod_section *const a = &sections[i - 1], *const b = &sections[i];
        if (a->kind > b->kind || (a->kind == b->kind && a->field >= b->field))
            return trod_fail(error, TROD_BAD_INPUT,
                             "the sections of the part are not in order");
    }
    TROD_TRY(part_head_read(part_section(sections, n_sections, PART_HEAD, 0), &o.head, error));
    o.part = TROD_NEW(arena, struct trod_part);
    o.inner = TROD_NEW(arena, struct part_inner);
    TROD_TRY_ALLOC(o.part && o.inner ? o.part : NULL, error);
    o.part->inner = o.inner;
    o.part->n_customers = o.head.n_customers;
    o.part->n_events = o.head.n_events;
    o.inner->sections = sections;
    o.inner->n_sections = n_sections;
    TROD_TRY(open_counts(&o));
    TROD_TRY(open_names(&o));
    TROD_TRY(open_times(&o));
    TROD_TRY(open_sources(&o));
    TROD_TRY(open_ids(&o));
    TROD_TRY(part_columns_open(sections, n_sections, tool, o.part, arena, error));
    *part = o.part;
done:
    return status;
}

trod_status trod_part_open(const struct trod_section *sections, size_t n_sections,
                           struct trod_arena *arena, const struct trod_part **part,
                           struct trod_error *error) {
    return open_part(sections, n_sections, NULL, arena, part, error);
}

trod_status trod_part_glance(const struct trod_section *sections, size_t n_sections,
                             struct trod_part_tool *tool, struct trod_arena *arena,
                             const struct trod_part **part, struct trod_error *error) {
    CHECK(tool);
    return open_part(sections, n_sections, tool, arena, part, error);
}
