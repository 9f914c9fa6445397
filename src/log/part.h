/* What the files of parts share: the kinds of sections, sections while they are made, numbers
 * packed by bits, and where the columns hook in.
 *
 * Of the files part_*.c those that begin with part_column are about columns; the others are the
 * core (customers, names, times, ends, sources, ids). docs/formats/log.md says what the bytes
 * of each section are; numbers lie in them with the lowest byte first, as in memory.
 */
#ifndef LOG_PART_H
#define LOG_PART_H

#include "trod/log.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "sections are read where they lie: this needs a machine with low bytes first");

/* ---- Sections -----------------------------------------------------------------------------
 */

/* Kinds are numbers of the file format: never changed, never used again. */
enum part_kind {
    PART_HEAD = 1,
    PART_COUNTS = 2,
    PART_NAMES = 3,
    PART_STARTS = 4,
    PART_GAPS = 5,
    PART_UNDATED = 6,
    PART_ENDS = 7,
    PART_SOURCES = 8,
    PART_IDS = 9,
    PART_ID_HASHES = 10,
    PART_GAP_COUNTS = 11,
    PART_SPANS = 12,
    PART_NEAR = 13,
    PART_COLUMN = 32, /* 32 to 63 are the columns': any number of kinds for each field */
    PART_COLUMN_LAST = 63,
};
enum {
    PART_BEHIND = 64, /* readable bytes behind every section, and its alignment */
    PART_ROOM = 16,   /* items that a reader may write beyond those it was asked for */
};

/* Sections while a part is packed. Zeroed but for the arena. */
struct part_out {
    struct trod_arena *arena;
    struct trod_section *items;
    size_t n, room;
};
/* Enters a section of n_bytes zeroed bytes (aligned, with PART_BEHIND zeroed ones behind) and
 * gives it to be filled; NULL without memory. In any order: trod_part_pack sorts them. */
unsigned char *part_out_add(struct part_out *out, uint32_t kind, uint32_t field,
                            size_t n_bytes);
/* The section of that kind and field, or NULL. Sections stand by kind, then field. */
const struct trod_section *part_section(const struct trod_section *sections, size_t n,
                                        uint32_t kind, uint32_t field);
/* TROD_BAD_INPUT: the part is damaged, in that section ("the times of the part are damaged:
 * WHAT"). */
trod_status part_damaged(struct trod_error *error, uint32_t kind, uint32_t field,
                         const char *what);

