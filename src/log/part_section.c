/* Sections while they are made and when they are looked for. */
#include "log/part.h"

unsigned char *part_out_add(struct part_out *out, uint32_t kind, uint32_t field,
                            size_t n_bytes) {
    if (n_bytes > SIZE_MAX / 2) return NULL;
    unsigned char *const room =
        TROD_NEW_ARRAY(out->arena, n_bytes + 2 * (size_t)PART_BEHIND, unsigned char);
    if (!room) return NULL;
    unsigned char *const at = room + (-(uintptr_t)room & (PART_BEHIND - 1));
    const struct trod_section section = {
        .kind = kind, .field = field, .at = at, .n_bytes = n_bytes};
    return TROD_PUSH(out->arena, out->items, out->n, out->room, section) ? at : NULL;
}

const struct trod_section *part_section(const struct trod_section *sections, size_t n,
                                        uint32_t kind, uint32_t field) {
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct trod_section *const at = &sections[middle];
        if (at->kind < kind || (at->kind == kind && at->field < field)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n && sections[low].kind == kind && sections[low].field == field
               ? &sections[low]
               : NULL;
}

trod_status part_damaged(struct trod_error *error, uint32_t kind, uint32_t field,
                         const char *what) {
    static const char *const names[] = {
        [PART_HEAD] = "head",
        [PART_COUNTS] = "counts of events",
        [PART_NAMES] = "names",
        [PART_STARTS] = "first times",
        [PART_GAPS] = "times",
        [PART_UNDATED] = "list of events without a time",
        [PART_ENDS] = "ends",
        [PART_SOURCES] = "sources",
        [PART_IDS] = "ids",
        [PART_ID_HASHES] = "hashes of ids",
        [PART_GAP_COUNTS] = "summary of times",
        [PART_SPANS] = "spans of customers",
        [PART_NEAR] = "times near the 95 %",
    };
    if (kind >= PART_COLUMN && kind <= PART_COLUMN_LAST)
        return trod_fail(error, TROD_BAD_INPUT, "column %u of the part is damaged: %s", field,
                         what);
    const char *const name = kind < TROD_COUNT(names) && names[kind] ? names[kind] : "unknown";
    return trod_fail(error, TROD_BAD_INPUT, "the section of the part's %s is damaged: %s", name,
                     what);
}