static inline uint32_t part_u32(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t part_u64(const unsigned char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline void part_put_u32(unsigned char *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}
static inline void part_put_u64(unsigned char *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

/* ---- Numbers packed by bits: all of one width ----------------------------------------------
 */

/* Bits that the number takes: 0 to 64. */
static inline unsigned part_width(uint64_t largest) {
    return largest ? 64 - (unsigned)__builtin_clzll(largest) : 0;
}
/* Number i takes bits i * width .. of the bytes, the lowest bit first. n < 2^32. */
static inline uint64_t part_bits_bytes(uint64_t n, unsigned width) {
    return (n * width + 7) / 8;
}
void part_bits_pack_u32(unsigned char *at, const uint32_t *values, uint32_t n, unsigned width);
/* Packs values[i] - base. */
void part_bits_pack_u64(unsigned char *at, const uint64_t *values, uint32_t n, unsigned width,
                        uint64_t base);
/* Number i; width at most 64; up to 9 bytes are read from the one with its first bit on. */
static inline uint64_t part_bits_at(const unsigned char *at, uint64_t i, unsigned width) {
    const uint64_t bit = i * width;
    const unsigned char *const byte = at + (bit >> 3);
    const unsigned shift = bit & 7;
    if (width == 0) return 0;
    uint64_t value = part_u64(byte) >> shift;
    if (width + shift > 64) value |= (uint64_t)byte[8] << (64 - shift);
    return width == 64 ? value : value & ((UINT64_C(1) << width) - 1);
}
/* Numbers from .. from + n - 1. Room for n + PART_ROOM. Reads up to PART_BEHIND bytes behind
 * the last number. The u32 kind is for widths up to 32. */
void part_bits_u32(const unsigned char *at, unsigned width, uint64_t from, uint32_t n,
                   uint32_t *values);
/* Adds `base` to each. */
void part_bits_u64(const unsigned char *at, unsigned width, uint64_t base, uint64_t from,
                   uint32_t n, uint64_t *values);

/* ---- Varied numbers: each of one of up to 16 widths
 * ------------------------------------------
 *
 * For numbers of very different sizes (times between events, counts, amounts). The widths are
 * chosen for the whole; each number has a class (0 to 4 bits) that says its width, and the
 * numbers' bits follow one another. Blocks of PART_BLOCK begin at whole bytes that a table
 * gives, so that a range is read from the nearest block on. */
enum { PART_BLOCK = 256 };

struct part_varied_plan {
    uint32_t n;
    unsigned class_bits;
    uint8_t width[16]; /* [1 << class_bits] ascending */
    size_t n_bits_bytes;
    size_t n_bytes; /* of the whole */
};
/* Finds what takes the fewest bytes. Time: a pass over the values. TROD_TOO_MUCH: above 4 GiB.
 */
TROD_MUST trod_status part_varied_plan(const uint64_t *values, uint32_t n,
                                       struct part_varied_plan *plan, struct trod_error *error);
/* Writes plan->n_bytes at `at`, which must be zeroed and have PART_BEHIND more. */
void part_varied_fill(const struct part_varied_plan *plan, const uint64_t *values,
                      unsigned char *at);
struct part_varied {
    uint32_t n;
    unsigned class_bits;
    unsigned widest; /* no number that part_varied_read gives takes more bits */
    uint8_t width[16];
    uint64_t ones[16]; /* as many bits as the width */
    const unsigned char *places, *classes, *bits;
    size_t n_bits_bytes;
    const struct part_varied_way *way;
};
/* Opens n_bytes at `at` (PART_BEHIND more are readable) that must hold n numbers; false if they
 * do not. Whatever the bytes are, part_varied_read stays inside them afterwards. */
bool part_varied_open(const unsigned char *at, size_t n_bytes, uint32_t n,
                      struct part_varied *varied);
/* Numbers from .. from + n - 1. Room for n + PART_ROOM. */
void part_varied_read(const struct part_varied *varied, uint32_t from, uint32_t n,
                      uint64_t *values);
/* True if the table of places agrees with the classes (for trod_part_check). */
bool part_varied_check(const struct part_varied *varied);

/* ---- The open part -------------------------------------------------------------------------
 */

struct part_ids {
    unsigned kind;
    const unsigned char *at; /* the section; the rest is part_ids.c's */
    size_t n_bytes;
    const unsigned char *hashes; /* u64 of each block's first */
    uint32_t n_blocks;
    const unsigned char *places, *texts;
    size_t n_text;
    const struct part_symbols *symbols;
    uint64_t base;
    unsigned width;
};
struct part_splice;
struct part_inner {
    const struct part_splice *splice; /* NULL: the part as it lies (part_splice.h) */
    const struct trod_section *sections; /* borrowed */
    size_t n_sections;
    struct part_varied gaps;
    struct part_varied spans; /* of a part that has them */
    uint32_t n_empty;         /* customers without an event */
    struct part_varied near;  /* the same */
    struct part_varied ends;
    struct part_ids ids;
    uint32_t source_least;
    unsigned source_width;
    const unsigned char *sources;
    const unsigned char *count_places; /* u32 of every PART_BLOCK customers: their first event */
    struct part_varied counts;
    struct part_varied gap_counts; /* of as many buckets as its n */
    const unsigned char *starts;   /* NULL without times */
    unsigned start_width;
    uint64_t start_base; /* less 1: 0 in the section is none */
};
static inline const struct part_inner *part_inner(const struct trod_part *part) {
    return part->inner;
}
/* The customer of an event: the last whose first event is not above it. Time: a binary search.
 */
static inline uint32_t part_customer_of(const struct trod_part *part, uint32_t event) {
    uint32_t low = 0, high = part->n_customers; /* first[low] <= event < first[high] */
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (part->first[middle] <= event) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- Plain columns of an open part (part_times.c) --------------------------------------------
 */

/* The names of events from .. from + n - 1. */
void part_names(const struct trod_part *part, uint32_t from, uint32_t n, uint32_t *names);
/* The times of all events of n_customers customers; TROD_NO_TIME where missing. Room for
 * PART_ROOM more. */
void part_times(const struct trod_part *part, uint32_t from, uint32_t n_customers,
                int64_t *time_us);
/* The ends of events whose times are at hand; TROD_NO_TIME where missing. Room for PART_ROOM
 * more. */
void part_end_times(const struct trod_part *part, uint32_t from, uint32_t n,
                    const int64_t *time_us, int64_t *end_us);

/* ---- Times near the 95 % (part_near.c) -------------------------------------------------------
 */

/* gaps: ticks, 0 where there is no time; counts: of all of them, by bucket. */
TROD_MUST trod_status part_near_pack(const uint64_t *gaps, uint32_t n, uint64_t tick_us,
                                     const uint64_t *counts, uint32_t n_counts,
                                     struct part_out *out, struct trod_arena *scratch,
                                     struct trod_error *error);
/* The section may be NULL. The part's gap counts stand by then. */
TROD_MUST trod_status part_near_open(const struct trod_section *section, struct trod_part *part,
                                     struct part_varied *near, struct trod_error *error);
TROD_MUST trod_status part_near_check(const struct trod_part *part, struct trod_arena *scratch,
                                      struct trod_error *error);

/* ---- Hooks of the columns (part_column.c) ---------------------------------------------------
 */

/* Adds the sections of one column of the rows. Called once for each, in the order of rows. */
TROD_MUST trod_status part_column_pack(const struct trod_rows *rows,
                                       const struct trod_rows_column *column,
                                       struct part_out *out, struct trod_error *error);
/* Sets part->columns and part->n_columns, on the arena. All else of the part stands by then.
 * `tool` expands blocks; NULL: the part gets its own. */
TROD_MUST trod_status part_columns_open(const struct trod_section *sections, size_t n_sections,
                                        struct trod_part_tool *tool, struct trod_part *part,
                                        struct trod_arena *arena, struct trod_error *error);
/* The texts of a column for the n events from `event` on, all of that customer; of a fact one.
 */
TROD_MUST trod_status part_column_single(const struct trod_part_column *column,
                                         uint32_t customer, uint32_t event, uint32_t n,
                                         struct trod_arena *arena, trod_str *texts,
                                         struct trod_error *error);
/* For trod_part_check. */
TROD_MUST trod_status part_columns_check(const struct trod_part *part,
                                         struct trod_error *error);

#endif
